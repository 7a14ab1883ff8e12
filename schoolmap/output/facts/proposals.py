"""What is proposed, year by year, what it costs in each scenario, whose homes move, and what costs were weighed by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.inputs.siting import STAGE_COSTS
from schoolmap.inputs.siting import WEIGHED
from schoolmap.output.facts.cells import STAGE
from schoolmap.output.facts.cells import YEAR
from schoolmap.output.facts.cells import head
from schoolmap.output.facts.cells import number
from schoolmap.output.facts.cells import stage_names
from schoolmap.output.model import FactTable
from schoolmap.output.standards_words import COSTS
from schoolmap.output.terms import CONFIDENCE
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.words import both
from schoolmap.seats.warnings import LEAST_SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.inputs.siting import Amount
    from schoolmap.output.model import Cell
    from schoolmap.output.model import Text
    from schoolmap.plan import Plan

SURE: dict[str, Text] = {**CONFIDENCE, "project": both("stated by the project", "项目自定")}


def proposal_tables(plan: Plan) -> Iterator[FactTable]:
    """Return the tables on proposals that have anything to say."""
    if plan.proposals.lacking:
        return
    yield _before_and_after(plan)
    yield _by_year(plan)
    yield _boundary_moves(plan)
    yield _scenarios(plan)
    if len(plan.proposals.table) > 0:
        yield _terms(plan)


def money_head(plan: Plan, english: str, chinese: str) -> tuple[str, str, str]:
    """Return the heading of an amount with its unit, as `head` takes it."""
    unit = plan.project.settings_siting.currency
    return f"{english}, {unit['en']}", f"{chinese}（{unit['zh']}）", "money"


def _before_and_after(plan: Plan) -> FactTable:
    """Compare who is short without and with the proposals, in the first scenario."""
    proposals, first, base = plan.proposals, plan.project.scenarios[0].id, plan.project.settings.base_year
    names = stage_names(plan)
    rows: list[tuple[Cell, ...]] = []
    for stage, result in plan.results.items():
        gap = result.balance["gap"].xs(first, level="scenario").clip(lower=0).groupby(level="year").sum()
        left = proposals.after
        here = left[
            (left.index.get_level_values("stage") == stage) & (left.index.get_level_values("scenario") == first)
        ]
        after = here.groupby(level="year").sum()
        rows += [
            (names[stage], year, number(gap[year]), number(after.get(year, 0.0)))
            for year in plan.years
            if year > base and gap[year] >= LEAST_SHORT
        ]
    return FactTable(
        id="proposals_effect",
        group="proposals",
        title=both("Short before and after", "措施前后缺口"),
        notes=(
            both(
                f"First scenario; the sum over catchments. Nothing that is decided now changes {base}.",
                f"首个情景，各片区缺口合计。{base}年为现状，不受措施影响。",
            ),
        ),
        columns=(
            STAGE,
            YEAR,
            head("Short without the proposals", "措施前缺学位"),
            head("Short with the proposals", "措施后缺学位"),
        ),
        rows=tuple(rows),
    )


def _by_year(plan: Plan) -> FactTable:
    """List every measure that makes seats, year by year."""
    proposals = plan.proposals
    names = stage_names(plan)
    rows: list[tuple[Cell, ...]] = []
    if len(proposals.sizes) > 0:
        for record in proposals.sizes.reset_index().to_dict("records"):
            if record["classes"] > 0:
                measure = str(record["measure"])
                rows.append(
                    (
                        names[str(proposals.measures.at[measure, "stage"])],
                        PROPOSALS[str(proposals.measures.at[measure, "kind"])],
                        where_of(plan, measure),
                        int(record["year"]),
                        float(record["classes"]),
                        number(record["seats"]),
                        number(record["capital"]),
                        number(record["yearly"]),
                    )
                )
    return FactTable(
        id="proposals_by_year",
        group="proposals",
        title=both("Proposals by year", "分年度措施"),
        notes=(both("Money of each year, not discounted.", "为当年金额，未折现。"),),
        columns=(
            STAGE,
            head("Measure", "措施", "text"),
            head("Where", "地点", "text"),
            YEAR,
            head("Classes", "班数"),
            head("Seats", "学位"),
            head(*money_head(plan, "Building", "投资")),
            head(*money_head(plan, "Running or rent", "运行或租金")),
        ),
        rows=tuple(rows),
    )


def where_of(plan: Plan, measure: str) -> str:
    """Return the name of the school, the plot or the catchment of a measure, as its owner wrote it."""
    project = plan.project
    row = {str(key): value for key, value in plan.proposals.measures.loc[measure].items()}
    at = str(row["at"])
    if row["kind"] == "new" and at in project.sites.index:
        return str(project.sites["name"][at])
    if at in project.schools.index:
        return str(project.schools["name"][at])
    return str(project.coverages[project.coverage_of[str(row["stage"])]]["name"][str(row["catchment"])])


def _boundary_moves(plan: Plan) -> FactTable:
    """List whose homes would change the catchment: the list of a boundary that is proposed."""
    names, areas = stage_names(plan), plan.project.areas["name"]
    rows: list[tuple[Cell, ...]] = []
    for record in plan.proposals.moves.to_dict("records"):
        zones = plan.project.coverages[plan.project.coverage_of[record["stage"]]]["name"]
        rows.append(
            (
                names[record["stage"]],
                int(record["first_year"]),
                str(areas.get(record["area"]) or record["area"]),
                str(zones[record["from"]]),
                str(zones[record["to"]]),
                number(record["pupils"]),
                number(record["entering"]),
                int(record["all_year"]),
                number(record["pupils_then"]),
                number(record["way_before_m"], 0),
                number(record["way_after_m"], 0),
            )
        )
    return FactTable(
        id="proposed_moves",
        group="proposals",
        title=both("Proposed boundary moves", "拟调整片区名单"),
        notes=(
            both(
                "Proposed, not decided. Who is at school when the boundary moves stays there as long as the project says, "
                "until they leave if it says nothing: in the first year only those of that year's entrants go to the new "
                "school, and all grades do from the year that is given (that of the last year, if it comes first).",
                "为建议，尚未决定。调整时在校的学生按项目设定留在原校（未设定则至毕业）：首年仅新生按新片区入学，"
                "至所列年份起全部年级按新片区（规划期先结束的，为末年人数）。",
            ),
        ),
        columns=(
            STAGE,
            YEAR,
            head("Small area", "村（社区）", "text"),
            head("From", "调出片区", "text"),
            head("To", "调入片区", "text"),
            head("Pupils who live there", "该处学生数"),
            head("Of them to the new school", "当年按新片区入学"),
            head("All grades from", "全部年级自", "year"),
            head("Pupils then", "届时学生数"),
            head("Way before, m", "原上学距离（米）"),
            head("Way after, m", "新上学距离（米）"),
        ),
        rows=tuple(rows),
    )


def _scenarios(plan: Plan) -> FactTable:
    """Say what the one set of decisions costs in every scenario, and what that scenario's own best would."""
    answer, own = plan.proposals.siting, plan.proposals.own_cost
    labels = {scenario.id: scenario.label for scenario in plan.project.scenarios}
    rows: list[tuple[Cell, ...]] = []
    if answer is not None:
        short = {str(name): value for name, value in answer.unserved.groupby(level="scenario").sum().items()}
        totals = answer.costs["total"]
        for name, label in labels.items():
            if name not in totals.index:
                continue
            total, best = totals[name], float(own.get(name, float("nan")))
            more = max(float(total) - best, 0.0)
            rows.append(
                (
                    label,
                    number(total),
                    number(best),
                    number(more),
                    number(100 * more / best) if best > 0 else None,
                    number(short[name]),
                )
            )
    return FactTable(
        id="proposals_scenarios",
        group="proposals",
        title=both("Decisions in each scenario", "各情景下的决策"),
        notes=(
            both(
                "One set of decisions for all scenarios; what it costs more than decisions made for that scenario alone is the "
                "price of not knowing. Discounted, with what ways and missing seats weigh; the best of a scenario is known "
                "up to the gap of the solver.",
                "各情景采用同一套决策；比只为该情景决策多出的成本，即不确定性的代价。已折现，含路程与缺学位计价；"
                "单一情景最优值以求解差距为限。",
            ),
        ),
        columns=(
            head("Scenario", "情景", "text"),
            head(*money_head(plan, "Cost of these decisions", "本决策成本")),
            head(*money_head(plan, "Cost of its own best", "该情景最优成本")),
            head(*money_head(plan, "Regret", "遗憾值")),
            head("Regret", "遗憾值占比", "percent"),
            head("Pupil years without a seat", "缺学位（人年）"),
        ),
        rows=tuple(rows),
    )


def _terms(plan: Plan) -> FactTable:
    """List the amounts that proposals were weighed by, with their sources."""
    settings, names = plan.project.settings_siting, stage_names(plan)
    rows: list[tuple[Cell, ...]] = []

    def add(stage: Text | str | None, name: str, amount: Amount | None) -> None:
        if amount is not None:
            rows.append((stage, COSTS[name][0], amount.value, SURE[amount.confidence], amount.citation, amount.note))

    for stage in plan.results:
        for name in STAGE_COSTS:
            add(names[stage], name, settings.costs.get((name, stage)))
    for name in WEIGHED:
        add(None, name, getattr(settings, name))
    rows += _stay_years(plan)
    unit = settings.currency
    return FactTable(
        id="proposal_costs",
        group="proposals",
        title=both("Costs weighed by", "成本参数"),
        notes=(both(f"In {unit['en']}, where it is money.", f"金额单位：{unit['zh']}。"),),
        columns=(
            STAGE,
            head("Amount", "参数", "text"),
            head("Value", "取值", "decimal"),
            head("Confidence", "可信度", "text"),
            head("Source", "依据", "long"),
            head("Note", "说明", "long"),
        ),
        rows=tuple(rows),
    )


def _stay_years(plan: Plan) -> Iterator[tuple[Cell, ...]]:
    """Say for each stage whose boundaries move how many years who is at school stays there, and why so many."""
    stated, names = plan.project.settings_siting.grandfather_years, stage_names(plan)
    for stage, boundary in plan.proposals.boundaries.items():
        first, every = (int(boundary.moves[name].max()) for name in ("first_year", "all_year"))
        yield (
            names[stage],
            both("years in which who is at school when a boundary moves stays there", "片区调整后在校生留在原校的年数"),
            float(every - first),
            SURE["assumption" if stated is None else "project"],
            "schoolmap" if stated is None else FILE_NAME,
            both(
                "a boundary decides where children are registered who enter school: until the last of the others leaves",
                "片区决定新生入学，在校生留至毕业（新生新办法，老生老办法）",
            )
            if stated is None
            else both("", ""),
        )
