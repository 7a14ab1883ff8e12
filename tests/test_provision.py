"""The seats of a project: what projects of every kind add and take away, by scenario, year and draw."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

import county
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import InputError
from schoolmap.provision import Provision
from schoolmap.provision import StageSupply
from schoolmap.provision import figure
from schoolmap.provision import make_provision
from schoolmap.provision import stage_supply
from schoolmap.seating import years_of
from schoolmap.seats.projects import ledger
from schoolmap.seats.projects.schedules import draw_openings

if TYPE_CHECKING:
    from schoolmap.project import Project

STAGES = ("kindergarten", "primary", "junior")
YEARS = range(county.BASE, county.HORIZON + 1)


def book_of(project: Project, scenario: str = "central") -> Provision:
    """Keep the book of one scenario."""
    (chosen,) = (item for item in project.scenarios if item.id == scenario)
    return make_provision(project, chosen, years=years_of(project))


def with_projects(*records: dict[str, Any]) -> Project:
    """Return the county with other projects: those of primary schools that open in 2026, unless they say otherwise."""
    plain = dict.fromkeys(county.project().projects.columns)
    usual = {"name": "", "stage": "primary", "kind": "expand", "opening": "2026-09"}
    rows = [plain | usual | record for record in records]
    table = pd.DataFrame(rows, index=[f"P{number}" for number in range(len(rows))], columns=list(plain))
    numbers = county.project().projects.dtypes
    return dataclasses.replace(county.project(), projects=table.astype(numbers[numbers == float].to_dict()))


def supply_of(project: Project, stage: str, scenario: str = "central") -> StageSupply:
    """Return the seats of one stage by catchment, each section serving where it stands."""
    sections = project.sections.xs(stage, level="stage")
    pairs = [(school, zone, 1 / len(zones)) for school, zones in sections["catchments"].items() for zone in zones]
    shares = pd.DataFrame(pairs, columns=["school", "catchment", "share"]).set_index(["school", "catchment"])["share"]
    zones = pd.Index([county.WEST, county.EAST], name="catchment")
    return stage_supply(county.stage(stage), book_of(project, scenario), shares=shares, catchments=zones)


def total(project: Project, stage: str = "primary", scenario: str = "central") -> dict[int, float]:
    """Return all seats of a stage by year."""
    return supply_of(project, stage, scenario).seats.sum().to_dict()


def test_by_hand() -> None:
    """
    The primary schools of the county, year by year.

    The east has 900 seats, a temporary class from 2025 to 2027 and two more
    classes from 2026; the west has 600, and gives two rooms to a kindergarten in
    2027. What was opened before the count is in the seats listed; what is
    suspended, or improves only, adds none.
    """
    supply = supply_of(county.project(), "primary")
    east = {year: 900.0 + 45 * (2025 <= year < 2028) + 90 * (year >= 2026) for year in YEARS}
    west = {year: 600.0 - 90 * (year >= 2027) for year in YEARS}
    assert supply.seats.T.to_dict() == {county.WEST: west, county.EAST: east}
    assert supply.rooms.loc[county.WEST].to_list() == [14.0 - 2 * (year >= 2027) for year in YEARS]
    assert supply.rooms.loc[county.EAST].to_list() == [
        19.0 + (2025 <= year < 2028) + 2 * (year >= 2026) for year in YEARS
    ]


def test_attached_classes_take_rooms_of_their_host() -> None:
    """Two rooms of a primary school become a kindergarten of 60: the primary school loses two rooms and 90 seats."""
    host, guest = (supply_of(county.project(), stage) for stage in ("primary", "kindergarten"))
    school = county.WEST_PRIMARY
    assert host.by_section.loc[school, [2026, 2027]].to_list() == [540, 450]
    assert host.rooms_by_section.loc[school, [2026, 2027]].to_list() == [12, 10]
    # the school has no kindergarten yet: the classes count where they will be
    assert guest.elsewhere.loc[county.WEST, [2026, 2027]].to_list() == [0, 180]
    alone = supply_of(dataclasses.replace(county.project(), **county.only("X05")), "kindergarten")
    assert alone.elsewhere.loc[county.WEST].diff().loc[2027] == 60


def test_rooms_of_classes_attached_today_are_not_the_hosts() -> None:
    """Of the fifteen rooms of the east's primary school, two are used by its kindergarten."""
    listed = book_of(county.project()).sections
    assert listed.loc[(county.EAST_PRIMARY, "primary"), "classrooms"] == 13
    assert listed.loc[(county.EAST_PRIMARY, "kindergarten"), "classrooms"] == 2


def test_a_school_that_moves_takes_its_seats_along() -> None:
    """The west's junior school moves to the east in 2029: 300 seats are there then, and none is lost on the way."""
    seats = supply_of(county.project(), "junior").seats
    assert seats.loc[county.WEST].to_list() == [300.0 * (year < 2029) for year in YEARS]
    assert seats.loc[county.EAST].to_list() == [300.0 + 300 * (year >= 2029) for year in YEARS]


def test_a_conversion_changes_whose_seats_they_are_and_nothing_else() -> None:
    """
    Private kindergartens become public: the whole plan keeps every seat, every gap and every warning.

    Only the public share rises. It is the rule that the book of seats is kept for.
    """
    before, after = (
        county.planned(**county.only(*projects), **county.scenarios("central", "late"))
        for projects in (["X01", "X05"], ["X01", "X04", "X05", "X09"])
    )
    pd.testing.assert_frame_equal(after.balance, before.balance)
    pd.testing.assert_frame_equal(after.audit, before.audit)
    for stage in STAGES:
        pd.testing.assert_frame_equal(after.alerts[stage].warnings, before.alerts[stage].warnings)
    pd.testing.assert_frame_equal(after.proposals.table, before.proposals.table)
    owned = [plan.situation.seats_owned.loc["kindergarten"] for plan in (before, after)]
    pd.testing.assert_series_equal(owned[0].sum(), owned[1].sum())
    public = [(seats.loc["public"] / seats.sum()) for seats in owned]
    assert (public[1] >= public[0]).all()
    gained = (owned[1].loc["public"] - owned[0].loc["public"]).to_dict()
    assert gained == {year: 120.0 * (year >= 2026) + 90.0 * (year >= 2028) for year in YEARS}
    schools = [plan.situation.schools_owned.loc["kindergarten"] for plan in (before, after)]
    pd.testing.assert_series_equal(schools[0].sum(), schools[1].sum())
    assert schools[1].loc["public", 2032] == schools[0].loc["public", 2032] + 2


@settings(max_examples=10)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([county.TOWN_KINDERGARTEN, county.PRIVATE, county.INCLUSIVE]),
            st.sampled_from(["public", "inclusive", "private"]),
            st.integers(2024, 2032),
        ),
        max_size=3,
    )
)
def test_no_conversion_changes_a_seat(conversions: list[tuple[str, str, int]]) -> None:
    """Whoever takes over which kindergarten and when: seats and rooms of every place are the same."""
    acts = [
        {"kind": "convert", "stage": "kindergarten", "school": school, "ownership": owner, "opening": f"{year}-09"}
        for school, owner, year in conversions
    ]
    plain, converted = with_projects(), with_projects(*acts)
    for what in ("seats", "classrooms"):
        one, two = (ledger.there(book_of(project).book, what=what) for project in (plain, converted))
        pd.testing.assert_frame_equal(one, two)


opening = st.tuples(st.integers(2024, 2031), st.integers(1, 12)).map(lambda month: f"{month[0]}-{month[1]:02d}")


@settings(max_examples=10)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["new", "expand", "temporary"]),
            st.sampled_from([county.EAST_PRIMARY, county.WEST_PRIMARY]),
            opening,
            st.one_of(st.none(), opening),
            st.integers(0, 500),
        ),
        max_size=4,
    )
)
def test_delay_never_gives_more_seats(added: list[tuple[str, str, str, str | None, int]]) -> None:
    """Where projects only add, a year late is never a seat more; without an end it is the same seats a year later."""
    records = [
        {"kind": kind, "school": school, "opening": opens, "closing": closes, "seats_added": seats}
        for kind, school, opens, closes, seats in added
    ]
    project = with_projects(*records)
    on_time, late = total(project), total(project, scenario="late")
    assert all(late[year] <= on_time[year] + 1e-9 for year in YEARS)
    if all(record["closing"] is None for record in records):
        assert [late[year] for year in list(YEARS)[1:]] == pytest.approx([on_time[year] for year in list(YEARS)[:-1]])


def test_a_delay_is_of_what_has_not_opened() -> None:
    """A school that did open in 2025 is late no more; one that is to open in 2026 opens in 2027."""
    opened = {"school": county.EAST_PRIMARY, "opening": "2025-03", "opened": "2025-09", "seats_added": 45.0}
    waiting = {"school": county.EAST_PRIMARY, "opening": "2026-09", "seats_added": 90.0}
    late = total(with_projects(opened, waiting), scenario="late")
    assert [late[year] - late[2024] for year in (2025, 2026, 2027)] == [45.0, 45.0, 135.0]


def test_an_uncertain_project_is_counted_or_not_and_always_drawn() -> None:
    """Of probability 0.7 it is in the seats and missing in some draws; of 0.3 it is not, and there in some."""
    likely = {"school": county.WEST_PRIMARY, "seats_added": 90.0, "probability": 0.7}
    unlikely = {"school": county.WEST_PRIMARY, "seats_added": 200.0, "probability": 0.3}
    project = with_projects(likely, unlikely)
    supply = supply_of(project, "primary")
    assert supply.seats.loc[county.WEST].diff().loc[2026] == 90
    opened = draw_openings(book_of(project).schedule, draws=project.settings.draws, seed=project.settings.seed)
    drawn = opened.to_series().unstack("draw")
    expected = 200.0 * drawn.loc["P1"] - 90.0 * ~drawn.loc["P0"]
    assert supply.departure is not None
    np.testing.assert_allclose(supply.departure.sel(catchment=county.WEST, year=2026), expected)
    assert (supply.departure.sel(year=2025) == 0).all()
    assert (supply.departure.sel(catchment=county.EAST) == 0).all()


def shortage(*records: dict[str, Any], gap: float) -> float:
    """Return the probability of a shortage in the west's primary schools in 2028, with so many seats more."""
    project = with_projects({"school": county.WEST_PRIMARY, "opening": "2024-09", "seats_added": gap}, *records)
    plan = county.planned(projects=project.projects, **county.scenarios("central"))
    return float(plan.results["primary"].balance.loc[("central", county.WEST, 2028), "shortage_probability"])


def test_uncertain_projects_change_the_probability_of_a_shortage() -> None:
    """
    The west needs some thousand seats in 2028 and has 1,200: enough.

    If 300 of them come with probability 0.7, they are counted, but short in a
    third of the draws or so. With 900, a project of 300 that comes with
    probability 0.3 is not counted, and makes a shortage less probable; one that
    is suspended changes nothing.
    """
    wing = {"school": county.WEST_PRIMARY, "seats_added": 300.0}
    sure, likely = (shortage(wing | {"probability": chance}, gap=300.0) for chance in (1.0, 0.7))
    assert sure < 0.05
    assert 0.15 < likely < 0.45
    never, unlikely, suspended = (
        shortage(*more, gap=300.0)
        for more in ([], [wing | {"probability": 0.3}], [wing | {"probability": 0.3, "status": "suspended"}])
    )
    assert never > 0.95
    assert 0.55 < unlikely < 0.85
    assert suspended == never


def test_a_scenario_may_count_only_what_is_likely() -> None:
    """The kindergarten of probability 0.7 is not counted where 0.95 is asked for; its draws are the same seats."""
    central, certain = (supply_of(county.project(), "kindergarten", name) for name in ("central", "certain"))
    assert (central.seats - certain.seats).loc[county.WEST].to_list() == [120.0 * (year >= 2027) for year in YEARS]
    drawn = [supply.departure + supply.seats.loc[county.WEST, 2030] for supply in (central, certain)]
    here = [part.sel(catchment=county.WEST, year=2030) for part in drawn]
    np.testing.assert_array_equal(here[0], here[1])
    reasons = {name: book_of(county.project(), name).schedule.at["X02", "reason"] for name in ("central", "certain")}
    assert reasons == {"central": "", "certain": "unlikely"}


def test_a_certain_plan_departs_nowhere() -> None:
    """Where every project is certain there is nothing to draw, of stages without an uncertain one neither."""
    assert book_of(with_projects({"school": county.EAST_PRIMARY, "seats_added": 45.0})).departure is None
    assert supply_of(county.project(), "junior").departure is None


def test_a_departure_is_shared_as_the_section_is() -> None:
    """An uncertain expansion of a school that serves both catchments is missing in both, half and half."""
    project = with_projects({"school": county.WEST_PRIMARY, "seats_added": 90.0, "probability": 0.6})
    sections = project.sections.copy()
    sections.at[(county.WEST_PRIMARY, "primary"), "catchments"] = (county.WEST, county.EAST)
    supply = supply_of(dataclasses.replace(project, sections=sections), "primary")
    assert supply.departure is not None
    west, east = (supply.departure.sel(catchment=zone, year=2026) for zone in (county.WEST, county.EAST))
    np.testing.assert_allclose(west, east)
    assert set(np.unique(west)) == {-45.0, 0.0}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("scenario", ["central", "late", "certain"])
def test_no_seat_is_lost_between_places_and_catchments(stage: str, scenario: str) -> None:
    """Seats of sections and of places without one are those of catchments, in every year."""
    supply = supply_of(county.project(), stage, scenario)
    np.testing.assert_allclose(supply.by_section.sum() + supply.elsewhere.sum(), supply.seats.sum())
    assert (supply.seats >= 0).all().all()


def test_what_is_listed_by_rooms_counts_at_the_norm() -> None:
    """A school that tells twelve classrooms and no seats has twelve times 45."""
    sections = county.project().sections.copy()
    sections.loc[(county.WEST_PRIMARY, "primary"), "seats"] = np.nan
    listed = book_of(dataclasses.replace(county.project(), sections=sections)).sections
    assert listed.loc[(county.WEST_PRIMARY, "primary"), "seats"] == 12 * 45


@pytest.mark.parametrize("column", ["group", "quality"])
def test_a_group_pools_no_seats(column: str) -> None:
    """Schools of one group, alliance or grade of quality keep their own seats: each place has what it had."""
    schools = county.project().schools
    together = dataclasses.replace(county.project(), schools=schools.assign(**{column: "城东教育集团"}))
    for stage in STAGES:
        there, alone = supply_of(together, stage), supply_of(county.project(), stage)
        pd.testing.assert_frame_equal(there.seats, alone.seats)
        pd.testing.assert_frame_equal(there.by_section, alone.by_section)


def test_a_book_leaves_its_project_as_it_is() -> None:
    """Nothing is changed in place."""
    project = county.project()
    before = project.projects.copy(), project.sections.copy()
    book_of(project)
    pd.testing.assert_frame_equal(project.projects, before[0])
    pd.testing.assert_frame_equal(project.sections, before[1])


def test_a_figure_that_the_standard_does_not_give_is_nothing() -> None:
    """Not zero: neither the norm of an unknown stage, nor a figure that a stage does not have."""
    project = county.project()
    assert figure(project, "primary", "class_size") == 45
    assert figure(project, "kindergarten", "oversized_from") is None
    assert figure(project, "night school", "class_size") is None


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"school": county.HILL_POINT, "seats_added": -61.0}, r"leave this section with -1 primary seats in 2026"),
        ({"catchment": county.WEST, "seats_added": -601.0}, r"leave this catchment with -1 primary seats in 2026"),
    ],
)
def test_more_seats_taken_than_there_are(record: dict[str, Any], problem: str) -> None:
    """Of a school of sixty seats sixty-one cannot be demolished; nor of a catchment more than it has."""
    with pytest.raises(InputError, match=problem) as caught:
        supply_of(with_projects(record | {"kind": "demolish"}), "primary")
    (fault,) = caught.value.faults
    assert fault.file == "projects"
    assert "2026年的小学学位为-1个" in fault.problem_zh
