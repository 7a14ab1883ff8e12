"""The reach of one stage: points where children live against sites where schools are, year by year."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.reach.sites import serving
from schoolmap.reach.sites import sites_of
from schoolmap.space.access import equity
from schoolmap.space.access import floating

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project
    from schoolmap.provision import Provision
    from schoolmap.reach.homes import Homes
    from schoolmap.reach.limits import Limit
    from schoolmap.seating import StageResult
    from schoolmap.ways import Ways

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

RINGS = {1.0: 1.0, 2.0: 0.68, 3.0: 0.22}
"""Weights of seats within one, two and three times the limit (Luo and Qi 2009); that the rings are these is an assumption."""
COUNTS = ("children", "within", "beyond", "unknown", "circle", "own_beyond")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReach:
    """
    How far it is to school in one stage, in the first scenario.

    Attributes
    ----------
    by
        `roads` or `straight`.
    limits
        The limits of the standard.
    areas
        By (area, year): `children`, of them `within` reach of an open school,
        `beyond`, and `unknown` where the standard sets no limit; `circle`, those
        within the limit in a straight line; `own_beyond`, those for whom every
        school of their own catchment is out of reach (missing where families
        choose freely).
    grades
        By (age, year), all areas together: `children`, `within`, `beyond` and
        `unknown`.
    nearest
        By area, in the first year: the `school` nearest to most of its children
        and the mean way `way_m` to each child's nearest one.
    groups
        In the first year, by (`by`, `group`): all, each township, town and
        country: children, within, beyond, mean way `way_m`, seats in reach
        `seats_per_100` children, and their Gini coefficient `gini_seats`.
    sites
        Points of schools, and of projects that make one: `name`, `circle_m`
        (its limit) and `radius_m` (how far that is in a straight line).
    open
        Whether each site has seats, by year.
    zones
        What can be reached from each site on roads within its limit; `None`
        where there are no roads.
    equity
        Gini, Theil and others over children, in the first year, by name.
    """

    stage: str
    by: str
    limits: tuple[Limit, ...]
    areas: pd.DataFrame
    grades: pd.DataFrame
    nearest: pd.DataFrame
    groups: pd.DataFrame
    sites: gpd.GeoDataFrame
    open: pd.DataFrame
    zones: gpd.GeoSeries | None
    equity: pd.Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the reach of a stage is measured on: the same for all stages."""

    project: Project
    ways: Ways
    homes: Homes
    place: pd.Series
    """`urban`, `rural` or empty, by area."""

    def circle_m(self, limit: Limit) -> float:
        """Return the radius of the circle that a limit would be, without roads and detours, in metres."""
        if limit.minutes is None or not self.ways.drives:
            return limit.metres
        return limit.minutes * self.ways.driven_m_per_minute

    def place_at(self, sites: gpd.GeoDataFrame) -> NDArray[np.object_]:
        """Return whether each site stands in town or country: that of the area it stands in, or of the nearest one."""
        areas = shapely.STRtree(self.project.areas.geometry.to_numpy())
        _, nearest = areas.query_nearest(sites.geometry.to_numpy(), all_matches=False)
        found: NDArray[np.object_] = self.place.reindex(self.project.areas.index).to_numpy(dtype=object)[nearest]
        return found


def reach_of(
    ground: Ground,
    stage: Stage,
    limits: tuple[Limit, ...],
    *,
    children: xr.DataArray,
    result: StageResult,
    provision: Provision,
) -> StageReach:
    """
    Return the reach of the schools of one stage.

    Parameters
    ----------
    ground, stage, limits
        Points, ways and limits.
    children
        Residents by (area, age, year) of the first scenario.
    result, provision
        The stage's seats in the first scenario.
    """
    sites, opened = sites_of(ground.project, result, provision)
    measured = _measure(ground, limits, sites, guarded=ground.ways.guards(stage.id))
    years = [int(year) for year in opened.columns]
    period_of, own = _own_schools(ground, stage, sites, years)
    # years with the same open schools and the same boundaries share one column
    keyed = np.vstack([opened.to_numpy(), period_of])
    columns, of_year = np.unique(keyed, axis=1, return_inverse=True)
    of_year = np.asarray(of_year).ravel()
    sets, periods = columns[:-1].astype(bool), columns[-1].astype(int)
    tables, by_age = [], []
    for ages in bands_of(stage.ages, limits):
        of_ages = children.sel(age=slice(*ages), year=years).transpose("age", "area", "year")
        counts = of_ages.sum("age").to_pandas()
        flags = measured.judged(ages, sets, None if own is None else [own[period] for period in periods])
        shares = {name: ground.homes.by_area(values)[:, of_year] for name, values in flags.items()}
        of_area = ground.homes.areas.get_indexer(counts.index)
        tables.append({"children": counts.to_numpy()} | {n: counts.to_numpy() * s[of_area] for n, s in shares.items()})
        by_age.append(_of_grades(of_ages, {name: share[of_area] for name, share in shares.items()}))
    index = pd.MultiIndex.from_product([counts.index, years], names=["area", "year"])
    areas = pd.DataFrame(
        {
            name: np.sum([table[name] for table in tables], axis=0).ravel() if name in tables[0] else np.nan
            for name in COUNTS
        },
        index=index,
    )
    first = opened.iloc[:, 0].to_numpy(dtype=bool)
    now = pd.DataFrame(areas.xs(years[0], level="year"))
    pupils = ground.homes.at_points(now["children"])
    ways = measured.nearest(first)
    seats = measured.seats_in_reach(pupils, result.seats_by_section.iloc[:, 0])
    zoned = measured.zoned_sites()
    return StageReach(
        stage=stage.id,
        by=ground.ways.by,
        limits=limits,
        areas=areas,
        grades=pd.concat(by_age),
        nearest=_by_area(ground.homes, ways, sites),
        groups=_groups(ground, now, pupils, ways["way_m"], seats),
        sites=zoned,
        open=opened,
        zones=ground.ways.zones(zoned, guarded=ground.ways.guards(stage.id)),
        equity=_equity(ground, pupils, ways["way_m"], seats),
    )


def _own_schools(
    ground: Ground, stage: Stage, sites: gpd.GeoDataFrame, years: list[int]
) -> tuple[NDArray[np.intp], list[Flags] | None]:
    """Return the period of each year, and for each period which sites serve the catchment of each point."""
    project = ground.project
    if stage.free_choice:
        return np.zeros(len(years), dtype=np.intp), None
    coverage = project.coverage_of[stage.id]
    starts = sorted(start for start in project.later.get(coverage, {}) if start > years[0])
    first = [years[0], *starts]
    own = []
    for year in first:
        served = project.served_in(stage.id, year).reindex(sites["school"])
        zones = [
            there if school else here
            for school, here, there in zip(sites["school"], sites["catchments"], served, strict=True)
        ]
        there = gpd.GeoDataFrame(sites.assign(catchments=pd.Series(zones, index=sites.index, dtype=object)))
        own.append(serving(there, ground.homes.points, project.catchments_in(coverage, year)))
    return np.searchsorted(starts, years, side="right"), own


def _of_grades(children: xr.DataArray, shares: dict[str, Floats]) -> pd.DataFrame:
    """Add up children of each age over areas, and those of them for whom something holds."""
    counts = children.to_numpy()
    columns = {"children": counts.sum(axis=1)}
    columns |= {name: (counts * shares[name]).sum(axis=1) for name in ("within", "beyond", "unknown")}
    index = pd.MultiIndex.from_product([children["age"].to_numpy(), children["year"].to_numpy()], names=["age", "year"])
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)


def bands_of(ages: tuple[int, int], limits: tuple[Limit, ...]) -> list[tuple[int, int]]:
    """
    Cut the ages of a stage where a limit begins or ends.

    Parameters
    ----------
    ages
        Youngest and oldest age of the stage, both counted.
    limits
        Limits, each for some ages of it.

    Returns
    -------
    bands
        Youngest and oldest age of each band, in order.
    """
    edges = {ages[0], ages[1] + 1}.union(*({limit.ages[0], limit.ages[1] + 1} for limit in limits))
    bounds = sorted(edges)
    return [(low, high - 1) for low, high in itertools.pairwise(bounds)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """
    Points where children live (rows) against sites where schools are (columns).

    Attributes
    ----------
    metres, straight
        The way on foot, and in a straight line; infinite where there is none.
    cost
        What is compared with the limit: metres, or minutes where pupils of the
        country are driven.
    place
        Of each point: `urban`, `rural` or empty.
    """

    ground: Ground
    limits: tuple[Limit, ...]
    sites: gpd.GeoDataFrame
    place: NDArray[np.object_]
    metres: Floats
    straight: Floats
    cost: Floats

    def limit(self, ages: tuple[int, int]) -> tuple[Floats, Floats]:
        """Return the limit of each point for a band of ages, in the unit of the cost and in metres; or nothing."""
        in_unit, in_metres = np.full(len(self.place), np.nan), np.full(len(self.place), np.nan)
        for limit in self.limits:
            if limit.ages[0] <= ages[0] and ages[1] <= limit.ages[1]:
                here = self.place == limit.place
                driven = self.ground.ways.drives and limit.minutes is not None
                in_unit[here] = limit.minutes if driven else limit.metres
                in_metres[here] = self.ground.circle_m(limit)
        return in_unit, in_metres

    def judged(self, ages: tuple[int, int], sets: Flags, own: list[Flags] | None) -> dict[str, Floats]:
        """Say for each point and set of open sites whether it is within reach, out of it, or without a limit."""
        limit, circle = self.limit(ages)
        known = np.isfinite(limit)
        # nothing is below or above a limit that is not known
        within = np.column_stack([_least(self.cost, chosen) <= limit for chosen in sets.T])
        found = {
            "within": within,
            "beyond": ~within & known[:, None],
            "unknown": np.broadcast_to(~known[:, None], within.shape),
            "circle": np.column_stack([_least(self.straight, chosen) <= circle for chosen in sets.T]),
        }
        if own is not None:
            # who lives in no catchment has no own school that could be too far
            found["own_beyond"] = np.column_stack(
                [
                    (_least(np.where(mine, self.cost, np.inf), chosen) > limit) & mine.any(axis=1)
                    for chosen, mine in zip(sets.T, own, strict=True)
                ]
            )
        return {name: flags.astype(float) for name, flags in found.items()}

    def nearest(self, opened: Flags) -> pd.DataFrame:
        """Return the nearest open site of each point, by position, and the way to it."""
        ways = np.where(opened, self.metres, np.inf)
        site = ways.argmin(axis=1)
        way = ways[np.arange(len(ways)), site]
        return pd.DataFrame({"site": np.where(np.isfinite(way), site, -1), "way_m": way})

    def seats_in_reach(self, pupils: Floats, seats: pd.Series) -> Floats:
        """Return the seats that each point's children share within rings of their limit, per child; or nothing."""
        every = np.column_stack([self.limit(item.ages)[0] for item in self.limits])
        limit = np.where(np.isnan(every), np.inf, every).min(axis=1)
        supply = seats.reindex(self.sites["school"]).fillna(0.0).to_numpy()
        known = np.isfinite(limit)
        rings = np.where(known[:, None], self.cost, np.inf) / np.where(known, limit, 1.0)[:, None]
        point, site = np.nonzero(rings <= max(RINGS))
        travel = pd.Series(
            rings[point, site],
            index=pd.MultiIndex.from_arrays([point, self.sites.index[site]], names=["origin", "school"]),
        )
        found = floating.enhanced_two_step(
            travel,
            pd.Series(pupils, index=pd.RangeIndex(len(pupils), name="origin")),
            pd.Series(supply, index=self.sites.index.rename("school")),
            weight=RINGS,
        )
        values: Floats = found.to_numpy()
        return np.where(known, values, np.nan)

    def zoned_sites(self) -> gpd.GeoDataFrame:
        """Return the sites with the limit of the place where each stands: of several, the shortest."""
        here = self.ground.place_at(self.sites)
        circle, minutes = np.zeros(len(self.sites)), np.full(len(self.sites), np.nan)
        for limit in sorted(self.limits, key=lambda item: -item.metres):
            circle[here == limit.place] = self.ground.circle_m(limit)
            if limit.minutes is not None and self.ground.ways.drives:
                minutes[here == limit.place] = limit.minutes
        return gpd.GeoDataFrame(
            self.sites.assign(
                place=here, circle_m=circle, radius_m=circle / self.ground.ways.detour, drive_minutes=minutes
            )
        )


def _measure(ground: Ground, limits: tuple[Limit, ...], sites: gpd.GeoDataFrame, *, guarded: bool) -> _Measured:
    points = ground.homes.points
    place = ground.place.reindex(points["area"]).to_numpy(dtype=object)
    metres = ground.ways.metres(points, sites, guarded=guarded)
    cost = metres
    if ground.ways.drives and any(limit.minutes is not None for limit in limits):
        # who lives next to school walks
        minutes = np.minimum(ground.ways.minutes(points, sites), metres / ground.ways.walk_m_per_minute)
        cost = np.where((place == "rural")[:, None], minutes, metres)
    return _Measured(
        ground=ground,
        limits=limits,
        sites=sites,
        place=place,
        metres=metres,
        straight=ground.ways.straight(points, sites),
        cost=cost,
    )


def _least(cost: Floats, chosen: Flags) -> Floats:
    """Return the least cost of each point to one of the chosen sites; infinite where there is none."""
    least: Floats = cost[:, chosen].min(axis=1, initial=np.inf)
    return least


def _by_area(homes: Homes, ways: pd.DataFrame, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the site nearest to most of each area, and the mean way; nothing where part of it has no way at all."""
    points = homes.points
    table = pd.DataFrame({"area": points["area"].to_numpy(), "site": ways["site"], "share": points["share"].to_numpy()})
    shares = table[table["site"] >= 0].groupby(["area", "site"], as_index=False)["share"].sum()
    ranked = pd.DataFrame(shares).sort_values(["share", "site"], ascending=[False, True], kind="stable")
    best = ranked.drop_duplicates("area").set_index("area")["site"]
    names = pd.Series(sites.index[best.to_numpy()], index=best.index, dtype=object)
    way = pd.Series(homes.by_area(ways[["way_m"]].to_numpy())[:, 0], index=homes.areas)
    return pd.DataFrame(
        {"school": names.reindex(homes.areas), "way_m": way.where(np.isfinite(way))}, index=homes.areas
    ).rename_axis("area")


def _groups(ground: Ground, now: pd.DataFrame, pupils: Floats, way: pd.Series, seats: Floats) -> pd.DataFrame:
    """Sum up the first year over all, over townships, and over town and country."""
    areas = ground.project.areas
    keys = {
        "all": pd.Series("", index=now.index),
        "township": areas["parent"].reindex(now.index),
        "urban_rural": ground.place.reindex(now.index),
    }
    area_of = ground.homes.points["area"].to_numpy()
    parts = []
    for by, key in keys.items():
        if by != "all" and key.nunique() < 2:
            continue
        table = now[["children", "within", "beyond", "unknown"]].groupby(key, sort=False).sum()
        at_point = key.reindex(area_of).to_numpy()
        table["way_m"] = _mean(way.to_numpy(), pupils, at_point).reindex(table.index)
        table["seats_per_100"] = 100 * _mean(seats, pupils, at_point).reindex(table.index)
        table["gini_seats"] = _gini(seats, pupils, at_point).reindex(table.index)
        parts.append(table.rename_axis("group").assign(by=by).set_index("by", append=True).reorder_levels([1, 0]))
    return pd.concat(parts)


def _mean(values: Floats, weights: Floats, group: NDArray[np.object_]) -> pd.Series:
    """Return the mean over children of each group, of those for whom the value is known."""
    known = np.isfinite(values)
    table = pd.DataFrame({"sum": np.where(known, values, 0.0) * weights, "weight": weights * known, "group": group})
    sums = table.groupby("group")[["sum", "weight"]].sum()
    return sums["sum"] / sums["weight"].where(sums["weight"] > 0)


def _gini(values: Floats, weights: Floats, group: NDArray[np.object_]) -> pd.Series:
    """Return the Gini coefficient over children within each group, of those for whom the value is known."""
    table = pd.DataFrame({"value": values, "weight": weights, "group": group})
    known = table[np.isfinite(values) & (weights > 0)]
    return pd.Series(
        {label: equity.gini(part["value"], part["weight"]) for label, part in known.groupby("group")}, dtype=float
    )


def _equity(ground: Ground, pupils: Floats, way: pd.Series, seats: Floats) -> pd.Series:
    """Return how unequal ways and seats in reach are, over children."""
    area_of = ground.homes.points["area"].to_numpy()
    township = ground.project.areas["parent"].reindex(area_of).to_numpy()
    place = ground.place.reindex(area_of).to_numpy()
    found = {}
    reached = np.isfinite(way.to_numpy()) & (pupils > 0)
    if reached.any():
        ways, weight = pd.Series(way.to_numpy()[reached]), pd.Series(pupils[reached])
        found["gini_way"] = equity.gini(ways, weight)
        found["p90_p10_way"] = equity.decile_ratio(ways, weight)
    known = np.isfinite(seats) & (pupils > 0)
    if known.any() and seats[known].sum() > 0:
        value, weight = pd.Series(seats[known]), pd.Series(pupils[known])
        found["gini_seats"] = equity.gini(value, weight)
        whole = equity.theil(value, weight)
        found["theil_seats"] = whole
        for name, group in (("theil_township", township), ("theil_urban_rural", place)):
            parts = pd.Series(group[known])
            if len(parts.unique()) > 1 and whole > 0:
                found[name] = float(equity.theil_by_group(value, weight, parts)["between"].sum()) / whole
    return pd.Series(found, dtype=float, name="value")
