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
from undecided import NOTHING_DECIDED

from schoolmap.errors import OutputError
from schoolmap.output import webmap
from schoolmap.output.model import SCHEMA
from schoolmap.output.model import Accuracy
from schoolmap.output.model import Action
from schoolmap.output.model import After
from schoolmap.output.model import AuditLine
from schoolmap.output.model import Births
from schoolmap.output.model import Bound
from schoolmap.output.model import Catchment
from schoolmap.output.model import Changed
from schoolmap.output.model import Coverage
from schoolmap.output.model import FactTable
from schoolmap.output.model import Head
from schoolmap.output.model import MapModel
from schoolmap.output.model import Origin
from schoolmap.output.model import Panel
from schoolmap.output.model import PassedOver
from schoolmap.output.model import Peak
from schoolmap.output.model import Population
from schoolmap.output.model import Project
from schoolmap.output.model import Rank
from schoolmap.output.model import Reach
from schoolmap.output.model import ReachArea
from schoolmap.output.model import ReachZone
from schoolmap.output.model import Scenario
from schoolmap.output.model import School
from schoolmap.output.model import Section
from schoolmap.output.model import Shade
from schoolmap.output.model import Site
from schoolmap.output.model import Source
from schoolmap.output.model import Stage
from schoolmap.output.model import Totals
from schoolmap.output.page_assets import FFLATE
from schoolmap.output.page_assets import LEAFLET
from schoolmap.output.page_assets import asset
from schoolmap.output.page_assets import leaflet_js
from schoolmap.output.page_assets import page_script

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*191}}${1}"
YEARS = tuple(range(2020, 2040))
AREAS = tuple(f"c{i}" for i in range(6))
BOUNDS = (0.7, 0.85, 1.0, 1.15)


def text(words: str) -> dict[str, str]:
    """Say the same in both languages, told apart by a mark."""
    return {"en": f"{words} (en)", "zh": f"{words}(zh)"}


def catchment(i: int) -> Catchment:
    """Draw a square of 0.01 degrees in a grid of three by two."""
    west, south = 10_000_000 + 1_000 * (i % 3), 3_000_000 + 1_000 * (i // 3)
    ring = (west, south, 1_000, 0, 0, 1_000, -1_000, 0)
    lon, lat = west / 1e5, south / 1e5
    return Catchment(
        id=AREAS[i],
        name=f"Synthetic area {i}",
        polygons=((ring,),),
        anchor=(lon + 0.005, lat + 0.005),
        bounds=(lon, lat, lon + 0.01, lat + 0.01),
    )


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


def panel(stage: str, scenario: str, *, factor: float) -> Panel:
    """Invent a stage: demand waves around 100 seats, so that every class occurs."""
    demand = tuple(
        tuple(factor * (50 + 14 * i + 30 * ((t + 3 * i) % 20) / 19) for t in range(len(YEARS))) for i in range(6)
    )
    seats = tuple(tuple(100.0 if i != 5 else 0.0 for _ in YEARS) for i in range(6))
    use = tuple(tuple(d / 100 if i != 5 else None for d in row) for i, row in enumerate(demand))
    shade = tuple(tuple(None if u is None else sum(u > bound for bound in BOUNDS) for u in row) for row in use)
    gap = [[max(0.0, d - s) for d, s in zip(*rows, strict=True)] for rows in zip(demand, seats, strict=True)]
    ones = tuple(tuple(1.0 for _ in YEARS) for _ in AREAS)
    totals = Totals(
        demand=tuple(map(sum, zip(*demand, strict=True))),
        p10=tuple(0.9 * sum(column) for column in zip(*demand, strict=True)),
        p90=tuple(1.1 * sum(column) for column in zip(*demand, strict=True)),
        seats=tuple(map(sum, zip(*seats, strict=True))),
        short=tuple(map(sum, zip(*gap, strict=True))),
        spare=tuple(50.0 for _ in YEARS),
        born_share=tuple(1.0 if year < 2030 else 0.5 for year in YEARS),
    )
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
    return Panel(
        stage=stage,
        scenario=scenario,
        children=tuple(tuple(d / 0.9 for d in row) for row in demand),
        children_born=tuple(tuple(d / 1.8 for d in row) for row in demand),
        leaving=(),
        coming=(),
        demand=demand,
        p10=tuple(tuple(0.9 * d for d in row) for row in demand),
        p90=tuple(tuple(1.1 * d for d in row) for row in demand),
        seats=seats,
        utilisation=use,
        probability=tuple(tuple(0.5 for _ in YEARS) for _ in AREAS),
        born_share=ones,
        classes_needed=ones,
        oversized_classes=tuple(tuple(None for _ in YEARS) for _ in AREAS),
        shade=shade,
        level=tuple(tuple("watch" for _ in YEARS) for _ in AREAS),
        totals=totals,
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


def population(stages: tuple[str, ...], scenarios: tuple[str, ...], *, hostile: str = "A reason") -> Population:
    """Invent where the children come from: all that the page on the population can show."""
    plain = {"ours": (2.0, 85.0), "plain": (3.0, None), "nothing": (1.5, None)}
    return Population(
        method="C",
        name=text("two counts"),
        reason=text(hostile),
        passed_over=(PassedOver(method="A", name=text("components"), reason=text("no sexes")),),
        facts=(text(f"{hostile} of a fact"),),
        births=tuple(
            Births(scenario=name, years=(2020, 2021, 2022), births=(100.0, 90.0 + i, 80.0 + 10 * i))
            for i, name in enumerate(scenarios)
        ),
        peaks=tuple(
            Peak(
                where=text("everywhere"),
                stage=stage,
                scenario=scenario,
                base=1234.5,
                peak_year=2026,
                peak=1500.0,
                last=900.0,
                change=-27.1,
                direction=direction,
            )
            for scenario in scenarios
            for stage, direction in zip(stages, ("falling", "rising"), strict=True)
        ),
        accuracy=tuple(
            Accuracy(
                method=text(method),
                ours=method == "ours",
                stage=stages[0],
                horizon=horizon,
                forecasts=40,
                mape=size * horizon if method != "nothing" else size * horizon * horizon,
                malpe=-0.5,
                median=1.0,
                p90=4.0,
                coverage=coverage,
            )
            for method, (size, coverage) in plain.items()
            for horizon in (1, 5)
        ),
        accuracy_note=text("Held to the past"),
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
                )
                for stage in stages
            ),
        )
        for i in range(5)
    )
    action = Action(
        id="a4",
        kind="expand",
        stage="primary",
        catchment="c4",
        school="s4",
        site=None,
        receiver=None,
        first_year=2024,
        last_year=2033,
        peak_year=2030,
        short=40.0,
        probability=0.9,
        opens=2024,
        until=None,
        all_from=None,
        classes=1.0,
        seats=45.0,
        classes_by_year=(),
        seats_by_year=(),
        capital=120.0,
        yearly=14.0,
        scenarios=("base",),
        moves=(),
        reason=text("An invented reason"),
        alternatives=(text("An invented alternative"),),
        lon=100.014,
        lat=30.013,
    )
    return MapModel(
        schema=SCHEMA,
        project="synthetic",
        title={"en": "Synthetic county", "zh": "虚构县"},
        language="en",
        synthetic=True,
        crs="EPSG:4547",
        version="0",
        seed=1,
        draws=2,
        population_date="2020-11-01",
        base_year=2020,
        years=YEARS,
        stages=stages,
        scenarios=tuple(
            Scenario(id=name, label=text(name), note=text(f"{name} is invented")) for name in ("base", "high")
        ),
        shades=tuple(
            Shade(above=low, up_to=high, colour=colour, label=text(colour))
            for low, high, colour in zip(
                (None, *BOUNDS),
                (*BOUNDS, None),
                ("#5e3c99", "#b2abd2", "#efedf3", "#fdb863", "#e66101"),
                strict=True,
            )
        ),
        coverages=(Coverage(id="grid", catchments=tuple(map(catchment, range(6)))),),
        schools=schools,
        population=population(("kindergarten", "primary"), ("base", "high"), hostile=hostile),
        panels=tuple(
            panel(stage.id, scenario, factor=factor)
            for stage in stages
            for scenario, factor in (("base", 1.0), ("high", 1.1))
        ),
        currency={"en": "10,000 yuan", "zh": "万元"},
        actions=(action,),
        decision=NOTHING_DECIDED,
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
        editing=None,
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
        audit=(
            AuditLine(
                name=text("children in = out"),
                left=10.0,
                right=10.0,
                difference=0.0,
                tolerance=1e-9,
                holds=True,
                detail=text("none outside"),
            ),
        ),
        sources=(
            Source(
                title="Invented register",
                publisher="Nobody",
                date="2020",
                licence="CC0",
                url="https://example.org/data",
                used_for=text("population"),
            ),
        ),
        classification=text("For tests only"),
        map_review_no="",
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
