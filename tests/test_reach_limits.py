"""How far school may be: which limit of the standard holds for whom."""

from __future__ import annotations

import pandas as pd
import pytest

from schoolmap import standards
from schoolmap.reach.limits import limits_of
from schoolmap.reach.limits import places_of
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import StageStandard

PACE = 60.0


def figure(value: float) -> Figure:
    """Return an invented figure."""
    return Figure(value=value, document="invented", confidence="assumption")


@pytest.mark.parametrize(("stage", "ages", "metres"), [("kindergarten", (3, 5), 300), ("junior", (12, 14), 1000)])
def test_china_has_one_limit_for_towns(stage: str, ages: tuple[int, int], metres: float) -> None:
    """GB 50180-2018 table 5.0.2: 300 m to kindergarten, 1,000 m to junior school; nothing national for the country."""
    found = limits_of(standards.load("china").stages[stage], ages=ages, walk_m_per_minute=PACE)
    assert [(limit.place, limit.ages, limit.metres, limit.minutes) for limit in found] == [
        ("urban", ages, metres, None)
    ]


def test_younger_pupils_of_the_country_walk_less() -> None:
    """30 minutes for grades 1 to 3 and 40 for grades 4 to 6 are 1,800 and 2,400 m at 60 m a minute."""
    found = limits_of(standards.load("china").stages["primary"], ages=(6, 11), walk_m_per_minute=PACE)
    rural = [limit for limit in found if limit.place == "rural"]
    assert [(limit.ages, limit.minutes, limit.metres) for limit in rural] == [((6, 8), 30, 1800), ((9, 11), 40, 2400)]
    assert [limit.grades_text()["zh"] for limit in found] == ["", "1-3年级", "4-6年级"]


def test_metres_for_the_country_go_before_minutes() -> None:
    """A province that states kilometres is not asked for minutes."""
    standard = StageStandard(rural_reach_m=figure(2500), rural_minutes_lower=figure(30), rural_minutes_upper=figure(40))
    found = limits_of(standard, ages=(6, 11), walk_m_per_minute=PACE)
    assert [(limit.place, limit.ages, limit.metres) for limit in found] == [("rural", (6, 11), 2500)]


def test_a_stage_of_some_grades_has_their_limit_only() -> None:
    """A teaching point of grades 1 and 2 has the limit of the younger ones, and it is for the whole stage."""
    standard = StageStandard(rural_minutes_lower=figure(30), rural_minutes_upper=figure(40))
    found = limits_of(standard, ages=(6, 7), walk_m_per_minute=PACE)
    assert [(limit.ages, limit.minutes, limit.whole_stage) for limit in found] == [((6, 7), 30, True)]


def test_no_standard_no_limit() -> None:
    """What is not said is not zero: there is no limit."""
    assert limits_of(None, ages=(6, 11), walk_m_per_minute=PACE) == ()
    assert limits_of(StageStandard(), ages=(6, 11), walk_m_per_minute=PACE) == ()


def test_limits_know_their_document() -> None:
    """Every limit carries the figure that it stands in."""
    found = limits_of(standards.load("china").stages["primary"], ages=(6, 11), walk_m_per_minute=PACE)
    assert [limit.figure.number for limit in found] == ["GB 50180-2018", "国办发〔2018〕27号", "国办发〔2012〕48号"]


def test_towns_and_country_are_told_apart_by_the_class_of_the_area() -> None:
    """城区 and 镇区 are towns; 乡村 is the country; a class that nobody knows is neither."""
    classes = pd.Series(["111", "112", "121", "镇区", "210", "220", "乡村", "Altstadt", ""])
    assert places_of(classes).tolist() == ["urban"] * 4 + ["rural"] * 3 + ["", ""]


def test_where_no_class_is_stated_all_is_town() -> None:
    """A city does not class its quarters."""
    assert places_of(pd.Series(["", "", ""])).tolist() == ["urban"] * 3
