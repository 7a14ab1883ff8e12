"""Rates and shares: what is counted over what, published figures reproduced, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.classes.sizes import class_sizes
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import measured
from schoolmap.seats.indicators.rates import BOARDERS
from schoolmap.seats.indicators.rates import FUNDS_ARRIVED
from schoolmap.seats.indicators.rates import PROGRESSION
from schoolmap.seats.indicators.rates import SPECIAL_NEEDS
from schoolmap.seats.indicators.rates import SPECIAL_NEEDS_SHARE
from schoolmap.seats.indicators.rates import class_size_compliance
from schoolmap.seats.indicators.rates import count_by_status
from schoolmap.seats.indicators.rates import gross_enrolment
from schoolmap.seats.indicators.rates import retention
from schoolmap.seats.indicators.rates import stock_flow
from schoolmap.standards.schema import Requirement

KINDERGARTEN_CAPS = {"K1": 25.0, "K2": 30.0, "K3": 35.0, "KM": 30.0}


def by_label(**values: float | None) -> pd.Series:
    """Label values."""
    return pd.Series(values, dtype=float)


def national(value: float) -> pd.Series:
    """Return one figure of the whole country, in units of 10,000."""
    return pd.Series({"country": value})


# Gross enrolment


def test_gross_enrolment_counts_pupils_of_any_age() -> None:
    """More enrolled than there are children of the official ages: above 100, and that is no fault."""
    found = gross_enrolment(by_label(A=210.0, B=100.0), by_label(n=300.0), stage="primary", residents_from="count")
    assert found.value == pytest.approx(103.333, abs=1e-3)
    assert found.notes == ()


def test_the_year_before_school_and_senior_schools() -> None:
    """学前一年 counts 大班 over children of five under its own name; 高中阶段 is a stage like any other."""
    last_year = Measure(
        id="gross_enrolment_last_year",
        label={"en": "Gross enrolment in the year before school", "zh": "学前一年毛入园率"},
        basis={"en": "children in the last year / children of five", "zh": "大班在园幼儿数／5周岁常住人口"},
        lacks={"en": "children", "zh": "名幼儿"},
    )
    found = gross_enrolment(
        by_label(A=57.0, B=40.0),
        by_label(n=60.0, s=40.0),
        stage="kindergarten",
        residents_from="count",
        measure=last_year,
    )
    assert (found.measure.label["zh"], found.value) == ("学前一年毛入园率", 97.0)
    senior = gross_enrolment(by_label(A=920.0), by_label(n=1000.0), stage="senior", residents_from="count")
    assert (senior.stage, senior.value) == ("senior", 92.0)


def test_a_school_that_does_not_answer_makes_it_a_least() -> None:
    """The rate is at least what is shown, and the notes say so."""
    found = gross_enrolment(by_label(A=80.0, B=None), by_label(n=100.0), stage="kindergarten", residents_from="count")
    assert (found.value, found.left_out, found.provisional) == (80.0, 1, True)
    assert "at least this" in found.notes[0]["en"]


def test_residents_not_known_leave_it_unknown() -> None:
    """Without the residents of one area the rate would come out too high: it is not given."""
    found = gross_enrolment(by_label(A=80.0), by_label(n=100.0, s=None), stage="kindergarten", residents_from="count")
    assert (found.value, found.left_out) == (None, 1)
    nobody = gross_enrolment(by_label(A=None), by_label(n=100.0), stage="kindergarten", residents_from="count")
    assert nobody.value is None


@pytest.mark.parametrize(
    ("enrolled", "published", "born"),
    [
        (4818.26, 85.2, 5346.0),
        (4805.21, 88.1, 5215.0),
        (4627.55, 89.7, 4892.0),
        (4092.98, 91.1, 4378.0),
        (3583.99, 92.0, 3883.0),
        (3225.52, 92.9, 3390.0),
    ],
    ids=["2020", "2021", "2022", "2023", "2024", "2025"],
)
def test_births_make_the_rate_of_the_country_too_high(enrolled: float, published: float, born: float) -> None:
    """National kindergartens 2020-2025: the official denominator was up to 6.5 per cent larger than one from births."""
    found = gross_enrolment(
        national(enrolled),
        national(born),
        stage="kindergarten",
        residents_from="births",
        official_excess=(2.0, 6.0),
    )
    assert found.value is not None
    assert 1.0 < found.value / published < 1.065
    assert "by 2 to 6 %" in found.notes[0]["en"]
    assert "2%—6%" in found.notes[0]["zh"]


def test_gross_enrolment_refuses_impossible_numbers() -> None:
    """Minus three pupils are refused."""
    with pytest.raises(ValueError, match="negative"):
        gross_enrolment(by_label(A=-3.0), by_label(n=1.0), stage="primary", residents_from="count")
    with pytest.raises(ValueError, match="infinite"):
        gross_enrolment(by_label(A=3.0), by_label(n=float("inf")), stage="primary", residents_from="count")


# Other shares


def test_progression_to_junior_schools_2025() -> None:
    """National: 18.528 million entered junior schools, 18.605 million finished primary ones: 99.6 per cent."""
    assert measured(PROGRESSION, national(1852.8), national(1860.5)).value == pytest.approx(99.6, abs=0.05)


def test_funds_that_arrived() -> None:
    """Gaotai 2023: 105.03 of 110 million yuan had arrived, 95.5 per cent."""
    assert measured(FUNDS_ARRIVED, national(10_503.0), national(11_000.0)).value == pytest.approx(95.5, abs=0.05)


def test_boarders_and_special_needs_are_shares_of_pupils() -> None:
    """A section that does not tell its boarders is in neither sum."""
    pupils = by_label(A=200.0, B=100.0, C=50.0)
    assert measured(BOARDERS, by_label(A=50.0, B=0.0, C=None), pupils).value == pytest.approx(100 * 50 / 300)
    assert measured(SPECIAL_NEEDS_SHARE, by_label(A=2.0, B=1.0, C=None), pupils).value == 1.0
    # the share among pupils is not the enrolment of children with disabilities that the assessment asks for
    assert SPECIAL_NEEDS_SHARE.id != SPECIAL_NEEDS.id


# Class size


def test_kindergarten_classes_have_a_cap_for_each_year() -> None:
    """25, 30, 35 and 30 for a mixed class: exactly the cap is within it, one more is not."""
    grades = pd.Series(["K1", "K2", "K3", "KM"] * 2)
    within = grades.map(KINDERGARTEN_CAPS)
    pupils = within + pd.Series([0.0] * 4 + [1.0] * 4)
    found = class_size_compliance(pupils, classes=pd.Series(1.0, index=grades.index), caps=within, stage="kindergarten")
    assert (found.numerator, found.denominator, found.value) == (4.0, 8.0, 50.0)
    assert found.notes == ()


@given(
    st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=300),
            st.integers(min_value=1, max_value=8),
            st.sampled_from(sorted(KINDERGARTEN_CAPS)),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_agrees_with_counting_class_by_class(rows: list[tuple[int, int, str]]) -> None:
    """Whether grades are spread first and counted then, or counted at once, is the same."""
    records = pd.DataFrame(rows, columns=["pupils", "classes", "grade"]).assign(
        school=[f"s{i}" for i in range(len(rows))]
    )
    caps = records["grade"].map(KINDERGARTEN_CAPS)
    found = class_size_compliance(
        records["pupils"].astype(float), classes=records["classes"].astype(float), caps=caps, stage="kindergarten"
    )
    sizes = class_sizes(records)
    cap = sizes.index.get_level_values("grade").map(KINDERGARTEN_CAPS)
    assert found.denominator == len(sizes)
    assert found.numerator == (sizes["pupils"] <= cap.to_numpy()).sum()
    assert (found.notes != ()) == (records["classes"] > 1).any()


def test_records_without_a_number_are_left_out() -> None:
    """No pupils told, no cap known, or pupils without a class: each is left out; an empty record is not."""
    one = pd.Series([1.0, 1.0, 0.0, 0.0, 1.0])
    found = class_size_compliance(
        pd.Series([None, 30.0, 12.0, 0.0, 30.0]),
        classes=one,
        caps=pd.Series([45.0, None, 45.0, 45.0, 45.0]),
        stage="primary",
    )
    assert (found.numerator, found.denominator, found.units, found.left_out) == (1.0, 1.0, 2, 3)


def test_class_size_compliance_refuses_other_records() -> None:
    """Caps of other classes are no caps of these."""
    with pytest.raises(LabelError, match="different units"):
        class_size_compliance(
            pd.Series([30.0]), classes=pd.Series([1.0]), caps=pd.Series([45.0], index=["K1"]), stage="primary"
        )


# Retention


def county(value: float) -> pd.Series:
    """Return one figure of a county."""
    return pd.Series({"county": value})


def test_retention_by_hand() -> None:
    """1,000 entered, 30 came, 28 left and two died: 970 graduates of 1,000 are 97 per cent, 95 is met."""
    found = retention(
        county(970),
        entrants=county(1000),
        moved_in=county(30),
        moved_out=county(28),
        died=county(2),
        stage="junior",
    )
    rule = Requirement(
        id="retention",
        stage="junior",
        value=95,
        unit="%",
        label={"en": "", "zh": ""},
        document="an example",
        confidence="assumption",
    )
    assert (found.value, judge(found, rule).met) == (97.0, True)


@given(st.integers(1, 5000), st.integers(0, 300), st.integers(0, 300), st.integers(0, 5))
def test_who_moves_with_the_papers_is_no_dropout(entered: int, came: int, left: int, died: int) -> None:
    """If all who did not move or die graduate, the rate is 100, whatever the moves."""
    due = entered + came - left - died
    if due <= 0:
        return
    found = retention(
        county(due),
        entrants=county(entered),
        moved_in=county(came),
        moved_out=county(left),
        died=county(died),
        stage="junior",
    )
    assert found.value == 100.0


def test_retention_refuses_more_leavers_than_ever_came() -> None:
    """Ten entered and twenty left: the books are wrong."""
    with pytest.raises(ValueError, match="is negative for 1 unit"):
        retention(
            county(1), entrants=county(10), moved_in=county(0), moved_out=county(20), died=county(0), stage="junior"
        )


# Identities


def test_stock_and_flow_of_national_primary_schools() -> None:
    """Published figures: what entered and finished explains the stock within 0.2 per cent."""
    check = stock_flow(
        pd.Series({2023: 10836.0, 2024: 10584.37, 2025: 10178.3}),
        entrants=pd.Series({2024: 1616.63, 2025: 1461.7}),
        leavers=pd.Series({2024: 1857.27, 2025: 1860.5}),
        tolerance=0.002,
    )
    assert check["expected"].round(1).to_dict() == {2024: 10595.4, 2025: 10185.6}
    assert (100 * check["relative"]).round(2).to_dict() == {2024: -0.10, 2025: -0.07}
    assert check["holds"].tolist() == [True, True]


def test_stock_and_flow_of_national_junior_schools() -> None:
    """The same of junior schools in 2025."""
    check = stock_flow(
        pd.Series({2024: 5386.16, 2025: 5509.3}),
        entrants=pd.Series({2025: 1852.8}),
        leavers=pd.Series({2025: 1723.7}),
        tolerance=0.002,
    )
    assert check.loc[2025, "expected"] == pytest.approx(5515.3, abs=0.05)
    assert check["holds"].tolist() == [True]


@given(st.integers(100, 10_000), st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=6))
def test_books_that_balance_hold(start: int, flows: list[tuple[int, int]]) -> None:
    """A stock built from its flows leaves nothing over; a pupil too many is found."""
    stock = {2020: float(start)}
    for year, (came, went) in enumerate(flows, start=2021):
        stock[year] = max(stock[year - 1] + came - went, 0.0)
    entrants = pd.Series({year: float(came) for year, (came, _) in enumerate(flows, start=2021)})
    leavers = pd.Series({year: stock[year - 1] + entrants[year] - stock[year] for year in entrants.index})
    if (leavers < 0).any():
        return
    check = stock_flow(pd.Series(stock), entrants=entrants, leavers=leavers, tolerance=1e-6)
    assert check["difference"].abs().max() == pytest.approx(0.0, abs=1e-9)
    assert check["holds"].fillna(value=True).all()
    wrong = stock_flow(pd.Series(stock | {2021: stock[2021] + 1}), entrants=entrants, leavers=leavers, tolerance=1e-6)
    assert wrong["difference"].loc[2021] == pytest.approx(1.0)


def test_a_year_without_the_year_before_says_nothing() -> None:
    """Neither does one without entrants; order of the years does not matter."""
    check = stock_flow(
        pd.Series({2025: 90.0, 2022: 110.0, 2023: 100.0}),
        entrants=pd.Series({2025: 10.0}),
        leavers=pd.Series({2025: 20.0, 2023: 10.0}),
        tolerance=0.01,
    )
    assert check.index.tolist() == [2023, 2025]
    assert check["holds"].isna().tolist() == [True, True]


def test_stock_flow_refuses_a_tolerance_that_is_none() -> None:
    """Two per cent is 0.02."""
    with pytest.raises(ValueError, match="tolerance"):
        stock_flow(
            pd.Series({2025: 1.0}), entrants=pd.Series(dtype=float), leavers=pd.Series(dtype=float), tolerance=2.0
        )


# Counts by status


TAIZHOU = {
    "senior": {"keep": 19, "new": 5, "relocate": 2, "expand": 1},
    "vocational": {"keep": 3, "new": 7},
    "junior": {"keep": 38, "new": 21, "relocate": 1, "expand": 8},
}
"""Sums of the Taizhou plan 2021-2035; which part of a sum is which status is not printed beside them."""
WORDS = ("keep", "new", "relocate", "expand")


def test_status_sums_of_the_taizhou_plan() -> None:
    """19+5+2+1 = 27 senior schools, 3+7 = 10 vocational, 38+21+1+8 = 68 junior."""
    rows = [
        (stage, status) for stage, parts in TAIZHOU.items() for status, number in parts.items() for _ in range(number)
    ]
    counts = count_by_status(pd.DataFrame(rows, columns=["stage", "status"]), by="stage", words=WORDS)
    assert counts["total"].to_dict() == {"senior": 27, "vocational": 10, "junior": 68}
    assert counts.loc["senior", list(WORDS)].to_dict() == TAIZHOU["senior"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([*WORDS, None])), max_size=30))
def test_every_record_is_counted_once(rows: list[tuple[str, str | None]]) -> None:
    """The total is the number of records, those without a status too."""
    records = pd.DataFrame(rows, columns=["stage", "status"], dtype=object)
    counts = count_by_status(records, by="stage", words=WORDS)
    assert counts["total"].sum() == len(records)
    assert counts["not_given"].sum() == records["status"].isna().sum()
    assert (counts[[*WORDS, "not_given"]].sum(axis=1) == counts["total"]).all()


def test_gaotai_projects() -> None:
    """31 in use and 3 under way are 34 projects."""
    projects = pd.DataFrame({"county": "Gaotai", "status": ["opened"] * 31 + ["building"] * 3})
    assert count_by_status(projects, by="county", words=("building", "opened")).loc["Gaotai", "total"] == 34


def test_an_unknown_status_is_refused() -> None:
    """It would not be counted."""
    with pytest.raises(LabelError, match="'moved' of 0 is none of keep"):
        count_by_status(pd.DataFrame({"stage": ["a"], "status": ["moved"]}), by="stage", words=WORDS)
