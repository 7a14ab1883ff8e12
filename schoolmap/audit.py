"""Both sides of every transfer: no child and no seat is lost."""

from __future__ import annotations

import pandas as pd

TOLERANCE = 1e-9
"""Largest relative difference between the two sides."""


class Audit:
    """Collects both sides of every transfer."""

    def __init__(self) -> None:
        self._lines: list[dict[str, object]] = []

    def compare(self, check: str, left: float, right: float, *, stage: str = "", detail: float = 0.0) -> None:
        """
        Note one check.

        Parameters
        ----------
        check
            What is compared, as a key of the products' words.
        left, right
            The two sides.
        stage
            Stage, and scenario after a space, that it is about.
        detail
            A share that is told beside it.
        """
        scale = max(abs(left), abs(right), 1.0)
        difference = left - right
        self._lines.append(
            {
                "check": check,
                "stage": stage,
                "left": left,
                "right": right,
                "difference": difference,
                "tolerance": TOLERANCE * scale,
                "holds": abs(difference) <= TOLERANCE * scale,
                "detail": detail,
            },
        )

    def table(self) -> pd.DataFrame:
        """
        Return one row per check.

        Examples
        --------
        >>> audit = Audit()
        >>> audit.compare("demand", 100.0, 100.0)
        >>> audit.compare("demand", 100.0, 99.0)
        >>> audit.table()["holds"].tolist()
        [True, False]
        """
        return pd.DataFrame(self._lines)
