"""The front between money, children short and way: what each child more in a seat costs at least."""

from __future__ import annotations

import time
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from schoolmap.optimize.location import gap_of
from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting import model as siting_model
from schoolmap.optimize.siting.alternatives import with_rows
from schoolmap.optimize.siting.answer import built_table
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.maker import NONE
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.program import as_start
from schoolmap.optimize.siting.program import classes_of

if TYPE_CHECKING:
    from typing import Unpack

    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model
    from schoolmap.optimize.siting.scenarios import Terms

    Real = npt.NDArray[np.float64]

_TIE = 1e-4
"""Of plans that cost the same the one with fewer children short, and then shorter ways, counts: their weight, as a share."""
_SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """
    Plans of which none is better than another in money, children short and way at once.

    Attributes
    ----------
    status
        `"optimal"`: every plan is the cheapest within its limits, up to the gap
        asked for, and every limit was looked at. `"feasible"`: the time was up first.
    gap
        Largest gap of all plans, as a share of their money.
    proof
        How the bounds were found, in words.
    seed
        Of the solver's own choices.
    points
        One row for each plan, cheapest first: `money` (capital and running,
        discounted, in 10,000 yuan), `short` (pupils without a seat) and
        `kilometres`, both summed over years and weighted over scenarios; `proved`
        is whether no plan with as few short and as short ways costs less, and
        `gap` by how much less one might, as a share of its money.
    built
        What each plan builds, in the order of `points`; as in `Siting.built`.
    seconds
        Time that it took.
    """

    status: Literal["optimal", "feasible"]
    gap: float
    proof: str
    seed: int
    points: pd.DataFrame
    built: tuple[pd.DataFrame, ...]
    seconds: float


class _Point(NamedTuple):
    money: float
    short: float
    kilometres: float
    proved: bool
    gap: float
    built: pd.DataFrame


def pareto(
    demand: pd.Series,
    seats: pd.Series,
    ways: pd.Series | pd.DataFrame,
    measures: pd.DataFrame,
    *,
    levels: int = 4,
    gap: float = 1e-4,
    seed: int = 0,
    time_limit: float = 60.0,
    **terms: Unpack[Terms],
) -> Front:
    """
    Return the front between money, children short and way.

    Parameters
    ----------
    demand, seats, ways, measures
        As in `site.site`.
    levels
        Limits on the children short, evenly from as few as can be to as many as
        without any measure; and for each, as many limits on the way.
    gap, seed, time_limit
        As in `site.site`; the time is for all plans together.
    terms
        `money`, `plots`, `budget`, `total_budget` and `weights`, as there. Of
        the money, only the discount counts.

    Returns
    -------
    front
        Plans, cheapest first. Each is the cheapest within its limits (augmented
        epsilon constraints; Mavrotas, 2009); plans that another one beats are
        left out.

    Examples
    --------
    >>> from schoolmap.conformance.made_growth import made_growth
    >>> county = made_growth(areas=6, schools=2, sites=2, periods=2, arcs=4)
    >>> front = pareto(*county[:4], levels=2, money=county.money)
    >>> front.points["money"].is_monotonic_increasing
    True
    """
    if levels < 2:
        msg = f"`levels` is at least 2, the least and the most, got {levels}."
        raise ValueError(msg)
    began = time.perf_counter()
    model = build_model(demand, seats, ways, measures, **terms)
    asker = _Asker(model, gap=gap, seed=seed)
    questions = levels * levels + levels + 1
    points: list[_Point] = []

    def ask(*, short: float, kilometres: float, aim: str = "money") -> _Point | None:
        left = began + time_limit - time.perf_counter()
        share = max(left, 0.01) / max(questions - len(points), 1)
        point = asker.ask(short=short, kilometres=kilometres, aim=aim, seconds=share)
        if point is not None and aim == "money":
            points.append(point)
        return point

    fewest, cheapest = ask(short=np.inf, kilometres=np.inf, aim="short"), ask(short=np.inf, kilometres=np.inf)
    if fewest is not None and cheapest is not None:
        for short in np.linspace(fewest.short, cheapest.short, levels):
            free = ask(short=short + _SAME * (1 + short), kilometres=np.inf)
            near = asker.ask(
                short=short + _SAME * (1 + short), kilometres=np.inf, aim="kilometres", seconds=time_limit / questions
            )
            if free is not None and near is not None:
                for way in np.linspace(near.kilometres, free.kilometres, levels)[:-1]:
                    ask(short=short + _SAME * (1 + short), kilometres=way * (1 + _SAME))
    kept = _not_beaten(points)
    table = pd.DataFrame(
        [point[:5] for point in kept],
        columns=["money", "short", "kilometres", "proved", "gap"],
    )
    return Front(
        status="optimal" if asker.complete else "feasible",
        gap=max((point.gap for point in kept), default=0.0),
        proof="Branch and cut by HiGHS, for each plan within its limits.",
        seed=seed,
        points=table.rename_axis("plan"),
        built=tuple(point.built for point in kept),
        seconds=time.perf_counter() - began,
    )


def _not_beaten(points: list[_Point]) -> list[_Point]:
    """Return points that no other one beats, cheapest first, each once."""
    kept: list[_Point] = []
    values = np.array([point[:3] for point in points], dtype=float).reshape(-1, 3)
    slack = 1e-5 * (1 + np.abs(values).max(axis=0, initial=0.0))
    for turn in np.lexsort(values.T[::-1]):
        better = (values <= values[turn] + slack).all(axis=1) & (values < values[turn] - slack).any(axis=1)
        twin = any((np.abs(values[turn] - np.array(other[:3])) <= slack).all() for other in kept)
        if not better.any() and not twin:
            kept.append(points[turn])
    return kept


class _Asker:
    """The programme with limits on children short and on ways, ready to be asked."""

    def __init__(self, model: Model, *, gap: float, seed: int) -> None:
        self.model, self.gap, self.seed = model, gap, seed
        self.complete = True
        pure = replace(
            model, arc_cost=np.zeros(len(model.arc_cost)), money=replace(model.money, short_cost=1.0, empty_cost=0.0)
        )
        self.program = formulate(pure)
        ids = self.program.columns.flow
        at = np.nonzero(ids != NONE)
        years = (model.weights[:, None] * model.lengths)[at[0], at[1]]
        number = len(self.program.cost)
        self.seated, self.way = np.zeros(number), np.zeros(number)
        self.seated[ids[at]] = years
        self.way[ids[at]] = years * model.arc_metres[at[2]] / 1000
        self.pupils = float((model.weights[:, None] * model.lengths * model.demand.sum(axis=2)).sum())
        self.capital = self.program.cost.copy()
        self.capital[ids[at]] = 0.0

    def ask(self, *, short: float, kilometres: float, aim: str, seconds: float) -> _Point | None:
        """Return the best point within limits: least money, fewest short or least way."""
        limits = np.array([short - self.pupils, kilometres])
        program = with_rows(self.program, csr_array(np.vstack([-self.seated, self.way])), upper=limits)
        scale = max(1.0, float(np.abs(self.capital).max(initial=0.0)))
        tie = _TIE * scale / max(self.pupils, 1.0)
        cost = {
            "money": self.capital
            - tie * self.seated
            + 0.01 * tie * self.way / max(1.0, float(self.way.max(initial=0.0))),
            "short": -self.seated,
            "kilometres": self.way,
        }[aim]
        program = program._replace(cost=cost, offset=0.0)
        answer = exact.solve(
            program, gap=self.gap, seed=self.seed, seconds=seconds, start=as_start(program, self.model.decided)
        )
        self.complete &= answer.complete
        if answer.solution is None:
            return None
        classes = classes_of(program, answer.solution, self.model)
        money = siting_model.capital_of(self.model, classes).sum(axis=0) @ self.model.discount
        money += self.model.number("yearly_cost") @ classes @ self.model.yearly
        # what is left to the bound counts in money: what breaks ties is small beside it, and no plan costs less than nothing
        least = max(0.0, float(money) - max(answer.objective - answer.bound, 0.0))
        return _Point(
            money=float(money),
            short=max(self.pupils - float(self.seated @ answer.solution), 0.0),
            kilometres=float(self.way @ answer.solution),
            proved=answer.complete,
            gap=gap_of(float(money), least),
            built=built_table(self.model, classes),
        )
