"""The siting problem by position: years and their lengths, labels that have to be known, and what cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from siting_towns import Town
from siting_towns import town

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.siting.model import Model
from schoolmap.optimize.siting.model import added_of
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.model import capital_of

CASE = town(3, limited=False)
"""Years 2026, 2027 and 2028 or with gaps; two measures."""


def modelled(case: Town = CASE, **options: object) -> Model:
    """Return the problem of a town."""
    return build_model(*case.tables, **{**case.terms, **options})  # type: ignore[arg-type]


def test_years_stand_for_the_years_until_the_next_one() -> None:
    """The last one for as many as the one before; one alone for itself."""
    years = dict(zip(sorted(CASE.demand.index.get_level_values("year").unique()), [2026, 2028, 2031], strict=True))
    case = CASE._replace(
        demand=CASE.demand.rename(index=years, level="year"), seats=CASE.seats.rename(index=years, level="year")
    )
    assert modelled(case).lengths.tolist() == [2.0, 3.0, 3.0]
    first = case.demand.index.get_level_values("year") == 2026
    single = case._replace(
        demand=case.demand[first], seats=case.seats[case.seats.index.get_level_values("year") == 2026]
    )
    assert modelled(single).lengths.tolist() == [1.0]


def test_costs_count_less_later() -> None:
    """A cost of a year counts for all its years, discounted from its first."""
    model = modelled()
    rate = CASE.money.discount_rate
    assert model.yearly == pytest.approx(model.lengths * (1 + rate) ** -(model.years.to_numpy() - 2026.0))


def test_capital_is_paid_when_classes_come() -> None:
    """A lasting class once; one that goes and comes back, and its switch, twice; what is fixed, once."""
    model = modelled()
    classes = np.array([[1, 0, 1], [0, 2, 3]])
    for measure, spent in enumerate(capital_of(model, classes)):
        row = model.measures.iloc[measure]
        each = row["class_cost"] + (0 if row["lasting"] else row["switch_cost"])
        rises = np.maximum(np.diff(classes[measure], prepend=0), 0)
        opens = (np.arange(3) == measure) * row["fixed_cost"]
        assert spent == pytest.approx(rises * each + opens)


def test_seats_come_and_go_by_class() -> None:
    """A class makes seats where it is and takes some where its rooms were."""
    model = modelled()
    added, taken = added_of(model, np.array([[1, 1, 1], [0, 0, 2]]))
    seats, takes = model.number("seats_per_class"), model.number("takes_seats")
    assert added.sum() == seats @ [3, 2]
    assert taken.sum() == (takes * (model.takes >= 0)) @ [3, 2]


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"demand": CASE.demand.iloc[1:]}, MissingValueError, "Give every year of every scenario"),
        ({"demand": CASE.demand - 1000}, ValueError, "negative"),
        ({"demand": CASE.demand.droplevel(["scenario", "stage"])}, LabelError, "got 2 level"),
        ({"seats": CASE.seats.replace(CASE.seats.iloc[0], np.nan)}, MissingValueError, "missing"),
        ({"seats": CASE.seats.replace(CASE.seats.iloc[0], np.inf)}, ValueError, "infinite"),
        ({"ways": CASE.ways.rename(index={"north": "moon"})}, LabelError, "moon"),
        ({"ways": CASE.ways.rename(index={"hill": "moon", "lake": "moon2"})}, LabelError, "moon"),
        ({"ways": CASE.ways.rename(columns={"metres": "km"})}, LabelError, "'metres'"),
        ({"ways": pd.concat([CASE.ways, CASE.ways])}, LabelError, "twice"),
        ({"budget": pd.Series({2026: 5.0})}, LabelError, "budget"),
        ({"total_budget": -5.0}, ValueError, "total_budget"),
    ],
)
def test_what_is_not_known_is_refused(change: dict[str, object], error: type[Exception], says: str) -> None:
    """Nothing is filled in: the message names an example."""
    with pytest.raises(error, match=says):
        modelled(CASE._replace(**change))


def test_weights_add_up() -> None:
    """Weights are of the scenarios that there are."""
    with pytest.raises(ValueError, match="add up to 1"):
        modelled(weights=pd.Series({"course 0": 0.5}))
    with pytest.raises(LabelError, match="weights"):
        modelled(weights=pd.Series({"other": 1.0}))


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"budget": 0.0}, "more than the budget"),
        ({"total_budget": 1.0}, "total budget"),
        ({"plots": pd.Series({"yard": 0})}, "room for 0"),
    ],
)
def test_what_is_decided_has_to_be_possible(terms: dict[str, object], says: str) -> None:
    """What is decided already and has no room or money is said at once, with the number."""
    measures = CASE.measures.assign(
        decided=1, plot="yard", class_cost=50.0, first_year=2026, group=None, takes_school=None, takes_stage=None
    )
    measures = measures.assign(most_classes=4, sizes=None, least_classes=0)
    if terms.get("budget") == 0.0:
        years = CASE.demand.index.get_level_values("year").unique()
        terms = {"budget": pd.Series(0.0, index=years)}
    plots = {"plots": pd.Series({"yard": 9})}
    with pytest.raises(ValueError, match=says):
        modelled(CASE._replace(measures=measures), **{**plots, **terms})


def test_decided_conversions_need_their_rooms() -> None:
    """Rooms can be taken only where they are."""
    measures = CASE.measures.assign(
        decided=1,
        first_year=2026,
        group=None,
        plot=None,
        takes_school="hill",
        takes_stage="kindergarten",
        takes_seats=1e6,
    )
    measures["takes_stage"] = CASE.demand.index.get_level_values("stage")[0]
    with pytest.raises(ValueError, match="seats more from"):
        modelled(CASE._replace(measures=measures))
