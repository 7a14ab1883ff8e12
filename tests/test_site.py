"""First proposals for each gap: in what order, how much, and what they never do."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.optimize.site import COLUMNS
from schoolmap.optimize.site import LASTING_YEARS
from schoolmap.optimize.site import Norms
from schoolmap.optimize.site import propose
from schoolmap.seats.warnings import shortage_spans

PRIMARY = Norms(class_size=45, min_classes=12, max_classes=36)
FIRST = 2027

Room = tuple[str, str, float, bool]
"""School, catchment, classes it can still take, and whether its owner has said so."""
Town = tuple[dict[str, list[float]], list[Room], dict[str, tuple[str, ...]], Norms]


def proposals(
    gaps: dict[str, list[float]],
    *,
    room: list[Room] | None = None,
    neighbours: dict[str, tuple[str, ...]] | None = None,
    norms: Norms = PRIMARY,
) -> pd.DataFrame:
    """Propose for gaps by catchment, one number a year from 2027 on."""
    gap = gap_table(gaps)
    return propose(
        spans(gap),
        gap,
        room=pd.DataFrame(room or [], columns=["school", "catchment", "classes", "known"]),
        neighbours=neighbours or {},
        norms=norms,
    )


def gap_table(gaps: dict[str, list[float]]) -> pd.DataFrame:
    """Return gaps with one row per catchment and one column per year."""
    table = pd.DataFrame.from_dict(gaps, orient="index", dtype=float)
    return table.set_axis(range(FIRST, FIRST + table.shape[1]), axis=1)


def spans(gap: pd.DataFrame) -> pd.DataFrame:
    """Return when each catchment is short, with a probability of 0.9."""
    long = gap.T.unstack().rename_axis(["catchment", "year"]).rename("gap").to_frame()
    return shortage_spans(long.assign(shortage_probability=0.9))


def measures(table: pd.DataFrame) -> list[tuple[str, float]]:
    """Return kind and seats of each measure, in order."""
    return list(zip(table["kind"], table["seats"], strict=True))


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw gaps, room in schools, who borders whom, and norms that may be silent."""
    names = draw(st.lists(st.sampled_from("abcde"), min_size=1, unique=True))
    years = draw(st.integers(min_value=1, max_value=8))
    gap = st.integers(min_value=-12_000, max_value=20_000).map(lambda tenths: tenths / 10)
    gaps = {name: draw(st.lists(gap, min_size=years, max_size=years)) for name in names}
    place = st.tuples(
        st.sampled_from(names),
        st.integers(min_value=0, max_value=40).map(lambda halves: halves / 2),
        st.booleans(),
    )
    room = [(f"S{i}", *spot) for i, spot in enumerate(draw(st.lists(place, max_size=8)))]
    around = {name: tuple(draw(st.permutations([other for other in names if other != name]))) for name in names}
    low = draw(st.none() | st.integers(min_value=1, max_value=20))
    norms = Norms(
        class_size=draw(st.none() | st.integers(min_value=10, max_value=60)),
        min_classes=low,
        max_classes=draw(st.none() | st.integers(min_value=low or 1, max_value=40)),
    )
    return gaps, room, around, norms


# by hand


def test_known_room_by_hand() -> None:
    """Sixty seats short, classes of 45: two classes at the school that is known to have room for three."""
    row = proposals({"n": [20.0, 60.0, 40.0]}, room=[("A", "n", 3.0, True)]).iloc[0]
    assert row[["kind", "catchment", "school", "classes", "seats", "verify", "verdict"]].tolist() == [
        *("expand", "n", "A", 2, 90, False, "room_enough"),
    ]
    assert row[["first_year", "last_year", "peak_year", "short", "probability"]].tolist() == [
        *(2027, 2029, 2028, 60.0, 0.9),
    ]


def test_a_large_gap_takes_several_measures_by_hand() -> None:
    """
    700 seats short for six years, classes of 45.

    Four classes fit at `A` (180), 520 are left: a school of twelve classes (540) closes the rest.
    """
    table = proposals({"n": [700.0] * 6}, room=[("A", "n", 4.5, True)])
    assert measures(table) == [("expand", 180), ("new", 540)]
    assert table["verdict"].tolist() == ["room_in_part", "lasting"]


def test_the_neighbour_takes_what_is_too_small_for_a_school_by_hand() -> None:
    """Thirty short for five years, nobody can expand, a school of 12 classes is too much: thirty children go next door."""
    table = proposals({"n": [10.0, *[30.0] * 5], "s": [-80.0, *[-31.0] * 5]}, neighbours={"n": ("s",)})
    assert measures(table) == [("rezone", 30)]
    assert table["receiver"].tolist() == ["s"]
    assert [(option.kind, option.verdict) for option in table.loc[0, "options"]] == [
        ("expand", "no_room"),
        ("new", "too_small"),
        ("rezone", "spare_enough"),
        ("temporary", "last_resort"),
    ]


def test_temporary_rooms_when_nothing_else_is_left_by_hand() -> None:
    """A passing wave of 600, no room and no neighbour: fourteen temporary classes of 45."""
    table = proposals({"n": [600.0, 600.0, 0.0, 0.0, 0.0, 0.0]})
    assert measures(table) == [("temporary", 630)]
    assert [option.verdict for option in table.loc[0, "options"]] == ["no_room", "passing", "no_spare", "last_resort"]


# laws


@given(towns())
def test_every_shortage_is_covered(town: Town) -> None:
    """The seats of a catchment's measures reach its worst year, up to half a seat; nobody else gets any."""
    gaps, room, around, norms = town
    table = proposals(gaps, room=room, neighbours=around, norms=norms)
    given_seats = table.groupby("catchment")["seats"].sum()
    short = {name: max(values) for name, values in gaps.items() if max(values) >= 0.5}
    assert set(given_seats.index) == set(short)
    for name, peak in short.items():
        assert given_seats[name] > peak - 0.5
    assert list(table.columns) == list(COLUMNS)


@given(towns())
def test_no_neighbour_takes_more_than_it_has_spare(town: Town) -> None:
    """Children of all donors together fit into the receiver in every year from each donor's shortage on."""
    gaps, room, around, norms = town
    table = proposals(gaps, room=room, neighbours=around, norms=norms)
    moves = table[table["kind"] == "rezone"]
    for receiver, into in moves.groupby("receiver"):
        for year, gap in gap_table(gaps).loc[str(receiver)].items():
            assert into.loc[into["first_year"] <= year, "seats"].sum() <= max(-gap, 0.0) + 1e-6
    assert (moves["receiver"] != moves["catchment"]).all()


@given(towns())
def test_the_first_option_that_helps_is_taken(town: Town) -> None:
    """Expand before new before rezone before temporary; what was not taken is named with its reason."""
    gaps, room, around, norms = town
    for row in proposals(gaps, room=room, neighbours=around, norms=norms).to_dict("records"):
        options = row["options"]
        assert [option.kind for option in options] == ["expand", "new", "rezone", "temporary"]
        helpful = [option for option in options if option.seats > 0]
        assert (helpful[0].kind, helpful[0].seats, helpful[0].verdict) == (row["kind"], row["seats"], row["verdict"])


@given(towns())
def test_a_passing_shortage_never_gets_a_school(town: Town) -> None:
    """A new school needs a shortage of five years and the standard's smallest size, and keeps to its largest."""
    gaps, room, around, norms = town
    table = proposals(gaps, room=room, neighbours=around, norms=norms)
    new = table[table["kind"] == "new"]
    for row in new.to_dict("records"):
        assert sum(gap >= 0.5 for gap in gaps[row["catchment"]]) >= LASTING_YEARS
        assert norms.class_size is not None
        assert norms.min_classes is not None
        assert norms.min_classes <= row["classes"] <= (norms.max_classes or math.inf)
        assert row["seats"] == row["classes"] * norms.class_size


@given(towns())
def test_no_school_grows_beyond_its_room(town: Town) -> None:
    """A school is expanded once, in its own catchment, by whole classes within its room; known room comes first."""
    gaps, room, around, norms = town
    table = proposals(gaps, room=room, neighbours=around, norms=norms)
    expanded = table[table["kind"] == "expand"]
    spots = {school: (catchment, classes, known) for school, catchment, classes, known in room}
    assert expanded["school"].is_unique
    for row in expanded.to_dict("records"):
        catchment, classes, known = spots[row["school"]]
        assert catchment == row["catchment"]
        assert 1 <= row["classes"] <= classes
        assert row["classes"] == int(row["classes"])
        assert row["verify"] == (not known)
    for _, one in expanded.groupby("catchment"):
        assert all(before <= after for before, after in pairwise(one["verify"]))


@given(towns(), st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(town: Town, rng: object) -> None:
    """Gaps and rooms listed in any order give the same proposals."""
    gaps, room, around, norms = town
    names, spots = list(gaps), list(room)
    rng.shuffle(names)  # type: ignore[attr-defined]
    rng.shuffle(spots)  # type: ignore[attr-defined]
    mixed = proposals({name: gaps[name] for name in names}, room=spots, neighbours=around, norms=norms)
    pd.testing.assert_frame_equal(mixed, proposals(gaps, room=room, neighbours=around, norms=norms))


# edges


def test_known_room_is_preferred_to_larger_room() -> None:
    """Two classes that the owner has confirmed come before ten that the standard merely does not exclude."""
    table = proposals({"n": [200.0]}, room=[("big", "n", 10.0, False), ("sure", "n", 2.0, True)])
    assert table["school"].tolist() == ["sure", "big"]
    assert measures(table) == [("expand", 90), ("expand", 135)]
    assert table["verify"].tolist() == [False, True]


def test_of_two_equal_schools_the_first_by_code() -> None:
    """The order of the table does not choose between schools."""
    for order in (["A", "B"], ["B", "A"]):
        assert proposals({"n": [40.0]}, room=[(name, "n", 3.0, True) for name in order])["school"].tolist() == ["A"]


def test_a_school_is_not_larger_than_the_standard_allows() -> None:
    """2,000 short for six years: a school of 36 classes (1,620), and rooms for the nine classes that are left."""
    assert measures(proposals({"n": [2000.0] * 6})) == [("new", 1620), ("temporary", 405)]


def test_two_donors_share_one_receiver() -> None:
    """The worse one takes 60 of the 70 spare seats; ten are left for the other, which rents rooms for the rest."""
    table = proposals(
        {"a": [60.0], "b": [40.0], "spare": [-70.0]},
        neighbours={"a": ("spare",), "b": ("spare",)},
    )
    assert list(zip(table["catchment"], measures(table), strict=True)) == [
        ("a", ("rezone", 60)),
        ("b", ("rezone", 10)),
        ("b", ("temporary", 45)),
    ]


def test_a_boundary_stays_moved() -> None:
    """A neighbour that fills up after the shortage, or between two, cannot take the children for good."""
    after = proposals({"n": [30.0, 0.0, 0.0], "s": [-50.0, -50.0, -5.0]}, neighbours={"n": ("s",)})
    assert measures(after) == [("rezone", 5), ("temporary", 45)]
    between = proposals({"n": [30.0, 0.0, 30.0], "s": [-50.0, 0.0, -50.0]}, neighbours={"n": ("s",)})
    assert measures(between) == [("temporary", 45)]
    # what was full before the shortage does not matter
    before = proposals({"n": [0.0, 30.0], "s": [0.0, -50.0]}, neighbours={"n": ("s",)})
    assert measures(before) == [("rezone", 30)]


def test_the_longest_border_comes_first() -> None:
    """Of two neighbours that can take all, the first listed; if none can, the one that can take most."""
    both = proposals({"n": [30.0], "e": [-40.0], "w": [-90.0]}, neighbours={"n": ("e", "w")})
    assert both["receiver"].tolist() == ["e"]
    most = proposals({"n": [60.0], "e": [-40.0], "w": [-55.0]}, neighbours={"n": ("e", "w")})
    assert list(zip(most["receiver"], most["seats"], strict=True)) == [("w", 55), ("e", 5)]


def test_a_standard_that_says_nothing() -> None:
    """Without a class size nobody can say how many classes; rooms are rented by the seat."""
    table = proposals({"n": [100.2] * 6}, room=[("A", "n", 9.0, True)], norms=Norms())
    assert measures(table) == [("temporary", 101)]
    assert [option.verdict for option in table.loc[0, "options"]][:2] == ["no_class_size", "no_size"]


def test_nobody_is_short() -> None:
    """Without a shortage there is nothing to propose, and the columns are there."""
    table = proposals({"n": [-5.0], "s": [0.4]})
    assert table.empty
    assert list(table.columns) == list(COLUMNS)


def test_the_gaps_are_left_alone() -> None:
    """Spare seats are used up in a copy."""
    gap = gap_table({"n": [30.0], "s": [-50.0]})
    before = gap.copy()
    room = pd.DataFrame([], columns=["school", "catchment", "classes", "known"])
    table = propose(spans(gap), gap, room=room, neighbours={"n": ("s",)}, norms=PRIMARY)
    assert table["kind"].tolist() == ["rezone"]
    pd.testing.assert_frame_equal(gap, before)


def test_a_school_is_built_for_what_lasts_not_for_the_peak() -> None:
    """1,080 missing for one year and 560 for the rest: a school of 13 classes, and rooms for the peak to be given back."""
    years = list(range(2027, 2037))
    gap = pd.DataFrame([[1080.0] + [560.0] * 9], index=pd.Index(["a"], name="catchment"), columns=years)
    spans = pd.DataFrame(
        {
            "score": [6120.0],
            "first_year": [2027],
            "last_year": [2036],
            "peak_year": [2027],
            "peak_short": [1080.0],
            "probability": [1.0],
            "years_short": [10],
        },
        index=pd.Index(["a"], name="catchment"),
    )
    room = pd.DataFrame({"school": [], "catchment": [], "classes": [], "known": []})
    table = propose(
        spans,
        gap,
        room=room,
        neighbours={},
        norms=Norms(class_size=45, min_classes=12, max_classes=36),
    )
    assert table[["kind", "classes"]].to_numpy().tolist() == [["new", 13], ["temporary", 11]]
