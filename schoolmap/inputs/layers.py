"""
Load files as they are, and place their records: geometry, declared CRS, datum.

`load` reads csv, xlsx, parquet and every layer that GDAL knows into a table of
raw cells. `locate` gives the records a geometry in the CRS that the file or the
project declares, and refuses where the two contradict each other, where neither
speaks, or where the coordinates cannot be of that CRS.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import shapely

from schoolmap.errors import CRSError
from schoolmap.errors import Fault
from schoolmap.errors import row_number
from schoolmap.inputs.coordinates import OFFSET_DATUMS
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import fits
from schoolmap.inputs.coordinates import likely_crs
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.coordinates import to_wgs84

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj

    from schoolmap.inputs.coordinates import Bounds
    from schoolmap.tables import Contract

LAYER_SUFFIXES = {".geojson", ".json", ".gpkg", ".shp"}
_POLYGONS = {"Polygon", "MultiPolygon"}
_POINTS = {"Point", "MultiPoint"}


class UnreadableError(Exception):
    """A file cannot be read at all."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Cells as they are in the file, indexed by `row`, with geometry and CRS if the file has them."""

    frame: pd.DataFrame
    geometry: gpd.GeoSeries | None = None
    crs: str = ""
    """The CRS that the file itself states; empty if it states none."""


def load(path: Path, *, sheet: str = "", separator: str = ",", encoding: str = "") -> RawTable:
    """
    Read a file into raw cells.

    Parameters
    ----------
    path
        csv, xlsx, parquet, geojson, gpkg or shp.
    sheet
        Sheet of a workbook, or layer of a GeoPackage; the first if empty.
    separator, encoding
        For csv. Without an encoding UTF-8 is tried, then GB 18030 (which holds GBK).

    Raises
    ------
    UnreadableError
        If the file is missing, of another format, or broken.
    """
    if not path.is_file():
        problem = "does not exist."
        raise UnreadableError(problem, f"Put it into the folder {path.parent.name!r}, or correct the name.")
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _load_csv(path, separator=separator, encoding=encoding)
    if suffix == ".xlsx":
        return _load_xlsx(path, sheet=sheet)
    if suffix in LAYER_SUFFIXES:
        return _load_layer(path, layer=sheet)
    if suffix == ".parquet":
        return _load_parquet(path)
    problem = f"has the ending {suffix!r}, which is not read."
    raise UnreadableError(problem, "Save it as csv, xlsx, geojson, gpkg, shp or parquet.")


def _load_csv(path: Path, *, separator: str, encoding: str) -> RawTable:
    content = path.read_bytes()
    for name in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            content.decode(name)
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise UnreadableError(str(error), "Write `utf-8` or `gbk`.") from error
        encoding = name
        break
    else:
        problem = "is neither UTF-8 nor GBK."
        raise UnreadableError(problem, 'Save it as UTF-8, or declare `encoding = "…"`.')
    try:
        frame = pd.read_csv(
            path,
            sep=separator,
            encoding=encoding,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            on_bad_lines="error",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        problem = f"is no table: {str(error).strip()}"
        raise UnreadableError(problem, "Each record needs as many cells as the header.") from error
    if len(frame.columns) == 1 and any(mark in str(frame.columns[0]) for mark in ";\t"):
        mark = ";" if ";" in str(frame.columns[0]) else "\\t"
        problem = "has one column only."
        raise UnreadableError(problem, f'Its cells seem to be separated by {mark!r}: declare `separator = "{mark}"`.')
    return RawTable(frame=_number_rows(frame))


def _number_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Index by spreadsheet row and leave out rows without any content."""
    frame = frame.astype(object)
    frame = frame.where(frame.notna() & (frame != ""), None)
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    return frame.dropna(how="all")


def _load_xlsx(path: Path, *, sheet: str) -> RawTable:
    import zipfile  # noqa: PLC0415

    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        problem = f"is no workbook: {error}"
        raise UnreadableError(problem, "Save it as .xlsx.") from error
    try:
        if sheet and sheet not in book.sheetnames:
            problem = f"has no sheet {sheet!r}."
            raise UnreadableError(problem, f"It has: {', '.join(book.sheetnames)}.")
        page = book[sheet] if sheet else book.worksheets[0]
        rows = list(page.iter_rows(values_only=True))
    finally:
        book.close()
    if not rows or all(cell is None for cell in rows[0]):
        problem = "has no header in its first row."
        raise UnreadableError(problem, "Put the column names into row 1.")
    used = [index for index, cell in enumerate(rows[0]) if cell is not None]
    headers = [str(rows[0][index]) for index in used]
    frame = pd.DataFrame([[row[index] for index in used] for row in rows[1:]], columns=headers, dtype=object)
    return RawTable(frame=_number_rows(frame))


def _load_layer(path: Path, *, layer: str) -> RawTable:
    try:
        frame = pyogrio.read_dataframe(path, layer=layer or None)
    except pyogrio.errors.DataSourceError as error:
        problem = f"cannot be read as a layer: {error}"
        raise UnreadableError(problem, "Open it in QGIS and save it anew as GeoPackage.") from error
    stated = "" if frame.crs is None else _name_crs(frame.crs)
    if path.suffix.lower() in {".geojson", ".json"} and not _geojson_states_crs(path):
        stated = ""
    return _as_raw(frame, stated)


def _load_parquet(path: Path) -> RawTable:
    try:
        frame = gpd.read_parquet(path)
    except ValueError:
        return RawTable(frame=_number_rows(pd.read_parquet(path)))
    return _as_raw(frame, "" if frame.crs is None else _name_crs(frame.crs))


def _as_raw(frame: gpd.GeoDataFrame, stated: str) -> RawTable:
    rows = pd.RangeIndex(1, len(frame) + 1, name="row")
    cells = pd.DataFrame(frame.drop(columns=frame.geometry.name)).astype(object)
    cells = cells.where(cells.notna(), None)
    cells.index = rows
    geometry = gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), index=rows)
    return RawTable(frame=cells, geometry=geometry, crs=stated)


def _name_crs(crs: pyproj.CRS) -> str:
    return str(crs.to_string())


def _geojson_states_crs(path: Path) -> bool:
    """Say whether the file has a `crs` member. GDAL reports WGS 84 for those that have none."""
    with path.open(encoding="utf-8-sig") as file:
        return "crs" in json.load(file)


def locate(
    frame: pd.DataFrame,
    raw: RawTable,
    *,
    contract: Contract,
    file: str,
    declared: str,
    near: Bounds | None,
    prefer: tuple[str, ...],
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """
    Give records their geometry in the declared CRS.

    Parameters
    ----------
    frame
        The table by the contract's names; `lon` and `lat` (degrees) or `x` and
        `y` are used where the file has no geometry of its own.
    raw
        The file as loaded.
    contract
        Says which geometry the table needs.
    file
        Name of the file, for faults.
    declared
        CRS or datum that the project declares; empty if it leaves it to the file.
    near
        Where the project's other layers are, in WGS 84 degrees.
    prefer
        CRSs to name first among those that fit.

    Returns
    -------
    layer, faults
        The table with geometry (GCJ-02 and BD-09 converted to WGS 84).
    """
    geometry, faults = _geometry(frame, raw, contract=contract, file=file)
    layer = gpd.GeoDataFrame(
        frame.drop(columns=[column for column in ("lon", "lat", "x", "y") if column in frame]),
        geometry=geometry,
    )
    known = layer[~(shapely.is_missing(geometry.to_numpy()) | shapely.is_empty(geometry.to_numpy()))]
    if known.empty:
        return layer, faults
    bounds = tuple(float(edge) for edge in known.total_bounds)
    crs, problem = _decide_crs(bounds, stated=raw.crs, declared=declared, near=near, prefer=prefer)  # type: ignore[arg-type]
    if crs is None:
        faults.append(
            Fault(
                file=file,
                column="crs",
                value=declared or raw.crs,
                problem=problem[0],
                remedy=problem[1],
            )
        )
        return layer, faults
    if declared.upper() in OFFSET_DATUMS:
        layer = layer.set_geometry(_shift(layer.geometry, declared))
    return layer.set_crs(crs, allow_override=True), faults


def _geometry(
    frame: pd.DataFrame,
    raw: RawTable,
    *,
    contract: Contract,
    file: str,
) -> tuple[gpd.GeoSeries, list[Fault]]:
    """Return a geometry for each record, and faults for those that need one and have none."""
    if raw.geometry is not None:
        geometry = raw.geometry.loc[frame.index]
    elif {"lon", "lat"} <= set(frame.columns) or {"x", "y"} <= set(frame.columns):
        across, up = ("lon", "lat") if {"lon", "lat"} <= set(frame.columns) else ("x", "y")
        points = gpd.GeoSeries(gpd.points_from_xy(frame[across], frame[up]), index=frame.index)
        geometry = points.where(frame[across].notna() & frame[up].notna(), None)
    else:
        geometry = gpd.GeoSeries([None] * len(frame), index=frame.index)
        if contract.geometry != "optional":
            remedy = "Use a layer (geojson, gpkg, shp), or add columns `lon` and `lat` (经度, 纬度)."
            return geometry, [Fault(file=file, problem="has no geometry.", remedy=remedy)]
    faults: list[Fault] = []
    values = geometry.to_numpy()
    missing = shapely.is_missing(values) | shapely.is_empty(values)
    wanted = {
        "polygon": _POLYGONS,
        "point": _POINTS,
        "either": _POLYGONS | _POINTS,
        "optional": _POINTS,
    }
    kinds = geometry.geom_type.to_numpy()
    for row, kind, gone in zip(geometry.index, kinds, missing, strict=True):
        label = str(frame.at[row, contract.key[0]])
        if gone:
            if contract.geometry != "optional":
                remedy = "Give its place, or move the record to `projects`."
                faults.append(Fault(file=file, row=row, value=label, problem="has no place.", remedy=remedy))
        elif kind not in wanted[contract.geometry]:
            problem, remedy = (
                f"is a {kind}.",
                f"This table needs: {', '.join(sorted(wanted[contract.geometry]))}.",
            )
            faults.append(Fault(file=file, row=row, value=label, problem=problem, remedy=remedy))
    usable = ~missing & np.isin(kinds, list(_POLYGONS))
    broken = np.zeros(len(values), dtype=bool)
    broken[usable] = ~shapely.is_valid(values[usable])
    faults += [
        Fault(
            file=file,
            row=row_number(row),
            value=str(frame.at[row, contract.key[0]]),
            problem=f"is no valid polygon: {shapely.is_valid_reason(geometry[row])}.",
            remedy="Mend it in QGIS (Fix geometries) and look at the result.",
        )
        for row in geometry.index[broken]
    ]
    return geometry, faults


def _decide_crs(
    bounds: Bounds,
    *,
    stated: str,
    declared: str,
    near: Bounds | None,
    prefer: tuple[str, ...],
) -> tuple[pyproj.CRS | None, tuple[str, str]]:
    """Return the CRS, or nothing and what is wrong with the way out."""

    def likely() -> str:
        code = likely_crs(bounds, near=near, first=prefer)
        if code == WGS84:
            return (
                'The coordinates are degrees: declare `crs = "EPSG:4326"` if they are WGS 84 or CGCS2000, '
                '`"GCJ-02"` if they come from AMap or Tencent, `"BD-09"` if from Baidu.'
            )
        return f'The likely one is {code}: if so, declare `crs = "{code}"`.' if code else "Ask who made it."

    if not stated and not declared:
        return None, ("states no CRS, and project.toml declares none.", likely())
    try:
        declared_crs = parse_crs(declared) if declared else None
        stated_crs = parse_crs(stated) if stated else None
    except CRSError as error:
        return None, (str(error), "")
    if declared_crs is not None and stated_crs is not None and not _same(declared_crs, stated_crs):
        problem = f"states {stated} itself, but project.toml declares {declared}."
        return None, (problem, f"One of them is wrong. {likely()}")
    crs = declared_crs or stated_crs
    if crs is None or not fits(bounds, crs):
        reach = ", ".join(f"{edge:,.6g}" for edge in bounds)
        problem = f"cannot be in {declared or stated}: its coordinates (left, bottom, right, top) are {reach}."
        return None, (problem, likely())
    return crs, ("", "")


def _same(left: pyproj.CRS, right: pyproj.CRS) -> bool:
    """Compare without axis order: files store longitude first whatever the authority says."""
    return bool(left.equals(right, ignore_axis_order=True))


def _shift(geometry: gpd.GeoSeries, datum: str) -> gpd.GeoSeries:
    def convert(points: np.ndarray) -> np.ndarray:
        lon, lat = to_wgs84(points[:, 0], points[:, 1], datum=datum)
        return np.column_stack([lon, lat])

    return gpd.GeoSeries(shapely.transform(geometry.to_numpy(), convert), index=geometry.index)
