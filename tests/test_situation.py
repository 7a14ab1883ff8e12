"""What there is today and what the standards ask of it: classes, sizes of schools, staff, townships, projects."""

from __future__ import annotations

import dataclasses
from typing import Any

import county
import numpy as np
import pandas as pd
import pytest

from schoolmap import standards
from schoolmap.errors import LabelError
from schoolmap.inputs.provision import WHOLE_SECTION
from schoolmap.situation import Situation
from schoolmap.situation import caps_now
from schoolmap.situation import expected_intake
from schoolmap.situation import make_situation
from schoolmap.situation import place_rules
from schoolmap.standards.schema import ClassCap

EAST = (county.EAST_PRIMARY, "primary")
WEST = (county.WEST_PRIMARY, "primary")


def situation_of(**changes: Any) -> Situation:  # noqa: ANN401 - any part of a project
    """Describe the county with some of its parts replaced; its seats and children are as they are."""
    plan = county.plan()
    return make_situation(dataclasses.replace(plan.project, **changes), plan.provisions["central"], plan.results)


def with_sections(**columns: object) -> dict[str, Any]:
    """Return the change of whole columns of the sections."""
    return {"sections": county.project().sections.assign(**columns)}


def placed(place: str) -> dict[str, Any]:
    """Return the change of the place whose rules hold."""
    return {"settings_seats": county.project().settings_seats.model_copy(update={"place": place})}


def with_class_records(records: pd.DataFrame) -> dict[str, Any]:
    """Return the change of what is known of classes."""
    return {"classes": records.sort_index()}


def test_by_hand() -> None:
    """
    Fourteen classes of the east's primary school, of 645 pupils.

    58, 57 and 66 are oversized, 66 very; sixteen pupils are above 55. Grades 1
    and 2, of 160 and 166, need four classes of 45 each and have three.
    """
    row = county.plan().situation.crowding.loc[EAST]
    assert row[["classes", "pupils", "oversized", "very_oversized"]].to_list() == [14, 645, 3, 1]
    assert row[["excess_heads", "classes_to_dissolve"]].to_list() == [16, 2]
    assert row["exact"]


def test_what_a_standard_does_not_call_oversized_is_unknown() -> None:
    """Kindergartens have no limit: how many are oversized is missing, not none; classes at the norm are known."""
    crowding = county.plan().situation.crowding.xs("kindergarten", level="stage")
    assert crowding[["oversized", "oversized_share", "excess_heads"]].isna().all().all()
    assert crowding["classes_to_dissolve"].notna().all()


def test_no_pupil_of_a_class_is_lost() -> None:
    """Classes hold the pupils of the records they come from, section by section; totals are of the enrolment."""
    plan = county.plan()
    heads = plan.situation.sizes["pupils"].groupby(level=["school", "stage"]).sum()
    enrolled = plan.project.sections["enrolment"]
    assert heads.to_dict() == enrolled.reindex(heads.index).to_dict()


def test_caps_of_today() -> None:
    """Each grade has its own; a class of several years that of the stage, and so has a section told as a whole."""
    project = county.project()
    caps = caps_now(project, county.stage("kindergarten"))
    assert caps is not None
    assert caps.to_dict() == {"K1": 25, "K2": 30, "K3": 35, "KM": 30, WHOLE_SECTION: 30}
    assert caps_now(project, county.stage("primary").model_copy(update={"id": "night school"})) is None


def test_bands_are_of_single_classes() -> None:
    """A section that is told as a whole says nothing of the sizes of its classes: it is in no band."""
    bands = county.plan().situation.bands
    assert bands.index.to_list() == ["primary"]
    assert bands.loc["primary"].sum() == 14 + 7
    assert bands.loc["primary", "66+"] == 1


def test_pupils_move_up_and_none_is_lost() -> None:
    """Who is there next year is who was there, less the highest grade, and who enters; over the years as well."""
    plan = county.plan()
    found = plan.situation.dissolution["primary"]
    pupils, leavers = (found.by_year[name].unstack("year") for name in ("pupils", "leavers"))
    result = plan.results["primary"]
    first = pd.Series({county.EAST_PRIMARY: 160.0, county.WEST_PRIMARY: 40.0})
    intake = expected_intake(first, result)
    for year in range(county.BASE + 1, county.TARGET + 1):
        there = pupils[year - 1] - leavers[year] + intake[year].to_numpy()
        np.testing.assert_allclose(pupils[year], there)
    assert leavers[2025].to_list() == [61.0, 59.0]
    line = found.audit.loc["primary"]
    assert line["base"] + line["intake"] == pytest.approx(line["leavers"] + line["target"])
    assert line["base"] == 945


def test_targets_add_up() -> None:
    """Four oversized classes are to go by 2028, one a year, and none is left."""
    found = county.plan().situation.dissolution["primary"]
    by_year = found.targets.groupby(level="year").sum()
    assert by_year["dissolve"].to_list() == [1, 1, 1, 1]
    assert by_year["left"].to_list() == [3, 2, 1, 0]


def test_without_a_year_nothing_is_dissolved() -> None:
    """No year, or the base year itself, asks for no plan."""
    for year in (None, county.BASE):
        settings = county.project().settings_seats.model_copy(update={"dissolve_by": year})
        assert situation_of(settings_seats=settings).dissolution == {}


def test_a_section_of_which_a_grade_is_unknown_is_not_planned() -> None:
    """
    Of the west nobody tells the classes of grade 6, of the east only grades 1 and 2 are listed.

    Their other pupils would be lost, so no plan is made of them.
    """
    records = county.project().classes
    grade = records.index.get_level_values("grade")
    school = records.index.get_level_values("school")
    told = records.assign(classes=records["classes"].mask((grade == "6") & (school == county.WEST_PRIMARY)))
    found = situation_of(**with_class_records(told)).dissolution["primary"]
    assert found.by_section.index.get_level_values("school").to_list() == [county.EAST_PRIMARY]
    listed = records[~((school == county.EAST_PRIMARY) & ~grade.isin(["1", "2"]))]
    found = situation_of(**with_class_records(listed)).dissolution["primary"]
    assert found.by_section.index.get_level_values("school").to_list() == [county.WEST_PRIMARY]


def test_a_teaching_point_of_two_grades_is_planned() -> None:
    """Grades 1 and 2 hold all its 24 pupils, so the others have nobody."""
    point = pd.DataFrame(
        {"classes": 1.0, "pupils": [14.0, 10.0]},
        index=pd.MultiIndex.from_tuples([(county.HILL_POINT, "primary", grade, "") for grade in "12"]),
    )
    records = county.project().classes.drop((county.HILL_POINT, "primary"))
    found = situation_of(**with_class_records(pd.concat([records, point.rename_axis(records.index.names)])))
    by_year = found.dissolution["primary"].by_year
    assert by_year.loc[(county.HILL_POINT, "primary", county.BASE), "pupils"] == 24
    assert by_year.loc[(county.HILL_POINT, "primary", county.BASE + 1), "leavers"] == 0


def test_a_class_of_mixed_grades_does_not_move_up() -> None:
    """Who is in a class of several years is of no one grade: the section is not planned."""
    limit = standards.load("china").stages["primary"].oversized_from
    china = county.project().standards
    kindergarten = dataclasses.replace(china.stages["kindergarten"], oversized_from=limit)
    rules = dataclasses.replace(china, stages=china.stages | {"kindergarten": kindergarten})
    labels = [(county.TOWN_KINDERGARTEN, "kindergarten", grade, "") for grade in ("K1", "K2", "K3", "KM")]
    mixed = pd.DataFrame({"classes": 1.0, "pupils": 30.0}, index=pd.MultiIndex.from_tuples(labels))
    records = county.project().classes.drop((county.TOWN_KINDERGARTEN, "kindergarten"))
    kept = records.index.names
    for told, planned in ((mixed, False), (mixed.iloc[:3], True)):
        changes = with_class_records(pd.concat([records, told.rename_axis(kept)]))
        assert ("kindergarten" in situation_of(standards=rules, **changes).dissolution) is planned


def test_caps_that_are_not_known_make_no_plan() -> None:
    """Without a class size of every grade nobody can say how many classes are needed."""
    china = county.project().standards
    cap = ClassCap(value=45.0, grades=("1",), document="invented", confidence="assumption")
    primary = dataclasses.replace(china.stages["primary"], class_size=None, caps=(cap,))
    rules = dataclasses.replace(china, stages=china.stages | {"primary": primary})
    assert situation_of(standards=rules).dissolution == {}


def test_intake_follows_the_children_of_the_catchments() -> None:
    """A school keeps its share of the children where it serves; one that serves nowhere changes as the county does."""
    result = county.plan().results["primary"]
    entering = result.entering.sel(scenario="central", bound="central").transpose("catchment", "year").to_pandas()
    grown = entering.div(entering[county.BASE], axis=0)
    base = pd.Series({county.EAST_PRIMARY: 160.0, county.WEST_PRIMARY: 40.0, "nowhere": 10.0})
    found = expected_intake(base, result)
    assert found[county.BASE].to_dict() == pytest.approx(base.to_dict())
    np.testing.assert_allclose(found.loc[county.EAST_PRIMARY], 160 * grown.loc[county.EAST])
    np.testing.assert_allclose(found.loc[county.WEST_PRIMARY], 40 * grown.loc[county.WEST])
    np.testing.assert_allclose(found.loc["nowhere"], 10 * entering.sum() / entering[county.BASE].sum())


def test_intake_of_a_school_of_two_catchments() -> None:
    """It follows the children of both, by its share in each."""
    result = county.plan().results["primary"]
    labels = [(county.WEST_PRIMARY, county.WEST), (county.WEST_PRIMARY, county.EAST)]
    index = pd.MultiIndex.from_tuples(labels, names=["school", "catchment"])
    entering = result.entering.sel(scenario="central", bound="central").transpose("catchment", "year").to_pandas()
    found = expected_intake(
        pd.Series({county.WEST_PRIMARY: 40.0}),
        dataclasses.replace(result, shares=pd.Series([0.75, 0.25], index=index)),
    )
    mixed = 0.75 * entering.loc[county.WEST] + 0.25 * entering.loc[county.EAST]
    np.testing.assert_allclose(found.loc[county.WEST_PRIMARY], 40 * mixed / mixed[county.BASE])


def test_intake_where_nobody_lived_stays() -> None:
    """Where no child entered in the base year there is nothing to go by."""
    result = county.plan().results["primary"]
    none = dataclasses.replace(result, entering=result.entering * 0)
    assert (expected_intake(pd.Series({county.WEST_PRIMARY: 40.0}), none) == 40).all().all()


def test_schools_are_measured_by_their_compulsory_stages() -> None:
    """
    The children of its kindergarten do not make a primary school large, nor all-through.

    The all-through school has 530 pupils of two stages; the limit of a
    kindergarten is its own.
    """
    situation = county.plan().situation
    flags = situation.size_flags
    assert flags.loc[county.EAST_PRIMARY, ["pupils", "most_pupils"]].to_list() == [645, 2000]
    assert flags.loc[county.ALL_THROUGH, ["pupils", "most_pupils"]].to_list() == [530, 2500]
    assert flags["all_through"].to_dict() == {school: school == county.ALL_THROUGH for school in flags.index}
    assert flags.loc[county.HILL_POINT, ["small", "teaching_point"]].to_list() == [True, True]
    kindergartens = situation.kindergarten_flags
    assert kindergartens.loc[county.TOWN_KINDERGARTEN, ["pupils", "most_pupils"]].to_list() == [170, 360]
    assert kindergartens.loc[county.EAST_PRIMARY, "pupils"] == 50


def test_schools_of_no_known_type_keep_their_stages_apart() -> None:
    """Without any type told, a primary school with a kindergarten is still no all-through school."""
    flags = situation_of(schools=county.project().schools.assign(type="")).size_flags
    assert not flags.loc[county.EAST_PRIMARY, "all_through"]


def test_schools_are_counted_by_kind() -> None:
    """A teaching point and attached classes are no schools of their own."""
    counts = county.plan().situation.counts
    assert counts.loc["primary"].to_dict() == {"schools": 3, "teaching_points": 1, "attached": 0, "type_unknown": 0}
    assert counts.loc["kindergarten"].to_dict() == {
        "schools": 4,
        "teaching_points": 0,
        "attached": 1,
        "type_unknown": 0,
    }


def test_staff_is_of_stages_that_the_standards_know() -> None:
    """A section of another stage has no row; a number that is not told leaves the shortage unknown."""
    staff = county.plan().situation.staff
    assert staff.loc[(*EAST, "staff"), ["needed", "there", "short"]].to_list() == [34, 33, 1]
    assert np.isnan(staff.loc[(county.UNLICENSED, "kindergarten", "teachers"), "short"])
    berlin = situation_of(standards=standards.load("berlin"), **placed(""))
    assert set(berlin.staff.index.get_level_values("stage")) <= {"primary"}


def test_townships_with_a_public_kindergarten() -> None:
    """西乡 has one; in 东镇 a private and an inclusive one, attached classes and one without a licence: none counts."""
    townships = county.plan().situation.townships
    east = townships.loc["东镇"]
    assert east[["public", "inclusive", "private", "attached", "unlicensed"]].to_list() == [0, 1, 1, 1, 1]
    assert townships["met"].to_dict() == {"西乡": True, "东镇": False}
    assert townships["missing"].to_dict() == {"西乡": 0, "东镇": 1}


def test_a_place_may_ask_one_kindergarten_for_so_many_people() -> None:
    """Of 2,852 residents of each township none is asked for by 4,500; of 9,128 after growth, two are."""
    population = county.project().population
    grown = {"population": population.assign(count=population["count"] * 3.2)}
    assert county.plan().situation.townships["required"].to_list() == [1, 1]
    assert situation_of(**grown).townships["required"].to_list() == [2, 2]


def test_children_alone_are_no_residents() -> None:
    """Where bands end at 14, how many people live there is not known: the rules by residents are left undecided."""
    population = county.project().population
    children = population[population["high"].notna()]
    townships = situation_of(population=children).townships
    assert townships["required"].to_list() == [1, 1]
    assert townships.loc["西乡", "met"] is pd.NA


@pytest.mark.parametrize("column", ["ownership", "township"])
def test_townships_need_to_be_told(column: str) -> None:
    """Where schools tell no ownership, or no township, there is no table."""
    assert situation_of(schools=county.project().schools.assign(**{column: ""})).townships.empty


def test_a_county_without_kindergartens_has_no_townships_to_look_at() -> None:
    """Nothing is asked of a stage that is not there."""
    sections = county.project().sections
    rest = sections[sections.index.get_level_values("stage") != "kindergarten"]
    stages = tuple(stage for stage in county.project().stages if stage.id != "kindergarten")
    situation = situation_of(sections=rest, stages=stages)
    assert situation.townships.empty
    assert situation.kindergarten_flags.empty


def test_developments_by_the_rules_of_a_place() -> None:
    """汕头市龙湖区 asks 40 seats of 1,000 residents, 榆林市 six classes of 500 homes and nine of 1,000."""
    found = county.plan().situation.developments
    assert found["required"].to_dict() == {"Z1": 3, "Z2": 5}
    assert found["status"].to_dict() == {"Z1": "not_handed_over", "Z2": "not_provided"}
    yulin = situation_of(**placed("榆林市")).developments
    assert yulin["required"].to_dict() == {"Z1": 6, "Z2": 9}
    assert yulin["missing"].to_dict() == pytest.approx({"Z1": 3, "Z2": np.nan}, nan_ok=True)


@pytest.mark.parametrize("place", ["", "湖南省", "株洲市"])
def test_without_a_rule_for_classes_nothing_is_said_of_developments(place: str) -> None:
    """No place, one that gives whole kindergartens only, and one that speaks of other stages only."""
    assert situation_of(**placed(place)).developments.empty
    assert situation_of(developments=None).developments.empty


def test_rules_are_of_a_place_that_the_standards_know() -> None:
    """An unknown place is refused; a stage of which the standards say nothing has no rules."""
    project = dataclasses.replace(county.project(), **placed("Atlantis"))
    with pytest.raises(LabelError, match="no place 'Atlantis'"):
        place_rules(project, "kindergarten")
    assert place_rules(county.project(), "night school") == ()
    assert {rule.place for rule in place_rules(county.project(), "kindergarten")} == {"汕头市龙湖区"}


def test_seats_by_owner_are_those_of_the_balance() -> None:
    """Added up over owners they are the seats of the plan, in every year and stage."""
    plan = county.plan()
    for stage in plan.results:
        owned = plan.situation.seats_owned.loc[stage].sum()
        seats = plan.results[stage].balance.loc["central"]["seats"].groupby(level="year").sum()
        assert owned.to_dict() == pytest.approx(seats.to_dict())


def test_funds_by_status() -> None:
    """Amounts not told are not zero; a project that tells classes has seats at the norm."""
    found = county.plan().situation.investment
    assert found.loc["building", ["projects", "planned", "arrived", "spent"]].to_list() == [3, 740, 580, 380]
    assert np.isnan(found.loc["planned", "arrived"])
    projects = county.project().projects.loc[["X01"]].assign(seats_added=np.nan)
    assert situation_of(projects=projects).investment.loc["building", "seats"] == 90


def test_a_county_that_tells_nothing_has_nothing_to_describe() -> None:
    """No classes, projects, staff or developments: parts are empty, and nothing is made up."""
    project = county.project()
    unknown = dict.fromkeys(("classes", "boarding", "boarders", "teachers", "staff", "posts"), np.nan)
    situation = situation_of(
        classes=project.classes.iloc[:0],
        projects=project.projects.iloc[:0],
        resources=project.resources.iloc[:0],
        developments=None,
        schools=project.schools.assign(ownership="", type="", township="", licensed=""),
        **with_sections(**unknown),
        **placed(""),
    )
    for part in ("sizes", "crowding", "bands", "townships", "developments", "investment"):
        assert getattr(situation, part).empty, part
    assert situation.dissolution == {}
    assert situation.staff["there"].isna().all()
    assert situation.boarding.isna().all().all()
    assert not situation.counts[["schools", "teaching_points"]].to_numpy().any()
