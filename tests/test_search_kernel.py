"""The compiled searches against one search of scipy for each school."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse import csgraph

from schoolmap.space import search_kernel

MOST = 8
arcs = st.lists(
    st.tuples(st.integers(0, MOST - 1), st.integers(0, MOST - 1), st.integers(0, 9)),
    max_size=40,
    unique_by=lambda arc: arc[:2],
)


def graph_of(links: list[tuple[int, int, int]], schools: list[tuple[int, int]]) -> sparse.csr_array:
    """Return arcs between nodes, and from each school to one of them."""
    rows = [(tail, head, float(cost)) for tail, head, cost in links if tail != head]
    rows += [(MOST + number, node, float(cost)) for number, (node, cost) in enumerate(schools)]
    tail, head, cost = (np.array(column) for column in zip(*rows, strict=True))
    size = MOST + len(schools)
    return sparse.coo_array((cost, (tail, head)), shape=(size, size)).tocsr()


schools_at = st.lists(st.tuples(st.integers(0, MOST - 1), st.integers(0, 9)), min_size=1, max_size=5)


@settings(max_examples=50)
@given(arcs, schools_at, st.integers(1, 4))
def test_each_node_keeps_the_least_costs_of_different_schools(
    links: list[tuple[int, int, int]], schools: list[tuple[int, int]], most: int
) -> None:
    """Ties, free arcs, nodes that nothing leads to: costs are the least, each of the school that is named."""
    graph = graph_of(links, schools)
    expected = csgraph.dijkstra(graph, indices=range(MOST, graph.shape[0]))[:, :MOST]
    number, cost = search_kernel.nearest(graph.indptr, graph.indices, graph.data, MOST, most)
    wanted = np.full((MOST, most), np.inf)
    wanted[:, : len(schools)] = np.sort(expected, axis=0).T[:, :most]
    np.testing.assert_array_equal(cost, wanted)
    node, rank = np.nonzero(number >= 0)
    np.testing.assert_array_equal(cost[node, rank], expected[number[node, rank], node])
    assert np.isinf(cost[number < 0]).all()
    for row in number:
        assert len(set(row[row >= 0])) == (row >= 0).sum()


@settings(max_examples=50)
@given(arcs, schools_at, st.sampled_from([0.7, 3.0, 100.0]))
def test_the_width_of_buckets_changes_no_cost(
    links: list[tuple[int, int, int]], schools: list[tuple[int, int]], width: float
) -> None:
    """Narrow buckets or one for all: the costs are those of scipy."""
    graph = graph_of(links, schools)
    costs = np.empty(graph.shape[0])
    buckets = int(graph.data.max() / width) + 2
    for school in range(MOST, graph.shape[0]):
        search_kernel.ways_from(graph.indptr, graph.indices, graph.data, school, width, buckets, costs)
        np.testing.assert_array_equal(costs, csgraph.dijkstra(graph, indices=school))


@pytest.mark.parametrize("side", [60])
def test_long_lines_of_waiting_nodes_are_kept(side: int) -> None:
    """More nodes wait at once than there was place for at first."""
    rng = np.random.default_rng(1)
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.stack([number[:, 1:], number[:, :-1]], -1).reshape(-1, 2),
            np.stack([number[1:], number[:-1]], -1).reshape(-1, 2),
        ]
    )
    tail, head = np.concatenate([pairs, pairs[:, ::-1]]).T
    cost = rng.uniform(1, 50, len(tail))
    schools = np.arange(30)
    tail, head = np.concatenate([tail, side * side + schools]), np.concatenate([head, rng.integers(0, side * side, 30)])
    size = side * side + 30
    graph = sparse.coo_array((np.concatenate([cost, np.zeros(30)]), (tail, head)), shape=(size, size)).tocsr()
    expected = csgraph.dijkstra(graph, indices=side * side + schools)
    _, costs = search_kernel.nearest(graph.indptr, graph.indices, graph.data, side * side, 30)
    np.testing.assert_allclose(costs, np.sort(expected[:, : side * side], axis=0).T)
    found = np.empty(size)
    search_kernel.ways_from(graph.indptr, graph.indices, graph.data, side * side, 1e4, 2, found)
    np.testing.assert_array_equal(found, expected[0])
