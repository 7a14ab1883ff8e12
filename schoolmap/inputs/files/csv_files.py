"""Read a csv file into cells: UTF-8, GB 18030 (which holds GBK) or UTF-16, with any of the usual separators."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.files.raw import NO_HEADER
from schoolmap.inputs.files.raw import Grid
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.weighing import require_modest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def load_csv(path: Path, *, separator: str, encoding: str) -> Grid:
    """
    Read the cells of a csv file, all of them text.

    Rows are counted as a spreadsheet does: a line break within quotes makes no
    new row, a blank line does.

    Raises
    ------
    UnreadableError
        If it is of another encoding, empty, or no table.
    """
    text = _decode(path.read_bytes(), encoding=encoding)
    _require_text(text)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise UnreadableError.of(
            Wording(
                f"is no table: {error}.",
                "Look for a quotation mark that is not closed, or save it anew as csv.",
                f"不是表格:{error}。",
                "请检查未闭合的引号,或重新另存为 csv。",
            ),
        ) from error
    filled = {row: line for row, line in enumerate(lines, start=1) if any(map(str.strip, line))}
    if not filled:
        raise UnreadableError.of(NO_HEADER)
    width = max(map(len, filled.values()))
    if width == 1:
        _require_separator(line[0] for line in filled.values())
    require_modest(len(filled), width, filled=sum(map(len, filled.values())))
    cells = np.full((len(filled), width), None, dtype=object)
    for position, line in enumerate(filled.values()):
        cells[position, : len(line)] = [cell if cell.strip() else None for cell in line]
    used = [column for column in range(width) if any(cell is not None for cell in cells[:, column])]
    return Grid(
        cells=cells[:, used],
        rows=tuple(filled),
        columns=tuple(column + 1 for column in used),
        widths={row: len(line) for row, line in filled.items()},
    )


def _require_text(text: str) -> None:
    """Raise if a zero byte stands in the text: no spreadsheet writes one, so the file is damaged or none of text."""
    at = text.find("\0")
    if at < 0:
        return
    fault = Fault(
        file="",
        row=text.count("\n", 0, at) + 1,
        problem="holds a zero byte: the file is damaged, or no text.",
        remedy="Ask for the file anew, or open it in a spreadsheet program and save it as csv.",
        problem_zh="含有零字节:文件已损坏,或不是文本文件。",
        remedy_zh="请重新获取该文件,或用 Excel、WPS 打开后另存为 csv。",
    )
    raise UnreadableError(fault)


def _require_separator(lines: Iterable[str]) -> None:
    """Raise if the only column seems to hold several."""
    text = "\n".join(lines)
    mark = next((mark for mark in ";\t" if mark in text), None)
    if mark is not None:
        shown = ";" if mark == ";" else "\\t"
        raise UnreadableError.of(
            Wording(
                "has one column only.",
                f'Its cells seem to be separated by {shown!r}: declare `separator = "{shown}"`.',
                "只有一列。",
                f'单元格似乎以“{shown}”分隔:请写明 `separator = "{shown}"`。',
            ),
        )


_TWO_BYTES = re.compile(rb"[\x81-\xfe][\x80-\xfe]|\xff")
"""What GBK has, or nobody."""


def _is_western(content: bytes) -> bool:
    """Say whether letters stand alone that neither ASCII nor UTF-8 has: GBK would read each with the next one as one of its own."""
    return not content.isascii() and _TWO_BYTES.search(content) is None


_WESTERN = Wording(
    "is neither UTF-8 nor GBK, but seems to be of Western Europe.",
    'Save it as UTF-8, or declare `encoding = "cp1252"`.',
    "既不是 UTF-8 也不是 GBK,似为西欧编码。",
    '请另存为 UTF-8,或写明 `encoding = "cp1252"`。',
)


def _decode(content: bytes, *, encoding: str) -> str:
    """Decode as declared, else as UTF-8, else as GB 18030."""
    tried = (encoding,) if encoding else ("utf-8-sig", "gb18030")
    if not encoding and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ("utf-16",)
    elif not encoding and _is_western(content):
        raise UnreadableError.of(_WESTERN)
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
