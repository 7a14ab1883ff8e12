"""
The public and the inclusive share of kindergartens, on every basis.

The same words are used on different bases: the share of inclusive kindergartens
is taken over kindergartens in one report and over the children in them in the
next, and differs by some points. So every basis is an indicator of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap import checks
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import measured
from schoolmap.seats.indicators.measures import not_provided
from schoolmap.seats.indicators.measures import require_counts
from schoolmap.seats.indicators.measures import text
from schoolmap.tables import OWNERSHIPS

if TYPE_CHECKING:
    from schoolmap.seats.indicators.measures import Indicator
    from schoolmap.standards.schema import Text

_OWNERS = {
    "public": (("public",), text("public kindergartens", "公办园"), "公办园"),
    "inclusive": (
        ("public", "inclusive"),
        text("public and inclusive private kindergartens", "普惠性幼儿园"),
        "普惠园",
    ),
}
_BASES: dict[str, tuple[Text, Text, Text]] = {
    "number": (
        text("by number of kindergartens", "按园数"),
        text("kindergartens", "园数"),
        UNITS["kindergartens"],
    ),
    "enrolment": (
        text("by enrolment", "按在园幼儿数"),
        text("children enrolled", "在园幼儿数"),
        UNITS["children"],
    ),
    "seats": (text("by seats", "按学位数"), text("seats", "学位数"), UNITS["seats"]),
}


def _kindergarten_measure(owner: str, basis: str) -> Measure:
    _, owners, short = _OWNERS[owner]
    label, counted, lacks = _BASES[basis]
    return Measure(
        # requirements that name no basis take the children enrolled
        id=f"{owner}_share" if basis == "enrolment" else f"{owner}_share_by_{basis}",
        label=text(f"Share of {owners['en']}, {label['en']}", f"{short}占比（{label['zh']}）"),
        basis=text(
            f"{counted['en']} of {owners['en']} / {counted['en']} of all kindergartens",
            f"{owners['zh']}{counted['zh']}／全部幼儿园{counted['zh']}",
        ),
        lacks=lacks,
    )


KINDERGARTEN_SHARES = {(owner, basis): _kindergarten_measure(owner, basis) for basis in _BASES for owner in _OWNERS}
"""Public share, and share of public and inclusive private kindergartens, on each basis."""


def kindergarten_shares(
    ownership: pd.Series,
    *,
    enrolment: pd.Series | None = None,
    seats: pd.Series | None = None,
    own: pd.Series | None = None,
) -> tuple[Indicator, ...]:
    """
    Compute the public share and the inclusive share of kindergartens (公办园占比、普惠园占比) on every basis.

    Which basis a target means must be read in its document: the national
    assessment takes children enrolled, reports of districts often the number of
    kindergartens. A conversion of a private kindergarten raises the shares and
    changes no total. Leave unlicensed ones out beforehand.

    Parameters
    ----------
    ownership
        `public`, `inclusive` or `private`, by kindergarten; missing where not known.
    enrolment, seats
        By the same labels; without them the shares on that basis are not provided.
    own
        Whether it is a kindergarten of its own, by the same labels. Classes
        attached to a primary school (附设幼儿班) have children and seats but are
        no kindergarten; without it, all are.

    Returns
    -------
    shares
        Public and inclusive share by number, by enrolment and by seats.

    Raises
    ------
    LabelError
        If labels differ.
    ValueError
        If an ownership is none of the words, or a number is negative or infinite.

    Examples
    --------
    >>> ownership = pd.Series({"A": "public", "B": "inclusive", "C": "private", "D": "inclusive"})
    >>> children = pd.Series({"A": 300.0, "B": 100.0, "C": 50.0, "D": 50.0})
    >>> {found.measure.id: found.value for found in kindergarten_shares(ownership, enrolment=children)}
    {'public_share_by_number': 25.0, 'inclusive_share_by_number': 75.0,
     'public_share': 60.0, 'inclusive_share': 90.0,
     'public_share_by_seats': None, 'inclusive_share_by_seats': None}
    """
    checks.require_unique_labels(ownership.index, what="The ownership of kindergartens")
    strange = ownership[ownership.notna() & ~ownership.isin(OWNERSHIPS)]
    if len(strange) > 0:
        msg = (
            f"The ownership {strange.iloc[0]!r} of {strange.index[0]!r} is none of {', '.join(OWNERSHIPS)}. "
            "Write one of them, or leave it empty where not known."
        )
        raise ValueError(msg)
    single = pd.Series(1.0, index=ownership.index)
    if own is not None:
        checks.require_same_labels(ownership.index, own.index, what="The ownership and `own`")
        checks.require_no_gaps(own, what="`own`")
    counts = {
        "number": single if own is None else single[own.reindex(single.index).astype(bool)],
        "enrolment": enrolment,
        "seats": seats,
    }
    shares = []
    for basis, size in counts.items():
        for owner, (words, _, _) in _OWNERS.items():
            measure = KINDERGARTEN_SHARES[owner, basis]
            if size is None:
                shares.append(not_provided(measure, stage="kindergarten", left_out=len(ownership)))
                continue
            if basis != "number":
                checks.require_same_labels(ownership.index, size.index, what=f"The ownership and the {basis}")
            require_counts(size, what=f"The {basis} of kindergartens")
            of = ownership.reindex(size.index)
            counted = (size.astype(float) * of.isin(words)).where(of.notna())
            shares.append(measured(measure, counted, size, stage="kindergarten"))
    return tuple(shares)
