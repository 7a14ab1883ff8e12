"""`schoolmap standards`: what is listed, what is printed, and what a wrong name gets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from schoolmap import standards
from schoolmap.cli import app

if TYPE_CHECKING:
    from pathlib import Path

RUN = CliRunner()


def test_the_list() -> None:
    """Every shipped standard with its title and the number of figures; exit code 0."""
    result = RUN.invoke(app, ["standards"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["Name", *standards.shipped()]
    result = RUN.invoke(app, ["standards", "--lang", "zh"])
    assert "全国标准" in result.stdout
    document = json.loads(RUN.invoke(app, ["standards", "--json"]).stdout)
    assert [line["name"] for line in document["standards"]] == list(standards.shipped())


def test_one_by_name() -> None:
    """Figures with their documents, in the language asked for."""
    result = RUN.invoke(app, ["standards", "china"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert any(
        "Class size" in line and "45 pupils" in line and "GB 50099-2011" in line for line in result.stdout.splitlines()
    )
    assert "大班额起点" in RUN.invoke(app, ["standards", "china", "--lang", "zh"]).stdout
    document = json.loads(RUN.invoke(app, ["standards", "furong", "--json"]).stdout)
    assert (document["ok"], document["name"], document["extends"]) == (True, "furong", ["china"])


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """A local file is printed with what it takes from below."""
    path = tmp_path / "own.toml"
    figure = 'value = 40\ndocument = "区规划"\nconfidence = "low"\n'
    path.write_text(f'name = "own"\nextends = "china"\n[stages.primary.class_size]\n{figure}', encoding="utf-8")
    result = RUN.invoke(app, ["standards", str(path), "--lang", "zh"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "此处未写明的取自：china" in result.stdout
    assert any("班额" in line and "40 人" in line and "区规划" in line for line in result.stdout.splitlines())


@pytest.mark.parametrize("name", ["atlantis", "", "."])
def test_a_wrong_name(name: str) -> None:
    """Exit code 2, and the names that there are, in either language."""
    result = RUN.invoke(app, ["standards", name])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is neither a shipped standard nor a file. Shipped are: berlin, china, furong" in result.stderr
    assert "自带标准:berlin、china、furong" in RUN.invoke(app, ["standards", name, "--lang", "zh"]).stderr
    document = json.loads(RUN.invoke(app, ["standards", name, "--json"]).stdout)
    assert (document["ok"], len(document["faults"])) == (False, 1)


def test_a_faulty_file(tmp_path: Path) -> None:
    """All faults at once; exit code 2."""
    path = tmp_path / "own.toml"
    path.write_text("colour = 1\n[levels.red_from]\nvalue = true\n", encoding="utf-8")
    result = RUN.invoke(app, ["standards", str(path)])
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert lines[-1] == f"{len(lines) - 1} error(s)"
    assert any("own.toml, column colour: is not a known key." in line for line in lines)
    document = json.loads(RUN.invoke(app, ["standards", str(path), "--json"]).stdout)
    assert len(document["faults"]) == len(lines) - 1


def test_in_a_pipe_there_is_plain_text() -> None:
    """Plain text without control characters or a warning, also where colour is forced or Chinese unknown."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", "schoolmap", "standards", "berlin", "--lang", "zh"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "FORCE_COLOR": "1"},
    )
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"\x1b" not in result.stdout
    assert "24 人" in result.stdout.decode("utf-8")
