"""
Made counties: hard instances of zoning and of siting, drawn from a seed.

Nothing in them is real. Areas are the cells of scattered points (Voronoi),
small and crowded in towns, large in the country; cells of a lake are left out,
so that areas surround it. Seats are scarce and not where the pupils are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import Voronoi
from scipy.spatial import distance

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[Any]
    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_HALF_WIDTH = 20_000
"""Metres from the middle of the county to its edge."""
_IN_TOWNS = 0.5
"""Share of areas that lie in towns."""
_DETOUR = 1.3
"""Metres along a road for each metre between neighbouring areas."""
_AS_PUPILS = 0.7
"""How far seats follow the pupils around a site; the rest is the same for all sites."""
_LONGEST_SHARE = 1.15
"""A zone of the hidden plan is grown until its pupils are this many times its share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCounty:
    """
    A generated county; synthetic, for tests and benchmarks only.

    Attributes
    ----------
    name
        What it was drawn with.
    demand
        Pupils by area, whole numbers.
    seats
        Seats by site.
    cost
        Metres of one pupil; one row for each area, one column for each site.
    neighbours
        Metres of common border by `(area, area)`, each pair once; the index
        alone says who is beside whom. All areas hang together.
    opening
        What opening costs by site, in pupil-metres.
    homes
        Area in which each site stands, no two in the same one.
    today
        Site by area: zones that hang together and fit the seats of today badly.
    xy
        Metres east and north of the middle of the county, by area.
    """

    name: str
    demand: pd.Series
    seats: pd.Series
    cost: pd.DataFrame
    neighbours: pd.Series
    opening: pd.Series
    homes: pd.Series
    today: pd.Series
    xy: pd.DataFrame


def made_county(
    seed: int,
    *,
    areas: int,
    sites: int,
    spare: float,
    planted: bool = True,
    alike: bool = False,
    network: bool = False,
    towns: int = 3,
    lakes: int = 4,
) -> MadeCounty:
    """
    Draw a county; the same seed and settings give the same one.

    Parameters
    ----------
    seed
        Of the random numbers.
    areas, sites
        How many.
    spare
        Seats of all sites for each pupil: 1.02 to 1.10 where all sites stay
        open, 1.5 to 2.5 where sites are chosen.
    planted
        Give seats by a hidden plan of zones that hang together, so that it is
        known that everybody can be seated with all sites open, however scarce
        seats are. Otherwise seats are drawn without regard to pupils.
    alike
        Give all sites the same number of seats and the same cost of opening,
        so that many sets of sites cost nearly the same; the seats of the hidden
        plan are then forgotten.
    network
        Measure along roads between neighbouring areas, not as the crow flies.
    towns, lakes
        How many. Lakes and mountains hold no area.

    Returns
    -------
    county
        Labels are `a0001`... and `s01`...

    Raises
    ------
    ValueError
        If there are fewer areas than sites, or fewer than 4 areas.

    Examples
    --------
    >>> county = made_county(1, areas=40, sites=4, spare=1.05)
    >>> len(county.demand), len(county.seats), county.demand.min() > 0
    (40, 4, np.True_)
    >>> bool(county.seats.sum() >= county.demand.sum())
    True
    """
    if areas < max(4, sites) or sites < 1:
        msg = f"A county has 4 areas at least, and no more sites than areas; got {areas} areas and {sites} sites."
        raise ValueError(msg)
    rng = np.random.default_rng(seed)
    centre, near_town, pairs, border = _land(rng, areas, towns, lakes)
    demand = np.maximum(5, rng.lognormal(3.6, 0.7, areas) * (0.5 + 1.5 * near_town)).astype(np.int64)
    apart = distance.cdist(centre, centre)
    if network:
        length = apart[pairs[:, 0], pairs[:, 1]] * _DETOUR
        graph = sparse.coo_array((length, pairs.T), (areas, areas))
        apart = csgraph.dijkstra(graph.tocsr(), directed=False)
    homes = _homes(rng, demand, apart, sites)
    # the way to a school in the area itself is not nothing: half the way to the next area
    within = np.where(np.eye(areas) > 0, np.inf, apart).min(axis=1) / 2
    cost = np.rint(np.where(np.arange(areas)[:, None] == homes, within[:, None], apart[:, homes]))
    beside: list[list[int]] = [[] for _ in range(areas)]
    for one, other in pairs:
        beside[one].append(int(other))
        beside[other].append(int(one))
    around = np.bincount(cost.argmin(axis=1), demand, sites) / demand.sum()
    drawn = (_AS_PUPILS * around + (1 - _AS_PUPILS) / sites) * rng.lognormal(0, 0.2, sites)
    drawn /= drawn.sum()
    zone = _grown(rng, beside, demand, cost, homes, share=drawn)
    load = np.bincount(zone, demand, sites) if planted else drawn * demand.sum()
    seats = _with_spare(rng, load, spare * demand.sum(), least=load if planted else np.zeros(sites))
    nearest = float((demand * cost.min(axis=1)).sum()) / sites
    opening = np.rint(nearest * rng.uniform(0.7, 1.6, sites) * (0.4 + 0.6 * seats / seats.mean()))
    if alike:
        seats = np.full(sites, int(np.ceil(spare * demand.sum() / sites)), dtype=np.int64)
        opening = np.full(sites, np.rint(nearest))
    shares = np.full(sites, 1 / sites)
    today = _grown(rng, beside, np.ones(areas, dtype=np.int64), cost, homes, share=shares)
    area = pd.Index([f"a{number:04d}" for number in range(areas)], name="area")
    site = pd.Index([f"s{number:02d}" for number in range(sites)], name="site")
    return MadeCounty(
        name=f"made county {seed}: {areas} areas, {sites} sites{' alike' * alike}, {spare:g} seats a pupil",
        demand=pd.Series(demand, index=area, name="pupils"),
        seats=pd.Series(seats, index=site, name="seats"),
        cost=pd.DataFrame(cost, index=area, columns=site),
        neighbours=pd.Series(
            border,
            index=pd.MultiIndex.from_arrays(list(area.to_numpy()[pairs.T]), names=["area", "other"]),
            name="border_m",
        ),
        opening=pd.Series(opening, index=site, name="opening"),
        homes=pd.Series(area.to_numpy()[homes], index=site, name="home"),
        today=pd.Series(site.to_numpy()[today], index=area, name="today"),
        xy=pd.DataFrame(centre, index=area, columns=["x", "y"]),
    )


def pieces(county: MadeCounty, zone: npt.NDArray[Any]) -> int:
    """
    Return how many pieces the zones have in all: as many as there are zones if each hangs together.

    Parameters
    ----------
    county
        Whose areas are beside each other as `neighbours` says.
    zone
        Zone of each area, in the order of `demand`; any labels.

    Examples
    --------
    >>> county = made_county(1, areas=30, sites=4, spare=1.2)
    >>> pieces(county, county.today.reindex(county.demand.index).to_numpy())
    4
    """
    areas = county.demand.index
    one, other = (areas.get_indexer(county.neighbours.index.get_level_values(level)) for level in (0, 1))
    same = zone[one] == zone[other]
    graph = sparse.coo_array((np.ones(int(same.sum())), (one[same], other[same])), (len(areas), len(areas)))
    return int(csgraph.connected_components(graph, directed=False)[0])


def _land(rng: np.random.Generator, areas: int, towns: int, lakes: int) -> tuple[Real, Real, Whole, Real]:
    """Return the middles of areas, how near a town each is (0 to 1), who is beside whom, and metres of border."""
    while True:
        town = rng.uniform(-0.7, 0.7, (max(towns, 1), 2)) * _HALF_WIDTH
        lake = rng.uniform(-0.7, 0.7, (lakes, 2)) * _HALF_WIDTH
        size = rng.uniform(0.08, 0.2, lakes) * _HALF_WIDTH
        number = 3 * areas
        country = rng.uniform(-1, 1, (number, 2)) * _HALF_WIDTH
        crowded = town[rng.integers(len(town), size=number)] + rng.normal(0, 0.08 * _HALF_WIDTH, (number, 2))
        points = np.where((rng.random(number) < _IN_TOWNS * (towns > 0))[:, None], crowded, country)
        wet = (distance.cdist(points, lake) < size).any(axis=1) if lakes else np.zeros(number, dtype=bool)
        inside = np.abs(points).max(axis=1) < _HALF_WIDTH
        dry = points[~wet & inside][:areas]
        if len(dry) < areas:
            continue
        # points of the lakes and of a ring around the county have cells too, which are then left out
        shore = np.concatenate([points[wet], rng.uniform(-1, 1, (10 * lakes, 2)) * _HALF_WIDTH])
        water = shore[(distance.cdist(shore, lake) < size).any(axis=1)] if lakes else shore[:0]
        round_it = np.linspace(0, 2 * np.pi, 160, endpoint=False)
        ring = np.stack([np.cos(round_it), np.sin(round_it)], axis=1)
        ring *= 1.12 * _HALF_WIDTH / np.abs(ring).max(axis=1, keepdims=True)
        cells = Voronoi(np.concatenate([dry, water, ring]))
        own = (cells.ridge_points < areas).all(axis=1)
        ends = np.array(cells.ridge_vertices)[own]
        border = np.linalg.norm(cells.vertices[ends[:, 0]] - cells.vertices[ends[:, 1]], axis=1)
        kept = (ends >= 0).all(axis=1) & (border >= 1)
        pairs = np.sort(cells.ridge_points[own][kept].astype(np.int64), axis=1)
        graph = sparse.coo_array((np.ones(len(pairs)), pairs.T), (areas, areas))
        if csgraph.connected_components(graph, directed=False)[0] == 1:
            order = np.lexsort(pairs.T[::-1])
            near = np.exp(-distance.cdist(dry, town).min(axis=1) / (0.12 * _HALF_WIDTH)) * (towns > 0)
            return dry, near, pairs[order], np.rint(border[kept][order])


def _homes(rng: np.random.Generator, demand: Whole, apart: Real, sites: int) -> Whole:
    """Return where sites stand: rather where many pupils live, and not all at one place."""
    chosen: list[int] = []
    wanted = demand.astype(float)
    for _ in range(sites):
        area = int(rng.choice(len(demand), p=wanted / wanted.sum()))
        chosen.append(area)
        ranked = np.argsort(apart[area], kind="stable")
        reach = ranked[: np.searchsorted(np.cumsum(demand[ranked]), demand.sum() / sites / 3)]
        wanted[reach] *= 0.15
        wanted[area] = 0
    return np.array(chosen, dtype=np.int64)


def _grown(
    rng: np.random.Generator, beside: list[list[int]], demand: Whole, cost: Real, homes: Whole, *, share: Real
) -> Whole:
    """Grow a zone around each site until all areas are taken; the zone that lacks most of its share takes the next."""
    zone = np.full(len(demand), -1, dtype=np.int64)
    zone[homes] = np.arange(len(homes))
    load = demand[homes].astype(float)
    edge = [{other for other in beside[home] if zone[other] < 0} for home in homes]
    full = share * demand.sum() * _LONGEST_SHARE
    while (zone < 0).any():
        growing = [site for site in range(len(homes)) if edge[site]]
        site = min(growing, key=lambda site: (load[site] / full[site], site))
        noise = {area: cost[area, site] * rng.uniform(0.9, 1.1) for area in sorted(edge[site])}
        area = min(noise, key=lambda area: (noise[area], area))
        zone[area] = site
        load[site] += demand[area]
        for edges in edge:
            edges.discard(area)
        edge[site] |= {other for other in beside[area] if zone[other] < 0}
    return zone


def _with_spare(rng: np.random.Generator, load: Numbers, total: float, *, least: Numbers) -> Whole:
    """Return whole seats that add up to a total, or more where each site needs its least."""
    spread = load * rng.uniform(0.2, 1.8, len(load))
    seats = np.maximum(least, 0) + spread / spread.sum() * max(0.0, total - least.sum())
    whole: Whole = np.ceil(seats - 1e-9).astype(np.int64)
    return whole
