"""
What-if in the page, in a real browser: what it works out is what the library plans with the same changes.

The county is synthetic: three scenarios, one of them late; pupils who learn
elsewhere; a school that both catchments share.
"""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import county
import pytest
from browsing import MISSING
from browsing import REQUIRED
from browsing import opened
from county import ALL_THROUGH
from county import EAST
from county import EAST_PRIMARY
from county import WEST
from test_webmap_browser import browser  # noqa: F401 - a fixture

from schoolmap.editing import with_edits
from schoolmap.inputs.edits import Edits
from schoolmap.inputs.edits import read_edits
from schoolmap.output.describe import describe
from schoolmap.plan import make_plan
from schoolmap.seats.balance import CHANCES

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.output.model import Action
    from schoolmap.output.model import EditProposal
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel
    from schoolmap.project import Project

pytestmark = pytest.mark.skipif(MISSING and not REQUIRED, reason="needs playwright and Chromium")

VILLAGES = ("431222001001", "431222001002")
"""The villages of the west."""
CLASSES: dict[str, Any] = {"kind": "add", "stage": "primary", "school": EAST_PRIMARY, "classes": 2, "opens": 2027}
SHARED: dict[str, Any] = {"kind": "add", "stage": "junior", "school": ALL_THROUGH, "classes": 3, "opens": 2026}
RENTED: dict[str, Any] = {
    "kind": "add", "stage": "primary", "catchment": WEST, "seats": 37.5, "opens": 2026, "until": 2029,
}  # fmt: skip
FEWER: dict[str, Any] = {"kind": "add", "stage": "primary", "school": EAST_PRIMARY, "classes": -4, "opens": 2030}
MOVE: dict[str, Any] = {
    "kind": "move", "coverage": "all", "area": VILLAGES[0], "from": WEST, "to": EAST, "opens": 2028,
}  # fmt: skip
ONWARDS = MOVE | {"area": VILLAGES[1], "opens": 2027}
BACK = MOVE | {"from": EAST, "to": WEST, "opens": 2031}

SETS: dict[str, list[dict[str, Any]]] = {
    "seats": [CLASSES, SHARED, RENTED, FEWER],
    "all": [MOVE, SHARED, ONWARDS, RENTED, BACK, CLASSES],
}


@functools.cache
def project() -> Project:
    """Return the county with a junior school for both catchments; nothing is proposed, which is quicker."""
    given = county.project()
    sections = given.sections.copy()
    both = sections.index == (ALL_THROUGH, "junior")
    sections["catchments"] = [
        (WEST, EAST) if here else own for here, own in zip(both, sections["catchments"], strict=True)
    ]
    served = {
        year: table.where(table.index != (ALL_THROUGH, "junior"), sections["catchments"].reindex(table.index))
        for year, table in given.served.items()
    }
    idle = replace(given.settings_siting, allow=())
    return replace(given, sections=sections, served=served, settings_siting=idle)


@functools.cache
def shown() -> MapModel:
    """Return what is shown of the plan without changes."""
    return describe(make_plan(project()))


def document(edits: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a file of edits."""
    return {"schema": "schoolmap.edits/1", "project": "county", "base_year": county.BASE, "edits": edits}


def replanned(edits: list[dict[str, Any]]) -> MapModel:
    """Return what is shown of the plan that the library makes with the changes."""
    return describe(make_plan(with_edits(project(), Edits.model_validate(document(edits)), file="edits.json")))


def take(view: Any, folder: Path, edits: list[dict[str, Any]]) -> None:  # noqa: ANN401
    """Open a file of changes in the page, as a reader does."""
    path = folder / "edits.json"
    path.write_text(json.dumps(document(edits)), encoding="utf-8")
    view.page.set_input_files("#edits-file", str(path))
    view.page.wait_for_function("number => window.schoolmap.edits().edits.length === number", arg=len(edits))


def choose(view: Any, panel: Panel) -> dict[str, Any]:  # noqa: ANN401
    """Choose stage and scenario, and return the numbers that are shown."""
    view.choose("stage", panel.stage)
    view.choose("scenario", panel.scenario)
    assert (view.state("stage"), view.state("scenario")) == (panel.stage, panel.scenario)
    found: dict[str, Any] = view.page.evaluate("() => window.schoolmap.panel()")
    return found


def turn_to(view: Any, action: Action) -> None:  # noqa: ANN401
    """Open the card on which a proposal stands, as a reader does; what was tried out stays."""
    view.choose("stage", action.stage)
    zone = next(zone for zone in central()[1].coverages[0].catchments if zone.id == action.catchment)
    view.page.fill("#search-box", zone.name)
    view.page.press("#search-box", "Enter")
    assert view.state("picked") == {"kind": "catchment", "id": action.catchment}


def same_schools(view: Any, expected: MapModel, panel: Panel) -> int:  # noqa: ANN401
    """Hold seats, rooms and the demand on the cards of schools against the library's; return how many ends are known."""
    zones = {zone.id: place for place, zone in enumerate(expected.coverages[0].catchments)}
    supplied = {row.school: row for row in panel.supplied}
    known = 0
    for school in expected.schools:
        for section in school.sections:
            if section.stage != panel.stage:
                continue
            found = view.page.evaluate("id => window.schoolmap.school(id)", school.id)
            where = (school.id, panel.stage, panel.scenario)
            right = supplied.get(school.id, section)
            assert found["own"] == pytest.approx(right.seats, abs=1e-3), where
            assert found["rooms"] == list(right.rooms), where
            places = [zones[catchment] for catchment in section.catchments]
            assert found.get("places", []) == places, where
            for grid in ("demand", "seats", "p10", "p90") if places else ():
                sums = [sum(values) for values in zip(*(getattr(panel, grid)[place] for place in places), strict=True)]
                # ends of the interval are not known where demand has changed
                told = [(mine, value) for mine, value in zip(found[grid], sums, strict=True) if mine is not None]
                assert [mine for mine, _ in told] == pytest.approx([value for _, value in told], abs=0.11), where
                assert grid.startswith("p") or len(told) == len(sums), where
                known += len(told)
    return known


def flagged(view: Any) -> dict[tuple[str, int, int], float]:  # noqa: ANN401
    """Return the seats short by the catchment, first year and year on the flag, of what is flagged as short."""
    found = view.page.evaluate("() => window.schoolmap.flagged()")
    short = [flag for flag in found if flag["kind"] != "review"]
    rows = {(flag["catchment"], flag["first_year"], flag["opens"]): flag["short"] for flag in short}
    assert len(rows) == len(short)
    return rows


def chance_class(probability: float) -> int:
    """Return the class of a probability as the legend has it."""
    return next((place for place, bound in enumerate(CHANCES) if probability <= bound + 1e-9), len(CHANCES))


@pytest.mark.parametrize("name", SETS)
def test_the_page_works_out_what_the_library_plans(browser: Any, tmp_path: Path, name: str) -> None:  # noqa: ANN401, F811
    """Demand, seats, use, classes, levels, sums and the ranked list of every stage, year and scenario are the library's."""
    expected = replanned(SETS[name])
    changed = known = 0
    with opened(browser, tmp_path, shown()) as view:
        take(view, tmp_path, SETS[name])
        before = {(panel.stage, panel.scenario): panel for panel in shown().panels}
        for panel in expected.panels:
            found = choose(view, panel)
            where = (name, panel.stage, panel.scenario)
            for grid in ("demand", "seats", "utilisation"):
                ours, theirs = found[grid], getattr(panel, grid)
                for row, right in zip(ours, theirs, strict=True):
                    assert row == pytest.approx(right, abs=2e-4 if grid == "utilisation" else 0.051), (where, grid)
            assert found["shade"] == [list(row) for row in panel.shade], where
            assert found["level"] == [list(row) for row in panel.level], where
            known += same_schools(view, expected, panel)
            for total in ("demand", "seats", "short", "spare"):
                assert found["totals"][total] == pytest.approx(getattr(panel.totals, total), abs=0.11), (where, total)
            spans = ("catchment", "first_year", "last_year", "peak_year")
            assert [[row[key] for key in spans] for row in found["ranking"]] == [
                [getattr(row, key) for key in spans] for row in panel.ranking
            ], where
            for row, right in zip(found["chance"] or [], panel.probability, strict=bool(found["chance"])):
                told = [
                    (mine, chance_class(value or 0.0))
                    for mine, value in zip(row, right, strict=True)
                    if mine is not None
                ]
                assert all(mine == value for mine, value in told), where
                changed += len(told)
            assert flagged(view) == {
                (row.catchment, row.first_year, max(row.first_year, county.BASE + 1)): pytest.approx(
                    row.peak_short, abs=0.11
                )
                for row in panel.ranking
            }, where
            changed += panel.seats != before[panel.stage, panel.scenario].seats
            changed += panel.demand != before[panel.stage, panel.scenario].demand
    assert changed > 0
    assert known > 0


def test_changes_are_made_on_cards_and_saved(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401, F811
    """A reader adds classes at a school and moves a village; the file that is saved is one that the library reads."""
    with opened(browser, tmp_path, shown(), fragment=f"#s=primary&y=2027&l=en&p={EAST_PRIMARY}") as view:
        card = view.page.locator("#card")
        # the card itself says what can be tried out: until something is, it has the whole side
        assert view.page.is_hidden("#edits")
        card.locator("input[name=size]").fill("3")
        card.locator("button.add").click()
        assert "+3 classes · from 2027" in view.page.inner_text("#edits")
        assert "not decided" in view.page.inner_text("#note-line")
        sections = next(school for school in shown().schools if school.id == EAST_PRIMARY).sections
        there = next(section for section in sections if section.stage == "primary").seats[2027 - county.BASE]
        assert f"{there + 3 * 45:,.0f}" in card.inner_text()
        west = next(zone.name for zone in shown().coverages[0].catchments if zone.id == WEST)
        view.page.fill("#search-box", west)
        view.page.press("#search-box", "Enter")
        view.page.click("#card details.moves summary")
        view.page.select_option(f"#card select[data-unit='{VILLAGES[0]}']", EAST)
        with view.page.expect_download() as download:
            view.page.click("#edits-save")
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert path.name == "county-edits.json"
        edits, faults = read_edits(path)
        assert faults == []
        assert edits is not None
        assert [edit.kind for edit in edits.edits] == ["add", "move"]
        changed = with_edits(project(), edits, file=path.name)
        assert changed.projects.loc["edit 1", "classes_added"] == 3
        assert list(changed.later["all"]) == [2027]


def test_changes_can_be_hidden_and_taken_back(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401, F811
    """The plan as it is stands one click away; a change that is removed leaves nothing behind."""
    with opened(browser, tmp_path, shown(), fragment="#s=primary&y=2028&l=en") as view:
        plain = view.page.evaluate("() => window.schoolmap.panel().seats")
        take(view, tmp_path, [CLASSES, MOVE])
        tried = view.page.evaluate("() => window.schoolmap.panel().seats")
        assert tried != plain
        view.page.uncheck("#edits-shown")
        assert view.page.evaluate("() => window.schoolmap.panel().seats") == plain
        assert "not decided" not in view.page.inner_text("#note-line")
        view.page.check("#edits-shown")
        assert view.page.evaluate("() => window.schoolmap.panel().seats") == tried
        view.page.locator("#edits li button").first.click()
        assert view.page.evaluate("() => window.schoolmap.edits().edits.map(edit => edit.kind)") == ["move"]
        view.page.click("#edits-clear")
        assert view.page.evaluate("() => window.schoolmap.panel().seats") == plain


TAKING, MOVING, OTHER = "takes rooms of another stage", "moves a boundary", "adds seats"


@functools.cache
def central() -> tuple[Project, MapModel]:
    """Return the county in one scenario, which is quicker, and what is shown of its plan with proposals."""
    alone = replace(county.project(), **county.scenarios("central"))
    return alone, describe(make_plan(alone))


def kind_of(proposal: EditProposal) -> str:
    """Return what a proposal does."""
    if proposal.moves:
        return MOVING
    return TAKING if len({add.stage for add in proposal.adds}) > 1 else OTHER


def told(edits: list[dict[str, Any]]) -> dict[tuple[Any, ...], float]:
    """Return the seats that changes make by stage, place and year, and the moves, each once."""
    found: dict[tuple[Any, ...], float] = {}
    for edit in edits:
        if edit["kind"] == "move":
            found[edit["area"], edit["from"], edit["to"], edit["opens"]] = 1.0
            continue
        place = edit.get("school") or edit["catchment"]
        for year in range(edit["opens"], edit.get("until", county.HORIZON) + 1):
            found[edit["stage"], place, year] = found.get((edit["stage"], place, year), 0.0) + edit["seats"]
    return found


def asked(proposal: EditProposal) -> dict[tuple[Any, ...], float]:
    """Return the same of a proposal of the plan."""
    seats = {
        (add.stage, add.school or add.catchment, county.BASE + at): value
        for add in proposal.adds
        for at, value in enumerate(add.seats_by_year)
        if value
    }
    return seats | {(move.area, move.source, move.target, move.opens): 1.0 for move in proposal.moves}


def test_counted_proposals_are_what_the_library_plans_with_them(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401, F811
    """Ticked on its card, a proposal gives what the library plans with the file that would be saved; unticked, nothing."""
    alone, given = central()
    assert given.editing is not None
    actions = {action.id: action for action in given.actions}
    kinds = {proposal.action: kind_of(proposal) for proposal in given.editing.proposals}
    assert set(kinds.values()) == {TAKING, MOVING, OTHER}
    idle = replace(alone, settings_siting=replace(alone.settings_siting, allow=()))
    with opened(browser, tmp_path, given, fragment="#l=en") as view:
        plain = {panel.stage: choose(view, panel) for panel in given.panels}
        # seats first, then the ground below them
        for moving in (False, True):
            for name in (name for name, kind in kinds.items() if (kind == MOVING) == moving):
                turn_to(view, actions[name])
                view.page.check(f"#card input[data-action={name}]")
            saved = view.page.evaluate("() => window.schoolmap.edits()")
            for proposal in given.editing.proposals:
                own = [edit for edit in saved["edits"] if edit["proposal"] == proposal.action]
                assert told(own) == (asked(proposal) if moving or kinds[proposal.action] != MOVING else {})
            expected = describe(make_plan(with_edits(idle, Edits.model_validate(saved), file="edits.json")))
            for panel in expected.panels:
                found = choose(view, panel)
                where = (moving, panel.stage)
                for grid in ("demand", "seats"):
                    for row, right in zip(found[grid], getattr(panel, grid), strict=True):
                        assert row == pytest.approx(right, abs=0.051), (where, grid)
                assert found["shade"] == [list(row) for row in panel.shade], where
                assert found["level"] == [list(row) for row in panel.level], where
        for name in kinds:
            panel = next(panel for panel in given.panels if panel.stage == actions[name].stage)
            before = choose(view, panel)
            turn_to(view, actions[name])
            view.page.uncheck(f"#card input[data-action={name}]")
            assert choose(view, panel) != before, name
        assert view.page.evaluate("() => window.schoolmap.edits().edits") == []
        assert {panel.stage: choose(view, panel) for panel in given.panels} == plain


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "no file of changes"),
        (json.dumps({"schema": "schoolmap.map/4"}), "no file of changes"),
        (json.dumps(document([]) | {"project": "town"}), "another plan"),
        (json.dumps(document([CLASSES | {"school": "<img src=x onerror=alert(1)>"}])), "do not fit"),
        (json.dumps(document([MOVE | {"opens": 1990}])), "do not fit"),
        (json.dumps(document([{"kind": "close", "opens": 2027}])), "do not fit"),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(browser: Any, tmp_path: Path, content: str, words: str) -> None:  # noqa: ANN401, F811
    """The page says why, and shows what it showed."""
    path = tmp_path / "wrong.json"
    path.write_text(content, encoding="utf-8")
    with opened(browser, tmp_path, shown(), fragment="#l=en") as view:
        view.page.set_input_files("#edits-file", str(path))
        view.page.wait_for_selector(".edits-problem")
        assert words in view.page.inner_text(".edits-problem")
        assert view.page.evaluate("() => window.schoolmap.edits().edits") == []


def test_a_plan_that_is_too_large_has_no_what_if(browser: Any, tmp_path: Path) -> None:  # noqa: ANN401, F811
    """Without the numbers that it needs, the page does not offer what it cannot do."""
    with opened(browser, tmp_path, replace(shown(), editing=None), fragment=f"#p={EAST_PRIMARY}") as view:
        assert view.page.is_hidden("#edits")
        assert view.page.locator("#card .try").count() == 0
