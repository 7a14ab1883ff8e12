"""The words of a report in English and Chinese: headings, and sentences that hold for every plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.words import both

if TYPE_CHECKING:
    from schoolmap.output.model import Text

COVER: dict[str, Text] = {
    "kind": both("Layout plan of education facilities", "教育设施布局专项规划"),
    "draft": both("Draft for discussion", "讨论稿"),
    "bureau": both("[education bureau]", "【编制单位：教育局名称】"),
    "date": both(
        "Population as of {date}; school years {first} to {last}", "人口数据截至{date}；规划期{first}—{last}学年"
    ),
    "version": both("schoolmap {version}, seed {seed}", "schoolmap {version}，随机种子{seed}"),
    "synthetic": both("SYNTHETIC DATA: not a real place", "合成数据：非真实地区"),
    "review": both("Map review number: {number}", "审图号：{number}"),
    "contents": both("Contents", "目  录"),
    "refresh": both(
        "Page numbers appear once the fields are updated: select all (Ctrl+A), then F9.",
        "如未显示页码：全选（Ctrl+A）后按F9更新域。",
    ),
    "page": both("Page ", "第"),
    "of": both(" of ", "页  共"),
    "after": both("", "页"),
    "figure": both("Figure", "图"),
    "table": both("Table", "表"),
}

CHAPTERS: dict[str, Text] = {
    "summary": both("Findings in short", "主要结论"),
    "general": both("General", "总则"),
    "present": both("Present state", "现状分析"),
    "forecast": both("Children and seats needed", "学龄人口与学位需求预测"),
    "standards": both("Standards", "配置标准"),
    "balance": both("Balance of seats", "学位供需平衡"),
    "layout": both("Layout and measures", "布局规划与措施"),
    "near term": both("Near-term works and money", "近期建设与投资估算"),
    "method": both("Method, and what is not known", "方法说明与不确定性"),
}

SECTIONS: dict[str, Text] = {
    "purpose": both("Purpose", "规划目的"),
    "scope": both("Area and years", "规划范围与期限"),
    "basis": both("What it is based on", "规划依据"),
    "terms": both("Words", "名词说明"),
    "schools": both("Schools and seats", "学校与学位"),
    "classes": both("Classes", "班级规模"),
    "reach": both("The way to school", "服务半径覆盖"),
    "problems": both("Where it presses", "主要问题"),
    "method": both("How the children were projected", "预测方法"),
    "peaks": both("More children or fewer", "增减与峰值"),
    "scenarios": both("Scenarios", "情景设定"),
    "demand": both("Seats needed, stage by stage", "分学段学位需求"),
    "attendance": both("Ages and attendance", "年龄与入学率"),
    "figures": both("Figures of the standards", "标准取值"),
    "levels": both("Levels and colours", "预警等级与分级"),
    "worst": both("Catchments that are shortest", "缺口最突出的片区"),
    "sites": both("Candidate sites", "备选用地"),
    "decided": both("How the measures were chosen", "措施的比选"),
    "works": both("What opens when", "近期建设项目与措施"),
    "money": both("Money", "投资估算"),
    "counted": both("How seats are counted", "计算口径"),
    "unknown": both("What is not known, and is to be checked", "局限与待核事项"),
    "audit": both("Audit", "核对"),
}

APPENDICES: dict[str, Text] = {
    "appendices": both("Appendices", "附表"),
    "schools": both("Schools", "学校现状一览"),
    "projects": both("Projects", "建设项目一览"),
    "reasons": both("Proposals with their reasons", "措施理由与比选方案"),
    "heat": both("Utilisation by catchment and year", "各片区分年学位利用率"),
    "warnings": both("Seat warnings and review", "学位预警与富余评估"),
    "class tables": both("Class and school sizes", "班额与学校规模"),
    "seat tables": both("Seats, ways and staff", "学位、可达性与教职工"),
    "indicators": both("Indicators and assessments", "指标与评估"),
    "audit": both("Audit", "核对明细"),
    "sources": both("Sources and licences", "数据来源与许可"),
}

SENTENCES: dict[str, Text] = {
    "purpose": both(
        "This plan says in which catchment and in which year how many seats are missing or spare, how sure that is, and what "
        "to do about it: move a boundary, expand, build, use other rooms, rent, or do nothing.",
        "本规划回答：哪个片区、哪一年、缺或余多少学位，把握有多大，以及采取何种措施：调整片区、扩建、新建、转用或附设、"
        "临时租用，或暂不采取措施。",
    ),
    "premise": both(
        "Both mistakes are costly: oversized classes today, and schools that stand empty once the peak has passed. The total of "
        "the area is therefore kept apart from crowding in single catchments.",
        "两类失误代价都高：当前的大班额，以及高峰过后的校舍闲置。因此全域总量与局部拥挤分开表述。",
    ),
    "basis": both(
        "The figures rest on these data; licences are in the last appendix.", "主要数据与文件如下，许可说明见附表。"
    ),
    "sure": both(
        "Numbers with P10 to P90 are those of the first scenario; a probability is that of a shortage in the year named. Every "
        "number stands in the tables below and in the workbook beside this report.",
        "标注P10—P90的数值属首个情景；概率指所述年份出现短缺的概率。全部数值见后文各表及随附工作簿。",
    ),
    "audit fails": both(
        "THE AUDIT DOES NOT HOLD: see the last chapter before using any number.",
        "核对不成立：使用任何数值前请先阅读末章。",
    ),
    "problem": both(
        "{stage}: in {year} {use} of the seats are needed; {short} are short in some catchments and {spare} spare in others.",
        "{stage}：{year}年全域利用率{use}；部分片区缺{short}个学位，其他片区富余{spare}个。",
    ),
    "no problem": both(
        "{stage}: in {year} {use} of the seats are needed; no catchment is short, {spare} seats are spare.",
        "{stage}：{year}年全域利用率{use}；各片区均不缺学位，富余{spare}个。",
    ),
    "no standards": both("The project names no standard.", "项目未指定配置标准。"),
    "layout": both(
        "Measures were chosen for all stages, years and scenarios at once. Each is listed with what it was preferred to; seats "
        "that stay empty make a candidate for review, never an order to close a school.",
        "各学段、各年份、各情景的措施统筹比选，逐项列出所比较的其他方案；学位富余仅列入评估，不作为撤并学校的依据。",
    ),
    "nothing to do": both("Nothing needs to be done in this stage.", "本学段无需采取措施。"),
    "decided": both(
        "The plan is a proposal of a calculation. Who decides weighs what no table holds: land, heritage, quality, the will of "
        "families.",
        "以上为计算所得建议。决策时尚须考虑表格以外的因素：用地、办学质量、群众意愿等。",
    ),
    "no works": both("Nothing opens within these years.", "近期无投用项目与措施。"),
    "no money": both("No measure that costs anything is proposed.", "无需投资的措施。"),
    "counted": both(
        "Children of every small area grow older year by year, with births and moves; they are carried to catchments without "
        "losing one; times the attendance they are the seats needed. Seats are those of the schools, with every counted project "
        "from its opening on. Short is what a catchment needs above its seats; spare seats elsewhere do not make up for it.",
        "各小区域儿童逐年增龄并计入出生与迁移，不重不漏地归入片区，乘以入学率得学位需求；学位为学校学位加各计入项目自投用起的"
        "学位；逐片区比较，缺口不以其他片区的富余抵补。",
    ),
    "children": both(
        "The report holds no data on single children; its smallest units are schools and catchments.",
        "本报告不含任何儿童个体信息，最小统计单元为学校与片区。",
    ),
    "audit": both(
        "{holding} of {all} checks hold: what goes into a step comes out of it. They are listed in the appendix with both sides.",
        "共{all}项核对，{holding}项成立：各环节进出相等，两侧数值见附表。",
    ),
    "audit table": both("Both sides of every transfer, and their difference.", "每一次转换两侧的合计及差值。"),
    "colours": both("Colours as on the map: {colours}.", "颜色与地图一致：{colours}。"),
    "no fonts": both(
        "Figures are in English: no font with Chinese characters was found on the machine that drew them.",
        "绘图所用机器未安装中文字体，图中文字为英文。",
    ),
}
