"""One stage, from children to what is missing: demand, seats, classes by cohort, pupils who enter."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import county
import numpy as np
import pandas as pd
import shipped
import village

from schoolmap import standards
from schoolmap.plan import make_plan
from schoolmap.project import read_project
from schoolmap.seating import QUANTILES
from schoolmap.seating import caps_by_age
from schoolmap.seating import years_of
from schoolmap.standards.schema import ClassCap
from schoolmap.standards.schema import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.project import Project
    from schoolmap.seating import StageResult
    from schoolmap.standards.schema import Standards

CENTRAL = county.scenarios("central")
CAPS = """
name = "caps"
title = { en = "Invented caps", zh = "虚构班额" }
extends = "china"

[[stages.primary.caps]]
entered_from = 2025
value = 45
document = "invented"
confidence = "assumption"

[[stages.primary.caps]]
value = 50
document = "invented"
confidence = "assumption"
"""


def balance_of(result: StageResult) -> pd.DataFrame:
    """Return the balance of the central scenario by catchment and year."""
    return result.balance.xs("central", level="scenario")


def phased(*caps: tuple[float, int | None, int | None]) -> Standards:
    """Extend the standards of China by caps of primary classes: most pupils, entered from, entered to."""
    china = standards.load("china")
    rows = tuple(
        ClassCap(value=most, entered_from=first, entered_to=last, document="invented", confidence="assumption")
        for most, first, last in caps
    )
    return dataclasses.replace(
        china, stages=china.stages | {"primary": dataclasses.replace(china.stages["primary"], caps=rows)}
    )


def with_standards(rules: Standards) -> Project:
    """Return the county under other standards, with one scenario; nothing is proposed."""
    return dataclasses.replace(village.idle(county.project()), standards=rules, **CENTRAL)


def test_years_are_planned_from_the_base_year_to_the_horizon() -> None:
    """Both counted."""
    assert years_of(county.project()) == tuple(range(2024, 2033))


def test_a_cap_moves_up_with_its_cohort() -> None:
    """Fifty pupils for who entered by 2024 and 45 after: in 2026 the two youngest grades have the smaller classes."""
    caps = caps_by_age(with_standards(phased((50.0, None, 2024), (45.0, 2025, None))), county.stage("primary"))
    assert caps is not None
    assert caps.sel(year=2024).to_numpy().tolist() == [50.0] * 6
    assert caps.sel(year=2026).to_numpy().tolist() == [45.0, 45.0, 50.0, 50.0, 50.0, 50.0]
    assert caps.sel(year=2030).to_numpy().tolist() == [45.0] * 6


def test_a_file_of_the_project_may_phase_a_cap_in(tmp_path: Path) -> None:
    """The county's own standards extend the national ones by two caps, and are read with the project."""
    (tmp_path / "caps.toml").write_text(CAPS, encoding="utf-8")
    document = county.PROJECT.replace("draws = 100", 'draws = 100\nstandards = "caps.toml"')
    caps = caps_by_age(read_project(county.write(tmp_path, project=document)), county.stage("primary"))
    assert caps is not None
    assert caps.sel(year=2025).to_numpy().tolist() == [45.0, 50.0, 50.0, 50.0, 50.0, 50.0]


def test_classes_follow_the_cohorts() -> None:
    """While caps fall from 50 to 45, more classes are needed year by year than at 50, until it is as at 45 alone."""
    large, small, between = (
        balance_of(make_plan(with_standards(rules)).results["primary"])["classes_needed"]
        for rules in (
            phased((50.0, None, None)),
            phased((45.0, None, None)),
            phased((50.0, None, 2024), (45.0, 2025, None)),
        )
    )
    assert ((large <= between) & (between <= small)).all()
    first, last = (between.xs(year, level="year") for year in (2024, 2030))
    pd.testing.assert_series_equal(first, large.xs(2024, level="year"))
    pd.testing.assert_series_equal(last, small.xs(2030, level="year"))
    assert (small > large).any()


def test_furong_is_past_its_transition() -> None:
    """Under the limits of Furong, by 2024 every primary class has entered since 2018: 45, as in the national standards."""
    caps = caps_by_age(with_standards(standards.load("furong")), county.stage("primary"))
    assert caps is not None
    assert (caps == 45).all()


def test_classes_of_a_kindergarten_differ_by_year() -> None:
    """小班 25, 中班 30, 大班 35, in every year."""
    caps = caps_by_age(county.project(), county.stage("kindergarten"))
    assert caps is not None
    assert caps.sel(year=2030).to_numpy().tolist() == [25.0, 30.0, 35.0]


def test_ages_without_grades_have_the_size_of_the_stage() -> None:
    """A stage of ages 0 to 2 has no grades: one class size for all; without one, classes are not known."""
    nursery = county.stage("primary").model_copy(update={"ages": (0, 2)})
    caps = caps_by_age(county.project(), nursery)
    assert caps is not None
    assert (caps == 45).all()
    assert caps["age"].to_numpy().tolist() == [0, 1, 2]
    unknown = county.stage("primary").model_copy(update={"id": "nursery"})
    assert caps_by_age(county.project(), unknown) is None


def test_a_cap_that_one_grade_lacks_leaves_classes_unknown() -> None:
    """Without a class size, a cap of grades 1 to 5 says nothing of grade 6: unknown is not without limit."""
    china = standards.load("china")
    cap = ClassCap(value=45.0, grades=("1", "2", "3", "4", "5"), document="invented", confidence="assumption")
    primary = dataclasses.replace(china.stages["primary"], class_size=None, caps=(cap,))
    rules = dataclasses.replace(china, stages=china.stages | {"primary": primary})
    assert caps_by_age(with_standards(rules), county.stage("primary")) is None
    project = dataclasses.replace(with_standards(rules), **county.only("X01", "X02"))
    plan = make_plan(project)
    assert balance_of(plan.results["primary"])["classes_needed"].isna().all()
    assert "primary" not in plan.situation.dissolution


def test_seats_are_those_of_the_supply() -> None:
    """The balance shows what the book gives each catchment; the gap is demand less seats."""
    for result in county.plan().results.values():
        for scenario, there in result.supply.items():
            part = result.balance.xs(scenario, level="scenario")
            assert part["seats"].unstack("year").T.to_dict() == there.seats.T.to_dict()
            np.testing.assert_allclose(part["gap"], part["demand"] - part["seats"])


def test_entering_pupils_are_those_of_the_first_age() -> None:
    """They are part of the demand, flows included; in a band that holds the centre."""
    for name, result in county.plan().results.items():
        entering = result.entering
        assert entering.dims == ("scenario", "bound", "catchment", "year")
        low, central, high = (entering.sel(bound=bound) for bound in ("p10", "central", "p90"))
        assert ((low <= central) & (central <= high)).all(), name
        demand = result.balance["demand"].to_xarray()
        assert (central.sel(scenario=demand["scenario"]) <= demand + 1e-9).all()
    flows = county.plan().results["primary"].flows
    assert flows is not None


def test_entering_pupils_are_the_children_of_that_age() -> None:
    """Nine in ten of those who are three years old enter kindergarten, in every year; none flows elsewhere."""
    plan = county.plan()
    children = plan.demography.children.by_scenario["central"].sel(age=3, year=list(plan.years)).sum("area")
    entering = plan.results["kindergarten"].entering.sel(scenario="central", bound="central").sum("catchment")
    np.testing.assert_allclose(entering, 0.9 * children)


def test_draws_are_of_the_first_scenario_and_of_entering_pupils() -> None:
    """Their quantiles are the band, where it does not exclude the centre."""
    result = county.plan().results["kindergarten"]
    draws = result.entering_draws
    assert set(draws.dims) == {"catchment", "year", "draw"}
    assert draws.sizes["draw"] == county.project().settings.draws
    low, high = (draws.quantile(q, dim="draw") for q in QUANTILES)
    band = result.entering.isel(scenario=0)
    outside = (band.sel(bound="p10") != low) | (band.sel(bound="p90") != high)
    assert float(outside.mean()) < 0.5
    assert (band.sel(bound="p10") <= low + 1e-9).all()
    assert (band.sel(bound="p90") >= high - 1e-9).all()


def test_scenarios_of_seats_have_the_same_children() -> None:
    """A delay of projects changes seats and gaps, and not one child."""
    for result in county.plan().results.values():
        demand = result.balance["demand"].unstack("scenario")
        np.testing.assert_allclose(demand["late"], demand["central"])
        np.testing.assert_allclose(demand["certain"], demand["central"])
        assert (result.children.sel(scenario="late") == result.children.sel(scenario="central")).all()


def test_a_delay_makes_a_shortage_no_less_probable_where_projects_only_add() -> None:
    """The draws are the same, the seats are fewer."""
    plan = county.planned(**county.only("X01", "X02", "X03"), **county.scenarios("central", "late"))
    for result in plan.results.values():
        chance = result.balance["shortage_probability"].unstack("scenario")
        assert (chance["late"] >= chance["central"]).all()


def test_berlin_is_as_it_was() -> None:
    """Of Berlin-Mitte, that tells no flows, caps or chances: 19,368 pupils, 16,056 seats and 862 classes in 2035."""
    plan = shipped.plan(shipped.BERLIN)
    year = plan.balance.query("stage == 'primary' and year == 2035 and scenario == 'central'")
    sums = year[["demand", "seats", "gap", "classes_needed"]].sum().round()
    assert sums.to_dict() == {"demand": 19368, "seats": 16056, "gap": 3312, "classes_needed": 862}
    for result in plan.results.values():
        assert result.flows is None
        for scenario in plan.project.scenarios:
            resident = result.resident.sel(scenario=scenario.id).transpose("catchment", "year")
            demand = result.balance.xs(scenario.id, level="scenario")["demand"].unstack("year")
            assert demand.index.to_list() == resident["catchment"].to_numpy().tolist()
            np.testing.assert_array_equal(demand, resident)


def test_a_standard_without_a_limit_knows_no_oversized_class() -> None:
    """Kindergartens have no limit: nobody can say how many classes would be oversized, nor is it none."""
    balance = balance_of(county.plan().results["kindergarten"])
    assert balance["oversized_classes"].isna().all()
    assert balance_of(county.plan().results["primary"])["oversized_classes"].notna().all()


def test_one_unknown_number_of_rooms_leaves_oversized_classes_unknown() -> None:
    """A project in the west that tells seats and no rooms: from then on nobody knows the rooms of the west."""
    projects = (
        county.project()
        .projects.loc[["X01"]]
        .assign(school=county.WEST_PRIMARY, classes_added=np.nan, opening="2027-09")
    )
    balance = balance_of(county.planned(projects=projects, **CENTRAL).results["primary"])["oversized_classes"]
    west, east = balance.xs(county.WEST, level="catchment"), balance.xs(county.EAST, level="catchment")
    assert west.isna().to_dict() == {year: year >= 2027 for year in years_of(county.project())}
    assert east.notna().all()


def test_levels_are_those_of_the_standards() -> None:
    """Another bound of red changes levels and nothing else."""
    china = standards.load("china")
    red = Figure(value=1.5, document="invented", confidence="assumption")
    lenient = dataclasses.replace(china, levels=dataclasses.replace(china.levels, red_from=red))
    balance = make_plan(with_standards(lenient)).balance
    plain = county.plan().balance.query("scenario == 'central'").reset_index(drop=True)
    pd.testing.assert_frame_equal(balance.drop(columns="level"), plain.drop(columns="level"))
    assert set(balance.loc[balance["level"] == "red", "utilisation"] >= 1.5) == {True}
    assert (plain.loc[balance["level"] != plain["level"], "level"] == "red").all()
