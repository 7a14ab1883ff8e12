"""The programme: plans are solutions, and cuts say nothing new."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from siting_towns import best_cost
from siting_towns import town

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting.formulation import cut_at
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.program import as_start
from schoolmap.optimize.siting.program import classes_of
from schoolmap.optimize.siting.recourse import settle

COUNTY = made_growth(areas=12, schools=3, sites=3, periods=2, arcs=4, seed=1)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_cuts_change_no_plan(seed: int, strong: bool) -> None:  # noqa: FBT001 - drawn
    """With and without cuts, the best solution costs what the best of all plans does."""
    case = town(seed)
    program = formulate(build_model(*case.tables, **case.terms), strong=strong)  # type: ignore[arg-type]
    answer = exact.solve(program, gap=0.0, seed=0, seconds=10)
    assert answer.objective == pytest.approx(best_cost(case), rel=1e-7, abs=1e-6)
    assert strong or len(program.cuts) == 0


def test_some_cuts_are_some_rows() -> None:
    """Cuts are where a school has no seats of its own; those that are asked for are written."""
    every = formulate(MODEL, strong=True)
    where = cut_at(MODEL, every.columns.flow)
    assert where.sum() == len(every.cuts) > 0
    wanted = where & (np.arange(len(MODEL.arc_row)) % 2 == 0)
    assert len(formulate(MODEL, strong=wanted).cuts) == wanted.sum()


def test_a_solution_costs_what_its_plan_does() -> None:
    """What is read from the columns, and settled, has the same cost; as a start it is the same classes."""
    program = formulate(MODEL)
    answer = exact.solve(program, gap=0.0, seed=0, seconds=10)
    assert answer.solution is not None
    classes = classes_of(program, answer.solution, MODEL)
    assert float(MODEL.weights @ settle(MODEL, classes).by_scenario) == pytest.approx(answer.objective)
    start = as_start(program, classes)
    known = ~np.isnan(start)
    assert start[known] == pytest.approx(answer.solution[known])


def test_limits_on_classes_and_costs_are_kept() -> None:
    """Nothing is built where nothing may be; no plan costs less than nothing."""
    none = np.zeros_like(MODEL.decided)
    answer = exact.solve(formulate(MODEL, limits=(none, none)), gap=0.0, seed=0, seconds=10)
    assert answer.objective == pytest.approx(float(MODEL.weights @ settle(MODEL, none).by_scenario))
    assert exact.solve(formulate(MODEL, most_cost=np.zeros(1)), gap=0.0, seed=0, seconds=10).impossible
