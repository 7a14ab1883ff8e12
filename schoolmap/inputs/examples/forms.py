"""What the sheets of the invented bureau look like: their names, titles and columns."""

from __future__ import annotations

from schoolmap.inputs.examples.land import CRS
from schoolmap.inputs.examples.schools import GRADES
from schoolmap.inputs.examples.schools import JUNIOR
from schoolmap.inputs.examples.schools import KINDERGARTEN
from schoolmap.inputs.examples.schools import PRIMARY
from schoolmap.inputs.examples.shapes import ZONED
from schoolmap.inputs.examples.sheets import Column
from schoolmap.inputs.examples.sheets import Sheet
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import by_grade

SCHOOL_BOOK = "示范县基础教育统计表（合成数据）.xlsx"
PEOPLE_BOOK = "示范县人口与住房（合成数据）.xlsx"
BIRTHS_FILE = "出生人口_卫健_合成数据.csv"

_ABOUT = "填报单位：示范县教育局（合成数据）　　统计时点：2025年9月1日"
_FOOT = ("注：本表全部为合成数据，不对应任何真实学校。", "填表人：（合成）", "填表日期：2025年9月15日")
_SERIAL = Column(name="", header="序号")
_TOWNSHIP = Column(name="township", header="所在乡镇", merged=True)
_NAME = Column(name="name", header="学校名称")
_GRADE_NAMES = {
    "K1": "小班",
    "K2": "中班",
    "K3": "大班",
    MIXED_GRADE: "混合班",
    **dict(
        zip(
            "123456789",
            ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "七年级", "八年级", "九年级"),
            strict=True,
        )
    ),
}
MU = 3 / 2000
"""Mu (亩) in a square metre."""


def _code(*, number: bool) -> Column:
    return Column(name="school", header="学校（机构）标识码", code_as_number=number)


def _grades(grades: tuple[str, ...]) -> tuple[Column, ...]:
    """Return two columns a grade, classes and pupils, below its name."""
    return tuple(
        Column(name=by_grade(what, grade), header=header, group=_GRADE_NAMES[grade], unit=unit, total=True)
        for grade in grades
        for what, header, unit in (("classes", "班数", "班"), ("pupils", "人数", "人"))
    )


def _seats(pupils: str) -> tuple[Column, ...]:
    return (
        Column(name="seats", header="学位数", unit="个", total=True),
        Column(name="classrooms", header="教室数", unit="间", total=True),
        Column(name="expandable_classes", header="可扩班数", unit="班"),
        Column(name="classes", header="教学班数", unit="班", total=True),
        Column(name="enrolment", header=pupils, unit="人", total=True),
    )


def _staff() -> tuple[Column, ...]:
    return (
        Column(name="planned_intake", header="招生计划", group="招生与毕业", unit="人", total=True),
        Column(name="intake", header="实际招生", group="招生与毕业", unit="人", total=True),
        Column(name="graduates", header="预计毕业生", group="招生与毕业", unit="人", total=True),
        Column(name="special_needs", header="随班就读", unit="人", total=True),
        Column(name="staff", header="教职工数", group="师资", unit="人", total=True),
        Column(name="teachers", header="专任教师", group="师资", unit="人", total=True),
        Column(name="posts", header="编制数", group="师资", unit="名", total=True),
    )


_BOARDING = (
    Column(name="boarding", header="寄宿床位", group="寄宿", unit="个", total=True),
    Column(name="boarders", header="寄宿生数", group="寄宿", unit="人", total=True),
)

SCHOOL_SHEETS: dict[str, Sheet] = {
    "schools": Sheet(
        title="学校基本情况",
        heading="示范县学校（幼儿园）基本情况一览表（合成数据）",
        about=_ABOUT,
        columns=(
            _SERIAL,
            _TOWNSHIP,
            _code(number=False),
            _NAME,
            Column(name="operator", header="举办者"),
            Column(name="ownership", header="办别"),
            Column(name="type", header="办学类型"),
            Column(name="urban_rural", header="城乡类型"),
            Column(name="main_school", header="中心校代码"),
            Column(name="group", header="教育集团"),
            Column(name="licensed", header="办学许可"),
            Column(name="quality", header="办园等级"),
            Column(name="land_m2", header="占地面积（亩）", group="校园", total=True, factor=MU),
            Column(name="building_m2", header="校舍面积（㎡）", group="校园", total=True),
            Column(name="lon", header="经度", group="坐标（高德）", odd=False),
            Column(name="lat", header="纬度", group="坐标（高德）", odd=False),
        ),
        part="township",
        foot=_FOOT,
    ),
    "kindergartens": Sheet(
        title="幼儿园",
        heading="示范县幼儿园班数、幼儿数统计表（合成数据）",
        about=_ABOUT,
        columns=(
            _SERIAL,
            _TOWNSHIP,
            _code(number=True),
            Column(name="name", header="园名"),
            *_seats("在园幼儿"),
            *_grades((*GRADES[KINDERGARTEN], MIXED_GRADE)),
            *_staff(),
        ),
        part="township",
        units=True,
        foot=_FOOT,
    ),
    "attached": Sheet(
        title="附设幼儿班",
        heading="示范县小学附设幼儿班统计表（合成数据）",
        about=_ABOUT,
        columns=(
            _SERIAL,
            _code(number=False),
            _NAME,
            Column(name="rooms_of", header="占用教室学段"),
            *_seats("在园幼儿"),
            *_grades((*GRADES[KINDERGARTEN], MIXED_GRADE)),
            *_staff(),
        ),
        foot=_FOOT,
    ),
    "primaries": Sheet(
        title="小学",
        heading="示范县小学班数、学生数统计表（合成数据）",
        about=_ABOUT,
        columns=(
            _SERIAL,
            _TOWNSHIP,
            _code(number=True),
            _NAME,
            *_seats("在校生数"),
            *_grades(GRADES[PRIMARY]),
            *_staff(),
            *_BOARDING,
        ),
        part="township",
        units=True,
        foot=_FOOT,
    ),
    "juniors": Sheet(
        title="初中",
        heading="示范县初中班数、学生数统计表（合成数据）",
        about=_ABOUT,
        columns=(
            _SERIAL,
            _TOWNSHIP,
            _code(number=True),
            _NAME,
            *_seats("在校生数"),
            *_grades(GRADES[JUNIOR]),
            *_staff(),
            *_BOARDING,
        ),
        part="township",
        units=True,
        foot=_FOOT,
    ),
    "classes": Sheet(
        title="城区班级名册",
        heading="示范县城区公办中小学班级名册（合成数据）",
        columns=(
            Column(name="school", header="学校标识码", merged=True),
            Column(name="name", header="学校名称", merged=True),
            Column(name="grade", header="年级"),
            Column(name="class", header="班级"),
            Column(name="pupils", header="学生数", total=True),
        ),
        foot=_FOOT[:1],
    ),
    "resources": Sheet(
        title="办学条件",
        heading="示范县办学条件统计表（合成数据）",
        about=_ABOUT,
        columns=(
            _SERIAL,
            _code(number=False),
            _NAME,
            Column(name="stage", header="学段"),
            Column(name="teachers_above", header="高于规定学历教师", group="教师", total=True),
            Column(name="backbone_teachers", header="县级以上骨干教师", group="教师", total=True),
            Column(name="arts_sports_teachers", header="体艺专任教师", group="教师", total=True),
            Column(name="certified_teachers", header="持证教师", group="教师", total=True),
            Column(name="carers", header="保育员", group="教师", total=True),
            Column(name="exchangeable_teachers", header="应交流教师", group="交流轮岗", total=True),
            Column(name="exchanged_teachers", header="交流教师", group="交流轮岗", total=True),
            Column(name="teaching_m2", header="教学及辅助用房面积（㎡）", group="校舍与设施", total=True),
            Column(name="sports_m2", header="体育运动场馆面积（㎡）", group="校舍与设施", total=True),
            Column(name="play_m2", header="室外游戏场地（㎡）", group="校舍与设施", total=True),
            Column(name="equipment_yuan", header="教学仪器设备值（元）", group="校舍与设施", total=True),
            Column(name="multimedia_rooms", header="网络多媒体教室", group="校舍与设施", total=True),
            Column(name="music_rooms", header="音乐教室", group="校舍与设施", total=True),
            Column(name="art_rooms", header="美术教室", group="校舍与设施", total=True),
        ),
        foot=_FOOT,
    ),
    "flows": Sheet(
        title="跨片区就读",
        heading="示范县学生跨片区就读情况（合成数据）",
        about="居住学区为空：县外；就读学区为空：县外就读或送教上门",
        columns=(
            _SERIAL,
            Column(name="origin", header="居住学区"),
            Column(name="destination", header="就读学区"),
            Column(name="stage", header="学段"),
            Column(name="reason", header="就读原因"),
            Column(name="pupils", header="学生数", total=True),
        ),
        foot=_FOOT[:1],
    ),
    "projects": Sheet(
        title="建设项目",
        heading="示范县教育建设项目库（合成数据）",
        about="坐标为百度地图坐标；投资单位：万元",
        columns=(
            Column(name="project", header="项目编号"),
            Column(name="name", header="项目名称"),
            Column(name="stage", header="学段"),
            Column(name="kind", header="建设类型"),
            Column(name="school", header="学校标识码"),
            Column(name="catchment", header="片区代码"),
            Column(name="opening", header="投用时间"),
            Column(name="closing", header="停用时间"),
            Column(name="opened", header="实际投用时间"),
            Column(name="seats_added", header="新增学位", group="规模", odd=False),
            Column(name="classes_added", header="新增班数", group="规模", odd=False),
            Column(name="rooms_of", header="占用教室学段"),
            Column(name="ownership", header="办学性质"),
            Column(name="status", header="进展"),
            Column(name="probability", header="建成概率", per_cent=True),
            Column(name="delay_months", header="延期月数", odd=False),
            Column(name="investment_planned", header="计划投资", group="投资（万元）", total=True),
            Column(name="investment_arrived", header="到位资金", group="投资（万元）", total=True),
            Column(name="investment_spent", header="完成投资", group="投资（万元）", total=True),
            Column(name="priority", header="优先级", odd=False),
            Column(name="for_development", header="配套楼盘"),
            Column(name="lon", header="经度", odd=False),
            Column(name="lat", header="纬度", odd=False),
            Column(name="note", header="备注"),
        ),
        foot=_FOOT[:1],
    ),
}

PEOPLE_SHEETS: dict[str, Sheet] = {
    "population": Sheet(
        title="分年龄人口",
        heading="示范县分村分年龄分性别人口（合成数据）",
        about="2020年为普查时点（五岁组），2025年为户籍与常住登记（儿童分单岁）",
        columns=(
            Column(name="area", header="村代码"),
            Column(name="name", header="村（社区）名称"),
            Column(name="date", header="时点"),
            Column(name="sex", header="性别"),
            Column(name="age", header="年龄段"),
            Column(name="count", header="人数", odd=False),
        ),
        whole=False,
    ),
    "developments": Sheet(
        title="住宅项目",
        heading="示范县城区住宅项目一览（合成数据）",
        columns=(
            Column(name="development", header="楼盘代码"),
            Column(name="name", header="项目名称"),
            Column(name="area", header="社区"),
            Column(name="type", header="住宅类型"),
            Column(name="year", header="竣工年份", odd=False),
            Column(name="homes", header="住宅套数", total=True),
            Column(name="status", header="进展"),
            Column(name="kindergarten_classes", header="配套幼儿园班数", odd=False),
            Column(name="handed_over", header="配套园是否移交"),
        ),
    ),
    "yields": Sheet(
        title="户均儿童数",
        heading="新建住宅每户儿童数（合成数据）",
        columns=(
            Column(name="type", header="住宅类型", merged=True),
            Column(name="age", header="年龄段"),
            Column(name="years_since", header="竣工后年数", odd=False),
            Column(name="children", header="户均儿童数", odd=False),
        ),
    ),
    "migration": Sheet(
        title="进城率",
        heading="农村儿童年进城率（合成数据）",
        about="在两次人口所示趋势之外另加的部分",
        columns=(
            Column(name="age", header="年龄段"),
            Column(name="rate", header="年迁移率", odd=False),
        ),
    ),
}

TABLES = f"""
[tables.areas]
file = "村界_合成数据.shp"
crs = "{ZONED}"

[tables.catchments]
file = "学区_合成数据.shp"
crs = "{CRS}"

[tables.population]
file = "{PEOPLE_BOOK}"
sheet = "分年龄人口"

[tables.births]
file = "{BIRTHS_FILE}"
encoding = "gbk"

[tables.developments]
file = "{PEOPLE_BOOK}"
sheet = "住宅项目"

[tables.yields]
file = "{PEOPLE_BOOK}"
sheet = "户均儿童数"

[tables.migration]
file = "{PEOPLE_BOOK}"
sheet = "进城率"

[tables.schools]
file = "{SCHOOL_BOOK}"
sheet = "学校基本情况"
crs = "GCJ-02"

[[tables.sections]]
file = "{SCHOOL_BOOK}"
sheet = "幼儿园"
stage = "kindergarten"

[[tables.sections]]
file = "{SCHOOL_BOOK}"
sheet = "附设幼儿班"
stage = "kindergarten"

[[tables.sections]]
file = "{SCHOOL_BOOK}"
sheet = "小学"
stage = "primary"

[[tables.sections]]
file = "{SCHOOL_BOOK}"
sheet = "初中"
stage = "junior"

[tables.classes]
file = "{SCHOOL_BOOK}"
sheet = "城区班级名册"

[tables.resources]
file = "{SCHOOL_BOOK}"
sheet = "办学条件"

[tables.flows]
file = "{SCHOOL_BOOK}"
sheet = "跨片区就读"

[tables.projects]
file = "{SCHOOL_BOOK}"
sheet = "建设项目"
crs = "BD-09"

[tables.roads]
file = "道路_合成数据.shp"

[tables.barriers]
file = "河流铁路_合成数据.shp"

[tables.crossings]
file = "过街设施_合成数据.shp"

[tables.gates]
file = "校门_合成数据.shp"

[tables.dwellings]
file = "居民点_合成数据.shp"

[tables.sites]
file = "备选用地_合成数据.shp"
"""
