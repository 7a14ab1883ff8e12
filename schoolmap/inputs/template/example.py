"""
A small invented county that fills the template: its first records are the template's example rows.

Six villages and communities of a fictitious county, two catchments, six
schools. Every number is made up, by rules that keep the tables true to each
other: pupils by grade are a share of the children of their age, the pupils of a
section are those of its grades, grade 1 is this year's intake. No division has
the code 990101, and no school one of the province 99.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pyproj

from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import gcj02_from_wgs84
from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.tables import by_grade
from schoolmap.tables import grade_number
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from schoolmap.inputs.meanings import Language

Record = dict[str, Any]
"""A record by the contract's names, in the contract's words."""

CRS, DATUM = "EPSG:4546", "GCJ-02"
BASE_YEAR, HORIZON = 2025, 2035
NAME = "example"
TITLE: dict[Language, str] = {
    "zh": "虚构县学位布局规划（示例，数据纯属虚构）",
    "en": "School seats of an invented county (example, synthetic data)",
}
CATCHMENT_FILE: dict[Language, str] = {"zh": "学区.geojson", "en": "catchments.geojson"}
FILLED = (
    "areas",
    "population",
    "births",
    "schools",
    "sections",
    "classes",
    "resources",
    "projects",
    "developments",
    "flows",
)
"""Tables that the example project uses; the others have example rows only."""

_WEST, _SOUTH, _SIDE = 452_000.0, 3_150_000.0, 2_000.0
"""Corner of the county and side of a village, in metres. It says where the county is drawn, not that it lies there."""
_DATE = "2025-08-31"
_BIRTHS = {2020: 0.60, 2021: 0.54, 2022: 0.51, 2023: 0.50, 2024: 0.48}
"""Births of a year as a share of the number in `_AREAS`; so is the next line, by age."""
_AGES = (0.46, 0.50, 0.50, 0.52, 0.56, 0.63, 0.78, 0.82, 0.93, 1.0, 0.9, 0.95, 0.92, 0.9, 0.88, 0.86, 0.84, 0.82)
_ADULTS = 42
"""Residents of 18 years and more, in the same measure."""
_AREAS: tuple[tuple[str, str, str, str, tuple[int, int], int, str], ...] = (
    ("990101001001", "城关社区", "Chengguan", "111", (0, 0), 120, "0101"),
    ("990101001002", "北门社区", "Beimen", "111", (0, 1), 90, "0101"),
    ("990101101001", "柳林社区", "Liulin", "121", (1, 0), 50, "0102"),
    ("990101101201", "河口村", "Hekou", "220", (1, 1), 30, "0102"),
    ("990101101202", "山前村", "Shanqian", "220", (2, 0), 24, "0102"),
    ("990101101203", "松岭村", "Songling", "220", (2, 1), 18, "0102"),
)
"""Code, name, class of place, cell of the grid, births in a usual year, catchment."""
_SCHOOLS: tuple[tuple[str, str, str, str, str, str, str, tuple[int, int]], ...] = (
    ("1199000001", "城关幼儿园", "Chengguan Kindergarten", "public", "111", "111", "", (900, 1100)),
    ("1199000002", "春苗幼儿园", "Chunmiao Kindergarten", "inclusive", "111", "111", "", (1200, 2700)),
    ("2199000001", "城关小学", "Chengguan Primary", "public", "211", "111", "", (1000, 1500)),
    ("2199000002", "柳林镇中心小学", "Liulin Central Primary", "public", "211", "121", "", (2900, 1200)),
    ("2199000003", "松岭教学点", "Songling Teaching Point", "public", "218", "220", "2199000002", (4900, 3100)),
    ("3199000001", "第一初级中学", "First Junior School", "public", "311", "111", "", (1500, 1900)),
)
"""Code, names, ownership, type, class of place, central school, metres from the corner."""
_SECTIONS: tuple[tuple[str, str, int, int, float, str, int], ...] = (
    ("1199000001", "kindergarten", 9, 30, 0.60, "0101", 0),
    ("2199000002", "kindergarten", 3, 30, 0.44, "0102", 0),
    ("1199000002", "kindergarten", 4, 30, 0.28, "0101", 0),
    ("2199000001", "primary", 24, 45, 1.00, "0101", 0),
    ("2199000002", "primary", 12, 45, 0.88, "0102", 90),
    ("2199000003", "primary", 2, 25, 0.10, "0102", 0),
    ("3199000001", "junior", 18, 50, 0.96, "0101;0102", 240),
)
"""School, stage, classrooms, children to a class, share of the catchments' children, catchments, boarders."""
_TEACHING_POINT_GRADES = ("1", "2")


def example_tables(*, language: Language, stages: Sequence[str] = tuple(USUAL_STAGES)) -> dict[str, list[Record]]:
    """
    Return the records of the invented county, by table and by the contract's names.

    Parameters
    ----------
    language
        Of the names and notes.
    stages
        Stages that are wanted; records of others are left out.

    Examples
    --------
    >>> records = example_tables(language="en")
    >>> len(records["areas"]), len(records["schools"]), records["sections"][0]["enrolment"]
    (6, 6, 216)
    """
    sections = [section for section in _sections() if section["stage"] in stages]
    schools = {section["school"] for section in sections}
    tables = {
        "areas": list(_areas(language)),
        "population": list(_population()),
        "births": [
            {"area": area, "year": year, "births": round(born * share)}
            for area, *_, born, _ in _AREAS
            for year, share in _BIRTHS.items()
        ],
        "schools": [school for school in _schools(language) if school["school"] in schools],
        "sections": sections,
        "classes": list(_classes(sections)),
        "resources": list(_resources(sections)),
        "projects": [project for project in _projects(language) if project["stage"] in stages],
        "developments": list(_developments(language)),
        "flows": [flow for flow in _flows() if flow["stage"] in stages],
        "pupils": list(_past(sections)),
        "gates": list(_gates(schools)),
        "sites": list(_sites(language, stages)),
        **_of_people(language),
    }
    # what is said of a stage that is left out is left out with it
    for record in (*tables["projects"], *tables["schools"], *sections):
        for column, known in (("school", schools), ("main_school", schools), ("rooms_of", stages)):
            if column in record and record[column] not in known:
                record.pop(column)
    return tables


def example_catchments(*, language: Language) -> dict[str, Any]:
    """
    Return the two catchments as a GeoJSON document in `CRS`.

    Examples
    --------
    >>> [feature["properties"]["catchment"] for feature in example_catchments(language="en")["features"]]
    ['0101', '0102']
    """
    names = {"0101": ("县城学区", "Town"), "0102": ("柳林学区", "Liulin")}
    columns = {"0101": (0, 1), "0102": (1, 3)}
    headers = ("学区代码", "片区名称") if language == "zh" else ("catchment", "name")
    features = []
    for code, (left, right) in columns.items():
        west, east = _WEST + left * _SIDE, _WEST + right * _SIDE
        ring = [[west, _SOUTH], [east, _SOUTH], [east, _SOUTH + 2 * _SIDE], [west, _SOUTH + 2 * _SIDE], [west, _SOUTH]]
        features.append(
            {
                "type": "Feature",
                "properties": dict(zip(headers, (code, _say(names[code], language)), strict=True)),
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            },
        )
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{CRS.removeprefix('EPSG:')}"}}
    return {"type": "FeatureCollection", "crs": crs, "features": features}


def _say(names: tuple[str, str], language: Language) -> str:
    return names[0] if language == "zh" else names[1]


@cache
def _degrees(east_m: float, north_m: float) -> tuple[float, float]:
    """Return longitude and latitude in `DATUM` of a place measured from the county's corner."""
    to_degrees = pyproj.Transformer.from_crs(CRS, WGS84, always_xy=True)
    lon, lat = to_degrees.transform(_WEST + east_m, _SOUTH + north_m)
    shifted_lon, shifted_lat = gcj02_from_wgs84(np.array([lon]), np.array([lat]))
    # six decimals are a decimetre
    return round(float(shifted_lon[0]), 6), round(float(shifted_lat[0]), 6)


def _place(east_m: float, north_m: float) -> Record:
    return dict(zip(("lon", "lat"), _degrees(east_m, north_m), strict=True))


def _areas(language: Language) -> Iterator[Record]:
    parents = {"001": ("城关街道", "Chengguan"), "101": ("柳林镇", "Liulin")}
    for code, zh, en, kind, (column, row), _, _ in _AREAS:
        yield {
            "area": code,
            "name": _say((zh, en), language),
            "parent": _say(parents[code[6:9]], language),
            "urban_rural": kind,
            **_place((column + 0.5) * _SIDE, (row + 0.5) * _SIDE),
        }


def _population() -> Iterator[Record]:
    for area, *_, born, _ in _AREAS:
        counts = {str(age): round(born * share) for age, share in enumerate(_AGES)} | {"18+": born * _ADULTS}
        for age, count in counts.items():
            yield {"area": area, "age": age, "date": _DATE, "count": count}


def _schools(language: Language) -> Iterator[Record]:
    for code, zh, en, ownership, kind, place, main, (east, north) in _SCHOOLS:
        inclusive = ownership == "inclusive"
        yield {
            "school": code,
            "name": _say((zh, en), language),
            "operator": _say(("民办", "private") if inclusive else ("教育部门", "education bureau"), language),
            "ownership": ownership,
            "type": kind,
            "township": _say(("城关街道", "Chengguan") if place == "111" else ("柳林镇", "Liulin"), language),
            **({"main_school": main} if main else {}),
            "urban_rural": place,
            "licensed": "yes",
            **_place(east, north),
        }


def _sections() -> Iterator[Record]:
    for school, stage, rooms, size, share, catchments, boarders in _SECTIONS:
        pupils = _pupils(stage, share, catchments.split(";"), grades=_grades_taught(school, stage))
        classes = dict(zip(pupils, _spread(rooms, list(pupils.values())), strict=True))
        first, *_, last = pupils
        total = sum(pupils.values())
        attached = stage == "kindergarten" and school.startswith("2")
        teachers = 2 * rooms
        yield {
            "school": school,
            "stage": stage,
            "seats": rooms * size,
            "classrooms": rooms,
            "enrolment": total,
            "catchment": catchments,
            "expandable_classes": 0 if attached else 6,
            "classes": rooms,
            **({"rooms_of": "primary"} if attached else {}),
            **{by_grade("classes", grade): count for grade, count in classes.items()},
            **{by_grade("pupils", grade): count for grade, count in pupils.items()},
            "intake": pupils[first],
            "graduates": pupils[last],
            **({"boarding": boarders, "boarders": round(0.9 * boarders)} if boarders else {}),
            "special_needs": total // 200,
            "teachers": teachers,
            "staff": teachers + rooms // 2,
            "posts": teachers,
        }


def _grades_taught(school: str, stage: str) -> tuple[str, ...]:
    teaching_point = any(code == school and kind == "218" for code, _, _, _, kind, *_ in _SCHOOLS)
    return _TEACHING_POINT_GRADES if teaching_point else grades_of(USUAL_STAGES[stage].ages)


def _pupils(stage: str, share: float, catchments: Sequence[str], *, grades: Iterable[str]) -> dict[str, int]:
    """Return the pupils of each grade: a share of the children of its age in the catchments."""
    born = sum(births for *_, births, catchment in _AREAS if catchment in catchments)
    youngest = USUAL_STAGES[stage].ages[0]
    first = grade_number(grades_of(USUAL_STAGES[stage].ages)[0])
    return {grade: round(born * share * _AGES[youngest + grade_number(grade) - first]) for grade in grades}


def _spread(classes: int, pupils: Sequence[int]) -> list[int]:
    """Spread classes over grades: one each, then always to the grade whose classes are fullest."""
    given = [1] * len(pupils)
    while sum(given) < classes:
        loads = [count / number for count, number in zip(pupils, given, strict=True)]
        given[loads.index(max(loads))] += 1
    return given


def _classes(sections: Sequence[Record]) -> Iterator[Record]:
    """Tell the classes of the first school of each stage one by one; those of the others stand in the sections."""
    told: set[str] = set()
    for section in sections:
        if section["stage"] in told:
            continue
        told.add(section["stage"])
        for grade in grades_of(USUAL_STAGES[section["stage"]].ages):
            count, pupils = section[by_grade("classes", grade)], section[by_grade("pupils", grade)]
            for number in range(count):
                size = pupils // count + (number < pupils % count)
                yield {"school": section["school"], "grade": grade, "class": str(number + 1), "pupils": size}


def _resources(sections: Sequence[Record]) -> Iterator[Record]:
    for section in sections:
        pupils, teachers = section["enrolment"], section["teachers"]
        common = {"school": section["school"], "stage": section["stage"], "teachers_above": round(0.8 * teachers)}
        if section["stage"] == "kindergarten":
            yield {**common, "certified_teachers": teachers, "carers": section["classes"], "play_m2": 4 * pupils}
            continue
        yield {
            **common,
            "backbone_teachers": teachers // 10,
            "arts_sports_teachers": teachers // 9,
            "teaching_m2": 5 * pupils,
            "sports_m2": 8 * pupils,
            "equipment_yuan": 2100 * pupils,
            "multimedia_rooms": section["classrooms"],
            "music_rooms": max(1, section["classes"] // 12),
            "art_rooms": max(1, section["classes"] // 12),
            "exchanged_teachers": teachers // 10,
            "exchangeable_teachers": teachers // 2,
        }


def _projects(language: Language) -> Iterator[Record]:
    yield {
        "project": "X1",
        "name": _say(("城关小学教学楼扩建", "Extension of Chengguan Primary"), language),
        "stage": "primary",
        "kind": "expand",
        "school": "2199000001",
        "opening": "2027-09",
        "seats_added": 270,
        "classes_added": 6,
        "status": "building",
        "probability": 0.9,
        "investment_planned": 2400,
        "investment_arrived": 1500,
        "investment_spent": 1100,
        "priority": 1,
    }
    yield {
        "project": "X2",
        "name": _say(("柳林镇中心幼儿园新建", "New kindergarten of Liulin"), language),
        "stage": "kindergarten",
        "kind": "new",
        "catchment": "0102",
        "opening": "2026-09",
        "seats_added": 120,
        "classes_added": 4,
        "ownership": "public",
        "status": "approved",
        "investment_planned": 900,
        "investment_arrived": 300,
        "priority": 2,
        **_place(3200, 900),
    }
    yield {
        "project": "X3",
        "name": _say(("春苗幼儿园转为公办", "Chunmiao Kindergarten becomes public"), language),
        "stage": "kindergarten",
        "kind": "convert",
        "school": "1199000002",
        "opening": "2028-09",
        "ownership": "public",
        "status": "planned",
    }
    yield {
        "project": "X4",
        "name": _say(("第一初级中学校舍维修", "Repairs of First Junior School"), language),
        "stage": "junior",
        "kind": "improve",
        "school": "3199000001",
        "opening": "2026-09",
        "status": "building",
        "investment_planned": 160,
    }


def _developments(language: Language) -> Iterator[Record]:
    for year, homes in ((2026, 200), (2027, 120)):
        yield {
            "development": "Z1",
            "name": _say(("城北花园", "North Garden"), language),
            "area": "990101001002",
            "type": _say(("商品房", "market"), language),
            "homes": homes,
            "year": year,
            "status": "building",
            "kindergarten_classes": 3 if year == 2026 else 0,
            "handed_over": "no",
            **_place(1000, 3200),
        }


def _flows() -> Iterator[Record]:
    for stage, origin, destination, reason, pupils in (
        ("primary", "0102", "0101", "choice", 24),
        ("primary", "", "0101", "migrant", 30),
        ("kindergarten", "0102", "0101", "choice", 6),
        ("junior", "0102", "", "boarding", 12),
    ):
        yield {
            **({"origin": origin} if origin else {}),
            **({"destination": destination} if destination else {}),
            "stage": stage,
            "reason": reason,
            "pupils": pupils,
        }


def _gates(schools: Collection[str]) -> Iterator[Record]:
    """Two gates of the first school; the second is round the corner."""
    for school, *_, (east, north) in _SCHOOLS:
        if school in schools:
            yield {"school": school, "gate": "1", **_place(east, north)}
            yield {"school": school, "gate": "2", **_place(east + 120, north - 80)}
            return


def _sites(language: Language, stages: Sequence[str]) -> Iterator[Record]:
    """Return a plot at the edge of the town, for the stages that are wanted."""
    # a list of stages is one cell, which no word list turns into Chinese
    named = (USUAL_STAGES[stage].label["zh"] if language == "zh" else stage for stage in stages)
    yield {
        "site": "Y1",
        "name": _say(("北门社区北侧地块", "North of Beimen"), language),
        "stages": ";".join(named),
        "max_classes": 24,
        "min_classes": 12,
        "land_cost": 1200,
        "ready_from": "2027-03",
        "township": _say(("城关街道", "Chengguan"), language),
        "urban_rural": "111",
        **_place(700, 3500),
    }


def _past(sections: Sequence[Record]) -> Iterator[Record]:
    """Pupils of the base year and the one before, as the yearly returns list them."""
    for section in sections:
        for grade in _grades_taught(section["school"], section["stage"]):
            for year in (BASE_YEAR - 1, BASE_YEAR):
                yield {
                    "school": section["school"],
                    "grade": grade,
                    "year": year,
                    "pupils": section[by_grade("pupils", grade)],
                }


def _of_people(language: Language) -> dict[str, list[Record]]:
    """Return what the example project does not use, but the template shows."""
    born: dict[str, int] = defaultdict(int)
    for record in _population():
        born[record["age"]] += record["count"]
    market = _say(("商品房", "market"), language)
    return {
        "yields": [
            {"type": market, "age": age, "years_since": since, "children": children}
            for age, children in (("0-2", 0.08), ("3-5", 0.09))
            for since in (0, 1)
        ],
        "migration": [{"age": "3-5", "rate": 0.01}, {"age": "6-11", "rate": 0.02}],
        "totals": [
            {
                "area": area,
                "date": _DATE,
                "count": sum(record["count"] for record in _population() if record["area"] == area),
            }
            for area, *_ in _AREAS
        ],
        "structure": [{"age": age, "count": count} for age, count in born.items()],
        "marriages": [{"year": 2023, "count": 210}, {"year": 2024, "count": 190}],
        "projection": [
            {"area": _AREAS[0][0], "stage": "primary", "year": year, "count": 640 - 12 * (year - BASE_YEAR)}
            for year in (BASE_YEAR, BASE_YEAR + 1)
        ],
    }
