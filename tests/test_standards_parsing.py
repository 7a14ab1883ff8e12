"""Reading standards: every part of the schema, every fault at once, in English and Chinese."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap import standards
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.standards import schema
from schoolmap.standards.parsing import read

FIGURE = {"value": 45, "document": "城市普通中小学校校舍建设标准", "confidence": "medium"}
TEXT = {"en": "a text", "zh": "文字"}
GOOD: dict[str, Any] = {
    "name": "ours",
    "title": TEXT,
    "levels": {name: FIGURE | {"value": 0.9} for name in ("watch_from", "red_from", "surplus_below")},
    "stages": {
        "primary": {
            "class_size": FIGURE,
            "class_size_by_grade": {"1": FIGURE | {"value": 40}},
            "caps": [
                FIGURE | {"entered_from": 2018},
                FIGURE | {"value": 50, "grades": ["2", "3"], "entered_from": 2016, "entered_to": 2017},
            ],
        },
    },
    "class_bands": [
        {"low": 1, "high": 55, "label": "up to 55", "document": "d", "confidence": "low"},
        {"low": 56, "high": 65, "label": TEXT, "oversized": "oversized", "document": "d", "confidence": "low"},
        {"low": 66, "label": TEXT, "oversized": "very", "document": "d", "confidence": "low"},
    ],
    "seat_rules": [
        FIGURE
        | {"id": "a", "place": "榆林市", "stage": "primary", "gives": "classes", "per": "homes", "at_least": 500},
        FIGURE | {"id": "b", "place": "榆林市", "stage": "primary", "gives": "schools", "at_least": 1, "below": 2.5},
    ],
    "inclusive": [FIGURE | {"id": "share", "label": TEXT, "unit": "%", "basis": TEXT}],
    "balanced": [
        FIGURE | {"id": "class_size", "stage": "primary", "label": TEXT, "direction": "at_most"},
        FIGURE | {"id": "class_size", "stage": "junior", "label": TEXT},
    ],
    "most_variation": {"primary": FIGURE | {"value": 0.5}},
    "least_resources_met": FIGURE,
    "school_sizes": [FIGURE | {"kind": "primary", "what": "land", "classes": 12, "pupils": 540}],
    "review": [
        {"text": TEXT, "document": "d", "confidence": "high"},
        {"text": TEXT, "document": "d", "confidence": "high"},
    ],
    "walking_m_per_minute": FIGURE | {"value": 60},
}
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3))
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "document", "id", "x"]), inner)
    ),
    max_leaves=5,
)


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the good document with one value replaced; `...` takes it away."""
    document: Any = json.loads(json.dumps(GOOD))
    *parents, last = path.split(".")
    table = document
    for parent in parents:
        table = table[int(parent) if isinstance(table, list) else parent]
    key: Any = int(last) if isinstance(table, list) else last
    if value is ...:
        del table[key]
    else:
        table[key] = value
    return cast("dict[str, Any]", document)


def faults_of(document: object) -> list[Fault]:
    """Return what is wrong, each fault with its way out in both languages."""
    found, faults = read(document)
    assert (found is None) == bool(faults)
    for fault in faults:
        assert fault.problem
        assert fault.remedy
        assert fault.problem_zh
        assert fault.remedy_zh
    return faults


def places() -> list[tuple[object, ...]]:
    """Return the way to every value of the good document."""
    found: list[tuple[object, ...]] = []

    def walk(part: object, way: tuple[object, ...]) -> None:
        found.extend([way] if way else [])
        for key, item in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else []:
            walk(item, (*way, key))

    walk(GOOD, ())
    return found


def test_by_hand() -> None:
    """Every part becomes what the schema says; what the file does not say is nothing, not zero."""
    found = standards.parse(GOOD)
    primary = found.stages["primary"]
    assert primary.class_size is not None
    assert (primary.class_size.value, primary.class_size.citation) == (45, "城市普通中小学校校舍建设标准")
    assert primary.max_classes is None
    assert primary.class_size_by_grade["1"].value == 40
    assert [(cap.grades, cap.entered_from, cap.entered_to) for cap in primary.caps] == [
        ((), 2018, None),
        (("2", "3"), 2016, 2017),
    ]
    assert found.levels.red_from.value == 0.9
    assert [(band.low, band.high, band.oversized) for band in found.class_bands] == [
        (1, 55, "no"),
        (56, 65, "oversized"),
        (66, None, "very"),
    ]
    assert found.class_bands[0].label == {"en": "up to 55", "zh": "up to 55"}
    assert [(rule.per, rule.at_least, rule.below) for rule in found.seat_rules] == [
        ("homes", 500, None),
        ("residents", 1, 2.5),
    ]
    assert [item.direction for item in found.balanced] == ["at_most", "at_least"]
    assert found.inclusive[0].basis == TEXT
    assert found.most_variation["primary"].value == 0.5
    assert (found.school_sizes[0].classes, found.school_sizes[0].pupils) == (12, 540)
    assert len(found.review) == 2
    assert found.extends == ()


def test_every_part_of_the_schema_can_be_read() -> None:
    """No field is forgotten: the keys of a file are the fields of the schema."""
    for part in (schema.Standards, schema.StageStandard, schema.Levels):
        for field in dataclasses.fields(part):
            where = {"Standards": "", "StageStandard": "stages.primary.", "Levels": "levels."}[part.__name__]
            (wrong,) = (fault for fault in faults_of(changed(f"{where}{field.name}", 7))[:1])
            assert "known key" not in wrong.problem


@given(st.sampled_from(places()), VALUES)
def test_any_value_in_any_place_is_read_or_named(way: tuple[object, ...], value: object) -> None:
    """Whatever stands in a file, it is read or told as faults below that place; nothing else happens."""
    document: Any = json.loads(json.dumps(GOOD))
    table = document
    for key in way[:-1]:
        table = table[key]
    table[way[-1]] = value
    before = copy.deepcopy(document)
    first = str(way[0])
    assert all(fault.column.startswith(first) for fault in faults_of(document))
    assert repr(document) == repr(before)


@given(st.permutations(list(GOOD)))
def test_the_order_of_keys_is_irrelevant(keys: list[str]) -> None:
    """A file may put its sections in any order."""
    assert standards.parse({key: GOOD[key] for key in keys}) == standards.parse(GOOD)


@given(st.lists(st.integers(1, 90), min_size=1, max_size=8, unique=True), st.data())
def test_bands_hold_every_class_once_or_are_refused(ends: list[int], data: st.DataObject) -> None:
    """Bands cut anywhere are sound; moving one end makes a gap or an overlap, which is named."""
    ends = sorted(ends)
    lows = [1, *(end + 1 for end in ends)]
    bands = [
        {"low": low, "label": TEXT, "document": "d", "confidence": "low"} | ({"high": high} if high else {})
        for low, high in zip(lows, [*ends, None], strict=True)
    ]
    document = GOOD | {"class_bands": bands}
    assert faults_of(document) == []
    at = data.draw(st.integers(1, len(bands) - 1))
    step = data.draw(st.sampled_from([-1, 1]))
    moved = [*bands[:at], bands[at] | {"low": lows[at] + step}, *bands[at + 1 :]]
    columns = [fault.column for fault in faults_of(GOOD | {"class_bands": moved})]
    assert f"class_bands[{at + 1}].low" in columns


@pytest.mark.parametrize(
    ("path", "value", "column", "problem"),
    [
        ("name", ..., "name", "is missing."),
        ("name", 5, "name", "is no text."),
        ("title", {"en": "only one"}, "title", "is no text for people."),
        ("title", " ", "title", "is no text for people."),
        ("colour", "red", "colour", "is not a known key."),
        ("levels", ..., "levels", "is missing."),
        ("levels", 5, "levels", "is no table of keys."),
        ("levels.red_from", ..., "levels.red_from", "is missing."),
        ("levels.red_from", 1.0, "levels.red_from", "is no table of keys."),
        ("levels.pink_from", FIGURE, "levels.pink_from", "is not a known key."),
        ("levels.surplus_below.value", 0.95, "levels.surplus_below.value", "is above `watch_from`, which is 0.9."),
        ("stages", 5, "stages", "is no table of keys."),
        ("stages.primary", 45, "stages.primary", "is no table of keys."),
        ("stages.primary.size", FIGURE, "stages.primary.size", "is not a known key."),
        (
            "stages.primary.class_size",
            {"value": 45, "confidence": "low"},
            "stages.primary.class_size.document",
            "is missing.",
        ),
        ("stages.primary.class_size.value", "45", "stages.primary.class_size.value", "is no number above zero."),
        ("stages.primary.class_size.value", 0, "stages.primary.class_size.value", "is no number above zero."),
        ("stages.primary.class_size.value", -3, "stages.primary.class_size.value", "is no number above zero."),
        ("stages.primary.class_size.value", True, "stages.primary.class_size.value", "is no number above zero."),
        ("stages.primary.class_size.value", float("nan"), "stages.primary.class_size.value", "is no number above"),
        ("stages.primary.class_size.value", float("inf"), "stages.primary.class_size.value", "is no number above"),
        ("stages.primary.class_size.value", 10**400, "stages.primary.class_size.value", "is no number above"),
        ("stages.primary.class_size.year", "2018", "stages.primary.class_size.year", "is no year."),
        ("stages.primary.class_size.year", 18, "stages.primary.class_size.year", "is no year."),
        ("stages.primary.class_size.document", 7, "stages.primary.class_size.document", "is no text."),
        ("stages.primary.class_size.document", " ", "stages.primary.class_size.document", "is blank."),
        ("stages.primary.class_size.confidence", "sure", "stages.primary.class_size.confidence", "is no level of"),
        ("stages.primary.class_size.confidence", ["low"], "stages.primary.class_size.confidence", "is no level of"),
        ("stages.primary.class_size.unit", "班", "stages.primary.class_size.unit", "is not a known key."),
        ("stages.primary.class_size_by_grade", [FIGURE], "stages.primary.class_size_by_grade", "is no table of"),
        ("stages.primary.class_size_by_grade.13", FIGURE, "stages.primary.class_size_by_grade.13", "is no grade."),
        ("stages.primary.caps", FIGURE, "stages.primary.caps", "is no list."),
        ("stages.primary.caps.0.entered_from", 17, "stages.primary.caps[1].entered_from", "is no year."),
        ("stages.primary.oversized_from", FIGURE | {"value": 0}, "stages.primary.oversized_from.value", "is no number"),
        ("class_bands.0.low", 2, "class_bands[1].low", "leaves smaller classes in no band."),
        ("class_bands.0.low", -1, "class_bands[1].low", "is no whole number."),
        ("class_bands.0.low", 1.5, "class_bands[1].low", "is no whole number."),
        ("class_bands.0.document", ..., "class_bands[1].document", "is missing."),
        ("class_bands.0.high", ..., "class_bands[1].high", "is missing, though other bands follow."),
        ("class_bands.2.high", 99, "class_bands[3].high", "leaves larger classes in no band."),
        ("class_bands.2.low", 67, "class_bands[3].low", "does not follow on the band before it, which asks for 66."),
        ("class_bands.2.low", 65, "class_bands[3].low", "does not follow on the band before it, which asks for 66."),
        ("class_bands.2.oversized", "no", "class_bands[3].oversized", "is less than the band before it."),
        ("class_bands.2.oversized", "huge", "class_bands[3].oversized", "is not one of the choices."),
        ("class_bands.0.label", ..., "class_bands[1].label", "is missing."),
        ("seat_rules.0.gives", "desks", "seat_rules[1].gives", "is not one of the choices."),
        ("seat_rules.0.per", "cars", "seat_rules[1].per", "is not one of the choices."),
        ("seat_rules.0.place", "", "seat_rules[1].place", "is blank."),
        ("seat_rules.0.at_least", 0, "seat_rules[1].at_least", "is no number above zero."),
        ("seat_rules.0.below", 500, "seat_rules[1].at_least", "is not below `below`, which is 500"),
        ("seat_rules.0.id", "b", "seat_rules[2].id", "is there twice."),
        ("balanced.0.direction", "up", "balanced[1].direction", "is not one of the choices."),
        ("balanced.0.stage", "junior", "balanced[2].id", "is there twice."),
        ("balanced.0.id", "", "balanced[1].id", "is blank."),
        ("inclusive.0.basis", 5, "inclusive[1].basis", "is no text for people."),
        ("most_variation.primary.value", 0, "most_variation.primary.value", "is no number above zero."),
        ("school_sizes.0.what", "roof", "school_sizes[1].what", "is not one of the choices."),
        ("school_sizes.0.pupils", True, "school_sizes[1].pupils", "is no whole number."),
        ("review.0.text", ..., "review[1].text", "is missing."),
    ],
)
def test_a_wrong_value_is_named(path: str, value: object, column: str, problem: str) -> None:
    """Key and what is wrong with it; one mistake is one fault."""
    (fault,) = faults_of(changed(path, value))
    assert fault.column == column
    assert problem in fault.problem


@pytest.mark.parametrize(
    ("cap", "column", "problem"),
    [
        ({"entered_from": 2019, "entered_to": 2018}, "entered_from", "is above `entered_to`, which is 2018."),
        ({"grades": ["13"]}, "grades", "is no grade."),
        ({"grades": ["KM"], "entered_from": 2018}, "grades", "has no year of entry"),
        ({"grades": "1"}, "grades", "is no list."),
        ({"grades": [1]}, "grades[1]", "is no text."),
    ],
)
def test_a_wrong_cap_is_named(cap: dict[str, object], column: str, problem: str) -> None:
    """Years in order, grades that exist, and no year of entry for mixed ages."""
    (fault,) = faults_of(changed("stages.primary.caps", [FIGURE, FIGURE | cap]))
    assert fault.column == f"stages.primary.caps[2].{column}"
    assert problem in fault.problem


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("oversized_from", "very_oversized_from"),
        ("very_oversized_share", "oversized_share"),
        ("min_classes", "max_classes"),
        ("rural_min_classes", "rural_max_classes"),
        ("max_pupils", "max_pupils_all_through"),
        ("excluded_below", "small_below"),
    ],
)
def test_figures_that_belong_together_are_in_order(low: str, high: str) -> None:
    """Equal is sound, the wrong way round is not."""
    stage = {low: FIGURE | {"value": 30}, high: FIGURE | {"value": 30}}
    assert faults_of(changed("stages.primary", stage)) == []
    (fault,) = faults_of(changed("stages.primary", stage | {low: FIGURE | {"value": 31}}))
    assert (fault.column, fault.value) == (f"stages.primary.{low}.value", "31")


def test_an_entry_twice_is_told_once_for_each() -> None:
    """Two of the same size of school; two points of a checklist with the same id."""
    document = changed("school_sizes", [GOOD["school_sizes"][0]] * 2)
    document["review"] = [item | {"id": "parents"} for item in document["review"]]
    assert [fault.column for fault in faults_of(document)] == ["school_sizes[2].classes", "review[2].id"]


def test_all_faults_are_told_at_once() -> None:
    """Mistakes in every part of a file, in one run."""
    document = changed("levels.red_from.value", -1) | {"colour": 1, "class_bands": [5]}
    document["stages"]["primary"]["class_size"] = 45
    document["seat_rules"][0]["gives"] = "x"
    document["review"][1]["confidence"] = "sure"
    with pytest.raises(InputError) as caught:
        standards.parse(document, file="s.toml")
    assert {fault.file for fault in caught.value.faults} == {"s.toml"}
    assert [fault.column for fault in caught.value.faults] == [
        "colour",
        "levels.red_from.value",
        "stages.primary.class_size",
        "class_bands[1]",
        "seat_rules[1].gives",
        "review[2].confidence",
    ]


def test_the_chinese_of_a_fault() -> None:
    """A planner reads the fault in Chinese, with what may be written."""
    (fault,) = faults_of(changed("balanced.0.direction", "up"))
    assert fault.sentence("zh") == ", 列 balanced[1].direction: “up”:不在可选范围内。可用:at_least、at_most。"


def test_a_partial_document_lacks_nothing_but_is_no_standard() -> None:
    """Other standards fill the frame; a figure of its own must still be whole."""
    assert read({"stages": {"primary": {"class_size": FIGURE}}}, partial=True) == (None, [])
    _, faults = read({"levels": {"red_from": {"value": 1}}, "review": [{}]}, partial=True)
    assert [fault.column for fault in faults] == [
        "levels.red_from.document",
        "levels.red_from.confidence",
        "review[1].text",
        "review[1].document",
        "review[1].confidence",
    ]


@pytest.mark.parametrize("document", [None, 5, [], "name = 'ours'"])
def test_what_is_no_document(document: object) -> None:
    """Only a table of keys can be standards."""
    (fault,) = faults_of(document)
    assert "is no table of keys." in fault.problem
