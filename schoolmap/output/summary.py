"""The few lines that the command prints: the population, totals of each stage, worst catchments, audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.lookups import catchment_names
from schoolmap.output.lookups import central
from schoolmap.output.lookups import scenario_labels
from schoolmap.output.population_tables import in_short
from schoolmap.output.words import both
from schoolmap.output.words import number

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel
    from schoolmap.output.model import Stage

_HEAD = both(
    f"{'year':>6}{'demand':>10}{'80 % interval':>18}{'seats':>10}{'short':>9}{'spare':>9}{'born':>7}",
    f"{'年':>5}{'需求':>8}{'80%区间':>15}{'学位':>8}{'缺':>8}{'余':>8}{'已出生':>6}",
)
_SCENARIO = both("scenario", "情景")
_ATTENDANCE = both("attendance", "入学率")
_WORST = both("short of seats", "缺学位")
_NONE = both("no catchment is short of seats", "没有片区缺学位")
_AUDIT = both("Audit: no child is lost", "核对：一个孩子都不丢")
_HOLDS = {True: both("holds", "相符"), False: both("FAILS", "不符")}
_COUNTS = both("{n} red, {m} yellow of {all}", "红色 {n}、黄色 {m}，共 {all} 项")
_LISTED = 5


def summarise(model: MapModel, *, language: str) -> str:
    """
    Return the summary of a plan as plain text.

    Parameters
    ----------
    model
        The description of the plan.
    language
        `en` or `zh`.
    """
    lines = ["", model.title[language], "", *in_short(model, language=language)]
    for stage in model.stages:
        lines += ["", *_stage(model, stage, central(model, stage.id), language)]
    lines += _warnings(model, language)
    lines += ["", _AUDIT[language]]
    lines += [
        f"  {_HOLDS[line.holds][language]}  {line.name[language]}: {line.left:,.3f} = {line.right:,.3f}"
        f" ({line.difference:.1e})"
        for line in model.audit
    ]
    return "\n".join([*lines, ""])


def _warnings(model: MapModel, language: str) -> list[str]:
    """Count the seat warnings of each year ahead, entry grades and all grades together."""
    table = next((table for table in model.tables if table.id == "warnings"), None)
    if table is None:
        return []
    lines = ["", f"{table.title[language]}"]
    for at, column in enumerate(table.columns):
        if column.kind == "level":
            levels = [row[at] for row in table.rows]
            counts = {"n": levels.count("red"), "m": levels.count("watch"), "all": len(levels)}
            lines.append(f"  {column.label[language]}: " + _COUNTS[language].format(**counts))
    return lines


def _stage(model: MapModel, stage: Stage, panel: Panel, language: str) -> list[str]:
    scenario = scenario_labels(model, language=language)[panel.scenario]
    lines = [
        f"{stage.label[language]} ({stage.ages[0]}-{stage.ages[1]}), {_SCENARIO[language]} {scenario}",
        _HEAD[language],
    ]
    totals, last = panel.totals, len(model.years) - 1
    for at, year in enumerate(model.years):
        if at in {0, last} or year % 5 == 0:
            interval = f"{number(totals.p10[at])}-{number(totals.p90[at])}"
            lines.append(
                f"{year:>6}{number(totals.demand[at]):>10}{interval:>18}{number(totals.seats[at]):>10}"
                f"{number(totals.short[at]):>9}{number(totals.spare[at]):>9}{totals.born_share[at]:>7.0%}",
            )
    lines.append(f"{_ATTENDANCE[language]} {stage.attendance:.3f}: {stage.attendance_note[language]}")
    names = catchment_names(model, stage.id)
    worst = [
        f"{names[rank.catchment]} {number(rank.peak_short)} ({rank.first_year}-{rank.last_year})"
        for rank in panel.ranking[:_LISTED]
    ]
    more = len(panel.ranking) - len(worst)
    listed = ", ".join(worst) + (f" +{more}" if more > 0 else "")
    return [*lines, f"{_WORST[language]}: {listed}" if worst else _NONE[language]]
