"""Where the children come from, in words: every figure in both languages, nothing claimed that was not tested."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import past
import pytest
import village

from schoolmap.demography import hold_to_the_past
from schoolmap.inputs.project_file import Scenario
from schoolmap.output.describe_population import SHOWN_HORIZONS
from schoolmap.output.describe_population import describe_population
from schoolmap.output.words import number
from schoolmap.plan import Plan
from schoolmap.plan import make_plan
from schoolmap.population.snapshots import yearly_history
from schoolmap.project import read_project

if TYPE_CHECKING:
    from schoolmap.output.model import Population


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Plan the synthetic county with one count of its people."""
    return make_plan(read_project(village.write(tmp_path_factory.mktemp("one"))))


@pytest.fixture(scope="module")
def population(plan: Plan) -> Population:
    """Describe its population."""
    return describe_population(plan.project, plan.demography)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Population:
    """Describe the county where all is known of its people, homes to come and moves to town included."""
    folder = village.write(tmp_path_factory.mktemp("rich"), village.people(), project=village.PROJECT + village.PEOPLE)
    plan = make_plan(read_project(folder))
    return describe_population(plan.project, plan.demography)


def test_by_hand(population: Population) -> None:
    """One count: its cohorts grow older, better methods are named with what they lack, and births are held at their level."""
    assert population.method == "S"
    assert [item.method for item in population.passed_over] == ["P", "A", "B", "C"]
    facts = " ".join(text["en"] for text in population.facts)
    assert "births a year (less those who did not stay)" in facts
    assert "children only grow older here" in facts


def test_every_text_is_there_in_both_languages(population: Population, rich: Population) -> None:
    """No sentence is missing, and no Chinese stands in an English one."""
    for found in (population, rich):
        texts = [found.name, found.reason, found.accuracy_note, *found.facts]
        texts += [text for item in found.passed_over for text in (item.name, item.reason)]
        for text in texts:
            assert text["en"]
            assert text["zh"]
            assert text["en"] != text["zh"]


def test_births_and_peaks_are_those_of_the_forecast(plan: Plan, population: Population) -> None:
    """Numbers on the page are the library's, to the tenth that is shown."""
    for line in population.births:
        births = plan.demography.births[line.scenario]
        assert line.years == tuple(births.index)
        assert line.births == pytest.approx(births.to_numpy(), abs=0.051)
    assert len(population.peaks) == len(plan.demography.peaks)
    for peak in population.peaks:
        rows = plan.demography.peaks.xs(peak.scenario, level="scenario").xs(peak.stage, level="stage")
        assert peak.base in rows["children"].round(1).tolist()
        assert peak.peak_year in rows["peak_year"].tolist()


def test_without_a_history_nothing_is_claimed(population: Population) -> None:
    """No table of errors, and the note says that the spreads are assumed."""
    assert population.accuracy == ()
    assert "could not be tested" in population.accuracy_note["en"]
    assert "无法检验" in population.accuracy_note["zh"]


def test_errors_of_the_past_are_shown_for_few_horizons(plan: Plan) -> None:
    """Ours and the plain methods, one, three and five years ahead; only ours has an interval to be held to."""
    history = yearly_history(past.counts())
    assert history is not None
    groups = {stage.id: stage.ages for stage in plan.project.stages}
    accuracy, factors = hold_to_the_past(history, groups=groups, exclude_years=[])
    found = describe_population(plan.project, replace(plan.demography, accuracy=accuracy, factors=factors))
    assert {row.horizon for row in found.accuracy} == {horizon for horizon in SHOWN_HORIZONS if horizon <= 7}
    assert {row.ours for row in found.accuracy} == {True, False}
    assert len(found.accuracy) == 3 * 3 * len(groups)
    assert all((row.coverage is not None) == row.ours for row in found.accuracy)
    assert "compared with what came" in found.accuracy_note["en"]


def test_what_is_assumed_is_said(rich: Population) -> None:
    """A projection of the user's names its source; homes and moves are not added to it, and that is said."""
    assert rich.method == "P"
    assert rich.passed_over == ()
    facts = " ".join(text["zh"] for text in rich.facts)
    assert "虚构规划,2023" in facts
    assert "已提供但未计入：住宅项目、迁移；现成预测按原样采用" in facts
    assert "因进城而居住" not in facts
    assert "没有迁移数据" not in facts
    assert "Given, but not added: developments, migration" in " ".join(text["en"] for text in rich.facts)


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Plan the county with one count, homes to come without yields, and moves to town."""
    everything, folder = village.people(), tmp_path_factory.mktemp("moving")
    added = {name: everything[name] for name in ("areas", "developments", "migration")}
    lines = '[population]\ntown = ["111"]\nmethod = "S"\n'
    lines += '[tables.developments]\nfile = "developments.csv"\ncrs = "GCJ-02"\n'
    lines += '[tables.migration]\nfile = "migration.csv"\n'
    return make_plan(read_project(village.write(folder, village.tables() | added, project=village.PROJECT + lines)))


def test_moves_to_town_are_those_who_live_there(moving: Plan) -> None:
    """The sentence counts who lives in town because of moves, in the last year, and claims no lack of all moves."""
    facts = describe_population(moving.project, moving.demography).facts
    assert moving.demography.moved is not None
    there = float(moving.demography.moved.isel(scenario=0, year=-1).sum())
    assert there > 0
    said = next(text for text in facts if "live in the county town because of moves" in text["en"])
    assert said["en"].startswith(f"In 2030, {number(there)} children of school age")
    assert said["zh"] == f"到2030年，{number(there)}名学龄儿童因进城而居住在县城；全域总数不变。"
    words = " ".join(text["en"] for text in facts)
    assert "Nothing tells how many families move" not in words
    assert "Only moves to the county town are counted" in words


def test_children_of_homes_without_yields_are_an_assumption(moving: Plan) -> None:
    """Persons per household are said, and where they come from; with yields nothing is assumed."""
    said = "2.62 persons per household (census 2020)"
    facts = describe_population(moving.project, moving.demography).facts
    assert said in " ".join(text["en"] for text in facts)
    known = replace(moving.project, yields=pd.DataFrame())
    assert said not in " ".join(text["en"] for text in describe_population(known, moving.demography).facts)


@pytest.mark.parametrize(("method", "said"), [("P", "a projection used as given"), ("E", "pupils by grade")])
def test_a_scenario_that_changes_nothing_is_said(plan: Plan, method: str, said: str) -> None:
    """Neither stopped moves nor late homes reach children taken as they are given; fewer births do."""
    rung = replace(plan.demography.children.rung, code=method)
    taken = replace(plan.demography, children=replace(plan.demography.children, rung=rung))
    label = {"en": "What if", "zh": "假如"}
    scenarios = (
        *plan.project.scenarios,
        *(Scenario(id=name, label=label, preset=name) for name in ("low", "no_migration", "delayed_housing")),
    )
    project = replace(plan.project, scenarios=scenarios)
    found = [text for text in describe_population(project, taken).facts if "What if" in text["en"]]
    assert [said in text["en"] for text in found] == [False, True, True]
    assert "births fall by a fifth" in found[0]["en"]
    assert [("不起作用" in text["zh"]) for text in found] == [False, True, True]
    moving = [text for text in describe_population(project, plan.demography).facts if "What if" in text["en"]]
    assert not any("does not apply" in text["en"] for text in moving)


def test_pupils_attend_already(plan: Plan) -> None:
    """Under the method of pupils the page says that no attendance is applied."""
    rung = replace(plan.demography.children.rung, code="E")
    pupils = replace(plan.demography, children=replace(plan.demography.children, rung=rung))
    said = "Method E counts pupils where they go to school; attendance is 1."
    assert said in [text["en"] for text in describe_population(plan.project, pupils).facts]
    assert said not in [text["en"] for text in describe_population(plan.project, plan.demography).facts]
