"""Ground for areas that are known by a point only."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from schoolmap import checks
from schoolmap.errors import GeometryError
from schoolmap.space.coverage import repair
from schoolmap.space.geometry import require_sound


def thiessen(points: gpd.GeoDataFrame, *, within: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Give each place that is known by a point the ground that is nearest to it.

    Villages are often known by a point only, and catchments are made of ground.

    Parameters
    ----------
    points
        Points indexed by area, in a metric CRS, no two at one place.
    within
        Polygons that are divided up, such as the county, in the same CRS.

    Returns
    -------
    areas
        The same labels and columns with polygons that fit together: of each
        place within, which point is nearest in a straight line (Thiessen
        polygons). It is no boundary that anybody has drawn.

    Raises
    ------
    CRSError
        If the layers do not share one projected CRS in metres.
    GeometryError
        If two points are at one place, or no ground within is nearest to a point.

    Examples
    --------
    >>> villages = gpd.GeoDataFrame(
    ...     geometry=gpd.points_from_xy([10, 30], [5, 5]), index=["east", "west"], crs="EPSG:4546"
    ... )
    >>> county = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 10)], crs="EPSG:4546")
    >>> thiessen(villages, within=county).area.to_dict()
    {'east': 200.0, 'west': 800.0}
    """
    checks.require_same_metric_crs(points, within)
    require_sound(points, kinds=["point"], what="`points`")
    require_sound(within, kinds=["polygon"], what="`within`")
    places = shapely.get_coordinates(points.geometry.to_numpy())
    _, first, count = np.unique(places, axis=0, return_index=True, return_counts=True)
    if len(places) != len(points) or (count > 1).any():
        at = points.index[first[count > 1][0]] if (count > 1).any() else points.index[0]
        msg = f"Each area needs one point of its own, but {at!r} shares its place or has several points."
        raise GeometryError(msg)
    ground = shapely.union_all(within.geometry.to_numpy())
    if len(points) == 1:
        nearest_ground = np.array([ground], dtype=object)
    else:
        diagram = shapely.voronoi_polygons(shapely.multipoints(places), extend_to=ground, ordered=True)
        nearest_ground = shapely.intersection(shapely.get_parts(diagram), ground)
    bare = np.flatnonzero(shapely.area(nearest_ground) == 0)
    if len(bare) > 0:
        msg = f"No ground within is nearest to {len(bare)} point(s), e.g. {points.index[bare[0]]!r}. Give a wider `within`."
        raise GeometryError(msg)
    layer = points.set_geometry(gpd.GeoSeries(nearest_ground, index=points.index, crs=points.crs))
    # cutting two neighbours at the rim rounds twice; this matches them
    return repair(layer, widest_gap_m=0.0).coverage
