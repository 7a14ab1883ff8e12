"""Where lines meet: at vertices, at ends within the tolerance, and at crossings if the caller says so."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import LineString
from streets import Line
from streets import streets

from schoolmap.space.noding import Noded
from schoolmap.space.noding import cut_lines
from schoolmap.space.noding import node_lines


def noded(*lines: Line, join_m: float = 0.5, cross: str = "join", apart: tuple[int, ...] = ()) -> Noded:
    """Node lines, some of which are bridges."""
    shapes = np.array([LineString(line) for line in lines], dtype=object)
    flags = np.isin(np.arange(len(lines)), apart)
    return node_lines(shapes, join_m=join_m, cross=cross, apart=flags)  # type: ignore[arg-type]


def degrees(result: Noded) -> list[int]:
    """Return how many ends of pieces meet at each node, sorted."""
    return sorted(np.bincount(np.concatenate([result.start, result.end])).tolist())


CROSS = ([(0, -50), (0, 50)], [(-50, 0), (50, 0)])


def test_lines_that_cross_meet_where_the_caller_says_so() -> None:
    """Two lines make four pieces from one node of four, or stay two."""
    assert degrees(noded(*CROSS)) == [1, 1, 1, 1, 4]
    assert degrees(noded(*CROSS, cross="apart")) == [1, 1, 1, 1]


@pytest.mark.parametrize("above", [(0,), (1,), (0, 1)])
def test_a_bridge_meets_nothing_that_it_crosses(above: tuple[int, ...]) -> None:
    """A line marked as bridge or tunnel is not cut."""
    assert degrees(noded(*CROSS, apart=above)) == [1, 1, 1, 1]


@pytest.mark.parametrize("cross", ["join", "apart"])
def test_a_common_vertex_joins_even_a_bridge(cross: str) -> None:
    """What was drawn with a common vertex was meant to meet, as in OpenStreetMap."""
    lines = ([(0, -50), (0, 0), (0, 50)], [(-50, 0), (0, 0), (50, 0)])
    assert degrees(noded(*lines, cross=cross, apart=(0,))) == [1, 1, 1, 1, 4]


@pytest.mark.parametrize(("gap", "meets"), [(0.0, True), (0.4, True), (0.6, False)])
def test_an_end_within_the_tolerance_of_a_line_meets_it(gap: float, meets: bool) -> None:  # noqa: FBT001
    """A side street that stops short of the main road is joined to it up to the tolerance."""
    result = noded([(-50, 0), (50, 0)], [(3, gap), (3, 40)], cross="apart")
    assert degrees(result) == ([1, 1, 1, 3] if meets else [1, 1, 1, 1])
    assert shapely.length(result.shapes).sum() == pytest.approx(140 - gap)


@pytest.mark.parametrize("apart", [(), (0,), (1,)])
def test_two_ends_within_the_tolerance_are_one_node(apart: tuple[int, ...]) -> None:
    """A road drawn in two pieces with a gap of 30 cm goes on, bridge or not."""
    assert degrees(noded([(0, 0), (50, 0)], [(50.3, 0), (90, 0)], apart=apart)) == [1, 1, 2]


def test_an_end_near_a_corner_meets_the_end_there() -> None:
    """Where the end of the other line is within the tolerance, no piece of centimetres is left before it."""
    result = noded([(0, 0), (50, 0)], [(49.8, 0.2), (49.8, 40)])
    assert degrees(result) == [1, 1, 2]
    assert shapely.length(result.shapes).min() > 30


def test_an_end_that_shot_over_is_joined_by_the_crossing_alone() -> None:
    """The 40 cm beyond the main road are a dead end on its far side, so that nobody gets across by them."""
    result = noded([(-50, 0), (50, 0)], [(3, 40), (3, -0.4)])
    assert degrees(result) == [1, 1, 1, 1, 4]
    assert sorted(shapely.length(result.shapes).round(1).tolist()) == [0.4, 40.0, 47.0, 53.0]


def test_a_loop_meets_itself_and_a_line_that_crosses_itself_is_cut() -> None:
    """A round way is one piece from its node to itself; a figure of eight has a crossing."""
    ring = noded([(0, 0), (50, 0), (50, 50), (0, 0)])
    assert ring.start.tolist() == ring.end.tolist() == [0]
    eight = noded([(0, 0), (50, 50), (50, 0), (0, 50)])
    assert degrees(eight) == [1, 1, 4]
    assert degrees(noded([(0, 0), (50, 50), (50, 0), (0, 50)], cross="apart")) == [1, 1]


def test_a_piece_shorter_than_the_tolerance_vanishes_and_its_ends_are_one() -> None:
    """A crumb of 30 cm between two roads connects them and is no road itself."""
    result = noded([(0, 0), (50, 0)], [(50, 0), (50.3, 0)], [(50.3, 0), (90, 0)])
    assert degrees(result) == [1, 1, 2]
    assert result.parent.tolist() == [0, 2]


def test_repeated_vertices_are_no_meeting() -> None:
    """A vertex that stands twice in a row is one place of one line."""
    assert degrees(noded([(0, 0), (10, 0), (10, 0), (20, 0)])) == [1, 1]


def test_cuts_closer_than_a_millimetre_are_one() -> None:
    """A cut beside a vertex is at the vertex, one beside an end cuts nothing."""
    lines = np.array([LineString([(0, 0), (10, 0), (10, 10)])], dtype=object)
    along = np.array([10.0004, 0.0003, 4.0, 4.0005])
    xy = np.array([(10, 0), (0, 0), (4, 0), (4, 0)], dtype=float)
    pieces = cut_lines(lines, np.zeros(4, dtype=np.intp), along, xy)
    assert [shape.wkt for shape in pieces.shapes] == [
        "LINESTRING (0 0, 4 0)",
        "LINESTRING (4 0, 10 0)",
        "LINESTRING (10 0, 10 10)",
    ]
    assert len(set(pieces.place_of_cut[2:])) == 1


@settings(max_examples=60)
@given(streets)
def test_nothing_is_lost_and_pieces_meet_only_at_nodes(lines: list[Line]) -> None:
    """The pieces are as long as the lines, and none has another's end inside it."""
    result = noded(*lines, join_m=1e-3)
    assert shapely.length(result.shapes).sum() == pytest.approx(
        sum(LineString(line).length for line in lines), abs=1e-6
    )
    tree = shapely.STRtree(result.shapes)
    at, piece = tree.query(shapely.points(result.xy), predicate="dwithin", distance=1e-6)
    assert all(node in {result.start[number], result.end[number]} for node, number in zip(at, piece, strict=True))


@settings(max_examples=40)
@given(streets, st.randoms(use_true_random=False))
def test_order_and_direction_of_lines_are_irrelevant(lines: list[Line], rng: object) -> None:
    """Lines in another order, drawn the other way, meet at the same places."""
    mixed = [line[::-1] if rng.random() < 0.5 else line for line in rng.sample(lines, len(lines))]  # type: ignore[attr-defined]
    one, other = noded(*lines), noded(*mixed)
    np.testing.assert_allclose(np.unique(one.xy.round(6), axis=0), np.unique(other.xy.round(6), axis=0), atol=1e-6)
    assert degrees(one) == degrees(other)
