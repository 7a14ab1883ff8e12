"""
A county falls into parts that share no school, no plot and no measure: each is decided by itself.

A budget holds parts together. It is looked at last: where the parts, each
decided as if there were none, keep to it, they are the best plan with it too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from schoolmap.optimize.siting import model as siting_model

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model

    Whole = npt.NDArray[np.int64]


def parts_of(model: Model) -> list[Whole]:
    """
    Return the rows of each part of a county, in the order of their first rows.

    Parameters
    ----------
    model
        The problem by position.

    Returns
    -------
    parts
        Rows that have no school in reach are a part each.
    """
    rows, sections = len(model.rows), len(model.sections)
    plots, groups = len(model.plot_room), int(model.group.max(initial=-1)) + 1
    at_section = rows + model.section
    links = [(model.arc_row, rows + model.arc_section)]
    for other, start in ((model.takes, rows), (model.plot, rows + sections), (model.group, rows + sections + plots)):
        linked = other >= 0
        links.append((at_section[linked], start + other[linked]))
    left, right = (np.concatenate([link[side] for link in links]) for side in (0, 1))
    number = rows + sections + plots + groups
    graph = sparse.coo_array((np.ones(len(left)), (left, right)), shape=(number, number))
    _, label = csgraph.connected_components(graph, directed=False)
    own = label[:rows]
    return [np.flatnonzero(own == part) for part in dict.fromkeys(own.tolist())]


def without_budget(model: Model) -> Model:
    """Return the same problem where any sum may be spent."""
    return replace(model, budget=np.full_like(model.budget, np.inf), total_budget=np.inf)


def keeps_budget(model: Model, classes: Whole) -> bool:
    """Return whether a plan keeps to the budget of every period and of all."""
    spent = siting_model.capital_of(model, classes).sum(axis=0)
    return bool((spent <= model.budget * (1 + 1e-9)).all() and spent.sum() <= model.total_budget * (1 + 1e-9))
