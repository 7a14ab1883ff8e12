"""
National rates that a place without its own may lean on, shipped with their source.

Each folder beside this file is one data set with a `SOURCE.md`: origin,
licence, attribution, units.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal
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
    deaths = _table(name, "death_rates.csv")
    deaths["age"] = deaths["age"].str.rstrip("+").astype(int)
    # a period from mid-year to mid-year is labelled with the year in which it ends
    deaths["year"] = deaths["period"].str[-4:].astype(int)
    shares = _table(name, "fertility_shares.csv")
    shares["age"] = shares["age"].str.split("-").str[0].astype(int)
    by_age = xr.DataArray.from_series(shares.set_index(["age", "year"])["pasfr_pct"])
    return NationalRates(
        annual=_table(name, "annual.csv").set_index("year"),
        death_rates=_by_sex(deaths, female="mxF", male="mxM").rename("death_rates"),
        fertility_shares=(by_age / by_age.sum("age")).rename("fertility_shares"),
        migration=_by_sex(_table(name, "net_migration.csv"), female="migF", male="migM").rename("migration"),
    )


def _by_sex(table: pd.DataFrame, *, female: str, male: str) -> xr.DataArray:
    """Return two columns of a table as an array by sex, age and year."""
    counts = table.set_index(["age", "year"])
    sexes = pd.Index(["female", "male"], name="sex")
    return xr.concat([xr.DataArray.from_series(counts[column]) for column in (female, male)], dim=sexes)


def births_of_china(*, series: Literal["announced", "revised"]) -> pd.DataFrame:
    """
    Return the live births of China by calendar year.

    The census of 2020 found more children born in 2011-2017 than had been
    announced: there are two series, and which one a cohort comes from moves
    grade 1 by 3 to 18 %. Without Hong Kong, Macao and Taiwan.

    Parameters
    ----------
    series
        `announced` as first published, 2010-2025; `revised` after the seventh
        census for 2010-2020, and for the years since, for which there is
        nothing else, the announced births, marked so in `source`.

    Returns
    -------
    births
        Indexed by `year`, ascending, with the columns:
          - `births` - persons, published in ten thousands
          - `source` - the publication
          - `confidence` - `high`, `medium` or `low`
          - `note` - another variant in print, or nothing

    Raises
    ------
    ValueError
        If there is no such series.

    Examples
    --------
    >>> births_of_china(series="announced").loc[2016, "births"].item()
    17860000
    >>> births_of_china(series="revised").loc[[2012, 2016, 2024], "births"].tolist()
    [19730000, 18830000, 9540000]
    >>> births_of_china(series="revised").loc[2024, "source"][:22]
    'announced, not revised'
    """
    if series not in {"announced", "revised"}:
        msg = f"There is no series {series!r} of the births of China. There are: announced, revised."
        raise ValueError(msg)
    every = _table("china_births", "births.csv").fillna({"note": ""}).set_index("year")
    chosen = every[every["series"] == series]
    if series == "revised":
        since = every[(every["series"] == "announced") & (every.index > chosen.index.max())]
        chosen = pd.concat([chosen, since.assign(source="announced, not revised: " + since["source"])])
    return chosen.drop(columns="series").sort_index()


def order_shares_of_china() -> pd.DataFrame:
    """
    Return how the births of China divide into first, second and later children.

    Only the years for which a figure was found: 2016, 2017, 2019, 2021, 2022
    and 2024.

    Returns
    -------
    shares
        Indexed by `(year, order)`, with the columns:
          - `of` - `births`, or `tfr` where only the shares of total fertility
            are known: those of births differ with the ages of the women
          - `share` - in [0, 1]; of every year they sum to 1
          - `births` - persons, where published or told by the share; else
            missing
          - `source`, `confidence`, `note` - as in `births_of_china`
        Orders are `1`, `2` and `3+`; for 2019 only `1` and `2+`.

    Examples
    --------
    >>> order_shares_of_china()["share"].loc[2022].to_dict()
    {'1': 0.461, '2': 0.389, '3+': 0.15}
    """
    return _table("china_births", "order_shares.csv").fillna({"note": ""}).set_index(["year", "order"]).sort_index()


def _table(name: str, file: str) -> pd.DataFrame:
    """Return one file of a data set, the caller's own."""
    return _read(name, file).copy()


@cache
def _read(name: str, file: str) -> pd.DataFrame:
    """Read one file of a data set, once."""
    with (resources.files(__name__) / name / file).open(encoding="utf-8") as lines:
        return pd.read_csv(lines, dtype={"order": str})
