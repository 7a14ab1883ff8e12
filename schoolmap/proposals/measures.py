"""
Every measure that may be taken against a gap: where, how large, from when on, at what cost.

Expand a school, build on a listed plot or on one still to be found, attach
kindergarten classes to another stage's school, use rooms of one stage for
another, rent rooms. Whether a plot can take what is not stated is a thing to
verify, and carried along as such.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd

from schoolmap.proposals import problem
from schoolmap.situation import KINDERGARTEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    import geopandas as gpd

    from schoolmap.proposals.terms import Terms

    Record = dict[str, Any]

COLUMNS = (
    "kind",
    "school",
    "stage",
    "seats_per_class",
    "least_classes",
    "most_classes",
    "first_year",
    "last_year",
    "lasting",
    "fixed_cost",
    "class_cost",
    "yearly_cost",
    "takes_school",
    "takes_stage",
    "takes_seats",
    "switch_cost",
    "plot",
)
"""What `optimize.siting.site` asks of a measure."""
SITE = "site:"
"""Before the label of a plot among the places that ways are measured to: a school may have the same code."""
ABOUT = ("place", "serves", "verify", "at", "catchment")
"""What it need not know: the place to measure ways to, whom it is for, whether to verify, its school or plot, its catchment."""


def measures_of(
    short: Mapping[str, Mapping[str, float]],
    sections: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    *,
    around: Mapping[str, tuple[str, ...]],
    site_in: Mapping[tuple[str, str], str],
    school_in: Mapping[tuple[str, str], str],
    terms: Terms,
) -> pd.DataFrame:
    """
    List the measures that may be taken.

    Parameters
    ----------
    short
        By stage and catchment, the largest gap in seats of any year and scenario.
    sections
        By (school, stage): `classrooms`, `expandable_classes` (missing where not
        known), `rooms_of`, and `catchments`, the tuple that it serves.
    sites
        Listed plots: `stages` that may be built there, `min_classes`,
        `max_classes`, `land_cost`, `ready_year`; may be empty.
    around
        By stage and catchment as `stage catchment`, the catchments next to it.
    site_in, school_in
        Catchment in which a plot, or a school, stands, by (stage, its label).
    terms
        Sizes, costs and delays.

    Returns
    -------
    measures
        By label, with the columns of `COLUMNS` and `ABOUT`.
    """
    rows: list[Record] = []
    records: list[Record] = [{**row} for row in sections.reset_index().to_dict("records")]  # type: ignore[dict-item]
    for stage, gaps in short.items():
        here = set(gaps)
        near = {name for label in gaps for name in (label, *around.get(f"{stage} {label}", ()))}
        makers = (
            ("expand", _expansions(stage, records, here, terms)),
            ("new", _on_sites(stage, sites, near, site_in, terms)),
            ("new", _on_plots_to_find(stage, gaps, sites, site_in, terms)),
            ("attach", _attached(stage, records, here, school_in, terms)),
            ("convert", _conversions(stage, records, here, terms)),
            ("temporary", _rented(stage, gaps, terms)),
        )
        rows += [row for kind, found in makers if terms.may(kind, stage) for row in found]
    table = pd.DataFrame(rows, columns=["measure", *COLUMNS, *ABOUT]).set_index("measure")
    return table.sort_index()


def plots_of(sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Return room and land of listed plots as `optimize.siting.site` takes them: land is paid once, whatever is built there.

    Parameters
    ----------
    sites
        With `max_classes` and `land_cost`, missing where not known: then there is no limit, and no cost.
    """
    return pd.DataFrame(
        {
            "most_classes": sites["max_classes"].astype(float).fillna(np.inf),
            "land_cost": sites["land_cost"].astype(float).fillna(0.0),
        }
    )


def _measure(kind: str, stage: str, node: str, terms: Terms, **details: object) -> Record:
    cost = terms.costs[kind, stage]
    usual: Record = {
        "measure": f"{kind} {stage} {node}",
        "kind": kind,
        "school": node,
        "stage": stage,
        "seats_per_class": terms.sizes[stage].class_size,
        "least_classes": 1,
        "first_year": terms.first_year[kind],
        "last_year": np.nan,
        "lasting": True,
        "fixed_cost": cost.fixed,
        "class_cost": cost.per_class,
        "yearly_cost": cost.per_year,
        "takes_school": None,
        "takes_stage": None,
        "takes_seats": np.nan,
        "switch_cost": 0.0,
        "plot": None,
        "verify": False,
        "place": "",
        "at": "",
    }
    return usual | details


def _expansions(stage: str, sections: list[Record], near: set[str], terms: Terms) -> Iterator[Record]:
    """Expand schools: by what is stated, else up to the largest school of the standard, to be verified."""
    largest = terms.sizes[stage].most
    for row in sections:
        serves = tuple(label for label in row["catchments"] if label in near)
        stated, rooms = row["expandable_classes"], row["classrooms"]
        known = bool(np.isfinite(stated))
        room = stated if known else largest - rooms if rooms > 0 else 0.0
        if row["stage"] == stage and serves and np.isfinite(room) and room >= 1 and row["rooms_of"] == "":
            yield _measure(
                "expand",
                stage,
                problem.at_school(row["school"]),
                terms,
                most_classes=math.floor(room),
                verify=not known,
                place=row["school"],
                at=row["school"],
                serves=tuple(row["catchments"]),
                catchment=serves[0],
            )


def _on_sites(
    stage: str,
    sites: gpd.GeoDataFrame,
    near: set[str],
    site_in: Mapping[tuple[str, str], str],
    terms: Terms,
) -> Iterator[Record]:
    """Build on plots that the project lists."""
    size = terms.sizes[stage]
    for record in pd.DataFrame(sites).reset_index().to_dict("records"):
        site, home = str(record["site"]), site_in.get((stage, str(record["site"])), "")
        allowed = stage in record["stages"]
        most = min(x for x in (size.most, record["max_classes"], np.inf) if not np.isnan(x))
        # what the plot is meant for goes before the standard's smallest school
        least = next((x for x in (record["min_classes"], size.least) if np.isfinite(x)), 1)
        if home not in near or not allowed or not np.isfinite(most) or most < least:
            continue
        ready = record["ready_year"]
        delay = terms.first_year["new"] if np.isnan(ready) else max(terms.first_year["new"], int(ready))
        yield _measure(
            "new",
            stage,
            problem.at_site(site),
            terms,
            least_classes=math.ceil(least),
            most_classes=math.floor(most),
            first_year=delay,
            # its room and its land are shared by all stages that may be built there
            plot=site,
            place=f"{SITE}{site}",
            at=site,
            serves=(home,),
            catchment=home,
        )


def _on_plots_to_find(
    stage: str,
    gaps: Mapping[str, float],
    sites: gpd.GeoDataFrame,
    site_in: Mapping[tuple[str, str], str],
    terms: Terms,
) -> Iterator[Record]:
    """Build somewhere in a catchment for which no plot is listed; the plot is to be found, and the map says so."""
    size = terms.sizes[stage]
    if not (terms.new_anywhere and np.isfinite(size.least) and np.isfinite(size.most)):
        return
    listed = {home for (name, site), home in site_in.items() if name == stage and site in sites.index}
    for label in gaps:
        if label not in listed:
            yield _measure(
                "new",
                stage,
                problem.in_catchment(label),
                terms,
                least_classes=math.ceil(size.least),
                most_classes=math.floor(size.most),
                verify=True,
                serves=(label,),
                catchment=label,
            )


def _attached(
    stage: str,
    sections: list[Record],
    near: set[str],
    school_in: Mapping[tuple[str, str], str],
    terms: Terms,
) -> Iterator[Record]:
    """Attach kindergarten classes to schools of another stage that have rooms of their own."""
    if stage != KINDERGARTEN:
        return
    least = terms.sizes[stage].least
    # who has a kindergarten already is converted, not attached to
    having = {row["school"] for row in sections if row["stage"] == stage}
    for row in sections:
        home, rooms = school_in.get((stage, row["school"]), ""), row["classrooms"]
        known = np.isfinite(terms.sizes[row["stage"]].class_size)
        if known and row["school"] not in having and home in near and rooms >= 1 and row["rooms_of"] == "":
            # more than that is a kindergarten of its own
            most = math.floor(min(rooms, least if np.isfinite(least) else rooms))
            yield _taking("attach", stage, row, terms, home=home, most=most)


def _conversions(stage: str, sections: list[Record], near: set[str], terms: Terms) -> Iterator[Record]:
    """Use rooms of one stage for another in schools that have both: kindergarten rooms for primary, and back."""
    served = {row["school"]: row["catchments"] for row in sections if row["stage"] == stage}
    for row in sections:
        rooms = row["classrooms"] if row["rooms_of"] == "" else row["classes"]
        homes = served.get(row["school"], ()) if row["stage"] != stage else ()
        known = np.isfinite(terms.sizes[row["stage"]].class_size)
        if known and homes and homes[0] in near and rooms >= 1:
            yield _taking("convert", stage, row, terms, home=homes[0], most=math.floor(rooms))


def _taking(kind: str, stage: str, host: Record, terms: Terms, *, home: str, most: int) -> Record:
    """Use rooms of another section; they go back when the wave has passed."""
    school, cost = host["school"], terms.costs[kind, stage]
    return _measure(
        kind,
        stage,
        problem.at_school(school),
        terms,
        measure=f"{kind} {stage} {problem.at_school(school)} from {host['stage']}",
        most_classes=most,
        lasting=False,
        class_cost=0.0,
        switch_cost=cost.per_class,
        takes_school=problem.pool(host["catchments"][0]) if host["catchments"] else None,
        takes_stage=host["stage"],
        takes_seats=terms.sizes[host["stage"]].class_size,
        place=school,
        at=school,
        serves=(home,),
        catchment=home,
    )


def _rented(stage: str, gaps: Mapping[str, float], terms: Terms) -> Iterator[Record]:
    """Rent rooms in a catchment that is short, as many as its largest gap calls for."""
    for label, gap in gaps.items():
        yield _measure(
            "temporary",
            stage,
            problem.in_catchment(label),
            terms,
            most_classes=math.ceil(gap / terms.sizes[stage].class_size),
            lasting=False,
            class_cost=0.0,
            switch_cost=terms.costs["temporary", stage].per_class,
            serves=(label,),
            catchment=label,
        )
