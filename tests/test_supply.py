"""Seats by section and year: what is there, what projects change, and whom it serves."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.supply import changes_by_year
from schoolmap.seats.supply import section_seats
from schoolmap.seats.supply import serving_shares
from schoolmap.seats.supply import supply_by_catchment
from schoolmap.seats.supply import utilisation
from schoolmap.tables import PROJECT_KINDS

YEARS = [2026, 2027, 2028, 2029]
ZONES = ("n", "s", "w")


def sections(**known: tuple[float, float]) -> pd.DataFrame:
    """Return sections with their seats and classrooms."""
    return pd.DataFrame(list(known.values()), index=list(known), columns=["seats", "classrooms"], dtype=float)


def one_project(
    *,
    kind: str = "new",
    opening: str | None = "2027-09",
    closing: str | None = None,
    seats: float = math.nan,
    classes: float = math.nan,
    counted: bool = True,
) -> pd.DataFrame:
    """Return a table of one project, `P`."""
    row = {
        "kind": kind,
        "opening": opening,
        "closing": closing,
        "seats_added": seats,
        "classes_added": classes,
        "counted": counted,
    }
    return pd.DataFrame([row], index=["P"])


def seats_added(projects: pd.DataFrame, *, class_size: float | None = 45) -> list[float]:
    """Return the seats that project `P` adds in each of the four years."""
    added = changes_by_year(projects, years=YEARS, class_size=class_size, what="seats")
    return [float(number) for number in added.loc["P"]]


def grid(**seats: float) -> pd.DataFrame:
    """Return sections that have the same seats in every year."""
    return pd.DataFrame(dict.fromkeys(YEARS, pd.Series(seats, dtype=float)))


def served(**catchments: tuple[str, ...]) -> pd.Series:
    """Return the catchments that each section serves."""
    return pd.Series(catchments, dtype=object)


NO_PROJECTS = pd.DataFrame(columns=YEARS, dtype=float)
NO_PLACES = pd.Series(dtype=object)


@st.composite
def towns(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Draw sections with seats, the catchments that each serves (perhaps none), and children by catchment."""
    names = draw(st.lists(st.sampled_from("ABCDEF"), min_size=1, unique=True))
    seats = {name: draw(st.floats(min_value=0, max_value=2000)) for name in names}
    serves = {name: tuple(draw(st.lists(st.sampled_from(ZONES), max_size=3, unique=True))) for name in names}
    weight = pd.Series({zone: float(draw(st.integers(min_value=0, max_value=900))) for zone in ZONES})
    return grid(**seats), served(**serves), weight


# the seats of a section


def test_seats_by_hand() -> None:
    """Seats as listed, else classrooms times 45; of places for all ages, only the share of the stage."""
    known = sections(listed=(400.0, 99.0), rooms=(math.nan, 12.0))
    assert section_seats(known, class_size=45).to_dict() == {"listed": 400.0, "rooms": 540.0}
    assert section_seats(known, class_size=45, seat_share=0.5).to_dict() == {"listed": 200.0, "rooms": 270.0}


def test_no_seats_is_a_number() -> None:
    """A school listed with zero seats has none, whatever classrooms it has."""
    assert section_seats(sections(A=(0.0, 12.0)), class_size=45).to_dict() == {"A": 0.0}


@pytest.mark.parametrize(("rooms", "class_size"), [(math.nan, 45.0), (12.0, None)])
def test_refuses_unknown_seats(rooms: float, class_size: float | None) -> None:
    """Neither seats nor classrooms, or no class size to turn them into seats: unknown is not zero."""
    with pytest.raises(MissingValueError, match=r"number of seats is missing for 1 unit.*'B'"):
        section_seats(sections(A=(400.0, math.nan), B=(math.nan, rooms)), class_size=class_size)


@pytest.mark.parametrize("share", [0.0, 1.1, -0.5])
def test_refuses_a_share_that_is_none(share: float) -> None:
    """A share of seats lies above zero and up to one."""
    with pytest.raises(ValueError, match="share in"):
        section_seats(sections(A=(400.0, math.nan)), class_size=45, seat_share=share)


def test_utilisation_by_hand() -> None:
    """Pupils per seat; unknown without pupils, without seats, and without a school."""
    pupils = pd.Series({"A": 486.0, "B": 10.0, "C": math.nan, "D": 10.0})
    seats = pd.Series({"B": 0.0, "C": 100.0, "A": 432.0})
    load = utilisation(pupils, seats)
    assert load["A"] == pytest.approx(1.125)
    assert load[["B", "C", "D"]].isna().all()


# projects


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("2027-09", [0, 90, 90, 90]),
        ("2027", [0, 90, 90, 90]),
        ("2027-02", [0, 90, 90, 90]),
        ("2027-10", [0, 0, 90, 90]),
        ("2020-01", [90, 90, 90, 90]),
        ("2040-09", [0, 0, 0, 0]),
    ],
)
def test_seats_serve_from_september(opening: str, expected: list[float]) -> None:
    """Open by September, a school serves the year that starts then; from October on, the next."""
    assert seats_added(one_project(opening=opening, seats=90.0)) == expected


@pytest.mark.parametrize(
    ("closing", "expected"),
    [("2029-06", [0, 90, 90, 0]), ("2029-09", [0, 90, 90, 0]), ("2029-10", [0, 90, 90, 90]), (None, [0, 90, 90, 90])],
)
def test_temporary_rooms_end(closing: str | None, expected: list[float]) -> None:
    """A year that starts in the month of closing or later has the seats no more."""
    assert seats_added(one_project(kind="temporary", closing=closing, seats=90.0)) == expected


def test_classes_stand_for_seats() -> None:
    """Two classes of 45 are 90 seats; where both are given, the seats are taken."""
    assert seats_added(one_project(classes=2.0)) == [0, 90, 90, 90]
    assert seats_added(one_project(classes=2.0, seats=80.0)) == [0, 80, 80, 80]


def test_demolition_takes_away() -> None:
    """A negative number is seats less from the opening month on."""
    assert seats_added(one_project(kind="demolish", seats=-120.0)) == [0, -120, -120, -120]


@given(st.sampled_from(PROJECT_KINDS), st.booleans(), st.integers(min_value=-900, max_value=900))
def test_only_what_is_counted_and_no_conversion_changes_seats(kind: str, counted: bool, seats: int) -> None:  # noqa: FBT001
    """From private to public, the seats remain; what is only talked about adds none."""
    projects = one_project(kind=kind, counted=counted, seats=float(seats))
    added = changes_by_year(projects, years=YEARS, class_size=45, what="seats")
    if counted and kind != "convert":
        assert added.loc["P"].tolist() == [0, seats, seats, seats]
    else:
        assert added.empty
        assert added.columns.tolist() == YEARS


def test_classrooms_are_unknown_only_while_the_project_is_open() -> None:
    """A project known by its seats adds an unknown number of classrooms, and none before it opens."""
    projects = one_project(opening="2028-09", closing="2029-09", seats=90.0)
    rooms = changes_by_year(projects, years=YEARS, class_size=45, what="classrooms").loc["P"]
    np.testing.assert_array_equal(rooms, [0, 0, math.nan, 0])


def test_refuses_a_counted_project_without_size() -> None:
    """Neither seats nor classes, or classes without a class size: unknown is not zero."""
    with pytest.raises(MissingValueError, match=r"seats of a project is missing for 1 unit.*'P'"):
        seats_added(one_project())
    with pytest.raises(MissingValueError, match="seats of a project"):
        seats_added(one_project(classes=2.0), class_size=None)


@pytest.mark.parametrize("opening", [None, "soon", "2027-13"])
def test_refuses_a_counted_project_without_opening(opening: str | None) -> None:
    """Counted and never open would be seats lost without a word."""
    with pytest.raises(MissingValueError, match=r"opening of a counted project is missing for 1 unit.*'P'"):
        seats_added(one_project(opening=opening, seats=90.0))


# whom a section serves


def test_shares_by_hand() -> None:
    """300 children in the north and 100 in the south: three of four seats of `A` are for the north."""
    shares = serving_shares(served(A=("n", "s"), B=("s",), C=()), weight=pd.Series({"n": 300.0, "s": 100.0}))
    assert shares.to_dict() == {("A", "n"): 0.75, ("A", "s"): 0.25, ("B", "s"): 1.0}


@given(towns())
def test_shares_of_a_section_add_up_to_one(town: tuple[pd.DataFrame, pd.Series, pd.Series]) -> None:
    """Every section that serves anyone is shared out whole, also where nobody lives."""
    _, serves, weight = town
    shares = serving_shares(serves, weight=weight)
    assert (shares >= 0).all()
    sums = shares.groupby(level=0).sum()
    assert set(sums.index) == {name for name, zones in serves.items() if zones}
    assert sums.tolist() == pytest.approx([1.0] * len(sums))


def test_catchments_without_children_share_evenly() -> None:
    """Where no child lives yet, each catchment has its half of the school."""
    shares = serving_shares(served(A=("n", "s")), weight=pd.Series({"n": 0.0, "s": 0.0}))
    assert shares.to_dict() == {("A", "n"): 0.5, ("A", "s"): 0.5}


def test_refuses_to_share_with_an_unknown_catchment() -> None:
    """A served catchment without a number of children is not an empty one."""
    with pytest.raises(MissingValueError, match=r"weight of a served catchment is missing for 1 unit.*'w'"):
        serving_shares(served(A=("n", "w")), weight=pd.Series({"n": 300.0}))


# seats by catchment


def test_supply_by_hand() -> None:
    """
    A school of 400 seats for two catchments, one of 300 for the south, and four projects.

    `A` grows by 80 in 2028, `B` loses its 300 in 2029, a new school of 90 opens in the west in 2027.
    """
    shares = serving_shares(served(A=("n", "s"), B=("s",)), weight=pd.Series({"n": 300.0, "s": 100.0}))
    added = pd.DataFrame(
        [[0, 0, 80, 80], [0, 0, 0, -300], [0, 90, 90, 90]],
        index=["grow", "demolish", "new"],
        columns=YEARS,
        dtype=float,
    )
    places = pd.Series({"grow": "A", "demolish": "B", "new": "w"}, dtype=object)

    supply = supply_by_catchment(grid(A=400.0, B=300.0), shares, added, places, catchments=pd.Index(["w", "s", "n"]))

    assert supply.index.tolist() == ["w", "s", "n"]
    assert supply.loc["n"].tolist() == [300, 300, 360, 360]
    assert supply.loc["s"].tolist() == [400, 400, 420, 120]
    assert supply.loc["w"].tolist() == [0, 90, 90, 90]


@given(towns(), st.data())
def test_no_seat_is_lost_or_invented(
    town: tuple[pd.DataFrame, pd.Series, pd.Series],
    data: st.DataObject,
) -> None:
    """Seats of all catchments are those of the sections that serve one, and of the projects there and in catchments."""
    by_section, serves, weight = town
    spots = data.draw(st.lists(st.sampled_from([*by_section.index, *ZONES]), max_size=4))
    sizes = [float(data.draw(st.integers(min_value=-50, max_value=500))) for _ in spots]
    names = [f"P{i}" for i in range(len(spots))]
    added = pd.DataFrame({year: pd.Series(sizes, index=names, dtype=float) for year in YEARS})
    places = pd.Series(spots, index=names, dtype=object)

    supply = supply_by_catchment(
        by_section, serving_shares(serves, weight=weight), added, places, catchments=pd.Index(ZONES)
    )

    placed = [spot in ZONES or len(serves[spot]) > 0 for spot in spots]
    expected = by_section[serves.map(len) > 0].sum() + sum(
        size for size, counts in zip(sizes, placed, strict=True) if counts
    )
    np.testing.assert_allclose(supply.sum(), expected, rtol=1e-9, atol=1e-6)


@given(towns(), st.randoms(use_true_random=False))
def test_order_of_sections_is_irrelevant(town: tuple[pd.DataFrame, pd.Series, pd.Series], rng: object) -> None:
    """Sections and shares in any order give the same seats."""
    by_section, serves, weight = town
    shares = serving_shares(serves, weight=weight)
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    zones = pd.Index(ZONES)
    expected = supply_by_catchment(by_section, shares, NO_PROJECTS, NO_PLACES, catchments=zones)
    mixed = supply_by_catchment(
        by_section.sample(frac=1, random_state=seed),
        shares.sample(frac=1, random_state=seed),
        NO_PROJECTS,
        NO_PLACES,
        catchments=zones,
    )
    np.testing.assert_allclose(mixed, expected, atol=1e-8)


@settings(max_examples=20)
@given(towns(), st.data())
def test_projects_one_by_one(town: tuple[pd.DataFrame, pd.Series, pd.Series], data: st.DataObject) -> None:
    """All projects together give what adding each of them to the catchments that its section serves gives."""
    by_section, serves, weight = town
    shares = serving_shares(serves, weight=weight)
    spots = data.draw(st.lists(st.sampled_from([*by_section.index, *ZONES]), max_size=4))
    names = [f"P{i}" for i in range(len(spots))]
    added = pd.DataFrame(
        [[float(data.draw(st.integers(-50, 500))) for _ in YEARS] for _ in spots], index=names, columns=YEARS
    )
    expected = supply_by_catchment(by_section, shares, NO_PROJECTS, NO_PLACES, catchments=pd.Index(ZONES))
    for name, spot in zip(names, spots, strict=True):
        served_by = {spot: 1.0} if spot in ZONES else shares[shares.index.get_level_values(0) == spot].droplevel(0)
        for zone, share in dict(served_by).items():
            expected.loc[zone] += share * added.loc[name]
    places = pd.Series(spots, index=names, dtype=object)
    supply = supply_by_catchment(by_section, shares, added.astype(float), places, catchments=pd.Index(ZONES))
    np.testing.assert_allclose(supply, expected, atol=1e-6)


def test_a_catchment_named_like_a_section() -> None:
    """A label that is both is the section, unless it is said that the project is in the catchment."""
    shares = serving_shares(served(n=("s",)), weight=pd.Series({"s": 1.0}))
    added = pd.DataFrame([[80.0] * 4], index=["P"], columns=YEARS)
    places, zones = pd.Series({"P": "n"}, dtype=object), pd.Index(["n", "s"])
    there = supply_by_catchment(grid(n=400.0), shares, added, places, catchments=zones)
    assert there[2026].to_dict() == {"n": 0, "s": 480}
    inside = pd.Series({"P": True})
    there = supply_by_catchment(grid(n=400.0), shares, added, places, catchments=zones, in_catchment=inside)
    assert there[2026].to_dict() == {"n": 80, "s": 400}


def test_unknown_is_not_zero() -> None:
    """One section without known classrooms makes its catchments' unknown, and leaves the others alone."""
    shares = serving_shares(served(A=("n",), B=("n", "s"), C=("w",)), weight=pd.Series({"n": 1.0, "s": 1.0, "w": 1.0}))
    supply = supply_by_catchment(
        grid(A=12.0, B=math.nan, C=6.0), shares, NO_PROJECTS, NO_PLACES, catchments=pd.Index(ZONES)
    )
    assert supply.loc[["n", "s"]].isna().all(axis=None)
    assert supply.loc["w"].tolist() == [6, 6, 6, 6]


@pytest.mark.parametrize("seats", [100.1, 214.0])
def test_everything_demolished_is_zero(seats: float) -> None:
    """Two shared schools that are pulled down leave no dust: not 1e-14 seats, and not minus that."""
    weight = pd.Series({"n": 1.0, "s": 3.0, "w": 6.0})
    shares = serving_shares(served(A=("n", "s", "w"), B=("n", "s", "w")), weight=weight)
    added = pd.DataFrame([[0, 0, -seats, -seats], [0, 0, -20.7, -20.7]], index=["a", "b"], columns=YEARS, dtype=float)
    places = pd.Series({"a": "A", "b": "B"}, dtype=object)
    supply = supply_by_catchment(grid(A=seats, B=20.7), shares, added, places, catchments=pd.Index(ZONES))
    assert (supply[[2028, 2029]] == 0).all(axis=None)
    assert not np.signbit(supply.to_numpy()).any()


def test_a_section_that_serves_nobody_is_in_no_catchment() -> None:
    """Its seats, and those added there, are for the audit to show."""
    shares = serving_shares(served(A=("n",), B=()), weight=pd.Series({"n": 1.0}))
    added = pd.DataFrame([[80.0] * 4], index=["P"], columns=YEARS)
    supply = supply_by_catchment(
        grid(A=400.0, B=300.0), shares, added, pd.Series({"P": "B"}, dtype=object), catchments=pd.Index(["n"])
    )
    assert supply.loc["n"].tolist() == [400, 400, 400, 400]


@pytest.mark.parametrize("place", [None, "elsewhere"])
def test_refuses_a_project_without_a_place(place: str | None) -> None:
    """Seats at no section and in no catchment would be lost."""
    shares = serving_shares(served(A=("n",)), weight=pd.Series({"n": 1.0}))
    added = pd.DataFrame([[80.0] * 4], index=["P"], columns=YEARS)
    with pytest.raises(LabelError, match=r"Project 'P' is at .* its seats would be lost"):
        supply_by_catchment(
            grid(A=400.0), shares, added, pd.Series({"P": place}, dtype=object), catchments=pd.Index(["n"])
        )


def test_refuses_sections_that_serve_an_unknown_catchment() -> None:
    """A catchment that is not in the list would take its seats with it."""
    shares = serving_shares(served(A=("n", "s")), weight=pd.Series({"n": 1.0, "s": 1.0}))
    with pytest.raises(LabelError, match="serve 's', which is no catchment"):
        supply_by_catchment(grid(A=400.0), shares, NO_PROJECTS, NO_PLACES, catchments=pd.Index(["n"]))


def test_refuses_projects_of_other_years() -> None:
    """Years are matched by label."""
    shares = serving_shares(served(A=("n",)), weight=pd.Series({"n": 1.0}))
    added = pd.DataFrame([[80.0] * 4], index=["P"], columns=[2030, 2031, 2032, 2033])
    with pytest.raises(LabelError, match="years of sections and projects"):
        supply_by_catchment(grid(A=400.0), shares, added, pd.Series({"P": "A"}), catchments=pd.Index(["n"]))
