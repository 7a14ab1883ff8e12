"""Whatever a page tells its reader to type can be typed, every link leads somewhere, and the reference is whole."""

from __future__ import annotations

import ast
import importlib.util
import re
from typing import TYPE_CHECKING
from typing import Any

import pytest
import typed_commands
from typed_commands import ROOT

from schoolmap.cli import app
from schoolmap.inputs.template import texts

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
PAGES = sorted({*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("data/*/*.md"), ROOT / "benchmarks" / "README.md"})
NOTES = {"a new folder's note": texts.NOTE, "an example's note": texts.EXAMPLE_NOTE}


def ours(name: str) -> Any:  # noqa: ANN401 - a module
    """Load a part of the site's extension that needs no Sphinx."""
    found = importlib.util.spec_from_file_location(name, DOCS / "_ext" / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


INNER = {f"schoolmap.{name}" for name in ("optimize.cores", "population.arrays", "space.meetings", "space.noding")}
"""Modules with examples that are parts of others all the same: nobody is promised that they stay."""

REFERENCE, LINKS = ours("generated_reference"), ours("repository_pages")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_tells_to_type_can_be_typed(page: Path) -> None:
    """Commands, options, values, scripts with their options, and extras are there."""
    typed = list(typed_commands.typed_in(page.read_text(encoding="utf-8")))
    faults = {command: typed_commands.fault_of(command, folder=page.parent) for command in typed}
    assert {command: fault for command, fault in faults.items() if fault} == {}


@pytest.mark.parametrize("name", NOTES)
def test_what_a_new_folder_tells_to_type_can_be_typed(name: str) -> None:
    """The note in the folder is no Markdown: there, commands stand on lines of their own or behind a colon."""
    typed = re.findall(r"(?:^ +|[：:] ?)(schoolmap .*)$", NOTES[name], flags=re.MULTILINE)
    assert len(typed) >= 3
    assert [fault for fault in map(typed_commands.fault_of, typed) if fault] == []


def test_commands_are_found_wherever_they_stand() -> None:
    """In blocks and in lines, behind a prompt, a timeout or another command, over the end of a line, before a remark."""
    text = """
Run `schoolmap check
FOLDER`, see `schoolmap.plan` and `--json`.

```sh
$ timeout -s KILL 60 schoolmap plan a && schoolmap new b  # `schoolmap gone`
pip install -e ".[test]" | tee file
```

```python
schoolmap = 1
```
"""
    found = list(typed_commands.typed_in(text))
    assert sorted(found) == [
        "--json",
        'pip install -e ".[test]"',
        "schoolmap check FOLDER",
        "schoolmap new b",
        "schoolmap plan a",
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "schoolmap plot FOLDER",
        "schoolmap plan FOLDER --colour",
        "schoolmap plan FOLDER OTHER",
        "schoolmap check FOLDER --lang fr",
        'schoolmap new county --title "of the county',
        "--without-reason",
        "python benchmarks/gone.py",
        "python benchmarks/zoning.py --fast",
        "location.py FOLDER OTHER",
        "python -m schoolmap.inputs.examples FOLDER --dirty",
        'pip install -e ".[tests]"',
    ],
)
def test_what_cannot_be_typed_is_told(typed: str) -> None:
    """A command, an option, a value, a script or an extra that is not there."""
    assert typed_commands.fault_of(typed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """As the host of the code shows a page: relative to its own file."""
    text = LINKS.FENCED.sub("", page.read_text(encoding="utf-8"))
    targets = [match["target"].partition("#")[0] for match in LINKS.LINK.finditer(text)]
    assert [each for each in targets if each and ":" not in each and not (page.parent / each).exists()] == []


def test_the_site_shows_every_page_once() -> None:
    """Each page of `docs`, and those of the repository that it includes."""
    shown = LINKS.pages()
    pages = {
        *DOCS.rglob("*.md"),
        *ROOT.glob("*.md"),
        *ROOT.glob("data/*/SOURCE.md"),
        *ROOT.glob("schoolmap/**/SOURCE.md"),
    }
    assert pages - set(shown) == set()


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](docs/space.md)", "[a](../space.md)"),
        ("[a](CHANGELOG.md#unreleased)", "[a](changelog.md#unreleased)"),
        ("![a](docs/images/map-desktop-en.png)", "![a](../images/map-desktop-en.png)"),
        ("[a](data/demo-county)", "[a](../data/demo-county.md)"),
        ("[a](LICENSE)", "[a](../../LICENSE)"),
        ("[a](tests)", "a"),
        ("[a](https://example.org/b.md)", "[a](https://example.org/b.md)"),
        ("[a](#part)", "[a](#part)"),
        ("```sh\n[a](docs/space.md)\n```", "```sh\n[a](docs/space.md)\n```"),
    ],
)
def test_links_of_an_included_page_lead_to_the_same(link: str, expected: str) -> None:
    """As they are in the repository's folder, and as they are on a page of the site that includes it."""
    page = DOCS / "about" / "contributing.md"
    assert LINKS.relinked(link, origin=ROOT / "CONTRIBUTING.md", page=page) == expected


def test_a_page_shows_what_it_includes() -> None:
    """The file in place of its block, with links of both turned; and which file it was."""
    page = DOCS / "about" / "changelog.md"
    text, files = LINKS.as_page("[b](../space.md)\n\n```{include} ../../CHANGELOG.md\n```\n", page)
    assert files == (ROOT / "CHANGELOG.md",)
    assert text.startswith("[b](../space.md)\n\n# Changelog")


def test_the_reference_of_commands_is_whole() -> None:
    """Every command, argument and option, with its words of help."""
    written = REFERENCE.with_commands("```{commands}\n```\n", app)
    for command in (typed_commands.PROGRAM, *typed_commands.PROGRAM.commands.values()):
        for each in command.params:
            if each.param_type_name == "option":
                assert f"| `{', '.join(each.opts)}" in written
            assert each.help.replace("|", "\\|") in written
    assert "```text\nschoolmap batch [FOLDERS...] [OPTIONS]\n```" in written
    assert "| `--lang zh\\|en` | Language; without it, the project's own. |  |" in written
    assert "| `--out PATH` | Folder for the products. | `maps` |" in written


def test_lists_of_a_docstring_stand_apart() -> None:
    """As reStructuredText wants it; what is given by an example stays as it is."""
    text = """
Columns:
  - `a` - first,
    of two lines
  - `b` - second
More.

>>> print("- a")
- a
"""
    expected = """
Columns:

  - `a` - first,
    of two lines
  - `b` - second

More.

>>> print("- a")
- a
"""
    apart = REFERENCE.lists_apart(text.splitlines())
    assert apart == expected.splitlines()
    assert REFERENCE.lists_apart(apart) == apart


def in_reference() -> set[str]:
    """Return the modules that the reference lists."""
    pages = [page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md")]
    listed = [name for page in pages for block in REFERENCE.MODULES.finditer(page) for name in block["names"].split()]
    assert len(listed) == len(set(listed))
    return set(listed)


def test_the_reference_lists_modules_that_are_there() -> None:
    """Each once, and none that was moved away."""
    assert [name for name in sorted(in_reference()) if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("wing", ["population", "space", "seats", "optimize", "standards"])
def test_functions_with_an_example_are_in_the_reference(wing: str) -> None:
    """What tells strangers how it is called is public: its module is on a page."""
    listed, missing = in_reference(), []
    for path in sorted((ROOT / "schoolmap" / wing).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        functions = [
            node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
        ]
        public = [
            each for each in functions if not each.name.startswith("_") and ">>>" in (ast.get_docstring(each) or "")
        ]
        if public and name not in listed | INNER:
            missing.append(name)
    assert missing == []
