"""
The book of seats: where every seat of every section stands, by school year, and which project put it there.

It is kept as a book is: what a project adds is an entry, what it takes away is
another with a minus. A section that moves (迁建) leaves its old place and
arrives at the new one in the same school year, so its seats are never in both
and never in neither. What is added to a section before it moves or ends moves
or ends with it. A conversion from private to public (民办转公办) changes whose
seats they are, and how many there are not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.seats.projects.schedules import changes_ownership
from schoolmap.seats.projects.schedules import changes_whole_section
from schoolmap.seats.projects.schedules import sized

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

LISTED = ""
"""The project of entries that no project made: the seats of sections as listed."""
UNKNOWN = "unknown"
"""Ownership that nobody has told."""

_BEFORE_ALL = -1.0
"""Month of what is listed: before that of every project."""
_SECTION_YEAR = ["school", "stage", "year"]
_PLACE = ["stage", "at", "place"]
_TEXTS = ("project", "school", *_PLACE)
_BOOK = ["project", "school", *_PLACE, "year", "seats", "classrooms", "stands", "ownership", "founds"]


def ledger(
    schedule: pd.DataFrame,
    sections: pd.DataFrame,
    *,
    years: Sequence[int],
    class_size: Mapping[str, float | None],
    seat_share: Mapping[str, float] | None = None,
    ownership: pd.Series | None = None,
) -> pd.DataFrame:
    """
    Keep the book of seats and classrooms.

    Everything that a project does holds from its opening to its closing. By
    kind (of `tables.PROJECT_KINDS`):

    `new`, `expand`, `temporary`, and `handover` of what is not there yet
        Adds seats: at the section, else in the catchment that it names.
    `attach`, and `convert` with `rooms_of`
        The same, and takes as many classrooms from the other stage of the
        school, with the seats of that stage in them.
    `relocate`
        All seats of the section end; those of the new site begin: as many as
        it says (of the whole site, not the increase), else as many as there
        were. They are for the catchment that it names, else for those that the
        section serves.
    `demolish`
        Takes away what it says, else all seats of the section.
    `convert` without `rooms_of`, and `handover` of a section that is there
        Changes the ownership.

    Of one month, moves come first: what opens with the new site is at the new site.

    Parameters
    ----------
    schedule
        From `projects.schedule`; only what is counted is entered.
    sections
        Indexed by `(school, stage)`, with `seats` (from `supply.section_seats`,
        no gaps) and `classrooms` (missing where not known); `rooms_of`, if
        there, tells attached classes.
    years
        School years.
    class_size
        Children in a class at the planning norm, by stage; `None` where the
        standard has none. Turns classes into seats.
    seat_share
        Share of the seats of projects that are for the stage's ages, by stage;
        all where left out. Seats of sections are taken to be shared already.
    ownership
        By school, `public`, `inclusive` or `private`; missing where not known.

    Returns
    -------
    book
        One row per entry and year: `project` (`LISTED` for what is listed),
        `school` (empty where a project names none) and `stage` whose seats they
        are, `at` (`section` or `catchment`) and `place` where they are, `year`,
        `seats`, `classrooms` (missing where not known), `stands` (whether they
        are there in that year; not if they were taken away or have moved on),
        `ownership`, and `founds` (whether they make it a school of its own,
        unlike attached classes or temporary rooms). The sum over all rows is
        that over those that stand.

    Raises
    ------
    MissingValueError
        If the seats of a section are not known, or those of a project because
        its stage has no class size.

    Examples
    --------
    >>> from schoolmap.seats.projects.schedules import schedule
    >>> unit = pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"])
    >>> listed = pd.DataFrame({"seats": [540.0], "classrooms": [12.0]}, index=unit)
    >>> move = {"kind": "relocate", "stage": "primary", "school": "A", "catchment": "south", "opening": "2027-09"}
    >>> years = [2026, 2027]
    >>> plans = schedule(pd.DataFrame([move], index=["R"]), listed)
    >>> book = ledger(plans, listed, years=years, class_size={"primary": 45})
    >>> there(book, what="seats")
    year                      2026   2027
    stage   at        place
    primary catchment south    0.0  540.0
            section   A      540.0    0.0
    """
    counted = schedule[schedule["counted"].astype(bool)]
    share = dict.fromkeys({*counted["stage"], *counted["rooms_of"]}, 1.0) | dict(seat_share or {})
    base = _as_listed(sections)
    added = _additions(counted, sections, founding=base["founds"], class_size=class_size, share=share)
    taken = _rooms_taken(counted, class_size=class_size, share=share)
    parts = [base.reset_index(drop=True), *_of_listed_projects(added), *_of_listed_projects(taken)]
    own = pd.concat([part for part in parts if not part.empty] or parts[:1])
    entries = _by_year(own, years)
    upheavals = _upheavals(counted, sections, years)
    # most plans have no section that moves or ends
    book = entries.assign(stands=True) if upheavals.empty else _carried(_at_new_sites(entries, upheavals), upheavals)
    told = pd.Series(dtype=object) if ownership is None else ownership
    owned = _owned(book, _takeovers(schedule, sections, years), told)
    # the book knows its years, also those in which nothing is entered
    return owned.assign(year=pd.Categorical(owned["year"], categories=list(years)))[_BOOK]


def _as_listed(sections: pd.DataFrame) -> pd.DataFrame:
    """Return the entries of sections as listed, on their index."""
    checks.require_unique_labels(sections.index, what="`sections`")
    checks.require_no_gaps(sections["seats"], what="The number of seats")
    host = sections["rooms_of"] if "rooms_of" in sections else pd.Series("", index=sections.index)
    school = sections.index.get_level_values("school").to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "project": LISTED,
            "school": school,
            "stage": sections.index.get_level_values("stage").to_numpy(dtype=object),
            "at": "section",
            "place": school,
            "month": _BEFORE_ALL,
            "since": _BEFORE_ALL,
            "first_year": -np.inf,
            "end_year": np.inf,
            "seats": sections["seats"].astype(float),
            "classrooms": sections["classrooms"].astype(float),
            "stated": "",
            "founds": host.fillna("") == "",
            "settles": False,
            "in_seats": False,
        },
        index=sections.index,
    )


def _additions(
    counted: pd.DataFrame,
    sections: pd.DataFrame,
    *,
    founding: pd.Series,
    class_size: Mapping[str, float | None],
    share: Mapping[str, float],
) -> pd.DataFrame:
    """Return what projects add, or take away by a number."""
    numbered = sized(counted) & ~changes_ownership(counted, sections.index) & (counted["kind"] != "improve")
    table = counted[numbered]
    in_classes = table["classes_added"] * _figure(class_size, table["stage"])
    seats = table["seats_added"].fillna(in_classes) * _figure(share, table["stage"])
    checks.require_no_gaps(seats, what="The number of seats of a project")
    unit = pd.MultiIndex.from_frame(table[["school", "stage"]])
    listed = unit.isin(sections.index)
    new_site = (table["kind"] == "relocate").to_numpy()
    elsewhere = ~listed | (new_site & (table["catchment"] != "").to_numpy())
    # attached classes that move do not become a school by it
    whole = founding.reindex(unit).fillna(value=True).to_numpy(dtype=bool)
    founds = (table["kind"].isin(("new", "handover")).to_numpy() & ~listed) | (new_site & whole)
    return pd.DataFrame(
        {
            **_shared_columns(table),
            "stage": table["stage"],
            "at": np.where(elsewhere, "catchment", "section"),
            "place": table["catchment"].where(elsewhere, table["school"]),
            "seats": seats,
            "classrooms": table["classes_added"],
            "stated": table["ownership"],
            "founds": founds,
            "settles": new_site,
        },
    )


def _rooms_taken(
    counted: pd.DataFrame,
    *,
    class_size: Mapping[str, float | None],
    share: Mapping[str, float],
) -> pd.DataFrame:
    """Return the classrooms that projects take from another stage, and the seats in them."""
    table = counted[counted["rooms_of"] != ""]
    seats = table["classes_added"] * _figure(class_size, table["rooms_of"]) * _figure(share, table["rooms_of"])
    checks.require_no_gaps(seats, what="The class size of the stage whose rooms a project takes")
    return pd.DataFrame(
        {
            **_shared_columns(table),
            "stage": table["rooms_of"],
            "at": "section",
            "place": table["school"],
            "seats": -seats,
            "classrooms": -table["classes_added"],
            "stated": "",
            "founds": False,
            "settles": False,
        },
    )


def _figure(by_stage: Mapping[str, float | None], stage: pd.Series) -> pd.Series:
    """Return the figure of each stage; missing where there is none."""
    return stage.map({name: np.nan if value is None else value for name, value in by_stage.items()}).astype(float)


def _shared_columns(table: pd.DataFrame) -> dict[str, object]:
    return {
        "project": table.index.to_numpy(dtype=object),
        "school": table["school"],
        "month": table["month"],
        "since": table["month"],
        "first_year": table["first_year"],
        "end_year": table["end_year"],
        "in_seats": table["in_seats"],
    }


def _of_listed_projects(entries: pd.DataFrame) -> list[pd.DataFrame]:
    """Enter what is in the listed seats already as there from the start, and take it out of what is listed."""
    inside = entries["in_seats"].astype(bool)
    there = entries[inside].assign(month=_BEFORE_ALL, since=_BEFORE_ALL, first_year=-np.inf)
    taken_out = there.assign(end_year=np.inf, seats=-there["seats"], classrooms=-there["classrooms"], founds=False)
    return [entries[~inside], there, taken_out]


def _upheavals(counted: pd.DataFrame, sections: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return the moves and ends of whole sections by year, in order of time."""
    table = counted[changes_whole_section(counted)]
    listed = pd.MultiIndex.from_frame(table[["school", "stage"]]).isin(sections.index)
    elsewhere = ~listed | (table["catchment"] != "").to_numpy()
    relocates = table["kind"] == "relocate"
    acts = pd.DataFrame(
        {
            **_shared_columns(table),
            "stage": table["stage"],
            "at": np.where(elsewhere, "catchment", "section"),
            "place": table["catchment"].where(elsewhere, table["school"]),
            "relocates": relocates,
            "carries": relocates & ~sized(table),
        },
    )
    return _by_year(acts, years).sort_values(["month", "project"], kind="stable", ignore_index=True)


def _by_year(table: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Repeat each row for each school year in which it holds; text is kept as plain objects, to be joined on."""
    text = {name: object for name in _TEXTS if name in table}
    grid = np.asarray(years, dtype=np.int64)
    first, end = (table[name].to_numpy(dtype=float)[:, None] for name in ("first_year", "end_year"))
    row, step = np.nonzero((grid >= first) & (grid < end))
    return table.drop(columns=["first_year", "end_year"]).astype(text).iloc[row].assign(year=grid[step])


def _at_new_sites(entries: pd.DataFrame, upheavals: pd.DataFrame) -> pd.DataFrame:
    """Place what opens with or after a move of its section where the section then is."""
    moves = upheavals[upheavals["relocates"]][["month", "year", "school", "stage", "at", "place"]]
    ordered = entries.sort_values("month", kind="stable", ignore_index=True)
    # a new site is where its own project says
    rows = np.flatnonzero(~ordered["settles"].astype(bool))
    site = pd.merge_asof(
        ordered.loc[rows, ["month", *_SECTION_YEAR]], moves, on="month", by=_SECTION_YEAR, direction="backward"
    )
    settled = rows[site["place"].notna().to_numpy()]
    for name in ("at", "place"):
        ordered.loc[settled, name] = site[name].dropna().to_numpy()
    return ordered


def _carried(entries: pd.DataFrame, upheavals: pd.DataFrame) -> pd.DataFrame:
    """End each entry at the first move or end of its section after it, and enter it again where it moves to."""
    done, pending = [], entries
    acts = upheavals[["month", *_SECTION_YEAR, "project", "at", "place", "carries"]]
    acts = acts.rename(columns={"project": "by", "at": "to_at", "place": "to_place"}).assign(on=acts["month"])
    while not pending.empty:
        met = pd.merge_asof(pending, acts, on="month", by=_SECTION_YEAR, direction="forward", allow_exact_matches=False)
        ends = met["by"].notna()
        gone = met[ends]
        left = gone.assign(project=gone["by"], seats=-gone["seats"], classrooms=-gone["classrooms"], stands=False)
        done += [met[~ends].assign(stands=True), gone.assign(stands=False), left]
        moved = gone[gone["carries"].astype(bool)]
        moved = moved.assign(project=moved["by"], at=moved["to_at"], place=moved["to_place"], month=moved["on"])
        pending = moved[entries.columns].sort_values("month", kind="stable", ignore_index=True)
    return pd.concat(done or [entries.assign(stands=True)], ignore_index=True)


def _takeovers(schedule: pd.DataFrame, sections: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return the last change of ownership of each section in each year: `becomes`, from the month `taken`."""
    table = schedule[schedule["counted"].astype(bool) & changes_ownership(schedule, sections.index)]
    acts = pd.DataFrame({**_shared_columns(table), "stage": table["stage"], "becomes": table["ownership"]})
    last = (
        _by_year(acts, years)
        .sort_values(["month", "project"], kind="stable")
        .drop_duplicates(_SECTION_YEAR, keep="last")
    )
    return last[[*_SECTION_YEAR, "becomes", "month"]].rename(columns={"month": "taken"})


def _owned(book: pd.DataFrame, takeovers: pd.DataFrame, ownership: pd.Series) -> pd.DataFrame:
    """Say whose each entry is: of the last take-over of its section, else as stated, else as the school is."""
    merged = book.merge(takeovers, on=_SECTION_YEAR, how="left")
    stated = merged["stated"] != ""
    taken = merged["becomes"].notna() & (~stated | (merged["taken"] >= merged["since"]))
    told = ownership.reindex(merged["school"]).to_numpy(dtype=object)
    listed = pd.Series(np.where(pd.isna(told) | (told == ""), UNKNOWN, told), index=merged.index, dtype=object)
    return merged.assign(ownership=listed.mask(stated, merged["stated"]).mask(taken, merged["becomes"]))


def changes(book: pd.DataFrame, *, what: Literal["seats", "classrooms"]) -> pd.DataFrame:
    """
    Return what each project adds and takes away, by place and year.

    Parameters
    ----------
    book
        From `ledger`.
    what
        `seats` or `classrooms`.

    Returns
    -------
    changes
        Indexed by `(project, stage, at, place)`, one column per year: a project
        that acts on two places or stages has two rows. A project that opens
        after the last year has none. Missing where not known.
    """
    return _grid(book[book["project"] != LISTED], ["project", *_PLACE], values=what)


def there(book: pd.DataFrame, *, what: Literal["seats", "classrooms"]) -> pd.DataFrame:
    """
    Return what is there, by place and year.

    Parameters
    ----------
    book
        From `ledger`.
    what
        `seats` or `classrooms`.

    Returns
    -------
    there
        Indexed by `(stage, at, place)`, one column per year: every listed
        section, and every catchment that a project is in but in no section.
        Negative if projects take away more than there is. Missing where not
        known: a section that ended has no classrooms, however many it had.
    """
    standing = book.assign(**{what: book[what].where(book["stands"], 0.0)})
    return _grid(standing, _PLACE, values=what)


def by_ownership(book: pd.DataFrame, *, what: Literal["seats", "schools"]) -> pd.DataFrame:
    """
    Return seats, or the number of schools (kindergartens), by who owns them.

    Parameters
    ----------
    book
        From `ledger`.
    what
        `seats`, or `schools`: sections with any seats that are schools of
        their own, not attached classes and not temporary rooms.

    Returns
    -------
    counts
        Indexed by `(stage, ownership)`, one column per year. Ownership that is
        not known is `UNKNOWN`, so that nothing is left out of a total.
    """
    standing = book[book["stands"]]
    if what == "seats":
        return _grid(standing, ["stage", "ownership"], values="seats")
    # what names no school is one of its own
    school = standing["school"].where(standing["school"] != "", "\0" + standing["project"].astype(str))
    standing = standing.assign(school=school)
    seats = standing.groupby(_SECTION_YEAR)["seats"].transform("sum")
    founders = standing[standing["founds"].astype(bool) & (seats > 0)]
    schools = founders.drop_duplicates(_SECTION_YEAR).assign(schools=1.0)
    return _grid(schools, ["stage", "ownership"], values="schools")


def ownership_by_year(
    schedule: pd.DataFrame,
    sections: pd.DataFrame,
    *,
    years: Sequence[int],
    ownership: pd.Series,
) -> pd.DataFrame:
    """
    Return whose each section is in each year.

    Parameters
    ----------
    schedule
        From `projects.schedule`.
    sections
        Indexed by `(school, stage)`.
    years
        School years.
    ownership
        By school; missing where not known.

    Returns
    -------
    ownership
        On the index of `sections`, one column per year; `UNKNOWN` where nobody
        has told.

    Examples
    --------
    >>> from schoolmap.seats.projects.schedules import schedule
    >>> unit = pd.MultiIndex.from_tuples([("A", "kindergarten")], names=["school", "stage"])
    >>> convert = {"kind": "convert", "stage": "kindergarten", "school": "A", "opening": "2027-09"}
    >>> plans = schedule(pd.DataFrame([convert], index=["C"]), pd.DataFrame(index=unit))
    >>> whose = pd.Series({"A": "private"})
    >>> ownership_by_year(plans, pd.DataFrame(index=unit), years=[2026, 2027], ownership=whose).values.tolist()
    [['private', 'public']]
    """
    grid = pd.MultiIndex.from_product([range(len(sections)), years]).to_frame(index=False, name=["row", "year"])
    rows = pd.DataFrame(
        {
            "school": sections.index.get_level_values("school").to_numpy(dtype=object)[grid["row"]],
            "stage": sections.index.get_level_values("stage").to_numpy(dtype=object)[grid["row"]],
            "year": grid["year"],
            "stated": "",
            "since": _BEFORE_ALL,
        },
    )
    owned = _owned(rows, _takeovers(schedule, sections, years), ownership)
    values = owned["ownership"].to_numpy(dtype=object).reshape(len(sections), len(years))
    return pd.DataFrame(values, index=sections.index, columns=list(years))


def _grid(frame: pd.DataFrame, keys: list[str], *, values: str) -> pd.DataFrame:
    """Add up by keys and year; one unknown number makes its sum unknown."""
    groups = frame.assign(unknown=frame[values].isna()).groupby([*keys, "year"], observed=True)
    totals = groups[values].sum().mask(groups["unknown"].any()).unstack("year", fill_value=0)
    years = frame["year"].cat.categories
    table = totals.set_axis(totals.columns.astype(int), axis=1).reindex(columns=years, fill_value=0.0)
    # a billionth of a seat is rounding; adding zero turns -0.0 into 0.0
    return table.rename_axis(columns="year").round(9) + 0.0
