"""Standards in words: every figure has a name, a unit and its document in both languages, and nothing is read as markup."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from schoolmap import standards
from schoolmap.output import standards_text as texts
from schoolmap.output import standards_words as words
from schoolmap.output.terms import CONFIDENCE
from schoolmap.output.text import display_width
from schoolmap.standards import schema
from schoolmap.standards.lookup import figures_of

HOSTILE = "[bold]\x1b[31m</script>{{7*191}}\n=1+1"
FIGURE: dict[str, Any] = {"value": 45, "document": "d", "confidence": "low"}
LEVELS = {name: FIGURE | {"value": 0.9} for name in ("watch_from", "red_from", "surplus_below")}


def own(**parts: Any) -> standards.Standards:  # noqa: ANN401
    """Return standards of a few parts."""
    return standards.parse({"name": "own", "levels": LEVELS, **parts})


def found(of: standards.Standards, key: str) -> texts.Row:
    """Return the row of a key."""
    (row,) = (row for row in texts.rows(of) if row.key == key)
    return row


def test_by_hand() -> None:
    """What it is, how much of what, where it stands, how sure it is."""
    row = found(standards.load("china"), "stages.primary.class_size")
    assert (row.part, row.label) == ({"en": "Primary", "zh": "小学"}, {"en": "Class size", "zh": "班额"})
    assert (row.value, row.shown) == (45, {"en": "45 pupils", "zh": "45 人"})
    assert (row.document, row.number, row.year, row.confidence) == (
        "中小学校设计规范 3.0.1",
        "GB 50099-2011",
        2011,
        "high",
    )


@pytest.mark.parametrize(
    ("key", "label", "shown"),
    [
        ("stages.kindergarten.class_size_by_grade.K3", "Class size of a grade, K3", "35 pupils"),
        ("stages.primary.caps[2]", "Largest class, entered 2016-2017", "50 pupils"),
        ("stages.primary.caps[3]", "Largest class, entered until 2015", "55 pupils"),
        ("seat_rules[6]", "汕头市龙湖区, Kindergarten, Seats per 1,000 residents", "≥40 seats"),
        ("seat_rules[1]", "全国, Kindergarten, One school for so many people", "12,000 people"),
        ("inclusive[5]", "Kindergarten, Children for one full-time teacher", "≤15 children"),
        ("most_variation.junior", "Junior, Coefficient of variation, at most", "0.45"),
        ("school_sizes[17]", "Nine-year school, building, basic, 18 classes, 840 pupils", "5,500 m²"),
        ("class_bands[8]", "56-60", "oversized"),
        ("walking_m_per_minute", "Walking", "60 m a minute"),
    ],
)
def test_every_kind_of_row(key: str, label: str, shown: str) -> None:
    """A figure is called by what it is, not by its key alone."""
    row = found(standards.load("furong"), key)
    assert (row.label["en"], row.shown["en"]) == (label, shown)
    assert row.label["zh"] != row.label["en"] or key == "class_bands[8]"


def test_a_rule_says_for_whom_it_holds() -> None:
    """From, to below, in homes or residents."""
    labels = {row.label["zh"] for row in texts.rows(standards.load("china"))}
    assert "榆林市，幼儿园，班数，500户及以上、不足1,000户" in labels
    assert "榆林市，幼儿园，班数，1,500户及以上" in labels
    rule = FIGURE | {"id": "a", "place": "p", "stage": "s", "gives": "schools", "below": 900}
    assert found(own(seat_rules=[rule]), "seat_rules[1]").label["en"] == "p, s, Schools, below 900 residents"


def test_a_cap_names_its_grades() -> None:
    """In the words of each language."""
    stage = {"caps": [FIGURE | {"grades": ["K1", "2"], "entered_from": 2020}]}
    row = found(own(stages={"primary": stage}), "stages.primary.caps[1]")
    assert row.label == {
        "en": "Largest class, grades K1, 2, entered from 2020 on",
        "zh": "班额上限，年级 小班、2，2020年及以后入学",
    }


def test_the_basis_of_a_share_is_shown() -> None:
    """Over what a share is taken comes before the note."""
    row = next(row for row in texts.rows(standards.load("china")) if "80 %" in row.shown["en"])
    assert row.note["zh"].startswith("按在园幼儿数，不按园数；部分地方按园数计算")


@pytest.mark.parametrize("name", standards.shipped())
def test_no_figure_is_left_out(name: str) -> None:
    """Every figure, band and point has one row, below a heading, in the order of the headings."""
    loaded = standards.load(name)
    rows = texts.rows(loaded)
    keys = [row.key for row in rows]
    assert len(keys) == len(set(keys)) == len(figures_of(loaded)) + len(loaded.class_bands) + len(loaded.review)
    assert set(figures_of(loaded)) <= set(keys)
    parts = [row.part["en"] for row in rows]
    blocks = [part for at, part in enumerate(parts) if at == 0 or parts[at - 1] != part]
    assert len(blocks) == len(set(blocks))


@pytest.mark.parametrize("name", standards.shipped())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_holds_every_value_and_document(name: str, language: str) -> None:
    """One line for a row: what it is, how much, and where that stands."""
    loaded = standards.load(name)
    lines = texts.as_text(loaded, language=language).splitlines()
    for row in texts.rows(loaded):
        assert any(
            row.label[language] in line and row.shown[language] in line and row.document in line for line in lines
        )


def test_columns_are_aligned_in_chinese() -> None:
    """A Chinese character is two wide: the second column begins at the same place in every line."""
    text = texts.as_text(own(stages={"primary": {"class_size": FIGURE, "max_pupils": FIGURE}}), language="zh")
    block = text.split("小学\n")[1].splitlines()[:3]
    assert {
        display_width(line[: line.index(mark)]) for line, mark in zip(block, ("数值", "45", "45"), strict=True)
    } == {16}


def test_every_key_of_the_schema_has_words() -> None:
    """A figure that can be written can be named, with a unit that is known in both languages."""
    keys = {
        field.name
        for part in (schema.StageStandard, schema.Levels, schema.Standards)
        for field in dataclasses.fields(part)
        if "Figure" in str(field.type) or field.name == "caps"
    }
    assert keys == set(words.FIGURES)
    units = {unit for _, unit in [*words.FIGURES.values(), *words.GIVES.values()]}
    assert units - set(words.UNITS) == {"", "%"}
    for name in standards.shipped():
        loaded = standards.load(name)
        assert {item.unit for item in (*loaded.inclusive, *loaded.balanced)} <= {*words.UNITS, "%"}


@pytest.mark.parametrize(
    ("table", "choices"),
    [
        (CONFIDENCE, schema.CONFIDENCES),
        (words.GIVES, schema.Gives.__args__),
        (words.OVERSIZED, ("no", "oversized", "very")),
        (words.AREAS, ("building_basic", "building_planned", "land")),
        (words.COUNTED, ("residents", "homes")),
    ],
)
def test_every_choice_has_words(table: dict[str, object], choices: tuple[str, ...]) -> None:
    """A word of the schema is shown as a word of the reader."""
    assert tuple(table) == choices


def test_machines_get_both_languages() -> None:
    """The record is plain JSON, with every row and nothing rounded."""
    loaded = standards.load("furong")
    record = json.loads(json.dumps(texts.as_records(loaded), allow_nan=False))
    assert (record["name"], record["extends"]) == ("furong", ["china"])
    assert record["title"] == loaded.title
    by_key = {row["key"]: row for row in record["figures"]}
    assert by_key["stages.primary.staff_per_class"]["value"] == 1.7
    assert set(by_key["levels.red_from"]["label"]) == {"en", "zh"}
    assert len(by_key) == len(texts.rows(loaded))


def test_the_overview_counts_by_confidence() -> None:
    """How many figures, and how sure they are; the parts add up to the whole."""
    loaded = {name: standards.load(name) for name in standards.shipped()}
    for line in texts.overview(loaded):
        sure = line["confidence"]
        assert isinstance(sure, dict)
        assert sum(sure.values()) == line["figures"] == len(figures_of(loaded[str(line["name"])]))
    lines = texts.overview_text(loaded, language="zh").splitlines()
    assert [line.split()[0] for line in lines] == ["名称", *standards.shipped()]
    assert lines[0].split()[-4:] == ["高", "中", "低", "假设"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_texts_are_shown_and_nothing_else(
    language: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A text of a file is neither markup nor a control sequence, on a terminal or in a pipe, and stays on its line."""
    hostile = own(
        title=HOSTILE,
        stages={HOSTILE: {"class_size": FIGURE | {"document": HOSTILE, "note": HOSTILE, "place": HOSTILE}}},
        balanced=[FIGURE | {"id": "a", "label": HOSTILE, "unit": HOSTILE, "basis": HOSTILE}],
        review=[{"text": HOSTILE, "document": HOSTILE, "confidence": "low"}],
    )
    monkeypatch.setenv("COLUMNS", "1000")
    texts.print_tables(hostile, language=language)
    texts.print_tables({HOSTILE: hostile}, language=language)
    shown = capsys.readouterr().out
    plain = texts.as_text(hostile, language=language) + texts.overview_text({HOSTILE: hostile}, language=language)
    for text in (shown, plain):
        assert "\x1b" not in text
    assert "[bold]␛[31m</script>{{7*191}} =1+1" in plain
    assert shown.count("[bold]") == plain.count("[bold]") > 10
    assert all(line.startswith("  ") or not line.startswith("=") for line in plain.splitlines())


def test_a_terminal_gets_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """One below each heading, with what the plain text holds."""
    texts.print_tables(standards.load("berlin"), language="zh")
    shown = capsys.readouterr().out
    assert "学位预警" in shown
    assert "小学" in shown
    assert shown.count("┏") == 3


def test_an_amount_has_its_currency() -> None:
    """A currency that begins with a number is told apart from the amount."""
    shown = {row.key: (row.label["zh"], row.shown) for row in texts.rows(standards.load("china"))}
    label, amount = shown["costs.stages.primary.new"]
    assert (label, amount) == ("小学，新建每班投资（不含土地）", {"en": "236 × 10,000 yuan", "zh": "236 万元"})
    assert shown["costs.years.new"][1] == {"en": "3 years", "zh": "3 年"}
    assert shown["costs.discount_rate"][1] == {"en": "0.08 a year", "zh": "0.08 每年"}
