"""Proposals and review candidates as the products show them, with their reasons in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.inputs.coordinates import WGS84
from schoolmap.output import action_reasons as reasons
from schoolmap.output import model
from schoolmap.output import proposal_reasons as why
from schoolmap.output import proposal_words as say
from schoolmap.output import words
from schoolmap.output.words import both
from schoolmap.proposals.reading import UNSOLVED
from schoolmap.proposals.terms import REZONE
from schoolmap.provision import figure

if TYPE_CHECKING:
    from schoolmap.plan import Plan
    from schoolmap.seating import StageResult

UNDATED = ("no_opening", "no_size", "no_place")
"""Reasons for which a project is named beside a proposal: it may be what is proposed."""


def describe_actions(plan: Plan) -> tuple[model.Action, ...]:
    """Return the proposals of every stage, and after them its review candidates."""
    actions: list[model.Action] = []
    for stage, result in plan.results.items():
        records = plan.proposals.table[plan.proposals.table["stage"] == stage].to_dict("records")
        writer = _writer(plan, result)
        for record in records:
            actions.append(writer.action({str(key): value for key, value in record.items()}, number=len(actions) + 1))
        actions += _reviews(plan, result, writer.anchors, start=len(actions))
    return tuple(actions)


def _writer(plan: Plan, result: StageResult) -> _Writer:
    project = plan.project
    zones = project.coverages[project.coverage_of[result.stage.id]]
    return _Writer(
        plan=plan,
        result=result,
        anchors=zones.representative_point().to_crs(WGS84),
        schools=gpd.GeoSeries(project.schools.geometry.centroid).to_crs(WGS84),
        sites=gpd.GeoSeries(project.sites.geometry.representative_point()).to_crs(WGS84),
        names=say.Names(
            catchments={str(label): str(name) for label, name in zones["name"].items()},
            schools={str(label): str(name) for label, name in project.schools["name"].items()},
            sites={str(label): str(name) for label, name in project.sites["name"].items()},
            stages={stage.id: stage.label for stage in project.stages},
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """What all proposals of one stage have in common: places in degrees, and names."""

    plan: Plan
    result: StageResult
    anchors: gpd.GeoSeries
    schools: gpd.GeoSeries
    sites: gpd.GeoSeries
    names: say.Names

    def action(self, record: dict[str, Any], *, number: int) -> model.Action:
        """Return one proposal."""
        proposals, measure = self.plan.proposals, str(record["measure"])
        place = self._place(record)
        until = None if math.isnan(record["until"]) else int(record["until"])
        sizes = proposals.sizes.loc[[measure]].droplevel("measure") if measure else pd.DataFrame()
        needed = proposals.needed.get(measure, ())
        return model.Action(
            id=f"a{number:03d}",
            kind=str(record["kind"]),
            stage=str(record["stage"]),
            catchment=str(record["catchment"]),
            school=str(record["school"]) or None,
            site=str(record["site"]) or None,
            receiver=str(record["receiver"]) or None,
            first_year=int(record["first_year"]),
            last_year=int(record["last_year"]),
            peak_year=int(record["peak_year"]),
            short=round(float(record["short"]), 1),
            probability=round(float(record["probability"]), 3),
            opens=int(record["opens"]),
            until=until,
            all_from=self._all_from(record),
            classes=None if math.isnan(record["classes"]) else float(record["classes"]),
            seats=round(float(record["seats"]), 1),
            classes_by_year=self._by_year(sizes, "classes"),
            seats_by_year=self._by_year(sizes, "seats"),
            capital=round(float(record["capital"]), 1),
            yearly=round(float(record["yearly"]), 1),
            scenarios=needed,
            moves=self._moves(record),
            reason=self._reason(record, needed),
            alternatives=self._alternatives(record),
            lon=round(float(place.x), 6),
            lat=round(float(place.y), 6),
        )

    def _place(self, record: dict[str, Any]) -> Any:  # noqa: ANN401 - shapely tells no type of a point
        if record["school"]:
            return self.schools[record["school"]]
        if record["site"] in self.sites.index:
            return self.sites[record["site"]]
        return self.anchors[record["catchment"]]

    def _by_year(self, sizes: pd.DataFrame, name: str) -> tuple[float, ...]:
        if sizes.empty:
            return ()
        return tuple(float(value) for value in sizes[name].reindex(list(self.plan.years), fill_value=0.0))

    def _moving(self, record: dict[str, Any]) -> pd.DataFrame:
        """Return the pieces that a boundary moves, most pupils first; none for what is no boundary."""
        table = self.plan.proposals.moves
        if record["kind"] != REZONE:
            return table.iloc[:0]
        here = (table["stage"] == record["stage"]) & (table["from"] == record["catchment"])
        part = table[here & (table["to"] == record["receiver"])]
        return pd.DataFrame(part.sort_values("pupils_then", ascending=False, kind="stable"))

    def _moves(self, record: dict[str, Any]) -> tuple[model.Move, ...]:
        named = self.plan.project.areas["name"]
        return tuple(
            model.Move(
                area=str(row["area"]),
                name=str(named.get(row["area"]) or row["area"]),
                pupils=round(float(row["pupils"]), 1),
                entering=round(float(row["entering"]), 1),
                pupils_then=round(float(row["pupils_then"]), 1),
            )
            for row in self._moving(record).to_dict("records")
        )

    def _all_from(self, record: dict[str, Any]) -> int | None:
        part = self._moving(record)
        return None if part.empty else int(part["all_year"].max())

    def _measure(self, record: dict[str, Any]) -> say.Measure:
        return say.Measure(
            kind=str(record["kind"]),
            catchment=str(record["catchment"]),
            school=str(record["school"]),
            site=str(record["site"]),
            receiver=str(record["receiver"]),
            host=str(record["host"]),
            classes=None if math.isnan(record["classes"]) else float(record["classes"]),
            seats=float(record["seats"]),
            opens=int(record["opens"]),
            until=None if math.isnan(record["until"]) else int(record["until"]),
            verify=bool(record["verify"]),
            entering=float(self._moving(record)["entering"].sum()),
            all_from=self._all_from(record),
        )

    def _reason(self, record: dict[str, Any], needed: tuple[str, ...]) -> model.Text:
        project, item = self.plan.project, self._measure(record)
        labels = {scenario.id: scenario.label for scenario in project.scenarios}
        needs = reasons.needs(self.plan, self.result, record)
        if record["why_year"] == "over":
            return words.join([*needs, why.over()])
        if item.kind == UNSOLVED:
            before = project.settings_siting.first_year if record["why_year"] == "earliest" else {}
            left = why.unsolved(
                short=item.seats,
                peak=item.opens,
                before=min(before.values(), default=None),
                class_size=figure(project, self.result.stage.id, "class_size") or 0.0,
            )
            return words.join([*needs, left])
        currency = project.settings_siting.currency
        parts = [*needs, say.chosen(item, names=self.names, free_choice=self.result.stage.free_choice)]
        if item.kind == REZONE:
            parts.append(say.pieces([(move.name, move.pupils_then) for move in self._moves(record)]))
        parts += [
            say.to_verify(item),
            say.cost(float(record["capital"]), float(record["yearly"]), currency),
            why.timing(reasons.why_year(self.plan, record), item.kind),
        ]
        if item.kind == "temporary":
            parts.append(why.rented(reasons.why_rented(self.plan, record)))
        if item.kind not in reasons.NO_SEATS:
            parts.append(why.scenarios([labels[name] for name in needed if name in labels], len(labels)))
            parts.append(_named_projects(self.plan, self.result.stage.id, str(record["catchment"])))
        return words.join(parts)

    def _alternatives(self, record: dict[str, Any]) -> tuple[model.Text, ...]:
        """Say what would be done instead, and what another year would cost."""
        proposals, measure = self.plan.proposals, str(record["measure"])
        currency = self.plan.project.settings_siting.currency
        if not measure or measure not in proposals.instead.index:
            free = self.result.stage.free_choice
            return (say.instead_of_boundary(free_choice=free),) if record["kind"] == REZONE else ()
        row = proposals.instead.to_dict("index")[measure]
        measures: dict[Any, dict[Any, Any]] = proposals.measures.to_dict("index")
        replacing = [say.name_of(say.as_measure(measures[label]), names=self.names) for label in row["instead"]]
        texts = [say.instead(replacing, float(row["more"]), currency)]
        years = [name for name in ("earlier", "later") if np.isfinite(row[name])]
        return (*texts, *(say.shifted(name, float(row[name]), currency) for name in years))


def _named_projects(plan: Plan, stage: str, catchment: str) -> model.Text:
    """Name projects of this catchment that have no date or size and so are not counted."""
    table = plan.provisions[plan.project.scenarios[0].id].schedule
    here = table[(table["stage"] == stage) & (table["catchment"] == catchment) & table["reason"].isin(UNDATED)]
    if here.empty:
        return both("", "")
    listed = plan.project.projects["name"]
    names = ", ".join(str(listed[label] or label) for label in here.index)
    return both(
        f"The project list names {names} here, without date or size: not counted.",
        f"项目清单列有{names}，但无时间或规模，未计入。",
    )


def _reviews(plan: Plan, result: StageResult, anchors: gpd.GeoSeries, *, start: int) -> list[model.Action]:
    share = plan.project.standards.levels.surplus_below.value
    return [
        model.Action(
            id=f"a{start + count + 1:03d}",
            kind="review",
            stage=result.stage.id,
            catchment=str(label),
            school=None,
            site=None,
            receiver=None,
            first_year=int(row["first_year"]),
            last_year=int(row["last_year"]),
            peak_year=int(row["last_year"]),
            short=0.0,
            probability=0.0,
            opens=None,
            until=None,
            all_from=None,
            classes=None,
            seats=round(float(row["spare"]), 1),
            classes_by_year=(),
            seats_by_year=(),
            capital=None,
            yearly=None,
            scenarios=(),
            moves=(),
            reason=words.review(
                first=int(row["first_year"]),
                last=int(row["last_year"]),
                spare=float(row["spare"]),
                share=share,
            ),
            alternatives=(),
            lon=round(float(anchors[label].x), 6),
            lat=round(float(anchors[label].y), 6),
        )
        for count, (label, row) in enumerate(result.reviews.iterrows())
    ]


def describe_sites(plan: Plan, actions: tuple[model.Action, ...]) -> tuple[model.Site, ...]:
    """Return the listed plots, and which proposals would build there."""
    places = plan.project.sites.geometry.representative_point().to_crs(WGS84)
    used: dict[str, list[str]] = {}
    for action in actions:
        if action.site is not None:
            used.setdefault(action.site, []).append(action.id)
    return tuple(
        model.Site(
            id=str(record["site"]),
            name=str(record["name"]),
            lon=round(float(places[record["site"]].x), 6),
            lat=round(float(places[record["site"]].y), 6),
            stages=tuple(record["stages"]),
            max_classes=_known(record["max_classes"]),
            land_cost=_known(record["land_cost"]),
            ready_from=str(record["ready_from"]),
            note=str(record["note"]),
            used_by=tuple(used.get(str(record["site"]), ())),
        )
        for record in pd.DataFrame(plan.project.sites).reset_index(names="site").to_dict("records")
    )


def _known(value: float) -> float | None:
    return round(float(value), 1) if math.isfinite(value) else None


def describe_decision(plan: Plan) -> model.Decision:
    """Return how the proposals were decided on."""
    proposals, years = plan.proposals, list(plan.years)
    answer, first = proposals.siting, plan.project.scenarios[0].id
    built = proposals.sizes
    capital = np.zeros(len(years)) if built.empty else _sum_by_year(built["capital"], years)
    before = {name: _short(result, first, years) for name, result in plan.results.items()}
    return model.Decision(
        status="none" if answer is None else answer.status,
        objective=0.0 if answer is None else round(answer.objective, 1),
        lower_bound=0.0 if answer is None else round(answer.lower_bound, 1),
        gap=0.0 if answer is None else round(answer.gap, 6),
        capital=round(float(capital.sum()), 1),
        running=0.0 if built.empty else round(float(built["yearly"].sum()), 1),
        capital_by_year=tuple(round(float(value), 1) for value in capital),
        short_before=before,
        short_after={name: _after(plan, name, first, short) for name, short in before.items()},
        text=tuple(
            say.decision(
                plan.proposals,
                labels={stage.id: stage.label for stage in plan.project.stages},
                currency=plan.project.settings_siting.currency,
            )
        ),
    )


def _sum_by_year(values: pd.Series, years: list[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return values.groupby(level="year").sum().reindex(years, fill_value=0.0).to_numpy(dtype=float)


def _short(result: StageResult, scenario: str, years: list[int]) -> tuple[float, ...]:
    gap = result.balance.xs(scenario, level="scenario")["gap"].clip(lower=0)
    return tuple(round(float(value), 1) for value in gap.groupby(level="year").sum().reindex(years))


def _after(plan: Plan, stage: str, scenario: str, before: tuple[float, ...]) -> tuple[float, ...]:
    """Return who is short after all; in the base year nothing is changed yet."""
    left = plan.proposals.after
    if left.empty:
        return before
    here = left[(left.index.get_level_values("stage") == stage) & (left.index.get_level_values("scenario") == scenario)]
    by_year = here.groupby(level="year").sum()
    return tuple(
        now if year == plan.project.settings.base_year else round(float(by_year.get(year, 0.0)), 1)
        for year, now in zip(plan.years, before, strict=True)
    )
