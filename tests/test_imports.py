"""
What is loaded when: the package, its commands and its library parts start without what they do not need.

Each test looks at the modules of a fresh process, never at the clock; `benchmarks/start.py` measures the time.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

DRAWS = frozenset({"folium", "branca", "matplotlib", "docx", "xlsxwriter"})
SOLVES = frozenset({"highspy", "ortools", "numba"})
SPREADS = frozenset({"dask", "distributed", "dask_geopandas"})
GEOGRAPHIC = frozenset({"geopandas", "pandas", "numpy", "shapely", "pyproj", "xarray", "pandera"})
HEAVY = DRAWS | SOLVES | SPREADS | GEOGRAPHIC


def loaded(code: str, *arguments: str) -> frozenset[str]:
    """Return which of the heavy modules a fresh process has loaded after some code."""
    told = f"""
import sys
sys.argv = ['schoolmap', {", ".join(map(repr, arguments))}]
try:
    {code}
except SystemExit:
    pass
import json
print(json.dumps([name for name in {sorted(HEAVY)!r} if name in sys.modules]), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)  # noqa: S603
    return frozenset(json.loads(done.stderr.splitlines()[-1]))


def test_the_package_loads_nothing_heavy() -> None:
    """`import schoolmap` is free: neither tables, nor maps, nor solvers."""
    assert loaded("import schoolmap") == set()


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("batch", "--help"), ("conformance", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """Who asks how a command is called does not wait for geopandas."""
    assert loaded("from schoolmap.cli import main; main()", *arguments) == set()


def test_a_plan_is_made_without_what_draws() -> None:
    """Project, wings, plan, backtest, conformance and batch load a solver when there is something to solve, and never a map."""
    parts = ["plan", "backtesting", "conformance.table", "batch.running", "batch.single", "space.blocks"]
    code = f"import {', '.join(f'schoolmap.{part}' for part in parts)}"
    assert loaded(code) & (DRAWS | SPREADS | SOLVES) == set()
