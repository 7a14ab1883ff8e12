"""Plan -> `MapModel`: everything that is shown, worked out before anything is drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from schoolmap import __version__
from schoolmap.demography import AS_GIVEN
from schoolmap.errors import Severity
from schoolmap.inputs.checks import consistency
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.output import model
from schoolmap.output import words
from schoolmap.output.describe_actions import describe_actions
from schoolmap.output.describe_actions import describe_decision
from schoolmap.output.describe_actions import describe_sites
from schoolmap.output.describe_after import describe_after
from schoolmap.output.describe_editing import DIGITS
from schoolmap.output.describe_editing import describe_editing
from schoolmap.output.describe_facts import describe_facts
from schoolmap.output.describe_origin import describe_origin
from schoolmap.output.describe_population import describe_population
from schoolmap.output.describe_reach import describe_reach
from schoolmap.output.describe_schools import class_size_note
from schoolmap.output.describe_schools import describe_schools
from schoolmap.output.describe_schools import describe_supplied
from schoolmap.output.describe_schools import known
from schoolmap.output.facts.supply import STATUSES
from schoolmap.output.outlines import polygons
from schoolmap.output.public_edition import as_public
from schoolmap.output.words import both
from schoolmap.proposals.reading import UNSOLVED
from schoolmap.provision import figure
from schoolmap.seats import balance as seat_balances
from schoolmap.seats.warnings import shortage_spans
from schoolmap.space.catchments import simplify_for_display

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from schoolmap.errors import Fault
    from schoolmap.plan import Plan
    from schoolmap.project import Project
    from schoolmap.seating import StageResult

SHADES: tuple[model.Shade, ...] = (
    model.Shade(above=None, up_to=0.70, colour="#5e3c99", label=both("≤ 70 %: many spare", "≤70% 富余")),
    model.Shade(above=0.70, up_to=0.85, colour="#b2abd2", label=both("70–85 %: some spare", "70–85% 较宽松")),
    model.Shade(above=0.85, up_to=1.00, colour="#efedf3", label=both("85–100 %: balanced", "85–100% 平衡")),
    model.Shade(above=1.00, up_to=1.15, colour="#fdb863", label=both("100–115 %: short", "100–115% 不足")),
    model.Shade(
        above=1.15,
        up_to=None,
        colour="#e66101",
        label=both("> 115 %: very short", ">115% 严重不足"),
    ),
)
"""PuOr, told apart by colour-blind readers; the same for all years and scenarios, so frames can be compared."""


def shade_index(utilisation: NDArray[np.float64]) -> list[int | None]:
    """
    Return the class of each utilisation; nothing where there are neither seats nor children.

    Examples
    --------
    >>> shade_index(np.array([0.7, 0.701, 1.0, 1.2, np.inf, np.nan]))
    [0, 1, 2, 4, 4, None]
    """
    bounds = [shade.up_to for shade in SHADES if shade.up_to is not None]
    # a bound is met up to rounding
    index = np.searchsorted(bounds, np.round(utilisation, 9), side="left")
    return [None if math.isnan(value) else int(place) for value, place in zip(utilisation, index, strict=True)]


def describe(plan: Plan) -> model.MapModel:
    """Return everything that products show of a plan."""
    project = plan.project
    settings = project.settings
    actions = describe_actions(plan)
    described = model.MapModel(
        schema=model.SCHEMA,
        project=settings.name,
        title=settings.title,
        language=settings.language,
        synthetic=settings.synthetic,
        crs=settings.crs,
        version=__version__,
        seed=settings.seed,
        draws=settings.draws,
        population_date=plan.demography.children.date.isoformat(),
        base_year=settings.base_year,
        years=plan.years,
        stages=tuple(_stage(project, plan.results[stage.id]) for stage in project.stages),
        scenarios=tuple(model.Scenario(id=item.id, label=item.label, note=item.note) for item in project.scenarios),
        shades=SHADES,
        coverages=tuple(
            _coverage(name, layer, tolerance_m=settings.display_tolerance_m)
            for name, layer in project.coverages.items()
        ),
        schools=describe_schools(plan),
        panels=tuple(
            _panel(plan, result, scenario.id, actions)
            for result in plan.results.values()
            for scenario in project.scenarios
        ),
        population=describe_population(project, plan.demography),
        currency=project.settings_siting.currency,
        actions=actions,
        decision=describe_decision(plan),
        sites=describe_sites(plan, actions),
        projects=_projects(plan),
        reach=describe_reach(plan),
        tables=describe_facts(plan),
        editing=None if project.hide_below else describe_editing(plan, actions),
        notes=(
            *_faults_as_notes(project),
            *_outside_note(plan),
            *_zoning_notes(project, by_area=plan.demography.children.unit == "area"),
            *plan.remarks,
            *_standard_notes(project),
            *_limits(plan),
            words.SHARED_NOTES[_shared_by(project)],
        ),
        audit=_audit(plan),
        sources=_sources(project),
        classification=settings.classification,
        map_review_no=settings.map_review_no,
    )
    return as_public(described, below=project.hide_below) if project.hide_below else described


def _stage(project: Project, result: StageResult) -> model.Stage:
    stage, rate = result.stage, result.attendance
    note = stage.attendance_note
    if rate.pupils is not None and rate.children is not None:
        ratio = f"{words.number(rate.pupils)} / {words.number(rate.children)}"
        note = both(
            f"calibrated on {rate.year}/{((rate.year or 0) + 1) % 100:02d}: {ratio}; {note['en']}",
            f"按{rate.year}学年校准：{ratio}；{note['zh']}",
        )
    notes = list(stage.notes)
    if stage.seat_share < 1:
        share = f"{stage.seat_share * 100:.1f}"
        why = stage.seat_share_note or both("", "")
        notes.append(
            both(
                f"Seats are {share} % of those listed ({why['en']}).",
                f"学位按名录的{share}%计（{why['zh']}）。",
            )
        )
    return model.Stage(
        id=stage.id,
        label=stage.label,
        ages=stage.ages,
        shape=stage.shape,
        coverage=project.coverage_of[stage.id],
        attendance=round(rate.rate, 6),
        attendance_note=note,
        notes=tuple(notes),
        class_size=figure(project, stage.id, "class_size"),
        class_size_note=class_size_note(project, stage),
    )


def _coverage(name: str, layer: gpd.GeoDataFrame, *, tolerance_m: float) -> model.Coverage:
    simple = simplify_for_display(layer, tolerance_m=tolerance_m)
    outlines = simple.to_crs(WGS84)
    anchors = layer.representative_point().to_crs(WGS84)
    boxes = outlines.bounds.round(5)
    return model.Coverage(
        id=name,
        catchments=tuple(
            model.Catchment(
                id=str(label),
                name=str(layer.at[label, "name"]),
                polygons=polygons(outlines.geometry[label]),
                anchor=(round(anchors[label].x, 5), round(anchors[label].y, 5)),
                bounds=(float(box.minx), float(box.miny), float(box.maxx), float(box.maxy)),
            )
            for label, box in zip(layer.index, boxes.itertuples(), strict=True)
        ),
    )


def _grid(values: pd.Series, *, digits: int = 1) -> model.Grid:
    # plain numbers are rounded several times faster than those of an array
    rows = values.unstack("year").to_numpy(dtype=float).tolist()
    return tuple(tuple(round(value, digits) if math.isfinite(value) else None for value in row) for row in rows)


def _panel(
    plan: Plan,
    result: StageResult,
    scenario: str,
    actions: tuple[model.Action, ...],
) -> model.Panel:
    balance = pd.DataFrame(result.balance.xs(scenario))
    children = result.children.sel(scenario=scenario).transpose("catchment", "year").to_series()
    born = result.children_born.sel(scenario=scenario).transpose("catchment", "year").to_series()
    loads = balance["utilisation"].unstack("year").to_numpy()
    leaving, coming = _moves(result, scenario, balance)
    return model.Panel(
        stage=result.stage.id,
        scenario=scenario,
        children=_grid(children),
        children_born=_grid(born),
        leaving=leaving,
        coming=coming,
        demand=_grid(balance["demand"]),
        p10=_grid(balance["demand_p10"]),
        p90=_grid(balance["demand_p90"]),
        seats=_grid(balance["seats"], digits=DIGITS),
        utilisation=_grid(balance["utilisation"], digits=4),
        probability=_grid(balance["shortage_probability"], digits=3),
        born_share=_grid(balance["born_share"], digits=3),
        classes_needed=_grid(balance["classes_needed"]),
        oversized_classes=_grid(balance["oversized_classes"]),
        shade=tuple(tuple(shade_index(row)) for row in loads),
        level=tuple(tuple(row) for row in balance["level"].unstack("year").to_numpy()),
        totals=_totals(result, scenario, balance),
        ranking=_ranking(result.stage.id, balance, actions),
        bounds=tuple(_bound(name, result.stage.id, balance, actions) for name in ("p10", "p90")),
        after=describe_after(plan, result.stage.id, scenario, shade_index=shade_index),
        origin=describe_origin(plan, result.stage.id, scenario),
        supplied=describe_supplied(plan, result, scenario),
    )


def _bound(name: str, stage: str, balance: pd.DataFrame, actions: tuple[model.Action, ...]) -> model.Bound:
    """Return one end of the interval as if it were the demand of every catchment."""
    ends = ["demand_p10", "demand", "demand_p90"]
    there = seat_balances.seat_balance(balance[ends].assign(demand=balance[f"demand_{name}"]), balance["seats"]).assign(
        shortage_probability=balance["shortage_probability"]
    )
    sums = seat_balances.totals(there)
    return model.Bound(
        id=name,
        shade=tuple(tuple(shade_index(row)) for row in there["utilisation"].unstack("year").to_numpy()),
        short=tuple(round(float(value), 1) for value in sums["short"]),
        spare=tuple(round(float(value), 1) for value in sums["spare"]),
        ranking=_ranking(stage, there, actions),
    )


def _moves(result: StageResult, scenario: str, balance: pd.DataFrame) -> tuple[model.Grid, model.Grid]:
    """Return the pupils of each catchment who learn elsewhere, and those who come from elsewhere."""
    if result.flows is None:
        return (), ()
    resident = result.resident.sel(scenario=scenario).transpose("catchment", "year").to_series()
    zones = resident.index.get_level_values("catchment")
    labels = result.flows.shares["catchment"].to_numpy()
    stay_here = result.flows.shares.sel(destination=labels).to_numpy().diagonal()
    stay = pd.Series(stay_here, index=labels).reindex(zones).to_numpy()
    here = resident * stay
    coming = balance["demand"].reindex(resident.index) - here
    # a billionth of a pupil is rounding
    return _grid((resident - here).clip(lower=0)), _grid(coming.clip(lower=0))


def _totals(result: StageResult, scenario: str, balance: pd.DataFrame) -> model.Totals:
    sums = seat_balances.totals(balance)
    bounds = result.total_interval.sel(scenario=scenario)
    children = result.children.sel(scenario=scenario).sum("catchment")
    born = (result.children_born.sel(scenario=scenario).sum("catchment") / children.where(children > 0)).fillna(1.0)

    def row(values: NDArray[np.float64], digits: int = 1) -> tuple[float, ...]:
        return tuple(round(float(value), digits) for value in values)

    return model.Totals(
        demand=row(sums["demand"].to_numpy()),
        p10=row(np.minimum(bounds.sel(bound="p10").to_numpy(), sums["demand"].to_numpy())),
        p90=row(np.maximum(bounds.sel(bound="p90").to_numpy(), sums["demand"].to_numpy())),
        seats=row(sums["seats"].to_numpy()),
        short=row(sums["short"].to_numpy()),
        spare=row(sums["spare"].to_numpy()),
        born_share=row(born.to_numpy(), 3),
    )


def _ranking(
    stage: str,
    balance: pd.DataFrame,
    actions: tuple[model.Action, ...],
) -> tuple[model.Rank, ...]:
    first_action: dict[str, str] = {}
    for action in actions:
        if action.stage == stage and action.kind not in {"review", UNSOLVED}:
            first_action.setdefault(action.catchment, action.id)
    return tuple(
        model.Rank(
            catchment=str(label),
            score=round(float(span["score"]), 1),
            first_year=int(span["first_year"]),
            last_year=int(span["last_year"]),
            peak_year=int(span["peak_year"]),
            peak_short=round(float(span["peak_short"]), 1),
            probability=round(float(span["probability"]), 3),
            action=first_action.get(str(label)),
        )
        for label, span in shortage_spans(balance).iterrows()
    )


def _counted(plan: Plan) -> dict[str, int | None]:
    """Return the projects whose seats are counted in the first scenario, from when; or are in the listed seats already."""
    table = plan.provisions[plan.project.scenarios[0].id].schedule
    there = table[table["counted"] | (table["reason"] == "in_seats")]
    return {
        str(label): int(year) if counted and math.isfinite(year) else None
        for label, year, counted in zip(there.index, there["first_year"], there["counted"], strict=True)
    }


def _projects(plan: Plan) -> tuple[model.Project, ...]:
    counted = _counted(plan)
    return tuple(
        model.Project(
            id=str(record["project"]),
            name=str(record["name"] or record["project"]),
            kind=str(record["kind"]),
            stage=str(record["stage"]),
            school=record["school"],
            catchment=record["catchment"],
            opening=record["opening"],
            seats=known(record["seats_added"]),
            counted=str(record["project"]) in counted,
            status=STATUSES.get(str(record["status"] or ""), both("", "")),
            note=str(record["note"] or ""),
            opens=counted.get(str(record["project"])),
        )
        for record in plan.project.projects.rename_axis("project").reset_index().to_dict("records")
    )


def _faults_as_notes(project: Project) -> list[model.Text]:
    """
    Rulings and warnings of the check, so that the map hides nothing that the check said.

    Projects that are not counted are shown as projects. How cells were read is
    said in one line: the check lists it.
    """
    notices = sum(fault.severity is Severity.NOTICE for fault in project.faults)
    notes = [
        both(
            f"{_subject(project, fault, ' ')}{fault.problem} {fault.remedy}".strip(),
            f"{_subject(project, fault, '：')}{fault.problem_zh or fault.problem}{fault.remedy_zh}",
        )
        for fault in project.faults
        if fault.severity is not Severity.NOTICE
        and not (fault.column == consistency.UNCOUNTED and fault.value in project.projects.index)
    ]
    if notices:
        notes.append(
            both(
                f"{notices} notices on how the files were read (titles, totals, codes): `schoolmap check` lists them.",
                f"读取文件时有{notices}条说明（标题行、合计行、代码格式等），可用 `schoolmap check` 查看。",
            )
        )
    return notes


def _subject(project: Project, fault: Fault, colon: str) -> str:
    """Name what a fault is about, which its sentence leaves out: a setting of travel, or a school of a table."""
    if fault.file == FILE_NAME and fault.column.startswith("travel"):
        return " ".join(part for part in (fault.column, fault.value) if part) + colon
    if fault.file != FILE_NAME and fault.value in project.schools.index and fault.value not in fault.problem:
        return f"{project.schools.at[fault.value, 'name']} {fault.value}{colon}"
    return ""


def _outside_note(plan: Plan) -> list[model.Text]:
    """Say how many residents live in no catchment, and where most of them do."""
    notes = []
    for year, outside in {0: plan.outside, **plan.outside_later}.items():
        if outside.empty:
            continue
        total, areas, most = f"{outside.sum():,.1f}", len(outside), _area_words(plan.project, str(outside.index[0]))
        since = both(f"From {year} on: ", f"{year}学年起：") if year else both("", "")
        notes.append(
            both(
                f"{since['en']}{total} residents of {areas} areas live outside every catchment and are not planned for; "
                f"most in {most}.",
                f"{since['zh']}{areas}个小区域的{total}人在所有片区之外，未纳入规划，其中{most}最多。",
            )
        )
    return notes


def _shared_by(project: Project) -> str:
    """Say how children of small areas are shared among catchments."""
    if not (shapely.get_dimensions(project.areas.geometry.to_numpy()) == 2).any():
        return "points"
    return "dwellings" if project.dwellings is not None and project.settings_travel.dwellings_hold else "surface"


def _zoning_notes(project: Project, *, by_area: bool) -> list[model.Text]:
    """Say where catchments were built from travel, and from when other boundaries hold than those that are drawn."""
    notes = []
    built = [stage.label for stage in project.stages if stage.id in project.built]
    if built:
        notes.append(
            both(
                f"{', '.join(label['en'] for label in built)}: the project has no catchments; each small area is given "
                "to its nearest school.",
                f"{'、'.join(label['zh'] for label in built)}：项目未提供学区，各小区域划归最近的学校。",
            )
        )
    changes = sorted({year for later in project.later.values() for year in later})
    years = ", ".join(map(str, changes))
    if changes and not by_area:
        notes.append(
            both(
                f"Boundaries change in {years}, but children are not known by area: the change is not followed.",
                f"{years}年学区边界调整，但儿童数不按小区域提供，无法按新边界计算。",
            )
        )
    elif changes:
        notes.append(
            both(
                f"Boundaries change in {years}: demand and seats follow them, the map draws those of "
                f"{project.settings.base_year}, and new catchments as they will be.",
                f"{years}年学区边界调整：需求与学位按新边界计算，地图绘制{project.settings.base_year}年边界及今后新设的片区。",
            )
        )
    return notes


def _limits(plan: Plan) -> tuple[model.Text, model.Text]:
    """Say what the children and their intervals do and do not cover."""
    demography = plan.demography
    moves = demography.children.ratios is not None or demography.moved is not None
    given = demography.children.rung.code in AS_GIVEN
    return (
        words.GIVEN_NOTE if given else words.MOVES_NOTES[moves],
        words.INTERVAL_NOTES[demography.factors is not None],
    )


def _area_words(project: Project, label: str) -> str:
    name = str(project.areas["name"].get(label) or "")
    return f"{name} ({label})" if name and name != label else label


def _standard_notes(project: Project) -> list[model.Text]:
    """Figures of the standard that the numbers use, with where they stand."""
    notes = []
    for stage in project.stages:
        standard = project.standards.stages.get(stage.id)
        for name, words_of in _FIGURES.items():
            figure = None if standard is None else getattr(standard, name)
            if figure is not None:
                head = both(
                    f"{stage.label['en']}: {words_of['en']}",
                    f"{stage.label['zh']}：{words_of['zh']}",
                )
                sure = _CONFIDENCE[figure.confidence]
                notes.append(
                    both(
                        f"{head['en']} {figure.value:g} ({figure.citation}; {sure['en']})",
                        f"{head['zh']} {figure.value:g}（{figure.citation}；{sure['zh']}）",
                    )
                )
    cutoff = project.settings.entry_cutoff
    source = project.settings.entry_cutoff_source
    notes.append(
        both(
            f"Ages are counted on {cutoff} of each year: {source}.",
            f"年龄按每年{cutoff}计：{source}。",
        )
    )
    return notes


_FIGURES: dict[str, model.Text] = {
    "class_size": both("class size", "班额"),
    "oversized_from": both("oversized class from", "大班额起点"),
    "min_classes": both("classes of the smallest new school", "新建学校最少班数"),
    "max_classes": both("classes of the largest school", "学校最多班数"),
}

_CONFIDENCE: dict[str, model.Text] = {
    "high": both("confidence: high", "可信度：高"),
    "medium": both("confidence: medium", "可信度：中"),
    "low": both("confidence: low", "可信度：低"),
    "assumption": both("assumption", "假设"),
}


def _audit(plan: Plan) -> tuple[model.AuditLine, ...]:
    lines = []
    for row in plan.audit.to_dict("records"):
        detail = both("", "")
        if row["check"] == "transfer":
            detail = both(
                f"{row['detail'] * 100:.4f} % of the children live outside every catchment",
                f"片区外占{row['detail']:.4%}",
            )
        name = words.CHECKS[row["check"]]
        label = _audit_label(plan.project, row["stage"])
        lines.append(
            model.AuditLine(
                name=both(name["en"] + label["en"], name["zh"] + label["zh"]),
                left=round(row["left"], 6),
                right=round(row["right"], 6),
                difference=float(f"{row['difference']:.1e}"),
                tolerance=float(f"{row['tolerance']:.1e}"),
                holds=bool(row["holds"]),
                detail=detail,
            ),
        )
    return tuple(lines)


def _audit_label(project: Project, about: str) -> model.Text:
    """Name the stage and scenario that a line of the audit is about."""
    kinds = ({item.id: item.label for item in project.stages}, {item.id: item.label for item in project.scenarios})
    texts = [labels[word] for labels, word in zip(kinds, about.split(), strict=False)]
    if not texts:
        return both("", "")
    return both(f" ({', '.join(text['en'] for text in texts)})", f"（{'、'.join(text['zh'] for text in texts)}）")


def _sources(project: Project) -> tuple[model.Source, ...]:
    return tuple(
        model.Source(
            title=item.title,
            publisher=item.publisher,
            date=item.date,
            licence=item.licence,
            url=item.url,
            used_for=item.used_for,
        )
        for item in project.sources
    )
