"""What hangs together: pieces of land, zones around their schools, and what would join what is apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import town
from rezoning_towns import walked

from schoolmap.optimize.rezoning import contiguity

# six areas in a row
FIRST, BESIDE = np.array([0, 1, 3, 5, 7, 9, 10]), np.array([1, 0, 2, 1, 3, 2, 4, 3, 5, 4])


def test_a_zone_hangs_together_with_its_school() -> None:
    """The school of zone 0 stands at the left end, that of zone 1 at the right one."""
    root = np.zeros((6, 2), dtype=bool)
    root[0, 0] = root[5, 1] = True
    zone = np.array([0, 0, 1, 0, 1, 1])
    assert contiguity.reached(zone, root, FIRST, BESIDE).tolist() == [True, True, False, False, True, True]


def test_a_school_in_an_area_of_another_zone_reaches_its_neighbours() -> None:
    """The school of zone 1 stands in the third area, which belongs to zone 0."""
    root = np.zeros((6, 2), dtype=bool)
    root[0, 0] = root[2, 1] = True
    assert contiguity.reached(np.array([0, 0, 0, 1, 1, 1]), root, FIRST, BESIDE).all()


def test_two_schools_of_a_zone_may_have_a_piece_each() -> None:
    """Zone 0 has a school at each end."""
    root = np.zeros((6, 2), dtype=bool)
    root[[0, 5], 0] = root[2, 1] = True
    assert contiguity.reached(np.array([0, 1, 1, 1, 1, 0]), root, FIRST, BESIDE).all()


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_a_walk_from_each_school_reaches_the_same(seed: int) -> None:
    """Whatever the zones are, it is what a plain walk finds."""
    problem = town(seed, areas=9)
    zone = np.random.default_rng(seed).integers(0, 3, 9)
    land = problem.land
    hangs = contiguity.reached(zone, problem.root, land.first, land.beside)
    assert hangs.tolist() == walked(problem, zone).tolist()


def test_pieces_of_land() -> None:
    """Three areas, of which the first two are neighbours."""
    piece = contiguity.pieces(3, np.array([0, 1, 2, 2]), np.array([1, 0]))
    assert piece[0] == piece[1] != piece[2]


def test_a_separator_by_hand() -> None:
    """The last area is apart from the school in the first: the zone needs the second or, nearer, the one before the piece."""
    inside = np.array([True, True, False, False, True, True])
    assert contiguity.separator(5, inside, np.array([0]), FIRST, BESIDE).tolist() == [3]


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_without_its_separator_an_area_cannot_be_joined(seed: int) -> None:
    """With all areas but the separator the area is apart still, and with any one of it added it is not."""
    problem = town(seed, areas=12)
    land, rng = problem.land, np.random.default_rng(seed)
    home = np.flatnonzero(problem.root[:, 0])
    inside = rng.random(12) < 0.5
    inside[home] = True
    joined = contiguity.spread(home, inside, land.first, land.beside)
    for area in np.flatnonzero(inside & ~joined):
        ring = contiguity.separator(int(area), inside, home, land.first, land.beside)
        open_land = np.ones(12, dtype=bool)
        open_land[ring] = False
        assert not contiguity.spread(home[open_land[home]], open_land, land.first, land.beside)[area]
        for one in ring:
            with_one = open_land.copy()
            with_one[one] = True
            assert contiguity.spread(home[with_one[home]], with_one, land.first, land.beside)[area]


@pytest.mark.parametrize(
    ("land", "reached"), [([1, 1, 1, 0, 1, 1], [0, 1, 2]), ([1, 1, 1, 1, 1, 1], [0, 1, 2, 3, 4, 5])]
)
def test_spreading_stops_at_what_is_no_land(land: list[int], reached: list[int]) -> None:
    """From the first area on."""
    seen = contiguity.spread(np.array([0]), np.array(land, dtype=bool), FIRST, BESIDE)
    assert np.flatnonzero(seen).tolist() == reached
