"""
The web map in a real browser, with the network off.

Needs playwright and Chromium (`CHROMIUM=/path`, or on the `PATH`). Without them
the tests are skipped, unless `SCHOOLMAP_REQUIRE_BROWSER=1` says that they must run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import pytest
import test_webmap as synthetic
from browsing import MISSING
from browsing import REQUIRED
from browsing import meet
from browsing import opened
from browsing import start

from schoolmap.output.webmap import render_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(MISSING and not REQUIRED, reason="needs playwright and Chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium once for this file."""
    with start() as started:
        yield started


def test_every_shade_is_the_models(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """What is drawn for every stage, scenario and year is what the model says."""
    model = synthetic.synthetic_model()
    wrong = []
    seen = set()
    with opened(browser, tmp_path, model) as view:
        for panel in model.panels:
            view.choose("stage", panel.stage)
            view.choose("scenario", panel.scenario)
            for at, year in enumerate(model.years):
                shades = view.page.evaluate(
                    """at => {
                        const range = document.getElementById("year");
                        range.value = at;
                        range.dispatchEvent(new Event("input"));
                        return window.schoolmap.shades();
                    }""",
                    at,
                )
                expected = [row[at] for row in panel.shade]
                seen.update(expected)
                chosen = (view.state("stage"), view.state("scenario"), view.state("year"))
                if shades != expected or chosen != (panel.stage, panel.scenario, year):
                    wrong.append((panel.stage, panel.scenario, year, shades, expected))
    assert wrong == []
    assert seen == {None, 0, 1, 2, 3, 4}


def test_year_by_keyboard(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The wave is a native slider: arrows, Home and End move the year, and the totals follow."""
    model = synthetic.synthetic_model()
    with opened(browser, tmp_path, model, fragment="#y=2025") as view:
        view.page.focus("#year")
        view.page.keyboard.press("ArrowRight")
        assert view.state("year") == 2026
        view.page.keyboard.press("End")
        assert view.state("year") == 2039
        assert view.page.get_attribute("#year", "aria-valuetext") == "2039"
        view.page.keyboard.press("Home")
        assert view.state("year") == 2020
        shown = view.page.inner_text("#totals")
        assert f"{round(model.panels[0].totals.demand[0]):,}" in shown
        assert f"{round(model.panels[0].totals.short[0]):,}" in shown
        assert f"{round(model.panels[0].totals.spare[0]):,}" in shown


def test_play_goes_on_by_one_year_with_reduced_motion(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A reader who asked for less motion steps through the years press by press."""
    with opened(browser, tmp_path, synthetic.synthetic_model(), fragment="#y=2025") as view:
        view.page.click("#play")
        assert view.state("year") == 2026


def test_click_on_a_catchment_opens_its_card(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A click on the map names the catchment and tells its numbers and their origin."""
    model = synthetic.synthetic_model()
    with opened(browser, tmp_path, model, fragment="#s=primary&y=2030") as view:
        at = view.page.evaluate("() => window.schoolmap.pixel(30.0085, 100.0085)")
        view.page.mouse.click(at["x"], at["y"])
        assert view.state("picked") == {"kind": "catchment", "id": "c0"}
        card = view.page.inner_text("#card")
        assert "Synthetic area 0" in card
        assert f"{round(model.panels[2].demand[0][10]):,}" in card
        assert "How this number came about" in card
        assert "95 children were enrolled" in card
        view.page.keyboard.press("Escape")
        assert view.state("picked") is None
        assert view.page.is_hidden("#card")


def test_row_zooms_and_opens_the_card(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The ranked list is worst first; a row moves the map there and shows the proposal."""
    with opened(browser, tmp_path, synthetic.synthetic_model(), fragment="#s=primary") as view:
        names = view.page.locator("#list ol .name").all_inner_texts()
        assert names == ["Synthetic area 4", "Synthetic area 3"]
        before = view.state("zoom")
        view.page.locator("#list ol .row").first.focus()
        view.page.keyboard.press("Enter")
        assert view.state("picked") == {"kind": "catchment", "id": "c4"}
        assert before < view.state("zoom") <= before + 2.2
        card = view.page.inner_text("#card")
        assert "An invented reason (en)" in card
        assert "An invented alternative (en)" in card


def test_search(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Words find catchments and schools; the keyboard is enough."""
    with opened(browser, tmp_path, synthetic.synthetic_model()) as view:
        view.page.fill("#search-box", "school 3")
        assert view.page.locator("#search-list li").count() == 1
        view.page.press("#search-box", "Enter")
        assert view.state("picked") == {"kind": "school", "id": "s3"}
        assert "Synthetic school 3" in view.page.inner_text("#card h2")
        view.page.fill("#search-box", "no such place")
        assert "Nothing found" in view.page.inner_text("#search-list")


def test_languages(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """One button turns every text, and the page says in which language it is."""
    with opened(browser, tmp_path, synthetic.synthetic_model()) as view:
        assert view.page.get_attribute("html", "lang") == "en"
        assert view.page.inner_text("#title") == "Synthetic county"
        assert view.page.inner_text("#badge") == "SYNTHETIC DATA"
        view.page.click("#language-button")
        assert view.page.get_attribute("html", "lang") == "zh-CN"
        assert view.page.inner_text("#title") == "虚构县"
        assert view.page.inner_text("#badge") == "虚构数据"
        assert "哪里、何时、缺多少" in view.page.inner_text("#list")
        assert "小学" in view.page.inner_text("#stage-switch")
        assert "(en)" not in view.page.inner_text("body")
        view.page.click("#language-button")
        assert view.page.get_attribute("html", "lang") == "en"


def test_the_population_page_by_keyboard(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A button opens it, the address keeps it, Escape closes it; figures are the model's, signs stand beside words."""
    with opened(browser, tmp_path, synthetic.synthetic_model()) as view:
        view.page.focus("#population-button")
        view.page.keyboard.press("Enter")
        assert "d=population" in view.page.evaluate("() => location.hash")
        page = view.page.inner_text("#about")
        for words in ("▼ falling", "1,235", "2026", "−27.1 %", "Method C: two counts (en)", "no sexes (en)"):
            assert words in page
        rows = view.page.locator("#about table").last.locator("tbody tr").all_inner_texts()
        assert [row.split("\t") for row in rows] == [
            ["Kindergarten", "1", "40", "2.0 %", "3.0 %", "1.5 %", "−0.5 %", "4.0 %", "85.0 %", "✗ NO"],
            ["Kindergarten", "5", "40", "10.0 %", "15.0 %", "37.5 %", "−0.5 %", "4.0 %", "85.0 %", "✓ yes"],
        ]
        assert view.page.locator("#about svg.births path.births-line").count() == 2
        view.page.keyboard.press("Escape")
        assert view.page.is_hidden("#about")
        # the browser tells of what it has closed a moment later
        view.page.wait_for_function("() => !location.hash.includes('d=')")


def test_the_population_page_turns_its_language_in_place(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Opened by its address, it turns every text without closing, and the focus stays where it was."""
    with opened(browser, tmp_path, synthetic.synthetic_model(), fragment="#d=population&l=en") as view:
        assert "Births a year" in view.page.inner_text("#about")
        view.page.click("#about-language")
        page = view.page.inner_text("#about")
        assert "各情景每年出生人数" in page
        assert "(en)" not in page
        assert view.page.evaluate("() => document.activeElement.id") == "about-language"
        view.page.click("#about-close")
        assert "人口预测" in view.page.inner_text("#tools")


def test_the_page_of_warnings_and_indicators(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Every table stands there with its notes; a level is a sign and a word; what is unknown is a dash; names are text."""
    model = synthetic.synthetic_model(hostile=synthetic.HOSTILE)
    with opened(browser, tmp_path, model, fragment="#d=facts&l=en") as view:
        rows = view.page.locator("#about table tbody tr").all_inner_texts()
        assert [row.split("\t") for row in rows] == [
            [synthetic.HOSTILE, "95", "■ red"],
            ["Whole area", "–", "▲ yellow"],
        ]
        assert "Not a reason to buy a home (en)" in view.page.inner_text("#about")
        view.page.click("#about-language")
        assert "红色预警" in view.page.inner_text("#about")
        view.page.click("#about-close")
        view.page.click("#facts-button")
        assert view.page.is_visible("#about")


def test_the_reach_of_schools(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A view of its own: what open schools reach, circles beside it, children out of reach, and their sum."""
    with opened(browser, tmp_path, synthetic.synthetic_model(), fragment="#s=primary&y=2020&l=en") as view:
        assert view.page.evaluate("window.schoolmap.reach()") == {"zones": 0, "circles": 0}
        view.choose("view", "reach")
        assert view.state("view") == "reach"
        assert view.page.evaluate("window.schoolmap.reach()") == {"zones": 1, "circles": 1}
        circles = view.page.locator("#marks-svg circle[data-reach]")
        assert circles.count() == 2
        assert view.page.locator("#totals dd").all_inner_texts() == ["170", "230", "43 %", "7"]
        # seats are not asked about here
        assert view.page.locator("#marks-svg .flag").count() == 0
        circles.first.hover()
        tip = view.page.locator("#tip").inner_text()
        assert "120 of 200 children out of reach" in tip
        assert "2.3 km" in tip


def test_a_school_that_opens_has_a_zone_from_then_on(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The zones are those of the year that is shown, and they go when another view is chosen."""
    with opened(browser, tmp_path, synthetic.synthetic_model(), fragment="#s=primary&y=2022&v=reach&l=en") as view:
        assert view.page.evaluate("window.schoolmap.reach()") == {"zones": 2, "circles": 2}
        view.choose("view", "gap")
        assert view.page.evaluate("window.schoolmap.reach()") == {"zones": 0, "circles": 0}


def test_a_stage_without_a_limit_has_no_view_of_its_reach(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Kindergartens have no limit here: the choice is not offered, and a link to it shows the use of seats."""
    with opened(browser, tmp_path, synthetic.synthetic_model(), fragment="#s=kindergarten&v=reach&l=en") as view:
        assert view.page.locator("input[name=view][value=reach]").count() == 0
        assert view.state("view") == "use"
        view.page.locator("#stage-switch input").nth(1).check(force=True)
        assert view.state("view") == "reach"


def test_a_long_table_of_facts_is_folded(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Beyond 25 rows the rest opens on demand: nothing is left out."""
    model = synthetic.synthetic_model()
    table = model.tables[0]
    rows = tuple((f"area {i}", float(i), "ok") for i in range(40))
    model = replace(model, tables=(replace(table, rows=rows),))
    with opened(browser, tmp_path, model, fragment="#d=facts&l=en") as view:
        assert view.page.locator("#about tbody tr:visible").count() == 25
        view.page.click("#about summary")
        assert view.page.locator("#about tbody tr:visible").count() == 40


def test_a_plan_without_facts_has_no_page_for_them(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A button that leads to an empty page is not there."""
    with opened(browser, tmp_path, replace(synthetic.synthetic_model(), tables=())) as view:
        assert view.page.is_hidden("#facts-button")


def test_many_scenarios_are_a_list(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Five scenarios do not fit beside each other: they are chosen from a list, and the map follows."""
    model = synthetic.synthetic_model()
    first, panels = model.scenarios[0], [panel for panel in model.panels if panel.scenario == model.scenarios[0].id]
    more = tuple(replace(first, id=f"s{i}", label=synthetic.text(f"scenario {i}")) for i in range(5))
    copies = tuple(replace(panel, scenario=item.id) for item in more for panel in panels)
    with opened(browser, tmp_path, replace(model, scenarios=more, panels=copies)) as view:
        assert view.page.locator("#scenario-switch input").count() == 0
        view.page.select_option("#scenario-switch select", "s3")
        assert view.state("scenario") == "s3"
        view.page.click("#language-button")
        assert view.page.locator("#scenario-switch select").input_value() == "s3"


def test_a_population_without_a_past(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Without history, births or a better method, the page says what the intervals rest on, and breaks nothing."""
    model = synthetic.synthetic_model()
    bare = replace(model.population, accuracy=(), births=(), passed_over=(), facts=())
    with opened(browser, tmp_path, replace(model, population=bare), fragment="#d=population", width=390) as view:
        page = view.page.inner_text("#about")
        assert "Held to the past (en)" in page
        assert "used as given" in page
        assert "undefined" not in page


def test_every_text_has_both_languages(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """No text of the page falls back to its key or to `undefined`."""
    for fragment in ("#s=primary&v=gap&k=c4&l=zh", "#s=primary&v=chance&k=c3&l=en"):
        with opened(browser, tmp_path, synthetic.synthetic_model(), fragment=fragment) as view:
            view.page.click("#about-button")
            words = view.page.inner_text("body")
            assert "undefined" not in words
            assert "NaN" not in words
            assert "CC0" in view.page.inner_text("#about")
            view.page.click("#about-close")


def test_notes_of_the_stage_are_in_sight(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """What a stage's numbers rest on is written above the map, not hidden behind a button."""
    with opened(browser, tmp_path, synthetic.synthetic_model()) as view:
        assert "Invented kindergarten places" in view.page.inner_text("#note-line")
        view.choose("stage", "primary")
        assert "Invented primary places" in view.page.inner_text("#note-line")
        assert "Invented kindergarten places" not in view.page.inner_text("#note-line")


def test_marks_change_with_the_stage(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Kindergartens are circles, primary schools squares, and only one stage is shown."""
    with opened(browser, tmp_path, synthetic.synthetic_model()) as view:
        assert view.page.locator("#marks-svg circle.mark").count() == 5
        view.choose("stage", "primary")
        assert view.page.locator("#marks-svg circle.mark").count() == 0
        assert view.page.locator("#marks-svg rect.mark").count() == 5


def test_flags_hide_nothing(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """No flag covers a school or another flag, at any zoom."""
    model = synthetic.synthetic_model()
    flag = model.actions[0]
    model = replace(
        model,
        actions=(
            flag,
            *(replace(flag, id=f"b{i}", catchment=f"c{i}", lon=100.005 + 0.01 * (i % 3), lat=30.005) for i in range(3)),
        ),
    )
    with opened(browser, tmp_path, model, fragment="#s=primary&y=2030") as view:
        words = view.page.locator("#marks-svg g.flag text").all_text_contents()
        assert "↑ Expand 2024 · 40 short" in words
        for _ in range(3):
            boxes = view.page.evaluate("() => window.schoolmap.boxes()")
            assert len(boxes["flags"]) > 0
            for i, flag_box in enumerate(boxes["flags"]):
                others = boxes["marks"] + boxes["flags"][i + 1 :]
                assert not [other for other in others if meet(flag_box, other)]
            view.page.click("#zoom-in")


def test_hostile_names_are_shown_as_text(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A school named like an attack is found, shown letter by letter, and runs nothing."""
    hostile = synthetic.HOSTILE
    model = synthetic.synthetic_model(hostile=hostile)
    with opened(browser, tmp_path, model, fragment="#s=primary") as view:
        view.page.fill("#search-box", "onerror")
        assert hostile in view.page.inner_text("#search-list")
        view.page.press("#search-box", "Enter")
        assert view.page.inner_text("#card h2") == hostile
        view.page.click("#about-button")
        assert hostile in view.page.inner_text("#about")
        view.page.click("#about-close")
        view.page.click("#population-button")
        assert f"{hostile} of a fact" in view.page.inner_text("#about")
        assert view.page.locator("img").count() == 0


def test_policy_stops_what_is_injected(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Even a script that somehow got into the page would not run, nor reach the network."""
    path = tmp_path / "map.html"
    path.write_bytes(render_html(synthetic.synthetic_model()).encode())
    context = browser.new_context(offline=True)
    try:
        page = context.new_page()
        page.goto(path.as_uri())
        ran = page.evaluate(
            """async () => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
                const image = document.createElement("img");
                image.setAttribute("onerror", "window.ran = true");
                image.src = "missing.png";
                document.body.append(image);
                const fetched = await fetch("data:text/plain,x").then(() => true, () => false);
                await new Promise((resolve) => setTimeout(resolve, 100));
                return [window.ran === true, fetched];
            }""",
        )
        assert ran == [False, False]
    finally:
        context.close()


def test_no_shortage_is_said(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """An empty list says that nothing is short, instead of being empty."""
    model = synthetic.synthetic_model()
    calm = replace(
        model,
        actions=(),
        panels=tuple(replace(panel, ranking=()) for panel in model.panels),
    )
    with opened(browser, tmp_path, calm) as view:
        assert "No catchment is short of seats" in view.page.inner_text("#list")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844), (820, 1180)])
def test_nothing_is_cut(browser: Any, tmp_path: Path, width: int, height: int) -> None:  # noqa: ANN401
    """On a desk, a phone and a tablet the page fits its window and the map has room."""
    model = synthetic.synthetic_model()
    with opened(browser, tmp_path, model, width=width, height=height) as view:
        wide = view.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width
        box = view.page.locator("#map-frame").bounding_box()
        assert box is not None
        assert box["height"] >= 200
        labels = view.page.evaluate(
            """() => Array.from(document.querySelectorAll("#wave text")).map((node) => {
                const box = node.getBoundingClientRect();
                return [box.left, box.right];
            })""",
        )
        assert min(left for left, _ in labels) >= 0
        assert max(right for _, right in labels) <= width


def test_without_scripts_there_are_tables(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A previewer that runs no scripts shows one map and the ranked lists, not an empty page."""
    path = tmp_path / "map.html"
    path.write_bytes(render_html(synthetic.synthetic_model()).encode())
    context = browser.new_context(offline=True, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(path.as_uri())
        words = page.locator("body").inner_text()
        assert "Synthetic area 4" in words
        # nothing of the empty frame is left above them
        assert page.locator("#top").is_hidden()
        assert page.locator("#map-frame").is_hidden()
        assert page.get_by_role("img", name="Kindergarten").is_visible()
    finally:
        context.close()


def test_print_is_one_page(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The map prints on one A3 sheet, and the screen comes back as it was."""
    with opened(browser, tmp_path, synthetic.synthetic_model()) as view:
        pdf = view.page.pdf(prefer_css_page_size=True, print_background=True)
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
        assert "printing" not in (view.page.get_attribute("body", "class") or "")


def test_an_open_page_prints_instead_of_the_map(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Catchment by year is one sheet; the screen comes back with the page still open."""
    with opened(browser, tmp_path, synthetic.synthetic_model(), fragment="#s=primary&d=grid") as view:
        pdf = view.page.pdf(prefer_css_page_size=True, print_background=True)
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
        assert (view.page.get_attribute("body", "class") or "").split() == []
        assert view.page.is_visible(".heat")
