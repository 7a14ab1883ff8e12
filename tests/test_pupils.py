"""From children who live here to pupils who need a seat here: attendance, and who learns elsewhere."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import county
import numpy as np
import pandas as pd
import pytest
import village
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import InputError
from schoolmap.plan import make_plan
from schoolmap.project import read_project
from schoolmap.pupils import PUPILS
from schoolmap.pupils import Flows
from schoolmap.pupils import attendance_of
from schoolmap.pupils import flows_of

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.project import Project

BY_AGES = "A"
"""A method whose children are residents."""


def flows(*records: tuple[str, str, float], stage: str = "primary") -> pd.DataFrame:
    """Return flows between catchments; an empty end is outside the planning area."""
    rows = [(origin, destination, stage, "choice", pupils) for origin, destination, pupils in records]
    return pd.DataFrame(rows, columns=["origin", "destination", "stage", "reason", "pupils"])


def living(**pupils: float) -> xr.DataArray:
    """Return pupils by the catchment they live in."""
    zones = {"west": county.WEST, "east": county.EAST}
    return xr.DataArray(list(pupils.values()), coords={"catchment": [zones[name] for name in pupils]}, dims="catchment")


def with_flows(table: pd.DataFrame) -> Project:
    """Return the county with other flows."""
    return dataclasses.replace(county.project(), flows=table)


def found(table: pd.DataFrame, resident: xr.DataArray, *, method: str = BY_AGES) -> Flows | None:
    """Work out the flows of primary pupils."""
    return flows_of(with_flows(table), county.stage("primary"), resident, method=method)


def sure(table: pd.DataFrame, resident: xr.DataArray) -> Flows:
    """Work them out where there are any."""
    moved = found(table, resident)
    assert moved is not None
    return moved


THREE = flows((county.EAST, county.WEST, 30.0), ("", county.WEST, 20.0), (county.EAST, "", 10.0))


def test_by_hand() -> None:
    """
    Three hundred pupils live in the west and two hundred in the east.

    Thirty of the east learn in the west, ten outside, and twenty come from
    outside to the west: 350 and 160 need a seat.
    """
    resident = living(west=300.0, east=200.0)
    moved = sure(THREE, resident)
    assert moved.demand(resident).to_series().to_dict() == pytest.approx({county.WEST: 350, county.EAST: 160})
    assert moved.arriving(resident).to_series().to_dict() == pytest.approx({county.WEST: 20, county.EAST: 0})
    assert moved.leaving(resident).to_series().to_dict() == pytest.approx({county.WEST: 0, county.EAST: 10})


def test_shares_hold_in_later_years() -> None:
    """Where half as many pupils live, half as many leave and come."""
    base = living(west=300.0, east=200.0)
    later = sure(THREE, base).demand(base / 2)
    assert later.to_series().to_dict() == pytest.approx({county.WEST: 175, county.EAST: 80})


@st.composite
def regions(draw: st.DrawFn) -> tuple[xr.DataArray, pd.DataFrame]:
    """Draw pupils of the two catchments, and flows of which none is larger than who lives there."""
    ends = (county.WEST, county.EAST, "")
    pupils = {zone: draw(st.integers(0, 900)) for zone in ends[:2]}
    records = []
    for zone, here in pupils.items():
        left = here
        for other in ends:
            going = draw(st.integers(0, left))
            left -= going
            records.append((zone, other, float(going)))
    records += [("", zone, float(draw(st.integers(0, 500)))) for zone in ends[:2]]
    resident = xr.DataArray(
        np.array(list(pupils.values()), dtype=float), coords={"catchment": list(pupils)}, dims="catchment"
    )
    return resident, flows(*records)


@given(regions(), st.lists(st.floats(0, 3), min_size=1, max_size=5))
def test_no_pupil_is_lost_in_any_draw(region: tuple[xr.DataArray, pd.DataFrame], factors: list[float]) -> None:
    """Demand and those who leave are those who live here and those who come, in every year and draw."""
    base, table = region
    moved = sure(table, base)
    drawn = base * xr.DataArray(factors, coords={"draw": range(len(factors))}, dims="draw")
    demand = moved.demand(drawn)
    assert (demand >= -1e-9).all()
    out = demand.sum("catchment") + moved.leaving(drawn).sum("catchment")
    into = drawn.sum("catchment") + moved.arriving(drawn).sum("catchment")
    np.testing.assert_allclose(out, into, rtol=1e-9, atol=1e-9)


@given(regions())
def test_the_base_year_is_as_told(region: tuple[xr.DataArray, pd.DataFrame]) -> None:
    """Each catchment teaches those who stay and those who are said to come, to the pupil."""
    base, table = region
    living_here = base.to_series()
    leaving = table[table["origin"] != ""].groupby("origin")["pupils"].sum()
    coming = table[table["destination"] != ""].groupby("destination")["pupils"].sum()
    told = living_here - leaving.reindex(living_here.index) + coming.reindex(living_here.index)
    if base.sum() == 0:
        # who comes is in proportion to who lives here
        told[:] = 0.0
    assert sure(table, base).demand(base).to_series().to_dict() == pytest.approx(told.to_dict(), abs=1e-9)


@given(regions(), st.randoms())
def test_the_order_of_labels_is_irrelevant(region: tuple[xr.DataArray, pd.DataFrame], rng: object) -> None:
    """Shuffled records and catchments give each catchment the same demand."""
    base, table = region
    shuffled = table.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    one, two = sure(table, base).demand(base), sure(shuffled, base).demand(base.isel(catchment=[1, 0]))
    assert two["catchment"].to_numpy().tolist() == [county.EAST, county.WEST]
    assert one.to_series().to_dict() == pytest.approx(two.to_series().to_dict(), abs=1e-9)


def test_a_plan_keeps_every_pupil() -> None:
    """In each scenario and year the demand is who lives here, less who leaves, and who comes; the audit says so."""
    plan = county.plan()
    result = plan.results["primary"]
    assert result.flows is not None
    balance = result.balance["demand"].groupby(level=["scenario", "year"]).sum()
    for scenario in plan.project.scenarios:
        resident = result.resident.sel(scenario=scenario.id, drop=True)
        moved = result.flows.arriving(resident).sum("catchment") - result.flows.leaving(resident).sum("catchment")
        expected = (resident.sum("catchment") + moved).to_series()
        assert balance.xs(scenario.id, level="scenario").to_dict() == pytest.approx(expected.to_dict(), rel=1e-9)
    lines = plan.audit[plan.audit["check"] == "demand"]
    assert len(lines) == len(plan.project.stages) * len(plan.project.scenarios)
    assert lines["holds"].all()


def test_flows_move_demand_between_catchments() -> None:
    """In the base year the west teaches fifty pupils more than live there, and the east forty fewer."""
    result = county.plan().results["primary"]
    base = result.balance.xs(("central", county.BASE), level=("scenario", "year"))["demand"]
    resident = result.resident.sel(scenario="central", year=county.BASE).to_series()
    assert (base - resident).to_dict() == pytest.approx({county.WEST: 50.0, county.EAST: -40.0})


def test_calibration_counts_those_who_live_here() -> None:
    """Of 1,209 pupils enrolled twenty live elsewhere, and ten who live here are not enrolled; the demand is 1,209."""
    plan = county.plan()
    enrolled = plan.project.sections.xs("primary", level="stage")["enrolment"].sum()
    rate = plan.results["primary"].attendance
    assert rate.pupils == enrolled - 20 + 10
    base = plan.balance.query("stage == 'primary' and year == 2024 and scenario == 'central'")
    assert base["demand"].sum() == pytest.approx(enrolled, rel=1e-9)


def test_a_stated_rate_takes_flows_too() -> None:
    """Where attendance is given, who comes is added and who leaves is taken off."""
    table = flows(("", county.EAST, 12.0), (county.WEST, "", 7.0), stage="kindergarten")
    told = county.planned(flows=table, **county.scenarios("central")).results["kindergarten"]
    plain = county.plan().results["kindergarten"]
    base = [
        result.balance.xs(("central", county.BASE), level=("scenario", "year"))["demand"] for result in (told, plain)
    ]
    assert (base[0] - base[1]).to_dict() == pytest.approx({county.WEST: -7.0, county.EAST: 12.0})
    assert told.attendance == plain.attendance


def test_no_flow_changes_nothing() -> None:
    """Without flows of the stage there is nothing to move."""
    resident = living(west=300.0, east=200.0)
    assert found(flows(), resident) is None
    assert found(flows((county.EAST, county.WEST, 30.0), stage="junior"), resident) is None


def test_who_learns_where_it_lives_stays() -> None:
    """A flow from a catchment to itself is no journey."""
    resident = living(west=300.0, east=200.0)
    moved = sure(flows((county.WEST, county.WEST, 250.0)), resident)
    assert moved.demand(resident).to_series().to_dict() == pytest.approx({county.WEST: 300, county.EAST: 200})


@pytest.mark.parametrize("pupils", [30.0, 29.999999999999996, 30.000000000000004])
def test_all_pupils_of_a_catchment_may_leave(pupils: float) -> None:
    """A catchment without a school sends all its thirty pupils elsewhere, whatever the last digit of its pupils."""
    resident = living(west=300.0, east=pupils)
    moved = sure(flows((county.EAST, county.WEST, 30.0)), resident)
    assert moved.demand(resident).to_series().to_dict() == pytest.approx({county.WEST: 330.0, county.EAST: 0.0})


def test_more_leave_than_live_there() -> None:
    """Two hundred and one of two hundred: the fault names the catchment, the stage and both numbers."""
    table = flows((county.EAST, county.WEST, 150.0), (county.EAST, "", 51.0))
    with pytest.raises(InputError, match=r"201 primary pupils leave this catchment, but only 200\.0 live") as caught:
        found(table, living(west=300.0, east=200.0))
    (fault,) = caught.value.faults
    assert (fault.file, fault.column, fault.value) == ("flows", "pupils", county.EAST)
    assert "该学区有201名小学学生" in fault.problem_zh
    assert fault.remedy
    assert fault.remedy_zh


def test_every_catchment_that_more_leave_is_named() -> None:
    """All faults at once."""
    table = flows((county.EAST, county.WEST, 500.0), (county.WEST, county.EAST, 500.0))
    with pytest.raises(InputError) as caught:
        found(table, living(west=300.0, east=200.0))
    assert {fault.value for fault in caught.value.faults} == {county.WEST, county.EAST}


def test_means_of_a_public_edition_never_move_more_than_live_there() -> None:
    """Where a mean of small flows is more than the pupils of a catchment, all of them leave, in the same proportion."""
    table = flows((county.EAST, county.WEST, 3.0), (county.EAST, "", 1.0), (county.WEST, county.EAST, 4.0))
    resident = living(west=300.0, east=2.0)
    project = dataclasses.replace(with_flows(table), hide_below=5)
    moved = flows_of(project, county.stage("primary"), resident, method=BY_AGES)
    assert moved is not None
    assert moved.demand(resident).to_series().to_dict() == pytest.approx({county.WEST: 297.5, county.EAST: 4.0})
    assert moved.leaving(resident).to_series().to_dict() == pytest.approx({county.WEST: 0.0, county.EAST: 0.5})


def test_pupils_are_counted_where_they_learn(tmp_path: Path) -> None:
    """Where pupils by grade are all that is known, flows move nobody: 50 in each grade need 50 seats."""
    assert found(THREE, living(west=300.0, east=200.0), method=PUPILS) is None
    grades = ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级")
    rows = [("2143000001", grade, f"{year}-{year + 1}", "50") for grade in grades for year in range(2021, 2025)]
    content = village.tables() | {
        "pupils": pd.DataFrame(rows, columns=["学校标识码", "年级", "学年", "在校生数"]),
        "flows": county.tables()["flows"],
    }
    start, end = village.PROJECT.index("[stages.kindergarten]"), village.PROJECT.index("[stages.primary]")
    document = village.PROJECT[:start] + village.PROJECT[end:]
    document += '[population]\nmethod = "E"\n[tables.pupils]\nfile = "pupils.csv"\n[tables.flows]\nfile = "flows.csv"\n'
    for name in ("sections", "projects"):
        content[name] = content[name][content[name]["学段"] == "小学"]
    plan = make_plan(read_project(village.write(tmp_path, content, project=document)))
    assert len(plan.project.flows) == 3
    assert plan.results["primary"].flows is None
    assert plan.results["primary"].attendance.rate == 1
    base = plan.balance[plan.balance["year"] == 2024].set_index("catchment")["demand"]
    assert base.to_dict() == pytest.approx({county.WEST: 0.0, county.EAST: 300.0})


def calibrated(project: Project, children: float = 1000.0) -> object:
    """Calibrate primary attendance on so many children, all in the west."""
    here = xr.DataArray(
        [[[children]], [[0.0]]],
        coords={"catchment": [county.WEST, county.EAST], "age": [6], "year": [county.BASE]},
        dims=("catchment", "age", "year"),
    )
    return attendance_of(project, county.stage("primary"), here, method=BY_AGES)


@pytest.mark.parametrize(
    ("changes", "problem", "problem_zh"),
    [
        ({"enrolment": 0.0}, "no pupil is enrolled", "没有在校"),
        ({"seats": 0.0}, "no pupil is enrolled", "没有在校"),
        ({"come": 1209.0}, "as many pupils come from elsewhere as are enrolled", "外来就读学生不少于"),
        ({"children": 0.0}, "no child of ages 6 to 11 lives here", "没有6至11岁儿童"),
    ],
)
def test_what_cannot_be_calibrated_is_a_fault(changes: dict[str, float], problem: str, problem_zh: str) -> None:
    """Nobody enrolled, nobody who lives here, or no child to divide by: the key of the project file is named."""
    columns = {name: value for name, value in changes.items() if name in {"enrolment", "seats"}}
    project = dataclasses.replace(
        with_flows(flows(("", county.WEST, changes.get("come", 0.0)))),
        sections=county.project().sections.assign(**columns),
    )
    with pytest.raises(InputError, match=problem) as caught:
        calibrated(project, changes.get("children", 1000.0))
    (fault,) = caught.value.faults
    assert (fault.file, fault.column) == ("project.toml", "stages.primary.attendance.calibrate")
    assert problem_zh in fault.problem_zh
