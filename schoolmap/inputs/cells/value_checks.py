"""Check values against the contract, and keys over all sources of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pandera.errors

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.cells.columns import Problem
from schoolmap.inputs.cells.columns import listed
from schoolmap.inputs.files.origins import Origin
from schoolmap.inputs.files.origins import origin_of
from schoolmap.tables import value_schema

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Sequence

    from schoolmap.inputs.cells.columns import ReadCells
    from schoolmap.tables import Contract

_MOST_SHOWN = 20
"""Doubled keys that are listed one by one."""


def check_values(read: ReadCells, contract: Contract) -> list[Fault]:
    """Check values against the contract, all at once; a cell that could not be read is told as such, not as empty."""
    frame = read.frame
    schema = value_schema(contract, frame.columns)
    # the key is compared over all files and sheets of the table
    schema.unique = None
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    faults: list[Fault] = []
    for check, group in cases.groupby("check", sort=False):
        for column, part in group.drop_duplicates(["index", "column"]).groupby("column", sort=False):
            problems = [
                Problem(
                    row_number(row),
                    _shown(frame.at[row_number(row), column]),
                    _wording_of(str(check), contract, column),
                )
                for row in part["index"]
                if pd.notna(row) and (str(check) != "not_nullable" or not read.unread.at[row, column])
            ]
            faults += listed(problems, column=str(column))
    return faults


def doubled_keys(frame: pd.DataFrame, contract: Contract, origins: Sequence[Origin]) -> list[Fault]:
    """
    Report records whose key is there before, in the same source or another.

    Parameters
    ----------
    frame
        Records of all sources, labelled as `origins` says.
    contract
        Says which columns are the key; records of which a needed one is missing are left alone.
    origins
        File and sheet of each source.

    Returns
    -------
    faults
        With file, sheet and row.
    """
    key = [name for name in contract.key if name in frame.columns]
    if not key:
        return []
    needed = [name for name in key if contract.columns[name].required]
    keyed = frame[frame[needed].notna().all(axis=1)] if needed else frame
    if contract.numbered:
        named = contract.numbered in keyed
        keyed = keyed[keyed[contract.numbered].notna()] if named else keyed.iloc[:0]
    labels = keyed[key].astype(object).where(keyed[key].notna(), "")
    again = labels.index[labels.duplicated()]
    if again.empty:
        return []
    first = pd.Series(labels.index, index=labels.index).groupby([labels[name] for name in key]).transform("min")
    faults = []
    for label in again[:_MOST_SHOWN]:
        (origin, row), (earlier, before) = origin_of(label, origins), origin_of(first[label], origins)
        faults.append(
            Fault(
                file=origin.file,
                sheet=origin.sheet,
                row=row,
                column=", ".join(key),
                value=", ".join(_shown(frame.at[label, name]) for name in key),
                **_twice(before, None if earlier == origin else earlier)._asdict(),
            ),
        )
    rest = len(again) - _MOST_SHOWN
    if rest > 0:
        origin, _ = origin_of(again[_MOST_SHOWN], origins)
        faults.append(Fault(file=origin.file, sheet=origin.sheet, column=", ".join(key), **_more(rest)._asdict()))
    return faults


def _more(rest: int) -> Wording:
    return Wording(
        f"has {rest} more such fault(s).",
        "Mend the column as a whole.",
        f"还有 {rest} 处同类问题。",
        "请整列检查更正。",
    )


def _twice(first: int, elsewhere: Origin | None) -> Wording:
    where = "" if elsewhere is None else f" of {elsewhere.sheet or elsewhere.file}"
    where_zh = "" if elsewhere is None else f"“{elsewhere.sheet or elsewhere.file}”"
    return Wording(
        f"is there twice, first in row {first}{where}.",
        "Keep one of them.",
        f"重复,首次出现在{where_zh}第 {first} 行。",
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
    if check == "is not above zero":
        return Wording(
            "is not above zero.", "Write km/h, or leave it empty.", "应大于零。", "请填公里/小时,不清楚的留空。"
        )
    if check == "is above 1":
        return Wording(
            "is above 1.",
            "It is a share: write 0.03 or 3% for 3 per cent.",
            "大于 1。",
            "这里填比例:百分之三请写 0.03 或 3%。",
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
    if isinstance(value, float):
        # `-3` is shown as it is typed, not as `-3.0`
        return "" if np.isnan(value) else f"{value:.12g}"
    return "" if value is None else str(value)
