"""The page on standards keeps its promises: keys are those of the schema, and its examples run."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from schoolmap import standards
from schoolmap.standards import schema
from schoolmap.standards.lookup import cap_of

PAGE = (Path(__file__).parents[1] / "docs" / "standards.md").read_text(encoding="utf-8")
PARTS = [part for part in vars(schema).values() if isinstance(part, type) and dataclasses.is_dataclass(part)]


def block(language: str) -> str:
    """Return the page's example in a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("part", PARTS)
def test_every_key_is_described(part: type) -> None:
    """A key that can be written is on the page."""
    keys = [field.name for field in dataclasses.fields(part)]
    assert keys
    named = re.findall(r"[`\[.]([a-z_]+)\b", PAGE)
    assert [key for key in keys if key not in named] == []


def test_every_shipped_standard_is_described() -> None:
    """And no other."""
    listed = re.search(r"\| shipped \| what \|\n\|---\|---\|\n(.*?)\n\n", PAGE, flags=re.DOTALL)
    assert listed is not None
    assert sorted(re.findall(r"^\| `(\w+)`", listed[1], flags=re.MULTILINE)) == list(standards.shipped())


def test_the_local_file_is_sound() -> None:
    """The page's example extends China: 40 for those who enter from 2026 on, 45 before, and a rule of its own."""
    ours = standards.parse(tomllib.loads(block("toml")))
    assert ours.extends == ("china",)
    primary = ours.stages["primary"]
    caps = [cap_of(primary, grade="1", entered=year) for year in (2025, 2026)]
    assert [None if cap is None else cap.value for cap in caps] == [45, 40]
    assert ours.seat_rules[-1].place == "本县"
    assert ours.stages["junior"] == standards.load("china").stages["junior"]


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """It prints what the page says it prints."""
    exec(compile(block("python"), "standards.md", "exec"), {})  # noqa: S102
    printed = capsys.readouterr().out
    said = re.search(r"# (180\.0 6 1)", PAGE)
    assert said is not None
    assert printed.startswith(f"{said[1]}\n")
    assert "2018" in printed


def test_the_costs_of_china_are_those_of_the_page() -> None:
    """The page lists every amount of a stage, and leaves empty what nobody states."""
    costs = standards.load("china").costs
    assert costs is not None
    found = re.search(r"^\| `china` \| (`new`[^\n]+) \|\n\|[-|]+\|\n(.*?)\n\n", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    names = [cell.strip(" `") for cell in found[1].split("|")]
    for row in found[2].splitlines():
        stage, *cells = (cell.strip() for cell in row.strip().strip("|").split("|"))
        figures = {name: getattr(costs.stages[stage], name) for name in names}
        assert cells == ["" if figure is None else f"{figure.value:g}" for figure in figures.values()]
