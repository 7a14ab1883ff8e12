"""Load a file as it is, by its ending: cells of a sheet, or a layer with geometry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.errors import Wording
from schoolmap.inputs.files.csv_files import load_csv
from schoolmap.inputs.files.raw import Grid
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.vector_files import JSON_SUFFIXES
from schoolmap.inputs.files.vector_files import LAYER_SUFFIXES
from schoolmap.inputs.files.vector_files import load_layer
from schoolmap.inputs.files.vector_files import load_osm
from schoolmap.inputs.files.vector_files import load_parquet
from schoolmap.inputs.files.workbooks import load_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

OSM_SUFFIXES = {".pbf", ".osm"}
"""Extracts of OpenStreetMap, of which only roads are read."""
MOST_BYTES = 64 << 20
"""
Of a text file, which is held in memory as a whole, several times its size.

It is a million records of sixty letters: 500 small areas, a hundred ages, both
sexes, ten dates. Binary formats hold more in less.
"""
_OTHER_WORKBOOKS = {".xls", ".xlsm", ".xlsb", ".et", ".ods", ".numbers"}


def load(
    path: Path,
    *,
    sheet: str = "",
    separator: str = ",",
    encoding: str = "",
    books: dict[Path, Workbook] | None = None,
) -> Grid | RawTable:
    """
    Read a file into raw cells.

    Parameters
    ----------
    path
        csv, xlsx, parquet, geojson, gpkg or shp; or .osm.pbf, of which the roads are read.
    sheet
        Sheet of a workbook, or layer of a GeoPackage; the first if empty.
    separator, encoding
        For csv. Without an encoding UTF-8 is tried, then GB 18030 (which holds
        GBK); so are the attributes of a shapefile that does not state its own.
    books
        Workbooks that are open already, by path; one that is opened here is
        added, so that a workbook with many tables is parsed once.

    Returns
    -------
    content
        A grid of cells for csv and xlsx, whose header `sheet_layout.arrange`
        finds; else a table whose columns have names.

    Raises
    ------
    UnreadableError
        If the file is missing, of another format, or broken.
    """
    _require_file(path)
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            return load_csv(path, separator=separator, encoding=encoding)
        if suffix == ".xlsx":
            return load_sheet(path, sheet=sheet, books={} if books is None else books)
        if suffix in LAYER_SUFFIXES:
            return load_layer(path, layer=sheet, encoding=encoding)
        if suffix in OSM_SUFFIXES:
            return load_osm(path)
        if suffix == ".parquet":
            return load_parquet(path)
    except PermissionError as error:
        raise UnreadableError.of(
            Wording(
                "may not be opened.",
                "Close it where it is open, or ask for the right to read it.",
                "没有读取权限。",
                "请关闭正在使用该文件的程序,或申请读取权限。",
            ),
        ) from error
    if suffix in _OTHER_WORKBOOKS:
        raise UnreadableError.of(
            Wording(
                f"has the ending {suffix!r}, which is not read.",
                "Open it in a spreadsheet program and save it as .xlsx.",
                f"扩展名“{suffix}”不能读取。",
                "请用 Excel 或 WPS 打开并另存为 .xlsx。",
            ),
        )
    raise UnreadableError.of(
        Wording(
            f"has the ending {suffix!r}, which is not read.",
            "Save it as csv, xlsx, geojson, gpkg, shp or parquet.",
            f"扩展名“{suffix}”不能读取。",
            "请另存为 csv、xlsx、geojson、gpkg、shp 或 parquet。",
        ),
    )


def _require_file(path: Path) -> None:
    """Raise if there is no such file, or a text file is larger than any table of a planning area."""
    if path.is_dir():
        raise UnreadableError.of(
            Wording(
                "is a folder, not a file.",
                "Name a file in it.",
                "是文件夹,不是文件。",
                "请写明其中的文件名。",
            ),
        )
    if not path.is_file():
        raise UnreadableError.of(
            Wording(
                "does not exist.",
                f"Put it into the folder {path.parent.name!r}, or correct the name.",
                "文件不存在。",
                f"请将其放入文件夹“{path.parent.name}”,或更正文件名。",
            ),
        )
    suffix, size = path.suffix.lower(), path.stat().st_size
    if suffix not in {".csv", *JSON_SUFFIXES} or size <= MOST_BYTES:
        return
    sheet = suffix == ".csv"
    raise UnreadableError.of(
        Wording(
            f"has {size / 2**20:,.0f} MB: text of up to {MOST_BYTES >> 20} MB is read.",
            "Leave out what is not of the planning area, or save it as "
            + ("parquet, or as several files." if sheet else "GeoPackage."),
            f"大小为 {size / 2**20:,.0f} MB:文本文件最大 {MOST_BYTES >> 20} MB。",
            "请删去规划范围以外的内容,或另存为" + (" parquet 或分成几个文件。" if sheet else " GeoPackage。"),
        ),
    )
