"""When a catchment is short of seats: in the first scenario, else in the one in which it is short most."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from schoolmap.seats.warnings import shortage_spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a catchment is short of seats, how much, and in which scenario that is."""

    scenario: str
    first_year: int
    last_year: int
    peak_year: int
    short: float
    probability: float
    score: float


def spans_of(balance: pd.DataFrame, first: str) -> dict[str, Span]:
    """
    Return when each catchment is short: in the first scenario, else in the one in which it is short most.

    Parameters
    ----------
    balance
        Of one stage, by (scenario, catchment, year).
    first
        The first scenario.
    """
    found: dict[str, Span] = {}
    names = [first, *(name for name in balance.index.unique("scenario") if name != first)]
    for name in names:
        table = shortage_spans(pd.DataFrame(balance.xs(name, level="scenario")))
        for record in table.reset_index().to_dict("records"):
            label = str(record["catchment"])
            span = Span(
                scenario="" if name == first else str(name),
                first_year=int(record["first_year"]),
                last_year=int(record["last_year"]),
                peak_year=int(record["peak_year"]),
                short=float(record["peak_short"]),
                probability=float(record["probability"]),
                score=float(record["score"]),
            )
            known = found.get(label)
            if known is None or (known.scenario and span.score > known.score):
                found[label] = span
    return found
