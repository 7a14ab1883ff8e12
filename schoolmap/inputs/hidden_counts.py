"""
Hide small counts of people in the tables of a project, before anything is made of them.

Each table is treated as `small_counts` says, in groups of the same catchment and
age (or grade) where there are enough. A count that stands in several tables, such
as a grade that is told by class, by section and by year, is hidden once and
copied, and totals are made anew of their parts: else the one table would tell
what the other hides. Seats, classes, rooms and staff are no children and stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.inputs.checks.consistency import band_ends
from schoolmap.inputs.small_counts import averaged
from schoolmap.inputs.small_counts import is_small
from schoolmap.inputs.small_counts import with_parts
from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import KINDERGARTEN_GRADES
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import by_grade
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Mapping

HIDDEN: dict[str, tuple[str, ...]] = {
    "population": ("count",),
    "births": ("births",),
    "projection": ("count",),
    "totals": ("count",),
    "structure": ("count",),
    "pupils": ("pupils",),
    "sections": (
        *("enrolment", "intake", "graduates", "boarders", "special_needs", "published_utilisation"),
        *(by_grade("pupils", grade) for grade in CLASS_GRADES),
    ),
    "classes": ("pupils",),
    "flows": ("pupils",),
    "dwellings": ("people",),
}
"""Columns that count children or residents. A published utilisation is left out: times the seats, it is the pupils."""
AGES_PER_BAND = 5
"""Ages that are put together where a single one has too few small counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How small counts are hidden."""

    below: int
    home: pd.Series
    """Catchment of each small area, a text; empty outside."""
    ages: Mapping[str, tuple[int, int]]
    base_year: int

    def mean(self, frame: pd.DataFrame, column: str, *levels: list[str]) -> pd.Series:
        """Return a column with means in place of small counts, grouped by those columns that there are."""
        there = [[name for name in level if name in frame] for level in levels]
        return averaged(frame[column].astype(float), frame, there, below=self.below)

    def of_parts(
        self,
        frame: pd.DataFrame,
        column: str,
        *levels: list[str],
        before: pd.Series,
        after: pd.Series,
    ) -> pd.Series:
        """
        Return a column of totals made of their parts as shown, and those without parts as `mean` does.

        A small total of parts that are not small contradicts them; it is a
        count by itself.
        """
        total = frame[column].astype(float)
        made = before.notna() & ~(is_small(total, below=self.below) & ~is_small(before, below=self.below))
        own = self.mean(frame.assign(**{column: total.mask(made)}), column, *levels)
        return with_parts(total, before, after, below=self.below).where(made, own)

    def homes(self, areas: pd.Series) -> pd.Series:
        """Return the catchment of each area."""
        return areas.map(self.home).astype(object).fillna("")


def hide_small(
    tables: Mapping[str, pd.DataFrame],
    *,
    below: int,
    home: pd.Series,
    ages: Mapping[str, tuple[int, int]],
    base_year: int,
) -> dict[str, pd.DataFrame]:
    """
    Return tables of a project in which no small count is left.

    Parameters
    ----------
    tables
        As read and checked, by the contract's names; they are not changed.
    below
        Counts from 1 to `below - 1` are hidden; at least 3.
    home
        Catchment by code of the small area; areas that are not in it, or are
        in none, are taken together.
    ages
        Youngest and oldest age of each stage, which tell its grades.
    base_year
        School year of the sections.

    Returns
    -------
    tables
        All of them; those in which something was hidden are new. Rows and their
        order are as they were.
    """
    rule = _Rule(below=below, home=home, ages=ages, base_year=base_year)
    found = dict(tables)
    found |= _of_people(found, rule)
    found |= _of_schools(found, rule)
    if "dwellings" in found and "people" in found["dwellings"]:
        # only how people spread within an area: all small numbers of them are alike
        frame = found["dwellings"]
        found["dwellings"] = frame.assign(people=rule.mean(frame, "people"))
    return found


# People


def _of_people(tables: Mapping[str, pd.DataFrame], rule: _Rule) -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = {}
    if "population" in tables:
        found["population"] = _population(tables["population"], rule)
    if "births" in tables:
        frame = tables["births"]
        keyed = frame.assign(home=rule.homes(frame["area"]))
        levels = (["home", "year", "month", "order"], ["home", "year", "month"], ["home", "year"], ["year"])
        found["births"] = frame.assign(births=rule.mean(keyed, "births", *levels))
    if "projection" in tables:
        found["projection"] = _projection(tables["projection"], rule)
    if "totals" in tables:
        found["totals"] = _totals(tables["totals"], tables.get("population"), found.get("population"), rule)
    if "structure" in tables:
        found["structure"] = _structure(tables["structure"], tables.get("population"), found.get("population"), rule)
    return found


def _population(frame: pd.DataFrame, rule: _Rule) -> pd.DataFrame:
    band = band_ends(frame["age"])["low"] // AGES_PER_BAND
    keyed = frame.assign(home=rule.homes(frame["area"]), band=band)
    levels = [
        ["date", "sex", "home", "age"],
        ["date", "sex", "home", "band"],
        ["date", "sex", "age"],
        ["date", "sex", "band"],
        ["date"],
    ]
    return frame.assign(count=rule.mean(keyed, "count", *levels))


def _projection(frame: pd.DataFrame, rule: _Rule) -> pd.DataFrame:
    # a catchment is its own
    keyed = frame.assign(home=rule.homes(frame["area"]) if "area" in frame else "")
    levels = (["home", "year", "age", "stage"], ["home", "year"], ["year", "age", "stage"], ["year"])
    return frame.assign(count=rule.mean(keyed, "count", *levels))


def _totals(
    frame: pd.DataFrame,
    before: pd.DataFrame | None,
    after: pd.DataFrame | None,
    rule: _Rule,
) -> pd.DataFrame:
    """Hide totals of areas; those of a day on which ages were counted, too, are made of the ages."""
    keyed = frame.assign(home=rule.homes(frame["area"]))
    by = ["area", "date"]
    then, now = _summed(before, frame, by), _summed(after, frame, by)
    return frame.assign(count=rule.of_parts(keyed, "count", ["home", "date"], ["date"], before=then, after=now))


def _structure(
    frame: pd.DataFrame,
    before: pd.DataFrame | None,
    after: pd.DataFrame | None,
    rule: _Rule,
) -> pd.DataFrame:
    """Hide the ages of the whole; where the ages of areas are known, too, it is made of the latest of them."""
    by = ["age"]
    if before is not None and after is not None:
        latest = before["date"] == before["date"].max()
        before, after = before[latest], after[latest]
        by = [name for name in ("age", "sex") if name in frame and name in before]
    then, now = _summed(before, frame, by), _summed(after, frame, by)
    return frame.assign(count=rule.of_parts(frame, "count", ["sex"], before=then, after=now))


def _summed(parts: pd.DataFrame | None, frame: pd.DataFrame, by: list[str]) -> pd.Series:
    """Return for each row of a table the sum of what another one tells of it; missing where that tells nothing."""
    if parts is None:
        return pd.Series(np.nan, index=frame.index)
    sums = parts.groupby(by, dropna=False)["count"].sum()
    sums.index = pd.MultiIndex.from_frame(sums.index.to_frame().astype(object))
    at = pd.MultiIndex.from_frame(frame[by].astype(object))
    return pd.Series(sums.reindex(at).to_numpy(dtype=float), index=frame.index)


# Schools


def _of_schools(tables: Mapping[str, pd.DataFrame], rule: _Rule) -> dict[str, pd.DataFrame]:
    """Hide pupils: first by class, then by grade, year and section, each made of, or copied from, those before."""
    found: dict[str, pd.DataFrame] = {}
    told = _Told(before=_NO_GRADES, after=_NO_GRADES)
    if "classes" in tables:
        frame = tables["classes"]
        found["classes"] = frame.assign(pupils=rule.mean(frame, "pupils", ["grade"]))
        told = _Told(before=_by_school(frame), after=_by_school(found["classes"]))
    grades = _grades(tables["sections"], told, rule) if "sections" in tables else _NOTHING
    if "pupils" in tables:
        frame = tables["pupils"]
        found["pupils"] = _history(frame, grades, rule)
        now = frame["year"].astype(int) == rule.base_year
        told = _Told(before=_by_school(frame[now]), after=_by_school(found["pupils"][now]))
        grades = _with_others(grades, told, tables.get("sections"), rule)
    if "sections" in tables:
        found["sections"] = _sections(tables["sections"], grades, rule)
    if "flows" in tables:
        frame = tables["flows"]
        found["flows"] = frame.assign(pupils=rule.mean(frame, "pupils", ["origin", "stage"], ["stage"]))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Pupils by school and grade, as they were and as they are shown."""

    before: pd.Series
    after: pd.Series


_NO_GRADES = pd.Series([], index=pd.MultiIndex.from_arrays([[], []], names=["school", "grade"]), dtype=float)
_NOTHING = pd.DataFrame(columns=["row", "school", "stage", "grade", "before", "after", "listed"])
"""Pupils by section (its place) and grade: as they were, as they are shown, and whether the section tells them."""


def _by_school(frame: pd.DataFrame) -> pd.Series:
    return frame.groupby(["school", "grade"])["pupils"].sum()


def _sections(frame: pd.DataFrame, grades: pd.DataFrame, rule: _Rule) -> pd.DataFrame:
    """Return sections with pupils by grade as shown, and the enrolment made of them."""
    shown = frame.copy()
    for grade in CLASS_GRADES:
        column = by_grade("pupils", grade)
        if column in frame:
            own = grades[(grades["grade"] == grade) & grades["listed"].astype(bool)].set_index("row")["after"]
            shown[column] = own.reindex(range(len(frame))).to_numpy(dtype=float)
    if "enrolment" in frame:
        places = grades.groupby("row")
        parts = [places[name].sum(min_count=1).reindex(range(len(frame))) for name in ("before", "after")]
        then, now = (part.set_axis(frame.index).astype(float) for part in parts)
        shown["enrolment"] = rule.of_parts(frame, "enrolment", ["stage"], before=then, after=now)
    for column, place in (("intake", 0), ("graduates", -1)):
        if column in frame:
            shown[column] = _as_grade(frame, column, grades, place, rule)
    for column in ("boarders", "special_needs"):
        if column in frame:
            shown[column] = rule.mean(frame, column, ["stage"])
    if "published_utilisation" in frame:
        shown["published_utilisation"] = np.nan
    return shown


def _grid(frame: pd.DataFrame) -> pd.DataFrame:
    """List every section and grade, with the pupils that the section tells."""
    columns = [by_grade("pupils", grade) for grade in CLASS_GRADES]
    grid = frame.reindex(columns=columns).to_numpy(dtype=float, na_value=np.nan)
    row, place = np.indices(grid.shape).reshape(2, -1)
    table = pd.DataFrame(
        {
            "row": row,
            "school": frame["school"].to_numpy(dtype=object)[row],
            "stage": frame["stage"].to_numpy(dtype=object)[row],
            "grade": np.asarray(CLASS_GRADES, dtype=object)[place],
            "before": grid.ravel(),
        }
    )
    return table.assign(listed=table["before"].notna())


def _parts(table: pd.DataFrame, told: _Told, rule: _Rule) -> tuple[pd.Series, pd.Series]:
    """Return what another table tells of each section and grade; the grade says which section of a school is meant."""
    own = {stage: {*grades_of(span)} for stage, span in rule.ages.items()}
    for grades in own.values():
        # a class of several years is of the stage that has the kindergarten's first year
        if KINDERGARTEN_GRADES[0] in grades:
            grades.add(MIXED_GRADE)
    pairs = zip(table["stage"], table["grade"], strict=True)
    of_stage = np.array([grade in own.get(stage, ()) for stage, grade in pairs], dtype=bool)
    at = pd.MultiIndex.from_frame(table[["school", "grade"]])
    before, after = (
        pd.Series(values.reindex(at).to_numpy(dtype=float), index=table.index).where(of_stage)
        for values in (told.before, told.after)
    )
    return before, after


def _grades(frame: pd.DataFrame, told: _Told, rule: _Rule) -> pd.DataFrame:
    """Hide pupils by section and grade: made of the classes that are told one by one, else by themselves."""
    table = _grid(frame)
    then, now = _parts(table, told, rule)
    own = rule.of_parts(table, "before", ["grade"], ["stage"], before=then, after=now)
    after = own.where(table["listed"], now)
    table = table.assign(after=after, before=table["before"].where(table["listed"], then))
    return table[table["before"].notna()]


def _with_others(grades: pd.DataFrame, told: _Told, sections: pd.DataFrame | None, rule: _Rule) -> pd.DataFrame:
    """Add the grades of which only the table of years tells."""
    if sections is None:
        return grades
    table = _grid(sections)
    then, now = _parts(table, told, rule)
    known = pd.MultiIndex.from_frame(table[["row", "grade"]]).isin(pd.MultiIndex.from_frame(grades[["row", "grade"]]))
    others = table.assign(before=then, after=now, listed=False)[then.notna() & ~known]
    return others if grades.empty else pd.concat([grades, others])


def _as_grade(frame: pd.DataFrame, column: str, grades: pd.DataFrame, place: int, rule: _Rule) -> pd.Series:
    """Hide a column that tells the pupils of the first or last grade again, as if the grade were its part."""
    ends = {stage: listed[place] for stage, span in rule.ages.items() if (listed := grades_of(span))}
    there = grades[grades["grade"] == grades["stage"].map(ends)].set_index("row").reindex(range(len(frame)))
    then, now = (there[name].astype(float).set_axis(frame.index) for name in ("before", "after"))
    return rule.of_parts(frame, column, ["stage"], before=then, after=now)


def _history(frame: pd.DataFrame, grades: pd.DataFrame, rule: _Rule) -> pd.DataFrame:
    """Hide pupils of past years; those of the base year that the sections tell, too, as if the section's were its part."""
    at = pd.MultiIndex.from_frame(frame[["school", "grade"]])
    known = grades.drop_duplicates(["school", "grade"]).set_index(["school", "grade"])
    there = known.reindex(at).set_axis(frame.index)
    of_now = frame["year"].astype(int) == rule.base_year
    then, now = (there[name].astype(float).where(of_now) for name in ("before", "after"))
    return frame.assign(pupils=rule.of_parts(frame, "pupils", ["year", "grade"], ["year"], before=then, after=now))
