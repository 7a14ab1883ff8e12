"""Commands on a disk that takes no more, and a plan that is killed while it writes: one sentence, and the old products whole."""

from __future__ import annotations

import json
import os
import pydoc
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import past
import pytest
import village
from typer.testing import CliRunner

from schoolmap.batch.single import plan_one
from schoolmap.cli import app
from schoolmap.errors import DiskError
from schoolmap.output.backtest_page import write_backtest
from schoolmap.output.describe import describe
from schoolmap.output.products import write_products
from schoolmap.placing import SCRATCH
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.plan import Plan

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
SUFFIXES = ("html", "xlsx", "docx", "gpkg", "json")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Plan the synthetic county."""
    return make_plan(village.idle(read_project(village.write(tmp_path_factory.mktemp("full") / "village"))))


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as a disk that is full lets none."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def old_products(folder: Path, name: str) -> dict[str, bytes]:
    """Write what a plan of yesterday has left."""
    folder.mkdir(parents=True)
    for suffix in SUFFIXES:
        (folder / f"{name}.{suffix}").write_text("yesterday", encoding="utf-8")
    return held(folder)


def held(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def sizes(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Return how large each product is, without the report's pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("schoolmap.output.figures.atlas.draw_pictures", lambda *_, **__: ())
        files = write_products(plan, describe(plan), tmp_path_factory.mktemp("sizes"), language="en")
    return {path.suffix: path.stat().st_size for path in files}


WRITERS = {
    ".xlsx": "schoolmap.output.workbook.write_workbook",
    ".docx": "schoolmap.output.report.document.write_report",
    ".gpkg": "schoolmap.output.geopackage.write_geopackage",
}


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("kind", [".html", *WRITERS])
def test_no_product_can_be_written_whole(
    plan: Plan, sizes: dict[str, int], tmp_path: Path, kind: str, part: float
) -> None:
    """Whichever of them strikes the limit, and wherever in it: a sentence, and the products of yesterday are whole."""
    before = old_products(tmp_path / "maps", "village")
    model, size = describe(plan), int(sizes[kind] * part)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("schoolmap.output.figures.atlas.draw_pictures", lambda *_, **__: ())
        if kind in WRITERS:
            whole = pydoc.locate(WRITERS[kind])

            def write(*given: Any, **options: Any) -> None:  # noqa: ANN401 - whatever it takes
                with limited(size):
                    whole(*given, **options)  # type: ignore[operator]

            patch.setattr(WRITERS[kind], write)
        limit = limited(size if kind == ".html" else resource.RLIM_INFINITY)
        with limit, pytest.raises(DiskError, match=r"No space is left on the disk|a disk that takes no more"):
            write_products(plan, model, tmp_path / "maps", language="en")
    assert held(tmp_path / "maps") == before


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> None:
    """Let the plan be made already, and its map be larger than what numba writes down of a kernel that it compiles."""
    monkeypatch.setattr("schoolmap.project.inspect_folder", lambda *_, **__: (plan.project, ()))
    monkeypatch.setattr("schoolmap.plan.make_plan", lambda *_, **__: plan)
    monkeypatch.setattr("schoolmap.output.webmap.render_html", lambda _: "x" * 20_000_000)


ROOM = 10_000_000


def county(folder: Path) -> str:
    """Write the synthetic county, with nothing to be proposed, which is quicker."""
    with (village.write(folder) / "project.toml").open("a", encoding="utf-8") as file:
        file.write("\n[siting]\nallow = []\n")
    return str(folder)


@pytest.mark.usefixtures("planned")
def test_plan(tmp_path: Path) -> None:
    """Exit code 1, in the language of the run; a folder that was made is taken away."""
    given = ["plan", str(tmp_path), "--out", str(tmp_path / "maps"), "--lang", "zh"]
    with limited(ROOM):
        result = CliRunner().invoke(app, given)
    assert result.exit_code == 1
    assert "所在磁盘空间不足。请清理空间" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "maps").exists()


@pytest.mark.parametrize("size", [2_000, 12_000])
def test_new(tmp_path: Path, size: int) -> None:
    """Nothing is begun that cannot be finished, whether the folder's disk is full or that of the system's scratch."""
    with limited(size):
        result = CliRunner().invoke(app, ["new", str(tmp_path / "a" / "b"), "--lang", "en"])
    assert result.exit_code == 1
    assert result.stderr.startswith("No space is left on the disk of")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("planned")
def test_batch(tmp_path: Path) -> None:
    """The project has failed, with the sentence; nothing of it is left."""
    (tmp_path / "maps").mkdir()
    with limited(ROOM):
        outcome = plan_one(str(tmp_path), str(tmp_path / "maps"), "village", "print", "en")
    assert outcome["status"] == "failed"
    assert "No space is left on the disk" in outcome["message"]
    assert list((tmp_path / "maps").iterdir()) == []


def test_backtest(tmp_path: Path) -> None:
    """Page and table, both or neither."""
    from schoolmap.backtesting import make_backtest  # noqa: PLC0415
    from schoolmap.project import read_evidence  # noqa: PLC0415

    evidence, document, _ = read_evidence(past.write(tmp_path / "past"))
    assert evidence is not None
    assert document is not None
    result = make_backtest(evidence, document)
    with limited(3_000), pytest.raises(DiskError, match="No space is left"):
        write_backtest(result, tmp_path / "maps", language="en")
    assert not (tmp_path / "maps").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_what_is_printed(tmp_path: Path) -> None:
    """Into a file on a full disk, and into a pipe that nobody reads: exit code 1 and no traceback."""
    command = [sys.executable, "-m", "schoolmap", "standards", "--json"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)  # noqa: S603
    assert (done.returncode, done.stderr) == (1, "The output cannot be printed: No space left on device.\n")
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)  # noqa: S603
    os.close(writes)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(os.name == "nt", reason="processes are not killed by signals there")
def test_a_plan_that_is_killed_while_it_writes(plan: Plan, tmp_path: Path) -> None:
    """The products of yesterday are whole; the next run leaves nothing of the dead one."""
    out = tmp_path / "maps"
    before = old_products(out, "village")
    command = [sys.executable, "-m", "schoolmap", "plan", county(tmp_path / "village"), "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        deadline = time.monotonic() + 300
        while not list(out.glob(f"{SCRATCH}*/new/*.html")) and time.monotonic() < deadline:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert {name: (out / name).read_bytes() for name in before} == before
    assert list(out.glob(f"{SCRATCH}*"))
    files = write_products(plan, describe(plan), out, language="en")
    assert held(out).keys() == {path.name for path in files}
    assert json.loads((out / "village.json").read_text(encoding="utf-8"))
