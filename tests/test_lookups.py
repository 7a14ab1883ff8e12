"""What belongs to a stage in a plan: its own catchments, never those of another stage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import hamlet

from schoolmap.output import lookups
from schoolmap.output.model import Coverage
from schoolmap.output.report import tables
from schoolmap.output.summary import summarise
from schoolmap.output.webmap import static_tables

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel

MODEL = hamlet.model()
OTHER = "Another place"


def _two_coverages() -> MapModel:
    """Return the hamlet with kindergartens in catchments of their own: of the same codes, of other names."""
    named = tuple(replace(catchment, name=OTHER) for catchment in MODEL.coverages[0].catchments)
    apart = (replace(MODEL.stages[0], coverage="own"), MODEL.stages[1])
    # with those of primary schools first and last, so that neither order helps
    both = (Coverage(id="own", catchments=named), *MODEL.coverages, Coverage(id="spare", catchments=named))
    return replace(MODEL, stages=apart, coverages=both)


def test_a_code_names_another_place_in_another_stage() -> None:
    """Names come from the stage's own catchments, in the order of its panels."""
    model = _two_coverages()
    assert set(lookups.catchment_names(model, "kindergarten").values()) == {OTHER}
    assert tuple(lookups.catchment_names(model, "primary").values()) == hamlet.NAMES
    assert tuple(lookups.catchment_names(model, "primary")) == hamlet.IDS
    assert lookups.coverage_of(model, "kindergarten").id == "own"


def test_every_paper_names_the_stage_s_own_catchment() -> None:
    """The summary, the page without scripts and the report, where primary schools alone are short."""
    model = replace(_two_coverages(), projects=())
    short = summarise(model, language="en").split("Primary (6-11)")[1]
    assert OTHER not in short
    assert hamlet.NAMES[0] in short
    assert OTHER not in static_tables(model).split("<h2>Primary</h2>")[1]
    assert OTHER not in {row[1] for row in tables.near_term(model, language="en").rows}


def test_the_first_scenario_is_the_central_one() -> None:
    """Whatever it is called, and wherever its panels stand."""
    turned = replace(MODEL, panels=MODEL.panels[::-1])
    assert lookups.central(turned, "primary").scenario == "central"
    assert [lookups.is_central(MODEL, panel) for panel in MODEL.panels] == [True, False, True, False]


def test_small_gaps_are_no_shortage() -> None:
    """Half a seat is short; less is not, and what is unknown is not."""
    panel = lookups.central(MODEL, "primary")
    demand = ((100.5, 1.0, 1.0, 1.0), (90.4, 1.0, 1.0, 1.0), (None, 1.0, 1.0, 1.0), (21.0, 1.0, 1.0, 1.0))
    assert lookups.short_count(replace(panel, demand=demand), 0) == 2


def test_labels_by_language() -> None:
    """Stages and scenarios in the language that is asked for."""
    assert lookups.stage_labels(MODEL, language="zh") == {"kindergarten": "幼儿园", "primary": "小学"}
    assert lookups.scenario_labels(MODEL, language="en") == {"central": "Central", "high": "High"}
