"""
Locks between processes: a file that one of them holds, and that says which.

The operating system keeps the lock and gives it up when the process ends,
however it ends: a lock is never stale, only its file may be left behind. Where a
file system knows no locks, nothing is locked.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import platform
import time
from typing import TYPE_CHECKING

from schoolmap.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HELD = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK}
"""What a lock that another has is called."""
_UNKNOWN = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
"""What a file system that knows no locks says."""
_PLACE = 1 << 30
"""On Windows a byte is locked, and nobody can read it: one far behind what the file says."""
_TURN_S = 0.05
_MOST_BYTES, _MOST_SHOWN = 1000, 80


@contextlib.contextmanager
def held(path: Path, *, patience_s: float = 0.0) -> Iterator[None]:
    """
    Hold a lock while a block runs.

    Parameters
    ----------
    path
        The lock's file; made if it is not there, removed at the end.
    patience_s
        Seconds to wait for another who holds it.

    Raises
    ------
    BusyError
        If another holds it; says who.
    OSError
        If the file cannot be made.
    """
    until = time.monotonic() + patience_s
    while (file := take(path)) is None:
        if time.monotonic() >= until:
            raise _busy(path)
        time.sleep(_TURN_S)
    try:
        yield
    finally:
        give_up(path, file)


def take(path: Path) -> int | None:
    """
    Take a lock and write into its file who has it.

    Returns
    -------
    file
        A descriptor for `give_up`, or nothing if another has the lock.

    Raises
    ------
    OSError
        If the file cannot be made, or is a link: what it leads to would be overwritten.
    """
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            if not _lock(file):
                os.close(file)
                return None
            # who had it before may have removed it meanwhile: then this file has no name any more
            if _is_named(file, path):
                # on a full disk the lock holds all the same, and says nothing
                with contextlib.suppress(OSError):
                    os.ftruncate(file, 0)
                    os.write(file, json.dumps(_myself()).encode())
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def give_up(path: Path, file: int) -> None:
    """Give a lock up and remove its file."""
    if os.name != "nt":
        # as long as it is held, nobody else can take it for theirs
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(file)
        return
    os.close(file)
    with contextlib.suppress(OSError):
        path.unlink()


def holder(path: Path) -> dict[str, object]:
    """Return what a lock's file says of who holds it; nothing if it cannot be read."""
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def here() -> str:
    """Return the name of this machine."""
    return platform.node()


def _myself() -> dict[str, object]:
    now = dt.datetime.now(dt.UTC).astimezone()
    return {"process": os.getpid(), "machine": here(), "since": now.isoformat(sep=" ", timespec="seconds")}


def _busy(path: Path) -> BusyError:
    """Say in both languages who has a lock; what its file says is not trusted to be short or of one line."""
    said = holder(path)
    number, machine, since = (_shown(said.get(key, "?")) for key in ("process", "machine", "since"))
    return BusyError(
        f"Another run of schoolmap is writing into {path.parent}: process {number} on {machine}, since {since}. "
        "Wait until it has ended, or choose another folder.",
        f"另一个 schoolmap 正在写入 {path.parent}(进程 {number},计算机 {machine},自 {since})。请等它结束,或换一个文件夹。",
    )


def _shown(value: object) -> str:
    return "".join(char for char in str(value)[:_MOST_SHOWN] if char.isprintable())


def _lock(file: int) -> bool:
    """Lock an open file; say whether that could be done, which is so too where there are no locks."""
    try:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415

            os.lseek(file, _PLACE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            os.lseek(file, 0, os.SEEK_SET)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        if error.errno not in _UNKNOWN:
            raise
    return True


def _is_named(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False
