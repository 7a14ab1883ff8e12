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
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import get_type_hints

import pydantic
from docutils import nodes
from docutils.utils.math import latex2mathml
from generated_reference import lists_apart
from generated_reference import with_commands
from generated_reference import with_modules
from jinja2 import BytecodeCache
from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape_sphinx
from pygments.lexers.special import TextLexer
from repository_pages import ROOT
from repository_pages import as_page
from sphinx.addnodes import pending_xref
from sphinx.util import logging

from schoolmap.cli import app as program
from schoolmap.inputs import edits
from schoolmap.inputs import project_file

if TYPE_CHECKING:
    from jinja2.bccache import Bucket
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

FOREIGN_PART = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*?\bsrc=\"(https?:[^\"]+)|<link\b[^>]*?\bhref=\"(https?:[^\"]+)"
)
MODELS = (edits, project_file)
"""Modules with models of files: they are loaded before their types are written out."""
NOTEBOOK_MAP = Path("maps") / "mitte.html"
"""What the tutorial writes in the repository's folder, and shows on its page."""


_CHINESE = re.compile(r"[\u2014\u2018-\u201d\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
"""A letter or a stop of Chinese, beside which no space stands."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect what is here with Sphinx."""
    # numpydoc makes an environment, and compiles its one template, for every docstring
    docscrape_sphinx.SandboxedEnvironment = partial(SandboxedEnvironment, bytecode_cache=CompiledTemplates())
    app.connect("source-read", read_page)
    # before numpydoc, which takes a docstring apart
    app.connect("autodoc-process-docstring", part_lists, priority=100)
    app.connect("autodoc-process-signature", simplify_call)
    app.connect("builder-inited", simplify_models)
    app.connect("doctree-read", name_types)
    app.connect("doctree-read", join_lines)
    app.connect("missing-reference", find_type)
    app.connect("build-finished", copy_map)
    app.connect("build-finished", tell_of_foreign_parts)
    # Pygments knows no csv
    app.add_lexer("csv", TextLexer)
    app.add_html_math_renderer("mathml", (draw_formula, None), (draw_formula_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class CompiledTemplates(BytecodeCache):
    """Templates that were compiled during this run."""

    def __init__(self) -> None:
        """Begin with none."""
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what is known."""
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.known[bucket.key] = bucket.bytecode_to_string()


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


def simplify_models(_app: Sphinx) -> None:
    """Leave of the types of a model's keys what a reader needs: the conditions on their values are told in the manual."""
    for model in _models(pydantic.BaseModel):
        if model.__module__.startswith("schoolmap."):
            types = get_type_hints(model)
            model.__annotations__ = {name: types[name] for name in model.__annotations__}


def _models(base: type[pydantic.BaseModel]) -> list[type[pydantic.BaseModel]]:
    return [base, *(each for child in base.__subclasses__() for each in _models(child))]


def simplify_call(_app: Sphinx, *told: Any) -> tuple[str, str | None] | None:  # noqa: ANN401 - of Sphinx
    """Show no call of a model, which is made of a file; and no `<factory>`, which is not Python, as what is left out."""
    _what, _name, obj, _options, signature, returned = told
    if isinstance(obj, type) and issubclass(obj, pydantic.BaseModel):
        return "", None
    return (signature.replace("<factory>", "..."), returned) if signature and "<factory>" in signature else None


def name_types(_app: Sphinx, document: nodes.document) -> None:
    """Write out the names in signatures by what their module knows under them: several modules have a `Stage`."""
    for node in document.findall(pending_xref):
        module = node.get("py:module")
        if node.get("refdomain") == "py" and node["reftype"] == "class" and module:
            first, _, rest = node["reftarget"].partition(".")
            target = ".".join([names_in(module).get(first, first), *([rest] if rest else [])])
            node["reftarget"] = at_home(target)


def join_lines(_app: Sphinx, document: nodes.document) -> None:
    """Take out the ends of lines within a Chinese sentence, which would be shown as spaces."""
    for node in list(document.findall(nodes.Text)):
        if str(node) != "\n" or node.parent is None:
            continue
        at = node.parent.index(node)
        beside = node.parent.children[max(0, at - 1) : at + 2]
        before, after = beside[0].astext(), beside[-1].astext()
        if len(beside) == 3 and _CHINESE.match(before[-1:]) and _CHINESE.match(after[:1]):
            node.parent.remove(node)


def at_home(target: str) -> str:
    """Return the name of ours under which a type stands in its own module, of one by which a package hands it on."""
    module, _, name = target.rpartition(".")
    known = names_in(module).get(name, target) if module.startswith("schoolmap") else target
    return target if known == target else at_home(known)


def find_type(
    _app: Sphinx, _env: BuildEnvironment, node: pending_xref, words: nodes.TextElement
) -> nodes.TextElement | None:
    """
    Leave the name of a type as plain text where no page has it, for one of two reasons.

    It is of another package; or it is one of ours that is written out elsewhere
    (`Unit = Literal[...]`). A class of ours that no page has stays a warning.
    """
    target = node["reftarget"]
    if node.get("refdomain") != "py" or node["reftype"] != "class" or "." not in target:
        return None
    return words if not target.startswith("schoolmap.") or is_alias(target) else None


@cache
def names_in(module: str) -> dict[str, str]:
    """Return the names that a module defines or imports, those for types alone too, and what they stand for."""
    names: dict[str, str] = {}
    for statement in ast.walk(_tree(module)):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            names |= {each.asname or each.name: f"{statement.module}.{each.name}" for each in statement.names}
        elif isinstance(statement, ast.Import):
            names |= {each.asname or each.name: each.name for each in statement.names}
    return names | {name: f"{module}.{name}" for name in [*aliases_in(module), *_defined_in(module)]}


@cache
def aliases_in(module: str) -> frozenset[str]:
    """Return the names that are assigned in a module, and no class or function."""
    body = _tree(module).body
    # also those that are for types alone
    body = [*body, *(each for node in body if isinstance(node, ast.If) for each in node.body)]
    targets = [each for node in body if isinstance(node, ast.Assign) for each in node.targets]
    return frozenset(each.id for each in targets if isinstance(each, ast.Name))


def is_alias(target: str) -> bool:
    """Return whether a name of ours is assigned in its module."""
    module, _, name = target.rpartition(".")
    return name in aliases_in(module)


def _defined_in(module: str) -> list[str]:
    return [node.name for node in _tree(module).body if isinstance(node, ast.ClassDef | ast.FunctionDef)]


@cache
def _tree(module: str) -> ast.Module:
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        # the name of a class, and not of a module
        found = None
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
        code = f"\\begin{{aligned}}\n{code}\n\\end{{aligned}}"
    translator.body.append(f'<div class="formula">{latex2mathml.tex2mathml(code, as_block=True)}</div>')
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
