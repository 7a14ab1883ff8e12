"""
Classes: how many there are and how large, how many a grade needs, and which are oversized (大班额).

A total hides a crowded class: 100 pupils in two rooms may be 50 and 50 or 60
and 40. So classes are counted one by one where a bureau lists them; where it
tells only a grade's classes and pupils, pupils are spread as evenly as whole
pupils allow, and the row says so. No limit stands here: each comes with the
standards.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.seats.classes.limits import limit_by_label
from schoolmap.seats.demand import whole_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.seats.classes.limits import Limit
    from schoolmap.standards.schema import ClassBand

MOST_CLASSES = 1000
"""A record of more classes is a typing error, and would only fill the memory."""


def class_sizes(records: pd.DataFrame) -> pd.DataFrame:
    """
    Return one row per class, with its pupils.

    Where a record is one class, its size is exact. Where it is several classes
    with their pupils together, they are spread as evenly as whole pupils allow.
    No other spread has fewer pupils above a limit, and if any keeps all classes
    below it, this one does; but the number of oversized classes may be more or
    less than in truth.

    Parameters
    ----------
    records
        With `school`, `grade` and `pupils`, and, where known, `stage`, `class`
        and `classes`, in columns or as the index. A record that names a class
        and no number of classes is one class.

    Returns
    -------
    sizes
        By (school, [stage], grade, number), with `class` (its name, or empty),
        `pupils` and `exact`, sorted. The classes of a grade are numbered from 1
        in the order of the records; pupils add up to those of the records.

    Raises
    ------
    LabelError
        If a class is listed twice, or a grade both class by class and as a
        whole: its pupils would be counted twice.
    MissingValueError
        If the pupils are not known, or how many classes they fill.
    ValueError
        If a number is negative or not whole, or pupils have no class.

    Examples
    --------
    >>> grade = pd.DataFrame({"school": ["a"], "grade": ["1"], "classes": [3], "pupils": [112]})
    >>> class_sizes(grade)["pupils"].tolist()
    [38, 37, 37]
    """
    table = _records(records)
    key = [name for name in ("school", "stage", "grade") if name in table]
    table = table.sort_values(key, kind="stable")
    count = table["classes"].to_numpy().astype(int)
    heads = table["pupils"].to_numpy().astype(int)
    row = np.repeat(np.arange(len(table)), count)
    place = np.arange(len(row)) - (np.cumsum(count) - count)[row]
    smaller = heads // np.maximum(count, 1)
    pupils = smaller[row] + (place < (heads - smaller * count)[row])
    grade = table.groupby(key).ngroup().to_numpy()[row]
    number = pd.Series(grade).groupby(grade).cumcount().to_numpy()
    # labels are looked at once a record, not once a class
    levels: list[Any] = [np.arange(1, number.max(initial=0) + 2)]
    codes: list[Any] = [number]
    for name in reversed(key):
        code, labels = pd.factorize(table[name], sort=True)
        levels, codes = [labels, *levels], [code[row], *codes]
    index = pd.MultiIndex(levels=levels, codes=codes, names=[*key, "number"])
    columns = {"class": table["class"].to_numpy()[row], "pupils": pupils, "exact": (count == 1)[row]}
    return pd.DataFrame(columns, index=index)


def _records(records: pd.DataFrame) -> pd.DataFrame:
    """Return records with every column, or raise."""
    indexed = all(name is not None for name in records.index.names)
    table = records.reset_index(drop=not indexed)
    lacking = [name for name in ("school", "grade", "pupils") if name not in table]
    if lacking:
        msg = f"The table of classes has no {lacking[0]!r}; it needs school, grade and pupils."
        raise LabelError(msg)
    key = [name for name in ("school", "stage", "grade") if name in table]
    checks.require_no_gaps(table[[*key, "pupils"]].set_index(key, drop=False), what="The school, grade or pupils")
    names = table.reindex(columns=["class"])["class"].astype(object)
    table = table.assign(**{"class": names.where(names.notna(), "")})
    named = (table["class"] != "").to_numpy()
    told = table.reindex(columns=["classes"])["classes"].astype(float)
    classes = told.where(~(told.isna() & named), 1.0)
    table = table.assign(classes=classes, pupils=table["pupils"].astype(float))
    numbers = table.set_index(key)
    checks.require_no_gaps(numbers["classes"], what="The number of classes")
    for name in ("classes", "pupils"):
        checks.require_not_negative(numbers[name], what=f"The number of {name}")
        _require_none(numbers, numbers[name] % 1 != 0, f"has {{{name}:g}} {name}: a whole number is needed")
    _require_none(numbers, numbers["classes"] > MOST_CLASSES, "has {classes:g} classes, which is a typing error")
    _require_none(
        numbers, (numbers["classes"] == 0) & (numbers["pupils"] > 0), "has {pupils:g} pupils and no class for them"
    )
    twice = table.duplicated([*key, "class"]).to_numpy()
    both = pd.Series(named).groupby([table[name] for name in key]).transform("nunique").to_numpy() > 1
    for wrong, what in ((twice, "lists a class twice"), (both, "lists classes by name and all of them together")):
        if wrong.any():
            label = numbers.index[wrong][0]
            msg = f"The table of classes {what} for {label!r}: its pupils would be counted twice."
            raise LabelError(msg)
    return table


def _require_none(numbers: pd.DataFrame, wrong: pd.Series, what: str) -> None:
    """Raise if any record is wrong."""
    at = np.flatnonzero(wrong)
    if len(at):
        row = numbers.iloc[at[0]]
        msg = f"{len(at)} record(s) of classes are wrong, e.g. {numbers.index[at[0]]!r} {what.format(**row.to_dict())}."
        raise ValueError(msg)


def form_classes(pupils: pd.Series, caps: Limit) -> pd.DataFrame:
    """
    Form the fewest whole classes, grade by grade: no two grades are taught together.

    Parameters
    ----------
    pupils
        By `school`, `grade` and perhaps `year`; a number may be a forecast with
        a fraction.
    caps
        Most pupils of a class: one figure, or by `grade` and perhaps `year`, as
        `lookup.caps_grid` of the standards lays them out.

    Returns
    -------
    classes
        On the index of `pupils`, with `pupils`, `cap`, `classes` and
        `mean_size` (missing where there is no class). Where the pupils are not
        known, neither are the classes.

    Raises
    ------
    LabelError
        If a grade or year has no cap, or is listed twice.
    ValueError
        If pupils are negative or a cap is not above zero.

    Examples
    --------
    >>> grades = pd.MultiIndex.from_tuples([("a", "1"), ("a", "2")], names=["school", "grade"])
    >>> form_classes(pd.Series([90.0, 91.0], index=grades), 45)["classes"].tolist()
    [2.0, 3.0]
    """
    checks.require_unique_labels(pupils.index, what="The table of pupils")
    checks.require_not_negative(pupils, what="The number of pupils")
    cap = limit_by_label(caps, pupils.index, what="cap")
    heads = pupils.to_numpy(dtype=float)
    classes = whole_classes(heads, cap)
    mean = np.divide(heads, classes, out=np.full(len(heads), np.nan), where=classes > 0)
    return pd.DataFrame({"pupils": heads, "cap": cap, "classes": classes, "mean_size": mean}, index=pupils.index)


def by_band(sizes: pd.DataFrame, bands: Sequence[ClassBand], *, by: Sequence[str]) -> pd.DataFrame:
    """
    Count classes by the bands of the statistical return (班额).

    Parameters
    ----------
    sizes
        From `class_sizes`.
    bands
        In rising order without a gap; the first takes every smaller class, the
        last is open.
    by
        Levels or columns of `sizes`, such as `school` or `stage`.

    Returns
    -------
    counts
        One row per group, one column per band, named as `band_name` says; every
        class is in one band.

    Raises
    ------
    ValueError
        If bands leave a gap, overlap, or the last is not open.

    Examples
    --------
    >>> from schoolmap.standards.schema import ClassBand
    >>> text = {"en": "", "zh": ""}
    >>> bands = [ClassBand(low=0, high=55, label=text), ClassBand(low=56, high=None, label=text)]
    >>> grade = pd.DataFrame({"school": ["a"], "grade": ["1"], "classes": [2], "pupils": [111]})
    >>> by_band(class_sizes(grade), bands, by=["school"]).loc["a"].to_dict()
    {'0-55': 1, '56+': 1}
    """
    joined = all(band.high == above.low - 1 for band, above in pairwise(bands))
    if not bands or not joined or bands[-1].high is not None:
        shown = ", ".join(band_name(band) for band in bands)
        msg = f"Bands of class sizes follow each other without a gap and the last is open, got {shown or 'none'}."
        raise ValueError(msg)
    band = np.searchsorted([band.low for band in bands[1:]], sizes["pupils"].to_numpy(), side="right")
    names = pd.Index([band_name(band) for band in bands], name="band")
    columns = {name: (band == place).astype(int) for place, name in enumerate(names)}
    keys = pd.DataFrame(columns, index=sizes.index).assign(**{name: sizes[name] for name in by if name in sizes})
    return keys.groupby(list(by), dropna=False)[list(names)].sum().rename_axis(columns="band")


def band_name(band: ClassBand) -> str:
    """Return the bounds of a band of class sizes, both counted: `46-50`, or `66+`."""
    return f"{band.low}+" if band.high is None else f"{band.low}-{band.high}"


def oversize(
    sizes: pd.DataFrame,
    *,
    by: Sequence[str],
    oversized_from: float,
    very_oversized_from: float | None,
    cap: Limit | None,
) -> pd.DataFrame:
    """
    Count oversized classes, the pupils above the limit, and the classes that would dissolve them.

    Parameters
    ----------
    sizes
        From `class_sizes`.
    by
        Levels or columns of `sizes`: `["school", "stage"]`, `["school", "grade"]`.
    oversized_from, very_oversized_from
        A class of this many pupils or more is oversized (大班额), very
        oversized (超大班额); the second is `None` where the standard has none.
    cap
        Most pupils of a class: one figure, by `grade`, or `None` where the
        standard has none.

    Returns
    -------
    oversize
        By group:
          - `classes`, `pupils`
          - `oversized`, `very_oversized` - classes; the very oversized are among the oversized
          - `excess_heads` - pupils above the largest class that is not
            oversized (大班额超额人数): the seats needed to dissolve it
          - `excess_over_cap` - pupils above the cap
          - `classes_to_dissolve` - whole classes that each grade of a school
            needs at the cap and does not have, added up; a grade with spare
            classes does not help another
          - `oversized_share`, `very_oversized_share` - in per cent of the classes
          - `exact` - whether every class was listed by itself
        A column that needs a limit which is `None` is missing.

    Raises
    ------
    LabelError
        If a grade has no cap.

    Examples
    --------
    >>> names = [f"class {number}" for number in range(4)]
    >>> grade = pd.DataFrame({"school": "a", "grade": "1", "class": names, "pupils": [55, 56, 65, 66]})
    >>> found = oversize(class_sizes(grade), by=["school"], oversized_from=56, very_oversized_from=66, cap=45)
    >>> found.loc["a", ["oversized", "very_oversized", "excess_heads", "classes_to_dissolve"]].tolist()
    [3.0, 1.0, 22.0, 2.0]
    """
    heads = sizes["pupils"].to_numpy(dtype=float)
    limit = np.nan if cap is None else limit_by_label(cap, sizes.index, what="cap")
    above = np.where(np.isnan(limit), np.nan, np.maximum(heads - limit, 0.0))
    very = np.full(len(heads), np.nan) if very_oversized_from is None else (heads >= very_oversized_from).astype(float)
    counted = pd.DataFrame(
        {
            "classes": np.ones(len(heads)),
            "pupils": heads,
            "oversized": (heads >= oversized_from).astype(float),
            "very_oversized": very,
            "excess_heads": np.maximum(heads - (np.ceil(oversized_from) - 1), 0.0),
            "excess_over_cap": above,
            "cap": limit,
            "listed": sizes["exact"].to_numpy().astype(float),
        },
        index=sizes.index,
    ).assign(**{name: sizes[name] for name in by if name in sizes})
    grade = [name for name in ("school", "stage", "grade") if name in sizes.index.names and name not in by]
    numbers = [name for name in counted if name not in by]
    groups = counted.groupby([*by, *grade], dropna=False)
    sums = groups[numbers].sum(min_count=1)
    needed = whole_classes(sums["pupils"].to_numpy(), groups["cap"].first().to_numpy())
    sums = sums.assign(classes_to_dissolve=np.maximum(needed - sums["classes"], 0.0))
    total = sums.groupby(level=list(by), dropna=False).sum(min_count=1)
    taught = total["classes"]
    return total.assign(
        oversized_share=100 * total["oversized"] / taught,
        very_oversized_share=100 * total["very_oversized"] / taught,
        exact=total["listed"] == taught,
    ).drop(columns=["cap", "listed"])
