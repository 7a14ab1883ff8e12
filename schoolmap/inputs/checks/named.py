"""A table as read, that knows where its records are: checks tell a fault with its file, sheet and row."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.files.origins import ROWS_APART
from schoolmap.inputs.files.origins import Origin
from schoolmap.inputs.files.origins import origin_of

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Mapping

    import pandas as pd

MOST_SHOWN = 20
"""Faults of one kind that are listed one by one; the rest are counted."""
_BY_WEIGHT = [Severity.NOTICE, Severity.RULING, Severity.WARNING, Severity.ERROR]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """
    A table as read, with the name of its file (and sheet) for faults.

    Attributes
    ----------
    file, sheet
        Of the table; where it has several sources, all of them.
    origins
        File and sheet of each source, by which records are labelled (see `origins`).
    headers
        Contract's name to what a person finds at the head of the column.
    headers_of
        The same for each source, where there are several and their heads differ.
    """

    file: str
    frame: pd.DataFrame
    sheet: str = ""
    origins: tuple[Origin, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_of: tuple[Mapping[str, str], ...] = ()

    @property
    def called(self) -> str:
        """What a sentence about another table calls this one: a workbook holds many tables."""
        return f"{self.file} ({self.sheet})" if self.sheet else self.file

    def fault(
        self,
        wording: Wording,
        *,
        row: Hashable = None,
        column: str = "",
        value: object = "",
        severity: Severity = Severity.ERROR,
    ) -> Fault:
        """Return a fault of this table."""
        origin, number = Origin(self.file, self.sheet), None if row is None else row_number(row)
        headers = self.headers
        if number is not None and len(self.origins) > 1:
            headers = self.headers_of[number // ROWS_APART] if self.headers_of else headers
            origin, number = origin_of(number, self.origins)
        return Fault(
            file=origin.file,
            sheet=origin.sheet,
            row=number,
            column=headers.get(column, column),
            # `90` is shown as it is typed, not as `90.0`
            value=f"{value:.12g}" if isinstance(value, float) else str(value),
            severity=severity,
            **wording._asdict(),
        )

    def more(self, rest: int, *, column: str, severity: Severity = Severity.ERROR) -> list[Fault]:
        """Return one fault that counts those which are not listed one by one, if there are any."""
        wording = Wording(
            f"has {rest} more such fault(s).",
            "Mend the column as a whole.",
            f"还有 {rest} 处同类问题。",
            "请整列检查更正。",
        )
        return [self.fault(wording, column=column, severity=severity)] if rest > 0 else []

    def first(self, faults: list[Fault], *, column: str) -> list[Fault]:
        """Return the first faults, and one as severe as they are that counts the rest."""
        severity = max((fault.severity for fault in faults), key=_BY_WEIGHT.index, default=Severity.WARNING)
        return [*faults[:MOST_SHOWN], *self.more(len(faults) - MOST_SHOWN, column=column, severity=severity)]
