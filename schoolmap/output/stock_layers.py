"""
What ordinary layers of folium need beside Leaflet's script: parts that ship, and addresses that they would load.

Markers, pop-ups and the control of layers lean on pictures beside Leaflet's
script and on one call of jQuery; a sealed page brings these itself. Plugins
load scripts of their own, and tiles are pictures of a server: their addresses
are gathered here, so that a page that must stay offline can refuse them by
name, and any other page can allow exactly them.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit

import folium

from schoolmap.output.page_assets import LEAFLET
from schoolmap.output.page_assets import asset
from schoolmap.output.page_assets import asset_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from branca.element import Element

PLAN = "plan"
"""Name of the one child of a plan's map that is no layer of the user's."""
AWESOME = ("awesome_markers", "awesome_markers_css", "awesome_markers_font_css", "awesome_rotate_css", "glyphicons_css")
"""Links of `folium.Map` that its `Icon` needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """
    What the layers of a map need.

    Attributes
    ----------
    layers
        How many layers were added to the plan.
    addresses
        What they would load, each with the name of the class that names it.
    parts
        Elements for the head of the page by name: styles, scripts and links.
    """

    layers: int
    addresses: dict[str, str]
    parts: dict[str, str]


def needs_of(plan_map: folium.Map) -> Needs:
    """
    Return what the layers that were added to a map need.

    Parameters
    ----------
    plan_map
        The map of a plan, with whatever was added to it.
    """
    own = [child for name, child in plan_map._children.items() if name != PLAN]  # noqa: SLF001 - no public way
    elements = [element for child in own for element in _walk(child)]
    addresses = dict(_addresses(plan_map))
    for element in elements:
        addresses.update(_addresses(element))
    parts = {}
    kinds = {kind.__name__ for element in elements for kind in type(element).__mro__}
    if "LayerControl" in kinds:
        parts["stock_layers_css"] = f"<style>\n{_layers_css()}</style>"
    if "Marker" in kinds or "ClickForMarker" in kinds:
        parts["stock_marker_js"] = f"<script>\n{_marker_js()}</script>"
    if "Popup" in kinds:
        parts["stock_popup_js"] = f"<script>\n{asset('stock_popup.js')}</script>"
    if any(isinstance(element, folium.Icon) and type(element) is folium.Icon for element in elements):
        links = dict([*folium.Map.default_js, *folium.Map.default_css])
        for name in AWESOME:
            if (address := links.get(name)) is not None:
                addresses[address] = "Icon"
                parts[f"stock_{name}"] = _link(address)
    return Needs(layers=len(own), addresses=addresses, parts=parts)


def refusal(needs: Needs) -> str:
    """
    Say what a page would load, and what to do.

    Parameters
    ----------
    needs
        With at least one address.
    """
    address, name = next(iter(needs.addresses.items()))
    more = len(needs.addresses) - 1
    hosts = ", ".join(dict.fromkeys(urlsplit(item).netloc or item for item in needs.addresses))
    return (
        f"The page would not stay offline: `{name}` loads {address}"
        f"{f' ({more} more addresses are loaded)' if more else ''}. Leave the layer out, or allow it with "
        f"`offline=False`; the page then asks {hosts} whenever it is opened, and nobody else."
    )


def _walk(element: Element) -> Iterator[Element]:
    """Go through an element and all that it holds."""
    yield element
    inner: list[Any] = [getattr(element, name, None) for name in ("header", "html", "script")]
    for child in [*element._children.values(), *(part for part in inner if hasattr(part, "_children"))]:  # noqa: SLF001
        yield from _walk(child)


def _addresses(element: Element) -> Iterator[tuple[str, str]]:
    """Name what an element would load, and its class."""
    name = type(element).__name__
    for _, address in [*getattr(element, "default_js", ()), *getattr(element, "default_css", ())]:
        yield address, name
    if isinstance(element, folium.TileLayer):
        yield from ((address, name) for address in _tiles(element))
    for attribute in ("url", "image", "embed_link"):
        address = getattr(element, attribute, None)
        # the link of GeoJSON may also lead to a file beside the page
        if isinstance(address, str) and _is_remote(address) and ("//" in address or attribute == "embed_link"):
            yield address, name
    icon = getattr(element, "options", None)
    for key in ("icon_url", "iconUrl", "shadow_url", "shadowUrl"):
        if isinstance(icon, dict) and isinstance(icon.get(key), str) and _is_remote(icon[key]):
            yield icon[key], name


def _tiles(layer: folium.TileLayer) -> Iterator[str]:
    """Name the servers of tiles, one for each of their letters."""
    if not _is_remote(layer.tiles):
        return
    letters = str(getattr(layer, "options", {}).get("subdomains", "abc"))
    for letter in letters if "{s}" in layer.tiles else "-":
        parts = urlsplit(layer.tiles.replace("{s}", letter))
        yield f"{parts.scheme}://{parts.netloc}/"


def _is_remote(address: str) -> bool:
    return not address.lower().startswith(("data:", "blob:", "#"))


def _link(address: str) -> str:
    if address.endswith(".css"):
        return f'<link rel="stylesheet" href="{address}">'
    return f'<script src="{address}"></script>'


def _picture(name: str) -> str:
    data = base64.b64encode(asset_bytes(f"{LEAFLET}/{name}")).decode("ascii")
    return f"data:image/png;base64,{data}"


def _layers_css() -> str:
    return f""".leaflet-control-layers-toggle {{ background-image: url({_picture("layers-2x.png")}); background-size: 26px; }}
"""


def _marker_js() -> str:
    return f"""L.Icon.Default.imagePath = "";
L.Icon.Default.mergeOptions({{
  iconUrl: "{_picture("marker-icon.png")}",
  iconRetinaUrl: "{_picture("marker-icon-2x.png")}",
  shadowUrl: "{_picture("marker-shadow.png")}"
}});
"""
