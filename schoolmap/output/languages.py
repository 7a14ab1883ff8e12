"""Texts of the other language within a page without scripts say so, that they are read aloud and drawn as such."""

from __future__ import annotations

import html as markup
import re

CHINESE = "zh-CN"
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_RUN = re.compile(r"([\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+)")


def spoken(text: str, *, language: str) -> str:
    """
    Return a text as markup; on an English page each run of Chinese signs says its language.

    Parameters
    ----------
    text
        Any text; it is escaped.
    language
        `en` or `zh`: that of the page.

    Examples
    --------
    >>> spoken("Area 城东 <1>", language="en")
    'Area <bdi lang="zh-CN">城东</bdi> &lt;1&gt;'
    >>> spoken("Area 城东", language="zh")
    'Area 城东'
    """
    if language != "en":
        return markup.escape(text)
    return "".join(
        f'<bdi lang="{CHINESE}">{markup.escape(run)}</bdi>' if HAN.search(run) else markup.escape(run)
        for run in _RUN.split(text)
    )


def lang_of(text: str, *, language: str) -> str:
    """
    Return the attribute for an element that holds text only, as within a drawing.

    Parameters
    ----------
    text
        What the element holds.
    language
        `en` or `zh`: that of the page.

    Examples
    --------
    >>> lang_of("城东", language="en"), lang_of("East", language="en")
    (' lang="zh-CN"', '')
    """
    return f' lang="{CHINESE}"' if language == "en" and HAN.search(text) else ""
