"""What no type can say of a part of the standards: bands without gap, years in order, nothing twice."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.standards.schema import GRADES
from schoolmap.standards.schema import MIXED
from schoolmap.standards.schema import ClassBand
from schoolmap.standards.schema import ClassCap
from schoolmap.standards.schema import Levels
from schoolmap.standards.schema import Requirement
from schoolmap.standards.schema import ReviewItem
from schoolmap.standards.schema import SchoolSize
from schoolmap.standards.schema import SeatRule
from schoolmap.standards.schema import StageStandard

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS: dict[type, tuple[str, ...]] = {
    SeatRule: ("id",),
    Requirement: ("stage", "id"),
    SchoolSize: ("place", "kind", "what", "classes"),
    ReviewItem: ("id",),
}
"""What tells the entries of a list apart; no two have the same."""
_RISING: dict[type, tuple[tuple[str, ...], ...]] = {
    Levels: (("surplus_below", "watch_from", "red_from"),),
    StageStandard: (
        ("oversized_from", "very_oversized_from"),
        ("very_oversized_share", "oversized_share"),
        ("min_classes", "max_classes"),
        ("rural_min_classes", "rural_max_classes"),
        ("max_pupils", "max_pupils_all_through"),
        ("excluded_below", "small_below"),
    ),
}
"""Figures of which the later is never below the earlier."""
_OVERSIZED = ("no", "oversized", "very")


def faults_of_part(part: object, where: str) -> list[Fault]:
    """Return what is wrong with a part whose every value is sound by itself."""
    dot = f"{where}." if where else ""
    return [fault(f"{dot}{key}", value, wording) for key, value, wording in _of_part(part)]


def faults_of_list(items: tuple[Any, ...], where: str) -> list[Fault]:
    """Return what is wrong with a list whose every entry is sound by itself."""
    if not items:
        return []
    found = _of_bands(items) if isinstance(items[0], ClassBand) else _twice(items)
    return [fault(f"{where}[{place + 1}]{key and '.'}{key}", value, wording) for place, key, value, wording in found]


def fault(column: str, value: object, wording: Wording) -> Fault:
    """Return a fault of a file that the caller names."""
    return Fault(file="", column=column, value=str(value), **wording._asdict())


def _of_part(part: object) -> Iterator[tuple[str, object, Wording]]:
    if isinstance(part, ClassCap):
        yield from _of_cap(part)
    elif isinstance(part, SeatRule):
        yield from _of_seat_rule(part)
    elif isinstance(part, Requirement) and not part.id.strip():
        yield "id", "", _EMPTY
    elif isinstance(part, StageStandard):
        strange = [grade for grade in part.class_size_by_grade if grade not in GRADES]
        yield from ((f"class_size_by_grade.{grade}", "", _NO_GRADE) for grade in strange)
    for run in _RISING.get(type(part), ()):
        known = [(key, getattr(part, key)) for key in run if getattr(part, key) is not None]
        for (before, low), (after, high) in pairwise(known):
            if low.value > high.value:
                yield f"{before}.value", low.value, _after(after, high.value)


def _of_cap(cap: ClassCap) -> Iterator[tuple[str, object, Wording]]:
    yield from (("grades", grade, _NO_GRADE) for grade in cap.grades if grade not in GRADES)
    if cap.entered_from is not None and cap.entered_to is not None and cap.entered_from > cap.entered_to:
        yield "entered_from", cap.entered_from, _after("entered_to", cap.entered_to)
    if MIXED in cap.grades and (cap.entered_from is not None or cap.entered_to is not None):
        yield "grades", MIXED, _NO_YEAR_OF_ENTRY


def _of_seat_rule(rule: SeatRule) -> Iterator[tuple[str, object, Wording]]:
    yield from ((key, "", _EMPTY) for key in ("id", "place", "stage") if not getattr(rule, key).strip())
    if rule.at_least is not None and rule.below is not None and rule.at_least >= rule.below:
        yield "at_least", rule.at_least, _not_below("below", rule.below)


def _of_bands(bands: tuple[ClassBand, ...]) -> Iterator[tuple[int, str, object, Wording]]:
    """Every class must fall into one band, and into one only."""
    if bands[0].low > 1:
        yield 0, "low", bands[0].low, _NO_FIRST_BAND
    for place, band in enumerate(bands):
        if band.high is not None and band.high < band.low:
            yield place, "high", band.high, _not_below_low(band.low)
        is_last = place == len(bands) - 1
        if band.high is None and not is_last:
            yield place, "high", "", _OPEN_TOO_EARLY
        if is_last and band.high is not None:
            yield place, "high", band.high, _NO_LAST_BAND
    for place, (before, band) in enumerate(pairwise(bands), start=1):
        if before.high is not None and band.low != before.high + 1:
            yield place, "low", band.low, _gap(before.high + 1)
        if _OVERSIZED.index(band.oversized) < _OVERSIZED.index(before.oversized):
            yield place, "oversized", band.oversized, _FALLS_BACK


def _twice(items: tuple[Any, ...]) -> Iterator[tuple[int, str, object, Wording]]:
    keys = KEYS.get(type(items[0]))
    if keys is None:
        return
    seen: set[tuple[object, ...]] = set()
    for place, item in enumerate(items):
        key = tuple(getattr(item, name) for name in keys)
        # points of a checklist need no id
        if any(key) and key in seen:
            yield place, keys[-1], ", ".join(str(part) for part in key if part), _TWICE
        seen.add(key)


def _after(other: str, value: object) -> Wording:
    return Wording(
        f"is above `{other}`, which is {value}.",
        "Put the two in order.",
        f"大于 `{other}`({value})。",
        "请核对两者的先后大小。",
    )


def _not_below(other: str, value: object) -> Wording:
    return Wording(
        f"is not below `{other}`, which is {value}, so the rule never holds.",
        "Put the two in order.",
        f"不小于 `{other}`({value}),该规定永不适用。",
        "请核对两者的大小。",
    )


def _not_below_low(low: int) -> Wording:
    return Wording(
        f"is below the band's own beginning, {low}.",
        "Both ends are counted: write the larger one here.",
        f"小于该组的下限 {low}。",
        "两端均含在内,此处应写较大的一端。",
    )


def _gap(expected: int) -> Wording:
    return Wording(
        f"does not follow on the band before it, which asks for {expected}.",
        "Bands rise without gap or overlap, both ends counted.",
        f"与上一组不衔接,应为 {expected}。",
        "各组应由小到大、首尾相接,两端均含在内。",
    )


_NO_GRADE = Wording(
    "is no grade.",
    f"Write one of {', '.join(GRADES)}.",
    "不是年级代码。",
    f"可用:{'、'.join(GRADES)}。",
)
_NO_YEAR_OF_ENTRY = Wording(
    "has no year of entry: a class of mixed ages takes children of several.",
    "Give the mixed class a cap of its own, without `entered_from` and `entered_to`.",
    "混合班没有统一的入园年份。",
    "请为混合班另写一条,不带 `entered_from` 和 `entered_to`。",
)
_EMPTY = Wording("is blank.", "Write it: results name it.", "为空。", "请填写,结果中要引用。")
_TWICE = Wording("is there twice.", "Keep one of the two.", "重复出现。", "请只保留一条。")
_NO_FIRST_BAND = Wording(
    "leaves smaller classes in no band.",
    "Let the first band begin at 1.",
    "更小的班没有归入任何一组。",
    "第一组请从 1 开始。",
)
_NO_LAST_BAND = Wording(
    "leaves larger classes in no band.",
    "Leave `high` out in the last band: it is open.",
    "更大的班没有归入任何一组。",
    "最后一组不写 `high`,即不设上限。",
)
_OPEN_TOO_EARLY = Wording(
    "is missing, though other bands follow.",
    "Only the last band is open.",
    "缺少此项,而其后还有分组。",
    "只有最后一组可不设上限。",
)
_FALLS_BACK = Wording(
    "is less than the band before it.",
    "The larger the classes, the more oversized: no, oversized, very.",
    "低于上一组。",
    "班额越大,等级不应降低:no、oversized、very。",
)
