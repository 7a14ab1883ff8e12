"""From a plan to plain data: nothing is lost, rounded away or drawn before it is decided."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
import shipped

from schoolmap import save_map
from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.output.describe import SHADES
from schoolmap.output.describe import _faults_as_notes
from schoolmap.output.describe import describe
from schoolmap.output.describe import shade_index
from schoolmap.output.outlines import GRID_DEG
from schoolmap.output.sheets import facts
from schoolmap.output.webmap import render_html

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Ring
    from schoolmap.plan import Plan

FOLDER = Path(__file__).parents[1] / "data" / "berlin-mitte"


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Plan the district once."""
    return shipped.plan(shipped.BERLIN)


@pytest.fixture(scope="module")
def model(plan: Plan) -> MapModel:
    """Describe it once."""
    return describe(plan)


def points(ring: Ring) -> np.ndarray:
    """Undo the steps of a ring."""
    return np.asarray(ring).reshape(-1, 2).cumsum(axis=0) * GRID_DEG


def test_shades_by_hand() -> None:
    """Exactly 70, 85, 100 and 115 % belong to the lower class; no seats at all is the worst; nothing is nothing."""
    loads = np.array([0.0, 0.70, 0.7001, 0.85, 1.0, 1.0001, 1.15, 1.16, np.inf, np.nan])
    assert shade_index(loads) == [0, 0, 1, 1, 2, 3, 3, 4, 4, None]


def test_shades_meet_without_gap() -> None:
    """Five classes, each starting where the one before ends."""
    assert len(SHADES) == 5
    assert [shade.up_to for shade in SHADES[:-1]] == [shade.above for shade in SHADES[1:]]
    assert SHADES[0].above is None
    assert SHADES[-1].up_to is None


def test_the_number_of_a_map_review_is_shown(plan: Plan, model: MapModel) -> None:
    """审图号 is told where the project has one, on the map and in the workbook, and not at all where it has none."""
    settings = plan.project.settings.model_copy(update={"map_review_no": "审图号（示例）"})
    reviewed = describe(dataclasses.replace(plan, project=dataclasses.replace(plan.project, settings=settings)))
    assert reviewed.map_review_no == "审图号（示例）"
    assert ("审图号", "审图号（示例）") in facts(reviewed, language="zh")
    assert "审图号" not in dict(facts(model, language="zh"))


def test_outlines_are_those_of_the_catchments(plan: Plan, model: MapModel) -> None:
    """Decoded, each outline covers its catchment but for the simplification, and neighbours still share borders."""
    layer = plan.project.coverages["all"].to_crs(4326)
    shapes = []
    for catchment in model.coverages[0].catchments:
        parts = [
            shapely.Polygon(points(rings[0]), [points(hole) for hole in rings[1:]]) for rings in catchment.polygons
        ]
        drawn, real = shapely.union_all(parts), layer.geometry[catchment.id]
        shapes.append(drawn)
        assert drawn.symmetric_difference(real).area < 0.02 * real.area
        assert real.contains(shapely.Point(catchment.anchor))
    overlap = sum(shape.area for shape in shapes) - shapely.union_all(shapes).area
    assert overlap < 1e-3 * sum(shape.area for shape in shapes)


def test_every_grid_has_a_place_for_every_unit(model: MapModel) -> None:
    """One panel for each stage and scenario; every grid is catchments by years."""
    assert len(model.panels) == len(model.stages) * len(model.scenarios)
    for panel in model.panels:
        for grid in (panel.demand, panel.p10, panel.p90, panel.seats, panel.shade, panel.level, panel.children):
            assert len(grid) == 19
            assert {len(row) for row in grid} == {len(model.years)}


def test_numbers_are_those_of_the_balance(plan: Plan, model: MapModel) -> None:
    """Demand, seats and level on the map are the library's, to the tenth that is shown."""
    balance = plan.balance.set_index(["stage", "scenario", "catchment", "year"]).sort_index()
    zones = [catchment.id for catchment in model.coverages[0].catchments]
    for panel in model.panels:
        part = balance.loc[(panel.stage, panel.scenario)]
        for row, zone in enumerate(zones):
            ours = part.loc[zone].loc[list(model.years)]
            assert panel.demand[row] == pytest.approx(ours["demand"], abs=0.051)
            assert panel.seats[row] == pytest.approx(ours["seats"], abs=0.051)
            assert list(panel.level[row]) == ours["level"].tolist()
            assert list(panel.shade[row]) == shade_index(ours["utilisation"].to_numpy())


def test_shortages_and_spare_seats_are_not_netted(model: MapModel) -> None:
    """Short less spare is demand less seats in every year; both are there at once in the base year of the schools."""
    primary = next(panel for panel in model.panels if panel.stage == "primary").totals
    assert primary.short[0] > 1_000
    assert primary.spare[0] > 1_000
    for panel in model.panels:
        totals = panel.totals
        for short, spare, demand, seats in zip(totals.short, totals.spare, totals.demand, totals.seats, strict=True):
            assert short - spare == pytest.approx(demand - seats, abs=0.3)


def test_the_interval_of_the_whole_is_narrower_than_the_sum_of_parts(model: MapModel) -> None:
    """Local shocks cancel in part; the interval holds the centre."""
    for panel in model.panels:
        wide = np.sum(np.array(panel.p90, dtype=float) - np.array(panel.p10, dtype=float), axis=0)
        whole = np.array(panel.totals.p90) - np.array(panel.totals.p10)
        assert (whole < wide).all()
        assert (np.array(panel.totals.p10) <= np.array(panel.totals.demand)).all()
        assert (np.array(panel.totals.demand) <= np.array(panel.totals.p90)).all()


def test_the_list_is_ranked_and_points_to_its_action(model: MapModel) -> None:
    """Worst first; each shortage of the first scenario has an action that names the same catchment."""
    actions = {action.id: action for action in model.actions}
    for panel in model.panels:
        scores = [rank.score for rank in panel.ranking]
        assert scores == sorted(scores, reverse=True)
        if panel.scenario == model.scenarios[0].id:
            for rank in panel.ranking:
                assert rank.action is not None
                assert actions[rank.action].catchment == rank.catchment
                assert actions[rank.action].stage == panel.stage


def test_every_action_gives_its_reason_in_both_languages(model: MapModel) -> None:
    """No proposal without a reason, none without alternatives, and no order to close a school."""
    assert {action.kind for action in model.actions} >= {"expand", "rezone", "temporary", "review"}
    for action in model.actions:
        assert action.reason["en"]
        assert action.reason["zh"]
        if action.kind == "review":
            assert "candidate for review only" in action.reason["en"].lower()
            assert "仅列入评估" in action.reason["zh"]
        else:
            assert action.alternatives


def test_what_is_not_counted_is_shown(model: MapModel) -> None:
    """Five projects of the list have neither date nor size: they are there, and not counted."""
    assert len(model.projects) == 5
    assert not any(project.counted for project in model.projects)


def test_the_date_of_the_kindergarten_places_is_said(model: MapModel) -> None:
    """The places are of July 2026, and the map says so in both languages."""
    notes = next(stage for stage in model.stages if stage.id == "kindergarten").notes
    assert any("July 2026" in note["en"] and "2026年7月" in note["zh"] for note in notes)


def test_calibration_is_shown_as_such(model: MapModel) -> None:
    """The primary attendance rate says what it was calibrated on."""
    note = next(stage for stage in model.stages if stage.id == "primary").attendance_note
    assert "calibrated on 2018/19: 16,015 / 19,5" in note["en"]
    assert "校准" in note["zh"]


def test_every_source_is_named(model: MapModel) -> None:
    """Each data set has publisher, licence and what it was used for."""
    assert len(model.sources) == 5
    for source in model.sources:
        assert source.publisher
        assert source.licence
        assert source.used_for["zh"]


def test_json_is_plain(model: MapModel) -> None:
    """The document survives JSON as it is, without NaN or infinity."""
    text = model.to_json()
    assert json.loads(text)["schema"] == "schoolmap.map/4"
    assert "NaN" not in text
    assert "Infinity" not in text


def test_one_call_writes_the_map_of_a_plan(plan: Plan, model: MapModel, tmp_path: Path) -> None:
    """`save_map` writes the page that is drawn from this description."""
    written = save_map(plan, tmp_path / "map.html").read_text(encoding="utf-8")
    assert written == render_html(model)


def test_a_warning_names_the_school_that_it_is_about(plan: Plan) -> None:
    """A sentence leaves its subject out; one that names the school itself, or is about something else, stays as it is."""
    label, name = next((str(key), str(value)) for key, value in plan.project.schools["name"].items())
    fault = Fault(
        file="schools.csv",
        column="classes",
        value=label,
        problem="has few classes.",
        remedy="Correct them.",
        problem_zh="班数偏少。",
        remedy_zh="请更正。",
        severity=Severity.WARNING,
    )
    faults = (fault, replace(fault, problem=f"{label} has few classes."), replace(fault, value="nobody"))
    # the whole description again would take seconds
    notes = _faults_as_notes(replace(plan.project, faults=faults))
    assert [note["en"] for note in notes] == [
        f"{name} {label} has few classes. Correct them.",
        f"{label} has few classes. Correct them.",
        "has few classes. Correct them.",
    ]
    assert notes[0]["zh"] == f"{name} {label}：班数偏少。请更正。"
