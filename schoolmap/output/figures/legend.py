"""The legend of a map: what colours and marks mean, in words, with a scale bar and an arrow to the north."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from schoolmap.output import colours
from schoolmap.output.figures import canvas
from schoolmap.output.figures import shapes
from schoolmap.output.figures.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from schoolmap.output.figures.fonts import Fonts

_LINE_CM, _LEFT_CM, _TEXT_CM, _COLUMN_CM = 0.44, 0.25, 0.75, 5.6
_HATCH: dict[str, Any] = {"facecolor": colours.WHITE, "edgecolor": colours.NOTHING, "hatch": "/////"}


class Row(NamedTuple):
    """A line of a legend: a fill (a colour, or `hatch`) or a mark, and what it means."""

    text: str
    fill: str | None = None
    mark: Mapping[str, Any] | None = None


def draw_legend(
    axes: Axes,
    rows: Sequence[Row],
    *,
    heading: str,
    km_per_cm: float,
    width_km: float,
    fonts: Fonts,
) -> None:
    """
    Draw a legend into an empty cell; in a wide one, its lines are in columns and the scale is at the right.

    Parameters
    ----------
    axes
        The cell.
    rows
        Its lines, from above.
    heading
        What the colours show.
    km_per_cm, width_km
        Scale of the maps beside it and their width, for the scale bar.
    fonts
        Fonts and language of the words.
    """
    box = axes.get_position()
    inches = axes.get_figure(root=True).get_size_inches()  # type: ignore[union-attr]
    width, height = box.width * inches[0] * canvas.CM_PER_INCH, box.height * inches[1] * canvas.CM_PER_INCH
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    columns = 2 if width > 2 * _COLUMN_CM else 1
    a_column = -(-len(rows) // columns)
    # beside the lines in a strip, below them in a cell
    scale_height = 0.0 if columns > 1 else 1.5
    line = min(_LINE_CM, (height - 0.7 - scale_height) / (a_column + 0.3))
    top = height - 0.35
    axes.text(_LEFT_CM, top, heading, fontsize=8, fontweight="bold", va="center")
    for n, row in enumerate(rows):
        left = _LEFT_CM + (n // a_column) * _COLUMN_CM
        _draw_row(axes, row, left, top - line * (n % a_column + 1.1))
    bar = (_LEFT_CM + 2 * _COLUMN_CM, top - 1.4) if columns > 1 else (_LEFT_CM, top - line * (a_column + 1) - 0.9)
    _scale_bar(axes, *bar, km_per_cm=km_per_cm, width_km=width_km, fonts=fonts)
    _north(axes, width - 0.7, bar[1], fonts=fonts)


def draw_scale(axes: Axes, extent: shapes.Extent, *, fonts: Fonts) -> None:
    """Draw a scale bar into the lower left of a map that is enlarged."""
    km = shapes.scale_length(extent.width)
    x, y = extent.left + 0.04 * extent.width, extent.bottom + 0.05 * extent.height
    axes.plot([x, x + km], [y, y], color=colours.INK, linewidth=2.2, solid_capstyle="butt", zorder=9)
    look: dict[str, Any] = {"fontsize": 6.5, "va": "bottom", "zorder": 9, "color": colours.INK}
    box = {"facecolor": colours.WHITE, "edgecolor": "none", "pad": 0.8}
    axes.text(x, y + 0.015 * extent.height, _length(km, fonts), bbox=box, **look)


def _length(km: float, fonts: Fonts) -> str:
    return WORDS["kilometres" if km >= 1 else "metres"][fonts.language].format(km=km, m=km * 1000)


def _draw_row(axes: Axes, row: Row, x: float, y: float) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    if row.fill is not None:
        look: dict[str, Any] = _HATCH if row.fill == "hatch" else {"facecolor": row.fill, "edgecolor": colours.INK}
        axes.add_patch(Rectangle((x, y - 0.13), 0.5, 0.26, linewidth=0.5, **look))
    if row.mark is not None:
        axes.scatter([x + 0.25], [y], **{"s": 26, **row.mark})
    axes.text(x + _TEXT_CM, y, row.text, fontsize=7, va="center")


def _scale_bar(axes: Axes, x: float, y: float, *, km_per_cm: float, width_km: float, fonts: Fonts) -> None:
    """Draw a bar of a round length in two halves, dark and light."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    km = shapes.scale_length(width_km)
    half = km / km_per_cm / 2
    for n, colour in enumerate((colours.INK, colours.WHITE)):
        place = (x + n * half, y)
        axes.add_patch(Rectangle(place, half, 0.12, facecolor=colour, edgecolor=colours.INK, linewidth=0.5))
    axes.text(x, y - 0.12, "0", fontsize=6.5, ha="center", va="top")
    axes.text(x + 2 * half, y - 0.12, _length(km, fonts), fontsize=6.5, ha="center", va="top")


def _north(axes: Axes, x: float, y: float, *, fonts: Fonts) -> None:
    """Draw an arrow upwards: maps are north up."""
    axes.annotate(
        WORDS["north"][fonts.language],
        xy=(x, y + 0.75),
        xytext=(x, y - 0.1),
        ha="center",
        va="top",
        fontsize=7,
        arrowprops={"arrowstyle": "-|>", "color": colours.INK, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0},
    )
