"""
A page of the documentation, followed by a reader who does what it says, in order, in an empty folder.

What a page must look like to be followed:

- A block of `sh` is typed line by line, each line a command of `schoolmap`. A block of `text` right after it is what is
  printed: line by line, `...` for whatever varies, a line of `...` for any lines. Where a line begins with `error` (错误),
  the exit code is 2 and no file has changed; where `batch` tells of a project with faults it is 2 too; else it is 0.
- A block of `toml` is typed into `project.toml` of the project: a line with that key is replaced, whether it is switched on
  or off (`#key = ...`), so is the header of a table, and what is not there is added. After a paragraph that names another
  file, the block is that file, in the project's folder.
- A table after a paragraph that names a sheet in bold is typed into that sheet of the workbook: the first column is the
  row, the others have the sheet's headers. A table with a cell, what is there, and what it becomes, corrects cells.
- A block without a language is a drawing.
- A block of `python` is run, and a block of `text` after it is what it prints.
- `<!-- given: NAME -->`: here the reader has something of their own, which the test provides.
- A block after `<!-- not run: the reason -->` is left alone.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import openpyxl
from typer.testing import CliRunner

from schoolmap.cli import app

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

PROJECT_FILE = "project.toml"
_FENCE = re.compile(r"```(\w*)\s*$")
_FILE = re.compile(r"`([\w./-]+\.(?:toml|geojson|csv|txt|json))`")
_SHEET = re.compile(r"\*\*(?:Sheet `([^`]+)`|工作表“([^”]+)”)\*\*")
_NOT_RUN = re.compile(r"<!-- not run: \S.*-->$")
_FIXES = (["sheet", "cell", "is", "becomes"], ["工作表", "单元格", "原来", "改为"])
_GIVEN = re.compile(r"<!-- given: (.+) -->$")
_WRONG = re.compile(r"(error|错误) {2,}")
_FAULTY = re.compile(r"\S+ +(input has faults|数据有误)")
_ANY = "..."


@dataclass(frozen=True, slots=True)
class Block:
    """
    One block of a page.

    Attributes
    ----------
    kind
        Language of the fence, `table`, or `given`.
    text
        What is in it.
    line
        Of the page, where it begins.
    before
        The paragraph above it.
    """

    kind: str
    text: str
    line: int
    before: str


def blocks_of(page: str) -> Iterator[Block]:
    """Yield the blocks of a page, in order."""
    paragraph: list[str] = []
    lines = iter(enumerate(page.splitlines(), start=1))
    ended = False
    for number, line in lines:
        fence = _FENCE.match(line)
        if fence or line.startswith("|"):
            held = [] if fence else [line]
            for _, inner in lines:
                if inner.startswith("```") if fence else not inner.startswith("|"):
                    break
                held.append(inner)
            kind = fence[1] if fence else "table"
            yield Block(kind, "\n".join(held), number, " ".join(paragraph))
            paragraph, ended = [], False
        elif given := _GIVEN.match(line):
            yield Block("given", given[1], number, "")
        elif line.strip():
            paragraph = [line] if ended else [*paragraph, line]
            ended = False
        else:
            ended = True


def rows_of(table: str) -> list[list[str]]:
    """Return the cells of a table, its header first, without the line of dashes."""
    rows = [[cell.strip().strip("`") for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
    return [rows[0], *rows[2:]]


class Reader:
    """Somebody who follows a page in an empty folder."""

    def __init__(self, here: Path, *, given: Mapping[str, Callable[[Path], None]] | None = None) -> None:
        self.here = here
        self.given = given or {}
        self.project: Path | None = None
        self.open: tuple[Path, openpyxl.Workbook] | None = None
        self.codes: list[int] = []
        self.names: dict[str, Any] = {}

    def follow(self, page: str) -> None:
        """Do all that a page says; what it promises is asserted."""
        blocks = list(blocks_of(page))
        for at, block in enumerate(blocks):
            if _NOT_RUN.search(block.before):
                continue
            try:
                self._do(block, blocks[at + 1] if at + 1 < len(blocks) else None)
            except AssertionError as error:
                error.add_note(f"in the block of line {block.line}")
                raise
        self.save()

    def _do(self, block: Block, following: Block | None) -> None:
        named = _FILE.findall(block.before)
        promised = following.text if following is not None and following.kind == "text" else None
        if block.kind == "sh":
            self._type(block.text.splitlines(), promised)
        elif block.kind == "python":
            printed = io.StringIO()
            with redirect_stdout(printed):
                exec(compile(block.text, f"line {block.line}", "exec"), self.names)  # noqa: S102 - our own page
            _compare(promised, printed.getvalue())
        elif block.kind == "given":
            self.given[block.text](self.folder)
        elif block.kind == "table":
            sheet = _SHEET.search(block.before)
            if rows_of(block.text)[0] in _FIXES:
                self._correct(rows_of(block.text)[1:])
            elif sheet:
                self._fill(sheet[1] or sheet[2], rows_of(block.text))
        elif block.kind == "toml" and (not named or named[-1] == PROJECT_FILE):
            path = self.folder / PROJECT_FILE
            path.write_text(edited(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        elif block.kind in {"toml", "json", "csv"} and named:
            (self.folder / named[-1]).write_text(block.text + "\n", encoding="utf-8")
        else:
            assert block.kind in {"text", ""}, f"nobody knows what to do with this block of {block.kind}"

    @property
    def folder(self) -> Path:
        """The project's folder."""
        assert self.project is not None, "no project was begun"
        return self.project

    def files(self) -> dict[Path, bytes]:
        """Return all that there is."""
        return {path: path.read_bytes() for path in self.here.rglob("*") if path.is_file()}

    def _type(self, lines: Sequence[str], promised: str | None) -> None:
        said = (promised or "").splitlines()
        self.save()
        wrong = any(_WRONG.match(line) for line in said)
        code = 2 if wrong or any(_FAULTY.match(line) for line in said) else 0
        before = self.files() if wrong else {}
        printed = []
        for line in lines:
            words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line.split("  #")[0])]
            assert words[0] == "schoolmap", f"nobody knows how to run {line!r}"
            result = CliRunner().invoke(app, words[1:], catch_exceptions=False)
            self.codes.append(result.exit_code)
            printed.append(result.output)
            assert result.exit_code == code, f"{line}: exit code {result.exit_code}\n{result.output}"
            if words[1] == "new":
                self.project = self.here / words[2]
        if wrong:
            assert self.files() == before
        _compare(promised, "".join(printed))

    def _fill(self, sheet: str, rows: list[list[str]]) -> None:
        target = self._book()[sheet]
        places = {str(cell.value): cell.column for cell in target[1]}
        for number, *cells in rows[1:]:
            for header, value in zip(rows[0][1:], cells, strict=True):
                _enter(target, int(number), places[header], value)

    def _correct(self, rows: list[list[str]]) -> None:
        book = self._book()
        for sheet, place, old, new in rows:
            cell = book[sheet][place]
            assert ("" if cell.value is None else str(cell.value)) == old, f"{sheet} {place} holds {cell.value!r}"
            _enter(book[sheet], cell.row, cell.column, new)

    def _book(self) -> openpyxl.Workbook:
        """Open the workbook of the project, as it is already."""
        (path,) = self.folder.glob("*.xlsx")
        if self.open is None or self.open[0] != path:
            self.save()
            self.open = path, openpyxl.load_workbook(path)
        return self.open[1]

    def save(self) -> None:
        """Save and close the workbook, as before anything is typed."""
        if self.open is not None:
            path, book = self.open
            book.save(path)
            self.open = None


def _compare(promised: str | None, printed: str) -> None:
    """Hold what is printed to what the page promises, if it promises anything."""
    if promised is not None:
        lacking = missing(promised.splitlines(), printed.splitlines())
        assert lacking is None, f"not printed: {lacking!r}, but\n{printed}"


def _enter(sheet: Worksheet, row: int, column: int, value: str) -> None:
    """Enter a value as a spreadsheet program takes what is typed: text where the cell is text, else numbers and dates."""
    cell = sheet.cell(row, column)
    if value == "":
        cell.value = None
    elif cell.number_format == "@":
        cell.value = value
    elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        cell.value = dt.datetime.fromisoformat(value)
    elif re.fullmatch(r"-?\d+", value):
        cell.value = int(value)
    elif re.fullmatch(r"-?\d+\.\d+", value):
        cell.value = float(value)
    else:
        cell.value = value


def missing(promised: Sequence[str], printed: Sequence[str]) -> str | None:
    """
    Return the first promised line that was not printed where it should be; nothing if all were.

    Spaces at the ends and how many there are do not count.
    """
    want = [" ".join(line.split()) for line in promised if line.strip()]
    have = [" ".join(line.split()) for line in printed if line.strip()]
    at, anywhere = 0, False
    for line in want:
        if line == _ANY:
            anywhere = True
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in line.split(_ANY)))
        ends = len(have) if anywhere else at + 1
        found = next((place for place in range(at, min(ends, len(have))) if pattern.fullmatch(have[place])), None)
        if found is None:
            return line
        at, anywhere = found + 1, False
    return None if anywhere or at == len(have) else f"and no more; but {have[at]!r}"


def edited(text: str, lines: str) -> str:
    """
    Return a project file in which the lines of a block stand in place of those that it has.

    A header says in which table the lines below it belong; one in double brackets begins a new entry, which is added at
    the end as it stands. What begins with `#` and a letter or a bracket is switched off.
    """
    held, at, added = text.splitlines(), 0, False
    for line in lines.splitlines():
        if line.startswith("[["):
            held += ["", line]
            added = True
        elif re.match(r"#?\[", line):
            at, added = _header(held, line), False
        elif added:
            held.append(line)
        elif re.match(r"#?[\w-]+ = ", line):
            _setting(held, at, line)
    return "\n".join(held) + "\n"


def _header(held: list[str], line: str) -> int:
    """Write the header of a table, on or off, and return where it stands."""
    other = line[1:] if line.startswith("#") else f"#{line}"
    if line not in held and other not in held:
        held += ["", line]
    at = held.index(line if line in held else other)
    if held[at] != line and line.startswith("[tables."):
        # the lines of a table are switched on with it, as the template says
        for place in range(at + 1, len(held)):
            if not re.match(r"#\w+ = ", held[place]):
                break
            held[place] = held[place][1:]
    held[at] = line
    return at


def _setting(held: list[str], at: int, line: str) -> None:
    """Write a setting of the table whose header stands there: where it has that key, else below its last one."""
    key = re.escape(line.lstrip("#").split("=", maxsplit=1)[0].strip())
    last = at
    for place in range(at + 1, len(held)):
        if re.match(r"#?\[", held[place]):
            break
        if re.match(rf"#?{key} = ", held[place]):
            held[place] = line
            return
        if re.match(r"#?[\w-]+ = ", held[place]):
            last = place
    held.insert(last + 1, line)
