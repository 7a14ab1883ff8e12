"""
Where a projection of children starts, and what drives it, by what is known.

Each function reads one kind of evidence into a `Start`: the children on one
day, how their cohorts change in a year, and what births will be held to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population import fertility
from schoolmap.population import small_areas
from schoolmap.population import snapshots
from schoolmap.population.arrays import SEXES
from schoolmap.population.ladder import MOTHERS
from schoolmap.population.life_tables import survivorship
from schoolmap.population.national import load
from schoolmap.population.ratios import BOUNDS
from schoolmap.population.ratios import LEAST_MOTHERS_AGE
from schoolmap.population.ratios import Memory
from schoolmap.population.ratios import change_ratios
from schoolmap.population.ratios import infant_level
from schoolmap.population.ratios import mothers_by_age
from schoolmap.population.ratios import recent_infants
from schoolmap.population.school_years import school_cohorts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from schoolmap.population.evidence import Evidence

CHILDREN_BELOW = 15
OLDEST_RETAINED = 10
"""Children up to this age are compared with the births of their year, to see how many came or left since."""
PRIOR_CHILDREN = 50.0
"""Children at which an area's own retention since birth weighs as much as that of all areas. Assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """
    One figure that was estimated on the way, to be shown.

    Attributes
    ----------
    key
        `change`, `births`, `retention`, `mothers`, `known_births`, `given`,
        `jumps`, `progression` or `marriages`; products have words for each.
    value
        A share of children a year (`change`), of births (`retention`) or of the
        grade below (`progression`, less one), births a year, children per woman
        (`mothers`), a year (`known_births`), school years (`given`) or how many
        cohorts of a given projection jump (`jumps`), or by how much marriages
        change births (`marriages`).
    about
        Of which ages or dates, of whom, or where the largest is.
    """

    key: str
    value: float
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """
    Where a projection starts, and what drives it.

    Attributes
    ----------
    date
        The day of the count.
    base
        Children, both sexes together, by (area, age), single ages from 0.
    infants
        Infants a year by area, as the last years show them: the level that is
        held where mothers cannot be projected.
    counted
        Whether `infants` were counted, so that deaths in the first months are
        out of them already; else they are births.
    ratios
        Yearly change of cohorts, `local` and `parent`, by the age reached; none
        if nobody is taken to move.
    retention
        Infants counted per birth of the twelve months before.
    people, people_ratios, level
        All ages, their change and the level of infants per woman, where mothers
        can be projected.
    history
        Yearly counts, where there are any.
    learnt
        When the births happened that the level was learnt from: times in years
        and their weights.
    facts
        What was estimated on the way.
    """

    date: dt.date
    base: xr.DataArray
    infants: xr.DataArray
    counted: bool = True
    ratios: xr.Dataset | None = None
    retention: float = 1.0
    people: xr.DataArray | None = None
    people_ratios: xr.Dataset | None = None
    level: xr.Dataset | None = None
    history: xr.DataArray | None = None
    learnt: tuple[tuple[float, float], ...] = ()
    facts: tuple[Fact, ...] = ()


def start_of_count(
    date: dt.date,
    base: xr.DataArray,
    *,
    births: xr.DataArray | None = None,
    months: pd.Series | None = None,
) -> Start:
    """
    Start from one count: births are level with the infants; moves are known if births are.

    Parameters
    ----------
    date
        The day of the count.
    base
        Children by (area, age), with the ages 0 to 2 at least.
    births
        By (area, year), where known: what children are more or less than their
        births has moved since.
    months
        Share of a year's births in each month.
    """
    infants = fertility.reference_births(base)
    found = None if births is None else _retention(base, births, date=date, months=months)
    if found is None:
        return Start(date=date, base=base, infants=infants, learnt=_infant_years(date), facts=(_births_fact(infants),))
    ratios, retention = found
    facts = (
        *_change_facts(ratios, base, str(date)),
        Fact(key="retention", value=retention, about=str(date)),
        _births_fact(infants),
    )
    return Start(
        date=date,
        base=base,
        infants=infants,
        ratios=ratios,
        retention=retention,
        learnt=_infant_years(date),
        facts=facts,
    )


def start_of_snapshots(
    counts: pd.DataFrame,
    *,
    oldest: int,
    births: xr.DataArray | None = None,
    months: pd.Series | None = None,
) -> Start:
    """
    Start from several counts by age: the widest pair of dates tells how cohorts change.

    Parameters
    ----------
    counts
        As in `snapshots.single_ages`.
    oldest
        Oldest age wanted.
    births
        By (area, year), where known: infants per birth are told by them.
    months
        Share of a year's births in each month.

    Raises
    ------
    LabelError
        If no two dates lie far enough apart, or one sex is missing.
    """
    pair = snapshots.widest_pair(counts)
    if pair is None:
        msg = f"No two counts lie {snapshots.LEAST_YEARS} to {snapshots.MOST_YEARS} years apart."
        raise LabelError(msg)
    first, last = pair
    years = (last - first).days / 365.25
    early = bands_of_both(counts, date=first)
    base = both_sexes(snapshots.single_ages(counts, date=last, oldest=oldest))
    # cohorts are followed to where the later count ends, so that a wide last band is not left out
    late = both_sexes(snapshots.single_ages(counts, date=last, open_last=False))
    ratios = snapshots.snapshot_ratios(early, late, years=years)
    ratios = ratios.sel(age=slice(1, oldest))
    if births is not None:
        base = shaped_by_births(base, bands_of_both(counts, date=last), births, date=last, months=months)
    infants = fertility.reference_births(base)
    retention, seen = _infants_per_birth(base, births, date=last, months=months)
    facts = (*_change_facts(ratios, base, f"{first} - {last}"), *seen, _births_fact(infants))
    return Start(
        date=last,
        base=base,
        infants=infants,
        ratios=ratios,
        retention=retention,
        learnt=_infant_years(last),
        facts=facts,
    )


def start_of_history(
    history: xr.DataArray,
    *,
    date: dt.date,
    oldest: int,
    memory: Memory,
    births: xr.DataArray | None = None,
    months: pd.Series | None = None,
) -> Start:
    """
    Start from yearly counts: moves are learnt and, where women are counted, fertility; else infants are held.

    Parameters
    ----------
    history
        From `snapshots.yearly_history`; its last age is an open one, above
        `oldest`.
    date
        The day of the last count.
    oldest
        Oldest age wanted.
    memory
        How far the past counts.
    births
        By (area, year), where known: infants per birth are told by them.
    months
        Share of a year's births in each month.
    """
    ratios = change_ratios(history, memory=memory)
    base = both_sexes(history.isel(year=-1, drop=True)).sel(age=slice(0, oldest))
    # of both sexes together, since girls and boys move apart from 15 on
    young = change_ratios(both_sexes(history), memory=memory) if "sex" in history.dims else ratios
    young = young.sel(age=slice(1, oldest))
    used = history["year"].to_numpy()[-(memory.window + 1) :]
    span = f"{int(used[0])}-{int(used[-1])}"
    retention, seen = _infants_per_birth(base, births, date=date, months=months)
    level = _level_of_women(history, memory) if int(history["age"].max()) >= LEAST_MOTHERS_AGE else None
    infants = recent_infants(history, memory=memory) if level is None else fertility.reference_births(base)
    facts = (
        *_change_facts(young, base, span),
        *seen,
        *(() if level is None else (Fact(key="mothers", value=float(level["parent"]), about=span),)),
        _births_fact(infants),
    )
    return Start(
        date=date,
        base=base,
        infants=infants,
        ratios=young,
        retention=retention,
        people=None if level is None else history.isel(year=-1),
        people_ratios=None if level is None else ratios,
        level=level,
        history=history,
        learnt=_counted_years(date, min(memory.window, history.sizes["year"] - 1), memory.births_half_life),
        facts=facts,
    )


def _level_of_women(history: xr.DataArray, memory: Memory) -> xr.Dataset:
    """Return infants per woman over a life, by area and of all areas together."""
    mothers = mothers_by_age(history["age"].to_numpy())
    whole = history.sum("area").expand_dims(area=["all"])
    return xr.Dataset(
        {
            "local": infant_level(history, mothers=mothers, memory=memory),
            "parent": infant_level(whole, mothers=mothers, memory=memory).isel(area=0, drop=True),
        },
    )


def start_of_women(evidence: Evidence, *, oldest: int, national: str) -> Start:
    """
    Start from one count by age and sex, and births by area and year.

    Children of 1 to `OLDEST_RETAINED` are compared with the births of their
    year: what is more or less has moved (or died). Births over the women there
    were (those of the count, so many years younger) give the level of fertility,
    recent years first, shrunk to all areas. Women of 15 and older die as the nation's do, and do not move.

    Parameters
    ----------
    evidence
        With `counts` of both sexes and `births`. The start is the latest count
        that tells women from men, up to the age of the oldest mothers.
    oldest
        Oldest age wanted.
    national
        National data set for survival; without one, women are taken to survive.

    Raises
    ------
    MissingValueError
        If counts or births are missing.
    ValueError
        If nobody is of the age of mothers.
    """
    if evidence.counts is None or evidence.births is None:
        msg = "Counts by age and sex and births by area and year are needed."
        raise MissingValueError(msg)
    date = _latest_of_women(evidence.counts)
    people = snapshots.single_ages(evidence.counts, date=date)
    births = births_by_year(evidence)
    base = both_sexes(people).sel(age=slice(0, oldest))
    bands = bands_of_both(evidence.counts, date=date)
    base = shaped_by_births(base, bands, births, date=date, months=evidence.months)
    ages = people["age"].to_numpy()
    everyone = xr.DataArray(np.ones(len(ages) - 1), coords={"age": ages[1:]}, dims="age")
    staying = xr.Dataset({"local": everyone * xr.ones_like(base.isel(age=0, drop=True)), "parent": everyone})
    found = _retention(base, births, date=date, months=evidence.months)
    ratios, retention = (staying, 1.0) if found is None else found
    # of the years up to the count if there are any: their women were counted
    recent = births.sel(year=slice(None, date.year)) if int(births["year"][0]) <= date.year else births
    recent = recent.sel(area=people["area"])
    women = _women_of_years(people.sel(sex="female", drop=True), years=recent["year"].to_numpy(), date=date)
    there = women.sum("year") > 0
    if not bool(there.any()):
        msg = f"On {date} no woman is of the age of mothers, so that births are of nobody."
        raise ValueError(msg)
    weight = 0.5 ** ((recent["year"][-1] - recent["year"]) / fertility.HALF_LIFE_YEARS)
    # births where no woman was counted are held, not led by women: `infants`
    of_women, women = recent.where(there, 0.0), women.where(there, 0.0)
    parent = float((of_women * weight).sum() / (women * weight).sum())
    own = fertility.local_level(of_women, women * parent)
    infants = (recent * weight).sum("year") / weight.sum() * retention
    facts = (
        *(() if found is None else _change_facts(ratios, base, str(date))),
        *(() if found is None else (Fact(key="retention", value=retention, about=str(date)),)),
        Fact(key="mothers", value=parent, about=str(date)),
        _births_fact(infants),
    )
    return Start(
        date=date,
        base=base,
        infants=infants.rename("infants"),
        counted=False,
        ratios=None if found is None else ratios.sel(age=slice(1, oldest)),
        retention=retention,
        people=people.assign_coords(year=date.year),
        people_ratios=_with_survival(ratios, ages=ages, national=national, year=date.year),
        level=xr.Dataset({"local": own["level"] * parent * retention, "parent": parent * retention}),
        learnt=_birth_years(recent),
        facts=facts,
    )


def start_of_births(evidence: Evidence, *, first_year: int, oldest: int, national: str) -> Start:
    """
    Start from births alone: children are those born, less those who died; nobody moves.

    Parameters
    ----------
    evidence
        With `births` of every year from the start less `oldest` on.
    first_year
        First school year wanted; the start is the last day of the year before,
        or of the last year of known births if that is earlier.
    oldest
        Oldest age wanted.
    national
        National data set for survival; without one, children are taken to survive.

    Raises
    ------
    LabelError
        If a year of births is missing.
    """
    births = births_by_year(evidence)
    last = min(first_year - 1, int(births["year"][-1]))
    wanted = list(range(last, last - oldest - 1, -1))
    missing = sorted(set(wanted) - set(births["year"].to_numpy().tolist()))
    if missing:
        msg = f"Births of {missing[0]} are missing: children up to {oldest} in {last} were born from {wanted[-1]} on."
        raise LabelError(msg)
    ages = np.arange(oldest + 1)
    living = national_survival(national, oldest=oldest, year=last)
    survivors = np.ones(oldest + 1) if living is None else np.cumprod(living.to_numpy())
    base = births.sel(year=wanted).rename(year="age").assign_coords(age=ages)
    base = base * xr.DataArray(survivors, coords={"age": ages}, dims="age")
    lag = births["year"][-1] - births["year"]
    weight = 0.5 ** (lag / fertility.HALF_LIFE_YEARS)
    infants = (births * weight).sum("year") / weight.sum()
    return Start(
        date=dt.date(last, 12, 31),
        base=base.transpose("area", "age").rename("children"),
        infants=infants.rename("infants"),
        counted=False,
        learnt=_birth_years(births),
        facts=(_births_fact(infants),),
    )


def start_of_totals(evidence: Evidence, *, oldest: int) -> Start:
    """
    Start from residents of all ages by area, spread by the age structure of the planning area.

    Parameters
    ----------
    evidence
        With `totals` and `structure`.
    oldest
        Oldest age wanted.
    """
    if evidence.totals is None or evidence.structure is None:
        msg = "Totals by area and the age structure of the planning area are needed."
        raise MissingValueError(msg)
    date = max(evidence.totals.index.get_level_values("date"))
    last = evidence.totals.xs(date, level="date")["count"]
    base = small_areas.spread_totals(last, evidence.structure, ages=range(oldest + 1))
    return start_of_count(date, base)


def both_sexes(people: xr.DataArray) -> xr.DataArray:
    """Return both sexes together."""
    return people.sum("sex") if "sex" in people.dims else people


def known_births(evidence: Evidence) -> xr.DataArray | None:
    """
    Return births by (area, year) of the latest years, one after another, in which those of every area are known.

    Years in which an area is missing are left out with all before them: unknown
    is not zero. Nothing if there is no such year.
    """
    if evidence.births is None or evidence.births.empty:
        return None
    table = evidence.births["births"].unstack("year").reindex(index=list(evidence.areas))
    whole = sorted(int(year) for year in table.columns[table.notna().all()])
    if not whole:
        return None
    first = whole[-1]
    while first - 1 in whole:
        first -= 1
    years = list(range(first, whole[-1] + 1))
    return xr.DataArray(
        table[years].to_numpy(float),
        coords={"area": table.index.to_numpy(object), "year": years},
        dims=("area", "year"),
        name="births",
    )


def births_by_year(evidence: Evidence) -> xr.DataArray:
    """
    Return births by (area, year), as `known_births`.

    Raises
    ------
    MissingValueError
        If there is no year in which the births of every area are known.
    """
    births = known_births(evidence)
    if births is None:
        msg = "Births by area and year are needed, of every area in one year at least. Unknown is not zero."
        raise MissingValueError(msg)
    return births


def national_survival(name: str, *, oldest: int, year: int) -> xr.DataArray | None:
    """
    Return the shares of children who live through a year, by the age reached; nothing without a data set.

    Both sexes together, of the period that the year lies in, or of the nearest there is.
    """
    if not name:
        return None
    rates = load(name).death_rates
    # a period is labelled with its last year
    ends = rates["year"].to_numpy()
    rates = rates.sel(year=int(ends[min(int(np.searchsorted(ends, year)), len(ends) - 1)]), drop=True)
    # a rate of 5-9 is that of every single age within
    single = rates.reindex(age=np.arange(int(rates["age"].max()) + 1), method="ffill")
    return survivorship(single).mean("sex").sel(age=slice(0, oldest))


def _retention(
    base: xr.DataArray,
    births: xr.DataArray,
    *,
    date: dt.date,
    months: pd.Series | None,
) -> tuple[xr.Dataset, float] | None:
    """
    Compare children with the births of their year: the yearly change of their cohorts, and infants per birth.

    Nothing if the births of the two years before the count are not known. The
    change is drawn to none by `snapshots.PRIOR_YEARS`, as with two counts.
    """
    born = _born(base, births, date=date, months=months)
    ages = born["age"].to_numpy().tolist()
    if ages[:2] != [0, 1] or float(base.sel(age=0).sum()) <= 0:
        return None
    there = base.sel(age=ages)
    if float(born.sel(age=0).sum()) <= 0:
        return None
    infants = float(there.sel(age=0).sum() / born.sel(age=0).sum())
    older = [age for age in ages if age > 0]
    expected, found = (born.sel(age=older) * infants), there.sel(age=older)
    if float(expected.sum()) <= 0 or float(found.sum()) <= 0:
        return None
    time = float((expected.sum("area") * expected["age"]).sum() / expected.sum())
    low, high = (float(np.log(bound)) for bound in BOUNDS)
    parent = float(np.clip(np.log(float(found.sum()) / float(expected.sum())) / time, low, high))
    n, e = found.sum("age"), expected.sum("age")
    usable = (n > 0) & (e > 0)
    own: xr.DataArray = xr.apply_ufunc(np.log, n.where(usable, 1.0) / e.where(usable, 1.0))
    own = (own / time).where(usable, parent).clip(low, high)
    trust = e / (e + PRIOR_CHILDREN)
    # a year or two of moves are no habit of ten: as with two counts, few years are drawn to nobody moving
    seen = older[-1] / (older[-1] + snapshots.PRIOR_YEARS)
    local, parent = (trust * own + (1 - trust) * parent) * seen, parent * seen
    reached = np.arange(1, int(base["age"].max()) + 1)
    every = xr.DataArray(np.ones(len(reached)), coords={"age": reached}, dims="age")
    own_change: xr.DataArray = xr.apply_ufunc(np.exp, local * every)
    change: xr.DataArray = xr.apply_ufunc(np.exp, parent * every)
    return xr.Dataset({"local": own_change.transpose("area", "age"), "parent": change}), infants


def shaped_by_births(
    base: xr.DataArray,
    bands: pd.DataFrame,
    births: xr.DataArray,
    *,
    date: dt.date,
    months: pd.Series | None,
) -> xr.DataArray:
    """
    Split the bands of children in the proportions in which they were born.

    A smooth curve does not know that births halved: the four-year-olds of a band 0-4 may be twice as many as the
    infants. Where births of every year of a band are known, they say it better; a small area borrows from all.

    Parameters
    ----------
    base
        Children by (area, age), split by a curve: every band keeps its total.
    bands
        As counted, indexed by `(area, age)`, with `low` and `high`.
    births
        Births by (area, year).
    date
        The day of the count.
    months
        Share of a year's births in each month.

    Returns
    -------
    children
        On the labels of `base`.
    """
    born = _born(base, births, date=date, months=months, oldest=int(base["age"].max()))
    known = set(born["age"].to_numpy().tolist())
    shape = born + born.sum("area") / born.sum() * PRIOR_CHILDREN if float(born.sum()) > 0 else born
    split = base.copy()
    wide = bands[(bands["high"] > bands["low"]) & (bands["high"] <= float(base["age"].max()))].reset_index()
    for low, high in sorted(set(zip(wide["low"].astype(int), wide["high"].astype(int), strict=True))):
        rows = wide[(wide["low"] == low) & (wide["high"] == high)]
        ages = list(range(low, high + 1))
        if not set(ages) <= known:
            continue
        here = {"area": sorted(set(rows["area"])), "age": ages}
        part, like = base.sel(here), shape.sel(here)
        sums = like.sum("age")
        moved = like / sums.where(sums > 0, 1.0) * part.sum("age")
        split.loc[here] = moved.where(sums > 0, part).transpose(*base.dims)
    return split


def _born(
    base: xr.DataArray,
    births: xr.DataArray,
    *,
    date: dt.date,
    months: pd.Series | None,
    oldest: int = OLDEST_RETAINED,
) -> xr.DataArray:
    """Return the births of the children of each age, by (area, age), as far as all are known."""
    checks.require_same_labels(
        base.indexes["area"], births.indexes["area"], what="The areas of the count and of births"
    )
    births = births.sel(area=base["area"])
    cohorts = school_cohorts(births, cutoff=f"{date:%m-%d}", monthly=months)
    cohorts = cohorts.sel(year=cohorts["complete"]).drop_vars("complete")
    known = cohorts.indexes["year"]
    ages = [age for age in range(min(oldest, int(base["age"].max())) + 1) if date.year - age in known]
    return cohorts.sel(year=[date.year - age for age in ages]).rename(year="age").assign_coords(age=ages)


def _infants_per_birth(
    base: xr.DataArray,
    births: xr.DataArray | None,
    *,
    date: dt.date,
    months: pd.Series | None,
) -> tuple[float, tuple[Fact, ...]]:
    """Return infants counted per birth of the twelve months before, 1 where it is not known, and the fact."""
    born = None if births is None else _born(base, births, date=date, months=months)
    if born is None or 0 not in born.indexes["age"] or float(born.sel(age=0).sum()) <= 0:
        return 1.0, ()
    value = float(base.sel(age=0).sum() / born.sel(age=0).sum())
    return (value, (Fact(key="retention", value=value, about=str(date)),)) if value > 0 else (1.0, ())


def _latest_of_women(counts: pd.DataFrame) -> dt.date:
    """Return the latest date on which women and men were counted, women up to the age of the oldest mothers."""
    for date in sorted(set(counts.index.get_level_values("date")), reverse=True):
        rows = counts[counts.index.get_level_values("date") == date]
        if set(rows.index.get_level_values("sex")) != set(SEXES):
            continue
        women = rows.xs("female", level="sex")["high"]
        if float(women.groupby(level="area").max().min()) >= MOTHERS[1]:
            found: dt.date = date
            return found
    msg = f"No count tells women up to {MOTHERS[1]} from men in every area."
    raise MissingValueError(msg)


def bands_of_both(counts: pd.DataFrame, *, date: dt.date) -> pd.DataFrame:
    """Return the bands of one date by (area, age), both sexes together."""
    rows = counts[counts.index.get_level_values("date") == date].droplevel("date")
    sexes = set(rows.index.get_level_values("sex"))
    if sexes not in ({"both"}, set(SEXES)):
        msg = f"The people of {date} have the sexes {sorted(sexes)}: give `female` and `male`, or `both` together."
        raise LabelError(msg)
    checks.require_no_gaps(rows["count"], what=f"The count of {date}")
    groups = rows.groupby(level=["area", "age"])
    if (groups.size() == len(sexes)).all():
        return groups.agg({"low": "first", "high": "first", "count": "sum"})
    # women and men in other bands: both are split to single ages first
    single = both_sexes(snapshots.single_ages(counts, date=date)).to_series().rename("count").reset_index()
    single = single.assign(low=single["age"], high=single["age"].astype(float), age=single["age"].astype(str))
    return single.set_index(["area", "age"])[["low", "high", "count"]]


def _with_survival(ratios: xr.Dataset, *, ages: NDArray[np.int64], national: str, year: int) -> xr.Dataset:
    """Continue the ratios of children to all ages with the nation's survival."""
    reached = ages[1:]
    living = national_survival(national, oldest=int(reached[-1]), year=year)
    later = xr.DataArray(np.ones(len(reached)), coords={"age": reached}, dims="age")
    if living is not None:
        later = living.reindex(age=reached, method="ffill")
    young = later["age"] < min(CHILDREN_BELOW, int(ratios["age"].max()) + 1)
    return ratios.reindex(age=reached, method="ffill").where(young, later).transpose("area", "age")


def _women_of_years(women: xr.DataArray, *, years: NDArray[np.int64], date: dt.date) -> xr.DataArray:
    """
    Return the women weighted by the age pattern of fertility, by (area, year), as they were in each year of births.

    Who was x years old k years before the count is x + k years old at it: nobody is taken to have died or moved.
    """
    ages = women["age"].to_numpy()
    curve = mothers_by_age(ages).to_numpy()
    parts = []
    for year in years.tolist():
        lag = decimal_year(date) - (year + 0.5)
        moved = xr.DataArray(np.interp(ages - lag, ages, curve, left=0.0, right=0.0), coords={"age": ages}, dims="age")
        parts.append((women * moved).sum("age"))
    return xr.concat(parts, dim=pd.Index(years, name="year")).transpose("area", "year")


def decimal_year(date: dt.date) -> float:
    """
    Return a date as a year with its part.

    Examples
    --------
    >>> decimal_year(dt.date(2024, 12, 31)), round(decimal_year(dt.date(2025, 7, 2)), 1)
    (2025.0, 2025.5)
    """
    days = (dt.date(date.year + 1, 1, 1) - dt.date(date.year, 1, 1)).days
    return date.year + ((date - dt.date(date.year, 1, 1)).days + 1) / days


def _infant_years(date: dt.date) -> tuple[tuple[float, float], ...]:
    """Return when those aged 0, 1 and 2 were born, with the weights of `fertility.reference_births`."""
    return _counted_years(date, 3, fertility.HALF_LIFE_YEARS)


def _counted_years(date: dt.date, number: int, half_life: float) -> tuple[tuple[float, float], ...]:
    """Return the middles of the years before a count, and weights that halve."""
    return tuple(
        (decimal_year(date) - 0.5 - lag, 1.0 if np.isinf(half_life) else 0.5 ** (lag / half_life))
        for lag in range(number)
    )


def _birth_years(births: xr.DataArray) -> tuple[tuple[float, float], ...]:
    """Return the middles of calendar years of births, and weights that halve."""
    years = births["year"].to_numpy().tolist()
    return tuple((year + 0.5, 0.5 ** ((years[-1] - year) / fertility.HALF_LIFE_YEARS)) for year in years)


def _births_fact(infants: xr.DataArray) -> Fact:
    return Fact(key="births", value=float(infants.sum()))


def _change_facts(ratios: xr.Dataset, base: xr.DataArray, about: str) -> tuple[Fact, ...]:
    """Return the yearly change of kindergarten and school children of the whole planning area."""
    facts = []
    weights = base.sum("area")
    for low, high in ((1, 5), (6, 11)):
        ages = [age for age in range(low, high + 1) if age in ratios.indexes["age"]]
        if ages and float(weights.sel(age=ages).sum()) > 0:
            share = weights.sel(age=ages)
            mean = float((ratios["parent"].sel(age=ages) * share).sum() / share.sum())
            facts.append(Fact(key="change", value=mean - 1, about=f"{low}-{high}, {about}"))
    return tuple(facts)
