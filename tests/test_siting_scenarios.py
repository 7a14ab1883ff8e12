"""Several courses of demand: what each decides alone, what is no regret, and decisions none has to regret much."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from siting_towns import every_plan
from siting_towns import town

from schoolmap.optimize.siting.scenarios import alone
from schoolmap.optimize.siting.scenarios import no_regret
from schoolmap.optimize.siting.site import site


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.05, 0.5]))
def test_no_scenario_regrets_more(seed: int, most: float) -> None:
    """The best of all plans within the regret; where there is none, the one with the least, and the proof says so."""
    case = town(seed, scenarios=2)
    plan = site(*case.tables, **case.terms, most_regret=most, gap=0.0)  # type: ignore[arg-type]
    every = pd.DataFrame(every_plan(case))
    least = every.min()
    regret = ((every - least) / least.where(least > 0, 1.0)).max(axis=1)
    within = every[regret <= most + 1e-9]
    assert plan.regret["alone"].to_numpy() == pytest.approx(least.to_numpy(), rel=1e-6, abs=1e-6)
    if len(within):
        assert plan.objective == pytest.approx(within.mean(axis=1).min(), rel=2e-6, abs=2e-6)
        assert plan.regret["regret"].max() <= most + 1e-5
    else:
        assert plan.regret["regret"].max() == pytest.approx(regret.min(), abs=1e-5)
        assert "the least possible is" in plan.proof
        # it does not keep to what was asked
        assert plan.status == "feasible"


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 10_000))
def test_alone_costs_no_more_than_together(seed: int) -> None:
    """Each scenario's own plan is its cheapest, and keeps its own books."""
    case = town(seed, scenarios=2)
    own = alone(*case.tables, **case.terms, gap=0.0)  # type: ignore[arg-type]
    plan = site(*case.tables, **case.terms, gap=0.0)  # type: ignore[arg-type]
    for name, one in own.items():
        assert one.objective <= plan.costs.loc[name, "total"] + 1e-6
        assert one.unserved.index.get_level_values("scenario").unique().to_list() == [name]


def test_no_regret_is_what_all_use() -> None:
    """A measure that one scenario does without is not no regret; years and classes are those that all keep to."""
    case = town(5, scenarios=2)
    own = alone(*case.tables, **case.terms)  # type: ignore[arg-type]
    table = no_regret(own)
    used = [
        {name for name, rows in one.built.groupby(level="measure") if (rows["classes"] > 0).any()}
        for one in own.values()
    ]
    assert set(table.index) == set.intersection(*used)
    for measure, row in table.iterrows():
        for one in own.values():
            classes = one.built.loc[measure, "classes"]
            assert classes.max() >= row["classes"]
            assert classes.index[np.flatnonzero(classes)[0]] <= row["opens_by"]


def test_no_plans_have_no_common_measures() -> None:
    """Nothing in common with nothing is a question without an answer."""
    with pytest.raises(ValueError, match="`plans` is empty"):
        no_regret({})
