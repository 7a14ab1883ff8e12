"""
A plan against oversized classes (消除大班额规划): what happens with the rooms there are, and what is missing, year by year.

Pupils move up one grade a year and leave after the highest; nobody repeats,
joins or moves away on the way, so that none is lost: who moves in or out
belongs into the expected intake. Each year a school forms its classes anew in
the rooms that it has then, as fairly as whole rooms allow. That is the best it
can do without building, and so the least that building must mend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.seats.classes.limits import limit_by_label
from schoolmap.seats.classes.room_shares import share_counts
from schoolmap.seats.demand import whole_classes

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from schoolmap.seats.classes.limits import Limit

    Floats = NDArray[np.float64]

SECTION = ["school", "stage"]
BY_YEAR = (
    "pupils",
    "leavers",
    "rooms",
    "classes_taught",
    "combined",
    "largest_class",
    "oversized",
    "very_oversized",
    "excess_heads",
    "classes_needed",
    "rooms_missing",
)
"""Columns of `Dissolution.by_year`."""
COUNTED = ("oversized", "very_oversized", "excess_heads")
"""What may be told of the base year, where classes were counted one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolution:
    """
    A plan against oversized classes.

    Attributes
    ----------
    by_year
        By (school, stage, year), from the base to the target year:
          - `pupils`, and `leavers`: who left at the end of the year before
          - `rooms`
          - `classes_taught` - in the base year as they are; later in the rooms
            there are, and never more than the caps ask for
          - `combined` - whether there are fewer rooms than grades, so that
            grades are taught together
          - `largest_class`, `oversized`, `very_oversized`, `excess_heads` - then,
            with the pupils of each grade rounded to whole heads and spread evenly
          - `classes_needed` - at the caps
          - `rooms_missing` - classes needed above the rooms
        Missing where pupils or rooms are not known. Children without any room
        are in no class: for them all but pupils, classes needed and rooms
        missing has no answer.
    by_section
        By (school, stage):
          - `oversized` - classes in the base year
          - `rooms_to_add` - rooms missing in the target year
          - `most_rooms_missing`, `most_missing_in` - in the worst year after
            the base year, and the first such year; more than `rooms_to_add`
            where the crest passes before the target year, so that temporary
            rooms may do
          - `dissolves_by_itself` - first year from which on no class is
            oversized though nothing is built beyond `rooms`; missing where
            there is none within the plan, or nothing to dissolve
    targets
        From `yearly_targets`, for the oversized classes of the base year.
    audit
        By stage: `base` + `intake` pupils are `leavers` + `target` pupils.
    """

    by_year: pd.DataFrame
    by_section: pd.DataFrame
    targets: pd.DataFrame
    audit: pd.DataFrame


def plan_dissolution(
    taught: pd.DataFrame,
    intake: pd.Series,
    rooms: pd.Series,
    *,
    grades: Mapping[str, Sequence[str]],
    caps: Limit,
    base_year: int,
    target_year: int,
    oversized_from: float,
    very_oversized_from: float | None,
) -> Dissolution:
    """
    Plan how oversized classes are dissolved until a target year.

    Parameters
    ----------
    taught
        `pupils` and `classes` of the base year by (school, stage, grade): every
        grade of a section, zero where it teaches none. Where classes were
        counted one by one, with `oversized`, `very_oversized` and
        `excess_heads` of `classes.oversize`; else pupils are spread evenly.
    intake
        Pupils who will enter the lowest grade, by (school, stage, year), for
        each year after the base year.
    rooms
        Classrooms by (school, stage, year), for each year; missing where not
        known. A school that teaches more classes than it lists rooms looks more
        crowded from the first year on.
    grades
        Stage to its grades in rising order.
    caps
        Most pupils of a class: one figure, or by `grade` and `year`, as
        `lookup.caps_grid` of the standards lays them out.
    base_year, target_year
        First and last school year. By the target year no class shall be oversized.
    oversized_from, very_oversized_from
        A class of this many pupils or more is oversized, very oversized; the
        second is `None` where the standard has none. They hold for all stages.

    Raises
    ------
    LabelError
        If a section lacks a grade or year, or a table knows a section that
        `taught` does not: its pupils would be lost.
    ValueError
        If a number is negative, the target year is not after the base year, or
        a cap of the target year still allows an oversized class.

    Examples
    --------
    >>> def labels(**levels):
    ...     return pd.MultiIndex.from_product(levels.values(), names=list(levels))
    >>> years, grades = [2024, 2025, 2026], ["1", "2"]
    >>> base = labels(school=["a"], stage=["primary"], grade=grades)
    >>> plan = plan_dissolution(
    ...     pd.DataFrame({"pupils": [120.0, 60.0], "classes": [2.0, 1.0]}, index=base),
    ...     pd.Series([50.0, 40.0], index=labels(school=["a"], stage=["primary"], year=years[1:])),
    ...     pd.Series(3.0, index=labels(school=["a"], stage=["primary"], year=years)),
    ...     grades={"primary": grades},
    ...     caps=45,
    ...     base_year=2024,
    ...     target_year=2026,
    ...     oversized_from=56,
    ...     very_oversized_from=66,
    ... )
    >>> plan.by_year[["pupils", "oversized", "excess_heads", "classes_needed", "rooms_missing"]].values.tolist()
    [[180.0, 3.0, 15.0, 5.0, 2.0], [170.0, 2.0, 10.0, 5.0, 2.0], [90.0, 0.0, 0.0, 3.0, 0.0]]
    >>> plan.by_section.loc[("a", "primary"), ["most_rooms_missing", "dissolves_by_itself"]].tolist()
    [2.0, 2026.0]
    """
    if target_year <= base_year:
        msg = f"The target year must be after the base year, got {target_year} and {base_year}."
        raise ValueError(msg)
    years = list(range(base_year, target_year + 1))
    _require_levels(taught.index, "grade", what="`taught`")
    sections = pd.MultiIndex.from_frame(_sections(taught.index).drop_duplicates().sort_values(SECTION))
    stages = sections.get_level_values("stage")
    unknown = stages.difference(pd.Index(list(grades)))
    if len(unknown) > 0:
        msg = f"`taught` has the stage {unknown[0]!r}, of which `grades` tells no grades."
        raise LabelError(msg)
    arriving = _grid(intake.to_frame("intake"), sections, years[1:], level="year", what="`intake`")["intake"]
    space = _grid(rooms.to_frame("rooms"), sections, years, level="year", what="`rooms`")["rooms"]
    parts: list[pd.DataFrame] = []
    audit: dict[str, dict[str, float]] = {}
    for stage in stages.unique():
        here = np.asarray(stages == stage)
        rungs = list(grades[stage])
        mine = taught[taught.index.get_level_values("stage") == stage]
        now = _grid(_base(mine), sections[here], rungs, level="grade", what="`taught`")
        cap = limit_by_label(caps, pd.MultiIndex.from_product([years, rungs], names=["year", "grade"]), what="cap")
        cap = cap.reshape(len(years), len(rungs))
        if (cap[-1] >= oversized_from).any():
            msg = f"The caps of {target_year} allow classes of {cap[-1].max():g}, which are oversized: lower them."
            raise ValueError(msg)
        pupils = _roll(now["pupils"], arriving[here])
        columns = _form(pupils, now["classes"], space[here], cap=cap, most=_largest(oversized_from))
        counted = _count(
            columns.pop("heads"),
            columns.pop("classes"),
            oversized_from=oversized_from,
            very_oversized_from=very_oversized_from,
        )
        for name in set(COUNTED) & set(now):
            counted[name][:, 0] = now[name].sum(axis=1)
        leavers = np.column_stack([np.zeros(len(pupils)), pupils[:, :-1, -1]])
        columns |= counted | {"pupils": pupils.sum(axis=2), "leavers": leavers, "rooms": space[here]}
        flat = {name: columns[name].ravel() for name in BY_YEAR}
        parts.append(pd.DataFrame(flat, index=_yearly(sections[here], years)))
        audit[str(stage)] = {
            "base": now["pupils"].sum(),
            "intake": arriving[here].sum(),
            "leavers": leavers.sum(),
            "target": pupils[:, -1].sum(),
        }
    by_year = pd.concat(parts).sort_index()
    return Dissolution(
        by_year=by_year,
        by_section=_by_section(by_year, years),
        targets=yearly_targets(by_year["oversized"].xs(base_year, level="year"), years=years[1:]),
        audit=pd.DataFrame.from_dict(audit, orient="index").rename_axis("stage"),
    )


def _largest(oversized_from: float) -> float:
    """Return the pupils of the largest class that is not oversized."""
    return float(np.ceil(oversized_from)) - 1


def _yearly(units: pd.Index, years: Sequence[int]) -> pd.MultiIndex:
    """Return the labels of units with each year, unit by unit."""
    levels = [np.repeat(units.get_level_values(level), len(years)) for level in range(units.nlevels)]
    return pd.MultiIndex.from_arrays([*levels, list(years) * len(units)], names=[*units.names, "year"])


def _base(taught: pd.DataFrame) -> pd.DataFrame:
    """Return what is told of the base year, or raise if it contradicts itself."""
    lacking = [name for name in ("pupils", "classes") if name not in taught]
    told = [name for name in COUNTED if name in taught]
    if told and len(told) < len(COUNTED):
        lacking = [name for name in COUNTED if name not in taught]
    if lacking:
        msg = f"`taught` has no {lacking[0]!r}; it needs pupils and classes, and all of {', '.join(COUNTED)} or none."
        raise LabelError(msg)
    unhoused = (taught["pupils"] > 0) & (taught["classes"] == 0)
    if unhoused.any():
        msg = f"`taught` has pupils and no class for them, e.g. {taught.index[unhoused][0]!r}."
        raise ValueError(msg)
    if (taught["classes"] % 1 > 0).any():
        msg = f"`taught` has a part of a class, e.g. {taught.index[taught['classes'] % 1 > 0][0]!r}: classes are whole."
        raise ValueError(msg)
    return taught[["pupils", "classes", *told]]


def _sections(index: pd.Index) -> pd.DataFrame:
    """Return the section of each row."""
    return pd.DataFrame({name: index.get_level_values(name) for name in SECTION})


def _require_levels(index: pd.Index, level: str, *, what: str) -> None:
    """Raise unless a table is by school, stage and one more level, each label once."""
    if set(index.names) != {*SECTION, level}:
        msg = f"{what} is by {', '.join(map(str, index.names))}; it must be by school, stage and {level}."
        raise LabelError(msg)
    checks.require_unique_labels(index, what=what)


def _grid(
    table: pd.DataFrame, sections: pd.MultiIndex, labels: Sequence[Hashable], *, level: str, what: str
) -> dict[str, Floats]:
    """Return each column by section and label, or raise where a cell is not there."""
    _require_levels(table.index, level, what=what)
    row = sections.get_indexer(pd.MultiIndex.from_frame(_sections(table.index)))
    columns: pd.Index = pd.Index(list(labels), dtype=object)
    column = columns.get_indexer(table.index.get_level_values(level))
    # years beyond the plan are nobody's loss; a grade or a section would be
    lost = row < 0 if level == "year" else (row < 0) | (column < 0)
    if lost.any():
        msg = f"{what} has {table.index[lost].tolist()[0]!r}, which the plan does not know: its pupils or rooms would be lost."
        raise LabelError(msg)
    there = np.zeros((len(sections), len(labels)), dtype=bool)
    kept = column >= 0
    there[row[kept], column[kept]] = True
    if not there.all():
        first, second = np.argwhere(~there)[0]
        msg = (
            f"{what} lacks {level} {labels[second]!r} of {sections[first]!r}. "
            "Add the row; zero where there is nobody, empty where it is not known."
        )
        raise LabelError(msg)
    grids = {}
    for name in table.columns:
        checks.require_not_negative(table[name], what=f"{what} ({name})")
        grid = np.full(there.shape, np.nan)
        grid[row[kept], column[kept]] = table[name].to_numpy(dtype=float)[kept]
        grids[str(name)] = grid
    return grids


def _roll(base: Floats, intake: Floats) -> Floats:
    """Return pupils by section, year and grade: everyone is a grade higher each year."""
    # one line of cohorts, the oldest first; each year looks at a window one step further down
    line = np.concatenate([base[:, ::-1], intake], axis=1)
    pupils: Floats = sliding_window_view(line, base.shape[1], axis=1)[:, :, ::-1]
    return pupils


def _form(pupils: Floats, classes: Floats, rooms: Floats, *, cap: Floats, most: float) -> dict[str, Floats]:
    """Form classes by section, year and grade: as they are in the base year, then in the rooms there are."""
    heads = np.round(pupils)
    space = np.floor(np.round(rooms, 6))
    needed = whole_classes(pupils, cap)
    highest = whole_classes(pupils, np.minimum(cap, most))
    shared = share_counts(heads.reshape(-1, heads.shape[2]), space.ravel(), highest.reshape(-1, heads.shape[2]))
    shared = shared.reshape(heads.shape)
    shared[:, 0] = classes
    # fewer rooms than grades: all are taught together in the rooms there are, as if they were one grade
    combined = (space > 0) & (space < (highest > 0).sum(axis=2))
    combined[:, 0] = False
    one = np.arange(heads.shape[2]) == 0
    heads = np.where(combined[:, :, None], heads.sum(axis=2, keepdims=True) * one, heads)
    shared = np.where(combined[:, :, None], space[:, :, None] * one, shared)
    return {
        "heads": heads,
        "classes": shared,
        "classes_taught": shared.sum(axis=2),
        "combined": combined,
        "classes_needed": needed.sum(axis=2),
        "rooms_missing": np.maximum(needed.sum(axis=2) - space, 0.0),
    }


def _count(
    heads: Floats, classes: Floats, *, oversized_from: float, very_oversized_from: float | None
) -> dict[str, Floats]:
    """Count oversized classes where the pupils of each grade are spread evenly over its classes."""
    # no class holds nobody; a number that is not known stays so
    smaller = np.floor(np.divide(heads, classes, out=np.zeros_like(heads), where=classes != 0))
    larger = heads - smaller * classes

    def over(start: float) -> Floats:
        counted: Floats = (larger * (smaller + 1 >= start) + (classes - larger) * (smaller >= start)).sum(axis=2)
        return counted

    limit = _largest(oversized_from)
    excess = larger * np.maximum(smaller + 1 - limit, 0) + (classes - larger) * np.maximum(smaller - limit, 0)
    return {
        "largest_class": (smaller + (larger > 0)).max(axis=2),
        "oversized": over(oversized_from),
        "very_oversized": np.full(heads.shape[:2], np.nan)
        if very_oversized_from is None
        else over(very_oversized_from),
        "excess_heads": excess.sum(axis=2),
    }


def _by_section(by_year: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Say for each section what is missing in the end, and whether time mends it."""
    over, missing = (by_year[name].to_numpy().reshape(-1, len(years)) for name in ("oversized", "rooms_missing"))
    calendar = np.asarray(years, dtype=float)
    # clear in a year and in all years after it
    settled = np.logical_and.accumulate((over == 0)[:, ::-1], axis=1)[:, ::-1]
    mended = settled.any(axis=1) & (over > 0).any(axis=1)
    worst = missing[:, 1:].max(axis=1)
    return pd.DataFrame(
        {
            "oversized": over[:, 0],
            "rooms_to_add": missing[:, -1],
            "most_rooms_missing": worst,
            "most_missing_in": np.where(worst > 0, calendar[1:][missing[:, 1:].argmax(axis=1)], np.nan),
            "dissolves_by_itself": np.where(mended, calendar[settled.argmax(axis=1)], np.nan),
        },
        index=pd.MultiIndex.from_frame(_sections(by_year.index[:: len(years)])),
    )


def yearly_targets(oversized: pd.Series, *, years: Sequence[int]) -> pd.DataFrame:
    """
    Spread the classes to dissolve evenly over the years, down to zero in the last (年度化解任务).

    Whole classes are dealt out like cards, section by section, those with most
    to do first: so the task of each section and that of the whole county are
    both even, up to one class, and the larger tasks come in the earlier years.

    Parameters
    ----------
    oversized
        Classes to dissolve, by section; missing where not known.
    years
        School years in rising order.

    Returns
    -------
    targets
        By section and year, with `dissolve` (classes to be dissolved by this
        year since the one before) and `left` (oversized classes that may remain).

    Raises
    ------
    ValueError
        If a number is negative or not whole, or there is no year.

    Examples
    --------
    >>> task = yearly_targets(pd.Series({"a": 4.0, "b": 2.0, "c": 1.0}), years=[2025, 2026, 2027])
    >>> task["dissolve"].unstack().values.tolist()
    [[2.0, 1.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]
    """
    checks.require_unique_labels(oversized.index, what="The classes to dissolve")
    checks.require_not_negative(oversized, what="The number of classes to dissolve")
    number = oversized.to_numpy(dtype=float)
    if (number % 1 > 0).any():
        msg = f"Classes to dissolve are whole, got {number[number % 1 > 0][0]:g}."
        raise ValueError(msg)
    if not years:
        msg = "There is no year to dissolve classes in."
        raise ValueError(msg)
    count, steps = np.nan_to_num(number, nan=0.0), len(years)
    # of equals, the first label first: the order of the rows decides nothing
    alphabet = np.empty(len(count), dtype=int)
    alphabet[oversized.index.argsort()] = np.arange(len(count))
    order = np.lexsort((alphabet, -count))
    dealt = np.zeros(len(count))
    dealt[order] = np.cumsum(count[order]) - count[order]
    turn = (np.arange(steps)[None, :] - dealt[:, None]) % steps
    dissolve = np.floor(count / steps)[:, None] + (turn < (count % steps)[:, None])
    dissolve = np.where(np.isnan(number)[:, None], np.nan, dissolve)
    left = number[:, None] - dissolve.cumsum(axis=1)
    columns = {"dissolve": dissolve.ravel(), "left": left.ravel()}
    return pd.DataFrame(columns, index=_yearly(oversized.index, years))
