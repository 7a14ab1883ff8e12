"""The book of seats: what projects do to seats, classrooms and ownership, by place and year."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.projects.ledger import LISTED
from schoolmap.seats.projects.ledger import UNKNOWN
from schoolmap.seats.projects.ledger import by_ownership
from schoolmap.seats.projects.ledger import changes
from schoolmap.seats.projects.ledger import ledger
from schoolmap.seats.projects.ledger import ownership_by_year
from schoolmap.seats.projects.ledger import there
from schoolmap.seats.projects.schedules import schedule

YEARS = [2026, 2027, 2028, 2029]
some = settings(max_examples=6)
CLASS_SIZE: dict[str, float | None] = {"kindergarten": 30, "primary": 45, "junior": None}
OWNERSHIP = pd.Series({"A": "public", "B": "private", "C": None}, dtype=object)
KINDERGARTEN_A, PRIMARY_A = ("kindergarten", "section", "A"), ("primary", "section", "A")


def listed(**seats: float) -> pd.DataFrame:
    """Return the primary sections named, and their classrooms of 45."""
    unit = pd.MultiIndex.from_product([seats, ["primary"]], names=["school", "stage"])
    return pd.DataFrame({"seats": list(seats.values()), "classrooms": [n / 45 for n in seats.values()]}, index=unit)


def town() -> pd.DataFrame:
    """Return two kindergartens of 180 and 90 and two primary schools of 540 and 270, with their classrooms."""
    unit = pd.MultiIndex.from_tuples(
        [("A", "kindergarten"), ("A", "primary"), ("B", "primary"), ("B", "kindergarten")], names=["school", "stage"]
    )
    return pd.DataFrame({"seats": [180.0, 540.0, 270.0, 90.0], "classrooms": [6.0, 12.0, 6.0, 3.0]}, index=unit)


def table(**projects: dict[str, object]) -> pd.DataFrame:
    """Return projects, of primary school `A` in September 2027 unless said otherwise."""
    usual = {"stage": "primary", "kind": "expand", "school": "A", "opening": "2027-09"}
    return pd.DataFrame([usual | project for project in projects.values()], index=list(projects))


def book_of(projects: pd.DataFrame, sections: pd.DataFrame, **options: object) -> pd.DataFrame:
    """Keep the book of four years."""
    plans = schedule(projects, sections, **options)  # type: ignore[arg-type]
    return ledger(plans, sections, years=YEARS, class_size=CLASS_SIZE, ownership=OWNERSHIP)


def seats(book: pd.DataFrame) -> dict[tuple[str, str, str], list[float]]:
    """Return the seats there are, by stage, kind of place and place."""
    return {tuple(label): row.tolist() for label, row in there(book, what="seats").iterrows()}  # type: ignore[arg-type,misc]


def added(book: pd.DataFrame, what: str = "seats") -> dict[tuple[str, ...], list[float]]:
    """Return what projects change."""
    grid = changes(book, what=what)  # type: ignore[arg-type]
    return {tuple(label): row.tolist() for label, row in grid.iterrows()}  # type: ignore[arg-type,misc]


@st.composite
def pipelines(draw: st.DrawFn) -> pd.DataFrame:
    """Draw projects of all kinds that can be entered, on the town."""
    rows = {}
    for step in range(draw(st.integers(min_value=0, max_value=6))):
        kind = draw(st.sampled_from(["expand", "new", "temporary", "relocate", "demolish", "attach", "convert"]))
        year, month = draw(st.integers(2025, 2030)), draw(st.sampled_from([3, 9, 10]))
        row: dict[str, object] = {
            "kind": kind,
            "stage": draw(st.sampled_from(["kindergarten", "primary"])),
            "school": draw(st.sampled_from(["A", "B", "N"])),
            "catchment": draw(st.sampled_from(["s", "n"])) if kind in {"relocate", "new"} else None,
            "opening": f"{year}-{month:02d}",
            "closing": f"{year + draw(st.integers(1, 3))}-09" if draw(st.booleans()) else None,
            "seats_added": float(draw(st.integers(0, 300))),
        }
        if row["school"] == "N":
            row["catchment"] = "n"
        if kind == "demolish":
            row["seats_added"] = -float(draw(st.integers(0, 90)))
        if kind in {"relocate", "demolish"} and draw(st.booleans()):
            row["seats_added"] = None
        if kind in {"attach", "convert"}:
            row |= {"stage": "kindergarten", "rooms_of": "primary", "seats_added": None}
            row |= {"school": draw(st.sampled_from(["A", "B"])), "classes_added": float(draw(st.integers(1, 3)))}
        rows[f"P{step}"] = row
    return table(**rows) if rows else table(P={"school": None, "opening": None, "seats_added": None})


Row = dict[str, Any]


class Year:
    """One school year, told again project by project in order of time, in plain Python."""

    def __init__(self, sections: pd.DataFrame) -> None:
        # of each section: its seats as [place, number, month], and where it stands once it has moved
        self.stock: dict[tuple[str, str], list[list[Any]]] = {
            (school, stage): [[("section", school), number, -1]]
            for (school, stage), number in sections["seats"].items()
        }
        self.site: dict[tuple[str, str], tuple[str, str]] = {}

    def move_or_end(self, row: Row) -> None:
        """Move, or take away, what was there before this month."""
        unit, number = (row["school"], row["stage"]), size(row)
        before = [lot for lot in self.stock.get(unit, []) if lot[2] < row["month"]]
        if row["kind"] == "relocate":
            self.site[unit] = ("catchment", row["catchment"]) if row["catchment"] else ("section", unit[0])
        for lot in before:
            if row["kind"] == "relocate" and number is None:
                lot[0], lot[2] = self.site[unit], row["month"]
            else:
                self.stock[unit].remove(lot)

    def add(self, row: Row) -> None:
        """Add seats, and take rooms of another stage."""
        unit, number = (row["school"], row["stage"]), size(row)
        usual = ("section", unit[0]) if unit in town().index else ("catchment", row["catchment"])
        if row["kind"] == "relocate":
            usual = ("catchment", row["catchment"]) if row["catchment"] else usual
        else:
            usual = self.site.get(unit, usual)
        self.stock.setdefault(unit, []).append([usual, number, row["month"]])
        if row["rooms_of"]:
            host = (row["school"], row["rooms_of"])
            lost = -row["classes_added"] * (CLASS_SIZE[row["rooms_of"]] or 0)
            self.stock[host].append([self.site.get(host, ("section", host[0])), lost, row["month"]])


def size(row: Row) -> float | None:
    """Return how many seats a project says, if it does."""
    if not math.isnan(row["seats_added"]):
        return float(row["seats_added"])
    return None if math.isnan(row["classes_added"]) else float(row["classes_added"]) * (CLASS_SIZE[row["stage"]] or 0)


def told_year_by_year(projects: pd.DataFrame) -> dict[tuple[str, str, str], list[float]]:
    """Tell the seats of the town by place: of one month, moves and ends come first."""
    plans = schedule(projects, town())
    rows: list[Row] = plans[plans["counted"]].sort_index().to_dict("records")
    totals: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0] * len(YEARS))
    for step, year in enumerate(YEARS):
        told = Year(town())
        acts = [row for row in rows if row["first_year"] <= year < row["end_year"]]
        for month in sorted({row["month"] for row in acts}):
            today = [row for row in acts if row["month"] == month]
            for row in today:
                if row["kind"] == "relocate" or (row["kind"] == "demolish" and size(row) is None):
                    told.move_or_end(row)
            for row in today:
                if size(row) is not None:
                    told.add(row)
        for (_, stage), lots in told.stock.items():
            for place, number, _ in lots:
                totals[(stage, *place)][step] += number
    return totals


# kinds, one by one


def test_expansion_and_new_school() -> None:
    """An expansion is at its section, a new school in its catchment; two classes of 45 are 90 seats."""
    projects = table(
        wing={"classes_added": 2.0}, new={"kind": "new", "school": "N", "catchment": "s", "seats_added": 400.0}
    )
    assert seats(book_of(projects, listed(A=540.0))) == {
        PRIMARY_A: [540, 630, 630, 630],
        ("primary", "catchment", "s"): [0, 400, 400, 400],
    }


def test_a_school_moves_within_what_it_serves() -> None:
    """540 seats end and 900 begin in the same year: never both, never neither."""
    book = book_of(table(R={"kind": "relocate", "seats_added": 900.0}), listed(A=540.0))
    assert seats(book) == {PRIMARY_A: [540, 900, 900, 900]}
    assert added(book) == {("R", *PRIMARY_A): [0, 360, 360, 360]}


def test_a_school_moves_to_another_catchment_with_all_that_was_added() -> None:
    """Seats added before the move go with it, those added later are at the new site; nothing stays behind."""
    projects = table(
        R={"kind": "relocate", "catchment": "s", "opening": "2028-09"},
        before={"seats_added": 60.0, "opening": "2027-02"},
        same={"seats_added": 30.0, "opening": "2028-09"},
        later={"seats_added": 45.0, "opening": "2029-03"},
        rooms={"kind": "temporary", "seats_added": 20.0, "opening": "2026-09", "closing": "2029-06"},
    )
    book = book_of(projects, listed(A=540.0))
    assert seats(book) == {
        PRIMARY_A: [560, 620, 0, 0],
        ("primary", "catchment", "s"): [0, 0, 650, 675],
    }
    assert added(book)[("R", *PRIMARY_A)] == [0, 0, -620, -600]
    assert added(book)[("R", "primary", "catchment", "s")] == [0, 0, 620, 600]


def test_attached_classes_take_rooms_of_the_primary_school() -> None:
    """Three kindergarten classes of 30 take three of the primary school's rooms, and 135 of its seats."""
    attach = {"kind": "attach", "stage": "kindergarten", "rooms_of": "primary", "classes_added": 3.0}
    book = book_of(table(K=attach), town())
    assert added(book) == {("K", *KINDERGARTEN_A): [0, 90, 90, 90], ("K", *PRIMARY_A): [0, -135, -135, -135]}
    assert added(book, "classrooms") == {("K", *KINDERGARTEN_A): [0, 3, 3, 3], ("K", *PRIMARY_A): [0, -3, -3, -3]}


def test_attached_classes_where_no_kindergarten_was() -> None:
    """At a primary school without one the seats are for the catchment; without `rooms_of` nothing is taken."""
    attach = {"kind": "attach", "stage": "kindergarten", "catchment": "s", "classes_added": 3.0}
    assert added(book_of(table(K=attach), listed(A=540.0))) == {
        ("K", "kindergarten", "catchment", "s"): [0, 90, 90, 90]
    }


def test_rooms_are_converted_from_one_stage_to_the_other() -> None:
    """Kindergarten rooms that fall empty become two primary classes: 90 seats more there, 60 fewer here."""
    back = {"kind": "convert", "rooms_of": "kindergarten", "classes_added": 2.0}
    assert added(book_of(table(C=back), town())) == {
        ("C", *KINDERGARTEN_A): [0, -60, -60, -60],
        ("C", *PRIMARY_A): [0, 90, 90, 90],
    }


def test_a_kindergarten_is_handed_over() -> None:
    """One that is there changes hands and keeps its seats; one that comes with the homes adds its own, public."""
    there_already = table(H={"kind": "handover", "stage": "kindergarten", "school": "B"})
    assert added(book_of(there_already, town())) == {}
    assert by_ownership(book_of(there_already, town()), what="seats").loc["kindergarten"].T.to_dict("list") == {
        "private": [90, 0, 0, 0],
        "public": [180, 270, 270, 270],
    }
    to_come = table(
        H={"kind": "handover", "stage": "kindergarten", "school": "N", "catchment": "s", "classes_added": 6.0}
    )
    book = book_of(to_come, town())
    assert added(book) == {("H", "kindergarten", "catchment", "s"): [0, 180, 180, 180]}
    assert by_ownership(book, what="seats").loc[("kindergarten", "public")].tolist() == [180, 360, 360, 360]


def test_demolition_by_number_and_of_everything() -> None:
    """Thirty seats less; then all that is left, with what was added before."""
    projects = table(
        some={"kind": "demolish", "seats_added": -30.0},
        wing={"seats_added": 60.0, "opening": "2028-09"},
        all={"kind": "demolish", "opening": "2029-09"},
    )
    book = book_of(projects, listed(A=540.0))
    assert seats(book) == {PRIMARY_A: [540, 510, 570, 0]}
    assert added(book)[("all", *PRIMARY_A)] == [0, 0, 0, -570]


def test_away_while_it_is_rebuilt() -> None:
    """What a project does holds until it closes: the school is elsewhere for two years and comes back."""
    away = {"kind": "relocate", "catchment": "s", "seats_added": 400.0, "closing": "2029-06"}
    assert seats(book_of(table(R=away), listed(A=540.0))) == {
        PRIMARY_A: [540, 0, 0, 540],
        ("primary", "catchment", "s"): [0, 400, 400, 0],
    }


def test_improvements_and_what_is_not_counted_change_nothing() -> None:
    """Quality is no seats; a suspended project is none."""
    projects = table(better={"kind": "improve"}, stopped={"seats_added": 90.0, "status": "suspended"})
    book = book_of(projects, listed(A=540.0))
    assert seats(book) == {PRIMARY_A: [540, 540, 540, 540]}
    assert added(book) == {}


def test_temporary_rooms_that_the_listed_seats_have() -> None:
    """Listed with the school's 540 seats, forty in rented rooms only end; they are not there twice."""
    rooms = {"kind": "temporary", "seats_added": 40.0, "opened": "2024-09", "closing": "2028-06"}
    book = book_of(table(T=rooms), listed(A=540.0), as_of="2025-09")
    assert seats(book) == {PRIMARY_A: [540, 540, 500, 500]}
    moved = table(T=rooms, R={"kind": "relocate", "catchment": "s", "opening": "2027-03"})
    assert seats(book_of(moved, listed(A=540.0), as_of="2025-09")) == {
        PRIMARY_A: [540, 0, 0, 0],
        ("primary", "catchment", "s"): [0, 540, 500, 500],
    }


def test_only_the_share_of_the_stage() -> None:
    """Of a nursery's new places three of four are for the stage; its listed seats are shared already."""
    plans = schedule(table(wing={"seats_added": 100.0}), listed(A=300.0))
    book = ledger(plans, listed(A=300.0), years=YEARS, class_size={}, seat_share={"primary": 0.75})
    assert seats(book) == {PRIMARY_A: [300, 375, 375, 375]}


# laws


@settings(max_examples=20)
@given(pipelines())
def test_the_book_tells_what_happened_year_by_year(projects: pd.DataFrame) -> None:
    """The same places and seats as telling each year again, project by project."""
    expected = told_year_by_year(projects)
    found = seats(book_of(projects, town()))
    for label in {*expected, *found}:
        assert found.get(label, [0.0] * 4) == pytest.approx(expected.get(label, [0.0] * 4)), label


@some
@given(pipelines())
def test_every_entry_is_balanced(projects: pd.DataFrame) -> None:
    """What is listed and what projects change is what is there, place by place: nothing is lost on the way."""
    book = book_of(projects, town())
    grid = there(book, what="seats")
    start = there(book[book["project"] == LISTED].assign(stands=True), what="seats")
    moved = changes(book, what="seats").groupby(level=["stage", "at", "place"]).sum()
    both = start.reindex(grid.index, fill_value=0.0) + moved.reindex(grid.index, fill_value=0.0)
    np.testing.assert_allclose(grid, both, atol=1e-6)


@some
@given(pipelines(), st.randoms(use_true_random=False))
def test_order_of_projects_and_sections_is_irrelevant(projects: pd.DataFrame, rng: object) -> None:
    """Labels and months decide."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = book_of(projects.sample(frac=1, random_state=seed), town().sample(frac=1, random_state=seed))
    book = book_of(projects, town())
    pd.testing.assert_frame_equal(there(mixed, what="seats"), there(book, what="seats"))
    pd.testing.assert_frame_equal(there(mixed, what="classrooms"), there(book, what="classrooms"))


@some
@given(pipelines())
def test_unsized_moves_keep_every_seat(projects: pd.DataFrame) -> None:
    """Sections that only move, and only grow, have in every year what they had and what was added: on one site."""
    moving = projects[projects["kind"].isin(["relocate", "expand"])]
    moving = moving.assign(seats_added=moving["seats_added"].where(moving["kind"] == "expand"))
    still = moving[moving["kind"] == "expand"]
    book = book_of(moving, town())
    if not moving.empty:
        total = there(book, what="seats").groupby(level="stage").sum()
        pd.testing.assert_frame_equal(total, there(book_of(still, town()), what="seats").groupby(level="stage").sum())


@some
@given(pipelines(), st.integers(0, 30), st.integers(0, 30))
def test_more_delay_of_expansions_never_gives_more_seats(projects: pd.DataFrame, some: int, more: int) -> None:
    """A year later is a year without: in every place and year, later means fewer seats or as many."""
    adding = projects[projects["kind"].isin(["expand", "new", "temporary"])]
    sooner = there(book_of(adding, town(), delay_months=some), what="seats")
    later = there(book_of(adding, town(), delay_months=some + more), what="seats")
    assert (later.reindex(sooner.index, fill_value=0.0) <= sooner + 1e-9).all(axis=None)


@some
@given(pipelines())
def test_owners_share_out_every_seat(projects: pd.DataFrame) -> None:
    """Seats by ownership add up to the seats of the stage, whoever is known to own them."""
    book = book_of(projects, town())
    of_stage = there(book, what="seats").groupby(level="stage").sum()
    owned = by_ownership(book, what="seats").groupby(level="stage").sum()
    np.testing.assert_allclose(owned, of_stage.reindex(owned.index), atol=1e-6)


# ownership


def kindergartens(**ownership: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return kindergartens of 90 seats each and whose they are."""
    unit = pd.MultiIndex.from_product([ownership, ["kindergarten"]], names=["school", "stage"])
    return pd.DataFrame({"seats": 90.0, "classrooms": 3.0}, index=unit), pd.Series(ownership, dtype=object)


@some
@given(
    st.lists(st.sampled_from(["public", "inclusive", "private"]), min_size=1, max_size=6),
    st.integers(0, 5),
    st.sampled_from(["2027-03", "2028-09", "2028-10"]),
)
def test_private_to_public_changes_hands_and_no_seats(owners: list[str], which: int, opening: str) -> None:
    """No year has more or fewer seats; the public share rises from the opening year, by seats and by number."""
    sections, ownership = kindergartens(**{f"K{step}": owner for step, owner in enumerate(owners)})
    school = f"K{which % len(owners)}"
    ownership[school] = "private"
    projects = table(C={"kind": "convert", "stage": "kindergarten", "school": school, "opening": opening})
    plans = schedule(projects, sections)
    book = ledger(plans, sections, years=YEARS, class_size=CLASS_SIZE, ownership=ownership)
    before = ledger(plans.iloc[:0], sections, years=YEARS, class_size=CLASS_SIZE, ownership=ownership)
    pd.testing.assert_frame_equal(there(book, what="seats"), there(before, what="seats"))
    assert changes(book, what="seats").empty
    from_year = int(plans["first_year"].iloc[0])
    for what, one in (("seats", 90.0), ("schools", 1.0)):
        after, was = (by_ownership(table_of, what=what) for table_of in (book, before))
        pd.testing.assert_series_equal(after.sum(), was.sum())
        public = after.reindex([("kindergarten", "public")], fill_value=0.0).iloc[0]
        rises = public - was.reindex([("kindergarten", "public")], fill_value=0.0).iloc[0]
        assert rises.tolist() == [one if year >= from_year else 0.0 for year in YEARS]


def test_three_of_two_hundred_kindergartens() -> None:
    """From 75.5 % to 77 % by number: 151 of 200 are public or inclusive, and three private ones become public."""
    owners = ["public"] * 61 + ["inclusive"] * 90 + ["private"] * 49
    sections, ownership = kindergartens(**{f"K{step}": owner for step, owner in enumerate(owners)})
    turns = {f"C{step}": {"kind": "convert", "stage": "kindergarten", "school": f"K{step}"} for step in (197, 198, 199)}
    plans = schedule(table(**turns), sections)
    book = ledger(plans, sections, years=YEARS, class_size=CLASS_SIZE, ownership=ownership)
    number = by_ownership(book, what="schools").loc["kindergarten"]
    shares = 100 * number.loc[["public", "inclusive"]].sum() / number.sum()
    assert shares.tolist() == [75.5, 77.0, 77.0, 77.0]


def test_attached_classes_and_rented_rooms_are_no_kindergartens() -> None:
    """They have seats and are no kindergarten; what is new is one, in two phases also; what has no seats left is none."""
    sections = town().assign(rooms_of=["primary", "", "", ""])
    projects = table(
        attach={"kind": "attach", "stage": "kindergarten", "school": "P", "catchment": "s", "classes_added": 2.0},
        rooms={"kind": "temporary", "stage": "kindergarten", "school": None, "catchment": "s", "classes_added": 2.0},
        new={"kind": "new", "stage": "kindergarten", "school": "N", "catchment": "s", "classes_added": 6.0},
        phase={"kind": "new", "stage": "kindergarten", "school": "N", "catchment": "s", "classes_added": 3.0},
        nameless={"kind": "new", "stage": "kindergarten", "school": None, "catchment": "n", "classes_added": 6.0},
        end={"kind": "demolish", "stage": "kindergarten", "school": "B", "opening": "2029-09"},
    )
    book = book_of(projects, sections)
    assert by_ownership(book, what="schools").loc["kindergarten"].sum().tolist() == [1, 3, 3, 2]
    assert by_ownership(book, what="seats").loc["kindergarten"].sum().tolist() == [270, 840, 840, 750]


def test_what_is_built_follows_its_school() -> None:
    """Seats of a private school are private and become public with it; what a project says of itself counts."""
    projects = table(
        wing={"school": "B", "seats_added": 90.0},
        own={"school": "C", "kind": "handover", "seats_added": 45.0, "ownership": "inclusive"},
        turn={"school": "B", "kind": "convert", "opening": "2028-09"},
    )
    book = book_of(projects, listed(B=270.0, C=100.0))
    assert by_ownership(book, what="seats").loc["primary"].T.to_dict("list") == {
        "private": [270, 360, 0, 0],
        "public": [0, 0, 360, 360],
        "inclusive": [0, 45, 45, 45],
        UNKNOWN: [100, 100, 100, 100],
    }


def test_the_last_word_on_ownership_counts() -> None:
    """A conversion takes what was said of seats before it, and leaves those that come later as they say."""
    projects = table(
        before={"school": "B", "kind": "handover", "seats_added": 45.0, "ownership": "inclusive"},
        turn={"school": "B", "kind": "convert", "opening": "2028-09"},
        after={"school": "B", "kind": "handover", "seats_added": 30.0, "ownership": "inclusive", "opening": "2029-09"},
    )
    book = book_of(projects, listed(B=270.0))
    assert by_ownership(book, what="seats").loc["primary"].T.to_dict("list") == {
        "private": [270, 270, 0, 0],
        "inclusive": [0, 45, 0, 30],
        "public": [0, 0, 315, 315],
    }


def test_ownership_by_year() -> None:
    """Each section as its school, from the month of the last change on; back when the change ends."""
    projects = table(
        lease={"school": "B", "kind": "convert", "ownership": "inclusive", "closing": "2029-06"},
        turn={"school": "B", "kind": "convert", "opening": "2028-03", "closing": "2029-06"},
    )
    sections = listed(B=270.0, C=100.0)
    plans = schedule(projects, sections)
    whose = ownership_by_year(plans, sections, years=YEARS, ownership=OWNERSHIP)
    assert whose.loc[("B", "primary")].tolist() == ["private", "inclusive", "public", "private"]
    assert whose.loc[("C", "primary")].tolist() == [UNKNOWN] * 4


# edges and refusals


def test_unknown_classrooms_stay_unknown_until_the_school_ends() -> None:
    """A school whose classrooms nobody knows has none once it is gone; until then they are not zero."""
    sections = listed(A=540.0, B=90.0).assign(classrooms=[math.nan, 2.0])
    book = book_of(
        table(end={"kind": "demolish", "opening": "2028-09"}, B={"school": "B", "seats_added": 9.0}), sections
    )
    rooms = there(book, what="classrooms")
    np.testing.assert_array_equal(rooms.loc[PRIMARY_A], [math.nan, math.nan, 0, 0])
    np.testing.assert_array_equal(rooms.loc[("primary", "section", "B")], [2, math.nan, math.nan, math.nan])


def test_a_town_without_projects_and_projects_without_a_town() -> None:
    """Either alone makes a book."""
    assert seats(book_of(table().reindex(columns=["kind", "stage"]), listed(A=540.0))) == {PRIMARY_A: [540] * 4}
    new = table(new={"kind": "new", "school": "N", "catchment": "s", "seats_added": 400.0, "opening": "2028-09"})
    book = book_of(new, listed())
    assert seats(book) == {("primary", "catchment", "s"): [0, 0, 400, 400]}
    assert there(book, what="seats").columns.tolist() == YEARS


def test_the_input_is_left_alone() -> None:
    """Neither the schedule nor the sections are changed."""
    sections, projects = town(), table(R={"kind": "relocate", "catchment": "s"})
    plans = schedule(projects, sections)
    kept, same = plans.copy(), sections.copy()
    ledger(plans, sections, years=YEARS, class_size=CLASS_SIZE)
    pd.testing.assert_frame_equal(plans, kept)
    pd.testing.assert_frame_equal(sections, same)


def test_refuses_what_is_not_known() -> None:
    """Seats of a section, classes of a stage without a size, rooms of a stage without one: unknown is not zero."""
    with pytest.raises(MissingValueError, match=r"number of seats is missing for 1 unit.*'B'"):
        book_of(table(), listed(A=540.0, B=math.nan))
    with pytest.raises(MissingValueError, match=r"seats of a project is missing for 1 unit.*'J'"):
        book_of(table(J={"stage": "junior", "catchment": "s", "classes_added": 2.0}), listed(A=540.0))
    sections = town().rename(index={"primary": "junior"}, level="stage")
    attach = {"kind": "attach", "stage": "kindergarten", "rooms_of": "junior", "classes_added": 3.0}
    with pytest.raises(MissingValueError, match=r"whose rooms a project takes is missing for 1 unit.*'K'"):
        book_of(table(K=attach), sections)


def test_refuses_a_section_listed_twice() -> None:
    """Its seats would be there twice."""
    with pytest.raises(LabelError, match="twice"):
        book_of(table(), pd.concat([listed(A=540.0), listed(A=540.0)]))
