"""How a large plan travels into its page: whatever its numbers are, they come back exactly, and in few bytes."""

from __future__ import annotations

import base64
import json
import math
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.output import packing
from schoolmap.output.made_model import made_model

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel

SMALL = made_model(catchments=3, schools=2, years=3, stages=1, scenarios=2)
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


def sent(model: MapModel) -> Any:  # noqa: ANN401
    """Return a plan as its JSON has it."""
    return json.loads(model.to_json())


def test_one_grid_by_hand() -> None:
    """Tenths become whole numbers, each as far as it is from the year before; signs are folded into them."""
    model = with_grids(children=((10.0, 10.3, 9.8), (0.0, None, 0.4)))
    column = packing.pack(model)["grids"][0]["children"]
    stream = zlib.decompress(base64.b64decode(column.pop("data")), wbits=-15)
    assert column == {"rows": 2, "years": 3, "digits": 1, "bytes": 1, "gaps": True, "guess": ["years"]}
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
@given(st.fixed_dictionaries({name: grids(tame) for name in packing.NUMBERS[:-1]}), st.data())
def test_every_guess_is_undone(drawn: dict[str, Any], data: st.DataObject) -> None:
    """Whatever a grid is guessed from, other grids, gaps and noughts among them, the guess is undone exactly."""
    second = data.draw(st.fixed_dictionaries({name: grids(tame) for name in packing.NUMBERS[:-1]}))
    panels = tuple(replace(panel, **grids_) for panel, grids_ in zip(SMALL.panels, (drawn, second), strict=True))
    model = replace(SMALL, panels=panels)
    assert arrived(model) == sent(model)


def test_a_nought_has_no_sign() -> None:
    """What rounds to minus nought arrives as nought, which equals it."""
    model = with_grids(children=((-0.0, 1.0, 2.0),))
    assert math.copysign(1.0, arrived(model)["panels"][0]["children"][0][0]) == 1.0


@pytest.mark.parametrize("grid", [(), ((),), ((1.0, 2.0), (3.0,)), ((1 / 3, 0.1),)])
def test_what_is_no_table_of_rounded_numbers_stays_as_it_is(grid: Any) -> None:  # noqa: ANN401
    """Empty, ragged or unrounded: the grid travels as text, and others that could be guessed from it still do."""
    model = with_grids(children=grid)
    document = packing.pack(model)
    assert "children" not in document["grids"][0]
    assert "demand" in document["grids"][0]
    assert arrived(model) == sent(model)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_refused(wrong: float) -> None:
    """As the JSON of the plan refuses it: an unknown number is `None`."""
    with pytest.raises(ValueError, match="not finite"):
        packing.pack(with_grids(children=((1.0, wrong, 2.0),)))


def test_a_plan_that_is_not_packed_is_returned() -> None:
    """A reader need not know which of the two it has."""
    assert packing.unpack(SMALL.to_dict()) == SMALL.to_dict()


def test_a_plan_without_panels_is_packed() -> None:
    """Nothing to pack is no case of its own."""
    bare = replace(SMALL, panels=())
    assert packing.cells(bare) == 0
    assert arrived(bare) == sent(bare)


def test_a_large_plan_takes_an_eighth_of_its_text() -> None:
    """The grids of a plan that looks like a real one shrink to a tenth; every cell of it arrives."""
    model = made_model(catchments=120, schools=50, scenarios=2)
    document = packing.pack(model)
    packed = sum(len(column["data"]) for grids in document["grids"] for column in grids.values())
    plain = sum(len(json.dumps(getattr(panel, name))) for panel in model.panels for name in document["grids"][0])
    assert len(document["grids"][0]) == len(packing.NUMBERS + packing.WORDS)
    assert packed < plain / 8
    assert arrived(model) == sent(model)
    assert packing.cells(model) == sum(_cells(panel) for panel in model.panels)


def _cells(panel: Panel) -> int:
    return sum(len(row) for name in packing.NUMBERS + packing.WORDS for row in getattr(panel, name))
