"""The shipped standards: every figure has its document, the figures agree with each other, and with what is printed."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from schoolmap import standards
from schoolmap.standards.lookup import figures_of

if TYPE_CHECKING:
    from schoolmap.standards.schema import SchoolSize

CHINA = standards.load("china")
FURONG = standards.load("furong")
SHIPPED = standards.shipped()
RESOURCES = {
    "teachers_above": (4.2, 5.3),
    "backbone_teachers": (1, 1),
    "arts_sports_teachers": (0.9, 0.9),
    "teaching_m2": (4.5, 5.8),
    "sports_m2": (7.5, 10.2),
    "equipment_yuan": (2000, 2500),
    "multimedia_rooms": (2.3, 2.4),
}
PRINTED = {
    ("primary", "building_basic"): [(12, 3569, 6.6), (18, 4684, 5.8), (24, 5812, 5.4), (30, 6912, 5.2)],
    ("primary", "building_planned"): [(12, 5382, 10.0), (18, 6714, 8.3), (24, 8464, 7.9), (30, 9689, 7.2)],
    ("junior", "building_basic"): [(12, 4772, 7.9), (18, 6379, 7.1), (24, 7972, 6.7), (30, 9605, 6.4)],
    ("junior", "building_planned"): [(12, 6802, 11.4), (18, 9084, 10.1), (24, 11734, 9.8), (30, 13542, 9.0)],
    ("nine_year", "building_basic"): [(18, 5500, 6.6), (27, 7328, 5.8), (36, 9425, 5.6), (45, 11588, 5.5)],
    ("nine_year", "building_planned"): [(18, 7789, 9.3), (27, 9867, 7.9), (36, 13334, 8.0), (45, 16197, 7.8)],
}
LAND = [(12, 17592, 32.58), (18, 22079, 27.27), (24, 26783, 24.80), (30, 32787, 24.29)]


def value(stage: str, key: str) -> float | None:
    """Return what China says of a stage, if it does."""
    figure = getattr(CHINA.stages[stage], key)
    return None if figure is None else float(figure.value)


def capacity(kind: str, classes: int) -> float:
    """Return the pupils of so many classes at the class sizes of the standards; a nine-year school has 6 and 3 grades."""
    primary, junior = CHINA.stages["primary"].class_size, CHINA.stages["junior"].class_size
    assert primary is not None
    assert junior is not None
    share = {"primary": (1.0, 0.0), "junior": (0.0, 1.0), "nine_year": (6 / 9, 3 / 9)}[kind]
    return classes * (share[0] * primary.value + share[1] * junior.value)


def sizes(place: str = "", what: str = "building") -> list[SchoolSize]:
    """Return the sizes of schools of a place."""
    return [size for size in CHINA.school_sizes if size.place == place and size.what.startswith(what)]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_figure_has_a_document(name: str) -> None:
    """No number without a document, and none whose note is in one language only."""
    loaded = standards.load(name)
    assert loaded.name == name
    assert loaded.title["en"] != loaded.title["zh"]
    for key, figure in figures_of(loaded).items():
        assert figure.document.strip(), key
        assert bool(figure.note) == bool(figure.note_zh), key
        assert not re.search(r"[\u4e00-\u9fff][,;:]", figure.note_zh), key
        if figure.year is not None:
            assert 1980 < figure.year < 2027, key


@pytest.mark.parametrize("name", SHIPPED)
def test_a_number_of_a_document_looks_like_one(name: str) -> None:
    """〔year〕号, an order, or the code of a national standard: no page and no path."""
    numbers = {figure.number for figure in figures_of(standards.load(name)).values()}
    numbers |= {item.number for item in standards.load(name).review}
    shape = r"|\S+〔\d{4}〕\d+号|教育部令第\d+号|GB \d+-\d+|建标109-2008|II A 3 - H 1012-10/07/0001"
    assert [number for number in numbers if not re.fullmatch(shape, number)] == []
    text = resources.files("schoolmap.standards").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    assert not re.search(r"https?:|www\.|/tmp|/work|\(page\)|\(file\)", text)
    assert "�" not in text


@pytest.mark.parametrize("name", SHIPPED)
def test_the_year_of_a_document_is_that_of_its_number(name: str) -> None:
    """〔2018〕100号 is of 2018."""
    for key, figure in figures_of(standards.load(name)).items():
        found = re.search(r"〔(\d{4})〕|-(\d{4})$", figure.number)
        if found is not None:
            assert figure.year == int(found[1] or found[2]), key


@pytest.mark.parametrize(
    ("stage", "figures"),
    [
        (
            "kindergarten",
            {
                "class_size": 30,
                "oversized_from": None,
                "max_classes": 12,
                "max_pupils": 360,
                "most_tracks": 10,
                "most_heads": 36,
                "reach_m": 300,
                "pupils_per_teacher": 15,
                "teachers_per_class": 2,
                "carers_per_class": 1,
            },
        ),
        (
            "primary",
            {
                "class_size": 45,
                "incomplete_class_size": 30,
                "oversized_from": 56,
                "very_oversized_from": 66,
                "oversized_share": 5,
                "very_oversized_share": 2,
                "min_classes": 12,
                "max_classes": 36,
                "rural_class_size": 40,
                "rural_max_classes": 24,
                "max_pupils": 2000,
                "max_pupils_all_through": 2500,
                "small_below": 100,
                "excluded_below": 50,
                "most_tracks": 20,
                "reach_m": 500,
                "rural_reach_m": None,
                "rural_minutes_lower": 30,
                "rural_minutes_upper": 40,
                "pupils_per_staff": 19,
            },
        ),
        (
            "junior",
            {
                "class_size": 50,
                "oversized_from": 56,
                "very_oversized_from": 66,
                "max_classes": 36,
                "rural_class_size": 45,
                "max_pupils": 2000,
                "reach_m": 1000,
                "pupils_per_staff": 13.5,
            },
        ),
        ("senior", {"class_size": 50, "pupils_per_staff": 12.5, "reach_m": None}),
    ],
)
def test_china_by_hand(stage: str, figures: dict[str, float | None]) -> None:
    """小学 45, 初中 50, 大班额 56 or more, 超大班额 66 or more ...; what no document says is not there."""
    assert {key: value(stage, key) for key in figures} == figures


def test_kindergarten_classes_by_grade() -> None:
    """小班 25, 中班 30, 大班 35, 混合班 30."""
    found = CHINA.stages["kindergarten"].class_size_by_grade
    assert {grade: size.value for grade, size in found.items()} == {"K1": 25, "K2": 30, "K3": 35, "KM": 30}


def test_the_phase_in_of_a_district_is_not_national() -> None:
    """Only Furong has caps by year of entry; all else it has from China, but one aim of its own."""
    assert all(stage.caps == () for stage in CHINA.stages.values())
    assert FURONG.extends == ("china",)
    for name in ("kindergarten", "senior"):
        assert FURONG.stages[name] == CHINA.stages[name]
    caps = [(cap.value, cap.entered_from, cap.entered_to) for cap in FURONG.stages["primary"].caps]
    assert caps == [(45, 2018, None), (50, 2016, 2017), (55, None, 2015)]
    caps = [(cap.value, cap.entered_from, cap.entered_to) for cap in FURONG.stages["junior"].caps]
    assert caps == [(50, 2018, None), (55, None, 2017)]
    (own,) = (item for item in FURONG.inclusive if item not in CHINA.inclusive)
    assert (own.value, own.basis["zh"]) == (77, "按园数，不按在园幼儿数")


@pytest.mark.parametrize("name", ["china", "furong"])
def test_what_nobody_wrote_is_called_an_assumption(name: str) -> None:
    """Ours are the level of spare seats, Furong's limit of the grades that its report leaves out, and costs."""
    figures = figures_of(standards.load(name))
    ours = {key for key, figure in figures.items() if figure.confidence == "assumption"}
    costs = {key for key in figures if key.startswith("costs.")}
    assert ours & costs == {key for key in costs if figures[key].document == "schoolmap"}
    ours -= costs
    assert ours == {"levels.surplus_below"} | ({"stages.primary.caps[3]"} if name == "furong" else set())


def test_bands_agree_with_the_limits_of_oversized_classes() -> None:
    """A band is oversized from 56 and very oversized from 66, as the stages say."""
    for stage in ("primary", "junior"):
        for band in CHINA.class_bands:
            expected = "no" if band.low < value(stage, "oversized_from") else "oversized"  # type: ignore[operator]
            expected = "very" if band.low >= value(stage, "very_oversized_from") else expected  # type: ignore[operator]
            assert band.oversized == expected
    assert [band.low for band in CHINA.class_bands] == [1, 26, 31, 36, 41, 46, 51, 56, 61, 66]


def test_the_ratios_of_the_building_table() -> None:
    """Floor area over pupils is the printed ratio, within a tenth: the table rounds some of them up."""
    found = {(size.kind, size.what, size.classes): size for size in sizes()}
    assert len(found) == sum(map(len, PRINTED.values()))
    for (kind, what), rows in PRINTED.items():
        for classes, area, ratio in rows:
            size = found[kind, what, classes]
            assert (size.value, size.pupils) == (area, round(capacity(kind, classes)))
            assert abs(size.value / size.pupils - ratio) < 0.1
            assert f"{ratio} m²" in size.note


def test_the_capacity_of_nine_year_schools() -> None:
    """18 classes are 12 x 45 + 6 x 50 = 840; 27, 36 and 45 classes 1260, 1680 and 2100."""
    found = [size.pupils for size in sizes() if size.kind == "nine_year" and size.what == "building_basic"]
    assert found == [840, 1260, 1680, 2100]


def test_planned_buildings_are_larger_than_basic_ones() -> None:
    """And a larger school needs less for each pupil."""
    by_what: dict[tuple[str, str], list[float]] = {}
    for size in sizes():
        by_what.setdefault((size.kind, size.what), []).append(size.value / size.pupils)
    for (kind, what), ratios in by_what.items():
        assert ratios[0] == max(ratios)
        if what == "building_planned":
            pairs = zip(ratios, by_what[kind, "building_basic"], strict=True)
            assert all(planned > basic for planned, basic in pairs)


def test_the_land_of_primary_schools() -> None:
    """Land over pupils is the printed ratio."""
    found = sizes("某省", "land")
    assert [(size.classes, size.value) for size in found] == [(classes, area) for classes, area, _ in LAND]
    for size, (classes, _, ratio) in zip(found, LAND, strict=True):
        assert size.pupils == capacity("primary", classes)
        assert size.value / size.pupils == pytest.approx(ratio, abs=0.02)


def test_the_largest_rural_school() -> None:
    """24 classes of 45 are 1,080 pupils, 30 in town 1,350."""
    assert value("primary", "rural_max_classes") * value("primary", "class_size") == 1080  # type: ignore[operator]
    assert capacity("primary", 30) == 1350


def test_the_seven_resource_indicators() -> None:
    """Primary and junior schools have the same seven, each with its value."""
    for at, stage in enumerate(("primary", "junior")):
        found = {item.id: item for item in CHINA.balanced if item.stage == stage and item.id in RESOURCES}
        assert {key: item.value for key, item in found.items()} == {key: pair[at] for key, pair in RESOURCES.items()}
        assert all(item.direction == "at_least" for item in found.values())
    assert {stage: figure.value for stage, figure in CHINA.most_variation.items()} == {"primary": 0.5, "junior": 0.45}
    assert CHINA.least_resources_met is not None
    assert CHINA.least_share_of_value is not None
    assert (CHINA.least_resources_met.value, CHINA.least_share_of_value.value) == (6, 85)


def test_the_assessment_agrees_with_the_stages() -> None:
    """Class and school size are the same figure in both places."""
    found = {(item.id, item.stage): item for item in CHINA.balanced}
    for stage in ("primary", "junior"):
        assert found["class_size", stage].value == value(stage, "class_size")
        assert found["school_size", stage].value == value(stage, "max_pupils")
        assert found["class_size", stage].direction == found["school_size", stage].direction == "at_most"


def test_inclusive_kindergartens() -> None:
    """85 / 80 / 50 per cent; shares are of children, not of kindergartens, and say so."""
    found = {item.id: item for item in CHINA.inclusive}
    assert (found["gross_enrolment"].value, found["inclusive_share"].value, found["public_share"].value) == (85, 80, 50)
    assert "按在园幼儿数" in found["inclusive_share"].basis["zh"]
    assert (found["children_per_teacher"].direction, found["children_per_teacher"].value) == ("at_most", 15)


def test_rules_of_a_place_name_it() -> None:
    """No rule of a province is passed off as national; only the life circles are."""
    national = {rule.id for rule in CHINA.seat_rules if rule.place == "全国"}
    assert national == {"gb50180-kindergarten", "gb50180-primary", "gb50180-junior"}
    assert CHINA.levels.watch_from.place == "浙江省"


def test_what_is_computed_says_so() -> None:
    """The usual seats per thousand and Beijing's are no figures of a document."""
    figures = [CHINA.stages[stage].seats_per_thousand for stage in ("kindergarten", "primary", "junior")]
    figures += [rule for rule in CHINA.seat_rules if rule.id == "beijing-seats"]
    for figure in figures:
        assert figure is not None
        assert "computed" in figure.note
        assert figure.confidence == "low"


def test_the_checklist_of_a_review_asks_and_never_orders() -> None:
    """Every point is a question with its document; parents, notice, way, boarding, crowding, seats first, rooms after."""
    ids = {item.id for item in CHINA.review}
    assert ids >= {"keep", "parents", "publication", "way", "boarding", "oversized", "first_build", "rooms"}
    for item in CHINA.review:
        assert "?" in item.text["en"]
        assert "？" in item.text["zh"]
        assert item.document


def test_berlin_by_hand() -> None:
    """24 pupils in a class, 9 to 30 classes; nothing on what Berlin does not publish."""
    berlin = standards.load("berlin")
    primary = berlin.stages["primary"]
    found = [primary.class_size, primary.min_classes, primary.max_classes]
    assert [None if figure is None else figure.value for figure in found] == [24, 9, 30]
    assert list(berlin.stages) == ["primary"]
    assert (berlin.seat_rules, berlin.review, berlin.class_bands) == ((), (), ())


def test_shipped_files_are_read_as_they_stand() -> None:
    """Nothing is lost between the file and the standards."""
    text = resources.files("schoolmap.standards").joinpath("china.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    assert text.count("\nvalue = ") == len(figures_of(CHINA))
    assert [rule["id"] for rule in document["seat_rules"]] == [rule.id for rule in CHINA.seat_rules]
