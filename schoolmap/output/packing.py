"""
How a large plan travels into its page: the same numbers in a tenth of the bytes.

A county of 2,000 catchments has three million numbers, 23 MB of text. Here every grid becomes a column of whole
numbers: a value times ten to the digits that it is rounded to. What is stored is how far each lies from a guess,
bytes of one weight side by side, deflated. The guess only decides how small the column gets: whatever it is, the
exact numbers come back, and classes (`shade`, `level`) travel as the library made them. A grid that is not rounded
is left as it is. All else of the model is its JSON, deflated as one text. `assets/page/unpack.js` is the other half.

The format, `schoolmap.packed/1`::

    {"packed": "schoolmap.packed/1",
     "rest": text,                      # JSON of the model without the grids that are packed
     "grids": [{name: column}, ...]}    # one for each panel, in their order

    column = {"rows": n, "years": n, "digits": d, "bytes": b, "gaps": whether cells are unknown,
              "guess": ["years"] | ["beside", panel, name] | ["quotient", name, name],
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
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap.output.model import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

FORMAT = "schoolmap.packed/1"
PACKED_FROM = 250_000
"""Cells of all grids from which a page is packed: about 1.5 MB of text. Below, its data can be read by eye."""

NUMBERS = (
    "children",
    "children_born",
    "leaving",
    "coming",
    "demand",
    "p10",
    "p90",
    "seats",
    "utilisation",
    "probability",
    "born_share",
    "classes_needed",
    "oversized_classes",
    "shade",
)
"""Grids of numbers, each after those that its guess may rest on."""
WORDS = ("level",)
BESIDE = {"children_born": "children", "leaving": "children", "demand": "children", "p10": "demand", "p90": "demand"}
"""Grids that keep nearly the same ratio to another one from one year to the next."""
QUOTIENT = {"utilisation": ("demand", "seats"), "born_share": ("children_born", "children")}
"""Grids that are one grid by another, up to rounding."""
MOST_DIGITS = 6
LARGEST = 2**30
"""A difference beyond it does not fit four bytes."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A grid as whole numbers; an unknown cell holds what was guessed."""

    values: Whole
    digits: int


def cells(model: MapModel) -> int:
    """
    Return how many cells the grids of a plan have.

    Parameters
    ----------
    model
        The plan.
    """
    return sum(
        len(grid) * len(grid[0]) for panel in model.panels for name in NUMBERS + WORDS if (grid := getattr(panel, name))
    )


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
    known: dict[tuple[int, str], _Column] = {}
    first: dict[str, int] = {}
    grids, rest = [], []
    for at, panel in enumerate(model.panels):
        base = first.setdefault(panel.stage, at)
        packed = {}
        for name in NUMBERS:
            column = _pack_numbers(getattr(panel, name), name, at, base, known)
            if column is not None:
                packed[name] = column
        for name in WORDS:
            column = _pack_words(getattr(panel, name))
            if column is not None:
                packed[name] = column
        grids.append(packed)
        rest.append(_without(panel, packed))
    document = plain(replace(model, panels=()))
    document["panels"] = rest
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return {"packed": FORMAT, "rest": _deflated(text.encode()), "grids": grids}


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
    known: dict[tuple[int, str], _Column] = {}
    for at, (panel, packed) in enumerate(zip(plan["panels"], document["grids"], strict=True)):
        for name, column in packed.items():
            panel[name] = _unpack(column, name, at, known)
    return plan


def _without(panel: Panel, packed: dict[str, Any]) -> dict[str, Any]:
    """Return a panel with nothing in place of the grids that are packed."""
    nothing: dict[str, Any] = dict.fromkeys(packed, ())
    rest: dict[str, Any] = plain(replace(panel, **nothing))
    return rest


def _pack_numbers(
    grid: Any,  # noqa: ANN401 - numbers or classes
    name: str,
    at: int,
    base: int,
    known: dict[tuple[int, str], _Column],
) -> dict[str, Any] | None:
    """Return a grid as a column; nothing where it is empty, ragged or not rounded."""
    values = _array(grid)
    if values is None:
        return None
    gaps = np.isnan(values)
    whole = _whole(np.where(gaps, 0.0, values))
    if whole is None:
        return None

    def is_beside(panel: int, other: str) -> bool:
        column = known.get((panel, other))
        return column is not None and column.values.shape == values.shape

    guesses: list[list[Any]] = [["years"]]
    if base != at and is_beside(base, name):
        guesses.append(["beside", base, name])
    if is_beside(at, BESIDE.get(name, "")):
        guesses.append(["beside", at, BESIDE[name]])
    if name in QUOTIENT and all(is_beside(at, part) for part in QUOTIENT[name]):
        guesses.append(["quotient", *QUOTIENT[name]])
    best = None
    for guess in guesses:
        tried = _differences(whole, gaps, guess, at, known)
        # bits of each difference, as deflate will about spend them
        cost = float(np.log2(1.0 + np.abs(tried[0])).sum())
        if best is None or cost < best[0]:
            best = (cost, guess, *tried)
    _, guess, differences, filled = best  # type: ignore[misc]
    known[at, name] = _Column(filled, whole.digits)
    if np.abs(differences).max() > LARGEST:
        del known[at, name]
        return None
    return _column(differences, gaps, digits=whole.digits, guess=guess)


def _pack_words(grid: tuple[tuple[str, ...], ...]) -> dict[str, Any] | None:
    """Return a grid of words as a column of their places in a list."""
    if not grid or not grid[0] or len(set(map(len, grid))) > 1:
        return None
    words = list(dict.fromkeys(word for row in grid for word in row))
    place = {word: number for number, word in enumerate(words)}
    values = np.array([[place[word] for word in row] for row in grid], dtype=np.int64)
    none = np.zeros(values.shape, dtype=bool)
    differences, _ = _differences(_Column(values, 0), none, ["years"], 0, {})
    return {**_column(differences, none, digits=0, guess=["years"]), "words": words}


def _array(grid: Any) -> Real | None:  # noqa: ANN401
    """Return a grid as an array with NaN where a cell is unknown; nothing where it is empty or ragged."""
    if not grid or not grid[0] or len(set(map(len, grid))) > 1:
        return None
    values = np.array(grid, dtype=np.float64)
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
    column: _Column,
    gaps: npt.NDArray[np.bool_],
    guess: list[Any],
    at: int,
    known: dict[tuple[int, str], _Column],
) -> tuple[Whole, Whole]:
    """Return how far a column is from a guess, and the column with its gaps filled by the guess."""
    filled = np.zeros_like(column.values)
    differences = np.zeros_like(column.values)
    for year in range(column.values.shape[1]):
        guessed = _guessed(filled, year, guess, digits=column.digits, at=at, known=known)
        differences[:, year] = np.where(gaps[:, year], 0, column.values[:, year] - guessed)
        filled[:, year] = guessed + differences[:, year]
    return differences, filled


def _guessed(
    filled: Whole,
    year: int,
    guess: list[Any],
    *,
    digits: int,
    at: int,
    known: dict[tuple[int, str], _Column],
) -> Whole:
    """
    Guess a year of a column from what a reader has by then.

    `years`: as the year before. `beside`: the ratio to another column is that
    of the year before. `quotient`: one column by another.
    """
    if guess[0] == "quotient":
        above, below = (known[at, name] for name in guess[1:])
        return _nearest(
            above.values[:, year] * 10.0 ** (digits + below.digits),
            below.values[:, year] * 10.0**above.digits,
            0 * filled[:, year],
        )
    before = filled[:, year - 1] if year else 0 * filled[:, 0]
    if guess[0] == "years":
        return before
    other = known[guess[1], guess[2]].values
    if not year:
        return other[:, 0]
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


def _unpack(column: Mapping[str, Any], name: str, at: int, known: dict[tuple[int, str], _Column]) -> list[list[Any]]:
    rows, years, digits = column["rows"], column["years"], column["digits"]
    planes = np.frombuffer(_inflated(column["data"]), dtype=np.uint8).reshape(-1, years, rows).astype(np.int64)
    gaps = planes[0].T == 1 if column["gaps"] else np.zeros((rows, years), dtype=bool)
    weights = 256 ** np.arange(column["bytes"])
    signless = np.tensordot(weights, planes[int(column["gaps"]) :], axes=1).T
    differences = np.where(signless % 2 == 1, -(signless + 1) // 2, signless // 2)
    filled = np.zeros_like(differences)
    for year in range(years):
        guessed = _guessed(filled, year, column["guess"], digits=digits, at=at, known=known)
        filled[:, year] = guessed + differences[:, year]
    known[at, name] = _Column(filled, digits)
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
