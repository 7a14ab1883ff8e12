"""
Made plans of any size, drawn from a seed: to measure what is drawn from a plan, and to try it.

Nothing in them is real, and every page of them says so. They look like real
plans where that matters for size and speed: catchments share crooked borders,
demand rises and falls and is noisy, seats change in steps, intervals widen,
some catchments have no seats, and every grid is rounded as `describe` rounds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from schoolmap.output import model
from schoolmap.output.describe import SHADES
from schoolmap.output.describe import shade_index
from schoolmap.output.describe_editing import MOST_NUMBERS
from schoolmap.output.words import both
from schoolmap.seats.balance import CHANCES
from schoolmap.seats.warnings import LEAST_SHORT

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_CELL = 1_500
"""Width of a catchment, in 1e-5 degrees."""
_WEST, _SOUTH = 11_000_000, 3_000_000
_FIRST_YEAR = 2024
_STAGES = (
    ("kindergarten", both("Kindergarten", "幼儿园"), (3, 5), "circle", 0.9, 30),
    ("primary", both("Primary", "小学"), (6, 11), "square", 0.99, 45),
    ("junior", both("Junior", "初中"), (12, 14), "square", 0.99, 50),
)
_DRAWS = 500
"""Draws that a probability is counted on."""
_EMPTY = both("", "")
NOTHING_DECIDED = model.Decision(
    status="none",
    objective=0.0,
    lower_bound=0.0,
    gap=0.0,
    capital=0.0,
    running=0.0,
    capital_by_year=(),
    short_before={},
    short_after={},
    text=(),
)
"""What a plan shows where nothing was to be decided."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Numbers of one panel, by catchment and year, not yet rounded."""

    children: Real
    demand: Real
    low: Real
    high: Real
    seats: Real
    chance: Real
    born: Real
    leaving: Real
    coming: Real


def made_model(
    *,
    catchments: int,
    schools: int,
    years: int = 20,
    stages: int = 2,
    scenarios: int = 3,
    seed: int = 1,
) -> model.MapModel:
    """
    Return a made plan, labelled as synthetic.

    Parameters
    ----------
    catchments, schools, years, scenarios
        How many of each.
    stages
        Up to three: kindergarten, primary, junior.
    seed
        The same seed gives the same plan.

    Returns
    -------
    model
        A plan as plain data. Catchments have 20 to 60 corners; one in a
        hundred has no seats; a school has one or two stages.

    Examples
    --------
    >>> made = made_model(catchments=12, schools=8, years=5)
    >>> made.synthetic, len(made.panels), len(made.panels[0].demand), made.years
    (True, 6, 12, (2024, 2025, 2026, 2027, 2028))
    """
    rng = np.random.default_rng(seed)
    chosen = _STAGES[:stages]
    calendar = tuple(range(_FIRST_YEAR, _FIRST_YEAR + years))
    areas = _catchments(catchments, rng)
    seats = _section_seats(schools, years, stages, rng)
    homes = [_homes(catchments, seats[:, at]) for at in range(stages)]
    names = tuple(f"s{number}" for number in range(scenarios))
    panels: list[model.Panel] = []
    numbers: list[list[model.EditScenario]] = [[] for _ in chosen]
    for at, (stage, *_, class_size) in enumerate(chosen):
        share = np.bincount(homes[at], minlength=schools)[homes[at]]
        there = seats[homes[at], at] / share[:, None]
        there[rng.random(catchments) < 0.01] = 0.0
        base = there.mean(axis=1) * rng.lognormal(0.0, 0.15, catchments) * 0.85 + 5.0
        noise = np.cumsum(rng.normal(0.0, 0.02, (catchments, years)), axis=1)
        tilt = rng.uniform(0.7, 1.3, (catchments, 1))
        for number, scenario in enumerate(names):
            # the draws of a plan are the same in all its scenarios
            drawn = _draw(
                base,
                there,
                noise,
                tilt * (0.0, 1.0, -1.0)[number % 3] * (1 + number // 3),
                np.random.default_rng([seed, at]),
            )
            numbers[at].append(_edit_numbers(scenario, drawn, seats[:, at], homes[at]))
            panels.append(_panel(stage, scenario, drawn, class_size=class_size, calendar=calendar, areas=areas))
    panels, actions = _with_actions(panels, areas)
    return model.MapModel(
        schema=model.SCHEMA,
        project="made",
        title=both("Made county", "虚构县"),
        language="en",
        synthetic=True,
        crs="EPSG:4546",
        version="made",
        seed=seed,
        draws=_DRAWS,
        population_date=f"{_FIRST_YEAR}-09-01",
        base_year=_FIRST_YEAR,
        years=calendar,
        stages=tuple(
            model.Stage(
                id=stage,
                label=label,
                ages=ages,
                shape=shape,
                coverage="grid",
                attendance=attendance,
                attendance_note=both("invented", "虚构"),
                notes=(both("Every number is invented.", "所有数字均为虚构。"),),
            )
            for stage, label, ages, shape, attendance, _ in chosen
        ),
        scenarios=tuple(
            model.Scenario(id=name, label=both(f"Scenario {name}", f"情景{name}"), note=_EMPTY) for name in names
        ),
        shades=SHADES,
        coverages=(model.Coverage(id="grid", catchments=areas),),
        schools=_schools(areas, seats, homes, [stage for stage, *_ in chosen], rng),
        panels=tuple(panels),
        population=_population(),
        currency=both("10,000 yuan", "万元"),
        actions=actions,
        decision=NOTHING_DECIDED,
        sites=(),
        projects=(),
        reach=(_reach(areas, seats, chosen[-1][0], rng),),
        tables=_tables(panels, areas, calendar),
        editing=None if _count(numbers) > MOST_NUMBERS else _editing(areas, [stage for stage, *_ in chosen], numbers),
        notes=(both("Every number is invented.", "所有数字均为虚构。"),),
        audit=(),
        sources=(),
        classification=both("Invented", "虚构"),
        map_review_no="",
    )


def _catchments(count: int, rng: np.random.Generator) -> tuple[model.Catchment, ...]:
    """Draw cells of a crooked grid; neighbours share every corner of their border."""
    side = int(np.ceil(np.sqrt(count)))
    grid = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), axis=-1) * _CELL
    corners = grid + rng.integers(-_CELL // 5, _CELL // 5, grid.shape)
    across = [[_border(corners[r, c], corners[r, c + 1], rng) for c in range(side)] for r in range(side + 1)]
    upward = [[_border(corners[r, c], corners[r + 1, c], rng) for c in range(side + 1)] for r in range(side)]
    areas = []
    for number in range(count):
        r, c = divmod(number, side)
        sides = [across[r][c][:-1], upward[r][c + 1][:-1], across[r + 1][c][:0:-1], upward[r][c][:0:-1]]
        ring = np.concatenate(sides) + np.array([_WEST, _SOUTH])
        steps = np.diff(ring, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        low, high, middle = ring.min(axis=0) / 1e5, ring.max(axis=0) / 1e5, ring.mean(axis=0) / 1e5
        areas.append(
            model.Catchment(
                id=f"c{number}",
                name=f"Made area {number + 1} 虚构片区",
                polygons=((tuple(map(int, steps.ravel())),),),
                anchor=(round(float(middle[0]), 5), round(float(middle[1]), 5)),
                bounds=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
            )
        )
    return tuple(areas)


def _border(start: Whole, end: Whole, rng: np.random.Generator) -> Whole:
    """Return points from one corner to another, 5 to 15 links long and off the straight line."""
    links = int(rng.integers(5, 16))
    along = np.linspace(0.0, 1.0, links + 1)[:, None]
    sideways = np.array([start[1] - end[1], end[0] - start[0]])
    bend = np.zeros((links + 1, 1))
    bend[1:-1, 0] = rng.normal(0.0, 0.035, links - 1)
    points: Whole = np.rint(start + along * (end - start) + bend * sideways).astype(np.int64)
    return points


def _section_seats(schools: int, years: int, stages: int, rng: np.random.Generator) -> Real:
    """Return seats by school, stage and year: whole classes, a step in one of ten; none of a stage in every third."""
    seats = np.repeat(rng.integers(6, 25, (schools, stages, 1)) * 45.0, years, axis=2)
    for school in np.flatnonzero(rng.random(schools) < 0.1):
        seats[school, :, int(rng.integers(1, max(2, years))) :] += 270.0
    if stages > 1:
        lacking = np.flatnonzero(rng.random(schools) < 1 / 3)
        seats[lacking, rng.integers(0, stages, len(lacking))] = 0.0
    return seats


def _homes(catchments: int, seats: Real) -> Whole:
    """Return the school of each catchment, of those that have seats of the stage: neighbours share one."""
    holders = np.flatnonzero(seats.max(axis=1) > 0)
    return holders[np.arange(catchments) * len(holders) // catchments]


def _draw(base: Real, seats: Real, noise: Real, tilt: Real, rng: np.random.Generator) -> _Drawn:
    """Draw the children of one stage in one scenario: a wave, its noise, and how far it leans."""
    years = seats.shape[1]
    time = np.arange(years) / max(1, years - 1)
    wave = 1.0 + 0.25 * np.sin(np.pi * (0.2 + 1.3 * time))
    children = base[:, None] * wave * np.exp(noise) * (1.0 + 0.12 * time * tilt)
    leaving = children * 0.06 * np.exp(rng.normal(0.0, 0.05, (len(base), 1)))
    coming = base[:, None] * 0.05 * np.exp(0.5 * noise)
    demand = (children - leaving) * 0.95 + coming
    spread = 0.02 + 0.12 * time
    low, high = (demand * np.exp(sign * 1.2816 * spread + rng.normal(0.0, 0.004, demand.shape)) for sign in (-1.0, 1.0))
    with np.errstate(divide="ignore"):
        chance = ndtr(np.log(demand / seats) / spread)
    chance = rng.binomial(_DRAWS, np.clip(chance, 0.0, 1.0)) / _DRAWS
    share = np.clip(1.15 - 2.0 * time + rng.normal(0.0, 0.02, (len(base), 1)), 0.0, 1.0)
    return _Drawn(
        children=children,
        demand=demand,
        low=np.minimum(low, demand),
        high=np.maximum(high, demand),
        seats=seats,
        chance=chance,
        born=children * share,
        leaving=leaving,
        coming=coming,
    )


def _rounded(values: Real, digits: int = 1) -> model.Grid:
    """Return numbers as `describe` rounds them; nothing where they are not finite."""
    # adding zero turns -0.0 into 0.0
    rows = (np.round(values, digits) + 0.0).tolist()
    if np.isfinite(values).all():
        return tuple(map(tuple, rows))
    return tuple(tuple(value if math.isfinite(value) else None for value in row) for row in rows)


def _panel(
    stage: str,
    scenario: str,
    drawn: _Drawn,
    *,
    class_size: int,
    calendar: tuple[int, ...],
    areas: tuple[model.Catchment, ...],
) -> model.Panel:
    demand, seats = drawn.demand, drawn.seats
    with np.errstate(divide="ignore"):
        load = demand / seats
    classes = np.ceil(demand / class_size)
    level = np.select([seats > 1.4 * demand, drawn.chance < 0.2, drawn.chance < 0.6], ["surplus", "ok", "watch"], "red")
    short = np.maximum(demand - seats, 0.0)
    born = drawn.born.sum(axis=0) / drawn.children.sum(axis=0)

    def row(values: Real, digits: int = 1) -> tuple[float, ...]:
        return tuple(round(value, digits) for value in values.tolist())

    return model.Panel(
        stage=stage,
        scenario=scenario,
        children=_rounded(drawn.children),
        children_born=_rounded(drawn.born),
        leaving=_rounded(drawn.leaving),
        coming=_rounded(drawn.coming),
        demand=_rounded(demand),
        p10=_rounded(drawn.low),
        p90=_rounded(drawn.high),
        seats=_rounded(seats),
        utilisation=_rounded(load, 4),
        probability=_rounded(drawn.chance, 3),
        born_share=_rounded(drawn.born / drawn.children, 3),
        classes_needed=_rounded(classes),
        oversized_classes=_rounded(np.where(load > 1.2, np.floor(seats / class_size), 0.0)),
        shade=tuple(tuple(shade_index(line)) for line in load),
        level=tuple(tuple(line) for line in level.tolist()),
        totals=model.Totals(
            demand=row(demand.sum(axis=0)),
            p10=row(0.95 * demand.sum(axis=0)),
            p90=row(1.05 * demand.sum(axis=0)),
            seats=row(seats.sum(axis=0)),
            short=row(short.sum(axis=0)),
            spare=row(np.maximum(seats - demand, 0.0).sum(axis=0)),
            born_share=row(born, 3),
        ),
        ranking=_ranking(short, drawn.chance, calendar, areas),
    )


def _ranking(
    short: Real,
    chance: Real,
    calendar: tuple[int, ...],
    areas: tuple[model.Catchment, ...],
) -> tuple[model.Rank, ...]:
    """Rank where at least 30 seats are short in some year."""
    score = short.sum(axis=1)
    order = np.argsort(-score, kind="stable")
    ranks = []
    for place in order[short.max(axis=1)[order] >= 30].tolist():
        when = np.flatnonzero(short[place] > 0)
        peak = int(short[place].argmax())
        ranks.append(
            model.Rank(
                catchment=areas[place].id,
                score=round(float(score[place]), 1),
                first_year=calendar[when[0]],
                last_year=calendar[when[-1]],
                peak_year=calendar[peak],
                peak_short=round(float(short[place, peak]), 1),
                probability=round(float(chance[place, peak]), 3),
                action=None,
            )
        )
    return tuple(ranks)


def _with_actions(
    panels: list[model.Panel], areas: tuple[model.Catchment, ...]
) -> tuple[list[model.Panel], tuple[model.Action, ...]]:
    """Propose classes for every other catchment in a ranked list, the same for all scenarios of a stage."""
    anchors = {area.id: area.anchor for area in areas}
    actions: dict[tuple[str, str], model.Action] = {}
    done = []
    for panel in panels:
        ranking = []
        for number, rank in enumerate(panel.ranking):
            key = (panel.stage, rank.catchment)
            if number % 2 == 0 and key not in actions:
                actions[key] = _action(f"a{len(actions)}", panel.stage, rank, anchors[rank.catchment])
            known = actions.get(key)
            ranking.append(replace(rank, action=None if known is None else known.id))
        done.append(replace(panel, ranking=tuple(ranking)))
    return done, tuple(actions.values())


def _action(name: str, stage: str, rank: model.Rank, anchor: tuple[float, float]) -> model.Action:
    return model.Action(
        id=name,
        kind="expand",
        stage=stage,
        catchment=rank.catchment,
        school=None,
        site=None,
        receiver=None,
        first_year=rank.first_year,
        last_year=rank.last_year,
        peak_year=rank.peak_year,
        short=rank.peak_short,
        probability=rank.probability,
        opens=rank.first_year,
        until=None,
        all_from=None,
        classes=4.0,
        seats=180.0,
        classes_by_year=(),
        seats_by_year=(),
        capital=400.0,
        yearly=10.0,
        scenarios=(),
        moves=(),
        reason=both("Invented: four more classes.", "虚构：增加四个班。"),
        alternatives=(),
        lon=anchor[0],
        lat=anchor[1],
    )


def _schools(
    areas: tuple[model.Catchment, ...],
    seats: Real,
    homes: list[Whole],
    stages: list[str],
    rng: np.random.Generator,
) -> tuple[model.School, ...]:
    """Stand each school near the first catchment that it serves; a section is what serves one."""
    off = rng.normal(0.0, 0.003, (len(seats), 2))
    served: list[list[list[str]]] = [[[] for _ in stages] for _ in seats]
    places = np.arange(len(seats)) * len(areas) // len(seats)
    for at, homes_of_stage in enumerate(homes):
        for place, home in reversed(list(enumerate(homes_of_stage.tolist()))):
            served[home][at].insert(0, areas[place].id)
            places[home] = place
    return tuple(
        model.School(
            id=f"s{number}",
            name=f"Made school {number + 1} 虚构学校",
            operator="public",
            lon=round(areas[places[number]].anchor[0] + float(off[number, 0]), 6),
            lat=round(areas[places[number]].anchor[1] + float(off[number, 1]), 6),
            sections=tuple(
                model.Section(
                    stage=stage,
                    catchments=tuple(served[number][at]),
                    seats=tuple(line.tolist()),
                    enrolment=None,
                    enrolment_year=None,
                    classrooms=None,
                    rooms=tuple((line / 45.0).round(1).tolist()),
                )
                for at, (stage, line) in enumerate(zip(stages, seats[number], strict=True))
                if served[number][at]
            ),
        )
        for number in range(len(seats))
    )


def _reach(areas: tuple[model.Catchment, ...], seats: Real, stage: str, rng: np.random.Generator) -> model.Reach:
    """Draw a zone of 24 corners around each school, and children of each catchment by year."""
    years = seats.shape[2]
    children = np.round(rng.lognormal(5.0, 0.6, (len(areas), 1)) * np.linspace(1.1, 0.7, years), 1)
    beyond = np.round(children * rng.beta(0.4, 3.0, (len(areas), 1)), 1)
    turn = np.arange(24) * np.pi / 12
    zones = []
    for number, line in enumerate(seats[:, -1, :]):
        lon, lat = areas[number * len(areas) // len(seats)].anchor
        far = 600.0 * rng.uniform(0.7, 1.3, 24)
        corners = np.rint([lon * 1e5, lat * 1e5] + np.stack([np.cos(turn), np.sin(turn)], axis=1) * far[:, None])
        steps = np.diff(corners.astype(np.int64), axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        zones.append(
            model.ReachZone(
                id=f"s{number}",
                name=f"Made school {number + 1} 虚构学校",
                lon=lon,
                lat=lat,
                circle_m=500.0,
                radius_m=500.0,
                polygons=((tuple(map(int, steps.ravel())),),),
                open=tuple((line > 0).tolist()),
            )
        )
    total = children.sum(axis=0)
    return model.Reach(
        stage=stage,
        by="roads",
        limits=both("Invented: 500 m.", "虚构：500米。"),
        method=both("Invented.", "虚构。"),
        zones=tuple(zones),
        areas=tuple(
            model.ReachArea(
                id=area.id,
                name=area.name,
                lon=area.anchor[0],
                lat=area.anchor[1],
                children=tuple(children[place].tolist()),
                beyond=tuple(beyond[place].tolist()),
                nearest=f"Made school {place % len(seats) + 1} 虚构学校",
                way_m=round(float(rng.uniform(100, 2500)), 1),
            )
            for place, area in enumerate(areas)
        ),
        within=tuple(np.round(total - beyond.sum(axis=0), 1).tolist()),
        beyond=tuple(np.round(beyond.sum(axis=0), 1).tolist()),
        unknown=tuple(0.0 for _ in range(years)),
    )


def _tables(
    panels: list[model.Panel], areas: tuple[model.Catchment, ...], calendar: tuple[int, ...]
) -> tuple[model.FactTable, ...]:
    """Return one table of warnings with a row for each catchment and stage, as the first scenario has it."""
    first = [panel for panel in panels if panel.scenario == panels[0].scenario]
    at = min(5, len(calendar) - 1)
    rows = tuple(
        (area.name, panel.stage, panel.demand[place][at], panel.seats[place][at], panel.level[place][at])
        for panel in first
        for place, area in enumerate(areas)
    )
    heads = (
        model.Head(label=both("Catchment", "学区"), kind="text"),
        model.Head(label=both("Stage", "学段"), kind="text"),
        model.Head(label=both("Demand", "需求"), kind="count"),
        model.Head(label=both("Seats", "学位"), kind="count"),
        model.Head(label=both("Level", "预警"), kind="level"),
    )
    title = both(f"Warnings {calendar[at]}", f"预警{calendar[at]}")
    return (model.FactTable(id="made", group="warnings", title=title, notes=(), columns=heads, rows=rows),)


def _edit_numbers(scenario: str, drawn: _Drawn, seats: Real, homes: Whole) -> model.EditScenario:
    """Return what the page needs to try out changes: numbers of four digits, as those of a real plan."""
    spread = np.log(drawn.high / drawn.demand) / 1.2816
    served = np.flatnonzero(np.bincount(homes, minlength=len(seats)) > 1)
    return model.EditScenario(
        scenario=scenario,
        pupils=_rounded(drawn.children - drawn.leaving, 4),
        enough=tuple(_rounded(drawn.demand * np.exp(far * spread), 4) for far in (1.2816, 0.44, 0.0, -0.8416)),
        shared=tuple(
            model.EditSection(school=f"s{school}", seats=tuple(seats[school].tolist())) for school in served.tolist()
        ),
    )


def _count(numbers: list[list[model.EditScenario]]) -> int:
    """Return how many numbers trying out changes takes."""
    grids = [grid for of_stage in numbers for item in of_stage for grid in (item.pupils, *item.enough)]
    return sum(len(grid) * len(grid[0]) for grid in grids)


def _editing(
    areas: tuple[model.Catchment, ...], stages: list[str], numbers: list[list[model.EditScenario]]
) -> model.Editing:
    """Let every catchment be one small area, whose children are all its own."""
    return model.Editing(
        units=tuple(model.EditUnit(id=area.id, name=area.name) for area in areas),
        first_year=_FIRST_YEAR + 1,
        levels=(0.7, 0.95, 1.0),
        least_short=LEAST_SHORT,
        chances=CHANCES,
        coverages=(
            model.EditCoverage(
                id="grid", fixed=_EMPTY, shares=tuple((place, place, 1.0) for place in range(len(areas)))
            ),
        ),
        stages=tuple(
            model.EditStage(stage=stage, class_seats=45.0, flows=(), inflow=(), base=0.0, scenarios=tuple(of_stage))
            for stage, of_stage in zip(stages, numbers, strict=True)
        ),
        proposals=(),
    )


def _population() -> model.Population:
    invented = both("Invented.", "虚构。")
    return model.Population(
        method="made",
        name=invented,
        reason=invented,
        passed_over=(),
        facts=(),
        births=(),
        peaks=(),
        accuracy=(),
        accuracy_note=invented,
    )
