"""Sentences about proposals: in both languages, with units, and nothing that was not worked out."""

from __future__ import annotations

import re
from typing import Any

import pytest

from schoolmap.output import proposal_words as say
from schoolmap.output.proposal_words import Measure
from schoolmap.output.proposal_words import Names

NAMES = Names(
    catchments={"w": "West", "e": "East"},
    schools={"s": "Hill school"},
    sites={"y": "Mill field"},
    stages={"kindergarten": {"en": "Kindergarten", "zh": "幼儿园"}},
)
YUAN = {"en": "10,000 yuan", "zh": "万元"}


def measure(kind: str, **changes: Any) -> Measure:  # noqa: ANN401 - any field
    """Return a measure of four classes, from 2027 on."""
    usual: dict[str, Any] = {
        "kind": kind,
        "catchment": "w",
        "school": "",
        "site": "",
        "receiver": "",
        "host": "",
        "classes": 4.0,
        "seats": 180.0,
        "opens": 2027,
        "until": None,
        "verify": False,
        "entering": 0.0,
        "all_from": None,
    }
    return Measure(**usual | changes)


def chosen(item: Measure, *, free_choice: bool = False) -> dict[str, str]:
    """Say what is proposed in the town."""
    return say.chosen(item, names=NAMES, free_choice=free_choice)


@pytest.mark.parametrize(
    ("item", "english", "chinese"),
    [
        (
            measure("expand", school="s"),
            "Add 4 classes (180 seats) at Hill school, from 2027 on.",
            "自2027年起，Hill school扩建4个班（180个学位）。",
        ),
        (
            measure("expand", school="s", classes=1.0, seats=45.0),
            "Add 1 class (45 seats) at Hill school, from 2027 on.",
            "自2027年起，Hill school扩建1个班（45个学位）。",
        ),
        (
            measure("new", site="y", classes=18.0, seats=810.0),
            "Build a school of 18 classes (810 seats) on the plot Mill field, from 2027 on.",
            "自2027年起，在备选用地“Mill field”新建18个班的学校（810个学位）。",
        ),
        (
            measure("new"),
            "Build a school of 4 classes (180 seats) in West, from 2027 on.",
            "自2027年起，在West新建一所4个班的学校（180个学位）。",
        ),
        (
            measure("convert", school="s", host="kindergarten", until=2031),
            "Use 4 kindergarten classrooms of Hill school for 180 seats, from 2027 to 2031.",
            "2027至2031年，Hill school调剂4间幼儿园教室，提供180个学位。",
        ),
        (
            measure("temporary", until=2027),
            "Rent rooms for up to 4 classes (180 seats) in West, in 2027 only.",
            "仅2027年，在West设临时教室，至多4个班（180个学位）。",
        ),
        (
            measure("rezone", receiver="e", classes=None),
            "Move homes of about 180 pupils to East, from 2027 on.",
            "自2027年起，将约180名学生的住址划入East。",
        ),
        (
            measure("rezone", receiver="e", classes=None, entering=31.0, all_from=2032),
            (
                "Children of these homes who enter school from 2027 on go to East: about 31 in 2027, about 180 pupils of all "
                "grades from 2032 on. Who is at school before 2027 stays there."
            ),
            "自2027年起，下列住址的新生划入East：2027年约31人，2032年起各年级合计约180人；2027年以前入学的在校生留在原校。",
        ),
    ],
)
def test_what_is_proposed_by_hand(item: Measure, english: str, chinese: str) -> None:
    """One sentence: what, how large, where, from when to when."""
    assert chosen(item) == {"en": english, "zh": chinese}


def test_families_who_choose_are_told_and_not_moved() -> None:
    """Where no catchment holds, nobody's home is moved."""
    text = chosen(measure("rezone", receiver="e", classes=None), free_choice=True)
    assert text["en"] == "Tell families that East has room for about 180 of their children, from 2027 on."
    assert "划入" not in text["zh"]


def test_what_is_to_verify_depends_on_what_is_not_known() -> None:
    """A plot to be found is another thing than room on one that is there; what is sure needs no word."""
    assert "plot is listed" in say.to_verify(measure("new", verify=True))["en"]
    assert "Verify on site" in say.to_verify(measure("expand", verify=True))["en"]
    assert say.to_verify(measure("expand"))["en"] == ""


def test_costs_name_their_unit() -> None:
    """Once and every year, whichever there is, with thousands and the unit."""
    assert say.cost(1250.0, 90.0, YUAN) == {
        "en": "It costs 12.5 million yuan once and 900,000 yuan a year.",
        "zh": "需投资1,250万元，每年运行90万元。",
    }
    assert say.cost(0.0, 90.0, YUAN)["zh"] == "每年90万元。"
    assert say.cost(1250.0, 0.0, YUAN)["en"] == "It costs 12.5 million yuan."
    assert say.cost(0.0, 0.0, YUAN)["en"] == ""


def test_instead() -> None:
    """What would take its place and how much dearer that is; or that nothing would."""
    rooms = say.name_of(measure("temporary"), names=NAMES)
    assert say.instead([rooms], 340.0, YUAN) == {
        "en": "Instead, rented rooms in West: the plan costs 3.4 million yuan more.",
        "zh": "替代方案：West临时教室，总成本增加340万元。",
    }
    assert "nothing takes its place" in say.instead([], 340.0, YUAN)["en"]


def test_another_year_costs_or_saves() -> None:
    """Earlier may be dearer, later may be cheaper: the sign is said in words."""
    assert say.shifted("earlier", 12.0, YUAN)["en"] == "A year earlier: the plan costs 120,000 yuan more."
    assert say.shifted("later", -3.0, YUAN)["zh"] == "推迟一年：总成本减少3万元。"


def test_no_sentence_is_an_order_to_close() -> None:
    """Surplus is reviewed, never closed: no word of it in any sentence."""
    texts = [chosen(measure(kind)) for kind in ("expand", "new", "attach", "convert", "temporary", "rezone")]
    for text in texts:
        assert not re.search(r"close|shut|撤并|关闭", text["en"] + text["zh"])


def test_hostile_names_stay_as_they_are() -> None:
    """A name is text: nothing in it is a pattern or a tag to us."""
    names = NAMES._replace(schools={"s": "<b>{0}%s</b>"})
    text = say.chosen(measure("expand", school="s"), names=names, free_choice=False)
    assert "<b>{0}%s</b>" in text["en"]
    assert "<b>{0}%s</b>" in text["zh"]


def test_areas_that_move_are_named_largest_first() -> None:
    """Six by name, the rest as a number."""
    moves = [(f"Village {number}", 50.0 - number) for number in range(8)]
    text = say.pieces(moves)
    assert text["en"].startswith("Areas: Village 0 (50), Village 1 (49)")
    assert text["en"].endswith("and 2 more areas.")
    assert text["zh"].endswith("等8处。")
    assert say.pieces([])["en"] == ""


def test_a_catchment_and_a_school_may_share_a_code() -> None:
    """Homes are moved to the catchment of that code, and classes added at the school."""
    names = NAMES._replace(catchments={"01": "West"}, schools={"01": "Mill Road"})
    moved, added = measure("rezone", receiver="01", classes=None), measure("expand", school="01")
    assert "to West," in say.chosen(moved, names=names, free_choice=False)["en"]
    assert "at Mill Road," in say.chosen(added, names=names, free_choice=False)["en"]


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (959.0, YUAN, "9.6 million yuan", "959万元"),
        (4311.0, {"en": "1,000 EUR", "zh": "千欧元"}, "4.3 million EUR", "431万欧元"),
        (105.6, {"en": "1,000 EUR", "zh": "千欧元"}, "106,000 EUR", "10.6万欧元"),
        (12.0, {"en": "", "zh": ""}, "12 ()", "12"),
    ],
)
def test_amounts_are_said_as_people_say_them(value: float, unit: dict[str, str], english: str, chinese: str) -> None:
    """Millions and thousands in English, ten thousands in Chinese, whatever unit the costs are in."""
    assert say.money(value, unit) == {"en": english, "zh": chinese}
