"""Staff: the larger of the rule per pupil and the rule per class, and shortages that are never netted."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.measures import measured
from schoolmap.seats.indicators.staffing import CERTIFIED
from schoolmap.seats.indicators.staffing import CHILDREN_PER_TEACHER
from schoolmap.seats.indicators.staffing import EXCHANGED
from schoolmap.seats.indicators.staffing import EXCHANGED_BACKBONE
from schoolmap.seats.indicators.staffing import heads_needed
from schoolmap.seats.indicators.staffing import staff_needed
from schoolmap.seats.indicators.staffing import staffing
from schoolmap.seats.indicators.staffing import staffing_totals
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import Requirement
from schoolmap.standards.schema import StageStandard


def figure(value: float) -> Figure:
    """Return a figure of an example."""
    return Figure(value=value, document="an example", confidence="assumption")


PRIMARY = StageStandard(pupils_per_staff=figure(19), staff_per_class=figure(2), small_below=figure(100))
KINDERGARTEN = StageStandard(
    pupils_per_staff=figure(7),
    staff_per_class=figure(3),
    pupils_per_teacher=figure(15),
    teachers_per_class=figure(2),
    carers_per_class=figure(1),
)
STAGES = {"primary": PRIMARY, "kindergarten": KINDERGARTEN}
HEADS = pd.Series({1: 1.0, 6: 2.0, 10: 3.0})


def sections(*rows: tuple[str, str, float | None, float | None], **columns: list[float | None]) -> pd.DataFrame:
    """Return sections with their pupils, classes and further columns."""
    index = pd.MultiIndex.from_tuples([(s, g) for s, g, _, _ in rows], names=["school", "stage"])
    table = pd.DataFrame({"enrolment": [p for *_, p, _ in rows], "classes": [c for *_, c in rows]}, index=index)
    return table.assign(**columns)


def needed(pupils: float | None, classes: float | None, *, ratio: float | None, per_class: float | None) -> pd.Series:
    """Return the need of one school."""
    index = ["A"]
    return staff_needed(
        pd.Series([pupils], index=index, dtype=float),
        classes=pd.Series([classes], index=index, dtype=float),
        pupils_per_staff=pd.Series([ratio], index=index, dtype=float),
        staff_per_class=pd.Series([per_class], index=index, dtype=float),
    ).iloc[0]


# The two rules


def test_a_town_school_by_pupils_and_a_village_school_by_classes() -> None:
    """1,000 pupils at 19 are 53 staff; a village school of 60 pupils in six classes needs 12, not four."""
    table = sections(("town", "primary", 1000, 23), ("village", "primary", 60, 6))
    found = staffing(table, stages=STAGES)
    assert found["needed"].tolist() == [53.0, 12.0]
    assert found["rule"].tolist() == ["pupils", "classes"]
    # at 100 pupils a school is no longer small
    edge = staffing(sections(("edge", "primary", 100, 6)), stages=STAGES)
    assert edge["needed"].tolist() == [6.0]


def test_only_rural_schools_are_small_where_that_is_known() -> None:
    """The same 60 pupils in town get four."""
    table = sections(("town", "primary", 60, 6), ("village", "primary", 60, 6))
    found = staffing(table, stages=STAGES, rural=pd.Series([False, True], index=table.index))
    assert found["needed"].tolist() == [4.0, 12.0]


@given(st.integers(0, 3000), st.integers(0, 60), st.integers(1, 30), st.sampled_from([1.0, 1.7, 2.0, 3.0]))
def test_the_larger_of_the_two_rounded_up(pupils: int, classes: int, ratio: int, per_class: float) -> None:
    """The need is the formula, and a person less would break one of the rules."""
    row = needed(pupils, classes, ratio=ratio, per_class=per_class)
    assert row["needed"] == max(math.ceil(pupils / ratio), math.ceil(round(classes * per_class, 6)))
    people = row["needed"] - 1
    assert people < 0 or people * ratio < pupils or people + 1e-6 < classes * per_class


def test_ten_classes_at_1_7_are_seventeen() -> None:
    """1.7 x 10 is 17, whatever it is in binary; 1.1 x 30 is 33."""
    assert needed(0, 10, ratio=19, per_class=1.7)["needed"] == 17.0
    assert needed(0, 30, ratio=19, per_class=1.1)["needed"] == 33.0


def test_what_is_not_known_leaves_the_need_unknown() -> None:
    """Classes that nobody told could ask for more; without a rule per class they do not matter."""
    assert pd.isna(needed(100, None, ratio=19, per_class=2)["needed"])
    assert pd.isna(needed(None, 10, ratio=19, per_class=2)["needed"])
    assert needed(100, None, ratio=19, per_class=None)["needed"] == 6.0
    assert needed(None, 10, ratio=None, per_class=2)["needed"] == 20.0
    assert pd.isna(needed(100, 10, ratio=None, per_class=None)["needed"])
    assert needed(100, None, ratio=19, per_class=2)["rule"] == ""


# Kindergartens


def test_a_kindergarten_has_teachers_carers_and_heads() -> None:
    """Six classes of 30: 26 staff at seven children each, 12 teachers, 6 carers, 2 heads."""
    table = sections(("K", "kindergarten", 180, 6), staff=[25], teachers=[13], carers=[5], heads=[1])
    found = staffing(table, stages=STAGES, head_bands={"kindergarten": HEADS}).droplevel(["school", "stage"])
    assert found["needed"].to_dict() == {"staff": 26.0, "teachers": 12.0, "carers": 6.0, "heads": 2.0}
    assert found["short"].to_dict() == {"staff": 1.0, "teachers": 0.0, "carers": 1.0, "heads": 1.0}
    assert found["spare"].to_dict() == {"staff": 0.0, "teachers": 1.0, "carers": 0.0, "heads": 0.0}


def test_a_role_of_which_the_standard_says_nothing_has_no_row() -> None:
    """Primary schools have no carers here, and nobody said how many heads."""
    table = sections(("K", "kindergarten", 180, 6), ("P", "primary", 400, 9))
    found = staffing(table, stages=STAGES)
    assert found.index.tolist() == [
        ("K", "kindergarten", "staff"),
        ("K", "kindergarten", "teachers"),
        ("K", "kindergarten", "carers"),
        ("P", "primary", "staff"),
    ]


def test_heads_by_bands() -> None:
    """One below six classes, two from six, three from ten; without classes nobody says."""
    found = heads_needed(pd.Series([1.0, 5.0, 6.0, 9.0, 10.0, 30.0, 0.0, None]), bands=HEADS)
    assert found.tolist()[:6] == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    assert found.isna().tolist()[6:] == [True, True]
    with pytest.raises(ValueError, match="must rise"):
        heads_needed(pd.Series([1.0]), bands=pd.Series({6: 2.0, 1: 1.0}))


# Posts and people


def test_posts_and_people_are_held_apart() -> None:
    """40 needed, 38 posts, 41 people: two posts too few, one person too many, three without a post."""
    table = sections(("A", "primary", 760, 18), staff=[41], posts=[38])
    row = staffing(table, stages=STAGES).iloc[0]
    assert (row["needed"], row["posts"], row["there"]) == (40.0, 38.0, 41.0)
    assert (row["short"], row["spare"], row["posts_short"], row["posts_spare"]) == (0.0, 1.0, 2.0, 0.0)
    assert (row["vacant"], row["beyond_posts"]) == (0.0, 3.0)


def test_posts_are_those_of_all_staff() -> None:
    """They say nothing of teachers alone."""
    table = sections(("K", "kindergarten", 180, 6), teachers=[10], posts=[20])
    found = staffing(table, stages=STAGES).droplevel(["school", "stage"])
    assert found["posts"].isna().to_dict() == {"staff": False, "teachers": True, "carers": True}
    assert pd.isna(found.loc["staff", "short"])
    assert found.loc["staff", "posts_short"] == 6.0


counts = st.one_of(st.none(), st.integers(0, 90))


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 20), counts, st.sampled_from("nsw")), min_size=1, max_size=6)
)
def test_nothing_is_netted_and_nobody_lost(rows: list[tuple[int, int, int | None, str]]) -> None:
    """In sums by township, short less spare is needed less there; neither is smaller than that of any school."""
    table = sections(
        *[(f"s{i}", "primary", p, c) for i, (p, c, _, _) in enumerate(rows)],
        staff=[None if s is None else float(s) for _, _, s, _ in rows],
    )
    found = staffing(table, stages=STAGES)
    assert not ((found["short"] > 0) & (found["spare"] > 0)).any()
    townships = pd.Series([town for *_, town in rows], index=[f"s{i}" for i in range(len(rows))])
    totals = staffing_totals(found, by=("township", "role"), townships=townships)
    assert totals["units"].sum() + totals["left_out"].sum() == len(rows)
    assert totals["short"].sum() == found["short"].sum()
    assert totals["spare"].sum() == found["spare"].sum()
    known = found.dropna(subset=["there"])
    assert known["short"].sum() - known["spare"].sum() == known["needed"].sum() - known["there"].sum()
    assert totals["needed"].sum() == found["needed"].sum()


def test_a_sum_of_what_nobody_told_is_not_zero() -> None:
    """A township whose schools told no posts has no sum of posts, and its school is left out."""
    table = sections(("A", "primary", 760, 18), ("B", "primary", 760, 18), staff=[38, None], posts=[40, None])
    towns = pd.Series({"A": "n", "B": "s"})
    found = staffing_totals(staffing(table, stages=STAGES), by=("township", "role"), townships=towns)
    assert found.loc[("n", "staff"), ["short", "posts", "units", "left_out"]].tolist() == [2.0, 40.0, 1.0, 0.0]
    silent = found.loc[("s", "staff")]
    assert silent[["short", "spare", "posts"]].isna().all()
    assert silent[["needed", "units", "left_out"]].tolist() == [40.0, 0.0, 1.0]


def test_order_of_rows_is_irrelevant() -> None:
    """The same sections in another order have the same staff."""
    table = sections(
        ("A", "primary", 760, 18), ("B", "primary", 90, 6), ("K", "kindergarten", 90, 3), staff=[41, 10, 9]
    )
    straight, reverse = staffing(table, stages=STAGES), staffing(table[::-1], stages=STAGES)
    pd.testing.assert_frame_equal(reverse.sort_index(), straight.sort_index())


# Ratios


def requirement(name: str, value: float, *, unit: str, at_most: bool = False) -> Requirement:
    """Require a value."""
    return Requirement(
        id=name,
        value=value,
        unit=unit,
        direction="at_most" if at_most else "at_least",
        label={"en": "", "zh": ""},
        document="an example",
        confidence="assumption",
    )


def test_exchange_is_a_share_of_those_due() -> None:
    """Nine of 100 due were exchanged where ten per cent are asked for: one more; two of the nine are backbone teachers."""
    due, moved = pd.Series({"A": 60.0, "B": 40.0}), pd.Series({"A": 9.0, "B": 0.0})
    found = judge(measured(EXCHANGED, moved, due), requirement("exchange", 10, unit="%"))
    assert (found.value, found.met, found.lacking) == (9.0, False, 1.0)
    backbone = measured(EXCHANGED_BACKBONE, pd.Series({"A": 2.0, "B": 0.0}), moved)
    assert judge(backbone, requirement("backbone_exchange", 20, unit="%")).met is True


def test_children_for_a_teacher_and_certificates() -> None:
    """300 children and 18 teachers: two teachers lacking at 15 to one; one of 18 has no certificate."""
    teachers = pd.Series({"K": 18.0})
    found = measured(CHILDREN_PER_TEACHER, pd.Series({"K": 300.0}), teachers)
    assert judge(found, requirement("children_per_teacher", 15, unit="children", at_most=True)).lacking == 2.0
    certified = measured(CERTIFIED, pd.Series({"K": 17.0}), teachers)
    assert judge(certified, requirement("certified_teachers", 100, unit="%")).lacking == 1.0


# Refusals


def test_refuses_what_it_would_have_to_guess() -> None:
    """A stage without a standard, sums that count a person twice, a township that is not told, a ratio of zero."""
    table = sections(("A", "senior", 100, 3))
    with pytest.raises(LabelError, match="nothing of stage 'senior'"):
        staffing(table, stages=STAGES)
    found = staffing(sections(("A", "primary", 100, 3)), stages=STAGES)
    with pytest.raises(LabelError, match="counted twice"):
        staffing_totals(found, by=("stage",))
    with pytest.raises(LabelError, match="township of 'A'"):
        staffing_totals(found, by=("township", "role"))
    with pytest.raises(ValueError, match="`pupils_per_staff` is zero for 'A'"):
        needed(100, 3, ratio=0.0, per_class=None)
    with pytest.raises(ValueError, match="negative"):
        needed(-1, 3, ratio=19, per_class=None)
    one = pd.Series([1.0], index=["A"])
    with pytest.raises(MissingValueError, match="`small`"):
        staff_needed(one, classes=one, pupils_per_staff=one, staff_per_class=one, small=pd.Series([None], index=["A"]))
    with pytest.raises(LabelError, match="twice"):
        staffing(sections(("A", "primary", 1, 1), ("A", "primary", 1, 1)), stages=STAGES)
