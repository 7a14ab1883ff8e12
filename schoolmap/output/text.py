"""Make any text safe to show: nothing is lost silently, nothing illegal is written."""

from __future__ import annotations

import re
import unicodedata

_DELETE = 0x7F
_SURROGATES = range(0xD800, 0xE000)
_NOT_CHARACTERS = {0xFFFE, 0xFFFF}
_UNSHOWABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff\\ufffe\\uffff]")
"""Every character that `_visible_character` replaces: nearly all texts have none, and are not taken apart."""


def visible(text: str) -> str:
    """
    Replace characters that XML and SQLite cannot hold by ones that a reader can see.

    Control characters become their pictures, half characters the replacement
    mark. Tabs and line breaks stay.

    Examples
    --------
    >>> visible("Mill" + chr(0) + "Road")
    'Mill␀Road'
    """
    return text if _UNSHOWABLE.search(text) is None else "".join(map(_visible_character, text))


def display_width(text: str) -> int:
    """
    Return the width of the longest line in Latin letters; a Chinese character is two wide.

    Examples
    --------
    >>> display_width("学位 P90")
    8
    """
    lines = text.split("\n")
    if text.isascii():
        return max(map(len, lines))
    return max(sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line) for line in lines)


def within(text: str, width: int) -> str:
    """
    Cut a text that is wider than `width` Latin letters, and say so by an ellipsis.

    Examples
    --------
    >>> within("Mill Road", 6)
    'Mill R…'
    """
    if display_width(text) <= width:
        return text
    kept = ""
    for character in text:
        if display_width(kept + character) > width:
            break
        kept += character
    return f"{kept}…"


def _visible_character(character: str) -> str:
    code = ord(character)
    if code < ord(" ") and character not in "\t\n":
        return chr(0x2400 + code)
    if code == _DELETE:
        return "␡"
    return "\ufffd" if code in _SURROGATES or code in _NOT_CHARACTERS else character
