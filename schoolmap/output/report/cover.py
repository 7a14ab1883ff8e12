"""The cover, the table of contents, headers and footers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.enum.text import WD_TAB_LEADER
from docx.shared import Pt

from schoolmap.output.report import xml
from schoolmap.output.report.styles import ACTION
from schoolmap.output.report.styles import COVER
from schoolmap.output.report.words import COVER as WORDS
from schoolmap.output.text import visible
from schoolmap.output.text import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document
    from docx.section import Section

    from schoolmap.output.model import MapModel

_FOOTER_WIDTH = 76
"""Latin letters of the classification that fit beside the page number."""


class Entry(NamedTuple):
    """A line of the table of contents."""

    level: int
    text: str
    bookmark: str


def add_cover(document: Document, model: MapModel, *, language: str) -> None:
    """
    Write the first page: what it is, of where, by whom, on which data.

    Who made it is not known to a plan: a placeholder stands there. Invented
    data are called so in large letters.
    """
    words = {name: text[language] for name, text in WORDS.items()}
    dates = words["date"].format(date=model.population_date, first=model.years[0], last=model.years[-1])
    lines = [
        (model.title[language], 26, 150),
        (words["kind"], 22, 18),
        (words["draft"], 14, 12),
        (words["synthetic"] if model.synthetic else "", 18, 40),
        (words["bureau"], 15, 120 if model.synthetic else 190),
        (dates, 12, 14),
        (model.classification[language], 11, 10),
        (words["review"].format(number=model.map_review_no) if model.map_review_no else "", 11, 6),
        (words["version"].format(version=model.version, seed=model.seed), 9, 6),
    ]
    for text, points, before in lines:
        if text:
            paragraph = document.add_paragraph(style=COVER)
            paragraph.paragraph_format.space_before = Pt(before)
            run = paragraph.add_run()
            xml.add_text(run._r, text)  # noqa: SLF001 - python-docx has no other way to its element
            run.font.size = Pt(points)
            if text == words["synthetic"]:
                run.font.color.rgb = ACTION
                run.font.bold = True


def add_contents(document: Document, entries: Sequence[Entry], *, language: str, width_cm: float) -> None:
    """
    Write the table of contents: a field that Word updates, filled with the headings as they are now.

    Page numbers are fields too: whoever lays the pages out puts them in.
    """
    head = document.add_paragraph(style=COVER)
    xml.add_text(head.add_run()._r, WORDS["contents"][language])  # noqa: SLF001
    for n, entry in enumerate(entries):
        paragraph = document.add_paragraph(style=f"toc {entry.level}")
        paragraph.paragraph_format.tab_stops.add_tab_stop(
            Pt(width_cm * 28.35), alignment=WD_TAB_ALIGNMENT.RIGHT, leader=WD_TAB_LEADER.DOTS
        )
        element = paragraph._p  # noqa: SLF001
        if n == 0:
            xml.add(xml.add(element, "r"), "fldChar", fldCharType="begin")
            xml.add(xml.add(element, "r"), "instrText").text = ' TOC \\o "1-2" \\h \\z \\u '
            xml.add(xml.add(element, "r"), "fldChar", fldCharType="separate")
        link = xml.add(element, "hyperlink", anchor=entry.bookmark, history=1)
        xml.add_text(xml.add(link, "r"), f"{entry.text}\t".replace("\n", " "))
        xml.add_field(link, f"PAGEREF {entry.bookmark} \\h")
        if n == len(entries) - 1:
            xml.add(xml.add(element, "r"), "fldChar", fldCharType="end")
    note = document.add_paragraph(style="Table Note")
    xml.add_text(note.add_run()._r, WORDS["refresh"][language])  # noqa: SLF001


def add_margins(section: Section, model: MapModel, *, language: str) -> None:
    """Write header and footer: what the report is, whether it is invented, who may read it, the page."""
    words = {name: text[language] for name, text in WORDS.items()}
    section.header.is_linked_to_previous = False
    section.footer.is_linked_to_previous = False
    title = " ".join(model.title[language].split())
    parts = [title, words["kind"], words["synthetic"] if model.synthetic else ""]
    head = section.header.paragraphs[0]
    xml.add_text(head.add_run()._r, "  ·  ".join(part for part in parts if part))  # noqa: SLF001
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    element = foot._p  # noqa: SLF001
    text = within(" ".join(visible(model.classification[language]).split()), _FOOTER_WIDTH)
    xml.add_text(xml.add(element, "r"), f"{text}  ·  {words['page']}" if text else words["page"])
    xml.add_field(element, "PAGE", "1")
    xml.add_text(xml.add(element, "r"), words["of"])
    xml.add_field(element, "NUMPAGES", "1")
    xml.add_text(xml.add(element, "r"), words["after"])
