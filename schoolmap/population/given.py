"""
Children that need no model of people: a ready projection used as given, and pupils where nothing else is known.

The first is only checked, split to single ages and dated. The second counts
children where they go to school, not where they live.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import xarray as xr

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population import grades
from schoolmap.population import projections
from schoolmap.population.children import Children
from schoolmap.population.scenarios import Scenario
from schoolmap.population.scenarios import assumptions
from schoolmap.population.school_years import cohort_share
from schoolmap.population.school_years import cutoff_day
from schoolmap.population.starts import Fact
from schoolmap.population.starts import known_births

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from schoolmap.population.evidence import Evidence
    from schoolmap.population.ladder import Rung

LEAST_ENTRIES, MOST_ENTRIES = 2, 5
"""Years of entry, at least and at most, from which pupils per birth are learnt (see `grades.entry_ratio`)."""


def children_as_given(
    evidence: Evidence,
    *,
    rung: Rung,
    cutoff: str,
    first_year: int,
    horizon: int,
    ages: tuple[int, ...],
    scenarios: Mapping[str, Scenario],
) -> Children:
    """
    Use a ready projection as it is: checked, split to single ages, dated; nothing is recomputed.

    Parameters
    ----------
    evidence
        With `projection`.
    rung
        `P`.
    cutoff
        Month and day on which ages are counted.
    first_year, horizon
        First and last school year wanted.
    ages
        Single ages wanted, rising.
    scenarios
        By name. A scenario other than the central one multiplies the children
        born after the first year of the projection; those alive then stay.

    Returns
    -------
    children
        By area or catchment, as the projection is. Whoever is younger than the
        projection counts as not yet born.

    Raises
    ------
    LabelError
        If units, years or ages are missing.
    MissingValueError
        If there is no projection.
    """
    if evidence.projection is None:
        msg = "There is no ready projection."
        raise MissingValueError(msg)
    units = list(evidence.areas) if evidence.projection_unit == "area" else None
    jumps = projections.check_projection(evidence.projection, ages=list(ages), units=units)
    dated = _on_cutoff_day(evidence.projection, ages=ages, day=evidence.projection_date or cutoff, cutoff=cutoff)
    years = dated["year"].to_numpy().tolist()
    missing = sorted(set(range(first_year, horizon + 1)) - set(years))
    if missing:
        msg = (
            f"The projection tells of the school years {years[0]} to {years[-1]}, not of {missing[0]}. "
            "Bring the missing years, or change `base_year` or `horizon`."
        )
        raise LabelError(msg)
    dated = dated.sel(year=slice(None, horizon)).transpose("area", "age", "year")
    first = int(dated["year"][0])
    alive = dated["age"] >= dated["year"] - first
    by_scenario, born = {}, {}
    for name, scenario in scenarios.items():
        path = assumptions(scenario, years=range(first - max(ages), horizon + 1), base_year=first).births
        factor = path.sel(year=dated["year"] - dated["age"]).drop_vars("year").assign_coords(year=dated["year"])
        by_scenario[name] = (dated * factor).transpose("area", "age", "year").rename("children")
        born[name] = dated.where(alive, 0.0)
    facts = [Fact(key="given", value=float(len(years)), about=evidence.projection_source)]
    if len(jumps):
        worst = jumps.reindex(jumps["change"].abs().sort_values(ascending=False, kind="stable").index).iloc[0]
        facts.append(Fact(key="jumps", value=float(len(jumps)), about=f"{worst['unit']}, {int(worst['year'])}"))
    return Children(
        rung=rung,
        unit=evidence.projection_unit,
        date=cutoff_day(first, cutoff),
        last_known=first,
        by_scenario=by_scenario,
        born=born,
        facts=tuple(facts),
    )


def _on_cutoff_day(projection: pd.DataFrame, *, ages: tuple[int, ...], day: str, cutoff: str) -> xr.DataArray:
    """Return the single ages of a projection on the cut-off day, by (area, age, year)."""
    lows, highs = (projection.index.get_level_values(end) for end in ("low", "high"))
    covered = {age for low, high in set(zip(lows, highs, strict=True)) for age in range(low, high + 1)}
    # stages may leave ages out between them: each run of ages is dated on its own, with the age below it where known
    parts = []
    for _, run in itertools.groupby(enumerate(sorted(ages)), key=lambda placed: placed[1] - placed[0]):
        wanted = [age for _, age in run]
        below = [wanted[0] - 1] if wanted[0] - 1 in covered else []
        single = projections.spread_projection(projection, ages=[*below, *wanted]).rename(unit="area")
        parts.append(projections.date_projection(single, day=day, cutoff=cutoff, ages=wanted))
    return xr.concat(parts, dim="age", join="inner").rename("children")


def children_of_pupils(
    evidence: Evidence,
    *,
    rung: Rung,
    cutoff: str,
    first_year: int,
    horizon: int,
    ages: tuple[int, ...],
    entry_age: int,
    scenarios: Mapping[str, Scenario],
    exclude_years: Mapping[int, str] | None = None,
) -> Children:
    """
    Project the pupils of every school, where enrolment is all that is known.

    Grades move up by pooled ratios; the entry grade follows the births of the
    planning area where they are known (of those who entered in two of the last
    years, at least), else the mean of its last three years.
    Every pupil counts as one child of the age of the grade.

    Parameters
    ----------
    evidence
        With `pupils`, and `births` where known.
    rung
        `E`.
    cutoff
        Month and day on which ages are counted.
    first_year, horizon
        First and last school year wanted.
    ages
        Single ages wanted, rising: those of the grades there are.
    entry_age
        Age in grade 1.
    scenarios
        By name; they multiply the entrants whose births are not known.
    exclude_years
        Years that say nothing of how grades move up, with the reason.

    Returns
    -------
    children
        By school. Those who are at school at the last count are born; those who
        enter later are not, unless their births are known.

    Raises
    ------
    LabelError
        If a wanted age has no grade, or the wanted years lie before the last count.
    MissingValueError
        If there are no pupils by grade.
    """
    if evidence.pupils is None:
        msg = "There are no pupils by school, grade and year."
        raise MissingValueError(msg)
    history = grades.read_history(evidence.pupils.reset_index())
    covered = [int(grade) - 1 + entry_age for grade in history["grade"].to_numpy()]
    apart = sorted(set(ages) - set(covered))
    if apart:
        msg = (
            f"Pupils are known in the ages {covered[0]} to {covered[-1]} only; a stage needs the age {apart[0]}. "
            "Bring its grades (0 is the year before grade 1), or leave the stage out."
        )
        raise LabelError(msg)
    last = int(history["year"][-1])
    if first_year < last:
        msg = f"The last enrolment is that of {last}: `base_year` {first_year} is before it."
        raise LabelError(msg)
    years = list(range(last + 1, horizon + 1))
    ratios = grades.progression_ratios(history, exclude_years=exclude_years)
    lowest = int(history["grade"][0])
    intake = history.sel(grade=lowest).sum("school")
    cohorts = _entry_cohorts(evidence, cutoff=cutoff, entry_age=lowest - 1 + entry_age, horizon=horizon)
    # of the years of enrolment, those whose entrants were born in years of known births, one after another to the last
    entered = history["year"].to_numpy().tolist()[::-1]
    born_in = [] if cohorts is None else cohorts["year"].to_numpy().tolist()
    told = len(list(itertools.takewhile(lambda year: year in born_in, entered)))
    cohorts = cohorts if told >= LEAST_ENTRIES else None
    expected = grades.future_intake(
        intake,
        years=years,
        cohorts=cohorts,
        window=min(told, MOST_ENTRIES) if cohorts is not None else MOST_ENTRIES,
        exclude_years=exclude_years,
    )
    known = [] if cohorts is None else [year for year in cohorts["year"].to_numpy().tolist() if year in years]
    sharing = grades.grade_shares(history, exclude_years=exclude_years)
    by_scenario, born = {}, {}
    for name, scenario in scenarios.items():
        base_year = max([last, *known])
        entry = expected * assumptions(scenario, years=years, base_year=base_year).births
        entry = entry.drop_vars([label for label in entry.coords if label != "year"])
        tables = []
        for intake_of in (entry, entry.where(entry["year"].isin(known), 0.0)):
            future = grades.project_pupils(
                history.sel(year=last, drop=True), ratios=ratios, entry=intake_of, years=years, shares=sharing
            )
            joined = xr.concat([history.sel(year=[last]), future.transpose(*history.dims)], dim="year")
            tables.append(joined.assign_coords(grade=covered).rename(grade="age", school="area").sel(age=list(ages)))
        by_scenario[name], born[name] = (
            table.sel(year=slice(first_year, None)).transpose("area", "age", "year") for table in tables
        )
    growth = float(ratios["district"].mean()) - 1
    return Children(
        rung=rung,
        unit="school",
        date=cutoff_day(last, cutoff),
        last_known=max([last, *known]) - covered[0],
        by_scenario=by_scenario,
        born=born,
        facts=(Fact(key="progression", value=growth, about=str(last)),),
    )


def _entry_cohorts(evidence: Evidence, *, cutoff: str, entry_age: int, horizon: int) -> xr.DataArray | None:
    """Return the births of the planning area by the year in which they enter; nothing if too few are known."""
    births = known_births(evidence)
    if births is None or births.sizes["year"] < LEAST_ENTRIES:
        return None
    share = cohort_share(cutoff, monthly=evidence.months)
    cohorts = grades.entry_cohorts(births.sum("area"), entry_age=entry_age, share_before=share)
    return cohorts.sel(year=cohorts["year"] <= horizon)
