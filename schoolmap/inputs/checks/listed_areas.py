"""
Catchments that hold from a school year on, and catchments that are given as a list of villages or compounds.

A list names small areas by code or by name, as a bureau's notice does. A name
that two areas have is refused, and so is an area that two catchments of one
stage list for the same year: its children would belong to both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import TypeVar

import numpy as np
import pandas as pd

from schoolmap.errors import Wording
from schoolmap.inputs.checks.consistency import first_few
from schoolmap.inputs.checks.consistency import split_labels

if TYPE_CHECKING:
    from schoolmap.errors import Fault
    from schoolmap.inputs.checks.named import Named

_Frame = TypeVar("_Frame", bound=pd.DataFrame)


def in_force(layer: _Frame, year: int) -> _Frame:
    """
    Return the catchments whose boundary holds in a school year.

    Parameters
    ----------
    layer
        Catchments as read, with `catchment` and, where the file has them,
        `stage` and `valid_from`.
    year
        School year, by its autumn.

    Returns
    -------
    layer
        Of each catchment and stage the latest version that begins in that year
        or before, if it has not ended; one without `valid_from` holds from the
        first year on. An earlier version does not come back when a later one
        ends. The whole layer, where no record has a year.

    Examples
    --------
    >>> drawn = pd.DataFrame({"catchment": ["A", "A", "B"], "valid_from": [None, "2027", "2028"]})
    >>> [in_force(drawn, year).index.tolist() for year in (2026, 2027, 2028)]
    [[0], [1], [1, 2]]
    """
    start, end = _years(layer, "valid_from", -np.inf), _years(layer, "valid_to", np.inf)
    if start is None and end is None:
        return layer
    start = pd.Series(-np.inf, index=layer.index) if start is None else start
    due = layer[start <= year]
    own = [due["catchment"], due["stage"].fillna("")] if "stage" in due else [due["catchment"]]
    latest = due[start[due.index] == start[due.index].groupby(own).transform("max")]
    return latest if end is None else latest[end[latest.index] >= year]


def first_years(layer: pd.DataFrame) -> list[int]:
    """Return the school years in which any boundary begins to hold, sorted; one year where nothing changes."""
    start, end = _years(layer, "valid_from", -np.inf), _years(layer, "valid_to", np.inf)
    years = {0} if start is None else {int(year) for year in start.replace(-np.inf, 0)}
    # where one ends, others hold
    years |= set() if end is None else {int(year) + 1 for year in end[np.isfinite(end)]}
    return sorted(years)


def _years(layer: pd.DataFrame, column: str, missing: float) -> pd.Series | None:
    """Return the first or last year of each record, or nothing where no record has one."""
    if column not in layer or layer[column].isna().all():
        return None
    years: pd.Series = pd.to_numeric(layer[column], errors="coerce").astype(float).fillna(missing)
    return years


def listed_areas(cells: pd.Series, areas: pd.DataFrame) -> pd.DataFrame:
    """
    Look up the small areas that catchments list.

    Parameters
    ----------
    cells
        Codes or names, separated by `;` or `、`; an empty cell lists none.
    areas
        With `area` and, where the file has it, `name`.

    Returns
    -------
    listed
        One row for each area that a cell lists, with `row` (label of the cell),
        `text` (as written) and `codes` (tuple of the areas that it fits: one if
        all is well). A code goes before a name.

    Examples
    --------
    >>> villages = pd.DataFrame({"area": ["01", "02", "03"], "name": ["东村", "西村", "西村"]})
    >>> listed_areas(pd.Series(["01;西村"]), villages)["codes"].tolist()
    [('01',), ('02', '03')]
    """
    by_code = {str(code): (str(code),) for code in areas["area"].dropna()}
    by_name: dict[str, tuple[str, ...]] = {}
    if "name" in areas:
        named = areas.dropna(subset=["area", "name"])
        codes = (
            named["area"].astype(str).groupby(named["name"].astype(str).str.strip()).agg(lambda own: sorted(set(own)))
        )
        by_name = {str(name): tuple(own) for name, own in codes.items()}
    texts = cells.map(split_labels)
    rows = [(row, text) for row, parts in texts.items() for text in dict.fromkeys(parts)]
    found = [by_code.get(text, by_name.get(text, ())) for _, text in rows]
    columns = {"row": [row for row, _ in rows], "text": [text for _, text in rows], "codes": found}
    return pd.DataFrame(columns, columns=["row", "text", "codes"])


def areas_known(catchments: Named, areas: Named) -> list[Fault]:
    """Report areas in the lists of catchments that are none, that may be several, or that two catchments list."""
    layer = catchments.frame
    if "areas" not in layer or layer["areas"].isna().all():
        return []
    listed = listed_areas(layer["areas"], areas.frame)
    fits = listed["codes"].map(len)
    few = first_few(sorted(areas.frame["area"].dropna()))
    unknown = Wording(
        "is neither the code nor the name of a small area.",
        f"Write it as in {areas.called}, several separated by `;`; codes are e.g. {few}.",
        "既不是小区域的代码,也不是其名称。",
        f"请按 {areas.called} 填写代码或名称,多个用分号隔开;代码如 {few}。",
    )
    faults = [
        catchments.fault(unknown, row=row, column="areas", value=text)
        for row, text in listed.loc[fits == 0, ["row", "text"]].itertuples(index=False)
    ]
    for row, text, codes in listed[fits > 1].itertuples(index=False):
        wording = Wording(
            f"is the name of {len(codes)} small areas: {first_few(codes)}.",
            "Write the code.",
            f"有 {len(codes)} 个小区域同名:{first_few(codes)}。",
            "请改写代码。",
        )
        faults.append(catchments.fault(wording, row=row, column="areas", value=text))
    known = listed[fits == 1]
    return faults + _listed_twice(catchments, known.assign(area=known["codes"].str[0]))


def _listed_twice(catchments: Named, listed: pd.DataFrame) -> list[Fault]:
    """Report areas that two catchments of one stage list for the same year."""
    layer = catchments.frame
    told: dict[tuple[object, str], Fault] = {}
    for year in first_years(layer):
        here = layer.loc[in_force(layer, year).index]
        own = listed[listed["row"].isin(here.index)]
        stage = here["stage"].fillna("") if "stage" in here else pd.Series("", index=here.index)
        own = own.assign(
            stage=stage.reindex(own["row"]).to_numpy(), label=here["catchment"].reindex(own["row"]).to_numpy()
        )
        first = own.groupby(["stage", "area"])["label"].transform("first")
        again = own["label"] != first
        for row, text, other in zip(own.loc[again, "row"], own.loc[again, "text"], first[again], strict=True):
            wording = Wording(
                f"is listed by {other!r} as well.",
                "A child lives in one catchment of a stage: leave the area in one of the two lists.",
                f"也列入了学区“{other}”。",
                "同一学段内一个村、社区只属于一个学区:请只保留一处。",
            )
            told.setdefault((row, text), catchments.fault(wording, row=row, column="areas", value=text))
    return list(told.values())
