"""Counts that chance makes of an expectation, as a function of a standard normal: one shock serves every scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import TypeVar

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

Real = TypeVar("Real", np.float32, np.float64)

MOST_OF_FEW = 12
"""Where less than one is expected, more than this many come once in ten thousand million times."""


def poisson_counts(expected: NDArray[Real], normal: NDArray[Real]) -> NDArray[Real]:
    """
    Return the counts about their expectation that standard normals stand for.

    Where less than one is expected, Poisson's quantile itself; else the cube
    root of Wilson and Hilferty, which is smooth, so that a little more expected
    is a little more counted.

    Parameters
    ----------
    expected
        Mean counts, zero or more.
    normal
        Standard normal shocks; both broadcast against each other.

    Returns
    -------
    counts
        Of the type of `expected`, zero or more.

    Notes
    -----
    Wilson and Hilferty (1931), Proceedings of the National Academy of Sciences 17.

    Examples
    --------
    >>> poisson_counts(np.array([0.5, 100.0]), np.array([1.0, 1.0])).round(2).tolist()
    [1.0, 109.98]
    """
    expected, normal = np.broadcast_arrays(expected, normal)
    size = np.maximum(expected, expected.dtype.type(1.0))
    root = np.maximum(1 - 1 / (9 * size) + normal / (3 * np.sqrt(size)), 0)
    counts: NDArray[Real] = (size * root * root * root).astype(expected.dtype, copy=False)
    few = expected < 1
    if few.any():
        share = ndtr(normal[few])
        term = np.exp(-expected[few])
        below, exact = term.copy(), np.zeros_like(term)
        for count in range(1, MOST_OF_FEW + 1):
            exact += share > below
            term *= expected[few] / count
            below += term
        counts[few] = exact
    return counts
