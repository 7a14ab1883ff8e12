"""Funds planned, arrived and spent, by how far projects are."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.projects.investment import ALL
from schoolmap.seats.projects.investment import UNSTATED
from schoolmap.seats.projects.investment import investment_summary

AMOUNTS = ["investment_planned", "investment_arrived", "investment_spent"]
amounts = st.one_of(st.none(), st.integers(min_value=0, max_value=20_000))


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Return projects `P0`, `P1`, ..."""
    return pd.DataFrame(list(rows), index=[f"P{step}" for step in range(len(rows))])


@st.composite
def pipelines(draw: st.DrawFn) -> pd.DataFrame:
    """Draw projects of which some tell no status and some tell no amount."""
    rows = [
        {
            "status": draw(st.sampled_from(["building", "opened", None])),
            "kind": draw(st.sampled_from(["new", "expand", "improve", "demolish"])),
            "stage": "primary",
            **{name: draw(amounts) for name in AMOUNTS},
            "seats_added": draw(st.one_of(st.none(), st.integers(min_value=1, max_value=900))),
        }
        for _ in range(draw(st.integers(min_value=1, max_value=8)))
    ]
    found = table(*rows)
    signed = found["seats_added"].astype(float)
    return found.assign(seats_added=signed.mask(found["kind"] == "demolish", -signed))


def test_34_projects_of_a_county() -> None:
    """
    高台: 34 projects of 110 million yuan, of which 105.03 have arrived; 31 are in use, three are being built.

    Only these totals are published: here they are laid evenly on the projects.
    """
    statuses = ["opened"] * 31 + ["building"] * 3
    projects = table(
        *(
            {"status": status, "investment_planned": 11_000 / 34, "investment_arrived": 10_503 / 34}
            for status in statuses
        )
    )
    everything = investment_summary(projects, by=[]).loc[ALL]
    assert everything["projects"] == 34
    assert everything[["planned", "arrived"]].tolist() == pytest.approx([11_000, 10_503])
    assert round(100 * everything["arrived_share"], 1) == 95.5
    assert investment_summary(projects, by=["status"])["projects"].to_dict() == {"opened": 31, "building": 3}


def test_seats_of_a_district() -> None:
    """芙蓉: four schools on new campuses with 2,500 seats, four schools and a kindergarten with 7,000."""
    projects = table({"kind": "relocate", "seats_added": 2500.0}, {"kind": "new", "seats_added": 7000.0})
    summary = investment_summary(projects, by=["kind"])
    assert summary["seats"].to_dict() == {"new": 7000, "relocate": 2500}
    assert investment_summary(projects, by=[]).at[ALL, "seats"] == 9500
    assert math.isnan(investment_summary(projects, by=[]).at[ALL, "planned"])


def test_by_hand() -> None:
    """Shares and cost are of the projects that tell both amounts, not of sums of different ones."""
    projects = table(
        {"investment_planned": 900.0, "investment_arrived": 600.0, "investment_spent": 300.0, "seats_added": 90.0},
        {"investment_planned": 500.0, "investment_arrived": None, "investment_spent": None, "classes_added": 2.0},
        {"investment_planned": None, "investment_arrived": 400.0, "investment_spent": 400.0, "seats_added": 45.0},
    ).assign(kind="expand", stage="primary", status="building")
    row = investment_summary(projects, class_size={"primary": 45}).loc[("building", "expand", "primary")]
    assert row.to_dict() == pytest.approx(
        {
            "projects": 3,
            "planned": 1400,
            "arrived": 1000,
            "spent": 700,
            "planned_unknown": 1,
            "arrived_unknown": 1,
            "spent_unknown": 1,
            "arrived_share": 600 / 900,
            "spent_share": 300 / 900,
            "seats": 225,
            "seats_unknown": 0,
            "cost_per_seat": 1400 / 180,
        },
    )
    assert investment_summary(projects, by=[]).at[ALL, "seats_unknown"] == 1


def test_what_adds_no_seats_costs_none() -> None:
    """Improvements, demolitions and changes of ownership are no seats; neither known nor unknown."""
    projects = table(
        {"kind": "improve", "seats_added": None},
        {"kind": "demolish", "seats_added": -90.0},
        {"kind": "convert", "seats_added": 180.0},
        {"kind": "handover", "seats_added": None},
        {"kind": "new", "seats_added": None},
    ).assign(investment_planned=100.0)
    row = investment_summary(projects, by=[]).loc[ALL]
    assert row["seats_unknown"] == 1
    assert math.isnan(row["seats"])
    assert math.isnan(row["cost_per_seat"])
    assert row["planned"] == 500


@given(pipelines())
def test_groups_add_up_to_the_whole(projects: pd.DataFrame) -> None:
    """Numbers, sums and unknowns of the groups are those of all; nothing unknown is left out of the count."""
    groups = investment_summary(projects).sum(min_count=1)
    whole = investment_summary(projects, by=[]).loc[ALL]
    for name in ["projects", "planned", "arrived", "spent", "seats", "seats_unknown", "planned_unknown"]:
        np.testing.assert_allclose(groups[name], whole[name])
    assert whole["projects"] == len(projects)
    assert whole["arrived_unknown"] == projects["investment_arrived"].isna().sum()


@given(pipelines())
def test_like_a_plain_loop(projects: pd.DataFrame) -> None:
    """Group by group and project by project."""
    summary = investment_summary(projects, by=["status"])
    for status, row in summary.iterrows():
        records = [
            record
            for record in projects.to_dict("records")
            if (UNSTATED if pd.isna(record["status"]) else record["status"]) == status
        ]
        both = [r for r in records if not pd.isna(r["investment_planned"]) and not pd.isna(r["investment_spent"])]
        planned = sum(r["investment_planned"] for r in both)
        expected = sum(r["investment_spent"] for r in both) / planned if planned else math.nan
        assert row["spent_share"] == pytest.approx(expected, nan_ok=True)
        told = [
            r
            for r in records
            if r["kind"] in {"new", "expand"} and not pd.isna(r["seats_added"]) and not pd.isna(r["investment_planned"])
        ]
        cost = sum(r["investment_planned"] for r in told) / sum(r["seats_added"] for r in told) if told else math.nan
        assert row["cost_per_seat"] == pytest.approx(cost, nan_ok=True)


@given(pipelines(), st.randoms(use_true_random=False))
def test_order_is_irrelevant(projects: pd.DataFrame, rng: object) -> None:
    """Projects in any order; the input is left alone."""
    before = projects.copy()
    mixed = projects.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(investment_summary(mixed), investment_summary(projects))
    pd.testing.assert_frame_equal(projects, before)


def test_no_projects() -> None:
    """Nothing is zero projects of unknown cost; by group there is none."""
    nothing = table().reindex(columns=["status", *AMOUNTS])
    row = investment_summary(nothing, by=[]).loc[ALL]
    assert row["projects"] == 0
    assert math.isnan(row["planned"])
    assert investment_summary(nothing, by=["status"]).empty


def test_refuses() -> None:
    """Funds are not negative, and a project is one row."""
    with pytest.raises(ValueError, match=r"`investment_spent` is negative for 1 unit.*'P0'"):
        investment_summary(table({"investment_spent": -1.0}))
    with pytest.raises(LabelError, match="twice"):
        investment_summary(table({"kind": "new"}, {"kind": "new"}).set_axis(["a", "a"]))
