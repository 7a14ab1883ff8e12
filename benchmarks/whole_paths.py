"""
Three whole paths from files to products, for pytest-benchmark: a town, a county, a province.

    python -m pytest -n 0 benchmarks/whole_paths.py [--benchmark-save NAME] [--benchmark-compare]

The town is a made one of 40 areas, the county `data/demo-county` with all its messy files, the province four made
counties of 60 areas on Dask with as many processes as there are cores. Not part of the tests: it takes minutes. The
plugin is in the extra `benchmarks`; `--benchmark-compare` sets a run beside an earlier one on the same machine.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made_province import write_province

from schoolmap.batch.jobs import jobs_of
from schoolmap.batch.province import write_summary
from schoolmap.batch.running import run
from schoolmap.output.describe import describe
from schoolmap.output.products import write_products
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Benchmark = Callable[..., Any]

COUNTY = Path(__file__).parents[1] / "data" / "demo-county"
ROUNDS = {"rounds": 2, "iterations": 1, "warmup_rounds": 1}
"""One round first: it compiles the inner loops, which is no part of later runs."""


def planned(folder: Path, out: Path) -> tuple[Path, ...]:
    """Plan a project from its files to its products."""
    plan = make_plan(read_project(folder))
    assert bool(plan.audit["holds"].all())
    return write_products(plan, describe(plan), out, language="zh")


def test_town(benchmark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - the plugin has no types
    """40 areas, three stages, eleven years, two scenarios."""
    (folder,) = write_province(tmp_path / "town", counties=1, areas=40, seed=1)
    written = benchmark.pedantic(planned, (folder, tmp_path), **ROUNDS)
    assert all(path.stat().st_size > 0 for path in written)


def test_county(benchmark: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """181 villages, 109 schools, five scenarios, sixteen years, in the files of a bureau."""
    written = benchmark.pedantic(planned, (COUNTY, tmp_path), **ROUNDS)
    assert all(path.stat().st_size > 0 for path in written)


def test_province(benchmark: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Four counties of 60 areas, the start of the processes and the summary included."""
    jobs, faults = jobs_of(write_province(tmp_path / "projects", counties=4, areas=60, seed=1))
    assert not faults

    def whole() -> list[dict[str, Any]]:
        outcomes = run(jobs, tmp_path / "out", workers=os.cpu_count() or 1, language="zh", again=True)
        write_summary(outcomes, tmp_path / "out", language="zh")
        return outcomes

    outcomes = benchmark.pedantic(whole, **ROUNDS)
    assert {outcome["status"] for outcome in outcomes} == {"done"}


if __name__ == "__main__":
    sys.exit(pytest.main(["-n", "0", "-c", str(Path(__file__).parents[1] / "pyproject.toml"), __file__]))
