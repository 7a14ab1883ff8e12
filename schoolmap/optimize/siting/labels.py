"""Tables by label as arrays by position: labels are sorted, gaps and strangers are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.counting import by_text

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.money import Money

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

EVERY = "all"
"""Label of the scenario where there is only one without a name."""


def with_scenarios(table: pd.Series, unit: str, *, what: str) -> pd.Series:
    """Return a table by (scenario, unit, stage, year), in float, or raise."""
    names = [unit, "stage", "year"]
    levels = table.index.nlevels
    if levels not in {3, 4}:
        msg = f"{what} is indexed by ({unit}, stage, year), or with the scenario before, got {levels} level(s)."
        raise LabelError(msg)
    checks.require_unique_labels(table.index, what=what)
    checks.require_no_gaps(table, what=what)
    checks.require_not_negative(table, what=what)
    values = table.astype(float)
    if not np.isfinite(values.to_numpy()).all():
        label = table.index[~np.isfinite(values.to_numpy())][0]
        msg = f"{what} is infinite for {label!r}. Give the largest number that is possible."
        raise ValueError(msg)
    if levels == 3:
        index = table.index.set_names(names)
        return pd.concat({None: values.set_axis(index)}, names=["scenario"])
    return values.set_axis(table.index.set_names(["scenario", *names]))


def common_scenarios(demand: pd.Series, seats: pd.Series) -> pd.Index:
    """Return the scenarios that both tables name, or raise."""
    found = []
    for table, what in ((demand, "`demand`"), (seats, "`seats`")):
        labels = table.index.get_level_values("scenario").unique()
        if len(labels) and not labels.isna().all():
            found.append((labels, what))
    if not found:
        return pd.Index([EVERY], name="scenario")
    labels = found[0][0]
    if len(found) > 1:
        checks.require_same_labels(labels, found[1][0], what="The scenarios of `demand` and `seats`")
    ordered: pd.Index = labels[by_text(labels)]
    return ordered.rename("scenario")


def as_cube(table: pd.Series, scenarios: pd.Index, years: pd.Index, *, what: str) -> tuple[pd.MultiIndex, Real]:
    """Return units, and values by scenario, period and unit; every unit has every year of every scenario."""
    strange = ~table.index.get_level_values("year").isin(years)
    kept = table[~strange] if strange.any() else table
    unit = kept.index.names[1]
    wide = kept.unstack(["scenario", "year"])
    if kept.index.get_level_values("scenario").isna().all():
        wide = kept.droplevel("scenario").unstack("year")
        wide = pd.concat(dict.fromkeys(scenarios, wide), axis=1)
    wide = wide.reindex(columns=pd.MultiIndex.from_product([scenarios, years]))
    gaps = np.argwhere(wide.isna().to_numpy())
    if len(gaps):
        label, column = wide.index[gaps[0][0]], wide.columns[gaps[0][1]]
        msg = (
            f"{what} is missing for {unit} {label[0]!r}, stage {label[1]!r}, year {column[1]}, scenario "
            f"{column[0]!r}. Give every year of every scenario; 0 where there is none."
        )
        raise MissingValueError(msg)
    index = wide.index
    wide = wide.iloc[by_text(index)]
    cube = wide.to_numpy(dtype=float).T.reshape(len(scenarios), len(years), len(wide))
    return pd.MultiIndex.from_tuples(wide.index, names=[unit, "stage"]), np.ascontiguousarray(cube)


def in_order(index: pd.MultiIndex) -> pd.MultiIndex:
    """Return labels in the order of their text."""
    return index[by_text(index)]


def as_arcs(
    ways: pd.Series | pd.DataFrame, rows: pd.MultiIndex, sections: pd.MultiIndex, *, money: Money
) -> tuple[Whole, Whole, Real, Real]:
    """Return row, section, metres and cost of each way, in order of rows and sections."""
    table = ways.to_frame("metres") if isinstance(ways, pd.Series) else ways
    if "metres" not in table.columns:
        msg = "`ways` has no column 'metres'. Give a Series of metres, or a table with `metres` and `charge`."
        raise LabelError(msg)
    if table.index.nlevels != 3:
        msg = f"`ways` is indexed by (area, school, stage), got {table.index.nlevels} level(s)."
        raise LabelError(msg)
    checks.require_unique_labels(table.index, what="`ways`")
    metres = table["metres"].astype(float)
    charge = table["charge"].astype(float) if "charge" in table.columns else metres * 0.0
    for values, name in ((metres, "`metres` of the ways"), (charge, "`charge` of the ways")):
        checks.require_no_gaps(values, what=name)
        checks.require_not_negative(values, what=name)
        if not np.isfinite(values.to_numpy()).all():
            label = table.index[~np.isfinite(values.to_numpy())][0]
            msg = f"{name} is infinite for {label!r}. Leave out pairs that are out of reach."
            raise ValueError(msg)
    area, school, stage = (table.index.get_level_values(level) for level in range(3))
    row = rows.get_indexer(pd.MultiIndex.from_arrays([area, stage])) if len(table) else np.empty(0, dtype=int)
    section = sections.get_indexer(pd.MultiIndex.from_arrays([school, stage])) if len(table) else row
    for at, where in ((row, "`demand`"), (section, "neither `seats` nor `measures`")):
        if (at < 0).any():
            label = table.index[at < 0][0]
            verb = "does not have" if where == "`demand`" else "has"
            msg = f"`ways` names {label!r}, which {where} {verb}. Use the same labels."
            raise LabelError(msg)
    order = np.lexsort((section, row))
    length: Real = np.asarray(metres, dtype=np.float64)
    cost: Real = np.asarray(length / 1000 * money.metre_cost + charge.to_numpy(dtype=float), dtype=np.float64)
    return (
        row[order].astype(np.int64),
        section[order].astype(np.int64),
        length[order],
        cost[order],
    )


def as_plots(plots: pd.Series | pd.DataFrame | None) -> tuple[pd.Series | None, Real]:
    """Return classes for which there is room, by plot, and what the land there costs once."""
    if plots is None:
        return None, np.empty(0)
    if isinstance(plots, pd.Series):
        return plots, np.zeros(len(plots))
    lacking = [name for name in ("most_classes", "land_cost") if name not in plots.columns]
    if lacking:
        msg = f"`plots` has no column {lacking[0]!r}. Give `most_classes` and `land_cost`, or a series of classes."
        raise ValueError(msg)
    checks.require_no_gaps(plots[["most_classes", "land_cost"]], what="`plots`")
    checks.require_not_negative(plots["land_cost"], what="`land_cost` of `plots`")
    return plots["most_classes"], plots["land_cost"].to_numpy(dtype=float)
