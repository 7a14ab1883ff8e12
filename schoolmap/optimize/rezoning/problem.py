"""Tables to a zoning problem: areas, zones and years by their places, in the order of their labels as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.optimize import counting
from schoolmap.optimize.rezoning import contiguity
from schoolmap.optimize.rezoning import reading

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Mask
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.zone_kernel import Land
    from schoolmap.optimize.rezoning.zone_kernel import Real


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    A zoning problem, and the way back to the tables it was made of.

    Attributes
    ----------
    areas, zones, years
        Labels in the order of the problem.
    land
        The problem.
    root
        By area and zone: whether a school of the zone stands there.
    piece
        Piece of the land of each area.
    metres
        Way by area and zone.
    pupils, seats
        By area and year, and by zone and year, as they were given.
    staying
        Share of pupils by year who stay at their school of before.
    border
        Length of each neighbourhood, in the order of `land.beside`.
    """

    areas: pd.Index
    zones: pd.Index
    years: pd.Index
    land: Land
    root: Mask
    piece: Whole
    metres: Real
    pupils: Real
    seats: Real
    staying: Real
    border: Real

    @property
    def linear(self) -> Real:
        """Cost by area and zone."""
        return self.land.linear

    def value(self, zone: Whole, opened: Mask) -> float:
        """Return what a zoning costs, added up afresh."""
        cost, over, _ = self.totals(zone, opened)
        return cost + self.land.charge * over

    def totals(self, zone: Whole, opened: Mask) -> tuple[float, float, float]:
        """Return cost without the charge, pupils without a seat, and pupils moved."""
        land, areas = self.land, np.arange(len(zone))
        tail = np.repeat(areas, np.diff(land.first))
        cut = zone[tail] != zone[land.beside]
        cost = land.linear[areas, zone].sum() + land.opening[opened].sum() + land.border[cut].sum() / 2
        over = np.maximum(self.load(zone) - land.seats, 0).sum()
        moved = land.moving[(land.today >= 0) & (land.today != zone)].sum()
        return float(cost), float(over), float(moved)

    def load(self, zone: Whole) -> Real:
        """Return pupils of `land.pupils` by zone and year."""
        load = np.zeros_like(self.land.seats)
        np.add.at(load, zone, self.land.pupils)
        return load

    def is_sound(self, zone: Whole, opened: Mask) -> bool:
        """Say whether a zoning keeps every rule: by code that the search does not use."""
        land, areas = self.land, np.arange(len(zone))
        hangs = contiguity.reached(zone, self.root, land.first, land.beside) | land.exempt[areas, zone]
        home = (land.must < 0) | (land.must == zone) | ~opened[land.must]
        return bool(
            hangs.all()
            and home.all()
            and opened[zone].all()
            and np.isfinite(land.linear[areas, zone]).all()
            and self.totals(zone, opened)[2] <= land.most + 1e-6
        )


def pose(
    pupils: pd.Series | pd.DataFrame,
    seats: pd.Series | pd.DataFrame,
    cost: pd.DataFrame,
    neighbours: pd.Series | pd.MultiIndex,
    *,
    homes: pd.Series,
    today: pd.Series | None,
    zone_of: pd.Series | None,
    opening: pd.Series | None,
    own_homes: bool,
    most_moved: float | None,
    most_added_m: float | None,
    weight_moved: float,
    weight_border: float,
    charge_short: float | None,
    grandfather_years: int,
    grades: int,
) -> Problem:
    """Pose the problem of these tables; the parameters are those of `rezone`."""
    from schoolmap.optimize.rezoning.zone_kernel import Land  # noqa: PLC0415 - numba is slow to import

    limited = most_moved is not None or most_added_m is not None or weight_moved > 0 or grandfather_years > 0
    _require_settings(
        {"weight_moved": weight_moved, "weight_border": weight_border, "charge_short": charge_short or 0.0},
        years=grandfather_years,
        grades=grades,
        lost=today is None and limited,
    )
    children, years = reading.by_year(pupils, None, what="`pupils`")
    room, _ = reading.by_year(seats, years, what="`seats`")
    group = reading.groups(zone_of, room.index)
    zones = pd.Index(pd.unique(group))
    zones = zones[counting.by_text(zones)]
    areas = children.index[counting.by_text(children.index)]
    at_zone = zones.get_indexer(group)
    metres = reading.ways(cost, areas, room.index, at_zone, len(zones))
    first, beside, border = reading.graph(neighbours, areas)
    root = reading.roots(homes, room.index, areas, at_zone, len(zones))
    now = reading.today_of(today, areas, zones)
    toll, may_close = reading.opening_of(opening, room.index, at_zone, len(zones))
    must = _must(root, areas, zones, own_homes=own_homes)
    if now is not None:
        # today's zones are a way out of every limit, so nobody is made to leave them
        free = np.full(len(zones), most_moved is not None)
        if most_added_m is not None:
            free |= ~may_close | (np.bincount(now, minlength=len(zones)) > 0)
        must[(must >= 0) & (must != now) & free[must]] = -1
    piece = contiguity.pieces(len(areas), first, beside)
    exempt, inside = _exempt(root, piece, now, first, beside)
    given, place = children.loc[areas].to_numpy(dtype=float), np.zeros((len(zones), len(years)))
    np.add.at(place, at_zone, room.to_numpy(dtype=float))
    staying = _staying(len(years), grandfather_years, grades)
    kept = np.zeros_like(place)
    if now is not None:
        np.add.at(kept, now, given * staying)
    linear = (given * (1 - staying)).sum(axis=1)[:, None] * metres
    allowed = inside | (must[:, None] == np.arange(len(zones)))
    if now is not None:
        stays = np.arange(len(zones)) == now[:, None]
        linear = linear + weight_moved * np.where(stays, 0.0, given[:, :1])
        longest = metres[stays][:, None] + (np.inf if most_added_m is None else most_added_m)
        allowed = (inside & (metres <= longest)) | stays | (must[:, None] == np.arange(len(zones)))
    charge = charge_short
    if charge is None:
        # more than all that can be saved by leaving one pupil without a seat
        ways = np.where(allowed, linear, linear.min(axis=1)[:, None])
        charge = 1.0 + float((ways.max(axis=1) - ways.min(axis=1)).sum() + toll.sum()) + weight_border * border.sum()
    lengths = [int(at_root.sum()) for at_root in root.T]
    return Problem(
        areas=areas,
        zones=zones,
        years=years,
        land=Land(
            linear=np.ascontiguousarray(np.where(allowed, linear, np.inf)),
            pupils=np.ascontiguousarray(given * (1 - staying)),
            seats=np.ascontiguousarray(place - kept),
            first=first,
            beside=beside,
            border=border * weight_border,
            must=must,
            exempt=exempt,
            root_first=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            root=np.concatenate([np.flatnonzero(at_root) for at_root in root.T]).astype(np.int64),
            opening=toll,
            may_close=may_close,
            today=now if now is not None else np.full(len(areas), -1, dtype=np.int64),
            # a copy: one that may not be written to would be another type, for which all is compiled again
            moving=given[:, 0].copy(),
            most=float(most_moved) if most_moved is not None else np.inf,
            charge=float(charge),
        ),
        root=root,
        piece=piece,
        metres=metres,
        pupils=given,
        seats=place,
        staying=staying,
        border=border,
    )


def share_who_stay(years: int, protected: int, grades: int) -> Real:
    """
    Return the share of pupils who are still at their school of before, by year.

    In each year one grade more has entered by the new boundary; after the
    protected years all go by it.

    Examples
    --------
    >>> share_who_stay(4, protected=2, grades=4).tolist()
    [0.75, 0.5, 0.0, 0.0]
    """
    step = np.arange(years)
    return np.where(step < protected, np.maximum(0.0, 1 - (step + 1) / grades), 0.0)


def _require_settings(weights: dict[str, float], *, years: int, grades: int, lost: bool) -> None:
    """Raise if a weight or a number of years cannot be, or who moves is limited without knowing today's zones."""
    for what, value in weights.items():
        if not 0 <= value < np.inf:
            msg = f"`{what}` is a finite weight of 0 or more, got {value}."
            raise ValueError(msg)
    if years < 0 or grades < 1:
        msg = f"`grandfather_years` is 0 or more and `grades` 1 or more, got {years} and {grades}."
        raise ValueError(msg)
    if lost:
        msg = "Limits and weights on who moves need `today`, the zone of each area before."
        raise ValueError(msg)


def _staying(years: int, protected: int, grades: int) -> Real:
    """Return the share of pupils who stay at their school of before, by year; one year stands for the time after."""
    if years == 1:
        return np.zeros(1)
    return share_who_stay(years, protected, grades)


def _must(root: Mask, areas: pd.Index, zones: pd.Index, *, own_homes: bool) -> Whole:
    """Return the zone that each area must belong to because its school stands there, -1 for none."""
    must = np.full(len(areas), -1, dtype=np.int64)
    if not own_homes:
        return must
    crowded = np.flatnonzero(root.sum(axis=1) > 1)
    if len(crowded) > 0:
        both = ", ".join(repr(zone) for zone in zones[root[crowded[0]]])
        msg = (
            f"{areas[crowded[0]]!r} holds schools of several zones: {both}. An area belongs to one zone: "
            "put them in one zone with `zone_of`, or say `own_homes=False`."
        )
        raise ValueError(msg)
    home, zone = np.nonzero(root)
    must[home] = zone
    return must


def _exempt(root: Mask, piece: Whole, now: Whole | None, first: Whole, beside: Whole) -> tuple[Mask, Mask]:
    """Return, by area and zone, where an area need not hang together with the school, and where it may be at all."""
    lands = np.zeros((piece.max() + 1, root.shape[1]), dtype=bool)
    home, zone = np.nonzero(root)
    lands[piece[home], zone] = True
    none: Mask = np.logical_not(lands.any(axis=1))
    exempt: Mask = np.repeat(none[piece][:, None], root.shape[1], axis=1)
    if now is not None:
        apart = np.flatnonzero(~contiguity.reached(now, root, first, beside))
        own: Whole = now
        exempt[apart, own[apart]] = True
    return exempt, lands[piece] | exempt
