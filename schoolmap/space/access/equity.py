r"""
How evenly access is shared among children: Gini, Theil, deciles, and who is beyond the norm.

A value by area, such as minutes to school or seats a child, counts as often as
children live there: the measures are those of children, not of areas. An area
without children changes nothing. All but the share beyond the norm are free of
scale: minutes and hours give the same. Children whom no school reaches have no
value: count them apart, as `reach.reach_table` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.space.access.pairs import amounts

if TYPE_CHECKING:
    from numpy.typing import NDArray

Side = Literal["above", "below"]
"""Which side of a norm is the bad one."""


def gini(values: pd.Series, children: pd.Series) -> float:
    r"""
    Compute the Gini coefficient among children.

    .. math:: G = \frac{\sum_i \sum_j n_i n_j |x_i - x_j|}{2 N^2 \mu}

    with values :math:`x`, children :math:`n`, all children :math:`N` and their mean
    :math:`\mu` [1]_. It is 0 if every child has the same, and comes near 1 if one
    child has all. There is no correction for small samples: these are all children.

    Parameters
    ----------
    values
        Value by area, zero or more.
    children
        Children by area.

    Returns
    -------
    gini
        From 0 to 1. 0 if every value is zero, as all have the same; missing if there are no children.

    Raises
    ------
    LabelError
        If the two describe different areas.
    MissingValueError
        If a number is missing. Count children whom no school reaches apart.
    ValueError
        If a number is negative or infinite.

    References
    ----------
    .. [1] Cowell, F. (2011): Measuring Inequality, third edition, Oxford University Press.

    Examples
    --------
    Three children with nothing and one with all.

    >>> gini(pd.Series({"a": 0.0, "b": 8.0}), pd.Series({"a": 3, "b": 1}))
    0.75
    """
    value, weight = aligned(values, children)
    order = np.argsort(value, kind="stable")
    value, weight = value[order], weight[order]
    everybody, everything = weight.sum(), weight @ value
    if everybody == 0:
        return float("nan")
    if everything == 0:
        return 0.0
    # the children before and after each: the double sum in one pass
    rank = 2 * np.cumsum(weight) - weight - everybody
    return max(float((weight * value) @ rank / (everybody * everything)), 0.0)


def theil(values: pd.Series, children: pd.Series) -> float:
    r"""
    Compute Theil's T among children.

    .. math:: T = \frac{1}{N} \sum_i n_i \frac{x_i}{\mu} \ln \frac{x_i}{\mu}

    where a value of zero adds 0, the limit of :math:`x \ln x` [1]_. It is 0 if
    every child has the same and :math:`\ln N` if one child has all.

    Parameters
    ----------
    values
        Value by area, zero or more.
    children
        Children by area.

    Returns
    -------
    theil
        Zero or more. 0 if every value is zero; missing if there are no children.

    Raises
    ------
    LabelError
        If the two describe different areas.
    MissingValueError
        If a number is missing. Count children whom no school reaches apart.
    ValueError
        If a number is negative or infinite.

    References
    ----------
    .. [1] Theil, H. (1967): Economics and Information Theory. North-Holland.

    Examples
    --------
    >>> round(theil(pd.Series({"a": 0.0, "b": 8.0}), pd.Series({"a": 3, "b": 1})), 6), round(np.log(4), 6).item()
    (1.386294, 1.386294)
    """
    value, weight = aligned(values, children)
    return _theil(value, weight)


def theil_by_group(values: pd.Series, children: pd.Series, groups: pd.Series) -> pd.DataFrame:
    r"""
    Split Theil's T exactly into inequality between groups and within them.

    .. math:: T = \sum_g s_g \ln \frac{\mu_g}{\mu} + \sum_g s_g T_g

    with the share :math:`s_g` of a group in the sum of all children's values.

    Parameters
    ----------
    values
        Value by area, zero or more.
    children
        Children by area.
    groups
        Group by area: the township, or urban and rural.

    Returns
    -------
    parts
        By group: `children`, `mean` (missing without children), `theil` within the
        group, and the parts `between` and `within`, whose sum over all groups is
        Theil's T. A group's part between is negative if it has less than the mean.

    Raises
    ------
    LabelError
        If the three describe different areas.
    MissingValueError
        If a number or a group is missing.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    Both towns are even within; all inequality is between them.

    >>> minutes = pd.Series({"a": 10.0, "b": 10.0, "c": 30.0})
    >>> children, towns = pd.Series({"a": 40, "b": 60, "c": 100}), pd.Series({"a": "w", "b": "w", "c": "e"})
    >>> parts = theil_by_group(minutes, children, towns)
    >>> parts[["between", "within"]].sum().round(4).to_dict(), round(theil(minutes, children), 4)
    ({'between': 0.1308, 'within': 0.0}, 0.1308)
    """
    value, weight = aligned(values, children)
    places, names = grouped(values.index, groups)
    everybody, everything = weight.sum(), weight @ value
    count = np.bincount(places, weight, minlength=len(names))
    total = np.bincount(places, weight * value, minlength=len(names))
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    own = np.array([_theil(value[places == at], weight[places == at]) for at in range(len(names))])
    share = total / everything if everything > 0 else np.zeros_like(total)
    # a group without children, or without anything, has no part
    has = share > 0
    ratio = np.divide(mean * everybody, everything, out=np.ones_like(mean), where=has)
    return pd.DataFrame(
        {
            "children": count,
            "mean": mean,
            "theil": own,
            "between": share * np.log(ratio),
            "within": share * np.where(has, own, 0.0),
        },
        index=names,
    )


def share_beyond(values: pd.Series, children: pd.Series, *, norm: float, side: Side) -> float:
    """
    Compute the share of children beyond a norm.

    Parameters
    ----------
    values
        Value by area.
    children
        Children by area.
    norm
        The norm, which itself is kept by whoever just meets it.
    side
        Which side is the bad one: `above` for minutes and metres, `below` for seats a child.

    Returns
    -------
    share
        From 0 to 1; missing if there are no children.

    Raises
    ------
    LabelError
        If the two describe different areas.
    MissingValueError
        If a number is missing. Count children whom no school reaches apart.
    ValueError
        If a number is negative or infinite, or the side is neither.

    Examples
    --------
    >>> share_beyond(pd.Series({"a": 30.0, "b": 41.0}), pd.Series({"a": 90, "b": 10}), norm=30, side="above")
    0.1
    """
    value, weight = aligned(values, children)
    if side not in {"above", "below"}:
        msg = f"`side` is 'above' or 'below', got {side!r}."
        raise ValueError(msg)
    if not np.isfinite(norm):
        msg = f"`norm` is a number, got {norm}."
        raise ValueError(msg)
    bad = value > norm if side == "above" else value < norm
    everybody = weight.sum()
    return float(weight[bad].sum() / everybody) if everybody > 0 else float("nan")


def percentile(values: pd.Series, children: pd.Series, *, share: float) -> float:
    """
    Find the least value that a share of the children do not exceed.

    No value is invented between two: it is one that some child has.

    Parameters
    ----------
    values
        Value by area.
    children
        Children by area.
    share
        Share of children, in (0, 1].

    Returns
    -------
    value
        The value; missing if there are no children.

    Raises
    ------
    LabelError
        If the two describe different areas.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative or infinite, or the share is none.

    Examples
    --------
    >>> percentile(pd.Series({"a": 5.0, "b": 20.0}), pd.Series({"a": 90, "b": 10}), share=0.9)
    5.0
    """
    checks.require_share(share, what="share")
    value, weight = aligned(values, children)
    some = weight > 0
    value, weight = value[some], weight[some]
    if len(value) == 0:
        return float("nan")
    order = np.argsort(value, kind="stable")
    reached = np.cumsum(weight[order])
    # a sum of shares that misses its mark by rounding has reached it
    place = np.searchsorted(reached, share * reached[-1] * (1 - 1e-12), side="left")
    return float(value[order][place])


def decile_ratio(values: pd.Series, children: pd.Series) -> float:
    """
    Divide the value that nine in ten children do not exceed by the one that one in ten do not.

    Parameters
    ----------
    values
        Value by area.
    children
        Children by area.

    Returns
    -------
    ratio
        P90 / P10: 1 or more; infinite if only P10 is zero, 1 if both are, missing if there are no children.

    Raises
    ------
    LabelError
        If the two describe different areas.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> decile_ratio(pd.Series({"a": 5.0, "b": 20.0}), pd.Series({"a": 50, "b": 50}))
    4.0
    """
    low, high = percentile(values, children, share=0.1), percentile(values, children, share=0.9)
    if low > 0 or np.isnan(low):
        return high / low
    return 1.0 if high == 0 else float("inf")


def aligned(values: pd.Series, children: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values and children in one order, once they are of the same areas."""
    checks.require_same_labels(values.index, children.index, what="`values` and `children`")
    return amounts(values, what="`values`"), amounts(children.reindex(values.index), what="`children`")


def grouped(areas: pd.Index, groups: pd.Series) -> tuple[NDArray[np.intp], pd.Index]:
    """Return the place of each area's group in the sorted list of groups."""
    checks.require_same_labels(areas, groups.index, what="`values` and the groups")
    checks.require_no_gaps(groups, what="The group")
    places, names = pd.factorize(groups.reindex(areas), sort=True)
    return places, pd.Index(names, name="group" if groups.name is None else groups.name)


def _theil(value: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Compute Theil's T of arrays."""
    everybody, everything = weight.sum(), weight @ value
    if everybody == 0:
        return float("nan")
    if everything == 0:
        return 0.0
    relative = value / (everything / everybody)
    logarithm = np.log(relative, out=np.zeros_like(relative), where=relative > 0)
    return max(float(weight @ (relative * logarithm) / everybody), 0.0)
