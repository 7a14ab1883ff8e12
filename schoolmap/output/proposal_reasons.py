"""Sentences that say why: why here, why so many, why rented, why in this year, and why some are left without a seat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.numbers import chance
from schoolmap.output.words import both
from schoolmap.output.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.output.model import Text


def span(first: int, last: int) -> Text:
    """
    Return one or several years.

    Examples
    --------
    >>> span(2026, 2028), span(2026, 2026)
    ({'en': 'from 2026 to 2028', 'zh': '2026至2028年'}, {'en': 'in 2026', 'zh': '2026年'})
    """
    if first == last:
        return both(f"in {first}", f"{first}年")
    return both(f"from {first} to {last}", f"{first}至{last}年")


def _most(first: int, last: int, peak: int, short: float) -> Text:
    """Say how many seats are missing at most."""
    seats = f"{number(short)} {'seat' if number(short) == '1' else 'seats'}"
    if first == last:
        return both(seats, f"缺{number(short)}个")
    return both(f"most in {peak}, {seats}", f"{peak}年最多缺{number(short)}个")


def need(*, short: float, first: int, last: int, peak: int, probability: float) -> Text:
    """
    Say what is missing, from when to when, and how sure that is.

    Examples
    --------
    >>> need(short=90.0, first=2026, last=2028, peak=2027, probability=0.7)["en"]
    'Short of seats from 2026 to 2028: most in 2027, 90 seats (probability of a shortage 70 %).'
    """
    sure = chance(probability)
    spaced = sure.replace("%", " %")
    years, most = span(first, last), _most(first, last, peak, short)
    return both(
        f"Short of seats {years['en']}: {most['en']} (probability of a shortage {spaced}).",
        f"{years['zh']}学位不足，{most['zh']}（短缺概率{sure}）。",
    )


def need_after(*, short: float, first: int, last: int, peak: int, here: bool) -> Text:
    """
    Say what is missing with the boundaries as they are proposed.

    Parameters
    ----------
    short, first, last, peak
        As in `need`.
    here
        Whether seats are missing without them, too.
    """
    years, most = span(first, last), _most(first, last, peak, short)
    if here:
        return both(
            f"With the boundaries as proposed: {years['en']}, {most['en']}.",
            f"按拟调整的片区：{years['zh']}不足，{most['zh']}。",
        )
    return both(
        f"Seats are missing here once pupils come over the proposed boundary: {years['en']}, {most['en']}.",
        f"片区调整后有学生划入，{years['zh']}学位不足，{most['zh']}。",
    )


def need_elsewhere(scenario: Text, *, short: float, first: int, last: int, peak: int) -> Text:
    """Say that more, or longer, is missing in another scenario, which the decisions have to hold in as well."""
    years, most = span(first, last), _most(first, last, peak, short)
    return both(
        f"In the scenario {scenario['en']}: {years['en']}, {most['en']}.",
        f"“{scenario['zh']}”情景下：{years['zh']}不足，{most['zh']}。",
    )


def only_in(scenario: Text | None) -> Text:
    """Say that the shortage is one of another scenario than the first."""
    if scenario is None:
        return both("", "")
    return both(
        f"(That is in the scenario {scenario['en']}; in the first none are missing.)",
        f"（仅{scenario['zh']}情景，首个情景不缺。）",
    )


_WHY = {
    "as_short": both("That is the first year in which seats are missing.", "该年起学位开始不足。"),
    "ahead": both(
        "That is ahead of the shortage here: it serves others too, or another scenario.",
        "早于本片区出现缺口的年份：同时服务其他片区或其他情景。",
    ),
    "suffices": both(
        "Not earlier: until then what else is proposed here is enough.",
        "不必更早：此前本片区其他措施已够用。",
    ),
    "later": both(
        "Not earlier: until then it would cost more than it helps.",
        "不宜更早：此前投用得不偿失。",
    ),
    "boundary": both(
        "A boundary that is decided now can hold from that school year on.",
        "现在决定的片区调整，最早自该学年起实施。",
    ),
    "neighbour": both(
        "Families can be told before the next school year.",
        "下一学年招生前即可告知家长。",
    ),
}
_EARLIEST = {
    "new": both("A school that is decided now cannot open earlier.", "现在决定新建，最早该学年投用。"),
    "expand": both("An extension that is decided now cannot be ready earlier.", "现在决定扩建，最早该学年投用。"),
    "attach": both("The rooms cannot be ready earlier.", "教室改造最早该学年完成。"),
    "convert": both("The rooms cannot be ready earlier.", "教室改造最早该学年完成。"),
    "temporary": both("Rooms cannot be rented and set up earlier.", "最早该学年可租用并投入使用。"),
}


def timing(why: str, kind: str) -> Text:
    """Say why something opens in its year."""
    return _EARLIEST[kind] if why == "earliest" else _WHY[why]


_RENTED = {
    "over": both(
        "Nothing that is built could be ready before the shortage is over.",
        "新建、扩建投用前缺口即已消退。",
    ),
    "bridge": both(
        "They bridge the time until more seats are built here.",
        "用于本片区新增学位投用前的过渡。",
    ),
    "full": both(
        "What may be built here is built to the full: the rest is rented.",
        "本片区可建规模已用足，其余只能租用。",
    ),
    "only": both(
        "Nothing else that is allowed adds seats here.",
        "本片区无其他可行的增位措施。",
    ),
    "wave": both(
        "What is built would stand empty after that.",
        "此后若为新建校舍将闲置。",
    ),
    "risk": both(
        "Later they are needed in some scenarios only, and rooms can be given back.",
        "此后仅个别情景仍需要，租用教室可以退租。",
    ),
    "cheaper": both(
        "For so few classes, or so few scenarios, rooms cost less than building.",
        "所需班数少或仅个别情景需要，租用比建设经济。",
    ),
}


def rented(why: str) -> Text:
    """Say why rooms are rented and not built."""
    return _RENTED[why]


def scenarios(needed: Sequence[Text], total: int) -> Text:
    """Say in which scenarios the measure is part of the best plan."""
    if total < 2:
        return both("", "")
    if len(needed) == total:
        return both("It is needed in every scenario.", "各情景均需采用。")
    if not needed:
        return both(
            "No single scenario calls for it: it is there to hold in all of them.",
            "单一情景均不需要，属兼顾各情景的安排。",
        )
    names_en, names_zh = ", ".join(item["en"] for item in needed), "、".join(item["zh"] for item in needed)
    return both(
        f"Planned for one alone, {len(needed)} of {total} scenarios call for it: {names_en}.",
        f"单独规划时，{total}个情景中有{len(needed)}个需要此项：{names_zh}。",
    )


def over() -> Text:
    """Say that a shortage ends before anything can be done about it."""
    return both(
        "It is over before anything that is decided now can be ready: it has to be lived with.",
        "在现在决策的措施投用之前缺口已消退，只能临时挖潜消化。",
    )


def unsolved(*, short: float, peak: int, before: int | None, class_size: float) -> Text:
    """
    Say who remains without a seat after all proposals, and why.

    Parameters
    ----------
    short, peak
        Pupils at most, and in which year.
    before
        First year in which anything can be ready, where that is too late.
    class_size
        Seats of a class: for fewer, none is opened.
    """
    one = number(short) == "1"
    left = both(
        f"{number(short)} {'pupil remains' if one else 'pupils remain'} without a seat (most in {peak})",
        f"仍有{number(short)}名学生缺学位（{peak}年最多）",
    )
    if before is not None:
        why = both(
            f"nothing that is decided now can be ready before {before}.",
            f"现在决策的措施最早{before}年才能投用。",
        )
    elif short < class_size / 2:
        why = both("for so few another class is not worth opening.", "人数太少，不足以再开一个班。")
    else:
        why = both("no measure that is allowed and within the budget does more.", "在允许的措施与预算内无法再减少。")
    return both(f"{left['en']}: {why['en']}", f"{left['zh']}：{why['zh']}")
