"""Columns and rows, block by block: what is not there is not written."""

from __future__ import annotations

import numpy as np

from schoolmap.optimize.siting.maker import NONE
from schoolmap.optimize.siting.maker import Maker


def test_by_hand() -> None:
    """Two columns of three cells; one row holds the first to twice the second, one their sum."""
    maker = Maker()
    ids = maker.columns(np.array([True, False, True]), upper=np.array([3.0, 9.0, 5.0]), whole=True)
    assert ids.tolist() == [0, NONE, 1]
    maker.below(ids[:1], ids[2:], 2.0)
    maker.row([(ids, 1.0)], lower=1.0, upper=6.0)
    cost, lower, upper, whole, matrix, row_lower, row_upper = maker.finish()
    assert matrix.toarray().tolist() == [[1.0, -2.0], [1.0, 1.0]]
    assert (cost.tolist(), lower.tolist(), upper.tolist(), whole.all()) == ([0, 0], [0, 0], [3.0, 5.0], True)
    assert (row_lower.tolist(), row_upper.tolist()) == ([-np.inf, 1.0], [0.0, 6.0])


def test_no_row_where_one_side_is_not_there() -> None:
    """A pair with a missing column holds nothing down."""
    maker = Maker()
    maker.columns(np.array([True]), upper=1.0)
    maker.below(np.array([NONE, 0]), np.array([0, NONE]))
    *_, matrix, row_lower, _ = maker.finish()
    assert matrix.shape == (0, 1)
    assert len(row_lower) == 0
