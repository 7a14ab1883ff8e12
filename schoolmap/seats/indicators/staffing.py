"""
Teachers and staff: how many are needed, how many posts there are, how many people, and what is missing.

Shortages and surpluses are never netted: a teacher too many in one school does
not teach in another. Where a number is not given, neither is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import require_counts
from schoolmap.seats.indicators.measures import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.standards.schema import Figure
    from schoolmap.standards.schema import StageStandard
    from schoolmap.standards.schema import Text

_DIGITS = 6

EXCHANGED = Measure(
    id="exchange",
    label=text("Share of teachers exchanged", "教师交流轮岗比例"),
    basis=text(
        "teachers exchanged this year / teachers who were due for exchange", "本年交流轮岗教师数／符合交流条件的教师数"
    ),
    lacks=UNITS["teachers"],
)
EXCHANGED_BACKBONE = Measure(
    id="backbone_exchange",
    label=text("Share of backbone teachers among the exchanged", "骨干教师占交流轮岗教师比例"),
    basis=text("backbone teachers exchanged this year / teachers exchanged", "本年交流轮岗骨干教师数／交流轮岗教师数"),
    lacks=text("backbone teachers", "名骨干教师"),
)
CHILDREN_PER_TEACHER = Measure(
    id="children_per_teacher",
    label=text("Children for one full-time teacher", "专任教师与在园幼儿比"),
    basis=text("children enrolled / full-time teachers", "在园幼儿数／专任教师数"),
    lacks=UNITS["teachers"],
    unit=UNITS["children"],
    per=1.0,
    mends="denominator",
)
CERTIFIED = Measure(
    id="certified_teachers",
    label=text("Share of teachers with a certificate", "专任教师持证率"),
    basis=text(
        "full-time teachers with a teaching certificate / full-time teachers", "持有教师资格证的专任教师数／专任教师数"
    ),
    lacks=UNITS["teachers"],
)


def staff_needed(
    pupils: pd.Series,
    *,
    classes: pd.Series,
    pupils_per_staff: pd.Series,
    staff_per_class: pd.Series,
    small: pd.Series | None = None,
) -> pd.DataFrame:
    r"""
    Return the staff that pupils and classes call for: the larger of the two, in whole people.

    .. math:: \max(\lceil \text{pupils} / r \rceil, \lceil \text{classes} \times k \rceil)

    Parameters
    ----------
    pupils, classes
        By section; missing where not known.
    pupils_per_staff, staff_per_class
        Ratios by section; missing where the standard has none.
    small
        Sections to which the rule per class applies: small schools, whose few
        pupils would give them less than a teacher a class. Without it, all that
        have a ratio per class.

    Returns
    -------
    needed
        On the index of `pupils`: `by_pupils`, `by_classes` (missing where the
        rule does not apply), `needed`, and `rule` (`pupils`, `classes` or empty),
        the one that decides. A rule that applies, but whose number is not known,
        leaves the need unknown.

    Raises
    ------
    LabelError
        If labels differ.
    ValueError
        If a number is negative or infinite, or a ratio zero.

    Examples
    --------
    >>> schools = ["town", "village"]
    >>> staff_needed(
    ...     pd.Series([761.0, 60.0], index=schools),
    ...     classes=pd.Series([18.0, 6.0], index=schools),
    ...     pupils_per_staff=pd.Series(19.0, index=schools),
    ...     staff_per_class=pd.Series(2.0, index=schools),
    ...     small=pd.Series([False, True], index=schools),
    ... )[["needed", "rule"]].to_dict("list")
    {'needed': [41.0, 12.0], 'rule': ['pupils', 'classes']}
    """
    table = {
        "pupils": pupils,
        "classes": classes,
        "pupils_per_staff": pupils_per_staff,
        "staff_per_class": staff_per_class,
    }
    for name, values in table.items():
        require_counts(values, what=f"`{name}`")
        checks.require_same_labels(pupils.index, values.index, what=f"`pupils` and `{name}`")
        if name not in {"pupils", "classes"} and (values == 0).any():
            msg = f"`{name}` is zero for {values.index[values == 0][0]!r}. Leave it empty where there is no such rule."
            raise ValueError(msg)
    frame = pd.DataFrame({name: values.astype(float).reindex(pupils.index) for name, values in table.items()})
    applies = frame["staff_per_class"].notna()
    if small is not None:
        checks.require_same_labels(pupils.index, small.index, what="`pupils` and `small`")
        checks.require_no_gaps(small, what="`small`")
        applies &= small.reindex(pupils.index).astype(bool)
    by_pupils = _whole(frame["pupils"] / frame["pupils_per_staff"])
    by_classes = _whole(frame["classes"] * frame["staff_per_class"]).where(applies)
    needed = pd.concat([by_pupils, by_classes], axis=1).max(axis=1)
    unknown = (by_pupils.isna() & frame["pupils_per_staff"].notna()) | (by_classes.isna() & applies)
    needed = needed.mask(unknown)
    rule = np.select(
        [needed.isna(), by_classes.fillna(-1.0) > by_pupils.fillna(-1.0)], ["", "classes"], default="pupils"
    )
    return pd.DataFrame(
        {"by_pupils": by_pupils, "by_classes": by_classes, "needed": needed, "rule": rule}, index=pupils.index
    )


def _whole(people: pd.Series) -> pd.Series:
    """Round up to whole people; what is beyond a millionth of one is rounding."""
    return pd.Series(np.ceil(people.to_numpy(float).round(_DIGITS)), index=people.index)


def heads_needed(classes: pd.Series, *, bands: pd.Series) -> pd.Series:
    """
    Return the heads (园长) that kindergartens of so many classes have.

    Parameters
    ----------
    classes
        By kindergarten; missing where not known.
    bands
        Heads, by the number of classes from which they hold, rising.

    Returns
    -------
    heads
        On the index of `classes`; missing where the classes are not known or
        below the first band.

    Raises
    ------
    ValueError
        If the bands do not rise, or a number is negative or infinite.

    Examples
    --------
    >>> bands = pd.Series({1: 1.0, 6: 2.0, 10: 3.0})
    >>> heads_needed(pd.Series({"A": 5.0, "B": 6.0, "C": 12.0}), bands=bands).tolist()
    [1.0, 2.0, 3.0]
    """
    require_counts(classes, what="The number of classes")
    require_counts(bands, what="The number of heads")
    start = bands.index.to_numpy(float)
    if not (np.diff(start) > 0).all() or len(start) == 0:
        msg = f"The bands of classes must rise, got {list(bands.index)}."
        raise ValueError(msg)
    band = np.searchsorted(start, classes.to_numpy(float, na_value=np.nan), side="right") - 1
    known = classes.notna().to_numpy() & (band >= 0)
    heads = np.where(known, bands.to_numpy(float)[np.clip(band, 0, len(start) - 1)], np.nan)
    return pd.Series(heads, index=classes.index, name="heads")


ROLES: dict[str, Text] = {
    "staff": text("all staff", "教职工"),
    "teachers": text("full-time teachers", "专任教师"),
    "carers": text("nursery carers", "保育员"),
    "heads": text("heads", "园长"),
}
"""Who is counted: teachers, carers and heads are among all staff."""


_COUNTS = ("needed", "there", "short", "spare", "posts", "posts_short", "posts_spare", "vacant", "beyond_posts")


def staffing(
    sections: pd.DataFrame,
    *,
    stages: Mapping[str, StageStandard],
    rural: pd.Series | None = None,
    head_bands: Mapping[str, pd.Series] | None = None,
) -> pd.DataFrame:
    """
    Compare the staff of every section with what the standard asks for, and with its posts (编制).

    The rule per class applies to small schools where the standard says which
    are small, else to all of the stage. A role of which the standard says
    nothing has no row: without `head_bands` nobody says how many heads.

    Parameters
    ----------
    sections
        By (school, stage), with `enrolment` and `classes`, and `staff`,
        `teachers`, `carers`, `heads` and `posts` where known.
    stages
        Standards of every stage of the sections.
    rural
        Sections in the country, by the same labels: only there is a school
        small. Without it, wherever it stands.
    head_bands
        By stage, heads by the number of classes from which they hold.

    Returns
    -------
    staffing
        By (school, stage, role), `role` a key of `ROLES`:
          - `by_pupils`, `by_classes`, `needed`, `rule` - from `staff_needed`
          - `there`, `short`, `spare` - people, and needed less people; never
            both above zero
          - `posts`, `posts_short`, `posts_spare` - the same of posts, for all staff
          - `vacant`, `beyond_posts` - posts without people, people without a post
        Missing where a number is.

    Raises
    ------
    LabelError
        If the standard does not speak of a stage, or labels differ.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> from schoolmap.standards.schema import Figure, StageStandard
    >>> rows = pd.MultiIndex.from_tuples([("A", "primary"), ("B", "primary")], names=["school", "stage"])
    >>> sections = pd.DataFrame({"enrolment": [760.0, 950.0], "classes": [18, 22], "staff": [38, 52]}, index=rows)
    >>> ratio = Figure(value=19, document="an example", confidence="assumption")
    >>> staffing(sections, stages={"primary": StageStandard(pupils_per_staff=ratio)})[["needed", "short", "spare"]]
                          needed  short  spare
    school stage   role
    A      primary staff    40.0    2.0    0.0
    B      primary staff    50.0    0.0    2.0
    """
    stage = sections.index.get_level_values("stage")
    without = stage.difference(list(stages))
    if len(without) > 0:
        msg = f"The standard says nothing of stage {without[0]!r}. Leave its sections out, or add it."
        raise LabelError(msg)
    columns = ["enrolment", "classes", "posts", *ROLES]
    frame = sections.reindex(columns=columns).astype(float)
    checks.require_unique_labels(frame.index, what="The table of sections")
    norms = _norms(stages).reindex(stage).set_axis(frame.index)
    small = norms["small_below"].isna() | (frame["enrolment"] < norms["small_below"])
    if rural is not None:
        checks.require_same_labels(frame.index, rural.index, what="The sections and `rural`")
        small &= norms["small_below"].isna() | rural.reindex(frame.index).fillna(value=False).astype(bool)
    parts = {
        role: staff_needed(
            frame["enrolment"],
            classes=frame["classes"],
            pupils_per_staff=norms[f"pupils_per_{role}"],
            staff_per_class=norms[f"{role}_per_class"],
            small=small if role == "staff" else None,
        ).assign(asked=norms[[f"pupils_per_{role}", f"{role}_per_class"]].notna().any(axis=1))
        for role in ("staff", "teachers", "carers")
    }
    for name, bands in (head_bands or {}).items():
        rows = frame[stage == name]
        heads = heads_needed(rows["classes"], bands=bands)
        found = pd.DataFrame(
            {"by_pupils": np.nan, "by_classes": heads, "needed": heads, "rule": "classes", "asked": True}
        )
        parts["heads"] = pd.concat([parts["heads"], found]) if "heads" in parts else found
    table = pd.concat(parts, names=["role"]).reorder_levels(["school", "stage", "role"])
    table = table[table.pop("asked").astype(bool)]
    # section by section as listed, then role by role
    levels = [frame.index.get_level_values(name).repeat(len(ROLES)) for name in ("school", "stage")]
    every = pd.MultiIndex.from_arrays([*levels, np.tile(list(ROLES), len(frame))], names=["school", "stage", "role"])
    table = table.reindex(every[every.isin(table.index)])
    role = table.index.get_level_values("role")
    there = pd.Series(frame[list(ROLES)].to_numpy().ravel(), index=every).reindex(table.index)
    posts = pd.Series(frame["posts"].to_numpy().repeat(len(ROLES)), index=every).reindex(table.index)
    table = table.assign(there=there, posts=posts.where(role == "staff"))
    for above, below, left, right in (
        ("short", "spare", "needed", "there"),
        ("posts_short", "posts_spare", "needed", "posts"),
        ("vacant", "beyond_posts", "posts", "there"),
    ):
        table[above] = (table[left] - table[right]).clip(lower=0.0) + 0.0
        table[below] = (table[right] - table[left]).clip(lower=0.0) + 0.0
    return table[["by_pupils", "by_classes", "rule", *_COUNTS]]


def _norms(stages: Mapping[str, StageStandard]) -> pd.DataFrame:
    """Return what the standard says of staff, one row per stage; missing where it says nothing."""

    def value(figure: Figure | None) -> float:
        return np.nan if figure is None else float(figure.value)

    rows = {
        name: {
            "pupils_per_staff": value(norm.pupils_per_staff),
            "staff_per_class": value(norm.staff_per_class),
            "pupils_per_teachers": value(norm.pupils_per_teacher),
            "teachers_per_class": value(norm.teachers_per_class),
            "pupils_per_carers": np.nan,
            "carers_per_class": value(norm.carers_per_class),
            "small_below": value(norm.small_below),
        }
        for name, norm in stages.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", dtype=float)


def staffing_totals(staffing: pd.DataFrame, *, by: Sequence[str], townships: pd.Series | None = None) -> pd.DataFrame:
    """
    Add up staffing over schools; what is short and what is spare are added up apart, never netted.

    Parameters
    ----------
    staffing
        From `staffing`.
    by
        Levels to keep, such as `("township", "stage", "role")`. Without `role`,
        a teacher would be counted among the teachers and among all staff.
    townships
        Township of each school, for the level `township`; missing where not known.

    Returns
    -------
    totals
        Sums of the people and posts that are known, with `units` and
        `left_out`: sections of which the need or the people are not known.

    Raises
    ------
    LabelError
        If `role` is not among the levels, or the township of a school is asked
        for and the school is not listed.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["A", "B"], ["primary"], ["staff"]], names=["school", "stage", "role"])
    >>> table = pd.DataFrame({"needed": [40.0, 50.0], "there": [38.0, 52.0]}, index=rows)
    >>> table = table.assign(short=[2.0, 0.0], spare=[0.0, 2.0])
    >>> staffing_totals(table, by=("stage", "role")).iloc[0][["short", "spare"]].to_dict()
    {'short': 2.0, 'spare': 2.0}
    """
    if "role" not in by:
        msg = "Keep the level 'role': teachers, carers and heads are among all staff and would be counted twice."
        raise LabelError(msg)
    counts = staffing.reindex(columns=list(_COUNTS)).astype(float)
    levels = ("school", "stage", "role")
    keys = {name: pd.Series(counts.index.get_level_values(name), index=counts.index) for name in levels}
    if "township" in by:
        school = counts.index.get_level_values("school")
        townships = pd.Series(dtype=object) if townships is None else townships
        lost = school.difference(townships.index)
        if len(lost) > 0:
            msg = f"The township of {lost[0]!r} is asked for, but the school is not listed in `townships`."
            raise LabelError(msg)
        keys["township"] = pd.Series(townships.reindex(school).to_numpy(), index=counts.index)
    groups = [keys[name] for name in by]
    known = counts[["needed", "there"]].notna().all(axis=1)
    units = known.groupby(groups, sort=False, dropna=False).sum().astype(int)
    size = known.groupby(groups, sort=False, dropna=False).size()
    totals = counts.groupby(groups, sort=False, dropna=False).sum(min_count=1)
    totals = totals.assign(units=units, left_out=size - units)
    totals.index.names = list(by)
    return totals
