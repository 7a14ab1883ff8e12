"""
Describe the template workbook as data: its sheets, their columns, the allowed words, the example rows.

Nothing is drawn here. Columns are those of the contracts, headers those of the
aliases, meanings those of `meanings`, example rows the first records of the
invented county, so that a change to any of them changes the template.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Literal

from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.checks.codes import URBAN_RURAL
from schoolmap.inputs.checks.codes import school_types
from schoolmap.inputs.meanings import HOLDERS
from schoolmap.inputs.meanings import UNITS
from schoolmap.inputs.meanings import WORD_MEANINGS
from schoolmap.inputs.meanings import explain
from schoolmap.inputs.meanings import grade_name
from schoolmap.inputs.meanings import header_of
from schoolmap.inputs.meanings import meaning_of
from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.template.example import example_tables
from schoolmap.tables import CONTRACTS
from schoolmap.tables import KINDERGARTEN_GRADES
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import PROJECT_STATUSES
from schoolmap.tables import Kind
from schoolmap.tables import by_grade
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.inputs.meanings import Language
    from schoolmap.inputs.template.example import Record

    Cell = str | float | dt.date | None

Need = Literal["required", "either", "optional"]
Form = Literal[
    "code",
    "text",
    "word",
    "age",
    "date",
    "month",
    "year",
    "whole",
    "decimal",
    "change",
    "share",
    "degrees",
]

EXAMPLE: dict[Language, str] = {"zh": "示例", "en": "example"}
"""Begins the first cell of a row that is no record."""
BOOK: dict[Language, str] = {"zh": "学校数据.xlsx", "en": "school-data.xlsx"}
GUIDE: dict[Language, str] = {"zh": "填写说明", "en": "guide"}
CODES: dict[Language, str] = {"zh": "代码表", "en": "codes"}

NOT_ASKED = {("sections", "published_utilisation")}
"""Columns that the template leaves out: nobody but the maker of a published table has them."""
EITHER = {
    "sections": ("seats", "classrooms"),
    "flows": ("origin", "destination"),
    "projection": ("area", "catchment", "age", "stage"),
}
"""Columns of which one must be filled."""
_FORMS: dict[Kind, Form] = {
    Kind.CODE: "code",
    Kind.TEXT: "text",
    Kind.COUNT: "whole",
    Kind.WHOLE: "whole",
    Kind.CHANGE: "change",
    Kind.DEGREES: "degrees",
    Kind.DATE: "date",
    Kind.MONTH: "month",
    Kind.AGE: "age",
    Kind.YEAR: "year",
    Kind.SHARE: "share",
    Kind.SPEED: "decimal",
}
_MEASURED = {"m2", "10k", "yuan"}
_DECIMALS = {("yields", "children")}
"""Counts that may have a fraction, beside those of the units above."""
_OFFERED = {"school": "schools", "area": "areas", "main_school": "schools", "for_development": "developments"}
"""Columns whose codes stand in the first column of another sheet."""
_NAMED = {"sections", "resources"}
"""Sheets with room for the school's name beside its code; it is not read."""
_PLACED_AFTER = {"schools": "name", "areas": "name"}
"""Tables with places of their own, and the column behind which these stand; else they come last."""
_ROWS_SHOWN = {
    "population": 3,
    "births": 2,
    "sections": 2,
    "classes": 2,
    "projects": 2,
    "gates": 2,
    "developments": 2,
    "yields": 2,
    "pupils": 2,
}
_OF_KINDERGARTENS = {"certified_teachers", "carers", "play_m2"}
_NOT_OF_KINDERGARTENS = {"boarding", "boarders"}

_TITLES: dict[str, tuple[str, Need]] = {
    "areas": ("小区域", "required"),
    "population": ("人口", "either"),
    "births": ("出生", "either"),
    "schools": ("学校", "required"),
    "sections": ("", "required"),
    "projects": ("建设项目", "optional"),
    "developments": ("住宅项目", "optional"),
    "classes": ("班级", "optional"),
    "resources": ("办学条件", "optional"),
    "flows": ("跨片区就读", "optional"),
    "pupils": ("历年在校生", "either"),
    "totals": ("总人口", "either"),
    "structure": ("年龄结构", "either"),
    "marriages": ("初婚登记", "optional"),
    "yields": ("户均儿童", "optional"),
    "migration": ("进城迁移", "optional"),
    "projection": ("现成预测", "either"),
    "gates": ("校门", "optional"),
    "sites": ("备选用地", "optional"),
}
"""Sheets in the order of the workbook; `sections` has one for each stage. `either`: one source of children is needed."""
_ABOUT: dict[str, tuple[str, str]] = {
    "areas": (
        "每个村、社区一行，用代表点（村委会、居委会）坐标",
        "one row for each village or community, with a point",
    ),
    "population": ("每个小区域、每个年龄一行", "one row for each area and age"),
    "births": ("每个小区域、每年一行", "one row for each area and year"),
    "schools": ("每所学校（园、教学点）一行，用校门坐标", "one row for each school, with a point"),
    "sections": ("办{stage}的每所学校一行", "one row for each school that has this stage"),
    "projects": ("每个项目、每个学段一行", "one row for each project and stage"),
    "developments": ("每个在建、拟建楼盘一行，分年竣工的分行", "one row for each housing development and year"),
    "classes": ("每个班一行（用于大班额核算）", "one row for each class"),
    "resources": ("每所学校每个学段一行（用于优质均衡、普及普惠）", "one row for each school and stage"),
    "flows": ("每个流向、学段一行", "one row for each flow and stage"),
    "pupils": ("每所学校、每个年级、每个学年一行", "one row for each school, grade and school year"),
    "totals": ("没有分年龄人口时：每个小区域一行", "where no ages are known: one row for each area"),
    "structure": ("没有分年龄人口时：全县每个年龄一行", "where no ages are known: one row for each age of the whole"),
    "marriages": ("每年一行", "one row for each year"),
    "yields": ("新建住宅每户的儿童数，每个年龄、每个竣工后年数一行", "children per new home, by age and years"),
    "migration": ("乡村儿童每年迁入县城的比例，每个年龄一行", "share of rural children who move to town, by age"),
    "projection": ("已有现成预测时才填，按原样采用", "a ready projection, used as given"),
    "sites": (
        "每块可建学校的用地一行，用地块中心坐标；不填则建议新建时注明用地待定",
        "one row for each plot where a school could be built, with a point",
    ),
    "gates": (
        "每个校门一行，用于量算上学路程；不填则用学校的坐标",
        "one row for each gate, to measure the way to school",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One column of a sheet.

    Attributes
    ----------
    column
        Name in the contract, `lon` or `lat`; empty where nothing is read.
    header
        What stands at its head.
    comment
        What it means, its unit, whether it must be filled, who has it.
    words
        What a cell may hold; none where anything of its form may stand there.
    strict
        Whether other words are refused, or only asked about.
    offered
        Table whose codes are offered.
    """

    column: str
    header: str
    comment: str
    form: Form
    need: Need
    words: tuple[str, ...] = ()
    strict: bool = True
    offered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of the workbook: a table, or its part for one stage."""

    title: str
    table: str
    about: str
    need: Need
    fields: tuple[Field, ...]
    examples: tuple[tuple[Cell, ...], ...] = ()
    """Example rows; their first cell begins with `EXAMPLE`."""
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Allowed words of a column, each with its meaning, for the sheet of codes."""

    title: str
    words: tuple[tuple[str, str], ...]


def describe_sheets(stages: Sequence[str], *, language: Language) -> tuple[Sheet, ...]:
    """
    Describe every sheet of tables, in the workbook's order.

    Parameters
    ----------
    stages
        Of `USUAL_STAGES`, in order.
    language
        `zh`, or `en`, which has the contracts' own names as headers.

    Examples
    --------
    >>> [sheet.title for sheet in describe_sheets(["kindergarten", "primary"], language="zh")][:6]
    ['小区域', '人口', '出生', '学校', '幼儿园', '小学']
    """
    examples = example_tables(language=language, stages=stages)
    sheets: list[Sheet] = []
    for table, (chinese, need) in _TITLES.items():
        for stage in stages if table == "sections" else [""]:
            title = chinese if language == "zh" else table
            if stage:
                title = USUAL_STAGES[stage].label["zh"] if language == "zh" else stage
            about = _ABOUT[table][language == "en"]
            sheet = Sheet(
                title=title,
                table=table,
                stage=stage,
                about=about.format(stage=USUAL_STAGES[stage].label[language]) if stage else about,
                need=need,
                fields=tuple(_fields(table, stage, stages, language)),
            )
            rows = rows_of(sheet, examples, language=language)[: _ROWS_SHOWN.get(table, 1)]
            sheets.append(replace(sheet, examples=tuple(_marked(row, language) for row in rows)))
    return tuple(sheets)


def rows_of(sheet: Sheet, tables: Mapping[str, Sequence[Record]], *, language: Language) -> list[tuple[Cell, ...]]:
    """Return the records of a sheet, given by the contract's names and words, as the cells that a person would type."""
    names = {record["school"]: record["name"] for record in tables.get("schools", ())}
    return [
        tuple(
            _cell(field, record.get(field.column) if field.column else names.get(record["school"]), language)
            for field in sheet.fields
        )
        for record in tables.get(sheet.table, ())
        if not sheet.stage or record["stage"] == sheet.stage
    ]


def describe_words(stages: Sequence[str], *, language: Language) -> tuple[WordList, ...]:
    """
    List the allowed words, and the codes that columns usually hold, with their meanings.

    Examples
    --------
    >>> [listed.words[0] for listed in describe_words(["primary"], language="zh")][:2]
    [('小学', '6-11 岁'), ('一年级', '小学')]
    """
    zh = language == "zh"
    ages = {stage: "-".join(map(str, USUAL_STAGES[stage].ages)) + (" 岁" if zh else "") for stage in stages}
    listed = [
        WordList(
            title="学段" if zh else "stage",
            words=tuple((_stage_word(stage, language), ages[stage]) for stage in stages),
        ),
        WordList(
            title="年级" if zh else "grade",
            words=tuple(
                (grade_name(grade, language), _stage_label(stage, language))
                for stage in stages
                for grade in _grades(stage)
            ),
        ),
    ]
    titles = {"ownership": "办别", "kind": "项目类型", "status": "项目状态", "reason": "原因"}
    for column, title in titles.items():
        meanings = WORD_MEANINGS[column]
        chosen = zip(_chinese(column, tuple(meanings)) if zh else meanings, meanings.values(), strict=True)
        listed.append(
            WordList(title=title if zh else column, words=tuple((word, says[language]) for word, says in chosen)),
        )
    listed += [
        WordList(title="城乡类型" if zh else "urban_rural", words=_coded(URBAN_RURAL_CODES, language)),
        WordList(title="办学类型代码" if zh else "type", words=_coded(_school_type_codes(), language)),
    ]
    return tuple(listed)


URBAN_RURAL_CODES: dict[str, tuple[str, str]] = {
    code: (names.zh, names.en) for code, (names, group) in URBAN_RURAL.items() if group and len(code) == 3
}


def _school_type_codes() -> dict[str, tuple[str, str]]:
    """Return the types of school that a bureau of basic education has."""
    taught = {"kindergarten", "primary", "junior"}
    return {code: (kind.zh, kind.en) for code, kind in school_types().items() if taught & set(kind.levels)}


def _coded(codes: Mapping[str, tuple[str, str]], language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((code, names[language == "en"]) for code, names in codes.items())


def _stage_label(stage: str, language: Language) -> str:
    return USUAL_STAGES[stage].label[language]


def _stage_word(stage: str, language: Language) -> str:
    return _chinese("stage", (stage,))[0] if language == "zh" else stage


def _grades(stage: str) -> tuple[str, ...]:
    """Return the grades of a stage of which a class can be."""
    grades = grades_of(USUAL_STAGES[stage].ages)
    return (*grades, MIXED_GRADE) if set(grades) & set(KINDERGARTEN_GRADES) else grades


def _chinese(column: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Return the first Chinese word for each allowed one."""
    if column == "grade":
        return tuple(grade_name(grade, "zh") for grade in allowed)
    return tuple(next(zh for zh, word in WORDS[column].items() if word == wanted) for wanted in allowed)


def _fields(table: str, stage: str, stages: Sequence[str], language: Language) -> list[Field]:
    """Return the columns of a sheet, those that every stage has and those of its grades."""
    names = [name for name in CONTRACTS[table].columns if (table, name) not in NOT_ASKED]
    if table == "sections":
        grades = [by_grade(what, grade) for grade in _grades(stage) for what in ("classes", "pupils")]
        every = {name for name in names if "_" in name and by_grade(*name.rsplit("_", 1)) in _ALL_BY_GRADE}
        lacking = every | {"stage"} | (_NOT_OF_KINDERGARTENS if stage == "kindergarten" else set())
        lacking |= {"rooms_of"} if len(stages) == 1 else set()
        names = [name for name in names if name not in lacking]
        place = names.index("intake")
        names = [*names[:place], *grades, *names[place:]]
    if table == "resources" and "kindergarten" not in stages:
        names = [name for name in names if name not in _OF_KINDERGARTENS]
    if CONTRACTS[table].geometry != "none":
        place = names.index(_PLACED_AFTER[table]) + 1 if table in _PLACED_AFTER else len(names)
        names = [*names[:place], "lon", "lat", *names[place:]]
    fields = [_field(table, name, stages, language) for name in names]
    return [fields[0], _UNREAD[language], *fields[1:]] if table in _NAMED else fields


_UNREAD: dict[Language, Field] = {
    "zh": Field(
        column="",
        header="学校名称",
        comment="含义：学校名称，便于填写和核对\n要求：可不填，不读取（以“学校”表为准）",
        form="text",
        need="optional",
    ),
    "en": Field(
        column="",
        header="school name",
        comment="meaning: name of the school, for you\nneed: not read; the sheet of schools decides",
        form="text",
        need="optional",
    ),
}


_ALL_BY_GRADE = {name for name in CONTRACTS["sections"].columns if name.startswith(("classes_", "pupils_"))}


def _field(table: str, column: str, stages: Sequence[str], language: Language) -> Field:
    spec = CONTRACTS[table].columns.get(column)
    meaning = meaning_of(table, column)
    form = "degrees" if spec is None else _FORMS[spec.kind]
    if meaning.unit in _MEASURED or (table, column) in _DECIMALS:
        form = "decimal"
    # a layer of points needs a place for every record, but a project may have none yet
    placed = spec is None and CONTRACTS[table].geometry != "optional"
    need: Need = "required" if placed or (spec is not None and spec.required) else "optional"
    if column in EITHER.get(table, ()):
        need = "either"
    words, strict = _words(table, column, stages, language)
    offered = _OFFERED.get(column, "")
    own_key = CONTRACTS[table].key == (column,)
    return Field(
        column=column,
        header=header_of(table, column, language),
        comment=_comment(table, column, need, language),
        form="word" if words else form,
        need=need,
        words=words,
        strict=strict,
        offered="" if own_key else offered,
    )


def _words(table: str, column: str, stages: Sequence[str], language: Language) -> tuple[tuple[str, ...], bool]:
    """Return the words that a cell may hold, and whether no other ones are taken."""
    zh = language == "zh"
    if column in {"stage", "rooms_of"}:
        return tuple(_stage_word(stage, language) for stage in stages), True
    if column == "urban_rural":
        return tuple(URBAN_RURAL_CODES), False
    if (table, column) == ("schools", "type"):
        return tuple(_school_type_codes()), False
    if (table, column) == ("developments", "status"):
        return _chinese("status", PROJECT_STATUSES) if zh else PROJECT_STATUSES, False
    spec = CONTRACTS[table].columns.get(column)
    allowed = () if spec is None else spec.allowed
    if column == "grade":
        allowed = tuple(grade for stage in stages for grade in _grades(stage) if grade in allowed)
    return (_chinese(column, allowed) if zh else allowed), True


_NEEDS: dict[Need, dict[Language, str]] = {
    "required": {"zh": "必填", "en": "required"},
    "either": {"zh": "几列中至少填一列", "en": "one of several is required"},
    "optional": {"zh": "选填，不清楚的留空", "en": "optional; leave it empty where it is not known"},
}


def _comment(table: str, column: str, need: Need, language: Language) -> str:
    meaning, zh = meaning_of(table, column), language == "zh"
    parts = [
        ("含义", "meaning", explain(table, column, language)),
        ("单位", "unit", UNITS[meaning.unit][language] if meaning.unit else ""),
        ("要求", "need", _NEEDS[need][language]),
        ("来源", "who has it", HOLDERS[meaning.holder][language] if meaning.holder else ""),
    ]
    return "\n".join(f"{label if zh else en}{'：' if zh else ': '}{text}" for label, en, text in parts if text)


def _cell(field: Field, value: object, language: Language) -> Cell:
    """Return a value of a record as the cell that a person would type."""
    if value is None or value == "":
        return None
    if field.form == "date":
        return dt.date.fromisoformat(str(value))
    if field.form == "month":
        return dt.date.fromisoformat(f"{value}-01")
    if isinstance(value, (int, float)):
        return value
    text = str(value)
    if field.words and language == "zh" and text not in field.words:
        return _chinese(field.column, (text,))[0]
    return text


def _marked(row: tuple[Cell, ...], language: Language) -> tuple[Cell, ...]:
    """Mark a row as an example in its first cell."""
    first = "" if row[0] is None else f" {row[0]}"
    return (f"{EXAMPLE[language]}{first}", *row[1:])
