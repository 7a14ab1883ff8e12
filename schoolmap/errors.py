"""Errors that schoolmap raises on purpose, and the faults that an input error lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Sequence

FaultLanguage = Literal["en", "zh"]
_LONGEST_VALUE = 120
"""Characters of a cell that a sentence shows."""
_OF_DATABASE = re.compile(
    r"database (?P<name>[\w-]+)(?:, (?P<what>query|table) (?P<number>\d* ?)of (?P<table>\w+))?", re.ASCII
)
"""How a table that is read from a database is named in place of its file."""


class SchoolmapError(Exception):
    """Base of every error raised on purpose by schoolmap."""


class LabelError(SchoolmapError, ValueError):
    """Two tables that must describe the same units do not."""


class MissingValueError(SchoolmapError, ValueError):
    """A table holds a gap where the model needs a number."""


class CRSError(SchoolmapError, ValueError):
    """A layer has no CRS, or not the one that the operation needs."""


class OverlapError(SchoolmapError, ValueError):
    """Polygons that must not overlap do, so children would be counted twice."""


class GeometryError(SchoolmapError, ValueError):
    """A geometry cannot be measured as it is: crossed by itself, empty, of the wrong type."""


class OutputError(SchoolmapError, RuntimeError):
    """A product breaks a promise of its own, such as holding a remote address."""


class FontWarning(UserWarning):
    """No font of this machine has the characters that a figure needs; it is drawn all the same, in other words."""


class Severity(StrEnum):
    """What a fault means for the plan."""

    ERROR = "error"
    """The plan cannot be made until it is mended."""
    WARNING = "warning"
    """The plan can be made; a person should know."""
    RULING = "ruling"
    """The project file has decided it, with a reason."""
    NOTICE = "notice"
    """Something was read that is not written as the contract has it; how it was read is told."""


class Wording(NamedTuple):
    """What is wrong and the way out, in both languages."""

    problem: str
    remedy: str
    problem_zh: str
    remedy_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One fault of the input: where it is, what is wrong, and the way out.

    `row` counts as a spreadsheet does: 1 is the header, 2 the first record. In
    a layer without header rows it is the number of the feature, from 1.

    Examples
    --------
    >>> fault = Fault(
    ...     file="schools.csv",
    ...     row=7,
    ...     column="seats",
    ...     value="-3",
    ...     problem="is negative.",
    ...     remedy="Counts are zero or more.",
    ...     problem_zh="是负数。",
    ...     remedy_zh="数量应为零或正数。",
    ... )
    >>> print(fault)
    schools.csv, row 7, column seats: '-3': is negative. Counts are zero or more.
    >>> print(fault.sentence("zh"))
    schools.csv, 第 7 行, 列 seats: “-3”:是负数。数量应为零或正数。
    """

    file: str
    problem: str
    remedy: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: Severity = Severity.ERROR
    problem_zh: str = ""
    """The problem in Chinese; where it is empty, the English is shown."""
    remedy_zh: str = ""

    def place(self, language: FaultLanguage = "en") -> str:
        """Return where the fault is, e.g. `schools.csv, row 7, column seats` or `schools.csv, 第 7 行, 列 seats`."""
        sheet, row, column = (
            ("工作表 {}", "第 {} 行", "列 {}") if language == "zh" else ("sheet {}", "row {}", "column {}")
        )
        parts = [_OF_DATABASE.sub(_in_chinese, self.file) if language == "zh" else self.file]
        if self.sheet:
            parts.append(sheet.format(self.sheet))
        if self.row is not None:
            parts.append(row.format(self.row))
        if self.column:
            parts.append(column.format(self.column))
        return ", ".join(parts)

    def sentence(self, language: FaultLanguage = "en") -> str:
        """Return the fault in one line; control characters of the file are shown, not sent to the terminal."""
        value = self.value if len(self.value) <= _LONGEST_VALUE else f"{self.value[:_LONGEST_VALUE]}…"
        if language == "zh":
            shown = f" “{value}”:" if value else " "
            line = f"{self.place('zh')}:{shown}{self.problem_zh or self.problem}{self.remedy_zh or self.remedy}"
        else:
            shown = f" {value!r}:" if value else ""
            line = f"{self.place()}:{shown} {self.problem} {self.remedy}"
        return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line.strip())

    def __str__(self) -> str:
        """Return the fault in one line, in English."""
        return self.sentence()


def _in_chinese(found: re.Match[str]) -> str:
    if found["what"] is None:
        return f"数据库 {found['name']}"
    what = "查询" if found["what"] == "query" else "库表"
    return f"数据库 {found['name']}, {found['table']} 的{what}{found['number'].strip()}"


def row_number(label: Hashable) -> int:
    """Return the spreadsheet row that a record's index label stands for."""
    return int(str(label))


class InputError(SchoolmapError, ValueError):
    """The input is wrong; `faults` lists everything that was found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        super().__init__(f"{len(self.faults)} fault(s) in the input:\n{lines}")
