"""Load one table from a database, as a file would be: cells under named columns, geometry, and the CRS it states."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.errors import CRSError
from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.databases import asking
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.vector_files import single_values
from schoolmap.inputs.files.wkb import looks_like_shape
from schoolmap.inputs.files.wkb import read_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.inputs.databases.connections import Databases
    from schoolmap.inputs.declarations import TableSource
    from schoolmap.tables import Contract

GEOMETRY = "geometry"
"""Name under `columns` by which a project says which column is the geometry."""
_USUAL = ("geometry", "geom", "the_geom", "wkb_geometry", "wkt", "shape", "几何")
_MOST_SHOWN = 20
_LONG_NUMBER = 10**15
"""A spreadsheet would have lost digits of a larger number; a database keeps them all."""
_KEPT = (str, bytes, bool, int, float, list, tuple, set, dict, dt.date, type(None))


def load_table(source: TableSource, contract: Contract, databases: Databases) -> RawTable:
    """
    Ask a database for a table.

    Parameters
    ----------
    source
        Names the database, and the query or table.
    contract
        Says whether the table has geometry.
    databases
        Those of the project.

    Returns
    -------
    raw
        Records are numbered from 1, in the order in which they came.

    Raises
    ------
    UnreadableError
        If the database or the query cannot be read; see `asking`.
    """
    reader = databases.reader(source.database)
    # the name is quoted, and the database is asked read-only
    statement = source.query or f"select * from {asking.quoted(source.table)}"  # noqa: S608
    answer = reader.ask(statement, seconds=databases.seconds(source.database))
    _require_names(answer.names)
    rows = answer.rows
    columns: list[list[object]] = [[plain_cell(row[at]) for row in rows] for at in range(len(answer.names))]
    labels = pd.RangeIndex(1, len(rows) + 1, name="row")
    at = _place_of_shapes(answer, columns, source, contract)
    geometry, crs = None, ""
    if at is not None:
        values, srids = _shapes(columns[at], answer.names[at])
        geometry = gpd.GeoSeries(values, index=labels)
        crs = answer.crs.get(at, "") or _stated(srids, answer.names[at], reader)
        _require_known(crs, answer.names[at])
    kept = [place for place in range(len(columns)) if place != at and place not in answer.shapes]
    cells = {answer.names[place]: pd.Series(columns[place], index=labels, dtype=object) for place in kept}
    frame, bad = single_values(pd.DataFrame(cells, index=labels))
    frame = frame.where(frame.notna() & (frame != ""), None)
    return RawTable(frame=frame, geometry=geometry, crs=crs, bad=bad)


def _require_names(names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UnreadableError(Fault(file="", column=twice[0], **_TWICE._asdict()))


def plain_cell(cell: object) -> object:
    """Return a value as a file would hold it: a number, a text, a day, or bytes and lists, which no cell can be."""
    if isinstance(cell, Decimal):
        if not cell.is_finite():
            return float(cell)
        cell = int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= _LONG_NUMBER:
        return str(cell)
    if isinstance(cell, (bytearray, memoryview)):
        return bytes(cell)
    return cell if isinstance(cell, _KEPT) else str(cell)


def _place_of_shapes(
    answer: asking.Answer, columns: list[list[object]], source: TableSource, contract: Contract
) -> int | None:
    """Return which column is the geometry: the one declared, else the only one of that type, else one called so."""
    if contract.geometry == "none":
        return None
    declared = source.columns.get(GEOMETRY)
    if declared is not None:
        if declared not in answer.names:
            raise UnreadableError(Fault(file="", column=declared, **_not_there(answer.names)._asdict()))
        return answer.names.index(declared)
    if len(answer.shapes) > 1:
        several = ", ".join(answer.names[at] for at in answer.shapes)
        raise UnreadableError(Fault(file="", column=several, **_several(answer.names[answer.shapes[0]])._asdict()))
    if answer.shapes:
        return answer.shapes[0]
    by_content = [at for at, cells in enumerate(columns) if any(map(looks_like_shape, cells[:_MOST_SHOWN]))]
    by_name = [at for at, name in enumerate(answer.names) if name.lower() in _USUAL]
    return next(iter([*by_content, *by_name]), None)


def _shapes(cells: list[object], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return geometries with their SRIDs."""
    found = read_shapes(cells)
    if found.wrong:
        faults = [
            Fault(file="", row=place + 1, column=name, **wording._asdict())
            for place, wording in sorted(found.wrong.items())[:_MOST_SHOWN]
        ]
        rest = len(found.wrong) - len(faults)
        if rest > 0:
            faults.append(Fault(file="", column=name, **_more(rest)._asdict()))
        raise UnreadableError(*faults)
    there = np.array([value is not None for value in found.geometry], dtype=bool)
    return found.geometry, found.srids[there]


def _stated(srids: np.ndarray, name: str, reader: asking.Reader) -> str:
    """Return the CRS that all geometries state; empty if none does."""
    counts = Counter(srids.tolist())
    if len(counts) > 1:
        said = ", ".join(f"{srid or 'none'} ({count})" for srid, count in sorted(counts.items()))
        raise UnreadableError(Fault(file="", column=name, value=said, **_MIXED._asdict()))
    srid = next(iter(counts), 0)
    if srid == 0:
        return ""
    stated = reader.crs_of(srid)
    if not stated:
        raise UnreadableError(Fault(file="", column=name, value=str(srid), **_UNKNOWN_SRID._asdict()))
    return stated


def _require_known(crs: str, name: str) -> None:
    try:
        if crs:
            parse_crs(crs)
    except CRSError:
        known = False
    else:
        known = True
    if not known:
        raise UnreadableError(Fault(file="", column=name, value=crs[:80], **_UNKNOWN_SRID._asdict()))


def _several(first: str) -> Wording:
    return Wording(
        "are all geometries.",
        f'Say which one is meant: `columns = {{ geometry = "{first}" }}`, or ask for one only.',
        "均为几何列。",
        f'请写明用哪一列:`columns = {{ geometry = "{first}" }}`,或只查询其中一列。',
    )


def _not_there(names: Sequence[str]) -> Wording:
    return Wording(
        "is declared as `geometry` in project.toml, but the query gives no such column.",
        f"It gives: {', '.join(names)}.",
        "在 project.toml 中声明为 `geometry`,但查询结果没有这一列。",
        f"现有:{'、'.join(names)}。",
    )


def _more(rest: int) -> Wording:
    return Wording(
        f"has {rest} more such fault(s).",
        "Mend the layer as a whole.",
        f"还有 {rest} 处同类问题。",
        "请整层检查更正。",
    )


_TWICE = Wording(
    "is there twice.",
    "Name the columns of the query apart: `select a.id as school, b.id as area`.",
    "该列重复出现。",
    "请在查询中区分列名:`select a.id as school, b.id as area`。",
)
_MIXED = Wording(
    "has geometries of several SRIDs (number of records).",
    "Bring them into one: ST_Transform(…), or ST_SetSRID(…) where none is stated.",
    "的几何有多种 SRID(记录数)。",
    "请统一:用 ST_Transform(…) 转换,未注明的用 ST_SetSRID(…) 补上。",
)
_UNKNOWN_SRID = Wording(
    "is the CRS that the geometries state, but PROJ does not know it.",
    "Transform them into one of EPSG: ST_Transform(…).",
    "是几何所注明的坐标系,但 PROJ 不认识。",
    "请转换到 EPSG 坐标系:ST_Transform(…)。",
)
