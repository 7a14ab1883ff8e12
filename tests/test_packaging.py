"""
What is handed on: the wheel and the source archive carry all they need, and the wheel alone makes a plan elsewhere.

They are built from this checkout, and the wheel is put where no checkout is; only its dependencies are those that
are installed here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from checkout import ROOT
from checkout import kept

import schoolmap

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def run(*command: str, folder: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; with a path, with that one's packages before all others."""
    told = {} if path is None else {"PYTHONPATH": str(path)}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | told
    return subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env=environment | {"PYTHONUTF8": "1"},
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both."""
    folder = tmp_path_factory.mktemp("built")
    done = run(sys.executable, "-m", "hatchling", "build", "--directory", str(folder), folder=ROOT)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """Return the wheel."""
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the wheel where no checkout is, with its command."""
    folder = tmp_path_factory.mktemp("elsewhere")
    done = run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder)),
        str(wheel),
        folder=folder,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    """Code, standards, assets of the page, vendored licences, the mark that it is typed; and nothing else."""
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == {name for name in kept() if name.startswith("schoolmap/")}
    assert "schoolmap/py.typed" in inside


def test_the_source_archive_has_all_that_tests_need(built: Path) -> None:
    """Every file of the repository but those of the host of the code."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        inside = {name.partition("/")[2] for name in opened.getnames()}
    missing = {name for name in kept() - inside if not name.startswith(".git")}
    assert missing == set()
    assert {name for name in inside - kept() if name != "PKG-INFO"} == set()


def test_the_version_is_told_once(wheel: Path) -> None:
    """The package, its metadata, the citation and the changelog agree."""
    assert PROJECT["version"] == schoolmap.__version__
    assert wheel.name.startswith(f"schoolmap-{schoolmap.__version__}-py3-none-any")
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", cited, flags=re.MULTILINE)[1] == schoolmap.__version__  # type: ignore[index]
    told = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert told[0] == "Unreleased" or told[0].startswith(schoolmap.__version__)


def test_it_says_which_python_and_licence(wheel: Path) -> None:
    """As a package index and an installer read it."""
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
    told = archive.read(name).decode()
    assert "\nRequires-Python: >=3.11\n" in told
    assert "\nLicense-Expression: BSD-3-Clause\n" in told
    assert "\nClassifier: Typing :: Typed\n" in told
    for extra in ("batch", "test"):
        assert f"\nProvides-Extra: {extra}\n" in told
    carried = {name.partition(".dist-info/licenses/")[2] for name in archive.namelist()} - {""}
    assert carried == set(PROJECT["license-files"])


def test_every_dependency_names_the_oldest_that_works() -> None:
    """A version without a lower bound would be whatever an old machine has."""
    asked = [*PROJECT["dependencies"], *(name for extra in PROJECT["optional-dependencies"].values() for name in extra)]
    assert [name for name in asked if ">=" not in name] == []


def test_the_wheel_alone_makes_a_plan(elsewhere: Path, tmp_path: Path) -> None:
    """From another folder, by its own command: an example is made, checked and planned."""
    where = run(sys.executable, "-c", "import schoolmap; print(schoolmap.__file__)", folder=tmp_path, path=elsewhere)
    assert Path(where.stdout.strip()).is_relative_to(elsewhere)
    command = next((elsewhere / "bin").glob("schoolmap*"))
    for words in (("new", "示例", "--example"), ("check", "示例")):
        done = run(sys.executable, str(command), *words, folder=tmp_path, path=elsewhere)
        assert done.returncode == 0, done.stderr
    file = tmp_path / "示例" / "project.toml"
    # nothing is proposed: what searches for measures would have to be compiled again where it has been put
    file.write_text(file.read_text(encoding="utf-8") + "\n[siting]\nallow = []\n", encoding="utf-8")
    done = run(sys.executable, str(command), "plan", "示例", "--lang", "zh", folder=tmp_path, path=elsewhere)
    assert done.returncode == 0, done.stderr
    assert sorted(path.suffix for path in (tmp_path / "maps").iterdir()) == [
        ".docx", ".gpkg", ".html", ".json", ".xlsx",
    ]  # fmt: skip
