"""Texts of the user's as they can be drawn: on one line or two, never in a font that lacks their characters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap.output import colours
from schoolmap.output.figures import canvas
from schoolmap.output.figures import shapes
from schoolmap.output.figures.fonts import LATIN
from schoolmap.output.text import display_width
from schoolmap.output.text import visible
from schoolmap.output.text import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from schoolmap.output.figures.fonts import Fonts

_LONGEST, _LINE = 28, 13
"""Widths in Latin letters: of a name, and of the line that it is broken into."""
_LETTER_CM = 0.1
"""Half the width of a Chinese character of a label on paper; a line is twice as high."""
_WIDE, _NARROW = 1.18, 1.04
"""Width of a Latin letter by that half: of `LATIN`, and of fonts that have Chinese characters too."""
_SIZE = 5.8
_MARK_CM = 0.11
"""From the middle of a mark to its edge."""


def shown(name: str, code: str, fonts: Fonts) -> str:
    """
    Return a name as one line; its code where no font has its characters, `?` where none has those either.

    Examples
    --------
    >>> from schoolmap.output.figures.fonts import Fonts
    >>> latin = Fonts(families=("DejaVu Sans",), language="en", characters=frozenset("Mil Road01"))
    >>> shown("Mill  Road", "01", latin), shown("磨坊路", "01", latin)
    ('Mill Road', '01')
    """
    text = " ".join(visible(name).split())
    if fonts.has(text):
        return within(text, _LONGEST)
    return code if fonts.has(code) else "?"


def broken(text: str) -> str:
    r"""
    Break a long name into two lines: at the space nearest to its middle, or in the middle of Chinese.

    Examples
    --------
    >>> broken("Brunnenstraße 0118")
    'Brunnenstraße\n0118'
    """
    if display_width(text) <= _LINE + 2:
        return text
    middle = len(text) / 2
    spaces = [at for at, character in enumerate(text) if character == " "]
    if spaces:
        at = min(spaces, key=lambda at: abs(at - middle))
        return f"{text[:at]}\n{text[at + 1 :]}"
    at = (len(text) + 1) // 2
    return f"{text[:at]}\n{text[at:]}" if display_width(text) > len(text) else text


def write_labels(
    axes: Axes,
    points: NDArray[np.float64],
    texts: Sequence[str],
    extent: shapes.Extent,
    *,
    fonts: Fonts,
    size: float = _SIZE,
    marks: NDArray[np.float64] | None = None,
) -> None:
    """Write labels, the most important first, wherever no other label is hidden; above or below marks that they would hide."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    box = axes.get_position()
    scale = extent.width / (box.width * canvas.WIDTH_CM)
    letter = _LETTER_CM * size / _SIZE * scale
    latin = _WIDE if fonts.families[0] == LATIN else _NARROW
    sizes = [(letter * _width(text, latin), letter * 2.2 * (1 + text.count("\n"))) for text in texts]
    halo = [withStroke(linewidth=1.2, foreground=colours.WHITE)]
    taken = np.empty((0, 2)) if marks is None else marks
    found = shapes.free_places(points, sizes, inside=extent, marks=taken, around=_MARK_CM * scale)
    for text, place in zip(texts, found, strict=True):
        if place is not None:
            look: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 8, "linespacing": 1.0}
            axes.text(*place, text, fontsize=size, path_effects=halo, **look)


def _width(text: str, latin: float) -> float:
    """Return the width of the longest line in halves of a Chinese character; `latin` is that of a Latin letter."""
    lines = text.split("\n")
    # a line of n signs, w wide: w - n of them are Chinese
    return max(2 * (display_width(line) - len(line)) + latin * (2 * len(line) - display_width(line)) for line in lines)
