"""From a plan to its schools as shown: seats and rooms of every year and scenario, classes, and what they rest on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import county
import pytest
from county import ALL_THROUGH
from county import EAST
from county import EAST_PRIMARY
from county import WEST

from schoolmap.output.describe_schools import class_size_note
from schoolmap.output.describe_schools import describe_schools
from schoolmap.output.describe_schools import describe_supplied

if TYPE_CHECKING:
    from schoolmap.output.model import Section
    from schoolmap.plan import Plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Plan the county once, without proposals."""
    return county.planned()


def section_of(plan: Plan, school: str, stage: str) -> Section:
    """Return one stage of one school as shown."""
    found = next(item for item in describe_schools(plan) if item.id == school)
    return next(section for section in found.sections if section.stage == stage)


def test_classes_are_those_that_were_counted(plan: Plan) -> None:
    """The classes of the east by hand, and their pupils; of a school that tells none, nothing."""
    sizes = [size for grade in county.SIZES.values() for size in grade]
    east = section_of(plan, EAST_PRIMARY, "primary")
    assert east.classes == len(sizes)
    assert east.class_size == pytest.approx(sum(sizes) / len(sizes), abs=0.051)
    assert east.enrolment_year == county.BASE
    told = set(plan.situation.crowding.index)
    for school in describe_schools(plan):
        for section in school.sections:
            assert (section.classes is not None) == ((school.id, section.stage) in told)


def test_seats_and_rooms_of_every_scenario_are_those_of_the_supply(plan: Plan) -> None:
    """The first scenario stands with the school, another only where it differs; nothing is lost between them."""
    schools = describe_schools(plan)
    apart = 0
    for result in plan.results.values():
        for scenario in plan.project.scenarios:
            supplied = {row.school: row for row in describe_supplied(plan, result, scenario.id)}
            supply = result.supply[scenario.id]
            apart += len(supplied)
            for school in schools:
                for section in school.sections:
                    if section.stage != result.stage.id:
                        continue
                    shown = supplied.get(school.id, section)
                    assert shown.seats == pytest.approx(supply.by_section.loc[school.id], abs=1e-4)
                    rooms = supply.rooms_by_section.loc[school.id]
                    assert [value is None for value in shown.rooms] == rooms.isna().to_list()
                    known = [value for value in shown.rooms if value is not None]
                    assert known == pytest.approx(rooms.dropna().to_list(), abs=0.051)
    assert apart > 0


def test_seats_tell_whether_they_are_listed_or_follow_from_rooms(plan: Plan) -> None:
    """Where the list has no seats they are rooms times the class size."""
    seats = plan.project.sections["seats"]
    for school in describe_schools(plan):
        for section in school.sections:
            listed = seats[school.id, section.stage] == seats[school.id, section.stage]
            assert section.seats_from == ("listed" if listed else "rooms")


def test_a_school_tells_until_when_it_serves_its_catchments(plan: Plan) -> None:
    """Where other boundaries hold from a later year on, the year before it; where they stay, nothing."""
    first = min(plan.project.served)
    later = plan.project.served[first].copy()
    at = later.index.get_loc((EAST_PRIMARY, "primary"))
    later.iloc[at] = (WEST, EAST)
    changed = replace(plan, project=replace(plan.project, served={first: plan.project.served[first], 2028: later}))
    assert section_of(plan, EAST_PRIMARY, "primary").serves_until is None
    assert section_of(changed, EAST_PRIMARY, "primary").serves_until == 2027
    assert section_of(changed, ALL_THROUGH, "junior").serves_until is None


def test_the_class_size_is_told_with_its_document(plan: Plan) -> None:
    """Document, number and year; where grades differ, the smallest and the largest; where there is none, that."""
    notes = {stage.id: class_size_note(plan.project, stage) for stage in plan.project.stages}
    assert "GB 50099-2011, 2011" in notes["primary"]["en"]
    assert "grade by grade with 25–35" in notes["kindergarten"]["en"]
    assert "逐年级按25–35人" in notes["kindergarten"]["zh"]
    other = plan.project.stages[0].model_copy(update={"id": "nursery"})
    assert class_size_note(plan.project, other)["en"] == "The standards name no class size."
