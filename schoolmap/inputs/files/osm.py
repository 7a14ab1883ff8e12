"""Read the roads of an extract of OpenStreetMap, `.osm.pbf` or `.osm`, as a table with the columns of `roads`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Texts = npt.NDArray[np.object_]

_BEGINNING = 4096
"""Bytes in which a file says what it is."""
_PBF = b"\x0a\x09OSMHeader"
"""First field of the first block of a pbf, after its length in 4 bytes."""
_VIRTUAL = b"<OGRVRT"
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<osm[\s>]", re.DOTALL)

_NO_ROAD = frozenset(
    (
        "abandoned",
        "construction",
        "disused",
        "no",
        "planned",
        "platform",
        "proposed",
        "raceway",
        "razed",
        "rest_area",
        "services",
    )
)
"""Values of `highway` that nobody travels on."""
_NOT_WALKED = ("motorway", "motorway_link")
"""Values of `highway` on which nobody may walk unless `foot` says so."""
_ALLOWED = frozenset(("yes", "designated", "permissive", "official"))
"""Values of `foot` that open a road closed by `access`."""
_ONEWAY = {**dict.fromkeys(("yes", "true", "1"), "yes"), **dict.fromkeys(("-1", "reverse"), "-1")}
"""Everything else, such as `reversible`, is driven both ways at some time."""
_ROUND = frozenset(("roundabout", "circular"))
_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?$")
_KM_PER_MILE = 1.609344


def read_osm(path: Path) -> gpd.GeoDataFrame:
    """
    Read the roads of an extract of OpenStreetMap.

    Parameters
    ----------
    path
        `.osm.pbf`, or the same as XML.

    Returns
    -------
    roads
        Lines in EPSG:4326, in the order of the file: `class` (the value of
        `highway`), `speed` (`maxspeed` in km/h; missing where none is stated or
        it is no number), `oneway` (`yes`, `no`, or `-1` against the drawing;
        roundabouts and motorways are one-way unless they say otherwise),
        `bridge` (`yes` for bridges and tunnels), `foot` (`no` where walking is
        forbidden, and on motorways) and `name`. Roads being built, planned or given up are left
        out, and so are those closed to everybody (`access=no`) unless people
        on foot may use them. Private roads stay: children live there.

    Raises
    ------
    UnreadableError
        If the file is no such extract, or breaks off.
    """
    _require_osm(path)
    try:
        frame = pyogrio.read_dataframe(
            path, layer="lines", columns=["name", "highway", "other_tags"], where="highway IS NOT NULL"
        )
    except (RuntimeError, ValueError, LookupError, shapely.errors.ShapelyError) as error:
        raise UnreadableError.of(_unreadable(str(error))) from error
    tags = frame["other_tags"].astype(object).where(frame["other_tags"].notna(), "")
    foot, access = _tag(tags, "foot"), _tag(tags, "access")
    highway = frame["highway"].astype(object)
    used = ~highway.isin(_NO_ROAD) & ((access != "no") | foot.isin(_ALLOWED))
    roads = pd.DataFrame(
        {
            "class": highway,
            "speed": _kilometres_an_hour(_tag(tags, "maxspeed")),
            "oneway": _oneway(_tag(tags, "oneway"), _tag(tags, "junction"), highway),
            "bridge": np.where(_is_set(_tag(tags, "bridge")) | _is_set(_tag(tags, "tunnel")), "yes", "no").astype(
                object
            ),
            "foot": np.where((foot == "no") | (foot.isna() & highway.isin(_NOT_WALKED)), "no", "yes").astype(object),
            "name": frame["name"].astype(object).where(frame["name"].notna(), ""),
        }
    )
    return gpd.GeoDataFrame(roads, geometry=frame.geometry, crs=WGS84)[used.to_numpy()].reset_index(drop=True)


def _require_osm(path: Path) -> None:
    """Raise unless the file begins as an extract does: GDAL goes by content, and other content may lead it elsewhere."""
    with path.open("rb") as file:
        begins = file.read(_BEGINNING)
    if begins[4 : 4 + len(_PBF)] == _PBF or (_XML.match(begins) and _VIRTUAL not in begins):
        return
    raise UnreadableError.of(_unreadable("its content is not that of an extract.", zh="内容不是该格式。"))


def _unreadable(reason: str, *, zh: str = "") -> Wording:
    return Wording(
        f"cannot be read as an extract of OpenStreetMap: {reason}",
        "Fetch it anew, as a whole; its name ends with .osm.pbf.",
        f"不能作为 OpenStreetMap 数据读取:{zh or reason}",
        "请重新完整下载扩展名为 .osm.pbf 的文件。",
    )


def _tag(tags: pd.Series, key: str) -> pd.Series:
    r"""
    Return the value of a key in text of the form `"key"=>"value",…`; empty where there is none.

    Examples
    --------
    >>> _tag(pd.Series(['"note"=>"say \\"hi\\"","oneway"=>"yes"', ""]), "oneway").tolist()
    ['yes', '']
    """
    found = tags.str.extract(rf'(?:^|",)"{re.escape(key)}"=>"((?:[^"\\]|\\.)*)"', expand=False)
    return found.astype(object).where(found.notna(), "")


def _is_set(values: pd.Series) -> pd.Series:
    return ~values.isin(["", "no"])


def _oneway(stated: pd.Series, junction: pd.Series, highway: pd.Series) -> pd.Series:
    implied = junction.isin(_ROUND) | (highway == "motorway")
    return stated.map(_ONEWAY).where(stated != "", implied.map({True: "yes", False: "no"})).fillna("no").astype(object)


def _kilometres_an_hour(stated: pd.Series) -> pd.Series:
    """
    Return speeds in km/h; missing where the text is no speed.

    Examples
    --------
    >>> _kilometres_an_hour(pd.Series(["50", "30 mph", "walk", "0", ""])).round(1).tolist()
    [50.0, 48.3, nan, nan, nan]
    """
    parts = stated.str.strip().str.lower().str.extract(_SPEED)
    speed: pd.Series = parts[0].astype(float) * np.where(parts[1] == "mph", _KM_PER_MILE, 1.0)
    return speed.where(speed > 0)
