"""Children of new homes: who moves in, how old they grow there, and who is new to the planning area."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.housing import add_housing
from schoolmap.population.housing import children_of_new_homes
from schoolmap.population.housing import delayed
from schoolmap.population.housing import homes_by_area
from schoolmap.population.housing import local_yield
from schoolmap.population.housing import occupancy
from schoolmap.population.housing import yield_curve

counts = st.floats(min_value=0, max_value=1e4).map(lambda count: round(count, 3))
shares = st.floats(min_value=0, max_value=1)
seeds = st.integers(min_value=0, max_value=2**32 - 1)

AREAS, AGES, YEARS = ["a", "b", "c"], [0, 3, 6], [2027, 2028]
TYPES, SINCE = ["flat", "house"], [0, 1, 2, 3, 4, 5]


def table(homes: dict[tuple[str, str, int], float]) -> pd.Series:
    """Return homes completed, indexed by (area, type, year)."""
    index = pd.MultiIndex.from_tuples(list(homes), names=["area", "type", "year"])
    return pd.Series(list(homes.values()), index=index, name="homes", dtype=float)


def developments(rows: list[tuple[str, str, int, str, float]]) -> pd.DataFrame:
    """Return developments as a user lists them: name, type, year, area, homes."""
    index = pd.MultiIndex.from_tuples([row[:3] for row in rows], names=["development", "type", "year"])
    return pd.DataFrame({"area": [row[3] for row in rows], "homes": [row[4] for row in rows]}, index=index)


def curve(values: object, types: list[str] = TYPES, ages: list[int] = AGES) -> xr.DataArray:
    """Return children per occupied home by (type, age, since); one number is the same for all."""
    shape = (len(types), len(ages), len(SINCE))
    return xr.DataArray(
        np.broadcast_to(np.asarray(values, dtype=float), shape),
        coords={"type": types, "age": ages, "since": SINCE},
        dims=("type", "age", "since"),
    )


def cells(values: object) -> xr.DataArray:
    """Return children by (area, age, year); one number is the same for all."""
    shape = (len(AREAS), len(AGES), len(YEARS))
    return xr.DataArray(
        np.broadcast_to(np.asarray(values, dtype=float), shape),
        coords={"area": AREAS, "age": AGES, "year": YEARS},
        dims=("area", "age", "year"),
    )


def lists(size: int, numbers: st.SearchStrategy[float] = counts) -> st.SearchStrategy[list[float]]:
    """Draw as many numbers."""
    return st.lists(numbers, min_size=size, max_size=size)


children_cells = arrays(float, (3, 3, 2), elements=counts).map(cells)
yield_curves = arrays(float, (2, 3, 6), elements=st.floats(min_value=0, max_value=3)).map(curve)
occupancies = arrays(float, 6, elements=shares).map(
    lambda values: xr.DataArray(values, coords={"since": SINCE}, dims="since")
)
completions = st.dictionaries(
    st.tuples(st.sampled_from(AREAS), st.sampled_from(TYPES), st.integers(min_value=2025, max_value=2030)),
    counts,
    min_size=1,
    max_size=8,
).map(table)


def brute_force(
    homes: pd.Series, *, filled: xr.DataArray, yields: xr.DataArray, area: str, age: int, year: int
) -> float:
    """Walk through every home of an area and add up the children of one age in one year."""
    total = 0.0
    for place, kind, done in homes.index:
        if place == area and done <= year:
            lived_in = homes[area, kind, done] * float(filled.sel(since=year - done))
            total += lived_in * float(yields.sel(type=kind, age=age, since=year - done))
    return total


# homes of developments


def test_homes_add_up_by_area_by_hand() -> None:
    """Two developments in one area are one number; phases and types stay apart."""
    found = homes_by_area(
        developments(
            [
                ("east", "flat", 2028, "b", 50.0),
                ("east", "flat", 2027, "b", 100.0),
                ("west", "flat", 2027, "b", 20.0),
                ("west", "house", 2027, "b", 5.0),
                ("hill", "house", 2027, "a", 7.0),
            ]
        )
    )
    assert found.to_dict() == {
        ("a", "house", 2027): 7.0,
        ("b", "flat", 2027): 120.0,
        ("b", "flat", 2028): 50.0,
        ("b", "house", 2027): 5.0,
    }


@given(st.lists(st.tuples(st.sampled_from(AREAS), st.sampled_from(TYPES), counts), min_size=1), seeds)
def test_no_home_is_lost_and_rows_may_come_in_any_order(rows: list[tuple[str, str, float]], seed: int) -> None:
    """The homes of all developments are the homes of all areas."""
    listed = developments([(f"d{n}", kind, 2027, area, homes) for n, (area, kind, homes) in enumerate(rows)])
    found = homes_by_area(listed)
    assert found.sum() == pytest.approx(listed["homes"].sum())
    again = homes_by_area(listed.sample(frac=1, random_state=seed))
    pd.testing.assert_series_equal(again, found)


def test_no_development_is_no_home() -> None:
    """An empty list adds nothing, and the areas asked for have no children in new homes."""
    empty = homes_by_area(developments([("x", "flat", 2027, "a", 1.0)]).iloc[:0])
    assert len(empty) == 0
    found = children_of_new_homes(empty, occupancy=occupancy(SINCE), yields=curve(0.1), years=YEARS, areas=["b", "a"])
    assert found.sizes == {"area": 2, "age": 3, "year": 2}
    assert float(found.sum()) == 0.0


def test_a_later_home_moves_by_the_delay_and_a_standing_one_stays() -> None:
    """Two years late: what was due in 2027 is there in 2029; what stood in 2026 stands."""
    late = delayed(
        table({("a", "flat", 2026): 1.0, ("a", "flat", 2027): 2.0, ("a", "flat", 2028): 3.0}), by=2, after=2026
    )
    assert late.to_dict() == {("a", "flat", 2026): 1.0, ("a", "flat", 2029): 2.0, ("a", "flat", 2030): 3.0}


# occupancy


def test_homes_fill_up_by_hand() -> None:
    """From 40 % in the first year to 90 % in the fourth, evenly, and no further."""
    filled = occupancy(range(6), first=0.4, full_after=3, final=0.9)
    assert filled.to_numpy().tolist() == pytest.approx([0.4, 0.4 + 0.5 / 3, 0.4 + 1.0 / 3, 0.9, 0.9, 0.9])


@given(shares, shares, st.integers(min_value=0, max_value=10))
def test_occupancy_is_a_share_that_goes_one_way(first: float, final: float, full_after: int) -> None:
    """It begins at the first share unless homes fill at once, ends at the last, and does not swing."""
    filled = occupancy(range(12), first=first, full_after=full_after, final=final).to_numpy()
    assert ((filled >= 0) & (filled <= 1)).all()
    assert filled[0] == pytest.approx(first if full_after else final)
    assert filled[-1] == pytest.approx(final)
    steps = np.diff(filled) * np.sign(final - first)
    assert (steps >= -1e-12).all()


# yields


def test_the_surplus_of_children_grows_older_with_the_estate_by_hand() -> None:
    """Half as many again aged 0 to 4 at first; five years on they are 5 to 9, and the births are half-way back."""
    base = xr.DataArray([[0.1, 0.1, 0.1, 0.1]], coords={"type": ["flat"], "age": [0, 4, 5, 9]}, dims=("type", "age"))
    new = yield_curve(base, years_since=[0, 5], tilt=0.5, young=4, births_half_life=5.0).sel(type="flat")
    assert new.sel(since=0).to_numpy().tolist() == pytest.approx([0.15, 0.15, 0.1, 0.1])
    # at age 4 they were born a year after completion
    assert new.sel(since=5).to_numpy().tolist() == pytest.approx([0.125, 0.1 + 0.05 * 2 ** (-1 / 5), 0.15, 0.15])


def test_without_a_tilt_new_homes_are_as_old_ones_and_far_in_time_too() -> None:
    """A tilt of zero changes nothing; after a lifetime the tilt is forgotten."""
    base = curve(0.2).isel(since=0, drop=True)
    assert (yield_curve(base, years_since=[0, 7], tilt=0.0) == base).all()
    np.testing.assert_allclose(yield_curve(base, years_since=[200], tilt=2.0).isel(since=0), base, rtol=1e-9)


@given(lists(6, st.floats(min_value=0, max_value=2)), lists(2, st.floats(min_value=0, max_value=3)))
def test_a_higher_tilt_never_lowers_a_yield(base: list[float], tilts: list[float]) -> None:
    """Every yield is at least that of old homes, and rises with the tilt of its type."""
    old = curve(0).isel(since=0, drop=True).copy(data=np.reshape(base, (2, 3)))
    low, high = (yield_curve(old, years_since=SINCE, tilt=tilt) for tilt in sorted(tilts))
    assert (old <= low).all()
    assert (low <= high).all()
    by_type = xr.DataArray(sorted(tilts), coords={"type": TYPES}, dims="type")
    mixed = yield_curve(old, years_since=SINCE, tilt=by_type)
    xr.testing.assert_allclose(mixed.sel(type="flat"), low.sel(type="flat"))
    xr.testing.assert_allclose(mixed.sel(type="house"), high.sel(type="house"))


@given(lists(9), lists(6, st.floats(min_value=1, max_value=1e4)), lists(2, st.floats(min_value=0.01, max_value=5)))
def test_todays_dwellings_hold_todays_children(living: list[float], built: list[float], weights: list[float]) -> None:
    """Local yields times the dwellings they were told from are the children of each age."""
    children = cells(0).isel(year=0, drop=True).copy(data=np.reshape(living, (3, 3)))
    dwellings = xr.DataArray(np.reshape(built, (3, 2)), coords={"area": AREAS, "type": TYPES}, dims=("area", "type"))
    relative = xr.DataArray(weights, coords={"type": TYPES}, dims="type")
    per_home = local_yield(children, dwellings=dwellings, relative=relative)
    back = xr.dot(dwellings.sum("area"), per_home, dim="type")
    np.testing.assert_allclose(back, children.sum("area"), rtol=1e-9)
    ratio = per_home.sel(type="house") * weights[0] - per_home.sel(type="flat") * weights[1]
    assert np.abs(ratio).max() <= 1e-9 * max(1.0, float(per_home.max()) * max(weights))


# children of new homes


def test_two_phases_of_an_estate_by_hand() -> None:
    """A hundred flats in 2027 and fifty in 2028: half lived in at first, then all; 0.2 children, then 0.3."""
    yields = curve([0.2, 0.3, 0.4, 0.4, 0.4, 0.4], types=["flat"], ages=[6])
    found = children_of_new_homes(
        table({("a", "flat", 2027): 100.0, ("a", "flat", 2028): 50.0}),
        occupancy=occupancy(SINCE, first=0.5, full_after=1),
        yields=yields,
        years=[2026, 2027, 2028, 2029],
    ).sel(area="a", age=6)
    # 2028: 100 x 1 x 0.3 + 50 x 0.5 x 0.2; 2029: 100 x 1 x 0.4 + 50 x 1 x 0.3
    assert found.to_numpy().tolist() == pytest.approx([0.0, 10.0, 35.0, 55.0])


@settings(max_examples=20)
@given(completions, occupancies, yield_curves)
def test_the_convolution_is_the_sum_over_homes(homes: pd.Series, filled: xr.DataArray, yields: xr.DataArray) -> None:
    """Each cell is what one gets by walking through every development."""
    found = children_of_new_homes(homes, occupancy=filled, yields=yields, years=[2024, 2027, 2030])
    assert found.dims == ("area", "age", "year")
    for area in set(homes.index.get_level_values("area")):
        for age in AGES:
            for year in (2024, 2027, 2030):
                by_hand = brute_force(homes, filled=filled, yields=yields, area=area, age=age, year=year)
                assert float(found.sel(area=area, age=age, year=year)) == pytest.approx(by_hand, rel=1e-9, abs=1e-9)


@settings(max_examples=20)
@given(completions, completions, occupancies, yield_curves, st.floats(min_value=0, max_value=10))
def test_children_are_linear_in_homes(
    some: pd.Series, more: pd.Series, filled: xr.DataArray, yields: xr.DataArray, factor: float
) -> None:
    """The children of two lists of homes are those of the first and of the second."""
    options: dict[str, Any] = {"occupancy": filled, "yields": yields, "years": [2027, 2030], "areas": AREAS}
    both = children_of_new_homes(some.mul(factor).add(more, fill_value=0.0), **options)
    apart = factor * children_of_new_homes(some, **options) + children_of_new_homes(more, **options)
    np.testing.assert_allclose(both, apart, rtol=1e-9, atol=1e-9)


@settings(max_examples=20)
@given(completions, occupancies, yield_curves, yield_curves, st.floats(min_value=0, max_value=100))
def test_more_homes_and_higher_yields_never_lower_a_number(
    homes: pd.Series, filled: xr.DataArray, yields: xr.DataArray, plus: xr.DataArray, extra: float
) -> None:
    """No area loses children of new homes when homes, yields or occupancy rise; none is ever negative."""
    options: dict[str, Any] = {"years": [2027, 2030], "areas": AREAS}
    low = children_of_new_homes(homes, occupancy=filled, yields=yields, **options)
    assert (low >= 0).all()
    slack = 1e-9 * (1.0 + low)
    assert (children_of_new_homes(homes + extra, occupancy=filled, yields=yields, **options) >= low - slack).all()
    assert (children_of_new_homes(homes, occupancy=filled, yields=yields + plus, **options) >= low - slack).all()
    assert (children_of_new_homes(homes, occupancy=0.5 + filled / 2, yields=yields, **options) >= low - slack).all()


@settings(max_examples=20)
@given(completions, occupancies, yield_curves, st.integers(min_value=0, max_value=4))
def test_late_homes_bring_the_same_children_later(
    homes: pd.Series, filled: xr.DataArray, yields: xr.DataArray, delay: int
) -> None:
    """A delay of all homes moves the children along the years, and is what a delayed list says."""
    options: dict[str, Any] = {"occupancy": filled, "yields": yields}
    late = children_of_new_homes(homes, years=[2028 + delay, 2030 + delay], delay=delay, **options)
    prompt = children_of_new_homes(homes, years=[2028, 2030], **options)
    np.testing.assert_allclose(late, prompt, rtol=1e-9, atol=1e-12)
    listed = children_of_new_homes(delayed(homes, by=delay, after=2000), years=[2028 + delay, 2030 + delay], **options)
    np.testing.assert_allclose(listed, late, rtol=1e-9, atol=1e-12)


@settings(max_examples=20)
@given(completions, occupancies, yield_curves, seeds)
def test_the_order_of_areas_and_types_is_irrelevant(
    homes: pd.Series, filled: xr.DataArray, yields: xr.DataArray, seed: int
) -> None:
    """Labels decide: rows, types, ages and years since completion may come in any order, and nothing is changed."""
    before = yields.copy(deep=True)
    here = children_of_new_homes(homes, occupancy=filled, yields=yields, years=YEARS, areas=AREAS)
    mixed = children_of_new_homes(
        homes.sample(frac=1, random_state=seed),
        occupancy=filled[::-1],
        yields=yields[::-1, ::-1, ::-1],
        years=YEARS[::-1],
        areas=AREAS[::-1],
    )
    assert mixed["area"].to_numpy().tolist() == AREAS[::-1]
    xr.testing.assert_allclose(mixed.sel(area=AREAS, age=AGES, year=YEARS), here)
    xr.testing.assert_identical(yields, before)


def test_a_home_is_counted_once_in_each_year() -> None:
    """With a constant yield the children of an estate stay as many: a stock is not added up over the years."""
    found = children_of_new_homes(
        table({("a", "flat", 2027): 100.0}),
        occupancy=occupancy(SINCE, full_after=0),
        yields=curve(0.1),
        years=[2027, 2030, 2032],
    )
    np.testing.assert_allclose(found, 10.0)


def test_yields_may_be_drawn() -> None:
    """Each draw of the yields has its own children, as if it were alone."""
    draws = xr.concat([curve(0.1), curve(0.3)], dim="draw").assign_coords(draw=[0, 1])
    homes = table({("a", "flat", 2026): 100.0, ("b", "house", 2027): 10.0})
    together = children_of_new_homes(homes, occupancy=occupancy(SINCE), yields=draws, years=YEARS)
    assert together.dims == ("area", "age", "year", "draw")
    for draw, level in enumerate((0.1, 0.3)):
        alone = children_of_new_homes(homes, occupancy=occupancy(SINCE), yields=curve(level), years=YEARS)
        np.testing.assert_allclose(together.sel(draw=draw), alone)


def test_yields_may_differ_by_area() -> None:
    """Each area takes its own yields, in any order; an area without is refused, not dropped."""
    homes = table({("a", "flat", 2027): 100.0, ("b", "flat", 2027): 100.0})
    local = xr.concat([curve(0.3), curve(0.1)], dim="area").assign_coords(area=["b", "a"])
    found = children_of_new_homes(homes, occupancy=occupancy(SINCE, full_after=0), yields=local, years=[2028])
    assert found["area"].to_numpy().tolist() == ["a", "b"]
    np.testing.assert_allclose(found.sel(area="a"), 10.0)
    np.testing.assert_allclose(found.sel(area="b"), 30.0)
    with pytest.raises(LabelError, match="`completions` and its"):
        children_of_new_homes(homes, occupancy=occupancy(SINCE), yields=local.sel(area=["b"]), years=[2028])


# additionality


def test_half_of_the_children_are_new_by_hand() -> None:
    """Eighty children in new homes of `a`: forty are new, ten come from its own old homes, thirty from `b`."""
    children, new = cells(0.0).copy(), cells(0.0).copy()
    children.loc["a"], children.loc["b"] = 100.0, 300.0
    new.loc["a"] = 80.0
    found = add_housing(children, new, additionality=0.5).sel(age=6, year=2028)
    assert found["children"].to_numpy().tolist() == [170.0, 270.0, 0.0]
    assert found["added"].to_numpy().tolist() == [40.0, 0.0, 0.0]
    assert found["moved_in"].to_numpy().tolist() == [40.0, 0.0, 0.0]
    assert found["moved_out"].to_numpy().tolist() == [10.0, 30.0, 0.0]
    assert found["shortfall"].to_numpy().tolist() == [0.0, 0.0, 0.0]


@settings(max_examples=20)
@given(children_cells, children_cells, shares)
def test_the_planning_area_gains_the_additional_children_and_no_other(
    children: xr.DataArray, new: xr.DataArray, share: float
) -> None:
    """Of each age and in each year the total rises by the share of the new; every child is in one account."""
    found = add_housing(children, new, additionality=share)
    before, after = children.sum("area"), found["children"].sum("area")
    np.testing.assert_allclose(after, before + share * new.sum("area"), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["moved_in"].sum("area"), found["moved_out"].sum("area"), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["added"] + found["moved_in"] + found["shortfall"], new, rtol=1e-9, atol=1e-9)
    balance = children + found["added"] + found["moved_in"] - found["moved_out"]
    np.testing.assert_allclose(found["children"], balance, rtol=1e-9, atol=1e-9)
    assert all((found[name] >= 0).all() for name in found)


@settings(max_examples=20)
@given(children_cells, children_cells)
def test_where_nobody_is_new_no_total_changes(children: xr.DataArray, new: xr.DataArray) -> None:
    """Moves within the planning area never raise it."""
    found = add_housing(children, new, additionality=0.0)
    np.testing.assert_allclose(found["children"].sum("area"), children.sum("area"), rtol=1e-12, atol=1e-9)
    assert (found["added"] == 0).all()


@settings(max_examples=20)
@given(children_cells, children_cells)
def test_where_all_are_new_nobody_leaves_an_old_home(children: xr.DataArray, new: xr.DataArray) -> None:
    """With an additionality of one, children are the old and the new."""
    found = add_housing(children, new, additionality=1.0)
    xr.testing.assert_allclose(found["children"], children + new)
    assert (found["moved_out"] == 0).all()


@settings(max_examples=20)
@given(children_cells, shares)
def test_without_new_homes_nothing_changes(children: xr.DataArray, share: float) -> None:
    """No new child, no move."""
    xr.testing.assert_equal(add_housing(children, xr.zeros_like(children), additionality=share)["children"], children)


@settings(max_examples=20)
@given(children_cells, children_cells, shares)
def test_an_area_without_new_homes_never_gains(children: xr.DataArray, new: xr.DataArray, share: float) -> None:
    """Old neighbourhoods can only lose, and the same part of every one of them."""
    only_a = new.where(new["area"] == "a", 0.0)
    found = add_housing(children, only_a, additionality=share)
    assert (found["children"].sel(area=["b", "c"]) <= children.sel(area=["b", "c"])).all()
    crossed = found["moved_out"].sel(area="b") * children.sel(area="c")
    np.testing.assert_allclose(crossed, found["moved_out"].sel(area="c") * children.sel(area="b"), rtol=1e-9, atol=1e-9)


@settings(max_examples=20)
@given(children_cells, children_cells, st.floats(min_value=0, max_value=10), shares)
def test_more_children_in_new_homes_never_lower_what_they_add(
    children: xr.DataArray, new: xr.DataArray, factor: float, share: float
) -> None:
    """A higher yield adds no fewer children, in any area, and lets no fewer move out of old homes."""
    low = add_housing(children, new, additionality=share)
    high = add_housing(children, new * (1.0 + factor), additionality=share)
    for name in ("added", "moved_out"):
        assert (high[name] >= low[name] - 1e-9 * (1.0 + low[name])).all()


@settings(max_examples=20)
@given(children_cells, children_cells, shares, st.floats(min_value=0.001, max_value=1000))
def test_counts_may_be_in_any_unit(children: xr.DataArray, new: xr.DataArray, share: float, factor: float) -> None:
    """Persons or thousands of them: all accounts scale alike."""
    one = add_housing(children, new, additionality=share)
    many = add_housing(children * factor, new * factor, additionality=share)
    for name in one:
        np.testing.assert_allclose(many[name], one[name] * factor, rtol=1e-9, atol=1e-9 * factor)


@settings(max_examples=20)
@given(children_cells, children_cells, shares)
def test_order_is_irrelevant(children: xr.DataArray, new: xr.DataArray, share: float) -> None:
    """Labels decide; the result has the order of the children, and neither argument is changed."""
    kept = children.copy(deep=True), new.copy(deep=True)
    here = add_housing(children, new, additionality=share)
    there = add_housing(children[::-1, ::-1, ::-1], new[:, ::-1], additionality=share)
    assert there["area"].to_numpy().tolist() == AREAS[::-1]
    xr.testing.assert_allclose(there.sel(area=AREAS, age=AGES, year=YEARS), here, rtol=1e-9, atol=1e-9)
    xr.testing.assert_identical(children, kept[0])
    xr.testing.assert_identical(new, kept[1])


def test_more_movers_than_children_leave_homes_empty() -> None:
    """Ten children live here and sixty should move: ten move, fifty are a shortfall, none is negative."""
    children, new = cells(0.0).copy(), cells(0.0).copy()
    children.loc["a"], children.loc["b"] = 4.0, 6.0
    new.loc["a"], new.loc["c"] = 40.0, 20.0
    found = add_housing(children, new, additionality=0.0).sel(age=3, year=2027)
    assert found["children"].to_numpy().tolist() == pytest.approx([20 / 3, 0.0, 10 / 3])
    assert found["shortfall"].to_numpy().tolist() == pytest.approx([100 / 3, 0.0, 50 / 3])


def test_scenarios_and_draws_do_not_mix() -> None:
    """Children by draw, homes by scenario, a share by scenario: every combination is as it is alone."""
    children = xr.concat([cells(100.0), cells(50.0)], dim="draw").assign_coords(draw=[0, 1])
    new = xr.concat([cells(10.0), cells(90.0)], dim="scenario").assign_coords(scenario=["few", "many"])
    share = xr.DataArray([0.9, 0.2], coords={"scenario": ["many", "few"]}, dims="scenario")
    together = add_housing(children, new, additionality=share)
    assert set(together["children"].dims) == {"area", "age", "year", "draw", "scenario"}
    for scenario, lam in (("few", 0.2), ("many", 0.9)):
        for draw in (0, 1):
            alone = add_housing(children.sel(draw=draw), new.sel(scenario=scenario), additionality=lam)
            found = together.sel(draw=draw, scenario=scenario)
            for name in alone:
                np.testing.assert_allclose(found[name], alone[name].transpose(*found[name].dims))


# refusals


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        pytest.param(
            [("x", "flat", 2027, "a", -1.0)], ValueError, "homes of `developments` is negative", id="negative"
        ),
        pytest.param([("x", "flat", 2027, "a", np.nan)], MissingValueError, "homes of `developments`", id="gap"),
        pytest.param([("x", "flat", 2027, None, 1.0)], MissingValueError, "area of `developments`", id="no area"),
        pytest.param([("x", "flat", 2027, "a", np.inf)], ValueError, "infinite for", id="infinite"),
        pytest.param([("x", "flat", 2027.5, "a", 1.0)], LabelError, "whole numbers", id="half a year"),
        pytest.param([("x", None, 2027, "a", 1.0)], MissingValueError, "type of `developments`", id="no type"),
        pytest.param([("x", "flat", 2027, "a", 1.0)] * 2, LabelError, "twice", id="twice"),
        pytest.param(
            [("x", "flat", 2027, "a", 1.0), ("x", "house", 2027, "b", 1.0)],
            LabelError,
            "two areas, e.g. 'x'",
            id="two areas",
        ),
    ],
)
def test_refuses_developments_that_cannot_be_placed(
    rows: list[tuple[str, str, int, str, float]], error: type[Exception], message: str
) -> None:
    """An unknown area or number is not zero; a development in two areas is two developments."""
    with pytest.raises(error, match=message):
        homes_by_area(developments(rows))


def test_refuses_developments_without_their_columns_or_levels() -> None:
    """The message says which column or level is missing."""
    listed = developments([("x", "flat", 2027, "a", 1.0)])
    with pytest.raises(LabelError, match="no column 'homes'"):
        homes_by_area(listed.drop(columns="homes"))
    with pytest.raises(LabelError, match="must be indexed by"):
        homes_by_area(listed.reset_index("type"))


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        pytest.param({"yields": curve(0.1, types=["flat", "villa"])}, LabelError, "no type 'house'", id="type"),
        pytest.param(
            {"yields": curve(0.1).isel(since=[0, 1])}, LabelError, "`yields` says nothing about year 2", id="reach"
        ),
        pytest.param({"occupancy": occupancy([0, 2])}, LabelError, "`occupancy` says nothing about year 1", id="hole"),
        pytest.param(
            {"occupancy": occupancy(SINCE) * 2}, ValueError, r"`occupancy` must lie in \[0, 1\]", id="occupancy"
        ),
        pytest.param({"yields": -curve(0.1)}, ValueError, "`yields` must lie in", id="negative yield"),
        pytest.param({"yields": curve(np.nan)}, MissingValueError, "`yields` is missing", id="gap"),
        pytest.param({"years": [2027, 2027]}, LabelError, "`years` lists 1 unit", id="year twice"),
        pytest.param({"years": [2027.5]}, LabelError, "`years` must be whole numbers", id="half a year wanted"),
        pytest.param({"areas": ["b"]}, LabelError, "does not list, e.g. 'a'", id="unknown area"),
        pytest.param({"delay": -1}, ValueError, "`delay` is a whole number", id="negative delay"),
        pytest.param({"delay": 0.5}, ValueError, "`delay` is a whole number", id="half a year"),
        pytest.param({"after": 2026}, ValueError, "in the count already", id="counted"),
    ],
)
def test_refuses_homes_whose_children_it_would_have_to_guess(
    changed: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Unknown types, short curves, and homes whose children are in the count are named."""
    options = {"occupancy": occupancy(SINCE), "yields": curve(0.1), "years": [2027, 2028], **changed}
    with pytest.raises(error, match=message):
        children_of_new_homes(table({("a", "house", 2026): 5.0}), **options)


def test_refuses_labels_that_differ() -> None:
    """New homes in an unknown area, or of other years, are not dropped."""
    children = cells(10.0)
    with pytest.raises(LabelError, match=r"'area' of `children` and `new`.*'c'"):
        add_housing(children, children.sel(area=["a", "b"]), additionality=0.5)
    with pytest.raises(LabelError, match="2028"):
        add_housing(children, children.sel(year=[2027]), additionality=0.5)
    with pytest.raises(LabelError, match="unit"):
        add_housing(children, children.sel(area=["a", "a", "b", "c"]), additionality=0.5)
    with pytest.raises(LabelError, match="has no labels"):
        add_housing(children.expand_dims(draw=2), children, additionality=0.5)


@pytest.mark.parametrize("share", [-0.1, 1.1, np.inf])
def test_refuses_an_additionality_that_is_no_share(share: float) -> None:
    """More than all cannot be new."""
    with pytest.raises(ValueError, match="`additionality` must lie in"):
        add_housing(cells(1.0), cells(1.0), additionality=share)


def test_refuses_children_that_are_no_counts() -> None:
    """Gaps, infinity and negative children stop here."""
    with pytest.raises(MissingValueError, match="`new` is missing"):
        add_housing(cells(1.0), cells(np.nan), additionality=0.5)
    with pytest.raises(ValueError, match="`children` must lie in"):
        add_housing(cells(-1.0), cells(1.0), additionality=0.5)
    with pytest.raises(ValueError, match="`children` must lie in"):
        add_housing(cells(np.inf), cells(1.0), additionality=0.5)


def test_refuses_curves_out_of_range() -> None:
    """Shares are shares, years begin with completion, and a yield needs dwellings."""
    with pytest.raises(ValueError, match="`first` is a share"):
        occupancy(SINCE, first=1.2)
    with pytest.raises(ValueError, match="`final` is a share"):
        occupancy(SINCE, final=-0.1)
    with pytest.raises(ValueError, match="`full_after`"):
        occupancy(SINCE, full_after=-1)
    with pytest.raises(ValueError, match="counts from completion"):
        occupancy([-1, 0])
    with pytest.raises(LabelError, match="`years_since` lists 1"):
        occupancy([0, 0])
    base = curve(0.1).isel(since=0, drop=True)
    with pytest.raises(ValueError, match="`births_half_life`"):
        yield_curve(base, years_since=SINCE, births_half_life=0.0)
    with pytest.raises(ValueError, match="`tilt` must lie in"):
        yield_curve(base, years_since=SINCE, tilt=-0.1)
    with pytest.raises(LabelError, match="'type'"):
        yield_curve(base, years_since=SINCE, tilt=xr.DataArray([1.0], coords={"type": ["flat"]}, dims="type"))
    none = xr.DataArray(np.zeros((3, 2)), coords={"area": AREAS, "type": TYPES}, dims=("area", "type"))
    with pytest.raises(ValueError, match="no occupied dwelling"):
        local_yield(cells(1.0).isel(year=0, drop=True), dwellings=none)
