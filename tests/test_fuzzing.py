"""
Files spoilt at random: whatever bytes come, a table or a fault, and nothing else.

A few of each kind here; `benchmarks/fuzz_readers.py` goes on as long as it is let,
each batch in a process of its own, since a library in C may take its process with it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import fuzzing
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Write the sound files once."""
    return fuzzing.write_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("kind", fuzzing.KINDS)
def test_the_sound_files_are_read(seeds: dict[str, list[Path]], kind: str) -> None:
    """Or what is said of spoilt ones would say nothing; the project is complained of, since its tables are not its own."""
    faults = fuzzing.read(kind, seeds[kind][0])
    assert [str(fault) for fault in faults if fault.severity.value == "error" and kind not in {"toml", "osm"}] == []


def read_spoilt(seeds: dict[str, list[Path]], folder: Path, kind: str, seed: int) -> None:
    """Spoil a file and read it."""
    shutil.rmtree(folder, ignore_errors=True)
    fuzzing.read(kind, fuzzing.spoil(seeds[kind], folder, seed=seed)[0])


SLOW = ("osm", "shp", "gpkg")
"""What GDAL takes a tenth of a second to open."""


@pytest.mark.parametrize("kind", [kind for kind in fuzzing.KINDS if kind not in SLOW])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spoilt_file_is_a_table_or_a_fault(
    seeds: dict[str, list[Path]], tmp_path: Path, kind: str, seed: int
) -> None:
    """Never another exception, and every fault is one line that can be printed."""
    read_spoilt(seeds, tmp_path / "spoilt", kind, seed)


@pytest.mark.parametrize("kind", SLOW)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spoilt_layer_is_a_table_or_a_fault(
    seeds: dict[str, list[Path]], tmp_path: Path, kind: str, seed: int
) -> None:
    """The same."""
    read_spoilt(seeds, tmp_path / "spoilt", kind, seed)


# What fuzzing has found, each mended


def test_two_columns_of_one_name(seeds: dict[str, list[Path]], tmp_path: Path) -> None:
    """A byte of a shapefile's table makes one name another's."""
    paths = [Path(shutil.copy(path, tmp_path)) for path in seeds["shp"]]
    table = next(path for path in paths if path.suffix == ".dbf")
    table.write_bytes(table.read_bytes().replace(b"parent\0", b"name\0\0\0"))
    assert any("is the name of two columns" in str(fault) for fault in fuzzing.read("shp", paths[0]))


@pytest.mark.parametrize(
    "text", ['folder\n"a', "folder\na\nb,c,d\n", "note,folder\n\n1\n", '"folder\n', "folder", "a\0b\n\0"]
)
def test_a_list_of_folders_that_is_no_table(tmp_path: Path, text: str) -> None:
    """A quotation mark that is not closed, rows that are too long or too short, and no row at all."""
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    fuzzing.read("list", tmp_path / "list.csv")
