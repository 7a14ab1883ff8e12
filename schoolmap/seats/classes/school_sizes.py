"""
Schools by their size: too large, too small, and how many pupils, classes and boarders they have room for.

A flag is missing where what decides it is not known: no enrolment is not an
empty school.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.seats.classes.limits import limit_by_label
from schoolmap.seats.classes.school_types import SECTION
from schoolmap.seats.classes.school_types import section_roles
from schoolmap.seats.classes.school_types import shipped_codes
from schoolmap.seats.classes.school_types import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from schoolmap.seats.classes.school_types import SchoolCodes
    from schoolmap.standards.schema import StageStandard

    Floats = NDArray[np.float64]


def size_flags(
    sections: pd.DataFrame,
    schools: pd.DataFrame,
    *,
    standards: Mapping[str, StageStandard],
    stages: Sequence[str],
    codes: SchoolCodes | None = None,
) -> pd.DataFrame:
    """
    Flag schools that are too large or too small.

    Parameters
    ----------
    sections
        By (school, stage), with `enrolment` and `classes`, and perhaps `rooms_of`.
    schools
        By school, perhaps with `type`, `main_school` and `urban_rural`.
    standards
        By stage.
    stages
        Stages whose pupils are counted together: the compulsory ones.
    codes
        What types and classes of town and country mean; those of
        `shipped_codes` if left out.

    Returns
    -------
    flags
        One row per school with any of the stages. Classes that are attached to
        it and have a code of their own (`main_school`) are counted with it.
          - `pupils`, `classes` - of these stages; missing if one is not known
          - `stages` - of its own, attached ones not counted
          - `all_through` - whether these are several (一贯制)
          - `most_pupils` - the limit for it; missing where there is none
          - `oversize` - more pupils than that (超规模学校)
          - `too_many_classes` - more classes than `max_classes` in one of the stages
          - `rural`, and `small` - rural and below `small_below` (小规模学校)
          - `teaching_point`, and `excluded` - a teaching point below
            `excluded_below`, which is left out of the resource indicators
          - `attached` - attached classes whose host is not told
        Flags are missing where not known; where the standard has no such
        figure, they are false.

    Raises
    ------
    LabelError
        If a section is of a school, or attached classes are of a main school,
        that is not there, or a stage has no standard.

    Examples
    --------
    >>> from schoolmap.standards.schema import Figure, StageStandard
    >>> most = Figure(value=2000, document="example", confidence="assumption")
    >>> school = pd.DataFrame({"type": ["211"]}, index=["a"])
    >>> labels = pd.MultiIndex.from_tuples([("a", "primary")], names=SECTION)
    >>> section = pd.DataFrame({"enrolment": [2001.0], "classes": [45.0]}, index=labels)
    >>> flags = size_flags(section, school, standards={"primary": StageStandard(max_pupils=most)}, stages=["primary"])
    >>> bool(flags.loc["a", "oversize"])
    True
    """
    known = shipped_codes() if codes is None else codes
    lacking = [stage for stage in stages if stage not in standards]
    if lacking:
        msg = f"There is no standard of the stage {lacking[0]!r}."
        raise LabelError(msg)
    role = section_roles(sections, schools, codes=known)
    here = sections.index.get_level_values("stage").isin(list(stages))
    chosen, guest = sections[here], (role[here] == "attached").to_numpy()
    host = _hosts(chosen.index.get_level_values("school"), schools, known)
    index = schools.index[np.bincount(schools.index.get_indexer(host), minlength=len(schools)) > 0].rename("school")
    cell = (index.get_indexer(host), pd.Index(list(stages)).get_indexer(chosen.index.get_level_values("stage")))
    shape = (len(index), len(stages))
    pupils, classes = (_table(chosen[name].to_numpy(dtype=float), cell, shape) for name in ("enrolment", "classes"))
    own = _table((~guest).astype(float), cell, shape) > 0
    # classes without a known host have only themselves
    own |= ~own.any(axis=1, keepdims=True) & (_table(np.ones(len(chosen)), cell, shape) > 0)

    def least(name: str) -> Floats:
        """Return the smallest figure of a school's own stages; infinite where there is none."""
        figures = [getattr(standards[stage], name) for stage in stages]
        values = np.array([np.inf if figure is None else float(figure.value) for figure in figures])
        smallest: Floats = np.where(own, values, np.inf).min(axis=1, initial=np.inf)
        return smallest

    count = own.sum(axis=1)
    total = pupils.sum(axis=1)
    most = np.where(count > 1, least("max_pupils_all_through"), least("max_pupils"))
    type_role = text_of(schools, "type").reindex(index).map(dict(known.roles))
    place = text_of(schools, "urban_rural").reindex(index)
    rural = _flag(place.isin(list(known.rural)), place != "")
    point = _flag(type_role == "teaching_point", type_role.notna())
    few = [standards[stage].max_classes for stage in stages]
    ceiling = np.array([np.inf if figure is None else float(figure.value) for figure in few])
    crowded = (classes > ceiling).any(axis=1)
    settled = crowded | ~(np.isnan(classes) & np.isfinite(ceiling)).any(axis=1)
    flags = {
        "pupils": total,
        "classes": classes.sum(axis=1),
        "stages": count,
        "all_through": count > 1,
        "most_pupils": np.where(np.isfinite(most), most, np.nan),
        "oversize": _flag(total > most, ~np.isnan(total) | np.isinf(most)),
        "too_many_classes": _flag(crowded, settled),
        "rural": rural,
        "small": rural & _below(total, least("small_below")),
        "teaching_point": point,
        "excluded": point & _below(total, least("excluded_below")),
        "attached": (type_role == "attached").to_numpy(),
    }
    return pd.DataFrame(flags, index=index)


def capacity(classrooms: pd.Series, class_size: Mapping[str, float]) -> pd.Series:
    """
    Return the pupils that a school has room for: classrooms times the class size of their stage, added up.

    Parameters
    ----------
    classrooms
        By (school, stage); missing where not known.
    class_size
        Pupils of a class, by stage.

    Returns
    -------
    capacity
        By school, in pupils; missing where the classrooms of a stage are not known.

    Raises
    ------
    LabelError
        If a stage has no class size.

    Examples
    --------
    A nine-year school of 18 classes, two thirds of them primary.

    >>> rooms = pd.MultiIndex.from_product([["a"], ["primary", "junior"]], names=SECTION)
    >>> capacity(pd.Series([12.0, 6.0], index=rooms), {"primary": 45, "junior": 50}).to_dict()
    {'a': 840.0}
    """
    checks.require_unique_labels(classrooms.index, what="`classrooms`")
    checks.require_not_negative(classrooms, what="The number of classrooms")
    sizes = pd.Series(dict(class_size), dtype=float).rename_axis("stage")
    places = classrooms * limit_by_label(sizes, classrooms.index, what="class size")
    by_school = places.groupby(level="school")
    # a plain sum would read an unknown number of rooms as none
    return by_school.sum().mask(places.isna().groupby(level="school").any()).rename("capacity")


def usable_rooms(sections: pd.DataFrame) -> pd.DataFrame:
    """
    Take the rooms that attached classes use off their host.

    Parameters
    ----------
    sections
        By (school, stage), with `classrooms`, and where classes are attached
        `rooms_of` (the stage whose rooms they use) and `classes`. They use the
        `classrooms` that they list, or else one for each class.

    Returns
    -------
    rooms
        On the index of `sections`:
          - `listed` - rooms of the section's own; an attached one has none
          - `lent` - of these, used by attached classes
          - `borrowed` - rooms of its host that an attached section uses
          - `usable` - `listed - lent + borrowed`: they add up to the rooms listed
        Missing where not known, also for the host of unknown classes.

    Raises
    ------
    LabelError
        If the host is not there, is the section itself, or is attached too.
    ValueError
        If more rooms are used than the host has.

    Examples
    --------
    >>> both = pd.MultiIndex.from_product([["a"], ["primary", "kindergarten"]], names=SECTION)
    >>> rooms = {"classrooms": [12.0, None], "classes": [11.0, 3.0], "rooms_of": ["", "primary"]}
    >>> usable_rooms(pd.DataFrame(rooms, index=both))["usable"].tolist()
    [9.0, 3.0]
    """
    checks.require_unique_labels(sections.index, what="The table of sections")
    for name in ("classrooms", "classes"):
        checks.require_not_negative(numbers_of(sections, name), what=f"The number of {name}")
    rooms = numbers_of(sections, "classrooms").to_numpy()
    stage_of_host = text_of(sections, "rooms_of")
    guest = (stage_of_host != "").to_numpy()
    host = pd.MultiIndex.from_arrays([sections.index.get_level_values("school"), stage_of_host], names=SECTION)
    own = pd.MultiIndex.from_arrays([sections.index.get_level_values(name) for name in SECTION], names=SECTION)
    at = own.get_indexer(host)
    lost = guest & ((at < 0) | guest[at])
    if lost.any():
        section, stage = own[lost][0], stage_of_host[lost].iloc[0]
        msg = (
            f"Section {section!r} uses the rooms of {stage!r}, which is no section of this school with rooms of its own. "
            "Name one in `rooms_of`, or leave it empty and list the section's own classrooms."
        )
        raise LabelError(msg)
    used = np.where(np.isnan(rooms), numbers_of(sections, "classes").to_numpy(), rooms)
    lent = np.zeros(len(sections))
    # a sum with an unknown number is unknown
    np.add.at(lent, at[guest], used[guest])
    listed, borrowed = np.where(guest, 0.0, rooms), np.where(guest, used, 0.0)
    short = np.flatnonzero(lent > listed)
    if len(short):
        first = short[0]
        msg = (
            f"Attached classes use {lent[first]:g} rooms of section {own[first]!r}, which has {listed[first]:g}. "
            "Correct its classrooms or the attached classes."
        )
        raise ValueError(msg)
    columns = {"listed": listed, "lent": lent, "borrowed": borrowed, "usable": listed - lent + borrowed}
    return pd.DataFrame(columns, index=sections.index)


def boarding_balance(sections: pd.DataFrame) -> pd.DataFrame:
    """
    Compare boarding places with boarders, section by section; spare beds of one do not help another.

    Parameters
    ----------
    sections
        With `boarding` (places) and `boarders`.

    Returns
    -------
    balance
        On the index of `sections`: `places`, `boarders`, `short` (boarders
        without a bed) and `spare` (empty beds); the last two are missing where
        either number is not known.

    Examples
    --------
    >>> known = pd.DataFrame({"boarding": [100.0, 80.0, None], "boarders": [120.0, 50.0, 10.0]}, index=list("abc"))
    >>> boarding_balance(known)[["short", "spare"]].values.tolist()
    [[20.0, 0.0], [0.0, 30.0], [nan, nan]]
    """
    places, boarders = numbers_of(sections, "boarding"), numbers_of(sections, "boarders")
    for what, values in (("The number of boarding places", places), ("The number of boarders", boarders)):
        checks.require_not_negative(values, what=what)
    gap = boarders - places
    columns = {"places": places, "boarders": boarders, "short": gap.clip(lower=0), "spare": (-gap).clip(lower=0) + 0.0}
    return pd.DataFrame(columns, index=sections.index)


def numbers_of(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of numbers; missing where the table does not have it."""
    return table.reindex(columns=[name])[name].astype(float)


def _hosts(school: pd.Index, schools: pd.DataFrame, codes: SchoolCodes) -> pd.Index:
    """Return the school that each section is counted with: of attached classes, their main school."""
    main = text_of(schools, "main_school")
    attached = text_of(schools, "type").map(dict(codes.roles)) == "attached"
    hosted = main[attached & (main != "")]
    lost = ~hosted.isin(schools.index)
    if lost.any():
        label = hosted.index[lost][0]
        msg = f"Attached classes {label!r} belong to the main school {hosted[label]!r}, which is not there."
        raise LabelError(msg)
    own = pd.Series(schools.index, index=schools.index, dtype=object)
    own[hosted.index] = hosted
    hosts: pd.Index = pd.Index(own.reindex(school))
    return hosts


def _table(values: Floats, cell: tuple[Any, Any], shape: tuple[int, int]) -> Floats:
    """Add up values by school and stage; unknown if one of them is."""
    table = np.zeros(shape)
    np.add.at(table, cell, values)
    return table


def _flag(true: Any, known: Any) -> pd.arrays.BooleanArray:  # noqa: ANN401
    """Return yes, no, or not known."""
    return pd.arrays.BooleanArray(np.asarray(true, dtype=bool), ~np.asarray(known, dtype=bool))


def _below(pupils: Floats, limit: Floats) -> pd.arrays.BooleanArray:
    """Say whether there are fewer pupils than a limit; nobody is below one that is not there."""
    there = np.isfinite(limit)
    return _flag(there & (pupils < limit), ~there | ~np.isnan(pupils))
