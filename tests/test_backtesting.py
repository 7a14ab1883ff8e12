"""Holding forecasts to a project's own past: what is tested, how it is summed up, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import past
import pytest

from schoolmap.backtesting import Backtest
from schoolmap.backtesting import ChildrenTest
from schoolmap.backtesting import make_backtest
from schoolmap.errors import InputError


@pytest.fixture(scope="module")
def result() -> Backtest:
    """Test the synthetic past once; the year 2020 is not compared with."""
    item = {"year": 2020, "reason": {"en": "invented", "zh": "虚构"}}
    return make_backtest(past.evidence(), past.document(exclude_years=[item], town=["a1"]))


@pytest.fixture(scope="module")
def children(result: Backtest) -> ChildrenTest:
    """Return its children."""
    assert result.children is not None
    return result.children


def test_by_hand(children: ChildrenTest) -> None:
    """Cohorts shrink by 2 %: ours is right, and three years later "no change" is 1 / 0.98³ - 1 = 6.25 % too high."""
    assert (children.areas, children.years) == (2, (2010, 2021))
    ours = children.accuracy.xs("cohort_change", level="method")
    assert ours["mape"].max() == pytest.approx(0.0, abs=1e-6)
    plain = children.accuracy.xs("no_change", level="method").xs("primary", level="stage")
    assert plain["mape"][3] == pytest.approx(6.248, abs=0.001)
    assert plain["malpe"][3] == pytest.approx(6.248, abs=0.001)


def test_every_horizon_that_the_history_allows(children: ChildrenTest) -> None:
    """Twelve counts, five of them before the first forecast: one to seven years ahead, from 2014 to 2020."""
    assert sorted(set(children.forecasts["horizon"])) == [1, 2, 3, 4, 5, 6, 7]
    assert children.origins == (2014, 2015, 2016, 2017, 2018, 2019, 2020)


def test_excluded_years_are_not_compared_with(result: Backtest, children: ChildrenTest) -> None:
    """No forecast of 2020 is held to what was counted then, and the result says so."""
    assert result.excluded == (2020,)
    assert 2020 not in set(children.forecasts["origin"] + children.forecasts["horizon"])


def test_the_whole_is_the_sum_of_the_areas(children: ChildrenTest) -> None:
    """What is called the whole area is the areas added up, forecast by forecast."""
    rows = children.forecasts.query("method == 'no_change' and stage == 'primary' and horizon == 3")
    total = rows.groupby("origin")[["forecast", "actual"]].sum()
    by_hand = (100 * (total["forecast"] / total["actual"] - 1)).abs().mean()
    assert children.whole.loc[("no_change", "primary", 3), "mape"] == pytest.approx(by_hand)


def test_classes_hold_every_forecast(children: ChildrenTest) -> None:
    """By size and by birth, no forecast is lost and none counted twice."""
    ahead = children.forecasts[children.forecasts["horizon"] == children.size_horizon]
    assert children.by_size["forecasts"].sum() == len(ahead)
    assert children.by_birth["forecasts"].sum() == len(children.forecasts)


def test_town_and_rest_are_the_whole(children: ChildrenTest) -> None:
    """Peaks are told for all, the town and the rest; numbers of the parts add up; all fall as their cohorts do."""
    base = children.peaks["children"]
    assert base.loc["town"].to_numpy() + base.loc["rest"].to_numpy() == pytest.approx(base.loc["all"].to_numpy())
    assert set(children.peaks["direction"]) == {"falling"}
    assert set(children.peaks["peak_year"]) == {children.peak_years[0]}
    assert children.peak_years == (2011, 2028)


def test_forecasts_to_show_start_from_what_was_known(children: ChildrenTest) -> None:
    """Few base years, each with all its years; here they meet what was counted."""
    for origin in children.shown.index.unique("origin"):
        found = children.shown.loc[origin]
        assert found.index[0] > origin
        for year in found.index:
            assert found.loc[year, "primary"] == pytest.approx(children.actual.loc[year, "primary"])
    assert children.coming.index.tolist() == list(range(2022, 2029))


def test_the_order_of_the_counts_does_not_matter(children: ChildrenTest) -> None:
    """Labels decide, never position."""
    counts = past.counts().sample(frac=1, random_state=1)
    item = {"year": 2020, "reason": {"en": "invented", "zh": "虚构"}}
    other = make_backtest(replace(past.evidence(), counts=counts), past.document(exclude_years=[item], town=["a1"]))
    assert other.children is not None
    assert other.children.accuracy.equals(children.accuracy)


def test_stages_with_ages_that_were_not_counted_are_left_out() -> None:
    """The last age counted is an open band: a stage that needs it cannot be tested, the younger ones can."""
    document = past.document()
    late = document.stages["junior"].model_copy(update={"ages": (16, past.OLDEST)})
    stages = {"primary": document.stages["primary"], "late": late}
    result = make_backtest(past.evidence(), document.model_copy(update={"stages": stages}))
    assert result.children is not None
    assert list(result.children.stages) == ["primary"]


def test_a_past_of_children_only_holds_their_infants() -> None:
    """Where nobody counts women, births are held: in a past that shrinks by two per cent a year, too many are forecast."""
    result = make_backtest(past.evidence(oldest=13), past.document())
    assert result.children is not None
    assert set(result.children.stages) == {"kindergarten", "primary"}
    errors = result.children.accuracy
    assert errors.loc[("cohort_change", "primary", 5), "malpe"] == pytest.approx(0.0, abs=0.01)
    assert errors.loc[("cohort_change", "kindergarten", 7), "malpe"] > 1


def test_pupils_alone() -> None:
    """Where only enrolment is known, pupils are tested; every cohort loses 2 %, which grade progression does not see."""
    alone = replace(past.evidence(), counts=None, pupils=past.pupils())
    result = make_backtest(alone, past.document())
    assert result.children is None
    assert result.pupils is not None
    assert not result.untested
    mape = result.pupils.accuracy["mape"]
    assert mape.loc[("district", "mean", 3)] < mape.loc[("district", "no_change", 3)]


def test_pupils_that_cannot_be_tested_are_said() -> None:
    """Two years of enrolment are too few: the children are tested, and the reason is given."""
    both = replace(past.evidence(), pupils=past.pupils(range(2020, 2022)))
    result = make_backtest(both, past.document())
    assert result.children is not None
    assert result.pupils is None
    assert "pupils cannot be tested" in result.untested[0]["en"]


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ((2021,), "only 1 count by age"),
        ((2010, 2015, 2021), "only 3 counts"),
        (tuple(range(2017, 2022)), "only 5 counts"),
        (tuple(range(2000, 2022, 2)), "11 counts by age, but not of the same day"),
    ],
)
def test_refuses_a_past_that_is_too_short(years: tuple[int, ...], words: str) -> None:
    """The fault says how many counts there are and what would be needed, in both languages."""
    with pytest.raises(InputError) as caught:
        make_backtest(past.evidence(years), past.document())
    fault = caught.value.faults[0]
    assert words in fault.problem
    assert "6 years or more" in fault.remedy
    assert fault.problem_zh
    assert "6年以上" in fault.remedy_zh


def test_refuses_nothing_at_all() -> None:
    """Neither counts nor pupils: there is nothing to test."""
    with pytest.raises(InputError, match="nothing to test: there are no counts by age"):
        make_backtest(replace(past.evidence(), counts=None), past.document())


def test_refuses_ages_younger_than_every_stage() -> None:
    """Counted to 4 only: every stage has older children."""
    with pytest.raises(InputError, match="every stage has older children"):
        make_backtest(past.evidence(oldest=4), past.document())
