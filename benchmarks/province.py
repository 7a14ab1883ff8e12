"""
A province on Dask: time and memory of each county, one process against two, and a kill in the middle.

    python benchmarks/province.py FOLDER [--counties 100] [--areas 300] [--scaling 8] [--seed 1]

Writes a synthetic province into FOLDER, plans all of it with as many processes as there are
cores, and the first few (`--scaling`) with one process as well; compares every byte of these.
Then the run of the few is killed in the middle and run again. Prints seconds and memory of a
county (median, most), the ratio of one process to all, and what a country of 2,800 counties
would take at that pace.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from made_province import write_province

COUNTRY = 2_800
"""Counties of China, about."""


def run(folders: list[Path], out: Path, *, workers: int) -> tuple[dict[str, Any], float]:
    """Plan by the command, and return what it says and the seconds."""
    command = [
        sys.executable,
        "-m",
        "schoolmap",
        "batch",
        *map(str, folders),
        "--out",
        str(out),
        "--workers",
        str(workers),
    ]
    start = time.perf_counter()
    done = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True)  # noqa: S603
    return json.loads(done.stdout), time.perf_counter() - start


def digest(folder: Path) -> str:
    """Return one digest of every file below a folder, by name."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(f"{path.relative_to(folder).as_posix()}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def kill_and_resume(folders: list[Path], out: Path, *, workers: int) -> tuple[int, int, float]:
    """Kill a run when half of it is finished; return how many were, how many were kept, and the seconds of the rest."""
    command = [
        sys.executable,
        "-m",
        "schoolmap",
        "batch",
        *map(str, folders),
        "--out",
        str(out),
        "--workers",
        str(workers),
    ]
    running = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)  # noqa: S603
    while running.poll() is None and len(list(out.glob("*/record.json"))) < len(folders) // 2:
        time.sleep(0.05)
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    finished = len(list(out.glob("*/record.json")))
    told, seconds = run(folders, out, workers=workers)
    return finished, sum(item["status"] == "kept" for item in told["projects"]), seconds


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--counties", type=int, default=100)
    parser.add_argument("--areas", type=int, default=300)
    parser.add_argument("--scaling", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cores = os.cpu_count() or 1
    print(f"{platform.platform()}, Python {platform.python_version()}, {cores} cores")
    folders = write_province(
        options.folder / "projects", counties=options.counties, areas=options.areas, seed=options.seed
    )
    few = folders[: options.scaling]
    for name in ("one", "many", "killed", "all"):
        shutil.rmtree(options.folder / name, ignore_errors=True)
    _, slow = run(few, options.folder / "one", workers=1)
    _, fast = run(few, options.folder / "many", workers=cores)
    same = digest(options.folder / "one") == digest(options.folder / "many")
    print(f"{len(few)} counties: {slow:.0f} s with 1 process, {fast:.0f} s with {cores}: ratio {slow / fast:.2f}")
    print(f"  the same bytes: {same}")
    finished, kept, rest = kill_and_resume(few, options.folder / "killed", workers=cores)
    same = digest(options.folder / "killed") == digest(options.folder / "many")
    print(f"  killed with {finished} finished: {kept} kept, the rest in {rest:.0f} s, the same bytes: {same}")
    told, whole = run(folders, options.folder / "all", workers=cores)
    took = [item["seconds"] for item in told["projects"] if item["status"] == "done"]
    held = [item["peak_mb"] for item in told["projects"] if item["status"] == "done"]
    size = sum(path.stat().st_size for path in (options.folder / "all").rglob("*") if path.is_file()) / 1e6
    print(
        f"{len(folders)} counties of {options.areas} areas: {len(took)} planned in {whole:.0f} s with {cores} processes"
    )
    print(f"  a county: {statistics.median(took):.1f} s (most {max(took):.1f}), process at most {max(held):,.0f} MB")
    print(
        f"  products {size:,.0f} MB; balances {(options.folder / 'all' / 'balances.parquet').stat().st_size / 1e6:.1f} MB"
    )
    pace = whole / len(folders)
    print(
        f"{COUNTRY:,} counties at that pace: {COUNTRY * pace / 3600:.1f} h, {COUNTRY / len(folders) * size / 1e3:.0f} GB"
    )


if __name__ == "__main__":
    main()
