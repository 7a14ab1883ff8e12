"""
Read one table of a project: any format in, the contract's columns out, every fault named.

A reader never repairs. It finds the header, matches the columns, tells records
from rows that are none, reads the cells, checks values and places, and returns
what it read with a list of faults; the caller decides what to do with them. What
was read in another way than it is written is a notice. Nothing is written, and
no file is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.cells.columns import PLACE_COLUMNS
from schoolmap.inputs.cells.columns import Problem
from schoolmap.inputs.cells.columns import listed
from schoolmap.inputs.cells.columns import read_columns
from schoolmap.inputs.cells.notices import notice
from schoolmap.inputs.cells.notices import rows_en
from schoolmap.inputs.cells.notices import rows_zh
from schoolmap.inputs.cells.units import parse_unit
from schoolmap.inputs.cells.units import unit_in_header
from schoolmap.inputs.cells.value_checks import check_values
from schoolmap.inputs.cells.value_checks import doubled_keys
from schoolmap.inputs.coordinates import OFFSET_DATUMS
from schoolmap.inputs.databases.connections import connected
from schoolmap.inputs.databases.load import GEOMETRY
from schoolmap.inputs.databases.load import load_table
from schoolmap.inputs.files import layers
from schoolmap.inputs.files.origins import Origin
from schoolmap.inputs.files.origins import together
from schoolmap.inputs.files.origins import whole
from schoolmap.inputs.files.places import locate
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.layout import printed_totals
from schoolmap.inputs.layout.body_rows import sort_out
from schoolmap.inputs.layout.matching import lost
from schoolmap.inputs.layout.matching import match
from schoolmap.inputs.layout.matching import wanted_names
from schoolmap.inputs.layout.merged_cells import fill_merged
from schoolmap.inputs.layout.sheet_layout import arrange

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl import Workbook

    from schoolmap.inputs.cells.columns import ReadCells
    from schoolmap.inputs.cells.units import Unit
    from schoolmap.inputs.coordinates import Bounds
    from schoolmap.inputs.databases.connections import Databases
    from schoolmap.inputs.declarations import TableSource
    from schoolmap.inputs.layout.body_rows import Body
    from schoolmap.tables import Contract

MAY_BE_EMPTY = {"projects", "developments"}
_WHOLE_SHEET = frozenset({"crs", "geometry"})
"""Columns of faults that stand for no column of the file."""

_NO_RECORD = Wording(
    "holds no record.",
    "Fill it in below the header.",
    "没有任何记录。",
    "请在表头下方填写。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """
    A table as read.

    Attributes
    ----------
    frame
        Indexed by `row`, as a spreadsheet counts; records of a second and
        further source are labelled as `origins` says. Columns have the
        contract's names. Empty where nothing could be read at all.
    faults
        Errors, warnings and notices, each with its file, sheet and row.
    complete
        Whether all its records and required columns are there, whatever their cells hold.
    origins
        Files and sheets that it was read from.
    headers
        What a person finds at the head of a column of the contract, with its
        letter; empty for files without letters, and where sources differ.
    headers_of
        The same for each source.
    """

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    complete: bool = True
    origins: tuple[Origin, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_of: tuple[Mapping[str, str], ...] = ()

    @property
    def file(self) -> str:
        """Names of the files."""
        return whole(self.origins).file

    @property
    def sheet(self) -> str:
        """Titles of the sheets; empty where no source has any."""
        return whole(self.origins).sheet

    @property
    def sound(self) -> bool:
        """Whether nothing in it is wrong: its values and places can be compared."""
        return not any(fault.severity is Severity.ERROR for fault in self.faults)


def read_table(
    source: TableSource,
    contract: Contract,
    *,
    folder: Path,
    near: Bounds | None = None,
    prefer: tuple[str, ...] = (),
    books: dict[Path, Workbook] | None = None,
    databases: Databases | None = None,
) -> TableRead:
    """
    Read one table and check it against its contract.

    Parameters
    ----------
    source
        Its file or files, and how they are declared.
    contract
        What the table must hold.
    folder
        The project folder, in which the files are.
    near
        Where the project's other layers are, in WGS 84 degrees: helps to name
        the likely CRS of a layer that declares none.
    prefer
        CRSs to name first among those that fit.
    books
        Workbooks that are open already, see `layers.load`.
    databases
        Databases of the project, see `connections.connected`; none if left out.

    Returns
    -------
    read
        The table by the contract's names, with geometry in the declared CRS if
        the contract has one, and all faults. Records of several sources stand
        one after the other; the key is unique over all of them.
    """
    books = {} if books is None else books
    with connected({}, folder) as none:
        parts = [
            _read_source(
                part,
                contract,
                origin=Origin(part.place(contract.name, number), part.sheet),
                folder=folder,
                near=near,
                prefer=prefer,
                books=books,
                databases=none if databases is None else databases,
            )
            for number, part in enumerate(source.parts)
        ]
    origins = tuple(part.origin for part in parts)
    frame = together([part.frame for part in parts], contract)
    faults = [fault for part in parts for fault in part.faults]
    labels = [part.labels for part in parts]
    if all(part.complete for part in parts):
        shown = dict(zip(origins, labels, strict=True))
        doubled = doubled_keys(frame, contract, origins)
        faults += [_shown_as(fault, shown[Origin(fault.file, fault.sheet)]) for fault in doubled]
    return TableRead(
        frame=frame,
        faults=tuple(faults),
        complete=all(part.complete for part in parts),
        origins=origins,
        headers=labels[0] if all(label == labels[0] for label in labels) else {},
        headers_of=tuple(labels),
    )


def read_value(text: str, contract: Contract, column: str) -> tuple[object, list[Fault]]:
    """
    Read one value as a column of a table holds it, with the errors that a cell of the file would have.

    Examples
    --------
    >>> from schoolmap.tables import CONTRACTS
    >>> read_value("小学", CONTRACTS["sections"], "stage")
    ('primary', [])
    >>> print(read_value("-1", CONTRACTS["sections"], "seats")[1][0].problem)
    is negative.
    """
    cell = pd.DataFrame({column: pd.Series([text], index=[0], dtype=object)})
    read = read_columns(cell, contract, decimal=".")
    faults = [fault for fault in read.faults if fault.severity is Severity.ERROR]
    return read.frame.at[0, column], faults + check_values(read, contract)


class _Part(NamedTuple):
    """What was read from one source, with rows as they are there."""

    origin: Origin
    frame: pd.DataFrame
    faults: list[Fault]
    complete: bool
    labels: dict[str, str]


def _read_source(
    source: TableSource,
    contract: Contract,
    *,
    origin: Origin,
    folder: Path,
    near: Bounds | None,
    prefer: tuple[str, ...],
    books: dict[Path, Workbook],
    databases: Databases,
) -> _Part:
    declared = source.columns
    try:
        if source.file is None:
            # which column is the geometry, only a query can be told
            declared = {name: column for name, column in declared.items() if name != GEOMETRY}
            raw = load_table(source, contract, databases)
        else:
            _require_roads(source.file, source.crs, contract)
            content = layers.load(
                folder / source.file,
                sheet=source.sheet,
                separator=source.separator,
                encoding=source.encoding,
                books=books,
            )
            origin = Origin(origin.file, source.sheet or content.sheet)
            raw = (
                content
                if isinstance(content, RawTable)
                else arrange(content, wanted=wanted_names(contract), declared=declared)
            )
    except UnreadableError as error:
        # a fault of a database as a whole names that, and no query
        faults = [
            fault if fault.file else replace(fault, file=origin.file, sheet=origin.sheet) for fault in error.faults
        ]
        return _Part(origin, _empty(contract), faults, complete=False, labels={})
    stage, faults = _declared_stage(source, contract)
    matches, found = match(raw, contract, declared=declared, given=stage)
    faults += found
    if stage and "stage" in matches.values():
        faults.append(Fault(file="", column="stage", value=source.stage, **_TWO_STAGES._asdict()))
        stage = {}
    is_lost = bool(lost(contract, [*matches.values(), *stage]))
    records = _read_records(raw, matches, contract, source=source, given=stage)
    frame, is_whole = records.frame, records.is_whole and not is_lost
    faults += records.faults
    if is_lost or _holds_nothing(frame, contract):
        frame = _empty(contract) if is_lost else frame.drop(columns=[name for name in PLACE_COLUMNS if name in frame])
        if contract.geometry != "none" and not isinstance(frame, gpd.GeoDataFrame):
            frame = gpd.GeoDataFrame(frame, geometry=[None] * len(frame))
    elif contract.geometry != "none":
        headers = {name: raw.header(column).text for column, name in matches.items()}
        frame, place_faults = locate(
            frame,
            raw,
            contract=contract,
            declared=source.crs,
            near=near,
            prefer=prefer,
            headers=headers,
            told=records.unplaced,
        )
        faults += place_faults
    labels = _labels(raw, matches)
    named = [replace(_shown_as(fault, labels), file=origin.file, sheet=origin.sheet) for fault in faults]
    by_name = {name: labels[name] for name in matches.values() if name in labels}
    return _Part(origin, frame, named, complete=is_whole, labels=by_name)


def _holds_nothing(frame: pd.DataFrame, contract: Contract) -> bool:
    """Say whether there is no record; a line on a map is one, even if nothing is written beside it."""
    needs = any(spec.required for spec in contract.columns.values())
    return frame.empty if needs else len(frame) == 0


def _empty(contract: Contract) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(dtype=object) for name in contract.columns})
    return frame if contract.geometry == "none" else gpd.GeoDataFrame(frame, geometry=[])


def _require_roads(file: Path, crs: str, contract: Contract) -> None:
    """Raise if an extract of OpenStreetMap is declared for another table than roads, or in another datum than its own."""
    if file.suffix.lower() not in layers.OSM_SUFFIXES:
        return
    if contract.name != "roads":
        raise UnreadableError.of(_ROADS_ONLY)
    if crs.upper() in OFFSET_DATUMS:
        raise UnreadableError.of(_OSM_DATUM)


_ROADS_ONLY = Wording(
    "is an extract of OpenStreetMap, of which only roads are read.",
    "Save this layer from QGIS as GeoPackage.",
    "是 OpenStreetMap 数据,只从中读取道路。",
    "请在 QGIS 中把该图层另存为 GeoPackage。",
)
_OSM_DATUM = Wording(
    "is an extract of OpenStreetMap, which is always in WGS 84.",
    "Leave out `crs`.",
    "是 OpenStreetMap 数据,一律为 WGS 84。",
    "请删去 `crs`。",
)
_TWO_STAGES = Wording(
    "is declared in project.toml for all records, but the file has a column of stages.",
    "Remove one of the two.",
    "在 project.toml 中为整张表声明了学段,而文件另有“学段”列。",
    "请删去其一。",
)


def _declared_stage(source: TableSource, contract: Contract) -> tuple[dict[str, str], list[Fault]]:
    """Return the stage that the project file gives all records of a source."""
    if not source.stage:
        return {}, []
    if "stage" not in contract.columns:
        wording = Wording(
            f"is declared in project.toml, but `{contract.name}` has no stages.",
            "Remove it.",
            f"在 project.toml 中声明,但 `{contract.name}` 表没有学段。",
            "请删去。",
        )
        return {}, [Fault(file="", column="stage", value=source.stage, **wording._asdict())]
    return {"stage": WORDS["stage"].get(source.stage, source.stage)}, []


class _Records(NamedTuple):
    """Records of a source, whether none was left out for a fault, and rows whose coordinates could not be read."""

    frame: pd.DataFrame
    faults: list[Fault]
    is_whole: bool
    unplaced: set[int]


def _read_records(
    raw: RawTable, matches: dict[str, str], contract: Contract, *, source: TableSource, given: Mapping[str, str]
) -> _Records:
    body = sort_out(raw, matches, contract)
    left = set(map(row_number, body.records.index))
    ragged = [row for row in raw.ragged if row in left]
    records, merged = fill_merged(body.records.drop(index=ragged), raw, matches, contract)
    bad = [fault for fault in raw.bad if fault.column in matches and fault.row in left]
    faults = [*raw.notices, *bad, *body.faults, *merged, *_ragged(ragged, raw)]
    if _holds_nothing(records, contract) and contract.name not in MAY_BE_EMPTY and not ragged:
        faults.append(Fault(file="", **_NO_RECORD._asdict()))
    faults += _hidden(raw, matches, left)
    cells = records[list(matches)].rename(columns=matches)
    told = _told_units(raw, matches, body)
    read = read_columns(cells, contract, decimal=source.decimal, told=told)
    found = read.faults + check_values(read, contract)
    # one mistake is told once
    said = {(fault.row, matches[fault.column]) for fault in [*bad, *merged] if fault.severity is Severity.ERROR}
    faults += [fault for fault in found if (fault.row, fault.column) not in said]
    faults += _totals(raw, body, read, contract, matches=matches, decimal=source.decimal, told=told)
    places = [name for name in PLACE_COLUMNS if name in read.unread]
    rows = set(map(row_number, read.unread.index[read.unread[places].any(axis=1)])) if places else set()
    frame = read.frame.copy()
    for name, value in given.items():
        frame[name] = value
    return _Records(frame, faults, is_whole=not ragged, unplaced=rows)


def _told_units(raw: RawTable, matches: Mapping[str, str], body: Body) -> dict[str, Unit]:
    """Return the units that the header, or the row of units below it, gives for each column of the contract."""
    units = {name: unit_in_header(raw.header(column).parts[-1]) for column, name in matches.items()}
    units |= {matches[column]: parse_unit(text) for column, text in body.units.items() if column in matches}
    return {name: unit for name, unit in units.items() if unit is not None}


def _totals(
    raw: RawTable,
    body: Body,
    read: ReadCells,
    contract: Contract,
    *,
    matches: Mapping[str, str],
    decimal: str,
    told: Mapping[str, Unit],
) -> list[Fault]:
    """Compare printed totals with the records, in columns all of whose cells could be read."""
    if not body.totals:
        return []
    compared = {*printed_totals.added_columns(contract), *contract.key}
    columns = {column: name for column, name in matches.items() if name in compared}
    rows = raw.frame.loc[[total.row for total in body.totals], list(columns)]
    said = {(total.row, total.column) for total in body.totals}
    rows = rows.apply(lambda cells: cells.where([(row, cells.name) not in said for row in cells.index], None))
    printed = read_columns(rows.rename(columns=columns), contract, decimal=decimal, told=told).frame
    unread = [name for name in columns.values() if read.unread[name].any()]
    return printed_totals.compare(printed.drop(columns=unread), read.frame, body.totals, contract)


def _ragged(rows: Sequence[int], raw: RawTable) -> list[Fault]:
    """Report lines of a csv that are shifted."""
    wanted = max(raw.numbers.values(), default=0)
    problems = [
        Problem(
            row,
            "",
            Wording(
                f"has {raw.ragged[row]} cells, but the header has {wanted}.",
                "Each record needs as many cells as the header; put a text that holds the separator in quotes.",
                f"有 {raw.ragged[row]} 个单元格,而表头有 {wanted} 个。",
                "每行单元格数应与表头一致;含分隔符的文字请加引号。",
            ),
        )
        for row in rows
    ]
    return listed(problems, column="")


def _hidden(raw: RawTable, matches: Mapping[str, str], left: Collection[int]) -> list[Fault]:
    """Tell that hidden rows and columns are read like others."""
    rows = sorted(raw.hidden_rows & set(left))
    columns = [column for column in matches if column in raw.hidden_columns]
    told = []
    if rows:
        wording = Wording(
            f"is hidden ({rows_en(rows)}): it is read like the others.",
            "Remove what is not to be counted.",
            f"是隐藏行({rows_zh(rows)}),与其他行同样读取。",
            "不应计入的请删除。",
        )
        told.append(notice(wording, row=rows[0]))
    for column in columns:
        wording = Wording(
            "is hidden: it is read like the others.",
            "Remove it if it is not to be used.",
            "是隐藏列,与其他列同样读取。",
            "不用的请删除。",
        )
        told.append(notice(wording, row=raw.header_row, column=column))
    return told


def _labels(raw: RawTable, matches: Mapping[str, str]) -> dict[str, str]:
    """Return what a person finds at the head of a column, with its letter: for columns, and for the contract's names."""
    shown = {column: f"{header.text} ({header.letter})" for column, header in raw.headers.items() if header.letter}
    return shown | {name: shown[column] for column, name in matches.items() if column in shown}


def _shown_as(fault: Fault, labels: Mapping[str, str]) -> Fault:
    """Name the column of a fault as a person finds it."""
    if fault.column in _WHOLE_SHEET or not labels:
        return fault
    columns = [fault.column] if fault.column in labels else fault.column.split(", ")
    return replace(fault, column=", ".join(labels.get(column, column) for column in columns))
