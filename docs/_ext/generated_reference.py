"""
Pages of the reference that are written by the code itself: its modules, and its commands.

On a page, a block of the language `{modules}` that lists modules, one a line,
becomes a part for each, made of its docstrings; a block `{commands}` becomes all
commands with their arguments and options, as the program knows them.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import get_args
from typing import get_type_hints

from typer.main import get_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer

MODULES = re.compile(r"^```\{modules\}\n(?P<names>.*?)^```$", flags=re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```\{commands\}\n```$", flags=re.MULTILINE)

ITEM = re.compile(r"^ *- ")

KINDS = {Path: "PATH", str: "TEXT", int: "NUMBER", float: "NUMBER"}
"""What an option takes, by the type of its value."""


def with_modules(text: str) -> str:
    """Return a page with its lists of modules written out."""
    return MODULES.sub(lambda match: "\n".join(map(module_text, match["names"].split())), text)


def module_text(name: str) -> str:
    """Return the part of the reference on one module."""
    return f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n```\n"


def with_commands(text: str, app: typer.Typer) -> str:
    """Return a page with the commands of a program written out."""
    return COMMANDS.sub(lambda _: commands_text(app), text)


def commands_text(app: typer.Typer) -> str:
    """
    Return every command of a program in Markdown: what it does, its arguments, its options.

    What a number is without its option is left to the words of the option: it
    may depend on the machine.
    """
    program: Any = get_command(app)
    parts = [_tables(program), *(_command(f"{program.name} {name}", each) for name, each in program.commands.items())]
    return "\n".join(parts)


def _command(name: str, command: Any) -> str:  # noqa: ANN401 - of click
    """Return the part on one command."""
    usage = [name, *(_argument(each) for each in command.params if each.param_type_name == "argument"), "[OPTIONS]"]
    return f"## {name}\n\n{command.help}\n\n```text\n{' '.join(usage)}\n```\n\n{_tables(command)}"


def _tables(command: Any) -> str:  # noqa: ANN401 - of click
    """Return the arguments and options of a command as a table."""
    return "\n".join(["| name | what it is | without it |", "|---|---|---|", *_rows(command)]) + "\n"


def _rows(command: Any) -> Iterator[str]:  # noqa: ANN401 - of click
    types = get_type_hints(command.callback)
    for each in command.params:
        if each.param_type_name == "argument":
            yield f"| `{_argument(each)}` | {_cell(each.help)} | |"
            continue
        value = "" if each.is_flag else f" {_values(types[each.name])}"
        default = getattr(each.default, "value", each.default)
        shown = f"`{default}`" if default and isinstance(default, str | Path) else ""
        yield f"| `{', '.join(each.opts)}{value}` | {_cell(each.help)} | {shown} |"


def _argument(parameter: Any) -> str:  # noqa: ANN401 - of click
    """Return an argument as a line of usage shows it."""
    name = parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _values(kind: Any) -> str:  # noqa: ANN401 - a type
    """Return what an option takes: its words, or a kind of value."""
    single = next((each for each in get_args(kind) if each is not type(None)), kind)
    return "\\|".join(each.value for each in single) if issubclass(single, Enum) else KINDS[single]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def lists_apart(lines: list[str]) -> list[str]:
    """
    Return a docstring with an empty line before and after each list, as reStructuredText wants it.

    People who read a docstring in a terminal do not need it.
    """
    found: list[str] = []
    depth, example = None, False
    for line in lines:
        indent = len(line) - len(line.lstrip())
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        starts = bool(ITEM.match(line)) and not example and (depth is None or indent != depth)
        ends = (
            depth is not None and bool(line.strip()) and (indent < depth or (indent == depth and not ITEM.match(line)))
        )
        if (starts or ends) and found and found[-1].strip():
            found.append("")
        if ends:
            depth = None
        if starts:
            depth = indent
        found.append(line)
    return found
