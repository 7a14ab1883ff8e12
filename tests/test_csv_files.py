"""csv files: any usual encoding, every cell comes back, rows are counted as a spreadsheet does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.inputs.files.csv_files import load_csv
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.inputs.files.raw import Grid

TOWN = pd.DataFrame({"学区代码": ["0101", "0102"], "片区名称": ["西片", "=1+1"]})


def read(path: Path, *, separator: str = ",", encoding: str = "") -> Grid:
    """Load a csv file."""
    return load_csv(path, separator=separator, encoding=encoding)


def refusal(path: Path, *, encoding: str = "") -> str:
    """Load a file that must be refused, and return the problem; the fault has a way out in both languages."""
    with pytest.raises(UnreadableError) as caught:
        read(path, encoding=encoding)
    (fault,) = caught.value.faults
    assert fault.remedy
    assert fault.problem_zh
    assert fault.remedy_zh
    return fault.problem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with and without mark, GBK and what Excel calls Unicode are told apart without a word."""
    TOWN.to_csv(tmp_path / "t.csv", index=False, encoding=encoding)
    grid = read(tmp_path / "t.csv")
    assert grid.cells.tolist() == [["学区代码", "片区名称"], ["0101", "西片"], ["0102", "=1+1"]]
    assert (grid.rows, grid.columns, grid.lettered) == ((1, 2, 3), (1, 2), False)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cells_come_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    """Quotes, commas and line breaks within cells change neither cells nor rows; blank cells are nothing."""
    pd.DataFrame(rows, columns=["a", "b"]).to_csv(tmp_path / "t.csv", index=False, encoding="utf-8")
    grid = read(tmp_path / "t.csv", encoding="utf-8")
    filled = [[cell if cell.strip() else None for cell in row] for row in [("a", "b"), *rows]]
    assert dict(zip(grid.rows, grid.cells.tolist(), strict=True)) == {
        row: line for row, line in enumerate(filled, start=1) if any(cell is not None for cell in line)
    }


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """Blank lines are no rows, but they count; cells that Excel leaves at the end of lines do not matter."""
    (tmp_path / "t.csv").write_text("a,b,\n1,2,\n\n,,,,\n3,4,\n", encoding="utf-8")
    grid = read(tmp_path / "t.csv")
    assert (grid.rows, grid.columns) == ((1, 2, 5), (1, 2))
    assert grid.widths == {1: 3, 2: 3, 5: 3}


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_declared(tmp_path: Path, separator: str) -> None:
    """It is never guessed; without the declaration a file that seems to need one is refused."""
    (tmp_path / "t.csv").write_text(f"a{separator}b\n1{separator}2\n", encoding="utf-8")
    assert read(tmp_path / "t.csv", separator=separator).cells.tolist() == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds nothing"),
        (b"\n ,\n", "holds nothing"),
        (b'a,b\n"1,2\n', "is no table"),
        (b"a;b\n1;2\n", "one column only"),
        (b"a\tb\n1\t2\n", "one column only"),
        (b"a,b\n\x81\x20,\xff\xff\n", "neither UTF-8 nor GBK"),
        (b"\xff\xfea", "neither UTF-8 nor GBK"),
    ],
)
def test_refuses_what_is_no_table(tmp_path: Path, content: bytes, says: str) -> None:
    """Each is a sentence with a way out."""
    (tmp_path / "t.csv").write_bytes(content)
    assert says in refusal(tmp_path / "t.csv")


def test_refuses_an_encoding_that_is_none_or_not_that(tmp_path: Path) -> None:
    """A declared encoding is followed, not improved on."""
    TOWN.to_csv(tmp_path / "t.csv", index=False)
    assert "unknown encoding" in refusal(tmp_path / "t.csv", encoding="klingon")
    assert "is not ascii" in refusal(tmp_path / "t.csv", encoding="ascii")


@pytest.mark.parametrize("encoding", ["", "utf-8", "gbk"])
def test_zero_bytes_are_no_text(tmp_path: Path, encoding: str) -> None:
    """A file that was cut off by a full disk, or no text at all; the line is named."""
    (tmp_path / "t.csv").write_bytes(b"a,b\n1,2\n3,\0\0\0\n")
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "t.csv", encoding=encoding)
    (fault,) = caught.value.faults
    assert (fault.row, fault.problem) == (3, "holds a zero byte: the file is damaged, or no text.")
    assert fault.remedy
    assert fault.remedy_zh
