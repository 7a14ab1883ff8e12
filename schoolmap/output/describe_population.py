"""Where the children come from, in words: the method, its figures, its errors in the past, and the peaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.demography import AS_GIVEN
from schoolmap.demography import HOUSEHOLD
from schoolmap.output import model
from schoolmap.output import words
from schoolmap.output.words import both
from schoolmap.population import backtest
from schoolmap.population.ladder import METHOD_NAMES
from schoolmap.population.scenarios import PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from schoolmap.demography import Demography
    from schoolmap.project import Project

WHERE = {
    "all": both("the whole area", "全域"),
    "town": both("county town", "县城"),
    "rest": both("outside the county town", "县城以外"),
}
SHOWN_HORIZONS = (1, 3, 5, 10)
_MOVES_AND_HOMES = frozenset({"no_migration", "delayed_housing"})
"""Presets that change nothing but moves and homes to come."""
_IDLE = {
    "P": both("does not apply to a projection used as given", "对现成预测不起作用"),
    "E": both("does not apply to pupils by grade", "对分年级在校生推算不起作用"),
}
_NOT_ADDED = {
    "P": both("a projection used as given has its own homes and moves", "现成预测按原样采用，已自含住宅与迁移"),
    "E": both("pupils are counted at their schools, not where they live", "在校生按学校而非居住地统计"),
}
"""Why the methods `AS_GIVEN` take no homes and no moves."""
_TABLES = {"developments": both("developments", "住宅项目"), "migration": both("migration", "迁移")}


def describe_population(project: Project, demography: Demography) -> model.Population:
    """
    Return the page on the population.

    Parameters
    ----------
    project
        The project.
    demography
        Its children, from `demography.make_demography`.
    """
    rung = demography.children.rung
    return model.Population(
        method=rung.code,
        name=both(rung.name["en"], rung.name["zh"]),
        reason=both(rung.reason["en"], rung.reason["zh"]),
        passed_over=tuple(
            model.PassedOver(
                method=code,
                name=both(METHOD_NAMES[code]["en"], METHOD_NAMES[code]["zh"]),
                reason=both(reason["en"], reason["zh"]),
            )
            for code, reason in rung.passed_over
        ),
        facts=(
            *(_SENTENCES[fact.key](fact.value, fact.about) for fact in demography.children.facts),
            *_assumed(project, demography),
            *_homes_and_moves(project, demography),
        ),
        births=_births(demography),
        peaks=_peaks(demography),
        accuracy=_accuracy(demography.accuracy),
        accuracy_note=_accuracy_note(demography),
    )


def _percent(share: float) -> model.Text:
    shown = f"{100 * share:+.1f}".replace("-", "−")
    return both(f"{shown} %", f"{shown}%")


def _change(value: float, about: str) -> model.Text:
    ages, span = about.split(", ", 1)
    share = _percent(value)
    return both(
        f"Children aged {ages} change by {share['en']} a year while they grow older "
        f"(moves and deaths together; {span.replace(' - ', ' to ')}).",
        f"{ages}岁儿童随年龄增长每年变化{share['zh']}（迁移与死亡合计，{span.replace(' - ', '至')}）。",
    )


def _held_births(value: float, _: str) -> model.Text:
    return both(
        f"The last years show about {words.number(value)} births a year (less those who did not stay).",
        f"近年每年约出生{words.number(value)}人（扣除未留下者）。",
    )


def _retention(value: float, about: str) -> model.Text:
    return both(
        f"For 100 births of a year, {100 * value:.1f} infants were counted ({about}).",
        f"每100名当年出生儿童对应{100 * value:.1f}名0岁常住儿童（{about}）。",
    )


def _mothers(value: float, about: str) -> model.Text:
    return both(
        f"At the level of the last years a woman has {value:.2f} children ({about}); how many mothers there will be "
        "is projected.",
        f"按近年水平，每名妇女平均生育{value:.2f}个孩子（{about}）；育龄妇女人数按队列推算。",
    )


def _known_births(value: float, _: str) -> model.Text:
    return both(
        f"Births are known for the cohorts up to the school year {value:.0f}.",
        f"出生数已知，直至{value:.0f}学年的出生队列。",
    )


def _given(value: float, about: str) -> model.Text:
    return both(
        f"The projection brought by the user is used as given, {value:.0f} school years (source: {about or 'not stated'}).",
        f"直接采用用户提供的预测，共{value:.0f}个学年（来源：{about or '未注明'}）。",
    )


def _jumps(value: float, about: str) -> model.Text:
    return both(
        f"{value:.0f} cohort(s) of that projection grow or shrink by half within a year, most of all in {about}: "
        "ask why.",
        f"该预测中有{value:.0f}个队列一年内增减过半，最突出的是{about}，请核实。",
    )


def _progression(value: float, about: str) -> model.Text:
    return both(
        f"A grade has on average {_percent(value)['en']} pupils a year later (up to {about}).",
        f"各年级升入下一年级时平均变化{_percent(value)['zh']}（至{about}年）。",
    )


def _marriages(value: float, _: str) -> model.Text:
    return both(
        f"First marriages announce first births one and two years later: all births change by {_percent(value)} by then.",
        f"初婚数预示其后一至二年的一孩出生:届时总出生数变化{_percent(value)}。",
    )


_SENTENCES: dict[str, Callable[[float, str], model.Text]] = {
    "change": _change,
    "births": _held_births,
    "retention": _retention,
    "mothers": _mothers,
    "known_births": _known_births,
    "given": _given,
    "jumps": _jumps,
    "progression": _progression,
    "marriages": _marriages,
}


def _assumed(project: Project, demography: Demography) -> list[model.Text]:
    """Say what was assumed where nothing was measured, and what each scenario starts from."""
    settings, method, found = project.settings_population, demography.children.rung.code, []
    if method == "E":
        found.append(
            both(
                "Method E counts pupils where they go to school; attendance is 1.",
                "方法 E 按就读学校统计在校生，入学率为1。",
            ),
        )
    if demography.children.ratios is None and method not in AS_GIVEN:
        found.append(
            both(
                "Nothing tells how many families move in or out: children only grow older here.",
                "没有迁移数据：儿童仅随年龄增长，不计迁入迁出。",
            )
            if demography.moved is None
            else both(
                "Only moves to the county town are counted, by the rates given: nothing tells of other moves.",
                "仅按给定比例计入进城迁移；没有其他迁移数据，不计其他迁入迁出。",
            ),
        )
    if settings.births == "national":
        found.append(
            both(
                f"Births follow the national projection {settings.national} after the last known year; "
                "that a county does is an assumption.",
                f"最后已知年份之后，出生数随全国预测（{settings.national}）变化；县域同步变化为假设。",
            ),
        )
    found += [
        both(
            f"Excluded from learning: {item.year} ({item.reason['en']}).",
            f"{item.year}年不参与推算（{item.reason['zh']}）。",
        )
        for item in settings.exclude_years
    ]
    found += [
        both(
            f"Scenario “{item.label['en']}”: {text['en']}.",
            f"情景“{item.label['zh']}”：{text['zh']}。",
        )
        for item in project.scenarios
        if item.preset != "central"
        for text in [_IDLE[method] if method in _IDLE and item.preset in _MOVES_AND_HOMES else PRESETS[item.preset]]
    ]
    return found


def _homes_and_moves(project: Project, demography: Demography) -> list[model.Text]:
    """Say what homes to come and moves to the county town bring in the last year, in the first scenario."""
    first, found = project.scenarios[0].id, []
    if demography.ignored:
        names, why = [_TABLES[name] for name in demography.ignored], _NOT_ADDED[demography.children.rung.code]
        found.append(
            both(
                f"Given, but not added: {', '.join(name['en'] for name in names)}; {why['en']}.",
                f"已提供但未计入：{'、'.join(name['zh'] for name in names)}；{why['zh']}。",
            ),
        )
    if demography.new_homes is not None:
        last = demography.new_homes.sel(scenario=first).isel(year=-1).sum("stage")
        share = project.settings_population.additionality
        found.append(
            both(
                f"Homes to come hold {words.number(float(last['living']))} children of school age in "
                f"{int(last['year'])}; {words.number(float(last['new']))} of them are new to the area "
                f"({100 * share:.0f} %), the others move within it.",
                f"新建住宅在{int(last['year'])}年容纳{words.number(float(last['living']))}名学龄儿童，"
                f"其中{words.number(float(last['new']))}名为域外新增（{100 * share:.0f}%），其余为域内搬迁。",
            ),
        )
        if project.yields is None:
            found.append(
                both(
                    "Children per new home are those of the homes there are, at "
                    f"{HOUSEHOLD} persons per household (census 2020), with more young children in new homes: an assumption.",
                    f"新建住宅的户均儿童数取现有住宅水平（每户{HOUSEHOLD}人，2020年人口普查），新房低龄儿童较多；为假设。",
                ),
            )
    if demography.moved is not None:
        moved = demography.moved.sel(scenario=first).isel(year=-1).sum("stage")
        found.append(
            both(
                f"In {int(moved['year'])}, {words.number(float(moved))} children of school age live in the county town "
                "because of moves there; the whole area neither gains nor loses by it.",
                f"到{int(moved['year'])}年，{words.number(float(moved))}名学龄儿童因进城而居住在县城；全域总数不变。",
            ),
        )
        if demography.children.ratios is not None:
            found.append(
                both(
                    "The rates of moving to the county town are added to the moves that the counts show already: give "
                    "only what goes beyond them, else they count twice.",
                    "迁往县城的比例是在人口数据已显示的迁移之上另加；只应填写超出部分，否则重复计算。",
                ),
            )
    return found


def _births(demography: Demography) -> tuple[model.Births, ...]:
    return tuple(
        model.Births(
            scenario=str(name),
            years=tuple(int(year) for year in column.index),
            births=tuple(round(float(value), 1) for value in column),
        )
        for name, column in demography.births.items()
    )


def _peaks(demography: Demography) -> tuple[model.Peak, ...]:
    return tuple(
        model.Peak(
            where=WHERE[record["where"]],
            stage=record["stage"],
            scenario=record["scenario"],
            base=round(float(record["children"]), 1),
            peak_year=int(record["peak_year"]),
            peak=round(float(record["peak"]), 1),
            last=round(float(record["last"]), 1),
            change=None if record["change"] != record["change"] else round(float(record["change"]), 1),
            direction=str(record["direction"]),
        )
        for record in demography.peaks.reset_index().to_dict("records")
    )


def _accuracy(table: pd.DataFrame | None) -> tuple[model.Accuracy, ...]:
    if table is None:
        return ()
    labels = {method.name: method.label for method in (backtest.OURS, *backtest.BASELINES)}
    rows = table.reset_index()
    rows = rows[rows["horizon"].isin(SHOWN_HORIZONS) & (rows["forecasts"] > 0)]
    return tuple(
        model.Accuracy(
            method=labels[record["method"]],
            ours=record["method"] == backtest.OURS.name,
            stage=record["stage"],
            horizon=int(record["horizon"]),
            forecasts=int(record["forecasts"]),
            mape=round(float(record["mape"]), 2),
            malpe=round(float(record["malpe"]), 2),
            median=round(float(record["median"]), 2),
            p90=round(float(record["p90"]), 2),
            coverage=None if record["coverage"] != record["coverage"] else round(float(record["coverage"]), 1),
        )
        for record in rows.to_dict("records")
    )


def _accuracy_note(demography: Demography) -> model.Text:
    """Say what the intervals rest on."""
    if demography.factors is None:
        return both(
            "The intervals rest on assumed spreads from published series: without a history of yearly counts "
            "they could not be tested on this area.",
            "区间依据公开序列的假设离散度；本地没有逐年人口历史，无法检验。",
        )
    return both(
        "Forecasts were made from every past year with what was known then, and compared with what came. The "
        "intervals were corrected by those errors.",
        "以往每一年都用当时已知的数据作过预测，并与实际对照；区间已按这些误差校正。",
    )
