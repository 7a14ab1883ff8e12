"""The nearest schools by the network: those of the full table, found by one search."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Point
from streets import METRES
from streets import Line
from streets import driving
from streets import layer
from streets import place
from streets import points
from streets import streets
from streets import walking

from schoolmap.errors import LabelError
from schoolmap.space.nearest import nearest_of_nodes
from schoolmap.space.nearest import nearest_schools
from schoolmap.space.snapping import snap
from schoolmap.space.travel import travel_table

ROAD = [(0.0, 0.0), (600.0, 0.0)]


def test_by_hand() -> None:
    """Of three schools along a road each home has the two nearest; of two gates the nearer counts."""
    network = walking(layer([ROAD]))
    gates = gpd.GeoSeries([Point(x, 0) for x in (0, 500, 300, 600)], index=["w", "e", "m", "w"], crs=METRES)
    homes = snap(network, points({"a": (50.0, 0.0), "b": (560.0, 0.0)}), farthest_m=50)
    found = nearest_schools(network, homes, snap(network, gates, farthest_m=50), unit="distance_m", k=2)
    assert found.name == "distance_m"
    assert found.to_dict() == pytest.approx({("a", "w"): 50, ("a", "m"): 250, ("b", "w"): 40, ("b", "e"): 60})


def test_the_river_decides_and_not_the_map() -> None:
    """The school across the water is nearest in a straight line and the second by the bridge."""
    banks: list[Line] = [[(0, 0), (600, 0)], [(0, 20), (600, 20)], [(600, 0), (600, 20)]]
    network = walking(layer(banks))
    gates = snap(network, points({"across": (0.0, 25.0), "along": (500.0, -5.0)}), farthest_m=50)
    home = snap(network, points({"home": (0.0, -5.0)}), farthest_m=50)
    assert nearest_schools(network, home, gates, unit="distance_m", k=1).to_dict() == {("home", "along"): 510.0}


@settings(max_examples=20)
@given(
    streets,
    st.lists(place, min_size=1, max_size=4, unique=True),
    st.lists(st.tuples(place, st.sampled_from("stuv")), min_size=1, max_size=6),
    st.integers(1, 4),
    st.lists(st.sampled_from(["yes", "no", "-1"]), min_size=6, max_size=6),
)
def test_the_ways_are_the_least_of_the_full_table(
    lines: list[Line],
    homes: list[tuple[float, float]],
    doors: list[tuple[tuple[float, float], str]],
    k: int,
    oneway: list[str],
) -> None:
    """On one-way streets, islands, with several gates: the k least ways of each home, whatever school has them if equal."""
    network = driving(layer(lines, oneway=oneway[: len(lines)]))
    origins = snap(network, points({f"h{number}": at for number, at in enumerate(homes)}), farthest_m=300)
    labels = [school for _, school in doors]
    gates = snap(network, gpd.GeoSeries([Point(at) for at, _ in doors], index=labels, crs=METRES), farthest_m=300)
    full = travel_table(network, origins, gates, unit="minutes")
    found = nearest_schools(network, origins, gates, unit="minutes", k=k)
    pd.testing.assert_series_equal(found, full.reindex(found.index))
    least = full.sort_values().groupby(level="origin").head(k)
    np.testing.assert_allclose(
        found.groupby(level="origin").agg(sorted).explode().astype(float).sort_index(),
        least.groupby(level="origin").agg(sorted).explode().astype(float).sort_index(),
    )


@settings(max_examples=12)
@given(streets, st.lists(place, min_size=1, max_size=5, unique=True), st.integers(1, 3))
def test_nodes_have_the_least_ways_too(lines: list[Line], schools: list[tuple[float, float]], k: int) -> None:
    """Every node, as if somebody lived there."""
    network = walking(layer(lines))
    gates = snap(network, points({f"s{number}": at for number, at in enumerate(schools)}), farthest_m=900)
    found = nearest_of_nodes(network, gates, unit="distance_m", k=k)
    homes = points({str(number): tuple(xy) for number, xy in enumerate(network.xy.tolist())})
    origins = snap(network, homes, farthest_m=1)
    full = travel_table(network, origins, gates, unit="distance_m")
    for node, ways in found["distance_m"].groupby(level="node"):
        assert ways.index.get_level_values("rank").tolist() == list(range(1, len(ways) + 1))
        np.testing.assert_allclose(ways, full.xs(str(node), level="origin").nsmallest(k), atol=1e-6)


def test_far_schools_and_far_homes_have_no_pairs() -> None:
    """As in the full table; without any school there is none at all."""
    network = walking(layer([ROAD]))
    spots = snap(network, points({"near": (10.0, 0.0), "far": (10.0, 900.0)}), farthest_m=50)
    assert nearest_schools(network, spots, spots, unit="distance_m", k=5).to_dict() == {("near", "near"): 0.0}
    assert nearest_schools(network, spots, spots.iloc[:0], unit="distance_m", k=5).empty
    assert nearest_schools(network, spots.iloc[:0], spots, unit="distance_m", k=5).empty


def test_refuses_no_school_and_a_home_twice() -> None:
    """The nearest zero schools are a mistake."""
    network = walking(layer([ROAD]))
    spots = snap(network, points({"a": (10.0, 0.0)}), farthest_m=50)
    with pytest.raises(ValueError, match="`k` is at least 1"):
        nearest_schools(network, spots, spots, unit="distance_m", k=0)
    with pytest.raises(LabelError):
        nearest_schools(network, pd.concat([spots, spots]), spots, unit="distance_m", k=1)
