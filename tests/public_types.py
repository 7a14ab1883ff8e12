"""
What a user's type checker sees of the package: read by mypy, never run.

`assert_type` fails where a signature says less than it should, such as `Any`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from typing import assert_type

import pandas as pd
import xarray as xr

import schoolmap
from schoolmap.optimize.assign import Assignment
from schoolmap.optimize.assign import assign
from schoolmap.output.describe import describe
from schoolmap.output.model import MapModel
from schoolmap.output.products import write_products
from schoolmap.plan import Plan
from schoolmap.plan import make_plan
from schoolmap.project import Project
from schoolmap.project import read_project
from schoolmap.seats.balance import seat_balance
from schoolmap.seats.balance import totals
from schoolmap.space.overlay import area_weights
from schoolmap.space.overlay import transfer

if TYPE_CHECKING:
    from schoolmap.output.webmap import PlanMap


def read(folder: Path) -> Project:
    """Read a project."""
    project = read_project(folder, hide_below=5)
    assert_type(project, Project)
    assert_type(project.population, pd.DataFrame | None)
    assert_type(project.sections, pd.DataFrame)
    assert_type(project.settings.base_year, int)
    assert_type(project.settings.title, dict[str, str])
    assert_type(project.hide_below, int)
    return project


def plan(project: Project) -> Plan:
    """Make a plan."""
    made = make_plan(project)
    assert_type(made, Plan)
    assert_type(made.balance, pd.DataFrame)
    assert_type(made.years, tuple[int, ...])
    assert_type(made.results["primary"].children, xr.DataArray)
    assert_type(made._repr_html_(), str)
    return made


def draw(made: Plan) -> None:
    """Draw it."""
    assert_type(schoolmap.save_map(made, "page.html"), Path)
    _draw(schoolmap.explore(made))
    assert_type(describe(made), MapModel)
    assert_type(describe(made).to_json(), str)
    assert_type(write_products(made, describe(made), Path("maps"), language="en", geoparquet=True), tuple[Path, ...])


def _draw(plan_map: PlanMap) -> None:
    del plan_map


def wings(project: Project, counts: xr.DataArray, demand: pd.DataFrame, seats: pd.Series) -> None:
    """Call single functions."""
    weights = area_weights(project.areas, project.coverages["all"])
    assert_type(transfer(counts, weights, catchments=pd.Index(["a"])).inside, xr.DataArray)
    assert_type(seat_balance(demand, seats), pd.DataFrame)
    assert_type(totals(seat_balance(demand, seats)), pd.DataFrame)
    answer = assign(seats, seats, seats)
    assert_type(answer, Assignment)
    assert_type(answer.objective, float)
