"""
A synthetic hamlet as plain data, for tests of what is drawn from a `MapModel`: four catchments, two stages, four years.

Every number is invented. The catchments are squares of a twentieth of a degree,
two by two; the north-west one is short of primary seats, the south-east one has
neither seats nor children from 2027 on. Three names would run if anything ran them.
"""

from __future__ import annotations

from schoolmap.output.model import SCHEMA
from schoolmap.output.model import Action
from schoolmap.output.model import AuditLine
from schoolmap.output.model import Births
from schoolmap.output.model import Catchment
from schoolmap.output.model import Coverage
from schoolmap.output.model import Decision
from schoolmap.output.model import FactTable
from schoolmap.output.model import Grid
from schoolmap.output.model import Head
from schoolmap.output.model import MapModel
from schoolmap.output.model import Move
from schoolmap.output.model import Panel
from schoolmap.output.model import PassedOver
from schoolmap.output.model import Peak
from schoolmap.output.model import Population
from schoolmap.output.model import Project
from schoolmap.output.model import Rank
from schoolmap.output.model import Reach
from schoolmap.output.model import Scenario
from schoolmap.output.model import School
from schoolmap.output.model import Section
from schoolmap.output.model import Shade
from schoolmap.output.model import Site
from schoolmap.output.model import Source
from schoolmap.output.model import Stage
from schoolmap.output.model import Text
from schoolmap.output.model import Totals

YEARS = (2025, 2026, 2027, 2028)
SCRIPT = "</script><img src=x onerror=alert(1)>{{7*191}}"
FORMULA = "=1+1"
MATHS = r"$\frac{x}{0}$"
IDS = ("0101", "0102", "0103", "0104")
NAMES = (SCRIPT, FORMULA, MATHS, "城关镇")
COLOURS = ("#5e3c99", "#b2abd2", "#efedf3", "#fdb863", "#e66101")
LABELS = (
    ("≤ 70 %: many spare", "≤70% 富余"),
    ("70-85 %: some spare", "70-85% 较宽松"),
    ("85-100 %: balanced", "85-100% 平衡"),
    ("100-115 %: short", "100-115% 不足"),
    ("> 115 %: very short", ">115% 严重不足"),
)

DEMAND: Grid = ((100.0, 140.0, 160.0, 90.0), (50.0, 50.0, 45.0, 40.0), (80.0, 76.0, 70.0, 60.0), (9.0, 4.0, 0.0, 0.0))
SEATS: Grid = ((100.0, 100.0, 130.0, 130.0), (90.0,) * 4, (80.0,) * 4, (20.0, 20.0, 0.0, 0.0))
NOTHING: Grid = ((None,) * 4,) * 4


def text(en: str, zh: str = "文字") -> Text:
    """Give a text in both languages."""
    return {"en": en, "zh": zh}


def _square(n: int, name: str) -> Catchment:
    lon, lat, side = 11_100_000 + 5_000 * (n % 2), 2_800_000 - 5_000 * (n // 2), 5_000
    west, south, east, north = lon / 1e5, lat / 1e5, (lon + side) / 1e5, (lat + side) / 1e5
    ring = (lon, lat, side, 0, 0, side, -side, 0)
    middle = ((west + east) / 2, (south + north) / 2)
    return Catchment(id=IDS[n], name=name, polygons=((ring,),), anchor=middle, bounds=(west, south, east, north))


def _shade(demand: float | None, seats: float | None) -> int | None:
    if not demand and not seats:
        return None
    use = demand / seats if demand is not None and seats else 9.0
    return sum(use > limit for limit in (0.7, 0.85, 1.0, 1.15))


def _panel(stage: str, scenario: str) -> Panel:
    """Return the panel; kindergartens have half the demand, the high scenario a tenth more."""
    factor = (0.5 if stage == "kindergarten" else 1.0) * (1.1 if scenario == "high" else 1.0)
    demand = tuple(tuple(None if d is None else factor * d for d in row) for row in DEMAND)
    years = range(len(YEARS))
    total = tuple(sum(row[t] or 0 for row in demand) for t in years)
    seats = tuple(sum(row[t] or 0 for row in SEATS) for t in years)
    gaps = [[(d[t] or 0) - (s[t] or 0) for d, s in zip(demand, SEATS, strict=True)] for t in years]
    short = tuple(sum(max(gap, 0.0) for gap in row) for row in gaps)
    spare = tuple(sum(max(-gap, 0.0) for gap in row) for row in gaps)
    rank = Rank(
        catchment="0101",
        score=70.0,
        first_year=2026,
        last_year=2027,
        peak_year=2026,
        peak_short=40.0,
        probability=0.97,
        action="a1",
    )
    pairs = (zip(d, s, strict=True) for d, s in zip(demand, SEATS, strict=True))
    return Panel(
        stage=stage,
        scenario=scenario,
        children=demand,
        children_born=demand,
        leaving=(),
        coming=(),
        demand=demand,
        p10=tuple(tuple(None if d is None else 0.9 * d for d in row) for row in demand),
        p90=tuple(tuple(None if d is None else 1.1 * d for d in row) for row in demand),
        seats=SEATS,
        utilisation=tuple(tuple(d / s if d is not None and s else None for d, s in row) for row in pairs),
        probability=((0.5, 0.97, 0.9, 0.1), *((0.0,) * 4,) * 3),
        born_share=((1.0, 1.0, 0.5, 0.0),) * 4,
        classes_needed=NOTHING,
        oversized_classes=NOTHING,
        shade=tuple(tuple(_shade(d, s) for d, s in zip(r, q, strict=True)) for r, q in zip(demand, SEATS, strict=True)),
        level=(("ok",) * 4,) * 4,
        totals=Totals(
            demand=total,
            p10=tuple(0.9 * value for value in total),
            p90=tuple(1.1 * value for value in total),
            seats=seats,
            short=short,
            spare=spare,
            born_share=(1.0, 1.0, 0.5, 0.0),
        ),
        ranking=(rank,) if max(short) > 0 else (),
    )


def _action(number: int, kind: str, **changes: object) -> Action:
    plain = {
        "id": f"a{number}",
        "kind": kind,
        "stage": "primary",
        "catchment": "0101",
        "school": None,
        "site": None,
        "receiver": None,
        "first_year": 2026,
        "last_year": 2027,
        "peak_year": 2026,
        "short": 40.0,
        "probability": 0.97,
        "opens": 2026,
        "until": None,
        "all_from": None,
        "classes": 1.0,
        "seats": 45.0,
        "classes_by_year": (),
        "seats_by_year": (),
        "capital": 120.0,
        "yearly": 14.0,
        "scenarios": ("central",),
        "moves": (),
        "reason": text("It is the cheapest.", "费用最低。"),
        "alternatives": (text("A new school costs more.", "新建学校费用更高。"),),
        "lon": 111.02,
        "lat": 28.02,
    }
    return Action(**(plain | changes))  # type: ignore[arg-type]


def model(**changes: object) -> MapModel:
    """Return the hamlet, with changes."""
    stages = tuple(
        Stage(
            id=key,
            label=text(en, zh),
            ages=ages,
            shape=shape,
            coverage="all",
            attendance=0.9,
            attendance_note=text("counted in 2025", "2025年统计"),
            notes=(),
        )
        for key, en, zh, ages, shape in (
            ("kindergarten", "Kindergarten", "幼儿园", (3, 5), "circle"),
            ("primary", "Primary", "小学", (6, 11), "square"),
        )
    )
    section = Section(
        stage="primary",
        catchments=("0101",),
        seats=(100.0, 100.0, 130.0, 130.0),
        enrolment=96.0,
        enrolment_year=2025,
        classrooms=3.0,
    )
    schools = (
        School(id="s1", name=SCRIPT, operator="public", lon=111.02, lat=28.02, sections=(section,)),
        School(id="s2", name=FORMULA, operator="private", lon=111.07, lat=28.01, sections=(section,)),
    )
    peak = Peak(
        where=text("the whole area", "全域"),
        stage="primary",
        scenario="central",
        base=239.0,
        peak_year=2027,
        peak=275.0,
        last=190.0,
        change=-20.5,
        direction="rising",
    )
    project = Project(
        id="x1",
        name=FORMULA,
        kind="expand",
        stage="primary",
        school="s1",
        catchment=None,
        opening="2027-09",
        seats=30.0,
        counted=True,
        status=text("approved", "已立项"),
        opens=2027,
        note=SCRIPT,
    )
    warnings = FactTable(
        id="warnings",
        group="warnings",
        title=text("Seat warnings", "学位预警"),
        notes=(text("Yellow from 90 %.", "90%起为黄色。"),),
        columns=(
            Head(label=text("Catchment", "学区"), kind="text"),
            Head(label=text("Level 2026", "2026年预警"), kind="level"),
            Head(label=text("Children 2026", "2026年适龄"), kind="count"),
            Head(label=text("Never told", "从未填报"), kind="count"),
        ),
        rows=((SCRIPT, "red", 1234.5, None),),
    )
    plain = {
        "schema": SCHEMA,
        "project": "hamlet",
        "title": text("Synthetic hamlet", "合成村"),
        "language": "en",
        "synthetic": True,
        "crs": "EPSG:4546",
        "version": "0.1.0",
        "seed": 1,
        "draws": 200,
        "population_date": "2024-12-31",
        "base_year": 2025,
        "years": YEARS,
        "stages": stages,
        "scenarios": tuple(
            Scenario(id=key, label=text(en, zh), note=text(f"Note {n}", "说明"))
            for n, (key, en, zh) in enumerate((("central", "Central", "中方案"), ("high", "High", "高方案")))
        ),
        "shades": tuple(
            Shade(above=None, up_to=None, colour=colour, label=text(*label))
            for colour, label in zip(COLOURS, LABELS, strict=True)
        ),
        "coverages": (Coverage(id="all", catchments=tuple(_square(n, name) for n, name in enumerate(NAMES))),),
        "schools": schools,
        "panels": tuple(_panel(stage, name) for stage in ("kindergarten", "primary") for name in ("central", "high")),
        "population": Population(
            method="B",
            name=text("cohorts of births", "出生队列法"),
            reason=text("births are known", "已知出生数"),
            passed_over=(PassedOver(method="A", name=text("cohorts"), reason=text("no residents by sex")),),
            facts=(text("20 births a year."),),
            births=(
                Births(scenario="central", years=YEARS, births=(20.0, 19.0, 18.0, 17.0)),
                Births(scenario="high", years=YEARS, births=(20.0, 21.0, 22.0, 23.0)),
            ),
            peaks=(peak,),
            accuracy=(),
            accuracy_note=text("Assumed spreads.", "假设的离散度。"),
        ),
        "currency": text("10,000 yuan", "万元"),
        "actions": (
            _action(1, "expand", school="s1"),
            _action(
                2,
                "rezone",
                receiver="0102",
                seats=12.0,
                capital=0.0,
                moves=(Move(area="v", name="V", pupils=12.0, entering=2.0, pupils_then=12.0),),
            ),
            _action(3, "review", catchment="0102", opens=None, classes=None, seats=50.0, capital=None, yearly=None),
        ),
        "decision": Decision(
            status="optimal",
            objective=150.0,
            lower_bound=150.0,
            gap=0.0,
            capital=120.0,
            running=28.0,
            capital_by_year=(0.0, 120.0, 0.0, 0.0),
            short_before={"kindergarten": (0.0,) * 4, "primary": (0.0, 40.0, 30.0, 0.0)},
            short_after={"kindergarten": (0.0,) * 4, "primary": (0.0, 3.0, 0.0, 0.0)},
            text=(text("It costs 150.", "总成本150。"),),
        ),
        "sites": (
            Site(
                id="p1",
                name=MATHS,
                lon=111.03,
                lat=28.03,
                stages=("primary",),
                max_classes=12.0,
                land_cost=500.0,
                ready_from="2027",
                note="",
                used_by=(),
            ),
        ),
        "projects": (project,),
        "reach": (
            Reach(
                stage="primary",
                by="straight",
                limits=text("Limits: 500 m.", "限距：500米。"),
                method=text("Straight lines.", "直线。"),
                zones=(),
                areas=(),
                within=(200.0,) * 4,
                beyond=(39.0,) * 4,
                unknown=(0.0,) * 4,
            ),
        ),
        "tables": (warnings,),
        "notes": (
            text("Primary: class size 45 (a norm, 2011)", "小学：班额 45（规范，2011）"),
            text("Nobody knows.", "无法预知。"),
        ),
        "editing": None,
        "audit": (
            AuditLine(
                name=text("Children in = children placed", "进 = 出"),
                left=239.0,
                right=239.0,
                difference=0.0,
                tolerance=1e-9,
                holds=True,
                detail=text(""),
            ),
        ),
        "sources": (
            Source(
                title=SCRIPT,
                publisher="Office & Sons",
                date="2024",
                licence="CC BY 4.0",
                url="https://example.org",
                used_for=text("children", "儿童"),
            ),
        ),
        "classification": text("Internal", "内部研究使用"),
        "map_review_no": "",
    }
    return MapModel(**(plain | changes))  # type: ignore[arg-type]
