"""A new project folder: what is written, whole or not at all, and what is refused."""

from __future__ import annotations

import errno
import io
import json
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import openpyxl
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from schoolmap.cli import app
from schoolmap.errors import InputError
from schoolmap.inputs.template.folder import write_template
from schoolmap.inputs.template.folder import zone_of
from schoolmap.inputs.template.sheets import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable

    from schoolmap.inputs.meanings import Language

RUN = CliRunner()
LANGUAGES: tuple[Language, ...] = ("zh", "en")
FILES = {"zh": {"学校数据.xlsx", "说明.txt", "project.toml"}, "en": {"school-data.xlsx", "README.txt", "project.toml"}}


def held(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code, what it prints and what it complains of."""
    result = RUN.invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


# What is written


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_hand(tmp_path: Path, language: Language) -> None:
    """A workbook, a project file and a note; their names are printed, nothing else is there."""
    folder = tmp_path / "bureau" / "county-1"
    code, out, err = run("new", folder, "--lang", language)
    assert (code, err) == (0, "")
    assert set(held(folder)) == FILES[language]
    assert [line.split("  ")[-1] for line in out.splitlines()] == [
        str(folder / name) for name in sorted_as_made(language)
    ]
    document = tomllib.loads((folder / "project.toml").read_text(encoding="utf-8"))
    assert document["project"]["name"] == "county-1"
    assert document["project"]["language"] == language


def sorted_as_made(language: Language) -> list[str]:
    """Return the files in the order in which they are written: the project file makes the folder a project, so it is last."""
    return [BOOK[language], *sorted(FILES[language] - {BOOK[language], "project.toml"}), "project.toml"]


def test_the_note_has_both_languages_and_windows_line_ends(tmp_path: Path) -> None:
    """Three steps for whoever opens it, in the oldest editor."""
    write_template(tmp_path / "a", language="zh")
    content = (tmp_path / "a" / "说明.txt").read_bytes()
    text = content.decode("utf-8")
    assert content.count(b"\n") == content.count(b"\r\n") > 10
    for part in ("三步完成学位规划", "Three steps", "学校数据.xlsx", "【必填】", "schoolmap check", "schoolmap plan"):
        assert part in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", [False, True])
def test_same_choices_same_bytes(tmp_path: Path, language: Language, *, example: bool) -> None:
    """In whatever folder it is written."""
    for name in ("a", "b"):
        write_template(tmp_path / name, language=language, name="x", example=example)
    assert held(tmp_path / "a") == held(tmp_path / "b")


def test_options_reach_the_project_file(tmp_path: Path) -> None:
    """Name, title, the zone of a longitude, and stages in their own order, whatever the order asked for."""
    options = ["--name", "yl-2025", "--title", "沅陵学位", "--lon", "110.4", "--stages", "primary, kindergarten"]
    assert run("new", tmp_path / "虚构县", *options)[0] == 0
    document = tomllib.loads((tmp_path / "虚构县" / "project.toml").read_text(encoding="utf-8"))
    project = document["project"]
    assert (project["name"], project["title"], project["crs"]) == ("yl-2025", "沅陵学位", "EPSG:4546")
    assert list(document["stages"]) == ["kindergarten", "primary"]
    sheets = openpyxl.load_workbook(tmp_path / "虚构县" / "学校数据.xlsx").sheetnames
    assert {"幼儿园", "小学"} <= set(sheets)
    assert "初中" not in sheets


def test_a_folder_whose_name_is_no_name_leaves_it_open(tmp_path: Path) -> None:
    """A Chinese folder name cannot name files: it is asked for."""
    write_template(tmp_path / "本县", language="zh")
    assert (
        tomllib.loads((tmp_path / "本县" / "project.toml").read_text(encoding="utf-8"))["project"]["name"] == "【必填】"
    )


def test_for_machines(tmp_path: Path) -> None:
    """One document: the files, or the faults in both languages."""
    code, out, _ = run("new", tmp_path / "a", "--json")
    assert code == 0
    assert {Path(path).name for path in json.loads(out)["files"]} == FILES["zh"]
    code, out, err = run("new", tmp_path / "a", "--json")
    assert (code, err) == (2, "")
    assert {fault["problem"] for fault in json.loads(out)["faults"]} == {
        "is there already, and nothing is overwritten."
    }


# The zone


@given(st.floats(73.5, 136.49))
def test_the_zone_is_the_nearest(lon: float) -> None:
    """Its central meridian is at most 1.5 degrees away, and it has no number before its eastings."""
    crs = pyproj.CRS.from_user_input(zone_of(lon))
    operation = {item.name: item.value for item in crs.coordinate_operation.params}
    assert abs(operation["Longitude of natural origin"] - lon) <= 1.5
    assert operation["False easting"] == 500_000
    assert crs.name.startswith("CGCS2000 / 3-degree Gauss-Kruger CM")


@pytest.mark.parametrize(("lon", "crs"), [(110.39, "EPSG:4546"), (113.03, "EPSG:4547"), (99.82, "EPSG:4542")])
def test_zones_by_hand(lon: float, crs: str) -> None:
    """Counties whose zones are known: central meridians 111, 114 and 99."""
    assert zone_of(lon) == crs


# Hostile places


@pytest.mark.parametrize("name", ["project.toml", "学校数据.xlsx", "school-data.xlsx", "说明.txt"])
@pytest.mark.parametrize("what", ["file", "folder", "dangling link"])
def test_nothing_is_overwritten(tmp_path: Path, name: str, what: str) -> None:
    """A project, a workbook in either language or a note in the way: exit code 2, named, and nothing is touched."""
    if what == "file":
        (tmp_path / name).write_text("mine", encoding="utf-8")
    elif what == "folder":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.iterdir())
    code, out, err = run("new", tmp_path, "--lang", "zh")
    assert (code, out) == (2, "")
    assert f"{name}: 已经存在,不会覆盖。请换一个文件夹,或先移走该文件。" in err
    assert sorted(tmp_path.iterdir()) == before
    if what == "file":
        assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_all_files_in_the_way_are_named_at_once(tmp_path: Path) -> None:
    """Also those that the example alone would write."""
    for name in ("project.toml", "学校数据.xlsx", "学区.geojson"):
        (tmp_path / name).touch()
    _, _, err = run("new", tmp_path, "--lang", "en", "--example")
    assert "2 error(s)" in err
    _, _, err = run("new", tmp_path, "--lang", "zh", "--example")
    assert "错误 3 条" in err


def test_other_files_may_be_there(tmp_path: Path) -> None:
    """A bureau's layers stay where they are, beside the template."""
    (tmp_path / "学区.geojson").write_bytes(b"layer")
    assert run("new", tmp_path)[0] == 0
    assert held(tmp_path).keys() == FILES["zh"] | {"学区.geojson"}
    assert (tmp_path / "学区.geojson").read_bytes() == b"layer"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """Neither the folder itself nor one above it."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    code, out, err = run("new", tmp_path / "file", "--lang", "en")
    assert (code, out) == (2, "")
    assert "is a file, not a folder. Name a folder." in err
    code, out, err = run("new", tmp_path / "file" / "below", "--lang", "zh")
    assert (code, out) == (2, "")
    assert "无法写入" in err
    assert held(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "\udcff/\0"])
def test_a_path_that_cannot_be(tmp_path: Path, name: str) -> None:
    """A name that no file system takes is a fault, not a crash; folders above it are taken away again."""
    with pytest.raises(InputError, match="cannot be written to"):
        write_template(tmp_path / "new" / name, language="zh")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "error", [PermissionError(errno.EACCES, "Permission denied"), OSError(errno.ENOSPC, "No space")]
)
def test_nothing_is_left_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: OSError
) -> None:
    """If any of the files cannot be written, none is there, nor a folder that was made for them: no fault of the input."""
    (tmp_path / "mine.txt").touch()
    fail_at(monkeypatch, number, error)
    code, out, err = run("new", tmp_path / "a" / "b", "--lang", "zh")
    assert (code, out) == (1, "")
    assert (
        "磁盘空间不足。请清理空间" if error.errno == errno.ENOSPC else f"无法写入({error.strerror})。请换一个"
    ) in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped by the keyboard while the second file is written."""
    fail_at(monkeypatch, 2, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        write_template(tmp_path / "a", language="zh")
    assert list(tmp_path.iterdir()) == []


def fail_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> None:
    """Let the writing of the nth new file fail when half of it is written."""
    opened: list[Path] = []
    whole: Callable[..., Any] = Path.open

    class Half(io.BytesIO):
        """A file that breaks off."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.file = whole(path, "xb")

        def write(self, content: Any) -> int:  # noqa: ANN401
            self.file.write(content[: len(content) // 2])
            self.file.close()
            raise error

    def open_half(self: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        if mode == "xb":
            opened.append(self)
            if len(opened) == number:
                return Half(self)
        return whole(self, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", open_half)
    monkeypatch.setattr("schoolmap.inputs.template.folder.draw_workbook", lambda *_, **__: b"workbook")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to the administrator")
def test_no_right_to_write(tmp_path: Path) -> None:
    """A folder that may only be read is said to be so."""
    tmp_path.chmod(0o500)
    code, _, err = run("new", tmp_path, "--lang", "en")
    tmp_path.chmod(0o700)
    assert code == 1
    assert "may not be written to: Permission denied" in err
    assert held(tmp_path) == {}


# Wrong options


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--stages", "primary,senior"], "--stages: 'senior': is no stage of the template."),
        (["--stages", " , "], "--stages: is no stage of the template."),
        (["--lon", "13.4"], "--lon: '13.4': lies outside China's zones"),
        (["--lon", "nan"], "--lon: 'nan': lies outside China's zones"),
        (["--lon", "110", "--crs", "EPSG:4546"], "--lon: '110': cannot go with --crs."),
        (["--crs", "EPSG:4326"], "project.crs: 'EPSG:4326': is not a map projection in metres"),
        (["--crs", "EPSG:2361"], "project.crs: 'EPSG:2361': is Xian 1980"),
        (["--crs", "GCJ-02"], "project.crs: 'GCJ-02': is not a map projection in metres"),
        (["--name", "本县"], "project.name: '本县': may hold only letters"),
        (["--name", "../x"], "project.name: '../x': may hold only letters"),
        (["--name", "x" * 81], "is longer than 80 characters."),
        (["--title", "a\udcff"], "--title: holds half a character."),
        (["--example", "--crs", "EPSG:4546"], "--crs: 'EPSG:4546': cannot go with --example"),
        (["--example", "--lon", "110"], "--lon: '110': cannot go with --example"),
    ],
)
def test_wrong_options(tmp_path: Path, options: list[str], says: str) -> None:
    """Exit code 2, a sentence that names the option or key, and no folder."""
    code, out, err = run("new", tmp_path / "a", "--lang", "en", *options)
    assert (code, out) == (2, "")
    assert says in err
    assert list(tmp_path.iterdir()) == []


def test_wrong_options_are_told_in_chinese_unless_asked(tmp_path: Path) -> None:
    """A template is Chinese by default, and so is what is said of it."""
    _, _, err = run("new", tmp_path / "a", "--stages", "senior")
    assert "schoolmap new, 列 --stages: “senior”:不是模板中的学段。可选:kindergarten、primary、junior" in err
