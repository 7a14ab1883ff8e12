"""
A province on Dask: time and memory of each county, one process against two, a kill in the middle, and a whole country.

    python benchmarks/province.py FOLDER [--counties 100] [--areas 300] [--scaling 8] [--seed 1] [--workers 2]

Writes a synthetic province into FOLDER and plans the first few counties (`--scaling`) with one process and with
`--workers`; compares every byte. The run of the few is killed in the middle and run again. Then the whole province is
planned on top of the few, which are kept. Prints seconds, seconds of the processor and memory of a county, the
ratio of one process to several, and what 2,800 counties would take at that pace. The summary of 2,800 is not
extrapolated but made, from the records of the counties that there are, each many times. `--scaling 0` goes on with
the whole province where it was stopped; `--afresh` removes what is there.
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

from schoolmap.batch.province import write_summary
from schoolmap.batch.single import peak_mb

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
    # a county that fails is told of in what is printed, and stops no other
    done = subprocess.run([*command, "--json"], check=False, capture_output=True, text=True)  # noqa: S603
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


def medians(outcomes: list[dict[str, Any]]) -> str:
    """Return time and memory of a county in words."""
    done = [item for item in outcomes if item["status"] == "done"]
    if not done:
        return "was planned before"
    parts = []
    for what, unit in (("seconds", "s"), ("processor_seconds", "s of the processor"), ("peak_mb", "MB")):
        values = [item[what] for item in done]
        parts.append(f"{statistics.median(values):,.1f} {unit} (least {min(values):,.1f}, most {max(values):,.1f})")
    return ", ".join(parts)


def country(planned: Path, names: list[str], folder: Path) -> str:
    """Make the summary of 2,800 counties from the records of those that are planned, and return what it took."""
    shutil.rmtree(folder, ignore_errors=True)
    outcomes = []
    for number in range(COUNTRY):
        name, place = names[number % len(names)], folder / f"county-{number + 1:04d}"
        place.mkdir(parents=True)
        (place / "record.json").write_bytes((planned / name / "record.json").read_bytes())
        (place / f"{place.name}.parquet").write_bytes((planned / name / f"{name}.parquet").read_bytes())
        outcomes.append({"name": place.name, "status": "kept", "seconds": 0.0})
    start, busy = time.perf_counter(), time.process_time()
    written = write_summary(outcomes, folder, language="zh")
    spent, busy = time.perf_counter() - start, time.process_time() - busy
    sizes = ", ".join(f"{path.name} {path.stat().st_size / 1e6:,.1f} MB" for path in written)
    shutil.rmtree(folder)
    return f"{spent:.0f} s ({busy:.0f} s of the processor), at most {peak_mb():,.0f} MB of memory: {sizes}"


def extrapolate(outcomes: list[dict[str, Any]], pace: float, megabytes: float) -> None:
    """Print what 2,800 counties would take, and what gives way first."""
    done = [item for item in outcomes if item["status"] == "done"]
    if not done:
        print("every county was planned before: no pace to go by")
        return
    busy = statistics.mean(item["processor_seconds"] for item in done) * COUNTRY / 3600
    most = max(item["peak_mb"] for item in done) / 1e3
    print(f"{COUNTRY:,} counties: {COUNTRY * pace / 3600:.1f} h at this pace; {busy:.0f} hours of one processor:")
    for cores in (16, 64, 256):
        print(f"  {cores:>3} processors: {busy / cores:>5.1f} h, {cores * most:>6.0f} GB of memory")
    print(f"  products: {COUNTRY * megabytes / 1e3:,.0f} GB")


def scaling(few: list[Path], folder: Path, *, many: int, areas: int) -> tuple[list[dict[str, Any]], float]:
    """Plan a few counties with one process, with several, and killed in the middle; print; return what became of them."""
    alone, slow = run(few, folder / "one", workers=1)
    told, fast = run(few, folder / "many", workers=many)
    print(f"{len(few)} counties of {areas} areas")
    print(f"  1 process: {slow:.0f} s; a county {medians(alone['projects'])}")
    print(f"  {many} processes: {fast:.0f} s; a county {medians(told['projects'])}")
    print(f"  ratio {slow / fast:.2f}; the same bytes: {digest(folder / 'one') == digest(folder / 'many')}")
    finished, kept, rest = kill_and_resume(few, folder / "killed", workers=many)
    same = digest(folder / "killed") == digest(folder / "one")
    print(f"  killed with {finished} finished: {kept} kept, the rest in {rest:.0f} s, the same bytes: {same}")
    return told["projects"], fast


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--counties", type=int, default=100)
    parser.add_argument("--areas", type=int, default=300)
    parser.add_argument("--scaling", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--afresh", action="store_true", help="remove what an earlier run has left")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"load before the start: {os.getloadavg()[0]:.1f}")
    folder, many = options.folder, options.workers
    folders = write_province(folder / "projects", counties=options.counties, areas=options.areas, seed=options.seed)
    for name in ("one", "many", "killed", *(["all"] if options.afresh else [])):
        shutil.rmtree(folder / name, ignore_errors=True)
    outcomes, whole = [], 0.0
    if options.scaling:
        outcomes, whole = scaling(folders[: options.scaling], folder, many=many, areas=options.areas)
        for place in (folder / "many").glob("*/"):
            shutil.copytree(place, folder / "all" / place.name, dirs_exist_ok=True)
    told, seconds = run(folders, folder / "all", workers=many)
    outcomes, whole = [*outcomes, *told["projects"]], whole + seconds
    done = sorted({item["name"] for item in outcomes if item["status"] == "done"})
    for item in told["projects"]:
        if item["status"] not in {"done", "kept"}:
            print(f"  {item['name']}: {item['status']}: {item.get('message', item.get('faults'))}")
    names = sorted(path.parent.name for path in (folder / "all").glob("*/record.json"))
    size = sum(path.stat().st_size for path in (folder / "all").rglob("*") if path.is_file()) / 1e6
    print(f"{len(folders)} counties: {len(done)} planned in {whole:.0f} s with {many} processes; {size:,.0f} MB")
    print(f"  a county {medians(outcomes)}")
    extrapolate(outcomes, whole / max(len(done), 1), size / len(folders))
    print(f"  the summary of {COUNTRY:,}, made: {country(folder / 'all', names, folder / 'country')}")


if __name__ == "__main__":
    main()
