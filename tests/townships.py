"""
A synthetic county of townships with schools, to be shifted on purpose.

Townships are the cells of a grid whose corners are moved at random, yet convex; schools
stand anywhere in them. Every place is invented but the three that counties are
laid at: 沅陵, 高台 and 芙蓉, where the Chinese datums have vectors of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from schoolmap.inputs.checks.mixups import PLAIN
from schoolmap.inputs.checks.mixups import Mixup
from schoolmap.inputs.checks.named import Named

PLACES = {
    "沅陵": (110.39, 28.45, "EPSG:4546"),
    "高台": (99.82, 39.38, "EPSG:4542"),
    "芙蓉": (113.03, 28.19, "EPSG:4547"),
}
"""Longitude, latitude and CRS."""

MIXUPS: dict[str, tuple[str, str, Mixup]] = {
    "GCJ-02 as WGS 84": ("EPSG:4326", "GCJ-02", Mixup(taken="GCJ-02", meant=PLAIN)),
    "BD-09 as WGS 84": ("EPSG:4490", "BD-09", Mixup(taken="BD-09", meant=PLAIN)),
    "WGS 84 as GCJ-02": ("GCJ-02", PLAIN, Mixup(taken=PLAIN, meant="GCJ-02")),
    "WGS 84 as BD-09": ("BD-09", PLAIN, Mixup(taken=PLAIN, meant="BD-09")),
    "BD-09 as GCJ-02": ("GCJ-02", "BD-09", Mixup(taken="BD-09", meant="GCJ-02")),
    "GCJ-02 as BD-09": ("BD-09", "GCJ-02", Mixup(taken="GCJ-02", meant="BD-09")),
}
"""What is declared, what is true, and how points that are read so lie from where they are."""


@dataclass(frozen=True)
class County:
    """Townships, and schools at their true places."""

    areas: gpd.GeoDataFrame
    points: np.ndarray
    townships: list[str]
    crs: pyproj.CRS

    def schools(self, *, misread: Mixup | None = None, townships: list[str] | None = None) -> Named:
        """Return schools as read, in rows from 2, where `misread` brings them."""
        points = self.points if misread is None else misread.move(self.points, crs=self.crs)
        frame = gpd.GeoDataFrame(
            {
                "school": [f"S{number}" for number in range(len(points))],
                "township": self.townships if townships is None else townships,
            },
            geometry=gpd.points_from_xy(*points.T),
            crs=self.crs,
            index=pd.RangeIndex(2, len(points) + 2, name="row"),
        )
        return Named(file="schools.csv", frame=frame)

    def named_areas(self) -> Named:
        """Return townships as a layer of small areas, in rows from 1."""
        return Named(file="areas.geojson", frame=self.areas.set_axis(pd.RangeIndex(1, len(self.areas) + 1, name="row")))

    def catchments(self, *, misread: Mixup | None = None, noise_m: float = 0.0, seed: int = 0) -> gpd.GeoDataFrame:
        """Return catchments of up to four townships each, drawn anew with noise and read as `misread` brings them."""
        side = int(np.sqrt(len(self.areas)))
        block = [(number // side) // 2 * side + (number % side) // 2 for number in range(len(self.areas))]
        layer = self.areas[["geometry"]].assign(catchment=[f"c{number:03d}" for number in block]).dissolve("catchment")
        rng = np.random.default_rng(seed)
        corners: dict[tuple[float, float], np.ndarray] = {}

        def drawn(points: np.ndarray) -> np.ndarray:
            # a corner that two catchments share is drawn once
            keys = [tuple(point) for point in points.round(3)]
            moved = np.array([corners.setdefault(key, rng.normal(0.0, noise_m, 2)) for key in keys]) + points
            return moved if misread is None else misread.move(moved, crs=self.crs)

        return layer.reset_index().set_geometry(
            [shapely.transform(shape, drawn) for shape in layer.geometry], crs=self.crs
        )


def county(
    place: str, *, seed: int, side: int = 5, size_m: float = 2000.0, schools: int = 60, noise_m: float = 0.0
) -> County:
    """
    Lay out a county.

    Parameters
    ----------
    place
        One of `PLACES`.
    seed
        Of everything that is random.
    side, size_m
        Townships along each side, and their width.
    schools
        How many, half of them within 100 m of a border.
    noise_m
        Digitising error of the schools.
    """
    rng = np.random.default_rng(seed)
    lon, lat, crs = PLACES[place]
    west, south = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    steps = np.arange(side + 1.0) * size_m
    corners = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1)
    corners = corners + rng.uniform(-0.24, 0.24, corners.shape) * size_m + (west, south)
    cells = [(i, j) for i in range(side) for j in range(side)]
    shapes = [
        shapely.Polygon([corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]]) for i, j in cells
    ]
    names = [f"乡镇{number:02d}" for number in range(len(shapes))]
    points, townships = [], []
    for number in range(schools):
        cell = int(rng.integers(len(shapes)))
        shape = shapes[cell].buffer(-100.0) if number % 2 else shapes[cell]
        at = rng.uniform(0.0, 1.0)
        inner = np.array(shape.exterior.interpolate(at, normalized=True).coords[0])
        # near the border, or anywhere between it and the middle
        share = 1.0 if number % 2 else np.sqrt(rng.uniform(0.0, 1.0))
        middle = np.array(shapes[cell].representative_point().coords[0])
        points.append(middle + (inner - middle) * share)
        townships.append(names[cell])
    places = np.array(points).reshape(-1, 2) + rng.normal(0.0, noise_m, (schools, 2))
    areas = gpd.GeoDataFrame({"area": names, "parent": names}, geometry=shapes, crs=crs)
    return County(areas=areas, points=places, townships=townships, crs=pyproj.CRS.from_user_input(crs))
