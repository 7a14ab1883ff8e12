"""
Codes that a Chinese bureau's tables carry: of schools, types of school, divisions, and town or country.

A column is checked only if it looks like such codes, which is if four of five
of its values are; a project that numbers its schools in its own way is left
alone. What does not fit is a warning: a code decides nothing in the plan.

The lists are those of GB/T 33782-2017 (table 4, types of school; table 5, town
and country), of the annex of 学校(机构)代码管理办法 (教育部, 2011; categories of
school) and of GB/T 2260 (provinces), each as secondary sources quote it.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple
from typing import get_args

import pandas as pd

from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.seats.classes.school_types import shipped_codes

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from schoolmap.errors import Fault
    from schoolmap.inputs.checks.named import Named

Level = Literal["kindergarten", "primary", "junior", "senior"]
Group = Literal["urban", "town", "rural"]
Township = Literal["street", "town", "township", "enterprise"]

_MOST = 0.8
"""Share of the values of a column that must be such codes before the others are called wrong."""
_FEWEST = 3
"""Values of which fewer say nothing about a column."""

_ENTRY_AGES: dict[Level, range] = {
    "kindergarten": range(6),
    "primary": range(6, 8),
    "junior": range(11, 14),
    "senior": range(14, 17),
}
"""Youngest age of a stage, by its level: primary schools of five years and of six end at 10 or 11."""
_OLDEST_AGES: dict[Level, int] = {"kindergarten": 6, "primary": 12, "junior": 15, "senior": 18}


class Names(NamedTuple):
    """What a code stands for."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolType:
    """A type of school (办学类型)."""

    zh: str
    en: str
    levels: tuple[Level, ...] = ()
    """Levels that it teaches; none where that is left open."""
    attached: bool = False
    """Whether it is classes at a school of another type, and no school."""


PROVINCES = frozenset(
    map(
        str,
        (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82),
    ),
)
"""First two digits of a division (GB/T 2260)."""

CATEGORIES: dict[str, Names] = {
    "11": Names("幼儿园", "kindergarten"),
    "21": Names("普通小学", "primary school"),
    "22": Names("成人小学", "primary school for adults"),
    "31": Names("普通初中", "junior secondary school"),
    "32": Names("职业初中", "vocational junior secondary school"),
    "33": Names("成人初中", "junior secondary school for adults"),
    "34": Names("普通高中、完全中学", "senior or complete secondary school"),
    "35": Names("成人高中", "senior secondary school for adults"),
    "36": Names("中等职业学校", "vocational secondary school"),
    "37": Names("工读学校", "reform school"),
    "41": Names("普通高等学校", "university or college"),
    "42": Names("成人高等学校", "college for adults"),
    "51": Names("特殊教育学校", "special school"),
    "91": Names("培养研究生的科研机构", "research institute"),
    "92": Names("民办的其他高等教育机构", "other private higher education"),
    "93": Names("中等职业培训机构", "vocational training institute"),
}
"""First two digits of a school's code: its category."""

_OF_CATEGORY: dict[str, tuple[Level, ...]] = {
    "11": ("kindergarten",),
    "21": ("primary",),
    # a nine-year school is coded as a junior one
    "31": ("primary", "junior"),
    "34": ("primary", "junior", "senior"),
}
_MUST_TEACH: dict[str, Level] = {"11": "kindergarten", "21": "primary", "31": "junior", "34": "senior"}


@functools.cache
def school_types() -> dict[str, SchoolType]:
    """
    Return the types of school (办学类型) with their names, as `seats.classes.school_types` ships them.

    Examples
    --------
    >>> school_types()["312"].zh, school_types()["312"].levels
    ('九年一贯制学校', ('primary', 'junior'))
    """
    codes = shipped_codes()
    return {
        code: SchoolType(
            zh=codes.names[code]["zh"],
            en=codes.names[code]["en"],
            levels=tuple(level for level in get_args(Level) if level in codes.stages[code]),
            attached=role == "attached",
        )
        for code, role in codes.roles.items()
    }


_LISTED_CATEGORIES = ("11", "21", "31", "34")
"""Categories all of whose types are listed."""

URBAN_RURAL: dict[str, tuple[Names, Group | None]] = {
    "1": (Names("城镇", "towns"), None),
    "11": (Names("城区", "city"), "urban"),
    "111": (Names("主城区", "main city"), "urban"),
    "112": (Names("城乡结合区", "edge of a city"), "urban"),
    "12": (Names("镇区", "town"), "town"),
    "121": (Names("镇中心区", "centre of a town"), "town"),
    "122": (Names("镇乡结合区", "edge of a town"), "town"),
    "123": (Names("特殊区域", "special area"), "town"),
    "2": (Names("乡村", "country"), "rural"),
    "210": (Names("乡中心区", "centre of a township"), "rural"),
    "220": (Names("村庄", "village"), "rural"),
}
"""Town and country (GB/T 33782-2017, table 5), with the group of the education statistics: 城区, 镇区, 乡村."""

_SCHOOL_CODE = re.compile(rf"(?:{'|'.join(CATEGORIES)})\d{{8}}", re.ASCII)
_DIVISION = re.compile(rf"(?:{'|'.join(sorted(PROVINCES))})\d{{4}}(?:(\d{{3}})(\d{{3}})?)?", re.ASCII)
_THREE_DIGITS = re.compile(r"\d{3}", re.ASCII)
_HIGHEST_SEGMENT = 599
_TOWNSHIPS: tuple[tuple[int, Township], ...] = ((99, "street"), (199, "town"), (399, "township"), (599, "enterprise"))


def is_school_code(code: str) -> bool:
    """
    Say whether a code is a school's (学校(机构)标识码): two digits of category, two of province, six of a series.

    Examples
    --------
    >>> is_school_code("2143000001"), is_school_code("01G07"), is_school_code("9943000001")
    (True, False, False)
    """
    return _SCHOOL_CODE.fullmatch(code) is not None and code[2:4] in PROVINCES


def is_division(code: str) -> bool:
    """
    Say whether a code is a division's (区划代码): of a county (6 digits), a township (9) or a village (12).

    The segments of township and village go up to 599; zeros stand for the whole.

    Examples
    --------
    >>> [is_division(code) for code in ("431222", "431222100", "431222100201", "431222700", "01011101")]
    [True, True, True, False, False]
    """
    found = _DIVISION.fullmatch(code)
    if found is None:
        return False
    township, village = (int(part or 0) for part in found.groups())
    return township <= _HIGHEST_SEGMENT and village <= _HIGHEST_SEGMENT and not (village and not township)


def is_school_type(code: str) -> bool:
    """
    Say whether a code is a type of school (办学类型).

    Types of adult, vocational, special and higher education are taken as they
    come; those of kindergartens and general schools must be listed.

    Examples
    --------
    >>> is_school_type("211"), is_school_type("217"), is_school_type("411"), is_school_type("小学")
    (True, False, True, False)
    """
    if code in school_types():
        return True
    category = code[:2]
    other = category in CATEGORIES and category not in _LISTED_CATEGORIES
    return other and _THREE_DIGITS.fullmatch(code) is not None


def township_kind(code: str) -> Township | None:
    """
    Say what the township of a division is: 街道, 镇, 乡, or a farm or zone that governs itself (政企合一).

    Examples
    --------
    >>> township_kind("431222001001"), township_kind("431222100"), township_kind("431222")
    ('street', 'town', None)
    """
    segment = int(code[6:9] or 0) if is_division(code) else 0
    return next((kind for last, kind in _TOWNSHIPS if 0 < segment <= last), None)


def urban_rural_group(code: str) -> Group | None:
    """
    Return the group of the education statistics that a class of town and country belongs to.

    Parameters
    ----------
    code
        A code of GB/T 33782 table 5, or its Chinese name.

    Returns
    -------
    group
        `urban` (城区: 111, 112), `town` (镇区: 121, 122, 123) or `rural` (乡村:
        210, 220); nothing for `1` (城镇), which may be either, and for what is
        no such code.

    Examples
    --------
    >>> [urban_rural_group(code) for code in ("112", "123", "210", "镇区", "1", "Altstadt")]
    ['urban', 'town', 'rural', 'town', None, None]
    """
    if code in URBAN_RURAL:
        return URBAN_RURAL[code][1]
    return next((group for names, group in URBAN_RURAL.values() if names.zh == code.strip()), None)


def level_of(ages: tuple[int, int]) -> Level | None:
    """
    Return the level that a stage of these ages is; nothing for a stage that is several levels or none.

    Examples
    --------
    >>> [level_of(ages) for ages in ((3, 5), (6, 11), (6, 10), (12, 14), (11, 14), (6, 14))]
    ['kindergarten', 'primary', 'primary', 'junior', 'junior', None]
    """
    youngest, oldest = ages
    return next(
        (level for level, entry in _ENTRY_AGES.items() if youngest in entry and oldest <= _OLDEST_AGES[level]), None
    )


def looks_like(values: Iterable[object], fits: Callable[[str], bool]) -> bool:
    """
    Say whether values look like codes of some kind: at least three of them, and four of five of them.

    Examples
    --------
    >>> looks_like(["111", "220", "220", "121", "999"], lambda code: urban_rural_group(code) is not None)
    True
    >>> looks_like(["01G07", "01G08", "01G09"], is_school_code)
    False
    """
    texts = [value for value in values if isinstance(value, str)]
    fitting = sum(map(fits, texts))
    return fitting >= _FEWEST and fitting >= _MOST * len(texts)


def school_codes(schools: Named) -> list[Fault]:
    """Warn of codes of schools (标识码) that are none, where most are."""
    wording = Wording(
        "is no code of a school, though most others are: two digits of category, two of province, six of a series.",
        "Compare it with the school's certificate or the annual return.",
        "不是学校(机构)标识码,而其他大多是:应为 2 位类别、2 位省级区划、6 位序号,共 10 位。",
        "请与年报或代码证书核对。",
    )
    return _misfits(schools, "school", is_school_code, wording)


def division_codes(areas: Named) -> list[Fault]:
    """Warn of codes of areas that are no divisions (区划代码), or of another province, where most are."""
    wording = Wording(
        "is no code of a division, though most others are: 6 digits of the county, 9 of the township, 12 of the village.",
        "Compare it with the list of the statistical bureau.",
        "不是区划代码,而其他大多是:县级 6 位、乡级 9 位、村级 12 位。",
        "请与统计用区划代码核对。",
    )
    faults = _misfits(areas, "area", is_division, wording)
    if not looks_like(areas.frame["area"], is_division):
        return faults
    codes = areas.frame["area"].dropna()
    codes = codes[codes.map(is_division)]
    usual = _usual_province(codes)
    if usual is None:
        return faults
    elsewhere = Wording(
        f"begins with another province than most others, which have {usual}.",
        "Correct the first two digits.",
        f"省级区划与多数({usual})不同。",
        "请更正前两位。",
    )
    strange = [
        areas.fault(elsewhere, row=row, column="area", value=code, severity=Severity.WARNING)
        for row, code in codes[codes.str[:2] != usual].items()
    ]
    return [*faults, *areas.first(strange, column="area")]


def province_of_schools(schools: Named, areas: Named) -> list[Fault]:
    """Warn of schools whose code is of another province than the areas', where both are national codes."""
    codes = schools.frame["school"].dropna()
    usual = _usual_province(areas.frame["area"].dropna())
    if usual is None or not looks_like(areas.frame["area"], is_division) or not looks_like(codes, is_school_code):
        return []
    codes = codes[codes.map(is_school_code)]
    faults = []
    for row, code in codes[codes.str[2:4] != usual].items():
        wording = Wording(
            f"has province {code[2:4]} in its code, but the areas are in {usual}.",
            "Correct digits 3 and 4, or ask for the school's own code.",
            f"标识码第 3、4 位为 {code[2:4]},而小区域在 {usual}。",
            "请更正,或核实该校标识码。",
        )
        faults.append(schools.fault(wording, row=row, column="school", value=code, severity=Severity.WARNING))
    return schools.first(faults, column="school")


def types_known(schools: Named) -> list[Fault]:
    """Warn of types of school (办学类型) that the standard does not list, where most are listed."""
    wording = Wording(
        "is no type of school of GB/T 33782, though most others are.",
        "Write its code, such as 211 (primary school) or 312 (nine-year school).",
        "不是 GB/T 33782 的办学类型代码,而其他大多是。",
        "请填写代码,如 211(小学)、312(九年一贯制学校)。",
    )
    return _misfits(schools, "type", is_school_type, wording)


def urban_rural_known(table: Named) -> list[Fault]:
    """Warn of classes of town and country that the standard does not list, where most are listed."""
    wording = Wording(
        "is no class of town and country of GB/T 33782, though most others are.",
        f"Known are {', '.join(URBAN_RURAL)}.",
        "不是 GB/T 33782 的城乡分类代码,而其他大多是。",
        f"可用:{'、'.join(URBAN_RURAL)}。",
    )
    return _misfits(table, "urban_rural", lambda code: code in URBAN_RURAL, wording)


def types_against_sections(schools: Named, sections: Named, *, ages: Mapping[str, tuple[int, int]]) -> list[Fault]:
    """
    Warn of schools whose type, or the category in their code, contradicts the stages that they teach.

    A school must teach the level that it is named after, if the project plans
    that level, and no level that it is not for. Kindergarten classes may be
    attached to any school; others may be where the section says so (`rooms_of`).

    Parameters
    ----------
    schools
        With `school`, and `type` where it is known.
    sections
        With `school` and `stage`, and `rooms_of` where classes are attached.
    ages
        Youngest and oldest age of each stage; they tell its level.

    Returns
    -------
    faults
        Warnings, one for each school: of its type if it has one, else of its code.
    """
    planned = {stage: level for stage, level in ((name, level_of(span)) for name, span in ages.items()) if level}
    frame = sections.frame
    own = pd.DataFrame({"school": frame["school"], "level": frame["stage"].map(planned)}).dropna()
    attached = frame["rooms_of"].notna() if "rooms_of" in frame else pd.Series(data=False, index=frame.index)
    everything = own.groupby("school")["level"].agg(set)
    regular = own[~attached.reindex(own.index)].groupby("school")["level"].agg(set)
    coded = looks_like(schools.frame["school"], is_school_code)
    types = (
        schools.frame["type"] if "type" in schools.frame else pd.Series(None, index=schools.frame.index, dtype=object)
    )
    typed = looks_like(types, is_school_type)
    faults = []
    for row, school in schools.frame["school"].dropna().items():
        if school not in everything.index:
            continue
        given = types.at[row]
        kind = given if typed and isinstance(given, str) else ""
        category = school[:2] if coded and is_school_code(school) else ""
        known = school_types().get(kind)
        taught, of_its_own = everything[school], regular.get(school, set())
        wording = None
        if known is not None and known.levels:
            must = set(known.levels) & set(planned.values())
            names = Names(f"{kind}({known.zh})", f"{kind} ({known.en})")
            wording = _contradiction(names, of_its_own - set(known.levels), must - taught)
            if wording is None and category and not known.attached and kind[:2] != category:
                wording = _other_category(names, category)
            column, value = "type", kind
        elif category in _OF_CATEGORY:
            must = {_MUST_TEACH[category]} & set(planned.values())
            names = Names(
                f"标识码类别 {category}({CATEGORIES[category].zh})", f"category {category} ({CATEGORIES[category].en})"
            )
            wording = _contradiction(names, of_its_own - set(_OF_CATEGORY[category]), must - taught)
            column, value = "school", school
        if wording is not None:
            faults.append(schools.fault(wording, row=row, column=column, value=value, severity=Severity.WARNING))
    return schools.first(faults, column="school")


_LEVELS: dict[Level, Names] = {
    "kindergarten": Names("幼儿园", "kindergarten"),
    "primary": Names("小学", "primary"),
    "junior": Names("初中", "junior"),
    "senior": Names("高中", "senior"),
}


def _contradiction(names: Names, strange: set[Level], missing: set[Level]) -> Wording | None:
    """Say which levels a school teaches against its type, else which it lacks."""
    strange = strange - {"kindergarten"}
    levels = [level for level in _LEVELS if level in (strange or missing)]
    if not levels:
        return None
    shown, shown_zh = ", ".join(_LEVELS[level].en for level in levels), "、".join(_LEVELS[level].zh for level in levels)
    has, has_zh = ("has a section of", "却有") if strange else ("has no section of", "却没有")
    return Wording(
        f"{names.en} {has} {shown}.",
        "Correct the code or the stage; classes attached to another section name it in `rooms_of`.",
        f"{names.zh}{has_zh}{shown_zh}学部。",
        "请更正代码或学段;附设班请在 `rooms_of` 中写明所借用的学段。",
    )


def _other_category(names: Names, category: str) -> Wording:
    known = CATEGORIES[category]
    return Wording(
        f"{names.en} has a code of category {category} ({known.en}).",
        "A school that changes its type gets a new code: correct one of the two.",
        f"办学类型为 {names.zh},而标识码类别为 {category}({known.zh})。",
        "学校类别变更后应使用新代码:请更正其一。",
    )


def _usual_province(codes: pd.Series) -> str | None:
    """Return the province of nearly all divisions, if they have one."""
    counted = Counter(code[:2] for code in codes if isinstance(code, str) and is_division(code))
    usual, number = counted.most_common(1)[0] if counted else ("", 0)
    return usual if number and number >= _MOST * counted.total() else None


def _misfits(table: Named, column: str, fits: Callable[[str], bool], wording: Wording) -> list[Fault]:
    """Warn of the values of a column that are no such codes, if the column looks like them."""
    if column not in table.frame or not looks_like(table.frame[column], fits):
        return []
    cells = table.frame[column].dropna()
    wrong = cells[~cells.map(fits).astype(bool)]
    faults = [
        table.fault(wording, row=row, column=column, value=value, severity=Severity.WARNING)
        for row, value in wrong.items()
    ]
    return table.first(faults, column=column)
