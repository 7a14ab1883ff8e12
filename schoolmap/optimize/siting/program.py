"""A mixed-integer programme of the siting, where its columns stand, and how a plan is read from it or put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.siting.maker import NONE

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]


class Columns(NamedTuple):
    """
    Where each column stands, or `NONE`.

    `flow` by scenario, period and way; `empty` by scenario, period and section;
    `classes`, `used` (begun by this period), `on` (in use in this period) and
    `rise` by measure and period; `land` (bought by this period) by plot and period.
    """

    flow: Whole
    empty: Whole
    classes: Whole
    used: Whole
    on: Whole
    rise: Whole
    land: Whole


class Program(NamedTuple):
    """
    Costs, bounds, whole columns, rows, what is paid in any case, and where columns stand.

    `cuts` are the numbers of rows that every plan keeps anyway: they only make the bound tight.
    """

    cost: Real
    upper: Real
    lower: Real
    whole: Flag
    matrix: csr_array
    row_lower: Real
    row_upper: Real
    offset: float
    columns: Columns
    cuts: Whole = np.empty(0, dtype=np.int64)


def classes_of(program: Program, values: Real, model: Model) -> Whole:
    """Return classes by measure and period of a solution."""
    ids = program.columns.classes
    classes = np.zeros((len(model.measures), len(model.years)), dtype=np.int64)
    classes[ids != NONE] = np.rint(values[ids[ids != NONE]]).astype(np.int64)
    return classes


def as_start(program: Program, classes: Whole) -> Real:
    """Return the classes of a plan as values of columns; the rest is missing."""
    start = np.full(len(program.cost), np.nan)
    there = program.columns.classes != NONE
    start[program.columns.classes[there]] = classes[there]
    return start
