"""Catchments that are given as a list of villages or residential compounds, as a notice of enrolment does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.errors import LabelError

if TYPE_CHECKING:
    import geopandas as gpd

_SHOWN = 5
"""Faults of one kind that a message spells out."""


def look_up(areas: gpd.GeoDataFrame, lists: pd.Series, *, allow_unlisted: bool = False) -> pd.Series:
    """
    Find the areas that catchments list by code or by name.

    Parameters
    ----------
    areas
        Indexed by area, with `name` where lists may use names.
    lists
        Codes or names of areas, indexed by catchment, which is there once for
        each area that it lists. A text fits a code or a name exactly, but for
        blanks around it; a code goes before a name.
    allow_unlisted
        Whether an area may be in no list.

    Returns
    -------
    members
        Catchment by area, in the order of `areas`.

    Raises
    ------
    LabelError
        If a text is no area, or the name of several; if an area is listed
        twice; or if one is in no list. All faults are told at once.

    Examples
    --------
    >>> import geopandas as gpd
    >>> villages = gpd.GeoDataFrame({"name": ["East", "West", "Hill"]}, index=["01", "02", "03"])
    >>> look_up(villages, pd.Series({"Mill school": "East"}), allow_unlisted=True).to_dict()
    {'01': 'Mill school'}
    """
    texts = lists.map(lambda text: text.strip() if isinstance(text, str) else text)
    names = areas["name"].dropna().map(lambda text: str(text).strip()) if "name" in areas else pd.Series(dtype=object)
    by_name = names.index.to_series().groupby(names.to_numpy(), sort=False).agg(list).to_dict()
    found = [[text] if text in areas.index else by_name.get(text, []) for text in texts]
    rows = pd.DataFrame({"catchment": texts.index, "text": texts.to_numpy(), "areas": found})
    fits = rows["areas"].map(len)

    unknown = [f"{row.text!r} of {row.catchment!r}" for row in rows[fits == 0].itertuples()]
    ambiguous = [f"{row.text!r} of {row.catchment!r} is {row.areas}" for row in rows[fits > 1].itertuples()]
    known = rows[fits == 1].assign(area=rows["areas"].str[0])
    lists_of = known.groupby("area", sort=False)["catchment"].agg(list)
    twice = [f"{area!r} by {by}" for area, by in lists_of.items() if len(by) > 1]
    told = {area for options in rows["areas"] for area in options}
    unlisted = [] if allow_unlisted else [repr(area) for area in areas.index if area not in told]
    faults = [
        (unknown, "are neither code nor name of an area", "Write them as the table of areas does."),
        (ambiguous, "are the name of several areas", "Write the code."),
        (twice, "are areas that are listed twice", "Leave each in one list, once."),
        (unlisted, "are areas in no list", "Add them, or allow it with `allow_unlisted=True`."),
    ]
    lines = [f"\n  - {len(those)} {what}: {_few(those)}. {remedy}" for those, what, remedy in faults if those]
    if lines:
        msg = f"The lists of {lists.index.nunique()} catchment(s) do not fit the areas:{''.join(lines)}"
        raise LabelError(msg)
    members = pd.Series(known["catchment"].to_numpy(), index=known["area"], name="catchment")
    return members.reindex(areas.index[areas.index.isin(members.index)]).rename_axis("area")


def _few(texts: list[str]) -> str:
    return ", ".join(texts[:_SHOWN]) + (", …" if len(texts) > _SHOWN else "")
