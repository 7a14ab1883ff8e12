"""`schoolmap conformance`: the table, the document for machines, and the exit code."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from schoolmap.cli import app
from schoolmap.conformance import table
from schoolmap.conformance.case import Case

RUN = CliRunner()


def wrong() -> tuple[Case, ...]:
    """Return a case that fails, because ours is no number."""
    return (Case(name="two", published=2.0, ours=float("nan"), tolerance=0.1, source="here"),)


@pytest.fixture
def one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold only one family, which fails."""
    failing = table.conformance_table({"new": wrong})
    monkeypatch.setattr(table, "conformance_table", lambda: failing)


def test_all_hold() -> None:
    """Every case in a line, the count last; exit code 0."""
    result = RUN.invoke(app, ["conformance"])
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    count = len(lines) - 2
    assert lines[-1] == f"{count} of {count} published values and identities hold."
    assert sum("SFCA, hospitals" in line for line in lines) == 24


def test_for_machines() -> None:
    """One document; every case with its source."""
    result = RUN.invoke(app, ["conformance", "--json"])
    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"]) == (0, True)
    assert all(case["passes"] and case["source"] for case in document["cases"])


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
