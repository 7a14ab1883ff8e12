"""
What the plan found, as sentences: every number in them is worked out from the model.

A sentence is given in one language. Where nothing is to be said, there is no
sentence, never an empty claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from schoolmap.output.figures.places import building_actions
from schoolmap.output.lookups import catchment_names
from schoolmap.output.lookups import central
from schoolmap.output.lookups import short_count
from schoolmap.output.lookups import stage_labels
from schoolmap.output.numbers import chance
from schoolmap.output.population_tables import DIRECTIONS
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.terms import term
from schoolmap.output.words import both
from schoolmap.output.words import listed
from schoolmap.output.words import number
from schoolmap.seats.warnings import LEAST_SHORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.output.model import Action
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel
    from schoolmap.output.model import Stage

NEAR_YEARS = 5
"""School years after the base year that count as near-term."""
_NAMED = 3
"""Catchments named in a sentence."""


class Shortage(NamedTuple):
    """Where and when seats are short in one stage: years are positions, counts are of catchments."""

    first: int | None
    worst: int
    short: float
    catchments_worst: int
    last: int | None


def shortage_of(panel: Panel) -> Shortage:
    """Return when any catchment of a stage is short of seats, and how many are in the worst year."""
    short = panel.totals.short
    years = [t for t, value in enumerate(short) if value >= LEAST_SHORT]
    worst = max(range(len(short)), key=short.__getitem__)
    return Shortage(min(years, default=None), worst, short[worst], short_count(panel, worst), max(years, default=None))


def of_stage(model: MapModel, stage: Stage, *, language: str) -> list[str]:
    """Return the findings on one stage: how many seats, when they are short, where, and what to do about it."""
    panel = central(model, stage.id)
    found = (
        demand_sentence(model, stage, panel, language=language),
        shortage_sentence(model, panel, language=language),
        where_sentence(model, stage, panel, language=language),
        action_sentence(model, stage, language=language),
    )
    return [sentence for sentence in found if sentence]


def demand_sentence(model: MapModel, stage: Stage, panel: Panel, *, language: str) -> str:
    """Say how many seats are needed and there are, when most are needed, and how sure that is."""
    totals, last = panel.totals, len(model.years) - 1
    peak = max(range(last + 1), key=totals.demand.__getitem__)
    base, horizon, top = model.years[0], model.years[last], model.years[peak]
    interval = f"{number(totals.p10[peak])}–{number(totals.p90[peak])}"
    end = f"{number(totals.p10[last])}–{number(totals.p90[last])}"
    label = stage.label[language]
    top_now = peak == 0
    begin = both(
        f"{label}: {number(totals.demand[0])} seats are needed in {base}{', the most of all years' if top_now else ''}, and "
        f"there are {number(totals.seats[0])}.",
        f"{label}：{base}年需学位{number(totals.demand[0])}个{'（各年最高）' if top_now else ''}，现有学位{number(totals.seats[0])}个；",
    )
    most = both(
        f" Most are needed in {top}: {number(totals.demand[peak])} (P10 to P90: {interval}).",
        f"{top}年需求最高，为{number(totals.demand[peak])}个（P10—P90：{interval}）；",
    )
    # a peak in the first or last year is told with that year
    most = both("", "") if peak in {0, last} else most
    finish = both(
        f" In {horizon} {number(totals.demand[last])} are needed (P10 to P90: {end}), and there are "
        f"{number(totals.seats[last])}.",
        f"{horizon}年需求{number(totals.demand[last])}个（P10—P90：{end}），学位{number(totals.seats[last])}个。",
    )
    return begin[language] + most[language] + finish[language]


def shortage_sentence(model: MapModel, panel: Panel, *, language: str) -> str:
    """Say when seats are first and most short, in how many catchments, and what is spare elsewhere at the same time."""
    found, years = shortage_of(panel), model.years
    count = len(panel.demand)
    if found.first is None or found.last is None:
        return both("No catchment is short of seats in any year.", "规划期内各片区学位均可满足需求。")[language]
    spare = panel.totals.spare[found.worst]
    total = panel.totals.seats[found.worst] - panel.totals.demand[found.worst]
    whole = both(
        f"the area as a whole then has {number(abs(total))} seats {'to spare' if total >= 0 else 'too few'}",
        f"同年全域合计{'富余' if total >= 0 else '缺'}{number(abs(total))}个",
    )
    when = both(
        f"from {years[found.first]} to {years[found.last]}"
        if found.first != found.last
        else f"in {years[found.first]}",
        f"{years[found.first]}至{years[found.last]}年" if found.first != found.last else f"{years[found.first]}年",
    )
    return both(
        f"Seats are short {when['en']}, most in {years[found.worst]}: {number(found.short)} in {found.catchments_worst} "
        f"of {count} catchments, while {number(spare)} are spare in others; {whole['en']}.",
        f"{when['zh']}存在缺口，{years[found.worst]}年最大：{count}个片区中有{found.catchments_worst}个不足，"
        f"合计缺{number(found.short)}个，其他片区富余{number(spare)}个，{whole['zh']}。",
    )[language]


def where_sentence(model: MapModel, stage: Stage, panel: Panel, *, language: str) -> str:
    """Name the catchments that are shortest of seats, with years, seats and probability; empty where none is."""
    names = catchment_names(model, stage.id)
    places = [
        both(
            f"{names.get(r.catchment) or r.catchment} ({_span(r.first_year, r.last_year, '–')}, {number(r.peak_short)} seats "
            f"in {r.peak_year}, probability {chance(r.probability)})",
            f"{names.get(r.catchment) or r.catchment}（{_span(r.first_year, r.last_year, '—')}年，"
            f"{r.peak_year}年缺{number(r.peak_short)}个，概率{chance(r.probability)}）",
        )[language]
        for r in panel.ranking[:_NAMED]
    ]
    if not places:
        return ""
    head = both("Shortest are ", "缺口最突出的是")
    return f"{head[language]}{listed(places, language)}{'.' if language == 'en' else '。'}"


def action_sentence(model: MapModel, stage: Stage, *, language: str) -> str:
    """Say what is proposed for a stage, and what stays short in its worst year after it."""
    mine = [action for action in building_actions(model) if action.stage == stage.id]
    parts = [
        _of_kind(kind, [a for a in mine if a.kind == kind], language) for kind in dict.fromkeys(a.kind for a in mine)
    ]
    text = ""
    if parts:
        head = both("Proposed: ", "建议：")
        text = f"{head[language]}{{}}{'.' if language == 'en' else '。'}".format(
            ("; " if language == "en" else "；").join(parts)
        )
    return f"{text}{left_sentence(model, stage, language=language)}".strip()


def left_sentence(model: MapModel, stage: Stage, *, language: str) -> str:
    """
    Say what stays short with the proposals; empty where nothing is short.

    The first year is told apart: what is decided now opens later.
    """
    before, after = (getattr(model.decision, name).get(stage.id, ()) for name in ("short_before", "short_after"))
    if max(before, default=0) < LEAST_SHORT:
        return ""
    first, later = after[0], after[1:]
    at = max(range(len(later)), key=later.__getitem__, default=None)
    text = ""
    if first >= LEAST_SHORT:
        text = both(
            f" The {number(first)} seats short in {model.years[0]} come too soon for any measure.",
            f"{model.years[0]}年的缺口{number(first)}个，任何措施均来不及。",
        )[language]
    if at is not None and later[at] >= LEAST_SHORT:
        then, year = number(later[at]), model.years[at + 1]
        seats = "seat" if then == "1" else "seats"
        left = both(f" After it, {then} {seats} at most stay short, in {year}.", f"此后缺口最大为{year}年的{then}个。")
        only = both(
            f" With this, the most that stays short is {then} {seats}, in {year}.",
            f"实施后缺口最大为{year}年的{then}个。",
        )
        return text + (left if text else only)[language]
    none = both(" After it no seat stays short.", "此后不再有缺口。")
    gone = both(" With this, no seat stays short.", "实施后不再有缺口。")
    return text + (none if text else gone)[language]


def review_sentence(model: MapModel, stage: Stage, *, language: str) -> str:
    """Say how many catchments have seats that stay empty: candidates for a review, never an order."""
    mine = [action for action in model.actions if action.stage == stage.id and action.kind == "review"]
    if not mine:
        return ""
    spare = sum(action.seats for action in mine)
    return both(
        f"In {len(mine)} catchments seats stay empty ({number(spare)} in the last of those years). They are candidates for "
        "a review with its questions, never an order to close: parents are heard, safe ways, boarding and class sizes are checked.",
        f"{len(mine)}个片区学位长期富余（末年合计{number(spare)}个），仅列入评估，须先完成核查清单并听取家长意见，不得据此撤并。",
    )[language]


def cost_sentences(model: MapModel, *, language: str) -> list[str]:
    """Say what the proposals cost, in the near term and in all, and how far that is from the best possible."""
    decision = model.decision
    if decision.status == "none":
        return []
    unit = model.currency[language]
    last = model.years[0] + NEAR_YEARS
    near = sum(value for year, value in zip(model.years, decision.capital_by_year, strict=False) if year <= last)
    money = both(
        f"The proposals cost {number(decision.capital)} ({unit}) to build, {number(near)} of it up to {last}, and "
        f"{number(decision.running)} to run or rent in all years, not discounted.",
        f"各项措施建设投资合计{number(decision.capital)}{unit}，其中{last}年前{number(near)}{unit}；"
        f"规划期内运行与租用费用合计{number(decision.running)}{unit}（未折现）。",
    )[language]
    proof = both(
        f"No other set of measures that were weighed is more than {100 * decision.gap:.2f} % cheaper.",
        f"在所比较的措施中，任何其他组合至多再节省{100 * decision.gap:.2f}%。",
    )[language]
    return [money, proof]


def peak_sentences(model: MapModel, *, language: str) -> list[str]:
    """Say for each place and stage whether children become more or fewer, in the central scenario."""
    labels = stage_labels(model, language=language)
    sentences = []
    for peak in model.population.peaks:
        if peak.scenario != model.scenarios[0].id:
            continue
        stage, where = labels.get(peak.stage, peak.stage), peak.where[language]
        word = DIRECTIONS[peak.direction][language].split(" ", 1)[1]
        sentences.append(
            both(
                f"{stage}, {where}: {word} over five years. {number(peak.base)} children of these ages in {model.base_year}, "
                f"most in {peak.peak_year} ({number(peak.peak)}), {number(peak.last)} in {model.years[-1]}.",
                f"{stage}适龄儿童（{where}）：五年内{word}。{model.base_year}年{number(peak.base)}人，"
                f"{peak.peak_year}年最多，为{number(peak.peak)}人，{model.years[-1]}年{number(peak.last)}人。",
            )[language]
        )
    return sentences


def unborn_sentence(model: MapModel, stage: Stage, panel: Panel, *, language: str) -> str:
    """Say up to which year all children of a stage are born already, and from when on none are."""
    shares = panel.totals.born_share
    known = [year for year, share in zip(model.years, shares, strict=True) if share >= 1 - 1e-9]
    none = [year for year, share in zip(model.years, shares, strict=True) if share <= 1e-9]
    label = stage.label[language]
    if not known:
        return ""
    text = both(
        f"{label}: up to {max(known)} all children are born already.",
        f"{label}：{max(known)}年及以前的适龄儿童均已出生。",
    )[language]
    if none:
        text += both(
            f" From {min(none)} on all of them are assumed births.",
            f"{min(none)}年起全部为推算出生。",
        )[language]
    return text


def _of_kind(kind: str, actions: Sequence[Action], language: str) -> str:
    """Count the proposals of a kind, with their seats; a boundary moves pupils, not seats."""
    word = term(PROPOSALS, kind, language)
    seats = sum(action.seats for action in actions)
    count = len(actions)
    pupils = kind == "rezone"
    return both(
        f"{word[:1].lower()}{word[1:]} ({count}, {number(seats)} {'pupils' if pupils else 'seats'})",
        f"{word}{count}项（{number(seats)}{'名学生' if pupils else '个学位'}）",
    )[language]


def _span(first: int, last: int, dash: str) -> str:
    return str(first) if first == last else f"{first}{dash}{last}"
