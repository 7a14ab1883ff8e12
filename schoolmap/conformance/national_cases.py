"""Children of China: a published table of cohorts, and births against pupils as they were counted."""

from __future__ import annotations

import io

import pandas as pd
import xarray as xr

from schoolmap.conformance.case import Case
from schoolmap.population.cohorts import project_children
from schoolmap.population.flows import migration_multiplier
from schoolmap.population.grades import entry_cohorts
from schoolmap.population.national import births_of_china
from schoolmap.seats.indicators.rates import stock_flow

PUBLISHED = """
year,a6,a7,a8,a9,a10,a11,primary,a12,a13,a14,junior,total
2020,1640,1610,1595,1550,1520,1545,9460,1545,1525,1500,4570,14030
2021,1645,1640,1610,1595,1550,1520,9560,1545,1545,1525,4615,14175
2022,1695,1640,1635,1610,1595,1550,9725,1520,1545,1545,4610,14335
2023,1730,1695,1640,1635,1610,1595,9905,1550,1520,1545,4615,14520
2024,1615,1725,1690,1640,1635,1610,9915,1595,1550,1520,4665,14580
2025,1505,1615,1725,1690,1640,1635,9810,1610,1595,1550,4755,14565
2026,1455,1505,1615,1725,1690,1640,9630,1635,1610,1595,4840,14470
2027,1415,1455,1505,1615,1725,1690,9405,1640,1635,1610,4885,14290
2028,1370,1410,1450,1505,1615,1725,9075,1690,1640,1635,4965,14040
2029,1315,1370,1410,1450,1505,1615,8665,1725,1690,1640,5055,13720
2030,1260,1315,1370,1410,1450,1505,8310,1615,1725,1690,5030,13340
2031,1210,1255,1310,1370,1410,1450,8005,1505,1615,1725,4845,12850
2032,1170,1210,1255,1310,1370,1410,7725,1450,1505,1615,4570,12295
2033,1130,1170,1210,1255,1310,1370,7445,1410,1450,1505,4365,11810
"""
"""School-age population of China, in ten thousand, rounded to 5: ages 6 to 14, primary and junior; from `_TABLE`."""

_TABLE = (
    "Qiao Jinzhong et al. 2021, Journal of East China Normal University (Educational Sciences) 39(12), 59-80, "
    "doi 10.16382/j.cnki.1000-5560.2021.12.005; in ten thousand"
)
_SUMS = f"identity: the ages add up; {_TABLE}"
_COUNTED = (
    "pupils: Ministry of Education, statistical communiqués; births: NBS, as revised; in ten thousand, within {:.0%}"
)
_LEFT_OVER = "Ministry of Education, statistical communiqués; in ten thousand, within {:.1%}"
_HANGZHOU = "Hangzhou: births of 2017 and first grade of 2023 as published; their ratio"
_CELL = 5.0
"""What one cell of the table may differ by: it is rounded to 5, and nobody dies in ours."""
_STAGES = {"primary": (6, 11), "junior": (12, 14)}

ENTERED = {2022: (1701.39, 0.08), 2023: (1877.9, 0.08), 2024: (1616.63, 0.02), 2025: (1461.7, 0.02)}
"""First grade in ten thousand, and the share by which births may differ: families shifted the entry from 2022 to 2023."""
PUPILS = {2023: 10836.0, 2024: 10584.37, 2025: 10178.3}
LEFT = {2024: 1857.27, 2025: 1860.5}
"""Pupils of primary schools, and those who finished them, in ten thousand."""
JUNIOR = {2024: 5386.16, 2025: 5509.3}
JUNIOR_IN, JUNIOR_OUT = {2025: 1852.8}, {2025: 1723.7}
_BALANCED, _STOCK = 0.002, 0.02


def national_cases() -> tuple[Case, ...]:
    """
    Return all cases of China's children.

    Examples
    --------
    >>> [case.name for case in national_cases() if not case.passes]
    []
    """
    return (*_cohort_cases(), *_birth_cases(), *_balance_cases())


def cohort_table() -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the published table, and ours from its ages of 2020 and those who turn six each year.

    Examples
    --------
    >>> published, ours = cohort_table()
    >>> published.loc[2029, "a12"], ours.loc[2029, "a12"]
    (np.float64(1725.0), np.float64(1730.0))
    """
    published = pd.read_csv(io.StringIO(PUBLISHED.strip()), index_col="year").astype(float)
    ages = list(range(6, 15))
    base = xr.DataArray(
        [published.loc[2020, [f"a{age}" for age in ages]].to_numpy(float)],
        coords={"area": ["China"], "age": ages},
        dims=("area", "age"),
    )
    # entrants take the place of births, since the table starts at age 6; it is of the same day each year
    entrants = xr.DataArray(
        [published["a6"].to_numpy()],
        coords={"area": ["China"], "year": published.index.to_numpy()},
        dims=("area", "year"),
    )
    years = [int(year) for year in published.index]
    children = project_children(base, entrants, years=years, first_step=0.0).sel(area="China")
    ours = pd.DataFrame(
        children.transpose("year", "age").to_numpy(), index=published.index, columns=[f"a{age}" for age in ages]
    )
    return published, ours


def _cohort_cases() -> tuple[Case, ...]:
    published, ours = cohort_table()
    cases = [
        Case(
            name="cohorts of China, largest difference of 126 ages and years",
            published=0.0,
            ours=float((ours - published[ours.columns]).abs().to_numpy().max()),
            tolerance=_CELL,
            source=_TABLE,
        )
    ]
    for stage, (low, high) in _STAGES.items():
        columns = [f"a{age}" for age in range(low, high + 1)]
        total, printed = ours[columns].sum(axis=1), published[stage]
        cases += [
            Case(
                name=f"cohorts of China, {stage} of {year}",
                published=float(printed[year]),
                ours=float(total[year]),
                tolerance=_CELL * len(columns),
                source=_TABLE,
            )
            for year in (2025, 2029, 2033)
        ]
        cases += [
            Case(
                name=f"cohorts of China, year in which {stage} is largest",
                published=float(printed.index[int(printed.argmax())]),
                ours=float(total.index[int(total.argmax())]),
                tolerance=0.0,
                source=_TABLE,
            ),
            Case(
                name=f"cohorts of China, printed ages less printed {stage}, all years",
                published=0.0,
                ours=float((published[columns].sum(axis=1) - printed).abs().sum()),
                tolerance=0.0,
                source=_SUMS,
            ),
        ]
    return tuple(cases)


def _birth_cases() -> tuple[Case, ...]:
    """First grades, and pupils of six cohorts, from births alone; and what moving makes of a city."""
    births = births_of_china(series="revised")["births"] / 1e4
    array = xr.DataArray(births.to_numpy(float), coords={"year": births.index.to_numpy()}, dims="year")
    cohorts = entry_cohorts(array).to_series()
    first = [
        Case(
            name=f"first grade of {year}, from births",
            published=pupils,
            ours=float(cohorts[year]),
            tolerance=share * pupils,
            source=_COUNTED.format(share),
        )
        for year, (pupils, share) in ENTERED.items()
    ]
    stock = [
        Case(
            name=f"primary pupils of {year}, six cohorts from births",
            published=pupils,
            ours=float(cohorts.loc[year - 5 : year].sum()),
            tolerance=_STOCK * pupils,
            source=_COUNTED.format(_STOCK),
        )
        for year, pupils in PUPILS.items()
    ]
    born, entered = (xr.DataArray([count], coords={"area": ["Hangzhou"]}, dims="area") for count in (8.66, 15.45))
    times = migration_multiplier(born, entered=entered)
    city = Case(
        name="first grade per birth six years before, a city that grows",
        published=1.784,
        ours=float(times[0]),
        tolerance=5e-4,
        source=_HANGZHOU,
    )
    return (*first, *stock, city)


def _balance_cases() -> tuple[Case, ...]:
    """Pupils of a year are those of the year before, with who enters and without who leaves."""
    entered = {year: pupils for year, (pupils, _) in ENTERED.items() if year in LEFT}
    levels = {"primary": (PUPILS, entered, LEFT), "junior": (JUNIOR, JUNIOR_IN, JUNIOR_OUT)}
    cases = []
    for level, (stock, into, out) in levels.items():
        found = stock_flow(pd.Series(stock), entrants=pd.Series(into), leavers=pd.Series(out), tolerance=_BALANCED)
        cases += [
            Case(
                name=f"{level} pupils of {year}, from the year before",
                published=published,
                ours=expected,
                tolerance=_BALANCED * expected,
                source=_LEFT_OVER.format(_BALANCED),
            )
            for year, published, expected in found[["published", "expected"]].itertuples(name=None)
        ]
    return tuple(cases)
