"""
The catchments of an invented county: whole villages put together, and the schools that serve them.

Some have several schools, some schools have several catchments. Kindergartens
have none: their planning units are the townships, and groups of communities in
the county town.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.inputs.examples.land import TOWNSHIPS
from schoolmap.inputs.examples.schools import JUNIOR
from schoolmap.inputs.examples.schools import KINDERGARTEN
from schoolmap.inputs.examples.schools import PRIMARY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from schoolmap.inputs.examples.land import Land
    from schoolmap.inputs.examples.schools import School

_PRIMARY_OF_TOWN = {
    "实验片区": (("东门", "文庙"), ("示范县实验小学", "文庙小学")),
    "北苑片区": (("北苑",), ("北苑小学",)),
    "西街片区": (("西街",), ("西街小学",)),
    "南城片区": (("南城", "学府"), ("南城小学", "明德学校")),
    "桥头片区": (("桥头",), ("桥头小学",)),
    "站前片区": (("站前",), ("站前小学",)),
    "工业园片区": (("工业园",), ("站前小学",)),
    "南园片区": (("南园",), ("南园小学",)),
    "新城片区": (("滨江", "新城"), ("新城小学", "滨江小学")),
}
"""Communities and schools of the primary catchments of the county town."""
_JUNIOR_OF_TOWN = {
    "一中片区": (("东门", "北苑", "文庙"), ("示范县第一初级中学",)),
    "二中片区": (("西街", "站前", "桥头"), ("示范县第二初级中学",)),
    "三中片区": (("南城", "学府", "南园"), ("示范县第三初级中学", "明德学校")),
    "四中片区": (("滨江", "新城", "工业园"), ("示范县第四初级中学",)),
}
_UNITS_OF_TOWN = {
    "城中": ("东门", "北苑", "文庙"),
    "城西": ("西街", "站前", "桥头"),
    "城南": ("南城", "学府", "南园"),
    "城北": ("工业园",),
    "新区": ("滨江", "新城"),
}
_OWN_AREAS = ("石桥镇", "柳河镇", "枫树镇")
"""Townships in which a village primary has a catchment of its own."""
_JUNIOR_ELSEWHERE = {"茶山乡": "枫树镇初级中学", "岩湾乡": "双溪镇初级中学"}
"""Townships without a junior school, and which one serves them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One catchment, or planning unit of kindergartens."""

    code: str
    name: str
    stage: str
    areas: tuple[str, ...]
    schools: tuple[str, ...]
    """Codes of the schools that serve it."""
    town: bool


def make_zones(land: Land, schools: list[School]) -> list[Zone]:
    """Put together the catchments of all stages; each stage's cover the county once."""
    numbers: dict[str, int] = {}
    zones = []
    for stage, name, areas, served in (*_primary(land, schools), *_junior(land, schools), *_units(land, schools)):
        letter = {PRIMARY: "P", JUNIOR: "J", KINDERGARTEN: "K"}[stage]
        numbers[letter] = numbers.get(letter, 0) + 1
        town = land.areas.at[areas[0], "township"] == TOWNSHIPS[0].name
        code = f"{letter}{numbers[letter]:02d}"
        zones.append(Zone(code=code, name=name, stage=stage, areas=areas, schools=served, town=bool(town)))
    return zones


def zone_of(zones: list[Zone], stage: str) -> pd.Series:
    """Return the catchment of each village, of one stage."""
    pairs = {area: zone.code for zone in zones if zone.stage == stage for area in zone.areas}
    return pd.Series(pairs, name="catchment").sort_index()


def zone_layer(zones: list[Zone], land: Land) -> gpd.GeoDataFrame:
    """Return the catchments as polygons, with the columns of the contract."""
    shapes = [shapely.coverage_union_all(land.areas.geometry.loc[list(zone.areas)].to_numpy()) for zone in zones]
    table = pd.DataFrame(
        {
            "catchment": [zone.code for zone in zones],
            "name": [zone.name for zone in zones],
            "stage": [zone.stage for zone in zones],
            "schools": [";".join(zone.schools) for zone in zones],
        },
    )
    return gpd.GeoDataFrame(table, geometry=shapely.normalize(shapes), crs=land.areas.crs)


_Drawn = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _in_town(
    land: Land, drawn: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]], stage: str, codes: dict[str, str]
) -> Iterator[_Drawn]:
    for name, (communities, names) in drawn.items():
        yield stage, name, _communities(land, communities), tuple(codes[school] for school in names)


def _communities(land: Land, names: tuple[str, ...]) -> tuple[str, ...]:
    wanted = [f"{name}社区" for name in names]
    return tuple(land.areas.index[land.areas["name"].isin(wanted)])


def _codes(schools: list[School]) -> dict[str, str]:
    return {school.name: school.code for school in schools}


def _of_stage(land: Land, schools: list[School], township: str, stage: str) -> list[School]:
    own = set(land.areas.index[land.areas["township"] == township])
    return [s for s in schools if s.area in own and any(section.stage == stage for section in s.sections)]


def _primary(land: Land, schools: list[School]) -> Iterator[_Drawn]:
    yield from _in_town(land, _PRIMARY_OF_TOWN, PRIMARY, _codes(schools))
    for township in TOWNSHIPS[1:]:
        areas = land.areas.index[land.areas["township"] == township.name]
        here = _of_stage(land, schools, township.name, PRIMARY)
        heads = [school for school in here if school.role == "central"]
        if township.name in _OWN_AREAS:
            heads += [school for school in here if school.role == "village"]
        nearest = _nearest(land, areas, heads)
        stands = nearest.to_dict()
        for head in heads:
            own = tuple(nearest.index[nearest == head.code])
            # a teaching point serves those around it, whichever school is the head
            served = [s.code for s in here if s is head or (s not in heads and stands[s.area] == head.code)]
            name = f"{township.name}片区" if len(heads) == 1 else f"{head.name}片区"
            yield PRIMARY, name, own, tuple(served)


def _nearest(land: Land, areas: pd.Index, heads: list[School]) -> pd.Series:
    """Return the code of the nearest of these schools, by village."""
    points = shapely.get_coordinates(land.centres.loc[areas].to_numpy())
    middles = shapely.get_coordinates(land.centres.loc[[head.area for head in heads]].to_numpy())
    apart = np.linalg.norm(points[:, None, :] - middles[None, :, :], axis=2)
    return pd.Series([heads[place].code for place in apart.argmin(axis=1)], index=areas)


def _junior(land: Land, schools: list[School]) -> Iterator[_Drawn]:
    codes = _codes(schools)
    yield from _in_town(land, _JUNIOR_OF_TOWN, JUNIOR, codes)
    for township in TOWNSHIPS[1:]:
        areas = tuple(land.areas.index[land.areas["township"] == township.name])
        elsewhere = _JUNIOR_ELSEWHERE.get(township.name)
        served = [codes[elsewhere]] if elsewhere else [s.code for s in _of_stage(land, schools, township.name, JUNIOR)]
        yield JUNIOR, f"{township.name}初中片区", areas, tuple(served)


def _units(land: Land, schools: list[School]) -> Iterator[_Drawn]:
    groups = {f"{name}幼儿园单元": _communities(land, communities) for name, communities in _UNITS_OF_TOWN.items()}
    for township in TOWNSHIPS[1:]:
        groups[f"{township.name}幼儿园单元"] = tuple(land.areas.index[land.areas["township"] == township.name])
    for name, areas in groups.items():
        served = [s.code for s in schools if s.area in areas and any(x.stage == KINDERGARTEN for x in s.sections)]
        yield KINDERGARTEN, name, areas, tuple(served)
