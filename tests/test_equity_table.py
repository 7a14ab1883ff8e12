"""All measures of equity beside each other."""

from __future__ import annotations

import pandas as pd
import pytest

from schoolmap.errors import LabelError
from schoolmap.space.access import equity
from schoolmap.space.access.equity_table import equity_table

MINUTES = pd.Series({"a": 10.0, "b": 50.0, "c": 30.0})
CHILDREN = pd.Series({"c": 40, "b": 25, "a": 75})


def test_for_everybody() -> None:
    """One row holds what each measure says by itself."""
    found = equity_table(MINUTES, CHILDREN, norm=30, side="above")
    assert found.index.tolist() == ["all"]
    assert found.loc["all"].to_dict() == pytest.approx(
        {
            "children": 140,
            "mean": (750 + 1250 + 1200) / 140,
            "p10": 10.0,
            "p90": 50.0,
            "decile_ratio": 5.0,
            "gini": equity.gini(MINUTES, CHILDREN),
            "theil": equity.theil(MINUTES, CHILDREN),
            "share_beyond": 25 / 140,
        }
    )


def test_by_group() -> None:
    """Each group is measured as if it were alone; one without children has a row and no figures."""
    groups = pd.Series({"b": "south", "a": "south", "c": "north"}, name="township")
    found = equity_table(MINUTES, CHILDREN, norm=30, side="above", by=groups)
    assert found.index.tolist() == ["north", "south"]
    assert found.index.name == "township"
    south = equity_table(MINUTES[["a", "b"]], CHILDREN[["a", "b"]], norm=30, side="above").loc["all"]
    assert found.loc["south"].to_dict() == pytest.approx(south.to_dict())
    assert found["children"].sum() == CHILDREN.sum()
    empty = equity_table(MINUTES, CHILDREN.where(CHILDREN.index != "c", 0), norm=30, side="above", by=groups)
    assert empty.loc["north", "children"] == 0
    assert empty.loc["north"].drop("children").isna().all()


def test_refuses_other_areas() -> None:
    """Groups are of the same areas."""
    with pytest.raises(LabelError, match="the groups describe different units"):
        equity_table(MINUTES, CHILDREN, norm=30, side="above", by=pd.Series({"a": "south"}))
