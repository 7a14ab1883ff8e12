"""Bad geometry: every fault is found at once, refused with a sentence, or repaired and listed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import GeometryCollection
from shapely import LineString
from shapely import MultiPolygon
from shapely import Point
from shapely import Polygon
from shapely import box

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.errors import LabelError
from schoolmap.errors import SchoolmapError
from schoolmap.space.faults import ANYTHING
from schoolmap.space.faults import REMEDIES
from schoolmap.space.geometry import examine
from schoolmap.space.geometry import repair
from schoolmap.space.geometry import require_sound

METRES = "EPSG:4546"
BOW = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
HIGH = Polygon([(0, 0, 5), (9, 0, 5), (9, 9, 5)])
COLLECTION = GeometryCollection([box(0, 0, 4, 4), box(2, 0, 6, 4), LineString([(0, 0), (9, 9)])])


def layer(shapes: dict[str, shapely.Geometry | None], *, crs: str | None = METRES) -> gpd.GeoDataFrame:
    """Return a layer of labelled shapes."""
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=pd.Index(list(shapes), dtype=object), crs=crs)


def wkb(shapes: gpd.GeoDataFrame) -> list[bytes | None]:
    """Return the shapes vertex by vertex, so that also what cannot be measured can be compared."""
    return list(shapely.to_wkb(shapes.geometry.to_numpy()))


FAULTY = {
    "bow": BOW,
    "lost": None,
    "void": Polygon(),
    "shop": Point(1, 1),
    "pile": COLLECTION,
    "roof": HIGH,
    "hole outside": Polygon(box(0, 0, 1, 1).exterior, [box(5, 5, 6, 6).exterior]),
    "broken": LineString([(0, 0), (np.inf, 1)]),
    "sound": box(0, 0, 1, 1),
}


def test_by_hand() -> None:
    """Nine shapes, eight of them bad in eight ways: each has its row, its place and its way out."""
    faults = examine(layer(FAULTY), kinds=["polygon", "line"])
    assert faults.set_index("label")["fault"].to_dict() == {
        "bow": "crossed",
        "lost": "missing",
        "void": "empty",
        "shop": "wrong type",
        "pile": "collection",
        "roof": "three-dimensional",
        "hole outside": "invalid",
        "broken": "not finite",
    }
    assert faults["row"].tolist() == list(range(8))
    assert faults.loc[0, ["x", "y"]].tolist() == [5.0, 5.0]
    assert faults.loc[0, "problem"] == "'bow' crosses or touches itself at 5, 5."
    assert faults["remedy"].tolist() == [REMEDIES[fault] for fault in faults["fault"]]


def test_a_sound_layer_has_no_fault() -> None:
    """The table is there, with its columns, and empty."""
    faults = examine(layer({"a": box(0, 0, 1, 1), "b": MultiPolygon([box(2, 2, 3, 3)])}), kinds=["polygon"])
    assert faults.empty
    assert faults.columns.tolist() == ["fault", "label", "row", "x", "y", "problem", "remedy"]


def test_one_shape_may_have_several_faults() -> None:
    """A crossed outline with heights is told twice."""
    bow = Polygon([(0, 0, 1), (10, 10, 1), (10, 0, 1), (0, 10, 1)])
    assert set(examine(layer({"bow": bow}), kinds=["polygon"])["fault"]) == {"crossed", "three-dimensional"}


def test_labels_are_examined() -> None:
    """A label that is there already, and one that is missing, are faults of their rows."""
    shapes = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)] * 4, index=["a", "b", "a", None], crs=METRES)
    faults = examine(shapes, kinds=["polygon"])
    assert faults[["fault", "row"]].to_numpy().tolist() == [["duplicate label", 2], ["missing label", 3]]
    with pytest.raises(LabelError, match=r"'a' \(row 2\) is there already"):
        require_sound(shapes, kinds=["polygon"])


@pytest.mark.parametrize(
    ("crs", "fault", "words"),
    [(None, "no CRS", "no CRS"), ("EPSG:4490", "degrees", "in degrees"), ("EPSG:2263", "not in metres", "US survey")],
)
def test_the_crs_is_examined(crs: str | None, fault: str, words: str) -> None:
    """No CRS, degrees and feet are faults of the whole layer."""
    shapes = layer({"a": box(0, 0, 1, 1)}, crs=crs)
    faults = examine(shapes, kinds=["polygon"])
    assert faults["fault"].tolist() == [fault]
    assert faults["label"].tolist() == [None]
    assert pd.isna(faults.loc[0, "row"])
    with pytest.raises(CRSError, match=words):
        require_sound(shapes, kinds=["polygon"])


def test_degrees_are_sound_where_nothing_is_measured() -> None:
    """A layer that is only shown may be in degrees."""
    assert examine(layer({"a": box(116, 39, 117, 40)}, crs="EPSG:4490"), kinds=["polygon"], in_metres=False).empty


@pytest.mark.parametrize(
    ("shape", "crs"),
    [
        (box(-179.9, -20, 179.9, -16), "EPSG:4326"),
        (box(179, -20, 181, -16), "EPSG:4326"),
        (box(-2.0e7, 0, 2.0e7, 1000), "EPSG:3857"),
    ],
)
def test_the_antimeridian_is_found(shape: Polygon, crs: str) -> None:
    """Fiji drawn around the whole earth, beyond 180 degrees, or torn by a projection."""
    faults = examine(layer({"fiji": shape}, crs=crs), kinds=["polygon"], in_metres=False)
    assert faults["fault"].tolist() == ["antimeridian"]
    if crs == "EPSG:3857":
        with pytest.raises(CRSError, match="crosses the antimeridian"):
            require_sound(layer({"fiji": shape}, crs=crs), kinds=["polygon"])


def test_exchanged_axes_are_found_where_it_is_asked() -> None:
    """Changsha with x and y exchanged lies far from where its CRS is used; the next zone does not."""
    here = gpd.GeoSeries([Point(113.0, 28.2), Point(115.0, 28.2)], index=["city", "next"], crs="EPSG:4490")
    places = here.to_crs(METRES)
    exchanged = Point(places["city"].y, places["city"].x)
    shapes = layer({"city": places["city"], "next": places["next"], "exchanged": exchanged})
    assert examine(shapes, kinds=["point"]).empty
    faults = examine(shapes, kinds=["point"], in_area_of_use=True)
    assert faults[["label", "fault"]].to_numpy().tolist() == [["exchanged", "outside the area of use"]]


def test_the_message_counts_all_faults_and_shows_the_way_out() -> None:
    """Nobody has to mend one fault to hear of the next."""
    with pytest.raises(GeometryError) as told:
        require_sound(layer(FAULTY), kinds=["polygon", "line"], what="`areas`")
    message = str(told.value)
    assert message.startswith("`areas` has 8 fault(s) of geometry: 1 crossed, 1 missing, 1 empty")
    assert "'bow' crosses or touches itself at 5, 5. Mend the outline there" in message
    assert message.endswith("`examine(...)` lists them all.")


def test_a_polygon_without_surface_is_refused() -> None:
    """An outline that goes and comes back the same way encloses nobody."""
    flat = Polygon([(0, 0), (9, 0), (0, 0)])
    with pytest.raises(GeometryError, match=r"no surface|crosses|not valid"):
        require_sound(layer({"flat": flat}), kinds=["polygon"])
    assert repair(layer({"flat": flat}), kinds=["polygon"]).layer.geometry["flat"].equals_exact(flat)


shapes = st.sampled_from([*FAULTY.values(), box(5, 5, 9, 9), Point(3, 3), Point(np.nan, 1), MultiPolygon([BOW, BOW])])


@given(st.lists(shapes, min_size=1, max_size=6), st.sampled_from([("polygon",), ("point", "polygon"), ANYTHING]))
def test_what_is_not_refused_has_no_fault_and_the_other_way_round(
    drawn: list[shapely.Geometry | None],
    kinds: tuple[str, ...],
) -> None:
    """The quick test at the door and the long list agree."""
    drawn_layer = layer({f"a{number}": shape for number, shape in enumerate(drawn)})
    faults = examine(drawn_layer, kinds=kinds)  # type: ignore[arg-type]
    try:
        require_sound(drawn_layer, kinds=kinds)  # type: ignore[arg-type]
    except SchoolmapError as told:
        assert f"{len(faults)} fault(s)" in str(told)  # noqa: PT017
    else:
        assert faults.empty


def test_repair_by_hand() -> None:
    """A crossed outline becomes its two halves, a collection its polygons, heights go; each with its surface.

    A hole outside its outline becomes a second outline: the surface tells the reader.
    """
    repaired = repair(layer(FAULTY), kinds=["polygon"])
    rows = repaired.changes[["label", "fault", "before_m2", "after_m2"]].to_numpy().tolist()
    assert rows == [
        ["bow", "crossed", 0.0, 50.0],
        ["pile", "collection", 32.0, 24.0],
        ["roof", "three-dimensional", 40.5, 40.5],
        ["hole outside", "invalid", 0.0, 2.0],
    ]
    assert repaired.left["fault"].tolist() == ["missing", "empty", "wrong type", "not finite", "wrong type"]
    assert repaired.layer.geometry["sound"].equals(box(0, 0, 1, 1))


@given(st.lists(shapes, min_size=1, max_size=6))
@settings(max_examples=30)
def test_repair_is_idempotent_and_leaves_its_input(drawn: list[shapely.Geometry | None]) -> None:
    """Repairing twice changes nothing more, and the given layer is as it was."""
    given_layer = layer({f"a{number}": shape for number, shape in enumerate(drawn)})
    before = wkb(given_layer)
    once = repair(given_layer, kinds=["polygon"])
    twice = repair(once.layer, kinds=["polygon"])
    assert twice.changes.empty
    assert wkb(twice.layer) == wkb(once.layer)
    pd.testing.assert_frame_equal(twice.left, once.left)
    assert wkb(given_layer) == before
    assert not once.left["fault"].isin(["crossed", "invalid", "collection", "three-dimensional"]).any()


def test_repair_keeps_holes_columns_and_labels() -> None:
    """What is sound stays, with its hole, its name and its CRS."""
    ring = Polygon(box(0, 0, 9, 9).exterior, [box(3, 3, 6, 6).exterior])
    named = layer({"ring": ring, "bow": BOW}).assign(name=["Ring", "Bow"])
    repaired = repair(named, kinds=["polygon"])
    assert repaired.layer.geometry["ring"].equals(ring)
    assert repaired.layer["name"].tolist() == ["Ring", "Bow"]
    assert repaired.layer.crs == named.crs
    require_sound(repaired.layer, kinds=["polygon"])
