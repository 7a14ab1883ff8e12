"""
What the sections of an invented county's schools have: rooms, seats, plans, staff, and the resources of an assessment.

Schools of the county town have too many pupils for their rooms and posts, those
of the villages too few: that is what the demonstration is about, and every
figure is made up to say it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.chance import whole
from schoolmap.inputs.examples.schools import GRADES
from schoolmap.inputs.examples.schools import JUNIOR
from schoolmap.inputs.examples.schools import KINDERGARTEN
from schoolmap.inputs.examples.schools import PRIMARY
from schoolmap.inputs.examples.schools import SEATS
from schoolmap.tables import by_grade

if TYPE_CHECKING:
    import geopandas as gpd

    from schoolmap.inputs.examples.pupils import Pupils
    from schoolmap.inputs.examples.schools import School

_SPARE_ROOMS = {"central": (2, 6), "village": (2, 4)}
"""Rooms beyond the classes there are, of schools whose rooms are not given."""
_INTAKE = {KINDERGARTEN: 25, PRIMARY: 45, JUNIOR: 50}
"""Children of a new class, as the admission plan of a usual year has it."""
_PER_TEACHER = {PRIMARY: (20.5, 16.0), JUNIOR: (14.5, 11.5)}
"""Pupils for one teacher, in the county town and in the country."""
_LEAST_PER_CLASS = {PRIMARY: 1.6, JUNIOR: 2.6}
"""Teachers of one class, at least: small schools have no fewer."""
_OVER_POSTS = {True: (0.86, 0.97), False: (1.0, 1.1)}
"""Posts against staff, in the county town and in the country."""
_PER_HUNDRED = {
    # of a hundred pupils in PRIMARY and JUNIOR; rooms and metres of one
    "teachers_above": ((3.6, 6.4), (4.4, 7.6)),
    "backbone_teachers": ((0.7, 1.7), (0.7, 1.8)),
    "arts_sports_teachers": ((0.6, 1.4), (0.6, 1.4)),
    "multimedia_rooms": ((1.8, 3.2), (1.7, 3.0)),
}
_PER_PUPIL = {
    "teaching_m2": ((3.4, 7.4), (4.6, 8.4)),
    "sports_m2": ((4.4, 13.0), (6.4, 15.0)),
    "equipment_yuan": ((1500.0, 3100.0), (1900.0, 3600.0)),
}


def section_table(schools: list[School], pupils: Pupils, areas: gpd.GeoDataFrame, *, seed: int) -> pd.DataFrame:
    """
    Return the sections with the columns of the contract.

    Parameters
    ----------
    schools, pupils
        The schools and who goes there.
    areas
        Tells which schools are in the county town.
    seed
        Of everything that is left to chance.
    """
    rng = stream(seed, "sections")
    frame = _of_schools(schools, pupils, areas)
    grades = pupils.of_section.index.get_level_values("grade")
    wide = {
        by_grade(what, grade): counts[grades == grade].droplevel("grade")
        for grade in dict.fromkeys(grades)
        for what, counts in (("classes", pupils.classes), ("pupils", pupils.of_section))
    }
    frame = frame.join(pd.DataFrame(wide))
    frame = frame.assign(rooms=frame["classrooms"])
    low, high = (frame["role"].map({role: span[end] for role, span in _SPARE_ROOMS.items()}) for end in (0, 1))
    more = np.floor(between(low.fillna(0), high.fillna(0) + 1, rng))
    frame["classrooms"] = frame["rooms"].where(frame["rooms"] > 0, frame["classes"] + more).astype(int)
    stage = frame.index.get_level_values("stage")
    frame["seats"] = frame["classrooms"] * stage.map(SEATS)
    # schools in the old middle of the county town have no ground left
    can = np.floor(between(0, 7, rng, size=len(frame)) / 2) * 2
    crowded = frame["town"] & (frame["classes"] >= frame["classrooms"])
    frame["expandable_classes"] = np.where(frame["role"].isin(["point", "lower"]), np.nan, np.where(crowded, 0, can))
    first = {name: grades_of_stage[0] for name, grades_of_stage in GRADES.items()}
    last = {name: grades_of_stage[-1] for name, grades_of_stage in GRADES.items()}
    frame["intake"] = _one_grade(frame, first)
    frame["graduates"] = _one_grade(frame, last)
    tracks = np.maximum(frame["classrooms"] // frame["taught"], 1)
    frame["planned_intake"] = tracks * stage.map(_INTAKE)
    frame["special_needs"] = whole(frame["enrolment"] * 0.004, rng)
    return _with_boarding(_with_staff(frame, rng), rng)


def _of_schools(schools: list[School], pupils: Pupils, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    keys = [(school, section) for school in schools for section in school.sections]
    index = pd.MultiIndex.from_tuples([(s.code, section.stage) for s, section in keys], names=["school", "stage"])
    frame = pd.DataFrame(
        {
            "role": [school.role for school, _ in keys],
            "town": [areas.at[school.area, "urban_rural"] in {"111", "112"} for school, _ in keys],
            "public": [school.ownership == "public" for school, _ in keys],
            "classrooms": [section.rooms for _, section in keys],
            "taught": [len(section.taught) for _, section in keys],
            "boarding": [section.boarding for _, section in keys],
            "rooms_of": [PRIMARY if section.attached else None for _, section in keys],
        },
        index=index,
    )
    sums = {"enrolment": pupils.of_section, "classes": pupils.classes}
    for name, counts in sums.items():
        frame[name] = counts.groupby(level=["school", "stage"], sort=False).sum().reindex(index)
    return frame


def _one_grade(frame: pd.DataFrame, of_stage: dict[str, str]) -> pd.Series:
    """Return the pupils of one grade, which is another in each stage; missing where it is not taught alone."""
    result = pd.Series(np.nan, index=frame.index)
    stage = frame.index.get_level_values("stage")
    for name, grade in of_stage.items():
        result = result.where(stage != name, frame[by_grade("pupils", grade)])
    return result


def _with_staff(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    stage = frame.index.get_level_values("stage")
    early = stage == KINDERGARTEN
    place = np.where(frame["town"], 0, 1)
    ratio = np.array([_PER_TEACHER.get(name, (15.0, 15.0))[at] for name, at in zip(stage, place, strict=True)])
    least = stage.map({**_LEAST_PER_CLASS, KINDERGARTEN: 1.7}).to_numpy(dtype=float) * frame["classes"]
    teachers = np.ceil(np.maximum(frame["enrolment"] / (ratio * between(0.93, 1.07, rng, size=len(frame))), least))
    frame = frame.assign(teachers=teachers.astype(int))
    # attached classes are taught and cared for, and led by the primary school
    others = np.where(early, frame["classes"] * np.where(frame["rooms_of"].isna(), 1.6, 1.0), frame["teachers"] * 0.07)
    frame["staff"] = frame["teachers"] + np.ceil(others).astype(int)
    low, high = (np.array([_OVER_POSTS[bool(town)][end] for town in frame["town"]]) for end in (0, 1))
    posts = np.round(frame["staff"].to_numpy() * between(low, high, rng) * np.where(early, 0.45, 1.0))
    # private schools have no posts of the state
    frame["posts"] = np.where(frame["public"], posts, 0.0).astype(int)
    return frame


def _with_boarding(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    beds = frame["boarding"].where(frame["boarding"] > 0)
    used = whole(beds.fillna(0) * between(0.55, 0.95, rng, size=len(frame)), rng)
    return frame.assign(boarding=beds, boarders=pd.Series(used, index=frame.index).where(beds.notna()))


def resource_table(sections: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """
    Return what the assessments of schools and kindergartens ask for, indexed as the sections.

    Crowded schools have little room for each pupil, small ones much; some have
    too few teachers of arts and sports. Sections without pupils have nothing to divide by.
    """
    rng = stream(seed, "resources")
    stage = sections.index.get_level_values("stage")
    heads, rooms = sections["enrolment"].to_numpy(dtype=float), sections["classrooms"].to_numpy(dtype=float)
    # 1 where every seat is taken, more where there is room to spare
    ease = np.clip(rooms * stage.map(SEATS) / np.maximum(heads, 1), 0.7, 2.0)
    frame = pd.DataFrame(index=sections.index)
    compulsory = stage != KINDERGARTEN
    at = np.where(stage == JUNIOR, 1, 0)
    for name, spans in {**_PER_HUNDRED, **_PER_PUPIL}.items():
        low, high = (np.array([spans[place][end] for place in at]) for end in (0, 1))
        each = between(low, high, rng) * (ease if name.endswith("m2") else np.sqrt(ease))
        many = heads * each / (100 if name in _PER_HUNDRED else 1)
        frame[name] = np.where(compulsory, np.round(many), np.nan)
    frame["teachers_above"] = frame["teachers_above"].clip(upper=sections["teachers"])
    for name in ("music_rooms", "art_rooms"):
        frame[name] = np.where(compulsory, np.ceil(sections["classes"] / between(11, 20, rng, size=len(frame))), np.nan)
    certified = np.where(sections["public"], 0.985, 0.86) * sections["teachers"]
    frame["certified_teachers"] = np.where(compulsory, np.nan, whole(certified, rng))
    frame["carers"] = np.where(
        compulsory, np.nan, whole(sections["classes"] * between(0.8, 1.15, rng, size=len(frame)), rng)
    )
    frame["play_m2"] = np.where(compulsory, np.nan, np.round(heads * between(2.8, 6.5, rng, size=len(frame)) * ease))
    due = whole(sections["teachers"] * between(0.25, 0.4, rng, size=len(frame)), rng)
    moved = whole(due * between(0.25, 0.55, rng, size=len(frame)), rng)
    counted = compulsory & sections["public"].to_numpy()
    return frame.assign(
        exchanged_teachers=np.where(counted, moved, np.nan), exchangeable_teachers=np.where(counted, due, np.nan)
    )


def class_list(schools: list[School], pupils: Pupils, areas: gpd.GeoDataFrame, *, seed: int) -> pd.DataFrame:
    """
    Return single classes of the public schools of the county town, by `(school, grade, class)`.

    Classes of a grade differ: parents ask for the first ones.
    """
    rng = stream(seed, "classes")
    town = {s.code for s in schools if areas.at[s.area, "urban_rural"] in {"111", "112"} and s.ownership == "public"}
    rows = []
    listed = zip(pupils.of_section.index.to_list(), pupils.of_section.tolist(), pupils.classes.tolist(), strict=True)
    for (school, stage, grade), heads, number in listed:
        if school not in town or stage == KINDERGARTEN or number == 0:
            continue
        asked = between(-1.6, 1.6, rng, size=number) + np.where(np.arange(number) == 0, 1.6, 0.0)
        sizes = np.floor(heads / number + asked).astype(int)
        # the odd ones go to the last classes, one each, until none is left
        for place in range(abs(int(heads - sizes.sum()))):
            sizes[-1 - place % number] += 1 if heads > sizes.sum() else -1
        level = "一二三四五六七八九"[int(grade) - 1]
        rows += [(school, grade, f"{level}({place + 1})班", int(size)) for place, size in enumerate(sizes)]
    return pd.DataFrame(rows, columns=["school", "grade", "class", "pupils"]).set_index(["school", "grade", "class"])
