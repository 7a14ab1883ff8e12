"""Types of school: what counts as a school, what as a teaching point, what is attached to a host."""

from __future__ import annotations

import itertools
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely.geometry import Point

from schoolmap.errors import LabelError
from schoolmap.seats.classes.school_types import ROLES
from schoolmap.seats.classes.school_types import SchoolCodes
from schoolmap.seats.classes.school_types import count_schools
from schoolmap.seats.classes.school_types import section_roles
from schoolmap.seats.classes.school_types import shipped_codes

STAGES = ("kindergarten", "primary", "junior", "senior")
TYPES = ("", "111", "119", "211", "218", "219", "311", "312", "319", "341", "345", "900")


def schools(**types: str | None) -> pd.DataFrame:
    """Return schools of these types."""
    return pd.DataFrame({"type": list(types.values())}, index=pd.Index(list(types), name="school"), dtype=object)


def sections(*labels: str, rooms_of: dict[str, str] | None = None) -> pd.DataFrame:
    """Return sections, written `a primary`; `rooms_of` names the host's stage."""
    index = pd.MultiIndex.from_tuples([tuple(label.split()) for label in labels], names=["school", "stage"])
    return pd.DataFrame({"rooms_of": [(rooms_of or {}).get(label, "") for label in labels]}, index=index)


def roles(teaching: pd.DataFrame, types: pd.DataFrame) -> list[Any]:
    """Return the role of each section, an unknown one as nothing."""
    return [role if isinstance(role, str) else None for role in section_roles(teaching, types)]


@st.composite
def counties(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw schools of all types with any stages."""
    types = {name: draw(st.sampled_from(TYPES)) for name in "abcde"}
    every = [f"{school} {stage}" for school, stage in itertools.product(types, STAGES)]
    return sections(*draw(st.lists(st.sampled_from(every), min_size=1, unique=True))), schools(**types)


# the codes


def test_the_codes_of_the_statistics() -> None:
    """GB/T 33782-2017, table 4: 218 is a teaching point, 119, 219, 319 and 349 are attached, 312 and 345 run through."""
    codes = shipped_codes()
    of = {role: {code for code, kind in codes.roles.items() if kind == role} for role in ROLES}
    assert of["teaching_point"] == {"218"}
    assert {"119", "219", "319", "349"} <= of["attached"]
    assert {"111", "211", "311", "312", "341", "342", "345"} <= of["school"]
    assert codes.stages["312"] == ("primary", "junior")
    assert codes.stages["345"] == ("primary", "junior", "senior")
    assert {"2", "210", "220", "乡村"} <= codes.rural
    assert not {"111", "112", "121", "122", "123"} & codes.rural
    assert set(codes.stages) == set(codes.roles)


# what a section is


def test_roles_by_hand() -> None:
    """A primary school with a kindergarten, a nine-year school, a teaching point, and classes with a code of their own."""
    teaching = sections("a primary", "a kindergarten", "b primary", "b junior", "c primary", "d kindergarten")
    types = schools(a="211", b="312", c="218", d="119")
    assert roles(teaching, types) == ["school", "attached", "school", "school", "teaching_point", "attached"]


def test_who_uses_the_rooms_of_another_stage_is_attached() -> None:
    """Whatever the type says, and where it says nothing."""
    teaching = sections("a primary", "a junior", rooms_of={"a junior": "primary"})
    assert roles(teaching, schools(a="312")) == ["school", "attached"]
    assert roles(teaching, schools(a="")) == [None, "attached"]


def test_a_type_that_contradicts_all_sections_attaches_none() -> None:
    """A school coded as primary that has a junior section only is no guest of nobody."""
    assert roles(sections("a junior"), schools(a="211")) == ["school"]


@pytest.mark.parametrize("kind", ["", None, "900"])
def test_an_unknown_type_is_unknown(kind: str | None) -> None:
    """A school without a type may be a teaching point: nobody has told."""
    assert roles(sections("a primary"), schools(a=kind)) == [None]


def test_without_a_column_of_types_nothing_is_known() -> None:
    """The role is missing, not `school`."""
    assert roles(sections("a primary").drop(columns="rooms_of"), schools(a="211")[[]]) == [None]


def test_other_countries_bring_their_own_codes() -> None:
    """Nothing of a country is in the functions."""
    codes = SchoolCodes(roles={"G": "school", "F": "attached"}, stages={"G": ("primary",)}, rural=frozenset())
    teaching = sections("a primary", "a junior", "b junior")
    assert section_roles(teaching, schools(a="G", b="F"), codes=codes).tolist() == ["school", "attached", "attached"]


def test_schools_on_a_map_are_taken_as_they_are() -> None:
    """A layer of points has its types too."""
    layer = gpd.GeoDataFrame(schools(a="218"), geometry=[Point(0, 0)], crs="EPSG:4546")
    assert roles(sections("a primary"), layer) == ["teaching_point"]


# how many there are


def test_counts_by_hand() -> None:
    """Of six codes three are schools; the nine-year school is one, though it is counted in both of its stages."""
    types = schools(a="211", b="312", c="218", d="119", e="311", f="")
    teaching = sections(
        "a primary", "a kindergarten", "b primary", "b junior", "c primary", "d kindergarten", "e junior", "f primary"
    )
    columns = ["schools", "teaching_points", "attached", "type_unknown"]
    counted = count_schools(teaching, types)
    assert counted.loc["primary", columns].tolist() == [2, 1, 0, 1]
    assert counted.loc["junior", columns].tolist() == [2, 0, 0, 0]
    assert counted.loc["kindergarten", columns].tolist() == [0, 0, 2, 0]
    county = count_schools(teaching, types.assign(county="c"), by=["county"])
    assert county.loc["c", columns].tolist() == [3, 1, 2, 1]


@settings(max_examples=20)
@given(counties())
def test_every_section_is_counted_once_in_its_stage(county: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """By stage the four columns add up to the sections."""
    teaching, types = county
    counted = count_schools(teaching, types)
    assert counted.sum(axis=1).to_dict() == teaching.groupby("stage").size().to_dict()


@settings(max_examples=20)
@given(counties())
def test_counted_together_a_school_is_one(county: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """As many schools as have a section of their own, looked up one by one."""
    teaching, types = county
    role = section_roles(teaching, types)
    counted = count_schools(teaching, types.assign(all="all"), by=["all"]).loc["all"]
    for column, kind in (("schools", "school"), ("teaching_points", "teaching_point"), ("attached", "attached")):
        assert counted[column] == len({school for (school, _), what in role.items() if what == kind})


@settings(max_examples=20)
@given(counties(), st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(county: tuple[pd.DataFrame, pd.DataFrame], shuffle: Any) -> None:  # noqa: ANN401
    """The same roles and counts, whatever order the file has."""
    teaching, types = county
    order = list(range(len(teaching)))
    shuffle.shuffle(order)
    turned = section_roles(teaching.iloc[order], types[::-1])
    pd.testing.assert_series_equal(turned, section_roles(teaching, types).iloc[order])
    pd.testing.assert_frame_equal(count_schools(teaching.iloc[order], types[::-1]), count_schools(teaching, types))


def test_a_township_without_a_name_is_counted_too() -> None:
    """Nobody falls out because a cell is empty."""
    types = schools(a="211", b="211").assign(township=pd.Series({"a": "t", "b": None}, dtype=object))
    assert count_schools(sections("a primary", "b primary"), types, by=["township"])["schools"].tolist() == [1, 1]


# refusals


def test_refuses_a_section_of_no_school() -> None:
    """It is named."""
    with pytest.raises(LabelError, match="school 'z', which the table of schools does not have"):
        section_roles(sections("z primary"), schools(a="211"))


def test_refuses_a_section_or_school_twice() -> None:
    """It would be counted twice."""
    with pytest.raises(LabelError, match="table of sections lists 1 unit"):
        section_roles(sections("a primary", "a primary"), schools(a="211"))
    with pytest.raises(LabelError, match="table of schools lists 1 unit"):
        section_roles(sections("a primary"), pd.concat([schools(a="211"), schools(a="218")]))


def test_refuses_to_count_by_what_is_not_there() -> None:
    """The column is named."""
    with pytest.raises(LabelError, match="a column 'township' to count by"):
        count_schools(sections("a primary"), schools(a="211"), by=["township"])
