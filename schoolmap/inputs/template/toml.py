"""
Write the template's `project.toml`: every key explained, what must be decided marked, the rest commented out.

What is said stands in `template_keys`; defaults are those of `project_file`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.inputs import project_file
from schoolmap.inputs.declarations import TableSource
from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.template import keys as texts
from schoolmap.inputs.template.example import BASE_YEAR
from schoolmap.inputs.template.example import CATCHMENT_FILE
from schoolmap.inputs.template.example import DATUM
from schoolmap.inputs.template.example import FILLED
from schoolmap.inputs.template.example import HORIZON
from schoolmap.inputs.template.sheets import BOOK
from schoolmap.inputs.template.sheets import describe_sheets
from schoolmap.inputs.template.style import letters
from schoolmap.inputs.to_fill import TO_FILL
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    import pydantic

    from schoolmap.inputs.meanings import Language
    from schoolmap.inputs.template.sheets import Sheet

_BARE = re.compile(r"[A-Za-z0-9_-]+")
"""Keys that TOML takes without quotes."""
_WIDTH = 108
"""Letters of a line of comment; a Chinese character counts as two."""
MODELS: dict[str, type[pydantic.BaseModel]] = {
    "project": project_file.Settings,
    "tables": TableSource,
    "population": project_file.PopulationSettings,
    "exclude_years": project_file.ExcludedYear,
    "seats": project_file.SeatSettings,
    "travel": project_file.TravelSettings,
    "siting": project_file.SitingSettings,
    "stages": project_file.Stage,
    "attendance": project_file.Attendance,
    "scenarios": project_file.Scenario,
    "rulings": project_file.Ruling,
    "sources": project_file.Source,
    "publication": project_file.PublicationSettings,
}
"""The classes that read each section, whose defaults are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """
    What is known of a project before anybody fills in its template.

    Attributes
    ----------
    name, title, crs
        As in `[project]`; what is empty is left to be filled.
    stages
        Of `USUAL_STAGES`, in order.
    language
        Of the comments, sheets and products.
    example
        Whether it is the invented county, of which everything is known.
    """

    language: Language
    stages: tuple[str, ...] = tuple(USUAL_STAGES)
    name: str = ""
    title: str = ""
    crs: str = ""
    example: bool = False

    @property
    def to_fill(self) -> str:
        """What stands where a value must be decided."""
        return TO_FILL[self.language]


def project_toml(choices: Choices) -> str:
    """
    Return the text of `project.toml`.

    Examples
    --------
    >>> text = project_toml(Choices(language="zh", crs="EPSG:4546"))
    >>> [line for line in text.splitlines() if line.startswith(("name", "crs", "horizon"))][:3]
    ['name = "【必填】"', 'crs = "EPSG:4546"', 'horizon = "【必填】"']
    """
    parts = (
        _comment(texts.HEAD[choices.language]),
        [""],
        *(write(choices) for write in (_project, _tables, _stages, _population, _seats, _travel)),
        *(write(choices) for write in (_siting, _scenarios, _rulings, _sources, _publication)),
    )
    return "\n".join(line for part in parts for line in part)


def _quoted(value: object) -> str:
    """
    Return a value as TOML writes it.

    Examples
    --------
    >>> _quoted(True), _quoted([3, 5]), _quoted({"rate": 0.9}), _quoted("学区")
    ('true', '[3, 5]', '{ rate = 0.9 }', '"学区"')
    >>> _quoted({"国道": 60})
    '{ "国道" = 60 }'
    """
    if isinstance(value, dict):
        named = {(key if _BARE.fullmatch(key) else _quoted(key)): part for key, part in value.items()}
        return f"{{ {', '.join(f'{key} = {_quoted(part)}' for key, part in named.items())} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_quoted, value))}]"
    # JSON writes texts, numbers and truths as TOML does, but for one character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> list[str]:
    """Break a text into lines of comment; Chinese may be broken between any two characters."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in _words(paragraph):
            if line and letters(line + word.rstrip()) > _WIDTH:
                lines.append(line)
                line = ""
            line += word if line else word.lstrip()
        lines.append(line)
    return [f"# {line}".rstrip() for line in lines]


def _words(text: str) -> Iterator[str]:
    """Split a text where a line may be broken: behind spaces, and between Chinese characters but not before their marks."""
    word = ""
    for char in text:
        wide = letters(char) > 1
        closes = char in "，。；：、？！）”》】…—"
        if word and (word.endswith(" ") or (wide and not closes and word[-1] not in "（“《【")):
            yield word
            word = ""
        word += char
    yield word


def _entry(choices: Choices, section: str, key: str, value: object = None, *, off: bool = False) -> list[str]:
    """Return a key with its comment: set to a value, or commented out with its default or an example."""
    says = texts.KEYS[section][key][choices.language]
    field = MODELS[section].model_fields[key]
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    told = isinstance(default, (str, int, float, bool)) and default not in {"", None}
    if told and off:
        says += {"zh": f"（默认 {_quoted(default)}）", "en": f" (default {_quoted(default)})"}[choices.language]
    shown = default if value is None else value
    line = f"{key} = {_quoted(shown)}"
    return ["", *_comment(says), f"#{line}" if off else line]


def _heading(choices: Choices, section: str) -> list[str]:
    return ["", "# " + "=" * 40, *_comment(texts.SECTIONS[section][choices.language]), "# " + "=" * 40, ""]


def _off(lines: Sequence[str]) -> list[str]:
    """Switch lines off: without a space behind the mark, so that they differ from what is said."""
    return [f"#{line}" for line in lines]


def _project(choices: Choices) -> list[str]:
    known: dict[str, Any] = {
        "name": choices.name or choices.to_fill,
        "title": choices.title or choices.to_fill,
        "crs": choices.crs or choices.to_fill,
        "base_year": BASE_YEAR if choices.example else choices.to_fill,
        "horizon": HORIZON if choices.example else choices.to_fill,
        "language": choices.language,
    }
    if choices.example:
        known |= {"synthetic": True, "classification": texts.EXAMPLE_CLASS[choices.language]}
    lines = [*_heading(choices, "project"), "[project]"]
    for key in texts.KEYS["project"]:
        lines += _entry(choices, "project", key, known.get(key), off=key not in known)
    return lines


def _tables(choices: Choices) -> list[str]:
    language = choices.language
    lines = _heading(choices, "tables")
    for key, says in texts.KEYS["tables"].items():
        lines += _comment(f"{key}{'：' if language == 'zh' else ': '}{says[language]}")
    sheets = describe_sheets(choices.stages, language=language)
    for sheet in sheets:
        lines += ["", *_table(choices, sheet)]
        if sheet.table == "areas":
            catchments = {"file": CATCHMENT_FILE[language] if choices.example else choices.to_fill}
            lines += [
                "",
                *_comment(texts.CATCHMENTS_TABLE[language]),
                *_source("tables.catchments", catchments),
            ]
            lines += _off(['crs = "EPSG:4490"'])
    for table, (file, says) in texts.LAYERS.items():
        lines += ["", *_comment(says[language]), *_off(_source(f"tables.{table}", {"file": file[language]}))]
    return lines


def _table(choices: Choices, sheet: Sheet) -> list[str]:
    """Return where one sheet is; tables that not every project has are commented out."""
    language, table = choices.language, sheet.table
    source = {"file": BOOK[language], "sheet": sheet.title}
    if sheet.stage:
        source["stage"] = sheet.stage
    if CONTRACTS[table].geometry != "none":
        source["crs"] = DATUM if choices.example else choices.to_fill
    lines = _source(f"tables.{table}", source, listed=bool(sheet.stage))
    # tables that may be empty are read from the start: what is filled in later is not forgotten
    read = table in {"areas", "population", "schools", "sections", "projects", "developments"}
    if choices.example:
        read = table in FILLED
    says = ""
    if table == "areas":
        says = texts.AREAS_AS_LAYER[language]
    elif table == "population":
        says = texts.POPULATION_TABLE[language]
    elif not read:
        told = texts.EITHER_TABLE if sheet.need == "either" else texts.OPTIONAL_TABLE
        says = told[language].format(title=sheet.title)
    return [*(_comment(says) if says else []), *(lines if read else _off(lines))]


def _source(section: str, source: dict[str, str], *, listed: bool = False) -> list[str]:
    head = f"[[{section}]]" if listed else f"[{section}]"
    return [head, *(f"{key} = {_quoted(value)}" for key, value in source.items())]


def _stages(choices: Choices) -> list[str]:
    language = choices.language
    lines = _heading(choices, "stages")
    for number, name in enumerate(choices.stages):
        usual = USUAL_STAGES[name]
        by_law = name != "kindergarten"
        rate: dict[str, object] = {"rate": 1.0 if by_law else choices.to_fill}
        note: str = texts.ASSUMED[language] if by_law else choices.to_fill
        if choices.example:
            rate, note = {"calibrate": BASE_YEAR}, texts.EXAMPLE_NOTE[language]
        known: dict[str, object] = {
            "label": dict(usual.label),
            "ages": usual.ages,
            "attendance": rate,
            "attendance_note": note,
            "shape": "square" if by_law else "circle",
        }
        lines += ["", f"[stages.{name}]"]
        if number == 0:
            for key, value in known.items():
                lines += _entry(choices, "stages", key, value)
            others = {
                "seat_share": 1.0,
                "seat_share_note": "…",
                "free_choice": False,
                "notes": ["…"],
            }
            for key, value in others.items():
                lines += _entry(choices, "stages", key, value, off=True)
        else:
            lines += [f"{key} = {_quoted(value)}" for key, value in known.items()]
    return lines


def _population(choices: Choices) -> list[str]:
    shown: dict[str, object] = {
        "town": ["111", "112"],
        "exclude_years": [{"year": 2020, "reason": "…"}],
        "monthly_births": [0.083] * 8 + [0.084] * 4,
        "projection_source": "…",
        "national": "china_wpp2024",
    }
    lines = [*_heading(choices, "population"), "#[population]"]
    for key in texts.KEYS["population"]:
        lines += _entry(choices, "population", key, shown.get(key), off=True)
    return lines


def _seats(choices: Choices) -> list[str]:
    shown: dict[str, object] = {"dissolve_by": HORIZON, "place": "…"}
    lines = [*_heading(choices, "seats"), "#[seats]"]
    for key in texts.KEYS["seats"]:
        lines += _entry(choices, "seats", key, shown.get(key), off=True)
    return lines


def _travel(choices: Choices) -> list[str]:
    zh = choices.language == "zh"
    shown: dict[str, object] = {
        "detour_note": "…",
        "walk_m_per_minute": 60,
        "speeds": {"国道": 60, "县道": 40, "村道": 20} if zh else {"primary": 60, "residential": 30},
        "not_walked": ["高速公路"] if zh else ["motorway"],
        "not_driven": ["步道"] if zh else ["footway"],
        "not_crossed": ["国道"] if zh else ["trunk"],
        "guarded": choices.stages[:2],
    }
    lines = [*_heading(choices, "travel"), "#[travel]"]
    for key in texts.KEYS["travel"]:
        lines += _entry(choices, "travel", key, shown.get(key), off=True)
    return lines


def _siting(choices: Choices) -> list[str]:
    zh = choices.language == "zh"
    shown: dict[str, object] = {
        "decide_from": HORIZON - 8,
        "building_years": {"new": 3, "expand": 2},
        "budget": 3000,
        "total_budget": 20000,
        "discount_rate": 0.08,
        "costs": {choices.stages[0]: {"new": 110, "expand": 55}},
        "short_cost": 5,
        "way_cost": 0.02,
        "empty_cost": 0.07,
        "boundary_charge": 0.1,
        "grandfather_years": 5,
        "note": "本县近三年竣工项目" if zh else "projects completed here in three years",
        "weights": {"central": 0.5, "low": 0.25, "high": 0.25},
        "most_regret": 0.05,
        "choices": 3,
    }
    lines = [*_heading(choices, "siting"), "#[siting]"]
    for key in texts.KEYS["siting"]:
        lines += _entry(choices, "siting", key, shown.get(key), off=True)
    return lines


def _scenarios(choices: Choices) -> list[str]:
    lines = _heading(choices, "scenarios")
    for key, says in texts.KEYS["scenarios"].items():
        lines += _comment(f"{key}{'：' if choices.language == 'zh' else ': '}{says[choices.language]}")
    for name, label in (("central", ("中", "Central")), ("low", ("低", "Low")), ("high", ("高", "High"))):
        named = {"zh": label[0], "en": label[1]}
        lines += ["", "[[scenarios]]", f'id = "{name}"', f"label = {_quoted(named)}", f'preset = "{name}"']
    late = {"zh": "项目推迟一年", "en": "Projects a year late"}
    return [*lines, "", *_off(["[[scenarios]]", 'id = "late"', f"label = {_quoted(late)}", "project_delay = 12"])]


def _rulings(choices: Choices) -> list[str]:
    shown = {
        "table": "sections",
        "key": ["2199000001", "primary"],
        "column": "seats",
        "value": "1080",
        "reason": "…",
    }
    lines = [*_heading(choices, "rulings"), "#[[rulings]]"]
    for key in texts.KEYS["rulings"]:
        lines += _entry(choices, "rulings", key, shown[key], off=True)
    return lines


def _sources(choices: Choices) -> list[str]:
    zh = choices.language == "zh"
    shown = {
        "title": "2025 年教育统计报表" if zh else "Education statistics 2025",
        "publisher": "县教育局" if zh else "county bureau of education",
        "date": "2025-09-01",
        "licence": "内部资料" if zh else "internal",
        "url": "…",
        "used_for": "学校、班级、学生" if zh else "schools, classes, pupils",
    }
    lines = _heading(choices, "sources")
    if choices.example:
        note = texts.EXAMPLE_NOTE[choices.language]
        return [
            *lines,
            "[[sources]]",
            f"title = {_quoted(note)}",
            'publisher = "schoolmap"',
            f'date = "{BASE_YEAR}"',
            'licence = "BSD-3-Clause"',
            "",
        ]
    lines += ["#[[sources]]"]
    for key in texts.KEYS["sources"]:
        lines += _entry(choices, "sources", key, shown[key], off=True)
    return [*lines, ""]


def _publication(choices: Choices) -> list[str]:
    lines = [*_heading(choices, "publication"), "#[publication]"]
    for key in texts.KEYS["publication"]:
        lines += _entry(choices, "publication", key, 5, off=True)
    return [*lines, ""]
