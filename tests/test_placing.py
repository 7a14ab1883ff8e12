"""Files put in place together: all of a set or none, on a full disk, on one that may only be read, and when killed."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pyogrio
import pytest

from schoolmap import placing
from schoolmap.errors import DiskError
from schoolmap.placing import SCRATCH
from schoolmap.placing import UNFINISHED
from schoolmap.placing import finish
from schoolmap.placing import made_together

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = {"map.html": "new map", "map.xlsx": "new book", "pictures/a.png": "new picture"}
OLD = {"map.html": "old map", "pictures/a.png": "old picture", "mine.txt": "mine"}

WRITE = """
import os, signal, sys
from pathlib import Path
from schoolmap.placing import made_together

last, count = int(sys.argv[2]), 0
def dies(call):
    def counted(*given, **options):
        global count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*given, **options)
    return counted

for name in ("replace", "rename", "mkdir", "write_text", "unlink"):
    setattr(Path, name, dies(getattr(Path, name)))
for name in ("open", "fsync", "link"):
    setattr(os, name, dies(getattr(os, name)))
with made_together(Path(sys.argv[1]), name="map") as work:
    (work / "pictures").mkdir()
    for name in ("map.html", "map.xlsx", "pictures/a.png"):
        (work / name).write_text({"map.html": "new map", "map.xlsx": "new book"}.get(name, "new picture"))
"""
"""A run that is killed at its nth call of the system."""


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write files into a folder."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def held(folder: Path) -> dict[str, str]:
    """Return every file below a folder, and every empty folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") if path.is_file() else ""
        for path in folder.rglob("*")
        if path.is_file() or not any(path.iterdir())
    }


def products(folder: Path) -> dict[str, str]:
    """Return what a person sees in a folder: no hidden folders, and not what is marked as unfinished."""
    shown = held(folder)
    return {name: text for name, text in shown.items() if not name.startswith(".") and UNFINISHED not in name}


def put(folder: Path, *, replace: bool = True, ends: BaseException | None = None) -> None:
    """Put the new files in place, or fail when they are made."""
    with made_together(folder, name="map", replace=replace) as work:
        write(work, NEW)
        if ends is not None:
            raise ends


def test_all_of_them_and_nothing_else(tmp_path: Path) -> None:
    """Old ones are replaced, what is not of the set stays, no trace of the making is left; twice changes nothing."""
    put(tmp_path / "a" / "b")
    assert held(tmp_path / "a" / "b") == NEW
    write(tmp_path / "there", OLD)
    for _ in range(2):
        put(tmp_path / "there")
        assert held(tmp_path / "there") == OLD | NEW


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    """One file in the way, and none is put in place."""
    write(tmp_path, {"map.xlsx": "mine"})
    with pytest.raises(DiskError, match=r"map\.xlsx is there already, and nothing is overwritten"):
        put(tmp_path, replace=False)
    assert held(tmp_path) == {"map.xlsx": "mine"}


@pytest.mark.parametrize("error", [ValueError("wrong"), KeyboardInterrupt(), OSError("of no number")])
def test_a_failure_while_making_is_no_fault_of_the_disk(tmp_path: Path, error: BaseException) -> None:
    """It is raised as it is, and everything is as it was; a folder made for the files is taken away."""
    write(tmp_path / "there", OLD)
    for folder in (tmp_path / "there", tmp_path / "a" / "b"):
        with pytest.raises(type(error)):
            put(folder, ends=error)
    assert held(tmp_path) == {f"there/{name}": text for name, text in OLD.items()}


FAULTS = {
    errno.ENOSPC: ("No space is left on the disk", "空间不足"),
    errno.EFBIG: ("No space is left on the disk", "空间不足"),
    errno.EROFS: ("may not be written to", "无法写入"),
    errno.EACCES: ("may not be written to|cannot be put", "无法"),
    errno.EIO: ("lies on a disk that takes no more or fails", "出错"),
}


def calls_of_the_system(monkeypatch: pytest.MonkeyPatch, strike: Callable[[str], None]) -> None:
    """Let something happen before each call that changes the disk."""
    for owner, names in ((Path, ("replace", "rename", "mkdir", "write_text")), (os, ("open", "fsync", "link"))):
        for name in names:
            whole = getattr(owner, name)

            def counted(*given: Any, _whole: Callable[..., Any] = whole, _name: str = name, **options: Any) -> Any:  # noqa: ANN401
                strike(_name)
                return _whole(*given, **options)

            monkeypatch.setattr(owner, name, counted)


@pytest.mark.parametrize("number", FAULTS)
def test_a_fault_of_the_disk_is_a_sentence(tmp_path: Path, number: int) -> None:
    """In both languages; a system's number for it is enough."""
    told = placing.disk_fault(OSError(number, os.strerror(number)), tmp_path)
    says, says_zh = FAULTS[number]
    assert any(part in str(told) for part in says.split("|"))
    assert says_zh in told.sentence("zh")
    assert str(tmp_path) in told.sentence("zh")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_fault_of_the_disk_at_every_moment(tmp_path: Path, number: int) -> None:
    """A sentence in both languages, everything as it was: the old files whole, or all of the new ones."""
    moments = 0
    while True:
        moments += 1
        folder, left = tmp_path / str(moments), [moments]
        write(folder, OLD)

        def strike(name: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise OSError(number, os.strerror(number), name)

        message = None
        with pytest.MonkeyPatch.context() as patch:
            calls_of_the_system(patch, strike)
            try:
                put(folder)
            except DiskError as error:
                message = error
        if left[0] > 0:
            assert held(folder) == OLD | NEW
            break
        if message is None:
            # what failed was not needed: a second name of an old file, or tidying up
            assert products(folder) == OLD | NEW
        else:
            says, says_zh = FAULTS[number]
            assert any(part in str(message) for part in says.split("|"))
            assert says_zh in message.sentence("zh")
            assert products(folder) == OLD
        put(folder)
        assert held(folder) == OLD | NEW
    assert moments > 15


def test_a_file_that_is_open_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows does not replace what Excel has open: the sentence names it, and what was moved before is taken back."""
    write(tmp_path, OLD | {"map.xlsx": "old book"})
    whole = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target == tmp_path / "map.xlsx":
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(DiskError, match=r"map\.xlsx cannot be put into .*Close it where it is open"):
        put(tmp_path)
    monkeypatch.undo()
    assert held(tmp_path) == OLD | {"map.xlsx": "old book"}


@pytest.mark.parametrize("kind", ["a folder in the way", "a folder of another with the mark"])
def test_what_is_of_others_stays(tmp_path: Path, kind: str) -> None:
    """A folder is never replaced by a file, nor taken for what a run has left."""
    other = {"map.xlsx/mine.txt": "mine"} if "way" in kind else {f"map{UNFINISHED}/mine.txt": "mine"}
    write(tmp_path, OLD | other)
    with pytest.raises(DiskError, match="cannot be put into"):
        put(tmp_path)
    assert held(tmp_path) == OLD | other


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """Is said to be one."""
    write(tmp_path, {"maps": "mine"})
    with pytest.raises(DiskError, match="is a file, not a folder"):
        put(tmp_path / "maps")
    assert held(tmp_path) == {"maps": "mine"}


@pytest.mark.skipif(os.name == "nt", reason="processes are not killed by signals there")
def test_killed_at_every_moment(tmp_path: Path) -> None:
    """The old files are whole, or a folder in sight says that they are mixed; the next run leaves only new ones."""
    mixed = 0
    for moment in range(1, 60, 3 if os.environ.get("CI") else 1):
        folder = tmp_path / str(moment)
        write(folder, OLD)
        done = subprocess.run([sys.executable, "-c", WRITE, str(folder), str(moment)], check=False)  # noqa: S603
        if done.returncode == 0:
            assert held(folder) == OLD | NEW
            break
        assert done.returncode == -signal.SIGKILL
        shown = products(folder)
        in_sight = any(path.name.endswith(UNFINISHED) for path in folder.iterdir())
        assert in_sight or shown in (OLD, OLD | NEW)
        mixed += shown not in (OLD, OLD | NEW)
        if in_sight:
            assert "some there may be new" in (folder / f"map{UNFINISHED}" / "README.txt").read_text(encoding="utf-8")
            finish(folder)
            assert products(folder) == OLD | NEW
        put(folder)
        assert held(folder) == OLD | NEW
    else:
        pytest.fail("it was killed every time")
    assert mixed > 0, "no moment between two moves was met"


def test_what_another_is_making_stays(tmp_path: Path) -> None:
    """Two runs into one folder at a time: neither removes what the other makes."""
    with made_together(tmp_path, name="one") as first:
        write(first, {"one.html": "one"})
        with made_together(tmp_path, name="two") as second:
            write(second, {"two.html": "two"})
        assert (first / "one.html").is_file()
    assert held(tmp_path) == {"one.html": "one", "two.html": "two"}


def test_links_are_not_followed(tmp_path: Path) -> None:
    """What a project brings with it as if a run had left it: a link is neither moved nor removed through."""
    write(tmp_path / "secret", {"file.txt": "mine"})
    (tmp_path / "maps").mkdir()
    for name in (f"{SCRATCH}x", f"x{UNFINISHED}"):
        (tmp_path / "maps" / name).symlink_to(tmp_path / "secret")
    write(tmp_path / "maps", {f"y{UNFINISHED}/README.txt": "", f"y{UNFINISHED}/new/a.txt": "a"})
    (tmp_path / "maps" / f"y{UNFINISHED}" / "new" / "b").symlink_to(tmp_path / "secret")
    put(tmp_path / "maps")
    assert held(tmp_path / "secret") == {"file.txt": "mine"}
    assert not (tmp_path / "maps" / "b").exists()


@pytest.mark.skipif(not Path("/dev/full").exists() or os.geteuid() != 0, reason="needs a disk of its own")
@pytest.mark.parametrize("options", ["size=64k", "ro"])
def test_a_real_disk(tmp_path: Path, options: str) -> None:
    """Full, or mounted to be read only: a sentence, and what was there is unchanged."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "schoolmap-test", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603
        pytest.skip("nothing may be mounted here")
    try:
        write(disk, OLD)
        if options == "ro":
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)  # noqa: S603, S607
        says = "may not be written to" if options == "ro" else "No space is left"
        with pytest.raises(DiskError, match=says), made_together(disk, name="map") as work:
            (work / "map.html").write_bytes(b"x" * 200_000)
        assert held(disk) == OLD
    finally:
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (sqlite3.OperationalError("database or disk is full"), "No space is left"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "may not be written to"),
        (sqlite3.OperationalError("disk I/O error"), "takes no more or fails: disk I/O error"),
        (pyogrio.errors.DataSourceError("Failed to commit transaction"), "takes no more or fails: Failed to commit"),
    ],
)
def test_what_databases_say(tmp_path: Path, error: Exception, says: str) -> None:
    """SQLite and GDAL have words of their own for a disk that is full, or none."""
    with pytest.raises(DiskError, match=says):
        put(tmp_path, ends=error)


def test_a_library_that_does_not_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is left on the disk, an error without a number is taken for that."""
    monkeypatch.setattr(placing.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 0}))
    with pytest.raises(DiskError, match="No space is left"):
        put(tmp_path, ends=RuntimeError("failed to write a feature"))
