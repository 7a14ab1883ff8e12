"""The verdict on every school: which of the seven resources it has in full, which not, and what would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.resources import RESOURCES
from schoolmap.seats.indicators.resources import amounts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from schoolmap.standards.schema import Requirement

    Floats = NDArray[np.float64]

_DIGITS = 6
"""What is beyond a millionth of a metre or a yuan is rounding."""


def compare(
    resources: pd.DataFrame,
    *,
    pupils: pd.Series,
    requirements: Sequence[Requirement],
    least_share_of_value: float,
) -> pd.DataFrame:
    """
    Hold every resource of every section against what is required, and say what would mend it.

    Parameters
    ----------
    resources
        Amounts by (school, stage), in columns named as `RESOURCES`.
    pupils
        Of the sections that are assessed.
    requirements
        Those of `RESOURCES` that have a stage; others are passed over.
    least_share_of_value
        Share in per cent of the value that a resource must reach that is not
        met in full.

    Returns
    -------
    compared
        By (school, stage, resource), for each resource that the stage is asked for:
          - `amount`, `pupils`, `rate`, `required`
          - `share_of_value` - rate over required, in per cent
          - `met`, `above_floor` - in full; at least the least share. Missing
            where not provided
          - `lacking`, `lacking_to_floor` - teachers, rooms (whole), square
            metres or yuan that would bring it there with the pupils of today

    Raises
    ------
    LabelError
        If a stage of the sections has no requirement.
    ValueError
        If a number is negative or infinite, or a requirement stands twice.

    Examples
    --------
    >>> from schoolmap.standards.schema import Requirement
    >>> rows = pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"])
    >>> rule = Requirement(
    ...     id="sports_m2",
    ...     stage="primary",
    ...     value=7.5,
    ...     label={"en": "", "zh": ""},
    ...     document="an example",
    ...     confidence="assumption",
    ... )
    >>> found = compare(
    ...     pd.DataFrame({"sports_m2": [5400.0]}, index=rows),
    ...     pupils=pd.Series([800.0], index=rows),
    ...     requirements=[rule],
    ...     least_share_of_value=85.0,
    ... )
    >>> found.iloc[0][["rate", "share_of_value", "lacking"]].to_dict()
    {'rate': 6.75, 'share_of_value': 90.0, 'lacking': 600.0}
    """
    if not 0 < least_share_of_value <= 100:
        msg = f"`least_share_of_value` is in per cent, above 0 and up to 100; got {least_share_of_value}."
        raise ValueError(msg)
    asked = _asked(requirements)
    stages = pupils.index.get_level_values("stage").unique()
    without = stages.difference(asked.index.get_level_values("stage"))
    if len(without) > 0:
        msg = (
            f"Nothing is required of stage {without[0]!r}. Leave its sections out, or add requirements to the standard."
        )
        raise LabelError(msg)
    amounts = amounts_of(resources, pupils).T.unstack()
    amounts.index.names = ["school", "stage", "resource"]
    resource, stage = (amounts.index.get_level_values(name) for name in ("resource", "stage"))
    required = asked.reindex(pd.MultiIndex.from_arrays([resource, stage])).to_numpy(float)
    per = resource.map({name: measure.per for name, measure in RESOURCES.items()}).to_numpy(float)
    whole = resource.map({name: measure.whole for name, measure in RESOURCES.items()}).to_numpy(bool)
    section = pd.MultiIndex.from_arrays([amounts.index.get_level_values("school"), stage])
    heads = pupils.reindex(section).to_numpy(float, na_value=np.nan)
    heads = np.where(heads > 0, heads, np.nan)
    full, floor = required / per * heads, least_share_of_value / 100 * required / per * heads
    there = amounts.to_numpy(float)
    lacking, to_floor = (_short(target - there, whole) for target in (full, floor))
    table = pd.DataFrame(
        {
            "amount": there,
            "pupils": heads,
            "rate": there * per / heads,
            "required": required,
            "share_of_value": 100 * there / full,
            "met": pd.array(lacking == 0, dtype="boolean"),
            "above_floor": pd.array(to_floor == 0, dtype="boolean"),
            "lacking": lacking,
            "lacking_to_floor": to_floor,
        },
        index=amounts.index,
    )
    known = pd.Series(~np.isnan(lacking), index=table.index)
    table[["met", "above_floor"]] = table[["met", "above_floor"]].where(known, axis=0)
    asked_for: pd.DataFrame = table.loc[~np.isnan(required)]
    return asked_for


def _asked(requirements: Sequence[Requirement]) -> pd.Series:
    """Return what is required, by (resource, stage)."""
    rows = [(rule.id, rule.stage, rule.value) for rule in requirements if rule.id in RESOURCES and rule.stage]
    long = pd.DataFrame(rows, columns=["resource", "stage", "value"]).set_index(["resource", "stage"])["value"]
    if not long.index.is_unique:
        msg = f"The requirement {long.index[long.index.duplicated()][0]} stands twice. Keep one."
        raise ValueError(msg)
    return long.astype(float)


def _short(missing: Floats, whole: NDArray[np.bool_]) -> Floats:
    """Round away what is rounding, then up to whole ones where only whole ones can be added."""
    exact = np.round(missing, _DIGITS)
    return np.maximum(np.where(whole, np.ceil(exact), exact), 0.0) + 0.0


def verdicts(compared: pd.DataFrame, *, least_met: int) -> pd.DataFrame:
    """
    Say of each section whether it passes: enough resources in full, and every other at least at the floor.

    A section with data missing passes only if nothing that is missing could
    change it, and fails only if nothing missing could save it.

    Parameters
    ----------
    compared
        From `compare`.
    least_met
        Resources that must be met in full.

    Returns
    -------
    verdicts
        By (school, stage), in the order of `compared`:
          - `met_count`, `not_provided` - resources
          - `unmet` - those not met in full; `below_floor` - those below the
            floor; both as tuples of ids
          - `to_raise` - how many of `unmet` must at least be brought to the full
            value; the others of them only to the floor
          - `verdict` - `met`, `not_met` or `not_provided`
    """
    met = _by_section(compared["met"].fillna(value=False))
    unknown = _by_section(compared["met"].isna())
    below = ~compared["above_floor"].fillna(value=True).astype(bool)
    low = _by_section(below)
    fails = (low > 0) | (met + unknown < least_met)
    table = pd.DataFrame({"met_count": met, "not_provided": unknown})
    unmet = ~compared["met"].fillna(value=True).astype(bool)
    for name, chosen in (("unmet", unmet), ("below_floor", below)):
        table[name] = _listed(chosen).reindex(table.index).map(lambda found: found if isinstance(found, tuple) else ())
    return table.assign(
        to_raise=(least_met - met).clip(lower=0),
        verdict=np.select([fails, unknown > 0], ["not_met", "not_provided"], default="met"),
    )


def _by_section(which: pd.Series) -> pd.Series:
    """Count the resources that are so, by section."""
    return which.astype(int).groupby(level=["school", "stage"], sort=False).sum()


def _listed(chosen: pd.Series) -> pd.Series:
    """Return the resources that are chosen, by section."""
    found = chosen[chosen].reset_index("resource")["resource"]
    return found.groupby(level=["school", "stage"], sort=False).agg(tuple)


def repairs(compared: pd.DataFrame) -> pd.DataFrame:
    """
    List what every section lacks, in teachers, rooms, square metres and yuan.

    Parameters
    ----------
    compared
        From `compare`.

    Returns
    -------
    repairs
        The rows of `compared` that are not met in full, with `label` and `lacks`
        in both languages. Amounts of different schools are never netted.
    """
    rows = compared.loc[~compared["met"].fillna(value=True).astype(bool)]
    measures = [RESOURCES[name] for name in rows.index.get_level_values("resource")]
    texts = pd.DataFrame(
        {"label": [measure.label for measure in measures], "lacks": [measure.lacks for measure in measures]},
        index=rows.index,
        dtype=object,
    )
    return pd.concat([rows, texts], axis=1)
