"""Codes: text as typed; what a spreadsheet made numbers of is read where all its digits are there, else refused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.cells.code_cells import read_code
from schoolmap.inputs.cells.code_cells import zeros_lost
from schoolmap.inputs.cells.number_cells import Read


def code(cell: object, *, optional: bool = False) -> Read:
    """Read a code of a column that must be filled, if nothing else is said."""
    return read_code(cell, optional=optional)


def lost(*cells: object) -> list[int]:
    """Return the places of codes in a column that have probably lost zeros."""
    return list(zeros_lost({place: code(cell) for place, cell in enumerate(cells)}))


@pytest.mark.parametrize(
    "cell", ["A1", "А1", "Ａ1", "a1", "01", "1", "1E5", "12E3", "1.5", "城东", "=1+1", "0101;0102", "NA", "无"]
)
def test_text_stays_as_typed(cell: str) -> None:
    """Codes that only look alike (Latin, Cyrillic, full-width letters) stay different; nothing is a number."""
    assert code(cell) == Read(cell)


@pytest.mark.parametrize(
    ("cell", "digits", "notes"),
    [
        (43122201, "43122201", ("code_number",)),
        (431222001001.0, "431222001001", ("code_number",)),
        (999_999_999_999_999, "999999999999999", ("code_number",)),
        (0, "0", ("code_number",)),
        ("431222001001.0", "431222001001", ("code_decimal",)),
        ("4.31222001001E+11", "431222001001", ("code_power",)),
        ("４３１２２２", "431222", ("full_width",)),
        (" 431222\u3000", "431222", ("unseen",)),
        ("4312\u200b22", "431222", ("unseen",)),
        ("\xa0431222", "431222", ("unseen",)),
        ("'0101", "0101", ("apostrophe",)),
        ("２１４３０００００１．０", "２１４３０００００１．０", ()),
    ],
)
def test_digits_that_are_all_there_are_read_and_told(cell: object, digits: str, notes: tuple[str, ...]) -> None:
    """Numbers of up to 15 digits, decimals and powers of ten with every digit, full-width digits, unseen characters."""
    read = code(cell)
    assert read.problem is None
    if notes:
        assert (read.value, read.notes) == (digits, notes)
    else:
        assert "full_width" in read.notes


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (1_000_000_000_000_000, "lost digits"),
        (4.312220010010011e18, "lost digits"),
        ("4312220010010012345.0", "lost digits"),
        ("4.31222E+11", "power of ten"),
        ("4E+11", "power of ten"),
        ("4.31222001001E+15", "lost digits"),
        (43.5, "cannot be a code"),
        (-5, "cannot be a code"),
        (float("inf"), "cannot be a code"),
        (True, "cannot be a code"),
        (dt.datetime(2025, 1, 2), "date that a spreadsheet made"),  # noqa: DTZ001
        ("—", "stands for nothing"),
    ],
)
def test_what_cannot_be_the_code_is_refused(cell: object, says: str) -> None:
    """More than 15 digits, a power of ten without its digits, a fraction, the date that `1-2` became."""
    read = code(cell)
    assert (read.value, read.notes) == (None, ())
    assert read.problem is not None
    assert says in read.problem.problem
    assert read.problem.remedy_zh


def test_an_optional_code_may_be_a_dash() -> None:
    """A teaching point without a central school."""
    assert code("—", optional=True) == code("无", optional=True) == Read(None, ("mark",))


@given(st.integers(0, 10**15 - 1))
def test_every_number_of_15_digits_keeps_its_digits(number: int) -> None:
    """As a whole number, as a float, with a decimal, as a power of ten with all digits."""
    digits = str(number)
    assert code(number).value == code(float(number)).value == code(f"{number}.0").value == digits
    if len(digits) > 1:
        assert code(f"{digits[0]}.{digits[1:]}E+{len(digits) - 1:02}").value == digits


@given(st.text(max_size=12))
def test_any_text_is_a_code_or_a_problem(text: str) -> None:
    """A code is text without spaces at its ends, or nothing."""
    read = code(text)
    assert read.value is None or (isinstance(read.value, str) and read.value == read.value.strip() != "")


def test_zeros_at_the_front_by_hand() -> None:
    """Codes 0101, 0102, 1101 and 1102 that became numbers: the first two have a digit too few."""
    assert lost(101, 102, 1101, 1102) == [0, 1]
    assert lost("0101", 102, 1101) == [1]
    assert lost("101.0", "1.102E+03", 1101) == [0]


@pytest.mark.parametrize(
    "cells",
    [
        (1, 2, 3, 12),
        (998, 999, 1000, 1001),
        (2143000001, 2143000002),
        ("101", "1101"),
        ("1", 2),
        (),
        (7,),
        ("A1", 12345, "B"),
    ],
)
def test_codes_that_lost_nothing(cells: tuple[object, ...]) -> None:
    """Codes that only count, codes of one length, and text, which keeps its zeros."""
    assert lost(*cells) == []


def test_a_column_that_keeps_zeros_shows_where_they_are_lost() -> None:
    """Beside `0001` and `0002` a number 3 was `0003`."""
    assert lost("0001", "0002", 3) == [2]
    assert lost("001", "0002", 3) == [2]


@given(st.permutations([101, 102, 1101, 1102, 2050]))
def test_the_order_of_rows_does_not_matter(cells: list[int]) -> None:
    """The same codes are told wherever they stand."""
    assert {cells[place] for place in lost(*cells)} == {101, 102}
