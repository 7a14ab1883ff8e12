"""Kindergartens of housing developments (小区配套幼儿园): owed, provided, handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import require_counts
from schoolmap.seats.indicators.measures import text
from schoolmap.seats.indicators.seat_rules import required_by_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.standards.schema import SeatRule
    from schoolmap.standards.schema import Text

HANDED_OVER = Measure(
    id="handed_over",
    label=text("Kindergartens of developments handed over", "配套幼儿园移交率"),
    basis=text(
        "kindergartens of developments handed over / developments that must provide one",
        "已移交配套园的住宅项目数／应配建幼儿园的住宅项目数",
    ),
    lacks=UNITS["kindergartens"],
)

STATUSES: dict[str, Text] = {
    "not_required": text("no kindergarten required", "无需配建"),
    "not_provided": text("not provided", "未提供数据"),
    "short": text("too few classes", "配建班数不足"),
    "not_handed_over": text("not handed over", "未移交"),
    "done": text("provided and handed over", "已配建并移交"),
}
"""What became of the kindergarten of a development."""


def development_kindergartens(
    developments: pd.DataFrame,
    *,
    rules: Sequence[SeatRule],
    people_per_home: float | None = None,
    class_size: float | None = None,
) -> pd.DataFrame:
    """
    Say which housing developments owe a kindergarten (小区配套幼儿园), of how many classes, and whether it came.

    A development is judged by all its homes together, whatever their type and
    year. Rules per residents are used only where the people of a home are given.

    Parameters
    ----------
    developments
        One row per development, type and year, with `development`, `homes`,
        `kindergarten_classes` and `handed_over`, in columns or the index; the
        last two may stand in one row of a development or in all.
    rules
        Rules that give classes per homes, and classes or seats per residents.
    people_per_home
        Turns homes into residents.
    class_size
        Children in a class, to turn seats into classes.

    Returns
    -------
    kindergartens
        By development, in order of first appearance:
          - `homes`, `residents`
          - `required`, `rule` - classes
          - `provided` - classes; missing where not given
          - `missing` - classes; missing itself where nothing was provided to
            tell: not given is not zero
          - `handed_over` - `yes`, `no` or missing
          - `status` - a key of `STATUSES`

    Raises
    ------
    ValueError
        If rows of a development contradict one another, or a number is negative
        or infinite.

    Examples
    --------
    >>> from schoolmap.standards.schema import SeatRule
    >>> step = SeatRule(
    ...     id="step",
    ...     value=6,
    ...     gives="classes",
    ...     per="homes",
    ...     at_least=500,
    ...     place="",
    ...     stage="kindergarten",
    ...     document="an example",
    ...     confidence="assumption",
    ... )
    >>> homes = pd.DataFrame(
    ...     {
    ...         "development": ["Riverside", "Riverside", "Mill Yard"],
    ...         "homes": [300.0, 400.0, 200.0],
    ...         "kindergarten_classes": [3, None, None],
    ...         "handed_over": ["yes", None, None],
    ...     }
    ... )
    >>> development_kindergartens(homes, rules=[step])[["required", "missing", "status"]]
                 required  missing        status
    development
    Riverside         6.0      3.0         short
    Mill Yard         0.0      0.0  not_required
    """
    table = developments.reset_index() if "development" not in developments else developments
    table = table.reindex(columns=["development", "homes", "kindergarten_classes", "handed_over"])
    checks.require_no_gaps(table["development"], what="The code of a development")
    groups = table.groupby("development", sort=False)
    for name in ("kindergarten_classes", "handed_over"):
        several = groups[name].nunique()
        if (several > 1).any():
            where = several.index[several > 1][0]
            msg = f"The rows of development {where!r} give more than one `{name}`. Give it once, or the same in each."
            raise ValueError(msg)
    rows = table["homes"].astype(float)
    require_counts(rows.reset_index(drop=True), what="The number of homes")
    homes = groups["homes"].sum().astype(float).mask(rows.isna().groupby(table["development"], sort=False).any())
    residents = homes * (np.nan if people_per_home is None else people_per_home)
    by_homes = required_by_rules(homes, rules=rules, per="homes", gives="classes", class_size=class_size)
    by_people = required_by_rules(residents, rules=rules, per="residents", gives="classes", class_size=class_size)
    more = by_people["required"] > by_homes["required"]
    required = by_homes["required"].mask(more, by_people["required"])
    provided = groups["kindergarten_classes"].first().astype(float)
    require_counts(provided, what="The number of classes of a development's kindergarten")
    handed_over = groups["handed_over"].first()
    missing = (required - provided).clip(lower=0.0).mask(required == 0, 0.0)
    status = np.select(
        [
            (required == 0).to_numpy(),
            missing.isna().to_numpy(),
            (missing > 0).to_numpy(),
            (handed_over == "no").to_numpy(),
            handed_over.isna().to_numpy(),
        ],
        ["not_required", "not_provided", "short", "not_handed_over", "not_provided"],
        default="done",
    )
    return pd.DataFrame(
        {
            "homes": homes,
            "residents": residents,
            "required": required,
            "rule": by_homes["rule"].mask(more, by_people["rule"]),
            "provided": provided,
            "missing": missing,
            "handed_over": handed_over,
            "status": status,
        }
    )
