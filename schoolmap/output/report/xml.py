"""Small pieces of WordprocessingML, by the names that Word gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from schoolmap.output.text import visible

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement
    from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def add(parent: etree._Element, tag: str, **attributes: str | int) -> etree._Element:
    """Add `w:tag` with `w:` attributes below an element and return it."""
    child = parent.makeelement(f"{W}{tag}", {f"{W}{name}": str(value) for name, value in attributes.items()})
    parent.append(child)
    return child


def new(tag: str, **attributes: str | int) -> BaseOxmlElement:
    """Return a new `w:tag` with `w:` attributes."""
    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


def add_text(run: etree._Element, text: str) -> None:
    """Write a text into a run: line breaks break, tabs tab, and whatever XML cannot hold is shown."""
    for n, line in enumerate(visible(text).split("\n")):
        if n:
            add(run, "br")
        for m, part in enumerate(line.split("\t")):
            if m:
                add(run, "tab")
            if part:
                add(run, "t").text = part
                run[-1].set(_SPACE, "preserve")


def add_field(paragraph: etree._Element, code: str, shown: str = "") -> None:
    """Add a field of Word's, such as `PAGE`, with the text that stands there until it is updated."""
    add(add(paragraph, "r"), "fldChar", fldCharType="begin")
    instruction = add(add(paragraph, "r"), "instrText")
    instruction.text = f" {code} "
    instruction.set(_SPACE, "preserve")
    add(add(paragraph, "r"), "fldChar", fldCharType="separate")
    if shown:
        add_text(add(paragraph, "r"), shown)
    add(add(paragraph, "r"), "fldChar", fldCharType="end")
