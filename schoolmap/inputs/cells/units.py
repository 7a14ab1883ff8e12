"""
Units that stand in a cell, in brackets behind a header, or in a row below it, and what they make of a number.

A unit is left out where it is the column's own, turned into it where a factor
does that exactly (万元 and 元, 亩 and 平方米), and refused where it counts
something else: 12 classes are not 12 seats.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import NamedTuple

from schoolmap.inputs.meanings import meaning_of
from schoolmap.tables import CONTRACTS
from schoolmap.tables import Kind

_MULTIPLES = {"百": 100, "千": 1000, "万": 10_000, "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 10**8}
_UNITS: dict[str, tuple[str, Fraction]] = {
    **dict.fromkeys(("人", "名", "位", "座", "对"), ("heads", Fraction(1))),
    **dict.fromkeys(("班", "个班", "个教学班"), ("classes", Fraction(1))),
    **dict.fromkeys(("间", "教室"), ("rooms", Fraction(1))),
    **dict.fromkeys(("套", "户"), ("homes", Fraction(1))),
    **dict.fromkeys(("所", "园"), ("schools", Fraction(1))),
    # classes of one grade, of which nobody knows how many grades there are
    "轨": ("tracks", Fraction(1)),
    "个": ("any", Fraction(1)),
    **dict.fromkeys(("m2", "平方米", "平米", "㎡"), ("m2", Fraction(1))),
    "亩": ("m2", Fraction(2000, 3)),
    "公顷": ("m2", Fraction(10_000)),
    "元": ("yuan", Fraction(1)),
    "%": ("share", Fraction(1, 100)),
    "‰": ("share", Fraction(1, 1000)),
    "年": ("years", Fraction(1)),
    "岁": ("ages", Fraction(1)),
    "月": ("months", Fraction(1)),
    "个月": ("months", Fraction(1)),
    "度": ("degrees", Fraction(1)),
    "°": ("degrees", Fraction(1)),
    "米": ("metres", Fraction(1)),
    "m": ("metres", Fraction(1)),
    **dict.fromkeys(("km/h", "kmh", "kph", "公里/小时", "千米/小时", "公里/时", "千米/时"), ("speed", Fraction(1))),
    "mph": ("speed", Fraction(1_609_344, 1_000_000)),
}
"""Dimension of each unit, and its size in the dimension's own."""
_OF_COLUMN: dict[str, tuple[str, Fraction]] = {
    "persons": ("heads", Fraction(1)),
    "seats": ("heads", Fraction(1)),
    "classes": ("classes", Fraction(1)),
    "rooms": ("rooms", Fraction(1)),
    "homes": ("homes", Fraction(1)),
    "m2": ("m2", Fraction(1)),
    "yuan": ("yuan", Fraction(1)),
    "10k": ("yuan", Fraction(10_000)),
    "months": ("months", Fraction(1)),
    "years": ("years", Fraction(1)),
    "degrees": ("degrees", Fraction(1)),
    "%": ("share", Fraction(1, 100)),
    "share": ("share", Fraction(1)),
    "kmh": ("speed", Fraction(1)),
}
"""Dimension and size of what a column counts, by its unit in `meanings`."""
_COUNTED = {"heads", "classes", "rooms", "homes"}
"""Dimensions of which 个 may be said."""
_IN_BRACKETS = re.compile(r"\(([^()]*)\)$")


class Unit(NamedTuple):
    """What a unit counts, and how many of the dimension's own units it is."""

    dimension: str
    size: Fraction


def parse_unit(text: str) -> Unit | None:
    """
    Read a unit; nothing if the text is none.

    Examples
    --------
    >>> parse_unit("（万元）"), parse_unit("单位:人").dimension, parse_unit("小学")
    (Unit(dimension='yuan', size=Fraction(10000, 1)), 'heads', None)
    """
    name = "".join(unicodedata.normalize("NFKC", text).split()).lower().removeprefix("单位").lstrip(":")
    name = name.removeprefix("(").removesuffix(")")
    if name in _UNITS:
        return Unit(*_UNITS[name])
    for prefix, multiple in _MULTIPLES.items():
        rest = name.removeprefix(prefix)
        if rest != name and rest in _UNITS:
            dimension, size = _UNITS[rest]
            return Unit(dimension, size * multiple)
    return None


def unit_in_header(header: str) -> Unit | None:
    """
    Return the unit in brackets at the end of a header.

    Examples
    --------
    >>> unit_in_header("占地面积（亩）").dimension, unit_in_header("学校(机构)标识码")
    ('m2', None)
    """
    found = _IN_BRACKETS.search(unicodedata.normalize("NFKC", header).strip())
    return parse_unit(found[1]) if found else None


def unit_of(table: str, column: str) -> Unit | None:
    """
    Return the unit of a contract's column; nothing where it has none.

    Examples
    --------
    >>> unit_of("schools", "land_m2").dimension, unit_of("projects", "investment_planned").size
    ('m2', Fraction(10000, 1))
    """
    if column in {"x", "y"}:
        return Unit("metres", Fraction(1))
    try:
        name = meaning_of(table, column).unit
    except KeyError:
        name = ""
    if name in _OF_COLUMN:
        return Unit(*_OF_COLUMN[name])
    spec = CONTRACTS[table].columns.get(column)
    return Unit("share", Fraction(1)) if spec is not None and spec.kind is Kind.SHARE else None


def factor(unit: Unit, of: Unit | None) -> Fraction | None:
    """
    Return by what a number in one unit is multiplied to be in another; nothing if they count different things.

    Parameters
    ----------
    unit
        In which the number is.
    of
        The column's own; a column without one takes any count as it is.

    Examples
    --------
    >>> factor(Unit("m2", Fraction(2000, 3)), Unit("m2", Fraction(1)))
    Fraction(2000, 3)
    >>> factor(Unit("classes", Fraction(1)), Unit("heads", Fraction(1))) is None
    True
    """
    if of is None:
        return unit.size if unit.dimension in {*_COUNTED, "any"} else None
    if unit.dimension == "any":
        return unit.size if of.dimension in _COUNTED else None
    return unit.size / of.size if unit.dimension == of.dimension else None
