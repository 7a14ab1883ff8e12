"""
Measure the map page of a large made plan in a real browser, beside folium's usual ways on the same data.

The plan is invented: 2,000 catchments, 1,000 schools, 20 years, two stages, three
scenarios. Ours carries all of it; the pages of folium carry one stage in one
scenario, a sixth. One has a layer of GeoJSON for every year, with tooltips, and
changes the year by showing another layer; one has a single layer for a single
year. Both get the same Leaflet pasted in, so that the network costs them nothing.

Times are medians on the clock, with the seconds of the processor beside them:
of this process for building, of the browser's processes for the first view.
The first view ends with the second frame after the page has loaded; a step ends
with the second frame after the year was changed. Needs playwright and Chromium
(`CHROMIUM=/path`, or on the `PATH`); the network is off.

    python benchmarks/webmap.py
    python benchmarks/webmap.py --catchments 10000 --schools 5000 --without-folium
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import folium
import numpy as np
from playwright.sync_api import sync_playwright

from schoolmap.output.made_model import made_model
from schoolmap.output.page_assets import leaflet_css
from schoolmap.output.page_assets import leaflet_js
from schoolmap.output.webmap import Verbatim
from schoolmap.output.webmap import render_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from schoolmap.output.model import MapModel

FIRST_VIEW = """addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => {
    window.firstView = performance.now();
})));"""
FRAMES = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"
OUR_STEP = f"""async (at) => {{
    const range = document.getElementById("year");
    const from = performance.now();
    range.value = at;
    range.dispatchEvent(new Event("input"));
    {FRAMES}
    return performance.now() - from;
}}"""
THEIR_STEP = f"""async ([map, before, after]) => {{
    const from = performance.now();
    window[map].removeLayer(window[before]);
    window[map].addLayer(window[after]);
    {FRAMES}
    return performance.now() - from;
}}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One page: megabytes, seconds of building and of the first view, milliseconds of a step by view."""

    name: str
    size: float
    build: float
    build_cpu: float
    first: float
    first_cpu: float
    steps: dict[str, float]


def their_map(model: MapModel, *, years: int) -> tuple[str, str, list[str]]:
    """Return a page of plain folium: a layer for each year, the first shown; and the names of the map and its layers."""

    class Plain(folium.Map):  # type: ignore[misc]
        default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium reads them from the class
        default_css: list[tuple[str, str]] = []  # noqa: RUF012

    areas = model.coverages[0].catchments
    panel = model.panels[0]
    middle = np.mean([area.anchor for area in areas], axis=0)
    plain = Plain(location=(middle[1], middle[0]), tiles=None, zoom_start=9)
    head = plain.get_root().header
    head.add_child(Verbatim(f"<style>{leaflet_css()}</style>"))
    head.add_child(Verbatim(f"<script>{leaflet_js()}</script>"))
    shapes = [_geometry(area.polygons[0][0]) for area in areas]
    layers = []
    for at, year in enumerate(model.years[:years]):
        features = [
            {
                "type": "Feature",
                "geometry": shape,
                "properties": {
                    "name": area.name,
                    "demand": panel.demand[place][at],
                    "seats": panel.seats[place][at],
                    "use": panel.utilisation[place][at],
                    "colour": _colour(model, panel.shade[place][at]),
                },
            }
            for place, (area, shape) in enumerate(zip(areas, shapes, strict=True))
        ]
        layer = folium.GeoJson(
            {"type": "FeatureCollection", "features": features},
            name=str(year),
            show=at == 0,
            style_function=lambda feature: {
                "fillColor": feature["properties"]["colour"],
                "color": "#ffffff",
                "weight": 0.6,
                "fillOpacity": 1,
            },
            tooltip=folium.GeoJsonTooltip(["name", "demand", "seats", "use"]),
        )
        layer.add_to(plain)
        layers.append(layer.get_name())
    bounds = np.array([area.bounds for area in areas])
    plain.fit_bounds([[bounds[:, 1].min(), bounds[:, 0].min()], [bounds[:, 3].max(), bounds[:, 2].max()]])
    return plain.get_root().render(), plain.get_name(), layers


def _geometry(ring: tuple[int, ...]) -> dict[str, Any]:
    corners = (np.reshape(ring, (-1, 2)).cumsum(axis=0) / 1e5).round(5).tolist()
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def _colour(model: MapModel, shade: int | None) -> str:
    return "#f7f6f3" if shade is None else model.shades[shade].colour


def timed(work: Callable[[], Any], *, runs: int) -> tuple[Any, float, float]:
    """Return the result, and the median seconds on the clock and of the processor."""
    clock, cpu = [], []
    for _ in range(runs):
        started, worked = time.perf_counter(), time.process_time()
        made = work()
        clock.append(time.perf_counter() - started)
        cpu.append(time.process_time() - worked)
    return made, statistics.median(clock), statistics.median(cpu)


def browser_seconds() -> float:
    """Return the processor's seconds of all processes below this one, as far as the system tells."""
    parents, seconds = {}, {}
    tick = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(stat.parent.name)
        parents[number], seconds[number] = int(fields[1]), (int(fields[11]) + int(fields[12])) / tick
    ours, found = {os.getpid()}, True
    while found:
        more = {number for number, parent in parents.items() if parent in ours} - ours
        ours, found = ours | more, bool(more)
    return sum(seconds[number] for number in ours if number != os.getpid() and number in seconds)


def measure(
    browser: Any,  # noqa: ANN401 - playwright has no public type for it
    name: str,
    html: str,
    built: tuple[float, float],
    steps: Callable[[Any], dict[str, float]],
    *,
    runs: int,
) -> Measured:
    """Open a page some times, and change its year."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"
        path.write_text(html, encoding="utf-8")
        size = path.stat().st_size / 1e6
        clock, cpu = [], []
        context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
        page = context.new_page()
        page.set_default_timeout(600_000)
        page.add_init_script(FIRST_VIEW)
        for _ in range(runs):
            before = browser_seconds()
            page.goto(path.as_uri())
            page.wait_for_function("() => window.firstView !== undefined")
            cpu.append(browser_seconds() - before)
            clock.append(page.evaluate("() => window.firstView") / 1000)
        stepped = steps(page)
        context.close()
    return Measured(
        name=name,
        size=size,
        build=built[0],
        build_cpu=built[1],
        first=statistics.median(clock),
        first_cpu=statistics.median(cpu),
        steps=stepped,
    )


def our_steps(page: Any, years: int) -> dict[str, float]:  # noqa: ANN401
    """Return the median milliseconds of a step of one year in each view."""
    found = {}
    for view in ("use", "gap", "chance"):
        page.locator(f"input[name=view][value={view}]").check(force=True)
        found[view] = statistics.median(page.evaluate(OUR_STEP, at) for at in range(years))
    return found


def their_steps(page: Any, name: str, layers: list[str]) -> dict[str, float]:  # noqa: ANN401
    """Return the median milliseconds of showing the layer of the next year."""
    if len(layers) < 2:
        return {}
    times = [page.evaluate(THEIR_STEP, [name, before, after]) for before, after in pairwise(layers[:7])]
    return {"use": statistics.median(times)}


def main() -> None:
    """Print a table, and how ours compares."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--catchments", type=int, default=2_000)
    parser.add_argument("--schools", type=int, default=1_000)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without-folium", action="store_true")
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    model = made_model(catchments=options.catchments, schools=options.schools, years=options.years)
    print(f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(
        f"{options.catchments:,} catchments, {options.schools:,} schools, {options.years} years, "
        f"{len(model.stages)} stages, {len(model.scenarios)} scenarios; as JSON {len(model.to_json()) / 1e6:.1f} MB"
    )
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        print(f"Chromium {browser.version}, 1366 x 768, no network\n")
        html, *built = timed(lambda: render_html(model), runs=options.runs)
        steps = lambda page: our_steps(page, options.years)
        rows.append(measure(browser, "schoolmap, all", html, tuple(built), steps, runs=options.runs))
        for name, years in (("folium, a layer a year", options.years), ("folium, one year", 1)):
            if options.without_folium:
                continue
            (html, plain, layers), *built = timed(lambda years=years: their_map(model, years=years), runs=1)
            steps = lambda page, plain=plain, layers=layers: their_steps(page, plain, layers)
            rows.append(measure(browser, name, html, tuple(built), steps, runs=min(2, options.runs)))
        browser.close()
    print(f"{'page':<24}{'MB':>8}{'build s':>10}{'cpu':>7}{'first view s':>14}{'cpu':>7}   a step, ms")
    for row in rows:
        steps_text = ", ".join(f"{view} {milliseconds:.0f}" for view, milliseconds in row.steps.items())
        print(
            f"{row.name:<24}{row.size:>8.1f}{row.build:>10.2f}{row.build_cpu:>7.2f}"
            f"{row.first:>14.2f}{row.first_cpu:>7.2f}   {steps_text}"
        )
    ours = rows[0]
    for row in rows[1:]:
        print(
            f"{row.name} against ours: {row.size / ours.size:.1f} times the size, "
            f"{row.build_cpu / ours.build_cpu:.1f} the building, {row.first_cpu / ours.first_cpu:.1f} the first view "
            "(seconds of the processor), for a sixth of the data or less"
        )


if __name__ == "__main__":
    main()
