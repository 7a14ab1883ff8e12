"""A plan as a map: what a developer calls. That it is the map of a real plan is tested with `describe`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from typing import Any

import folium
import pytest

from schoolmap import explore
from schoolmap import save_map
from schoolmap.errors import OutputError
from schoolmap.output import describe
from schoolmap.output.made_model import made_model
from schoolmap.output.webmap import render_html

if TYPE_CHECKING:
    from pathlib import Path

MODEL = made_model(catchments=4, schools=3, years=3, stages=1, scenarios=1)


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """Return what stands for a plan; its description is made."""
    monkeypatch.setattr(describe, "describe", lambda _: MODEL)
    return object()


def test_the_saved_map_is_the_page_of_the_plan(plan: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The same bytes as `schoolmap plan` writes, in the project's own language."""
    path = save_map(plan, str(tmp_path / "made.html"))
    assert path == tmp_path / "made.html"
    assert path.read_text(encoding="utf-8") == render_html(MODEL)


def test_layers_can_be_added_and_the_language_chosen(plan: Any) -> None:  # noqa: ANN401
    """It is a map of folium, and opens in the language asked for."""
    plan_map = explore(plan, language="zh")
    assert isinstance(plan_map, folium.Map)
    folium.CircleMarker((30.0, 110.0), tooltip="Rathaus").add_to(plan_map)
    html = plan_map.to_html()
    assert '<html lang="zh-CN">' in html
    assert "Rathaus" in html


def test_it_stays_offline_unless_told_otherwise(plan: Any) -> None:  # noqa: ANN401
    """Tiles are for those who ask for them."""
    for offline in (True, False):
        plan_map = explore(plan, offline=offline)
        folium.TileLayer("OpenStreetMap").add_to(plan_map)
        if offline:
            with pytest.raises(OutputError, match="openstreetmap"):
                plan_map.to_html()
        else:
            assert "https://tile.openstreetmap.org;" in plan_map.to_html()


def test_a_third_language_is_refused(plan: Any) -> None:  # noqa: ANN401
    """There are texts in two."""
    with pytest.raises(ValueError, match="'en' or 'zh', got 'de'"):
        explore(plan, language="de")


def test_the_package_loads_without_what_draws() -> None:
    """Neither folium nor geopandas is loaded by the first import."""
    code = "import sys, schoolmap; print([name for name in ('folium', 'geopandas', 'numba') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
