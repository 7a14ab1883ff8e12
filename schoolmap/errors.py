"""Errors that schoolmap raises on purpose, and the faults that an input error lists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Sequence


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


class OutputError(SchoolmapError, RuntimeError):
    """A product breaks a promise of its own, such as holding a remote address."""


class Severity(StrEnum):
    """What a fault means for the plan."""

    ERROR = "error"
    """The plan cannot be made until it is mended."""
    WARNING = "warning"
    """The plan can be made; a person should know."""
    RULING = "ruling"
    """The project file has decided it, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One fault of the input: where it is, what is wrong, and the way out.

    `row` counts as a spreadsheet does: 1 is the header, 2 the first record. In
    a layer without header rows it is the number of the feature, from 1.
    """

    file: str
    problem: str
    remedy: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: Severity = Severity.ERROR

    def place(self) -> str:
        """Return where the fault is, e.g. `schools.csv, row 7, column seats`."""
        parts = [self.file]
        if self.sheet:
            parts.append(f"sheet {self.sheet}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        """Return the fault in one line."""
        shown = f" {self.value!r}:" if self.value else ""
        return f"{self.place()}:{shown} {self.problem} {self.remedy}".strip()


def row_number(label: Hashable) -> int:
    """Return the spreadsheet row that a record's index label stands for."""
    return int(str(label))


class InputError(SchoolmapError, ValueError):
    """The input is wrong; `faults` lists everything that was found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        super().__init__(f"{len(self.faults)} fault(s) in the input:\n{lines}")
