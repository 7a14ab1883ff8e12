"""Plan -> the tables of results, with the columns and types of `columns.TABLES`."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.output import geopackage
from schoolmap.output.database.columns import MADE_BY
from schoolmap.output.database.columns import RUN
from schoolmap.output.database.columns import TABLES
from schoolmap.output.products import shown_tables
from schoolmap.output.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from schoolmap.output.database.columns import Type
    from schoolmap.output.model import MapModel
    from schoolmap.plan import Plan

Row = tuple[Any, ...]


def result_tables(plan: Plan, model: MapModel, *, now: dt.datetime) -> dict[str, list[Row]]:
    """
    Return the rows of every table, sorted by key.

    Parameters
    ----------
    plan
        The plan, for balance and full geometry.
    model
        Its description, for everything else.
    now
        When the tables are written.

    Returns
    -------
    rows
        By table, in the order of `columns.TABLES`; each row has the values of
        its columns as text, whole numbers, numbers, truth or geometry, and
        nothing where a value is not known. Geometry is in the project's CRS.
    """
    crs = plan.project.settings.crs
    frames: dict[str, pd.DataFrame] = {
        RUN: _run(plan, model, now),
        # in a public edition small counts are hidden here as in every other product
        "balance": shown_tables(plan)[0],
        "catchments": _catchments(plan),
        "schools": _schools(plan),
        "sections": _sections(model),
        "actions": _actions(model).to_crs(crs),
        "projects": geopackage.project_layer(model).rename(columns={"id": "project"}).to_crs(crs),
        "sites": geopackage.site_layer(model).rename(columns={"id": "site"}).to_crs(crs),
        "audit": _numbered(geopackage.audit_table(model)),
        "sources": _numbered(geopackage.source_table(model)),
    }
    return {name: _rows(frames[name], name) for name in TABLES}


def _run(plan: Plan, model: MapModel, now: dt.datetime) -> pd.DataFrame:
    values = {
        "project": model.project,
        "made_by": MADE_BY,
        "version": model.version,
        "document": model.schema,
        "made_from": hashlib.sha256(model.to_json().encode()).hexdigest(),
        "title_en": model.title["en"],
        "title_zh": model.title["zh"],
        "base_year": model.base_year,
        "horizon": model.years[-1],
        "seed": model.seed,
        "draws": model.draws,
        "central_scenario": model.scenarios[0].id,
        "population_date": model.population_date,
        "crs": plan.project.settings.crs,
        "synthetic": model.synthetic,
        "classification_en": model.classification["en"],
        "classification_zh": model.classification["zh"],
        "map_review_no": model.map_review_no,
        "written": now.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0),
    }
    return pd.DataFrame([values])


def _catchments(plan: Plan) -> pd.DataFrame:
    """Return the catchments of every period, those of the base year first."""
    project = plan.project
    base = project.settings.base_year
    parts = [
        gpd.GeoDataFrame(
            {"coverage": name, "catchment": layer.index, "holds_from": year, "name": layer["name"].to_numpy()},
            geometry=layer.geometry.to_numpy(),
        )
        for name in project.coverages
        for year, layer in {base: project.in_force(name), **project.later.get(name, {})}.items()
    ]
    together: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return together


def _schools(plan: Plan) -> pd.DataFrame:
    schools = plan.project.schools
    labelled: pd.DataFrame = schools.assign(school=schools.index)
    return labelled


def _sections(model: MapModel) -> pd.DataFrame:
    rows = [
        (school.id, item.stage, year, seats, item.enrolment, item.enrolment_year, item.classrooms)
        for school in model.schools
        for item in school.sections
        for year, seats in zip(model.years, item.seats, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(TABLES["sections"].columns), dtype=object)


def _actions(model: MapModel) -> gpd.GeoDataFrame:
    layer = geopackage.action_layer(model).rename(columns={"id": "action"})
    for language in ("en", "zh"):
        told = ["\n".join(text[language] for text in action.alternatives) for action in model.actions]
        layer[f"alternatives_{language}"] = pd.Series(told, index=layer.index, dtype=object)
    return layer


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(line=np.arange(1, len(table) + 1))


def _rows(frame: pd.DataFrame, name: str) -> list[Row]:
    """Return a table's rows in the order of its columns, sorted by its key."""
    spec = TABLES[name]
    columns = [
        _geometry(frame, kind) if column == "geom" else _values(frame[column], kind)
        for column, (kind, _) in spec.columns.items()
    ]
    key = [list(spec.columns).index(column) for column in spec.key]
    return sorted(zip(*columns, strict=True), key=lambda row: tuple(row[at] for at in key))


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: visible(str(value)),
    "integer": int,
    "number": float,
    "truth": bool,
}
"""How a value becomes one of a type; moments stay as they are."""


def _values(column: pd.Series, kind: Type) -> list[Any]:
    make = _MAKERS.get(kind)
    known = [None if value is None or value is pd.NA or pd.isna(value) else value for value in column.tolist()]
    if make is None:
        return known
    made = [None if value is None else make(value) for value in known]
    # without seats, demand over seats is endless: not known, as in the GeoPackage
    return [None if isinstance(value, float) and not np.isfinite(value) else value for value in made]


def _geometry(frame: pd.DataFrame, kind: Type) -> list[Any]:
    """Return a geometry a row; polygons as several of one, as a typed column wants them, and empty ones as none."""
    shapes = frame.geometry.to_numpy()
    return [
        None
        if shape is None or shape.is_empty
        else shapely.MultiPolygon([shape])
        if kind == "polygon" and shape.geom_type == "Polygon"
        else shape
        for shape in shapes
    ]
