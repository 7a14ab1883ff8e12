"""
Homes that are too many to hold at once: a layer of buildings or a grid of people, read and used block by block.

A home's part in an area or a catchment does not depend on the other homes, so
each block is reduced to sums by area and catchment before the next is read.
Memory holds the areas, the catchments and as many blocks as are worked on at
the same time; the result is that of the whole layer. Blocks are the partitions
of a frame of dask-geopandas: `dask_geopandas.read_file(path, chunksize=200_000)`,
`dask_geopandas.read_parquet(path)`, or `grid_blocks` for a raster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from uuid import uuid4

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import CRSError
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.space.dasymetric import home_masses
from schoolmap.space.faults import ANYTHING
from schoolmap.space.geometry import require_sound
from schoolmap.space.overlay import require_counted_once
from schoolmap.space.shares import as_weights
from schoolmap.space.shares import shares

if TYPE_CHECKING:
    from collections.abc import Callable

    from schoolmap.space.surface import Shapes

    Blocks = Any
    """`dask_geopandas.GeoDataFrame`, which has no types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InBlocks:
    """
    Shares of areas by catchment from a layer read in blocks, and what the layer could not tell.

    Attributes
    ----------
    weights
        By `(area, catchment)`, as `dasymetric.dasymetric_weights` returns them.
    fallback
        Areas without any home, whose children are spread over their surface.
    unused
        Weight of homes, or of parts of them, that lie in no area, in all.
    homes, blocks
        How many there were.
    """

    weights: pd.Series
    fallback: pd.Index
    unused: float
    homes: int
    blocks: int


def weights_in_blocks(
    areas: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame,
    *,
    homes: Blocks,
    weight: str,
    scheduler: str | None = None,
) -> InBlocks:
    """
    Compute the share of each area's people who live in each catchment, from homes read in blocks.

    The same as `dasymetric.dasymetric_weights` on the whole layer, but for the
    rounding of sums in another order (a share of about 1e-15). The number of
    processes changes nothing, to the byte: blocks are added in their order.

    Parameters
    ----------
    areas, catchments
        As for `dasymetric_weights`.
    homes
        Points or polygons, in any CRS; its labels are not used. A building that
        stands in two blocks counts twice, as it would in one layer.
    weight
        Column of homes or people, zero or more.
    scheduler
        Of dask: `"synchronous"` holds one block at a time. Without it dask's own
        choice: the client of a cluster where there is one, else threads, each
        of which holds a block.

    Returns
    -------
    found
        The weights, the areas without homes, and how much lies in no area.

    Raises
    ------
    CRSError
        If areas and catchments do not share one projected CRS in metres, or the homes have none.
    LabelError
        If there is no such column, or a label is there twice.
    MissingValueError
        If a weight is missing.
    GeometryError
        If a shape cannot be measured as it is.
    OverlapError
        If catchments claim the same people.

    Examples
    --------
    >>> import dask_geopandas
    >>> import shapely
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 10)], index=["village"], crs="EPSG:4546")
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 50, 10), shapely.box(50, 0, 100, 10)], index=["w", "e"], crs="EPSG:4546"
    ... )
    >>> homes = gpd.GeoDataFrame({"people": [3, 1]}, geometry=shapely.points([[10, 5], [90, 5]]), crs="EPSG:4546")
    >>> blocks = dask_geopandas.from_geopandas(homes, chunksize=1)
    >>> found = weights_in_blocks(areas, zones, homes=blocks, weight="people", scheduler="synchronous")
    >>> found.weights.to_dict(), found.blocks
    ({('village', 'w'): 0.75, ('village', 'e'): 0.25}, 2)
    """
    checks.require_same_metric_crs(areas, catchments)
    require_sound(areas, kinds=ANYTHING, what="`areas`")
    require_sound(catchments, kinds=["polygon"], what="`catchments`")
    zones = catchments.geometry.to_numpy()

    def reduce(pieces: gpd.GeoDataFrame) -> pd.DataFrame:
        require_counted_once(pieces, catchments)
        return _by_zone(pieces, zones)

    parts = _reduced(areas, homes=homes, weight=weight, reduce=reduce, scheduler=scheduler)
    sums = pd.concat([part.sums for part in parts], ignore_index=True)
    # -1 stands for outside every catchment: its weight is part of the area's
    pair, at = np.unique(sums["area"].to_numpy() * (len(zones) + 1) + sums["zone"].to_numpy() + 1, return_inverse=True)
    mass = np.bincount(at, weights=sums["mass"], minlength=len(pair))
    area, zone = np.divmod(pair, len(zones) + 1)
    total = np.bincount(area, weights=mass, minlength=len(areas))
    inside = zone > 0
    area, zone, share = area[inside], zone[inside] - 1, mass[inside] / total[area[inside]]
    without = np.flatnonzero(total == 0)
    require_counted_once(areas.iloc[without], catchments)
    plain, plain_zone, plain_share = shares(areas.geometry.to_numpy()[without], zones)
    area, zone = np.concatenate([area, without[plain]]), np.concatenate([zone, plain_zone])
    order = np.lexsort((zone, area))
    values = np.concatenate([share, plain_share])[order]
    return InBlocks(
        weights=as_weights(areas.index[area[order]], catchments.index[zone[order]], values),
        fallback=areas.index[without],
        unused=float(sum(part.unused for part in parts)),
        homes=sum(part.homes for part in parts),
        blocks=len(parts),
    )


def count_in_blocks(
    areas: gpd.GeoDataFrame, *, homes: Blocks, weight: str, scheduler: str | None = None
) -> tuple[pd.Series, float]:
    """
    Add up people, or whatever is counted, by area, from a layer read in blocks.

    A home on a border counts once, for the area that is listed first; one that
    straddles is divided by surface.

    Parameters
    ----------
    areas, homes, weight, scheduler
        As for `weights_in_blocks`.

    Returns
    -------
    count
        By area, named after the column; 0 where there is nothing.
    outside
        What lies in no area. The two add up to the whole layer.

    Raises
    ------
    CRSError, LabelError, MissingValueError, GeometryError
        As for `weights_in_blocks`.

    Examples
    --------
    A raster of two rows and two columns of 100 m, read row by row:

    >>> import shapely
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 200)], index=["west"], crs="EPSG:4546")
    >>> cells = grid_blocks(np.array([[1, 2], [3, 4]]), west=0, north=200, cell=100, crs="EPSG:4546", rows=1)
    >>> count, outside = count_in_blocks(areas, homes=cells, weight="value", scheduler="synchronous")
    >>> count.to_dict(), outside
    ({'west': 4.0}, 6.0)
    """
    require_sound(areas, kinds=ANYTHING, what="`areas`")

    def reduce(pieces: gpd.GeoDataFrame) -> pd.DataFrame:
        return pd.DataFrame(pieces[["at_area", "mass"]]).rename(columns={"at_area": "area"})

    parts = _reduced(areas, homes=homes, weight=weight, reduce=reduce, scheduler=scheduler)
    sums = pd.concat([part.sums for part in parts], ignore_index=True)
    total = np.bincount(sums["area"], weights=sums["mass"], minlength=len(areas))
    return pd.Series(total, index=areas.index, name=weight), float(sum(part.unused for part in parts))


def grid_blocks(values: Any, *, west: float, north: float, cell: float, crs: str, rows: int) -> Blocks:  # noqa: ANN401
    """
    Return a raster as points in the middle of its cells, block by block of so many rows.

    Parameters
    ----------
    values
        Two dimensions, from north to south and from west to east; anything that
        gives rows by slices, such as `numpy.memmap` or a variable of zarr or
        xarray: only the rows of a block are read. For the processes of a cluster
        it should be small when it is sent, as zarr is. Cells that hold no number, or
        none above zero, hold nobody and give no point.
    west, north
        Corner of the raster, in the unit of the CRS.
    cell
        Side of a cell, in the unit of the CRS.
    crs
        Of the raster.
    rows
        Rows of a block.

    Returns
    -------
    blocks
        A frame of dask-geopandas with the column `value`.

    Raises
    ------
    ValueError
        If the raster has not two dimensions, or a cell or a block has no size.

    Examples
    --------
    >>> grid = grid_blocks(np.array([[5, 0], [0, 7]]), west=0, north=200, cell=100, crs="EPSG:4546", rows=1)
    >>> grid.npartitions, grid.compute()["value"].tolist()
    (2, [5.0, 7.0])
    """
    import dask.dataframe as dd  # noqa: PLC0415 - dask is heavy
    import dask_geopandas  # noqa: F401, PLC0415 - makes frames of dask geographic

    if np.ndim(values) != 2 or not cell > 0 or rows < 1:
        msg = f"A raster has two dimensions, cells and blocks a size; got {np.ndim(values)}, {cell} and {rows}."
        raise ValueError(msg)

    raster = _Raster(values=values, west=west, north=north, cell=cell, crs=crs, rows=rows)
    starts = list(range(0, max(len(values), 1), rows))
    return dd.from_map(raster, starts, meta=raster(len(values)))  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raster:
    """Reads one block of a raster."""

    values: Any
    west: float
    north: float
    cell: float
    crs: str
    rows: int

    def __call__(self, first: int) -> gpd.GeoDataFrame:
        """Return the cells of a block that hold somebody."""
        held = np.asarray(self.values[first : first + self.rows], dtype=float)
        row, column = np.nonzero(held > 0)
        x, y = self.west + (column + 0.5) * self.cell, self.north - (first + row + 0.5) * self.cell
        return gpd.GeoDataFrame({"value": held[row, column]}, geometry=gpd.points_from_xy(x, y), crs=self.crs)

    def __dask_tokenize__(self) -> str:
        """Return a name of its own: dask would make one of all values, and read the whole raster for it."""
        return uuid4().hex


@dataclass(frozen=True, slots=True)
class _Part:
    """What is kept of a block."""

    sums: pd.DataFrame
    unused: float
    homes: int


def _reduced(
    areas: gpd.GeoDataFrame,
    *,
    homes: Blocks,
    weight: str,
    reduce: Callable[[gpd.GeoDataFrame], pd.DataFrame],
    scheduler: str | None,
) -> list[_Part]:
    """Return what is kept of each block, in their order."""
    from dask.base import compute  # noqa: PLC0415 - heavy
    from dask.delayed import delayed  # noqa: PLC0415

    if weight not in homes.columns:
        msg = f"`homes` has no column {weight!r}. It has: {', '.join(map(str, homes.columns))}."
        raise LabelError(msg)
    if homes.crs is None:
        msg = "`homes` has no CRS. Set the one that the layer is in with `set_crs`."
        raise CRSError(msg)

    def part(block: gpd.GeoDataFrame) -> _Part:
        # labels of one block may be those of another
        moved = block.to_crs(areas.crs).reset_index(drop=True) if len(block) else block.reset_index(drop=True)
        if moved[weight].isna().any():
            msg = f"{int(moved[weight].isna().sum())} home(s) of a block have no {weight!r}. Unknown is not zero."
            raise MissingValueError(msg)
        if moved.empty:
            return _Part(reduce(_nothing(areas)), 0.0, 0)
        pieces, unused = home_masses(areas, homes=moved, weight=moved[weight])
        return _Part(reduce(pieces), float(unused.sum()), len(moved))

    tasks = [delayed(part)(block) for block in homes.to_delayed()]
    return list(compute(*tasks, scheduler=scheduler))  # type: ignore[no-untyped-call]


def _nothing(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return no pieces."""
    none = {"at_area": np.zeros(0, dtype=np.intp), "home": np.zeros(0, dtype=np.intp), "mass": np.zeros(0)}
    return gpd.GeoDataFrame(none, geometry=gpd.GeoSeries([], crs=areas.crs), crs=areas.crs)


def _by_zone(pieces: gpd.GeoDataFrame, zones: Shapes) -> pd.DataFrame:
    """Return the weight of pieces by area and zone; -1 is outside every zone."""
    area, mass = pieces["at_area"].to_numpy(), pieces["mass"].to_numpy()
    piece, zone, part = shares(pieces.geometry.to_numpy(), zones)
    inside = mass[piece] * part
    placed = np.bincount(piece, weights=part, minlength=len(pieces)).astype(float)
    beyond = mass * np.maximum(1 - placed, 0.0)
    table = pd.DataFrame(
        {
            "area": np.concatenate([area[piece], area]),
            "zone": np.concatenate([zone, np.full(len(area), -1)]),
            "mass": np.concatenate([inside, beyond]),
        }
    )
    return table.groupby(["area", "zone"])["mass"].sum().reset_index()
