"""What the plan makes of the invented county: children fall, the county town is short and then relieved, villages spare."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schoolmap.inputs.examples import make_county
from schoolmap.plan import Plan
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    import pandas as pd

DEMO = Path(__file__).parents[1] / "data" / "demo-county"
TOWN = {zone.code for zone in make_county().zones if zone.town}
NEW_QUARTER = next(zone.code for zone in make_county().zones if zone.name == "新区幼儿园单元")


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Plan the committed folder once, the central scenario with few draws."""
    project = read_project(DEMO)
    few = project.settings.model_copy(update={"draws": 100})
    return make_plan(replace(project, settings=few, scenarios=project.scenarios[:1]))


def by_year(plan: Plan, stage: str, *, town: bool) -> pd.DataFrame:
    """Return demand, seats, short and spare by year, of the county town or of the rest."""
    own = plan.balance[(plan.balance["stage"] == stage) & (plan.balance["catchment"].isin(list(TOWN)) == town)]
    gap = own["gap"]
    parts = own.assign(short=gap.clip(lower=0), spare=-gap.clip(upper=0))
    return parts.groupby("year")[["demand", "seats", "short", "spare"]].sum()


def test_method_is_a_good_one(plan: Plan) -> None:
    """Residents by age and sex, and births, are what the second best method needs; nothing better is at hand."""
    rung = plan.demography.children.rung
    assert rung.code == "A"
    assert [code for code, _ in rung.passed_over] == ["P"]


def test_audit_holds(plan: Plan) -> None:
    """No child is lost."""
    assert plan.audit["holds"].all()


def test_county_falls_in_every_stage(plan: Plan) -> None:
    """Kindergarten and primary fall from the first year on, junior from its peak in 2028 to 2030."""
    total = plan.balance.groupby(["stage", "year"])["demand"].sum().unstack("stage")
    assert total["kindergarten"].loc[2025:2030].is_monotonic_decreasing
    assert total["primary"].loc[2025:2035].is_monotonic_decreasing
    assert 2028 <= total["junior"].idxmax() <= 2030
    assert total["junior"].loc[2030:2040].is_monotonic_decreasing


def test_primary_in_town_is_short_and_then_relieved(plan: Plan) -> None:
    """Thousands of seats are missing in 2025, few in 2029, none from 2031 on: then more than a fifth is spare."""
    town = by_year(plan, "primary", town=True)
    assert town.at[2025, "short"] > 1500
    assert town.at[2026, "short"] > 1000
    assert 0 < town.at[2029, "short"] < 300
    assert town.loc[2031:, "short"].max() == 0
    assert town.at[2032, "spare"] > 0.2 * town.at[2032, "seats"]


def test_junior_in_town_is_short_about_2029(plan: Plan) -> None:
    """The wave reaches the junior schools of the county town when primary schools are relieved."""
    town = by_year(plan, "junior", town=True)
    assert 2027 <= town["short"].idxmax() <= 2030
    assert town.loc[2034:, "short"].max() == 0


@pytest.mark.parametrize("stage", ["kindergarten", "primary", "junior"])
def test_villages_have_seats_to_spare(plan: Plan, stage: str) -> None:
    """Nowhere in the country is a seat missing, and the spare seats grow."""
    rest = by_year(plan, stage, town=False)
    assert rest["short"].max() == 0
    assert rest.at[2030, "spare"] > rest.at[2025, "spare"]


def test_kindergartens_empty_but_in_the_new_quarter(plan: Plan) -> None:
    """By 2030 only the new quarter uses more than four in five of its kindergarten seats; today it lacks some."""
    use = plan.balance[plan.balance["stage"] == "kindergarten"].set_index(["catchment", "year"])["utilisation"]
    then = use.xs(2030, level="year")
    assert use[NEW_QUARTER, 2025] > 1
    assert then[NEW_QUARTER] > 0.85
    assert then.drop(NEW_QUARTER).max() < 0.8
