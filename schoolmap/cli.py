"""
Commands: parse, call one function, write.

Exit codes: 0 done; 2 the input is wrong (all faults at once, nothing written);
1 anything else.
"""

from __future__ import annotations

import io
import json
import os
import sys
import warnings
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Annotated
from typing import Any

import typer

from schoolmap import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from schoolmap.errors import Fault
    from schoolmap.plan import Plan

app = typer.Typer(
    name="schoolmap",
    help="Where and when children will need school seats, and what to do about it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FAULTY_INPUT = 2
OTHER_FAILURE = 1


class Language(StrEnum):
    """Language of the products and of the faults."""

    ZH = "zh"
    EN = "en"


Folder = Annotated[Path, typer.Argument(help="Project folder: project.toml and its tables.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]
Lang = Annotated[Language | None, typer.Option("--lang", help="Language; without it, the project's own.")]


def _hides(value: int | None) -> int | None:
    """Refuse a number below which nothing would be hidden."""
    if value in (1, 2):
        msg = f"hides nothing below {value}: write 3 or more (statistical offices take 5 or 10), or 0 to show all."
        raise typer.BadParameter(msg)
    return value


HideBelow = Annotated[
    int | None,
    typer.Option(
        "--hide-below",
        min=0,
        max=1000,
        callback=_hides,
        help="Public edition, NAME-public: counts of 1 to N-1 children are hidden; 0 shows all. Else as project.toml says.",
        metavar="N",
    ),
]


def _version(*, value: bool) -> None:
    if value:
        typer.echo(f"schoolmap {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _version(value=value),
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    """Where and when children will need school seats, and what to do about it."""


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make, or to put the files into.", show_default=False)],
    *,
    name: Annotated[str, typer.Option("--name", help="Name of the output files; the folder's if left out.")] = "",
    title: Annotated[str, typer.Option("--title", help="Title of the map.")] = "",
    crs: Annotated[str, typer.Option("--crs", help="CRS in metres, e.g. EPSG:4546.")] = "",
    lon: Annotated[
        float | None, typer.Option("--lon", help="A longitude, to choose China's zone of 3 degrees.")
    ] = None,
    stages: Annotated[str, typer.Option("--stages", help="Stages.")] = "kindergarten,primary,junior",
    example: Annotated[bool, typer.Option("--example", help="Fill it with an invented county, ready to plan.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the template.")] = Language.ZH,
    as_json: AsJson = False,
) -> None:
    """Start a project folder: a workbook to fill in, project.toml with every key explained, a note with three steps."""
    from schoolmap.errors import InputError  # noqa: PLC0415
    from schoolmap.inputs.template.folder import write_template  # noqa: PLC0415

    try:
        written = write_template(
            folder,
            language=lang.value,
            stages=[stage.strip() for stage in stages.split(",") if stage.strip()],
            name=name,
            title=title,
            crs=crs,
            lon=lon,
            example=example,
        )
    except InputError as error:
        if as_json:
            _print_json({"ok": False, "faults": [asdict(fault) for fault in error.faults]})
        else:
            _print_faults(error.faults, lang)
        raise typer.Exit(FAULTY_INPUT) from error
    if as_json:
        _print_json({"ok": True, "files": [str(path) for path in written]})
    else:
        _print_files(written)


@app.command()
def check(folder: Folder, *, lang: Lang = None, as_json: AsJson = False) -> None:
    """Report every fault of a project folder at once: file, row, column, value, way out. Nothing is written."""
    from schoolmap import demography  # noqa: PLC0415
    from schoolmap import provision  # noqa: PLC0415
    from schoolmap.errors import InputError  # noqa: PLC0415
    from schoolmap.errors import SchoolmapError  # noqa: PLC0415
    from schoolmap.inputs.project_file import read_language  # noqa: PLC0415
    from schoolmap.project import inspect_folder  # noqa: PLC0415

    with _progress(folder) as step:
        project, faults = inspect_folder(folder, progress=step)
        if project is not None:
            step("children by area, age and year")
            try:
                demography.make_demography(project, progress=step)
                # projects that contradict themselves are told here already, not only when the plan is made
                provision.make_provision(project, project.scenarios[0], years=[project.settings.base_year])
            except InputError as error:
                project, faults = None, (*faults, *error.faults)
            except SchoolmapError as error:
                typer.echo(str(error), err=True)
                raise typer.Exit(OTHER_FAILURE) from error
    if as_json:
        _print_json({"ok": project is not None, "faults": [asdict(fault) for fault in faults]})
    else:
        language = lang or Language(read_language(folder))
        _print_faults(faults, language)
        if project is not None:
            counts = (
                len(project.areas),
                len(project.schools),
                len(project.sections),
                sum(map(len, project.coverages.values())),
            )
            sentence = {
                Language.EN: "{} areas, {} schools, {} sections, {} catchments. It can be planned.",
                Language.ZH: "{} 个小区域、{} 所学校、{} 个学部、{} 个学区。可以编制规划。",
            }
            typer.echo(f"{project.settings.name}: {sentence[language].format(*counts)}")
    if project is None:
        raise typer.Exit(FAULTY_INPUT)


@app.command()
def plan(
    folder: Folder,
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the products.")] = Path("maps"),
    edits: Annotated[
        Path | None,
        typer.Option("--with", help="Changes tried out and saved on the map (json): planned as if decided."),
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="Write the report's maps and charts too, as PNG and PDF, into a folder.")
    ] = False,
    to_database: Annotated[
        str, typer.Option("--to-database", help="Write the results into a database of project.toml too; see --schema.")
    ] = "",
    schema: Annotated[str, typer.Option("--schema", help="Schema of that database, for the results alone.")] = "",
    geoparquet: Annotated[
        bool,
        typer.Option(
            "--geoparquet", help="Write each layer and table as NAME-LAYER.parquet too, with styles for QGIS."
        ),
    ] = False,
    hide_below: HideBelow = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Plan a project and write its map (html), workbook (xlsx), report (docx), layers (gpkg) and data (json)."""
    from schoolmap.editing import edited  # noqa: PLC0415
    from schoolmap.errors import InputError  # noqa: PLC0415
    from schoolmap.errors import SchoolmapError  # noqa: PLC0415
    from schoolmap.inputs.project_file import read_language  # noqa: PLC0415
    from schoolmap.output.database.write import prepare_results  # noqa: PLC0415
    from schoolmap.output.describe import describe  # noqa: PLC0415
    from schoolmap.output.products import write_products  # noqa: PLC0415
    from schoolmap.output.summary import summarise  # noqa: PLC0415
    from schoolmap.output.text import visible  # noqa: PLC0415
    from schoolmap.plan import make_plan  # noqa: PLC0415
    from schoolmap.project import inspect_folder  # noqa: PLC0415

    language = lang or Language(read_language(folder))
    with _progress(folder) as step:
        project, faults = inspect_folder(folder, progress=step, hide_below=hide_below)
        result = None
        if project is not None:
            try:
                if edits is not None:
                    project = edited(project, edits)
                store = prepare_results(project, database=to_database, schema=schema)
                result = make_plan(project, progress=step)
                step("map, workbook, report and layers")
                model = replace(describe(result), language=language.value)
                with _fonts_told():
                    written = write_products(
                        result, model, out, language=language.value, figures=figures, geoparquet=geoparquet
                    )
                stored = store(result, model)
            except InputError as error:
                faults = (*faults, *error.faults)
            except (SchoolmapError, OSError) as error:
                typer.echo(str(error), err=True)
                raise typer.Exit(OTHER_FAILURE) from error
    if result is None:
        if as_json:
            _print_json({"ok": False, "faults": [asdict(fault) for fault in faults]})
        else:
            _print_faults(faults, language)
        raise typer.Exit(FAULTY_INPUT)
    if as_json:
        _print_json(_machine_summary(result, written, stored))
    else:
        _print_faults(faults, language)
        typer.echo(summarise(model, language=language.value))
        for remark in result.remarks:
            typer.echo(visible(remark[language.value]))
        _print_files(written)
        _print_stored(stored)
    if not bool(result.audit["holds"].all()):
        typer.echo("The audit does not hold; see above. Please report this as a bug.", err=True)
        raise typer.Exit(OTHER_FAILURE)


@app.command()
def batch(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Project folders, or folders of project folders.", show_default=False)
    ] = None,
    *,
    listed: Annotated[
        Path | None, typer.Option("--list", help="File that lists project folders: one a line, or csv with `folder`.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the products.")] = Path("maps"),
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes on this machine; all cores if left out.")
    ] = (os.cpu_count() or 1),
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Address of an existing Dask cluster, e.g. tcp://host:8786.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Plan also what is finished and unchanged.")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Plan many projects on Dask; none stops another; finished ones are kept; a summary page, workbook and parquet."""
    from schoolmap.batch.jobs import jobs_of  # noqa: PLC0415
    from schoolmap.batch.jobs import listed_folders  # noqa: PLC0415
    from schoolmap.batch.province import write_summary  # noqa: PLC0415
    from schoolmap.batch.running import run  # noqa: PLC0415
    from schoolmap.errors import InputError  # noqa: PLC0415
    from schoolmap.errors import SchoolmapError  # noqa: PLC0415

    language = lang or Language.EN
    try:
        jobs, faults = jobs_of([*(folders or []), *([] if listed is None else listed_folders(listed))])
    except InputError as error:
        jobs, faults = [], list(error.faults)
    if not jobs and not faults:
        msg = "Give project folders, or a file with `--list`."
        raise typer.BadParameter(msg)
    if faults:
        if as_json:
            _print_json({"ok": False, "faults": [asdict(fault) for fault in faults]})
        else:
            _print_faults(tuple(faults), language)
        raise typer.Exit(FAULTY_INPUT)
    try:
        with _counted(len(jobs)) as report:
            chosen = None if lang is None else lang.value
            outcomes = run(jobs, out, workers=workers, scheduler=scheduler, language=chosen, again=again, report=report)
        written = write_summary(outcomes, out, language=language.value)
    except (SchoolmapError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(OTHER_FAILURE) from error
    states = [outcome["status"] for outcome in outcomes]
    if as_json:
        shown = {"ok": set(states) <= {"done", "kept"}, "projects": outcomes, "files": [str(path) for path in written]}
        _print_json(shown)
    else:
        _print_outcomes(outcomes, language)
        _print_files(written)
    if "failed" in states:
        raise typer.Exit(OTHER_FAILURE)
    if "faulty" in states:
        raise typer.Exit(FAULTY_INPUT)


@app.command()
def backtest(
    folder: Folder,
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the page and the table.")] = Path("maps"),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Forecast the project's own past, and tell how wrong that was: a table, a page (html) and every forecast (csv)."""
    from schoolmap.backtesting import make_backtest  # noqa: PLC0415
    from schoolmap.errors import InputError  # noqa: PLC0415
    from schoolmap.errors import SchoolmapError  # noqa: PLC0415
    from schoolmap.inputs.project_file import FILE_NAME  # noqa: PLC0415
    from schoolmap.inputs.project_file import read_language  # noqa: PLC0415
    from schoolmap.output.backtest_page import write_backtest  # noqa: PLC0415
    from schoolmap.output.describe_backtest import as_text  # noqa: PLC0415
    from schoolmap.project import read_evidence  # noqa: PLC0415

    language = lang or Language(read_language(folder))
    with _progress(folder, people=True) as step:
        evidence, document, faults = read_evidence(folder, progress=step)
        result = None
        if evidence is not None and document is not None:
            try:
                result = make_backtest(evidence, document, progress=step)
                step("page and table")
                inputs = (folder, folder / FILE_NAME, *document.files(folder))
                written = write_backtest(result, out, language=language.value, inputs=inputs)
            except InputError as error:
                faults = (*faults, *error.faults)
            except (SchoolmapError, OSError) as error:
                typer.echo(str(error), err=True)
                raise typer.Exit(OTHER_FAILURE) from error
    if result is None:
        if as_json:
            _print_json({"ok": False, "faults": [asdict(fault) for fault in faults]})
        else:
            _print_faults(faults, language)
        raise typer.Exit(FAULTY_INPUT)
    if as_json:
        from schoolmap.output.describe_backtest import as_records  # noqa: PLC0415

        shown = {"ok": True, "project": result.name, "faults": [asdict(fault) for fault in faults]}
        _print_json({**shown, **as_records(result), "files": [str(path) for path in written]})
    else:
        _print_faults(faults, language)
        typer.echo(as_text(result, language=language.value))
        _print_files(written)


@app.command()
def standards(
    name: Annotated[str | None, typer.Argument(help="A shipped name, or a TOML file.", show_default=False)] = None,
    *,
    lang: Annotated[Language, typer.Option("--lang", help="Language of names and notes.")] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """List the shipped planning standards, or print one: every figure with its document and how sure it is."""
    from schoolmap import standards as known  # noqa: PLC0415
    from schoolmap.errors import InputError  # noqa: PLC0415
    from schoolmap.output import standards_text as texts  # noqa: PLC0415

    try:
        found = {each: known.load(each) for each in (known.shipped() if name is None else (name,))}
    except (FileNotFoundError, InputError) as error:
        faults = error.faults if isinstance(error, InputError) else (known.unknown(str(name)),)
        if as_json:
            _print_json({"ok": False, "faults": [asdict(fault) for fault in faults]})
        else:
            _print_faults(faults, lang)
        raise typer.Exit(FAULTY_INPUT) from error
    except OSError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(OTHER_FAILURE) from error
    chosen = None if name is None else found[name]
    if as_json:
        _print_json(
            {"ok": True, **({"standards": texts.overview(found)} if chosen is None else texts.as_records(chosen))}
        )
    elif sys.stdout.isatty():
        texts.print_tables(found if chosen is None else chosen, language=lang.value)
    else:
        text = texts.overview_text(found, language=lang.value)
        typer.echo(text if chosen is None else texts.as_text(chosen, language=lang.value))


@app.command()
def conformance(
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder with published instances of siting (orlib_pmed, orlib_pmedcap, sscflp): adds them."
        ),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the page of the documentation, docs/conformance.md.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold our methods against published results: every value with its source. Exit code 1 if one differs."""
    from schoolmap.conformance import table as cases  # noqa: PLC0415

    try:
        table = cases.conformance_table() if data is None else cases.conformance_table(cases.families_with(data))
    except OSError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(OTHER_FAILURE) from error
    holds = bool(table["passes"].all())
    if as_json:
        _print_json({"ok": holds, "cases": cases.as_records(table)})
    elif markdown:
        typer.echo(cases.as_markdown(table))
    elif sys.stdout.isatty():
        cases.print_table(table)
    else:
        typer.echo(cases.as_text(table))
    if not holds:
        raise typer.Exit(OTHER_FAILURE)


def _print_files(paths: tuple[Path, ...]) -> None:
    """Print every file with its size; a folder of figures is one line."""
    sizes: dict[Path, int] = {}
    for path in paths:
        shown = path.parent if path.parent.name.endswith("-figures") else path
        sizes[shown] = sizes.get(shown, 0) + path.stat().st_size
    for path, size in sizes.items():
        typer.echo(f"{size / 1024:>9,.0f} kB  {path}")


def _print_stored(stored: dict[str, Any]) -> None:
    """Print which schema holds the results too, if any does."""
    if stored:
        rows = sum(stored["rows"].values())
        typer.echo(f"{rows:>7,.0f} rows  database {stored['database']}, schema {stored['schema']}")


@contextmanager
def _fonts_told() -> Iterator[None]:
    """Print a warning on fonts as a plain sentence; other warnings stay as they are."""
    from schoolmap.errors import FontWarning  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("always", FontWarning)
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:  # noqa: ANN401
            if issubclass(category, FontWarning):
                typer.echo(str(message), err=True)
            else:
                usual(message, category, *place, **more)

        warnings.showwarning = show
        yield


@contextmanager
def _counted(total: int) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Show on a terminal how many projects are through, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda outcome: bar.update(task, advance=1, description=str(outcome["name"]))


def _print_outcomes(outcomes: list[dict[str, Any]], language: Language) -> None:
    """Print a line for each project: what became of it, how long it took, and its first fault."""
    from schoolmap.batch.counties import STATES  # noqa: PLC0415
    from schoolmap.batch.counties import County  # noqa: PLC0415
    from schoolmap.batch.counties import problems_of  # noqa: PLC0415
    from schoolmap.output.text import visible  # noqa: PLC0415

    for outcome in outcomes:
        problems = problems_of(County(name=outcome["name"], outcome=outcome, record={}), language.value)
        took = f"{outcome['seconds']:.1f} s" if outcome["seconds"] else "–"
        told = f"  {problems[0]}" if problems else ""
        more = f" (+{len(problems) - 1})" if len(problems) > 1 else ""
        state = STATES[outcome["status"]][language.value]
        typer.echo(visible(f"{outcome['name']:<32}{state:<18}{took:>9}{told}{more}"))


@contextmanager
def _progress(folder: Path, *, people: bool = False) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal, and nothing in a pipe; with `people`, only the tables of people are read."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415
    from rich.progress import TextColumn  # noqa: PLC0415
    from rich.progress import TimeElapsedColumn  # noqa: PLC0415

    steps = _count_steps(folder, people=people)
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=steps)

        def step(name: str) -> None:
            bar.update(task, description=name, advance=1)

        yield step


def _count_steps(folder: Path, *, people: bool) -> int | None:
    """Return how many steps there will be, if the project file can be read."""
    from schoolmap.inputs.evidence import PEOPLE_TABLES  # noqa: PLC0415
    from schoolmap.inputs.project_file import read_people_file  # noqa: PLC0415
    from schoolmap.inputs.project_file import read_project_file  # noqa: PLC0415

    if people:
        found, _ = read_people_file(folder)
        # the project file, its tables, the checks; history, forecasts, intervals, peaks, the products
        return None if found is None else sum(name in PEOPLE_TABLES for name in found.tables) + 7
    document, _ = read_project_file(folder)
    # the project file, its tables, the checks between them; the children, each stage, the products
    return None if document is None else len(document.tables) + len(document.stages) + 4


_SEVERITIES = {
    Language.EN: {"error": "error", "warning": "warning", "ruling": "ruling", "notice": "notice"},
    Language.ZH: {"error": "错误", "warning": "提醒", "ruling": "裁定", "notice": "说明"},
}


def _print_faults(faults: tuple[Fault, ...], language: Language) -> None:
    if not faults:
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(stderr=True, soft_wrap=True)
    colours = {"error": "bold red", "warning": "yellow", "ruling": "cyan", "notice": "blue"}
    words = _SEVERITIES[language]
    for fault in faults:
        line = Text(f"{words[fault.severity.value]:<8}", style=colours[fault.severity.value])
        console.print(line.append(fault.sentence(language.value), style="default"))
    counts = {name: sum(fault.severity.value == name for fault in faults) for name in colours}
    count_of, comma = {Language.EN: ("{count} {word}(s)", ", "), Language.ZH: ("{word} {count} 条", "、")}[language]
    console.print(
        Text(comma.join(count_of.format(count=count, word=words[name]) for name, count in counts.items() if count)),
    )


def _print_json(document: dict[str, object]) -> None:
    """Print one document; beyond ASCII everything is escaped, so that no terminal's encoding can break it."""
    typer.echo(json.dumps(document, allow_nan=False))


def _machine_summary(result: Plan, written: tuple[Path, ...], stored: dict[str, Any]) -> dict[str, object]:
    return {
        "ok": bool(result.audit["holds"].all()),
        "project": result.project.settings.name,
        "faults": [asdict(fault) for fault in result.project.faults],
        "audit": result.audit.to_dict("records"),
        "remarks": list(result.remarks),
        "files": [str(path) for path in written],
        **({"stored": stored} if stored else {}),
    }


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # a name that the terminal's encoding does not have is no reason to stop
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
