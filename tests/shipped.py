"""The plans of the projects that ship with the repository, made once for all tests of a process: they are frozen."""

from __future__ import annotations

import functools
from pathlib import Path

from schoolmap.plan import Plan
from schoolmap.plan import make_plan
from schoolmap.project import read_project

DATA = Path(__file__).parents[1] / "data"
BERLIN, DEMO = "berlin-mitte", "demo-county"


@functools.cache
def plan(name: str) -> Plan:
    """Return the plan of a project by its folder's name."""
    return make_plan(read_project(DATA / name))
