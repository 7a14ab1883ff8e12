"""
Read a column of codes: text kept as typed, and what a spreadsheet made numbers of, where its digits are all there.

A spreadsheet keeps 15 digits of a number, shows large ones as powers of ten and
drops zeros at the front. Digits that are lost are an error, never a guess. Codes
that only look alike (Latin and Cyrillic A) stay different.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.errors import Wording
from schoolmap.inputs.cells.number_cells import Read
from schoolmap.inputs.cells.number_cells import is_mark

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGITS_KEPT = 15
"""Digits of a number that a spreadsheet keeps."""
_FULL_WIDTH = {ord(wide): str(digit) for digit, wide in enumerate("０１２３４５６７８９")}
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_DECIMAL = re.compile(r"(\d+)\.0+", re.ASCII)
_POWER = re.compile(r"(\d)(?:\.(\d+))?E\+(\d{1,3})", re.ASCII)
_SHORTEST_SYSTEM = 4
"""Digits from which on codes of one column have as many digits as each other, unless they only count."""
_DENSE = 10
"""Codes that only count leave out fewer than nine of ten numbers."""

_DIGITS_LOST = Wording(
    "is a code of which a spreadsheet has lost digits: it keeps 15.",
    "Format the column as text and type the code as published.",
    "代码的部分数字已丢失:表格软件的数字只保留 15 位。",
    "请将该列设为文本格式,并按公布的代码重新填写。",
)
_POWER_LOST = Wording(
    "is a code written as a power of ten, of which digits are lost.",
    "Format the column as text and type the code as published.",
    "代码变成了科学计数法,部分数字已丢失。",
    "请将该列设为文本格式,并按公布的代码重新填写。",
)
_NO_CODE = Wording(
    "is a number that cannot be a code.",
    "Format the column as text and type the code as published.",
    "该数字不可能是代码。",
    "请将该列设为文本格式,并按公布的代码填写。",
)
_DATE = Wording(
    "is a date that a spreadsheet made of a code.",
    "Format the column as text and type the code anew.",
    "表格软件把代码变成了日期。",
    "请将该列设为文本格式,并重新填写。",
)
_MARK = Wording(
    "is no code, but stands for nothing.",
    "Fill it in, or leave the whole record out.",
    "不是代码,而是表示“无”的符号。",
    "请填写代码,或删去整条记录。",
)


def read_code(cell: object, *, optional: bool) -> Read:
    """
    Read one code.

    Examples
    --------
    >>> read_code("４３１２２２", optional=False).value, read_code(431222001001.0, optional=False).value
    ('431222', '431222001001')
    >>> read_code("4.31222001001E+11", optional=False).value, read_code("4.31222E+11", optional=False).value is None
    ('431222001001', True)
    """
    if isinstance(cell, dt.date):
        return Read(None, (), _DATE)
    if isinstance(cell, (bool, np.bool_)):
        return Read(None, (), _NO_CODE)
    if isinstance(cell, (int, float, np.number)):
        return _of_number(float(cell) if isinstance(cell, (float, np.floating)) else int(cell))
    written = str(cell)
    text = written.translate(_UNSEEN).strip()
    notes: tuple[str, ...] = () if text == written else ("unseen",)
    if text.startswith("'") and len(text) > 1:
        text, notes = text[1:].strip(), (*notes, "apostrophe")
    if is_mark(text) or (optional and text == "无"):
        return Read(None, ("mark",)) if optional else Read(None, (), _MARK)
    return _of_text(text, notes)


def _of_text(text: str, notes: tuple[str, ...]) -> Read:
    """Read a code that is text: as typed, but full-width digits are digits and numbers are undone."""
    narrow = text.translate(_FULL_WIDTH)
    notes = notes if narrow == text else (*notes, "full_width")
    decimal = _DECIMAL.fullmatch(narrow)
    if decimal is not None:
        lost = len(decimal[1]) > _DIGITS_KEPT
        return Read(None, (), _DIGITS_LOST) if lost else Read(decimal[1], (*notes, "code_decimal"))
    power = _POWER.fullmatch(narrow)
    if power is not None:
        return _of_power(power[1], power[2] or "", int(power[3]), notes)
    return Read(narrow or None, notes)


def _of_number(number: float) -> Read:
    if not np.isfinite(number) or number < 0 or number != int(number):
        return Read(None, (), _NO_CODE)
    digits = str(int(number))
    return Read(None, (), _DIGITS_LOST) if len(digits) > _DIGITS_KEPT else Read(digits, ("code_number",))


def _of_power(first: str, others: str, exponent: int, notes: tuple[str, ...]) -> Read:
    if exponent >= _DIGITS_KEPT:
        return Read(None, (), _DIGITS_LOST)
    # zeros that end the number are not written, so that a shorter one may be whole, or may have lost its end
    return Read(first + others, (*notes, "code_power")) if len(others) == exponent else Read(None, (), _POWER_LOST)


def zeros_lost(codes: Mapping[int, Read]) -> dict[int, Wording]:
    """
    Find codes stored as numbers that probably had zeros in front.

    Where the codes of a column have as many digits as each other, one that is
    shorter has lost its front, unless the codes only count (1, 2, … 12).

    Parameters
    ----------
    codes
        Codes as read, by their place in the column.

    Returns
    -------
    lost
        What is wrong, by place.

    Examples
    --------
    >>> read = {row: read_code(cell, optional=False) for row, cell in enumerate([101, 102, 1101, 1102])}
    >>> [read[row].value for row in zeros_lost(read)]
    ['101', '102']
    >>> zeros_lost({row: read_code(row, optional=False) for row in range(1, 2000)})
    {}
    """
    digits = {row: str(read.value) for row, read in codes.items() if str(read.value).isdecimal()}
    typed = {row: text for row, text in digits.items() if _was_number(codes[row])}
    if not typed:
        return {}
    longest = max(map(len, digits.values()))
    shorter = [row for row, text in typed.items() if len(text) < longest]
    keeps_zeros = any(text.startswith("0") and len(text) == longest for row, text in digits.items() if row not in typed)
    numbers = {int(text) for text in typed.values()}
    counting = max(numbers) - min(numbers) < _DENSE * len(numbers)
    if not shorter or (not keeps_zeros and (longest < _SHORTEST_SYSTEM or counting)):
        return {}
    lengths = Counter(map(len, digits.values()))
    wording = Wording(
        f"has fewer digits than other codes of the column ({lengths[longest]} have {longest}): "
        "a spreadsheet has probably dropped a zero at the front.",
        "Format the column as text and type the code as published.",
        f"位数少于本列其他代码({lengths[longest]} 个为 {longest} 位):前导零可能已丢失。",
        "请将该列设为文本格式,并按公布的代码填写。",
    )
    return dict.fromkeys(shorter, wording)


def _was_number(read: Read) -> bool:
    return any(note in {"code_number", "code_decimal", "code_power"} for note in read.notes)
