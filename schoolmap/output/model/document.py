"""The whole document, its audit and its sources, and how it becomes plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from dataclasses import fields
from dataclasses import is_dataclass
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from schoolmap.output.model.actions import Action
    from schoolmap.output.model.actions import Decision
    from schoolmap.output.model.actions import Project
    from schoolmap.output.model.actions import Site
    from schoolmap.output.model.facts import FactTable
    from schoolmap.output.model.kinds import Text
    from schoolmap.output.model.panels import Panel
    from schoolmap.output.model.people import Population
    from schoolmap.output.model.places import Coverage
    from schoolmap.output.model.places import Scenario
    from schoolmap.output.model.places import School
    from schoolmap.output.model.places import Shade
    from schoolmap.output.model.places import Stage
    from schoolmap.output.model.trials import Editing
    from schoolmap.output.model.ways import Reach

SCHEMA = "schoolmap.map/4"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One conservation check: both sides, their difference, and whether it holds."""

    name: Text
    left: float
    right: float
    difference: float
    tolerance: float
    holds: bool
    detail: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A data set or standard that the numbers rest on, with its licence and attribution."""

    title: str
    publisher: str
    date: str
    licence: str
    url: str
    used_for: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MapModel:
    """One plan as plain data; see the module's text for the conventions."""

    schema: str
    project: str
    title: Text
    language: str
    synthetic: bool
    crs: str
    version: str
    seed: int
    draws: int
    population_date: str
    base_year: int
    years: tuple[int, ...]
    stages: tuple[Stage, ...]
    scenarios: tuple[Scenario, ...]
    shades: tuple[Shade, ...]
    coverages: tuple[Coverage, ...]
    schools: tuple[School, ...]
    panels: tuple[Panel, ...]
    population: Population
    currency: Text
    """Unit of costs."""
    actions: tuple[Action, ...]
    decision: Decision
    sites: tuple[Site, ...]
    projects: tuple[Project, ...]
    reach: tuple[Reach, ...]
    """Stages for which the standard names a limit."""
    tables: tuple[FactTable, ...]
    editing: Editing | None
    """`None` in a plan that is too large to be changed in the page (see `describe_editing`), and in a public edition."""
    notes: tuple[Text, ...]
    audit: tuple[AuditLine, ...]
    sources: tuple[Source, ...]
    classification: Text
    map_review_no: str

    def to_dict(self) -> dict[str, Any]:
        """Return the document as nested dicts and lists, ready for JSON."""
        document: dict[str, Any] = plain(self)
        return document

    def to_json(self) -> str:
        """Return the document as JSON: the same plan gives the same bytes."""
        return json.dumps(
            self.to_dict(),
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )


_BARE = frozenset({float, int, str, bool, type(None)})


def plain(value: Any) -> Any:  # noqa: ANN401 - any part of the model
    """
    Return a part of the model as nested dicts and tuples.

    Parameters
    ----------
    value
        A record of this module, or what one holds.

    Returns
    -------
    plain
        The same without records. A tuple of numbers or texts is shared, not copied: there are millions.

    Examples
    --------
    >>> from schoolmap.output.model import Scenario
    >>> plain(Scenario(id="base", label={"en": "Base", "zh": "基准"}, note={}))
    {'id': 'base', 'label': {'en': 'Base', 'zh': '基准'}, 'note': {}}
    """
    if isinstance(value, tuple):
        return value if _BARE.issuperset(map(type, value)) else tuple(map(plain, value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value
