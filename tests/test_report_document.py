"""The report as Word: real styles and fields, pages and fonts as they should be, names that are only names."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

import docx
import hamlet
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from schoolmap.output.figures.atlas import Picture
from schoolmap.output.report.document import write_report
from schoolmap.output.report.parts import Table
from schoolmap.output.report.table_xml import table_xml
from schoolmap.output.sheets import Column
from schoolmap.output.sheets import Shaded

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document

# one white pixel
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c63f80f00010101001bb6ee560000000049454e44ae426082"
)


def picture(kind: str, stage: str = "", language: str = "en") -> Picture:
    """Return a figure of one pixel."""
    caption = {"en": f"{kind} {hamlet.SCRIPT}", "zh": f"{kind} 图"}
    return Picture(
        kind=kind, stage=stage, caption=caption, width_cm=16, height_cm=5, language=language, png=PIXEL, pdf=b""
    )


PICTURES = (picture("births"), picture("map", "primary"), picture("demand", "primary"))


def written(folder: Path, *, language: str = "en", **changes: Any) -> Path:  # noqa: ANN401
    """Write the hamlet's report and return the file."""
    path = folder / "hamlet.docx"
    write_report(hamlet.model(**changes), path, language=language, pictures=PICTURES)
    return path


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Document]:
    """Write the report once in each language."""
    path = written(tmp_path_factory.mktemp(request.param), language=request.param)
    return request.param, path, docx.Document(str(path))


def texts(document: Document) -> list[str]:
    """Return the text of every paragraph, those in tables too."""
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))]


def test_every_part_is_well_formed(report: tuple[str, Path, Document]) -> None:
    """Each XML part of the file can be read; nothing points outside the file."""
    _, path, _ = report
    with zipfile.ZipFile(path) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(parts.read(name))  # noqa: S314 - our own
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in parts.read(name)


def test_hostile_names_stand_literally(report: tuple[str, Path, Document]) -> None:
    """Markup, formulas and mathematics are text in tables and in sentences."""
    _, _, document = report
    said = texts(document)
    for name in (hamlet.SCRIPT, hamlet.FORMULA, hamlet.MATHS):
        assert name in said
    assert any(hamlet.SCRIPT in text and text != hamlet.SCRIPT for text in said)


def test_pages_are_a4_and_wide_tables_lie_on_their_side(report: tuple[str, Path, Document]) -> None:
    """Cover and chapters upright, appendices landscape; pages go on counting."""
    _, _, document = report
    cover, chapters, appendices = document.sections
    for section in (cover, chapters):
        assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert appendices.orientation == WD_ORIENT.LANDSCAPE
    assert (round(appendices.page_width.cm, 1), round(appendices.page_height.cm, 1)) == (29.7, 21.0)
    starts = [pages.find(qn("w:pgNumType")) is not None for pages in document.element.body.iter(qn("w:sectPr"))]
    assert starts == [False, True, False]


def test_words_order_is_kept(report: tuple[str, Path, Document]) -> None:
    """Word refuses a file whose settings or pages are not in the order of its schema, or that has one of them twice."""
    _, path, document = report
    with zipfile.ZipFile(path) as parts:
        settings = [child.tag.partition("}")[2] for child in ET.fromstring(parts.read("word/settings.xml"))]  # noqa: S314
        modes = re.findall(r'w:name="compatibilityMode"[^>]*w:val="(\d+)"', parts.read("word/settings.xml").decode())
    assert len(settings) == len(set(settings))
    assert settings.index("savePreviewPicture") < settings.index("updateFields") < settings.index("compat")
    assert modes == ["15"]
    for pages in document.element.body.iter(qn("w:sectPr")):
        order = [child.tag.partition("}")[2] for child in pages]
        assert order[-3:] in (["pgNumType", "cols", "docGrid"], ["pgMar", "cols", "docGrid"])


def test_what_is_invented_is_called_so(report: tuple[str, Path, Document], tmp_path: Path) -> None:
    """On the cover and on top of every page; a real plan is not."""
    language, _, document = report
    mark = {"en": "SYNTHETIC DATA", "zh": "合成数据"}[language]
    assert any(mark in paragraph.text for paragraph in document.paragraphs[:6])
    assert mark in document.sections[1].header.paragraphs[0].text
    real = docx.Document(str(written(tmp_path, language=language, synthetic=False)))
    assert mark not in real.sections[1].header.paragraphs[0].text
    assert not any(mark in paragraph.text for paragraph in real.paragraphs[:6])


def test_headings_captions_and_pages_are_words_own(report: tuple[str, Path, Document]) -> None:
    """Heading styles numbered by a list, captions with SEQ, a table of contents, page numbers."""
    language, path, document = report
    used = {paragraph.style.name for paragraph in document.paragraphs}
    assert {"Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet", "Body Text", "toc 1"} <= used
    codes = [element.text or "" for element in document.element.body.iter(qn("w:instrText"))]
    word = {"en": ("Table", "Figure"), "zh": ("表", "图")}[language]
    tables = [code for code in codes if f"SEQ {word[0]} " in code]
    assert len(tables) == len(document.tables)
    assert sum(f"SEQ {word[1]} " in code for code in codes) == len(PICTURES)
    assert sum("TOC \\o" in code for code in codes) == 1
    with zipfile.ZipFile(path) as parts:
        footers = [parts.read(name).decode() for name in parts.namelist() if name.startswith("word/footer")]
        settings = parts.read("word/settings.xml").decode()
        numbering = parts.read("word/numbering.xml").decode()
    assert any(" PAGE " in footer and " NUMPAGES " in footer for footer in footers)
    assert "updateFields" in settings
    assert {"en": 'w:val="%1.%2"', "zh": 'w:val="第%1章"'}[language] in numbering
    assert all(f'w:pStyle w:val="{style}"' in numbering for style in ("Heading1", "Heading2", "Heading3", "ListBullet"))


def test_the_contents_lead_to_every_heading(report: tuple[str, Path, Document]) -> None:
    """Each line of the contents names a bookmark that exists, and its text ends with the heading's."""
    _, _, document = report
    body = document.element.body
    marks = {}
    for start in body.iter(qn("w:bookmarkStart")):
        marks[start.get(qn("w:name"))] = "".join(t.text or "" for t in start.getparent().iter(qn("w:t")))
    links = {
        link.get(qn("w:anchor")): "".join(t.text or "" for t in link.iter(qn("w:t")))
        for link in body.iter(qn("w:hyperlink"))
    }
    assert len(links) > 20
    for anchor, text in links.items():
        assert text.endswith(marks[anchor])


def test_tables_repeat_their_header_and_split_no_row(report: tuple[str, Path, Document]) -> None:
    """Every table of the report."""
    _, _, document = report
    for table in document.element.body.iter(qn("w:tbl")):
        rows = table.tr_lst
        assert len(rows) > 1
        flags = [row.find(qn("w:trPr")) for row in rows]
        assert all(flag.find(qn("w:cantSplit")) is not None for flag in flags)
        assert [flag.find(qn("w:tblHeader")) is not None for flag in flags] == [True] + [False] * (len(rows) - 1)
        widths = [int(column.get(qn("w:w"))) for column in table.tblGrid]
        assert sum(widths) <= 29.7 / 2.54 * 1440


def test_chinese_fonts_are_set_for_chinese(report: tuple[str, Path, Document]) -> None:
    """Running text in 仿宋 and headings in 黑体, beside a Latin font, with what may stand in for them."""
    language, path, document = report
    for name, font in (("Normal", {"zh": "仿宋", "en": "宋体"}), ("Heading 1", {"zh": "黑体", "en": "黑体"})):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font[language]
        assert fonts.get(qn("w:ascii")) in {"Times New Roman", "Arial", "Calibri"}
        assert not [key for key in fonts.attrib if key.endswith("Theme")]
    with zipfile.ZipFile(path) as parts:
        table = parts.read("word/fontTable.xml").decode()
    assert 'w:name="仿宋"' in table
    assert "Noto Serif CJK SC" in table


def test_pictures_are_read_aloud(report: tuple[str, Path, Document]) -> None:
    """Each figure has its caption as a description; a figure that was not drawn leaves no caption."""
    language, _, document = report
    described = [element.get("descr") for element in document.element.body.iter(qn("wp:docPr"))]
    assert sorted(described) == sorted(p.caption[language] for p in PICTURES)


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    """No clock gets into the file."""
    first = written(tmp_path).read_bytes()
    assert written(tmp_path).read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
        assert "docProps/thumbnail.jpeg" not in parts.namelist()
    assert re.findall(r"\d{4}-\d\d-\d\dT", core) == ["2025-01-01T", "2025-01-01T"]


def test_figures_in_another_language_are_told_of(tmp_path: Path) -> None:
    """Where no Chinese font was found, a note below the first figure says so."""
    path = tmp_path / "hamlet.docx"
    write_report(hamlet.model(), path, language="zh", pictures=PICTURES)
    assert sum("图中文字为英文" in text for text in texts(docx.Document(str(path)))) == 1
    drawn = tuple(replace(p, language="zh") for p in PICTURES)
    write_report(hamlet.model(), path, language="zh", pictures=drawn)
    assert not any("图中文字为英文" in text for text in texts(docx.Document(str(path))))


def test_characters_that_xml_cannot_hold_are_shown(tmp_path: Path) -> None:
    """A null or half a character in a name is made visible, and the file can be read."""
    site = replace(hamlet.model().sites[0], name="a\x00b\ud800")
    said = texts(docx.Document(str(written(tmp_path, sites=(site,)))))
    assert "a␀b\ufffd" in said


def test_another_language_is_refused(tmp_path: Path) -> None:
    """English and Chinese, and no guess."""
    with pytest.raises(ValueError, match="one of en, zh, got 'fr'"):
        written(tmp_path, language="fr")


def test_a_table_by_hand() -> None:
    """Numbers at the right with separators, years in the middle, text at the left, shades with readable ink."""
    columns = (
        Column("Name", "名", "text"),
        Column("Year", "年", "year"),
        Column("Seats", "学位", "count"),
        Column("Use", "率", "heat"),
    )
    table = Table(
        "x", columns, [(hamlet.FORMULA, 2027, 1234.5, Shaded(1.2, "#5e3c99")), (None, None, None, Shaded(None, None))]
    )
    root = table_xml(table, language="en", width_cm=16.0)
    rows = root.findall(qn("w:tr"))
    cells = [["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in row.findall(qn("w:tc"))] for row in rows]
    assert cells == [["Name", "Year", "Seats", "Use"], [hamlet.FORMULA, "2027", "1,235", "120%"], ["", "", "", ""]]
    sides = [jc.get(qn("w:val")) for jc in rows[1].iter(qn("w:jc"))]
    assert sides == ["left", "center", "right", "center"]
    fills = [shade.get(qn("w:fill")) for row in rows[1:] for shade in row.iter(qn("w:shd"))]
    assert fills == ["5E3C99", "E4E2DC"]
    assert [colour.get(qn("w:val")) for colour in rows[1].iter(qn("w:color"))] == ["ffffff"]


@pytest.mark.parametrize(("notes", "kept"), [((), 1), (("A note.",), 2)])
def test_a_note_is_never_alone_on_a_page(notes: tuple[str, ...], kept: int) -> None:
    """The last row of a table with a note goes where its note goes, as the header goes with the first row."""
    table = Table("x", (Column("Year", "年", "year"),), [(2025,), (2026,)], notes)
    rows = table_xml(table, language="en", width_cm=16.0).findall(qn("w:tr"))
    keeps = [row.find(f".//{qn('w:keepNext')}") is not None for row in rows]
    assert keeps[:2] == [True, False]
    assert sum(keeps) == kept


@pytest.mark.parametrize("count", [1, 2, 5, 12, 30])
def test_tables_fit_the_page(count: int) -> None:
    """Whatever the number of columns and the length of their texts, and no column is narrower than a letter or two."""
    columns = tuple(Column("A long heading", "很长的标题", "long" if n % 2 else "count") for n in range(count))
    table = Table("x", columns, [tuple("word " * 90 if n % 2 else 123456.0 for n in range(count))])
    widths = [int(c.get(qn("w:w"))) for c in table_xml(table, language="en", width_cm=16.0).find(qn("w:tblGrid"))]  # type: ignore[union-attr]
    assert sum(widths) <= 16 * 567 + count
    assert min(widths) > 150
