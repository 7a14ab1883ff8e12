"""A public edition: planned from counts that tell of no child, named as such, alike in every product."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import village
from shapely import Point
from typer.testing import CliRunner

from schoolmap.batch.jobs import jobs_of
from schoolmap.cli import app
from schoolmap.errors import OutputError
from schoolmap.inputs.project_file import read_project_file
from schoolmap.output import public_edition
from schoolmap.output.describe import describe
from schoolmap.output.figures import atlas
from schoolmap.output.products import write_products
from schoolmap.plan import make_plan
from schoolmap.project import read_evidence
from schoolmap.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.project import Project

BELOW = 5
AGES = ("0", "1", "3-5")
HERE = {"0": (1, 3, 2, 4), "1": (4, 4, 1, 2), "3-5": (3, 2, 3, 3)}
THERE = {"0": (3, 4, 4, 3), "1": (1, 4, 3, 2), "3-5": (2, 3, 1, 2)}
"""Two worlds: the children of four villages, the first two in the west, of three ages; as many in all, elsewhere."""


def county(counts: dict[str, tuple[int, ...]], *, pupils: int) -> village.Tables:
    """Return the county with few children of some ages, and a kindergarten of few pupils."""
    content = village.tables()
    people = content["population"]
    for age in AGES:
        people.loc[people["年龄段"] == age, "人数(人)"] = [str(count) for count in counts[age]]
    sections = content["sections"]
    sections.loc[(sections["学校标识码"] == "2143000001") & (sections["学段"] == "幼儿园"), "在校生数"] = str(pupils)
    return content


def public(folder: Path, counts: dict[str, tuple[int, ...]], *, pupils: int) -> Project:
    """Write a world and read it for the public."""
    return read_project(village.write(folder, county(counts, pupils=pupils)), hide_below=BELOW)


def assert_same(one: Any, other: Any, where: str) -> None:  # noqa: ANN401 - any part of a project
    """Compare what a project holds, to the last bit."""
    if isinstance(one, pd.DataFrame | pd.Series):
        assert type(one) is type(other), where
        plain = pd.DataFrame if isinstance(one, pd.DataFrame) else pd.Series
        compare = pd.testing.assert_frame_equal if plain is pd.DataFrame else pd.testing.assert_series_equal
        compare(plain(one), plain(other), check_exact=True, obj=where)
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_same(one[key], other[key], f"{where}.{key}")
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    elif isinstance(one, pd.Index):
        assert one.equals(other), where
    else:
        assert one == other, where


def test_people_of_dwellings_and_of_the_past_are_hidden_too(tmp_path: Path) -> None:
    """Homes that tell who lives there, and the tables by which forecasts are tried on the past."""
    folder = village.write(tmp_path / "village", county(HERE, pupils=3))
    corner = village.WEST + 100, village.SOUTH + 100
    homes = [Point(corner[0] + 10 * step, corner[1]) for step in range(4)]
    dwellings = gpd.GeoDataFrame({"people": [1, 2, 4, 60]}, geometry=homes, crs=village.CRS)
    dwellings.to_file(folder / "dwellings.geojson")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    more = '\n[tables.dwellings]\nfile = "dwellings.geojson"\n[publication]\nhide_below = 5\n'
    (folder / "project.toml").write_text(text + more, encoding="utf-8")
    project = read_project(folder)
    assert project.dwellings is not None
    assert sorted(project.dwellings["people"]) == pytest.approx([7 / 3, 7 / 3, 7 / 3, 60])
    evidence, document, _ = read_evidence(folder)
    assert evidence is not None
    assert document is not None
    assert document.product_name == "village-public"
    assert evidence.counts is not None
    children = evidence.counts["count"].xs("0", level="age")
    # without areas, the whole is one group
    assert children.tolist() == [2.5] * 4


def test_two_worlds_become_one(tmp_path: Path) -> None:
    """Nothing of a public project tells which of two worlds it was read from; so no product can, whatever it works out."""
    one, other = public(tmp_path, HERE, pupils=3), public(tmp_path, THERE, pupils=1)
    assert_same(one, other, "project")
    whole = read_project(village.write(tmp_path, county(THERE, pupils=1)))
    with pytest.raises(AssertionError):
        assert_same(one, whole, "project")


def small(value: object) -> bool:
    """Say whether a figure lies between nothing and the limit."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < BELOW


def test_no_product_shows_a_small_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Map, data, workbook and layers; each says in both languages what it is, and nothing can be tried out in the page."""
    monkeypatch.setattr(atlas, "draw_pictures", lambda *_, **__: ())
    plan = make_plan(village.idle(public(tmp_path / "village", HERE, pupils=3)))
    model = describe(plan)
    made = write_products(plan, model, tmp_path / "maps", language="en", geoparquet=True)
    assert all(path.is_file() and path.name.startswith("village-public") for path in made)
    files = {path.suffix: path for path in made}
    long = pd.read_parquet(tmp_path / "maps" / "village-public-balance.parquet")
    assert not long[["demand", "demand_p10", "demand_p90"]].map(small).to_numpy().any()
    data = json.loads(files[".json"].read_text(encoding="utf-8"))
    assert data["editing"] is None
    assert data["title"] == {"en": "A synthetic county (public edition)", "zh": "虚构县（公开版）"}
    assert data["classification"]["zh"].startswith("公开版：1至4人的儿童数已隐去。")
    assert data["notes"][0] == public_edition.notice(BELOW)
    for panel in data["panels"]:
        for name in ("children", "children_born", "leaving", "coming", "demand", "p10", "p90"):
            assert not any(small(value) for row in panel[name] for value in row), name
    assert not any(small(section["enrolment"]) for school in data["schools"] for section in school["sections"])
    assert not any(small(value) for item in data["reach"] for area in item["areas"] for value in area["children"])
    book = openpyxl.load_workbook(files[".xlsx"], read_only=True)
    balance = list(book["Balance"].values)
    head = next(row for row in balance if "Demand P10" in row)
    places = [at for at, name in enumerate(head) if str(name).startswith("Demand")]
    assert not any(small(row[at]) for row in balance[balance.index(head) + 1 :] for at in places)
    with closing(sqlite3.connect(files[".gpkg"])) as database:
        names = {row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")}
        about = dict(database.execute("SELECT key, value FROM about"))
        assert about["classification_en"].startswith("Public edition: counts of 1 to 4 children are hidden.")
        shown = list(database.execute("SELECT demand, demand_p10, demand_p90 FROM balance"))
    assert not any(small(value) for row in shown for value in row)
    for name in names & {"reach_kindergarten", "reach_primary"}:
        assert not gpd.read_file(files[".gpkg"], layer=name)[["children", "beyond"]].map(small).to_numpy().any()
    assert "Public edition. Counts of 1 to 4" in files[".html"].read_text(encoding="utf-8")
    # one of these files is a table of the project: it is not written over
    taken = replace(plan, project=replace(plan.project, files=(tmp_path / "maps" / "village-public-schools.parquet",)))
    for name in ("webmap.render_html", "workbook.write_workbook", "report.document.write_report"):
        monkeypatch.setattr(f"schoolmap.output.{name}", lambda *_, **__: "")
    with pytest.raises(OutputError, match="village-public-schools"):
        write_products(taken, model, tmp_path / "maps", language="en", geoparquet=True)


def test_what_is_not_small_is_as_before(tmp_path: Path) -> None:
    """Where no count is small, the tables are those of the office; only the names tell the edition."""
    folder = village.write(tmp_path / "village")
    office, edition = read_project(folder), read_project(folder, hide_below=BELOW)
    for name in ("population", "sections", "classes", "flows", "evidence", "coverages", "served"):
        assert_same(getattr(office, name), getattr(edition, name), name)
    assert (office.hide_below, edition.hide_below) == (0, BELOW)
    assert edition.settings.name == f"{office.settings.name}-public"


def test_sentences_round_as_tables_do() -> None:
    """`3 pupils` is fewer than five, `3 seats` and `1.3 km` are no children."""
    edition = public_edition._Edition(BELOW)  # noqa: SLF001 - its one rule, by itself
    text = {
        "en": "3 pupils, 13 pupils, 3 seats, 1,003 children, 1 child.",
        "zh": "3名学生、13名学生、3个学位，约2人，每班2人。",
    }
    assert edition.text(text) == {
        "en": "fewer than 5 pupils, 13 pupils, 3 seats, 1,003 children, fewer than 5 child.",
        "zh": "不足5名学生、13名学生、3个学位，约不足5人，每班2人。",
    }


def test_the_key_and_the_option(tmp_path: Path) -> None:
    """The project file can ask for it, the command line has the last word, and 1 or 2 hide nothing."""
    asked = village.PROJECT + "\n[publication]\nhide_below = 5\n"
    folder = village.write(tmp_path / "village", county(HERE, pupils=3), project=asked)
    assert read_project(folder).hide_below == BELOW
    assert [job.name for job in jobs_of([folder])[0]] == ["village-public"]
    assert read_project(folder, hide_below=0).settings.name == "village"
    wrong = village.write(tmp_path / "wrong", project=asked.replace("= 5", "= 2"))
    document, faults = read_project_file(wrong)
    assert document is None
    assert [fault.column for fault in faults] == ["publication.hide_below"]
    assert "everybody knows which" in faults[0].problem
    result = CliRunner().invoke(app, ["plan", str(folder), "--hide-below", "2"])
    assert result.exit_code == 2
    assert "hides nothing" in result.output
    with pytest.raises(ValueError, match="hide_below"):
        read_project(folder, hide_below=1)
