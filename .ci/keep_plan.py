"""Plan a project, write its products as the command does, and keep the plan for the tests, which need not make it again."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from schoolmap.output.describe import describe
from schoolmap.output.products import write_products
from schoolmap.plan import make_plan
from schoolmap.project import read_project


def main(folder: Path, products: Path, kept: Path, language: str) -> None:
    """Plan `folder`, write into `products`, and keep the plan in `kept` under the folder's name."""
    plan = make_plan(read_project(folder))
    for path in write_products(plan, describe(plan), products, language=language):
        sys.stdout.write(f"  {path}\n")
    kept.mkdir(parents=True, exist_ok=True)
    (kept / f"{folder.name}.pickle").write_bytes(pickle.dumps(plan))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), sys.argv[4])
