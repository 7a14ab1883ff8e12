"""
Groups that stay whole, as numbers: who is of a group, where it may go, and what it costs there.

A group may only go where all of its pupils may go and where there are seats for
all of them. If it may be split all the same, each of its pupils paying what the
group pays on average, it is a flow problem again: its answer costs no more than
any plan that keeps the groups whole, and its prices say how far from it a plan is.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import LabelError
from schoolmap.optimize import counting
from schoolmap.optimize.counting import Offers
from schoolmap.optimize.prices import FAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.counting import Whole
    from schoolmap.optimize.flow import Problem
    from schoolmap.optimize.posing import Posed

    Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """
    Pupils who are of no group, and the groups.

    Attributes
    ----------
    free
        The problem of those who are of no group.
    relaxed
        The problem in which groups may be split: the rows of `free`, then one for each group and tier.
    part
        Group of each row of `relaxed` after those of `free`.
    names
        What the groups are called, in the order of the names as text.
    group, row, pupils
        By member, that is by group and row of pupils: which group, which row, and how many.
    size, without
        By group: pupils, and what they are charged without a seat.
    cost
        By group and school: what all of it pays there; `FAR` where it may not go.
    shared
        Whether there is any school where all of a group may go, however few seats it has.
    """

    free: Problem
    relaxed: Problem
    part: Whole
    names: pd.Index
    group: Whole
    row: Whole
    pupils: Whole
    size: Whole
    without: Whole
    cost: Whole
    shared: Mask


def group_up(posed: Posed, pupils: pd.Series, together: pd.Series) -> Groups:
    """
    Part the pupils of a problem into groups and those who are of none.

    Parameters
    ----------
    posed
        The problem of all pupils.
    pupils, together
        As in `assign_together`.

    Raises
    ------
    LabelError, MissingValueError, ValueError
        If a group names rows or more pupils than there are.
    """
    problem = posed.problem
    names, group, row, many = _members(posed, pupils, together)
    left = problem.pupils - np.bincount(row, weights=many, minlength=len(problem.pupils)).astype(np.int64)
    if (left < 0).any():
        first = posed.row[np.flatnonzero(left < 0)[0]]
        msg = (
            f"`together` counts {int(pupils.iloc[first] - left[left < 0][0])} pupils of {pupils.index[first]!r}, "
            f"but `pupils` has {pupils.iloc[first]:g} there. The pupils of groups are among `pupils`."
        )
        raise ValueError(msg)
    size = np.bincount(group, weights=many, minlength=len(names)).astype(np.int64)
    schools = problem.room.shape[1]
    price = _by_school(problem.offers, problem.area[row], schools)
    allowed = np.ones((len(names), schools), dtype=bool)
    np.logical_and.at(allowed, group, price < FAR)
    shared = np.asarray(allowed.any(axis=1))
    allowed &= problem.room.sum(axis=0)[None, :] >= size[:, None]
    cost = np.zeros((len(names), schools), dtype=np.int64)
    np.add.at(cost, group, np.where(allowed[group], price, 0) * many[:, None])
    cost[~allowed] = FAR
    without = np.bincount(group, weights=many * problem.without[row], minlength=len(names)).astype(np.int64)
    free = replace(problem, pupils=left)
    charge = problem.without[row]
    # by group and tier, the one that counts most first
    kind, at = np.unique(np.column_stack([group, -charge]), axis=0, return_inverse=True)
    of_part, charges = kind[:, 0], -kind[:, 1]
    in_part = np.bincount(at.ravel(), weights=many, minlength=len(kind)).astype(np.int64)
    paid = np.zeros((len(kind), schools), dtype=np.int64)
    np.add.at(paid, at.ravel(), np.where(allowed[group], price, 0) * many[:, None])
    return Groups(
        free=free,
        relaxed=_split(free, paid, allowed[of_part], in_part, charges),
        part=of_part,
        names=names,
        group=group,
        row=row,
        pupils=many,
        size=size,
        without=without,
        cost=cost,
        shared=shared,
    )


def _members(posed: Posed, pupils: pd.Series, together: pd.Series) -> tuple[pd.Index, Whole, Whole, Whole]:
    """Return the names of groups, and by member its group, its row of the problem, and how many pupils it is."""
    levels = pupils.index.nlevels + 1
    what = "(group, area)" if levels == 2 else "(group, area, tier)"
    if together.index.nlevels != levels:
        msg = f"`together` is indexed by {what}, got {together.index.nlevels} level(s)."
        raise LabelError(msg)
    many = counting.whole(together, what="`together`")
    code, labels = pd.factorize(together.index.get_level_values(0))
    names = pd.Index(labels, name="group")
    by_name = counting.by_text(names)
    # areas and tiers are told by place in the table of pupils
    at = [together.index.get_level_values(level) for level in range(1, levels)]
    place = pupils.index.get_indexer(at[0] if levels == 2 else pd.MultiIndex.from_arrays(at))
    if (place < 0).any():
        msg = f"`together` names {together.index[place < 0][0]!r}, which `pupils` does not have. Use the same labels."
        raise LabelError(msg)
    row = np.argsort(posed.row)[place] if len(place) else place
    group = np.argsort(by_name)[code] if len(code) else code
    order = np.lexsort((row, group))
    return names[by_name], group[order].astype(np.int64), row[order].astype(np.int64), many[order]


def _by_school(offers: Offers, area: Whole, schools: int) -> Whole:
    """Return what each of these areas pays at each school, `FAR` where it may not go."""
    price = np.full((len(area), schools), FAR)
    count = np.diff(offers.first)[area]
    line = np.repeat(np.arange(len(area)), count)
    pair = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(offers.first[area], count)
    price[line, offers.school[pair]] = offers.cost[pair]
    return price


def _split(free: Problem, paid: Whole, allowed: Mask, many: Whole, charges: Whole) -> Problem:
    """Return the problem in which groups may be split: parts are areas of their own, with the mean cost of a pupil."""
    offers = free.offers
    part, school = np.nonzero(allowed)
    ends = np.cumsum(np.bincount(part, minlength=len(many))) + offers.first[-1]
    areas = len(offers.first) - 1
    # rounded down, so that the answer is never above that of whole groups
    mean = paid[part, school] // np.maximum(many[part], 1)
    return replace(
        free,
        offers=Offers(
            first=np.concatenate([offers.first, ends]).astype(np.int64),
            school=np.concatenate([offers.school, school.astype(np.int32)]),
            cost=np.concatenate([offers.cost, mean]),
        ),
        area=np.concatenate([free.area, areas + np.arange(len(many))]),
        pupils=np.concatenate([free.pupils, many]),
        without=np.concatenate([free.without, charges]),
    )


def reason(groups: Groups, number: int) -> str:
    """Say in words why a group has no seats."""
    if not groups.shared[number]:
        return "no school that all of it may go to"
    if not (groups.cost[number] < FAR).any():
        return "larger than every school it may go to"
    return "no school has enough seats left for all of it"
