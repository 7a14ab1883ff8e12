"""Lists of villages: what they name is found, and everything that does not fit is told at once."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.space.lists import look_up


def villages(names: dict[str, str | None]) -> gpd.GeoDataFrame:
    """Return areas with names; where they are is not looked at."""
    return gpd.GeoDataFrame({"name": list(names.values())}, index=list(names))


def listed(rows: list[tuple[str, str]]) -> pd.Series:
    """Return (catchment, text) as a list."""
    return pd.Series([text for _, text in rows], index=[catchment for catchment, _ in rows], dtype=object)


def test_by_hand() -> None:
    """Codes and names may be mixed; the answer is in the order of the areas."""
    areas = villages({"03": "坡上村", "01": "东村", "02": "西村"})
    members = look_up(areas, listed([("实验片区", "01"), ("北苑片区", "西村"), ("实验片区", " 坡上村 ")]))
    assert list(members.items()) == [("03", "实验片区"), ("01", "实验片区"), ("02", "北苑片区")]
    assert (members.name, members.index.name) == ("catchment", "area")


def test_a_code_goes_before_a_name() -> None:
    """A village called like the code of another is found by its own code."""
    areas = villages({"01": "02", "02": "East"})
    assert look_up(areas, listed([("z", "02"), ("y", "01")])).to_dict() == {"01": "y", "02": "z"}


def test_areas_need_no_names() -> None:
    """Codes alone will do."""
    areas = gpd.GeoDataFrame(index=["01", "02"])
    assert look_up(areas, listed([("z", "02"), ("z", "01")])).to_dict() == {"01": "z", "02": "z"}


def test_areas_in_no_list_are_allowed_only_on_request() -> None:
    """A wood without children may be in no list, if somebody says so."""
    areas = villages({"01": "East", "02": "Wood"})
    assert look_up(areas, listed([("z", "01")]), allow_unlisted=True).to_dict() == {"01": "z"}
    with pytest.raises(LabelError, match="1 are areas in no list: '02'"):
        look_up(areas, listed([("z", "01")]))


def test_all_faults_are_told_at_once() -> None:
    """Four kinds of faults, each with its culprit and the way out, in one message."""
    areas = villages({"01": "East", "02": "West", "03": "West", "04": "Wood", "05": None})
    lists = listed([("z", "East"), ("y", "01"), ("y", "West"), ("x", "Esat"), ("x", "05"), ("x", "05")])
    with pytest.raises(LabelError) as told:
        look_up(areas, lists)
    assert str(told.value).splitlines() == [
        "The lists of 3 catchment(s) do not fit the areas:",
        "  - 1 are neither code nor name of an area: 'Esat' of 'x'. Write them as the table of areas does.",
        "  - 1 are the name of several areas: 'West' of 'y' is ['02', '03']. Write the code.",
        "  - 2 are areas that are listed twice: '01' by ['z', 'y'], '05' by ['x', 'x']. Leave each in one list, once.",
        "  - 1 are areas in no list: '04'. Add them, or allow it with `allow_unlisted=True`.",
    ]


def test_long_lists_of_faults_are_cut() -> None:
    """A message is read by people."""
    with pytest.raises(LabelError, match=r"9 are neither .*: 'v0' of 'z', .*'v4' of 'z', …\. Write"):
        look_up(villages({}), listed([("z", f"v{number}") for number in range(9)]))


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("xyz"), min_size=1), st.randoms(use_true_random=False)
)
def test_what_is_listed_is_found(members: dict[str, str], rng: object) -> None:
    """Whatever the order of the list, each area is where it is listed, by code or by name."""
    areas = villages({code: f"village {code}" for code in members})
    rows = [(zone, rng.choice([code, f"village {code}"])) for code, zone in members.items()]  # type: ignore[attr-defined]
    rng.shuffle(rows)  # type: ignore[attr-defined]
    assert list(look_up(areas, listed(rows)).items()) == list(members.items())
