"""All products of a plan, written whole or not at all."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from schoolmap.errors import OutputError

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel
    from schoolmap.plan import Plan


def write_products(plan: Plan, model: MapModel, folder: Path, *, language: str) -> tuple[Path, ...]:
    """
    Write map, workbook, layers and data of a plan.

    They are made in a temporary folder beside the target and moved there only
    when all of them are complete.

    Parameters
    ----------
    plan
        The plan, for layers at full resolution.
    model
        Its description, which all products are drawn from.
    folder
        Where to write; made if it does not exist. Files of the same names are replaced.
    language
        `en` or `zh`: the language that the map opens in and the workbook is in.

    Returns
    -------
    files
        Paths of what was written: html, xlsx, gpkg and json.

    Raises
    ------
    OutputError
        If the target would overwrite the project's own input.
    """
    from schoolmap.output.geopackage import write_geopackage  # noqa: PLC0415
    from schoolmap.output.reach_layers import reach_layers  # noqa: PLC0415
    from schoolmap.output.webmap import render_html  # noqa: PLC0415
    from schoolmap.output.workbook import write_workbook  # noqa: PLC0415

    project = plan.project
    if folder.resolve() == project.folder.resolve():
        msg = f"{folder} is the project folder itself; choose another one with `--out`."
        raise OutputError(msg)
    name = project.settings.name
    files = [folder / f"{name}.{suffix}" for suffix in ("html", "xlsx", "gpkg", "json")]
    inputs = {path.resolve() for path in project.files}
    for path in files:
        if path.resolve() in inputs:
            msg = f"{path} is a table of the project; choose another folder with `--out`."
            raise OutputError(msg)
    model = dataclasses.replace(model, language=language)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".schoolmap-", dir=folder) as scratch:
        work = Path(scratch)
        (work / f"{name}.json").write_text(model.to_json(), encoding="utf-8", newline="\n")
        (work / f"{name}.html").write_text(render_html(model), encoding="utf-8", newline="\n")
        write_workbook(model, work / f"{name}.xlsx", language=language)
        write_geopackage(
            model,
            balance=plan.balance,
            catchments=project.coverages,
            schools=project.schools,
            path=work / f"{name}.gpkg",
            reach=reach_layers(plan),
        )
        return tuple((work / path.name).replace(path) for path in files)
