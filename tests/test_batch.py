"""
Many projects at once: none stops another, finished ones are kept, and a kill leaves nothing half done.

The projects are small synthetic counties, planned by real processes of a real cluster.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING
from typing import Any

import duckdb
import geopandas as gpd
import pandas as pd
import pytest
import village
from openpyxl import load_workbook
from typer.testing import CliRunner

from schoolmap.batch import jobs
from schoolmap.batch import running
from schoolmap.batch.counties import County
from schoolmap.batch.province import write_summary
from schoolmap.batch.province_page import page
from schoolmap.batch.single import SCRATCH
from schoolmap.batch.single import plan_one
from schoolmap.batch.single import sweep
from schoolmap.batch.single import take_place
from schoolmap.cli import app
from schoolmap.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RUN = CliRunner()


def county(folder: Path, name: str, **changes: str) -> Path:
    """Write a small county of this name; changes are of keys of its project file."""
    path = village.write(folder / name)
    file = path / "project.toml"
    text = file.read_text(encoding="utf-8").replace('name = "village"', f'name = "{name}"')
    for key, value in ({"draws": "100"} | changes).items():
        text, count = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        if not count:
            text = text.replace("[project]\n", f"[project]\n{key} = {value}\n")
    # nothing is proposed, which is quicker
    file.write_text(f"{text}\n[siting]\nallow = []\n", encoding="utf-8")
    return path


def digests(folder: Path) -> dict[str, str]:
    """Return a digest of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two sound counties and one with a fault."""
    folder = tmp_path_factory.mktemp("province")
    for name in ("east", "west"):
        county(folder, name)
    county(folder, "north", base_year="2099")
    return folder


@pytest.fixture(scope="module")
def planned(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan them by the command, in one process."""
    out = tmp_path_factory.mktemp("planned")
    result = RUN.invoke(app, ["batch", str(province), "--out", str(out), "--workers", "1", "--lang", "en"])
    assert result.exit_code == 2, result.output
    return out


def test_one_fault_stops_no_other(planned: Path) -> None:
    """The sound ones have all their products; the faulty one has none, and is told of in the summary."""
    assert sorted(path.name for path in planned.iterdir()) == [
        "balances.parquet", "east", "summary.html", "summary.xlsx", "west",
    ]  # fmt: skip
    for name in ("east", "west"):
        kept = sorted(path.name for path in (planned / name).iterdir())
        assert kept == sorted(
            [f"{name}.{suffix}" for suffix in ("docx", "gpkg", "html", "json", "parquet", "xlsx")] + ["record.json"]
        )
    shown = (planned / "summary.html").read_text(encoding="utf-8")
    assert "2 of 3 projects are planned" in shown
    assert "not after the base year 2099" in shown
    assert 'href="east/east.html"' in shown
    assert "SYNTHETIC DATA" in shown


def test_products_are_those_of_the_project_alone(province: Path, planned: Path, tmp_path: Path) -> None:
    """To the byte, whether it is planned among others or by itself."""
    assert RUN.invoke(app, ["plan", str(province / "east"), "--out", str(tmp_path), "--lang", "en"]).exit_code == 0
    among = {
        name: value for name, value in digests(planned / "east").items() if name not in {"record.json", "east.parquet"}
    }
    assert digests(tmp_path) == among


def test_all_balances_are_one_table(planned: Path) -> None:
    """GeoPandas and DuckDB read it; it is what the projects have, one after the other."""
    table = gpd.read_parquet(planned / "balances.parquet")
    assert table.crs.to_epsg() == 4326
    parts = [gpd.read_parquet(planned / name / f"{name}.parquet") for name in ("east", "west")]
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(pd.concat(parts, ignore_index=True)))
    found = (
        duckdb.read_parquet(str(planned / "balances.parquet"))
        .aggregate("project, sum(demand)", "project")
        .order("project")
        .fetchall()
    )
    assert [name for name, _ in found] == ["east", "west"]
    assert [total for _, total in found] == pytest.approx([part["demand"].sum() for part in parts])


def test_the_workbook_lists_stages_and_faults(planned: Path) -> None:
    """A row each project and stage; what could not be planned has a sheet of its own."""
    book = load_workbook(planned / "summary.xlsx")
    assert book.sheetnames == ["Projects", "Not planned"]
    rows = list(book["Projects"].values)
    assert [row[0] for row in rows[1:]] == ["east", "east", "west", "west"]
    assert book["Projects"].freeze_panes == "C2"
    assert [row[:2] for row in list(book["Not planned"].values)[1:]] == [("north", "input has faults")]


def test_what_is_finished_is_kept(province: Path, planned: Path) -> None:
    """A second run plans nothing again; one whose files have changed it does."""
    before = {path: path.stat().st_mtime_ns for path in planned.rglob("*.html") if path.parent != planned}
    found, _ = jobs.jobs_of([province / "east", province / "west"])
    outcomes = running.run(found, planned, workers=1, language="en")
    assert [outcome["status"] for outcome in outcomes] == ["kept", "kept"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    prints = {job.name: jobs.fingerprint(job.folder, language="en") for job in found}
    assert jobs.sort_out(found, planned, prints=prints | {"east": "another"})[0] == [found[0]]
    assert jobs.sort_out(found, planned, prints=prints)[0] == []


def test_killed_and_resumed_by_two_processes_the_bytes_are_those_of_one(
    province: Path, planned: Path, tmp_path: Path
) -> None:
    """All processes are killed in the middle: what is finished stays, nothing is half there, the rest follows."""
    out = tmp_path / "maps"
    command = [
        *(sys.executable, "-m", "schoolmap", "batch", str(province), "--out", str(out)),
        *("--workers", "2", "--lang", "en", "--json"),
    ]
    first = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    deadline = time.monotonic() + 300
    while not any((out / name).exists() for name in ("east", "west")) and time.monotonic() < deadline:
        assert first.poll() is None, "it ended before it could be killed"
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    there = {name for name in ("east", "west") if (out / name).exists()}
    assert {path.name for path in out.iterdir() if not path.name.startswith(SCRATCH)} == there
    for name in there:
        assert digests(out / name) == digests(planned / name)
    written = {name: (out / name / f"{name}.html").stat().st_mtime_ns for name in there}
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603
    assert done.returncode == 2
    assert {name: (out / name / f"{name}.html").stat().st_mtime_ns for name in there} == written
    assert {item["name"]: item["status"] for item in json.loads(done.stdout)["projects"]} == {
        "north": "faulty",
        **{name: "kept" if name in there else "done" for name in ("east", "west")},
    }
    assert digests(out) == digests(planned)


def test_a_process_that_dies_is_replaced(province: Path, planned: Path, tmp_path: Path) -> None:
    """A worker of an existing cluster is killed while it plans: the project is tried again, and the result is the same."""
    from distributed import LocalCluster  # noqa: PLC0415

    found, _ = jobs.jobs_of([province / "east"])
    with LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs="CRITICAL"
    ) as cluster:

        def kill() -> None:
            deadline = time.monotonic() + 300
            while time.monotonic() < deadline:
                if any(path.name.startswith(SCRATCH) for path in tmp_path.iterdir()):
                    for nanny in cluster.workers.values():
                        os.kill(nanny.pid, signal.SIGKILL)
                    return
                time.sleep(0.005)

        killer = threading.Thread(target=kill)
        killer.start()
        assert cluster.scheduler_address.startswith("tcp://")
        outcomes = running.run(found, tmp_path, workers=1, scheduler=cluster.scheduler_address, language="en")
        killer.join()
    assert [outcome["status"] for outcome in outcomes] == ["done"]
    assert digests(tmp_path / "east") == digests(planned / "east")


def test_a_project_that_kills_its_process_twice_is_reported(
    province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again alone, then given up; the one that its first process had in hand too is planned all the same."""
    found, _ = jobs.jobs_of([province / "east", province / "west"])

    def dies_in_the_east(*given: str | None) -> dict[str, Any]:
        if given[2] == "east":
            os._exit(1)
        return {"name": given[2], "status": "done"}

    monkeypatch.setattr(running, "plan_one", dies_in_the_east)
    outcomes = running.run(found, tmp_path, workers=1)
    assert [(outcome["name"], outcome["status"]) for outcome in outcomes] == [("east", "failed"), ("west", "done")]
    assert "died, twice; the second time it ran alone" in outcomes[0]["message"]


def test_only_a_few_are_handed_out_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of forty projects no more than two for each process wait, so memory does not grow with the province."""
    distributed = pytest.importorskip("distributed")
    waiting = [jobs.Job(folder=tmp_path, name=f"{number:02d}") for number in range(40)]
    monkeypatch.setattr(running, "plan_one", lambda *given: {"name": given[2], "status": "done"})
    monkeypatch.setattr(running, "fingerprint", lambda *_, **__: "print")
    handed_out, told, most = [], [], []
    usual = distributed.Client.submit

    def submit(*given: Any, **options: Any) -> Any:  # noqa: ANN401 - as dask has it
        handed_out.append(given)
        most.append(len(handed_out) - len(told))
        return usual(*given, **options)

    monkeypatch.setattr(distributed.Client, "submit", submit)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
    ) as cluster:
        outcomes = running.run(
            waiting, tmp_path / "out", workers=1, scheduler=cluster.scheduler_address, report=told.append
        )
    assert [outcome["name"] for outcome in outcomes] == [job.name for job in waiting]
    assert len(handed_out) == 40
    assert max(most) <= running.AHEAD


class Terminal(io.StringIO):
    """What is written where a person looks on."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.mark.parametrize("watched", [True, False])
def test_progress_is_shown_to_a_person_only(
    watched: bool,  # noqa: FBT001 - a case
    province: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a terminal the share that is through and the last name; in a pipe nothing."""
    shown = Terminal() if watched else io.StringIO()

    def run(given: list[jobs.Job], *_: object, report: Any, **__: object) -> list[dict[str, Any]]:  # noqa: ANN401
        outcomes = [{"name": job.name, "status": "failed", "message": "", "seconds": 0.0} for job in given]
        for outcome in outcomes:
            report(outcome)
        return outcomes

    monkeypatch.setattr(running, "run", run)
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    code = app(["batch", str(province), "--out", str(tmp_path), "--json"], standalone_mode=False)
    assert code == 1
    assert ("west" in shown.getvalue(), "100%" in shown.getvalue()) == (watched, watched)


def test_no_cluster_there(province: Path, tmp_path: Path) -> None:
    """The command says so and leaves nothing behind."""
    given = ["batch", str(province / "east"), "--out", str(tmp_path), "--scheduler", "nonsense://nowhere"]
    result = RUN.invoke(app, given)
    assert result.exit_code == 1
    assert "No cluster at nonsense://nowhere" in result.stderr


def test_names_that_two_projects_share_are_refused(tmp_path: Path) -> None:
    """Their products would replace each other; a folder without a project is named as well."""
    county(tmp_path / "a", "same")
    county(tmp_path / "b", "same")
    (tmp_path / "c").mkdir()
    found, faults = jobs.jobs_of([tmp_path / "a", tmp_path / "b", tmp_path / "c"])
    assert found == []
    assert [fault.value for fault in faults] == ["", "same"]
    assert RUN.invoke(app, ["batch", str(tmp_path / "c")]).exit_code == 2
    assert RUN.invoke(app, ["batch"]).exit_code == 2


def test_folders_are_listed_by_line_or_column(tmp_path: Path) -> None:
    """A text file, or a csv with a column; relative to the file."""
    lines, table, empty = tmp_path / "list.txt", tmp_path / "list.csv", tmp_path / "empty.txt"
    lines.write_text("a\n\nb\n", encoding="utf-8")
    table.write_text("编号,项目文件夹\n1,a\n2,b\n", encoding="utf-8-sig")
    empty.write_text("", encoding="utf-8")
    assert jobs.listed_folders(lines) == jobs.listed_folders(table) == [tmp_path / "a", tmp_path / "b"]
    for path in (empty, tmp_path / "none.txt"):
        with pytest.raises(InputError):
            jobs.listed_folders(path)


def test_a_fingerprint_is_of_content_and_language(tmp_path: Path) -> None:
    """Copied elsewhere it is the same; another file, word or language makes another."""
    first, second = county(tmp_path / "1", "x"), county(tmp_path / "2", "x")
    print_of = jobs.fingerprint(first, language="en")
    assert jobs.fingerprint(second, language="en") == print_of
    assert jobs.fingerprint(first, language="zh") != print_of
    (second / "note.txt").write_text("more", encoding="utf-8")
    assert jobs.fingerprint(second, language="en") != print_of


def test_an_error_is_an_outcome(tmp_path: Path) -> None:
    """Whatever goes wrong with one project comes back as words."""
    outcome = plan_one(str(county(tmp_path, "x")), str(tmp_path / "no such folder"), "x", "print", "en")
    assert outcome["status"] == "failed"
    assert outcome["message"].startswith("FileNotFoundError")
    assert outcome["peak_mb"] > 0
    assert outcome["processor_seconds"] >= 0


def test_a_finished_folder_takes_its_place_in_one_step(tmp_path: Path) -> None:
    """What was there goes, and what a killed run left is swept away."""
    for name, text in (("new", "2"), ("target", "1"), (f"{SCRATCH}left", "0")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(text, encoding="utf-8")
    take_place(tmp_path / "new", tmp_path / "target")
    assert (tmp_path / "target" / "file").read_text(encoding="utf-8") == "2"
    assert sweep(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def hostile(name: str) -> County:
    """Return a county whose title is markup and a formula."""
    title: Mapping[str, Any] = {"en": "=1+1<img src=x onerror=alert(1)>", "zh": "=1+1"}
    numbers = {
        "label": {"en": "<b>Primary", "zh": "小学"}, "demand": [100.0, 120.0], "seats": [110.0, 110.0],
        "short": [0.0, 10.0], "spare": [10.0, 0.0], "catchments": 2, "catchments_short": 1,
    }  # fmt: skip
    record = {
        "title": title, "synthetic": False, "years": [2025, 2026], "scenario": {"en": "central", "zh": "中"},
        "outline": [[[100.0, 30.0], [100.1, 30.0], [100.1, 30.1], [100.0, 30.0]]], "stages": {"primary": numbers},
    }  # fmt: skip
    return County(name=name, outcome={"name": name, "status": "done"}, record=record)


def test_hostile_names_stay_text() -> None:
    """On the page they are escaped, and the page fetches and runs nothing."""
    shown = page([hostile("x")], language="en")
    assert "<img" not in shown
    assert "&lt;img src=x" in shown
    assert "<script" not in shown
    assert "default-src 'none'" in shown
    assert "10 %" in shown


def test_a_province_of_nothing(tmp_path: Path) -> None:
    """Where every project failed, the summary says so and there are no balances."""
    outcome = {"name": "x", "status": "failed", "message": "died <b>", "seconds": 0.0, "peak_mb": 0.0}
    written = write_summary([outcome], tmp_path, language="zh")
    assert [path.name for path in written] == ["summary.html", "summary.xlsx"]
    assert "died &lt;b&gt;" in written[0].read_text(encoding="utf-8")
