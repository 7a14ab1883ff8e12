"""
Who can walk to a school in the middle of Porto Alegre: on its streets, and in circles of the same length.

`python benchmarks/porto_alegre.py FOLDER [--picture FILE.svg]`, where FOLDER holds `poa_osm.pbf` (OpenStreetMap, ODbL) and
`poa_hexgrid.csv` (residents and schools by hexagon) of the r5r package, inst/extdata/poa (MIT). Schools stand in the middle
of their hexagon, residents too: real streets, approximate ends.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.inputs.files.osm import read_osm
from schoolmap.space.access.reach import nearest_school
from schoolmap.space.isochrones import circles
from schoolmap.space.isochrones import isochrones
from schoolmap.space.roads import Network
from schoolmap.space.roads import islands
from schoolmap.space.roads import make_network
from schoolmap.space.snapping import snap
from schoolmap.space.travel import circuity
from schoolmap.space.travel import straight_table
from schoolmap.space.travel import travel_table

CRS = "EPSG:31982"
NOT_WALKED = ("motorway", "motorway_link", "trunk", "trunk_link")
LIMITS_M = (500.0, 1000.0)
DETOUR = 1.3
FARTHEST_M = 300.0


def main() -> None:
    """Measure, print, and draw if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--picture", type=Path, help="write an SVG of zones and circles of the shorter limit")
    chosen = parser.parse_args()
    started = time.perf_counter()
    roads = read_osm(chosen.folder / "poa_osm.pbf").to_crs(CRS)
    table = pd.read_csv(chosen.folder / "poa_hexgrid.csv").set_index("id")
    homes = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326").to_crs(
        CRS
    )
    schools = homes[homes["schools"] > 0].geometry
    read = time.perf_counter()
    network = make_network(roads, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="apart", not_used=NOT_WALKED)
    built = time.perf_counter()
    at_home = snap(network, homes.geometry, farthest_m=FARTHEST_M)
    gates = snap(network, schools, farthest_m=FARTHEST_M)
    walked = travel_table(network, at_home, gates, unit="distance_m", limit=3000.0)
    measured = time.perf_counter()
    straight = straight_table(homes.geometry, schools, detour=1.0, limit=3000.0)
    people = homes["population"].astype(float)
    print(
        f"{len(roads):,} streets, {len(network.xy):,} nodes, {len(network.links):,} links; {len(islands(network))} islands; "
        f"{int(at_home['far'].sum())} of {len(homes):,} hexagons ({people[at_home['far'].to_numpy()].sum():,.0f} residents) "
        f"are more than {FARTHEST_M:.0f} m from any street"
    )
    print(
        f"seconds: reading {read - started:.2f}, network {built - read:.2f}, snapping and {len(walked):,} ways {measured - built:.2f}"
    )
    detour = circuity(walked, straight)
    print(f"way per straight line, median of {len(detour):,} pairs: {detour.median():.3f}")
    print(
        f"{'limit':>8} {'circles':>9} {f'straight x {DETOUR}':>14} {'streets':>9}   residents within reach, of {people.sum():,.0f}"
    )
    for limit in LIMITS_M:
        shares = [_share(people, nearest, limit) for nearest in _nearest(straight, walked)]
        print(f"{limit:>6.0f} m {shares[0]:>9.1%} {shares[1]:>14.1%} {shares[2]:>9.1%}")
    if chosen.picture is not None:
        _draw(
            chosen.picture,
            roads=roads,
            network=network,
            gates=gates,
            homes=homes,
            schools=schools,
            walked=walked,
            limit=LIMITS_M[0],
        )


def _nearest(straight: pd.Series, walked: pd.Series) -> list[pd.Series]:
    near = nearest_school(straight)["cost"]
    return [near, near * DETOUR, nearest_school(walked)["cost"]]


def _share(people: pd.Series, nearest: pd.Series, limit: float) -> float:
    return float(people[nearest.reindex(people.index) <= limit].sum() / people.sum())


def _draw(
    path: Path,
    *,
    roads: gpd.GeoDataFrame,
    network: Network,
    gates: pd.DataFrame,
    homes: gpd.GeoDataFrame,
    schools: gpd.GeoSeries,
    walked: pd.Series,
    limit: float,
) -> None:
    """Write a picture that needs no other file: streets, what is reached on them, circles, residents in between."""
    zones = isochrones(network, gates, limits=[limit], unit="distance_m", buffer_m=50.0, largest_hole_m2=20_000.0)
    united = shapely.simplify(shapely.union_all(zones.geometry.to_numpy()), 5.0)
    rounds = circles(schools, radius_m=limit)
    near = nearest_school(walked)["cost"].reindex(homes.index)
    reached = (near <= limit).to_numpy()
    inside = shapely.intersects(shapely.union_all(rounds.to_numpy()), homes.geometry.to_numpy())
    west, south, east, north = shapely.bounds(shapely.buffer(shapely.box(*homes.total_bounds), limit))
    scale = 1200 / (east - west)
    width, height = 1200, (north - south) * scale

    def ring(points: np.ndarray) -> str:
        x, y = (points[:, 0] - west) * scale, height - (points[:, 1] - south) * scale
        return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))

    def outline(shape: shapely.Geometry) -> str:
        parts = shapely.get_parts(shape)
        rings = [r for part in parts for r in (part.exterior, *part.interiors)]
        return "".join(ring(shapely.get_coordinates(r)) + "Z" for r in rings)

    streets = "".join(ring(shapely.get_coordinates(line)) for line in shapely.get_parts(roads.geometry.to_numpy()))
    side = 40.0
    colours = np.where(reached, "#1f6f66", np.where(inside, "#e66101", "#b9b5ab"))
    biggest = homes["population"].max()
    dots = "".join(
        f'<circle cx="{(p.x - west) * scale:.1f}" cy="{height - (p.y - south) * scale:.1f}" '
        f'r="{6.5 * (n / biggest) ** 0.5:.1f}" fill="{colour}"/>'
        for p, n, colour in zip(homes.geometry, homes["population"], colours, strict=True)
        if n > 0
    )
    rings = "".join(f'<path d="{outline(shape)}"/>' for shape in rounds)
    keys = (
        ("#1f6f66", f"residents who walk {limit:.0f} m or less on streets to a school"),
        ("#e66101", f"within a circle of {limit:.0f} m, but farther on streets"),
        ("#b9b5ab", "in no circle"),
    )
    legend = "".join(
        f'<circle cx="{side}" cy="{30 + 24 * row}" r="6" fill="{colour}"/><text x="{side + 14}" y="{35 + 24 * row}">{text}</text>'
        for row, (colour, text) in enumerate(keys)
    )
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 130:.0f}" width="{width}" '
        f'height="{height + 130:.0f}" overflow="hidden" font-family="sans-serif" '
        f'font-size="16"><rect width="100%" height="100%" fill="#f7f6f3"/>'
        f'<clipPath id="frame"><rect width="{width}" height="{height:.0f}"/></clipPath><g clip-path="url(#frame)">'
        f'<path d="{streets}" fill="none" stroke="#cfcbc2" stroke-width="0.7"/>'
        f'<path d="{outline(united)}" fill="#3f9b8f" fill-opacity="0.35" fill-rule="evenodd"/>'
        f'<g fill="none" stroke="#1b1f23" stroke-opacity="0.45" stroke-dasharray="4 4">{rings}</g>{dots}</g>'
        f'<g transform="translate(0 {height:.0f})">{legend}<text x="{side}" y="112" fill="#5b5f66">Streets: '
        f"(c) OpenStreetMap contributors (ODbL). Residents and schools: r5r sample data (MIT).</text></g></svg>\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
