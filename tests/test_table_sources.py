"""`project.toml` names one file for a table, or several files and sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import village

from schoolmap.inputs.project_file import read_project_file

if TYPE_CHECKING:
    from pathlib import Path


def declared(folder: Path, sections: str) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Return file, sheet and stage of every source of `sections`, and key and problem of every fault."""
    others = "".join(line + "\n" for line in village.CSV.splitlines() if not line.startswith("sections"))
    folder.mkdir(exist_ok=True)
    (folder / "project.toml").write_text(village.PROJECT + others + sections, encoding="utf-8")
    document, faults = read_project_file(folder)
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    parts = [] if document is None else document.tables["sections"].parts
    found = [(part.file.as_posix(), part.sheet, part.stage) for part in parts]
    return found, [(fault.column, fault.problem) for fault in faults]


def test_one_source(tmp_path: Path) -> None:
    """A table of keys is one file."""
    assert declared(tmp_path, '[tables.sections]\nfile = "s.csv"\nstage = "primary"') == (
        [("s.csv", "", "primary")],
        [],
    )


def test_several_sources(tmp_path: Path) -> None:
    """An array of tables is several files or sheets, in this order; so is a list in brackets."""
    array = """
    [[tables.sections]]
    file = "t.xlsx"
    sheet = "小学"
    stage = "primary"
    [[tables.sections]]
    file = "j.csv"
    """
    wanted = [("t.xlsx", "小学", "primary"), ("j.csv", "", "")]
    assert declared(tmp_path, array) == (wanted, [])
    in_brackets = 'sections = [{ file = "t.xlsx", sheet = "小学", stage = "primary" }, { file = "j.csv" }]'
    lines = village.CSV.replace('sections = { file = "sections.csv" }', in_brackets)
    (tmp_path / "project.toml").write_text(village.PROJECT + lines, encoding="utf-8")
    document, _ = read_project_file(tmp_path)
    assert document is not None
    parts = document.tables["sections"].parts
    assert [(part.file.as_posix(), part.sheet, part.stage) for part in parts] == wanted


@pytest.mark.parametrize(
    ("sections", "key", "problem"),
    [
        (
            '[[tables.sections]]\nfile = "a.csv"\n[[tables.sections]]\nfile = "../b.csv"\n',
            "tables.sections.1.file",
            "leaves",
        ),
        (
            '[[tables.sections]]\nfile = "a.csv"\n[[tables.sections]]\nfiel = "b.csv"\n',
            "tables.sections.1.file",
            "is missing",
        ),
        (
            '[[tables.sections]]\nfile = "a.csv"\n[[tables.sections]]\nfile = "b"\nx = 1\n',
            "tables.sections.1.x",
            "not a known",
        ),
    ],
)
def test_faults_of_a_further_source_name_it(tmp_path: Path, sections: str, key: str, problem: str) -> None:
    """Sources are numbered from 0, as all lists of the project file."""
    _, faults = declared(tmp_path, sections)
    assert any(column == key and problem in said for column, said in faults)


def test_no_source_at_all(tmp_path: Path) -> None:
    """An empty list names no file."""
    lines = village.CSV.replace('sections = { file = "sections.csv" }', "sections = []")
    (tmp_path / "project.toml").write_text(village.PROJECT + lines, encoding="utf-8")
    document, faults = read_project_file(tmp_path)
    assert document is None
    assert [(fault.column, fault.problem) for fault in faults] == [("tables.sections", "is empty.")]
