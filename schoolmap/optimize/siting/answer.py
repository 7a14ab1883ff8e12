"""What the siting answers: a frozen result with its tables by label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

import numpy as np
import pandas as pd

from schoolmap.cards import answer_card
from schoolmap.optimize.location import gap_of
from schoolmap.optimize.siting import model as siting_model

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model
    from schoolmap.optimize.siting.recourse import Recourse

    Whole = npt.NDArray[np.int64]

COMPONENTS = ("capital", "running", "travel", "empty", "short")
"""Parts of the cost, in the order of the tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Siting:
    """
    What to build and when, who goes where, and how far that is from the best possible.

    All money is in units of 10,000 yuan of the base year.

    Attributes
    ----------
    status
        `"optimal"`: no plan costs less by more than the `gap` asked for.
        `"feasible"`: the time was up first, and `gap` says how much less another
        plan could cost at most; or the regret asked for was not reached, as
        `proof` says then.
    objective
        Cost of the plan, discounted and weighted over scenarios.
    lower_bound
        No plan costs less.
    gap
        `objective - lower_bound` as a share of the objective.
    proof
        How the bound was found, in words.
    seed
        Where the random moves of the search began.
    seconds
        Time that it took.
    built
        By (measure, year), every year of each measure that is used: `classes`,
        `added` since the year before, `seats`, `capital` and `yearly` (running
        cost or rent of one year), neither discounted.
    flows
        Pupils by (scenario, area, stage, year, school); only where there are any.
    unserved
        Pupils without a seat by (scenario, area, stage, year), in the order of
        the demand.
    empty
        Added seats that stay empty by (scenario, school, stage, year); only
        where there are any. Of the seats of a school, added ones count as
        filled first.
    costs
        By scenario: `capital`, `running`, `travel`, `empty`, `short` and
        `total`, discounted.
    costs_by_year
        The same by (scenario, year).
    regret
        By scenario, if there are several and each was also solved alone:
        `alone` (the least it could cost), `total` and `regret`, the share that
        it costs more. Else empty.
    variables, rows
        Size of the programme that gave the bound.
    """

    status: Literal["optimal", "feasible"]
    objective: float
    lower_bound: float
    gap: float
    proof: str
    seed: int
    seconds: float
    built: pd.DataFrame
    flows: pd.Series
    unserved: pd.Series
    empty: pd.Series
    costs: pd.DataFrame
    costs_by_year: pd.DataFrame
    regret: pd.DataFrame
    variables: int
    rows: int

    def _repr_html_(self) -> str:
        return answer_card(self)


class Found(NamedTuple):
    """
    A plan by position: classes by measure and period, what follows, a bound, how it was found, and its size.

    `kept` is whether it keeps all that was asked; a regret may not have been reached.
    """

    classes: Whole
    recourse: Recourse
    objective: float
    bound: float
    proof: str
    variables: int
    rows: int
    kept: bool = True


def as_siting(
    model: Model, found: Found, *, order: pd.Index, regret: pd.DataFrame, gap: float, seed: int, seconds: float
) -> Siting:
    """
    Return a plan as tables by label.

    Parameters
    ----------
    model
        The problem by position.
    found
        The plan.
    order
        Index of the demand.
    regret
        By scenario; may be empty.
    gap
        Gap at which a plan is called optimal.
    seed, seconds
        As they are returned.
    """
    bound = min(found.bound, found.objective)
    left = gap_of(found.objective, bound)
    close = left <= gap * (1 + 1e-9) + 1e-9 or found.objective - bound <= 1e-6
    costs = _costs(model, found.recourse)
    total = costs.groupby(level="scenario", sort=False).sum()
    return Siting(
        status="optimal" if close and found.kept else "feasible",
        objective=found.objective,
        lower_bound=bound,
        gap=left,
        proof=found.proof,
        seed=seed,
        seconds=seconds,
        built=built_table(model, found.classes),
        flows=_flows(model, found.recourse),
        unserved=_unserved(model, found.recourse, order),
        empty=_empty(model, found.recourse),
        costs=total,
        costs_by_year=costs,
        regret=regret,
        variables=found.variables,
        rows=found.rows,
    )


def built_table(model: Model, classes: Whole) -> pd.DataFrame:
    """Return what is built by (measure, year), with every year of each measure that is used."""
    used = np.flatnonzero(classes.any(axis=1))
    now = classes[used]
    index = pd.MultiIndex.from_product([model.measures.index[used], model.years], names=["measure", "year"])
    before = np.hstack([np.zeros((len(now), 1), dtype=now.dtype), now[:, :-1]])
    return pd.DataFrame(
        {
            "classes": now.ravel(),
            "added": (now - before).ravel(),
            "seats": (now * model.number("seats_per_class")[used][:, None]).ravel(),
            "capital": siting_model.capital_of(model, classes)[used].ravel(),
            "yearly": (now * model.number("yearly_cost")[used][:, None]).ravel(),
        },
        index=index,
    )


def used_measures(built: pd.DataFrame) -> pd.DataFrame:
    """
    Return the measures that are used.

    Parameters
    ----------
    built
        By (measure, year), as in `Siting.built`.

    Returns
    -------
    used
        By measure, in the order of the labels: the year in which it `opens`, and
        `classes` and `seats` at most.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["cabins"], [2026, 2027, 2028]], names=["measure", "year"])
    >>> used_measures(pd.DataFrame({"classes": [0, 2, 1], "seats": [0, 80, 40]}, index)).to_dict("index")
    {'cabins': {'opens': 2027, 'classes': 2, 'seats': 80}}
    """
    used = built[built["classes"] > 0]
    year = used.index.get_level_values("year").to_series(index=used.index)
    groups = used.groupby(level="measure")
    opens = year.groupby(level="measure").min()
    return pd.DataFrame({"opens": opens, "classes": groups["classes"].max(), "seats": groups["seats"].max()})


def _costs(model: Model, recourse: Recourse) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([model.scenarios, model.years], names=["scenario", "year"])
    number = len(model.scenarios)
    parts = (
        np.tile(recourse.capital, number),
        np.tile(recourse.running, number),
        recourse.travel.ravel(),
        recourse.idle.ravel(),
        recourse.short.ravel(),
    )
    table = pd.DataFrame(dict(zip(COMPONENTS, parts, strict=True)), index=index)
    return table.assign(total=table.sum(axis=1))


def _flows(model: Model, recourse: Recourse) -> pd.Series:
    scenario, period, way = np.nonzero(recourse.flow > 0)
    order = np.lexsort((model.arc_section[way], period, model.arc_row[way], scenario))
    scenario, period, way = scenario[order], period[order], way[order]
    rows, sections = model.rows[model.arc_row[way]], model.sections[model.arc_section[way]]
    levels = [
        model.scenarios[scenario],
        rows.get_level_values(0),
        rows.get_level_values(1),
        model.years[period],
        sections.get_level_values(0),
    ]
    index = pd.MultiIndex.from_arrays(levels, names=["scenario", "area", "stage", "year", "school"])
    return pd.Series(recourse.flow[scenario, period, way], index=index, name="pupils")


def _unserved(model: Model, recourse: Recourse, order: pd.Index) -> pd.Series:
    """Return pupils without a seat, in the order of the demand; by scenario also where the demand is not."""
    scenarios = [[name] for name in model.scenarios]
    names = ["scenario", "area", "stage", "year"]
    if order.nlevels == 3:
        area, stage, year = (order.get_level_values(level) for level in range(3))
        parts = [pd.MultiIndex.from_arrays([name * len(order), area, stage, year], names=names) for name in scenarios]
        order = parts[0]
        for part in parts[1:]:
            order = order.append(part)
    scenario, area, stage, year = (order.get_level_values(level) for level in range(4))
    row = model.rows.get_indexer(pd.MultiIndex.from_arrays([area, stage]))
    at = model.scenarios.get_indexer(scenario), model.years.get_indexer(year), row
    return pd.Series(recourse.unserved[at], index=order.set_names(names), name="unserved")


def _empty(model: Model, recourse: Recourse) -> pd.Series:
    scenario, period, section = np.nonzero(recourse.empty > 0)
    places = model.sections[section]
    levels = [
        model.scenarios[scenario],
        places.get_level_values(0),
        places.get_level_values(1),
        model.years[period],
    ]
    index = pd.MultiIndex.from_arrays(levels, names=["scenario", "school", "stage", "year"])
    return pd.Series(recourse.empty[scenario, period, section], index=index, name="empty").sort_index()
