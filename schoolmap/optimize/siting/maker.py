"""Columns and rows of a mixed-integer programme, collected block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]

NONE = -1
"""Number of a column that is not there."""


class Maker:
    """Collect columns and rows."""

    def __init__(self) -> None:
        self.number = 0
        self.rows = 0
        self._columns: list[tuple[Real, Real, Real, Flag]] = []
        self._entries: list[tuple[Whole, Whole, Real]] = []
        self._limits: list[tuple[Real, Real]] = []

    def columns(self, where: Flag, *, upper: Real | float, whole: bool = False) -> Whole:
        """Make a column wherever `where` is true, and return the numbers of all."""
        ids = np.full(where.shape, NONE, dtype=np.int64)
        count = int(where.sum())
        ids[where] = np.arange(self.number, self.number + count)
        top = np.broadcast_to(np.asarray(upper, dtype=float), where.shape)[where]
        self._columns.append((np.zeros(count), np.zeros(count), top, np.full(count, whole)))
        self.number += count
        return ids

    def limits(self, sums: int, lower: Real | float, upper: Real | float) -> Whole:
        """Make rows, and return their numbers."""
        self._limits.append(
            (np.broadcast_to(np.asarray(lower, float), sums), np.broadcast_to(np.asarray(upper, float), sums))
        )
        ids = np.arange(self.rows, self.rows + sums)
        self.rows += sums
        return ids

    def put(self, row: Whole, column: Whole, value: Real | float) -> None:
        """Write entries of rows; where there is no column nothing is written."""
        row, column, worth = np.broadcast_arrays(row, column, np.asarray(value, dtype=float))
        there = column != NONE
        self._entries.append((row[there].ravel(), column[there].ravel(), worth[there].ravel()))

    def row(self, parts: Iterable[tuple[Whole, Real | float]], *, lower: float, upper: float) -> None:
        """Make one row of several parts."""
        ids = self.limits(1, lower, upper)
        for column, value in parts:
            self.put(ids[0], column, value)

    def below(self, small: Whole, large: Whole, factor: Real | float = 1.0) -> None:
        """Make rows that hold `small` to at most `factor` times `large`, where both are there."""
        both = (small != NONE) & (large != NONE)
        ids = self.limits(int(both.sum()), -np.inf, 0.0)
        self.put(ids, small[both], 1.0)
        self.put(ids, large[both], -np.broadcast_to(np.asarray(factor, float), small.shape)[both])

    def finish(self) -> tuple[Real, Real, Real, Flag, csr_array, Real, Real]:
        """Return costs (0), bounds, whole columns, the matrix and the limits of rows."""
        cost, lower, upper, whole = (np.concatenate(part) for part in zip(*self._columns, strict=True))
        row_lower, row_upper = (
            (np.concatenate(part) for part in zip(*self._limits, strict=True))
            if self._limits
            else (np.empty(0), np.empty(0))
        )
        row, column, value = (
            (np.concatenate(part) for part in zip(*self._entries, strict=True))
            if self._entries
            else (np.empty(0, int), np.empty(0, int), np.empty(0))
        )
        matrix = csr_array(coo_array((value, (row, column)), shape=(self.rows, self.number)))
        return cost, lower, upper, whole, matrix, row_lower, row_upper
