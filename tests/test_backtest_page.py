"""The page and the table of a backtest: offline, in both languages, whole or not at all, and inert."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pandas as pd
import past
import pytest

from schoolmap.backtesting import Backtest
from schoolmap.backtesting import make_backtest
from schoolmap.errors import OutputError
from schoolmap.output import backtest_page
from schoolmap.output.backtest_page import COLUMNS
from schoolmap.output.backtest_page import all_forecasts
from schoolmap.output.backtest_page import render_page
from schoolmap.output.backtest_page import write_backtest

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "=cmd|'/c calc'!A1</td><script>alert(1)</script>"


@pytest.fixture(scope="module")
def result() -> Backtest:
    """Test a synthetic past with a hostile area and pupils once."""
    evidence = past.evidence(sizes={HOSTILE: 1_000.0, "a2": 4_000.0})
    return make_backtest(replace(evidence, pupils=past.pupils()), past.document())


def test_by_hand(result: Backtest) -> None:
    """Three charts for each of three stages, a table for each way of reading, both languages, and no script."""
    page = render_page(result, language="zh")
    assert page.count("<figure>") == 9
    assert page.count("<table>") == 7
    assert '<html lang="zh-CN">' in page
    assert 'id="zh" checked' in page
    assert "How wrong: the areas" in page
    assert "误差：各区域" in page
    assert "<script" not in page
    assert "script-src 'none'" in page


def test_the_page_is_well_formed(result: Backtest) -> None:
    """Every element that is opened is closed, in order."""
    void = {"meta", "input", "line", "path", "circle", "br"}

    class Check(HTMLParser):
        stack: list[str]

        def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
            if tag not in void:
                self.stack.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert tag in void or self.stack.pop() == tag

    check = Check()
    check.stack = []
    check.feed(render_page(result, language="en"))
    assert check.stack == []


def test_hostile_names_are_text(result: Backtest) -> None:
    """An area that is called like markup is escaped on the page, and no formula in a spreadsheet."""
    assert "&lt;script&gt;alert(1)" in render_page(result, language="en")
    units = set(all_forecasts(result)["unit"])
    assert f"'{HOSTILE}" in units
    assert not [unit for unit in units if unit.startswith("=")]


def test_lines_are_drawn_to_scale(result: Backtest) -> None:
    """Holding numbers as they were is 2.04 % wrong a year ahead and more each year: its line rises, ours lies on the axis."""
    page = render_page(result, language="en")
    figure = page[page.index("<figure>") : page.index("</figure>")]
    ours, _, plain = [
        [tuple(map(float, point.split())) for point in re.split("[ML]", path)[1:]]
        for path in re.findall(r'<path class="line [\w ]+" d="(M[^"]+L[^"]+)"', figure)
    ]
    heights = [y for _, y in plain]
    assert heights == sorted(heights, reverse=True)
    assert len({y for _, y in ours}) == 1
    assert ours[0][1] > heights[0]


def test_every_forecast_is_in_the_table(result: Backtest) -> None:
    """Children and pupils, none lost; the year is that of what came, and the error what both sides say."""
    table = all_forecasts(result)
    assert list(table.columns) == list(COLUMNS)
    assert result.children is not None
    assert result.pupils is not None
    assert len(table) == len(result.children.forecasts) + len(result.pupils.forecasts)
    assert (table["year"] == table["origin"] + table["horizon"]).all()
    error = 100 * (table["forecast"] / table["actual"] - 1)
    assert (error - table["error_percent"]).abs().max() < 0.1


def test_two_files_and_nothing_else(result: Backtest, tmp_path: Path) -> None:
    """A page and a table under the project's name; the same test gives the same bytes."""
    files = write_backtest(result, tmp_path / "maps", language="en")
    assert [path.name for path in files] == ["past-backtest.html", "past-backtest.csv"]
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == ["past-backtest.csv", "past-backtest.html"]
    assert list(pd.read_csv(files[1]).columns) == list(COLUMNS)
    again = write_backtest(result, tmp_path / "again", language="en")
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in again]


def test_a_failure_leaves_what_was_there(result: Backtest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the table cannot be made, yesterday's page is still there and nothing is half written."""
    (tmp_path / "past-backtest.html").write_text("yesterday", encoding="utf-8")

    def fail(_: Backtest) -> None:
        msg = "disk full"
        raise OSError(msg)

    monkeypatch.setattr(backtest_page, "all_forecasts", fail)
    with pytest.raises(OSError, match="disk full"):
        write_backtest(result, tmp_path, language="en")
    assert [path.name for path in tmp_path.iterdir()] == ["past-backtest.html"]
    assert (tmp_path / "past-backtest.html").read_text(encoding="utf-8") == "yesterday"


def test_input_is_never_overwritten(result: Backtest, tmp_path: Path) -> None:
    """Neither the project's folder nor one of its tables is a target."""
    with pytest.raises(OutputError, match="belongs to the project"):
        write_backtest(result, tmp_path, language="en", inputs=(tmp_path,))
    table = tmp_path / "maps" / "past-backtest.csv"
    with pytest.raises(OutputError, match=r"past-backtest\.csv belongs to the project"):
        write_backtest(result, tmp_path / "maps", language="en", inputs=(table,))
    assert not (tmp_path / "maps").exists()


def test_pupils_alone(result: Backtest) -> None:
    """Without counts of children the page shows the pupils' table, and no chart."""
    page = render_page(replace(result, children=None), language="en")
    assert page.count("<table>") == 1
    assert "<figure>" not in page
    assert set(all_forecasts(replace(result, children=None))["what"]) == {"pupils"}
