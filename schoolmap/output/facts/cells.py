"""Small parts of which every table of facts is made: headings, names, cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from typing import Any

import pandas as pd

from schoolmap.output.model import Cell
from schoolmap.output.model import Head
from schoolmap.output.words import both

if TYPE_CHECKING:
    from schoolmap.output.model import Text
    from schoolmap.plan import Plan


def head(english: str, chinese: str, kind: str = "count") -> Head:
    """Return a heading."""
    return Head(label=both(english, chinese), kind=kind)


STAGE = head("Stage", "学段", "text")
SCHOOL = head("School", "学校", "text")
CODE = head("Code", "代码", "code")
CATCHMENT = head("Catchment", "学区", "text")
YEAR = head("Year", "年份", "year")


def number(value: Any, digits: int = 1) -> float | None:  # noqa: ANN401 - a cell of any table
    """
    Return a number for a cell; nothing where it is not known.

    Examples
    --------
    >>> number(12.345), number(float("nan")), number(None)
    (12.3, None, None)
    """
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    found = float(value)
    return round(found, digits) if math.isfinite(found) else None


def stage_names(plan: Plan) -> dict[str, Text]:
    """Return the label of each stage."""
    return {stage.id: stage.label for stage in plan.project.stages}


def school_names(plan: Plan) -> dict[str, str]:
    """Return the name of each school, as plain text."""
    return {str(label): str(name) for label, name in plan.project.schools["name"].items()}


def yes(value: Any) -> Cell:  # noqa: ANN401 - a flag of any table
    """Return a flag as a word; nothing where it is not known."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return both("yes", "是") if bool(value) else both("no", "否")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Return the rows of a table with their labels among the columns.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("a", "primary")], names=["school", "stage"])
    >>> records(pd.DataFrame({"classes": [3]}, index=index))
    [{'school': 'a', 'stage': 'primary', 'classes': 3}]
    """
    return [{str(key): value for key, value in row.items()} for row in table.reset_index().to_dict("records")]
