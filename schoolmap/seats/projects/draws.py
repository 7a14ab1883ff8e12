"""Seats in every draw of the projects that may or may not come about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.seats.projects.ledger import changes
from schoolmap.seats.projects.ledger import ledger
from schoolmap.seats.projects.ledger import there
from schoolmap.seats.projects.schedules import changes_whole_section
from schoolmap.seats.projects.schedules import possible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Departures = tuple[list[tuple[str, str, str]], NDArray[np.float64]]

_PLACE = ["stage", "at", "place"]


def draw_changes(
    schedule: pd.DataFrame,
    sections: pd.DataFrame,
    opened: xr.DataArray,
    *,
    years: Sequence[int],
    class_size: Mapping[str, float | None],
    seat_share: Mapping[str, float] | None = None,
) -> xr.DataArray:
    """
    Return by how many seats each draw departs from the central case.

    The central case is the book of what `schedule` counts. Where a section
    moves or ends in some draws only, what was built there before stays in the
    others: the book is kept anew for each of the cases that were drawn.

    Parameters
    ----------
    schedule
        From `projects.schedule`.
    sections, years, class_size, seat_share
        As given to `ledger.ledger`.
    opened
        From `projects.draw_openings`.

    Returns
    -------
    departure
        Seats more (or, if negative, less) than `ledger.there`, by (place_of, year,
        draw), where place_of is `(stage, at, place)`; only places that depart in
        any draw: none if every counted project is certain.

    Raises
    ------
    LabelError
        If the draws are of other projects.

    Examples
    --------
    >>> from schoolmap.seats.projects.schedules import draw_openings, schedule
    >>> unit = pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"])
    >>> listed = pd.DataFrame({"seats": [540.0], "classrooms": [12.0]}, index=unit)
    >>> wing = {"kind": "expand", "stage": "primary", "school": "A", "opening": "2027-09", "seats_added": 90}
    >>> plans = schedule(pd.DataFrame([wing | {"probability": 0.5}], index=["wing"]), listed)
    >>> opened = draw_openings(plans, draws=4, seed=3)
    >>> opened.values.tolist()
    [[False, True, True, False]]
    >>> draw_changes(plans, listed, opened, years=[2026, 2027], class_size={}).values.tolist()
    [[[0.0, 0.0, 0.0, 0.0], [-90.0, 0.0, 0.0, -90.0]]]
    """
    checks.require_same_labels(schedule.index, opened.indexes["project"], what="`schedule` and `opened`")
    drawn = opened.sel(project=schedule.index.to_numpy(dtype=object)).transpose("project", "draw").to_numpy()
    able = possible(schedule).to_numpy(dtype=bool)
    counted = schedule["counted"].to_numpy(dtype=bool)
    unsure = able & (drawn != counted[:, None]).any(axis=1)

    def book(plans: pd.DataFrame) -> pd.DataFrame:
        touched = [
            (school, stage) for name in ("stage", "rooms_of") for school, stage in plans[["school", name]].to_numpy()
        ]
        here = sections[sections.index.isin(touched)] if touched else sections.iloc[:0]
        return ledger(plans, here, years=years, class_size=class_size, seat_share=seat_share)

    unit = pd.MultiIndex.from_frame(schedule[["school", "stage"]])
    host = pd.MultiIndex.from_frame(schedule[["school", "rooms_of"]])
    upset = unit[able & changes_whole_section(schedule).to_numpy(dtype=bool)].unique()
    entangled = [section for section in upset if (unsure & (unit.isin([section]) | host.isin([section]))).any()]

    # without a move or an end, a project changes the same seats whatever becomes of the others
    alone = book(schedule[unsure].assign(counted=True))
    alone = alone[alone["project"].isin(schedule.index[unsure]) & ~_in_sections(alone, entangled)]
    rows = changes(alone, what="seats")
    more = drawn.astype(float) - counted[:, None]
    step = schedule.index.get_indexer(rows.index.get_level_values("project"))
    where = [(stage, at, place) for _, stage, at, place in rows.index]
    parts: list[Departures] = [(where, rows.to_numpy()[:, :, None] * more[step][:, None, :])]
    for section in entangled:
        acting = able & (unit.isin([section]) | host.isin([section]))
        cases, case = np.unique(np.column_stack([counted, drawn])[acting], axis=1, return_inverse=True)
        grids = []
        for opens in cases.T:
            kept = book(schedule[acting].assign(counted=opens))
            grids.append(there(kept[_in_sections(kept, [section])], what="seats"))
        places = sorted({label for grid in grids for label in grid.index})
        unit_of = pd.MultiIndex.from_tuples(places, names=_PLACE)
        values = np.stack([grid.reindex(unit_of, fill_value=0.0).to_numpy() for grid in grids], axis=-1)
        values = values[:, :, case.ravel()]
        parts.append((places, values[:, :, 1:] - values[:, :, :1]))
    return _added_up(parts, years=years, draws=opened["draw"].to_numpy())


def _in_sections(book: pd.DataFrame, sections: Sequence[tuple[str, str]]) -> pd.Series:
    unit = pd.MultiIndex.from_frame(book[["school", "stage"]])
    return pd.Series(unit.isin(list(sections)), index=book.index)


def _added_up(
    parts: Sequence[Departures],
    *,
    years: Sequence[int],
    draws: NDArray[np.int64],
) -> xr.DataArray:
    """Add up what is at the same place, and leave out places where nothing departs."""
    codes, places = pd.factorize(pd.Index([label for labels, _ in parts for label in labels], tupleize_cols=False))
    values = np.zeros((len(places), len(years), len(draws)))
    np.add.at(values, codes, np.concatenate([part for _, part in parts]))
    order = sorted(np.flatnonzero((values != 0).any(axis=(1, 2))).tolist(), key=lambda code: places[code])
    index = pd.MultiIndex.from_tuples([places[code] for code in order], names=_PLACE)
    coords = xr.Coordinates.from_pandas_multiindex(index, "place_of").assign(year=list(years), draw=draws)
    return xr.DataArray(values[order], coords=coords, dims=("place_of", "year", "draw"), name="departure")
