"""A synthetic past for tests: yearly counts that shrink by two per cent a birth cohort, and pupils by grade."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.inputs.project_file import PeopleFile
from schoolmap.population.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

SHRINKING = 0.98
OLDEST = 59
YEARS = tuple(range(2010, 2022))
SIZES = {"a1": 1_000.0, "a2": 4_000.0}

PROJECT = """
[project]
name = "past"
title = { en = "A synthetic past", zh = "虚构历史" }
crs = "EPSG:4546"
base_year = 2022
horizon = 2030
language = "en"
synthetic = true
"""
POPULATION = '[tables]\npopulation = { file = "population.csv" }\n'


def counts(
    years: Sequence[int] = YEARS,
    sizes: Mapping[str, float] = SIZES,
    *,
    oldest: int = OLDEST,
) -> pd.DataFrame:
    """Count every area at the end of every year, age by age, the last age open."""
    rows = [
        (
            area,
            dt.date(year, 12, 31),
            "both",
            f"{age}+" if age == oldest else str(age),
            age,
            size * SHRINKING ** (year - age - 2010),
        )
        for area, size in sizes.items()
        for year in years
        for age in range(oldest + 1)
    ]
    table = pd.DataFrame(rows, columns=["area", "date", "sex", "age", "low", "count"])
    table["high"] = table["low"].where(table["low"] < oldest).astype(float)
    return table.set_index(["area", "date", "sex", "age"])[["low", "high", "count"]].sort_index()


def evidence(years: Sequence[int] = YEARS, sizes: Mapping[str, float] = SIZES, *, oldest: int = OLDEST) -> Evidence:
    """Return the counts as evidence."""
    return Evidence(areas=tuple(sorted(sizes)), counts=counts(years, sizes, oldest=oldest))


def pupils(years: Sequence[int] = range(2008, 2022)) -> pd.DataFrame:
    """Enrol pupils of six grades at two schools; every cohort is two per cent smaller than the one before."""
    rows = [
        (school, grade, year, size * SHRINKING ** (year - grade - 2008))
        for school, size in (("s1", 40.0), ("s2", 90.0))
        for grade in range(1, 7)
        for year in years
    ]
    return pd.DataFrame(rows, columns=["school", "grade", "year", "pupils"]).set_index(["school", "grade", "year"])


def document(**population: object) -> PeopleFile:
    """Return a project file with nothing but people."""
    return PeopleFile.model_validate(
        {
            "project": {
                "name": "past",
                "title": {"en": "A synthetic past", "zh": "虚构历史"},
                "crs": "EPSG:4546",
                "base_year": 2022,
                "horizon": 2030,
                "language": "en",
            },
            "tables": {"population": {"file": "population.csv"}},
            "population": population,
        }
    )


def write(folder: Path, years: Sequence[int] = YEARS, sizes: Mapping[str, float] = SIZES) -> Path:
    """Write the counts as a project folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "project.toml").write_text(PROJECT + POPULATION, encoding="utf-8")
    table = counts(years, sizes).reset_index()
    table["count"] = np.round(table["count"], 3)
    table[["area", "age", "date", "count"]].to_csv(folder / "population.csv", index=False)
    return folder
