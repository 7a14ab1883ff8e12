"""
The siting problem as arrays: who needs seats, where seats are, ways, and measures, each at its place.

Labels are sorted once, here; behind this page positions count. A row is an
area and a stage, a section a school and a stage, a period a year of the
demand with the years until the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.optimize.siting import labels
from schoolmap.optimize.siting import measures as contract

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.money import Money

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """
    A siting problem by position.

    Attributes
    ----------
    scenarios, years
        Their labels; years in order.
    rows, sections
        (area, stage) with demand, and (school, stage) with seats or measures.
    measures
        The checked table of measures.
    weights
        Of the scenarios; they add up to 1.
    lengths
        Years that each period stands for.
    discount
        What a unit of money of each period is worth in the base year.
    yearly
        The same for a cost of every year of the period.
    demand, seats
        By scenario, period, and row or section.
    others
        Pupils whose seats are not decided on, by scenario, period and section;
        they are there where only a part of the county is solved.
    arc_row, arc_section, arc_metres, arc_cost
        The allowed ways, in the order of rows; the cost of one pupil in a year.
    first, last
        First period in which each measure may be open, and the last in which it
        may be begun. Equal to the number of periods, or -1, if there is none.
    section, takes
        Section to which a measure belongs, and from which it takes rooms, or -1.
    least, most
        Classes of a measure while it is used.
    sizes
        Allowed numbers of classes, where not all from `least` to `most` are.
    decided
        Classes that there will be in any case, by measure and period.
    plot, group
        Position of the plot and group of each measure, or -1.
    plot_room, plot_cost
        Classes, and what the land costs, by plot; it is paid once, when the first
        measure there opens.
    plot_bought
        Period in which others pay for the land in any case, by plot; as many as
        there are periods where nobody does.
    budget
        Capital that may be spent in each period; infinite if there is no limit.
    total_budget
        Capital that may be spent in all.
    money
        Terms of all costs.
    """

    scenarios: pd.Index
    years: pd.Index
    rows: pd.MultiIndex
    sections: pd.MultiIndex
    measures: pd.DataFrame
    weights: Real
    lengths: Real
    discount: Real
    yearly: Real
    demand: Real
    seats: Real
    others: Real
    arc_row: Whole
    arc_section: Whole
    arc_metres: Real
    arc_cost: Real
    first: Whole
    last: Whole
    section: Whole
    takes: Whole
    least: Whole
    most: Whole
    sizes: tuple[tuple[int, ...] | None, ...]
    decided: Whole
    plot: Whole
    group: Whole
    plot_room: Real
    plot_cost: Real
    plot_bought: Whole
    budget: Real
    total_budget: float
    money: Money

    def number(self, name: str) -> Real:
        """Return a column of the measures as numbers."""
        return self.measures[name].to_numpy(dtype=float)

    @property
    def lasting(self) -> Flag:
        """Return which measures stay."""
        return self.measures["lasting"].to_numpy(dtype=bool)

    @property
    def on_paid_land(self) -> Flag:
        """Return which measures are on a plot whose land costs something."""
        return np.isin(self.plot, np.flatnonzero(self.plot_cost > 0))


def build_model(
    demand: pd.Series,
    seats: pd.Series,
    ways: pd.Series | pd.DataFrame,
    measures: pd.DataFrame,
    *,
    money: Money,
    plots: pd.Series | pd.DataFrame | None = None,
    budget: pd.Series | None = None,
    total_budget: float | None = None,
    weights: pd.Series | None = None,
) -> Model:
    """
    Check all tables, and return the problem by position.

    The parameters are those of `site.site`.

    Raises
    ------
    LabelError
        If a label is there twice, or is not known where it has to be.
    MissingValueError, ValueError
        If a number is missing, or is not possible.
    """
    room, land = labels.as_plots(plots)
    table = contract.check_measures(measures, plots=room)
    wanted = labels.with_scenarios(demand, "area", what="`demand`")
    there = labels.with_scenarios(seats, "school", what="`seats`")
    scenarios = labels.common_scenarios(wanted, there)
    years = pd.Index(sorted(wanted.index.get_level_values("year").unique()), name="year")
    if len(years) == 0:
        msg = "`demand` is empty. Give the pupils of at least one area, stage and year."
        raise ValueError(msg)
    rows, pupils = labels.as_cube(wanted, scenarios, years, what="`demand`")
    school, seat = labels.as_cube(there, scenarios, years, what="`seats`")
    places = pd.MultiIndex.from_frame(table[["school", "stage"]])
    sections = school.append(places.difference(school)) if len(places) else school
    sections = labels.in_order(sections.set_names(["school", "stage"]))
    every = np.zeros((len(scenarios), len(years), len(sections)))
    every[:, :, sections.get_indexer(school)] = seat
    arcs = labels.as_arcs(ways, rows, sections, money=money)
    lengths = np.diff(years.to_numpy(dtype=float))
    lengths = np.append(lengths, lengths[-1] if len(lengths) else 1.0)
    discount = (1 + money.discount_rate) ** -(years.to_numpy(dtype=float) - money.base_year)
    takes = _taken(table, sections)
    first = np.searchsorted(years.to_numpy(dtype=float), table["first_year"].to_numpy()).astype(np.int64)
    last = np.searchsorted(years.to_numpy(dtype=float), table["last_year"].to_numpy(dtype=float), side="right") - 1
    sizes = [contract.allowed_sizes(row) for _, row in table.iterrows()]
    named = pd.Index([]) if room is None else room.index
    model = Model(
        scenarios=scenarios,
        years=years,
        rows=rows,
        sections=sections,
        measures=table,
        weights=_weights(weights, scenarios),
        lengths=lengths,
        discount=discount,
        yearly=discount * lengths,
        demand=pupils,
        seats=every,
        others=np.zeros_like(every),
        arc_row=arcs[0],
        arc_section=arcs[1],
        arc_metres=arcs[2],
        arc_cost=arcs[3],
        first=first,
        last=last.astype(np.int64),
        section=sections.get_indexer(places).astype(np.int64) if len(places) else np.empty(0, dtype=np.int64),
        takes=takes,
        least=np.array([allowed[0] if allowed else 1 for allowed in sizes], dtype=np.int64),
        most=np.array([allowed[-1] if allowed else 0 for allowed in sizes], dtype=np.int64),
        sizes=tuple(
            allowed if len(allowed) > 0 and len(allowed) < allowed[-1] - allowed[0] + 1 else None for allowed in sizes
        ),
        decided=_decided(table, sizes, first, len(years)),
        plot=named.get_indexer(pd.Index(table["plot"])).astype(np.int64),
        group=pd.factorize(table["group"])[0].astype(np.int64),
        plot_room=np.empty(0) if room is None else room.to_numpy(dtype=float),
        plot_cost=land,
        plot_bought=np.full(len(land), len(years), dtype=np.int64),
        budget=_budget(budget, years),
        total_budget=_total(total_budget),
        money=money,
    )
    _require_possible(model, named)
    return model


def capital_of(model: Model, classes: Whole) -> Real:
    """
    Return the capital of each measure in each period, not discounted, for numbers of classes by measure and period.

    The land of a plot stands with the measure that opens there first, of several in
    one period the first by label.
    """
    before = np.hstack([np.zeros((len(classes), 1), dtype=classes.dtype), classes[:, :-1]])
    rise = np.maximum(classes - before, 0)
    used = np.maximum.accumulate(classes > 0, axis=1)
    opens = used & ~np.hstack([np.zeros((len(classes), 1), dtype=bool), used[:, :-1]])
    each = model.number("class_cost") + np.where(model.lasting, 0.0, model.number("switch_cost"))
    spent: Real = opens * model.number("fixed_cost")[:, None] + rise * each[:, None]
    for plot in np.flatnonzero(model.plot_cost > 0):
        there = np.flatnonzero(model.plot == plot)
        if len(there) > 0:
            begins = np.where(used[there].any(axis=1), used[there].argmax(axis=1), len(model.years))
            buyer = int(begins.argmin())
            period = min(begins[buyer], model.plot_bought[plot])
            if period < len(model.years):
                spent[there[buyer], period] += model.plot_cost[plot]
    return spent


def added_of(model: Model, classes: Whole) -> tuple[Real, Real]:
    """Return the seats that measures add and take, by period and section."""
    added = np.zeros((len(model.years), len(model.sections)))
    taken = np.zeros_like(added)
    np.add.at(added.T, model.section, classes * model.number("seats_per_class")[:, None])
    from_some = model.takes >= 0
    np.add.at(taken.T, model.takes[from_some], (classes * model.number("takes_seats")[:, None])[from_some])
    return added, taken


def _taken(table: pd.DataFrame, sections: pd.MultiIndex) -> Whole:
    """Return the section whose rooms each measure takes, or -1."""
    if table.empty:
        return np.empty(0, dtype=np.int64)
    wanted = pd.MultiIndex.from_frame(table[["takes_school", "takes_stage"]])
    takes = np.where(table["takes_school"].notna(), sections.get_indexer(wanted), -1).astype(np.int64)
    lost = table["takes_school"].notna().to_numpy() & (takes < 0)
    if lost.any():
        label = table.index[lost][0]
        msg = f"Measure {label!r} takes rooms of {wanted[lost][0]!r}, which has no row in `seats`."
        raise LabelError(msg)
    return takes


def _weights(weights: pd.Series | None, scenarios: pd.Index) -> Real:
    if weights is None:
        return np.full(len(scenarios), 1 / len(scenarios))
    checks.require_same_labels(scenarios, weights.index, what="The scenarios and `weights`")
    checks.require_no_gaps(weights, what="`weights`")
    checks.require_not_negative(weights, what="`weights`")
    if abs(float(weights.sum()) - 1) > 1e-9:
        msg = f"`weights` of the scenarios add up to 1, got {float(weights.sum()):g}."
        raise ValueError(msg)
    return weights.reindex(scenarios).to_numpy(dtype=float)


def _budget(budget: pd.Series | None, years: pd.Index) -> Real:
    if budget is None:
        return np.full(len(years), np.inf)
    checks.require_same_labels(years, budget.index, what="The years of `demand` and `budget`")
    checks.require_no_gaps(budget, what="`budget`")
    checks.require_not_negative(budget, what="`budget`")
    return budget.reindex(years).to_numpy(dtype=float)


def _total(total: float | None) -> float:
    if total is not None and not total >= 0:
        msg = f"`total_budget` is a number of at least 0, got {total}."
        raise ValueError(msg)
    return np.inf if total is None else float(total)


def _decided(table: pd.DataFrame, sizes: list[tuple[int, ...]], first: Whole, periods: int) -> Whole:
    """Return the least classes of each measure in each period; what is decided is rounded up to an allowed size."""
    least = np.zeros((len(table), periods), dtype=np.int64)
    for at, (number, allowed) in enumerate(zip(table["decided"], sizes, strict=True)):
        if number > 0:
            least[at, first[at] :] = next(size for size in allowed if size >= number)
    return least


def _require_possible(model: Model, plots: pd.Index) -> None:
    """Raise if what is decided already is more than there is room, or money, for."""
    if not model.decided.any():
        return
    for at, room in enumerate(model.plot_room):
        there = model.decided[model.plot == at].sum(axis=0)
        if (there > room).any():
            label = plots[at]
            msg = f"{there.max()} classes are decided on plot {label!r}, which has room for {room:g}. Correct one of them."
            raise ValueError(msg)
    added, taken = added_of(model, model.decided)
    lack = taken - added - model.seats.min(axis=0)
    if lack.max(initial=0.0) > 1e-9:
        period, section = np.unravel_index(lack.argmax(), lack.shape)
        msg = (
            f"Decided measures take {lack.max():g} seats more from {model.sections[section]!r} than it has in "
            f"{model.years[period]}. Take fewer classes there."
        )
        raise ValueError(msg)
    spent = capital_of(model, model.decided).sum(axis=0)
    if (spent > model.budget + 1e-9).any():
        period = int(np.argmax(spent - model.budget))
        msg = (
            f"Decided measures cost {spent[period]:g} in {model.years[period]}, more than the budget of "
            f"{model.budget[period]:g}. Raise the budget, or decide on less."
        )
        raise ValueError(msg)
    if spent.sum() > model.total_budget + 1e-9:
        msg = f"Decided measures cost {spent.sum():g}, more than the total budget of {model.total_budget:g}."
        raise ValueError(msg)
