"""
What a public edition shows of small figures, and what it says about them.

Small counts are gone before a public edition is planned, see
`inputs.small_counts`: nothing here keeps a secret. But a forecast for a small
village can still come out as three children, and a reader cannot tell that this
is no count. So figures of children between zero and the limit are shown as the
nearer of the two, in numbers and in sentences, alike in every product.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from schoolmap.output import model

_COUNT_CHILDREN = re.compile(
    r"children|pupils|boarders|residents|within reach|out of reach|no limit known|own school out of reach",
    re.IGNORECASE,
)
_RATES = re.compile(r"per |year")
"""Headings of figures that are no counts, though they name children."""
_BALANCE = ("demand", "demand_p10", "demand_p90")
_REACH = ("children", "within", "beyond", "unknown")
_SENTENCES = {
    "en": (r"(?<![\d.,])(\d+(?:\.\d+)?)(?= (?:pupils?|children|child|residents)\b)", "fewer than {}"),
    # a class has so many 人, too; of children it is said with 约, in brackets, or of areas
    "zh": (
        r"(?:(?<![\d.,])(\d+(?:\.\d+)?)(?=名(?:学龄儿童|儿童|学生))|(?<=[约（的])(\d+(?:\.\d+)?)(?=人))",
        "不足{}",
    ),
}
"""How sentences tell a number of children, and what stands in its place if it is small."""
_IN_BRACKETS = re.compile(r"(?<=\()(\d+)(?=\))")


def notice(below: int) -> model.Text:
    """Say what is hidden, how, and what the edition cannot do."""
    most = below - 1
    return both(
        f"Public edition. Counts of 1 to {most} children are hidden: before anything was calculated, each was replaced by "
        f"the mean of at least three such counts. Figures of children below {below} that come out are shown as 0 or "
        f"{below}, whichever is nearer. Sums and seats may therefore differ by a few from the edition for the office, "
        "and so may proposals that were close. Changes cannot be tried out on this map.",
        f"公开版。1至{most}人的儿童数已隐去：计算之前，每个此类数字都以至少三个此类数字的平均数代替。计算结果中不足{below}"
        f"人的儿童数显示为0或{below}（取较近者）。因此合计与学位可能与内部版相差数人，原本相近的措施建议也可能不同。"
        "本图不能试作调整。",
    )


def shown(value: float, *, below: int) -> float:
    """
    Return a figure of children as it is shown.

    Examples
    --------
    >>> [shown(value, below=5) for value in (0.0, 0.4, 2.4, 2.5, 4.9, 5.0, 7.3)]
    [0.0, 0.0, 0.0, 5.0, 5.0, 5.0, 7.3]
    """
    if not 0 < value < below:
        return value
    return float(below) if 2 * value >= below else 0.0


def shown_columns(table: pd.DataFrame, *, below: int) -> pd.DataFrame:
    """
    Return a table of a layer or of the balance with its figures of children as they are shown.

    Parameters
    ----------
    table
        With any of the columns `demand`, `demand_p10`, `demand_p90`,
        `children`, `within`, `beyond` and `unknown`.
    below
        Figures from 0 to this become the nearer of the two.
    """
    changed = table.copy()
    for column in (*_BALANCE, *_REACH):
        if column in table:
            values = table[column]
            small = (values > 0) & (values < below)
            changed[column] = values.mask(small, (2 * values >= below) * float(below))
    return changed


def as_public(plan: model.MapModel, *, below: int) -> model.MapModel:
    """
    Return a description in which no figure of children lies between zero and a limit.

    Parameters
    ----------
    plan
        Of a project that was read with `hide_below`.
    below
        The limit; at least 3.

    Returns
    -------
    plan
        With a note that says so before all others, and without what the page
        needs to try out changes. Shares, seats, classes and what is short or
        spare in seats are as they were.
    """
    edition = _Edition(below)
    return replace(
        plan,
        schools=tuple(map(edition.school, plan.schools)),
        panels=tuple(map(edition.panel, plan.panels)),
        population=edition.population(plan.population),
        actions=tuple(map(edition.action, plan.actions)),
        reach=tuple(map(edition.reach, plan.reach)),
        tables=tuple(map(edition.table, plan.tables)),
        editing=None,
        notes=(notice(below), *map(edition.text, plan.notes)),
    )


class _Edition:
    """The parts of a description, each as it is shown."""

    def __init__(self, below: int) -> None:
        self._below = below

    def text(self, text: model.Text) -> model.Text:
        return {language: self._sentence(sentence, language) for language, sentence in text.items()}

    def _sentence(self, sentence: str, language: str) -> str:
        pattern, words = _SENTENCES[language]
        return re.sub(pattern, lambda found: self._word(found, words), sentence)

    def _word(self, found: re.Match[str], words: str) -> str:
        return words.format(self._below) if 0 < float(found[0]) < self._below else found[0]

    def _row(self, values: Iterable[float]) -> tuple[float, ...]:
        return tuple(shown(value, below=self._below) for value in values)

    def _known(self, value: float | None) -> float | None:
        return None if value is None else shown(value, below=self._below)

    def _grid(self, grid: model.Grid) -> model.Grid:
        return tuple(tuple(map(self._known, row)) for row in grid)

    def school(self, school: model.School) -> model.School:
        sections = tuple(
            replace(
                section,
                enrolment=self._known(section.enrolment),
                class_size=self._known(section.class_size),
            )
            for section in school.sections
        )
        return replace(school, sections=sections)

    def panel(self, panel: model.Panel) -> model.Panel:
        names = ("children", "children_born", "leaving", "coming", "demand", "p10", "p90")
        grids: dict[str, Any] = {name: self._grid(getattr(panel, name)) for name in names}
        totals: dict[str, Any] = {name: self._row(getattr(panel.totals, name)) for name in ("demand", "p10", "p90")}
        after, origin = panel.after, panel.origin
        if after is not None:
            changed = tuple(replace(item, demand=self._row(item.demand)) for item in after.changed)
            after = replace(after, changed=changed)
        if origin is not None:
            begun, births = self._grid(origin.begun), self._grid(origin.births)
            origin = replace(origin, whole=self._row(origin.whole), begun=begun, births=births)
        return replace(panel, **grids, totals=replace(panel.totals, **totals), after=after, origin=origin)

    def population(self, people: model.Population) -> model.Population:
        births = tuple(replace(line, births=self._row(line.births)) for line in people.births)
        peaks = []
        for peak in people.peaks:
            base, most, last = self._row((peak.base, peak.peak, peak.last))
            peaks.append(replace(peak, base=base, peak=most, last=last))
        return replace(people, births=births, peaks=tuple(peaks), facts=tuple(map(self.text, people.facts)))

    def action(self, action: model.Action) -> model.Action:
        moves = []
        for move in action.moves:
            pupils, entering, then = self._row((move.pupils, move.entering, move.pupils_then))
            moves.append(replace(move, pupils=pupils, entering=entering, pupils_then=then))
        reason, alternatives = self.text(action.reason), tuple(map(self.text, action.alternatives))
        if moves:
            # places with their pupils in brackets
            reason, *others = (
                text | {"en": _IN_BRACKETS.sub(lambda found: self._word(found, "fewer than {}"), text["en"])}
                for text in (reason, *alternatives)
            )
            alternatives = tuple(others)
        return replace(action, moves=tuple(moves), reason=reason, alternatives=alternatives)

    def reach(self, reach: model.Reach) -> model.Reach:
        areas = tuple(
            replace(area, children=self._row(area.children), beyond=self._row(area.beyond)) for area in reach.areas
        )
        within, beyond, unknown = map(self._row, (reach.within, reach.beyond, reach.unknown))
        return replace(reach, areas=areas, within=within, beyond=beyond, unknown=unknown)

    def table(self, table: model.FactTable) -> model.FactTable:
        columns = {
            place
            for place, column in enumerate(table.columns)
            if column.kind == "count"
            and _COUNT_CHILDREN.search(column.label["en"])
            and not _RATES.search(column.label["en"].lower())
        }
        rows = tuple(
            tuple(
                shown(cell, below=self._below) if place in columns and isinstance(cell, float) else cell
                for place, cell in enumerate(row)
            )
            for row in table.rows
        )
        return replace(table, rows=rows, notes=tuple(map(self.text, table.notes)))
