"""The file of edits: what is read, and that every fault names its edit and the way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

import pytest

from schoolmap.inputs.edits import LARGEST_BYTES
from schoolmap.inputs.edits import SCHEMA
from schoolmap.inputs.edits import Add
from schoolmap.inputs.edits import Move
from schoolmap.inputs.edits import read_edits

if TYPE_CHECKING:
    from pathlib import Path

ADD: dict[str, Any] = {"kind": "add", "stage": "primary", "school": "S1", "classes": 2, "opens": 2027}
MOVE: dict[str, Any] = {"kind": "move", "coverage": "all", "area": "v1", "from": "n", "to": "s", "opens": 2028}


def written(folder: Path, *edits: dict[str, Any], **whole: object) -> Path:
    """Write a file of edits."""
    path = folder / "edits.json"
    document = {"schema": SCHEMA, "project": "town", "base_year": 2025, "edits": list(edits)} | whole
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_by_hand(tmp_path: Path) -> None:
    """An addition and a move, in their order."""
    edits, faults = read_edits(written(tmp_path, ADD, MOVE))
    assert faults == []
    assert edits is not None
    assert (edits.project, edits.base_year) == ("town", 2025)
    first, second = edits.edits
    assert isinstance(first, Add)
    assert (first.school, first.classes, first.seats, first.until) == ("S1", 2, None, None)
    assert isinstance(second, Move)
    assert (second.from_catchment, second.to_catchment, second.opens) == ("n", "s", 2028)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Editors on Windows put one first."""
    path = written(tmp_path, ADD)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_edits(path)[1] == []


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"classes": None}, "edits.2.classes", "either of classes or of seats"),
        ({"seats": 60}, "edits.2.classes", "either of classes or of seats"),
        ({"classes": 1.5}, "edits.2.classes", "no whole number"),
        ({"school": None}, "edits.2.school", "either at a school or in a catchment"),
        ({"catchment": "n"}, "edits.2.school", "either at a school or in a catchment"),
        ({"until": 2026}, "edits.2.until", "ends before it opens"),
        ({"opens": "2027"}, "edits.2.opens", "cannot be read"),
        ({"opens": 20270}, "edits.2.opens", "cannot be read"),
        ({"school": ""}, "edits.2.school", "cannot be read"),
        ({"seats": float("nan"), "classes": None}, "edits.2.seats", "cannot be read"),
        ({"path": "../x"}, "edits.2.path", "not a known key"),
        ({"kind": "close"}, "edits.2", "cannot be read"),
    ],
)
def test_a_wrong_addition(tmp_path: Path, changes: dict[str, object], column: str, words: str) -> None:
    """The fault names the edit, counted from 1, and its key."""
    edits, faults = read_edits(written(tmp_path, ADD, ADD | changes))
    assert edits is None
    assert [fault.column for fault in faults] == [column]
    assert words in faults[0].problem
    assert faults[0].file == "edits.json"
    assert faults[0].remedy
    assert faults[0].remedy_zh


def test_a_move_to_where_the_area_is(tmp_path: Path) -> None:
    """It would change nothing."""
    _, faults = read_edits(written(tmp_path, MOVE | {"to": "n"}))
    assert [(fault.column, fault.value) for fault in faults] == [("edits.1.to", "n")]


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Nobody has to try again for each."""
    _, faults = read_edits(written(tmp_path, ADD | {"classes": None}, MOVE | {"to": "n"}, ADD | {"until": 2000}))
    assert [fault.column for fault in faults] == ["edits.1.classes", "edits.2.to", "edits.3.until"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"edits"', b"\xff\xfe\x00", b'{"schema": "schoolmap.map/4"}', b"[" * 100_000],
)
def test_no_file_of_edits(tmp_path: Path, content: bytes) -> None:
    """Anything else is told to be something else; nothing breaks."""
    path = tmp_path / "edits.json"
    path.write_bytes(content)
    edits, faults = read_edits(path)
    assert edits is None
    assert len(faults) == 1


def test_a_missing_or_huge_file(tmp_path: Path) -> None:
    """A file that is not there, is a folder, or is no small file, is a fault, not a crash."""
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * (LARGEST_BYTES + 1))
    for path, words in ((tmp_path / "none.json", "No such file"), (tmp_path, "cannot be read"), (huge, "is larger")):
        edits, faults = read_edits(path)
        assert edits is None
        assert words in faults[0].problem


def test_hostile_words_are_only_words(tmp_path: Path) -> None:
    """A name may be anything; it is kept as text."""
    name = "<img src=x onerror=alert(1)>{{7*7}}=cmd"
    edits, _ = read_edits(written(tmp_path, ADD | {"name": name}))
    assert edits is not None
    assert isinstance(edits.edits[0], Add)
    assert edits.edits[0].name == name
