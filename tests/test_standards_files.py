"""Loading standards, and building on others: a figure is replaced as a whole, and no chain comes back to itself."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap import standards
from schoolmap.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

FIGURE: dict[str, Any] = {"value": 40, "document": "a plan of the district", "confidence": "low"}
STAGES = ("kindergarten", "primary", "junior")
KEYS = ("class_size", "max_classes", "max_pupils", "reach_m")


def write(folder: Path, **files: str) -> Path:
    """Write TOML files by name; return the first."""
    paths = [folder / f"{name}.toml" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_text(content, encoding="utf-8")
    return paths[0]


def faults_of(path: Path) -> dict[tuple[str, str], str]:
    """Return what is wrong by file and key."""
    with pytest.raises(InputError) as caught:
        standards.load(path)
    assert all(fault.problem_zh and fault.remedy_zh for fault in caught.value.faults)
    return {(fault.file, fault.column): fault.problem for fault in caught.value.faults}


def figure(value: float) -> str:
    """Return the lines of a figure."""
    return f'value = {value}\ndocument = "own"\nconfidence = "low"\n'


def test_a_local_file_says_only_what_differs() -> None:
    """One figure is the district's own, all others are those of the country; the country's stay as they are."""
    china = standards.load("china")
    document = {"name": "ours", "extends": "china", "stages": {"primary": {"class_size": FIGURE}}}
    before = copy.deepcopy(document)
    ours = standards.parse(document)
    own, theirs = ours.stages["primary"], china.stages["primary"]
    assert own.class_size is not None
    assert theirs.class_size is not None
    assert (own.class_size.value, own.class_size.document, own.class_size.number) == (40, "a plan of the district", "")
    assert theirs.class_size.value == 45
    assert own.oversized_from == theirs.oversized_from
    assert ours.stages["junior"] == china.stages["junior"]
    assert (ours.name, ours.extends, ours.title) == ("ours", ("china",), {"en": "", "zh": ""})
    assert ours.seat_rules == china.seat_rules
    assert document == before


def test_a_warning_level_alone_can_differ() -> None:
    """The other levels are taken from below."""
    ours = standards.parse({"name": "o", "extends": "china", "levels": {"watch_from": FIGURE | {"value": 0.85}}})
    assert (ours.levels.watch_from.value, ours.levels.red_from.value) == (0.85, 1.0)


def test_a_grade_alone_can_differ() -> None:
    """One grade has its own class size, the others keep theirs."""
    stage = {"class_size_by_grade": {"K3": FIGURE | {"value": 30}}}
    ours = standards.parse({"name": "o", "extends": "china", "stages": {"kindergarten": stage}})
    sizes = ours.stages["kindergarten"].class_size_by_grade
    assert {grade: size.value for grade, size in sizes.items()} == {"K1": 25, "K2": 30, "K3": 30, "KM": 30}


def test_entries_of_the_same_key_are_replaced_in_their_place() -> None:
    """A rule of the same id and an indicator of the same stage and id; new ones come last."""
    china = standards.load("china")
    rule = {"id": "longhu-seats", "place": "汕头市龙湖区", "stage": "kindergarten", "gives": "seats_per_thousand"}
    label = {"en": "a", "zh": "甲"}
    ours = standards.parse(
        {
            "name": "ours",
            "extends": "china",
            "seat_rules": [FIGURE | rule, FIGURE | rule | {"id": "ours"}],
            "balanced": [FIGURE | {"id": "teachers_above", "stage": "junior", "label": label, "value": 6}],
        },
    )
    assert [item.id for item in ours.seat_rules] == [*(item.id for item in china.seat_rules), "ours"]
    changed = next(item for item in ours.seat_rules if item.id == "longhu-seats")
    assert changed.document == "a plan of the district"
    above = {item.stage: item.value for item in ours.balanced if item.id == "teachers_above"}
    assert above == {"primary": 4.2, "junior": 6}
    assert len(ours.balanced) == len(china.balanced)


def test_lists_in_order_are_one_whole() -> None:
    """The first cap that fits holds, and bands follow each other: neither is mixed with others."""
    band = {"low": 1, "label": "all", "document": "d", "confidence": "low"}
    ours = standards.parse(
        {"name": "o", "extends": "furong", "class_bands": [band], "stages": {"primary": {"caps": [FIGURE]}}},
    )
    assert len(ours.class_bands) == 1
    assert [cap.value for cap in ours.stages["primary"].caps] == [40]
    assert len(ours.stages["junior"].caps) == 2


@given(
    st.lists(
        st.dictionaries(st.tuples(st.sampled_from(STAGES), st.sampled_from(KEYS)), st.integers(1, 99), max_size=4),
        min_size=1,
        max_size=4,
    ),
)
def test_the_nearest_file_of_a_chain_holds(
    tmp_path_factory: pytest.TempPathFactory,
    layers: list[dict[tuple[str, str], int]],
) -> None:
    """Through any chain of files each figure is that of the nearest one that has it."""
    folder = tmp_path_factory.mktemp("chain")
    base = {(stage, key): 100 for stage in STAGES for key in KEYS}
    levels = "".join(f"[levels.{name}]\n{figure(0.9)}" for name in ("watch_from", "red_from", "surplus_below"))
    expected: dict[tuple[str, str], int] = {}
    for place, layer in enumerate([base, *layers]):
        content = f'name = "layer{place}"\n' + (f'extends = "layer{place - 1}.toml"\n' if place else levels)
        content += "".join(f"[stages.{stage}.{key}]\n{figure(value)}" for (stage, key), value in layer.items())
        path = write(folder, **{f"layer{place}": content})
        expected |= layer
    ours = standards.load(path)
    found = {(stage, key): getattr(ours.stages[stage], key).value for stage in STAGES for key in KEYS}
    assert found == expected
    assert ours.extends == tuple(f"layer{place}.toml" for place in reversed(range(len(layers))))


def test_a_file_beside_can_be_extended(tmp_path: Path) -> None:
    """A county builds on its province, which builds on the country."""
    path = write(
        tmp_path,
        county=f'name = "county"\nextends = "province.toml"\n[stages.primary.max_pupils]\n{figure(1500)}',
        province=f'name = "province"\nextends = "china"\n[stages.primary.max_classes]\n{figure(30)}',
    )
    primary = standards.load(path).stages["primary"]
    assert primary.max_pupils is not None
    assert primary.max_classes is not None
    assert primary.class_size is not None
    assert [primary.max_pupils.value, primary.max_classes.value, primary.class_size.value] == [1500, 30, 45]


@pytest.mark.parametrize("name", standards.shipped())
def test_to_extend_and_say_nothing_changes_nothing(name: str) -> None:
    """Only name and title are a file's own."""
    base, ours = standards.load(name), standards.parse({"name": "ours", "extends": name})
    for part in ("levels", "stages", "class_bands", "seat_rules", "inclusive", "balanced", "school_sizes", "review"):
        assert getattr(ours, part) == getattr(base, part)


def test_faults_of_all_files_are_told_under_their_own(tmp_path: Path) -> None:
    """The file and the one below it are both wrong: both are told, in one run."""
    path = write(
        tmp_path,
        county='name = "county"\nextends = "province.toml"\ncolour = 1\n',
        province=f'extends = "china"\n[stages.primary.max_classes]\n{figure(-1)}',
    )
    found = faults_of(path)
    assert set(found) == {("county.toml", "colour"), ("province.toml", "stages.primary.max_classes.value")}


def test_what_is_wrong_only_together_is_told_under_the_file(tmp_path: Path) -> None:
    """Each file is sound; the largest school of the one is below the smallest of the other."""
    path = write(tmp_path, county=f'name = "c"\nextends = "china"\n[stages.primary.max_classes]\n{figure(6)}')
    assert faults_of(path) == {
        ("county.toml", "stages.primary.min_classes.value"): "is above `max_classes`, which is 6."
    }


def test_a_name_is_never_taken_from_below(tmp_path: Path) -> None:
    """A file without a name is told so, though what it extends has one."""
    path = write(tmp_path, county='extends = "china"\n')
    assert faults_of(path) == {("county.toml", "name"): "is missing."}


def test_what_extends_nothing_must_be_whole(tmp_path: Path) -> None:
    """The last of a chain has nobody to fill its gaps."""
    path = write(
        tmp_path,
        county='name = "county"\nextends = "province.toml"\n',
        province='name = "p"\n[levels.red_from]\nx = 1\n',
    )
    found = faults_of(path)
    assert found["province.toml", "levels.watch_from"] == "is missing."
    assert {file for file, _ in found} == {"province.toml"}


@pytest.mark.parametrize(
    "files",
    [
        {"a": 'name = "a"\nextends = "a.toml"\n'},
        {"a": 'name = "a"\nextends = "b.toml"\n', "b": 'name = "b"\nextends = "a.toml"\n'},
        {
            "a": 'name = "a"\nextends = "b.toml"\n',
            "b": 'name = "b"\nextends = "c.toml"\n',
            "c": 'name = "c"\nextends = "b.toml"\n',
        },
    ],
)
def test_a_circle_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    """A chain that comes back is named with all its files."""
    ((where, problem),) = faults_of(write(tmp_path, **files)).items()
    assert where[1] == "extends"
    assert "leads back to where it began: a.toml" in problem


@pytest.mark.parametrize(
    "name",
    [
        '"atlantis"',
        '"../s.toml"',
        '"..\\\\s.toml"',
        '"/etc/hostname"',
        '"C:s.toml"',
        '"sub"',
        '""',
        "5",
        '["china"]',
        '"."',
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, name: str) -> None:
    """Only a shipped name, or a file in the same folder; nothing outside it is ever opened."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "s.toml").write_text('name = "outside"', encoding="utf-8")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "sub").mkdir()
    ((where, problem),) = faults_of(write(folder, own=f'name = "own"\nextends = {name}\n')).items()
    assert where == ("own.toml", "extends")
    assert problem == "is neither a shipped standard nor a file beside this one."


def test_a_document_without_a_folder_extends_only_what_is_shipped() -> None:
    """Parsed from memory, a document has no neighbours."""
    with pytest.raises(InputError, match="neither a shipped standard nor a file beside"):
        standards.parse({"name": "o", "extends": "pyproject.toml"})


@pytest.mark.parametrize("content", [b"name = ", "name = '沅陵'".encode("gbk")])
@pytest.mark.parametrize("below", [False, True])
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes, *, below: bool) -> None:
    """Broken TOML and GBK are told as a fault of the file, also of one that is extended."""
    (tmp_path / "s.toml").write_bytes(content)
    path = write(tmp_path, own='name = "own"\nextends = "s.toml"\n') if below else tmp_path / "s.toml"
    with pytest.raises(InputError, match=r"s\.toml: is no TOML in UTF-8"):
        standards.load(path)


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """Editors on Windows put one first."""
    (tmp_path / "s.toml").write_bytes(b'\xef\xbb\xbfname = "s"\nextends = "china"\n')
    assert standards.load(tmp_path / "s.toml").name == "s"


@pytest.mark.parametrize("name", ["atlantis", "", "."])
def test_an_unknown_name_is_no_file(name: str) -> None:
    """A name that is neither shipped nor a file; the fault for it lists what is shipped, in both languages."""
    with pytest.raises(FileNotFoundError):
        standards.load(name)
    fault = standards.unknown(name)
    for shipped in standards.shipped():
        assert shipped in fault.remedy
        assert shipped in fault.remedy_zh


# costs


def test_a_county_puts_in_its_own_costs() -> None:
    """One amount of its own, without saying the currency again; all others are the country's."""
    ours = standards.parse({"name": "ours", "extends": "china", "costs": {"stages": {"primary": {"new": FIGURE}}}})
    china = standards.load("china").costs
    assert china is not None
    assert ours.costs is not None
    assert ours.costs.stages["primary"].new == standards.Figure(**FIGURE)
    assert ours.costs.stages["primary"].expand == china.stages["primary"].expand
    assert (ours.costs.currency, ours.costs.discount_rate) == (china.currency, china.discount_rate)


def test_amounts_of_another_currency_are_not_taken_over() -> None:
    """Who counts in yuan takes no amount in ten thousand; who says the same currency again takes them all."""
    other = {"name": "ours", "extends": "china", "costs": {"currency": "yuan", "short_cost": FIGURE}}
    ours = standards.parse(other).costs
    assert ours is not None
    assert (ours.currency, ours.short_cost) == ({"en": "yuan", "zh": "yuan"}, standards.Figure(**FIGURE))
    assert (ours.stages, ours.discount_rate) == ({}, None)
    china = standards.load("china").costs
    assert china is not None
    again = standards.parse({"name": "ours", "extends": "china", "costs": {"currency": china.currency}}).costs
    assert again == china


def test_costs_have_a_currency(tmp_path: Path) -> None:
    """Without one nobody knows what an amount is; a wrong key is told with its place."""
    levels = "".join(f"[levels.{level}]\n{figure(0.9)}" for level in ("watch_from", "red_from", "surplus_below"))
    content = f'name = "a"\n{levels}[costs.stages.primary.build]\n{figure(3)}'
    assert set(faults_of(write(tmp_path, a=content))) == {
        ("a.toml", "costs.currency"),
        ("a.toml", "costs.stages.primary.build"),
    }
