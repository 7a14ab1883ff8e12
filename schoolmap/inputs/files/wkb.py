"""
Geometry as databases and parquet files have it: WKB, EWKB and WKT, and the blobs of SpatiaLite and GeoPackage.

What cannot be the geometry of a table (collections, curves, anything nested) is
refused before GEOS sees it: collections that hold each other a hundred thousand
deep make it crash.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

import numpy as np
import shapely

from schoolmap.errors import Wording

_POINT, _LINE, _POLYGON = 1, 2, 3
_MULTI = {4: _POINT, 5: _LINE, 6: _POLYGON}
_EWKB_Z, _EWKB_M, _EWKB_SRID = 0x80000000, 0x40000000, 0x20000000
_ISO = 1000
"""Added to the number of a kind once for Z, twice for M, three times for both."""
_HEX = re.compile(r"([0-9A-Fa-f]{2})+")
_WKT = re.compile(
    r"(?:SRID=(?P<srid>\d{1,9});)?\s*(?P<text>(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\b.*)", re.IGNORECASE | re.DOTALL
)
_DEEPEST = 4
"""Brackets within each other in the text of a multipolygon, and one to spare."""
_SPATIALITE_START, _SPATIALITE_MBR_END, _SPATIALITE_END, _SPATIALITE_ENTITY = 0x00, 0x7C, 0xFE, 0x69
_SPATIALITE_HEAD = 39
_GPKG_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}

NO_GEOMETRY = Wording(
    "cannot be read as a geometry.",
    "Give points, lines or polygons as geometry, WKB or WKT: ST_AsBinary(…).",
    "不能作为几何读取。",
    "请提供点、线、面的几何、WKB 或 WKT:ST_AsBinary(…)。",
)
OTHER_KIND = Wording(
    "is a collection, a curve or a surface.",
    "Make it one kind of points, lines or polygons: ST_CollectionExtract(…), ST_CurveToLine(…).",
    "是几何集合、曲线或曲面。",
    "请转换为同一类点、线、面:ST_CollectionExtract(…)、ST_CurveToLine(…)。",
)


class Shapes(NamedTuple):
    """Geometries as read, their SRIDs (0 where none is stated), and what is wrong with some of them, by place."""

    geometry: np.ndarray
    srids: np.ndarray
    wrong: dict[int, Wording]


class _UnknownError(Exception):
    """A value is no geometry that can be read."""

    def __init__(self, wording: Wording) -> None:
        super().__init__(wording.problem)
        self.wording = wording


def read_shapes(cells: list[object]) -> Shapes:
    """
    Read a column of geometries.

    Parameters
    ----------
    cells
        Bytes, text or nothing.

    Examples
    --------
    >>> shapes = read_shapes([shapely.Point(1, 2).wkb, "SRID=4326;POINT (3 4)", None, "tree"])
    >>> shapes.geometry.tolist(), shapes.srids.tolist(), sorted(shapes.wrong)
    ([<POINT (1 2)>, <POINT (3 4)>, None, None], [0, 4326, 0, 0], [3])
    """
    plain = np.full(len(cells), None, dtype=object)
    texts = np.full(len(cells), None, dtype=object)
    srids = np.zeros(len(cells), dtype=np.int64)
    wrong: dict[int, Wording] = {}
    for place, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        try:
            if isinstance(cell, str) and not _HEX.fullmatch(cell):
                srids[place], texts[place] = _text(cell)
            else:
                content = bytes.fromhex(cell) if isinstance(cell, str) else cell
                srids[place], plain[place] = _binary(content)
        except _UnknownError as error:
            wrong[place] = error.wording
    values = shapely.from_wkb(plain, on_invalid="ignore")
    from_text = shapely.from_wkt(texts, on_invalid="ignore")
    values = np.where(shapely.is_missing(values), from_text, values)
    given = np.array([a is not None or b is not None for a, b in zip(plain, texts, strict=True)], dtype=bool)
    wrong |= dict.fromkeys(np.flatnonzero(given & shapely.is_missing(values)).tolist(), NO_GEOMETRY)
    return Shapes(shapely.force_2d(values), srids, wrong)


def nested_shapes(cells: list[object]) -> dict[int, Wording]:
    """
    Return what must not be read of a column of WKB, by place: collections and whatever is nested.

    Parameters
    ----------
    cells
        Bytes or nothing.

    Examples
    --------
    >>> sorted(nested_shapes([shapely.Point(1, 2).wkb, shapely.GeometryCollection([shapely.Point(1, 2)]).wkb, None]))
    [1]
    """
    wrong: dict[int, Wording] = {}
    for place, cell in enumerate(cells):
        try:
            if isinstance(cell, bytes):
                _binary(cell)
        except _UnknownError as error:
            wrong[place] = error.wording
    return wrong


def looks_like_shape(cell: object) -> bool:
    r"""
    Say whether a cell is a blob of SpatiaLite or GeoPackage, which nothing else is.

    Examples
    --------
    >>> looks_like_shape(b"GP\x00\x01" + bytes(4)), looks_like_shape(b"PNG"), looks_like_shape("GP")
    (True, False, False)
    """
    return isinstance(cell, bytes) and (_is_spatialite(cell) or cell.startswith(b"GP\x00"))


def _text(cell: str) -> tuple[int, str]:
    found = _WKT.fullmatch(cell.strip())
    if found is None:
        collection = "COLLECTION" in cell[:40].upper() or "CURVE" in cell[:40].upper()
        raise _UnknownError(OTHER_KIND if collection else NO_GEOMETRY)
    depth = 0
    for char in re.findall(r"[()]", found["text"]):
        depth += 1 if char == "(" else -1
        if depth > _DEEPEST:
            raise _UnknownError(NO_GEOMETRY)
    return int(found["srid"] or 0), found["text"]


def _binary(content: object) -> tuple[int, bytes]:
    """Return the SRID and plain WKB of a blob of any of the four kinds."""
    if not isinstance(content, bytes):
        raise _UnknownError(NO_GEOMETRY)
    try:
        if _is_spatialite(content):
            return _of_spatialite(content)
        if content.startswith(b"GP\x00"):
            return _of_geopackage(content)
        srid = _walk(content)
    except (struct.error, IndexError, KeyError) as error:
        raise _UnknownError(NO_GEOMETRY) from error
    return srid, content


def _is_spatialite(content: bytes) -> bool:
    return (
        len(content) > _SPATIALITE_HEAD + 5
        and content[0] == _SPATIALITE_START
        and content[_SPATIALITE_HEAD - 1] == _SPATIALITE_MBR_END
        and content[-1] == _SPATIALITE_END
    )


def _of_spatialite(content: bytes) -> tuple[int, bytes]:
    """Turn a blob of SpatiaLite into WKB: the same numbers, but the order of bytes is said once, in front."""
    order = "<" if content[1] == 1 else ">"
    (srid,) = struct.unpack_from(f"{order}i", content, 2)
    body = bytearray(content[_SPATIALITE_HEAD - 1 : -1])
    body[0] = content[1]
    _walk(bytes(body), entities=body)
    return max(srid, 0), bytes(body)


def _of_geopackage(content: bytes) -> tuple[int, bytes]:
    flags = content[3]
    (srid,) = struct.unpack_from("<i" if flags & 1 else ">i", content, 4)
    plain = content[8 + _GPKG_ENVELOPES[(flags >> 1) & 7] :]
    _walk(plain)
    return max(srid, 0), plain


def _walk(content: bytes, *, entities: bytearray | None = None) -> int:
    """
    Go through a geometry, so that nothing in it is nested, and return its SRID.

    Parameters
    ----------
    content
        WKB or EWKB.
    entities
        The same bytes of a blob of SpatiaLite, in which parts begin with a mark
        of its own instead of the order of bytes: it is put there.
    """
    kind, dims, order, srid, at = _head(content, 0)
    if kind in {_POINT, _LINE, _POLYGON}:
        return srid
    if kind not in _MULTI:
        raise _UnknownError(OTHER_KIND)
    (count,) = struct.unpack_from(f"{order}I", content, at)
    at += 4
    for _ in range(count):
        if entities is not None:
            if content[at] != _SPATIALITE_ENTITY:
                raise _UnknownError(NO_GEOMETRY)
            entities[at] = content[0]
        part, part_dims, part_order, _, start = _head(content, at, order=content[0] if entities is not None else None)
        if part != _MULTI[kind] or part_dims != dims:
            raise _UnknownError(NO_GEOMETRY)
        at = _end(content, start, part, 8 * dims, part_order)
    return srid


def _head(content: bytes, at: int, *, order: int | None = None) -> tuple[int, int, str, int, int]:
    """Return kind, numbers of a position, order of bytes, SRID, and where the body begins."""
    mark = content[at] if order is None else order
    if mark not in {0, 1}:
        raise _UnknownError(NO_GEOMETRY)
    sign = "<" if mark else ">"
    (code,) = struct.unpack_from(f"{sign}I", content, at + 1)
    flags, code = code & 0xF0000000, code & 0x0FFFFFFF
    iso, kind = divmod(code, _ISO)
    if iso > 3:
        raise _UnknownError(NO_GEOMETRY)
    dims = 2 + (bool(flags & _EWKB_Z) or iso in {1, 3}) + (bool(flags & _EWKB_M) or iso in {2, 3})
    srid, start = 0, at + 5
    if flags & _EWKB_SRID:
        (srid,) = struct.unpack_from(f"{sign}I", content, start)
        start += 4
    return kind, dims, sign, srid, start


def _end(content: bytes, at: int, kind: int, width: int, order: str) -> int:
    """Return where the body of a point, line or polygon ends."""
    if kind == _POINT:
        return at + width
    count: int = struct.unpack_from(f"{order}I", content, at)[0]
    if kind == _LINE:
        return at + 4 + count * width
    at += 4
    for _ in range(count):
        (points,) = struct.unpack_from(f"{order}I", content, at)
        at += 4 + points * width
    return at
