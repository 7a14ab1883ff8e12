"""
National rates that a place without its own may lean on, shipped with their source.

Each folder beside this file is one data set with a `SOURCE.md`: origin,
licence, attribution, units.
"""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple

import pandas as pd
import xarray as xr

NAMES = ("china_wpp2024",)
"""The data sets that are shipped."""


class NationalRates(NamedTuple):
    """Rates and components of change of one country, labelled as `cohorts` wants them."""

    annual: pd.DataFrame
    """By year: births, deaths, total fertility and its bounds, sex ratio at birth (`srb`), population; counts in
    thousands. A missing number is not published for that year."""
    death_rates: xr.DataArray
    """Deaths per person and year by sex, age (0, 1, 5, 10, …, 100 and older) and year, the last of five."""
    fertility_shares: xr.DataArray
    """Share of total fertility by age (10, 15, …, 50) and year; of every year they sum to 1."""
    migration: xr.DataArray
    """Net migrants, in thousands, by sex, single age (0 to 100 and older) and year."""


def load(name: str) -> NationalRates:
    """
    Load a national data set.

    Parameters
    ----------
    name
        One of `NAMES`: `china_wpp2024` is World Population Prospects 2024 of
        the United Nations, medium variant, CC BY 3.0 IGO.

    Returns
    -------
    rates
        The tables of the data set.

    Raises
    ------
    ValueError
        If there is no such data set.

    Examples
    --------
    >>> china = load("china_wpp2024")
    >>> china.annual.loc[2030, ["births", "tfr", "srb"]].tolist()
    [8359.513, 1.06119, 1.076]
    >>> china.death_rates.sel(sex="female", age=0, year=2030).item()
    0.00476032
    >>> china.migration.sel(year=2030).sum().round(1).item()
    -199.2
    """
    if name not in NAMES:
        msg = f"There are no national rates {name!r}. There are: {', '.join(NAMES)}."
        raise ValueError(msg)
    folder = resources.files(__name__) / name

    def table(file: str) -> pd.DataFrame:
        with (folder / file).open(encoding="utf-8") as lines:
            return pd.read_csv(lines)

    deaths = table("death_rates.csv")
    deaths["age"] = deaths["age"].str.rstrip("+").astype(int)
    # a period from mid-year to mid-year is labelled with the year in which it ends
    deaths["year"] = deaths["period"].str[-4:].astype(int)
    shares = table("fertility_shares.csv")
    shares["age"] = shares["age"].str.split("-").str[0].astype(int)
    by_age = xr.DataArray.from_series(shares.set_index(["age", "year"])["pasfr_pct"])
    return NationalRates(
        annual=table("annual.csv").set_index("year"),
        death_rates=_by_sex(deaths, female="mxF", male="mxM").rename("death_rates"),
        fertility_shares=(by_age / by_age.sum("age")).rename("fertility_shares"),
        migration=_by_sex(table("net_migration.csv"), female="migF", male="migM").rename("migration"),
    )


def _by_sex(table: pd.DataFrame, *, female: str, male: str) -> xr.DataArray:
    """Return two columns of a table as an array by sex, age and year."""
    counts = table.set_index(["age", "year"])
    sexes = pd.Index(["female", "male"], name="sex")
    return xr.concat([xr.DataArray.from_series(counts[column]) for column in (female, male)], dim=sexes)
