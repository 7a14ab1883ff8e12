"""Plan -> tables of facts, in the order in which a bureau reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.facts.classes import class_tables
from schoolmap.output.facts.indicators import indicator_tables
from schoolmap.output.facts.options import option_tables
from schoolmap.output.facts.proposals import proposal_tables
from schoolmap.output.facts.reach import reach_tables
from schoolmap.output.facts.supply import supply_tables
from schoolmap.output.facts.warnings import warning_tables

if TYPE_CHECKING:
    from schoolmap.output.model import FactTable
    from schoolmap.plan import Plan


def describe_facts(plan: Plan) -> tuple[FactTable, ...]:
    """Return every table of facts of a plan that has anything to say."""
    parts = (
        warning_tables(plan),
        proposal_tables(plan),
        option_tables(plan),
        class_tables(plan),
        supply_tables(plan),
        reach_tables(plan),
        indicator_tables(plan),
    )
    return tuple(table for part in parts for table in part if table.rows)
