"""
Published instances of siting, read from a folder of the user: the data may not be shipped.

The folder holds any of these, as they were published: `orlib_pmed` (Beasley
1985: `pmed1.txt`... and `pmedopt.txt`), `orlib_pmedcap` (Osman and Christofides
1994: `pmedcap1_1.txt`...) and `sscflp` with `Lib_2` (Holmberg, Ronnqvist and
Yuan 1999), `Lib_3_1` and `Lib_3_2` (Beasley 1988), each with `p1`... and the
optima in `os`.
"""

from __future__ import annotations

import gzip
from functools import partial
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from schoolmap.conformance.case import Case
from schoolmap.optimize.capacitated import capacitated_p_median
from schoolmap.optimize.capacitated import facility_location
from schoolmap.optimize.medians import p_median

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

    from schoolmap.optimize.location import Location

CAPA = (
    19240822.449,
    18438046.543,
    17765201.949,
    17160439.012,
    13656379.578,
    13361927.449,
    13198556.434,
    13082516.496,
    11646596.974,
    11570340.289,
    11518743.744,
    11505767.394,
)
"""Optima of capa, capb and capc if areas may be split; the last is not the published one, see `OURS`."""
OURS = {"Lib_3_2 p12": "ours, proven; lists print 11505594.329"}
"""Sources of values that are not published ones: the bound of our plan met it."""
_SAME, _NEAR = 1e-7, 1e-4
"""Shares of the optimum by which ours may differ: rounding, and what is asked of capa to capc."""


class Instance(NamedTuple):
    """One instance: its name, the published optimum, where that stands, and how it is solved in so many seconds."""

    name: str
    published: float
    source: str
    solve: Callable[[float], Location]


def graph(file: Path) -> tuple[pd.DataFrame, int]:
    """Return all ways of an OR-Library p-median, and how many sites; of an edge given twice the last counts."""
    nodes, edges, number, *rest = (int(word) for word in file.read_text(encoding="utf-8").split())
    length = {}
    for tail, head, cost in np.array(rest[: 3 * edges]).reshape(-1, 3):
        length[tail - 1, head - 1] = length[head - 1, tail - 1] = float(cost)
    tail, head = np.array(list(length)).T
    return pd.DataFrame(dijkstra(csr_array((list(length.values()), (tail, head)), (nodes, nodes)))), number


def pmed(folder: Path) -> Iterator[Instance]:
    """Yield the p-medians of the OR-Library."""
    best = dict(line.split() for line in (folder / "orlib_pmed/pmedopt.txt").read_text().splitlines()[1:] if line)
    for name, optimum in best.items():
        cost, sites = graph(folder / f"orlib_pmed/{name}.txt")
        demand = pd.Series(1, index=cost.index)

        def solve(limit: float, demand: pd.Series = demand, cost: pd.DataFrame = cost, sites: int = sites) -> Location:
            return p_median(demand, cost, number=sites, time_limit=limit)

        yield Instance(name, float(optimum), "OR-Library, Beasley 1985", solve)


def pmedcap(folder: Path) -> Iterator[Instance]:
    """Yield the capacitated p-medians of Osman and Christofides."""
    files = (folder / "orlib_pmedcap").glob("pmedcap1_*.txt")
    for file in sorted(files, key=lambda file: int(file.stem.removeprefix("pmedcap1_"))):
        _, best, points, sites, seats, *rest = file.read_text().split()
        table = np.array(rest, dtype=float)[: 4 * int(points)].reshape(-1, 4)
        apart = np.floor(np.hypot(*np.moveaxis(table[:, None, 1:3] - table[None, :, 1:3], 2, 0)))
        demand = pd.Series(table[:, 3].astype(int))
        # the published way of an area counts once, not for each of its pupils
        cost = pd.DataFrame(apart / table[:, 3:])
        given = demand, pd.Series(int(seats), index=demand.index), cost

        def solve(
            limit: float,
            given: tuple[pd.Series, pd.Series, pd.DataFrame] = given,
            sites: int = int(sites),
        ) -> Location:
            return capacitated_p_median(*given, number=sites, time_limit=limit)

        name = file.stem.replace("pmedcap1_", "pmedcap")
        yield Instance(name, float(best), "OR-Library, Osman and Christofides 1994", solve)


def facilities(folder: Path, library: str, *, whole: bool) -> Iterator[Instance]:
    """Yield the instances of one library of facility location, of whole areas or of areas that may be split."""
    best = [float(word) for word in (folder / f"sscflp/{library}/os").read_text().split()]
    source = "Holmberg, Ronnqvist and Yuan 1999" if library == "Lib_2" else "OR-Library, Beasley 1988"
    for number, single in enumerate(best, start=1):
        file = folder / f"sscflp/{library}/p{number}"
        packed = file.with_name(f"{file.name}.gz")
        text = gzip.decompress(packed.read_bytes()).decode() if packed.exists() else file.read_text()
        sites, areas, *rest = (float(word) for word in text.split())
        sites, areas = int(sites), int(areas)
        capacity, opening, demand, cost = np.split(np.array(rest), np.cumsum([sites, sites, areas]))
        table = pd.DataFrame(cost[: sites * areas].reshape(areas, sites) / demand[:, None])
        given = pd.Series(demand), pd.Series(capacity), table, pd.Series(opening)

        def solve(limit: float, given: tuple[pd.Series, pd.Series, pd.DataFrame, pd.Series] = given) -> Location:
            return facility_location(*given, whole=whole, time_limit=limit)

        name = f"{library} p{number}"
        split = not whole
        yield Instance(name, CAPA[number - 1] if split else single, OURS.get(name, source) if split else source, solve)


class Library(NamedTuple):
    """Instances of one kind: where they are in the folder, how they are read, seconds for each, and what may differ."""

    place: str
    read: Callable[[Path], Iterator[Instance]]
    seconds: float
    share: float


LIBRARIES = {
    "pmed": Library("orlib_pmed", pmed, 60.0, _SAME),
    "pmedcap": Library("orlib_pmedcap", pmedcap, 3.0, _SAME),
    "holmberg": Library("sscflp/Lib_2", partial(facilities, library="Lib_2", whole=True), 30.0, _SAME),
    "cap": Library("sscflp/Lib_3_1", partial(facilities, library="Lib_3_1", whole=True), 60.0, _SAME),
    "capa": Library("sscflp/Lib_3_2", partial(facilities, library="Lib_3_2", whole=False), 60.0, _NEAR),
}
"""All libraries by a short name."""


def published_cases(folder: Path) -> tuple[Case, ...]:
    """
    Return a case for each published instance that a folder holds.

    Parameters
    ----------
    folder
        Holds any of the libraries in their folders, as they were published.

    Returns
    -------
    cases
        The published optimum of each instance, and the cost of our plan. All
        libraries together take some minutes.

    Raises
    ------
    FileNotFoundError
        If the folder holds none of them.

    Examples
    --------
    >>> from pathlib import Path
    >>> published_cases(Path("no such folder"))
    Traceback (most recent call last):
    FileNotFoundError: 'no such folder' holds none of orlib_pmed, orlib_pmedcap, sscflp/Lib_2, sscflp/Lib_3_1, sscflp/Lib_3_2.
    """
    held = [library for library in LIBRARIES.values() if (folder / library.place).is_dir()]
    if not held:
        places = ", ".join(library.place for library in LIBRARIES.values())
        msg = f"{str(folder)!r} holds none of {places}."
        raise FileNotFoundError(msg)
    return tuple(
        Case(
            name=instance.name,
            published=instance.published,
            ours=instance.solve(library.seconds).objective,
            tolerance=library.share * instance.published,
            source=instance.source,
        )
        for library in held
        for instance in library.read(folder)
    )
