"""`schoolmap conformance`: the table, the document for machines, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from schoolmap.cli import app
from schoolmap.conformance import table
from schoolmap.conformance.case import Case

if TYPE_CHECKING:
    import pandas as pd

RUN = CliRunner()
PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"


def wrong() -> tuple[Case, ...]:
    """Return a case that fails, because ours is no number."""
    return (Case(name="two", published=2.0, ours=float("nan"), tolerance=0.1, source="here"),)


@pytest.fixture
def one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold only one family, which fails."""
    failing = table.conformance_table({"new": wrong})
    monkeypatch.setattr(table, "conformance_table", lambda: failing)


@pytest.fixture(scope="module")
def every_case() -> pd.DataFrame:
    """Compute every case once."""
    return table.conformance_table()


@pytest.fixture
def all_computed(monkeypatch: pytest.MonkeyPatch, every_case: pd.DataFrame) -> None:
    """Give what is computed to each command; that it is computed afresh is seen in the test of one that fails."""
    monkeypatch.setattr(table, "conformance_table", lambda: every_case)


@pytest.mark.usefixtures("all_computed")
def test_all_hold() -> None:
    """Every case in a line, the count last; exit code 0."""
    result = RUN.invoke(app, ["conformance"])
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    count = len(lines) - 2
    assert lines[-1] == f"{count} of {count} published values and identities hold."
    assert sum("SFCA, hospitals" in line for line in lines) == 24


@pytest.mark.usefixtures("all_computed")
def test_for_machines() -> None:
    """One document; every case with its source."""
    result = RUN.invoke(app, ["conformance", "--json"])
    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"]) == (0, True)
    assert all(case["passes"] and case["source"] for case in document["cases"])


def rows_of(page: str) -> dict[str, list[list[str]]]:
    """Return the cells of each table of a page by its heading: name, published, passes, source."""
    found = {}
    for part in page.split("\n## ")[1:]:
        heading, _, *lines = part.splitlines()
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
        # what the computer rounds differs from one to the next: ours and the difference are not compared
        found[heading] = [[row[0], row[1], row[4], row[5]] for row in cells]
    return found


@pytest.mark.usefixtures("all_computed")
def test_the_page_of_the_documentation_is_as_generated() -> None:
    """Every row that the command prints stands in docs/conformance.md, no other, and each passes."""
    result = RUN.invoke(app, ["conformance", "--markdown"])
    assert result.exit_code == 0
    shipped = PAGE.read_text(encoding="utf-8")
    written = rows_of(shipped)
    # those of a folder that may not be shipped come first
    assert written.pop("Published siting")
    assert written == rows_of(result.stdout)
    assert all(row[2] == "yes" for rows in written.values() for row in rows[2:])
    assert result.stdout.split("**")[0] == shipped.split("**")[0]


def test_a_page_shows_hostile_names_as_text() -> None:
    """A name cannot end its cell, nor open a tag."""
    hostile = Case(name="a | b <script>", published=1.0, ours=1.0, tolerance=0.0, source="here")
    page = table.as_markdown(table.conformance_table({"new": lambda: (hostile,)}))
    assert page.splitlines()[-1] == r"| a \| b &lt;script> | 1 | 1 | 0.0e+00 | yes | here |"


@pytest.mark.usefixtures("one_fails")
def test_one_that_fails() -> None:
    """Exit code 1, and the line says so, in either form."""
    result = RUN.invoke(app, ["conformance"])
    assert result.exit_code == 1
    assert "NO" in result.stdout
    result = RUN.invoke(app, ["conformance", "--json"])
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert document["cases"][0]["ours"] is None
