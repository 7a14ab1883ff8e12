"""
All cases in one table: as rows, as plain text, for a terminal and for the documentation.

A family of cases is a function without arguments that returns them; it is
listed in `FAMILIES`, and nothing else needs to know of it.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.conformance.access_cases import access_cases
from schoolmap.conformance.assignment_cases import assignment_cases
from schoolmap.conformance.coordinate_cases import coordinate_cases
from schoolmap.conformance.equity_cases import equity_cases
from schoolmap.conformance.location_cases import location_cases
from schoolmap.conformance.national_cases import national_cases
from schoolmap.conformance.san_francisco_cases import san_francisco_cases
from schoolmap.conformance.siting_cases import siting_cases
from schoolmap.conformance.spopt_cases import spopt_cases
from schoolmap.conformance.standards_cases import standards_cases
from schoolmap.conformance.transfer_cases import transfer_cases
from schoolmap.conformance.travel_cases import travel_cases
from schoolmap.conformance.zoning_cases import zoning_cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from pathlib import Path

    from schoolmap.conformance.case import Case

FAMILIES: Mapping[str, Callable[[], tuple[Case, ...]]] = {
    "children of China": national_cases,
    "standards": standards_cases,
    "coordinates": coordinate_cases,
    "access": access_cases,
    "equity": equity_cases,
    "transfer": transfer_cases,
    "travel": travel_cases,
    "assignment": assignment_cases,
    "location": location_cases,
    "San Francisco": san_francisco_cases,
    "spopt": spopt_cases,
    "zoning": zoning_cases,
    "siting": siting_cases,
}
"""Every family of cases by its name, in the order in which they are shown."""

_PAGE = """\
# Ours against published results

Made by `schoolmap conformance --markdown`; do not edit. The command computes every line afresh and ends with exit code 1 if one
fails. *Published* is what the source prints, or what an identity demands; *Passes* compares the difference with half a unit of the
last published digit, or with what the source itself leaves open (rounded tables, counted against derived figures). The first
family, *published siting*, needs the instances in a folder (`--data`): their licence does not allow to ship them.
"""

_HEADS = ("Family", "Name", "Published", "Ours", "Difference", "Passes", "Source")


def families_with(folder: Path) -> Mapping[str, Callable[[], tuple[Case, ...]]]:
    """
    Return every family, and the published instances of siting that a folder holds; they come first.

    Examples
    --------
    >>> from pathlib import Path
    >>> list(families_with(Path("orlib")))[:2]
    ['published siting', 'children of China']
    """
    from schoolmap.conformance.published_locations import published_cases  # noqa: PLC0415 - for a folder only

    return {"published siting": partial(published_cases, folder), **FAMILIES}


def conformance_table(families: Mapping[str, Callable[[], tuple[Case, ...]]] = FAMILIES) -> pd.DataFrame:
    """
    Compute every case, and hold it against what is published.

    Parameters
    ----------
    families
        Functions that return cases, by the name of the family.

    Returns
    -------
    table
        One row per case: `family`, `name`, `published`, `ours`, `difference`,
        `tolerance`, `passes` and `source`.

    Examples
    --------
    >>> bool(conformance_table({"equity": FAMILIES["equity"]})["passes"].all())
    True
    """
    rows = [
        {
            "family": family,
            "name": case.name,
            "published": case.published,
            "ours": case.ours,
            "difference": case.difference,
            "tolerance": case.tolerance,
            "passes": case.passes,
            "source": case.source,
        }
        for family, cases in families.items()
        for case in cases()
    ]
    columns = ["family", "name", "published", "ours", "difference", "tolerance", "passes", "source"]
    return pd.DataFrame(rows, columns=columns)


def as_records(table: pd.DataFrame) -> list[dict[str, object]]:
    """
    Return the rows for machines; a number that is none is `None`.

    Examples
    --------
    >>> as_records(conformance_table({"equity": FAMILIES["equity"]}))[0]["passes"]
    True
    """
    return [
        {
            str(name): None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def as_text(table: pd.DataFrame) -> str:
    """
    Return the table as plain text, and how many cases agree in the last line.

    Examples
    --------
    >>> as_text(conformance_table({"equity": FAMILIES["equity"]})).splitlines()[0].split()
    ['Family', 'Name', 'Published', 'Ours', 'Difference', 'Passes', 'Source']
    """
    lines = [_HEADS, *_cells(table)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADS))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([*text, _verdict(table)])


def as_markdown(table: pd.DataFrame) -> str:
    """
    Return the page of the documentation: a table for each family, and how many cases agree.

    Examples
    --------
    >>> as_markdown(conformance_table({})).splitlines()[0]
    '# Ours against published results'
    """
    lines = [_PAGE, f"**{_verdict(table)}**"]
    heads = _HEADS[1:]
    for family, rows in table.groupby("family", sort=False):
        shown = [heads, ("---",) * len(heads), *(cells[1:] for cells in _cells(rows))]
        lines += [
            f"\n## {str(family)[:1].upper()}{str(family)[1:]}\n",
            *(f"| {' | '.join(map(_escaped, cells))} |" for cells in shown),
        ]
    return "\n".join(lines)


def print_table(table: pd.DataFrame) -> None:
    """Print the table on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table(*_HEADS)
    for cells in _cells(table):
        shown.add_row(*map(Text, cells), style="" if cells[_HEADS.index("Passes")] == "yes" else "bold red")
    console = Console()
    console.print(shown)
    console.print(Text(_verdict(table)))


def _escaped(text: str) -> str:
    """Return text in which nothing is markup of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _cells(table: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what each cell shows."""
    return [
        (
            str(row["family"]),
            str(row["name"]),
            f"{row['published']:.10g}",
            f"{row['ours']:.10g}",
            f"{row['difference']:.1e}",
            "yes" if row["passes"] else "NO",
            str(row["source"]),
        )
        for row in table.to_dict("records")
    ]


def _verdict(table: pd.DataFrame) -> str:
    """Return how many cases agree."""
    return f"{int(table['passes'].sum())} of {len(table)} published values and identities hold."
