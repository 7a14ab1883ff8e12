"""
A large plan, and layers of folium, in a real browser with the network off.

Needs playwright and Chromium, as `test_webmap_browser`, and is skipped without them.
"""

from __future__ import annotations

import json
import random
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import folium
import pytest
from browsing import CHROMIUM
from browsing import MISSING
from browsing import REQUIRED
from browsing import Opened
from folium import plugins

from schoolmap.output import packing
from schoolmap.output.made_model import made_model
from schoolmap.output.page_assets import asset
from schoolmap.output.page_assets import fflate_js
from schoolmap.output.webmap import DATA_ID
from schoolmap.output.webmap import build_map
from schoolmap.output.webmap import is_packed
from schoolmap.output.webmap import render_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(MISSING and not REQUIRED, reason="needs playwright and Chromium")

LARGE = made_model(catchments=700, schools=120, years=13, stages=1, scenarios=2)
SMALL = made_model(catchments=6, schools=4, years=4, stages=1, scenarios=2)
NUMBERS = ("children", "children_born", "demand", "p10", "p90", "seats", "utilisation", "probability", "born_share")
UNPACK = f"""document => {{
{asset("page/unpack.js")}
return JSON.stringify(unpackModel(document));
}}"""
STEP = """at => {
    const range = document.getElementById("year");
    range.value = at;
    range.dispatchEvent(new Event("input"));
    return window.schoolmap.shades();
}"""
PIXELS = """async places => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const canvas = document.querySelector(".leaflet-overlay-pane canvas");
    const frame = canvas.getBoundingClientRect();
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const scale = canvas.width / frame.width;
    return places.map(([lat, lon]) => {
        const at = window.schoolmap.pixel(lat, lon);
        const from = 4 * (Math.round((at.y - frame.top) * scale) * canvas.width + Math.round((at.x - frame.left) * scale));
        return Array.from(data.slice(from, from + 4));
    });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium once for this file."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - absent on many machines

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def opened(browser: Any, folder: Path, html: str, *, fragment: str = "") -> Iterator[Opened]:  # noqa: ANN401
    """Open a page offline, and check at the end that nothing was asked or reported."""
    path = folder / "map.html"
    path.write_text(html, encoding="utf-8")
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True, reduced_motion="reduce")
    try:
        view = Opened(context.new_page())
        view.page.goto(path.as_uri() + fragment)
        yield view
        assert [url.split("#")[0] for url in view.requests] == [path.as_uri()]
        assert view.troubles == []
    finally:
        context.close()


@pytest.fixture(scope="module")
def large() -> str:
    """Render the large plan once."""
    assert is_packed(LARGE)
    return render_html(LARGE)


def test_every_number_arrives(browser: Any, tmp_path: Path, large: str) -> None:  # noqa: ANN401
    """The page's own script unpacks what Python packed, bit for bit, in every panel."""
    with opened(browser, tmp_path, large) as view:
        document = view.page.evaluate(f"() => JSON.parse(document.getElementById('{DATA_ID}').textContent)")
        assert document["packed"] == packing.FORMAT
        assert json.loads(view.page.evaluate(UNPACK, document)) == json.loads(LARGE.to_json())


def test_hostile_numbers_arrive(browser: Any) -> None:  # noqa: ANN401
    """Gaps, noughts, unrounded and huge numbers in any mixture: the browser finds the same guesses as Python."""
    page = browser.new_page()
    page.add_script_tag(content=fflate_js())
    chance = random.Random(7)  # noqa: S311 - not for secrets
    pools = [
        [0.0, 0.1, 0.3, None, 1.05, 12.5, 99.9, 100.0],
        [0.0, 3.0, 1e6, 107_374_182.3, -5.5, None],
        [1 / 3, 2.5, None, 1e-9],
        [0.0, 0.0, 270.0, 315.5],
    ]
    for _ in range(25):
        panels = tuple(
            replace(
                panel,
                **{
                    name: tuple(tuple(chance.choices(pool, k=4)) for _ in range(6))
                    for name in NUMBERS
                    for pool in [chance.choice(pools)]
                },
            )
            for panel in SMALL.panels
        )
        model = replace(SMALL, panels=panels)
        assert json.loads(page.evaluate(UNPACK, packing.pack(model))) == json.loads(model.to_json())
    page.close()


def test_every_shade_of_many_catchments_is_the_models(browser: Any, tmp_path: Path, large: str) -> None:  # noqa: ANN401
    """On a canvas too: what is painted for each scenario and year is what the model says."""
    with opened(browser, tmp_path, large) as view:
        assert view.page.locator(".leaflet-overlay-pane canvas").count() == 1
        assert view.page.locator(".leaflet-overlay-pane path.area").count() == 0
        for panel in LARGE.panels:
            view.choose("scenario", panel.scenario)
            for at in range(len(LARGE.years)):
                assert view.page.evaluate(STEP, at) == [row[at] for row in panel.shade]


def test_the_colours_on_the_canvas_are_those_of_the_shades(browser: Any, tmp_path: Path, large: str) -> None:  # noqa: ANN401
    """Read back from the picture itself: the middle of each catchment has the colour of its class, or is hatched."""
    areas = LARGE.coverages[0].catchments
    panel = LARGE.panels[0]
    with opened(browser, tmp_path, large) as view:
        view.page.evaluate(STEP, 5)
        seen = view.page.evaluate(PIXELS, [[area.anchor[1], area.anchor[0]] for area in areas])
        wrong = []
        for place, (red, green, blue, _) in enumerate(seen):
            shade = panel.shade[place][5]
            assert shade is not None
            if f"#{red:02x}{green:02x}{blue:02x}" != LARGE.shades[shade].colour:
                wrong.append((place, shade, red, green, blue))
        assert wrong == []


def test_no_data_is_hatched_on_a_canvas(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Grey lines on a light ground, which no class has, and which are no single colour."""
    panels = tuple(replace(panel, shade=tuple((None,) * 13 for _ in panel.shade)) for panel in LARGE.panels)
    with opened(browser, tmp_path, render_html(replace(LARGE, panels=panels))) as view:
        assert set(view.page.evaluate(STEP, 3)) == {None}
        places = [
            [area.anchor[1] + step * 4e-4, area.anchor[0]]
            for area in LARGE.coverages[0].catchments[:40]
            for step in range(9)
        ]
        colours = {tuple(pixel[:3]) for pixel in view.page.evaluate(PIXELS, places)}
        assert (0xF7, 0xF6, 0xF3) in colours
        assert len(colours) > 3
        assert all(max(colour) - min(colour) < 12 for colour in colours)
        assert view.page.locator("#legend rect[fill='url(#hatch-key)']").count() == 1


def test_a_catchment_on_the_canvas_is_hovered_and_clicked(browser: Any, tmp_path: Path, large: str) -> None:  # noqa: ANN401
    """A canvas has no elements, but its catchments answer to the pointer as before."""
    area = LARGE.coverages[0].catchments[345]
    with opened(browser, tmp_path, large, fragment="#v=chance&l=en") as view:
        for _ in range(3):
            view.page.click("#zoom-in")
        at = view.page.evaluate("([lat, lon]) => window.schoolmap.pixel(lat, lon)", [area.anchor[1], area.anchor[0]])
        # beside any school's mark
        view.page.mouse.move(at["x"] - 9, at["y"] - 9)
        view.page.mouse.move(at["x"] - 8, at["y"] - 8)
        view.page.wait_for_selector("#tip:not([hidden])")
        assert area.name in view.page.inner_text("#tip")
        view.page.mouse.click(at["x"] - 8, at["y"] - 8)
        assert view.state("picked") == {"kind": "catchment", "id": area.id}
        assert area.name in view.page.inner_text("#card h2")


def test_many_catchments_by_keyboard(browser: Any, tmp_path: Path, large: str) -> None:  # noqa: ANN401
    """The list of all catchments leads to each of them."""
    with opened(browser, tmp_path, large) as view:
        view.page.focus("#all-areas summary")
        view.page.keyboard.press("Enter")
        view.page.wait_for_selector("#all-areas .line")
        assert view.page.locator("#all-areas .line").count() == 700
        view.page.keyboard.press("Tab")
        view.page.keyboard.press("Enter")
        assert view.state("picked")["kind"] == "catchment"


def test_many_catchments_are_printed_as_vectors(browser: Any, tmp_path: Path, large: str) -> None:  # noqa: ANN401
    """For paper each is a shape again, in its colour; afterwards the screen is as it was."""
    with opened(browser, tmp_path, large) as view:
        before = view.page.evaluate(STEP, 4)
        view.page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
        assert view.page.locator(".leaflet-overlay-pane path.area").count() == 700
        assert view.page.locator(".leaflet-overlay-pane canvas, .leaflet-outline-pane canvas").count() == 0
        assert view.page.evaluate("() => window.schoolmap.shades()") == before
        view.page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
        assert view.page.locator(".leaflet-overlay-pane path.area").count() == 0
        assert view.page.locator(".leaflet-overlay-pane canvas").count() == 1
        assert view.page.evaluate(STEP, 5) == [row[5] for row in LARGE.panels[0].shade]
        pdf = view.page.pdf(prefer_css_page_size=True, print_background=True)
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
        assert b"/Subtype /Image" not in pdf


def test_a_crowd_of_flags_leaves_the_map_free(browser: Any, tmp_path: Path, large: str) -> None:  # noqa: ANN401
    """Of a hundred proposals the worst are written out, others are symbols, and none hides another."""
    with opened(browser, tmp_path, large) as view:
        flags = view.page.evaluate("() => window.schoolmap.boxes().flags")
        assert 0 < len([flag for flag in flags if flag["full"]]) <= 24
        assert len(flags) <= 84
        for i, one in enumerate(flags):
            for other in flags[i + 1 :]:
                apart = (
                    one["x"] + one["w"] <= other["x"]
                    or other["x"] + other["w"] <= one["x"]
                    or one["y"] + one["h"] <= other["y"]
                    or other["y"] + other["h"] <= one["y"]
                )
                assert apart


def test_a_plan_of_a_large_county_is_one_page_of_six_megabytes(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """2,000 catchments, 1,000 schools, 20 years, 2 stages, 3 scenarios, with what changes need: it opens and answers."""
    county = made_model(catchments=2_000, schools=1_000)
    assert county.editing is not None
    html = render_html(county)
    assert len(html.encode()) <= 6_000_000
    with opened(browser, tmp_path, html, fragment="#s=primary&c=s2&l=en") as view:
        view.page.wait_for_function("() => window.schoolmap !== undefined")
        panel = next(panel for panel in county.panels if (panel.stage, panel.scenario) == ("primary", "s2"))
        assert view.page.evaluate(STEP, 19) == [row[19] for row in panel.shade]


def test_layers_of_folium_work_in_the_sealed_page(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Markers with their picture, pop-ups with their styles, tooltips and the control of layers, without a request."""
    square = {"type": "Polygon", "coordinates": [[[110.0, 30.0], [110.01, 30.0], [110.01, 30.01], [110.0, 30.0]]]}
    data = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"n": 7}, "geometry": square}]}
    plan_map = build_map(SMALL)
    folium.Marker((30.02, 110.02), popup="<b style='color:red'>Town hall</b>").add_to(plan_map)
    folium.Marker((30.01, 110.01), icon=folium.DivIcon(html="<b style='color:blue'>own</b>")).add_to(plan_map)
    folium.GeoJson(data, name="squares", tooltip=folium.GeoJsonTooltip(["n"])).add_to(plan_map)
    folium.LayerControl(collapsed=False).add_to(plan_map)
    with opened(browser, tmp_path, plan_map.to_html()) as view:
        marker = view.page.locator("img.leaflet-marker-icon")
        assert marker.evaluate("node => node.naturalWidth") == 25
        marker.click()
        view.page.wait_for_selector(".leaflet-popup b")
        red = view.page.locator(".leaflet-popup b").evaluate("node => getComputedStyle(node).color")
        blue = view.page.locator(".leaflet-div-icon b, .empty b").first.evaluate("node => getComputedStyle(node).color")
        assert (red, blue) == ("rgb(255, 0, 0)", "rgb(0, 0, 255)")
        box = view.page.locator(".leaflet-control-layers-overlays input")
        assert box.count() == 1
        drawn = view.page.locator(".leaflet-overlay-pane path:not(.area)")
        assert drawn.count() == 1
        box.uncheck()
        assert drawn.count() == 0


def test_what_is_allowed_is_loaded_and_nothing_else(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """With a plugin allowed, its own file runs; another one of the same host, or another host, is blocked."""
    plan_map = build_map(SMALL, offline=False)
    plugins.Fullscreen().add_to(plan_map)
    html = plan_map.to_html()
    path = tmp_path / "map.html"
    path.write_text(html, encoding="utf-8")
    asked: list[str] = []

    def answer(route: Any) -> None:  # noqa: ANN401
        asked.append(route.request.url)
        script = "L.control.fullscreen = () => ({addTo: () => { window.pluginRan = true; }});"
        kind = "text/css" if route.request.url.endswith(".css") else "text/javascript"
        route.fulfill(body="" if kind == "text/css" else script, content_type=kind)

    page = browser.new_page()
    page.route("https://**/*", answer)
    page.goto(path.as_uri())
    page.wait_for_function("() => window.schoolmap !== undefined && window.pluginRan")
    base = "https://cdn.jsdelivr.net/npm/leaflet.fullscreen@3.0.0/Control.FullScreen"
    assert sorted(asked) == [f"{base}.css", f"{base}.min.js"]
    blocked = page.evaluate(
        """async () => Promise.all(
            ["https://cdn.jsdelivr.net/npm/other.js", "https://example.org/x.js"].map((address) => new Promise((done) => {
                const script = document.createElement("script");
                script.onload = () => done(false);
                script.onerror = () => done(true);
                script.src = address;
                document.head.append(script);
            })))""",
    )
    assert blocked == [True, True]
    assert len(asked) == 2
    page.close()


def test_a_notebook_shows_the_map_in_a_frame(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The frame holds the whole page: it draws, answers, and asks nothing."""
    frame = build_map(SMALL)._repr_html_()
    page = f"<!DOCTYPE html><html><head><title>Notebook</title></head><body>{frame}</body></html>"
    with opened(browser, tmp_path, page) as view:
        inner = view.page.frames[1]
        inner.wait_for_function("() => window.schoolmap !== undefined")
        assert inner.evaluate(STEP, 2) == [row[2] for row in SMALL.panels[0].shade]
        inner.locator("#all-areas summary").click()
        inner.locator("#all-areas .line").first.click()
        assert inner.locator("#card").is_visible()
