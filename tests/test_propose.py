"""What to do about all gaps of a project: every shortage is answered, nobody is lost, and the answer is proven."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any

import county
import numpy as np
import pandas as pd
import pytest

from schoolmap.plan import make_plan
from schoolmap.proposals.reading import COLUMNS
from schoolmap.proposals.reading import UNSOLVED

if TYPE_CHECKING:
    from schoolmap.plan import Plan


def siting(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
    """Return the change of a project that changes what may be decided."""
    return {"settings_siting": replace(county.project().settings_siting, **changes)}


def short(plan: Plan) -> pd.DataFrame:
    """Return the largest gap of each stage and catchment in the first scenario, where there is one."""
    first = plan.project.scenarios[0].id
    rows = [
        (stage, catchment, gap)
        for stage, result in plan.results.items()
        for catchment, gap in result.balance["gap"].xs(first).groupby(level="catchment").max().items()
        if gap >= 0.5
    ]
    return pd.DataFrame(rows, columns=["stage", "catchment", "gap"])


def test_every_shortage_of_the_county_is_answered() -> None:
    """Each catchment that is short in some year has a row: what to do, or who is left without a seat and why."""
    plan = county.plan()
    table = plan.proposals.table
    assert list(table.columns) == list(COLUMNS)
    assert len(short(plan)) > 0
    told = set(zip(table["stage"], table["catchment"], strict=True))
    assert set(zip(short(plan)["stage"], short(plan)["catchment"], strict=True)) <= told


def test_nobody_is_lost() -> None:
    """Whoever is short before is short after or has a seat: the seats that are used are those that are there or are made."""
    plan = county.plan()
    proposals = plan.proposals
    assert proposals.siting is not None
    flows = proposals.siting.flows.groupby(level=["scenario", "area", "stage", "year"]).sum()
    served = flows.add(proposals.siting.unserved, fill_value=0.0)
    for (scenario, catchment, stage, year), pupils in served.items():
        moved = proposals.boundaries.get(stage)
        demand = plan.results[stage].balance["demand"] if moved is None else moved.demand
        assert pupils == pytest.approx(demand[scenario, catchment, year], abs=1e-6)


def test_a_boundary_moves_pupils_and_loses_none() -> None:
    """All catchments of a stage together have as many pupils after a boundary has moved, in every scenario and year."""
    plan = county.plan()
    assert plan.proposals.boundaries
    for stage, boundary in plan.proposals.boundaries.items():
        before = plan.results[stage].balance["demand"].reindex(boundary.demand.index)
        by_year = ["scenario", "year"]
        pd.testing.assert_series_equal(
            boundary.demand.groupby(level=by_year).sum(), before.groupby(level=by_year).sum(), check_names=False
        )
        first = boundary.demand.index.get_level_values("year").min()
        assert (boundary.moves["first_year"] == first).all()


def test_proposals_never_make_it_worse() -> None:
    """In no stage, scenario and year are more pupils short after the proposals than before."""
    plan = county.plan()
    for stage, result in plan.results.items():
        before = result.balance["gap"].clip(lower=0).groupby(level=["scenario", "year"]).sum()
        after = plan.proposals.after.xs(stage, level="stage").groupby(level=["scenario", "year"]).sum()
        assert (after <= before.reindex(after.index) + 1e-6).all()


def test_nothing_opens_before_it_can() -> None:
    """Each kind opens in its first year at the earliest, and in the base year nothing."""
    plan = county.plan()
    first = plan.project.settings_siting.first_year
    for record in plan.proposals.table.to_dict("records"):
        if record["measure"]:
            assert record["opens"] >= first[record["kind"]] > county.BASE


def test_the_answer_carries_its_proof() -> None:
    """Cost, bound and gap; and each measure that is used knows what it costs to do without."""
    proposals = county.plan().proposals
    assert proposals.siting is not None
    assert proposals.siting.lower_bound <= proposals.siting.objective * (1 + 1e-9)
    assert proposals.siting.status == "optimal"
    used = proposals.table["measure"][proposals.table["measure"] != ""]
    assert set(used) == set(proposals.sizes.index.unique("measure")) == set(proposals.instead.index)
    assert set(proposals.needed) == set(used)


def test_what_is_not_allowed_is_not_proposed() -> None:
    """Only rented rooms are allowed: nothing else is proposed, and boundaries stay."""
    plan = county.planned(**county.scenarios("central"), **siting(allow=("temporary",)))
    assert set(plan.proposals.table["kind"]) <= {"temporary", "rezone", UNSOLVED}
    assert plan.proposals.boundaries == {}


def test_without_any_measure_who_is_short_is_told() -> None:
    """Nothing is allowed: every pupil who is short stays short, and the reason is there."""
    plan = county.planned(**county.scenarios("central"), **siting(allow=()))
    table = plan.proposals.table
    fixed = {stage.id for stage in plan.project.stages if not stage.free_choice}
    assert set(table.loc[table["stage"].isin(fixed), "kind"]) == {UNSOLVED}
    for stage in fixed:
        before = plan.results[stage].balance["gap"].clip(lower=0)
        before = before[before.index.get_level_values("year") > county.BASE]
        after = plan.proposals.after.xs(stage, level="stage")
        np.testing.assert_allclose(after.sum(), before.sum(), atol=1e-6)


def test_without_costs_nothing_is_weighed() -> None:
    """Where nobody says what a missing seat weighs there is no proposal, and the plan says what is lacking."""
    plan = county.planned(**county.scenarios("central"), **siting(short_cost=None))
    assert plan.proposals.table.empty
    assert plan.proposals.lacking == ("short_cost",)


def test_money_that_is_not_there_is_not_spent() -> None:
    """With a budget of nothing, only what costs no building is left; with more of it nobody is worse off."""
    years = range(county.BASE, county.HORIZON + 1)
    none = county.planned(**county.scenarios("central"), **siting(budget=MappingProxyType(dict.fromkeys(years, 0.0))))
    free = county.planned(**county.scenarios("central"), **siting())
    assert none.proposals.table["capital"].sum() == 0
    assert free.proposals.after.sum() <= none.proposals.after.sum() + 1e-6


def test_the_same_again() -> None:
    """The same project gives the same proposals."""
    again = make_plan(county.project())
    pd.testing.assert_frame_equal(again.proposals.table, county.plan().proposals.table)
    pd.testing.assert_frame_equal(again.proposals.instead, county.plan().proposals.instead)
