"""
Read a file of edits: what somebody tried out on the map, to be planned as if it were decided.

The map saves it (JSON, schema `schoolmap.edits/1`), `schoolmap plan FOLDER --with
EDITS` reads it. An edit adds seats at a school or in a catchment from a school
year on, or moves a small area, or the part of it that lies in one catchment, to
another catchment. Nothing of the project's own files is changed by it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Annotated
from typing import Any
from typing import Literal

import pydantic
from pydantic import ConfigDict
from pydantic import Field

from schoolmap.errors import Fault
from schoolmap.errors import Wording

if TYPE_CHECKING:
    from pathlib import Path

    import pydantic_core

SCHEMA = "schoolmap.edits/1"
LARGEST_BYTES = 4_000_000
"""A file of edits is small; what is larger is something else."""

Code = Annotated[str, Field(min_length=1, max_length=200)]
SchoolYear = Annotated[int, Field(ge=1900, le=2200)]


class _Part(pydantic.BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Add(_Part):
    """
    Seats that are added, or taken away where the number is negative.

    Attributes
    ----------
    stage
        Stage of schooling.
    school, catchment
        Where: at the section of a school, shared among the catchments that it
        serves, or else in a catchment.
    classes, seats
        How many: whole classes, each with the standard's seats, or seats for
        the ages of the stage.
    opens, until
        First and last school year in which they are there; without `until`, for good.
    proposal
        Code of the proposal of the plan that it was; empty where it is the reader's own.
    name
        What to call it in lists.
    """

    kind: Literal["add"]
    stage: Code
    school: Code | None = None
    catchment: Code | None = None
    classes: float | None = None
    seats: float | None = None
    opens: SchoolYear
    until: SchoolYear | None = None
    proposal: str = ""
    name: str = Field(default="", max_length=500)


class Move(_Part):
    """
    A small area that changes its catchment.

    Attributes
    ----------
    coverage
        Name of the set of catchments.
    area
        Small area; only what of it lies in `from_catchment` moves.
    from_catchment, to_catchment
        Catchments, `from` and `to` in the file.
    opens
        First school year in which it holds.
    proposal
        Code of the proposal of the plan that it was part of; or empty.
    """

    kind: Literal["move"]
    coverage: Code
    area: Code
    from_catchment: Code = Field(alias="from")
    to_catchment: Code = Field(alias="to")
    opens: SchoolYear
    proposal: str = ""


Edit = Annotated[Add | Move, Field(discriminator="kind")]


class Edits(_Part):
    """
    A file of edits.

    Attributes
    ----------
    schema_name
        `schoolmap.edits/1`; `schema` in the file.
    project
        Name of the project that they were made on.
    base_year
        First school year of that plan.
    edits
        In the order in which they are applied; moves of one area follow each other.
    """

    schema_name: Literal["schoolmap.edits/1"] = Field(alias="schema")
    project: str
    base_year: SchoolYear
    edits: tuple[Edit, ...] = Field(strict=False)


def read_edits(path: Path) -> tuple[Edits | None, list[Fault]]:
    """
    Read a file of edits.

    Parameters
    ----------
    path
        JSON as the map saves it.

    Returns
    -------
    edits, faults
        The edits, or nothing and everything that is wrong with the file.
        Whether they fit a project is for `editing.with_edits` to say.
    """
    text = _content(path)
    if isinstance(text, Fault):
        return None, [text]
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None, [_fault(path, _NO_JSON)]
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return None, [_fault(path, _NOT_EDITS, column="schema")]
    try:
        found = Edits.model_validate(document)
    except pydantic.ValidationError as errors:
        return None, [_complaint(path, error) for error in errors.errors()]
    faults = [fault for number, edit in enumerate(found.edits, start=1) for fault in _own_faults(path, number, edit)]
    return (None, faults) if faults else (found, [])


def _content(path: Path) -> bytes | Fault:
    """Return what a file holds, or why it is not read: a device or a pipe may have no end."""
    try:
        if path.exists() and not path.is_file():
            return _fault(path, _NO_FILE)
        return path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else _fault(path, _TOO_LARGE)
    except OSError as error:
        return _fault(path, Wording(*(part.format(error.strerror or error) for part in _UNREADABLE)))


def key_of(number: int, name: str = "") -> str:
    """
    Return the key by which a fault names an edit; edits are counted from 1.

    Examples
    --------
    >>> key_of(3, "school"), key_of(1)
    ('edits.3.school', 'edits.1')
    """
    return f"edits.{number}.{name}" if name else f"edits.{number}"


def _own_faults(path: Path, number: int, edit: Add | Move) -> list[Fault]:
    """Return what is wrong with an edit by itself."""
    if isinstance(edit, Move):
        same = edit.from_catchment == edit.to_catchment
        return [_fault(path, _NO_MOVE, column=key_of(number, "to"), value=edit.to_catchment)] if same else []
    found = []
    if (edit.school is None) == (edit.catchment is None):
        found.append(_fault(path, _ONE_PLACE, column=key_of(number, "school")))
    if (edit.classes is None) == (edit.seats is None):
        found.append(_fault(path, _ONE_SIZE, column=key_of(number, "classes")))
    if edit.classes is not None and edit.classes != round(edit.classes):
        found.append(_fault(path, _WHOLE_CLASSES, column=key_of(number, "classes"), value=f"{edit.classes:g}"))
    if edit.until is not None and edit.until < edit.opens:
        found.append(_fault(path, _ENDS_FIRST, column=key_of(number, "until"), value=str(edit.until)))
    return found


def _complaint(path: Path, error: pydantic_core.ErrorDetails) -> Fault:
    """Turn a complaint of the validator into a fault that names the key."""
    loc = [part for part in error["loc"] if part not in {"add", "move"}]
    words = [str(part + 1) if isinstance(part, int) else str(part) for part in loc]
    value: Any = error["input"]
    shown = "" if isinstance(value, (dict, list, tuple)) or error["type"] == "missing" else str(value)
    wording = _MISSING if error["type"] == "missing" else _UNKNOWN_KEY if error["type"] == "extra_forbidden" else None
    if wording is None:
        wording = Wording(
            f"cannot be read: {error['msg'].lower()}.",
            "Save the file again from the map, or correct the value.",
            f"无法识别:{error['msg']}。",
            "请在地图中重新保存,或更正该值。",
        )
    return _fault(path, wording, column=".".join(words), value=shown)


def _fault(path: Path, wording: Wording, *, column: str = "", value: str = "") -> Fault:
    return Fault(file=path.name, column=column, value=value, **wording._asdict())


_NO_FILE = Wording(
    "cannot be read: it is no file.",
    "Give the file that the map saved.",
    "无法读取:不是文件。",
    "请指定地图保存的调整文件。",
)
_UNREADABLE = Wording(
    "cannot be read: {}.",
    "Give the file that the map saved.",
    "无法读取:{}。",
    "请指定地图保存的调整文件。",
)
_TOO_LARGE = Wording(
    f"is larger than {LARGEST_BYTES:,} bytes: no file of edits is.",
    "Give the file that the map saved.",
    f"大于{LARGEST_BYTES:,}字节,不是调整文件。",
    "请指定地图保存的调整文件。",
)
_NO_JSON = Wording(
    "is no JSON in UTF-8.",
    "Give the file that the map saved, unchanged.",
    "不是UTF-8编码的JSON文件。",
    "请指定地图保存的调整文件,不要改动。",
)
_NOT_EDITS = Wording(
    f"is no file of edits: `schema` is not {SCHEMA!r}.",
    "Give the file that the map saved with “Save these changes”.",
    f"不是调整文件:schema 不是 {SCHEMA!r}。",
    "请指定在地图中点“保存调整”得到的文件。",
)
_MISSING = Wording("is missing.", "Save the file again from the map.", "缺少该项。", "请在地图中重新保存。")
_UNKNOWN_KEY = Wording(
    "is not a known key.", "Leave it out, or correct its name.", "不是可用的键。", "请删去或更正名称。"
)
_NO_MOVE = Wording(
    "is the catchment that the area is in already.",
    "Name another catchment, or leave the edit out.",
    "与原片区相同。",
    "请指定另一个片区,或删去这条调整。",
)
_ONE_PLACE = Wording(
    "an addition is either at a school or in a catchment.",
    "Name one of `school` and `catchment`.",
    "增加学位须指明学校或片区之一。",
    "请只填 school 或 catchment 之一。",
)
_ONE_SIZE = Wording(
    "an addition is either of classes or of seats.",
    "Give one of `classes` and `seats`.",
    "增加的规模须为班数或学位数之一。",
    "请只填 classes 或 seats 之一。",
)
_WHOLE_CLASSES = Wording("is no whole number of classes.", "Give whole classes.", "不是整数班。", "班数请填整数。")
_ENDS_FIRST = Wording(
    "ends before it opens.", "Give a last year that is not before the first.", "早于启用年份。", "请更正末年。"
)
