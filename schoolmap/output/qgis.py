"""
Styles for QGIS, so that the layers of a GeoPackage open looking like the map.

Each style is a QML document for one layer: fills in the colours of the map's
classes with their words, schools by stage and size, proposals and projects by
kind, zones of reach. Texts that come from the user are attributes of XML and
nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from schoolmap.output import colours
from schoolmap.output import qml
from schoolmap.output.terms import PROJECTS
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.terms import term
from schoolmap.output.text import visible
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    import geopandas as gpd

    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Text

_MARKS = {
    "new": ("cross_fill", 0),
    "relocate": ("cross_fill", 0),
    "expand": ("triangle", 0),
    "attach": ("triangle", 180),
    "convert": ("star", 0),
    "handover": ("star", 0),
    "temporary": ("hexagon", 0),
    "rezone": ("diamond", 0),
    "unsolved": ("pentagon", 0),
    "review": ("circle", 0),
}
"""Shape and angle by kind of proposal or project."""
_BEYOND = (
    (0.0, 0.05, "#fff5eb"),
    (0.05, 0.25, "#fdd0a2"),
    (0.25, 0.5, "#fd8d3c"),
    (0.5, 0.75, "#d94801"),
    (0.75, 1.0, colours.ACTION),
)
"""Classes of the share of children out of reach: lower bound, upper bound, colour."""
_DESCRIPTIONS = {
    "catchments": both("highest utilisation over the years, first scenario", "首个情景各年最高利用率"),
    "schools": both("by stage; size by seats of the first year", "按学段；大小为首年学位"),
    "actions": both("by kind of proposal", "按措施类型"),
    "projects": both("by kind of project", "按项目类型"),
    "sites": both("candidate sites", "备选用地"),
    "reach": both("share of children out of reach, first year", "首年范围外儿童占比"),
    "zones": both("what can be reached on roads", "沿路可达范围"),
    "later": both("boundaries that hold from a later year on", "今后启用的片区边界"),
    "moves": both("areas that change their catchment", "调整片区的小区域"),
}


class Style(NamedTuple):
    """A style of one layer, with its name in QGIS and what it shows."""

    layer: str
    name: str
    qml: str
    description: str


def describe_styles(model: MapModel, layers: Mapping[str, gpd.GeoDataFrame]) -> Iterator[Style]:
    """
    Yield the styles of the layers that a GeoPackage has; the first of a layer is its default.

    Parameters
    ----------
    model
        The plan as plain data: classes, colours, words and stages.
    layers
        The layers by name, as they are written.
    """
    language = model.language if model.language in {"en", "zh"} else "en"
    words = {name: text[language] for name, text in _DESCRIPTIONS.items()}
    labels = {stage.id: visible(stage.label[language]) for stage in model.stages}
    for coverage in model.coverages:
        for stage in model.stages:
            if stage.coverage == coverage.id:
                drawn = style_qml(model, column=f"{stage.id}_class")
                yield Style(f"catchments_{coverage.id}", labels[stage.id], drawn, words["catchments"])
    yield Style("schools", words["schools"], schools_qml(model), words["schools"])
    yield Style(
        "actions", words["actions"], kinds_qml(model, {a.kind for a in model.actions}, PROPOSALS), words["actions"]
    )
    yield Style(
        "projects", words["projects"], kinds_qml(model, {p.kind for p in model.projects}, PROJECTS), words["projects"]
    )
    yield Style("sites", words["sites"], _sites_qml(), words["sites"])
    known = {f"catchments_{coverage.id}" for coverage in model.coverages}
    for name, layer in layers.items():
        if name in known or name in {"schools", "actions", "projects", "sites"}:
            continue
        points = bool((layer.geom_type == "Point").all())
        if name == "reach_moves":
            yield Style(
                name, words["moves"], _area_qml(colours.ACTION, pattern="b_diagonal", points=points), words["moves"]
            )
        elif name.startswith("reach_"):
            yield Style(name, words["reach"], reach_qml(points=points), words["reach"])
        elif name.startswith("zones_"):
            yield Style(name, words["zones"], _area_qml(colours.SEATS, pattern="solid", alpha=60), words["zones"])
        elif name.startswith("catchments_"):
            yield Style(name, words["later"], _area_qml(colours.INK, pattern="no"), words["later"])


def style_qml(model: MapModel, *, column: str) -> str:
    """
    Describe for QGIS how to colour catchments by the class of utilisation in `column`.

    The classes are the map's, by number; other values (neither seats nor
    children) are hatched. Catchments carry their names.
    """
    style = qml.Style("polygon", "categorizedSymbol", attr=column)
    categories = qml.child(style.renderer, "categories")
    language = model.language if model.language in {"en", "zh"} else "en"
    for n, shade in enumerate(model.shades):
        qml.category(categories, str(n), symbol=str(n), label=visible(shade.label[language]), kind="integer")
        style.fill(str(n), colour=shade.colour)
    other = both("neither seats nor children", "无学位也无适龄儿童")[language]
    qml.category(categories, "", symbol=str(len(model.shades)), label=other, kind="NULL")
    style.fill(str(len(model.shades)), colour=colours.NOTHING, pattern="b_diagonal")
    style.label("name")
    return style.text()


def schools_qml(model: MapModel) -> str:
    """Describe schools by stage: the map's shapes, the area of a mark by the seats of the first year."""
    style = qml.Style("point", "RuleRenderer")
    rules = qml.child(style.renderer, "rules", key="{schools}")
    language = model.language if model.language in {"en", "zh"} else "en"
    for n, stage in enumerate(model.stages):
        seats = '"{}_seats_first"'.format(stage.id.replace('"', '""'))
        label = visible(stage.label[language])
        qml.child(rules, "rule", key=f"{{schools-{n}}}", symbol=str(n), label=label, filter=f"{seats} > 0")
        shape = "circle" if stage.shape == "circle" else "square"
        style.marker(str(n), shape=shape, colour=colours.WHITE, size=2.4, size_by=f"1.2 + 2.4 * sqrt({seats} / 1000)")
    return style.text()


def kinds_qml(model: MapModel, kinds: set[str], terms: Mapping[str, Text]) -> str:
    """Describe proposals or projects by their `kind`, a shape each, in the words of `terms`; a review is hollow, for it decides nothing."""
    style = qml.Style("point", "categorizedSymbol", attr="kind")
    categories = qml.child(style.renderer, "categories")
    language = model.language if model.language in {"en", "zh"} else "en"
    for n, kind in enumerate(sorted(kinds)):
        label = visible(term(terms, kind, language))
        qml.category(categories, visible(kind), symbol=str(n), label=label, kind="string")
        shape, angle = _MARKS.get(kind, ("circle", 0))
        style.marker(
            str(n), shape=shape, colour=colours.WHITE if kind == "review" else colours.ACTION, size=3.4, angle=angle
        )
    return style.text()


def reach_qml(*, points: bool) -> str:
    """Describe areas by the share of their children who live out of reach; areas without children are not drawn."""
    attribute = 'CASE WHEN "children" > 0 THEN "beyond" / "children" END'
    geometry = "point" if points else "polygon"
    style = qml.Style(geometry, "graduatedSymbol", attr=attribute, graduatedMethod="GraduatedColor")
    ranges = qml.child(style.renderer, "ranges")
    for n, (lower, upper, colour) in enumerate(_BEYOND):
        label = f"{lower:.0%} – {upper:.0%}"
        qml.child(ranges, "range", lower=str(lower), upper=str(upper), symbol=str(n), label=label, render="true")
        if points:
            style.marker(str(n), shape="circle", colour=colour, size=3.0)
        else:
            style.fill(str(n), colour=colour)
    return style.text()


def _sites_qml() -> str:
    style = qml.Style("point", "singleSymbol")
    style.marker("0", shape="diamond", colour=colours.WHITE, size=3.2)
    style.label("name")
    return style.text()


def _area_qml(colour: str, *, pattern: str, alpha: int = 255, points: bool = False) -> str:
    """Describe areas of one look."""
    style = qml.Style("point" if points else "polygon", "singleSymbol")
    if points:
        style.marker("0", shape="circle", colour=colour, size=3.0)
    else:
        style.fill("0", colour=colour, pattern=pattern, alpha=alpha)
    return style.text()
