"""The command line: exit codes, what is written, in which language, and silence in a pipe."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import docx
import openpyxl
import past
import pyogrio
import pytest
import village
from docx.oxml.ns import qn
from typer.testing import CliRunner

from schoolmap import __version__
from schoolmap.cli import app
from schoolmap.output.figures import fonts

if TYPE_CHECKING:
    from pathlib import Path

RUN = CliRunner()
HOSTILE = ["</script><script>alert(1)</script>", "</script><img src=x onerror=alert(1)>{{7*191}}${1}", "=1+1"]
SUFFIXES = ("docx", "gpkg", "html", "json", "xlsx")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Write the synthetic county."""
    return village.write(tmp_path / "county")


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Write the county with a decimal comma, an unknown school and a hostile name of a stage."""
    content = village.tables()
    content["sections"].loc[0, "学位数(个)"] = "12,5"
    content["sections"].loc[1, "学校标识码"] = "\x1b[31m=1+1"
    content["sections"].loc[2, "学段"] = "[bold]{{7*191}}</script>"
    return village.write(tmp_path / "county", content)


def in_a_pipe(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own, as a script would; any warning of a library is an error."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-m", "schoolmap", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_check_by_hand(good: Path) -> None:
    """A sound project is counted, in the project's language or the one asked for; exit code 0."""
    result = RUN.invoke(app, ["check", str(good)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "village: 4 个小区域、3 所学校、4 个学部、2 个学区。可以编制规划。\n"
    result = RUN.invoke(app, ["check", str(good), "--lang", "en"])
    assert result.stdout == "village: 4 areas, 3 schools, 4 sections, 2 catchments. It can be planned.\n"


def test_faults_in_english(faulty: Path) -> None:
    """All faults at once on stderr, one a line, with a count; exit code 2; no control character, no markup."""
    result = RUN.invoke(app, ["check", str(faulty), "--lang", "en"])
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert lines[0].startswith("error   sections.csv, row 2, column seats: '12,5': is not a number.")
    assert lines[1].startswith(r"error   sections.csv, row 3, column school: '\x1b[31m=1+1': is not in `schools`.")
    assert "'[bold]{{7*191}}</script>': is not in `stages`." in lines[2]
    assert lines[3:] == ["3 error(s)"]


def test_faults_in_chinese(faulty: Path) -> None:
    """Without `--lang` the project's own language speaks."""
    result = RUN.invoke(app, ["check", str(faulty)])
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0].startswith("错误")
    assert "sections.csv, 第 2 行, 列 seats: “12,5”:不是数字。" in lines[0]
    assert lines[-1] == "错误 3 条"


def test_an_unreadable_project_file_speaks_english(tmp_path: Path) -> None:
    """Unless Chinese is asked for."""
    result = RUN.invoke(app, ["check", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert "does not exist." in result.stderr
    result = RUN.invoke(app, ["plan", str(tmp_path / "none"), "--lang", "zh"])
    assert result.exit_code == 2
    assert "文件不存在。" in result.stderr


def test_what_no_method_can_use_cannot_be_planned(tmp_path: Path) -> None:
    """A method that lacks its tables is a fault of `check` as it is of `plan`; exit code 2."""
    wanted = village.PROJECT + '[population]\nmethod = "A"\n'
    folder = str(village.write(tmp_path / "county", project=wanted))
    checked = RUN.invoke(app, ["check", folder, "--lang", "en"])
    assert (checked.exit_code, checked.stdout) == (2, "")
    assert "project.toml: method A (cohort-component projection) cannot be used" in checked.stderr
    planned = RUN.invoke(app, ["plan", folder, "--lang", "en", "--out", str(tmp_path / "maps")])
    assert (planned.exit_code, planned.stderr) == (2, checked.stderr)
    document = json.loads(RUN.invoke(app, ["check", folder, "--json"]).stdout)
    assert document["ok"] is False
    assert len(document["faults"]) == 1


def test_demand_far_from_the_pupils_is_printed(good: Path, tmp_path: Path) -> None:
    """Below the summary, on the map and for machines; the county's kindergartens enrol fewer than would need a seat."""
    out = ["--out", str(tmp_path / "maps")]
    result = RUN.invoke(app, ["plan", str(good), "--lang", "en", *out])
    assert (result.exit_code, result.stderr) == (0, "")
    said = next(line for line in result.stdout.splitlines() if line.startswith("Kindergarten: demand in 2024"))
    assert "above the pupils enrolled (250)" in said
    assert said in (tmp_path / "maps" / "village.html").read_text(encoding="utf-8")
    document = json.loads(RUN.invoke(app, ["plan", str(good), "--json", *out]).stdout)
    assert [remark["en"] for remark in document["remarks"]] == [said]


def test_warnings_and_rulings_do_not_stop(tmp_path: Path) -> None:
    """A project that stands in no catchment is a warning: printed, counted, exit code 0."""
    content = village.tables()
    content["projects"].loc[2, ["经度", "纬度"]] = village.degrees(3000, 500)
    result = RUN.invoke(app, ["check", str(village.write(tmp_path, content)), "--lang", "en"])
    assert result.exit_code == 0
    assert result.stderr.splitlines()[-1] == "1 warning(s)"
    assert "It can be planned." in result.stdout


@pytest.mark.parametrize("command", ["check", "plan"])
def test_faults_for_machines(faulty: Path, tmp_path: Path, command: str) -> None:
    """`--json` prints one document with every field of every fault, in both languages, and nothing on stderr."""
    out = ["--out", str(tmp_path / "maps")] if command == "plan" else []
    result = RUN.invoke(app, [command, str(faulty), "--json", *out])
    assert (result.exit_code, result.stderr) == (2, "")
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert document["faults"][0] == {
        "file": "sections.csv",
        "sheet": "",
        "row": 2,
        "column": "seats",
        "value": "12,5",
        "severity": "error",
        "problem": "is not a number.",
        "remedy": 'If the comma is a decimal comma, declare `decimal = ","`; else remove it.',
        "problem_zh": "不是数字。",
        "remedy_zh": '如逗号是小数点,请写明 `decimal = ","`;否则请去掉。',
    }


def test_nothing_is_written_on_faults(faulty: Path, tmp_path: Path) -> None:
    """Neither products nor their folder, nor anything beside the input."""
    before = {path: path.read_bytes() for path in faulty.iterdir()}
    result = RUN.invoke(app, ["plan", str(faulty), "--out", str(tmp_path / "maps")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert not (tmp_path / "maps").exists()
    assert {path: path.read_bytes() for path in faulty.iterdir()} == before


@pytest.mark.parametrize("how", [village.CSV, village.XLSX, village.LAYERS], ids=["csv", "workbook", "layers"])
def test_a_county_is_planned(tmp_path: Path, how: str) -> None:
    """From every format to five products, and the audit holds; the input stays as it is."""
    folder = village.write(tmp_path / "county", how=how)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = RUN.invoke(app, ["plan", str(folder), "--out", str(tmp_path / "maps"), "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    assert document["ok"] is True
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == [f"village.{name}" for name in SUFFIXES]
    assert sorted(document["files"]) == sorted(str(tmp_path / "maps" / f"village.{name}") for name in SUFFIXES)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_hostile_names_are_planned(tmp_path: Path) -> None:
    """Names that a page, a template or a spreadsheet would run are carried literally through the whole job."""
    content = village.tables()
    content["schools"]["学校名称"] = HOSTILE
    out = tmp_path / "maps"
    result = RUN.invoke(app, ["plan", str(village.write(tmp_path / "county", content)), "--out", str(out)])
    assert (result.exit_code, result.stderr) == (0, "")

    page = (out / "village.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    for name in HOSTILE:
        assert json.dumps(name, ensure_ascii=False)[1:-1].replace("<", "\\u003c") in page
    model = json.loads((out / "village.json").read_text(encoding="utf-8"))
    assert {school["name"] for school in model["schools"]} == set(HOSTILE)
    book = openpyxl.load_workbook(out / "village.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value in HOSTILE]
    assert {cell.value for cell in cells} == set(HOSTILE)
    assert {cell.data_type for cell in cells} == {"s"}
    report = docx.Document(str(out / "village.docx"))
    told = {"".join(t.text or "" for t in p.iter(qn("w:t"))) for p in report.element.body.iter(qn("w:p"))}
    assert set(HOSTILE) <= told
    layer = pyogrio.read_dataframe(out / "village.gpkg", layer="schools", read_geometry=False)
    assert set(layer["name"]) == set(HOSTILE)


def test_changes_tried_out_are_planned_beside_the_plan(good: Path, tmp_path: Path) -> None:
    """Saved changes make products of their own; those that do not fit are faults, and nothing is written."""
    add = {"kind": "add", "stage": "primary", "catchment": "0101", "seats": 45, "opens": 2025}
    document = {"schema": "schoolmap.edits/1", "project": "village", "base_year": 2024, "edits": [add]}
    edits, out = tmp_path / "village-more.json", tmp_path / "maps"
    edits.write_text(json.dumps(document), encoding="utf-8")
    result = RUN.invoke(app, ["plan", str(good), "--with", str(edits), "--out", str(out), "--lang", "en"])
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in out.iterdir()) == [f"village-more.{suffix}" for suffix in SUFFIXES]
    shown = json.loads((out / "village-more.json").read_text(encoding="utf-8"))
    assert shown["title"]["en"].endswith("(changes tried out: 1)")
    assert [item["seats"] for item in shown["projects"] if item["id"] == "edit 1"] == [45.0]
    edits.write_text(json.dumps(document | {"base_year": 1999}), encoding="utf-8")
    result = RUN.invoke(app, ["plan", str(good), "--with", str(edits), "--out", str(tmp_path / "none"), "--lang", "en"])
    assert result.exit_code == 2
    assert "village-more.json, column base_year: '1999'" in result.stderr
    assert not (tmp_path / "none").exists()


def test_a_missing_font_is_told_in_a_sentence(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, with what to install and without a place in the code; the products are written all the same."""
    monkeypatch.setattr(fonts, "_installed", lambda _: False)
    result = RUN.invoke(app, ["plan", str(good), "--lang", "zh", "--out", str(tmp_path / "maps")])
    assert result.exit_code == 0
    assert result.stderr.startswith("No font with Chinese characters was found")
    assert "fonts-noto-cjk" in result.stderr
    assert "Warning" not in result.stderr
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == [f"village.{name}" for name in SUFFIXES]


def test_the_project_folder_is_never_overwritten(good: Path) -> None:
    """`--out` on the input, or on a file, is an error with a sentence; exit code 1."""
    result = RUN.invoke(app, ["plan", str(good), "--out", str(good)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is the project folder itself" in result.stderr
    result = RUN.invoke(app, ["plan", str(good), "--out", str(good / "sections.csv")])
    assert result.exit_code == 1
    assert "sections.csv" in result.stderr
    assert "Traceback" not in result.stderr


def test_version_and_wrong_usage() -> None:
    """The version is printed; an unknown language and an unknown option are wrong usage."""
    assert RUN.invoke(app, ["--version"]).stdout == f"schoolmap {__version__}\n"
    assert RUN.invoke(app, ["check", ".", "--lang", "fr"]).exit_code == 2
    assert RUN.invoke(app, ["check", ".", "--guess"]).exit_code == 2


def test_silence_in_a_pipe(good: Path) -> None:
    """No progress bar and no warning of a library reaches a pipe."""
    done = in_a_pipe("check", str(good))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("utf-8").startswith("village: ")


def test_a_terminal_that_lacks_a_character(faulty: Path) -> None:
    """An encoding without the characters of a fault is no reason to crash, and machines get plain ASCII."""
    done = in_a_pipe("check", str(faulty), "--lang", "zh", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"sections.csv" in done.stderr
    assert RUN.invoke(app, ["check", str(faulty), "--json"]).stdout.isascii()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    """Where a person watches, a bar with per cent and the step's name is drawn, and the faults follow it."""
    import pty  # noqa: PLC0415

    folder = village.write(tmp_path / "county")
    controller, terminal = pty.openpty()
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "schoolmap", "check", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    ) as process:
        os.close(terminal)
        shown = b""
        # the terminal ends with an error where the process closes it
        with contextlib.suppress(OSError):
            while part := os.read(controller, 4096):
                shown += part
        assert process.wait() == 0
    os.close(controller)
    assert " %" in shown.decode("utf-8", errors="replace")
    # the bar is drawn ten times a second: which of the steps is seen depends on the machine
    steps = ("project file", "checks between tables", "children by area, age and year")
    assert any(step in shown.decode("utf-8", errors="replace") for step in steps)


def test_a_past_is_tested(tmp_path: Path) -> None:
    """A table for people, a page and every forecast; the input stays as it is; exit code 0."""
    folder = past.write(tmp_path / "past")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = RUN.invoke(app, ["backtest", str(folder), "--out", str(tmp_path / "maps")])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Counts of 2010 to 2021 in 2 areas" in result.stdout
    assert "▼ falling" in result.stdout
    names = ["past-backtest.csv", "past-backtest.html"]
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == names
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_past_for_machines(tmp_path: Path) -> None:
    """`--json` prints one document in plain ASCII, with the errors, the peaks and the files."""
    folder = past.write(tmp_path / "past")
    result = RUN.invoke(app, ["backtest", str(folder), "--out", str(tmp_path / "maps"), "--json", "--lang", "zh"])
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    assert document["ok"] is True
    assert {row["method"] for row in document["accuracy"]} == {"cohort_change", "hamilton_perry", "no_change"}
    assert document["peaks"][0]["direction"] == "falling"
    assert len(document["files"]) == 2
    assert 'id="zh" checked' in (tmp_path / "maps" / "past-backtest.html").read_text(encoding="utf-8")


def test_nothing_to_test(good: Path, tmp_path: Path) -> None:
    """One count is no past: a fault that says what is needed, exit code 2, and nothing is written."""
    out = tmp_path / "maps"
    result = RUN.invoke(app, ["backtest", str(good), "--out", str(out), "--lang", "en"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "population.csv, column date: nothing to test: there is only 1 count by age" in result.stderr
    assert "6 years or more" in result.stderr.replace("\n", " ")
    result = RUN.invoke(app, ["backtest", str(good), "--out", str(out), "--json"])
    assert json.loads(result.stdout)["ok"] is False
    assert not out.exists()


def test_a_backtest_never_overwrites_the_project(tmp_path: Path) -> None:
    """`--out` on the input is an error with a sentence; exit code 1."""
    folder = past.write(tmp_path / "past")
    result = RUN.invoke(app, ["backtest", str(folder), "--out", str(folder)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "belongs to the project" in result.stderr


def test_a_backtest_is_silent_in_a_pipe(tmp_path: Path) -> None:
    """Nothing but the table reaches a pipe: no bar, no warning of a library."""
    done = in_a_pipe("backtest", str(past.write(tmp_path / "past")), "--out", str(tmp_path / "maps"))
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"A synthetic past" in done.stdout
