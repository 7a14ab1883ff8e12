"""
Parts of an invented plan, for tests of what is drawn from a `MapModel`: every test changes what it is about.

A part with `**changes` has a value for all of its fields; what follows from
other numbers, as the use of seats from demand and seats, is worked out here,
apart from the library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from schoolmap.output.made_model import NOTHING_DECIDED
from schoolmap.output.model import SCHEMA
from schoolmap.output.model import Accuracy
from schoolmap.output.model import Action
from schoolmap.output.model import AuditLine
from schoolmap.output.model import Births
from schoolmap.output.model import Catchment
from schoolmap.output.model import MapModel
from schoolmap.output.model import Panel
from schoolmap.output.model import PassedOver
from schoolmap.output.model import Peak
from schoolmap.output.model import Population
from schoolmap.output.model import Shade
from schoolmap.output.model import Source
from schoolmap.output.model import Totals

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from schoolmap.output.model import Grid
    from schoolmap.output.model import Text

BOUNDS = (0.7, 0.85, 1.0, 1.15)
"""Upper bounds of the classes of utilisation but the last."""
COLOURS = ("#5e3c99", "#b2abd2", "#efedf3", "#fdb863", "#e66101")


def text(en: str, zh: str = "文字") -> Text:
    """Give a text in both languages."""
    return {"en": en, "zh": zh}


def scaled(grid: Grid, factor: float) -> Grid:
    """Multiply what is known."""
    return tuple(tuple(None if x is None else x * factor for x in row) for row in grid)


def use_of(demand: Grid, seats: Grid) -> Grid:
    """Give demand per seat; nothing without seats."""
    rows = (zip(*pair, strict=True) for pair in zip(demand, seats, strict=True))
    return tuple(tuple(d / s if d is not None and s else None for d, s in row) for row in rows)


def shade_of(demand: float | None, seats: float | None) -> int | None:
    """Give the class of utilisation: five classes, the last also for children without seats."""
    if demand is None or seats is None or not (demand or seats):
        return None
    return 4 if not seats else sum(demand / seats > bound for bound in BOUNDS)


def totals(demand: Grid, seats: Grid, born_share: tuple[float, ...]) -> Totals:
    """Add up a panel by year; the ends of its interval are a tenth away."""
    years = range(len(born_share))
    known = [[(d[t] or 0.0, s[t] or 0.0) for d, s in zip(demand, seats, strict=True)] for t in years]
    return Totals(
        demand=tuple(sum(d for d, _ in year) for year in known),
        p10=tuple(0.9 * sum(d for d, _ in year) for year in known),
        p90=tuple(1.1 * sum(d for d, _ in year) for year in known),
        seats=tuple(sum(s for _, s in year) for year in known),
        short=tuple(sum(max(d - s, 0.0) for d, s in year) for year in known),
        spare=tuple(sum(max(s - d, 0.0) for d, s in year) for year in known),
        born_share=born_share,
    )


def panel(stage: str, scenario: str, demand: Grid, seats: Grid, **changes: Any) -> Panel:  # noqa: ANN401
    """Give a panel of these numbers, with all that follows from them; nothing is known of classes and chances."""
    unknown: Grid = tuple((None,) * len(row) for row in demand)
    plain: dict[str, Any] = {
        "children": demand,
        "children_born": demand,
        "leaving": (),
        "coming": (),
        "p10": scaled(demand, 0.9),
        "p90": scaled(demand, 1.1),
        "utilisation": use_of(demand, seats),
        "probability": unknown,
        "born_share": unknown,
        "classes_needed": unknown,
        "oversized_classes": unknown,
        "shade": tuple(tuple(map(shade_of, *rows)) for rows in zip(demand, seats, strict=True)),
        "level": tuple(("ok",) * len(row) for row in demand),
        "totals": totals(demand, seats, (1.0,) * len(demand[0])),
        "ranking": (),
    }
    return Panel(stage=stage, scenario=scenario, demand=demand, seats=seats, **(plain | changes))


def square(code: str, name: str, *, west: int, south: int, side: int) -> Catchment:
    """Draw a square catchment; degrees in hundred thousandths."""
    ring = (west, south, side, 0, 0, side, -side, 0)
    left, bottom, wide = west / 1e5, south / 1e5, side / 1e5
    return Catchment(
        id=code,
        name=name,
        polygons=((ring,),),
        anchor=(left + wide / 2, bottom + wide / 2),
        bounds=(left, bottom, left + wide, bottom + wide),
    )


def action(**changes: Any) -> Action:  # noqa: ANN401
    """Give a proposal: one class more in a catchment that is short from 2026 to 2028."""
    plain: dict[str, Any] = {
        "id": "a1",
        "kind": "expand",
        "stage": "primary",
        "catchment": "0101",
        "school": None,
        "site": None,
        "receiver": None,
        "first_year": 2026,
        "last_year": 2028,
        "peak_year": 2027,
        "short": 30.0,
        "probability": 0.97,
        "opens": 2026,
        "until": None,
        "all_from": None,
        "classes": 1.0,
        "seats": 45.0,
        "classes_by_year": (),
        "seats_by_year": (),
        "capital": 120.0,
        "yearly": 14.0,
        "scenarios": ("base",),
        "moves": (),
        "reason": text("It is the cheapest.", "费用最低。"),
        "alternatives": (),
        "lon": 13.4,
        "lat": 52.5,
    }
    return Action(**(plain | changes))


def shades(labels: Sequence[Text]) -> tuple[Shade, ...]:
    """Give the five classes of utilisation with these labels."""
    limits = zip((None, *BOUNDS), (*BOUNDS, None), COLOURS, labels, strict=True)
    return tuple(Shade(above=low, up_to=high, colour=colour, label=label) for low, high, colour, label in limits)


def bare_population(**changes: Any) -> Population:  # noqa: ANN401
    """Give where the children come from, in as few words as can be."""
    plain: dict[str, Any] = {
        "method": "S",
        "name": text("one count"),
        "reason": text(""),
        "passed_over": (),
        "facts": (),
        "births": (),
        "peaks": (),
        "accuracy": (),
        "accuracy_note": text(""),
    }
    return Population(**(plain | changes))


def population(said: Callable[[str], Text], *, reason: str, fact: str) -> Population:
    """Give where the children come from: all that the page on the population can show, for two stages and scenarios."""
    stages, scenarios = ("kindergarten", "primary"), ("base", "high")
    methods = {"ours": (2.0, 85.0), "plain": (3.0, None), "nothing": (1.5, None)}
    return Population(
        method="C",
        name=said("two counts"),
        reason=said(reason),
        passed_over=(PassedOver(method="A", name=said("components"), reason=said("no sexes")),),
        facts=(said(fact),),
        births=tuple(
            Births(scenario=name, years=(2020, 2021, 2022), births=(100.0, 90.0 + i, 80.0 + 10 * i))
            for i, name in enumerate(scenarios)
        ),
        peaks=tuple(
            Peak(
                where=said("everywhere"),
                stage=stage,
                scenario=scenario,
                base=1234.5,
                peak_year=2026,
                peak=1500.0,
                last=900.0,
                change=-27.1,
                direction=direction,
            )
            for scenario in scenarios
            for stage, direction in zip(stages, ("falling", "rising"), strict=True)
        ),
        accuracy=tuple(
            Accuracy(
                method=said(method),
                ours=method == "ours",
                stage=stages[0],
                horizon=horizon,
                forecasts=40,
                mape=size * horizon if method != "nothing" else size * horizon * horizon,
                malpe=-0.5,
                median=1.0,
                p90=4.0,
                coverage=coverage,
            )
            for method, (size, coverage) in methods.items()
            for horizon in (1, 5)
        ),
        accuracy_note=said("Held to the past"),
    )


def audit_line(**changes: Any) -> AuditLine:  # noqa: ANN401
    """Give a check that holds."""
    plain: dict[str, Any] = {
        "name": text("Children in = children placed", "儿童总数=已分配儿童"),
        "left": 189.0,
        "right": 189.0,
        "difference": 0.0,
        "tolerance": 1e-9,
        "holds": True,
        "detail": text(""),
    }
    return AuditLine(**(plain | changes))


def source(**changes: Any) -> Source:  # noqa: ANN401
    """Give a source that may be used."""
    plain: dict[str, Any] = {
        "title": "Register",
        "publisher": "Office",
        "date": "2024-12-31",
        "licence": "CC BY 4.0",
        "url": "https://example.org",
        "used_for": text("Children", "儿童"),
    }
    return Source(**(plain | changes))


def map_model(**parts: Any) -> MapModel:  # noqa: ANN401
    """Give a plan of these parts; stages, scenarios, classes, coverages, schools and panels have no default."""
    plain: dict[str, Any] = {
        "schema": SCHEMA,
        "project": "town",
        "title": text("Synthetic Town", "合成镇"),
        "language": "zh",
        "synthetic": True,
        "crs": "EPSG:25833",
        "version": "0.1.0",
        "seed": 1,
        "draws": 200,
        "population_date": "2024-12-31",
        "base_year": 2025,
        "population": bare_population(),
        "currency": text("10,000 yuan", "万元"),
        "actions": (),
        "decision": NOTHING_DECIDED,
        "sites": (),
        "projects": (),
        "reach": (),
        "tables": (),
        "editing": None,
        "notes": (),
        "audit": (audit_line(),),
        "sources": (source(),),
        "classification": text("Internal", "内部研究使用"),
        "map_review_no": "",
    }
    return MapModel(**(plain | parts))
