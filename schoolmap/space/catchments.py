"""
Make catchments from travel, from an assignment or from lists; who borders whom; and outlines for display.

A catchment is put together from whole small areas. It may have several schools,
and a school several catchments: which serves which is a table of its own.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.space.geometry import require_sound
from schoolmap.space.lists import look_up
from schoolmap.space.members import Built
from schoolmap.space.members import build
from schoolmap.space.members import by_text
from schoolmap.space.members import least
from schoolmap.space.members import pairs
from schoolmap.space.members import sorted_pairs
from schoolmap.space.members import zones_of_schools


def nearest(areas: gpd.GeoDataFrame, travel: pd.Series, *, zone_of: pd.Series | None = None) -> Built:
    """
    Give each area to its nearest school.

    Parameters
    ----------
    areas
        Polygons indexed by area, in a metric CRS.
    travel
        Minutes or metres by `(area, school)`. A pair that is not there is out
        of reach.
    zone_of
        Catchment by school, where several schools share one. Without it, each
        school has a catchment of its own label.

    Returns
    -------
    built
        Catchments that share no area. Of two schools equally near, it is the
        one whose label sorts first. Areas from which no school is reached are
        in `unreached`.

    Raises
    ------
    CRSError, GeometryError
        If the areas cannot be measured; see `geometry.require_sound`. Areas
        known by points get polygons with `thiessen.thiessen`.
    LabelError
        If travel names an area that is not there, or a school without catchment.
    MissingValueError, ValueError
        If travel is missing or negative.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(x, 0, x + 1, 1) for x in range(3)], index=["a", "b", "c"], crs="EPSG:4546"
    ... )
    >>> minutes = pd.Series({("a", "hill"): 5.0, ("a", "lake"): 9.0, ("b", "hill"): 7.0, ("b", "lake"): 6.0})
    >>> built = nearest(areas, minutes)
    >>> built.members.to_dict(), list(built.unreached)
    ({'a': 'hill', 'b': 'lake'}, ['c'])
    """
    area, school, schools = pairs(areas, travel, what="`travel`")
    serves, zones, (zone,) = zones_of_schools(zone_of, schools)
    reached, at = least(area, travel.to_numpy(), school)
    return build(areas, reached, zone[at], zones, serves)


def overlapping(
    areas: gpd.GeoDataFrame,
    travel: pd.Series,
    *,
    limit: float,
    zone_of: pd.Series | None = None,
) -> Built:
    """
    Give each area to every school within reach.

    Parameters
    ----------
    areas, travel, zone_of
        As for `nearest`.
    limit
        Farthest that is within reach, included, in the unit of `travel`.

    Returns
    -------
    built
        Catchments that may share areas. Areas beyond the limit of every school
        are in `unreached`.

    Raises
    ------
    CRSError, GeometryError, LabelError, MissingValueError, ValueError
        As `nearest`.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], index=["a"], crs="EPSG:4546")
    >>> minutes = pd.Series({("a", "hill"): 5.0, ("a", "lake"): 9.0, ("a", "moor"): 31.0})
    >>> overlapping(areas, minutes, limit=30).members.to_list()
    ['hill', 'lake']
    """
    if not limit >= 0:
        msg = f"`limit` is a distance or time, 0 or more, got {limit}."
        raise ValueError(msg)
    area, school, schools = pairs(areas, travel, what="`travel`")
    serves, zones, (zone,) = zones_of_schools(zone_of, schools)
    near = travel.to_numpy() <= limit
    both = np.unique(np.column_stack([area[near], zone[school[near]]]), axis=0)
    return build(areas, both[:, 0], both[:, 1], zones, serves)


def from_assignment(
    areas: gpd.GeoDataFrame,
    assignment: pd.Series,
    *,
    zone_of: pd.Series | None = None,
    travel: pd.Series | None = None,
) -> Built:
    """
    Give each area to the catchment that most of its pupils are assigned to.

    Parameters
    ----------
    areas, zone_of
        As for `nearest`.
    assignment
        Pupils by `(area, school)`, such as the flows of `optimize.assign`.
    travel
        Minutes or metres by `(area, school)`. Areas without assigned pupils go
        to the nearest of its schools; without it they are in `unreached`.

    Returns
    -------
    built
        Catchments that share no area. Of two with equally many pupils, it is
        the one whose label sorts first. `split` counts the pupils who are
        assigned elsewhere: whole areas cannot meet capacities exactly.

    Raises
    ------
    CRSError, GeometryError, LabelError, MissingValueError, ValueError
        As `nearest`.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], index=["a"], crs="EPSG:4546")
    >>> built = from_assignment(areas, pd.Series({("a", "hill"): 25, ("a", "lake"): 5}))
    >>> built.members.to_dict(), built.split.to_dict()
    ({'a': 'hill'}, {'a': 5})
    """
    area, school, schools = pairs(areas, assignment, what="`assignment`")
    more = assignment.iloc[:0] if travel is None else travel
    near, near_school, near_schools = pairs(areas, more, what="`travel`")
    serves, zones, (zone, near_zone) = zones_of_schools(zone_of, schools, near_schools)

    pupils = sparse.coo_array((assignment.to_numpy(), (area, zone[school])), shape=(len(areas), len(zones))).tocsr()
    pupils.sum_duplicates()
    pupils.eliminate_zeros()
    at, to = pupils.tocoo().coords
    held, home = least(at, -pupils.data, to)
    most = pd.Series(pupils.data).groupby(at).max().to_numpy()
    elsewhere = pupils.sum(axis=1)[held] - most
    split = pd.Series(elsewhere, index=areas.index[held].rename("area"), name="pupils")

    reached, nearest_school = least(near, more.to_numpy(), near_school)
    rest = ~np.isin(reached, held)
    return build(
        areas,
        np.concatenate([held, reached[rest]]),
        np.concatenate([home, near_zone[nearest_school[rest]]]),
        zones,
        serves,
        split=split[split > 0],
    )


def from_lists(
    areas: gpd.GeoDataFrame,
    lists: pd.Series,
    *,
    serves: pd.DataFrame | None = None,
    allow_unlisted: bool = False,
) -> Built:
    """
    Put catchments together from the villages or residential compounds that a notice lists.

    Parameters
    ----------
    areas
        Polygons indexed by area, in a metric CRS, with `name` where lists use names.
    lists
        Codes or names of areas by catchment; see `lists.look_up`.
    serves
        Which school serves which catchment, with the columns `school` and
        `catchment`, one row per pair: a school may serve several, and a
        catchment have several. Without it, the table is empty.
    allow_unlisted
        Whether an area may be in no list; it is in `unreached` then.

    Returns
    -------
    built
        Catchments that share no area.

    Raises
    ------
    CRSError, GeometryError
        If the areas cannot be measured; see `geometry.require_sound`.
    LabelError
        If the lists do not fit the areas, all faults at once; or if `serves`
        names a catchment that has no list.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(
    ...     {"name": ["East", "West"]},
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 3, 1)],
    ...     index=["01", "02"],
    ...     crs="EPSG:4546",
    ... )
    >>> notice = pd.Series(["East", "02"], index=["Mill school", "Mill school"])
    >>> from_lists(areas, notice).catchments.area.to_dict()
    {'Mill school': 3.0}
    """
    require_sound(areas, kinds=["polygon"], what="`areas`")
    members = look_up(areas, lists, allow_unlisted=allow_unlisted)
    zones = by_text(lists.index.unique())
    served = pd.DataFrame(columns=["school", "catchment"]) if serves is None else serves[["school", "catchment"]]
    unknown = served["catchment"][~served["catchment"].isin(zones)].unique()
    if len(unknown) > 0:
        msg = f"`serves` names {len(unknown)} catchment(s) without a list, e.g. {unknown[0]!r}."
        raise LabelError(msg)
    return build(
        areas, areas.index.get_indexer(members.index), zones.get_indexer(pd.Index(members)), zones, sorted_pairs(served)
    )


def neighbours(catchments: gpd.GeoDataFrame, *, gap_m: float = 1.0) -> pd.Series:
    """
    Measure the border that each pair of catchments shares.

    Parameters
    ----------
    catchments
        Polygons indexed by catchment, in a metric CRS.
    gap_m
        Distance in metres up to which two outlines count as one border; real
        coverages have slivers.

    Returns
    -------
    border_m
        Length of the shared border in metres, by `(catchment, neighbour)`, both
        ways. Catchments that meet only in a point are no neighbours.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 40, 100), shapely.box(40, 0, 90, 100)], index=["w", "e"], crs="EPSG:4546"
    ... )
    >>> neighbours(zones).round().to_dict()
    {('w', 'e'): 102.0, ('e', 'w'): 102.0}
    """
    checks.require_metric_crs(catchments)
    shapes = catchments.geometry.to_numpy()
    wide = shapely.buffer(shapes, gap_m, quad_segs=1, join_style="mitre")
    left, right = catchments.sindex.query(wide, predicate="intersects")
    left, right = left[left != right], right[left != right]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    border = shapely.length(shapely.intersection(shapely.boundary(shapes[right]), wide[left]))
    kept = border > 4 * gap_m
    index = pd.MultiIndex.from_arrays(
        [catchments.index[left[kept]], catchments.index[right[kept]]],
        names=["catchment", "neighbour"],
    )
    return pd.Series(border[kept], index=index, name="border_m")


def simplify_for_display(catchments: gpd.GeoDataFrame, *, tolerance_m: float) -> gpd.GeoDataFrame:
    """
    Simplify outlines so that shared borders stay shared. For display only.

    Children, seats and surfaces are never counted on simplified outlines: a
    house near a border may lie on its other side there.

    Parameters
    ----------
    catchments
        A coverage of polygons in a metric CRS. Holes stay holes, unless they
        are smaller than the tolerance allows to draw. Where outlines overlap or
        edges do not match (`coverage.examine`), each is simplified by itself,
        so what is wrong there may grow by the tolerance.
    tolerance_m
        Largest displacement, about, in metres; 0 returns the layer as it is.

    Returns
    -------
    outlines
        The same labels and columns with simpler polygons, none of which
        vanishes.

    Raises
    ------
    CRSError
        If the layer has no CRS in metres.
    ValueError
        If the tolerance is negative.

    Examples
    --------
    >>> bent = [(0, 0), (40, 1), (80, 0), (80, 90), (0, 90)]
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.Polygon(bent)], index=["z"], crs="EPSG:4546")
    >>> int(simplify_for_display(zones, tolerance_m=20).count_coordinates().loc["z"])
    5
    """
    checks.require_metric_crs(catchments)
    if not tolerance_m >= 0:
        msg = f"`tolerance_m` is a distance in metres, 0 or more, got {tolerance_m}."
        raise ValueError(msg)
    if tolerance_m == 0:
        return catchments
    simple = shapely.coverage_simplify(catchments.geometry.to_numpy(), tolerance_m)
    return catchments.set_geometry(gpd.GeoSeries(simple, index=catchments.index, crs=catchments.crs))
