"""Plots where schools could be built, and `[siting]`: what is read, what is refused, and where each amount comes from."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import village
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import LineString
from shapely.geometry import Point

from schoolmap import standards
from schoolmap.errors import Severity
from schoolmap.inputs.coordinates import bd09_from_wgs84
from schoolmap.inputs.project_file import BUILDS
from schoolmap.inputs.project_file import MEASURES
from schoolmap.inputs.project_file import ProjectFile
from schoolmap.inputs.siting import STAGE_COSTS
from schoolmap.inputs.siting import WEIGHED
from schoolmap.inputs.siting import Siting
from schoolmap.inputs.siting import site_layer
from schoolmap.inputs.siting import siting_of
from schoolmap.project import Project
from schoolmap.project import inspect_folder

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.errors import Fault

X, Y = village.WEST, village.SOUTH
STAGES = ("kindergarten", "primary")
CHINA = standards.load("china")


def plot(east: float, north: float, side: float = 100.0) -> Any:  # noqa: ANN401 - a polygon
    """Return a square measured from the county's south-west corner."""
    return box(X + east, Y + north, X + east + side, Y + north + side)


def plots(shapes: list[Any], crs: str | None = village.CRS, **columns: list[object]) -> gpd.GeoDataFrame:
    """Return plots, numbered where they have no code."""
    codes = {} if "用地代码" in columns else {"用地代码": [f"Y{number}" for number in range(1, len(shapes) + 1)]}
    return gpd.GeoDataFrame({**codes, **columns}, geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs)


def write(folder: Path, sites: pd.DataFrame | None = None, *, siting: str = "", declared: str = "", **how: Any) -> Path:  # noqa: ANN401
    """Write the county with plots, as a layer or a csv, and with a `[siting]` section."""
    is_layer = isinstance(sites, gpd.GeoDataFrame)
    file = "sites.gpkg" if is_layer else "sites.csv"
    table = "" if sites is None else f'[tables.sites]\nfile = "{file}"\n{declared}\n'
    village.write(folder, project=f"{village.PROJECT}{siting}\n{table}", **how)
    if isinstance(sites, gpd.GeoDataFrame):
        sites.to_file(folder / file, engine="pyogrio")
    elif sites is not None:
        sites.to_csv(folder / file, index=False)
    return folder


def faults_of(folder: Path, severity: Severity = Severity.ERROR) -> list[Fault]:
    """Return the faults of one weight, each with a way out in both languages."""
    _, faults = inspect_folder(folder)
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    return [fault for fault in faults if fault.severity is severity]


def read(folder: Path) -> Project:
    """Read a county without fault."""
    project, faults = inspect_folder(folder)
    assert [str(fault) for fault in faults if fault.severity is Severity.ERROR] == []
    assert project is not None
    return project


def resolved(siting: str = "", base: standards.Standards = CHINA) -> Siting:
    """Return what a `[siting]` section comes to in the village."""
    return siting_of(ProjectFile.model_validate(tomllib.loads(f"{village.PROJECT}{siting}{village.CSV}")), base)


# plots


def test_plots_by_hand(tmp_path: Path) -> None:
    """Two plots under Chinese headers: one tells everything, of the other only its code and place are known."""
    sites = plots(
        [plot(500, 1200), plot(1500, 300)],
        用地代码=["Y2", "Y1"],
        名称=["城东地块", None],
        可办学段=["小学；幼儿园", None],
        可建班数=[36, None],
        最少班数=[12, None],
        用地费用=[1200.0, None],
        可开工时间=["2027-03", None],
        所在乡镇=["一村", None],
        城乡类型=["111", None],
        备注=["待拆迁", None],
    )
    project = read(write(tmp_path, sites))
    found = project.sites
    assert found.crs == project.areas.crs
    assert found.index.name == "site"
    assert found.index.tolist() == ["Y1", "Y2"]
    assert found["name"].tolist() == ["Y1", "城东地块"]
    assert found["stages"].tolist() == [STAGES, STAGES]
    assert found.loc["Y2", ["township", "urban_rural", "ready_from", "note"]].tolist() == [
        "一村",
        "111",
        "2027-03",
        "待拆迁",
    ]
    assert found.loc["Y1", ["township", "urban_rural", "ready_from", "note"]].tolist() == [""] * 4
    numbers = found[["max_classes", "min_classes", "land_cost", "ready_year"]]
    # begun in March 2027, a new school takes three years by the standards
    np.testing.assert_array_equal(numbers.loc["Y2"], [36, 12, 1200, 2030])
    assert numbers.loc["Y1"].isna().all()
    assert found.area.tolist() == [10_000.0, 10_000.0]


def test_without_plots_there_are_none(tmp_path: Path) -> None:
    """A project of today has an empty table with every column, in its own CRS, and may propose everything."""
    project = read(village.write(tmp_path))
    listed = read(write(tmp_path / "listed", plots([plot(500, 1200)])))
    assert len(project.sites) == 0
    assert list(project.sites.columns) == list(listed.sites.columns)
    assert project.sites.crs == project.areas.crs
    assert (project.settings_siting.allow, project.settings_siting.new_anywhere) == (MEASURES, True)
    assert not project.faults


def test_a_datum_is_turned_as_that_of_schools(tmp_path: Path) -> None:
    """A point taken from Baidu's map lies where it was, not a kilometre off."""
    middle = gpd.GeoSeries([Point(X + 550, Y + 1250)], crs=village.CRS).to_crs("EPSG:4326")
    lon, lat = bd09_from_wgs84(middle.x.to_numpy(), middle.y.to_numpy())
    sites = pd.DataFrame({"用地代码": ["Y1"], "经度": lon, "纬度": lat})
    found = read(write(tmp_path, sites, declared='crs = "BD-09"')).sites
    assert found.distance(Point(X + 550, Y + 1250)).max() < 1.0


def test_a_wrong_datum_is_told(tmp_path: Path) -> None:
    """Plots of which all would lie in the township they name, were they of the datum of Baidu, are told as one."""
    rng = np.random.default_rng(6)
    # four villages of one township each: plots stand by their borders
    places = [(area, X + east, Y + north) for area, east, north in _by_the_borders(rng)]
    points = gpd.GeoSeries([Point(east, north) for _, east, north in places], crs=village.CRS).to_crs("EPSG:4326")
    lon, lat = bd09_from_wgs84(points.x.to_numpy(), points.y.to_numpy())
    shifted = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326")
    names = dict(zip(village.AREAS, ("一村", "二村", "三村", "四村"), strict=True))
    sites = plots(list(shifted), "EPSG:4326", 所在乡镇=[names[area] for area, *_ in places])
    told = [fault for fault in inspect_folder(write(tmp_path, sites))[1] if fault.column == "crs"]
    assert len(told) == 1
    assert "BD-09" in str(told[0])


def _by_the_borders(rng: np.random.Generator) -> list[tuple[str, float, float]]:
    """Return places in each village that a shift of a few hundred metres brings out of it."""
    corners = dict(zip(village.AREAS, ((0, 0), (0, 1000), (1000, 0), (1000, 1000)), strict=True))
    return [
        (area, east + float(rng.uniform(100, 900)), north + float(rng.uniform(100, 900)))
        for area, (east, north) in corners.items()
        for _ in range(8)
    ]


def test_what_is_wrong_with_a_plot(tmp_path: Path) -> None:
    """Code twice, a stage that is not planned, sizes in the wrong order, none at all: each at its row and cell."""
    sites = plots(
        [plot(100 + 200 * number, 1200) for number in range(4)],
        用地代码=["Y1", "Y2", "Y3", "Y4"],
        可办学段=["高中", None, None, None],
        可建班数=[24, 6, 0, 24],
        最少班数=[None, 12, None, None],
    )
    found = {(fault.row, fault.column) for fault in faults_of(write(tmp_path, sites))}
    assert found == {(1, "stages"), (2, "min_classes"), (3, "max_classes")}
    twice = plots([plot(100, 1200), plot(600, 1200)], 用地代码=["Y1", "Y1"])
    (fault,) = faults_of(write(tmp_path / "twice", twice))
    assert (fault.row, fault.column, fault.value) == (2, "site", "Y1")


@pytest.mark.parametrize(
    ("shape", "problem"),
    [(LineString([(X, Y), (X + 9, Y)]), "is a LineString."), (None, "has no place.")],
)
def test_a_plot_has_a_place(tmp_path: Path, shape: Any, problem: str) -> None:  # noqa: ANN401
    """A polygon or a point; a line is neither."""
    faults = faults_of(write(tmp_path, plots([plot(500, 1200), shape])))
    assert [fault.row for fault in faults] == [2]
    assert faults[0].problem.startswith(problem)


def test_plots_that_are_told(tmp_path: Path) -> None:
    """Outside the county, on another plot, too small, at a school: no plan stops, and each is told with its row."""
    sites = plots(
        [plot(500, 1200), plot(-900, 500), plot(520, 1220), plot(1580, 1480), plot(200, 200)],
        可建班数=[None, None, None, None, 3],
    )
    project = read(write(tmp_path, sites))
    told = {(fault.row, fault.severity): fault.problem for fault in project.faults if fault.file == "sites.gpkg"}
    assert set(told) == {
        (2, Severity.WARNING),
        (3, Severity.WARNING),
        (4, Severity.NOTICE),
        (5, Severity.NOTICE),
    }
    assert "outside the planning area" in told[2, Severity.WARNING]
    assert "lies on the plot 'Y1'" in told[3, Severity.WARNING]
    assert "2143000001 stands" in told[4, Severity.NOTICE]
    # the smallest new kindergarten has 6 classes
    assert "takes 3 classes, fewer than the smallest new school of the standards (6)" in told[5, Severity.NOTICE]


def test_a_plot_in_another_township_than_it_names(tmp_path: Path) -> None:
    """A plot a street away from its township is told by its own code; one within it is not."""
    sites = plots([plot(500, 1200), plot(1200, 1200), plot(200, 300)], 所在乡镇=["二村", "二村", "一村"])
    (fault,) = read(write(tmp_path, sites)).faults
    assert (fault.row, fault.column, fault.value, fault.severity) == (2, "township", "Y2", Severity.WARNING)
    assert fault.problem.startswith("stands 250 m outside 二村, in 四村.")


def test_a_small_plot_may_say_so(tmp_path: Path) -> None:
    """A plot with a smallest size of its own is as small as it says."""
    sites = plots([plot(200, 200)], 可建班数=[3], 最少班数=[2])
    assert not read(write(tmp_path, sites)).faults


def test_neighbours_do_not_lie_on_each_other(tmp_path: Path) -> None:
    """Two plots that share an edge are two plots."""
    assert not read(write(tmp_path, plots([plot(500, 1200), plot(600, 1200)]))).faults


@given(st.permutations(range(4)))
def test_the_order_of_plots_does_not_matter(order: list[int]) -> None:
    """Labels decide."""
    frame = gpd.GeoDataFrame(
        {
            "site": ["Y1", "Y2", "Y3", "Y4"],
            "stages": ["小学", None, "primary;kindergarten", "幼儿园"],
            "max_classes": [1.0, None, 3.0, 4.0],
            "ready_from": ["2027", "2027-10", None, "2030-01"],
        },
        geometry=[plot(100 * number, 0) for number in range(4)],
        crs=village.CRS,
    )
    usual = site_layer(frame, stages=STAGES, crs=village.CRS, years_of_new=2)
    shuffled = site_layer(gpd.GeoDataFrame(frame.iloc[list(order)]), stages=STAGES, crs=village.CRS, years_of_new=2)
    pd.testing.assert_frame_equal(pd.DataFrame(shuffled), pd.DataFrame(usual))
    assert usual["stages"].tolist() == [("primary",), STAGES, STAGES, ("kindergarten",)]
    np.testing.assert_array_equal(usual["ready_year"], [2029, 2030, np.nan, 2032])


# what may be decided, and what it costs


def test_what_the_standards_say_by_hand() -> None:
    """Without a section all is theirs, with document and confidence; rented rooms cost their rent and running a year."""
    found = resolved()
    assert found.currency == {"en": "10,000 yuan", "zh": "万元"}
    assert found.discount_rate is not None
    assert (found.discount_rate.value, found.discount_rate.confidence) == (0.08, "medium")
    assert found.discount_rate.citation == "建设项目经济评价方法与参数（第三版）, 发改投资〔2006〕1325号, 2006"
    assert found.lacking == ()
    new, rented = found.cost("new", "primary"), found.cost("temporary", "primary")
    assert new is not None
    assert rented is not None
    assert (new.fixed, new.per_class, new.per_year) == (0.0, 236.0, 3.24)
    assert (rented.fixed, rented.per_class, rented.per_year) == (0.0, 5.0, pytest.approx(15.24))
    # nobody attaches primary classes
    assert found.cost("attach", "primary") is None
    assert (found.budget, found.total_budget, found.most_regret, found.time_limit) == ({}, None, None, 60.0)
    assert found.weights == {"central": 1.0}


def test_own_amounts_go_before_those_of_the_standards() -> None:
    """What the project states is the project's, zero too; the rest stays with its document."""
    section = """
    [siting]
    short_cost = 0.0
    note = { en = "our projects", zh = "本县项目" }
    [siting.costs.primary]
    new = 308
    new_fixed = 500
    """
    found = resolved(section)
    amount = found.costs["new", "primary"]
    assert (amount.value, amount.citation, amount.confidence) == (308.0, "project.toml", "project")
    assert amount.note == {"en": "our projects", "zh": "本县项目"}
    assert found.short_cost is not None
    assert (found.short_cost.value, found.short_cost.confidence) == (0.0, "project")
    new = found.cost("new", "primary")
    assert new is not None
    assert (new.fixed, new.per_class) == (500.0, 308.0)
    assert found.costs["expand", "primary"] == resolved().costs["expand", "primary"]
    assert found.way_cost == resolved().way_cost


@given(st.dictionaries(st.sampled_from(STAGE_COSTS), st.floats(0, 1e6), max_size=4))
def test_every_amount_has_one_source(own: dict[str, float]) -> None:
    """Whatever a project states, all else is the standards', and nothing is lost or made up."""
    lines = "".join(f"{name} = {float(amount)!r}\n" for name, amount in own.items())
    found = resolved(f"[siting.costs.primary]\n{lines}")
    usual = resolved()
    assert set(found.costs) == set(usual.costs) | {(name, "primary") for name in own}
    for (name, stage), amount in found.costs.items():
        if stage == "primary" and name in own:
            assert (amount.value, amount.confidence) == (own[name], "project")
        else:
            assert amount == usual.costs[name, stage]


def test_when_something_can_open() -> None:
    """Base year and years of building; nothing before the year from which it is decided."""
    assert resolved().first_year == {"new": 2027, "expand": 2026, "attach": 2025, "convert": 2025, "temporary": 2025}
    later = resolved("[siting]\ndecide_from = 2026\nbuilding_years = { new = 4, attach = 0 }\n").first_year
    assert later == {"new": 2028, "expand": 2026, "attach": 2026, "convert": 2026, "temporary": 2026}


def test_who_stays_and_how_many_plans() -> None:
    """Pupils stay until they leave, and three plans are shown, unless the project says otherwise; 0 is an answer."""
    assert (resolved().grandfather_years, resolved().choices) == (None, 3)
    stated = resolved("[siting]\ngrandfather_years = 0\nchoices = 0\n")
    assert (stated.grandfather_years, stated.choices) == (0, 0)


def test_a_budget_by_year() -> None:
    """One amount is that of every year; a year that is named has its own; the others have `every`, or no limit."""
    years = range(2024, 2031)
    assert resolved("[siting]\nbudget = 3000\n").budget == dict.fromkeys(years, 3000.0)
    mixed = resolved('[siting]\nbudget = { every = 3000, "2027" = 0 }\n').budget
    assert mixed == {**dict.fromkeys(years, 3000.0), 2027: 0.0}
    assert resolved('[siting]\nbudget = { "2027" = 100.5 }\n').budget == {2027: 100.5}


def test_weights_sum_to_one() -> None:
    """In the order of the scenarios; one that is not named has none, and without any all are alike."""
    scenarios = "".join(f'[[scenarios]]\nid = "{name}"\nlabel = "{name}"\n' for name in ("low", "central"))
    assert resolved(scenarios).weights == {"low": 0.5, "central": 0.5}
    section = "[siting]\nweights = { central = 3.0 }\n"
    assert resolved(section + scenarios).weights == {"low": 0.0, "central": 1.0}


def test_nothing_is_made_up_without_costs() -> None:
    """Standards that state no costs leave everything open; what the project states is there all the same."""
    bare = standards.Standards(name="bare", levels=CHINA.levels)
    found = resolved(base=bare)
    assert found.lacking == WEIGHED
    assert (found.costs, found.years, found.first_year) == ({}, {}, {})
    assert all(found.cost(kind, stage) is None for kind in BUILDS for stage in STAGES)
    own = "[siting]\nbuilding_years = { temporary = 1 }\n[siting.costs.primary]\ntemporary = 5\n"
    # a rented room without a rent would be free for ever
    assert resolved(own, bare).cost("temporary", "primary") is None
    rented = resolved(f"{own}rent = 12\n", bare).cost("temporary", "primary")
    assert rented is not None
    assert (rented.per_class, rented.per_year) == (5.0, 12.0)


def test_a_project_that_asks_is_told_what_lacks(tmp_path: Path) -> None:
    """Standards of its own without costs: a warning where plots are listed or the section is there, else none."""
    own = 'name = "ours"\n' + "".join(
        f'[levels.{level}]\nvalue = {value}\ndocument = "d"\nconfidence = "low"\n'
        for level, value in (("watch_from", 0.9), ("red_from", 1.0), ("surplus_below", 0.7))
    )
    project = village.PROJECT.replace("draws = 100", 'draws = 100\nstandards = "own.toml"')
    for name, siting, told in (("quiet", "", []), ("asks", "[siting]\nnew_anywhere = false\n", ["siting"])):
        folder = village.write(tmp_path / name, project=project + siting)
        (folder / "own.toml").write_text(own, encoding="utf-8")
        found = [fault for fault in inspect_folder(folder)[1] if fault.column == "siting"]
        assert [fault.column for fault in found] == told
        assert all("short_cost" in fault.problem and fault.severity is Severity.WARNING for fault in found)


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("colour = 1", "siting.colour"),
        ("decide_from = 2023", "siting.decide_from"),
        ("decide_from = 2031", "siting.decide_from"),
        ("building_years = { move = 3 }", "siting.building_years.move"),
        ("building_years = { new = 2.5 }", "siting.building_years.new"),
        ("budget = -1", "siting.budget.every"),
        ("budget = true", "siting.budget"),
        ('budget = { "2031" = 5 }', "siting.budget"),
        ("budget = { soon = 5 }", "siting.budget"),
        ("budget = {}", "siting.budget"),
        ("discount_rate = 1.0", "siting.discount_rate"),
        ("short_cost = -0.1", "siting.short_cost"),
        ("costs = { senior = { new = 5 } }", "siting.costs"),
        ("costs = { primary = { build = 5 } }", "siting.costs.primary.build"),
        ('costs = { primary = { new = "5" } }', "siting.costs.primary.new"),
        ('allow = ["close"]', "siting.allow.0"),
        ("weights = { other = 1.0 }", "siting.weights"),
        ("weights = { central = 0.0 }", "siting"),
        ("time_limit = 0", "siting.time_limit"),
        ("grandfather_years = -1", "siting.grandfather_years"),
        ("grandfather_years = 1.5", "siting.grandfather_years"),
        ("choices = 10", "siting.choices"),
    ],
)
def test_what_is_refused(tmp_path: Path, section: str, key: str) -> None:
    """Each with its key, and a way out in both languages."""
    faults = faults_of(write(tmp_path, siting=f"[siting]\n{section}\n"))
    assert [fault.column for fault in faults] == [key]
