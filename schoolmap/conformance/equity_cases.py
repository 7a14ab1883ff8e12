"""Gini and Theil against printed values, and what must hold of any measure of equity."""

from __future__ import annotations

import math

import pandas as pd

from schoolmap.conformance.case import Case
from schoolmap.space.access import equity

_INEQ = "R package ineq, incomes of its help page, as quoted in public tests"
_LIMIT = "identity: a limit of the measure"
_SPLIT = "identity: Theil's T is the sum of its parts"
_ROUNDING = 1e-12

INCOMES = (541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261)


def equity_cases() -> tuple[Case, ...]:
    """
    Return all cases of equity.

    Examples
    --------
    >>> [case.name for case in equity_cases() if not case.passes]
    []
    """
    incomes = pd.Series(INCOMES, dtype=float)
    each = pd.Series(1.0, index=incomes.index)
    halves = pd.Series(["low"] * 5 + ["high"] * 5)
    parts = equity.theil_by_group(incomes, each, halves)
    total = equity.theil(incomes, each)
    one_has_all, three_and_one = pd.Series([0.0, 8.0]), pd.Series([3, 1])
    tripled = pd.concat([incomes] * 3, ignore_index=True)
    values = {
        "Gini, ten incomes": (0.4620911, equity.gini(incomes, each), 5e-8, _INEQ),
        "Theil's T, ten incomes": (0.3623412, equity.theil(incomes, each), 5e-8, _INEQ),
        "Gini, one of four has all": (0.75, equity.gini(one_has_all, three_and_one), _ROUNDING, _LIMIT),
        "Theil's T, one of four has all": (
            math.log(4),
            equity.theil(one_has_all, three_and_one),
            _ROUNDING,
            _LIMIT,
        ),
        "Gini, all have the same": (0.0, equity.gini(each, each), _ROUNDING, _LIMIT),
        "Theil's T, all have the same": (0.0, equity.theil(each, each), _ROUNDING, _LIMIT),
        "Theil's T, between and within": (total, float(parts[["between", "within"]].sum().sum()), _ROUNDING, _SPLIT),
        "Gini, each income three times": (
            equity.gini(incomes, each),
            equity.gini(tripled, pd.Series(1.0, index=tripled.index)),
            _ROUNDING,
            "identity: replication changes nothing",
        ),
        "Gini, each income counts three": (
            equity.gini(incomes, each),
            equity.gini(incomes, each * 3),
            _ROUNDING,
            "identity: a weight is so many children",
        ),
        "Theil's T, in other units": (
            total,
            equity.theil(incomes * 60, each),
            _ROUNDING,
            "identity: the scale changes nothing",
        ),
    }
    return tuple(
        Case(name=name, published=published, ours=ours, tolerance=tolerance, source=source)
        for name, (published, ours, tolerance, source) in values.items()
    )
