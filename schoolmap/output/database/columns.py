"""
The tables of results, column by column: type, and what it means. Data only.

They are the same for every project: stages, years and scenarios are values and
never names of columns or tables, so that a view or a form keeps working.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "integer", "number", "truth", "moment", "point", "polygon", "place"]
"""`place` is a point or several; codes are `text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A table: what one of its rows is, the columns that tell rows apart, and all columns with type and meaning."""

    means: str
    key: tuple[str, ...]
    columns: dict[str, tuple[Type, str]]


RUN = "run"
"""The table that marks a schema as one of results."""
MADE_BY = "schoolmap results/1"
"""What it says in its column `made_by`."""

MARK = "schoolmap: "
"""Begins the comment on every table of results, by which it is known as one that may be replaced."""

TABLES: dict[str, Results] = {
    RUN: Results(
        means="The run that made the tables of this schema: one row. The next run replaces all of them together.",
        key=("project",),
        columns={
            "project": ("text", "Name of the project"),
            "made_by": ("text", "Marks these tables as those of schoolmap, which it may replace"),
            "version": ("text", "Version of schoolmap"),
            "document": ("text", "Schema of NAME.json"),
            "made_from": ("text", "SHA-256 of NAME.json of the same run: the same digest, the same map"),
            "title_en": ("text", "Title"),
            "title_zh": ("text", "标题"),
            "base_year": ("integer", "First school year, by its autumn"),
            "horizon": ("integer", "Last school year"),
            "seed": ("integer", "Seed of the random draws"),
            "draws": ("integer", "Number of random draws"),
            "central_scenario": ("text", "The first scenario"),
            "population_date": ("text", "Day of the latest count of people"),
            "crs": ("text", "CRS of the geometries"),
            "synthetic": ("truth", "Whether any of the data is invented"),
            "classification_en": ("text", "Who may see it"),
            "classification_zh": ("text", "密级与使用范围"),
            "map_review_no": ("text", "审图号"),
            "written": ("moment", "When these tables were written (UTC)"),
        },
    ),
    "balance": Results(
        means="Children and seats of a catchment, stage, school year and scenario. Seats are those there and decided.",
        key=("catchment", "stage", "year", "scenario"),
        columns={
            "catchment": ("text", "Code of the catchment"),
            "stage": ("text", "Stage"),
            "year": ("integer", "School year, by its autumn"),
            "scenario": ("text", "Scenario: an assumption, no confidence limit"),
            "demand_p10": ("number", "Children who need a seat: one draw of ten is lower"),
            "demand": ("number", "Children who need a seat"),
            "demand_p90": ("number", "Children who need a seat: one draw of ten is higher"),
            "seats": ("number", "Seats"),
            "gap": ("number", "Demand less seats: above zero, seats are missing"),
            "utilisation": ("number", "Demand over seats; empty where there are no seats"),
            "shortage_probability": ("number", "Share of draws in which seats are missing"),
            "classes_needed": ("number", "Classes that the demand needs"),
            "oversized_classes": ("number", "Classes above the limit, where classes are known"),
            "level": ("text", "surplus, ok, watch or red"),
            "born_share": ("number", "Share of these children who are born already"),
        },
    ),
    "catchments": Results(
        means="Catchments at full resolution, by the school year from which the boundary holds.",
        key=("coverage", "catchment", "holds_from"),
        columns={
            "coverage": ("text", "Catchments of which stages: a stage, or all"),
            "catchment": ("text", "Code of the catchment"),
            "holds_from": ("integer", "First school year in which this boundary holds"),
            "name": ("text", "Name"),
            "geom": ("polygon", "Area"),
        },
    ),
    "schools": Results(
        means="Schools.",
        key=("school",),
        columns={
            "school": ("text", "Code of the school"),
            "name": ("text", "Name"),
            "operator": ("text", "Who runs it"),
            "geom": ("place", "Place"),
        },
    ),
    "sections": Results(
        means="One stage of one school in a school year, in the first scenario.",
        key=("school", "stage", "year"),
        columns={
            "school": ("text", "Code of the school"),
            "stage": ("text", "Stage"),
            "year": ("integer", "School year, by its autumn"),
            "seats": ("number", "Seats, projects at the school included"),
            "enrolment": ("number", "Pupils as counted"),
            "enrolment_year": ("integer", "School year of that count"),
            "classrooms": ("number", "Classrooms as listed"),
        },
    ),
    "actions": Results(
        means="Proposals: what could be done about missing and empty seats, with the reason. None is an order.",
        key=("action",),
        columns={
            "action": ("text", "Number of the proposal"),
            "kind": ("text", "expand, new, attach, convert, temporary, rezone, unsolved or review"),
            "stage": ("text", "Stage"),
            "catchment": ("text", "Catchment whose shortage it answers"),
            "school": ("text", "School where it is"),
            "site": ("text", "Listed plot where it is"),
            "receiver": ("text", "Catchment that takes pupils"),
            "first_year": ("integer", "First year of the shortage"),
            "last_year": ("integer", "Last year of the shortage"),
            "peak_year": ("integer", "Year of the largest shortage"),
            "short": ("number", "Seats missing in that year"),
            "probability": ("number", "Probability of the shortage"),
            "opens": ("integer", "First year in use"),
            "until": ("integer", "Last year in use; empty where it lasts"),
            "classes": ("number", "Classes, at most"),
            "seats": ("number", "Seats, at most"),
            "capital": ("number", "Cost, once, in the unit of the standards"),
            "yearly": ("number", "Cost in a year, at most"),
            "reason_en": ("text", "Reason"),
            "reason_zh": ("text", "理由"),
            "alternatives_en": ("text", "What it was compared with, one a line"),
            "alternatives_zh": ("text", "比较过的其他方案，每行一项"),
            "geom": ("point", "Place"),
        },
    ),
    "projects": Results(
        means="School projects that are planned already, as the project lists them.",
        key=("project",),
        columns={
            "project": ("text", "Code of the school project"),
            "name": ("text", "Name"),
            "kind": ("text", "Kind"),
            "stage": ("text", "Stage"),
            "school": ("text", "School"),
            "catchment": ("text", "Catchment"),
            "opening": ("text", "Year and month"),
            "seats": ("number", "Seats that it adds"),
            "counted": ("truth", "Whether its seats are counted"),
            "status_en": ("text", "Status"),
            "status_zh": ("text", "进展"),
            "note": ("text", "Note"),
            "geom": ("point", "Place; that of its school or catchment where it has none"),
        },
    ),
    "sites": Results(
        means="Plots where schools could be built.",
        key=("site",),
        columns={
            "site": ("text", "Code of the plot"),
            "name": ("text", "Name"),
            "stages": ("text", "Stages that may be built there"),
            "max_classes": ("number", "Most classes"),
            "land_cost": ("number", "Cost of the land, in the unit of the standards"),
            "ready_from": ("text", "From when on it may be built on"),
            "used_by": ("text", "Proposals that use it"),
            "note": ("text", "Note"),
            "geom": ("point", "Place"),
        },
    ),
    "audit": Results(
        means="Checks that no child and no seat is lost or invented: both sides of every transfer.",
        key=("line",),
        columns={
            "line": ("integer", "Number of the check"),
            "name_en": ("text", "What is compared"),
            "name_zh": ("text", "核对事项"),
            "left_side": ("number", "One side"),
            "right_side": ("number", "The other side"),
            "difference": ("number", "Left less right"),
            "tolerance": ("number", "Largest difference that is allowed"),
            "holds": ("truth", "Whether it holds"),
            "detail_en": ("text", "More"),
            "detail_zh": ("text", "说明"),
        },
    ),
    "sources": Results(
        means="What the numbers rest on.",
        key=("line",),
        columns={
            "line": ("integer", "Number of the source"),
            "title": ("text", "Title"),
            "publisher": ("text", "Publisher"),
            "date": ("text", "Date"),
            "licence": ("text", "Licence"),
            "url": ("text", "Address of the publication"),
            "used_for_en": ("text", "What it is used for"),
            "used_for_zh": ("text", "用途"),
        },
    ),
}
