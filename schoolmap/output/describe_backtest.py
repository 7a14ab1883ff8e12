"""A backtest in words and tables, in both languages, for the terminal and for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from schoolmap.backtesting import METHODS
from schoolmap.output.describe_population import SHOWN_HORIZONS
from schoolmap.output.describe_population import WHERE
from schoolmap.output.population_tables import DIRECTIONS
from schoolmap.output.population_tables import YES
from schoolmap.output.text import display_width
from schoolmap.output.text import visible
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from schoolmap.backtesting import Backtest
    from schoolmap.backtesting import ChildrenTest
    from schoolmap.backtesting import PupilTest
    from schoolmap.output.model import Text

OURS = next(iter(METHODS))
_DIGITS = 2
"""Digits of an error, in per cent."""
_BORN = {
    "born": both("all born at the base year", "基年均已出生"),
    "mixed": both("some born at the base year", "基年部分已出生"),
    "unborn": both("none born at the base year", "基年均未出生"),
}
_LEVELS = {
    "district": both("all pupils", "全域合计"),
    "district grade": both("all pupils of a grade", "全域分年级"),
    "school": both("a school", "各校"),
}
_PUPIL_METHODS = {
    "births": both("grades move up, entry from births", "升级率，入学人数由出生数推算"),
    "mean": both("grades move up, entry as in the last years", "升级率，入学人数取近年平均"),
    "school": both("every school by its own ratios", "各校单独升级率"),
    "no_change": both("no change", "维持不变"),
}
_UNKNOWN = both("–", "–")
_STAGE, _METHOD = both("Stage", "学段"), both("Method", "方法")


class Table(NamedTuple):
    """A heading, sentences below it, and cells that are ready to show: first `words` columns of words, then figures."""

    heading: Text
    notes: Sequence[Text]
    heads: Sequence[Text]
    rows: Sequence[Sequence[Text]]
    words: int


def opening(result: Backtest) -> list[Text]:
    """Return what was tested, and the verdict, as sentences."""
    found = []
    if result.children is not None:
        test, forecasts = result.children, result.children.forecasts
        first, last = test.years
        longest = int(forecasts["horizon"].max())
        count, origins = f"{len(forecasts):,}", test.origins
        found.append(
            both(
                f"Counts of {first} to {last} in {test.areas} areas; {count} forecasts from {len(origins)} base years "
                f"({origins[0]} to {origins[-1]}), up to {longest} years ahead, each with what was known in its base year.",
                f"{test.areas}个区域{first}至{last}年逐年人口；从{len(origins)}个基年（{origins[0]}至{origins[-1]}年）"
                f"作出{count}次预测，最远{longest}年，每次只用基年当时已知的数据。",
            ),
        )
        wins, cells = _wins(test.accuracy)
        found.append(
            both(
                f"Our method is at least as accurate as both plain methods in {wins} of {cells} cases (stage × years ahead).",
                f"在{cells}种情形（学段×提前年数）中，本方法有{wins}种不逊于两种简单方法。",
            ),
        )
    if result.excluded:
        years = ", ".join(map(str, result.excluded))
        found.append(both(f"Not compared with: {years}.", f"不参与对照的年份：{years}。"))
    found += [both(f"Not tested: {text['en']}", f"未检验：{text['zh']}") for text in result.untested]
    return found


def tables(result: Backtest, *, areas: bool) -> tuple[Table, ...]:
    """
    Return the tables of a backtest, in the order in which they are read.

    Parameters
    ----------
    result
        From `backtesting.make_backtest`.
    areas
        Whether the peaks of every single area are wanted too.
    """
    found = []
    if result.children is not None:
        test = result.children
        found += [_peaks(test), _errors(test), _whole(test), _sizes(test), _births(test)]
        found += [_area_peaks(test)] if areas else []
    if result.pupils is not None:
        found.append(_pupils(result.pupils))
    return tuple(found)


def as_text(result: Backtest, *, language: str) -> str:
    """
    Return a backtest as plain text for a terminal.

    Parameters
    ----------
    result
        From `backtesting.make_backtest`.
    language
        `en` or `zh`.
    """
    lines = ["", visible(result.title[language]), *(text[language] for text in opening(result))]
    for table in tables(result, areas=False):
        lines += ["", table.heading[language], *_aligned(table, language), *(note[language] for note in table.notes)]
    return "\n".join([*lines, ""])


def as_records(result: Backtest) -> dict[str, object]:
    """
    Return the tables of a backtest for machines: plain records, nothing rounded; what is not known is `None`.

    Parameters
    ----------
    result
        From `backtesting.make_backtest`.
    """
    found: dict[str, pd.DataFrame] = {}
    if result.children is not None:
        test = result.children
        found |= {
            "accuracy": test.accuracy,
            "whole_area": test.whole,
            "by_size": test.by_size,
            "by_birth": test.by_birth,
            "peaks": test.peaks,
            "area_peaks": test.area_peaks,
        }
    if result.pupils is not None:
        found["pupils"] = result.pupils.accuracy
    return {
        name: [
            {key: None if value != value else value for key, value in record.items()}  # noqa: PLR0124 - not a number
            for record in _records(table)
        ]
        for name, table in found.items()
    }


def _aligned(table: Table, language: str) -> list[str]:
    """Lay cells in columns; a Chinese character is two wide."""
    cells = [[visible(cell[language]).replace("\n", " ") for cell in row] for row in (table.heads, *table.rows)]
    if table.words > 1:
        above = [""] + [row[0] for row in cells]
        cells = [["" if row[0] == before else row[0], *row[1:]] for row, before in zip(cells, above, strict=False)]
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        padded = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            room = " " * (width - display_width(cell))
            padded.append(cell + room if place < table.words else room + cell)
        lines.append("  " + "  ".join(padded).rstrip())
    return lines


def _same(text: str) -> Text:
    return both(text, text)


def _figure(value: float, *, digits: int = _DIGITS, signed: bool = False) -> Text:
    if value != value:  # noqa: PLR0124 - not a number
        return _UNKNOWN
    shown = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return _same(shown.replace("-", "−"))


def _figures(values: pd.Series, *, digits: int = _DIGITS, signed: bool = False) -> list[Text]:
    return [_figure(float(value), digits=digits, signed=signed) for value in values]


def _count(value: float) -> Text:
    return _same(f"{value:,.0f}")


def _ahead(horizon: int) -> Text:
    return both(f"{horizon} y", f"{horizon}年")


def _shown(horizons: Sequence[int]) -> list[int]:
    return [horizon for horizon in SHOWN_HORIZONS if horizon in set(horizons)]


def _wins(accuracy: pd.DataFrame) -> tuple[int, int]:
    best = _best(accuracy["mape"])
    return int(best.sum()), len(best)


def _best(mape: pd.Series) -> pd.Series:
    """Tell by stage and horizon whether ours is no worse than both plain methods, to the digits that are shown."""
    table = mape.round(_DIGITS).unstack("method")
    found: pd.Series = table[OURS] <= table.drop(columns=OURS).min(axis=1)
    return found


def _stage_rows(test: ChildrenTest, accuracy: pd.DataFrame, *, more: bool) -> list[list[Text]]:
    """Return one row per stage and method, and below them what is known of ours alone."""
    shown = _shown(accuracy.index.unique("horizon").tolist())
    rows, good = [], _best(accuracy["mape"])
    for stage, (label, ages) in test.stages.items():
        named = both(f"{label['en']} {ages[0]}-{ages[1]}", f"{label['zh']}{ages[0]}-{ages[1]}岁")
        own = accuracy.xs(stage, level="stage")
        for method, name in METHODS.items():
            rows.append([named, name, *_figures(own.xs(method, level="method")["mape"].loc[shown])])
        ours = own.xs(OURS, level="method")
        best = [YES[bool(good.loc[(stage, step)])] for step in shown]
        rows.append([named, both("ours at least as good as both", "本方法不逊于两者"), *best])
        bias = _figures(ours["malpe"].loc[shown], signed=True)
        rows.append([named, both("bias of ours", "本方法偏差"), *bias])
        if more:
            tail = _figures(ours["p90"].loc[shown])
            rows.append([named, both("9 of 10 errors of ours below", "本方法九成误差低于"), *tail])
            within = _figures(ours["coverage"].loc[shown], digits=0)
            rows.append([named, both("within the 80 % interval", "落在80%区间内"), *within])
    return rows


def _errors(test: ChildrenTest) -> Table:
    heads = [_STAGE, _METHOD, *map(_ahead, _shown(test.accuracy.index.unique("horizon").tolist()))]
    notes = [
        both(
            "Mean absolute error of the areas in per cent, by years ahead. Bias: above zero, too many were forecast.",
            "各区域平均绝对误差（%），按提前年数。偏差为正表示预测偏多。",
        ),
    ]
    heading = both("How wrong: the areas", "误差：各区域")
    return Table(heading, notes, heads, _stage_rows(test, test.accuracy, more=True), 2)


def _whole(test: ChildrenTest) -> Table:
    heads = [_STAGE, _METHOD, *map(_ahead, _shown(test.whole.index.unique("horizon").tolist()))]
    note = both("The areas together: errors cancel in part. Per cent.", "各区域合计：误差部分抵消（%）。")
    rows = _stage_rows(test, test.whole, more=False)
    return Table(both("How wrong: the whole area", "误差：全域合计"), [note], heads, rows, 2)


def _by(table: pd.DataFrame, level: str, labels: dict[str, Text]) -> list[list[Text]]:
    """Return one row per class: how many, the error of every method, then bias and coverage of ours."""
    rows = []
    for key, label in labels.items():
        # in areas of a few children a method may have no forecast of a class
        own = table.xs(key, level=level).reindex(list(METHODS))
        ours = own.loc[OURS].astype(float).fillna({"forecasts": 0.0}).to_dict()
        mape = own["mape"].round(_DIGITS)
        good = YES[bool(mape[OURS] <= mape.drop(OURS).min())] if mape.notna().all() else _UNKNOWN
        row = [label, _count(ours["forecasts"]), *_figures(mape), good]
        rows.append([*row, _figure(ours["malpe"], signed=True), _figure(ours["coverage"], digits=0)])
    return rows


_BY_HEADS = (
    both("Forecasts", "预测数"),
    both("Ours", "本方法"),
    *(both(label["en"].split(",")[0], label["zh"].split("（")[0]) for name, label in METHODS.items() if name != OURS),
    both("Ours best", "是否最优"),
    both("Bias of ours", "本方法偏差"),
    both("In 80 %", "80%区间内"),
)


def _sizes(test: ChildrenTest) -> Table:
    found = sorted(
        test.by_size.index.unique("size"), key=lambda text: float(text.split("-")[0].strip("+").replace(",", ""))
    )
    heads = [both("Children of the stage in the area", "区域内该学段儿童数"), *_BY_HEADS]
    ahead = test.size_horizon
    heading = both(f"By size of the area, {ahead} years ahead", f"按区域大小，提前{ahead}年")
    return Table(heading, [], heads, _by(test.by_size, "size", {size: _same(size) for size in found}), 1)


def _births(test: ChildrenTest) -> Table:
    known = test.by_birth.index.unique("born")
    labels = {name: label for name, label in _BORN.items() if name in known}
    heads = [both("The children forecast were", "被预测的儿童"), *_BY_HEADS]
    return Table(both("Born or not yet born", "已出生与未出生"), [], heads, _by(test.by_birth, "born", labels), 1)


def _peak_cells(row: dict[str, Any]) -> list[Text]:
    return [
        DIRECTIONS[row["direction"]],
        _count(row["children"]),
        _same(str(row["peak_year"])),
        _count(row["peak"]),
        _count(row["last"]),
        _figure(row["change"], digits=1, signed=True),
    ]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.reset_index().to_dict("records")]


def _peak_heads(test: ChildrenTest) -> list[Text]:
    now, last = test.years[1], test.peak_years[1]
    return [
        both("Five years on", "五年走势"),
        _same(str(now)),
        both("Peak year", "峰值年"),
        both("Peak", "峰值"),
        _same(str(last)),
        both("Change %", "增减%"),
    ]


def _peaks(test: ChildrenTest) -> Table:
    first, last = test.peak_years
    rows = [[test.stages[row["stage"]][0], WHERE[row["where"]], *_peak_cells(row)] for row in _records(test.peaks)]
    note = both(
        f"Counts and our forecast together; the peak is looked for from {first} to {last}. The forecast reaches as far "
        "as was tested.",
        f"由实际人口与本方法预测合并得出；峰值在{first}至{last}年内查找，预测不超过检验过的年限。",
    )
    heads = [_STAGE, both("Where", "范围"), *_peak_heads(test)]
    return Table(both("More children or fewer, and when most", "学龄儿童增减与峰值"), [note], heads, rows, 2)


def _area_peaks(test: ChildrenTest) -> Table:
    rows = [
        [_same(str(row["area"])), test.stages[row["stage"]][0], *_peak_cells(row)] for row in _records(test.area_peaks)
    ]
    heads = [both("Area", "区域"), _STAGE, *_peak_heads(test)]
    return Table(both("The same by area", "各区域增减与峰值"), [], heads, rows, 2)


def _pupils(test: PupilTest) -> Table:
    shown = sorted(test.accuracy.index.unique("horizon"))
    rows = []
    for level in [level for level in _LEVELS if level in test.accuracy.index.unique("level")]:
        own = test.accuracy.xs(level, level="level")
        for method in [method for method in _PUPIL_METHODS if method in own.index.unique("method")]:
            mape = own.xs(method, level="method")["mape"].reindex(shown)
            rows.append([_LEVELS[level], _PUPIL_METHODS[method], *(_figure(value) for value in mape)])
    note = both("Mean absolute error in per cent, by years ahead.", "平均绝对误差（%），按提前年数。")
    heads = [both("Pupils", "在校生"), _METHOD, *map(_ahead, shown)]
    return Table(both("How wrong: pupils by grade", "误差：分年级在校生"), [note], heads, rows, 2)
