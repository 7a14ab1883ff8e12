"""
Merged cells below the header: what they say of each row and column that they cover.

A township merged over its schools holds for each of them. A count merged over
two rows, or over two columns, would be counted twice: an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.cells.notices import notice
from schoolmap.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from schoolmap.inputs.files.raw import RawTable
    from schoolmap.inputs.files.raw import Span
    from schoolmap.tables import Contract

_COUNTED = {Kind.COUNT, Kind.WHOLE, Kind.CHANGE}

_ACROSS = Wording(
    "is merged over several columns: nobody knows which of them it belongs to.",
    "Unmerge the cells and fill every one; give a caption a row above the header, or a column.",
    "横向合并了多列,无法确定属于哪一列。",
    "请取消合并并逐格填写;分组标题请另设一列。",
)
_ONE_COUNT = Wording(
    "is one number merged over several rows: it would be counted more than once.",
    "Unmerge the cells and give every row its own number.",
    "一个数纵向合并了多行,会重复计数。",
    "请取消合并,并逐行填写。",
)


def fill_merged(
    records: pd.DataFrame, raw: RawTable, matches: Mapping[str, str], contract: Contract
) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Give every record the value of the merged cells that cover it.

    Parameters
    ----------
    records
        Raw cells of the records.
    raw
        The table as laid out, with its merged cells.
    matches
        Column to the contract's name; merged cells of other columns do not matter.
    contract
        Says what is counted.

    Returns
    -------
    records, faults
        A filled copy; a notice for each column that was filled, an error for
        each merged cell whose meaning is not clear.
    """
    faults: list[Fault] = []
    filled: dict[str, list[tuple[Span, Any]]] = {}
    numbers = {number: column for column, number in raw.numbers.items()}
    rows = np.array([row_number(row) for row in records.index], dtype=int)
    for span in raw.spans:
        columns = [numbers[number] for number in range(span.left, span.right + 1) if number in numbers]
        used = [column for column in columns if column in matches]
        covered = int(((rows >= span.top) & (rows <= span.bottom)).sum()) if used else 0
        value: Any = raw.frame.at[span.top, columns[0]] if covered and span.top in raw.frame.index else None
        if value is None:
            continue
        name = matches[used[0]]
        kind = contract.columns[name].kind if name in contract.columns else Kind.DEGREES
        if len(columns) > 1:
            faults.append(_wrong(span, used[0], value, _ACROSS))
        elif kind in _COUNTED and name not in contract.key and covered > 1:
            faults.append(_wrong(span, used[0], value, _ONE_COUNT))
        else:
            filled.setdefault(used[0], []).append((span, value))
    records = records.copy()
    for column, spans in filled.items():
        for span, value in spans:
            records.loc[rows[(rows >= span.top) & (rows <= span.bottom)], column] = value
        first = spans[0][0]
        wording = Wording(
            f"is merged over {len(spans)} group(s) of rows, the first {first}: it holds for each of them.",
            "Nothing needs to be done if that is right.",
            f"有 {len(spans)} 处纵向合并,第一处为 {first}:其值用于所含各行。",
            "如无误,无需处理。",
        )
        faults.append(notice(wording, row=first.top, column=column, value=str(spans[0][1])))
    return records, faults


def _wrong(span: Span, column: str, value: object, wording: Wording) -> Fault:
    return Fault(file="", row=span.top, column=column, value=f"{value} ({span})", **wording._asdict())
