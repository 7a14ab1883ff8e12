"""Write the invented county: `python -m schoolmap.inputs.examples FOLDER [--clean]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from schoolmap.inputs.examples import write_clean
from schoolmap.inputs.examples import write_demo_county


def main(arguments: list[str] | None = None) -> None:
    """Write the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder to write into")
    parser.add_argument("--clean", action="store_true", help="tidy tables under the contract's names")
    options = parser.parse_args(arguments)
    (write_clean if options.clean else write_demo_county)(options.folder)


if __name__ == "__main__":
    main()
