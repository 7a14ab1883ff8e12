"""
Invented names: townships, communities, villages.

They are put together from words that Chinese villages are named with; that a
real place is called the same cannot be helped, and means nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.inputs.examples.chance import shuffled

if TYPE_CHECKING:
    import numpy as np

COUNTY = "示范县"
COUNTY_CODE = "439900"
"""No division of GB/T 2260 has this code: prefectures of the province end at 4331."""
PROVINCE = "43"

COMMUNITIES = ("东门", "北苑", "西街", "南城", "文庙", "站前", "桥头", "学府", "南园", "滨江", "新城", "工业园")
"""Communities of the county town: five around its middle from the east over the north, seven around them from the west."""
SUBURBS = ("滨江", "新城", "工业园")
NEW_QUARTER = ("滨江", "新城")
"""Where the county town grows."""

KINDERGARTENS = (
    "小太阳",
    "金贝贝",
    "蓝天",
    "育苗",
    "启明星",
    "童心",
    "红苹果",
    "春蕾",
    "向日葵",
    "彩虹",
    "未来星",
    "七色花",
    "小博士",
    "爱心",
    "智多星",
    "星光",
    "欢乐",
    "苗苗",
    "小天使",
    "金色摇篮",
    "小蜜蜂",
    "阳光",
    "新芽",
    "快乐",
    "童乐",
    "小白鸽",
    "青苹果",
    "花朵",
    "晨光",
    "小脚印",
    "乐乐",
    "希望",
    "百灵",
    "海豚",
    "小叶子",
    "童话",
    "好宝贝",
    "小荷",
    "朝阳",
    "贝贝",
    "小森林",
    "小橡树",
    "育英",
    "大拇指",
    "小水滴",
    "向阳",
    "童年",
    "喜洋洋",
)
"""Names of private kindergartens."""

_FIRST = "上下大小东西南北新老青白红黄金石竹松柏枫桃李梅茶清龙云花双长"
_SECOND = "塘冲坪湾垭岭溪桥坝井田坡洞坳庄店铺园洲滩"


def village_names(number: int, rng: np.random.Generator) -> list[str]:
    """
    Return so many names of villages, all different.

    Raises
    ------
    ValueError
        If more are wanted than can be put together.

    Examples
    --------
    >>> from schoolmap.inputs.examples.chance import stream
    >>> names = village_names(3, stream(7, "names"))
    >>> len(set(names)), {name[-1] for name in names}
    (3, {'村'})
    """
    pairs = [first + second for first in _FIRST for second in _SECOND]
    if number > len(pairs):
        msg = f"There are {len(pairs)} names of villages, not {number}."
        raise ValueError(msg)
    return [pairs[place] + "村" for place in shuffled(len(pairs), rng)[:number]]
