"""Warnings of a plan: of the entry grade and of all grades, how long they last, and what has to be asked."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING
from typing import Any

import county
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from schoolmap import standards
from schoolmap.alerts import ALL
from schoolmap.alerts import StageAlerts
from schoolmap.alerts import make_alerts
from schoolmap.standards.schema import Figure

if TYPE_CHECKING:
    from schoolmap.plan import Plan


@functools.cache
def plain() -> Plan:
    """Plan the county without any project, once: places stay as they are."""
    return county.planned(**county.only(), **county.scenarios("central"))


def alerts_of(plan: Plan, *, residents: float | None = 2000.0, result: Any = None, **changes: Any) -> StageAlerts:  # noqa: ANN401
    """Give the warnings of primary schools, with some parts of the project or of its result replaced."""
    project = dataclasses.replace(plan.project, **changes)
    found = dataclasses.replace(plan.results["primary"], **(result or {}))
    people = pd.Series(dtype=float) if residents is None else pd.Series(residents, index=[county.WEST, county.EAST])
    given = {stage.id: people for stage in project.stages}
    return make_alerts(project, plan.provisions["central"], plan.results | {"primary": found}, residents=given)[
        "primary"
    ]


def entering(plan: Plan, west: dict[int, float]) -> dict[str, Any]:
    """Return the change of the pupils who enter primary schools in the west, by year."""
    known = plan.results["primary"].entering.copy()
    for year, pupils in west.items():
        known.loc[{"bound": "central", "catchment": county.WEST, "year": year}] = pupils
    return {"entering": known}


def warned(alerts: StageAlerts, scope: str, catchment: str = county.WEST) -> pd.DataFrame:
    """Return the warnings of one scope and catchment, by year."""
    table = alerts.warnings
    return table[(table["scope"] == scope) & (table["catchment"] == catchment)].set_index("year")


def test_by_hand() -> None:
    """
    The west admits ninety at its school, by plan, and ten at its teaching point, a sixth of sixty seats.

    A hundred children are exactly as many: red. Ninety the year after warn
    yellow, and the red is lifted; eighty-nine are enough room.
    """
    plan = plain()
    table = warned(alerts_of(plan, result=entering(plan, {2025: 100.0, 2026: 90.0, 2027: 89.0})), "intake")
    assert table["places"].to_list() == [100.0, 100.0, 100.0]
    assert table["level"].to_list() == ["red", "watch", "ok"]
    assert table["lifted"].to_list() == [False, True, False]


def test_where_places_come_from() -> None:
    """By plan; else whole classes of the entry grade in the rooms; else a sixth of the seats."""
    intake = county.plan().alerts["primary"].intake
    assert intake.loc[county.WEST_PRIMARY].to_list() == [90, "listed"]
    # thirteen rooms of its own, two classes for each of six grades
    assert intake.loc[county.EAST_PRIMARY].to_list() == [90, "classrooms"]
    assert intake.loc[county.HILL_POINT].to_list() == [10, "seats"]
    kindergarten = county.plan().alerts["kindergarten"].intake
    assert kindergarten.loc[county.PRIVATE].to_list() == [25, "classrooms"]


def test_places_grow_when_an_expansion_opens() -> None:
    """Ninety seats more of 630 are a seventh more places, from the year in which they open."""
    plan = county.planned(**county.only("X01"), **county.scenarios("central"))
    table = warned(plan.alerts["primary"], "intake", county.EAST)
    assert table["places"].to_list() == pytest.approx([135.0, 135 + 90 / 7, 135 + 90 / 7])
    whole = warned(plan.alerts["primary"], "whole", county.EAST)
    assert whole["places"].to_list() == [900.0, 990.0, 990.0]


def test_what_opens_in_the_base_year_is_on_top_of_the_places_listed() -> None:
    """The plan of admissions is of the school as it is listed; ninety seats more add a sixth in the first year."""
    projects = county.project().projects.loc[["X01"]].assign(school=county.WEST_PRIMARY, opening="2024-09")
    plan = county.planned(projects=projects, **county.scenarios("central"))
    assert warned(plan.alerts["primary"], "intake")["places"].to_list() == pytest.approx([115.0] * 3)


def test_rooms_given_up_are_places_given_up() -> None:
    """The west's school gives two of twelve rooms to a kindergarten in 2027: seventy-five places of ninety are left."""
    assert warned(county.plan().alerts["primary"], "intake")["places"].to_list() == pytest.approx([100, 100, 85])


def test_a_new_school_admits_an_even_part_of_its_seats() -> None:
    """A kindergarten of 120 seats that is no section yet, and attached classes of 60, have a third for each year."""
    table = warned(county.plan().alerts["kindergarten"], "intake")
    assert table["places"].to_list() == pytest.approx([60, 60, 60 + (120 + 60) / 3])


def test_a_section_without_seats_admits_an_even_part_of_those_to_come() -> None:
    """A teaching point that has none yet, and gets sixty in 2026, admits ten from then on."""
    sections = county.project().sections.copy()
    sections.loc[(county.HILL_POINT, "primary"), ["seats", "classrooms", "enrolment"]] = [0.0, np.nan, 0.0]
    projects = county.project().projects.loc[["X01"]].assign(school=county.HILL_POINT, seats_added=60.0)
    plan = county.planned(sections=sections, projects=projects, **county.scenarios("central"))
    assert warned(plan.alerts["primary"], "intake")["places"].to_list() == pytest.approx([90.0, 100.0, 100.0])


def test_all_grades_are_warned_of_as_the_balance_says() -> None:
    """Demand, seats and the probability of a shortage are those of the plan; so is the level."""
    plan = county.plan()
    for stage, alerts in plan.alerts.items():
        balance = plan.results[stage].balance.loc["central"]
        table = alerts.warnings[alerts.warnings["scope"] == "whole"].set_index(["catchment", "year"])
        part = balance.loc[table.index]
        for ours, theirs in (
            ("children", "demand"),
            ("places", "seats"),
            ("shortage_probability", "shortage_probability"),
        ):
            np.testing.assert_allclose(table[ours], part[theirs])
        assert table["level"].to_list() == part["level"].to_list()


def test_the_chance_of_the_entry_grade_is_that_of_its_draws() -> None:
    """The share of draws with more children than places."""
    plan = plain()
    table = warned(alerts_of(plan), "intake")
    drawn = plan.results["primary"].entering_draws.sel(catchment=county.WEST)
    for year in table.index:
        share = float((drawn.sel(year=year) > table.at[year, "places"]).mean())
        assert table.at[year, "shortage_probability"] == pytest.approx(share)


def test_warnings_are_published_for_the_years_ahead() -> None:
    """Three years, as the standards say; one where they say one; three where they do not say; never past the horizon."""
    plan, china = plain(), county.project().standards

    def years(told: Figure | None, **changes: Any) -> list[int]:  # noqa: ANN401 - any part of a project
        levels = dataclasses.replace(china.levels, years_ahead=told)
        alerts = alerts_of(plan, standards=dataclasses.replace(china, levels=levels), **changes)
        return sorted(set(alerts.warnings.get("year", ())))

    assert years(china.levels.years_ahead) == [2025, 2026, 2027]
    assert years(Figure(value=1, document="invented", confidence="assumption")) == [2025]
    assert years(None) == [2025, 2026, 2027]
    short = plan.project.settings.model_copy(update={"horizon": 2026})
    assert years(china.levels.years_ahead, settings=short) == [2025, 2026]


def gaps(**by_catchment: list[float]) -> dict[str, Any]:
    """Return the change of the balance to gaps by year from 2024, in the west and the east."""
    result = plain().results["primary"]
    balance = result.balance.copy()
    for zone, values in zip((county.WEST, county.EAST), by_catchment.values(), strict=True):
        balance.loc[("central", zone), "gap"] = values
    return {"balance": balance}


@pytest.mark.parametrize(
    ("gap", "kind", "runs", "lasts"),
    [
        ([-1, 9, 9, 9, 9, 9, -1, -1, -1], "sustained", 1, False),
        ([-1, -1, 9, 9, 9, 9, -1, -1, -1], "passing", 1, False),
        ([9, 9, -1, 9, -1, -1, 9, -1, -1], "returning", 3, False),
        ([-1, -1, -1, -1, -1, 9, 9, 9, 9], "passing", 1, True),
        ([-1, -1, -1, -1, 9, 9, 9, 9, 9], "sustained", 1, True),
    ],
)
def test_how_long_a_shortage_lasts(gap: list[float], kind: str, runs: int, *, lasts: bool) -> None:
    """Five years on end are sustained; one that is there at the horizon is not known to pass."""
    spells = alerts_of(plain(), result=gaps(west=gap, east=[-5.0] * 9)).spells
    assert spells.index.to_list() == [county.WEST]
    assert spells.loc[county.WEST, ["kind", "runs", "lasts"]].to_list() == [kind, runs, lasts]


def test_every_review_candidate_has_the_whole_checklist() -> None:
    """Each question is open, in both languages, has a source, and orders nothing."""
    plan = county.plan()
    asked = 0
    for stage, alerts in plan.alerts.items():
        questions, candidates = alerts.questions, plan.results[stage].reviews
        assert len(questions) == len(candidates) * len(plan.project.standards.review)
        asked += len(questions)
        assert (questions["answer"] == "open").all()
        for column in ("question_en", "question_zh"):
            assert questions[column].str.contains(r"[?？]").all()
            assert not questions[column].map(lambda text: bool(county.ORDER.search(text))).any()
        assert (questions["source"] != "").all()
    assert asked > 0


def test_the_pattern_of_orders_finds_one() -> None:
    """The test above could fail."""
    assert county.ORDER.search("Close this school")
    assert county.ORDER.search("应当撤并学校")
    assert not county.ORDER.search("If most object, the school is not merged by force.")


def test_seats_per_thousand_add_up() -> None:
    """The difference is due to the age structure and to attendance; the whole area is the sum of its catchments."""
    plan = county.plan()
    for alerts in plan.alerts.values():
        table = alerts.per_thousand
        np.testing.assert_allclose(table["from_structure"] + table["from_attendance"], table["difference"])
        np.testing.assert_allclose(table["fixed_seats"] - table["estimate"], table["difference"])
        parts = table.drop(ALL)
        for column in ("residents", "children", "fixed_seats", "estimate", "difference"):
            assert table.loc[ALL, column] == pytest.approx(parts[column].sum())


def test_the_rule_of_a_place_comes_before_that_of_the_standards() -> None:
    """汕头市龙湖区 gives 40 kindergarten seats of 1,000 residents; of primary schools only the standards speak: 70."""
    alerts = county.plan().alerts
    seats = {
        name: item.per_thousand.loc[ALL, "fixed_seats"] / item.per_thousand.loc[ALL, "residents"] * 1000
        for name, item in alerts.items()
    }
    assert seats == pytest.approx({"kindergarten": 40, "primary": 70, "junior": 35})
    (rule,) = (rule for rule in county.project().standards.seat_rules if rule.id == "longhu-seats")
    assert alerts["kindergarten"].per_thousand_source == rule.citation


def test_without_residents_or_a_rule_nothing_is_compared() -> None:
    """Where only children are known, or no rule holds, there is no table and no source."""
    assert alerts_of(plain(), residents=None).per_thousand.empty
    settings = plain().project.settings_seats.model_copy(update={"place": ""})
    bare = alerts_of(plain(), standards=standards.load("berlin"), settings_seats=settings)
    assert bare.per_thousand.empty
    assert bare.per_thousand_source == ""


def test_a_catchment_of_more_children_than_people_is_left_out() -> None:
    """Children who moved up since the count may be more than the residents then: nothing can be said there."""
    children = plain().results["primary"].children.isel(scenario=0).sel(year=county.BASE).to_series()
    people = pd.Series({county.WEST: children[county.WEST] - 1, county.EAST: 5000.0})
    residents = {stage.id: people for stage in plain().project.stages}
    found = make_alerts(plain().project, plain().provisions["central"], plain().results, residents=residents)
    assert found["primary"].per_thousand.index.to_list() == [county.EAST, ALL]


def test_a_catchment_may_be_called_all() -> None:
    """Whatever a catchment is called, it is not the whole area."""
    plan, project = plain(), plain().project
    swap = {county.WEST: "all", county.EAST: county.EAST}
    result = plan.results["primary"]
    renamed: dict[str, Any] = {
        name: getattr(result, name).assign_coords(catchment=["all", county.EAST])
        for name in ("children", "entering", "entering_draws")
    }
    renamed |= {
        "balance": result.balance.rename(index=swap, level="catchment"),
        "shares": result.shares.rename(index=swap, level="catchment"),
        "reviews": result.reviews.rename(index=swap),
        "supply": {
            name: dataclasses.replace(part, seats=part.seats.rename(index=swap)) for name, part in result.supply.items()
        },
    }
    people = pd.Series({"all": 3000.0, county.EAST: 2000.0})
    found = make_alerts(
        dataclasses.replace(project, stages=(county.stage("primary"),)),
        plan.provisions["central"],
        {"primary": dataclasses.replace(result, **renamed)},
        residents={"primary": people},
    )["primary"]
    assert found.per_thousand["residents"].to_dict() == {"all": 3000.0, county.EAST: 2000.0, ALL: 5000.0}
    assert set(found.warnings["catchment"]) == {"all", county.EAST}


def test_places_that_nobody_knows_warn_of_nothing() -> None:
    """Unknown is not zero: without places of one school there is no warning of the stage."""
    plan = plain()
    provision = plan.provisions["central"]
    sections = provision.sections.copy()
    sections.loc[(county.HILL_POINT, "primary"), ["seats", "classrooms"]] = np.nan
    found = make_alerts(
        plan.project,
        dataclasses.replace(provision, sections=sections),
        plan.results,
        residents={stage.id: pd.Series(dtype=float) for stage in plan.project.stages},
    )["primary"]
    assert found.intake.loc[county.HILL_POINT, "source"] == "unknown"
    assert found.warnings.empty


def test_nothing_is_changed_in_place() -> None:
    """Results and provision are read only."""
    plan = plain()
    before = plan.results["primary"].entering.copy(deep=True), plan.results["primary"].balance.copy()
    alerts_of(plan)
    xr.testing.assert_identical(plan.results["primary"].entering, before[0])
    pd.testing.assert_frame_equal(plan.results["primary"].balance, before[1])
