"""What numbers, texts and outlines of the document are made of."""

from __future__ import annotations

Text = dict[str, str]
"""One sentence in English and Chinese: `{"en": ..., "zh": ...}`."""

Grid = tuple[tuple[float | None, ...], ...]
"""Numbers by catchment (outer) and year (inner); `None` where unknown."""

Ring = tuple[int, ...]
"""A ring as integers `lon0, lat0, dlon, dlat, ...` in 1e-5 degrees; the closing point is left out."""
