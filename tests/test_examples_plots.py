"""The plots of the invented county: each lies where its name says, and every case of a real list is there."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap import standards
from schoolmap.inputs.examples import make_county
from schoolmap.inputs.examples.plots import make_plots
from schoolmap.inputs.siting import site_layer

COUNTY = make_county()
PLOTS = COUNTY.sites.set_index("site")
STAGES = ("kindergarten", "primary", "junior")
SITES = site_layer(COUNTY.sites, stages=STAGES, crs=str(COUNTY.sites.crs), years_of_new=3)
SCHOOLS = COUNTY.tables["schools"]


def test_by_hand() -> None:
    """Eight plots, six in the county town and one in each of two townships."""
    assert PLOTS.index.tolist() == [f"Y{number:02d}" for number in range(1, 9)]
    assert PLOTS["township"].value_counts().to_dict() == {"城关镇": 6, "柳河镇": 1, "大坪镇": 1}


def test_every_case_is_there() -> None:
    """One without kindergarten, one ready in 2029 only, one too small for a school, one of unknown size."""
    smallest = standards.load("china").stages["primary"].min_classes
    assert smallest is not None
    assert "kindergarten" not in SITES.at["Y01", "stages"]
    assert SITES.at["Y04", "ready_from"].startswith("2029")
    assert SITES.at["Y04", "ready_year"] == 2032
    assert SITES.at["Y05", "stages"] == ("primary",)
    assert SITES.at["Y05", "max_classes"] < smallest.value
    assert np.isnan(SITES.at["Y05", "min_classes"])
    assert np.isnan(SITES.at["Y07", "max_classes"])
    assert SITES.at["Y07", "stages"] == STAGES


def test_plots_lie_within_their_township_and_clear_of_schools() -> None:
    """No plot crosses the border of its community or village, meets another one, or holds a school."""
    areas = COUNTY.land.areas
    schools = shapely.MultiPoint(list(SCHOOLS.geometry))
    for code, plot in PLOTS.iterrows():
        within = areas[areas.geometry.contains(plot.geometry)]
        assert within["township"].tolist() == [plot["township"]], code
        assert plot.geometry.distance(schools) >= 250.0
        assert PLOTS.geometry.drop(code).distance(plot.geometry).min() >= 250.0


def test_land_is_that_of_the_classes() -> None:
    """About 950 square metres for each class; 24 are drawn where nobody knows how many."""
    classes = PLOTS["max_classes"].fillna(24)
    np.testing.assert_allclose(PLOTS.area / classes, 950.0, rtol=0.03)


@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_another_seed_draws_other_plots(seed: int) -> None:
    """Of the same names and sizes, and still in place; the same seed draws the same."""
    other, again = (make_plots(COUNTY.land, SCHOOLS.geometry, seed=seed) for _ in range(2))
    assert other["name"].tolist() == COUNTY.sites["name"].tolist()
    assert other.geometry.geom_equals_exact(again.geometry, 0.0).all()
    assert seed == 4399 or not other.geometry.geom_equals_exact(COUNTY.sites.geometry, 1.0).all()


def test_a_plot_that_fits_nowhere_is_refused() -> None:
    """Schools everywhere leave no room: the seed is to be changed, not the distance."""
    west, south, east, north = COUNTY.land.areas.total_bounds
    grid = [shapely.Point(x, y) for x in np.arange(west, east, 400) for y in np.arange(south, north, 400)]
    with pytest.raises(ValueError, match="take another seed"):
        make_plots(COUNTY.land, grid, seed=1)
