"""Who moves: the areas that change their zone, how much longer their way is, and in which year whom it meets (分流)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.optimize.rezoning.problem import share_who_stay

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.problem import Problem


def who_moves(problem: Problem, zone: Whole, *, grandfather_years: int) -> pd.DataFrame:
    """
    List the areas that change their zone.

    Parameters
    ----------
    problem, zone
        The problem, and the zone of each area.
    grandfather_years
        Years in which those who are in school stay at theirs.

    Returns
    -------
    moves
        By area: `from`, `to`, `pupils` (of the first year), `way_before_m`,
        `way_after_m`, `added_m`; `first_year`, from which those who enter school
        go to the new one, and `all_year`, from which everybody does. The years
        are those of the pupils, or 1, 2, 3... where they have none; `all_year`
        is missing where it lies beyond the last.
    """
    land = problem.land
    moved = np.flatnonzero((land.today >= 0) & (land.today != zone))
    before = problem.metres[moved, land.today[moved]]
    after = problem.metres[moved, zone[moved]]
    years = _years(problem, grandfather_years)
    last = years[grandfather_years] if grandfather_years < len(years) else pd.NA
    return pd.DataFrame(
        {
            "from": problem.zones[land.today[moved]],
            "to": problem.zones[zone[moved]],
            "pupils": land.moving[moved],
            "way_before_m": before,
            "way_after_m": after,
            "added_m": after - before,
            "first_year": pd.Series([years[0]] * len(moved), index=moved).to_numpy(),
            "all_year": pd.Series([last] * len(moved), index=moved, dtype=object).to_numpy(),
        },
        index=problem.areas[moved].rename("area"),
    )


def moves_by_year(problem: Problem, zone: Whole, *, grandfather_years: int, grades: int) -> pd.DataFrame:
    """
    Return how many pupils of the areas that change go to their new zone in each year, and how many stay.

    Parameters
    ----------
    problem, zone, grandfather_years
        As in `who_moves`.
    grades
        Years that a pupil spends in the school.

    Returns
    -------
    years
        By year: `at_new` and `still_at_old`. In each year one grade more enters
        by the new boundary, until those who were in school need not stay any
        longer. Where pupils have no years, those of the only one are counted in all.
    """
    years = _years(problem, grandfather_years)
    moved = (problem.land.today >= 0) & (problem.land.today != zone)
    pupils = problem.pupils[moved].sum(axis=0)
    if len(pupils) < len(years):
        pupils = np.repeat(pupils, len(years))
    staying = share_who_stay(len(years), grandfather_years, grades)
    return pd.DataFrame(
        {"at_new": pupils * (1 - staying), "still_at_old": pupils * staying}, index=pd.Index(years, name="year")
    )


def _years(problem: Problem, grandfather_years: int) -> list[object]:
    """Return the years: those of the pupils, or numbers."""
    if len(problem.years) > 1 or problem.years[0] != "all years":
        return list(problem.years)
    return list(range(1, grandfather_years + 2))
