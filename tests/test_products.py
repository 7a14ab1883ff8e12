"""Products: written whole or not at all, never over the input, and said in a few lines."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
import village

from schoolmap.errors import OutputError
from schoolmap.output import words as sentences
from schoolmap.output import workbook
from schoolmap.output.describe import describe
from schoolmap.output.figures import atlas
from schoolmap.output.figures.atlas import Picture
from schoolmap.output.model import FactTable
from schoolmap.output.model import Head
from schoolmap.output.products import write_products
from schoolmap.output.summary import summarise
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.plan import Plan


def plan_of(tmp_path: Path) -> Plan:
    """Plan the synthetic county."""
    return make_plan(read_project(village.write(tmp_path / "village")))


def test_five_files_and_nothing_else(tmp_path: Path) -> None:
    """Map, workbook, report, layers and data, under the project's name; no trace of the making."""
    plan = plan_of(tmp_path)
    files = write_products(plan, describe(plan), tmp_path / "maps", language="zh")
    names = [path.name for path in files]
    assert names == ["village.html", "village.xlsx", "village.docx", "village.gpkg", "village.json"]
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == sorted(names)
    assert 'lang="zh-CN"' in files[0].read_text(encoding="utf-8")


def test_figures_are_written_into_a_folder_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each as PNG and PDF; what else lies there stays, an older figure is replaced; PDFs are made only if asked for."""
    asked = []

    def draw(*_: object, language: str, pdf: bool) -> tuple[Picture, ...]:
        asked.append((language, pdf))
        size = {"width_cm": 16.0, "height_cm": 5.0, "language": language, "png": b"png", "pdf": b"pdf"}
        # of no chapter, so that the report has no place for them
        return tuple(
            Picture(kind=kind, stage=stage, caption={}, **size) for kind, stage in (("a", ""), ("b", "primary"))
        )

    monkeypatch.setattr(atlas, "draw_pictures", draw)
    plan = plan_of(tmp_path)
    drawn = tmp_path / "maps" / "village-figures"
    drawn.mkdir(parents=True)
    (drawn / "note.txt").write_text("mine", encoding="utf-8")
    (drawn / "a.png").write_bytes(b"old")
    model = describe(plan)
    files = write_products(plan, model, tmp_path / "maps", language="en", figures=True)
    names = ["a.pdf", "a.png", "b-primary.pdf", "b-primary.png"]
    assert sorted(path.name for path in files if path.parent == drawn) == names
    assert sorted(path.name for path in drawn.iterdir()) == [*names, "note.txt"]
    assert (drawn / "note.txt").read_text(encoding="utf-8") == "mine"
    assert (drawn / "a.png").read_bytes() == b"png"
    assert [path.name for path in (tmp_path / "maps").iterdir() if path.name.startswith(".")] == []
    write_products(plan, model, tmp_path / "other", language="zh")
    assert not (tmp_path / "other" / "village-figures").exists()
    assert asked == [("en", True), ("zh", False)]


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the workbook cannot be made, yesterday's map is still there and nothing is half written."""
    plan = plan_of(tmp_path)
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "village.html").write_text("yesterday", encoding="utf-8")

    def fail(*_: object, **__: object) -> None:
        msg = "disk full"
        raise OSError(msg)

    monkeypatch.setattr(workbook, "write_workbook", fail)
    with pytest.raises(OSError, match="disk full"):
        write_products(plan, describe(plan), folder, language="en")
    assert [path.name for path in folder.iterdir()] == ["village.html"]
    assert (folder / "village.html").read_text(encoding="utf-8") == "yesterday"


def test_the_project_folder_is_never_the_target(tmp_path: Path) -> None:
    """Products beside the input could be taken for it: refused."""
    plan = plan_of(tmp_path)
    with pytest.raises(OutputError, match="project folder itself"):
        write_products(plan, describe(plan), plan.project.folder, language="en")


def test_a_table_of_the_project_is_never_replaced(tmp_path: Path) -> None:
    """A project that reads `maps/village.gpkg` keeps it: its products go elsewhere, or nowhere."""
    plan = plan_of(tmp_path)
    folder = plan.project.folder / "maps"
    table = folder / "village.gpkg"
    plan = dataclasses.replace(plan, project=dataclasses.replace(plan.project, files=(*plan.project.files, table)))
    with pytest.raises(OutputError, match=r"village\.gpkg is a table of the project"):
        write_products(plan, describe(plan), folder, language="en")
    assert not folder.exists()


def test_the_files_of_a_project_are_those_it_read(tmp_path: Path) -> None:
    """The project file and every table."""
    project = read_project(village.write(tmp_path / "village"))
    names = {"areas.geojson", "catchments.geojson", "population.csv", "schools.csv", "sections.csv", "projects.csv"}
    assert {path.name for path in project.files} == {"project.toml", *names}


@pytest.mark.parametrize(("language", "words"), [("en", ("seats", "Audit", "holds")), ("zh", ("学位", "核对", "相符"))])
def test_the_summary_says_the_totals_and_the_audit(tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    """Each stage with demand, seats, what is short and spare; then every line of the audit."""
    plan = plan_of(tmp_path)
    model = describe(plan)
    text = summarise(model, language=language)
    for word in (*words, model.title[language]):
        assert word in text
    assert text.count("\n  ") >= len(model.audit)
    assert model.population.name[language] in text
    assert model.population.passed_over[0].reason[language] in text
    assert model.population.accuracy_note[language] in text
    for peak in model.population.peaks:
        assert sentences.number(peak.base) in text
        assert str(peak.peak_year) in text
    for panel in model.panels:
        assert f"{panel.totals.demand[0]:,.0f}" in text
        assert f"{panel.totals.seats[0]:,.0f}" in text


def test_the_summary_counts_warnings(tmp_path: Path) -> None:
    """The levels of each year ahead, counted; a plan without warnings says nothing of them."""
    model = describe(plan_of(tmp_path))
    columns = (Head(label={"en": "Level 2027", "zh": "2027年预警"}, kind="level"),)
    title = {"en": "Seat warnings", "zh": "学位预警"}
    table = FactTable(id="warnings", group="warnings", title=title, notes=(), columns=columns, rows=(("red",), ("ok",)))
    text = summarise(dataclasses.replace(model, tables=(table,)), language="zh")
    assert "学位预警\n  2027年预警: 红色 1、黄色 0，共 2 项" in text
    assert "学位预警" not in summarise(dataclasses.replace(model, tables=()), language="zh")
