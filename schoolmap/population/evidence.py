"""What is known of the people of a planning area, before a method is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    The tables that a forecast of children may rest on; what is not known is `None`.

    Attributes
    ----------
    areas
        Codes of all small areas, sorted.
    counts
        Residents counted, indexed by `(area, date, sex, age)`, with `low`,
        `high` (last age counted; missing for an open band) and `count`. `date`
        is a `datetime.date`; `sex` is `female`, `male` or `both`; `age` is the
        band as written. There may be several dates, with other bands on each.
    births
        Live births to mothers who live in the area, indexed by `(area, year)`,
        calendar years, with `births`; and by `order` (`1`, `2`, `3+`), where
        known, in columns `order_1`, `order_2`, `order_3`.
    months
        Share of a year's births in each month, 1 to 12, sums to 1.
    projection
        A ready projection, indexed by `(unit, low, high, year)`, with `count`:
        children of ages `low` to `high` (both counted) on the day
        `projection_date` of each year.
    projection_unit
        Whether `unit` is an `area` or a `catchment`.
    projection_date
        Month and day for which the projection holds, `08-31`.
    projection_source
        Who made it, and when.
    totals
        Residents of all ages, indexed by `(area, date)`, with `count`.
    structure
        The age structure of the planning area, indexed by `age`, with `low`,
        `high` and `count`.
    pupils
        Pupils enrolled, indexed by `(school, grade, year)`, with `pupils`;
        `year` is the school year, by its autumn.
    marriages
        First marriages registered in the planning area, by calendar year.
    """

    areas: tuple[str, ...]
    counts: pd.DataFrame | None = None
    births: pd.DataFrame | None = None
    months: pd.Series | None = None
    projection: pd.DataFrame | None = None
    projection_unit: str = "area"
    projection_date: str = ""
    projection_source: str = ""
    totals: pd.DataFrame | None = None
    structure: pd.DataFrame | None = None
    pupils: pd.DataFrame | None = None
    marriages: pd.Series | None = None
