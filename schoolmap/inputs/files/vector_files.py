"""Read layers that GDAL knows, and parquet files: attributes, geometry, and the CRS that the file itself states."""

from __future__ import annotations

import contextlib
import json
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from schoolmap.errors import CRSError
from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.files.osm import read_osm
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.wkb import nested_shapes

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj

JSON_SUFFIXES = {".geojson", ".json"}
LAYER_SUFFIXES = {*JSON_SUFFIXES, ".gpkg", ".shp"}
_SIGNATURES = {".gpkg": b"SQLite format 3\0", ".shp": b"\0\0\x27\x0a"}


def load_layer(path: Path, *, layer: str, encoding: str) -> RawTable:
    """
    Read one layer.

    Parameters
    ----------
    path
        geojson, json, gpkg or shp; its content must be what its ending says.
    layer
        Layer of a GeoPackage; the first if empty.
    encoding
        Of a shapefile's attributes. Without one, what its `.cpg` says holds;
        without that, UTF-8 if they are UTF-8, else GB 18030, which holds GBK.

    Raises
    ------
    UnreadableError
        If it is no such layer.
    """
    suffix, document = path.suffix.lower(), None
    # GDAL goes by content, not by ending: a file that says it is a virtual layer would lead it to any file or address
    if suffix in JSON_SUFFIXES:
        document = _json_document(path)
        name = f"{_json_driver(document)}:{path}"
    else:
        _require_signature(path, suffix)
        name = str(path)
    if suffix == ".shp":
        _require_parts(path)
    if suffix == ".shp" and not encoding:
        encoding = _shapefile_encoding(path)
    try:
        with warnings.catch_warnings():
            # GDAL warns of the file's style; what it cannot read is an error or an empty cell
            warnings.simplefilter("ignore")
            frame = pyogrio.read_dataframe(name, layer=layer or None, encoding=encoding or None)
    # a truncated file fails on opening, on its features, on their geometry or on its text
    except (RuntimeError, ValueError, LookupError, shapely.errors.ShapelyError) as error:
        raise UnreadableError.of(_no_layer(str(error))) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        return _number_rows(frame)
    if suffix in JSON_SUFFIXES:
        return _as_raw(frame, _crs_of_json(document, frame.crs))
    return _as_raw(frame, "" if frame.crs is None else _name_crs(frame.crs))


def _crs_of_json(document: object, read: pyproj.CRS | None) -> str:
    """
    Return the CRS that a JSON file states itself; empty if it states none.

    GDAL reports WGS 84 for a file that has no member `crs`, as one feature a line
    never has, and for one whose `crs` it does not know.

    Raises
    ------
    UnreadableError
        If PROJ does not know what is stated. No address is asked.
    """
    member = document.get("crs") if isinstance(document, dict) else None
    if member is None:
        return ""
    inner = member.get("properties") if isinstance(member, dict) else None
    inner = inner if isinstance(inner, dict) else {}
    name = f"EPSG:{inner['code']}" if "code" in inner else inner.get("name")
    try:
        stated = parse_crs(name) if isinstance(name, str) else None
    except CRSError:
        stated = None
    if stated is None:
        shown = str(name if name is not None else member)[:_MOST_SHOWN]
        raise UnreadableError(Fault(file="", column="crs", value=shown, **_UNKNOWN_CRS._asdict()))
    # both mean the same, but for the order of axes, and the file has longitude first whatever it says
    same = read is not None and read.equals(stated, ignore_axis_order=True)
    return _name_crs(read if read is not None and same else stated)


_MOST_SHOWN = 80
"""Letters of a CRS that nobody knows."""
_UNKNOWN_CRS = Wording(
    "is the CRS that the file states, but PROJ does not know it.",
    "Open the layer in QGIS, set its CRS and save it anew.",
    "是文件所写的坐标系,但 PROJ 不认识。",
    "请在 QGIS 中打开图层,设定坐标系后重新保存。",
)


def _json_document(path: Path) -> object:
    """Return what a JSON file holds; a tuple if that is one feature a line, nothing if it is broken."""
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(content)
    with contextlib.suppress(ValueError, RecursionError):
        return tuple(json.loads(line) for line in content.replace(b"\x1e", b"").splitlines() if line.strip())
    return None


def _json_driver(document: object) -> str:
    """Name the only driver of GDAL that may read a JSON file."""
    if isinstance(document, dict) and document.get("type") == "Topology":
        return "TopoJSON"
    if isinstance(document, dict) and "geometryType" in document:
        return "ESRIJSON"
    return "GeoJSONSeq" if isinstance(document, tuple) else "GeoJSON"


def _require_signature(path: Path, suffix: str) -> None:
    """Raise unless the file begins as one of its ending does."""
    signature = _SIGNATURES[suffix]
    with path.open("rb") as file:
        begins = file.read(len(signature))
    if begins != signature:
        raise UnreadableError.of(_no_layer(f"the content is not that of a {suffix} file."))


def _require_parts(path: Path) -> None:
    """Raise unless the files of a shapefile that hold its records are there."""
    absent = [ending for ending in (".shx", ".dbf") if _sibling(path, ending) is None]
    if absent:
        names = [path.with_suffix(ending).name for ending in absent]
        raise UnreadableError.of(
            Wording(
                f"is a shapefile without {' and '.join(names)}.",
                "A shapefile is several files of one name: put .shp, .shx, .dbf and .prj side by side.",
                f"缺少同名文件 {'、'.join(names)}。",
                "shapefile 由多个同名文件组成:请将 .shp、.shx、.dbf、.prj 放在一起。",
            ),
        )


def _sibling(path: Path, ending: str) -> Path | None:
    """Return the file of the same name with another ending, in small letters or capitals."""
    found = (path.with_suffix(ending), path.with_suffix(ending.upper()))
    return next((file for file in found if file.is_file()), None)


def _no_layer(reason: str) -> Wording:
    return Wording(
        f"cannot be read as a layer: {reason}",
        "Open it in QGIS and save it anew as GeoPackage.",
        f"不能作为图层读取:{reason}",
        "请在 QGIS 中打开并重新保存为 GeoPackage。",
    )


def _shapefile_encoding(path: Path) -> str:
    """Return UTF-8 or GB 18030 for attributes that state no encoding of their own; empty if they do."""
    table = _sibling(path, ".dbf")
    if table is None or _sibling(path, ".cpg") is not None:
        return ""
    content = table.read_bytes()
    # bytes 8 and 9 of a dbf are the length of its header; field names in the header may be cut within a character
    start = int.from_bytes(content[8:10], "little")
    records = content[start:]
    # records of codes and numbers alone say nothing; then the names of the fields do
    text = _field_names(content[:start]) if records.isascii() else records
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


_FIELD, _FIELD_NAME = 32, 11
"""Bytes of the description of one field of a dbf, and of the name that it begins with."""
_FULL_NAME = 10
"""A name of this many bytes may have been cut."""


def _field_names(header: bytes) -> bytes:
    """Return the names of a dbf's fields in one; those that may have been cut within a character are left out."""
    rows = (header[at : at + _FIELD_NAME] for at in range(_FIELD, len(header) - _FIELD + 1, _FIELD))
    names = [row.split(b"\0")[0] for row in rows]
    whole = [name for name in names if len(name) < _FULL_NAME or name.isascii()]
    return b" ".join(whole)


def load_parquet(path: Path) -> RawTable:
    """
    Read a parquet file, with geometry if it has one.

    Raises
    ------
    UnreadableError
        If it is no parquet file.
    """
    try:
        _require_flat(path)
        try:
            frame = gpd.read_parquet(path)
        except ValueError:
            return _number_rows(pd.read_parquet(path))
    # pyarrow's own errors are all of these
    except (OSError, ValueError, LookupError, RuntimeError, TypeError) as error:
        raise UnreadableError.of(
            Wording(
                f"is no parquet file: {error}",
                "Write it anew, or save it as csv.",
                f"不是 parquet 文件:{error}",
                "请重新生成,或另存为 csv。",
            ),
        ) from error
    return _as_raw(frame, "" if frame.crs is None else _name_crs(frame.crs))


def _require_flat(path: Path) -> None:
    """Raise if a geometry holds others that hold others: a hundred thousand deep they would crash GEOS."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    described = json.loads((pq.read_schema(path).metadata or {}).get(b"geo", b"{}"))
    columns = described.get("columns", {}) if isinstance(described, dict) else {}
    faults = []
    for name, column in columns.items() if isinstance(columns, dict) else ():
        if isinstance(column, dict) and str(column.get("encoding")).upper() == "WKB":
            wrong = nested_shapes(pq.read_table(path, columns=[name])[name].to_pylist())
            faults += [
                Fault(file="", row=place + 1, column=name, **wording._asdict())
                for place, wording in list(wrong.items())[:_MOST_FAULTS]
            ]
    if faults:
        raise UnreadableError(*faults)


_MOST_FAULTS = 20
"""Geometries that are named one by one."""


def load_osm(path: Path) -> RawTable:
    """
    Read the roads of an extract of OpenStreetMap, whose CRS is known.

    Raises
    ------
    UnreadableError
        If it is no such extract.
    """
    return _as_raw(read_osm(path), WGS84)


def _as_raw(frame: gpd.GeoDataFrame, stated: str) -> RawTable:
    rows = pd.RangeIndex(1, len(frame) + 1, name="row")
    cells, bad = single_values(pd.DataFrame(frame.drop(columns=frame.geometry.name)).set_axis(rows).astype(object))
    cells = cells.where(cells.notna() & (cells != ""), None)
    geometry = gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), index=rows)
    return RawTable(frame=cells, geometry=geometry, crs=stated, bad=bad)


def single_values(cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Return cells with lists, mappings and bytes as text, and a fault for each of them."""
    held = cells.map(lambda cell: isinstance(cell, _NO_VALUES))
    if not held.to_numpy().any():
        return cells, ()
    cells = cells.where(~held, cells.map(lambda cell: str(cell)[:_MOST_SHOWN]))
    # labels of columns may be anything that a file holds
    bad = tuple(
        Fault(file="", row=int(row), column=str(column), value=cells.loc[row, column], **_NOT_ONE._asdict())
        for column in cells.columns
        for row in cells.index[held[column]]
    )
    return cells, bad


_NO_VALUES = (list, tuple, set, dict, bytes, np.ndarray)
_NOT_ONE = Wording(
    "is a list, a mapping or bytes, not one value.",
    "Write one text or number; several labels are separated by `;`.",
    "是列表、映射或字节,不是单个值。",
    "请填写一个文字或数字;多个代码用“;”分隔。",
)


def _name_crs(crs: pyproj.CRS) -> str:
    return str(crs.to_string())


def _number_rows(frame: pd.DataFrame) -> RawTable:
    """Index by row, from 1, and leave out rows without any content."""
    cells, bad = single_values(frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row")).astype(object))
    cells = cells.where(cells.notna() & (cells != ""), None)
    return RawTable(frame=cells.dropna(how="all"), bad=bad)
