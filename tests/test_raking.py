"""Raking and controlled rounding: totals are met, empty cells stay empty, contradictions are named."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.raking import rake
from schoolmap.population.raking import round_controlled
from schoolmap.population.raking import round_to_total

if TYPE_CHECKING:
    import random

weights = st.floats(min_value=0.1, max_value=100)


def table(cells: object) -> xr.DataArray:
    """Return a table of areas a, b, … by ages 3, 4, …."""
    values = np.asarray(cells, dtype=float)
    areas, ages = [chr(97 + row) for row in range(values.shape[0])], list(range(3, 3 + values.shape[1]))
    return xr.DataArray(values, coords={"area": areas, "age": ages}, dims=("area", "age"))


def by_area(*totals: float) -> xr.DataArray:
    """Return totals of the areas a, b, …."""
    return xr.DataArray(list(totals), coords={"area": [chr(97 + row) for row in range(len(totals))]}, dims="area")


def by_age(*totals: float) -> xr.DataArray:
    """Return totals of the ages 3, 4, …."""
    return xr.DataArray(list(totals), coords={"age": list(range(3, 3 + len(totals)))}, dims="age")


@st.composite
def tables(draw: st.DrawFn, cell: st.SearchStrategy[float], *, most: int = 5) -> xr.DataArray:
    """Draw a table of up to `most` rows and columns."""
    high, broad = draw(st.integers(1, most)), draw(st.integers(1, most))
    return table(draw(st.lists(st.lists(cell, min_size=broad, max_size=broad), min_size=high, max_size=high)))


@st.composite
def towns(draw: st.DrawFn) -> tuple[xr.DataArray, xr.DataArray]:
    """Draw a seed with empty cells, and another table with the same empty cells, whose margins are wanted."""
    seed = draw(tables(st.just(0.0) | weights))
    other = draw(st.lists(weights, min_size=seed.size, max_size=seed.size))
    return seed, seed.copy(data=np.reshape(other, seed.shape)).where(seed > 0, 0.0)


def raked(town: tuple[xr.DataArray, xr.DataArray]) -> xr.DataArray:
    """Return the seed raked to the margins of the other table."""
    seed, other = town
    return rake(seed, rows=other.sum("age"), columns=other.sum("area"))


# raking


def test_raking_by_hand() -> None:
    """A seed of ones becomes the product of the margins: 30 of 100 in the row, 40 of 100 in the column are 12."""
    found = rake(table([[1, 1], [1, 1]]), rows=by_area(30.0, 70.0), columns=by_age(40.0, 60.0))
    np.testing.assert_allclose(found, [[12, 18], [28, 42]], rtol=1e-12)


def test_the_odds_solve_a_quadratic_equation_by_hand() -> None:
    """A seed with the odds ratio 6 has, with margins of 1, the diagonal x where x / (1 - x) is the root of 6."""
    found = rake(table([[3, 1], [1, 2]]), rows=by_area(1.0, 1.0), columns=by_age(1.0, 1.0))
    x = np.sqrt(6) / (1 + np.sqrt(6))
    np.testing.assert_allclose(found, [[x, 1 - x], [1 - x, x]], rtol=2e-8)


@given(towns())
@settings(max_examples=20)
def test_both_margins_hold(town: tuple[xr.DataArray, xr.DataArray]) -> None:
    """Every area and every age has the total wanted; nobody is lost."""
    _, other = town
    found = raked(town)
    np.testing.assert_allclose(found.sum("age"), other.sum("age"), rtol=1.1e-8)
    np.testing.assert_allclose(found.sum("area"), other.sum("area"), rtol=1.1e-8)
    assert float(found.sum()) == pytest.approx(float(other.sum()), rel=1e-8)


@given(towns())
@settings(max_examples=20)
def test_an_empty_cell_stays_empty_and_nothing_is_negative(town: tuple[xr.DataArray, xr.DataArray]) -> None:
    """Where the seed has nobody the result has nobody."""
    found = raked(town)
    assert (found >= 0).all()
    assert (found.where(town[0] == 0, 0.0) == 0).all()


@given(towns())
@settings(max_examples=20)
def test_raking_twice_is_raking_once(town: tuple[xr.DataArray, xr.DataArray]) -> None:
    """A table that has the margins is returned to the last digit."""
    found = raked(town)
    np.testing.assert_array_equal(rake(found, rows=town[1].sum("age"), columns=town[1].sum("area")), found)


@given(tables(weights), st.data())
@settings(max_examples=20)
def test_cross_product_ratios_are_those_of_the_seed(seed: xr.DataArray, data: st.DataObject) -> None:
    """What goes with what is known from the seed alone."""
    other = seed.copy(data=np.reshape(data.draw(st.lists(weights, min_size=seed.size, max_size=seed.size)), seed.shape))
    found = raked((seed, other)).to_numpy()
    before = seed.to_numpy()
    for row, column in np.ndindex(seed.shape):
        odds = found[0, 0] * found[row, column] / found[0, column] / found[row, 0]
        assert odds == pytest.approx(before[0, 0] * before[row, column] / before[0, column] / before[row, 0], rel=1e-9)


@given(towns(), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_order_of_labels_is_irrelevant(town: tuple[xr.DataArray, xr.DataArray], rng: random.Random) -> None:
    """Shuffled areas and ages, or a table on its side, give the same numbers on the caller's labels."""
    seed, other = town
    areas, ages = seed["area"].to_numpy().tolist(), seed["age"].to_numpy().tolist()
    rng.shuffle(areas)
    rng.shuffle(ages)
    mixed = rake(seed.sel(area=areas, age=ages).T, rows=other.sum("age"), columns=other.sum("area"))
    assert mixed.dims == ("age", "area")
    assert mixed["area"].to_numpy().tolist() == areas
    xr.testing.assert_equal(mixed.sel(area=seed["area"], age=seed["age"]).T, raked(town))


@given(towns())
@settings(max_examples=20)
def test_rows_first_or_columns_first_is_the_same_table(town: tuple[xr.DataArray, xr.DataArray]) -> None:
    """The limit does not depend on which margin is called rows."""
    seed, other = town
    turned = rake(seed, rows=other.sum("area"), columns=other.sum("age"))
    np.testing.assert_allclose(turned, raked(town), rtol=1e-6, atol=1e-6 * float(other.sum()))


@given(towns(), st.floats(min_value=1e-6, max_value=1e6))
@settings(max_examples=20)
def test_the_scale_of_the_seed_is_irrelevant(town: tuple[xr.DataArray, xr.DataArray], factor: float) -> None:
    """Only the ratios of the seed matter."""
    again = raked((town[0] * factor, town[1]))
    np.testing.assert_allclose(again, raked(town), rtol=1e-6, atol=1e-6 * float(town[1].sum()))


def test_layers_are_raked_alone() -> None:
    """In a third dimension each layer is what it would be without the others, whether the margins have it or not."""
    rng = np.random.default_rng(1)
    labels = {"sex": ["male", "female"], "area": ["a", "b", "c"], "age": [3, 4, 5, 6]}
    seed = xr.DataArray(rng.gamma(1.0, 5.0, (2, 3, 4)), coords=labels, dims=tuple(labels))
    other = xr.DataArray(rng.gamma(2.0, 5.0, (2, 3, 4)), coords=labels, dims=tuple(labels))
    both = rake(seed, rows=other.sum("age"), columns=other.sum("area"))
    same = rake(seed, rows=other.sum(["age", "sex"]), columns=other.sum(["area", "sex"]))
    for sex in ("female", "male"):
        alone = rake(seed.sel(sex=sex), rows=other.sel(sex=sex).sum("age"), columns=other.sel(sex=sex).sum("area"))
        xr.testing.assert_equal(both.sel(sex=sex), alone)
        np.testing.assert_allclose(same.sel(sex=sex).sum("age"), other.sum(["age", "sex"]), rtol=1e-8)


def test_margins_by_sex_give_a_seed_without_sex_a_table_of_each() -> None:
    """A dimension of both margins that the seed lacks comes first."""
    sexes = xr.DataArray([1.0, 2.0], coords={"sex": ["female", "male"]}, dims="sex")
    found = rake(table([[1, 1]]), rows=by_area(10.0) * sexes, columns=by_age(4.0, 6.0) * sexes)
    assert found.dims == ("sex", "area", "age")
    np.testing.assert_allclose(found.sel(area="a"), [[4, 6], [8, 12]])


def test_a_total_of_zero_empties_its_row() -> None:
    """An area without people has none of any age."""
    found = rake(table([[1, 1], [1, 1]]), rows=by_area(0.0, 10.0), columns=by_age(4.0, 6.0))
    np.testing.assert_allclose(found, [[0, 0], [4, 6]])


def test_nobody_at_all_is_a_table_too() -> None:
    """Margins of zero give a table of zeros."""
    found = rake(table([[1, 2], [3, 4]]), rows=by_area(0.0, 0.0), columns=by_age(0.0, 0.0))
    assert (found == 0).all()


def test_a_cell_that_every_solution_has_empty_becomes_zero() -> None:
    """With one empty cell, both rows 1 and both columns 1, the only table is the diagonal: the plain steps never end."""
    found = rake(table([[1, 1], [0, 1]]), rows=by_area(1.0, 1.0), columns=by_age(1.0, 1.0))
    np.testing.assert_allclose(found, [[1, 0], [0, 1]], atol=1e-9)


def test_a_cell_on_a_round_trip_is_not_emptied() -> None:
    """Cells that some solution fills keep their odds when another one must be empty."""
    seed = table([[1, 2, 5], [3, 4, 5], [0, 0, 1]])
    found = rake(seed, rows=by_area(6.0, 6.0, 6.0), columns=by_age(6.0, 6.0, 6.0))
    alone = rake(table([[1, 2], [3, 4]]), rows=by_area(6.0, 6.0), columns=by_age(6.0, 6.0))
    np.testing.assert_allclose(found[:2, :2], alone, rtol=1e-7)
    np.testing.assert_allclose(found[:, 2], [0, 0, 6], atol=1e-7)


def test_sums_that_differ_are_scaled_where_it_is_allowed() -> None:
    """Areas of 102 give way to ages of 100 when two per cent are allowed, each by the same share."""
    found = rake(table([[1, 1], [1, 1]]), rows=by_area(51.0, 51.0), columns=by_age(40.0, 60.0), rescale=0.02)
    np.testing.assert_allclose(found, [[20, 30], [20, 30]])


def test_extreme_seeds_do_not_overflow() -> None:
    """Weights at both ends of the range are ratios like any other."""
    found = rake(table([[1e-300, 1e-300], [1e300, 1e300]]), rows=by_area(1.0, 1e9), columns=by_age(5e8, 5e8 + 1))
    assert float(found.sum()) == pytest.approx(1e9 + 1)


# what raking refuses


def test_refuses_margins_with_other_sums() -> None:
    """Both totals are named."""
    with pytest.raises(ValueError, match="`rows` add up to 102 and `columns` to 100"):
        rake(table([[1, 1]]), rows=by_area(102.0), columns=by_age(40.0, 60.0), rescale=0.01)


def test_refuses_an_empty_row_with_a_total() -> None:
    """A row without weight that must be filled is named with its total."""
    with pytest.raises(ValueError, match=r"1 area\(s\) have a total but no cell.*'b' with 5"):
        rake(table([[1, 1], [0, 0]]), rows=by_area(5.0, 5.0), columns=by_age(5.0, 5.0))


def test_refuses_an_empty_column_with_a_total() -> None:
    """So is a column; a weight in a row that must be empty does not count."""
    with pytest.raises(ValueError, match=r"1 age\(s\) have a total but no cell.*4 with 6"):
        rake(table([[1, 0], [1, 1]]), rows=by_area(10.0, 0.0), columns=by_age(4.0, 6.0))


def test_refuses_totals_that_the_empty_cells_forbid() -> None:
    """Areas a and b have age 3 alone and need 12; it takes 10: both are named, and so is the age."""
    seed = table([[1, 0], [1, 0], [1, 1]])
    with pytest.raises(
        ValueError, match=r"the 2 area\(s\) 'a', 'b' need 12, but can only fill the age\(s\) 3.*take 10"
    ):
        rake(seed, rows=by_area(5.0, 7.0, 8.0), columns=by_age(10.0, 10.0))


@given(tables(st.sampled_from([0.0, 1.0]), most=4), st.data())
def test_a_contradiction_is_found_exactly_when_there_is_one(seed: xr.DataArray, data: st.DataObject) -> None:
    """Hall's condition, by brute force over all sets of rows, agrees with what is refused."""
    rows = data.draw(st.lists(st.integers(1, 4), min_size=seed.shape[0], max_size=seed.shape[0]))
    people = data.draw(st.lists(st.integers(0, seed.shape[1] - 1), min_size=sum(rows), max_size=sum(rows)))
    columns = np.bincount(people, minlength=seed.shape[1]).tolist()
    cells = seed.to_numpy() > 0
    possible = all(
        sum(np.array(rows)[list(some)]) <= sum(np.array(columns)[cells[list(some)].any(axis=0)])
        for size in range(1, len(rows) + 1)
        for some in itertools.combinations(range(len(rows)), size)
    )
    areas, ages = by_area(*map(float, rows)), by_age(*map(float, columns))
    if possible:
        found = rake(seed, rows=areas, columns=ages)
        np.testing.assert_allclose(found.sum("age"), rows, rtol=1.1e-8)
        np.testing.assert_allclose(found.sum("area"), columns, rtol=1.1e-8)
    else:
        with pytest.raises(ValueError, match=r"No table with the empty cells|have a total but no cell"):
            rake(seed, rows=areas, columns=ages)


def test_refuses_gaps_negatives_and_strangers() -> None:
    """Unknown is not zero, counts are not negative, and labels are the same everywhere."""
    seed, rows, columns = table([[1, 1], [1, 1]]), by_area(5.0, 5.0), by_age(4.0, 6.0)
    with pytest.raises(MissingValueError, match="`seed` is missing for 1"):
        rake(seed.where(seed["age"] + (seed["area"] == "a") != 5), rows=rows, columns=columns)
    with pytest.raises(ValueError, match="`rows` must lie in"):
        rake(seed, rows=by_area(-5.0, 15.0), columns=columns)
    with pytest.raises(LabelError, match=r"`seed` and `rows` describe different units: 2 appear"):
        rake(seed, rows=rows.assign_coords(area=["a", "c"]), columns=columns)
    with pytest.raises(LabelError, match="twice"):
        rake(seed.assign_coords(age=[3, 3]), rows=rows, columns=columns)
    with pytest.raises(LabelError, match="each needs one of its own"):
        rake(seed, rows=rows, columns=rows)
    with pytest.raises(ValueError, match="`rescale` is a share"):
        rake(seed, rows=rows, columns=columns, rescale=1.0)


def test_inputs_are_not_modified() -> None:
    """The seed and the margins are as they were."""
    seed, rows, columns = table([[1, 2], [3, 4]]), by_area(0.0, 10.0), by_age(4.0, 6.0)
    rake(seed, rows=rows, columns=columns)
    xr.testing.assert_identical(seed, table([[1, 2], [3, 4]]))
    xr.testing.assert_identical(rows, by_area(0.0, 10.0))


# rounding


def test_largest_remainder_by_hand() -> None:
    """1.4, 2.3 and 0.3 are 4: one is still to be given, to the remainder of 0.4."""
    assert round_to_total(by_area(1.4, 2.3, 0.3)).to_numpy().tolist() == [2, 2, 0]


@given(tables(st.floats(min_value=0, max_value=1e6)))
@settings(max_examples=20)
def test_rounding_keeps_the_total(values: xr.DataArray) -> None:
    """The sum is the rounded sum, along a dimension or in all, and no number moves by one."""
    found = round_to_total(values, dim="age")
    assert found.dtype.kind == "i"
    assert (abs(found - values) < 1).all()
    np.testing.assert_array_less(abs(found.sum("age") - values.sum("age")), 0.5 + 1e-6)
    assert abs(int(round_to_total(values).sum()) - float(values.sum())) < 0.5 + 1e-6


def test_equal_remainders_go_to_the_first_label() -> None:
    """Halves in three areas: two are rounded up, a and b, in whatever order they are listed."""
    values = by_area(0.5, 0.5, 0.5)
    found = round_to_total(values.sel(area=["c", "b", "a"]))
    assert found.sel(area=["a", "b", "c"]).to_numpy().tolist() == [1, 1, 0]


def least_changes(values: xr.DataArray, found: xr.DataArray) -> tuple[float, float]:
    """Return the least change of the totals, and of the cells with the totals found, by brute force."""
    cells, totals = values.to_numpy(), [found.to_numpy().sum(axis=axis) for axis in (0, 1)]
    floors, open_cells = np.floor(cells), np.argwhere(cells % 1 > 0)
    everyone = np.floor(cells.sum() + 0.5)
    least, nearest = np.inf, np.inf
    for choice in itertools.product([0, 1], repeat=len(open_cells)):
        counts = floors.copy()
        counts[tuple(open_cells.T)] += choice
        sums = [counts.sum(axis=axis) for axis in (0, 1)]
        apart = np.abs(np.concatenate(sums) - np.concatenate([cells.sum(axis=axis) for axis in (0, 1)]))
        if counts.sum() == everyone and (apart < 1).all():
            least = min(least, float(apart.sum()))
            if all(np.array_equal(*pair) for pair in zip(sums, totals, strict=True)):
                nearest = min(nearest, float(abs(counts - cells).sum()))
    return least, nearest


quarters = st.integers(min_value=0, max_value=11).map(lambda count: count / 4) | st.just(0.0)


@settings(max_examples=20)
@given(tables(quarters, most=3))
def test_controlled_rounding_is_the_best_there_is(values: xr.DataArray) -> None:
    """On tables of up to nine cells no rounding has nearer totals, and with these totals none has nearer cells."""
    found = round_controlled(values)
    totals = sum(float(abs(found.sum(dim) - values.sum(dim)).sum()) for dim in ("area", "age"))
    assert (totals, float(abs(found - values).sum())) == pytest.approx(least_changes(values, found), abs=1e-5)


@given(tables(st.floats(min_value=0, max_value=50), most=6))
@settings(max_examples=20)
def test_cells_and_totals_are_their_floor_or_ceiling(values: xr.DataArray) -> None:
    """Nobody is moved by a whole person: not in a cell, not in a row, not in a column, not in all."""
    found = round_controlled(values)
    for dims in ([], ["age"], ["area"], ["area", "age"]):
        assert (abs(found.sum(dims) - values.sum(dims)) < 1 + 1e-6).all()


@given(towns())
@settings(max_examples=20)
def test_whole_totals_are_kept_after_raking(town: tuple[xr.DataArray, xr.DataArray]) -> None:
    """Raked to whole totals and rounded, the table still has them exactly."""
    whole = town[1].copy(data=np.ceil(town[1]))
    values = raked((town[0], whole))
    found = round_controlled(values, rows=whole.sum("age"), columns=whole.sum("area"))
    xr.testing.assert_equal(found.sum("age"), whole.sum("age").astype(int))
    xr.testing.assert_equal(found.sum("area"), whole.sum("area").astype(int))
    assert (abs(found - values) < 1).all()


@given(tables(quarters), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_rounding_does_not_depend_on_the_order(values: xr.DataArray, rng: random.Random) -> None:
    """With ties everywhere, shuffled labels and a table on its side still give the same counts."""
    areas, ages = values["area"].to_numpy().tolist(), values["age"].to_numpy().tolist()
    rng.shuffle(areas)
    rng.shuffle(ages)
    mixed = round_controlled(values.sel(area=areas, age=ages).T)
    assert mixed["age"].to_numpy().tolist() == ages
    xr.testing.assert_equal(mixed.T.sel(area=values["area"], age=values["age"]), round_controlled(values))


@given(tables(st.integers(0, 1000).map(float)))
@settings(max_examples=20)
def test_whole_tables_are_returned_as_they_are(values: xr.DataArray) -> None:
    """Rounding twice is rounding once."""
    xr.testing.assert_equal(round_controlled(values), values.astype(int))


def test_empty_cells_can_stand_against_the_largest_remainders() -> None:
    """Row b has the largest remainder, but shares no cell with the column that has: the pair nearest to both wins."""
    values = table([[0.4, 0.0, 0.0], [0.0, 0.3, 0.3]])
    found = round_controlled(values)
    assert int(found.sum()) == 1
    assert found.to_numpy()[0].tolist() == [0, 0, 0]
    assert found.to_numpy()[1].tolist() == [0, 1, 0]


def test_a_large_table_is_rounded_exactly() -> None:
    """Two thousand areas by fifteen ages keep two thousand and fifteen totals."""
    rng = np.random.default_rng(7)
    labels = {"area": [f"area {n}" for n in range(2000)], "age": list(range(15))}
    seed = xr.DataArray(rng.gamma(1.0, 8.0, (2000, 15)), coords=labels, dims=("area", "age"))
    rows = round_to_total(seed.sum("age"))
    columns = round_to_total(seed.sum("area"))
    found = round_controlled(rake(seed, rows=rows, columns=columns), rows=rows, columns=columns)
    xr.testing.assert_equal(found.sum("age"), rows)
    xr.testing.assert_equal(found.sum("area"), columns)


def test_refuses_totals_out_of_reach() -> None:
    """A total that no rounding reaches is named, and the way out is raking."""
    with pytest.raises(ValueError, match=r"that of area 'b'.*Rake the table"):
        round_controlled(table([[0.5, 0.5], [0.5, 0.5]]), rows=by_area(0.0, 3.0), columns=by_age(1.0, 2.0))
    with pytest.raises(ValueError, match="add up to 2 and `columns` to 3"):
        round_controlled(table([[0.5, 0.5], [0.5, 0.5]]), rows=by_area(1.0, 1.0), columns=by_age(1.0, 2.0))
    with pytest.raises(ValueError, match="cannot be reached by rounding each cell"):
        round_controlled(table([[0.5, 0.0], [0.0, 0.5]]), rows=by_area(1.0, 0.0), columns=by_age(0.0, 1.0))


def test_refuses_what_is_not_a_table_of_counts() -> None:
    """Broken totals, a third dimension, gaps and a margin of a stranger are refused."""
    values = table([[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(ValueError, match=r"`rows` is not whole for 1 label\(s\), e.g. 1.5 for 'b'"):
        round_controlled(values, rows=by_area(1.0, 1.5))
    with pytest.raises(LabelError, match="two dimensions"):
        round_controlled(values.expand_dims(sex=["female"]))
    with pytest.raises(MissingValueError, match="`values` is missing"):
        round_controlled(values.where(values["age"] > 3))
    with pytest.raises(LabelError, match="of its own"):
        round_controlled(values, rows=by_area(1.0, 1.0), columns=by_area(1.0, 1.0))
    with pytest.raises(LabelError, match="no dimension 'year'"):
        round_to_total(values, dim="year")
