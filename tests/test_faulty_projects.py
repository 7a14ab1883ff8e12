"""Projects that are wrong on purpose: each fault is told with its place and a way out, and nothing is written."""

from __future__ import annotations

import os
import stat
import warnings
from typing import TYPE_CHECKING

import faulty_projects
import pytest
from typer.testing import CliRunner

from schoolmap.cli import app
from schoolmap.errors import Severity
from schoolmap.project import inspect_folder

if TYPE_CHECKING:
    from pathlib import Path

WRONG_INPUT = 2
TOLD = faulty_projects.CORPUS[:: 6 if os.environ.get("CI") else 1]
"""Every sixth where each change is judged; `benchmarks/faulty_projects.py` tries them all, each in a process of its own."""


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make the two examples once."""
    return faulty_projects.make_bases(tmp_path_factory.mktemp("bases"))


def contents(folder: Path) -> dict[str, bytes | int]:
    """Return the bytes of each file, or the kind of what is no file."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        if not path.is_symlink() and path.is_file()
        else stat.S_IFMT(path.lstat().st_mode)
        for path in folder.rglob("*")
    }


def test_there_are_hundreds() -> None:
    """Each has a name of its own, by which the table of the documentation lists it."""
    names = [faulty.name for faulty in (*faulty_projects.CORPUS, *faulty_projects.READABLE, *faulty_projects.HARMLESS)]
    assert len(faulty_projects.CORPUS) >= 400
    assert len(set(names)) == len(names)
    assert {faulty.example for faulty in faulty_projects.CORPUS} == set(faulty_projects.EXAMPLES)


@pytest.mark.parametrize("name", list(faulty_projects.EXAMPLES))
def test_the_examples_can_be_planned(bases: dict[str, Path], name: str) -> None:
    """Or what is told of a mutation would say nothing."""
    project, faults = inspect_folder(bases[name])
    assert project is not None, [str(fault) for fault in faults if fault.severity is Severity.ERROR]


@pytest.mark.parametrize("faulty", TOLD, ids=lambda faulty: faulty.name)
def test_a_fault_is_told(bases: dict[str, Path], tmp_path: Path, faulty: faulty_projects.Faulty) -> None:
    """Exit code 2, the place, a way out; no file is written and none is touched."""
    folder = faulty_projects.spoil(faulty, bases[faulty.example], tmp_path / faulty.example)
    before, out = contents(folder), tmp_path / "maps"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = CliRunner().invoke(app, ["plan", str(folder), "--out", str(out), "--lang", "en"])
    assert result.exit_code == WRONG_INPUT, result.output[-2000:]
    assert isinstance(result.exception, SystemExit)
    errors = [line for line in result.output.splitlines() if line.startswith("error")]
    assert any(faulty.told in line for line in errors), errors
    assert "Traceback" not in result.output
    assert not out.exists()
    assert contents(folder) == before


@pytest.mark.parametrize("faulty", faulty_projects.READABLE, ids=lambda faulty: faulty.name)
def test_what_is_read_otherwise_than_written_is_noticed(
    bases: dict[str, Path], tmp_path: Path, faulty: faulty_projects.Faulty
) -> None:
    """It can be planned, and a notice names the cell."""
    project, faults = inspect_folder(faulty_projects.spoil(faulty, bases[faulty.example], tmp_path / "project"))
    assert project is not None
    column = faulty.name.split(",")[1].split(":")[0].strip()
    names = {"place": "lon"}
    notices = [fault for fault in faults if fault.severity is Severity.NOTICE and fault.file == faulty.told]
    assert names.get(column, column) in {fault.column for fault in notices}


@pytest.mark.parametrize("faulty", faulty_projects.HARMLESS, ids=lambda faulty: faulty.name)
def test_what_is_only_strange_is_read(bases: dict[str, Path], tmp_path: Path, faulty: faulty_projects.Faulty) -> None:
    """A file may say that it has a thousand million cells: what it has is read, and can be planned."""
    project, faults = inspect_folder(faulty_projects.spoil(faulty, bases[faulty.example], tmp_path / "project"))
    assert project is not None, [str(fault) for fault in faults if fault.severity is Severity.ERROR]
