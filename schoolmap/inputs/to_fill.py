"""What a template leaves to people: values of a project file that are still to be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TO_FILL = {"zh": "【必填】", "en": "[REQUIRED]"}
"""Stands in a template where a value must be decided; no file that still holds it is read further."""


def places_to_fill(document: object) -> Iterator[tuple[str, str]]:
    """
    Find what is still to be filled in a document, however deep.

    Yields
    ------
    key, mark
        The key with its sections, items of a list numbered from 0 as in all
        faults of a project file, and what stands there.

    Examples
    --------
    >>> list(places_to_fill({"project": {"crs": "【必填】", "seed": 0}, "rulings": [{"value": "[REQUIRED] why"}]}))
    [('project.crs', '【必填】'), ('rulings.0.value', '[REQUIRED] why')]
    """
    # a stack of its own: dotted keys nest deeper than functions may
    waiting: list[tuple[str, object]] = [("", document)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, str) and any(mark in value for mark in TO_FILL.values()):
            yield at, value
        if isinstance(value, (dict, list, tuple)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += reversed([(f"{at}.{key}" if at else str(key), part) for key, part in items])
