"""
Read one table of a project: any format in, the contract's columns out, every fault named.

A reader never repairs. It matches headers, reads numbers, checks values and
places, and returns what it read together with a list of faults; the caller
decides what to do with them. Nothing is written, and no file is changed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.errors

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs import layers
from schoolmap.inputs.aliases import ALIASES
from schoolmap.inputs.aliases import TOTALS
from schoolmap.inputs.aliases import UNITS
from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.aliases import contract_names
from schoolmap.inputs.aliases import tidy
from schoolmap.tables import NUMERIC
from schoolmap.tables import Contract
from schoolmap.tables import Kind
from schoolmap.tables import parse_age
from schoolmap.tables import parse_month
from schoolmap.tables import parse_year
from schoolmap.tables import value_schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Hashable
    from collections.abc import Iterable
    from pathlib import Path

    from openpyxl import Workbook

    from schoolmap.inputs.coordinates import Bounds
    from schoolmap.inputs.project_file import TableSource

PLACE_COLUMNS = ("lon", "lat", "x", "y")
MAY_BE_EMPTY = {"projects", "developments"}
_MOST_SHOWN = 20
"""Faults of one kind in one column that are listed one by one; the rest are counted."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_NUMBER_WITH_COMMA = re.compile(r"[+-]?(\d+(,\d*)?|,\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

_NO_RECORD = Wording(
    "holds no record.",
    "Fill it in below the header.",
    "没有任何记录。",
    "请在表头下方填写。",
)
_TOTAL_ROW = Wording(
    "marks a row of totals, which would be counted a second time.",
    "Remove the row.",
    "是合计行,会重复计数。",
    "请删除该行。",
)
_UNIT_ROW = Wording(
    "marks a row of units, not a record.",
    "Remove the row, or write the unit in brackets behind the column's name.",
    "是单位行,不是记录。",
    "请删除该行,或将单位写在列名后的括号里。",
)
_CODE_AS_NUMBER = Wording(
    "is a code stored as a number; leading zeros may be lost.",
    "Format the column as text and type the code as published.",
    "是以数字格式保存的代码,前导零可能已丢失。",
    "请将该列设为文本格式,并按公布的代码填写。",
)
_NOT_PARSED = {
    Kind.AGE: Wording(
        "is no age.",
        "Write an age `3`, a band `3-5` with both ends counted, or `95+`; format the column as text.",
        "不是年龄。",
        "请写年龄 `3`、年龄段 `3-5`(含两端)或 `95+`;该列请设为文本格式。",
    ),
    Kind.YEAR: Wording(
        "is no year.",
        "Write `2024`, or a school year `2024-2025`.",
        "不是年份。",
        "请写 `2024`,学年写 `2024-2025`。",
    ),
    Kind.MONTH: Wording("is no month.", "Write year and month, `2027-09`.", "不是年月。", "请写年月,如 `2027-09`。"),
    Kind.DATE: Wording(
        "is no date.",
        "Write year, month and day, `2016-12-31`.",
        "不是日期。",
        "请写年月日,如 `2016-12-31`。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """
    A table as read.

    `frame` is indexed by `row`, as a spreadsheet counts; columns have the
    contract's names. It is empty where the file could not be read at all.
    """

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    complete: bool = True
    """Whether all its records and required columns are there, whatever their cells hold."""


def read_table(
    source: TableSource,
    contract: Contract,
    *,
    folder: Path,
    near: Bounds | None = None,
    prefer: tuple[str, ...] = (),
    books: dict[Path, Workbook] | None = None,
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
    books
        Workbooks that are open already, see `layers.load`.

    Returns
    -------
    read
        The table by the contract's names, with geometry in the declared CRS if
        the contract has one, and all faults.
    """
    name = source.file.as_posix()

    def named(found: Iterable[Fault]) -> list[Fault]:
        return [replace(fault, file=name, sheet=source.sheet) for fault in found]

    try:
        raw = layers.load(
            folder / source.file,
            sheet=source.sheet,
            separator=source.separator,
            encoding=source.encoding,
            books=books,
        )
    except layers.UnreadableError as error:
        return TableRead(frame=_empty(contract), faults=tuple(named(error.faults)), complete=False)

    matches, found = _match(list(raw.frame.columns), contract, source, has_header_row=raw.has_header_row)
    found += [fault for fault in raw.faults if fault.column in matches or fault.row == 1]
    lost = bool(_lost(contract, matches.values()))
    extra, extra_faults = _extra_rows(raw.frame, matches, contract)
    found += extra_faults
    records = raw.frame.drop(index=extra)
    if records.empty and contract.name not in MAY_BE_EMPTY:
        found.append(Fault(file="", **_NO_RECORD._asdict()))
    cells = records[list(matches)].rename(columns=matches)
    frame, read_faults = _read_values(cells, contract, decimal=source.decimal)
    found += read_faults + _check_values(frame, contract, cells)
    if lost or records.empty:
        whole = frame if records.empty and not lost else _empty(contract)
        if contract.geometry != "none" and not isinstance(whole, gpd.GeoDataFrame):
            whole = gpd.GeoDataFrame(whole, geometry=[None] * len(whole))
        return TableRead(frame=whole, faults=tuple(named(found)), complete=not lost)
    if contract.geometry == "none":
        return TableRead(frame=frame, faults=tuple(named(found)))
    layer, place_faults = layers.locate(
        frame,
        raw,
        contract=contract,
        file=name,
        sheet=source.sheet,
        declared=source.crs,
        near=near,
        prefer=prefer,
    )
    return TableRead(frame=layer, faults=(*named(found), *place_faults))


def read_value(text: str, contract: Contract, column: str) -> tuple[object, list[Fault]]:
    """
    Read one value as a column of a table holds it, with the faults that a cell of the file would have.

    Examples
    --------
    >>> from schoolmap.tables import CONTRACTS
    >>> read_value("小学", CONTRACTS["sections"], "stage")
    ('primary', [])
    >>> print(read_value("-1", CONTRACTS["sections"], "seats")[1][0].problem)
    is negative.
    """
    cell = pd.DataFrame({column: pd.Series([text], index=[0], dtype=object)})
    frame, faults = _read_values(cell, contract, decimal=".")
    return frame.at[0, column], faults + _check_values(frame, contract, cell)


def _empty(contract: Contract) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(dtype=object) for name in contract.columns})
    return frame if contract.geometry == "none" else gpd.GeoDataFrame(frame, geometry=[])


def _match(
    headers: list[str],
    contract: Contract,
    source: TableSource,
    *,
    has_header_row: bool,
) -> tuple[dict[str, str], list[Fault]]:
    """Match headers with the contract's names; report missing, doubled and wrongly declared ones."""
    row = 1 if has_header_row else None
    wanted_names = set(contract.columns) | (set(PLACE_COLUMNS) if contract.geometry != "none" else set())
    listed, listed_zh = ", ".join(headers), "、".join(headers)
    faults: list[Fault] = []
    declared: dict[str, str] = {}
    for wanted, header in source.columns.items():
        if wanted not in wanted_names:
            wording = Wording(
                f"is declared in project.toml, but `{contract.name}` has no such column.",
                f"Known are: {', '.join(sorted(wanted_names))}.",
                f"在 project.toml 中声明,但 `{contract.name}` 表没有这一列。",
                f"可用:{'、'.join(sorted(wanted_names))}。",
            )
            faults.append(Fault(file="", column=wanted, **wording._asdict()))
        elif header not in headers:
            wording = Wording(
                f"is declared as `{wanted}` in project.toml, but the file has no such column.",
                f"It has: {listed}.",
                f"在 project.toml 中声明为 `{wanted}`,但文件没有这一列。",
                f"文件现有:{listed_zh}。",
            )
            faults.append(Fault(file="", row=row, column=header, **wording._asdict()))
        elif header in declared:
            wording = Wording(
                f"is declared as `{declared[header]}` and as `{wanted}` in project.toml.",
                "Declare it once; copy the column in the file if it is both.",
                f"在 project.toml 中同时声明为 `{declared[header]}` 和 `{wanted}`。",
                "请只声明一次;如两者皆是,请在文件中复制该列。",
            )
            faults.append(Fault(file="", row=row, column=header, **wording._asdict()))
        else:
            declared[header] = wanted
    free = [header for header in headers if header not in declared]
    matches = declared | contract_names(free, wanted=wanted_names - set(declared.values()))
    for wanted in dict.fromkeys(matches.values()):
        twice = [header for header, match in matches.items() if match == wanted]
        if len(twice) > 1:
            wording = Wording(
                f"means `{wanted}`, and so does column {twice[0]!r}.",
                f'Say which one: `columns = {{ {wanted} = "{twice[0]}" }}`.',
                f"与列“{twice[0]}”都表示 `{wanted}`。",
                f'请写明用哪一列:`columns = {{ {wanted} = "{twice[0]}" }}`。',
            )
            faults.append(Fault(file="", row=row, column=twice[1], **wording._asdict()))
            # the first is read on, so that its cells are checked too
            matches = {header: match for header, match in matches.items() if header not in twice[1:]}
    for column in _lost(contract, matches.values()):
        if column not in contract.columns:
            wording = Wording(
                "are missing, of which one must be there.",
                f"The file has: {listed}. Add one, or name it under `columns`.",
                "均缺少,应有其一。",
                f"文件现有:{listed_zh}。请补充一列,或在 `columns` 中写明。",
            )
            faults.append(Fault(file="", row=row, column=column, **wording._asdict()))
        else:
            aliases = "、".join(ALIASES.get(column, ()))
            wording = Wording(
                f"is missing: {contract.columns[column].means}.",
                f'The file has: {listed}. Rename one, or write `columns = {{ {column} = "…" }}`.',
                f"缺少这一列(可写作:{aliases})。" if aliases else "缺少这一列。",
                f'文件现有:{listed_zh}。请改列名,或写 `columns = {{ {column} = "…" }}`。',
            )
            faults.append(Fault(file="", row=row, column=column, **wording._asdict()))
    return matches, faults


def _lost(contract: Contract, found: Iterable[str]) -> list[str]:
    """Return the required columns that are not there, and the groups of which none is there, joined by commas."""
    known = set(found)
    lost = [name for name, spec in contract.columns.items() if spec.required and name not in known]
    return lost + [", ".join(group) for group in contract.one_of if not known & set(group)]


def _extra_rows(raw: pd.DataFrame, matches: dict[str, str], contract: Contract) -> tuple[list[int], list[Fault]]:
    """Find rows that are no records: totals, and units below the header. They are reported and not read on."""
    kinds = {column: spec.kind for column, spec in contract.columns.items()}
    labels = [header for header in raw.columns if kinds.get(matches.get(header, "")) not in {*NUMERIC, Kind.DATE}]
    cells = raw[labels].apply(_each, by=lambda cell: isinstance(cell, str) and tidy(cell) in TOTALS).astype(bool)
    extra, faults = [], []
    for row in raw.index[cells.any(axis=1)]:
        header = next(name for name in labels if cells.at[row, name])
        extra.append(row_number(row))
        value = str(raw.at[row, header])
        faults.append(Fault(file="", row=row_number(row), column=header, value=value, **_TOTAL_ROW._asdict()))
    # units stand directly below the header
    for row in raw.index[:1]:
        filled = {header: tidy(cell) for header, cell in raw.loc[row].items() if cell is not None}
        numeric = [header for header in filled if kinds.get(matches.get(str(header), "")) in NUMERIC]
        units = [header for header in numeric if filled[header] in UNITS]
        if units and len(units) == len(numeric):
            extra.append(row_number(row))
            value = str(raw.at[row, units[0]])
            faults.append(Fault(file="", row=row_number(row), column=str(units[0]), value=value, **_UNIT_ROW._asdict()))
    return list(dict.fromkeys(extra)), faults


def _read_values(frame: pd.DataFrame, contract: Contract, *, decimal: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Turn cells into what the contract says they are; a cell that is not is a fault."""
    columns: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    for column in frame.columns:
        kind = Kind.DEGREES if column in PLACE_COLUMNS else contract.columns[column].kind
        values, problems = _read_column(frame[column], kind, decimal=decimal, words=WORDS.get(column, {}))
        columns[column] = values
        faults += _listed(problems, column=column)
    return pd.DataFrame(columns, index=frame.index), faults


class _Problem(NamedTuple):
    row: int
    value: str
    wording: Wording


def _read_column(
    cells: pd.Series,
    kind: Kind,
    *,
    decimal: str,
    words: dict[str, str],
) -> tuple[pd.Series, list[_Problem]]:
    problems: list[_Problem] = []
    if kind is Kind.CODE:
        typed = _each(cells, by=_is_number)
        problems += [
            _Problem(row_number(row), _shown(_as_text(cells[row], kind)), _CODE_AS_NUMBER)
            for row in cells.index[typed.to_numpy(dtype=bool)]
        ]
    text = _each(cells, by=lambda cell: _as_text(cell, kind)).astype(object)
    filled = text[text.notna()]
    if kind in NUMERIC:
        numbers = _each(filled, by=lambda cell: _parse_number(cell, decimal=decimal)).astype(float)
        problems += [
            _Problem(row_number(row), filled[row], _number_wording(filled[row], decimal=decimal))
            for row in numbers.index[numbers.isna()]
        ]
        return numbers.reindex(text.index), problems
    text = _each(text, by=lambda cell: words.get(cell, cell)).astype(object)
    parse = _PARSERS.get(kind)
    if parse is not None:
        unread = filled[_each(filled, by=lambda cell: parse(cell) is None).astype(bool)]
        problems += [_Problem(row_number(row), str(cell), _NOT_PARSED[kind]) for row, cell in unread.items()]
        if kind is Kind.YEAR:
            # `2024年` and `2024` are one year, also where records are compared
            text = _each(text, by=lambda cell: str(parse_year(cell) or cell) if cell else cell).astype(object)
    return text, problems


def _each(cells: pd.Series, *, by: Callable[[Any], Any]) -> pd.Series:
    """Apply a function to every cell, but only once to equal ones where all are of one type: tables repeat themselves."""
    if pd.api.types.infer_dtype(cells, skipna=True) not in {"string", "integer", "floating"}:
        return cells.map(by)
    codes, values = pd.factorize(cells, use_na_sentinel=False)
    results = np.empty(len(values), dtype=object)
    results[:] = [by(None if pd.isna(value) else value) for value in values]
    return pd.Series(results[codes], index=cells.index, name=cells.name)


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float, np.number)) and bool(np.isfinite(cell))


def _as_text(cell: Any, kind: Kind) -> Any:  # noqa: ANN401
    """Return the cell as text, or nothing for an empty one."""
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, (float, np.floating)) and np.isnan(cell)):
        return None
    if isinstance(cell, (dt.datetime, dt.date, pd.Timestamp)):
        # a spreadsheet makes the first of the month of `2027-09`
        return cell.strftime("%Y-%m" if kind is Kind.MONTH and cell.day == 1 else "%Y-%m-%d")
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return str(int(cell))
    text = str(cell).strip()
    if kind not in {Kind.CODE, Kind.TEXT}:
        # full-width digits are digits; in codes and names every character stays as it is
        text = unicodedata.normalize("NFKC", text)
    return text or None


def _parse_number(text: str, *, decimal: str) -> float:
    """
    Read a plain number; thousands separators, units and words are not guessed.

    Examples
    --------
    >>> _parse_number("12.5", decimal="."), _parse_number("12,5", decimal=",")
    (12.5, 12.5)
    >>> _parse_number("1,234", decimal="."), _parse_number("1.234", decimal=",")
    (nan, nan)
    """
    pattern = _NUMBER_WITH_COMMA if decimal == "," else _NUMBER
    number = float(text.replace(decimal, ".")) if pattern.fullmatch(text) else float("nan")
    return number if np.isfinite(number) else float("nan")


def _number_wording(text: str, *, decimal: str) -> Wording:
    if decimal == "," and "." in text:
        return Wording(
            "is not a number where the comma is the decimal mark.",
            "Write it without a separator of thousands.",
            "不是数字(已声明逗号为小数点)。",
            "请去掉千位分隔符。",
        )
    if re.fullmatch(r"[+-]?\d{1,3}([,' ]\d{3})+(\.\d*)?", text):
        return Wording(
            "is not a number: it seems to have a separator of thousands.",
            'Remove it; if the comma is a decimal comma, declare `decimal = ","`.',
            "不是数字:似乎带有千位分隔符。",
            '请去掉分隔符;如逗号是小数点,请写明 `decimal = ","`。',
        )
    if "," in text:
        return Wording(
            "is not a number.",
            'If the comma is a decimal comma, declare `decimal = ","`; else remove it.',
            "不是数字。",
            '如逗号是小数点,请写明 `decimal = ","`;否则请去掉。',
        )
    return Wording(
        "is not a number.",
        "Write a plain number, or leave the cell empty where it is not known.",
        "不是数字。",
        "请只填数字;不清楚的留空。",
    )


def _parse_date(text: str) -> dt.date | None:
    if _DATE.fullmatch(text) is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


_PARSERS: dict[Kind, Callable[[str], object]] = {
    Kind.AGE: parse_age,
    Kind.MONTH: parse_month,
    Kind.DATE: _parse_date,
    Kind.YEAR: parse_year,
}


def _check_values(frame: pd.DataFrame, contract: Contract, cells: pd.DataFrame) -> list[Fault]:
    """Check values against the contract, all at once; a cell that could not be read is told as such, not as empty."""
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
        if str(check) == "multiple_fields_uniqueness":
            if any(set(name.split(", ")) <= set(contract.key) for name in _lost(contract, frame.columns)):
                # without a column of the key, which is reported, every record looks like another
                continue
            first = _first_rows(frame, key)
            twice = [
                _Problem(row, ", ".join(_shown(frame.at[row, name]) for name in key), _twice(row_number(first[row])))
                for row in map(row_number, dict.fromkeys(group["index"]))
            ]
            faults += _listed(twice, column=", ".join(key))
            continue
        for column, part in group.drop_duplicates(["index", "column"]).groupby("column", sort=False):
            problems = [
                _Problem(
                    row_number(row),
                    _shown(frame.at[row_number(row), column]),
                    _wording_of(str(check), contract, column),
                )
                for row in part["index"]
                if pd.notna(row)
                and (str(check) != "not_nullable" or _as_text(cells.at[row, column], Kind.TEXT) is None)
            ]
            faults += _listed(problems, column=str(column))
    return faults


def _first_rows(frame: pd.DataFrame, key: list[str]) -> pd.Series:
    """Return for each record the first row that has its key."""
    labels = frame[key].astype(object).where(frame[key].notna(), "")
    return pd.Series(frame.index, index=frame.index).groupby([labels[name] for name in key]).transform("min")


def _twice(first: int) -> Wording:
    return Wording(
        f"is there twice, first in row {first}.",
        "Keep one of them.",
        f"重复,首次出现在第 {first} 行。",
        "请只保留一条。",
    )


def _wording_of(check: str, contract: Contract, column: Hashable) -> Wording:
    if check == "not_nullable":
        return Wording(
            "is empty.",
            "Unknown is not zero: fill it, or leave the whole record out.",
            "单元格为空。",
            "未知不等于零:请填写,或删去整条记录。",
        )
    if check == "is negative":
        return Wording("is negative.", "Counts are zero or more.", "是负数。", "数量应为零或正数。")
    if check == "is no whole number":
        return Wording("is no whole number.", "Write 0, 1, 2, …", "不是整数。", "请写 0、1、2……")
    if check == "is above 1":
        return Wording(
            "is above 1.",
            "It is a share: write 0.03 for 3 per cent.",
            "大于 1。",
            "这里填比例:3% 请写 0.03。",
        )
    allowed = contract.columns[str(column)].allowed
    chinese = [word for word, meaning in WORDS.get(str(column), {}).items() if meaning in allowed]
    return Wording(
        f"{check}.",
        f"Correct it in the file; in Chinese: {'、'.join(chinese)}." if chinese else "Correct it in the file.",
        f"不是允许的取值({'、'.join(chinese or allowed)})。",
        "请在文件中更正。",
    )


def _shown(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)


def _listed(problems: list[_Problem], *, column: str) -> list[Fault]:
    """Return one fault per problem, and one that counts the rest where there are very many."""
    faults = [
        Fault(file="", row=row, column=column, value=value, **wording._asdict())
        for row, value, wording in problems[:_MOST_SHOWN]
    ]
    rest = len(problems) - _MOST_SHOWN
    if rest > 0:
        faults.append(
            Fault(
                file="",
                column=column,
                problem=f"has {rest} more such fault(s).",
                remedy="Mend the column as a whole.",
                problem_zh=f"还有 {rest} 处同类问题。",
                remedy_zh="请整列检查更正。",
            ),
        )
    return faults
