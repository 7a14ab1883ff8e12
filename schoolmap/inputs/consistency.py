"""
Checks between tables: what each table alone cannot know.

Every function takes tables indexed by `row` (as a spreadsheet counts) and
returns faults; none changes a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import row_number
from schoolmap.tables import parse_age

if TYPE_CHECKING:
    from collections.abc import Collection

_OVERLAP_M2 = 1.0
"""Overlaps of this area or less are rounding of coordinates, far below one home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A table as read, with the name of its file for faults."""

    file: str
    frame: pd.DataFrame


def unknown_labels(
    table: Named,
    column: str,
    known: Collection[str],
    *,
    of: str,
    severity: Severity = Severity.ERROR,
) -> list[Fault]:
    """Report values of a column that are no label of another table; empty cells are left alone."""
    cells = table.frame[column].dropna()
    wrong = cells[~cells.isin(list(known))]
    near = ", ".join(sorted(known)[:5])
    return [
        Fault(
            file=table.file,
            row=row_number(row),
            column=column,
            value=str(value),
            problem=f"is not in `{of}`.",
            remedy=f"Known are e.g. {near}.",
            severity=severity,
        )
        for row, value in wrong.items()
    ]


def labels_without_records(table: Named, column: str, known: Collection[str], *, of: Named) -> list[Fault]:
    """Report labels of another table that have no record here: unknown is not zero."""
    missing = set(known) - set(table.frame[column].dropna())
    rows = of.frame[of.frame[column].isin(missing)]
    return [
        Fault(
            file=of.file,
            row=row_number(row),
            column=column,
            value=str(value),
            problem=f"has no record in {table.file}.",
            remedy="Add it there (a zero where it is known to be zero), or leave it out here.",
        )
        for row, value in rows[column].items()
    ]


def age_bands(table: Named, *, oldest: int) -> list[Fault]:
    """Report gaps and overlaps of the age bands of an area, and bands that end before the oldest age needed."""
    frame = table.frame.assign(band=table.frame["age"].map(lambda text: parse_age(text) if text else None))
    frame = frame.dropna(subset=["band", "area"])
    frame = frame.assign(
        low=[band[0] for band in frame["band"]],
        high=[200 if band[1] is None else band[1] for band in frame["band"]],
    )
    by = ["area", "sex"] if "sex" in frame and frame["sex"].notna().any() else ["area"]
    frame = frame.sort_values([*by, "low", "high"], kind="stable")
    before = frame.groupby(by, dropna=False)["high"].shift()
    expected = before.fillna(-1) + 1
    wrong = frame[frame["low"] != expected]
    faults = []
    for row in wrong.index[:20]:
        low, start = frame.loc[[row], "low"].astype(int).sum(), expected.loc[[row]].astype(int).sum()
        what = "overlaps the band before it" if low < start else f"leaves out ages {start} to {low - 1}"
        faults.append(
            Fault(
                file=table.file,
                row=row_number(row),
                column="age",
                value=str(frame.at[row, "age"]),
                problem=f"{what} in area {frame.at[row, 'area']!r}.",
                remedy="Bands must follow each other from age 0 without gap or overlap.",
            ),
        )
    short = frame.groupby("area")["high"].max()
    faults += [
        Fault(
            file=table.file,
            column="age",
            value=str(area),
            problem=f"area {area!r} ends at age {int(high)}; the stages need ages up to {oldest}.",
            remedy="Add the older bands.",
        )
        for area, high in short[short < oldest].head(20).items()
    ]
    return faults


def one_date(table: Named) -> list[Fault]:
    """Report a population table with more than one date."""
    dates = sorted(table.frame["date"].dropna().unique())
    if len(dates) <= 1:
        return []
    row = table.frame.index[table.frame["date"] == dates[1]][0]
    return [
        Fault(
            file=table.file,
            row=row_number(row),
            column="date",
            value=str(dates[1]),
            problem=f"is a second date beside {dates[0]}.",
            remedy="Keep the count of one date.",
        ),
    ]


def sections_without_seats(table: Named) -> list[Fault]:
    """Report sections whose seats are given neither as seats nor as classrooms."""
    frame = table.frame
    seats = frame["seats"] if "seats" in frame else pd.Series(np.nan, index=frame.index)
    rooms = frame["classrooms"] if "classrooms" in frame else pd.Series(np.nan, index=frame.index)
    return [
        Fault(
            file=table.file,
            row=row_number(row),
            column="seats",
            value=str(frame.at[row, "school"]),
            problem="has neither seats nor classrooms.",
            remedy="Unknown is not zero: fill one, or move the record to `projects`.",
        )
        for row in frame.index[seats.isna() & rooms.isna()]
    ]


def overlapping(table: Named, *, stage: str) -> list[Fault]:
    """Report catchments of one stage that overlap: children there would belong to two."""
    layer = table.frame
    if not isinstance(layer, gpd.GeoDataFrame) or layer.empty:
        return []
    shapes = layer.geometry.to_numpy()
    left, right = layer.sindex.query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    areas = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    return [
        Fault(
            file=table.file,
            row=row_number(layer.index[b]),
            column="geometry",
            value=str(layer["catchment"].iloc[b]),
            problem=f"overlaps {layer['catchment'].iloc[a]!r} by {area:,.0f} m² (stage {stage}).",
            remedy="Children there would be counted twice: mend the boundary in QGIS.",
        )
        for a, b, area in zip(left, right, areas, strict=True)
        if area > _OVERLAP_M2
    ]


def misplaced_sections(
    sections: Named,
    schools: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame,
) -> list[Fault]:
    """
    Report sections that stand outside the catchments they serve, and those that stand in none.

    Parameters
    ----------
    sections
        Rows of one stage, with `school` and `catchment` (declared, or empty).
    schools, catchments
        Indexed by their labels, in one CRS.

    Returns
    -------
    faults
        Warnings: the declared catchment is used, since the bureau decides who serves whom.
    """
    frame = sections.frame
    frame = frame[frame["school"].isin(schools.index)]
    points = schools.geometry.reindex(frame["school"])
    hit, zone = catchments.sindex.query(points.to_numpy(), predicate="intersects")
    here = pd.Series(catchments.index[zone], index=frame.index[hit], dtype=object)
    stands = here.groupby(level=0).agg(set) if len(here) else pd.Series(dtype=object)
    faults = []
    for row, school in frame["school"].items():
        inside: set[str] = stands.get(row, set())
        declared = split_labels(frame.at[row, "catchment"] if "catchment" in frame else None)
        known = [label for label in declared if label in catchments.index]
        place = " and ".join(sorted(inside)) if inside else "no catchment"
        if known and not inside & set(known):
            problem = f"{school} serves {', '.join(known)} but stands in {place}."
            remedy = "Its seats count where it serves. If that is wrong, correct the catchment or the coordinates."
        elif not declared and not inside:
            problem = f"{school} declares no catchment and stands in none."
            remedy = "Its seats are not counted in any catchment; they are shown in the audit."
        else:
            continue
        faults.append(
            Fault(
                file=sections.file,
                row=row_number(row),
                column="catchment",
                value=", ".join(declared),
                problem=problem,
                remedy=remedy,
                severity=Severity.WARNING,
            ),
        )
    return faults


def split_labels(cell: object) -> tuple[str, ...]:
    """
    Split a cell that lists labels.

    Examples
    --------
    >>> split_labels("0101; 0102"), split_labels(None)
    (('0101', '0102'), ())
    """
    if not isinstance(cell, str):
        return ()
    return tuple(part.strip() for part in cell.replace("；", ";").replace("、", ";").split(";") if part.strip())


def uncounted_projects(projects: Named) -> list[Fault]:
    """Report projects without opening, size or place: they are shown, not counted."""
    faults = []
    for row, record in projects.frame.iterrows():
        lacks = [what for what, known in _project_parts(record).items() if not known]
        if lacks:
            faults.append(
                Fault(
                    file=projects.file,
                    row=row_number(row),
                    column="opening, seats_added",
                    value=str(record["project"]),
                    problem=f"has no {' and no '.join(lacks)}: it is shown but not counted.",
                    remedy="Fill it in as soon as it is decided.",
                    severity=Severity.WARNING,
                ),
            )
    return faults


def _project_parts(record: pd.Series) -> dict[str, bool]:
    def known(*columns: str) -> bool:
        return any(column in record.index and pd.notna(record[column]) for column in columns)

    return {
        "opening": known("opening"),
        "size": known("seats_added", "classes_added"),
        "place": known("school", "catchment", "geometry"),
    }
