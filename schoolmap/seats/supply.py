"""Seats by section and year: what is there, what projects add and take away, and whom it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.tables import parse_month

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHOOL_YEAR_STARTS_IN = 9
"""Seats that open by this month serve the school year that starts then; later ones serve the next."""


def section_seats(sections: pd.DataFrame, *, class_size: float | None, seat_share: float = 1.0) -> pd.Series:
    """
    Return the seats of each section: as listed, or classrooms times the class size.

    Parameters
    ----------
    sections
        With `seats` and `classrooms`, either missing where not known.
    class_size
        Children in a class at the planning norm, where the standard has one.
    seat_share
        Share of the listed seats that are for the stage's ages, in (0, 1].

    Returns
    -------
    seats
        On the index of `sections`.

    Raises
    ------
    MissingValueError
        If neither is known. Unknown is not zero seats.

    Examples
    --------
    >>> rooms = pd.DataFrame({"seats": [400.0, None], "classrooms": [None, 12.0]}, index=["A", "B"])
    >>> section_seats(rooms, class_size=45).to_dict()
    {'A': 400.0, 'B': 540.0}
    """
    checks.require_share(seat_share, what="seat_share")
    by_rooms = sections["classrooms"] * (np.nan if class_size is None else class_size)
    seats = sections["seats"].fillna(by_rooms)
    checks.require_no_gaps(seats, what="The number of seats")
    return (seats * seat_share).rename("seats")


def utilisation(enrolment: pd.Series, seats: pd.Series) -> pd.Series:
    """
    Return pupils per seat; missing where either is not known or there are no seats.

    Examples
    --------
    >>> utilisation(pd.Series([486.0], index=["01G40"]), pd.Series([432.0], index=["01G40"])).round(3).to_dict()
    {'01G40': 1.125}
    """
    return (enrolment / seats.reindex(enrolment.index).where(lambda number: number > 0)).rename("utilisation")


def changes_by_year(
    projects: pd.DataFrame,
    *,
    years: Sequence[int],
    class_size: float | None,
    what: str,
) -> pd.DataFrame:
    """
    Return what counted projects add by year: seats, or classrooms.

    Parameters
    ----------
    projects
        With `kind`, `opening`, `closing`, `seats_added`, `classes_added` and
        `counted`; a negative number takes away. A conversion between public and
        private changes no total.
    years
        School years.
    class_size
        Turns classes into seats where a project gives only classes.
    what
        `seats` or `classrooms`.

    Returns
    -------
    added
        One row per counted project, one column per year: zero before the
        opening and after the closing.

    Raises
    ------
    MissingValueError
        If a counted project has no opening, or neither seats nor, with a class
        size, classes.
    """
    counted = projects[projects["counted"].astype(bool) & (projects["kind"] != "convert")]
    if what == "seats":
        size = counted["seats_added"].fillna(counted["classes_added"] * (np.nan if class_size is None else class_size))
        checks.require_no_gaps(size, what="The number of seats of a project")
    else:
        size = counted["classes_added"].astype(float)
    start = first_year_served(counted["opening"].map(month_number).astype(float))
    checks.require_no_gaps(start, what="The opening of a counted project")
    end = first_year_served(counted["closing"].map(month_number).astype(float)).fillna(np.inf)
    grid = np.asarray(years, dtype=float)[None, :]
    open_then = (grid >= start.to_numpy()[:, None]) & (grid < end.to_numpy()[:, None])
    # not a product: before the opening nothing is added, even where the number of classrooms is not known
    return pd.DataFrame(np.where(open_then, size.to_numpy()[:, None], 0.0), index=counted.index, columns=list(years))


def month_number(month: object) -> float:
    """
    Count the months from year 0 to a month such as `2027-09`; missing where it is none.

    Examples
    --------
    >>> month_number("2027-09") - month_number("2026-12"), month_number(None)
    (9.0, nan)
    """
    parsed = parse_month(month) if isinstance(month, str) else None
    return float("nan") if parsed is None else float(12 * parsed[0] + parsed[1] - 1)


def first_year_served(months: pd.Series) -> pd.Series:
    """
    Return the first school year, by its autumn, that starts in a month or later; missing stays missing.

    Examples
    --------
    >>> first_year_served(pd.Series(["2027-09", "2027-10"]).map(month_number)).tolist()
    [2027.0, 2028.0]
    """
    years: pd.Series = months // 12 + (months % 12 >= SCHOOL_YEAR_STARTS_IN)
    return years.where(months.notna())


def serving_shares(served: pd.Series, *, weight: pd.Series) -> pd.Series:
    """
    Share a section's seats among the catchments that it serves.

    Parameters
    ----------
    served
        Tuple of catchments by section.
    weight
        Children who need a seat, by catchment: a school that serves several
        catchments serves them in this proportion.

    Returns
    -------
    share
        By `(section, catchment)`; the shares of a section add up to 1. A
        section that serves none has no row.

    Examples
    --------
    >>> served = pd.Series({"A": ("n", "s"), "B": ("s",), "C": ()})
    >>> serving_shares(served, weight=pd.Series({"n": 300.0, "s": 100.0})).to_dict()
    {('A', 'n'): 0.75, ('A', 's'): 0.25, ('B', 's'): 1.0}
    """
    long = served[served.map(len) > 0].explode().rename("catchment")
    frame = long.to_frame().set_index("catchment", append=True)
    labels = frame.index.get_level_values("catchment")
    children = weight.reindex(labels)
    checks.require_no_gaps(children, what="The weight of a served catchment")
    by_section = pd.Series(children.to_numpy(), index=frame.index).groupby(level=0)
    total, count = by_section.transform("sum").to_numpy(), by_section.transform("size").to_numpy()
    share = np.where(total > 0, children.to_numpy() / np.where(total > 0, total, 1.0), 1.0 / count)
    return pd.Series(share, index=frame.index, name="share")


def supply_by_catchment(
    by_section: pd.DataFrame,
    shares: pd.Series,
    by_project: pd.DataFrame,
    project_places: pd.Series,
    *,
    catchments: pd.Index,
    in_catchment: pd.Series | None = None,
) -> pd.DataFrame:
    """
    Add up seats (or classrooms) by catchment and year.

    Parameters
    ----------
    by_section
        One row per section, one column per year.
    shares
        From `serving_shares`.
    by_project
        One row per project, one column per year: from `changes_by_year`, or of
        `ledger.there` or `ledger.changes` the places that are no sections.
    project_places
        Project to its section or its catchment; a label that is both is the section.
    catchments
        All catchments, in the order of the result.
    in_catchment
        Whether a project's place is a catchment, whatever sections are called.
        Decided by the label if left out.

    Returns
    -------
    supply
        One row per catchment, one column per year. A missing number of a
        section makes its catchment's missing: unknown is not zero. A section
        that serves no catchment, and a project there, is in none.

    Raises
    ------
    LabelError
        If a project is at no section and in no catchment, or a section serves
        a catchment that is not there: its seats would be lost. Or if sections
        and projects are of different years.
    """
    checks.require_same_labels(by_section.columns, by_project.columns, what="The years of sections and projects")
    section, served = shares.index.get_level_values(0), shares.index.get_level_values("catchment")
    places = project_places.reindex(by_project.index)
    at_section = places.isin(by_section.index).to_numpy()
    if in_catchment is not None:
        at_section = at_section & ~in_catchment.reindex(by_project.index).astype(bool).to_numpy()
    lost = ~(at_section | places.isin(catchments).to_numpy())
    if lost.any():
        project, place = by_project.index[lost][0], places[lost].iloc[0]
        msg = f"Project {project!r} is at {place!r}, neither a section nor a catchment: its seats would be lost."
        raise LabelError(msg)
    sources = pd.DataFrame({"section": section, "catchment": served, "share": shares.to_numpy()})
    here = pd.DataFrame({"section": places[at_section].to_numpy(), "row": np.flatnonzero(at_section)})
    sharing = here.merge(sources, on="section")
    numbers = by_project[by_section.columns].to_numpy(dtype=float)
    # a section's projects are shared as the section is
    parts = [
        (served, by_section.reindex(section).to_numpy(dtype=float) * shares.to_numpy()[:, None]),
        (sharing["catchment"], numbers[sharing["row"]] * sharing["share"].to_numpy()[:, None]),
        (places[~at_section], numbers[~at_section]),
    ]
    labels = np.concatenate([np.asarray(names, dtype=object) for names, _ in parts])
    long = pd.DataFrame(np.concatenate([grid for _, grid in parts]), index=labels, columns=by_section.columns)
    unknown = long.index.difference(catchments)
    if len(unknown) > 0:
        msg = f"Sections serve {unknown[0]!r}, which is no catchment: their seats would be lost."
        raise LabelError(msg)
    # a plain sum would read an unknown number of classrooms as none
    totals = long.groupby(level=0).sum().mask(long.isna().groupby(level=0).any())
    # a billionth of a seat is rounding; adding zero turns -0.0, by which nothing should be divided, into 0.0
    return totals.reindex(catchments, fill_value=0.0).round(9) + 0.0
