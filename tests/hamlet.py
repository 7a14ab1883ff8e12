"""
A synthetic hamlet as plain data, for tests of what is drawn from a `MapModel`: four catchments, two stages, four years.

Every number is invented. The catchments are squares of a twentieth of a degree,
two by two; the north-west one is short of primary seats, the south-east one has
neither seats nor children from 2027 on. Three names would run if anything ran them.
"""

from __future__ import annotations

from invented import action
from invented import audit_line
from invented import map_model
from invented import panel
from invented import scaled
from invented import shades
from invented import source
from invented import square
from invented import text
from invented import totals

from schoolmap.output.model import Action
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
from schoolmap.output.model import Site
from schoolmap.output.model import Stage

YEARS = (2025, 2026, 2027, 2028)
SCRIPT = "</script><img src=x onerror=alert(1)>{{7*191}}"
FORMULA = "=1+1"
MATHS = r"$\frac{x}{0}$"
IDS = ("0101", "0102", "0103", "0104")
NAMES = (SCRIPT, FORMULA, MATHS, "城关镇")
LABELS = (
    ("≤ 70 %: many spare", "≤70% 富余"),
    ("70-85 %: some spare", "70-85% 较宽松"),
    ("85-100 %: balanced", "85-100% 平衡"),
    ("100-115 %: short", "100-115% 不足"),
    ("> 115 %: very short", ">115% 严重不足"),
)

DEMAND: Grid = ((100.0, 140.0, 160.0, 90.0), (50.0, 50.0, 45.0, 40.0), (80.0, 76.0, 70.0, 60.0), (9.0, 4.0, 0.0, 0.0))
SEATS: Grid = ((100.0, 100.0, 130.0, 130.0), (90.0,) * 4, (80.0,) * 4, (20.0, 20.0, 0.0, 0.0))


def _square(n: int, name: str) -> Catchment:
    return square(IDS[n], name, west=11_100_000 + 5_000 * (n % 2), south=2_800_000 - 5_000 * (n // 2), side=5_000)


def _panel(stage: str, scenario: str) -> Panel:
    """Return the panel; kindergartens have half the demand, the high scenario a tenth more."""
    factor = (0.5 if stage == "kindergarten" else 1.0) * (1.1 if scenario == "high" else 1.0)
    demand = scaled(DEMAND, factor)
    born = (1.0, 1.0, 0.5, 0.0)
    sums = totals(demand, SEATS, born)
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
    return panel(
        stage,
        scenario,
        demand,
        SEATS,
        probability=((0.5, 0.97, 0.9, 0.1), *((0.0,) * 4,) * 3),
        born_share=(born,) * 4,
        totals=sums,
        ranking=(rank,) if max(sums.short) > 0 else (),
    )


def _action(number: int, kind: str, **changes: object) -> Action:
    plain = {
        "last_year": 2027,
        "peak_year": 2026,
        "short": 40.0,
        "scenarios": ("central",),
        "alternatives": (text("A new school costs more.", "新建学校费用更高。"),),
        "lon": 111.02,
        "lat": 28.02,
    }
    return action(**({"id": f"a{number}", "kind": kind} | plain | changes))


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
        "project": "hamlet",
        "title": text("Synthetic hamlet", "合成村"),
        "language": "en",
        "crs": "EPSG:4546",
        "years": YEARS,
        "stages": stages,
        "scenarios": tuple(
            Scenario(id=key, label=text(en, zh), note=text(f"Note {n}", "说明"))
            for n, (key, en, zh) in enumerate((("central", "Central", "中方案"), ("high", "High", "高方案")))
        ),
        "shades": shades([text(*label) for label in LABELS]),
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
        "audit": (audit_line(name=text("Children in = children placed", "进 = 出"), left=239.0, right=239.0),),
        "sources": (source(title=SCRIPT, publisher="Office & Sons", date="2024", used_for=text("children", "儿童")),),
    }
    return map_model(**(plain | changes))
