"""
On what terms things are built: sizes, costs and delays of a project, by kind of measure and stage.

Everything comes from `[siting]` of the project and from its standards, each
with its source; nothing is set here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.inputs.project_file import BUILDS
from schoolmap.provision import figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolmap.inputs.siting import MeasureCost
    from schoolmap.project import Project

REZONE = "rezone"
"""The measure that makes no seats: pupils go where seats are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """
    Sizes of schools and classes of one stage; missing where the standard says nothing.

    Attributes
    ----------
    class_size
        Seats of a class.
    least, most
        Classes of a school, at least and at most.
    """

    class_size: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    Terms of all measures of a project.

    Attributes
    ----------
    allowed
        Kinds that may be proposed.
    sizes
        By stage.
    costs
        By (kind, stage); a measure that is not there has no known cost and is
        not proposed.
    first_year
        By kind, the first school year in which what is decided now can open.
    new_anywhere
        Whether a school may be built where no plot is listed.
    """

    allowed: tuple[str, ...]
    sizes: Mapping[str, Sizes]
    costs: Mapping[tuple[str, str], MeasureCost]
    first_year: Mapping[str, int]
    new_anywhere: bool

    def may(self, kind: str, stage: str) -> bool:
        """Return whether a measure is allowed in a stage, and what it costs and makes is known."""
        return kind in self.allowed and (kind, stage) in self.costs and bool(np.isfinite(self.sizes[stage].class_size))


def terms_of(project: Project) -> Terms:
    """Return the terms of a project."""
    settings = project.settings_siting
    stages = [stage.id for stage in project.stages]
    found = {(kind, stage): settings.cost(kind, stage) for kind in BUILDS for stage in stages}
    return Terms(
        allowed=settings.allow,
        sizes={stage: _sizes(project, stage) for stage in stages},
        costs={key: cost for key, cost in found.items() if cost is not None},
        first_year=settings.first_year,
        new_anywhere=settings.new_anywhere,
    )


def _sizes(project: Project, stage: str) -> Sizes:
    """Return the sizes of a stage by the project's standard."""

    def of(name: str) -> float:
        value = figure(project, stage, name)
        return np.nan if value is None else value

    return Sizes(class_size=of("class_size"), least=of("min_classes"), most=of("max_classes"))
