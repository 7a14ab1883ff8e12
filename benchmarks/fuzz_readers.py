"""
Spoil files at random and read them, for as long as it is let: whatever comes out but a fault is a mistake of ours.

Run it with `python benchmarks/fuzz_readers.py --minutes 20 [--seed N] [--kinds csv gpkg ...] [--keep FOLDER]`.
Files of every kind that is read are spoilt (`tests/fuzzing.py`), and so are the files of a
whole project (kind `project`), whose checks go on where the readers end. A batch of files is
read in a process of its own: one that dies, hangs or needs more than 3 GB is a finding
too. What was found is kept with the seed that makes it again; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import faulty_projects
import fuzzing

from schoolmap.project import inspect_folder

KINDS = (*fuzzing.KINDS, "project")
BATCH = {"project": 15}
"""Files of a process; reading a project takes a second."""
USUAL_BATCH = 400
PATIENCE_S = 120.0
"""Seconds on the wall without a new file, after which a process hangs."""
MOST_BYTES = 3 << 30


def read_batch(kind: str, first: int, count: int, bases: Path, work: Path) -> None:
    """Read spoilt files in this process, and tell each before and what it brought after."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    paths = fuzzing.write_seeds(work / "seeds")
    for seed in range(first, first + count):
        print(json.dumps({"seed": seed}), flush=True)
        try:
            if kind == "project":
                read_project(bases, work / f"{seed}", seed=seed)
            else:
                fuzzing.read(kind, fuzzing.spoil(paths[kind], work / "spoilt", seed=seed)[0])
        except Exception:  # noqa: BLE001 - whatever comes out is a finding
            print(json.dumps({"seed": seed, "error": traceback.format_exc()}), flush=True)
    print(json.dumps({"done": count, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)


def read_project(bases: Path, folder: Path, *, seed: int) -> None:
    """Spoil a file of a project and check the whole."""
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    shutil.copytree(bases / chance.choice(list(faulty_projects.EXAMPLES)), folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = chance.choice(files)
    how = fuzzing.spoilt_archive if path.suffix == ".xlsx" else fuzzing.spoilt
    path.write_bytes(how(path.read_bytes(), chance))
    _, faults = inspect_folder(folder)
    for fault in faults:
        for language in ("en", "zh"):
            fault.sentence(language)
    shutil.rmtree(folder)


class Batch:
    """One process, and what it says."""

    def __init__(self, kind: str, first: int, count: int, seeds: Path) -> None:
        self.findings: list[tuple[int, str]] = []
        self.last, self.done, self.megabytes = first, 0, 0.0
        with tempfile.TemporaryDirectory() as work:
            said = Path(work) / "said.txt"
            command = [sys.executable, __file__, "--batch", kind, str(first), str(count), str(seeds), work]
            with said.open("wb") as out, (Path(work) / "errors.txt").open("wb") as errors:
                process = subprocess.Popen(command, stdout=out, stderr=errors)  # noqa: S603
                self.watch(process, said)
            self.listen(said)
            if process.returncode:
                tail = (Path(work) / "errors.txt").read_text(encoding="utf-8", errors="replace")[-1500:]
                self.findings.append((self.last, f"the process ended with {process.returncode}: {tail}"))

    def watch(self, process: subprocess.Popen[bytes], said: Path) -> None:
        """Wait for the end, or for a long silence."""
        size, since = -1, time.monotonic()
        while process.poll() is None:
            time.sleep(0.2)
            if said.stat().st_size != size:
                size, since = said.stat().st_size, time.monotonic()
            if time.monotonic() - since > PATIENCE_S:
                process.kill()
                process.wait()

    def listen(self, said: Path) -> None:
        """Gather what the process told."""
        for line in said.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if "done" in told:
                self.done, self.megabytes = told["done"], told["mb"]
            elif "error" in told:
                self.findings.append((told["seed"], told["error"]))
            else:
                self.last = told["seed"]


def main() -> int:
    """Fuzz until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0, help="where to begin; each number is a file")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--keep", type=Path, help="write findings into this file, one a line of JSON")
    parser.add_argument("--batch", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.batch:
        kind, first, count, seeds, work = options.batch
        read_batch(kind, int(first), int(count), Path(seeds), Path(work))
        return 0
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    until, count, findings, most = time.monotonic() + 60 * options.minutes, dict.fromkeys(KINDS, 0), 0, 0.0
    known: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch:
        bases = Path(scratch) / "bases"
        if "project" in options.kinds:
            faulty_projects.make_bases(bases)
        for kind in itertools.cycle(options.kinds):
            if time.monotonic() > until:
                break
            size = BATCH.get(kind, USUAL_BATCH)
            first = options.seed + count[kind]
            while count[kind] + options.seed < first + size:
                start = options.seed + count[kind]
                batch = Batch(kind, start, first + size - start, bases)
                # after a process that died, go on behind the file that killed it
                count[kind] += batch.done or batch.last - start + 1
                most = max(most, batch.megabytes)
                for seed, error in batch.findings:
                    findings += 1
                    where = "\n".join(error.strip().splitlines()[-4:])
                    if where not in known:
                        known.add(where)
                        print(f"FOUND {kind} {seed}: {where}", flush=True)
                    if options.keep:
                        with options.keep.open("a", encoding="utf-8") as kept:
                            kept.write(json.dumps({"kind": kind, "seed": seed, "error": error}) + "\n")
    read = {kind: number for kind, number in count.items() if number}
    print(
        f"{sum(read.values()):,} files ({read}); {findings} findings, {len(known)} of them different; most {most:,.0f} MB"
    )
    return int(findings > 0)


if __name__ == "__main__":
    sys.exit(main())
