"""The invented county as a whole: every concept is there once at least, and one seed makes one county."""

from __future__ import annotations

import pandas as pd
import pytest

from schoolmap.inputs.examples import make_county
from schoolmap.inputs.examples.county import SEED
from schoolmap.tables import CONTRACTS
from schoolmap.tables import FLOW_REASONS
from schoolmap.tables import ORDERS
from schoolmap.tables import OWNERSHIPS
from schoolmap.tables import PROJECT_KINDS
from schoolmap.tables import PROJECT_STATUSES
from schoolmap.tables import YES_NO

COUNTY = make_county()

PRESENT = {
    ("areas", "urban_rural"): {"111", "112", "121", "122", "210", "220"},
    ("births", "order"): set(ORDERS),
    ("catchments", "stage"): {"kindergarten", "primary", "junior"},
    # kindergarten, primary, teaching point, junior, nine years
    ("schools", "type"): {"111", "211", "218", "311", "312"},
    ("schools", "ownership"): set(OWNERSHIPS),
    ("schools", "operator"): {"教育部门", "集体", "民办"},
    ("schools", "licensed"): set(YES_NO),
    ("schools", "quality"): {"省级示范", "市级示范", "县一级", "县二级"},
    ("sections", "rooms_of"): {"primary"},
    ("projects", "kind"): set(PROJECT_KINDS),
    ("projects", "status"): set(PROJECT_STATUSES),
    ("projects", "rooms_of"): {"primary"},
    ("projects", "ownership"): {"public"},
    ("developments", "handed_over"): set(YES_NO),
    ("developments", "type"): {"商品房", "安置房", "保障房"},
    ("flows", "reason"): set(FLOW_REASONS),
}
"""Words that the demonstration must show, by table and column."""

FILLED = {
    "schools": ("main_school", "group", "township", "land_m2", "building_m2"),
    "sections": (
        "seats",
        "classrooms",
        "expandable_classes",
        "classes",
        "enrolment",
        "intake",
        "planned_intake",
        "graduates",
        "boarding",
        "boarders",
        "special_needs",
        "teachers",
        "staff",
        "posts",
        "pupils_K1",
        "pupils_KM",
        "pupils_1",
        "pupils_7",
        "classes_KM",
    ),
    "projects": (
        "opening",
        "closing",
        "opened",
        "probability",
        "delay_months",
        "seats_added",
        "classes_added",
        "investment_planned",
        "investment_arrived",
        "investment_spent",
        "priority",
        "for_development",
        "note",
    ),
    "developments": ("homes", "year", "status", "kindergarten_classes"),
}
"""Columns that must hold something."""


@pytest.mark.parametrize(("table", "column"), PRESENT)
def test_every_concept_is_there(table: str, column: str) -> None:
    """Each word is used, and no other."""
    assert set(COUNTY.tables[table][column].dropna()) == PRESENT[table, column]


@pytest.mark.parametrize("table", FILLED)
def test_columns_hold_something(table: str) -> None:
    """What a contract can say is said somewhere."""
    frame = COUNTY.tables[table]
    assert [column for column in FILLED[table] if frame[column].notna().sum() == 0] == []


def test_resources_are_whole() -> None:
    """Every column of the contract of resources is used."""
    wanted = set(CONTRACTS["resources"].columns)
    frame = COUNTY.tables["resources"]
    assert set(frame.columns) == wanted
    assert frame.notna().any().all()


@pytest.mark.parametrize("table", list(COUNTY.tables))
def test_columns_are_those_of_the_contract(table: str) -> None:
    """No column is there that the contract does not know, and every required one is; keys are unique."""
    contract, frame = CONTRACTS[table], COUNTY.tables[table]
    assert set(frame.columns) <= {*contract.columns, "geometry", "x", "y"}
    required = [name for name, spec in contract.columns.items() if spec.required]
    assert [name for name in required if name not in frame] == []
    key = [name for name in contract.key if name in frame]
    assert not frame.duplicated(key).any()


def test_labels_agree() -> None:
    """What one table names, another has."""
    tables = COUNTY.tables
    areas, schools = set(tables["areas"]["area"]), set(tables["schools"]["school"])
    catchments = set(tables["catchments"]["catchment"])
    assert set(tables["population"]["area"]) == set(tables["births"]["area"]) == areas
    assert set(tables["sections"]["school"]) == schools
    for name in ("classes", "resources"):
        assert set(tables[name]["school"]) <= schools
    assert set(tables["schools"]["main_school"].dropna()) <= schools
    assert {label for cell in tables["catchments"]["schools"] for label in cell.split(";")} == schools
    assert (set(tables["flows"]["origin"]) | set(tables["flows"]["destination"])) - {""} <= catchments
    assert set(tables["developments"]["area"]) <= areas


def test_same_seed_same_county() -> None:
    """Every table is made again as it was."""
    again = make_county.__wrapped__(SEED)
    for name, frame in COUNTY.tables.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(again.tables[name]), obj=name)


def test_another_seed_another_county() -> None:
    """The seed decides: other people, other schools' places."""
    other = make_county(3)
    assert not COUNTY.tables["population"]["count"].equals(other.tables["population"]["count"])
    assert not COUNTY.tables["schools"].geometry.to_wkb().equals(other.tables["schools"].geometry.to_wkb())
    assert len(other.tables["schools"]) == len(COUNTY.tables["schools"])
