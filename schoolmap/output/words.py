"""Sentences of the products in English and Chinese: reasons, verdicts, audit lines, notes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.output.model import Text


def both(english: str, chinese: str) -> Text:
    """Return a text in both languages."""
    return {"en": english, "zh": chinese}


def in_language(text: Text, language: str) -> str:
    """Return a text in the language asked for, else in any that there is."""
    return text.get(language) or next((value for value in text.values() if value), "")


def join(parts: list[Text]) -> Text:
    """Put sentences after one another."""
    return both(
        " ".join(part["en"] for part in parts if part["en"]),
        "".join(part["zh"] for part in parts if part["zh"]),
    )


def listed(texts: Sequence[str], language: str) -> str:
    """Join words as a list: with commas, in Chinese with enumeration commas."""
    return {"en": ", ", "zh": "、"}[language].join(texts)


def colon(language: str) -> str:
    """Return the sign between a name and what is said of it."""
    return {"en": ": ", "zh": "："}[language]


def number(value: float) -> str:
    """
    Return a whole number with thousands separators, from the tenths that the map rounds.

    Examples
    --------
    >>> number(1019.46)
    '1,020'
    """
    return f"{math.floor(round(value, 1) + 0.5):,}"


def review(*, first: int, last: int, spare: float, share: float) -> Text:
    """Say that seats stay empty; a review candidate is never an order to close."""
    return both(
        f"Less than {share * 100:.0f} % of the seats are needed from {first} to {last}; {number(spare)} are spare in {last}. "
        "A candidate for review only: hear parents, check safe ways, boarding and class sizes at the receiving school.",
        f"{first}至{last}年学位利用率低于{share:.0%}，{last}年富余{number(spare)}个。仅列入评估：须听取家长意见，"
        "核查接收学校的上学安全、食宿与班额，不得据此撤并。",
    )


CHECKS: dict[str, Text] = {
    "bands": both("Children in age bands = children by single age", "分年龄段儿童 = 分单岁儿童"),
    "transfer": both("Children of all years = in catchments + outside", "各年儿童合计 = 片区内 + 片区外"),
    "sections": both("Seats of schools, all years = of catchments + unplaced", "各年学校学位 = 片区学位 + 未归属"),
    "demand": both(
        "Demand of all years + pupils who leave = attendance × children in catchments + pupils who come",
        "各年需求 + 外出就读 = 入学率 × 片区内儿童 + 外来就读",
    ),
    "reach": both(
        "Children of all years = within reach + out of reach + without a limit",
        "各年儿童合计 = 范围内 + 范围外 + 无距离规定",
    ),
}

MOVES_NOTES: dict[bool, Text] = {
    True: both(
        "Children grow older where they live and change as their cohorts have changed; nobody knows whether families "
        "will go on to move as they did.",
        "儿童按居住地逐年增龄，并按既往队列变化推算；家庭今后是否照旧迁移无法预知。",
    ),
    False: both(
        "Children grow older where they live: moves are not projected. Where families leave or arrive, demand will differ.",
        "儿童按居住地逐年增龄，未预测迁移；家庭迁出或迁入地区的需求会有偏差。",
    ),
}
"""By whether moves were measured or given."""

GIVEN_NOTE: Text = both(
    "Children are those of the projection or the enrolment that was given: nothing of it was recomputed by area.",
    "儿童数直接来自所提供的预测或在校生数，未按区域重新推算。",
)

INTERVAL_NOTES: dict[bool, Text] = {
    True: both(
        "The 80 % interval was corrected by forecasts of this area's own past; it does not cover differences of "
        "attendance between catchments.",
        "80%区间已按本地历史回测校正，不含片区间入学率差异。",
    ),
    False: both(
        "The 80 % interval covers births and moves with assumed spreads; it could not be back-tested on this area, and does "
        "not cover differences of attendance between catchments.",
        "80%区间反映出生与迁移的假定波动，未能用本地数据回测，也不含片区间入学率差异。",
    ),
}
"""By whether the intervals were held to the area's own past."""

SHARED_NOTES: dict[str, Text] = {
    "surface": both(
        "Children of a small area are spread evenly over its surface and shared by area among catchments.",
        "小区域内儿童按面积均匀分布，再按面积比例分配到片区。",
    ),
    "dwellings": both(
        "Children of a small area live where its dwellings are and are shared by them among catchments.",
        "小区域内儿童按居民点分布，再按居民点分配到片区。",
    ),
    "points": both(
        "Small areas are points: each belongs as a whole to the catchment that holds it.",
        "小区域为点状，整体归入其所在片区。",
    ),
}
"""How children of small areas are shared among catchments."""
