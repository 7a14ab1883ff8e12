"""Styles for QGIS: the map's colours and words, well-formed whatever the user's texts are."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import geopandas as gpd
import hamlet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point
from shapely import box

from schoolmap.output import qgis
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.text import visible


def parsed(qml: str) -> ET.Element:
    """Read a style as QGIS would."""
    return ET.fromstring(qml)  # noqa: S314 - our own


def rgb(colour: str) -> str:
    """Return a colour as QGIS writes it."""
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def colours(root: ET.Element) -> dict[str, str]:
    """Map the names of the symbols to their colours."""
    return {
        symbol.get("name", ""): next(prop.get("v", "") for prop in symbol.iter("prop") if prop.get("k") == "color")
        for symbol in root.iter("symbol")
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_catchments_are_the_maps(language: str) -> None:
    """Each class by its number in the map's colour and words; all others hatched; names beside them."""
    model = hamlet.model(language=language)
    root = parsed(qgis.style_qml(model, column="primary_class"))
    categories = [(c.get("value"), c.get("label"), c.get("symbol")) for c in root.iter("category")]
    drawn = colours(root)
    for n, shade in enumerate(model.shades):
        assert categories[n] == (str(n), shade.label[language], str(n))
        assert drawn[str(n)] == rgb(shade.colour)
    assert categories[5][0] == ""
    patterns = [prop.get("v") for prop in root.iter("prop") if prop.get("k") == "style"]
    assert patterns == ["solid"] * 5 + ["b_diagonal"]
    assert root.get("labelsEnabled") == "1"
    assert root.find("labeling/settings/text-style").get("fieldName") == "name"  # type: ignore[union-attr]


def test_schools_by_stage_and_size() -> None:
    """A rule for each stage with the map's shape; the size comes from the seats of the first year."""
    root = parsed(qgis.schools_qml(hamlet.model()))
    rules = [(rule.get("label"), rule.get("filter")) for rule in root.iter("rule")]
    assert rules == [("Kindergarten", '"kindergarten_seats_first" > 0'), ("Primary", '"primary_seats_first" > 0')]
    shapes = [prop.get("v") for prop in root.iter("prop") if prop.get("k") == "name"]
    assert shapes == ["circle", "square"]
    sizes = [option.get("value", "") for option in root.iter("Option") if option.get("name") == "expression"]
    assert all(f"{stage}_seats_first" in size for stage, size in zip(("kindergarten", "primary"), sizes, strict=True))


def test_kinds_have_a_shape_each() -> None:
    """No two kinds of proposal look alike without their colour; a review is hollow."""
    kinds = {"new", "expand", "attach", "convert", "temporary", "rezone", "unsolved", "review"}
    root = parsed(qgis.kinds_qml(hamlet.model(), kinds, PROPOSALS))
    looks = []
    for symbol in root.iter("symbol"):
        properties = {prop.get("k"): prop.get("v") for prop in symbol.iter("prop")}
        looks.append((properties["name"], properties["angle"]))
    assert len(set(looks)) == len(kinds)
    values = [category.get("value") for category in root.iter("category")]
    assert colours(root)[str(values.index("review"))] == rgb("#ffffff")


@pytest.mark.parametrize(("points", "geometry", "kind"), [(False, "2", "fill"), (True, "0", "marker")])
def test_reach_by_share(points: bool, geometry: str, kind: str) -> None:  # noqa: FBT001
    """Classes meet without a gap from none to all; areas that are points are drawn as points."""
    root = parsed(qgis.reach_qml(points=points))
    bounds = [(float(r.get("lower", "")), float(r.get("upper", ""))) for r in root.iter("range")]
    assert bounds[0][0] == 0
    assert bounds[-1][1] == 1
    assert [upper for _, upper in bounds[:-1]] == [lower for lower, _ in bounds[1:]]
    assert root.findtext("layerGeometryType") == geometry
    assert {symbol.get("type") for symbol in root.iter("symbol")} == {kind}


def test_every_layer_has_a_style() -> None:
    """Those of the plan, and the further ones by what their name says they are."""
    area = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:4546")
    point = gpd.GeoDataFrame(geometry=[Point(0, 0)], crs="EPSG:4546")
    further = {"reach_primary": point, "zones_primary": area, "catchments_all_2027": area, "reach_moves": area}
    own = dict.fromkeys(("catchments_all", "schools", "actions", "projects", "sites"), area)
    styles = list(qgis.describe_styles(hamlet.model(), own | further))
    assert {style.layer for style in styles} == {*own, *further}
    assert [style.name for style in styles if style.layer == "catchments_all"] == ["Kindergarten", "Primary"]
    for style in styles:
        assert parsed(style.qml).find("renderer-v2") is not None
        assert style.description


@given(st.text())
def test_any_text_is_well_formed(label: str) -> None:
    """Whatever a stage, a class or a kind is called, the style is XML and holds it, made visible."""
    model = hamlet.model()
    words = {"en": label, "zh": label}
    named = replace(
        model,
        stages=(replace(model.stages[0], label=words),),
        shades=(replace(model.shades[0], label=words), *model.shades[1:]),
    )
    shown = visible(label)
    assert next(parsed(qgis.schools_qml(named)).iter("rule")).get("label", "").split() == shown.split()
    category = next(parsed(qgis.style_qml(named, column="x")).iter("category"))
    assert category.get("label", "").split() == shown.split()
    assert (
        next(parsed(qgis.kinds_qml(named, {label}, PROPOSALS)).iter("category")).get("value", "").split()
        == shown.split()
    )
