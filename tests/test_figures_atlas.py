"""Maps and charts as pictures: the map's colours, every name as it stands, the same bytes again."""

from __future__ import annotations

import struct
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import hamlet
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

from schoolmap.output.figures import canvas
from schoolmap.output.figures import charts
from schoolmap.output.figures import maps
from schoolmap.output.figures.atlas import draw_pictures
from schoolmap.output.figures.fonts import LATIN
from schoolmap.output.figures.fonts import Fonts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from schoolmap.output.model import Panel

ANY = Fonts(families=(LATIN,), language="en", characters=frozenset(map(chr, range(0x20, 0x500))))


def panel(stage: str = "primary") -> Panel:
    """Return the central panel of a stage."""
    return next(p for p in hamlet.model().panels if p.stage == stage and p.scenario == "central")


def texts(figure: Figure) -> list[str]:
    """Return every text of a figure's axes."""
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def fills(axes: Axes) -> list[str]:
    """Return the colours of the catchments on a map: those of its first collection."""
    first = next(item for item in axes.collections if isinstance(item, PathCollection))
    return [to_hex(colour) for colour in first.get_facecolor()]


def test_catchments_have_the_colour_of_their_class() -> None:
    """In every year that is shown; what has neither seats nor children is hatched apart."""
    model = hamlet.model()
    with canvas.drawing(ANY):
        figure = maps.draw_utilisation(model, panel(), ANY)
    for axes, at in zip(figure.axes, (0, 1, 3), strict=False):
        known = [model.shades[row[at]].colour for row in panel().shade if row[at] is not None]
        assert fills(axes) == known
        hatched = [item for item in axes.collections if item.get_hatch()]
        assert len(hatched) == (at == 3)


def test_a_map_says_what_it_shows() -> None:
    """Year and reason above each map; classes, scale, north and source in words; the title is not a formula."""
    model = hamlet.model(map_review_no="GS(2026)1")
    with canvas.drawing(ANY):
        figure = maps.draw_utilisation(model, panel(), ANY)
    assert [axes.get_title(loc="left") for axes in figure.axes[:3]] == [
        "2025, base year",
        "2026, most seats short",
        "2028, last year",
    ]
    legend = [text.get_text() for text in figure.axes[-1].texts]
    for shade in model.shades:
        assert shade.label["en"] in legend
    assert {"neither seats nor children", "N", "candidate site", "project open by then"} <= set(legend)
    assert any(text.endswith(" km") for text in legend)
    foot = figure.texts[-1].get_text()
    for part in ("Office & Sons (CC BY 4.0)", "GS(2026)1", "SYNTHETIC DATA"):
        assert part in foot


def test_sources_are_named_whole() -> None:
    """Two lines of them at most, none cut in the middle, and how many more there are."""
    first = hamlet.model().sources[0]
    many = tuple(replace(first, publisher=f"{n} {'Office of statistics ' * 2}") for n in range(9))
    lines = maps.footer(hamlet.model(sources=many), ANY).split("\n")
    assert len(lines) == 3
    assert lines[1].endswith("; 5 more.")
    assert lines[0].count("CC BY 4.0") + lines[1].count("CC BY 4.0") == 4
    assert "…" not in "".join(lines)
    assert maps.footer(hamlet.model(), ANY).startswith("Source: Office & Sons (CC BY 4.0).\n")


def test_names_are_names() -> None:
    """Neither mathematics nor markup: a name is drawn as its letters; one that no font has by its code."""
    latin = replace(ANY, characters=ANY.characters - set("城关镇"))
    with canvas.drawing(latin):
        figure = maps.draw_utilisation(hamlet.model(), panel(), latin)
        drawn = texts(figure)
        assert not any(text.get_parse_math() for axes in figure.axes for text in axes.texts)
        canvas.as_png(figure)
    assert hamlet.FORMULA in drawn
    assert hamlet.MATHS in drawn
    assert "0104" in drawn
    assert not any("城" in text for text in drawn)


def test_demand_band_and_seats() -> None:
    """The chart's lines are the model's totals; beside them what is short without and with the proposals."""
    model = hamlet.model()
    with canvas.drawing(ANY):
        figure = charts.draw_demand(model, panel(), ANY)
    left, right = figure.axes
    lines = {line.get_label(): line.get_ydata() for line in left.lines}
    np.testing.assert_allclose(lines["seats needed"], panel().totals.demand)
    np.testing.assert_allclose(lines["seats, dated projects included"], panel().totals.seats)
    assert "other scenarios" in lines
    bars = [bar.get_height() for bar in right.patches]
    assert bars == [0, 40, 30, 0, 0, 3, 0, 0]


def test_nothing_short_needs_no_second_chart() -> None:
    """A stage without a shortage before or after has the wave alone."""
    with canvas.drawing(ANY):
        assert len(charts.draw_demand(hamlet.model(), panel("kindergarten"), ANY).axes) == 1


def test_the_heat_grid_is_the_model() -> None:
    """The highest use first, a class a cell, a dash where there is nothing; of many, sixty rows and a word."""
    model = hamlet.model()
    with canvas.drawing(ANY):
        axes = charts.draw_heat(model, panel(), ANY).axes[0]
    assert next(label.get_text() for label in axes.get_yticklabels()).startswith("</script>")
    shades = [[5 if shade is None else shade for shade in row] for row in panel().shade]
    order = [0, 2, 1, 3]
    np.testing.assert_array_equal(axes.collections[0].get_array(), [shades[c] for c in order])
    assert len(axes.texts) == 2
    many = 70
    catchments = tuple(replace(model.coverages[0].catchments[0], id=f"c{n:03}") for n in range(many))
    wide = hamlet.model(coverages=(replace(model.coverages[0], catchments=catchments),))
    grown = replace(panel(), shade=(panel().shade[0],) * many, utilisation=(panel().utilisation[0],) * many)
    with canvas.drawing(ANY):
        axes = charts.draw_heat(wide, grown, ANY).axes[0]
    assert len(axes.get_yticks()) == charts.MOST_ROWS
    assert "60 of 70" in axes.get_title(loc="left")


def test_scenarios_with_the_same_births_share_a_line() -> None:
    """A scenario of late projects has the births of the central one: one line, two names."""
    model = hamlet.model()
    same = replace(model.population.births[1], births=model.population.births[0].births)
    people = replace(model.population, births=(model.population.births[0], same))
    with canvas.drawing(ANY):
        figure = charts.draw_births(replace(model, population=people), ANY)
    assert [line.get_label() for line in figure.axes[0].lines] == ["Central\nHigh"]


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    """Draw all figures once."""
    return {picture.name: picture.png for picture in draw_pictures(hamlet.model(), language="en")}


def test_every_figure_is_there(pictures: dict[str, bytes]) -> None:
    """Births, demand, map and grid of each stage, layout and spending, at 220 dots an inch and 16 cm wide."""
    stages = [f"{kind}-{stage}" for stage in ("kindergarten", "primary") for kind in ("demand", "map", "heat")]
    assert list(pictures) == ["births", *stages, "layout", "spending"]
    for png in pictures.values():
        width, height = struct.unpack(">II", png[16:24])
        assert width == pytest.approx(16 / 2.54 * 220, abs=1)
        assert 200 < height < 20 / 2.54 * 220
        assert b"Software" not in png
        assert b"tEXt" not in png


def test_the_same_plan_gives_the_same_bytes(pictures: dict[str, bytes]) -> None:
    """Whoever drew before with what settings, which are theirs again afterwards; no date in a PDF."""
    with mpl.rc_context({"lines.linewidth": 17, "font.size": 30}), warnings.catch_warnings():
        again = draw_pictures(hamlet.model(stages=hamlet.model().stages[1:]), language="en")
        assert mpl.rcParams["lines.linewidth"] == 17
    alike = [picture for picture in again if picture.name != "layout"]
    assert len(alike) == 5
    assert [picture.png for picture in alike] == [pictures[picture.name] for picture in alike]
    small = hamlet.model(stages=(), panels=(), actions=(), sites=())
    one, two = (draw_pictures(small, language="en", pdf=True)[0].pdf for _ in range(2))
    assert one == two
    assert one.startswith(b"%PDF")
    assert b"CreationDate" not in one


def test_a_plan_with_little_draws_little() -> None:
    """No births, no proposals, no sites and no money: only what each stage has."""
    model = hamlet.model()
    people = replace(model.population, births=())
    nothing = replace(model.decision, capital_by_year=())
    bare = replace(model, population=people, actions=(), sites=(), decision=nothing, stages=model.stages[:1])
    assert [p.name for p in draw_pictures(bare, language="en")] == [
        f"{kind}-kindergarten" for kind in ("demand", "map", "heat")
    ]


def test_a_narrow_area_and_a_point_like_one() -> None:
    """Maps ten times as high as wide, and of one tiny catchment, are drawn within a page."""
    model = hamlet.model()
    tall = replace(model.coverages[0].catchments[0], bounds=(111.0, 27.5, 111.05, 28.05))
    narrow = replace(
        model, coverages=(replace(model.coverages[0], catchments=(tall, *model.coverages[0].catchments[1:])),)
    )
    with canvas.drawing(ANY):
        figure = maps.draw_utilisation(narrow, panel(), ANY)
    assert figure.get_size_inches()[1] * 2.54 < 22
