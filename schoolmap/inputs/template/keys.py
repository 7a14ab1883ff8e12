"""What every key of `project.toml` means, for the comments of the template. Data only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.inputs.meanings import Language

KEYS: dict[str, dict[str, dict[Language, str]]] = {
    "project": {
        "name": {
            "zh": "【必填】成果文件的名称：只用英文字母、数字、“-”和“_”，如 yuanling-2025。",
            "en": "[REQUIRED] Name of the output files: letters, digits, - and _.",
        },
        "title": {
            "zh": '【必填】地图和报告的标题。只写一句两种语言共用，也可分写：{ zh = "…", en = "…" }。',
            "en": '[REQUIRED] Title of the map: one sentence for both languages, or { zh = "…", en = "…" }.',
        },
        "crs": {
            "zh": (
                "【必填】全部计算所用的平面坐标系，以米为单位，用 CGCS2000 三度带、不带带号的：EPSG 编号 = 4534 +（中央经线"
                " - 75）÷ 3，中央经线取离县城最近的 3 的倍数。例：县城经度 110.4，中央经线 111，写 EPSG:4546。\n"
                "中央经线→编号：75→4534　78→4535　81→4536　84→4537　87→4538　90→4539　93→4540\n"
                "　　96→4541　99→4542　102→4543　105→4544　108→4545　111→4546　114→4547\n"
                "　　117→4548　120→4549　123→4550　126→4551　129→4552　132→4553　135→4554"
            ),
            "en": (
                "[REQUIRED] Projected CRS in metres in which everything is computed. In China the CGCS2000 3-degree zone"
                " without a zone number: EPSG = 4534 + (central meridian - 75) / 3, the meridian being the multiple of 3"
                " next to the county; 111 E is EPSG:4546."
            ),
        },
        "base_year": {
            "zh": (
                "【必填】基准学年，按秋季开学的年份，数字不加引号，如 2025 表示 2025-2026 学年；即学校数据所属的学年。"
                "不得早于人口统计时点之后的第一个入学截止日。"
            ),
            "en": (
                "[REQUIRED] School year of the schools' tables, by its autumn, without quotes: 2025 is 2025/26. It is not"
                " before the first cut-off day on or after the latest count of people."
            ),
        },
        "horizon": {
            "zh": "【必填】规划末年，数字不加引号，如 2035。",
            "en": "[REQUIRED] Last school year of the plan, without quotes.",
        },
        "language": {"zh": "成果的语言：zh 中文，en 英文。", "en": "Language of the products: zh or en."},
        "seed": {
            "zh": "随机种子。种子相同，结果逐字节相同。",
            "en": "Seed of the random draws: same seed, same bytes.",
        },
        "draws": {
            "zh": "计算区间所用的随机抽样次数，100 至 20000。",
            "en": "Random draws behind the intervals, 100 to 20000.",
        },
        "standards": {
            "zh": "规划标准：自带的名称（运行 schoolmap standards 查看），或本文件夹中的一个 toml 文件。",
            "en": "Planning standards: a shipped name (see schoolmap standards), or a TOML file in this folder.",
        },
        "entry_cutoff": {
            "zh": "入学年龄的截止月日（月-日）。国家规定年满六周岁，通行 08-31；本地另有规定的照写。",
            "en": "Month and day on which ages are counted for school entry.",
        },
        "entry_cutoff_source": {"zh": "上一项的依据。", "en": "Where that stands."},
        "synthetic": {
            "zh": "数据是否虚构（true、false）。虚构的会在每件成果上注明。",
            "en": "Whether any of the data is invented; it is then said on every product.",
        },
        "classification": {"zh": "印在每件成果下方的一句话。", "en": "Line at the foot of every product."},
        "map_review_no": {
            "zh": "审图号。公开地图须先送审。",
            "en": "Review number of the map, where it has been reviewed.",
        },
        "display_tolerance_m": {
            "zh": "仅在网页地图上简化边界的程度（米），不影响计算。",
            "en": "Simplification of outlines in metres, on the web map only.",
        },
    },
    "tables": {
        "file": {
            "zh": "文件名，放在本文件夹内：xlsx、csv、parquet、geojson、gpkg、shp；道路还可用 .osm.pbf。",
            "en": "File in this folder: xlsx, csv, parquet, geojson, gpkg or shp; roads also .osm.pbf.",
        },
        "sheet": {"zh": "工作表或图层的名称。", "en": "Sheet of a workbook, or layer of a GeoPackage."},
        "stage": {
            "zh": "整张表属于哪个学段时写在这里，表中就不用“学段”列。",
            "en": "Stage of all records, where a file or sheet holds one stage only.",
        },
        "crs": {
            "zh": (
                "坐标系。有坐标的表必须写明，写错会偏移数百米至一公里以上：\n"
                "　　高德、腾讯地图上取的点：GCJ-02　　百度地图上取的点：BD-09\n"
                "　　天地图、测绘成果的经纬度（CGCS2000）：EPSG:4490\n"
                "　　平面坐标，东坐标 6 位（如 440249），不带带号：EPSG:4534 至 EPSG:4554，算法同上文的 crs\n"
                "　　平面坐标，东坐标 8 位，前两位是带号（如 37440249）：EPSG:4513 +（带号 - 25），如 37 带为 EPSG:4525\n"
                "　　填平面坐标的，把表头“经度”“纬度”改为“东坐标”“北坐标”。1954 北京坐标系、1980 西安坐标系的成果，"
                "须先请自然资源部门转换。图层文件自带坐标系的可不写。"
            ),
            "en": (
                "CRS or datum of the places; a wrong one moves them by hundreds of metres. GCJ-02 for points taken from"
                " AMap or Tencent, BD-09 from Baidu, EPSG:4490 for CGCS2000 degrees, EPSG:4534 to 4554 for metres without"
                " a zone number, EPSG:4513 to 4533 for eastings of eight digits, which begin with the zone. Metres stand"
                " in columns x and y. A layer that states its own CRS needs none."
            ),
        },
        "columns": {
            "zh": '表头与众不同时，写明哪一列是什么，如 columns = { seats = "可容纳人数" }。',
            "en": 'Where a header is not known: columns = { seats = "how it is called" }.',
        },
        "separator": {"zh": "csv 的分隔符。", "en": "Separator of a csv."},
        "decimal": {"zh": "csv 的小数点。", "en": "Decimal mark of a csv."},
        "encoding": {
            "zh": "csv、shp 的编码，不写则自动识别 UTF-8 与 GBK。",
            "en": "Encoding of a csv or shapefile; UTF-8, then GBK, if left out.",
        },
    },
    "population": {
        "method": {
            "zh": (
                "推算方法：auto 取数据所允许的最好一种；或指定：P 现成预测，A 队列要素，B 出生队列，C 两次人口，S 一次人口，"
                "D 总人口与年龄结构，E 年级递升。"
            ),
            "en": (
                "auto: the best that the tables allow; or P ready projection, A cohorts by age and sex, B births, C two"
                " counts, S one count, D totals and age structure, E pupils."
            ),
        },
        "births": {
            "zh": "已知出生数之后：level 保持现有水平，national 随全国预测变化。",
            "en": "Births after the last ones known: level holds their level, national follows the national projection.",
        },
        "national": {
            "zh": "所用的全国预测：china_wpp2024；不用则为空。",
            "en": "National projection: china_wpp2024, or none.",
        },
        "additionality": {
            "zh": "新建住宅中的儿童有多少来自规划范围以外，0 至 1。不清楚的按假设 0.5。",
            "en": "Share of the children in new homes who are new to the planning area. An assumption where not known.",
        },
        "town": {
            "zh": '县城的范围：小区域代码，或城乡类型代码，如 ["111", "112"]。填写了“进城迁移”表的必填。',
            "en": "The county town: codes of small areas, or classes of urban_rural. Needed with the table migration.",
        },
        "exclude_years": {
            "zh": "方法不从中学习的异常年份及原因。",
            "en": "Years that methods do not learn from, each with the reason.",
        },
        "projection_date": {"zh": "“现成预测”所属的月日。", "en": "Month and day for which the projection holds."},
        "projection_source": {
            "zh": "“现成预测”由谁、何时编制。填写了该表的必填。",
            "en": "Who made the projection, and when. Needed with that table.",
        },
        "monthly_births": {
            "zh": "全年出生数在一月至十二月的分布，12 个数，合计为 1。",
            "en": "Shares of a year's births from January to December, which sum to 1.",
        },
    },
    "exclude_years": {
        "year": {"zh": "年份。", "en": "The year."},
        "reason": {"zh": "原因。", "en": "The reason."},
    },
    "seats": {
        "dissolve_by": {
            "zh": "到哪一学年不再有大班额；不写则不设目标。",
            "en": "School year in which no class shall be oversized any more; none if left out.",
        },
        "place": {
            "zh": "千人学位指标取哪个地方的规定（规划标准中的地名）。",
            "en": "Whose rules of seats per residents and homes hold: a place of the standards.",
        },
    },
    "travel": {
        "detour": {
            "zh": "没有道路数据时，实际路程相当于直线距离的倍数。不清楚的按假设 1.3。",
            "en": "Way on streets per straight line, where there are no roads. An assumption where not known.",
        },
        "detour_note": {"zh": "上一项的依据，会显示在地图上。", "en": "Where the detour comes from, for people."},
        "walk_m_per_minute": {
            "zh": "步行速度，米/分钟。不写则取规划标准的规定，标准也没有的取 60。",
            "en": "Speed on foot in metres a minute; if left out that of the standards, else 60.",
        },
        "speeds": {
            "zh": "各道路等级的车速（公里/小时），用于自身没有车速的道路；等级的写法与道路图层一致。",
            "en": "Class of road to its speed in km/h, for roads that state none; classes as in the layer of roads.",
        },
        "not_walked": {"zh": "不能步行的道路等级，如高速公路。", "en": "Classes of road on which nobody walks."},
        "not_driven": {"zh": "不能行车的道路等级，如步道。", "en": "Classes of road on which nobody is driven."},
        "not_crossed": {
            "zh": "低龄学生不得步行横穿的道路等级，与障碍同样处理。",
            "en": "Classes of road that young pupils may not cross on foot, as if they were barriers.",
        },
        "guarded": {
            "zh": "哪些学段的学生受障碍限制；不写即幼儿园和小学（有的话）。",
            "en": "Stages to whose pupils barriers apply; if left out kindergarten and primary, where they are.",
        },
        "farthest_m": {
            "zh": "住处或学校离任何道路超过多少米时予以提示。",
            "en": "Homes and schools farther than so many metres from any road are reported.",
        },
        "join_m": {"zh": "道路端点相距不足多少米视为相接。", "en": "Ends of roads closer than so many metres meet."},
        "cross": {
            "zh": "两条道路相交而没有公共节点时：join 视为相通，apart 视为不相通；桥梁、隧道一律不相通。",
            "en": "Roads that cross without a common vertex: join, or apart; bridges and tunnels are always apart.",
        },
        "crossing_m": {
            "zh": "道路在过街（过河）设施多少米以内可以越过障碍。",
            "en": "A road may cross a barrier within so many metres of a crossing.",
        },
        "rural_by": {
            "zh": "农村按时间规定的服务半径如何量算：walk 步行，drive 乘车。",
            "en": "How the minutes of the standards in the country are measured: walk or drive.",
        },
        "dwellings_hold": {
            "zh": "有居住地数据时，是否按居住地把小区域的人数分摊到学区（true、false）。",
            "en": "Whether the counts of areas are spread over catchments by dwellings, where that table is there.",
        },
    },
    "siting": {
        "decide_from": {
            "zh": "新决定的项目最早在哪一学年投用；不写则为基准年加建设年数。",
            "en": "First school year in which something newly decided can open; else base year and years of building.",
        },
        "building_years": {
            "zh": "各类措施从决定到投用的年数（new 新建、expand 扩建、attach 附设、convert 转用、temporary 租用）；不写则按规划标准。",
            "en": "Years from a decision to opening by kind of measure; those of the standards if left out.",
        },
        "budget": {
            "zh": '每学年的建设资金（万元）：一个数，或 { every = 3000, "2027" = 6000 }；不写则不限。',
            "en": 'What may be spent on building in a school year: one amount, or { every = 3000, "2027" = 6000 }.',
        },
        "total_budget": {"zh": "各年建设资金合计（万元）；不写则不限。", "en": "The same in all years together."},
        "discount_rate": {
            "zh": "折现率；不写则按规划标准。",
            "en": "Share by which a payment counts less for each year that it is later; else that of the standards.",
        },
        "costs": {
            "zh": (
                "本地造价，按学段（万元）：new_fixed 新建一所的固定费用，new、expand 每班造价，attach、convert 每间改造，"
                "temporary、rent 每间搭建和年租金，running 每班每年运转；不写则按规划标准。"
            ),
            "en": (
                "What seats cost here, by stage: new_fixed, new, expand, attach, convert, temporary, rent, running; those"
                " of the standards if left out."
            ),
        },
        "short_cost": {
            "zh": "一名学生缺学位一年按多少万元计；不写则按规划标准，以下三项相同。",
            "en": "What one child without a seat weighs in a year; that of the standards if left out, so the next three.",
        },
        "way_cost": {
            "zh": "一名学生上学路程每公里每年按多少万元计。",
            "en": "What one kilometre of way weighs for one pupil in a year.",
        },
        "empty_cost": {
            "zh": "新增学位每空置一个每年按多少万元计。",
            "en": "What one added, empty seat costs in a year.",
        },
        "boundary_charge": {
            "zh": "每年每调整一名学生到其他片区按多少万元计。",
            "en": "What it weighs in a year that one pupil goes over the boundary of its catchment.",
        },
        "grandfather_years": {
            "zh": "片区调整后，在校生留在原校的年数；不写则至毕业（新生新办法，老生老办法），0 为全部当年调整。",
            "en": "Years in which who is at school when a boundary moves stays there; until they leave if left out.",
        },
        "note": {"zh": "本地造价的依据，会显示在地图上。", "en": "Where the amounts above come from, for people."},
        "allow": {"zh": "可以提出哪些措施；rezone 为调整片区。", "en": "Measures that may be proposed."},
        "new_anywhere": {
            "zh": "没有备选用地的片区是否也可建议新建（true、false）；会注明用地待定。",
            "en": "Whether a new school may be proposed where no plot is listed; it is then said that one is to be found.",
        },
        "weights": {
            "zh": "各情景在决策中的权重；不写则相同。",
            "en": "Weight of each scenario; all alike if left out.",
        },
        "most_regret": {
            "zh": "任一情景下，成本至多比该情景单独最优方案高多少（比例，如 0.05）；不写则不限。",
            "en": "Most that the decisions may cost above the best ones of any scenario by itself, as a share.",
        },
        "time_limit": {
            "zh": "计算至多用多少秒；到时取已找到的最好方案，并注明与最优的差距。",
            "en": "Seconds after which the best decisions found so far are taken, with the gap that is proven.",
        },
        "choices": {
            "zh": "列出几个可选方案（含建议方案）及资金增减的效果；0 为不列。",
            "en": "Plans to choose from, the proposed one among them, shown with what less money buys; 0 for neither.",
        },
    },
    "stages": {
        "label": {"zh": "显示名称。", "en": "Name of the stage."},
        "ages": {
            "zh": "截止日的最小和最大周岁，均包括在内。",
            "en": "Youngest and oldest age on the cut-off day, both counted.",
        },
        "attendance": {
            "zh": (
                "需要学位的比例，二选一：{ rate = 0.92 } 直接给出（学前可用三年毛入园率）；{ calibrate = 2025 }"
                " 按该学年在校生与同龄常住儿童之比推算。"
            ),
            "en": (
                "Seats needed per child, one of: { rate = 0.92 }, or { calibrate = 2025 }: pupils over resident children"
                " of that school year."
            ),
        },
        "attendance_note": {"zh": "上一项的依据，会显示在地图上。", "en": "Where the rate comes from, for people."},
        "shape": {"zh": "地图上的符号：square 方形，circle 圆形。", "en": "Mark on the map: square or circle."},
        "seat_share": {
            "zh": "列出的学位中供这些年龄使用的比例，0 至 1（如幼儿园兼办托班时）。",
            "en": "Share of the listed seats that are for these ages.",
        },
        "seat_share_note": {"zh": "上一项的依据。", "en": "Why."},
        "free_choice": {
            "zh": "是否不划片、由家长自由选择（true、false）；自由选择时学区只作规划单元。",
            "en": "Whether families choose freely, so that catchments are planning units only.",
        },
        "notes": {"zh": "读图人需要知道的事项。", "en": "What a reader of the map must know about this stage."},
    },
    "attendance": {
        "rate": {"zh": "每名适龄儿童需要的学位数。", "en": "Seats needed per resident child."},
        "calibrate": {"zh": "用于推算的学年。", "en": "School year whose enrolment gives the rate."},
    },
    "scenarios": {
        "id": {"zh": "情景代号：英文字母、数字。", "en": "Letters and digits."},
        "label": {"zh": "显示名称。", "en": "Name."},
        "preset": {
            "zh": (
                "起点：central 按方法推算，low 出生数五年内降两成，high 升两成，two_child_pulse 如 2016 年先升后降，"
                "fall_2017 如 2017—2023 年下降，no_migration 无净迁移，delayed_housing 住宅推迟两年。"
            ),
            "en": (
                "central, low (births fall by a fifth within five years), high (they rise), two_child_pulse, fall_2017,"
                " no_migration, or delayed_housing."
            ),
        },
        "births_factor": {
            "zh": "出生数相对于参考水平的倍数。",
            "en": "Births after the count, as a multiple of the reference level.",
        },
        "migration_factor": {
            "zh": "进城迁移相对于所填比例的倍数。",
            "en": "Moves to town, as a multiple of the rates.",
        },
        "housing_delay": {"zh": "未竣工住宅推迟的年数。", "en": "Years by which homes are late."},
        "project_delay": {
            "zh": "未投用的学校项目一律再推迟的月数。",
            "en": "Months by which all school projects that are not yet open are late.",
        },
        "least_probability": {
            "zh": "建成概率低于此值的项目不计入，0 至 1。",
            "en": "School projects that are less likely than this are not counted.",
        },
        "note": {"zh": "这一情景假设了什么。", "en": "What it assumes."},
    },
    "rulings": {
        "table": {"zh": "表名（英文，即上文 [tables.…] 中的名称）。", "en": "Table."},
        "key": {"zh": "哪一条记录：该表的键，如学校标识码和学段。", "en": "Key of the record."},
        "column": {"zh": "列名（英文）。", "en": "Column."},
        "value": {"zh": "改用的值，加引号。", "en": "The value that holds, in quotes."},
        "reason": {"zh": "理由，会显示在地图上。", "en": "The reason, shown on the map."},
    },
    "sources": {
        "title": {"zh": "资料名称。", "en": "Title."},
        "publisher": {"zh": "提供单位。", "en": "Publisher."},
        "date": {"zh": "时间。", "en": "Date."},
        "licence": {"zh": "使用许可，如“内部资料”。", "en": "Licence."},
        "url": {"zh": "网址，没有则不写。", "en": "Address, if there is one."},
        "used_for": {"zh": "用于何处。", "en": "What it is used for."},
    },
    "publication": {
        "hide_below": {
            "zh": "对外公开时写 5 或 10：所有成果隐去小于此数的儿童数，文件名加 -public；0 为全部显示。",
            "en": "For the public, write 5 or 10: smaller counts of children are hidden in all products; 0 shows all.",
        },
    },
}
"""Keys by section, as `project_file` has them."""

HEAD: dict[Language, str] = {
    "zh": (
        "schoolmap 项目文件。用记事本修改，保存时编码选 UTF-8。\n"
        "以“# ”开头的是说明。紧跟在 # 后面的（如 #seed = 0）是没有启用的设置，删去这个 # 即启用；没有启用的取默认值。\n"
        "文字加英文双引号，数字和 true、false 不加。标有【必填】的须全部填写，schoolmap check 会逐项提醒。"
    ),
    "en": (
        "A schoolmap project file. “# ” begins a comment. A setting right behind the mark, such as #seed = 0, is off:"
        " remove the mark to switch it on; what is off has its default.\n"
        "Texts stand in quotes; numbers, true and false do not. Everything marked [REQUIRED] must be filled in:"
        " schoolmap check lists it."
    ),
}
SECTIONS: dict[str, dict[Language, str]] = {
    "project": {"zh": "一、项目", "en": "1. The project"},
    "tables": {
        "zh": "二、数据表：每张表是哪个文件的哪张工作表",
        "en": "2. Tables: which file and which sheet holds each of them",
    },
    "stages": {"zh": "三、学段", "en": "3. Stages"},
    "population": {
        "zh": "四、人口推算（整节可不写；要改默认值时，连同 [population] 一起删去行首的 #）",
        "en": "4. How children are forecast (all of it may be left out)",
    },
    "seats": {
        "zh": "五、学位（整节可不写；要写时连同 [seats] 一起删去行首的 #）",
        "en": "5. Seats (all of it may be left out)",
    },
    "travel": {
        "zh": "六、上学路程（整节可不写；要写时连同 [travel] 一起删去行首的 #）",
        "en": "6. The way to school (all of it may be left out)",
    },
    "siting": {
        "zh": "七、措施与造价（整节可不写；要写时连同 [siting] 一起删去行首的 #）",
        "en": "7. What may be built and what it costs (all of it may be left out)",
    },
    "scenarios": {
        "zh": "八、情景：对未来的假设，不是置信区间；措施建议兼顾所有情景",
        "en": "8. Scenarios: assumptions about the future, never limits of confidence; proposals hold for all of them",
    },
    "rulings": {
        "zh": "九、裁定：数据有误或空缺而需要由人决定时，写明用什么值和理由，不改原表",
        "en": "9. Rulings: values that the files leave open or wrong, decided with a reason",
    },
    "sources": {
        "zh": "十、数据来源：逐项列出，都会显示在地图上",
        "en": "10. Sources of the data, all of them shown on the map",
    },
    "publication": {
        "zh": "十一、公开版（整节可不写；要写时连同 [publication] 一起删去行首的 #）",
        "en": "11. A public edition (all of it may be left out)",
    },
}
OPTIONAL_TABLE: dict[Language, str] = {
    "zh": "{title}：填写后删去下面几行行首的 #",
    "en": "{title}: once it is filled, remove the # before these lines",
}
EITHER_TABLE: dict[Language, str] = {
    "zh": "{title}：儿童人数的来源（至少一种）；填写后删去下面几行行首的 #",
    "en": "{title}: a source of children, of which one is needed; once it is filled, remove the # before these lines",
}
POPULATION_TABLE: dict[Language, str] = {
    "zh": "人口：没有分年龄人口的，在这几行行首加 #，改用下文的出生、历年在校生、总人口与年龄结构或现成预测",
    "en": "population: without it, put # before these lines and enable births, pupils, totals with structure, or projection",
}
CATCHMENTS_TABLE: dict[Language, str] = {
    "zh": (
        "学区（招生片区）边界图层，面状，属性列有“学区代码”“片区名称”，分学段的再加“学段”。写文件名，如 学区.geojson。"
        "没有现成图层的，请自然资源部门提供，或用 QGIS 绘制，见《规划人员使用指南》"
    ),
    "en": "the layer of catchments: polygons with catchment, name and, where they differ by stage, stage",
}
LAYERS: dict[str, tuple[dict[Language, str], dict[Language, str]]] = {
    "roads": (
        {"zh": "道路.gpkg", "en": "roads.gpkg"},
        {
            "zh": "道路（选填）：线状图层，属性列有“道路等级”“车速”“是否单行”“是否桥隧”；也可用 .osm.pbf。没有时按直线距离估算",
            "en": "roads (optional): lines with class, speed, oneway and bridge, or an .osm.pbf; without it straight lines",
        },
    ),
    "barriers": (
        {"zh": "障碍.gpkg", "en": "barriers.gpkg"},
        {
            "zh": "障碍（选填）：低龄学生不得步行穿越的河流、铁路、快速路，线状图层，属性列有“类型”",
            "en": "barriers (optional): rivers, railways, fast roads that young pupils may not cross: lines with kind",
        },
    ),
    "crossings": (
        {"zh": "过街设施.gpkg", "en": "crossings.gpkg"},
        {
            "zh": "过街设施（选填）：可以越过障碍的桥、地道、红绿灯，点状图层，属性列有“类型”",
            "en": "crossings (optional): where barriers may be crossed: points with kind",
        },
    ),
    "dwellings": (
        {"zh": "居住地.gpkg", "en": "dwellings.gpkg"},
        {
            "zh": "居住地（选填）：居住用地、住宅楼、居民点或人口网格，面或点，属性列有“居住人口”“套数”“层数”（都可不填）",
            "en": "dwellings (optional): residential land, buildings or a grid, with people, homes or floors if known",
        },
    ),
}
"""Layers that a project may have: an example of their file, and what they are."""
AREAS_AS_LAYER: dict[Language, str] = {
    "zh": "小区域：每个村、社区一个代表点；有村界图层（面）的，file 改写图层文件名并删去 sheet，分摊更准",
    "en": "small areas, as points; a layer of polygons is better: name its file and leave out sheet",
}
ASSUMED: dict[Language, str] = {
    "zh": "假设：义务教育阶段每名适龄儿童均需学位",
    "en": "Assumption: every child of compulsory school age needs a seat",
}
EXAMPLE_NOTE: dict[Language, str] = {"zh": "示例数据，虚构", "en": "Synthetic example"}
EXAMPLE_CLASS: dict[Language, str] = {
    "zh": "示例，数据纯属虚构，不代表任何地区。",
    "en": "Example with invented data. It stands for no place.",
}
