"""
Planning standards as data: every figure with its document, number, year and confidence.

A standards file is TOML. The library ships some; a project may bring its own,
which may build on another one. Nothing in the code knows a figure of a country.
`schema` says what a file may hold, `files` finds and loads them, `lookup` answers
questions such as: how many pupils may a class of this grade have, and how many
seats do so many residents call for?
"""

from __future__ import annotations

from schoolmap.standards.files import load as load
from schoolmap.standards.files import parse as parse
from schoolmap.standards.files import shipped as shipped
from schoolmap.standards.files import unknown as unknown
from schoolmap.standards.schema import CONFIDENCES as CONFIDENCES
from schoolmap.standards.schema import GRADES as GRADES
from schoolmap.standards.schema import BuildingYears as BuildingYears
from schoolmap.standards.schema import ClassBand as ClassBand
from schoolmap.standards.schema import ClassCap as ClassCap
from schoolmap.standards.schema import Confidence as Confidence
from schoolmap.standards.schema import Costs as Costs
from schoolmap.standards.schema import Figure as Figure
from schoolmap.standards.schema import Levels as Levels
from schoolmap.standards.schema import Requirement as Requirement
from schoolmap.standards.schema import ReviewItem as ReviewItem
from schoolmap.standards.schema import SchoolSize as SchoolSize
from schoolmap.standards.schema import SeatRule as SeatRule
from schoolmap.standards.schema import StageCosts as StageCosts
from schoolmap.standards.schema import StageStandard as StageStandard
from schoolmap.standards.schema import Standards as Standards
from schoolmap.standards.schema import Text as Text
