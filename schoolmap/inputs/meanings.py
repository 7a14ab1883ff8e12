"""
What every column means in Chinese: meaning, unit, who has the figure, and the header under which a bureau knows it.

English meanings stand in the contracts; this is their other half, as data. The
header of a column is its first Chinese alias, or the alias named here where a
table knows a better one.
"""

from __future__ import annotations

from typing import Literal
from typing import NamedTuple

from schoolmap.inputs.aliases import ALIASES
from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import CONTRACTS
from schoolmap.tables import by_grade

Language = Literal["en", "zh"]


class Meaning(NamedTuple):
    """A column for people: what it means, its unit and holder (keys of `UNITS` and `HOLDERS`), and its header."""

    zh: str
    unit: str = ""
    holder: str = ""
    header: str = ""
    """One of the column's aliases; the first Chinese one if empty."""


UNITS: dict[str, dict[Language, str]] = {
    "persons": {"zh": "人", "en": "persons"},
    "seats": {"zh": "个", "en": "seats"},
    "classes": {"zh": "班", "en": "classes"},
    "rooms": {"zh": "间", "en": "rooms"},
    "homes": {"zh": "套", "en": "homes"},
    "m2": {"zh": "平方米", "en": "m²"},
    "yuan": {"zh": "元", "en": "yuan"},
    "10k": {"zh": "万元", "en": "10,000 yuan"},
    "months": {"zh": "月", "en": "months"},
    "years": {"zh": "年", "en": "years"},
    "degrees": {"zh": "度", "en": "degrees"},
    "%": {"zh": "%", "en": "%"},
    "share": {"zh": "0 至 1", "en": "0 to 1"},
    "kmh": {"zh": "公里/小时", "en": "km/h"},
}
SHOWN_UNITS = {"m2", "yuan", "10k", "degrees", "kmh"}
"""Units that a header names, because a wrong one would pass unnoticed."""

HOLDERS: dict[str, dict[Language, str]] = {
    "census": {"zh": "统计部门（人口普查、抽样调查）", "en": "statistics bureau (census, sample survey)"},
    "return": {
        "zh": "教育统计报表（9 月 1 日时点）",
        "en": "annual education statistics return (1 September)",
    },
    "bureau": {"zh": "教育局（规划、基教、招生）", "en": "education bureau (planning, admission)"},
    "health": {"zh": "卫生健康部门（出生登记）", "en": "health commission (births)"},
    "police": {"zh": "公安机关（户籍人口）", "en": "police (household register)"},
    "land": {"zh": "自然资源部门（规划、用地、界线）", "en": "natural resources (plans, land, borders)"},
    "housing": {"zh": "住房城乡建设部门、自然资源部门", "en": "housing and natural resources"},
    "civil": {"zh": "民政部门（婚姻登记）", "en": "civil affairs (marriages)"},
    "finance": {"zh": "发展改革、财政部门，教育局项目办", "en": "development and finance, project office"},
    "transport": {"zh": "交通运输、公安交管部门", "en": "transport and traffic police"},
    "planner": {"zh": "规划人员判断（属假设，请注明依据）", "en": "the planner's judgement (an assumption)"},
    "code": {"zh": "自定，与其他工作表一致即可", "en": "your own, the same on all sheets"},
}

_AREA = Meaning("小区域（村、社区）代码，须与“小区域”表一致", holder="police", header="小区域代码")
_SCHOOL = Meaning("学校标识码，须与“学校”表一致", holder="return", header="学校标识码")
_STAGE = Meaning("学段", header="学段")
_AGE = Meaning("年龄（周岁）：3，年龄段 3-5（含两端），或 95+", holder="police")
_SEX = Meaning("性别；不分性别的留空", holder="police")

MEANINGS: dict[str, dict[str, Meaning]] = {
    "areas": {
        "area": Meaning("小区域（村、社区）的代码，建议用 12 位统计用区划代码", holder="census", header="小区域代码"),
        "name": Meaning("小区域名称", holder="census"),
        "parent": Meaning("所属乡镇或街道", holder="census", header="所在乡镇（街道）"),
        "urban_rural": Meaning("城乡分类代码，见“代码表”", holder="census"),
    },
    "population": {
        "area": _AREA,
        "age": _AGE,
        "sex": _SEX,
        "date": Meaning("人口的统计时点；有多个时点的逐个列出", holder="police", header="统计时点"),
        "count": Meaning("人数；没有的填 0，不清楚的不要填 0", unit="persons", holder="police"),
    },
    "births": {
        "area": Meaning("母亲居住的小区域代码", holder="health", header="小区域代码"),
        "year": Meaning("出生年份，按公历年（1 月至 12 月）", holder="health", header="出生年份"),
        "month": Meaning("出生月份；只有全年数的留空，分月的须 12 个月齐全", holder="health"),
        "order": Meaning("孩次；不分孩次的留空，分孩次的须三类齐全", holder="health"),
        "births": Meaning("出生人数（活产）", unit="persons", holder="health"),
    },
    "schools": {
        "school": Meaning("学校（机构）标识码，10 位；没有的自编，不得重复", holder="return", header="学校标识码"),
        "name": Meaning("学校名称，用全称", holder="return", header="学校名称"),
        "operator": Meaning("举办者：教育部门、其他部门、地方企业、民办、集体等", holder="return"),
        "ownership": Meaning("办别：公办、普惠性民办（普惠）、其他民办（民办）", holder="return"),
        "type": Meaning("办学类型代码（GB/T 33782），见“代码表”", holder="return", header="办学类型代码"),
        "township": Meaning("学校所在乡镇或街道", holder="return", header="所在乡镇（街道）"),
        "main_school": Meaning("教学点或校区所属中心校（主校）的标识码", holder="return", header="中心校代码"),
        "group": Meaning("所属教育集团、联盟或共同体", holder="bureau"),
        "urban_rural": Meaning("学校所在地的城乡分类代码，见“代码表”", holder="return"),
        "licensed": Meaning("是否取得办学（办园）许可", holder="bureau"),
        "quality": Meaning("评定的办园、办学等级，如省级示范", holder="bureau", header="评估等级"),
        "land_m2": Meaning("学校占地面积", unit="m2", holder="return"),
        "building_m2": Meaning("校舍（园舍）建筑面积", unit="m2", holder="return"),
    },
    "sections": {
        "school": _SCHOOL,
        "stage": _STAGE,
        "seats": Meaning("核定学位数；不清楚的留空，但须填教室数", unit="seats", holder="bureau", header="学位数"),
        "classrooms": Meaning("可作班级教室的普通教室数，不含专用教室", unit="rooms", holder="return", header="教室数"),
        "enrolment": Meaning("基准年在校（在园）学生总数", unit="persons", holder="return", header="在校生数"),
        "catchment": Meaning(
            "服务的学区代码，多个用分号“;”隔开；留空即学校所在的学区", holder="bureau", header="学区代码"
        ),
        "expandable_classes": Meaning("现有用地上还可增加的班数；不清楚的留空", unit="classes", holder="bureau"),
        "classes": Meaning("教学班总数", unit="classes", holder="return"),
        "rooms_of": Meaning("附设班借用同校哪一学段的教室，如附设幼儿班填“小学”", holder="bureau"),
        "intake": Meaning("本年实际招生数，应等于起始年级在校生数", unit="persons", holder="return", header="招生数"),
        "planned_intake": Meaning("常年招生计划（可容纳的招生数）", unit="persons", holder="bureau"),
        "graduates": Meaning("本年预计毕业生数", unit="persons", holder="return", header="预计毕业生数"),
        "boarding": Meaning("寄宿床位数", unit="seats", holder="return", header="床位数"),
        "boarders": Meaning("寄宿生人数", unit="persons", holder="return", header="寄宿生数"),
        "special_needs": Meaning("在校生中的残疾（随班就读）学生数", unit="persons", holder="return"),
        "teachers": Meaning("专任教师数", unit="persons", holder="return", header="专任教师数"),
        "staff": Meaning("教职工总数", unit="persons", holder="return", header="教职工数"),
        "posts": Meaning("核定编制数", unit="persons", holder="bureau", header="编制数"),
        "published_utilisation": Meaning("来源资料自行公布的学位利用率，仅作对照", unit="%", holder="bureau"),
    },
    "classes": {
        "school": _SCHOOL,
        "grade": Meaning("年级", holder="return"),
        "class": Meaning("班级名称，如 1 班；留空即该年级各班合计", holder="return", header="班级名称"),
        "classes": Meaning("本行包含的班数；留空即 1 个班", unit="classes", holder="return"),
        "pupils": Meaning("本行的学生数", unit="persons", holder="return", header="学生数"),
    },
    "resources": {
        "school": _SCHOOL,
        "stage": _STAGE,
        "teachers_above": Meaning("高于规定学历的专任教师数", unit="persons", holder="return"),
        "backbone_teachers": Meaning("县级及以上骨干教师数", unit="persons", holder="bureau"),
        "arts_sports_teachers": Meaning("体育、艺术（音乐、美术）专任教师数", unit="persons", holder="return"),
        "teaching_m2": Meaning("教学及辅助用房面积", unit="m2", holder="return"),
        "sports_m2": Meaning("体育运动场馆面积", unit="m2", holder="return"),
        "equipment_yuan": Meaning("教学仪器设备值", unit="yuan", holder="return"),
        "multimedia_rooms": Meaning("网络多媒体教室数", unit="rooms", holder="return"),
        "music_rooms": Meaning("音乐专用教室数", unit="rooms", holder="return"),
        "art_rooms": Meaning("美术专用教室数", unit="rooms", holder="return"),
        "certified_teachers": Meaning("持有教师资格证的专任教师数", unit="persons", holder="return"),
        "carers": Meaning("保育员数（幼儿园）", unit="persons", holder="return"),
        "play_m2": Meaning("室外游戏场地面积（幼儿园）", unit="m2", holder="return"),
        "exchanged_teachers": Meaning("本年交流轮岗的教师数", unit="persons", holder="bureau"),
        "exchangeable_teachers": Meaning("符合交流条件的教师数", unit="persons", holder="bureau"),
    },
    "flows": {
        "origin": Meaning("居住地的学区代码；留空即居住在规划范围以外", holder="bureau"),
        "destination": Meaning("就读地的学区代码；留空即在规划范围以外就读，或居家（送教上门）", holder="bureau"),
        "stage": _STAGE,
        "reason": Meaning("原因：随迁、择校、寄宿、特教（含送教上门）、其他", holder="bureau", header="原因"),
        "pupils": Meaning("基准年的学生数", unit="persons", holder="bureau", header="学生数"),
    },
    "catchments": {
        "catchment": Meaning("学区（招生片区）代码", holder="bureau", header="学区代码"),
        "name": Meaning("学区名称", holder="bureau", header="片区名称"),
        "stage": Meaning("学段；不分学段（各学段共用）的留空", holder="bureau"),
        "schools": Meaning("对口学校的标识码，多个用分号“;”隔开", holder="bureau"),
        "valid_from": Meaning("该边界自哪一学年起生效；留空即一直有效", holder="bureau"),
        "valid_to": Meaning("该边界到哪一学年为止（撤销、合并的学区填写）；留空即到下一边界生效", holder="bureau"),
        "areas": Meaning("组成学区的村、社区（代码或名称），用分号“;”隔开；填写后可不画边界", holder="bureau"),
    },
    "roads": {
        "class": Meaning("道路等级，如国道、县道、村道、城市道路", holder="transport", header="道路等级"),
        "speed": Meaning("车速；不清楚的留空，按道路等级取值", unit="kmh", holder="transport"),
        "oneway": Meaning("是否单行：是、否；只能逆着画线方向行驶的填 -1", holder="transport", header="是否单行"),
        "bridge": Meaning("是否桥梁或隧道；与所跨越的道路不相通", holder="transport", header="是否桥隧"),
        "tunnel": Meaning("是否隧道（桥梁与隧道分列时用）", holder="transport", header="是否隧道"),
        "foot": Meaning("是否可以步行；留空即可以", holder="transport", header="可否步行"),
        "name": Meaning("道路名称", holder="transport"),
    },
    "barriers": {
        "kind": Meaning("障碍类型，如河流、铁路、快速路", holder="land"),
        "name": Meaning("障碍名称", holder="land"),
    },
    "crossings": {
        "kind": Meaning("过街、过河设施类型，如桥、地道、红绿灯", holder="transport"),
        "name": Meaning("设施名称", holder="transport"),
    },
    "gates": {
        "school": _SCHOOL,
        "gate": Meaning("校门名称，如南门；留空则自动编号", holder="bureau"),
    },
    "dwellings": {
        "dwelling": Meaning("居住地块、住宅楼或居民点的代码；留空则自动编号", holder="land"),
        "people": Meaning("居住的人数", unit="persons", holder="police"),
        "homes": Meaning("住宅套数", unit="homes", holder="housing"),
        "floors": Meaning("地上层数", holder="housing"),
    },
    "sites": {
        "site": Meaning("备选用地（可建学校的地块）的代码，不得重复", holder="code", header="用地代码"),
        "name": Meaning("地块名称或位置", holder="land"),
        "stages": Meaning("可办的学段，多个用分号“;”隔开，如“小学;初中”；留空即各学段均可", holder="land"),
        "max_classes": Meaning("最多可建的班数（各学段合计）；不清楚的留空，按最大规模", unit="classes", holder="land"),
        "min_classes": Meaning("建校时最少的班数；留空即按新建学校最小规模", unit="classes", holder="bureau"),
        "land_cost": Meaning("用地费用（征地、拆迁、划拨）", unit="10k", holder="land"),
        "ready_from": Meaning("可以开工的年月，如 2029-03；只填年份的指当年 9 月；留空即随时可以", holder="land"),
        "township": Meaning("所在乡镇或街道", holder="land", header="所在乡镇（街道）"),
        "urban_rural": Meaning("城乡分类代码，见“代码表”", holder="land"),
        "note": Meaning("备注", header="备注"),
    },
    "projects": {
        "project": Meaning("项目代码，不得重复", holder="code"),
        "name": Meaning("项目名称", holder="bureau", header="项目名称"),
        "stage": Meaning("学段；一个项目涉及几个学段的，每个学段一行", holder="bureau"),
        "kind": Meaning("项目类型，见“代码表”", holder="bureau", header="项目类型"),
        "school": Meaning("扩建、改建等涉及的现有学校标识码；新建学校留空", holder="return", header="学校标识码"),
        "catchment": Meaning("建成后服务的学区代码；留空则按学校或坐标位置确定", holder="bureau", header="学区代码"),
        "opening": Meaning("投用的年月，如 2027-09；没有的只展示、不计入", holder="bureau", header="投用时间"),
        "closing": Meaning("停止使用的年月（临时、过渡学位必填）", holder="bureau"),
        "seats_added": Meaning("新增学位；减少的填负数", unit="seats", holder="bureau"),
        "classes_added": Meaning("新增班数；减少的填负数", unit="classes", holder="bureau"),
        "rooms_of": Meaning("附设、改建占用同校哪一学段的教室，如“小学”", holder="bureau"),
        "ownership": Meaning("建成或转制后的办别", holder="bureau"),
        "status": Meaning("项目状态，见“代码表”", holder="finance", header="项目状态"),
        "probability": Meaning("按期建成的可能性，0 至 1，如 0.8", unit="share", holder="planner"),
        "delay_months": Meaning("比投用时间推迟的月数", unit="months", holder="bureau", header="延期月数"),
        "opened": Meaning("实际投用的年月", holder="bureau", header="实际投用时间"),
        "investment_planned": Meaning("计划总投资", unit="10k", holder="finance"),
        "investment_arrived": Meaning("已到位资金", unit="10k", holder="finance"),
        "investment_spent": Meaning("累计完成投资", unit="10k", holder="finance"),
        "priority": Meaning("优先次序，1 为最先", holder="planner"),
        "for_development": Meaning("所配套住宅项目的代码，须与“住宅项目”表一致", holder="housing"),
        "note": Meaning("备注", header="备注"),
    },
    "developments": {
        "development": Meaning("住宅项目代码；分年竣工或有几种户型的，各占一行", holder="code", header="住宅项目代码"),
        "name": Meaning("住宅项目（楼盘）名称", holder="housing", header="项目名称"),
        "area": Meaning("所在小区域代码；留空则按坐标确定", holder="housing", header="小区域代码"),
        "type": Meaning("住宅类型，如商品房、安置房；须与“户均儿童”表一致", holder="housing"),
        "homes": Meaning("当年竣工的住宅套数", unit="homes", holder="housing"),
        "year": Meaning("竣工（交付）年份，按公历年", holder="housing", header="竣工年份"),
        "status": Meaning("建设状态", holder="housing"),
        "kindergarten_classes": Meaning("配套幼儿园的班数", unit="classes", holder="housing"),
        "handed_over": Meaning("配套幼儿园是否已移交", holder="bureau"),
    },
    "yields": {
        "type": Meaning("住宅类型；留空即适用于各种类型", holder="planner"),
        "age": Meaning("年龄或年龄段（周岁）", holder="planner"),
        "years_since": Meaning("竣工后年数，从 0 开始逐年填写", unit="years", holder="planner"),
        "children": Meaning("每套已入住住宅中该年龄的儿童数，如 0.12", unit="persons", holder="planner"),
    },
    "migration": {
        "age": Meaning("年龄或年龄段（周岁）", holder="planner"),
        "rate": Meaning("一年内由乡村迁入县城的儿童比例，3% 填 0.03", unit="share", holder="planner"),
    },
    "pupils": {
        "school": _SCHOOL,
        "grade": Meaning("年级", holder="return"),
        "year": Meaning("学年，按秋季开学的年份，如 2024 表示 2024-2025 学年", holder="return", header="学年"),
        "pupils": Meaning("该学年该年级的在校生数", unit="persons", holder="return"),
    },
    "totals": {
        "area": _AREA,
        "date": Meaning("人口的统计时点", holder="police", header="统计时点"),
        "count": Meaning("各年龄合计的总人口", unit="persons", holder="police", header="总人口"),
    },
    "structure": {
        "age": Meaning("全县（区）的年龄或年龄段（周岁）", holder="census"),
        "sex": Meaning("性别；不分性别的留空", holder="census"),
        "count": Meaning("全县（区）该年龄的人数", unit="persons", holder="census"),
    },
    "marriages": {
        "year": Meaning("登记年份，按公历年", holder="civil"),
        "count": Meaning("全县（区）初婚登记数", unit="persons", holder="civil", header="初婚登记数"),
    },
    "projection": {
        "area": Meaning("小区域代码；与学区代码二选一，整表一致", holder="census", header="小区域代码"),
        "catchment": Meaning("学区代码；与小区域代码二选一，整表一致", holder="bureau", header="学区代码"),
        "age": Meaning("年龄或年龄段；与学段二选一，整表一致", holder="census"),
        "stage": Meaning("学段；与年龄二选一，整表一致", holder="bureau"),
        "year": Meaning("预测年份", holder="census", header="年份"),
        "count": Meaning("预测的儿童人数", unit="persons", holder="census", header="预测人数"),
    },
}
"""Columns by table; those of `sections` for each grade are made by `meaning_of`."""

PLACES: dict[str, Meaning] = {
    "lon": Meaning("经度，十进制度，如 110.394996；坐标系写在 project.toml 中", unit="degrees", holder="return"),
    "lat": Meaning("纬度，十进制度，如 28.446828；坐标系写在 project.toml 中", unit="degrees", holder="return"),
}
_PLACES_EN = {
    "lon": "longitude in degrees, such as 110.394996; its datum is declared in project.toml",
    "lat": "latitude in degrees, such as 28.446828; its datum is declared in project.toml",
}
_BY_GRADE_ZH = {"classes": ("班数", "classes"), "pupils": ("在校（在园）人数", "persons")}


def grade_name(grade: str, language: Language) -> str:
    """
    Return what a grade is called.

    Examples
    --------
    >>> grade_name("K1", "zh"), grade_name("7", "zh"), grade_name("7", "en")
    ('小班', '初一', '7')
    """
    return ALIASES[by_grade("pupils", grade)][0].removesuffix("人数") if language == "zh" else grade


def meaning_of(table: str, column: str) -> Meaning:
    """
    Return what a column of a table means in Chinese.

    Raises
    ------
    KeyError
        If nobody has written it down.

    Examples
    --------
    >>> meaning_of("sections", "pupils_K3").zh
    '大班在校（在园）人数'
    """
    if table == "sections" and (found := _grade_of(column)) is not None:
        what, grade = found
        zh, unit = _BY_GRADE_ZH[what]
        return Meaning(grade_name(grade, "zh") + zh, unit=unit, holder="return")
    return PLACES[column] if column in PLACES else MEANINGS[table][column]


def explain(table: str, column: str, language: Language) -> str:
    """
    Return what a column means, in either language.

    Examples
    --------
    >>> explain("births", "births", "zh"), explain("births", "births", "en")
    ('出生人数（活产）', 'live births')
    """
    if language == "zh":
        return meaning_of(table, column).zh
    return _PLACES_EN[column] if column in _PLACES_EN else CONTRACTS[table].columns[column].means


def header_of(table: str, column: str, language: Language) -> str:
    """
    Return the header under which a column is written, with its unit where that could be mistaken.

    Examples
    --------
    >>> header_of("schools", "land_m2", "zh"), header_of("schools", "land_m2", "en")
    ('占地面积（平方米）', 'land_m2')
    """
    if language == "en":
        return column
    meaning = meaning_of(table, column)
    name = meaning.header or ALIASES[column][0]
    return f"{name}（{UNITS[meaning.unit]['zh']}）" if meaning.unit in SHOWN_UNITS else name


def _grade_of(column: str) -> tuple[str, str] | None:
    """Return what a column of a grade holds and of which grade, or nothing."""
    what, _, grade = column.partition("_")
    return (what, grade) if what in _BY_GRADE_ZH and grade in CLASS_GRADES else None


WORD_MEANINGS: dict[str, dict[str, dict[Language, str]]] = {
    "ownership": {
        "public": {"zh": "政府或公办性质单位举办", "en": "run by government or public bodies"},
        "inclusive": {"zh": "经认定的普惠性民办园（校）", "en": "private, recognised as inclusive"},
        "private": {"zh": "其他民办", "en": "other private"},
    },
    "kind": {
        "new": {"zh": "新设学校（园）", "en": "a new school"},
        "expand": {"zh": "现有学校扩建、改扩建，增加学位", "en": "an existing school gets more seats"},
        "relocate": {"zh": "现有学校整体迁往新址", "en": "an existing school moves"},
        "attach": {
            "zh": "在其他学段的学校附设班，如小学附设幼儿班",
            "en": "classes attached to another stage's school",
        },
        "convert": {"zh": "民办转为公办，学位总数不变", "en": "a private school becomes public, with the same seats"},
        "handover": {"zh": "住宅配套园移交为公办园", "en": "a residential kindergarten becomes public"},
        "temporary": {"zh": "临时、过渡学位，到期停用", "en": "seats for a limited time"},
        "demolish": {"zh": "拆除或停用，减少学位", "en": "seats that cease to be"},
        "improve": {"zh": "改善办学条件，不增加学位", "en": "better quality, no seats"},
    },
    "status": {
        "reserve": {"zh": "储备、谋划中，尚未列入计划", "en": "an idea, in no plan yet"},
        "planned": {"zh": "已列入计划，尚未批复", "en": "in a plan, not approved yet"},
        "approved": {"zh": "已立项批复，尚未开工", "en": "approved, works not begun"},
        "building": {"zh": "正在施工", "en": "works under way"},
        "opened": {"zh": "已建成投用", "en": "open"},
        "suspended": {"zh": "停建、缓建", "en": "stopped or put off"},
    },
    "reason": {
        "migrant": {"zh": "进城务工人员随迁子女", "en": "children of families who came to work"},
        "choice": {"zh": "择校、跨片区就读", "en": "choice of another school"},
        "boarding": {"zh": "到学区外寄宿", "en": "boards elsewhere"},
        "special": {"zh": "特殊教育学校就读或送教上门", "en": "special school, or taught at home"},
        "other": {"zh": "其他原因", "en": "anything else"},
    },
}
"""What the allowed words mean, where the word alone does not tell."""
