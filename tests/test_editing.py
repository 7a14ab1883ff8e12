"""A project with edits: seats and boundaries change as told, nothing else does, and what does not fit is refused."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import county
import pandas as pd
import pytest
import shapely
from county import EAST
from county import EAST_PRIMARY
from county import WEST

from schoolmap.editing import edited
from schoolmap.editing import with_edits
from schoolmap.errors import InputError
from schoolmap.inputs.edits import Edits
from schoolmap.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from schoolmap.plan import Plan
    from schoolmap.project import Project

VILLAGE = "431222001001"
"""A village of the west."""
ADD: dict[str, Any] = {"kind": "add", "stage": "primary", "school": EAST_PRIMARY, "classes": 2, "opens": 2027}
MOVE: dict[str, Any] = {
    "kind": "move", "coverage": "all", "area": VILLAGE, "from": WEST, "to": EAST, "opens": 2028,
}  # fmt: skip


def edits(*items: dict[str, Any], project: str = "county", base_year: int = county.BASE) -> Edits:
    """Return edits as they are read."""
    return Edits.model_validate(
        {"schema": "schoolmap.edits/1", "project": project, "base_year": base_year, "edits": list(items)}
    )


def idle() -> Project:
    """Return the county in which nothing is proposed, as told and late."""
    settings = replace(county.project().settings_siting, allow=())
    return replace(county.project(), settings_siting=settings, **county.scenarios("central", "late"))


@functools.cache
def planned(text: str) -> Plan:
    """Plan the county with edits, each set of them once."""
    return make_plan(with_edits(idle(), edits(*json.loads(text)), file="edits.json"))


def plan_with(*items: dict[str, Any]) -> Plan:
    """Plan the county with edits."""
    return planned(json.dumps(items))


def difference(plan: Plan, column: str, stage: str) -> pd.DataFrame:
    """Return by how much a column of the balance differs from that of the plan without edits: catchment by year."""
    key = ["catchment", "stage", "year", "scenario"]
    both = plan.balance.set_index(key)[column] - plan_with().balance.set_index(key)[column]
    return both.xs((stage, "central"), level=("stage", "scenario")).unstack("year").round(6)


def test_classes_at_a_school_by_hand() -> None:
    """Two classes of 45 at the east's primary school from 2027 on: 90 seats, there and then, and no seat elsewhere."""
    change = difference(plan_with(ADD), "seats", "primary")
    assert change.loc[EAST].tolist() == [0.0, 0.0, 0.0] + [90.0] * (county.HORIZON - 2026)
    assert (change.loc[WEST] == 0).all()
    assert (difference(plan_with(ADD), "seats", "junior") == 0).to_numpy().all()
    assert (difference(plan_with(ADD), "demand", "primary") == 0).to_numpy().all()


def test_seats_for_some_years_in_a_catchment() -> None:
    """They are there from the first to the last year that is told, both included."""
    rented = {"kind": "add", "stage": "primary", "catchment": WEST, "seats": 30, "opens": 2026, "until": 2027}
    change = difference(plan_with(rented), "seats", "primary")
    assert change.loc[WEST, [2025, 2026, 2027, 2028]].tolist() == [0.0, 30.0, 30.0, 0.0]


def test_no_scenario_delays_an_edit() -> None:
    """The reader chose the year; a scenario in which projects are late delays those of the list."""
    plan = plan_with(ADD)
    late = plan.balance[plan.balance["scenario"] == "late"].set_index(["catchment", "stage", "year"])["seats"]
    before = plan_with().balance
    without = before[before["scenario"] == "late"].set_index(["catchment", "stage", "year"])["seats"]
    assert (late - without).loc[(EAST, "primary", 2027)] == 90


def test_a_moved_village_takes_its_children_along() -> None:
    """From 2028 on the west has fewer pupils, the east as many more, and the sum stays; the list names the village."""
    plan = plan_with(MOVE)
    change = difference(plan, "demand", "junior")
    assert (change[[year for year in change if year < 2028]] == 0).to_numpy().all()
    assert (change.loc[WEST, 2028:] < -1).all()
    assert change.sum().abs().max() < 1e-6
    assert bool(plan.audit["holds"].all())
    assert plan.moves[["area", "from", "to"]].drop_duplicates().to_numpy().tolist() == [[VILLAGE, WEST, EAST]]


def test_moving_back_is_as_if_nothing_had_moved() -> None:
    """Demand is that of the plan without edits again."""
    back = MOVE | {"from": EAST, "to": WEST, "opens": 2030}
    change = difference(plan_with(MOVE, back), "demand", "primary")
    assert (change.loc[WEST, 2028:2029] < 0).all()
    assert (change.loc[:, 2030:] == 0).to_numpy().all()


def test_the_order_of_unrelated_edits_does_not_matter() -> None:
    """Labels decide."""
    one, other = plan_with(ADD, MOVE).balance, plan_with(MOVE, ADD).balance
    pd.testing.assert_frame_equal(one, other)


def test_a_catchment_that_gives_everything_away_has_no_ground_left() -> None:
    """It is in force no more; its seats stay where they are, and no child is lost."""
    project = idle()
    areas, zones = project.areas, project.coverages["all"]
    inside = [
        str(label)
        for label in areas.index
        if zones.geometry[WEST].contains(areas.geometry[label].representative_point())
    ]
    moved = with_edits(project, edits(*(MOVE | {"area": label} for label in inside)), file="edits.json")
    assert moved.later["all"][2028].index.tolist() == [EAST]
    plan = make_plan(moved)
    assert bool(plan.audit["holds"].all())
    west = plan.balance[(plan.balance["catchment"] == WEST) & (plan.balance["year"] >= 2028)]
    assert west["demand"].max() < 100


def test_the_project_is_not_changed() -> None:
    """What goes in stays as it was."""
    project = idle()
    listed, shapes = project.projects.copy(), project.coverages["all"].geometry.to_wkb()
    with_edits(project, edits(ADD, MOVE), file="edits.json")
    pd.testing.assert_frame_equal(project.projects, listed)
    assert (project.coverages["all"].geometry.to_wkb() == shapes).all()
    assert project.later == {}


def refusals(*items: dict[str, Any], of: Project | None = None, **whole: Any) -> Sequence[tuple[str, str]]:  # noqa: ANN401
    """Return key and problem of every fault."""
    with pytest.raises(InputError) as caught:
        with_edits(of or idle(), edits(*items, **whole), file="edits.json")
    return [(fault.column, fault.problem) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("item", "column", "words"),
    [
        (ADD | {"stage": "senior"}, "edits.1.stage", "no stage of this project"),
        (ADD | {"school": "nobody"}, "edits.1.school", "no school with a section"),
        (ADD | {"stage": "kindergarten"}, "edits.1.school", "no school with a section"),
        (ADD | {"school": None, "catchment": "0199"}, "edits.1.catchment", "no catchment of this project"),
        (ADD | {"opens": county.BASE}, "edits.1.opens", "no year that can be changed"),
        (ADD | {"opens": county.HORIZON + 1}, "edits.1.opens", "no year that can be changed"),
        (MOVE | {"coverage": "junior"}, "edits.1.coverage", "no set of catchments"),
        (MOVE | {"area": "nowhere"}, "edits.1.area", "no small area"),
        (MOVE | {"to": "0199"}, "edits.1.to", "no catchment"),
        (MOVE | {"from": EAST, "to": WEST}, "edits.1.area", "has no part in 0102"),
    ],
)
def test_what_does_not_fit_is_refused(item: dict[str, Any], column: str, words: str) -> None:
    """The fault names the edit and its key."""
    if item.get("stage") == "kindergarten":
        item = item | {"school": county.WEST_JUNIOR}
    ((found, problem),) = refusals(item)
    assert found == column
    assert words in problem


def test_edits_of_another_plan_are_refused() -> None:
    """Another project, another year, and a move that is made twice: all told at once where they can be."""
    found = refusals(ADD | {"school": "nobody"}, project="town", base_year=2020)
    assert [column for column, _ in found] == ["project", "base_year", "edits.1.school"]
    assert [column for column, _ in refusals(MOVE, MOVE)] == ["edits.2.area"]


def test_boundaries_that_change_already_are_left_alone() -> None:
    """The project's own later boundaries are not drawn over."""
    project = with_edits(idle(), edits(MOVE), file="edits.json")
    assert [column for column, _ in refusals(MOVE, of=project)] == ["edits.1.coverage"]


def test_ground_is_only_shifted() -> None:
    """Surfaces add up to what they were."""
    project = idle()
    moved = with_edits(project, edits(MOVE), file="edits.json").later["all"][2028]
    before = project.coverages["all"]
    assert shapely.area(moved.geometry.to_numpy()).sum() == pytest.approx(before.area.sum(), abs=1e-3)
    piece = before.geometry[WEST].difference(moved.geometry[WEST])
    assert piece.symmetric_difference(project.areas.geometry[VILLAGE]).area < 1.0


def test_products_bear_the_name_of_the_edits(tmp_path: Path) -> None:
    """The plan with edits does not take the place of the plan without."""
    path = tmp_path / "county-方案 2.json"
    path.write_text(edits(ADD).model_dump_json(by_alias=True), encoding="utf-8")
    settings = edited(idle(), path).settings
    assert settings.name == "county-2"
    assert settings.title["en"].endswith("(changes tried out: 1)")
    assert json.loads(path.read_text())["schema"] == "schoolmap.edits/1"


def test_edits_of_the_office_fit_the_public_edition(tmp_path: Path) -> None:
    """They are made on the map for the office, whose name the public edition only adds to."""
    path = tmp_path / "county-edits.json"
    path.write_text(edits(ADD).model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    settings = idle().settings.model_copy(update={"name": "county-public"})
    public = replace(idle(), settings=settings, hide_below=5)
    assert edited(public, path).settings.name == "county-public-edits"
    with pytest.raises(InputError):
        edited(replace(public, hide_below=0), path)
