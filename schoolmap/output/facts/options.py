"""Other plans to choose from: what more or less money buys, and what differs between plans that are about as good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.facts.cells import STAGE
from schoolmap.output.facts.cells import head
from schoolmap.output.facts.cells import number
from schoolmap.output.facts.cells import stage_names
from schoolmap.output.facts.proposals import money_head
from schoolmap.output.facts.proposals import where_of
from schoolmap.output.model import FactTable
from schoolmap.output.proposal_words import money
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.words import both
from schoolmap.output.words import number as whole
from schoolmap.proposals.options import WITHIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from schoolmap.output.model import Cell
    from schoolmap.output.model import Text
    from schoolmap.plan import Plan
    from schoolmap.proposals.options import Option

STEP = 0.1
"""More or less money that is told of in words, as a share."""
NAMES: dict[str, Text] = {
    "proposed": both("As proposed", "建议方案"),
    "elsewhere": both("At other places", "另选地点"),
    "build_less": both("Less building", "少建"),
    "rent_less": both("Less renting", "少租"),
}


def option_tables(plan: Plan) -> Iterator[FactTable]:
    """Return the tables on plans to choose from, where they were asked for."""
    options = plan.proposals.options
    if options:
        yield _front(plan, options)
    good = [option for option in options if option.name != "money"]
    if len(good) > 1:
        yield _choices(plan, good)


def _name(option: Option) -> Text:
    if option.name != "money":
        return NAMES[option.name]
    if option.weight < 1:
        share = f"1/{1 / option.weight:.0f}"
        return both(f"Less money: a missing seat weighs {share} as much", f"压减资金（缺学位按{share}计价）")
    times = f"{option.weight:.0f}"
    return both(f"More money: a missing seat weighs {times} times as much", f"增加资金（缺学位按{times}倍计价）")


def _front(plan: Plan, options: Sequence[Option]) -> FactTable:
    """Compare plans in money, children short and ways."""
    proposed = options[0]
    rows = tuple(
        (
            _name(option),
            number(option.capital),
            number(option.yearly),
            number(_change(option.money, proposed.money)),
            number(option.short),
            number(option.kilometres, 0),
            number(_change(option.cost, proposed.cost)),
        )
        for option in options
    )
    notes = [
        both(
            "Building, running and rent of all years together. Children short and longer ways are summed over all years and "
            "weighted over scenarios: 12 are twelve pupils in one year, or one in twelve. What a plan weighs in all counts "
            "missing seats and ways as the project does.",
            "投资、运行与租金为各年合计。缺学位与路程按各年合计并按情景加权：12人年即12名学生缺1年，或1名缺12年。"
            "综合成本按项目设定计入缺学位与路程。",
        ),
        *(text for text in (_less(plan, options), _more(options)) if text["en"]),
    ]
    if not any(option.name not in {"proposed", "money"} for option in options):
        notes.append(
            both(
                f"Plans at other places and with less building, or renting, were looked for: none that costs at most "
                f"{WITHIN:.0%} more differs in more than a few classes.",
                f"已另寻不同地点、少建或少租的方案：成本高出{WITHIN:.0%}以内的，与建议方案均无明显差别。",
            )
        )
    return FactTable(
        id="proposals_front",
        group="proposals",
        title=both("More or less money", "资金增减的效果"),
        notes=tuple(notes),
        columns=(
            head("Plan", "方案", "text"),
            head(*money_head(plan, "Building", "投资")),
            head(*money_head(plan, "Running and rent", "运行与租金")),
            head("Money, discounted: change", "资金（折现）变化", "percent"),
            head("Pupil years without a seat", "缺学位（人年）"),
            head("Longer ways, km and year", "增加路程（人·公里·年）"),
            head("Weighs in all: change", "综合成本变化", "percent"),
        ),
        rows=rows,
    )


def _change(value: float, base: float) -> float | None:
    return 100 * (value - base) / base if base > 0 else None


def _less(plan: Plan, options: Sequence[Option]) -> Text:
    """Say what less money means: between two plans of the front none is better than their mean."""
    proposed = options[0]
    below = sorted(
        (option for option in options if option.name == "money" and option.money < proposed.money),
        key=lambda option: -option.money,
    )
    if not below:
        return both("", "")
    goal = (1 - STEP) * proposed.money
    upper, lower = proposed, below[0]
    for option in below[1:]:
        if lower.money <= goal:
            break
        upper, lower = lower, option
    saved = plan.project.settings_siting.currency
    amount = money(proposed.money - max(goal, lower.money), saved)
    part = min(max((upper.money - goal) / (upper.money - lower.money), 0.0), 1.0)
    short = upper.short + part * (lower.short - upper.short) - proposed.short
    share = f"{100 * min(STEP, 1 - lower.money / proposed.money):.0f}"
    years = len(plan.years) - 1
    return both(
        f"{share} % less money ({amount['en']}, discounted) leaves about {whole(short)} pupil years more without a seat: "
        f"{whole(short / years)} pupils in a mean year.",
        f"资金减少{share}%（折现{amount['zh']}），缺学位约增加{whole(short)}人年，平均每年{whole(short / years)}人。",
    )


def _more(options: Sequence[Option]) -> Text:
    """Say what more money buys."""
    proposed = options[0]
    above = [option for option in options if option.name == "money" and option.money > proposed.money]
    if not above:
        return both(
            f"More money buys hardly any seats: {whole(proposed.short)} pupil years remain without one as proposed.",
            f"增加资金几乎不能再减少缺口：按建议方案仅剩{whole(proposed.short)}人年缺学位。",
        )
    best = min(above, key=lambda option: option.short)
    grown = best.money / proposed.money - 1
    part = min(STEP / grown, 1.0)
    fewer, share = part * (proposed.short - best.short), f"{100 * min(STEP, grown):.1f}"
    return both(
        f"{share} % more money leaves at best {whole(fewer)} pupil years fewer without a seat.",
        f"资金增加{share}%，缺学位至多再减少{whole(fewer)}人年。",
    )


def _choices(plan: Plan, options: Sequence[Option]) -> FactTable:
    """List what each plan builds and rents: first what all have in common, then what differs."""
    names, measures = stage_names(plan), plan.proposals.measures
    labels = sorted({str(label) for option in options for label in option.used.index})
    every = [label for label in labels if all(label in option.used.index for option in options)]
    some = [label for label in labels if label not in set(every)]
    rows: list[tuple[Cell, ...]] = []
    for label in (*every, *some):
        row = measures.loc[label]
        cells: list[Cell] = [_used(option, label) for option in options]
        common = both("in all plans", "各方案均有") if label in set(every) else both("in some", "仅部分方案")
        rows.append((names[str(row["stage"])], PROPOSALS[str(row["kind"])], where_of(plan, label), common, *cells))
    others = [option for option in options if option.name != "proposed"]
    told = both(
        "; ".join(f"{NAMES[option.name]['en'].lower()}: {_dearer(option, options[0])} %" for option in others),
        "；".join(f"{NAMES[option.name]['zh']}{_dearer(option, options[0])}%" for option in others),
    )
    return FactTable(
        id="proposals_choices",
        group="proposals",
        title=both("Plans to choose from", "备选方案对比"),
        notes=(
            both(
                f"Plans that cost at most {WITHIN:.0%} more and do something else; classes at most, and the first year. "
                f"{len(every)} measures are in all plans, {len(some)} in some. Cost against the proposed plan: {told['en']}.",
                f"成本高出{WITHIN:.0%}以内而做法不同的方案；所列为最多班数与首年。{len(every)}项措施各方案均有，"
                f"{len(some)}项仅部分方案采用。与建议方案相比的成本：{told['zh']}。",
            ),
        ),
        columns=(
            STAGE,
            head("Measure", "措施", "text"),
            head("Where", "地点", "text"),
            head("Common", "共性", "text"),
            *(head(NAMES[option.name]["en"], NAMES[option.name]["zh"], "text") for option in options),
        ),
        rows=tuple(rows),
    )


def _used(option: Option, label: str) -> Cell:
    if label not in option.used.index:
        return None
    classes, opens = (int(option.used[name][label]) for name in ("classes", "opens"))
    return both(f"{classes} from {opens}", f"{classes}班（{opens}年起）")


def _dearer(option: Option, proposed: Option) -> str:
    return f"{_change(option.cost, proposed.cost) or 0.0:+.1f}"
