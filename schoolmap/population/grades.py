"""
Pupils by grade: progression ratios, intake from births, and the share of every school.

`history` holds pupils enrolled by (school, grade, year): grades are whole
numbers that rise by one (kindergarten of a K-5 school is 0), a year is the
school year that begins in its autumn. The lowest grade is the entry grade. A
school without any pupil in a year is closed in that year, and a grade that a
school never has is not offered there; both are zeros, since a gap would be a
guess (`read_history`). Pupils are counted where they are taught, not where
they live.

Ratios of single schools are noise: they are pooled over years, shrunk towards
the district, and schools share what the district as a whole is forecast to
have (`project_pupils`). NCES, Projections of Education Statistics, appendix A,
projects grades in the same way and the entry grade from its own population;
Smith, Tayman and Swanson (2013), A Practitioner's Guide to State and Local
Population Projections, treat the ratios.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.arrays import arrange
from schoolmap.population.arrays import common_labels
from schoolmap.population.arrays import require_numbers
from schoolmap.population.fertility import HALF_LIFE_YEARS

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PRIOR_PUPILS = 1000.0
"""Pupils that the district's ratio counts for against a school's own: a grade of 60 pupils weighs a quarter after five
years. Assumption. A school's ratio carries moved boundaries and closures, which do not come again each year; in invented
districts with many of them a prior of 300 did worse than no change, and 1,000 did not."""

OFFERED_YEARS = 3
"""Years in which a small school must have had a pupil of a grade to count as offering it. Assumption."""

CHANCE_EMPTY = 0.01
"""A grade without a pupil in the last year is still offered if chance alone (Poisson) leaves it empty more often."""

STAY = 0.9
"""Share of a cohort's departure from its school's usual share that is still there a year later. Assumption: about one
pupil in ten changes school in a year without a move of the whole school."""

SHARE_BEFORE_CUTOFF = 243 / 365
"""Share of a calendar year's births that fall up to 31 August, if births are spread evenly over the days."""

TREND_DAMPING = 0.8
"""Share of one year's trend that is left in the next: Gardner and McKenzie (1985), Forecasting Trends in Time Series,
damp trends because undamped ones overshoot; the size is an assumption."""


def read_history(frame: pd.DataFrame, *, absent: Literal["refuse", "zero"] = "refuse") -> xr.DataArray:
    """
    Read pupils from a long table, one row per school, grade and year.

    A school without any row in a year is closed in that year, and a grade that
    a school has in no year is not offered there: both become zero. A cell that
    is missing while the school reports other grades of the year, and that grade
    in other years, is a gap.

    Parameters
    ----------
    frame
        With columns `school`, `grade` (whole numbers), `year` and `pupils`.
    absent
        What a gap means: `refuse` it, or count `zero` pupils, for registers
        that leave out empty cells.

    Returns
    -------
    history
        Pupils by (school, grade, year); schools, grades and years rise. Years
        that no school reports are left out.

    Raises
    ------
    LabelError
        If a column is missing, a cell is listed twice, or grades do not follow
        each other.
    MissingValueError
        If a number or a cell is missing.
    ValueError
        If a count is negative.

    Examples
    --------
    >>> rows = pd.DataFrame({"school": "a", "grade": [0, 1], "year": 2024, "pupils": [20, 22]})
    >>> read_history(rows).sel(school="a", year=2024).values.tolist()
    [20.0, 22.0]
    """
    key = ["school", "grade", "year"]
    unknown = [name for name in (*key, "pupils") if name not in frame]
    if unknown:
        msg = f"The history has no column {unknown[0]!r}; it needs school, grade, year and pupils."
        raise LabelError(msg)
    if frame.empty:
        msg = "The history has no row."
        raise MissingValueError(msg)
    checks.require_no_gaps(frame[[*key, "pupils"]].reset_index(drop=True), what="The history")
    for name in ("grade", "year"):
        numbers = pd.to_numeric(frame[name], errors="coerce")
        odd = frame[name][numbers.isna() | (numbers % 1 != 0)]
        if len(odd):
            msg = f"A {name} of the history is {odd.iloc[0]!r}: whole numbers are needed, kindergarten is 0."
            raise LabelError(msg)
    table = frame.astype({"grade": int, "year": int}).set_index(key)["pupils"].astype(float)
    for wrong, what in ((table.index.duplicated(), "lists twice"), ((table < 0).to_numpy(), "is negative for")):
        if wrong.any():
            school, grade, year = table.index[wrong][0]
            msg = f"The history {what} {int(wrong.sum())} cell(s), e.g. school {school!r}, grade {grade}, year {year}."
            raise LabelError(msg) if what == "lists twice" else ValueError(msg)

    wide = table.unstack("grade").sort_index()  # (school, year) x grade: a row exists where the school reports
    offered = wide.groupby(level="school").transform(lambda column: column.notna().any())
    gaps = wide.isna() & offered
    if absent == "refuse" and gaps.to_numpy().any():
        row, column = np.argwhere(gaps.to_numpy())[0]
        (school, year), grade = gaps.index[row], gaps.columns[column]
        msg = (
            f"The history lacks {int(gaps.to_numpy().sum())} cell(s), e.g. school {school!r}, grade {grade}, year {year}, "
            'where the school reports other grades. Add the row, or read with `absent="zero"` if empty cells are left out.'
        )
        raise MissingValueError(msg)
    history = xr.DataArray.from_series(table).fillna(0.0).transpose(*key).sortby(key).rename("pupils")
    require_history(history)
    return history


def progression_ratios(
    history: xr.DataArray,
    *,
    years: int = 5,
    robust: bool = False,
    exclude_years: Mapping[int, str] | None = None,
    prior: float = PRIOR_PUPILS,
    parent: xr.DataArray | Literal["sum"] = "sum",
) -> xr.Dataset:
    r"""
    Estimate how many pupils a grade has a year later per pupil of the grade below.

    The district's ratio is pooled, :math:`r_g = \sum_t N_{g+1,t+1} / \sum_t
    N_{g,t}` over schools and the last `years` transitions; a school's own is
    pooled alike over the transitions in which it was open at both ends, and
    shrunk, :math:`r_{sg} = (n\,own_{sg} + k\,r_g) / (n + k)`, where n pupils of
    the grade were seen and k is `prior`.

    Parameters
    ----------
    history
        Pupils by (school, grade, year).
    years
        Transitions in the window, up to the last year of the history.
    robust
        Take the median of the yearly ratios instead of the pooled one, so that
        one odd year does not count.
    exclude_years
        Years that must not count, each with its reason. A transition that
        begins or ends in one is left out; the window does not reach back
        further for it.
    prior
        Pupils for which the district's ratio counts; 0 leaves a school its own
        (where it has none, the district's).
    parent
        Ratios by `grade` to shrink to and to project the district with, or
        `sum` for those of all schools together.

    Returns
    -------
    ratios
        By the `grade` below, all but the highest:
          - `ratio` - of the school, shrunk, by (school, grade)
          - `district` - of the parent, by grade
          - `pupils` - n, pupils seen, by (school, grade)
          - `used` - whether a transition was used, by the `transition`'s
            last year
        with the excluded years of the window and their reasons in
        ``attrs["excluded"]``.

    Raises
    ------
    LabelError
        If labels are not as in `read_history`.
    MissingValueError
        If a number is missing, or no transition is left.
    ValueError
        If a number is out of its range or a grade had no pupil in the window.

    Notes
    -----
    Pooling gives large cohorts their weight; a school's own ratio is shrunk as
    a rate in credibility theory (Bühlmann 1967). Moves, repeaters and private
    schools are all part of a ratio.

    Examples
    --------
    >>> history = xr.DataArray(
    ...     [[[100.0, 100.0], [90.0, 95.0]]],
    ...     coords={"school": ["a"], "grade": [1, 2], "year": [2023, 2024]},
    ...     dims=("school", "grade", "year"),
    ... )
    >>> progression_ratios(history)["district"].values.tolist()
    [0.95]
    """
    require_history(history)
    _require_at_least(years, 1, "years")
    _require_at_least(prior, 0, "prior")
    pupils = ordered(history)
    ends, used, excluded = _window(pupils["year"].to_numpy(), years=years, exclude=exclude_years, transition=True)
    after = pupils.sel(year=ends[used]).to_numpy()[:, 1:]
    before = pupils.sel(year=ends[used] - 1).to_numpy()[:, :-1]
    taught = [pupils.sel(year=of[used]).sum("grade").to_numpy() > 0 for of in (ends, ends - 1)]
    both = (taught[0] & taught[1])[:, None, :]
    grades = pupils["grade"].to_numpy()[:-1]

    if isinstance(parent, xr.DataArray):
        require_numbers(parent, "parent", dims=("grade",), low=0.0)
        checks.require_same_labels(parent.indexes["grade"], pd.Index(grades), what="`parent` and grades below others")
        district = parent.sel(grade=grades).to_numpy().astype(float)
    else:
        sums = before.sum(axis=(0, 2))
        if (sums == 0).any():
            msg = (
                f"Grade {grades[sums == 0][0]} had no pupil in the window, so it has no ratio to the next grade. "
                "Take a longer window with `years`, or give `parent`."
            )
            raise ValueError(msg)
        district = _ratio(after.sum(axis=0), before.sum(axis=0), robust=robust)
    seen = (before * both).sum(axis=-1)
    own = _ratio(after * both, before * both, robust=robust)
    weight = np.divide(seen, seen + prior, out=np.zeros_like(seen), where=seen > 0)
    ratio = np.where(seen > 0, weight * own + (1 - weight) * district, district)
    return xr.Dataset(
        {
            "ratio": (("school", "grade"), ratio),
            "district": ("grade", district),
            "pupils": (("school", "grade"), seen),
            "used": ("transition", used),
        },
        coords={"school": pupils["school"].to_numpy(), "grade": grades, "transition": ends},
        attrs={"excluded": excluded},
    )


def entry_cohorts(
    births: xr.DataArray,
    *,
    entry_age: int = 6,
    share_before: float = SHARE_BEFORE_CUTOFF,
) -> xr.DataArray:
    r"""
    Turn births of calendar years into the cohorts that reach the entry age together.

    :math:`C_t = s\,B_{t-a} + (1-s)\,B_{t-a-1}`: who is a years old on the
    cut-off day of year t was born in the twelve months before that day a years
    earlier.

    Parameters
    ----------
    births
        Births by calendar `year` and any other dimension.
    entry_age
        Completed years of age on the cut-off day.
    share_before
        Share s of a year's births up to the cut-off day, from births by month
        where they are known.

    Returns
    -------
    cohorts
        Births by the school `year` in which they reach the entry age. The first
        calendar year gives only its later part, so it starts no cohort.

    Examples
    --------
    >>> births = xr.DataArray([90.0, 120.0], coords={"year": [2018, 2019]}, dims="year")
    >>> entry_cohorts(births, share_before=2 / 3).to_series().round(1).to_dict()
    {2025: 110.0}
    """
    require_numbers(births, "births", dims=("year",), low=0.0)
    checks.require_unique_labels(births.indexes["year"], what="`births`")
    if not 0 <= share_before <= 1:
        msg = f"`share_before` is a share in [0, 1], got {share_before}."
        raise ValueError(msg)
    known = births.sortby("year")
    ends = known["year"].to_numpy()
    ends = ends[np.isin(ends - 1, ends)]
    if not len(ends):
        msg = "`births` needs two years that follow each other to give one school cohort."
        raise MissingValueError(msg)
    year_of_entry = {"year": ends + entry_age}
    late = known.sel(year=ends).assign_coords(year_of_entry)
    early = known.sel(year=ends - 1).assign_coords(year_of_entry)
    return (share_before * late + (1 - share_before) * early).rename("cohorts")


def entry_ratio(
    cohorts: xr.DataArray,
    intake: xr.DataArray,
    *,
    years: int = 5,
    exclude_years: Mapping[int, str] | None = None,
) -> xr.Dataset:
    """
    Estimate how many pupils enter per child born, pooled over several years.

    Never last year's alone: families who bring entry forward or put it off move
    two years' ratios in opposite directions.

    Parameters
    ----------
    cohorts
        Births by the `year` in which they enter, from `entry_cohorts`.
    intake
        Pupils of the entry grade by `year`.
    years
        Years in the window, up to the last intake; 3 to 5 are usual.
    exclude_years
        Years that must not count, each with its reason.

    Returns
    -------
    entry
        `ratio`, by the other dimensions of the arguments, and `used`, by year,
        with the excluded years of the window in ``attrs["excluded"]``.

    Raises
    ------
    LabelError
        If a year of the window has no cohort, or labels differ.
    MissingValueError
        If a number is missing, or no year is left.
    ValueError
        If fewer than two years are asked for, or a number is out of its range.

    Notes
    -----
    The enrolment-rate method that NCES, Projections of Education Statistics,
    appendix A, uses for the lowest grades. Births and moves before entry are in
    one ratio; above one, families move in.

    Examples
    --------
    >>> years = {"year": [2022, 2023, 2024]}
    >>> born = xr.DataArray([100.0, 120.0, 80.0], coords=years, dims="year")
    >>> float(entry_ratio(born, 0.9 * born, years=3)["ratio"].round(3))
    0.9
    """
    require_numbers(cohorts, "cohorts", dims=("year",), low=0.0)
    require_numbers(intake, "intake", dims=("year",), low=0.0)
    _require_at_least(years, 2, "years")
    window, used, excluded = _window(np.sort(intake["year"].to_numpy()), years=years, exclude=exclude_years)
    labels = common_labels({"cohorts": cohorts, "intake": intake}, window[used].tolist())
    shared = cohorts.sel({name: labels[name] for name in cohorts.dims})
    entered = intake.sel({name: labels[name] for name in intake.dims})
    born = shared.sum("year")
    if (born <= 0).any():
        msg = f"No child was born for the entry years {labels['year']}, so pupils per birth are not known."
        raise ValueError(msg)
    ratio = entered.sum("year") / born
    return xr.Dataset({"ratio": ratio, "used": ("year", used)}, coords={"year": window}, attrs={"excluded": excluded})


def future_intake(
    intake: xr.DataArray,
    *,
    years: Sequence[int],
    cohorts: xr.DataArray | None = None,
    window: int = 5,
    without_births: Literal["mean", "trend"] = "mean",
    exclude_years: Mapping[int, str] | None = None,
) -> xr.DataArray:
    r"""
    Forecast the pupils of the entry grade.

    Where births are known, intake is the cohort times `entry_ratio`. Cohorts
    after the last known one are held at its level: a mean of the known ones
    whose weight halves every `HALF_LIFE_YEARS`. Without births, intake is the
    mean of its last three years, or follows their damped trend.

    Parameters
    ----------
    intake
        Pupils of the entry grade by `year`, of the whole district.
    years
        School years wanted.
    cohorts
        Births by the `year` in which they enter, none of them later than what
        is known today; `None` where births are not known.
    window
        Years of the entry ratio and of the trend.
    without_births
        `mean` of the last three years, or `trend`: the median slope of log
        intake over the window (Theil 1950, Sen 1968), each year's step
        `TREND_DAMPING` of the one before, from the mean of the last three.
    exclude_years
        Years that must not count, each with its reason.

    Returns
    -------
    intake
        Pupils by year, with the coordinate `basis` by year: `births`, `births
        held`, `mean` or `trend`.

    Raises
    ------
    LabelError, MissingValueError, ValueError
        As `entry_ratio`.

    Examples
    --------
    >>> past = {"year": [2022, 2023, 2024]}
    >>> intake = xr.DataArray([90.0, 100.0, 110.0], coords=past, dims="year")
    >>> future_intake(intake, years=[2025, 2026]).values.tolist()
    [100.0, 100.0]
    """
    require_numbers(intake, "intake", dims=("year",), low=0.0)
    if intake.dims != ("year",):
        msg = f"`intake` is that of the whole district, by year; it has {list(intake.dims)}."
        raise LabelError(msg)
    wanted = list(years)
    if cohorts is not None:
        ratio = entry_ratio(cohorts, intake, years=window, exclude_years=exclude_years)["ratio"]
        last = int(cohorts["year"].max())
        level = _recent_level(cohorts.sortby("year").to_numpy(), cohorts["year"].sortby("year").to_numpy())
        known = cohorts.indexes["year"]
        gaps = [year for year in wanted if year <= last and year not in known]
        if gaps:
            msg = f"`cohorts` has no year {gaps[0]}, but later ones."
            raise LabelError(msg)
        numbers = np.array([float(cohorts.sel(year=year)) if year <= last else level for year in wanted])
        basis = ["births" if year <= last else "births held" for year in wanted]
        return _intake(numbers * float(ratio), wanted, basis)
    recent, used, _ = _window(np.sort(intake["year"].to_numpy()), years=window, exclude=exclude_years)
    counted = recent[used]
    values = intake.sel(year=counted).to_numpy().astype(float)
    level = float(values[-3:].mean())
    if without_births == "mean" or len(values) < 3 or (values <= 0).any():
        return _intake(np.full(len(wanted), level), wanted, ["mean"] * len(wanted))
    first, second = np.triu_indices(len(values), k=1)
    slope = float(np.median((np.log(values[second]) - np.log(values[first])) / (counted[second] - counted[first])))
    ahead = np.array(wanted) - counted[-1]
    steps = np.array([TREND_DAMPING ** np.arange(1, step + 1) @ np.ones(step) for step in np.maximum(ahead, 0)])
    # the mean of three years stands for the middle one, a year before the last
    return _intake(level * np.exp(slope * (1 + steps)), wanted, ["trend"] * len(wanted))


def grade_shares(
    history: xr.DataArray,
    *,
    years: int = 1,
    exclude_years: Mapping[int, str] | None = None,
    prior: float = PRIOR_PUPILS,
) -> xr.DataArray:
    """
    Estimate which share of the district's pupils of each grade a school usually has.

    A school's share of a grade is shrunk towards its share of all grades: the
    grades of a school of 60 pupils each differ mostly by chance. The last year
    says most, since a moved boundary or a new estate lasts. A school closed in
    the last year has no share; one that opened is measured in the years since.

    Parameters
    ----------
    history
        Pupils by (school, grade, year).
    years
        Last years that count, pooled.
    exclude_years
        Years that must not count, each with its reason; earlier ones take their
        place.
    prior
        Pupils for which the share of all grades counts.

    Returns
    -------
    shares
        By (school, grade); of every grade the shares sum to 1. Zero where the
        school does not offer the grade: it has no pupil in it, nor both below
        and above it. In a school so small that a grade may be empty by chance
        (`CHANCE_EMPTY`), a pupil within `OFFERED_YEARS` is enough.

    Raises
    ------
    LabelError, MissingValueError
        As `progression_ratios`.
    ValueError
        If no school offers a grade.

    Examples
    --------
    >>> history = xr.DataArray(
    ...     [[[30.0], [30.0]], [[10.0], [10.0]]],
    ...     coords={"school": ["a", "b"], "grade": [1, 2], "year": [2024]},
    ...     dims=("school", "grade", "year"),
    ... )
    >>> grade_shares(history).sel(grade=1).values.tolist()
    [0.75, 0.25]
    """
    require_history(history)
    _require_at_least(years, 1, "years")
    _require_at_least(prior, 0, "prior")
    pupils = ordered(history)
    known, barred = pupils["year"].to_numpy(), list(exclude_years or {})
    _, used, _ = _window(known, years=int(known[-1] - known[0]) + 1, exclude=exclude_years)
    counts = pupils.to_numpy()[..., np.isin(known, known[used][-max(years, OFFERED_YEARS) :])]
    taught = counts.sum(axis=1) > 0
    # who is closed today has no share, unless today does not count
    taught &= (pupils.isel(year=-1).sum("grade").to_numpy() > 0)[:, None] | (known[-1] in barred)
    ever = (counts * taught[:, None, :]).sum(axis=-1) > 0
    counts, taught = counts[..., -years:], taught[:, -years:]
    counts = counts * taught[:, None, :]
    times = np.maximum(taught.sum(axis=1), 1)[:, None]
    mean = counts.sum(axis=-1) / times
    now = _span(mean > 0)
    size = np.divide(mean.sum(axis=1), np.maximum(now.sum(axis=1), 1))[:, None]
    offered = now | (ever & (np.exp(-size) > CHANCE_EMPTY) & (size > 0))
    grade_total = mean.sum(axis=0)
    typical = np.divide(mean.sum(axis=1), np.maximum(offered.sum(axis=1), 1))[:, None] * offered
    if (typical.sum(axis=0) == 0).any():
        msg = f"No school offers grade {pupils['grade'].to_numpy()[typical.sum(axis=0) == 0][0]}."
        raise ValueError(msg)
    typical = typical / typical.sum(axis=0)
    own = np.divide(mean, grade_total, out=typical.copy(), where=grade_total > 0)
    seen = counts.sum(axis=-1)
    weight = np.divide(seen, seen + prior, out=np.ones_like(seen), where=seen + prior > 0)
    shares = weight * own + (1 - weight) * typical
    return xr.DataArray(
        shares / shares.sum(axis=0),
        dims=("school", "grade"),
        coords={"school": pupils["school"].to_numpy(), "grade": pupils["grade"].to_numpy()},
        name="shares",
    )


def project_pupils(
    base: xr.DataArray,
    *,
    ratios: xr.Dataset,
    entry: xr.DataArray,
    years: Sequence[int],
    control: Literal["district", "none"] = "district",
    shares: xr.DataArray | None = None,
    stay: float = STAY,
) -> xr.DataArray:
    r"""
    Project pupils by school and grade.

    With `control="district"` the district is projected as one school,
    :math:`D_{g+1,t+1} = r_g D_{g,t}`, and every grade is shared to the schools
    in proportion to

    .. math:: \sigma\,r_{sg} N_{sg,t} + (1 - \sigma)\,p_{s,g+1} D_{g+1,t+1},

    the school's own cohort a year older and its usual share p, with
    :math:`\sigma` = `stay`. A school that does not offer the grade below
    receives its usual share; pupils of a school that does not offer the grade
    above go on at the others.

    Parameters
    ----------
    base
        Pupils by (school, grade) in the year before the first of `years`.
    ratios
        From `progression_ratios`.
    entry
        Pupils of the lowest grade by `year`, shared by `shares`, or by
        (school, year); may have further dimensions, such as `draw`.
    years
        School years, one after another.
    control
        `district` (recommended) or `none`: every school by its own, without a
        common total.
    shares
        Usual shares by (school, grade), from `grade_shares`; a share of zero
        means that the school does not offer the grade, so this is where a
        school is closed (zeros) or opened. Scaled to sum to 1 in every grade.
        Without it, those of `base`: the pupils per grade of each school in the
        span of grades that it has.
    stay
        Share of a cohort's departure from the usual share that is left a year
        later; 1 follows cohorts only.

    Returns
    -------
    pupils
        By (…, school, grade, year). With `control="district"` the schools sum
        to the district's projection.

    Raises
    ------
    LabelError
        If labels differ, years do not follow each other, or a year has no
        entry.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range, or no school offers a grade.

    Notes
    -----
    Seats limit no grade here, and nobody is made into whole pupils.

    Examples
    --------
    >>> base = xr.DataArray([[20.0, 30.0]], coords={"school": ["a"], "grade": [1, 2]}, dims=("school", "grade"))
    >>> ratios = xr.Dataset(
    ...     {"ratio": (("school", "grade"), [[1.1]]), "district": ("grade", [1.1])},
    ...     coords={"school": ["a"], "grade": [1]},
    ... )
    >>> entry = xr.DataArray([25.0], coords={"year": [2027]}, dims="year")
    >>> project_pupils(base, ratios=ratios, entry=entry, years=[2027]).sel(school="a", year=2027).values.tolist()
    [25.0, 22.0]
    """
    require_numbers(base, "base", dims=("school", "grade"), low=0.0)
    require_numbers(entry, "entry", dims=("year",), low=0.0)
    require_numbers(ratios["ratio"], "ratios", dims=("grade",), low=0.0)
    require_numbers(ratios["district"], "ratios", dims=("grade",), low=0.0)
    if not 0 <= stay <= 1:
        msg = f"`stay` is a share in [0, 1], got {stay}."
        raise ValueError(msg)
    wanted = list(years)
    _require_consecutive(wanted, after=base)
    base = base.drop_vars("year", errors="ignore")
    grades = _require_grades(base, "base")
    checks.require_same_labels(
        ratios.indexes["grade"], pd.Index(grades[:-1]), what="`ratios` and the grades of `base` below the highest"
    )
    usual = _span_shares(base) if shares is None else shares
    require_numbers(usual, "shares", dims=("school", "grade"), low=0.0)
    checks.require_same_labels(usual.indexes["grade"], pd.Index(grades), what="`shares` and `base`")
    below = {
        name: ratios[name].rename(grade="below").drop_vars("year", errors="ignore") for name in ("ratio", "district")
    }
    entry = entry.drop_vars([name for name in entry.coords if name not in entry.dims])
    labels = common_labels({"base": base, "shares": usual, "entry": entry, **below}, wanted)
    labels["grade"], labels["below"] = grades.tolist(), grades[:-1].tolist()
    names = [name for name in labels if name not in {"sex", "school", "grade", "below", "year"}]

    own = arrange(below["ratio"], labels, [*names, "school", "below"])
    pooled = arrange(below["district"], labels, [*names, "below"])
    portion = arrange(usual, labels, [*names, "school", "grade"])
    total = portion.sum(axis=-2, keepdims=True)
    if (total <= 0).any():
        msg = f"No school offers grade {grades[np.argwhere(total <= 0)[0][-1]]}: `shares` has none above zero."
        raise ValueError(msg)
    portion = portion / total
    offered = portion > 0
    follows = offered[..., :-1] & offered[..., 1:]
    arriving = arrange(entry, labels, [*names, *(["school"] if "school" in entry.dims else []), "year"])
    if "school" not in entry.dims:
        arriving = arriving[..., None, :] * portion[..., :1]

    now = arrange(base, labels, [*names, "school", "grade"])
    shape = (*(len(labels[name]) for name in names), len(labels["school"]), len(grades))
    district = now.sum(axis=-2)
    kept = np.empty((*shape, len(wanted)))
    for step in range(len(wanted)):
        following = district[..., :-1] * pooled
        cohort = np.where(follows, now[..., :-1] * own, 0.0)
        usually = portion[..., 1:] * following[..., None, :]
        older = np.where(follows, stay * cohort + (1 - stay) * usually, usually)
        if control == "district":
            older = _rake(older, following, spare=portion[..., 1:])
        first = np.broadcast_to(arriving[..., step], np.broadcast_shapes(arriving.shape[:-1], older.shape[:-1]))
        older = np.broadcast_to(older, (*first.shape, older.shape[-1]))
        now = np.concatenate([first[..., None], older], axis=-1)
        district = now.sum(axis=-2)
        kept[..., step] = now
    coords = {name: labels[name] for name in (*names, "school")}
    return xr.DataArray(
        kept,
        dims=(*names, "school", "grade", "year"),
        coords={**coords, "grade": grades, "year": wanted},
        name="pupils",
    )


def no_change(history: xr.DataArray, *, years: Sequence[int]) -> xr.DataArray:
    """
    Keep the last year's pupils: the forecast that any method must beat.

    Parameters
    ----------
    history
        Pupils by (school, grade, year).
    years
        School years wanted.

    Returns
    -------
    pupils
        By (school, grade, year).

    Examples
    --------
    >>> history = xr.DataArray(
    ...     [[[20.0, 21.0], [18.0, 19.0]]],
    ...     coords={"school": ["a"], "grade": [1, 2], "year": [2023, 2024]},
    ...     dims=("school", "grade", "year"),
    ... )
    >>> no_change(history, years=[2030]).values.ravel().tolist()
    [21.0, 19.0]
    """
    require_history(history)
    last = history.transpose("school", "grade", "year").sortby("year").isel(year=-1, drop=True)
    return last.expand_dims(year=list(years), axis=-1).astype(float).rename("pupils")


def grade_weight(grades: Sequence[int], years: Sequence[int], *, base_year: int, until: int = 8) -> xr.DataArray:
    r"""
    Return the weight of the grade side: 1 for cohorts in school, falling to 0.

    A cohort that enters k years after the base has :math:`w = 1 - k / u` with u
    = `until`, at most 1 and at least 0.

    Parameters
    ----------
    grades
        Grades; the lowest is the entry grade.
    years
        School years.
    base_year
        Last school year with pupils counted.
    until
        Years to entry at which only the cohort side counts.

    Returns
    -------
    weight
        By (grade, year).

    Examples
    --------
    >>> grade_weight([1, 2], [2025, 2029, 2033], base_year=2025, until=8).values.tolist()
    [[1.0, 0.5, 0.0], [1.0, 0.625, 0.125]]
    """
    _require_at_least(until, 1, "until")
    rows = xr.DataArray(np.array(grades), coords={"grade": list(grades)}, dims="grade")
    columns = xr.DataArray(np.array(years), coords={"year": list(years)}, dims="year")
    to_entry = columns - base_year - (rows - min(grades))
    return (1 - to_entry / until).clip(0.0, 1.0).transpose("grade", "year").rename("weight")


def blend(
    grade_side: xr.DataArray,
    cohort_side: xr.DataArray,
    *,
    base_year: int,
    until: int = 8,
) -> xr.DataArray:
    """
    Join what schools know of their pupils with what births know of the children to come.

    Cohorts in school at the base are those of the grade side; the later a
    cohort enters, the more the cohort side counts (`grade_weight`).

    Parameters
    ----------
    grade_side
        Pupils by `grade`, `year` and any other dimension, from
        `project_pupils`.
    cohort_side
        The same, from births and moves.
    base_year
        Last school year with pupils counted.
    until
        Years from the base to entry at which only the cohort side counts. 8 is
        an assumption; a backtest of both sides is the better guide.

    Returns
    -------
    pupils
        Between the two sides, with the dimensions of `grade_side`.

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError, ValueError
        If a number is missing or negative.

    Examples
    --------
    >>> side = xr.DataArray([[100.0, 100.0]], coords={"grade": [1], "year": [2025, 2029]}, dims=("grade", "year"))
    >>> blend(side, 0.5 * side, base_year=2025).values.tolist()
    [[100.0, 75.0]]
    """
    for array, what in ((grade_side, "grade_side"), (cohort_side, "cohort_side")):
        require_numbers(array, what, dims=("grade", "year"), low=0.0)
    if set(grade_side.dims) != set(cohort_side.dims):
        msg = f"`grade_side` has the dimensions {list(grade_side.dims)}, `cohort_side` {list(cohort_side.dims)}."
        raise LabelError(msg)
    for name in grade_side.dims:
        checks.require_same_labels(
            grade_side.indexes[name], cohort_side.indexes[name], what="`grade_side` and `cohort_side`"
        )
    other = cohort_side.sel({name: grade_side[name] for name in grade_side.dims})
    grades, years = grade_side["grade"].to_numpy().tolist(), grade_side["year"].to_numpy().tolist()
    weight = grade_weight(grades, years, base_year=base_year, until=until)
    # a side that counts alone is returned to the last digit
    joined: xr.DataArray = other + weight * (grade_side - other)
    joined = joined.where(weight < 1, grade_side).where(weight > 0, other)
    return joined.transpose(*grade_side.dims).rename("pupils")


def children_from_pupils(
    pupils: xr.DataArray,
    *,
    attendance: float | xr.DataArray,
    entry_age: int = 6,
    youngest: int | None = None,
) -> xr.DataArray:
    """
    Read children by age from pupils by grade, where enrolment is all that is known.

    A pupil of the entry grade is `entry_age` years old, one of the next grade a
    year older. Children below the entry age are the entrants of later years.

    Parameters
    ----------
    pupils
        By `grade`, `year` and any other dimension, such as `school`: counted,
        projected, or both joined.
    attendance
        Pupils per child, above 0, for all ages or by `age`; above 1 where
        pupils come from elsewhere.
    entry_age
        Age in the lowest grade.
    youngest
        Lowest age wanted; `entry_age` without it. Each year of age below the
        entry age costs one year at the end: those entrants are not known.

    Returns
    -------
    children
        By `age` instead of `grade`, for the years in which all ages are known.
        Pupils who repeat a grade, start late or leave early are counted with
        the age of their grade, and children count where they go to school.

    Raises
    ------
    LabelError
        If labels are not as in `read_history`, or an age has no attendance.
    MissingValueError
        If a number is missing or no year is left.
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> pupils = xr.DataArray([[90.0, 80.0], [95.0, 90.0]], coords={"grade": [1, 2], "year": [2026, 2027]},
    ...     dims=("grade", "year"))
    >>> children_from_pupils(pupils, attendance=1.0, youngest=5).sel(year=2026).to_series().to_dict()
    {5: 80.0, 6: 90.0, 7: 95.0}
    """
    require_numbers(pupils, "pupils", dims=("grade", "year"), low=0.0)
    grades = _require_grades(pupils, "pupils")
    counts = pupils.sortby(["grade", "year"])
    years = counts["year"].to_numpy()
    checks.require_unique_labels(counts.indexes["year"], what="`pupils`")
    youngest = entry_age if youngest is None else youngest
    ages = np.arange(min(youngest, entry_age), entry_age + len(grades))
    parts = [counts.assign_coords(grade=grades - grades[0] + entry_age)]
    intake = counts.isel(grade=0)
    for age in range(entry_age - 1, youngest - 1, -1):
        earlier = intake.assign_coords(year=years - (entry_age - age), grade=age)
        parts.insert(0, earlier.sel(year=np.intersect1d(earlier["year"], years)).expand_dims("grade"))
    known = sorted(set.intersection(*(set(part["year"].to_numpy().tolist()) for part in parts)))
    if not known:
        msg = (
            f"No year has children of all ages from {youngest}: `pupils` ends {entry_age - youngest} year(s) too early."
        )
        raise MissingValueError(msg)
    joined = xr.concat([part.sel(year=known).transpose(*counts.dims) for part in parts], dim="grade")
    children = joined.rename(grade="age")
    rate = attendance if isinstance(attendance, xr.DataArray) else xr.DataArray(float(attendance))
    require_numbers(rate, "attendance", low=0.0)
    if (rate <= 0).any():
        msg = "`attendance` is above zero: without pupils, children cannot be told."
        raise ValueError(msg)
    if "age" in rate.dims:
        unknown = set(ages.tolist()) - set(rate["age"].to_numpy().tolist())
        if unknown:
            msg = f"`attendance` has no age {min(unknown)}."
            raise LabelError(msg)
        rate = rate.sel(age=children["age"])
    return (children.sel(age=slice(youngest, None)) / rate).transpose(*children.dims).rename("children")


def require_history(history: xr.DataArray) -> None:
    """Raise unless this is a history of pupils."""
    require_numbers(history, "history", dims=("school", "grade", "year"), low=0.0)
    if set(history.dims) != {"school", "grade", "year"}:
        msg = f"`history` has the dimensions {list(history.dims)}: school, grade and year are needed, and no other."
        raise LabelError(msg)
    for name in ("school", "year"):
        checks.require_unique_labels(history.indexes[name], what="`history`")
    _require_grades(history, "history")


def ordered(history: xr.DataArray) -> xr.DataArray:
    """Return the history by (school, grade, year), grades and years rising."""
    ordered = history.transpose("school", "grade", "year").astype(float)
    unsorted = [name for name in ("grade", "year") if not ordered.indexes[name].is_monotonic_increasing]
    return ordered.sortby(unsorted) if unsorted else ordered


def _require_grades(array: xr.DataArray, what: str) -> NDArray[np.int64]:
    """Return the grades, rising; raise unless they follow each other."""
    checks.require_unique_labels(array.indexes["grade"], what=f"`{what}`")
    grades = array["grade"].to_numpy()
    if not np.issubdtype(grades.dtype, np.integer):
        msg = f"`{what}` has the grade {grades[0]!r}: grades are whole numbers, kindergarten is 0."
        raise LabelError(msg)
    grades = np.sort(grades)
    if (np.diff(grades) != 1).any():
        msg = f"`{what}` has the grades {grades.tolist()}: they must follow each other."
        raise LabelError(msg)
    return grades


def _require_at_least(value: float, low: float, what: str) -> None:
    """Raise if the choice is below its lowest value, or no number."""
    if not value >= low:
        msg = f"`{what}` must be at least {low}, got {value}."
        raise ValueError(msg)


def _require_consecutive(years: list[int], *, after: xr.DataArray) -> None:
    """Raise unless the years follow each other, and the year of the base where it is known."""
    if not years or years != list(range(years[0], years[0] + len(years))):
        msg = f"`years` must follow one another, got {years}."
        raise LabelError(msg)
    if "year" in after.dims:
        msg = "`base` is the pupils of one year. Choose it with `.sel(year=...)`."
        raise LabelError(msg)
    if "year" in after.coords and int(after["year"]) != years[0] - 1:
        msg = f"`base` is of the year {int(after['year'])}, so the first of `years` is the next, got {years[0]}."
        raise LabelError(msg)


def _window(
    known: NDArray[np.int64],
    *,
    years: int,
    exclude: Mapping[int, str] | None,
    transition: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], dict[int, str]]:
    """Return the years of the window (the last of each transition), which of them count, and what was excluded."""
    barred = dict(exclude or {})
    unexplained = [year for year, reason in barred.items() if not str(reason).strip()]
    if unexplained:
        msg = f"`exclude_years` gives no reason for {unexplained[0]}. A year is left out for a reason, or not at all."
        raise ValueError(msg)
    ends = known[np.isin(known - 1, known)] if transition else known
    ends = ends[ends > known[-1] - years] if len(known) else ends
    touched = [{int(end), int(end) - 1} if transition else {int(end)} for end in ends]
    used = np.array([not (years & barred.keys()) for years in touched], dtype=bool)
    if not used.any():
        what = "transition from one year to the next" if transition else "year"
        msg = f"No {what} of the last {years} is left: {len(ends)} are known, and {sorted(barred)} are excluded."
        raise MissingValueError(msg)
    hit = set().union(*touched) & barred.keys()
    return ends, used, {year: str(barred[year]) for year in sorted(hit)}


def _ratio(after: Floats, before: Floats, *, robust: bool) -> Floats:
    """Return pooled ratios over the last dimension, or the median of the yearly ones; 0 where nobody was seen."""
    if not robust:
        seen = before.sum(axis=-1)
        pooled: Floats = np.divide(after.sum(axis=-1), seen, out=np.zeros_like(seen), where=seen > 0)
        return pooled
    yearly = np.divide(after, before, out=np.full_like(before, np.nan), where=before > 0)
    none = np.isnan(yearly).all(axis=-1)
    yearly[none] = 0.0
    median: Floats = np.nanmedian(yearly, axis=-1)
    return median


def _span(has: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which grades lie between the lowest and the highest that each school has."""
    up = np.logical_or.accumulate(has, axis=-1)
    down = np.logical_or.accumulate(has[..., ::-1], axis=-1)[..., ::-1]
    spanned: NDArray[np.bool_] = up & down
    return spanned


def _span_shares(base: xr.DataArray) -> xr.DataArray:
    """Return shares by the pupils per grade of each school, in the span of grades that it has."""
    counts = base.sortby("grade").transpose(..., "school", "grade")
    offered = _span(counts.to_numpy() > 0)
    mean = counts.to_numpy().sum(axis=-1) / np.maximum(offered.sum(axis=-1), 1)
    return counts.copy(data=mean[..., None] * offered)


def _rake(seeds: Floats, totals: Floats, *, spare: Floats) -> Floats:
    """Scale the seeds of every grade to its total; where there is no seed, share by `spare`."""
    found = seeds.sum(axis=-2, keepdims=True)
    seeds = np.where(found > 0, seeds, spare)
    found = np.where(found > 0, found, spare.sum(axis=-2, keepdims=True))
    scaled: Floats = seeds * (totals[..., None, :] / found)
    return scaled


def _recent_level(values: Floats, years: NDArray[np.int64]) -> float:
    """Return the mean of the last values; the weight of a year halves in `HALF_LIFE_YEARS`."""
    weights = 0.5 ** ((years[-1] - years) / HALF_LIFE_YEARS)
    return float(weights @ values / weights.sum())


def _intake(values: Floats, years: Sequence[Hashable], basis: list[str]) -> xr.DataArray:
    """Return intake by year, with what it rests on."""
    return xr.DataArray(values, dims="year", coords={"year": list(years), "basis": ("year", basis)}, name="intake")
