"""
From children who live in a catchment to pupils who need a seat there: attendance, and who learns elsewhere.

The wings hold the methods; here they are put together for one project. Pupils
who come from outside the planning area and those who leave it are told apart
from those who only cross a boundary, so that none is lost or counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.population import flows as journeys
from schoolmap.seats import demand as demands

if TYPE_CHECKING:
    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project

PUPILS = "E"
"""The method whose children are pupils at their schools, not residents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """
    Who learns elsewhere than where they live, as shares that hold in every year.

    Attributes
    ----------
    shares
        Share of the pupils of each `catchment` (where they live) who learn in
        each `destination`; the rest learns outside the planning area.
    inflow
        Pupils from outside the planning area by `catchment`, in the base year.
    base
        Pupils who live in the planning area in the base year, to which the
        inflow is in proportion: who comes from elsewhere is of the same years.
    """

    shares: xr.DataArray
    inflow: xr.DataArray
    base: float

    def demand(self, resident: xr.DataArray) -> xr.DataArray:
        """
        Return the pupils who need a seat in each catchment.

        Parameters
        ----------
        resident
            Pupils by the `catchment` they live in and any other dimensions.
        """
        # in the order of the argument: the flow may have been read in another one
        order = {"catchment": resident["catchment"].to_numpy(), "destination": resident["catchment"].to_numpy()}
        here = resident.rename({"catchment": "area"})
        sent = journeys.cross_boundary(here, flow=self.shares.sel(order).rename({"catchment": "area"}))
        at_school = sent["at_school"].rename({"destination": "catchment"})
        arriving = self.arriving(resident)
        return (at_school + arriving).transpose(*resident.dims).rename("demand")

    def arriving(self, resident: xr.DataArray) -> xr.DataArray:
        """Return the pupils who come from outside the planning area."""
        total = resident.sum("catchment")
        inflow = self.inflow.sel(catchment=resident["catchment"].to_numpy())
        return inflow * (total / self.base) if self.base > 0 else inflow * xr.zeros_like(total)

    def leaving(self, resident: xr.DataArray) -> xr.DataArray:
        """Return the pupils who live in each catchment and learn outside the planning area."""
        stays = self.shares.sum("destination").sel(catchment=resident["catchment"].to_numpy())
        return resident * (1.0 - stays).clip(min=0.0)


def attendance_of(
    project: Project,
    stage: Stage,
    inside: xr.DataArray,
    *,
    method: str,
) -> demands.AttendanceRate:
    """
    Return the seats needed per resident child: given, or calibrated on the pupils enrolled who live here.

    Parameters
    ----------
    project, stage
        What is planned.
    inside
        Resident children in catchments, by (catchment, age, year).
    method
        Code of the rung of the data ladder.

    Raises
    ------
    InputError
        If it cannot be calibrated on the data.
    """
    if method == PUPILS:
        # its children are pupils, where they go to school: they attend already
        return demands.AttendanceRate(rate=1.0)
    if stage.attendance.rate is not None:
        return demands.AttendanceRate(rate=stage.attendance.rate)
    year = stage.attendance.calibrate or project.settings.base_year
    sections = project.sections.xs(stage.id, level="stage")
    # a section without any seat has nobody to enrol
    enrolment = sections["enrolment"].where(sections["seats"].fillna(1) > 0, 0.0)
    if enrolment.sum() == 0:
        raise _uncalibrated(stage, year, _NO_PUPIL)
    children = float(inside.sel(year=year).sum())
    if children <= 0:
        wording = Wording(
            f"cannot be calibrated: no child of ages {stage.ages[0]} to {stage.ages[1]} lives here then.",
            "Correct the population, or give `rate` with its source.",
            f"无法校准:届时本地没有{stage.ages[0]}至{stage.ages[1]}岁儿童。",
            "请核对人口数据,或填写 rate 并注明来源。",
        )
        raise _uncalibrated(stage, year, wording)
    rate = demands.calibrate_attendance(enrolment, children, year=year)
    moves = _of_stage(project, stage)
    came, left = (
        float(moves.loc[moves["origin"] == "", "pupils"].sum()),
        float(moves.loc[moves["destination"] == "", "pupils"].sum()),
    )
    if came == 0 and left == 0:
        return rate
    at_home = float(enrolment.sum()) - came + left
    if at_home <= 0:
        raise _uncalibrated(stage, year, _ALL_FROM_ELSEWHERE)
    # pupils from elsewhere do not live here, and those who leave do
    return demands.AttendanceRate(rate=at_home / children, pupils=at_home, children=children, year=year)


def flows_of(project: Project, stage: Stage, resident: xr.DataArray, *, method: str) -> Flows | None:
    """
    Return who of a stage learns elsewhere; nothing where the project does not tell.

    Parameters
    ----------
    project, stage
        What is planned.
    resident
        Pupils by the catchment they live in, in the base year.
    method
        Code of the rung of the data ladder; the pupils of method E are counted
        where they learn, so that nothing is moved.

    Raises
    ------
    InputError
        If more pupils leave a catchment than live there.
    """
    moves = _of_stage(project, stage)
    if moves.empty or method == PUPILS:
        return None
    zones = pd.Index(resident["catchment"].to_numpy(), name="catchment")
    known = resident.to_series().reindex(zones)
    going = moves[moves["origin"] != ""].groupby(["origin", "destination"])["pupils"].sum()
    leaving = going.groupby(level="origin").sum()
    over = leaving[leaving > known.reindex(leaving.index) * (1 + _ROUNDING)]
    if project.hide_below and len(over) > 0:
        # the mean of small counts may be more than live there: then all leave
        fewer = (known.reindex(leaving.index) / leaving).clip(upper=1.0)
        going = going * fewer.reindex(going.index, level="origin")
        leaving = leaving * fewer
    elif len(over) > 0:
        raise InputError(
            [_too_many(project, stage, zone, float(over[zone]), float(known[zone])) for zone in over.index]
        )
    grid = going.drop("", level="destination", errors="ignore").unstack("destination", fill_value=0)
    grid = grid.reindex(index=zones, columns=zones, fill_value=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.nan_to_num(grid.to_numpy(dtype=float) / known.to_numpy()[:, None])
        away = np.nan_to_num(leaving.reindex(zones, fill_value=0.0).to_numpy() / known.to_numpy())
    # who is not said to leave stays
    shares[np.diag_indices(len(zones))] += np.clip(1.0 - away, 0.0, 1.0)
    # thirty of 29.999999999 pupils are all of them, not more
    shares = np.minimum(shares, 1.0)
    inflow = moves[moves["origin"] == ""].groupby("destination")["pupils"].sum().reindex(zones, fill_value=0.0)
    return Flows(
        shares=xr.DataArray(shares, coords={"catchment": zones, "destination": zones.to_numpy()}),
        inflow=xr.DataArray(inflow.to_numpy(dtype=float), coords={"catchment": zones}, dims="catchment"),
        base=float(resident.sum()),
    )


_ROUNDING = 1e-9


def _of_stage(project: Project, stage: Stage) -> pd.DataFrame:
    return project.flows[project.flows["stage"] == stage.id]


def _too_many(project: Project, stage: Stage, zone: str, going: float, living: float) -> Fault:
    year = project.settings.base_year
    return Fault(
        file="flows",
        column="pupils",
        value=zone,
        problem=f"{going:,.0f} {stage.id} pupils leave this catchment, but only {living:,.1f} live there in {year}.",
        remedy="Correct the flows, or the population.",
        problem_zh=f"该学区有{going:,.0f}名{stage.label['zh']}学生到外处就读,而{year}年只有{living:,.1f}名居住在此。",
        remedy_zh="请核对跨片区就读数据或人口数据。",
    )


_NO_PUPIL = Wording(
    "cannot be calibrated: no pupil is enrolled.",
    "Fill in `enrolment`, or give `rate` with its source.",
    "无法校准:没有在校(园)生。",
    "请填写在校(园)生数,或填写 rate 并注明来源。",
)
_ALL_FROM_ELSEWHERE = Wording(
    "cannot be calibrated: as many pupils come from elsewhere as are enrolled, or more.",
    "Correct the table `flows` or the enrolment, or give `rate` with its source.",
    "无法校准:外来就读学生不少于在校(园)生总数。",
    "请核对 flows 表与在校(园)生数,或填写 rate 并注明来源。",
)


def _uncalibrated(stage: Stage, year: int, wording: Wording) -> InputError:
    column = f"stages.{stage.id}.attendance.calibrate"
    return InputError([Fault(file=FILE_NAME, column=column, value=str(year), **wording._asdict())])
