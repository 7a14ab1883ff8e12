"""The table of concepts keeps its word: every column, key, function and test that it names exists."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from schoolmap.inputs.project_file import ProjectFile
from schoolmap.tables import CONTRACTS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| concept ")
]


@cache
def named_tests(path: str) -> set[str]:
    """Return the names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_part_of_a_bureaus_work_is_there() -> None:
    """Demand, supply, classes, kindergartens, the country, admission, teachers, assessment, worked examples."""
    assert len(re.findall(r"^## ", TEXT, flags=re.MULTILINE)) == 9
    assert len(ROWS) > 60
    assert all(len(row) == 3 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:30] for row in ROWS])
def test_a_concept_has_a_place_and_a_test_or_a_reason(row: tuple[str, str, str]) -> None:
    """What is named exists; what is not tested says why it is left out."""
    _, where, shown = row
    assert where
    assert shown or "reason: " in where
    for name in re.findall(r"`(schoolmap\.[\w.]+)`", where):
        _require_importable(name)
    for table, column in re.findall(r"`([a-z]+)\.(\w+)`", where):
        assert column in CONTRACTS[table].columns, f"{table}.{column}"
    for table in re.findall(r"tables? `([a-z]+)`", where):
        assert table in CONTRACTS, table
    for section in re.findall(r"`\[+(\w+)\]+", where):
        assert section in ProjectFile.model_fields, section
    for test in re.findall(r"`(tests/[^`]+)`", shown):
        path, _, name = test.partition("::")
        assert named_tests(path)
        assert not name or name in named_tests(path), test


def _require_importable(name: str) -> None:
    """Raise unless a dotted name is a module or what one defines."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name
