"""Roads of an extract of OpenStreetMap, with the columns of the contract."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from schoolmap.inputs.files.osm import read_osm
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from schoolmap.errors import Fault

PORTO_ALEGRE = Path(__file__).parents[2] / "shared" / "data" / "porto_alegre" / "poa_osm.pbf"
NODES = {1: (114.0, 28.0), 2: (114.001, 28.0), 3: (114.001, 28.001), 4: (114.0, 28.001)}


def extract(folder: Path, *ways: dict[str, str], nodes: tuple[int, ...] = (1, 2, 3)) -> Path:
    """Write an extract whose ways all lead along the same nodes."""
    places = "".join(f'<node id="{n}" version="1" lon="{x}" lat="{y}"/>' for n, (x, y) in NODES.items())
    lines = "".join(
        f'<way id="{100 + number}" version="1">'
        + "".join(f'<nd ref="{node}"/>' for node in nodes)
        + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        + "</way>"
        for number, tags in enumerate(ways)
    )
    path = folder / "town.osm"
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">{places}{lines}</osm>', encoding="utf-8"
    )
    return path


def refusal(path: Path) -> Fault:
    """Read a file that must be refused, and return its fault."""
    with pytest.raises(UnreadableError) as caught:
        read_osm(path)
    (fault,) = caught.value.faults
    assert fault.remedy
    assert fault.problem_zh
    assert fault.remedy_zh
    return fault


def test_by_hand(tmp_path: Path) -> None:
    """A street, a roundabout and a bridge become roads; a river does not."""
    path = extract(
        tmp_path,
        {"highway": "residential", "name": "人民路", "maxspeed": "30", "oneway": "yes"},
        {"highway": "tertiary", "junction": "roundabout", "maxspeed": "20 mph"},
        {"highway": "footway", "bridge": "yes"},
        {"waterway": "river", "name": "清水河"},
    )
    roads = read_osm(path)
    assert roads.crs == "EPSG:4326"
    assert roads.columns.tolist() == ["class", "speed", "oneway", "bridge", "foot", "name", "geometry"]
    assert roads["class"].tolist() == ["residential", "tertiary", "footway"]
    np.testing.assert_allclose(roads["speed"], [30.0, 32.18688, np.nan])
    assert roads["oneway"].tolist() == ["yes", "yes", "no"]
    assert roads["bridge"].tolist() == ["no", "no", "yes"]
    assert roads["name"].tolist() == ["人民路", "", ""]
    assert shapely.get_coordinates(roads.geometry[0]).tolist() == [list(NODES[node]) for node in (1, 2, 3)]


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"oneway": "yes"}, "yes"),
        ({"oneway": "1"}, "yes"),
        ({"oneway": "-1"}, "-1"),
        ({"oneway": "reverse"}, "-1"),
        ({"oneway": "no"}, "no"),
        ({"oneway": "reversible"}, "no"),
        ({"junction": "circular"}, "yes"),
        ({"junction": "roundabout", "oneway": "no"}, "no"),
        ({"highway": "motorway"}, "yes"),
        ({"highway": "motorway", "oneway": "no"}, "no"),
        ({}, "no"),
        ({"note": "said &quot;oneway&quot;=&gt;&quot;yes&quot;"}, "no"),
    ],
)
def test_one_way_is_what_is_stated_else_what_is_implied(tmp_path: Path, tags: dict[str, str], oneway: str) -> None:
    """A word within another value is no tag."""
    assert read_osm(extract(tmp_path, {"highway": "primary", **tags}))["oneway"].tolist() == [oneway]


@pytest.mark.parametrize(
    ("stated", "speed"),
    [
        ("50", 50.0),
        ("50 km/h", 50.0),
        ("50kmh", 50.0),
        ("30mph", 48.28032),
        ("7.5", 7.5),
        ("walk", None),
        ("CN:urban", None),
        ("none", None),
        ("50;60", None),
        ("0", None),
    ],
)
def test_speeds_are_numbers_in_kilometres_an_hour(tmp_path: Path, stated: str, speed: float | None) -> None:
    """What is no speed is not known."""
    found = read_osm(extract(tmp_path, {"highway": "primary", "maxspeed": stated}))["speed"].iloc[0]
    assert np.isnan(found) if speed is None else found == pytest.approx(speed)


@pytest.mark.parametrize(
    ("tags", "bridge"),
    [
        ({"bridge": "viaduct"}, "yes"),
        ({"tunnel": "yes"}, "yes"),
        ({"bridge": "no", "tunnel": "no"}, "no"),
        ({"layer": "1"}, "no"),
    ],
)
def test_bridges_and_tunnels_are_one_column(tmp_path: Path, tags: dict[str, str], bridge: str) -> None:
    """Both meet no road that they cross."""
    assert read_osm(extract(tmp_path, {"highway": "path", **tags}))["bridge"].tolist() == [bridge]


@pytest.mark.parametrize(
    ("tags", "foot"),
    [
        ({}, "yes"),
        ({"foot": "no"}, "no"),
        ({"access": "private"}, "yes"),
        ({"access": "no", "foot": "designated"}, "yes"),
        ({"access": "no"}, None),
        ({"highway": "construction"}, None),
        ({"highway": "proposed"}, None),
    ],
)
def test_ways_for_nobody_are_left_out(tmp_path: Path, tags: dict[str, str], foot: str | None) -> None:
    """A planned road is none; within a compound children live."""
    roads = read_osm(extract(tmp_path, {"highway": "service", **tags}))
    assert roads["foot"].tolist() == ([] if foot is None else [foot])


def test_a_closed_way_is_a_line(tmp_path: Path) -> None:
    """A round street is walked along, not across."""
    roads = read_osm(extract(tmp_path, {"highway": "residential"}, nodes=(1, 2, 3, 4, 1)))
    assert roads.geom_type.tolist() == ["LineString"]


def test_an_extract_without_roads_is_an_empty_table(tmp_path: Path) -> None:
    """A river is no road, and no fault."""
    assert read_osm(extract(tmp_path, {"waterway": "river"})).empty


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no extract at all",
        b"<OGRVRTDataSource><!-- <osm> --></OGRVRTDataSource>",
        b"<!-- <OGRVRTDataSource> --><osm></osm>",
        b'{"type": "FeatureCollection", "features": []}',
    ],
)
def test_refuses_another_file_under_its_name(tmp_path: Path, content: bytes) -> None:
    """GDAL would read what the content says, and a virtual layer leads to any file or address."""
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(content)
    assert "content is not that of an extract" in refusal(path).problem


@pytest.mark.parametrize(
    "kept", [b"\0\0\0\x0e\x0a\x09OSMHeader\x18\x05", b"\0\0\0\x0e\x0a\x09OSMHeader\x18\x7f" + b"\xff" * 300]
)
def test_refuses_an_extract_that_breaks_off(tmp_path: Path, kept: bytes) -> None:
    """Half a download is no town."""
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(kept)
    assert "cannot be read as an extract" in refusal(path).problem


def test_refuses_xml_that_breaks_off(tmp_path: Path) -> None:
    """An extract without its end."""
    path = extract(tmp_path, {"highway": "residential"})
    path.write_bytes(path.read_bytes()[:-40])
    refusal(path)


@pytest.mark.skipif(not PORTO_ALEGRE.is_file(), reason="the extract of Porto Alegre is not here")
def test_a_real_extract(tmp_path: Path) -> None:
    """Porto Alegre has 15,852 highways, of which some are not built or closed; a half of the file is refused or less."""
    roads = read_osm(PORTO_ALEGRE)
    assert 15_000 < len(roads) <= 15_852
    assert set(roads["oneway"]) <= {"yes", "no", "-1"}
    assert roads["speed"].dropna().between(5, 120).all()
    half = tmp_path / "half.osm.pbf"
    half.write_bytes(PORTO_ALEGRE.read_bytes()[: PORTO_ALEGRE.stat().st_size // 2])
    refusal(half)
