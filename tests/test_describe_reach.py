"""What the map shows of the way to school is what the plan counted: zones, children out of reach, sums and limits."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shipped import plan

from schoolmap.inputs.coordinates import WGS84
from schoolmap.output.describe_reach import ZONE_TOLERANCE_M
from schoolmap.output.describe_reach import describe_reach
from schoolmap.output.outlines import GRID_DEG
from schoolmap.output.reach_layers import reach_layers

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize("name", ["berlin-mitte", "demo-county"])
def test_sums_are_those_of_the_plan(name: str) -> None:
    """Within, beyond and unknown of the map are the plan's, to a tenth of a child, in every year and stage."""
    found = plan(name)
    assert found.reach is not None
    for shown in describe_reach(found):
        totals = found.reach.stages[shown.stage].areas.groupby(level="year").sum()
        for key in ("within", "beyond", "unknown"):
            np.testing.assert_allclose(getattr(shown, key), totals[key], atol=0.051)


@pytest.mark.parametrize("name", ["berlin-mitte", "demo-county"])
def test_children_out_of_reach_are_drawn_where_any_are(name: str) -> None:
    """The circles of a year add up to those out of reach; an area without any in any year is left out."""
    for shown in describe_reach(plan(name)):
        sums = np.sum([area.beyond for area in shown.areas], axis=0)
        np.testing.assert_allclose(sums, shown.beyond, atol=0.06 * len(shown.areas) + 0.1)
        assert all(max(area.beyond) > 0 for area in shown.areas)
        for area in shown.areas:
            assert all(out <= all_ + 0.051 for out, all_ in zip(area.beyond, area.children, strict=True))


def test_berlin_has_circles_and_a_limit_of_one_kilometre() -> None:
    """Without roads a zone is a circle, smaller by the detour; kindergartens have no limit and are not shown."""
    (primary,) = describe_reach(plan("berlin-mitte"))
    assert (primary.stage, primary.by) == ("primary", "straight")
    assert {zone.circle_m for zone in primary.zones} == {1000.0}
    assert {zone.radius_m for zone in primary.zones} == {round(1000 / 1.3, 1)}
    assert not any(zone.polygons for zone in primary.zones)
    assert "1000 m" in primary.limits["en"]
    assert "1.3" in primary.method["zh"]


def test_zones_of_the_county_follow_its_streets() -> None:
    """Each open school near a road has a polygon around it, well inside its circle with what is drawn aside of roads."""
    found = plan("demo-county")
    primary = next(shown for shown in describe_reach(found) if shown.stage == "primary")
    assert primary.by == "roads"
    drawn = [zone for zone in primary.zones if zone.polygons]
    assert len(drawn) > 0.9 * len(primary.zones)
    for zone in drawn:
        rings = [np.asarray(rings[0]).reshape(-1, 2).cumsum(axis=0) * GRID_DEG for rings in zone.polygons]
        shape = gpd.GeoSeries([shapely.union_all([shapely.Polygon(ring) for ring in rings])], crs=WGS84).to_crs(
            found.project.settings.crs
        )
        place = gpd.GeoSeries([shapely.Point(zone.lon, zone.lat)], crs=WGS84).to_crs(found.project.settings.crs)
        aside = max(60.0, 0.1 * zone.circle_m)
        # gates stand about 110 m from the middle of a school, so ways may begin there
        widest = zone.circle_m + aside + 130.0 + 2 * ZONE_TOLERANCE_M
        assert shape[0].hausdorff_distance(place[0]) <= widest, zone.name


def test_a_school_that_is_built_has_a_zone_once_it_is_open() -> None:
    """X01 of the county opens in 2027; before, its zone is there and not open."""
    primary = next(shown for shown in describe_reach(plan("demo-county")) if shown.stage == "primary")
    opened = {zone.id: zone.open for zone in primary.zones}["X01"]
    assert opened == tuple(year >= 2027 for year in plan("demo-county").years)


def test_texts_are_in_both_languages() -> None:
    """Limits name their documents, methods are sentences."""
    for name in ("berlin-mitte", "demo-county"):
        for shown in describe_reach(plan(name)):
            for text in (shown.limits, shown.method):
                assert text["en"].endswith(".")
                assert text["zh"].endswith("。")
    primary = next(shown for shown in describe_reach(plan("demo-county")) if shown.stage == "primary")
    assert "国办发〔2018〕27号" in primary.limits["zh"]
    assert "grades 1-3" in primary.limits["en"]


def test_layers_for_a_gis_are_not_simplified() -> None:
    """Areas with children of the first year, and zones as they are counted, in the project's CRS."""
    found = plan("demo-county")
    layers = reach_layers(found)
    assert list(layers) == [f"{kind}_{stage.id}" for stage in found.project.stages for kind in ("reach", "zones")]
    areas = layers["reach_primary"]
    assert areas.crs == found.project.areas.crs
    np.testing.assert_allclose(areas[["within", "beyond", "unknown"]].sum(axis=1), areas["children"], rtol=1e-9)
    assert layers["zones_primary"].geometry.is_valid.all()
    assert list(reach_layers(plan("berlin-mitte"))) == ["reach_primary"]
