"""A plan as a map in a notebook or a file: what a developer calls."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from schoolmap.output.webmap import PlanMap
    from schoolmap.plan import Plan


def explore(plan: Plan, *, language: str | None = None, offline: bool = True) -> PlanMap:
    """
    Return the interactive map of a plan, as `GeoDataFrame.explore` does of a table.

    Parameters
    ----------
    plan
        From `schoolmap.plan.make_plan`.
    language
        `en` or `zh`: the language that the map opens in; that of the project if
        nothing is given.
    offline
        Whether the page must never ask the network. If not, it may load what
        layers that you add name, and nothing else.

    Returns
    -------
    plan_map
        A `folium.Map`. A notebook shows it; layers of folium can be added to
        it; its `save` writes the page.

    See Also
    --------
    save_map : Write the page at once.

    Examples
    --------
    >>> from pathlib import Path
    >>> from schoolmap.project import read_project
    >>> from schoolmap.plan import make_plan
    >>> plan = make_plan(read_project(Path("data/berlin-mitte")))  # doctest: +SKIP
    >>> plan_map = explore(plan)  # doctest: +SKIP
    >>> folium.Marker((52.53, 13.38), tooltip="Town hall").add_to(plan_map)  # doctest: +SKIP
    >>> plan_map.save("mitte.html")  # doctest: +SKIP
    """
    from schoolmap.output.describe import describe  # noqa: PLC0415 - loads slowly
    from schoolmap.output.webmap import build_map  # noqa: PLC0415

    model = describe(plan)
    if language is not None:
        if language not in ("en", "zh"):
            msg = f"`language` is 'en' or 'zh', got {language!r}."
            raise ValueError(msg)
        model = dataclasses.replace(model, language=language)
    return build_map(model, offline=offline)


def save_map(plan: Plan, path: str | os.PathLike[str], *, language: str | None = None) -> Path:
    """
    Write the map of a plan as one page that opens without the network.

    Parameters
    ----------
    plan
        From `schoolmap.plan.make_plan`.
    path
        Where to write; a file that is there is replaced.
    language
        `en` or `zh`: the language that the map opens in; that of the project if
        nothing is given.

    Returns
    -------
    path
        What was written.

    See Also
    --------
    explore : The map itself, to which layers can be added.
    """
    target = Path(path)
    explore(plan, language=language).save(target)
    return target
