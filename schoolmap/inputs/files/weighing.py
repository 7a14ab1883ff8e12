"""
What a file would become in memory, before it is read: a small one may claim, or unfold into, more than any table holds.

Each limit is far above a table of a planning area (a million people's records, a
county's buildings), and far below what a machine of a bureau can hold.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from openpyxl.utils.cell import range_boundaries

from schoolmap.errors import Wording
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.raw import no_layer

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Mapping
    from pathlib import Path
    from typing import IO

MOST_CELLS = 5_000_000
"""Of a workbook, those that are merged or linked included."""
MOST_UNPACKED = 1 << 28
"""Bytes of a workbook's sheets and texts, unpacked."""
MOST_BESIDE = 1 << 26
"""Bytes of everything else in a workbook that is read: styles, drawings, pivots."""
MOST_PARTS = 10_000
MOST_VALUES = 50_000_000
"""Records times columns of a layer or a parquet file."""
MOST_DECODED = 1 << 30
"""Bytes of a parquet file's values: a text that is stored once may stand in every record."""
SCATTERED = 50
"""How many times larger than its content a large rectangle of cells may be."""

_BLOCK = 1 << 22
_OVERLAP = 512
"""Bytes of a block that are looked at again with the next one: no tag that counts is longer."""
_CELL = re.compile(rb"<(?:[\w.-]{1,40}:)?c[\s/>]")
_SPREAD = re.compile(rb"""<(?:[\w.-]{1,40}:)?(?:mergeCell|hyperlink)\s[^>]{0,300}?\bref\s*=\s*["']([^"']{1,60})["']""")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]*)["']""")
_BATCH = 1024
"""Records of a parquet file that are decoded at a time to be weighed."""
_LONGEST_VALUE = 1 << 26
"""Bytes of one text or geometry in a GeoPackage."""
_LEAST_ROW_BYTES = 4
"""Of a record in a GeoPackage: it needs a number and a place at the least."""


def require_modest(rows: int, columns: int, *, filled: int) -> None:
    """
    Raise if the rectangle of all rows and columns is large and nearly empty.

    Examples
    --------
    >>> require_modest(1_000_000, 8, filled=6_000_000)
    >>> require_modest(20_000, 20_000, filled=20_000)
    Traceback (most recent call last):
    ...
    schoolmap.inputs.files.raw.UnreadableError: : is no table: 20,000 rows by 20,000 columns, nearly all of them empty. \
Remove what stands far away from the table.
    """
    if rows * columns > max(MOST_CELLS, SCATTERED * filled):
        raise UnreadableError.of(
            Wording(
                f"is no table: {rows:,} rows by {columns:,} columns, nearly all of them empty.",
                "Remove what stands far away from the table.",
                f"不是表格:{rows:,} 行、{columns:,} 列,几乎全为空。",
                "请删除远离表格的内容。",
            )
        )


def weigh_workbook(packed: zipfile.ZipFile) -> None:
    """
    Raise if an unpacked workbook is too large, holds macros, or declares entities.

    What the archive says of its sizes bounds what is unpacked of it.
    """
    parts = packed.infolist()
    xml = [
        part
        for part in parts
        if PurePosixPath(part.filename).suffix.lower() in {".xml", ".rels"}
        and not part.filename.startswith("customXml/")
    ]
    tables = [part for part in xml if _is_table(part.filename)]
    table_bytes, all_bytes = (sum(part.file_size for part in some) for some in (tables, xml))
    if table_bytes > MOST_UNPACKED or all_bytes - table_bytes > MOST_BESIDE or len(parts) > MOST_PARTS:
        raise UnreadableError.of(_too_large(f"unpacked it has {all_bytes / 2**20:,.0f} MB in {len(parts):,} parts"))
    if any(PurePosixPath(part.filename).name.lower() == "vbaproject.bin" for part in parts):
        raise UnreadableError.of(_MACROS)
    cells = 0
    for part in xml:
        with packed.open(part) as file:
            cells += count_cells(file, is_sheet=part in tables)
        if cells > MOST_CELLS:
            raise UnreadableError.of(_too_large(f"it has more than {MOST_CELLS:,} cells"))


def _is_table(name: str) -> bool:
    return name.startswith("xl/worksheets/") or PurePosixPath(name).name.lower() == "sharedstrings.xml"


def count_cells(file: IO[bytes], *, is_sheet: bool) -> int:
    """Count the cells of a part, and those that a merged range or a link makes; refuse what no spreadsheet program writes."""
    count, left = 0, b""
    while block := file.read(_BLOCK):
        if not left:
            _require_utf8(block)
        text = left + block
        if _DECLARES.search(text):
            raise UnreadableError.of(_ENTITIES)
        if is_sheet:
            # what ends within the overlap was counted with the block before
            count += len(_CELL.findall(text)) - len(_CELL.findall(left))
            count += sum(_area(found[1]) for found in _SPREAD.finditer(text) if found.end() > len(left))
        left = text[-_OVERLAP:]
        if count > MOST_CELLS:
            break
    return count


def _area(reference: bytes) -> int:
    try:
        bounds = range_boundaries(reference.decode("ascii"))
        left, top, right, bottom = (int(bound) for bound in bounds if bound is not None)
    except (ValueError, TypeError):
        return 0
    return max(right - left + 1, 0) * max(bottom - top + 1, 0)


def _require_utf8(begins: bytes) -> None:
    """Raise if a part is of another encoding, in which nothing would be found by its letters."""
    declared = _ENCODING.match(begins.removeprefix(b"\xef\xbb\xbf"))
    if not all(begins[:4]) or begins[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableError.of(_ENTITIES)
    if declared is not None and declared[1].lower() not in {b"utf-8", b"us-ascii", b"ascii"}:
        raise UnreadableError.of(_ENTITIES)


def _too_large(what: str) -> Wording:
    return Wording(
        f"is larger than a table can be: {what}.",
        "Leave out what is not of the planning area, or save the table as csv or parquet.",
        f"超出表格应有的大小(上限为 {MOST_CELLS:,} 个单元格)。",
        "请删去规划范围以外的内容,或将该表另存为 csv 或 parquet。",
    )


_MACROS = Wording(
    "holds macros, which are programs.",
    "Save it as a workbook without macros (.xlsx).",
    "含有宏(程序)。",
    "请另存为不含宏的工作簿(.xlsx)。",
)
_ENTITIES = Wording(
    "is no workbook: its XML declares entities or an encoding of its own, which no spreadsheet program writes.",
    "Open it in a spreadsheet program and save it as .xlsx.",
    "不是正常的工作簿:其 XML 自行声明了实体或编码,表格软件不会这样写。",
    "请用表格软件打开并另存为 .xlsx。",
)


def weigh_parquet(path: Path) -> None:
    """Raise if a parquet file unfolds into more than can be held; a part is decoded at a time."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path, memory_map=False) as file:
        columns = len(file.schema_arrow.names)
        if file.metadata.num_rows * columns > MOST_VALUES:
            raise UnreadableError.of(_too_many(file.metadata.num_rows, columns))
        held = 0
        for batch in file.iter_batches(batch_size=_BATCH, use_threads=False):
            held += batch.nbytes
            if held > MOST_DECODED:
                raise UnreadableError.of(_unfolds(MOST_DECODED))


def _unfolds(most: int) -> Wording:
    return Wording(
        f"unfolds into more than {most >> 20:,} MB.",
        "Leave out what is not of the planning area.",
        f"解压后超过 {most >> 20:,} MB。",
        "请删去规划范围以外的内容。",
    )


def _too_many(rows: int, columns: int) -> Wording:
    return Wording(
        f"says that it has {rows:,} records of {columns:,} columns: more than are read.",
        "Leave out what is not of the planning area.",
        f"声明有 {rows:,} 条记录、{columns:,} 列,超出可读取的数量。",
        "请删去规划范围以外的内容。",
    )


def weigh_geopackage(path: Path, layer: str) -> str:
    """
    Return the layer of a GeoPackage that is to be read: the first if none is named.

    Raises
    ------
    UnreadableError
        If it is not plain records, or says that it has others than it holds. A
        view or a computed column may go on without end; a count that is too
        large is memory, and one too small is a smaller table.
    """
    # what another program has written, but not yet into the file itself, lies beside it
    more = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{more}", uri=True)) as database:
            # nothing that the file asks to be computed may be large
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            database.execute("PRAGMA ignore_check_constraints = 1")
            kinds = _require_plain_tables(database)
            # pages that are used twice would be read again and again
            (sound,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if sound != "ok":
                raise UnreadableError.of(no_layer(f"the file is damaged ({' '.join(str(sound).split())[:80]})."))
            return _weigh_layer(database, layer, kinds, size=path.stat().st_size)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise UnreadableError.of(no_layer(f"{error}.")) from error


def _require_plain_tables(database: sqlite3.Connection) -> dict[str, str]:
    """Raise if a list of layers is no table, or a column of any is computed; return what each table and view is."""
    made = database.execute("SELECT lower(name), type, sql FROM sqlite_master WHERE type IN ('table', 'view')")
    kinds: dict[str, str] = {name: _kind(kind, sql) for name, kind, sql in made}
    if kinds.get("gpkg_contents") != "table":
        raise UnreadableError.of(no_layer("it lists no layers."))
    odd = [name for name, kind in kinds.items() if name.startswith("gpkg_") and kind != "table"]
    if odd:
        raise UnreadableError.of(no_layer(f"{odd[0]} is no table."))
    for name, kind in kinds.items():
        # the last of each column: 0 for one that is stored
        if kind == "table" and any(column[-1] != 0 for column in _columns(database, name)):
            raise UnreadableError.of(_view(name))
    return kinds


def _columns(database: sqlite3.Connection, name: str) -> list[tuple[object, ...]]:
    return database.execute(f"PRAGMA table_xinfo({_quoted(name)})").fetchall()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _weigh_layer(database: sqlite3.Connection, layer: str, kinds: Mapping[str, str], *, size: int) -> str:
    listed = database.execute(
        "SELECT table_name FROM gpkg_contents ORDER BY data_type <> 'features', rowid LIMIT 10000"
    )
    names = [str(name) for (name,) in listed]
    name = layer or next(iter(names), "")
    if name.lower() not in {name.lower() for name in names} & kinds.keys():
        raise UnreadableError.of(no_layer(f"it has no layer {name!r}, only: {', '.join(names[:20]) or 'none'}."))
    if kinds[name.lower()] != "table":
        raise UnreadableError.of(_view(name))
    rows = f"SELECT count(*) FROM (SELECT 1 FROM {_quoted(name)} LIMIT {size // _LEAST_ROW_BYTES})"  # noqa: S608 - quoted
    (count,) = database.execute(rows).fetchone()
    said = _said(database, kinds).get(name.lower(), count)
    if said != count:
        raise UnreadableError.of(_miscounted(name, said, count))
    columns = len(_columns(database, name))
    if count * columns > MOST_VALUES:
        raise UnreadableError.of(_too_many(count, columns))
    return name


def _kind(kind: str, sql: str | None) -> str:
    return "virtual" if (sql or "").lstrip().upper().startswith("CREATE VIRTUAL") else kind


def _said(database: sqlite3.Connection, kinds: Mapping[str, str]) -> dict[str, int]:
    """Return how many records each layer says that it has, where the file tells."""
    if "gpkg_ogr_contents" not in kinds:
        return {}
    told = database.execute("SELECT lower(table_name), feature_count FROM gpkg_ogr_contents")
    return {name: count for name, count in told if isinstance(count, int)}


def _view(name: str) -> Wording:
    return Wording(
        f"has a layer {name!r} that is computed when it is read.",
        "Save the layer from QGIS as a GeoPackage of its own.",
        f"图层“{name}”是视图或含计算列。",
        "请在 QGIS 中将该图层另存为新的 GeoPackage。",
    )


def _miscounted(name: str, said: int, count: int) -> Wording:
    return Wording(
        f"says that layer {name!r} has {said:,} records, but it has {count:,}.",
        "The file is damaged: open it in QGIS and save it anew as GeoPackage.",
        f"声明图层“{name}”有 {said:,} 条记录,实际为 {count:,} 条。",
        "文件已损坏:请在 QGIS 中打开并重新保存为 GeoPackage。",
    )
