"""Checks between tables: one fault does not hide another one, and no mistake is told twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
import village
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import Severity
from schoolmap.project import inspect_folder

if TYPE_CHECKING:
    from pathlib import Path

Edit = tuple[str, int, str, str]
"""Table, row as a spreadsheet counts, header, and what is typed there."""
Told = tuple[str, int | None, str, str]
"""File, row, column and value."""

NO_SEATS: Edit = ("sections", 3, "教室数", "")
NO_ENROLMENT: Edit = ("sections", 5, "在校生数", "")
UNREADABLE: Edit = ("sections", 2, "学位数(个)", "约180")
CLOSED_FIRST: Edit = ("projects", 2, "停用时间", "2025-09")
BAD_MONTH: Edit = ("projects", 3, "投用时间", "2027-13")
UNKNOWN_KIND: Edit = ("projects", 4, "类型", "修缮")


def errors_of(folder: Path, *edits: Edit) -> set[Told]:
    """Return the errors of the synthetic county with some cells typed over."""
    content = village.tables()
    content["projects"] = content["projects"].assign(停用时间="")
    for table, row, header, typed in edits:
        content[table] = content[table].astype({header: object})
        content[table].at[row - 2, header] = typed
    _, faults = inspect_folder(village.write(folder, content))
    return {(fault.file, fault.row, fault.column, fault.value) for fault in faults if fault.severity is Severity.ERROR}


def test_by_hand(tmp_path: Path) -> None:
    """A number that cannot be read, a section without seats, two months and a kind: all in one run."""
    told = errors_of(tmp_path, UNREADABLE, NO_SEATS, NO_ENROLMENT, CLOSED_FIRST, BAD_MONTH, UNKNOWN_KIND)
    assert told == {
        ("sections.csv", 2, "seats", "约180"),
        ("sections.csv", 3, "seats", "2143000001"),
        ("sections.csv", 5, "enrolment", "2143000002"),
        ("projects.csv", 2, "closing", "2025-09"),
        ("projects.csv", 3, "opening", "2027-13"),
        ("projects.csv", 4, "kind", "修缮"),
    }


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[Edit, set[Told]]:
    """Return what is told of each fault where it is the only one."""
    edits = (NO_SEATS, NO_ENROLMENT, UNREADABLE, CLOSED_FIRST, BAD_MONTH, UNKNOWN_KIND)
    told = {edit: errors_of(tmp_path_factory.mktemp("alone"), edit) for edit in edits}
    assert all(len(errors) == 1 for errors in told.values())
    return told


@settings(max_examples=10)
@given(data=st.data())
def test_faults_of_different_records_add_up(
    alone: dict[Edit, set[Told]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever is wrong together is what is wrong one by one."""
    edits = data.draw(st.lists(st.sampled_from(sorted(alone)), unique=True, min_size=2))
    together = errors_of(tmp_path_factory.mktemp("together"), *edits)
    assert together == set().union(*(alone[edit] for edit in edits))


def test_a_record_with_a_fault_of_its_own_is_left_alone(tmp_path: Path) -> None:
    """A section whose only number of seats cannot be read is not said to have none as well."""
    told = errors_of(tmp_path, ("sections", 3, "教室数", "十二"), NO_ENROLMENT)
    assert told == {("sections.csv", 3, "classrooms", "十二"), ("sections.csv", 5, "enrolment", "2143000002")}


def test_nothing_is_said_of_records_where_the_whole_table_is_at_fault(tmp_path: Path) -> None:
    """Where the header says that seats are counted in square metres, every one of them is wrong."""
    content = village.tables()
    content["sections"] = content["sections"].rename(columns={"学位数(个)": "学位数(平方米)"})
    content["sections"].loc[1, "教室数"] = ""
    _, faults = inspect_folder(village.write(tmp_path, content))
    assert [(fault.row, fault.column) for fault in faults if fault.severity is Severity.ERROR] == [(None, "seats")]


def test_a_code_that_could_not_be_read_is_not_called_unknown_as_well(tmp_path: Path) -> None:
    """A number with fewer digits than the others is told once, though no school has it."""
    codes = [1143000001, 2143000001, 143000001, 2143000002]
    content = village.tables()
    content["sections"] = content["sections"].assign(学校标识码=pd.Series(codes, dtype=object))
    _, faults = inspect_folder(village.write(tmp_path, content, how=village.XLSX))
    (fault,) = (fault for fault in faults if fault.severity is Severity.ERROR)
    assert (fault.sheet, fault.row, fault.column) == ("学部", 4, "学校标识码 (A)")
    assert "fewer digits" in fault.problem


def test_stages_are_named_in_chinese(tmp_path: Path) -> None:
    """Whoever writes 高中 is told what the stages of the project are called."""
    content = village.tables()
    content["sections"].loc[1, "学段"] = "高中"
    _, faults = inspect_folder(village.write(tmp_path, content))
    (fault,) = (fault for fault in faults if fault.severity is Severity.ERROR)
    assert fault.remedy == "Known are e.g. kindergarten, primary."
    assert fault.remedy_zh == "已有的如:幼儿园(kindergarten)、小学(primary)。"
