"""All products of a plan, written whole or not at all."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TypedDict

import geopandas as gpd

from schoolmap.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd

    from schoolmap.output.model import MapModel
    from schoolmap.plan import Plan


class _Layers(TypedDict):
    """What layers and tables are made of."""

    balance: pd.DataFrame
    catchments: dict[str, gpd.GeoDataFrame]
    schools: gpd.GeoDataFrame
    reach: dict[str, gpd.GeoDataFrame]


def write_products(
    plan: Plan,
    model: MapModel,
    folder: Path,
    *,
    language: str,
    figures: bool = False,
    geoparquet: bool = False,
) -> tuple[Path, ...]:
    """
    Write map, workbook, report, layers and data of a plan.

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
        `en` or `zh`: the language that the map opens in and workbook, report
        and figures are in.
    figures
        Whether to write the report's maps and charts too, each as PNG and PDF,
        into the folder `NAME-figures`. Other files in it stay as they are.
    geoparquet
        Whether to write each layer and table as `NAME-LAYER.parquet` too, with
        the styles of QGIS beside them.

    Returns
    -------
    files
        Paths of what was written: html, xlsx, docx, gpkg and json, then the
        layers and tables as parquet, then the figures.

    Raises
    ------
    OutputError
        If the target would overwrite the project's own input.

    Warns
    -----
    FontWarning
        If figures need Chinese characters and no font has them: they are
        written in English.
    """
    from schoolmap.output.figures.atlas import draw_pictures  # noqa: PLC0415
    from schoolmap.output.geopackage import write_geopackage  # noqa: PLC0415
    from schoolmap.output.report.document import write_report  # noqa: PLC0415
    from schoolmap.output.webmap import render_html  # noqa: PLC0415
    from schoolmap.output.workbook import write_workbook  # noqa: PLC0415

    project = plan.project
    if folder.resolve() == project.folder.resolve():
        msg = f"{folder} is the project folder itself; choose another one with `--out`."
        raise OutputError(msg)
    name = project.settings.name
    files = [folder / f"{name}.{suffix}" for suffix in ("html", "xlsx", "docx", "gpkg", "json")]
    inputs = {path.resolve() for path in project.files}
    _require_none_of(files, inputs)
    model = dataclasses.replace(model, language=language)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".schoolmap-", dir=folder) as scratch:
        work = Path(scratch)
        (work / f"{name}.json").write_text(model.to_json(), encoding="utf-8", newline="\n")
        (work / f"{name}.html").write_text(render_html(model), encoding="utf-8", newline="\n")
        write_workbook(model, work / f"{name}.xlsx", language=language)
        pictures = draw_pictures(model, language=language, pdf=figures)
        write_report(model, work / f"{name}.docx", language=language, pictures=pictures)
        balance, reach = shown_tables(plan)
        layers: _Layers = {
            "balance": balance,
            "catchments": project.coverages,
            "schools": project.schools,
            "reach": reach,
        }
        write_geopackage(model, path=work / f"{name}.gpkg", **layers)
        if geoparquet:
            from schoolmap.output.geoparquet import write_geoparquet  # noqa: PLC0415

            parts = [folder / path.name for path in write_geoparquet(model, work, **layers)]
            _require_none_of(parts, inputs)
            files += parts
        if figures:
            (work / f"{name}-figures").mkdir()
            for picture in pictures:
                for suffix, content in ((".png", picture.png), (".pdf", picture.pdf)):
                    path = folder / f"{name}-figures" / f"{picture.name}{suffix}"
                    (work / path.relative_to(folder)).write_bytes(content)
                    files.append(path)
            (folder / f"{name}-figures").mkdir(exist_ok=True)
        return tuple((work / path.relative_to(folder)).replace(path) for path in files)


def _require_none_of(files: list[Path], inputs: set[Path]) -> None:
    for path in files:
        if path.resolve() in inputs:
            msg = f"{path} is a table of the project; choose another folder with `--out`."
            raise OutputError(msg)


def shown_tables(plan: Plan) -> tuple[pd.DataFrame, dict[str, gpd.GeoDataFrame]]:
    """
    Return the balance and the layers of the way to school as products hold them.

    In a public edition, figures of children below its limit are shown as in all
    other products; see `output.public_edition`.
    """
    from schoolmap.output.public_edition import shown_columns  # noqa: PLC0415
    from schoolmap.output.reach_layers import reach_layers  # noqa: PLC0415

    balance, layers, below = plan.balance, reach_layers(plan), plan.project.hide_below
    if not below:
        return balance, layers
    shown = {name: gpd.GeoDataFrame(shown_columns(layer, below=below)) for name, layer in layers.items()}
    return shown_columns(balance, below=below), shown
