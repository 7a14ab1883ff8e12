"""
The page of a province: a map of its projects, each of which leads to its own map, and a table.

It holds no script: the choice of stage and of what is shown is made by the
browser's own radio buttons and the style sheet, so the page works wherever a
browser does. Names are escaped; colours stand beside words and numbers.
"""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING
from urllib.parse import quote

from schoolmap.batch.counties import STATES
from schoolmap.batch.counties import problems_of
from schoolmap.output.page_assets import asset
from schoolmap.output.sealing import seal
from schoolmap.output.webmap import LOCALES
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from schoolmap.batch.counties import County
    from schoolmap.output.model import Text

WIDTH, HEIGHT, MARGIN = 900.0, 640.0, 12.0
BOUNDS = (0.002, 0.02, 0.05, 0.10)
"""Upper bounds, as shares, of the classes of seats short or spare; the last class is open."""
SHORT_COLOURS = ("#efedf3", "#fee0b6", "#fdb863", "#e08214", "#b35806")
SPARE_COLOURS = ("#efedf3", "#d8daeb", "#b2abd2", "#8073ac", "#542788")
MEASURES = {
    "a": both("Short in the worst year, of seats needed", "最缺年的缺口占需求"),
    "b": both("Spare in the last year, of seats", "末年富余占学位"),
}
CLASSES = (
    both("none, or next to none", "无或极少"),
    both("up to 2 %", "≤2%"),
    both("2 to 5 %", "2–5%"),
    both("5 to 10 %", "5–10%"),
    both("more than 10 %", ">10%"),
)
WORDS = {
    "title": both("All projects", "全部项目"),
    "lead": both("Choose a stage; a click leads to the project's own map.", "选择学段；点击某项目可打开其地图。"),
    "stage": both("Stage", "学段"),
    "show": both("Show", "显示"),
    "county": both("Project", "项目"),
    "year": both("Worst year", "最缺年"),
    "short": both("Short then", "届时缺口"),
    "needed": both("Needed now", "当前需求"),
    "seats": both("Seats now", "当前学位"),
    "spare": both("Spare in the last year", "末年富余"),
    "zones": both("Catchments ever short", "曾缺学位片区"),
    "not": both("Not planned", "未完成的项目"),
    "synthetic": both("SYNTHETIC DATA", "虚构数据"),
    "sum": both("{n} of {m} projects are planned.", "{m}个项目中已完成{n}个。"),
    "more": both("and {n} more faults", "另有{n}处问题"),
    "map": both("Map of the projects", "项目分布图"),
    "note": both(
        "Seats short and seats spare are sums over catchments, never only their net. First scenario of each project.",
        "缺口与富余分别为各片区合计，不只给出净值。均为各项目首个情景。",
    ),
}
_MOST_FAULTS = 5


def page(counties: Sequence[County], *, language: str) -> str:
    """
    Return the page of many projects: the same projects give the same bytes.

    Parameters
    ----------
    counties
        From `province.write_summary`.
    language
        `en` or `zh`.
    """
    stages = _stages(counties)
    done = [county for county in counties if county.finished]
    parts = [
        f'<!DOCTYPE html>\n<html lang="{LOCALES[language]}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_word('title', language)}</title>",
        f"<style>\n{_style(len(stages))}</style>\n</head>\n<body>",
        *_switches(stages, language),
        "<main>",
        f"<h1>{_word('title', language)}{_badge(done, language)}</h1>",
        f"<p>{_word('sum', language).format(n=len(done), m=len(counties))} {_word('lead', language)}</p>",
        *_map(done, stages, language),
        *_legend(language),
        f'<p class="hint">{_word("note", language)}</p>',
        *_table(done, stages, language),
        *_failures([county for county in counties if not county.finished], language),
        "</main>\n</body>\n</html>\n",
    ]
    return seal("\n".join(parts), locale=LOCALES[language])


def share_class(value: float, whole: float) -> int:
    """
    Return the class of a number of seats as a share of all.

    Examples
    --------
    >>> share_class(0, 1000), share_class(30, 1000), share_class(300, 1000), share_class(1, 0)
    (0, 2, 4, 0)
    """
    share = value / whole if whole > 0 else 0.0
    return sum(share > bound for bound in BOUNDS)


def _word(name: str, language: str) -> str:
    return html.escape(WORDS[name][language])


def _stages(counties: Sequence[County]) -> dict[str, Text]:
    """Return all stages that any project plans, in the order in which they are met."""
    found: dict[str, Text] = {}
    for county in counties:
        for stage, numbers in county.record.get("stages", {}).items():
            found.setdefault(stage, numbers["label"])
    return found


def _badge(counties: Sequence[County], language: str) -> str:
    made_up = any(county.record["synthetic"] for county in counties)
    return f' <span class="badge">{_word("synthetic", language)}</span>' if made_up else ""


def _style(stages: int) -> str:
    lines = [asset("province.css")]
    for measure, colours in (("a", SHORT_COLOURS), ("b", SPARE_COLOURS)):
        chosen = f"#m-{measure}:checked"
        lines.append(f"{chosen} ~ main .key-{measure} {{ display: flex; }}")
        lines += [f".key-{measure} .c{place} {{ background: {colour}; }}" for place, colour in enumerate(colours)]
        lines += [
            f"{chosen} ~ #s-{stage}:checked ~ main .{measure}{stage}-{place} {{ fill: {colour}; }}"
            for stage in range(stages)
            for place, colour in enumerate(colours)
        ]
        lines.append(f"{chosen} ~ nav label[for=m-{measure}] {{ background: #1b1f23; color: #fff; }}")
        lines.append(f"{chosen}:focus-visible ~ nav label[for=m-{measure}] {{ outline: 2px solid #0b5cad; }}")
    for stage in range(stages):
        lines.append(f"#s-{stage}:checked ~ main tr.row-{stage} {{ display: table-row; }}")
        lines.append(f"#s-{stage}:checked ~ nav label[for=s-{stage}] {{ background: #1b1f23; color: #fff; }}")
        lines.append(f"#s-{stage}:focus-visible ~ nav label[for=s-{stage}] {{ outline: 2px solid #0b5cad; }}")
    return "\n".join(lines) + "\n"


def _switches(stages: dict[str, Text], language: str) -> Iterator[str]:
    """Yield radio buttons, which the styles read, before everything that they switch, and their labels."""
    for place, measure in enumerate(MEASURES):
        checked = " checked" if place == 0 else ""
        yield f'<input class="pick" type="radio" name="measure" id="m-{measure}"{checked}>'
    for place in range(len(stages)):
        checked = " checked" if place == 0 else ""
        yield f'<input class="pick" type="radio" name="stage" id="s-{place}"{checked}>'
    yield "<nav>"
    yield f'<span class="group">{_word("stage", language)}</span>'
    for place, label in enumerate(stages.values()):
        yield f'<label for="s-{place}">{html.escape(label[language])}</label>'
    yield f'<span class="group">{_word("show", language)}</span>'
    for measure, text in MEASURES.items():
        yield f'<label for="m-{measure}">{html.escape(text[language])}</label>'
    yield "</nav>"


def _link(county: County) -> str:
    return f"{quote(county.name)}/{quote(county.name)}.html"


def _classes(county: County, stages: dict[str, Text]) -> str:
    """Return the classes of a project's colours, by measure and stage."""
    names = []
    for place, stage in enumerate(stages):
        numbers = county.record["stages"].get(stage)
        if numbers is None:
            continue
        worst = max(range(len(numbers["short"])), key=numbers["short"].__getitem__)
        names.append(f"a{place}-{share_class(numbers['short'][worst], numbers['demand'][worst])}")
        names.append(f"b{place}-{share_class(numbers['spare'][-1], numbers['seats'][-1])}")
    return " ".join(names)


def _map(counties: Sequence[County], stages: dict[str, Text], language: str) -> Iterator[str]:
    points = [point for county in counties for ring in county.record["outline"] for point in ring]
    if not points:
        return
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min(
        (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, 1e-9), (HEIGHT - 2 * MARGIN) / max(north - south, 1e-9)
    )
    width, height = (east - west) * squeeze * scale + 2 * MARGIN, (north - south) * scale + 2 * MARGIN

    def at(x: float, y: float) -> str:
        return f"{MARGIN + (x - west) * squeeze * scale:.1f} {MARGIN + (north - y) * scale:.1f}"

    yield f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="group" aria-label="{_word("map", language)}">'
    for county in counties:
        title = html.escape(county.record["title"][language])
        shape = "".join("M" + "L".join(at(x, y) for x, y in ring[:-1]) + "Z" for ring in county.record["outline"])
        yield f'<a href="{_link(county)}"><title>{title}</title>'
        yield f'<path class="{_classes(county, stages)}" d="{shape}"/></a>'
    yield "</svg>"


def _legend(language: str) -> Iterator[str]:
    for measure, text in MEASURES.items():
        keys = "".join(
            f'<span><i class="c{place}"></i>{html.escape(words[language])}</span>'
            for place, words in enumerate(CLASSES)
        )
        yield f'<div class="key key-{measure}"><b>{html.escape(text[language])}</b>{keys}</div>'


def _table(counties: Sequence[County], stages: dict[str, Text], language: str) -> Iterator[str]:
    heads = ("county", "needed", "seats", "year", "short", "spare", "zones")
    cells = "".join(
        f'<th scope="col"{"" if head == "county" else " class=n"}>{_word(head, language)}</th>' for head in heads
    )
    yield f'<div class="wide"><table>\n<thead><tr>{cells}</tr></thead>\n<tbody>'
    for place, stage in enumerate(stages):
        here = [county for county in counties if stage in county.record["stages"]]
        for county in sorted(here, key=lambda county: (-(county.worst(stage) or (0, 0.0))[1], county.name)):
            numbers, (year, short) = county.record["stages"][stage], county.worst(stage) or (0, 0.0)
            texts = (
                f"{numbers['demand'][0]:,.0f}",
                f"{numbers['seats'][0]:,.0f}",
                str(year) if short else "–",
                f"{short:,.0f}",
                f"{numbers['spare'][-1]:,.0f}",
                f"{numbers['catchments_short']} / {numbers['catchments']}",
            )
            name = html.escape(county.record["title"][language])
            line = "".join(f'<td class="n">{text}</td>' for text in texts)
            yield f'<tr class="row-{place}"><th scope="row"><a href="{_link(county)}">{name}</a></th>{line}</tr>'
    yield "</tbody>\n</table></div>"


def _failures(counties: Sequence[County], language: str) -> Iterator[str]:
    """Yield what stopped the others, with the first of their faults."""
    if not counties:
        return
    yield f'<h2>{_word("not", language)}</h2>\n<table class="plain">\n<tbody>'
    for county in counties:
        problems = problems_of(county, language)
        shown = [html.escape(text) for text in problems[:_MOST_FAULTS]]
        if len(problems) > _MOST_FAULTS:
            shown.append(_word("more", language).format(n=len(problems) - _MOST_FAULTS))
        state = html.escape(STATES[county.outcome["status"]][language])
        yield f'<tr><th scope="row">{html.escape(county.name)}</th><td>{state}</td><td>{"<br>".join(shown)}</td></tr>'
    yield "</tbody>\n</table>"
