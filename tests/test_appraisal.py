"""Indicators and assessments of a project: what is counted, what is left out, and what nobody can say."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

import county
import numpy as np
import pandas as pd
import pytest

from schoolmap import standards
from schoolmap.appraisal import OFFICIAL_EXCESS
from schoolmap.appraisal import Appraisal
from schoolmap.appraisal import appraise
from schoolmap.inputs.project_file import StatedFigure
from schoolmap.seats.indicators.resources import RESOURCES
from schoolmap.situation import make_situation

if TYPE_CHECKING:
    from schoolmap.seats.indicators.measures import Indicator

SEVEN = list(RESOURCES)


def appraised(*, method: str = "A", **changes: Any) -> Appraisal:  # noqa: ANN401 - any part of a project
    """Appraise the county with some of its parts replaced; its seats and children are as they are."""
    plan = county.plan()
    project = dataclasses.replace(plan.project, **changes)
    situation = make_situation(project, plan.provisions["central"], plan.results)
    return appraise(project, situation, plan.results, method=method)


def found(appraisal: Appraisal, name: str, stage: str = "") -> Indicator:
    """Return one indicator."""
    (indicator,) = (item for item in appraisal.indicators if (item.measure.id, item.stage) == (name, stage))
    return indicator


def values(appraisal: Appraisal) -> dict[tuple[str, str], float | None]:
    """Return the value of every indicator."""
    return {(item.measure.id, item.stage): item.value for item in appraisal.indicators}


def columns(table: str, **changed: object) -> dict[str, Any]:
    """Return the change of whole columns of a table."""
    return {table: getattr(county.project(), table).assign(**changed)}


def test_by_hand() -> None:
    """
    Of 350 children in licensed kindergartens 220 are in public ones: 170 of the town's and 50 attached.

    Sixty more are in an inclusive one, so that 80 in 100 are in either: exactly
    what is asked for. By number it is one public kindergarten of three, since
    attached classes are none.
    """
    appraisal = county.plan().appraisal
    kindergarten = "kindergarten"
    public, inclusive = (found(appraisal, f"{owner}_share", kindergarten) for owner in ("public", "inclusive"))
    assert (public.numerator, public.denominator, public.met) == (220, 350, True)
    assert (inclusive.value, inclusive.lacking, inclusive.met) == (80, 0, True)
    number = found(appraisal, "public_share_by_number", kindergarten)
    assert (number.numerator, number.denominator) == (1, 3)
    exchange = found(appraisal, "exchange")
    assert (exchange.numerator, exchange.denominator, exchange.units, exchange.left_out) == (4, 29, 4, 1)


def test_gross_enrolment_is_of_residents() -> None:
    """All 1,209 pupils over the children of 6 to 11 of the base year; births would make it higher, and a note says so."""
    plan = county.plan()
    children = float(plan.results["primary"].children.isel(scenario=0).sel(year=county.BASE).sum())
    ratio = found(plan.appraisal, "gross_enrolment", "primary")
    assert (ratio.numerator, ratio.denominator) == pytest.approx((1209, children))
    counted, born = (found(appraised(method=method), "gross_enrolment", "kindergarten") for method in "AB")
    assert counted.value == born.value
    assert len(born.notes) > len(counted.notes)
    low, high = OFFICIAL_EXCESS
    assert any(f"{low:g}" in note["en"] and f"{high:g}" in note["en"] for note in born.notes)


def test_classes_within_their_cap() -> None:
    """Of the 21 primary classes told by grade, 12 have no more than 45 pupils; sections told as a whole are left out."""
    share = found(county.plan().appraisal, "class_size_met", "primary")
    assert (share.numerator, share.denominator) == (12, 21)
    size = found(county.plan().appraisal, "class_size", "primary")
    assert (size.value, size.met) == (66, False)
    with pytest.raises(ValueError, match="not enough values"):
        found(county.plan().appraisal, "class_size_met", "junior")


def test_no_licence_no_kindergarten() -> None:
    """The one without a licence is in none of the shares; licensed, it is."""
    with_licence = appraised(**columns("schools", licensed="yes"))
    assert found(with_licence, "public_share", "kindergarten").denominator == 375
    assert found(county.plan().appraisal, "children_per_teacher", "kindergarten").denominator == 29


def test_a_building_of_two_sections_is_not_the_kindergartens_alone() -> None:
    """Of the classes attached to a primary school the floor area is not known: it is left out, and the worst is told."""
    building = found(county.plan().appraisal, "building_m2", "kindergarten")
    assert (building.units, building.left_out) == (3, 1)
    assert building.value == pytest.approx(2500 / 170)


def test_a_conversion_of_today_raises_the_public_share() -> None:
    """Were the inclusive one public, 280 of 350 were in public ones, and every total were the same."""
    owners = county.project().schools["ownership"].replace("inclusive", "public")
    after, before = appraised(**columns("schools", ownership=owners)), county.plan().appraisal
    for basis in ("", "_by_number", "_by_seats"):
        public, was = (found(item, f"public_share{basis}", "kindergarten") for item in (after, before))
        assert public.denominator == was.denominator
        assert public.numerator is not None
        assert was.numerator is not None
        assert public.numerator > was.numerator
        inclusive = [found(item, f"inclusive_share{basis}", "kindergarten").numerator for item in (after, before)]
        assert inclusive[0] == inclusive[1]


def test_each_indicator_is_there_once_and_judged_by_its_own_requirement() -> None:
    """By its name and stage; a requirement is of the same name, and of the stage or of none."""
    appraisal = county.plan().appraisal
    keys = [(item.measure.id, item.stage) for item in appraisal.indicators]
    assert len(keys) == len(set(keys))
    for item in appraisal.indicators:
        if item.requirement is not None:
            assert item.requirement.id == item.measure.id
            assert item.requirement.stage in {"", item.stage}
        if item.value is None:
            assert item.met is None


def test_what_was_not_given_is_not_met() -> None:
    """Every requirement has a row in its table; one of which nothing is known is not provided."""
    inclusive = county.plan().appraisal.inclusive
    assert inclusive is not None
    rules = county.project().standards.inclusive
    assert len(inclusive.rows) == len(rules)
    unknown = inclusive.rows["value"].isna()
    assert 0 < unknown.sum() < len(rules)
    assert (inclusive.rows.loc[unknown, "result"] == "not_provided").all()


def test_a_stated_figure_is_judged_with_its_source() -> None:
    """A survey's 91.5 meets 85; its source stands where others say what is counted."""
    stated = found(county.plan().appraisal, "satisfaction", "kindergarten")
    assert (stated.value, stated.met) == (91.5, True)
    assert stated.measure.basis == {"en": "survey (invented)", "zh": "问卷调查(虚构)"}


def test_a_stated_figure_takes_the_place_of_one_worked_out() -> None:
    """Who states the share of children in public kindergartens has it from somewhere; it is there once."""
    item = StatedFigure(
        id="public_share", stage="kindergarten", value=44.0, source={"en": "annual report", "zh": "年度报告"}
    )
    share = found(appraised(stated=(item,)), "public_share", "kindergarten")
    assert (share.value, share.met) == (44.0, False)
    assert share.measure.basis["zh"] == "年度报告"


def test_schools_that_are_assessed() -> None:
    """The teaching point of 24 pupils is left out; each stage of the all-through school has a row."""
    balanced = county.plan().appraisal.balanced
    assert balanced is not None
    rows = balanced.schools.rows
    assert set(zip(rows["school"], rows["stage"], strict=True)) == {
        (county.EAST_PRIMARY, "primary"),
        (county.WEST_PRIMARY, "primary"),
        (county.ALL_THROUGH, "primary"),
        (county.ALL_THROUGH, "junior"),
        (county.WEST_JUNIOR, "junior"),
    }
    verdicts = rows.set_index(["school", "stage"])["verdict"]
    assert verdicts[county.EAST_PRIMARY, "primary"] == "not_met"
    assert verdicts[county.WEST_PRIMARY, "primary"] == "met"


def test_schools_of_other_types_are_left_out() -> None:
    """Vocational schools (36…) and special schools (51…) are not assessed as compulsory schools."""
    types = county.project().schools["type"].replace({"311": "365", "312": "511"})
    balanced = appraised(**columns("schools", type=types)).balanced
    assert balanced is not None
    assert set(balanced.schools.rows["school"]) == {county.EAST_PRIMARY, county.WEST_PRIMARY}


def test_what_schools_do_not_tell_is_not_provided() -> None:
    """Without sports grounds no school can be said to meet them, nor is any variation known."""
    balanced = appraised(**columns("resources", sports_m2=np.nan)).balanced
    assert balanced is not None
    assert balanced.schools.rows["sports_m2"].isna().all()
    spread = balanced.variation.rows
    assert spread["cv"].isna().sum() == 2
    assert (spread["left_out"] > 0).sum() == 2


@pytest.mark.parametrize(
    ("table", "column", "stage"),
    [("sections", "enrolment", "kindergarten"), ("sections", "enrolment", "junior"), ("sections", "teachers", "")],
)
def test_numbers_that_are_missing_are_not_zero(table: str, column: str, stage: str) -> None:
    """Where a column is not told, what rests on it has no value and is not met, and the rest is as it was."""
    known = getattr(county.project(), table)[column]
    gone = known.where(known.index.get_level_values("stage") != stage) if stage else known * np.nan
    appraisal = appraised(**columns(table, **{column: gone}))
    before, after = values(county.plan().appraisal), values(appraisal)
    assert set(after) == set(before)
    lost = {key for key in before if before[key] is not None and after[key] is None}
    assert lost
    assert all(name_stage[1] in {stage, "kindergarten", ""} for name_stage in lost)
    for key in lost:
        assert found(appraisal, *key).met is None


def test_more_certificates_than_teachers_are_shown_as_they_are() -> None:
    """It is warned of when the folder is read; the plan does not stop at it."""
    appraisal = appraised(**columns("resources", certified_teachers=99.0))
    share = found(appraisal, "certified_teachers", "kindergarten").value
    assert share is not None
    assert share > 100


def test_sizes_of_schools() -> None:
    """A school of one compulsory stage and one of several have limits of their own."""
    appraisal = county.plan().appraisal
    assert found(appraisal, "school_size", "primary").value == 645
    assert found(appraisal, "school_size", "junior").value == 210
    assert found(appraisal, "school_size_all_through").value == 530
    crowded = county.project().sections["enrolment"] * 4
    large = appraised(**columns("sections", enrolment=crowded))
    assert found(large, "school_size", "primary").met is False
    assert found(large, "school_size_all_through").met is True


def test_classes_that_share_a_music_room() -> None:
    """The stages of a school share its rooms: the worst school shows, and one that does not tell is left out."""
    resources = county.project().resources
    rooms = pd.Series(1.0, index=resources.index)
    classes = county.project().sections["classes"].reindex(resources.index).groupby(level="school").sum()
    appraisal = appraised(**columns("resources", music_rooms=rooms))
    sections = resources.index.get_level_values("school").value_counts()
    shared = classes / sections.reindex(classes.index)
    compulsory = county.project().sections.index
    taught = {school for school, stage in compulsory if stage != "kindergarten"}
    assert found(appraisal, "classes_per_music_room").value == shared[shared.index.isin(taught)].max()
    assert "classes_per_music_room" not in {
        key[0] for key in values(appraised(**columns("resources", music_rooms=np.nan)))
    }


def test_funds_that_arrived() -> None:
    """Over the plans of projects that tell both; without any amount there is no such indicator."""
    funds = found(county.plan().appraisal, "funds_arrived")
    told = county.project().projects[["investment_planned", "investment_arrived"]].dropna()
    assert (funds.numerator, funds.denominator) == (told["investment_arrived"].sum(), told["investment_planned"].sum())
    none = appraised(projects=county.project().projects.assign(investment_planned=np.nan))
    assert "funds_arrived" not in {item.measure.id for item in none.indicators}


def test_without_resources_there_is_no_balanced_assessment() -> None:
    """Nothing is filled in for a county that tells none; its kindergartens are assessed all the same."""
    appraisal = appraised(resources=county.project().resources.iloc[:0])
    assert appraisal.balanced is None
    assert appraisal.inclusive is not None


def test_standards_that_ask_nothing_judge_nothing() -> None:
    """Those of Berlin have no assessment: indicators have values and no requirement."""
    settings = county.project().settings_seats.model_copy(update={"place": ""})
    appraisal = appraised(standards=standards.load("berlin"), settings_seats=settings)
    assert appraisal.inclusive is None
    assert appraisal.balanced is None
    assert appraisal.indicators
    assert all(item.requirement is None for item in appraisal.indicators)


def test_a_local_standard_may_name_resources_and_not_how_many_must_be_met() -> None:
    """Then no school can be judged, and there is no table; nor of a stage that the standards ask of and do not know."""
    china = county.project().standards
    assert appraised(standards=dataclasses.replace(china, least_resources_met=None)).balanced is None
    stages = {name: stage for name, stage in china.stages.items() if name != "junior"}
    rules = tuple(rule for rule in china.seat_rules if rule.stage != "junior")
    balanced = appraised(standards=dataclasses.replace(china, stages=stages, seat_rules=rules)).balanced
    assert balanced is not None
    assert set(balanced.schools.rows["stage"]) == {"primary"}


def test_a_county_without_kindergartens_is_not_assessed_for_them() -> None:
    """No stage, no table, and no share of nothing."""
    project = county.project()
    rest = project.sections[project.sections.index.get_level_values("stage") != "kindergarten"]
    stages = tuple(stage for stage in project.stages if stage.id != "kindergarten")
    appraisal = appraised(sections=rest, stages=stages, stated=())
    assert appraisal.inclusive is None
    assert "kindergarten" not in {item.stage for item in appraisal.indicators}


def test_nothing_is_changed_in_place() -> None:
    """The project's tables are read only."""
    project = county.project()
    before = {name: getattr(project, name).copy() for name in ("schools", "sections", "resources", "projects")}
    appraised()
    for name, table in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(project, name)), pd.DataFrame(table))
