"""The script in docs/examples runs as a user runs it; mypy checks it, and `public_types.py`, as they stand."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import village

import schoolmap
from schoolmap import plan as planning

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from schoolmap.plan import Plan
    from schoolmap.project import Project

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "docs" / "examples" / "seats_of_a_district.py"


def test_the_script_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """From a folder to the worst catchments, seats that are tried, an assignment, shared areas, and a page."""
    make_plan, drawn = planning.make_plan, []

    def quick(project: Project, *, progress: Callable[[str], None]) -> Plan:
        return make_plan(village.idle(project), progress=progress)

    def draw(plan: Plan, path: str, *, language: str) -> Path:
        drawn.append((plan, language))
        return Path(path)

    monkeypatch.setattr(planning, "make_plan", quick)
    monkeypatch.setattr(schoolmap, "save_map", draw, raising=False)
    folder = village.write(tmp_path / "village")
    runpy.run_path(str(SCRIPT))["main"](str(folder), "page.html")
    told = capsys.readouterr().out
    for word in ("Kindergarten", "0101", "peak_short", "optimal", "short", "page.html"):
        assert word in told
    assert [language for _, language in drawn] == ["en"]


def test_mypy_reads_it_strictly() -> None:
    """It is in the run of CI, which is strict, and asks for nothing to be ignored."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True
    assert {"schoolmap", "docs/examples", "tests/public_types.py"} == set(settings["files"])
    assert "ignore" not in SCRIPT.read_text(encoding="utf-8")
    assert (Path(schoolmap.__file__).parent / "py.typed").is_file()
