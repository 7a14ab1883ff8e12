"""What an assignment tells a planner, in tables with words: what one more seat is worth, and why pupils have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.optimize import counting

if TYPE_CHECKING:
    from schoolmap.optimize.assign import Assignment


def worth_of_seats(answer: Assignment, seats: pd.Series) -> pd.DataFrame:
    """
    List the schools by what one more seat there is worth.

    Parameters
    ----------
    answer
        From `assign` or `assign_all_pairs`.
    seats
        Seats by school, as they were assigned.

    Returns
    -------
    worth
        By school, the worthiest first: `seats`, `pupils`, `free` seats,
        `serves`, the pupils that one more seat would seat (0 or 1), `saves`,
        what it would save of the total cost in the unit of the costs, and
        `worth`, the same in words. A number holds for one seat: what the next
        one is worth is told by an assignment with the first.

    Raises
    ------
    LabelError
        If the seats are of other schools.
    ValueError
        If there are fewer seats than pupils at a school.

    Examples
    --------
    >>> from schoolmap.optimize.assign import assign
    >>> pupils, seats = pd.Series({"north": 30, "south": 20}), pd.Series({"hill": 25, "lake": 30})
    >>> cost = pd.Series({("north", "hill"): 500, ("north", "lake"): 1200, ("south", "lake"): 400})
    >>> worth_of_seats(assign(pupils, seats, cost), seats)[["free", "serves", "saves", "worth"]]
            free  serves  saves                        worth
    school
    hill       0       0  700.0  saves 700 of the total cost
    lake       5       0    0.0         has free seats: none
    """
    checks.require_same_labels(answer.load.index, seats.index, what="The schools of `answer` and `seats`")
    seats = seats.reindex(answer.load.index)
    free = seats - answer.load
    if (free < 0).any():
        first = free.index[free < 0][0]
        msg = f"`seats` has {seats[first]:g} for {first!r}, where `answer` places {answer.load[first]}. Use the same seats."
        raise ValueError(msg)
    serves, saves = answer.one_more_serves, answer.one_more_saves
    table = pd.DataFrame(
        {
            "seats": seats.astype(np.int64),
            "pupils": answer.load,
            "free": free.astype(np.int64),
            "serves": serves,
            "saves": saves,
            "worth": [_words(*row) for row in zip(free, serves, saves, strict=True)],
        }
    ).rename_axis("school")
    # of equal ones the first by name, whatever the order of rows
    table = table.iloc[counting.by_text(table.index)]
    return table.sort_values(["serves", "saves"], ascending=False, kind="stable")


def _words(free: int, serves: int, saves: float) -> str:
    """Say what one more seat is worth."""
    if serves and saves < 0:
        return f"seats one pupil more, and adds {-saves:,.6g} to the total cost"
    if serves:
        return f"seats one pupil more, and saves {saves:,.6g} of the total cost"
    if saves > 0:
        return f"saves {saves:,.6g} of the total cost"
    return "has free seats: none" if free > 0 else "none"


def without_seat(answer: Assignment, cost: pd.Series) -> pd.DataFrame:
    """
    List the pupils without a seat, and why they have none.

    Parameters
    ----------
    answer
        From `assign`.
    cost
        By `(area, school)`, as they were assigned.

    Returns
    -------
    without
        One row for each area, or area and tier, with `pupils` who have no seat:
        the `schools` that they may go to, the `nearest` of them and its `cost`,
        and the `reason` in words. What would help is told by `repair`.

    Raises
    ------
    LabelError
        If the costs are not by area and school.

    Examples
    --------
    >>> from schoolmap.optimize.assign import assign
    >>> pupils, seats = pd.Series({"north": 30, "moor": 4}), pd.Series({"hill": 25})
    >>> cost = pd.Series({("north", "hill"): 500})
    >>> without_seat(assign(pupils, seats, cost), cost)[["pupils", "reason"]]
           pupils                                         reason
    north       5  every school it may go to is full (1 of them)
    moor        4                    no school that it may go to
    """
    if cost.index.nlevels != 2:
        msg = f"`cost` is indexed by (area, school), got {cost.index.nlevels} level(s)."
        raise LabelError(msg)
    without = answer.unserved[answer.unserved > 0]
    area = without.index if without.index.nlevels == 1 else without.index.get_level_values(0)
    here = cost[cost.index.get_level_values(0).isin(area)]
    # of equally near schools the first by name
    order = counting.by_text(here.index.get_level_values(1))
    order = order[np.argsort(here.to_numpy()[order], kind="stable")]
    nearest = here.iloc[order]
    nearest = nearest[~nearest.index.get_level_values(0).duplicated()]
    by_area = pd.DataFrame(
        {"nearest": nearest.index.get_level_values(1), "cost": nearest.to_numpy(dtype=float)},
        index=nearest.index.get_level_values(0),
    ).reindex(area)
    schools = here.groupby(level=0, sort=False).size().reindex(area, fill_value=0).to_numpy()
    return pd.DataFrame(
        {
            "pupils": without,
            "schools": schools,
            "nearest": by_area["nearest"].to_numpy(),
            "cost": by_area["cost"].to_numpy(),
            "reason": [
                f"every school it may go to is full ({count} of them)" if count else "no school that it may go to"
                for count in schools
            ],
        },
        index=without.index,
    )
