"""Ordinary layers of folium on the map of a plan: what they bring, what is refused, and what a page may then load."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from typing import Any

import folium
import pytest
from folium import plugins

import schoolmap
from schoolmap.errors import OutputError
from schoolmap.output.made_model import made_model
from schoolmap.output.sealing import seal
from schoolmap.output.webmap import build_map
from schoolmap.output.webmap import render_html

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.output.webmap import PlanMap

MODEL = made_model(catchments=4, schools=3, years=3, stages=1, scenarios=1)
PLACE = (30.01, 110.01)
LINE = [PLACE, (30.02, 110.03)]


def directives(html: str) -> dict[str, list[str]]:
    """Return the policy of a page: what may come from where."""
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert found is not None
    return {
        name: rest.split() for name, *rest in (part.split(maxsplit=1) for part in found[1].split("; ")) for rest in rest
    }


def remote(html: str) -> dict[str, list[str]]:
    """Return what of a policy lies on other hosts."""
    return {
        name: there for name, rest in directives(html).items() if (there := [item for item in rest if "//" in item])
    }


def with_layer(layer: Any, **options: bool) -> PlanMap:  # noqa: ANN401
    """Return the map of a plan with a layer added to it."""
    plan_map = build_map(MODEL, **options)
    layer.add_to(plan_map)
    return plan_map


def test_a_cluster_of_markers_by_hand() -> None:
    """It is refused by the name of its class and address; allowed, the page may load these three files and no fourth."""
    base = "https://cdnjs.cloudflare.com/ajax/libs/leaflet.markercluster/1.1.0/"
    plan_map = with_layer(plugins.MarkerCluster())
    with pytest.raises(OutputError) as refused:
        plan_map.to_html()
    assert f"`MarkerCluster` loads {base}leaflet.markercluster.js (2 more" in str(refused.value)
    assert "`offline=False`" in str(refused.value)
    assert "asks cdnjs.cloudflare.com" in str(refused.value)

    host = ["https://cdnjs.cloudflare.com"]
    assert remote(plan_map.to_html(offline=False)) == {
        "script-src": [f"{base}leaflet.markercluster.js"],
        "style-src": [f"{base}MarkerCluster.css", f"{base}MarkerCluster.Default.css"],
        "img-src": host,
        "font-src": host,
    }


def test_the_map_remembers_that_it_may_ask_the_network() -> None:
    """Said once, it holds for every page that is made of it; said again, that page is the other way."""
    plan_map = with_layer(plugins.Fullscreen(), offline=False)
    assert remote(plan_map.to_html())
    plan_map.offline = True
    with pytest.raises(OutputError, match="`Fullscreen`"):
        plan_map.to_html()
    with pytest.raises(OutputError, match="`Fullscreen`"):
        plan_map._repr_html_()


@pytest.mark.parametrize(
    ("layer", "address"),
    [
        (folium.TileLayer("OpenStreetMap"), "https://tile.openstreetmap.org/"),
        (folium.TileLayer("https://{s}.tiles.example/{z}/{x}/{y}.png", attr="x"), "https://a.tiles.example/"),
        (folium.WmsTileLayer("https://wms.example/ows", layers="a"), "https://wms.example/ows"),
        (
            folium.raster_layers.ImageOverlay("https://x.example/i.png", [list(p) for p in LINE]),
            "https://x.example/i.png",
        ),
        (folium.Marker(PLACE, icon=folium.Icon(color="red")), "leaflet.awesome-markers.js"),
        (folium.Marker(PLACE, icon=folium.CustomIcon("https://x.example/i.png")), "https://x.example/i.png"),
        (plugins.HeatMap([list(PLACE)]), "leaflet_heat.min.js"),
        (plugins.FloatImage("https://x.example/i.png"), "https://x.example/i.png"),
        (plugins.AntPath(LINE), "leaflet-ant-path"),
    ],
)
def test_what_would_be_loaded_is_refused(layer: Any, address: str) -> None:  # noqa: ANN401
    """Plugins, tiles and pictures from elsewhere, wherever folium hides their address."""
    with pytest.raises(OutputError, match=re.escape(address)):
        with_layer(layer).to_html()


def test_a_file_beside_the_page_is_refused(tmp_path: Path) -> None:
    """One file is sent by mail: GeoJSON that stays in another one would be missing."""
    path = tmp_path / "own.json"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(OutputError, match="`GeoJson` loads"):
        with_layer(folium.GeoJson(str(path), embed=False)).to_html()


def test_a_layer_within_a_group_is_found() -> None:
    """However deep the layer sits."""
    group = folium.FeatureGroup(name="own")
    folium.Marker(PLACE, icon=folium.Icon()).add_to(group)
    with pytest.raises(OutputError, match="`Icon`"):
        with_layer(group).to_html()


def test_tiles_may_send_pictures_and_nothing_else() -> None:
    """A server of tiles gets no script into the page."""
    html = with_layer(folium.TileLayer("OpenStreetMap")).to_html(offline=False)
    assert set(remote(html)) == {"img-src", "font-src"}


def test_what_needs_only_leaflet_stays_offline() -> None:
    """Markers, pop-ups, tooltips, GeoJSON, lines and the control of layers: the policy names no host."""
    square = {"type": "Polygon", "coordinates": [[[110.0, 30.0], [110.01, 30.0], [110.01, 30.01], [110.0, 30.0]]]}
    features = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"n": 1}, "geometry": square}],
    }
    plan_map = build_map(MODEL)
    folium.Marker(PLACE, popup="<b style='color:red'>x</b>", tooltip="t").add_to(plan_map)
    folium.Marker(PLACE, icon=folium.DivIcon(html="<b>x</b>")).add_to(plan_map)
    folium.GeoJson(features, tooltip=folium.GeoJsonTooltip(["n"]), popup=folium.GeoJsonPopup(["n"])).add_to(plan_map)
    folium.PolyLine(LINE).add_to(plan_map)
    folium.Circle(PLACE, radius=100).add_to(plan_map)
    folium.LayerControl().add_to(plan_map)
    html = plan_map.to_html()
    assert remote(html) == {}
    assert directives(html)["style-src-attr"] == ["'unsafe-inline'"]


def test_a_plan_alone_has_the_strict_policy() -> None:
    """What folium's layers need is not allowed where there are none."""
    html = render_html(MODEL)
    assert "style-src-attr" not in directives(html)
    assert "DOMParser" not in html
    assert build_map(MODEL).to_html() == html


def test_links_of_one_map_are_not_those_of_another() -> None:
    """Folium keeps them in the class; here each map has its own."""
    first = build_map(MODEL)
    first.add_js_link("other", "https://example.org/plugin.js")
    with pytest.raises(OutputError, match=re.escape("https://example.org/plugin.js")):
        first.to_html()
    assert build_map(MODEL).to_html() == render_html(MODEL)


def test_saving(tmp_path: Path) -> None:
    """A path or an open file gets the sealed page; what is refused leaves no file."""
    plan_map = build_map(MODEL)
    plan_map.save(tmp_path / "map.html")
    plan_map.save(str(tmp_path / "text.html"))
    stream = io.BytesIO()
    plan_map.save(stream, close_file=False)
    assert stream.getvalue().decode() == render_html(MODEL)
    assert (tmp_path / "map.html").read_bytes() == (tmp_path / "text.html").read_bytes() == stream.getvalue()
    with pytest.raises(OutputError):
        with_layer(plugins.Fullscreen()).save(tmp_path / "no.html")
    assert not (tmp_path / "no.html").exists()


def test_a_notebook_gets_a_frame_that_holds_the_sealed_page() -> None:
    """All of it within one attribute: nothing of the page can leave its frame."""
    frame = build_map(MODEL)._repr_html_()
    found = re.fullmatch(
        r'<iframe srcdoc="([^"]*)" title="Made county" width="100%" height="\d+" frameborder="0"></iframe>', frame
    )
    assert found is not None
    assert "Content-Security-Policy" in found[1]
    assert "<" not in found[1]


def test_an_address_cannot_break_out_of_the_policy() -> None:
    """Signs that end a source, or the policy, are written as their codes; what is no address is not allowed."""
    page = '<html><head></head><body><img src="https://x.example/a;b\'c d.png"></body></html>'
    html = seal(page, addresses=["https://x.example/a;b'c d.png"])
    assert remote(html) == {"img-src": ["https://x.example"], "font-src": ["https://x.example"]}
    linked = '<html><head><script src="https://x.example/a;b\'.js"></script></head></html>'
    assert remote(seal(linked, addresses=["https://x.example/a;b'.js"]))["script-src"] == [
        "https://x.example/a%3Bb%27.js"
    ]
    for wrong in ("*", "https:", "'unsafe-inline'", "javascript:x", "https://x.example; script-src *"):
        assert directives(seal("<html><head></head></html>", addresses=[wrong]))["script-src"] == ["'none'"]
        assert remote(seal("<html><head></head></html>", addresses=[wrong])) == {}


def test_a_script_that_was_not_allowed_is_refused_beside_one_that_was() -> None:
    """An address allows itself, not its host."""
    page = '<html><head><script src="https://x.example/b.js"></script></head></html>'
    with pytest.raises(OutputError, match=re.escape("https://x.example/b.js")):
        seal(page, addresses=["https://x.example/a.js"])


def test_the_package_offers_both_calls() -> None:
    """They are found without loading what draws; any other name is an error as usual."""
    assert callable(schoolmap.explore)
    assert callable(schoolmap.save_map)
    with pytest.raises(AttributeError, match="no attribute 'draw'"):
        _ = schoolmap.draw
