"""Styles of the report: real Word styles, so that a bureau changes a font once and for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.shared import RGBColor

from schoolmap.output.report import xml

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle
    from lxml import etree

INK = RGBColor(0x1B, 0x1F, 0x23)
ACTION = RGBColor(0x7F, 0x27, 0x04)
HEADINGS, BULLETS, APPENDICES = 1, 2, 3
"""Numbers of the lists in the document."""
TABLE_TEXT, NOTE, COVER, APPENDIX = "Table Text", "Table Note", "Cover Text", "Appendix Heading"


@dataclass(frozen=True, slots=True)
class Faces:
    """Fonts of running text, headings and tables: the Latin one and the Chinese one of each."""

    body: tuple[str, str]
    heading: tuple[str, str]
    table: tuple[str, str]


FACES = {
    "zh": Faces(("Times New Roman", "仿宋"), ("Arial", "黑体"), ("Times New Roman", "宋体")),
    "en": Faces(("Calibri", "宋体"), ("Calibri", "黑体"), ("Calibri", "宋体")),
}
"""By language. Official texts in Chinese are in 仿宋, their headings in 黑体."""
ALTERNATIVES = {
    "仿宋": "FangSong,仿宋_GB2312,STFangsong,Noto Serif CJK SC",
    "黑体": "SimHei,STHeiti,Noto Sans CJK SC",
    "宋体": "SimSun,STSong,Noto Serif CJK SC",
    "Calibri": "Carlito",
    "Times New Roman": "Liberation Serif",
    "Arial": "Liberation Sans",
}
"""What may stand in for a font where it is not installed; Word reads them from the table of fonts."""


def set_styles(document: Document, *, language: str) -> None:
    """Set fonts, sizes, spacing and numbering of every style that the report uses."""
    faces = FACES[language]
    chinese = language == "zh"
    size = 12 if chinese else 10.5
    normal = document.styles["Normal"]
    _face(normal, faces.body, size)
    _space(normal, after=6, line=1.4 if chinese else 1.25)
    _language(document)
    # two characters in, as every Chinese paragraph begins
    body = _style(document, "Body Text", base="Normal")
    _face(body, faces.body, size)
    _space(body, after=6, line=1.4 if chinese else 1.25)
    if chinese:
        xml.add(body.element.get_or_add_pPr(), "ind", firstLineChars=200, firstLine=480)
    for level, points in ((1, 17), (2, 14), (3, 12)):
        heading = document.styles[f"Heading {level}"]
        _face(heading, faces.heading, points if chinese else points - 1)
        heading.font.bold = not chinese
        heading.font.italic = False
        _space(heading, before=(24, 14, 10)[level - 1], after=(12, 6, 4)[level - 1], line=1.15)
        heading.paragraph_format.keep_with_next = True
    caption = document.styles["Caption"]
    _face(caption, faces.heading, 10 if chinese else 9.5)
    caption.font.bold = not chinese
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _space(caption, before=8, after=4, line=1.1)
    bullet = document.styles["List Bullet"]
    _face(bullet, faces.body, size)
    _space(bullet, after=3, line=1.4 if chinese else 1.2)
    table = _style(document, TABLE_TEXT, base="Normal")
    _face(table, faces.table, 9)
    _space(table, line=1.0)
    note = _style(document, NOTE, base="Normal")
    _face(note, faces.table, 8.5)
    _space(note, before=2, after=8, line=1.1)
    cover = _style(document, COVER, base="Normal")
    _face(cover, faces.heading, 14)
    cover.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    appendix = _style(document, APPENDIX, base="Heading 2")
    _face(appendix, faces.heading, 14 if chinese else 13)
    for level in (1, 2):
        contents = _style(document, f"toc {level}", base="Normal")
        _face(contents, faces.body if level > 1 else faces.heading, size - 0.5)
        _space(contents, after=2, line=1.2)
        contents.paragraph_format.left_indent = Pt(16 * (level - 1))
    for name in ("Header", "Footer"):
        _face(document.styles[name], faces.body, 9)


def set_numbering(document: Document, *, language: str) -> None:
    """Give numbers to chapters, sections and appendices, and bullets to lists; the template's own lists go."""
    numbering = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    for style in document.styles.element.iterchildren(qn("w:style")):
        for properties in style.iterchildren(qn("w:pPr")):
            for number in list(properties.iterchildren(qn("w:numPr"))):
                properties.remove(number)
    chinese = language == "zh"
    form = "chineseCountingThousand" if chinese else "decimal"
    texts = ("第%1章", "第%2节", "%3、") if chinese else ("%1", "%1.%2", "%1.%2.%3")
    levels = [(form, text, f"Heading{n}") for n, text in enumerate(texts, start=1)]
    _list(numbering, HEADINGS, levels)
    _list(numbering, BULLETS, [("bullet", "•", "ListBullet")], hanging=300)
    appendix = (
        ("decimal", "附表%1", "AppendixHeading") if chinese else ("upperLetter", "Appendix %1", "AppendixHeading")
    )
    _list(numbering, APPENDICES, [appendix])
    for number in (HEADINGS, BULLETS, APPENDICES):
        xml.add(xml.add(numbering, "num", numId=number), "abstractNumId", val=number)
    names = [(f"Heading {level}", HEADINGS, level - 1) for level in (1, 2, 3)]
    for name, number, level in (*names, ("List Bullet", BULLETS, 0), (APPENDIX, APPENDICES, 0)):
        properties = document.styles[name].element.get_or_add_pPr()
        held = properties.get_or_add_numPr()
        held.get_or_add_ilvl().val = level
        held.get_or_add_numId().val = number
    for name in (f"Heading {level}" for level in (1, 2, 3)):
        document.styles[name].font.color.rgb = INK


def fonts_xml() -> bytes:
    """Return the document's table of fonts, each with what may stand in for it."""
    space = xml.W[1:-1]
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>' for name, other in ALTERNATIVES.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()


def _list(
    numbering: etree._Element,
    number: int,
    levels: list[tuple[str, str, str]],
    *,
    hanging: int = 0,
) -> None:
    """Add a list of levels, each a form of numbers, a text around them and the style that is numbered by it."""
    abstract = xml.add(numbering, "abstractNum", abstractNumId=number)
    xml.add(abstract, "multiLevelType", val="multilevel")
    for n, (form, text, style) in enumerate(levels):
        level = xml.add(abstract, "lvl", ilvl=n)
        xml.add(level, "start", val=1)
        xml.add(level, "numFmt", val=form)
        xml.add(level, "pStyle", val=style)
        xml.add(level, "suff", val="tab" if hanging else "space")
        xml.add(level, "lvlText", val=text)
        xml.add(level, "lvlJc", val="left")
        properties = xml.add(level, "pPr")
        xml.add(properties, "ind", left=hanging, hanging=hanging)


def _style(document: Document, name: str, *, base: str) -> ParagraphStyle:
    """Return a paragraph style, made if the template lacks it."""
    if name not in document.styles:
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name.startswith("toc "))
    style: ParagraphStyle = document.styles[name]
    style.base_style = document.styles[base]
    return style


def _face(style: ParagraphStyle, faces: tuple[str, str], points: float) -> None:
    """Set the Latin and the Chinese font, the size and a dark ink; the template's theme fonts go."""
    latin, chinese = faces
    style.font.name = latin
    style.font.size = Pt(points)
    style.font.color.rgb = INK
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[name]
    for slot, font in (("hAnsi", latin), ("cs", latin), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{slot}"), font)


def _space(style: ParagraphStyle, *, before: float = 0, after: float = 0, line: float) -> None:
    paragraph = style.paragraph_format
    paragraph.space_before, paragraph.space_after, paragraph.line_spacing = Pt(before), Pt(after), line


def _language(document: Document) -> None:
    """Tell Word which languages to check: English, and Chinese where the letters are Chinese."""
    for properties in document.styles.element.iter(qn("w:rPrDefault")):
        for language in properties.iter(qn("w:lang")):
            language.set(qn("w:val"), "en-GB")
            language.set(qn("w:eastAsia"), "zh-CN")
