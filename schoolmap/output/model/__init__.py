"""
What every product shows, as plain data: the `MapModel`.

The web map, the workbook and the GeoPackage are drawn from this one document,
so they cannot disagree. It holds numbers and text only: no markup, no path,
no library object. Texts for people are given in English and Chinese as
`{"en": ..., "zh": ...}`; names that come from the user's files are plain
strings and are hostile until shown as text.

Every array over catchments follows the order of `Coverage.catchments` of the
stage's coverage; every array over years follows `MapModel.years`.
"""

from __future__ import annotations

from schoolmap.output.model.actions import Action as Action
from schoolmap.output.model.actions import Decision as Decision
from schoolmap.output.model.actions import Move as Move
from schoolmap.output.model.actions import Project as Project
from schoolmap.output.model.actions import Site as Site
from schoolmap.output.model.document import SCHEMA as SCHEMA
from schoolmap.output.model.document import AuditLine as AuditLine
from schoolmap.output.model.document import MapModel as MapModel
from schoolmap.output.model.document import Source as Source
from schoolmap.output.model.document import plain as plain
from schoolmap.output.model.facts import FACT_GROUPS as FACT_GROUPS
from schoolmap.output.model.facts import Cell as Cell
from schoolmap.output.model.facts import FactTable as FactTable
from schoolmap.output.model.facts import Head as Head
from schoolmap.output.model.kinds import Grid as Grid
from schoolmap.output.model.kinds import Ring as Ring
from schoolmap.output.model.kinds import Text as Text
from schoolmap.output.model.panels import After as After
from schoolmap.output.model.panels import Bound as Bound
from schoolmap.output.model.panels import Changed as Changed
from schoolmap.output.model.panels import Origin as Origin
from schoolmap.output.model.panels import Panel as Panel
from schoolmap.output.model.panels import Rank as Rank
from schoolmap.output.model.panels import Supplied as Supplied
from schoolmap.output.model.panels import Totals as Totals
from schoolmap.output.model.people import Accuracy as Accuracy
from schoolmap.output.model.people import Births as Births
from schoolmap.output.model.people import PassedOver as PassedOver
from schoolmap.output.model.people import Peak as Peak
from schoolmap.output.model.people import Population as Population
from schoolmap.output.model.places import Catchment as Catchment
from schoolmap.output.model.places import Coverage as Coverage
from schoolmap.output.model.places import Scenario as Scenario
from schoolmap.output.model.places import School as School
from schoolmap.output.model.places import Section as Section
from schoolmap.output.model.places import Shade as Shade
from schoolmap.output.model.places import Stage as Stage
from schoolmap.output.model.trials import EditAdd as EditAdd
from schoolmap.output.model.trials import EditCoverage as EditCoverage
from schoolmap.output.model.trials import Editing as Editing
from schoolmap.output.model.trials import EditMove as EditMove
from schoolmap.output.model.trials import EditProposal as EditProposal
from schoolmap.output.model.trials import EditScenario as EditScenario
from schoolmap.output.model.trials import EditSection as EditSection
from schoolmap.output.model.trials import EditStage as EditStage
from schoolmap.output.model.trials import EditUnit as EditUnit
from schoolmap.output.model.ways import Reach as Reach
from schoolmap.output.model.ways import ReachArea as ReachArea
from schoolmap.output.model.ways import ReachZone as ReachZone
