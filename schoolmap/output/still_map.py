"""A small map without scripts: one stage in one year as a drawing, for a viewer that runs none."""

from __future__ import annotations

import html as markup
import math
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.output.colours import OUTLINE
from schoolmap.output.colours import WHITE
from schoolmap.output.colours import contrasting_ink
from schoolmap.output.languages import lang_of
from schoolmap.output.languages import spoken
from schoolmap.output.numbers import printed
from schoolmap.output.words import in_language
from schoolmap.output.words import number
from schoolmap.seats.warnings import LEAST_SHORT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from schoolmap.output.model import Catchment
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel
    from schoolmap.output.model import Ring

WIDTH = 640
"""Pixels; outlines are told in whole ones."""
MOST_NAMES = 60
"""More catchments than this are told apart by their outlines only."""

Places = tuple[float, float, float, float]
"""Longitude and latitude of the upper left corner, and pixels to a degree of each."""

WORDS = {
    "en": {
        "title": "{stage}, {year}: use of seats",
        "desc": "Map of {n} catchments by use of seats = demand ÷ seats (central projection). Most short: {worst}.",
        "calm": "Map of {n} catchments by use of seats = demand ÷ seats (central projection). None is short of seats.",
        "none": "no seats, no children",
    },
    "zh": {
        "title": "{stage} {year} 年学位利用率",
        "desc": "{n} 个片区的学位利用率（需求 ÷ 学位，中间值）。缺口最大：{worst}。",
        "calm": "{n} 个片区的学位利用率（需求 ÷ 学位，中间值）。没有片区缺学位。",
        "none": "无学位且无学龄儿童",
    },
}


def still_map(model: MapModel, *, language: str) -> str:
    """
    Return a drawing of the first stage in the year in which it is shortest of seats, with its legend.

    Parameters
    ----------
    model
        The plan.
    language
        `en` or `zh`.

    Returns
    -------
    figure
        A `figure` element; every text in it is escaped. Empty where there is
        nothing to draw.
    """
    stage = next(iter(model.stages), None)
    panel = next((item for item in model.panels if stage is not None and item.stage == stage.id), None)
    cover = next((item for item in model.coverages if stage is not None and item.id == stage.coverage), None)
    if stage is None or panel is None or cover is None or not cover.catchments:
        return ""
    words, at = WORDS[language], worst_year(panel)
    heading = words["title"].format(stage=in_language(stage.label, language), year=model.years[at])
    shaded = [row[at] for row in panel.shade]
    places, height = _places(cover.catchments)
    colours = [WHITE if shade is None else model.shades[shade].colour for shade in shaded]
    shapes = "\n".join(
        f'<path fill="{colour}" d="{_outline(area, places)}">'
        f"{_element('title', _told(area, panel, place, at), language)}</path>"
        for place, (area, colour) in enumerate(zip(cover.catchments, colours, strict=True))
    )
    names = _names(cover.catchments, colours, places, language) if len(cover.catchments) <= MOST_NAMES else ""
    key = [(shade.colour, in_language(shade.label, language)) for shade in model.shades]
    if None in shaded:
        key.append((WHITE, words["none"]))
    return "\n".join(
        [
            "<figure>",
            (
                f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
                'aria-labelledby="still-title still-desc">'
            ),
            _element("title", heading, language, ' id="still-title"'),
            _element("desc", _description(model, panel, cover.catchments, at, words), language, ' id="still-desc"'),
            f'<g stroke="{OUTLINE}" stroke-width="1" fill-rule="evenodd">\n{shapes}\n</g>',
            f'<g font-size="11" text-anchor="middle">{names}</g>',
            "</svg>",
            f"<figcaption>{spoken(heading, language=language)} {_key(key, language)}</figcaption>",
            "</figure>",
        ]
    )


def worst_year(panel: Panel) -> int:
    """Return the place of the year with most seats short, the first of several."""
    return max(range(len(panel.totals.short)), key=lambda at: (panel.totals.short[at], -at))


def _element(name: str, text: str, language: str, attributes: str = "") -> str:
    """Return an element of the drawing that holds a text, which may be in Chinese on an English page."""
    return f"<{name}{attributes}{lang_of(text, language=language)}>{markup.escape(text)}</{name}>"


def _description(model: MapModel, panel: Panel, areas: tuple[Catchment, ...], at: int, words: dict[str, str]) -> str:
    gaps = [(panel.demand[i][at] or 0.0) - (panel.seats[i][at] or 0.0) for i in range(len(areas))]
    order = sorted((i for i in range(len(areas)) if gaps[i] >= LEAST_SHORT), key=lambda i: -gaps[i])[:3]
    worst = ", ".join(f"{areas[i].name} −{number(gaps[i])}" for i in order)
    return words["desc" if worst else "calm"].format(n=len(areas), worst=worst, year=model.years[at])


def _told(area: Catchment, panel: Panel, place: int, at: int) -> str:
    use = panel.utilisation[place][at]
    return area.name if use is None else f"{area.name} {printed(use, 'share')}"


def _places(areas: Iterable[Catchment]) -> tuple[Places, int]:
    """Return how degrees become pixels, and the height: a degree of longitude is shorter away from the equator."""
    boxes = np.array([area.bounds for area in areas])
    west, south, east, north = boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()
    narrower = max(math.cos(math.radians((south + north) / 2)), 0.01)
    scale = (WIDTH - 8) / max(east - west, 1e-5)
    height = int(min((north - south) * scale / narrower + 8, 2 * WIDTH))
    return (float(west), float(north), float(scale), float(scale / narrower)), height


def _pixels(points: NDArray[np.float64], places: Places) -> NDArray[np.int64]:
    west, north, across, down = places
    shifted = (points - np.array([west, north])) * np.array([across, -down]) + 4
    rounded: NDArray[np.int64] = np.round(shifted).astype(np.int64)
    return rounded


def _outline(area: Catchment, places: Places) -> str:
    return "".join(_path(ring, places) for polygon in area.polygons for ring in polygon)


def _path(ring: Ring, places: Places) -> str:
    """Return one ring in whole pixels, each point told from the one before; what fell together is left out."""
    points = _pixels(np.cumsum(np.array(ring, dtype=float).reshape(-1, 2), axis=0) / 1e5, places)
    steps = np.diff(points, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if len(steps) < 2:
        return ""
    start = points[0]
    return f"M{start[0]} {start[1]}l" + " ".join(f"{dx} {dy}" for dx, dy in steps.tolist()) + "z"


def _names(areas: tuple[Catchment, ...], colours: list[str], places: Places, language: str) -> str:
    """Return the names of the catchments that are wide enough to hold them."""
    spots = _pixels(np.array([area.anchor for area in areas]), places).tolist()
    return "".join(
        _element("text", area.name, language, f' x="{x}" y="{y}" fill="{contrasting_ink(colour)}"')
        for area, colour, (x, y) in zip(areas, colours, spots, strict=True)
        if _width(area.name) <= (area.bounds[2] - area.bounds[0]) * places[2]
    )


def _width(text: str) -> float:
    """Return about how wide a text of 11 pixels is: a Chinese sign is as wide as it is high."""
    return sum(11.0 if unicodedata.east_asian_width(sign) in "WF" else 6.2 for sign in text)


def _key(rows: list[tuple[str, str]], language: str) -> str:
    return " ".join(
        '<svg width="16" height="11" aria-hidden="true"><rect x="0.5" y="0.5" width="15" height="10" '
        f'fill="{colour}" stroke="{OUTLINE}"/></svg> {spoken(label, language=language)}'
        for colour, label in rows
    )
