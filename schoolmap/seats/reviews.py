"""What has to be settled before anything follows from spare seats: open questions, never an order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.standards.schema import ReviewItem

LASTING_YEARS = 5
"""Seats that stay empty for at least so many years, to the end, are looked at. Assumption."""
OPEN = "open"
"""Answer to a question of the checklist that nobody has answered yet."""

_ORDER = re.compile(
    r"\b(?:close|shut|shut down|abolish|merge) (?:this|the|these|that) (?:school|kindergarten|site)"
    r"|\b(?:must|shall|should|will) be (?:closed|shut|abolished|merged)"
    r"|(?:撤并|撤销|关闭|关停|停办)(?:该|此|本|这所|上述)(?:校|学校|园|幼儿园|教学点)"
    r"|(?<!不)(?:应当|应|必须|须|予以|立即|限期)(?:撤并|撤销|关闭|关停|停办)",
    re.IGNORECASE,
)
"""What no text about spare seats says, whoever wrote it."""


def review_questions(candidates: pd.DataFrame, items: Sequence[ReviewItem]) -> pd.DataFrame:
    """
    Ask of each review candidate what the regulations ask before a school is merged.

    A catchment whose seats stay empty is a candidate for review. Whether
    anything follows is for parents, a hearing and the county's plan to say:
    every question is open until a person has answered it.

    Parameters
    ----------
    candidates
        One row per candidate, indexed by catchment.
    items
        The checklist of a standards file, `Standards.review`.

    Returns
    -------
    questions
        Indexed by `(catchment, item)`, items numbered from 1 in their order:
        `id`, `question_en`, `question_zh`, `source`, `place` (where it is
        demanded, if not in the whole country), `confidence` and `answer`, which is `OPEN`.

    Raises
    ------
    InputError
        If a point of the checklist asks nothing, or is an order.

    Examples
    --------
    >>> from schoolmap import standards
    >>> spare = pd.DataFrame({"spare": [120.0]}, index=pd.Index(["n"], name="catchment"))
    >>> asked = review_questions(spare, standards.load("china").review)
    >>> bool((asked["answer"] == "open").all())
    True
    """
    faults = [
        Fault(file="standards", column=f"review[{place}]", value=text, **wording._asdict())
        for place, item in enumerate(items, start=1)
        for text in item.text.values()
        for wrong, wording in ((not re.search(r"[?？]", text), _ASKS_NOTHING), (_ORDER.search(text), _IS_AN_ORDER))
        if wrong
    ]
    if faults:
        raise InputError(faults)
    unit = pd.MultiIndex.from_product([candidates.index, range(1, len(items) + 1)], names=["catchment", "item"])
    columns: dict[str, list[str]] = {
        "id": [item.id for item in items],
        "question_en": [item.text["en"] for item in items],
        "question_zh": [item.text["zh"] for item in items],
        "source": [", ".join(str(part) for part in (item.document, item.number, item.year) if part) for item in items],
        "place": [item.place for item in items],
        "confidence": [item.confidence for item in items],
    }
    return pd.DataFrame({name: texts * len(candidates) for name, texts in columns.items()}, index=unit).assign(
        answer=OPEN
    )


_ASKS_NOTHING = Wording(
    "asks nothing.",
    "Write a point of the checklist as a question that a person can answer.",
    "不是问句。",
    "核查事项请写成可由人工回答的问句。",
)
_IS_AN_ORDER = Wording(
    "is an order.",
    "Spare seats make a candidate for review: write what has to be settled, as a question.",
    "是指令。",
    "学位富余只列为评估对象:请以问句写明须核实的事项。",
)


def review_candidates(utilisation: pd.DataFrame, seats: pd.DataFrame, *, surplus_below: float) -> pd.DataFrame:
    """
    List catchments whose seats stay empty to the end: candidates for review, never an order.

    Parameters
    ----------
    utilisation
        Demand per seat, one row per catchment, one column per year.
    seats
        Seats, same shape.
    surplus_below
        Utilisation below which seats are spare.

    Returns
    -------
    candidates
        By catchment, with `first_year` from which it stays below, `last_year`,
        and `spare` seats in the last year; only where it lasts `LASTING_YEARS`.
    """
    # graded like the warning levels: a bound is met up to rounding
    below = (utilisation.round(9) < surplus_below) & (seats > 0)
    # years counted back from the end for which it has stayed below
    lasting = below.iloc[:, ::-1].cumprod(axis=1).sum(axis=1).astype(int)
    found = lasting[lasting >= LASTING_YEARS]
    last = utilisation.columns[-1]
    spare = (seats[last] * (1 - utilisation[last])).reindex(found.index)
    first = [utilisation.columns[-count] for count in found]
    table = pd.DataFrame({"first_year": first, "last_year": last, "spare": spare}, index=found.index)
    return table.sort_values("spare", ascending=False, kind="stable")
