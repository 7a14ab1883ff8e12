"""What rules of a standard ask for at many places at once: kindergartens of townships, classes of developments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.seats.indicators.measures import require_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.standards.schema import SeatRule

_DIGITS = 6
"""What is beyond a millionth of a school or a class is rounding."""


def required_by_rules(
    number: pd.Series, *, rules: Sequence[SeatRule], per: str, gives: str, class_size: float | None = None
) -> pd.DataFrame:
    """
    Return what the rules ask for at each number of residents or homes: the most of those that hold.

    Parameters
    ----------
    number
        Residents or homes by unit; missing where not known.
    rules
        Those `per` this number are looked at.
    per
        `residents` or `homes`.
    gives
        `schools` (also, one for every full number of people, from rules that
        give people per school) or `classes`
        (also, with a class size, from seats per 1,000 residents).
    class_size
        Children in a class, to turn seats into classes.

    Returns
    -------
    required
        On the index of `number`: `required`, zero where no rule holds and
        missing where the number is not known; and `rule`, the id of the rule
        that asks for most.

    Raises
    ------
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> from schoolmap.standards.schema import SeatRule
    >>> common = dict(document="an example", confidence="assumption", place="", stage="kindergarten")
    >>> steps = [
    ...     SeatRule(id="from 500", value=6, gives="classes", per="homes", at_least=500, below=1000, **common),
    ...     SeatRule(id="from 1000", value=9, gives="classes", per="homes", at_least=1000, **common),
    ... ]
    >>> homes = pd.Series({"A": 499.0, "B": 500.0, "C": 1000.0})
    >>> required_by_rules(homes, rules=steps, per="homes", gives="classes")["required"].to_dict()
    {'A': 0.0, 'B': 6.0, 'C': 9.0}
    """
    require_counts(number, what=f"The number of {per}")
    size = number.to_numpy(float, na_value=np.nan)
    asked = np.zeros(len(size))
    decides = np.full(len(size), "", dtype=object)
    for rule in rules:
        if rule.per != per:
            continue
        if rule.gives == gives:
            amount = np.full(len(size), float(rule.value))
        elif (gives, rule.gives) == ("schools", "people_per_school"):
            amount = np.floor((size / rule.value).round(_DIGITS))
        elif (gives, rule.gives) == ("classes", "seats_per_thousand") and class_size is not None:
            amount = np.ceil((size * rule.value / 1000 / class_size).round(_DIGITS))
        else:
            continue
        low = -np.inf if rule.at_least is None else rule.at_least
        high = np.inf if rule.below is None else rule.below
        more = (size >= low) & (size < high) & (amount > asked)
        asked, decides = np.where(more, amount, asked), np.where(more, rule.id, decides)
    asked = np.where(np.isnan(size), np.nan, asked)
    return pd.DataFrame({"required": asked, "rule": decides}, index=number.index)
