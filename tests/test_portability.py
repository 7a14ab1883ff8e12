"""
Other systems: what of Windows and macOS can be held without one of them.

Names of files, line ends, encodings and modules that only Unix has are read off the code; consoles that speak GBK and
a system whose own encoding is none are real processes.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import types
import unicodedata
from pathlib import Path

import pytest
import village
from checkout import ROOT
from checkout import kept

from schoolmap.batch.single import peak_mb
from schoolmap.inputs.declarations import leaves_folder

CODE = sorted((ROOT / "schoolmap").rglob("*.py"))
UNIX = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
FORBIDDEN = set('<>:"|?*\\')
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
TEXT = {".cff", ".css", ".html", ".js", ".md", ".py", ".toml", ".txt"}
LONGEST = 140
"""Windows without long paths allows 260 characters, and a user's folder takes some of them."""


def schoolmap(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own with an environment changed."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "schoolmap", *words],
        env=os.environ | environment,
        check=False,
        capture_output=True,
    )


def test_every_name_can_be_a_file_on_every_system() -> None:
    """No sign or device of Windows, no length beyond it, no two that differ by case or by how an accent is written."""
    names = [Path(name) for name in kept()]
    for path in names:
        for part in path.parts:
            assert not FORBIDDEN & set(part), path
            assert not part.endswith((".", " ")), path
            assert part.partition(".")[0].lower() not in DEVICES, path
        assert len(str(path)) < LONGEST, path
        assert unicodedata.normalize("NFC", str(path)) == str(path), path
    assert len({unicodedata.normalize("NFD", str(path)).casefold() for path in names}) == len(names)


def test_texts_are_in_utf8_with_plain_line_ends() -> None:
    """What is ours; files of a bureau are as a bureau has them."""
    ours = [path for path in map(Path, kept()) if path.suffix in TEXT and path.parts[0] != "data"]
    assert len(ours) > 500
    for path in ours:
        content = (ROOT / path).read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf"), path
        content.decode("utf-8")
        if "assets" not in path.parts:
            assert b"\r" not in content, path


def test_nothing_is_left_to_the_system() -> None:
    """Text is written with its line ends told; modules that only Unix has are asked for where they are there."""
    assert len(CODE) > 300
    for path in CODE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "write_text":
                told = {keyword.arg for keyword in node.keywords}
                assert {"encoding", "newline"} <= told, f"{path}, line {node.lineno}"
        for node in tree.body:
            named = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                named = [node.module or ""]
            assert not UNIX & {name.partition(".")[0] for name in named}, f"{path}, line {node.lineno}"


@pytest.mark.parametrize(
    ("path", "leaves"),
    [
        ("tables/schools.csv", False),
        (r"tables\schools.csv", False),
        (r"..\schools.csv", True),
        (r"C:\schools.csv", True),
        ("C:schools.csv", True),
        (r"\\server\share\schools.csv", True),
        (r"\schools.csv", True),
        ("/schools.csv", True),
        ("../schools.csv", True),
    ],
)
def test_ways_out_of_a_folder_are_seen_on_every_system(path: str, leaves: bool) -> None:  # noqa: FBT001 - a case
    """Windows' drives, shares and backslashes too: a project goes from one system to another."""
    assert leaves_folder(path) == leaves


def test_memory_is_told_in_mb_on_each_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux counts kB, macOS bytes, and Windows has a counter of its own."""
    import resource  # noqa: PLC0415

    used = types.SimpleNamespace(ru_maxrss=250_000_000)
    monkeypatch.setattr(resource, "getrusage", lambda _: used)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert peak_mb() == 250.0
    monkeypatch.setattr(sys, "platform", "linux")
    assert peak_mb() == 250_000.0
    held = types.SimpleNamespace(memory_info=lambda: types.SimpleNamespace(peak_wset=250_000_000))
    monkeypatch.setitem(sys.modules, "psutil", types.SimpleNamespace(Process=lambda: held))
    monkeypatch.setattr(sys, "platform", "win32")
    assert peak_mb() == 250.0


@pytest.mark.parametrize("encoding", ["gbk", "cp437"])
def test_a_console_of_windows_shows_faults(encoding: str, tmp_path: Path) -> None:
    """What its encoding lacks is replaced; Chinese stays Chinese where it can."""
    folder = village.write(tmp_path / "村")
    file = folder / "project.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('name = "village"', 'name = "nul"'), encoding="utf-8")
    done = schoolmap("check", str(folder), "--lang", "zh", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    shown = done.stderr.decode(encoding)
    assert "project.toml" in shown
    assert "Windows" in shown
    assert ("名称" in shown or "文件" in shown) == (encoding != "cp437")


def test_no_encoding_is_left_to_the_system(tmp_path: Path) -> None:
    """In a process that tells whenever one is, a project is made and planned in the plainest locale."""
    folder = village.write(tmp_path / "village")
    file = folder / "project.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n[siting]\nallow = []\n", encoding="utf-8")
    done = schoolmap(
        *("plan", str(folder), "--out", str(tmp_path / "maps")),
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONWARNDEFAULTENCODING="1",
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    told = [line for line in done.stderr.decode(errors="replace").splitlines() if "EncodingWarning" in line]
    assert [line for line in told if f"{os.sep}schoolmap{os.sep}" in line] == []
    page = (tmp_path / "maps" / "village.html").read_bytes()
    assert b"\r" not in page
    assert "小学".encode() in page
