"""Maps: utilisation by catchment in the years that matter, and where the proposals are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap.output import colours
from schoolmap.output.figures import canvas
from schoolmap.output.figures import labels
from schoolmap.output.figures import places
from schoolmap.output.figures import shapes
from schoolmap.output.figures.grid import lay_out
from schoolmap.output.figures.legend import Row
from schoolmap.output.figures.legend import draw_legend
from schoolmap.output.figures.legend import draw_scale
from schoolmap.output.figures.words import WORDS
from schoolmap.output.lookups import coverage_of
from schoolmap.output.lookups import stage_of
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.text import display_width
from schoolmap.output.text import visible
from schoolmap.output.text import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

    from schoolmap.output.figures.fonts import Fonts
    from schoolmap.output.figures.grid import Grid
    from schoolmap.output.model import Action
    from schoolmap.output.model import Coverage
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel

_LABELS = 60
"""Labels tried at most on one map: those of the catchments that are shortest of seats come first."""
_FOOTER_WIDTH, _FOOTER_LINES = 128, 2
"""Letters of a line below a map, and lines for its sources."""
_SHAPES = {"circle": "o", "square": "s"}
KINDS = {"new": "P", "expand": "^", "attach": "v", "convert": "X", "temporary": "h", "rezone": "D"}
"""Marks of proposals by kind: a shape each, so that no colour must tell it."""
_SCHOOL: dict[str, Any] = {"c": colours.WHITE, "edgecolors": colours.INK, "linewidths": 0.6, "zorder": 4}
_SITE: dict[str, Any] = {"marker": "D", "s": 16, "c": "none", "edgecolors": colours.INK, "linewidths": 0.8, "zorder": 5}
_PROPOSAL: dict[str, Any] = {"s": 34, "c": colours.ACTION, "edgecolors": colours.WHITE, "linewidths": 0.5, "zorder": 6}
_PROJECT: dict[str, Any] = {**_PROPOSAL, "marker": "^", "s": 30}


def draw_utilisation(model: MapModel, panel: Panel, fonts: Fonts) -> Figure:
    """
    Draw the utilisation of a stage in the base year, in the worst year and in the last one.

    The classes and colours are those of the web map. Schools are marked by
    their size, with the projects that are open by then and the candidate
    sites. Where all catchments that are short lie in a small part of the area,
    such as a county town, that part is drawn again, larger.
    """
    stage, coverage = stage_of(model, panel.stage), coverage_of(model, panel.stage)
    plane, extent = shapes.plane_of(model)
    paths = shapes.outlines(coverage, plane)
    years = places.shown_years(model, panel)
    words = {name: text[fonts.language] for name, text in WORDS.items()}
    views = [(at, extent, _title(model, at, reasons, fonts)) for at, reasons in years.items()]
    frame = _frame(coverage, panel, plane, extent)
    # most seats are short in the first of them, or in the second
    worst = max(years, key=panel.totals.short.__getitem__)
    if frame is not None:
        views.append((worst, frame, words["zoom"].format(year=model.years[worst])))
    grid = lay_out(len(views), extent)
    marker = _SHAPES.get(stage.shape, "o")
    largest = max((place.value for at in years for place in places.schools_of(model, stage.id, at)), default=1.0)
    opened = False
    for axes, (at, seen, title) in zip(grid.maps, views, strict=True):
        _look_at(axes, seen)
        _fill(axes, model, panel, paths, at)
        _mark(axes, places.sites_of(model, stage.id), plane, **_SITE)
        schools = places.schools_of(model, stage.id, at)
        # where there are many, each is smaller
        most = 34 * min(1.0, 60 / max(len(schools), 1))
        sizes = [4 + most * place.value / largest for place in schools]
        _mark(axes, schools, plane, marker=marker, s=sizes, **_SCHOOL)
        projects = places.projects_of(model, stage.id, model.years[at])
        opened = opened or bool(projects)
        _mark(axes, projects, plane, **_PROJECT)
        axes.set_title(title, pad=3)
        # what is drawn again, larger, is named there
        hidden = frame if seen is extent else None
        marks = [*schools, *projects, *places.sites_of(model, stage.id)]
        _label(axes, coverage, panel, plane, seen, fonts=fonts, hidden=hidden, marks=marks)
        if seen is not extent:
            draw_scale(axes, seen, fonts=fonts)
        if frame is not None and at == worst and seen is extent:
            _draw_frame(axes, frame)
    rows = [Row(shade.label[fonts.language], fill=shade.colour) for shade in model.shades]
    if any(row[at] is None for row in panel.shade for at in years):
        rows.append(Row(words["no data"], fill="hatch"))
    rows.append(Row(words["school"], mark={"marker": marker, **_SCHOOL}))
    rows += [Row(words["project"], mark=_PROJECT)] if opened else []
    rows += [Row(words["site"], mark=_SITE)] if places.sites_of(model, stage.id) else []
    _close(grid, rows, model, extent, fonts, heading=words["utilisation"])
    return grid.figure


def draw_layout(model: MapModel, fonts: Fonts) -> Figure:
    """
    Draw where the proposals of all stages are, by kind, with the year in which they open, and the candidate sites.

    Where all proposals lie in a small part of the area, only that is drawn.
    """
    plane, extent = shapes.plane_of(model)
    words = {name: text[fonts.language] for name, text in WORDS.items()}
    actions = places.building_actions(model)
    spots = plane.place(np.array([a.lon for a in actions]), np.array([a.lat for a in actions]))
    extent = shapes.part(spots, extent) or extent
    grid = lay_out(len(model.stages), extent)
    for axes, stage in zip(grid.maps, model.stages, strict=True):
        coverage = coverage_of(model, stage.id)
        _look_at(axes, extent)
        _ground(axes, shapes.outlines(coverage, plane))
        _mark(axes, places.sites_of(model, stage.id), plane, **_SITE)
        mine = [action for action in actions if action.stage == stage.id]
        for kind, marker in KINDS.items():
            at = [places.Place(a.lon, a.lat, a.opens or 0) for a in mine if a.kind == kind]
            _mark(axes, at, plane, marker=marker, **_PROPOSAL)
        _years(axes, mine, coverage, plane, extent, fonts=fonts)
        axes.set_title(labels.shown(stage.label[fonts.language], stage.id, fonts), pad=3)
    found = {action.kind for action in actions}
    rows = [
        Row(PROPOSALS[kind][fonts.language], mark={"marker": marker, **_PROPOSAL})
        for kind, marker in KINDS.items()
        if kind in found
    ]
    rows += [Row(words["site"], mark=_SITE)] if places.sites_of(model) else []
    rows += [Row(words["first opening"])] if actions else []
    _close(grid, rows, model, extent, fonts, heading=words["layout title"])
    return grid.figure


def footer(model: MapModel, fonts: Fonts) -> str:
    """Return what stands below every map: sources, review number, what the outlines are, and whether it is invented."""
    words = {name: text[fonts.language] for name, text in WORDS.items()}
    names = dict.fromkeys(
        f"{source.publisher} ({source.licence})" if source.licence else source.publisher for source in model.sources
    )
    texts = (" ".join(visible(name).split()) for name in names)
    listed = _as_many_as_fit([name for name in texts if name and fonts.has(name)], language=fonts.language)
    review = words["review"].format(number=visible(model.map_review_no)) if model.map_review_no else words["no review"]
    parts = (words["synthetic"] if model.synthetic else "", review, words["outlines"])
    source = words["source"].format(names=listed) if listed else ""
    return "\n".join(line for line in (source, " · ".join(part for part in parts if part)) if line)


def _as_many_as_fit(names: Sequence[str], *, language: str) -> str:
    """List names whole, in two lines at most, and say how many more there are."""
    comma = {"en": "; ", "zh": "；"}[language]
    for count in range(len(names), 0, -1):
        rest = WORDS["more sources"][language].format(count=len(names) - count) if count < len(names) else ""
        parts = [*(f"{name}{comma}" for name in names[: count - 1]), f"{names[count - 1]}{rest}"]
        lines = [""]
        for part in parts:
            if lines[-1] and display_width(lines[-1] + part) > _FOOTER_WIDTH:
                lines.append("")
            lines[-1] += part
        if len(lines) <= _FOOTER_LINES and all(display_width(line) <= _FOOTER_WIDTH for line in lines):
            return "\n".join(line.rstrip() for line in lines)
    return within(names[0], _FOOTER_WIDTH) if names else ""


def _title(model: MapModel, at: int, reasons: Sequence[str], fonts: Fonts) -> str:
    """Say which year it is and why it is shown."""
    why = {"en": "; ", "zh": "、"}[fonts.language].join(WORDS[reason][fonts.language] for reason in reasons)
    return WORDS["year"][fonts.language].format(year=model.years[at], why=why)


def _look_at(axes: Axes, extent: shapes.Extent) -> None:
    axes.set_aspect("equal", adjustable="box")
    axes.set_xlim(extent.left, extent.right)
    axes.set_ylim(extent.bottom, extent.top)


def _frame(coverage: Coverage, panel: Panel, plane: shapes.Plane, extent: shapes.Extent) -> shapes.Extent | None:
    """Return the part of the area that holds all that is short, if it is small."""
    short = {rank.catchment for rank in panel.ranking}
    bounds = np.array([place.bounds for place in coverage.catchments if place.id in short]).reshape(-1, 4)
    return shapes.part(plane.place(bounds[:, [0, 2]].ravel(), bounds[:, [1, 3]].ravel()), extent)


def _draw_frame(axes: Axes, frame: shapes.Extent) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    look: dict[str, Any] = {"fill": False, "edgecolor": colours.INK, "linewidth": 1.2, "zorder": 9}
    axes.add_patch(Rectangle((frame.left, frame.bottom), frame.width, frame.height, **look))


def _fill(axes: Axes, model: MapModel, panel: Panel, paths: Sequence[Path], at: int) -> None:
    """Colour the catchments by their class, and hatch those that have none."""
    from matplotlib.collections import PathCollection  # noqa: PLC0415

    shades = [row[at] for row in panel.shade]
    known = [(path, model.shades[shade].colour) for path, shade in zip(paths, shades, strict=True) if shade is not None]
    other = [path for path, shade in zip(paths, shades, strict=True) if shade is None]
    line: dict[str, Any] = {"linewidths": 0.5 if len(paths) < 200 else 0.2, "zorder": 2}
    if known:
        faces = [colour for _, colour in known]
        fill = PathCollection([path for path, _ in known], facecolors=faces, edgecolors=colours.INK, **line)
        axes.add_collection(fill, autolim=False)
    if other:
        hatched = PathCollection(other, facecolors=colours.WHITE, edgecolors=colours.NOTHING, hatch="/////", **line)
        axes.add_collection(hatched, autolim=False)


def _ground(axes: Axes, paths: Sequence[Path]) -> None:
    from matplotlib.collections import PathCollection  # noqa: PLC0415

    look: dict[str, Any] = {"facecolors": colours.GROUND, "edgecolors": colours.MUTED, "linewidths": 0.4, "zorder": 2}
    axes.add_collection(PathCollection(paths, **look), autolim=False)


def _mark(axes: Axes, marks: Sequence[places.Place], plane: shapes.Plane, **look: Any) -> None:  # noqa: ANN401
    if marks:
        points = plane.place(np.array([m.lon for m in marks]), np.array([m.lat for m in marks]))
        axes.scatter(points[:, 0], points[:, 1], **look)


def _label(
    axes: Axes,
    coverage: Coverage,
    panel: Panel,
    plane: shapes.Plane,
    extent: shapes.Extent,
    *,
    fonts: Fonts,
    hidden: shapes.Extent | None,
    marks: Sequence[places.Place],
) -> None:
    """Name catchments, those shortest of seats first, beside marks, where no other name is hidden; none in `hidden`."""
    ranks = {rank.catchment: n for n, rank in enumerate(panel.ranking)}
    order = sorted(coverage.catchments, key=lambda c: (ranks.get(c.id, len(ranks)), c.id))[:_LABELS]
    points = plane.place(np.array([c.anchor[0] for c in order]), np.array([c.anchor[1] for c in order]))
    texts = [labels.broken(labels.shown(c.name, c.id, fonts)) for c in order]
    seen = [n for n, (x, y) in enumerate(points) if hidden is None or not hidden.holds(x, y)]
    spots = plane.place(np.array([m.lon for m in marks]), np.array([m.lat for m in marks]))
    labels.write_labels(axes, points[seen], [texts[n] for n in seen], extent, fonts=fonts, marks=spots)


def _years(
    axes: Axes,
    actions: Sequence[Action],
    coverage: Coverage,
    plane: shapes.Plane,
    extent: shapes.Extent,
    *,
    fonts: Fonts,
) -> None:
    """Write the year of opening above each proposal, where there is room, then the names of the catchments."""
    openings = sorted((a.opens, a.lon, a.lat) for a in actions if a.opens)
    names = sorted(coverage.catchments, key=lambda c: c.id)[:_LABELS]
    lon = [lon for _, lon, _ in openings] + [c.anchor[0] for c in names]
    lat = [lat for _, _, lat in openings] + [c.anchor[1] for c in names]
    points = plane.place(np.array(lon), np.array(lat))
    # above the mark, and a name below one
    points[: len(openings), 1] += 0.032 * extent.height
    points[len(openings) :, 1] -= 0.035 * extent.height
    texts = [str(opens) for opens, _, _ in openings]
    texts += [labels.broken(labels.shown(c.name, c.id, fonts)) for c in names]
    labels.write_labels(axes, points, texts, extent, fonts=fonts, size=5.4)


def _close(
    grid: Grid,
    rows: Sequence[Row],
    model: MapModel,
    extent: shapes.Extent,
    fonts: Fonts,
    *,
    heading: str,
) -> None:
    """Draw the legend with north and scale beside the maps, and the footer below them."""
    first = grid.maps[0]
    # only now is it known how much of its cell a map of this shape fills
    first.apply_aspect()
    km_per_cm = extent.width / (first.get_position().width * canvas.WIDTH_CM)
    draw_legend(grid.legend, rows, heading=heading, km_per_cm=km_per_cm, width_km=extent.width, fonts=fonts)
    look: dict[str, Any] = {"fontsize": 6, "color": colours.MUTED, "va": "bottom", "linespacing": 1.4}
    grid.figure.text(0.0, 0.004, footer(model, fonts), **look)
