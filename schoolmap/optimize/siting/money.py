"""What things cost that are not a measure: ways, missing seats, empty seats, and time."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """
    Terms on which costs of different years and kinds are added up.

    All money, here and in the table of measures, is in one unit: 10,000 yuan of
    the base year.

    Attributes
    ----------
    discount_rate
        Share by which a cost counts less for each year that it is later, 0 or more.
    metre_cost
        What a kilometre of way costs, for each pupil and year.
    short_cost
        What a pupil without a seat is charged, for each year.
    empty_cost
        What an added seat that stays empty is charged, for each year.
    base_year
        Year in which costs count in full.

    Raises
    ------
    ValueError
        If a number is missing, infinite or negative.

    Examples
    --------
    >>> Money(discount_rate=0.03, metre_cost=0.05, short_cost=5.0, empty_cost=0.02, base_year=2026).short_cost
    5.0
    """

    discount_rate: float
    metre_cost: float
    short_cost: float
    empty_cost: float
    base_year: int

    def __post_init__(self) -> None:
        """Refuse what cannot be a cost."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not np.isfinite(value) or value < 0:
                msg = f"`{field.name}` of the money is a number of at least 0, got {value}."
                raise ValueError(msg)
