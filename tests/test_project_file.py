"""`project.toml`: a closed document, every wrong key at once, in both languages."""

from __future__ import annotations

import re
import typing
from typing import TYPE_CHECKING

import pydantic
import pytest
import village
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.inputs.project_file import ProjectFile
from schoolmap.inputs.project_file import Ruling
from schoolmap.inputs.project_file import Scenario
from schoolmap.inputs.project_file import read_language
from schoolmap.inputs.project_file import read_people_file
from schoolmap.inputs.project_file import read_project_file
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.errors import Fault

GOOD = village.PROJECT + village.CSV


def faults_of(folder: Path, text: str) -> list[Fault]:
    """Read a project file that must be refused; every fault has a way out, in both languages."""
    (folder / "project.toml").write_text(text, encoding="utf-8")
    document, faults = read_project_file(folder)
    assert document is None
    assert faults
    for fault in faults:
        assert fault.file == "project.toml"
        assert fault.problem
        assert fault.remedy
        assert fault.problem_zh
        assert fault.remedy_zh
    return faults


def test_by_hand(tmp_path: Path) -> None:
    """One sentence serves both languages; what is left out has its default."""
    (tmp_path / "project.toml").write_text(GOOD, encoding="utf-8")
    document, faults = read_project_file(tmp_path)
    assert faults == []
    assert document is not None
    assert document.project.title == {"en": "A synthetic county", "zh": "虚构县"}
    assert document.stages["primary"].attendance_note == {"en": "虚构", "zh": "虚构"}
    assert document.project.standards == "china"
    assert [scenario.id for scenario in document.scenarios] == ["central"]
    assert document.tables["schools"].crs == "GCJ-02"


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    """Notepad writes one."""
    (tmp_path / "project.toml").write_text(GOOD, encoding="utf-8-sig")
    assert read_project_file(tmp_path)[1] == []


def test_the_document_is_frozen() -> None:
    """A scenario is varied by a copy, never in place."""
    scenario = Scenario(id="low", label={"en": "Low", "zh": "低"}, births_factor=0.8)
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        scenario.births_factor = 1.0
    assert scenario.model_copy(update={"births_factor": 0.9}).births_factor == 0.9


def test_the_same_rules_hold_without_a_file() -> None:
    """A document built in Python is refused for the same reasons."""
    with pytest.raises(pydantic.ValidationError, match="is empty"):
        ProjectFile.model_validate({"project": {}, "tables": {}, "stages": {}} | {"project": _settings()})


def _settings() -> dict[str, object]:
    return {"name": "a", "title": "a", "crs": "EPSG:4546", "base_year": 2024, "horizon": 2030}


@pytest.mark.parametrize(
    ("old", "new", "column", "value", "problem"),
    [
        ("horizon = 2030", "horizont = 2030", "project.horizon", "", "is missing."),
        ("horizon = 2030", "horizon = 2030\ncolour = 1", "project.colour", "1", "is not a known key."),
        ("base_year = 2024", 'base_year = "2024"', "project.base_year", "2024", "is no whole number."),
        ("base_year = 2024", "base_year = 2024.5", "project.base_year", "2024.5", "is no whole number."),
        ("base_year = 2024", "base_year = true", "project.base_year", "True", "is no whole number."),
        ("base_year = 2024", "base_year = 1200", "project.base_year", "1200", "is below 1950."),
        ("horizon = 2030", "horizon = 2020", "project", "", "horizon 2020, which is not after the base year 2024"),
        ("synthetic = true", 'synthetic = "yes"', "project.synthetic", "yes", "is neither true nor false."),
        ("draws = 100", "draws = 1", "project.draws", "1", "is below 100."),
        ('name = "village"', 'name = "../village"', "project.name", "../village", "may hold only letters"),
        ('name = "village"', 'name = "沅陵"', "project.name", "沅陵", "may hold only letters"),
        ('name = "village"', "name = 7", "project.name", "7", "is no text."),
        ('"EPSG:4546"', '"EPSG:4490"', "project.crs", "EPSG:4490", "is not a map projection in metres"),
        ('"EPSG:4546"', '"GCJ-02"', "project.crs", "GCJ-02", "is not a map projection in metres, but in degrees."),
        ('"EPSG:4546"', '"EPSG:4978"', "project.crs", "EPSG:4978", "is not a map projection in metres"),
        ('"EPSG:4546"', '"EPSG:2263"', "project.crs", "EPSG:2263", "but in US survey foots"),
        ('"EPSG:4546"', '"EPSG:2383"', "project.crs", "EPSG:2383", "is Xian 1980"),
        ('"EPSG:4546"', '"Hunan"', "project.crs", "Hunan", "is no CRS that PROJ knows."),
        ('zh = "虚构县" }', 'fr = "x" }', "project.title", "", "is no text in both languages."),
        ("draws = 100", 'entry_cutoff = "31.8."', "project.entry_cutoff", "31.8.", "is no month and day."),
        ("draws = 100", 'language = "de"', "project.language", "de", "is not an allowed word."),
        ("ages = [3, 5]", "ages = [5, 3]", "stages.kindergarten", "", "has ages from 5 to 3."),
        ("ages = [3, 5]", "ages = [3]", "stages.kindergarten.ages.1", "", "is missing."),
        ("ages = [3, 5]", 'ages = ["3", 5]', "stages.kindergarten.ages.0", "3", "is no whole number."),
        ("ages = [3, 5]", "ages = 3", "stages.kindergarten.ages", "3", "is no list."),
        ("{ rate = 0.9 }", "{ rate = 0 }", "stages.kindergarten.attendance.rate", "0", "is not above 0"),
        ("{ rate = 0.9 }", "{ rate = nan }", "stages.kindergarten.attendance.rate", "nan", "is not a finite number."),
        ("{ rate = 0.9 }", "{ rate = inf }", "stages.kindergarten.attendance.rate", "inf", "is not a finite number."),
        ("{ rate = 0.9 }", "{ }", "stages.kindergarten.attendance", "", "holds neither or both"),
        ("{ rate = 0.9 }", "0.9", "stages.kindergarten.attendance", "0.9", "is no table of keys."),
        ("stages.primary", 'stages."小学"', "stages.小学", "小学", "may hold only letters"),
        ("stages.primary", "stages.all", "stages.all", "", "is the name of the catchments that all stages share."),
        ("stages.primary", "stages.Kindergarten", "stages.Kindergarten", "", "only in capital letters."),
        (
            '"population.csv"',
            '"../population.csv"',
            "tables.population.file",
            "../population.csv",
            "leaves the project",
        ),
        ('"population.csv"', '"/etc/passwd"', "tables.population.file", "/etc/passwd", "leaves the project folder."),
        (
            '"population.csv"',
            '"a/../../b.csv"',
            "tables.population.file",
            "a/../../b.csv",
            "leaves the project folder.",
        ),
        ('"population.csv"', '"C:a.csv"', "tables.population.file", "C:a.csv", "leaves the project folder."),
        ('"population.csv"', "'..\\a.csv'", "tables.population.file", "..\\a.csv", "leaves the project folder."),
        ('"population.csv"', '"a\\u0000.csv"', "tables.population.file", "a\0.csv", "leaves the project folder."),
        ('"population.csv"', "7", "tables.population.file", "7", "is no text."),
        (
            '"sections.csv" }',
            '"s.csv", separator = ";;" }',
            "tables.sections.separator",
            ";;",
            "is not an allowed word.",
        ),
        ("sections = {", "sektions = {", "tables.sektions", "", "is not a known table."),
        ("sections = {", "sektions = {", "tables.sections", "", "is missing."),
        ("population = {", "totals = {", "tables", "", "name no source of children."),
        ("[tables]", "[population]\nmethod = 'Z'\n[tables]", "population.method", "Z", "is not an allowed word."),
        (
            "[tables]",
            "[population]\nmethod = 'D'\n[tables]",
            "population.method",
            "D",
            "needs the table(s) totals, structure.",
        ),
        ("[tables]", "[population]\nadditionality = 1.5\n[tables]", "population.additionality", "1.5", "is above 1."),
        ("[tables]", "[population]\nbirths = 'national'\n[tables]", "population", "", "but names none."),
        ("[tables]", "[population]\nmonthly_births = [0.5, 0.5]\n[tables]", "population", "", "has 2 `monthly_births`"),
        (
            "[tables]",
            f"[population]\nmonthly_births = {[0.1] * 12}\n[tables]",
            "population",
            "",
            "has 12 `monthly_births` that sum to 1.2.",
        ),
        (
            "[tables]",
            "[population]\nexclude_years = [{ year = 2020, reason = 'x' }, { year = 2020, reason = 'y' }]\n[tables]",
            "population",
            "",
            "excludes 2020 twice.",
        ),
        (
            "[tables]",
            "[population]\nexclude_years = [{ year = 2020 }]\n[tables]",
            "population.exclude_years.0.reason",
            "",
            "is missing.",
        ),
        (
            "[tables]",
            "[population]\nprojection_date = '31.8.'\n[tables]",
            "population.projection_date",
            "31.8.",
            "is no month and day.",
        ),
        (
            "projects = {",
            "projection = {",
            "population.projection_source",
            "",
            "a ready projection is used as given, so its source is shown.",
        ),
        ("projects = {", "migration = {", "population.town", "", "nobody knows where the children"),
    ],
)
def test_a_wrong_key_is_named(  # noqa: PLR0917
    tmp_path: Path, old: str, new: str, column: str, value: str, problem: str
) -> None:
    """Key, value and what is wrong with it; strings are not taken for numbers."""
    assert old in GOOD
    found = [(fault.column, fault.value) for fault in faults_of(tmp_path, GOOD.replace(old, new))]
    told = [fault.problem for fault in faults_of(tmp_path, GOOD.replace(old, new)) if fault.column == column]
    assert (column, value) in found
    assert any(problem in said for said in told)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Of settings, tables, stages and scenarios, in one go."""
    text = GOOD.replace("draws = 100", "draws = 1").replace("sections = {", "sektions = {").replace("0.9", "9.0")
    text += '\n[[scenarios]]\nid = "a"\nlabel = "a"\n[[scenarios]]\nid = "a"\nlabel = "b"\nfactor = 1\n'
    assert {fault.column for fault in faults_of(tmp_path, text)} == {
        "project.draws",
        "tables.sektions",
        "tables.sections",
        "stages.kindergarten.attendance.rate",
        "scenarios",
        "scenarios.1.factor",
    }


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", "project", "is missing."),
        (village.PROJECT.partition("[stages")[0] + village.CSV, "stages", "is missing."),
        (village.PROJECT.partition("[stages")[0] + "[stages]\n" + village.CSV, "stages", "is empty."),
        ("scenarios = []\n" + GOOD, "scenarios", "is empty."),
        ("tables = 3\nproject = 4\nstages = 5", "tables", "is no table of keys."),
    ],
)
def test_empty_parts(tmp_path: Path, text: str, column: str, problem: str) -> None:
    """A file without settings, without stages or with an empty list."""
    assert problem in [fault.problem for fault in faults_of(tmp_path, text) if fault.column == column]


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    """A line that cannot be read, and a key that is there twice."""
    (fault,) = faults_of(tmp_path, 'a = 1\nb = "x\n')
    assert fault.row == 2
    assert "is no TOML" in fault.problem
    assert "is no TOML" in faults_of(tmp_path, "a = 1\na = 2\n")[0].problem


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    """GBK is for tables, not for TOML; the line is named."""
    (tmp_path / "project.toml").write_bytes("a = 1\nb = '沅陵'\n".encode("gbk"))
    (fault,) = read_project_file(tmp_path)[1]
    assert (fault.row, fault.problem) == (2, "is not UTF-8.")


def test_a_folder_without_project_file(tmp_path: Path) -> None:
    """A folder that does not exist, one without the file, and a file in place of the folder."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "none", tmp_path, tmp_path / "file"):
        document, (fault,) = read_project_file(folder)
        assert document is None
        assert fault.file == str(folder / "project.toml")
        assert fault.problem == "does not exist."


@given(st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_told(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file, faults come back, not an exception."""
    (tmp_path / "project.toml").write_text(text, encoding="utf-8", errors="surrogatepass")
    document, faults = read_project_file(tmp_path)
    assert document is None
    assert faults
    assert read_language(tmp_path) == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("[project]\nlanguage = 'zh'", "zh"),
        ("[project]\nlanguage = 'en'", "en"),
        ("[project]\n", "zh"),
        ("[project]\nlanguage = 'de'", "en"),
        ("project = 3", "en"),
        ("[project", "en"),
    ],
)
def test_the_language_of_a_project(tmp_path: Path, text: str, language: str) -> None:
    """It is known even where the rest of the file is wrong; English where it is not."""
    (tmp_path / "project.toml").write_text(text, encoding="utf-8")
    assert read_language(tmp_path) == language
    assert read_language(tmp_path / "none") == "en"


def test_every_table_of_the_contract_may_be_declared(tmp_path: Path) -> None:
    """The project file knows the tables that the contract knows."""
    lines = "\n".join(f'{name} = {{ file = "{name}.gpkg" }}' for name in CONTRACTS)
    text = f"{village.PROJECT}\n[population]\ntown = ['1']\nprojection_source = 'x'\n[tables]\n{lines}\n"
    (tmp_path / "project.toml").write_text(text, encoding="utf-8")
    document, _ = read_project_file(tmp_path)
    assert document is not None
    assert set(document.tables) == set(CONTRACTS)


def test_the_population_section_by_hand(tmp_path: Path) -> None:
    """Everything has a default that leaves today's forecast as it is; what is written is kept."""
    (tmp_path / "project.toml").write_text(GOOD, encoding="utf-8")
    document, _ = read_project_file(tmp_path)
    assert document is not None
    settings = document.population
    assert (settings.method, settings.births, settings.national, settings.town) == ("auto", "level", "", ())
    assert (settings.additionality, settings.projection_date, settings.exclude_years) == (0.5, "08-31", ())
    text = '[population]\nnational = "china_wpp2024"\nbirths = "national"\nadditionality = 0\ntown = ["111"]\n'
    text += 'exclude_years = [{ year = 2020, reason = "疫情" }]\n'
    (tmp_path / "project.toml").write_text(GOOD + text, encoding="utf-8")
    document, faults = read_project_file(tmp_path)
    assert faults == []
    assert document is not None
    assert document.population.exclude_years[0].reason == {"en": "疫情", "zh": "疫情"}
    assert (document.population.births, document.population.additionality) == ("national", 0)


def test_a_scenario_starts_from_a_preset(tmp_path: Path) -> None:
    """It may change births, moves and housing; a preset or a size that is not known is refused."""
    scenario = '\n[[scenarios]]\nid = "a"\nlabel = "a"\n'
    own = 'preset = "two_child_pulse"\nmigration_factor = 0.5\nhousing_delay = 2\n'
    (tmp_path / "project.toml").write_text(GOOD + scenario + own, encoding="utf-8")
    document, _ = read_project_file(tmp_path)
    assert document is not None
    (read,) = document.scenarios
    assert (read.preset, read.births_factor, read.migration_factor, read.housing_delay) == (
        "two_child_pulse",
        1.0,
        0.5,
        2,
    )
    wrong = 'preset = "worst"\nmigration_factor = 3.5\nhousing_delay = 1.5\n'
    assert [(fault.column, fault.value) for fault in faults_of(tmp_path, GOOD + scenario + wrong)] == [
        ("scenarios.0.preset", "worst"),
        ("scenarios.0.migration_factor", "3.5"),
        ("scenarios.0.housing_delay", "1.5"),
    ]


@pytest.mark.parametrize("tables", [["population"], ["births"], ["projection"], ["totals", "structure"], ["pupils"]])
def test_one_source_of_children_is_enough(tmp_path: Path, tables: list[str]) -> None:
    """Any of them, with the layers and schools; a file of people alone needs nothing else."""
    lines = "".join(f'{name} = {{ file = "{name}.csv" }}\n' for name in tables)
    others = "".join(f'{name} = {{ file = "{name}.csv" }}\n' for name in ("areas", "schools", "sections", "catchments"))
    section = '[population]\nprojection_source = "county, 2025"\n'
    (tmp_path / "project.toml").write_text(f"{village.PROJECT}{section}[tables]\n{lines}{others}", encoding="utf-8")
    assert read_project_file(tmp_path)[1] == []
    project = village.PROJECT.partition("[stages")[0]
    (tmp_path / "project.toml").write_text(f"{project}{section}[tables]\n{lines}", encoding="utf-8")
    document, faults = read_people_file(tmp_path)
    assert faults == []
    assert document is not None
    assert {name: stage.ages for name, stage in document.stages.items()} == {
        "kindergarten": (3, 5),
        "primary": (6, 11),
        "junior": (12, 14),
    }
    assert read_project_file(tmp_path)[1] != []


def test_a_whole_file_may_be_read_for_its_people(tmp_path: Path) -> None:
    """Sections of seats and travel are left alone then; a section that nobody knows is told all the same."""
    whole = f"{GOOD}[seats]\ndissolve_by = 2027\n[travel]\ndetour = 1.4\n"
    (tmp_path / "project.toml").write_text(whole, encoding="utf-8")
    assert read_people_file(tmp_path)[1] == []
    assert read_project_file(tmp_path)[1] == []
    (tmp_path / "project.toml").write_text(f"{whole}[roads]\n", encoding="utf-8")
    assert [fault.column for fault in read_people_file(tmp_path)[1]] == ["roads"]


def test_a_project_may_have_no_catchments(tmp_path: Path) -> None:
    """They are made from travel then; areas, schools and sections it cannot do without."""
    lines = "".join(f'{name} = {{ file = "{name}.csv" }}\n' for name in ("areas", "schools", "sections", "population"))
    (tmp_path / "project.toml").write_text(f"{village.PROJECT}[tables]\n{lines}", encoding="utf-8")
    assert read_project_file(tmp_path)[1] == []
    (tmp_path / "project.toml").write_text(
        f"{village.PROJECT}[tables]\n{lines.partition(chr(10))[2]}", encoding="utf-8"
    )
    assert [fault.column for fault in read_project_file(tmp_path)[1]] == ["tables.areas"]


def test_every_table_of_the_contract_may_be_ruled() -> None:
    """A value of any table can be decided, and of no other."""
    allowed = typing.get_args(Ruling.model_fields["table"].annotation)
    assert set(allowed) == set(CONTRACTS)


def test_a_stage_is_named_by_its_section(tmp_path: Path) -> None:
    """`id` within a stage would be ignored, so it is refused."""
    text = village.PROJECT.replace("ages = [3, 5]", 'ages = [3, 5]\nid = "other"')
    village.write(tmp_path / "county", project=text)
    _, faults = read_project_file(tmp_path / "county")
    assert [fault.column for fault in faults] == ["stages.kindergarten.id"]


def test_brackets_without_end(tmp_path: Path) -> None:
    """The reader of TOML gives up on them; the language of such a project is not known."""
    (fault,) = faults_of(tmp_path, GOOD + "\nx = " + "[" * 100_000)
    assert fault.problem == "nests brackets without end."
    assert read_language(tmp_path) == "en"


def test_a_project_file_is_no_table(tmp_path: Path) -> None:
    """Of more than a million letters nothing is read."""
    (fault,) = faults_of(tmp_path, GOOD + "\n#" + "x" * (1 << 20))
    assert fault.problem == "has more than 1 MB: it is no project file."
    assert read_language(tmp_path) == "en"


@pytest.mark.parametrize("name", ["CON", "nul", "Com1", "LPT9"])
def test_a_device_of_windows_names_no_project(tmp_path: Path, name: str) -> None:
    """Output files are named by the project, and such a name writes to a printer or nowhere."""
    text = re.sub(r'(?m)^name = ".+"', f'name = "{name}"', GOOD, count=1)
    (fault,) = faults_of(tmp_path, text)
    assert (fault.column, fault.value) == ("project.name", name)
    assert "device of Windows" in fault.problem
