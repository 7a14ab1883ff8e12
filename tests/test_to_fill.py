"""What a template leaves to people is found wherever it stands, and stops the reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import village
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.project_file import read_people_file
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.to_fill import TO_FILL
from schoolmap.inputs.to_fill import places_to_fill

if TYPE_CHECKING:
    from pathlib import Path

LEAVES = st.one_of(st.integers(), st.booleans(), st.text("ab【】", max_size=4), st.sampled_from(list(TO_FILL.values())))
DOCUMENTS = st.recursive(
    LEAVES,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from("xyz"), parts, max_size=3),
    max_leaves=12,
)


def test_by_hand() -> None:
    """Keys are named with their sections, items of a list from 0, in the order of the file."""
    document = {"project": {"crs": "【必填】", "seed": 0}, "stages": {"k": {"notes": ["x", "see [REQUIRED]"]}}}
    assert list(places_to_fill(document)) == [("project.crs", "【必填】"), ("stages.k.notes.1", "see [REQUIRED]")]


@given(DOCUMENTS)
def test_finds_as_many_as_there_are(document: object) -> None:
    """Each text with a mark is found once."""
    told = repr(document)
    marks = sum(told.count(repr(mark)) for mark in TO_FILL.values())
    assert len(list(places_to_fill(document))) == marks


def test_depth_does_not_matter() -> None:
    """A file with very many dotted keys is read as any other."""
    document: object = "【必填】"
    for _ in range(5000):
        document = {"a": document}
    assert len(list(places_to_fill(document))) == 1


@pytest.mark.parametrize("mark", TO_FILL.values())
def test_a_value_to_fill_is_told_once(tmp_path: Path, mark: str) -> None:
    """As such, not as a wrong CRS or number; other faults are told beside it."""
    project = village.PROJECT.replace('"EPSG:4546"', f'"{mark}"').replace("2030", f'"{mark}"').replace("= 100", "= 1")
    folder = village.write(tmp_path / "county", project=project)
    document, faults = read_project_file(folder)
    assert document is None
    assert [(fault.column, fault.value) for fault in faults] == [
        ("project.crs", mark),
        ("project.horizon", mark),
        ("project.draws", "1"),
    ]
    assert faults[0].sentence("zh") == f"project.toml, 列 project.crs: “{mark}”:尚未填写。请按该行上方的说明填写。"


def test_a_mark_in_a_sound_text_stops_too(tmp_path: Path) -> None:
    """A note of where a rate comes from that is still to be written is no note."""
    project = village.PROJECT.replace('attendance_note = "虚构"', 'attendance_note = "【必填】"', 1)
    folder = village.write(tmp_path / "county", project=project)
    for read in (read_project_file, read_people_file):
        document, faults = read(folder)
        assert document is None
        assert [fault.column for fault in faults] == ["stages.kindergarten.attendance_note"]
