"""Public and inclusive shares of kindergartens: three bases, each by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.kindergarten_shares import KINDERGARTEN_SHARES
from schoolmap.seats.indicators.kindergarten_shares import kindergarten_shares
from schoolmap.standards.schema import Requirement

if TYPE_CHECKING:
    from schoolmap.seats.indicators.measures import Indicator

OWNERS = ("public", "inclusive", "private")
gardens = st.lists(
    st.tuples(
        st.sampled_from([*OWNERS, None]), st.one_of(st.none(), st.integers(0, 600)), st.integers(0, 600), st.booleans()
    ),
    min_size=1,
    max_size=10,
)


def by_garden(values: list[object]) -> pd.Series:
    """Label values by kindergarten."""
    return pd.Series(values, index=[f"k{i}" for i in range(len(values))])


def by_id(shares: tuple[Indicator, ...]) -> dict[str, Indicator]:
    """Look shares up by their id."""
    return {found.measure.id: found for found in shares}


def requirement(name: str, value: float) -> Requirement:
    """Require a share."""
    return Requirement(
        id=name,
        stage="kindergarten",
        value=value,
        unit="%",
        label={"en": "", "zh": ""},
        document="an example",
        confidence="assumption",
    )


def test_the_basis_decides() -> None:
    """Four small private kindergartens and a large public one: 20 per cent by number, 60 by children."""
    owners = by_garden(["public", "private", "private", "private", "private"])
    children = by_garden([600.0, 100.0, 100.0, 100.0, 100.0])
    found = by_id(kindergarten_shares(owners, enrolment=children, seats=by_garden([400.0] * 5)))
    assert found["public_share_by_number"].value == 20.0
    assert found["public_share"].value == 60.0
    assert found["public_share_by_seats"].value == 20.0
    # the assessment asks for half of the children, which is met; of the kindergartens three would have to become public
    assert judge(found["public_share"], requirement("public_share", 50)).met is True
    by_number = judge(found["public_share_by_number"], requirement("public_share_by_number", 50))
    assert (by_number.met, by_number.lacking) == (False, 2.0)


def test_every_share_names_its_basis_in_both_languages() -> None:
    """Six shares, six labels, six bases."""
    for language, words in (("en", ("number", "enrolment", "seats")), ("zh", ("园数", "在园幼儿数", "学位数"))):
        labels = [measure.label[language] for measure in KINDERGARTEN_SHARES.values()]
        assert len(set(labels)) == 6
        for (_, basis), measure in KINDERGARTEN_SHARES.items():
            word = dict(zip(("number", "enrolment", "seats"), words, strict=True))[basis]
            assert word in measure.label[language]
    assert len({measure.basis["en"] for measure in KINDERGARTEN_SHARES.values()}) == 6


@given(gardens)
def test_public_is_part_of_inclusive(rows: list[tuple[str | None, int | None, int, bool]]) -> None:
    """On every basis the inclusive share holds the public one, and all units are counted or left out."""
    owners, children, seats, own = (by_garden(list(part)) for part in zip(*rows, strict=True))
    found = by_id(kindergarten_shares(owners, enrolment=children.astype(float), seats=seats.astype(float), own=own))
    for ending in ("", "_by_number", "_by_seats"):
        public, inclusive = found[f"public_share{ending}"], found[f"inclusive_share{ending}"]
        assert (public.numerator or 0.0) <= (inclusive.numerator or 0.0) <= (inclusive.denominator or 0.0)
        assert public.denominator == inclusive.denominator
        assert inclusive.units + inclusive.left_out == (own.sum() if ending == "_by_number" else len(rows))


@given(gardens)
def test_a_conversion_raises_shares_and_changes_no_total(rows: list[tuple[str | None, int | None, int, bool]]) -> None:
    """A private kindergarten that becomes public (民办转公办): the denominators stay."""
    owners, _, seats, _ = (by_garden(list(part)) for part in zip(*rows, strict=True))
    before = by_id(kindergarten_shares(owners, seats=seats.astype(float)))
    after = by_id(kindergarten_shares(owners.replace({"private": "public"}), seats=seats.astype(float)))
    for name in ("public_share_by_seats", "public_share_by_number", "inclusive_share_by_number"):
        assert after[name].denominator == before[name].denominator
        assert (after[name].numerator or 0.0) >= (before[name].numerator or 0.0)


def test_attached_classes_have_children_but_are_no_kindergarten() -> None:
    """A primary school's attached class counts by children, not by number."""
    owners = by_garden(["public", "private"])
    found = by_id(
        kindergarten_shares(owners, enrolment=by_garden([30.0, 90.0]), own=pd.Series([False, True], index=owners.index))
    )
    assert found["public_share"].value == 25.0
    assert (found["public_share_by_number"].numerator, found["public_share_by_number"].denominator) == (0.0, 1.0)


def test_what_is_not_known_is_left_out() -> None:
    """An owner or an enrolment that is not told leaves both sums; a basis that nobody gave is not provided."""
    owners = by_garden(["public", None, "private"])
    found = by_id(kindergarten_shares(owners, enrolment=by_garden([100.0, 900.0, None])))
    share = found["public_share"]
    assert (share.numerator, share.denominator, share.units, share.left_out) == (100.0, 100.0, 1, 2)
    assert found["public_share_by_number"].denominator == 2.0
    assert (found["public_share_by_seats"].value, found["public_share_by_seats"].left_out) == (None, 3)


def test_refuses_unknown_words_and_other_labels() -> None:
    """An owner that is no word is named; numbers must be of the same kindergartens."""
    with pytest.raises(ValueError, match="The ownership 'church' of 'k0' is none of public"):
        kindergarten_shares(by_garden(["church"]))
    with pytest.raises(LabelError, match="different units"):
        kindergarten_shares(by_garden(["public"]), enrolment=by_garden([1.0, 2.0]))
    with pytest.raises(ValueError, match="negative"):
        kindergarten_shares(by_garden(["public"]), seats=by_garden([-1.0]))
    with pytest.raises(MissingValueError, match="`own`"):
        kindergarten_shares(by_garden(["public"]), own=by_garden([None]))
