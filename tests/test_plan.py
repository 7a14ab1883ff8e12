"""The steps in order: what a plan promises, on a synthetic county small enough to follow."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import village

from schoolmap.errors import InputError
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.plan import Plan
    from schoolmap.project import Project


def county(tmp_path: Path) -> Project:
    """Read the synthetic county, without its projects; nothing is proposed."""
    project = village.idle(read_project(village.write(tmp_path / "village")))
    return dataclasses.replace(project, projects=project.projects.iloc[:0])


def with_project(project: Project, **record: object) -> Project:
    """Add one counted primary project."""
    columns = {column: [None] for column in project.projects.columns}
    row = pd.DataFrame({**columns, "name": ["P"], "stage": ["primary"], "counted": [True]}, index=["new"])
    for column, value in record.items():
        row[column] = [value]
    row[["seats_added", "classes_added"]] = row[["seats_added", "classes_added"]].astype(float)
    return dataclasses.replace(project, projects=row)


def seats(plan: Plan, year: int) -> float:
    """Return all primary seats of a year."""
    balance = plan.balance
    here = balance[(balance["stage"] == "primary") & (balance["year"] == year)]
    return float(here["seats"].sum())


def test_demand_in_the_calibration_year_is_the_enrolment(tmp_path: Path) -> None:
    """Attendance is calibrated on 2024, so the seats needed then are the pupils there are."""
    project = county(tmp_path)
    plan = make_plan(project)
    pupils = project.sections.xs("primary", level="stage")["enrolment"].sum()
    base = plan.balance.query("stage == 'primary' and year == 2024")
    assert base["demand"].sum() == pytest.approx(pupils, rel=1e-9)


def test_every_check_of_the_audit_holds(tmp_path: Path) -> None:
    """Bands, transfer, sections and demand are all checked, for each stage, and hold."""
    audit = make_plan(county(tmp_path)).audit
    assert set(audit["check"]) == {"bands", "transfer", "sections", "demand", "reach"}
    assert audit["holds"].all()
    assert (audit["left"] > 0).all()


@pytest.mark.parametrize("areas", [1, 4])
def test_bands_wider_than_the_stages_are_planned(tmp_path: Path, areas: int) -> None:
    """Areas whose only closed band is 0-17 have nothing to compare with single ages; the others do."""
    content = village.tables()
    wide = content["population"]["村代码"].isin(village.AREAS[:areas])
    rows = [(area, age, village.DATE, "500") for area in village.AREAS[:areas] for age in ("0-17", "18+")]
    bands = pd.DataFrame(rows, columns=content["population"].columns)
    content["population"] = pd.concat([content["population"][~wide], bands])
    audit = make_plan(read_project(village.write(tmp_path / "village", content))).audit
    assert audit["holds"].all()
    counted = sum(village.COUNTS[age] for age in ("0", "1", "2", "3-5", "6-11"))
    assert audit.set_index("check").at["bands", "left"] == (4 - areas) * counted


def test_the_order_of_records_is_irrelevant(tmp_path: Path) -> None:
    """Shuffled tables give the same plan: labels decide."""
    project = county(tmp_path)
    shuffled = dataclasses.replace(
        project,
        areas=project.areas.iloc[::-1],
        population=project.population.sample(frac=1, random_state=1),
        sections=project.sections.iloc[::-1].sort_index(),
    )
    pd.testing.assert_frame_equal(make_plan(project).balance, make_plan(shuffled).balance)


def test_an_expansion_at_a_school_reaches_the_balance(tmp_path: Path) -> None:
    """Ninety seats that open in September 2026 are there from 2026, not before, and the audit counts them."""
    project = county(tmp_path)
    school = project.sections.xs("primary", level="stage").index[0]
    before = make_plan(with_project(project, kind="expand", school=school, opening="2026-09", seats_added=0.0))
    after = make_plan(with_project(project, kind="expand", school=school, opening="2026-09", seats_added=90.0))
    assert seats(after, 2025) == seats(before, 2025)
    assert seats(after, 2026) == seats(before, 2026) + 90
    assert after.audit["holds"].all()


def test_a_new_school_in_a_catchment_reaches_the_balance(tmp_path: Path) -> None:
    """A project without a school counts in its catchment; opened in October it serves the next school year."""
    project = county(tmp_path)
    zone = project.coverages[project.coverage_of["primary"]].index[0]
    plan = make_plan(with_project(project, kind="new", catchment=zone, opening="2026-10", classes_added=12.0))
    plain = make_plan(project)
    assert seats(plan, 2026) == seats(plain, 2026)
    assert seats(plan, 2027) == seats(plain, 2027) + 12 * 45
    assert plan.audit["holds"].all()


def test_a_conversion_changes_no_total(tmp_path: Path) -> None:
    """Private becomes public: the seats stay the same."""
    project = county(tmp_path)
    school = project.sections.xs("primary", level="stage").index[0]
    plan = make_plan(with_project(project, kind="convert", school=school, opening="2026-09", seats_added=90.0))
    assert seats(plan, 2030) == seats(make_plan(project), 2030)


def test_more_seats_demolished_than_there_are_is_refused(tmp_path: Path) -> None:
    """A demolition of a million seats is a fault that names the school and the year."""
    project = county(tmp_path)
    school = project.sections.xs("primary", level="stage").index[0]
    demolished = with_project(project, kind="demolish", school=school, opening="2026-09", seats_added=-1e6)
    with pytest.raises(InputError, match=r"leave this section with -9\d\d,\d\d\d primary seats in 2026"):
        make_plan(demolished)


def test_a_year_without_children_cannot_be_calibrated(tmp_path: Path) -> None:
    """Attendance is pupils over children; without children there is a fault, not a division."""
    project = county(tmp_path)
    nobody = dataclasses.replace(project.evidence, counts=project.evidence.counts.assign(count=0.0))
    empty = dataclasses.replace(project, evidence=nobody, population=project.population.assign(count=0.0))
    with pytest.raises(InputError, match="no child of ages 6 to 11 lives here"):
        make_plan(empty)


def test_another_seed_changes_the_interval_and_nothing_else(tmp_path: Path) -> None:
    """Central demand does not depend on chance."""
    project = county(tmp_path)
    other = dataclasses.replace(project, settings=project.settings.model_copy(update={"seed": 99}))
    one, two = make_plan(project).balance, make_plan(other).balance
    pd.testing.assert_series_equal(one["demand"], two["demand"])
    assert not one["demand_p90"].equals(two["demand_p90"])


def test_seats_of_a_project_are_shared_like_those_that_are_there(tmp_path: Path) -> None:
    """Where half of the listed seats are for these ages, so is half of a project's."""
    project = county(tmp_path)
    school = project.sections.xs("primary", level="stage").index[0]
    halved = dataclasses.replace(
        with_project(project, kind="expand", school=school, opening="2026-09", seats_added=90.0),
        stages=tuple(stage.model_copy(update={"seat_share": 0.5}) for stage in project.stages),
    )
    plan = make_plan(halved)
    assert seats(plan, 2026) == seats(plan, 2025) + 45
    assert seats(plan, 2025) == pytest.approx(seats(make_plan(project), 2025) / 2)


def test_pupils_attend_already(tmp_path: Path) -> None:
    """Where pupils by grade are all that is known, 50 of them need 50 seats, whatever attendance the stage states."""
    names = ("小班", "中班", "大班"), ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级")
    rows = [
        (school, grade, f"{year}-{year + 1}", "50")
        for school, grades in zip(("1143000001", "2143000001"), names, strict=True)
        for grade in grades
        for year in range(2021, 2025)
    ]
    pupils = pd.DataFrame(rows, columns=["学校标识码", "年级", "学年", "在校生数"])
    document = village.PROJECT + '[population]\nmethod = "E"\n[tables.pupils]\nfile = "pupils.csv"\n'
    plan = make_plan(read_project(village.write(tmp_path, village.tables() | {"pupils": pupils}, project=document)))
    first = plan.balance.query("year == 2024").groupby("stage")["demand"].sum()
    assert first.to_dict() == pytest.approx({"kindergarten": 150.0, "primary": 300.0})
    assert {name: result.attendance.rate for name, result in plan.results.items()} == {"kindergarten": 1, "primary": 1}
    assert plan.remarks == ()
    assert plan.audit["holds"].all()


def with_pupils(project: Project, pupils: float) -> Project:
    """Enrol as many pupils in all kindergartens together, half of them in each."""
    enrolled = project.sections["enrolment"].copy()
    enrolled[enrolled.index.get_level_values("stage") == "kindergarten"] = pupils / 2
    return dataclasses.replace(project, sections=project.sections.assign(enrolment=enrolled))


def test_demand_far_from_the_pupils_is_remarked_on(tmp_path: Path) -> None:
    """Demand a third below or above those enrolled is said with both numbers; a tenth apart is not."""
    project = county(tmp_path)
    demand = make_plan(project).balance.query("stage == 'kindergarten' and year == 2024")["demand"].sum()
    (low,) = make_plan(with_pupils(project, demand / 0.67)).remarks
    assert low["en"].startswith(f"Kindergarten: demand in 2024 ({demand:,.0f}) is 33 % below the pupils enrolled (")
    assert "低33%" in low["zh"]
    (high,) = make_plan(with_pupils(project, demand / 1.33)).remarks
    assert "is 33 % above the pupils enrolled" in high["en"]
    assert make_plan(with_pupils(project, demand / 0.9)).remarks == ()
    assert make_plan(with_pupils(project, float("nan"))).remarks == ()


def test_a_calibrated_stage_has_nothing_to_remark_on(tmp_path: Path) -> None:
    """Its demand was made of the pupils; and where seats are shared with other ages, pupils are too."""
    project = with_pupils(county(tmp_path), 1_000.0)
    (remark,) = make_plan(project).remarks
    assert "(1,000)" in remark["en"]
    shared = tuple(stage.model_copy(update={"seat_share": 0.5}) for stage in project.stages)
    assert make_plan(dataclasses.replace(project, stages=shared)).remarks == ()
