"""The figures that the explanation quotes of the synthetic county are those that its plan has."""

from __future__ import annotations

from pathlib import Path

import pytest
import shipped

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "seats-per-thousand.md"
STAGES = ("kindergarten", "primary", "junior")


def row(stage: str, *, columns: int) -> list[float]:
    """Return the numbers of a stage in the table with so many columns of numbers."""
    lines = [
        line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    found = [cells[1:] for cells in lines if cells[0].strip() == stage and len(cells) == columns + 1]
    assert len(found) == 1
    return [float(cell.replace(",", "")) for cell in found[0]]


@pytest.mark.parametrize("stage", STAGES)
def test_seats_per_thousand(stage: str) -> None:
    """The rule beside the estimate of the base year, and the demand of later years."""
    plan = shipped.plan(shipped.DEMO)
    table = plan.alerts[stage].per_thousand
    (whole,) = (
        table.loc[label]
        for label in table.index
        if label not in plan.project.coverages[plan.project.coverage_of[stage]].index
    )
    rule, estimate, difference, children = row(stage, columns=4)
    assert [round(whole[name]) for name in ("fixed_seats", "estimate", "difference")] == [rule, estimate, difference]
    assert round(whole["children_per_thousand"], 1) == children
    balance = plan.balance.query("stage == @stage and scenario == 'central'")
    demand = balance.groupby("year")["demand"].sum()
    assert row(stage, columns=5) == [rule, *(round(demand[year]) for year in (2025, 2030, 2035, 2040))]
