"""The web map as a file: vendored, inert, sealed, and the same every time."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from dataclasses import replace
from importlib import resources

import folium
import pytest
from invented import BOUNDS
from invented import COLOURS
from invented import action
from invented import audit_line
from invented import map_model
from invented import panel
from invented import population
from invented import scaled
from invented import shades
from invented import source
from invented import square
from invented import totals
from invented import use_of

from schoolmap.errors import OutputError
from schoolmap.output import webmap
from schoolmap.output.model import After
from schoolmap.output.model import Bound
from schoolmap.output.model import Catchment
from schoolmap.output.model import Changed
from schoolmap.output.model import Coverage
from schoolmap.output.model import FactTable
from schoolmap.output.model import Head
from schoolmap.output.model import MapModel
from schoolmap.output.model import Origin
from schoolmap.output.model import Panel
from schoolmap.output.model import Project
from schoolmap.output.model import Rank
from schoolmap.output.model import Reach
from schoolmap.output.model import ReachArea
from schoolmap.output.model import ReachZone
from schoolmap.output.model import Scenario
from schoolmap.output.model import School
from schoolmap.output.model import Section
from schoolmap.output.model import Site
from schoolmap.output.model import Stage
from schoolmap.output.page_assets import FFLATE
from schoolmap.output.page_assets import LEAFLET
from schoolmap.output.page_assets import asset
from schoolmap.output.page_assets import leaflet_js
from schoolmap.output.page_assets import page_script

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*191}}${1}"
YEARS = tuple(range(2020, 2040))
AREAS = tuple(f"c{i}" for i in range(6))


def text(words: str) -> dict[str, str]:
    """Say the same in both languages, told apart by a mark."""
    return {"en": f"{words} (en)", "zh": f"{words}(zh)"}


def catchment(i: int) -> Catchment:
    """Draw a square of 0.01 degrees in a grid of three by two."""
    west, south = 10_000_000 + 1_000 * (i % 3), 3_000_000 + 1_000 * (i // 3)
    return square(AREAS[i], f"Synthetic area {i}", west=west, south=south, side=1_000)


def bound(name: str, ends: tuple[tuple[float, ...], ...], seats: tuple[tuple[float, ...], ...]) -> Bound:
    """Invent one end of the interval: classes by the rule, short and spare added up."""
    gaps = [[d - s for d, s in zip(*rows, strict=True)] for rows in zip(ends, seats, strict=True)]
    worst = max(range(6), key=lambda i: sum(max(0.0, gap) for gap in gaps[i]))
    short = [max(0.0, gap) for gap in gaps[worst]]
    return Bound(
        id=name,
        shade=tuple(
            tuple(None if s == 0 else sum(d / s > edge for edge in BOUNDS) for d, s in zip(*rows, strict=True))
            for rows in zip(ends, seats, strict=True)
        ),
        short=tuple(sum(max(0.0, row[t]) for row in gaps) for t in range(len(YEARS))),
        spare=tuple(sum(max(0.0, -row[t]) for row in gaps) for t in range(len(YEARS))),
        ranking=(
            Rank(
                catchment=AREAS[worst],
                score=sum(short),
                first_year=2020,
                last_year=2039,
                peak_year=YEARS[short.index(max(short))],
                peak_short=max(short),
                probability=0.9,
                action=None,
            ),
        ),
    )


def stage_panel(stage: str, scenario: str, *, factor: float) -> Panel:
    """Invent a stage: demand waves around 100 seats, so that every class occurs."""
    demand = tuple(
        tuple(factor * (50 + 14 * i + 30 * ((t + 3 * i) % 20) / 19) for t in range(len(YEARS))) for i in range(6)
    )
    seats = tuple(tuple(100.0 if i != 5 else 0.0 for _ in YEARS) for i in range(6))
    use = use_of(demand, seats)
    gap = [[max(0.0, d - s) for d, s in zip(*rows, strict=True)] for rows in zip(demand, seats, strict=True)]
    ones = tuple(tuple(1.0 for _ in YEARS) for _ in AREAS)
    ranking = tuple(
        Rank(
            catchment=AREAS[i],
            score=sum(gap[i]),
            first_year=2024,
            last_year=2033,
            peak_year=YEARS[gap[i].index(max(gap[i]))],
            peak_short=max(gap[i]),
            probability=0.9,
            action="a4" if i == 4 else None,
        )
        for i in (4, 3)
    )
    born = tuple(1.0 if year < 2030 else 0.5 for year in YEARS)
    return panel(
        stage,
        scenario,
        demand,
        seats,
        children=scaled(demand, 1 / 0.9),
        children_born=scaled(demand, 1 / 1.8),
        probability=tuple(tuple(0.5 for _ in YEARS) for _ in AREAS),
        born_share=ones,
        classes_needed=ones,
        shade=tuple(tuple(None if u is None else sum(u > edge for edge in BOUNDS) for u in row) for row in use),
        level=tuple(tuple("watch" for _ in YEARS) for _ in AREAS),
        totals=replace(totals(demand, seats, born), spare=tuple(50.0 for _ in YEARS)),
        ranking=ranking,
        bounds=tuple(
            bound(name, tuple(tuple(share * d for d in row) for row in demand), seats)
            for name, share in (("p10", 0.9), ("p90", 1.1))
        ),
        after=After(
            changed=(
                Changed(
                    catchment="c4",
                    demand=demand[4],
                    seats=tuple(1000.0 for _ in YEARS),
                    shade=tuple(0 for _ in YEARS),
                ),
            ),
            short=tuple(3.0 for _ in YEARS),
            spare=tuple(900.0 for _ in YEARS),
        ),
        origin=Origin(
            since=2020,
            begun=tuple(tuple(d / 1.8 for d in row) for row in demand),
            births=tuple(tuple(d / 3.6 for d in row) for row in demand),
            areas=tuple(3 for _ in AREAS),
            whole=tuple(500.0 for _ in AREAS),
        ),
    )


def reach(*, hostile: str = "North village") -> Reach:
    """Invent the reach of two schools, one of which opens in the third year, and of two villages."""
    square = ((10000300, 3000300, 400, 0, 0, 400, -400, 0),)
    zones = tuple(
        ReachZone(
            id=f"s{number}",
            name=hostile,
            lon=100.005 + 0.01 * number,
            lat=30.005,
            circle_m=500.0,
            radius_m=0.0,
            polygons=(square,),
            open=tuple(number == 0 or year >= YEARS[2] for year in YEARS),
        )
        for number in range(2)
    )
    areas = tuple(
        ReachArea(
            id=f"v{number}",
            name=hostile,
            lon=100.015 + 0.01 * number,
            lat=30.015,
            children=tuple(200.0 for _ in YEARS),
            beyond=tuple(120.0 - 10 * number - step for step, _ in enumerate(YEARS)),
            nearest=hostile,
            way_m=2345.0,
        )
        for number in range(2)
    )
    return Reach(
        stage="primary",
        by="roads",
        limits=text(f"{hostile} of a limit"),
        method=text("On the roads"),
        zones=zones,
        areas=areas,
        within=tuple(170.0 + 2 * step for step, _ in enumerate(YEARS)),
        beyond=tuple(230.0 - 2 * step for step, _ in enumerate(YEARS)),
        unknown=tuple(7.0 for _ in YEARS),
    )


def synthetic_model(*, hostile: str = "Synthetic school") -> MapModel:
    """Invent a plan of six catchments, two stages, two scenarios and twenty years."""
    stages = tuple(
        Stage(
            id=name,
            label={"en": name.title(), "zh": chinese},
            ages=ages,
            shape=shape,
            coverage="grid",
            attendance=0.9,
            attendance_note=text("An invented rate"),
            notes=(text(f"Invented {name} places"),),
            class_size=25.0,
            class_size_note=text("An invented standard"),
        )
        for name, chinese, ages, shape in (
            ("kindergarten", "幼儿园", (3, 5), "circle"),
            ("primary", "小学", (6, 11), "square"),
        )
    )
    schools = tuple(
        School(
            id=f"s{i}",
            name=hostile if i == 0 else f"Synthetic school {i}",
            operator="public",
            lon=100.004 + 0.01 * (i % 3),
            lat=30.003 + 0.01 * (i // 3),
            sections=tuple(
                Section(
                    stage=stage.id,
                    catchments=(AREAS[i],),
                    seats=tuple(100.0 for _ in YEARS),
                    enrolment=95.0,
                    enrolment_year=2021,
                    classrooms=4.0,
                    rooms=tuple(4.0 for _ in YEARS),
                    classes=4.0,
                    class_size=23.8,
                )
                for stage in stages
            ),
        )
        for i in range(5)
    )
    proposal = action(
        id="a4",
        catchment="c4",
        school="s4",
        first_year=2024,
        last_year=2033,
        peak_year=2030,
        short=40.0,
        probability=0.9,
        opens=2024,
        reason=text("An invented reason"),
        alternatives=(text("An invented alternative"),),
        lon=100.014,
        lat=30.013,
    )
    return map_model(
        project="synthetic",
        title={"en": "Synthetic county", "zh": "虚构县"},
        language="en",
        crs="EPSG:4547",
        version="0",
        draws=2,
        population_date="2020-11-01",
        base_year=2020,
        years=YEARS,
        stages=stages,
        scenarios=tuple(
            Scenario(id=name, label=text(name), note=text(f"{name} is invented")) for name in ("base", "high")
        ),
        shades=shades([text(colour) for colour in COLOURS]),
        coverages=(Coverage(id="grid", catchments=tuple(map(catchment, range(6)))),),
        schools=schools,
        population=population(text, reason=hostile, fact=f"{hostile} of a fact"),
        panels=tuple(
            stage_panel(stage.id, scenario, factor=factor)
            for stage in stages
            for scenario, factor in (("base", 1.0), ("high", 1.1))
        ),
        actions=(proposal,),
        sites=(
            Site(
                id="l1",
                name=f"{hostile} plot",
                lon=100.0255,
                lat=30.0035,
                stages=("primary",),
                max_classes=18.0,
                land_cost=None,
                ready_from="2027",
                note="An invented plot",
                used_by=(),
            ),
        ),
        projects=(
            Project(
                id="p1",
                name=hostile,
                kind="new",
                stage="primary",
                school=None,
                catchment="c3",
                opening="2026-09",
                seats=90.0,
                counted=True,
                status=text("under construction"),
                note="",
            ),
        ),
        reach=(reach(hostile=hostile),),
        tables=(
            FactTable(
                id="warnings",
                group="warnings",
                title=text("Seat warnings"),
                notes=(text("Not a reason to buy a home"),),
                columns=(
                    Head(label={"en": "Catchment", "zh": "学区"}, kind="text"),
                    Head(label={"en": "Children", "zh": "适龄"}, kind="count"),
                    Head(label={"en": "Level", "zh": "预警"}, kind="level"),
                ),
                rows=((hostile, 95.0, "red"), ({"en": "Whole area", "zh": "全域"}, None, "watch")),
            ),
        ),
        notes=(text("All numbers are invented"),),
        audit=(audit_line(name=text("children in = out"), left=10.0, right=10.0, detail=text("none outside")),),
        sources=(
            source(
                title="Invented register",
                publisher="Nobody",
                date="2020",
                licence="CC0",
                url="https://example.org/data",
                used_for=text("population"),
            ),
        ),
        classification=text("For tests only"),
    )


def test_the_population_without_scripts() -> None:
    """The plain tables tell direction, peak, method, what is lacking and the errors; hostile words are escaped."""
    page = webmap.render_html(synthetic_model(hostile=HOSTILE))
    plain = page.partition("<noscript>")[2].partition("</noscript>")[0]
    for words in ("▼ falling", "1,500", "−27.1", "two counts (en)", "no sexes (en)", "Held to the past (en)", "✗ no"):
        assert words in plain
    assert "<td>85.0%</td>" in plain
    assert "<img" not in plain
    assert "onerror" in plain


def policy_of(html: str) -> str:
    """Return the content security policy of a page."""
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert found is not None
    return found.group(1)


def inline(html: str, tag: str) -> list[str]:
    """Return the texts of inline scripts or styles that a browser acts on."""
    blocks = re.findall(rf"<{tag}(?P<attrs>[^>]*)>(.*?)</{tag}>", html, flags=re.DOTALL)
    return [body for attrs, body in blocks if "application/json" not in attrs]


def sha256(body: str) -> str:
    """Return a hash as a policy writes it."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() + "'"


def test_vendored_files_are_untouched() -> None:
    """Every third-party file has the hash that its record states, and none is unrecorded."""
    assets = resources.files("schoolmap.output").joinpath("assets")
    record = tomllib.loads(assets.joinpath("vendor.toml").read_text(encoding="utf-8"))
    for package in record["package"]:
        folder = assets.joinpath(package["folder"])
        hashes = {entry.name: hashlib.sha256(entry.read_bytes()).hexdigest() for entry in folder.iterdir()}
        assert hashes == package["sha256"]
        assert package["licence"]
    assert [package["folder"] for package in record["package"]] == [LEAFLET, FFLATE]


def test_policy_names_exactly_what_runs() -> None:
    """The policy holds the hash of every inline script and style, and nothing else may run."""
    html = webmap.render_html(synthetic_model())
    directives = dict(part.strip().split(" ", 1) for part in policy_of(html).split(";"))

    assert directives.pop("default-src") == "'none'"
    assert set(directives.pop("script-src").split()) == {sha256(body) for body in inline(html, "script")}
    assert set(directives.pop("style-src").split()) == {sha256(body) for body in inline(html, "style")}
    assert directives == {
        "img-src": "data: blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert len(inline(html, "script")) == 3
    assert len(inline(html, "style")) == 2


def test_policy_comes_before_all_it_rules() -> None:
    """A policy in a `meta` element rules only what follows it."""
    html = webmap.render_html(synthetic_model())
    assert html.index("Content-Security-Policy") < min(html.index("<script"), html.index("<style"))


def test_page_is_offline_and_zoomable() -> None:
    """No address is loaded, the language is set, and a reader may pinch to zoom."""
    html = webmap.render_html(synthetic_model())
    markup = re.sub(r"<(script|style).*?</\1>", "", html, flags=re.DOTALL)
    assert re.findall(r"(?:src|href|url\()\s*=?\s*[\"']?[a-z]+://", markup) == []
    assert not any("url(" in style for style in inline(html, "style"))
    assert "user-scalable" not in html
    assert '<html lang="en">' in html
    assert '<html lang="zh-CN">' in webmap.render_html(replace(synthetic_model(), language="zh"))


def test_script_never_writes_markup() -> None:
    """The page is built from nodes and text: no call that would parse a name as markup or code."""
    script = page_script()
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script) == []


def test_script_runs_in_older_browsers() -> None:
    """Nothing newer than ES2018: office browsers are years behind."""
    script = page_script()
    newer = r"\?\.[a-zA-Z(\[]|\?\?|\.at\(|\.flat\(|\.flatMap\(|replaceAll\(|fromEntries|catch \{"
    assert re.findall(newer, script) == []


def test_every_fixed_text_is_in_both_languages() -> None:
    """Every text has English and Chinese, every text that is asked for exists, and both fill the same gaps."""
    script = page_script()
    table = script.split("const TEXT = {")[1].split("\n};")[0]
    texts = {
        key: (english, chinese)
        for key, english, chinese in re.findall(
            r'(\w+): \{\s*en: "([^"]*)",\s*zh: "([^"]*)",?\s*\}',
            table,
        )
    }
    assert len(texts) == table.count("zh: ")
    asked = set(re.findall(r'\bt\("(\w+[^_])"', script))
    asked |= set(re.findall(r'data-t(?:-\w+)?="(\w+)"', asset("planmap.html")))
    assert asked - set(texts) == set()
    gaps = {key: [set(re.findall(r"\{(\w+)\}", side)) for side in sides] for key, sides in texts.items()}
    assert [key for key, (english, chinese) in gaps.items() if english != chinese] == []


def test_same_plan_same_bytes() -> None:
    """Two builds of one plan are one file."""
    assert webmap.render_html(synthetic_model()) == webmap.render_html(synthetic_model())


def test_data_arrive_whole() -> None:
    """What the page holds as JSON is the plan, hostile names included."""
    model = synthetic_model(hostile=HOSTILE + "\u2028")
    html = webmap.render_html(model)
    block = html.split(f'<script type="application/json" id="{webmap.DATA_ID}">')[1]
    body = block.split("</script>")[0]
    assert json.loads(body) == json.loads(model.to_json())
    assert "<" not in body
    assert "\u2028" not in body


def test_hostile_names_are_inert() -> None:
    """No name reaches the page as markup, and no template ever runs one."""
    model = replace(
        synthetic_model(hostile=HOSTILE),
        title={"en": HOSTILE, "zh": HOSTILE},
        coverages=(
            Coverage(
                id="grid",
                catchments=tuple(replace(catchment(i), name=HOSTILE) for i in range(6)),
            ),
        ),
    )
    html = webmap.render_html(model)
    assert "<img" not in html
    assert "1337" not in html.replace(page_script(), "").replace(leaflet_js(), "")
    assert "{{7*191}}" in html
    assert html.count("<script") == html.count("</script>") == 4


def test_map_is_a_folium_map() -> None:
    """An ordinary folium layer can be added, and the page still closes."""
    plan_map = webmap.build_map(synthetic_model())
    assert isinstance(plan_map, folium.Map)
    folium.CircleMarker((30.01, 100.01), radius=4).add_to(plan_map)
    html = webmap.seal(plan_map.get_root().render())
    assert "L.circleMarker(" in html
    assert {sha256(body) for body in inline(html, "script")} == set(
        policy_of(html).split("script-src ")[1].split(";")[0].split(),
    )


def test_tables_for_viewers_without_scripts() -> None:
    """A viewer that runs no scripts still reads where seats are short, in the plan's language."""
    html = webmap.render_html(synthetic_model(hostile=HOSTILE))
    static = html.split("<noscript>")[1].split("</noscript>")[0]
    assert "Synthetic area 4" in static
    assert "90%" in static
    plan = synthetic_model()
    empty = replace(plan, panels=tuple(replace(panel, ranking=()) for panel in plan.panels))
    assert "No shortage." in webmap.static_tables(empty)


def test_chinese_in_the_tables_without_scripts_says_so() -> None:
    """On an English page a Chinese name carries its language, in the drawing and in the tables; on a Chinese one not."""
    model = synthetic_model()
    areas = tuple(
        replace(area, name="实验片区 4") if area.id == "c4" else area for area in model.coverages[0].catchments
    )
    model = replace(model, coverages=(replace(model.coverages[0], catchments=areas),))
    static = webmap.static_tables(model)
    assert '<td><bdi lang="zh-CN">实验片区</bdi> 4</td>' in static
    assert re.search(r"[一-鿿]", re.sub(r'<(\w+)[^>]* lang="zh-CN">[^<]*</\1>', "", static)) is None
    assert "zh-CN" not in webmap.static_tables(replace(model, language="zh"))


def test_sealing_twice_changes_nothing() -> None:
    """A sealed page is already closed."""
    html = webmap.render_html(synthetic_model())
    assert webmap.seal(html, locale="en") == html


PAGE = "<!DOCTYPE html><html><head><title>t</title>{}</head><body>{}</body></html>"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<script src="https://example.org/a.js"></script>', ""),
        ('<script src="a.js"></script>', ""),
        ('<link rel="stylesheet" href="//example.org/a.css">', ""),
        ("<style>a { background: url(https://example.org/a.png) }</style>", ""),
        ("<style>@import 'https://example.org/a.css';</style>", ""),
        ('<meta http-equiv="Refresh" content="0; url=https://example.org/">', ""),
        ("", '<img src="https://example.org/a.png">'),
        ("", '<svg><image xlink:href="https://example.org/a.png"/></svg>'),
        ("", '<form action="https://example.org/"></form>'),
        ("", '<p onclick="go()">x</p>'),
        ("", '<p style="color: red">x</p>'),
    ],
)
def test_seal_refuses(head: str, body: str) -> None:
    """Anything that would be fetched, or that the policy would block, stops the build."""
    with pytest.raises(OutputError, match="would not stay offline"):
        webmap.seal(PAGE.format(head, body))


def test_seal_accepts_a_link_to_click() -> None:
    """A link is not fetched until somebody clicks it; inline data are no request."""
    html = webmap.seal(
        PAGE.format(
            "<style>a { background: url(data:image/png;base64,AA==) }</style>",
            '<a href="https://example.org/">x</a><svg><use href="#mark"/></svg>',
        ),
        locale="zh-CN",
    )
    assert '<html lang="zh-CN">' in html


def test_seal_drops_a_fixed_viewport() -> None:
    """Folium's own viewport forbids zooming with two fingers."""
    fixed = '<meta name="viewport" content="width=device-width,\n initial-scale=1.0, user-scalable=no" />'
    assert "user-scalable" not in webmap.seal(PAGE.format(fixed, ""))


def test_seal_refuses_a_fragment() -> None:
    """Without a head there is no place for the policy."""
    with pytest.raises(OutputError, match="no `<html>`"):
        webmap.seal("<p>x</p>")


def test_stock_plugins_are_refused() -> None:
    """A plugin that links scripts on another host is named, not silently broken."""
    plan_map = webmap.build_map(synthetic_model())
    plan_map.add_js_link("other", "https://example.org/plugin.js")
    try:
        with pytest.raises(OutputError, match=re.escape("example.org/plugin.js")):
            webmap.seal(plan_map.get_root().render())
    finally:
        webmap.PlanMap.default_js.clear()
