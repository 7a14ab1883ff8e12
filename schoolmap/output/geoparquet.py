"""
Write the layers and tables of a plan as GeoParquet and Parquet, for programs that read columns: Python, R, DuckDB, QGIS.

They are those of the GeoPackage, one file each, with the same names and numbers.
Every column says what it means in its metadata, and every file what it is of.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from schoolmap.output.geopackage import layers_and_tables
from schoolmap.output.geopackage import storable
from schoolmap.output.qgis import describe_styles
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Text

_QML = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
"""How every file of a style of QGIS begins; it is a name, nothing is fetched."""
GEOPARQUET = "1.1.0"
"""Version of the standard that the files follow."""
MEANINGS: dict[str, Text] = {
    "id": both("code", "代码"),
    "name": both("name", "名称"),
    "catchment": both("code of the catchment", "学区代码"),
    "stage": both("stage of schooling", "学段"),
    "year": both("school year, by its autumn", "学年（按秋季）"),
    "scenario": both("scenario: an assumption, no limit of confidence", "情景：假设，不是置信区间"),
    "demand": both("children who need a seat, central projection", "需要学位的儿童数（中间值）"),
    "demand_p10": both("children, lower end of the 80 % interval", "儿童数，80%区间下限"),
    "demand_p90": both("children, upper end of the 80 % interval", "儿童数，80%区间上限"),
    "seats": both("seats; of a proposal, at most", "学位数；措施为最多"),
    "gap": both("demand less seats; below zero, seats are spare", "需求减学位，负数为富余"),
    "utilisation": both("demand per seat; unknown without seats", "需求与学位之比；无学位时空缺"),
    "shortage_probability": both("probability that demand exceeds seats, 0 to 1", "需求超过学位的概率，0至1"),
    "classes_needed": both("whole classes of the standard's size", "按标准班额折算的整班数"),
    "oversized_classes": both("classes above the limit in the rooms there are", "现有教室下的大班额班数"),
    "level": both("surplus, ok, watch or red", "预警等级"),
    "born_share": both("share of the demanded cohort that is alive, 0 to 1", "已出生占比，0至1"),
    "peak_gap": both("largest gap of all years, in seats", "各年最大缺口（个学位）"),
    "peak_year": both("year of the largest gap", "缺口最大的年份"),
    "first_short": both("first year short of seats", "首个缺学位的年份"),
    "max_use": both("highest utilisation of all years", "各年最高利用率"),
    "class": both("highest class of utilisation, as the map colours it, 0 to 4", "地图着色的最高利用率等级，0至4"),
    "seats_first": both("seats in the first year", "首年学位"),
    "seats_last": both("seats in the last year", "末年学位"),
    "enrolment": both("pupils as counted", "在校（园）生数"),
    "children": both("children of the stage's ages", "适龄儿童数"),
    "within": both("children within reach of a school", "限距内儿童数"),
    "beyond": both("children out of reach of a school", "限距外儿童数"),
    "unknown": both("children for whom no limit is known", "无距离规定的儿童数"),
    "capital": both("cost of building, in the currency of the plan", "建设投资"),
    "yearly": both("running cost or rent a year at most", "年运行费或租金（最高）"),
    "opens": both("first school year in use", "启用学年"),
    "until": both("last school year in use; empty where it lasts", "停用前最后学年；长期使用的为空"),
    "reason_en": both("reason, in English", "理由（英文）"),
    "reason_zh": both("reason, in Chinese", "理由（中文）"),
}
"""What columns mean, by their names without that of a stage."""


def write_geoparquet(
    model: MapModel,
    folder: Path,
    *,
    balance: pd.DataFrame,
    catchments: dict[str, gpd.GeoDataFrame],
    schools: gpd.GeoDataFrame,
    reach: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> tuple[Path, ...]:
    """
    Write one file for each layer and table of a plan, and their styles for QGIS.

    Parameters
    ----------
    model
        The plan as shown on the map.
    folder
        Where to write `NAME-LAYER.parquet`; it must exist. Files of the same
        names are replaced.
    balance, catchments, schools, reach
        As for `geopackage.write_geopackage`.

    Returns
    -------
    files
        Layers first (GeoParquet 1.1, in the project's CRS), then tables, then
        the styles. Layers without any feature are written, too. The same plan
        gives the same bytes with the same versions of the libraries.

    Notes
    -----
    QGIS gives a layer the style of the same name beside it, `NAME-LAYER.qml`.
    Where a layer has several, one for each stage, the others end in `-2.qml`
    and so on, to be loaded by hand. They are in the model's language.
    """
    layers, tables = layers_and_tables(model, balance=balance, catchments=catchments, schools=schools, reach=reach)
    stages = [stage.id for stage in model.stages]
    about = json.dumps(dict(tables["about"].to_numpy().tolist()), ensure_ascii=False)
    written = []
    for name, table in {**layers, **tables}.items():
        path = folder / f"{model.project}-{name}.parquet"
        pq.write_table(_described(_as_arrow(table), stages, about), path, compression="zstd")
        written.append(path)
    return (*written, *_write_styles(model, folder, layers))


def _write_styles(model: MapModel, folder: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> list[Path]:
    written, styles = [], Counter[str]()
    for style in describe_styles(model, layers):
        styles[style.layer] += 1
        number = "" if styles[style.layer] == 1 else f"-{styles[style.layer]}"
        path = folder / f"{model.project}-{style.layer}{number}.qml"
        path.write_text(f"{_QML}{style.qml}\n", encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _as_arrow(table: pd.DataFrame) -> pa.Table:
    """Return a table as Arrow, with the metadata that make it GeoParquet if it has geometry."""
    held = io.BytesIO()
    stored = storable(table)
    # an index would be a column more; codes are columns already
    if "geometry" in stored.columns:
        stored.reset_index(drop=True).to_parquet(held, index=False, schema_version=GEOPARQUET)
    else:
        stored.to_parquet(held, index=False)
    return pq.read_table(held)


def _described(table: pa.Table, stages: list[str], about: str) -> pa.Table:
    """Say in the metadata what the file and its columns are."""
    described = [_field(field, stages) for field in table.schema]
    return table.cast(pa.schema(described, metadata={**(table.schema.metadata or {}), b"schoolmap": about.encode()}))


def _field(field: pa.Field, stages: list[str]) -> pa.Field:
    stage = next((each for each in stages if field.name.startswith(f"{each}_")), "")
    meaning = MEANINGS.get(field.name.removeprefix(f"{stage}_") if stage else field.name)
    if meaning is None:
        return field
    before = f"{stage}: " if stage else ""
    return field.with_metadata({"description": before + meaning["en"], "description_zh": before + meaning["zh"]})
