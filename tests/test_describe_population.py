"""Where the children come from, in words: every figure in both languages, nothing claimed that was not tested."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import past
import pytest
import village

from schoolmap.demography import hold_to_the_past
from schoolmap.output.describe_population import SHOWN_HORIZONS
from schoolmap.output.describe_population import describe_population
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
    """A projection of the user's names its source; homes to come and moves to town tell how many."""
    assert rich.method == "P"
    assert rich.passed_over == ()
    facts = " ".join(text["zh"] for text in rich.facts)
    assert "虚构规划,2023" in facts
    assert "新建住宅" in facts
    assert "迁往县城" in facts
    assert "全域总数不变" in facts
