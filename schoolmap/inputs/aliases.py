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
    "count": ("人数", "人口", "人口数"),
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
}


TOTALS = {"合计", "总计", "小计", "共计", "total", "sum"}
"""Words that mark a row as a total of others (tidied)."""
UNITS = {"人", "个", "班", "所", "间", "轨", "岁", "亩", "座", "名", "%", "m2", "平方米", "元", "万元", "度"}
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
