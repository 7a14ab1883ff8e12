"""
Turn the tables of schools, as read and checked, into those that plans use: indexed, typed, with every column there.

Nothing is worked out here but where a section or project is, and what a
section's columns by grade say. What a file does not tell stays missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.inputs.checks.consistency import split_labels
from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import CONTRACTS
from schoolmap.tables import KINDERGARTEN_GRADES
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import by_grade
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

SCHOOL_TEXTS = (
    "operator",
    "ownership",
    "type",
    "township",
    "main_school",
    "group",
    "urban_rural",
    "licensed",
    "quality",
)
SCHOOL_NUMBERS = ("land_m2", "building_m2")
SECTION_NUMBERS = (
    "seats",
    "classrooms",
    "enrolment",
    "expandable_classes",
    "published_utilisation",
    "classes",
    "intake",
    "planned_intake",
    "graduates",
    "boarding",
    "boarders",
    "special_needs",
    "teachers",
    "staff",
    "posts",
)
PROJECT_TEXTS = (
    "name",
    "stage",
    "kind",
    "school",
    "catchment",
    "opening",
    "closing",
    "opened",
    "rooms_of",
    "ownership",
    "status",
    "for_development",
    "note",
)
PROJECT_NUMBERS = (
    "seats_added",
    "classes_added",
    "probability",
    "delay_months",
    "investment_planned",
    "investment_arrived",
    "investment_spent",
    "priority",
)
WHOLE_SECTION = ""
"""The grade of classes that are told for a section as a whole."""


def named_layer(
    layer: gpd.GeoDataFrame, key: str, *, texts: Sequence[str] = (), numbers: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """
    Index a layer by its key, with `name` and the columns that are asked for.

    A missing name is the key itself, another missing text is empty, a missing number stays missing.
    """
    keyed = layer.set_index(key).sort_index()
    labels = pd.Series(keyed.index, index=keyed.index, dtype=object)
    plain = pd.DataFrame(keyed).reindex(columns=["name", *texts, *numbers])
    columns = {
        "name": plain["name"].astype(object).fillna(labels),
        **{text: plain[text].astype(object).where(plain[text].notna(), "") for text in texts},
        **{number: plain[number].astype(float) for number in numbers},
    }
    return gpd.GeoDataFrame(columns, geometry=keyed.geometry, crs=keyed.crs)


def index_sections(
    frame: pd.DataFrame,
    schools: gpd.GeoDataFrame,
    coverages: Mapping[str, gpd.GeoDataFrame],
    coverage_of: Mapping[str, str],
) -> pd.DataFrame:
    """
    Index sections by school and stage, and say which catchments each serves.

    Returns
    -------
    sections
        With the columns of `SECTION_NUMBERS` (missing where not known),
        `rooms_of` (empty where it uses its own rooms) and `catchments`: a
        tuple, those declared, else the one in which the school stands; empty
        where it stands in none.
    """
    keyed = frame.set_index(["school", "stage"])
    sections = keyed.reindex(columns=list(SECTION_NUMBERS)).astype(float)
    host = keyed.reindex(columns=["rooms_of"])["rooms_of"].astype(object)
    sections["rooms_of"] = host.where(host.notna(), "")
    declared = keyed["catchment"] if "catchment" in keyed else pd.Series(None, index=keyed.index, dtype=object)
    served = declared.map(split_labels)
    for stage, coverage in coverage_of.items():
        silent = served.index[(served.index.get_level_values("stage") == stage) & (served.map(len) == 0)]
        points = schools.geometry.reindex(silent.get_level_values("school")).set_axis(silent)
        stands = standing_in(points, coverages[coverage])
        served.loc[stands.index] = stands.map(lambda label: (label,))
    sections["catchments"] = served
    return sections.sort_index()


def index_projects(
    frame: pd.DataFrame,
    schools: gpd.GeoDataFrame,
    sections: pd.DataFrame,
    coverages: Mapping[str, gpd.GeoDataFrame],
    coverage_of: Mapping[str, str],
) -> pd.DataFrame:
    """
    Index projects, and say in which catchment each is that names none.

    A project of an existing section is where that section serves, unless it is
    a move with a point of its own; one that names a catchment is there. Else it
    is in the catchment of its stage that holds its own point, or the point of
    the school that it names. Which are counted is for `seats.projects` to say.
    """
    keyed = frame.set_index("project")
    table = pd.DataFrame(keyed.reindex(columns=[*PROJECT_TEXTS, *PROJECT_NUMBERS]))
    table[list(PROJECT_NUMBERS)] = table[list(PROJECT_NUMBERS)].astype(float)
    texts = table[list(PROJECT_TEXTS)].astype(object)
    table[list(PROJECT_TEXTS)] = texts.where(texts.notna(), None)
    points = schools.geometry.reindex(table["school"]).set_axis(table.index)
    placed = pd.Series(data=False, index=table.index)
    if isinstance(keyed, gpd.GeoDataFrame):
        placed = keyed.geometry.notna()
        points = keyed.geometry.where(placed, points)
    extends = pd.MultiIndex.from_frame(table[["school", "stage"]]).isin(sections.index)
    for stage, coverage in coverage_of.items():
        # a school that moves is where its new site is, not where the section serves today
        moves = (table["kind"] == "relocate") & placed
        waiting = table.index[(table["stage"] == stage) & table["catchment"].isna() & (~extends | moves)]
        here = standing_in(points.reindex(waiting), coverages[coverage])
        table.loc[here.index, "catchment"] = here
    return table.sort_index()


def standing_in(points: gpd.GeoSeries, coverage: gpd.GeoDataFrame) -> pd.Series:
    """Return the catchment that holds each point; on a shared border the one that sorts first, outside none."""
    hit, zone = coverage.sindex.query(points.to_numpy(), predicate="intersects", sort=True)
    stands = pd.Series(coverage.index[zone], index=points.index[hit], dtype=object)
    return stands.groupby(level=list(range(points.index.nlevels))).min()


def class_records(
    sections: pd.DataFrame,
    classes: pd.DataFrame | None,
    *,
    ages: Mapping[str, tuple[int, int]],
) -> pd.DataFrame:
    """
    Bring what is known of classes into one table.

    Parameters
    ----------
    sections
        As read, with any of the columns by grade, `classes` and `enrolment`.
    classes
        The table `classes` as read, or nothing.
    ages
        Ages of each stage, which tell the stage of a grade.

    Returns
    -------
    records
        Indexed by `(school, stage, grade, class)`, with `classes` (missing
        where the file tells pupils only) and `pupils`. A grade of the table
        `classes` is taken from there, else from the section's columns by
        grade. A section of which no grade tells its classes has, where it is
        told as a whole, the grade `WHOLE_SECTION`; so has one that teaches
        grades together (复式班), whose grades have pupils and no class of
        their own. Grades that are not of the section's stage are left out.
    """
    grids = _grids(sections, ages=ages)
    listed, by_grades, whole = _listed(classes, ages=ages), _by_grade(sections, grids), _as_a_whole(sections, grids)
    by_grades = by_grades[~_among(by_grades, listed, ["school", "stage", "grade"])]
    # pupils of a grade say nothing of its classes
    finer = pd.concat([listed, by_grades[by_grades["classes"].notna()]])
    whole = whole[~_among(whole, finer, ["school", "stage"])]
    records = pd.concat([listed, by_grades, whole]).astype({"classes": float, "pupils": float})
    return records.set_index(_RECORD_KEY)[["classes", "pupils"]].sort_index()


def _among(table: pd.DataFrame, others: pd.DataFrame, key: list[str]) -> pd.Series:
    """Say which rows have a key that others have."""
    found = pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(others[key]))
    return pd.Series(found, index=table.index)


_RECORD_KEY = ["school", "stage", "grade", "class"]
_RECORD = [*_RECORD_KEY, "classes", "pupils"]


def _listed(classes: pd.DataFrame | None, *, ages: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Return the records of the table `classes` with the stage of their grade."""
    frame = pd.DataFrame(columns=_RECORD) if classes is None else classes.reindex(columns=_RECORD)
    stage_of = {grade: stage for stage, span in ages.items() for grade in grades_of(span)}
    # a class of several years is of the stage that has the kindergarten's first year
    stage_of[MIXED_GRADE] = stage_of.get(KINDERGARTEN_GRADES[0], "")
    stage = frame["grade"].map(stage_of).fillna("")
    name = frame["class"].astype(object).where(frame["class"].notna(), "")
    listed = frame.assign(stage=stage, classes=frame["classes"].fillna(1.0), **{"class": name})
    # classes of a stage that is not planned
    return listed[listed["stage"] != ""]


def _grids(sections: pd.DataFrame, *, ages: Mapping[str, tuple[int, int]]) -> dict[str, NDArray[np.float64]]:
    """
    Return pupils and classes by section (rows) and grade of `CLASS_GRADES`; missing where not told or of another stage.

    Where a grade has pupils and no class, grades are taught together: no class is of one grade.
    """
    grades = {stage: grades_of(span) for stage, span in ages.items()}
    own = {
        stage: pd.Index(CLASS_GRADES).isin([*named, *([MIXED_GRADE] if KINDERGARTEN_GRADES[0] in named else [])])
        for stage, named in grades.items()
    }
    of_stage = pd.DataFrame(own).T.reindex(sections["stage"], fill_value=False).to_numpy(dtype=bool)
    grids = {
        what: np.where(
            of_stage,
            sections.reindex(columns=[by_grade(what, grade) for grade in CLASS_GRADES]).to_numpy(dtype=float),
            np.nan,
        )
        for what in ("classes", "pupils")
    }
    combined = ((grids["pupils"] > 0) & (grids["classes"] == 0)).any(axis=1)
    return grids | {"combined": combined}


def _by_grade(sections: pd.DataFrame, grids: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Return one record for each grade of which the section tells the pupils."""
    row, grade = np.nonzero(~np.isnan(grids["pupils"]))
    classes = np.where(grids["combined"][:, None], np.nan, grids["classes"])
    return pd.DataFrame(
        {
            "school": sections["school"].to_numpy()[row],
            "stage": sections["stage"].to_numpy()[row],
            "grade": np.asarray(CLASS_GRADES, dtype=object)[grade],
            "class": "",
            "classes": classes[row, grade],
            "pupils": grids["pupils"][row, grade],
        },
    )


def _as_a_whole(sections: pd.DataFrame, grids: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Return one record for each section that tells its classes and pupils, or teaches grades together."""
    told = sections.reindex(columns=["school", "stage", "classes", "enrolment"]).rename(columns={"enrolment": "pupils"})
    for what in ("classes", "pupils"):
        together = np.where(grids["combined"], np.nansum(grids[what], axis=1), np.nan)
        told[what] = told[what].astype(float).fillna(pd.Series(together, index=told.index))
    # pupils without any class are of classes that nobody counted
    told = told[told[["classes", "pupils"]].notna().all(axis=1) & ~((told["classes"] == 0) & (told["pupils"] > 0))]
    return told.assign(grade=WHOLE_SECTION, **{"class": ""})


def with_classes(sections: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """
    Fill in the classes of sections that tell them by grade or one by one only.

    Examples
    --------
    >>> section = pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"])
    >>> grade = pd.MultiIndex.from_tuples([("A", "primary", "1", ""), ("A", "primary", "2", "")], names=_RECORD_KEY)
    >>> listed = pd.DataFrame({"classes": [2.0, 3.0], "pupils": [80.0, 120.0]}, index=grade)
    >>> with_classes(pd.DataFrame({"classes": [None]}, index=section, dtype=float), listed)["classes"].tolist()
    [5.0]
    """
    by_section = records["classes"].groupby(level=["school", "stage"])
    # one grade that is not known makes the number unknown
    told = by_section.sum().mask(by_section.count() < by_section.size())
    return sections.assign(classes=sections["classes"].fillna(told.reindex(sections.index)))


def resource_table(frame: pd.DataFrame | None) -> pd.DataFrame:
    """Index what schools have by `(school, stage)`; every column of the contract is there, missing where not told."""
    contract = CONTRACTS["resources"]
    numbers = [name for name in contract.columns if name not in contract.key]
    if frame is None:
        empty = pd.MultiIndex.from_arrays([[], []], names=list(contract.key))
        return pd.DataFrame(columns=numbers, index=empty, dtype=float)
    return frame.set_index(list(contract.key)).reindex(columns=numbers).astype(float).sort_index()


def flow_table(frame: pd.DataFrame | None) -> pd.DataFrame:
    """Return flows of pupils: `origin` and `destination` (empty where outside), `stage`, `reason` and `pupils`."""
    columns = ["origin", "destination", "stage", "reason"]
    if frame is None:
        return pd.DataFrame(columns=[*columns, "pupils"])
    table = pd.DataFrame(frame.reindex(columns=[*columns, "pupils"])).reset_index(drop=True)
    table[columns] = table[columns].astype(object).where(table[columns].notna(), "")
    return table.assign(
        reason=table["reason"].where(table["reason"] != "", "other"), pupils=table["pupils"].astype(float)
    )
