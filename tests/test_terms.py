"""Codes in words: every code has one, in both languages, and no two codes of a kind share it."""

from __future__ import annotations

from dataclasses import replace

import hamlet
import invented
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.output import sheets
from schoolmap.output import terms
from schoolmap.output.figures.maps import KINDS
from schoolmap.seats.warnings import LEVELS
from schoolmap.standards import CONFIDENCES
from schoolmap.tables import PROJECT_KINDS


@pytest.mark.parametrize("table", [terms.LEVELS, terms.LEVEL_MEANINGS, terms.PROPOSALS, terms.PROJECTS])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_tell_codes_apart(table: dict[str, dict[str, str]], language: str) -> None:
    """Nothing is empty, nothing is said twice."""
    words = [text[language] for text in table.values()]
    assert all(words)
    assert len(set(words)) == len(words)


def test_no_code_is_without_a_word() -> None:
    """Levels, kinds of projects that a table may hold, kinds of proposals on a map, confidence."""
    assert tuple(terms.LEVELS) == tuple(terms.LEVEL_MEANINGS) == LEVELS
    assert tuple(terms.CONFIDENCE) == CONFIDENCES
    assert set(terms.PROJECTS) == set(PROJECT_KINDS)
    assert set(KINDS) < set(terms.PROPOSALS)


@given(code=st.text())
def test_a_word_of_the_user_s_stays_as_it_is(code: str) -> None:
    """What is no code of ours is shown as it stands."""
    known = terms.OPERATORS.get(code)
    assert terms.term(terms.OPERATORS, code, "zh") == (code if known is None else known["zh"])


def test_rooms_of_another_stage_are_no_conversion() -> None:
    """A proposal that uses other rooms is not said in the words of a project that makes a school public."""
    model = hamlet.model(
        actions=(invented.action(kind="convert", scenarios=()),),
        projects=(replace(hamlet.model().projects[0], kind="convert"),),
    )
    kinds = {name: sheets.describe_sheet(model, name, language="zh").rows[0] for name in ("actions", "projects")}
    assert kinds["actions"][1] == "教室转用"
    assert kinds["projects"][2] == "转办（转用）"
