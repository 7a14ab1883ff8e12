"""What has to be settled before anything follows from spare seats: open questions, never an order."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap import standards
from schoolmap.errors import InputError
from schoolmap.seats.reviews import LASTING_YEARS
from schoolmap.seats.reviews import OPEN
from schoolmap.seats.reviews import review_candidates
from schoolmap.seats.reviews import review_questions
from schoolmap.standards.schema import ReviewItem

NEVER_SAID = re.compile(
    r"close this school|close the school|撤销该校|撤并该校|关闭该校|予以撤并|应撤并|必须撤并", re.IGNORECASE
)

FIRST = 2027


def item(en: str = "Have parents agreed?", zh: str = "是否征求家长意见？", **columns: str) -> ReviewItem:
    """Return a point of a checklist."""
    return ReviewItem(text={"en": en, "zh": zh}, document="国办发〔2012〕48号", confidence="medium", **columns)  # type: ignore[arg-type]


def candidates(*catchments: str) -> pd.DataFrame:
    """Return review candidates."""
    return pd.DataFrame({"spare": 120.0}, index=pd.Index(catchments, name="catchment"))


def test_every_question_is_asked_of_every_candidate() -> None:
    """Two candidates and two points are four open questions, in the order of the checklist."""
    asked = review_questions(
        candidates("n", "s"),
        [item(id="parents"), item("Is the way safe?", "上下学路途是否安全？", id="way", place="河北省")],
    )
    assert asked.index.tolist() == [("n", 1), ("n", 2), ("s", 1), ("s", 2)]
    assert asked["id"].tolist() == ["parents", "way"] * 2
    assert asked.loc[("s", 2), ["question_zh", "place", "source"]].tolist() == [
        "上下学路途是否安全？",
        "河北省",
        "国办发〔2012〕48号",
    ]
    assert set(asked["answer"]) == {OPEN}


def test_the_shipped_checklist_orders_nothing() -> None:
    """Every point that comes with the library is a question in both languages, and none says to close a school."""
    asked = review_questions(candidates("n"), standards.load("china").review)
    assert len(asked) == len(standards.load("china").review) > 0
    for question in [*asked["question_en"], *asked["question_zh"]]:
        assert "?" in question or "？" in question
        assert not NEVER_SAID.search(question)


@pytest.mark.parametrize(
    ("en", "zh"),
    [
        (
            "Have most parents agreed? If most object, the school is not merged by force.",
            "多数家长反对的，不得强行撤并，是否已征求意见？",
        ),
        ("Are the new seats ready before the old ones are given up?", "是否先建后撤，新学位到位后再撤并？"),
        ("Has the proposal been published?", "撤并方案是否已公示？"),
        ("Are schools that are needed not closed?", "必要的学校是否不应撤并？"),
    ],
)
def test_regulations_may_be_quoted(en: str, zh: str) -> None:
    """To ask what a merger needs is no order to merge."""
    assert review_questions(candidates("n"), [item(en, zh)])["question_zh"].tolist() == [zh]


@pytest.mark.parametrize(
    ("en", "zh", "message"),
    [
        ("Close this school.", "是否征求家长意见？", "asks nothing"),
        ("Close this school, will you?", "是否征求家长意见？", "is an order"),
        ("Is it clear that it must be closed?", "是否征求家长意见？", "is an order"),
        ("Have parents agreed?", "撤销该校。", "asks nothing"),
        ("Have parents agreed?", "何时撤销该校？", "is an order"),
        ("Have parents agreed?", "应予以撤并，是否已公示？", "is an order"),
        ("Have parents agreed?", "应撤并的是否已公示？", "is an order"),
    ],
)
def test_refuses_orders(en: str, zh: str, message: str) -> None:
    """A checklist of the user's own asks, too, or it is not shown."""
    with pytest.raises(InputError, match=message) as caught:
        review_questions(candidates("n"), [item(), item(en, zh)])
    assert {fault.column for fault in caught.value.faults} == {"review[2]"}
    assert all(fault.problem_zh and fault.remedy_zh for fault in caught.value.faults)


def test_nobody_to_ask_and_nothing_to_ask() -> None:
    """Without candidates, or without a checklist, there are no questions."""
    assert review_questions(candidates(), [item()]).empty
    assert review_questions(candidates("n"), []).empty


def reviews(loads: dict[str, list[float]], *, seats: float = 100.0) -> pd.DataFrame:
    """List candidates for review, from utilisation by year; every catchment has the same seats."""
    table = pd.DataFrame.from_dict(loads, orient="index", dtype=float).rename_axis("catchment")
    table.columns = [FIRST + place for place in range(table.shape[1])]
    return review_candidates(table, table * 0 + seats, surplus_below=0.7)


def test_reviews_by_hand() -> None:
    """Below 70 % from 2028 to the end, five years: forty of a hundred seats are spare in the last."""
    table = reviews({"n": [0.9, 0.69, 0.6, 0.6, 0.6, 0.6], "s": [0.8] * 6})
    assert table.index.tolist() == ["n"]
    assert table.loc["n"].to_dict() == pytest.approx({"first_year": 2028, "last_year": 2032, "spare": 40.0})


@given(
    st.dictionaries(
        st.sampled_from("abcd"),
        st.lists(st.sampled_from([0.0, 0.5, 0.699, 0.7, 0.8, 1.0, 1.3, math.nan, math.inf]), min_size=7, max_size=7),
        min_size=1,
    ),
)
def test_a_candidate_is_never_short_again(loads: dict[str, list[float]]) -> None:
    """Counted back from the end year by year: from its first year on, a candidate stays below the bound."""
    table = reviews(loads)
    expected = {}
    for name, values in loads.items():
        empty = 0
        while empty < len(values) and values[-1 - empty] < 0.7:
            empty += 1
        if empty >= LASTING_YEARS:
            expected[name] = FIRST + len(values) - empty
    assert table["first_year"].to_dict() == expected
    assert table["spare"].is_monotonic_decreasing


def test_an_empty_catchment_without_seats_is_no_candidate() -> None:
    """Where there are no seats there is nothing to review."""
    assert reviews({"n": [0.0] * 6}, seats=0.0).empty


def test_the_bound_is_met_up_to_rounding() -> None:
    """A catchment whose level says `ok` is not listed for being 1e-16 below the bound."""
    assert 0.7 - 1e-15 < 0.7
    assert reviews({"n": [0.7 - 1e-15] * 6}).empty


def test_four_years_are_not_lasting() -> None:
    """A trough that begins four years before the end may be only that."""
    assert reviews({"n": [0.9, 0.9, 0.5, 0.5, 0.5, 0.5]}).empty
