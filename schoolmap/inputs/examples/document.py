"""`project.toml` of the invented county: alike for its clean and its messy files but for the list of tables."""

from __future__ import annotations

from schoolmap.inputs.examples.county import BASE_YEAR
from schoolmap.inputs.examples.county import HORIZON
from schoolmap.inputs.examples.county import SEED
from schoolmap.inputs.examples.land import CRS

NAME = "demo-county-synthetic"

_HEAD = f"""\
# A synthetic county: every place, school, name and number in this folder is invented (see SOURCE.md).
# Every key is explained in docs/project.md.

[project]
name = "{NAME}"
title = {{ en = "Demonstration county (synthetic data)", zh = "示范县（合成数据）" }}
language = "zh"
crs = "{CRS}"
base_year = {BASE_YEAR}
horizon = {HORIZON}
seed = {SEED}
draws = 1000
standards = "china"
entry_cutoff = "08-31"
entry_cutoff_source = "义务教育法第十一条；当年8月31日前满六周岁"
synthetic = true
classification = {{ en = "Synthetic data for demonstration. No real county, school or child is meant.", zh = "演示用合成数据，不对应任何真实县、学校或儿童。" }}
"""

_REST = """
[population]
births = "national"
national = "china_wpp2024"
additionality = 0.5
town = ["111", "112"]

[seats]
dissolve_by = 2028

[travel]
not_crossed = ["国道"]

[siting]
budget = { every = 6000, "2026" = 3000 }
note = { en = "costs of a class as in the county's list of projects (synthetic)", zh = "每班造价取自本县建设项目库（合成数据）" }

[siting.costs.kindergarten]
new = 233
expand = 107
attach = 20

[siting.costs.primary]
new = 308
expand = 230
rent = 6

[siting.costs.junior]
new = 467

[stages.kindergarten]
label = { en = "Kindergarten", zh = "幼儿园" }
ages = [3, 5]
shape = "circle"
attendance = { calibrate = 2025 }
attendance_note = { en = "children enrolled in September 2025 per resident child of 3 to 5 (synthetic)", zh = "2025年9月在园幼儿 ÷ 3至5岁常住儿童（合成数据）" }
free_choice = true
notes = [
  { en = "Kindergartens have no catchments: townships, and groups of communities in the county town, serve as planning units.", zh = "幼儿园不划片区，以乡镇（城区为社区组团）作为规划单元。" },
  { en = "Attached classes use rooms of their primary school.", zh = "附设幼儿班使用所在小学教室。" },
]

[stages.primary]
label = { en = "Primary", zh = "小学" }
ages = [6, 11]
shape = "square"
attendance = { calibrate = 2025 }
attendance_note = { en = "pupils of September 2025 who live here per resident child of 6 to 11 (synthetic)", zh = "2025年9月本县学生 ÷ 6至11岁常住儿童（合成数据）" }

[stages.junior]
label = { en = "Junior", zh = "初中" }
ages = [12, 14]
shape = "square"
attendance = { calibrate = 2025 }
attendance_note = { en = "pupils of September 2025 who live here per resident child of 12 to 14 (synthetic)", zh = "2025年9月本县学生 ÷ 12至14岁常住儿童（合成数据）" }

[[scenarios]]
id = "central"
label = { en = "Central", zh = "中方案" }
note = { en = "Births follow the national projection from the county's own level; moves go on as counted.", zh = "出生数自本县水平起随全国预测变化，迁移延续两次人口所示趋势。" }

[[scenarios]]
id = "low"
label = { en = "Low births", zh = "低出生" }
preset = "low"
note = { en = "Assumption: births fall by a further fifth within five years.", zh = "假设：出生数五年内再降两成。" }

[[scenarios]]
id = "high"
label = { en = "High births", zh = "高出生" }
preset = "high"
note = { en = "Assumption: births rise by a fifth within five years.", zh = "假设：出生数五年内回升两成。" }

[[scenarios]]
id = "no_migration"
label = { en = "No migration", zh = "无迁移" }
preset = "no_migration"
note = { en = "Assumption: nobody moves to the county town or away any more.", zh = "假设：不再有进城和外迁。" }

[[scenarios]]
id = "late"
label = { en = "Delayed projects", zh = "项目延期" }
preset = "delayed_housing"
project_delay = 12
least_probability = 0.75
note = { en = "Assumption: school projects are a year late, those less likely than 75 % are not built, homes are two years late.", zh = "假设：学校项目均延期一年，落实概率低于75%的不建，住宅推迟两年。" }

[[sources]]
title = "示范县（合成数据）全部数据表"
publisher = "schoolmap"
date = "2026"
licence = "BSD-3-Clause"
used_for = { en = "everything: all places, people, schools and projects are invented", zh = "全部数据：地点、人口、学校、项目均为虚构" }

[[sources]]
title = "中国历年出生人口（当年公布数，2012-2025）"
publisher = "国家统计局"
date = "2026-01"
licence = "facts, cited"
url = "https://www.stats.gov.cn"
used_for = { en = "only the shape of births from year to year", zh = "仅用于出生数逐年变化的形状" }
"""


def document(tables: str) -> str:
    """Return the text of the project file with these declarations of tables."""
    return f"{_HEAD}\n{tables.strip()}\n{_REST}"
