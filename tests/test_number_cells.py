"""Numbers as people write them: what can mean one thing is read and told, what can mean two is refused."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.cells.number_cells import EMPTY_MARKS
from schoolmap.inputs.cells.number_cells import Read
from schoolmap.inputs.cells.number_cells import is_mark
from schoolmap.inputs.cells.number_cells import read_degrees
from schoolmap.inputs.cells.number_cells import read_number
from schoolmap.inputs.cells.units import Unit

SEATS = Unit("heads", Fraction(1))
LAND = Unit("m2", Fraction(1))
MONEY = Unit("yuan", Fraction(10_000))
SHARE = Unit("share", Fraction(1))


def number(cell: object, unit: Unit | None = SEATS, *, decimal: str = ".", optional: bool = True) -> Read:
    """Read a cell of a column that counts seats, if nothing else is said."""
    return read_number(cell, decimal=decimal, unit=unit, optional=optional)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (12, 12),
        (12.5, 12.5),
        ("13", 13),
        (" 7 ", 7),
        ("1e3", 1000),
        ("+4", 4),
        ("-4", -4),
        (".5", 0.5),
        ("0", 0),
        ("'12", 12),
        ("\u200b12\ufeff", 12),
    ],
)
def test_plain_numbers_need_no_notice(cell: object, value: float) -> None:
    """Typed as numbers or as text, with spaces or an apostrophe that marks text."""
    assert number(cell) == Read(value)


@pytest.mark.parametrize(
    ("cell", "value", "notes"),
    [
        ("１２．５", 12.5, ("full_width",)),
        ("1,234", 1234, ("thousands",)),
        ("１，２３４", 1234, ("full_width", "thousands")),
        ("-1,234,567.5", -1234567.5, ("thousands",)),
        ("45人", 45, ("unit",)),
        ("45 个", 45, ("unit",)),
        ("1,200 名", 1200, ("thousands", "unit")),
        ("1.2万人", 12_000, ("converted",)),
    ],
)
def test_what_means_one_number_is_read_and_told(cell: object, value: float, notes: tuple[str, ...]) -> None:
    """Full-width digits, thousands in groups of three, the unit of the column."""
    assert number(cell) == Read(value, notes)


@pytest.mark.parametrize(
    ("cell", "unit", "value", "note"),
    [
        ("3亩", LAND, 2000.0, "converted"),
        ("2公顷", LAND, 20_000.0, "converted"),
        ("1,200 平方米", LAND, 1200.0, "unit"),
        ("1200㎡", LAND, 1200.0, "unit"),
        ("1.5亿元", MONEY, 15_000.0, "converted"),
        ("50000元", MONEY, 5.0, "converted"),
        ("600万元", MONEY, 600.0, "unit"),
        ("85%", SHARE, 0.85, "per_cent"),
        ("８５％", SHARE, 0.85, "per_cent"),
    ],
)
def test_units_are_turned_into_the_columns_own(cell: str, unit: Unit, value: float, note: str) -> None:
    """Area, money and shares have exact factors."""
    read = number(cell, unit)
    assert read.value == pytest.approx(value)
    assert note in read.notes


@pytest.mark.parametrize("cell", ["12班", "12间", "3亩", "85%", "5万元", "2轨"])
def test_a_unit_that_counts_something_else_is_refused(cell: str) -> None:
    """Twelve classes are not twelve seats."""
    read = number(cell)
    assert math.isnan(float(str(read.value)))
    assert read.problem is not None
    assert "does not count in" in read.problem.problem


def test_a_header_gives_the_unit_of_plain_numbers() -> None:
    """Land in 亩 is turned into square metres; a cell with its own unit keeps that."""
    assert read_number(3, decimal=".", unit=LAND, times=2000 / 3) == Read(2000.0, ("header_unit",))
    assert read_number("1200平方米", decimal=".", unit=LAND, times=2000 / 3) == Read(1200.0, ("unit",))


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("12,5", "decimal comma"),
        ("1,23", "decimal comma"),
        ("0,123", "decimal comma"),
        ("1 234", "separator of thousands"),
        ("1'234", "separator of thousands"),
        ("约540", "plain number"),
        ("500-600", "plain number"),
        ("540+", "plain number"),
        ("NaN", "plain number"),
        ("inf", "plain number"),
        ("-Infinity", "plain number"),
        ("1e999", "plain number"),
        ("0x10", "plain number"),
        ("1_000", "plain number"),
        ("TRUE", "plain number"),
        (True, "plain number"),
        (float("-inf"), "plain number"),
        ("=40+5", "plain number"),
        ("十二", "plain number"),
        ("无", "zero, or not known"),
    ],
)
def test_what_may_mean_two_things_is_refused_with_a_hint(cell: object, hint: str) -> None:
    """Other separators, words, infinity, and a word that may be zero or not known."""
    problem = number(cell).problem
    assert problem is not None
    assert hint in problem.problem + problem.remedy
    assert problem.problem_zh
    assert problem.remedy_zh


def test_a_decimal_comma_has_no_thousands() -> None:
    """Where the comma is declared the decimal mark, a point is refused."""
    assert number("540,5", decimal=",") == Read(540.5)
    assert "decimal mark" in str(number("1.234", decimal=",").problem)


@pytest.mark.parametrize("mark", ["-", "—", "——", "－", "/", "／", "暂无", "不详", "#N/A", "n/a", " — "])
def test_a_mark_for_nothing(mark: str) -> None:
    """It is an empty cell where one may be empty, never a zero; where a number is needed it is told as a mark."""
    read = number(mark)
    assert is_mark(mark)
    assert math.isnan(float(str(read.value)))
    assert (read.notes, read.problem) == (("mark",), None)
    assert "stands for nothing" in str(number(mark, optional=False).problem)


@given(st.integers(-(10**15), 10**15))
def test_thousands_are_what_was_separated(value: int) -> None:
    """Any whole number comes back from its form with commas."""
    read = number(f"{value:,}")
    assert read.value == value
    assert read.notes == (("thousands",) if abs(value) >= 1000 else ())


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_and_number_read_alike(value: float) -> None:
    """A number is the same typed as a number or as text."""
    assert number(value).value == number(repr(value)).value == value


@given(st.text(max_size=10))
def test_any_text_is_a_number_or_empty_or_a_problem(text: str) -> None:
    """Nothing else comes out, and the value is finite or missing."""
    read = number(text)
    assert isinstance(read.value, float)
    if read.problem is not None or "mark" in read.notes:
        assert math.isnan(read.value)
    else:
        assert math.isfinite(read.value)


@pytest.mark.parametrize(
    ("cell", "axis", "value", "notes"),
    [
        ("110.390", "lon", 110.39, ()),
        (110.39, "lon", 110.39, ()),
        ("110°23′24″", "lon", 110.39, ("degrees",)),
        ("110°23'24\"", "lon", 110.39, ("degrees",)),
        ("110º23’24”", "lon", 110.39, ("degrees",)),
        ("110度23分24秒", "lon", 110.39, ("degrees",)),
        ("东经110°23′24″", "lon", 110.39, ("degrees",)),
        ("E110°23′24″", "lon", 110.39, ("degrees",)),
        ("110°23′24″E", "lon", 110.39, ("degrees",)),
        ("28°27′", "lat", 28.45, ("degrees",)),
        ("28°27′00.0″N", "lat", 28.45, ("degrees",)),
        ("110.39E", "lon", 110.39, ("direction",)),
        ("110.39°", "lon", 110.39, ("degrees",)),
        ("N 28.45", "lat", 28.45, ("direction",)),
        ("北纬28.45", "lat", 28.45, ("direction",)),
        ("13.4W", "lon", -13.4, ("direction",)),
        ("南纬 5°30′", "lat", -5.5, ("degrees",)),
        ("-5°30′", "lat", -5.5, ("degrees",)),
        ("１１０．３９", "lon", 110.39, ("full_width",)),
    ],
)
def test_degrees_in_any_usual_form(cell: object, axis: str, value: float, notes: tuple[str, ...]) -> None:
    """Decimal, or in degrees, minutes and seconds, with the direction before or behind."""
    read = read_degrees(cell, decimal=".", axis=axis)
    assert read.value == pytest.approx(value, abs=1e-9)
    assert (read.notes, read.problem) == (notes, None)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("28.45N", "is a latitude"),
        ("北纬28°27′", "is a latitude"),
        ("110°60′00″", "60 or more"),
        ("110°23′61″", "60 or more"),
        ("110°23′24″X", "is not a number"),
        ("E110W", "is not a number"),
        ("-110E", "is not a number"),
        ("110.39,28.45", "is not a number"),
        ("110,390", "is not a number"),
        ("约110.39", "is not a number"),
        ("110′23″", "is not a number"),
    ],
)
def test_degrees_that_are_none(cell: str, says: str) -> None:
    """The other axis, minutes beyond the hour, two directions, two numbers in a cell."""
    problem = read_degrees(cell, decimal=".", axis="lon").problem
    assert problem is not None
    assert says in problem.problem
    assert problem.remedy_zh


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59))
def test_degrees_minutes_and_seconds_add_up(degrees: int, minutes: int, seconds: int) -> None:
    """Sixty minutes are a degree, sixty seconds a minute."""
    read = read_degrees(f"{degrees}°{minutes}′{seconds}″", decimal=".", axis="lon")
    assert read.value == pytest.approx(degrees + minutes / 60 + seconds / 3600, abs=1e-9)


def test_marks_are_written_as_they_are_compared() -> None:
    """In one width and in small letters."""
    assert all(is_mark(mark) for mark in EMPTY_MARKS)
