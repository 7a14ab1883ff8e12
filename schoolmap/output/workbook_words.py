"""The words of the workbook in English and Chinese: our own, never the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.model import Text

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
