"""Layers written as JSON: what the document says before GDAL reads it, and where it breaks."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from schoolmap.errors import CRSError
from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.raw import no_layer
from schoolmap.inputs.files.weighing import require_modest

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj


def crs_of_json(document: object, read: pyproj.CRS | None) -> str:
    """
    Return the CRS that a JSON file states itself; empty if it states none.

    GDAL reports WGS 84 for a file that has no member `crs`, as one feature a line
    never has, and for one whose `crs` it does not know.

    Raises
    ------
    UnreadableError
        If PROJ does not know what is stated. No address is asked.
    """
    member = document.get("crs") if isinstance(document, dict) else None
    if member is None:
        return ""
    inner = member.get("properties") if isinstance(member, dict) else None
    inner = inner if isinstance(inner, dict) else {}
    name = f"EPSG:{inner['code']}" if "code" in inner else inner.get("name")
    try:
        stated = parse_crs(name) if isinstance(name, str) else None
    except CRSError:
        stated = None
    if stated is None:
        shown = str(name if name is not None else member)[:MOST_SHOWN]
        raise UnreadableError(Fault(file="", column="crs", value=shown, **_UNKNOWN_CRS._asdict()))
    # both mean the same, but for the order of axes, and the file has longitude first whatever it says
    same = read is not None and read.equals(stated, ignore_axis_order=True)
    return name_crs(read if read is not None and same else stated)


MOST_SHOWN = 80
"""Letters of a CRS that nobody knows."""
_UNKNOWN_CRS = Wording(
    "is the CRS that the file states, but PROJ does not know it.",
    "Open the layer in QGIS, set its CRS and save it anew.",
    "是文件所写的坐标系,但 PROJ 不认识。",
    "请在 QGIS 中打开图层,设定坐标系后重新保存。",
)


def json_document(path: Path) -> object:
    """
    Return what a JSON file holds; a tuple if that is one feature a line.

    Raises
    ------
    UnreadableError
        If it is no JSON; says where it breaks.
    """
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        return json.loads(content)
    except RecursionError as error:
        raise UnreadableError.of(no_layer("it is nested without end.", zh="嵌套层数过多。")) from error
    except ValueError as error:
        with contextlib.suppress(ValueError, RecursionError):
            lines = tuple(json.loads(line) for line in content.replace(b"\x1e", b"").splitlines() if line.strip())
            if lines:
                return lines
        raise UnreadableError(_no_json(error)) from error


def _no_json(error: ValueError) -> Fault:
    """Say where a file is no JSON."""
    if not isinstance(error, json.JSONDecodeError):
        return Fault(file="", **no_layer("it is not UTF-8.", zh="不是 UTF-8 编码。")._asdict())
    wording = no_layer(
        f"it is no JSON: {error.msg}, at letter {error.colno} of this line.",
        zh=f"不是 JSON(该行第 {error.colno} 个字符:{error.msg})。",
    )
    return Fault(file="", row=error.lineno, **wording._asdict())


def require_modest_records(document: object) -> None:
    """Raise if nearly every record has properties of its own: each would be a column of all."""
    records = _properties(document)
    names = {name for record in records for name in record}
    require_modest(len(records), len(names), filled=sum(map(len, records)))


def _properties(document: object) -> list[dict[str, object]]:
    """Return the properties of each record of a JSON file of any kind."""
    parts = document if isinstance(document, tuple) else [document]
    held: list[object] = []
    for part in parts:
        if not isinstance(part, dict):
            continue
        objects = part.get("objects")
        for group in [part, *(objects.values() if isinstance(objects, dict) else [])]:
            found = (group.get("features"), group.get("geometries")) if isinstance(group, dict) else ()
            held += [record for some in found if isinstance(some, list) for record in some]
        held.append(part)
    found_of = (record.get(key) for record in held if isinstance(record, dict) for key in ("properties", "attributes"))
    return [properties for properties in found_of if isinstance(properties, dict)]


def json_driver(document: object) -> str:
    """Name the only driver of GDAL that may read a JSON file."""
    if isinstance(document, dict) and document.get("type") == "Topology":
        return "TopoJSON"
    if isinstance(document, dict) and "geometryType" in document:
        return "ESRIJSON"
    return "GeoJSONSeq" if isinstance(document, tuple) else "GeoJSON"


def name_crs(crs: pyproj.CRS) -> str:
    """Return a CRS as a project file names it."""
    return str(crs.to_string())
