"""
The plans of the projects that ship with the repository, made once for all processes of a test run: they are frozen.

The processes of pytest-xdist share them through a folder of the run; whoever comes first makes a plan, the others wait.
What a longer job has just made, and kept in the folder that `SCHOOLMAP_PLANS` names, is taken from there.
"""

from __future__ import annotations

import functools
import os
import pickle
import tempfile
import time
from pathlib import Path

from schoolmap.plan import Plan
from schoolmap.plan import make_plan
from schoolmap.project import read_project

DATA = Path(__file__).parents[1] / "data"
BERLIN, DEMO = "berlin-mitte", "demo-county"
PATIENCE = 300.0
"""Seconds to wait for another process before a plan is made here."""


@functools.cache
def plan(name: str) -> Plan:
    """Return the plan of a project by its folder's name."""
    kept = os.environ.get("SCHOOLMAP_PLANS")
    if kept and (Path(kept) / f"{name}.pickle").exists():
        return _unpickled(Path(kept) / f"{name}.pickle")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return make_plan(read_project(DATA / name))
    folder = Path(tempfile.gettempdir()) / f"schoolmap-tests-{run}"
    folder.mkdir(mode=0o700, exist_ok=True)
    made, claim = folder / f"{name}.pickle", folder / f"{name}.claim"
    try:
        claim.touch(exist_ok=False)
    except FileExistsError:
        waited = time.monotonic() + PATIENCE
        while not made.exists() and time.monotonic() < waited:
            time.sleep(0.2)
        if made.exists():
            return _unpickled(made)
    result = make_plan(read_project(DATA / name))
    aside = folder / f"{name}.{os.getpid()}"
    aside.write_bytes(pickle.dumps(result))
    aside.replace(made)
    return result


def _unpickled(path: Path) -> Plan:
    found: Plan = pickle.loads(path.read_bytes())  # noqa: S301 - written by this run of the tests, or just before it
    return found
