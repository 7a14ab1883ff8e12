"""How children get to school: on roads, not across barriers, in a straight line where there are no roads."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from schoolmap import standards
from schoolmap.inputs.project_file import TravelSettings
from schoolmap.ways import make_ways
from schoolmap.ways import walking_pace

if TYPE_CHECKING:
    from schoolmap.ways import Ways

CRS = "EPSG:4546"
PACE = 60.0
LINES = {
    # a street from west to east, and one that goes round by the north
    "street": ([(0, 0), (1000, 0)], "村道", "no"),
    "west": ([(0, 0), (0, 500)], "村道", "no"),
    "north": ([(0, 500), (1000, 500)], "村道", "no"),
    "east": ([(1000, 500), (1000, 0)], "村道", "yes"),
}
RIVER = gpd.GeoDataFrame({"kind": ["河流"]}, geometry=[shapely.LineString([(500, -100), (500, 100)])], crs=CRS)


def roads() -> gpd.GeoDataFrame:
    """Return a street and the way round it; the bridge is in the east."""
    table = pd.DataFrame(
        [(kind, 30.0, "no", bridge) for _, kind, bridge in LINES.values()],
        columns=["class", "speed", "oneway", "bridge"],
    )
    return gpd.GeoDataFrame(table, geometry=[shapely.LineString(line) for line, *_ in LINES.values()], crs=CRS)


def ways(**known: Any) -> Ways:  # noqa: ANN401 - what a project may have
    """Return the ways of a project that has no more than is told."""
    parts: dict[str, Any] = {"roads": None, "barriers": None, "crossings": None, "gates": None, "settings": {}}
    parts |= known
    settings = TravelSettings(guarded=("primary",), **parts.pop("settings"))
    return make_ways(parts.pop("roads"), settings=settings, walk_m_per_minute=PACE, **parts)


def layer(places: dict[str, tuple[float, float]]) -> gpd.GeoDataFrame:
    """Return points, each a school of the same code."""
    index = pd.Index(places, dtype=object)
    return gpd.GeoDataFrame({"school": index}, geometry=shapely.points(list(places.values())), index=index, crs=CRS)


HOME, SCHOOL = layer({"home": (100.0, 0.0)}), layer({"school": (900.0, 0.0)})


def test_without_roads_the_way_is_the_straight_line_and_a_detour() -> None:
    """800 m as the crow flies are 1,040 m with a detour of 1.3; the factor and its source are told."""
    straight = ways()
    assert straight.metres(HOME, SCHOOL, guarded=True).tolist() == [[1040.0]]
    assert straight.by == "straight"
    assert "1.3" in straight.method[0]["en"]
    assert "Assumption" in straight.method[0]["en"]
    assert straight.zones(SCHOOL.assign(circle_m=500.0), guarded=False) is None


def test_on_roads_the_way_is_that_of_the_street() -> None:
    """Along the street it is 800 m; no factor is added."""
    found = ways(roads=roads())
    assert found.metres(HOME, SCHOOL, guarded=False).tolist() == [[800.0]]
    assert (found.by, found.detour) == ("roads", 1.0)


def test_a_river_sends_the_young_round_over_the_bridge() -> None:
    """Older pupils take the street across the river at 500 m; the young walk 100 + 500 + 1000 + 500 + 100 m."""
    found = ways(roads=roads(), barriers=RIVER)
    assert found.metres(HOME, SCHOOL, guarded=False).tolist() == [[800.0]]
    assert found.metres(HOME, SCHOOL, guarded=True).tolist() == [[2200.0]]
    assert found.guards("primary")
    assert not found.guards("junior")


def test_a_crossing_opens_the_barrier() -> None:
    """Where there is an underpass everybody walks straight on."""
    underpass = gpd.GeoDataFrame({"kind": ["地道"]}, geometry=[shapely.Point(500, 0)], crs=CRS)
    found = ways(roads=roads(), barriers=RIVER, crossings=underpass)
    assert found.metres(HOME, SCHOOL, guarded=True).tolist() == [[800.0]]


def test_the_nearest_gate_counts() -> None:
    """A school with a gate 300 m away is 300 m away, wherever the middle of it is."""
    gates = gpd.GeoDataFrame({"school": ["school"] * 2}, geometry=shapely.points([[400, 0], [950, 0]]), crs=CRS)
    found = ways(roads=roads(), gates=gates)
    assert found.metres(HOME, SCHOOL, guarded=False).tolist() == [[300.0]]
    assert found.entrances(SCHOOL).index.tolist() == ["school", "school"]
    assert ways(gates=gates, settings={"detour": 1.0}).metres(HOME, SCHOOL, guarded=False).tolist() == [[300.0]]


def test_pupils_of_the_country_may_be_driven() -> None:
    """800 m at 30 km/h are 1.6 minutes, and 500 m a minute is the speed of all roads."""
    found = ways(roads=roads(), settings={"rural_by": "drive"})
    assert found.drives
    np.testing.assert_allclose(found.minutes(HOME, SCHOOL), [[1.6]])
    assert found.driven_m_per_minute == pytest.approx(500)
    assert ways(roads=roads()).driven_m_per_minute == PACE


def test_footpaths_are_walked_and_not_driven() -> None:
    """A class in `not_driven` needs no speed, and the drive goes round; on foot it is open."""
    paths = roads()
    paths.loc[0, ["class", "speed"]] = ["步道", np.nan]
    found = ways(roads=paths, settings={"rural_by": "drive", "not_driven": ("步道",)})
    assert found.metres(HOME, SCHOOL, guarded=False).tolist() == [[800.0]]
    # 100 m on foot at either end, and 2 km round at 30 km/h
    np.testing.assert_allclose(found.minutes(HOME, SCHOOL), [[2 * 100 / 60 + 4.0]])


def test_nobody_is_driven_where_the_project_does_not_say_so() -> None:
    """Asking for minutes then is a mistake, and says what to set."""
    with pytest.raises(ValueError, match="rural_by"):
        ways(roads=roads()).minutes(HOME, SCHOOL)


def test_a_zone_follows_the_roads() -> None:
    """From the school 300 m each way: the street up to 600 and the bridge up to 200, but not the far side."""
    found = ways(roads=roads(), barriers=RIVER)
    zones = found.zones(SCHOOL.assign(circle_m=300.0), guarded=True)
    assert zones is not None
    zone = zones["school"]
    for place, inside in (((601, 0), True), ((1000, 150), True), ((1000, 300), False), ((400, 0), False)):
        assert shapely.covers(zone, shapely.Point(place)) == inside


def test_a_school_without_a_limit_has_no_zone() -> None:
    """Zero metres are no limit."""
    zones = ways(roads=roads()).zones(SCHOOL.assign(circle_m=0.0), guarded=False)
    assert zones is not None
    assert zones.is_empty.all()


def test_what_no_road_leads_to_is_told() -> None:
    """A home 900 m from the road, a school 700 m from it, and a lane that hangs on nothing."""
    alone = pd.DataFrame({"class": ["村道"], "speed": [30.0], "oneway": ["no"], "bridge": ["no"]})
    island = gpd.GeoDataFrame(alone, geometry=[shapely.LineString([(5000, 5000), (5000, 5400)])], crs=CRS)
    both = gpd.GeoDataFrame(pd.concat([roads(), island], ignore_index=True), crs=CRS)
    points = gpd.GeoDataFrame({"area": ["a"], "share": [1.0]}, geometry=[shapely.Point(300, -900)], crs=CRS)
    schools = layer({"s": (1700.0, 0.0), "t": (900.0, 0.0)}).assign(name=["远", "近"])
    far = ways(roads=both).far(points, schools)
    assert far[["what", "label", "name"]].to_numpy().tolist() == [
        ["home", "a", ""],
        ["school", "s", "远"],
        ["island", "5000, 5200", ""],
    ]
    assert far["distance_m"].tolist()[:2] == [900.0, 700.0]
    assert far["km"].iloc[2] == 0.4
    assert np.isinf(ways(roads=both).metres(points, schools, guarded=False)).all()


def test_without_roads_nothing_is_far_from_them() -> None:
    """Where there are no roads nobody can be far from one."""
    points = gpd.GeoDataFrame({"area": ["a"], "share": [1.0]}, geometry=[shapely.Point(0, 0)], crs=CRS)
    assert ways().far(points, SCHOOL).empty


def test_the_pace_is_the_projects_else_the_standards_else_the_usual_one() -> None:
    """80 m a minute of the project go before 60 of the Chinese standard; Berlin has none, and 60 are usual."""
    china, berlin = standards.load("china"), standards.load("berlin")
    assert walking_pace(TravelSettings(walk_m_per_minute=80.0), china) == 80
    assert walking_pace(TravelSettings(), china) == 60
    assert walking_pace(TravelSettings(), berlin) == 60
