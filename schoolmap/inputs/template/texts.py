"""What the template says to people: the guide of the workbook, and the note in the folder. Data only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.inputs.meanings import Language

Texts = dict["Language", tuple[str, ...]]

TITLE: dict[Language, str] = {"zh": "学校与学龄人口数据填报表", "en": "School data: a template to fill in"}
SUBTITLE: dict[Language, str] = {
    "zh": "用于编制学位供需规划。按“填表、写项目文件、检查与规划”三步完成。",
    "en": "For a plan of school seats: fill in the sheets, complete the project file, check and plan.",
}
EXAMPLE_BADGE: dict[Language, str] = {
    "zh": "示例：表中数据纯属虚构，不代表任何地区",
    "en": "Example: every number is invented and stands for no place",
}

HEADINGS: dict[str, dict[Language, str]] = {
    "steps": {"zh": "三步完成", "en": "Three steps"},
    "colours": {"zh": "颜色", "en": "Colours"},
    "rules": {"zh": "填写规则", "en": "Rules"},
    "sheets": {"zh": "各工作表", "en": "Sheets"},
    "sheet": {"zh": "工作表", "en": "Sheet"},
    "need": {"zh": "要求", "en": "Need"},
    "about": {"zh": "怎样填", "en": "What stands in it"},
    "holder": {"zh": "主要来源", "en": "Who has it"},
    "word": {"zh": "填写", "en": "Word"},
    "means": {"zh": "含义", "en": "Meaning"},
}

STEPS: Texts = {
    "zh": (
        (
            "填表。从各工作表“示例”行的下一行开始填写；“示例”行不会被读取，保留或删除均可。表头右上角有红色标记，"
            "鼠标移上去可看到含义、单位和数据来源。"
        ),
        (
            "写项目文件。用记事本打开同一文件夹中的 project.toml，补全所有【必填】项；把学区边界图层也放进这个文件夹。"
            "填写了选填的工作表，还须在 project.toml 中启用（删去对应几行行首的 #）。"
        ),
        "检查与规划。先运行 schoolmap check，逐条更正；没有错误后运行 schoolmap plan，生成地图、工作簿和图层。",
    ),
    "en": (
        (
            "Fill in the sheets, from the row below the examples; rows that begin with “example” are not read. Each header "
            "has a note with its meaning, its unit and who has the figure."
        ),
        (
            "Complete project.toml in the same folder: every value marked [REQUIRED]. Put the layer of catchments into the "
            "folder too. An optional sheet that you fill must be enabled there (remove the # before its lines)."
        ),
        "Run schoolmap check and mend what it lists; then schoolmap plan, which writes the map, a workbook and layers.",
    ),
}

COLOURS: dict[str, dict[Language, str]] = {
    "required": {"zh": "必填", "en": "required"},
    "either": {"zh": "几列中至少填一列", "en": "one of these is required"},
    "optional": {"zh": "选填，不清楚的留空", "en": "optional; empty where not known"},
    "unread": {"zh": "供核对，可不填，不读取", "en": "for you to compare with; not read"},
    "example": {"zh": "示例行，不读取", "en": "example row, not read"},
}

RULES: Texts = {
    "zh": (
        "不清楚的留空，确知为零的才填 0。未知不等于零。",
        "代码（区划代码、学校标识码、学区代码）一律为文本，前面的 0 不能丢；粘贴时请选择“只粘贴值”。",
        "不要改动表头，不要在表头上方加标题，数据区不要合并单元格，不要有合计行。",
        (
            "坐标填十进制度。高德、腾讯地图取的点是 GCJ-02，百度地图是 BD-09，天地图和测绘成果一般是 CGCS2000，"
            "相互可差数百米至一公里以上；一张表只用一种，并在 project.toml 中写明。"
        ),
        "人数一律以“人”为单位，不用千人、万人。",
        "只填汇总数，不要填写儿童的姓名、证件号和住址。",
    ),
    "en": (
        "Leave empty what is not known; write 0 only where it is known to be zero.",
        "Codes are text and keep their leading zeros; paste values only.",
        "Leave the headers as they are: no title above, no merged cells among the records, no rows of totals.",
        (
            "Places are decimal degrees. AMap and Tencent give GCJ-02, Baidu BD-09, surveys CGCS2000: they differ by "
            "hundreds of metres to more than a kilometre. One sheet has one datum, declared in project.toml."
        ),
        "Write persons, not thousands.",
        "Totals only: no names, numbers or addresses of children.",
    ),
}

NEEDS: dict[str, dict[Language, str]] = {
    "required": {"zh": "必填", "en": "required"},
    "either": {"zh": "儿童人数来源，至少一张", "en": "source of children: at least one"},
    "optional": {"zh": "选填", "en": "optional"},
}

REFUSED: dict[str, dict[Language, str]] = {
    "title": {"zh": "请检查", "en": "Please check"},
    "code": {"zh": "代码须为文本，请不要粘贴为数字。", "en": "A code is text, not a number."},
    "offered": {"zh": "代码不在对应的工作表中，确定要使用吗？", "en": "No such code on the sheet that lists them."},
    "text": {"zh": "文字过长，请控制在 200 字以内。", "en": "The text is longer than 200 characters."},
    "word": {"zh": "请从下拉列表中选择，含义见“代码表”。", "en": "Choose from the list; see the sheet of codes."},
    "age": {"zh": "请填年龄 3、年龄段 3-5 或 95+。", "en": "Write an age 3, a band 3-5, or 95+."},
    "date": {"zh": "请填日期，如 2025-08-31。", "en": "Write a date such as 2025-08-31."},
    "month": {"zh": "请填年月，如 2027-09。", "en": "Write year and month, such as 2027-09."},
    "year": {"zh": "请填四位年份，如 2025；学年填开学的年份。", "en": "Write a year such as 2025."},
    "whole": {"zh": "请填 0 或正整数；不清楚的留空。", "en": "Write 0 or a whole number above."},
    "decimal": {"zh": "请填 0 或正数；不清楚的留空。", "en": "Write 0 or a number above."},
    "change": {"zh": "请填整数，减少的填负数。", "en": "Write a whole number, negative for a loss."},
    "share": {"zh": "请填 0 至 1 之间的数，如 0.8。", "en": "Write a number from 0 to 1."},
    "lon": {"zh": "经度应在 -180 至 180 之间，单位为十进制度。", "en": "Longitude is between -180 and 180 degrees."},
    "lat": {
        "zh": "纬度应在 -90 至 90 之间；经度和纬度是否填反了？",
        "en": "Latitude is between -90 and 90 degrees; is it exchanged with the longitude?",
    },
}
"""What a cell says that does not take a value."""

FOOTER: dict[Language, str] = {"zh": "第 &P 页，共 &N 页", "en": "&P of &N"}

NOTE_FILE: dict[Language, str] = {"zh": "说明.txt", "en": "README.txt"}
NOTE = """\
schoolmap 项目文件夹 / project folder
=====================================

三步完成学位规划
----------------
1. 填表：打开“{book}”，按首页说明填写。深色表头必填；每个表头的批注写明含义、单位和数据来源。
2. 写项目文件：用记事本打开 project.toml，补全所有{mark}项（坐标系、基准年、学区图层等）；
   把学区边界图层（GeoJSON、GeoPackage 或 Shapefile）放进本文件夹。
3. 检查与规划：在命令行中运行

       schoolmap check "本文件夹" --lang zh
       schoolmap plan "本文件夹" --lang zh

   check 一次列出全部问题：文件、工作表、行、列、错在哪里、怎么改；没有错误才能规划。
   plan 把地图（html，双击打开，不需联网）、工作簿、图层写入 maps 文件夹。

先看一个完整的例子：schoolmap new 示例文件夹 --example

Three steps to a plan of school seats
-------------------------------------
1. Fill in “{book}” as its first sheet says. Dark headers are required; each header has a note.
2. Complete project.toml: every value marked {mark}. Put the layer of catchments into this folder.
3. Run schoolmap check and schoolmap plan on this folder, as above. The map is written to maps.

For a complete example: schoolmap new FOLDER --example
"""
EXAMPLE_NOTE = """\
schoolmap 示例项目 / example project
====================================

本文件夹中的数据纯属虚构，只用来演示怎样填表，不代表任何地区。
Every number in this folder is invented. It shows how to fill the tables and stands for no place.

1. 看“{book}”怎样填写 / see how “{book}” is filled
2. 看 project.toml 怎样写 / see how project.toml is written
3. 运行 / run

       schoolmap check "本文件夹 / this folder"
       schoolmap plan "本文件夹 / this folder"

为本县（区）建立空白模板 / an empty template of your own: schoolmap new FOLDER
"""
