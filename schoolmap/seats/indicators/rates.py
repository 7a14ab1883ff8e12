"""
Rates and shares of schooling, each with what is counted over what.

Shares are in per cent, as official tables print them. Identities that the
figures of a return must satisfy are checked here too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Indicator
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import measured
from schoolmap.seats.indicators.measures import require_counts
from schoolmap.seats.indicators.measures import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.standards.schema import Text

_CHILDREN = text("children", "名儿童")
_PUPILS = UNITS["pupils"]

GROSS_ENROLMENT = Measure(
    id="gross_enrolment",
    label=text("Gross enrolment ratio", "毛入园（学）率"),
    basis=text(
        "pupils enrolled, of any age / residents of the official ages",
        "在园（校）学生数（不限年龄）／户籍或常住适龄人口数",
    ),
    lacks=_CHILDREN,
)
RETENTION = Measure(
    id="retention",
    label=text("Retention rate", "巩固率"),
    basis=text(
        "graduates / (entrants of their year + moved in - died - moved out)",
        "毕业生数／（该届入学人数+转入-死亡-转出）",
    ),
    lacks=_PUPILS,
)
PROGRESSION = Measure(
    id="progression",
    label=text("Progression rate", "升学率"),
    basis=text("entrants of the next stage / graduates of this one", "上一学段招生数／本学段毕业生数"),
    lacks=_PUPILS,
)
BOARDERS = Measure(
    id="boarders",
    label=text("Share of boarders", "寄宿生占比"),
    basis=text("pupils who board / pupils enrolled", "寄宿生数／在校生数"),
    lacks=_PUPILS,
)
SPECIAL_NEEDS_SHARE = Measure(
    id="special_needs_share",
    label=text("Share of pupils with special needs", "残疾学生占比"),
    basis=text("pupils with special needs / pupils enrolled", "残疾学生数／在校生数"),
    lacks=_PUPILS,
)
SPECIAL_NEEDS = Measure(
    id="special_needs",
    label=text("Children with disabilities at school", "残疾儿童少年入学率"),
    basis=text(
        "children with disabilities who are taught, at home too / those of school age",
        "入学（含送教上门）残疾儿童少年数／适龄残疾儿童少年数",
    ),
    lacks=_CHILDREN,
)
SCHOOL_SIZE = Measure(
    id="school_size",
    label=text("Pupils of a school", "学校规模"),
    basis=text("pupils of each school", "各校在校学生数"),
    lacks=_PUPILS,
    unit=_PUPILS,
    per=1.0,
)
SCHOOL_SIZE_ALL_THROUGH = replace(
    SCHOOL_SIZE,
    id="school_size_all_through",
    label=text("Pupils of the compulsory stages of an all-through school", "一贯制学校义务教育阶段规模"),
    basis=text("pupils of the compulsory stages of each school", "各一贯制学校义务教育阶段在校学生数"),
)
CLASS_SIZE = Measure(
    id="class_size",
    label=text("Pupils of a class", "班级学生数"),
    basis=text("pupils of each class", "各班学生数"),
    lacks=_PUPILS,
    unit=_PUPILS,
    per=1.0,
)
CLASS_SIZE_MET = Measure(
    id="class_size_met",
    label=text("Share of classes within the cap", "班额达标率"),
    basis=text("classes of no more pupils than their cap / classes", "不超过规定班额的班数／总班数"),
    lacks=UNITS["classes"],
)
FUNDS_ARRIVED = Measure(
    id="funds_arrived",
    label=text("Share of the planned investment that has arrived", "资金到位率"),
    basis=text("funds that arrived / planned investment", "到位资金／计划投资"),
    lacks=UNITS["10,000 yuan"],
    whole=False,
)


def gross_enrolment(
    enrolled: pd.Series,
    residents: pd.Series,
    *,
    stage: str,
    residents_from: Literal["count", "births"],
    official_excess: tuple[float, float] | None = None,
    measure: Measure = GROSS_ENROLMENT,
) -> Indicator:
    """
    Compute the gross enrolment ratio (毛入园率、毛入学率).

    Pupils of any age are counted, residents of the official ages only, so it
    may be above 100. Pupils and residents are of the whole planning area: of a
    part, it would compare those who learn there with others who live there.

    The official denominator is larger than what births and survival give (by 6 %
    in 2020 and 2 % in 2025, national figures of kindergartens): a ratio from
    births comes out higher than the published one will.

    Parameters
    ----------
    enrolled
        Pupils by section; a section of which they are not known is left out,
        and the ratio is at least what is shown.
    residents
        Residents of the official ages, by area. If those of an area are not
        known the ratio is not known: it would come out too high.
    stage
        Stage of schooling.
    residents_from
        Whether residents were counted (or registered), or worked out from births.
    official_excess
        By how much, in per cent, the official denominator was larger than one
        from births: lowest and highest, to say so in the notes.
    measure
        For a rate of the same kind under another name, such as the last year
        before school (学前一年毛入园率).

    Raises
    ------
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> pupils = pd.Series({"A": 180.0, "B": 90.0})
    >>> found = gross_enrolment(
    ...     pupils, pd.Series({"n": 200.0, "s": 100.0}), stage="kindergarten", residents_from="count"
    ... )
    >>> found.value
    90.0
    """
    require_counts(enrolled, what="The enrolment")
    require_counts(residents, what="The number of residents")
    pupils, people = enrolled.astype(float), residents.astype(float)
    unknown = int(people.isna().sum())
    notes = []
    if residents_from == "births":
        notes.append(_from_births(official_excess))
    missing = int(pupils.isna().sum())
    if missing > 0:
        notes.append(
            text(
                f"{missing} section(s) did not say how many are enrolled: the ratio is at least this.",
                f"有{missing}个学部未填在园（校）生数，实际比率不低于此值。",
            )
        )
    known = unknown == 0 and len(people) > 0 and missing < len(pupils)
    return Indicator(
        measure=measure,
        stage=stage,
        numerator=float(pupils.sum()) if missing < len(pupils) else None,
        denominator=float(people.sum()) if known else None,
        units=len(pupils) - missing,
        left_out=missing + unknown,
        notes=tuple(notes),
    )


def _from_births(excess: tuple[float, float] | None) -> Text:
    by = ("", "") if excess is None else (f" by {excess[0]:g} to {excess[1]:g} %", f"{excess[0]:g}%—{excess[1]:g}%")
    return text(
        f"The residents are worked out from births; the official denominator is larger{by[0]}, so that the "
        "official ratio will be lower.",
        f"适龄人口由出生人数推算；官方分母比出生推算数大{by[1]}，官方公布的比率会低一些。",
    )


def class_size_compliance(
    pupils: pd.Series, *, classes: pd.Series, caps: pd.Series, stage: str, measure: Measure = CLASS_SIZE_MET
) -> Indicator:
    """
    Compute the share of classes within their cap (班额达标率); exactly the cap is within it.

    A record of one class is taken as it is. Where a record tells the pupils of
    several classes together, they are spread as evenly as whole children allow,
    and the notes say of how many classes that was done.

    Parameters
    ----------
    pupils
        By record: a class, or all classes of one grade of a school.
    classes
        Classes of each record, on the same labels.
    caps
        Most pupils that a class of the record may have: caps differ by grade
        (幼儿园小班、中班、大班、混合班) and, where they are phased in, by year of entry.
    stage
        Stage of schooling.
    measure
        For the same share under another name.

    Raises
    ------
    LabelError
        If labels differ.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> grades = ["K1", "K2", "K3", "KM"]
    >>> caps = pd.Series([25.0, 30.0, 35.0, 30.0], index=grades)
    >>> children = pd.Series([26.0, 59.0, 35.0, 31.0], index=grades)
    >>> found = class_size_compliance(
    ...     children, classes=pd.Series([1.0, 2.0, 1.0, 1.0], index=grades), caps=caps, stage="kindergarten"
    ... )
    >>> found.numerator, found.denominator, found.value
    (3.0, 5.0, 60.0)
    """
    table = {"pupils": pupils, "classes": classes, "caps": caps}
    for name, values in table.items():
        require_counts(values, what=f"The {name} of a record")
        checks.require_same_labels(pupils.index, values.index, what=f"`pupils` and `{name}`")
    frame = pd.DataFrame({name: values.astype(float) for name, values in table.items()}).reindex(pupils.index)
    known = frame.notna().all(axis=1)
    rooms = frame["classes"].where(known)
    heads = frame["pupils"].round()
    smaller = np.floor(heads / rooms.where(rooms > 0))
    larger = heads - smaller * rooms
    within = larger * (smaller + 1 <= frame["caps"]) + (rooms - larger) * (smaller <= frame["caps"])
    # a record of no class holds none; one with pupils and no class says nothing
    empty = (rooms == 0) & (heads == 0)
    within = within.mask(empty, 0.0)
    spread = int(rooms[within.notna() & (rooms > 1)].sum())
    notes = (
        text(
            f"Of {spread} classes only the pupils of the grade are known: they are spread evenly.",
            f"有{spread}个班只知年级人数，按各班均分推算。",
        ),
    )
    return measured(measure, within, rooms.where(within.notna()), stage=stage, notes=notes if spread > 0 else ())


def retention(
    graduates: pd.Series,
    *,
    entrants: pd.Series,
    moved_in: pd.Series,
    moved_out: pd.Series,
    died: pd.Series,
    stage: str,
    measure: Measure = RETENTION,
) -> Indicator:
    """
    Compute the retention rate (巩固率): graduates / (entrants + moved in - died - moved out).

    Parameters
    ----------
    graduates
        Pupils who finished, by school or county.
    entrants
        Those who entered as many years before as the stage has grades: three
        for a junior school.
    moved_in, moved_out, died
        Since then, of that year group.
    stage
        Stage of schooling.
    measure
        For the same rate under another name.

    Raises
    ------
    LabelError
        If labels differ.
    ValueError
        If a number is negative or infinite, or more moved out and died than
        ever came.

    Examples
    --------
    >>> one = ["county"]
    >>> found = retention(
    ...     pd.Series([970.0], index=one),
    ...     entrants=pd.Series([1000.0], index=one),
    ...     moved_in=pd.Series([30.0], index=one),
    ...     moved_out=pd.Series([28.0], index=one),
    ...     died=pd.Series([2.0], index=one),
    ...     stage="junior",
    ... )
    >>> found.value
    97.0
    """
    parts = {"entrants": entrants, "moved_in": moved_in, "moved_out": moved_out, "died": died}
    for name, values in parts.items():
        require_counts(values, what=f"`{name}`")
        checks.require_same_labels(graduates.index, values.index, what=f"`graduates` and `{name}`")
    aligned = {name: values.astype(float).reindex(graduates.index) for name, values in parts.items()}
    due = aligned["entrants"] + aligned["moved_in"] - aligned["died"] - aligned["moved_out"]
    checks.require_not_negative(due, what="Entrants with those who moved in, less those who died or moved out,")
    return measured(measure, graduates, due, stage=stage)


def stock_flow(stock: pd.Series, *, entrants: pd.Series, leavers: pd.Series, tolerance: float) -> pd.DataFrame:
    """
    Check that pupils of a year are those of the year before, plus entrants, less graduates.

    What is left over is who moved, dropped out, repeated a grade or died; much
    of it is a fault in one of the figures.

    Parameters
    ----------
    stock
        Pupils enrolled, by year.
    entrants, leavers
        Pupils who entered in that year, and who finished in it, by year.
    tolerance
        Share of the expected stock that may be left over.

    Returns
    -------
    check
        By year, from the second of `stock`: `expected`, `published`,
        `difference` (published less expected), `relative` (share of the
        expected) and `holds`; missing where a number of that year, or the stock
        of the year before, is.

    Raises
    ------
    ValueError
        If a number is negative or infinite, or the tolerance no share.

    Examples
    --------
    >>> found = stock_flow(
    ...     pd.Series({2024: 10584.37, 2025: 10178.3}),
    ...     entrants=pd.Series({2025: 1461.7}),
    ...     leavers=pd.Series({2025: 1860.5}),
    ...     tolerance=0.002,
    ... )
    >>> float(found.at[2025, "relative"].round(4)), bool(found.at[2025, "holds"])
    (-0.0007, True)
    """
    checks.require_share(tolerance, what="tolerance")
    for name, values in (("stock", stock), ("entrants", entrants), ("leavers", leavers)):
        require_counts(values, what=f"`{name}`")
    published = stock.astype(float).sort_index()
    years = published.index[1:]
    before = published.reindex(years - 1).to_numpy()
    expected = before + entrants.astype(float).reindex(years) - leavers.astype(float).reindex(years)
    table = pd.DataFrame({"expected": expected, "published": published.reindex(years)}, index=years)
    difference = table["published"] - table["expected"]
    relative = difference / table["expected"].where(table["expected"] > 0)
    holds = (relative.abs() <= tolerance).astype("boolean").mask(relative.isna())
    return table.assign(difference=difference, relative=relative, holds=holds)


def count_by_status(records: pd.DataFrame, *, by: str, words: Sequence[str], status: str = "status") -> pd.DataFrame:
    """
    Count schools or projects by what becomes of them, with the sum of each row.

    Parameters
    ----------
    records
        One row per school or project.
    by
        Column whose values are the rows of the result, such as `stage`.
    words
        Statuses in the order of the columns.
    status
        Column that holds them.

    Returns
    -------
    counts
        One row per value of `by`, in order of first appearance; a column per
        word, `not_given` (records without a status) and `total`.

    Raises
    ------
    LabelError
        If a status is none of the words: it would not be counted.

    Examples
    --------
    >>> projects = pd.DataFrame({"stage": ["junior", "junior", "primary"], "status": ["opened", None, "building"]})
    >>> count_by_status(projects, by="stage", words=("building", "opened")).loc["junior"].to_dict()
    {'building': 0, 'opened': 1, 'not_given': 1, 'total': 2}
    """
    given = records[status]
    strange = given[given.notna() & ~given.isin(words)]
    if len(strange) > 0:
        msg = (
            f"The {status} {strange.iloc[0]!r} of {strange.index[0]!r} is none of {', '.join(words)}: "
            "it would not be counted. Name it among the words."
        )
        raise LabelError(msg)
    columns = [*words, "not_given"]
    column = pd.Categorical(given.where(given.notna(), "not_given"), categories=columns)
    counted = pd.DataFrame(np.eye(len(columns), dtype=int)[column.codes], index=records.index, columns=columns)
    counts = counted.groupby(records[by], sort=False, dropna=False).sum()
    return counts.assign(total=counts.sum(axis=1))
