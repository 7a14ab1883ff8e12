"""The words of the workbook in English and Chinese: our own, never the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.model import Text

TERMS: dict[str, Text] = {
    "surplus": {"en": "Surplus", "zh": "富余"},
    "ok": {"en": "Balanced", "zh": "平衡"},
    "watch": {"en": "Watch", "zh": "黄色预警"},
    "red": {"en": "Short", "zh": "红色预警"},
    "expand": {"en": "Expand", "zh": "扩建"},
    "new": {"en": "New school", "zh": "新建"},
    "rezone": {"en": "Move a boundary", "zh": "调整片区"},
    "temporary": {"en": "Temporary rooms", "zh": "临时教室"},
    "unsolved": {"en": "Still short", "zh": "仍缺学位"},
    "review": {"en": "Review surplus", "zh": "富余评估"},
    "relocate": {"en": "Relocate", "zh": "迁建"},
    "attach": {"en": "Attach classes", "zh": "附设"},
    "convert": {"en": "Convert", "zh": "转办（转用）"},
    "handover": {"en": "Hand-over", "zh": "配套园移交"},
    "improve": {"en": "Improve", "zh": "改善提质"},
    "demolish": {"en": "Demolish", "zh": "拆除"},
    "public": {"en": "public", "zh": "公办"},
    "inclusive": {"en": "inclusive private", "zh": "普惠性民办"},
    "inclusive-private": {"en": "inclusive private", "zh": "普惠性民办"},
    "private": {"en": "private", "zh": "民办"},
}
"""Codes of the model that are shown as words: levels, kinds and operators."""

WORDS: dict[str, Text] = {
    "yes": {"en": "yes", "zh": "是"},
    "no": {"en": "no", "zh": "否"},
    "holds": {"en": "holds", "zh": "成立"},
    "fails": {"en": "FAILS", "zh": "不成立"},
    "no seats": {"en": "no seats", "zh": "无学位"},
    "no data": {"en": "neither seats nor children", "zh": "无学位也无适龄儿童"},
    "attendance": {"en": "Attendance", "zh": "入学率"},
    "chart": {"en": "Children and seats: ", "zh": "需求与学位："},
    "gap chart": {"en": "Seats short and seats spare: ", "zh": "缺口与富余："},
    "population": {"en": "Population", "zh": "人口预测"},
    "overview": {"en": "Overview", "zh": "概览"},
    "base": {"en": "base year", "zh": "基准年"},
    "first": {"en": "first year", "zh": "首年"},
    "peak demand": {"en": "peak demand", "zh": "需求高峰"},
    "peak short": {"en": "most seats short", "zh": "缺口最大"},
    "last": {"en": "last year", "zh": "末年"},
    "synthetic": {
        "en": "SYNTHETIC DATA: an example, not a real place",
        "zh": "虚构数据：仅为示例，并非真实地区",
    },
    "what": {
        "en": "In which catchment, in which year, how many seats are missing or spare, how sure that "
        "is, and what to do about it. Demand is the central projection with an 80 % interval (P10 to P90). "
        "Gap = demand - seats: a plus is a shortage. A scenario is an assumption, never a limit "
        "of confidence.",
        "zh": "哪个片区、哪一年、缺多少或余多少学位，把握有多大，以及可以怎么办。需求为中间值，"
        "并给出80%区间（P10至P90）。缺口=需求-学位，正数表示不足。情景是假设，不是置信界限。",
    },
}
"""Words and sentences that the workbook itself says."""

LEVELS: dict[str, Text] = {
    "surplus": {
        "en": "Seats stay empty: a candidate for review, never an order to close.",
        "zh": "学位长期富余：列入评估，不等于撤并。",
    },
    "ok": {"en": "Seats suffice.", "zh": "学位可满足需求。"},
    "watch": {"en": "Seats may run short: prepare.", "zh": "学位可能不足：须提前准备。"},
    "red": {"en": "Seats are expected to run short: act.", "zh": "预计学位不足：须采取措施。"},
}
"""What each level means."""
