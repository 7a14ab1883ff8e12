"""
Which projects are to be planned, and whether one of them has been already.

A finished project has a folder of its own below the output folder, with a
record in it. The record holds a fingerprint of everything that its products
depend on: a project whose files, language and version of schoolmap are the same
is kept, any other is planned again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from schoolmap import __version__
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.inputs.project_file import read_people_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence
    from pathlib import Path

RECORD = "record.json"
"""Name of the record in the folder of a finished project."""
RECORD_SCHEMA = "schoolmap.record/1"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One project to plan.

    Attributes
    ----------
    folder
        Where the project is.
    name
        Name of its products, and of the folder that they come into.
    """

    folder: Path
    name: str


def jobs_of(folders: Iterable[Path]) -> tuple[list[Job], list[Fault]]:
    """
    Return the projects in some folders, sorted by name.

    Parameters
    ----------
    folders
        Project folders. One that holds no project file but folders that do
        stands for all of these.

    Returns
    -------
    jobs, faults
        What can be planned; folders without a project, and names that two
        projects share: their products would replace each other. A project
        file that cannot be read is a job all the same: it is reported with its
        faults when its turn comes.
    """
    found: list[Job] = []
    faults: list[Fault] = []
    for folder in folders:
        projects = _projects_in(folder)
        if not projects:
            faults.append(Fault(file=str(folder), **_NO_PROJECT._asdict()))
        found += [Job(folder=path, name=_name_of(path)) for path in projects]
    unique = {job.folder.resolve(): job for job in found}
    by_name: dict[str, list[Job]] = {}
    for job in unique.values():
        by_name.setdefault(job.name.casefold(), []).append(job)
    for same in by_name.values():
        if len(same) > 1:
            folders_of = ", ".join(sorted(str(job.folder) for job in same))
            faults.append(Fault(file=folders_of, column="project.name", value=same[0].name, **_SAME_NAME._asdict()))
    jobs = [same[0] for same in by_name.values() if len(same) == 1]
    return sorted(jobs, key=lambda job: job.name), faults


def listed_folders(path: Path) -> list[Path]:
    """
    Return the folders that a text file or a table lists: one a line, or a column `folder` (项目文件夹).

    Parameters
    ----------
    path
        csv or txt in UTF-8; relative folders are relative to it.

    Raises
    ------
    InputError
        If it cannot be read, or lists none.
    """
    import pandas as pd  # noqa: PLC0415

    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Fault(file=str(path), **_NO_LIST._asdict())]) from error
    head = [cell.strip() for cell in lines[0].split(",")] if lines else []
    column = next((name for name in ("folder", "项目文件夹", "文件夹") if name in head), None)
    if column is not None:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
        lines = [text.strip() for text in table[column] if text.strip()]
    if not lines:
        raise InputError([Fault(file=str(path), **_NO_LIST._asdict())])
    return [path.parent / line for line in lines]


def _projects_in(folder: Path) -> list[Path]:
    if (folder / FILE_NAME).is_file():
        return [folder]
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if (path / FILE_NAME).is_file())


def _name_of(folder: Path) -> str:
    """Return the name of a project's products; that of its folder where its file cannot be read."""
    document, _ = read_people_file(folder)
    return folder.resolve().name if document is None else document.product_name


def fingerprint(folder: Path, *, language: str) -> str:
    """
    Return a digest of everything that a project's products depend on.

    Parameters
    ----------
    folder
        Project folder: the content of every file in it counts, wherever it
        lies and whenever it was written. Where a table comes from a server
        nobody knows whether it has changed: no two digests are the same.
    language
        Language of the products.
    """
    digest = hashlib.sha256(f"{__version__}\n{language}\n".encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        part = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                part.update(block)
        digest.update(f"{path.relative_to(folder).as_posix()}\0{part.hexdigest()}\n".encode())
    if _asks_server(folder):
        digest.update(secrets.token_bytes())
    return digest.hexdigest()


def _asks_server(folder: Path) -> bool:
    document, _ = read_people_file(folder)
    if document is None:
        return False
    servers = {name for name, database in document.databases.items() if database.url_from is not None}
    return any(part.database in servers for source in document.tables.values() for part in source.parts)


def record_of(folder: Path, *, wanted: str) -> dict[str, Any] | None:
    """
    Return the record of a finished project, or nothing where it has to be planned.

    Parameters
    ----------
    folder
        Folder of its products.
    wanted
        Fingerprint that it must have.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or record.get("schema") != RECORD_SCHEMA or record.get("fingerprint") != wanted:
        return None
    files = record.get("files")
    whole = isinstance(files, list) and all((folder / str(name)).is_file() for name in files)
    return record if whole else None


def sort_out(jobs: Sequence[Job], out: Path, *, prints: dict[str, str]) -> tuple[list[Job], dict[str, dict[str, Any]]]:
    """
    Tell projects that have to be planned from those that are finished.

    Parameters
    ----------
    jobs, out
        Projects, and the output folder.
    prints
        Fingerprints by name.

    Returns
    -------
    waiting, kept
        The jobs to do, and the records of the others by name.
    """
    kept = {}
    for job in jobs:
        record = record_of(out / job.name, wanted=prints[job.name])
        if record is not None:
            kept[job.name] = record
    return [job for job in jobs if job.name not in kept], kept


_NO_PROJECT = Wording(
    f"holds no {FILE_NAME}, nor does a folder in it.",
    "Give project folders, or a folder of project folders.",
    f"没有 {FILE_NAME},其下级文件夹也没有。",
    "请指定项目文件夹,或存放多个项目文件夹的上级文件夹。",
)
_SAME_NAME = Wording(
    "is the name of several projects: their products would replace each other.",
    "Give each its own `name` in its project file.",
    "是多个项目共用的名称,成果会互相覆盖。",
    "请在各项目文件中填写不同的 name。",
)
_NO_LIST = Wording(
    "lists no project folder.",
    "Write one folder a line, or a csv with a column `folder`; UTF-8.",
    "没有列出任何项目文件夹。",
    "请每行写一个文件夹,或提供含 folder(项目文件夹)列的 csv;UTF-8 编码。",
)
