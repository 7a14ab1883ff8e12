"""
The maps of the projects that ship with the repository, in a real browser: classes, and access for everybody.

Access is judged by axe-core: WCAG 2.2, levels A and AA, and its best practices. What differs is paired, not
multiplied: each project, language and width is met, and every page and card in each of them.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pytest
import shipped
from browsing import MISSING
from browsing import REQUIRED
from browsing import opened
from browsing import start
from test_page_assets import palettes

from schoolmap.output.describe import describe
from schoolmap.output.describe import shade_index
from schoolmap.output.sealing import OLD_POLICY
from schoolmap.output.webmap import render_html
from schoolmap.seats.balance import CHANCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browsing import Opened

    from schoolmap.output.model import MapModel
    from schoolmap.plan import Plan

AXE = importlib.util.find_spec("axe_playwright_python")
MISSING = MISSING or AXE is None

pytestmark = pytest.mark.skipif(MISSING and not REQUIRED, reason="needs playwright, axe-core and Chromium")

TURNS = 3
"""Scenarios after which every year has been looked at."""
ENDS = {"p10": "demand_p10", "p50": "demand", "p90": "demand_p90"}

ALL_SHADES = """([ends, places]) => {
    const range = document.getElementById("year");
    return ends.map((end) => {
        document.getElementById("bound-" + end).click();
        return places.map((at) => {
            range.value = at;
            range.dispatchEvent(new Event("input"));
            return window.schoolmap.shades();
        });
    });
}"""

ALL_COLOURS = """(places) => {
    const range = document.getElementById("year");
    return places.map((at) => {
        range.value = at;
        range.dispatchEvent(new Event("input"));
        return window.schoolmap.colours();
    });
}"""
PALETTE = palettes()["CHANCES"]
HATCH = "url(#hatch)"

AXE_RUN = """async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const page = document.querySelector("dialog[open]") || document;
    const found = await axe.run(page, { resultTypes: ["violations"], runOnly: { type: "tag", values: tags } });
    return found.violations.map((rule) => rule.id + ": " + rule.nodes.slice(0, 3).map((node) => node.target.join(" ")));
}"""


def axe_script() -> str:
    """Return axe-core, to be run in a page."""
    assert AXE is not None
    assert AXE.origin is not None
    return Path(AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium once for this file."""
    with start() as started:
        yield started


@pytest.fixture(scope="module", params=[shipped.BERLIN, shipped.DEMO])
def plan(request: pytest.FixtureRequest) -> Plan:
    """Take one of the plans."""
    return shipped.plan(request.param)


@pytest.fixture(scope="module")
def model(plan: Plan) -> MapModel:
    """Describe it once."""
    return describe(plan)


@pytest.fixture(scope="module")
def desk(browser: Any, model: MapModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:  # noqa: ANN401
    """Open its map once."""
    with opened(browser, tmp_path_factory.mktemp("shipped"), model) as view:
        yield view


def test_every_class_is_the_librarys(desk: Opened, plan: Plan) -> None:
    """
    What is drawn is the class of demand per seat, or of its chance.

    Of each stage every year, at every end of the interval and in every view, in some scenario; every scenario in
    some years.
    """
    met = set()
    for stage, result in plan.results.items():
        for turn, scenario in enumerate(result.balance.index.unique("scenario")):
            places = list(range(turn % TURNS, len(plan.years), TURNS))
            years = [plan.years[place] for place in places]
            balance = result.balance.xs(scenario)
            # far from the flags, whose places take most of the time
            desk.goto(f"#s={stage}&c={scenario}&v=use&m=0,0,12")
            found = desk.page.evaluate(ALL_SHADES, [list(ENDS), places])
            for end, column in enumerate(ENDS.values()):
                with np.errstate(divide="ignore", invalid="ignore"):
                    loads = (balance[column] / balance["seats"]).unstack("year")[years]
                for at, year in enumerate(years):
                    assert found[end][at] == shade_index(loads[year].to_numpy())
            desk.choose("view", "chance")
            colours = desk.page.evaluate(ALL_COLOURS, places)
            chances = balance["shortage_probability"].unstack("year")[years]
            for at, year in enumerate(years):
                classes = np.searchsorted(CHANCES, chances[year].to_numpy())
                shown = [None if shade is None else classes[place] for place, shade in enumerate(found[1][at])]
                assert colours[at] == [HATCH if place is None else PALETTE[place] for place in shown]
                met.add((stage, year))
    assert met == {(stage, year) for stage in plan.results for year in plan.years}


def test_what_is_left_after_the_proposals_is_the_plans(model: MapModel, plan: Plan) -> None:
    """Demand less seats of every catchment after the proposals is who the plan leaves without a seat."""
    left = plan.proposals.after.groupby(level=["stage", "scenario", "year"]).sum()
    for panel in model.panels:
        assert panel.after is not None
        assert panel.after.short[1:] == pytest.approx(left[panel.stage, panel.scenario].to_numpy(), abs=0.051)
        assert panel.after.short[0] == panel.totals.short[0]


def test_children_are_those_counted_those_born_and_those_who_moved(model: MapModel) -> None:
    """In the year after the count nobody is born since; before all are born, nobody of them was counted."""
    for panel in model.panels:
        assert panel.origin is not None
        begun, births, children = (np.array(grid) for grid in (panel.origin.begun, panel.origin.births, panel.children))
        assert births[:, 0].max() == 0
        assert (births >= 0).all()
        assert (begun >= 0).all()
        # time and moves change a cohort by less than a quarter in these districts
        assert abs(begun + births - children).sum() < 0.25 * children.sum()
        here = children[:, list(model.years).index(model.base_year)]
        assert (np.array(panel.origin.whole) >= here - 0.5 * max(1, panel.origin.since - model.base_year) - 0.1).all()


@pytest.mark.parametrize(("width", "height", "turned"), [(1366, 768, False), (390, 844, True)])
def test_everybody_can_use_it(
    browser: Any,  # noqa: ANN401
    model: MapModel,
    tmp_path: Path,
    width: int,
    height: int,
    *,
    turned: bool,
) -> None:
    """No violation on the map, a card, or any page; with a keyboard, a magnifier, or a reader of the screen."""
    own = model.language
    other = "en" if own == "zh" else "zh"
    worst = next(panel for panel in model.panels if panel.stage == "primary").ranking[0].catchment
    school = next(item.id for item in model.schools if any(section.stage == "primary" for section in item.sections))
    states = ["v=gap&b=p90", f"k={worst}&w=1", "d=grid", "d=population", "d=about", "v=chance", "v=diff"]
    states += ["v=reach&j=1", "d=facts", f"p={school}"]
    found = {}
    with opened(browser, tmp_path, model, width=width, height=height) as view:
        for i, state in enumerate(states):
            # each state is met in both languages by one width or the other
            language = own if (i % 2 == 0) != turned else other
            view.goto(f"#s=primary&l={language}&{state}")
            view.page.evaluate(axe_script())
            found[state] = view.page.evaluate(AXE_RUN)
        # the last is a school's card, on which something can be tried out
        view.page.click("#card button.add")
        assert len(view.page.evaluate("() => window.schoolmap.edits().edits")) == 1
        found["edits"] = view.page.evaluate(AXE_RUN)
        if turned:
            view.page.click("#tabs button[data-tab=list]")
            found["edits in the list"] = view.page.evaluate(AXE_RUN)
    assert {state: rules for state, rules in found.items() if rules} == {}


def test_everybody_can_use_it_without_scripts(browser: Any, model: MapModel, tmp_path: Path) -> None:  # noqa: ANN401
    """No violation in the drawing and the tables that a viewer shows which runs no scripts."""
    page = re.sub(r"<script\b.*?</script>", "", OLD_POLICY.sub("", render_html(model)), flags=re.DOTALL)
    path = tmp_path / "map.html"
    # axe needs a clock, which stands still where scripts are off, and passes over what stands in a `noscript`
    path.write_bytes(page.replace("noscript", "no-script").encode())
    with browser.new_context(offline=True) as context:
        shown = context.new_page()
        shown.goto(path.as_uri())
        assert shown.get_by_role("img").first.is_visible()
        shown.evaluate(axe_script())
        assert shown.evaluate(AXE_RUN) == []
