"""
Put files in place together: all of a set or none, whatever happens on the way.

They are made in a folder beside their places, and written out to the disk. When
all are complete this folder takes the name `NAME-UNFINISHED`, and from there each
file is moved to its place. A process that is killed before leaves what was there
as it was; one that is killed between two moves leaves that folder in sight, and
the next run moves the rest before it does anything else. If a move fails, those
before it are taken back.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from schoolmap import locking
from schoolmap.errors import DiskError
from schoolmap.errors import SchoolmapError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

SCRATCH = ".schoolmap-making-"
"""How folders begin in which files are being made."""
UNFINISHED = "-UNFINISHED"
"""How folders end of which not every file may be in its place."""
LOCK = ".schoolmap-lock"
PATIENCE_S = 60.0
"""Moving takes a moment; who holds the lock longer has come to a stop."""
_NEW, _OLD, _OWNER, _NOTE = "new", "old", "owner", "README.txt"
_A_DAY_S = 86_400.0
_TEXT = """schoolmap was ended while it moved the files of "{name}" from here into the folder above: some there may be new, others old.
Run schoolmap once more on that folder, and it moves the rest.

schoolmap 在把“{name}”的文件从此处移入上级文件夹时被中断:上级文件夹中可能新旧并存。
请对该文件夹再运行一次 schoolmap,其余文件会自动移入。
"""

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_FAILING = {errno.EIO, errno.ENXIO, errno.ENODEV, getattr(errno, "ESTALE", errno.EIO)}
_SAYS_FULL = re.compile("disk is full|No space left|File too large")
_SAYS_CLOSED = re.compile("readonly database|[Rr]ead-only file system")
_MOST_SHOWN = 200
"""Letters of what a library says."""
_LEAST_FREE = 1 << 20
"""Bytes: where fewer are left, a library that fails without saying why has failed for that."""


@contextlib.contextmanager
def made_together(folder: Path, *, name: str, replace: bool = True) -> Iterator[Path]:
    """
    Make files in a folder of their own, and move all of them to their places at the end.

    Parameters
    ----------
    folder
        Where they are to be; made if it is not there.
    name
        What they are called together.
    replace
        Whether files that are there may be replaced. Folders are not.

    Yields
    ------
    work
        An empty folder; everything in it at the end of the block is moved, in
        folders of the same names.

    Raises
    ------
    DiskError
        If the disk is full, may not be written to or fails, or if a file cannot
        be replaced. Everything is as it was then.
    BusyError
        If another process is moving files into the same folder and does not end.
    """
    made: list[Path] = []
    scratch: Path | None = None
    with contextlib.ExitStack() as owned:
        try:
            made = _make(folder)
            with locking.held(folder / LOCK, patience_s=PATIENCE_S):
                settle(folder)
                scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=folder))
                _own(scratch, owned)
            (scratch / _NEW).mkdir()
            yield scratch / _NEW
            with locking.held(folder / LOCK, patience_s=PATIENCE_S):
                owned.close()
                _put(scratch, folder, name=name, replace=replace)
        except BaseException as error:
            owned.close()
            told = disk_fault(error, folder)
            if scratch is not None:
                shutil.rmtree(scratch, ignore_errors=True)
            for path in reversed(made):
                with contextlib.suppress(OSError):
                    path.rmdir()
            if told is not None:
                raise told from error
            raise


def finish(folder: Path) -> None:
    """Move to their places what a run that was killed has left beside them, if there is any."""
    if folder.is_dir() and next(folder.glob(f"*{UNFINISHED}"), None) is not None:
        with locking.held(folder / LOCK, patience_s=PATIENCE_S):
            settle(folder)


def settle(folder: Path) -> None:
    """
    Finish what runs that were killed have begun in a folder; its lock must be held.

    Files that were complete are moved to their places, others are removed. What
    a process is making that still runs stays.
    """
    for ready in sorted(folder.glob(f"*{UNFINISHED}")):
        if ready.is_symlink() or not (ready / _NOTE).is_file() or not (ready / _NEW).is_dir():
            continue
        for path in _files_in(ready / _NEW):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (ready / _NEW / path).replace(folder / path)
        _take_away(ready)
    for scratch in sorted(folder.glob(f"{SCRATCH}*")):
        if not scratch.is_symlink() and _is_abandoned(scratch):
            shutil.rmtree(scratch, ignore_errors=True)


def disk_fault(error: BaseException, folder: Path) -> DiskError | None:
    """
    Say in one sentence what is wrong with the disk; nothing if an error is of another kind.

    Parameters
    ----------
    error
        What was raised while files were made in the folder; libraries hide the
        system's own error behind theirs, or say nothing of it.
    folder
        Where they were made.

    Examples
    --------
    >>> print(disk_fault(OSError(errno.ENOSPC, "No space left on device"), Path("maps")))
    No space is left on the disk of maps. Make room, or choose another folder. What was there is unchanged.
    >>> disk_fault(ValueError("of another kind"), Path("/"))
    """
    if not isinstance(error, Exception) or isinstance(error, SchoolmapError):
        return None
    for cause in _chain(error):
        number = cause.errno if isinstance(cause, OSError) else None
        if number in _FULL or _SAYS_FULL.search(str(cause)):
            return _full(folder)
        reason = _reason(cause) if isinstance(cause, OSError) else " ".join(str(cause).split())[:_MOST_SHOWN]
        if number in _FAILING or _is_of_database(cause):
            return DiskError(
                f"{folder} lies on a disk that takes no more or fails: {reason}. Choose another folder. {_UNCHANGED[0]}",
                f"{folder} 所在磁盘已满或出错({reason})。请换一个文件夹。{_UNCHANGED[1]}",
            )
        if number in _CLOSED or _SAYS_CLOSED.search(str(cause)):
            return DiskError(
                f"{folder} may not be written to: {reason}. Choose another folder. {_UNCHANGED[0]}",
                f"{folder} 无法写入({reason})。请换一个有写入权限的文件夹。{_UNCHANGED[1]}",
            )
    with contextlib.suppress(OSError):
        if shutil.disk_usage(folder).free < _LEAST_FREE:
            return _full(folder)
    return None


_UNCHANGED = ("What was there is unchanged.", "原有文件未改动。")


def _full(folder: Path) -> DiskError:
    return DiskError(
        f"No space is left on the disk of {folder}. Make room, or choose another folder. {_UNCHANGED[0]}",
        f"{folder} 所在磁盘空间不足。请清理空间,或换一个文件夹。{_UNCHANGED[1]}",
    )


def _is_a_file(folder: Path) -> DiskError:
    return DiskError(
        f"{folder} is a file, not a folder. Name a folder.", f"{folder} 是文件,不是文件夹。请指定一个文件夹。"
    )


def _is_there(path: Path) -> DiskError:
    return DiskError(
        f"{path} is there already, and nothing is overwritten. Choose another folder.",
        f"{path} 已经存在,不会覆盖。请换一个文件夹。",
    )


def _stuck(path: Path, folder: Path, error: OSError) -> DiskError:
    why = error.strerror or str(error)
    return DiskError(
        f"{path} cannot be put into {folder}: {why}. Close it where it is open, or choose another folder. {_UNCHANGED[0]}",
        f"{path} 无法放入 {folder}({why})。请关闭正在使用该文件的程序,或换一个文件夹。{_UNCHANGED[1]}",
    )


def _is_of_database(error: BaseException) -> bool:
    """Say whether a database file could not be made or finished; SQLite and GDAL need not say why."""
    if isinstance(error, sqlite3.OperationalError):
        return _SAYS_CLOSED.search(str(error)) is None
    kind = type(error)
    return kind.__module__.startswith("pyogrio") and kind.__name__ == "DataSourceError"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _reason(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}"


def _make(folder: Path) -> list[Path]:
    """Make a folder with those above it, and return what was made, outermost first."""
    absent = [path for path in (folder, *folder.parents) if not os.path.lexists(path)][::-1]
    made: list[Path] = []
    try:
        for path in absent:
            path.mkdir(exist_ok=True)
            made.append(path)
    # a name may hold a character that no file name may
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir()
        raise
    if not folder.is_dir():
        raise _is_a_file(folder)
    return made


def _own(scratch: Path, owned: contextlib.ExitStack) -> None:
    """Hold a lock in a folder as long as this process works in it."""
    file = locking.take(scratch / _OWNER)
    if file is not None:
        owned.callback(locking.give_up, scratch / _OWNER, file)


def _is_abandoned(scratch: Path) -> bool:
    """Say whether nobody works in a folder any more."""
    owner = scratch / _OWNER
    if not owner.exists():
        return True
    machine = locking.holder(owner).get("machine", locking.here())
    if machine != locking.here() and time.time() - owner.stat().st_mtime < _A_DAY_S:
        # a lock may not reach from one machine to another
        return False
    file = locking.take(owner)
    if file is None:
        return False
    os.close(file)
    return True


def _files_in(folder: Path) -> list[Path]:
    """Return the files below a folder, relative to it; no links."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path.relative_to(folder) for path in found]


def _put(scratch: Path, folder: Path, *, name: str, replace: bool) -> None:
    """Move finished files to their places, and take all of them back if one cannot be moved."""
    files = _files_in(scratch / _NEW)
    for path in files:
        _write_out(scratch / _NEW / path)
        if not replace and os.path.lexists(folder / path):
            raise _is_there(folder / path)
    (scratch / _NOTE).write_text(_TEXT.format(name=name), encoding="utf-8", newline="\r\n")
    _Move(files, scratch, folder, ready=folder / f"{name}{UNFINISHED}").run()


class _Move:
    """A move of finished files that can be taken back."""

    def __init__(self, files: Sequence[Path], scratch: Path, folder: Path, *, ready: Path) -> None:
        self.files, self.scratch, self.folder, self.ready = files, scratch, folder, ready
        self.made: list[Path] = []

    def run(self) -> None:
        path = Path(self.ready.name)
        try:
            for path in self.files:
                self.made += _make((self.folder / path).parent)
                _keep(self.folder / path, self.scratch / _OLD / path)
            self.scratch.rename(self.ready)
            for path in self.files:
                (self.ready / _NEW / path).replace(self.folder / path)
        except BaseException as error:
            self.take_back()
            if isinstance(error, OSError) and error.errno not in _FULL | _FAILING | {errno.EROFS}:
                raise _stuck(path, self.folder, error) from error
            raise
        _take_away(self.ready)

    def take_back(self) -> None:
        """Bring back what was there; if that is cut off, all new files are in place or in the folder beside it."""
        if not self.scratch.exists():
            for path in self.files:
                new, old = (self.ready / kind / path for kind in (_NEW, _OLD))
                if not new.exists():
                    (self.folder / path).replace(new)
                    if os.path.lexists(old):
                        old.replace(self.folder / path)
            _take_away(self.ready)
        for path in reversed(self.made):
            with contextlib.suppress(OSError):
                path.rmdir()


def _take_away(ready: Path) -> None:
    """Remove a folder in one step: by a name under which the next run removes what is left of it, as it does if that fails."""
    scratch = ready.with_name(f"{SCRATCH}{ready.name}-{os.getpid()}")
    with contextlib.suppress(OSError):
        ready.rename(scratch)
    shutil.rmtree(scratch, ignore_errors=True)


def _keep(path: Path, kept: Path) -> None:
    """Give what stands in a place a second name, or copy it where a file can have one only."""
    if not os.path.lexists(path):
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, kept, follow_symlinks=False)


def _write_out(path: Path) -> None:
    """Wait until a file is on the disk: a share may say only now that it is full, and a power cut leaves no empty file."""
    file = os.open(path, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)
