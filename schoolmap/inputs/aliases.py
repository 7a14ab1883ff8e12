"""Column names that planners' files use, in English and Chinese, for the contract's names."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import by_grade

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

_UNIT = re.compile(r"\([^()]*\)$")

ALIASES: dict[str, tuple[str, ...]] = {
    "area": ("小区域", "村", "社区", "村社区", "小区域代码", "小区代码", "区域代码", "村代码"),
    "name": ("名称", "学校名称", "校名", "园名", "片区名称", "项目名称"),
    "parent": ("上级", "乡镇", "街道", "所在乡镇", "所在乡镇街道", "乡镇街道"),
    "urban_rural": ("城乡类型", "城乡分类", "城乡"),
    "age": ("年龄", "年龄段"),
    "sex": ("性别",),
    "date": ("日期", "时点", "统计时点", "统计日期"),
    "count": ("人数", "人口", "人口数", "总人口", "常住人口", "预测人数", "初婚人数", "初婚登记数"),
    "year": ("年份", "年度", "学年", "出生年份", "竣工年份", "竣工年", "交付年份"),
    "month": ("月份", "月", "出生月份"),
    "order": ("孩次",),
    "births": ("出生人数", "出生数", "出生人口", "活产数"),
    "grade": ("年级",),
    "pupils": ("在校生数", "在校生", "学生数", "在校人数", "在园人数", "人数"),
    "for_development": ("配套楼盘", "所属楼盘", "所属住宅项目"),
    "development": ("住宅项目", "住宅项目代码", "楼盘", "楼盘代码", "项目编号", "项目代码"),
    "type": ("住宅类型", "住房类型", "户型", "类型", "办学类型", "办学类型代码", "学校类型"),
    "homes": ("套数", "住宅套数", "户数"),
    "years_since": ("竣工后年数", "交付后年数", "入住年数"),
    "children": ("户均儿童数", "每户儿童数", "儿童数"),
    "rate": ("迁移率", "年迁移率", "进城率", "比例"),
    "school": ("学校代码", "学校标识码", "机构代码", "学校机构标识码"),
    "operator": ("举办者", "举办单位", "举办者类型", "主办单位"),
    "ownership": ("办别", "性质", "办学性质", "公民办", "公办民办", "园所性质", "办园性质", "学校性质"),
    "township": ("所在乡镇", "所在乡镇街道", "乡镇", "街道", "乡镇街道"),
    "main_school": ("中心校", "中心学校", "中心校代码", "主校", "主校代码"),
    "group": ("教育集团", "集团", "教育联盟", "教育共同体"),
    "licensed": ("是否有证", "有证", "办学许可", "有无许可证"),
    "quality": ("办园等级", "等级", "评估等级"),
    "land_m2": ("占地面积", "用地面积"),
    "building_m2": ("校舍面积", "建筑面积", "校舍建筑面积", "园舍面积"),
    "stage": ("学段",),
    "seats": ("学位", "学位数", "核定规模", "容量"),
    "classrooms": ("教室", "教室数", "普通教室", "班级教室"),
    "enrolment": ("在校生", "在校生数", "学生数", "在园人数", "在园幼儿", "在校人数"),
    "catchment": ("学区", "学区代码", "招生片区", "片区", "片区代码"),
    "schools": ("对口学校", "学区学校"),
    "valid_to": ("终止学年", "截止学年", "失效学年", "停用学年"),
    "valid_from": ("生效学年", "启用学年", "起始学年", "实施学年"),
    "areas": ("所含村社区", "包含村社区", "组成村社区", "所含小区域", "村社区名单"),
    "expandable_classes": ("可扩班数", "可扩建班数"),
    "classes": ("班数", "教学班", "教学班数", "班级数"),
    "class": ("班级", "班级名称", "班号", "班名", "道路等级", "公路等级", "道路类型", "highway", "fclass"),
    "rooms_of": ("占用教室学段", "借用教室学段", "利用校舍学段"),
    "intake": ("招生", "招生数", "实际招生", "本年招生"),
    "planned_intake": ("招生计划", "计划招生", "计划招生数", "常态招生计划", "拟招生计划数"),
    "graduates": ("预计毕业生", "预计毕业生数", "毕业班人数"),
    "boarding": ("寄宿学位", "床位", "床位数", "寄宿床位"),
    "boarders": ("寄宿生", "寄宿生数", "住宿生", "住宿生数"),
    "special_needs": ("随班就读", "残疾学生", "特殊教育学生", "随班就读学生"),
    "teachers": ("专任教师", "专任教师数", "教师数"),
    "staff": ("教职工", "教职工数"),
    "posts": ("编制", "编制数", "核定编制"),
    "teachers_above": ("高于规定学历教师", "高于规定学历教师数"),
    "backbone_teachers": ("骨干教师", "骨干教师数", "县级以上骨干教师"),
    "arts_sports_teachers": ("体艺教师", "体育艺术专任教师", "体艺专任教师"),
    "teaching_m2": ("教学及辅助用房面积", "教学及辅助用房"),
    "sports_m2": ("体育运动场馆面积", "运动场馆面积", "运动场面积"),
    "equipment_yuan": ("教学仪器设备值", "仪器设备值"),
    "multimedia_rooms": ("网络多媒体教室", "多媒体教室"),
    "music_rooms": ("音乐教室", "音乐专用教室"),
    "art_rooms": ("美术教室", "美术专用教室"),
    "certified_teachers": ("持证教师", "持证专任教师"),
    "carers": ("保育员", "保育员数"),
    "play_m2": ("室外游戏场地", "室外游戏场地面积", "户外场地面积"),
    "exchanged_teachers": ("交流教师", "交流轮岗教师", "轮岗交流教师"),
    "exchangeable_teachers": ("应交流教师", "符合交流条件教师"),
    "origin": ("居住学区", "居住片区", "来源学区", "流出学区"),
    "destination": ("就读学区", "就读片区", "流入学区"),
    "project": ("项目代码", "项目编号", "项目"),
    "kind": ("类型", "建设类型", "项目类型"),
    "reason": ("流动原因", "原因", "就读原因"),
    "opening": ("开学时间", "投用时间", "开办时间"),
    "closing": ("停用时间", "撤销时间"),
    "seats_added": ("新增学位", "增加学位"),
    "classes_added": ("新增班数", "增加班数"),
    "status": ("状态", "进展", "项目状态", "建设进度"),
    "probability": ("建成概率", "落实概率", "概率"),
    "delay_months": ("延期", "延期月数", "推迟月数"),
    "opened": ("实际投用", "实际开学", "实际投用时间", "实际开学时间"),
    "investment_planned": ("计划投资", "总投资", "投资估算"),
    "investment_arrived": ("到位资金", "资金到位"),
    "investment_spent": ("完成投资", "已完成投资", "累计完成投资"),
    "priority": ("优先级", "优先次序", "排序"),
    "kindergarten_classes": ("配套幼儿园班数", "配建幼儿园班数"),
    "handed_over": ("是否移交", "配套园是否移交"),
    "speed": ("车速", "限速", "行车速度", "设计速度", "设计车速", "maxspeed"),
    "oneway": ("单行", "是否单行", "单行线"),
    "bridge": ("桥隧", "是否桥隧", "桥梁隧道", "桥梁"),
    "tunnel": ("隧道", "是否隧道"),
    "foot": ("可否步行", "是否可步行", "能否步行"),
    "gate": ("校门", "校门名称", "校门编号"),
    "dwelling": ("居民点", "居民点代码", "居民点编号", "建筑代码", "建筑编号", "楼栋编号", "地块编号"),
    "people": ("居住人口", "人口", "人口数", "人数", "常住人口"),
    "floors": ("层数", "楼层数", "地上层数", "建筑层数"),
    "site": ("用地代码", "用地编号", "备选用地", "备选用地代码", "备选用地编号", "地块代码", "地块编号", "选址编号"),
    "stages": ("可办学段", "允许学段", "拟办学段", "规划学段", "适用学段", "学段"),
    "max_classes": ("可建班数", "最大班数", "可容纳班数", "最多班数"),
    "min_classes": ("最少班数", "最小班数"),
    "land_cost": ("用地费用", "征地费用", "土地费用", "征地拆迁费"),
    "ready_from": ("可开工时间", "可开工年月", "可用时间", "可供地时间", "供地时间"),
    "note": ("备注", "说明"),
    "lon": ("经度", "lng", "longitude"),
    "lat": ("纬度", "latitude"),
    "x": ("东坐标", "横坐标", "x坐标", "easting"),
    "y": ("北坐标", "纵坐标", "y坐标", "northing"),
}

ALIASES_OF: dict[str, dict[str, tuple[str, ...]]] = {
    "roads": {"class": ("等级", "类型"), "name": ("路名", "道路名称")},
    "sites": {"name": ("地块名称", "用地名称", "位置", "坐落")},
}
"""Names that mean a column in one table only, and elsewhere another one or none."""

_YES_NO = {
    **dict.fromkeys(("是", "有", "有证", "已移交", "√", "1"), "yes"),
    **dict.fromkeys(("否", "无", "无证", "未移交", "0"), "no"),
}

# `F` and `T` as extracts of OpenStreetMap by Geofabrik write them
_ONEWAY = {
    **dict.fromkeys(("是", "单行", "单向", "正向", "1", "True", "true", "F"), "yes"),
    **dict.fromkeys(("否", "双行", "双向", "0", "False", "false", "B", "reversible", "alternating"), "no"),
    **dict.fromkeys(("反向", "逆向", "reverse", "T"), "-1"),
}
_BRIDGE = {
    **dict.fromkeys(("是", "有", "1", "True", "true", "T", "桥", "桥梁", "桥隧", "隧道", "高架", "涵洞"), "yes"),
    **dict.fromkeys(("viaduct", "aqueduct", "movable", "building_passage", "culvert", "bridge", "tunnel"), "yes"),
    **dict.fromkeys(("否", "无", "0", "False", "false", "F"), "no"),
}

_FOOT = {
    **dict.fromkeys(("是", "可", "能", "可以", "1", "True", "true", "T"), "yes"),
    **dict.fromkeys(
        ("designated", "permissive", "official", "destination", "customers", "private", "use_sidepath"), "yes"
    ),
    **dict.fromkeys(("否", "不可", "不能", "禁止", "0", "False", "false", "F"), "no"),
}

_STAGES = {"幼儿园": "kindergarten", "学前": "kindergarten", "小学": "primary", "初中": "junior"}

_DIGITS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def _grade_names(grade: str) -> tuple[str, ...]:
    """Return what a grade is called at the head of a column."""
    kindergarten = {"K1": "小班", "K2": "中班", "K3": "大班", MIXED_GRADE: "混合班"}
    if grade in kindergarten:
        return (kindergarten[grade],)
    number = int(grade)
    junior = {7: ("初一", "七年级"), 8: ("初二", "八年级"), 9: ("初三", "九年级")}
    return junior.get(number, (f"{_DIGITS[number - 1]}年级", f"{number}年级"))


_BY_GRADE = {"pupils": ("人数", "学生数", "在校生", "在园人数", "幼儿数"), "classes": ("班数", "班级数", "班")}
ALIASES |= {
    by_grade(what, grade): tuple(name + ending for name in _grade_names(grade) for ending in endings)
    for what, endings in _BY_GRADE.items()
    for grade in CLASS_GRADES
}
# `一年级` alone, as most working sheets have it, counts pupils
ALIASES |= {
    by_grade("pupils", grade): (*ALIASES[by_grade("pupils", grade)], *_grade_names(grade)) for grade in CLASS_GRADES
}

WORDS: dict[str, dict[str, str]] = {
    "kind": {
        "新建": "new",
        "扩建": "expand",
        "改扩建": "expand",
        "迁建": "relocate",
        "附设": "attach",
        "民转公": "convert",
        "民办转公办": "convert",
        "转公办": "convert",
        "移交": "handover",
        "配套移交": "handover",
        "配套园移交": "handover",
        **dict.fromkeys(("改薄", "提质", "提质改造", "维修", "维修改造", "标准化建设"), "improve"),
        "临时": "temporary",
        "过渡": "temporary",
        "过渡学校": "temporary",
        "拆除": "demolish",
        "停用": "demolish",
        "撤销": "demolish",
    },
    "reason": {
        **dict.fromkeys(("随迁", "随迁子女", "进城务工随迁子女"), "migrant"),
        **dict.fromkeys(("择校", "跨片区就读", "跨区就读"), "choice"),
        "寄宿": "boarding",
        **dict.fromkeys(("特教", "特殊教育", "送教上门"), "special"),
        "其他": "other",
    },
    "ownership": {
        **dict.fromkeys(("公办", "公办园", "公立", "教育部门办", "公办学校"), "public"),
        **dict.fromkeys(("普惠", "普惠性民办", "普惠民办", "普惠性民办园", "民办普惠", "普惠性"), "inclusive"),
        **dict.fromkeys(("民办", "其他民办", "非普惠民办", "营利性民办", "非普惠性民办"), "private"),
    },
    "status": {
        **dict.fromkeys(("储备", "谋划", "远期"), "reserve"),
        **dict.fromkeys(("拟建", "规划", "计划", "规划中", "未开工", "前期"), "planned"),
        **dict.fromkeys(("立项", "已立项", "已批复", "批复", "待开工"), "approved"),
        **dict.fromkeys(("在建", "建设中", "施工", "已开工"), "building"),
        **dict.fromkeys(("建成", "已建成", "投用", "已投用", "建成投用", "完工", "竣工"), "opened"),
        **dict.fromkeys(("停建", "缓建", "暂停", "停工"), "suspended"),
    },
    "licensed": _YES_NO,
    "handed_over": _YES_NO,
    "oneway": _ONEWAY,
    "bridge": _BRIDGE,
    "tunnel": _BRIDGE,
    "foot": _FOOT,
    "stage": _STAGES,
    "rooms_of": _STAGES,
    "sex": {
        **dict.fromkeys(("女", "女性", "女童", "女孩", "F", "f", "Female", "FEMALE"), "female"),
        **dict.fromkeys(("男", "男性", "男童", "男孩", "M", "m", "Male", "MALE"), "male"),
        **dict.fromkeys(("不分性别", "男女", "Both", "BOTH"), "both"),
    },
    "month": {
        **{f"{month}月": str(month) for month in range(1, 13)},
        **{f"0{month}": str(month) for month in range(1, 10)},
        **{f"0{month}月": str(month) for month in range(1, 10)},
        **{f"{digit}月": str(month) for month, digit in enumerate(_DIGITS, start=1)},
    },
    "order": {
        **dict.fromkeys(("一孩", "第一孩", "1孩"), "1"),
        **dict.fromkeys(("二孩", "第二孩", "2孩"), "2"),
        **dict.fromkeys(("三孩及以上", "三孩及以上孩次", "三孩以上", "多孩", "三孩", "3孩及以上", "3"), "3+"),
    },
    "grade": {
        **dict.fromkeys(("小班", "幼儿园小班"), "K1"),
        **dict.fromkeys(("中班", "幼儿园中班"), "K2"),
        **dict.fromkeys(("大班", "幼儿园大班"), "K3"),
        **{f"{digit}年级": str(grade) for grade, digit in enumerate(_DIGITS, start=1)},
        **{f"{grade}年级": str(grade) for grade in range(1, 13)},
        **{f"初{digit}": str(grade) for grade, digit in enumerate("一二三", start=7)},
        **{f"高{digit}": str(grade) for grade, digit in enumerate("一二三", start=10)},
        **dict.fromkeys(("混合班", "混龄班", "混龄"), MIXED_GRADE),
    },
}


TOTALS = {"合计", "总计", "小计", "共计", "total", "sum"}
"""Words that mark a row as a total of others (tidied)."""


def tidy(name: object) -> str:
    """Return a header in one width, without spaces, brackets or line breaks, in lower case."""
    text = unicodedata.normalize("NFKC", str(name)).strip().lower()
    return "".join(char for char in text if char not in " \n\r\t()[]/·\ufeff")


def _without_unit(header: str) -> str:
    """Leave out a unit in brackets at the end of a header, as in `学位数(个)`."""
    return _UNIT.sub("", unicodedata.normalize("NFKC", header).strip())


def contract_names(
    headers: list[str], *, wanted: set[str], own: Mapping[str, Sequence[str]] | None = None
) -> dict[str, str]:
    """
    Match a file's headers with the contract's names.

    Parameters
    ----------
    headers
        The file's headers as written.
    wanted
        Names that the contract knows.
    own
        Further names of its columns that hold for this contract only.

    Returns
    -------
    matches
        Header as written to the contract's name; headers that match nothing are left out.

    Examples
    --------
    >>> contract_names(["学校名称", "经度", "remarks"], wanted={"name", "lon"})
    {'学校名称': 'name', '经度': 'lon'}
    >>> contract_names(["学位数(个)", "学校(机构)标识码"], wanted={"seats", "school"})
    {'学位数(个)': 'seats', '学校(机构)标识码': 'school'}
    """
    known = {tidy(name): name for name in wanted}
    known |= {tidy(alias): name for name in wanted for alias in ALIASES.get(name, ()) if tidy(alias) not in known}
    more = {} if own is None else own
    known |= {tidy(alias): name for name in wanted for alias in more.get(name, ()) if tidy(alias) not in known}
    tidied = {header: (tidy(header), tidy(_without_unit(header))) for header in headers}
    return {
        header: known.get(whole) or known[bare]
        for header, (whole, bare) in tidied.items()
        if whole in known or bare in known
    }
