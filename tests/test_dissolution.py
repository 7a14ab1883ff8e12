"""A plan against oversized classes: what the rooms there are come to, what is missing, and the task of each year."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.classes.dissolution import Dissolution
from schoolmap.seats.classes.dissolution import plan_dissolution
from schoolmap.seats.classes.dissolution import yearly_targets
from schoolmap.seats.classes.sizes import class_sizes
from schoolmap.seats.classes.sizes import oversize

GRADES = {"primary": ["1", "2", "3"], "junior": ["7", "8"]}
BASE, TARGET = 2024, 2027
YEARS = list(range(BASE, TARGET + 1))
some = settings(max_examples=15)

School = dict[str, list[float]]
"""`pupils` and `classes` by grade, `intake` by year after the base year, `rooms` by year."""


def school(pupils: list[float], classes: list[float], intake: list[float], rooms: float | list[float]) -> School:
    """Return one section; one number of rooms is that of every year."""
    space = rooms if isinstance(rooms, list) else [rooms] * len(YEARS)
    return {"pupils": pupils, "classes": classes, "intake": intake, "rooms": space}


def table(sections: dict[tuple[str, str], School], what: str) -> pd.Series:
    """Return one list of all sections as a column."""
    labels = {"pupils": None, "classes": None, "intake": YEARS[1:], "rooms": YEARS}[what]
    cells = {
        (*section, label): number
        for section, numbers in sections.items()
        for label, number in zip(labels or GRADES[section[1]], numbers[what], strict=True)
    }
    names = ["school", "stage", "grade" if labels is None else "year"]
    return pd.Series(list(cells.values()), index=pd.MultiIndex.from_tuples(cells, names=names), dtype=float)


def tables(sections: dict[tuple[str, str], School]) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Return the three tables that a plan needs."""
    taught = pd.DataFrame({what: table(sections, what) for what in ("pupils", "classes")})
    return taught, table(sections, "intake"), table(sections, "rooms")


def planned(sections: dict[tuple[str, str], School], **choices: Any) -> Dissolution:  # noqa: ANN401
    """Plan with the limits of the national statistics and classes of 45, unless others are given."""
    usual: dict[str, Any] = {
        "grades": GRADES,
        "caps": 45,
        "base_year": BASE,
        "target_year": TARGET,
        "oversized_from": 56,
        "very_oversized_from": 66,
    }
    return plan_dissolution(*tables(sections), **(usual | choices))


def of_one(numbers: School, **choices: Any) -> Dissolution:  # noqa: ANN401
    """Plan for one primary school."""
    return planned({("a", "primary"): numbers}, **choices)


def column(plan: Dissolution, name: str) -> list[float]:
    """Return one column of the years of a plan."""
    return [float(number) for number in plan.by_year[name]]


@st.composite
def sections(draw: st.DrawFn) -> dict[tuple[str, str], School]:
    """Draw up to three sections, all numbers known, with rooms for every grade or fewer."""
    found = {}
    for label in draw(
        st.lists(st.sampled_from([*itertools.product("abc", GRADES)]), min_size=1, max_size=3, unique=True)
    ):
        count = len(GRADES[label[1]])
        pupils = draw(st.lists(st.integers(0, 240), min_size=count, max_size=count))
        extra = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
        classes = [-(-number // 60) + more for number, more in zip(pupils, extra, strict=True)]
        intake = draw(st.lists(st.integers(0, 240), min_size=len(YEARS) - 1, max_size=len(YEARS) - 1))
        rooms = draw(st.lists(st.integers(0, 16), min_size=len(YEARS), max_size=len(YEARS)))
        found[label] = school(pupils, classes, intake, rooms)  # type: ignore[arg-type]
    return found


# a school by hand


CROWDED = school([180.0, 120.0, 60.0], [3.0, 2.0, 1.0], [100.0, 50.0, 40.0], 6.0)
"""Six rooms, six classes of 60; small cohorts arrive."""


def test_pupils_move_up_and_leave_by_hand() -> None:
    """180, 120, 60 become 100, 180, 120, then 50, 100, 180, then 40, 50, 100; the highest grade leaves each year."""
    plan = of_one(CROWDED)
    assert column(plan, "pupils") == [360, 400, 330, 190]
    assert column(plan, "leavers") == [0, 60, 120, 180]
    assert plan.audit.loc["primary"].to_dict() == {"base": 360, "intake": 190, "leavers": 360, "target": 190}


def test_classes_by_hand() -> None:
    """
    Six classes of 60 in the base year; then the rooms are shared anew each year.

    2025: 100, 180, 120 in six rooms are 2, 2, 2: 50, 90, 60; with 1, 3, 2 the largest would be 100.
    2026: 50, 100, 180 are 1, 2, 3: 50, 50, 60.
    2027: 40, 50, 100 need 1, 2, 3 at the cap of 45, and have them.
    """
    plan = of_one(CROWDED)
    assert column(plan, "classes_taught") == [6, 6, 6, 6]
    assert column(plan, "largest_class") == [60, 90, 60, 40]
    assert column(plan, "oversized") == [6, 4, 3, 0]
    assert column(plan, "classes_needed") == [4 + 3 + 2, 3 + 4 + 3, 2 + 3 + 4, 1 + 2 + 3]
    assert column(plan, "rooms_missing") == [3, 4, 3, 0]
    row = plan.by_section.loc[("a", "primary")]
    assert row.to_dict() == {
        "oversized": 6,
        "rooms_to_add": 0,
        "most_rooms_missing": 4,
        "most_missing_in": 2025,
        "dissolves_by_itself": 2027,
    }


def test_the_sizes_by_hand() -> None:
    """100, 180 and 120 pupils in two rooms each: 50s, 90s and 60s; 35 and 5 heads above 55 in each of these."""
    plan = of_one(school([100.0, 180.0, 120.0], [2.0, 2.0, 2.0], [0.0, 0.0, 0.0], 6.0))
    first = plan.by_year.loc[("a", "primary", BASE)]
    assert first[["largest_class", "oversized", "very_oversized", "excess_heads"]].tolist() == [
        90,
        4,
        2,
        2 * 35 + 2 * 5,
    ]


def test_yearly_targets_are_those_of_the_base_year() -> None:
    """Six oversized classes in three years: two a year, and none is left in the target year."""
    targets = of_one(CROWDED).targets
    assert targets["dissolve"].tolist() == [2, 2, 2]
    assert targets["left"].tolist() == [4, 2, 0]


def test_rooms_that_are_built_mend_it_earlier() -> None:
    """With ten rooms from 2025 on every grade has its classes at the cap; no year is oversized after the base year."""
    plan = of_one(CROWDED | {"rooms": [6.0, 10.0, 10.0, 10.0]})
    assert column(plan, "oversized") == [6, 0, 0, 0]
    assert column(plan, "rooms_missing") == [3, 0, 0, 0]
    assert plan.by_section["dissolves_by_itself"].tolist() == [2025]
    # what was missing in the base year is past
    assert plan.by_section["most_rooms_missing"].tolist() == [0]
    assert plan.by_section["most_missing_in"].isna().tolist() == [True]


def test_a_school_with_room_opens_no_more_classes_than_it_needs() -> None:
    """Twenty rooms, and the classes that the cap asks for."""
    plan = of_one(CROWDED | {"rooms": [20.0] * 4})
    assert column(plan, "classes_taught")[1:] == column(plan, "classes_needed")[1:]


def test_a_smaller_class_is_phased_in() -> None:
    """Entrants from 2025 on have 45, older ones keep 50: 100 pupils are three classes, or two."""
    even = school([100.0, 100.0, 100.0], [2.0, 2.0, 2.0], [100.0, 100.0, 100.0], 6.0)
    index = pd.Index(GRADES["primary"], name="grade")
    caps = pd.DataFrame(
        [[50, 45, 45, 45], [50, 50, 45, 45], [50, 50, 50, 45]], index=index, columns=pd.Index(YEARS, name="year")
    )
    plan = of_one(even, caps=caps)
    assert column(plan, "classes_needed") == [6, 7, 8, 9]
    assert column(plan, "rooms_missing") == [0, 1, 2, 3]
    assert plan.by_section["rooms_to_add"].tolist() == [3]


def test_classes_counted_one_by_one_are_taken_for_the_base_year() -> None:
    """60 and 50 pupils in two classes are one oversized; spread evenly they would be none."""
    records = pd.DataFrame(
        {"school": "a", "stage": "primary", "grade": list("1123"), "class": list("abcd"), "pupils": [60, 50, 40, 40]}
    )
    counted = oversize(
        class_sizes(records),
        by=["school", "stage", "grade"],
        oversized_from=56,
        very_oversized_from=66,
        cap=45,
    )
    _, intake, rooms = tables({("a", "primary"): school([0.0] * 3, [0.0] * 3, [40.0] * 3, 4.0)})
    limits: dict[str, Any] = {"oversized_from": 56, "very_oversized_from": 66}
    choices: dict[str, Any] = {"grades": GRADES, "caps": 45, "base_year": BASE, "target_year": TARGET} | limits
    plan = plan_dissolution(counted, intake, rooms, **choices)
    assert plan.by_year[["oversized", "excess_heads"]].iloc[0].tolist() == [1, 5]
    assert plan.targets["dissolve"].tolist() == [1, 0, 0]
    evenly = plan_dissolution(counted[["pupils", "classes"]], intake, rooms, **choices)
    assert evenly.by_year["oversized"].iloc[0] == 0
    pd.testing.assert_frame_equal(plan.by_year.iloc[1:], evenly.by_year.iloc[1:])


# what always holds


@given(sections())
@some
def test_no_pupil_is_lost(found: dict[tuple[str, str], School]) -> None:
    """Who was there or entered has left or is there, in each stage; and year by year in each section."""
    plan = planned(found)
    assert (plan.audit["base"] + plan.audit["intake"]).equals(plan.audit["leavers"] + plan.audit["target"])
    for section, numbers in found.items():
        years = plan.by_year.loc[section]
        entered = [0.0, *numbers["intake"]]
        for before, year in itertools.pairwise(YEARS):
            moved = years.loc[before, "pupils"] + entered[year - BASE] - years.loc[year, "leavers"]
            assert years.loc[year, "pupils"] == moved


def sizes_of(pupils: list[float], classes: list[int]) -> list[int]:
    """Seat the pupils of each grade one by one, each in the emptiest class."""
    sizes = []
    for count, rooms in zip(pupils, classes, strict=True):
        seats = [0] * rooms
        for _ in range(int(count)):
            seats[seats.index(min(seats))] += 1
        sizes += seats
    return sizes


def cohorts(numbers: School, years: int) -> list[float]:
    """Let pupils move up year by year, grade by grade."""
    grades = list(numbers["pupils"])
    for year in range(years):
        grades = [numbers["intake"][year], *grades[:-1]]
    return grades


@given(sections())
@some
def test_every_year_is_what_trying_all_ways_of_sharing_rooms_gives(found: dict[tuple[str, str], School]) -> None:
    """No way of sharing the rooms has a smaller largest class; and the counts are those of the sizes, one by one."""
    plan = planned(found)
    for (section, numbers), ahead in itertools.product(found.items(), range(1, len(YEARS))):
        row = plan.by_year.loc[(*section, BASE + ahead)]
        pupils, rooms = cohorts(numbers, ahead), int(numbers["rooms"][ahead])
        needed = [-(-int(count) // 45) for count in pupils]
        assert row["classes_needed"] == sum(needed)
        assert row["rooms_missing"] == max(0, sum(needed) - rooms)
        least = sum(count > 0 for count in needed)
        if rooms < least:
            continue
        ways = [way for way in itertools.product(*(range(min(n, 1), n + 1) for n in needed)) if sum(way) <= rooms]
        best = min(max(sizes_of(pupils, list(way)), default=0) for way in ways)
        assert row["largest_class"] == best
        assert row["classes_taught"] == min(rooms, sum(needed))
        ours = [
            way
            for way in ways
            if sum(way) == row["classes_taught"] and max(sizes_of(pupils, list(way)), default=0) == best
        ]
        counts = {
            (
                sum(size >= 56 for size in sizes),
                sum(size >= 66 for size in sizes),
                sum(max(0, size - 55) for size in sizes),
            )
            for sizes in (sizes_of(pupils, list(way)) for way in ours)
        }
        assert (row["oversized"], row["very_oversized"], row["excess_heads"]) in counts


@given(sections())
@some
def test_the_base_year_is_as_it_is(found: dict[tuple[str, str], School]) -> None:
    """Classes of the base year are those taught, whatever rooms there are."""
    plan = planned(found)
    for section, numbers in found.items():
        row = plan.by_year.loc[(*section, BASE)]
        sizes = sizes_of(numbers["pupils"], [int(count) for count in numbers["classes"]])
        assert row["classes_taught"] == len(sizes)
        assert row["oversized"] == sum(size >= 56 for size in sizes)
        assert row["excess_heads"] == sum(max(0, size - 55) for size in sizes)


@given(sections(), st.data())
@some
def test_sections_do_not_look_at_each_other(found: dict[tuple[str, str], School], data: st.DataObject) -> None:
    """Each is planned as if it were alone; only the deal of the yearly targets is common. Order decides nothing."""
    order = data.draw(st.permutations(list(found)))
    together = planned({section: found[section] for section in order})
    pd.testing.assert_frame_equal(together.targets, planned(found).targets)
    for section, numbers in found.items():
        alone = planned({section: numbers})
        pd.testing.assert_frame_equal(together.by_year.loc[section], alone.by_year.loc[section])
        pd.testing.assert_series_equal(together.by_section.loc[section], alone.by_section.loc[section])


@given(sections(), st.integers(1, 5))
@some
def test_more_rooms_never_make_the_largest_class_larger(found: dict[tuple[str, str], School], more: int) -> None:
    """Nor leave more rooms missing: so many less, or none."""
    before = planned(found).by_year
    wider = {section: numbers | {"rooms": [r + more for r in numbers["rooms"]]} for section, numbers in found.items()}
    after = planned(wider).by_year
    # where grades were taught together, their mean may be smaller than the largest grade by itself
    apart = before["largest_class"].notna() & ~before["combined"]
    assert (after["largest_class"][apart] <= before["largest_class"][apart]).all()
    assert after["rooms_missing"].equals((before["rooms_missing"] - more).clip(lower=0))


@given(sections())
@some
def test_the_rooms_missing_dissolve_every_oversized_class(found: dict[tuple[str, str], School]) -> None:
    """Once the missing rooms are there, no class is oversized after the base year."""
    missing = planned(found).by_year["rooms_missing"]
    mended = {
        section: numbers | {"rooms": list(np.add(numbers["rooms"], missing.loc[section].to_numpy()))}
        for section, numbers in found.items()
    }
    plan = planned(mended)
    later = plan.by_year[plan.by_year.index.get_level_values("year") > BASE]
    assert (later[["oversized", "excess_heads", "rooms_missing"]] == 0).all(axis=None)
    assert (later["largest_class"] <= 45).all()


@given(sections())
@some
def test_it_dissolves_by_itself_where_no_later_year_is_oversized(found: dict[tuple[str, str], School]) -> None:
    """The year is found by looking backwards from the target year."""
    plan = planned(found)
    for section, row in plan.by_section.iterrows():
        over = plan.by_year.loc[section, "oversized"]
        clear = [year for year in YEARS if (over.loc[year:] == 0).all()]
        expected = clear[0] if clear and (over > 0).any() else math.nan
        assert row["dissolves_by_itself"] == expected or math.isnan(row["dissolves_by_itself"]) == math.isnan(expected)


# the edges


def test_fewer_rooms_than_grades_are_shared_by_all_together() -> None:
    """A teaching point of 30 pupils in two rooms teaches two classes of 15, and three grades would need three."""
    plan = of_one(school([10.0, 10.0, 10.0], [1.0, 1.0, 1.0], [10.0, 10.0, 10.0], 2.0))
    assert plan.by_year["combined"].tolist() == [False, True, True, True]
    assert column(plan, "classes_taught") == [3, 2, 2, 2]
    assert column(plan, "largest_class") == [10, 15, 15, 15]
    assert column(plan, "rooms_missing") == [1, 1, 1, 1]


def test_without_any_room_there_is_no_class_to_count() -> None:
    """Pupils without a room are in no class: neither crowded nor not. The rooms are missing all the same."""
    plan = of_one(school([60.0, 60.0, 60.0], [1.0, 1.0, 1.0], [60.0, 60.0, 60.0], 0.0))
    assert plan.by_year["oversized"].isna().tolist() == [False, True, True, True]
    assert column(plan, "rooms_missing") == [6, 6, 6, 6]
    assert plan.by_section["dissolves_by_itself"].isna().all()


def test_a_school_that_empties_needs_nothing() -> None:
    """Without pupils there are no classes, oversized or not."""
    plan = of_one(school([60.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], 0.0))
    assert column(plan, "pupils") == [60, 60, 60, 0]
    last = plan.by_year.iloc[-1]
    assert last[["classes_taught", "largest_class", "oversized", "rooms_missing"]].tolist() == [0, 0, 0, 0]


def test_unknown_rooms_leave_the_classes_open() -> None:
    """They are not zero rooms; what is needed is known all the same. The base year is as it is."""
    plan = of_one(CROWDED | {"rooms": [math.nan] * 4})
    assert column(plan, "classes_needed") == column(of_one(CROWDED), "classes_needed")
    assert plan.by_year["oversized"].isna().tolist() == [False, True, True, True]
    assert plan.by_year["rooms_missing"].isna().all()
    row = plan.by_section.iloc[0]
    assert row["oversized"] == 6
    assert row[["rooms_to_add", "most_rooms_missing", "most_missing_in", "dissolves_by_itself"]].isna().all()


def test_unknown_pupils_stay_unknown_until_they_leave() -> None:
    """A grade that nobody has counted makes the school unknown as long as it is there: here for three years."""
    plan = of_one(school([math.nan, 40.0, 40.0], [1.0, 1.0, 1.0], [40.0, 40.0, 40.0], 3.0))
    assert plan.by_year["pupils"].isna().tolist() == [True, True, True, False]
    assert plan.by_year["oversized"].isna().tolist() == [True, True, True, False]
    # a section whose base year is not known has no task
    assert plan.targets["dissolve"].isna().all()
    other = planned({("a", "primary"): CROWDED, ("b", "primary"): school([math.nan] * 3, [1.0] * 3, [40.0] * 3, 3.0)})
    assert other.targets["dissolve"].loc["a"].tolist() == [2, 2, 2]


def test_expected_pupils_need_not_be_whole() -> None:
    """45.1 expected children need two classes; seated as 45, they are not crowded."""
    plan = of_one(school([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [45.1, 0.0, 0.0], 1.0))
    row = plan.by_year.loc[("a", "primary", 2025)]
    assert row[["pupils", "classes_needed", "rooms_missing", "largest_class"]].tolist() == [45.1, 2, 1, 45]


def test_a_cap_above_the_limit_is_passed_through_but_not_the_aim() -> None:
    """A cap of 60 asks for one class of 60; two rooms are used all the same, since 60 is oversized."""
    caps = pd.DataFrame(
        [[60, 60, 45, 45]] * 3, index=pd.Index(GRADES["primary"], name="grade"), columns=pd.Index(YEARS, name="year")
    )
    plan = of_one(school([0.0] * 3, [0.0] * 3, [60.0, 0.0, 0.0], 2.0), caps=caps)
    row = plan.by_year.loc[("a", "primary", 2025)]
    assert row[["classes_needed", "classes_taught", "oversized"]].tolist() == [1, 2, 0]


def test_without_a_second_limit_its_count_is_missing() -> None:
    """A standard that has no very oversized classes."""
    assert of_one(CROWDED, very_oversized_from=None).by_year["very_oversized"].isna().all()


def test_years_beyond_the_plan_are_left_aside() -> None:
    """Forecasts go further than a plan against oversized classes."""
    taught, intake, rooms = tables({("a", "primary"): CROWDED})
    late = intake.rename(index={2027: 2099}, level="year")
    more = pd.concat([intake, late[late.index.get_level_values("year") == 2099]])
    choices: dict[str, Any] = {"grades": GRADES, "caps": 45, "base_year": BASE, "target_year": TARGET}
    limits: dict[str, Any] = {"oversized_from": 56, "very_oversized_from": 66}
    plan = plan_dissolution(taught, more, rooms, **choices, **limits)
    pd.testing.assert_frame_equal(plan.by_year, of_one(CROWDED).by_year)


def test_the_tables_stay_as_they_are() -> None:
    """Nothing is changed in place."""
    given_tables = tables({("a", "primary"): CROWDED, ("b", "junior"): school([60.0] * 2, [1.0] * 2, [50.0] * 3, 2.0)})
    kept = [frame.copy() for frame in given_tables]
    choices: dict[str, Any] = {"grades": GRADES, "caps": 45, "base_year": BASE, "target_year": TARGET}
    plan_dissolution(*given_tables, **choices, oversized_from=56, very_oversized_from=66)
    for frame, before in zip(given_tables, kept, strict=True):
        assert frame.equals(before)


# refusals


def changed(what: str, change: Any) -> None:  # noqa: ANN401
    """Plan with one of the tables changed."""
    parts = dict(zip(("taught", "intake", "rooms"), tables({("a", "primary"): CROWDED}), strict=True))
    parts[what] = change(parts[what])
    choices: dict[str, Any] = {"grades": GRADES, "caps": 45, "base_year": BASE, "target_year": TARGET}
    plan_dissolution(**parts, **choices, oversized_from=56, very_oversized_from=66)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("taught", "`taught` lacks grade '1'"),
        ("intake", "`intake` lacks year 2025"),
        ("rooms", "`rooms` lacks year 2024"),
    ],
)
def test_refuses_a_table_with_a_cell_left_out(what: str, message: str) -> None:
    """A row that is not there is neither zero nor unknown."""
    with pytest.raises(LabelError, match=message):
        changed(what, lambda part: part.iloc[1:])


@pytest.mark.parametrize("what", ["intake", "rooms"])
def test_refuses_a_section_that_nobody_teaches_in(what: str) -> None:
    """Its pupils would be lost."""
    with pytest.raises(LabelError, match=r"\('z', 'primary', 202\d\), which the plan does not know"):
        changed(what, lambda part: pd.concat([part, part.rename(index={"a": "z"}, level="school")]))


def test_refuses_a_grade_that_the_stage_does_not_have() -> None:
    """Grade 4 of a primary school of three years would never leave."""
    with pytest.raises(LabelError, match=r"'4'\), which the plan does not know"):
        changed("taught", lambda part: pd.concat([part, part.iloc[:1].rename(index={"1": "4"}, level="grade")]))


def test_refuses_a_stage_without_grades() -> None:
    """The stage is named."""
    with pytest.raises(LabelError, match="stage 'primary', of which `grades` tells no grades"):
        of_one(CROWDED, grades={"junior": ["7", "8"]})


def test_refuses_other_levels() -> None:
    """A table by school and grade says nothing of stages."""
    with pytest.raises(LabelError, match="`taught` is by school, grade; it must be by school, stage and grade"):
        changed("taught", lambda part: part.droplevel("stage"))
    with pytest.raises(LabelError, match="must be by school, stage and year"):
        changed("rooms", lambda part: part.droplevel("year"))


def test_refuses_a_cell_twice() -> None:
    """Of two numbers none is right."""
    with pytest.raises(LabelError, match="twice"):
        changed("intake", lambda part: pd.concat([part, part.iloc[:1]]))


@pytest.mark.parametrize("what", ["intake", "rooms", "taught"])
def test_refuses_negative_numbers(what: str) -> None:
    """Fewer than none."""
    with pytest.raises(ValueError, match="negative"):
        changed(what, lambda part: -part)


def test_refuses_what_contradicts_itself() -> None:
    """Pupils without a class, and a part of a class."""
    with pytest.raises(ValueError, match=r"pupils and no class for them, e.g. \('a', 'primary', '1'\)"):
        of_one(CROWDED | {"classes": [0.0, 2.0, 1.0]})
    with pytest.raises(ValueError, match="part of a class"):
        of_one(CROWDED | {"classes": [2.5, 2.0, 1.0]})


def test_refuses_a_table_without_classes_or_with_half_a_count() -> None:
    """All counts of the base year, or none."""
    with pytest.raises(LabelError, match="has no 'classes'"):
        changed("taught", lambda part: part[["pupils"]])
    with pytest.raises(LabelError, match="has no 'very_oversized'"):
        changed("taught", lambda part: part.assign(oversized=0.0))


def test_refuses_a_target_year_that_is_past() -> None:
    """Nothing can be dissolved before it is planned."""
    with pytest.raises(ValueError, match="after the base year"):
        of_one(CROWDED, target_year=BASE)


def test_refuses_an_aim_that_is_oversized() -> None:
    """A cap of 56 in the target year allows what the plan shall end."""
    with pytest.raises(ValueError, match="allow classes of 56, which are oversized"):
        of_one(CROWDED, caps=56)


# yearly targets


def test_targets_by_hand() -> None:
    """Four, two and one classes in three years: three in the first, two in each of the others."""
    task = yearly_targets(pd.Series({"c": 1.0, "a": 4.0, "b": 2.0}), years=[2025, 2026, 2027])["dissolve"].unstack()
    assert task.loc["a"].tolist() == [2, 1, 1]
    assert task.loc["b"].tolist() == [0, 1, 1]
    assert task.loc["c"].tolist() == [1, 0, 0]


def test_the_task_of_a_county() -> None:
    """150 oversized classes (沅陵 2019) in four schools and four years: 38, 38, 37, 37."""
    task = yearly_targets(pd.Series({"a": 81.0, "b": 40.0, "c": 20.0, "d": 9.0}), years=[1, 2, 3, 4])
    assert task["dissolve"].groupby("year").sum().tolist() == [38, 38, 37, 37]
    assert task["left"].groupby("year").sum().tolist() == [112, 74, 37, 0]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(1, 7), st.randoms(use_true_random=False))
def test_targets_are_whole_even_and_reach_zero(counts: list[int], steps: int, shuffle: Any) -> None:  # noqa: ANN401
    """Each section's and the county's task are even up to one class, early years first, whatever the order of rows."""
    names = [f"s{number}" for number in range(len(counts))]
    shuffle.shuffle(names)
    task = yearly_targets(pd.Series(counts, index=names, dtype=float), years=range(2025, 2025 + steps))
    wide = task["dissolve"].unstack()
    assert (wide % 1 == 0).all(axis=None)
    assert wide.sum(axis=1).to_dict() == dict(zip(names, map(float, counts), strict=True))
    assert (wide.max(axis=1) - wide.min(axis=1)).max() <= 1
    county = wide.sum().tolist()
    assert county == sorted(county, reverse=True)
    assert county[0] - county[-1] <= 1
    assert (task["left"].unstack().iloc[:, -1] == 0).all()
    assert (task["left"].unstack().diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    by_label = pd.Series(counts, index=names, dtype=float).sort_index()
    pd.testing.assert_frame_equal(
        yearly_targets(by_label, years=range(2025, 2025 + steps)).sort_index(), task.sort_index()
    )


def test_nothing_to_dissolve_is_no_task() -> None:
    """Zero in every year."""
    assert (yearly_targets(pd.Series({"a": 0.0}), years=[2025, 2026]) == 0).all(axis=None)


def test_refuses_targets_that_cannot_be() -> None:
    """A part of a class, fewer than none, and no year."""
    with pytest.raises(ValueError, match="whole"):
        yearly_targets(pd.Series({"a": 1.5}), years=[2025])
    with pytest.raises(ValueError, match="negative"):
        yearly_targets(pd.Series({"a": -1.0}), years=[2025])
    with pytest.raises(ValueError, match="no year"):
        yearly_targets(pd.Series({"a": 1.0}), years=[])
