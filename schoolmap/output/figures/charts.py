"""Charts by year: demand with its interval against seats, seats short, births, money, and the heat grid."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap.output import colours
from schoolmap.output.figures import canvas
from schoolmap.output.figures import labels
from schoolmap.output.figures.words import WORDS
from schoolmap.output.lookups import coverage_of
from schoolmap.output.lookups import stage_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from schoolmap.output.figures.fonts import Fonts
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel

_LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))
_SCENARIO_COLOURS = (colours.DEMAND, colours.SEATS, colours.INK, colours.MUTED, colours.ACTION)
MOST_ROWS = 60
"""Rows of a heat grid that can still be read on a page."""


def draw_demand(model: MapModel, panel: Panel, fonts: Fonts) -> Figure:
    """
    Draw a stage's demand and its 80 % interval against seats, with what the proposals leave short beside it.

    Demand is a line because it changes with every child; seats are steps
    because they change with buildings. The other scenarios are thin lines.
    """
    words = {name: text[fonts.language] for name, text in WORDS.items()}
    stage = stage_of(model, panel.stage)
    before = model.decision.short_before.get(stage.id, ())
    after = model.decision.short_after.get(stage.id, ())
    beside = any(value > 0 for value in (*before, *after))
    figure = canvas.new_figure(height_cm=6.8)
    # room for titles, ticks and the legend below
    axes = figure.add_axes((0.075, 0.235, 0.545 if beside else 0.91, 0.665))
    totals, years = panel.totals, np.array(model.years)
    axes.fill_between(years, totals.p10, totals.p90, color=canvas.BAND, linewidth=0, label=words["band"], zorder=1)
    others = [other for other in model.panels if other.stage == stage.id and other.scenario != panel.scenario]
    for n, other in enumerate(others):
        label = words["scenarios"] if n == 0 else None
        axes.plot(years, other.totals.demand, color=colours.MUTED, linewidth=0.6, linestyle=":", label=label, zorder=2)
    axes.step(years, totals.seats, where="mid", color=colours.SEATS, linewidth=1.6, label=words["seats"], zorder=3)
    axes.plot(years, totals.demand, color=colours.DEMAND, linewidth=1.8, label=words["demand"], zorder=4)
    axes.set_ylim(0, 1.12 * max(*totals.p90, *totals.seats, 1.0))
    _by_year(axes, model)
    _mark_unborn(axes, model, panel, words["not born"])
    axes.set_title(words["demand title"].format(stage=labels.shown(stage.label[fonts.language], stage.id, fonts)))
    handles, texts = axes.get_legend_handles_labels()
    figure.legend(handles, texts, loc="lower left", bbox_to_anchor=(0.06, 0.0), ncols=2, handlelength=1.8)
    if beside:
        right = figure.add_axes((0.70, 0.235, 0.27, 0.665))
        _draw_short(right, model, before, after, words)
        handles, texts = right.get_legend_handles_labels()
        figure.legend(handles, texts, loc="lower right", bbox_to_anchor=(0.995, 0.0), ncols=1, handlelength=1.2)
    return figure


def draw_births(model: MapModel, fonts: Fonts) -> Figure:
    """Draw the births of every scenario by school cohort."""
    figure = canvas.new_figure(height_cm=6.0)
    axes = figure.add_axes((0.075, 0.14, 0.70, 0.75))
    names = {item.id: labels.shown(item.label[fonts.language], item.id, fonts) for item in model.scenarios}
    # scenarios that differ in something else than births share a line
    lines: dict[tuple[tuple[int, ...], tuple[float, ...]], list[str]] = {}
    for line in model.population.births:
        lines.setdefault((line.years, line.births), []).append(names[line.scenario])
    most = 1.0
    for n, ((years, births), sharing) in enumerate(lines.items()):
        look: dict[str, Any] = {
            "color": _SCENARIO_COLOURS[n % 5],
            "linestyle": _LINES[n % 5],
            "linewidth": 1.8 if n == 0 else 1.2,
        }
        axes.plot(years, births, label="\n".join(sharing), **look)
        most = max(most, *births)
    axes.set_ylim(0, 1.1 * most)
    _tidy(axes)
    axes.set_title(WORDS["births title"][fonts.language])
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), handlelength=2.4)
    return figure


def draw_spending(model: MapModel, fonts: Fonts) -> Figure:
    """Draw what the proposals cost to build, year by year, in the unit of the plan."""
    figure = canvas.new_figure(height_cm=5.2)
    axes = figure.add_axes((0.085, 0.14, 0.90, 0.74))
    axes.bar(model.years, model.decision.capital_by_year, color=colours.SEATS, width=0.7)
    axes.set_ylim(0, 1.12 * max(*model.decision.capital_by_year, 1e-9))
    _by_year(axes, model)
    unit = labels.shown(model.currency[fonts.language], "?", fonts)
    axes.set_title(WORDS["spending title"][fonts.language].format(unit=unit))
    return figure


def draw_heat(model: MapModel, panel: Panel, fonts: Fonts) -> Figure:
    """Draw the class of utilisation of every catchment in every year; those with the highest where there are many."""
    from matplotlib.colors import ListedColormap  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    stage, coverage = stage_of(model, panel.stage), coverage_of(model, panel.stage)
    worst = [max((use for use in row if use is not None), default=-1.0) for row in panel.utilisation]
    order = sorted(range(len(worst)), key=lambda c: (-worst[c], coverage.catchments[c].id))[:MOST_ROWS]
    unknown = len(model.shades)
    grid = np.array([[unknown if shade is None else shade for shade in panel.shade[c]] for c in order])
    classes = [*(shade.colour for shade in model.shades), colours.WHITE]
    height = 0.34 * len(order) + 2.2
    figure = canvas.new_figure(height_cm=height)
    names = [labels.shown(coverage.catchments[c].name, coverage.catchments[c].id, fonts) for c in order]
    axes = figure.add_axes((0.21, 1.45 / height, 0.78, 1 - 2.2 / height))
    look: dict[str, Any] = {"cmap": ListedColormap(classes), "vmin": -0.5, "vmax": unknown + 0.5}
    axes.pcolormesh(grid, edgecolors=colours.WHITE, linewidth=0.8, rasterized=False, **look)
    for row, column in zip(*np.nonzero(grid == unknown), strict=True):
        axes.text(column + 0.5, row + 0.5, "–", ha="center", va="center", fontsize=6, color=colours.MUTED)
    axes.invert_yaxis()
    axes.set_yticks(np.arange(len(order)) + 0.5, names, fontsize=6.5)
    step = -(-len(model.years) // 16)
    axes.set_xticks(np.arange(0, len(model.years), step) + 0.5, [str(year) for year in model.years[::step]])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    words = {name: text[fonts.language] for name, text in WORDS.items()}
    title = words["heat title"].format(stage=labels.shown(stage.label[fonts.language], stage.id, fonts))
    if len(worst) > MOST_ROWS:
        title += f" ({words['heat cut'].format(shown=MOST_ROWS, all=len(worst))})"
    axes.set_title(title)
    patches = [
        Patch(facecolor=s.colour, edgecolor=colours.HAIRLINE, label=s.label[fonts.language]) for s in model.shades
    ]
    patches.append(Patch(facecolor=colours.WHITE, edgecolor=colours.HAIRLINE, label=f"– {words['no data']}"))
    figure.legend(
        handles=patches, loc="lower left", bbox_to_anchor=(0.19, 0.0), ncols=3, fontsize=6.5, handlelength=1.2
    )
    return figure


def _draw_short(
    axes: Axes,
    model: MapModel,
    before: tuple[float, ...],
    after: tuple[float, ...],
    words: dict[str, str],
) -> None:
    """Draw the seats short without and with the proposals, in the first scenario."""
    axes.bar(model.years, before, color=colours.SHORT, width=0.78, label=words["before"])
    axes.bar(model.years, after, color=colours.ACTION, width=0.4, label=words["after"])
    axes.set_ylim(0, 1.12 * max(*before, *after, 1.0))
    _by_year(axes, model)
    axes.set_title(words["short title"])


def _by_year(axes: Axes, model: MapModel) -> None:
    axes.set_xlim(model.years[0] - 0.5, model.years[-1] + 0.5)
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    """Whole years below, thousands with separators at the side, a faint line at each of them."""
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=9 if axes.get_position().width > 0.4 else 4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.grid(axis="y", color=colours.HAIRLINE, linewidth=0.5)
    axes.set_axisbelow(True)


def _mark_unborn(axes: Axes, model: MapModel, panel: Panel, words: str) -> None:
    """Draw a line at the first year in which some of the children are not born at the population's date."""
    shares = panel.totals.born_share
    at = next((t for t, share in enumerate(shares) if share < 1 - 1e-9), None)
    if at is None:
        return
    x = model.years[at] - 0.5
    axes.axvline(x, color=colours.MUTED, linewidth=0.7, linestyle=(0, (2, 2)), zorder=2)
    look: dict[str, Any] = {"fontsize": 6.5, "color": colours.MUTED, "va": "bottom", "textcoords": "offset points"}
    # on the side where there is room
    late = at > 0.75 * len(model.years)
    place: dict[str, Any] = {"xytext": (-3, 2), "ha": "right"} if late else {"xytext": (3, 2), "ha": "left"}
    axes.annotate(words, xy=(x, 0.02), xycoords=("data", "axes fraction"), **place, **look)
