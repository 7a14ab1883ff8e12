"""
Write the plan as a GeoPackage: full geometry and tables for QGIS and other GIS programs.

Geometry comes from the analysis, not from the simplified shapes of the map.
Numbers by catchment, audit and sources come from the same `MapModel` as the
map, so the two cannot disagree. Layers open in QGIS with the map's colours.
"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely import Point

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.output import qgis
from schoolmap.output.figures.places import project_spots
from schoolmap.output.lookups import is_central
from schoolmap.output.text import visible
from schoolmap.seats.warnings import LEAST_SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

    from schoolmap.output.model import Coverage
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel

BALANCE_KEY = ("catchment", "stage", "year", "scenario")

_SUMMARY = {
    "peak_gap": "float64",
    "peak_year": "Int64",
    "first_short": "Int64",
    "max_use": "float64",
    "class": "Int64",
    "seats_first": "float64",
    "seats_last": "float64",
}
"""The columns of a catchment's summary, for each stage, and their types."""

_STYLES_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""


def write_geopackage(
    model: MapModel,
    balance: pd.DataFrame,
    catchments: dict[str, gpd.GeoDataFrame],
    schools: gpd.GeoDataFrame,
    path: Path,
    *,
    reach: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> None:
    """
    Write catchments, schools, actions, projects and candidate sites as layers, and balance, audit and sources as tables.

    An existing file is replaced. Texts with characters that SQLite would cut
    are written with visible ones. A utilisation without seats (infinite) is
    written as unknown; demand and seats beside it say why.

    Parameters
    ----------
    model
        The plan as shown on the map.
    balance
        One row per `catchment`, `stage`, `year` and `scenario`, as columns, in any order; all
        its columns are written.
    catchments
        For each coverage of the model, its catchments at full resolution: indexed by catchment,
        with `name` and geometry in the project's metric CRS.
    schools
        Schools indexed by school, with `name`, `operator` and geometry in the same CRS.
    path
        File to write, ending in `.gpkg`.
    reach
        Further layers by name, from `output.reach_layers`.

    Raises
    ------
    CRSError
        If the layers do not share one projected CRS in metres.
    LabelError
        If a coverage has no layer, or a layer other catchments than the model.
    ValueError
        If `balance` lacks a key column.
    """
    layers, tables = layers_and_tables(model, balance=balance, catchments=catchments, schools=schools, reach=reach)
    path.unlink(missing_ok=True)
    for name, layer in layers.items():
        kind = {"schools": None, "actions": "Point", "projects": "Point", "sites": "Point"}.get(name, "MultiPolygon")
        # areas may be points
        kind = None if name.startswith("reach_") else kind
        _write(layer, path, name, geometry_type=kind)
    for name, table in tables.items():
        _write(table, path, name)
    with closing(sqlite3.connect(path)) as database, database:
        _write_styles(database, model, layers)
        _fix_dates(database, model)
    _rebuild(path)
    _require_whole(path, {name: len(table) for name, table in (layers | tables).items()})


def layers_and_tables(
    model: MapModel,
    *,
    balance: pd.DataFrame,
    catchments: dict[str, gpd.GeoDataFrame],
    schools: gpd.GeoDataFrame,
    reach: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> tuple[dict[str, gpd.GeoDataFrame], dict[str, pd.DataFrame]]:
    """
    Return what a GeoPackage of a plan holds: layers in the project's CRS, and tables without a place.

    Parameters and errors are those of `write_geopackage`.
    """
    _require_key(balance)
    for layer in catchments.values():
        checks.require_same_metric_crs(layer, schools)
    layers = {
        f"catchments_{coverage.id}": _catchment_layer(model, coverage, catchments) for coverage in model.coverages
    }
    layers["schools"] = _school_layer(model, schools)
    layers["actions"] = action_layer(model).to_crs(schools.crs)
    layers["projects"] = project_layer(model).to_crs(schools.crs)
    layers["sites"] = site_layer(model).to_crs(schools.crs)
    layers |= reach or {}
    tables = {
        "balance": balance.reset_index(drop=True),
        "audit": audit_table(model),
        "sources": source_table(model),
        "about": _about_table(model),
    }
    return layers, tables


# Guards


def _require_key(balance: pd.DataFrame) -> None:
    missing = [name for name in BALANCE_KEY if name not in balance.columns]
    if missing:
        msg = (
            f"`balance` has no column {', '.join(map(repr, missing))}. "
            "If the key is in the index, use `.reset_index()` first."
        )
        raise ValueError(msg)


# Layers and tables


def _catchment_layer(
    model: MapModel,
    coverage: Coverage,
    catchments: dict[str, gpd.GeoDataFrame],
) -> gpd.GeoDataFrame:
    """Join each stage's shortest summary of the first scenario to the full geometry."""
    if coverage.id not in catchments:
        msg = f"No layer was given for coverage {coverage.id!r}, only {sorted(catchments)}."
        raise LabelError(msg)
    layer = catchments[coverage.id]
    ids = pd.Index([catchment.id for catchment in coverage.catchments])
    checks.require_same_labels(layer.index, ids, what=f"The model and coverage {coverage.id!r}")
    columns: dict[str, pd.Series] = {"id": layer.index.to_series(), "name": layer["name"]}
    for panel in _panels(model, coverage):
        rows = [_summary(model, panel, c) for c in range(len(ids))]
        summary = pd.DataFrame(rows, index=ids).astype(_SUMMARY).reindex(layer.index)
        columns |= {f"{panel.stage}_{name}": summary[name] for name in summary.columns}
    return gpd.GeoDataFrame(columns, geometry=layer.geometry, crs=layer.crs)


def _panels(model: MapModel, coverage: Coverage) -> Iterator[Panel]:
    """Yield the panels of a coverage's stages in the first, central scenario."""
    stages = {stage.id for stage in model.stages if stage.coverage == coverage.id}
    for panel in model.panels:
        if panel.stage in stages and is_central(model, panel):
            yield panel


def _summary(model: MapModel, panel: Panel, position: int) -> dict[str, float | int | str | None]:
    """
    Summarise one catchment over all years.

    `gap` is demand - seats: positive is a shortage. `class` is the highest
    class of utilisation, as the map colours it.
    """
    demand, seats = panel.demand[position], panel.seats[position]
    gaps = [
        (d - s, year) for d, s, year in zip(demand, seats, model.years, strict=True) if d is not None and s is not None
    ]
    peak, peak_year = max(gaps, key=lambda gap: gap[0], default=(None, None))
    classes = [shade for shade in panel.shade[position] if shade is not None]
    return {
        "peak_gap": peak,
        "peak_year": peak_year,
        "first_short": next((year for gap, year in gaps if gap >= LEAST_SHORT), None),
        "max_use": max((u for u in panel.utilisation[position] if u is not None), default=None),
        "class": max(classes, default=None),
        "seats_first": seats[0],
        "seats_last": seats[-1],
    }


def _school_layer(model: MapModel, schools: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add each stage's seats, first and last year, and enrolment to the schools."""
    columns = {
        "id": schools.index.to_series(),
        "name": schools["name"],
        "operator": schools["operator"],
    }
    for stage in model.stages:
        rows = {
            school.id: (section.seats[0], section.seats[-1], section.enrolment)
            for school in model.schools
            for section in school.sections
            if section.stage == stage.id
        }
        names = [f"{stage.id}_{name}" for name in ("seats_first", "seats_last", "enrolment")]
        known = pd.DataFrame.from_dict(rows, orient="index", columns=names, dtype=float)
        columns |= {name: known[name].reindex(schools.index) for name in names}
    return gpd.GeoDataFrame(columns, geometry=schools.geometry, crs=schools.crs)


def action_layer(model: MapModel) -> gpd.GeoDataFrame:
    """Place the proposals at their coordinates, in degrees."""
    names = (
        *("id", "kind", "stage", "catchment", "school", "site", "receiver", "first_year", "last_year"),
        *("peak_year", "short", "probability", "opens", "until", "classes", "seats", "capital", "yearly"),
    )
    rows = [
        [*(getattr(action, name) for name in names), action.reason["en"], action.reason["zh"]]
        for action in model.actions
    ]
    table = pd.DataFrame(rows, columns=[*names, "reason_en", "reason_zh"])
    lon, lat = [a.lon for a in model.actions], [a.lat for a in model.actions]
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


def project_layer(model: MapModel) -> gpd.GeoDataFrame:
    """Place the projects at their school, else in the middle of their catchment, in degrees; others have no place."""
    names = ("id", "name", "kind", "stage", "school", "catchment", "opening", "seats", "counted", "note")
    rows = [[*(getattr(p, name) for name in names), p.status["en"], p.status["zh"]] for p in model.projects]
    table = pd.DataFrame(rows, columns=[*names, "status_en", "status_zh"])
    spots = project_spots(model)
    points = [Point(spots[p.id]) if p.id in spots else None for p in model.projects]
    return gpd.GeoDataFrame(table.astype({"seats": float}), geometry=gpd.GeoSeries(points, crs="EPSG:4326"))


def site_layer(model: MapModel) -> gpd.GeoDataFrame:
    """Place the candidate sites, in degrees."""
    names = ("id", "name", "max_classes", "land_cost", "ready_from", "note")
    rows = [[*(getattr(s, name) for name in names), ", ".join(s.stages), ", ".join(s.used_by)] for s in model.sites]
    table = pd.DataFrame(rows, columns=[*names, "stages", "used_by"]).astype({"max_classes": float, "land_cost": float})
    places = gpd.points_from_xy([s.lon for s in model.sites], [s.lat for s in model.sites], crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=places)


def audit_table(model: MapModel) -> pd.DataFrame:
    """Return the checks, one a row."""
    rows = [
        (
            *(line.name["en"], line.name["zh"], line.left, line.right),
            *(line.difference, line.tolerance, line.holds, line.detail["en"], line.detail["zh"]),
        )
        for line in model.audit
    ]
    columns = (
        *("name_en", "name_zh", "left_side", "right_side", "difference", "tolerance", "holds"),
        *("detail_en", "detail_zh"),
    )
    return pd.DataFrame(rows, columns=columns)


def source_table(model: MapModel) -> pd.DataFrame:
    """Return what the numbers rest on, one source a row."""
    rows = [(s.title, s.publisher, s.date, s.licence, s.url, s.used_for["en"], s.used_for["zh"]) for s in model.sources]
    columns = ("title", "publisher", "date", "licence", "url", "used_for_en", "used_for_zh")
    return pd.DataFrame(rows, columns=columns)


def _about_table(model: MapModel) -> pd.DataFrame:
    """Say what the file is, so that it can travel alone."""
    values = {
        "title_en": model.title["en"],
        "title_zh": model.title["zh"],
        "synthetic": "yes" if model.synthetic else "no",
        "population_date": model.population_date,
        "base_year": str(model.base_year),
        "central_scenario": model.scenarios[0].id,
        "crs": model.crs,
        "classification_en": model.classification["en"],
        "classification_zh": model.classification["zh"],
        "map_review_no": model.map_review_no,
        "version": model.version,
        "seed": str(model.seed),
    }
    return pd.DataFrame(values.items(), columns=["key", "value"])


# Writing


def _write(
    table: pd.DataFrame,
    path: Path,
    name: str,
    *,
    geometry_type: str | None = None,
) -> None:
    """Add one layer or table to the file."""
    pyogrio.write_dataframe(
        storable(table),
        path,
        layer=name,
        driver="GPKG",
        geometry_type=geometry_type,
        promote_to_multi=geometry_type == "MultiPolygon" or None,
    )


def _require_whole(path: Path, counts: Mapping[str, int]) -> None:
    """Raise if the file cannot be read again with all its records: a disk that fails need not say so when it is written to."""
    with closing(sqlite3.connect(path)) as database:
        (sound,) = database.execute("PRAGMA quick_check(1)").fetchone()
        quoted = {name: '"' + name.replace('"', '""') + '"' for name in counts}
        held = {
            name: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - quoted
            for name, table in quoted.items()
        }
    if sound != "ok" or held != counts:
        raise OSError(errno.EIO, "what was written cannot be read again", str(path))


def storable(table: pd.DataFrame) -> pd.DataFrame:
    """Make texts visible, and infinities and missing texts unknown."""
    stored = table.copy()
    for name in stored.columns.drop("geometry", errors="ignore"):
        column = stored[name]
        if pd.api.types.is_float_dtype(column):
            stored[name] = column.where(column.abs() != float("inf"))
        elif not pd.api.types.is_numeric_dtype(column):
            texts = [None if pd.isna(value) else visible(str(value)) for value in column]
            stored[name] = pd.Series(texts, index=column.index, dtype=object)
    return stored


def _write_styles(database: sqlite3.Connection, model: MapModel, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Add the styles of all layers in the table that QGIS looks into, the first of each layer as its default."""
    database.execute(_STYLES_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles')",
    )
    styled: set[str] = set()
    for style in qgis.describe_styles(model, layers):
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, "
            "owner, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, '', ?)",
            (style.layer, style.name[:30], style.qml, style.layer not in styled, style.description, _date(model)),
        )
        styled.add(style.layer)


def _fix_dates(database: sqlite3.Connection, model: MapModel) -> None:
    """Date the contents by the plan, not by the clock: the same plan gives the same tables."""
    database.execute("UPDATE gpkg_contents SET last_change = ?", (_date(model),))


def _rebuild(path: Path) -> None:
    """Write the file anew from its records: what was written over in a page, such as the time of the clock, is in it no more."""
    anew = path.with_name(f"{path.name}.anew")
    anew.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("VACUUM INTO ?", (str(anew),))
    anew.replace(path)


def _date(model: MapModel) -> str:
    return f"{model.base_year:04d}-01-01T00:00:00.000Z"
