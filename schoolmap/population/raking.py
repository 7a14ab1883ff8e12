"""
Tables that agree with known totals: raking, and rounding that keeps the totals.

A table of two dimensions, say children by area and age, is scaled row by row
and column by column until it has the totals wanted. Numbers of people are made
whole last, each by less than one, so that no total moves by more.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import numpy as np
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import arrange
from schoolmap.population.arrays import require_numbers

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SAME_TOTAL = 1e-9
"""Relative difference of two totals that counts as rounding of the arithmetic."""
WHOLE = 1e-6
"""Difference from a whole number that counts as rounding of the arithmetic, in persons."""
TIE = 1e-6
"""Weight by which equal choices are told apart: far below a difference that matters."""
EARLY_ROUNDS = 100
"""Rounds that are enough for ordinary tables."""
FAR = 2**60
"""Price of a change that is not possible."""


def rake(
    seed: xr.DataArray,
    *,
    rows: xr.DataArray,
    columns: xr.DataArray,
    tolerance: float = 1e-8,
    rescale: float = 0.0,
    max_rounds: int = 10_000,
) -> xr.DataArray:
    """
    Scale a table until its rows and its columns have the totals wanted.

    Rows and columns are multiplied in turn. An empty cell stays empty, and the
    cross-product ratios of the others stay what they are in the seed: who is
    where is known from the totals, what goes with what from the seed. Of all
    tables with these totals it is the nearest to the seed in relative entropy.

    Parameters
    ----------
    seed
        Counts or weights, zero or more, by two dimensions, e.g. (area, age);
        in further dimensions, e.g. sex or draw, every layer is raked alone.
    rows
        Totals wanted by one of the two dimensions, zero or more.
    columns
        Totals wanted by the other. A further dimension is in both `rows` and
        `columns` or in neither; a margin without it holds for every layer.
    tolerance
        Largest relative difference left in a total.
    rescale
        Share in [0, 1) by which the sum of `rows` may differ from that of
        `columns`; `rows` are then scaled to the sum of `columns`. Sums that
        differ by less than a billionth are always taken as equal.
    max_rounds
        Rounds after which it is given up. A contradiction is looked for after
        a hundred.

    Returns
    -------
    table
        As `seed`, with the totals wanted; a seed that has them is returned as
        it is. Dimensions that only the margins have come first.

    Raises
    ------
    LabelError
        If dimensions or labels differ, or a label appears twice.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative, the sums of both margins differ, or no table
        with the empty cells of the seed has these totals; the rows that cannot
        be filled, and the columns that they have, are named.

    Notes
    -----
    Deming and Stephan (1940), iterative proportional fitting. Where the empty
    cells allow the totals only if further cells are empty, the procedure tends
    to those zeros without reaching them (Csiszár 1975); such cells are found
    by a maximum flow and set to zero, which is the limit.

    See Also
    --------
    round_controlled : Make the result whole.

    Examples
    --------
    >>> seed = xr.DataArray([[1.0, 2.0], [3.0, 4.0]], coords={"area": ["a", "b"], "age": [3, 4]}, dims=("area", "age"))
    >>> areas = xr.DataArray([40.0, 60.0], coords={"area": ["a", "b"]}, dims="area")
    >>> ages = xr.DataArray([50.0, 50.0], coords={"age": [3, 4]}, dims="age")
    >>> rake(seed, rows=areas, columns=ages).round(2).values.tolist()
    [[17.58, 22.42], [32.42, 27.58]]
    """
    if not 0 <= rescale < 1:
        msg = f"`rescale` is a share in [0, 1), got {rescale}."
        raise ValueError(msg)
    row, column = _margin_dims(rows, columns)
    require_numbers(seed, "seed", dims=(row, column), low=0.0, high=np.finfo(float).max)
    require_numbers(rows, "rows", dims=tuple(map(str, rows.dims)), low=0.0, high=np.finfo(float).max)
    require_numbers(columns, "columns", dims=tuple(map(str, columns.dims)), low=0.0, high=np.finfo(float).max)
    labels = _ordered_labels({"seed": seed, "rows": rows, "columns": columns})
    further = [name for name in (*rows.dims, *seed.dims) if name not in (row, column)]
    dims = [*dict.fromkeys(further), row, column]
    layers = tuple(len(labels[name]) for name in dims[:-2])
    shape = (len(labels[row]), len(labels[column]))

    cells = np.broadcast_to(arrange(seed, labels, dims), (*layers, *shape)).reshape(-1, *shape)
    wide = np.broadcast_to(arrange(rows, labels, dims), (*layers, shape[0], 1)).reshape(-1, shape[0])
    tall = np.broadcast_to(arrange(columns, labels, dims), (*layers, 1, shape[1])).reshape(-1, shape[1])
    wide = _agree(wide, tall, rescale=rescale)
    names = _Names(row, column, labels[row], labels[column])
    found = _fit(cells, wide, tall, names=names, tolerance=tolerance, max_rounds=max_rounds)

    table = xr.DataArray(found.reshape(*layers, *shape), dims=dims, coords={name: labels[name] for name in dims})
    order = [name for name in dims if name not in seed.dims] + list(seed.dims)
    owners = {name: (seed if name in seed.dims else rows) for name in dims}
    table = table.sel({name: owners[name].indexes[name].tolist() for name in dims}).transpose(*order)
    return table.assign_coords({name: owners[name][name] for name in dims}).rename(seed.name)


class _Names(NamedTuple):
    """What the two dimensions and their labels are called, for messages."""

    row: Hashable
    column: Hashable
    rows: Sequence[Hashable]
    columns: Sequence[Hashable]


def _margin_dims(rows: xr.DataArray, columns: xr.DataArray) -> tuple[str, str]:
    """Return the dimension that only `rows` has and the one that only `columns` has."""
    own = [[name for name in one.dims if name not in other.dims] for one, other in ((rows, columns), (columns, rows))]
    if [len(names) for names in own] != [1, 1]:
        msg = (
            f"`rows` has the dimensions {list(rows.dims)} and `columns` {list(columns.dims)}: each needs one of its "
            "own, and a further dimension such as sex must be in both or in neither."
        )
        raise LabelError(msg)
    return str(own[0][0]), str(own[1][0])


def _sorted(labels: Sequence[Hashable]) -> list[Hashable]:
    """Return the labels in an order of their own; numbers before text."""
    return sorted(labels, key=lambda label: (isinstance(label, str), label))


def _ordered_labels(arrays: Mapping[str, xr.DataArray]) -> dict[Hashable, list[Hashable]]:
    """Return the labels of every dimension, sorted, so that sums do not depend on the caller's order."""
    labels: dict[Hashable, list[Hashable]] = {}
    owners: dict[Hashable, str] = {}
    for what, array in arrays.items():
        for name in array.dims:
            if name not in array.indexes:
                msg = f"The dimension {name!r} of `{what}` has no labels."
                raise LabelError(msg)
            index = array.indexes[name]
            checks.require_unique_labels(index, what=f"The dimension {name!r} of `{what}`")
            if name in owners:
                first = arrays[owners[name]].indexes[name]
                checks.require_same_labels(first, index, what=f"`{owners[name]}` and `{what}`")
            else:
                owners[name], labels[name] = what, _sorted(index.tolist())
    return labels


def _agree(wide: Floats, tall: Floats, *, rescale: float) -> Floats:
    """Return the row totals with the sum of the column totals; refuse if they are further apart than allowed."""
    left, right = wide.sum(axis=1), tall.sum(axis=1)
    apart = np.abs(left - right) > max(rescale, SAME_TOTAL) * np.maximum(left, right)
    if apart.any():
        first = int(np.flatnonzero(apart)[0])
        share = abs(left[first] - right[first]) / max(left[first], right[first])
        msg = (
            f"`rows` add up to {left[first]:.12g} and `columns` to {right[first]:.12g}, {share:.3g} apart. "
            "Correct one of them, or allow `rows` to be scaled with `rescale`."
        )
        raise ValueError(msg)
    scale = np.divide(right, left, out=np.ones_like(left), where=left > 0)
    # what is rounding stays as it is, so that equal tables are raked alike
    scale[np.abs(scale - 1) <= SAME_TOTAL] = 1.0
    scaled: Floats = wide * scale[:, None]
    return scaled


def _fit(
    cells: Floats,
    wide: Floats,
    tall: Floats,
    *,
    names: _Names,
    tolerance: float,
    max_rounds: int,
) -> Floats:
    """Return the layers (layer, row, column) fitted to their margins, each stopped as soon as it has them."""
    cells = np.where((wide > 0)[:, :, None] & (tall > 0)[:, None, :], cells, 0.0)
    _require_cells(cells, wide, tall, names)
    found, left = _rounds(cells, wide, tall, tolerance=tolerance, max_rounds=min(EARLY_ROUNDS, max_rounds))
    for layer in np.flatnonzero(left >= tolerance):
        one = slice(layer, layer + 1)
        if (cells[layer] == 0).any():
            # only now is it worth asking what the empty cells allow
            possible = _possible(cells[layer] > 0, wide[layer], tall[layer], names)
            found[layer] = np.where(possible, cells[layer], 0.0)
        rest = np.array([np.inf])
        for _ in range(max(max_rounds // EARLY_ROUNDS, 1)):
            found[one], rest = _rounds(found[one], wide[one], tall[one], tolerance=tolerance, max_rounds=10)
            if rest[0] < tolerance:
                break
            found[layer] = _leap(found[layer], wide[layer], tall[layer])
        if rest[0] >= tolerance:
            worst = int(np.argmax(_errors(found[layer].sum(axis=1), wide[layer])))
            msg = (
                f"After {max_rounds} rounds a total is still {rest[0]:.3g} from the one wanted, the worst row being "
                f"{names.row} {names.rows[worst]!r}: the seed is nearly empty where the totals need it. Correct the "
                "seed, or raise `max_rounds`."
            )
            raise ValueError(msg)
    return found


def _leap(table: Floats, wide: Floats, tall: Floats) -> Floats:
    """
    Return the table after one Newton step of the logarithms of its multipliers.

    Near the solution it doubles the right digits, where scaling in turn may take
    thousands of rounds (Knight and Ruiz 2013 for balancing). A step that does
    not improve the dual of the relative entropy is shortened, at last to nothing.
    """
    if len(wide) < len(tall):
        return _leap(table.T, tall, wide).T
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    per_row = np.divide(1.0, rows, out=np.zeros_like(rows), where=rows > 0)
    # rows are eliminated, so that the equations are as few as the columns; raising all columns alike
    # changes nothing once the rows are scaled back, and of such steps the shortest is taken
    curve = np.diag(columns) - (table.T * per_row) @ table
    slope = tall - columns - table.T @ ((wide - rows) * per_row)
    across = np.linalg.lstsq(curve, slope, rcond=1e-14)[0]
    down = (wide - rows - table @ across) * per_row
    for part in (1.0, 0.5, 0.25, 0.125, 0.0625):
        left, right = np.clip(part * down, -50.0, 50.0), np.clip(part * across, -50.0, 50.0)
        leapt: Floats = table * np.exp(left[:, None] + right)
        if leapt.sum() - table.sum() - wide @ left - tall @ right < 0:
            return leapt
    return table


def _errors(sums: Floats, wanted: Floats) -> Floats:
    """Return the relative difference of each total; a total of zero is met by construction."""
    return np.divide(np.abs(sums - wanted), wanted, out=np.zeros_like(wanted), where=wanted > 0)


def _rounds(
    cells: Floats,
    wide: Floats,
    tall: Floats,
    *,
    tolerance: float,
    max_rounds: int,
) -> tuple[Floats, Floats]:
    """Scale rows and columns in turn; return the layers and the largest relative difference of each."""
    table = cells.copy()
    left = np.full(len(table), np.inf)
    active = np.arange(len(table))
    for _ in range(max_rounds + 1):
        part = table[active]
        error = np.maximum(
            _errors(part.sum(axis=2), wide[active]).max(axis=1, initial=0.0),
            _errors(part.sum(axis=1), tall[active]).max(axis=1, initial=0.0),
        )
        left[active] = error
        still = error >= tolerance
        active, part = active[still], part[still]
        if not len(active):
            break
        for axis, wanted in ((2, wide[active][:, :, None]), (1, tall[active][:, None, :])):
            sums = np.broadcast_to(part.sum(axis=axis, keepdims=True), part.shape)
            # first the share, then the total: the quotient of both could be out of range
            part = np.divide(part, sums, out=np.zeros_like(part), where=sums > 0) * wanted
        table[active] = part
    return table, left


def _require_cells(cells: Floats, wide: Floats, tall: Floats, names: _Names) -> None:
    """Raise if a total above zero has no cell to go to."""
    for axis, wanted, dim, labels in ((2, wide, names.row, names.rows), (1, tall, names.column, names.columns)):
        empty = np.argwhere((cells.max(axis=axis, initial=0.0) == 0) & (wanted > 0))
        if len(empty):
            layer, place = empty[0]
            places = np.unique(empty[:, 1])
            msg = (
                f"{len(places)} {dim}(s) have a total but no cell above zero in the seed that can take it, e.g. "
                f"{labels[place]!r} with {wanted[layer, place]:g}. Give the seed a weight there, or make the total 0."
            )
            raise ValueError(msg)


def _possible(allowed: Bools, wide: Floats, tall: Floats, names: _Names) -> Bools:
    """Return the cells that some table with these totals fills; refuse if there is no such table."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - only needed where the plain rounds fail
    from scipy.sparse.csgraph import breadth_first_order  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    high, broad = allowed.shape
    row, column = np.nonzero(allowed)
    flow = _largest_flow(row, column, wide / wide.sum(), tall / tall.sum())
    # rows lead to the columns that they may fill, columns back to the rows that fill them and could give way
    used = flow > SAME_TOTAL
    starts = np.concatenate([row, high + column[used]])
    ends = np.concatenate([high + column, row[used]])
    short = wide / wide.sum() - np.bincount(row, weights=flow, minlength=high)
    if short.sum() > 1e-7:
        source = high + broad
        unfilled = np.flatnonzero(short > 1e-10)
        starts, ends = np.append(starts, np.full(len(unfilled), source)), np.append(ends, unfilled)
        graph = csr_array((np.ones(len(starts)), (starts, ends)), shape=(source + 1, source + 1))
        reached = np.sort(breadth_first_order(graph, source, return_predecessors=False))
        culprits = reached[reached < high]
        takers = reached[(reached >= high) & (reached < source)] - high
        msg = (
            f"No table with the empty cells of the seed has these totals: the {len(culprits)} {names.row}(s) "
            f"{_some(names.rows, culprits)} need {wide[culprits].sum():.12g}, but can only fill the {names.column}(s) "
            f"{_some(names.columns, takers)}, which take {tall[takers].sum():.12g}. Give the seed a weight in another "
            f"{names.column}, or correct the totals."
        )
        raise ValueError(msg)
    graph = csr_array((np.ones(len(starts)), (starts, ends)), shape=(high + broad, high + broad))
    _, part = connected_components(graph, directed=True, connection="strong")
    possible = np.zeros_like(allowed)
    # a cell can be filled if something flows there, or could on a round trip
    possible[row, column] = used | (part[row] == part[high + column])
    return possible


def _largest_flow(row: NDArray[np.int64], column: NDArray[np.int64], wide: Floats, tall: Floats) -> Floats:
    """Return the cells of the fullest table whose totals nowhere exceed these; both margins sum to 1."""
    from scipy.optimize import linprog  # noqa: PLC0415 - only needed where the plain rounds fail

    size = 1e6  # the solver's tolerance is absolute: 1e-7 of a million
    most: dict[str, Any] = {
        "A_ub": _incidence(row, column, len(wide), len(tall)),
        "b_ub": np.concatenate([wide, tall]) * size,
    }
    found = linprog(-np.ones(len(row)), bounds=(0, None), method="highs-ds", **most)
    if found.status != 0:
        msg = f"The solver could not examine the totals: {found.message}"
        raise ValueError(msg)
    return np.asarray(found.x, dtype=float) / size


def _incidence(row: NDArray[np.int64], column: NDArray[np.int64], high: int, broad: int) -> csr_array:
    """Return the sparse matrix that adds up cells by row, then by column."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    cell = np.arange(len(row))
    lines, places = np.concatenate([row, high + column]), np.concatenate([cell, cell])
    return csr_array((np.ones(len(lines)), (lines, places)), shape=(high + broad, len(row)))


def _some(labels: Sequence[Hashable], places: NDArray[np.int64]) -> str:
    """Return up to five labels for a message."""
    shown = ", ".join(repr(labels[place]) for place in places[:5])
    return f"{shown} …" if len(places) > 5 else shown or "none"


def round_to_total(values: xr.DataArray, *, dim: Hashable | None = None) -> xr.DataArray:
    """
    Round to whole numbers that add up to the rounded total.

    Each number is rounded down, and the largest remainders up, until the total
    is reached. Equal remainders go to the labels that sort first.

    Parameters
    ----------
    values
        Numbers, zero or more, with labels.
    dim
        Dimension whose total is kept, for each of the other labels alone; by
        default the total of all numbers.

    Returns
    -------
    counts
        Whole numbers on the labels of `values`, each its floor or its ceiling.
        The total is rounded half up.

    Raises
    ------
    LabelError
        If a label is missing or appears twice.
    MissingValueError
        If a number is missing.

    Notes
    -----
    The method of the largest remainder (Hamilton 1792; Hare).

    Examples
    --------
    >>> shares = xr.DataArray([1.4, 2.3, 0.3], coords={"area": ["a", "b", "c"]}, dims="area")
    >>> round_to_total(shares).values.tolist()
    [2, 2, 0]
    """
    require_numbers(values, "values", low=0.0, high=1e15)
    labels = _ordered_labels({"values": values})
    if dim is not None and dim not in labels:
        msg = f"`values` has no dimension {dim!r}; it has {list(values.dims)}."
        raise LabelError(msg)
    dims = [*(name for name in values.dims if name != dim), *([] if dim is None else [dim])]
    cells = arrange(values, labels, dims)
    flat = cells.reshape(-1, cells.shape[-1] if dim is not None and cells.size else max(cells.size, 1))
    floors, rest = _whole_and_rest(flat)
    wanted = np.floor(rest.sum(axis=1) + 0.5)
    # labels are sorted, so that ties go to the first
    counts = (floors + (_rank(rest) < wanted[:, None])).astype(np.int64).reshape(cells.shape)
    return _relabelled(counts, values, labels, dims)


def _whole_and_rest(cells: Floats) -> tuple[Floats, Floats]:
    """Return the floors and what is above them, to nine decimals; what is whole but for rounding has no rest."""
    floors = np.floor(cells + SAME_TOTAL)
    rest = np.round(np.maximum(cells - floors, 0.0), 9)
    return np.asarray(floors, dtype=float), np.asarray(rest, dtype=float)


def _relabelled(
    counts: NDArray[np.int64],
    like: xr.DataArray,
    labels: Mapping[Hashable, list[Hashable]],
    dims: Sequence[Hashable],
) -> xr.DataArray:
    """Return the numbers in the caller's order of labels and dimensions."""
    table = xr.DataArray(counts, dims=list(dims), coords={name: labels[name] for name in dims})
    table = table.sel({name: like.indexes[name].tolist() for name in dims}).transpose(*like.dims)
    return table.assign_coords({name: like[name] for name in like.dims}).rename(like.name)


def round_controlled(
    values: xr.DataArray,
    *,
    rows: xr.DataArray | None = None,
    columns: xr.DataArray | None = None,
) -> xr.DataArray:
    """
    Round a table to whole numbers, keeping its row and its column totals.

    Every cell becomes its floor or its ceiling, and so does every total: a
    total that is whole stays as it is. Where there is a choice the totals are
    rounded first, by the largest remainder as far as the cells allow it. Then
    the cells are, so that with these totals the sum of their changes is the
    least possible.

    Parameters
    ----------
    values
        Numbers, zero or more, by two dimensions with labels.
    rows
        Whole totals wanted by one of the dimensions; by default those of
        `values`, rounded.
    columns
        Whole totals wanted by the other, as `rows`.

    Returns
    -------
    counts
        Whole numbers on the labels of `values`. The order of the labels does
        not matter: equal choices are made in favour of those that sort first.

    Raises
    ------
    LabelError
        If labels differ, are missing or appear twice.
    MissingValueError
        If a number is missing.
    ValueError
        If a total wanted is not whole, or cannot be reached by rounding.

    Notes
    -----
    Cox (1987), controlled rounding. It is a flow of whole units through rows
    and columns, so the linear programme has a whole solution, and there always
    is one that has the rounded grand total.

    See Also
    --------
    rake : Give a table the totals first.

    Examples
    --------
    >>> table = xr.DataArray(
    ...     [[0.5, 1.5], [1.5, 2.5]], coords={"area": ["a", "b"], "age": [3, 4]}, dims=("area", "age")
    ... )
    >>> round_controlled(table).values.tolist()
    [[1, 1], [1, 3]]
    """
    if len(values.dims) != 2:
        msg = f"`values` needs two dimensions, it has {list(values.dims)}. Round one layer at a time."
        raise LabelError(msg)
    require_numbers(values, "values", dims=tuple(map(str, values.dims)), low=0.0, high=1e12)
    given = {"rows": rows, "columns": columns}
    named = {what: array for what, array in given.items() if array is not None}
    labels = _ordered_labels({"values": values, **named})
    dims = _table_dims(values, named)
    cells = arrange(values, labels, dims)
    sums = [cells.sum(axis=1), cells.sum(axis=0)]
    wanted = [None if array is None else _whole_totals(array, labels, what=what) for what, array in given.items()]
    up = _choose_up(cells, sums, wanted, _Names(*dims, labels[dims[0]], labels[dims[1]]))
    floors, _ = _whole_and_rest(cells)
    return _relabelled((floors + up).astype(np.int64), values, labels, dims)


def _table_dims(values: xr.DataArray, margins: Mapping[str, xr.DataArray]) -> tuple[Hashable, Hashable]:
    """Return the dimension of the rows and that of the columns."""
    first, second = values.dims
    own: dict[str, Hashable] = {}
    for what, array in margins.items():
        if len(array.dims) != 1 or array.dims[0] not in values.dims or array.dims[0] in own.values():
            msg = f"`{what}` has the dimensions {list(array.dims)}: it needs one of {list(values.dims)} of its own."
            raise LabelError(msg)
        own[what] = array.dims[0]
    row = own.get("rows")
    if row is None:
        # without margins the order of the dimensions must not matter either
        row = {first: second, second: first}[own["columns"]] if "columns" in own else min(first, second, key=str)
    return row, second if row == first else first


def _whole_totals(array: xr.DataArray, labels: Mapping[Hashable, Sequence[Hashable]], *, what: str) -> Floats:
    """Return the totals wanted in the order of the labels; refuse what is not whole."""
    require_numbers(array, what, low=0.0, high=1e15)
    totals = arrange(array, labels, list(array.dims))
    broken = np.flatnonzero(totals != np.rint(totals))
    if len(broken):
        name = labels[array.dims[0]][broken[0]]
        msg = f"`{what}` is not whole for {len(broken)} label(s), e.g. {totals[broken[0]]:g} for {name!r}."
        raise ValueError(msg)
    return totals


def _choose_up(cells: Floats, sums: Sequence[Floats], wanted: Sequence[Floats | None], names: _Names) -> Floats:
    """Return 1 for each cell that is rounded up, 0 for each that is rounded down."""
    floors, rest = _whole_and_rest(cells)
    stated = [totals.sum() for totals in wanted if totals is not None]
    everyone = stated[0] if stated else np.floor(sums[0].sum() + 0.5 + WHOLE)
    if stated and stated[-1] != everyone:
        msg = f"`rows` add up to {stated[0]:.15g} and `columns` to {stated[-1]:.15g}: they must be the same."
        raise ValueError(msg)
    lowest, above, totals = [], [], []
    for axis, (total, given) in enumerate(zip(sums, wanted, strict=True)):
        whole = np.floor(total + WHOLE) if given is None else given
        rests = np.zeros(len(total)) if given is not None else np.round(total - whole, 9)
        rests[rests <= WHOLE] = 0.0
        lowest.append(whole - floors.sum(axis=1 - axis))
        above.append(rests)
        totals.append(lowest[-1] + (_rank(rests) < everyone - whole.sum()) * (rests > 0))
    up = _flow_of_units(rest, *totals)
    if up is None and any(rests.any() for rests in above):
        # empty cells stand against the totals with the largest remainders: find the nearest that they allow
        nearest = _nearest_totals(rest, lowest, above, everyone - floors.sum())
        up = None if nearest is None else _flow_of_units(rest, *nearest)
    if up is None:
        raise ValueError(_unreachable(rest, totals, names))
    return up


def _rank(rests: Floats) -> NDArray[np.int64]:
    """Return the rank of each number along the last axis, the largest first; equal ones in their order."""
    rank = np.empty(rests.shape, dtype=np.int64)
    places = np.broadcast_to(np.arange(rests.shape[-1]), rests.shape)
    np.put_along_axis(rank, np.argsort(-rests, axis=-1, kind="stable"), places, axis=-1)
    return rank


def _flow_of_units(rest: Floats, rows: Floats, columns: Floats) -> Floats | None:
    """
    Return the cells to round up, as many in each row and column as given, nearest to `rest`; none if none are.

    Each row first takes its largest remainders. Columns with too many then hand
    units to columns with too few, each time by the cheapest chain of changes
    within rows (Ahuja, Magnanti and Orlin 1993, successive shortest paths).
    """
    if rest.shape[0] < rest.shape[1]:
        turned = _flow_of_units(rest.T, columns, rows)
        return None if turned is None else turned.T
    open_cells = rest > 0
    if rows.sum() != columns.sum() or (rows < 0).any() or (rows > open_cells.sum(axis=1)).any():
        return None
    high, broad = rest.shape
    # whole numbers, so that sums are exact: remainders to 1e-7, then the place, to tell equal choices apart
    place = np.arange(high, 0, -1)[:, None] * np.arange(broad, 0, -1)
    price = -(np.rint(2e7 * rest).astype(np.int64) << 20) - place
    up = _rank(np.where(open_cells, -price, -1).astype(float)) < rows[:, None]
    up &= open_cells
    surplus = up.sum(axis=0) - columns
    best, best_row = np.full((broad, broad), FAR), np.full((broad, broad), -1)
    stale = np.ones((broad, broad), dtype=bool)
    while surplus.any():
        for giver in np.flatnonzero(stale.any(axis=1)):
            takers = np.flatnonzero(stale[giver])
            change = _changes(price, up, open_cells, giver=giver, takers=takers)
            best_row[giver, takers] = change.argmin(axis=0)
            best[giver, takers] = change.min(axis=0)
        path = _shortest_path(best, surplus)
        if path is None:
            return None
        for start, end in itertools.pairwise(path):
            line = best_row[start, end]
            up[line, start], up[line, end] = False, True
        surplus[path[0]] -= 1
        surplus[path[-1]] += 1
        stale[:] = False
        stale[path, :] = stale[:, path] = True
    return up.astype(float)


def _changes(
    price: NDArray[np.int64],
    up: Bools,
    open_cells: Bools,
    *,
    giver: np.intp,
    takers: NDArray[np.intp],
) -> NDArray[np.int64]:
    """Return the price, by row and taker, of a unit moved from the giver's column to the taker's in that row."""
    movable = up[:, giver][:, None] & open_cells[:, takers] & ~up[:, takers]
    change: NDArray[np.int64] = np.where(movable, price[:, takers] - price[:, giver][:, None], FAR)
    return change


def _shortest_path(best: NDArray[np.int64], surplus: Floats) -> list[int] | None:
    """Return the cheapest chain of columns from one with too many to one with too few; none if there is none."""
    cost = np.where(surplus > 0, 0, FAR)
    before = np.full(len(cost), -1)
    while True:
        through = cost[:, None] + best
        place = through.argmin(axis=0)
        reached = through[place, np.arange(len(cost))]
        better = reached < cost
        if not better.any():
            break
        cost[better], before[better] = reached[better], place[better]
    end = int(np.where(surplus < 0, cost, FAR).argmin())
    if surplus[end] >= 0 or cost[end] >= FAR // 2:
        return None
    path = [end]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path[::-1]


def _nearest_totals(
    rest: Floats,
    lowest: Sequence[Floats],
    above: Sequence[Floats],
    everyone: float,
) -> list[Floats] | None:
    """Return the numbers of cells to round up, by row and column, nearest to the totals; none if none are allowed."""
    from scipy.optimize import linprog  # noqa: PLC0415 - heavy, and rarely needed
    from scipy.sparse import eye_array  # noqa: PLC0415
    from scipy.sparse import hstack  # noqa: PLC0415
    from scipy.sparse import vstack  # noqa: PLC0415

    high, broad = rest.shape
    row, column = np.nonzero(rest > 0)
    rests = np.concatenate(above)
    # unknown: the cells, which cost nothing here, and the totals that are rounded up
    prefer = TIE * np.concatenate([np.arange(size) / size for size in rest.shape])
    everyone_up: Any = np.concatenate([np.ones(len(row)), np.zeros(len(rests))])[None, :]
    left: list[Any] = [_incidence(row, column, high, broad), -eye_array(high + broad)]
    given: dict[str, Any] = {
        "A_eq": vstack([hstack(left), everyone_up]).tocsr(),
        "b_eq": np.append(np.concatenate(lowest), everyone),
        "bounds": np.column_stack(
            [np.zeros(len(row) + len(rests)), np.concatenate([np.ones(len(row)), rests > 0])],
        ),
    }
    prices = np.concatenate([np.zeros(len(row)), 1 - 2 * rests + prefer])
    found = linprog(prices, method="highs-ds", **given)
    if found.status != 0:
        return None
    up = np.rint(np.asarray(found.x, dtype=float)[len(row) :])
    return [lowest[0] + up[:high], lowest[1] + up[high:]]


def _unreachable(rest: Floats, base: Sequence[Floats], names: _Names) -> str:
    """Return why the totals wanted cannot be reached."""
    for axis, (wanted, labels) in enumerate(zip(base, (names.rows, names.columns), strict=True)):
        most = (rest > 0).sum(axis=1 - axis)
        outside = np.flatnonzero((wanted < 0) | (wanted > most))
        if len(outside):
            first = outside[0]
            return (
                f"{len(outside)} total(s) cannot be reached by rounding, e.g. that of {(names.row, names.column)[axis]} "
                f"{labels[first]!r}: it is {wanted[first]:g} above the rounded down cells, of which {most[first]} can "
                "be rounded up. Rake the table to the totals first."
            )
    return "The totals wanted cannot be reached by rounding each cell down or up. Rake the table to them first."
