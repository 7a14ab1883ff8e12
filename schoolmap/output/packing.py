"""
How a large plan travels into its page: the same numbers in a tenth of the bytes.

A county of 2,000 catchments has three million numbers, 23 MB of text. Here every grid becomes a column of whole
numbers: a value times ten to the digits that it is rounded to. What is stored is how far each lies from a guess,
bytes of one weight side by side, deflated. The guess only decides how small the column gets: whatever it is, the
exact numbers come back, and classes (`shade`, `level`) travel as the library made them. A grid that is not rounded
is left as it is. All else of the model is its JSON, deflated as one text. `assets/page/unpack.js` is the other half.

The format, `schoolmap.packed/1`::

    {"packed": "schoolmap.packed/1",
     "rest": text,                      # JSON of the model, with nothing in place of what is packed
     "grids": [column, ...]}

    column = {"at": [key, place, ...],  # where in the model it stands
              "rows": n, "years": n, "digits": d, "bytes": b, "gaps": whether cells are unknown,
              "guess": ["years"] | ["beside", column] | ["quotient", column, column]
                       | ["cross", column, column, column],  # columns by their places
              "words": [...],           # of a grid of words: what the numbers stand for
              "data": text}

A text is the base64 of a raw deflate stream. A column holds one byte for each cell where there are gaps (1 where
unknown), then its `bytes` least bytes first; cells by year, then by row. An even number `2 n` is the difference `n`
from the guess, an odd one `2 n - 1` is `-n`.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from dataclasses import fields
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap.output.model import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    import numpy.typing as npt

    from schoolmap.output.model import MapModel

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

FORMAT = "schoolmap.packed/1"
PACKED_FROM = 250_000
"""Cells of all grids from which a page is packed: about 1.5 MB of text. Below, its data can be read by eye."""

BESIDE = {
    "children_born": "children",
    "leaving": "children",
    "demand": "children",
    "p10": "demand",
    "p90": "demand",
    "enough": "pupils",
}
"""Grids that keep nearly the same ratio to another one from one year to the next."""
QUOTIENT = {"utilisation": ("demand", "seats"), "born_share": ("children_born", "children")}
"""Grids that are one grid by another, up to rounding."""
MOST_DIGITS = 6
LARGEST = 2**30
"""A difference beyond it does not fit four bytes."""


Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """A grid as whole numbers; an unknown cell holds what was guessed."""

    values: Whole
    digits: int


def cells(model: MapModel) -> int:
    """
    Return how many cells the grids of a plan's panels have.

    Parameters
    ----------
    model
        The plan.
    """
    grids = (getattr(panel, field.name) for panel in model.panels for field in fields(panel))
    return sum(len(grid) * len(grid[0]) for grid in grids if _is_table(grid))


def pack(model: MapModel) -> dict[str, Any]:
    """
    Return a plan as its page carries it when it is large.

    Parameters
    ----------
    model
        The plan.

    Returns
    -------
    document
        Ready for JSON; see the module's text for the format.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    tables: dict[Path, Any] = {}
    rest = _taken_out(plain(model), (), tables)
    packed: list[dict[str, Any]] = []
    known: list[_Column] = []
    places: dict[Path, int] = {}
    alike: dict[Path, Path] = {}
    for path, table in tables.items():
        # the same table of the scenario before it
        kind = (*("*" if isinstance(key, int) else key for key in path[:-1]), path[-1])
        made = _pack_table(table, _neighbours(path, places, alike.get(kind)), known)
        if made is None:
            _put(rest, path, table)
            continue
        column, whole = made
        places[path], alike[kind] = len(packed), path
        packed.append({"at": list(path), **column})
        known.append(whole)
    text = json.dumps(rest, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return {"packed": FORMAT, "rest": _deflated(text.encode()), "grids": packed}


def unpack(document: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the plan that a page carries, as nested dicts and lists.

    Parameters
    ----------
    document
        From `pack`, or a plan as it is.

    Returns
    -------
    plan
        Equal to `MapModel.to_dict()` of the plan that was packed, as JSON reads it.
    """
    if document.get("packed") != FORMAT:
        return dict(document)
    plan: dict[str, Any] = json.loads(_inflated(document["rest"]))
    known: list[_Column] = []
    for column in document["grids"]:
        _put(plan, column["at"], _unpack(column, known))
    return plan


def _is_table(value: Any) -> bool:  # noqa: ANN401 - any part of the model
    """Tell whether something is a grid: rows of one length, all of numbers or all of words."""
    if not isinstance(value, tuple) or len(value) < 2 or not (isinstance(value[0], tuple) and value[0]):
        return False
    length = len(value[0])
    if any(not isinstance(row, tuple) or len(row) != length for row in value):
        return False
    kinds = set().union(*(set(map(type, row)) for row in value))
    return kinds <= {float, int, type(None)} or kinds == {str}


def _taken_out(value: Any, path: Path, tables: dict[Path, Any]) -> Any:  # noqa: ANN401
    """Return a part of a plan with nothing in place of its grids, which are gathered."""
    if isinstance(value, dict):
        return {key: _taken_out(item, (*path, key), tables) for key, item in value.items()}
    if not isinstance(value, tuple):
        return value
    if _is_table(value):
        tables[path] = value
        return ()
    if value and isinstance(value[0], (dict, tuple)):
        return [_taken_out(item, (*path, place), tables) for place, item in enumerate(value)]
    return value


def _put(plan: Any, path: Sequence[str | int], grid: Any) -> None:  # noqa: ANN401
    """Write a grid where it stands in a plan."""
    for key in path[:-1]:
        plan = plan[key]
    plan[path[-1]] = grid


def _neighbours(path: Path, places: dict[Path, int], alike: Path | None) -> list[list[Any]]:
    """Return what a grid could be guessed from: itself a year before, grids beside it, one like it, or all three."""
    guesses: list[list[Any]] = [["years"]]
    beside = _beside(path)
    if alike is not None:
        guesses.append(["beside", places[alike]])
    if beside in places:
        guesses.append(["beside", places[beside]])
    if alike is not None and beside in places and (corner := _beside(alike)) in places and corner != beside:
        guesses.append(["cross", places[alike], places[beside], places[corner]])
    parts = [places.get((*path[:-1], part)) for part in QUOTIENT.get(str(path[-1]), ())]
    if parts and None not in parts:
        guesses.append(["quotient", *parts])
    return guesses


def _beside(path: Path) -> Path:
    """Return where the grid stands that one keeps its ratio to: the one before it in a list, or one of another name."""
    name = path[-1]
    if isinstance(name, int) and name:
        return (*path[:-1], name - 1)
    holder = path[:-2] if isinstance(name, int) else path[:-1]
    return (*holder, BESIDE.get(str(path[len(holder)]), ""))


def _pack_table(
    table: Any,  # noqa: ANN401 - numbers, classes or words
    guesses: list[list[Any]],
    known: list[_Column],
) -> tuple[dict[str, Any], _Column] | None:
    """Return a grid as a column, by the guess that leaves least; nothing where it is not rounded."""
    words = None
    if isinstance(table[0][0], str):
        words = list(dict.fromkeys(word for row in table for word in row))
        number = {word: float(place) for place, word in enumerate(words)}
        table = tuple(tuple(map(number.__getitem__, row)) for row in table)
    values = _array(table)
    gaps = np.isnan(values)
    whole = _whole(np.where(gaps, 0.0, values))
    if whole is None:
        return None
    best = None
    for guess in guesses:
        if any(known[other].values.shape != values.shape for other in guess[1:]):
            continue
        if guess[0] == "cross" and len({known[guess[2]].digits, known[guess[3]].digits}) > 1:
            continue
        tried = _differences(whole, gaps, guess, known)
        # bits of each difference, as deflate will about spend them
        cost = float(np.log2(1.0 + np.abs(tried[0])).sum())
        if best is None or cost < best[0]:
            best = (cost, guess, *tried)
    _, guess, differences, filled = best  # type: ignore[misc]
    if np.abs(differences).max() > LARGEST:
        return None
    column = _column(differences, gaps, digits=whole.digits, guess=guess)
    return (column if words is None else {**column, "words": words}), _Column(filled, whole.digits)


def _array(grid: Any) -> Real:  # noqa: ANN401
    """Return a grid as an array with NaN where a cell is unknown."""
    values: Real = np.array(grid, dtype=np.float64)
    if np.isinf(values).any() or any(grid[row][year] is not None for row, year in np.argwhere(np.isnan(values))):
        msg = "A grid of the plan holds a number that is not finite; an unknown one is `None`."
        raise ValueError(msg)
    return values


def _whole(values: Real) -> _Column | None:
    """Return rounded numbers as whole ones, in the fewest digits that give every one of them back exactly."""
    if np.abs(values).max() > LARGEST:
        return None
    for digits in range(MOST_DIGITS + 1):
        scaled = np.rint(values * 10.0**digits)
        if (scaled / 10.0**digits == values).all():
            return _Column(scaled.astype(np.int64), digits)
    return None


def _differences(
    column: _Column, gaps: npt.NDArray[np.bool_], guess: list[Any], known: list[_Column]
) -> tuple[Whole, Whole]:
    """Return how far a column is from a guess, and the column with its gaps filled by the guess."""
    filled = np.zeros_like(column.values)
    differences = np.zeros_like(column.values)
    for year in range(column.values.shape[1]):
        guessed = _guessed(filled, year, guess, digits=column.digits, known=known)
        differences[:, year] = np.where(gaps[:, year], 0, column.values[:, year] - guessed)
        filled[:, year] = guessed + differences[:, year]
    return differences, filled


def _guessed(filled: Whole, year: int, guess: list[Any], *, digits: int, known: list[_Column]) -> Whole:
    """
    Guess a year of a column from what a reader has by then.

    `years`: as the year before. `beside`: the ratio to another column is that
    of the year before. `quotient`: one column by another. `cross`: a column
    times the ratio of two others, as in the scenario before.
    """
    if guess[0] == "quotient":
        above, below = (known[place] for place in guess[1:])
        return _nearest(
            above.values[:, year] * 10.0 ** (digits + below.digits),
            below.values[:, year] * 10.0**above.digits,
            0 * filled[:, year],
        )
    before = filled[:, year - 1] if year else 0 * filled[:, 0]
    if guess[0] == "years":
        return before
    other = known[guess[1]].values
    if guess[0] == "cross":
        above, below = (known[place].values[:, year] for place in guess[2:])
        return _nearest(other[:, year].astype(np.float64) * above, below, before)
    if not year:
        first: Whole = other[:, 0]
        return first
    return _nearest(other[:, year].astype(np.float64) * before, other[:, year - 1], before)


def _nearest(above: npt.NDArray[Any], below: npt.NDArray[Any], otherwise: Whole) -> Whole:
    """Return a quotient rounded half up, as a browser does it too; `otherwise` where it is none or too large."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.floor(above / below + 0.5)
    return np.where(np.abs(found) < LARGEST, found, otherwise).astype(np.int64)


def _column(differences: Whole, gaps: npt.NDArray[np.bool_], *, digits: int, guess: list[Any]) -> dict[str, Any]:
    turned = differences.T.ravel()
    signless = np.where(turned < 0, -2 * turned - 1, 2 * turned).astype("<u4")
    width = next(bytes_ for bytes_ in (1, 2, 3, 4) if bytes_ == 4 or signless.max() < 256**bytes_)
    planes = np.ascontiguousarray(signless.view(np.uint8).reshape(-1, 4).T[:width])
    stream = planes.tobytes()
    if gaps.any():
        stream = gaps.T.astype(np.uint8).tobytes() + stream
    return {
        "rows": differences.shape[0],
        "years": differences.shape[1],
        "digits": digits,
        "bytes": width,
        "gaps": bool(gaps.any()),
        "guess": guess,
        "data": _deflated(stream),
    }


def _unpack(column: Mapping[str, Any], known: list[_Column]) -> list[list[Any]]:
    rows, years, digits = column["rows"], column["years"], column["digits"]
    planes = np.frombuffer(_inflated(column["data"]), dtype=np.uint8).reshape(-1, years, rows).astype(np.int64)
    gaps = planes[0].T == 1 if column["gaps"] else np.zeros((rows, years), dtype=bool)
    weights = 256 ** np.arange(column["bytes"])
    signless = np.tensordot(weights, planes[int(column["gaps"]) :], axes=1).T
    differences = np.where(signless % 2 == 1, -(signless + 1) // 2, signless // 2)
    filled = np.zeros_like(differences)
    for year in range(years):
        guessed = _guessed(filled, year, column["guess"], digits=digits, known=known)
        filled[:, year] = guessed + differences[:, year]
    known.append(_Column(filled, digits))
    if "words" in column:
        return [[column["words"][place] for place in row] for row in filled.tolist()]
    values: list[list[Any]] = (filled / 10.0**digits).tolist()
    if not gaps.any():
        return values
    return [
        [None if gap else value for value, gap in zip(*pair, strict=True)]
        for pair in zip(values, gaps.tolist(), strict=True)
    ]


def _deflated(data: bytes) -> str:
    """Return bytes as the base64 of a raw deflate stream."""
    squeezer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return base64.b64encode(squeezer.compress(data) + squeezer.flush()).decode("ascii")


def _inflated(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text), wbits=-15)
