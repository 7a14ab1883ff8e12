"""
Hold the forecasts to a project's own past: what would have been forecast, and what came.

The wing `population` makes the forecasts; here they are put together for one
project, and summed up in the ways in which they are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.demography import LONGEST_TEST
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import SchoolmapError
from schoolmap.population import backtest
from schoolmap.population import grade_backtest
from schoolmap.population import grades
from schoolmap.population.grade_backtest import age_of_grade
from schoolmap.population.snapshots import yearly_history
from schoolmap.population.starts import births_by_year

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from schoolmap.inputs.project_file import PeopleFile
    from schoolmap.population.evidence import Evidence

LEAST_YEARS = backtest.LEAST_HISTORY + 1
"""Yearly counts, at least, to test a single forecast: so many before it, and one to compare it with."""
SHOWN_ORIGINS = 4
"""Forecasts of the whole area that are kept beside what came, from base years far apart."""
RECENT = 10
"""A peak is looked for so many years back; older ones say nothing of the seats there are."""
METHODS = {method.name: method.label for method in (backtest.OURS, *backtest.BASELINES)}
"""Ours first, then the plain methods."""
Text = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenTest:
    """
    Forecasts of children by area, and how wrong they were. Errors are per cent; see `backtest.accuracy`.

    Attributes
    ----------
    stages
        Label and ages of each stage that was tested.
    areas, years, origins
        How many areas; first and last year counted; years forecast from.
    forecasts
        One row per method, origin, horizon, area and stage, intervals corrected
        by what was known; see `backtest.rolling_forecasts`.
    accuracy
        Errors of the areas, by `(method, stage, horizon)`.
    whole
        Errors of the sum of all areas, by `(method, stage, horizon)`.
    by_size
        Errors `size_horizon` years ahead, by `(method, size)`: children of the
        stage in the area at the origin.
    by_birth
        Errors by `(method, born)`: whether the children were born at the origin.
    actual
        Children of the whole area that were counted, by year and stage.
    shown
        Our forecasts of the whole area from a few origins, by `(origin, year)` and stage.
    coming
        Children of the whole area that our method forecasts after the last count, by year and stage.
    peaks
        By `(where, stage)`: the last years counted and those forecast together;
        `where` is `all`, `town`, `rest`. See `backtest.peaks`.
    area_peaks
        The same by `(area, stage)`.
    peak_years
        First and last year in which a peak is looked for.
    """

    stages: dict[str, tuple[Text, tuple[int, int]]]
    areas: int
    years: tuple[int, int]
    origins: tuple[int, ...]
    forecasts: pd.DataFrame
    accuracy: pd.DataFrame
    whole: pd.DataFrame
    by_size: pd.DataFrame
    size_horizon: int
    by_birth: pd.DataFrame
    actual: pd.DataFrame
    shown: pd.DataFrame
    coming: pd.DataFrame
    peaks: pd.DataFrame
    area_peaks: pd.DataFrame
    peak_years: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilTest:
    """Forecasts of pupils by grade: every one of them, and their errors by `(level, method, horizon)`."""

    forecasts: pd.DataFrame
    accuracy: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """
    Forecasts of a project's past; at least one of the two tests is there.

    Attributes
    ----------
    name, title, language
        Of the project.
    excluded
        Years that were not compared with.
    children, pupils
        The tests, or `None` where the data do not allow it.
    untested
        Why a test could not be made though there are such data, in English and Chinese.
    """

    name: str
    title: Text
    language: str
    excluded: tuple[int, ...]
    children: ChildrenTest | None
    pupils: PupilTest | None
    untested: tuple[Text, ...]


def make_backtest(
    evidence: Evidence,
    document: PeopleFile,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """
    Forecast the past of a project from every year that allows it, and compare with what came.

    Parameters
    ----------
    evidence, document
        From `project.read_evidence`.
    progress
        Called with the name of each step as it starts.

    Raises
    ------
    InputError
        If there is nothing to test: the fault says what would be needed.
    """
    progress("history")
    excluded = {item.year: item.reason["en"] for item in document.population.exclude_years}
    pupils, untested = _test_pupils(evidence, excluded)
    children = None
    try:
        history = _history(evidence, document)
        stages = _stages(history, document)
        children = _test_children(history, stages, document, sorted(excluded), progress)
    except InputError as error:
        if pupils is None:
            raise
        if evidence.counts is not None:
            untested += [{"en": fault.problem, "zh": fault.problem_zh} for fault in error.faults]
    return Backtest(
        name=document.product_name,
        title=dict(document.project.title),
        language=document.project.language,
        excluded=tuple(sorted(excluded)),
        children=children,
        pupils=pupils,
        untested=tuple(untested),
    )


def _history(evidence: Evidence, document: PeopleFile) -> xr.DataArray:
    """Return the yearly counts, or say what is missing."""
    counts = evidence.counts
    if counts is None:
        raise InputError([_nothing(document, "there are no counts by age", "没有分年龄人口")])
    dates = sorted(set(counts.index.get_level_values("date")))
    try:
        history = yearly_history(counts)
    except SchoolmapError as error:
        raise InputError(
            [_nothing(document, f"the counts cannot be tested: {_said(error)}", f"无法检验:{_said(error)}")]
        ) from error
    if history is not None and history.sizes["year"] >= LEAST_YEARS:
        return history
    if history is None:
        what = (
            f"there {'is' if len(dates) == 1 else 'are'} only {len(dates)} count{'s' * (len(dates) > 1)} by age"
            if len(dates) < LEAST_YEARS
            else f"there are {len(dates)} counts by age, but not of the same day, areas and ages year after year"
        )
        what_zh = f"分年龄人口只有{len(dates)}次,或各次的日期、区域、年龄段不一致"
    else:
        what = f"there are only {history.sizes['year']} counts by age that are a year apart and alike"
        what_zh = f"逐年一致的分年龄人口只有{history.sizes['year']}次"
    raise InputError([_nothing(document, what, what_zh)])


def _said(error: SchoolmapError) -> str:
    return str(error).rstrip(".")


def _nothing(document: PeopleFile, what: str, what_zh: str) -> Fault:
    source = document.tables.get("population")
    return Fault(
        file="population" if source is None else source.place("population"),
        sheet="" if source is None else source.sheet,
        column="date",
        problem=f"nothing to test: {what}.",
        remedy=(
            f"Bring the residents by age (best of all ages: births follow the number of women) by single year of age for {LEAST_YEARS} "
            "years or more, counted on the same day of every year; or pupils by school, grade and year."
        ),
        problem_zh=f"无可检验:{what_zh}。",
        remedy_zh=(
            f"请提供{LEAST_YEARS}年以上、每年同一日期的分单岁人口(最好为全年龄:出生数随育龄妇女人数变化),"
            "或分学校、分年级、分学年的在校生数。"
        ),
    )


def _stages(history: xr.DataArray, document: PeopleFile) -> dict[str, tuple[Text, tuple[int, int]]]:
    """Return the stages whose ages were all counted one by one: the last age of a history is an open one."""
    oldest = int(history["age"].max()) - 1
    known = {name: (dict(item.label), item.ages) for name, item in document.stages.items() if item.ages[1] <= oldest}
    if not known:
        what = f"single ages are known up to {oldest}, and every stage has older children"
        raise InputError([_nothing(document, what, f"单岁人口只到{oldest}岁,各学段均有更大年龄的儿童")])
    return known


def _test_children(
    history: xr.DataArray,
    stages: dict[str, tuple[Text, tuple[int, int]]],
    document: PeopleFile,
    excluded: list[int],
    progress: Callable[[str], None],
) -> ChildrenTest:
    """Forecast the children of every area; what the counts cannot give is a fault of the input."""
    groups = {name: ages for name, (_, ages) in stages.items()}
    count = history.sizes["year"]
    horizons = [ahead for ahead in range(1, LONGEST_TEST + 1) if count - backtest.LEAST_HISTORY >= ahead]
    progress("forecasts of the past")
    try:
        found = backtest.rolling_forecasts(history, groups=groups, horizons=horizons, exclude_years=excluded)
    except SchoolmapError as error:
        raise InputError(
            [_nothing(document, f"the counts cannot be tested: {_said(error)}", f"无法检验:{_said(error)}")]
        ) from error
    progress("intervals")
    found = backtest.correct_intervals(found).rename(columns={"group": "stage"})
    progress("peaks")
    tested = sorted(set(found["horizon"]))
    size_horizon = max(ahead for ahead in tested if ahead <= 5 or ahead == tested[0])
    people = history.sum("sex") if "sex" in history.dims else history
    coming = list(range(int(history["year"][-1]) + 1, int(history["year"][-1]) + max(tested) + 1))
    future = backtest.OURS.project(history, coming)
    future = (future.sum("sex") if "sex" in future.dims else future).sel(year=coming)
    together = xr.concat([people, future.transpose(*people.dims)], dim="year").isel(
        year=slice(max(0, count - 1 - RECENT), None)
    )
    base = int(history["year"][-1])
    return ChildrenTest(
        stages=stages,
        areas=history.sizes["area"],
        years=(int(history["year"][0]), base),
        origins=tuple(sorted(set(found["origin"].tolist()))),
        forecasts=found,
        accuracy=backtest.accuracy(found, by=["method", "stage", "horizon"]),
        whole=backtest.accuracy(_summed(found), by=["method", "stage", "horizon"]),
        by_size=backtest.accuracy(found[found["horizon"] == size_horizon], by=["method", "size"]),
        size_horizon=size_horizon,
        by_birth=backtest.accuracy(found, by=["method", "born"]),
        actual=_by_stage(people, groups),
        shown=_shown(found),
        coming=_by_stage(future, groups),
        peaks=_peaks(together, groups, town=document.population.town, base=base),
        area_peaks=backtest.peaks(together.transpose("area", "age", "year"), groups=groups, base_year=base)
        .rename_axis(index={"group": "stage"})
        .sort_index(level="area", sort_remaining=False),
        peak_years=(int(together["year"][0]), int(together["year"][-1])),
    )


def _summed(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Add up the areas: the error of the whole is smaller, for errors cancel in part."""
    key = ["method", "origin", "horizon", "stage"]
    total = forecasts.groupby(key)[["forecast", "actual"]].sum().reset_index()
    error = 100 * (total["forecast"] - total["actual"]) / total["actual"]
    return total.assign(error=error.where(total["actual"] > 0))


def _by_stage(people: xr.DataArray, groups: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: people.sel(age=slice(*ages)).sum(["area", "age"]).to_series() for name, ages in groups.items()}
    )


def _shown(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return our forecasts of the whole area from a few origins that reach as far as any, the last among them."""
    ours = forecasts[forecasts["method"] == backtest.OURS.name]
    reach = ours.groupby("origin")["horizon"].max()
    far = reach[reach == reach.max()].index.to_numpy()
    places = np.unique(np.linspace(0, len(far) - 1, min(SHOWN_ORIGINS, len(far))).round().astype(int))
    kept = ours[ours["origin"].isin(far[places])].assign(year=lambda rows: rows["origin"] + rows["horizon"])
    return kept.groupby(["origin", "year", "stage"])["forecast"].sum().unstack("stage")


def _peaks(
    together: xr.DataArray,
    groups: Mapping[str, tuple[int, int]],
    *,
    town: tuple[str, ...],
    base: int,
) -> pd.DataFrame:
    """Tell direction and peak of the whole, and of the county town and the rest where the town is given by area."""
    inside = together["area"].isin(list(town))
    parts = {"all": together.sum("area")}
    if bool(inside.any()) and not bool(inside.all()):
        parts |= {"town": together.where(inside, 0.0).sum("area"), "rest": together.where(~inside, 0.0).sum("area")}
    joined = xr.concat(list(parts.values()), dim=pd.Index(list(parts), name="area")).transpose("area", "age", "year")
    found = backtest.peaks(joined, groups=groups, base_year=base)
    return found.rename_axis(index={"area": "where", "group": "stage"})


def _test_pupils(evidence: Evidence, excluded: Mapping[int, str]) -> tuple[PupilTest | None, list[Text]]:
    """Forecast the pupils of every school, or say why that cannot be done."""
    if evidence.pupils is None:
        return None, []
    try:
        history = grades.read_history(evidence.pupils.reset_index())
        entry_age = age_of_grade(int(history["grade"][0]))
        cohorts = None
        if evidence.births is not None:
            cohorts = grades.entry_cohorts(births_by_year(evidence).sum("area"), entry_age=entry_age)
        found = grade_backtest.backtest_pupils(
            history, cohorts, entry_age=entry_age, births_lag=1, exclude_years=dict(excluded)
        )
    except SchoolmapError as error:
        return None, [{"en": f"pupils cannot be tested: {_said(error)}.", "zh": f"在校生数无法检验:{_said(error)}。"}]
    return PupilTest(forecasts=found, accuracy=grade_backtest.summarise_errors(found)), []
