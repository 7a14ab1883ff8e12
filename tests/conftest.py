"""Settings for the whole test suite."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    import pytest

# pandas examples are slow on a busy machine, and a time limit says nothing about them
settings.register_profile("schoolmap", deadline=None, max_examples=50)
# a change is judged by the same examples each time; new ones are looked for where people work
settings.register_profile("ci", deadline=None, max_examples=25, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "schoolmap")

LONGEST = (
    *(
        "test_webmap_shipped",
        "test_faulty_projects",
        "test_batch",
        "test_guides",
        "test_berlin_mitte",
        "test_whatif",
        "test_webmap_browser",
    ),
    *("test_provision", "test_seating", "test_project", "test_conformance", "test_capacitated", "test_rezone_rules"),
    *("test_template_projects", "test_people", "test_children", "test_cli", "test_medians", "test_plan"),
)
"""Files of tests that take longest; the first makes the plans that others wait for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that at the end no process waits for another."""
    place = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))
