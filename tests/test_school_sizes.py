"""Schools by their size, what they have room for, whose rooms attached classes use, and beds."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.classes.school_sizes import boarding_balance
from schoolmap.seats.classes.school_sizes import capacity
from schoolmap.seats.classes.school_sizes import size_flags
from schoolmap.seats.classes.school_sizes import usable_rooms
from schoolmap.standards import load
from schoolmap.standards.schema import StageStandard

COMPULSORY = ("primary", "junior")
STAGES = ("kindergarten", *COMPULSORY)


def sections(table: dict[str, tuple[float, ...]], *columns: str) -> pd.DataFrame:
    """Return sections, written `a primary`, with these columns."""
    index = pd.MultiIndex.from_tuples([tuple(label.split()) for label in table], names=["school", "stage"])
    return pd.DataFrame(list(table.values()), index=index, columns=list(columns))


def schools(**rows: dict[str, str]) -> pd.DataFrame:
    """Return schools with their texts; what is not told is empty."""
    texts = ["type", "main_school", "urban_rural"]
    cells = [[row.get(text, "") for text in texts] for row in rows.values()]
    return pd.DataFrame(cells, index=pd.Index(list(rows), name="school"), columns=texts, dtype=object)


def flags(teaching: dict[str, tuple[float, float]], where: pd.DataFrame, **choices: Any) -> pd.DataFrame:  # noqa: ANN401
    """Flag schools, with enrolment and classes by section, by the national standards unless others are given."""
    usual: dict[str, Any] = {"standards": load("china").stages, "stages": COMPULSORY}
    return size_flags(sections(teaching, "enrolment", "classes"), where, **(usual | choices))


def flag(table: pd.DataFrame, school: str, name: str) -> bool | None:
    """Return one flag; nothing where it is not known."""
    value = table[name].loc[school]
    return None if pd.isna(value) else bool(value)


# size


@pytest.mark.parametrize(("pupils", "too_large"), [(2000, False), (2001, True)])
def test_a_primary_school_has_2000_pupils_at_most(pupils: int, too_large: bool) -> None:  # noqa: FBT001
    """教督〔2017〕6号: up to 2,000, counted."""
    table = flags({"a primary": (pupils, 36)}, schools(a={"type": "211"}))
    assert flag(table, "a", "oversize") == too_large
    assert table.loc["a", "most_pupils"] == 2000


@pytest.mark.parametrize(("pupils", "too_large"), [(1300, False), (1301, True)])
def test_a_nine_year_school_has_2500_pupils_of_both_stages(pupils: int, too_large: bool) -> None:  # noqa: FBT001
    """Its two sections are one school: 1,200 and 1,300 are 2,500."""
    table = flags({"a primary": (1200, 30), "a junior": (pupils, 26)}, schools(a={"type": "312"}))
    assert flag(table, "a", "oversize") == too_large
    assert table.loc["a", ["pupils", "stages", "all_through", "most_pupils"]].tolist() == [1200 + pupils, 2, True, 2500]


def test_too_many_classes_in_one_stage() -> None:
    """36 classes at most in each stage, not in both together."""
    where = schools(a={"type": "312"}, b={"type": "312"})
    teaching = {
        "a primary": (900.0, 36.0),
        "a junior": (900.0, 36.0),
        "b primary": (900.0, 37.0),
        "b junior": (90.0, 2.0),
    }
    table = flags(teaching, where)
    assert table["too_many_classes"].tolist() == [False, True]
    assert table["classes"].tolist() == [72, 39]


@pytest.mark.parametrize(
    ("pupils", "place", "small"),
    [(99, "220", True), (100, "220", False), (99, "121", False), (99, "村庄", True), (99, "", None), (100, "", False)],
)
def test_a_small_school_is_rural_and_below_100(pupils: int, place: str, small: bool | None) -> None:  # noqa: FBT001
    """国办发〔2018〕27号: in the country, below 100; where it lies is not guessed."""
    table = flags({"a primary": (pupils, 6)}, schools(a={"type": "211", "urban_rural": place}))
    assert flag(table, "a", "small") is small


def test_a_nine_year_school_is_small_only_if_both_stages_are() -> None:
    """60 and 60 pupils are 120: not small, though each section is."""
    where = schools(a={"type": "312", "urban_rural": "220"})
    assert flag(flags({"a primary": (60, 6), "a junior": (60, 3)}, where), "a", "small") is False
    assert flag(flags({"a primary": (40, 6), "a junior": (40, 3)}, where), "a", "small") is True


@pytest.mark.parametrize(
    ("pupils", "kind", "point", "excluded"),
    [
        (49, "218", True, True),
        (50, "218", True, False),
        (49, "211", False, False),
        (49, "", None, None),
        (50, "", None, False),
    ],
)
def test_a_teaching_point_below_50_is_left_out_of_the_indicators(
    pupils: int,
    kind: str,
    point: bool | None,  # noqa: FBT001
    excluded: bool | None,  # noqa: FBT001
) -> None:
    """Only a teaching point; a school of unknown type may be one, unless it is too large to be left out."""
    table = flags({"a primary": (pupils, 3)}, schools(a={"type": kind}))
    assert flag(table, "a", "teaching_point") is point
    assert flag(table, "a", "excluded") is excluded


def test_a_campus_of_a_main_school_is_no_teaching_point() -> None:
    """`main_school` is told of both; the type decides."""
    where = schools(a={"type": "211"}, b={"type": "211", "main_school": "a"}, c={"type": "218", "main_school": "a"})
    table = flags({"a primary": (900, 20), "b primary": (300, 8), "c primary": (20, 2)}, where)
    assert table["teaching_point"].tolist() == [False, False, True]
    assert table["pupils"].tolist() == [900, 300, 20]


def test_attached_classes_are_counted_with_their_host() -> None:
    """
    Junior classes with a code of their own at a primary school: its pupils are 2,100.

    It does not become a nine-year school by that, so 2,000 is its limit.
    """
    where = schools(a={"type": "211"}, b={"type": "319", "main_school": "a"})
    table = flags({"a primary": (1900, 36), "b junior": (200, 4)}, where)
    assert table.index.tolist() == ["a"]
    assert table.loc["a", ["pupils", "classes", "stages", "all_through", "most_pupils"]].tolist() == [
        2100,
        40,
        1,
        False,
        2000,
    ]
    assert flag(table, "a", "oversize") is True


def test_attached_classes_without_a_host_stand_alone() -> None:
    """They are flagged, and not lost."""
    table = flags({"b junior": (200, 4)}, schools(b={"type": "319"}))
    assert table.loc["b", ["pupils", "stages", "attached"]].tolist() == [200, 1, True]


def test_a_kindergarten_in_a_primary_school_is_not_of_the_compulsory_stages() -> None:
    """Its children are not pupils; counted by themselves they have the kindergarten's limit of 360."""
    teaching = {"a primary": (1900.0, 36.0), "a kindergarten": (400.0, 12.0)}
    where = schools(a={"type": "211"})
    assert flags(teaching, where).loc["a", "pupils"] == 1900
    little = flags(teaching, where, stages=["kindergarten"])
    assert little.loc["a", ["pupils", "most_pupils"]].tolist() == [400, 360]
    assert flag(little, "a", "oversize") is True


def test_what_is_not_known_is_not_flagged_as_fine() -> None:
    """Without enrolment or classes the flags that need them are missing; without a figure of the standard they are false."""
    where = schools(a={"type": "211", "urban_rural": "220"}, b={"type": "312", "urban_rural": "111"})
    teaching = {"a primary": (math.nan, math.nan), "b primary": (900.0, 40.0), "b junior": (math.nan, math.nan)}
    table = flags(teaching, where)
    assert table["pupils"].isna().all()
    assert [flag(table, "a", name) for name in ("oversize", "too_many_classes", "small", "excluded")] == [
        None,
        None,
        None,
        False,
    ]
    # one section with too many classes is enough, and a school in town is not small
    assert [flag(table, "b", name) for name in ("oversize", "too_many_classes", "small", "excluded")] == [
        None,
        True,
        False,
        False,
    ]
    silent = flags(teaching, where, standards={stage: StageStandard() for stage in COMPULSORY})
    assert not silent[["oversize", "too_many_classes", "small", "excluded"]].any(axis=None)
    assert silent["most_pupils"].isna().all()


@st.composite
def counties(draw: st.DrawFn) -> tuple[dict[str, tuple[float, float]], pd.DataFrame]:
    """Draw schools of any type with any compulsory stages; attached ones may have a main school."""
    kinds = st.sampled_from(["", "211", "218", "311", "312", "219", "319"])
    rows = {
        name: {
            "type": draw(kinds),
            "main_school": draw(st.sampled_from(["", "a"])) if name != "a" else "",
            "urban_rural": draw(st.sampled_from(["", "111", "220"])),
        }
        for name in "abcd"
    }
    numbers = st.sampled_from([0.0, 30.0, 99.0, 1200.0, 2100.0, math.nan])
    labels = [f"{school} {stage}" for school, stage in itertools.product(rows, STAGES)]
    chosen = draw(st.lists(st.sampled_from(labels), min_size=1, unique=True))
    return {label: (draw(numbers), draw(st.sampled_from([2.0, 40.0, math.nan]))) for label in chosen}, schools(**rows)


@given(counties())
@settings(max_examples=25)
def test_no_pupil_is_lost_and_none_counted_twice(county: tuple[dict[str, tuple[float, float]], pd.DataFrame]) -> None:
    """Schools add up to their compulsory sections, if all are known."""
    teaching, where = county
    known = {label: (0.0 if math.isnan(pupils) else pupils, classes) for label, (pupils, classes) in teaching.items()}
    expected = sum(pupils for label, (pupils, _) in known.items() if label.split()[1] in COMPULSORY)
    assert flags(known, where)["pupils"].sum() == expected


@given(counties(), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_order_of_rows_decides_nothing(
    county: tuple[dict[str, tuple[float, float]], pd.DataFrame],
    shuffle: Any,  # noqa: ANN401
) -> None:
    """The same flags, in the order of the schools."""
    teaching, where = county
    order = list(teaching)
    shuffle.shuffle(order)
    turned = flags({label: teaching[label] for label in order}, where[::-1])
    pd.testing.assert_frame_equal(turned, flags(teaching, where)[::-1])


def test_refuses_a_main_school_that_is_not_there() -> None:
    """Its attached pupils would be counted nowhere."""
    where = schools(b={"type": "319", "main_school": "z"})
    with pytest.raises(LabelError, match="'b' belong to the main school 'z', which is not there"):
        flags({"b junior": (200, 4)}, where)


def test_refuses_a_stage_without_a_standard() -> None:
    """An empty standard is said in words: `StageStandard()`."""
    with pytest.raises(LabelError, match="no standard of the stage 'junior'"):
        flags({"a junior": (200, 4)}, schools(a={}), standards={"primary": StageStandard()})


# capacity


@pytest.mark.parametrize(("classes", "pupils"), [(18, 840), (27, 1260), (36, 1680), (45, 2100)])
def test_the_capacity_of_nine_year_schools(classes: int, pupils: int) -> None:
    """建标〔2002〕102号: two thirds of the classes are primary with 45, one third junior with 50."""
    rooms = sections({"a primary": (classes * 2 / 3,), "a junior": (classes / 3,)}, "classrooms")["classrooms"]
    assert capacity(rooms, {"primary": 45, "junior": 50}).to_dict() == {"a": pupils}


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from(STAGES)), st.integers(0, 60).map(float), min_size=1
    ),
    st.lists(st.integers(1, 60), min_size=3, max_size=3),
)
def test_capacity_is_added_up_over_stages(rooms: dict[tuple[str, str], float], sizes: list[int]) -> None:
    """Each section by itself, school by school."""
    size = dict(zip(STAGES, sizes, strict=True))
    table = pd.Series(rooms).rename_axis(["school", "stage"])
    expected: dict[str, float] = {}
    for (school, stage), count in rooms.items():
        expected[school] = expected.get(school, 0.0) + count * size[stage]
    assert capacity(table, size).to_dict() == expected


def test_unknown_classrooms_make_the_capacity_unknown() -> None:
    """Half a school is not a whole one."""
    rooms = sections({"a primary": (12,), "a junior": (math.nan,), "b primary": (6,)}, "classrooms")["classrooms"]
    assert capacity(rooms, {"primary": 45, "junior": 50}).isna().to_dict() == {"a": True, "b": False}


def test_refuses_a_capacity_without_class_size() -> None:
    """The stage is named."""
    rooms = sections({"a senior": (12,)}, "classrooms")["classrooms"]
    with pytest.raises(LabelError, match="no class size for stage 'senior'"):
        capacity(rooms, {"primary": 45})


# rooms of attached classes


def shared(table: dict[str, tuple[Any, ...]]) -> pd.DataFrame:
    """Return the rooms of sections, with classrooms, classes and `rooms_of`."""
    return usable_rooms(sections(table, "classrooms", "classes", "rooms_of"))


def test_attached_classes_use_rooms_of_their_host() -> None:
    """Three kindergarten classes in a primary school of twelve rooms leave it nine."""
    rooms = shared(
        {"a primary": (12.0, 9.0, ""), "a kindergarten": (math.nan, 3.0, "primary"), "b primary": (6.0, 6.0, "")}
    )
    assert rooms["usable"].tolist() == [9, 3, 6]
    assert rooms["lent"].tolist() == [3, 0, 0]
    assert rooms["borrowed"].tolist() == [0, 3, 0]
    assert rooms["listed"].tolist() == [12, 0, 6]


def test_the_rooms_that_attached_classes_list_are_those_they_use() -> None:
    """Two classes in three rooms: they use three, and these are of the host's twelve."""
    rooms = shared({"a primary": (12.0, 9.0, ""), "a kindergarten": (3.0, 2.0, "primary")})
    assert rooms["usable"].tolist() == [9, 3]


def test_an_attached_section_finds_its_host_in_its_own_school() -> None:
    """Every school has a primary section; only one is the host."""
    rooms = shared(
        {"a primary": (12.0, 9.0, ""), "b primary": (12.0, 9.0, ""), "b kindergarten": (math.nan, 4.0, "primary")}
    )
    assert rooms["usable"].tolist() == [12, 8, 4]


@st.composite
def shares(draw: st.DrawFn) -> dict[str, tuple[Any, ...]]:
    """Draw schools whose kindergarten and junior classes may be attached to the primary section."""
    table: dict[str, tuple[Any, ...]] = {}
    for school in "abc":
        table[f"{school} primary"] = (float(draw(st.integers(10, 40))), 9.0, "")
        for stage in ("kindergarten", "junior"):
            host = draw(st.sampled_from(["", "primary", None]))
            if host is not None:
                listed = draw(st.one_of(st.integers(0, 5).map(float), st.just(math.nan))) if host else 7.0
                table[f"{school} {stage}"] = (listed, float(draw(st.integers(0, 5))), host)
    return table


@given(shares(), st.randoms(use_true_random=False))
def test_no_room_is_lost_or_used_twice(table: dict[str, tuple[Any, ...]], shuffle: Any) -> None:  # noqa: ANN401
    """Usable rooms add up to the rooms listed by sections with rooms of their own; the order of rows decides nothing."""
    rooms = shared(table)
    assert rooms["usable"].sum() == sum(listed for listed, _, host in table.values() if not host)
    assert rooms["lent"].sum() == rooms["borrowed"].sum()
    order = list(table)
    shuffle.shuffle(order)
    turned = shared({label: table[label] for label in order})
    pd.testing.assert_frame_equal(turned.reindex(rooms.index), rooms)


def test_unknown_classes_leave_the_host_unknown() -> None:
    """Attached classes of which nobody knows how many use some of the rooms; so do the rooms that nobody has counted."""
    rooms = shared({"a primary": (12.0, 9.0, ""), "a kindergarten": (math.nan, math.nan, "primary")})
    assert rooms["usable"].isna().tolist() == [True, True]
    rooms = shared({"a primary": (math.nan, 9.0, ""), "a kindergarten": (math.nan, 3.0, "primary")})
    assert rooms["usable"].isna().tolist() == [True, False]


def test_without_attached_classes_rooms_are_as_listed() -> None:
    """A table without `rooms_of` has none; missing cells are the same."""
    plain = sections({"a primary": (12.0,), "b primary": (math.nan,)}, "classrooms")
    assert usable_rooms(plain)["usable"].tolist()[0] == 12
    assert usable_rooms(plain)["usable"].isna().tolist() == [False, True]
    assert shared({"a primary": (12.0, 9.0, None)})["usable"].tolist() == [12]


@pytest.mark.parametrize(
    "table",
    [
        {"a kindergarten": (3.0, 3.0, "primary"), "b primary": (12.0, 9.0, "")},
        {"a primary": (12.0, 9.0, "primary")},
        {"a kindergarten": (3.0, 3.0, "primary"), "a primary": (3.0, 3.0, "junior"), "a junior": (12.0, 9.0, "")},
    ],
)
def test_refuses_a_host_without_rooms_of_its_own(table: dict[str, tuple[Any, ...]]) -> None:
    """No such section in this school, the section itself, and one that is attached too."""
    with pytest.raises(LabelError, match=r"'a', '\w+'\) uses the rooms of '\w+', which is no section of this school"):
        shared(table)


def test_refuses_more_rooms_than_there_are() -> None:
    """Two guests that each would fit do not fit together."""
    table = {
        "a primary": (5.0, 2.0, ""),
        "a kindergarten": (math.nan, 3.0, "primary"),
        "a junior": (math.nan, 3.0, "primary"),
    }
    with pytest.raises(ValueError, match=r"use 6 rooms of section \('a', 'primary'\), which has 5"):
        shared(table)


def test_refuses_negative_rooms() -> None:
    """A host would seem to have gained them."""
    with pytest.raises(ValueError, match="number of classes is negative"):
        shared({"a primary": (5.0, 2.0, ""), "a kindergarten": (math.nan, -3.0, "primary")})


# beds


def test_beds_by_hand() -> None:
    """120 boarders in 100 places, 50 in 80, as many as places, and unknown numbers on either side."""
    table = boarding_balance(
        sections(
            {
                "a junior": (100.0, 120.0),
                "b junior": (80.0, 50.0),
                "c junior": (60.0, 60.0),
                "d junior": (math.nan, 10.0),
                "e junior": (10.0, math.nan),
            },
            "boarding",
            "boarders",
        )
    )
    assert table["short"].tolist()[:3] == [20, 0, 0]
    assert table["spare"].tolist()[:3] == [0, 30, 0]
    assert table[["short", "spare"]].iloc[3:].isna().all(axis=None)
    assert table["boarders"].iloc[3] == 10


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=9))
def test_every_boarder_and_every_bed_is_accounted_for(numbers: list[tuple[int, int]]) -> None:
    """Boarders and spare beds are places and boarders without one; a section is never both short and spare."""
    table = boarding_balance(pd.DataFrame(numbers, columns=["boarding", "boarders"], dtype=float))
    assert (table["boarders"] + table["spare"]).equals(table["places"] + table["short"])
    assert ((table["short"] == 0) | (table["spare"] == 0)).all()


def test_without_beds_in_the_file_nothing_is_known() -> None:
    """Day schools that say nothing of beds are not short of them."""
    assert boarding_balance(sections({"a primary": (1.0,)}, "classrooms")).isna().all(axis=None)


def test_refuses_negative_beds() -> None:
    """Fewer than none."""
    with pytest.raises(ValueError, match="boarding places is negative"):
        boarding_balance(pd.DataFrame({"boarding": [-1.0], "boarders": [2.0]}))
