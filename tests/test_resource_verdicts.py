"""The verdict on a school: six of seven in full and the rest at 85 per cent, and what would mend it."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.resource_verdicts import compare
from schoolmap.seats.indicators.resource_verdicts import repairs
from schoolmap.seats.indicators.resource_verdicts import verdicts
from schoolmap.seats.indicators.resources import RESOURCES
from schoolmap.standards.schema import Requirement

# the order of magnitude of the real ones, so that the cases read like schools
PRIMARY = dict(zip(RESOURCES, (4.2, 1.0, 0.9, 4.5, 7.5, 2000.0, 2.3), strict=True))
JUNIOR = dict(zip(RESOURCES, (5.3, 1.0, 0.9, 5.8, 10.2, 2500.0, 2.4), strict=True))


def require(stage: str, values: dict[str, float]) -> list[Requirement]:
    """Require values of a stage."""
    return [
        Requirement(
            id=name,
            stage=stage,
            value=value,
            label={"en": "", "zh": ""},
            document="an example",
            confidence="assumption",
        )
        for name, value in values.items()
    ]


RULES = [*require("primary", PRIMARY), *require("junior", JUNIOR)]


def school(shares: list[float | None], *, pupils: float = 1000.0, stage: str = "primary") -> pd.DataFrame:
    """Return the row of a school that has these shares, in per cent, of what is required."""
    required = PRIMARY if stage == "primary" else JUNIOR
    amounts = {
        name: None if share is None else share / 100 * value / RESOURCES[name].per * pupils
        for (name, value), share in zip(required.items(), shares, strict=True)
    }
    index = pd.MultiIndex.from_tuples([("A", stage)], names=["school", "stage"])
    return pd.DataFrame([amounts], index=index, dtype=float)


def judged(shares: list[float | None], *, pupils: float = 1000.0) -> pd.Series:
    """Return the verdict on a school."""
    resources = school(shares, pupils=pupils)
    compared = compare(
        resources, pupils=pd.Series(pupils, index=resources.index), requirements=RULES, least_share_of_value=85.0
    )
    return verdicts(compared, least_met=6).iloc[0]


def test_by_hand() -> None:
    """Six in full and sports grounds at 90 per cent: the school passes, and lacks 750 square metres of the full value."""
    resources = school([100, 110, 100, 120, 90, 100, 105])
    compared = compare(
        resources, pupils=pd.Series(1000.0, index=resources.index), requirements=RULES, least_share_of_value=85.0
    )
    ground = compared.loc[("A", "primary", "sports_m2")]
    assert (ground["amount"], ground["rate"], ground["required"]) == (6750.0, 6.75, 7.5)
    assert (ground["share_of_value"], ground["met"], ground["above_floor"]) == (pytest.approx(90.0), False, True)
    assert (ground["lacking"], ground["lacking_to_floor"]) == (750.0, 0.0)
    row = verdicts(compared, least_met=6).iloc[0]
    assert (row["met_count"], row["unmet"], row["below_floor"], row["verdict"]) == (6, ("sports_m2",), (), "met")
    assert row["to_raise"] == 0


def test_below_the_floor_one_is_enough_to_fail() -> None:
    """At 84.9 per cent the seventh fails the school, at exactly 85 it does not."""
    assert judged([100, 100, 100, 100, 84.9, 100, 100])["verdict"] == "not_met"
    assert judged([100, 100, 100, 100, 85, 100, 100])["verdict"] == "met"


def test_five_in_full_are_too_few() -> None:
    """Two at 95 per cent: one of them must be brought to the full value."""
    row = judged([95, 95, 100, 100, 100, 100, 100])
    assert (row["verdict"], row["to_raise"]) == ("not_met", 1)
    assert row["unmet"] == ("teachers_above", "backbone_teachers")


def test_teachers_and_rooms_are_lacking_as_whole_ones() -> None:
    """990 pupils need 41.58 teachers: with 41 one is lacking, and 23 rooms where 22.77 are asked for."""
    index = pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"])
    amounts = pd.DataFrame({"teachers_above": [41.0], "multimedia_rooms": [20.0], "sports_m2": [7400.0]}, index=index)
    compared = compare(amounts, pupils=pd.Series(990.0, index=index), requirements=RULES, least_share_of_value=85.0)
    lacking = compared["lacking"].droplevel(["school", "stage"])
    assert (lacking["teachers_above"], lacking["multimedia_rooms"], lacking["sports_m2"]) == (1.0, 3.0, 25.0)


@given(st.lists(st.sampled_from([80.0, 90.0, 100.0, None]), min_size=7, max_size=7))
def test_missing_data_decide_nothing_that_they_could_change(shares: list[float | None]) -> None:
    """Brute force: try every value that the missing ones could have; a verdict is given only if all agree."""

    def passes(values: tuple[float, ...]) -> bool:
        return sum(value >= 100 for value in values) >= 6 and min(values) >= 85

    choices = [[share] if share is not None else [80.0, 90.0, 100.0] for share in shares]
    possible = {passes(values) for values in product(*choices)}
    expected = "not_provided" if len(possible) == 2 else "met" if True in possible else "not_met"
    row = judged(shares)
    assert row["verdict"] == expected
    assert row["not_provided"] == sum(share is None for share in shares)
    assert row["met_count"] == sum(share == 100.0 for share in shares)


@given(
    st.lists(st.integers(min_value=0, max_value=2_000_000), min_size=7, max_size=7),
    st.integers(min_value=1, max_value=3000),
)
def test_what_is_lacking_mends_it(amounts: list[int], pupils: int) -> None:
    """With what is lacking, the school has all in full; with what is lacking to the floor, none is below it."""
    index = pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"])
    heads = pd.Series(float(pupils), index=index)
    resources = pd.DataFrame([dict(zip(RESOURCES, map(float, amounts), strict=True))], index=index)
    found = compare(resources, pupils=heads, requirements=RULES, least_share_of_value=85.0)
    for column, check in (("lacking", "met"), ("lacking_to_floor", "above_floor")):
        mended = resources + found[column].droplevel(["school", "stage"]).to_numpy()
        again = compare(mended, pupils=heads, requirements=RULES, least_share_of_value=85.0)
        assert again[check].all()
        assert (again[column] == 0).all()
    assert (found["lacking"] >= found["lacking_to_floor"]).all()


def test_each_stage_has_its_own_values_and_rows_keep_their_order() -> None:
    """An all-through school has two rows; the junior one is asked for more."""
    resources = pd.concat([school([100] * 7, stage="junior"), school([100] * 7)])
    pupils = pd.Series(1000.0, index=resources.index)
    found = compare(resources, pupils=pupils, requirements=RULES, least_share_of_value=85.0)
    assert found.index.droplevel("resource").unique().tolist() == [("A", "junior"), ("A", "primary")]
    assert found["met"].all()
    assert found.loc[("A", "junior", "sports_m2"), "required"] == 10.2
    assert found.loc[("A", "primary", "sports_m2"), "required"] == 7.5
    shuffled = compare(resources[::-1], pupils=pupils, requirements=RULES[::-1], least_share_of_value=85.0)
    pd.testing.assert_frame_equal(shuffled, found)


def test_repairs_list_what_is_lacking_and_nothing_else() -> None:
    """What is met or not provided is not in the list; each row says of what, in both languages."""
    resources = school([80, None, 100, 100, 100, 100, 100])
    compared = compare(
        resources, pupils=pd.Series(1000.0, index=resources.index), requirements=RULES, least_share_of_value=85.0
    )
    found = repairs(compared)
    assert found.index.tolist() == [("A", "primary", "teachers_above")]
    assert found.iloc[0]["lacks"] == {"en": "teachers", "zh": "名教师"}
    assert found.iloc[0]["lacking"] == 9.0
    everything = school([100] * 7)
    none = compare(
        everything, pupils=pd.Series(1000.0, index=everything.index), requirements=RULES, least_share_of_value=85.0
    )
    assert repairs(none).empty


def test_a_standard_may_ask_for_fewer_resources() -> None:
    """Where only two are asked for, only two are compared."""
    resources = school([100] * 7)
    found = compare(
        resources,
        pupils=pd.Series(1000.0, index=resources.index),
        requirements=require("primary", {"sports_m2": 7.5, "teaching_m2": 4.5}),
        least_share_of_value=85.0,
    )
    assert found.index.get_level_values("resource").tolist() == ["teaching_m2", "sports_m2"]
    assert verdicts(found, least_met=2)["verdict"].tolist() == ["met"]


def test_refuses_a_stage_without_requirements_and_rules_that_stand_twice() -> None:
    """A kindergarten has no such indicators; of two values nobody knows which holds."""
    index = pd.MultiIndex.from_tuples([("A", "kindergarten")], names=["school", "stage"])
    empty = pd.DataFrame(index=index)
    pupils = pd.Series(10.0, index=index)
    with pytest.raises(LabelError, match="Nothing is required of stage 'kindergarten'"):
        compare(empty, pupils=pupils, requirements=RULES, least_share_of_value=85.0)
    with pytest.raises(ValueError, match="stands twice"):
        compare(empty, pupils=pupils, requirements=[*RULES, RULES[0]], least_share_of_value=85.0)
    with pytest.raises(ValueError, match="in per cent"):
        compare(empty, pupils=pupils, requirements=RULES, least_share_of_value=0.0)
