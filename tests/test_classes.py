"""Classes: one by one where they are listed, spread evenly where they are not, oversized, and as many as are needed."""

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
from schoolmap.errors import MissingValueError
from schoolmap.seats.classes.sizes import MOST_CLASSES
from schoolmap.seats.classes.sizes import band_name
from schoolmap.seats.classes.sizes import by_band
from schoolmap.seats.classes.sizes import class_sizes
from schoolmap.seats.classes.sizes import form_classes
from schoolmap.seats.classes.sizes import oversize
from schoolmap.standards import load
from schoolmap.standards.schema import ClassBand

TEXT = {"en": "", "zh": ""}
heads = st.integers(min_value=0, max_value=400)
caps = st.integers(min_value=1, max_value=60)


def records(*rows: tuple[Any, ...], stage: str | None = None) -> pd.DataFrame:
    """Return records of school, grade, class, classes and pupils."""
    table = pd.DataFrame(list(rows), columns=["school", "grade", "class", "classes", "pupils"])
    return table if stage is None else table.assign(stage=stage)


def listed(*pupils: int, school: str = "a", grade: str = "1") -> pd.DataFrame:
    """Return the classes of one grade, one by one."""
    return records(*((school, grade, f"{number} 班", 1, count) for number, count in enumerate(pupils, start=1)))


def bands(*lows: int) -> list[ClassBand]:
    """Return bands that begin at these sizes; the last is open."""
    highs = [*(low - 1 for low in lows[1:]), None]
    return [ClassBand(low=low, high=high, label=TEXT) for low, high in zip(lows, highs, strict=True)]


def found(sizes: pd.DataFrame, *, by: tuple[str, ...] = ("school",), **limits: Any) -> pd.DataFrame:  # noqa: ANN401
    """Count oversized classes by the limits of the national statistics, unless others are given."""
    usual: dict[str, Any] = {"oversized_from": 56, "very_oversized_from": 66, "cap": 45}
    return oversize(sizes, by=by, **(usual | limits))


@st.composite
def schools(draw: st.DrawFn) -> pd.DataFrame:
    """Draw records of some schools: by name or together, a grade never both."""
    rows: list[tuple[Any, ...]] = []
    for school, grade in itertools.product("ab", "123"):
        counts = draw(st.lists(st.integers(min_value=0, max_value=80), max_size=4))
        if draw(st.booleans()):
            rows += [(school, grade, f"class {number}", 1, count) for number, count in enumerate(counts)]
        elif counts:
            rows.append((school, grade, None, len(counts), sum(counts)))
    return records(*rows, stage="primary")


# the table of classes


def test_listed_classes_are_exact() -> None:
    """A record that is one class is that class, whether it is named or the only one."""
    sizes = class_sizes(pd.concat([listed(55, 60), records(("a", "2", None, 1, 40))]))
    assert sizes["pupils"].to_dict() == {("a", "1", 1): 55, ("a", "1", 2): 60, ("a", "2", 1): 40}
    assert sizes["exact"].all()
    assert sizes["class"].tolist() == ["1 班", "2 班", ""]


def test_classes_together_are_spread_evenly() -> None:
    """112 pupils in three classes are 38, 37 and 37, and nobody has counted them."""
    sizes = class_sizes(records(("a", "1", None, 3, 112)))
    assert sizes["pupils"].tolist() == [38, 37, 37]
    assert not sizes["exact"].any()


def test_a_named_record_without_a_number_is_one_class() -> None:
    """`1 班` with 50 pupils needs no `1` beside it."""
    assert class_sizes(records(("a", "1", "1 班", None, 50)))["exact"].tolist() == [True]


@given(schools())
def test_no_pupil_and_no_class_is_lost(table: pd.DataFrame) -> None:
    """Pupils and classes add up, school by school and grade by grade."""
    sizes = class_sizes(table)
    expected = table.groupby(["school", "grade"])[["pupils", "classes"]].sum()
    expected = expected[expected["classes"] > 0]
    counted = sizes.groupby(["school", "grade"])["pupils"].agg(["sum", "size"])
    assert counted.to_numpy().tolist() == expected.to_numpy().tolist()


@given(heads, st.integers(min_value=1, max_value=9), st.integers(min_value=1, max_value=70), st.data())
def test_no_other_spread_has_fewer_pupils_above_a_limit(
    pupils: int, classes: int, limit: int, data: st.DataObject
) -> None:
    """Whoever changes class, there are as many heads above the limit or more."""

    def above(sizes: list[int]) -> int:
        return sum(max(0, size - limit) for size in sizes)

    even = class_sizes(records(("a", "1", None, classes, pupils)))["pupils"].tolist()
    assert max(even) - min(even) <= 1
    cuts = sorted(data.draw(st.lists(st.integers(0, pupils), min_size=classes - 1, max_size=classes - 1)))
    other = [after - before for before, after in itertools.pairwise([0, *cuts, pupils])]
    assert above(even) <= above(other)
    assert max(even) <= max(other)


def test_an_even_spread_may_have_more_oversized_classes_than_another() -> None:
    """112 pupils in two classes are 56 and 56, two oversized; 55 and 57 would be one, with as many pupils above 55."""
    even, uneven = class_sizes(records(("a", "1", None, 2, 112))), class_sizes(listed(55, 57))
    assert found(even)[["oversized", "excess_heads"]].to_numpy().tolist() == [[2, 2]]
    assert found(uneven)[["oversized", "excess_heads"]].to_numpy().tolist() == [[1, 2]]


@settings(max_examples=20)
@given(schools(), st.randoms(use_true_random=False))
def test_the_order_of_records_only_numbers_the_classes(table: pd.DataFrame, shuffle: Any) -> None:  # noqa: ANN401
    """The same classes, whatever order the file has."""
    order = list(range(len(table)))
    shuffle.shuffle(order)
    one, other = class_sizes(table), class_sizes(table.iloc[order])
    key = ["school", "grade", "class", "pupils"]
    pd.testing.assert_frame_equal(
        one.reset_index().sort_values(key)[key].reset_index(drop=True),
        other.reset_index().sort_values(key)[key].reset_index(drop=True),
    )


def test_the_table_of_a_project_is_taken_as_it_is() -> None:
    """There the key is the index, and a section of which only the whole is known has the grade ``."""
    table = records(("a", "", "", 12, 500), ("b", "1", "", 2, 90), stage="primary")
    sizes = class_sizes(table.set_index(["school", "stage", "grade", "class"]))
    assert sizes.index.names == ["school", "stage", "grade", "number"]
    assert sizes.groupby("school")["pupils"].agg(["sum", "size"]).to_numpy().tolist() == [[500, 12], [90, 2]]
    assert sizes.loc[("b", "primary", "1"), "pupils"].tolist() == [45, 45]


def test_a_grade_that_is_not_taught_has_no_class() -> None:
    """No class and no pupil is no row; two classes for one pupil are an empty one and another."""
    sizes = class_sizes(records(("a", "1", None, 0, 0), ("a", "2", None, 2, 1)))
    assert sizes["pupils"].to_dict() == {("a", "2", 1): 1, ("a", "2", 2): 0}


def test_no_record_is_no_class() -> None:
    """An empty table has its columns and levels."""
    sizes = class_sizes(records())
    assert sizes.empty
    assert sizes.index.names == ["school", "grade", "number"]
    assert found(sizes).empty
    assert by_band(sizes, bands(0, 56), by=["school"]).empty


def test_the_records_stay_as_they_are() -> None:
    """Nothing is changed in place."""
    table = records(("a", "1", "1 班", None, 50), ("b", "1", None, 3, 112))
    kept = table.copy()
    class_sizes(table)
    pd.testing.assert_frame_equal(table, kept)


def test_refuses_a_grade_listed_in_both_ways() -> None:
    """A grade class by class and as a whole would be counted twice."""
    both = pd.concat([listed(55, 60), records(("a", "1", None, 2, 115))])
    with pytest.raises(LabelError, match=r"by name and all of them together for \('a', '1'\)"):
        class_sizes(both)


def test_refuses_a_class_listed_twice() -> None:
    """Its pupils would be counted twice."""
    with pytest.raises(LabelError, match="lists a class twice"):
        class_sizes(records(("a", "1", "1 班", 1, 50), ("a", "1", "1 班", 1, 40)))
    with pytest.raises(LabelError, match="lists a class twice"):
        class_sizes(records(("a", "1", None, 2, 90), ("a", "1", None, 2, 90)))


def test_the_same_name_in_two_stages_is_two_classes() -> None:
    """`1 班` of a nine-year school is in its primary and in its junior section."""
    primary, junior = (records(("a", "", "1 班", 1, 50), stage=stage) for stage in ("primary", "junior"))
    assert len(class_sizes(pd.concat([primary, junior]))) == 2


def test_refuses_an_unknown_number_of_classes() -> None:
    """A grade whose pupils are known and whose classes are not cannot be spread."""
    with pytest.raises(MissingValueError, match=r"number of classes is missing for 1 unit.*'2'"):
        class_sizes(records(("a", "1", None, 2, 90), ("a", "2", None, None, 90)))


def test_refuses_unknown_pupils() -> None:
    """A class that nobody has counted is not empty."""
    with pytest.raises(MissingValueError, match="pupils is missing for 1 unit"):
        class_sizes(records(("a", "1", None, 2, None)))


@pytest.mark.parametrize(
    ("classes", "pupils", "message"),
    [
        (0, 30, "has 30 pupils and no class for them"),
        (2.5, 30, "2.5 classes: a whole number"),
        (2, 30.5, "30.5 pupils: a whole number"),
        (-1, 30, "number of classes is negative"),
        (2, -30, "number of pupils is negative"),
        (2, math.inf, "inf pupils: a whole number"),
        (MOST_CLASSES + 1, 30, "typing error"),
        (10**15, 30, "typing error"),
    ],
)
def test_refuses_numbers_that_cannot_be(classes: float, pupils: float, message: str) -> None:
    """Parts of children, pupils without a class, and a number that would fill the memory."""
    with pytest.raises(ValueError, match=message):
        class_sizes(records(("a", "1", None, classes, pupils)))


@pytest.mark.parametrize("column", ["school", "grade", "pupils"])
def test_refuses_a_table_without_a_needed_column(column: str) -> None:
    """The message names it."""
    with pytest.raises(LabelError, match=f"has no '{column}'"):
        class_sizes(listed(50).drop(columns=column))


# classes that are needed


def grid(**pupils: float) -> pd.Series:
    """Return pupils by school and grade, written `a1=90`."""
    labels = [(name[0], name[1:]) for name in pupils]
    return pd.Series(list(pupils.values()), index=pd.MultiIndex.from_tuples(labels, names=["school", "grade"]))


def test_formed_by_hand() -> None:
    """At 45: 90 pupils are two classes of 45, 91 are three of 30.3, nobody is none."""
    formed = form_classes(grid(a1=90.0, a2=91.0, b1=0.0), 45)
    assert formed["classes"].tolist() == [2, 3, 0]
    assert formed["mean_size"].round(1).tolist()[:2] == [45.0, 30.3]
    assert math.isnan(formed["mean_size"].iloc[2])


@given(st.lists(heads, min_size=1, max_size=6), caps)
def test_formed_classes_are_the_fewest_that_hold_the_pupils(pupils: list[int], cap: int) -> None:
    """So many hold them all, one less does not."""
    formed = form_classes(grid(**{f"a{grade}": float(count) for grade, count in enumerate(pupils)}), cap)
    assert (formed["classes"] * cap >= formed["pupils"]).all()
    some = formed[formed["pupils"] > 0]
    assert ((some["classes"] - 1) * cap < some["pupils"]).all()
    assert (some["mean_size"] <= cap).all()


@given(heads, heads, caps)
def test_two_grades_together_never_need_more_classes(one: int, other: int, cap: int) -> None:
    """Half-filled classes of two grades might be put together, so apart they are as many or more."""
    apart = form_classes(grid(a1=float(one), a2=float(other)), cap)["classes"].sum()
    together = form_classes(grid(a1=float(one + other)), cap)["classes"].sum()
    assert apart - 1 <= together <= apart


@given(heads, heads, caps, caps)
def test_more_pupils_or_smaller_classes_never_need_fewer(one: int, other: int, cap: int, limit: int) -> None:
    """Classes rise with the pupils and fall with the cap."""
    few, many = sorted([float(one), float(other)])
    small, large = sorted([cap, limit])
    assert form_classes(grid(a1=few), large)["classes"].iloc[0] <= form_classes(grid(a1=many), small)["classes"].iloc[0]


def test_caps_are_found_by_grade_and_year() -> None:
    """The first grade of 2025 has 45, all others 50."""
    labels = pd.MultiIndex.from_product([["a"], ["1", "2"], [2024, 2025]], names=["school", "grade", "year"])
    cap = pd.Series([50.0, 45.0, 50.0, 50.0], index=labels.droplevel("school"))
    assert form_classes(pd.Series(100.0, index=labels), cap[::-1])["classes"].tolist() == [2, 3, 2, 2]


def test_rounding_forms_no_class() -> None:
    """45.000000001 expected children are 45; a tenth of a child more is a second class."""
    assert form_classes(grid(a1=45.000000001, a2=45.1), 45)["classes"].tolist() == [1, 2]


def test_unknown_pupils_form_unknown_classes() -> None:
    """Nobody has counted them: that is not none."""
    formed = form_classes(grid(a1=math.nan, a2=45.0), 45)
    assert formed["classes"].isna().tolist() == [True, False]


def test_refuses_to_form_classes_without_a_cap() -> None:
    """A grade that the caps leave out."""
    with pytest.raises(LabelError, match="no cap for grade '2'"):
        form_classes(grid(a1=90.0, a2=90.0), pd.Series({"1": 45.0}).rename_axis("grade"))


def test_refuses_a_grade_twice_and_negative_pupils() -> None:
    """Two numbers for one grade, and fewer than none."""
    with pytest.raises(LabelError, match="twice"):
        form_classes(pd.concat([grid(a1=90.0), grid(a1=90.0)]), 45)
    with pytest.raises(ValueError, match="negative"):
        form_classes(grid(a1=-1.0), 45)


# bands


def test_bands_by_hand() -> None:
    """Both ends of a band are counted, and the last is open."""
    sizes = class_sizes(listed(45, 46, 55, 56, 65, 66, 90))
    counted = by_band(sizes, bands(36, 46, 56, 66), by=["school"])
    assert counted.loc["a"].to_dict() == {"36-45": 1, "46-55": 2, "56-65": 2, "66+": 2}


def test_the_bands_of_the_standard_tell_the_oversized_apart() -> None:
    """Classes in the bands that the statistics call oversized are those from 56 and from 66 on."""
    standards = load("china")
    sizes = class_sizes(listed(*range(1, 90)))
    counted = by_band(sizes, standards.class_bands, by=["school"]).loc["a"]
    limits = found(sizes).loc["a"]
    of = {
        word: [band_name(band) for band in standards.class_bands if band.oversized == word]
        for word in ("oversized", "very")
    }
    assert counted[of["very"]].sum() == limits["very_oversized"] == 24
    assert counted[of["oversized"] + of["very"]].sum() == limits["oversized"] == 34


@settings(max_examples=20)
@given(schools(), st.lists(st.integers(min_value=1, max_value=80), max_size=5, unique=True))
def test_every_class_is_in_one_band(table: pd.DataFrame, cuts: list[int]) -> None:
    """By school or by stage, the bands add up to the classes; a class below the first band is in it."""
    sizes = class_sizes(table)
    for by in (["school"], ["stage"], ["stage", "grade"]):
        counted = by_band(sizes, bands(1, *(1 + cut for cut in sorted(cuts))), by=by)
        assert counted.sum(axis=1).to_dict() == sizes.groupby(by).size().to_dict()


def test_bands_may_be_counted_by_a_column() -> None:
    """A township is no level of the table of classes, and a school without one is not left out."""
    sizes = class_sizes(pd.concat([listed(50), listed(60, school="b"), listed(60, school="c")]))
    town = sizes.index.get_level_values("school").map({"a": "t", "b": "t"})
    counted = by_band(sizes.assign(township=town), bands(0, 56), by=["township"])
    assert counted.to_numpy().tolist() == [[1, 1], [0, 1]]


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [ClassBand(low=0, high=55, label=TEXT)],
        [ClassBand(low=0, high=45, label=TEXT), ClassBand(low=56, high=None, label=TEXT)],
        [ClassBand(low=0, high=60, label=TEXT), ClassBand(low=56, high=None, label=TEXT)],
        [ClassBand(low=56, high=None, label=TEXT), ClassBand(low=0, high=55, label=TEXT)],
    ],
)
def test_refuses_bands_that_do_not_cover_all_sizes_once(wrong: list[ClassBand]) -> None:
    """None, a closed end, a gap, an overlap, a wrong order."""
    with pytest.raises(ValueError, match="follow each other"):
        by_band(class_sizes(listed(50)), wrong, by=["school"])


# oversized classes


def test_oversized_by_hand() -> None:
    """55, 56, 65, 66: three are oversized, one very, and 0 + 1 + 10 + 11 = 22 seats dissolve them."""
    row = found(class_sizes(listed(55, 56, 65, 66))).loc["a"]
    assert row.to_dict() == {
        "classes": 4,
        "pupils": 242,
        "oversized": 3,
        "very_oversized": 1,
        "excess_heads": 22,
        "excess_over_cap": 10 + 11 + 20 + 21,
        "classes_to_dissolve": 2,
        "oversized_share": 75.0,
        "very_oversized_share": 25.0,
        "exact": True,
    }


def test_the_national_shares_of_2018() -> None:
    """26.5 of 375.49 ten thousand classes were oversized and 1.87 very: 7.06 and 0.5 per cent."""
    counts = {40: 37_549 - 2650, 60: 2650 - 187, 70: 187}
    rows = [
        (f"s{size}{part}", "1", None, part_of, size * part_of)
        for size, all_of in counts.items()
        for part, part_of in enumerate([1000] * (all_of // 1000) + [all_of % 1000])
    ]
    sizes = class_sizes(records(*rows, stage="primary"))
    row = found(sizes, by=("stage",)).loc["primary"]
    assert row["oversized_share"] == pytest.approx(7.06, abs=0.005)
    assert row["very_oversized_share"] == pytest.approx(0.5, abs=0.005)


@settings(max_examples=20)
@given(schools(), st.integers(20, 70), st.integers(1, 30), st.integers(20, 60))
def test_oversize_is_what_counting_class_by_class_gives(table: pd.DataFrame, start: int, step: int, cap: int) -> None:
    """Each class is looked at by itself, and each grade of a school for the classes it lacks."""
    sizes = class_sizes(table)
    counted = found(sizes, by=("school",), oversized_from=start, very_oversized_from=start + step, cap=cap)
    for school, row in counted.iterrows():
        mine = sizes.xs(school, level="school")
        number = mine["pupils"].tolist()
        assert row["oversized"] == sum(size >= start for size in number)
        assert row["very_oversized"] == sum(size >= start + step for size in number)
        assert row["excess_heads"] == sum(max(0, size - start + 1) for size in number)
        assert row["excess_over_cap"] == sum(max(0, size - cap) for size in number)
        lacking = [max(0, -(-part.sum() // cap) - len(part)) for _, part in mine["pupils"].groupby("grade")]
        assert row["classes_to_dissolve"] == sum(lacking)
        assert row["exact"] == mine["exact"].all()


@settings(max_examples=20)
@given(schools())
def test_grades_and_schools_add_up(table: pd.DataFrame) -> None:
    """The stage is the sum of its schools, and a school of its grades; only shares are not added."""
    sizes = class_sizes(table)
    summed = [
        "classes",
        "pupils",
        "oversized",
        "very_oversized",
        "excess_heads",
        "excess_over_cap",
        "classes_to_dissolve",
    ]
    whole = found(sizes, by=("stage",))[summed]
    for finer in (("stage", "school"), ("school", "stage", "grade")):
        parts = found(sizes, by=finer)[summed].groupby(level="stage").sum()
        pd.testing.assert_frame_equal(parts, whole)


@settings(max_examples=20)
@given(schools(), st.integers(1, 60))
def test_moving_everyone_above_the_limit_dissolves_all(table: pd.DataFrame, start: int) -> None:
    """The excess heads are the seats: once they are elsewhere, no class is oversized, and one less would not do."""
    sizes = class_sizes(table)
    excess = found(sizes, by=("stage",), oversized_from=start, very_oversized_from=None)["excess_heads"].sum()
    relieved = sizes.assign(pupils=np.minimum(sizes["pupils"], start - 1))
    assert sizes["pupils"].sum() - relieved["pupils"].sum() == excess
    if len(sizes):
        assert found(relieved, by=("stage",), oversized_from=start)["oversized"].sum() == 0


def test_caps_may_differ_by_grade() -> None:
    """48 pupils are three above a cap of 45, and none above 50."""
    sizes = class_sizes(pd.concat([listed(48), listed(48, grade="2")]))
    row = found(sizes, cap=pd.Series({"2": 50.0, "1": 45.0}).rename_axis("grade")).loc["a"]
    assert row[["excess_over_cap", "classes_to_dissolve"]].tolist() == [3, 1]


def test_spare_classes_of_one_grade_do_not_help_another() -> None:
    """Four classes of 20 could be two; the grade of 91 pupils in two classes still needs a third."""
    sizes = class_sizes(records(("a", "1", None, 4, 80), ("a", "2", None, 2, 91)))
    assert found(sizes).loc["a", "classes_to_dissolve"] == 1
    assert found(sizes, by=("school", "grade"))["classes_to_dissolve"].tolist() == [0, 1]


def test_what_the_standard_does_not_say_is_missing() -> None:
    """Without a cap, or a second limit, there is no such count; zero would say that there is nothing to do."""
    row = found(class_sizes(listed(70, 50)), cap=None, very_oversized_from=None).loc["a"]
    assert row[["very_oversized", "very_oversized_share", "excess_over_cap", "classes_to_dissolve"]].isna().all()
    assert row[["oversized", "excess_heads"]].tolist() == [1, 15]


def test_one_spread_record_makes_a_group_inexact() -> None:
    """The reader is told where classes were not listed."""
    sizes = class_sizes(pd.concat([listed(50), records(("a", "2", None, 2, 90)), listed(50, school="b")]))
    assert found(sizes)["exact"].to_dict() == {"a": False, "b": True}


def test_oversize_by_a_column_keeps_schools_without_one() -> None:
    """A school whose township is not known is not left out of the sum."""
    sizes = class_sizes(pd.concat([listed(60), listed(60, school="b")]))
    town = pd.Series(["t", None], index=sizes.index, dtype=object)
    assert found(sizes.assign(township=town), by=("township",))["oversized"].sum() == 2


def test_refuses_a_cap_that_leaves_out_a_grade() -> None:
    """Its classes would count as small enough."""
    with pytest.raises(LabelError, match="no cap for grade '1'"):
        found(class_sizes(listed(60)), cap=pd.Series({"2": 45.0}).rename_axis("grade"))
