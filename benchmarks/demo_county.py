"""
Time the plan of the demonstration county: the whole command as fresh processes, and every step of it in one.

Run it with `python benchmarks/demo_county.py [--runs 3]`. The county is invented, its size is that of a real one: 181
villages, 109 schools, 122 sections, 56 catchments, five scenarios, sixteen school years, 1,000 draws.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "demo-county"

STEPS = """
import sys, time
from pathlib import Path
def now():
    return time.perf_counter(), time.process_time()
marks = [(now(), "imports")]
def step(name):
    marks.append((now(), name))
import schoolmap.output.products as products, schoolmap.plan as plans, schoolmap.project as projects
from schoolmap.output.describe import describe
import schoolmap.output.webmap, schoolmap.output.workbook, schoolmap.output.geopackage
project, faults = projects.inspect_folder(Path(sys.argv[1]), progress=step)
plan = plans.make_plan(project, progress=step)
step("description")
model = describe(plan)
step("map, workbook, layers and data")
products.write_products(plan, model, Path(sys.argv[2]), language="zh")
step("end")
seconds = {}
for (began, name), (ended, _) in zip(marks, marks[1:]):
    # a workbook is read sheet by sheet
    wall, busy = seconds.get(name, (0.0, 0.0))
    seconds[name] = wall + ended[0] - began[0], busy + ended[1] - began[1]
wall, busy = (sum(column) for column in zip(*seconds.values()))
for name, (one, other) in seconds.items():
    print(f"{one:>8.2f} s, {other:>7.2f} s of the processor, {other / busy:>4.0%}  {name}")
print(f"{wall:>8.2f} s, {busy:>7.2f} s of the processor        all")
"""


def main() -> None:
    """Run the command several times, then once step by step, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "schoolmap", "plan", str(FOLDER), "--out", scratch]
        times = []
        for _ in range(options.runs):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603
            times.append(time.perf_counter() - start)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"schoolmap plan {FOLDER.name}: median {statistics.median(times):.1f} s of {options.runs} runs")
        print(f"  least {min(times):.1f} s, most {max(times):.1f} s, peak memory {memory:,.0f} MB")
        for path in sorted(Path(scratch).iterdir()):
            print(f"  {path.name:<28}{path.stat().st_size / 1024:>9,.0f} kB")
        print("step by step, in one process (the names are those that the command shows as it goes)")
        subprocess.run([sys.executable, "-c", STEPS, str(FOLDER), scratch], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
