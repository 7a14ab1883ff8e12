"""
The two assessments, laid out as they are filled in: 普及普惠 of kindergartens, 优质均衡 of compulsory schooling.

Rows follow the requirements of the standard. What was not given is not
provided, and never counts as met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.indicators.balanced_layout import school_table
from schoolmap.seats.indicators.balanced_layout import variation_table
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import not_provided
from schoolmap.seats.indicators.measures import text
from schoolmap.seats.indicators.measures import unit_text
from schoolmap.seats.indicators.official_tables import INDICATOR_HEADINGS
from schoolmap.seats.indicators.official_tables import AssessmentTable
from schoolmap.seats.indicators.official_tables import TableColumn
from schoolmap.seats.indicators.official_tables import indicator_notes
from schoolmap.seats.indicators.official_tables import indicator_rows
from schoolmap.seats.indicators.resource_verdicts import compare
from schoolmap.seats.indicators.resource_verdicts import verdicts
from schoolmap.seats.indicators.resources import RESOURCES
from schoolmap.seats.indicators.resources import resource_rates
from schoolmap.seats.indicators.resources import variation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    import pandas as pd

    from schoolmap.seats.indicators.measures import Indicator
    from schoolmap.seats.indicators.resources import Method
    from schoolmap.standards.schema import Figure
    from schoolmap.standards.schema import Requirement
    from schoolmap.standards.schema import Standards
    from schoolmap.standards.schema import Text

_DIGITS = 6
_NONE = text("", "")

DIMENSIONS: dict[str, Text] = {
    "level": text("Level of inclusive schooling", "普及普惠水平"),
    "government": text("What the government ensures", "政府保障情况"),
    "quality": text("What ensures quality", "幼儿园保教质量保障情况"),
    "other": text("Other", "其他"),
}
"""The three dimensions of the assessment of kindergartens, and what is in none of them."""

INCLUSIVE_DIMENSIONS = {
    "gross_enrolment": "level",
    "inclusive_share": "level",
    "public_share": "level",
    "township_kindergarten": "government",
    "running_costs_yuan": "government",
    "pay_ratio": "government",
    "outdoor_m2": "quality",
    "activity_m2": "quality",
    "building_m2": "quality",
    "class_size_met": "quality",
    "children_per_teacher": "quality",
    "certified_teachers": "quality",
}
"""Dimension of each indicator, as far as known: the text of the assessment was not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancedTables:
    """
    The assessment of balanced schooling (优质均衡): its three tables.

    Attributes
    ----------
    schools
        A: the seven resources of every school, with its verdict.
    variation
        B: coefficients of variation between schools.
    government
        C: what the government ensures.
    """

    schools: AssessmentTable
    variation: AssessmentTable
    government: AssessmentTable


def answer(requirements: Sequence[Requirement], indicators: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """
    Find for every requirement the indicator that answers it, in the order of the requirements.

    A requirement without an indicator is answered by one that is not provided.
    One without a stage is answered by the indicator of each stage that has it.

    Raises
    ------
    LabelError
        If there are two indicators of one id and stage, or a requirement is in
        another unit than its indicator.
    """
    given: dict[tuple[str, str], Indicator] = {}
    for found in indicators:
        key = (found.measure.id, found.stage)
        if key in given:
            msg = f"There are two indicators {key[0]!r} of stage {key[1]!r}. Give one of them."
            raise LabelError(msg)
        given[key] = found
    answers: list[Indicator] = []
    for rule in requirements:
        fits = [
            found
            for (name, stage), found in given.items()
            if name == rule.id and (stage == rule.stage or not rule.stage)
        ]
        answers += [_judged(found, rule) for found in fits] or [
            judge(not_provided(_asked(rule), stage=rule.stage), rule)
        ]
    return tuple(answers)


def _judged(found: Indicator, rule: Requirement) -> Indicator:
    """Hold an indicator against a requirement, unless that was done with this one before."""
    return found if found.requirement == rule else judge(found, rule)


def _asked(rule: Requirement) -> Measure:
    """Return what a requirement asks for where nothing is known but the requirement."""
    unit = unit_text(rule.unit)
    return Measure(id=rule.id, label=rule.label, basis=rule.basis, lacks=unit, unit=unit)


def inclusive_table(requirements: Sequence[Requirement], indicators: Iterable[Indicator]) -> AssessmentTable:
    """
    Lay out the assessment of inclusive kindergartens (县域学前教育普及普惠督导评估).

    Parameters
    ----------
    requirements
        Of the standard, in the order of the rows: `Standards.inclusive`.
    indicators
        What is known, judged or not; those that no requirement asks for are
        left out.

    Returns
    -------
    table
        One row per requirement; without an indicator it is not provided. The
        assessment has other indicators, without a figure, which inspectors
        judge: they are not here.

    Raises
    ------
    LabelError
        If there are two indicators of one id and stage, or one is in another
        unit than its requirement.
    """
    answers = answer(requirements, indicators)
    table = indicator_rows(answers)
    keys = [INCLUSIVE_DIMENSIONS.get(found.measure.id, "other") for found in answers]
    table.insert(0, "dimension", keys)
    column = TableColumn(
        id="dimension", label=text("Dimension", "维度"), unit=text("", ""), holds="word", words=DIMENSIONS
    )
    return AssessmentTable(
        id="inclusive",
        title=text("Assessment of inclusive kindergartens", "县域学前教育普及普惠督导评估指标达成情况"),
        columns=(column, *INDICATOR_HEADINGS),
        rows=table,
        notes=(
            text(
                "Indicators of the assessment without a figure are judged by inspectors and are not listed.",
                "评估中没有定量要求的指标由督导组现场认定，未列入本表。",
            ),
            *indicator_notes(answers),
        ),
    )


def balanced_tables(
    standards: Standards,
    *,
    resources: pd.DataFrame,
    pupils: pd.Series,
    names: pd.Series,
    indicators: Iterable[Indicator] = (),
    method: Method = "weighted",
) -> BalancedTables:
    """
    Lay out the assessment of balanced compulsory schooling (县域义务教育优质均衡发展督导评估).

    Parameters
    ----------
    standards
        With `balanced`, `most_variation`, `least_resources_met` and
        `least_share_of_value`.
    resources
        Amounts by (school, stage), in columns named as `RESOURCES`.
    pupils
        Of the sections that are assessed, from `assessed`.
    names
        Name of each school.
    indicators
        What is known of the requirements that are no resources.
    method
        How the coefficient of variation is worked out.

    Raises
    ------
    MissingValueError
        If the standard does not say how many resources must be met, or how far
        the others may fall short.
    LabelError
        If a stage of the sections has no requirements, a school has no name, or
        as in `inclusive_table`.
    """
    least_met = _figure(standards.least_resources_met, "least_resources_met")
    least_share = _figure(standards.least_share_of_value, "least_share_of_value")
    compared = compare(resources, pupils=pupils, requirements=standards.balanced, least_share_of_value=least_share)
    rates = resource_rates(resources, pupils=pupils)
    spread = variation(rates, pupils=pupils, method=method, most=standards.most_variation)
    rules = [rule for rule in standards.balanced if rule.id not in RESOURCES]
    answers = answer(rules, indicators)
    return BalancedTables(
        schools=school_table(
            rates,
            compared,
            verdicts(compared, least_met=round(least_met)),
            names=names,
            least_met=least_met,
            least_share=least_share,
        ),
        variation=variation_table(spread, method=method),
        government=AssessmentTable(
            id="balanced_government",
            title=text("C. What the government ensures", "表三 政府保障程度"),
            columns=INDICATOR_HEADINGS,
            rows=indicator_rows(answers),
            notes=indicator_notes(answers),
        ),
    )


def _figure(figure: Figure | None, name: str) -> float:
    if figure is None:
        msg = f"The standard says nothing of `{name}`, without which no school can be judged. Add it."
        raise MissingValueError(msg)
    return float(figure.value)
