"""The land of the invented county and its catchments: nothing is covered twice, nothing is left out."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from schoolmap.inputs.examples import make_county
from schoolmap.inputs.examples.land import CRS
from schoolmap.inputs.examples.land import SPEEDS
from schoolmap.inputs.examples.land import TOWNSHIPS
from schoolmap.inputs.examples.land import make_land
from schoolmap.inputs.examples.names import COMMUNITIES
from schoolmap.inputs.examples.names import COUNTY_CODE
from schoolmap.inputs.examples.zones import zone_layer
from schoolmap.inputs.examples.zones import zone_of

COUNTY = make_county()
AREAS, ZONES = COUNTY.land.areas, COUNTY.zones
STAGES = ("kindergarten", "primary", "junior")
PREFECTURES = {f"43{number:02d}" for number in (*range(1, 14), 31)}
"""Prefectures of province 43 in GB/T 2260: 14 of them; 4390 is where a county under the province would be."""


def test_by_hand() -> None:
    """Twelve townships: the county town in twelve communities, five towns, six rural townships."""
    assert len(TOWNSHIPS) == 12
    assert [sum(t.kind == kind for t in TOWNSHIPS) for kind in ("county_town", "town", "rural")] == [1, 5, 6]
    assert AREAS["township"].value_counts().to_dict() == {t.name: t.units for t in TOWNSHIPS}
    assert (AREAS["township"] == "城关镇").sum() == len(COMMUNITIES) == 12
    assert 180 <= len(AREAS) <= 220


def test_codes_are_those_of_no_county() -> None:
    """Twelve digits that begin with a county which does not exist."""
    assert AREAS.index.str.fullmatch(r"\d{12}").all()
    assert AREAS.index.str.startswith(COUNTY_CODE).all()
    assert AREAS.index.is_unique
    assert COUNTY_CODE[:4] not in PREFECTURES | {"4390"}


def test_villages_cover_the_county_once() -> None:
    """Neighbours share every vertex of their border: no gap, no overlap, one piece each."""
    shapes = AREAS.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert set(AREAS.geom_type) == {"Polygon"}
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert isinstance(whole, shapely.Polygon)
    assert len(whole.interiors) == 0
    assert float(AREAS.area.sum()) == pytest.approx(whole.area, rel=1e-12)
    assert AREAS.crs.to_string() == CRS


def test_county_is_as_large_as_counties_are() -> None:
    """About 45 by 40 km."""
    west, south, east, north = AREAS.total_bounds
    assert 40_000 < east - west < 50_000
    assert 35_000 < north - south < 45_000


def test_every_centre_is_in_its_village() -> None:
    """A centre lies in its own village and in no other."""
    assert AREAS.geometry.contains(COUNTY.land.centres).all()


def test_townships_are_in_one_piece() -> None:
    """The villages of a township hang together."""
    assert set(AREAS.dissolve("township").geom_type) == {"Polygon"}


@pytest.mark.parametrize("stage", STAGES)
def test_catchments_are_whole_villages(stage: str) -> None:
    """Each village is in one catchment of each stage, and a catchment is what its villages are."""
    own = [zone for zone in ZONES if zone.stage == stage]
    assert sorted(area for zone in own for area in zone.areas) == sorted(AREAS.index)
    assert zone_of(ZONES, stage).reindex(AREAS.index).notna().all()
    layer = zone_layer(own, COUNTY.land)
    assert shapely.coverage_is_valid(layer.geometry.to_numpy())
    assert set(layer.geom_type) == {"Polygon"}
    expected = [AREAS.geometry[list(zone.areas)].area.sum() for zone in own]
    np.testing.assert_allclose(layer.area, expected, rtol=1e-12)


def test_schools_and_catchments_are_many_to_many() -> None:
    """Some catchments have several schools, some schools several catchments, and every catchment has one at least."""
    served = [(school, zone.code) for zone in ZONES if zone.stage != "kindergarten" for school in zone.schools]
    schools = [school for school, _ in served]
    assert any(schools.count(school) > 1 for school in schools)
    assert any(len(zone.schools) > 1 for zone in ZONES if zone.stage == "primary" and zone.town)
    assert any(len(zone.schools) > 1 for zone in ZONES if zone.stage == "primary" and not zone.town)
    assert all(zone.schools for zone in ZONES)


def test_roads_reach_every_village() -> None:
    """All villages are joined by roads of known classes, and both barriers cross the county town's surroundings."""
    roads, barriers = COUNTY.roads, COUNTY.barriers
    assert set(roads["class"]) == set(SPEEDS)
    assert roads["speed"].to_list() == [SPEEDS[kind] for kind in roads["class"]]
    net = shapely.union_all(roads.geometry.to_numpy())
    assert shapely.distance(COUNTY.land.centres.to_numpy(), net).max() == 0
    assert barriers["kind"].to_list() == ["河流", "铁路"]
    town = AREAS[AREAS["township"] == "城关镇"].union_all()
    assert barriers.intersects(town).all()
    river = barriers.geometry.iloc[0]
    assert river.length > 40_000
    assert shapely.difference(river, shapely.union_all(AREAS.boundary.to_numpy())).length == 0


def test_seed_decides() -> None:
    """The same seed makes the same land, another seed another."""
    again, other = make_land(4399), make_land(3)
    assert AREAS.geometry.to_wkb().equals(again.areas.geometry.to_wkb())
    assert COUNTY.roads.geometry.to_wkb().equals(again.roads.geometry.to_wkb())
    assert not AREAS.geometry.to_wkb().equals(other.areas.geometry.to_wkb())
