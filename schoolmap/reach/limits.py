"""
How far school may be: the limits of the standard, for town and country, for younger and older pupils.

A limit in minutes is turned into metres at walking pace, unless the project
says that pupils of the country are driven.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

from schoolmap.inputs.checks.codes import urban_rural_group
from schoolmap.tables import AGE_BEFORE_GRADE

if TYPE_CHECKING:
    import pandas as pd

    from schoolmap.standards.schema import Figure
    from schoolmap.standards.schema import StageStandard

Place = Literal["urban", "rural"]
LOWER, UPPER = range(1, 4), range(4, 7)
"""Grades of the younger and of the older pupils of primary school (国办发〔2018〕27号)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """
    How far school may be for some children.

    Attributes
    ----------
    place
        `urban` (towns, 城区 and 镇区) or `rural` (乡村).
    ages
        Youngest and oldest age it is for, both counted.
    metres
        The way on foot; of a limit in minutes, what is walked in that time.
    minutes
        As the standard states it; `None` where it states metres.
    figure
        Where it stands.
    """

    place: Place
    ages: tuple[int, int]
    metres: float
    minutes: float | None
    figure: Figure
    whole_stage: bool = True

    def grades_text(self) -> dict[str, str]:
        """Return the grades it is for, as words; nothing where it is for the whole stage."""
        if self.whole_stage:
            return {"en": "", "zh": ""}
        low, high = (age - AGE_BEFORE_GRADE for age in self.ages)
        return {"en": f", grades {low}-{high},", "zh": f"{low}-{high}年级"}


def limits_of(standard: StageStandard | None, *, ages: tuple[int, int], walk_m_per_minute: float) -> tuple[Limit, ...]:
    """
    Return the limits that a standard sets for a stage; none where it sets none.

    Parameters
    ----------
    standard
        What the standard says of the stage. A limit in metres for the country
        goes before one in minutes.
    ages
        Youngest and oldest age of the stage, both counted.
    walk_m_per_minute
        Walking pace.

    Examples
    --------
    >>> from schoolmap.standards import load
    >>> found = limits_of(load("china").stages["primary"], ages=(6, 11), walk_m_per_minute=60.0)
    >>> [(limit.place, limit.ages, limit.metres) for limit in found]
    [('urban', (6, 11), 500), ('rural', (6, 8), 1800.0), ('rural', (9, 11), 2400.0)]
    """
    if standard is None:
        return ()
    found = []
    if standard.reach_m is not None:
        found.append(_in_metres("urban", ages, standard.reach_m))
    if standard.rural_reach_m is not None:
        found.append(_in_metres("rural", ages, standard.rural_reach_m))
        return tuple(found)
    for grades, figure in ((LOWER, standard.rural_minutes_lower), (UPPER, standard.rural_minutes_upper)):
        band = (max(grades[0] + AGE_BEFORE_GRADE, ages[0]), min(grades[-1] + AGE_BEFORE_GRADE, ages[1]))
        if figure is not None and band[0] <= band[1]:
            found.append(
                Limit(
                    place="rural",
                    ages=band,
                    metres=figure.value * walk_m_per_minute,
                    minutes=figure.value,
                    figure=figure,
                    whole_stage=band == ages,
                )
            )
    return tuple(found)


def _in_metres(place: Place, ages: tuple[int, int], figure: Figure) -> Limit:
    return Limit(place=place, ages=ages, metres=figure.value, minutes=None, figure=figure)


def places_of(classes: pd.Series) -> pd.Series:
    """
    Say of each area whether it is town or country.

    Parameters
    ----------
    classes
        `urban_rural` of each area: codes of the statistical return, or their names.

    Returns
    -------
    place
        `urban`, `rural`, or empty where the class is not known. Where no area
        states any class, all are `urban`.

    Examples
    --------
    >>> import pandas as pd
    >>> places_of(pd.Series(["111", "121", "220", ""])).tolist()
    ['urban', 'urban', 'rural', '']
    >>> places_of(pd.Series(["", ""])).tolist()
    ['urban', 'urban']
    """
    if (classes == "").all():
        return classes.where(classes != "", "urban").rename("place")
    words = {"urban": "urban", "town": "urban", "rural": "rural", None: ""}
    return classes.map(lambda code: words[urban_rural_group(str(code))]).rename("place")
