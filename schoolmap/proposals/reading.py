"""
Read the answer of the siting model as proposals: what, where, from when to when, for whom, instead of what.

Numbers and codes only; the sentences are those of the products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap.optimize.siting.answer import used_measures
from schoolmap.proposals.problem import LEAST
from schoolmap.proposals.problem import catchment_of_pool
from schoolmap.proposals.problem import pool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolmap.proposals.problem import StageGround
    from schoolmap.proposals.spans import Span

Why = Literal["as_short", "earliest", "ahead", "later"]
"""Why a measure opens in its year: when seats begin to lack, as early as it can be ready, before that, or after it."""
UNSOLVED = "unsolved"
"""Kind of the row that says who is without a seat after all proposals."""

COLUMNS = (
    "kind",
    "stage",
    "catchment",
    "school",
    "site",
    "receiver",
    "host",
    "scenario",
    "first_year",
    "last_year",
    "peak_year",
    "short",
    "probability",
    "here",
    "after_first",
    "after_last",
    "after_peak",
    "after_short",
    "opens",
    "until",
    "classes",
    "seats",
    "capital",
    "yearly",
    "verify",
    "why_year",
    "measure",
)
"""
A row each proposal: what it is and where; when its catchment is short, how much and in which scenario (empty for the
first); whether it is short without new boundaries, and when and how much with them (missing where none touches it); when it opens and ends, how large it is at most and what it costs; why in that year; its label among the measures.
"""


def why_year(*, opens: int, earliest: int, short_from: int) -> Why:
    """
    Say why a measure opens in its year.

    Examples
    --------
    >>> why_year(opens=2028, earliest=2028, short_from=2026), why_year(opens=2030, earliest=2028, short_from=2030)
    ('earliest', 'as_short')
    >>> why_year(opens=2028, earliest=2027, short_from=2031), why_year(opens=2031, earliest=2028, short_from=2029)
    ('ahead', 'later')
    """
    if opens == short_from:
        return "as_short"
    if opens < short_from:
        return "ahead"
    return "earliest" if opens <= earliest else "later"


def served_most(flows: pd.Series, node: str, stage: str, otherwise: str) -> str:
    """
    Return the catchment from which most pupils go to a node.

    Parameters
    ----------
    flows
        Pupils by (scenario, area, stage, year, school).
    node, stage
        Where seats are added.
    otherwise
        The catchment that the measure was made for.
    """
    levels = flows.index
    here = flows[(levels.get_level_values("school") == node) & (levels.get_level_values("stage") == stage)]
    by_area = here.groupby(level="area").sum()
    by_area = by_area[by_area > LEAST]
    return str(by_area.idxmax()) if len(by_area) else otherwise


def used(built: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """
    Return the measures that are used, one row each.

    Parameters
    ----------
    built
        From the siting model, by (measure, year).
    measures
        From `measures.measures_of`.

    Returns
    -------
    used
        By measure: `opens`, `until` (missing where it lasts to the end),
        `classes` and `seats` at most, `capital` in all, `yearly` at most, and
        the columns of the measure.
    """
    years = built.index.get_level_values("year")
    there = built[built["classes"] > 0]
    last = pd.Series(there.index.get_level_values("year"), index=there.index).groupby(level="measure").max()
    groups, most = built.groupby(level="measure"), used_measures(built)
    table = pd.DataFrame(
        {
            "opens": most["opens"].astype(int),
            "until": last.where(last < years.max()).astype(float),
            "classes": most["classes"],
            "seats": most["seats"],
            "capital": groups["capital"].sum(),
            "yearly": groups["yearly"].max(),
        }
    )
    return table.join(measures.rename(columns={"catchment": "made_for", "school": "node"}))


def as_rows(
    table: pd.DataFrame,
    flows: pd.Series,
    spans: Mapping[str, Mapping[str, Span]],
    after: Mapping[str, Mapping[str, Span]],
    *,
    first_year: Mapping[str, int],
) -> list[dict[str, object]]:
    """
    Return the measures that are used as proposals.

    Parameters
    ----------
    table
        From `used`.
    flows
        Of the siting model.
    spans, after
        By stage and catchment: as it is today, and of those whom a new boundary
        touches, with it.
    first_year
        First year in which each measure can open, by label.
    """
    rows: list[dict[str, object]] = []
    decided = int(flows.index.get_level_values("year").min()) if len(flows) else 0
    for record in table.reset_index(names="measure").to_dict("records"):
        stage, kind = str(record["stage"]), str(record["kind"])
        catchment = served_most(flows, str(record["node"]), stage, str(record["made_for"]))
        today, moved = spans[stage].get(catchment), after.get(stage, {}).get(catchment)
        span = today or moved or max(spans[stage].values(), key=lambda item: item.score)
        opens, short_from = int(record["opens"]), (moved or span).first_year
        if today is not None and short_from == decided:
            # nothing is known of new boundaries before the first year that is decided on
            short_from = min(short_from, today.first_year)
        on_plot = kind == "new"
        rows.append(
            {
                "kind": kind,
                "stage": stage,
                "catchment": catchment,
                "school": "" if on_plot else str(record["at"]),
                "site": str(record["at"]) if on_plot else "",
                "receiver": "",
                "host": str(record["takes_stage"]) if kind in {"attach", "convert"} else "",
                **_of_span(span),
                "here": today is not None or moved is None,
                **_of_moved(moved),
                "opens": opens,
                "until": record["until"],
                "classes": float(record["classes"]),
                "seats": float(record["seats"]),
                "capital": float(record["capital"]),
                "yearly": float(record["yearly"]),
                "verify": bool(record["verify"]),
                "why_year": why_year(
                    opens=opens,
                    earliest=first_year[str(record["measure"])],
                    short_from=short_from,
                ),
                "measure": str(record["measure"]),
            }
        )
    return rows


def nothing(span: Span) -> dict[str, object]:
    """Return a row that builds and costs nothing."""
    return {
        **dict.fromkeys(COLUMNS, ""),
        **_of_span(span),
        "here": True,
        **_of_moved(None),
        "until": np.nan,
        "classes": np.nan,
        "seats": 0.0,
        "capital": 0.0,
        "yearly": 0.0,
        "verify": False,
    }


def _of_span(span: Span) -> dict[str, object]:
    return {
        "scenario": span.scenario,
        "first_year": span.first_year,
        "last_year": span.last_year,
        "peak_year": span.peak_year,
        "short": span.short,
        "probability": span.probability,
    }


def _of_moved(span: Span | None) -> dict[str, object]:
    names = {"after_first": "first_year", "after_last": "last_year", "after_peak": "peak_year", "after_short": "short"}
    return {column: np.nan if span is None else float(getattr(span, name)) for column, name in names.items()}


def neighbours_used(
    flows: pd.Series, grounds: Mapping[str, StageGround], spans: Mapping[str, Mapping[str, Span]], scenario: str
) -> list[dict[str, object]]:
    """
    Return whose families would use seats of a catchment next door, where they choose freely.

    Parameters
    ----------
    flows
        Of the siting model.
    grounds
        By stage.
    spans
        By stage and catchment.
    scenario
        The first scenario, of which it is told.
    """
    frame = flows.rename("pupils").reset_index()
    frame = frame[(frame["scenario"] == scenario) & (frame["pupils"] > LEAST)]
    rows: list[dict[str, object]] = []
    for name, ground in grounds.items():
        here = frame[frame["stage"] == name]
        other = here["school"].str.startswith(pool("")) & (here["school"] != here["area"].map(pool))
        for (area, node), part in here[other].groupby(["area", "school"], sort=True):
            span = spans[name].get(str(area))
            if not ground.free_choice or span is None:
                continue
            rows.append(
                {
                    **nothing(span),
                    "kind": "rezone",
                    "stage": name,
                    "catchment": str(area),
                    "receiver": catchment_of_pool(str(node)),
                    "opens": int(part["year"].min()),
                    "until": _last(part["year"], ground),
                    "seats": float(part["pupils"].max()),
                    "why_year": "as_short" if int(part["year"].min()) == span.first_year else "neighbour",
                }
            )
    return rows


def _last(years: pd.Series, ground: StageGround) -> float:
    last, end = int(years.max()), int(ground.demand.index.get_level_values("year").max())
    return float("nan") if last == end else float(last)


def left_without(
    unserved: pd.Series,
    spans: Mapping[str, Mapping[str, Span]],
    *,
    scenario: str,
    ready: Mapping[str, int],
) -> list[dict[str, object]]:
    """
    Return who has no seat after all proposals, in the first scenario.

    Parameters
    ----------
    unserved
        Pupils by (scenario, area, stage, year).
    spans
        By stage and catchment.
    scenario
        The first scenario.
    ready
        By stage, the first year in which anything that is decided can be ready.
    """
    rows: list[dict[str, object]] = []
    frame = unserved.rename("pupils").reset_index()
    frame = frame[(frame["scenario"] == scenario) & (frame["pupils"] > LEAST)]
    for (stage, area), part in frame.groupby(["stage", "area"], sort=True):
        span = spans[str(stage)].get(str(area))
        if span is None:
            continue
        last = int(part["year"].max())
        rows.append(
            {
                **nothing(span),
                "kind": UNSOLVED,
                "stage": str(stage),
                "catchment": str(area),
                "opens": int(part["year"].min()),
                "until": float(last),
                "seats": float(part["pupils"].max()),
                "why_year": "earliest" if last < ready.get(str(stage), 0) else "later",
            }
        )
    return rows


def over_before(
    spans: Mapping[str, Mapping[str, Span]], rows: list[dict[str, object]], *, after: int
) -> list[dict[str, object]]:
    """
    Return the catchments whose shortage ends before anything that is decided can help.

    Parameters
    ----------
    spans
        By stage and catchment.
    rows
        Proposals that there are.
    after
        The base year: nothing changes it.
    """
    told = {(row["stage"], row["catchment"]) for row in rows}
    return [
        {
            **nothing(span),
            "kind": UNSOLVED,
            "stage": stage,
            "catchment": catchment,
            "opens": span.first_year,
            "until": float(span.last_year),
            "seats": span.short,
            "why_year": "over",
        }
        for stage, found in spans.items()
        for catchment, span in sorted(found.items())
        if (stage, catchment) not in told and span.last_year <= after
    ]
