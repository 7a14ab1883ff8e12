"""A project's children, put together: which method, homes to come, moves to town, its own past, and the peak."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import village
import xarray as xr

from schoolmap.demography import HOUSEHOLD
from schoolmap.demography import hold_to_the_past
from schoolmap.demography import make_demography
from schoolmap.demography import widening
from schoolmap.errors import InputError
from schoolmap.inputs.project_file import Scenario
from schoolmap.population import housing
from schoolmap.population.ratios import project_ratios
from schoolmap.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.demography import Demography
    from schoolmap.project import Project

AREAS = list(village.AREAS)
TOWN = AREAS[2]
"""The area that `village.people` calls 111, a town centre."""
GROUPS = {"kindergarten": (3, 5), "primary": (6, 11)}


def county(
    tmp_path: Path,
    *names: str,
    settings: str = "",
    without: tuple[str, ...] = (),
    **tables: pd.DataFrame,
) -> Project:
    """Read the county with further tables of its people, each as in `village.people` or as given here."""
    people, content = village.people(), village.tables() | {"areas": village.people()["areas"]}
    extra = dict.fromkeys([*names, *tables])
    content |= {name: people[name] for name in names} | tables
    lines = [f"\n[population]\n{settings}"]
    if "projection" in extra:
        lines.append('projection_source = "plan"\n')
    for name in extra:
        if name not in village.tables():
            crs = 'crs = "GCJ-02"\n' if name == "developments" else ""
            lines.append(f'[tables.{name}]\nfile = "{name}.csv"\n{crs}')
    folder = village.write(tmp_path / f"county{len(list(tmp_path.iterdir()))}", content)
    declared = [line for line in village.CSV.splitlines() if line.partition(" ")[0] not in without]
    text = village.PROJECT + "".join(lines) + "\n".join(declared)
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return with_scenarios(read_project(folder), "central", "low")


def with_scenarios(project: Project, *presets: str) -> Project:
    """Return the project with these scenarios, each named as its preset."""
    label = {"en": "x", "zh": "x"}
    scenarios = tuple(Scenario.model_validate({"id": name, "label": label, "preset": name}) for name in presets)
    return dataclasses.replace(project, scenarios=scenarios)


def births(first: int = 2012, last: int = 2023, number: int = 25) -> pd.DataFrame:
    """Return births of every area and year."""
    rows = [(area, str(year), str(number)) for area in AREAS for year in range(first, last + 1)]
    return pd.DataFrame(rows, columns=["村代码", "年份", "出生人数"])


def population(*dates: str, sexes: tuple[str, ...] = ("",), fine: bool = False, loss: float = 0.0) -> pd.DataFrame:
    """Return counts of these dates: in the county's bands, or in single ages; `loss` of each cohort by age."""
    records = []
    for date in dates:
        for place, area in enumerate(AREAS):
            counts: dict[str, float] = dict(village.COUNTS)
            if fine:
                counts = {str(age): round(1000 * (place + 1) * (1 - loss) ** age) for age in range(60)}
                counts["60+"] = 5000
            for sex in sexes:
                records += [(area, age, sex, date, str(int(count))) for age, count in counts.items()]
    return pd.DataFrame(records, columns=["村代码", "年龄段", "性别", "时点", "人数"])


def of_stage(counts: xr.DataArray, stage: str) -> xr.DataArray:
    """Return the children of a stage in the whole county, by year."""
    return counts.sel(age=slice(*GROUPS[stage])).sum(["area", "age"])


# which method


def test_every_combination_of_tables_has_its_method(tmp_path: Path) -> None:
    """The best that the tables allow; what better methods lack is told in both languages."""
    yearly = [f"{year}-08-31" for year in range(2018, 2024)]
    grades = ("K1", "K2", "K3", "1", "2", "3", "4", "5", "6")
    pupils = pd.DataFrame(
        [("2143000001", grade, str(year), "50") for grade in grades for year in (2022, 2023, 2024)],
        columns=["学校标识码", "年级", "学年", "在校生数"],
    )
    none = ("population",)
    cases: dict[str, tuple[str, Project]] = {
        "one count": ("S", county(tmp_path)),
        "one count, births of six years": ("S", county(tmp_path, "births")),
        "births": ("B", county(tmp_path, births=births(), without=none)),
        "one count, births": ("S", county(tmp_path, births=births())),
        "births, asked for": ("B", county(tmp_path, births=births(), settings='method = "B"\n')),
        "two counts": ("C", county(tmp_path, population=population("2020-08-31", village.DATE))),
        "by sex, births of a year": (
            "A",
            county(tmp_path, population=population(village.DATE, sexes=("男", "女"), fine=True), births=births(2023)),
        ),
        "yearly counts": ("C", county(tmp_path, population=population(*yearly, fine=True))),
        "totals": ("D", county(tmp_path, "totals", "structure", without=none)),
        "pupils": ("E", county(tmp_path, pupils=pupils, without=none)),
        "projection": ("P", county(tmp_path, "projection")),
        "projection, asked for one count": ("S", county(tmp_path, "projection", settings='method = "S"\n')),
    }
    order = "PABCSDE"
    for what, (code, project) in cases.items():
        found = make_demography(project)
        rung = found.children.rung
        assert (what, rung.code) == (what, code)
        assert [passed for passed, _ in rung.passed_over] == list(order[: order.index(code)])
        for text in (rung.name, rung.reason, *(why for _, why in rung.passed_over)):
            assert text["en"]
            assert text["zh"]
        assert found.children.unit == ("school" if code == "E" else "area")
        assert (found.accuracy is not None) == (what == "yearly counts")
        assert set(found.children.by_scenario) == set(found.children.born) == {"central", "low"}
        for name, counts in found.children.by_scenario.items():
            assert {2024, 2030} <= set(counts["year"].to_numpy().tolist())
            assert np.isfinite(counts).all()
            assert (found.children.born[name] <= counts + 1e-9).all()
            if code != "E":
                assert sorted(counts["area"].to_numpy().tolist()) == AREAS
        births_known = code not in {"P", "E"}
        assert list(found.births.columns) == (["central", "low"] if births_known else [])


def test_births_are_those_of_the_whole_county(tmp_path: Path) -> None:
    """By school cohort and scenario: 25 births a year in each of four areas, fewer in `low`."""
    found = make_demography(county(tmp_path, births=births(), without=("population",))).births
    assert found.loc[2025, "central"] == pytest.approx(100.0)
    assert found.loc[2030, "low"] == pytest.approx(80.0)
    assert found.index.name == "year"


def test_a_projection_is_used_to_the_child(tmp_path: Path) -> None:
    """A hundred of each stage in every area and year; only those who were not born in 2024 differ by scenario."""
    found = make_demography(county(tmp_path, "projection")).children.by_scenario
    for stage in GROUPS:
        assert np.allclose(of_stage(found["central"], stage).sel(year=slice(2024, 2030)), 400.0)
    changed = found["low"] / found["central"] < 1
    unborn = changed["age"] < changed["year"] - 2024
    xr.testing.assert_equal(changed, unborn.broadcast_like(changed))


def test_input_that_no_method_can_use_is_an_input_error_in_both_languages(tmp_path: Path) -> None:
    """Births that begin too late are a fault of the tables, not a crash: file, setting, and the way out."""
    project = county(tmp_path, births=births())
    evidence = project.evidence
    assert evidence.births is not None
    holes = evidence.births.drop(index=2015, level="year")
    broken = dataclasses.replace(project, evidence=dataclasses.replace(evidence, counts=None, births=holes))
    with pytest.raises(InputError) as caught:
        make_demography(broken)
    for fault in caught.value.faults:
        assert fault.file == "project.toml"
        assert fault.problem
        assert fault.problem_zh
        assert fault.remedy_zh


def test_what_a_chosen_method_finds_missing_is_an_input_error(tmp_path: Path) -> None:
    """A projection that ends before the horizon is refused with the year, in both languages."""
    project = county(tmp_path, "projection")
    late = project.settings.model_copy(update={"horizon": 2035})
    with pytest.raises(InputError) as caught:
        make_demography(dataclasses.replace(project, settings=late))
    (fault,) = caught.value.faults
    assert (fault.file, fault.column, fault.value) == ("project.toml", "population.method", "P")
    assert "2031" in fault.problem
    assert "2031" in fault.problem_zh
    assert "现成预测" in fault.problem_zh


def test_a_count_later_than_the_horizon_is_an_input_error(tmp_path: Path) -> None:
    """There is no year to tell of: the fault names the count, the first year after it and the setting."""
    counted = county(tmp_path, population=population("2023-12-31"))
    totals = county(tmp_path, "totals", "structure", without=("population",))
    for project, horizon, first in ((counted, 2023, 2024), (totals, 2022, 2023)):
        settings = project.settings.model_copy(update={"base_year": horizon - 1, "horizon": horizon})
        with pytest.raises(InputError) as caught:
            make_demography(dataclasses.replace(project, settings=settings))
        (fault,) = caught.value.faults
        assert (fault.file, fault.column, fault.value) == ("project.toml", "project.horizon", str(horizon))
        assert "the count is later than the horizon" in fault.problem
        assert str(first) in fault.problem
        assert "晚于规划末年" in fault.problem_zh
        assert fault.remedy
        assert fault.remedy_zh
    years = make_demography(
        dataclasses.replace(counted, settings=counted.settings.model_copy(update={"horizon": 2024}))
    ).children.by_scenario["central"]["year"]
    assert years.to_numpy().tolist() == [2024]


def test_women_without_a_woman_are_an_input_error(tmp_path: Path) -> None:
    """A number out of its range in the tables is a fault of the tables, whichever part notices it."""
    table = population(village.DATE, sexes=("男", "女"), fine=True)
    women = (table["性别"] == "女") & table["年龄段"].isin([str(age) for age in range(10, 60)])
    table.loc[women, "人数"] = "0"
    project = county(tmp_path, population=table, births=births(2023))
    with pytest.raises(InputError, match="no woman"):
        make_demography(project)


# homes to come


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Read the county with homes to come and the children that they yield; all of these are new to the county."""
    project = county(tmp_path_factory.mktemp("homes"), "developments", "yields", settings="additionality = 1.0\n")
    return with_scenarios(project, "central", "delayed_housing")


def with_additionality(project: Project, share: float) -> Project:
    """Return the project with so many of the children in new homes new to the county."""
    settings = project.settings_population.model_copy(update={"additionality": share})
    return dataclasses.replace(project, settings_population=settings)


def completed(project: Project, *years: int) -> Project:
    """Return the project with its homes completed in these years, one for each phase of a development."""
    assert project.developments is not None
    index = project.developments.index
    phases = index.to_frame(index=False).assign(year=list(years))
    moved = project.developments.set_index(pd.MultiIndex.from_frame(phases))
    return dataclasses.replace(project, developments=moved)


@pytest.mark.parametrize("additionality", [0.0, 0.3, 1.0])
def test_the_county_gains_its_share_of_the_children_in_new_homes(building: Project, additionality: float) -> None:
    """By age and year, exactly; the others move within the county."""
    project = with_additionality(building, additionality)
    found, plain = make_demography(project), make_demography(dataclasses.replace(project, developments=None))
    assert found.new_homes is not None
    assert plain.new_homes is None
    for name, counts in found.children.by_scenario.items():
        gained = counts.sum("area") - plain.children.by_scenario[name].sum("area")
        assert (gained >= -1e-9).all()
        for stage, (low, high) in GROUPS.items():
            living = found.new_homes["living"].sel(scenario=name, stage=stage)
            assert np.allclose(gained.sel(age=slice(low, high)).sum("age"), additionality * living, atol=1e-9)
            assert np.allclose(found.new_homes["new"].sel(scenario=name, stage=stage), additionality * living)
        if additionality == 0:
            assert np.allclose(gained, 0.0, atol=1e-9)
        born = found.children.born[name]
        assert (born <= counts + 1e-12).all()
        assert (born >= 0).all()


def test_in_new_homes_the_same_share_is_born(building: Project) -> None:
    """Of the county's children of an age and year as many are born with the new homes as without."""
    found, plain = make_demography(building), make_demography(dataclasses.replace(building, developments=None))
    shares = [
        made.children.born["central"].sum("area") / made.children.by_scenario["central"].sum("area")
        for made in (found, plain)
    ]
    xr.testing.assert_allclose(*shares)
    assert float(shares[0].sel(age=3, year=2030)) == 0.0


def test_children_of_new_homes_by_hand(building: Project) -> None:
    """300 flats of 2025 and 200 of 2026 in the east, 80 of 2026 in the west; half lived in at first, 0.1 a band."""
    found = make_demography(building)
    assert found.new_homes is not None
    living = found.new_homes["living"].sel(scenario="central", stage="kindergarten")
    share = housing.occupancy(range(4)).to_numpy()
    assert float(living.sel(year=2024)) == 0.0
    assert float(living.sel(year=2025)) == pytest.approx(300 * share[0] * 0.1)
    assert float(living.sel(year=2026)) == pytest.approx((300 * share[1] + 280 * share[0]) * 0.1)
    # yields of the last year given hold from then on
    assert float(living.sel(year=2030)) == pytest.approx(580 * 0.1)


def test_new_homes_shift_children_to_where_they_stand(building: Project) -> None:
    """If nobody is new to the county, the area with most new homes gains and one without loses."""
    project = with_additionality(building, 0.0)
    found, plain = make_demography(project), make_demography(dataclasses.replace(project, developments=None))
    change = (found.children.by_scenario["central"] - plain.children.by_scenario["central"]).sel(year=2030).sum("age")
    assert project.developments is not None
    built = set(project.developments["area"])
    assert change.sel(area=sorted(built)).sum() > 1
    assert (change.sel(area=sorted(set(AREAS) - built)) < 0).all()


def test_late_homes_come_two_years_later(building: Project) -> None:
    """`delayed_housing` puts off the homes of 2025 and 2026, and nothing else changes."""
    found = make_demography(building)
    assert found.new_homes is not None
    central, late = (found.new_homes["living"].sel(scenario=name) for name in ("central", "delayed_housing"))
    assert np.allclose(late.sel(year=slice(2026, 2030)), central.sel(year=slice(2024, 2028)))
    first = found.children.by_scenario
    xr.testing.assert_allclose(first["delayed_housing"].sel(year=2024), first["central"].sel(year=2024))


def test_homes_that_stand_in_the_base_year_are_not_late(building: Project) -> None:
    """Completed after the count of 2023 and by 2024, the base year, they are there in each scenario."""
    assert building.developments is not None
    phases = dataclasses.replace(building, developments=building.developments.iloc[[0, 2]])
    found = make_demography(completed(phases, 2024, 2024))
    assert found.new_homes is not None
    living = found.new_homes["living"]
    assert float(living.sel(scenario="central", stage="primary", year=2024)) > 0
    xr.testing.assert_identical(
        living.sel(scenario="central", drop=True), living.sel(scenario="delayed_housing", drop=True)
    )


def test_homes_that_stood_at_the_count_bring_nobody(building: Project) -> None:
    """Their children were counted."""
    found = make_demography(completed(building, 2021, 2022, 2023))
    assert found.new_homes is not None
    assert float(found.new_homes["living"].sum()) == 0.0


@pytest.mark.parametrize(
    ("date", "completion", "first"),
    [
        ("2024-01-01", 2024, 2024),
        ("2024-01-01", 2023, None),
        ("2023-08-30", 2023, 2023),
        ("2023-08-31", 2023, None),
        ("2023-12-31", 2023, None),
        ("2023-12-31", 2024, 2024),
    ],
)
def test_homes_of_the_year_of_the_count_stand_at_its_cut_off_day(
    tmp_path: Path, date: str, completion: int, first: int | None
) -> None:
    """A count of 1 January has nobody of the homes completed later in its year; one of 31 August has them all."""
    project = county(tmp_path, "developments", "yields", population=population(date))
    assert project.developments is not None
    phases = dataclasses.replace(project, developments=project.developments.iloc[[0, 2]])
    found = make_demography(completed(phases, completion, completion))
    assert found.new_homes is not None
    living = found.new_homes["living"].sel(scenario="central", stage="primary").to_series()
    assert (None if not living.any() else int(living[living > 0].index[0])) == first


def test_nothing_is_added_to_what_is_used_as_given(tmp_path: Path) -> None:
    """A projection has its homes and moves already, and pupils are no residents: both tables are named as ignored."""
    pupils = pd.DataFrame(
        [
            ("2143000001", grade, str(year), "50")
            for grade in ("K1", "K2", "K3", *"123456")
            for year in (2022, 2023, 2024)
        ],
        columns=["学校标识码", "年级", "学年", "在校生数"],
    )
    names = ("developments", "yields", "migration", "projection")
    project = county(tmp_path, *names, settings='town = ["111"]\n', pupils=pupils)
    for method in ("P", "E"):
        settings = project.settings_population.model_copy(update={"method": method})
        asked = dataclasses.replace(project, settings_population=settings)
        found = make_demography(asked)
        plain = make_demography(dataclasses.replace(asked, developments=None, migration=None))
        assert found.children.rung.code == method
        assert (found.new_homes, found.moved) == (None, None)
        assert found.ignored == ("developments", "migration")
        assert plain.ignored == ()
        for name, counts in found.children.by_scenario.items():
            xr.testing.assert_identical(counts, plain.children.by_scenario[name])
        assert make_demography(dataclasses.replace(asked, developments=None)).ignored == ("migration",)


def test_without_yields_new_homes_have_the_children_of_old_ones_and_more_young_ones(tmp_path: Path) -> None:
    """Residents over persons per household are the homes there are; in the long run a new home is like these."""
    project = county(tmp_path, "developments", settings="additionality = 1.0\n")
    found, plain = make_demography(project), make_demography(dataclasses.replace(project, developments=None))
    assert found.new_homes is not None
    residents = 4 * sum(village.COUNTS.values())
    base = of_stage(plain.children.by_scenario["central"].sel(year=[2023]), "primary").item()
    per_home = base / (residents / HOUSEHOLD)
    living = found.new_homes["living"].sel(scenario="central", stage="primary", year=2030).item()
    # all 580 homes are lived in by 2030; the surplus is that of the children who were small in 2025 and 2026
    assert 580 * per_home < living < 580 * per_home * (1 + housing.TILT)


def test_without_people_of_all_ages_a_type_without_yield_is_an_input_error(tmp_path: Path) -> None:
    """Births alone do not tell how many homes there are; totals would."""
    project = county(tmp_path, "developments", births=births(), without=("population",))
    with pytest.raises(InputError) as caught:
        make_demography(project)
    (fault,) = caught.value.faults
    assert (fault.file, fault.column) == ("yields", "type")
    assert fault.problem_zh
    assert fault.remedy_zh
    totals = make_demography(
        county(tmp_path, "developments", "totals", "structure", births=births(), without=("population",))
    )
    assert totals.new_homes is not None
    assert float(totals.new_homes["living"].sum()) > 0


def with_yields(project: Project, *more: tuple[int, float, float], without: str = "") -> Project:
    """Return the project with further yields (low, high, children) of each year given, and without those of an age."""
    assert project.yields is not None
    kept = project.yields[project.yields.index.get_level_values("age") != without]
    like = kept[kept.index.get_level_values("age") == "0-2"].reset_index()
    parts = [
        like.assign(age=str(low), low=low, high=high, children=number).set_index(kept.index.names)
        for low, high, number in more
    ]
    return dataclasses.replace(project, yields=pd.concat([kept, *parts]))


def test_an_open_yield_is_an_input_error_unless_it_is_of_others(building: Project) -> None:
    """0.1 children of 6 and older are of unknown ages; 1.5 people of 15 and older are no children of the plan."""
    plain, adults = (make_demography(found) for found in (building, with_yields(building, (15, np.nan, 1.5))))
    xr.testing.assert_identical(adults.children.by_scenario["central"], plain.children.by_scenario["central"])
    with pytest.raises(InputError) as caught:
        make_demography(with_yields(building, (6, np.nan, 0.1), without="6-11"))
    (fault,) = caught.value.faults
    assert (fault.file, fault.column, fault.value) == ("yields", "age", "6+")
    assert fault.problem_zh
    assert fault.remedy_zh


def test_a_yield_of_fewer_years_holds_its_last_value(building: Project) -> None:
    """Kindergarten children are given for year 0 alone: they do not vanish in year 1."""
    assert building.yields is not None
    ages, since = (building.yields.index.get_level_values(name) for name in ("age", "years_since"))
    shorter = dataclasses.replace(building, yields=building.yields[(ages != "3-5") | (since == 0)])
    one, two = make_demography(building), make_demography(shorter)
    xr.testing.assert_allclose(one.children.by_scenario["central"], two.children.by_scenario["central"])


# moves to the county town


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Read the county whose children of 3 to 5 and 6 to 11 move to the town at 2 and 4 % a year, and a projection."""
    names = ("migration", "projection")
    return with_scenarios(
        county(tmp_path_factory.mktemp("moves"), *names, settings='town = ["111"]\nmethod = "S"\n'),
        "central",
        "low",
        "no_migration",
    )


def test_moves_to_town_keep_every_child(moving: Project) -> None:
    """The county's total stays, no village gains, the town gains what they lose."""
    found, plain = make_demography(moving), make_demography(dataclasses.replace(moving, migration=None))
    assert found.ignored == ()
    assert found.moved is not None
    assert plain.moved is None
    rural = [area for area in AREAS if area != TOWN]
    for name in ("central", "low"):
        after, before = found.children.by_scenario[name], plain.children.by_scenario[name]
        assert np.allclose(after.sum("area"), before.sum("area"), atol=1e-9)
        assert (after.sel(area=rural) <= before.sel(area=rural) + 1e-12).all()
        gained = (after - before).sel(area=TOWN)
        assert (gained.sel(year=slice(2025, None), age=slice(6, 11)) > 0).all()
        moved = found.moved.sel(scenario=name)
        for stage, (low, high) in GROUPS.items():
            assert np.allclose(gained.sel(age=slice(low, high)).sum("age"), moved.sel(stage=stage))
        assert (found.children.born[name] <= after + 1e-9).all()
        assert np.allclose(found.children.born[name].sum("area"), plain.children.born[name].sum("area"), atol=1e-9)


def test_moves_to_town_by_hand(moving: Project) -> None:
    """Of a village's children of 7 in 2025, 4 % moved at 7 (the first year counts none), of those in 2026 at 6 and 7."""
    found, plain = make_demography(moving), make_demography(dataclasses.replace(moving, migration=None))
    share = (found.children.by_scenario["central"] / plain.children.by_scenario["central"]).sel(area=AREAS[0], age=7)
    assert share.sel(year=[2023, 2024, 2025]).to_numpy() == pytest.approx([1.0, 0.96, 0.96**2])
    assert float(share.sel(year=2026)) == pytest.approx(0.96**2 * 0.98)
    assert float(share.sel(year=2030)) == pytest.approx(0.96**2 * 0.98**3)


def test_the_scenario_without_moves_has_none(moving: Project) -> None:
    """`no_migration` leaves every area its children."""
    found, plain = make_demography(moving), make_demography(dataclasses.replace(moving, migration=None))
    assert found.moved is not None
    assert float(found.moved.sel(scenario="no_migration").sum()) == 0.0
    assert float(found.moved.sel(scenario="central").sum()) > 0
    xr.testing.assert_allclose(found.children.by_scenario["no_migration"], plain.children.by_scenario["no_migration"])


def test_a_town_without_children_takes_them_all_the_same(moving: Project) -> None:
    """There is nobody to share the movers by: every part of the town takes as many."""
    counts = moving.evidence.counts
    assert counts is not None
    here = (counts.index.get_level_values("area") == TOWN) & counts["high"].notna()
    empty = dataclasses.replace(moving.evidence, counts=counts.assign(count=counts["count"].where(~here, 0.0)))
    found = make_demography(dataclasses.replace(moving, evidence=empty))
    assert found.moved is not None
    pupils = found.children.by_scenario["central"].sel(area=TOWN, age=slice(6, 11)).sum("age")
    assert float(pupils.sel(year=2030)) == pytest.approx(
        float(found.moved.sel(scenario="central", stage="primary", year=2030))
    )


# its own past


def still_history(years: int, *, oldest: int = 60) -> xr.DataArray:
    """Return areas whose people change by chance only."""
    rng = np.random.default_rng(1)
    labels = {"area": np.array(["a", "b"]), "age": np.arange(oldest + 1), "year": np.arange(2024 - years, 2024)}
    shape = tuple(len(values) for values in labels.values())
    return xr.DataArray(rng.uniform(900, 1100, shape), coords=labels, dims=tuple(labels))


@pytest.mark.parametrize("years", [2, 5])
def test_a_short_history_tells_nothing(years: int) -> None:
    """Five years of counts are needed before the first forecast, and one after it."""
    assert hold_to_the_past(still_history(years), groups=GROUPS, exclude_years=[]) == (None, None)


def test_a_history_is_held_against_what_came() -> None:
    """Eight years of counts: forecasts up to three years ahead, by three methods and for each stage."""
    accuracy, factors = hold_to_the_past(still_history(8), groups=GROUPS, exclude_years=[])
    assert accuracy is not None
    assert factors is not None
    assert accuracy.index.names == ["method", "stage", "horizon"]
    assert sorted(set(accuracy.index.get_level_values("horizon"))) == [1, 2, 3]
    assert set(accuracy.index.get_level_values("stage")) == set(GROUPS)
    assert len(set(accuracy.index.get_level_values("method"))) == 3
    assert (accuracy["mape"] > 0).all()
    assert factors.index.names == ["stage", "horizon"]
    assert (factors > 0).all()


def test_excluded_years_are_not_compared_with() -> None:
    """Of six years only the last could be compared with: without it nothing can; of eight, fewer are."""
    assert hold_to_the_past(still_history(6), groups=GROUPS, exclude_years=[2023]) == (None, None)
    every, _ = hold_to_the_past(still_history(8), groups=GROUPS, exclude_years=[])
    some, _ = hold_to_the_past(still_history(8), groups=GROUPS, exclude_years=[2022])
    assert every is not None
    assert some is not None
    assert some["forecasts"].sum() < every["forecasts"].sum()


def test_a_stage_in_the_open_age_is_left_out() -> None:
    """The last age holds all who are older: it cannot be compared with a stage; nothing is left, nothing is told."""
    groups = {"senior": (15, 17), "beyond": (48, 50)}
    accuracy, _ = hold_to_the_past(still_history(8, oldest=50), groups=groups, exclude_years=[])
    assert accuracy is not None
    assert set(accuracy.index.get_level_values("stage")) == {"senior"}
    assert hold_to_the_past(still_history(8, oldest=50), groups={"beyond": (48, 50)}, exclude_years=[]) == (None, None)


def test_corrections_between_tested_horizons_lie_on_a_line() -> None:
    """2 at one year and 4 at three: 3 at two, 2.5 at 1.5; before the first and after the last they stay."""
    index = pd.MultiIndex.from_tuples([("primary", 3), ("primary", 1), ("other", 1)], names=["stage", "horizon"])
    factors = pd.Series([4.0, 2.0, 9.0], index=index)
    elapsed = xr.DataArray([0.5, 1.0, 1.5, 2.0, 3.0, 8.0], coords={"year": range(2024, 2030)}, dims="year")
    found = widening(factors, "primary", elapsed)
    assert found is not None
    assert found.to_series().to_dict() == dict(zip(range(2024, 2030), [2.0, 2.0, 2.5, 3.0, 4.0, 4.0], strict=True))
    assert widening(factors, "senior", elapsed) is None
    assert widening(None, "primary", elapsed) is None


# peaks


def test_children_of_town_and_rest_are_all(moving: Project) -> None:
    """By scenario and stage, in the base and in the last year; the county's own direction and peak."""
    peaks = make_demography(moving).peaks
    assert peaks.index.names == ["scenario", "where", "stage"]
    for what in ("children", "last"):
        table = peaks[what].unstack("where")
        assert np.allclose(table["town"] + table["rest"], table["all"])
    assert set(peaks["direction"]) <= {"rising", "falling", "level"}


def test_without_a_town_there_is_only_the_whole(tmp_path: Path) -> None:
    """Nothing to divide: neither where no area is the town, nor where all are."""
    for settings in ("", "town = [" + ", ".join(f'"{area}"' for area in AREAS) + "]\n"):
        peaks = make_demography(county(tmp_path, settings=settings)).peaks
        assert set(peaks.index.get_level_values("where")) == {"all"}


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Demography]:
    """Read the county with counts of eight years, each a tenth less than the one before from 2020 on."""
    tables = []
    for year in range(2016, 2024):
        table = population(f"{year}-12-31", fine=True, loss=0.02)
        factor = 0.9 ** max(0, year - 2019)
        table["人数"] = [str(round(int(count) * factor)) for count in table["人数"]]
        tables.append(table)
    folder = tmp_path_factory.mktemp("history")
    project = county(folder, population=pd.concat(tables), settings=f'town = ["{TOWN}"]\n')
    return project, make_demography(project)


def test_a_peak_in_the_past_is_seen(yearly: tuple[Project, Demography]) -> None:
    """Counts of the past are dated like those to come: a count of 31 December is of the school year after it."""
    project, found = yearly
    assert found.children.rung.code == "C"
    assert found.children.history is not None
    peaks = found.peaks.xs("central", level="scenario")
    assert (peaks["peak_year"] <= 2020).all()
    assert (peaks["direction"] == "falling").all()
    for what in ("children", "peak", "last"):
        table = peaks[what].unstack("where")
        assert np.allclose(table["town"] + table["rest"], table["all"])
    # until 2019 there are 10,000 newborn in the county and 2 % fewer of each further age; two thirds have a birthday
    part = 244 / 365.25
    by_hand = sum(10_000 * ((1 - part) * 0.98**age + part * 0.98 ** (age - 1)) for age in range(6, 12))
    assert peaks.loc[("all", "primary"), "peak"] == pytest.approx(by_hand, rel=2e-4)
    assert found.accuracy is not None
    assert found.factors is not None
    assert project.population_date == found.children.date


def test_a_history_is_projected_by_its_own_ratios(yearly: tuple[Project, Demography]) -> None:
    """Where every age was counted yearly, the county's children are those of `project_ratios`, dated."""
    _, found = yearly
    history = found.children.history
    assert history is not None
    future = project_ratios(history, years=[2024, 2025])
    part = 244 / 365.25
    by_hand = (1 - part) * future.sel(year=2023, age=7) + part * future.sel(year=2023, age=6)
    change = (future.sel(year=2024, age=7) / future.sel(year=2023, age=6)) ** part
    ours = found.children.by_scenario["central"].sel(year=2024, age=7)
    assert np.allclose(ours, by_hand * change, rtol=5e-3)


def test_the_order_of_rows_is_irrelevant(building: Project, moving: Project) -> None:
    """Tables of people in any order give the same children, homes and moves."""
    project = dataclasses.replace(building, migration=moving.migration, town=moving.town)
    assert project.developments is not None
    assert project.evidence.counts is not None
    shuffled = dataclasses.replace(
        project,
        developments=project.developments.iloc[::-1],
        evidence=dataclasses.replace(project.evidence, counts=project.evidence.counts.sample(frac=1, random_state=2)),
    )
    one, two = make_demography(project), make_demography(shuffled)
    for name, counts in one.children.by_scenario.items():
        xr.testing.assert_allclose(counts, two.children.by_scenario[name])
    pd.testing.assert_frame_equal(one.peaks, two.peaks)


def test_steps_are_told(moving: Project, yearly: tuple[Project, Demography]) -> None:
    """The slow step, the forecasts of the past, is announced; without a history there is none."""
    told: list[str] = []
    make_demography(with_scenarios(moving, "central"), progress=told.append)
    assert told == []
    make_demography(with_scenarios(yearly[0], "central"), progress=told.append)
    assert told == ["forecasts of the past"]
