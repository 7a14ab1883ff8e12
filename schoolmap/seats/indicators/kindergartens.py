"""
Kindergartens where people live: one public kindergarten for every township (一乡一公办园).

How many are asked for comes from the rules of a standard (`SeatRule`): each
holds from some number of residents up to another. Where the number is not
known, a rule that depends on it is not met and not failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Indicator
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import not_provided
from schoolmap.seats.indicators.measures import text
from schoolmap.seats.indicators.seat_rules import required_by_rules
from schoolmap.tables import OWNERSHIPS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.standards.schema import Requirement
    from schoolmap.standards.schema import SeatRule

TOWNSHIPS_COVERED = Measure(
    id="townships_covered",
    label=text("Townships with the public kindergartens they need", "乡镇公办园覆盖率"),
    basis=text(
        "townships with as many as the rule asks for / townships",
        "达到公办园设置要求的乡镇（街道）数／乡镇（街道）总数",
    ),
    lacks=UNITS["townships"],
)
TOWNSHIP_KINDERGARTEN = Measure(
    id="township_kindergarten",
    label=text("Public kindergartens in each township", "每个乡镇公办中心园"),
    basis=text("kindergartens that count, of each township", "各乡镇（街道）符合要求的幼儿园数"),
    lacks=UNITS["kindergartens"],
    unit=UNITS["kindergartens"],
    per=1.0,
)
OUTDOOR, BUILDING, ACTIVITY = (
    Measure(
        id=name,
        label=label,
        basis=text("area of each kindergarten / its children", "各园面积／在园幼儿数"),
        lacks=UNITS["m²"],
        unit=UNITS["m²"],
        per=1.0,
        whole=False,
    )
    for name, label in (
        ("outdoor_m2", text("Outdoor play area for a child", "生均室外游戏场地面积")),
        ("building_m2", text("Building for a child", "生均园舍建筑面积")),
        ("activity_m2", text("Activity rooms for a child", "生均幼儿活动用房面积")),
    )
)

ACCEPTED = {"township": ("public",), "street": ("public", "inclusive")}
"""Ownership that counts, where a caller does not say otherwise: a township needs a public kindergarten (一乡一公办园)."""


def township_coverage(
    townships: pd.DataFrame,
    *,
    schools: pd.DataFrame,
    sections: pd.DataFrame,
    rules: Sequence[SeatRule] = (),
    least: int = 1,
    accepted: Mapping[str, tuple[str, ...]] = ACCEPTED,
    stage: str = "kindergarten",
) -> pd.DataFrame:
    """
    Say of every township and street whether it has the public kindergartens that it needs, and which lack one.

    Kindergartens are schools with a section of the stage whose rooms are their
    own. Classes attached to a primary school are counted apart: they serve, but
    are no kindergarten. Unlicensed ones do not count.

    Parameters
    ----------
    townships
        Every township and street, by name or code, with `kind` (a key of
        `accepted`; a township where not given) and `residents` where known.
    schools
        By school, with `township` and `ownership`, and `licensed` where known.
    sections
        By (school, stage), with `rooms_of` where classes are attached.
    rules
        Rules that give schools, or people per school, per residents.
    least
        Kindergartens that each needs whatever its residents.
    accepted
        Ownerships that count, by kind of township.
    stage
        Stage of schooling.

    Returns
    -------
    coverage
        On the index of `townships`:
          - `kindergartens`, `public`, `inclusive`, `private`, `unknown` - licensed
            kindergartens in all and by ownership (`unknown`: not given)
          - `attached` - schools with attached classes only
          - `unlicensed`
          - `required`, `rule` - missing residents leave the least
          - `accepted` - of those that count
          - `missing` - kindergartens
          - `met` - missing where an unknown ownership, or residents not known,
            could decide

    Raises
    ------
    LabelError
        If a school of the stage stands in a township that is not listed, or
        none is given: its kindergarten would not be counted.
    ValueError
        If a township is of a kind that `accepted` does not know.

    Examples
    --------
    >>> townships = pd.DataFrame(index=["Northtown", "Hillside"])
    >>> schools = pd.DataFrame(
    ...     {"township": ["Northtown", "Hillside"], "ownership": ["public", "inclusive"]}, index=["A", "B"]
    ... )
    >>> rows = pd.MultiIndex.from_product([["A", "B"], ["kindergarten"]], names=["school", "stage"])
    >>> township_coverage(townships, schools=schools, sections=pd.DataFrame(index=rows))["met"].to_dict()
    {'Northtown': True, 'Hillside': False}
    """
    checks.require_unique_labels(townships.index, what="The table of townships")
    kind = townships.reindex(columns=["kind"])["kind"].astype(object).fillna("township")
    strange = kind[~kind.isin(list(accepted))]
    if len(strange) > 0:
        msg = f"{strange.index[0]!r} is a {strange.iloc[0]!r}, none of {', '.join(accepted)}. Say what such a place needs."
        raise ValueError(msg)
    found = _kindergartens(schools, sections, stage=stage)
    lost = found[~found["township"].isin(townships.index)]
    if len(lost) > 0:
        msg = (
            f"{len(lost)} kindergarten(s) stand in no township that is listed, e.g. {lost.index[0]!r} in "
            f"{lost['township'].iloc[0]!r}: they would not be counted."
        )
        raise LabelError(msg)
    kinds = ["kindergartens", *OWNERSHIPS, "unknown", "attached", "unlicensed"]
    counts = found[kinds].groupby(found["township"]).sum().reindex(townships.index, fill_value=0).astype(int)
    residents = townships.reindex(columns=["residents"])["residents"].astype(float)
    asked = required_by_rules(residents, rules=rules, per="residents", gives="schools")
    by_size = asked["required"].gt(least)
    required = asked["required"].clip(lower=least).fillna(float(least))
    takes = pd.DataFrame(
        {word: kind.map({name: word in words for name, words in accepted.items()}) for word in OWNERSHIPS}
    )
    have = (counts[list(OWNERSHIPS)] * takes.astype(int)).sum(axis=1)
    missing = (required - have).clip(lower=0.0)
    # more residents than we know of may ask for more, an unknown owner may be the public
    may_need_more = residents.isna() & any(_speaks_of_schools(rule) for rule in rules)
    undecided = (missing > 0) & (have + counts["unknown"] >= required) | (missing == 0) & may_need_more
    return counts.assign(
        required=required,
        rule=asked["rule"].where(by_size, ""),
        accepted=have,
        missing=missing,
        met=(missing == 0).astype("boolean").mask(undecided),
    )


def township_indicator(coverage: pd.DataFrame, *, requirement: Requirement) -> Indicator:
    """
    Sum up the coverage of townships as one indicator, that each must meet.

    Parameters
    ----------
    coverage
        From `township_coverage`, whose `least` and rules say how many each needs.
    requirement
        What the standard says.

    Returns
    -------
    indicator
        Its value is that of the township worst off; `lacking` is the kindergartens
        that townships lack together. Townships of which nobody can say whether
        they meet it are left out.

    Raises
    ------
    LabelError
        If the requirement is of another indicator.
    """
    known = coverage[coverage["met"].notna()]
    left_out = len(coverage) - len(known)
    if known.empty:
        return judge(not_provided(TOWNSHIP_KINDERGARTEN, stage=requirement.stage, left_out=left_out), requirement)
    without = list(known.index[known["missing"] > 0].astype(str))
    note = text(f"Missing in: {', '.join(without)}.", f"未达到要求的乡镇（街道）：{'、'.join(without)}。")
    found = Indicator(
        measure=TOWNSHIP_KINDERGARTEN,
        stage=requirement.stage,
        numerator=float(known["accepted"].min()),
        denominator=1.0,
        units=len(known),
        left_out=left_out,
        failing=len(without),
        lacking_each=float(known["missing"].sum()),
        notes=(note,) if without else (),
    )
    return judge(found, requirement)


def _speaks_of_schools(rule: SeatRule) -> bool:
    return rule.per == "residents" and rule.gives in {"schools", "people_per_school"}


def _kindergartens(schools: pd.DataFrame, sections: pd.DataFrame, *, stage: str) -> pd.DataFrame:
    """Return one row per school with the stage, and a column of ones and zeros for what it counts as."""
    checks.require_unique_labels(schools.index, what="The table of schools")
    checks.require_unique_labels(sections.index, what="The table of sections")
    of_stage = sections.index.get_level_values("stage") == stage
    attached = sections.reindex(columns=["rooms_of"])["rooms_of"][of_stage].astype(object).fillna("") != ""
    attached.index = attached.index.get_level_values("school")
    unknown = attached.index.difference(schools.index)
    if len(unknown) > 0:
        msg = f"{len(unknown)} section(s) are of no school that is listed, e.g. {unknown[0]!r}."
        raise LabelError(msg)
    table = schools.reindex(index=attached.index, columns=["township", "ownership", "licensed"])
    unlicensed = table["licensed"] == "no"
    single = ~attached & ~unlicensed
    owners = {word: single & (table["ownership"] == word) for word in OWNERSHIPS}
    return (
        pd.DataFrame(
            {
                "kindergartens": single,
                **owners,
                "unknown": single & table["ownership"].isna(),
                "attached": attached & ~unlicensed,
                "unlicensed": unlicensed,
            }
        )
        .astype(int)
        .assign(township=table["township"])
    )
