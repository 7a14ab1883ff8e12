"""Where on the page the maps of a figure and their legend lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schoolmap.output.figures import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from schoolmap.output.figures.shapes import Extent

_GAP_CM, _TITLE_CM, _FOOT_CM, _STRIP_CM = 0.25, 0.6, 1.0, 3.3
_TALLEST_CM, _LEAST_CM = 20.0, 4.4
_TALL = 1.6
"""Height by width from which all maps stand side by side."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A figure with cells for maps, and one for the legend: a cell like theirs, or a strip below them."""

    figure: Figure
    maps: tuple[Axes, ...]
    legend: Axes


def lay_out(count: int, extent: Extent) -> Grid:
    """
    Lay out `count` maps of an area's shape, two in a row, or all in one row where the area is narrow and high.

    The legend takes the cell that is left in the last row, else a strip below.
    """
    tall = extent.height / extent.width
    across = max(2, min(count, 4)) if tall > _TALL else 2
    strip = count % across == 0
    down = -(-count // across)
    below = _FOOT_CM + (_STRIP_CM if strip else 0)
    width = (canvas.WIDTH_CM - _GAP_CM * (across - 1)) / across
    height = max(min(width * tall, (_TALLEST_CM - below) / down - _TITLE_CM), _LEAST_CM)
    total = down * (height + _TITLE_CM) + below
    figure = canvas.new_figure(height_cm=total)

    def cell(n: int) -> Axes:
        left = (n % across) * (width + _GAP_CM) / canvas.WIDTH_CM
        bottom = 1 - (n // across + 1) * (height + _TITLE_CM) / total
        return figure.add_axes((left, bottom, width / canvas.WIDTH_CM, height / total))

    maps = tuple(cell(n) for n in range(count))
    legend = figure.add_axes((0, _FOOT_CM / total, 1, _STRIP_CM / total)) if strip else cell(count)
    for axes in (*maps, legend):
        axes.set_axis_off()
    return Grid(figure, maps, legend)
