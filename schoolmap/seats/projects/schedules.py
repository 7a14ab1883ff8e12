"""
When projects open, which of them are counted, and how sure that is.

What a project does to seats, classrooms and ownership is in `ledger`. Here it
is decided from when to when it does so: the month in which it did open, else
the month that is planned for it plus all delays. A project that is not counted
has a reason, as a word that the products can explain; one that contradicts
itself is refused.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording
from schoolmap.seats.supply import first_year_served
from schoolmap.seats.supply import month_number
from schoolmap.tables import OWNERSHIPS
from schoolmap.tables import PROJECT_KINDS
from schoolmap.tables import PROJECT_STATUSES

if TYPE_CHECKING:
    from collections.abc import Collection

ADDING = ("new", "expand", "attach", "temporary")
"""Kinds that add the seats they name, and nothing without a number."""
TAKING_ROOMS = ("attach", "convert")
"""Kinds that can take classrooms of another stage of the same school."""
UNDER_WAY = tuple(status for status in PROJECT_STATUSES if status != "suspended")
"""Every status but `suspended`."""
AS_LIKELY_AS_NOT = 0.5

REASONS = (
    "no_seats",
    "suspended",
    "status",
    "in_seats",
    "no_opening",
    "no_size",
    "no_section",
    "no_place",
    "never_open",
    "moved_already",
    "unlikely",
)
"""
Why a project is not counted, in the order in which they are looked for.

It changes quality and no seats; it is suspended; its status is none of those
asked for; the seats listed have it already; nobody says when it opens; nor how
many seats it adds; the section that it would change is not there; nobody says
where it is; it closes before a school year starts; it ends a section that has
moved before, and does not say how many seats it ends; it is less likely than
asked for.
"""

_TEXTS = ("stage", "kind", "school", "catchment", "rooms_of", "ownership", "status")
_MONTHS = ("opening", "closing", "opened")
_NUMBERS = ("seats_added", "classes_added", "probability", "delay_months")


def schedule(
    projects: pd.DataFrame,
    sections: pd.DataFrame,
    *,
    delay_months: int = 0,
    statuses: Collection[str] = UNDER_WAY,
    as_of: str | None = None,
    least_probability: float = AS_LIKELY_AS_NOT,
) -> pd.DataFrame:
    """
    Say of each project from which school year to which it is counted, or why it is not.

    The month in which it did open decides. Else it is the planned month plus
    its own delay and that of the scenario; a project of the status `opened` is
    late no more. The month of closing stays where it is: rooms that come late
    are not rented for longer. Open by September, a project serves the school
    year that starts then, and closed by September it does not.

    Parameters
    ----------
    projects
        Indexed by project, with any of the columns of the contract `projects`;
        those that are not there are not known.
    sections
        Indexed by `(school, stage)`; only the labels are read.
    delay_months
        Months by which everything not yet open is late, beside its own delay.
    statuses
        What is counted; a project without a status always is.
    as_of
        Month to which the listed seats of sections refer. What did open by
        then is in them already and is not counted again; only the end of such
        a project is. If left out, nothing is in them.
    least_probability
        A project that is less likely is not counted in the central case. It is
        drawn all the same, see `draw_openings`.

    Returns
    -------
    schedule
        On the index of `projects`, with the columns that matter (`stage`, `kind`,
        `school`, `catchment`, `rooms_of`, `ownership` - what it becomes, where
        the kind says so: public -, `seats_added`, `classes_added`, `status`) and
          - `probability` - one where not given
          - `opening` - month in which it opens, as text; empty where not known
          - `late_by` - months by which that is later than planned
          - `month` - the same month as a number, missing where not known
          - `first_year`, `end_year` - first school year that has it, and first
            that has it no more (infinite: none)
          - `counted`
          - `reason` - one of `REASONS` where it is not counted, else empty
          - `in_seats` - whether the listed seats have it, so that only its end
            is counted

    Raises
    ------
    InputError
        If a project contradicts itself; it lists all of them.

    Examples
    --------
    >>> listed = pd.DataFrame(
    ...     {
    ...         "stage": "primary",
    ...         "kind": "expand",
    ...         "school": "A",
    ...         "opening": ["2027-09", "2027-09", None],
    ...         "status": ["building", "suspended", "planned"],
    ...         "seats_added": 90.0,
    ...     },
    ...     index=["wing", "hall", "annex"],
    ... )
    >>> sections = pd.DataFrame(index=pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"]))
    >>> schedule(listed, sections, delay_months=6)[["opening", "first_year", "counted", "reason"]]
           opening  first_year  counted      reason
    wing   2028-03      2028.0     True
    hall   2028-03      2028.0    False   suspended
    annex                  NaN    False  no_opening
    """
    if type(delay_months) is not int or delay_months < 0:
        msg = f"`delay_months` is a whole number of months, zero or more, got {delay_months!r}."
        raise ValueError(msg)
    if not 0 <= least_probability <= 1:
        msg = f"`least_probability` lies between 0 and 1, got {least_probability}."
        raise ValueError(msg)
    checks.require_unique_labels(projects.index, what="`projects`")
    table = _complete(projects)
    months = table[list(_MONTHS)].map(month_number).astype(float)
    _require_sound(table, months, sections.index)

    did_open = months["opened"].notna() | (table["status"] == "opened")
    late_by = (table["delay_months"].fillna(0) + delay_months).where(~did_open, 0.0)
    month = months["opened"].fillna(months["opening"] + late_by)
    there = pd.Series(data=False, index=table.index)
    if as_of is not None:
        there = did_open & (month.fillna(-np.inf) <= _month_of(as_of))
    table = table.assign(
        probability=table["probability"].fillna(1.0),
        opening=month.map(_month_text),
        late_by=month - months["opening"],
        month=month,
        first_year=first_year_served(month),
        end_year=first_year_served(months["closing"]).fillna(np.inf),
    )
    ends = there & table["kind"].isin((*ADDING, "handover")) & np.isfinite(table["end_year"])
    table["reason"] = _reasons(
        table, sections.index, statuses=statuses, in_seats=there & ~ends, least_probability=least_probability
    )
    table["counted"] = table["reason"] == ""
    table["in_seats"] = ends
    return table.drop(columns=["opened", "delay_months"])


def sized(table: pd.DataFrame) -> pd.Series:
    """Return which projects say how many seats or classes they add or take away."""
    return table[["seats_added", "classes_added"]].notna().any(axis=1)


def changes_ownership(table: pd.DataFrame, sections: pd.Index) -> pd.Series:
    """
    Return which projects change who owns a section, and no seats.

    A conversion that takes no rooms of another stage; a residential
    kindergarten handed over that is there and names no size.
    """
    taken_over = (table["kind"] == "handover") & ~sized(table) & _at_section(table, sections)
    return ((table["kind"] == "convert") & (table["rooms_of"] == "")) | taken_over


def changes_whole_section(table: pd.DataFrame) -> pd.Series:
    """Return which projects act on all seats of a section: it moves, or it ends and no number is given."""
    return (table["kind"] == "relocate") | ((table["kind"] == "demolish") & ~sized(table))


def _at_section(table: pd.DataFrame, sections: pd.Index, *, stage: str = "stage") -> pd.Series:
    return pd.Series(pd.MultiIndex.from_frame(table[["school", stage]]).isin(sections), index=table.index)


def _complete(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that are read: text that is missing is empty, a number that is missing stays so."""
    table = pd.DataFrame(projects.reindex(columns=[*_TEXTS, *_MONTHS, *_NUMBERS]))
    texts = [*_TEXTS, *_MONTHS]
    table[texts] = table[texts].astype(object).where(table[texts].notna(), "")
    table[list(_NUMBERS)] = table[list(_NUMBERS)].astype(float)
    becomes = table["kind"].isin(("convert", "handover")) & (table["rooms_of"] == "") & (table["ownership"] == "")
    return table.assign(ownership=table["ownership"].mask(becomes, "public"))


def _reasons(
    table: pd.DataFrame,
    sections: pd.Index,
    *,
    statuses: Collection[str],
    in_seats: pd.Series,
    least_probability: float,
) -> pd.Series:
    """Return the first reason that holds, else an empty text."""
    kind, listed = table["kind"], _at_section(table, sections)
    whole, owner = changes_whole_section(table), changes_ownership(table, sections)
    # a school that a project builds can move, end or change hands like one that is there
    built = pd.MultiIndex.from_frame(table.loc[kind.isin((*ADDING, "handover")), ["school", "stage"]])
    known = listed | (_at_section(table, built) & (table["school"] != ""))
    needs_size = kind.isin((*ADDING, "handover")) & ~owner
    holds = {
        "no_seats": kind == "improve",
        "suspended": table["status"] == "suspended",
        "status": (table["status"] != "") & ~table["status"].isin(tuple(statuses)),
        "in_seats": in_seats,
        "no_opening": table["month"].isna(),
        "no_size": needs_size & ~sized(table),
        "no_section": (whole | owner) & ~known,
        "no_place": ~listed & ~owner & (table["catchment"] == "") & ~(whole & known & (kind == "demolish")),
        "never_open": table["end_year"] <= table["first_year"],
    }
    reason = pd.Series("", index=table.index, dtype=object)
    for name, mask in holds.items():
        reason = reason.mask((reason == "") & mask, name)
    moves = table[(reason == "") & (kind == "relocate")]
    first_move = moves.groupby(["school", "stage"])["month"].min().rename("moved")
    moved = table[["school", "stage"]].join(first_move, on=["school", "stage"])["moved"]
    after = whole & (kind == "demolish") & (moved <= table["month"])
    reason = reason.mask((reason == "") & after, "moved_already")
    return reason.mask((reason == "") & (table["probability"] < least_probability), "unlikely")


def _month_of(text: str) -> float:
    month = month_number(text)
    if np.isnan(month):
        msg = f"`as_of` is a month such as 2025-09, got {text!r}."
        raise ValueError(msg)
    return month


def _month_text(month: float) -> str:
    return "" if np.isnan(month) else f"{int(month) // 12:04d}-{int(month) % 12 + 1:02d}"


def _require_sound(table: pd.DataFrame, months: pd.DataFrame, sections: pd.Index) -> None:
    """Refuse projects that contradict themselves, all at once."""
    kind, takes = table["kind"], table["rooms_of"] != ""
    numbers = table[["seats_added", "classes_added"]]
    only_more = kind.isin((*ADDING, "handover", "relocate")) & (kind != "expand")
    found: list[tuple[pd.Series, str, Wording]] = [
        (~kind.isin(PROJECT_KINDS), "kind", _NO_KIND),
        (~table["ownership"].isin(("", *OWNERSHIPS)), "ownership", _NO_OWNERSHIP),
        *((months[name].isna() & (table[name] != ""), name, _NO_MONTH) for name in _MONTHS),
        (~table["probability"].between(0, 1) & table["probability"].notna(), "probability", _NO_SHARE),
        ((table["delay_months"] < 0), "delay_months", _NEGATIVE_DELAY),
        ((kind == "demolish") & (numbers > 0).any(axis=1), "seats_added", _DEMOLITION_ADDS),
        ((only_more | takes) & (numbers < 0).any(axis=1), "seats_added", _TAKES_AWAY),
        ((kind == "improve") & (numbers.fillna(0) != 0).any(axis=1), "seats_added", _IMPROVES_AND_ADDS),
        (takes & ~kind.isin(TAKING_ROOMS), "rooms_of", _TAKES_NO_ROOMS),
        (takes & table["classes_added"].isna(), "classes_added", _ROOMS_NOT_COUNTED),
        (takes & (table["rooms_of"] == table["stage"]), "rooms_of", _OWN_ROOMS),
        (takes & ~_at_section(table, sections, stage="rooms_of"), "rooms_of", _NO_HOST),
    ]
    faults = [
        Fault(file="projects", column=column, value=str(project), **wording._asdict())
        for mask, column, wording in found
        for project in table.index[mask]
    ]
    if faults:
        raise InputError(faults)


def draw_openings(schedule: pd.DataFrame, *, draws: int, seed: int) -> xr.DataArray:
    """
    Draw which projects come about.

    A project's draws depend on its label and the seed alone, not on its place
    in the list or on its neighbours; projects are independent of each other.
    More probable means open in the same draws and some more.

    Parameters
    ----------
    schedule
        From `schedule`.
    draws
        Number of draws.
    seed
        Same seed, same draws.

    Returns
    -------
    opened
        By (project, draw), true or false. A project that is counted, or would
        be if it were more likely, is open with its probability: always if that
        is one. Any other is never open.

    Examples
    --------
    >>> table = pd.DataFrame({"probability": [1.0, 0.5], "counted": True, "reason": ""}, index=["sure", "not sure"])
    >>> draw_openings(table, draws=1000, seed=1).mean("draw").values.round(1).tolist()
    [1.0, 0.5]
    """
    checks.require_unique_labels(schedule.index, what="`schedule`")
    uniform = np.empty((len(schedule), draws))
    for place, project in enumerate(schedule.index):
        words = np.frombuffer(hashlib.blake2b(str(project).encode(), digest_size=16).digest(), dtype=np.uint32)
        uniform[place] = np.random.default_rng([seed, *words.tolist()]).random(draws)
    chance = schedule["probability"].where(possible(schedule), 0.0).to_numpy(dtype=float)
    coords = {"project": schedule.index.to_numpy(dtype=object), "draw": np.arange(draws)}
    return xr.DataArray(uniform < chance[:, None], coords=coords, dims=("project", "draw"), name="opened")


def possible(schedule: pd.DataFrame) -> pd.Series:
    """Return which projects can come about: those counted, and those that are only not likely enough."""
    return schedule["counted"] | (schedule["reason"] == "unlikely")


_NO_KIND = Wording(
    "is of no known kind.",
    f"Write one of {', '.join(PROJECT_KINDS)}.",
    "的建设类型无法识别。",
    f"可用:{'、'.join(PROJECT_KINDS)}。",
)
_NO_OWNERSHIP = Wording(
    "becomes neither public, inclusive nor private.",
    f"Write one of {', '.join(OWNERSHIPS)}, or leave it empty.",
    "的办学性质无法识别。",
    f"可用:{'、'.join(OWNERSHIPS)},或留空。",
)
_NO_MONTH = Wording(
    "has a date that is no month.", "Write it as 2027-09.", "的日期不是年月。", "请写成 2027-09 的形式。"
)
_NO_SHARE = Wording(
    "has a probability outside 0 to 1.", "Write 80 % as 0.8.", "的概率不在 0 到 1 之间。", "80% 请写成 0.8。"
)
_NEGATIVE_DELAY = Wording(
    "is late by fewer than zero months.",
    "Move the opening instead.",
    "的延期月数为负数。",
    "提前投用的,请直接修改投用时间。",
)
_DEMOLITION_ADDS = Wording(
    "is a demolition and would add seats.",
    "Write what it takes away as a negative number, or leave it empty: then everything there ends.",
    "是拆除(停用)项目,数量却为正数。",
    "减少的数量请写为负数;留空表示该处全部停用。",
)
_TAKES_AWAY = Wording(
    "adds a negative number of seats or classes.",
    "Write what it adds, or make it a demolition.",
    "新增的学位或班数为负数。",
    "请填写新增数量;减少学位的,请改为拆除项目。",
)
_IMPROVES_AND_ADDS = Wording(
    "improves what is there and adds seats as well.",
    "Make it an expansion, or leave the number out.",
    "是改善类项目,却有新增学位或班数。",
    "新增学位的,请改为改扩建;否则请删去数量。",
)
_TAKES_NO_ROOMS = Wording(
    "takes classrooms of another stage, which only attached classes and conversions do.",
    "Leave `rooms_of` empty, or correct the kind.",
    "占用其他学段教室,但只有附设班和转用项目才能占用。",
    "请将占用教室学段留空,或更正建设类型。",
)
_ROOMS_NOT_COUNTED = Wording(
    "takes classrooms of another stage, but does not say how many.",
    "Fill in `classes_added`.",
    "占用其他学段教室,但没有班数。",
    "请填写新增班数。",
)
_OWN_ROOMS = Wording(
    "takes classrooms of its own stage.",
    "Name the stage that gives them up.",
    "占用的是本学段的教室。",
    "请填写让出教室的学段。",
)
_NO_HOST = Wording(
    "takes classrooms of a stage that the school does not have.",
    "Correct `school` or `rooms_of`, or add the section.",
    "占用的学段不是该校现有学部。",
    "请更正学校代码或占用教室学段,或补充学部。",
)
