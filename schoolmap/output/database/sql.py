"""Names and comments as both databases write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.inputs.databases.asking import quoted_name
from schoolmap.output.database.columns import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.output.database.columns import Results


def named(schema: str, table: str) -> str:
    """Return a table of a schema, quoted."""
    return f"{quoted_name(schema)}.{quoted_name(table)}"


def comments(where: str, table: Results) -> Iterator[str]:
    """Yield the statements that say what a table and its columns mean."""
    yield f"COMMENT ON TABLE {where} IS {_text(MARK + table.means)}"
    for column, (_, means) in table.columns.items():
        yield f"COMMENT ON COLUMN {where}.{quoted_name(column)} IS {_text(means)}"


def _text(value: str) -> str:
    return "'{}'".format(value.replace("'", "''"))
