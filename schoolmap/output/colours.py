"""The colours of every product: one palette on paper and on the screen, and the ink that can be read on any of them."""

from __future__ import annotations

INK, WHITE, MUTED, HAIRLINE = "#1b1f23", "#ffffff", "#57606a", "#d8d5cd"
"""Text, paper, what stands back, and fine lines."""
GROUND, HEAD = "#f3f1ec", "#efedf3"
"""A map without classes, and the heads of tables."""
DEMAND, SEATS, ACTION = "#b35806", "#5e3c99", "#7f2704"
"""Seats needed, seats there are, and what is proposed."""
SHORT = "#fdb863"
"""Seats short, as columns."""
NOTHING = "#b9b6ae"
"""Hatching where there are neither seats nor children."""
OUTLINE = "#6b727a"
"""Outlines of a small drawing."""


def contrasting_ink(colour: str) -> str:
    """
    Return the text colour, dark or white, that is easier to read on `colour`.

    Examples
    --------
    >>> contrasting_ink("#5e3c99"), contrasting_ink("#fdb863")
    ('#ffffff', '#1b1f23')
    """

    def contrast(ink: str) -> float:
        dark, light = sorted((_luminance(ink), _luminance(colour)))
        return (light + 0.05) / (dark + 0.05)

    return max(INK, WHITE, key=contrast)


def _luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` as WCAG defines it, in [0, 1]."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
