"""One public kindergarten for every township: what counts, what does not, and what nobody can say."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.judging import judge_each
from schoolmap.seats.indicators.kindergartens import ACCEPTED
from schoolmap.seats.indicators.kindergartens import BUILDING
from schoolmap.seats.indicators.kindergartens import OUTDOOR
from schoolmap.seats.indicators.kindergartens import TOWNSHIPS_COVERED
from schoolmap.seats.indicators.kindergartens import township_coverage
from schoolmap.seats.indicators.kindergartens import township_indicator
from schoolmap.seats.indicators.measures import measured
from schoolmap.standards.schema import Requirement
from schoolmap.standards.schema import SeatRule

School = tuple[str, str, str | None, str, str | None]
"""Code, township, ownership, licensed, and the stage whose rooms it uses."""


def tables(*rows: School) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of schools and sections."""
    codes = [code for code, *_ in rows]
    schools = pd.DataFrame(
        {
            "township": [town for _, town, *_ in rows],
            "ownership": [owner for _, _, owner, *_ in rows],
            "licensed": [licensed for *_, licensed, _ in rows],
        },
        index=pd.Index(codes, dtype=object),
        dtype=object,
    )
    index = pd.MultiIndex.from_product([codes, ["kindergarten"]], names=["school", "stage"])
    return schools, pd.DataFrame({"rooms_of": [rooms for *_, rooms in rows]}, index=index, dtype=object)


def towns(*names: str, **columns: list[object]) -> pd.DataFrame:
    """Return the table of townships."""
    return pd.DataFrame(columns, index=pd.Index(names, dtype=object))


def asked(gives: str, value: float, **bounds: float) -> SeatRule:
    """Return a rule per residents."""
    return SeatRule(
        id=f"{gives}-{value:g}",
        gives=gives,  # type: ignore[arg-type]
        value=value,
        place="",
        stage="kindergarten",
        document="an example",
        confidence="assumption",
        **bounds,
    )


ONE_EACH = Requirement(
    id="township_kindergarten",
    stage="kindergarten",
    value=1,
    unit="kindergartens",
    label={"en": "", "zh": ""},
    document="an example",
    confidence="assumption",
)


def test_by_hand() -> None:
    """Northtown has a public one; Hillside an inclusive private, which does not count; Lakeside none."""
    schools, sections = tables(
        ("A", "Northtown", "public", "yes", None),
        ("B", "Northtown", "private", "yes", None),
        ("C", "Hillside", "inclusive", "yes", None),
    )
    found = township_coverage(towns("Northtown", "Hillside", "Lakeside"), schools=schools, sections=sections)
    assert found["met"].to_dict() == {"Northtown": True, "Hillside": False, "Lakeside": False}
    assert found["missing"].tolist() == [0.0, 1.0, 1.0]
    assert found[["kindergartens", "public", "inclusive", "private"]].loc["Northtown"].tolist() == [2, 1, 0, 1]
    indicator = township_indicator(found, requirement=ONE_EACH)
    assert (indicator.value, indicator.failing, indicator.lacking, indicator.met) == (0.0, 2, 2.0, False)
    assert "Hillside、Lakeside" in indicator.notes[0]["zh"]
    share = measured(TOWNSHIPS_COVERED, found["met"].astype(float), pd.Series(1.0, index=found.index))
    assert share.value == pytest.approx(100 / 3)


def test_a_street_may_have_an_inclusive_one() -> None:
    """In streets public or inclusive ones count, in townships public ones only; another rule can be given."""
    schools, sections = tables(("A", "Street", "inclusive", "yes", None), ("B", "Town", "inclusive", "yes", None))
    places = towns("Street", "Town", kind=["street", "township"])
    found = township_coverage(places, schools=schools, sections=sections)
    assert found["met"].tolist() == [True, False]
    mild = township_coverage(
        places, schools=schools, sections=sections, accepted=dict.fromkeys(ACCEPTED, ("public", "inclusive"))
    )
    assert mild["met"].tolist() == [True, True]


def test_attached_classes_and_unlicensed_ones_are_no_kindergarten() -> None:
    """They are counted, apart."""
    schools, sections = tables(("A", "Town", "public", "yes", "primary"), ("B", "Town", "public", "no", None))
    row = township_coverage(towns("Town"), schools=schools, sections=sections).iloc[0]
    assert row[["kindergartens", "attached", "unlicensed"]].tolist() == [0, 1, 1]
    assert not row["met"]


def test_an_unknown_owner_decides_nothing() -> None:
    """It may be the public one; where there is another public one it does not matter."""
    schools, sections = tables(
        ("A", "Town", None, "yes", None), ("B", "Vale", None, "yes", None), ("C", "Vale", "public", "yes", None)
    )
    found = township_coverage(towns("Town", "Vale"), schools=schools, sections=sections)
    assert found["met"].isna().tolist() == [True, False]
    assert found["missing"].tolist() == [1.0, 0.0]
    indicator = township_indicator(found, requirement=ONE_EACH)
    assert (indicator.met, indicator.left_out, indicator.provisional) == (True, 1, True)


def test_a_large_township_needs_two() -> None:
    """From 30,000 residents two; a township whose residents are not known may need two."""
    schools, sections = tables(*[(f"k{i}", town, "public", "yes", None) for i, town in enumerate("abcd")])
    places = towns("a", "b", "c", residents=[29_999, 30_000, None])
    with pytest.raises(LabelError, match=r"stand in no township that is listed, e\.g\. 'k3' in 'd'"):
        township_coverage(places, schools=schools, sections=sections)
    places = towns("a", "b", "c", "d", residents=[29_999, 30_000, None, 61_000])
    rules = [asked("schools", 2, at_least=30_000), asked("people_per_school", 20_000)]
    found = township_coverage(places, schools=schools, sections=sections, rules=rules)
    assert found["required"].tolist() == [1.0, 2.0, 1.0, 3.0]
    assert found["rule"].tolist() == ["", "schools-2", "", "people_per_school-20000"]
    assert found["missing"].tolist() == [0.0, 1.0, 0.0, 2.0]
    assert found["met"].isna().tolist() == [False, False, True, False]


def test_nobody_can_say() -> None:
    """Where every township is undecided, the indicator is not provided."""
    schools, sections = tables(("A", "Town", None, "yes", None))
    found = township_coverage(towns("Town"), schools=schools, sections=sections)
    assert (
        township_indicator(found, requirement=ONE_EACH).met,
        township_indicator(found, requirement=ONE_EACH).left_out,
    ) == (
        None,
        1,
    )


school = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["public", "inclusive", "private", None]),
    st.sampled_from(["yes", "no", None]),
    st.sampled_from(["primary", None]),
)


@given(st.lists(school, max_size=8), st.randoms(use_true_random=False))
def test_every_kindergarten_is_counted_once(
    rows: list[tuple[str, str | None, str | None, str | None]], rng: object
) -> None:
    """Own, attached and unlicensed are all; by ownership they are all of their own; order does not matter."""
    listed = [(f"k{i}", *row) for i, row in enumerate(rows)]
    schools, sections = tables(*listed)  # type: ignore[arg-type]
    places = towns("a", "b", "c", kind=["township", "street", None])
    found = township_coverage(places, schools=schools, sections=sections)
    assert found[["kindergartens", "attached", "unlicensed"]].to_numpy().sum() == len(rows)
    assert (found[["public", "inclusive", "private", "unknown"]].sum(axis=1) == found["kindergartens"]).all()
    assert (found["accepted"] <= found["kindergartens"]).all()
    shuffled = township_coverage(
        places,
        schools=schools.sample(frac=1, random_state=rng.randrange(2**32)),  # type: ignore[attr-defined]
        sections=sections.sample(frac=1, random_state=1),
    )
    pd.testing.assert_frame_equal(shuffled, found)


def test_areas_must_be_reached_by_each_kindergarten() -> None:
    """Plenty of yard here is no yard there: the one with three square metres a child lacks 100."""
    yard = Requirement(
        id="outdoor_m2",
        value=4,
        unit="m²",
        label={"en": "", "zh": ""},
        document="an example",
        confidence="assumption",
    )
    found = judge_each(
        OUTDOOR, pd.Series({"A": 300.0, "B": 2000.0}), pd.Series({"A": 100.0, "B": 100.0}), requirement=yard
    )
    assert (found.value, found.failing, found.lacking) == (3.0, 1, 100.0)
    assert measured(BUILDING, pd.Series({"A": 900.0}), pd.Series({"A": 90.0})).value == 10.0
    with pytest.raises(LabelError, match="does not speak of 'building_m2'"):
        judge(measured(BUILDING, pd.Series({"A": 900.0}), pd.Series({"A": 90.0})), yard)


def test_refusals() -> None:
    """A kind of place without a rule, a school in no township, a section of no school, a township listed twice."""
    schools, sections = tables(("A", "Town", "public", "yes", None))
    with pytest.raises(ValueError, match="'Town' is a 'farm', none of township, street"):
        township_coverage(towns("Town", kind=["farm"]), schools=schools, sections=sections)
    with pytest.raises(LabelError, match="they would not be counted"):
        township_coverage(towns("Vale"), schools=schools, sections=sections)
    with pytest.raises(LabelError, match=r"of no school that is listed, e\.g\. 'A'"):
        township_coverage(towns("Town"), schools=schools.iloc[:0], sections=sections)
    with pytest.raises(LabelError, match="twice"):
        township_coverage(towns("Town", "Town"), schools=schools, sections=sections)


def test_other_stages_do_not_count() -> None:
    """A public primary school is no kindergarten."""
    schools, sections = tables(("A", "Town", "public", "yes", None))
    sections.index = pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"])
    found = township_coverage(towns("Town"), schools=schools, sections=sections)
    assert found["met"].tolist() == [False]
