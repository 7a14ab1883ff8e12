"""
Turn the plots of a project, and what `[siting]` and the standards say of costs, into what plans decide by.

A number of the project goes before that of the standards. Each keeps where it
comes from, so that a product can say it; what nobody says is left out, never
zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.checks.consistency import split_labels
from schoolmap.inputs.project_file import BUILDS
from schoolmap.inputs.project_file import EVERY_YEAR
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.tables import CONTRACTS
from schoolmap.tables import parse_month

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.inputs.project_file import ProjectFile
    from schoolmap.standards import Figure
    from schoolmap.standards import Standards
    from schoolmap.standards import Text

SITE_TEXTS = ("township", "urban_rural", "ready_from", "note")
SITE_NUMBERS = ("max_classes", "min_classes", "land_cost")
OF_PROJECT: Literal["project"] = "project"
"""Confidence of a number that the project states itself."""
STAGE_COSTS = ("new_fixed", "new", "expand", "attach", "convert", "temporary", "rent", "running")
"""Amounts that each stage has its own of."""
WEIGHED = ("discount_rate", "short_cost", "way_cost", "empty_cost", "boundary_charge")
"""Amounts that all stages share."""
_SEPTEMBER = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """
    A number that decisions are weighed by, and where it comes from.

    Attributes
    ----------
    value
        In the unit that its name says; amounts in `Siting.currency`.
    citation
        Document, number and year in one line; the project file where the
        project states it.
    confidence
        `high`, `medium`, `low`, `assumption`, or `project`.
    note
        What else must be known, in both languages; may be empty.
    """

    value: float
    citation: str
    confidence: Literal["high", "medium", "low", "assumption", "project"]
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureCost:
    """
    What one measure costs in one stage, in `Siting.currency`.

    Attributes
    ----------
    fixed
        Once, whatever the size.
    per_class
        Once for each class.
    per_year
        For each class and year: running it, and its rent where it is rented.
    """

    fixed: float
    per_class: float
    per_year: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Siting:
    """
    The `[siting]` section with every number found: the project's own, else that of its standards.

    Attributes
    ----------
    currency
        Unit of all amounts in both languages; empty where the standards have
        no costs.
    years
        Years from a decision to opening, by kind of measure.
    first_year
        First school year in which what is decided now can open, by kind:
        `decide_from`, or base year and years of building, the later of both.
    budget
        What may be spent on building, by school year from the base year to the
        horizon; a year without a limit is left out.
    total_budget
        What may be spent in all years together; `None` without a limit.
    costs
        By `(name, stage)`, the names those of `STAGE_COSTS`.
    discount_rate, short_cost, way_cost, empty_cost, boundary_charge
        See `[siting]` in docs/project.md; `None` where nobody says.
    grandfather_years
        Years in which who is at school when a boundary moves stays there;
        `None` is until they leave.
    allow
        Measures that may be proposed.
    new_anywhere
        Whether a new school may be proposed where no plot is listed.
    weights
        By scenario, summing to 1, in the order of the scenarios.
    most_regret
        A share; see docs/project.md; `None` without a limit.
    time_limit
        Seconds.
    choices
        Plans to choose from, the proposed one among them; 0 where neither they
        nor what less money buys are asked for.
    """

    currency: Text
    years: Mapping[str, Amount]
    first_year: Mapping[str, int]
    budget: Mapping[int, float]
    total_budget: float | None
    costs: Mapping[tuple[str, str], Amount]
    discount_rate: Amount | None
    short_cost: Amount | None
    way_cost: Amount | None
    empty_cost: Amount | None
    boundary_charge: Amount | None
    grandfather_years: int | None
    allow: tuple[str, ...]
    new_anywhere: bool
    weights: Mapping[str, float]
    most_regret: float | None
    time_limit: float
    choices: int

    @property
    def lacking(self) -> tuple[str, ...]:
        """Name the amounts that all stages share and that nobody states: without them nothing can be weighed."""
        return tuple(name for name in WEIGHED if getattr(self, name) is None)

    def cost(self, kind: str, stage: str) -> MeasureCost | None:
        """
        Return what a measure costs in a stage; nothing if nobody says what its classes cost.

        A new school without a fixed cost has none, and a class whose running
        nobody states costs nothing to run.

        Parameters
        ----------
        kind
            One of `BUILDS`.
        stage
            The stage.
        """
        per_class = self.costs.get((kind, stage))
        rent = self.costs.get(("rent", stage)) if kind == "temporary" else None
        if per_class is None or kind not in self.first_year or (kind == "temporary" and rent is None):
            return None
        fixed = self.costs.get(("new_fixed", stage)) if kind == "new" else None
        running = self.costs.get(("running", stage))
        return MeasureCost(
            fixed=_value(fixed),
            per_class=per_class.value,
            per_year=_value(running) + _value(rent),
        )


def siting_of(document: ProjectFile, standards: Standards) -> Siting:
    """Return `[siting]` with every number found: the project's own, else that of its standards."""
    settings, project, costs = document.siting, document.project, standards.costs
    note = {"en": "", "zh": ""} if settings.note is None else settings.note

    def found(own: float | None, figure: Figure | None) -> Amount | None:
        if own is not None:
            return Amount(value=float(own), citation=FILE_NAME, confidence=OF_PROJECT, note=note)
        return None if figure is None else _of_standards(figure)

    years: dict[str, Amount] = {
        kind: amount
        for kind in BUILDS
        if (amount := found(settings.building_years.get(kind), None if costs is None else getattr(costs.years, kind)))
    }
    asked = project.base_year if settings.decide_from is None else settings.decide_from
    by_stage = {
        (name, stage): amount
        for stage in document.stages
        for name in STAGE_COSTS
        if (
            amount := found(
                getattr(settings.costs.get(stage), name, None),
                None if costs is None else getattr(costs.stages.get(stage), name, None),
            )
        )
    }
    shared = {name: found(getattr(settings, name), None if costs is None else getattr(costs, name)) for name in WEIGHED}
    return Siting(
        currency={"en": "", "zh": ""} if costs is None else dict(costs.currency),
        years=years,
        first_year={kind: max(asked, project.base_year + int(np.ceil(amount.value))) for kind, amount in years.items()},
        budget=_budget(settings.budget, range(project.base_year, project.horizon + 1)),
        total_budget=settings.total_budget,
        costs=by_stage,
        **shared,
        grandfather_years=settings.grandfather_years,
        allow=tuple(dict.fromkeys(settings.allow)),
        new_anywhere=settings.new_anywhere,
        weights=_weights(settings.weights, [scenario.id for scenario in document.scenarios]),
        most_regret=settings.most_regret,
        time_limit=settings.time_limit,
        choices=settings.choices,
    )


def _of_standards(figure: Figure) -> Amount:
    return Amount(
        value=float(figure.value),
        citation=figure.citation,
        confidence=figure.confidence,
        note={language: figure.remark(language) for language in ("en", "zh")},
    )


def _value(amount: Amount | None) -> float:
    return 0.0 if amount is None else amount.value


def _budget(stated: Mapping[str, float] | None, years: Sequence[int]) -> dict[int, float]:
    """Spread a budget over years; those that it does not name have no limit unless it names every other."""
    amounts = {} if stated is None else stated
    found = {year: amounts.get(str(year), amounts.get(EVERY_YEAR)) for year in years}
    return {year: float(amount) for year, amount in found.items() if amount is not None}


def _weights(stated: Mapping[str, float], scenarios: Sequence[str]) -> dict[str, float]:
    """Let weights sum to 1; scenarios that are not named have none, unless no scenario is."""
    weights = {name: float(stated.get(name, 0.0 if stated else 1.0)) for name in scenarios}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def site_layer(frame: pd.DataFrame | None, *, stages: Sequence[str], crs: str, years_of_new: float) -> gpd.GeoDataFrame:
    """
    Return the plots, indexed by `site` and sorted; empty where the project lists none.

    Parameters
    ----------
    frame
        The table as read, in the project's CRS, or nothing.
    stages
        Of the project.
    crs
        Of the project.
    years_of_new
        Years from a decision to the opening of a new school.

    Returns
    -------
    sites
        `name` (the code where it has none), the texts of `SITE_TEXTS` (empty
        where not known), the numbers of `SITE_NUMBERS` (missing where not
        known), `stages` (a tuple: those allowed, in the project's order),
        `ready_year` (first school year in which a new school can open there,
        missing where building may begin at once), and points or polygons.
    """
    if frame is None:
        frame = gpd.GeoDataFrame(
            {name: pd.Series(dtype=object) for name in CONTRACTS["sites"].columns}, geometry=[], crs=crs
        )
    layer = gpd.GeoDataFrame(frame)
    keyed = layer.set_index("site").sort_index()
    plain = pd.DataFrame(keyed).reindex(columns=["name", "stages", *SITE_TEXTS, *SITE_NUMBERS])
    labels = pd.Series(keyed.index, index=keyed.index, dtype=object)
    columns: dict[str, pd.Series] = {
        "name": plain["name"].astype(object).where(plain["name"].notna(), labels),
        "stages": pd.Series([_allowed(cell, stages) for cell in plain["stages"]], index=keyed.index, dtype=object),
        **{text: plain[text].astype(object).where(plain[text].notna(), "") for text in SITE_TEXTS},
        **{number: plain[number].astype(float) for number in SITE_NUMBERS},
        "ready_year": pd.Series(
            [_opens(cell, years_of_new) for cell in plain["ready_from"]], index=keyed.index, dtype=float
        ),
    }
    return gpd.GeoDataFrame(columns, geometry=keyed.geometry, crs=keyed.crs)


def stages_listed(cell: object) -> tuple[str, ...]:
    """
    Return the stages that a cell lists, Chinese names turned into the usual ones.

    Examples
    --------
    >>> stages_listed("小学；初中"), stages_listed(None)
    (('primary', 'junior'), ())
    """
    return tuple(WORDS["stage"].get(name, name) for name in split_labels(cell))


def _allowed(cell: object, stages: Sequence[str]) -> tuple[str, ...]:
    listed = stages_listed(cell)
    return tuple(stage for stage in stages if not listed or stage in listed)


def _opens(cell: object, years_of_new: float) -> float:
    """Return the first school year in which a school can open that is begun in a month; missing without a month."""
    month = parse_month(str(cell)) if isinstance(cell, str) else None
    if month is None:
        return float("nan")
    year, number = month
    # what is ready after September serves the next school year
    return float(year + (number > _SEPTEMBER) + int(np.ceil(years_of_new)))
