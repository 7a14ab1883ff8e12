"""The seven resources: rates, who is assessed, what is shared, and how far schools lie apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.resources import LEFT_OUT
from schoolmap.seats.indicators.resources import METHODS
from schoolmap.seats.indicators.resources import RESOURCES
from schoolmap.seats.indicators.resources import assessed
from schoolmap.seats.indicators.resources import resource_rates
from schoolmap.seats.indicators.resources import split_shared
from schoolmap.seats.indicators.resources import variation
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import StageStandard
from schoolmap.tables import CONTRACTS

SOURCE = {"document": "an example", "confidence": "assumption"}
schools = st.lists(
    st.tuples(st.integers(min_value=1, max_value=2_500), st.integers(min_value=0, max_value=20_000)),
    min_size=2,
    max_size=10,
)


def rows(*labels: tuple[str, str]) -> pd.MultiIndex:
    """Label sections."""
    return pd.MultiIndex.from_tuples(labels, names=["school", "stage"])


Town = list[tuple[int, int]]


def county(*towns: Town) -> tuple[pd.DataFrame, pd.Series]:
    """Return the sports grounds and pupils of primary schools; each further town is a stage of its own."""
    labels = [(f"s{i}", "primary" if not t else f"stage{t}") for t, town in enumerate(towns) for i in range(len(town))]
    pupils = pd.Series([float(p) for town in towns for p, _ in town], index=rows(*labels))
    return pd.DataFrame({"sports_m2": [float(x) for town in towns for _, x in town]}, index=pupils.index), pupils


def cvs(*towns: Town, method: str = "weighted") -> list[float]:
    """Return the coefficient of variation of sports grounds per pupil in each town."""
    amounts, pupils = county(*towns)
    rates = amounts.div(pupils, axis=0)
    return variation(rates, pupils=pupils, method=method)["cv"].tolist()  # type: ignore[arg-type]


def cv(values: Town, *, method: str = "weighted") -> float:
    """Return the coefficient of variation of one town."""
    return cvs(values, method=method)[0]


# Rates


def test_the_seven_are_those_of_the_table() -> None:
    """Every resource has a column in the contract of the table."""
    assert len(RESOURCES) == 7
    assert set(RESOURCES) <= set(CONTRACTS["resources"].columns)


def test_teachers_and_rooms_are_per_hundred_and_areas_and_yuan_per_pupil() -> None:
    """800 pupils: 36 teachers are 4.5 a hundred, 6,000 square metres 7.5 each."""
    index = rows(("A", "primary"))
    amounts = {
        "teachers_above": 36.0,
        "backbone_teachers": 8.0,
        "arts_sports_teachers": 4.0,
        "teaching_m2": 3600.0,
        "sports_m2": 6000.0,
        "equipment_yuan": 1_600_000.0,
        "multimedia_rooms": 20.0,
    }
    found = resource_rates(pd.DataFrame(amounts, index=index), pupils=pd.Series([800.0], index=index))
    assert found.iloc[0].to_dict() == {
        "teachers_above": 4.5,
        "backbone_teachers": 1.0,
        "arts_sports_teachers": 0.5,
        "teaching_m2": 4.5,
        "sports_m2": 7.5,
        "equipment_yuan": 2000.0,
        "multimedia_rooms": 2.5,
    }


def test_a_row_or_column_that_is_not_there_is_missing_not_zero() -> None:
    """School B sent nothing, nobody sent rooms, and C has no pupils yet."""
    index = rows(("A", "primary"), ("B", "primary"), ("C", "primary"))
    amounts = pd.DataFrame({"sports_m2": [600.0, 900.0]}, index=index[[0, 2]])
    found = resource_rates(amounts, pupils=pd.Series([100.0, 100.0, 0.0], index=index))
    assert found["sports_m2"].tolist()[:1] == [6.0]
    assert found["sports_m2"].isna().tolist() == [False, True, True]
    assert found["multimedia_rooms"].isna().all()


def test_rates_refuse_negative_amounts() -> None:
    """Minus five metres are refused by name."""
    amounts, pupils = county([(10, 1), (10, 1)])
    with pytest.raises(ValueError, match="`sports_m2` is negative"):
        resource_rates(-amounts, pupils=pupils)


# Who is assessed


def test_special_schools_and_small_teaching_points_are_left_out() -> None:
    """A point of 49 is left out, of 50 counts; a small school that is no point counts; so does one without a type."""
    index = rows(
        ("big", "primary"),
        ("point49", "primary"),
        ("point50", "primary"),
        ("small", "primary"),
        ("special", "primary"),
        ("nursery", "kindergarten"),
        ("silent", "primary"),
        ("empty", "primary"),
        ("untyped", "primary"),
    )
    pupils = pd.Series([900.0, 49.0, 50.0, 30.0, 100.0, 200.0, None, 0.0, 20.0], index=index)
    types = pd.Series(["211", "218", "218", "211", "514", "111", "211", "211", None], index=[s for s, _ in index])
    found = assessed(
        pupils,
        types=types,
        stages={"primary": StageStandard(excluded_below=Figure(value=50, **SOURCE))},
        left_out_types=("51", "36"),
        teaching_point_types=("218",),
    )
    reasons = dict(zip([s for s, _ in index], found["reason"], strict=True))
    assert reasons == {
        "big": "",
        "point49": "small_teaching_point",
        "point50": "",
        "small": "",
        "special": "type",
        "nursery": "stage",
        "silent": "pupils",
        "empty": "pupils",
        "untyped": "",
    }
    assert set(found["reason"]) <= {"", *LEFT_OUT}
    assert (found["counted"] == (found["reason"] == "")).all()


def test_a_school_that_is_not_listed_is_refused() -> None:
    """Its type might leave it out."""
    with pytest.raises(LabelError, match=r"not among `types`, e\.g\. 'A'"):
        assessed(
            pd.Series([1.0], index=rows(("A", "primary"))),
            types=pd.Series({"B": "211"}),
            stages={"primary": StageStandard()},
            left_out_types=(),
            teaching_point_types=(),
        )


def test_no_limit_leaves_no_teaching_point_out() -> None:
    """A standard that says nothing of small points leaves none out."""
    found = assessed(
        pd.Series([5.0], index=rows(("A", "primary"))),
        types=pd.Series({"A": "218"}),
        stages={"primary": StageStandard()},
        left_out_types=(),
        teaching_point_types=("218",),
    )
    assert found["counted"].tolist() == [True]


# What stages share


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=4), st.integers(0, 50_000))
def test_what_is_shared_is_split_without_loss(heads: list[int], area: int) -> None:
    """The parts add up to the ground; a stage with twice the pupils gets twice as much."""
    if sum(heads) == 0:
        return
    index = rows(*[("A", f"stage{i}") for i in range(len(heads))])
    pupils = pd.Series([float(h) for h in heads], index=index)
    found = split_shared(pd.DataFrame({"sports_m2": [float(area)]}, index=["A"]), pupils=pupils)
    assert found["sports_m2"].sum() == pytest.approx(area)
    assert (found["sports_m2"] * pupils.sum()).to_numpy() == pytest.approx((area * pupils).to_numpy())


def test_what_is_shared_with_an_unknown_stage_is_not_known() -> None:
    """Without the pupils of the junior stage nobody can say what the primary one has; other schools are not touched."""
    index = rows(("A", "primary"), ("A", "junior"), ("B", "primary"))
    found = split_shared(
        pd.DataFrame({"sports_m2": [100.0]}, index=["A"]), pupils=pd.Series([10.0, None, 5.0], index=index)
    )
    assert found.index.tolist() == [("A", "primary"), ("A", "junior")]
    assert found["sports_m2"].isna().all()


def test_what_is_shared_by_nobody_is_refused() -> None:
    """A school without stages, or without pupils, would lose its ground."""
    ground = pd.DataFrame({"sports_m2": [100.0]}, index=["A"])
    with pytest.raises(LabelError, match="'A': what they share would be lost"):
        split_shared(ground, pupils=pd.Series([1.0], index=rows(("B", "primary"))))
    with pytest.raises(ValueError, match="stages of 'A' have no pupils"):
        split_shared(ground, pupils=pd.Series([0.0], index=rows(("A", "primary"))))


# Variation


def test_variation_by_hand() -> None:
    """600 pupils at 6 and 300 at 12: mean 8, S = sqrt(2/3 x 4 + 1/3 x 16) = 2.828; plain sqrt(18) / 9."""
    values = [(600, 3600), (300, 3600)]
    assert cv(values) == pytest.approx(np.sqrt(8) / 8)
    assert cv(values, method="plain") == pytest.approx(np.sqrt(18) / 9)


@given(schools)
def test_weighted_is_the_official_formula(values: Town) -> None:
    """CV = S / mean with S = sqrt(sum of P/PN (X - mean)^2) and mean = sum of x / PN, term by term."""
    total = sum(p for p, _ in values)
    mean = sum(x for _, x in values) / total
    if mean == 0:
        assert np.isnan(cv(values))
        return
    squares = sum(p / total * (x / p - mean) ** 2 for p, x in values)
    assert cv(values) == pytest.approx(np.sqrt(squares) / mean, abs=1e-9)


@given(schools)
def test_plain_is_that_of_a_spreadsheet(values: Town) -> None:
    """STDEV / AVERAGE over the schools."""
    rates = np.array([x / p for p, x in values])
    if rates.sum() == 0:
        return
    assert cv(values, method="plain") == pytest.approx(np.std(rates, ddof=1) / rates.mean(), abs=1e-9)


@given(schools, st.sampled_from(sorted(METHODS)))
def test_zero_exactly_if_all_are_equal(values: Town, method: str) -> None:
    """No variation without a difference, and none hidden where there is one."""
    if sum(x for _, x in values) == 0:
        return
    equal = len({round(x / p, 9) for p, x in values}) == 1
    found, alike = cvs(values, [(p, 7 * p) for p, _ in values], method=method)
    assert (found < 1e-9) == equal
    assert alike == 0.0


@given(schools, st.sampled_from(sorted(METHODS)), st.integers(2, 1000), st.randoms(use_true_random=False))
def test_neither_unit_nor_order_matters(values: Town, method: str, factor: int, rng: object) -> None:
    """Square metres or square feet, listed in any order: the coefficient is the same."""
    if sum(x for _, x in values) == 0:
        return
    shuffled = list(values)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    found = cvs(values, [(p, factor * x) for p, x in values], shuffled, method=method)
    assert found == pytest.approx([found[0]] * 3, abs=1e-9)


@given(schools)
def test_weighted_does_not_see_a_school_cut_in_two(values: Town) -> None:
    """Two halves with half the pupils and half the ground each are one school to the official formula."""
    if sum(x for _, x in values) == 0:
        return
    doubled = [(2 * p, 2 * x) for p, x in values]
    halves = [values[0], values[0], *doubled[1:]]
    cut, whole = cvs(halves, doubled)
    assert cut == pytest.approx(whole, abs=1e-9)


def test_each_stage_by_itself_with_what_was_left_out() -> None:
    """Primary and junior are not mixed; a school without the number is left out and counted as such."""
    index = rows(("A", "primary"), ("A", "junior"), ("B", "primary"), ("C", "primary"))
    pupils = pd.Series([100.0, 100.0, 100.0, 100.0], index=index)
    amounts = pd.DataFrame({"sports_m2": [500.0, 900.0, 1500.0, None]}, index=index)
    most = {"primary": Figure(value=0.45, **SOURCE)}
    found = variation(resource_rates(amounts, pupils=pupils), pupils=pupils, most=most)
    primary, junior = found.loc[("primary", "sports_m2")], found.loc[("junior", "sports_m2")]
    assert (primary["mean"], primary["cv"], primary["schools"], primary["left_out"]) == (10.0, 0.5, 2, 1)
    assert (primary["met"], primary["excess"], primary["method"]) == (False, pytest.approx(0.05), "weighted")
    assert junior["cv"] == 0.0
    assert pd.isna(junior["met"])
    assert found.loc[("primary", "multimedia_rooms"), ["schools", "left_out"]].tolist() == [0, 3]
    assert pd.isna(found.loc[("primary", "multimedia_rooms"), "cv"])
    assert pd.isna(found.loc[("primary", "multimedia_rooms"), "met"])


def test_one_school_has_no_plain_variation() -> None:
    """A sample of one has no standard deviation; weighted, it does not vary."""
    assert np.isnan(cv([(100, 500)], method="plain"))
    assert cv([(100, 500)]) == 0.0


def test_exactly_the_bound_is_kept() -> None:
    """0.50 is not above 0.50."""
    amounts, pupils = county([(100, 500), (100, 1500)])
    found = variation(
        resource_rates(amounts, pupils=pupils), pupils=pupils, most={"primary": Figure(value=0.5, **SOURCE)}
    )
    assert found["met"].loc[("primary", "sports_m2")]


def test_variation_refuses_an_unknown_method_and_other_sections() -> None:
    """The method is named; pupils are those of the same sections."""
    amounts, pupils = county([(100, 500), (100, 1500)])
    rates = resource_rates(amounts, pupils=pupils)
    with pytest.raises(ValueError, match="`method` is one of weighted, plain"):
        variation(rates, pupils=pupils, method="gini")  # type: ignore[arg-type]
    with pytest.raises(LabelError, match="different units"):
        variation(rates, pupils=pupils.iloc[:1])
