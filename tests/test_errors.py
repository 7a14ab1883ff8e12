"""Faults: where they are, in both languages, and what a terminal may be sent."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap import errors
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.errors import row_number

NEGATIVE = Wording("is negative.", "Counts are zero or more.", "是负数。", "数量应为零或正数。")


def test_a_fault_by_hand() -> None:
    """File, sheet, row, column, value, problem and way out, in English and in Chinese."""
    fault = Fault(file="县表.xlsx", sheet="学部", row=7, column="seats", value="-3", **NEGATIVE._asdict())
    assert str(fault) == ("县表.xlsx, sheet 学部, row 7, column seats: '-3': is negative. Counts are zero or more.")
    assert fault.sentence("zh") == "县表.xlsx, 工作表 学部, 第 7 行, 列 seats: “-3”:是负数。数量应为零或正数。"
    assert fault.place("zh") == "县表.xlsx, 工作表 学部, 第 7 行, 列 seats"


def test_a_fault_of_a_whole_file() -> None:
    """Without row, column and value only the file is named."""
    fault = Fault(file="a.csv", problem="does not exist.", remedy="Put it there.")
    assert str(fault) == "a.csv: does not exist. Put it there."
    assert fault.place() == fault.place("zh") == "a.csv"


def test_without_chinese_the_english_is_shown() -> None:
    """A fault that was not translated is still told."""
    assert Fault(file="a.csv", problem="is odd.", remedy="Mend it.").sentence("zh") == "a.csv: is odd.Mend it."


@given(st.text(), st.sampled_from(["en", "zh"]))
def test_a_sentence_is_one_printable_line(value: str, language: errors.FaultLanguage) -> None:
    """Whatever a cell holds, no control character reaches the terminal, and one fault is one line."""
    fault = Fault(file=f"f{value}", sheet=value, column=value, value=value, **NEGATIVE._asdict())
    assert fault.sentence(language).isprintable()


def test_a_long_cell_is_cut_in_the_sentence_only() -> None:
    """A cell of a megabyte does not flood the terminal; the fault keeps it."""
    fault = Fault(file="a.csv", value="x" * 1_000_000, **NEGATIVE._asdict())
    assert len(str(fault)) < 300
    assert len(fault.value) == 1_000_000


def test_a_fault_is_plain_data() -> None:
    """It is frozen, compares by value and becomes a dictionary for machines."""
    fault = Fault(file="a.csv", **NEGATIVE._asdict())
    assert fault == Fault(file="a.csv", **NEGATIVE._asdict())
    assert asdict(fault)["severity"] == "error"
    assert asdict(fault)["problem_zh"] == "是负数。"
    with pytest.raises(AttributeError):
        fault.row = 3  # type: ignore[misc]


def test_an_input_error_lists_everything() -> None:
    """All faults are in the message and in `faults`."""
    faults = [Fault(file=name, **NEGATIVE._asdict()) for name in ("a.csv", "b.csv")]
    error = InputError(faults)
    assert error.faults == tuple(faults)
    assert str(error).splitlines() == ["2 fault(s) in the input:", *(f"  - {fault}" for fault in faults)]


@pytest.mark.parametrize(
    ("raised", "builtin"),
    [
        (errors.LabelError, ValueError),
        (errors.MissingValueError, ValueError),
        (errors.CRSError, ValueError),
        (errors.OverlapError, ValueError),
        (errors.InputError, ValueError),
        (errors.OutputError, RuntimeError),
    ],
)
def test_every_error_is_also_a_builtin(raised: type[Exception], builtin: type[Exception]) -> None:
    """A caller who knows only Python can catch them; one who knows schoolmap catches one base."""
    assert issubclass(raised, builtin)
    assert issubclass(raised, errors.SchoolmapError)


def test_severities_are_four_words() -> None:
    """Errors stop, warnings do not, rulings were decided, notices say how something was read."""
    assert [str(level) for level in Severity] == ["error", "warning", "ruling", "notice"]


def test_a_row_is_a_number() -> None:
    """An index label stands for a spreadsheet row, whatever its type."""
    assert row_number(7) == row_number("7") == 7
