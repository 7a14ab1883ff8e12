"""
The summary of many projects: all balances in one file, a workbook, and a page with a map that leads to each.

It is made from what stands in the folders of the finished projects, sorted by
name, so that it is the same however and whenever they were planned.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.batch.counties import HEADS
from schoolmap.batch.counties import STATES
from schoolmap.batch.counties import County
from schoolmap.batch.counties import problems_of
from schoolmap.batch.jobs import RECORD
from schoolmap.batch.province_page import page
from schoolmap.batch.single import DONE
from schoolmap.batch.single import KEPT
from schoolmap.batch.single import SCRATCH
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Sequence

BALANCES, WORKBOOK, PAGE = "balances.parquet", "summary.xlsx", "summary.html"


def write_summary(outcomes: Sequence[dict[str, Any]], out: Path, *, language: str) -> tuple[Path, ...]:
    """
    Write the summary of many projects.

    Parameters
    ----------
    outcomes
        From `running.run`.
    out
        Output folder, with a folder for each finished project.
    language
        `en` or `zh`.

    Returns
    -------
    files
        `summary.html`, `summary.xlsx` and, where anything is finished,
        `balances.parquet`: the balances of all projects, with a point for each
        catchment in WGS 84 (GeoParquet; also read by DuckDB and pandas). They
        replace older ones only when all are complete.
    """
    counties = [_county(outcome, out) for outcome in outcomes]
    names = [PAGE, WORKBOOK, *([BALANCES] if any(county.finished for county in counties) else [])]
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=out) as scratch:
        work = Path(scratch)
        (work / PAGE).write_text(page(counties, language=language), encoding="utf-8", newline="\n")
        _write_workbook(counties, work / WORKBOOK, language=language)
        if BALANCES in names:
            _join(
                [out / county.name / f"{county.name}.parquet" for county in counties if county.finished],
                work / BALANCES,
            )
        return tuple((work / name).replace(out / name) for name in names)


def _county(outcome: dict[str, Any], out: Path) -> County:
    record: dict[str, Any] = {}
    if outcome["status"] in {DONE, KEPT}:
        record = json.loads((out / outcome["name"] / RECORD).read_text(encoding="utf-8"))
    return County(name=outcome["name"], outcome=outcome, record=record)


def _join(files: Sequence[Path], target: Path) -> None:
    """Write balances one after the other, one project in memory at a time."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = pq.read_schema(files[0])
    box = _bounds(files)
    geo = json.loads(schema.metadata[b"geo"])
    geo["columns"]["geometry"]["bbox"] = box
    schema = schema.with_metadata({b"geo": json.dumps(geo).encode()})
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for path in files:
            # a column that is empty in one project is of no type there
            writer.write_table(pq.read_table(path).cast(schema).replace_schema_metadata(schema.metadata))


def _bounds(files: Sequence[Path]) -> list[float]:
    import pyarrow.parquet as pq  # noqa: PLC0415

    boxes = [json.loads(pq.read_schema(path).metadata[b"geo"])["columns"]["geometry"]["bbox"] for path in files]
    lows, highs = ([box[i] for box in boxes] for i in (0, 1)), ([box[i] for box in boxes] for i in (2, 3))
    return [*(min(values) for values in lows), *(max(values) for values in highs)]


def rows_of(county: County, language: str) -> list[dict[str, Any]]:
    """Return one row for each stage of a finished project."""
    record, rows = county.record, []
    for stage, numbers in record.get("stages", {}).items():
        year, short = county.worst(stage) or (None, None)
        rows.append(
            {
                "project": county.name,
                "title": record["title"][language],
                "state": STATES[county.outcome["status"]][language],
                "stage": numbers["label"][language],
                "scenario": record["scenario"][language],
                "base": numbers["demand"][0],
                "seats": numbers["seats"][0],
                "short_now": numbers["short"][0],
                "year": year if short else None,
                "short": short,
                "last": numbers["demand"][-1],
                "spare": numbers["spare"][-1],
                "zones": numbers["catchments"],
                "zones_short": numbers["catchments_short"],
            }
        )
    return rows


def _write_workbook(counties: Sequence[County], path: Path, *, language: str) -> None:
    """Write a sheet of all stages of all projects, and one of those that could not be planned."""
    import datetime as dt  # noqa: PLC0415

    import xlsxwriter  # noqa: PLC0415

    settings = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, settings) as book:
        # the same projects give the same bytes
        book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        count = book.add_format({"num_format": "#,##0"})
        plain = book.add_format({"num_format": "0"})
        names = [name for name in HEADS if name != "problem"]
        sheet = book.add_worksheet(both("Projects", "各项目")[language])
        rows = [row for county in counties for row in rows_of(county, language)]
        for place, name in enumerate(names):
            sheet.write_string(0, place, HEADS[name][language], head)
        for number, row in enumerate(rows, start=1):
            for place, name in enumerate(names):
                value = row[name]
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                elif value is not None:
                    sheet.write_number(number, place, value, plain if name == "year" else count)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(rows), 1), len(names) - 1)
        sheet.set_column(0, 1, 26)
        sheet.set_column(2, len(names) - 1, 13)
        troubled = [(county, text) for county in counties for text in problems_of(county, language)]
        if troubled:
            other = book.add_worksheet(both("Not planned", "未完成")[language])
            for place, name in enumerate(("project", "state", "problem")):
                other.write_string(0, place, HEADS[name][language], head)
            for number, (county, text) in enumerate(troubled, start=1):
                other.write_string(number, 0, county.name)
                other.write_string(number, 1, STATES[county.outcome["status"]][language])
                other.write_string(number, 2, text)
            other.freeze_panes(1, 1)
            other.set_column(0, 1, 22)
            other.set_column(2, 2, 120)
