"""
How long the package and its command take to start, beside an empty Python.

    python benchmarks/start.py [--runs 7]

Each is a fresh process. `import schoolmap` may take 1.5 s, `schoolmap --help` 0.5 s more than `python -c pass`; the
median of the runs counts, and so does the time of the processor, which says more on a busy machine. Prints which heavy
modules were loaded, and the slowest imports of `--help`. Exit code 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time

HEAVY = ("folium", "matplotlib", "docx", "highspy", "ortools", "numba", "dask", "geopandas", "pandas", "numpy")
TOLD = f"; import sys; print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
CASES = {
    "python -c pass": ["-c", "pass"],
    "import schoolmap": ["-c", "import schoolmap" + TOLD],
    "import schoolmap.plan": ["-c", "import schoolmap.plan" + TOLD],
    "schoolmap --help": ["-m", "schoolmap", "--help"],
}
BARS = {"import schoolmap": 1.5, "schoolmap --help": 0.5}
"""Seconds more than an empty Python."""


def clock(arguments: list[str], *, runs: int) -> tuple[float, float, str]:
    """Return the medians of seconds and of seconds of the processor, and the last line of what was told."""
    wall, busy = [], []
    for _ in range(runs):
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)  # noqa: S603
        wall.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    told = done.stderr.strip().splitlines()
    return statistics.median(wall), statistics.median(busy), told[-1] if told else ""


def main() -> bool:
    """Time every start, print, and return whether the bars are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    print(
        f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores; median of {options.runs}"
    )
    empty, empty_busy = 0.0, 0.0
    every = True
    for name, arguments in CASES.items():
        wall, busy, told = clock(arguments, runs=options.runs)
        if name == "python -c pass":
            empty, empty_busy = wall, busy
        line = f"{name:<24}{wall:>7.2f} s, {busy:>5.2f} s of the processor"
        if name in BARS:
            met = busy - empty_busy <= BARS[name]
            every &= met
            line += f"; {wall - empty:.2f} s and {busy - empty_busy:.2f} s more than an empty Python"
            line += f", {'meets' if met else 'misses'} the bar of {BARS[name]} s of the processor"
        print(line + (f"; loaded: {told}" if told else ""))
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "schoolmap", "--help"], check=True, capture_output=True, text=True
    )
    lines = re.findall(r"import time:\s+(\d+) \|\s+(\d+) \| (\s*\S+)", done.stderr)
    print("slowest imports of `schoolmap --help`, each with what it brings along")
    for _, whole, module in sorted(lines, key=lambda line: -int(line[1]))[:6]:
        print(f"  {int(whole) / 1000:>7.0f} ms  {module.strip()}")
    return every


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
