"""Guards of labelled arrays: dimensions, labels and ranges that the arithmetic relies on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEXES = ("female", "male")
MOST_CHILDREN = 1e15
"""A larger number is no count of children: infinity is refused with it."""


def as_array(number: xr.DataArray | float) -> xr.DataArray:
    """Return a number as an array without dimensions, an array as it is."""
    return number if isinstance(number, xr.DataArray) else xr.DataArray(float(number))


def in_order(arrays: Mapping[str, xr.DataArray]) -> tuple[xr.DataArray, ...]:
    """
    Return arrays with the labels of each dimension in one order: of the first that has it.

    Parameters
    ----------
    arrays
        By the name that a message gives them.

    Raises
    ------
    LabelError
        If a dimension has no labels, a label twice, or not the same labels in
        two arrays.

    Examples
    --------
    >>> here = xr.DataArray([1.0, 2.0], coords={"area": ["a", "b"]}, dims="area")
    >>> there = xr.DataArray([20.0, 10.0], coords={"area": ["b", "a"]}, dims="area")
    >>> in_order({"here": here, "there": there})[1].values.tolist()
    [10.0, 20.0]
    """
    first: dict[Hashable, str] = {}
    for what, array in arrays.items():
        for name in array.dims:
            if name not in array.indexes:
                msg = f"The dimension {name!r} of `{what}` has no labels."
                raise LabelError(msg)
            if name in first:
                both = f"The labels {name!r} of `{first[name]}` and `{what}`"
                checks.require_same_labels(arrays[first[name]].indexes[name], array.indexes[name], what=both)
            else:
                checks.require_unique_labels(array.indexes[name], what=f"`{what}`")
                first[name] = what
    labels = {name: arrays[what].indexes[name] for name, what in first.items()}
    # arrays in order already are not copied: with draws they are large
    return tuple(
        array.sel({name: labels[name] for name in array.dims if not array.indexes[name].equals(labels[name])})
        for array in arrays.values()
    )


def common_labels(arrays: Mapping[str, xr.DataArray], years: Sequence[int]) -> dict[Hashable, list[Hashable]]:
    """Return the labels of every dimension, of the first array that has it; the others must have the same."""
    labels: dict[Hashable, list[Hashable]] = {"sex": list(SEXES), "year": list(years)}
    owners: dict[Hashable, str] = {}
    for what, array in arrays.items():
        for name in array.dims:
            if name not in array.indexes:
                msg = f"The dimension {name!r} of `{what}` has no labels."
                raise LabelError(msg)
            if name == "year":
                checks.require_unique_labels(array.indexes[name], what=f"`{what}`")
                missing = set(years) - set(array.indexes[name])
                if missing:
                    msg = f"`{what}` has no year {min(missing)}."
                    raise LabelError(msg)
            elif name in owners:
                first = owners[name]
                checks.require_same_labels(
                    arrays[first].indexes[name], array.indexes[name], what=f"`{first}` and `{what}`"
                )
            else:
                checks.require_unique_labels(array.indexes[name], what=f"`{what}`")
                owners[name] = what
                labels.setdefault(name, list(array.indexes[name]))
    return labels


def arrange(
    array: xr.DataArray,
    labels: Mapping[Hashable, Sequence[Hashable]],
    dims: Sequence[Hashable],
) -> Floats:
    """Return the numbers in this order of dimensions and labels; a dimension that the array lacks has length 1."""
    ordered = array.sel({name: list(labels[name]) for name in array.dims})
    absent = [name for name in dims if name not in array.dims]
    values: Floats = ordered.expand_dims(absent).transpose(*dims).to_numpy().astype(float)
    return values


def step_width(ages: NDArray[np.int64], what: str) -> int:
    """Return the common width of the age groups."""
    widths = set(np.diff(ages).tolist())
    if len(widths) != 1 or min(widths) < 1:
        msg = f"`{what}` has the ages {ages.tolist()}: they must rise in equal steps."
        raise LabelError(msg)
    return int(widths.pop())


def require_sexes(array: xr.DataArray, what: str) -> None:
    """Raise unless the sexes are female and male."""
    found = array["sex"].to_numpy().tolist() if "sex" in array.indexes else []
    if sorted(map(str, found)) != sorted(SEXES):
        msg = f"`{what}` has the sexes {found}: they must be {list(SEXES)}, in any order."
        raise LabelError(msg)


def require_numbers(
    array: xr.DataArray,
    what: str,
    *,
    dims: Sequence[str] = (),
    low: float = -np.inf,
    high: float = np.inf,
) -> None:
    """Raise unless the array has these dimensions, no gap, and no number out of its range."""
    absent = [name for name in dims if name not in array.dims or name not in array.indexes]
    if absent:
        msg = f"`{what}` needs the labelled dimension {absent[0]!r}; it has {list(array.dims)}."
        raise LabelError(msg)
    values = array.to_numpy()
    gaps = int(np.isnan(values).sum())
    if gaps:
        msg = f"`{what}` is missing for {gaps} label(s). Unknown is not zero."
        raise MissingValueError(msg)
    outside = values[(values < low) | (values > high)]
    if len(outside):
        msg = f"`{what}` must lie in [{low:g}, {high:g}], got {outside[0]:g} and {len(outside)} such number(s) in all."
        raise ValueError(msg)


def whole_ages(ages: Sequence[int]) -> list[int]:
    """Return the ages wanted in their order; refuse what is not an age."""
    if not len(ages) or min(ages) < 0 or len(set(ages)) < len(ages):
        msg = f"`ages` are single ages from 0, each once, got {list(ages)}."
        raise LabelError(msg)
    return sorted(int(age) for age in ages)
