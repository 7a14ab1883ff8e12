"""
Codes of the model in words, one source for all products: levels, kinds of proposals and of projects, operators, confidence.

A project and a proposal of one code are not always the same thing: a project
that converts makes a private kindergarten public, a proposal that converts
uses rooms of another stage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolmap.output.model import Text

LEVELS: dict[str, Text] = {
    "surplus": both("Surplus", "富余"),
    "ok": both("Balanced", "平衡"),
    "watch": both("Watch", "黄色预警"),
    "red": both("Short", "红色预警"),
}
"""Levels of a catchment in a year, from what is spare to what is short."""

LEVEL_MEANINGS: dict[str, Text] = {
    "surplus": both(
        "Seats stay empty: a candidate for review, never an order to close.", "学位长期富余：列入评估，不等于撤并。"
    ),
    "ok": both("Seats suffice.", "学位可满足需求。"),
    "watch": both("Seats may run short: prepare.", "学位可能不足：须提前准备。"),
    "red": both("Seats are expected to run short: act.", "预计学位不足：须采取措施。"),
}
"""What each level means."""

PROPOSALS: dict[str, Text] = {
    "expand": both("Expand", "扩建"),
    "new": both("New school", "新建"),
    "attach": both("Attach classes", "附设"),
    "convert": both("Use other rooms", "教室转用"),
    "temporary": both("Temporary rooms", "临时教室"),
    "rezone": both("Move a boundary", "调整片区"),
    "unsolved": both("Still short", "仍缺学位"),
    "review": both("Review surplus", "富余评估"),
}
"""Kinds of `model.Action`."""

PROJECTS: dict[str, Text] = {
    "new": both("New school", "新建"),
    "expand": both("Expand", "扩建"),
    "relocate": both("Relocate", "迁建"),
    "attach": both("Attach classes", "附设"),
    "convert": both("Convert", "转办（转用）"),
    "handover": both("Hand-over", "配套园移交"),
    "temporary": both("Temporary rooms", "临时教室"),
    "demolish": both("Demolish", "拆除"),
    "improve": both("Improve", "改善提质"),
}
"""Kinds of `model.Project`."""

OPERATORS: dict[str, Text] = {
    "public": both("public", "公办"),
    "inclusive": both("inclusive private", "普惠性民办"),
    "inclusive-private": both("inclusive private", "普惠性民办"),
    "private": both("private", "民办"),
}
"""Who runs a school."""

CONFIDENCE: dict[str, Text] = {
    "high": both("high", "高"),
    "medium": both("medium", "中"),
    "low": both("low", "低"),
    "assumption": both("assumption", "假设"),
}
"""How sure a figure of a standard or a cost is."""


def term(terms: Mapping[str, Text], code: str, language: str) -> str:
    """
    Return a code in words; one that is not ours is a word of the user's, and stays as it is.

    Examples
    --------
    >>> term(PROPOSALS, "convert", "zh"), term(PROJECTS, "convert", "zh"), term(OPERATORS, "Land Berlin", "zh")
    ('教室转用', '转办（转用）', 'Land Berlin')
    """
    return terms[code][language] if code in terms else code
