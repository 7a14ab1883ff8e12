"""A backtest in words and tables: the same in both languages, honest about ties, losses and what was not tested."""

from __future__ import annotations

import json
from dataclasses import replace

import past
import pytest

from schoolmap.backtesting import Backtest
from schoolmap.backtesting import make_backtest
from schoolmap.output.describe_backtest import as_records
from schoolmap.output.describe_backtest import as_text
from schoolmap.output.describe_backtest import opening
from schoolmap.output.describe_backtest import tables


@pytest.fixture(scope="module")
def result() -> Backtest:
    """Test the synthetic past once, pupils too."""
    return make_backtest(replace(past.evidence(), pupils=past.pupils()), past.document())


def test_by_hand(result: Backtest) -> None:
    """Cohorts that shrink by 2 % fall; "no change" is wrong by 2.04 % a year ahead, ours by nothing."""
    lines = as_text(result, language="en").splitlines()
    assert lines[1] == "A synthetic past"
    assert "12 areas" not in lines[2]
    assert "Counts of 2010 to 2021 in 2 areas" in lines[2]
    at = lines.index("How wrong: the areas")
    assert lines[at + 1].split() == ["Stage", "Method", "1", "y", "3", "y", "5", "y"]
    assert " ".join(lines[at + 2].split()) == "Kindergarten 3-5 cohort change, weighted and damped 0.00 0.00 0.00"
    assert lines[at + 4].split() == ["no", "change", "2.04", "6.25", "10.63"]
    assert "Kindergarten  the whole area      ▼ falling" in "\n".join(lines)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_columns_are_straight(result: Backtest, language: str) -> None:
    """Figures end in the same column, also where Chinese characters are two wide."""
    from schoolmap.output.text import display_width  # noqa: PLC0415

    for table in tables(result, areas=True):
        text = as_text(result, language=language)
        assert table.heading[language] in text or "area" in table.heading["en"]
    lines = as_text(result, language=language).splitlines()
    at = lines.index({"en": "How wrong: the areas", "zh": "误差：各区域"}[language])
    assert len({display_width(line) for line in lines[at + 1 : at + 9]}) == 1


def test_a_loss_is_said(result: Backtest) -> None:
    """Where a plain method was better, the table and the verdict say so."""
    assert result.children is not None
    worse = result.children.accuracy.copy()
    worse.loc[("cohort_change", "primary", 1), "mape"] = 50.0
    lost = replace(result, children=replace(result.children, accuracy=worse))
    text = as_text(lost, language="en")
    assert "✗ no" in text
    assert "in 20 of 21 cases" in text
    assert "in 21 of 21 cases" in as_text(result, language="en")


@pytest.mark.parametrize("method", ["cohort_change", "no_change"])
def test_a_class_that_one_method_lacks_shows_a_dash(result: Backtest, method: str) -> None:
    """Villages of a few children: what was not forecast has no error, and no method is called the best there."""
    assert result.children is not None
    by_birth = result.children.by_birth.drop(index=(method, "born"))
    text = as_text(replace(result, children=replace(result.children, by_birth=by_birth)), language="en")
    cells = next(line for line in text.splitlines() if "all born at the base year" in line).split()[6:]
    place = {"cohort_change": 1, "no_change": 3}[method]
    assert [at for at, cell in enumerate(cells[:5]) if cell == "–"] == [place, 4]
    assert (cells[0] == "0") == (method == "cohort_change")


def test_every_table_has_as_many_cells_as_heads(result: Backtest) -> None:
    """And every cell has both languages."""
    for table in tables(result, areas=True):
        for row in table.rows:
            assert len(row) == len(table.heads)
            assert all(cell["en"] and cell["zh"] for cell in row)


def test_what_was_not_tested_is_said(result: Backtest) -> None:
    """A reason for a missing test, and years that were not compared with, are part of the opening."""
    changed = replace(result, excluded=(2020,), untested=({"en": "no room.", "zh": "没有。"},))
    words = [text["en"] for text in opening(changed)]
    assert "Not compared with: 2020." in words
    assert "Not tested: no room." in words


def test_hostile_names_reach_no_terminal(result: Backtest) -> None:
    """Control characters of a title are shown, not sent."""
    text = as_text(replace(result, title={"en": "\x1b[31mred", "zh": "x"}), language="en")
    assert "\x1b" not in text
    assert "red" in text


def test_records_for_machines(result: Backtest) -> None:
    """Plain JSON without NaN: methods without an interval have no coverage."""
    records = as_records(result)
    document = json.loads(json.dumps(records, allow_nan=False))
    assert set(document) == {"accuracy", "whole_area", "by_size", "by_birth", "peaks", "area_peaks", "pupils"}
    plain = next(row for row in document["accuracy"] if row["method"] == "no_change")
    assert plain["coverage"] is None
    assert plain["forecasts"] > 0
