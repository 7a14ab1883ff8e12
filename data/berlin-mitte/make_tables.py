"""
Make the input tables of this project from the raw files in `raw/`.

Nothing is corrected and nothing is guessed: codes, names, places and counts are
those of the raw files, and a cell that a source leaves empty stays empty; only
a school listed with 0 streams has 0 seats. What is left out, and why, is told
in `SOURCE.md`. The same raw files always give the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely.geometry

HERE = Path(__file__).resolve().parent
MITTE = "01"

POPULATION_DATE = "2016-12-31"
EARLIER = {"2015-01": "2015-06-30", "2015-02": "2015-12-31", "2016-01": "2016-06-30"}
"""Half-years of the coarse files and the day that each tells of; the fourth, 2016-02, is the register of that day."""
COARSE_AGES = {
    "below_6": "0-5",
    "6_15": "6-14",
    "15_18": "15-17",
    "18_27": "18-26",
    "27_45": "27-44",
    "45_55": "45-54",
    "55_65": "55-64",
    "above_65": "65+",
}
"""Names of the bands in the coarse files, whose upper age is excluded, and what they count."""
GRADES = 6
"""Primary school in Berlin is grades 1 to 6, so a stream is six classes."""
DEGREE_DIGITS = 7
"""About one centimetre."""

PARTICIPATION = {"under 3": 0.439, "3 to under 6": 0.924}
"""Share of the children of Berlin who went to day care in 2018, see `SOURCE.md`."""
AGES = {"under 3": ["0", "1", "2"], "3 to under 6": ["3-4", "5"]}

COUNTS = ["seats", "classrooms", "enrolment", "published_utilisation"]


def planning_areas(raw: Path, *, district: str) -> gpd.GeoDataFrame:
    """
    Return the planning areas of a district, in longitude and latitude.

    Every coordinate is rounded alike, so that neighbours keep one common border.
    The name is `spatial_alias`: it is `PLRNAME`, but without its two broken letters.
    """
    layer = gpd.read_file(raw / "lor_planungsraeume.geojson")
    layer = layer[layer["spatial_name"].str.startswith(district)].sort_values("spatial_name")
    if layer.empty:
        msg = f"`district` {district!r} has no planning area. Berlin has the districts 01 to 12."
        raise ValueError(msg)
    layer["geometry"] = layer.geometry.transform(lambda points: np.round(points, DEGREE_DIGITS))
    columns = {"spatial_name": "area", "spatial_alias": "name", "BZRNAME": "parent"}
    return layer.rename(columns=columns)[["area", "name", "parent", "geometry"]]


def register(raw: Path, *, district: str) -> pd.DataFrame:
    """
    Return residents by area (rows) and band of ages (columns), with their `total`.

    The register's bands exclude their upper age: `E_E03_05` is ages 3 and 4,
    here `3-4`. The last one, `E_E95_110`, is open: `95+`.
    """
    matrix = pd.read_csv(raw / "EWR201612E_Matrix.csv", dtype={"RAUMID": "str"})
    matrix = matrix[matrix["RAUMID"].str.startswith(district)].set_index("RAUMID").sort_index()
    band = matrix.columns.to_series().str.extract(r"^E_E(\d\d)_(\d+)$").dropna().astype(int)
    low, high = band[0].astype("str"), (band[1] - 1).astype("str")
    age = (low + "-" + high).where(low != high, low).where(band[1] < 110, low + "+")
    return matrix[["E_E", *age.index]].rename(columns={"E_E": "total", **age})


def population(residents: pd.DataFrame) -> pd.DataFrame:
    """Return one row per area and band of ages."""
    bands = residents.drop(columns="total").rename_axis(index="area", columns="age")
    table = bands.melt(ignore_index=False, value_name="count").sort_index(kind="stable")
    return table.reset_index().assign(date=POPULATION_DATE)[["area", "age", "date", "count"]]


def earlier_counts(raw: Path, *, district: str) -> pd.DataFrame:
    """Return the counts of the three half-years before, in their coarse bands: one row per area, band and day."""
    days = []
    for half_year, day in EARLIER.items():
        file = raw / f"berlin-lor-population-{half_year}-t2-planning-areas.csv"
        table = pd.read_csv(file, dtype={"id": "str"})
        table = table[table["id"].str.startswith(district)].set_index("id").sort_index()
        bands = table[[f"inhabitants_age_{band}" for band in COARSE_AGES]].set_axis(list(COARSE_AGES.values()), axis=1)
        long = bands.rename_axis(index="area", columns="age").melt(ignore_index=False, value_name="count")
        days.append(long.sort_index(kind="stable").reset_index().assign(date=day))
    return pd.concat(days)[["area", "age", "date", "count"]]


def school_list(raw: Path, *, district: str) -> pd.DataFrame:
    """
    Return the school list of 2018/19, with numbers as numbers and catchments as full codes.

    The list's second line is a German header, which has no school code and so
    falls out here.
    """
    records = pd.read_csv(raw / "schools_2018.csv", sep=";", dtype="str")
    records = records[records["BSN"].str.startswith(district)].reset_index(drop=True)
    streams = pd.to_numeric(records["draftiness2018"].str.replace(",", "."))
    classrooms = streams * GRADES
    if (classrooms % 1 > 0).any():
        school = records.loc[classrooms % 1 > 0, "BSN"].iloc[0]
        msg = f"School {school!r} has {GRADES} x its streams = no whole number of classrooms."
        raise ValueError(msg)
    places = pd.to_numeric(records["seats2018"])
    return pd.DataFrame(
        {
            "school": records["BSN"],
            "name": records["title"],
            "street": records["address"],
            "zip": records["zip"],
            "lon": records["lng"],
            "lat": records["lat"],
            "region": records["regiontitle"],
            "catchment": district + records["commutingarea"].str.zfill(2),
            "seats": places.mask(streams == 0, 0),
            "classrooms": classrooms,
            "enrolment": pd.to_numeric(records["students2018"]),
            "published_utilisation": pd.to_numeric(records["workload2018"].str.rstrip("%")),
            "is_located": records["lat"].notna() & records["lng"].notna(),
            "is_open": streams > 0,
        },
    )


def kindergarten_list(raw: Path, *, district: str) -> pd.DataFrame:
    """Return the kindergartens of a district, in the order of the list."""
    records = pd.read_csv(raw / "berlin-daycare-centers-2026-07-details.csv", dtype="str")
    records = records[records["id"].str.startswith(district)].reset_index(drop=True)
    columns = {"id": "school", "sponsor_name": "operator", "street": "street", "zip_code": "zip"}
    return records.rename(columns=columns).assign(seats=pd.to_numeric(records["places"]))


def catchments(raw: Path, listed: pd.DataFrame, *, district: str) -> gpd.GeoDataFrame:
    """
    Return the catchments of a district, named after the planning region in the school list.

    The file names no CRS, and readers therefore take it for degrees. Its
    coordinates are metres in EPSG:25833.
    """
    layer = gpd.read_file(raw / "RBS_OD_ESB_2018_10.geojson")
    layer = layer.set_crs("EPSG:25833", allow_override=True)
    layer = layer[layer["ESB"].str.startswith(district)].sort_values("ESB")
    region = listed[["catchment", "region"]].drop_duplicates().set_index("catchment")["region"]
    layer["name"] = region.reindex(layer["ESB"], fill_value="").to_numpy() + " " + layer["ESB"]
    layer["name"] = layer["name"].str.strip()
    return layer.rename(columns={"ESB": "catchment"})[["catchment", "name", "geometry"]]


def schools(listed: pd.DataFrame, kindergartens: pd.DataFrame) -> pd.DataFrame:
    """Return the located schools, then the kindergartens."""
    primary = listed[listed["is_located"]].assign(operator="public (Land Berlin)")
    table = pd.concat([primary, kindergartens], ignore_index=True)
    twice = table.loc[table["school"].duplicated(), "school"]
    if len(twice) > 0:
        msg = f"{len(twice)} code(s) mean two schools, e.g. {twice.iloc[0]!r}."
        raise ValueError(msg)
    table["address"] = table["street"] + ", " + table["zip"] + " Berlin"
    return table[["school", "name", "operator", "address", "lon", "lat"]]


def sections(listed: pd.DataFrame, kindergartens: pd.DataFrame) -> pd.DataFrame:
    """Return one section for each row of `schools`; catchments as declared, empty where unknown."""
    primary = listed[listed["is_located"]].assign(stage="primary")
    table = pd.concat([primary, kindergartens.assign(stage="kindergarten")], ignore_index=True)
    table[COUNTS] = table[COUNTS].astype("Int64")
    columns = ["seats", "classrooms", "enrolment", "catchment", "published_utilisation"]
    return table[["school", "stage", *columns]]


def projects(listed: pd.DataFrame) -> pd.DataFrame:
    """Return the schools that the list names without a place on the map, or without a stream."""
    planned = listed[~listed["is_located"] | ~listed["is_open"]]
    address = planned["street"] + ", " + planned["zip"] + " Berlin"
    note = ("no coordinates; address in the list: " + address).fillna("no coordinates, no address")
    note = note.mask(planned["is_located"], "in the list with 0 streams")
    return pd.DataFrame(
        {
            "project": planned["school"],
            "name": planned["name"],
            "stage": "primary",
            "kind": "new",
            "school": planned["school"].where(planned["is_located"]),
            "catchment": planned["catchment"],
            "opening": pd.NA,
            "seats_added": pd.NA,
            "note": "named in the list of 2018/19; size and date not published; " + note,
        },
    )


def share_of_places_from_3(residents: pd.DataFrame) -> float:
    """
    Return the share of kindergarten places that children aged 3 to 5 need.

    Places are licensed for all ages up to school entry; children under 3 need
    the rest. Need is residents times participation.
    """
    need = {group: residents[ages].to_numpy().sum() * PARTICIPATION[group] for group, ages in AGES.items()}
    return float(need["3 to under 6"] / sum(need.values()))


def write_layer(layer: gpd.GeoDataFrame, path: Path, *, crs: str) -> None:
    """Write one feature per line, with the CRS stated in the file."""
    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": shapely.geometry.mapping(geometry),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for properties, geometry in zip(
            layer.drop(columns="geometry").to_dict("records"),
            layer.geometry,
            strict=True,
        )
    ]
    member = json.dumps({"type": "name", "properties": {"name": crs}})
    head = f'{{"type": "FeatureCollection",\n"crs": {member},\n"features": [\n'
    path.write_text(head + ",\n".join(features) + "\n]}\n", encoding="utf-8", newline="\n")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write UTF-8, comma, LF; an unknown value is an empty cell."""
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def main(arguments: list[str] | None = None) -> None:
    """Make all tables and print what they hold."""
    parser = argparse.ArgumentParser(description="Make the input tables from the raw files.")
    parser.add_argument("--district", default=MITTE, help="two digits, 01 to 12; default 01")
    parser.add_argument("--raw", type=Path, default=HERE / "raw", help="folder of the raw files")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    options = parser.parse_args(arguments)
    if options.district != MITTE and options.out.resolve() == HERE:
        parser.error("this folder holds district 01; name another one with --out.")

    raw, district = options.raw, options.district
    areas = planning_areas(raw, district=district)
    residents = register(raw, district=district)
    people = pd.concat([population(residents), earlier_counts(raw, district=district)])
    listed = school_list(raw, district=district)
    kindergartens = kindergarten_list(raw, district=district)
    zones = catchments(raw, listed, district=district)
    places = schools(listed, kindergartens)
    offers = sections(listed, kindergartens)
    planned = projects(listed)

    options.out.mkdir(parents=True, exist_ok=True)
    write_layer(areas, options.out / "areas.geojson", crs="urn:ogc:def:crs:OGC:1.3:CRS84")
    write_layer(zones, options.out / "catchments.geojson", crs="urn:ogc:def:crs:EPSG::25833")
    write_table(people, options.out / "population.csv")
    write_table(places, options.out / "schools.csv")
    write_table(offers, options.out / "sections.csv")
    write_table(planned, options.out / "projects.csv")

    apart = residents.drop(columns="total").sum(axis=1) != residents["total"]
    missing = sorted(set(offers["catchment"].dropna()) - set(zones["catchment"]))
    print(f"{len(areas)} areas")
    for day, count in people.groupby("date"):
        print(f"{count['count'].sum():,} residents in {len(count):,} bands on {day}")
    print(f"{apart.sum()} areas whose bands do not add up", *apart.index[apart])
    print(f"{len(zones)} catchments")
    for stage, group in offers.groupby("stage", sort=False):
        print(f"{len(group)} schools, stage {stage}: {group['seats'].sum():,} places")
    print(f"{offers['enrolment'].sum():,} enrolled where published")
    print(f"{len(missing)} declared catchments that do not exist", *missing)
    print(f"{len(planned)} projects")
    print(f"{share_of_places_from_3(residents):.3f} of kindergarten places are for ages 3 to 5")


if __name__ == "__main__":
    main()
