"""
Standards in words: every figure with where it stands, as rows, as plain text, for a terminal and for machines.

A row is plain data. A text of a file is shown as it is, with control characters
made visible; nothing of it is ever read as markup.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schoolmap.output import standards_words as words
from schoolmap.output.terms import CONFIDENCE
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.text import display_width
from schoolmap.output.text import visible
from schoolmap.output.words import both
from schoolmap.standards import CONFIDENCES
from schoolmap.standards import Standards
from schoolmap.standards.lookup import figures_of
from schoolmap.standards.schema import ClassCap
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import Requirement
from schoolmap.standards.schema import SchoolSize
from schoolmap.standards.schema import SeatRule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.output.model import Text

_HEADS: tuple[Text, ...] = (
    both("What", "指标"),
    both("Value", "数值"),
    both("Sure", "可信度"),
    both("Document", "依据"),
    both("Note", "说明"),
)
_LISTED: tuple[Text, ...] = (
    both("Name", "名称"),
    both("Title", "标题"),
    both("Figures", "指标数"),
    *CONFIDENCE.values(),
)
_AT_LEAST = {"at_least": "≥", "at_most": "≤"}
_EXTENDS = both("All that is not said here is taken from: ", "此处未写明的取自：")
_COMMA = both(", ", "，")
_GENERAL = "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure or point of the standards, ready to be shown."""

    part: Text
    """Heading that it stands below."""
    key: str
    """Its place in the file, as faults name it."""
    label: Text
    value: float | None
    """`None` for a band and a point of the checklist."""
    shown: Text
    """The value with its unit."""
    place: str
    document: str
    number: str
    year: int | None
    confidence: str
    note: Text


def rows(standards: Standards) -> tuple[Row, ...]:
    """
    Return every figure, band and point of the standards, below its heading, in the order of reading.

    Parameters
    ----------
    standards
        The standards.

    Examples
    --------
    >>> from schoolmap.standards import load
    >>> row = rows(load("furong"))[-1]
    >>> row.part["zh"], row.confidence
    ('撤并前须核实的事项', 'high')
    """
    currency = both("", "") if standards.costs is None else standards.costs.currency
    found = [_of_figure(key, figure, currency) for key, figure in figures_of(standards).items()]
    found += [
        Row(
            part=words.PARTS["class_bands"],
            key=f"class_bands[{place}]",
            label=band.label,
            value=None,
            shown=words.OVERSIZED[band.oversized],
            place="",
            document=band.document,
            number=band.number,
            year=band.year,
            confidence=band.confidence,
            note=both("", ""),
        )
        for place, band in enumerate(standards.class_bands, start=1)
    ]
    found += [
        Row(
            part=words.PARTS["review"],
            key=f"review[{place}]",
            label=item.text,
            value=None,
            shown=both("", ""),
            place=item.place,
            document=item.document,
            number=item.number,
            year=item.year,
            confidence=item.confidence,
            note=both("", ""),
        )
        for place, item in enumerate(standards.review, start=1)
    ]
    order = {name: at for at, name in enumerate(words.PARTS)}
    return tuple(sorted(found, key=lambda row: order[_part(row.key)]))


def as_text(standards: Standards, *, language: str) -> str:
    """
    Return the standards as plain text, one line for a figure.

    Parameters
    ----------
    standards
        The standards.
    language
        `en` or `zh`.
    """
    lines = _opening(standards, language)
    for heading, cells in _tables(standards, language):
        lines += ["", heading, *_aligned([_heads(_HEADS, language), *cells])]
    return "\n".join([*lines, ""])


def as_records(standards: Standards) -> dict[str, object]:
    """
    Return the standards for machines: plain records in both languages.

    Parameters
    ----------
    standards
        The standards.
    """
    return {
        "name": standards.name,
        "title": standards.title,
        "extends": list(standards.extends),
        "figures": [asdict(row) for row in rows(standards)],
    }


def overview(found: Mapping[str, Standards]) -> list[dict[str, object]]:
    """
    Return name, title and number of figures by confidence of several standards.

    Parameters
    ----------
    found
        Standards by name.

    Examples
    --------
    >>> from schoolmap.standards import load
    >>> (line,) = overview({"berlin": load("berlin")})
    >>> line["figures"], line["confidence"]
    (22, {'high': 2, 'medium': 3, 'low': 4, 'assumption': 13})
    """
    return [
        {"name": name, "title": standards.title, "figures": len(figures_of(standards)), "confidence": _sure(standards)}
        for name, standards in found.items()
    ]


def overview_text(found: Mapping[str, Standards], *, language: str) -> str:
    """
    Return the overview as plain text.

    Parameters
    ----------
    found
        Standards by name.
    language
        `en` or `zh`.
    """
    return "\n".join(_aligned([_heads(_LISTED, language), *_listed(found, language)]))


def print_tables(found: Standards | Mapping[str, Standards], *, language: str) -> None:
    """
    Print standards, or the overview of several, on a terminal, as wide as it is.

    Parameters
    ----------
    found
        Standards, or several by name.
    language
        `en` or `zh`.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text as Plain  # noqa: PLC0415

    # a text of a file is never read as markup
    console = Console()
    if isinstance(found, Standards):
        lines, heads, tables = _opening(found, language), _HEADS, _tables(found, language)
    else:
        lines, heads, tables = [], _LISTED, [("", _listed(found, language))]
    for line in lines:
        console.print(Plain(line))
    for heading, cells in tables:
        table = Table(title=Plain(heading) if heading else None, title_justify="left")
        for head in _heads(heads, language):
            table.add_column(Plain(head), overflow="fold")
        for row in cells:
            table.add_row(*map(Plain, row))
        console.print(table)


def _opening(standards: Standards, language: str) -> list[str]:
    title = standards.title[language]
    lines = [f"{standards.name}: {title}" if title else standards.name]
    lines += [_EXTENDS[language] + ", ".join(standards.extends)] if standards.extends else []
    return [_on_one_line(line) for line in lines]


def _tables(standards: Standards, language: str) -> list[tuple[str, list[list[str]]]]:
    """Return the cells of every heading, ready to show."""
    found: dict[str, list[list[str]]] = {}
    for row in rows(standards):
        parts = (row.document, row.number, "" if row.year is None else str(row.year), row.place)
        cells = [
            row.label[language],
            row.shown[language],
            CONFIDENCE[row.confidence][language],
            _COMMA[language].join(part for part in parts if part),
            row.note[language],
        ]
        found.setdefault(_on_one_line(row.part[language]), []).append([_on_one_line(cell) for cell in cells])
    return list(found.items())


def _listed(found: Mapping[str, Standards], language: str) -> list[list[str]]:
    return [
        [
            *map(_on_one_line, (name, standards.title[language])),
            *map(str, (len(figures_of(standards)), *_sure(standards).values())),
        ]
        for name, standards in found.items()
    ]


def _sure(standards: Standards) -> dict[str, int]:
    counts = Counter(figure.confidence for figure in figures_of(standards).values())
    return {confidence: counts[confidence] for confidence in CONFIDENCES}


def _heads(heads: Sequence[Text], language: str) -> list[str]:
    return [head[language] for head in heads]


def _on_one_line(text: str) -> str:
    return visible(text).replace("\n", " ").replace("\t", " ")


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Lay cells in columns; a Chinese character is two wide."""
    widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
    return [
        "  "
        + "  ".join(
            cell + " " * (width - display_width(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    ]


def _part(key: str) -> str:
    name = key.replace("[", ".").partition(".")[0]
    return name if name in words.PARTS else _GENERAL


def _of_figure(key: str, figure: Figure, currency: Text) -> Row:
    """Describe one figure by what it is and where it stands."""
    part = _part(key)
    names = key.split(".")
    heading = _stage(names[1]) if part == "stages" else words.PARTS[part]
    label, unit, sign = _name(names, figure)
    basis = figure.basis if isinstance(figure, Requirement) else both("", "")
    return Row(
        part=heading,
        key=key,
        label=label,
        value=figure.value,
        shown=_amount(figure.value, currency) if unit == words.MONEY else _shown(figure.value, _unit(unit), sign),
        place="" if isinstance(figure, SeatRule) else figure.place,
        document=figure.document,
        number=figure.number,
        year=figure.year,
        confidence=figure.confidence,
        note=both(_joined(basis["en"], figure.remark("en"), "; "), _joined(basis["zh"], figure.remark("zh"), "；")),
    )


def _name(names: list[str], figure: Figure) -> tuple[Text, str, str]:
    """Return what a figure is called, its unit, and the sign before its value."""
    if isinstance(figure, SeatRule):
        what, unit = words.GIVES[figure.gives]
        sign = "" if figure.gives == "people_per_school" else "≥"
        return _line(both(figure.place, figure.place), _stage(figure.stage), what, _reach(figure)), unit, sign
    if isinstance(figure, SchoolSize):
        size = both(f"{figure.classes} classes, {figure.pupils:,} pupils", f"{figure.classes}班、{figure.pupils:,}人")
        return _line(_stage(figure.kind), words.AREAS[figure.what], size), "m²", ""
    if isinstance(figure, Requirement):
        return _line(_stage(figure.stage), figure.label), figure.unit, _AT_LEAST[figure.direction]
    return _name_by_key(names, figure)


def _name_by_key(names: list[str], figure: Figure) -> tuple[Text, str, str]:
    """Return the same for a figure that is known by its key, and what comes before or after its name."""
    key = names[-1]
    before: list[Text] = []
    after: list[Text] = []
    if isinstance(figure, ClassCap):
        key, after = "caps", list(_when(figure))
    elif names[0] == "most_variation":
        key, before = "most_variation", [_stage(key)]
    elif names[0] == "costs":
        before = [_stage(names[2])] if names[1] == "stages" else []
        label, unit = (_line(words.UNTIL_OPEN, PROPOSALS[key]), "years") if names[1] == "years" else words.COSTS[key]
        return _line(*before, label), unit, ""
    elif names[0] == "stages" and names[-2] == "class_size_by_grade" and len(names) > 3:
        key, after = "class_size_by_grade", [_grade(key)]
    label, unit = words.FIGURES[key]
    return _line(*before, label, *after), unit, ""


def _when(cap: ClassCap) -> Iterable[Text]:
    """Say for which grades and years of entry a cap holds."""
    if cap.grades:
        named = [_grade(grade) for grade in cap.grades]
        yield both(
            "grades " + ", ".join(name["en"] for name in named),
            "年级 " + "、".join(name["zh"] for name in named),
        )
    first, last = cap.entered_from, cap.entered_to
    if first is not None and last is not None:
        yield both(f"entered {first}-{last}", f"{first}-{last}年入学")
    elif first is not None:
        yield both(f"entered from {first} on", f"{first}年及以后入学")
    elif last is not None:
        yield both(f"entered until {last}", f"{last}年及以前入学")


def _reach(rule: SeatRule) -> Text:
    """Say for how many residents or homes a rule holds."""
    unit = words.COUNTED[rule.per]
    low, high = (None if bound is None else f"{bound:,.0f}" for bound in (rule.at_least, rule.below))
    if low and high:
        return both(f"from {low} to below {high} {unit['en']}", f"{low}{unit['zh']}及以上、不足{high}{unit['zh']}")
    if low:
        return both(f"from {low} {unit['en']} on", f"{low}{unit['zh']}及以上")
    return both(f"below {high} {unit['en']}", f"不足{high}{unit['zh']}") if high else both("", "")


def _grade(name: str) -> Text:
    return words.GRADES.get(name, both(name, name))


def _stage(name: str) -> Text:
    return words.STAGES.get(name, both(name, name))


def _amount(value: float, currency: Text) -> Text:
    """Write an amount; a currency that begins with a number is told apart from the amount."""
    number = f"{value:,.10g}"
    signs = {language: " × " if unit[:1].isdigit() else " " for language, unit in currency.items()}
    return both(*(f"{number}{signs[language]}{currency[language]}" for language in ("en", "zh")))


def _unit(name: str) -> Text:
    return words.UNITS.get(name, both(name, name))


def _shown(value: float, named: Text, sign: str) -> Text:
    number = f"{sign}{value:,.10g}"
    return both(f"{number} {named['en']}".rstrip(), f"{number} {named['zh']}".rstrip())


def _line(*parts: Text) -> Text:
    return both(", ".join(p["en"] for p in parts if p["en"]), "，".join(p["zh"] for p in parts if p["zh"]))


def _joined(first: str, second: str, comma: str) -> str:
    return comma.join(part for part in (first, second) if part)
