"""
Checks between tables: what each table alone cannot know.

Every function takes tables indexed by `row` (as a spreadsheet counts) and
returns faults; none changes a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs.checks.named import MOST_SHOWN
from schoolmap.tables import parse_age
from schoolmap.tables import parse_month

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping

    from schoolmap.inputs.checks.named import Named

_OVERLAP_M2 = 1.0
"""Overlaps of this area or less are rounding of coordinates, far below one home."""
FAR_M = 20_000.0
"""A layer that lies farther from the small areas is in another CRS, or of another place."""
_OPEN = 200
"""Stands for the highest age of an open band."""
BOTH = "both"
"""The sex of a record that does not tell the sexes apart."""
_BANDS_OF = ["area", "date", "sex"]
"""What has bands of its own."""


def unknown_labels(
    table: Named, column: str, known: Collection[str], *, of: str, names_zh: Mapping[str, str] | None = None
) -> list[Fault]:
    """Report values of a column that are no label of another table, once each; empty cells are left alone."""
    cells = table.frame[column].dropna()
    wrong = cells[~cells.isin(list(known))]
    few = sorted(known)[:5]
    near = ", ".join(few) or "none"
    near_zh = "、".join((names_zh or {}).get(label, label) for label in few) or "无"
    records = wrong.groupby(wrong).size()
    faults = []
    for row, value in wrong.drop_duplicates().items():
        more = int(records[value]) - 1
        also, also_zh = (f" (and in {more} more record(s))", f"(另有 {more} 条记录)") if more else ("", "")
        wording = Wording(
            f"is not in `{of}`{also}.",
            f"Known are e.g. {near}.",
            f"不在 `{of}` 中{also_zh}。",
            f"已有的如:{near_zh}。",
        )
        faults.append(table.fault(wording, row=row, column=column, value=value))
    return faults


def labels_without_records(table: Named, column: str, known: Collection[str], *, of: Named) -> list[Fault]:
    """Report labels of another table that have no record here: unknown is not zero."""
    missing = set(known) - set(table.frame[column].dropna())
    rows = of.frame[of.frame[column].isin(missing)].drop_duplicates(column)
    wording = Wording(
        f"has no record in {table.file}.",
        "Add it there (a zero where it is known to be zero), or leave it out here.",
        f"在 {table.file} 中没有记录。",
        "请在那里补充(确知为零的填 0),或在此处删去。",
    )
    return [of.fault(wording, row=row, column=column, value=value) for row, value in rows[column].items()]


def age_bands(table: Named, *, oldest: int) -> list[Fault]:
    """
    Report gaps and overlaps of age bands, sexes that are not counted alike, and bands that end too early.

    Parameters
    ----------
    table
        With `age`; with `area`, `date` and `sex` where it has them. Bands must
        follow each other from 0 for each area, date and sex; other dates may
        have other bands.
    oldest
        Age up to which closed bands must reach at the latest date.
    """
    ends = band_ends(table.frame["age"])
    frame = table.frame.assign(low=ends["low"], high=ends["high"].fillna(_OPEN))
    labels = {name: frame.get(name, "") for name in ("area", "date")}
    sexes = frame["sex"].fillna(BOTH) if "sex" in frame else BOTH
    frame = frame.assign(**labels, sex=sexes).dropna(subset=["low", "area", "date"])
    frame = frame.sort_values([*_BANDS_OF, "low", "high"], kind="stable")
    frame = frame.assign(start=frame.groupby(_BANDS_OF, sort=False)["high"].shift().fillna(-1) + 1)
    wrong = frame[frame["low"] != frame["start"]]
    faults = []
    several = len(frame["date"].unique()) > 1
    told = wrong.head(MOST_SHOWN).astype({"low": int, "start": int})
    for record in told.assign(end=told["low"] - 1, over=told["low"] < told["start"]).itertuples():
        first, last = str(record.start), str(record.end)
        one = first == last
        ages = f"age {first}" if one else f"ages {record.start} to {record.end}"
        ages_zh = f"{record.start} 岁" if one else f"{record.start} 至 {record.end} 岁"
        what = "overlaps the band before it" if record.over else f"leaves out {ages}"
        what_zh = "与前一年龄段重叠" if record.over else f"缺少 {ages_zh}"
        area, date = str(record.area), str(record.date)
        where = f" in area {area!r}" if area else ""
        where_zh = f"在小区域“{area}”中" if area else ""
        wording = Wording(
            f"{what}{where}{f' at {date}' if several else ''}.",
            "Bands must follow each other from age 0 without gap or overlap.",
            f"{where_zh}{f'({date})' if several else ''}{what_zh}。",
            "年龄段应从 0 岁起首尾相接,不留空、不重叠。",
        )
        faults.append(table.fault(wording, row=record.Index, column="age", value=record.age))
    faults += table.more(len(wrong) - MOST_SHOWN, column="age")
    if faults:
        return faults
    faults += _unlike_sexes(table, frame)
    last = frame[frame["date"] == frame["date"].max()]
    closed = last["high"].where(last["high"] < _OPEN, last["low"] - 1)
    short = closed.groupby(last["area"]).max()
    for label, high in short[short < oldest].head(MOST_SHOWN).items():
        area = str(label)
        wording = Wording(
            f"{f'area {area!r} ' if area else ''}has closed bands up to age {int(high)}; "
            f"the stages need ages up to {oldest}.",
            "Add the older bands.",
            f"{f'小区域“{area}”的' if area else ''}年龄段只到 {int(high)} 岁,而学段需要到 {oldest} 岁。",
            "请补充更大的年龄段。",
        )
        faults.append(table.fault(wording, column="age", value=area))
    return faults


def band_ends(ages: pd.Series) -> pd.DataFrame:
    """
    Return `low` and `high` of every age or band, both counted; `high` is missing for an open band, both for no age.

    Examples
    --------
    >>> band_ends(pd.Series(["3", "3-5", "95+"])).to_numpy().tolist()
    [[3.0, 3.0], [3.0, 5.0], [95.0, nan]]
    """
    codes, texts = pd.factorize(ages, use_na_sentinel=False)
    bands = [parse_age(text) if isinstance(text, str) else None for text in texts]
    nothing = float("nan")
    ends = [
        (nothing, nothing) if band is None else (band[0], nothing if band[1] is None else band[1]) for band in bands
    ]
    table = np.array(ends, dtype=float).reshape(-1, 2)
    return pd.DataFrame(table[codes], columns=["low", "high"], index=ages.index)


def _unlike_sexes(table: Named, frame: pd.DataFrame) -> list[Fault]:
    """Report dates with one sex only, and areas whose sexes are not counted in the same bands."""
    by_date = {str(date): sorted(sexes.unique()) for date, sexes in frame.groupby("date")["sex"]}
    faults = []
    for date, sexes in by_date.items():
        if sexes in ([BOTH], ["female", "male"]):
            continue
        row = frame.index[(frame["date"] == date) & (frame["sex"] == sexes[-1])].min()
        counted, when = ", ".join(sexes), f" at {date}" if date else ""
        wording = Wording(
            f"counts {counted}{when}: children would be lost or counted twice.",
            "Give both sexes in every area, or both together in every area.",
            f"{date} 的性别只有或混有 {counted}:儿童会遗漏或重复计数。",
            "请各小区域都分男女,或都不分性别。",
        )
        faults.append(table.fault(wording, row=row, column="sex", value=counted))
    if faults:
        return faults
    wanted = frame["date"].map({date: len(sexes) for date, sexes in by_date.items()})
    alike = frame.groupby(["area", "date", "low", "high"])["sex"].transform("size") == wanted
    unlike = frame[~alike].sort_index().drop_duplicates(["area", "date"])
    for record in unlike.head(MOST_SHOWN).itertuples():
        shown = ", ".join(repr(sex) for sex in by_date[str(record.date)])
        wording = Wording(
            f"does not count each of {shown} in the same bands.",
            "Give every sex the same bands in every area, or both sexes together.",
            f"各性别({shown})的年龄段不一致。",
            "请使每个小区域各性别的年龄段一致,或不分性别。",
        )
        faults.append(table.fault(wording, row=record.Index, column="sex", value=record.area))
    return [*faults, *table.more(len(unlike) - MOST_SHOWN, column="sex")]


def dates_complete(table: Named) -> list[Fault]:
    """Report dates that lack an area which is counted at another date."""
    frame = table.frame[["area", "date"]].dropna().drop_duplicates()
    areas = set(frame["area"])
    faults = []
    for date, here in frame.groupby("date")["area"]:
        absent = sorted(areas - set(here))
        if absent:
            wording = Wording(
                f"has no record of area {first_few(absent)}, which other dates have.",
                "Add it (a zero where it is known to be zero), or remove this date.",
                f"缺少小区域 {first_few(absent)},而其他时点有。",
                "请补充(确知为零的填 0),或删去该时点。",
            )
            faults.append(table.fault(wording, row=here.index.min(), column="date", value=date))
    return faults


def first_few(labels: Iterable[object]) -> str:
    """
    Name the first labels, and how many more there are.

    Examples
    --------
    >>> first_few(range(2010, 2018))
    '2010, 2011, 2012, 2013, 2014 (and 3 more)'
    """
    names = [str(label) for label in labels]
    more = f" (and {len(names) - 5} more)" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def sections_without_seats(table: Named) -> list[Fault]:
    """Report sections whose seats are given neither as seats nor as classrooms."""
    frame = table.frame
    seats = frame["seats"] if "seats" in frame else pd.Series(np.nan, index=frame.index)
    rooms = frame["classrooms"] if "classrooms" in frame else pd.Series(np.nan, index=frame.index)
    wording = Wording(
        "has neither seats nor classrooms.",
        "Unknown is not zero: fill one, or move the record to `projects`.",
        "既没有学位数也没有教室数。",
        "未知不等于零:请填写其一,或将记录移到 `projects` 表。",
    )
    return [
        table.fault(wording, row=row, column="seats", value=frame.at[row, "school"])
        for row in frame.index[seats.isna() & rooms.isna()]
    ]


def only_in_classes(table: Named, *, seats: str, classes: str, label: str) -> list[Fault]:
    """Report records of one stage that give classes only, where the standard has no class size to turn them to seats."""
    frame = table.frame
    known = frame[seats].notna() if seats in frame else pd.Series(data=False, index=frame.index)
    rooms = frame[classes].notna() if classes in frame else pd.Series(data=False, index=frame.index)
    wording = Wording(
        f"gives {classes} only, and the standards have no class size for this stage.",
        f"Fill in `{seats}`, or add `class_size` to the standards.",
        "只给了教室(班)数,而所用标准没有该学段的班额。",
        f"请填写 `{seats}`,或在标准中补充 `class_size`。",
    )
    return [
        table.fault(wording, row=row, column=seats, value=frame.at[row, label]) for row in frame.index[rooms & ~known]
    ]


def enrolment_to_calibrate(table: Named, *, stage: str) -> list[Fault]:
    """Report sections without enrolment in a stage whose attendance is calibrated on it."""
    frame = table.frame
    enrolment = frame["enrolment"] if "enrolment" in frame else pd.Series(np.nan, index=frame.index)
    # a section without any seat has nobody to enrol
    seats = frame["seats"].fillna(1.0) if "seats" in frame else pd.Series(1.0, index=frame.index)
    empty = Wording(
        f"has no enrolment, on which the attendance of {stage!r} is calibrated.",
        "Fill in `enrolment`, or give `rate` with its source.",
        f"没有在校(园)生数,无法校准学段“{stage}”的入学率。",
        "请填写在校(园)生数,或改用 `rate` 并注明来源。",
    )
    unknown = frame.index[enrolment.isna() & (seats > 0)]
    faults = [table.fault(empty, row=row, column="enrolment", value=frame.at[row, "school"]) for row in unknown]
    if not faults and enrolment.where(seats > 0, 0.0).sum() == 0:
        zero = Wording(
            f"is zero in every section of {stage!r}, so its attendance cannot be calibrated.",
            "Fill in `enrolment`, or give `rate` with its source.",
            f"学段“{stage}”的在校(园)生数全部为零,无法校准入学率。",
            "请填写在校(园)生数,或改用 `rate` 并注明来源。",
        )
        faults.append(table.fault(zero, column="enrolment"))
    return faults


def overlapping(table: Named, *, stage: str) -> list[Fault]:
    """Report catchments of one stage that overlap: children there would belong to two."""
    layer = table.frame
    if not isinstance(layer, gpd.GeoDataFrame) or layer.empty:
        return []
    shapes = layer.geometry.to_numpy()
    left, right = layer.sindex.query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    areas = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    faults = []
    for a, b, area in zip(left, right, areas, strict=True):
        if area > _OVERLAP_M2:
            other = layer["catchment"].iloc[a]
            wording = Wording(
                f"overlaps {other!r} by {area:,.0f} m² (stage {stage}).",
                "Children there would be counted twice: mend the boundary in QGIS.",
                f"与学区“{other}”重叠 {area:,.0f} m²(学段 {stage})。",
                "重叠处的儿童会被重复计数:请在 QGIS 中修正边界。",
            )
            label = layer["catchment"].iloc[b]
            faults.append(table.fault(wording, row=layer.index[b], column="geometry", value=label))
    return faults


def far_away(table: Named, areas: gpd.GeoDataFrame, *, likely: Callable[[], str | None]) -> list[Fault]:
    """Report a layer that lies wholly beside the small areas: its CRS is not the one declared."""
    layer = table.frame
    if not isinstance(layer, gpd.GeoDataFrame) or layer.crs is None or layer.geometry.notna().sum() == 0:
        return []
    left, bottom, right, top = layer.total_bounds
    west, south, east, north = areas.total_bounds
    gap = float(np.hypot(max(west - right, left - east, 0.0), max(south - top, bottom - north, 0.0)))
    # a village school may stand beyond the last house, not a day's walk away
    if gap <= FAR_M:
        return []
    code = likely()
    shown = f"{gap / 1000:,.0f} km" if np.isfinite(gap) else "beyond the map"
    wording = Wording(
        f"lies {shown} away from the areas.",
        f"Its CRS or datum is not the one declared{f'; the likely one is {code}' if code else ''}.",
        f"距小区域 {gap / 1000:,.0f} 公里。" if np.isfinite(gap) else "位置超出地图范围。",
        f"声明的坐标系有误{f';可能是 {code}' if code else ''}。",
    )
    return [table.fault(wording, column="crs")]


def misplaced_sections(
    sections: Named,
    schools: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame,
) -> list[Fault]:
    """
    Report sections that stand outside the catchments they serve, and those that stand in none.

    Parameters
    ----------
    sections
        Rows of one stage, with `school` and `catchment` (declared, or empty).
    schools, catchments
        Indexed by their labels, in one CRS.

    Returns
    -------
    faults
        Warnings: the declared catchment is used, since the bureau decides who serves whom.
    """
    frame = sections.frame
    # where a catchment is a list of areas and not drawn, nobody can say who stands in it
    drawn = catchments.geometry.notna()
    frame = frame[frame["school"].isin(schools.index)]
    points = schools.geometry.reindex(frame["school"])
    hit, zone = catchments.sindex.query(points.to_numpy(), predicate="intersects")
    here = pd.Series(catchments.index[zone], index=frame.index[hit], dtype=object)
    stands = here.groupby(level=0).agg(set) if len(here) else pd.Series(dtype=object)
    faults = []
    for row, school in frame["school"].items():
        inside: set[str] = stands.get(row, set())
        declared = split_labels(frame.at[row, "catchment"] if "catchment" in frame else None)
        known = [label for label in declared if label in catchments.index]
        if not drawn.all() and (not declared or not all(drawn[label] for label in known)):
            continue
        place = " and ".join(sorted(inside)) if inside else "no catchment"
        place_zh = f"学区 {'、'.join(sorted(inside))} 内" if inside else "任何学区之外"
        if known and not inside & set(known):
            wording = Wording(
                f"{school} serves {', '.join(known)} but stands in {place}.",
                "Its seats count where it serves. If that is wrong, correct the catchment or the coordinates.",
                f"{school} 服务学区 {'、'.join(known)},但位于{place_zh}。",
                "学位计入其服务的学区;如有误,请更正学区或坐标。",
            )
        elif not declared and not inside:
            wording = Wording(
                f"{school} declares no catchment and stands in none.",
                "Its seats are not counted in any catchment; they are shown in the audit.",
                f"{school} 未写明学区,也不在任何学区内。",
                "其学位不计入任何学区,在核对表中单列。",
            )
        else:
            continue
        value = ", ".join(declared)
        faults.append(sections.fault(wording, row=row, column="catchment", value=value, severity=Severity.WARNING))
    return faults


def split_labels(cell: object) -> tuple[str, ...]:
    """
    Split a cell that lists labels.

    Examples
    --------
    >>> split_labels("0101; 0102"), split_labels(None)
    (('0101', '0102'), ())
    """
    if not isinstance(cell, str):
        return ()
    return tuple(part.strip() for part in cell.replace("；", ";").replace("、", ";").split(";") if part.strip())


def serve_as_listed(sections: Named, catchments: Named) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Fill in the catchments that sections serve from the schools that catchments list.

    Parameters
    ----------
    sections
        With `school`, `stage` and, where they declare it themselves, `catchment`.
    catchments
        With `catchment`, `schools` and, where they are of one stage only, `stage`.

    Returns
    -------
    frame, faults
        The sections with `catchment`; a fault for each listed school that has
        no section there, and for each section that declares other catchments
        than those that list it.
    """
    frame = sections.frame.copy()
    own = frame["catchment"] if "catchment" in frame else pd.Series(None, index=frame.index, dtype=object)
    listed: dict[tuple[str, str], list[str]] = {}
    faults = []
    stages = set(frame["stage"].dropna())
    known = set(zip(frame["school"], frame["stage"], strict=True))
    for row, record in catchments.frame.iterrows():
        stage = record.get("stage")
        for school in split_labels(record["schools"]):
            here = [(school, name) for name in (stages if pd.isna(stage) else {stage}) if (school, name) in known]
            for section in here:
                listed.setdefault(section, []).append(str(record["catchment"]))
            if not here:
                faults.append(catchments.fault(_LISTED_WITHOUT_SECTION, row=row, column="schools", value=school))
    filled = own.astype(object)
    for row, section in zip(frame.index, zip(frame["school"], frame["stage"], strict=True), strict=True):
        labels = sorted(listed.get(section, []))
        declared = split_labels(own[row])
        if labels and declared and set(labels) != set(declared):
            wording = Wording(
                f"serves {', '.join(declared)}, but {', '.join(labels)} list it.",
                "Leave one of the two empty, or make them agree.",
                f"填写的学区为{'、'.join(declared)},而列有该校的学区为{'、'.join(labels)}。",
                "请留空其一,或使两者一致。",
            )
            faults.append(sections.fault(wording, row=row, column="catchment", value=section[0]))
        elif labels and not declared:
            filled[row] = ";".join(labels)
    return frame.assign(catchment=filled), faults


_LISTED_WITHOUT_SECTION = Wording(
    "is listed, but has no section of this stage.",
    "Add the section, or take the school off the list.",
    "列入对口学校,但没有本学段的学部。",
    "请补充学部,或从名单中删去。",
)


def project_dates_and_sizes(projects: Named) -> list[Fault]:
    """Report projects that close before they open, and demolitions that add seats."""
    frame = projects.frame
    faults = []
    if {"opening", "closing"} <= set(frame.columns):
        months = frame[["opening", "closing"]].map(lambda cell: parse_month(cell) if isinstance(cell, str) else None)
        both = months.dropna()
        wrong = both.index[[end <= start for start, end in zip(both["opening"], both["closing"], strict=True)]]
        faults += [
            projects.fault(_CLOSES_FIRST, row=row, column="closing", value=frame.at[row, "closing"]) for row in wrong
        ]
    for column in ("seats_added", "classes_added"):
        if column in frame:
            adds = frame.index[(frame["kind"] == "demolish") & (frame[column] > 0)]
            faults += [
                projects.fault(_DEMOLISH_ADDS, row=row, column=column, value=frame.at[row, column]) for row in adds
            ]
    return faults


_CLOSES_FIRST = Wording(
    "is not after the opening.",
    "Correct one of the two months.",
    "不晚于开办时间。",
    "请更正其中一个。",
)
_DEMOLISH_ADDS = Wording(
    "is added by a demolition.",
    "Write what it takes away as a negative number.",
    "拆除项目却增加学位。",
    "减少的数量请写为负数。",
)


UNCOUNTED = "opening, seats_added"
"""Where faults of projects that are shown but not counted point to."""


def uncounted_projects(projects: Named) -> list[Fault]:
    """Report projects without opening, size or place: they are shown, not counted."""
    faults = []
    for row, record in projects.frame.iterrows():
        lacks = [what for what, known in _project_parts(record).items() if not known]
        if lacks:
            wording = Wording(
                f"has no {' and no '.join(lacks)}: it is shown but not counted.",
                "Fill it in as soon as it is decided.",
                f"没有{'、'.join(_PARTS_ZH[what] for what in lacks)}:只显示,不计入学位。",
                "确定后请填写。",
            )
            faults.append(
                projects.fault(
                    wording,
                    row=row,
                    column=UNCOUNTED,
                    value=record["project"],
                    severity=Severity.WARNING,
                ),
            )
    return faults


def projects_outside(projects: Named, catchments: gpd.GeoDataFrame) -> list[Fault]:
    """Report projects of one stage that only a point places, where the point is in none of its catchments."""
    frame = projects.frame
    # what stands in a catchment that is a list of areas and not drawn, nobody can say
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None or catchments.geometry.isna().any():
        return []
    named = pd.Series(data=False, index=frame.index)
    for column in ("school", "catchment"):
        named |= frame[column].notna() if column in frame else False
    points = frame[~named & frame.geometry.notna()]
    hit, _ = catchments.sindex.query(points.geometry.to_numpy(), predicate="intersects")
    wording = Wording(
        "stands in no catchment of its stage: it is shown but not counted.",
        "Name its `catchment`, or correct the coordinates.",
        "不在本学段任何学区内:只显示,不计入学位。",
        "请写明学区,或更正坐标。",
    )
    return [
        projects.fault(wording, row=row, column="geometry", value=label, severity=Severity.WARNING)
        for row, label in points["project"].drop(points.index[np.unique(hit)]).items()
    ]


SIZED_BY_SECTION = ("convert", "handover", "relocate", "demolish")
"""Kinds of project that take the size of the section they change, where they give none."""
_PARTS_ZH = {"opening": "投用时间", "size": "规模", "place": "位置"}


def _project_parts(record: pd.Series) -> dict[str, bool]:
    def known(*columns: str) -> bool:
        return any(column in record.index and pd.notna(record[column]) for column in columns)

    # what changes a whole section takes its size, and what changes quality only has none
    kind = record.get("kind")
    sizeless = kind == "improve" or (kind in SIZED_BY_SECTION and known("school"))
    return {
        "opening": known("opening", "opened"),
        "size": sizeless or known("seats_added", "classes_added"),
        "place": known("school", "catchment", "geometry"),
    }
