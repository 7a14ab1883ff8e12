"""What belongs together in a map's document: a stage, its catchments and their names, its first scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.seats.warnings import LEAST_SHORT

if TYPE_CHECKING:
    from schoolmap.output.model import Coverage
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel
    from schoolmap.output.model import Stage


def stage_of(model: MapModel, stage: str) -> Stage:
    """Return a stage by its code."""
    return next(item for item in model.stages if item.id == stage)


def coverage_of(model: MapModel, stage: str) -> Coverage:
    """Return the catchments of a stage; several stages may share them."""
    coverage = stage_of(model, stage).coverage
    return next(item for item in model.coverages if item.id == coverage)


def catchment_names(model: MapModel, stage: str) -> dict[str, str]:
    """
    Return the names of a stage's catchments by their codes, in the order of its panels' rows.

    A code may name another catchment in another stage: names are never looked
    up over all coverages.
    """
    return {catchment.id: catchment.name for catchment in coverage_of(model, stage).catchments}


def central(model: MapModel, stage: str) -> Panel:
    """Return the panel of a stage in the first scenario, which is the central one."""
    return next(panel for panel in model.panels if panel.stage == stage and is_central(model, panel))


def is_central(model: MapModel, panel: Panel) -> bool:
    """Tell whether a panel is of the first scenario, which is the central one."""
    return panel.scenario == model.scenarios[0].id


def short_count(panel: Panel, at: int) -> int:
    """Count the catchments that lack seats in the year at position `at`; smaller gaps than `LEAST_SHORT` are none."""
    pairs = ((demand[at], seats[at]) for demand, seats in zip(panel.demand, panel.seats, strict=True))
    return sum(d is not None and s is not None and d - s >= LEAST_SHORT for d, s in pairs)


def stage_labels(model: MapModel, *, language: str) -> dict[str, str]:
    """Return what each stage is called, by its code."""
    return {stage.id: stage.label[language] for stage in model.stages}


def scenario_labels(model: MapModel, *, language: str) -> dict[str, str]:
    """Return what each scenario is called, by its code."""
    return {scenario.id: scenario.label[language] for scenario in model.scenarios}
