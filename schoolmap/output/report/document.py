"""Draw a described report as Word: one file, the same bytes for the same plan and figures."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm

from schoolmap.output.report import styles
from schoolmap.output.report import xml
from schoolmap.output.report.chapters import describe_report
from schoolmap.output.report.cover import Entry
from schoolmap.output.report.cover import add_contents
from schoolmap.output.report.cover import add_cover
from schoolmap.output.report.cover import add_margins
from schoolmap.output.report.parts import Figure
from schoolmap.output.report.parts import Heading
from schoolmap.output.report.parts import Paragraph
from schoolmap.output.report.parts import Table
from schoolmap.output.report.parts import Turn
from schoolmap.output.report.table_xml import table_xml
from schoolmap.output.report.words import COVER
from schoolmap.output.report.words import SENTENCES
from schoolmap.output.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

    from docx.document import Document
    from docx.text.paragraph import Paragraph as DocxParagraph
    from lxml import etree

    from schoolmap.output.figures.atlas import Picture
    from schoolmap.output.model import MapModel
    from schoolmap.output.report.parts import Part

LANGUAGES = ("en", "zh")
_SIDE_CM, _TOP_CM = 2.5, 2.4
_A4_CM = (21.0, 29.7)
_STYLES = {"body": "Body Text", "bullet": "List Bullet", "note": styles.NOTE}
_WORD = "http://schemas.microsoft.com/office/word"
_FIGURES = "一二三四五六七八九"


def write_report(model: MapModel, path: Path, *, language: str, pictures: Sequence[Picture] = ()) -> None:
    """
    Write the report of a plan as a Word document.

    Parameters
    ----------
    model
        The plan as plain data; nothing else is read.
    path
        File to write, ending in `.docx`; an existing file is replaced.
    language
        `en` or `zh`.
    pictures
        Figures from `figures.atlas.draw_pictures`; the place of one that is
        not among them stays empty, without a caption.

    Raises
    ------
    ValueError
        If the language is another one.
    """
    if language not in LANGUAGES:
        msg = f"`language` is one of {', '.join(LANGUAGES)}, got {language!r}."
        raise ValueError(msg)
    parts = describe_report(model, language=language)
    document = docx.Document()
    _set_document(document, model, language=language)
    add_cover(document, model, language=language)
    section = document.add_section(WD_SECTION.NEW_PAGE)
    add_margins(section, model, language=language)
    _restart_pages(document)
    writer = _Writer(document, {(p.kind, p.stage): p for p in pictures}, language)
    add_contents(document, _entries(parts, language), language=language, width_cm=writer.width_cm)
    for part in parts:
        writer.write(part)
    path.write_bytes(_timeless(document))


class _Writer:
    """Write parts one after another; counts headings, tables and figures, and knows how wide the page is."""

    def __init__(self, document: Document, pictures: Mapping[tuple[str, str], Picture], language: str) -> None:
        self.document = document
        self.pictures = pictures
        self.language = language
        self.width_cm = _A4_CM[0] - 2 * _SIDE_CM
        self.counts = {"heading": 0, "table": 0, "figure": 0}
        # looked up once: python-docx reads all styles for every paragraph
        self._styles = {style.name: style.style_id for style in document.styles}

    def write(self, part: Part) -> None:
        """Write one part at the end of the document."""
        if isinstance(part, Heading):
            self._heading(part)
        elif isinstance(part, Paragraph):
            self._paragraph(part.text, _STYLES[part.style])
        elif isinstance(part, Table):
            self._table(part)
        elif isinstance(part, Figure):
            self._figure(part)
        else:
            self._turn(part)

    def _paragraph(self, text: str, style: str) -> DocxParagraph:
        paragraph = self.document.add_paragraph()
        element = paragraph._p  # noqa: SLF001 - python-docx has no other way to its element
        element.style = self._styles[style]
        if text:
            xml.add_text(xml.add(element, "r"), text)
        return paragraph

    def _heading(self, part: Heading) -> None:
        style = styles.APPENDIX if part.series == "appendices" else f"Heading {part.level}"
        paragraph = self._paragraph("", style)
        element = paragraph._p  # noqa: SLF001
        if part.series == "plain":
            numbers = element.get_or_add_pPr().get_or_add_numPr()
            numbers.get_or_add_numId().val = 0
        # chapters begin on a page of their own, but for the first one after the contents and what was turned anyway
        paragraph.paragraph_format.page_break_before = part.level == 1 and not self._turned
        self.counts["heading"] += 1
        number = self.counts["heading"]
        xml.add(element, "bookmarkStart", id=number, name=_bookmark(number))
        xml.add_text(xml.add(element, "r"), part.text)
        xml.add(element, "bookmarkEnd", id=number)
        self._turned = False

    _turned = False

    def _table(self, part: Table) -> None:
        caption = self._caption("table", part.caption)
        caption.paragraph_format.keep_with_next = True
        element = table_xml(part, language=self.language, width_cm=self.width_cm)
        caption._p.addnext(element)  # noqa: SLF001
        if not part.notes:
            # Word needs a paragraph between two tables
            self._paragraph("", styles.NOTE)
        for note in part.notes:
            self._paragraph(note, styles.NOTE)

    def _figure(self, part: Figure) -> None:
        picture = self.pictures.get((part.kind, part.stage))
        if picture is None:
            return
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(picture.png), width=Cm(min(picture.width_cm, self.width_cm)))
        # read aloud in place of the picture
        described = shape._inline.docPr  # noqa: SLF001
        described.set("descr", visible(picture.caption[self.language]))
        self._caption("figure", picture.caption[self.language])
        if picture.language != self.language and self.counts["figure"] == 1:
            self._paragraph(SENTENCES["no fonts"][self.language], styles.NOTE)

    def _caption(self, kind: str, text: str) -> DocxParagraph:
        self.counts[kind] += 1
        word = COVER[kind][self.language]
        paragraph = self._paragraph("", "Caption")
        element = paragraph._p  # noqa: SLF001
        xml.add_text(xml.add(element, "r"), f"{word} " if self.language == "en" else word)
        xml.add_field(element, f"SEQ {word} \\* ARABIC", str(self.counts[kind]))
        xml.add_text(xml.add(element, "r"), f"  {text}")
        return paragraph

    def _turn(self, part: Turn) -> None:
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        # what is turned goes on counting
        for start in list(section._sectPr.iterchildren(f"{xml.W}pgNumType")):  # noqa: SLF001
            section._sectPr.remove(start)  # noqa: SLF001
        wide, high = sorted(_A4_CM, reverse=part.landscape)
        section.orientation = WD_ORIENT.LANDSCAPE if part.landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(wide), Cm(high)
        self.width_cm = wide - 2 * _SIDE_CM
        self._turned = True


def _set_document(document: Document, model: MapModel, *, language: str) -> None:
    """Set page, styles, numbering and properties; dates are the plan's, so that bytes repeat."""
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(size) for size in _A4_CM)
    section.left_margin = section.right_margin = Cm(_SIDE_CM)
    section.top_margin = section.bottom_margin = Cm(_TOP_CM)
    styles.set_styles(document, language=language)
    styles.set_numbering(document, language=language)
    properties = document.core_properties
    properties.title = visible(model.title[language])[:255]
    properties.author, properties.last_modified_by = "schoolmap", "schoolmap"
    properties.comments = visible(model.classification[language])[:255]
    properties.language = {"en": "en-GB", "zh": "zh-CN"}[language]
    date = datetime(model.base_year, 1, 1)  # noqa: DTZ001 - Word's properties know no time zones here
    properties.created = properties.modified = date
    properties.revision = 1
    _set_settings(document)
    package = document.part.package
    # the template's picture of an empty page
    for key, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            relation.target_part._blob = styles.fonts_xml()  # noqa: SLF001


def _set_settings(document: Document) -> None:
    """Have Word update the fields when it opens the file, and lay it out as Word 2013 and later do."""
    settings = document.settings.element
    compat = settings.find(qn("w:compat"))
    # Word insists on the order of its settings
    compat.addprevious(xml.new("updateFields", val="true"))
    for old in list(compat.iterchildren(qn("w:compatSetting"))):
        if old.get(qn("w:name")) == "compatibilityMode":
            compat.remove(old)
    mode = xml.add(compat, "compatSetting", name="compatibilityMode", uri=_WORD, val=15)
    compat.insert(_settings_before(compat), mode)


def _settings_before(compat: etree._Element) -> int:
    """Return where the first of the named settings stands: behind the plain ones."""
    return next((n for n, child in enumerate(compat) if child.tag == qn("w:compatSetting")), len(compat))


def _restart_pages(document: Document) -> None:
    """Count pages from behind the cover."""
    pages = document.sections[-1]._sectPr  # noqa: SLF001
    # Word insists on the order: before the columns
    pages.find(qn("w:cols")).addprevious(xml.new("pgNumType", start=1))


def _entries(parts: Sequence[Part], language: str) -> list[Entry]:
    """Return the lines of the contents with the numbers that Word will give the headings."""
    counts = {"chapter": 0, "section": 0, "appendix": 0}
    entries = []
    headings = [part for part in parts if isinstance(part, Heading)]
    for number, part in enumerate(headings, start=1):
        label = ""
        if part.series == "appendices":
            counts["appendix"] += 1
            n = counts["appendix"]
            label = f"附表{n} " if language == "zh" else f"Appendix {chr(ord('A') + n - 1)} "
        elif part.series == "chapters" and part.level == 1:
            counts |= {"chapter": counts["chapter"] + 1, "section": 0}
            n = counts["chapter"]
            label = f"第{_counted(n)}章 " if language == "zh" else f"{n} "
        elif part.series == "chapters" and part.level == 2:
            counts["section"] += 1
            n = counts["section"]
            label = f"第{_counted(n)}节 " if language == "zh" else f"{counts['chapter']}.{n} "
        if part.level <= 2:
            entries.append(Entry(part.level, f"{label}{part.text}", _bookmark(number)))
    return entries


def _counted(number: int) -> str:
    """
    Return a number below a hundred in Chinese.

    Examples
    --------
    >>> _counted(8), _counted(10), _counted(12), _counted(20)
    ('八', '十', '十二', '二十')
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_FIGURES[tens - 1]}十"
    return head + (_FIGURES[ones - 1] if ones else "")


def _bookmark(number: int) -> str:
    return f"_Toc{number:08d}"


def _timeless(document: Document) -> bytes:
    """Return the file with all its parts dated alike."""
    drawn, fixed = io.BytesIO(), io.BytesIO()
    document.save(drawn)
    with zipfile.ZipFile(drawn) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            # pictures are packed already
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
