"""Plan -> where the children of a catchment come from: counted, born since, moved, and from which small areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from schoolmap.output import model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schoolmap.plan import Plan


def describe_origin(plan: Plan, stage: str, scenario: str) -> model.Origin | None:
    """
    Return where the children of a panel come from, or nothing where a projection or pupils are used as given.

    Each cohort is followed back to the first school year after the count, or
    to its birth if that is later, in the areas that belong to the catchment in
    the year that is asked about.

    Parameters
    ----------
    plan, stage, scenario
        Which panel.
    """
    children = plan.demography.children
    births = children.births.get(scenario)
    if births is None:
        return None
    belonging = plan.belonging[plan.project.coverage_of[stage]]
    ages = plan.results[stage].stage.ages
    counts, since = children.by_scenario[scenario], int(children.by_scenario[scenario]["year"].min())
    zones = plan.results[stage].children["catchment"].to_numpy()
    cohorts = [_cohorts(counts, births, year, ages=ages, since=since) for year in plan.years]

    def carried(parts: list[xr.DataArray]) -> model.Grid:
        by_year = xr.concat(parts, dim=pd.Index(plan.years, name="year")).transpose("area", "year")
        table = belonging.carry(by_year).inside.sel(catchment=zones).transpose("catchment", "year").to_numpy()
        return tuple(tuple(round(float(value), 1) for value in row) for row in table)

    begun, born = (carried(list(parts)) for parts in zip(*cohorts, strict=True))
    areas, whole = _areas(plan, stage, counts, zones=zones)
    return model.Origin(since=since, begun=begun, births=born, areas=areas, whole=whole)


def _cohorts(
    counts: xr.DataArray, births: xr.DataArray, year: int, *, ages: tuple[int, int], since: int
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return the children of one year's ages by area: as many as there were at first, and as were born later."""
    nobody = xr.zeros_like(counts.isel(year=0, age=0, drop=True))
    elapsed = max(0, year - since)
    begun = nobody + counts.sel(year=since, drop=True).sel(age=slice(max(ages[0] - elapsed, 0), ages[1] - elapsed)).sum(
        "age"
    )
    later = [year - age for age in range(ages[0], ages[1] + 1) if year - age > since]
    return begun, nobody + births.sel(year=later).sum("year")


def _areas(
    plan: Plan, stage: str, counts: xr.DataArray, *, zones: NDArray[np.object_]
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return how many areas a catchment has children of in the base year, and all children of those."""
    result, base = plan.results[stage], plan.project.settings.base_year
    if plan.demography.children.unit != "area":
        return tuple(0 for _ in zones), tuple(0.0 for _ in zones)
    shares = plan.belonging[plan.project.coverage_of[stage]].shares[0]
    living = counts.sel(age=slice(*result.stage.ages), year=base).sum("age").to_series()
    held = shares[shares > 0].index.to_frame(index=False)
    held["children"] = held["area"].map(living).to_numpy()
    groups = held.groupby("catchment")["children"]
    number, whole = groups.size().reindex(zones, fill_value=0), groups.sum().reindex(zones, fill_value=0.0)
    return tuple(int(n) for n in number), tuple(round(float(value), 1) for value in whole)
