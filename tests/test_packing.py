"""How a large plan travels into its page: whatever its numbers are, they come back exactly, and in few bytes."""

from __future__ import annotations

import base64
import json
import math
import zlib
from dataclasses import fields
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.output import packing
from schoolmap.output.made_model import made_model
from schoolmap.output.model import Editing
from schoolmap.output.model import EditScenario
from schoolmap.output.model import EditStage

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel

SMALL = made_model(catchments=3, schools=2, years=3, stages=1, scenarios=2)
NUMBERS = tuple(
    field.name
    for field in fields(SMALL.panels[0])
    if field.name != "level" and np.ndim(np.array(getattr(SMALL.panels[0], field.name), dtype=object)) == 2
)
"""Grids of numbers of a panel."""
numbers = st.one_of(
    st.none(),
    st.integers(-50, 5_000).map(lambda n: n / 10),
    st.floats(-1e12, 1e12, allow_nan=False),
    st.sampled_from([0.0, 1e-9, 0.05, 1 / 3, 107_374_182.4, 2.0**40, -2147483.6]),
)
tame = st.one_of(st.none(), st.integers(-50, 90_000).map(lambda n: n / 100))


def grids(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw tables of two catchments and four years."""
    return st.tuples(*[st.tuples(*[cells] * 4)] * 2)


def with_grids(**changes: Any) -> MapModel:  # noqa: ANN401
    """Return a plan of two panels, the first of which has these grids."""
    first, second = SMALL.panels
    return replace(SMALL, panels=(replace(first, **changes), second))


def arrived(model: MapModel) -> Any:  # noqa: ANN401
    """Return a plan after its way into a page, as JSON text and back."""
    return packing.unpack(json.loads(json.dumps(packing.pack(model))))


def columns(model: MapModel) -> dict[tuple[str | int, ...], Any]:
    """Return what is packed, by where it stands."""
    return {tuple(column["at"]): column for column in packing.pack(model)["grids"]}


def sent(model: MapModel) -> Any:  # noqa: ANN401
    """Return a plan as its JSON has it."""
    return json.loads(model.to_json())


def test_one_grid_by_hand() -> None:
    """Tenths become whole numbers, each as far as it is from the year before; signs are folded into them."""
    model = with_grids(children=((10.0, 10.3, 9.8), (0.0, None, 0.4)))
    column = columns(model)["panels", 0, "children"]
    stream = zlib.decompress(base64.b64decode(column.pop("data")), wbits=-15)
    assert column == {
        "at": ["panels", 0, "children"],
        "rows": 2,
        "years": 3,
        "digits": 1,
        "bytes": 1,
        "gaps": True,
        "guess": ["years"],
    }
    # which are unknown, year by year; then 100 and 0, 3 and -, -5 and 4
    assert list(stream) == [0, 0, 0, 1, 0, 0, 200, 0, 6, 0, 9, 8]
    assert arrived(model) == sent(model)


def test_words_and_classes_arrive_as_they_are() -> None:
    """Classes are the library's own: a class that no number would give arrives all the same."""
    model = with_grids(shade=((4, 0, None), (None, 4, 0)), level=(("red", "ok", "red"), ("odd", "ok", "ok")))
    first = arrived(model)["panels"][0]
    assert first["shade"] == [[4, 0, None], [None, 4, 0]]
    assert first["level"] == [["red", "ok", "red"], ["odd", "ok", "ok"]]


@settings(deadline=None, max_examples=40)
@given(st.fixed_dictionaries({name: grids(numbers) for name in ("children", "demand", "seats", "utilisation", "p10")}))
def test_any_numbers_arrive(drawn: dict[str, Any]) -> None:
    """Unknown, large, tiny, unrounded, negative: every number is the one that was sent."""
    model = with_grids(**drawn)
    assert arrived(model) == sent(model)


@settings(deadline=None, max_examples=30)
@given(st.fixed_dictionaries({name: grids(tame) for name in NUMBERS}), st.data())
def test_every_guess_is_undone(drawn: dict[str, Any], data: st.DataObject) -> None:
    """Whatever a grid is guessed from, other grids, gaps and noughts among them, the guess is undone exactly."""
    second = data.draw(st.fixed_dictionaries({name: grids(tame) for name in NUMBERS}))
    panels = tuple(replace(panel, **grids_) for panel, grids_ in zip(SMALL.panels, (drawn, second), strict=True))
    model = replace(SMALL, panels=panels)
    assert arrived(model) == sent(model)


def test_a_nought_has_no_sign() -> None:
    """What rounds to minus nought arrives as nought, which equals it."""
    model = with_grids(children=((-0.0, 1.0, 2.0), (0.0, 1.0, 2.0)))
    assert math.copysign(1.0, arrived(model)["panels"][0]["children"][0][0]) == 1.0


@pytest.mark.parametrize("grid", [(), ((), ()), ((1.0, 2.0), (3.0,)), ((1 / 3, 0.1), (0.1, 0.1))])
def test_what_is_no_table_of_rounded_numbers_stays_as_it_is(grid: Any) -> None:  # noqa: ANN401
    """Empty, ragged or unrounded: the grid travels as text, and others that could be guessed from it still do."""
    model = with_grids(children=grid)
    packed = columns(model)
    assert ("panels", 0, "children") not in packed
    assert ("panels", 0, "demand") in packed
    assert arrived(model) == sent(model)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_refused(wrong: float) -> None:
    """As the JSON of the plan refuses it: an unknown number is `None`."""
    with pytest.raises(ValueError, match="not finite"):
        packing.pack(with_grids(children=((1.0, wrong, 2.0), (1.0, 1.0, 2.0))))


def test_a_plan_that_is_not_packed_is_returned() -> None:
    """A reader need not know which of the two it has."""
    assert packing.unpack(SMALL.to_dict()) == SMALL.to_dict()


def test_a_plan_without_panels_is_packed() -> None:
    """Nothing to pack is no case of its own."""
    bare = replace(SMALL, panels=())
    assert packing.cells(bare) == 0
    assert arrived(bare) == sent(bare)


def test_a_large_plan_takes_an_eighth_of_its_text() -> None:
    """The grids of a plan that looks like a real one shrink to an eighth or less; every cell of it arrives."""
    model = made_model(catchments=120, schools=50, scenarios=2)
    packed = columns(model)
    assert {path[2] for path in packed if path[0] == "panels"} == {*NUMBERS, "level"}
    size = sum(len(column["data"]) for path, column in packed.items() if path[0] == "panels")
    plain = sum(len(json.dumps(getattr(panel, name))) for panel in model.panels for name in (*NUMBERS, "level"))
    assert size < plain / 8
    assert arrived(model) == sent(model)
    assert packing.cells(model) == 120 * 20 * 4 * (len(NUMBERS) + 1)


def test_grids_anywhere_are_packed() -> None:
    """What the page needs to try out changes is packed too, grids in a list among it; each is guessed from the one before."""
    pupils = tuple(tuple(100.0 + row + year / 8 for year in range(3)) for row in range(5))
    enough = tuple(tuple(tuple(value + 7.5 * step for value in row) for row in pupils) for step in range(4))
    scenario = EditScenario(scenario="s0", pupils=pupils, enough=enough, shared=())
    stage = EditStage(stage="kindergarten", class_seats=30.0, flows=(), inflow=(), base=0.0, scenarios=(scenario,))
    editing = Editing(
        units=(),
        first_year=2024,
        levels=(0.7, 0.9, 1.0),
        least_short=0.5,
        chances=(0.1, 0.33, 0.5, 0.8),
        coverages=(),
        stages=(stage,),
        proposals=(),
    )
    model = replace(SMALL, editing=editing)
    there = ("editing", "stages", 0, "scenarios", 0)
    packed = columns(model)
    assert {path[5:] for path in packed if path[:5] == there} == {("pupils",), *(("enough", step) for step in range(4))}
    assert packed[(*there, "enough", 3)]["guess"][0] == "beside"
    assert arrived(model) == sent(model)
