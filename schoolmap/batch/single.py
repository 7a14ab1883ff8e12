"""
Plan one project of many: its products come into a folder of their own, whole or not at all.

They are made in a folder beside it, which takes the final name in one step. A
process that is killed on the way leaves only such a folder, which the next run
takes away.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.batch.jobs import RECORD
from schoolmap.batch.jobs import RECORD_SCHEMA

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel
    from schoolmap.plan import Plan

SCRATCH = ".schoolmap-batch-"
"""How folders that are not finished are called."""
DONE, KEPT, FAULTY, FAILED = "done", "kept", "faulty", "failed"
_OUTLINE_M = 250.0


def plan_one(folder: str, out: str, name: str, fingerprint: str, language: str | None) -> dict[str, Any]:
    """
    Plan a project and write its products; never raise.

    Parameters
    ----------
    folder, out
        The project, and the folder in which that of its products comes.
    name
        Name of its products.
    fingerprint
        From `jobs.fingerprint`, for the record.
    language
        `en` or `zh`, or nothing for the project's own.

    Returns
    -------
    outcome
        `name`, `status` (`done`, `faulty` with its `faults`, or `failed` with a
        `message`), and `seconds`, `processor_seconds` (of all threads; on a busy
        machine it says more) and `peak_mb` (of the process so far).
    """
    start, busy = time.perf_counter(), time.process_time()
    try:
        outcome = _planned(Path(folder), Path(out), name, fingerprint, language)
    except Exception as error:  # noqa: BLE001 - one project's failure must not stop the others
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__}: {error} ({Path(where.filename).name}, line {where.lineno})"
        outcome = {"status": FAILED, "message": message}
    spent = {"seconds": time.perf_counter() - start, "processor_seconds": time.process_time() - busy}
    return {"name": name, **{what: round(value, 3) for what, value in spent.items()}, "peak_mb": peak_mb()} | outcome


def peak_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    if sys.platform == "win32":
        # Windows has no `resource`; psutil comes with dask's distributed
        import psutil  # noqa: PLC0415

        return round(psutil.Process().memory_info().peak_wset / 1e6, 1)
    import resource  # noqa: PLC0415

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(held / (1e6 if sys.platform == "darwin" else 1e3), 1)


def _planned(folder: Path, out: Path, name: str, fingerprint: str, language: str | None) -> dict[str, Any]:
    from schoolmap.errors import InputError  # noqa: PLC0415
    from schoolmap.output.describe import describe  # noqa: PLC0415
    from schoolmap.output.products import write_products  # noqa: PLC0415
    from schoolmap.plan import make_plan  # noqa: PLC0415
    from schoolmap.project import inspect_folder  # noqa: PLC0415

    project, faults = inspect_folder(folder)
    plan = None
    if project is not None:
        try:
            plan = make_plan(project)
        except InputError as error:
            faults = (*faults, *error.faults)
    if plan is None or project is None:
        return {"status": FAULTY, "faults": [asdict(fault) for fault in faults if fault.severity.value == "error"]}
    if not bool(plan.audit["holds"].all()):
        return {"status": FAILED, "message": "The audit does not hold. Please report this as a bug."}
    model = describe(plan)
    scratch = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{name}-", dir=out))
    try:
        files = write_products(plan, model, scratch, language=language or project.settings.language)
        names = sorted([*(path.name for path in files), _write_balance(plan, scratch / f"{name}.parquet")])
        record = {"schema": RECORD_SCHEMA, "fingerprint": fingerprint, "files": names, **card(plan, model)}
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1)
        (scratch / RECORD).write_text(text + "\n", encoding="utf-8", newline="\n")
        take_place(scratch, out / name)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return {"status": DONE}


def take_place(made: Path, target: Path) -> None:
    """Give a finished folder its name; what bore it before is moved away first, and removed at last."""
    made.chmod(0o755)
    if not target.exists():
        made.replace(target)
        return
    old = target.parent / f"{SCRATCH}old-{target.name}-{os.getpid()}"
    target.replace(old)
    made.replace(target)
    shutil.rmtree(old, ignore_errors=True)


def sweep(out: Path) -> int:
    """Remove what runs that were killed have left behind, and return how many folders that was."""
    left = [path for path in out.glob(f"{SCRATCH}*") if path.is_dir()]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _write_balance(plan: Plan, path: Path) -> str:
    """Write the balance with a point for each catchment, as GeoParquet, and return the file's name."""
    import geopandas as gpd  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    from schoolmap.inputs.coordinates import WGS84  # noqa: PLC0415
    from schoolmap.output.products import shown_tables  # noqa: PLC0415

    project = plan.project
    balance, _ = shown_tables(plan)
    parts = []
    for stage in project.stages:
        layer = project.coverages[project.coverage_of[stage.id]]
        points = gpd.GeoSeries(layer.geometry.representative_point(), crs=layer.crs).to_crs(WGS84)
        own = balance[balance["stage"] == stage.id]
        named = own.assign(
            project=project.settings.name, catchment_name=own["catchment"].map(layer["name"]).astype(str)
        )
        parts.append(gpd.GeoDataFrame(named, geometry=own["catchment"].map(points).to_numpy(), crs=WGS84))
    table = pd.concat(parts, ignore_index=True)
    first = ["project", "catchment", "catchment_name", "stage", "year", "scenario"]
    rest = [column for column in table.columns if column not in {*first, "geometry"}]
    gpd.GeoDataFrame(table[[*first, *rest, "geometry"]]).to_parquet(path, index=False, compression="zstd")
    return path.name


def card(plan: Plan, model: MapModel) -> dict[str, Any]:
    """
    Return what the summary of all projects tells of one.

    Returns
    -------
    card
        `title`, `synthetic`, `base_year`, `horizon`, `outline` (polygons as
        rings of degrees, simplified to 250 m), and by stage in the first
        scenario: demand, seats, seats short and spare by year, and how many
        catchments are ever short.
    """
    import shapely  # noqa: PLC0415

    from schoolmap.inputs.coordinates import WGS84  # noqa: PLC0415

    project = plan.project
    layer = next(iter(project.coverages.values()))
    # seams between catchments would be drawn as slivers
    whole = shapely.union_all(shapely.buffer(layer.geometry.to_numpy(), 1.0, quad_segs=1))
    simple = type(layer.geometry)([shapely.simplify(whole, _OUTLINE_M)], crs=layer.crs).to_crs(WGS84).iloc[0]
    rings = [shapely.get_coordinates(part.exterior).round(4).tolist() for part in shapely.get_parts(simple)]
    first = project.scenarios[0].id
    stages = {}
    for panel in model.panels:
        if panel.scenario == first:
            totals = panel.totals
            stages[panel.stage] = {
                "label": next(stage.label for stage in model.stages if stage.id == panel.stage),
                "demand": totals.demand,
                "seats": totals.seats,
                "short": totals.short,
                "spare": totals.spare,
                "catchments": len(panel.demand),
                "catchments_short": len(panel.ranking),
            }
    return {
        "title": model.title,
        "synthetic": model.synthetic,
        "years": model.years,
        "scenario": next(item.label for item in model.scenarios if item.id == first),
        "outline": rings,
        "stages": stages,
    }
