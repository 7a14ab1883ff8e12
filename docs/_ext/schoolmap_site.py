"""
What the site needs beside Sphinx: generated pages, files of the repository, types, formulas, and the tutorial's map.

Nothing is fetched, neither when the site is built nor when it is read: types of
other packages are told by name, not by a link to their sites, and formulas are
MathML, which browsers draw without a script.
"""

from __future__ import annotations

import ast
import re
import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml
from docutils.utils.math import pick_math_environment
from generated_reference import lists_apart
from generated_reference import with_commands
from generated_reference import with_modules
from repository_pages import ROOT
from repository_pages import as_page
from sphinx.util import logging

from schoolmap.cli import app as program

if TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

FOREIGN_PART = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*?\bsrc=\"(https?:[^\"]+)|<link\b[^>]*?\bhref=\"(https?:[^\"]+)"
)
NOTEBOOK_MAP = Path("maps") / "mitte.html"
"""What the tutorial writes in the repository's folder, and shows on its page."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect what is here with Sphinx."""
    app.connect("source-read", read_page)
    # before numpydoc, which takes a docstring apart
    app.connect("autodoc-process-docstring", part_lists, priority=100)
    app.connect("missing-reference", find_type)
    app.connect("build-finished", copy_map)
    app.connect("build-finished", tell_of_foreign_parts)
    app.add_html_math_renderer("mathml", (draw_formula, None), (draw_formula_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read_page(app: Sphinx, docname: str, source: list[str]) -> None:
    """Write out what a page takes from the code and from files outside `docs`."""
    page = Path(app.env.doc2path(docname))
    text, files = as_page(source[0], page)
    for file in files:
        app.env.note_dependency(str(file), docname=docname)
    source[0] = with_commands(with_modules(text), program)


def part_lists(_app: Sphinx, _what: str, _name: str, _obj: Any, _options: Any, lines: list[str]) -> None:  # noqa: ANN401
    """Put empty lines around the lists of a docstring."""
    lines[:] = lists_apart(lines)


def find_type(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, words: nodes.TextElement
) -> nodes.reference | nodes.TextElement | None:
    """
    Lead a name in a signature to what its module imported under it.

    A name from another package stays plain text, and so does one of ours for a
    type that is written out elsewhere (`Unit = Literal[...]`). A class of ours
    that no page has stays a warning.
    """
    module = node.get("py:module")
    if node.get("refdomain") != "py" or not module:
        return None
    first, _, rest = node["reftarget"].partition(".")
    known = imports_of(module).get(first, f"{module}.{first}")
    target = f"{known}.{rest}" if rest else known
    if target.partition(".")[0] != "schoolmap":
        return words
    found = env.get_domain("py").resolve_xref(env, node["refdoc"], app.builder, "obj", target, node, words)
    return found if found is not None else words if is_alias(target) else None


@cache
def imports_of(module: str) -> dict[str, str]:
    """Return the names that a module imports, those for types alone too, and what they stand for."""
    names = {}
    for statement in ast.walk(_tree(module)):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            names |= {each.asname or each.name: f"{statement.module}.{each.name}" for each in statement.names}
        elif isinstance(statement, ast.Import):
            names |= {each.asname or each.name: each.name for each in statement.names}
    return names


@cache
def is_alias(target: str) -> bool:
    """Return whether a name of ours is assigned in its module, and not a class or a function."""
    module, _, name = target.rpartition(".")
    return any(
        isinstance(statement, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id == name for each in statement.targets)
        for statement in _tree(module).body
    )


@cache
def _tree(module: str) -> ast.Module:
    found = find_spec(module) if module.partition(".")[0] == "schoolmap" else None
    text = "" if found is None or found.origin is None else Path(found.origin).read_text(encoding="utf-8")
    return ast.parse(text)


def draw_formula(translator: Any, node: nodes.math) -> None:  # noqa: ANN401 - of Sphinx
    """Write a formula within a line as MathML."""
    translator.body.append(latex2mathml.tex2mathml(node.astext()))
    raise nodes.SkipNode


def draw_formula_block(translator: Any, node: nodes.math_block) -> None:  # noqa: ANN401 - of Sphinx
    """Write a formula on lines of its own as MathML."""
    code = node.astext()
    if "\\\\" in code:
        kind = pick_math_environment(code)
        code = f"\\begin{{{kind}}}\n{code}\n\\end{{{kind}}}"
    translator.body.append(latex2mathml.tex2mathml(code, as_block=True))
    raise nodes.SkipNode


def copy_map(app: Sphinx, failure: Exception | None) -> None:
    """Put the map that the tutorial made where its page looks for it."""
    made = ROOT / NOTEBOOK_MAP
    if failure is None and app.builder.format == "html" and made.exists():
        target = app.outdir / "tutorials" / NOTEBOOK_MAP
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, target)


def tell_of_foreign_parts(app: Sphinx, failure: Exception | None) -> None:
    """Warn of every page that would load something from another host when it is read."""
    if failure is not None or app.builder.format != "html":
        return
    for page in sorted(app.outdir.rglob("*.html")):
        for addresses in FOREIGN_PART.findall(page.read_text(encoding="utf-8")):
            address = "".join(addresses)
            logging.getLogger(__name__).warning("%s would load %s", page.relative_to(app.outdir), address)
