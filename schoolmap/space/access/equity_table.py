"""All measures of equity beside each other, for everybody or by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.space.access import equity

if TYPE_CHECKING:
    from schoolmap.space.access.equity import Side


def equity_table(
    values: pd.Series, children: pd.Series, *, norm: float, side: Side, by: pd.Series | None = None
) -> pd.DataFrame:
    """
    Put all measures beside each other, for everybody or by group.

    Parameters
    ----------
    values
        Value by area, zero or more.
    children
        Children by area.
    norm, side
        As for `share_beyond`.
    by
        Group by area; without it there is one row, `all`.

    Returns
    -------
    equity
        By group: `children`, `mean`, `p10`, `p90`, `decile_ratio`, `gini`, `theil`, `share_beyond`.

    Raises
    ------
    LabelError
        If the tables describe different areas.
    MissingValueError
        If a number or a group is missing.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> minutes, children = pd.Series({"a": 10.0, "b": 50.0}), pd.Series({"a": 75, "b": 25})
    >>> equity_table(minutes, children, norm=40, side="above").loc["all", ["mean", "gini", "share_beyond"]].to_dict()
    {'mean': 20.0, 'gini': 0.375, 'share_beyond': 0.25}
    """
    equity.aligned(values, children)
    groups = pd.Series("all", index=values.index, name="group") if by is None else by
    places, names = equity.grouped(values.index, groups)
    children = children.reindex(values.index)
    rows = []
    for at in range(len(names)):
        value, count = values[places == at], children[places == at]
        everybody = float(count.sum())
        rows.append(
            {
                "children": everybody,
                "mean": float((value * count).sum() / everybody) if everybody > 0 else float("nan"),
                "p10": equity.percentile(value, count, share=0.1),
                "p90": equity.percentile(value, count, share=0.9),
                "decile_ratio": equity.decile_ratio(value, count),
                "gini": equity.gini(value, count),
                "theil": equity.theil(value, count),
                "share_beyond": equity.share_beyond(value, count, norm=norm, side=side),
            }
        )
    return pd.DataFrame(rows, index=names)
