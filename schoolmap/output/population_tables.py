"""
The page on the population as sections of text and tables, for products that run no scripts.

The workbook and the plain tables of the web map say the same with the same
words; how a section is drawn is theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from schoolmap.output.sheets import Column
from schoolmap.output.words import both
from schoolmap.output.words import colon
from schoolmap.output.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.output.model import Accuracy
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Text
    from schoolmap.output.sheets import Cell

DIRECTIONS = {
    "rising": both("▲ rising", "▲ 上升"),
    "falling": both("▼ falling", "▼ 下降"),
    "level": both("▬ level", "▬ 持平"),
}
"""A sign and a word, so that neither colour nor language alone must tell it."""
YES = {True: both("✓ yes", "✓ 是"), False: both("✗ no", "✗ 否")}
_STAGE = Column("Stage", "学段", "text")


class Section(NamedTuple):
    """A heading, sentences below it, and a table, which may be empty."""

    heading: str
    texts: Sequence[str] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()


def sections(model: MapModel, *, language: str) -> tuple[Section, ...]:
    """
    Describe the page on the population.

    Parameters
    ----------
    model
        The plan as plain data.
    language
        `en` or `zh`.

    Returns
    -------
    sections
        Peaks, method, better methods, figures, births and errors in the past;
        those with nothing to say are left out.
    """
    found = (
        _peaks(model, language),
        _method(model, language),
        _passed_over(model, language),
        Section(_in(language, "Figures behind it", "依据的数值"), [text[language] for text in model.population.facts]),
        births(model, language=language),
        _errors(model, language),
    )
    return tuple(section for section in found if section.texts or section.rows)


def births(model: MapModel, *, language: str) -> Section:
    """Describe the births: one row per school cohort, one column per scenario."""
    lines = model.population.births
    labels = {item.id: item.label[language] for item in model.scenarios}
    by_year = [dict(zip(line.years, line.births, strict=True)) for line in lines]
    years = sorted({year for line in by_year for year in line})
    columns = [Column("Cut-off day in", "截止日所在年份", "year")]
    columns += [Column(name := labels.get(line.scenario, line.scenario), name, "count") for line in lines]
    note = _in(
        language,
        "Less those who did not stay; by school cohort, the year of its cut-off day.",
        "扣除未留下者；按入学批次，即截止日所在年份。",
    )
    rows = [(year, *(line.get(year) for line in by_year)) for year in years]
    return Section(
        _in(language, "Births a year, by scenario", "各情景每年出生人数"), [note] if rows else [], columns, rows
    )


def in_short(model: MapModel, *, language: str) -> list[str]:
    """
    Return the few lines that the command prints: method, what it lacks, direction and peaks, error in the past.

    Parameters
    ----------
    model
        The plan as plain data.
    language
        `en` or `zh`.
    """
    people, between = model.population, colon(language)
    head = _in(language, "Population", "人口")
    method = _in(language, f"method {people.method}", f"方法 {people.method}")
    comma, semicolon = _in(language, ", ", "，"), _in(language, "; ", "；")
    lines = [f"{head}{between}{method}{comma}{people.name[language]} - {people.reason[language]}"]
    if people.passed_over:
        listed = semicolon.join(f"{item.method} {item.reason[language]}" for item in people.passed_over)
        lines.append(f"{_in(language, 'Passed over', '未采用')}{between}{listed}")
    labels = {stage.id: stage.label[language] for stage in model.stages}
    for peak in people.peaks:
        if peak.scenario == model.scenarios[0].id:
            most = _in(
                language,
                f"{number(peak.base)} in {model.base_year}, most in {peak.peak_year} ({number(peak.peak)}), "
                f"{number(peak.last)} in {model.years[-1]}",
                f"{model.base_year}年{number(peak.base)}人，{peak.peak_year}年最多{number(peak.peak)}人，"
                f"{model.years[-1]}年{number(peak.last)}人",
            )
            stage = labels.get(peak.stage, peak.stage)
            where = f"  {stage}{comma}{peak.where[language]}"
            lines.append(f"{where}{between}{DIRECTIONS[peak.direction][language]}{semicolon}{most}")
    errors = [
        _in(
            language,
            f"{labels.get(ours.stage, ours.stage)} {ours.horizon} y {ours.mape:.1f} % ({_plainly(plain, language)})",
            f"{labels.get(ours.stage, ours.stage)}提前{ours.horizon}年{ours.mape:.1f}%（{_plainly(plain, language)}）",
        )
        for ours, plain in _compared(people.accuracy)
    ]
    if errors:
        lines.append(f"{_in(language, 'Mean error in the past', '以往平均误差')}{between}{semicolon.join(errors)}")
    else:
        lines.append(people.accuracy_note[language])
    return lines


def _plainly(plain: dict[str, float], language: str) -> str:
    best = min(plain.values(), default=None)
    if best is None:
        return _in(language, "nothing to compare with", "无对照")
    return _in(language, f"best plain method {best:.1f} %", f"最佳简单方法{best:.1f}%")


def _in(language: str, english: str, chinese: str) -> str:
    return both(english, chinese)[language]


def _peaks(model: MapModel, language: str) -> Section:
    stages = {item.id: item.label[language] for item in model.stages}
    scenarios = {item.id: item.label[language] for item in model.scenarios}
    first, last = model.base_year, model.years[-1]
    columns = (
        Column("Where", "范围", "text"),
        _STAGE,
        Column("Scenario", "情景", "text"),
        Column("Five years on", "五年走势", "text"),
        Column(f"Base {first}", f"{first}年（基年）", "count"),
        Column("Peak year", "峰值年", "year"),
        Column("Peak", "峰值", "count"),
        Column(f"Last {last}", f"{last}年（末年）", "count"),
        Column("Change", "增减", "signed"),
    )
    rows = [
        (
            *(peak.where[language], stages.get(peak.stage, peak.stage), scenarios.get(peak.scenario, peak.scenario)),
            DIRECTIONS[peak.direction][language],
            *(peak.base, peak.peak_year, peak.peak, peak.last, peak.change),
        )
        for peak in model.population.peaks
    ]
    note = _in(
        language,
        "The arrow tells the five years after the base year; the change is from the base to the last year.",
        "箭头表示基年之后五年的走势；增减幅为末年比基年。",
    )
    heading = _in(language, "More children or fewer, and when most", "学龄儿童增减与峰值")
    return Section(heading, [note] if rows else [], columns, rows)


def _method(model: MapModel, language: str) -> Section:
    people = model.population
    method = _in(language, f"Method {people.method}", f"方法 {people.method}")
    text = f"{method}{colon(language)}{people.name[language]} – {people.reason[language]}"
    return Section(_in(language, "Method", "预测方法"), [text])


def _passed_over(model: MapModel, language: str) -> Section:
    columns = (Column("Method", "方法", "text"), Column("What is lacking", "缺少什么", "long"))
    rows = [(f"{item.method} {item.name[language]}", item.reason[language]) for item in model.population.passed_over]
    heading = _in(language, "Better methods, and what they lack here", "未采用的更优方法及所缺数据")
    return Section(heading, (), columns, rows)


def _errors(model: MapModel, language: str) -> Section:
    people = model.population
    compared = _compared(people.accuracy)
    names = list(dict.fromkeys(name for _, plain in compared for name in plain))
    texts = [people.accuracy_note[language]]
    if compared:
        name = compared[0][0].method[language]
        texts.append(
            _in(
                language,
                f"Ours: {name}. Error: the mean of the errors, without their sign. Bias: above zero, too many were "
                "forecast. 9 of 10: so large at most were nine in ten errors. Within 80 %: how often what came lay "
                "within the interval.",
                f"本方法：{name}。误差：误差绝对值的平均。偏差：正数表示预测偏多。九成误差：九成预测的误差不超过此值。"
                "80%区间命中：实际值落在区间内的比例。",
            )
        )
    stages = {item.id: item.label[language] for item in model.stages}
    labels = _labels(people.accuracy)
    columns = (
        _STAGE,
        Column("Years ahead", "提前年数", "year"),
        Column("Forecasts", "预测数", "count"),
        Column("Ours: error", "本方法误差", "percent"),
        *(Column(labels[name]["en"], labels[name]["zh"], "percent") for name in names),
        Column("Bias", "偏差", "signed"),
        Column("9 of 10", "九成误差", "percent"),
        Column("Within 80 %", "80%区间命中", "percent"),
        Column("Ours best", "是否最优", "text"),
    )
    rows = [
        (
            *(stages.get(ours.stage, ours.stage), ours.horizon, ours.forecasts, ours.mape),
            *(plain.get(name) for name in names),
            *(ours.malpe, ours.p90, ours.coverage),
            YES[ours.mape <= min(plain.values(), default=ours.mape)][language],
        )
        for ours, plain in compared
    ]
    return Section(_in(language, "How wrong it would have been in the past", "以往预测的误差"), texts, columns, rows)


def _labels(accuracy: Sequence[Accuracy]) -> dict[str, Text]:
    """Return the names of the methods by their English one."""
    return {row.method["en"]: row.method for row in accuracy}


def _compared(accuracy: Sequence[Accuracy]) -> list[tuple[Accuracy, dict[str, float]]]:
    """Lay the mean errors of the plain methods beside ours, by stage and horizon."""
    plain: dict[tuple[str, int], dict[str, float]] = {}
    for row in accuracy:
        if not row.ours:
            plain.setdefault((row.stage, row.horizon), {})[row.method["en"]] = row.mape
    return [(row, plain.get((row.stage, row.horizon), {})) for row in accuracy if row.ours]
