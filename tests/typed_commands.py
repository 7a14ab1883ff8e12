"""What a text tells its reader to type, held against the programs: commands, options, values, scripts and extras."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from enum import Enum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import get_args
from typing import get_type_hints

from typer.main import get_command

from schoolmap.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PROGRAM: Any = get_command(app)
FOREIGN = frozenset({"--no-sync"})
"""Options of other programs that a text may name alone."""

_FENCED = re.compile(r"^ *(`{3,}|~{3,})(?P<language>[^\n`]*)\n(?P<code>.*?)^ *\1 *$", flags=re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`(?P<code>[^`]+)`(?!`)")
_AROUND = re.compile(r"^(?:\$ |uv run (?:--no-sync )?|timeout (?:-s \w+ )?\d+ |[A-Z_]+=\S+ )+")


def typed_in(text: str) -> Iterator[str]:
    """Give every command that a text in Markdown shows, in a block or within a line, one by one."""
    for block in _FENCED.finditer(text):
        if block["language"].strip() in {"", "sh", "bash", "console", "text", "powershell", "bat"}:
            for line in block["code"].replace("\\\n", " ").splitlines():
                yield from _parted(line, programs=r"(schoolmap|python|pip|uv) ")
    # a backtick behind a stroke is a letter
    for span in _SPAN.finditer(_FENCED.sub("", text).replace("\\`", "")):
        yield from _parted(" ".join(span["code"].split()), programs=r"(schoolmap|python|pip|uv) |--[a-z]|\S+\.py( |$)")


def fault_of(typed: str, *, folder: Path = ROOT) -> str | None:
    """
    Say what is wrong with a command, if anything is.

    Parameters
    ----------
    typed
        One command. Those of programs that are not ours are right.
    folder
        Where scripts without a folder are, beside the repository and its
        benchmarks. One that is named alone is a file somewhere.
    """
    try:
        # what a line of usage has in brackets may be left out
        words = shlex.split(re.sub(r"\[(--[^\]]*)\]", r"\1", typed))
    except ValueError as error:
        return str(error)
    match words:
        case [str(option)] | [str(option), _] if option.startswith("--"):
            name = option.split("=")[0]
            return None if name in FOREIGN | _all_options() else f"no program has {name}"
        case ["schoolmap", "..." | "…"]:
            # any of its commands is meant
            fault = None
        case ["schoolmap", *rest] | ["python", "-m", "schoolmap", *rest]:
            fault = _fault_of_program(rest)
        case ["python", "-m", str(module), *rest] if module.startswith("schoolmap."):
            fault = _fault_of_script(Path(*module.split("."), "__main__.py"), rest, folder=ROOT)
        case ["python", str(script), *rest] if script.endswith(".py"):
            fault = _fault_of_script(Path(script), rest, folder=folder)
        case [str(name)] if name.endswith(".py"):
            fault = None if _is_file(name) else f"there is no file {name}"
        case [str(script), *rest] if script.endswith(".py"):
            fault = _fault_of_script(Path(script), rest, folder=folder)
        case _:
            fault = _fault_of_extras(typed)
    return fault


def _parted(line: str, *, programs: str) -> Iterator[str]:
    """Give the commands of one line that begin with one of the programs, without what stands around them."""
    for part in re.split(r"&&|\|\||;| \| | > | 2> ", re.sub(r"(^|\s)#.*", "", line)):
        command = _AROUND.sub("", part.strip())
        if re.match(programs, command):
            yield command


def _fault_of_program(words: list[str]) -> str | None:
    """Say what the program would refuse of a call, without making it."""
    command: Any = PROGRAM
    if words and not words[0].startswith("-"):
        if words[0] not in PROGRAM.commands:
            return f"schoolmap has no command {words[0]}"
        command = PROGRAM.commands[words.pop(0)]
    known = {name: each for each in command.params for name in each.opts if each.param_type_name == "option"}
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    given = 0
    while words:
        name, _, value = words.pop(0).partition("=")
        if not name.startswith("--"):
            given += 1
        elif name != "--help":
            if name not in known:
                return f"schoolmap {command.name} has no option {name}"
            if not known[name].is_flag:
                if not value and not words:
                    # an option may be named without its value
                    return None
                if fault := _fault_of_value(command, known[name], value or words.pop(0)):
                    return fault
    many = any(each.nargs == -1 for each in arguments)
    return f"schoolmap {command.name} takes no {given} arguments" if given > len(arguments) and not many else None


def _fault_of_value(command: Any, option: Any, value: str) -> str | None:  # noqa: ANN401 - of click
    """Say whether an option that takes words takes these; `zh|en` are both."""
    kind = get_type_hints(command.callback)[option.name]
    words = next((each for each in (kind, *get_args(kind)) if isinstance(each, type) and issubclass(each, Enum)), None)
    wrong = set() if words is None else set(value.split("|")) - {each.value for each in words}
    return f"{option.opts[0]} does not take {sorted(wrong)}" if wrong else None


def _fault_of_script(path: Path, words: list[str], *, folder: Path) -> str | None:
    """Say whether a script is there, and takes these options."""
    found = [place / path for place in (ROOT, folder, ROOT / "benchmarks") if (place / path).is_file()]
    if not found:
        return f"there is no script {path}"
    options, positional = _parser_of(found[0])
    wrong = [word for word in words if word.startswith("--") and word.split("=")[0] not in options]
    if wrong:
        return f"{path} has no option {wrong[0]}"
    leading = next((place for place, word in enumerate(words) if word.startswith("--")), len(words))
    return f"{path} takes no {leading} arguments" if leading > positional else None


def _is_file(name: str) -> bool:
    """Return whether a file of the repository has this name, or the end of its path; `*` stands for anything."""
    return any(fnmatchcase(path, f"*/{name}") for path in _files())


@cache
def _files() -> tuple[str, ...]:
    """Return the paths of all Python files that belong to the repository."""
    places = ("schoolmap", "tests", "benchmarks", "docs", "data")
    return tuple(path.as_posix() for place in places for path in (ROOT / place).rglob("*.py"))


@cache
def _parser_of(script: Path) -> tuple[frozenset[str], int]:
    """Return the options of a script and how many arguments it takes, as it tells them to `argparse`."""
    calls = [
        node
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument"
    ]
    names = [each.value for call in calls for each in call.args if isinstance(each, ast.Constant)]
    many = any(
        word.arg == "nargs" and isinstance(word.value, ast.Constant) and word.value.value in {"*", "+"}
        for call in calls
        for word in call.keywords
        if isinstance(call.args[0], ast.Constant) and not str(call.args[0].value).startswith("-")
    )
    plain = [name for name in names if not str(name).startswith("-")]
    return frozenset(map(str, names)) - set(map(str, plain)), 1_000 if many else len(plain)


@cache
def _all_options() -> frozenset[str]:
    """Return every option of the program and of the scripts that users run."""
    commands = (PROGRAM, *PROGRAM.commands.values())
    ours = {name for command in commands for each in command.params for name in each.opts} | {"--help"}
    scripts = [*(ROOT / "benchmarks").glob("*.py"), *(ROOT / "data").glob("*/*.py"), ROOT / "docs" / "make_images.py"]
    return frozenset(ours).union(*(_parser_of(script)[0] for script in scripts))


def _fault_of_extras(typed: str) -> str | None:
    """Say whether what is installed of us has the extras that are asked for."""
    installed = re.search(r"\bpip install\b(.*)", typed)
    if installed is None:
        return None
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    asked = {
        name for names in re.findall(r"(?:\.|schoolmap\S*)\[([\w,-]+)\]", installed[1]) for name in names.split(",")
    }
    return f"there is no extra {sorted(asked - set(extras))}" if asked - set(extras) else None
