"""Pieces of QML, the XML in which QGIS keeps a layer's style: renderers, symbols, labels."""

from __future__ import annotations

from xml.etree import ElementTree as ET

_GEOMETRIES = {"point": "0", "polygon": "2"}
_INK = "27,31,35,255"


class Style:
    """
    A style under construction: one renderer, its symbols, and labels if asked for.

    Parameters
    ----------
    geometry
        `point` or `polygon`.
    renderer
        A renderer of QGIS's, such as `categorizedSymbol`.
    attributes
        Further attributes of the renderer.

    Examples
    --------
    >>> style = Style("point", "singleSymbol")
    >>> style.marker("0", shape="diamond", colour="#7f2704", size=3.0)
    >>> style.text()[:38]
    '<qgis version="3.22.0" styleCategories'
    """

    def __init__(self, geometry: str, renderer: str, **attributes: str) -> None:
        self._root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling", labelsEnabled="0")
        plain = {"symbollevels": "0", "enableorderby": "0", "forceraster": "0"}
        self.renderer = ET.SubElement(self._root, "renderer-v2", {"type": renderer, **attributes, **plain})
        self._symbols = ET.Element("symbols")
        self._geometry = geometry

    def fill(self, name: str, *, colour: str, pattern: str = "solid", alpha: int = 255) -> None:
        """Add a symbol for areas: a colour, a pattern of Qt's, opacity from 0 to 255."""
        properties = {
            "color": _rgba(colour, alpha),
            "style": pattern,
            "outline_color": _INK,
            "outline_style": "solid",
            "outline_width": "0.2",
            "outline_width_unit": "MM",
        }
        self._symbol(name, "fill", "SimpleFill", properties)

    def marker(
        self,
        name: str,
        *,
        shape: str,
        colour: str,
        size: float,
        angle: int = 0,
        size_by: str = "",
    ) -> None:
        """Add a symbol for points: a shape of QGIS's, its size in mm, or an expression for it."""
        properties = {
            "name": shape,
            "color": _rgba(colour, 255),
            "angle": str(angle),
            "size": str(size),
            "size_unit": "MM",
            "outline_color": _INK,
            "outline_style": "solid",
            "outline_width": "0.3",
            "outline_width_unit": "MM",
        }
        layer = self._symbol(name, "marker", "SimpleMarker", properties)
        if size_by:
            held = option(child(layer, "data_defined_properties"), "Map")
            option(held, "QString", name="name", value="")
            size_map = option(option(held, "Map", name="properties"), "Map", name="size")
            option(size_map, "bool", name="active", value="true")
            option(size_map, "QString", name="expression", value=size_by)
            option(size_map, "int", name="type", value="3")
            option(held, "QString", name="type", value="collection")

    def label(self, column: str) -> None:
        """Write a column beside each feature, with a light rim so that it reads on any colour."""
        self._root.set("labelsEnabled", "1")
        settings = child(child(self._root, "labeling", type="simple"), "settings", calloutType="simple")
        text = {"fieldName": column, "isExpression": "0", "fontSize": "8", "fontSizeUnit": "Point", "textColor": _INK}
        style = child(settings, "text-style", **text)
        rim = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferColor": "255,255,255,255"}
        child(style, "text-buffer", **rim, bufferOpacity="1")

    def text(self) -> str:
        """Return the style as QML; nothing can be added to it afterwards."""
        # after the categories, rules or ranges that use them
        self.renderer.append(self._symbols)
        child(self._root, "layerGeometryType").text = _GEOMETRIES[self._geometry]
        return ET.tostring(self._root, encoding="unicode")

    def _symbol(self, name: str, kind: str, layer: str, properties: dict[str, str]) -> ET.Element:
        """Add a symbol of one layer; its properties are written in the new form and in the one before 3.28."""
        symbol = child(self._symbols, "symbol", type=kind, name=name, alpha="1", force_rhr="0", clip_to_extent="1")
        drawn = ET.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "pass": "0", "locked": "0"})
        options = option(drawn, "Map")
        for key, value in properties.items():
            option(options, "QString", name=key, value=value)
            child(drawn, "prop", k=key, v=value)
        return drawn


def child(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    """Add an element with attributes and return it."""
    return ET.SubElement(parent, tag, attributes)


def option(parent: ET.Element, kind: str, **attributes: str) -> ET.Element:
    """Add an `Option` of a type and return it."""
    return ET.SubElement(parent, "Option", {"type": kind, **attributes})


def category(parent: ET.Element, value: str, *, symbol: str, label: str, kind: str) -> None:
    """Add a category of a categorised renderer; an empty value of kind `NULL` stands for all others."""
    child(parent, "category", value=value, symbol=symbol, label=label, render="true", type=kind)


def _rgba(colour: str, alpha: int) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + f",{alpha}"
