"""
Chance for an invented county: the same numbers from the same seed, on every machine.

Everything is drawn as uniform numbers and rounded from there, since only these
are promised to stay as they are from one release of numpy to the next. Each
subject has a stream of its own, so that a change to one leaves the others alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]


def stream(seed: int, subject: str) -> np.random.Generator:
    """
    Return the source of chance of one subject.

    Examples
    --------
    >>> float(stream(7, "land").random()) == float(stream(7, "land").random())
    True
    >>> float(stream(7, "land").random()) == float(stream(7, "people").random())
    False
    """
    return np.random.Generator(np.random.PCG64([seed, *subject.encode()]))


def whole(values: ArrayLike, rng: np.random.Generator) -> Counts:
    """
    Round expected numbers to whole ones, up with the chance that the fraction tells.

    Examples
    --------
    >>> whole([2.0, 0.0, 7.0], stream(7, "example")).tolist()
    [2, 0, 7]
    """
    expected = np.asarray(values, dtype=float)
    counts: Counts = np.floor(expected + rng.random(expected.shape)).astype(np.int64)
    return counts


def divide(totals: ArrayLike, shares: ArrayLike, rng: np.random.Generator) -> Counts:
    """
    Divide whole numbers among several in proportion, so that none is lost.

    Parameters
    ----------
    totals
        Whole numbers, any shape.
    shares
        Weights of the parts, along the last axis; not negative, with a sum above zero.
    rng
        Decides who gets the odd ones.

    Returns
    -------
    parts
        On the shape of `totals` and one more axis, along which they add up to `totals`.

    Examples
    --------
    >>> parts = divide([10, 0], [1.0, 2.0, 1.0], stream(7, "example"))
    >>> parts.sum(axis=-1).tolist(), parts.shape
    ([10, 0], (2, 3))
    """
    counts = np.asarray(totals, dtype=np.int64)
    weights = np.asarray(shares, dtype=float)
    upto = np.cumsum(weights, axis=-1) / weights.sum(axis=-1, keepdims=True)
    # the last bound is the whole, not 0.9999 of it
    upto[..., -1] = 1.0
    start = rng.random(counts.shape)[..., None]
    bounds = np.floor(counts[..., None] * upto + start).astype(np.int64)
    parts: Counts = np.diff(bounds, axis=-1, prepend=0)
    return parts


def between(low: ArrayLike, high: ArrayLike, rng: np.random.Generator, *, size: int | None = None) -> Floats:
    """
    Draw evenly between two bounds.

    Examples
    --------
    >>> between(3.0, 3.0, stream(7, "example"), size=2).tolist()
    [3.0, 3.0]
    """
    bottom, top = np.broadcast_arrays(np.asarray(low, dtype=float), np.asarray(high, dtype=float))
    drawn: Floats = bottom + (top - bottom) * rng.random(bottom.shape if size is None else size)
    return drawn


def shuffled(number: int, rng: np.random.Generator) -> Counts:
    """
    Return 0 to `number - 1` in the order of chance.

    Examples
    --------
    >>> sorted(shuffled(4, stream(7, "example")).tolist())
    [0, 1, 2, 3]
    """
    order: Counts = np.argsort(rng.random(number), kind="stable")
    return order
