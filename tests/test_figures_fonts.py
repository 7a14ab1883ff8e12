"""Fonts of figures: found, or told of in a sentence that says what to install."""

from __future__ import annotations

import warnings
from dataclasses import replace

import hamlet
import pytest

from schoolmap.errors import FontWarning
from schoolmap.output.figures import fonts
from schoolmap.output.figures.fonts import find_fonts


def test_no_chinese_font_is_told_and_figures_turn_english() -> None:
    """The warning names a package and a font; names that cannot be drawn are known as such."""
    with pytest.warns(FontWarning, match=r"fonts-noto-cjk.*Noto Sans CJK SC.*思源黑体"):
        found = find_fonts(hamlet.model(), language="zh", known=())
    assert (found.language, found.families) == ("en", (fonts.LATIN,))
    assert found.has("Mill Road") is False
    assert found.has(hamlet.FORMULA)
    assert not found.has("城关镇")


def test_english_without_chinese_names_needs_no_other_font() -> None:
    """A plan whose texts are Latin is drawn with what comes with matplotlib, without a word."""
    model = hamlet.model()
    plain = {"en": "x", "zh": "x"}
    coded = tuple(replace(place, name=place.id) for place in model.coverages[0].catchments)
    coverages = (replace(model.coverages[0], catchments=coded),)
    stages = tuple(replace(stage, label=plain) for stage in model.stages)
    scenarios = tuple(replace(item, label=plain) for item in model.scenarios)
    latin = hamlet.model(
        title=plain, classification=plain, currency=plain, coverages=coverages, stages=stages, scenarios=scenarios
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = find_fonts(latin, language="en", known=())
    assert found.language == "en"
    assert found.has("x")


def test_a_font_that_is_not_installed_is_passed_over() -> None:
    """The first known one that this machine has is taken: here the one that is always there."""
    found = find_fonts(hamlet.model(), language="zh", known=("No Such Font", fonts.LATIN))
    assert found.families == (fonts.LATIN, fonts.LATIN)
    assert found.language == "zh"


def test_a_font_is_found_that_was_installed_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is told to install one, and does, need not know that matplotlib keeps its list from run to run."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    files = {font.fname for font in fontManager.ttflist if font.name in fonts.CHINESE}
    before = [font for font in fontManager.ttflist if font.fname not in files]
    if not files:
        pytest.skip("no font with Chinese characters is installed")
    monkeypatch.setattr(fontManager, "ttflist", before)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = find_fonts(hamlet.model(), language="zh")
    assert found.families[0] in fonts.CHINESE
    assert found.language == "zh"
