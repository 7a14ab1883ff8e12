"""Kindergartens of housing developments: owed by homes, provided, handed over."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import MissingValueError
from schoolmap.seats.indicators.developments import HANDED_OVER
from schoolmap.seats.indicators.developments import STATUSES
from schoolmap.seats.indicators.developments import development_kindergartens
from schoolmap.seats.indicators.measures import measured
from schoolmap.standards.schema import SeatRule

Row = tuple[str | None, float | None, float | None, str | None]


def rule(value: float, *, gives: str = "classes", per: str = "homes", **bounds: float) -> SeatRule:
    """Return a rule of an example."""
    return SeatRule(
        id=f"{gives}-{value:g}",
        gives=gives,  # type: ignore[arg-type]
        per=per,  # type: ignore[arg-type]
        value=value,
        place="",
        stage="kindergarten",
        document="an example",
        confidence="assumption",
        **bounds,
    )


STEPS = [rule(6, at_least=500, below=1000), rule(9, at_least=1000, below=1500), rule(12, at_least=1500)]


def homes(*rows: Row) -> pd.DataFrame:
    """Return the table of developments."""
    return pd.DataFrame(rows, columns=["development", "homes", "kindergarten_classes", "handed_over"])


def test_by_hand() -> None:
    """Six cases, six statuses."""
    found = development_kindergartens(
        homes(
            ("tiny", 300, None, None),
            ("short", 1000, 6, "yes"),
            ("kept", 1500, 12, "no"),
            ("done", 700, 6, "yes"),
            ("silent", 700, None, None),
            ("waiting", 700, 9, None),
        ),
        rules=STEPS,
    )
    assert found["required"].tolist() == [0.0, 9.0, 12.0, 6.0, 6.0, 6.0]
    assert found["status"].tolist() == [
        "not_required",
        "short",
        "not_handed_over",
        "done",
        "not_provided",
        "not_provided",
    ]
    assert found["missing"].fillna(-1).tolist() == [0.0, 3.0, 0.0, 0.0, -1.0, 0.0]
    assert set(found["status"]) <= set(STATUSES)


def test_all_homes_of_a_development_count_together() -> None:
    """Two phases of 300 owe the six classes that neither owes alone; what stands in one row holds for all."""
    found = development_kindergartens(homes(("A", 300, 6, None), ("A", 300, None, "yes")), rules=STEPS)
    assert found.loc["A", ["homes", "required", "provided", "missing", "status"]].tolist() == [
        600.0,
        6.0,
        6.0,
        0.0,
        "done",
    ]


def test_a_phase_whose_homes_are_not_known_leaves_the_development_unknown() -> None:
    """It could cross a step; not known is not zero."""
    found = development_kindergartens(homes(("A", 400, 6, "yes"), ("A", None, None, None)), rules=STEPS)
    assert found["required"].isna().tolist() == [True]
    assert found["status"].tolist() == ["not_provided"]


def test_a_zero_that_was_written_is_no_kindergarten() -> None:
    """None provided: all six are missing."""
    found = development_kindergartens(homes(("A", 500, 0, None)), rules=STEPS)
    assert found.loc["A", ["missing", "status"]].tolist() == [6.0, "short"]


def test_rules_per_residents_need_the_people_of_a_home() -> None:
    """1,500 homes of three people at 40 per thousand: six classes of 30; without the people no such rule holds."""
    per_thousand = [rule(40, gives="seats_per_thousand", per="residents")]
    found = development_kindergartens(
        homes(("A", 1500, None, None)), rules=per_thousand, people_per_home=3.0, class_size=30
    )
    assert found.loc["A", ["residents", "required", "rule"]].tolist() == [4500.0, 6.0, "seats_per_thousand-40"]
    without = development_kindergartens(homes(("A", 1500, None, None)), rules=per_thousand)
    assert without["required"].tolist() == [0.0]
    both = development_kindergartens(
        homes(("A", 1500, None, None)), rules=[*STEPS, *per_thousand], people_per_home=3.0, class_size=30
    )
    assert both["required"].tolist() == [12.0]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2000)), min_size=1, max_size=9), st.randoms())
def test_homes_are_kept_and_order_is_irrelevant(rows: list[tuple[str, int]], rng: object) -> None:
    """The homes of the result are those of the table, however its rows lie."""
    table = homes(*[(name, float(number), None, None) for name, number in rows])
    found = development_kindergartens(table, rules=STEPS)
    assert found["homes"].sum() == table["homes"].sum()
    shuffled = table.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(
        development_kindergartens(shuffled, rules=STEPS).sort_index(), found.sort_index(), check_dtype=False
    )


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_more_homes_never_owe_fewer_classes(one: int, other: int) -> None:
    """The steps rise."""
    few, many = sorted((one, other))
    found = development_kindergartens(homes(("a", few, None, None), ("b", many, None, None)), rules=STEPS)
    assert found.loc["a", "required"] <= found.loc["b", "required"]


def test_the_share_that_was_handed_over() -> None:
    """One of the two that owe one and said so."""
    found = development_kindergartens(
        homes(("A", 700, 6, "yes"), ("B", 700, 6, "no"), ("C", 700, 6, None), ("D", 10, None, None)), rules=STEPS
    )
    owing = found[found["required"] > 0]
    handed = (owing["handed_over"] == "yes").astype(float).where(owing["handed_over"].notna())
    share = measured(HANDED_OVER, handed, pd.Series(1.0, index=owing.index))
    assert (share.value, share.left_out) == (50.0, 1)


def test_the_index_may_hold_the_development() -> None:
    """As tables that are read have it."""
    table = homes(("A", 700, 6, "yes")).assign(type="flat", year=2027).set_index(["development", "type", "year"])
    assert development_kindergartens(table, rules=STEPS).index.tolist() == ["A"]


def test_refusals() -> None:
    """Contradictions are named, not averaged."""
    with pytest.raises(ValueError, match="'A' give more than one `kindergarten_classes`"):
        development_kindergartens(homes(("A", 300, 6, None), ("A", 300, 9, None)), rules=STEPS)
    with pytest.raises(ValueError, match="more than one `handed_over`"):
        development_kindergartens(homes(("A", 300, 6, "yes"), ("A", 300, 6, "no")), rules=STEPS)
    with pytest.raises(ValueError, match="negative"):
        development_kindergartens(homes(("A", -300, 6, None)), rules=STEPS)
    with pytest.raises(MissingValueError, match="code of a development"):
        development_kindergartens(homes((None, 300, 6, None)), rules=STEPS)
