"""Cards that notebooks show: short, plain text inside, and nothing that a name can do."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pandas as pd
import village

from schoolmap.cards import Table
from schoolmap.cards import card
from schoolmap.cards import cell
from schoolmap.optimize.assign import Assignment
from schoolmap.optimize.location import Location
from schoolmap.optimize.rezoning.rezone import Rezoning
from schoolmap.optimize.siting.answer import Siting
from schoolmap.optimize.together import TogetherAssignment
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e\x00{{7*7}}"
TAGS = {"div", "p", "strong", "br", "table", "caption", "thead", "tbody", "tr", "th", "td"}


class Reading(HTMLParser):
    """What a browser would see: elements, their attributes, and text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[tuple[str, str | None]] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes |= set(attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the one that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Gather the text."""
        self.text += data + " "


def read(document: str) -> Reading:
    """Read a card: every element is closed, of the few that are meant, and asks for nothing."""
    found = Reading(document)
    assert found.open == []
    assert set(found.tags) <= TAGS
    assert found.attributes <= {("scope", "col")}
    return found


def test_a_hostile_text_is_text_everywhere() -> None:
    """As title, label, value, caption, heading and cell; what turns or hides letters is shown as one that is not there."""
    found = read(card(HOSTILE, [(HOSTILE, HOSTILE)], Table(HOSTILE, [HOSTILE], [[HOSTILE]])))
    assert found.text.count("<script>alert(1)</script>") == 6
    assert "\u202e" not in found.text
    assert "\x00" not in found.text


def test_long_texts_are_cut() -> None:
    """A card stays short whatever a file holds."""
    assert len(cell("x" * 10_000)) < 130


def test_a_project_with_hostile_names(tmp_path: Path) -> None:
    """Its card names CRS, years, stages and tables with their rows."""
    project = read_project(village.write(tmp_path / "village"))
    settings = project.settings.model_copy(update={"title": dict.fromkeys(("en", "zh"), HOSTILE), "language": "en"})
    found = read(replace(project, settings=settings)._repr_html_())
    assert "<script>" in found.text
    for told in ("EPSG:4546", "2024 to 2030", "Kindergarten", "3 to 5", "sections", "synthetic"):
        assert told in found.text
    words = found.text.split()
    assert words[words.index("schools") + 1] == str(len(project.schools))
    assert "hidden" not in found.text
    assert "counts of 1 to 4 are hidden" in read(replace(project, hide_below=5)._repr_html_()).text


def test_a_plan_shows_its_worst_gaps_and_its_audit(tmp_path: Path) -> None:
    """Totals of the first, worst and last year; the worst catchments of a stage by name; that the audit holds."""
    plan = make_plan(village.idle(read_project(village.write(tmp_path / "village"))))
    names = {name: layer.assign(name=HOSTILE) for name, layer in plan.project.coverages.items()}
    found = read(replace(plan, project=replace(plan.project, coverages=names))._repr_html_())
    assert f"{len(plan.audit)} checks hold" in found.text
    first = plan.balance[plan.balance["year"] == plan.years[0]]
    for _, here in first.groupby("stage"):
        assert f"{here['demand'].sum():,.1f}" in found.text
    short = plan.balance[plan.balance["gap"] >= 0.5]
    assert found.text.count("<script>") == len(short[["stage", "catchment"]].drop_duplicates()) > 0
    broken = replace(plan, audit=plan.audit.assign(holds=[False] + [True] * (len(plan.audit) - 1)))
    assert f"1 of {len(plan.audit)} checks FAIL" in broken._repr_html_()


def test_an_answer_says_how_good_it_is() -> None:
    """Status, objective, bound and proof, and the tables by name, whatever their labels are."""
    flows = pd.Series([20.0], index=pd.MultiIndex.from_tuples([(HOSTILE, "s")]), name="pupils")
    answer = Location(
        status="optimal",
        objective=2000.0,
        lower_bound=2000.0,
        gap=0.0,
        proof=HOSTILE,
        seed=7,
        seconds=0.5,
        sites=pd.Index([HOSTILE]),
        assignment=pd.Series(["s"]),
        flows=flows,
        unserved=pd.Series(dtype=float),
    )
    found = read(answer._repr_html_())
    for told in ("Location", "status: optimal", "lower bound: 2,000.0", "flows", "unserved"):
        assert told in found.text
    for other in (Assignment, Rezoning, Siting, TogetherAssignment):
        assert callable(other._repr_html_)
