"""The parts of the page: every file of the script is joined, once, and the joined script is whole."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from importlib import resources

import numpy as np
import pytest

from schoolmap.output.describe import SHADES
from schoolmap.output.page_assets import PAGE_SCRIPTS
from schoolmap.output.page_assets import asset
from schoolmap.output.page_assets import leaflet_css
from schoolmap.output.page_assets import leaflet_js
from schoolmap.output.page_assets import page_script
from schoolmap.seats.balance import CHANCES


def test_every_part_of_the_script_is_joined_once() -> None:
    """A file that lies in the folder and is not joined would be dead code."""
    folder = resources.files("schoolmap.output").joinpath("assets", "page")
    assert sorted(item.name for item in folder.iterdir()) == sorted(f"{name}.js" for name in PAGE_SCRIPTS)
    script = page_script()
    for name in PAGE_SCRIPTS:
        assert script.count(asset(f"page/{name}.js")) == 1


def test_script_is_one_function_that_leaves_nothing_in_the_window() -> None:
    """The parts see each other; the page sees what `start.js` hands out."""
    script = page_script()
    body = script.split("/* global L */\n")[1]
    assert body.startswith('(function () {\n"use strict";\n')
    assert body.endswith("})();\n")


def test_no_two_parts_give_the_same_name() -> None:
    """In one function the later of two would silently take the place of the first."""
    names = Counter(re.findall(r"^(?:function|const|let) (\w+)", page_script(), flags=re.MULTILINE))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("name", PAGE_SCRIPTS)
def test_every_part_says_what_it_is(name: str) -> None:
    """The first line of a part is its title, and no part is long."""
    text = asset(f"page/{name}.js")
    assert text.startswith("/*")
    assert name == "words" or text.count("\n") <= 300


def test_assets_have_unix_line_ends() -> None:
    """A policy by hash would refuse a script whose line ends were turned on the way."""
    assert "\r" not in page_script() + leaflet_js() + leaflet_css()
    assert "sourceMappingURL" not in leaflet_js()
    assert "url(" not in leaflet_css().replace("url(#", "")


SEEN_BY = {
    "all": np.eye(3),
    "protanopes": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopes": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritanopes": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
"""How linear red, green and blue are seen: Machado, Oliveira and Fernandes 2009, severity 1."""

TO_XYZ = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])
WHITE = np.array([0.9505, 1.0, 1.0888])


def lab(colour: str, seen: np.ndarray) -> np.ndarray:
    """Return a colour in CIE L*a*b*, as somebody sees it."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(seen @ linear, 0, 1) / WHITE, 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def palettes() -> dict[str, list[str]]:
    """Return the colours of every scale of the map, in order."""
    scales = {"CHANCES": asset("page/colours.js"), "CHANGES": asset("page/views.js")}
    found = {
        name: re.findall(r'colour: "(#\w{6})"', text.split(f"const {name} = [")[1].split("];")[0])
        for name, text in scales.items()
    }
    return {**found, "SHADES": [shade.colour for shade in SHADES]}


def test_classes_of_chance_are_the_librarys() -> None:
    """The bounds that the page draws by are those by which the library tells a probability."""
    bounds = re.findall(r"upTo: ([\d.]+)", asset("page/colours.js").split("const CHANCES = [")[1].split("];")[0])
    assert tuple(map(float, bounds)) == (*CHANCES, 1.0)


@pytest.mark.parametrize("seen", SEEN_BY)
@pytest.mark.parametrize("name", ["CHANCES", "CHANGES", "SHADES"])
def test_colours_are_told_apart_by_everybody(name: str, seen: str) -> None:
    """Any two classes differ by 18 at least (about 2 is just seen), the ends of a scale by 60."""
    colours = [lab(colour, SEEN_BY[seen]) for colour in palettes()[name]]
    assert len(colours) == 5
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(colours, 2)) >= 18
    assert np.linalg.norm(colours[0] - colours[-1]) >= 60
