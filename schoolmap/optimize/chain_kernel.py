"""
Compiled chains of moves: from a first plan at given prices to the cheapest one.

At given prices every area takes its cheapest school, which leaves some schools
over-full and others with seats that cost something although they are free. A
chain moves one pupil from school to school, or to none, along the cheapest way
from too many to too few; prices follow, so that no move is ever a gain. It is
the method of successive shortest paths on a graph of schools: areas are only
looked at where a school's pupils change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.holding_kernel import FAR
from schoolmap.optimize.holding_kernel import NOBODY
from schoolmap.optimize.holding_kernel import compiled
from schoolmap.optimize.holding_kernel import hold
from schoolmap.optimize.holding_kernel import look
from schoolmap.optimize.holding_kernel import look_again
from schoolmap.optimize.holding_kernel import relink
from schoolmap.optimize.holding_kernel import unlink

if TYPE_CHECKING:
    from schoolmap.optimize.holding_kernel import Holdings
    from schoolmap.optimize.holding_kernel import Moves
    from schoolmap.optimize.holding_kernel import Offers
    from schoolmap.optimize.holding_kernel import Whole


@compiled
def _first_plan(  # noqa: PLR0917 - compiled code
    offers: Offers, pupils: Whole, without: Whole, prices: Whole, holdings: Holdings, lists: tuple[Whole, Whole]
) -> Whole:
    """Give every area its cheapest school at these prices, or none; return the load, with those without at the end."""
    first, school, cost = offers
    heads, latest = lists
    none = len(prices) - 1
    load = np.zeros(none + 1, np.int64)
    for row in range(len(pupils)):
        if pupils[row] == 0:
            continue
        best, least, here = -1, without[row], none
        for pair in range(first[row], first[row + 1]):
            if cost[pair] + prices[school[pair]] < least:
                best, least, here = pair, cost[pair] + prices[school[pair]], school[pair]
        load[here] += pupils[row]
        hold(holdings, heads, latest, row, best, pupils[row], here)
    return load


@compiled
def _nearest(far: Whole, excess: Whole, waiting: Whole, length: int) -> int:
    """Return where the nearest of those that are waiting is; of equally near ones, one with too few."""
    place = 0
    for at in range(1, length):
        apart = far[waiting[at]] - far[waiting[place]]
        if apart < 0 or (apart == 0 and excess[waiting[at]] < 0):
            place = at
    return place


@compiled
def _by_seat(table: Whole, room: Whole, taken: Whole, here: int, there: int) -> bool:
    """Say whether a chain goes over a seat that is free, or that becomes free, and not with a pupil."""
    none = table.shape[0] - 1
    if there == none:
        return bool(table[here, there] > 0 and taken[here] < room[here])
    return bool(here == none and table[here, there] > 0 and taken[there] > 0)


@compiled
def _shortest(moves: Moves, prices: Whole, state: tuple[Whole, Whole, Whole, Whole], start: int) -> tuple[int, Whole]:
    """
    Return the place with too few that is nearest to a place with too many, and how far all nearer places are.

    What came before each on its chain is filled in.
    """
    table, _, _, near, count = moves
    room, taken, excess, came = state
    places = len(prices)
    none = places - 1
    far = np.full(places, FAR)
    done = np.zeros(places, np.bool_)
    came[:] = -1
    far[start] = 0
    waiting = np.empty(places, np.int64)
    waiting[0], length = start, 1
    while length > 0:
        place = _nearest(far, excess, waiting, length)
        here = waiting[place]
        if excess[here] < 0:
            return here, far
        length -= 1
        waiting[place] = waiting[length]
        done[here] = True
        base = far[here] - prices[here]
        for at in range(count[here]):
            there = near[here, at]
            longer = base + table[here, there] + prices[there]
            if longer < far[there] and not done[there]:
                if far[there] == FAR:
                    waiting[length] = there
                    length += 1
                far[there], came[there] = longer, here
        # a free seat at a school leads to the end, and a taken one back from it
        first_seat, last_seat = (0, none) if here == none else (none, none + (taken[here] < room[here]))
        for there in range(first_seat, last_seat):
            longer = base + prices[there]
            if longer < far[there] and not done[there] and (there == none or taken[there] > 0):
                if far[there] == FAR:
                    waiting[length] = there
                    length += 1
                far[there], came[there] = longer, here
    return -1, far


def improve(  # noqa: PLR0917 - as the compiled code that it calls
    offers: Offers, pupils: Whole, without: Whole, room: Whole, prices: Whole, spare: int
) -> tuple[bool, Whole, Whole, Whole, Whole]:
    """
    Return the cheapest plan, by chains of moves from the plan at given prices.

    Parameters
    ----------
    offers
        Allowed pairs by area: where they begin, their school, their cost.
    pupils, without
        By area: how many, and what one without a seat is charged.
    room
        Seats by school.
    prices
        By school, 0 or more: the nearer to the right ones, the fewer chains.
    spare
        Places for areas that are split between schools.

    Returns
    -------
    done, row, pair, flow, unserved
        Whether the places sufficed; the pairs with pupils; and who has no seat.
    """
    places = len(room) + 1
    size = len(pupils) + spare + 1
    none_yet = [np.zeros(size, np.int64) for _ in range(3)]
    links = [np.full(size, -1) for _ in range(3)]
    holdings = (none_yet[0], none_yet[1], none_yet[2], links[0], links[1], links[2])
    lists = (np.full(places, -1), np.full(len(pupils), -1))
    price = np.append(np.maximum(prices, 0), 0)
    load = _first_plan(offers, pupils, without, price, holdings, lists)
    # seats that have a price are all taken, if need be by nobody yet; what is free is taken as far as it is needed
    seats = np.append(room, 0)
    taken = np.where(price > 0, seats, np.minimum(load, seats))
    excess = load - taken
    excess[-1] = -excess[:-1].sum()
    shape = (places, places)
    tables = [np.full(shape, FAR), np.full(shape, NOBODY), np.full(shape, -1), np.zeros(shape, np.int64)]
    moves = (tables[0], tables[1], tables[2], tables[3], np.zeros(places, np.int64))
    state = (seats, taken, excess, np.empty(places, np.int64))
    done = bool(_move_all(offers, without, holdings, lists, moves, state, price))
    used = int(holdings[0][-1])
    row, pair, flow = (table[:used] for table in holdings[:3])
    unserved = np.zeros(len(pupils), np.int64)
    np.add.at(unserved, row[pair < 0], flow[pair < 0])
    kept = (pair >= 0) & (flow > 0)
    return done, row[kept], pair[kept], flow[kept], unserved


@compiled
def _move_all(  # noqa: PLR0917 - compiled code
    offers: Offers,
    without: Whole,
    holdings: Holdings,
    lists: tuple[Whole, Whole],
    moves: Moves,
    state: tuple[Whole, Whole, Whole, Whole],
    price: Whole,
) -> bool:
    """Move pupils from where there are too many until there are none; say whether there was a place for them."""
    heads, excess = lists[0], state[2]
    places = len(heads)
    for place in range(places):
        holding = heads[place]
        while holding >= 0:
            look(offers, without, holdings, holding, place, moves)
            holding = holdings[3][holding]
    for start in range(places):
        while excess[start] > 0:
            last, far = _shortest(moves, price, state, start)
            # prices are told from that of no seat, which is nothing
            shift = min(far[places - 1], far[last])
            for place in range(places):
                price[place] += shift - min(far[place], far[last])
            if not _move(offers, without, holdings, lists, moves, state, last):
                return False
    return True


@compiled
def _most(holdings: Holdings, moves: Moves, state: tuple[Whole, Whole, Whole, Whole], last: int) -> tuple[int, int]:
    """Return how many pupils can go along the chain that ends at `last`, and where it starts."""
    room, taken, excess, came = state
    table, who, amount = moves[0], moves[1], holdings[2]
    none = table.shape[0] - 1
    many, there = -excess[last], last
    while came[there] >= 0:
        here = came[there]
        if _by_seat(table, room, taken, here, there):
            many = min(many, room[here] - taken[here] if there == none else taken[there])
        else:
            many = min(many, amount[who[here, there]])
        there = here
    return min(many, excess[there]), there


@compiled
def _move(  # noqa: PLR0917 - compiled code
    offers: Offers,
    without: Whole,
    holdings: Holdings,
    lists: tuple[Whole, Whole],
    moves: Moves,
    state: tuple[Whole, Whole, Whole, Whole],
    last: int,
) -> bool:
    """Move as many pupils as can go along the chain that ends at `last`; say whether there was a place for them."""
    heads, latest = lists
    room, taken, excess, came = state
    table, who, over, _, _ = moves
    amount = holdings[2]
    none = len(heads) - 1
    many, there = _most(holdings, moves, state, last)
    excess[there] -= many
    excess[last] += many
    # first everybody moves, then it is looked at again what the next move would cost
    emptied = np.full(none + 1, NOBODY)
    there = last
    while came[there] >= 0:
        here = came[there]
        if _by_seat(table, room, taken, here, there):
            if there == none:
                taken[here] += many
            else:
                taken[there] -= many
        else:
            holding, pair = who[here, there], over[here, there]
            amount[holding] -= many
            arrived = hold(holdings, heads, latest, holdings[0][holding], pair, many, there)
            if arrived < 0:
                return False
            relink(holdings, heads, arrived, there)
            if amount[holding] == 0:
                unlink(holdings, heads, holding, here)
                emptied[here] = holding
            look(offers, without, holdings, arrived, there, moves)
        there = here
    for place in range(none + 1):
        if emptied[place] >= 0:
            look_again(offers, without, holdings, heads, place, emptied[place], moves)
    return True
