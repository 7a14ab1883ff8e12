"""The tables of people, as read and checked, in the form that forecasts take: `Evidence`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.inputs.checks import people
from schoolmap.inputs.checks.consistency import BOTH
from schoolmap.inputs.checks.consistency import band_ends
from schoolmap.population.evidence import Evidence
from schoolmap.tables import ORDERS
from schoolmap.tables import grade_number

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from schoolmap.inputs.project_file import PopulationSettings

PEOPLE_TABLES = ("population", "births", "projection", "totals", "structure", "pupils", "marriages")
"""Tables that evidence is made of."""


def assemble(
    tables: Mapping[str, pd.DataFrame],
    *,
    areas: Collection[str],
    ages: Mapping[str, tuple[int, int]],
    settings: PopulationSettings,
) -> Evidence:
    """
    Put the tables of people together; the order of their rows does not matter.

    Parameters
    ----------
    tables
        Tables by the contract's names, without fault; those of other things are
        left alone.
    areas
        Codes of all small areas.
    ages
        Youngest and oldest age of each stage, for a projection by stage.
    settings
        The `[population]` section. Its `monthly_births` go before the months
        of the table `births`.

    Returns
    -------
    evidence
        Sexes are kept apart where they are known. Births of all months and
        orders are added up. Open bands of a projection are left out: they hold
        no children.
    """
    known = {name: tables[name] for name in PEOPLE_TABLES if name in tables and not tables[name].empty}
    births, projection = known.get("births"), known.get("projection")
    return Evidence(
        areas=tuple(sorted(areas)),
        counts=_counts(known["population"]) if "population" in known else None,
        births=None if births is None else _births(births),
        months=_months(births, settings.monthly_births),
        projection=None if projection is None else _projection(projection, ages),
        projection_unit="area" if projection is None else people.projection_unit(projection),
        projection_date="" if projection is None else settings.projection_date,
        projection_source="" if projection is None else settings.projection_source,
        totals=_totals(known["totals"]) if "totals" in known else None,
        structure=by_age(known["structure"], ["age"], "count") if "structure" in known else None,
        pupils=_pupils(known["pupils"]) if "pupils" in known else None,
        marriages=_marriages(known["marriages"]) if "marriages" in known else None,
    )


def by_age(frame: pd.DataFrame, key: list[str], value: str) -> pd.DataFrame:
    """
    Add up what is not in the key (the sexes, say), and spell out the ages.

    Parameters
    ----------
    frame
        With `age`, the other columns of the key, and `value`.
    key
        Columns to index by, `age` among them.
    value
        Column to add up.

    Returns
    -------
    table
        Indexed by the key, with `value`, `low` and `high` (the highest age
        counted, missing for an open band).
    """
    # the order of a sum of fractions decides its last digit
    ordered = frame.sort_values([*key, *(["sex"] if "sex" in frame else [])])
    table = ordered.groupby(key, sort=True)[[value]].sum()
    ages = table.index.get_level_values("age")
    return table.assign(**band_ends(pd.Series(ages, index=table.index)))


def days(dates: pd.Series) -> pd.Series:
    """Return ISO dates as `datetime.date`."""
    return dates.map({text: dt.date.fromisoformat(text) for text in dates.unique()}).astype(object)


def _counts(population: pd.DataFrame) -> pd.DataFrame:
    sexes = population["sex"].fillna(BOTH) if "sex" in population else BOTH
    frame = population.assign(date=days(population["date"]), sex=sexes)
    key = ["area", "date", "sex", "age"]
    frame = frame[[*key, "count"]].join(band_ends(frame["age"]))
    return frame.set_index(key)[["low", "high", "count"]].sort_index()


def _births(births: pd.DataFrame) -> pd.DataFrame:
    frame = births.assign(year=births["year"].astype(int))
    frame = frame.sort_values([name for name in ("area", "year", "order", "month") if name in frame])
    table = frame.groupby(["area", "year"], sort=True)[["births"]].sum()
    if "order" not in frame or frame["order"].isna().all():
        return table
    orders = frame.dropna(subset=["order"]).groupby(["area", "year", "order"])["births"].sum().unstack("order")
    orders = orders.reindex(index=table.index, columns=list(ORDERS))
    return table.assign(**{f"order_{number}": orders[order] for number, order in enumerate(ORDERS, start=1)})


def _months(births: pd.DataFrame | None, shares: tuple[float, ...]) -> pd.Series | None:
    index = pd.RangeIndex(1, 13, name="month")
    if shares:
        known = pd.Series(shares, index=index, name="share")
    elif births is not None and "month" in births and births["month"].notna().any():
        monthly = births.dropna(subset=["month"]).sort_values(["area", "year", "month"])
        known = monthly["births"].groupby(monthly["month"].astype(int)).sum().reindex(index).rename("share")
    else:
        return None
    total = float(known.sum())
    return known / total if total > 0 else None


def _projection(projection: pd.DataFrame, ages: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    if people.projection_by_stage(projection):
        spans = projection["stage"].map(dict(ages))
        ends = pd.DataFrame({"low": spans.str[0], "high": spans.str[1]}, dtype=float)
    else:
        ends = band_ends(projection["age"])
    closed = ends["high"].notna()
    frame = projection.assign(
        unit=projection[people.projection_unit(projection)],
        year=projection["year"].astype(int),
        low=ends["low"],
        high=ends["high"],
    )[closed]
    frame = frame.astype({"low": int, "high": int})
    return frame.set_index(["unit", "low", "high", "year"])[["count"]].sort_index()


def _totals(totals: pd.DataFrame) -> pd.DataFrame:
    return totals.assign(date=days(totals["date"])).set_index(["area", "date"])[["count"]].sort_index()


def _pupils(pupils: pd.DataFrame) -> pd.DataFrame:
    frame = pupils.assign(grade=pupils["grade"].map(grade_number).astype(int), year=pupils["year"].astype(int))
    return frame.set_index(["school", "grade", "year"])[["pupils"]].sort_index()


def _marriages(marriages: pd.DataFrame) -> pd.Series:
    years = pd.Index(marriages["year"].astype(int), name="year")
    counts = np.asarray(marriages["count"], dtype=float)
    return pd.Series(counts, index=years, name="marriages").sort_index()
