"""What the keys of a standards file are called for planners, in English and Chinese, and the unit of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.words import both

if TYPE_CHECKING:
    from schoolmap.output.model import Text

PARTS: dict[str, Text] = {
    "levels": both("Seat warnings", "学位预警"),
    "stages": both("Stage", "学段"),
    "general": both("In general", "通用"),
    "class_bands": both("Bands of class sizes", "班额分组"),
    "seat_rules": both("What residents or homes call for, at least", "按人口或户数配建（下限）"),
    "inclusive": both("Inclusive kindergartens: what a county must reach", "普及普惠指标"),
    "balanced": both("Balanced schools: what the assessment demands", "优质均衡指标"),
    "most_variation": both("Largest variation between schools", "校际差异系数上限"),
    "school_sizes": both("Floor area and land of schools", "校舍与用地面积"),
    "costs": both("What measures cost, and how they are weighed", "措施造价与权衡"),
    "review": both("To settle before a school is merged", "撤并前须核实的事项"),
}
"""Headings, in the order in which they are shown; stages have their own."""

STAGES: dict[str, Text] = {
    "kindergarten": both("Kindergarten", "幼儿园"),
    "primary": both("Primary", "小学"),
    "junior": both("Junior", "初中"),
    "senior": both("Senior", "高中"),
    "nine_year": both("Nine-year school", "九年一贯制学校"),
    "boarding_senior": both("Boarding senior school", "寄宿制高中"),
}

FIGURES: dict[str, tuple[Text, str]] = {
    "watch_from": (both("Watch (yellow) from", "黄色预警起点"), "ratio"),
    "red_from": (both("Red from", "红色预警起点"), "ratio"),
    "surplus_below": (both("Spare seats below", "富余学位界限"), "ratio"),
    "years_ahead": (both("Published ahead", "提前发布"), "years"),
    "class_size": (both("Class size", "班额"), "pupils"),
    "class_size_by_grade": (both("Class size of a grade", "分年级班额"), "pupils"),
    "caps": (both("Largest class", "班额上限"), "pupils"),
    "oversized_from": (both("Oversized class from", "大班额起点"), "pupils"),
    "very_oversized_from": (both("Very oversized class from", "超大班额起点"), "pupils"),
    "oversized_share": (both("Oversized classes, at most", "大班额比例上限"), "%"),
    "very_oversized_share": (both("Very oversized classes, at most", "超大班额比例上限"), "%"),
    "min_classes": (both("Smallest new school", "新建学校最小规模"), "classes"),
    "max_classes": (both("Largest school", "学校最大规模"), "classes"),
    "incomplete_class_size": (both("Class size of incomplete schools", "非完全小学班额"), "pupils"),
    "rural_class_size": (both("Class size in the country, in the long term", "农村远期班额"), "pupils"),
    "rural_min_classes": (both("Smallest complete school in the country", "农村完全学校最小规模"), "classes"),
    "rural_max_classes": (both("Largest school in the country", "农村学校最大规模"), "classes"),
    "max_pupils": (both("Largest school", "学校最大规模"), "pupils"),
    "max_pupils_all_through": (both("Largest school of several stages", "一贯制学校最大规模"), "pupils"),
    "small_below": (both("Small rural school below", "乡村小规模学校界限"), "pupils"),
    "excluded_below": (both("Left out of the resource indicators below", "不参加资源指标评估的界限"), "pupils"),
    "most_tracks": (both("Most classes of one grade in a return", "年级班数校验上限"), "classes"),
    "most_heads": (both("Most pupils of one class in a return", "班额校验上限"), "pupils"),
    "reach_m": (both("Walk to school in towns", "城镇服务半径"), "m"),
    "rural_reach_m": (both("Way to school in the country", "农村服务半径"), "m"),
    "rural_minutes_lower": (both("Way to school in the country, lower grades", "农村低年级上学时间"), "minutes"),
    "rural_minutes_upper": (both("Way to school in the country, upper grades", "农村高年级上学时间"), "minutes"),
    "seats_per_thousand": (both("Seats per 1,000 residents", "千人指标"), "seats"),
    "pupils_per_staff": (both("Pupils for one member of staff", "生师比（教职工）"), "pupils"),
    "staff_per_class": (both("Staff for one class", "班师比（教职工）"), "staff"),
    "pupils_per_teacher": (both("Children for one full-time teacher, at most", "专任教师与幼儿比上限"), "pupils"),
    "teachers_per_class": (both("Full-time teachers of one class", "每班专任教师"), "staff"),
    "carers_per_class": (both("Nursery carers of one class", "每班保育员"), "staff"),
    "most_variation": (both("Coefficient of variation, at most", "差异系数上限"), ""),
    "least_resources_met": (both("Resource indicators that each school meets", "每校达标的资源指标数"), "indicators"),
    "least_share_of_value": (both("Share of its value that any other reaches", "其余指标达到规定值的比例"), "%"),
    "walking_m_per_minute": (both("Walking", "步行速度"), "m/min"),
    "people_per_home": (both("People in a home", "户均人口"), "people"),
}
"""Name and unit of every figure that is a key of its own."""

MONEY = "money"
"""Stands for the currency of the standards."""
COSTS: dict[str, tuple[Text, str]] = {
    "discount_rate": (both("Discount rate", "折现率"), "a year"),
    "short_cost": (both("Pupil without a seat, a year", "每名学生缺学位的年计价"), MONEY),
    "way_cost": (both("Kilometre of way for a pupil, a year", "每名学生每公里路程的年计价"), MONEY),
    "empty_cost": (both("Added seat that stays empty, a year", "新增学位空置的年成本"), MONEY),
    "boundary_charge": (both("Pupil over a boundary, a year", "每名学生跨片区的年计价"), MONEY),
    "new_fixed": (both("New school, whatever its size", "新建学校固定投资（每校）"), MONEY),
    "new": (both("New school, a class, without land", "新建每班投资（不含土地）"), MONEY),
    "expand": (both("Extension, a class", "扩建每班投资"), MONEY),
    "attach": (both("Attached class, a room made ready", "附设班教室改造（每间）"), MONEY),
    "convert": (both("Room of another stage, made ready", "教室转用改造（每间）"), MONEY),
    "temporary": (both("Rented room, set up", "临时教室搭建（每间）"), MONEY),
    "rent": (both("Rented room, a year", "临时教室年租金（每间）"), MONEY),
    "running": (both("Class more, kept open a year", "每增一班年运行经费"), MONEY),
}
"""Name and unit of every figure of the costs."""
UNTIL_OPEN = both("Years until it opens", "从决定到投用的年数")

GIVES: dict[str, tuple[Text, str]] = {
    "seats_per_thousand": (both("Seats per 1,000 residents", "每千人学位"), "seats"),
    "classes": (both("Classes", "班数"), "classes"),
    "schools": (both("Schools", "校（园）数"), "schools"),
    "people_per_school": (both("One school for so many people", "每校（园）服务人口"), "people"),
}
AREAS: dict[str, Text] = {
    "building_basic": both("building, basic", "校舍基本指标"),
    "building_planned": both("building, planned", "校舍规划指标"),
    "land": both("land", "用地"),
}
GRADES: dict[str, Text] = {
    "K1": both("K1", "小班"),
    "K2": both("K2", "中班"),
    "K3": both("K3", "大班"),
    "KM": both("mixed ages", "混合班"),
}
COUNTED: dict[str, Text] = {"residents": both("residents", "人"), "homes": both("homes", "户")}
OVERSIZED: dict[str, Text] = {
    "no": both("not oversized", "非大班额"),
    "oversized": both("oversized", "大班额"),
    "very": both("very oversized", "超大班额"),
}
UNITS: dict[str, Text] = {
    "ratio": both("demand / seats", "需求÷学位"),
    "years": both("years", "年"),
    "pupils": both("pupils", "人"),
    "children": both("children", "人"),
    "people": both("people", "人"),
    "staff": both("staff", "人"),
    "classes": both("classes", "班"),
    "schools": both("schools", "所"),
    "kindergartens": both("kindergartens", "所"),
    "seats": both("seats", "座"),
    "minutes": both("minutes", "分钟"),
    "indicators": both("indicators", "项"),
    "m": both("m", "米"),
    "m/min": both("m a minute", "米/分钟"),
    "m²": both("m²", "平方米"),
    "yuan": both("yuan", "元"),
    "a year": both("a year", "每年"),
    "per 100 pupils": both("per 100 pupils", "每百名学生"),
}
"""Units in words; one that is not here is shown as the file has it."""
