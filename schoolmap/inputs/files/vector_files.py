"""Read layers that GDAL knows, and parquet files: attributes, geometry, and the CRS that the file itself states."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.files.json_layers import MOST_SHOWN
from schoolmap.inputs.files.json_layers import crs_of_json
from schoolmap.inputs.files.json_layers import json_document
from schoolmap.inputs.files.json_layers import json_driver
from schoolmap.inputs.files.json_layers import name_crs
from schoolmap.inputs.files.json_layers import require_modest_records
from schoolmap.inputs.files.osm import read_osm
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.raw import no_layer
from schoolmap.inputs.files.weighing import weigh_geopackage
from schoolmap.inputs.files.weighing import weigh_parquet
from schoolmap.inputs.files.wkb import nested_shapes

if TYPE_CHECKING:
    from pathlib import Path


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
        document = json_document(path)
        require_modest_records(document)
        name = f"{json_driver(document)}:{path}"
    else:
        _require_signature(path, suffix)
        name = str(path)
    if suffix == ".gpkg":
        layer = weigh_geopackage(path, layer)
    if suffix == ".shp":
        _require_parts(path)
    if suffix == ".shp" and not encoding:
        encoding = _shapefile_encoding(path)
    try:
        with warnings.catch_warnings():
            # GDAL warns of the file's style; what it cannot read is an error or an empty cell
            warnings.simplefilter("ignore")
            frame = pyogrio.read_dataframe(name, layer=layer or None, encoding=encoding or None)
    # a broken file fails on opening, on its features, on their geometry or on its text, each in its own way
    except Exception as error:
        raise UnreadableError.of(no_layer(str(error))) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        return _number_rows(frame)
    if suffix in JSON_SUFFIXES:
        return _as_raw(frame, crs_of_json(document, frame.crs))
    # a GeoPackage may say that its CRS is not known
    unknown = frame.crs is None or frame.crs.name.startswith("Undefined")
    return _as_raw(frame, "" if unknown else name_crs(frame.crs))


def _require_signature(path: Path, suffix: str) -> None:
    """Raise unless the file begins as one of its ending does."""
    signature = _SIGNATURES[suffix]
    with path.open("rb") as file:
        begins = file.read(len(signature))
    if begins != signature:
        raise UnreadableError.of(no_layer(f"the content is not that of a {suffix} file."))


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
        weigh_parquet(path)
        _require_flat(path)
        try:
            frame = gpd.read_parquet(path)
        except ValueError:
            return _number_rows(pd.read_parquet(path))
    except UnreadableError:
        raise
    # pyarrow, pandas and shapely fail on a broken file, each in its own way
    except Exception as error:
        raise UnreadableError.of(
            Wording(
                f"is no parquet file: {error}",
                "Write it anew, or save it as csv.",
                f"不是 parquet 文件:{error}",
                "请重新生成,或另存为 csv。",
            ),
        ) from error
    return _as_raw(frame, "" if frame.crs is None else name_crs(frame.crs))


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
    """
    Return cells with lists, mappings and bytes as text, and a fault for each of them.

    Raises
    ------
    UnreadableError
        If two columns have one name, as in a damaged table of a shapefile.
    """
    twice = cells.columns[cells.columns.duplicated()]
    if len(twice):
        raise UnreadableError(Fault(file="", column=str(twice[0])[:MOST_SHOWN], **_TWICE._asdict()))
    held = cells.map(lambda cell: isinstance(cell, _NO_VALUES))
    if not held.to_numpy().any():
        return cells, ()
    cells = cells.where(~held, cells.map(lambda cell: str(cell)[:MOST_SHOWN]))
    # labels of columns may be anything that a file holds
    bad = tuple(
        Fault(file="", row=int(row), column=str(column), value=cells.loc[row, column], **_NOT_ONE._asdict())
        for column in cells.columns
        for row in cells.index[held[column]]
    )
    return cells, bad


_TWICE = Wording(
    "is the name of two columns.",
    "Rename or remove one of them in QGIS.",
    "是两列共用的名称。",
    "请在 QGIS 中重命名或删除其中一列。",
)
_NO_VALUES = (list, tuple, set, dict, bytes, np.ndarray)
_NOT_ONE = Wording(
    "is a list, a mapping or bytes, not one value.",
    "Write one text or number; several labels are separated by `;`.",
    "是列表、映射或字节,不是单个值。",
    "请填写一个文字或数字;多个代码用“;”分隔。",
)


def _number_rows(frame: pd.DataFrame) -> RawTable:
    """Index by row, from 1, and leave out rows without any content."""
    cells, bad = single_values(frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row")).astype(object))
    cells = cells.where(cells.notna() & (cells != ""), None)
    return RawTable(frame=cells.dropna(how="all"), bad=bad)
