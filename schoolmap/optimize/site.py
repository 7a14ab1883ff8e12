"""
First proposals for each gap: expand where a school can, else build, else move a boundary.

A rule, not an optimum: catchments are taken worst first, each gets what the
rule allows, and every proposal names what it was chosen over. A boundary that
was moved stays moved, so a neighbour takes no more children than it has spare
seats in every year from the shortage on, and those seats are gone for the next. What the data do not say (whether
a plot can take more classes) is named as a thing to verify, not assumed away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

LASTING_YEARS = 5
"""A shortage of at least this many years is lasting; a shorter one does not justify a new school."""

_LEAST = 0.5
"""Smaller gaps are no shortage, in seats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Norms:
    """What the standard says of the stage; `None` where it says nothing."""

    class_size: float | None = None
    min_classes: float | None = None
    max_classes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """
    One way to close a gap: what it is, how much it gives, and why it is or is not enough.

    Attributes
    ----------
    kind
        `expand`, `new`, `rezone` or `temporary`.
    seats
        Seats that it gives, at most what is missing rounded up to whole classes.
    verdict
        Why it was taken or not, as a key of `VERDICTS`.
    """

    kind: str
    seats: float
    verdict: str
    classes: float | None = None
    school: str | None = None
    receiver: str | None = None
    verify: bool = False


COLUMNS = (
    "kind",
    "catchment",
    "school",
    "receiver",
    "first_year",
    "last_year",
    "peak_year",
    "short",
    "probability",
    "classes",
    "seats",
    "verify",
    "verdict",
    "options",
)


def propose(
    spans: pd.DataFrame,
    gap: pd.DataFrame,
    *,
    room: pd.DataFrame,
    neighbours: Mapping[str, tuple[str, ...]],
    norms: Norms,
) -> pd.DataFrame:
    """
    Propose what to do about each catchment's shortage.

    Parameters
    ----------
    spans
        From `seats.warnings.shortage_spans`, worst first.
    gap
        Gap in seats, one row per catchment, one column per year.
    room
        Classes that schools can still take: `school`, `catchment`, `classes`
        and `known` (whether the owner has said so; otherwise it is the room
        left below the standard's largest school).
    neighbours
        Catchments next to each catchment, longest border first.
    norms
        What the standard says of the stage.

    Returns
    -------
    proposals
        One row per measure, with the columns of `COLUMNS`; a shortage that one
        measure cannot close has several. `options` holds every `Option` that
        was looked at, taken or not.
    """
    spare = (-gap).clip(lower=0)
    rows: list[dict[str, object]] = []
    for span in spans.reset_index().to_dict("records"):
        catchment = str(span["catchment"])
        missing = gap.T[catchment].clip(lower=0)
        for option, options in _measures(
            catchment, missing, spare, room=room, around=neighbours.get(catchment, ()), norms=norms
        ):
            rows.append(
                {
                    "kind": option.kind,
                    "catchment": catchment,
                    "school": option.school,
                    "receiver": option.receiver,
                    "first_year": int(span["first_year"]),
                    "last_year": int(span["last_year"]),
                    "peak_year": int(span["peak_year"]),
                    "short": float(span["peak_short"]),
                    "probability": float(span["probability"]),
                    "classes": option.classes,
                    "seats": option.seats,
                    "verify": option.verify,
                    "verdict": option.verdict,
                    "options": options,
                },
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _measures(
    catchment: str,
    missing: pd.Series,
    spare: pd.DataFrame,
    *,
    room: pd.DataFrame,
    around: tuple[str, ...],
    norms: Norms,
) -> list[tuple[Option, tuple[Option, ...]]]:
    """Return the measures taken for one catchment, each with all options it was chosen from."""
    taken: list[tuple[Option, tuple[Option, ...]]] = []
    left, free = missing.copy(), room
    # a boundary that is moved stays moved: the receiver needs the seats from the first short year on
    later = (missing >= _LEAST).cummax()
    while float(left.max()) >= _LEAST:
        rest = float(left.max())
        options = (
            _expand(catchment, rest, free, norms),
            _new(left, norms),
            _rezone(rest, spare.loc[:, later], around),
            _temporary(rest, norms),
        )
        choice = next(option for option in options if option.seats > 0)
        taken.append((choice, options))
        if choice.kind == "expand":
            free = free[free["school"] != choice.school]
        if choice.kind == "rezone":
            spare.loc[choice.receiver] -= choice.seats * later
        left = (left - choice.seats).clip(lower=0)
    return taken


def _expand(catchment: str, rest: float, room: pd.DataFrame, norms: Norms) -> Option:
    here = room[(room["catchment"] == catchment) & (room["classes"] >= 1)]
    if norms.class_size is None:
        return Option(kind="expand", seats=0.0, verdict="no_class_size")
    if here.empty:
        return Option(kind="expand", seats=0.0, verdict="no_room")
    # what is known to be possible comes before what is only not excluded
    best = here.sort_values(["known", "classes", "school"], ascending=[False, False, True]).iloc[0]
    wanted = math.ceil(round(rest / norms.class_size, 6))
    classes = min(wanted, math.floor(best["classes"]))
    return Option(
        kind="expand",
        seats=classes * norms.class_size,
        classes=classes,
        school=str(best["school"]),
        verdict="room_enough" if classes >= wanted else "room_in_part",
        verify=not bool(best["known"]),
    )


def _new(left: pd.Series, norms: Norms) -> Option:
    """Build for what is missing in at least `LASTING_YEARS` years; a peak above it passes, a building does not."""
    if norms.class_size is None or norms.min_classes is None:
        return Option(kind="new", seats=0.0, verdict="no_size")
    by_size = left.sort_values(ascending=False)
    lasting = float(by_size.iloc[LASTING_YEARS - 1]) if len(by_size) >= LASTING_YEARS else 0.0
    if lasting < _LEAST:
        return Option(kind="new", seats=0.0, verdict="passing")
    wanted = math.ceil(round(lasting / norms.class_size, 6))
    if wanted < norms.min_classes:
        return Option(kind="new", seats=0.0, verdict="too_small", classes=norms.min_classes)
    classes = wanted if norms.max_classes is None else min(wanted, int(norms.max_classes))
    return Option(kind="new", seats=classes * norms.class_size, classes=classes, verdict="lasting")


def _rezone(rest: float, spare: pd.DataFrame, around: tuple[str, ...]) -> Option:
    offers = {name: float(spare.T[name].min()) for name in around}
    if not offers or max(offers.values()) < 1:
        return Option(kind="rezone", seats=0.0, verdict="no_spare")
    wanted = math.ceil(round(rest, 6))
    # the first neighbour (longest border) that can take all; else the one that can take most
    receiver = next(
        (name for name, offer in offers.items() if offer >= wanted),
        max(offers, key=lambda n: offers[n]),
    )
    moved = min(wanted, math.floor(offers[receiver]))
    return Option(
        kind="rezone",
        seats=float(moved),
        receiver=receiver,
        verdict="spare_enough" if offers[receiver] >= wanted else "spare_in_part",
    )


def _temporary(rest: float, norms: Norms) -> Option:
    if norms.class_size is None:
        return Option(kind="temporary", seats=math.ceil(rest), verdict="last_resort")
    classes = math.ceil(round(rest / norms.class_size, 6))
    return Option(kind="temporary", seats=classes * norms.class_size, classes=classes, verdict="last_resort")
