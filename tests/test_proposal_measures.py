"""Every measure that may be taken against a gap."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from schoolmap.inputs.siting import MeasureCost
from schoolmap.proposals.measures import ABOUT
from schoolmap.proposals.measures import COLUMNS
from schoolmap.proposals.measures import measures_of
from schoolmap.proposals.measures import plots_of
from schoolmap.proposals.terms import Sizes
from schoolmap.proposals.terms import Terms

KINDS = ("new", "expand", "attach", "convert", "temporary")
SIZES = {
    "kindergarten": Sizes(class_size=30, least=6, most=12),
    "primary": Sizes(class_size=45, least=12, most=36),
}
FIRST_YEAR = {"new": 2029, "expand": 2028, "attach": 2027, "convert": 2027, "temporary": 2026}
AROUND = {"primary west": ("east",), "primary east": ("west", "far"), "primary far": ("east",)}


def terms(**changes: Any) -> Terms:  # noqa: ANN401 - any field
    """Return terms on which a class costs 100 and runs at 5."""
    costs = {
        (kind, stage): MeasureCost(fixed=40.0 if kind == "new" else 0.0, per_class=100.0, per_year=5.0)
        for kind in KINDS
        for stage in SIZES
    }
    usual: dict[str, Any] = {
        "allowed": (*KINDS, "rezone"),
        "sizes": SIZES,
        "costs": costs,
        "first_year": MappingProxyType(FIRST_YEAR),
        "new_anywhere": True,
    }
    return Terms(**usual | changes)


def sections(*rows: tuple[str, str, float, float, str, tuple[str, ...]]) -> pd.DataFrame:
    """Return sections: school, stage, rooms, expandable classes, whose rooms, catchments served."""
    table = pd.DataFrame(
        rows, columns=["school", "stage", "classrooms", "expandable_classes", "rooms_of", "catchments"]
    )
    return table.assign(classes=4.0).set_index(["school", "stage"])


def plots(**columns: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - any column
    """Return one plot."""
    usual: dict[str, Any] = {
        "name": "Mill field",
        "stages": [("primary",)],
        "min_classes": np.nan,
        "max_classes": 24.0,
        "land_cost": 300.0,
        "ready_year": 2031.0,
    }
    index = pd.Index(["Y1"], name="site")
    return gpd.GeoDataFrame(usual | columns, index=index, geometry=[shapely.Point(0, 0)], crs="EPSG:4546")


NO_PLOTS = plots().iloc[:0]
NO_SECTIONS = sections()


def found(
    table: pd.DataFrame = NO_SECTIONS,
    *,
    short: dict[str, dict[str, float]] | None = None,
    sites: gpd.GeoDataFrame = NO_PLOTS,
    site_in: dict[tuple[str, str], str] | None = None,
    school_in: dict[tuple[str, str], str] | None = None,
    given: Terms | None = None,
) -> pd.DataFrame:
    """List measures where the western primary catchment is 100 seats short."""
    return measures_of(
        {"primary": {"west": 100.0}} if short is None else short,
        table,
        sites,
        around=AROUND,
        site_in=site_in or {},
        school_in=school_in or {},
        terms=given or terms(),
    )


def test_expand_by_what_is_stated_else_to_the_largest_school() -> None:
    """Six classes are stated; of the other, 30 rooms leave 6 below the 36 of the standard, to be verified."""
    table = found(
        sections(
            ("sure", "primary", 20, 6, "", ("west",)),
            ("maybe", "primary", 30, np.nan, "", ("west",)),
            ("full", "primary", 36, np.nan, "", ("west",)),
            ("silent", "primary", np.nan, np.nan, "", ("west",)),
            ("elsewhere", "primary", 10, 9, "", ("far",)),
        )
    )
    expand = table[table["kind"] == "expand"].set_index("at")
    assert expand["most_classes"].to_dict() == {"sure": 6, "maybe": 6}
    assert expand["verify"].to_dict() == {"sure": False, "maybe": True}
    assert expand["first_year"].unique().tolist() == [2028]


def test_a_school_next_door_is_not_expanded_for_them() -> None:
    """Boundaries are drawn before; what is built is built where seats are missing, but on a plot next door."""
    table = found(
        sections(("next", "primary", 20, 3, "", ("east",))), sites=plots(), site_in={("primary", "Y1"): "east"}
    )
    assert "expand" not in set(table["kind"])
    assert table.loc[table["at"] == "Y1", "catchment"].tolist() == ["east"]


def test_a_listed_plot_by_hand() -> None:
    """Twelve to 24 classes, the fixed cost once, the land with the plot, not before the plot is ready; no other plot is looked for."""
    table = found(sites=plots(), site_in={("primary", "Y1"): "west"})
    new = table[table["kind"] == "new"]
    assert len(new) == 1
    row = new.iloc[0]
    assert (row["least_classes"], row["most_classes"], row["first_year"]) == (12, 24, 2031)
    assert (row["fixed_cost"], row["class_cost"], row["yearly_cost"]) == (40.0, 100.0, 5.0)
    assert plots_of(plots()).to_dict("index") == {"Y1": {"most_classes": 24.0, "land_cost": 300.0}}
    assert (row["plot"], row["at"], row["serves"]) == ("Y1", "Y1", ("west",))
    assert not row["verify"]


@pytest.mark.parametrize(
    ("sites", "where"),
    [
        (plots(stages=[("kindergarten",)]), "west"),
        (plots(max_classes=11.0), "west"),
        (plots(min_classes=30.0), "west"),
        (plots(), "far"),
    ],
    ids=["other stage", "too small", "too large for it", "too far"],
)
def test_plots_that_do_not_do(sites: gpd.GeoDataFrame, where: str) -> None:
    """A plot that is not for the stage, too small for any school of the standard, or not near, is not offered."""
    table = found(sites=sites, site_in={("primary", "Y1"): where})
    assert "Y1" not in table["at"].tolist()


def test_a_plot_without_a_limit_takes_the_largest_school() -> None:
    """What the plot takes is not known: the standard's largest school is, and stages there leave each other room."""
    unknown = plots(max_classes=np.nan, land_cost=np.nan)
    table = found(sites=unknown, site_in={("primary", "Y1"): "west"})
    row = table[table["kind"] == "new"].iloc[0]
    assert row["most_classes"] == 36
    assert plots_of(unknown).to_dict("index") == {"Y1": {"most_classes": np.inf, "land_cost": 0.0}}


def test_without_a_plot_one_is_to_be_found_unless_that_is_not_wanted() -> None:
    """A school may be proposed anywhere, to be verified; the project can say no."""
    row = found().set_index("kind").loc["new"]
    assert row["verify"]
    assert row["place"] == ""
    assert "new" not in set(found(given=terms(new_anywhere=False))["kind"])


def test_rented_rooms_are_no_more_than_the_gap_calls_for() -> None:
    """A hundred seats are three classes of 45; rent is paid by the year, and they go when they are not needed."""
    row = found().set_index("kind").loc["temporary"]
    assert (row["most_classes"], row["lasting"], row["class_cost"], row["switch_cost"]) == (3, False, 0.0, 100.0)


def test_kindergarten_classes_in_rooms_of_a_primary_school() -> None:
    """Each class takes a room of 45 seats and makes 30; not more than the smallest kindergarten; rooms go back."""
    table = found(
        sections(
            ("host", "primary", 20, np.nan, "", ("p1",)),
            ("both", "primary", 20, np.nan, "", ("p1",)),
            ("both", "kindergarten", 5, np.nan, "", ("k1",)),
        ),
        short={"kindergarten": {"k1": 90.0}},
        school_in={("kindergarten", "host"): "k1", ("kindergarten", "both"): "k1"},
    )
    attach = table[table["kind"] == "attach"]
    assert attach["at"].tolist() == ["host"]
    row = attach.iloc[0]
    assert (row["most_classes"], row["seats_per_class"], row["takes_seats"]) == (6, 30, 45)
    assert (row["takes_school"], row["takes_stage"], row["lasting"]) == ("seats p1", "primary", False)
    convert = table[table["kind"] == "convert"]
    assert convert["at"].tolist() == ["both"]
    assert convert["most_classes"].tolist() == [20]


def test_attached_classes_give_their_rooms_back() -> None:
    """A primary school that is short may use the rooms of the kindergarten classes attached to it."""
    table = found(
        sections(("both", "primary", 20, 0, "", ("west",)), ("both", "kindergarten", 0, np.nan, "primary", ("k1",)))
    )
    row = table[table["kind"] == "convert"].iloc[0]
    assert (row["stage"], row["takes_stage"], row["most_classes"]) == ("primary", "kindergarten", 4)


def test_only_what_is_allowed_and_has_a_cost() -> None:
    """A kind that is not allowed, or whose cost nobody states, or a stage without class size, has no measure."""
    assert set(found(given=terms(allowed=("temporary",)))["kind"]) == {"temporary"}
    costs = {("temporary", "primary"): MeasureCost(fixed=0.0, per_class=1.0, per_year=1.0)}
    assert set(found(given=terms(costs=costs))["kind"]) == {"temporary"}
    unknown = {"primary": Sizes(class_size=np.nan, least=np.nan, most=np.nan)}
    assert found(given=terms(sizes=unknown)).empty


def test_the_table_is_what_the_model_asks_for() -> None:
    """Every column is there, also where there is no measure."""
    for table in (found(), found(given=terms(allowed=()))):
        assert table.columns.to_list() == [*COLUMNS, *ABOUT]
    assert found().index.is_unique
