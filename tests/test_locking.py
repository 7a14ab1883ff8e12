"""Locks between processes: one holds, others wait or are told who holds, and the dead hold nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from schoolmap import locking
from schoolmap.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from schoolmap.locking import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the lock."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_it_is_held_and_given_up(tmp_path: Path) -> None:
    """The file says who holds it while it is held, and is gone afterwards; again and again."""
    path = tmp_path / "lock"
    for _ in range(3):
        with locking.held(path):
            assert locking.holder(path)["process"] == os.getpid()
            with pytest.raises(BusyError, match=f"process {os.getpid()} on "), locking.held(path):
                pytest.fail("it was held twice")
        assert not path.exists()


def test_another_is_named_and_the_dead_hold_nothing(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    """In both languages, with process, machine and time; killed, it leaves a file that stops nobody."""
    path = tmp_path / "lock"
    with pytest.raises(BusyError, match=f"process {other.pid} on .*, since 2.*Wait until it has ended") as caught:
        locking.held(path, patience_s=0.1).__enter__()
    assert f"进程 {other.pid}" in caught.value.sentence("zh")
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert path.exists()
    with locking.held(path):
        assert locking.holder(path)["process"] == os.getpid()
    assert not path.exists()


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[" * 100_000, b"[1]", json.dumps({"process": "1\n" * 999}).encode()]
)
def test_what_the_file_says_is_not_trusted(tmp_path: Path, content: bytes) -> None:
    """Broken, endless or of several lines: the sentence stays one of a usual length."""
    (tmp_path / "lock").write_bytes(content)
    file = locking.take(tmp_path / "lock")
    assert file is not None
    (tmp_path / "lock").write_bytes(content)
    with pytest.raises(BusyError) as caught:
        locking.held(tmp_path / "lock").__enter__()
    locking.give_up(tmp_path / "lock", file)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are not made by everybody there")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A lock is written into: what a link leads to would be lost."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "lock").symlink_to(tmp_path / "mine.txt")
    with pytest.raises(OSError, match="lock"), locking.held(tmp_path / "lock"):
        pytest.fail("the link was followed")
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_without_locks_nothing_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some shares know none: work goes on."""
    fcntl = pytest.importorskip("fcntl")

    def unknown(*_: object) -> None:
        raise OSError(locking.errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unknown)
    with locking.held(tmp_path / "lock"), locking.held(tmp_path / "lock"):
        pass
