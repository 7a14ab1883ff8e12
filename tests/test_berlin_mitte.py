"""Berlin-Mitte, the first real case: what the published files say, and what the plan makes of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shipped
import xarray as xr

from schoolmap.errors import InputError
from schoolmap.errors import Severity
from schoolmap.output.describe import describe
from schoolmap.output.products import write_products
from schoolmap.project import inspect_folder
from schoolmap.project import read_project
from schoolmap.seats.supply import utilisation
from schoolmap.space.overlay import area_weights
from schoolmap.space.overlay import transfer

if TYPE_CHECKING:
    from schoolmap.plan import Plan

FOLDER = Path(__file__).parents[1] / "data" / "berlin-mitte"
RAW = FOLDER / "raw"


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Plan the district once."""
    return shipped.plan(shipped.BERLIN)


def test_all_berlin_keeps_its_residents() -> None:
    """Of 3,670,622 residents of 447 areas, 3,670,610 are in one of 346 catchments, and the 12 others are reported."""
    areas = gpd.read_file(RAW / "lor_planungsraeume.geojson").set_index("spatial_name").to_crs(25833)
    zones = gpd.read_file(RAW / "RBS_OD_ESB_2018_10.geojson").set_crs(25833, allow_override=True).set_index("ESB")
    matrix = pd.read_csv(RAW / "EWR201612E_Matrix.csv", dtype={"RAUMID": str}).set_index("RAUMID")
    residents = xr.DataArray(
        matrix["E_E"].reindex(areas.index).to_numpy(float),
        coords={"area": areas.index.to_numpy(object)},
        dims="area",
    )

    moved = transfer(residents, area_weights(areas, zones), catchments=zones.index)

    assert float(residents.sum()) == 3_670_622
    assert round(float(moved.inside.sum())) == 3_670_610
    assert round(float(moved.outside.sum())) == 12
    assert float(moved.inside.sum() + moved.outside.sum()) == pytest.approx(3_670_622, rel=1e-9)
    assert int((moved.outside > 0.01).sum()) > 10


def test_published_utilisation_is_reproduced(plan: Plan) -> None:
    """Pupils per place is within one percentage point of the printed figure at all 34 schools that have both."""
    sections = plan.project.sections.xs("primary", level="stage")
    ours = utilisation(sections["enrolment"], sections["seats"]) * 100
    both = sections["published_utilisation"].notna() & ours.notna()
    assert int(both.sum()) == 34
    assert (ours - sections["published_utilisation"])[both].abs().max() <= 1


def test_the_two_misfits_are_reported() -> None:
    """Of 35 declared catchments 33 agree with where the school stands; `check` names the two others."""
    _, faults = inspect_folder(FOLDER)
    misfits = {fault.problem.split(" ")[0].strip(","): fault for fault in faults if fault.column == "catchment"}

    assert set(misfits) == {"01G04", "01G07"}
    assert misfits["01G04"].severity is Severity.WARNING
    assert "serves 0118 but stands in 0115" in misfits["01G04"].problem
    assert misfits["01G07"].severity is Severity.RULING
    assert misfits["01G07"].value == "0120"


def test_the_unknown_catchment_is_an_error_without_the_ruling(tmp_path: Path) -> None:
    """School 01G07 declares catchment 0120, which does not exist: only the ruling lets the plan go on."""
    folder = shutil.copytree(FOLDER, tmp_path / "mitte", ignore=shutil.ignore_patterns("raw"))
    text = (folder / "project.toml").read_text(encoding="utf-8")
    start, end = text.index("[[rulings]]"), text.index("[[sources]]")
    (folder / "project.toml").write_text(text[:start] + text[end:], encoding="utf-8")

    with pytest.raises(InputError, match="01G07 serves a catchment that does not exist"):
        read_project(folder)


def test_raw_catchments_without_a_crs_are_refused(tmp_path: Path) -> None:
    """The published file names no CRS and readers say EPSG:4326; it is refused, and EPSG:25833 named as likely."""
    folder = shutil.copytree(FOLDER, tmp_path / "mitte")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    raw = 'file = "raw/RBS_OD_ESB_2018_10.geojson"\ncolumns = { catchment = "ESB", name = "BEZName" }'
    (folder / "project.toml").write_text(text.replace('file = "catchments.geojson"', raw), encoding="utf-8")

    with pytest.raises(InputError, match=r"states no CRS.*likely one is EPSG:25833") as caught:
        read_project(folder)
    assert [fault.column for fault in caught.value.faults] == ["crs"]


def test_every_transfer_holds(plan: Plan) -> None:
    """Children in = children in catchments + children outside, to 1e-9, and the audit is not empty."""
    transfers = plan.audit[plan.audit["check"] == "transfer"]
    assert len(transfers) == 6
    assert (transfers["left"] > 100_000).all()
    assert (transfers["difference"].abs() <= 1e-9 * transfers["left"]).all()
    assert plan.audit["holds"].all()


def test_attendance_is_calibrated_on_2018(plan: Plan) -> None:
    """16,015 pupils of 2018/19 over the children aged 6 to 11 then; the base year's demand is the pupils."""
    primary = plan.results["primary"]
    assert primary.attendance.pupils == 16_015
    assert primary.attendance.year == 2018
    base = primary.balance.loc["central"].xs(2018, level="year")
    assert float(np.asarray(base["demand"].sum())) == pytest.approx(16_015, rel=1e-9)


def test_children_born_at_the_count_are_marked(plan: Plan) -> None:
    """Grade 1 to 6 of 2022 were all born by the end of 2016, those of 2029 were not."""
    share = plan.results["primary"].balance.loc["central"]["born_share"].groupby("year").mean()
    assert share[2022] == pytest.approx(1.0)
    assert 0 < share[2025] < 1
    assert share[2029] == 0


def test_balance_has_a_row_for_every_unit(plan: Plan) -> None:
    """19 catchments, 2 stages, 18 years, 3 scenarios; each once, nothing missing that is known."""
    key = ["catchment", "stage", "year", "scenario"]
    assert len(plan.balance) == 19 * 2 * 18 * 3
    assert not plan.balance.duplicated(key).any()
    assert plan.balance[["demand_p10", "demand", "demand_p90", "seats", "gap", "level"]].notna().all().all()
    ordered = plan.balance["demand_p10"].le(plan.balance["demand"]) & plan.balance["demand"].le(
        plan.balance["demand_p90"]
    )
    assert ordered.all()


def test_gaps_add_up_to_demand_less_seats(plan: Plan) -> None:
    """Shortages less spare seats are demand less seats, in every year."""
    for _, part in plan.balance.groupby(["stage", "scenario", "year"]):
        gap = part["gap"]
        net = gap.clip(lower=0).sum() - (-gap).clip(lower=0).sum()
        assert net == pytest.approx(part["demand"].sum() - part["seats"].sum(), rel=1e-9)


def test_more_births_never_need_fewer_seats(plan: Plan) -> None:
    """Low is nowhere above central, and central nowhere above high."""
    demand = plan.balance.set_index(["catchment", "stage", "year", "scenario"])["demand"].unstack("scenario")
    assert (demand["low"] <= demand["central"] + 1e-9).all()
    assert (demand["central"] <= demand["high"] + 1e-9).all()


def test_every_shortage_has_a_proposal_or_says_why_not(plan: Plan) -> None:
    """Each catchment that is ever short has a row: a measure, or how many remain without a seat and why."""
    table = plan.proposals.table
    for stage, result in plan.results.items():
        gap = result.balance.loc["central"]["gap"].unstack("year")
        short = gap.max(axis=1)
        told = set(table.loc[table["stage"] == stage, "catchment"])
        assert set(short[short >= 0.5].index) <= told


def test_proposals_keep_their_promise(plan: Plan) -> None:
    """After the proposals nobody is shorter of seats than before, and the solver says how far it is from the best."""
    proposals = plan.proposals
    for stage, result in plan.results.items():
        gap = result.balance["gap"].clip(lower=0).groupby(level=["scenario", "year"]).sum()
        left = proposals.after.xs(stage, level="stage").groupby(level=["scenario", "year"]).sum()
        assert (left <= gap.reindex(left.index) + 1e-6).all()
    assert proposals.siting is not None
    assert proposals.siting.status == "optimal"
    assert proposals.siting.lower_bound <= proposals.siting.objective


def run_plan(folder: Path, out: Path, *, hash_seed: str) -> dict[str, object]:
    """Run the command in a process of its own and return its machine summary."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "schoolmap", "plan", str(folder), "--out", str(out), "--json"],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONWARNINGS": "error"},
    )
    summary: dict[str, object] = json.loads(done.stdout)
    assert done.stderr == ""
    return summary


def test_same_input_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    """A run in another process, with other hashes, writes identical products, and the map is below 3 MB."""
    # the command was run just before, where the tests are the last part of a longer job
    made = os.environ.get("SCHOOLMAP_MAPS")
    one = Path(made) if made else tmp_path / "one"
    if not made:
        assert run_plan(FOLDER, one, hash_seed="1")["ok"] is True
    plan = shipped.plan(shipped.BERLIN)
    write_products(plan, describe(plan), tmp_path / "two", language=plan.project.settings.language)
    for suffix in ("html", "json", "xlsx", "docx"):
        name = f"berlin-mitte.{suffix}"
        assert (one / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), suffix
    assert (one / "berlin-mitte.html").stat().st_size < 3_000_000
    assert sorted(path.name for path in one.glob("berlin-mitte.*")) == [
        f"berlin-mitte.{suffix}" for suffix in ("docx", "gpkg", "html", "json", "xlsx")
    ]
