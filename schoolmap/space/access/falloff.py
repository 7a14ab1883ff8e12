"""
How much less a school counts the farther it is: weights by travel.

Each function here returns a function of an array of travel, in the unit that
its own numbers are in. Any other function of an array may be used instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from numpy.typing import NDArray

Falloff: TypeAlias = "Callable[[NDArray[np.float64]], NDArray[np.float64]]"
"""A function of an array of travel that returns the weight of each."""


def step_weights(steps: Mapping[float, float]) -> Falloff:
    """
    Give travel up to each bound one weight, and beyond the last bound none.

    The bound belongs to its step. With Luo and Qi's weights, up to 10 minutes
    count 1, up to 20 minutes 0.68, up to 30 minutes 0.22 [1]_.

    Parameters
    ----------
    steps
        Weight by upper bound, in any order.

    Returns
    -------
    weight
        Function of travel.

    Raises
    ------
    ValueError
        If there is no step, or if a bound or weight is negative or not a finite number.

    References
    ----------
    .. [1] Luo, W. and Qi, Y. (2009): An enhanced two-step floating catchment area (E2SFCA) method for measuring
       spatial accessibility to primary care physicians. Health & Place 15(4), 1100-1107.

    Examples
    --------
    >>> weight = step_weights({10: 1, 20: 0.68, 30: 0.22})
    >>> weight(np.array([0, 10, 10.1, 30, 31])).tolist()
    [1.0, 1.0, 0.68, 0.22, 0.0]
    """
    bounds = np.array(sorted(steps), dtype=float)
    weights = np.array([*(steps[bound] for bound in sorted(steps)), 0.0])
    if len(bounds) == 0:
        msg = "`steps` is empty, so nothing would be in reach. Give it one bound at least."
        raise ValueError(msg)
    if not (np.isfinite(bounds).all() and np.isfinite(weights).all() and bounds[0] >= 0 and (weights >= 0).all()):
        msg = f"`steps` holds finite bounds and weights that are not negative, got {dict(steps)}."
        raise ValueError(msg)
    return lambda travel: weights[np.searchsorted(bounds, travel, side="left")]


def gaussian(sigma: float) -> Falloff:
    r"""
    Let the weight fall like a bell, with no end.

    .. math:: w(t) = \exp\left(-\frac{t^2}{2 \sigma^2}\right)

    so that it is 1 at the door, 0.607 at `sigma` and 0.135 at twice `sigma`.

    Parameters
    ----------
    sigma
        Width, in the unit of travel.

    Returns
    -------
    weight
        Function of travel.

    Raises
    ------
    ValueError
        If the width is not above zero.

    Examples
    --------
    >>> gaussian(20)(np.array([0, 20, 40])).round(3).tolist()
    [1.0, 0.607, 0.135]
    """
    _require_positive(sigma, what="sigma")
    return lambda travel: np.exp(np.square(travel) / (-2.0 * sigma**2))


def gaussian_to_zero(limit: float) -> Falloff:
    r"""
    Let the weight fall like a bell that ends at the limit of reach.

    .. math:: w(t) = \frac{e^{-\frac{1}{2}(t/d)^2} - e^{-\frac{1}{2}}}{1 - e^{-\frac{1}{2}}}
        \quad \text{for } t \le d, \text{ else } 0

    It is 1 at the door and 0 at the limit :math:`d`, without a step there; much
    used for schools and parks in Chinese cities [1]_.

    Parameters
    ----------
    limit
        Where the weight is zero, in the unit of travel.

    Returns
    -------
    weight
        Function of travel.

    Raises
    ------
    ValueError
        If the limit is not above zero.

    References
    ----------
    .. [1] Dai, D. (2010): Black residential segregation, disparities in spatial access to health care facilities,
       and late-stage breast cancer diagnosis in metropolitan Detroit. Health & Place 16(5), 1038-1052.

    Examples
    --------
    >>> gaussian_to_zero(1000)(np.array([0, 500, 1000, 1500])).round(3).tolist()
    [1.0, 0.701, 0.0, 0.0]
    """
    _require_positive(limit, what="limit")
    end = np.exp(-0.5)
    return lambda travel: np.maximum(np.exp(-0.5 * np.square(travel / limit)) - end, 0.0) / (1.0 - end)


def inverse_power(exponent: float, *, least: float) -> Falloff:
    r"""
    Let the weight fall as a power of travel, as gravity does.

    .. math:: w(t) = \max(t, t_0)^{-\beta}

    Parameters
    ----------
    exponent
        The power :math:`\beta`.
    least
        Travel :math:`t_0` below which the weight grows no further; without it a
        school next door would weigh infinitely.

    Returns
    -------
    weight
        Function of travel.

    Raises
    ------
    ValueError
        If a number is not above zero.

    Examples
    --------
    >>> inverse_power(2, least=5)(np.array([0, 5, 10])).tolist()
    [0.04, 0.04, 0.01]
    """
    _require_positive(exponent, what="exponent")
    _require_positive(least, what="least")
    return lambda travel: np.maximum(travel, least) ** -float(exponent)


def _require_positive(value: float, *, what: str) -> None:
    """Raise unless the number is finite and above zero."""
    if not 0 < value < np.inf:
        msg = f"`{what}` is a number above zero, got {value}."
        raise ValueError(msg)
