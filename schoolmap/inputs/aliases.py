"""Column names that planners' files use, in English and Chinese, for the contract's names."""

from __future__ import annotations

import re
import unicodedata

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
    "development": ("住宅项目", "住宅项目代码", "楼盘", "楼盘代码", "项目编号", "项目代码"),
    "type": ("住宅类型", "住房类型", "户型", "类型"),
    "homes": ("套数", "住宅套数", "户数"),
    "years_since": ("竣工后年数", "交付后年数", "入住年数"),
    "children": ("户均儿童数", "每户儿童数", "儿童数"),
    "rate": ("迁移率", "年迁移率", "进城率", "比例"),
    "school": ("学校代码", "学校标识码", "机构代码", "学校机构标识码"),
    "operator": ("办别", "举办者", "性质", "办学性质"),
    "group": ("教育集团", "集团"),
    "stage": ("学段",),
    "seats": ("学位", "学位数", "核定规模", "容量"),
    "classrooms": ("教室", "教室数", "普通教室", "班级教室"),
    "enrolment": ("在校生", "在校生数", "学生数", "在园人数", "在园幼儿", "在校人数"),
    "catchment": ("学区", "学区代码", "招生片区", "片区", "片区代码"),
    "schools": ("对口学校", "学区学校"),
    "expandable_classes": ("可扩班数", "可扩建班数"),
    "boarding": ("寄宿生", "寄宿学位"),
    "teachers": ("专任教师", "教师数"),
    "project": ("项目代码", "项目编号", "项目"),
    "kind": ("类型", "建设类型", "项目类型"),
    "opening": ("开学时间", "投用时间", "开办时间"),
    "closing": ("停用时间", "撤销时间"),
    "seats_added": ("新增学位", "增加学位"),
    "classes_added": ("新增班数", "增加班数"),
    "status": ("状态", "进展"),
    "note": ("备注", "说明"),
    "lon": ("经度", "lng", "longitude"),
    "lat": ("纬度", "latitude"),
    "x": ("东坐标", "easting"),
    "y": ("北坐标", "northing"),
}

_DIGITS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")

WORDS: dict[str, dict[str, str]] = {
    "kind": {
        "新建": "new",
        "扩建": "expand",
        "改扩建": "expand",
        "迁建": "relocate",
        "附设": "attach",
        "民转公": "convert",
        "民办转公办": "convert",
        "临时": "temporary",
        "过渡": "temporary",
        "拆除": "demolish",
    },
    "stage": {
        "幼儿园": "kindergarten",
        "学前": "kindergarten",
        "小学": "primary",
        "初中": "junior",
    },
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
    },
}


TOTALS = {"合计", "总计", "小计", "共计", "total", "sum"}
"""Words that mark a row as a total of others (tidied)."""
UNITS = {
    "人",
    "个",
    "班",
    "所",
    "间",
    "轨",
    "岁",
    "亩",
    "座",
    "名",
    "%",
    "m2",
    "平方米",
    "元",
    "万元",
    "度",
    "套",
    "户",
    "对",
    "年",
    "月",
}
"""Words of a row of units below the header (tidied)."""


def tidy(name: object) -> str:
    """Return a header in one width, without spaces, brackets or line breaks, in lower case."""
    text = unicodedata.normalize("NFKC", str(name)).strip().lower()
    return "".join(char for char in text if char not in " \n\r\t()[]/·\ufeff")


def _without_unit(header: str) -> str:
    """Leave out a unit in brackets at the end of a header, as in `学位数(个)`."""
    return _UNIT.sub("", unicodedata.normalize("NFKC", header).strip())


def contract_names(headers: list[str], *, wanted: set[str]) -> dict[str, str]:
    """
    Match a file's headers with the contract's names.

    Parameters
    ----------
    headers
        The file's headers as written.
    wanted
        Names that the contract knows.

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
    tidied = {header: (tidy(header), tidy(_without_unit(header))) for header in headers}
    return {
        header: known.get(whole) or known[bare]
        for header, (whole, bare) in tidied.items()
        if whole in known or bare in known
    }
