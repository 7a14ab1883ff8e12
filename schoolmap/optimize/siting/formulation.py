"""
The siting problem as a mixed-integer programme.

Columns are pupils on each way, classes of each measure, whether a measure is
used yet, and steps between allowed sizes. A pupil without a seat is no column:
each pupil on a way saves the charge instead, and ways that save nothing are
left out. Where a section has no seats of its own, a way is open only if a
measure is (strong cuts); that is what makes the bound tight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.siting.maker import NONE
from schoolmap.optimize.siting.maker import Maker
from schoolmap.optimize.siting.program import Columns
from schoolmap.optimize.siting.program import Program

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]

MOST_CUTS = 25_000
"""With more ways than this, cuts way by way cost more time than they save."""


def formulate(
    model: Model,
    *,
    limits: tuple[Whole, Whole] | None = None,
    most_cost: Real | None = None,
    strong: Flag | bool | None = None,
    every_used: bool = False,
) -> Program:
    """
    Write the problem as a mixed-integer programme.

    Parameters
    ----------
    model
        The problem by position.
    limits
        Least and most classes by measure and period, narrower than those of the
        measures.
    most_cost
        By scenario, the most that it may cost.
    strong
        Whether to write the cuts way by way, for all or by scenario, period and
        way; if it is `None`, where they are few.
    every_used
        Whether every measure has a column that says whether it is used.
    """
    maker = Maker()
    shape = (len(model.measures), len(model.years))
    least = model.decided
    most = np.broadcast_to(model.most[:, None], shape)
    if limits is not None:
        least, most = np.maximum(limits[0], least), np.minimum(limits[1], most)
    classes, used, on, rise, sizes = _decision_columns(model, maker, most, every=every_used)
    land = _land_columns(model, maker, used)
    flow, empty = _flow_columns(model, maker, (classes != NONE) & (most > 0))
    columns = Columns(flow=flow, empty=empty, classes=classes, used=used, on=on, rise=rise, land=land)
    _decision_rows(model, maker, columns, sizes, most)
    _land_rows(model, maker, columns)
    _flow_rows(model, maker, columns)
    if strong is None:
        strong = int((flow != NONE).sum()) <= MOST_CUTS
    cuts = _strong_cuts(model, maker, columns, np.broadcast_to(strong, flow.shape))
    _budget_rows(model, maker, columns)
    shared, own = _costs(model, maker.number, columns)
    missing = (model.demand.sum(axis=2) * model.yearly * model.money.short_cost).sum(axis=1)
    if most_cost is not None:
        for scenario, limit in enumerate(most_cost):
            price = shared + own[scenario]
            at = np.flatnonzero(price)
            maker.row([(at, price[at])], lower=-np.inf, upper=float(limit - missing[scenario]))
    _, lower, upper, whole, matrix, row_lower, row_upper = maker.finish()
    there = classes != NONE
    lower[classes[there]] = np.minimum(least, most)[there]
    begun = (least > 0) & (used != NONE)
    lower[used[begun]] = 1.0
    bought = (land != NONE) & (np.arange(len(model.years)) >= model.plot_bought[:, None])
    lower[land[bought]] = 1.0
    return Program(
        cost=shared + model.weights @ own,
        lower=lower,
        upper=upper,
        whole=whole,
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        offset=float(model.weights @ missing),
        columns=columns,
        cuts=cuts,
    )


def cut_at(model: Model, flow: Whole) -> Flag:
    """Return, by scenario, period and way, where a way leads to seats of measures only: there a cut is strong."""
    where: Flag = (flow != NONE) & (model.seats <= model.others)[:, :, model.arc_section]
    return where


def may_be_open(model: Model) -> Flag:
    """Return where measures may have classes, by measure and period."""
    period = np.arange(len(model.years))
    begun = (model.last >= model.first) | model.decided.any(axis=1)
    open_: Flag = (period >= model.first[:, None]) & (begun & (model.most > 0))[:, None]
    return open_


def _decision_columns(
    model: Model, maker: Maker, top: Whole, *, every: bool
) -> tuple[Whole, Whole, Whole, Whole, list[tuple[int, Whole]]]:
    """Make columns of classes, used, in use, rising; and of the steps between sizes."""
    open_ = may_be_open(model)
    bounded = model.last < len(model.years) - 1
    stepped = np.array([sizes is not None for sizes in model.sizes], dtype=bool)
    jumps = (model.least > 1) | stepped
    paid = (model.number("fixed_cost") > 0) | model.on_paid_land
    yes = open_ & (paid | (model.group >= 0) | bounded | (model.lasting & jumps) | every)[:, None]
    used = maker.columns(yes, upper=1.0, whole=True)
    on = np.where(model.lasting[:, None], used, NONE)
    apart = maker.columns(open_ & (~model.lasting & jumps)[:, None], upper=1.0, whole=True)
    on = np.where(apart != NONE, apart, on)
    classes = maker.columns(open_, upper=top.astype(float), whole=True)
    each = model.number("class_cost") + model.number("switch_cost")
    rise = maker.columns(open_ & (~model.lasting & (each > 0))[:, None], upper=top.astype(float))
    steps = []
    for measure in np.flatnonzero(stepped & open_.any(axis=1)):
        sizes = model.sizes[measure] or ()
        where = np.repeat(open_[[measure]], len(sizes) - 1, axis=0)
        steps.append((int(measure), maker.columns(where, upper=1.0, whole=True)))
    return classes, used, on, rise, steps


def _land_columns(model: Model, maker: Maker, used: Whole) -> Whole:
    """Make columns of land that is bought, of plots where it costs something and may be used."""
    period = np.arange(len(model.years))
    where = np.zeros((len(model.plot_cost), len(period)), dtype=bool)
    for plot in np.flatnonzero(model.plot_cost > 0):
        there = used[model.plot == plot]
        where[plot] = (there != NONE).any(axis=0) | ((period >= model.plot_bought[plot]) & (len(there) > 0))
    return maker.columns(where, upper=1.0)


def _flow_columns(model: Model, maker: Maker, open_: Flag) -> tuple[Whole, Whole]:
    """Make columns of pupils on ways that may have a seat and save something, and of added seats that stay empty."""
    periods, sections = len(model.years), len(model.sections)
    adds = np.zeros((sections, periods), dtype=bool)
    np.logical_or.at(adds, model.section, open_)
    saved = model.money.short_cost + np.where(adds, model.money.empty_cost, 0.0)
    seats = (model.seats > model.others) | adds.T
    pays = model.arc_cost < saved[model.arc_section].T
    pupils = model.demand[:, :, model.arc_row]
    flow = maker.columns((pupils > 0) & seats[:, :, model.arc_section] & pays, upper=pupils)
    charged = np.broadcast_to(adds.T & (model.money.empty_cost > 0), model.seats.shape)
    return flow, maker.columns(charged, upper=np.inf)


def _decision_rows(model: Model, maker: Maker, columns: Columns, steps: list[tuple[int, Whole]], most: Whole) -> None:
    """Hold what is begun, keep what lasts, allow sizes, and share rooms and groups."""
    classes, used, on, rise = columns.classes, columns.used, columns.on, columns.rise
    least = model.least[:, None]
    maker.below(used[:, :-1], used[:, 1:])
    stays = np.where(model.lasting[:, None], classes, NONE)
    maker.below(stays[:, :-1], stays[:, 1:])
    late: Flag = np.arange(len(model.years)) > model.last[:, None]
    late &= ~np.asarray(model.decided.any(axis=1))[:, None]
    maker.below(np.where(late, used, NONE)[:, 1:], used[:, :-1])
    apart = np.where(on != used, on, NONE)
    maker.below(apart, used)
    maker.below(classes, np.where(on != NONE, on, used), most.astype(float))
    stepped = {measure for measure, _ in steps}
    plain = np.array([measure not in stepped for measure in range(len(classes))], dtype=bool)[:, None]
    # at least so many classes while it is in use
    held = np.where(plain, classes, NONE)
    both = (held != NONE) & (on != NONE)
    ids = maker.limits(int(both.sum()), 0.0, np.inf)
    maker.put(ids, held[both], 1.0)
    maker.put(ids, on[both], -np.broadcast_to(least.astype(float), on.shape)[both])
    _step_rows(model, maker, columns, steps)
    _begin_rows(maker, columns)
    # classes beyond those of the period before
    ids = maker.limits(int((rise != NONE).sum()), 0.0, np.inf)
    maker.put(ids, rise[rise != NONE], 1.0)
    maker.put(ids, classes[rise != NONE], -1.0)
    before = np.hstack([np.full((len(classes), 1), NONE), classes[:, :-1]])
    maker.put(ids, before[rise != NONE], 1.0)
    for at, room in enumerate(model.plot_room):
        on_plot = classes[model.plot == at]
        for period in np.flatnonzero((on_plot != NONE).any(axis=0) & np.isfinite(room)):
            maker.row([(on_plot[:, period], 1.0)], lower=-np.inf, upper=float(np.floor(room + 1e-9)))
    for group in range(model.group.max(initial=-1) + 1):
        maker.row([(used[model.group == group, -1], 1.0)], lower=-np.inf, upper=1.0)


def _land_rows(model: Model, maker: Maker, columns: Columns) -> None:
    """Buy the land of a plot once, in the period in which the first measure there opens: neither later nor before."""
    here = np.flatnonzero(model.on_paid_land)
    maker.below(columns.used[here], columns.land[model.plot[here]])
    for plot, period in zip(*np.nonzero(columns.land != NONE), strict=True):
        if period < model.plot_bought[plot]:
            opened = columns.used[model.plot == plot, period]
            land = columns.land[[plot], period]
            maker.row([(opened[opened != NONE], 1.0), (land, -1.0)], lower=0.0, upper=np.inf)


def _begin_rows(maker: Maker, columns: Columns) -> None:
    """Use what is begun at once: it can neither be paid nor dated before."""
    used, classes = columns.used, columns.classes
    begins = (used != NONE) & (columns.on != used)
    ids = maker.limits(int(begins.sum()), -np.inf, 0.0)
    before = np.hstack([np.full((len(used), 1), NONE), used[:, :-1]])
    maker.put(ids, used[begins], 1.0)
    maker.put(ids, before[begins], -1.0)
    maker.put(ids, classes[begins], -1.0)


def _step_rows(model: Model, maker: Maker, columns: Columns, steps: list[tuple[int, Whole]]) -> None:
    """Make classes the least size and the steps above it; a step is taken only after the one below it."""
    for measure, columns_of in steps:
        sizes = np.array(model.sizes[measure], dtype=float)
        ladder = np.vstack([columns.on[[measure]], columns_of])
        for period in np.flatnonzero(ladder[0] != NONE):
            heights: Real = -np.diff(sizes, prepend=0.0)
            maker.row([(ladder[:, period], heights), (columns.classes[[measure], period], 1.0)], lower=0.0, upper=0.0)
        maker.below(ladder[1:], ladder[:-1])
        if model.lasting[measure]:
            maker.below(columns_of[:, :-1], columns_of[:, 1:])


def _flow_rows(model: Model, maker: Maker, columns: Columns) -> None:
    """Let nobody go twice; no section holds more than its seats, and added seats are filled or empty."""
    scenarios, periods, _ = columns.flow.shape
    rows, sections = len(model.rows), len(model.sections)
    cell = np.arange(scenarios * periods).reshape(scenarios, periods, 1)
    there = columns.flow != NONE
    of_row = cell * rows + model.arc_row
    # one way only: its bound says the same
    number = np.bincount(of_row[there], minlength=scenarios * periods * rows)
    ids = np.full(number.size, NONE, dtype=np.int64)
    ids[number > 1] = maker.limits(int((number > 1).sum()), -np.inf, model.demand.ravel()[number > 1])
    shared = there & (ids[of_row] != NONE)
    maker.put(ids[of_row[shared]], columns.flow[shared], 1.0)
    of_section = cell * sections + model.arc_section
    busy = np.bincount(of_section[there], minlength=scenarios * periods * sections) > 0
    moved = np.zeros((sections, periods), dtype=bool)
    np.logical_or.at(moved, model.takes[model.takes >= 0], (columns.classes != NONE)[model.takes >= 0])
    room = (model.seats - model.others).ravel()
    needed = busy | np.broadcast_to(moved.T, model.seats.shape).ravel() | (room < 0)
    ids = np.full(needed.size, NONE, dtype=np.int64)
    ids[needed] = maker.limits(int(needed.sum()), -np.inf, room[needed])
    maker.put(ids[of_section[there]], columns.flow[there], 1.0)
    at = (cell[:, :, 0] * sections)[:, None, :] + model.section[None, :, None]
    _put_classes(maker, ids, at, columns.classes, -model.number("seats_per_class"))
    taking = model.takes >= 0
    at = (cell[:, :, 0] * sections)[:, None, :] + model.takes[taking][None, :, None]
    _put_classes(maker, ids, at, columns.classes[taking], model.number("takes_seats")[taking])
    charged = (columns.empty != NONE).ravel()
    ids = np.full(charged.size, NONE, dtype=np.int64)
    ids[charged] = maker.limits(int(charged.sum()), -model.others.ravel()[charged], np.inf)
    maker.put(ids[charged], columns.empty.ravel()[charged], 1.0)
    counted = there & (ids[of_section] != NONE)
    maker.put(ids[of_section[counted]], columns.flow[counted], 1.0)
    at = (cell[:, :, 0] * sections)[:, None, :] + model.section[None, :, None]
    _put_classes(maker, ids, at, columns.classes, -model.number("seats_per_class"))


def _put_classes(maker: Maker, ids: Whole, at: Whole, classes: Whole, seats: Real) -> None:
    """Write seats of classes into rows of sections; `at` by scenario, measure and period."""
    every = np.broadcast_to(classes, at.shape)
    worth = np.broadcast_to(seats[:, None], at.shape)
    there = (every != NONE) & (ids[at] != NONE)
    maker.put(ids[at[there]], every[there], worth[there])


def _strong_cuts(model: Model, maker: Maker, columns: Columns, wanted: Flag) -> Whole:
    """Where a section has no seats of its own, let nobody go there before a measure is used; return the rows."""
    scenario, period, way = np.nonzero(cut_at(model, columns.flow) & wanted)
    ids = maker.limits(len(way), -np.inf, 0.0)
    maker.put(ids, columns.flow[scenario, period, way], 1.0)
    # of a measure without a column that says whether it is used, the classes say so
    says = np.where(columns.on != NONE, columns.on, np.where(columns.used != NONE, columns.used, columns.classes))
    pupils = model.demand[scenario, period, model.arc_row[way]]
    order = np.argsort(model.section, kind="stable")
    start = np.searchsorted(model.section[order], np.arange(len(model.sections) + 1))
    section = model.arc_section[way]
    for turn in range(int(np.diff(start).max(initial=0))):
        has = start[section] + turn < start[section + 1]
        measure = order[(start[section] + turn)[has]]
        maker.put(ids[has], says[measure, period[has]], -pupils[has])
    return ids


def _budget_rows(model: Model, maker: Maker, columns: Columns) -> None:
    """Let no period spend more capital than its budget, nor all together more than the total."""
    every = _capital(model, maker.number, columns)
    for period in np.flatnonzero(np.isfinite(model.budget)):
        at = np.flatnonzero(every[period])
        maker.row([(at, every[period, at])], lower=-np.inf, upper=float(model.budget[period]))
    if np.isfinite(model.total_budget):
        total = every.sum(axis=0)
        at = np.flatnonzero(total)
        maker.row([(at, total[at])], lower=-np.inf, upper=model.total_budget)


def _capital(model: Model, number: int, columns: Columns) -> Real:
    """Return what one of each column costs in capital, by period."""
    cost = np.zeros((len(model.years), number))
    each, fixed, switch = (model.number(name) for name in ("class_cost", "fixed_cost", "switch_cost"))
    staying = np.where(model.lasting[:, None], columns.classes, NONE)
    parts = ((fixed, columns.used), (each, staying), (each + switch, columns.rise), (model.plot_cost, columns.land))
    for price, ids in parts:
        measure, period = np.nonzero(ids != NONE)
        np.add.at(cost, (period, ids[measure, period]), price[measure])
        if ids is not columns.rise:
            # what was there in the period before was paid then
            later = period + 1 < len(model.years)
            measure, period = measure[later], period[later]
            np.add.at(cost, (period + 1, ids[measure, period]), -price[measure])
    return cost


def _costs(model: Model, number: int, columns: Columns) -> tuple[Real, Real]:
    """Return the costs of columns that all scenarios share, and those of each scenario alone."""
    shared = model.discount @ _capital(model, number, columns)
    measure, period = np.nonzero(columns.classes != NONE)
    shared[columns.classes[measure, period]] += model.number("yearly_cost")[measure] * model.yearly[period]
    own = np.zeros((len(model.scenarios), number))
    scenario, period, way = np.nonzero(columns.flow != NONE)
    own[scenario, columns.flow[scenario, period, way]] = model.yearly[period] * (
        model.arc_cost[way] - model.money.short_cost
    )
    scenario, period, section = np.nonzero(columns.empty != NONE)
    own[scenario, columns.empty[scenario, period, section]] = model.yearly[period] * model.money.empty_cost
    return shared, own
