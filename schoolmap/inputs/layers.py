"""
Load files as they are, and place their records: geometry, declared CRS, datum.

`load` reads csv, xlsx, parquet and every layer that GDAL knows into a table of
raw cells. `locate` gives the records a geometry in the CRS that the file or the
project declares, and refuses where the two contradict each other, where neither
speaks, or where the coordinates cannot be of that CRS.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
import warnings
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from schoolmap.errors import CRSError
from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.coordinates import OFFSET_DATUMS
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import fits
from schoolmap.inputs.coordinates import is_old_datum
from schoolmap.inputs.coordinates import likely_crs
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.coordinates import to_wgs84

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyproj
    from openpyxl import Workbook
    from openpyxl.worksheet.cell_range import CellRange

    from schoolmap.inputs.coordinates import Bounds
    from schoolmap.tables import Contract

JSON_SUFFIXES = {".geojson", ".json"}
LAYER_SUFFIXES = {*JSON_SUFFIXES, ".gpkg", ".shp"}
_SIGNATURES = {".gpkg": b"SQLite format 3\0", ".shp": b"\0\0\x27\x0a"}
_POLYGONS = {"Polygon", "MultiPolygon"}
_POINTS = {"Point", "MultiPoint"}
_WANTED = {"polygon": _POLYGONS, "point": _POINTS, "either": _POLYGONS | _POINTS, "optional": _POINTS}
_KINDS_ZH = {
    "Point": "点",
    "MultiPoint": "多点",
    "LineString": "线",
    "MultiLineString": "多线",
    "Polygon": "面",
    "MultiPolygon": "多面",
    "GeometryCollection": "几何集合",
}
_MOST_SHOWN = 20
_LONGEST_CODE = 40
"""Characters of a CRS beyond which it is WKT and not a code."""
_NO_GEOMETRY = Wording(
    "has no geometry.",
    "Use a layer (geojson, gpkg, shp), or add columns `lon` and `lat` (经度, 纬度).",
    "没有几何位置。",
    "请使用图层(geojson、gpkg、shp),或增加“经度”“纬度”两列。",
)
_NO_PLACE = Wording(
    "has no place.",
    "Give its place, or move the record to `projects`.",
    "没有位置。",
    "请填写坐标;未建成的请移到 `projects` 表。",
)
_ERROR_VALUES = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
_NO_HEADER = Wording(
    "has no header in its first row.",
    "Put the column names into row 1.",
    "第 1 行没有列名。",
    "请将列名放在第 1 行。",
)


class UnreadableError(Exception):
    """A file cannot be read as a table; `faults` say why, without the file's name."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

    @classmethod
    def of(cls, wording: Wording) -> UnreadableError:
        """Return the error with one fault of the file as a whole."""
        return cls(Fault(file="", **wording._asdict()))


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Cells as they are in the file, indexed by `row`, with geometry and CRS if the file has them."""

    frame: pd.DataFrame
    geometry: gpd.GeoSeries | None = None
    crs: str = ""
    """The CRS that the file itself states; empty if it states none."""
    has_header_row: bool = True
    """Whether row 1 is the header; else it is the first record."""
    faults: tuple[Fault, ...] = ()
    """Cells that cannot be taken as they are; they matter if their column is used."""


def load(
    path: Path,
    *,
    sheet: str = "",
    separator: str = ",",
    encoding: str = "",
    books: dict[Path, Workbook] | None = None,
) -> RawTable:
    """
    Read a file into raw cells.

    Parameters
    ----------
    path
        csv, xlsx, parquet, geojson, gpkg or shp.
    sheet
        Sheet of a workbook, or layer of a GeoPackage; the first if empty.
    separator, encoding
        For csv. Without an encoding UTF-8 is tried, then GB 18030 (which holds
        GBK); so are the attributes of a shapefile that does not state its own.
    books
        Workbooks that are open already, by path; one that is opened here is
        added, so that a workbook with many tables is parsed once.

    Raises
    ------
    UnreadableError
        If the file is missing, of another format, or broken.
    """
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
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            return _load_csv(path, separator=separator, encoding=encoding)
        if suffix == ".xlsx":
            return _load_xlsx(path, sheet=sheet, books={} if books is None else books)
        if suffix in LAYER_SUFFIXES:
            return _load_layer(path, layer=sheet, encoding=encoding)
        if suffix == ".parquet":
            return _load_parquet(path)
    except PermissionError as error:
        raise UnreadableError.of(
            Wording(
                "may not be opened.",
                "Close it where it is open, or ask for the right to read it.",
                "没有读取权限。",
                "请关闭正在使用该文件的程序,或申请读取权限。",
            ),
        ) from error
    raise UnreadableError.of(
        Wording(
            f"has the ending {suffix!r}, which is not read.",
            "Save it as csv, xlsx, geojson, gpkg, shp or parquet.",
            f"扩展名“{suffix}”不能读取。",
            "请另存为 csv、xlsx、geojson、gpkg、shp 或 parquet。",
        ),
    )


def _load_csv(path: Path, *, separator: str, encoding: str) -> RawTable:
    text = _decode(path.read_bytes(), encoding=encoding)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise UnreadableError.of(
            Wording(
                f"is no table: {error}.",
                "Look for a quotation mark that is not closed, or save it anew as csv.",
                f"不是表格:{error}。",
                "请检查未闭合的引号,或重新另存为 csv。",
            ),
        ) from error
    if not records or not any(map(str.strip, records[0])):
        raise UnreadableError.of(_NO_HEADER)
    headers = [header.strip() for header in records[0]]
    if len(headers) == 1 and any(mark in headers[0] for mark in ";\t"):
        mark = ";" if ";" in headers[0] else "\\t"
        raise UnreadableError.of(
            Wording(
                "has one column only.",
                f'Its cells seem to be separated by {mark!r}: declare `separator = "{mark}"`.',
                "只有一列。",
                f'单元格似乎以“{mark}”分隔:请写明 `separator = "{mark}"`。',
            ),
        )
    # spreadsheets end lines with empty cells; a cell with content beyond the header is a shifted row
    ragged = [
        (row, len(record))
        for row, record in enumerate(records[1:], start=2)
        if any(record) and (len(record) < len(headers) or any(record[len(headers) :]))
    ]
    if ragged:
        raise UnreadableError(*(_ragged(row, cells, len(headers)) for row, cells in ragged[:_MOST_SHOWN]))
    cells = [record[: len(headers)] or [""] * len(headers) for record in records[1:]]
    return _as_table(headers, cells)


def _ragged(row: int, cells: int, wanted: int) -> Fault:
    return Fault(
        file="",
        row=row,
        problem=f"has {cells} cells, but the header has {wanted}.",
        remedy="Each record needs as many cells as the header; put a text that holds the separator in quotes.",
        problem_zh=f"有 {cells} 个单元格,而表头有 {wanted} 个。",
        remedy_zh="每行单元格数应与表头一致;含分隔符的文字请加引号。",
    )


def _decode(content: bytes, *, encoding: str) -> str:
    """Decode as declared, else as UTF-8, else as GB 18030."""
    tried = (encoding,) if encoding else ("utf-8-sig", "gb18030")
    if not encoding and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ("utf-16",)
    for name in tried:
        try:
            return content.decode(name).removeprefix("\ufeff")
        except UnicodeError:
            continue
        except LookupError as error:
            raise UnreadableError.of(
                Wording(
                    f"{error}.",
                    "Write `utf-8` or `gbk`.",
                    f"没有名为“{name}”的编码。",
                    "请写 `utf-8` 或 `gbk`。",
                ),
            ) from error
    raise UnreadableError.of(
        Wording(
            f"is not {encoding}." if encoding else "is neither UTF-8 nor GBK.",
            'Save it as UTF-8, or declare `encoding = "…"`.',
            f"不是 {encoding} 编码。" if encoding else "既不是 UTF-8 也不是 GBK 编码。",
            '请另存为 UTF-8,或写明 `encoding = "…"`。',
        ),
    )


def _as_table(headers: Sequence[str], cells: Sequence[Sequence[object]], *, faults: tuple[Fault, ...] = ()) -> RawTable:
    """Return cells below a header in row 1; a column without a header is left out, a row without content too."""
    doubled = [header for header, count in Counter(headers).items() if header and count > 1]
    if doubled:
        raise UnreadableError(
            *(
                Fault(
                    file="",
                    row=1,
                    column=header,
                    problem="is there twice.",
                    remedy="Remove one of the two columns, or give it another name.",
                    problem_zh="该列重复出现。",
                    remedy_zh="请删除其中一列,或改用其他列名。",
                )
                for header in doubled
            ),
        )
    used = [index for index, header in enumerate(headers) if header]
    frame = pd.DataFrame(
        [[row[index] for index in used] for row in cells],
        columns=[headers[index] for index in used],
        dtype=object,
    )
    return RawTable(frame=_number_rows(frame, start=2), faults=faults)


def _number_rows(frame: pd.DataFrame, *, start: int) -> pd.DataFrame:
    """Index by row and leave out rows without any content."""
    frame = frame.astype(object)
    frame = frame.where(frame.notna() & (frame != ""), None)
    frame.index = pd.RangeIndex(start, len(frame) + start, name="row")
    return frame.dropna(how="all")


def _load_xlsx(path: Path, *, sheet: str, books: dict[Path, Workbook]) -> RawTable:
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        if path not in books:
            books[path] = _open_book(path, stored_values=False)
        pages = {page.title: page for page in books[path].worksheets}
    # a broken workbook fails in zipfile, in the XML parser or in openpyxl's own reading of either
    except (zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise UnreadableError.of(_no_workbook(error)) from error
    except (OSError, EOFError, RuntimeError, InvalidFileException) as error:
        raise UnreadableError.of(_no_workbook(error)) from error
    if not pages or (sheet and sheet not in pages):
        raise UnreadableError.of(
            Wording(
                f"has no sheet {sheet!r}.",
                f"It has: {', '.join(pages)}.",
                f"没有工作表“{sheet}”。",
                f"现有:{'、'.join(pages)}。",
            ),
        )
    page = pages[sheet] if sheet else next(iter(pages.values()))
    rows = [list(record) for record in page.iter_rows()]
    if not rows or all(cell.value is None for cell in rows[0]):
        raise UnreadableError.of(_NO_HEADER)
    headers = ["" if cell.value is None else str(cell.value).strip() for cell in rows[0]]
    faults = [_merged(spread, headers) for spread in page.merged_cells.ranges]
    values = [[cell.value for cell in record] for record in rows[1:]]
    formulas = [
        (row, index, str(cell.value))
        for row, record in enumerate(rows[1:])
        for index, cell in enumerate(record)
        if cell.data_type == "f"
    ]
    stored = [*_open_book(path, stored_values=True)[page.title].iter_rows(values_only=True)] if formulas else []
    for row, index, formula in formulas:
        values[row][index] = stored[row + 1][index]
        if values[row][index] is None:
            faults.append(_formula(row + 2, headers[index], formula))
    faults += [
        _error_value(row, headers[index], str(value))
        for row, record in enumerate(values, start=2)
        for index, value in enumerate(record)
        if isinstance(value, str) and value in _ERROR_VALUES
    ]
    return _as_table(headers, values, faults=tuple(faults))


def _open_book(path: Path, *, stored_values: bool) -> Workbook:
    import openpyxl  # noqa: PLC0415

    with warnings.catch_warnings():
        # openpyxl warns of styles and validations that it does not keep; none of them is data
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path, data_only=stored_values)


def _no_workbook(error: Exception) -> Wording:
    return Wording(
        f"is no workbook: {error}.",
        "Open it in a spreadsheet program and save it as .xlsx, without a password.",
        f"不是工作簿:{error}。",
        "请用表格软件打开并另存为 .xlsx,不要加密码。",
    )


def _merged(spread: CellRange, headers: list[str]) -> Fault:
    return Fault(
        file="",
        row=spread.min_row,
        column=headers[spread.min_col - 1] if spread.min_col <= len(headers) else "",
        value=str(spread.coord),
        problem="are merged cells: only the first holds a value.",
        remedy="Unmerge them and fill every cell; row 1 holds the column names, without a title above.",
        problem_zh="是合并单元格:只有第一个单元格有值。",
        remedy_zh="请取消合并并逐格填写;第 1 行为列名,其上不要有标题。",
    )


def _formula(row: int, column: str, value: str) -> Fault:
    return Fault(
        file="",
        row=row,
        column=column,
        value=value,
        problem="is a formula without a stored value.",
        remedy="Open and save the workbook in a spreadsheet program, or paste the values.",
        problem_zh="是公式,且没有保存计算结果。",
        remedy_zh="请用表格软件打开并保存,或粘贴为数值。",
    )


def _error_value(row: int, column: str, value: str) -> Fault:
    return Fault(
        file="",
        row=row,
        column=column,
        value=value,
        problem="is the error of a formula.",
        remedy="Mend the formula, or write the value.",
        problem_zh="是公式错误值。",
        remedy_zh="请修正公式,或直接填写数值。",
    )


def _load_layer(path: Path, *, layer: str, encoding: str) -> RawTable:
    suffix, document = path.suffix.lower(), None
    # GDAL goes by content, not by ending: a file that says it is a virtual layer would lead it to any file or address
    if suffix in JSON_SUFFIXES:
        document = _json_document(path)
        name = f"{_json_driver(document)}:{path}"
    else:
        _require_signature(path, suffix)
        name = str(path)
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
        return RawTable(frame=_number_rows(frame, start=1), has_header_row=False)
    stated = "" if frame.crs is None else _name_crs(frame.crs)
    # GDAL reports WGS 84 for a JSON file that has no `crs` member; one feature a line never has one
    if suffix in JSON_SUFFIXES and not (isinstance(document, dict) and "crs" in document):
        stated = ""
    return _as_raw(frame, stated)


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


def _no_layer(reason: str) -> Wording:
    return Wording(
        f"cannot be read as a layer: {reason}",
        "Open it in QGIS and save it anew as GeoPackage.",
        f"不能作为图层读取:{reason}",
        "请在 QGIS 中打开并重新保存为 GeoPackage。",
    )


def _shapefile_encoding(path: Path) -> str:
    """Return UTF-8 or GB 18030 for attributes that state no encoding of their own; empty if they do."""
    table = path.with_suffix(".dbf")
    if path.with_suffix(".cpg").is_file() or not table.is_file():
        return ""
    content = table.read_bytes()
    # bytes 8 and 9 of a dbf are the length of its header; field names in the header may be cut within a character
    records = content[int.from_bytes(content[8:10], "little") :]
    try:
        records.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _load_parquet(path: Path) -> RawTable:
    try:
        try:
            frame = gpd.read_parquet(path)
        except ValueError:
            return RawTable(frame=_number_rows(pd.read_parquet(path), start=1), has_header_row=False)
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


def _as_raw(frame: gpd.GeoDataFrame, stated: str) -> RawTable:
    rows = pd.RangeIndex(1, len(frame) + 1, name="row")
    cells = pd.DataFrame(frame.drop(columns=frame.geometry.name)).astype(object)
    cells = cells.where(cells.notna() & (cells != ""), None)
    cells.index = rows
    geometry = gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), index=rows)
    return RawTable(frame=cells, geometry=geometry, crs=stated, has_header_row=False)


def _name_crs(crs: pyproj.CRS) -> str:
    return str(crs.to_string())


def locate(
    frame: pd.DataFrame,
    raw: RawTable,
    *,
    contract: Contract,
    file: str,
    declared: str,
    near: Bounds | None,
    prefer: tuple[str, ...],
    sheet: str = "",
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
    file, sheet
        Names of the file and its sheet, for faults.
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
    geometry, found = _geometry(frame, raw, contract=contract)
    faults = [dataclasses.replace(fault, file=file, sheet=sheet) for fault in found]
    layer = gpd.GeoDataFrame(
        frame.drop(columns=[column for column in ("lon", "lat", "x", "y") if column in frame]),
        geometry=geometry,
    )
    known = layer[~(shapely.is_missing(geometry.to_numpy()) | shapely.is_empty(geometry.to_numpy()))]
    if known.empty:
        return layer, faults
    west, south, east, north = (float(edge) for edge in known.total_bounds)
    crs, wording = _decide_crs((west, south, east, north), stated=raw.crs, declared=declared, near=near, prefer=prefer)
    if crs is None:
        faults.append(
            Fault(file=file, sheet=sheet, column="crs", value=declared or _brief(raw.crs), **wording._asdict()),
        )
        return layer, faults
    if declared.upper() in OFFSET_DATUMS:
        layer = layer.set_geometry(_shift(layer.geometry, declared))
    return layer.set_crs(crs, allow_override=True), faults


def _geometry(frame: pd.DataFrame, raw: RawTable, *, contract: Contract) -> tuple[gpd.GeoSeries, list[Fault]]:
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
            return geometry, [Fault(file="", column="geometry", **_NO_GEOMETRY._asdict())]
    values, label = geometry.to_numpy(), frame[contract.key[0]]
    missing = shapely.is_missing(values) | shapely.is_empty(values)
    wanted = _WANTED[contract.geometry]
    kinds = geometry.geom_type.to_numpy()
    polygons = ~missing & np.isin(kinds, list(_POLYGONS))
    broken = np.zeros(len(values), dtype=bool)
    broken[polygons] = ~shapely.is_valid(values[polygons])
    faults: list[Fault] = []
    for position, row in enumerate(geometry.index):
        if missing[position]:
            wording = None if contract.geometry == "optional" else _NO_PLACE
        elif kinds[position] not in wanted:
            names = sorted(wanted)
            wording = Wording(
                f"is a {kinds[position]}.",
                f"This table needs: {', '.join(names)}.",
                f"几何类型是{_KINDS_ZH.get(kinds[position], kinds[position])}。",
                f"此表需要:{'、'.join(_KINDS_ZH[name] for name in names)}。",
            )
        elif broken[position]:
            reason = shapely.is_valid_reason(values[position])
            wording = Wording(
                f"is no valid polygon: {reason}.",
                "Mend it in QGIS (Fix geometries) and look at the result.",
                f"不是有效的面:{reason}。",
                "请在 QGIS 中用“修正几何图形”修复,并检查结果。",
            )
        else:
            wording = None
        if wording is not None:
            cell = "" if label[row] is None else str(label[row])
            faults.append(Fault(file="", row=row_number(row), column="geometry", value=cell, **wording._asdict()))
    return geometry, faults


def _decide_crs(
    bounds: Bounds,
    *,
    stated: str,
    declared: str,
    near: Bounds | None,
    prefer: tuple[str, ...],
) -> tuple[pyproj.CRS | None, Wording]:
    """Return the CRS, or nothing and what is wrong with the way out."""

    def refuse(problem: str, problem_zh: str, *, before: str = "", before_zh: str = "") -> tuple[None, Wording]:
        remedy, remedy_zh = _likely(bounds, near=near, prefer=prefer)
        return None, Wording(problem, before + remedy, problem_zh, before_zh + remedy_zh)

    if not stated and not declared:
        return refuse(
            "states no CRS, and project.toml declares none.",
            "文件没有说明坐标系,project.toml 也没有声明。",
        )
    try:
        declared_crs = parse_crs(declared) if declared else None
    except CRSError as error:
        return refuse(f"is no CRS: {error}", "PROJ 不认识这个坐标系。")
    stated_crs = parse_crs(stated) if stated else None
    if declared_crs is not None and stated_crs is not None and not _same(declared_crs, stated_crs):
        return refuse(
            f"states {_brief(stated)} itself, but project.toml declares {declared}.",
            f"文件自身的坐标系是 {_brief(stated)},而 project.toml 声明的是 {declared}。",
            before="One of them is wrong. ",
            before_zh="两者必有一误。",
        )
    crs = declared_crs or stated_crs
    if crs is None or not fits(bounds, crs):
        reach = ", ".join(f"{edge:,.6g}" for edge in bounds)
        return refuse(
            f"cannot be in {declared or _brief(stated)}: its coordinates (left, bottom, right, top) are {reach}.",
            f"不可能是 {declared or _brief(stated)}:坐标范围(左、下、右、上)为 {reach}。",
        )
    if is_old_datum(crs):
        return None, Wording(
            f"is in {crs.name}, which lies up to more than 100 m from CGCS2000.",
            "Ask its maker (natural resources) for the layer in CGCS2000: only local control points tell the shift.",
            f"采用 {crs.name},与 CGCS2000 相差可达百米以上。",
            "请向数据提供方(自然资源部门)索取 CGCS2000 成果;转换参数须由当地控制点确定。",
        )
    return crs, Wording("", "", "", "")


def _likely(bounds: Bounds, *, near: Bounds | None, prefer: tuple[str, ...]) -> tuple[str, str]:
    """Name the CRS that the coordinates seem to be in, in both languages."""
    code = likely_crs(bounds, near=near, first=prefer)
    if code == WGS84:
        return (
            (
                'The coordinates are degrees: declare `crs = "EPSG:4326"` if they are WGS 84 or CGCS2000, '
                '`"GCJ-02"` if they come from AMap or Tencent, `"BD-09"` if from Baidu.'
            ),
            (
                '坐标是经纬度:WGS 84 或 CGCS2000 请写 `crs = "EPSG:4326"`,'
                '高德、腾讯坐标写 `"GCJ-02"`,百度坐标写 `"BD-09"`。'
            ),
        )
    if code:
        return (
            f'The likely one is {code}: if so, declare `crs = "{code}"`.',
            f'可能是 {code}:如属实,请写 `crs = "{code}"`。',
        )
    west, south, east, north = bounds
    if fits((south, west, north, east), parse_crs(WGS84)):
        return (
            "Longitude and latitude seem to be exchanged: longitude is `lon` (经度), latitude `lat` (纬度).",
            "经度与纬度似乎写反了:`lon` 是经度,`lat` 是纬度。",
        )
    return "Ask who made it.", "请询问数据提供方。"


def _brief(crs: str) -> str:
    """Return a CRS as a person names it: its code, else its name."""
    return crs if len(crs) < _LONGEST_CODE or not crs else str(parse_crs(crs).name)


def _same(left: pyproj.CRS, right: pyproj.CRS) -> bool:
    """Compare without axis order: files store longitude first whatever the authority says."""
    return bool(left.equals(right, ignore_axis_order=True))


def _shift(geometry: gpd.GeoSeries, datum: str) -> gpd.GeoSeries:
    def convert(points: np.ndarray) -> np.ndarray:
        lon, lat = to_wgs84(points[:, 0], points[:, 1], datum=datum)
        return np.column_stack([lon, lat])

    return gpd.GeoSeries(shapely.transform(geometry.to_numpy(), convert), index=geometry.index)
