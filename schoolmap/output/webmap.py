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

import html as markup
import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import BinaryIO

import folium
from branca.element import Element
from branca.element import Figure
from branca.element import MacroElement
from folium.template import Template

from schoolmap.errors import OutputError
from schoolmap.output.languages import spoken
from schoolmap.output.lookups import catchment_names
from schoolmap.output.lookups import central
from schoolmap.output.numbers import chance
from schoolmap.output.numbers import printed
from schoolmap.output.packing import PACKED_FROM
from schoolmap.output.packing import cells
from schoolmap.output.packing import pack
from schoolmap.output.page_assets import asset
from schoolmap.output.page_assets import fflate_js
from schoolmap.output.page_assets import leaflet_css
from schoolmap.output.page_assets import leaflet_js
from schoolmap.output.page_assets import page_script
from schoolmap.output.population_tables import sections
from schoolmap.output.sealing import seal
from schoolmap.output.still_map import still_map
from schoolmap.output.stock_layers import needs_of
from schoolmap.output.stock_layers import refusal
from schoolmap.output.words import in_language
from schoolmap.output.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Rank
    from schoolmap.output.population_tables import Section
    from schoolmap.output.sheets import Cell

DATA_ID = "schoolmap-data"
LOCALES = {"zh": "zh-CN", "en": "en"}
FRAME_HEIGHT = 720
"""Pixels of a map in a notebook."""


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
    offline
        Whether the page must never ask the network. If not, it may load what
        the layers added to it name, and nothing else.

    Attributes
    ----------
    offline
        As given; may be changed.

    Notes
    -----
    Layers of folium can be added, as to any map; markers, pop-ups, tooltips,
    GeoJSON and a control of layers work without the network. Texts of such
    layers run through folium's templates: give them no name that you have not
    read. Most plugins of folium link scripts on other hosts, and tiles are
    pictures from one; they are refused unless `offline=False`.
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

    def __init__(self, *, title: str, locale: str, location: tuple[float, float], offline: bool = True) -> None:
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
        self.offline = offline
        # folium would write links that are added to this map into the class, for all maps
        self.default_js = []
        self.default_css = []
        page = Page(title=title, locale=locale)
        page.add_child(self, name="map")
        head = page.header
        head.add_child(Verbatim(f"<style>\n{leaflet_css()}</style>"), name="leaflet_css")
        head.add_child(Verbatim(f"<style>\n{asset('planmap.css')}</style>"), name="planmap_css")
        head.add_child(Verbatim(f"<script>\n{leaflet_js()}</script>"), name="leaflet_js")
        head.add_child(Verbatim(f"<script>\n{page_script()}</script>"), name="planmap_js")

    def to_html(self, *, offline: bool | None = None) -> str:
        """
        Return the sealed page.

        Parameters
        ----------
        offline
            Instead of the map's own.

        Raises
        ------
        OutputError
            If a layer would load something and the page must stay offline; if
            the page holds something that its policy would block.
        """
        stays = self.offline if offline is None else offline
        page = _page(self)
        needs = needs_of(self)
        if needs.addresses and stays:
            raise OutputError(refusal(needs))
        for name, element in needs.parts.items():
            page.header.add_child(Verbatim(element), name=name)
        locale = page.locale if isinstance(page, Page) else "en"
        return seal(page.render(), locale=locale, addresses=needs.addresses, style_attributes=needs.layers > 0)

    def save(
        self,
        outfile: str | bytes | Path | BinaryIO,
        close_file: bool = True,  # noqa: FBT001, FBT002 - as `folium.Map.save` has it
        *,
        offline: bool | None = None,
        **_kwargs: object,
    ) -> None:
        """
        Write the sealed page.

        Parameters
        ----------
        outfile
            Path, or a file open for bytes.
        close_file
            Whether to close such a file.
        offline
            Instead of the map's own.

        Raises
        ------
        OutputError
            As `to_html`; then nothing is written.
        """
        page = self.to_html(offline=offline).encode()
        if isinstance(outfile, (str, bytes, Path)):
            Path(outfile.decode() if isinstance(outfile, bytes) else outfile).write_bytes(page)
            return
        outfile.write(page)
        if close_file:
            outfile.close()

    def _repr_html_(self, **_kwargs: object) -> str:
        """Return the page in a frame of its own, as a notebook shows it: sealed, with nothing loaded."""
        page = markup.escape(self.to_html())
        title = markup.escape(getattr(self.get_root(), "heading", ""))
        return f'<iframe srcdoc="{page}" title="{title}" width="100%" height="{FRAME_HEIGHT}" frameborder="0"></iframe>'


class PlanLayer(MacroElement):
    """
    The plan on its map: the frame around the map, the data, and the call that draws them.

    Parameters
    ----------
    model
        The plan to show. Its texts never meet a template.

    Attributes
    ----------
    packed
        Whether the plan is so large that its page carries it packed.
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
        self.packed = is_packed(model)
        before, after = asset("planmap.html").split("<!-- map -->\n")
        self._before = before
        self._after = f"{after}{inert_json(model, packed=self.packed)}\n{static_tables(model)}"

    def add_to(self, parent: Element, name: str | None = None, index: int | None = None) -> Element:
        """Add the frame before the map, what unpacks a large plan, and the layer to it."""
        if self.packed:
            _page(parent).header.add_child(Verbatim(f"<script>\n{fflate_js()}</script>"), name="fflate_js")
        _page(parent).html.add_child(Verbatim(self._before), name="plan_before")
        return super().add_to(parent, name=name, index=index)

    def render(self, **kwargs: object) -> str:
        """Write the rest of the frame, the data and the call to the page; return nothing of it."""
        _page(self).html.add_child(Verbatim(self._after), name="plan_after")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""


def inert_json(model: MapModel, *, packed: bool) -> str:
    """
    Return the plan as a JSON block that a browser neither runs nor can be led out of.

    Parameters
    ----------
    model
        The plan.
    packed
        Whether to pack it, as `is_packed` tells; see `schoolmap.output.packing`.

    Returns
    -------
    block
        A `script` element of type `application/json` in which no `<` is left.
    """
    text = json.dumps(pack(model), separators=(",", ":")) if packed else model.to_json()
    body = text.replace("<", "\\u003c")
    body = body.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="application/json" id="{DATA_ID}">{body}</script>'


def is_packed(model: MapModel) -> bool:
    """Tell whether a plan is so large that its page carries it packed: from `PACKED_FROM` cells on."""
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
        "en": "This viewer runs no scripts, so it shows one map and tables. Open the file in a browser for the map.",
        "zh": "此处不运行脚本，只能显示一张静态地图和表格。请用浏览器打开本文件查看地图。",
    }[language]
    nothing = {"en": "No shortage.", "zh": "没有短缺。"}[language]
    parts = [f"<h1>{_shown(model.title, language)}</h1>", f"<p>{sorry}</p>", still_map(model, language=language)]
    for stage in model.stages:
        parts.append(f"<h2>{_shown(stage.label, language)}</h2>")
        ranking, names = central(model, stage.id).ranking, catchment_names(model, stage.id)
        if not ranking:
            parts.append(f"<p>{nothing}</p>")
            continue
        head = "".join(f'<th scope="col">{word}</th>' for word in words)
        rows = "\n".join(_static_row(rank, names, language) for rank in ranking)
        parts.append(f"<table>\n<tr>{head}</tr>\n{rows}\n</table>")
    parts.append(f"<h1>{ {'en': 'Population', 'zh': '人口预测'}[language] }</h1>")
    for section in sections(model, language=language):
        parts += _static_section(section, language)
    body = "\n".join(parts)
    return f"<noscript>\n<main>\n{body}\n</main>\n</noscript>"


def build_map(model: MapModel, *, offline: bool = True) -> PlanMap:
    """
    Build the map of a plan.

    Parameters
    ----------
    model
        The plan as plain data.
    offline
        Whether the page must never ask the network; see `PlanMap`.

    Returns
    -------
    plan_map
        A `folium.Map`, to which ordinary layers may be added. Write it with its `save`.
    """
    boxes = [area.bounds for cover in model.coverages for area in cover.catchments]
    west, south = (min((box[i] for box in boxes), default=0.0) for i in (0, 1))
    east, north = (max((box[i] for box in boxes), default=0.0) for i in (2, 3))
    language = model.language if model.language in LOCALES else "en"
    plan_map = PlanMap(
        title=in_language(model.title, language),
        locale=LOCALES[language],
        location=((south + north) / 2, (west + east) / 2),
        offline=offline,
    )
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
    return build_map(model).to_html()


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


def _shown(text: dict[str, str], language: str) -> str:
    """Return a text escaped for a page."""
    return spoken(in_language(text, language), language=language)


def _static_section(section: Section, language: str) -> list[str]:
    """Return a section of the page on the population as a viewer without scripts shows it."""
    parts = [
        f"<h2>{spoken(section.heading, language=language)}</h2>",
        *(f"<p>{spoken(text, language=language)}</p>" for text in section.texts),
    ]
    if section.rows:
        head = "".join(f"<th>{spoken(column.title(language), language=language)}</th>" for column in section.columns)
        rows = [
            "".join(
                f"<td>{spoken(_plain(cell, kind.kind), language=language)}</td>"
                for cell, kind in zip(row, section.columns, strict=True)
            )
            for row in section.rows
        ]
        parts.append(f"<table>\n<tr>{head}</tr>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>")
    return parts


def _plain(cell: Cell, kind: str) -> str:
    """Return a cell of a plain table as text."""
    text = printed(cell, kind)
    return text.replace("-", "−") if isinstance(cell, int | float) else text or "–"


def _static_row(rank: Rank, names: dict[str, str], language: str) -> str:
    """Return one row of the table that a viewer without scripts shows."""
    cells = (
        names.get(rank.catchment, rank.catchment),
        str(rank.first_year),
        str(rank.peak_year),
        number(rank.peak_short),
        chance(rank.probability),
    )
    return "<tr>" + "".join(f"<td>{spoken(cell, language=language)}</td>" for cell in cells) + "</tr>"
