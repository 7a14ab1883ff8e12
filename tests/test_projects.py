"""Which projects are counted, from when, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import InputError
from schoolmap.errors import LabelError
from schoolmap.seats.projects.schedules import REASONS
from schoolmap.seats.projects.schedules import UNDER_WAY
from schoolmap.seats.projects.schedules import draw_openings
from schoolmap.seats.projects.schedules import schedule
from schoolmap.tables import PROJECT_KINDS
from schoolmap.tables import PROJECT_STATUSES

SECTIONS = pd.DataFrame(
    index=pd.MultiIndex.from_tuples(
        [("A", "primary"), ("A", "kindergarten"), ("B", "primary")], names=["school", "stage"]
    )
)
few = settings(max_examples=15)
months = st.builds(
    lambda year, month: f"{year}-{month:02d}",
    st.integers(min_value=2024, max_value=2035),
    st.integers(min_value=1, max_value=12),
)


def one(**columns: object) -> pd.DataFrame:
    """Return a table of one project `P`: an expansion of primary school `A` by 90 seats, unless said otherwise."""
    usual = {"stage": "primary", "kind": "expand", "school": "A", "opening": "2027-09", "seats_added": 90.0}
    return pd.DataFrame([usual | columns], index=["P"])


def of(table: pd.DataFrame, **options: object) -> pd.Series:
    """Return the schedule of project `P`."""
    return schedule(table, SECTIONS, **options).loc["P"]  # type: ignore[arg-type]


# months


@pytest.mark.parametrize(
    ("opening", "year"), [("2027-09", 2027), ("2027", 2027), ("2027-02", 2027), ("2027-10", 2028), ("2026-12", 2027)]
)
def test_open_by_september(opening: str, year: int) -> None:
    """Open by September, a project serves the school year that starts then; from October on, the next."""
    assert of(one(opening=opening))["first_year"] == year


def test_delays_add_up() -> None:
    """Six months of its own and twelve of the scenario: planned for September 2027, open in March 2029."""
    late = of(one(delay_months=6), delay_months=12)
    assert (late["opening"], late["late_by"], late["first_year"]) == ("2029-03", 18, 2029)


def test_what_is_open_is_late_no_more() -> None:
    """The month in which it did open wins over plan and delays; so does the status where the month is not told."""
    table = one(opened="2026-03", delay_months=6, status="opened")
    assert of(table, delay_months=12)[["opening", "late_by", "first_year"]].tolist() == ["2026-03", -18, 2026]
    assert of(one(status="opened", delay_months=6), delay_months=12)["opening"] == "2027-09"


def test_late_rooms_are_not_rented_for_longer() -> None:
    """The end stays where it is; rooms that come after it never come."""
    rooms = one(kind="temporary", closing="2029-06")
    assert of(rooms, delay_months=12)[["first_year", "end_year", "reason"]].tolist() == [2028, 2029, ""]
    assert of(rooms, delay_months=24)["reason"] == "never_open"


@few
@given(months, st.integers(min_value=0, max_value=60), st.integers(min_value=0, max_value=60))
def test_more_delay_is_never_earlier(opening: str, some: int, more: int) -> None:
    """Each month of delay moves the first school year by none or one, never back."""
    first = of(one(opening=opening), delay_months=some)["first_year"]
    assert of(one(opening=opening), delay_months=some + more)["first_year"] >= first


# what is counted


@pytest.mark.parametrize("kind", [kind for kind in PROJECT_KINDS if kind not in {"improve", "demolish"}])
def test_a_whole_project_is_counted(kind: str) -> None:
    """With stage, section, month and size every kind but an improvement is counted."""
    row = of(one(kind=kind))
    assert row["counted"]
    assert row["reason"] == ""


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"kind": "improve", "seats_added": None}, "no_seats"),
        ({"status": "suspended"}, "suspended"),
        ({"opening": None}, "no_opening"),
        ({"opening": None, "status": "opened"}, "no_opening"),
        ({"seats_added": None}, "no_size"),
        ({"kind": "handover", "school": "N", "catchment": "s", "seats_added": None}, "no_size"),
        ({"kind": "relocate", "school": "N", "catchment": "s"}, "no_section"),
        ({"kind": "demolish", "school": "N", "seats_added": None}, "no_section"),
        ({"kind": "convert", "school": "N"}, "no_section"),
        ({"school": "N"}, "no_place"),
        ({"school": None}, "no_place"),
        ({"kind": "temporary", "closing": "2027-08"}, "never_open"),
        ({"probability": 0.49}, "unlikely"),
    ],
)
def test_reasons(columns: dict[str, object], reason: str) -> None:
    """What is not counted says why."""
    row = of(one(**columns))
    assert not row["counted"]
    assert row["reason"] == reason
    assert reason in REASONS


@pytest.mark.parametrize(
    "columns",
    [
        {"seats_added": None, "classes_added": 2.0},
        {"school": None, "catchment": "s"},
        {"kind": "relocate", "seats_added": None},
        {"kind": "demolish", "seats_added": None},
        {"kind": "convert", "seats_added": None},
        {"kind": "handover", "seats_added": None},
        {"probability": 0.5},
        {"status": None},
    ],
)
def test_enough_to_be_counted(columns: dict[str, object]) -> None:
    """Classes stand for seats, a catchment for a school, and what changes a whole section needs no number."""
    assert of(one(**columns))["counted"]


def test_a_school_that_a_project_builds_can_move_and_change_hands() -> None:
    """A section need not be listed yet, if a project makes it."""
    table = pd.concat(
        [
            one(kind="new", school="N", catchment="s").set_axis(["build"]),
            one(kind="convert", school="N", opening="2029-09").set_axis(["convert"]),
            one(kind="relocate", school="N", catchment="n", opening="2030-09").set_axis(["move"]),
            one(kind="demolish", school="N", seats_added=None, opening="2029-09").set_axis(["end"]),
        ]
    )
    assert schedule(table, SECTIONS)["counted"].all()


def test_only_what_is_asked_for() -> None:
    """A scenario may count only what is being built; what has no status is counted."""
    table = pd.concat([one(status=status).set_axis([status or "none"]) for status in (*PROJECT_STATUSES, None)])
    counted = schedule(table, SECTIONS, statuses=("building", "opened"))
    assert counted.index[counted["counted"]].tolist() == ["building", "opened", "none"]
    assert counted.at["reserve", "reason"] == "status"
    assert schedule(table, SECTIONS).query("counted").index.tolist() == [*UNDER_WAY, "none"]


def test_a_section_that_has_moved_is_not_ended_by_the_end_of_its_old_site() -> None:
    """The old site is empty by then: without a number nothing is taken away from the new one."""
    table = pd.concat(
        [
            one(kind="relocate").set_axis(["move"]),
            one(kind="demolish", seats_added=None, opening="2028-09").set_axis(["old site"]),
            one(kind="demolish", seats_added=None, opening="2026-09", school="B").set_axis(["other"]),
            one(kind="demolish", seats_added=-30.0, opening="2028-09").set_axis(["by number"]),
        ]
    )
    assert schedule(table, SECTIONS)["reason"].to_dict() == {
        "move": "",
        "old site": "moved_already",
        "other": "",
        "by number": "",
    }


@pytest.mark.parametrize(
    ("columns", "reason", "in_seats"),
    [
        ({"opened": "2025-09"}, "in_seats", False),
        ({"opened": "2025-10"}, "", False),
        ({"status": "opened", "opening": None}, "in_seats", False),
        ({"opening": "2025-03"}, "", False),
        ({"opened": "2025-03", "kind": "temporary", "closing": "2028-06"}, "", True),
    ],
)
def test_what_the_listed_seats_have_is_not_counted_twice(
    columns: dict[str, object],
    reason: str,
    in_seats: bool,  # noqa: FBT001
) -> None:
    """Seats listed in September 2025 hold what did open by then, of which only the end is to come."""
    row = of(one(**columns), as_of="2025-09")
    assert (row["reason"], row["in_seats"]) == (reason, in_seats)


def test_becomes_public_unless_it_says_otherwise() -> None:
    """A conversion or hand-over makes public; a conversion of rooms and every other kind leaves it open."""
    assert of(one(kind="convert"))["ownership"] == "public"
    assert of(one(kind="convert", ownership="inclusive"))["ownership"] == "inclusive"
    assert of(one(kind="handover"))["ownership"] == "public"
    assert of(one())["ownership"] == ""
    rooms = one(kind="convert", stage="kindergarten", rooms_of="primary", classes_added=2.0)
    assert of(rooms)["ownership"] == ""


@few
@given(st.permutations(range(4)))
def test_order_of_projects_is_irrelevant(order: list[int]) -> None:
    """The schedule is on the caller's index, and no project changes another's by its place."""
    table = pd.concat(
        [one(opening=f"202{7 + step}-10", kind=kind).set_axis([kind]) for step, kind in enumerate(("new", "relocate"))]
        + [one(kind="demolish", seats_added=None, opening="2029-01").set_axis(["end"]), one().set_axis(["wing"])]
    )
    before = table.copy()
    pd.testing.assert_frame_equal(schedule(table.iloc[order], SECTIONS), schedule(table, SECTIONS).iloc[order])
    pd.testing.assert_frame_equal(table, before)


# refusals


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"kind": "close"}, "of no known kind"),
        ({"ownership": "state"}, "neither public, inclusive nor private"),
        ({"opening": "soon"}, "no month"),
        ({"closing": "2027-13"}, "no month"),
        ({"opened": "yes"}, "no month"),
        ({"probability": 80.0}, "outside 0 to 1"),
        ({"delay_months": -3.0}, "fewer than zero months"),
        ({"kind": "demolish"}, "demolition and would add"),
        ({"kind": "new", "seats_added": -90.0}, "adds a negative number"),
        ({"kind": "relocate", "classes_added": -2.0}, "adds a negative number"),
        ({"kind": "improve"}, "improves what is there and adds seats"),
        ({"rooms_of": "kindergarten"}, "only attached classes and conversions"),
        ({"kind": "attach", "stage": "kindergarten", "rooms_of": "primary"}, "does not say how many"),
        ({"kind": "convert", "rooms_of": "primary", "classes_added": 2.0}, "its own stage"),
        ({"kind": "attach", "school": "B", "rooms_of": "kindergarten", "classes_added": 2.0}, "does not have"),
    ],
)
def test_refuses_what_contradicts_itself(columns: dict[str, object], message: str) -> None:
    """A project that cannot be meant is not guessed at; the fault names it in both languages."""
    with pytest.raises(InputError, match=message) as caught:
        of(one(**columns))
    assert {fault.value for fault in caught.value.faults} == {"P"}
    assert all(fault.problem_zh and fault.remedy_zh for fault in caught.value.faults)


def test_all_faults_at_once() -> None:
    """Three projects that are wrong are three faults."""
    table = pd.concat([one(opening="soon"), one(kind="improve"), one(kind="demolish")]).set_axis(["a", "b", "c"])
    with pytest.raises(InputError) as caught:
        schedule(table, SECTIONS)
    assert {fault.value for fault in caught.value.faults} == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delay_months": -1}, "delay_months"),
        ({"delay_months": 1.5}, "delay_months"),
        ({"as_of": "autumn"}, "as_of"),
        ({"least_probability": 50}, "least_probability"),
    ],
)
def test_refuses_options_that_are_none(options: dict[str, object], message: str) -> None:
    """An option that means nothing is not taken for another."""
    with pytest.raises(ValueError, match=message):
        of(one(), **options)


def test_refuses_two_projects_of_one_label() -> None:
    """What is drawn and counted by label needs labels that are one."""
    with pytest.raises(LabelError, match="twice"):
        schedule(pd.concat([one(), one()]), SECTIONS)


# draws


def chances(**probability: float) -> pd.DataFrame:
    """Return a schedule of expansions with their probabilities."""
    return schedule(
        pd.concat([one(probability=chance).set_axis([name]) for name, chance in probability.items()]), SECTIONS
    )


def test_certain_ones_are_in_every_draw() -> None:
    """Probability one or none given: always; not counted for another reason than its odds: never."""
    table = pd.concat([one(probability=1.0), one(), one(probability=0.0), one(status="suspended")])
    opened = draw_openings(schedule(table.set_axis(list("abcd")), SECTIONS), draws=200, seed=1)
    assert opened.all("draw").to_series().to_dict() == {"a": True, "b": True, "c": False, "d": False}
    assert opened.any("draw").to_series().to_dict() == {"a": True, "b": True, "c": False, "d": False}


@pytest.mark.parametrize("chance", [0.1, 0.5, 0.8])
def test_as_often_as_probable(chance: float) -> None:
    """In 4,000 draws the share lies within four standard deviations of the probability, also of an unlikely one."""
    share = float(draw_openings(chances(P=chance), draws=4000, seed=7).mean())
    assert abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / 4000)


@few
@given(st.permutations(["a", "b", "c", "d"]), st.integers(min_value=0, max_value=2**31))
def test_draws_follow_the_label(order: list[str], seed: int) -> None:
    """A project's draws are the same in any order and beside any others."""
    table = chances(a=0.5, b=0.5, c=0.3, d=0.9)
    opened = draw_openings(table, draws=20, seed=seed)
    mixed = draw_openings(table.loc[order], draws=20, seed=seed)
    assert mixed["project"].to_numpy().tolist() == order
    np.testing.assert_array_equal(mixed.sel(project=list("abcd")), opened)
    np.testing.assert_array_equal(draw_openings(table.loc[["c"]], draws=20, seed=seed)[0], opened.sel(project="c"))


@few
@given(st.floats(min_value=0, max_value=1), st.floats(min_value=0, max_value=1))
def test_more_probable_is_open_in_the_same_draws_and_more(one_chance: float, other: float) -> None:
    """Two scenarios of one project differ by its odds, not by chance."""
    low, high = sorted([one_chance, other])
    seldom, often = (draw_openings(chances(P=chance), draws=50, seed=3) for chance in (low, high))
    assert bool((seldom <= often).all())


def test_projects_are_drawn_apart() -> None:
    """Two projects of even odds are open together in a quarter of the draws, and another seed draws anew."""
    opened = draw_openings(chances(a=0.5, b=0.5), draws=4000, seed=2)
    assert float(opened.all("project").mean()) == pytest.approx(0.25, abs=0.03)
    assert bool((draw_openings(chances(a=0.5, b=0.5), draws=4000, seed=5) != opened).any())
