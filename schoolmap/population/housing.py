"""
Children of new homes: how many move in, of which age, and who would be here anyway.

A development is completed over years; its homes fill up; its children are
younger at first than those of the neighbourhood and grow older with the
estate. A part of them is new to the planning area, the others move within it:
the planning area gains the first, not the second. Years are school years, by
their autumn: homes completed in the twelve months before the cut-off day of a
year are of that year, and have then been there for zero years (`since`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.arrays import MOST_CHILDREN
from schoolmap.population.arrays import as_array
from schoolmap.population.arrays import in_order
from schoolmap.population.arrays import require_numbers

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Sequence

KEY = ["area", "type", "year"]

FIRST_OCCUPANCY = 0.5
"""Share of new homes lived in on the first cut-off day. Assumption: homes are handed over before they are fitted out."""
FULL_AFTER = 3
"""Years until all homes are lived in that will be. Assumption."""
YOUNG = 4
"""Oldest age of the children who are more in new homes than in old. Assumption: families move before school age."""
TILT = 0.5
"""How many more children of these ages a new home has than an old one, as a share of the latter. Assumption."""
BIRTHS_HALF_LIFE = 5.0
"""Years after completion in which the surplus of births falls by half. Assumption."""


def homes_by_area(developments: pd.DataFrame) -> pd.Series:
    """
    Add up the homes of all developments by area, type and year of completion.

    Parameters
    ----------
    developments
        Indexed by `(development, type, year)`, with `area`, in which the
        development lies, and `homes` completed in the year.

    Returns
    -------
    completions
        Homes completed, indexed by `(area, type, year)`, sorted.

    Raises
    ------
    LabelError
        If an index level is missing, a row is there twice, a year is no whole
        number, or a development lies in two areas.
    MissingValueError
        If an area or a number of homes is missing.
    ValueError
        If a number of homes is negative or infinite.

    Examples
    --------
    >>> developments = pd.DataFrame(
    ...     {"area": ["a", "a", "a"], "homes": [100.0, 50.0, 20.0]},
    ...     index=pd.MultiIndex.from_tuples(
    ...         [("east", "flat", 2027), ("east", "flat", 2028), ("west", "flat", 2027)],
    ...         names=["development", "type", "year"],
    ...     ),
    ... )
    >>> homes_by_area(developments).to_dict()
    {('a', 'flat', 2027): 120.0, ('a', 'flat', 2028): 50.0}
    """
    _require_index(developments.index, ["development", "type", "year"], what="`developments`")
    for column in ("area", "homes"):
        if column not in developments.columns:
            msg = f"`developments` has no column {column!r}; it has {list(developments.columns)}."
            raise LabelError(msg)
        checks.require_no_gaps(developments[column], what=f"The {column} of `developments`")
    _require_homes(developments["homes"], what="`developments`")
    places = developments.groupby(level="development")["area"].nunique()
    if (places > 1).any():
        twice = places.index[places > 1]
        msg = (
            f"{len(twice)} development(s) lie in two areas, e.g. {twice[0]!r}. "
            "Give the homes in each area a development of their own."
        )
        raise LabelError(msg)
    table = developments[["area", "homes"]].reset_index()
    return table.groupby(KEY)["homes"].sum().astype(float).sort_index()


def delayed(completions: pd.Series, *, by: int, after: int) -> pd.Series:
    """
    Put off the completion of homes that do not stand yet.

    Parameters
    ----------
    completions
        Homes completed, indexed by `(area, type, year)`.
    by
        Years of delay.
    after
        Last year whose homes are completed already: these keep their year.

    Returns
    -------
    completions
        The same homes with their later years, sorted.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("a", "flat", 2026), ("a", "flat", 2027)], names=["area", "type", "year"])
    >>> delayed(pd.Series([10.0, 20.0], index=index, name="homes"), by=2, after=2026).to_dict()
    {('a', 'flat', 2026): 10.0, ('a', 'flat', 2029): 20.0}
    """
    _require_completions(completions)
    _require_delay(by, what="by")
    table = completions.rename("homes").reset_index()
    table["year"] += np.where(table["year"] > after, by, 0)
    return table.set_index(KEY)["homes"].sort_index()


def occupancy(
    years_since: Sequence[int],
    *,
    first: float = FIRST_OCCUPANCY,
    full_after: int = FULL_AFTER,
    final: float = 1.0,
) -> xr.DataArray:
    """
    Return the share of homes lived in, by years since completion.

    It goes evenly from `first` in the year of completion to `final`, and stays.

    Parameters
    ----------
    years_since
        Years since completion, 0 in the first.
    first
        Share lived in on the first cut-off day, in [0, 1]. The default is an
        assumption.
    full_after
        Years until all are lived in that will be. The default is an assumption.
    final
        Share lived in from then on, in [0, 1]; below one where homes are bought
        and left empty. The default is an assumption, and the highest.

    Returns
    -------
    occupancy
        Shares by `since`.

    Examples
    --------
    >>> occupancy(range(5), first=0.4, full_after=3).round(2).values.tolist()
    [0.4, 0.6, 0.8, 1.0, 1.0]
    """
    since = _whole_years(years_since)
    for share, what in ((first, "first"), (final, "final")):
        if not 0 <= share <= 1:
            msg = f"`{what}` is a share in [0, 1], got {share}."
            raise ValueError(msg)
    if full_after < 0:
        msg = f"`full_after` is a number of years, zero or more, got {full_after}."
        raise ValueError(msg)
    # all are lived in from the first day on if that takes no time
    risen = since / full_after if full_after else np.ones(len(since))
    return xr.DataArray(
        first + (final - first) * np.minimum(risen, 1.0),
        coords={"since": since},
        dims="since",
        name="occupancy",
    )


def local_yield(
    children: xr.DataArray,
    *,
    dwellings: xr.DataArray,
    relative: xr.DataArray | None = None,
) -> xr.DataArray:
    r"""
    Return the children per occupied dwelling by type and age, as they live there now.

    .. math:: y_{k,a} = r_k \frac{\sum_i P_{i,a}}{\sum_{i,k} r_k D_{i,k}}

    so that the dwellings of today, with these yields, hold the children of today.

    Parameters
    ----------
    children
        Residents by (area, age), of one date.
    dwellings
        Occupied dwellings by (area, type), of the same date.
    relative
        How many children a type has against the others, by `type`; without it,
        all types have the same.

    Returns
    -------
    yields
        Children per occupied dwelling by (type, age).

    Raises
    ------
    LabelError
        If areas or types differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative, or there is no dwelling to divide by.

    Examples
    --------
    >>> children = xr.DataArray([[30.0], [10.0]], coords={"area": ["a", "b"], "age": [3]}, dims=("area", "age"))
    >>> dwellings = xr.DataArray(
    ...     [[100.0, 200.0], [100.0, 0.0]],
    ...     coords={"area": ["a", "b"], "type": ["flat", "house"]},
    ...     dims=("area", "type"),
    ... )
    >>> relative = xr.DataArray([1.0, 3.0], coords={"type": ["flat", "house"]}, dims="type")
    >>> local_yield(children, dwellings=dwellings, relative=relative).sel(age=3).values.tolist()
    [0.05, 0.15]
    """
    require_numbers(children, "children", dims=("area", "age"), low=0.0, high=MOST_CHILDREN)
    require_numbers(dwellings, "dwellings", dims=("area", "type"), low=0.0, high=MOST_CHILDREN)
    weight = xr.ones_like(dwellings.isel(area=0, drop=True), dtype=float) if relative is None else relative
    require_numbers(weight, "relative", dims=("type",), low=0.0, high=MOST_CHILDREN)
    children, dwellings, weight = in_order({"children": children, "dwellings": dwellings, "relative": weight})
    stock = xr.dot(dwellings, weight, dim=["area", "type"])
    if not (stock > 0).all():
        msg = "`dwellings` has no occupied dwelling that could have children: a yield cannot be told from it."
        raise ValueError(msg)
    yields: xr.DataArray = weight * children.sum("area") / stock
    return yields.transpose("type", "age", ...).rename("yields")


def yield_curve(
    base_yield: xr.DataArray,
    *,
    years_since: Sequence[int],
    tilt: xr.DataArray | float = TILT,
    young: int = YOUNG,
    births_half_life: float = BIRTHS_HALF_LIFE,
) -> xr.DataArray:
    r"""
    Tilt the yield of old homes to the young families of new ones, who grow older there.

    With :math:`c = a - \tau`, the age that a child had when the home was
    completed, below zero if it was born later,

    .. math::

        y_{a,\tau} = \bar y_a\,(1 + \text{tilt} \cdot g_{a-\tau}), \qquad
        g_c = \begin{cases} 2^{c/H} & c < 0 \\ 1 & 0 \le c \le \text{young} \\ 0 & c > \text{young} \end{cases}

    so that the surplus is one of cohorts: in the first year of the youngest
    ages, ten years later of those ten years older, and in the long run none.

    Parameters
    ----------
    base_yield
        Children per occupied home by (type, age), such as `local_yield`.
    years_since
        Years since completion, 0 in the first.
    tilt
        Surplus of the youngest, as a share of the base yield, zero or more; may
        be by `type`. The default is an assumption.
    young
        Oldest age of the surplus in the year of completion. The default, the
        ages before school, is an assumption.
    births_half_life
        Years after completion in which the surplus of births halves. The
        default is an assumption.

    Returns
    -------
    yields
        Children per occupied home by (type, age, since).

    Raises
    ------
    LabelError
        If types differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range.

    Notes
    -----
    That new estates begin with young children, who then move up through the
    phases of schooling, is what surveys of pupil yield find; how strongly is
    local. Where yields were counted by years since completion, as the
    Department for Education publishes them for England, such a table with the
    same dimensions takes the place of this curve.

    Examples
    --------
    >>> base = xr.DataArray([[0.1, 0.1, 0.1]], coords={"type": ["flat"], "age": [0, 5, 10]}, dims=("type", "age"))
    >>> yield_curve(base, years_since=[0, 5, 10], tilt=0.5).sel(type="flat").round(4).values.tolist()
    [[0.15, 0.125, 0.1125], [0.1, 0.15, 0.125], [0.1, 0.1, 0.15]]
    """
    more = as_array(tilt)
    require_numbers(base_yield, "base_yield", dims=("type", "age"), low=0.0, high=MOST_CHILDREN)
    require_numbers(more, "tilt", low=0.0, high=MOST_CHILDREN)
    if not births_half_life > 0:
        msg = f"`births_half_life` is a number of years above zero, got {births_half_life}."
        raise ValueError(msg)
    base, more = in_order({"base_yield": base_yield, "tilt": more})
    since = _whole_years(years_since)
    then = base["age"].to_numpy()[:, None] - since
    born_here = np.exp2(np.minimum(then, 0) / births_half_life)
    surplus = xr.DataArray(
        np.where(then > young, 0.0, born_here), coords={"age": base["age"], "since": since}, dims=("age", "since")
    )
    yields: xr.DataArray = base * (1.0 + more * surplus)
    return yields.transpose("type", "age", "since", ...).rename("yields")


def children_of_new_homes(
    completions: pd.Series,
    *,
    occupancy: xr.DataArray,
    yields: xr.DataArray,
    years: Sequence[int],
    delay: int = 0,
    areas: Sequence[Hashable] | None = None,
    after: int | None = None,
) -> xr.DataArray:
    r"""
    Count the children who live in new homes, by area, age and year.

    .. math:: N_{i,a,t} = \sum_k \sum_{\tau \ge 0} U_{i,k,t-\tau}\,o_\tau\,y_{k,a,\tau}

    It is a stock: all who live there on the cut-off day of the year, whenever
    they moved in. The years of one home are not added up.

    Parameters
    ----------
    completions
        Homes completed, indexed by `(area, type, year)`, after the count that
        the projection starts from: children of older homes are in it. Those who
        move into older homes later, because they were still empty, are not
        counted here.
    occupancy
        Share of homes lived in by `since` (years since completion), in [0, 1];
        may be by `type`.
    yields
        Children per occupied home by (type, age, since); like the occupancy, it
        may have further dimensions, among them `area`.
    years
        School years wanted.
    delay
        Years by which every completion is late; `delayed` spares homes that
        stand already.
    areas
        Areas wanted, in this order, those without new homes too; without it,
        the areas of `completions`, sorted.
    after
        School year of the count. Homes completed then or before are refused.

    Returns
    -------
    children
        By (area, age, year), and any other dimensions of `occupancy` and
        `yields`.

    Raises
    ------
    LabelError
        If a type has no yield, an area is not wanted, or the curves do not
        reach to the last year wanted.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range, or homes were in the count already.

    Notes
    -----
    Pupil yield by years since completion, as the Department for Education
    (England) publishes it, taken as a convolution over completions.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("a", "flat", 2027), ("a", "flat", 2028)], names=["area", "type", "year"])
    >>> completions = pd.Series([100.0, 50.0], index=index)
    >>> yields = xr.DataArray(
    ...     [[[0.2, 0.3]]],
    ...     coords={"type": ["flat"], "age": [6], "since": [0, 1]},
    ...     dims=("type", "age", "since"),
    ... )
    >>> children_of_new_homes(
    ...     completions, occupancy=occupancy([0, 1], first=0.5, full_after=1), yields=yields, years=[2026, 2027, 2028]
    ... ).sel(area="a", age=6).values.tolist()
    [0.0, 10.0, 35.0]
    """
    _require_completions(completions)
    _require_delay(delay, what="delay")
    require_numbers(occupancy, "occupancy", dims=("since",), low=0.0, high=1.0)
    require_numbers(yields, "yields", dims=("type", "age", "since"), low=0.0, high=MOST_CHILDREN)
    wanted = pd.Index(years)
    checks.require_unique_labels(wanted, what="`years`")
    _require_whole(wanted, what="`years`")
    if after is not None:
        _require_uncounted(completions, after=after)

    homes = completions.astype(float).unstack(["type", "year"], fill_value=0)
    homes = homes.sort_index(axis=0).sort_index(axis=1)
    if areas is not None:
        checks.require_unique_labels(pd.Index(areas), what="`areas`")
        unknown = homes.index.difference(pd.Index(areas))
        if len(unknown):
            msg = f"`completions` has {len(unknown)} area(s) that `areas` does not list, e.g. {unknown[0]!r}."
            raise LabelError(msg)
        homes = homes.reindex(list(areas), fill_value=0.0)
    types, done = (homes.columns.get_level_values(name) for name in ("type", "year"))
    lag = wanted.to_numpy()[None, :] - done.to_numpy()[:, None].astype(int) - delay
    reach = int(lag.max(initial=0))
    for curve, what in ((occupancy, "occupancy"), (yields, "yields")):
        _require_reach(curve, reach=reach, what=what)
    without = types.difference(yields.indexes["type"])
    if len(without):
        msg = f"`yields` has no type {without[0]!r}; it has {yields['type'].to_numpy().tolist()}."
        raise LabelError(msg)
    used = list(range(reach + 1))
    share, per_home = in_order({"occupancy": occupancy.sel(since=used), "yields": yields.sel(since=used)})

    # a column of `homes` is a phase: the homes of one type completed in one year
    since = xr.DataArray(np.maximum(lag, 0), dims=("phase", "year"))
    phase_types = xr.DataArray(types.to_numpy(), dims="phase")
    built = xr.DataArray(lag >= 0, dims=("phase", "year"))
    per_phase = (share * per_home).sel(type=phase_types, since=since).where(built, 0.0).drop_vars(["type", "since"])
    counts = xr.DataArray(homes.to_numpy(float), coords={"area": homes.index.to_numpy()}, dims=("area", "phase"))
    if "area" in per_phase.dims:
        both = "`completions` and its `occupancy` or `yields`"
        checks.require_same_labels(counts.indexes["area"], per_phase.indexes["area"], what=both)
        per_phase = per_phase.sel(area=counts["area"])
    children: xr.DataArray = xr.dot(counts, per_phase, dim="phase").assign_coords(year=wanted.to_numpy())
    return children.transpose("area", "age", "year", ...).rename("children")


def add_housing(
    children: xr.DataArray,
    new: xr.DataArray,
    *,
    additionality: xr.DataArray | float,
) -> xr.Dataset:
    r"""
    Add the children of new homes; those who only move within leave their old homes.

    Of the children in new homes the share :math:`\lambda` is new to the planning
    area. The others lived in it and are taken from the children of all areas,
    in proportion, at the same age and in the same year:

    .. math:: P'_i = P_i + \lambda N_i + (1 - \lambda) N_i - P_i \frac{\sum_j (1 - \lambda) N_j}{\sum_j P_j}

    The planning area gains :math:`\lambda \sum N` and not one child more. Where
    more would have to move than there are, those there are move, and the rest
    of the new homes stays without children: it is reported as a shortfall.

    Parameters
    ----------
    children
        Residents by (area, age, year) without the new homes.
    new
        Children in new homes, from `children_of_new_homes`, on the same areas,
        ages and years.
    additionality
        Share who are new to the planning area, in [0, 1]; may be by area,
        scenario or draw. Nobody has measured it in general: ask who buys the
        homes; for a county without an answer, 0.5 is an assumption.

    All arguments may have further dimensions, such as `scenario` or `draw`.

    Returns
    -------
    residents
        By the dimensions of the arguments:
          - `children` - residents with the new homes
          - `added` - new to the planning area
          - `moved_in` - to new homes, from within the planning area
          - `moved_out` - of old homes, to new ones within the planning area,
            their own area included
          - `shortfall` - children asked for within and not there

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> labels = {"area": ["new town", "old town"], "age": [6], "year": [2030]}
    >>> children = xr.DataArray([[[100.0]], [[300.0]]], coords=labels, dims=("area", "age", "year"))
    >>> new = xr.DataArray([[[80.0]], [[0.0]]], coords=labels, dims=("area", "age", "year"))
    >>> residents = add_housing(children, new, additionality=0.5)
    >>> residents["children"].sel(age=6, year=2030).values.tolist()  # 100 + 40 + 40 - 10, 300 - 30
    [170.0, 270.0]
    """
    share = as_array(additionality)
    require_numbers(children, "children", dims=("area", "age", "year"), low=0.0, high=MOST_CHILDREN)
    require_numbers(new, "new", dims=("area", "age", "year"), low=0.0, high=MOST_CHILDREN)
    require_numbers(share, "additionality", low=0.0, high=1.0)
    children, new, share = in_order({"children": children, "new": new, "additionality": share})
    added = new * share
    within = new - added
    asked, there = (array.sum("area", skipna=False) for array in (within, children))
    moving: xr.DataArray = xr.apply_ufunc(np.minimum, asked, there)
    moved_in = within * (moving / asked.where(asked > 0, 1.0))
    moved_out = children * (moving / there.where(there > 0, 1.0))
    residents = xr.Dataset(
        {
            "children": children - moved_out + added + moved_in,
            "added": added,
            "moved_in": moved_in,
            "moved_out": moved_out,
            "shortfall": within - moved_in,
        },
    )
    return residents.transpose("area", "age", "year", ...)


def _require_index(index: pd.Index, names: Sequence[str], *, what: str) -> None:
    """Raise unless the index has these levels, in any order, no row twice, and whole years."""
    if sorted(map(str, index.names)) != sorted(names):
        msg = f"{what} must be indexed by {tuple(names)}, got {tuple(index.names)}."
        raise LabelError(msg)
    for name in names:
        gaps = int(np.sum(index.get_level_values(name).isna()))
        if gaps:
            msg = f"The {name} of {what} is missing in {gaps} row(s)."
            raise MissingValueError(msg)
    checks.require_unique_labels(index, what=what)
    _require_whole(index.get_level_values("year"), what=f"The years of {what}")


def _require_whole(years: pd.Index, *, what: str) -> None:
    """Raise unless the years are whole numbers."""
    if len(years) and not pd.api.types.is_integer_dtype(years):
        msg = f"{what} must be whole numbers, e.g. 2027, got {years[0]!r}."
        raise LabelError(msg)


def _require_homes(homes: pd.Series, *, what: str) -> None:
    """Raise if a number of homes is negative or infinite."""
    checks.require_not_negative(homes, what=f"The homes of {what}")
    if np.isinf(homes).any():
        msg = f"The homes of {what} are infinite for {homes.index[np.isinf(homes)][0]!r}."
        raise ValueError(msg)


def _require_completions(completions: pd.Series) -> None:
    """Raise unless it is a table of homes by area, type and year."""
    _require_index(completions.index, KEY, what="`completions`")
    checks.require_no_gaps(completions, what="`completions`")
    _require_homes(completions, what="`completions`")


def _require_uncounted(completions: pd.Series, *, after: int) -> None:
    """Raise if homes were there at the count, with their children."""
    counted = completions[(completions.index.get_level_values("year") <= after) & (completions > 0)]
    if len(counted):
        msg = (
            f"{len(counted)} row(s) of `completions` are of {after} or before, e.g. {counted.index[0]!r}: "
            "their children are in the count already. Leave them out."
        )
        raise ValueError(msg)


def _require_reach(curve: xr.DataArray, *, reach: int, what: str) -> None:
    """Raise unless the curve says what happens in each year since completion."""
    checks.require_unique_labels(curve.indexes["since"], what=f"`{what}`")
    missing = sorted(set(range(reach + 1)) - set(curve["since"].to_numpy().tolist()))
    if missing:
        msg = (
            f"`{what}` says nothing about year {missing[0]} since completion; {reach} years are needed. "
            'To keep its last value, `.reindex(since=range(...), method="ffill")`.'
        )
        raise LabelError(msg)


def _require_delay(delay: int, *, what: str) -> None:
    """Raise unless it is a whole number of years, not negative."""
    if delay != int(delay) or delay < 0:
        msg = f"`{what}` is a whole number of years, zero or more, got {delay}."
        raise ValueError(msg)


def _whole_years(years_since: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return years since completion, each once and none before it."""
    since = np.asarray(list(years_since), dtype=np.int64)
    checks.require_unique_labels(pd.Index(since), what="`years_since`")
    if (since < 0).any():
        msg = f"`years_since` counts from completion, got {since.min()}."
        raise ValueError(msg)
    return since
