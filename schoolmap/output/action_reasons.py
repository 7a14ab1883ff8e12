"""What a planner has to know to understand a proposal: which shortage it answers, why in its year, why rented."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd

from schoolmap.output import proposal_reasons as why
from schoolmap.output.words import both
from schoolmap.proposals.problem import LEAST
from schoolmap.proposals.reading import UNSOLVED
from schoolmap.proposals.terms import REZONE

if TYPE_CHECKING:
    from schoolmap.output.model import Text
    from schoolmap.plan import Plan
    from schoolmap.seating import StageResult

    Record = dict[str, Any]

NO_SEATS = (UNSOLVED, REZONE)
"""Kinds of proposals that make no seats."""


def needs(plan: Plan, result: StageResult, record: Record) -> list[Text]:
    """
    Say which shortage a proposal answers.

    Parameters
    ----------
    plan, result
        The plan, and the stage of the proposal.
    record
        A row of `Proposals.table`.

    Returns
    -------
    needs
        Sentences: the shortage of today's boundaries, that with new ones where
        they touch the catchment, and that of a worse scenario where it explains
        a size or a length which the first one does not.
    """
    labels = {scenario.id: scenario.label for scenario in plan.project.scenarios}
    span = {name: int(record[f"{name}_year"]) for name in ("first", "last", "peak")}
    short, texts = float(record["short"]), []
    if record["here"]:
        texts.append(why.need(**span, short=short, probability=float(record["probability"])))
        texts.append(why.only_in(labels.get(str(record["scenario"]))))
    if math.isfinite(record["after_short"]):
        after = {name: int(record[f"after_{name}"]) for name in span}
        changed = after != span or abs(record["after_short"] - short) >= LEAST
        span, short = after, float(record["after_short"])
        if changed or not record["here"]:
            texts.append(why.need_after(**span, short=short, here=bool(record["here"])))
    if record["kind"] not in NO_SEATS:
        texts.append(_worse(plan, result, record, last=span["last"], short=short))
    return texts


def _worse(plan: Plan, result: StageResult, record: Record, *, last: int, short: float) -> Text:
    """Name the scenario that explains a size or a length that the first one does not."""
    labels = {scenario.id: scenario.label for scenario in plan.project.scenarios}
    gap = _gap(plan, result, str(record["catchment"]))
    gap = gap.drop(str(record["scenario"]) or next(iter(labels)), level="scenario", errors="ignore")
    gap = gap[gap >= LEAST].droplevel("catchment")
    if gap.empty:
        return both("", "")
    name = str(gap.groupby(level="scenario").sum().idxmax())
    worst = gap.xs(name, level="scenario")
    years = dict(zip(map(int, worst.index), map(float, worst), strict=True))
    until = record["until"] if math.isfinite(record["until"]) else plan.years[-1]
    larger = record["seats"] > short and max(years.values()) >= short + 1
    longer = until > last and max(years) > last
    if not larger and not longer:
        return both("", "")
    peak = max(years, key=lambda year: years[year])
    return why.need_elsewhere(labels[name], short=years[peak], first=min(years), last=max(years), peak=peak)


def _gap(plan: Plan, result: StageResult, catchment: str) -> pd.Series:
    """Return the seats that a catchment lacks with the boundaries as they are proposed, after the base year."""
    balance = result.balance
    here = balance[balance.index.get_level_values("catchment") == catchment]
    here = here[here.index.get_level_values("year") > plan.project.settings.base_year]
    boundary = plan.proposals.boundaries.get(result.stage.id)
    demand = here["demand"].copy()
    if boundary is not None:
        demand.update(boundary.demand)
    gap: pd.Series = demand - here["seats"]
    return gap


def _beside(plan: Plan, record: Record) -> pd.DataFrame:
    """Return the other proposals that make seats for the same catchment."""
    table = plan.proposals.table
    here = (table["stage"] == record["stage"]) & (table["catchment"] == record["catchment"])
    return pd.DataFrame(table[here & ~table["kind"].isin(NO_SEATS) & (table["measure"] != record["measure"])])


def why_year(plan: Plan, record: Record) -> str:
    """Say why a proposal opens in its year; see `proposal_reasons.timing`."""
    earlier = _beside(plan, record)["opens"] < record["opens"]
    return "suffices" if record["why_year"] == "later" and earlier.any() else str(record["why_year"])


def why_rented(plan: Plan, record: Record) -> str:
    """
    Say why rooms are rented and not built.

    Returns
    -------
    code
        Of `proposal_reasons.rented`: nothing else adds seats there, or can be
        ready in time; they bridge the time until something is built; all that may
        be built is; they are needed in some scenarios only; for a wave that
        passes; or they are simply cheaper.
    """
    proposals, until = plan.proposals, record["until"]
    lasting = proposals.measures[proposals.measures["lasting"].astype(bool)]
    serving = np.array([record["catchment"] in serves for serves in lasting["serves"]], dtype=bool)
    built = lasting[serving & (lasting["stage"] == record["stage"]).to_numpy()]
    if built.empty:
        return "only"
    beside = _beside(plan, record)
    later = beside["kind"].isin(("expand", "new")) & (beside["opens"] > record["opens"])
    if (later & (beside["opens"] <= until + 1)).any():
        return "bridge"
    last = record["after_last"] if math.isfinite(record["after_last"]) else record["last_year"]
    if until < built["first_year"].min() and until >= last:
        return "over"
    used = proposals.sizes["classes"].groupby(level="measure").max().reindex(built.index, fill_value=0)
    if (used >= built["most_classes"]).all():
        return "full"
    if math.isnan(until):
        return "cheaper"
    return "wave" if until <= last else "risk"
