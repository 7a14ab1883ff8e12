"""The template's project file: every key explained, what must be decided marked, and all of it understood."""

from __future__ import annotations

import itertools
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.project_file import ProjectFile
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.template.keys import KEYS
from schoolmap.inputs.template.sheets import describe_sheets
from schoolmap.inputs.template.toml import MODELS
from schoolmap.inputs.template.toml import Choices
from schoolmap.inputs.template.toml import project_toml
from schoolmap.inputs.to_fill import places_to_fill
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.inputs.meanings import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
NOT_WRITTEN = {("stages", "id"), ("tables", "more"), *(("tables", key) for key in ("database", "query", "table"))}
"""
Keys that nobody writes (a stage is named by its section, further sources by `[[tables.…]]`), and those of a database,
which a template of files does not have.
"""
DECIDED = [
    "project.name",
    "project.title",
    "project.crs",
    "project.base_year",
    "project.horizon",
    "tables.areas.crs",
    "tables.catchments.file",
    "tables.schools.crs",
    "tables.projects.crs",
    "tables.developments.crs",
    "stages.kindergarten.attendance.rate",
    "stages.kindergarten.attendance_note",
]


def switched_on(text: str) -> str:
    """Return a file with every setting that is off switched on, as a person would: by removing the mark."""
    return re.sub(r"^#(?=[a-z\[])", "", text, flags=re.MULTILINE)


def test_what_must_be_decided() -> None:
    """Name, title, CRS, years, every datum, the catchments and the rate of kindergartens; nothing else."""
    document = tomllib.loads(project_toml(Choices(language="zh")))
    assert [key for key, _ in places_to_fill(document)] == DECIDED


def test_what_is_given_is_not_asked_again() -> None:
    """Name, title and CRS stand as given, whatever characters they hold."""
    choices = Choices(language="zh", name="a-1", title='甲"县\\\x7f\n规划', crs="EPSG:4547", stages=("primary",))
    document = tomllib.loads(project_toml(choices))
    assert document["project"]["title"] == '甲"县\\\x7f\n规划'
    assert [key for key, _ in places_to_fill(document)] == DECIDED[3:10]
    assert list(document["stages"]) == ["primary"]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_title_comes_back(title: str) -> None:
    """Whatever a person writes is written so that it is read as the same text."""
    document = tomllib.loads(project_toml(Choices(language="zh", title=title)))
    assert document["project"]["title"] == title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", sorted(MODELS))
def test_every_key_is_explained(section: str, language: Language) -> None:
    """Each key that can be written is explained in both languages and stands in the file, on or off."""
    keys = {key for key in MODELS[section].model_fields if (section, key) not in NOT_WRITTEN}
    assert set(KEYS[section]) == keys
    text = switched_on(project_toml(Choices(language=language)))
    for key in keys:
        assert len(KEYS[section][key][language]) > 1
        assert re.search(rf"\b{key}( =|：|:)", text), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_can_be_switched_on(tmp_path: Path, language: Language) -> None:
    """With all of them on, nothing but what is to be filled is complained of."""
    (tmp_path / "project.toml").write_text(switched_on(project_toml(Choices(language=language))), encoding="utf-8")
    _, faults = read_project_file(tmp_path)
    assert {fault.column for fault in faults} == {*DECIDED, "tables.gates.crs", "tables.sites.crs"}
    document = tomllib.loads((tmp_path / "project.toml").read_text(encoding="utf-8"))
    assert set(document["tables"]) == set(CONTRACTS)
    assert {"population", "seats", "travel", "siting", "rulings", "sources"} <= set(document)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "stages", [chosen for size in (1, 2, 3) for chosen in itertools.combinations(USUAL_STAGES, size)], ids="-".join
)
def test_sheets_are_those_of_the_workbook(stages: tuple[str, ...], language: Language) -> None:
    """Every sheet is named once, under its table and stage."""
    document = tomllib.loads(switched_on(project_toml(Choices(language=language, stages=stages))))
    sources = [
        (table, source.get("stage", ""), source["sheet"])
        for table, found in document["tables"].items()
        for source in (found if isinstance(found, list) else [found])
        if "sheet" in source
    ]
    sheets = describe_sheets(stages, language=language)
    assert sources == [(sheet.table, sheet.stage, sheet.title) for sheet in sheets]
    assert list(document["stages"]) == list(stages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_leaves_nothing_open(language: Language) -> None:
    """The invented county's file is whole and says that it is invented."""
    choices = Choices(language=language, name="example", title="t", crs="EPSG:4546", example=True)
    document = ProjectFile.model_validate(tomllib.loads(project_toml(choices)))
    assert document.project.synthetic
    assert document.project.language == language
    assert document.tables["schools"].crs == "GCJ-02"


@pytest.mark.parametrize("language", LANGUAGES)
def test_comments_are_readable(language: Language) -> None:
    """Lines fit a window; a comment has a space behind its mark, a setting that is off has none."""
    for line in project_toml(Choices(language=language)).splitlines():
        if line.startswith("# "):
            assert sum(2 if ord(char) > 0x2E7F else 1 for char in line) <= 112
            assert line[2] not in "，。；：、）”"
        elif line.startswith("#"):
            tomllib.loads(line[1:])


def test_every_kind_of_coordinates_is_told() -> None:
    """Degrees and metres, with and without the number of the zone, both shifted datums, old ones."""
    text = project_toml(Choices(language="zh"))
    for part in ("EPSG:4490", "EPSG:4546", "EPSG:4513", "GCJ-02", "BD-09", "高德、腾讯", "百度", "带号", "1980 西安"):
        assert part in text
    codes = {int(code): int(meridian) for meridian, code in re.findall(r"(\d{2,3})→(45\d\d)", text)}
    assert codes == {4534 + (meridian - 75) // 3: meridian for meridian in range(75, 136, 3)}
