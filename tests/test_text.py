"""Any text can be shown: what XML and SQLite cannot hold is replaced, everything else stays as it is."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from schoolmap.output.text import visible


def test_by_hand() -> None:
    """Control characters become pictures, half characters a mark; tabs, line breaks and Chinese stay."""
    assert visible("a\x00\x1b\x7f\tb\n\ud800\ufffe") == "a␀␛␡\tb\n\ufffd\ufffd"
    assert visible("实验小学 & <b>") == "实验小学 & <b>"


@given(st.text(st.characters(codec=None)))
def test_every_text_can_be_written_as_xml(text: str) -> None:
    """As long as it was, and the same when shown twice."""
    shown = visible(text)
    element = ET.Element("name")
    element.text = shown
    assert ET.fromstring(ET.tostring(element)).text == (shown or None)  # noqa: S314 - our own
    assert len(shown) == len(text)
    assert visible(shown) == shown


@given(st.text(st.characters(codec=None)))
def test_each_character_by_itself(text: str) -> None:
    """What a character becomes does not depend on its neighbours, so a text without odd ones is left whole."""
    assert visible(text) == "".join(map(visible, text))
