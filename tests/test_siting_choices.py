"""What else could be done: without a measure, in another year, quite differently, or for less money."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from siting_towns import Town
from siting_towns import every_course
from siting_towns import town

from schoolmap.errors import LabelError
from schoolmap.optimize.siting.choices import near_optimal
from schoolmap.optimize.siting.choices import without_each
from schoolmap.optimize.siting.fronts import pareto
from schoolmap.optimize.siting.site import Siting
from schoolmap.optimize.siting.site import site

USED = town(2, limited=False)


def solved(case: Town) -> Siting:
    """Return the best plan of a town, proven."""
    return site(*case.tables, **case.terms, gap=0.0)  # type: ignore[arg-type]


@settings(max_examples=3, deadline=None)
@example(550)  # the other measure is three steps away, over seats that one takes from another stage
@given(st.integers(0, 10_000))
def test_without_a_measure_is_the_plan_of_the_other_ones(seed: int) -> None:
    """In a small town all is near: the cost without a measure is what `site` finds when it is not offered."""
    case = town(seed, limited=False)
    plan = solved(case)
    table = without_each(plan, *case.tables, **case.terms)  # type: ignore[arg-type]
    for measure, row in table.iterrows():
        # closed for good, it is not there
        other = solved(
            case._replace(
                measures=case.measures.assign(
                    first_year=case.measures["first_year"].where(case.measures.index != measure, 9999)
                )
            )
        )
        # a part is decided to a thousandth
        assert other.objective - 1e-6 <= row["without"] <= other.objective * (1 + 2e-3) + 1e-6
        assert row["more"] == pytest.approx(row["without"] - plan.objective, abs=1e-6)
        assert row["more"] >= -1e-6
        assert measure not in row["instead"]
        assert set(row["instead"]) <= set(case.measures.index)
        assert not (row[["earlier", "later"]].astype(float) < 0).any()


def test_only_what_is_used_is_asked_about() -> None:
    """A question about a measure that the plan does not use is a mistake."""
    plan = solved(USED)
    with pytest.raises(LabelError, match="does not use"):
        without_each(plan, *USED.tables, only=["castle"], **USED.terms)  # type: ignore[arg-type]
    other = USED._replace(measures=USED.measures.rename(index=lambda name: f"{name} of another town"))
    if len(plan.built):
        with pytest.raises(LabelError, match="tables that it was made from"):
            without_each(plan, *other.tables, **other.terms)  # type: ignore[arg-type]


@settings(max_examples=1, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.05, 0.6]))
@example(5, 0.6)
@example(44, 0.6)
def test_near_optimal_plans_are_all_there_are(seed: int, within: float) -> None:
    """Every plan was tried: the best first, each other one within the share and farthest from those before, none missed."""
    case = town(seed, limited=False)
    found = near_optimal(*case.tables, number=4, within=within, gap=0.0, **case.terms)  # type: ignore[arg-type]
    least: dict[tuple[bool, ...], float] = {}
    for plan, costs in every_course(case):
        uses = tuple(any(course) for course in plan)
        least[uses] = min(least.get(uses, np.inf), *costs.values())
    best = min(least.values())
    near = {uses for uses, cost in least.items() if cost <= best * (1 + within) + 1e-6}
    surely = {uses for uses in near if least[uses] <= best * (1 + within) - 1e-5}
    used = [frozenset(plan.built.index.get_level_values("measure")) for plan in found.plans]
    got = [tuple(measure in one for measure in case.measures.index) for one in used]
    assert found.plans[0].objective == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert len(set(got)) == len(got) >= min(4, len(surely))
    assert set(got) <= near
    for turn, (plan, uses) in enumerate(zip(found.plans, got, strict=True)):
        assert least[uses] - 1e-6 <= plan.objective <= best * (1 + within) + 1e-6
        assert plan.lower_bound <= best + 1e-6

        def apart(uses: tuple[bool, ...], before: list[tuple[bool, ...]] = got[:turn]) -> int:
            return sum(one != other for kept in before for one, other in zip(uses, kept, strict=True))

        assert apart(uses) >= max((apart(other) for other in surely - set(got[:turn])), default=0)
    shown = set(found.differences.index.get_level_values("measure"))
    assert frozenset.union(*used) - frozenset.intersection(*used) <= shown <= frozenset.union(*used)


def test_the_front_has_no_point_that_another_beats() -> None:
    """Cheapest first; more money buys fewer short or shorter ways; the ends are the least of each."""
    case = town(11, limited=False)
    front = pareto(*case.tables, levels=3, gap=1e-6, **case.terms)  # type: ignore[arg-type]
    points = front.points
    assert len(points) == len(front.built) >= 1
    values = points[["money", "short", "kilometres"]].to_numpy()
    for one in values:
        assert not ((values <= one - 1e-9).all(axis=1)).any()
    assert points["money"].is_monotonic_increasing
    # building nothing costs nothing; nothing seats more than the plan that is charged most for a missing seat
    assert points["money"].min() == pytest.approx(0, abs=1e-3)
    dear = replace(case.money, short_cost=1e5)
    best = site(*case.tables, **{**case.terms, "money": dear})  # type: ignore[arg-type]
    years = sorted(case.demand.index.get_level_values("year").unique())
    length = pd.Series([*np.diff(years), np.diff(years)[-1]], index=years)
    short = float((best.unserved.groupby(level="year").sum() * length).sum())
    assert points["short"].min() == pytest.approx(short, rel=1e-6, abs=1e-3)


def test_few_plans_are_refused() -> None:
    """Numbers that mean nothing are refused."""
    with pytest.raises(ValueError, match="`number`"):
        near_optimal(*USED.tables, number=0, **USED.terms)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`levels`"):
        pareto(*USED.tables, levels=1, **USED.terms)  # type: ignore[arg-type]
