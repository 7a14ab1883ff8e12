"""Seats by a fixed number per 1,000 residents, beside those that the children there call for."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.per_thousand import compare
from schoolmap.seats.per_thousand import implied_share


def people(**numbers: float) -> pd.Series:
    """Return a number for each unit."""
    return pd.Series(numbers, dtype=float)


@st.composite
def towns(draw: st.DrawFn) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    """Draw residents, children among them, attendance and seats per thousand of a few units."""
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, unique=True))
    residents = pd.Series({name: draw(st.floats(0, 1e6)) for name in names})
    shares = pd.Series({name: draw(st.floats(0, 1)) for name in names})
    attendance = pd.Series({name: draw(st.floats(0, 1.5)) for name in names})
    rule = pd.Series({name: draw(st.floats(0, 200)) for name in names})
    return residents, residents * shares, attendance, rule


def test_by_hand() -> None:
    """
    10,000 residents, 400 of them children, of whom nine in ten attend; the rule has 60 seats for 1,000.

    600 seats by the rule, 360 for the children: 240 more, 200 because 40 and not 60 in 1,000 are of these ages and 40
    because one in ten needs no seat.
    """
    row = compare(people(n=10_000), people(n=400), attendance=0.9, per_thousand=60).loc["n"]
    assert row.to_dict() == pytest.approx(
        {
            "residents": 10_000,
            "children": 400,
            "fixed_seats": 600,
            "children_per_thousand": 40,
            "estimate": 360,
            "needed_per_thousand": 36,
            "difference": 240,
            "from_structure": 200,
            "from_attendance": 40,
        },
    )


def test_six_classes_for_4500_people() -> None:
    """40 seats for 1,000 of 4,500 residents are 180, six classes of 30 (广东)."""
    fixed = compare(people(n=4500), people(n=0), attendance=1.0, per_thousand=40)["fixed_seats"]
    assert fixed.tolist() == [6 * 30]


@pytest.mark.parametrize(
    ("pupils", "expected"),
    [(3225.52, 23.0), (10178.3, 72.4), (5509.3, 39.2)],
    ids=["kindergarten", "primary", "junior"],
)
def test_the_whole_country_in_2025(pupils: float, expected: float) -> None:
    """Pupils of 2025 among 1.405 thousand million residents: 23.0, 72.4 and 39.2 in 1,000."""
    row = compare(people(china=140_500), people(china=pupils), attendance=1.0, per_thousand=expected).loc["china"]
    assert round(row["needed_per_thousand"], 1) == expected
    # rounded to a tenth of a seat in 1,000, the rule is right to a twentieth of one
    assert abs(row["difference"]) <= 0.05 * 140_500 / 1000


@given(towns())
def test_parts_add_up(town: tuple[pd.Series, pd.Series, pd.Series, pd.Series]) -> None:
    """Both parts together are the difference, and each is what its formula says."""
    residents, children, attendance, rule = town
    table = compare(residents, children, attendance=attendance, per_thousand=rule)
    scale = residents * rule / 1000 + children + 1
    parts = table["from_structure"] + table["from_attendance"]
    assert ((parts - table["difference"]).abs() <= 1e-9 * scale).all()
    share = (children / residents).fillna(0)
    structure = residents * (rule / 1000 - share)
    assert ((table["from_structure"] - structure).abs() <= 1e-9 * scale).all()
    assert ((table["from_attendance"] - residents * share * (1 - attendance)).abs() <= 1e-9 * scale).all()


@given(towns())
def test_the_implied_share_closes_the_part_of_structure(
    town: tuple[pd.Series, pd.Series, pd.Series, pd.Series],
) -> None:
    """Where the rule's own share of children lives, rule and children call for the same seats."""
    residents, _, attendance, _ = town
    for rate in attendance[attendance >= 0.2]:
        share = implied_share(30, attendance=float(rate))
        table = compare(residents, residents * share / 1000, attendance=float(rate), per_thousand=30)
        assert table["difference"].abs().max() <= 1e-9 * (1 + residents.max())


@given(towns(), st.randoms(use_true_random=False))
def test_order_is_irrelevant(town: tuple[pd.Series, pd.Series, pd.Series, pd.Series], rng: object) -> None:
    """Labels decide; the result is on the index of the residents."""
    residents, children, attendance, rule = town
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = [part.sample(frac=1, random_state=seed) for part in (children, attendance, rule)]
    table = compare(residents, mixed[0], attendance=mixed[1], per_thousand=mixed[2])
    pd.testing.assert_frame_equal(table, compare(residents, children, attendance=attendance, per_thousand=rule))


def test_by_unit_and_year() -> None:
    """Fewer children in a later year, the same residents: the rule plans more and more."""
    unit = pd.MultiIndex.from_product([["n"], [2025, 2030]], names=["catchment", "year"])
    table = compare(pd.Series(1000.0, unit), pd.Series([40.0, 20.0], unit), attendance=1.0, per_thousand=30)
    assert table["difference"].to_dict() == {("n", 2025): -10.0, ("n", 2030): 10.0}


def test_where_nobody_lives() -> None:
    """No seats, no difference, and no share of nobody."""
    row = compare(people(n=0), people(n=0), attendance=1.0, per_thousand=40).loc["n"]
    assert row[["fixed_seats", "estimate", "difference", "from_structure", "from_attendance"]].tolist() == [0.0] * 5
    assert math.isnan(row["children_per_thousand"])
    assert math.isnan(row["needed_per_thousand"])


@pytest.mark.parametrize(
    ("residents", "children", "error", "message"),
    [
        (people(n=1), people(s=1), LabelError, "`residents` and `children`"),
        (people(n=math.nan), people(n=1), MissingValueError, "`residents` is missing"),
        (people(n=1), people(n=math.nan), MissingValueError, "`children` is missing"),
        (people(n=-1), people(n=0), ValueError, "`residents` is negative"),
        (people(n=math.inf), people(n=0), ValueError, "`residents` is infinite"),
        (people(n=100), people(n=101), ValueError, "More children than residents live in 'n': 101 of 100"),
    ],
)
def test_refuses(residents: pd.Series, children: pd.Series, error: type[Exception], message: str) -> None:
    """Other units, unknown numbers, and children who are no residents stop here."""
    with pytest.raises(error, match=message):
        compare(residents, children, attendance=1.0, per_thousand=40)


def test_refuses_figures_that_are_none() -> None:
    """A rule or an attendance that is missing, negative or of other units is none."""
    with pytest.raises(MissingValueError, match="`attendance` is missing"):
        compare(people(n=1), people(n=1), attendance=math.nan, per_thousand=40)
    with pytest.raises(ValueError, match="`per_thousand` is negative"):
        compare(people(n=1), people(n=1), attendance=1.0, per_thousand=-40)
    with pytest.raises(LabelError, match="`per_thousand`"):
        compare(people(n=1), people(n=1), attendance=1.0, per_thousand=people(s=40))
    for options in ({"per_thousand": 0, "attendance": 1}, {"per_thousand": 40, "attendance": math.nan}):
        with pytest.raises(ValueError, match="above zero"):
            implied_share(options["per_thousand"], attendance=options["attendance"])
