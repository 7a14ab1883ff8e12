"""Why here, why so many, why rented, why in this year: sentences in both languages, with what was worked out and no more."""

from __future__ import annotations

import re

import pytest

from schoolmap.output import proposal_reasons as why

LATE = {"en": "Delayed projects", "zh": "项目延期"}


def test_a_shortage_by_hand() -> None:
    """Several years with the worst one; a single year needs no worst one."""
    assert why.need(short=90.4, first=2026, last=2028, peak=2027, probability=0.998) == {
        "en": "Short of seats from 2026 to 2028: most in 2027, 90 seats (probability of a shortage >99 %).",
        "zh": "2026至2028年学位不足，2027年最多缺90个（短缺概率>99%）。",
    }
    assert why.need(short=1.0, first=2026, last=2026, peak=2026, probability=0.004) == {
        "en": "Short of seats in 2026: 1 seat (probability of a shortage <1 %).",
        "zh": "2026年学位不足，缺1个（短缺概率<1%）。",
    }


def test_new_boundaries_change_what_is_missing() -> None:
    """Where seats were missing before they go on to be, in other years; where none were, pupils come over."""
    years = {"short": 401.0, "first": 2021, "last": 2035, "peak": 2026}
    assert why.need_after(**years, here=True)["en"] == (
        "With the boundaries as proposed: from 2021 to 2035, most in 2026, 401 seats."
    )
    assert why.need_after(**years, here=False) == {
        "en": "Seats are missing here once pupils come over the proposed boundary: from 2021 to 2035, most in 2026, 401 seats.",
        "zh": "片区调整后有学生划入，2021至2035年学位不足，2026年最多缺401个。",
    }


def test_another_scenario_is_named() -> None:
    """The one that explains a size, or that alone is short."""
    text = why.need_elsewhere(LATE, short=1097.0, first=2026, last=2038, peak=2031)
    assert text["en"] == "In the scenario Delayed projects: from 2026 to 2038, most in 2031, 1,097 seats."
    assert "项目延期" in text["zh"]
    assert "Delayed projects" in why.only_in(LATE)["en"]
    assert why.only_in(None) == {"en": "", "zh": ""}


@pytest.mark.parametrize("kind", ["new", "expand", "attach", "convert", "temporary"])
@pytest.mark.parametrize("code", ["as_short", "earliest", "ahead", "later", "suffices"])
def test_every_reason_for_a_year_has_words(code: str, kind: str) -> None:
    """In both languages, for every kind that makes seats."""
    text = why.timing(code, kind)
    assert text["en"].endswith(".")
    assert text["zh"].endswith("。")


def test_boundaries_and_neighbours_have_a_reason_for_their_year() -> None:
    """Neither is built: what counts is the next school year."""
    assert "boundary" in why.timing("boundary", "rezone")["en"]
    assert "Families" in why.timing("neighbour", "rezone")["en"]


@pytest.mark.parametrize("code", ["over", "bridge", "full", "only", "wave", "risk", "cheaper"])
def test_why_rooms_are_rented_has_words(code: str) -> None:
    """In both languages."""
    assert why.rented(code)["en"].endswith(".")
    assert why.rented(code)["zh"].endswith("。")


def test_scenarios_by_name() -> None:
    """All, some, or none call for it; with one scenario there is nothing to say."""
    high, low = {"en": "High", "zh": "高"}, {"en": "Low", "zh": "低"}
    assert "every scenario" in why.scenarios([high, low], 2)["en"]
    assert "1 of 2 scenarios call for it: High" in why.scenarios([high], 2)["en"]
    assert "No single scenario" in why.scenarios([], 2)["en"]
    assert why.scenarios([high], 1)["en"] == ""


def test_who_is_left_and_why() -> None:
    """Too early, too few for a class, or beyond what is allowed; one pupil is no pupils."""
    assert why.unsolved(short=1.0, peak=2027, before=None, class_size=45.0)["en"] == (
        "1 pupil remains without a seat (most in 2027): for so few another class is not worth opening."
    )
    assert "within the budget" in why.unsolved(short=90.0, peak=2027, before=None, class_size=45.0)["en"]
    assert "before 2029" in why.unsolved(short=90.0, peak=2027, before=2029, class_size=45.0)["en"]


def test_no_sentence_is_an_order_to_close() -> None:
    """What stays empty is reviewed, never closed."""
    texts = [why.over(), *(why.unsolved(short=9.0, peak=2027, before=year, class_size=30.0) for year in (None, 2029))]
    texts += [why.rented(code) for code in ("over", "bridge", "full", "only", "wave", "risk", "cheaper")]
    for text in texts:
        assert not re.search(r"close|shut|撤并|关闭", text["en"] + text["zh"])
