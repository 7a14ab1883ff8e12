"""
Closing a page: a policy by hash, a language, and no address that nobody allowed.

A sealed page names every script and style that it holds by its hash, so that
nothing else can run in it, and no address can be fetched but those asked for.
"""

from __future__ import annotations

import base64
import hashlib
import html as markup
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from schoolmap.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable

EXECUTABLE = {"", "text/javascript", "application/javascript", "module"}
"""Values of a script's `type` that make a browser run it; JSON is inert."""

ENDS_A_SOURCE = str.maketrans({sign: f"%{ord(sign):02X}" for sign in ";, \"'<>"})
"""Signs that would end an address within a policy."""

FETCHED = {"src", "srcset", "data", "poster", "background", "action", "formaction", "manifest"}
"""Attributes that a browser fetches or sends to. `href` counts too, but not on a link to click."""

WEB = re.compile(r"(?:https?:)?//[\w.:\[\]-]+(?:/|$)", re.IGNORECASE)
"""An address of another host."""
REMOTE_CSS = re.compile(r"""(?:url\(|@import)\s*["']?\s*(?!["']?\s*(?:data:|blob:|\#))[^\s"')]""", re.IGNORECASE)
FIXED_VIEWPORT = re.compile(r"<meta\b[^>]*user-scalable\s*=\s*no[^>]*>", re.IGNORECASE)
OLD_POLICY = re.compile(r"<meta\b[^>]*Content-Security-Policy[^>]*>\n?", re.IGNORECASE)
OPENING = re.compile(r"<html\b[^>]*>\s*<head>\n?", re.IGNORECASE)


def seal(html: str, *, locale: str = "zh-CN", addresses: Iterable[str] = (), style_attributes: bool = False) -> str:
    """
    Close a page: a policy by hash, a language, and no remote address but those allowed.

    Parameters
    ----------
    html
        A complete page with inline scripts and styles.
    locale
        Language of the page, such as `zh-CN`.
    addresses
        What the page may load when it is opened; none, and it stays offline.
        A script or a style only from exactly such an address, pictures and
        fonts also from other places on the same hosts.
    style_attributes
        Whether elements may bring a `style` of their own, as layers of folium do.

    Returns
    -------
    sealed
        The page with a content security policy as its first element but one.
        Sealing twice changes nothing.

    Raises
    ------
    OutputError
        If something in the page would be fetched, or be blocked by the policy:
        a remote `src`, `href` or `url(...)`, an `on...` or `style` attribute,
        a `meta` that leads to another page.
    """
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    html = OLD_POLICY.sub("", FIXED_VIEWPORT.sub("", html))
    allowed = dict.fromkeys(_source(address) for address in addresses if WEB.match(address.strip()))
    page = _Scan(allowed, style_attributes=style_attributes)
    page.feed(html)
    page.close()
    if page.faults:
        msg = "The page would not stay offline, or not work: " + "; ".join(page.faults[:5]) + "."
        raise OutputError(msg)
    hosts = dict.fromkeys(_host(address) for address in allowed)
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src " + _sources(page.scripts, page.linked["script"]),
            "style-src " + _sources(page.styles, page.linked["link"]),
            *(["style-src-attr 'unsafe-inline'"] if style_attributes else []),
            " ".join(["img-src data: blob:", *hosts]),
            *([f"font-src {' '.join(hosts)}"] if hosts else []),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ],
    )
    head = (
        f'<html lang="{markup.escape(locale)}">\n<head>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    )
    sealed, count = OPENING.subn(lambda _: head, html, count=1)
    if count == 0:
        msg = "The page has no `<html>` with a `<head>` to write its policy in."
        raise OutputError(msg)
    return sealed


class _Scan(HTMLParser):
    """Gather what the policy must allow, and what must not be there."""

    def __init__(self, allowed: Iterable[str], *, style_attributes: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.allowed = frozenset(allowed)
        self.style_attributes = style_attributes
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.faults: list[str] = []
        self.linked: dict[str, list[str]] = {"script": [], "link": []}
        self._into: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        for name, value in values.items():
            self._check_attribute(tag, name, value.strip())
        if tag == "meta" and values.get("http-equiv", "").strip().lower() == "refresh":
            self.faults.append("<meta> leads to another page, which no policy forbids")
        self._into = None
        if tag == "script" and values.get("type", "").strip().lower() in EXECUTABLE:
            self._into = self.scripts
        elif tag == "style":
            self._into = self.styles
        if self._into is not None:
            self._into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and (found := REMOTE_CSS.search(self.styles[-1] if self.styles else "")):
            self.faults.append(f"a style holds `{found.group()}…`")
        self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        """Note an attribute that a browser would fetch, run or, under the policy, ignore."""
        if name.startswith("on") or (name == "style" and not self.style_attributes):
            self.faults.append(f"<{tag}> has the attribute `{name}`, which the policy blocks")
        fetched = name in FETCHED or (name in {"href", "xlink:href"} and tag not in {"a", "area"})
        inline = value.lower().startswith(("#", "data:", "blob:"))
        if not fetched or not value or inline:
            return
        if _source(value) in self.allowed:
            self.linked.setdefault(tag, []).append(_source(value))
        else:
            self.faults.append(f"<{tag}> fetches {value[:80]!r}")


def _sources(texts: Iterable[str], addresses: Iterable[str] = ()) -> str:
    """Return the hash sources of inline texts, each once, in order, and then addresses."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(dict.fromkeys([*(f"'sha256-{value}'" for value in hashes), *addresses])) or "'none'"


def _source(address: str) -> str:
    """Return an address as a policy names it: without query, and with no sign that would end the source."""
    parts = urlsplit(address.strip())
    path = parts.path.translate(ENDS_A_SOURCE)
    return f"{parts.scheme or 'https'}://{parts.netloc}{path}" if parts.netloc else address.strip()


def _host(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
