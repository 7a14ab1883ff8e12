"""One published value, and ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    One published value, and ours.

    Attributes
    ----------
    name
        What is computed, in a few words.
    published
        The value as published, or as an identity has it.
    ours
        The value that schoolmap computes.
    tolerance
        Largest absolute difference that passes: half a unit of the last
        published digit, or what rounding in the computer explains.
    source
        Where the published value is to be found.

    Examples
    --------
    >>> case = Case(name="a third", published=0.33, ours=1 / 3, tolerance=0.005, source="school")
    >>> round(case.difference, 4), case.passes
    (0.0033, True)
    """

    name: str
    published: float
    ours: float
    tolerance: float
    source: str

    @property
    def difference(self) -> float:
        """Ours less the published value."""
        return self.ours - self.published

    @property
    def passes(self) -> bool:
        """Whether the two agree; a missing value agrees with nothing."""
        return abs(self.difference) <= self.tolerance
