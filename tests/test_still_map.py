"""The still map: a drawing that needs no script, no style and no network, with its words escaped."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import test_webmap as synthetic

from schoolmap.output.still_map import WIDTH
from schoolmap.output.still_map import still_map
from schoolmap.output.still_map import worst_year


def drawn(language: str = "en", **changes: object) -> ET.Element:
    """Return the drawing as elements: it is well formed."""
    model = replace(synthetic.synthetic_model(), **changes)  # type: ignore[arg-type]
    return ET.fromstring(still_map(model, language=language))  # noqa: S314 - our own text


def test_first_stage_in_its_worst_year() -> None:
    """Each catchment has the colour of the class that the model names for the year most short."""
    model = synthetic.synthetic_model()
    panel = model.panels[0]
    at = worst_year(panel)
    assert panel.totals.short[at] == max(panel.totals.short)
    paths = drawn().findall(".//g/path")
    shades = [row[at] for row in panel.shade]
    assert [path.get("fill") for path in paths] == [
        "#ffffff" if shade is None else model.shades[shade].colour for shade in shades
    ]


def test_it_says_what_it_shows() -> None:
    """A title and a description stand for the drawing, in both languages; the legend names every class."""
    root = drawn()
    words = {name: root.findtext(f"./svg/{name}") for name in ("title", "desc")}
    assert (
        words["title"]
        == f"Kindergarten, {synthetic.YEARS[worst_year(synthetic.synthetic_model().panels[0])]}: use of seats"
    )
    assert "Map of 6 catchments" in (words["desc"] or "")
    assert "Synthetic area 5 −" in (words["desc"] or "")
    assert root.find("./svg").get("aria-labelledby") == "still-title still-desc"  # type: ignore[union-attr]
    legend = "".join(root.find("./figcaption").itertext())  # type: ignore[union-attr]
    assert all(shade.label["en"] in legend for shade in synthetic.synthetic_model().shades)
    assert "no seats, no children" in legend
    assert "6 个片区" in (drawn("zh").findtext("./svg/desc") or "")


def test_it_fits_its_frame() -> None:
    """No outline leaves the drawing."""
    root = drawn()
    box = [float(part) for part in root.find("./svg").get("viewBox").split()]  # type: ignore[union-attr]
    assert box[2] == WIDTH
    for path in root.findall(".//g/path"):
        start, _, steps = (path.get("d") or "").removesuffix("z").partition("l")
        x, y = (int(part) for part in start[1:].split())
        for dx, dy in zip(*[iter(map(int, steps.split()))] * 2, strict=True):
            x, y = x + dx, y + dy
            assert 0 <= x <= box[2]
            assert 0 <= y <= box[3]


def test_names_are_text() -> None:
    """A catchment named like an attack is drawn as its name."""
    cover = synthetic.synthetic_model().coverages[0]
    hostile = tuple(replace(area, name=synthetic.HOSTILE) for area in cover.catchments)
    root = drawn(coverages=(replace(cover, catchments=hostile),))
    assert (root.find(".//g/path/title").text or "").startswith(synthetic.HOSTILE)  # type: ignore[union-attr]
    assert root.find(".//img") is None


def test_a_name_that_is_drawn_is_text() -> None:
    """Short enough to be written on the map, it is still letter by letter what it is."""
    cover = synthetic.synthetic_model().coverages[0]
    names = ["<b>{{7*7}}&amp;", "</svg><a>", '"${1}', "<!--", "]]>", "&lt;i&gt;"]
    areas = tuple(replace(area, name=name) for area, name in zip(cover.catchments, names, strict=True))
    root = drawn(coverages=(replace(cover, catchments=areas),))
    assert [node.text for node in root.findall(".//g/text")] == names
    assert {node.tag for node in root.iter()} <= {
        "figure",
        "svg",
        "title",
        "desc",
        "g",
        "path",
        "text",
        "rect",
        "figcaption",
    }


def test_chinese_within_the_english_drawing_says_so() -> None:
    """Names on the map, in tips and in the description carry their language; the Chinese drawing needs not."""
    cover = synthetic.synthetic_model().coverages[0]
    areas = tuple(replace(area, name="实验片区" if i == 4 else area.name) for i, area in enumerate(cover.catchments))
    chinese = {"coverages": (replace(cover, catchments=areas),)}
    tagged = [node for node in drawn(**chinese).iter() if node.get("lang")]
    assert {node.get("lang") for node in tagged} == {"zh-CN"}
    assert [node.tag for node in tagged] == ["desc", "title", "text"]
    assert all("实验片区" in (node.text or "") for node in tagged)
    assert [node for node in drawn("zh", **chinese).iter() if node.get("lang")] == []


def test_nothing_to_draw_is_nothing() -> None:
    """Without a stage there is no empty frame."""
    assert still_map(replace(synthetic.synthetic_model(), stages=()), language="en") == ""
