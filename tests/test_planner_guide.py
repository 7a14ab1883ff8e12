"""The planner's guide says what the program does: commands, options, sheets, keys, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from schoolmap.cli import app
from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.template.folder import write_template
from schoolmap.inputs.template.sheets import CODES
from schoolmap.inputs.template.sheets import GUIDE
from schoolmap.inputs.template.sheets import describe_sheets
from schoolmap.inputs.template.toml import Choices
from schoolmap.inputs.template.toml import project_toml

DOCS = Path(__file__).parents[1] / "docs"
CHINESE = (DOCS / "planner-guide.zh.md").read_text(encoding="utf-8")
ENGLISH = (DOCS / "planner-guide.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_links_lead_somewhere(text: str) -> None:
    """Every relative link is a file."""
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) >= 2
    assert [link for link in links if not (DOCS / link).resolve().is_file()] == []


@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_commands_and_options_are_known(text: str) -> None:
    """Whatever is to be typed can be typed."""
    typed = re.findall(r"schoolmap (new|[a-z]+)((?: [^\s`|]+)*)", text)
    assert {"new", "check", "plan"} <= {command for command, _ in typed}
    for command, rest in typed:
        assert command in COMMANDS
        known = {option for parameter in COMMANDS[command].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z]+", rest)) <= known


def test_sheets_are_those_of_the_workbook() -> None:
    """The table of who has what names every sheet that a plan needs, and no other one."""
    part = CHINESE[CHINESE.index("## 二、") : CHINESE.index("## 三、")]
    named = {name for row in part.splitlines() if row.startswith("|") for name in row.split("|")[2].strip().split("、")}
    sheets = {sheet.title: sheet.need for sheet in describe_sheets(tuple(USUAL_STAGES), language="zh")}
    assert named - set(sheets) == {"填在哪张工作表", "---", "图层文件，见第四节"}
    assert {title for title, need in sheets.items() if need == "required"} <= named


def test_headers_and_files_are_those_of_the_template(tmp_path: Path) -> None:
    """What stands in quotation marks is a sheet, a header, a mark or a word of the program."""
    names = {path.name for path in write_template(tmp_path / "a", language="zh")}
    assert names <= set(re.findall(r"`([^`\n]+)`", CHINESE))
    fields = [field for sheet in describe_sheets(tuple(USUAL_STAGES), language="zh") for field in sheet.fields]
    headers = {field.header.split("（")[0] for field in fields}
    for header in ("学位数", "教室数", "占用教室学段", "中心校代码", "建成概率", "学区代码"):
        assert f"“{header}" in CHINESE
        assert header in headers
    assert {GUIDE["zh"], CODES["zh"]} == {"填写说明", "代码表"}


def test_switched_off_lines_are_those_of_the_project_file() -> None:
    """The example of how to enable a sheet stands in the template word by word."""
    found = re.search(r"```toml\n(.*?)```", CHINESE, flags=re.DOTALL)
    assert found is not None
    assert found[1] in project_toml(Choices(language="zh"))


def test_messages_are_quoted() -> None:
    """The usual messages are those that the program has."""
    part = CHINESE[CHINESE.index("| 常见提示") : CHINESE.index("数据确有错误")]
    quoted = [row.split("|")[1].split("（")[0].strip() for row in part.splitlines()[2:] if row.startswith("|")]
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted((DOCS.parent / "schoolmap").rglob("*.py")))
    said = sources.replace("{of}", "schools")
    assert len(quoted) == 8
    assert [message for message in quoted if message not in said] == []
