"""How many tasks of one problem run side by side: the same number on every machine, so that plans do not depend on it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from typing import Any

CORES = 2
"""
Tasks at the same time.

Two, since that is what a small office computer has to spare; how many starts
and trials are made follows from it, and with more of them the same seed would
give another plan.
"""


def on_both_cores(task: Callable[[Any], Any], given: Iterable[Any]) -> list[Any]:
    """
    Return what a task makes of each, in their order.

    Examples
    --------
    >>> on_both_cores(abs, [-3, 2, -1])
    [3, 2, 1]
    """
    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(task, given))
