r"""
Seats in reach for each child: the floating catchment methods.

All three ask twice. First every school: how many children compete for its
seats? Then every origin: how many seats a child are in reach? With travel
:math:`t_{ij}` from origin :math:`i` to school :math:`j`, children :math:`P_i`,
seats :math:`S_j`, weight :math:`w(t)` and choice :math:`g_{ij}`,

.. math::
    R_j = \frac{S_j}{\sum_i g_{ij} w(t_{ij}) P_i}, \qquad A_i = \sum_j g_{ij} w(t_{ij}) R_j.

They differ in :math:`w` and :math:`g`: `two_step` counts every school within the
limit alike, `enhanced_two_step` counts near ones more, `three_step` also lets a
child's demand spread over the schools it can choose among.

Access is in seats a child. Summed over all children it is all seats that
anybody can reach: :math:`\sum_i P_i A_i = \sum_j S_j`. An origin that reaches no
school has 0, not a gap. A school that no child reaches is left out: its seats
for each child would be infinite, and nobody has them. An origin without
children gets the access that a child would find who moved there and changed
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap.space.access import pairs
from schoolmap.space.access.falloff import step_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from schoolmap.space.access.falloff import Falloff

ChooseAmong = Literal["within", "listed"]


def two_step(travel: pd.Series, demand: pd.Series, supply: pd.Series, *, limit: float) -> pd.Series:
    """
    Count seats in reach for each child, every school within the limit alike (2SFCA).

    In the module's formula the weight is 1 up to the limit, which is within
    reach itself, and 0 beyond; the choice is 1 [1]_.

    Parameters
    ----------
    travel
        Minutes or metres by `(origin, school)`; a pair that is not listed is out of reach.
    demand
        Children by origin.
    supply
        Seats by school.
    limit
        Reach, in the unit of travel.

    Returns
    -------
    access
        Seats for each child, indexed like `demand`.

    Raises
    ------
    LabelError
        If travel names what is not in `demand` or `supply`, or names a pair twice.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative or infinite.

    References
    ----------
    .. [1] Luo, W. and Wang, F. (2003): Measures of spatial accessibility to health care in a GIS environment:
       synthesis and a case study in the Chicago region. Environment and Planning B 30(6), 865-884.

    Examples
    --------
    Village b shares the school in town with village a, and has one of its own.

    >>> ways = pd.MultiIndex.from_tuples([("a", "town"), ("b", "town"), ("b", "own")], names=["origin", "school"])
    >>> travel = pd.Series([8.0, 12.0, 3.0], index=ways)
    >>> children, seats = pd.Series({"a": 60, "b": 40}), pd.Series({"town": 80, "own": 20})
    >>> two_step(travel, children, seats, limit=15).to_dict()
    {'a': 0.8, 'b': 1.3}
    """
    return enhanced_two_step(travel, demand, supply, weight={limit: 1.0})


def enhanced_two_step(
    travel: pd.Series,
    demand: pd.Series,
    supply: pd.Series,
    *,
    weight: Mapping[float, float] | Falloff,
    limit: float | None = None,
) -> pd.Series:
    """
    Count seats in reach for each child, near schools more than far ones (E2SFCA).

    In the module's formula the weight is the caller's, in both steps; the
    choice is 1 [1]_.

    Parameters
    ----------
    travel
        Minutes or metres by `(origin, school)`; a pair that is not listed is out of reach.
    demand
        Children by origin.
    supply
        Seats by school.
    weight
        Weights by upper bound of travel, e.g. `{10: 1, 20: 0.68, 30: 0.22}`, or a
        function of an array of travel such as `falloff.gaussian(10)`.
    limit
        Reach, in the unit of travel; farther pairs weigh nothing. Without it
        every listed pair is within reach.

    Returns
    -------
    access
        Seats for each child, indexed like `demand`.

    Raises
    ------
    LabelError
        If travel names what is not in `demand` or `supply`, or names a pair twice.
    MissingValueError
        If a number is missing.
    ValueError
        If a number or weight is negative or infinite.

    References
    ----------
    .. [1] Luo, W. and Qi, Y. (2009): An enhanced two-step floating catchment area (E2SFCA) method for measuring
       spatial accessibility to primary care physicians. Health & Place 15(4), 1100-1107.

    Examples
    --------
    >>> ways = pd.MultiIndex.from_tuples([("a", "town"), ("b", "town")], names=["origin", "school"])
    >>> travel, seats = pd.Series([5.0, 15.0], index=ways), pd.Series({"town": 100})
    >>> access = enhanced_two_step(travel, pd.Series({"a": 60, "b": 80}), seats, weight={10: 1, 20: 0.5})
    >>> access.to_dict()
    {'a': 1.0, 'b': 0.5}
    """
    known = pairs.match(travel, demand, supply)
    weights = _weigh(known.travel, weight=weight, limit=limit)
    return _seats_in_reach(known, weights, demand.index, share=np.ones(len(demand)))


def three_step(
    travel: pd.Series,
    demand: pd.Series,
    supply: pd.Series,
    *,
    weight: Mapping[float, float] | Falloff,
    limit: float | None = None,
    choose_among: ChooseAmong = "within",
) -> pd.Series:
    r"""
    Count seats in reach for each child, whose demand spreads over the schools it can choose among (3SFCA).

    In the module's formula the weight is the caller's and the choice is

    .. math:: g_{ij} = \frac{w(t_{ij})}{\sum_k w(t_{ik})},

    so that a child with many schools nearby presses less on each of them [1]_.

    Parameters
    ----------
    travel
        Minutes or metres by `(origin, school)`; a pair that is not listed is out of reach.
    demand
        Children by origin.
    supply
        Seats by school.
    weight
        Weights by upper bound of travel, or a function of an array of travel.
    limit
        Reach, in the unit of travel; farther pairs weigh nothing. Without it
        every listed pair is within reach.
    choose_among
        Schools :math:`k` over which choices add up to 1: those `within` the limit,
        as the method was published, or all `listed` ones, as the `access` package
        computes it. Without a limit both are the same.

    Returns
    -------
    access
        Seats for each child, indexed like `demand`.

    Raises
    ------
    LabelError
        If travel names what is not in `demand` or `supply`, or names a pair twice.
    MissingValueError
        If a number is missing.
    ValueError
        If a number or weight is negative or infinite.

    References
    ----------
    .. [1] Wan, N., Zou, B. and Sternberg, T. (2012): A three-step floating catchment area method for analyzing
       spatial access to health services. International Journal of Geographical Information Science 26(6), 1073-1089.

    Examples
    --------
    >>> ways = pd.MultiIndex.from_tuples([("a", "s"), ("a", "t"), ("b", "t")], names=["origin", "school"])
    >>> travel, seats = pd.Series([5.0, 5.0, 5.0], index=ways), pd.Series({"s": 30, "t": 60})
    >>> three_step(travel, pd.Series({"a": 40, "b": 40}), seats, weight={10: 1}).to_dict()
    {'a': 1.25, 'b': 1.0}
    """
    if choose_among not in {"within", "listed"}:
        msg = f"`choose_among` is 'within' or 'listed', got {choose_among!r}."
        raise ValueError(msg)
    known = pairs.match(travel, demand, supply)
    weights = _weigh(known.travel, weight=weight, limit=limit)
    choices = weights if choose_among == "within" else _weigh(known.travel, weight=weight, limit=None)
    total = known.by_origin(choices)
    # what all choices of an origin are divided by is the same for each of its pairs
    share = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    return _seats_in_reach(known, weights * choices, demand.index, share=share)


def _weigh(
    travel: NDArray[np.float64], *, weight: Mapping[float, float] | Falloff, limit: float | None
) -> NDArray[np.float64]:
    """Return the weight of each pair."""
    fall = weight if callable(weight) else step_weights(weight)
    weights = np.asarray(fall(travel), dtype=float)
    if weights.shape != travel.shape:
        msg = f"`weight` returns one weight a pair, got the shape {weights.shape} for {travel.shape}."
        raise ValueError(msg)
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong) > 0:
        first = wrong[0]
        msg = (
            f"`weight` is finite and not negative, got {weights[first]:g} for travel of {travel[first]:g}. "
            "A power of travel needs a least travel, as in `inverse_power(1, least=1)`."
        )
        raise ValueError(msg)
    if limit is None:
        return weights
    if not 0 <= limit < np.inf:
        msg = f"`limit` is a number that is not negative, got {limit}."
        raise ValueError(msg)
    return np.where(travel <= limit, weights, 0.0)


def _seats_in_reach(
    known: pairs.Pairs, weights: NDArray[np.float64], origins: pd.Index, *, share: NDArray[np.float64]
) -> pd.Series:
    """
    Divide each school's seats by the children who press on it, and add up for each origin what it reaches.

    Weights are by pair, `share` is a factor by origin.
    """
    pressing = known.by_school(weights * (share * known.demand)[known.origin])
    ratio = np.divide(known.supply, pressing, out=np.zeros_like(pressing), where=pressing > 0)
    return pd.Series(share * known.by_origin(weights * ratio[known.school]), index=origins, name="access")
