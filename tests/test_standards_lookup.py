"""Asking standards: the largest class of a grade and year, and what residents or homes call for."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap import standards
from schoolmap.errors import LabelError
from schoolmap.standards.lookup import cap_of
from schoolmap.standards.lookup import caps_grid
from schoolmap.standards.lookup import classes_for
from schoolmap.standards.lookup import figures_of
from schoolmap.standards.lookup import rules_for
from schoolmap.standards.schema import ClassCap
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import Levels
from schoolmap.standards.schema import SeatRule
from schoolmap.standards.schema import StageStandard
from schoolmap.standards.schema import Standards

CHINA = standards.load("china")
PRIMARY = ["1", "2", "3", "4", "5", "6"]
KINDERGARTEN = ["K1", "K2", "K3", "KM"]
years = st.integers(2010, 2030)
maybe_years = st.none() | years


def figure(value: float) -> Figure:
    """Return a figure of no document."""
    return Figure(value=value, document="d", confidence="assumption")


def cap(value: float, grades: tuple[str, ...] = (), first: int | None = None, last: int | None = None) -> ClassCap:
    """Return a cap of no document."""
    return ClassCap(value=value, document="d", confidence="low", grades=grades, entered_from=first, entered_to=last)


@st.composite
def stages(draw: st.DrawFn) -> StageStandard:
    """Draw what a standard may say of class sizes, with caps in any order."""
    grades = st.lists(st.sampled_from(["1", "2", "3", "4"]), unique=True, max_size=3).map(tuple)
    caps = st.builds(cap, st.integers(20, 60), grades, maybe_years, maybe_years)
    return StageStandard(
        class_size=draw(st.none() | st.integers(20, 60).map(figure)),
        class_size_by_grade=draw(st.dictionaries(st.sampled_from(["1", "2"]), st.integers(20, 60).map(figure))),
        caps=tuple(draw(st.lists(caps, max_size=4))),
    )


def test_furong_by_hand() -> None:
    """45 for those who enter primary school in 2018 or later, 50 for grades 2 and 3 of that autumn, and as they move up."""
    primary = standards.load("furong").stages["primary"]
    grid = caps_grid(primary, grades=PRIMARY, years=range(2018, 2024))
    assert grid.to_numpy().astype(int).tolist() == [
        [45, 45, 45, 45, 45, 45],
        [50, 45, 45, 45, 45, 45],
        [50, 50, 45, 45, 45, 45],
        [55, 50, 50, 45, 45, 45],
        [55, 55, 50, 50, 45, 45],
        [55, 55, 55, 50, 50, 45],
    ]
    assert (grid.index.name, grid.columns.name) == ("grade", "year")
    found = cap_of(primary, grade="3", entered=2016)
    assert found is not None
    assert (found.value, found.year, found.confidence) == (50, 2018, "high")


def test_without_caps_the_grade_decides_then_the_stage() -> None:
    """Kindergartens of the country have a size for each grade, primary schools one for all."""
    kindergarten = caps_grid(CHINA.stages["kindergarten"], grades=KINDERGARTEN, years=[2025, 2026])
    assert kindergarten[2026].to_dict() == {"K1": 25, "K2": 30, "K3": 35, "KM": 30}
    assert caps_grid(CHINA.stages["primary"], grades=PRIMARY, years=[2025]).eq(45).all(axis=None)


def test_the_first_cap_that_fits_holds() -> None:
    """Caps are read from top to bottom; one for a grade goes before one for all."""
    standard = StageStandard(class_size=figure(45), caps=(cap(30, ("1",)), cap(40, ("1", "2"))))
    assert [getattr(cap_of(standard, grade=grade, entered=2020), "value", None) for grade in ("1", "2", "3")] == [
        30,
        40,
        45,
    ]


def test_where_nothing_is_said_nothing_is_known() -> None:
    """No cap and no class size: missing, not zero."""
    assert cap_of(StageStandard(), grade="1", entered=2020) is None
    assert caps_grid(StageStandard(), grades=["1"], years=[2020]).isna().all(axis=None)


def test_mixed_ages_have_no_year_of_entry() -> None:
    """A phased cap passes them by, a plain one does not; they are no step between the grades."""
    phased = StageStandard(class_size=figure(30), caps=(cap(20, first=2020),))
    grid = caps_grid(phased, grades=["K1", "KM", "K2"], years=[2020, 2021])
    assert grid.loc["KM"].tolist() == [30, 30]
    assert grid.loc["K2"].tolist() == [30, 20]
    plain = StageStandard(class_size=figure(30), caps=(cap(20),))
    assert caps_grid(plain, grades=["KM"], years=[2020]).loc["KM", 2020] == 20


@given(stages(), st.permutations(["1", "2", "3", "4"]), st.lists(years, unique=True, min_size=1, max_size=5))
def test_the_grid_is_each_cell_asked_alone(standard: StageStandard, grades: list[str], asked: list[int]) -> None:
    """Grade number i of year y entered in y - i."""
    grid = caps_grid(standard, grades=grades, years=asked)
    cells = [[cap_of(standard, grade=grade, entered=year - i) for year in asked] for i, grade in enumerate(grades)]
    expected = [[np.nan if cell is None else cell.value for cell in row] for row in cells]
    pd.testing.assert_frame_equal(
        grid,
        pd.DataFrame(
            np.array(expected, dtype=float),
            index=pd.Index(np.array(grades, dtype=object), name="grade"),
            columns=pd.Index(asked, name="year"),
        ),
    )


@given(stages(), years, st.integers(0, 3))
def test_a_cap_without_grades_moves_up_with_the_pupils(standard: StageStandard, entered: int, step: int) -> None:
    """Where caps name no grade and grades have no size of their own, a cohort keeps its cap to the end."""
    alike = StageStandard(
        class_size=standard.class_size,
        caps=tuple(cap(item.value, (), item.entered_from, item.entered_to) for item in standard.caps),
    )
    grid = caps_grid(alike, grades=["1", "2", "3", "4"], years=range(entered, entered + 4))
    first, later = grid.iloc[0, 0], grid.iloc[step, step]
    assert first == later or (np.isnan(first) and np.isnan(later))


@pytest.mark.parametrize(
    ("homes", "classes"),
    [(0, None), (499, None), (500, 6), (999, 6), (1000, 9), (1499, 9), (1500, 12), (90_000, 12)],
)
def test_yulin(homes: int, classes: int | None) -> None:
    """榆林: 500, 1000 and 1500 homes call for 6, 9 and 12 classes."""
    found = classes_for(CHINA, place="榆林市", stage="kindergarten", homes=homes)
    assert (found.classes, found.seats, found.schools) == (classes, None, None)
    assert len(found.rules) == (0 if classes is None else 1)


@pytest.mark.parametrize(
    ("residents", "seats", "classes", "schools"),
    [
        (4499, 179.96, 6, None),
        (4500, 180, 6, 1),
        (4501, 180.04, 7, 1),
        (9000, 360, 12, 2),
        (12_000, 480, 16, 2),
        (12_001, 480.04, 17, 2),
    ],
)
def test_longhu(residents: int, seats: float, classes: int, schools: int | None) -> None:
    """龙湖: 4,500 people x 40 per thousand = 180 seats = 6 classes of 30; a kindergarten for every 4,500."""
    found = classes_for(CHINA, place="汕头市龙湖区", stage="kindergarten", residents=residents)
    assert found.seats == pytest.approx(seats)
    assert (found.classes, found.schools) == (classes, schools)


@pytest.mark.parametrize(
    ("residents", "stages_asked"),
    [
        (9_999, []),
        (10_000, ["kindergarten", "primary"]),
        (29_999, ["kindergarten", "primary"]),
        (30_000, ["kindergarten", "primary", "junior"]),
        (80_000, ["kindergarten", "primary", "junior", "senior"]),
    ],
)
def test_hunan(residents: int, stages_asked: list[str]) -> None:
    """湖南: from 10,000 people a kindergarten and a primary school, from 30,000 a junior and from 80,000 a senior one."""
    found = {
        stage: classes_for(CHINA, place="湖南省", stage=stage, residents=residents).schools
        for stage in ("kindergarten", "primary", "junior", "senior")
    }
    assert [stage for stage, schools in found.items() if schools == 1] == stages_asked
    assert [stage for stage, schools in found.items() if schools is not None] == stages_asked


@pytest.mark.parametrize(("residents", "seats", "classes"), [(9_600, 360, 12), (14_400, 540, 18)])
def test_beijing(residents: int, seats: int, classes: int) -> None:
    """北京 (inferred): 9,600 x 37.5 per thousand = 360 = 12 classes of 30; 14,400 = 540 = 18 classes."""
    found = classes_for(CHINA, place="北京市", stage="kindergarten", residents=residents)
    assert (found.seats, found.classes) == (seats, classes)
    (rule,) = rules_for(CHINA, stage="kindergarten", place="北京市", gives="seats_per_thousand")
    assert rule.confidence == "low"


@pytest.mark.parametrize(
    ("place", "stage", "people", "classes", "low", "high"),
    [
        ("某省", "primary", (20_000, 15_000), 24, 54, 72),
        ("某省", "junior", (30_000, 20_000), 18, 30, 45),
        ("株洲市", "primary", (10_000, 10_000), 18, 81, 162),
    ],
)
def test_rules_agree_with_the_seats_per_thousand_in_their_notes(  # noqa: PLR0917 - a row of the table
    place: str, stage: str, people: tuple[int, int], classes: int, low: int, high: int
) -> None:
    """Classes of one school at the class size, over the people that it is for."""
    (school,) = rules_for(CHINA, stage=stage, place=place, gives="people_per_school")
    (least,) = rules_for(CHINA, stage=stage, place=place, gives="classes")
    assert (school.value, least.value) == (people[0], classes)
    size = CHINA.stages[stage].class_size
    assert size is not None
    most = 36 if place == "株洲市" else classes
    assert (classes * size.value / people[0] * 1000, most * size.value / people[1] * 1000) == (low, high)
    assert f"{low} to {high} seats per thousand" in school.note


@given(st.sampled_from(CHINA.seat_rules), st.integers(0, 120_000), st.integers(0, 5_000))
def test_more_people_never_call_for_less(rule: SeatRule, count: int, more: int) -> None:
    """Every number grows with residents and homes, or stays."""
    less, later = (
        classes_for(CHINA, place=rule.place, stage=rule.stage, residents=number, homes=number)
        for number in (count, count + more)
    )
    for name in ("seats", "classes", "schools"):
        assert (getattr(less, name) or 0) <= (getattr(later, name) or 0)


@given(st.sampled_from(CHINA.seat_rules), st.integers(0, 120_000))
def test_seats_fit_into_the_classes(rule: SeatRule, residents: int) -> None:
    """No seat is lost in rounding, and no class is empty for it."""
    found = classes_for(CHINA, place=rule.place, stage=rule.stage, residents=residents, homes=residents)
    size = CHINA.stages[rule.stage].class_size
    assert size is not None
    if found.seats is not None:
        assert found.classes is not None
        assert found.classes * size.value >= found.seats - 1e-6
        rules = [item.value for item in found.rules if item.gives == "classes"]
        assert found.classes == max([math.ceil(round(found.seats / size.value, 6)), *rules])


def own(**rule: object) -> Standards:
    """Return standards of one rule."""
    level = figure(0.9)
    fields = {"id": "a", "place": "here", "stage": "primary", "document": "d", "confidence": "low", **rule}
    return Standards(
        name="own",
        levels=Levels(watch_from=level, red_from=level, surplus_below=level),
        seat_rules=(SeatRule(**fields),),  # type: ignore[arg-type]
    )


def test_seats_without_a_class_size_are_no_classes() -> None:
    """The seats are known, the classes are not."""
    found = classes_for(own(gives="seats_per_thousand", value=60), place="here", stage="primary", residents=1000)
    assert (found.seats, found.classes) == (60, None)


def test_fewer_people_than_a_school_is_for_call_for_none() -> None:
    """A remainder is no school."""
    rule = own(gives="people_per_school", value=1000)
    asked = [classes_for(rule, place="here", stage="primary", residents=people).schools for people in (999, 1000, 1999)]
    assert asked == [None, 1, 1]


def test_a_hair_above_a_whole_class_is_no_class_more() -> None:
    """Residents of a forecast are no whole numbers: what rounding adds builds no classroom."""
    rule = own(gives="seats_per_thousand", value=40)
    stage = StageStandard(class_size=figure(30))
    rule = dataclasses.replace(rule, stages={"primary": stage})
    asked = [
        classes_for(rule, place="here", stage="primary", residents=people).classes for people in (4500 + 1e-10, 4500.01)
    ]
    assert asked == [6, 7]


def test_rules_of_a_stage() -> None:
    """By place and by what they give, in the order of the file."""
    assert {rule.place for rule in rules_for(CHINA, stage="senior")} == {"湖南省", "株洲市"}
    assert rules_for(CHINA, stage="primary", place="榆林市") == ()
    every = [rule for stage in CHINA.stages for rule in rules_for(CHINA, stage=stage)]
    assert len(every) == len(CHINA.seat_rules)


def stated_figures(part: object) -> list[Figure]:
    """Return the figures that a part states itself."""
    stated = (getattr(part, field.name) for field in dataclasses.fields(part))  # type: ignore[arg-type]
    return [figure for figure in stated if figure is not None]


def test_every_figure_has_one_place() -> None:
    """No figure is forgotten or told twice, and each is found where the key says."""
    figures = figures_of(CHINA)
    assert figures["stages.kindergarten.class_size_by_grade.K1"].value == 25
    assert figures["seat_rules[1]"] is CHINA.seat_rules[0]
    assert figures["most_variation.junior"].value == 0.45
    assert figures["walking_m_per_minute"].value == 60
    parts = [*CHINA.seat_rules, *CHINA.inclusive, *CHINA.balanced, *CHINA.school_sizes, *CHINA.most_variation.values()]
    single = [
        key for key in figures if "[" not in key and not key.startswith(("stages", "levels", "most_variation", "costs"))
    ]
    assert sorted(single) == ["least_resources_met", "least_share_of_value", "people_per_home", "walking_m_per_minute"]
    in_stages = sum(key.startswith("stages.") for key in figures)
    in_costs = sum(key.startswith("costs.") for key in figures)
    assert CHINA.costs is not None
    assert in_costs == 5 + 5 + sum(len(stated_figures(stage)) for stage in CHINA.costs.stages.values())
    assert len(figures) == len(parts) + len(single) + in_stages + in_costs + 4


@pytest.mark.parametrize("grade", ["0", "13", "k1", "小班", ""])
def test_refuses_unknown_grades(grade: str) -> None:
    """A grade is written as in the tables."""
    with pytest.raises(LabelError, match="there is no grade"):
        cap_of(StageStandard(), grade=grade, entered=2020)
    with pytest.raises(LabelError, match="there is no grade"):
        caps_grid(StageStandard(), grades=["1", grade], years=[2020])


def test_refuses_labels_twice() -> None:
    """A grade or a year given twice would be two rows of one."""
    with pytest.raises(LabelError, match="`grades` has '1' twice"):
        caps_grid(StageStandard(), grades=["1", "1"], years=[2020])
    with pytest.raises(LabelError, match="`years` has"):
        caps_grid(StageStandard(), grades=["1"], years=[2020, 2020])


def test_refuses_unknown_places_stages_and_gifts() -> None:
    """An empty answer would look as if nothing were asked for; what is known is named."""
    with pytest.raises(LabelError, match=r"there is no place '榆林' in the standards\. Known are: .*榆林市"):
        classes_for(CHINA, place="榆林", stage="kindergarten", homes=500)
    with pytest.raises(LabelError, match="there is no stage 'kindergarden'"):
        rules_for(CHINA, stage="kindergarden")
    with pytest.raises(LabelError, match="there is no gives 'desks'"):
        rules_for(CHINA, stage="primary", gives="desks")
    with pytest.raises(LabelError, match="Known are: none"):
        rules_for(standards.load("berlin"), stage="primary", place="Mitte")


def test_refuses_the_other_count() -> None:
    """Rules of homes cannot be asked by residents."""
    with pytest.raises(ValueError, match="'榆林市' for 'kindergarten' count `homes`"):
        classes_for(CHINA, place="榆林市", stage="kindergarten", residents=5000)
    with pytest.raises(ValueError, match="count `residents`"):
        classes_for(CHINA, place="湖南省", stage="primary")


@pytest.mark.parametrize("count", [-1, float("nan"), float("inf")])
def test_refuses_what_is_no_count(count: float) -> None:
    """Zero or above, and finite."""
    with pytest.raises(ValueError, match="`residents` is a count"):
        classes_for(CHINA, place="湖南省", stage="primary", residents=count)
