"""Sentences about proposals, in English and Chinese: what, why here, why in this year, at what cost, instead of what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import NamedTuple

from schoolmap.output.words import both
from schoolmap.output.words import number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from typing import Any

    from schoolmap.output.model import Text
    from schoolmap.proposals.propose import Proposals


_UNIT = re.compile(r"(?P<times>\d[\d,]*) (?P<what>.+)")
"""How a unit of money says how many of what it is."""


_LARGE = 1000
"""From so many thousands on no tenths of ten thousand are said."""
_PROVEN = 5e-5
"""A gap that is shown as 0.00 % is none."""


class Names(NamedTuple):
    """What catchments, schools, plots and stages are called, by code: codes of different things may be the same."""

    catchments: dict[str, str]
    schools: dict[str, str]
    sites: dict[str, str]
    stages: dict[str, Text]


class Measure(NamedTuple):
    """A measure as sentences speak of it."""

    kind: str
    catchment: str
    school: str
    site: str
    receiver: str
    host: str
    """Stage whose rooms are used."""
    classes: float | None
    seats: float
    opens: int
    until: int | None
    """Last year in use, where it ends before the plan does."""
    verify: bool
    entering: float
    """Of a boundary, pupils who go by it in its first year."""
    all_from: int | None
    """Of a boundary, the year from which everybody goes by it."""


def money(value: float, currency: Text) -> Text:
    """
    Return an amount as people say it.

    Parameters
    ----------
    value
        In the unit of costs.
    currency
        The unit, such as `10,000 yuan`: a number and what is counted.

    Examples
    --------
    >>> money(1234.4, {"en": "10,000 yuan", "zh": "万元"})
    {'en': '12.3 million yuan', 'zh': '1,234万元'}
    >>> money(18.2, {"en": "1,000 EUR", "zh": "千欧元"}), money(7.4, {"en": "tokens", "zh": "枚"})["en"]
    ({'en': '18,000 EUR', 'zh': '1.8万欧元'}, '7 (tokens)')
    """
    said_zh = f"{value:,.0f}{currency['zh']}"
    if currency["zh"].startswith("千"):
        said_zh = f"{value / 10:,.{0 if value >= _LARGE else 1}f}万{currency['zh'][1:]}"
    unit = _UNIT.fullmatch(currency["en"])
    if unit is None:
        return both(f"{value:,.0f} ({currency['en']})", said_zh)
    amount = round(value) * float(unit["times"].replace(",", ""))
    said = f"{amount / 1e6:,.1f} million" if amount >= 1e6 else f"{amount:,.0f}"
    return both(f"{said} {unit['what']}", said_zh)


def chosen(item: Measure, *, names: Names, free_choice: bool) -> Text:
    """Say what is proposed."""
    if item.all_from is not None and item.all_from > item.opens:
        return _by_grade(item, names)
    what, when = _what(item, names=names, free_choice=free_choice), _when(item)
    return both(f"{what['en']}, {when['en']}.", f"{when['zh']}{what['zh']}。")


def _when(item: Measure) -> Text:
    if item.until is None:
        return both(f"from {item.opens} on", f"自{item.opens}年起，")
    if item.until == item.opens:
        return both(f"in {item.opens} only", f"仅{item.opens}年，")
    return both(f"from {item.opens} to {item.until}", f"{item.opens}至{item.until}年，")


def _what(item: Measure, *, names: Names, free_choice: bool) -> Text:
    if item.kind in {"expand", "new"}:
        return _built(item, names)
    if item.kind == "rezone":
        return _moved(item, names, free_choice=free_choice)
    seats, classes = number(item.seats), _classes(item)
    if item.kind == "temporary":
        here = names.catchments.get(item.catchment, item.catchment)
        return both(
            f"Rent rooms for up to {_counted(item, 'class', 'classes')} ({seats} seats) in {here}",
            f"在{here}设临时教室，至多{classes}个班（{seats}个学位）",
        )
    school = names.schools.get(item.school, item.school)
    host = names.stages.get(item.host, both(item.host, item.host))
    return both(
        f"Use {classes} {host['en'].lower()} {'classroom' if item.classes == 1 else 'classrooms'} of {school} for {seats} seats",
        f"{school}调剂{classes}间{host['zh']}教室，提供{seats}个学位",
    )


def _counted(item: Measure, one: str, several: str) -> str:
    """Say how many, in English."""
    count = 0.0 if item.classes is None else item.classes
    return f"{number(count)} {one if count == 1 else several}"


def _classes(item: Measure) -> str:
    return "" if item.classes is None else number(item.classes)


def _built(item: Measure, names: Names) -> Text:
    seats, classes = number(item.seats), _classes(item)
    if item.kind == "expand":
        school = names.schools.get(item.school, item.school)
        return both(
            f"Add {_counted(item, 'class', 'classes')} ({seats} seats) at {school}",
            f"{school}扩建{classes}个班（{seats}个学位）",
        )
    if item.site:
        site = names.sites.get(item.site, item.site)
        return both(
            f"Build a school of {classes} classes ({seats} seats) on the plot {site}",
            f"在备选用地“{site}”新建{classes}个班的学校（{seats}个学位）",
        )
    here = names.catchments.get(item.catchment, item.catchment)
    return both(
        f"Build a school of {classes} classes ({seats} seats) in {here}",
        f"在{here}新建一所{classes}个班的学校（{seats}个学位）",
    )


def _moved(item: Measure, names: Names, *, free_choice: bool) -> Text:
    seats, receiver = number(item.seats), names.catchments.get(item.receiver, item.receiver)
    if free_choice:
        return both(
            f"Tell families that {receiver} has room for about {seats} of their children",
            f"引导约{seats}名儿童到仍有学位的{receiver}就读（家长自由选择）",
        )
    return both(
        f"Move homes of about {seats} pupils to {receiver}",
        f"将约{seats}名学生的住址划入{receiver}",
    )


def _by_grade(item: Measure, names: Names) -> Text:
    """Say who goes by a new boundary, and when, where those who are at school stay there."""
    receiver = names.catchments.get(item.receiver, item.receiver)
    first, every = number(item.entering), number(item.seats)
    return both(
        f"Children of these homes who enter school from {item.opens} on go to {receiver}: about {first} in {item.opens}, "
        f"about {every} pupils of all grades from {item.all_from} on. Who is at school before {item.opens} stays there.",
        f"自{item.opens}年起，下列住址的新生划入{receiver}：{item.opens}年约{first}人，{item.all_from}年起各年级合计约{every}人；"
        f"{item.opens}年以前入学的在校生留在原校。",
    )


def to_verify(item: Measure) -> Text:
    """Say what the data do not tell, and a person has to look at."""
    if not item.verify:
        return both("", "")
    if item.kind == "new":
        return both("No plot is listed here: one has to be found.", "此处无备选用地，须另行落实。")
    return both(
        "Room on the plot is not in the data: only the standard's largest school was checked. Verify on site.",
        "数据未给出用地余量，仅按标准最大规模核算，须现场核实。",
    )


def cost(capital: float, yearly: float, currency: Text) -> Text:
    """Say what it costs once and every year."""
    once, each = money(capital, currency), money(yearly, currency)
    if capital < 0.5 and yearly < 0.5:
        return both("", "")
    if capital < 0.5:
        return both(f"It costs {each['en']} a year.", f"每年{each['zh']}。")
    if yearly < 0.5:
        return both(f"It costs {once['en']}.", f"需投资{once['zh']}。")
    return both(f"It costs {once['en']} once and {each['en']} a year.", f"需投资{once['zh']}，每年运行{each['zh']}。")


def instead(replacing: Sequence[Text], extra: float, currency: Text) -> Text:
    """Say what would be done without the measure, and how much dearer the plan would be."""
    more = money(extra, currency)
    tail = both(f"the plan costs {more['en']} more", f"总成本增加{more['zh']}")
    if not replacing:
        return both(
            f"Without it nothing takes its place: {tail['en']}, in pupils without a seat and longer ways.",
            f"若不采用，无其他措施可替代：{tail['zh']}（计入缺学位与路程）。",
        )
    things = both("; ".join(x["en"] for x in replacing), "；".join(x["zh"] for x in replacing))
    return both(f"Instead, {things['en']}: {tail['en']}.", f"替代方案：{things['zh']}，{tail['zh']}。")


def name_of(item: Measure, *, names: Names) -> Text:
    """Name a measure without its size."""
    school = names.schools.get(item.school, item.school)
    here = names.catchments.get(item.catchment, item.catchment)
    if item.kind == "expand":
        return both(f"more classes at {school}", f"{school}扩班")
    if item.kind == "new" and item.site:
        site = names.sites.get(item.site, item.site)
        return both(f"a school on the plot {site}", f"在备选用地“{site}”建校")
    if item.kind == "new":
        return both(f"a new school in {here}", f"在{here}建校")
    if item.kind == "temporary":
        return both(f"rented rooms in {here}", f"{here}临时教室")
    host = names.stages.get(item.host, both(item.host, item.host))
    return both(f"{host['en'].lower()} classrooms of {school}", f"{school}的{host['zh']}教室")


def shifted(when: str, more: float, currency: Text) -> Text:
    """Say what opening a year earlier or later would cost."""
    amount = money(abs(more), currency)
    dearer = both("more", "增加") if more >= 0 else both("less", "减少")
    year = both("earlier", "提前") if when == "earlier" else both("later", "推迟")
    return both(
        f"A year {year['en']}: the plan costs {amount['en']} {dearer['en']}.",
        f"{year['zh']}一年：总成本{dearer['zh']}{amount['zh']}。",
    )


def instead_of_boundary(*, free_choice: bool) -> Text:
    """Say what a boundary, or seats next door where families choose freely, were weighed against."""
    if free_choice:
        return both("More seats here: those next door would stay empty.", "在本片区增加学位：相邻片区学位将闲置。")
    return both(
        "Rented rooms for the same pupils: they cost more over all years than the longer ways and the change.",
        "为同样学生租用临时教室：各年合计成本高于路程增加与调整的代价。",
    )


def decision(proposals: Proposals, *, labels: Mapping[str, Text], currency: Text) -> list[Text]:
    """Say how the proposals were decided on, and how far they are from the best possible."""
    if proposals.lacking:
        lacking = ", ".join(proposals.lacking)
        return [
            both(
                f"Nothing is proposed: neither the project nor its standards state {lacking}. Set them in [siting].",
                f"未提出措施：项目与标准均未给出 {lacking}，请在 [siting] 中填写。",
            )
        ]
    texts = [
        both(
            f"Boundaries ({labels[stage]['en']}): {len(boundary.moves)} {'area moves' if len(boundary.moves) == 1 else 'areas move'}; "
            f"{_no_better(boundary.answer.gap)['en']}. {boundary.answer.proof}",
            f"片区调整（{labels[stage]['zh']}）：{len(boundary.moves)}处划转；{_no_better(boundary.answer.gap)['zh']}。",
        )
        for stage, boundary in proposals.boundaries.items()
    ]
    answer = proposals.siting
    if answer is None:
        return texts
    total, bound = money(answer.objective, currency), money(answer.lower_bound, currency)
    texts.append(
        both(
            f"The plan costs {total['en']} in all, discounted, with what longer ways and missing seats weigh; no plan costs "
            f"less than {bound['en']} (gap {100 * answer.gap:.2f} %). {answer.proof}",
            f"方案总成本{total['zh']}（已折现，含路程与缺学位的计价）；任何方案不低于{bound['zh']}"
            f"（差距{100 * answer.gap:.2f}%）。",
        )
    )
    return texts


def _no_better(gap: float) -> Text:
    """Say how far a boundary may be from the best."""
    if gap < _PROVEN:
        return both("no other way to draw them is better, as it is weighed", "在所用权衡下为最优划法")
    return both(
        f"no other way to draw them is more than {100 * gap:.2f} % better", f"任何其他划法至多再优{100 * gap:.2f}%"
    )


def pieces(moves: Sequence[tuple[str, float]], most: int = 6) -> Text:
    """Name the small areas whose homes move, and their pupils."""
    if not moves:
        return both("", "")
    named = [f"{name} ({number(pupils)})" for name, pupils in moves[:most]]
    named_zh = [f"{name}（{number(pupils)}人）" for name, pupils in moves[:most]]
    rest = len(moves) - most
    more = both(f" and {rest} more areas", f"等{len(moves)}处") if rest > 0 else both("", "")
    return both(f"Areas: {', '.join(named)}{more['en']}.", f"涉及：{'、'.join(named_zh)}{more['zh']}。")


def as_measure(row: Mapping[str, Any]) -> Measure:
    """Return a row of the table of measures as sentences speak of it, without size and years."""
    new = row["kind"] == "new"
    host = row["takes_stage"]
    return Measure(
        kind=str(row["kind"]),
        catchment=str(row["catchment"]),
        school="" if new else str(row["at"]),
        site=str(row["at"]) if new else "",
        receiver="",
        host=host if isinstance(host, str) else "",
        classes=None,
        seats=0.0,
        opens=0,
        until=None,
        verify=False,
        entering=0.0,
        all_from=None,
    )
