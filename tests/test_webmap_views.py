"""
The views of the map and its pages in a real browser: what is switched in place, saved, and linked to.

Every class that is drawn is the one that the model names, for each end of the interval and after the proposals.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import unquote

import pytest
import test_webmap as synthetic
from browsing import MISSING
from browsing import REQUIRED
from browsing import meet
from browsing import opened
from browsing import start

from schoolmap.output.model import Supplied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browsing import Opened

pytestmark = pytest.mark.skipif(MISSING and not REQUIRED, reason="needs playwright and Chromium")

YEAR = """at => {
    const range = document.getElementById("year");
    range.value = at;
    range.dispatchEvent(new Event("input"));
    return window.schoolmap.shades();
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium once for this file."""
    with start() as started:
        yield started


@pytest.fixture(scope="module")
def desk(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:  # noqa: ANN401
    """Open the synthetic plan once; each test goes to the link that it needs, and nothing may go wrong in any."""
    with opened(browser, tmp_path_factory.mktemp("desk"), synthetic.synthetic_model()) as view:
        yield view


def whole(value: float) -> str:
    """Say a number as the English page does."""
    return f"{round(value):,}".replace("-", "−")


def saved(view: Opened, button: str) -> list[list[str]]:
    """Press a button that saves a table, and read the file."""
    with view.page.expect_download() as waiting:
        view.page.click(button)
    data = waiting.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") > 1
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.mark.parametrize("end", ["p10", "p90"])
def test_every_shade_of_each_end_is_the_models(desk: Opened, end: str) -> None:
    """For each end of the interval, stage, scenario and year, what is drawn is what the model says."""
    for panel in synthetic.synthetic_model().panels:
        desk.goto(f"#s={panel.stage}&c={panel.scenario}&b={end}")
        bound = next(item for item in panel.bounds if item.id == end)
        for at in range(0, len(synthetic.YEARS), 5):
            assert desk.page.evaluate(YEAR, at) == [row[at] for row in bound.shade]


def test_a_bound_changes_totals_list_circles_card_and_title(desk: Opened) -> None:
    """Everything follows, the total is the model's own, and the page says which demand it shows."""
    panel = synthetic.synthetic_model().panels[2]
    at, high = 10, panel.bounds[1]
    desk.goto("#s=primary&y=2030&v=gap&k=c4&l=en")
    central = desk.page.locator("#marks-svg circle.gap[data-area=c4]").get_attribute("r")
    desk.choose("bound", "p90")
    assert desk.state("bound") == "p90"
    totals = desk.page.inner_text("#totals")
    assert whole(panel.totals.p90[at]) in totals
    assert whole(high.short[at]) in totals
    assert "not all are there at once" in totals
    assert "high demand (P90)" in desk.page.inner_text("#shown-line")
    assert "high demand (P90)" in desk.page.inner_text("#legend")
    assert whole(panel.p90[4][at]) in desk.page.inner_text("#card")
    wider = desk.page.locator("#marks-svg circle.gap[data-area=c4]").get_attribute("r")
    assert float(wider) > float(central)
    desk.page.keyboard.press("Escape")
    assert desk.page.locator("#list ol .name").all_inner_texts() == [f"Synthetic area {high.ranking[0].catchment[1]}"]


def test_a_view_without_an_interval_shows_the_middle(desk: Opened) -> None:
    """The chance of a shortage has no P90: it cannot be chosen there, and comes back where it can."""
    desk.goto("#s=primary&v=chance&b=p90")
    assert desk.state("bound") == "p50"
    assert desk.page.is_disabled("#bound-p90")
    desk.choose("view", "use")
    assert desk.state("bound") == "p90"


def test_after_the_proposals(desk: Opened) -> None:
    """Classes, seats and sums are those after the proposals; what was is told beside what is left."""
    panel = synthetic.synthetic_model().panels[2]
    desk.goto("#s=primary&y=2030&k=c4&l=en")
    before = desk.page.evaluate("window.schoolmap.shades()")
    desk.choose("after", "after")
    assert desk.page.evaluate("window.schoolmap.shades()") == [*before[:4], 0, before[5]]
    assert f"{whole(panel.totals.short[10])} → 3" in desk.page.inner_text("#totals")
    assert "1,000" in desk.page.inner_text("#card")
    assert "with the proposals" in desk.page.inner_text("#shown-line")
    assert desk.page.is_disabled("#bound-p90")


def test_the_difference_between_two_scenarios(desk: Opened) -> None:
    """Its colour is the change of use in points, its number that of seats less demand, with a sign."""
    base, high = synthetic.synthetic_model().panels[2:4]
    desk.goto("#s=primary&c=high&y=2030&v=diff&x=base&l=en")
    found = desk.page.evaluate("window.schoolmap.colours()")
    colours = ("#2166ac", "#92c5de", "#e9e6df", "#f4a582", "#b2182b")
    for place in range(5):
        change = round(high.utilisation[place][10] - base.utilisation[place][10], 9)
        assert found[place] == colours[sum(change > edge for edge in (-0.15, -0.05, 0.05, 0.15))]
    # no seats on either side: nothing to compare
    assert found[5].startswith("url(")
    numbers = desk.page.locator("#marks-svg .change-text").all_text_contents()
    assert numbers == ["−" + whole(high.demand[i][10] - base.demand[i][10]) for i in range(6)]
    assert "against base (en)" in desk.page.inner_text("#shown-line")
    assert desk.page.locator("#marks-svg .flag").count() == 0


def test_the_difference_that_the_proposals_make(desk: Opened) -> None:
    """The other side of a comparison may be the same scenario without its proposals."""
    desk.goto("#s=primary&y=2030&v=diff&l=en")
    desk.page.select_option("#compare-with", "*")
    assert desk.page.evaluate("window.schoolmap.colours()")[4] == "#2166ac"
    assert desk.page.locator("#marks-svg .change-text").all_text_contents() == ["+900"]
    assert "x=*" in desk.page.evaluate("() => decodeURIComponent(location.hash)")


def test_catchment_by_year(desk: Opened) -> None:
    """The worst stand first, cells are coloured like the map, and the county's sums stand beside the sum of gaps."""
    model = synthetic.synthetic_model()
    panel = model.panels[2]
    desk.goto("#s=primary&y=2030&d=grid&l=en")
    names = desk.page.locator(".heat tbody th").all_inner_texts()
    assert names[:2] == ["Synthetic area 5", "Synthetic area 4"]
    row = desk.page.locator(".heat tbody tr").nth(1).locator("td")
    assert row.all_inner_texts()[10] == "−" + whole(panel.demand[4][10] - panel.seats[4][10])
    shades = [None if place is None else model.shades[place].colour for place in panel.shade[4]]
    drawn = row.evaluate_all("cells => cells.map((cell) => cell.style.backgroundColor)")
    assert [tuple(int(part) for part in text[4:-1].split(",")) for text in drawn] == [
        tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in shades if colour
    ]
    sums = desk.page.locator(".heat tfoot tr").all_inner_texts()
    assert [line.split("\t")[11] for line in sums] == [
        whole(values[10])
        for values in (panel.totals.demand, panel.totals.seats, panel.totals.short, panel.totals.spare)
    ]
    desk.choose("grid-figure", "use")
    assert row.all_inner_texts()[10] == whole(100 * panel.utilisation[4][10])


def test_catchment_by_year_by_keyboard(desk: Opened) -> None:
    """One stop for the Tab key, arrows among the cells, Enter opens the catchment in that year, Escape leaves."""
    desk.goto("#s=primary&y=2030&d=grid&l=en")
    assert desk.page.locator(".heat td[tabindex='0']").count() == 1
    desk.page.focus(".heat td[tabindex='0']")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "End", "ArrowLeft"):
        desk.page.keyboard.press(key)
    assert desk.page.locator(".heat td[tabindex='0']").count() == 1
    desk.page.keyboard.press("Enter")
    assert desk.state("picked") == {"kind": "catchment", "id": "c4"}
    assert desk.state("year") == 2038
    assert desk.page.is_hidden("#about")
    assert desk.page.evaluate("document.activeElement.id") == "card"


def test_tables_are_saved_for_a_spreadsheet(desk: Opened) -> None:
    """The ranking and the years as they are shown: with a mark of their encoding, numbers as numbers."""
    panel = synthetic.synthetic_model().panels[2]
    desk.goto("#s=primary&y=2030&l=en")
    ranking = saved(desk, "#list-csv")
    assert ranking[0][:3] == ["Catchment", "Name", "Seats short × years"]
    assert [row[0] for row in ranking[1:]] == ["c4", "c3"]
    assert float(ranking[1][6]) == pytest.approx(panel.ranking[0].peak_short)
    desk.page.click("#grid-button")
    grid = saved(desk, "#grid-csv")
    assert grid[0][2:] == [str(year) for year in synthetic.YEARS]
    assert [float(cell) for cell in grid[2][2:]] == [
        pytest.approx(s - d, abs=0.051) for d, s in zip(panel.demand[4], panel.seats[4], strict=True)
    ]
    assert [row[1] for row in grid[-4:]][2:] == ["Short, all catchments", "Spare, all catchments"]


def test_no_saved_name_is_a_formula(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A name that a spreadsheet would run is led by an apostrophe; quotes and commas stay in their cell."""
    names = [sign + '1+1,"x"' for sign in ("=", "+", "-", "@", "\t", " =")]
    model = synthetic.synthetic_model()
    table = replace(model.tables[0], rows=tuple((name, -95.0, "red") for name in (*names, "plain")))
    with opened(browser, tmp_path, replace(model, tables=(table,)), fragment="#d=facts&l=en") as view:
        rows = saved(view, "#csv-warnings")
    assert rows[0] == ["Catchment", "Children", "Level"]
    assert rows[1:] == [*(["'" + name, "-95", "red"] for name in names), ["plain", "-95", "red"]]


def test_projector(desk: Opened) -> None:
    """Type is larger and the list makes room; the map, the year and a card still answer to pointer and keyboard."""
    desk.goto("#s=primary&y=2030&l=en")
    small = desk.page.locator("#stage-switch").bounding_box()["height"]
    desk.page.click("#projector-button")
    assert desk.page.locator("#stage-switch").bounding_box()["height"] >= 1.3 * small
    assert desk.page.is_hidden("#list")
    assert "j=1" in desk.page.evaluate("location.hash")
    size = desk.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size[0] <= 1366
    assert size[1] <= 768
    at = desk.page.evaluate("() => window.schoolmap.pixel(30.0085, 100.0085)")
    desk.page.mouse.click(at["x"], at["y"])
    assert desk.state("picked") == {"kind": "catchment", "id": "c0"}
    box = desk.page.locator("#wave").bounding_box()
    desk.page.mouse.click(box["x"] + box["width"] - 130, box["y"] + 60)
    assert desk.state("year") >= 2038
    desk.page.click("#projector-button")
    assert desk.page.is_visible("#search-box")


LINKS = (
    "#s=primary&c=high&y=2031&v=gap&l=zh&b=p10&m=30.0120,100.0120,15.0&k=c2",
    "#s=primary&c=high&y=2026&v=diff&l=en&x=base&j=1&p=s3",
    "#s=primary&c=base&y=2028&v=use&l=en&w=1&g=use&d=grid",
)
"""Links that hold every key between them."""
KEYS = "scyvlbgmkwxdjp"


def chosen(view: Opened) -> dict[str, Any]:
    """Read off the page itself what each key of a link stands for."""
    found: dict[str, Any] = view.page.evaluate(
        """() => {
            const now = window.schoolmap.state();
            const centre = window.schoolmap.pixel(30.012, 100.012);
            const other = document.getElementById("compare-with");
            return {
                ...now,
                at: [Math.round(centre.x), Math.round(centre.y)],
                other: other ? other.value : null,
                figure: (document.querySelector("input[name=grid-figure]:checked") || { value: null }).value,
                page: document.getElementById("about").open ? document.getElementById("about-title").textContent : null,
            };
        }"""
    )
    return found


def parts_of(fragment: str) -> dict[str, str]:
    """Return what a link says by key."""
    return dict(part.split("=", 1) for part in unquote(fragment).removeprefix("#").split("&"))


def test_links_hold_every_key() -> None:
    """What is tried out below is all that a link can say."""
    assert set().union(*map(parts_of, LINKS)) == set(KEYS)


@pytest.mark.parametrize("link", LINKS)
def test_a_link_holds_the_whole_view(desk: Opened, link: str) -> None:
    """What a link says is shown; written anew it says the same, and opened again it shows the same."""
    said = parts_of(link)
    desk.goto(link)
    before = chosen(desk)
    assert [before[key] for key in ("stage", "scenario", "year", "view", "lang")] == [
        said["s"],
        said["c"],
        int(said["y"]),
        said["v"],
        said["l"],
    ]
    assert before["bound"] == said.get("b", "p50")
    assert before["after"] == ("w" in said)
    assert before["projector"] == ("j" in said)
    assert before["other"] == said.get("x")
    assert before["figure"] == said.get("g")
    assert bool(before["page"]) == ("d" in said)
    assert (before["picked"] or {"id": None})["id"] == said.get("k", said.get("p"))
    if "m" in said:
        assert before["zoom"] == 15
    desk.page.evaluate(YEAR, 0)
    desk.page.evaluate(YEAR, synthetic.YEARS.index(int(said["y"])))
    written = desk.page.evaluate("location.hash")
    assert parts_of(written) == said
    desk.goto(written)
    assert chosen(desk) == before


def test_a_link_follows_the_map(desk: Opened) -> None:
    """The place on the map is written when it has come to rest there."""
    desk.goto("#s=primary&l=en&m=30.0120,100.0120,15.0")
    desk.page.click("#zoom-in")
    desk.page.wait_for_function("location.hash.includes('15.5')")


@pytest.mark.parametrize("fragment", ["#b=p95&x=nobody&g=1&m=a,b&v=none&j=yes&w=x", "#m=1,2,3,4&b=", "#%zz=1&y=999"])
def test_a_broken_link_opens_the_map_as_it_is(desk: Opened, fragment: str) -> None:
    """What a link says wrongly is left out."""
    desk.goto(fragment)
    assert [desk.state(key) for key in ("view", "bound", "after", "projector")] == ["use", "p50", False, False]


def test_how_a_number_came_about(desk: Opened) -> None:
    """Counted, born since, moved, attending, seats: each step with its value and where it is from; they add up."""
    panel = synthetic.synthetic_model().panels[2]
    desk.goto("#s=primary&y=2030&k=c4&l=en")
    steps = desk.page.locator("#card .fall li").evaluate_all(
        "rows => rows.map((row) => [row.querySelector('span').textContent, row.querySelector('b').textContent])"
    )
    values = [text.replace(",", "").replace("−", "-").replace("±", "") for _, text in steps]
    begun, births, moved, children = (float(value) for value in values[:4])
    assert begun + births + moved == pytest.approx(children, abs=2)
    assert children == round(panel.children[4][10])
    card = desk.page.inner_text("#card .fall")
    for source in (
        "count of 2020-11-01",
        "births by method: two counts (en)",
        "An invented rate (en)",
        "3 small areas",
    ):
        assert source in card
    desk.choose("bound", "p90")
    assert "seats needed at P90" in desk.page.inner_text("#card .fall")


def test_projects_stand_on_the_map_with_their_year(desk: Opened) -> None:
    """A counted project is marked beside its place; before its year it is outlined; flags leave it free."""
    desk.goto("#s=primary&y=2025&l=en")
    mark = desk.page.locator("#marks-svg .opening")
    assert mark.all_text_contents() == ["2026"]
    assert mark.get_attribute("class") == "opening"
    desk.page.evaluate(YEAR, 6)
    assert mark.get_attribute("class") == "opening there"
    boxes = desk.page.evaluate("window.schoolmap.boxes()")
    others = boxes["marks"] + boxes["flags"]
    assert not [other for other in others if meet(boxes["projects"][0], other)]
    mark.hover()
    assert "opens 2026" in desk.page.inner_text("#tip")
    desk.choose("stage", "kindergarten")
    assert mark.count() == 0


def test_hostile_names_in_every_view(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """In the table of years, the comparison and a tip of a project a name is text, letter by letter."""
    hostile = synthetic.HOSTILE
    model = synthetic.synthetic_model(hostile=hostile)
    cover = model.coverages[0]
    named = tuple(replace(area, name=hostile) if area.id == "c4" else area for area in cover.catchments)
    scenarios = (model.scenarios[0], replace(model.scenarios[1], label={"en": hostile, "zh": hostile}))
    model = replace(model, coverages=(replace(cover, catchments=named),), scenarios=scenarios)
    with opened(browser, tmp_path, model, fragment="#s=primary&v=diff&x=high&y=2030&l=en") as view:
        assert hostile in view.page.inner_text("#shown-line")
        view.page.hover("#marks-svg .opening")
        assert hostile in view.page.inner_text("#tip")
        view.page.hover("#marks-svg polygon[data-plot]")
        assert f"{hostile} plot" in view.page.inner_text("#tip")
        view.page.click("#grid-button")
        assert hostile in view.page.locator(".heat tbody th").all_inner_texts()
        assert ["c4", hostile] in [row[:2] for row in saved(view, "#grid-csv")]
        assert view.page.locator("img").count() == 0


def test_hostile_names_written_on_the_map_are_text(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Short enough for their outlines, names stand in the drawing letter by letter."""
    names = ["<b>{{7*7}}", "</svg><a>", '"${1}', "<!--", "]]>", "&lt;i&gt;"]
    model = synthetic.synthetic_model()
    cover = model.coverages[0]
    named = tuple(replace(area, name=name) for area, name in zip(cover.catchments, names, strict=True))
    model = replace(model, coverages=(replace(cover, catchments=named),))
    with opened(browser, tmp_path, model, fragment="#s=primary&v=chance&l=en") as view:
        drawn = view.page.locator("#marks-svg .names text")
        assert len(drawn.all_text_contents()) >= 3
        assert set(drawn.all_text_contents()) <= set(names)
        assert drawn.locator("*").count() == 0


def test_chinese_within_the_english_page_says_so(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A name in Chinese signs carries its language; on the Chinese page nothing needs to."""
    model = synthetic.synthetic_model()
    cover = model.coverages[0]
    named = tuple(replace(area, name="实验片区" if i == 4 else area.name) for i, area in enumerate(cover.catchments))
    model = replace(model, coverages=(replace(cover, catchments=named),))
    with opened(browser, tmp_path, model, fragment="#s=primary&l=en") as view:
        assert view.page.locator("#list bdi[lang=zh-CN]").first.inner_text() == "实验片区"
        assert view.page.locator("#marks-svg .names text[lang=zh-CN]").all_text_contents() == ["实验片区"]
        view.page.click("#language-button")
        assert view.page.locator("#list bdi").count() == 0


def test_everything_is_reached_by_the_tab_key(desk: Opened) -> None:
    """Head, views, map, list and foot, in that order, and round again: no trap."""
    desk.goto("#s=primary&l=en")
    seen: list[str] = []
    for _ in range(60):
        desk.page.keyboard.press("Tab")
        seen.append(
            desk.page.evaluate(
                "() => { const box = document.activeElement.closest('header#top, #facts, main, #side, #strip, #foot');"
                " return box ? box.id : '' }"
            )
        )
        if seen[-1] == "" and len(seen) > 5:
            break
    order = [box for i, box in enumerate(seen) if box and (i == 0 or seen[i - 1] != box)]
    assert order == ["top", "facts", "map-cell", "side", "strip", "foot"]


def test_a_plan_of_one_scenario_without_proposals_has_no_comparison(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Where there is nothing to compare with or to switch, nothing is offered."""
    model = synthetic.synthetic_model()
    panels = tuple(
        replace(panel, bounds=(), after=None, origin=None) for panel in model.panels if panel.scenario == "base"
    )
    model = replace(model, scenarios=model.scenarios[:1], panels=panels)
    with opened(browser, tmp_path, model, fragment="#s=primary&v=diff&b=p90&w=1&k=c4&l=en") as view:
        assert view.state("view") == "use"
        assert view.page.is_hidden("#bound-switch")
        assert view.page.is_hidden("#after-switch")
        assert view.page.locator("input[name=view][value=diff]").count() == 0
        assert "How this number came about" in view.page.inner_text("#card")


def test_the_year_plays_until_it_is_paused(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A reader who asked for nothing sees the years go by, and stops them with the same button."""
    with opened(browser, tmp_path, synthetic.synthetic_model()) as view:
        view.page.emulate_media(reduced_motion="no-preference")
        view.page.clock.install()
        view.goto("#y=2025&l=en")
        view.page.click("#play")
        view.page.clock.run_for(1_500)
        assert view.state("year") == 2027
        assert view.page.get_attribute("#play", "aria-label") == "Pause"
        view.page.click("#play")
        view.page.clock.run_for(5_000)
        assert view.state("year") == 2027
        assert view.page.get_attribute("#play", "aria-label") == "Play the years"


def test_a_listed_plot_has_its_mark_and_its_tip(desk: Opened) -> None:
    """A hollow diamond where it lies, for the stages that it is listed for; the tip tells what is known of it."""
    site = synthetic.synthetic_model().sites[0]
    desk.goto("#s=primary&y=2026&l=en")
    mark = desk.page.locator("#marks-svg polygon[data-plot]")
    assert mark.get_attribute("class") == "mark plot"
    at = desk.page.evaluate("([lat, lon]) => window.schoolmap.pixel(lat, lon)", [site.lat, site.lon])
    box = mark.bounding_box()
    assert box["x"] + box["width"] / 2 == pytest.approx(at["x"], abs=1)
    assert box["y"] + box["height"] / 2 == pytest.approx(at["y"], abs=1)
    mark.hover()
    tip = desk.page.inner_text("#tip")
    for words in ("Synthetic school plot", "18", "2027", "An invented plot"):
        assert words in tip
    desk.choose("stage", "kindergarten")
    assert mark.count() == 0


def test_the_audit_stands_on_the_page(desk: Opened) -> None:
    """Each check with its name, both sides, their difference, and whether it holds."""
    desk.goto("#d=about&l=en")
    table = desk.page.locator("#about table", has_text="children in = out")
    heads = [words.lower() for words in table.locator("thead th").all_inner_texts()]
    row = table.locator("tbody tr").all_inner_texts()
    assert len(row) == 1
    assert dict(zip(heads[1:], row[0].split("\t")[1:], strict=True)) == {
        "left": "10",
        "right": "10",
        "difference": "0",
        "holds": "yes",
    }
    assert "none outside (en)" in row[0]


@pytest.fixture(scope="module")
def reviewed(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:  # noqa: ANN401
    """Open the plan once with the review number that a printed map must bear."""
    model = replace(synthetic.synthetic_model(), map_review_no="XS(2025)042")
    with opened(browser, tmp_path_factory.mktemp("reviewed"), model, fragment="#s=primary&v=gap&l=en") as view:
        yield view


def test_the_foot_and_the_frame_of_the_map(reviewed: Opened, desk: Opened) -> None:
    """Review number, sources, scale and north are in sight; without a number nothing stands for it."""
    assert "XS(2025)042" in reviewed.page.inner_text("#review-no")
    told = reviewed.page.inner_text("#credits")
    for words in ("Nobody (CC0)", "EPSG:4547", "For tests only (en)"):
        assert words in told
    assert reviewed.page.locator(".leaflet-control-scale-line").inner_text().split()[1] in {"m", "km"}
    assert reviewed.page.is_visible(".north")
    assert reviewed.page.text_content("#north-word") == "N"
    desk.goto("#s=primary&l=en")
    assert desk.page.is_hidden("#review-no")


ON_PAPER = """() => {
    window.dispatchEvent(new Event("beforeprint"));
    const box = (node) => {
        const found = node.getBoundingClientRect();
        return [found.left, found.top, found.right, found.bottom];
    };
    const found = {};
    ["#legend", "#credits", "#review-no", "#map-frame", "#wave", ".north", ".leaflet-control-scale-line"].forEach((name) => {
        found[name] = box(document.querySelector(name));
    });
    const facts = document.getElementById("facts");
    found.cut = facts.scrollHeight - facts.clientHeight;
    window.dispatchEvent(new Event("afterprint"));
    return found;
}"""


def test_the_sheet_is_a3_and_holds_all_that_it_must(reviewed: Opened) -> None:
    """A3 landscape, with legend, sources, review number, scale and north within its margins of 10 mm."""
    pdf = reviewed.page.pdf(prefer_css_page_size=True, print_background=True)
    media = re.findall(rb"/MediaBox \[([\d. ]+)\]", pdf)
    assert len(media) == 1
    assert [float(part) * 25.4 / 72 for part in media[0].split()] == pytest.approx([0, 0, 420, 297], abs=0.5)
    reviewed.page.emulate_media(media="print")
    found = reviewed.page.evaluate(ON_PAPER)
    reviewed.page.emulate_media(media="screen")
    assert found.pop("cut") <= 0
    for name, (left, top, right, bottom) in found.items():
        assert right > left, name
        assert bottom > top, name
        assert min(left, top) >= 0, name
        assert right * 25.4 / 96 <= 400, name
        assert bottom * 25.4 / 96 <= 277, name


def test_a_school_against_the_demand_that_it_serves(desk: Opened) -> None:
    """Demand with its interval beside the seats of the school; rooms, classes, class size, and what these rest on."""
    panel = synthetic.synthetic_model().panels[2]
    desk.goto("#s=primary&y=2030&p=s4&l=en")
    chart = desk.page.locator("#card .fan").first
    assert chart.locator(".band").count() == chart.locator(".line-demand").count() == 1
    rows = dict(row.split("\t", 1) for row in desk.page.locator("#card .figures-table tr").all_inner_texts())
    assert rows["Classrooms in 2030"].split("\t") == ["4", "rooms"]
    assert rows["Seats of a class"].split("\t") == ["25", "seats"]
    assert rows["Classes taught, 2021"].split("\t") == ["4", "classes"]
    assert rows["Class size, 2021"].split("\t") == ["23.8", "children"]
    assert rows["Seats needed (central)"].split("\t") == [whole(panel.demand[4][10]), "seats"]
    assert rows["80 % interval"].split("\t") == [f"{whole(panel.p10[4][10])}–{whole(panel.p90[4][10])}", "seats"]
    told = desk.page.inner_text("#card .assumptions")
    for words in (
        "25: An invented standard (en)",
        "90 %",
        "An invented rate (en)",
        "Seats as listed",
        "Invented primary",
    ):
        assert words in told


def test_a_catchment_tells_its_class_size(desk: Opened) -> None:
    """Pupils in each of the classes that the demand fills, beside the standard; and as they were taught."""
    panel = synthetic.synthetic_model().panels[2]
    needed = panel.classes_needed[4][10]
    assert needed
    desk.goto("#s=primary&y=2030&k=c4&l=en")
    shown = desk.page.locator("#card .figures-table tr").all_inner_texts()
    rows = dict(row.split("\t", 1) for row in shown if "\t" in row)
    assert float(rows["Class size (standard 25)"].split("\t")[0]) == pytest.approx(
        panel.demand[4][10] / needed, abs=0.051
    )
    assert "2021: 4 classes were taught there, of 23.8 pupils on average." in desk.page.inner_text("#card")
    # the classes are those of the middle: beside the demand of an end they would not fit
    desk.choose("bound", "p90")
    assert "Class size (standard" not in desk.page.inner_text("#card .figures-table")


def test_a_school_of_several_catchments_in_a_scenario(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Demand and ends are added up and said to be; seats and rooms are those of the scenario; later boundaries end it."""
    model = synthetic.synthetic_model()
    far = model.schools[4]
    sections = tuple(replace(part, catchments=("c3", "c4"), serves_until=2035) for part in far.sections)
    row = Supplied(school="s4", seats=(75.0,) * 20, rooms=(None,) * 20)
    panels = tuple(replace(panel, supplied=(row,) if panel.scenario == "high" else ()) for panel in model.panels)
    model = replace(model, schools=(*model.schools[:4], replace(far, sections=sections)), panels=panels)
    high = next(panel for panel in panels if (panel.stage, panel.scenario) == ("primary", "high"))
    with opened(browser, tmp_path, model, fragment="#s=primary&c=high&y=2030&p=s4&l=en") as view:
        found = view.page.evaluate("() => window.schoolmap.school('s4')")
        assert found["own"] == [75.0] * 20
        for grid in ("demand", "p10", "p90"):
            sums = [a + b for a, b in zip(getattr(high, grid)[3], getattr(high, grid)[4], strict=True)]
            assert found[grid][:16] == pytest.approx(sums[:16])
            assert found[grid][16:] == [None] * 4
        card = view.page.inner_text("#card")
        for words in ("adds up 2 catchments", "From 2036 on", "Classes, as seats ÷ 25", "this school's seats"):
            assert words in card
        view.page.evaluate(YEAR, 17)
        assert "The demand it serves" not in view.page.inner_text("#card")
        view.choose("scenario", "base")
        assert view.page.evaluate("() => window.schoolmap.school('s4').own") == [100.0] * 20


def test_on_a_projector_nothing_in_the_head_hides_another(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """With a long title, a mark of made data and many scenarios each is seen whole, and within the window."""
    model = synthetic.synthetic_model()
    scenarios = tuple(replace(model.scenarios[0], id=f"s{i}", label=synthetic.text(f"scenario {i}")) for i in range(5))
    panels = [panel for panel in model.panels if panel.scenario == model.scenarios[0].id]
    copies = tuple(replace(panel, scenario=item.id) for item in scenarios for panel in panels)
    title = {"en": "Demonstration county (synthetic data)", "zh": "示范县（合成数据）"}
    model = replace(model, title=title, scenarios=scenarios, panels=copies)
    with opened(browser, tmp_path, model, fragment="#j=1&l=en") as view:
        boxes = view.page.evaluate(
            """() => Array.from(document.querySelectorAll("#top > *, #tools > button"))
                .filter((node) => node.id !== "tools" && node.offsetWidth)
                .map((node) => { const b = node.getBoundingClientRect(); return { x: b.x, y: b.y, w: b.width, h: b.height } })"""
        )
        assert len(boxes) == 6
        for i, box in enumerate(boxes):
            assert box["x"] + box["w"] <= 1366
            assert not [other for other in boxes[i + 1 :] if meet(box, other)]
        title_box = view.page.locator("#title")
        assert title_box.evaluate(
            "node => node.scrollWidth <= node.clientWidth && node.scrollHeight <= node.clientHeight + 2"
        )
