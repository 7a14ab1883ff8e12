"""
Check every project that is wrong on purpose, each in a process of its own, and write the table of what is told.

Run it with `python benchmarks/faulty_projects.py [--only PART ...] [--write]`. A
project misses its bar if `schoolmap plan` does not end with exit code 2, shows a
traceback, names nothing or not the place, writes anything, needs 10 s or more of
the processor, or 1 GB or more of memory; then the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import faulty_projects

TABLE = ROOT / "docs" / "faulty-projects.md"
MOST_SECONDS, MOST_MB, WRONG_INPUT = 10.0, 1024.0, 2
PATIENCE_S = 300.0
"""Seconds on the wall after which a process is ended; a busy machine may need ten times those of the processor."""
SHOWN = 160
"""Letters of a fault in the table."""

HEAD = """# Projects that are wrong on purpose

Made by `python benchmarks/faulty_projects.py --write`: each line is one of the two shipped examples, cut down, with one
thing broken in it (`tests/faulty_projects.py`). For each, `schoolmap plan` must end with exit code 2, name the fault with its
place and a way out, and write nothing; it may take 10 s of the processor and 1 GB of memory. Seconds are of the processor for
a whole process, most of them for starting it (which is done once, and added to each), since those on the wall say more of what
else a machine does; memory is the peak of the process. What a fault says is shortened here. Faults of the disk, kills and files spoilt at random:
[the threat model](explanation/threat-model.md).

"""


class Run(NamedTuple):
    """What became of one project."""

    code: int | str
    """`hangs` if it had to be ended."""
    output: str
    seconds: float
    megabytes: float
    wrote: bool


STARTED = """
import json, os, resource, signal, sys, time, traceback
import schoolmap.cli, schoolmap.editing, schoolmap.project, schoolmap.plan
import schoolmap.output.describe, schoolmap.output.products, schoolmap.output.summary

def plan(folder, out, said):
    file = os.open(said, os.O_WRONLY | os.O_CREAT)
    os.dup2(file, 1)
    os.dup2(file, 2)
    # rather an error of this process than a machine without memory
    resource.setrlimit(resource.RLIMIT_DATA, (6 << 30, 6 << 30))
    sys.argv = ["schoolmap", "plan", folder, "--out", out, "--lang", "en"]
    code = 0
    try:
        schoolmap.cli.main()
    except SystemExit as ends:
        code = ends.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

start = time.process_time()
for line in sys.stdin:
    folder, out, said, patience = json.loads(line)
    child = os.fork()
    if child == 0:
        plan(folder, out, said)
    until, code = time.monotonic() + patience, None
    while True:
        pid, status, used = os.wait4(child, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            code = "hangs"
        time.sleep(0.02)
    code = code or os.waitstatus_to_exitcode(status)
    print(json.dumps([code, start + used.ru_utime + used.ru_stime, used.ru_maxrss]), flush=True)
"""
"""A process that has started, and begets one for each project: starting a new one takes longer than most projects."""


class Planner:
    """Plans projects, each in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", STARTED]
        self.process: Any = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603

    def run(self, folder: Path, out: Path) -> Run:
        """Plan a folder; ended if it takes too long."""
        said = out.with_suffix(".txt")
        self.process.stdin.write(json.dumps([str(folder), str(out), str(said), PATIENCE_S]) + "\n")
        self.process.stdin.flush()
        code, seconds, peak = json.loads(self.process.stdout.readline())
        text = said.read_text(encoding="utf-8", errors="replace")
        # kilobytes on Linux, bytes on macOS
        return Run(code, text, seconds, peak / (1024 if sys.platform != "darwin" else 1024**2), out.exists())


def missed(faulty: faulty_projects.Faulty, done: Run, errors: list[str]) -> str:
    """Say which bar a project misses; empty if none."""
    bars = {
        f"exit code {done.code}": done.code != WRONG_INPUT,
        "traceback": "Traceback" in done.output,
        "not told": not any(faulty.told in line for line in errors),
        "something was written": done.wrote,
        f"{done.seconds:.1f} s": done.seconds >= MOST_SECONDS,
        f"{done.megabytes:,.0f} MB": done.megabytes >= MOST_MB,
    }
    return ", ".join(name for name, miss in bars.items() if miss)


def told(faulty: faulty_projects.Faulty, errors: list[str]) -> str:
    """Return the fault that names the place, as a cell of the table."""
    line = next((line for line in errors if faulty.told in line), "").removeprefix("error").strip()
    return cell(line if len(line) <= SHOWN else line[: SHOWN - 1] + "…")


def cell(text: str) -> str:
    """Return a text as a cell of a table of Markdown, in which nothing of it is markup."""
    for sign in "\\|*_`[]$~":
        text = text.replace(sign, f"\\{sign}")
    return "".join(char for char in text.replace("&", "&amp;").replace("<", "&lt;") if char.isprintable())


class Line(NamedTuple):
    """What the table tells of one project."""

    family: str
    name: str
    told: str
    seconds: float
    megabytes: float
    missed: str


def lines_of(chosen: list[tuple[str, faulty_projects.Faulty]], scratch: Path) -> Iterator[Line]:
    """Run projects, one after the other."""
    bases, planner = faulty_projects.make_bases(scratch / "bases"), Planner()
    for number, (family, faulty) in enumerate(chosen):
        place = scratch / f"{number}"
        folder = faulty_projects.spoil(faulty, bases[faulty.example], place / faulty.example)
        done = planner.run(folder, scratch / f"maps{number}")
        shown = done.output.replace(f"{place}{os.sep}", "")
        errors = [line for line in shown.splitlines() if line.startswith("error")]
        yield Line(
            family, faulty.name, told(faulty, errors), done.seconds, done.megabytes, missed(faulty, done, errors)
        )
        shutil.rmtree(place, ignore_errors=True)


def page(lines: list[Line]) -> str:
    """Return the page of the documentation, by family."""
    wrong = sum(bool(line.missed) for line in lines)
    most_s, most_mb = max(line.seconds for line in lines), max(line.megabytes for line in lines)
    parts = [
        HEAD,
        f"{len(lines)} of {len(faulty_projects.CORPUS)} projects were tried, {wrong} missed a bar; most {most_s:.1f} s, {most_mb:,.0f} MB.\n",
    ]
    for family in faulty_projects.FAMILIES:
        own = [line for line in lines if line.family == family]
        if own:
            parts.append(
                f"\n## {family} ({len(own)})\n\n| what is wrong | what is told | s | MB |\n|---|---|--:|--:|\n"
            )
            parts += [
                f"| {cell(line.name)} | {line.told} | {line.seconds:.1f} | {line.megabytes:,.0f} |\n" for line in own
            ]
    return "".join(parts)


def main() -> int:
    """Run them, print what misses its bar, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="parts of names")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("FROM", "STEP"), help="every STEP-th")
    parser.add_argument(
        "--keep", type=Path, help="add what was found to this file, and leave out what is in it already"
    )
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.relative_to(ROOT)}")
    options = parser.parse_args()
    begin, step = options.part
    every = [(family, faulty) for family, some in faulty_projects.FAMILIES.items() for faulty in some]
    chosen = [
        (family, faulty)
        for family, faulty in every[begin::step]
        if not options.only or any(part in faulty.name for part in options.only)
    ]
    kept: dict[str, Line] = {}
    if options.keep is not None and options.keep.exists():
        kept = {line.name: line for line in map(read_line, options.keep.read_text(encoding="utf-8").splitlines())}
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as scratch:
        for line in lines_of([one for one in chosen if one[1].name not in kept], Path(scratch)):
            kept[line.name] = line
            if line.missed:
                print(f"MISSED {line.name}: {line.missed}", flush=True)
            if options.keep is not None:
                with options.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
    lines = [kept[faulty.name] for _, faulty in chosen]
    misses = sum(bool(line.missed) for line in lines)
    most_s, most_mb = max(line.seconds for line in lines), max(line.megabytes for line in lines)
    print(f"{len(lines)} of {len(every)} projects, {misses} missed; most {most_s:.1f} s, {most_mb:,.0f} MB")
    if options.write:
        TABLE.write_text(page(lines), encoding="utf-8")
    return int(misses > 0)


def read_line(text: str) -> Line:
    """Return what was found before."""
    return Line(*json.loads(text))


if __name__ == "__main__":
    sys.exit(main())
