"""What a map shows where nothing was decided: the same in every test that draws a town of its own."""

from __future__ import annotations

from schoolmap.output.model import Decision

NOTHING_DECIDED = Decision(
    status="none",
    objective=0.0,
    lower_bound=0.0,
    gap=0.0,
    capital=0.0,
    running=0.0,
    capital_by_year=(),
    short_before={},
    short_after={},
    text=(),
)
