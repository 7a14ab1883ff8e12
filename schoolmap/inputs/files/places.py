"""
Place the records of a table: geometry, declared CRS, datum.

A file that contradicts the project file, coordinates that cannot be of their
CRS, eastings with the number of a zone where the CRS has none, north and east
exchanged: each is refused, and the likely way out is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from schoolmap.errors import CRSError
from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.coordinates import OFFSET_DATUMS
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import fits
from schoolmap.inputs.coordinates import is_old_datum
from schoolmap.inputs.coordinates import likely_crs
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.coordinates import to_wgs84
from schoolmap.tables import TRAVEL_TABLES

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    import pandas as pd
    import pyproj
    from numpy.typing import NDArray

    from schoolmap.inputs.coordinates import Bounds
    from schoolmap.inputs.files.raw import RawTable
    from schoolmap.tables import Contract

_POLYGONS = {"Polygon", "MultiPolygon"}
_POINTS = {"Point", "MultiPoint"}
_LINES = {"LineString", "MultiLineString"}
_WANTED = {
    "polygon": _POLYGONS,
    "point": _POINTS,
    "line": _LINES,
    "either": _POLYGONS | _POINTS,
    "optional": _POINTS,
}
_KINDS_ZH = {
    "Point": "点",
    "MultiPoint": "多点",
    "LineString": "线",
    "MultiLineString": "多线",
    "Polygon": "面",
    "MultiPolygon": "多面",
    "GeometryCollection": "几何集合",
}
_LONGEST_CODE = 40
"""Characters of a CRS beyond which it is WKT and not a code."""
_NO_GEOMETRY = Wording(
    "has no geometry.",
    "Use a layer (geojson, gpkg, shp), or add columns `lon` and `lat` (经度, 纬度).",
    "没有几何位置。",
    "请使用图层(geojson、gpkg、shp),或增加“经度”“纬度”两列。",
)
_NO_PLACE = Wording(
    "has no place.",
    "Give its place, or move the record to `projects`.",
    "没有位置。",
    "请填写坐标;未建成的请移到 `projects` 表。",
)


_NO_LINES = Wording(
    "has no lines.",
    "Use a layer of lines (geojson, gpkg, shp).",
    "没有线。",
    "请使用线状图层(geojson、gpkg、shp)。",
)
_NO_PLACE_IN_TRAVEL = Wording(
    "has no place.",
    "Give its place, or remove the record.",
    "没有位置。",
    "请补充位置,或删去该记录。",
)
_NEITHER_DRAWN_NOR_LISTED = Wording(
    "has neither a polygon nor `areas`.",
    "Draw it, or list the small areas that make it up.",
    "既没有边界,也没有列出所含村社区。",
    "请画出边界,或列出组成它的村、社区。",
)
_NOT_FINITE = Wording(
    "has a coordinate that is no finite number.",
    "Draw it anew in QGIS, or remove it.",
    "坐标不是有限的数。",
    "请在 QGIS 中重新绘制,或删去。",
)
_MOST_SHOWN = 20
"""Faults of geometry that are listed one by one in tables of very many records."""


def locate(
    frame: pd.DataFrame,
    raw: RawTable,
    *,
    contract: Contract,
    declared: str,
    near: Bounds | None,
    prefer: tuple[str, ...],
    headers: Mapping[str, str] | None = None,
    told: Collection[int] = (),
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """
    Give records their geometry in the declared CRS.

    Parameters
    ----------
    frame
        The table by the contract's names; `lon` and `lat` (degrees) or `x` and
        `y` are used where the file has no geometry of its own.
    raw
        The file as loaded.
    contract
        Says which geometry the table needs.
    declared
        CRS or datum that the project declares; empty if it leaves it to the file.
    near
        Where the project's other layers are, in WGS 84 degrees.
    prefer
        CRSs to name first among those that fit.
    headers
        Headers of the columns `x` and `y`, to name them.
    told
        Rows whose coordinates could not be read, which is reported already.

    Returns
    -------
    layer, faults
        The table with geometry (GCJ-02 and BD-09 converted to WGS 84).
    """
    geometry, faults = _geometry(frame, raw, contract=contract, told=told)
    layer = gpd.GeoDataFrame(
        frame.drop(columns=[column for column in ("lon", "lat", "x", "y") if column in frame]),
        geometry=geometry,
    )
    known = layer[~(shapely.is_missing(geometry.to_numpy()) | shapely.is_empty(geometry.to_numpy()))]
    stray = _strays(known, declared or raw.crs)
    if len(stray):
        few = stray[:_MOST_SHOWN] if contract.numerous else stray
        faults += _stray_faults(frame.loc[few], known.loc[few])
        layer = layer.set_geometry(layer.geometry.where(~layer.index.isin(stray), None))
        known = known.drop(index=stray)
    if known.empty:
        return layer, faults
    west, south, east, north = (float(edge) for edge in known.total_bounds)
    bounds = (west, south, east, north)
    if _is_exchanged(bounds) and _may_be_gauss_kruger(declared or raw.crs):
        wording = _exchanged(headers) if headers and {"x", "y"} <= set(headers) else _EXCHANGED_LAYER
        faults.append(Fault(file="", column="x, y", value=f"x {west:.0f}, y {south:.0f}", **wording._asdict()))
        return layer, faults
    crs, wording = _decide_crs(bounds, stated=raw.crs, declared=declared, near=near, prefer=prefer)
    if crs is None:
        faults.append(Fault(file="", column="crs", value=declared or _brief(raw.crs), **wording._asdict()))
        return layer, faults
    if declared.upper() in OFFSET_DATUMS:
        layer = layer.set_geometry(_shift(layer.geometry, declared))
    return layer.set_crs(crs, allow_override=True), faults


def _strays(known: gpd.GeoDataFrame, crs: str) -> pd.Index:
    """Return the few records that cannot be degrees among many that are; where most cannot, it is the CRS that is wrong."""
    try:
        degrees = bool(crs) and parse_crs(crs).is_geographic
    except CRSError:
        degrees = False
    edges = known.geometry.bounds
    out = (edges["minx"] < -180) | (edges["maxx"] > 180) | (edges["miny"] < -90) | (edges["maxy"] > 90)
    few = degrees and 2 * int(out.sum()) < len(known)
    labels: pd.Index = known.index[out] if few else known.index[:0]
    return labels


def _stray_faults(frame: pd.DataFrame, layer: gpd.GeoDataFrame) -> list[Fault]:
    """Report records whose coordinates are no degrees, and say where the two seem to be exchanged."""
    column = "lon, lat" if {"lon", "lat"} <= set(frame.columns) else "geometry"
    faults = []
    for row, (west, south, east, north) in zip(layer.index, layer.geometry.bounds.to_numpy().tolist(), strict=True):
        exchanged = fits((south, west, north, east), parse_crs(WGS84))
        value, wording = f"{west:.10g}, {south:.10g}", _EXCHANGED_DEGREES if exchanged else _NO_DEGREES
        faults.append(Fault(file="", row=row_number(row), column=column, value=value, **wording._asdict()))
    return faults


_EXCHANGED_DEGREES = Wording(
    "cannot be a longitude and a latitude: the two are exchanged.",
    "Longitude is `lon` (经度), latitude `lat` (纬度): exchange the two cells.",
    "不可能是经度、纬度:两者填反了。",
    "请将该行的经度与纬度对调。",
)
_NO_DEGREES = Wording(
    "cannot be a longitude and a latitude.",
    "Correct it: longitude and latitude are decimal degrees, such as 110.39 and 28.45.",
    "不可能是经度、纬度。",
    "请更正:应填十进制度,如 110.39、28.45。",
)


_NORTHINGS = (1_900_000.0, 6_000_000.0)
"""From the south of Hainan to the north of Heilongjiang, in metres from the equator."""
_EASTINGS = ((100_000.0, 900_000.0), (13_000_000.0, 46_000_000.0))
"""Without and with the number of the zone."""


def _is_exchanged(bounds: Bounds) -> bool:
    """Say whether x holds northings of China and y eastings."""
    left, bottom, right, top = bounds
    north = _NORTHINGS[0] <= left <= right <= _NORTHINGS[1]
    return north and any(low <= bottom <= top <= high for low, high in _EASTINGS)


def _may_be_gauss_kruger(crs: str) -> bool:
    """Say whether nothing is known of a CRS, or it is one of China's; elsewhere such numbers may be right."""
    try:
        known = parse_crs(crs) if crs else None
    except CRSError:
        return True
    return known is None or known.is_geographic or "Gauss-Kruger" in known.name


def _exchanged(headers: Mapping[str, str]) -> Wording:
    declare = f'`columns = {{ x = "{headers["y"]}", y = "{headers["x"]}" }}`'
    return Wording(
        "are exchanged: x holds northings and y eastings, as surveyors in China call them.",
        f"Here x is the easting (横坐标) and y the northing (纵坐标): declare {declare}.",
        "互换了:x 列是北坐标(纵坐标),y 列是东坐标(横坐标),即测量坐标系的 X、Y。",
        f"这里 x 指东坐标(横坐标),y 指北坐标(纵坐标):请写明 {declare}。",
    )


_EXCHANGED_LAYER = Wording(
    "are exchanged: x holds northings and y eastings, as surveyors in China call them.",
    "Exchange them in QGIS (Swap X and Y coordinates).",
    "互换了:x 是北坐标(纵坐标),y 是东坐标(横坐标)。",
    "请在 QGIS 中用“交换 X 和 Y 坐标”更正。",
)


def _geometry(
    frame: pd.DataFrame, raw: RawTable, *, contract: Contract, told: Collection[int]
) -> tuple[gpd.GeoSeries, list[Fault]]:
    """Return a geometry for each record, and faults for those that need one and have none."""
    if raw.geometry is not None:
        geometry = raw.geometry.loc[frame.index]
    elif {"lon", "lat"} <= set(frame.columns) or {"x", "y"} <= set(frame.columns):
        across, up = ("lon", "lat") if {"lon", "lat"} <= set(frame.columns) else ("x", "y")
        points = gpd.GeoSeries(gpd.points_from_xy(frame[across], frame[up]), index=frame.index)
        geometry = points.where(frame[across].notna() & frame[up].notna(), None)
    else:
        geometry = gpd.GeoSeries([None] * len(frame), index=frame.index)
        if contract.geometry != "optional" and contract.instead not in frame:
            wording = _NO_LINES if contract.geometry == "line" else _NO_GEOMETRY
            return geometry, [Fault(file="", column="geometry", **wording._asdict())]
    values = geometry.to_numpy()
    missing = shapely.is_missing(values) | shapely.is_empty(values)
    listed = (
        frame[contract.instead].notna().to_numpy() if contract.instead in frame else np.zeros(len(values), dtype=bool)
    )
    lacking = missing & ~listed & ~geometry.index.isin(list(told)) & (contract.geometry != "optional")
    kinds = geometry.geom_type.to_numpy()
    wanted = _WANTED[contract.geometry]
    other = ~missing & ~np.isin(kinds, list(wanted))
    polygons = ~missing & ~other & np.isin(kinds, list(_POLYGONS))
    broken = np.zeros(len(values), dtype=bool)
    broken[polygons] = ~shapely.is_valid(values[polygons])
    endless = _not_finite(values) if contract.geometry == "line" else np.zeros(len(values), dtype=bool)
    wrong = np.flatnonzero(lacking | other | broken | endless)
    shown = wrong[:_MOST_SHOWN] if contract.numerous else wrong
    named = contract.key[0] if contract.key else "name"
    labels = frame[named].to_numpy() if named in frame else np.full(len(values), None)
    faults: list[Fault] = []
    for position in shown:
        if lacking[position]:
            wording = _lacking(contract, frame)
        elif other[position]:
            names = sorted(wanted)
            wording = Wording(
                f"is a {kinds[position]}.",
                f"This table needs: {', '.join(names)}.",
                f"几何类型是{_KINDS_ZH.get(kinds[position], kinds[position])}。",
                f"此表需要:{'、'.join(_KINDS_ZH[name] for name in names)}。",
            )
        elif broken[position]:
            reason = shapely.is_valid_reason(values[position])
            wording = Wording(
                f"is no valid polygon: {reason}.",
                "Mend it in QGIS (Fix geometries) and look at the result.",
                f"不是有效的面:{reason}。",
                "请在 QGIS 中用“修正几何图形”修复,并检查结果。",
            )
        else:
            wording = _NOT_FINITE
        cell = "" if labels[position] is None else str(labels[position])
        row = row_number(geometry.index[position])
        faults.append(Fault(file="", row=row, column="geometry", value=cell, **wording._asdict()))
    if len(wrong) > len(shown):
        rest = Wording(
            f"has {len(wrong) - len(shown)} more such fault(s).",
            "Mend the layer as a whole.",
            f"还有 {len(wrong) - len(shown)} 处同类问题。",
            "请整层检查更正。",
        )
        faults.append(Fault(file="", column="geometry", **rest._asdict()))
    return (geometry.where(~endless, None) if endless.any() else geometry), faults


def _lacking(contract: Contract, frame: pd.DataFrame) -> Wording:
    """Say what a record without any place lacks."""
    if contract.instead in frame:
        return _NEITHER_DRAWN_NOR_LISTED
    return _NO_PLACE_IN_TRAVEL if contract.name in TRAVEL_TABLES else _NO_PLACE


def _not_finite(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Say which geometries have a coordinate that is missing or endless."""
    points, of = shapely.get_coordinates(values, return_index=True)
    wrong = np.zeros(len(values), dtype=bool)
    wrong[of[~np.isfinite(points).all(axis=1)]] = True
    return wrong


def _decide_crs(  # noqa: PLR0911 - each return is one refusal
    bounds: Bounds,
    *,
    stated: str,
    declared: str,
    near: Bounds | None,
    prefer: tuple[str, ...],
) -> tuple[pyproj.CRS | None, Wording]:
    """Return the CRS, or nothing and what is wrong with the way out."""

    def refuse(problem: str, problem_zh: str, *, before: str = "", before_zh: str = "") -> tuple[None, Wording]:
        remedy, remedy_zh = _likely(bounds, near=near, prefer=prefer)
        return None, Wording(problem, before + remedy, problem_zh, before_zh + remedy_zh)

    if not stated and not declared:
        return refuse(
            "states no CRS, and project.toml declares none.",
            "文件没有说明坐标系,project.toml 也没有声明。",
        )
    try:
        declared_crs = parse_crs(declared) if declared else None
    except CRSError as error:
        return refuse(f"is no CRS: {error}", "PROJ 不认识这个坐标系。")
    stated_crs = parse_crs(stated) if stated else None
    if declared_crs is not None and stated_crs is not None and not _same(declared_crs, stated_crs):
        return refuse(
            f"states {_brief(stated)} itself, but project.toml declares {declared}.",
            f"文件自身的坐标系是 {_brief(stated)},而 project.toml 声明的是 {declared}。",
            before="One of them is wrong. ",
            before_zh="两者必有一误。",
        )
    crs = declared_crs or stated_crs
    if crs is None or not fits(bounds, crs):
        reach = ", ".join(f"{edge:,.6g}" for edge in bounds)
        return refuse(
            f"cannot be in {declared or _brief(stated)}: its coordinates (left, bottom, right, top) are {reach}.",
            f"不可能是 {declared or _brief(stated)}:坐标范围(左、下、右、上)为 {reach}。",
        )
    centre = _centre(crs)
    if centre is not None and (bounds[0] > centre + _FARTHEST_M or bounds[2] < centre - _FARTHEST_M):
        return refuse(
            f"has {centre:,.0f} as the easting of its centre, but the eastings are {bounds[0]:,.0f} to {bounds[2]:,.0f}: "
            "one of them has the number of a zone, or of another zone, in front.",
            f"的中央经线东坐标为 {centre:,.0f},而文件的东坐标为 {bounds[0]:,.0f} 至 {bounds[2]:,.0f}:带号不符。",
        )
    if is_old_datum(crs):
        return None, Wording(
            f"is in {crs.name}, which lies up to more than 100 m from CGCS2000.",
            "Ask its maker (natural resources) for the layer in CGCS2000: only local control points tell the shift.",
            f"采用 {crs.name},与 CGCS2000 相差可达百米以上。",
            "请向数据提供方(自然资源部门)索取 CGCS2000 成果;转换参数须由当地控制点确定。",
        )
    return crs, Wording("", "", "", "")


_FARTHEST_M = 1_000_000.0
"""No easting of a zone lies further from its centre."""


def _centre(crs: pyproj.CRS) -> float | None:
    """Return the easting of the centre of a Gauss-Kruger zone, which may have the zone's number in front."""
    if "Gauss-Kruger" not in crs.name or crs.coordinate_operation is None:
        return None
    return next(
        (float(param.value) for param in crs.coordinate_operation.params if param.name == "False easting"), None
    )


def _likely(bounds: Bounds, *, near: Bounds | None, prefer: tuple[str, ...]) -> tuple[str, str]:
    """Name the CRS that the coordinates seem to be in, in both languages."""
    code = likely_crs(bounds, near=near, first=prefer)
    if code == WGS84:
        return (
            (
                "The coordinates are degrees: below this table in project.toml, "
                'declare `crs = "EPSG:4326"` if they are WGS 84 or CGCS2000, '
                '`"GCJ-02"` if they come from AMap or Tencent, `"BD-09"` if from Baidu.'
            ),
            (
                '坐标是经纬度:请在 project.toml 这张表的下面写明,WGS 84 或 CGCS2000 写 `crs = "EPSG:4326"`,'
                '高德、腾讯坐标写 `"GCJ-02"`,百度坐标写 `"BD-09"`。'
            ),
        )
    if code:
        return (
            f'The likely one is {code}: if so, declare `crs = "{code}"` below this table in project.toml.',
            f'可能是 {code}:如属实,请在 project.toml 这张表的下面写 `crs = "{code}"`。',
        )
    west, south, east, north = bounds
    if fits((south, west, north, east), parse_crs(WGS84)):
        return (
            "Longitude and latitude seem to be exchanged: longitude is `lon` (经度), latitude `lat` (纬度).",
            "经度与纬度似乎写反了:`lon` 是经度,`lat` 是纬度。",
        )
    return "Ask who made it.", "请询问数据提供方。"


def _brief(crs: str) -> str:
    """Return a CRS as a person names it: its code, else its name."""
    return crs if len(crs) < _LONGEST_CODE or not crs else str(parse_crs(crs).name)


def _same(left: pyproj.CRS, right: pyproj.CRS) -> bool:
    """Compare without axis order: files store longitude first whatever the authority says."""
    return bool(left.equals(right, ignore_axis_order=True))


def _shift(geometry: gpd.GeoSeries, datum: str) -> gpd.GeoSeries:
    def convert(points: np.ndarray) -> np.ndarray:
        lon, lat = to_wgs84(points[:, 0], points[:, 1], datum=datum)
        return np.column_stack([lon, lat])

    return gpd.GeoSeries(shapely.transform(geometry.to_numpy(), convert), index=geometry.index)
