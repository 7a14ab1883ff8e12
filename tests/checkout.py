"""What the repository keeps: for tests of files as they are handed on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def kept() -> set[str]:
    """Return the files that belong to the repository, by their path in it; skip the test where nothing says which."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)  # noqa: S603
    if listed.returncode:
        pytest.skip("this is no checkout: nothing says which files belong to it")
    return {name for name in listed.stdout.decode("utf-8").split("\0") if name and (ROOT / name).exists()}
