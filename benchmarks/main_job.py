"""
Time the main job as a whole process, and say where its time goes.

Run it with `python benchmarks/main_job.py [FOLDER] [--runs 3]`.
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

FOLDER = Path(__file__).parents[1] / "data" / "berlin-mitte"

STEPS = """
import sys, time
from pathlib import Path
clock = lambda: (time.perf_counter(), time.process_time())
marks = [("start", clock())]
import schoolmap.output.products as products, schoolmap.plan as plans, schoolmap.project as projects
from schoolmap.output.describe import describe
import schoolmap.output.webmap, schoolmap.output.workbook, schoolmap.output.geopackage
marks.append(("import", clock()))
project = projects.read_project(Path(sys.argv[1])); marks.append(("read and check", clock()))
plan = plans.make_plan(project); marks.append(("plan", clock()))
model = describe(plan); marks.append(("describe", clock()))
products.write_products(plan, model, Path(sys.argv[2]), language="en"); marks.append(("products", clock()))
whole = marks[-1][1][1] - marks[0][1][1]
for (_, before), (name, after) in zip(marks, marks[1:]):
    wall, busy = (late - early for early, late in zip(before, after))
    print(f"  {name:<15}{wall:>7.2f} s, {busy:>6.2f} s of the processor, {busy / whole:.0%}")
"""


def main() -> None:
    """Run the job several times and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as scratch:
        times = []
        for _ in range(options.runs):
            start = time.perf_counter()
            command = [sys.executable, "-m", "schoolmap", "plan", str(options.folder), "--out", scratch]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603
            times.append(time.perf_counter() - start)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"schoolmap plan {options.folder.name}: median {statistics.median(times):.1f} s of {options.runs} runs")
        print(f"  least {min(times):.1f} s, most {max(times):.1f} s, peak memory {memory:,.0f} MB")
        for path in sorted(Path(scratch).iterdir()):
            print(f"  {path.name:<24}{path.stat().st_size / 1024:>9,.0f} kB")
        print("where the time goes, in one process")
        subprocess.run([sys.executable, "-c", STEPS, str(options.folder), scratch], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
