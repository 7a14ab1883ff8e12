"""
From the date of a count to the school year: who is how old on the cut-off day.

A school year is named by its autumn. Its ages are completed years on the
cut-off day (31 August in most of China): a child who is six on that day enters
grade 1. A count of another date is moved there by the share of the year that
lies between.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cutoff_day(year: int, cutoff: str) -> dt.date:
    """
    Return the cut-off day of a school year; 29 February is 28 in a common year.

    Examples
    --------
    >>> cutoff_day(2027, "08-31")
    datetime.date(2027, 8, 31)
    """
    month, day = int(cutoff[:2]), int(cutoff[3:])
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def first_school_year(date: dt.date, cutoff: str) -> int:
    """
    Return the first school year whose cut-off day is on or after the date.

    Examples
    --------
    >>> first_school_year(dt.date(2016, 12, 31), "09-30"), first_school_year(dt.date(2016, 8, 31), "08-31")
    (2017, 2016)
    """
    return date.year if date <= cutoff_day(date.year, cutoff) else date.year + 1


def years_until(date: dt.date, day: dt.date) -> float:
    """
    Return the time between two days in years of 365.25 days.

    Examples
    --------
    >>> round(years_until(dt.date(2016, 12, 31), dt.date(2017, 9, 30)), 3)
    0.747
    """
    return (day - date).days / 365.25


def age_on(counts: NDArray[np.float64], *, newborn: NDArray[np.float64], years: float) -> NDArray[np.float64]:
    r"""
    Move counts by completed age forward by a part of a year.

    Birthdays are spread evenly over the year, so that a share `years` of each
    age has had one more: :math:`P'_a = (1 - f) P_a + f P_{a-1}`.

    Parameters
    ----------
    counts
        Children by (area, age), ages 0, 1, 2, … without gap.
    newborn
        Births by area within the time moved.
    years
        Time to move, in [0, 1].

    Returns
    -------
    counts
        Children by (area, age) at the later date. Those who grow older than the
        last age leave the table.

    Notes
    -----
    The usual conversion between reference dates of a census and a school year
    (Smith, Tayman and Swanson 2013, ch. 3).

    Examples
    --------
    >>> age_on(np.array([[100.0, 80.0]]), newborn=np.array([75.0]), years=0.75)
    array([[100.,  95.]])
    """
    if not 0 <= years <= 1:
        msg = f"`years` is a part of one year in [0, 1], got {years}."
        raise ValueError(msg)
    younger = np.concatenate([np.zeros((len(counts), 1)), counts[:, :-1]], axis=1)
    moved = (1 - years) * counts + years * younger
    moved[:, 0] += newborn
    return moved
