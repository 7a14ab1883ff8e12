"""
Write the files of this folder again: `python make_data.py [--out FOLDER]`.

Everything in them is invented by `schoolmap.inputs.examples`, from one seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from schoolmap.inputs.examples import write_demo_county

HERE = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into (default: beside this script)")
    folder = write_demo_county(parser.parse_args(arguments).out)
    print(f"{sum(1 for _ in folder.iterdir())} files in {folder}")


if __name__ == "__main__":
    main()
