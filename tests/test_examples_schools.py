"""The schools of the invented county: every pupil is counted once, and what is counted fits."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from schoolmap.inputs.examples import make_county
from schoolmap.inputs.examples.pupils import OUTSIDE
from schoolmap.inputs.examples.schools import GRADES
from schoolmap.inputs.examples.schools import SEATS
from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import by_grade

COUNTY = make_county()
SCHOOLS = COUNTY.tables["schools"].set_index("school")
SECTIONS = COUNTY.tables["sections"].set_index(["school", "stage"])
PUPILS, FLOWS = COUNTY.pupils, COUNTY.pupils.flows
STAGES = list(GRADES)


def columns(what: str) -> pd.DataFrame:
    """Return the columns by grade of the sections, under the grades."""
    names = {by_grade(what, grade): grade for grade in CLASS_GRADES}
    return SECTIONS[[name for name in names if name in SECTIONS]].rename(columns=names)


def test_by_hand() -> None:
    """60 kindergartens, 40 primary sites, 14 schools with junior grades, eight with attached classes."""
    stage = SECTIONS.index.get_level_values("stage")
    assert (SCHOOLS["type"] == "111").sum() == 60
    assert (stage == "primary").sum() == 40
    assert (stage == "junior").sum() == 14
    assert SECTIONS["rooms_of"].notna().sum() == 8


def test_codes_are_patterned() -> None:
    """Ten digits: category, province, serial number; nobody has two."""
    category = {"111": "11", "211": "21", "218": "21", "311": "31", "312": "31"}
    assert SCHOOLS.index.is_unique
    assert SCHOOLS.index.str.fullmatch(r"(11|21|31)4399\d{4}").all()
    assert (SCHOOLS.index.str[:2] == SCHOOLS["type"].map(category)).all()


def test_schools_stand_in_their_township() -> None:
    """Each school stands in the township that it names, on a place of its own."""
    layer = COUNTY.tables["schools"]
    areas = COUNTY.land.areas.dissolve("township")
    here = areas.geometry.reindex(layer["township"]).to_numpy()
    assert shapely.contains(here, layer.geometry.to_numpy()).all()
    assert not layer.geometry.to_wkb().duplicated().any()


def test_teaching_points_have_a_main_school() -> None:
    """A teaching point or small school names the central school of its township."""
    points = SCHOOLS[SCHOOLS["type"] == "218"]
    assert len(points) == 6
    mains = SCHOOLS.loc[points["main_school"]]
    assert mains["township"].to_list() == points["township"].to_list()
    assert mains["type"].isin(["211", "312"]).all()


@pytest.mark.parametrize("stage", STAGES)
def test_no_pupil_is_lost(stage: str) -> None:
    """Pupils of a catchment's schools: who lives there, less who learns elsewhere, and who comes from elsewhere."""
    lives = PUPILS.residents.xs(stage, level="stage").groupby(level="catchment").sum()
    flows = FLOWS.xs(stage, level="stage")
    leaves = flows.groupby(level="origin").sum()
    comes = flows.groupby(level="destination").sum()
    expected = lives.sub(leaves.drop(OUTSIDE, errors="ignore"), fill_value=0)
    expected = expected.add(comes.drop(OUTSIDE, errors="ignore"), fill_value=0)

    at_school = SECTIONS.xs(stage, level="stage")["enrolment"]
    assert at_school.sum() == expected.sum()
    # catchments that share a school are compared together
    own = [zone for zone in COUNTY.zones if zone.stage == stage]
    groups: dict[str, str] = {}
    for zone in own:
        name = next((groups[school] for school in zone.schools if school in groups), zone.code)
        groups |= dict.fromkeys(zone.schools, name)
    of_zone = {zone.code: groups[zone.schools[0]] for zone in own}
    there = at_school.groupby(groups).sum()
    needed = expected.groupby(of_zone).sum()
    assert there.sort_index().to_dict() == needed.sort_index().to_dict()


@pytest.mark.parametrize("what", ["pupils", "classes"])
def test_grades_add_up(what: str) -> None:
    """Pupils and classes of the grades are those of the section, and stand in grades that it teaches."""
    total = {"pupils": "enrolment", "classes": "classes"}[what]
    wide = columns(what)
    assert wide.sum(axis=1).to_list() == SECTIONS[total].to_list()
    for stage, grades in GRADES.items():
        part = wide.xs(stage, level="stage")
        taught = {*grades, MIXED_GRADE} if stage == "kindergarten" else set(grades)
        assert set(part.columns[part.notna().any()]) <= taught


def test_class_lists_add_up() -> None:
    """The listed classes of a grade are as many as the section says, with as many pupils, none of them empty."""
    listed = COUNTY.tables["classes"]
    stage = listed["grade"].astype(int).map(lambda grade: "primary" if grade <= 6 else "junior")
    found = listed.groupby(["school", stage.rename("stage"), "grade"])["pupils"].agg(["sum", "size"])
    for (school, name, grade), row in found.iterrows():
        section = SECTIONS.loc[(school, name)]
        assert row["sum"] == section[by_grade("pupils", grade)]
        assert row["size"] == section[by_grade("classes", grade)]
    assert listed["pupils"].min() > 20


def test_classes_have_rooms() -> None:
    """No section has more classes than rooms but attached ones, whose rooms are those of the primary school."""
    own = SECTIONS[SECTIONS["rooms_of"].isna()]
    assert (own["classes"] <= own["classrooms"]).all()
    stage = own.index.get_level_values("stage")
    assert (own["seats"] == own["classrooms"] * stage.map(SEATS)).all()


def test_town_is_crowded_and_villages_are_not() -> None:
    """Oversized classes are in the county town, a few of 66 and more; village schools have 8 to 34 in a class."""
    sizes = COUNTY.tables["classes"]["pupils"]
    assert 100 < (sizes >= 56).sum() < 200
    assert 3 <= (sizes >= 66).sum() <= 20
    small = SCHOOLS.index[SCHOOLS["main_school"].notna()]
    village = PUPILS.of_section / PUPILS.classes
    village = village[village.index.get_level_values("school").isin(small)]
    primary = village.xs("primary", level="stage")
    assert primary.min() >= 8
    assert primary.max() < 35
    rural = (PUPILS.of_section / PUPILS.classes).drop(
        labels=SCHOOLS.index[SCHOOLS["township"] == "城关镇"], level="school"
    )
    assert rural.drop(labels="kindergarten", level="stage").max() <= 50


def test_some_rural_schools_are_small() -> None:
    """Several village schools have fewer than 100 pupils, some points fewer than 50."""
    rural = SECTIONS.xs("primary", level="stage").drop(
        index=SCHOOLS.index[SCHOOLS["township"] == "城关镇"], errors="ignore"
    )
    assert (rural["enrolment"] < 100).sum() >= 5
    assert (rural["enrolment"] < 50).sum() >= 2


def test_intake_and_leavers_are_grades() -> None:
    """Who was admitted is the first grade, who will leave the last one."""
    for stage, grades in GRADES.items():
        own = SECTIONS.xs(stage, level="stage")
        pd.testing.assert_series_equal(own["intake"], own[by_grade("pupils", grades[0])], check_names=False)
        pd.testing.assert_series_equal(own["graduates"], own[by_grade("pupils", grades[-1])], check_names=False)


def test_boarders_have_beds() -> None:
    """Some schools have beds, and no more boarders than beds."""
    beds = SECTIONS["boarding"].dropna()
    assert len(beds) > 10
    assert (SECTIONS.loc[beds.index, "boarders"] <= beds).all()
    assert SECTIONS["boarders"].isna().equals(SECTIONS["boarding"].isna())


def test_resources_tell_schools_apart() -> None:
    """Of the seven indicators every one is missed by some school and met by others."""
    least = {
        "teachers_above": (4.2, 5.3),
        "backbone_teachers": (1.0, 1.0),
        "arts_sports_teachers": (0.9, 0.9),
        "multimedia_rooms": (2.3, 2.4),
        "teaching_m2": (4.5, 5.8),
        "sports_m2": (7.5, 10.2),
        "equipment_yuan": (2000.0, 2500.0),
    }
    resources = COUNTY.tables["resources"].set_index(["school", "stage"])
    assert resources.index.equals(SECTIONS.index)
    per_hundred = ("teachers_above", "backbone_teachers", "arts_sports_teachers", "multimedia_rooms")
    for name, bounds in least.items():
        for stage, bound in zip(("primary", "junior"), bounds, strict=True):
            own = resources.xs(stage, level="stage")[name] / SECTIONS.xs(stage, level="stage")["enrolment"]
            met = own * (100 if name in per_hundred else 1) >= bound
            assert 0 < met.sum() < len(met), (name, stage)
    assert resources.xs("kindergarten", level="stage")[list(least)].isna().all(axis=None)
    assert (resources["teachers_above"].fillna(0) <= SECTIONS["teachers"]).all()
    assert (resources["exchanged_teachers"].fillna(0) <= resources["exchangeable_teachers"].fillna(0)).all()


def test_projects_name_what_is_there() -> None:
    """Schools, catchments of the stage and developments of projects exist; seats are rooms times their size."""
    projects = COUNTY.tables["projects"]
    codes = {zone.code: zone.stage for zone in COUNTY.zones}
    assert projects["school"].dropna().isin(SCHOOLS.index).all()
    named = projects["catchment"].dropna()
    assert named.map(codes).to_list() == projects.loc[named.index, "stage"].to_list()
    assert projects["for_development"].dropna().isin(COUNTY.tables["developments"]["development"]).all()
    sized = projects[projects["classes_added"].notna()]
    assert (sized["seats_added"] == sized["classes_added"] * sized["stage"].map(SEATS)).all()
    money = projects[["investment_planned", "investment_arrived", "investment_spent"]]
    assert (money.diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)


def test_projects_with_a_place_stand_in_their_catchment() -> None:
    """What is new stands in the catchment that it will serve."""
    projects = COUNTY.tables["projects"]
    placed = projects[projects["x"].notna() & projects["catchment"].notna()]
    zones = COUNTY.tables["catchments"].set_index("catchment").geometry
    points = shapely.points(placed[["x", "y"]].to_numpy())
    assert len(placed) >= 4
    assert shapely.contains(zones.reindex(placed["catchment"]).to_numpy(), points).all()


def test_one_township_lacks_a_public_kindergarten() -> None:
    """All townships but one have a public kindergarten, and a project is under way there."""
    own = SCHOOLS[(SCHOOLS["type"] == "111") & (SCHOOLS["ownership"] == "public")]
    lacking = set(SCHOOLS["township"]) - set(own["township"])
    assert lacking == {"云盘乡"}
    attach = COUNTY.tables["projects"].set_index("kind").loc["attach"]
    assert SCHOOLS.at[attach["school"], "township"] == "云盘乡"
