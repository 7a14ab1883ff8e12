"""Planning standards: every figure has its document, and a file with a wrong figure is refused as a whole."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any

import pytest

from schoolmap import standards
from schoolmap.errors import InputError
from schoolmap.standards import Figure

if TYPE_CHECKING:
    from pathlib import Path

FIGURE = {"value": 45, "document": "城市普通中小学校校舍建设标准", "confidence": "medium"}
GOOD: dict[str, Any] = {
    "name": "ours",
    "levels": {name: FIGURE | {"value": 0.9} for name in ("watch_from", "red_from", "surplus_below")},
    "stages": {"primary": {"class_size": FIGURE}},
}


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the good document with one value replaced; `None` takes it away."""
    document = copy.deepcopy(GOOD)
    *parents, last = path.split(".")
    table = document
    for parent in parents:
        table = table[parent]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return document


def test_by_hand() -> None:
    """A figure is a number with its document; what the standard does not say is nothing, not zero."""
    parsed = standards.parse(GOOD)
    size = parsed.stages["primary"].class_size
    assert size is not None
    assert (size.value, size.citation) == (45, "城市普通中小学校校舍建设标准")
    assert parsed.stages["primary"].max_classes is None
    assert parsed.levels.red_from.value == 0.9


@pytest.mark.parametrize("name", standards.shipped())
def test_shipped_standards_cite_every_figure(name: str) -> None:
    """No number without a document; the levels are in order."""
    loaded = standards.load(name)
    figures = [getattr(loaded.levels, level) for level in ("surplus_below", "watch_from", "red_from")]
    assert [figure.value for figure in figures] == sorted(figure.value for figure in figures)
    for stage in loaded.stages.values():
        figures += [getattr(stage, key) for key in ("class_size", "oversized_from", "min_classes", "max_classes")]
    assert all(figure.document for figure in figures if figure is not None)


@pytest.mark.parametrize(
    ("stage", "class_size", "oversized_from"),
    [("kindergarten", 30, None), ("primary", 45, 56), ("junior", 50, 56)],
)
def test_the_class_sizes_of_china(stage: str, class_size: int, oversized_from: int | None) -> None:
    """小学 45, 初中 50, 大班额 56 or more; a kindergarten has no 大班额."""
    found = standards.load("china").stages[stage]
    assert found.class_size is not None
    assert found.class_size.value == class_size
    assert (None if found.oversized_from is None else found.oversized_from.value) == oversized_from


@pytest.mark.parametrize(
    ("path", "value", "column", "problem"),
    [
        ("name", None, "name", "is missing."),
        ("name", 5, "name", "is no text."),
        ("colour", "red", "colour", "is not a known key."),
        ("levels", None, "levels", "is missing."),
        ("levels", 5, "levels", "is no table of keys."),
        ("levels.red_from", None, "levels.red_from", "is missing."),
        ("levels.red_from", 1.0, "levels.red_from", "is no table of keys."),
        ("levels.pink_from", FIGURE, "levels.pink_from", "is not a known key."),
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
        ("stages.primary.class_size.value", True, "stages.primary.class_size.value", "is no number above zero."),
        (
            "stages.primary.class_size.value",
            float("nan"),
            "stages.primary.class_size.value",
            "is no number above zero.",
        ),
        ("stages.primary.class_size.year", "2018", "stages.primary.class_size.year", "is no year."),
        ("stages.primary.class_size.document", 7, "stages.primary.class_size.document", "is no text."),
        ("stages.primary.class_size.confidence", "sure", "stages.primary.class_size.confidence", "is no level of"),
        ("stages.primary.class_size.unit", "班", "stages.primary.class_size.unit", "is not a known key."),
    ],
)
def test_a_wrong_figure_is_named(path: str, value: object, column: str, problem: str) -> None:
    """Key and what is wrong with it; one mistake is one fault."""
    with pytest.raises(InputError) as caught:
        standards.parse(changed(path, value), file="s.toml")
    (fault,) = caught.value.faults
    assert (fault.file, fault.column) == ("s.toml", column)
    assert problem in fault.problem
    assert fault.remedy
    assert fault.problem_zh
    assert fault.remedy_zh


def test_all_faults_are_told_at_once() -> None:
    """Three mistakes are three faults."""
    document = changed("levels.red_from.value", -1) | {"colour": 1}
    document["stages"]["primary"]["class_size"] = 45
    with pytest.raises(InputError) as caught:
        standards.parse(document)
    assert [fault.column for fault in caught.value.faults] == [
        "colour",
        "levels.red_from.value",
        "stages.primary.class_size",
    ]


@pytest.mark.parametrize("content", [b"name = ", "name = '沅陵'".encode("gbk")])
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    """Broken TOML and GBK are told as a fault of the file."""
    (tmp_path / "s.toml").write_bytes(content)
    with pytest.raises(InputError, match=r"s\.toml: is no TOML in UTF-8"):
        standards.load(tmp_path / "s.toml")


def test_an_unknown_name_is_no_file() -> None:
    """A name that is neither shipped nor a file."""
    with pytest.raises(FileNotFoundError):
        standards.load("atlantis")


@pytest.mark.parametrize(("value", "confidence"), [(-1.0, "high"), (0.0, "high"), (True, "high"), (45.0, "sure")])
def test_a_figure_guards_itself(value: float, confidence: Any) -> None:  # noqa: ANN401
    """A figure built in Python is refused for the same reasons."""
    with pytest.raises(ValueError, match=r"a figure is|confidence is"):
        Figure(value=value, document="d", confidence=confidence)


def test_a_citation_holds_what_is_known() -> None:
    """Document, number and year, in one line."""
    figure = Figure(value=30, document="幼儿园工作规程", number="教育部令第39号", year=2016, confidence="medium")
    assert figure.citation == "幼儿园工作规程, 教育部令第39号, 2016"
