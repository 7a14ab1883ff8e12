"""The table of measures: what may be left out, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.siting.measures import allowed_sizes
from schoolmap.optimize.siting.measures import check_measures

WING = {
    "kind": "expand",
    "school": "hill",
    "stage": "primary",
    "seats_per_class": 45,
    "most_classes": 6,
    "first_year": 2027,
    "lasting": True,
    "fixed_cost": 100.0,
    "class_cost": 80.0,
    "yearly_cost": 20.0,
}


def table(**details: object) -> pd.DataFrame:
    """Return one measure."""
    return pd.DataFrame([{**WING, **details}], index=["wing"])


def test_what_is_left_out_means_none() -> None:
    """Columns that are not there, and empty cells, mean the same."""
    empty = {
        "sizes": None,
        "last_year": np.nan,
        "plot": None,
        "takes_school": None,
        "takes_stage": np.nan,
        "group": None,
    }
    pd.testing.assert_frame_equal(check_measures(table()), check_measures(table(**empty, takes_seats=np.nan)))


def test_rows_are_in_the_order_of_labels_and_other_columns_go() -> None:
    """The order in which measures are listed decides nothing."""
    two = pd.concat([table(note="x"), table().rename(index={"wing": "annex"})])
    assert check_measures(two).index.to_list() == ["annex", "wing"]
    assert "note" not in check_measures(two).columns


@pytest.mark.parametrize(
    ("details", "sizes"),
    [
        ({}, (1, 2, 3, 4, 5, 6)),
        ({"least_classes": 4}, (4, 5, 6)),
        ({"sizes": (12, 2, 6)}, (2, 6)),
        ({"most_classes": 0}, ()),
    ],
)
def test_allowed_sizes(details: dict[str, object], sizes: tuple[int, ...]) -> None:
    """Sizes are those named that are neither too few nor too many."""
    assert allowed_sizes(check_measures(table(**details)).loc["wing"]) == sizes


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ({"most_classes": -1}, "negative"),
        ({"most_classes": 2.5}, "not whole"),
        ({"most_classes": np.inf}, "infinite"),
        ({"seats_per_class": 0}, "not above 0"),
        ({"lasting": "yes"}, "true or false"),
        ({"least_classes": 7}, "above its `most_classes`"),
        ({"sizes": (0, 3)}, "at least 1"),
        ({"sizes": (30,)}, "has none from"),
        ({"decided": 7}, "is allowed 6 at most"),
    ],
)
def test_impossible_numbers_are_refused(details: dict[str, object], says: str) -> None:
    """The message says which measure, and why."""
    with pytest.raises(ValueError, match=says):
        check_measures(table(**details))


@pytest.mark.parametrize(
    ("details", "says"),
    [({"plot": "yard"}, "`plots` does not say"), ({"takes_school": "lake"}, "names only one of")],
)
def test_labels_have_to_be_known(details: dict[str, object], says: str) -> None:
    """Nothing is guessed of a plot or a section that is not there."""
    with pytest.raises(LabelError, match=says):
        check_measures(table(**details), plots=pd.Series({"park": 3}) if "plot" in details else None)


def test_gaps_are_refused() -> None:
    """Unknown is not free of charge."""
    with pytest.raises(MissingValueError, match="class_cost"):
        check_measures(table(class_cost=np.nan))
    with pytest.raises(MissingValueError, match="takes_seats"):
        check_measures(table(takes_school="hill", takes_stage="kindergarten"))
    with pytest.raises(LabelError, match="no column 'stage'"):
        check_measures(table().drop(columns="stage"))


def test_one_group_is_decided_once() -> None:
    """Two measures that exclude each other cannot both be decided."""
    two = pd.concat([table(decided=1, group="a"), table(decided=2, group="a").rename(index={"wing": "annex"})])
    with pytest.raises(ValueError, match="both decided"):
        check_measures(two)
