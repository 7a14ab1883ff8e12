"""
From what a project knows of people to its children: the method, homes to come, moves to town, and how sure it is.

The wing `population` holds the methods; here they are put together for one
project, in the order in which a demographer would: choose the method, forecast,
add the children of new homes, let families move to the county town, hold the
method to its own past, and tell when the numbers peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import SchoolmapError
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.population import backtest
from schoolmap.population import flows
from schoolmap.population import housing
from schoolmap.population import ladder
from schoolmap.population import school_years
from schoolmap.population import small_areas
from schoolmap.population.children import Children
from schoolmap.population.children import forecast_children
from schoolmap.population.given import children_as_given
from schoolmap.population.given import children_of_pupils
from schoolmap.population.grade_backtest import ENTRY_AGE
from schoolmap.population.scenarios import Scenario
from schoolmap.population.scenarios import assumptions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from schoolmap.project import Project

HOUSEHOLD = 2.62
"""
Persons per household, where homes are not counted: seventh census of China, 2020 (National Bureau of Statistics,
communiqué no. 2, 2021; confidence: high for China, an assumption elsewhere).
"""
RECENT = 10
"""Counted years before the last one in which a peak is looked for."""
LONGEST_TEST = 10
"""Forecasts of the past are made up to so many years ahead."""
AS_GIVEN = frozenset({"P", "E"})
"""Methods to whose children nothing is added: a projection has its homes and moves, and pupils are not residents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demography:
    """
    The children of a project, and what is known of how they came about.

    Attributes
    ----------
    children
        By area, age and year, homes to come and moves to town included.
    accuracy
        Errors of forecasts of the past, indexed by `(method, stage, horizon)`;
        `None` without a history.
    factors
        Corrections of the intervals, by `(stage, horizon)`; `None` without a history.
    peaks
        Indexed by `(scenario, where, stage)`; `where` is `all`, `town` or `rest`.
        See `backtest.peaks`.
    births
        Births less those who did not stay, by school cohort (rows) and scenario.
    new_homes
        Children in homes to come, by (scenario, stage, year), and how many of
        them are new to the planning area; `None` without developments.
    moved
        Children moved to the county town by then, by (scenario, stage, year);
        `None` without rates.
    ignored
        Tables that were given and not used, because the method takes children
        as they are given (`AS_GIVEN`): of `developments` and `migration`.
    """

    children: Children
    accuracy: pd.DataFrame | None
    factors: pd.Series | None
    peaks: pd.DataFrame
    births: pd.DataFrame
    new_homes: xr.Dataset | None = None
    moved: xr.DataArray | None = None
    ignored: tuple[str, ...] = ()


def make_demography(project: Project, *, progress: Callable[[str], None] = lambda _: None) -> Demography:
    """
    Forecast the children of a project.

    Parameters
    ----------
    project
        From `project.read_project`.
    progress
        Called with the name of each step as it starts.

    Raises
    ------
    InputError
        If no method can be used, or not the one that the project wants; or if
        the count is later than the horizon.
    """
    settings = project.settings_population
    wanted = None if settings.method == "auto" else settings.method
    oldest = max(stage.ages[1] for stage in project.stages)
    # the day of the first count comes before the first year, so that children of `oldest` were born that much earlier
    rung = ladder.choose_rung(
        project.evidence,
        wanted=wanted,
        entry_age=oldest + 1,
        first_year=project.settings.base_year,
        oldest=oldest,
    )
    scenarios = {
        item.id: Scenario(
            preset=item.preset,
            births_factor=item.births_factor,
            migration_factor=item.migration_factor,
            housing_delay=item.housing_delay,
        )
        for item in project.scenarios
    }
    _require_horizon_after_count(project, rung)
    children = _forecast(project, rung, scenarios)
    children, new_homes = _with_homes(project, children, scenarios)
    children, moved = _with_moves_to_town(project, children, scenarios)
    given = {"developments": project.developments, "migration": project.migration}
    ignored = tuple(name for name, table in given.items() if table is not None and rung.code in AS_GIVEN)
    groups = {stage.id: stage.ages for stage in project.stages}
    accuracy, factors = None, None
    if children.history is not None:
        progress("forecasts of the past")
        excluded = [item.year for item in settings.exclude_years]
        accuracy, factors = hold_to_the_past(children.history, groups=groups, exclude_years=excluded)
    births = pd.DataFrame({name: counts.sum("area").to_series() for name, counts in children.births.items()})
    return Demography(
        children=children,
        accuracy=accuracy,
        factors=factors,
        peaks=_peaks(project, children, groups),
        births=births,
        new_homes=new_homes,
        moved=moved,
        ignored=ignored,
    )


def _require_horizon_after_count(project: Project, rung: ladder.Rung) -> None:
    """Raise if the first cut-off day after the count is later than the last school year of the plan."""
    horizon, counted = project.settings.horizon, _counted_on(project, rung)
    if counted is None:
        return
    first = school_years.first_school_year(counted, project.settings.entry_cutoff)
    if first > horizon:
        raise InputError([_late_count(counted, first=first, horizon=horizon)])


def _counted_on(project: Project, rung: ladder.Rung) -> dt.date | None:
    """Return the latest date on which all areas were counted, as the method needs it; nothing if it needs no count."""
    evidence = project.evidence
    table = evidence.totals if rung.code == "D" else evidence.counts
    if rung.code not in {"A", "C", "S", "D"} or table is None or table.empty:
        return None
    if rung.code == "A":
        table = table[table.index.get_level_values("sex") == "female"]
    areas = table.reset_index().groupby("date")["area"].agg(set)
    whole = [date for date, those in areas.items() if set(evidence.areas) <= those]
    latest: dt.date = max(whole or areas.index)
    return latest


def _late_count(counted: dt.date, *, first: int, horizon: int) -> Fault:
    return Fault(
        file=FILE_NAME,
        column="project.horizon",
        value=str(horizon),
        problem=(
            f"is before {first}, the first school year after the count of {counted}: "
            "the count is later than the horizon."
        ),
        remedy="Choose a later horizon, or bring an earlier count.",
        problem_zh=f"早于 {counted} 人口时点之后的第一个学年({first}):人口时点晚于规划末年。",
        remedy_zh="请推迟规划末年,或提供更早时点的人口。",
    )


def _forecast(project: Project, rung: ladder.Rung, scenarios: Mapping[str, Scenario]) -> Children:
    """Forecast by the chosen rung; what the data cannot give is a fault of the input."""
    settings, people = project.settings, project.settings_population
    ages = sorted({age for stage in project.stages for age in range(stage.ages[0], stage.ages[1] + 1)})
    try:
        if rung.code == "P":
            return children_as_given(
                project.evidence,
                rung=rung,
                cutoff=settings.entry_cutoff,
                first_year=settings.base_year,
                horizon=settings.horizon,
                ages=tuple(ages),
                scenarios=scenarios,
            )
        if rung.code == "E":
            return children_of_pupils(
                project.evidence,
                rung=rung,
                cutoff=settings.entry_cutoff,
                first_year=settings.base_year,
                horizon=settings.horizon,
                ages=tuple(ages),
                entry_age=ENTRY_AGE,
                scenarios=scenarios,
                exclude_years={item.year: item.reason["en"] for item in people.exclude_years},
            )
        return forecast_children(
            project.evidence,
            rung=rung,
            cutoff=settings.entry_cutoff,
            first_year=settings.base_year,
            horizon=settings.horizon,
            oldest=ages[-1],
            scenarios=scenarios,
            births=people.births,
            national=people.national,
        )
    except InputError:
        raise
    except (SchoolmapError, ValueError) as error:
        raise InputError([_unusable(rung, str(error))]) from error


def _unusable(rung: ladder.Rung, why: str) -> Fault:
    return Fault(
        file=FILE_NAME,
        column="population.method",
        value=rung.code,
        problem=f"the method ({rung.name['en']}) cannot use these data: {why}",
        remedy="Correct the tables, or choose another method.",
        problem_zh=f"该方法({rung.name['zh']})无法使用现有数据:{why}",
        remedy_zh="请更正数据表,或改用其他方法。",
    )


def hold_to_the_past(
    history: xr.DataArray,
    *,
    groups: Mapping[str, tuple[int, int]],
    exclude_years: list[int],
) -> tuple[pd.DataFrame | None, pd.Series | None]:
    """
    Forecast the past, and return the errors and the corrections of the intervals.

    Parameters
    ----------
    history
        People by (area, age, year), and `sex` where known.
    groups
        Ages of each stage.
    exclude_years
        Years that are not compared with.

    Returns
    -------
    accuracy, factors
        By `(method, stage, horizon)` and by `(stage, horizon)`; nothing if the
        history is too short for a single forecast.
    """
    years = history["year"].to_numpy().tolist()
    compared = set(years) - set(exclude_years)
    origins = years[backtest.LEAST_HISTORY - 1 :]
    ahead = range(1, LONGEST_TEST + 1)
    horizons = [step for step in ahead if any(origin + step in compared for origin in origins)]
    # the last age is open: nobody can be told apart in it
    inside = {name: ages for name, ages in groups.items() if ages[1] < int(history["age"].max())}
    if not horizons or not inside:
        return None, None
    found = backtest.rolling_forecasts(history, groups=inside, horizons=horizons, exclude_years=exclude_years)
    corrected = backtest.correct_intervals(found)
    table = backtest.accuracy(corrected, by=["method", "group", "horizon"])
    factors = backtest.interval_factors(found)
    return table.rename_axis(index={"group": "stage"}), factors.rename_axis(index={"group": "stage"})


def widening(factors: pd.Series | None, stage: str, elapsed: xr.DataArray) -> xr.DataArray | None:
    """
    Return the correction of the intervals of a stage by year.

    Between tested horizons it is drawn as a straight line; beyond the last it stays.

    Parameters
    ----------
    factors
        By `(stage, horizon)`.
    stage
        Which stage.
    elapsed
        Years since the count, by year.
    """
    if factors is None or stage not in factors.index.get_level_values("stage"):
        return None
    own = factors.xs(stage, level="stage").sort_index()
    values = np.interp(elapsed.to_numpy(), own.index.to_numpy(float), own.to_numpy(float))
    return elapsed.copy(data=values).rename("widen")


def _with_homes(
    project: Project,
    children: Children,
    scenarios: Mapping[str, Scenario],
) -> tuple[Children, xr.Dataset | None]:
    """Add the children of homes to come, scenario by scenario."""
    if project.developments is None or children.rung.code in AS_GIVEN:
        return children, None
    completions = housing.homes_by_area(project.developments[["area", "homes"]])
    share_new = project.settings_population.additionality
    done = _last_counted_homes(children.date, project.settings.entry_cutoff)
    changed, born, parts = {}, {}, {}
    for name, counts in children.by_scenario.items():
        years = counts["year"].to_numpy().tolist()
        delay = assumptions(scenarios[name], years=years, base_year=children.date.year).housing_delay
        new = _children_of_homes(project, counts, completions, delay=delay, after=done)
        result = housing.add_housing(counts, new, additionality=share_new)
        # in a new home as elsewhere, the same share of an age in a year was alive at the count
        alive = (children.born[name].sum("area") / counts.sum("area").where(counts.sum("area") > 0)).fillna(1.0)
        known = housing.add_housing(children.born[name], new * alive, additionality=share_new)["children"]
        changed[name] = result["children"]
        born[name] = xr.apply_ufunc(np.minimum, known, changed[name])
        parts[name] = xr.Dataset({"living": _by_stage(project, new), "new": _by_stage(project, result["added"])})
    joined = xr.concat(list(parts.values()), dim=pd.Index(list(parts), name="scenario"))
    return replace(children, by_scenario=changed, born=born), joined


def _last_counted_homes(date: dt.date, cutoff: str) -> int:
    """
    Return the last year whose homes stood at the count.

    Homes of a calendar year are lived in from its cut-off day on: a count of that day or later has their children.
    """
    return date.year if date >= school_years.cutoff_day(date.year, cutoff) else date.year - 1


def _children_of_homes(
    project: Project,
    counts: xr.DataArray,
    completions: pd.Series,
    *,
    delay: int,
    after: int,
) -> xr.DataArray:
    """Return the children who live in homes completed after the count, on the labels of `counts`."""
    years, areas = counts["year"].to_numpy().tolist(), counts["area"].to_numpy().tolist()
    coming = completions[completions.index.get_level_values("year") > after]
    if coming.empty:
        return xr.zeros_like(counts)
    # homes up to the base year stand already: a delay is of those to come
    coming = housing.delayed(coming, by=delay, after=max(after, project.settings.base_year))
    since = list(range(max(years[-1] - after, 1)))
    types = sorted(set(coming.index.get_level_values("type")))
    yields = _yields_of(project, counts, types=types, since=since)
    new = housing.children_of_new_homes(
        coming,
        occupancy=housing.occupancy(since),
        yields=yields,
        years=years,
        areas=areas,
        after=after,
    )
    return new.transpose("area", "age", "year")


def _yields_of(project: Project, counts: xr.DataArray, *, types: list[str], since: list[int]) -> xr.DataArray:
    """Return children per occupied home by (type, age, since): as given, else those of the homes there are, tilted."""
    ages = counts["age"].to_numpy()
    if project.yields is not None:
        tables = []
        for kind in types:
            known = project.yields.index.get_level_values("type")
            own = project.yields[known == (kind if kind in known else "")]
            if own.empty:
                raise InputError([_missing_yield(kind)])
            tables.append(_given_yield(own, ages=ages, since=since))
        return xr.concat(tables, dim=pd.Index(types, name="type"))
    everybody = _everybody(project)
    if everybody is None:
        raise InputError([_missing_yield(types[0])])
    base = counts.isel(year=0, drop=True).sum("area")
    homes = everybody / HOUSEHOLD
    one = housing.yield_curve((base / homes).expand_dims(type=types), years_since=since)
    return one.transpose("type", "age", "since")


def _everybody(project: Project) -> float | None:
    """Return the residents of all ages at the latest count, or nothing where only the young were counted."""
    people, totals = project.population, project.evidence.totals
    if people is not None and (people["high"].isna().any() or float(people["high"].max()) >= small_areas.OLDEST_CLOSED):
        found = float(people["count"].sum())
    elif totals is not None and not totals.empty:
        last = max(totals.index.get_level_values("date"))
        found = float(totals.xs(last, level="date")["count"].sum())
    else:
        return None
    return found if found > 0 else None


def _given_yield(own: pd.DataFrame, *, ages: NDArray[np.int64], since: list[int]) -> xr.DataArray:
    """Spread given yields to single ages, and draw straight lines between the years given."""
    table = np.zeros((len(ages), len(since)))
    bands = own[["low", "high"]].drop_duplicates()
    for low, high in zip(bands["low"], bands["high"], strict=True):
        if low > ages[-1]:
            continue
        if np.isnan(high):
            raise InputError([_open_yield(int(low))])
        rows = own[(own["low"] == low) & (own["high"] == high)].sort_index(level="years_since")
        given = rows.index.get_level_values("years_since").to_numpy(float)
        line = np.interp(since, given, rows["children"].to_numpy(float))
        table[(ages >= low) & (ages <= high)] += line / (high - low + 1)
    return xr.DataArray(table, coords={"age": ages, "since": since}, dims=("age", "since"))


def _open_yield(low: int) -> Fault:
    return Fault(
        file="yields",
        column="age",
        value=f"{low}+",
        problem="is open: how many of these are of the ages of the plan cannot be told.",
        remedy="Close the band, for example 12-14.",
        problem_zh="为开口年龄段,无法判断其中有多少属于规划年龄。",
        remedy_zh="请写明上限,如 12-14。",
    )


def _missing_yield(kind: str) -> Fault:
    return Fault(
        file="yields",
        column="type",
        value=kind,
        problem="is a type of homes to come, but nothing tells how many children live in one.",
        remedy="Add it to the table `yields`, or give a population of all ages, from which it can be told.",
        problem_zh="为新建住宅类型,但没有数据说明每套住宅有多少儿童。",
        remedy_zh="请在 `yields` 表中补充,或提供全年龄人口,以便推算。",
    )


def _with_moves_to_town(
    project: Project,
    children: Children,
    scenarios: Mapping[str, Scenario],
) -> tuple[Children, xr.DataArray | None]:
    """Let children of the other areas move to the county town, along their cohorts."""
    if project.migration is None or not project.town or children.rung.code in AS_GIVEN:
        return children, None
    changed, born, parts = {}, {}, {}
    for name, counts in children.by_scenario.items():
        years, oldest = counts["year"].to_numpy().tolist(), int(counts["age"].max())
        # children may have moved at any age before
        ages = np.arange(oldest + 1)
        factor = assumptions(scenarios[name], years=years, base_year=children.date.year).migration
        rates = np.zeros(len(ages))
        for low, high, rate in project.migration[["low", "high", "rate"]].to_numpy():
            rates[(ages >= low) & (ages <= (oldest if np.isnan(high) else high))] = rate
        labelled = xr.DataArray(np.clip(rates * factor, 0.0, 1.0), coords={"age": ages}, dims="age")
        rural = [area for area in counts["area"].to_numpy().tolist() if area not in set(project.town)]
        weights = counts.isel(year=0, drop=True).sum("age").sel(area=list(project.town))
        if float(weights.sum()) <= 0:
            # a town without children yet: every part of it takes as many
            weights = xr.ones_like(weights)
        moved = {
            what: flows.move_to_town(
                table,
                rates=labelled,
                from_areas=rural,
                to_areas=list(project.town),
                weights=weights,
                first_year=years[0] + 1,
            )
            for what, table in (("all", counts), ("born", children.born[name]))
        }
        changed[name], born[name] = (moved[what]["children"].transpose(*counts.dims) for what in ("all", "born"))
        parts[name] = _by_stage(project, moved["all"]["moved_out"])
    return (
        replace(children, by_scenario=changed, born=born),
        xr.concat(list(parts.values()), dim=pd.Index(list(parts), name="scenario")),
    )


def _by_stage(project: Project, counts: xr.DataArray) -> xr.DataArray:
    """Return the children of each stage in the whole planning area, by (stage, year)."""
    parts = [counts.sel(age=slice(*stage.ages)).sum(["area", "age"]) for stage in project.stages]
    return xr.concat(parts, dim=pd.Index([stage.id for stage in project.stages], name="stage"))


def _peaks(project: Project, children: Children, groups: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Tell direction and peak for the whole, the county town and the rest, counted years included."""
    base_year = project.settings.base_year
    past, found = _past(project, children), {}
    for name, counts in children.by_scenario.items():
        known = counts["area"].isin(list(project.town))
        parts = {"all": counts.sum("area")}
        if children.unit == "area" and bool(known.any()) and not bool(known.all()):
            parts |= {"town": counts.where(known, 0.0).sum("area"), "rest": counts.where(~known, 0.0).sum("area")}
        if past is not None:
            inside = past["area"].isin(list(project.town))
            before = {"all": past.sum("area"), "town": past.where(inside, 0.0).sum("area")}
            before["rest"] = before["all"] - before["town"]
            parts = {where: xr.concat([before[where], part], dim="year") for where, part in parts.items()}
        together = xr.concat(list(parts.values()), dim=pd.Index(list(parts), name="area"))
        found[name] = backtest.peaks(together.transpose("area", "age", "year"), groups=groups, base_year=base_year)
    return pd.concat(found, names=["scenario"]).rename_axis(index={"area": "where", "group": "stage"})


def _past(project: Project, children: Children) -> xr.DataArray | None:
    """Return the counted years on the cut-off day after each count, by (area, age, year)."""
    if children.history is None:
        return None
    history = children.history.sum("sex") if "sex" in children.history.dims else children.history
    ages = children.by_scenario[project.scenarios[0].id]["age"]
    cutoff, date = project.settings.entry_cutoff, children.date
    first = school_years.first_school_year(date, cutoff)
    part = min(1.0, school_years.years_until(date, school_years.cutoff_day(first, cutoff)))
    # a peak of long ago is no news to a planner
    history = history.isel(year=slice(-RECENT - 1, None))
    # the youngest were born since: those of the next count stand for them
    older = history.shift(age=1).where(history["age"] > 0, history.shift(year=-1))
    moved = ((1 - part) * history + part * older).sel(age=ages).isel(year=slice(None, -1))
    return moved.assign_coords(year=moved["year"] + (first - date.year)).transpose("area", "age", "year")
