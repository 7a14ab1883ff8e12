"""
The ways to school of a project: on its roads, or in a straight line times a stated factor where it has none.

Young pupils walk on a network of their own that leads across no barrier. Where
pupils of the country are driven, the minutes of the standard are driven too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.space.barriers import guard
from schoolmap.space.isochrones import isochrones
from schoolmap.space.roads import islands
from schoolmap.space.roads import make_network
from schoolmap.space.snapping import snap
from schoolmap.space.travel import straight_table
from schoolmap.space.travel import travel_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from schoolmap.inputs.project_file import TravelSettings
    from schoolmap.space.roads import Network
    from schoolmap.standards import Standards

    Floats = NDArray[np.float64]
    Text = dict[str, str]

LEAST_ISLAND_KM = 0.2
"""Shorter pieces of road that hang on nothing are not worth a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """
    How children of a project get to school.

    Attributes
    ----------
    by
        `roads` or `straight`.
    free, guarded, driven
        Networks of those who may cross barriers on foot, of those who may not,
        and of those who are driven; nothing where there are no roads, or nobody
        is driven.
    walk_m_per_minute
        Walking pace.
    settings
        `[travel]` of the project.
    gates
        Points by school; a school without gates is where its own point is.
    """

    by: Literal["roads", "straight"]
    free: Network | None
    guarded: Network | None
    driven: Network | None
    walk_m_per_minute: float
    settings: TravelSettings
    gates: gpd.GeoSeries

    @property
    def drives(self) -> bool:
        """Return whether the minutes of the standard in the country are driven."""
        return self.driven is not None

    @property
    def detour(self) -> float:
        """Return by what a way is longer than the straight line, where there are no roads."""
        return 1.0 if self.by == "roads" else self.settings.detour

    def guards(self, stage: str) -> bool:
        """Return whether pupils of a stage may not cross barriers."""
        return stage in self.settings.guarded

    def metres(self, points: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, *, guarded: bool) -> Floats:
        """
        Return the way on foot from each point (rows) to each site (columns), in metres; infinite where there is none.

        Parameters
        ----------
        points, sites
            Homes, and schools with the column `school`.
        guarded
            Whether barriers may not be crossed.
        """
        network = self.guarded if guarded else self.free
        if network is None:
            travel = straight_table(points.geometry, self.entrances(sites), detour=self.settings.detour)
            return _grid(travel, points.index, sites.index)
        return self._on(network, points, sites, unit="distance_m")

    def minutes(self, points: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> Floats:
        """Return the minutes that it takes to be driven from each point to each site; infinite where no road leads."""
        if self.driven is None:
            msg = 'Nobody is driven in this project: set `rural_by` to "drive", and give roads with speeds.'
            raise ValueError(msg)
        return self._on(self.driven, points, sites, unit="minutes")

    def _on(
        self,
        network: Network,
        points: gpd.GeoDataFrame,
        sites: gpd.GeoDataFrame,
        *,
        unit: Literal["distance_m", "minutes"],
    ) -> Floats:
        far = self.settings.farthest_m
        homes = snap(network, points.geometry, farthest_m=far)
        gates = snap(network, self.entrances(sites), farthest_m=far)
        return _grid(travel_table(network, homes, gates, unit=unit), points.index, sites.index)

    def entrances(self, sites: gpd.GeoDataFrame) -> gpd.GeoSeries:
        """Return the gates of sites by site, several of which may have the same; the site itself where it has none."""
        own = self.gates[self.gates.index.isin(sites["school"])]
        site_of = pd.Series(sites.index, index=sites["school"].to_numpy())
        site_of = site_of[site_of.index != ""]
        gated = own.set_axis(site_of.reindex(own.index).to_numpy())
        plain = sites.geometry[~sites.index.isin(gated.index)]
        return gpd.GeoSeries(
            np.concatenate([gated.to_numpy(), plain.to_numpy()]),
            index=pd.Index([*gated.index, *plain.index], name="school"),
            crs=sites.crs,
        )

    @property
    def driven_m_per_minute(self) -> float:
        """Return the mean speed of the roads that are driven on; of walking where nobody is driven."""
        if self.driven is None:
            return self.walk_m_per_minute
        links = self.driven.links
        return float(links["length_m"].sum() / np.minimum(links["forward"], links["backward"]).sum())

    def straight(self, points: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> Floats:
        """Return the straight line from each point to the nearest gate of each site, in metres."""
        travel = straight_table(points.geometry, self.entrances(sites), detour=1.0)
        return _grid(travel, points.index, sites.index)

    def zones(self, sites: gpd.GeoDataFrame, *, guarded: bool) -> gpd.GeoSeries | None:
        """
        Return what can be reached on roads from each site within its limit; nothing without roads.

        Parameters
        ----------
        sites
            With `circle_m`, the limit on foot (0: none), and perhaps
            `drive_minutes`, where it is one in minutes that are driven.
        guarded
            Whether who walks may not cross barriers.

        Returns
        -------
        zones
            Polygons by site; empty without a limit, or far from any road.
        """
        network = self.guarded if guarded else self.free
        if network is None:
            return None
        found = gpd.GeoSeries([shapely.Polygon()] * len(sites), index=sites.index, crs=sites.crs)
        minutes = sites["drive_minutes"] if "drive_minutes" in sites else pd.Series(np.nan, index=sites.index)
        walked = sites[(sites["circle_m"] > 0) & minutes.isna()]
        for limit, group in walked.groupby("circle_m"):
            aside = aside_m(float(str(limit)))
            self._draw(found, network, gpd.GeoDataFrame(group), group["circle_m"], unit="distance_m", aside=aside)
        if self.driven is not None and minutes.notna().any():
            group = gpd.GeoDataFrame(sites[minutes.notna()])
            self._draw(found, self.driven, group, minutes.dropna(), unit="minutes", aside=DRIVEN_ASIDE_M)
        return found

    def _draw(
        self,
        found: gpd.GeoSeries,
        network: Network,
        sites: gpd.GeoDataFrame,
        limits: pd.Series,
        *,
        unit: Literal["distance_m", "minutes"],
        aside: float,
    ) -> None:
        gates = snap(network, self.entrances(sites), farthest_m=self.settings.farthest_m)
        zones = isochrones(network, gates, limits=limits, unit=unit, buffer_m=aside, largest_hole_m2=LARGEST_HOLE_M2)
        drawn = zones.geometry.droplevel("limit")
        found.loc[drawn.index] = drawn.to_numpy()

    def far(self, points: gpd.GeoDataFrame, schools: gpd.GeoDataFrame) -> pd.DataFrame:
        """
        Return homes and schools far from any road, by area and school, and roads that hang on no others.

        Parameters
        ----------
        points
            Homes, with the `area` of each.
        schools
            By school, with `name`.

        Returns
        -------
        far
            `what` (`home`, `school` or `island`), `label`, `name`, `distance_m`
            (of the farthest), `km` (length of an island).
        """
        columns = ["what", "label", "name", "distance_m", "km"]
        if self.free is None:
            return pd.DataFrame(columns=columns)
        limit = self.settings.farthest_m
        at_home = snap(self.free, points.geometry, farthest_m=limit)
        at_home = at_home.assign(label=points["area"].to_numpy())[at_home["far"].to_numpy()]
        worst = at_home.groupby("label")["distance_m"].max()
        gates = snap(
            self.free, self.entrances(gpd.GeoDataFrame(schools.assign(school=schools.index))), farthest_m=limit
        )
        astray = gates[gates["far"]].groupby(level=0)["distance_m"].max()
        alone = islands(self.free)
        alone = alone[alone["length_m"] >= 1000 * LEAST_ISLAND_KM]
        rows = [("home", str(label), "", float(metres), np.nan) for label, metres in worst.items()]
        rows += [
            ("school", str(label), str(schools["name"].get(label, "")), float(metres), np.nan)
            for label, metres in astray.items()
        ]
        middle = (alone["west"] + alone["east"]) / 2, (alone["south"] + alone["north"]) / 2
        rows += [
            ("island", f"{x:.0f}, {y:.0f}", "", np.nan, float(length) / 1000)
            for x, y, length in zip(*middle, alone["length_m"], strict=True)
        ]
        return pd.DataFrame(rows, columns=columns)

    @property
    def method(self) -> tuple[Text, ...]:
        """Return how ways are measured, as sentences in both languages."""
        pace = f"{self.walk_m_per_minute:g}"
        if self.by == "straight":
            note = self.settings.detour_note
            factor = f"{self.settings.detour:g}"
            return (
                {
                    "en": f"There are no roads: ways are straight lines times {factor}. {note['en']}",
                    "zh": f"无道路数据：距离按直线乘{factor}。{note['zh']}",
                },
            )
        texts = [{"en": f"Ways are on the roads, on foot at {pace} m a minute.", "zh": f"沿道路步行，每分钟{pace}米。"}]
        if self.guarded is not self.free:
            texts.append(
                {
                    "en": "Young pupils cross no barrier but at crossings and on bridges.",
                    "zh": "低龄学生只能经过街设施和桥隧穿越阻隔。",
                }
            )
        if self.drives:
            texts.append({"en": "In the country minutes are driven.", "zh": "乡村按乘车时间计。"})
        return tuple(texts)


ASIDE, LEAST_ASIDE_M = 0.1, 60.0
"""What can be reached is drawn this share of the limit aside of the roads, and at least so many metres."""
DRIVEN_ASIDE_M = 300.0
"""What is reached by a drive is drawn this far aside of the roads."""
LARGEST_HOLE_M2 = 40_000.0
"""Blocks of houses up to this surface, between streets that are reached, are drawn as reached."""


def aside_m(limit_m: float) -> float:
    """
    Return how far aside of its roads a zone is drawn, in metres: what is counted does not depend on it.

    Examples
    --------
    >>> aside_m(500.0), aside_m(1800.0)
    (60.0, 180.0)
    """
    return max(LEAST_ASIDE_M, ASIDE * limit_m)


def make_ways(
    roads: gpd.GeoDataFrame | None,
    *,
    barriers: gpd.GeoDataFrame | None,
    crossings: gpd.GeoDataFrame | None,
    gates: gpd.GeoDataFrame | None,
    settings: TravelSettings,
    walk_m_per_minute: float,
) -> Ways:
    """
    Make the networks of a project's roads.

    Parameters
    ----------
    roads, barriers, crossings, gates
        Layers of the project, in its metric CRS, or nothing.
    settings
        `[travel]`.
    walk_m_per_minute
        Walking pace.
    """
    points = gpd.GeoSeries([], index=pd.Index([], dtype=object))
    if gates is not None:
        points = gates.geometry.set_axis(pd.Index(gates["school"].to_numpy(dtype=object)))
    free = guarded = driven = None
    if roads is not None and len(roads) > 0:
        free = make_network(
            roads,
            mode="walk",
            walk_m_per_minute=walk_m_per_minute,
            join_m=settings.join_m,
            cross=settings.cross,
            not_used=settings.not_walked,
        )
        guarded = free
        if barriers is not None or settings.not_crossed:
            guarded = guard(
                free,
                barriers=barriers,
                crossings=crossings,
                crossing_m=settings.crossing_m,
                not_crossed=settings.not_crossed,
            )
        if settings.rural_by == "drive":
            driven = make_network(
                roads,
                mode="drive",
                walk_m_per_minute=walk_m_per_minute,
                join_m=settings.join_m,
                cross=settings.cross,
                not_used=settings.not_driven,
                speeds=settings.speeds,
            )
    return Ways(
        by="straight" if free is None else "roads",
        free=free,
        guarded=guarded,
        driven=driven,
        walk_m_per_minute=walk_m_per_minute,
        settings=settings,
        gates=points,
    )


USUAL_PACE = 60.0
"""Metres that a pupil walks in a minute, where neither the project nor its standard says."""


def walking_pace(settings: TravelSettings, standards: Standards) -> float:
    """Return the metres that a pupil walks in a minute: of the project, else of its standard, else the usual ones."""
    own, standard = settings.walk_m_per_minute, standards.walking_m_per_minute
    if own is not None:
        return own
    return USUAL_PACE if standard is None else float(standard.value)


def _grid(travel: pd.Series, points: pd.Index, sites: pd.Index) -> Floats:
    """Lay out a table of travel as points by sites; infinite where there is no way."""
    index = travel.index
    if not isinstance(index, pd.MultiIndex):
        msg = "A table of travel is by (origin, school)."
        raise TypeError(msg)
    origin = points.get_indexer(index.levels[0])[index.codes[0]]
    site = sites.get_indexer(index.levels[1])[index.codes[1]]
    grid = np.full((len(points), len(sites)), np.inf)
    grid[origin, site] = travel.to_numpy()
    return grid
