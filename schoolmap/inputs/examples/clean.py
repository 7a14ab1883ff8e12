"""
The invented county as a tidy folder: csv and one GeoPackage, under the contract's own names.

It holds what the messy files of `bureau` hold, so that one can be compared with
the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from schoolmap.inputs.examples.county import make_county
from schoolmap.inputs.examples.document import document
from schoolmap.inputs.examples.land import CRS

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.inputs.examples.county import County

LAYERS = ("areas", "catchments")
SPACE_LAYERS = ("roads", "barriers", "crossings", "gates", "dwellings", "sites")
LAYER_FILE = "county.gpkg"


def write_clean(folder: Path, county: County | None = None) -> Path:
    """
    Write the county as a tidy project folder.

    Parameters
    ----------
    folder
        Made if it is not there.
    county
        From `make_county`; the usual one if left out.
    """
    county = make_county() if county is None else county
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, table in county.tables.items():
        if name in LAYERS:
            gpd.GeoDataFrame(table).to_file(folder / LAYER_FILE, layer=name, driver="GPKG")
            lines.append(f'{name} = {{ file = "{LAYER_FILE}", sheet = "{name}" }}')
            continue
        flat = _flat(table)
        flat.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        crs = f', crs = "{CRS}"' if {"x", "y"} <= set(flat.columns) else ""
        lines.append(f'{name} = {{ file = "{name}.csv"{crs} }}')
    for name in SPACE_LAYERS:
        getattr(county, name).to_file(folder / LAYER_FILE, layer=name, driver="GPKG")
        lines.append(f'{name} = {{ file = "{LAYER_FILE}", sheet = "{name}" }}')
    (folder / "project.toml").write_text(document("\n".join(["[tables]", *lines])), encoding="utf-8", newline="\n")
    return folder


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with points as `x` and `y`, and numbers without a decimal point where they are whole."""
    flat = pd.DataFrame(table)
    if isinstance(table, gpd.GeoDataFrame):
        flat = flat.drop(columns="geometry").assign(x=table.geometry.x, y=table.geometry.y)
    return flat.convert_dtypes()
