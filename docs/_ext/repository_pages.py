"""
Pages of the repository in the site: files outside `docs`, and links that leave it.

A page of `docs` may hold one block

    ```{include} ../README.md
    ```

in whose place the site shows that file. Links are written as they work on the
host of the code, relative to their own file; here they are turned to where the
site has what they mean. A link to a file that is no page leads to a copy of it,
one to a folder to the page of its `SOURCE.md` or `README.md`; where there is
none, its words stay without a link.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

INCLUDED = re.compile(r"^```\{include\} (?P<file>\S+)\n```$", flags=re.MULTILINE)
LINK = re.compile(r"(?P<before>!?\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])*)\]\()(?P<target>[^()\s]+)\)")
FENCED = re.compile(r"(^ *(?P<fence>`{3,}|~{3,}).*?^ *(?P=fence)`*~* *$)", flags=re.MULTILINE | re.DOTALL)


@cache
def pages() -> dict[Path, Path]:
    """Return every file that the site shows, and the page that shows it."""
    found = {}
    for page in sorted(DOCS.rglob("*.md")):
        found[page] = page
        for match in INCLUDED.finditer(page.read_text(encoding="utf-8")):
            found[(page.parent / match["file"]).resolve()] = page
    return found


def as_page(text: str, page: Path) -> tuple[str, tuple[Path, ...]]:
    """
    Return the text of a page as the site needs it, and the files that it includes.

    Parameters
    ----------
    text
        As it is written.
    page
        The file that holds it.
    """
    parts, end, files = [], 0, []
    for match in INCLUDED.finditer(text):
        file = (page.parent / match["file"]).resolve()
        parts += [relinked(text[end : match.start()], origin=page, page=page)]
        parts += [relinked(file.read_text(encoding="utf-8"), origin=file, page=page)]
        files.append(file)
        end = match.end()
    return "".join([*parts, relinked(text[end:], origin=page, page=page)]), tuple(files)


def relinked(text: str, *, origin: Path, page: Path) -> str:
    """Return a text with its links, relative to `origin`, as they work on a page of the site; code stays as it is."""

    def moved(match: re.Match[str]) -> str:
        """Return one link as it works on the page."""
        target, mark, place = match["target"].partition("#")
        if not target or ":" in target:
            return match[0]
        there = (origin.parent / target).resolve()
        if there.is_dir():
            told = [there / name for name in ("SOURCE.md", "README.md") if there / name in pages()]
            if not told:
                return match["words"]
            there = told[0]
        there = pages().get(there, there)
        relative = Path(os.path.relpath(there, page.parent)).as_posix()
        return f"{match['before']}{relative}{mark}{place})"

    pieces, end = [], 0
    for fenced in FENCED.finditer(text):
        pieces += [LINK.sub(moved, text[end : fenced.start()]), fenced[0]]
        end = fenced.end()
    return "".join([*pieces, LINK.sub(moved, text[end:])])
