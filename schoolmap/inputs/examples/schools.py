"""
The schools of an invented county: which there are, where they stand, what they have.

Who goes there is in `pupils`. A school of several stages is one school with
several sections; attached kindergarten classes are a section of a primary school
that uses its rooms.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import shuffled
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.land import TOWNSHIPS
from schoolmap.inputs.examples.names import COUNTY
from schoolmap.inputs.examples.names import KINDERGARTENS
from schoolmap.inputs.examples.names import NEW_QUARTER
from schoolmap.inputs.examples.names import PROVINCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.inputs.examples.land import Land
    from schoolmap.inputs.examples.land import Township

KINDERGARTEN, PRIMARY, JUNIOR = "kindergarten", "primary", "junior"
GRADES = {
    KINDERGARTEN: ("K1", "K2", "K3"),
    PRIMARY: ("1", "2", "3", "4", "5", "6"),
    JUNIOR: ("7", "8", "9"),
}
SEATS = {KINDERGARTEN: 30, PRIMARY: 45, JUNIOR: 50}
"""Seats of a room, as this county counts them."""
PUBLIC, INCLUSIVE, PRIVATE = "public", "inclusive", "private"
_SERIAL = 990_000
"""Serial numbers begin here, so that no code is likely to be that of a school there is."""
_CATEGORY = {"111": "11", "211": "21", "218": "21", "311": "31", "312": "31"}
_SPREAD_M = 260.0
"""How far a school may stand from the middle of its village."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One stage of a school: its rooms (none: as many as it needs), what it teaches, how much it draws."""

    stage: str
    rooms: int = 0
    grades: tuple[str, ...] = ()
    """Those it teaches; all of its stage if empty."""
    draw: float = 1.0
    """How many of those who could go there do, against the other schools of the catchment."""
    attached: bool = False
    """Whether it uses rooms of the primary section."""
    boarding: int = 0

    @property
    def taught(self) -> tuple[str, ...]:
        """The grades that it teaches."""
        return self.grades or GRADES[self.stage]


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One school as it is invented."""

    name: str
    type: str
    area: str
    """Village or community it stands in."""
    sections: tuple[Section, ...]
    ownership: str = PUBLIC
    operator: str = "教育部门"
    role: str = ""
    """`central`, `village` (完小), `lower` (非完小) or `point` (教学点) of a township; empty in the county town."""
    main: str = ""
    """Name of the central school it belongs to."""
    group: str = ""
    quality: str = ""
    licensed: bool = True
    code: str = ""


_TOWN_PRIMARIES = (
    # name, community, rooms, draw, group
    ("示范县实验小学", "东门", 27, 1.00, "实验小学教育集团"),
    ("文庙小学", "文庙", 18, 0.56, "实验小学教育集团"),
    ("北苑小学", "北苑", 21, 1.00, "北苑小学教育联盟"),
    ("西街小学", "西街", 24, 1.00, ""),
    ("南城小学", "南城", 32, 1.00, ""),
    ("桥头小学", "桥头", 21, 1.00, ""),
    ("站前小学", "站前", 36, 1.00, "北苑小学教育联盟"),
    ("南园小学", "南园", 18, 1.00, ""),
    ("新城小学", "新城", 36, 1.00, "新城小学教育集团"),
    ("滨江小学", "滨江", 30, 0.78, "新城小学教育集团"),
)
_TOWN_JUNIORS = (
    ("示范县第一初级中学", "北苑", 32, "第一初级中学教育集团"),
    ("示范县第二初级中学", "西街", 32, "第一初级中学教育集团"),
    ("示范县第三初级中学", "南园", 30, "初中教育联盟"),
    ("示范县第四初级中学", "新城", 42, "初中教育联盟"),
)
_RURAL = {
    # township: village primaries, lower primaries, teaching points, whether the central school has nine years
    "石桥镇": (2, 0, 1, False),
    "柳河镇": (2, 0, 1, False),
    "大坪镇": (2, 1, 0, False),
    "枫树镇": (1, 0, 1, False),
    "双溪镇": (2, 0, 1, False),
    "高岭乡": (0, 1, 0, True),
    "松坪乡": (0, 0, 1, True),
    "云盘乡": (0, 1, 0, True),
    "茶山乡": (0, 0, 1, False),
    "岩湾乡": (0, 0, 0, False),
    "竹林乡": (0, 0, 0, True),
}
_JUNIORS_OF_TOWNS = {"石桥镇": 24, "柳河镇": 24, "大坪镇": 24, "枫树镇": 36, "双溪镇": 36}
"""Rooms of the junior schools of townships that have one of their own; two of them serve a neighbour too."""
_ATTACHED_AT = ("石桥镇", "柳河镇", "枫树镇", "双溪镇", "松坪乡", "竹林乡")
"""Townships in which a village or central primary has attached kindergarten classes."""
WITHOUT_PUBLIC_KINDERGARTEN = "云盘乡"
_TOWN_KINDERGARTENS = (
    # ownership, rooms, communities in turn, operator
    (PUBLIC, 12, ("东门", "西街", "南城", "新城"), "教育部门"),
    (PUBLIC, 9, ("站前", "桥头", "滨江"), "教育部门"),
    (PUBLIC, 9, ("工业园",), "集体"),
    (INCLUSIVE, 9, ("北苑", "西街", "学府"), "民办"),
    (INCLUSIVE, 6, ("文庙", "南城", "站前", "桥头", "南园", "工业园", "学府", "滨江", "东门"), "民办"),
    (PRIVATE, 9, ("新城",), "民办"),
    (PRIVATE, 4, ("北苑", "文庙", "南园"), "民办"),
    (PRIVATE, 3, ("站前",), "民办"),
)
"""The last one has no licence."""
_RURAL_KINDERGARTENS = {
    # township: rooms of the public one, of the inclusive private ones, of other private ones
    "石桥镇": (9, (6, 6, 3), (3,)),
    "柳河镇": (9, (6, 4, 4), ()),
    "大坪镇": (9, (6, 4, 3), ()),
    "枫树镇": (9, (6, 6, 4), (3,)),
    "双溪镇": (9, (6, 6, 3), (3,)),
    "高岭乡": (9, (6,), ()),
    "松坪乡": (9, (6,), ()),
    WITHOUT_PUBLIC_KINDERGARTEN: (0, (9, 6), ()),
    "茶山乡": (9, (6,), ()),
    "岩湾乡": (9, (6,), ()),
    "竹林乡": (9, (6,), ()),
}
_UNLICENSED_RURAL = "枫树镇"
_GRADES_OF_QUALITY = ("省级示范", "市级示范", "县一级", "县二级", "")


def make_schools(land: Land, *, seed: int) -> tuple[list[School], gpd.GeoSeries]:
    """
    Invent the schools of the county.

    Returns
    -------
    schools, places
        The schools, with codes; and their points, indexed by code, no two alike.
    """
    schools = [*_primaries_and_juniors(land), *_kindergartens(land, seed)]
    coded = _with_codes(schools)
    return coded, _places(coded, land, stream(seed, "sites"))


def _with_codes(schools: list[School]) -> list[School]:
    serial: dict[str, int] = {}
    coded = []
    for school in schools:
        category = _CATEGORY[school.type]
        serial[category] = serial.get(category, _SERIAL) + 1
        code = f"{category}{PROVINCE}{serial[category]}"
        coded.append(replace(school, code=code))
    return coded


def _community(land: Land, name: str) -> str:
    return str(land.areas.index[land.areas["name"] == f"{name}社区"][0])


def _primaries_and_juniors(land: Land) -> Iterator[School]:
    for name, community, rooms, draw, group in _TOWN_PRIMARIES:
        section = Section(stage=PRIMARY, rooms=rooms, draw=draw)
        yield School(name=name, type="211", area=_community(land, community), sections=(section,), group=group)
    for township in TOWNSHIPS[1:]:
        yield from _rural_primaries(township, land)
    for name, community, rooms, group in _TOWN_JUNIORS:
        section = Section(stage=JUNIOR, rooms=rooms, boarding=200 if "第一" in name else 0)
        yield School(name=name, type="311", area=_community(land, community), sections=(section,), group=group)
    for town, rooms in _JUNIORS_OF_TOWNS.items():
        seat = _of_township(land, town).index[0]
        section = Section(stage=JUNIOR, rooms=rooms, boarding=20 * rooms)
        yield School(
            name=f"{town}初级中学", type="311", area=seat, sections=(section,), role="central", group="初中教育联盟"
        )
    private = (Section(stage=PRIMARY, rooms=15, draw=0.42), Section(stage=JUNIOR, rooms=12, draw=0.30, boarding=150))
    yield School(
        name="明德学校",
        type="312",
        area=_community(land, "学府"),
        sections=private,
        ownership=PRIVATE,
        operator="民办",
    )


def _of_township(land: Land, name: str) -> gpd.GeoDataFrame:
    return land.areas[land.areas["township"] == name]


def _rural_primaries(township: Township, land: Land) -> Iterator[School]:
    """Give a township its central school at its seat, and the others to villages away from it."""
    own = _of_township(land, township.name)
    villages, lower, points, nine = _RURAL[township.name]
    seat = own.index[0]
    chosen = _apart(land, own.index, number=villages + lower + points)
    short = township.name[:-1]
    central = f"{township.name}九年一贯制学校" if nine else f"{township.name}中心小学"
    sections = [Section(stage=PRIMARY, boarding=120 if township.kind == "rural" else 160)]
    if nine:
        sections.append(Section(stage=JUNIOR, rooms=15, boarding=240))
    attached = township.name in _ATTACHED_AT
    if attached and not villages:
        sections.append(Section(stage=KINDERGARTEN, rooms=3, attached=True, draw=0.6))
    yield School(
        name=central,
        type="312" if nine else "211",
        area=seat,
        sections=tuple(sections),
        role="central",
        group="实验小学教育集团" if township.name in {"石桥镇", "松坪乡"} else f"{short}片教育共同体",
    )
    for place, area in enumerate(chosen):
        name = str(own.at[area, "name"]).removesuffix("村")
        if place < villages:
            kept = [Section(stage=PRIMARY, draw=0.40)]
            if attached and place == 0:
                kept.append(Section(stage=KINDERGARTEN, rooms=2, attached=True, draw=0.5))
            yield School(
                name=f"{name}小学",
                type="211",
                area=area,
                sections=tuple(kept),
                role="village",
                main=central,
                group=f"{short}片教育共同体",
            )
        elif place < villages + lower:
            section = Section(stage=PRIMARY, rooms=4, grades=GRADES[PRIMARY][:4], draw=0.30)
            yield School(name=f"{name}小学", type="211", area=area, sections=(section,), role="lower", main=central)
        else:
            taught = GRADES[PRIMARY][: 3 if township.kind == "town" else 2]
            kept = [Section(stage=PRIMARY, rooms=len(taught) + 1, grades=taught, draw=0.20)]
            if township.name in {"石桥镇", "茶山乡"}:
                kept.append(Section(stage=KINDERGARTEN, rooms=1, attached=True, draw=0.25))
            yield School(name=f"{name}教学点", type="218", area=area, sections=tuple(kept), role="point", main=central)


def _apart(land: Land, areas: pd.Index, *, number: int) -> list[str]:
    """Choose villages that are far from the seat and from each other, the largest distance first."""
    points = shapely.get_coordinates(land.centres.loc[areas].to_numpy())
    chosen = [0]
    while len(chosen) <= number:
        gap = np.linalg.norm(points[:, None, :] - points[chosen][None, :, :], axis=2).min(axis=1)
        chosen.append(int(gap.argmax()))
    return [str(areas[place]) for place in chosen[1:]]


def _kindergartens(land: Land, seed: int) -> Iterator[School]:
    rng = stream(seed, "kindergartens")
    names = iter([KINDERGARTENS[place] for place in shuffled(len(KINDERGARTENS), rng)])
    number = 0
    last = len(_TOWN_KINDERGARTENS) - 1
    for place, (ownership, rooms, communities, operator) in enumerate(_TOWN_KINDERGARTENS):
        for community in communities:
            area = _community(land, community)
            if ownership == PUBLIC and operator == "教育部门" and rooms == 12 and community not in NEW_QUARTER:
                number += 1
                name = f"{COUNTY}第{'一二三四'[number - 1]}幼儿园"
            elif ownership == PUBLIC:
                name = f"{community}幼儿园"
            else:
                name = f"{next(names)}幼儿园"
            yield _kindergarten(name, area, ownership, rooms, operator, licensed=place != last, rng=rng)
    for township in TOWNSHIPS[1:]:
        own = _of_township(land, township.name).index
        public, inclusive, private = _RURAL_KINDERGARTENS[township.name]
        if public:
            name = f"{township.name}中心幼儿园"
            yield _kindergarten(name, own[0], PUBLIC, public, "教育部门", licensed=True, rng=rng)
        # the others stand at the seat, then in villages away from it
        elsewhere = [str(own[0]), *_apart(land, own, number=len(inclusive) + len(private))]
        for place, rooms in enumerate((*inclusive, *private)):
            ownership = INCLUSIVE if place < len(inclusive) else PRIVATE
            licensed = ownership == INCLUSIVE or township.name != _UNLICENSED_RURAL
            name = f"{next(names)}幼儿园"
            yield _kindergarten(name, elsewhere[place], ownership, rooms, "民办", licensed=licensed, rng=rng)


def _kindergarten(
    name: str,
    area: str,
    ownership: str,
    rooms: int,
    operator: str,
    *,
    licensed: bool,
    rng: np.random.Generator,
) -> School:
    best = {PUBLIC: 0, INCLUSIVE: 1, PRIVATE: 2}[ownership]
    rank = min(best + int(rng.random() * 3), len(_GRADES_OF_QUALITY) - 1) if licensed else len(_GRADES_OF_QUALITY) - 1
    draw = {PUBLIC: 1.12, INCLUSIVE: 1.0, PRIVATE: 0.78}[ownership] * float(between(0.9, 1.1, rng))
    return School(
        name=name,
        type="111",
        area=area,
        sections=(Section(stage=KINDERGARTEN, rooms=rooms, draw=draw),),
        ownership=ownership,
        operator=operator,
        group="公办园一体化管理" if ownership == PUBLIC else "",
        quality=_GRADES_OF_QUALITY[rank],
        licensed=licensed,
    )


def _places(schools: list[School], land: Land, rng: np.random.Generator) -> gpd.GeoSeries:
    """Place each school near the middle of its village, and inside it."""
    points = []
    for school in schools:
        middle = shapely.get_coordinates(land.centres[school.area])[0]
        shape = land.areas.geometry[school.area]
        while True:
            point = shapely.Point(np.round(middle + between(-_SPREAD_M, _SPREAD_M, rng, size=2)))
            if shape.contains(point) and point not in points:
                break
        points.append(point)
    return gpd.GeoSeries(points, index=pd.Index([school.code for school in schools], name="school"), crs=land.areas.crs)
