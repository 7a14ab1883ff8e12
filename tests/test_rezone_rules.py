"""The rules of a zoning: limits, groups of schools, years, what is short, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from schoolmap.conformance.made_counties import MadeCounty
from schoolmap.conformance.made_counties import made_county
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.rezoning.frontier import frontier
from schoolmap.optimize.rezoning.horizon import rezone_from
from schoolmap.optimize.rezoning.rezone import Rezoning
from schoolmap.optimize.rezoning.rezone import rezone

AREAS = list("abcde")
PUPILS = pd.Series([4, 4, 3, 5, 6], index=AREAS)
SEATS = pd.Series({"left": 12, "right": 12})
COST = pd.DataFrame({"left": [0, 1000, 2000, 3000, 4000], "right": [4000, 3000, 2000, 1000, 0]}, index=AREAS)
ROAD = pd.MultiIndex.from_tuples([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")])
HOMES = pd.Series({"left": "a", "right": "e"})


def ask(**changed: object) -> Rezoning:
    """Rezone the five villages on a road, with what is changed."""
    given: dict[str, object] = {"pupils": PUPILS, "seats": SEATS, "cost": COST, "neighbours": ROAD, "homes": HOMES}
    return rezone(**(given | changed))  # type: ignore[arg-type]


def in_one_piece(county: MadeCounty, zones: pd.Series) -> bool:
    """Say whether the zones have as many pieces as there are zones."""
    one, other = (zones.index.get_indexer(county.neighbours.index.get_level_values(level)) for level in (0, 1))
    same = zones.to_numpy()[one] == zones.to_numpy()[other]
    graph = sparse.coo_array((np.ones(same.sum()), (one[same], other[same])), (len(zones), len(zones)))
    return bool(csgraph.connected_components(graph, directed=False)[0] == zones.nunique())


def test_missing_seats_are_named() -> None:
    """Where seats do not suffice, there is a plan, and it says which zone lacks how many."""
    answer = ask(seats=pd.Series({"left": 10, "right": 8}))
    assert answer.short["pupils"].sum() == PUPILS.sum() - 18
    lacking = answer.short.set_index("zone")["pupils"]
    assert (answer.spare.iloc[:, 0].loc[lacking.index] == -lacking).all()
    assert answer.load.to_numpy().sum() == PUPILS.sum()


def test_no_area_goes_farther_than_allowed() -> None:
    """The right side has few seats, but nobody may have more than 1,500 m added."""
    today = pd.Series(["left", "left", "right", "right", "right"], index=AREAS)
    seats = pd.Series({"left": 22, "right": 6})
    free = ask(seats=seats, today=today)
    bound = ask(seats=seats, today=today, most_added_m=1500)
    assert free.short.empty
    assert free.moves["added_m"].max() == 2000
    assert bound.moves.index.tolist() == ["c"]
    assert bound.short["pupils"].sum() == 5


def test_today_is_a_way_out_of_every_limit() -> None:
    """The hill school stands in a village of the lake's zone; were it to take it, the hut behind would be cut off."""
    villages = ["lake", "village", "hut"]
    answer = rezone(
        pd.Series([4, 3, 2], index=villages),
        pd.Series({"shore": 20, "hill": 20}),
        pd.DataFrame({"shore": [0, 1000, 1000], "hill": [2000, 0, 1500]}, index=villages),
        pd.MultiIndex.from_tuples([("lake", "village"), ("village", "hut")]),
        homes=pd.Series({"shore": "lake", "hill": "village"}),
        today=pd.Series("shore", index=villages),
        most_added_m=0.0,
    )
    assert answer.zones.tolist() == ["shore"] * 3
    assert (answer.status, answer.objective) == ("optimal", 5000.0)


def test_weight_of_moving_keeps_people_where_they_are() -> None:
    """Village d saves 2,000 m by moving; it does where moving weighs less."""
    today = pd.Series(["left", "left", "left", "left", "right"], index=AREAS)
    seats = pd.Series({"left": 30, "right": 30})
    assert ask(seats=seats, today=today, weight_moved=1999).zones["d"] == "right"
    assert ask(seats=seats, today=today, weight_moved=2001).zones["d"] == "left"


def test_who_moves_is_listed_by_year() -> None:
    """Of three grades one enters by the new boundary in each year; after two protected years all move."""
    today = pd.Series(["left", "left", "left", "left", "right"], index=AREAS)
    answer = ask(today=today, grandfather_years=2, grades=3)
    assert answer.moves.loc["d"].to_dict() == {
        "from": "left",
        "to": "right",
        "pupils": 5.0,
        "way_before_m": 3000.0,
        "way_after_m": 1000.0,
        "added_m": -2000.0,
        "first_year": 1,
        "all_year": 3,
    }
    np.testing.assert_allclose(answer.moves_by_year["at_new"], [5 / 3, 10 / 3, 5])
    assert answer.moves_by_year.sum(axis=1).tolist() == pytest.approx([5, 5, 5])


def test_protected_pupils_keep_their_seats() -> None:
    """In the first of two years half of those who move are still at their old school, and counted there."""
    years = [2030, 2031]
    today = pd.Series(["left", "left", "left", "left", "right"], index=AREAS)
    pupils = pd.DataFrame(dict.fromkeys(years, PUPILS))
    seats = pd.DataFrame({2030: [16, 12], 2031: [12, 12]}, index=SEATS.index)
    answer = ask(pupils=pupils, seats=seats, today=today, grandfather_years=1, grades=2)
    assert answer.zones["d"] == "right"
    assert answer.load.loc["left"].tolist() == [13.5, 11.0]
    assert answer.short.empty
    assert answer.objective == answer.pupil_metres


def test_several_schools_in_a_zone() -> None:
    """Two schools of one zone add up their seats, and the way counts to the nearer one."""
    seats = pd.Series({"left": 8, "middle": 3, "right": 12})
    answer = ask(
        seats=seats,
        cost=COST.assign(middle=[2000, 1000, 0, 1000, 2000]),
        homes=pd.Series({"left": "a", "middle": "c", "right": "e"}),
        zone_of=pd.Series({"left": "west", "middle": "west", "right": "east"}),
    )
    assert answer.zones.tolist() == ["west", "west", "west", "east", "east"]
    assert answer.load.iloc[:, 0].to_dict() == {"west": 11, "east": 11}
    assert answer.pupil_metres == 4000 + 5000


def test_islands_of_today_and_of_the_sea_are_tolerated() -> None:
    """Villages c and d are apart from their schools today, and may stay so; f lies in the sea."""
    pupils = pd.concat([PUPILS, pd.Series({"f": 1})])
    cost = pd.concat([COST, pd.DataFrame({"left": [9000], "right": [8000]}, index=["f"])])
    today = pd.Series(["left", "left", "right", "left", "right", "right"], index=pupils.index)
    answer = ask(pupils=pupils, cost=cost, seats=SEATS + 10, today=today, most_moved=0)
    assert answer.zones.to_dict() == today.to_dict()
    assert sorted(answer.apart) == ["c", "d", "f"]
    freed = ask(pupils=pupils, cost=cost, seats=SEATS + 10, today=today)
    assert freed.apart.tolist() == ["f"]


def test_one_boundary_for_all_years() -> None:
    """A boundary for one year may fail later; one for all years does not."""
    pupils = pd.DataFrame({2030: PUPILS, 2031: PUPILS + pd.Series([0, 0, 3, 0, 0], index=AREAS)})
    seats = pd.DataFrame(dict.fromkeys([2030, 2031], pd.Series({"left": 12, "right": 17})))
    single = rezone_from(2030, pupils, seats, COST, ROAD, homes=HOMES, until=2030)
    assert single.short.empty
    by_pair = [pd.Series(table.T.unstack()) for table in (pupils, seats)]
    both = rezone_from(2030, *by_pair, COST, ROAD, homes=HOMES)
    assert both.short.empty
    assert both.zones["c"] == "right"
    with pytest.raises(LabelError, match="no year 2040"):
        rezone_from(2040, pupils, seats, COST, ROAD, homes=HOMES)


def test_the_frontier_trades_moves_for_seats() -> None:
    """Each plan moves more pupils than the one before, and leaves fewer short."""
    today = pd.Series(["left", "left", "left", "left", "right"], index=AREAS)
    found = frontier(PUPILS, SEATS, COST, ROAD, homes=HOMES, today=today, limits=[0, 1, 5, 8, 22])
    assert found.table[["moved", "short"]].to_numpy().tolist() == [[0, 4], [5, 0]]
    assert list(found.plans) == found.table.index.tolist()
    with pytest.raises(ValueError, match="0 or above"):
        frontier(PUPILS, SEATS, COST, ROAD, homes=HOMES, today=today, limits=[-1])


@pytest.mark.parametrize("opening", [False, True])
def test_a_county_in_one_piece(*, opening: bool) -> None:
    """A larger county with lakes, full schools, and with schools to choose: zones hang together, and the bound holds."""
    county = made_county(8, areas=60, sites=6, spare=2.0 if opening else 1.05, planted=not opening)
    answer = rezone(
        county.demand,
        county.seats,
        county.cost,
        county.neighbours,
        homes=county.homes,
        opening=county.opening if opening else None,
        runs=2,
        time_limit=3,
    )
    assert in_one_piece(county, answer.zones)
    assert answer.short.empty
    assert (answer.zones[county.homes[answer.opened]].to_numpy() == county.homes.index[answer.opened]).all()
    assert answer.lower_bound <= answer.objective * (1 + 1e-9)
    assert answer.gap < 0.05
    ways = county.cost.to_numpy()[range(60), county.cost.columns.get_indexer(answer.zones)] @ county.demand
    assert answer.objective == pytest.approx(ways + county.opening[answer.opened].sum() * opening)


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"homes": pd.Series({"left": "a", "right": "z"})}, LabelError, "which is no area"),
        ({"homes": pd.Series({"left": "a", "right": "a"})}, ValueError, "schools of several zones"),
        ({"most_moved": 3}, ValueError, "need `today`"),
        ({"today": pd.Series("nowhere", index=AREAS)}, LabelError, "no zone of `seats`"),
        ({"cost": COST.replace(3000, np.inf)}, ValueError, "A way is finite"),
        ({"cost": COST.astype(float).replace(3000, np.nan)}, MissingValueError, "missing"),
        ({"neighbours": pd.MultiIndex.from_tuples([("a", "z")])}, LabelError, "of which one is no area"),
        ({"pupils": PUPILS + 0.5}, ValueError, "not whole"),
        ({"opening": pd.Series({"elsewhere": 1.0})}, LabelError, "which `seats` does not have"),
        ({"weight_border": -1.0}, ValueError, "finite weight"),
        ({"runs": 0}, ValueError, "1 or more"),
    ],
)
def test_refusals(changed: dict[str, object], error: type[Exception], says: str) -> None:
    """What contradicts itself is refused, and the culprit named."""
    with pytest.raises(error, match=says):
        ask(**changed)
