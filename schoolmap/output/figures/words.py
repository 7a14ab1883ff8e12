"""The words of figures in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.words import both

if TYPE_CHECKING:
    from schoolmap.output.model import Text

WORDS: dict[str, Text] = {
    "year": both("{year}, {why}", "{year}年（{why}）"),
    "base": both("base year", "基准年"),
    "peak": both("most seats short", "缺口最大"),
    "peak demand": both("most seats needed", "需求高峰"),
    "horizon": both("last year", "末年"),
    "zoom": both("{year}, enlarged: the frame", "{year}年（方框内放大）"),
    "utilisation": both("Seats needed / seats there are", "利用率（学位需求÷学位）"),
    "no data": both("neither seats nor children", "无学位也无适龄儿童"),
    "school": both("school, larger with more seats", "学校（面积随学位数增大）"),
    "project": both("project open by then", "届时投用的建设项目"),
    "site": both("candidate site", "备选用地"),
    "north": both("N", "北"),
    "kilometres": both("{km:g} km", "{km:g} 公里"),
    "metres": both("{m:g} m", "{m:g} 米"),
    "source": both("Source: {names}.", "资料来源：{names}。"),
    "more sources": both("; {count} more", "；另{count}项"),
    "review": both("Map review number: {number}", "审图号：{number}"),
    "no review": both("", "审图号：未填，图件不得公开"),
    "outlines": both(
        "Outlines simplified for display; not a survey of boundaries.",
        "边界为示意并已简化，不作为划界依据。",
    ),
    "synthetic": both("SYNTHETIC DATA, not a real place", "合成数据，非真实地区"),
    "demand": both("seats needed", "学位需求"),
    "band": both("80 % interval (P10 to P90)", "80%区间（P10至P90）"),
    "seats": both("seats, dated projects included", "学位（含已定投用时间的项目）"),
    "scenarios": both("other scenarios", "其他情景"),
    "not born": both("from the line on, some\nare not born yet", "虚线后部分\n儿童尚未出生"),
    "demand title": both("{stage}: seats needed and seats there are", "{stage}：学位需求与学位"),
    "short title": both("Seats short, sum of catchments", "各片区缺学位合计"),
    "before": both("without proposals", "措施前"),
    "after": both("with proposals", "措施后"),
    "births title": both("Births a year, by school cohort", "各入学批次出生人数"),
    "heat title": both("{stage}: utilisation by catchment and year", "{stage}：各片区分年利用率"),
    "heat cut": both(
        "the {shown} of {all} catchments with the highest utilisation",
        "仅列利用率最高的{shown}个片区（共{all}个）",
    ),
    "spending title": both("Building, {unit} a year", "分年度建设投资（{unit}）"),
    "layout title": both("Proposals and candidate sites", "布局措施与备选用地"),
    "first opening": both("number: school year of opening", "数字：启用学年"),
}
