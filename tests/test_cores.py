"""Two tasks side by side: in the order in which they were given, and a fault is told."""

from __future__ import annotations

import threading

import pytest

from schoolmap.optimize.cores import CORES
from schoolmap.optimize.cores import on_both_cores


def test_answers_come_in_the_order_of_the_tasks() -> None:
    """Whichever ends first, the first is the first; no task is no answer."""
    assert on_both_cores(lambda number: number * number, range(50)) == [number**2 for number in range(50)]
    assert on_both_cores(len, []) == []


def test_tasks_run_side_by_side() -> None:
    """Each waits for the other: one after the other they would wait for ever."""
    meeting = threading.Barrier(CORES, timeout=60)
    assert sorted(on_both_cores(lambda _: meeting.wait(), range(CORES))) == list(range(CORES))


def test_a_fault_is_told() -> None:
    """It is raised where the answers are asked for."""
    with pytest.raises(ZeroDivisionError):
        on_both_cores(lambda number: 1 // number, [1, 0])
