"""
Check every project that is wrong on purpose, each in a fresh process, and write the table of what is told.

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
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

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
place and a way out, and write nothing. Seconds are of the processor for a whole process, most of them for
starting it; memory is its peak.

"""


class Run(NamedTuple):
    """What became of one project."""

    code: int
    output: str
    seconds: float
    megabytes: float
    wrote: bool


LAUNCH = """
import json, resource, subprocess, sys
with open(sys.argv[1], "wb") as said:
    code = subprocess.run(sys.argv[3:], stdout=said, stderr=subprocess.STDOUT, timeout=float(sys.argv[2])).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""A small process between: a child's peak of memory begins with that of whoever starts it."""


def run(folder: Path, out: Path) -> Run:
    """Plan a folder in a process of its own; ended if it takes too long."""
    said = out.with_suffix(".txt")
    command = [sys.executable, "-m", "schoolmap", "plan", str(folder), "--out", str(out), "--lang", "en"]
    launch = [sys.executable, "-c", LAUNCH, str(said), str(PATIENCE_S), *command]
    answer = subprocess.run(launch, check=True, capture_output=True)  # noqa: S603
    code, seconds, peak = json.loads(answer.stdout)
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
    line = line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
    return line.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def main() -> int:
    """Run them, print what misses its bar, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="parts of names")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("FROM", "STEP"), help="every STEP-th")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.relative_to(ROOT)}")
    options = parser.parse_args()
    begin, step = options.part
    chosen = [
        faulty
        for faulty in faulty_projects.CORPUS[begin::step]
        if not options.only or any(part in faulty.name for part in options.only)
    ]
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    lines, misses, most_s, most_mb = [], 0, 0.0, 0.0
    with tempfile.TemporaryDirectory() as scratch:
        bases = faulty_projects.make_bases(Path(scratch) / "bases")
        for number, faulty in enumerate(chosen):
            folder = faulty_projects.spoil(faulty, bases[faulty.example], Path(scratch) / f"{number}" / faulty.example)
            done = run(folder, Path(scratch) / f"maps{number}")
            errors = [line for line in done.output.splitlines() if line.startswith("error")]
            miss = missed(faulty, done, errors)
            misses += bool(miss)
            most_s, most_mb = max(most_s, done.seconds), max(most_mb, done.megabytes)
            if miss:
                print(f"MISSED {faulty.name}: {miss}", flush=True)
            cells = (faulty.name, told(faulty, errors), f"{done.seconds:.1f}", f"{done.megabytes:,.0f}")
            lines.append(f"| {' | '.join(cells)} |")
    print(
        f"{len(chosen)} of {len(faulty_projects.CORPUS)} projects, {misses} missed; most {most_s:.1f} s, {most_mb:,.0f} MB"
    )
    if options.write:
        rows = ["| what is wrong | what is told | s | MB |", "|---|---|--:|--:|", *lines]
        tried = f"Here {len(chosen)} of {len(faulty_projects.CORPUS)} projects were tried; {misses} missed a bar.\n\n"
        TABLE.write_text(HEAD + tried + "\n".join(rows) + "\n", encoding="utf-8")
    return int(misses > 0)


if __name__ == "__main__":
    sys.exit(main())
