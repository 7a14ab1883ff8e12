"""The project folder Berlin-Mitte: what its raw files and its tables promise."""

from __future__ import annotations

import hashlib
import json
import runpy
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.readers import read_table
from schoolmap.tables import CONTRACTS

FOLDER = Path(__file__).parents[1] / "data" / "berlin-mitte"
RAW = FOLDER / "raw"
MAKE = runpy.run_path(str(FOLDER / "make_tables.py"))

FILES = {
    "areas": "areas.geojson",
    "population": "population.csv",
    "catchments": "catchments.geojson",
    "schools": "schools.csv",
    "sections": "sections.csv",
    "projects": "projects.csv",
}


def read(table: str) -> pd.DataFrame:
    """Read a csv of the folder as text, cell by cell."""
    return pd.read_csv(FOLDER / FILES[table], dtype="str", keep_default_na=False)


def numbers(column: pd.Series) -> pd.Series:
    """Read text as numbers; an empty cell is unknown."""
    return pd.to_numeric(column.mask(column == ""))


def section(school: str) -> dict[str, str]:
    """Return the cells of a school's section."""
    table = read("sections").set_index("school")
    return {str(column): str(cell) for column, cell in table.loc[school].items()}


def test_raw_files_are_as_published() -> None:
    """Every raw file has its checksum, and no other file lies among them."""
    lines = (RAW / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    promised = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in RAW.iterdir() if path.name != "SHA256SUMS"
    }
    assert found == promised


def test_checksums_are_told_in_the_description() -> None:
    """`SOURCE.md` names the checksum of every raw file."""
    described = (FOLDER / "SOURCE.md").read_text(encoding="utf-8")
    lines = (RAW / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.split()[0] not in described] == []


def test_making_the_tables_again_gives_the_same_bytes(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The tables are what the script makes from the raw files, and it says what it made."""
    MAKE["main"](["--out", str(tmp_path)])

    assert {path.name for path in tmp_path.iterdir()} == set(FILES.values())
    for name in FILES.values():
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
    report = capsys.readouterr().out
    assert "371,407 residents" in report
    assert "\n0 areas whose bands do not add up\n" in report
    assert "\n0.651 of kindergarten places are for ages 3 to 5\n" in report


def test_another_district_can_be_made(tmp_path: Path) -> None:
    """The school list covers Mitte only, so another district has kindergartens alone."""
    MAKE["main"](["--district", "02", "--out", str(tmp_path)])

    made = pd.read_csv(tmp_path / "sections.csv", dtype="str")
    assert set(made["stage"]) == {"kindergarten"}
    assert made["school"].str.startswith("02").all()


def test_another_district_does_not_overwrite_this_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a folder of its own, another district is refused."""
    with pytest.raises(SystemExit):
        MAKE["main"](["--district", "02"])
    assert "name another one with --out" in capsys.readouterr().err


def test_unknown_district_is_refused(tmp_path: Path) -> None:
    """Berlin has twelve districts."""
    with pytest.raises(ValueError, match="'13' has no planning area"):
        MAKE["main"](["--district", "13", "--out", str(tmp_path)])


@pytest.mark.parametrize("table", FILES)
def test_every_table_keeps_its_contract(table: str) -> None:
    """The readers find no fault in any table."""
    crs = "EPSG:4326" if table == "schools" else ""
    source = TableSource(file=Path(FILES[table]), crs=crs)
    result = read_table(source, CONTRACTS[table], folder=FOLDER)
    assert [str(fault) for fault in result.faults] == []
    assert len(result.frame) > 0


def test_layers_state_their_crs() -> None:
    """Areas are in degrees, catchments in metres; the files say so, readers would only assume."""
    stated = {
        table: json.loads((FOLDER / FILES[table]).read_text(encoding="utf-8"))["crs"]["properties"]
        for table in ("areas", "catchments")
    }
    assert stated == {
        "areas": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"},
        "catchments": {"name": "urn:ogc:def:crs:EPSG::25833"},
    }
    assert gpd.read_file(FOLDER / FILES["catchments"]).crs == "EPSG:25833"


def test_codes_keep_their_leading_zeros() -> None:
    """Every code has its full length and begins with the district."""
    shapes = {
        ("areas", "area"): r"01\d{6}",
        ("population", "area"): r"01\d{6}",
        ("catchments", "catchment"): r"01\d{2}",
        ("schools", "school"): r"01(?:[GK]\d{2}|\d{6})",
        ("sections", "school"): r"01(?:[GK]\d{2}|\d{6})",
        ("sections", "catchment"): r"(?:01\d{2})?",
        ("projects", "project"): r"01G(?:\d{2}|n\d{2})",
        ("projects", "catchment"): r"01\d{2}",
    }
    for (table, column), shape in shapes.items():
        path = FOLDER / FILES[table]
        frame = gpd.read_file(path) if path.suffix == ".geojson" else read(table)
        assert frame[column].str.fullmatch(shape).all(), (table, column)


def test_areas_and_catchments_cover_the_same_district() -> None:
    """41 areas and 19 catchments, valid, without overlaps, on the same 39.4 square kilometres."""
    areas = gpd.read_file(FOLDER / FILES["areas"])
    catchments = gpd.read_file(FOLDER / FILES["catchments"])
    assert len(areas) == 41
    assert areas["name"].loc[areas["area"] == "01011301"].item() == "Charitéviertel"
    assert catchments["catchment"].tolist() == [f"01{number:02}" for number in range(1, 20)]
    assert catchments["name"].iloc[0] == "Parkviertel 0101"

    for layer in (areas, catchments):
        assert layer.geometry.is_valid.all()
        assert layer.geometry.is_valid_coverage()
    apart = areas.to_crs("EPSG:25833").union_all() ^ catchments.union_all()
    assert apart.area < 0.0002 * catchments.area.sum()


def counted_on(day: str) -> pd.DataFrame:
    """Return the rows of the population that tell of one day."""
    population = read("population")
    return population[population["date"] == day]


def test_population_is_the_whole_register() -> None:
    """371,407 residents in 32 bands that follow one another from 0 to the oldest."""
    population = counted_on("2016-12-31")
    assert numbers(population["count"]).sum() == 371_407
    ages = population.groupby("area")["age"].agg(" ".join).unique()
    assert len(ages) == 1
    assert ages[0] == (
        "0 1 2 3-4 5 6 7 8-9 10-11 12-13 14 15-17 18-20 21-24 25-26 27-29 30-34 35-39 40-44 45-49 "
        "50-54 55-59 60-62 63-64 65-66 67-69 70-74 75-79 80-84 85-89 90-94 95+"
    )
    assert set(population["area"]) == set(gpd.read_file(FOLDER / FILES["areas"])["area"])


@pytest.mark.parametrize(
    ("day", "file", "residents"),
    [("2015-06-30", "2015-01", 359_363), ("2015-12-31", "2015-02", 363_236), ("2016-06-30", "2016-01", 368_122)],
)
def test_earlier_counts_are_those_of_the_half_year_files(day: str, file: str, residents: int) -> None:
    """Three earlier days have every resident in eight coarse bands, whose ages have both ends counted."""
    population = counted_on(day)
    assert numbers(population["count"]).sum() == residents
    raw = pd.read_csv(RAW / f"berlin-lor-population-{file}-t2-planning-areas.csv", dtype={"id": "str"})
    raw = raw[raw["id"].str.startswith("01")].set_index("id")
    assert numbers(population["count"]).groupby(population["area"]).sum().to_dict() == raw["inhabitants"].to_dict()
    for age, column in {"0-5": "below_6", "6-14": "6_15", "65+": "above_65"}.items():
        band = population[population["age"] == age].set_index("area")["count"]
        assert band.astype(int).to_dict() == raw[f"inhabitants_age_{column}"].to_dict()
    ages = population.groupby("area")["age"].agg(" ".join).unique()
    assert ages.tolist() == ["0-5 6-14 15-17 18-26 27-44 45-54 55-64 65+"]


def test_population_agrees_with_the_half_year_file() -> None:
    """Another publication of the same day has the same residents and the same young children."""
    name = "berlin-lor-population-2016-02-t2-planning-areas.csv"
    other = pd.read_csv(RAW / name, dtype={"id": "str"}).set_index("id")
    population = counted_on("2016-12-31")
    population = population.assign(count=numbers(population["count"]))
    young = population[population["age"].isin(["0", "1", "2", "3-4", "5"])]

    for people, column in ((population, "inhabitants"), (young, "inhabitants_age_below_6")):
        counts = people.groupby("area")["count"].sum()
        assert counts.to_dict() == other.loc[counts.index, column].to_dict()


def test_sections_and_schools_are_the_same() -> None:
    """35 primary schools and 354 kindergartens, one section each, no code twice."""
    sections, schools = read("sections"), read("schools")
    assert sections["stage"].value_counts().to_dict() == {"kindergarten": 354, "primary": 35}
    assert schools["school"].is_unique
    assert sections["school"].tolist() == schools["school"].tolist()


def test_kindergartens_have_places_and_nothing_else() -> None:
    """21,847 licensed places; what is not published is empty."""
    sections = read("sections").query("stage == 'kindergarten'")
    assert numbers(sections["seats"]).sum() == 21_847
    unknown = sections[["classrooms", "enrolment", "catchment", "published_utilisation"]]
    assert (unknown == "").all(axis=None)


def test_primary_schools_have_the_published_numbers() -> None:
    """16,056 places of 24 in a class, 16,015 pupils, and their published utilisation."""
    sections = read("sections").query("stage == 'primary'")
    seats, pupils = numbers(sections["seats"]), numbers(sections["enrolment"])
    assert seats.sum() == 16_056
    assert pupils.sum() == 16_015
    assert (seats == 24 * numbers(sections["classrooms"])).all()

    apart = (100 * pupils / seats - numbers(sections["published_utilisation"])).abs().dropna()
    assert len(apart) == 34
    assert apart.max() <= 0.5


def test_half_streams_are_read() -> None:
    """4,5 streams, with a decimal comma, are 27 classrooms."""
    assert section("01G42") == {
        "stage": "primary",
        "seats": "648",
        "classrooms": "27",
        "enrolment": "815",
        "catchment": "0101",
        "published_utilisation": "126",
    }


def test_unknown_is_not_zero() -> None:
    """A school with 0 streams has 0 seats, but its pupils are unknown."""
    assert section("01G48") == {
        "stage": "primary",
        "seats": "0",
        "classrooms": "0",
        "enrolment": "",
        "catchment": "0106",
        "published_utilisation": "",
    }


def test_declared_catchments_are_not_corrected() -> None:
    """Two declared catchments are not where the school stands, and stay as declared."""
    catchments = gpd.read_file(FOLDER / FILES["catchments"])
    sections = read("sections").set_index("school")
    schools = read("schools").set_index("school")
    places = gpd.points_from_xy(numbers(schools["lon"]), numbers(schools["lat"]), crs="EPSG:4326")
    points = gpd.GeoDataFrame(sections, geometry=places).to_crs(catchments.crs)
    stands = points.sjoin(catchments, predicate="within", rsuffix="there")["catchment_there"]

    assert stands.reindex(schools.index).notna().all()
    primary = sections["stage"] == "primary"
    declared = pd.DataFrame({"declared": sections["catchment"], "stands": stands})[primary]
    apart = declared[declared["declared"] != declared["stands"]]
    assert apart.to_dict("index") == {
        "01G04": {"declared": "0118", "stands": "0115"},
        "01G07": {"declared": "0120", "stands": "0118"},
    }


def test_projects_are_those_the_list_names() -> None:
    """One located school without streams and four without a place; size and date unknown."""
    projects = read("projects").set_index("project")
    assert projects["catchment"].to_dict() == {
        "01Gn08": "0102",
        "01Gn05": "0103",
        "01G48": "0106",
        "01Gn01": "0119",
        "01Gn09": "0119",
    }
    assert set(projects["kind"]) == {"new"}
    assert projects.loc[projects["school"] != "", "school"].to_dict() == {"01G48": "01G48"}
    assert (projects[["opening", "seats_added"]] == "").all(axis=None)


def test_share_of_places_for_ages_3_to_5() -> None:
    """10,583 children of 92.4 % against 11,950 younger ones of 43.9 % need 0.651 of the places."""
    residents = MAKE["register"](RAW, district="01")
    share = MAKE["share_of_places_from_3"](residents)
    older, younger = 10_583 * 0.924, 11_950 * 0.439
    assert share == pytest.approx(older / (older + younger))
    assert share == pytest.approx(0.651, abs=0.0005)
    assert "**0.651**" in (FOLDER / "SOURCE.md").read_text(encoding="utf-8")
