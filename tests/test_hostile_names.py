"""Names that are formulas, markup, templates or commands: text in every product, and nothing but text."""

from __future__ import annotations

import json
import re
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pyogrio
import pytest
import village

from schoolmap.output.describe import describe
from schoolmap.output.products import write_products
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "=cmd|'/c calc'!A1",
    "+SUM(1)",
    "-2+3",
    "@import",
    '=HYPERLINK("http://x.invalid","y")',
    "<img src=x onerror=alert(1)>",
    "{{constructor}}",
    "</script><script>alert(1)</script>",
    "\u202egnp.exe",
    "%s%n${x}",
    "http://x.invalid/a",
    "[x](javascript:alert(1))",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Plan a county whose places, schools and title have such names, and return its products by their endings."""
    content, names = village.tables(), iter(NAMES)
    for table, column in (
        ("areas", "名称"),
        ("catchments", "片区名称"),
        ("schools", "学校名称"),
        ("projects", "项目名称"),
    ):
        content[table][column] = [next(names) for _ in range(len(content[table]))]
    title = NAMES[-1].replace('"', "'")
    project = village.PROJECT.replace('en = "A synthetic county"', f'en = "{title}"')
    folder = village.write(tmp_path_factory.mktemp("hostile") / "village", content, project=project)
    plan = make_plan(village.idle(read_project(folder)))
    return {path.suffix: path for path in write_products(plan, describe(plan), folder.parent / "maps", language="en")}


SHOWN = [name for name in NAMES if name.isprintable()]
"""What can be printed stands in the products as it is written."""


def test_the_workbook_computes_nothing(files: dict[str, Path]) -> None:
    """Every name is a text; there is no formula with one, and no link."""
    texts = set()
    for page in openpyxl.load_workbook(files[".xlsx"]).worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.hyperlink is None
                assert cell.data_type != "f", cell.value
                texts.add(str(cell.value))
    assert sum(any(name in text for text in texts) for name in SHOWN) >= 8
    with zipfile.ZipFile(files[".xlsx"]) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels")))
    assert not re.search(rb"<(?:f|hyperlink|ddeLink|oleLink|externalReference)[ >]", parts)


def test_the_report_has_no_fields_of_names(files: dict[str, Path]) -> None:
    """No name is a command of the text program, nor the target of a link."""
    with zipfile.ZipFile(files[".docx"]) as archive:
        parts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    for name, text in parts.items():
        if name.endswith(".rels"):
            assert "x.invalid" not in text
            assert "javascript:" not in text
    commands = " ".join(re.findall(r"<w:instrText[^>]*>(.*?)</w:instrText>", parts["word/document.xml"]))
    assert not any(name in commands for name in NAMES)
    assert "onerror=alert(1)&gt;" in parts["word/document.xml"]


def test_the_map_runs_nothing(files: dict[str, Path]) -> None:
    """No name is markup; it stands in data that are read as such. Browsers are tried elsewhere."""
    page = files[".html"].read_text(encoding="utf-8")
    for markup in ("<img src=x", "</script><script>alert", 'javascript:alert(1)"'):
        assert markup not in page


def test_the_layers_style_nothing_by_names(files: dict[str, Path]) -> None:
    """Names are texts of records; a style of QGIS, which may compute, holds none."""
    schools = pyogrio.read_dataframe(files[".gpkg"], layer="schools")
    assert set(schools["name"]) & set(NAMES)
    styles = pyogrio.read_dataframe(files[".gpkg"], layer="layer_styles", read_geometry=False)
    assert len(styles) > 0
    assert not any(name in style for style in styles["styleQML"] for name in NAMES)


def test_the_data_hold_them_as_they_are(files: dict[str, Path]) -> None:
    """As texts of JSON, which no program runs."""
    text = files[".json"].read_text(encoding="utf-8")
    json.loads(text)
    assert any(json.dumps(name, ensure_ascii=False) in text for name in NAMES)
