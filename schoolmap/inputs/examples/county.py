"""
The invented county as a whole: every table by the contract's names and in its words.

What its files look like is in `clean` and `bureau`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.land import CRS
from schoolmap.inputs.examples.land import Land
from schoolmap.inputs.examples.land import make_land
from schoolmap.inputs.examples.people import People
from schoolmap.inputs.examples.people import make_people
from schoolmap.inputs.examples.plots import make_plots
from schoolmap.inputs.examples.projects import development_table
from schoolmap.inputs.examples.projects import migration_table
from schoolmap.inputs.examples.projects import project_table
from schoolmap.inputs.examples.projects import yield_table
from schoolmap.inputs.examples.pupils import make_pupils
from schoolmap.inputs.examples.schools import School
from schoolmap.inputs.examples.schools import make_schools
from schoolmap.inputs.examples.sections import class_list
from schoolmap.inputs.examples.sections import resource_table
from schoolmap.inputs.examples.sections import section_table
from schoolmap.inputs.examples.zones import Zone
from schoolmap.inputs.examples.zones import make_zones
from schoolmap.inputs.examples.zones import zone_layer
from schoolmap.population.arrays import SEXES
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from schoolmap.inputs.examples.pupils import Pupils

SEED = 4399
BASE_YEAR, HORIZON = 2025, 2040
COUNTS = ("2020-11-01", "2025-08-31")
"""Days of the counts: the census, and the police register on the cut-off day."""
CENSUS_BANDS = (*((low, low + 4) for low in range(0, 85, 5)), (85, None))
"""Ages of the census tables: five years each."""
REGISTER_BANDS = (
    *((age, age) for age in range(18)),
    (18, 19),
    *((low, low + 4) for low in range(20, 60, 5)),
    (60, None),
)
"""Ages of the register: single years of the children, then bands of five years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """
    Every table of the invented county.

    Attributes
    ----------
    tables
        By name of the contract, with its columns as far as they are used, in
        its words. `areas` and `catchments` are polygons, `schools` points;
        `projects` have `x` and `y` where they have a place of their own.
    roads, barriers
        Lines.
    dwellings, crossings, gates
        Points.
    sites
        Polygons where schools could be built.
    land, people, schools, zones, pupils
        What the tables were made of.
    """

    tables: dict[str, pd.DataFrame]
    roads: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    dwellings: gpd.GeoDataFrame
    crossings: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    land: Land
    people: People
    schools: list[School]
    zones: list[Zone]
    pupils: Pupils


@cache
def make_county(seed: int = SEED) -> County:
    """
    Invent the county; the same seed gives the same county.

    Examples
    --------
    >>> county = make_county()
    >>> len(county.tables["areas"]), len(county.zones)
    (181, 56)
    """
    land = make_land(seed)
    people = make_people(land.areas, seed=seed)
    schools, places = make_schools(land, seed=seed)
    zones = make_zones(land, schools)
    pupils = make_pupils(people.residents[BASE_YEAR], land.areas.index, schools, zones, seed=seed)
    sections = section_table(schools, pupils, land.areas, seed=seed)
    resources = resource_table(sections, seed=seed)
    taught_in = resources["teaching_m2"].groupby(level="school").sum()
    tables = {
        "areas": _areas(land),
        "population": _population(people, land.areas.index),
        "births": people.births.reset_index(),
        "catchments": zone_layer(zones, land),
        "schools": _schools(schools, places, land, sections, taught_in, seed=seed),
        "sections": _of_contract(sections.reset_index(), "sections"),
        "classes": class_list(schools, pupils, land.areas, seed=seed).reset_index(),
        "resources": resources.reset_index(),
        "flows": pupils.flows.reset_index(),
        "projects": project_table(schools, zones, land).reset_index(),
        "developments": development_table(land),
        "yields": yield_table(),
        "migration": migration_table(),
    }
    return County(
        tables=tables,
        roads=land.roads,
        barriers=land.barriers,
        dwellings=land.dwellings.drop(columns="area"),
        crossings=land.crossings,
        gates=_gates(schools, places, land, seed=seed),
        sites=make_plots(land, places, seed=seed),
        land=land,
        people=people,
        schools=schools,
        zones=zones,
        pupils=pupils,
    )


GATE_M = 110.0
"""How far a gate of a large school is from its middle, about."""


def _gates(schools: list[School], places: gpd.GeoSeries, land: Land, *, seed: int) -> gpd.GeoDataFrame:
    """Give the public schools of the county town a front and a back gate."""
    rng = stream(seed, "gates")
    rows = []
    for school, place in zip(schools, places, strict=True):
        if land.areas.at[school.area, "urban_rural"] not in {"111", "112"} or school.ownership != "public":
            continue
        angle = 2 * np.pi * float(rng.random())
        for gate, turn in (("正门", 0.0), ("后门", np.pi)):
            east = np.round(place.x + GATE_M * np.cos(angle + turn))
            north = np.round(place.y + GATE_M * np.sin(angle + turn))
            rows.append((school.code, gate, shapely.Point(east, north)))
    table = pd.DataFrame(rows, columns=["school", "gate", "geometry"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=CRS)


def _of_contract(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Leave out what only the making needed, and order columns as the contract does."""
    return frame[[column for column in CONTRACTS[name].columns if column in frame]]


def _areas(land: Land) -> gpd.GeoDataFrame:
    frame = land.areas.reset_index().rename(columns={"township": "parent"})
    return frame[["area", "name", "parent", "urban_rural", "geometry"]]


def _population(people: People, areas: pd.Index) -> pd.DataFrame:
    """Return the census in bands of five years, and the register by single years, by sex."""
    parts = []
    for day, bands in zip(COUNTS, (CENSUS_BANDS, REGISTER_BANDS), strict=True):
        counts = people.on(day)
        for place, sex in enumerate(SEXES):
            for low, high in bands:
                heads = counts[:, place, low : None if high is None else high + 1].sum(axis=1)
                age = f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"
                parts.append(pd.DataFrame({"area": areas, "age": age, "sex": sex, "date": day, "count": heads}))
    frame = pd.concat(parts, ignore_index=True)
    # as a register prints it: one village after the other
    order = frame.groupby(["date", "area"], sort=False).ngroup()
    return frame.iloc[np.argsort(order.to_numpy(), kind="stable")].reset_index(drop=True)


def _schools(
    schools: list[School],
    places: gpd.GeoSeries,
    land: Land,
    sections: pd.DataFrame,
    taught_in: pd.Series,
    *,
    seed: int,
) -> gpd.GeoDataFrame:
    codes = {school.name: school.code for school in schools}
    rooms = sections.loc[sections["rooms_of"].isna(), "classrooms"].groupby(level="school").sum()
    rng = stream(seed, "buildings")
    of = rooms.reindex([school.code for school in schools]).to_numpy(dtype=float)
    teaching = taught_in.reindex([school.code for school in schools]).fillna(0.0).to_numpy(dtype=float)
    table = pd.DataFrame(
        {
            "school": [school.code for school in schools],
            "name": [school.name for school in schools],
            "operator": [school.operator for school in schools],
            "ownership": [school.ownership for school in schools],
            "type": [school.type for school in schools],
            "township": [land.areas.at[school.area, "township"] for school in schools],
            "main_school": [codes.get(school.main) for school in schools],
            "group": [school.group or None for school in schools],
            "urban_rural": [land.areas.at[school.area, "urban_rural"] for school in schools],
            "licensed": ["yes" if school.licensed else "no" for school in schools],
            "quality": [school.quality or None for school in schools],
            # land is measured in mu (亩): 200 square metres are 0.3 of one
            "land_m2": 200.0 * np.round(of * between(2.1, 4.5, rng, size=len(of))),
            # offices, canteens and dormitories stand beside the rooms that are taught in
            "building_m2": np.maximum(
                np.round(of * between(230.0, 390.0, rng, size=len(of)), -1), np.round(1.4 * teaching, -1)
            ),
        },
    )
    return gpd.GeoDataFrame(table, geometry=places.to_numpy(), crs=CRS)
