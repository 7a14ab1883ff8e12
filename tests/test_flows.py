"""Flows of children: to the county town, from elsewhere, and between home and school. Nobody is lost or made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.arrays import in_order
from schoolmap.population.flows import cross_boundary
from schoolmap.population.flows import migrant_children
from schoolmap.population.flows import migration_multiplier
from schoolmap.population.flows import move_to_town
from schoolmap.population.flows import seats_demanded

counts = st.floats(min_value=0, max_value=1e4).map(lambda count: round(count, 3))
shares = st.floats(min_value=0, max_value=1)

AREAS, AGES, YEARS = ["north", "south", "old town", "new town"], [0, 1, 2, 3], [2026, 2027, 2028]
RURAL, TOWN = ["north", "south"], ["old town", "new town"]


def cells(values: object) -> xr.DataArray:
    """Return children by (area, age, year); one number is the same for all."""
    shape = (len(AREAS), len(AGES), len(YEARS))
    return xr.DataArray(
        np.broadcast_to(np.asarray(values, dtype=float), shape),
        coords={"area": AREAS, "age": AGES, "year": YEARS},
        dims=("area", "age", "year"),
    )


def by_age(*values: float) -> xr.DataArray:
    """Return numbers of the ages 0, 1, 2, …."""
    return xr.DataArray(list(values), coords={"age": list(range(len(values)))}, dims="age")


def by_area(**values: float) -> xr.DataArray:
    """Return numbers by area, underscores for blanks."""
    return xr.DataArray(
        list(values.values()), coords={"area": [name.replace("_", " ") for name in values]}, dims="area"
    )


def moving(children: xr.DataArray, rates: xr.DataArray, **changed: object) -> xr.Dataset:
    """Move children of north and south to the two towns from 2027 on, three of four of them to the new town."""
    options: dict[str, Any] = {"from_areas": RURAL, "to_areas": TOWN, "first_year": 2027}
    weights = by_area(old_town=1.0, new_town=3.0)
    return move_to_town(children, rates=rates, **{**options, "weights": weights, **changed})


children_cells = arrays(float, (4, 4, 3), elements=counts).map(cells)
rates_by_age = arrays(float, 4, elements=shares).map(lambda values: by_age(*values))


# to the county town


def test_a_cohort_moves_to_town_by_hand() -> None:
    """A tenth each year: who was there for two of the years has moved by 19 %, a child born since by 10 %."""
    found = moving(cells(100.0), by_age(0.1, 0.1, 0.1, 0.1))
    north = found["children"].sel(area="north")
    assert north.sel(year=2026).to_numpy().tolist() == [100.0] * 4
    assert north.sel(year=2027).to_numpy().tolist() == pytest.approx([90.0] * 4)
    assert north.sel(year=2028).to_numpy().tolist() == pytest.approx([90.0, 81.0, 81.0, 81.0])
    # two villages, a quarter of the movers to the old town
    old = found["children"].sel(area="old town", year=2028)
    assert old.to_numpy().tolist() == pytest.approx([105.0, 109.5, 109.5, 109.5])


def test_who_moved_at_three_lives_in_town_at_four_though_nobody_moves_at_four() -> None:
    """A move to a kindergarten in town lasts: the cohort stays smaller at home in all years to come."""
    children = cells(100.0).assign_coords(age=[2, 3, 4, 5])
    found = moving(children, by_age(0.0, 0.0, 0.0, 0.3, 0.0, 0.0))
    north = found["children"].sel(area="north")
    assert north.sel(year=2027).to_numpy().tolist() == pytest.approx([100.0, 70.0, 100.0, 100.0])
    assert north.sel(year=2028).to_numpy().tolist() == pytest.approx([100.0, 70.0, 70.0, 100.0])


def test_movers_die_and_leave_as_those_who_stay() -> None:
    """A cohort that shrinks by a tenth from 2027 to 2028 shrinks in village and town alike."""
    children = cells(0.0).copy()
    children.loc["north", 1, 2027], children.loc["north", 2, 2028] = 100.0, 90.0
    found = moving(children, by_age(0.0, 0.4, 0.0, 0.0))["children"]
    towns = found.sel(area=TOWN).sum("area")
    assert float(found.sel(area="north", age=1, year=2027)) == pytest.approx(60.0)
    assert float(found.sel(area="north", age=2, year=2028)) == pytest.approx(54.0)
    assert float(towns.sel(age=1, year=2027)) == pytest.approx(40.0)
    assert float(towns.sel(age=2, year=2028)) == pytest.approx(36.0)


@settings(max_examples=20)
@given(children_cells, arrays(float, (4, 3), elements=shares))
def test_the_product_of_stays_is_a_walk_along_each_cohort(children: xr.DataArray, values: np.ndarray) -> None:
    """Each rural cell is what one gets by following the cohort from year to year; rates may change by year."""
    rates = xr.DataArray(values, coords={"age": AGES, "year": YEARS}, dims=("age", "year"))
    found = moving(children, rates)
    for area in RURAL:
        for age in AGES:
            for year in YEARS:
                staying = float(children.sel(area=area, age=age, year=year))
                for back in range(age + 1):
                    if year - back >= 2027:
                        staying *= 1.0 - float(rates.sel(age=age - back, year=year - back))
                got = float(found["children"].sel(area=area, age=age, year=year))
                assert got == pytest.approx(staying, rel=1e-9, abs=1e-9)


@settings(max_examples=20)
@given(children_cells, rates_by_age, st.booleans())
def test_moves_to_town_keep_every_total(children: xr.DataArray, rates: xr.DataArray, weighted: bool) -> None:  # noqa: FBT001
    """Of each age and in each year as many live in the county as before; the accounts balance; none is negative."""
    # a town where nobody lives cannot share movers by size
    children = children + cells(1.0)
    found = moving(children, rates, **({} if weighted else {"weights": None}))
    np.testing.assert_allclose(found["children"].sum("area"), children.sum("area"), rtol=1e-12)
    np.testing.assert_allclose(found["moved_in"].sum("area"), found["moved_out"].sum("area"), rtol=1e-9, atol=1e-12)
    balance = children + found["moved_in"] - found["moved_out"]
    np.testing.assert_allclose(found["children"], balance, rtol=1e-12)
    assert all((found[name] >= 0).all() for name in found)
    assert (found["moved_in"].sel(area=RURAL) == 0).all()
    assert (found["moved_out"].sel(area=TOWN) == 0).all()


@settings(max_examples=20)
@given(children_cells)
def test_zero_rates_move_nobody(children: xr.DataArray) -> None:
    """Without moves the children are the same to the last digit, whatever the weights."""
    for weights in (by_area(old_town=1.0, new_town=0.0), None):
        found = moving(children, by_age(0.0, 0.0, 0.0, 0.0), weights=weights)
        xr.testing.assert_equal(found["children"], children)


@settings(max_examples=20)
@given(children_cells, rates_by_age, rates_by_age)
def test_higher_rates_never_raise_a_village(children: xr.DataArray, some: xr.DataArray, more: xr.DataArray) -> None:
    """At no age and in no year does a rural area gain, or a town lose, when rates rise."""
    high = moving(children, some.where(some > more, more))["children"]
    low = moving(children, some)["children"]
    assert (high.sel(area=RURAL) <= low.sel(area=RURAL) * (1 + 1e-12)).all()
    assert (high.sel(area=TOWN) >= low.sel(area=TOWN) * (1 - 1e-12)).all()


@settings(max_examples=20)
@given(children_cells)
def test_no_more_than_all_can_move(children: xr.DataArray) -> None:
    """At a rate of one, every year, the villages are empty and not below."""
    found = moving(children, by_age(1.0, 1.0, 1.0, 1.0))["children"].sel(area=RURAL)
    assert (found.sel(year=[2027, 2028]) == 0).all()
    xr.testing.assert_equal(found.sel(year=2026), children.sel(area=RURAL, year=2026))


@settings(max_examples=20)
@given(children_cells, rates_by_age, st.floats(min_value=0.001, max_value=1000))
def test_counts_may_be_in_any_unit(children: xr.DataArray, rates: xr.DataArray, factor: float) -> None:
    """Persons or thousands of them: the moves scale alike, with weights or by size."""
    for weights in (by_area(old_town=1.0, new_town=3.0), None):
        children = children + cells(1.0)
        one = moving(children, rates, weights=weights)
        many = moving(children * factor, rates, weights=weights)
        for name in one:
            np.testing.assert_allclose(many[name], one[name] * factor, rtol=1e-9, atol=1e-9 * factor)


@settings(max_examples=20)
@given(children_cells, rates_by_age)
def test_the_order_of_labels_is_irrelevant_to_moves(children: xr.DataArray, rates: xr.DataArray) -> None:
    """Areas, ages and years in any order; the result has the order of the children, which are not changed."""
    kept = children.copy(deep=True)
    here = moving(children, rates)
    there = moving(
        children[::-1, ::-1, ::-1],
        rates[::-1],
        from_areas=RURAL[::-1],
        to_areas=TOWN[::-1],
        weights=by_area(elsewhere=9.0, new_town=3.0, old_town=1.0),
    )
    assert there["area"].to_numpy().tolist() == AREAS[::-1]
    xr.testing.assert_allclose(there.sel(area=AREAS, age=AGES, year=YEARS), here)
    xr.testing.assert_identical(children, kept)


def test_towns_share_movers_by_their_children_in_all_years() -> None:
    """Shares do not change from year to year, or children who moved would move again between the towns."""
    children = cells(0.0).copy()
    children.loc["north"] = 100.0
    children.loc["old town"], children.loc["new town"] = 10.0, [0.0, 30.0, 60.0]  # a tenth and three of four children
    found = moving(children, by_age(0.5, 0.0, 0.0, 0.0), weights=None)["moved_in"]
    assert found.sel(area="new town", age=0).to_numpy().tolist() == pytest.approx([0.0, 37.5, 37.5])
    assert found.sel(area="old town", age=0).to_numpy().tolist() == pytest.approx([0.0, 12.5, 12.5])


def test_scenarios_of_rates_and_draws_of_children_do_not_mix() -> None:
    """Each combination is as it is alone."""
    children = xr.concat([cells(100.0), cells(40.0)], dim="draw").assign_coords(draw=[0, 1])
    rates = xr.concat([by_age(0, 0.1, 0.1, 0), by_age(0, 0.3, 0, 0)], dim="scenario").assign_coords(scenario=["a", "b"])
    together = moving(children, rates, weights=None)
    for scenario in ("a", "b"):
        for draw in (0, 1):
            alone = moving(children.sel(draw=draw), rates.sel(scenario=scenario), weights=None)
            found = together.sel(draw=draw, scenario=scenario)
            for name in alone:
                np.testing.assert_allclose(found[name].transpose("area", "age", "year"), alone[name])


def test_years_may_be_left_out_and_moves_may_lie_ahead() -> None:
    """Only 2028 asked for: two years of moves have passed by then. Moves that begin in 2030 are none yet."""
    later = moving(cells(100.0).sel(year=[2028]), by_age(0.1, 0.1, 0.1, 0.1))
    every = moving(cells(100.0), by_age(0.1, 0.1, 0.1, 0.1)).sel(year=[2028])
    xr.testing.assert_allclose(later, every)
    xr.testing.assert_equal(moving(cells(100.0), by_age(1, 1, 1, 1), first_year=2030)["children"], cells(100.0))


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        pytest.param({"rates": by_age(0.1, 0.1, 0.1)}, LabelError, "`rates` has no age 3", id="age"),
        pytest.param({"rates": by_age(0.1, 0.1, 0.1, 1.5)}, ValueError, r"`rates` must lie in \[0, 1\]", id="rate"),
        pytest.param({"rates": by_age(0.1, 0.1, 0.1, np.nan)}, MissingValueError, "`rates` is missing", id="gap"),
        pytest.param(
            {"rates": by_age(0, 0, 0, 0).expand_dims(year=[2027])}, LabelError, "`rates` has no year 2028", id="year"
        ),
        pytest.param({"from_areas": ["north", "moon"]}, LabelError, "does not have, e.g. 'moon'", id="unknown area"),
        pytest.param({"from_areas": ["north", "north"]}, LabelError, "'north' twice", id="twice"),
        pytest.param({"from_areas": "north"}, LabelError, "a list of areas", id="text"),
        pytest.param({"from_areas": ["new town"]}, LabelError, "'new town' is in `from_areas` and", id="both"),
        pytest.param({"to_areas": []}, ValueError, "State `weights`", id="nowhere"),
        pytest.param({"weights": by_area(old_town=1.0)}, LabelError, "no area 'new town'", id="no weight"),
        pytest.param(
            {"weights": by_area(old_town=0.0, new_town=0.0)}, ValueError, "State `weights`", id="zero weights"
        ),
        pytest.param(
            {"weights": by_area(old_town=-1.0, new_town=3.0)}, ValueError, "`weights` must lie", id="negative"
        ),
        pytest.param({"children": cells(-1.0)}, ValueError, "`children` must lie in", id="negative children"),
        pytest.param({"children": cells(np.nan)}, MissingValueError, "`children` is missing", id="no children"),
    ],
)
def test_refuses_moves_that_it_would_have_to_guess(
    changed: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Unknown areas and ages, impossible rates, and movers without a town are named."""
    options = {"children": cells(10.0), "rates": by_age(0.1, 0.1, 0.1, 0.1), **changed}
    with pytest.raises(error, match=message):
        moving(**options)


# children without local registration


def test_hangzhou_enrols_more_children_than_were_born_there() -> None:
    """
    Births of 2017: 86.6 thousand; entrants of grade 1 in 2023: 154.5 thousand, 1.784 for each birth.

    Births are of a calendar year, entrants of a school cohort, as reported.
    """
    born, entered = by_area(hangzhou=86.6), by_area(hangzhou=154.5)
    assert float(migration_multiplier(born, entered=entered).sel(area="hangzhou")) == pytest.approx(1.784, abs=5e-4)
    # as an account: those who moved in are 67.9 thousand, 44 % of all who live there
    account = migrant_children(born, includes_migrants=False, stock=entered - born)
    assert float(account["residents"].sum()) == pytest.approx(154.5)
    assert float((account["migrants"] / account["residents"]).sum()) == pytest.approx(0.4395, abs=5e-5)


def test_migrants_within_and_beside_by_hand() -> None:
    """A hundred children, a fifth migrants: within a hundred residents twenty; beside a hundred registered, 25."""
    children = by_area(a=100.0)
    within = migrant_children(children, includes_migrants=True, share=0.2, admission=0.75)
    beside = migrant_children(children, includes_migrants=False, share=0.2, admission=0.8)
    names = ("residents", "registered", "migrants", "admitted", "not_admitted", "demand")
    assert [float(within[name].sum()) for name in names] == pytest.approx([100, 80, 20, 15, 5, 95])
    assert [float(beside[name].sum()) for name in names] == pytest.approx([125, 100, 25, 20, 5, 120])


@settings(max_examples=20)
@given(children_cells, rates_by_age, shares, st.booleans())
def test_the_account_of_migrants_balances(
    children: xr.DataArray,
    share: xr.DataArray,
    admission: float,
    within: bool,  # noqa: FBT001
) -> None:
    """Residents are registered or migrants, migrants admitted or not, and demand is who has a right to a seat."""
    share = share * 0.99
    found = migrant_children(children, includes_migrants=within, share=share, admission=admission)
    np.testing.assert_allclose(found["registered"] + found["migrants"], found["residents"], rtol=1e-9)
    np.testing.assert_allclose(found["admitted"] + found["not_admitted"], found["migrants"], rtol=1e-9)
    np.testing.assert_allclose(found["residents"] - found["not_admitted"], found["demand"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["migrants"], found["residents"] * share, rtol=1e-9, atol=1e-9)
    xr.testing.assert_equal(found["residents" if within else "registered"], children)
    assert all((found[name] >= 0).all() for name in found)


@settings(max_examples=20)
@given(children_cells, rates_by_age, st.booleans())
def test_a_stock_and_its_share_tell_the_same(
    children: xr.DataArray,
    share: xr.DataArray,
    within: bool,  # noqa: FBT001
) -> None:
    """Migrants that a share has told, given back as a stock, give the same account."""
    told = migrant_children(children, includes_migrants=within, share=share * 0.99, admission=0.5)
    again = migrant_children(children, includes_migrants=within, stock=told["migrants"], admission=0.5)
    xr.testing.assert_allclose(again, told)


@settings(max_examples=20)
@given(children_cells, shares, shares)
def test_a_higher_admission_never_lowers_demand(children: xr.DataArray, one: float, other: float) -> None:
    """More migrants admitted are more seats; with all admitted every resident has one, with none the registered."""
    low, high = (
        migrant_children(children, includes_migrants=True, share=0.3, admission=admission)["demand"]
        for admission in sorted([one, other])
    )
    assert (low <= high).all()
    ends = [migrant_children(children, includes_migrants=True, share=0.3, admission=share) for share in (0.0, 1.0)]
    xr.testing.assert_equal(ends[0]["demand"], ends[0]["registered"])
    xr.testing.assert_allclose(ends[1]["demand"], children)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({}, ValueError, "once: either", id="neither"),
        pytest.param({"share": 0.1, "stock": by_area(a=1.0)}, ValueError, "once: either", id="both"),
        pytest.param({"stock": by_area(a=11.0)}, ValueError, "more migrants than children in 1 cell", id="too many"),
        pytest.param({"share": 1.2}, ValueError, r"`share` must lie in \[0, 1\]", id="share"),
        pytest.param({"share": 1.0, "includes_migrants": False}, ValueError, "`share` is 1", id="nobody registered"),
        pytest.param({"share": 0.1, "admission": 1.2}, ValueError, "`admission` must lie in", id="admission"),
        pytest.param({"stock": by_area(b=1.0)}, LabelError, "'area' of `children` and `stock`", id="area"),
        pytest.param({"stock": xr.DataArray(1.0)}, LabelError, "`stock` lacks the dimension 'area'", id="no area"),
        pytest.param({"stock": by_age(1.0) * by_area(a=1.0)}, LabelError, "has the dimension 'age'", id="age"),
        pytest.param({"share": by_age(0.1, 0.2)}, LabelError, "`share` has the dimension 'age'", id="share by age"),
        pytest.param({"stock": by_area(a=np.nan)}, MissingValueError, "`stock` is missing", id="gap"),
    ],
)
def test_refuses_migrants_that_do_not_fit_the_children(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Neither more migrants than children, nor the same migrants in every area."""
    with pytest.raises(error, match=message):
        migrant_children(by_area(a=10.0), **{"includes_migrants": True, **options})


def test_refuses_a_multiple_of_no_births() -> None:
    """Where nobody was born, entrants are no multiple; and areas must be the same."""
    with pytest.raises(ValueError, match=r"`born` is zero in 1 cell"):
        migration_multiplier(by_area(a=0.0), entered=by_area(a=3.0))
    with pytest.raises(LabelError, match="'area' of `born` and `entered`"):
        migration_multiplier(by_area(a=1.0), entered=by_area(b=3.0))


# from children to pupils


def test_pupils_by_hand() -> None:
    """Ages 1 to 3 attend at 80, 90 and 100 %: 270 of 300; ten come, fifteen leave, three of five stay public."""
    attendance = by_age(0.0, 0.8, 0.9, 1.0).isel(age=[1, 2, 3])
    found = seats_demanded(
        cells(100.0), attendance=attendance, inflow=cells(10.0).isel(age=0, drop=True), public_share=0.6
    )
    here = found.sel(area="north", year=2027)
    assert float(here["attending"]) == pytest.approx(270.0)
    assert float(here["demand"]) == pytest.approx(280.0)
    assert float(here["public"]) == pytest.approx(168.0)
    assert float(here["private"]) == pytest.approx(112.0)


@settings(max_examples=20)
@given(children_cells, rates_by_age, arrays(float, (2, 4), elements=counts), shares)
def test_no_pupil_is_lost_between_home_and_school(
    children: xr.DataArray, attendance: xr.DataArray, flows: np.ndarray, public: float
) -> None:
    """Who attends and who comes is who needs a seat or left; public and private are all; none is negative."""
    come, leave = (xr.DataArray(flow, coords={"area": AREAS}, dims="area") for flow in flows)
    found = seats_demanded(children, attendance=attendance, inflow=come, outflow=leave, public_share=public)
    np.testing.assert_allclose(found["attending"] + come, found["demand"] + found["outflow"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["public"] + found["private"], found["demand"], rtol=1e-12)
    np.testing.assert_allclose(found["outflow"] + found["shortfall"], leave.broadcast_like(found["demand"]), rtol=1e-9)
    assert all((found[name] >= 0).all() for name in found)
    assert (found["capped"] == 0).all()


@settings(max_examples=20)
@given(children_cells)
def test_when_all_attend_and_nobody_crosses_demand_is_the_children(children: xr.DataArray) -> None:
    """Attendance of one adds up the ages and nothing else."""
    found = seats_demanded(children, attendance=by_age(1.0, 1.0, 1.0, 1.0))
    np.testing.assert_allclose(found["demand"], children.sum("age"), rtol=1e-12)
    assert "public" not in found


def test_a_net_rate_is_capped_and_a_gross_rate_is_not() -> None:
    """At 120 % a hundred children are a hundred pupils, and twenty reported; as a gross rate they are 120."""
    children, attendance = by_age(100.0, 50.0), by_age(1.2, 0.5)
    net = seats_demanded(children, attendance=attendance)
    gross = seats_demanded(children, attendance=attendance, gross=True)
    assert (float(net["demand"]), float(net["capped"])) == pytest.approx((125.0, 20.0))
    assert (float(gross["demand"]), float(gross["capped"])) == pytest.approx((145.0, 0.0))


def test_no_more_leave_than_attend() -> None:
    """Eighty attend and a hundred should leave: eighty do, twenty are a shortfall, and those who come stay."""
    found = seats_demanded(by_age(100.0), attendance=by_age(0.8), inflow=5.0, outflow=100.0)
    assert float(found["demand"]) == pytest.approx(5.0)
    assert float(found["outflow"]) == pytest.approx(80.0)
    assert float(found["shortfall"]) == pytest.approx(20.0)


def test_all_stages_at_once_are_as_each_alone() -> None:
    """Attendance by stage and age gives every stage its own pupils."""
    both = xr.concat([by_age(0.5, 0.5, 0, 0), by_age(0, 0, 1, 1)], dim="stage").assign_coords(
        stage=["nursery", "primary"]
    )
    together = seats_demanded(cells(10.0), attendance=both)["demand"]
    assert (together.sel(stage="nursery") == 10.0).all()
    assert (together.sel(stage="primary") == 20.0).all()


@settings(max_examples=20)
@given(children_cells, rates_by_age, rates_by_age)
def test_higher_attendance_never_lowers_demand(children: xr.DataArray, some: xr.DataArray, more: xr.DataArray) -> None:
    """No area needs fewer seats when more children attend."""
    low = seats_demanded(children, attendance=some, outflow=0.0)["demand"]
    high = seats_demanded(children, attendance=some.where(some > more, more))["demand"]
    assert (high >= low * (1 - 1e-12)).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"attendance": by_age(1, 1, 1, 1, 1)}, LabelError, "`attendance` has the age 4", id="age"),
        pytest.param({"attendance": by_age(-0.1)}, ValueError, "`attendance` must lie in", id="negative"),
        pytest.param({"inflow": 5.0}, LabelError, "`inflow` lacks the dimension 'area'", id="inflow to all"),
        pytest.param({"outflow": 5.0}, LabelError, "`outflow` lacks the dimension 'area'", id="outflow of all"),
        pytest.param({"inflow": cells(1.0)}, LabelError, "`inflow` has the dimension 'age'", id="inflow by age"),
        pytest.param({"inflow": by_area(moon=1.0)}, LabelError, "'area' of `children` and `inflow`", id="area"),
        pytest.param({"outflow": -1.0}, ValueError, "`outflow` must lie in", id="negative outflow"),
        pytest.param({"public_share": 1.1}, ValueError, "`public_share` must lie in", id="public"),
        pytest.param(
            {"public_share": xr.DataArray([0.5], coords={"stage": ["primary"]}, dims="stage")},
            LabelError,
            "`public_share` has the dimension 'stage'",
            id="stage",
        ),
    ],
)
def test_refuses_pupils_that_it_would_have_to_guess(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Ten pupils who come to the county do not come to each of its areas."""
    with pytest.raises(error, match=message):
        seats_demanded(cells(10.0), **{"attendance": by_age(1.0), **options})


# home and school


def matrix(values: object) -> xr.DataArray:
    """Return shares by (area, destination); two schools' districts and four areas."""
    return xr.DataArray(
        np.asarray(values, dtype=float),
        coords={"area": AREAS, "destination": ["east", "west"]},
        dims=("area", "destination"),
    )


def test_pupils_cross_boundaries_by_hand() -> None:
    """Of a hundred in the north 60 go east, 30 west and ten leave; the south goes west."""
    demand = by_area(north=100.0, south=50.0, old_town=0.0, new_town=0.0)
    found = cross_boundary(demand, flow=matrix([[0.6, 0.3], [0, 1], [0, 0], [0, 0]]))
    assert found["at_school"].to_numpy().tolist() == pytest.approx([60.0, 80.0])
    assert found["outside"].to_numpy().tolist() == pytest.approx([10.0, 0.0, 0.0, 0.0])


@settings(max_examples=20)
@given(children_cells, arrays(float, (4, 2), elements=st.floats(min_value=0, max_value=0.5)))
def test_every_pupil_goes_to_school_somewhere(children: xr.DataArray, shares_: np.ndarray) -> None:
    """At a school or outside: all pupils of every year, and none below zero; labels in any order."""
    demand = children.sum("age")
    found = cross_boundary(demand, flow=matrix(shares_))
    total = found["at_school"].sum("destination") + found["outside"].sum("area")
    np.testing.assert_allclose(total, demand.sum("area"), rtol=1e-9, atol=1e-9)
    assert all((found[name] >= 0).all() for name in found)
    again = cross_boundary(demand, flow=matrix(shares_)[::-1, ::-1])
    xr.testing.assert_allclose(again.sel(destination=["east", "west"]), found)


def test_shares_rounded_above_one_make_no_pupil() -> None:
    """Shares that sum to one and a ten-billionth send everyone once."""
    demand = by_area(north=1e6, south=0.0, old_town=0.0, new_town=0.0)
    found = cross_boundary(demand, flow=matrix([[0.5 + 5e-10, 0.5], [0, 0], [0, 0], [0, 0]]))
    assert float(found["at_school"].sum()) == pytest.approx(1e6, rel=1e-15)
    assert float(found["outside"].sum()) == 0.0


def test_refuses_a_pupil_at_two_schools() -> None:
    """Shares above one, a negative share, an unknown area or a stage that the pupils lack are named."""
    demand = by_area(north=1.0, south=1.0, old_town=1.0, new_town=1.0)
    with pytest.raises(ValueError, match=r"from 'south' sum to 1\.2"):
        cross_boundary(demand, flow=matrix([[0, 0], [0.6, 0.6], [0, 0], [0, 0]]))
    with pytest.raises(ValueError, match="`flow` must lie in"):
        cross_boundary(demand, flow=matrix([[-0.1, 0], [0, 0], [0, 0], [0, 0]]))
    with pytest.raises(LabelError, match="'area' of `demand` and `flow`"):
        cross_boundary(demand, flow=matrix(np.zeros((4, 2))).isel(area=[0, 1]))
    with pytest.raises(LabelError, match="`flow` has the dimension 'stage'"):
        cross_boundary(demand, flow=matrix(np.zeros((4, 2))).expand_dims(stage=["primary"]))


# labels


def test_arrays_are_put_in_the_order_of_the_first_that_has_a_dimension() -> None:
    """Areas as in the first array, ages as in the second, since the first has none."""
    first, second = by_area(b=1.0, a=2.0), by_area(a=20.0, b=10.0) * by_age(1.0, 2.0)[::-1]
    third = by_age(5.0, 6.0)
    found = in_order({"first": first, "second": second, "third": third})
    assert found[1].to_numpy().tolist() == [[20.0, 10.0], [40.0, 20.0]]
    assert found[2].to_numpy().tolist() == [6.0, 5.0]


def test_refuses_labels_that_are_missing_or_twice() -> None:
    """A year too many is a difference, as is any other label."""
    with pytest.raises(LabelError, match=r"'year' of `one` and `other`.*2028"):
        in_order({"one": cells(1.0), "other": cells(1.0).sel(year=[2026, 2027])})
    with pytest.raises(LabelError, match="lists 1 unit"):
        in_order({"one": by_age(1.0, 2.0).isel(age=[0, 0])})
    with pytest.raises(LabelError, match="'age' of `one` has no labels"):
        in_order({"one": xr.DataArray([1.0], dims="age")})
