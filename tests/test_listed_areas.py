"""Catchments as lists of villages, catchments that hold from a year on, and projects without catchments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import village
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from schoolmap.errors import Severity
from schoolmap.inputs.checks.between import Table
from schoolmap.inputs.checks.between import check_between
from schoolmap.inputs.checks.listed_areas import areas_known
from schoolmap.inputs.checks.listed_areas import first_years
from schoolmap.inputs.checks.listed_areas import in_force
from schoolmap.inputs.checks.listed_areas import listed_areas
from schoolmap.inputs.checks.named import Named
from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.readers import read_table
from schoolmap.project import inspect_folder
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from schoolmap.errors import Fault

X, Y = village.WEST, village.SOUTH
AREAS = Named(
    file="areas.csv",
    frame=pd.DataFrame({"area": ["01", "02", "03", "04"], "name": ["东村", "西村", "西村", "01"]}, index=[2, 3, 4, 5]),
)


def lists(*cells: str | None, **columns: list[object]) -> Named:
    """Return catchments A, B, … with the areas that they list."""
    content = {"catchment": [chr(65 + place) for place in range(len(cells))], "areas": cells, **columns}
    rows = pd.RangeIndex(2, len(cells) + 2, name="row")
    return Named(file="zones.csv", frame=pd.DataFrame(content, index=rows, dtype=object))


def errors_of(folder: Path) -> list[Fault]:
    """Return the errors of a project folder."""
    return [fault for fault in inspect_folder(folder)[1] if fault.severity is Severity.ERROR]


# lists


def test_lists_by_hand() -> None:
    """By code and by name, separated in any of the usual ways; a code goes before a name that looks alike."""
    assert areas_known(lists("东村；02", "03、04"), AREAS) == []
    found = listed_areas(pd.Series(["东村; 01", None, "02"], index=[2, 3, 4]), AREAS.frame)
    assert found.to_numpy().tolist() == [[2, "东村", ("01",)], [2, "01", ("01",)], [4, "02", ("02",)]]


@pytest.mark.parametrize(
    ("cell", "value", "says"),
    [
        ("东村;南村", "南村", "neither the code nor the name"),
        ("1", "1", "neither the code nor the name"),
        ("西村", "西村", "is the name of 2 small areas: 02, 03"),
    ],
)
def test_what_fits_no_area_or_two_is_told_with_its_row(cell: str, value: str, says: str) -> None:
    """In both languages, with the way out."""
    (fault,) = areas_known(lists("04", cell), AREAS)
    assert (fault.file, fault.row, fault.column, fault.value) == ("zones.csv", 3, "areas", value)
    assert says in fault.problem
    assert fault.remedy
    assert fault.remedy_zh


def test_an_area_is_in_one_list_of_a_stage() -> None:
    """By whatever name it goes; other stages and other years have lists of their own."""
    (fault,) = areas_known(lists("东村", "01"), AREAS)
    assert (fault.row, fault.value) == (3, "01")
    assert "is listed by 'A' as well" in fault.problem
    assert areas_known(lists("东村", "01", stage=["primary", "junior"]), AREAS) == []
    assert (
        areas_known(lists("01", "01;02", "03", catchment=["A", "A", "B"], valid_from=[None, "2027", None]), AREAS) == []
    )
    moved = lists("01", "02", "01;02", catchment=["A", "B", "B"], valid_from=[None, None, "2027"])
    assert [(fault.row, fault.value) for fault in areas_known(moved, AREAS)] == [(4, "01")]


@given(st.permutations(range(4)))
def test_the_order_of_records_does_not_matter(order: list[int]) -> None:
    """The same cells are at fault, whichever record comes first."""
    cells = ["东村", "南村", "西村", "04;03"]
    found = {fault.value for fault in areas_known(lists(*(cells[place] for place in order)), AREAS)}
    assert found == {"南村", "西村"}


def test_a_catchment_is_drawn_or_listed(tmp_path: Path) -> None:
    """A layer may hold both; one that is neither is told."""
    layer = gpd.GeoDataFrame(
        {"学区代码": ["A", "B", "C"], "所含村社区": [None, "四村", None]},
        geometry=[box(X, Y, X + 1, Y + 1), None, None],
        crs=village.CRS,
    )
    (tmp_path / "z.geojson").write_text(layer.to_json(), encoding="utf-8")
    read = read_table(TableSource(file="z.geojson"), CONTRACTS["catchments"], folder=tmp_path)  # type: ignore[arg-type]
    (fault,) = read.faults
    assert (fault.row, fault.value) == (3, "C")
    assert "neither a polygon nor `areas`" in fault.problem


def test_a_sheet_may_hold_lists_only(tmp_path: Path) -> None:
    """Without any geometry; without the column it is told as before."""
    for header, wanted in (("包含村社区", []), ("备注", ["has no geometry."])):
        (tmp_path / "z.csv").write_text(f"学区代码,{header}\nA,一村\n", encoding="utf-8")
        read = read_table(TableSource(file="z.csv"), CONTRACTS["catchments"], folder=tmp_path)  # type: ignore[arg-type]
        assert [fault.problem for fault in read.faults] == wanted


def test_a_county_of_lists_is_checked_between_its_tables(tmp_path: Path) -> None:
    """Unknown villages are told; that schools stand in no polygon is not."""
    content = village.tables()
    content["sections"]["学区"] = ["0101", "0102", "0102", ""]
    folder = village.write(tmp_path, content, how=village.CSV)
    text = (folder / "project.toml").read_text(encoding="utf-8").replace("catchments.geojson", "zones.csv")
    (folder / "project.toml").write_text(text, encoding="utf-8")
    (folder / "zones.csv").write_text("学区代码,所含村社区\n0101,一村;二村\n0102,三村;五村\n", encoding="utf-8")
    (fault,) = errors_of(folder)
    assert (fault.file, fault.row, fault.value) == ("zones.csv", 3, "五村")
    assert [fault for fault in inspect_folder(folder)[1] if fault.severity is Severity.WARNING] == []


# years


def test_a_boundary_holds_until_the_next_one_begins() -> None:
    """Each catchment by itself; a year before the first has none of it."""
    layer = pd.DataFrame(
        {
            "catchment": ["A", "A", "B", "C"],
            "stage": ["primary"] * 4,
            "valid_from": [None, "2028", "2025", "2030"],
        },
    )
    assert [in_force(layer, year).index.tolist() for year in (2024, 2025, 2028, 2031)] == [
        [0],
        [0, 2],
        [1, 2],
        [1, 2, 3],
    ]
    assert first_years(layer) == [0, 2025, 2028, 2030]


def test_without_years_nothing_changes() -> None:
    """The very table comes back."""
    for layer in (pd.DataFrame({"catchment": ["A"]}), pd.DataFrame({"catchment": ["A"], "valid_from": [None]})):
        assert in_force(layer, 2025) is layer
        assert first_years(layer) == [0]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from([None, "2025", "2027"])), unique=True, min_size=1))
def test_at_most_one_version_holds(records: list[tuple[str, str | None]]) -> None:
    """In every year, of every catchment; once begun, one always holds."""
    layer = pd.DataFrame(records, columns=["catchment", "valid_from"])
    before: set[str] = set()
    for year in range(2024, 2029):
        now = in_force(layer, year)["catchment"]
        assert now.is_unique
        assert before <= set(now)
        before = set(now)
    assert before == set(layer["catchment"])


def versions(second: Any, year: str) -> Callable[[], village.Tables]:  # noqa: ANN401
    """Return a county whose western catchment has another boundary from a year on."""

    def build() -> village.Tables:
        content = village.tables()
        old = content["catchments"]
        new = gpd.GeoDataFrame({"学区代码": ["0101"], "片区名称": ["西片"]}, geometry=[second], crs=village.CRS)
        layer = pd.concat([old, new], ignore_index=True).assign(生效学年=[None, None, year])
        content["catchments"] = layer
        return content

    return build


def test_versions_do_not_overlap_each_other(tmp_path: Path) -> None:
    """The same ground in two years is no overlap; a new boundary over its neighbour is one."""
    fine = village.write(tmp_path / "fine", versions(box(X, Y, X + 900, Y + 2000), "2027")())
    project, faults = inspect_folder(fine)
    assert project is not None
    assert faults == ()
    assert project.coverages["all"].area.tolist() == [2e6, 2e6]
    told = errors_of(village.write(tmp_path / "over", versions(box(X, Y, X + 1500, Y + 2000), "2027")()))
    assert len(told) == 2  # one for each stage
    assert all("by 1,000,000 m²" in fault.problem for fault in told)


def test_the_base_year_decides(tmp_path: Path) -> None:
    """A version that has begun is the one that is used."""
    folder = village.write(tmp_path, versions(box(X, Y, X + 900, Y + 2000), "2024")())
    project, _ = inspect_folder(folder)
    assert project is not None
    assert project.coverages["all"].area.tolist() == [1.8e6, 2e6]


def test_one_version_a_year(tmp_path: Path) -> None:
    """Two of one catchment for the same year are one too many; a year that is none is told."""
    content = versions(box(X, Y, X + 900, Y + 2000), "2027")()
    content["catchments"]["生效学年"] = ["2027", None, "2027"]
    told = errors_of(village.write(tmp_path / "twice", content))
    assert ("is there twice" in told[0].problem, told[0].column) == (True, "catchment, valid_from")
    content["catchments"]["生效学年"] = [None, None, "明年"]
    (fault,) = errors_of(village.write(tmp_path / "word", content))
    assert (fault.row, fault.value) == (3, "明年")


def test_a_stage_without_a_boundary_in_the_base_year(tmp_path: Path) -> None:
    """All that there is begins later: the plan cannot begin."""
    content = village.tables()
    content["catchments"]["生效学年"] = ["2028", "2028"]
    found = errors_of(village.write(tmp_path, content))
    assert {fault.column for fault in found} == {"valid_from"}
    assert all("holds in the base year" in fault.problem for fault in found)


# no catchments


def without_catchments(folder: Path) -> tuple[dict[str, Table], Any]:
    """Return the tables and the project file of the county without its catchments."""
    text = (
        (folder / "project.toml")
        .read_text(encoding="utf-8")
        .replace('catchments = { file = "catchments.geojson" }\n', "")
    )
    (folder / "project.toml").write_text(text, encoding="utf-8")
    document, faults = read_project_file(folder)
    assert faults == []
    assert document is not None
    tables = {}
    for name, source in document.tables.items():
        read = read_table(source, CONTRACTS[name], folder=folder)
        frame = read.frame.to_crs(village.CRS) if isinstance(read.frame, gpd.GeoDataFrame) else read.frame
        tables[name] = Table(named=Named(file=read.file, frame=frame), complete=read.complete, sound=read.sound)
    return tables, document


def test_a_project_may_have_no_catchments(tmp_path: Path) -> None:
    """Every other check is made all the same; who names a catchment is told, once for each column."""
    tables, document = without_catchments(village.write(tmp_path))
    (fault,) = check_between(tables, document, None)
    assert (fault.file, fault.row, fault.column, fault.value) == ("projects.csv", 3, "catchment", "0101")
    assert "no table `catchments`" in fault.problem
    sections = tables["sections"].named
    frame = sections.frame.assign(catchment=["0101", None, "0102", None])
    tables["sections"] = replace(tables["sections"], named=replace(sections, frame=frame))
    told = [fault for fault in check_between(tables, document, None) if fault.file == "sections.csv"]
    assert [(fault.row, fault.value) for fault in told] == [(2, "0101")]
    assert "1 more record" in told[0].problem
