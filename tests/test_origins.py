"""Several files and sheets of one table: labels differ, lie in order, and lead back to sheet and row."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from schoolmap.errors import Wording
from schoolmap.inputs.checks.named import Named
from schoolmap.inputs.files.origins import Origin
from schoolmap.inputs.files.origins import first_label
from schoolmap.inputs.files.origins import origin_of
from schoolmap.inputs.files.origins import together
from schoolmap.inputs.files.origins import whole
from schoolmap.tables import CONTRACTS

SHEETS = (Origin("t.xlsx", "幼儿园"), Origin("t.xlsx", "小学"), Origin("初中.csv"))
WORDING = Wording("is wrong.", "Mend it.", "有误。", "请更正。")


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 1_048_576)), unique=True))
def test_labels_lead_back(records: list[tuple[int, int]]) -> None:
    """Labels of different records differ, sort as source and row do, and name both."""
    labels = [first_label(source) + row for source, row in records]
    assert len(set(labels)) == len(records)
    assert [records[place] for place in pd.Series(labels, dtype="int64").argsort()] == sorted(records)
    assert [origin_of(label, SHEETS) for label in labels] == [(SHEETS[source], row) for source, row in records]


def test_the_whole_names_every_file_and_sheet_once() -> None:
    """A table of one source keeps its plain name."""
    assert whole(SHEETS) == Origin("t.xlsx, 初中.csv", "幼儿园, 小学")
    assert whole(SHEETS[2:]) == Origin("初中.csv", "")


def test_a_fault_of_a_later_check_names_sheet_row_and_header() -> None:
    """What compares tables knows labels only; the table leads them back."""
    frame = pd.DataFrame({"school": ["A", "B"]}, index=[5, first_label(1) + 7])
    table = Named(
        file="t.xlsx", sheet="幼儿园, 小学", frame=frame, origins=SHEETS, headers={"school": "学校标识码 (B)"}
    )
    fault = table.fault(WORDING, row=frame.index[1], column="school", value="B")
    assert (fault.file, fault.sheet, fault.row, fault.column) == ("t.xlsx", "小学", 7, "学校标识码 (B)")
    differs = replace(table, headers={}, headers_of=({}, {"school": "学校代码 (C)"}, {}))
    assert differs.fault(WORDING, row=frame.index[1], column="school").column == "学校代码 (C)"
    assert differs.fault(WORDING, row=frame.index[0], column="school").column == "school"
    of_all = table.fault(WORDING, column="seats")
    assert (of_all.sheet, of_all.row, of_all.column) == ("幼儿园, 小学", None, "seats")
    alone = Named(file="a.csv", frame=frame).fault(WORDING, row=5)
    assert (alone.file, alone.sheet, alone.row) == ("a.csv", "", 5)


def test_records_stand_below_each_other() -> None:
    """Columns that a source does not have are missing there; numbers stay numbers."""
    one = pd.DataFrame({"school": ["A"], "stage": ["primary"], "seats": [540.0]}, index=[2])
    other = pd.DataFrame({"school": ["B"], "stage": ["junior"], "classrooms": [12.0]}, index=[2])
    frame = together([one, other], CONTRACTS["sections"])
    assert list(frame.index) == [2, first_label(1) + 2]
    assert frame["school"].to_list() == ["A", "B"]
    assert frame.dtypes[["seats", "classrooms"]].to_list() == [float, float]
    assert frame["seats"].isna().to_list() == [False, True]
    assert together([one], CONTRACTS["sections"]) is one


def test_an_empty_source_adds_nothing() -> None:
    """A sheet of projects to come may be empty."""
    one = pd.DataFrame({"project": ["X"]}, index=[2], dtype=object)
    none = pd.DataFrame({"project": pd.Series(dtype=object)})
    assert together([none, one], CONTRACTS["projects"])["project"].to_list() == ["X"]
    assert together([none, none], CONTRACTS["projects"]).empty


def points(*places: Point | None, crs: str | None) -> gpd.GeoDataFrame:
    """Return schools at places."""
    labels = [f"k{place}" for place in places]
    return gpd.GeoDataFrame({"school": labels}, geometry=list(places), index=range(2, len(places) + 2), crs=crs)


def test_layers_of_different_crs_come_into_the_first() -> None:
    """Kindergartens in degrees, schools in metres: one layer, in the CRS of the first that has one."""
    degrees = points(Point(110.39, 28.45), crs="EPSG:4326")
    metres = points(Point(440_249.742, 3_148_463.666), crs="EPSG:4546")
    layer = together([points(None, crs=None), degrees, metres], CONTRACTS["schools"])
    assert isinstance(layer, gpd.GeoDataFrame)
    assert layer.crs == "EPSG:4326"
    assert layer.geometry.iloc[2].distance(Point(110.39, 28.45)) < 1e-7


def test_a_source_whose_crs_is_not_known_leaves_the_layer_without() -> None:
    """Its coordinates mean nothing beside the others; its fault is told already."""
    layer = together([points(Point(1, 2), crs=None), points(Point(110, 28), crs="EPSG:4326")], CONTRACTS["schools"])
    assert isinstance(layer, gpd.GeoDataFrame)
    assert layer.crs is None
    assert len(layer) == 2


@pytest.mark.parametrize("label", [first_label(2), first_label(2) + 10])
def test_labels_are_plain_numbers(label: int) -> None:
    """They can be sorted, compared and stored as 64-bit integers."""
    assert pd.Index([label]).dtype == "int64"
