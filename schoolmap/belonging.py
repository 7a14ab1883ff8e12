"""
Which share of each small area belongs to which catchment, year by year, and the children carried over by it.

A boundary that changes in 2027 gives other shares from that school year on.
Children of each year are carried by the shares of that year, so that demand
follows the boundary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import shapely
import xarray as xr

from schoolmap.space import changes
from schoolmap.space import dasymetric
from schoolmap.space import overlay

if TYPE_CHECKING:
    import geopandas as gpd

    from schoolmap.demography import Demography
    from schoolmap.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """
    Shares of the units of a forecast that lie in each catchment.

    Attributes
    ----------
    starts
        First school year of each period, in order; the first holds for all
        years before the second.
    shares
        For each period, shares by (area, catchment).
    catchments
        All catchments of any period.
    """

    starts: tuple[int, ...]
    shares: tuple[pd.Series, ...]
    catchments: pd.Index

    def carry(self, counts: xr.DataArray) -> overlay.Transfer:
        """
        Carry counts from areas to catchments.

        Parameters
        ----------
        counts
            By `area`, and perhaps `year` and others; without years, the first
            period holds.
        """
        if len(self.starts) == 1 or "year" not in counts.dims:
            return overlay.transfer(counts, self.shares[0], catchments=self.catchments)
        parts = [
            overlay.transfer(counts.sel(year=years), shares, catchments=self.catchments)
            for years, shares in zip(self.periods(counts["year"].to_numpy().tolist()), self.shares, strict=True)
            if years
        ]
        return overlay.Transfer(
            inside=xr.concat([part.inside for part in parts], dim="year").transpose(*parts[0].inside.dims),
            outside=xr.concat([part.outside for part in parts], dim="year").transpose(*parts[0].outside.dims),
        )

    def periods(self, years: list[int]) -> list[list[int]]:
        """
        Divide years among the periods.

        Examples
        --------
        >>> nothing = pd.Series(dtype=float)
        >>> two = Belonging(starts=(2025, 2027), shares=(nothing, nothing), catchments=pd.Index([]))
        >>> two.periods([2024, 2025, 2026, 2027, 2028])
        [[2024, 2025, 2026], [2027, 2028]]
        """
        ends = [*self.starts[1:], None]
        begins = [None, *self.starts[1:]]
        return [
            [year for year in years if (begin is None or year >= begin) and (end is None or year < end)]
            for begin, end in zip(begins, ends, strict=True)
        ]


def belonging_of(project: Project, demography: Demography, coverage: str) -> Belonging:
    """
    Return how the units of a forecast belong to the catchments of a coverage.

    Parameters
    ----------
    project, demography
        What is planned, and its children by area, catchment or school.
    coverage
        Name of the coverage.

    Raises
    ------
    OverlapError
        If catchments of one year overlap, so that children would be counted twice.
    """
    every = project.coverages[coverage].index
    if demography.children.unit != "area":
        return Belonging(
            starts=(project.settings.base_year,), shares=(_of_units(project, demography, coverage),), catchments=every
        )
    layers = {project.settings.base_year: project.in_force(coverage), **project.later.get(coverage, {})}
    return Belonging(
        starts=tuple(layers), shares=tuple(_of_areas(project, layer) for layer in layers.values()), catchments=every
    )


SLIVER_SHARE, SLIVER_M2 = 0.001, 100.0
"""A border drawn anew is never quite the same: less than this share of an area, or of ground, is no move."""


def moves_of(project: Project, demography: Demography) -> pd.DataFrame:
    """
    List who moves when a boundary changes: the children of the first year in which the new one holds.

    Parameters
    ----------
    project, demography
        What is planned, and its children; those of the first scenario are counted.

    Returns
    -------
    moves
        One row a stage, year, area and pair of catchments: `stage`, `year`,
        `area`, `from`, `to` (`changes.OUTSIDE` for none), `share` of the area's
        children, `children`. Empty where no boundary changes, or children are
        not known by area.
    """
    columns = ["stage", "year", "area", "from", "to", "share", "children"]
    parts = []
    if demography.children.unit == "area":
        counts = demography.children.by_scenario[project.scenarios[0].id]
        homes = project.dwellings if project.settings_travel.dwellings_hold else None
        for stage in project.stages:
            coverage = project.coverage_of[stage.id]
            before = project.in_force(coverage)
            for year, after in project.later.get(coverage, {}).items():
                children = counts.sel(age=slice(*stage.ages), year=year).sum("age").to_series()
                found = changes.moves(
                    before,
                    after,
                    areas=project.areas,
                    counts=children.reindex(project.areas.index),
                    sliver_share=SLIVER_SHARE,
                    sliver_m2=SLIVER_M2,
                    homes=homes,
                    weight=None if homes is None else weight_of(homes),
                )
                parts.append(found.moved.reset_index().assign(stage=stage.id, year=year))
                before = after
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def weight_of(dwellings: gpd.GeoDataFrame) -> pd.Series | None:
    """
    Return how many live at each dwelling, in whatever unit the table has.

    Parameters
    ----------
    dwellings
        With `people`, `homes` and `floors`, missing where not known.

    Returns
    -------
    weight
        People where all dwellings state them, else homes where all do, else the
        surface of each building times its floors (one where not stated), else
        one each for points; nothing for residential land, whose surface counts.

    Examples
    --------
    >>> import geopandas as gpd
    >>> table = gpd.GeoDataFrame(
    ...     {"people": [None, 4.0], "homes": [3.0, 1.0], "floors": [None, None]},
    ...     geometry=shapely.points([[0, 0], [1, 1]]),
    ...     index=["mill", "inn"],
    ... )
    >>> weight_of(table).to_dict()
    {'mill': 3.0, 'inn': 1.0}
    """
    for name in ("people", "homes"):
        if dwellings[name].notna().all():
            counted: pd.Series = dwellings[name].astype(float).rename("weight")
            return counted
    solid = shapely.get_dimensions(dwellings.geometry.to_numpy()) == 2
    if not solid.all():
        return pd.Series(1.0, index=dwellings.index, name="weight")
    if dwellings["floors"].isna().all():
        return None
    surface = shapely.area(dwellings.geometry.to_numpy())
    floors: pd.Series = dwellings["floors"].fillna(1.0).astype(float)
    weight: pd.Series = (floors * surface).rename("weight")
    return weight


def _of_areas(project: Project, zones: gpd.GeoDataFrame) -> pd.Series:
    """Return shares by the homes of each area where they are known, else by its surface."""
    homes = project.dwellings
    if homes is None or not project.settings_travel.dwellings_hold:
        return overlay.area_weights(project.areas, zones)
    return dasymetric.dasymetric_weights(project.areas, zones, homes=homes, weight=weight_of(homes)).weights


def _of_units(project: Project, demography: Demography, coverage: str) -> pd.Series:
    """Return shares of catchments (each is its own) or of schools (their catchments alike)."""
    zones = project.coverages[coverage]
    units = demography.children.by_scenario[project.scenarios[0].id]["area"].to_numpy().tolist()
    if demography.children.unit == "catchment":
        pairs = [(label, label, 1.0) for label in units if label in zones.index]
    else:
        stages = [stage for stage, name in project.coverage_of.items() if name == coverage]
        served = project.sections[project.sections.index.get_level_values("stage").isin(stages)]
        lists = served["catchments"].groupby(level="school").first()
        pairs = [(school, zone, 1 / len(zones_of)) for school, zones_of in lists.items() for zone in zones_of]
        pairs = [pair for pair in pairs if pair[0] in set(units)]
    table = pd.DataFrame(pairs, columns=["area", "catchment", "weight"])
    return table.set_index(["area", "catchment"])["weight"].sort_index()
