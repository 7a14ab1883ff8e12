"""
Read one table of a project: any format in, the contract's columns out, every fault named.

A reader never repairs. It matches headers, reads numbers, checks values and
places, and returns what it read together with a list of faults; the caller
decides what to do with them. Nothing is written, and no file is changed.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.errors
import shapely

from schoolmap.errors import Fault
from schoolmap.errors import row_number
from schoolmap.inputs import layers
from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.aliases import contract_names
from schoolmap.tables import NUMERIC
from schoolmap.tables import Contract
from schoolmap.tables import Kind
from schoolmap.tables import parse_age
from schoolmap.tables import parse_month
from schoolmap.tables import value_schema

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.inputs.coordinates import Bounds
    from schoolmap.inputs.project_file import TableSource

PLACE_COLUMNS = ("lon", "lat", "x", "y")
_MOST_SHOWN = 20
"""Faults of one kind in one column that are listed one by one; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """
    A table as read.

    `frame` is indexed by `row`, as a spreadsheet counts; columns have the
    contract's names. It is empty where the file could not be read at all.
    """

    frame: pd.DataFrame
    faults: tuple[Fault, ...]


def read_table(
    source: TableSource,
    contract: Contract,
    *,
    folder: Path,
    near: Bounds | None = None,
    prefer: tuple[str, ...] = (),
) -> TableRead:
    """
    Read one table and check it against its contract.

    Parameters
    ----------
    source
        The file and how it is declared.
    contract
        What the table must hold.
    folder
        The project folder, in which `source.file` is.
    near
        Where the project's other layers are, in WGS 84 degrees: helps to name
        the likely CRS of a layer that declares none.
    prefer
        CRSs to name first among those that fit.

    Returns
    -------
    read
        The table by the contract's names, with geometry in the declared CRS if
        the contract has one, and all faults.
    """
    name = source.file.name
    try:
        raw = layers.load(
            folder / source.file,
            sheet=source.sheet,
            separator=source.separator,
            encoding=source.encoding,
        )
    except layers.UnreadableError as error:
        fault = Fault(file=name, sheet=source.sheet, problem=str(error), remedy=error.remedy)
        return TableRead(frame=_empty(contract), faults=(fault,))

    frame, faults = _rename(raw.frame, contract, source)
    if any(fault.column and fault.row == 1 for fault in faults):
        return TableRead(frame=_empty(contract), faults=tuple(faults))
    frame, read_faults = _read_values(frame, contract, source)
    faults += read_faults
    faults += _check_values(frame, contract, source)
    if contract.geometry != "none":
        layer, place_faults = layers.locate(
            frame,
            raw,
            contract=contract,
            file=name,
            declared=source.crs,
            near=near,
            prefer=prefer,
        )
        return TableRead(frame=layer, faults=(*faults, *place_faults))
    return TableRead(frame=frame, faults=tuple(faults))


def _empty(contract: Contract) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(dtype=object) for name in contract.columns})
    return frame if contract.geometry == "none" else gpd.GeoDataFrame(frame, geometry=[])


def _rename(
    frame: pd.DataFrame,
    contract: Contract,
    source: TableSource,
) -> tuple[pd.DataFrame, list[Fault]]:
    """Give columns the contract's names; report missing, doubled and unknown declared ones."""
    name, headers = source.file.name, [str(column) for column in frame.columns]
    faults = [
        Fault(
            file=name,
            sheet=source.sheet,
            row=1,
            column=header,
            problem=f"is declared as `{wanted}` in project.toml, but the file has no such column.",
            remedy=f"It has: {', '.join(headers)}.",
        )
        for wanted, header in source.columns.items()
        if header not in headers
    ]
    declared = {header: wanted for wanted, header in source.columns.items() if header in headers}
    wanted_names = set(contract.columns) | (set(PLACE_COLUMNS) if contract.geometry != "none" else set())
    free = [header for header in headers if header not in declared]
    matches = declared | contract_names(free, wanted=wanted_names - set(declared.values()))
    for wanted in dict.fromkeys(matches.values()):
        twice = [header for header, match in matches.items() if match == wanted]
        if len(twice) > 1:
            faults.append(
                Fault(
                    file=name,
                    sheet=source.sheet,
                    row=1,
                    column=twice[1],
                    problem=f"means `{wanted}`, and so does column {twice[0]!r}.",
                    remedy=f'Say which one: `columns = {{ {wanted} = "{twice[0]}" }}`.',
                ),
            )
    found = set(matches.values())
    for column, spec in contract.columns.items():
        if spec.required and column not in found:
            faults.append(
                Fault(
                    file=name,
                    sheet=source.sheet,
                    row=1,
                    column=column,
                    problem=f"is missing: {spec.means}.",
                    remedy=(
                        f'The file has: {", ".join(headers)}. Rename one, or write `columns = {{ {column} = "…" }}`.'
                    ),
                ),
            )
    kept = frame[[header for header in headers if header in matches]].rename(columns=matches)
    return kept, faults


def _read_values(
    frame: pd.DataFrame,
    contract: Contract,
    source: TableSource,
) -> tuple[pd.DataFrame, list[Fault]]:
    """Turn cells into what the contract says they are; a cell that is not is a fault."""
    columns: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    for column in frame.columns:
        kind = Kind.DEGREES if column in PLACE_COLUMNS else contract.columns[column].kind
        values, problems = _read_column(frame[column], kind, decimal=source.decimal, words=WORDS.get(column, {}))
        columns[column] = values
        faults += _listed(problems, file=source.file.name, sheet=source.sheet, column=column)
    return pd.DataFrame(columns, index=frame.index), faults


_Problem = tuple[int, str, str, str]
"""Row, value, what is wrong, way out."""


def _read_column(
    cells: pd.Series,
    kind: Kind,
    *,
    decimal: str,
    words: dict[str, str],
) -> tuple[pd.Series, list[_Problem]]:
    problems: list[_Problem] = []
    if kind is Kind.CODE:
        typed = cells.map(lambda cell: isinstance(cell, (int, float)) and cell == cell)  # noqa: PLR0124
        problems += [
            (
                row_number(row),
                str(cells[row]),
                "is a code stored as a number; leading zeros may be lost.",
                "Format the column as text and type the code as published.",
            )
            for row in cells.index[typed.to_numpy(dtype=bool)]
        ]
    text = cells.map(_as_text)
    if kind in NUMERIC:
        numbers, bad = _as_numbers(text, decimal=decimal)
        problems += [(row_number(row), str(text[row]), "is not a number.", _number_hint(str(text[row]))) for row in bad]
        return numbers, problems
    text = text.map(lambda cell: words.get(cell, cell)).astype(object)
    filled = text[text.notna()]
    parse = {Kind.AGE: parse_age, Kind.MONTH: parse_month, Kind.DATE: _parse_date}.get(kind)
    if parse is not None:
        hints = {
            Kind.AGE: "Write an age `3`, a band `3-5` with both ends counted, or `95+`.",
            Kind.MONTH: "Write year and month, `2027-09`.",
            Kind.DATE: "Write year, month and day, `2016-12-31`.",
        }
        unread = filled[filled.map(lambda cell: parse(cell) is None)]
        problems += [(row_number(row), str(cell), f"is no {kind.value}.", hints[kind]) for row, cell in unread.items()]
    return text, problems


def _as_text(cell: Any) -> Any:  # noqa: ANN401
    """Return the cell as text, or nothing for an empty one."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return None
    if isinstance(cell, (dt.datetime, dt.date, pd.Timestamp)):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text or None


def _as_numbers(text: pd.Series, *, decimal: str) -> tuple[pd.Series, pd.Index]:
    """Read numbers; full-width digits are read, thousands separators are not guessed."""
    plain = text.map(lambda cell: unicodedata.normalize("NFKC", cell) if isinstance(cell, str) else cell)
    if decimal != ".":
        plain = plain.map(lambda cell: cell.replace(decimal, ".") if isinstance(cell, str) else cell)
    numbers = pd.to_numeric(plain, errors="coerce").astype(float)
    return numbers, text.index[text.notna() & numbers.isna()]


def _number_hint(text: str) -> str:
    if "," in text:
        return 'If the comma is a decimal comma, declare `decimal = ","`; else remove it.'
    return "Write a plain number, or leave the cell empty where it is not known."


def _parse_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _check_values(frame: pd.DataFrame, contract: Contract, source: TableSource) -> list[Fault]:
    """Check values against the contract, all at once."""
    schema = value_schema(contract, frame.columns)
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    faults: list[Fault] = []
    key = [name for name in contract.key if name in frame.columns]
    for check, group in cases.groupby("check", sort=False):
        rows = group.drop_duplicates(["index", "column"]) if str(check) != "multiple_fields_uniqueness" else group
        if str(check) == "multiple_fields_uniqueness":
            twice = [
                (
                    row_number(row),
                    ", ".join(str(frame.at[row, name]) for name in key),
                    *_twice(frame, key, row_number(row)),
                )
                for row in dict.fromkeys(rows["index"])
            ]
            faults += _listed(twice, file=source.file.name, sheet=source.sheet, column=", ".join(key))
            continue
        for column, part in rows.groupby("column", sort=False):
            problems = [
                (row_number(row), _shown(frame.at[row_number(row), column]), *_problem(str(check)))
                for row in part["index"]
                if pd.notna(row)
            ]
            faults += _listed(problems, file=source.file.name, sheet=source.sheet, column=str(column))
    return faults


def _twice(frame: pd.DataFrame, key: list[str], row: int) -> tuple[str, str]:
    same = (frame[key] == frame.loc[row, key]).all(axis=1)
    first = int(same.index[same][0])
    return f"is there twice, first in row {first}.", "Keep one of them."


def _problem(check: str) -> tuple[str, str]:
    if check == "not_nullable":
        return "is empty.", "Unknown is not zero: fill it, or leave the whole record out."
    if check == "is negative":
        return "is negative.", "Counts are zero or more."
    return f"{check}.", "Correct it in the file."


def _shown(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)


def _listed(problems: list[_Problem], *, file: str, sheet: str, column: str) -> list[Fault]:
    """Return one fault per problem, and one that counts the rest where there are very many."""
    faults = [
        Fault(
            file=file,
            sheet=sheet,
            row=row,
            column=column,
            value=value,
            problem=problem,
            remedy=remedy,
        )
        for row, value, problem, remedy in problems[:_MOST_SHOWN]
    ]
    rest = len(problems) - _MOST_SHOWN
    if rest > 0:
        faults.append(
            Fault(
                file=file,
                sheet=sheet,
                column=column,
                problem=f"has {rest} more such fault(s).",
                remedy="Mend the column as a whole.",
            ),
        )
    return faults


def is_geometry_missing(layer: gpd.GeoDataFrame) -> pd.Series:
    """Say which rows have no geometry, or an empty one."""
    return pd.Series(
        shapely.is_missing(layer.geometry.to_numpy()) | shapely.is_empty(layer.geometry.to_numpy()),
        index=layer.index,
    )
