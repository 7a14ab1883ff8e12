"""
The tutorials, the how-to guides and the explanation do what they say: each page is followed by a reader, as written.

How a page is followed, and what it must look like for that, is told in `guides`. The tutorial for planners, in both
languages, is a trial by somebody who is new: a folder, the sheets filled in, faults found, mended, planned, opened.
"""

from __future__ import annotations

import functools
import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import pytest
from browsing import MISSING
from browsing import REQUIRED
from browsing import opened_file
from browsing import start
from guides import Reader
from guides import blocks_of
from guides import edited
from guides import missing
from shapely import box

from schoolmap.inputs.template import folder as template
from schoolmap.inputs.template.example import example_tables
from schoolmap.output.figures import atlas

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[1] / "docs"
TUTORIALS = ("planner.zh.md", "planner.md")
HOW_TO = (
    "no-crs",
    "points-from-amap",
    "only-births",
    "compare-scenarios",
    "candidate-site",
    "redraw-a-boundary",
    "province",
    "own-standard",
)
EXPLANATION = ("numbers", "intervals", "not-modelled", "seats-per-thousand", "data-and-standards")
PAGES = (
    *(f"tutorials/{name}" for name in TUTORIALS),
    *(f"how-to/{name}.md" for name in HOW_TO),
    *(f"explanation/{name}.md" for name in EXPLANATION),
)
ELSEWHERE = {
    "tutorials/developer.md": "run when the site is built",
    "how-to/build-these-pages.md": "what .ci/run does",
    "how-to/database.md": "test_databases, test_postgis",
    "how-to/other-programs.md": "test_geoparquet",
    "how-to/publish-a-map.md": "test_public_edition",
}
"""Pages that are followed by others."""
TEXTS = ("explanation/library.md", "explanation/threat-model.md")
"""Pages with nothing to type."""


@functools.cache
def page(name: str) -> str:
    """Return a page by its path below docs."""
    return (DOCS / name).read_text(encoding="utf-8")


def villages(folder: Path, *, crs: str | None) -> None:
    """Write the villages of the example as a shapefile of polygons, squares of two kilometres around their points."""
    areas = example_tables(language="en")["areas"]
    places = [(east, north) for east in range(3) for north in range(2)]
    squares = [
        box(452_000 + 2_000 * east, 3_150_000 + 2_000 * north, 454_000 + 2_000 * east, 3_152_000 + 2_000 * north)
        for east, north in places
    ]
    columns = {name: [area[name] for area in areas] for name in ("area", "name", "parent")}
    with warnings.catch_warnings():
        # that there is no CRS is the point
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        gpd.GeoDataFrame(columns, geometry=squares, crs=crs).to_file(folder / "villages.shp")


GIVEN = {
    "villages without a CRS": functools.partial(villages, crs=None),
    "villages with a CRS": functools.partial(villages, crs="EPSG:4546"),
}


BEGUN: dict[str, dict[str, bytes]] = {}
"""Files of folders that were begun, by what was asked for."""


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Put somebody into an empty folder, at a terminal that is wide enough."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return Reader(tmp_path, given=GIVEN)


# The planner: new, fill in, check with faults, mend, plan, open


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start the browser once."""
    if MISSING and not REQUIRED:
        yield None
        return
    with start() as started:
        yield started


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_planner_who_is_new(reader: Reader, browser: Any, name: str) -> None:  # noqa: ANN401
    """The first check finds three faults and writes nothing, the second none; the plan is made, and its map opens offline."""
    reader.follow(page(f"tutorials/{name}"))
    assert reader.codes == [0, 0, 2, 0, 0]
    maps = reader.here / "maps"
    assert sorted(path.suffix for path in maps.iterdir()) == [".docx", ".gpkg", ".html", ".json", ".xlsx"]
    (path,) = maps.glob("*.html")
    model = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert all(line["holds"] for line in model["audit"])
    if browser is None:
        pytest.skip("needs playwright and Chromium")
    with opened_file(browser, path, fragment="#s=primary&y=2028&k=0101") as view:
        card = view.page.locator("#card").inner_text()
        for number in ("598", "568–628", "540", "58", "111", ">99"):
            assert number in card
        assert view.page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


# Everything else that is to be typed


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Leave out what the tutorial and other tests do: pictures of the report, and processes of their own.

    A folder that a page begins as another one did is a copy of that one.
    """
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster
    monkeypatch.setattr(distributed, "LocalCluster", lambda **given: cluster(**{**given, "processes": False}))
    monkeypatch.setattr(atlas, "draw_pictures", lambda *_, **__: ())
    begin = template.write_template

    def again(folder: Path, **choices: Any) -> tuple[Path, ...]:  # noqa: ANN401 - as they are
        told = repr(sorted(choices.items()))
        if told not in BEGUN:
            BEGUN[told] = {path.name: path.read_bytes() for path in begin(folder, **choices)}
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in BEGUN[told].items():
            (folder / name).write_bytes(content)
        return tuple(folder / name for name in BEGUN[told])

    monkeypatch.setattr(template, "write_template", again)


@pytest.mark.usefixtures("swift")
@pytest.mark.parametrize("name", HOW_TO)
def test_a_guide_does_what_it_says(reader: Reader, name: str) -> None:
    """From an empty folder to the last line that it promises."""
    reader.follow(page(f"how-to/{name}.md"))
    assert reader.codes


@pytest.mark.parametrize("name", EXPLANATION)
def test_an_explanation_prints_what_it_says(reader: Reader, name: str) -> None:
    """What the explanation works out comes out."""
    reader.follow(page(f"explanation/{name}.md"))


# What pages are made of


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link and picture is a file."""
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", page(name)) if "://" not in link]
    assert [link for link in links if not (DOCS / name).parent.joinpath(link).resolve().is_file()] == []


def test_every_page_is_followed() -> None:
    """No page of the three folders is left out."""
    there = {
        path.relative_to(DOCS).as_posix()
        for part in ("tutorials", "how-to", "explanation")
        for path in (DOCS / part).glob("*.md")
    }
    assert set(PAGES) <= there
    contents = {f"{part}/index.md" for part in ("tutorials", "how-to", "explanation")}
    assert there - set(PAGES) - contents == {*ELSEWHERE, *TEXTS}
    assert [name for name in TEXTS if "```" in page(name)] == []


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("tutorials")])
def test_a_planner_finds_a_page_in_chinese(name: str) -> None:
    """Below the title a paragraph says in Chinese what the page is about."""
    title, summary = page(name).split("\n\n")[:2]
    assert title.startswith("# ")
    assert re.match(r"\*\*[\u4e00-\u9fff0-9A-Z（]", summary)


# The reader


PAGE = """\
Put this into `a.csv` and `b.csv`:

```csv
x,y
```

| no | sheet |
|---|---|
| 1 | 2 |

<!-- given: a road -->

Not this:

<!-- not run: it takes hours -->

```sh
schoolmap plan
```
"""


def test_blocks_of_a_page_by_hand() -> None:
    """Each with what it is, where it begins and the paragraph above it."""
    blocks = [(block.kind, block.text, block.line, block.before) for block in blocks_of(PAGE)]
    assert blocks == [
        ("csv", "x,y", 3, "Put this into `a.csv` and `b.csv`:"),
        ("table", "| no | sheet |\n|---|---|\n| 1 | 2 |", 7, ""),
        ("given", "a road", 11, ""),
        ("sh", "schoolmap plan", 17, "<!-- not run: it takes hours -->"),
    ]


@pytest.mark.parametrize(
    ("promised", "printed", "lacking"),
    [
        ("a\nb", "a\n\n  b ", None),
        ("a\n...\nd", "a\nb\nc\nd", None),
        ("a ... c\n...", "a b c\nd", None),
        ("a", "a\nb", "and no more; but 'b'"),
        ("a\nb", "a\nx\nb", "b"),
        ("...\nb", "a", "b"),
        ("1.5", "1x5", "1.5"),
    ],
)
def test_what_is_promised_and_not_printed(promised: str, printed: str, lacking: str | None) -> None:
    """A line for a line, `...` for whatever varies, and the first line that is not there."""
    assert missing(promised.splitlines(), printed.splitlines()) == lacking


def test_lines_of_a_project_file_by_hand() -> None:
    """One replaced, one switched on, one off, one added, one table switched on with its lines, one entry added."""
    before = '[project]\nname = "?"\n# why\n#seed = 0\ncrs = "?"\n\n#[tables.births]\n#file = "b.csv"\n\n[travel]\n'
    lines = '[project]\nname = "a"\nseed = 1\n#crs = "?"\nhorizon = 2030\n[tables.births]\n[[scenarios]]\nid = "b"\n'
    after = '[project]\nname = "a"\n# why\nseed = 1\n#crs = "?"\nhorizon = 2030\n\n[tables.births]\nfile = "b.csv"\n\n[travel]\n\n[[scenarios]]\nid = "b"\n'
    assert edited(before, lines) == after


def test_a_page_that_promises_too_much_fails(reader: Reader) -> None:
    """The reader notices what is not printed, and a command that nobody knows."""
    with pytest.raises(AssertionError, match="not printed: 'schoolmap 99'"):
        reader.follow("```sh\nschoolmap --version\n```\n\n```text\nschoolmap 99\n```\n")
    with pytest.raises(AssertionError, match="nobody knows how to run"):
        reader.follow("```sh\nrm -r x\n```\n")
