"""The tables of concepts keep their word: every column, key, figure, function, table of facts and test exists."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import pytest

from schoolmap.inputs import project_file
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from pydantic import BaseModel

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
PARTS = (
    "Demand",
    "Supply: seats, classes, sites",
    "Class size",
    "Kindergartens",
    "Rural schools",
    "Catchments, admission and diversion",
    "Teachers",
    "Evaluation",
    "What there must be",
    "Standards as numbers",
    "Data conventions",
    "Worked examples",
)
SECTIONS: dict[str, type[BaseModel]] = {
    "[project]": project_file.Settings,
    "[population]": project_file.PopulationSettings,
    "[seats]": project_file.SeatSettings,
    "[publication]": project_file.PublicationSettings,
    "[travel]": project_file.TravelSettings,
    "[siting]": project_file.SitingSettings,
    "[stages]": project_file.Stage,
    "[[scenarios]]": project_file.Scenario,
    "[[stated]]": project_file.StatedFigure,
    "[[rulings]]": project_file.Ruling,
    "[[sources]]": project_file.Source,
}
NOWHERE = "—"
PERSONAL = ("child", "pupil_name", "address", "birthday", "birth_date", "id_card", "phone", "parent_name")
"""What a table about single children would have."""


class Row(NamedTuple):
    """One concept: its term, what it is, where it is held, and the tests or the reason."""

    part: str
    term: str
    what: str
    where: str
    shown: str


def read_rows(text: str) -> list[Row]:
    """Return the rows of all tables, each with the heading above it."""
    part, rows = "", []
    for line in text.splitlines():
        if line.startswith("## "):
            part = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith("| concept "):
            rows.append(Row(part, *(cell.strip() for cell in line.strip().strip("|").split("|"))))
    return rows


ROWS = read_rows(TEXT)
NAMES = [f"{row.part[:12]}-{row.term}" for row in ROWS]


@cache
def named_tests(path: str) -> frozenset[str]:
    """Return the names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


@cache
def facts() -> frozenset[str]:
    """Return the ids of all tables of facts, as the code writes them."""
    found: set[str] = set()
    for folder in ("output/facts", "seats/indicators"):
        for path in sorted((ROOT / "schoolmap" / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"FactTable", "AssessmentTable"}:
                    found |= {
                        str(key.value.value)
                        for key in node.keywords
                        if key.arg == "id" and isinstance(key.value, ast.Constant)
                    }
    return frozenset(found)


@cache
def standard(name: str) -> dict[str, Any]:
    """Return a shipped standard as it is written."""
    return tomllib.loads((ROOT / "schoolmap" / "standards" / f"{name}.toml").read_text(encoding="utf-8"))


def has_key(document: Any, key: str) -> bool:  # noqa: ANN401 - whatever TOML holds
    """Say whether a document has a key; an entry of a list is found by its id."""
    for part in key.split("."):
        if isinstance(document, list):
            document = {str(entry.get("id")): entry for entry in document}
        if not isinstance(document, dict) or part not in document:
            return False
        document = document[part]
    return True


def exists(name: str) -> bool:
    """Say whether a dotted name is a module, or what one defines."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return hasattr(importlib.import_module(module), attribute)
    return True


def unknown_places(where: str) -> list[str]:
    """Return what is named as a place and is none."""
    unknown: list[str] = []
    for found in re.finditer(r"facts `(\w+)`", where):
        unknown += [found[0]] if found[1] not in facts() else []
    for found in re.finditer(r"`(\w+): ([\w.-]+)`", where):
        unknown += [found[0]] if not has_key(standard(found[1]), found[2]) else []
    for found in re.finditer(r"`(\[+\w+\]+) (\w+)`", where):
        known = found[1] in SECTIONS and found[2] in SECTIONS[found[1]].model_fields
        unknown += [] if known else [found[0]]
    for found in re.finditer(r"`(schoolmap\.[\w.]+)`", where):
        unknown += [] if exists(found[1]) else [found[0]]
    for found in re.finditer(r"`(?!schoolmap\.)(\w+)\.(\w+)`", where):
        known = found[1] in CONTRACTS and found[2] in CONTRACTS[found[1]].columns
        unknown += [] if known else [found[0]]
    others = re.sub(r"facts `\w+`|`\w+: [\w.-]+`|`\[+\w+\]+ \w+`|`[\w.]+\.\w+`", "", where)
    return unknown + ([others] if others.strip(" ,;") else [])


def unknown_tests(shown: str) -> list[str]:
    """Return tests that are named and are not there."""
    return [
        f"{path}::{name}"
        for path, name in re.findall(r"`(tests/\w+\.py)::(\w+)`", shown)
        if not (ROOT / path).is_file() or name not in named_tests(path)
    ]


def test_every_part_of_a_bureaus_work_is_there() -> None:
    """Twelve parts, each with rows of four cells, and no concept of a part twice."""
    assert tuple(re.findall(r"^## (.+)$", TEXT, flags=re.MULTILINE)) == PARTS
    assert tuple(dict.fromkeys(row.part for row in ROWS)) == PARTS
    assert len({(row.part, row.term) for row in ROWS}) == len(ROWS) > 140
    assert all(row.term and row.what and row.where and row.shown for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_concept_has_a_place(row: Row) -> None:
    """What is named exists, and nothing but places is named; only what is left out may have none."""
    if row.where == NOWHERE:
        assert row.shown.startswith("Left out: ")
    else:
        assert unknown_places(row.where) == []


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_concept_has_a_test_or_a_reason(row: Row) -> None:
    """A test that is there; what is left out wholly has a reason and no test, what is left out in part has both."""
    tests = re.findall(r"`tests/[^`]+`", row.shown)
    assert unknown_tests(row.shown) == []
    assert len(tests) == len(re.findall(r"`tests/\w+\.py::test_\w+`", row.shown))
    without = re.sub(r"`tests/[^`]+`", "", row.shown).strip(" ,")
    if not tests:
        assert re.fullmatch(r"Left out: .{15,}", without)
    elif without:
        assert re.fullmatch(r"\. In part: .{8,}", without)


def test_no_page_and_no_mark_of_a_source_is_cited() -> None:
    """Documents are named by their name and number only."""
    assert not re.search(r"https?:|www\.|\(page\)|\(file\)|\[R2?\]|\[BK|\[C\]|\bS[0-4]\b|/work|/tmp", TEXT)


def test_every_table_and_every_table_of_facts_is_somewhere() -> None:
    """No table of the contract and no table of facts is without a concept."""
    tables = {found[0] for row in ROWS for found in re.findall(r"`(\w+)\.(\w+)`", row.where) if found[0] in CONTRACTS}
    assert tables == set(CONTRACTS)
    assert {name for row in ROWS for name in re.findall(r"facts `(\w+)`", row.where)} == facts()


def test_no_table_holds_a_person() -> None:
    """Tables are of areas, schools, classes and counts: no column is for a child, its name or its address."""
    columns = {column for contract in CONTRACTS.values() for column in contract.columns}
    assert columns.isdisjoint(PERSONAL)
    assert {"name"} == {column for column in columns if "name" in column}
    # a name is that of an area, school, catchment, project, estate, plot, road, river or bridge
    named = {contract.name for contract in CONTRACTS.values() if "name" in contract.columns}
    of_ways = {"roads", "barriers", "crossings"}
    assert named == {"areas", "schools", "catchments", "projects", "developments", "sites"} | of_ways


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("`sections.seats`; facts `crowding`, `[seats] dissolve_by`, `china: seat_rules.yulin-500`", []),
        ("`sections.chairs`", ["`sections.chairs`"]),
        ("`chairs.seats`", ["`chairs.seats`"]),
        ("facts `chairs`", ["facts `chairs`"]),
        ("`[seats] chairs`", ["`[seats] chairs`"]),
        ("`china: seat_rules.chairs`", ["`china: seat_rules.chairs`"]),
        ("`schoolmap.plan.make_chairs`", ["`schoolmap.plan.make_chairs`"]),
        ("somewhere", ["somewhere"]),
    ],
)
def test_what_is_not_there_is_found(where: str, wrong: list[str]) -> None:
    """The tests above could fail."""
    assert unknown_places(where) == wrong


def test_a_test_that_is_not_there_is_found() -> None:
    """A file that is not there, and a test that is not in it."""
    shown = "`tests/test_chairs.py::test_by_hand`, `tests/test_plan.py::test_chairs`"
    assert unknown_tests(shown) == ["tests/test_chairs.py::test_by_hand", "tests/test_plan.py::test_chairs"]
