"""The workbook: the model's numbers in Excel's own types, and names that stay text."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from invented import action
from invented import audit_line
from invented import map_model
from invented import panel
from invented import population
from invented import scaled
from invented import shades
from invented import source
from invented import text
from invented import totals

from schoolmap.errors import OutputError
from schoolmap.output.model import Catchment
from schoolmap.output.model import Coverage
from schoolmap.output.model import FactTable
from schoolmap.output.model import Head
from schoolmap.output.model import MapModel
from schoolmap.output.model import Panel
from schoolmap.output.model import Project
from schoolmap.output.model import Rank
from schoolmap.output.model import Scenario
from schoolmap.output.model import School
from schoolmap.output.model import Section
from schoolmap.output.model import Stage
from schoolmap.output.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.output.model import Grid

YEARS = (2025, 2026, 2027, 2028)
SCRIPT = "</script><img src=x onerror=alert(1)>{{7*191}}${1}"
HOSTILE = (
    SCRIPT,
    '=HYPERLINK("http://x","y")',
    "+1",
    "@SUM(A1)",
    "{=1+1}",
    "http://x.example",
    "007",
)

# A synthetic town: three catchments, the third without primary seats, and the same in two scenarios
DEMAND: Grid = ((100.0, 110.0, 130.0, 120.0), (80.0, 70.5, 60.0, 50.0), (9.0, 9.0, None, 0.0))
SEATS: Grid = ((100.0, 100.0, 100.0, 100.0), (90.0, 90.0, 90.0, 90.0), (0.0, 0.0, 0.0, 0.0))


def town_panel(stage: str, scenario: str, factor: float) -> Panel:
    """Build a panel whose numbers can be checked against `DEMAND` and `SEATS`."""
    demand = scaled(DEMAND, factor)
    born = (1.0, 1.0, 0.9, 0.7)
    rank = Rank(
        catchment="0101",
        score=60.0,
        first_year=2026,
        last_year=2028,
        peak_year=2027,
        peak_short=30.0,
        probability=0.97,
        action="a1",
    )
    return panel(
        stage,
        scenario,
        demand,
        SEATS,
        probability=scaled(demand, 1 / 200),
        born_share=(born,) * 3,
        classes_needed=scaled(demand, 1 / 40),
        oversized_classes=((0.0, 1.0, 2.0, None),) * 3,
        level=(("ok", "watch", "red", "red"), ("surplus",) * 4, ("red", "red", "ok", "ok")),
        totals=totals(demand, SEATS, born),
        ranking=(rank,),
    )


PEOPLE = population(text, reason=SCRIPT, fact="=1+1")


def town() -> MapModel:
    """Build the synthetic town, with hostile names for its schools."""
    ring = (1339000, 5250000, 100, 0, 0, 100)
    names = (("0101", "Mill Road"), ("0102", "城关镇第一学区"), ("0103", "Quarry"))
    catchments = tuple(
        Catchment(id=key, name=name, polygons=((ring,),), anchor=(13.4, 52.5), bounds=(13, 52, 14, 53))
        for key, name in names
    )
    section = Section(
        stage="primary",
        catchments=("0101", "0102"),
        seats=(100.0, 100.0, 100.0, 120.0),
        enrolment=90.0,
        enrolment_year=2025,
        classrooms=4.0,
    )
    unknown = replace(section, enrolment=None, enrolment_year=None, classrooms=None)
    schools = tuple(
        School(
            id=f"0{n}",
            name=name,
            operator="public",
            lon=13.4,
            lat=52.5,
            sections=(section if n == 0 else unknown,),
        )
        for n, name in enumerate(HOSTILE)
    )
    stages = tuple(
        Stage(
            id=key,
            label=text(en, zh),
            ages=ages,
            shape="square",
            coverage="all",
            attendance=0.98,
            attendance_note=text("Assumed.", "假设。"),
            notes=(text("By residence.", "按居住地。"),),
        )
        for key, en, zh, ages in (
            ("kindergarten", "Kindergarten", "幼儿园", (3, 5)),
            ("primary", "Primary", "小学", (6, 11)),
        )
    )
    labels = ("<=70 %", "70-85 %", "85-100 %", "100-115 %", ">115 %")
    proposal = action(
        school="00",
        seats=40.0,
        reason=text("Short for three years.", "连续三年不足。"),
        alternatives=(text("Do nothing.", "不采取措施。"), text("Build.", "新建。")),
    )
    project = Project(
        id="p1",
        name="-1+1",
        kind="new",
        stage="primary",
        school=None,
        catchment="0102",
        opening=None,
        seats=None,
        counted=False,
        status={"en": "under construction", "zh": "在建"},
        note="no date",
    )
    return map_model(
        title=text("Synthetic Town: school seats", "合成镇:学位规划"),
        years=YEARS,
        stages=stages,
        scenarios=(
            Scenario(id="base", label=text("Central", "中方案"), note=text("As now.", "维持现状。")),
            Scenario(id="high", label=text("High", "高方案"), note=text("More.", "更多。")),
        ),
        shades=shades([text(label, label) for label in labels]),
        coverages=(Coverage(id="all", catchments=catchments),),
        schools=schools,
        population=PEOPLE,
        panels=tuple(
            town_panel(stage, scenario, factor)
            for stage in ("kindergarten", "primary")
            for scenario, factor in (("base", 1.0), ("high", 1.25))
        ),
        actions=(proposal,),
        projects=(project,),
        tables=(
            FactTable(
                id="warnings",
                group="warnings",
                title=text("Seat warnings", "学位预警"),
                notes=(text("Not a reason to buy a home.", "不作为购房依据。"),),
                columns=(
                    Head(label=text("Catchment", "学区"), kind="text"),
                    Head(label=text("Children", "适龄"), kind="count"),
                    Head(label=text("Level", "预警"), kind="level"),
                ),
                rows=(("=1+1", 95.0, "red"), (text("Whole area", "全域"), None, "watch")),
            ),
        ),
        notes=(text("A note.", "说明。"),),
        audit=(audit_line(detail=text("All stages.")),),
        sources=(source(url="https://example.org/register"),),
        classification=text("Internal; not for publication & sale", "内部研究使用,未经审核不得公开"),
    )


Book = dict[str, list[list[Any]]]


def cells(path: Path) -> Book:
    """Read every sheet as rows of cells."""
    with closing(openpyxl.load_workbook(path)) as book:
        return {sheet.title: [list(row) for row in sheet.iter_rows()] for sheet in book}


def written(model: MapModel, folder: Path, *, language: str = "en") -> Book:
    """Write the model and read it back."""
    path = folder / "town.xlsx"
    write_workbook(model, path, language=language)
    return cells(path)


def test_by_hand(tmp_path: Path) -> None:
    """Mill Road in 2027: 130 children for 100 seats, 30 short, and the formats say what is what."""
    rows = written(town(), tmp_path)["Balance"]

    row = next(r for r in rows if (r[0].value, r[2].value, r[3].value) == ("0101", "Primary", 2027))

    assert [cell.value for cell in row] == [
        *("0101", "Mill Road", "Primary", 2027, "Central"),
        *(117, 130, 143, 100, 30, 1.3, 0.65, 3.25, 2, "Short", 0.9),
    ]
    assert [cell.number_format for cell in row[3:11]] == [
        *("0", "General", "#,##0", "#,##0", "#,##0", "#,##0", "+#,##0;-#,##0;0", "0%"),
    ]
    assert row[10].fill.fgColor.rgb == "FFE66101"
    assert row[11].number_format == '[>0.99]">99%";[<0.01]"<1%";0%'


def test_overview_shows_both_gap_and_spare(tmp_path: Path) -> None:
    """The overview never nets: 30 seats short and 30 spare in the year of the peak."""
    rows = written(town(), tmp_path)["Overview"]
    values = [[cell.value for cell in row] for row in rows]
    peak = next(row for row in values if row[:2] == ["Primary", 2027])
    assert peak[2:] == ["peak demand, most seats short", 171, 190, 209, 190, 30, 30, 1, 0.9]
    assert any("SYNTHETIC" in str(row[0]) for row in values)
    assert any("not for publication & sale" in str(row[1]) for row in values)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_the_model_is_in_the_balance(tmp_path: Path, language: str) -> None:
    """One row per stage, scenario, catchment and year, unrounded, blank where unknown."""
    model = town()
    rows = list(written(model, tmp_path, language=language).values())[2][1:]
    stages = {s.id: s.label[language] for s in model.stages}
    scenarios = {s.id: s.label[language] for s in model.scenarios}
    expected = [
        (
            *(catchment.id, catchment.name, stages[p.stage], year, scenarios[p.scenario]),
            *(p.p10[c][t], p.demand[c][t], p.p90[c][t], p.seats[c][t]),
            *(p.utilisation[c][t], p.probability[c][t], p.classes_needed[c][t]),
            *(p.oversized_classes[c][t], p.born_share[c][t]),
        )
        for p in model.panels
        for c, catchment in enumerate(model.coverages[0].catchments)
        for t, year in enumerate(YEARS)
    ]
    found = [[cell.value for n, cell in enumerate(row) if n not in {9, 14}] for row in rows]
    assert [[round_trip(x) for x in row] for row in expected] == [list(row) for row in found]


def round_trip(value: float | str | None) -> float | str | None:
    """Round to the 16 digits that a workbook stores."""
    return float(f"{value:.16G}") if isinstance(value, float) else value


def test_the_heat_grid_is_the_central_scenario(tmp_path: Path) -> None:
    """Catchment by year for each stage; children without seats are named, nobody is hatched."""
    grid = written(town(), tmp_path)["Heat grid"]
    assert [cell.value for cell in grid[1]] == [
        "Stage",
        "Catchment",
        "Catchment name",
        *map(str, YEARS),
        *[None] * 8,
    ]
    mill, church, quarry = grid[2:5]
    assert [cell.value for cell in mill[3:7]] == [1.0, 1.1, 1.3, 1.2]
    assert [cell.number_format for cell in church[3:7]] == ["0%"] * 4
    assert [cell.value for cell in quarry[3:7]] == ["no seats", "no seats", None, None]
    assert quarry[3].fill.fgColor.rgb == "FFE66101"
    assert quarry[5].fill.patternType != "solid"
    assert len(grid) == 2 + 2 * 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_same_model_same_bytes(tmp_path: Path, language: str) -> None:
    """Writing twice, to two places, gives one file."""
    paths = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path in paths:
        write_workbook(town(), path, language=language)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_tables_are_ready_to_sort_and_print(tmp_path: Path) -> None:
    """Every table has a filter, a header that stays, and prints one page wide with its header."""
    path = tmp_path / "town.xlsx"
    write_workbook(town(), path, language="zh")
    with closing(openpyxl.load_workbook(path)) as book:
        assert book.sheetnames == [
            *("概览", "各年合计", "学位平衡", "利用率网格", "人口预测", "学校", "建设项目"),
            *("学位预警", "措施建议", "核对", "数据来源", "说明"),
        ]
        assert book["学位平衡"].auto_filter.ref == "A1:P49"
        assert book["学位平衡"].freeze_panes == "C2"
        assert book["利用率网格"].auto_filter.ref == "A2:G8"
        assert book["利用率网格"].freeze_panes == "D3"
        for sheet in book:
            assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
            if sheet.title != "概览":
                assert sheet.auto_filter.ref
                assert sheet.print_title_rows


def test_the_population_by_hand(tmp_path: Path) -> None:
    """Peaks, births and errors are numbers to compute with; what a scenario's births are is drawn."""
    rows = [[cell.value for cell in row] for row in written(town(), tmp_path)["Population"]]
    peak = next(row for row in rows if row[1:3] == ["Kindergarten", "Central"])
    assert peak[:9] == ["everywhere", "Kindergarten", "Central", "▼ falling", 1234.5, 2026, 1500, 900, -27.1]
    at = next(place for place, row in enumerate(rows) if row[:3] == ["Cut-off day in", "Central", "High"])
    assert [row[:3] for row in rows[at + 1 : at + 4]] == [[2020, 100, 100], [2021, 90, 91], [2022, 80, 90]]
    errors = [row[:10] for row in rows if row[0] == "Kindergarten" and row[1] in {1, 5}]
    assert errors == [
        ["Kindergarten", 1, 40, 2, 3, 1.5, -0.5, 4, 85, "✗ no"],
        ["Kindergarten", 5, 40, 10, 15, 37.5, -0.5, 4, 85, "✓ yes"],
    ]
    with ZipFile(tmp_path / "town.xlsx") as parts:
        drawn = re.findall(r"<c:val><c:numRef><c:f>(.*?)</c:f>", parts.read("xl/charts/chart5.xml").decode())
    assert drawn == [f"Population!${c}${at + 2}:${c}${at + 4}" for c in "BC"]


def test_a_population_without_births_or_history(tmp_path: Path) -> None:
    """Where a projection is used as given and nothing could be tested, the sheet says so and holds no empty table."""
    people = replace(PEOPLE, births=(), accuracy=(), passed_over=())
    rows = written(replace(town(), population=people), tmp_path)["Population"]
    words = [str(row[0].value) for row in rows]
    assert "Held to the past" in words
    assert not [word for word in words if word.startswith(("Births", "Better"))]


def test_the_overview_draws_demand_against_seats(tmp_path: Path) -> None:
    """One native chart for each stage: seats, P90, central and P10 of the central scenario."""
    path = tmp_path / "town.xlsx"
    write_workbook(town(), path, language="en")
    with ZipFile(path) as parts:
        drawn = [
            re.findall(r"<c:val><c:numRef><c:f>(.*?)</c:f>", parts.read(f"xl/charts/{name}").decode())
            for name in ("chart1.xml", "chart3.xml")
        ]
    assert drawn[0] == [f"Totals!${c}$2:${c}$5" for c in "GFED"]
    assert drawn[1] == [f"Totals!${c}$10:${c}$13" for c in "GFED"]


def test_the_overview_draws_what_is_short_and_what_is_spare(tmp_path: Path) -> None:
    """Beside each stage's demand: both sums of the central scenario, neither netted against the other."""
    path = tmp_path / "town.xlsx"
    write_workbook(town(), path, language="en")
    with ZipFile(path) as parts:
        charts = [parts.read(f"xl/charts/{name}").decode() for name in ("chart2.xml", "chart4.xml")]
    drawn = [re.findall(r"<c:val><c:numRef><c:f>(.*?)</c:f>", chart) for chart in charts]
    assert drawn == [[f"Totals!${c}${rows[0]}:${c}${rows[1]}" for c in "HI"] for rows in ((2, 5), (10, 13))]
    heads = [cell.value for cell in written(town(), tmp_path)["Totals"][0]]
    assert heads[7:9] == ["Sum of gaps (seats short)", "Sum of spare seats"]


def test_a_long_sum_fits_its_column(tmp_path: Path) -> None:
    """Children of all years with three decimals are numbers to read, not a row of #."""
    path = tmp_path / "town.xlsx"
    write_workbook(town(), path, language="en")
    book = openpyxl.load_workbook(path)
    assert book["Audit"].column_dimensions["B"].width >= len("12,345,678.123") + 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_names_are_text(tmp_path: Path, language: str) -> None:
    """A name that looks like markup, a formula, a link or a number is shown as it stands."""
    book = written(town(), tmp_path, language=language)
    names = [row[1] for row in list(book.values())[5][1:]]
    assert [(cell.value, cell.data_type) for cell in names] == [(name, "s") for name in HOSTILE]
    everything = [cell for rows in book.values() for row in rows for cell in row]
    assert not [cell for cell in everything if cell.data_type == "f" or cell.hyperlink]


def test_hostile_labels_everywhere(tmp_path: Path) -> None:
    """Every text of the model may be a formula: titles, stages, scenarios, notes, sources."""
    model = town()
    bad = text("=1+1", "{=1+1}")
    hostile = replace(
        model,
        title=bad,
        project="=1",
        notes=(bad,),
        classification=text("&P & =1", "&P & =1"),
        stages=tuple(replace(s, label=bad, notes=(bad,)) for s in model.stages),
        scenarios=tuple(replace(s, label=bad, note=bad) for s in model.scenarios),
    )
    for language in ("en", "zh"):
        book = written(hostile, tmp_path, language=language)
        assert not [c for rows in book.values() for row in rows for c in row if c.data_type == "f"]
        assert next(iter(book.values()))[0][0].value == bad[language]


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    """A code such as 0101 is text, also where it is one of several."""
    book = written(town(), tmp_path)
    assert (book["Balance"][1][0].value, book["Balance"][1][0].data_type) == ("0101", "s")
    assert book["Schools"][1][4].value == "0101, 0102"
    assert book["Balance"][1][0].number_format == "@"


def test_characters_that_excel_cannot_hold(tmp_path: Path) -> None:
    """Control characters become visible, half characters a mark, and a long text says it is cut."""
    model = town()
    names = ("a\x00b\x1bc\x7f", "half \ud800", "two\nlines", "长" * 40_000)
    schools = tuple(replace(model.schools[0], name=name) for name in names)
    rows = written(replace(model, schools=schools), tmp_path)["Schools"][1:]
    shown = [row[1].value for row in rows]
    assert shown[:3] == ["a␀b␛c␡", "half \ufffd", "two\nlines"]
    assert len(shown[3]) == 32_767
    assert shown[3].endswith("长 … [40,000]")


def test_use_of_a_school_is_that_of_its_enrolment_year(tmp_path: Path) -> None:
    """90 pupils for 100 seats of the same year; an older count has no seats to compare with."""
    model = town()
    school = model.schools[0]
    old = replace(school, sections=(replace(school.sections[0], enrolment_year=2019),))
    rows = written(replace(model, schools=(school, old)), tmp_path)["Schools"][1:]
    assert [row[11].value for row in rows] == [0.9, None]


def test_unknown_is_blank(tmp_path: Path) -> None:
    """An unknown number is an empty cell: not zero, not a word."""
    book = written(town(), tmp_path)
    assert [cell.value for cell in book["Schools"][2][8:12]] == [None] * 4
    assert [cell.value for cell in book["Projects"][1]] == [
        *("p1", "-1+1", "New school", "Primary", None, "0102", "under construction", None, None, "no", "no date"),
    ]


def test_an_empty_plan_is_still_a_workbook(tmp_path: Path) -> None:
    """No schools, actions, projects, notes or sources: the headers stand alone."""
    empty = replace(town(), schools=(), actions=(), projects=(), notes=(), sources=(), audit=())
    book = written(empty, tmp_path)
    assert [cell.value for cell in book["Actions"][0]][:2] == ["Action", "Kind"]


def test_writing_leaves_the_model_alone(tmp_path: Path) -> None:
    """The model is the same document after writing."""
    model = town()
    before = json.dumps(model.to_dict())
    written(model, tmp_path)
    assert json.dumps(model.to_dict()) == before


def test_refuses_other_languages(tmp_path: Path) -> None:
    """Two languages, and nothing is written in a third."""
    with pytest.raises(ValueError, match="one of en, zh, got 'de'"):
        write_workbook(town(), tmp_path / "town.xlsx", language="de")
    assert not list(tmp_path.iterdir())


def test_refuses_what_excel_cannot_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows beyond Excel's last are refused with advice, not dropped."""
    monkeypatch.setattr("schoolmap.output.workbook.MAX_ROWS", 47)
    with pytest.raises(OutputError, match=r"'Balance' has 48 rows.*GeoPackage"):
        write_workbook(town(), tmp_path / "town.xlsx", language="en")
