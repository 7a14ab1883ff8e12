"""The parts of the page: every file of the script is joined, once, and the joined script is whole."""

from __future__ import annotations

from importlib import resources

import pytest

from schoolmap.output.page_assets import PAGE_SCRIPTS
from schoolmap.output.page_assets import asset
from schoolmap.output.page_assets import leaflet_css
from schoolmap.output.page_assets import leaflet_js
from schoolmap.output.page_assets import page_script


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
