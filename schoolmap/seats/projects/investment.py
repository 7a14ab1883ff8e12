"""What building seats costs: funds planned, arrived and spent, by how far projects are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

FUNDS = ("planned", "arrived", "spent")
UNSTATED = "unstated"
"""Status, or other group, of projects that tell none."""
ALL = "all"


def investment_summary(
    projects: pd.DataFrame,
    *,
    by: Sequence[str] = ("status", "kind", "stage"),
    class_size: Mapping[str, float | None] | None = None,
) -> pd.DataFrame:
    """
    Add up projects and their funds, in 10,000 yuan.

    An amount that is not known is not zero: sums are of those that are known,
    and how many are not is counted. A share compares the two amounts of the
    same projects, those that tell both.

    Parameters
    ----------
    projects
        Indexed by project, with any of the columns of the contract `projects`.
    by
        Columns to group by; without any, all projects together are the one row `ALL`.
    class_size
        Children in a class at the planning norm, by stage: turns classes into
        seats where a project tells no seats.

    Returns
    -------
    summary
        Indexed by the groups, in sorted order, with
          - `projects` - how many
          - `planned`, `arrived`, `spent` - sums of what is known; missing where
            no project of the group tells
          - `planned_unknown`, `arrived_unknown`, `spent_unknown` - projects
            that do not tell
          - `arrived_share`, `spent_share` - per planned investment, of the
            projects that tell both
          - `seats` - added by the projects that tell; those that take away, or
            improve only, add none. A school that moves adds the seats of the new site
          - `seats_unknown` - projects that add seats and do not tell how many
          - `cost_per_seat` - planned investment per seat, of the projects that
            tell both

    Raises
    ------
    ValueError
        If an amount is negative.
    LabelError
        If a project is listed twice.

    Examples
    --------
    >>> listed = pd.DataFrame(
    ...     {"investment_planned": [600.0, 400.0, None], "investment_arrived": [500.0, None, None], "seats_added": 90.0},
    ...     index=["wing", "hall", "annex"],
    ... )
    >>> investment_summary(listed, by=[]).loc["all", ["projects", "planned", "planned_unknown"]].tolist()
    [3.0, 1000.0, 1.0]
    >>> investment_summary(listed, by=[]).loc["all", ["arrived_share", "cost_per_seat"]].round(3).tolist()
    [0.833, 5.556]
    """
    checks.require_unique_labels(projects.index, what="`projects`")
    amounts = {name: _column(projects, f"investment_{name}") for name in FUNDS}
    for name, amount in amounts.items():
        checks.require_not_negative(amount, what=f"`investment_{name}`")
    planned = amounts["planned"]
    adds, seats = _seats_added(projects, class_size or {})
    parts: dict[str, pd.Series] = {"projects": pd.Series(1.0, index=projects.index)}
    parts |= amounts
    parts |= {f"{name}_unknown": amount.isna().astype(float) for name, amount in amounts.items()}
    parts |= {"seats": seats, "seats_unknown": (adds & seats.isna()).astype(float)}
    # each share needs its own planned sum: of the projects that tell both
    for name in ("arrived", "spent"):
        parts |= {f"_{name}": amounts[name].where(planned.notna()), f"_of_{name}": planned.where(amounts[name].notna())}
    built = seats.where(planned.notna() & (seats > 0))
    parts |= {"_built": built, "_cost": planned.where(built.notna())}
    keys = [_text(projects, name) for name in by] or [pd.Series(ALL, index=projects.index)]
    sums = pd.DataFrame(parts).groupby(keys, sort=True).sum(min_count=1)
    if not by:
        sums = sums.reindex([ALL])
    counts = [name for name in parts if name.endswith("unknown") or name == "projects"]
    sums[counts] = sums[counts].fillna(0.0)
    return pd.DataFrame(
        {
            "projects": sums["projects"],
            **{name: sums[name] for name in FUNDS},
            **{f"{name}_unknown": sums[f"{name}_unknown"] for name in FUNDS},
            "arrived_share": _ratio(sums["_arrived"], sums["_of_arrived"]),
            "spent_share": _ratio(sums["_spent"], sums["_of_spent"]),
            "seats": sums["seats"],
            "seats_unknown": sums["seats_unknown"],
            "cost_per_seat": _ratio(sums["_cost"], sums["_built"]),
        },
    )


def _column(projects: pd.DataFrame, name: str) -> pd.Series:
    return projects[name].astype(float) if name in projects else pd.Series(np.nan, index=projects.index)


def _text(projects: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of text, with a word where nothing is told."""
    column = projects[name].astype(object) if name in projects else pd.Series(None, index=projects.index, dtype=object)
    return column.where(column.notna() & (column != ""), UNSTATED).astype(object).rename(name)


def _seats_added(projects: pd.DataFrame, class_size: Mapping[str, float | None]) -> tuple[pd.Series, pd.Series]:
    """Return which projects add seats, and how many: those that take away or change no number add none."""
    kind, stage = _text(projects, "kind"), _text(projects, "stage")
    sizes = {name: np.nan if size is None else size for name, size in class_size.items()}
    by_classes = _column(projects, "classes_added") * stage.map(sizes).astype(float)
    seats = _column(projects, "seats_added").fillna(by_classes)
    # a conversion of ownership, or a kindergarten that is there and handed over, adds none and tells none
    rooms = _text(projects, "rooms_of") != UNSTATED
    none = kind.isin(("improve", "demolish")) | ((kind == "convert") & ~rooms)
    return ~none & (kind != "handover"), seats.clip(lower=0).mask(none)


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)
