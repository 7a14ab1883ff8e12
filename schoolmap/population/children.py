"""
Children by area, age and school year, by the best method that the data allow.

The method is a rung of the ladder in `ladder`. Whatever it is, the result
is the same: residents of every age on the cut-off day of every school year,
those of them who were alive at the last count or born in a year of known
births, and the figures that were estimated on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population import fertility
from schoolmap.population import school_years
from schoolmap.population import snapshots
from schoolmap.population import starts
from schoolmap.population.cohorts import project_children
from schoolmap.population.national import load
from schoolmap.population.ratios import Memory
from schoolmap.population.ratios import follow_ratios
from schoolmap.population.scenarios import Assumptions
from schoolmap.population.scenarios import Scenario
from schoolmap.population.scenarios import assumptions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from schoolmap.population.evidence import Evidence
    from schoolmap.population.ladder import Rung

INFANTS_AND_TODDLERS = 2
"""The level of births is read from the ages 0 to 2."""
LEAST_PATH = 1e-9
"""A scenario without births is told from the level of births by dividing: by no less than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """
    The children of a planning area.

    Attributes
    ----------
    rung
        The method, why it was chosen, and what the better ones lack.
    unit
        Whether the dimension `area` holds areas, catchments or schools.
    date
        The day of the count that the projection starts from.
    last_known
        The last school cohort whose births are known, by the year of its
        cut-off day.
    by_scenario
        Residents by (area, age, year) on each cut-off day, per scenario.
    born
        Those of them who were counted, or whose births are known; same labels.
    births
        Births, less those who did not stay, by (area, year) of the school
        cohorts, per scenario; empty where a projection is used as given. They
        are those of the whole twelve months, of the first cohort too.
    ratios
        The yearly change of cohorts: `local` and `parent` by the age reached;
        nothing if nobody is taken to move.
    facts
        What was estimated on the way.
    history
        Yearly counts by area, age and year, where there are any.
    """

    rung: Rung
    unit: str
    date: dt.date
    last_known: int
    by_scenario: dict[str, xr.DataArray]
    born: dict[str, xr.DataArray]
    births: dict[str, xr.DataArray] = field(default_factory=dict)
    ratios: xr.Dataset | None = None
    facts: tuple[starts.Fact, ...] = ()
    history: xr.DataArray | None = None


def forecast_children(
    evidence: Evidence,
    *,
    rung: Rung,
    cutoff: str,
    first_year: int,
    horizon: int,
    oldest: int,
    scenarios: Mapping[str, Scenario],
    births: str = "level",
    national: str = "",
    memory: Memory | None = None,
) -> Children:
    """
    Forecast the children of every area by one of the methods A, B, C, S and D.

    Parameters
    ----------
    evidence
        What is known.
    rung
        From `ladder.choose_rung`.
    cutoff
        Month and day on which ages are counted.
    first_year, horizon
        First and last school year wanted; the first year of the result is the
        first after the count.
    oldest
        Oldest age wanted.
    scenarios
        By name.
    births
        `level`: births (fertility, where mothers can be projected) hold their
        level, moved by those that are known since the count; `national`: from
        there they follow the national projection.
    national
        National data set for survival and, if wanted, the path of births; without
        one, children are taken to survive.
    memory
        How far the past counts.

    Returns
    -------
    children
        By area.

    Raises
    ------
    LabelError
        If years of births, ages or areas that the method needs are missing, or
        the horizon lies before the count.
    MissingValueError
        If a table that the method needs is not there.
    """
    memory = memory or Memory()
    start = start_of(evidence, rung=rung, first_year=first_year, oldest=oldest, national=national, memory=memory)
    first = school_years.first_school_year(start.date, cutoff)
    if first > first_year:
        msg = f"The children are counted on {start.date}, first of all for {first}: nothing tells of {first_year}."
        raise LabelError(msg)
    years = list(range(first, horizon + 1))
    step = min(1.0, school_years.years_until(start.date, school_years.cutoff_day(first, cutoff)))
    known = _known_cohorts(evidence, cutoff=cutoff, years=years)
    since = _born_since(evidence, date=start.date, day=school_years.cutoff_day(first, cutoff)) if step > 0 else None
    # who was born by the count is there; on the cut-off day itself that is all of the first cohort
    last_known = max([first if since is not None or step == 0 else first - 1, *known["year"].to_numpy().tolist()])
    labels = xr.DataArray(years, coords={"year": years}, dims="year")
    whole, seen = labels.isin(known["year"]), labels.isin(known["year"]) | (labels == first) & (since is not None)
    survival = (
        None
        if start.ratios is not None
        else starts.national_survival(national, oldest=int(start.base["age"].max()), year=start.date.year)
    )
    if survival is not None and start.counted:
        # infants that were counted have lived through their first months
        survival = survival.where((survival["age"] > 0) | seen, 1.0)
    given = known.reindex(year=years, fill_value=0.0).sel(area=start.base["area"]) * start.retention
    begun = _begun_cohort(evidence, start, cutoff=cutoff, years=years, last_known=last_known)
    begun = begun.sel(area=start.base["area"])
    expected = _marriage_path(evidence, start, cutoff=cutoff, years=years)
    expected = expected * _national_path(evidence, start, births, national, cutoff=cutoff, years=years)
    by_scenario, born, cohorts = {}, {}, {}
    for name, scenario in scenarios.items():
        assumed = assumptions(scenario, years=years, base_year=last_known)
        path = assumed.births * expected
        infants = _infants(start, years=years, step=step, path=path, migration=assumed.migration, memory=memory)
        infants = _kept(
            infants.sel(area=start.base["area"]),
            evidence,
            start,
            path=path,
            scenario=assumed.births,
            cutoff=cutoff,
            last_known=last_known,
            memory=memory,
        )
        infants = given.where(whole, infants).transpose("area", "year")
        infants = infants * (1 - begun["share"]) + begun["births"]
        arriving, there = infants, infants.where(seen, begun["births"])
        if since is not None:
            # of the first cohort only those born since the count are to come, and they are known
            newborn = since.sel(area=infants["area"]) * (start.retention / step)
            arriving = infants.where(labels != first, newborn).transpose("area", "year")
            there = there.where(labels != first, newborn)
        change = _change(start.ratios, years=years, memory=memory, assumed=assumed)
        grown = [
            project_children(start.base, cohort, years=years, first_step=step, survival=survival, change=change)
            for cohort in (arriving, there.transpose("area", "year"))
        ]
        by_scenario[name], born[name] = (counts.sel(age=slice(0, oldest)) for counts in grown)
        cohorts[name] = infants
    facts = start.facts
    marriages = _marriage_path(evidence, start, cutoff=cutoff, years=years)
    if bool((marriages != 1).any()):
        facts = (*facts, starts.Fact(key="marriages", value=float(marriages[-1]) - 1))
    if bool(seen.any()):
        facts = (*facts, starts.Fact(key="known_births", value=float(last_known)))
    return Children(
        rung=rung,
        unit="area",
        date=start.date,
        last_known=last_known,
        by_scenario=by_scenario,
        born=born,
        births=cohorts,
        ratios=start.ratios,
        facts=facts,
        history=start.history,
    )


def start_of(
    evidence: Evidence,
    *,
    rung: Rung,
    first_year: int,
    oldest: int,
    national: str = "",
    memory: Memory | None = None,
) -> starts.Start:
    """
    Read where a projection starts, by the rung.

    Parameters
    ----------
    evidence, rung, first_year, oldest, national, memory
        As in `forecast_children`.

    Returns
    -------
    start
        The children on one day, and what drives them.

    Raises
    ------
    LabelError
        If the count is of other areas than those of the evidence.
    """
    start = _start_of(
        evidence,
        rung=rung,
        first_year=first_year,
        oldest=oldest,
        national=national,
        memory=memory or Memory(),
    )
    checks.require_same_labels(
        pd.Index(evidence.areas), start.base.indexes["area"], what="The areas of the plan and of the count"
    )
    return start


def _start_of(
    evidence: Evidence,
    *,
    rung: Rung,
    first_year: int,
    oldest: int,
    national: str,
    memory: Memory,
) -> starts.Start:
    oldest = max(oldest, INFANTS_AND_TODDLERS)
    if rung.code == "B":
        return starts.start_of_births(evidence, first_year=first_year, oldest=oldest, national=national)
    if rung.code == "D" or evidence.counts is None:
        return starts.start_of_totals(evidence, oldest=oldest)
    counts = _of_all_areas(evidence.counts, evidence.areas)
    births = starts.known_births(evidence)
    date = max(counts.index.get_level_values("date"))
    if rung.code in {"A", "C"}:
        history = snapshots.yearly_history(counts)
        if history is not None and int(history["age"].max()) > oldest:
            return starts.start_of_history(
                history, date=date, oldest=oldest, memory=memory, births=births, months=evidence.months
            )
    if rung.code == "A":
        evidence = replace(evidence, counts=counts)
        return starts.start_of_women(evidence, oldest=oldest, national=national)
    if rung.code == "C":
        return starts.start_of_snapshots(counts, oldest=oldest, births=births, months=evidence.months)
    base = starts.both_sexes(snapshots.single_ages(counts, date=date, oldest=oldest))
    if births is not None:
        bands = starts.bands_of_both(counts, date=date)
        base = starts.shaped_by_births(base, bands, births, date=date, months=evidence.months)
    return starts.start_of_count(date, base, births=births, months=evidence.months)


def _of_all_areas(counts: pd.DataFrame, areas: tuple[str, ...]) -> pd.DataFrame:
    """Return the counts of the dates on which every area was counted; all of them if there is none."""
    dates = counts.index.get_level_values("date")
    found = counts.reset_index().groupby("date")["area"].agg(set)
    full = [date for date, those in found.items() if set(areas) <= those]
    return counts[dates.isin(full)] if full else counts


def _known_cohorts(evidence: Evidence, *, cutoff: str, years: list[int]) -> xr.DataArray:
    """Return the school cohorts after the count all of whose births are known."""
    births = starts.known_births(evidence)
    if births is None:
        return xr.DataArray(
            np.zeros((len(evidence.areas), 0)),
            coords={"area": list(evidence.areas), "year": np.zeros(0, dtype=int)},
            dims=("area", "year"),
        )
    cohorts = school_years.school_cohorts(births, cutoff=cutoff, monthly=evidence.months)
    whole = cohorts.sel(year=cohorts["complete"]).drop_vars("complete")
    return whole.sel(year=[year for year in whole["year"].to_numpy().tolist() if year in years])


def _kept(
    infants: xr.DataArray,
    evidence: Evidence,
    start: starts.Start,
    *,
    path: xr.DataArray,
    scenario: xr.DataArray,
    cutoff: str,
    last_known: int,
    memory: Memory,
) -> xr.DataArray:
    """
    Move the births to come by how far the births known since the count have left the level, area by area.

    As in the level itself the last years weigh most, and the years before count as at the level; an area is drawn to
    all areas together. Without it births would spring back to the level of the count after the last known year. Where
    the count shows no births at all, those known since are held.
    """
    came = starts.known_births(evidence)
    if came is None:
        return infants
    dates = [
        year
        for year in came["year"].to_numpy().tolist()
        # a whole year after the count, of which both cohorts are told
        if starts.decimal_year(start.date) <= year and year in infants["year"]
    ]
    if not dates:
        return infants
    share = school_years.cohort_share(cutoff, monthly=evidence.months)
    later = [min(year + 1, int(infants["year"][-1])) for year in dates]
    # the cohort that has only begun is taken without what the scenario says of it
    plain = infants / scenario.where(scenario > 0)
    now, ahead = plain.sel(year=dates), plain.sel(year=later).assign_coords(year=dates)
    due = share * now + (1 - share) * ahead.fillna(now)
    came = came.sel(area=infants["area"], year=dates) * start.retention
    half = 0.5 ** (1 / memory.births_half_life)
    weights = xr.DataArray(half ** (dates[-1] - np.array(dates, dtype=float)), coords={"year": dates}, dims="year")
    before = float(half ** len(dates) / (1 - half)) if half < 1 else 0.0
    # so many births of one year the weighted ones are worth
    worth = float(weights.sum() / (weights**2).sum())
    level = due.mean("year")
    found, asked = ((counts * weights).sum("year") + before * level for counts in (came, due))
    common = float(found.sum() / asked.sum()) if float(asked.sum()) > 0 else 1.0
    prior = memory.births_prior / worth
    moved = infants * (found + prior * common) / (asked + prior)
    held = (came * weights).sum("year") / weights.sum() * path / float(path.sel(year=dates[-1]))
    moved = moved.where(asked > 0, held).transpose("area", "year")
    return infants.where(infants["year"] <= last_known, moved)


def _begun_cohort(
    evidence: Evidence,
    start: starts.Start,
    *,
    cutoff: str,
    years: list[int],
    last_known: int,
) -> xr.Dataset:
    """
    Return the births known of the cohort after the last whole one, and the share of its year that they stand for.

    Births to the end of December tell a third of the cohort that ends in August.
    """
    labels = xr.DataArray(years, coords={"year": years}, dims="year")
    none = xr.Dataset({"share": xr.zeros_like(labels, dtype=float), "births": 0.0 * start.infants * labels})
    births, begun = starts.known_births(evidence), last_known + 1
    if births is None or begun not in years or last_known != int(births["year"][-1]):
        return none
    # a first cohort that was partly counted is told by `_born_since`, or not at all
    if begun == years[0] or starts.decimal_year(start.date) > last_known + 1:
        return none
    share = 1 - school_years.cohort_share(cutoff, monthly=evidence.months)
    part = births.sel(area=start.infants["area"], year=last_known, drop=True) * (share * start.retention)
    here = (labels == begun).astype(float)
    return xr.Dataset({"share": here * share, "births": (part * here).transpose("area", "year")})


def _born_since(evidence: Evidence, *, date: dt.date, day: dt.date) -> xr.DataArray | None:
    """Return the births after a date up to a day less than a year later, by area; nothing if not all are known."""
    births = starts.known_births(evidence)
    if births is None:
        return None
    before, until = (school_years.cohort_share(f"{end:%m-%d}", monthly=evidence.months) for end in (date, day))
    shares = {date.year: until - before} if day.year == date.year else {date.year: 1 - before, day.year: until}
    needed = [year for year, share in shares.items() if share > 0]
    if not set(needed) <= set(births["year"].to_numpy().tolist()):
        return None
    weights = xr.DataArray([shares[year] for year in needed], coords={"year": needed}, dims="year")
    return (births.sel(year=needed) * weights).sum("year")


def _on_cohorts(
    curve: pd.Series,
    start: starts.Start,
    evidence: Evidence,
    *,
    cutoff: str,
    years: list[int],
) -> xr.DataArray:
    """
    Return a curve of calendar years for school cohorts, relative to the years that the level was learnt from.

    What fell within those years has fallen already: the level is their mean, not that of the last one.
    """
    middles, values = curve.index.to_numpy() + 0.5, curve.to_numpy(float)
    times, weights = (np.array(part) for part in zip(*start.learnt, strict=True))
    learnt = float(np.interp(times, middles, values) @ weights / weights.sum())
    centre = school_years.cohort_share(cutoff, monthly=evidence.months) - 0.5
    relative = np.interp(np.array(years) + centre, middles, values) / learnt
    return xr.DataArray(relative, coords={"year": years}, dims="year")


def _national_path(
    evidence: Evidence,
    start: starts.Start,
    births: str,
    national: str,
    *,
    cutoff: str,
    years: list[int],
) -> xr.DataArray:
    """Return the multiple of the level of births that the nation is expected to have; 1 if births hold their level."""
    if births != "national" or not national:
        return xr.DataArray(np.ones(len(years)), coords={"year": years}, dims="year")
    # where mothers are the area's own, only how many children each has follows the nation
    curve = load(national).annual["births" if start.people is None else "tfr"]
    absent = [year for year in years if year not in curve.index]
    if absent:
        msg = f"{national} has no year {absent[0]}: it has {curve.index.min()} to {curve.index.max()}."
        raise LabelError(msg)
    return _on_cohorts(curve, start, evidence, cutoff=cutoff, years=years)


def _marriage_path(
    evidence: Evidence,
    start: starts.Start,
    *,
    cutoff: str,
    years: list[int],
) -> xr.DataArray:
    """
    Return the multiple of births that marriages announce: first births follow them by one and two years.

    It is 1 where no marriages or no births by order are known; after the last births that the marriages announce it
    stays, and so it does before the first.
    """
    level = xr.DataArray(np.ones(len(years)), coords={"year": years}, dims="year")
    table, wed = evidence.births, evidence.marriages
    if table is None or wed is None or "order_1" not in table or table["order_1"].isna().all():
        return level
    known = table.dropna(subset=["order_1"]).groupby(level="year")[["births", "order_1"]].sum()
    first, last = (
        int(wed.index.min()) + max(fertility.MARRIAGE_LAGS),
        int(wed.index.max()) + min(fertility.MARRIAGE_LAGS),
    )
    if last <= first:
        return level
    announced = list(range(first, last + 1))
    ones = xr.DataArray(np.ones(len(announced)), coords={"year": announced}, dims="year")
    share = float(known["order_1"].iloc[-1] / known["births"].iloc[-1])
    curve = 1 + share * (fertility.marriage_lead(ones, wed, base_year=first).to_series() - 1)
    return _on_cohorts(curve, start, evidence, cutoff=cutoff, years=years)


def _infants(
    start: starts.Start,
    *,
    years: list[int],
    step: float,
    path: xr.DataArray,
    migration: float,
    memory: Memory,
) -> xr.DataArray:
    """Return the children born in the twelve months before each cut-off day, by (area, year)."""
    if start.people is None or start.people_ratios is None or start.level is None:
        return (start.infants * path).transpose("area", "year").rename("births")
    base_year = int(start.people["year"])
    periods = list(range(base_year + 1, base_year + 1 + len(years)))
    # the year before a cut-off day lies partly in one year after the count, partly in the next
    cohort = np.maximum(path.sel(year=years).to_numpy(), LEAST_PATH)
    ahead = np.append(cohort[1:], cohort[-1])
    level = step * cohort + (1 - step) * ahead
    future = follow_ratios(
        start.people,
        # where moves stop, those of mothers stop too
        ratios=start.people_ratios**migration,
        level=start.level,
        years=periods,
        damping=memory.damping,
        births_path=xr.DataArray(level, coords={"year": periods}, dims="year"),
    )
    born = starts.both_sexes(future).sel(age=0, year=periods).transpose("area", "year")
    # where no women were counted, births are held
    held = start.infants.sel(area=born["area"]).to_numpy()[:, None] * level
    born = born.where(born.sum("year") > 0, held).transpose("area", "year")
    # the path is of school cohorts: it is taken out of the years, and laid on the cohorts
    values = born.to_numpy() / level
    before = np.concatenate([values[:, :1], values[:, :-1]], axis=1)
    return xr.DataArray(
        ((1 - step) * before + step * values) * path.sel(year=years).to_numpy(),
        coords={"area": born["area"], "year": years},
        dims=("area", "year"),
        name="births",
    )


def _change(
    ratios: xr.Dataset | None,
    *,
    years: list[int],
    memory: Memory,
    assumed: Assumptions,
) -> xr.DataArray | None:
    """Return the yearly change of cohorts by (area, age, year): departures fade, and a scenario may stop all moves."""
    if ratios is None:
        return None
    time = np.arange(len(years)) + 0.5
    fade = np.ones(len(years)) if np.isinf(memory.damping) else 0.5 ** (time / memory.damping)
    fading = xr.DataArray(fade, coords={"year": years}, dims="year")
    parent, local = (xr.apply_ufunc(np.log, ratios[name]) for name in ("parent", "local"))
    change: xr.DataArray = xr.apply_ufunc(np.exp, (parent + (local - parent) * fading) * assumed.migration)
    # at birth the retention of infants has been counted already
    return change.reindex(age=[0, *change["age"].to_numpy()], fill_value=1.0).transpose("area", "age", "year")
