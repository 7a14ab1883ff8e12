"""
The parts of the page that ship with the package: Leaflet, the styles, and the script in its rooms.

The script of the page is many small files in `assets/page`, joined here into
one function. No bundler is needed, the parts see each other's names, and
nothing of them reaches the window but what `start.js` hands out.
"""

from __future__ import annotations

import re
from importlib import resources

LEAFLET = "leaflet-1.9.4"
FFLATE = "fflate-0.8.3"

PAGE_SCRIPTS = (
    "colours",
    "words",
    "state",
    "languages",
    "elements",
    "unpack",
    "model",
    "shown",
    "views",
    "whatif",
    "whatif_flags",
    "whatif_file",
    "map",
    "placing",
    "marks",
    "project_marks",
    "flags",
    "tips",
    "legend",
    "ranking",
    "card",
    "origin",
    "charts",
    "section",
    "school_card",
    "whatif_panel",
    "wave",
    "head",
    "about",
    "population",
    "csv",
    "facts",
    "grid",
    "pages",
    "search",
    "print",
    "projector",
    "start",
)
"""Parts of the script, in the order in which they are joined: what a part needs when it is read stands before it."""

PREFACE = """\
/*
 * The face of a plan: draws the MapModel on a Leaflet map and around it.
 *
 * Rules that hold in all parts:
 *   - names in the data are hostile: they reach the page by textContent and
 *     setAttribute only, never as markup;
 *   - numbers are never computed twice: what the model says is shown, and only
 *     differences of shown numbers (seats - demand) are taken here; changes that
 *     the reader tries out are worked out in `whatif.js` alone;
 *   - ES2018, no library but Leaflet (and fflate where a plan is packed), nothing is fetched.
 */
/* global L */
"""


def asset(name: str) -> str:
    r"""
    Return the text of a file that ships with the package, with Unix line ends.

    Parameters
    ----------
    name
        Path below `schoolmap/output/assets`, with forward slashes.

    Returns
    -------
    text
        The file's text. A browser hashes a script after turning line ends into
        `\\n`, so they are turned here, before the hash is taken.
    """
    path = resources.files("schoolmap.output").joinpath("assets", *name.split("/"))
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def asset_bytes(name: str) -> bytes:
    """
    Return the bytes of a file that ships with the package: a picture.

    Parameters
    ----------
    name
        Path below `schoolmap/output/assets`, with forward slashes.
    """
    return resources.files("schoolmap.output").joinpath("assets", *name.split("/")).read_bytes()


def page_script() -> str:
    """Return the script of the page: all parts in one function."""
    parts = "\n".join(asset(f"page/{name}.js") for name in PAGE_SCRIPTS)
    return f'{PREFACE}(function () {{\n"use strict";\n\n{parts}}})();\n'


def leaflet_js() -> str:
    """Return Leaflet's script without the line that points to its source map."""
    return re.sub(r"\n//# sourceMappingURL=.*", "", asset(f"{LEAFLET}/leaflet.js"))


def fflate_js() -> str:
    """Return the script that inflates the data of a large plan."""
    return asset(f"{FFLATE}/index.js")


def leaflet_css() -> str:
    """Return Leaflet's styles without its images: this map draws its marks itself."""
    return re.sub(r"url\([^)]*\)", "none", asset(f"{LEAFLET}/leaflet.css"))
