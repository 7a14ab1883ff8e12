"""
The web map: one HTML file that opens by double click and never asks the network for anything.

The page is a real `folium.Map`, so ordinary folium layers can be added to it, but
three things differ. Leaflet is pasted in from the package, not linked. The plan
travels as one inert JSON block, because folium runs every text it is given as a
template and would execute a school that is called ``{{...}}``. And the finished
page is sealed: a content security policy that names every script and style by
its hash, so that nothing else can run and no address can be fetched.
"""

from __future__ import annotations

import base64
import hashlib
import html as markup
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from typing import Any

import folium
from branca.element import Element
from branca.element import Figure
from branca.element import MacroElement
from folium.template import Template

from schoolmap.errors import OutputError
from schoolmap.output.packing import PACKED_FROM
from schoolmap.output.packing import cells
from schoolmap.output.packing import pack
from schoolmap.output.page_assets import asset
from schoolmap.output.page_assets import fflate_js
from schoolmap.output.page_assets import leaflet_css
from schoolmap.output.page_assets import leaflet_js
from schoolmap.output.page_assets import page_script
from schoolmap.output.population_tables import sections
from schoolmap.output.sheets import Shaded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Rank
    from schoolmap.output.population_tables import Section
    from schoolmap.output.sheets import Cell

DATA_ID = "schoolmap-data"
LOCALES = {"zh": "zh-CN", "en": "en"}

EXECUTABLE = {"", "text/javascript", "application/javascript", "module"}
"""Values of a script's `type` that make a browser run it; JSON is inert."""

FETCHED = {"src", "srcset", "data", "poster", "background", "action", "formaction", "manifest"}
"""Attributes that a browser fetches or sends to. `href` counts too, but not on a link to click."""

REMOTE_CSS = re.compile(r"""(?:url\(|@import)\s*["']?\s*(?!["']?\s*(?:data:|blob:|\#))[^\s"')]""", re.IGNORECASE)
FIXED_VIEWPORT = re.compile(r"<meta\b[^>]*user-scalable\s*=\s*no[^>]*>", re.IGNORECASE)
OLD_POLICY = re.compile(r"<meta\b[^>]*Content-Security-Policy[^>]*>\n?", re.IGNORECASE)
OPENING = re.compile(r"<html\b[^>]*>\s*<head>\n?", re.IGNORECASE)


class Verbatim(Element):
    """
    Text that reaches the page as it is.

    Every other element of branca compiles its text as a template, once or twice.

    Parameters
    ----------
    text
        Markup that is already safe to show.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self._text = text

    def render(self, **_kwargs: object) -> str:
        """Return the text untouched."""
        return self._text


class Page(Figure):
    """
    A page with a language, whose title is shown as text.

    Parameters
    ----------
    title
        Title of the window.
    locale
        Language of the page, such as `zh-CN`.
    """

    def __init__(self, *, title: str, locale: str) -> None:
        super().__init__()
        self._id = "page"
        self.heading = title
        self.locale = locale
        self.header.add_child(Verbatim('<meta charset="utf-8">'), name="meta_http")

    def render(self, **kwargs: object) -> str:
        """Return the page as HTML."""
        for child in list(self._children.values()):
            child.render(**kwargs)
        return "\n".join(
            [
                "<!DOCTYPE html>",
                f'<html lang="{markup.escape(self.locale)}">',
                "<head>",
                _render_children(self.header),
                f"<title>{markup.escape(self.heading)}</title>",
                "</head>",
                "<body>",
                _render_children(self.html),
                f"<script>\n{_render_children(self.script)}\n</script>",
                "</body>",
                "</html>",
                "",
            ],
        )


class PlanMap(folium.Map):
    """
    A folium map without tiles, without links and with a fixed name.

    Parameters
    ----------
    title
        Title of the window.
    locale
        Language of the page, such as `zh-CN`.
    location
        Latitude and longitude of the first view, in degrees; the page then fits
        the view to the catchments.

    Notes
    -----
    Plugins of folium link scripts on other hosts; `seal` refuses a page that
    holds one.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium reads them from the class
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        {% endmacro %}

        {% macro html(this, kwargs) %}
        <main id="map-cell">
        <div id="note-line" role="note"></div>
        <div id="map-frame"><div class="folium-map" id={{ this.get_name()|tojson }}></div></div>
        </main>
        {% endmacro %}

        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map(
            {{ this.get_name()|tojson }},
            {center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }}}
        );
        {% endmacro %}
        """,
    )

    def __init__(self, *, title: str, locale: str, location: tuple[float, float]) -> None:
        super().__init__(
            location=location,
            tiles=None,
            zoom_start=12,
            zoom_control=False,
            zoom_snap=0.1,
            zoom_delta=0.5,
            wheel_px_per_zoom_level=120,
            attribution_control=False,
        )
        self._id = "plan"
        page = Page(title=title, locale=locale)
        page.add_child(self, name="map")
        head = page.header
        head.add_child(Verbatim(f"<style>\n{leaflet_css()}</style>"), name="leaflet_css")
        head.add_child(Verbatim(f"<style>\n{asset('planmap.css')}</style>"), name="planmap_css")
        head.add_child(Verbatim(f"<script>\n{leaflet_js()}</script>"), name="leaflet_js")
        head.add_child(Verbatim(f"<script>\n{page_script()}</script>"), name="planmap_js")


class PlanLayer(MacroElement):
    """
    The plan on its map: the frame around the map, the data, and the call that draws them.

    Parameters
    ----------
    model
        The plan to show. Its texts never meet a template.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "schoolmapStart({{ this._parent.get_name() }}, {{ this.data_id|tojson }});"
        "{% endmacro %}",
    )

    def __init__(self, model: MapModel) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PlanLayer"
        self._id = "plan"
        self.data_id = DATA_ID
        before, after = asset("planmap.html").split("<!-- map -->\n")
        self._before = before
        self._after = f"{after}{inert_json(model)}\n{static_tables(model)}"

    def add_to(self, parent: Element, name: str | None = None, index: int | None = None) -> Element:
        """Add the frame before the map and the layer to it."""
        _page(parent).html.add_child(Verbatim(self._before), name="plan_before")
        return super().add_to(parent, name=name, index=index)

    def render(self, **kwargs: object) -> str:
        """Write the rest of the frame, the data and the call to the page; return nothing of it."""
        _page(self).html.add_child(Verbatim(self._after), name="plan_after")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""


def inert_json(model: MapModel) -> str:
    """
    Return the plan as a JSON block that a browser neither runs nor can be led out of.

    Parameters
    ----------
    model
        The plan. From `PACKED_FROM` cells on it is packed; see `schoolmap.output.packing`.

    Returns
    -------
    block
        A `script` element of type `application/json` in which no `<` is left.
    """
    text = json.dumps(pack(model), separators=(",", ":")) if is_packed(model) else model.to_json()
    body = text.replace("<", "\\u003c")
    body = body.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="application/json" id="{DATA_ID}">{body}</script>'


def is_packed(model: MapModel) -> bool:
    """Tell whether a plan is so large that its page carries it packed."""
    return cells(model) >= PACKED_FROM


def static_tables(model: MapModel) -> str:
    """
    Return the ranked lists as plain tables for a viewer that runs no scripts.

    Parameters
    ----------
    model
        The plan. The tables show its first scenario, in its own language.

    Returns
    -------
    block
        A `noscript` element; every text in it is escaped.
    """
    language = model.language if model.language in LOCALES else "en"
    words = {
        "en": ("Catchment", "First year", "Peak year", "Seats short", "Probability"),
        "zh": ("片区", "首年", "最缺年", "缺学位", "概率"),
    }[language]
    sorry = {
        "en": "This viewer runs no scripts, so it shows tables. Open the file in a browser for the map.",
        "zh": "此处不运行脚本，只能显示表格。请用浏览器打开本文件查看地图。",
    }[language]
    nothing = {"en": "No shortage.", "zh": "没有短缺。"}[language]
    names = {area.id: area.name for cover in model.coverages for area in cover.catchments}
    parts = [f"<h1>{_shown(model.title, language)}</h1>", f"<p>{sorry}</p>"]
    for stage in model.stages:
        parts.append(f"<h2>{_shown(stage.label, language)}</h2>")
        panel = next((p for p in model.panels if p.stage == stage.id), None)
        if panel is None or not panel.ranking:
            parts.append(f"<p>{nothing}</p>")
            continue
        head = "".join(f"<th>{word}</th>" for word in words)
        rows = "\n".join(_static_row(rank, names) for rank in panel.ranking)
        parts.append(f"<table>\n<tr>{head}</tr>\n{rows}\n</table>")
    parts.append(f"<h1>{ {'en': 'Population', 'zh': '人口预测'}[language] }</h1>")
    for section in sections(model, language=language):
        parts += _static_section(section, language)
    body = "\n".join(parts)
    return f"<noscript>\n{body}\n</noscript>"


def build_map(model: MapModel) -> PlanMap:
    """
    Build the map of a plan.

    Parameters
    ----------
    model
        The plan as plain data.

    Returns
    -------
    plan_map
        A `folium.Map`, to which ordinary layers may be added. Write it with
        `seal(plan_map.get_root().render())`, so that it stays offline.
    """
    boxes = [area.bounds for cover in model.coverages for area in cover.catchments]
    west, south = (min((box[i] for box in boxes), default=0.0) for i in (0, 1))
    east, north = (max((box[i] for box in boxes), default=0.0) for i in (2, 3))
    language = model.language if model.language in LOCALES else "en"
    plan_map = PlanMap(
        title=_text(model.title, language),
        locale=LOCALES[language],
        location=((south + north) / 2, (west + east) / 2),
    )
    if is_packed(model):
        _page(plan_map).header.add_child(Verbatim(f"<script>\n{fflate_js()}</script>"), name="fflate_js")
    PlanLayer(model).add_to(plan_map, name="plan")
    return plan_map


def render_html(model: MapModel) -> str:
    """
    Return the sealed page of a plan: the same plan gives the same bytes.

    Parameters
    ----------
    model
        The plan as plain data.

    Returns
    -------
    html
        One self-contained page.

    Raises
    ------
    OutputError
        If the page holds a remote address or something its policy would block.
    """
    language = model.language if model.language in LOCALES else "en"
    return seal(build_map(model).get_root().render(), locale=LOCALES[language])


def seal(html: str, *, locale: str = "zh-CN") -> str:
    """
    Close a page: a policy by hash, a language, and no remote address.

    Parameters
    ----------
    html
        A complete page with inline scripts and styles.
    locale
        Language of the page, such as `zh-CN`.

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
    page = _Scan()
    page.feed(html)
    page.close()
    if page.faults:
        msg = "The page would not stay offline: " + "; ".join(page.faults[:5]) + "."
        raise OutputError(msg)
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src " + _sources(page.scripts),
            "style-src " + _sources(page.styles),
            "img-src data: blob:",
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

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.faults: list[str] = []
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
        if name.startswith("on") or name == "style":
            self.faults.append(f"<{tag}> has the attribute `{name}`, which the policy blocks")
        fetched = name in FETCHED or (name in {"href", "xlink:href"} and tag not in {"a", "area"})
        if fetched and value and not value.lower().startswith(("#", "data:", "blob:")):
            self.faults.append(f"<{tag}> fetches {value[:80]!r}")


def _sources(texts: Iterable[str]) -> str:
    """Return the hash sources of inline texts, each once, in order."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(dict.fromkeys(f"'sha256-{value}'" for value in hashes)) or "'none'"


def _page(element: Element) -> Figure:
    """Return the page that an element stands on."""
    root = element.get_root()
    if not isinstance(root, Figure):
        msg = "A plan is drawn on a `PlanMap`, which has a page; this element has none."
        raise OutputError(msg)
    return root


def _render_children(element: Element) -> str:
    """Return the children of an element as they render, one after the other."""
    children: Iterable[Any] = element._children.values()  # noqa: SLF001 - branca has no public way
    return "\n".join(child.render().strip("\n") for child in children)


def _text(text: dict[str, str], language: str) -> str:
    """Return a text in the language asked for, else in any that there is."""
    return text.get(language) or next((value for value in text.values() if value), "")


def _shown(text: dict[str, str], language: str) -> str:
    """Return a text escaped for a page."""
    return markup.escape(_text(text, language))


def _static_section(section: Section, language: str) -> list[str]:
    """Return a section of the page on the population as a viewer without scripts shows it."""
    parts = [f"<h2>{markup.escape(section.heading)}</h2>", *(f"<p>{markup.escape(text)}</p>" for text in section.texts)]
    if section.rows:
        head = "".join(f"<th>{markup.escape(column.title(language))}</th>" for column in section.columns)
        rows = [
            "".join(
                f"<td>{markup.escape(_plain(cell, kind.kind))}</td>"
                for cell, kind in zip(row, section.columns, strict=True)
            )
            for row in section.rows
        ]
        parts.append(f"<table>\n<tr>{head}</tr>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>")
    return parts


def _plain(cell: Cell, kind: str) -> str:
    """Return a cell of a plain table as text."""
    if cell is None:
        return "–"
    if isinstance(cell, (str, Shaded)):
        return str(cell)
    return (
        {"year": "{:.0f}", "percent": "{:.1f} %", "signed": "{:+.1f} %"}.get(kind, "{:,.0f}")
        .format(cell)
        .replace("-", "−")
    )


def _static_row(rank: Rank, names: dict[str, str]) -> str:
    """Return one row of the table that a viewer without scripts shows."""
    cells = (
        names.get(rank.catchment, rank.catchment),
        str(rank.first_year),
        str(rank.peak_year),
        f"{rank.peak_short:,.0f}",
        f"{rank.probability:.0%}",
    )
    return "<tr>" + "".join(f"<td>{markup.escape(cell)}</td>" for cell in cells) + "</tr>"
