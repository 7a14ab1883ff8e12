"""
The invented county as a bureau has it: two workbooks, a GBK csv, shapefiles, and what people do to them.

Titles stand above the tables, headers have two rows, townships are merged over
their schools, sums stand between the records, codes are numbers here and there,
coordinates are of three kinds. `clean` writes the same tables without all that.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from schoolmap.inputs.coordinates import bd09_from_wgs84
from schoolmap.inputs.coordinates import gcj02_from_wgs84
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.county import SEED
from schoolmap.inputs.examples.county import make_county
from schoolmap.inputs.examples.document import document
from schoolmap.inputs.examples.forms import BIRTHS_FILE
from schoolmap.inputs.examples.forms import PEOPLE_BOOK
from schoolmap.inputs.examples.forms import PEOPLE_SHEETS
from schoolmap.inputs.examples.forms import SCHOOL_BOOK
from schoolmap.inputs.examples.forms import SCHOOL_SHEETS
from schoolmap.inputs.examples.forms import TABLES
from schoolmap.inputs.examples.land import CRS
from schoolmap.inputs.examples.shapes import with_zone
from schoolmap.inputs.examples.shapes import write_shapefile
from schoolmap.inputs.examples.sheets import chinese
from schoolmap.inputs.examples.sheets import formats
from schoolmap.inputs.examples.sheets import write_sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from schoolmap.inputs.examples.county import County
    from schoolmap.inputs.examples.sheets import Sheet

    Floats = NDArray[np.float64]
    Datum = Callable[[Floats, Floats], tuple[Floats, Floats]]

_MADE = dt.datetime(2026, 1, 15, 9, 0)  # noqa: DTZ001 - a workbook stores no time zone
_DIGITS = 8
"""Digits of degrees: about a millimetre."""


def write_bureau(folder: Path, county: County | None = None) -> Path:
    """
    Write the county as a bureau's project folder.

    Parameters
    ----------
    folder
        Made if it is not there.
    county
        From `make_county`; the usual one if left out.
    """
    county = make_county() if county is None else county
    folder.mkdir(parents=True, exist_ok=True)
    tables = _as_written(county)
    _write_book(folder / SCHOOL_BOOK, SCHOOL_SHEETS, tables)
    _write_book(folder / PEOPLE_BOOK, PEOPLE_SHEETS, tables)
    _write_births(folder / BIRTHS_FILE, county.tables["births"], county.tables["areas"])
    _write_layers(folder, county)
    (folder / "project.toml").write_text(document(TABLES), encoding="utf-8", newline="\n")
    return folder


def _as_written(county: County) -> dict[str, pd.DataFrame]:
    """Return the tables by the name of their sheet's form, with the columns that only people need."""
    tables = county.tables
    schools = _degrees(gpd.GeoDataFrame(tables["schools"]), gcj02_from_wgs84)
    schools = _by_township(schools, county)
    named = schools.set_index("school")[["name", "township"]]
    sections = tables["sections"].join(named, on="school")
    early = sections["stage"] == "kindergarten"
    attached = sections["rooms_of"].notna()
    areas = pd.DataFrame(tables["areas"]).set_index("area")[["name", "parent"]]
    return {
        "schools": schools,
        "kindergartens": _by_township(sections[early & ~attached], county),
        "attached": sections[attached],
        "primaries": _by_township(sections[sections["stage"] == "primary"], county),
        "juniors": _by_township(sections[sections["stage"] == "junior"], county),
        "classes": tables["classes"].join(named["name"], on="school"),
        "resources": tables["resources"].join(named["name"], on="school"),
        "flows": tables["flows"].assign(
            origin=_or_nothing(tables["flows"]["origin"]), destination=_or_nothing(tables["flows"]["destination"])
        ),
        "projects": _project_degrees(tables["projects"]),
        "population": tables["population"].join(areas["name"], on="area"),
        "developments": tables["developments"],
        "yields": tables["yields"],
        "migration": tables["migration"],
    }


def _or_nothing(labels: pd.Series) -> pd.Series:
    return labels.astype(object).where(labels != "", None)


def _by_township(frame: pd.DataFrame, county: County) -> pd.DataFrame:
    """Order records by township, as a sheet with merged townships needs it."""
    order = {name: place for place, name in enumerate(county.land.areas["township"].unique())}
    place = frame["township"].map(order).to_numpy()
    return frame.iloc[np.argsort(place, kind="stable")]


def _degrees(layer: gpd.GeoDataFrame, shift: Datum) -> pd.DataFrame:
    """Return a layer's table with longitude and latitude in another datum."""
    lon, lat = _shifted(layer.geometry.x.to_numpy(), layer.geometry.y.to_numpy(), shift)
    return pd.DataFrame(layer.drop(columns="geometry")).assign(lon=lon, lat=lat)


def _project_degrees(projects: pd.DataFrame) -> pd.DataFrame:
    """Return projects with the place that a map of Baidu gives them, where they have one of their own."""
    lon, lat = _shifted(projects["x"].to_numpy(dtype=float), projects["y"].to_numpy(dtype=float), bd09_from_wgs84)
    return projects.drop(columns=["x", "y"]).assign(lon=lon, lat=lat)


def _shifted(east: Floats, north: Floats, shift: Datum) -> tuple[Floats, Floats]:
    known = ~np.isnan(east)
    lon, lat = np.full(len(east), np.nan), np.full(len(east), np.nan)
    degrees = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(east[known], north[known])
    moved = shift(*(np.asarray(values) for values in degrees))
    lon[known], lat[known] = (np.round(values, _DIGITS) for values in moved)
    return lon, lat


def _write_book(path: Path, sheets: Mapping[str, Sheet], tables: Mapping[str, pd.DataFrame]) -> None:
    import xlsxwriter  # noqa: PLC0415

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": path.stem, "comments": "合成数据", "created": _MADE})
        looks = formats(book)
        for name, sheet in sheets.items():
            write_sheet(book, looks, sheet, tables[name], rng=stream(SEED, f"typing {name}"))


def _write_births(path: Path, births: pd.DataFrame, areas: pd.DataFrame) -> None:
    """Write births as another office exports them: GBK, a title above, a sum below."""
    names = areas.set_index("area")
    rows = births.assign(
        name=names["name"].reindex(births["area"]).to_numpy(),
        year=births["year"].astype(str) + "年",
        order=births["order"].map(chinese("order")),
    )
    lines = ["示范县分村分孩次出生人口（合成数据）,,,,", "村代码,村（社区）名称,年份,孩次,出生人数（人）"]
    lines += [",".join(map(str, row)) for row in rows[["area", "name", "year", "order", "births"]].to_numpy()]
    lines.append(f"合计,,,,{int(births['births'].sum())}")
    path.write_bytes("\r\n".join([*lines, ""]).encode("gbk"))


def _write_layers(folder: Path, county: County) -> None:
    areas = gpd.GeoDataFrame(county.tables["areas"]).rename(
        columns={"area": "村代码", "name": "名称", "parent": "所在乡镇", "urban_rural": "城乡类型"}
    )
    write_shapefile(with_zone(areas), folder / "村界_合成数据.shp", with_crs=False)
    zones = gpd.GeoDataFrame(county.tables["catchments"])
    zones = zones.assign(stage=zones["stage"].map(chinese("stage"))).rename(
        columns={"catchment": "学区代码", "name": "片区名称", "stage": "学段", "schools": "对口学校"}
    )
    write_shapefile(zones, folder / "学区_合成数据.shp", with_crs=True)
    roads = county.roads.assign(bridge=county.roads["bridge"].map({"yes": "是", "no": "否"})).rename(
        columns={"class": "等级", "speed": "车速", "bridge": "桥隧"}
    )
    write_shapefile(roads, folder / "道路_合成数据.shp", with_crs=True)
    barriers = county.barriers.rename(columns={"name": "名称", "kind": "类型"})
    write_shapefile(barriers, folder / "河流铁路_合成数据.shp", with_crs=True)
    crossings = county.crossings.rename(columns={"kind": "类型"})
    write_shapefile(crossings, folder / "过街设施_合成数据.shp", with_crs=True)
    gates = county.gates.rename(columns={"school": "学校代码", "gate": "校门"})
    write_shapefile(gates, folder / "校门_合成数据.shp", with_crs=True)
    dwellings = county.dwellings.rename(columns={"dwelling": "居民点", "homes": "户数"})
    write_shapefile(dwellings, folder / "居民点_合成数据.shp", with_crs=True)
    sites = county.sites.rename(
        columns={
            "site": "用地编号",
            "name": "用地名称",
            "stages": "可办学段",
            "max_classes": "可建班数",
            "min_classes": "最少班数",
            "land_cost": "用地费用",
            "ready_from": "供地时间",
            "township": "所在乡镇",
            "urban_rural": "城乡类型",
            "note": "备注",
        }
    )
    write_shapefile(sites, folder / "备选用地_合成数据.shp", with_crs=True)
