"""The documentation keeps its promises: commands, keys and columns are those of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shipped

from schoolmap.inputs import project_file
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from schoolmap.plan import Plan
    from schoolmap.project import Project

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
README_ZH = (ROOT / "README.zh.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "project.md").read_text(encoding="utf-8")

COMMANDS = (
    "pip install -e . && schoolmap plan data/berlin-mitte",
    'pip install -e ".[test]" && pytest',
)


@pytest.mark.parametrize("command", COMMANDS)
def test_both_readmes_give_the_two_commands(command: str) -> None:
    """A newcomer finds the same two lines in both languages."""
    assert f"\n{command}\n" in README
    assert f"\n{command}\n" in README_ZH


def test_ci_runs_what_the_readme_says() -> None:
    """The CI script installs, plans and tests with the README's words."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for part in ("-e .", "schoolmap plan data/berlin-mitte", '-e ".[test]"', "\nSCHOOLMAP_REQUIRE_BROWSER=1 pytest\n"):
        assert part in script


@pytest.mark.parametrize("text", [README, README_ZH])
def test_links_and_pictures_exist(text: str) -> None:
    """Every relative link leads somewhere."""
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")]
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_picture_is_shown_and_can_be_taken_again() -> None:
    """No picture lies about unseen, and each is named by the script that makes it."""
    texts = [README, README_ZH, *(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))]
    shown = {name for text in texts for name in re.findall(r"images/([\w-]+)\.png\)", text)}
    assert {path.stem for path in (ROOT / "docs" / "images").iterdir()} == shown
    script = (ROOT / "docs" / "make_images.py").read_text(encoding="utf-8")
    made = set(re.findall(r'[nN]ame="([\w-]+)"|REPORT = "([\w-]+)"', script))
    alone = {name for pair in made for name in pair if name}
    both = {f"{name}-{language}" for name in re.findall(r'_both\("([\w-]+)"', script) for language in ("en", "zh")}
    assert shown - both - alone == {"porto-alegre"}
    assert "porto-alegre.png" in script


@pytest.mark.parametrize(
    "name",
    [
        "Settings",
        "TableSource",
        "Database",
        "PopulationSettings",
        "ExcludedYear",
        "Stage",
        "Scenario",
        "SeatSettings",
        "PublicationSettings",
        "TravelSettings",
        "SitingSettings",
        "StageAmounts",
        "StatedFigure",
        "Ruling",
        "Source",
        "Attendance",
    ],
)
def test_every_key_of_the_project_file_is_described(name: str) -> None:
    """A key that can be written is in the reference."""
    keys = set(getattr(project_file, name).model_fields) - {"id"} | ({"id"} if name == "Scenario" else set())
    assert keys
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", REFERENCE)] == []


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_every_column_is_described(name: str) -> None:
    """A column that is read is in the reference, under its table."""
    found = re.search(rf"^(\*\*{name}\*\*|{name}[ :]).*?\n\n", REFERENCE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    part = found[0]
    missing = [column for column in CONTRACTS[name].columns if f"`{column}`" not in part]
    assert missing == []


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's Python lines run as they stand, in the repository's folder."""
    monkeypatch.chdir(ROOT)

    def known(project: Project) -> Plan:
        """Return the plan of that project, which others have made."""
        assert project.settings.name == shipped.BERLIN
        return shipped.plan(shipped.BERLIN)

    monkeypatch.setattr("schoolmap.plan.make_plan", known)
    found = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert found is not None
    exec(compile(found[1], "README.md", "exec"), {})  # noqa: S102
    printed = capsys.readouterr().out
    assert "shortage_probability" in printed
    assert "transfer" in printed


def test_the_example_on_space_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The block in docs/space.md: catchments by distance and by seats, and seats in reach."""
    monkeypatch.chdir(ROOT)
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "space.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert found is not None
    exec(found[1], {})  # noqa: S102 - our own page
    assert "catchment" in capsys.readouterr().out
