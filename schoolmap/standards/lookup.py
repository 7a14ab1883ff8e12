"""
Ask standards a question: the largest class of a grade, the seats that residents call for.

Everything here reads a `Standards` and returns what it says, with the figures
that say it. What the standards do not say is `None`, missing or empty, never zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import fields
from typing import TYPE_CHECKING
from typing import get_args

import numpy as np
import pandas as pd

from schoolmap.errors import LabelError
from schoolmap.standards.schema import GRADES
from schoolmap.standards.schema import MIXED
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import Gives

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from schoolmap.standards.schema import ClassCap
    from schoolmap.standards.schema import SeatRule
    from schoolmap.standards.schema import StageStandard
    from schoolmap.standards.schema import Standards


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """
    What residents or homes call for in one stage, at least; `None` where no rule that holds gives it.

    The rules are leasts, so each number is the largest that any rule asks for.
    """

    seats: float | None
    classes: int | None
    """Classes of new seats at the class size of the standards, or of the one school that is asked for."""
    schools: int | None
    rules: tuple[SeatRule, ...]
    """Those that hold, with their documents."""


def cap_of(standard: StageStandard, *, grade: str, entered: int | None) -> Figure | None:
    """
    Return the most pupils that a class may have.

    The first cap that fits the grade and the year of entry holds; if none fits,
    the class size of the grade; if there is none, that of the stage.

    Parameters
    ----------
    standard
        What the standards say of the stage.
    grade
        `K1` to `K3`, `KM`, or `1` to `12`.
    entered
        Year whose autumn the class entered the stage in; `None` for a class of
        mixed ages, which only caps without years can hold for.

    Raises
    ------
    LabelError
        If there is no such grade.

    Examples
    --------
    In Furong, classes that entered primary school in 2017 keep 50 all the way
    up, and those of 2018 have 45.

    >>> from schoolmap.standards import load
    >>> primary = load("furong").stages["primary"]
    >>> [cap_of(primary, grade="5", entered=year).value for year in (2017, 2018)]
    [50, 45]
    """
    _require_grades([grade])
    fitting = (cap for cap in standard.caps if _fits(cap, grade, entered))
    return next(fitting, None) or _class_size(standard, grade)


def caps_grid(standard: StageStandard, *, grades: Sequence[str], years: Sequence[int]) -> pd.DataFrame:
    """
    Lay out the most pupils of a class by grade and school year.

    Parameters
    ----------
    standard
        What the standards say of the stage.
    grades
        All grades of the stage, youngest first: the first one entered in the
        year itself, the next one a year before, and so on. `KM` counts as none.
    years
        School years, by their autumn.

    Returns
    -------
    caps
        Index `grade`, columns `year`, in the order given; missing where the
        standards say nothing.

    Raises
    ------
    LabelError
        If a grade is unknown, or a grade or a year is there twice.

    Examples
    --------
    >>> from schoolmap.standards import load
    >>> caps_grid(load("furong").stages["junior"], grades=["7", "8", "9"], years=[2018, 2019, 2020])
    year   2018  2019  2020
    grade
    7      50.0  50.0  50.0
    8      55.0  50.0  50.0
    9      55.0  55.0  50.0
    """
    _require_grades(grades)
    index = pd.Index(np.array(grades, dtype=object), name="grade")
    columns = pd.Index(np.array(years, dtype=np.int64), name="year")
    for labels in (index, columns):
        if not labels.is_unique:
            twice = labels[labels.duplicated()][0]
            msg = f"`{labels.name}s` has {twice!r} twice. Give each once."
            raise LabelError(msg)
    mixed = np.asarray(index == MIXED)
    step = np.cumsum(~mixed) - 1
    entered = columns.to_numpy()[None, :] - step[:, None]
    sizes = [_class_size(standard, grade) for grade in grades]
    start = np.array([np.nan if size is None else float(size.value) for size in sizes])
    values = np.broadcast_to(start[:, None], entered.shape).copy()
    # the first cap that fits holds, so it is laid on last
    for cap in reversed(standard.caps):
        fits = np.isin(index, cap.grades) if cap.grades else np.ones(len(index), dtype=bool)
        late = np.asarray(entered >= (-math.inf if cap.entered_from is None else cap.entered_from))
        early = np.asarray(entered <= (math.inf if cap.entered_to is None else cap.entered_to))
        unbounded = cap.entered_from is None and cap.entered_to is None
        values[fits[:, None] & late & early & (unbounded | ~mixed[:, None])] = cap.value
    return pd.DataFrame(values, index=index, columns=columns)


def rules_for(
    standards: Standards,
    *,
    stage: str,
    place: str | None = None,
    gives: str | None = None,
) -> tuple[SeatRule, ...]:
    """
    Return the seat rules of a stage, in the order of the standards.

    Parameters
    ----------
    standards
        The standards.
    stage
        The stage.
    place
        Only the rules of this place, written as the standards write it.
    gives
        Only the rules that give this: `seats_per_thousand`, `classes`,
        `schools` or `people_per_school`.

    Raises
    ------
    LabelError
        If the standards know no such stage or place, or rules give no such thing: an answer without rules
        would look as if nothing were asked for.

    Examples
    --------
    >>> from schoolmap.standards import load
    >>> [rule.value for rule in rules_for(load("china"), stage="kindergarten", place="榆林市")]
    [6, 9, 12]
    """
    rules = standards.seat_rules
    _require_known("stage", stage, [*standards.stages, *(rule.stage for rule in rules)])
    if place is not None:
        _require_known("place", place, [rule.place for rule in rules])
    if gives is not None:
        _require_known("gives", gives, get_args(Gives))
    return tuple(
        rule for rule in rules if rule.stage == stage and place in {None, rule.place} and gives in {None, rule.gives}
    )


def classes_for(
    standards: Standards,
    *,
    place: str,
    stage: str,
    residents: float | None = None,
    homes: float | None = None,
) -> Provision:
    """
    Work out what a number of residents or homes calls for by the rules of a place.

    A rule holds from its lower bound on, counted, and ceases at its upper one.
    Seats per thousand become classes at the class size of the stage, rounded up.
    One school for so many people is asked for once they are that many: a
    remainder calls for none.

    Parameters
    ----------
    standards
        The standards.
    place
        Whose rules, written as the standards write it.
    stage
        The stage.
    residents, homes
        How many there will be. Rules that count the other of the two are left out.

    Raises
    ------
    LabelError
        If the standards know no such stage or place.
    ValueError
        If neither number is given, one is no count, or every rule of the place counts the other.

    Examples
    --------
    >>> from schoolmap.standards import load
    >>> china = load("china")
    >>> classes_for(china, place="榆林市", stage="kindergarten", homes=1000).classes
    9
    >>> asked = classes_for(china, place="汕头市龙湖区", stage="kindergarten", residents=4500)
    >>> asked.seats, asked.classes, asked.schools
    (180.0, 6, 1)
    >>> classes_for(china, place="湖南省", stage="junior", residents=29_999).schools is None
    True
    """
    counts = {"residents": residents, "homes": homes}
    for name, count in counts.items():
        if count is not None and not 0 <= count < math.inf:
            msg = f"`{name}` is a count, zero or above, got {count}."
            raise ValueError(msg)
    rules = rules_for(standards, stage=stage, place=place)
    if rules and all(counts[rule.per] is None for rule in rules):
        wanted = " or ".join(f"`{name}`" for name in sorted({rule.per for rule in rules}))
        msg = f"the rules of {place!r} for {stage!r} count {wanted}. Give that number."
        raise ValueError(msg)
    holding = tuple(rule for rule in rules if _holds(rule, counts[rule.per]))
    given = {
        gives: [_given(rule, counts[rule.per]) for rule in holding if rule.gives == gives] for gives in get_args(Gives)
    }
    seats = max(given["seats_per_thousand"], default=None)
    standard = standards.stages.get(stage)
    size = None if standard is None else standard.class_size
    classes = [*given["classes"], *([] if seats is None or size is None else [_up(seats / size.value)])]
    # one school for more people than there are calls for none
    schools = [count for count in (*given["schools"], *given["people_per_school"]) if count >= 1]
    return Provision(
        seats=seats,
        classes=None if not classes else _up(max(classes)),
        schools=None if not schools else math.floor(max(schools)),
        rules=holding,
    )


def figures_of(standards: Standards) -> dict[str, Figure]:
    """
    Return every figure by its place in the file.

    Entries of lists are named by their position, from 1, as faults name them.

    Examples
    --------
    >>> from schoolmap.standards import load
    >>> figures = figures_of(load("berlin"))
    >>> list(figures)[:4]
    ['levels.watch_from', 'levels.red_from', 'levels.surplus_below', 'stages.primary.class_size']
    >>> figures["stages.primary.class_size"].value
    24
    """
    return dict(_figures(standards, ""))


def _figures(part: object, where: str) -> list[tuple[str, Figure]]:
    if isinstance(part, Figure):
        return [(where, part)]
    if isinstance(part, dict):
        return [pair for key, item in part.items() for pair in _figures(item, f"{where}.{key}")]
    if isinstance(part, tuple):
        return [pair for place, item in enumerate(part, start=1) for pair in _figures(item, f"{where}[{place}]")]
    if not hasattr(part, "__dataclass_fields__"):
        return []
    dot = f"{where}." if where else ""
    return [pair for item in fields(part) for pair in _figures(getattr(part, item.name), f"{dot}{item.name}")]  # type: ignore[arg-type]


def _fits(cap: ClassCap, grade: str, entered: int | None) -> bool:
    if cap.grades and grade not in cap.grades:
        return False
    if cap.entered_from is None and cap.entered_to is None:
        return True
    return entered is not None and (cap.entered_from or entered) <= entered <= (cap.entered_to or entered)


def _class_size(standard: StageStandard, grade: str) -> Figure | None:
    return standard.class_size_by_grade.get(grade, standard.class_size)


def _holds(rule: SeatRule, count: float | None) -> bool:
    if count is None:
        return False
    return (rule.at_least is None or count >= rule.at_least) and (rule.below is None or count < rule.below)


def _given(rule: SeatRule, count: float | None) -> float:
    """Return what a rule that holds gives: seats, classes or schools."""
    of = 0.0 if count is None else count
    if rule.gives == "seats_per_thousand":
        return of * rule.value / 1000
    return math.floor(of / rule.value) if rule.gives == "people_per_school" else rule.value


def _up(number: float) -> int:
    # a hair above a whole number is the rounding of a product, not a class more
    return math.ceil(number - 1e-9)


def _require_grades(grades: Sequence[str]) -> None:
    for grade in grades:
        _require_known("grade", grade, GRADES)


def _require_known(what: str, label: str, known: Iterable[str]) -> None:
    """Raise if a label is unknown: an empty answer would look as if nothing were asked for."""
    listed = dict.fromkeys(known)
    if label not in listed:
        msg = f"there is no {what} {label!r} in the standards. Known are: {', '.join(listed) or 'none'}."
        raise LabelError(msg)
