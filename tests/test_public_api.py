"""
What others may build on: the names that docs/reference lists, with their parameters, as tests/public_api.txt has them.

A change of that file is a change for others: it is made on purpose, by `python tests/test_public_api.py`, and told in
CHANGELOG.md. It is read off the code, without importing it.
"""

from __future__ import annotations

import ast
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests" / "public_api.txt"
HEAD = "# Written by `python tests/test_public_api.py`. A line that changes is a change for others: tell it in CHANGELOG.md.\n"


def modules() -> list[str]:
    """Return the modules that the reference lists, in order."""
    pages = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "reference").glob("*.md"))]
    blocks = [block for page in pages for block in re.findall(r"```\{modules\}\n(.*?)```", page, flags=re.DOTALL)]
    return sorted({name for block in blocks for name in block.split()})


def source(module: str) -> Path:
    """Return a module's file."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def promised(module: str) -> Iterator[str]:
    """Tell a module's public names: constants, functions with their parameters, classes with fields and methods."""
    tree = ast.parse(source(module).read_text(encoding="utf-8"))
    yield from _names(tree.body, module)


def _names(body: list[ast.stmt], owner: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            marks = {ast.unparse(mark).partition("(")[0].rpartition(".")[2] for mark in node.decorator_list}
            if marks & {"property", "cached_property"}:
                yield f"{owner}.{node.name}: {_told(node.returns)}"
            elif "overload" not in marks:
                kind = "".join(f"@{mark} " for mark in ("classmethod", "staticmethod") if mark in marks)
                yield f"{kind}{owner}.{node.name}({ast.unparse(node.args)}) -> {_told(node.returns)}"
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            bases = ", ".join(ast.unparse(base) for base in node.bases)
            yield f"class {owner}.{node.name}({bases})"
            yield from _names(node.body, f"{owner}.{node.name}")
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if not node.target.id.startswith("_"):
                # a field that must be given, or may be left out
                yield f"{owner}.{node.target.id}: {ast.unparse(node.annotation)}{'' if node.value is None else ' = ...'}"
        elif isinstance(node, ast.Assign):
            yield from _constants(node, owner)


def _constants(node: ast.Assign, owner: str) -> Iterator[str]:
    named = [each for target in node.targets for each in getattr(target, "elts", [target])]
    for name in named:
        if isinstance(name, ast.Name) and not name.id.startswith("_"):
            yield f"{owner}.{name.id}"


def _told(annotation: ast.expr | None) -> str:
    return "None" if annotation is None else ast.unparse(annotation)


def everything() -> str:
    """Return the list as it should be."""
    return HEAD + "".join(f"{line}\n" for module in modules() for line in promised(module))


def test_nothing_changes_by_accident() -> None:
    """A name, a parameter, a default or a type that is no longer what the list says."""
    before, now = LIST.read_text(encoding="utf-8").splitlines(), everything().splitlines()
    gone, come = [line for line in before if line not in now], [line for line in now if line not in before]
    assert (gone, come) == ([], []), "meant? `python tests/test_public_api.py`, and tell it in CHANGELOG.md"
    assert before == now


def test_the_list_is_one_of_names_that_are_there() -> None:
    """Every module of the reference exists, none is an inner part, and no name is listed twice."""
    assert len(modules()) > 50
    for module in modules():
        assert source(module).exists(), module
        assert not any(part.startswith("_") for part in module.split(".")), module
        assert not module.endswith("_kernel"), module
    lines = everything().splitlines()
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("name", ["schoolmap.project.read_project", "schoolmap.plan.make_plan", "schoolmap.save_map"])
def test_what_the_readme_uses_is_promised(name: str) -> None:
    """The ways in are on the list, or are the package's own names, and can be imported."""
    module, _, called = name.rpartition(".")
    assert callable(getattr(import_module(module), called))
    assert module == "schoolmap" or f"\n{name}(" in LIST.read_text(encoding="utf-8")


def test_the_packages_own_names_are_few() -> None:
    """What `import schoolmap` offers by itself."""
    assert sorted(import_module("schoolmap").__all__) == ["__version__", "explore", "save_map"]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def f(a, *, b: int = 1) -> str: ...", ["m.f(a, *, b: int=1) -> str"]),
        ("class C(Base):\n    x: int\n    y: int = 0\n    def _f(self): ...", ["class m.C(Base)", "m.C.x: int", "m.C.y: int = ..."]),
        ("class C:\n    @property\n    def p(self) -> int: ...", ["class m.C()", "m.C.p: int"]),
        ("A, B = 1, 2\n_C = 3\nimport os", ["m.A", "m.B"]),
    ],
)  # fmt: skip
def test_how_a_promise_is_told(code: str, told: list[str]) -> None:
    """Parameters and defaults of functions, fields and whether they must be given; nothing that begins with a stroke."""
    assert list(_names(ast.parse(code).body, "m")) == told


if __name__ == "__main__":
    LIST.write_text(everything(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{LIST}: {len(everything().splitlines()) - 1} names\n")
