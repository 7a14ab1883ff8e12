"""
Make a new project folder: a workbook to fill in, a project file that explains itself, a note with three steps.

A folder gets all of it or nothing. With `example`, the folder is a whole
project of an invented county, which can be planned as it stands.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.template import texts
from schoolmap.inputs.template.example import CATCHMENT_FILE
from schoolmap.inputs.template.example import CRS
from schoolmap.inputs.template.example import FILLED
from schoolmap.inputs.template.example import NAME
from schoolmap.inputs.template.example import TITLE
from schoolmap.inputs.template.example import example_catchments
from schoolmap.inputs.template.example import example_tables
from schoolmap.inputs.template.sheets import BOOK
from schoolmap.inputs.template.toml import Choices
from schoolmap.inputs.template.toml import project_toml
from schoolmap.inputs.template.workbook import draw_workbook
from schoolmap.inputs.to_fill import TO_FILL
from schoolmap.placing import disk_fault
from schoolmap.placing import finish
from schoolmap.placing import made_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.inputs.meanings import Language

_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135
_FIRST_ZONE = 4534
"""EPSG code of CGCS2000 / 3-degree Gauss-Kruger with the central meridian 75°E; the others follow by 3 degrees."""
_ZONE_DEGREES = 3
_COMMAND = "schoolmap new"
"""Where an option stands that is wrong."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_TOGETHER = "project"


def write_template(
    folder: Path,
    *,
    language: Language,
    stages: Sequence[str] = tuple(USUAL_STAGES),
    name: str = "",
    title: str = "",
    crs: str = "",
    lon: float | None = None,
    example: bool = False,
) -> tuple[Path, ...]:
    """
    Write the files of a new project into a folder.

    Parameters
    ----------
    folder
        Made if it is not there. It may hold other files, such as layers that a
        bureau has, but no project and no file of the names that are written.
    language
        Of headers, comments and products.
    stages
        Stages of `project_file.USUAL_STAGES`, in any order; written from the
        youngest to the oldest.
    name, title, crs
        As in `[project]`. An empty name is that of the folder, if it can be
        one; what is empty otherwise is left to be filled in.
    lon
        A longitude of the place, from which the CRS is chosen; not with `crs`.
    example
        Fill everything with an invented county, which has a CRS of its own.

    Returns
    -------
    files
        What was written; the project file is the last.

    Raises
    ------
    InputError
        If an option is wrong, if a file is in the way, or if the folder cannot
        be. Nothing is left behind then.
    DiskError
        If the disk is full, may not be written to or fails. Nothing is left
        behind then either.
    """
    faults = _check_options(stages, crs=crs, lon=lon, example=example)
    if faults:
        raise InputError(faults)
    choices = Choices(
        language=language,
        stages=tuple(stage for stage in USUAL_STAGES if stage in stages),
        name=name or (NAME if example else folder.name if _NAME.fullmatch(folder.name) else ""),
        title=title or (TITLE[language] if example else ""),
        crs=CRS if example else zone_of(lon) if lon is not None else crs,
        example=example,
    )
    project = project_toml(choices)
    finish(folder)
    faults = _check_project_file(project) or _in_the_way(folder, choices)
    if faults:
        raise InputError(faults)
    return _write_whole(folder, _contents(choices) | {FILE_NAME: _for_windows(project)})


def zone_of(lon: float) -> str:
    """
    Return the CGCS2000 3-degree Gauss-Kruger CRS, without zone number, whose central meridian is nearest.

    Halfway between two meridians it is the eastern one.

    Raises
    ------
    InputError
        If the longitude is more than 1.5 degrees outside 75°E to 135°E.

    Examples
    --------
    >>> zone_of(110.4), zone_of(99.82), zone_of(73.5), zone_of(112.5)
    ('EPSG:4546', 'EPSG:4542', 'EPSG:4534', 'EPSG:4547')
    """
    half = _ZONE_DEGREES / 2
    if not _FIRST_MERIDIAN - half <= lon < _LAST_MERIDIAN + half:
        wording = Wording(
            "lies outside China's zones of 3 degrees, 73.5 to 136.5.",
            "Give a longitude in degrees, such as 110.4, or the CRS itself by --crs.",
            "不在我国三度带范围(73.5 至 136.5)内。",
            "请填写十进制度的经度,如 110.4;或用 --crs 直接指定坐标系。",
        )
        raise InputError([Fault(file=_COMMAND, column="--lon", value=f"{lon:g}", **wording._asdict())])
    meridian = _ZONE_DEGREES * int((lon + half) // _ZONE_DEGREES)
    return f"EPSG:{_FIRST_ZONE + (meridian - _FIRST_MERIDIAN) // _ZONE_DEGREES}"


def _check_options(stages: Sequence[str], *, crs: str, lon: float | None, example: bool) -> list[Fault]:
    """Report options that are unknown, or contradict each other; the project file's own checks do the rest."""
    known, known_zh = ", ".join(USUAL_STAGES), "、".join(USUAL_STAGES)
    wrong = [stage for stage in stages if stage not in USUAL_STAGES] or ([] if stages else [""])
    faults = [
        Fault(
            file=_COMMAND,
            column="--stages",
            value=stage,
            problem="is no stage of the template.",
            remedy=f"Choose among {known}, separated by commas; others can be added to the project file.",
            problem_zh="不是模板中的学段。",
            remedy_zh=f"可选:{known_zh},用逗号分隔;其他学段可以写在项目文件中。",
        )
        for stage in wrong
    ]
    if lon is not None and crs:
        wording = Wording("cannot go with --crs.", "Give one of them.", "不能与 --crs 同时使用。", "请只写其一。")
        faults.append(Fault(file=_COMMAND, column="--lon", value=f"{lon:g}", **wording._asdict()))
    if example and (crs or lon is not None):
        wording = Wording(
            "cannot go with --example, whose county has its own.",
            "Leave it out.",
            "不能与 --example 同时使用:示例县有自己的坐标系。",
            "请不要写。",
        )
        option, value = ("--crs", crs) if crs else ("--lon", f"{lon:g}")
        faults.append(Fault(file=_COMMAND, column=option, value=value, **wording._asdict()))
    return faults


def _check_project_file(text: str) -> list[Fault]:
    """Report what a project file complains of, but for what is still to be filled in."""
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError:
        wording = Wording(
            "holds half a character.",
            "Write the name and title anew.",
            "含有无效字符。",
            "请重新输入名称和标题。",
        )
        return [Fault(file=_COMMAND, column="--title", **wording._asdict())]
    try:
        with tempfile.TemporaryDirectory() as scratch:
            (Path(scratch) / FILE_NAME).write_bytes(content)
            _, faults = read_project_file(Path(scratch))
    except OSError as error:
        raise disk_fault(error, Path(tempfile.gettempdir())) or error from error
    return [fault for fault in faults if not any(mark in fault.value for mark in TO_FILL.values())]


def _contents(choices: Choices) -> dict[str, bytes]:
    """Return every file but the project file, by name."""
    language, book = choices.language, BOOK[choices.language]
    if not choices.example:
        return {
            book: draw_workbook(choices.stages, language=language),
            texts.NOTE_FILE[language]: _for_windows(texts.NOTE.format(book=book, mark=choices.to_fill)),
        }
    records = example_tables(language=language, stages=choices.stages)
    catchments = json.dumps(example_catchments(language=language), ensure_ascii=False, indent=1)
    return {
        book: draw_workbook(choices.stages, language=language, records={table: records[table] for table in FILLED}),
        CATCHMENT_FILE[language]: catchments.encode("utf-8"),
        texts.NOTE_FILE[language]: _for_windows(texts.EXAMPLE_NOTE.format(book=book)),
    }


def _for_windows(text: str) -> bytes:
    """Return a text as old editors of Windows need it: with their line ends."""
    return text.replace("\n", "\r\n").encode("utf-8")


def _in_the_way(folder: Path, choices: Choices) -> list[Fault]:
    """Report what cannot be a folder, and what has the name of a file that is written, or of a template's workbook."""
    if os.path.lexists(folder) and not folder.is_dir():
        wording = Wording("is a file, not a folder.", "Name a folder.", "是文件,不是文件夹。", "请指定一个文件夹。")
        return [Fault(file=str(folder), **wording._asdict())]
    names = {FILE_NAME, *BOOK.values(), texts.NOTE_FILE[choices.language]}
    names |= {CATCHMENT_FILE[choices.language]} if choices.example else set()
    wording = Wording(
        "is there already, and nothing is overwritten.",
        "Choose another folder, or move it away.",
        "已经存在,不会覆盖。",
        "请换一个文件夹,或先移走该文件。",
    )
    return [
        Fault(file=str(folder / name), **wording._asdict()) for name in sorted(names) if os.path.lexists(folder / name)
    ]


def _write_whole(folder: Path, contents: dict[str, bytes]) -> tuple[Path, ...]:
    """Write all files, or none."""
    try:
        with made_together(folder, name=_TOGETHER, replace=False) as work:
            for name, content in contents.items():
                with (work / name).open("xb") as file:
                    file.write(content)
    # a path may hold a character that no file name may
    except (OSError, ValueError) as error:
        raise InputError([_not_written(folder, error)]) from error
    return tuple(folder / name for name in contents)


def _not_written(folder: Path, error: Exception) -> Fault:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Fault(
        file=str(folder),
        problem=f"cannot be written to: {why}.",
        remedy="Choose another folder. Nothing was written.",
        problem_zh=f"无法写入({why})。",
        remedy_zh="请换一个文件夹。没有写入任何文件。",
    )
