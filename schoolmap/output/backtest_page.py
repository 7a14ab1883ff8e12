"""
The page and the table of a backtest: how wrong the method would have been, to read and to compute with.

The page runs no script: both languages are in it, and a choice of the reader
hides one. Every text is escaped, and the page is sealed as the map is.
"""

from __future__ import annotations

import csv
import html as markup
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
import pandas as pd

from schoolmap.backtesting import METHODS
from schoolmap.errors import OutputError
from schoolmap.output import colours
from schoolmap.output import describe_backtest
from schoolmap.output.sealing import seal
from schoolmap.output.text import visible
from schoolmap.output.words import both
from schoolmap.placing import made_together

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Sequence
    from pathlib import Path

    from schoolmap.backtesting import Backtest
    from schoolmap.backtesting import ChildrenTest
    from schoolmap.output.describe_backtest import Table
    from schoolmap.output.model import Text

COLUMNS = (
    *("what", "method", "stage", "unit", "grade", "origin", "horizon", "year", "forecast", "actual"),
    *("error_percent", "born_share", "children_at_origin", "p10", "p90", "covered"),
)
"""Columns of the table of all forecasts."""
_COMMAND = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that starts like this for a formula."""
_LOCALES = {"en": "en", "zh": "zh-CN"}
_WIDTH, _HEIGHT = 360, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 24, 40
_TICK_ROOM = 36
"""Pixels between the years below a chart."""


class Line(NamedTuple):
    """A line of a chart: its name in the key (none if empty), how it looks, and its points."""

    name: Text
    look: str
    x: Sequence[float]
    y: Sequence[float]
    marked: bool = False
    """Whether its first point is marked."""


def write_backtest(
    result: Backtest,
    folder: Path,
    *,
    language: str,
    inputs: Collection[Path] = (),
) -> tuple[Path, ...]:
    """
    Write the page and the table of all forecasts, both or neither.

    Parameters
    ----------
    result
        From `backtesting.make_backtest`.
    folder
        Where to write; made if it does not exist. Files of the same names are replaced.
    language
        `en` or `zh`: the language that the page opens in.
    inputs
        The project's folder and files, which are never overwritten.

    Returns
    -------
    files
        Paths of what was written: html and csv.

    Raises
    ------
    OutputError
        If the target would overwrite the project's own input, or cannot be written.
    """
    kept = {path.resolve() for path in inputs}
    files = [folder / f"{result.name}-backtest.{suffix}" for suffix in ("html", "csv")]
    for path in (folder, *files):
        if path.resolve() in kept:
            msg = f"{path} belongs to the project; choose another folder with `--out`."
            raise OutputError(msg)
    with made_together(folder, name=f"{result.name}-backtest") as work:
        (work / files[0].name).write_text(render_page(result, language=language), encoding="utf-8", newline="\n")
        all_forecasts(result).to_csv(
            # spreadsheets take the mark at the beginning as a sign of UTF-8
            work / files[1].name,
            index=False,
            encoding="utf-8-sig",
            lineterminator="\n",
            quoting=csv.QUOTE_MINIMAL,
        )
    return tuple(files)


def all_forecasts(result: Backtest) -> pd.DataFrame:
    """
    Return every forecast of the past, of children and of pupils, with the columns `COLUMNS`.

    Parameters
    ----------
    result
        From `backtesting.make_backtest`.

    Returns
    -------
    forecasts
        `what` is `children` or `pupils`; `unit` is an area or a school. Names
        that a spreadsheet would take for a formula start with an apostrophe.
    """
    parts = []
    if result.children is not None:
        own = result.children.forecasts
        parts.append(
            own.rename(columns={"area": "unit", "error": "error_percent", "children": "children_at_origin"}).assign(
                what="children", year=own["origin"] + own["horizon"], grade=""
            )
        )
    if result.pupils is not None:
        own = result.pupils.forecasts
        parts.append(own.rename(columns={"school": "unit", "level": "stage"}).assign(what="pupils"))
    table = pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS))
    for name in ("unit", "grade"):
        text = table[name].astype(str).map(visible)
        table[name] = text.where(~text.str.startswith(_COMMAND), "'" + text)
    for name in ("forecast", "actual", "error_percent", "born_share", "children_at_origin", "p10", "p90"):
        table[name] = table[name].astype(float).round(3)
    return table


def render_page(result: Backtest, *, language: str) -> str:
    """
    Return the sealed page of a backtest: the same test gives the same bytes.

    Parameters
    ----------
    result
        From `backtesting.make_backtest`.
    language
        `en` or `zh`: the language that the page opens in.
    """
    parts = [f"<h1>{_shown(result.title)}</h1>", f'<p class="lead">{_shown(_LEAD)}</p>']
    parts += [f"<p>{_shown(text)}</p>" for text in describe_backtest.opening(result)]
    described = describe_backtest.tables(result, areas=True)
    parts += _table(described[0])
    if result.children is not None:
        parts += _charts(result.children)
    for table in described[1:]:
        parts += _table(table)
    parts += [f"<h2>{_shown(_HOW[0])}</h2>", "<ul>", *(f"<li>{_shown(text)}</li>" for text in _HOW[1:]), "</ul>"]
    switch = "".join(
        f'<input type="radio" name="language" id="{key}"{" checked" if key == language else ""}>'
        f'<label for="{key}">{name}</label>'
        for key, name in (("en", "English"), ("zh", "中文"))
    )
    title = markup.escape(f"{result.title[language]} – {_LEAD[language]}")
    body = "\n".join(parts)
    page = (
        "<!DOCTYPE html>\n<html>\n<head>\n"
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n:root {{ {_COLOURS} }}{_STYLE}</style>\n</head>\n"
        f"<body>\n{switch}\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return seal(page, locale=_LOCALES[language])


_LEAD = both("Forecasts of the past, held to what came", "以往预测与实际对照")
_HOW = (
    both("How to read this", "阅读说明"),
    both(
        "From every year of the counts a forecast was made with nothing later than that year, and compared with what was "
        "counted afterwards.",
        "从每个有人口数的年份出发，只用当年及以前的数据作预测，再与后来的实际人口对照。",
    ),
    both(
        "Two plain methods stand beside ours: no change, and the method of Hamilton and Perry. A method that does not "
        "beat them is not worth its trouble.",
        "另列两种简单方法作对照：维持不变，以及 Hamilton-Perry 法。不能胜过它们的方法没有价值。",
    ),
    both(
        "The 80 % interval is to hold eight in ten of what came. Far fewer: it is too narrow; far more: too wide. It was "
        "corrected at every base year by the errors known by then.",
        "80%区间应包含约八成的实际值：过少说明区间偏窄，过多说明偏宽。每个基年的区间只用当时已知的误差校正。",
    ),
    both(
        "The past is no promise: a new policy, a new town or an epidemic is not in it.",
        "过去不代表未来：新政策、新城建设或疫情不在其中。",
    ),
)


def _shown(text: Text) -> str:
    """Return a text in both languages, of which the page shows one."""
    english, chinese = (markup.escape(visible(text[key])) for key in ("en", "zh"))
    if english == chinese:
        return english
    return f'<span class="en" lang="en">{english}</span><span class="zh" lang="zh-CN">{chinese}</span>'


def _table(table: Table) -> list[str]:
    """Draw a table; cells of its first column are headers, and repeated ones are not said twice."""
    side = [None if place < table.words else "n" for place in range(len(table.heads))]
    classes = [f' class="{name}"' if name else "" for name in side]
    head = "".join(
        f'<th scope="col"{look}>{_shown(text)}</th>' for text, look in zip(table.heads, classes, strict=True)
    )
    rows, before = [], None
    for row in table.rows:
        again = table.words > 1 and before == row[0]
        first = f'<th scope="row"{" class=again" if again else ""}>{_shown(row[0])}</th>'
        cells = "".join(f"<td{look}>{_shown(cell)}</td>" for cell, look in zip(row[1:], classes[1:], strict=True))
        rows.append(f"<tr{'' if again else ' class=first'}>{first}{cells}</tr>")
        before = row[0]
    return [
        f"<h2>{_shown(table.heading)}</h2>",
        *(f'<p class="note">{_shown(note)}</p>' for note in table.notes),
        '<div class="wide" tabindex="0">',
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>",
        *rows,
        "</tbody>\n</table>\n</div>",
    ]


# Charts


def _charts(test: ChildrenTest) -> list[str]:
    """Draw three charts per stage: error and coverage by years ahead, and forecasts beside what came."""
    parts = []
    for stage, (label, ages) in test.stages.items():
        own = test.accuracy.xs(stage, level="stage")
        steps = own.index.unique("horizon").sort_values().tolist()
        errors = [
            Line(name, look, steps, own.xs(method, level="method")["mape"].loc[steps].tolist())
            for (method, name), look in zip(METHODS.items(), ("ours", "plain1", "plain2"), strict=True)
        ]
        within = own.xs(describe_backtest.OURS, level="method")["coverage"].loc[steps].tolist()
        coverage = [
            Line(both("what came within the interval", "实际值落在区间内"), "ours", steps, within),
            Line(both("as it should be: 80 %", "应为80%"), "plain1", [steps[0], steps[-1]], [80.0, 80.0]),
        ]
        ahead = both("years ahead", "提前年数")
        heading = both(f"{label['en']} ({ages[0]}-{ages[1]})", f"{label['zh']}（{ages[0]}-{ages[1]}岁）")
        parts += [
            f"<h2>{_shown(heading)}</h2>",
            '<div class="charts">',
            _chart(both("Mean absolute error, %", "平均绝对误差（%）"), errors, x_name=ahead, top=None),
            _chart(both("Share within the 80 % interval, %", "80%区间命中率（%）"), coverage, x_name=ahead, top=100.0),
            _chart(
                both("The whole area: forecast and what came", "全域：预测与实际"),
                _history_lines(test, stage),
                x_name=both("year", "年份"),
                top=None,
            ),
            "</div>",
        ]
    return parts


def _history_lines(test: ChildrenTest, stage: str) -> list[Line]:
    """Return what was counted, and our forecasts from a few base years, each starting from its count."""
    actual = test.actual[stage]
    lines = [Line(both("counted", "实际"), "actual", actual.index.tolist(), actual.tolist())]
    for place, origin in enumerate(test.shown.index.unique("origin")):
        found = test.shown.loc[origin][stage]
        name = both("our forecasts of the past, from ●", "以往预测（自●起）") if place == 0 else both("", "")
        years, values = [origin, *found.index.tolist()], [float(actual[origin]), *found.tolist()]
        lines.append(Line(name, "ours thin", years, values, marked=True))
    coming, last = test.coming[stage], test.years[1]
    name = both(f"our forecast from {last}", f"自{last}年起的预测")
    lines.append(
        Line(name, "ours", [last, *coming.index.tolist()], [float(actual[last]), *coming.tolist()], marked=True)
    )
    return lines


def _chart(heading: Text, lines: Sequence[Line], *, x_name: Text, top: float | None) -> str:
    """Draw lines over a common axis from zero; every line differs by its dashes, not by colour alone."""
    known = [value for line in lines for value in line.y if np.isfinite(value)]
    ticks = _ticks(max([*known, 0.0]) if top is None else top)
    first, last = (end(value for line in lines for value in line.x) for end in (min, max))
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def across(value: float) -> float:
        return _LEFT + wide * (value - first) / max(last - first, 1)

    def up(value: float) -> float:
        return _HEIGHT - _BOTTOM - high * value / ticks[-1]

    parts = []
    for tick in ticks:
        y = up(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="end" x="{_LEFT - 6}" y="{y + 4:.1f}">{tick:,.10g}</text>')
    step = next((n for n in (1, 2, 5, 10, 20) if wide * n / max(last - first, 1) >= _TICK_ROOM), 50)
    step = 1 if last - first < 10 else step
    parts += [
        f'<text class="mid" x="{across(value):.1f}" y="{_HEIGHT - _BOTTOM + 16}">{value}</text>'
        for value in range(int(first), int(last) + 1)
        if value % step == 0
    ]
    parts.append(_svg_text(x_name, x=_WIDTH - _RIGHT, y=_HEIGHT - 6, look="end"))
    for line in lines:
        points = [(across(x), up(y)) for x, y in zip(line.x, line.y, strict=True) if np.isfinite(y)]
        path = "".join(f"{'L' if place else 'M'}{x:.1f} {y:.1f}" for place, (x, y) in enumerate(points))
        parts.append(f'<path class="line {line.look}" d="{path}"/>')
        if line.marked and points:
            parts.append(f'<circle class="from" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="3"/>')
    keys = "".join(
        f'<span class="key"><svg width="30" height="8" aria-hidden="true"><path class="line {line.look}" '
        f'd="M1 4H29"/></svg>{_shown(line.name)}</span>'
        for line in lines
        if line.name["en"]
    )
    label = markup.escape(f"{heading['en']} / {heading['zh']}")
    return (
        f'<figure><figcaption>{_shown(heading)}</figcaption><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{label}">{"".join(parts)}</svg><p class="keys">{keys}</p></figure>'
    )


def _svg_text(text: Text, *, x: float, y: float, look: str) -> str:
    return "".join(
        f'<text class="{look} {key}" x="{x}" y="{y}">{markup.escape(text[key])}</text>' for key in ("en", "zh")
    )


def _ticks(top: float) -> list[float]:
    """Return four to six round numbers from zero to at least `top`."""
    raw = max(top, 1e-9) / 4
    unit = 10.0 ** np.floor(np.log10(raw))
    step = next(factor * unit for factor in (1, 2, 2.5, 5, 10) if factor * unit >= raw)
    return [float(step * place) for place in range(int(np.ceil(top / step - 1e-9)) + 1)] if top > 0 else [0.0, 1.0]


_COLOURS = (
    f"--ink: {colours.INK}; --muted: {colours.MUTED}; --hairline: {colours.HAIRLINE}; "
    f"--ours: {colours.DEMAND}; --plain: {colours.SEATS}; --focus: #0b5cad;"
)
_STYLE = """
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 14px 18px 40px; color: var(--ink); background: #fff; font: 14px/1.45 "Segoe UI", -apple-system, "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif; font-variant-numeric: tabular-nums; }
#en:checked ~ main .zh, #zh:checked ~ main .en { display: none; }
input { margin: 0 4px 0 0; accent-color: var(--ink); }
label { margin-right: 16px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
h1 { margin: 12px 0 0; font-size: 22px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 26px 0 4px; font-size: 16px; }
p { margin: 4px 0; }
.lead { color: var(--muted); font-size: 16px; margin-bottom: 10px; }
.note { color: var(--muted); font-size: 13px; }
.wide { overflow-x: auto; max-height: 80vh; }
table { border-collapse: collapse; font-size: 13px; }
th, td { padding: 3px 14px 3px 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { position: sticky; top: 0; background: #fff; color: var(--muted); font-size: 12px; font-weight: 600; vertical-align: bottom; border-bottom: 1px solid var(--hairline); }
.first > * { border-top: 1px solid #e8e5de; }
tbody th { font-weight: 600; white-space: nowrap; }
tbody th.again { color: transparent; }
td:not(.n) { min-width: 4.5em; }
.n { text-align: right; white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); gap: 10px 22px; max-width: 1150px; }
figure { margin: 0; }
figcaption { font-weight: 600; font-size: 13px; }
figure > svg { display: block; width: 100%; max-width: 460px; height: auto; }
svg text { font-size: 11px; fill: var(--muted); }
.end { text-anchor: end; }
.mid { text-anchor: middle; }
.grid { stroke: #e6e3dc; }
.line { fill: none; stroke: var(--ink); stroke-width: 2; stroke-linejoin: round; }
.line.ours { stroke: var(--ours); stroke-width: 2.4; }
.line.thin { stroke-width: 1.8; stroke-dasharray: 6 3; }
.line.plain1 { stroke: var(--plain); stroke-dasharray: 7 4; }
.line.plain2 { stroke: var(--muted); stroke-dasharray: 2 3; }
.from { fill: var(--ours); stroke: #fff; }
.keys { font-size: 12px; color: var(--muted); }
.key { display: inline-flex; align-items: center; gap: 5px; margin-right: 14px; }
@media print { .wide { max-height: none; overflow: visible; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""
