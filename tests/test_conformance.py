"""Ours against published results: the values are right, a wrong one would be seen, and the command tells of both."""

from __future__ import annotations

import functools
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from schoolmap.cli import app
from schoolmap.conformance import access_cases as cases
from schoolmap.conformance import table
from schoolmap.conformance.case import Case
from schoolmap.conformance.table import FAMILIES
from schoolmap.conformance.table import as_records
from schoolmap.conformance.table import as_text
from schoolmap.conformance.table import conformance_table
from schoolmap.conformance.table import print_table

RUN = CliRunner()
PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
ONCE = functools.cache(conformance_table)
"""All families, worked out once for all tests of this file."""


def case(*, published: float = 1.0, ours: float = 1.0) -> Case:
    """Return a case with a tolerance of a tenth."""
    return Case(name="one", published=published, ours=ours, tolerance=0.1, source="here")


def test_every_published_value_holds() -> None:
    """All families agree with what is published."""
    found = ONCE()
    assert found.loc[~found["passes"], ["name", "published", "ours"]].to_dict("records") == []
    assert found["family"].unique().tolist() == list(FAMILIES)
    assert not found.duplicated(["family", "name"]).any()
    assert (found["source"] != "").all()


def test_the_hospital_example_is_whole() -> None:
    """Four states of the roads, three towns, two methods: 24 values to a billionth."""
    found = [each for each in cases.hospital_cases() if "SFCA" in each.name]
    assert len(found) == 24
    assert {each.tolerance for each in found} == {1e-9}


@pytest.mark.parametrize("state", cases.ROADS)
def test_the_hospital_values_are_those_of_the_definition(state: str) -> None:
    """In exact fractions, the values that are shipped are what the methods say, not only what a package returned."""
    way = {pair: Fraction(int(minutes)) for pair, minutes in cases.roads(state).items()}
    towns = list(cases.PEOPLE.index)
    near = {pair for pair, minutes in way.items() if minutes <= cases.LONGEST}
    for published, choice in (
        (cases.TWO_STEP, dict.fromkeys(way, Fraction(1))),
        (cases.THREE_STEP, {(o, at): 1 / way[o, at] / sum(1 / way[o, k] for k in towns) for o, at in way}),
    ):
        pull = {pair: choice[pair] / way[pair] if pair in near else Fraction(0) for pair in way}
        ratio = {
            at: Fraction(int(cases.DOCTORS[at])) / sum(pull[o, at] * int(cases.PEOPLE[o]) for o in towns)
            for at in towns
        }
        exact = [float(sum(pull[o, at] * ratio[at] for at in towns)) for o in towns]
        np.testing.assert_allclose(published[state], exact, rtol=1e-14)


def test_a_difference_fails() -> None:
    """More than the tolerance on either side, and a value that is none."""
    assert case(ours=1.1 - 1e-12).passes
    assert not case(ours=1.11).passes
    assert not case(ours=0.89).passes
    assert not case(ours=float("nan")).passes
    assert case(ours=1.25).difference == 0.25


def test_a_family_is_a_function() -> None:
    """A family that is listed is shown; the table needs to know no more of it."""
    found = conformance_table({"new": lambda: (case(), case(ours=2.0)), "empty": tuple})
    assert found["family"].tolist() == ["new", "new"]
    assert found["passes"].tolist() == [True, False]


def test_the_text_says_what_fails() -> None:
    """One line a case below the heads, and the count of those that hold."""
    found = conformance_table({"new": lambda: (case(), case(ours=2.0))})
    head, first, second, verdict = as_text(found).splitlines()
    assert head.split() == ["Family", "Name", "Published", "Ours", "Difference", "Passes", "Source"]
    assert first.split() == ["new", "one", "1", "1", "0.0e+00", "yes", "here"]
    assert second.split() == ["new", "one", "1", "2", "1.0e+00", "NO", "here"]
    assert verdict == "1 of 2 published values and identities hold."


def test_the_terminal_shows_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal it is a table; names are text and never markup."""
    named = Case(name="[bold]x", published=1.0, ours=2.0, tolerance=0.1, source="here")
    print_table(conformance_table({"new": lambda: (named,)}))
    shown = capsys.readouterr().out
    assert "[bold]x" in shown
    assert "NO" in shown
    assert "0 of 1 published values and identities hold." in shown


def test_records_are_plain() -> None:
    """A value that is none is null for machines."""
    (record,) = as_records(conformance_table({"new": lambda: (case(ours=float("nan")),)}))
    assert (record["ours"], record["difference"], record["passes"]) == (None, None, False)


def test_the_command_tells_that_all_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every case in a line, the count last; exit code 0."""
    monkeypatch.setattr(table, "conformance_table", ONCE)
    result = RUN.invoke(app, ["conformance"])
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    count = len(lines) - 2
    assert lines[-1] == f"{count} of {count} published values and identities hold."
    assert sum("SFCA, hospitals" in line for line in lines) == 24


def test_the_command_for_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    """One document; every case with its source."""
    monkeypatch.setattr(table, "conformance_table", ONCE)
    result = RUN.invoke(app, ["conformance", "--json"])
    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"]) == (0, True)
    assert all(each["passes"] and each["source"] for each in document["cases"])


def test_the_command_tells_of_one_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and the line says so, in either form."""
    failing = conformance_table({"new": lambda: (case(ours=float("nan")),)})
    monkeypatch.setattr(table, "conformance_table", lambda: failing)
    result = RUN.invoke(app, ["conformance"])
    assert result.exit_code == 1
    assert "NO" in result.stdout
    result = RUN.invoke(app, ["conformance", "--json"])
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert document["cases"][0]["ours"] is None


def rows_of(page: str) -> dict[str, list[list[str]]]:
    """Return the cells of each table of a page by its heading: name, published, passes, source."""
    found = {}
    for part in page.split("\n## ")[1:]:
        heading, _, *lines = part.splitlines()
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
        # what the computer rounds differs from one to the next: ours and the difference are not compared
        found[heading] = [[row[0], row[1], row[4], row[5]] for row in cells]
    return found


def test_the_page_of_the_documentation_is_as_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row that the command prints stands in docs/conformance.md, no other, and each passes."""
    monkeypatch.setattr(table, "conformance_table", ONCE)
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
