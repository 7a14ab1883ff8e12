"""Whether the catchments of a project fit together: gaps and parts are told, and nothing is refused for them."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import box
from shapely import union_all

from schoolmap.errors import Severity
from schoolmap.inputs.checks.coverages import fitting
from schoolmap.inputs.checks.named import Named

CRS = "EPSG:4546"
AREAS = gpd.GeoDataFrame(geometry=[box(0, 0, 500, 1000), box(500, 0, 1000, 1000)], crs=CRS)


def layer(**shapes: object) -> gpd.GeoDataFrame:
    """Return catchments as read: labelled by their rows, which begin with 2."""
    frame = gpd.GeoDataFrame({"catchment": list(shapes)}, geometry=list(shapes.values()), crs=CRS)
    return frame.set_axis(range(2, 2 + len(frame)), axis=0)


def faults(found: gpd.GeoDataFrame, areas: gpd.GeoDataFrame = AREAS) -> list[tuple[str, int | None, str]]:
    """Return severity, row and problem of what is told of these catchments."""
    told = fitting(Named(file="zones.gpkg", frame=found), [found, found], areas)
    return [(fault.severity.value, fault.row, fault.problem) for fault in told]


def test_catchments_that_fit_are_not_told_of() -> None:
    """All ground covered once: nothing to say."""
    assert faults(layer(w=box(0, 0, 400, 1000), e=box(400, 0, 1000, 1000))) == []


def test_a_wide_gap_is_a_warning_with_its_place() -> None:
    """Ten of a thousand metres lie in no catchment, between the two."""
    ((severity, row, problem),) = faults(layer(w=box(0, 0, 400, 1000), e=box(410, 0, 1000, 1000)))
    assert (severity, row) == (Severity.WARNING, None)
    for part in ("1 gap(s)", "10,000 m²", "10.0 m wide", "405, ", "beside e, w"):
        assert part in problem


def test_a_narrow_gap_is_a_notice() -> None:
    """Half a metre is drawing."""
    ((severity, _, problem),) = faults(layer(w=box(0, 0, 400, 1000), e=box(400.5, 0, 1000, 1000)))
    assert severity == Severity.NOTICE
    assert "500 m²" in problem


def test_parts_are_told_with_their_row() -> None:
    """An exclave may be meant; an unfinished drawing may look the same."""
    west = union_all([box(0, 0, 400, 1000), box(900, 900, 1000, 1000)])
    east = box(400, 0, 1000, 1000).difference(box(900, 900, 1000, 1000))
    ((severity, row, problem),) = faults(layer(e=east, w=west))
    assert (severity, row) == (Severity.NOTICE, 3)
    assert "lies in 2 parts; the smallest has 10,000 m² at 950, 950" in problem


def test_villages_as_points_have_no_ground_to_cover() -> None:
    """Then only what catchments enclose is a gap."""
    points = AREAS.set_geometry(AREAS.centroid)
    assert faults(layer(w=box(0, 0, 400, 1000), e=box(600, 0, 1000, 1000)), points) == []
    ring = box(0, 0, 1000, 1000).difference(box(400, 400, 600, 600))
    ((severity, _, problem),) = faults(layer(ring=ring), points)
    assert severity == Severity.WARNING
    assert "40,000 m²" in problem


def test_listed_catchments_are_not_examined() -> None:
    """They have no outline of their own."""
    assert faults(layer(w=None, e=box(400, 0, 1000, 1000))) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_way_out_is_told(language: str) -> None:
    """In both languages, and that children there are outside."""
    found = layer(w=box(0, 0, 400, 1000), e=box(410, 0, 1000, 1000))
    (fault,) = fitting(Named(file="zones.gpkg", frame=found), [found], AREAS)
    remedy = fault.remedy if language == "en" else fault.remedy_zh
    assert ("in no catchment" if language == "en" else "不属于任何学区") in remedy
