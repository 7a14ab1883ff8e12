"""
Flows of children: to the county town, from elsewhere, and between home and school.

A flow moves children from one account to another and never makes or loses one.
Arrays carry the dimensions that a function names and any others, such as
`scenario` or `draw`. Counts are children on the cut-off day of each school
year; rates and shares are parts of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import MOST_CHILDREN
from schoolmap.population.arrays import as_array
from schoolmap.population.arrays import in_order
from schoolmap.population.arrays import require_numbers

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Sequence


_ACCOUNTS = ("area", "catchment", "stage", "age")
"""Dimensions along which children are divided; along others, such as year or draw, they are told again."""

_ROUNDING = 1e-9
"""Shares that were rounded in a table may add up to this much more than one."""


def _require_same_accounts(array: xr.DataArray, children: xr.DataArray, *, what: str, counts: bool) -> None:
    """Raise if children would be counted once for each label of a dimension that one of the two lacks."""
    for name in _ACCOUNTS:
        if name in array.dims and name not in children.dims:
            msg = f"`{what}` has the dimension {name!r}, which the children do not have. Split the children first."
            raise LabelError(msg)
        if counts and name in children.dims and name not in array.dims and (array != 0).any():
            msg = (
                f"`{what}` lacks the dimension {name!r} of the children: the same children would be counted "
                f"for each. Say to which {name} they belong."
            )
            raise LabelError(msg)


def move_to_town(
    children: xr.DataArray,
    *,
    rates: xr.DataArray,
    from_areas: Sequence[Hashable],
    to_areas: Sequence[Hashable],
    weights: xr.DataArray | None = None,
    first_year: int,
) -> xr.Dataset:
    r"""
    Move children from villages to the county town, along their cohorts.

    Of the children of a rural area who reach age a in year t, the share

    .. math:: s_{a,t} = s_{a-1,t-1}\,(1 - m_{a,t}), \qquad s_{a,t} = 1 \text{ for } t < t_0

    has not moved. A child who has moved lives in town at every later age, and
    those who moved die and leave the planning area as those who stayed do, as
    `children` say. However high the rates, no more children leave than live
    there. Nobody moves back; babies born in town to women who moved there
    are not counted, unless age 0 has a rate.

    Parameters
    ----------
    children
        Residents by (area, age, year), single ages, if nobody moved.
    rates
        Share of the rural children who move in the year in which they reach the
        `age`, in [0, 1], for every age from 0 to the oldest of `children`; may
        have the dimension `year`, with every year from `first_year` on.
    from_areas, to_areas
        Rural areas, and those of the town.
    weights
        How movers are shared among `to_areas`, by `area`, which may list others;
        without it, by the children who live there, of all ages and years. The
        shares are the same in all years: who moved to an area stays there.
    first_year
        First school year that finds children moved.

    Returns
    -------
    moved
        By the dimensions of the arguments:
          - `children` - residents after the moves
          - `moved_in` - those of them who moved here, this year or before
          - `moved_out` - those who would live here and moved, this year or
            before

    Raises
    ------
    LabelError
        If an area is unknown, listed twice or in both lists, or a rate is
        missing for an age or year.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range, or movers have nowhere to go.

    Notes
    -----
    A multiregional model with one direction (Rogers 1995, Multiregional
    Demography); the product of stays is its cohort form.

    Examples
    --------
    >>> children = xr.DataArray(
    ...     [[[100.0, 100.0], [100.0, 100.0]], [[50.0, 50.0], [50.0, 50.0]]],
    ...     coords={"area": ["village", "town"], "age": [0, 1], "year": [2027, 2028]},
    ...     dims=("area", "age", "year"),
    ... )
    >>> rates = xr.DataArray([0.1, 0.2], coords={"age": [0, 1]}, dims="age")
    >>> moved = move_to_town(
    ...     children, rates=rates, from_areas=["village"], to_areas=["town"], first_year=2027
    ... )
    >>> moved["children"].sel(area="village").round(6).values.tolist()
    [[90.0, 90.0], [80.0, 72.0]]
    """
    require_numbers(children, "children", dims=("area", "age", "year"), low=0.0, high=MOST_CHILDREN)
    require_numbers(rates, "rates", dims=("age",), low=0.0, high=1.0)
    _require_other_areas(children, from_areas=from_areas, to_areas=to_areas)
    moved = 1.0 - _staying(rates, children=children, first_year=first_year)
    children, moved = in_order({"children": children, "rates": moved})

    moved_out = children * moved.where(children["area"].isin(list(from_areas)), 0.0)
    movers = moved_out.sum("area", skipna=False)
    moved_in = movers * _shares(children, to_areas=to_areas, weights=weights, needed=bool((movers > 0).any()))
    dims = [*children.dims, *(name for name in moved_out.dims if name not in children.dims)]
    result = xr.Dataset(
        {"children": children - moved_out + moved_in, "moved_in": moved_in, "moved_out": moved_out},
    )
    return result.transpose(*(name for name in dims if name in result.dims))


def _require_other_areas(
    children: xr.DataArray,
    *,
    from_areas: Sequence[Hashable],
    to_areas: Sequence[Hashable],
) -> None:
    """Raise unless every area is known and named once."""
    known = set(children["area"].to_numpy().tolist())
    for areas, what in ((from_areas, "from_areas"), (to_areas, "to_areas")):
        if isinstance(areas, str):
            msg = f"`{what}` is a list of areas, got the text {areas!r}."
            raise LabelError(msg)
        if len(set(areas)) != len(areas):
            twice = next(area for area in areas if list(areas).count(area) > 1)
            msg = f"`{what}` lists the area {twice!r} twice."
            raise LabelError(msg)
        unknown = [area for area in areas if area not in known]
        if unknown:
            msg = f"`{what}` lists {len(unknown)} area(s) that `children` does not have, e.g. {unknown[0]!r}."
            raise LabelError(msg)
    both = [area for area in from_areas if area in set(to_areas)]
    if both:
        msg = f"The area {both[0]!r} is in `from_areas` and in `to_areas`: children cannot move to where they live."
        raise LabelError(msg)


def _staying(rates: xr.DataArray, *, children: xr.DataArray, first_year: int) -> xr.DataArray:
    """Return the share of each cohort that has not moved, by age and year of the children."""
    ages = children["age"].to_numpy()
    needed = range(int(ages.max()) + 1)
    missing = sorted(set(needed) - set(rates["age"].to_numpy().tolist()))
    if missing:
        msg = (
            f"`rates` has no age {missing[0]}: who is {ages.max()} may have moved at any age from 0. "
            "State a rate for each of them; 0 where nobody moves."
        )
        raise LabelError(msg)
    checks.require_unique_labels(rates.indexes["age"], what="`rates`")
    years = children["year"].to_numpy().tolist()
    steps = range(first_year, max(years) + 1)
    if "year" in rates.dims:
        checks.require_unique_labels(rates.indexes["year"], what="`rates`")
        unknown = sorted(set(steps) - set(rates["year"].to_numpy().tolist()))
        if unknown:
            msg = f"`rates` has no year {unknown[0]}. Moves add up from {first_year}, the `first_year`, on."
            raise LabelError(msg)
    rates = rates.sel(age=list(needed))
    nobody = xr.ones_like(rates.isel(year=0, drop=True) if "year" in rates.dims else rates, dtype=float)
    stay, now = {year: nobody for year in years if year < first_year}, nobody
    for year in steps:
        move = rates.sel(year=year, drop=True) if "year" in rates.dims else rates
        now = now.shift(age=1, fill_value=1.0) * (1.0 - move)
        stay[year] = now
    together = xr.concat([stay[year] for year in years], dim="year").assign_coords(year=years)
    return together.sel(age=ages)


def _shares(
    children: xr.DataArray,
    *,
    to_areas: Sequence[Hashable],
    weights: xr.DataArray | None,
    needed: bool,
) -> xr.DataArray:
    """Return how movers are shared among all areas: zero outside the town."""
    town = list(to_areas)
    if weights is None:
        sizes = children.sel(area=town).sum(["age", "year"])
    else:
        require_numbers(weights, "weights", dims=("area",), low=0.0, high=MOST_CHILDREN)
        checks.require_unique_labels(weights.indexes["area"], what="`weights`")
        unknown = [area for area in town if area not in weights.indexes["area"]]
        if unknown:
            msg = f"`weights` has no area {unknown[0]!r}, which is in `to_areas`."
            raise LabelError(msg)
        sizes = weights.sel(area=town)
        others = {name: children[name] for name in sizes.dims if name != "area" and name in children.dims}
        if others:
            in_order({"children": children.isel(area=0, drop=True), "weights": sizes.isel(area=0, drop=True)})
            sizes = sizes.sel(others)
    total = sizes.sum("area")
    if needed and not (total > 0).all():
        msg = (
            "Children move, but no area of `to_areas` has children or a weight above zero to share them by. "
            "State `weights`."
        )
        raise ValueError(msg)
    return (sizes / total.where(total > 0, 1.0)).reindex(area=children["area"], fill_value=0.0)


def migrant_children(
    children: xr.DataArray,
    *,
    includes_migrants: bool,
    stock: xr.DataArray | None = None,
    share: xr.DataArray | float | None = None,
    admission: xr.DataArray | float = 1.0,
) -> xr.Dataset:
    """
    Account for children without local registration (随迁子女).

    They need a seat where they live, but a count by household registration
    (户籍) does not list them, and not all are admitted to local schools.

    Parameters
    ----------
    children
        Children by any dimensions, such as (area, age, year).
    includes_migrants
        Whether `children` are all who live there (常住), migrants among them
        (`True`: they are marked within), or those registered there (`False`:
        they are added).
    stock
        Migrant children, by the areas and ages of `children`; without years,
        the same in each.
    share
        Instead of `stock`: migrants among all children who live there, in
        [0, 1]; for example by age and year. Exactly one of the two is given.
    admission
        Share of the migrant children who are admitted to local schools, in
        [0, 1].

    Returns
    -------
    account
        By the dimensions of the arguments:
          - `residents` - all who live there: registered and migrants
          - `registered`
          - `migrants` - admitted and not admitted
          - `admitted` - migrants with a local seat
          - `not_admitted` - migrants without: they go back, to unlicensed
            schools, or to none
          - `demand` - registered and admitted

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range, there are more migrants than children
        among whom they are, or neither or both of `stock` and `share` are given.

    Examples
    --------
    >>> children = xr.DataArray([80.0], coords={"area": ["a"]}, dims="area")
    >>> account = migrant_children(children, includes_migrants=False, share=0.2, admission=0.5)
    >>> {name: float(account[name].sum()) for name in ("residents", "migrants", "admitted", "demand")}
    {'residents': 100.0, 'migrants': 20.0, 'admitted': 10.0, 'demand': 90.0}
    """
    if (stock is None) == (share is None):
        msg = "State the migrants once: either as a `stock` or as a `share`."
        raise ValueError(msg)
    given, what = (
        (as_array(stock), "stock") if stock is not None else (as_array(0.0 if share is None else share), "share")
    )
    admitting = as_array(admission)
    require_numbers(children, "children", low=0.0, high=MOST_CHILDREN)
    require_numbers(given, what, low=0.0, high=MOST_CHILDREN if what == "stock" else 1.0)
    require_numbers(admitting, "admission", low=0.0, high=1.0)
    children, given, admitting = in_order({"children": children, what: given, "admission": admitting})
    _require_same_accounts(given, children, what=what, counts=what == "stock")
    _require_same_accounts(admitting, children, what="admission", counts=False)

    if includes_migrants:
        migrants = given if what == "stock" else children * given
        residents, registered = children, children - migrants
        if (registered < 0).any():
            msg = (
                f"There are more migrants than children in {int((registered < 0).sum())} cell(s). "
                "If `children` are those registered only, say `includes_migrants=False`."
            )
            raise ValueError(msg)
    else:
        if what == "share" and (given >= 1).any():
            msg = "`share` is 1: it cannot be added to registered children, who are then none. State a `stock`."
            raise ValueError(msg)
        migrants = given if what == "stock" else children * given / (1.0 - given)
        residents, registered = children + migrants, children
    admitted = migrants * admitting
    return xr.Dataset(
        {
            "residents": residents,
            "registered": registered,
            "migrants": migrants,
            "admitted": admitted,
            "not_admitted": migrants - admitted,
            "demand": registered + admitted,
        },
    )


def migration_multiplier(born: xr.DataArray, *, entered: xr.DataArray) -> xr.DataArray:
    """
    Return how many children of a cohort entered school for each who was born there.

    Above one where families move in, below one where they leave. It holds for
    one cohort; carried to later ones, it is an assumption.

    Parameters
    ----------
    born
        Births of the cohort to residents.
    entered
        Entrants of the same cohort, on the same labels.

    Returns
    -------
    multiplier
        Entrants per birth.

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a cohort has no births, or a number is negative.

    Examples
    --------
    >>> born = xr.DataArray([1200.0], coords={"area": ["county"]}, dims="area")
    >>> entered = xr.DataArray([840.0], coords={"area": ["county"]}, dims="area")
    >>> migration_multiplier(born, entered=entered).values.tolist()
    [0.7]
    """
    require_numbers(born, "born", low=0.0, high=MOST_CHILDREN)
    require_numbers(entered, "entered", low=0.0, high=MOST_CHILDREN)
    born, entered = in_order({"born": born, "entered": entered})
    if (born == 0).any():
        msg = f"`born` is zero in {int((born == 0).sum())} cell(s): entrants there are no multiple of births."
        raise ValueError(msg)
    return (entered / born).rename("multiplier")


def seats_demanded(
    children: xr.DataArray,
    *,
    attendance: xr.DataArray,
    inflow: xr.DataArray | float = 0.0,
    outflow: xr.DataArray | float = 0.0,
    public_share: xr.DataArray | float | None = None,
    gross: bool = False,
) -> xr.Dataset:
    r"""
    Turn children into pupils: :math:`E = \sum_a P_a e_a + \text{inflow} - \text{outflow}`.

    Parameters
    ----------
    children
        Residents by `age` and any other dimensions, such as (area, year).
    attendance
        Share of the children of each `age` who attend the stage, zero or more.
        It lists the stage's ages; children of other ages do not attend. With
        the dimension `stage` every stage is answered at once: an age that a
        stage does not have is zero there.
    inflow
        Pupils who live elsewhere, by the areas and stages of the demand, not by
        age; without years, the same in each.
    outflow
        Children who attend elsewhere, likewise. No more can leave than attend.
    public_share
        Share of the pupils at public schools, in [0, 1].
    gross
        Whether attendance is a gross rate (毛入园率), which counts pupils of
        other ages and may be above one. A net rate is capped at one.

    Returns
    -------
    pupils
        Without `age`:
          - `demand` - pupils who need a seat: attending, and those who come,
            less those who leave
          - `attending` - resident children who attend, here or elsewhere
          - `inflow`
          - `outflow` - as they could leave
          - `shortfall` - of outflow: asked for and not there
          - `capped` - pupils whom a net rate above one would have added
          - `public`, `private` - sum to the demand; only with `public_share`

    Raises
    ------
    LabelError
        If labels differ, or attendance lists an age without children.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> children = xr.DataArray([90.0, 100.0, 110.0, 120.0], coords={"age": [2, 3, 4, 5]}, dims="age")
    >>> attendance = xr.DataArray([0.8, 0.9, 1.0], coords={"age": [3, 4, 5]}, dims="age")
    >>> pupils = seats_demanded(children, attendance=attendance, inflow=10.0, outflow=9.0, public_share=0.5)
    >>> {name: float(pupils[name]) for name in ("attending", "demand", "public", "private")}
    {'attending': 299.0, 'demand': 300.0, 'public': 150.0, 'private': 150.0}
    """
    come, leave = as_array(inflow), as_array(outflow)
    public = as_array(0.0 if public_share is None else public_share)
    require_numbers(children, "children", dims=("age",), low=0.0, high=MOST_CHILDREN)
    require_numbers(attendance, "attendance", dims=("age",), low=0.0, high=MOST_CHILDREN)
    require_numbers(come, "inflow", low=0.0, high=MOST_CHILDREN)
    require_numbers(leave, "outflow", low=0.0, high=MOST_CHILDREN)
    require_numbers(public, "public_share", low=0.0, high=1.0)
    unknown = sorted(set(attendance["age"].to_numpy().tolist()) - set(children["age"].to_numpy().tolist()))
    if unknown:
        msg = f"`attendance` has the age {unknown[0]}, for which `children` has none."
        raise LabelError(msg)
    checks.require_unique_labels(children.indexes["age"], what="`children`")
    checks.require_unique_labels(attendance.indexes["age"], what="`attendance`")
    children, rate = in_order({"children": children.sel(age=attendance["age"]), "attendance": attendance})
    of_stages = rate.isel(stage=0) if "stage" in rate.dims else rate
    _require_same_accounts(of_stages, children, what="attendance", counts=False)
    asked = xr.dot(children, rate, dim="age")
    attending = asked if gross else xr.dot(children, rate.clip(max=1.0), dim="age")
    for array, what in ((come, "inflow"), (leave, "outflow"), (public, "public_share")):
        _require_same_accounts(array, attending, what=what, counts=what != "public_share")
    attending, come, leave, public = in_order(
        {"children": attending, "inflow": come, "outflow": leave, "public_share": public},
    )
    left: xr.DataArray = xr.apply_ufunc(np.minimum, attending, leave)
    demand = attending - left + come
    pupils = {
        "demand": demand,
        "attending": attending,
        "inflow": come,
        "outflow": left,
        "shortfall": leave - left,
        "capped": asked - attending,
    }
    if public_share is not None:
        pupils["public"] = demand * public
        pupils["private"] = demand - pupils["public"]
    return xr.Dataset(pupils)


def cross_boundary(demand: xr.DataArray, *, flow: xr.DataArray) -> xr.Dataset:
    """
    Send pupils from where they live to where they go to school.

    Parameters
    ----------
    demand
        Pupils by the `area` they live in and any other dimensions.
    flow
        Share of the pupils of each `area` who go to school in each
        `destination`, zero or more; the shares of an area sum to one or less.
        What is missing to one goes to school outside the planning area.

    Returns
    -------
    pupils
        Every pupil is in exactly one of them:
          - `at_school` - by `destination`: pupils who go to school there
          - `outside` - by `area`: pupils who go to school outside the planning
            area

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a share is negative, or those of an area sum to more than one.

    Notes
    -----
    The matrix home by school of the Greater London Authority's pan-London
    school place demand model.

    Examples
    --------
    >>> demand = xr.DataArray([100.0, 50.0], coords={"area": ["a", "b"]}, dims="area")
    >>> flow = xr.DataArray(
    ...     [[0.7, 0.2], [0.0, 1.0]],
    ...     coords={"area": ["a", "b"], "destination": ["a", "b"]},
    ...     dims=("area", "destination"),
    ... )
    >>> pupils = cross_boundary(demand, flow=flow)
    >>> pupils["at_school"].round(9).values.tolist(), pupils["outside"].round(9).values.tolist()
    ([70.0, 70.0], [10.0, 0.0])
    """
    require_numbers(demand, "demand", dims=("area",), low=0.0, high=MOST_CHILDREN)
    require_numbers(flow, "flow", dims=("area", "destination"), low=0.0, high=1.0)
    demand, flow = in_order({"demand": demand, "flow": flow})
    _require_same_accounts(flow, demand, what="flow", counts=False)
    inside = flow.sum("destination")
    over = inside.max([name for name in inside.dims if name != "area"])
    if (over > 1.0 + _ROUNDING).any():
        worst = over.idxmax("area").item()
        msg = f"The shares of `flow` from {worst!r} sum to {float(over.max()):g}: nobody goes to two schools."
        raise ValueError(msg)
    flow = flow / inside.clip(min=1.0)  # a rounded sum above one would make children
    return xr.Dataset(
        {
            "at_school": xr.dot(demand, flow, dim="area"),
            "outside": demand * (1.0 - inside).clip(min=0.0),
        },
    )
