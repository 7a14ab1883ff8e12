"""Points outside the polygon they name: a wrong datum is found and named, single mistakes stay single, noise is none."""

from __future__ import annotations

import itertools
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from townships import MIXUPS
from townships import PLACES
from townships import County
from townships import county

from schoolmap.errors import Severity
from schoolmap.inputs.checks import shifted
from schoolmap.inputs.checks.mixups import PLAIN
from schoolmap.inputs.checks.mixups import Mixup
from schoolmap.inputs.checks.named import Named


def placed(here: County, schools: Named) -> shifted.Placed:
    """Place schools in the townships of a county."""
    found = shifted.in_townships(schools, here.named_areas())
    assert found is not None
    return found


def shift_of(
    here: County, declared: str, misread: Mixup | None, *, of_polygons: str = "EPSG:4490"
) -> shifted.Shift | None:
    """Look for a common shift of a county's schools."""
    return shifted.common_shift(placed(here, here.schools(misread=misread)), declared=declared, of_polygons=of_polygons)


@pytest.mark.parametrize("place", sorted(PLACES))
@pytest.mark.parametrize("name", sorted(MIXUPS))
def test_every_mixup_is_named(place: str, name: str) -> None:
    """Sixty schools in townships of 2 km tell each of six mix-ups, but for the 142 m of GCJ-02 in 高台."""
    declared, really, misread = MIXUPS[name]
    here = county(place, seed=1, schools=60)
    shift = shift_of(here, declared, misread)
    if place == "高台" and {really, declared} <= {"GCJ-02", PLAIN, "EPSG:4326"}:
        # too short a way to put most schools outside: outlines tell it, see `outlines`
        assert shift is None or shift.mixup.own == really
        return
    assert shift is not None
    assert shift.mixup.own == really
    assert shift.chance < 0.001
    assert shift.inside < shift.inside_then


def test_gcj_02_in_yuanling_by_hand() -> None:
    """The fault says how many, 602 m, which file is what, and the rows; so clear a case stops the plan."""
    declared, _, misread = MIXUPS["GCJ-02 as WGS 84"]
    here = county("沅陵", seed=1, size_m=1500.0, schools=60)
    schools = here.schools(misread=misread)
    shift = shift_of(here, declared, misread)
    assert shift is not None
    assert shift.inside_then == shift.of == 60
    assert shift.is_certain
    fault = shifted.shift_fault(
        schools, shift, polygons=here.named_areas(), what=("the township they name", "所填乡镇")
    )
    assert (fault.severity, fault.column, fault.row) == (Severity.ERROR, "crs", None)
    assert fault.problem.startswith(
        f"{shift.inside} of 60 stand in the township they name; 60 would if schools.csv is GCJ-02"
    )
    assert "60 个点中只有" in fault.problem_zh
    assert "高德" in fault.problem_zh
    assert 590 < shift.shift_m < 620
    assert f"{shift.shift_m:,.0f} m off" in fault.problem
    out = placed(here, schools).distance() > shifted.NOISE_M
    assert list(shift.explained) == list(schools.frame.index[out])


@pytest.mark.parametrize("really", ["GCJ-02", "BD-09"])
def test_townships_of_a_wrong_datum(really: str) -> None:
    """Right schools in townships that are GCJ-02 or BD-09: the other file is named."""
    here = county("芙蓉", seed=3, schools=60)

    # townships read as they are lie where the datum shifts them
    def misread(points: np.ndarray) -> np.ndarray:
        return Mixup(taken=really, meant=PLAIN).move(points, crs=here.crs)

    areas = here.areas.set_geometry([shapely.transform(shape, misread) for shape in here.areas.geometry])
    moved = replace(here, areas=areas.set_crs(here.crs, allow_override=True))
    shift = shift_of(moved, "EPSG:4490", None)
    assert shift is not None
    assert (shift.mixup.own, shift.mixup.other) == ("", really)


counties = st.builds(
    county,
    st.sampled_from(sorted(PLACES)),
    seed=st.integers(0, 10_000),
    side=st.integers(3, 6),
    size_m=st.sampled_from([600.0, 1500.0, 8000.0]),
    schools=st.integers(3, 100),
    noise_m=st.just(20.0),
)


@settings(max_examples=25)
@given(counties, st.sampled_from([declared for declared, _, _ in MIXUPS.values()]))
def test_no_false_alarm(here: County, declared: str) -> None:
    """Right layers with a digitising error of 20 m, half of the schools near a border, have no common shift."""
    assert shift_of(here, declared, None) is None


@settings(max_examples=25)
@given(counties, st.integers(0, 1000))
def test_single_mistakes_are_no_common_shift(here: County, seed: int) -> None:
    """A twentieth of the schools names any township: they are told one by one, if they stand far outside."""
    rng = np.random.default_rng(seed)
    wrong = rng.choice(len(here.townships), size=len(here.townships) // 20, replace=False)
    names = list(here.townships)
    for number in wrong:
        names[number] = here.townships[int(rng.integers(len(names)))]
    schools = here.schools(townships=names)
    found = shifted.in_townships(schools, here.named_areas())
    assert found is not None
    assert shifted.common_shift(found, declared="EPSG:4326", of_polygons="EPSG:4490") is None
    told = {fault.row for fault in shifted.standing_outside(schools, found, explained=pd.Index([]))}
    far = found.rows[found.distance() > shifted.NOISE_M]
    assert told == set(far)


def test_a_border_that_a_river_follows_is_one_reason() -> None:
    """Ten schools of one township stand beyond the same border: one border drawn wrongly explains them as well."""
    here = county("沅陵", seed=5, schools=30)
    west, east = here.areas.geometry.iloc[12], here.areas.geometry.iloc[17]
    border = west.intersection(east)
    beyond = [border.interpolate(share, normalized=True) for share in np.linspace(0.1, 0.9, 10)]
    points = np.vstack([here.points, [[point.x + 300.0, point.y] for point in beyond]])
    river = replace(here, points=points, townships=[*here.townships, *["乡镇12"] * 10])
    assert (placed(river, river.schools()).distance() > shifted.NOISE_M).sum() == 10
    assert shift_of(river, "EPSG:4326", None) is None


def test_schools_outside_their_township_by_hand() -> None:
    """A kilometre beyond the border, in another township or in none; 30 m is a matter of drawing."""
    squares = gpd.GeoDataFrame(
        {"area": ["a1", "a2", "b1"], "parent": ["甲镇", "甲镇", "乙乡"]},
        geometry=[shapely.box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000)],
        crs="EPSG:4546",
    )
    points = [(500, 500), (1500, 500), (2030, 500), (2900, 500), (-1000, 500), (2500, 500)]
    frame = gpd.GeoDataFrame(
        {"school": list("ABCDEF"), "township": ["甲镇"] * 5 + ["乙乡 "]},
        geometry=gpd.points_from_xy(*zip(*points, strict=True)),
        crs="EPSG:4546",
        index=range(2, 8),
    )
    schools = Named(file="schools.csv", frame=frame)
    here = shifted.in_townships(schools, Named(file="areas.shp", frame=squares))
    assert here is not None
    faults = shifted.standing_outside(schools, here, explained=pd.Index([]))
    assert [(fault.row, fault.value, fault.problem) for fault in faults] == [
        (5, "D", "stands 900 m outside 甲镇, in 乙乡."),
        (6, "E", "stands 1,000 m outside 甲镇, in no township."),
    ]
    assert {fault.severity for fault in faults} == {Severity.WARNING}
    assert faults[0].problem_zh == "位于“甲镇”之外 900 米,在“乙乡”内。"
    assert faults[1].problem_zh == "位于“甲镇”之外 1,000 米,不在任何乡镇内。"
    assert [fault.row for fault in shifted.standing_outside(schools, here, explained=pd.Index([5]))] == [6]


def grid(**columns: list[object]) -> Named:
    """Return four areas of 1 km as a layer."""
    squares = [shapely.box(x, y, x + 1000, y + 1000) for x, y in itertools.product((0, 1000), repeat=2)]
    return Named(file="areas.shp", frame=gpd.GeoDataFrame(columns, geometry=squares, crs="EPSG:4546"))


def at(*points: tuple[float, float], township: list[str | None]) -> Named:
    """Return schools at points in metres."""
    frame = gpd.GeoDataFrame(
        {"school": [f"S{number}" for number in range(len(points))], "township": township},
        geometry=gpd.points_from_xy(*zip(*points, strict=True)),
        crs="EPSG:4546",
    )
    return Named(file="schools.csv", frame=frame.set_axis(range(2, len(points) + 2)))


def test_townships_are_the_parents_the_names_or_the_codes_of_areas() -> None:
    """Whichever is the first to hold half of the townships named; a school without one, or of an unknown one, is left out."""
    schools = at((500, 500), (500, 1500), (1500, 500), township=["t1", "t2", None])
    for column in ("parent", "name", "area"):
        areas = grid(**{"area": list("abcd"), column: ["t1", "t2", "t3", "t3"]})
        found = shifted.in_townships(schools, areas)
        assert found is not None
        assert list(found.rows) == [2, 3]
        assert list(found.stands) == ["t1", "t2"]
    assert shifted.in_townships(schools, grid(area=list("abcd"))) is None


def test_what_cannot_be_compared() -> None:
    """Areas that are points, schools without townships, and schools in an area of no known township."""
    schools = at((500, 500), (1500, 1500), township=["t1", "t1"])
    areas = grid(area=list("abcd"), parent=["t1", "t2", "t2", None])
    found = shifted.in_townships(schools, areas)
    assert found is not None
    assert list(found.rows) == [2]
    points = Named(file="a.csv", frame=areas.frame.set_geometry(areas.frame.geometry.centroid))
    assert shifted.in_townships(schools, points) is None
    assert shifted.in_townships(Named(file="s.csv", frame=schools.frame.drop(columns="township")), areas) is None
    assert shifted.in_townships(at((0, 0), township=[None]), areas) is None


def test_schools_in_the_catchments_they_serve() -> None:
    """Several catchments are one polygon; a section that names none, or an unknown one, is not compared."""
    schools = at((500, 500), (1500, 1500), (500, 1500), (1500, 500), township=[None] * 4)
    sections = Named(
        file="sections.csv",
        frame=pd.DataFrame(
            {"school": ["S0", "S1", "S2", "S3", "S9"], "catchment": ["a; b", "a", None, "x", "a"]}, index=range(2, 7)
        ),
    )
    found = shifted.in_catchments(schools, sections, grid(catchment=list("abcd")))
    assert found is not None
    assert list(found.rows) == [2, 3]
    assert found.distance().round().tolist() == [0, 707]
    bare = Named(file="sections.csv", frame=sections.frame.drop(columns="catchment"))
    assert shifted.in_catchments(schools, bare, grid(catchment=list("abcd"))) is None


def test_a_shift_is_found_by_catchments_alone() -> None:
    """Where townships are not known, the catchments that schools serve tell the same."""
    declared, really, misread = MIXUPS["BD-09 as WGS 84"]
    here = county("芙蓉", seed=2, side=6, size_m=1000.0, schools=40)
    schools = here.schools(misread=misread)
    sections = Named(
        file="sections.csv", frame=pd.DataFrame({"school": schools.frame["school"], "catchment": here.townships})
    )
    catchments = Named(file="catchments.shp", frame=here.areas.rename(columns={"area": "catchment"}))
    found = shifted.in_catchments(schools, sections, catchments)
    assert found is not None
    shift = shifted.common_shift(found, declared=declared, of_polygons="EPSG:4490")
    assert shift is not None
    assert shift.mixup.own == really


probabilities = st.lists(st.floats(0, 1), max_size=8)


@given(probabilities, st.integers(0, 9))
def test_the_tail_against_all_outcomes(chances: list[float], least: int) -> None:
    """The probability is that of all outcomes with so many events, added up one by one."""
    total = sum(
        float(np.prod([chance if hit else 1 - chance for hit, chance in zip(outcome, chances, strict=True)]))
        for outcome in itertools.product([True, False], repeat=len(chances))
        if sum(outcome) >= least
    )
    assert shifted.poisson_binomial_tail(np.array(chances), least) == pytest.approx(total, abs=1e-12)


def test_a_tiny_tail_is_not_rounded_to_nothing() -> None:
    """Forty events of one in a hundred: 1e-80."""
    assert shifted.poisson_binomial_tail(np.full(40, 0.01), 40) == pytest.approx(1e-80)
