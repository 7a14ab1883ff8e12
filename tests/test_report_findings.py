"""Sentences of the report: each number in them is one of the model's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import hamlet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.output import lookups
from schoolmap.output.numbers import chance
from schoolmap.output.numbers import printed
from schoolmap.output.report import findings
from schoolmap.output.sheets import Shaded
from schoolmap.output.words import number

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel

MODEL = hamlet.model()
KINDERGARTEN, PRIMARY = MODEL.stages


def with_totals(short: tuple[float, ...]) -> tuple[MapModel, Panel]:
    """Return the hamlet with other sums of seats short in primary schools, and that panel."""
    panel = lookups.central(MODEL, "primary")
    changed = replace(panel, totals=replace(panel.totals, short=short))
    return replace(MODEL, panels=tuple(changed if p is panel else p for p in MODEL.panels)), changed


def test_by_hand_in_english() -> None:
    """239 needed now, 275 at the peak with its interval; short in 2026 and 2027; three are left."""
    first, short, where, action = findings.of_stage(MODEL, PRIMARY, language="en")
    assert first == (
        "Primary: 239 seats are needed in 2025, and there are 290. Most are needed in 2027: 275 (P10 to P90: 248–303). "
        "In 2028 190 are needed (P10 to P90: 171–209), and there are 300."
    )
    assert short == (
        "Seats are short from 2026 to 2027, most in 2026: 40 in 1 of 4 catchments, while 60 are spare in others; the area as a "
        "whole then has 20 seats to spare."
    )
    assert where.startswith(f"Shortest are {hamlet.SCRIPT} (2026–2027, 40 seats in 2026, probability 97%)")
    assert action == (
        "Proposed: expand (1, 45 seats); move a boundary (1, 12 pupils). With this, the most that stays short is 3 seats, in 2026."
    )


def test_by_hand_in_chinese() -> None:
    """The same findings."""
    first, short, where, action = findings.of_stage(MODEL, PRIMARY, language="zh")
    assert first == (
        "小学：2025年需学位239个，现有学位290个；2027年需求最高，为275个（P10—P90：248–303）；"
        "2028年需求190个（P10—P90：171–209），学位300个。"
    )
    assert "2026至2027年存在缺口，2026年最大：4个片区中有1个不足，合计缺40个，其他片区富余60个" in short
    assert "概率97%" in where
    assert action == "建议：扩建1项（45个学位）；调整片区1项（12名学生）。实施后缺口最大为2026年的3个。"


def test_nothing_short_is_said() -> None:
    """A stage with enough seats: no claim of a place, no proposal."""
    panel = lookups.central(MODEL, "kindergarten")
    assert findings.shortage_sentence(MODEL, panel, language="en") == "No catchment is short of seats in any year."
    sentences = findings.of_stage(MODEL, KINDERGARTEN, language="en")
    assert len(sentences) == 2
    assert findings.review_sentence(MODEL, KINDERGARTEN, language="en") == ""


def test_the_first_year_is_told_apart() -> None:
    """What is short before anything can open is no fault of the proposals; a shortage of one year names it once."""

    def said(after: tuple[float, ...], language: str) -> str:
        decision = replace(
            MODEL.decision, short_before={"primary": (9.0, 40.0, 30.0, 0.0)}, short_after={"primary": after}
        )
        return findings.left_sentence(replace(MODEL, decision=decision), PRIMARY, language=language).strip()

    assert said((9.0, 0.0, 0.0, 0.0), "en") == (
        "The 9 seats short in 2025 come too soon for any measure. After it no seat stays short."
    )
    assert said((9.0, 0.0, 4.0, 0.0), "zh") == "2025年的缺口9个，任何措施均来不及。此后缺口最大为2027年的4个。"
    assert said((0.0, 0.0, 0.0, 0.0), "en") == "With this, no seat stays short."
    panel = lookups.central(MODEL, "primary")
    once = replace(panel, ranking=(replace(panel.ranking[0], first_year=2026, last_year=2026),))
    assert "(2026, 40 seats in 2026" in findings.where_sentence(MODEL, PRIMARY, once, language="en")


def test_money_is_told_with_its_bound() -> None:
    """What is built, how much of it soon, what runs, and how much better another plan could be."""
    money, proof = findings.cost_sentences(MODEL, language="en")
    assert "120 (10,000 yuan) to build, 120 of it up to 2030, and 28 to run" in money
    assert "more than 0.00 % cheaper" in proof
    later = replace(MODEL, decision=replace(MODEL.decision, gap=0.0123, capital_by_year=(0.0,) * 4))
    money, proof = findings.cost_sentences(later, language="zh")
    assert "其中2030年前0万元" in money
    assert "1.23%" in proof
    assert findings.cost_sentences(replace(MODEL, decision=replace(MODEL.decision, status="none")), language="en") == []


def test_a_review_is_never_an_order() -> None:
    """Spare seats make a candidate for a review in both languages."""
    assert "never an order to close" in findings.review_sentence(MODEL, PRIMARY, language="en")
    assert "不得据此撤并" in findings.review_sentence(MODEL, PRIMARY, language="zh")


def test_who_is_born() -> None:
    """Up to 2026 all are, from 2028 on none."""
    panel = lookups.central(MODEL, "primary")
    text = findings.unborn_sentence(MODEL, PRIMARY, panel, language="en")
    assert text == "Primary: up to 2026 all children are born already. From 2028 on all of them are assumed births."


def test_children_become_more_or_fewer() -> None:
    """In the central scenario only, with direction, base, peak and end."""
    other = replace(MODEL.population.peaks[0], scenario="high", base=1.0)
    people = replace(MODEL.population, peaks=(*MODEL.population.peaks, other))
    (said,) = findings.peak_sentences(replace(MODEL, population=people), language="en")
    assert said == (
        "Primary, the whole area: rising over five years. 239 children of these ages in 2025, most in 2027 (275), 190 in 2028."
    )


@given(st.lists(st.floats(0, 9999), min_size=4, max_size=4))
def test_the_shortage_is_that_of_the_totals(short: list[float]) -> None:
    """First, worst and last year are those of the sums; each year and number of the sentence is one of the model's."""
    model, panel = with_totals(tuple(short))
    found = findings.shortage_of(panel)
    sentence = findings.shortage_sentence(model, panel, language="en")
    years = [t for t, value in enumerate(short) if value >= 0.5]
    assert found.short == max(short)
    assert (found.first, found.last) == ((years[0], years[-1]) if years else (None, None))
    if years:
        assert number(max(short)) in sentence
        assert set(map(int, re.findall(r"\b20\d\d\b", sentence.replace(",", "")))) >= {model.years[found.worst]}
    else:
        assert sentence.startswith("No catchment is short")


@pytest.mark.parametrize(
    ("cell", "kind", "shown"),
    [
        (1234567.4, "count", "1,234,567"),
        (0.123, "share", "12%"),
        (1.0, "chance", ">99%"),
        (0.0, "chance", "<1%"),
        (2027, "year", "2027"),
        (12.0, "gap", "+12"),
        (-12.0, "gap", "-12"),
        (0.2, "gap", "0"),
        (1.5, "decimal", "1.5"),
        (3.0, "decimal", "3"),
        (5.0, "signed", "+5.0%"),
        (hamlet.FORMULA, "count", hamlet.FORMULA),
        (Shaded(0.5, "#ffffff"), "heat", "50%"),
        (Shaded(None, None), "heat", ""),
        (None, "exact", ""),
    ],
)
def test_numbers_as_they_are_printed(cell: object, kind: str, shown: str) -> None:
    """Thousands separated, a gap with its sign, a probability never certain, nothing where nothing is known."""
    assert printed(cell, kind) == shown  # type: ignore[arg-type]


@given(st.floats(0, 1))
def test_a_probability_is_never_certain(value: float) -> None:
    """Neither 0 % nor 100 % is ever printed."""
    assert chance(value) not in {"0%", "100%"}
