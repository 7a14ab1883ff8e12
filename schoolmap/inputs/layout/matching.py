"""Match the columns of a file with those of the contract; report missing, doubled and wrongly declared ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.aliases import ALIASES
from schoolmap.inputs.aliases import ALIASES_OF
from schoolmap.inputs.aliases import tidy
from schoolmap.inputs.cells.columns import PLACE_COLUMNS
from schoolmap.inputs.layout.headers import Names

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping

    from schoolmap.inputs.files.raw import RawTable
    from schoolmap.tables import Contract


def wanted_names(contract: Contract) -> set[str]:
    """Return the names that columns of a table may have: the contract's, and those of places if it has geometry."""
    return set(contract.columns) | (set(PLACE_COLUMNS) if contract.geometry != "none" else set())


def match(
    raw: RawTable,
    contract: Contract,
    *,
    declared: Mapping[str, str],
    given: Collection[str] = (),
) -> tuple[dict[str, str], list[Fault]]:
    """
    Match columns with the contract's names.

    Parameters
    ----------
    raw
        The table as laid out.
    contract
        What is wanted.
    declared
        Contract's name to the header that the project file declares for it.
    given
        Columns that the project file gives one value for all records.

    Returns
    -------
    matches, faults
        Column to the contract's name; what is missing, there twice, or wrongly declared.
    """
    row = raw.header_row
    columns = {str(column): raw.header(str(column)) for column in raw.frame.columns}
    wanted = wanted_names(contract)
    texts = [header.text for header in columns.values()]
    listed, listed_zh = ", ".join(texts), "、".join(texts)
    faults: list[Fault] = []
    chosen: dict[str, str] = {}
    for name, header in declared.items():
        column = _declared_column(raw, header)
        if name not in wanted:
            wording = Wording(
                f"is declared in project.toml, but `{contract.name}` has no such column.",
                f"Known are: {', '.join(sorted(wanted))}.",
                f"在 project.toml 中声明,但 `{contract.name}` 表没有这一列。",
                f"可用:{'、'.join(sorted(wanted))}。",
            )
            faults.append(Fault(file="", column=name, **wording._asdict()))
        elif column is None:
            wording = Wording(
                f"is declared as `{name}` in project.toml, but the file has no such column.",
                f"It has: {listed}.",
                f"在 project.toml 中声明为 `{name}`,但文件没有这一列。",
                f"文件现有:{listed_zh}。",
            )
            faults.append(Fault(file="", row=row, column=header, **wording._asdict()))
        elif column in chosen:
            wording = Wording(
                f"is declared as `{chosen[column]}` and as `{name}` in project.toml.",
                "Declare it once; copy the column in the file if it is both.",
                f"在 project.toml 中同时声明为 `{chosen[column]}` 和 `{name}`。",
                "请只声明一次;如两者皆是,请在文件中复制该列。",
            )
            faults.append(Fault(file="", row=row, column=column, **wording._asdict()))
        else:
            chosen[column] = name
    free = {column: header for column, header in columns.items() if column not in chosen}
    matches = chosen | Names(free.values(), wanted=wanted - set(chosen.values()), own=ALIASES_OF.get(contract.name)).of(
        free
    )
    matches, twice = _once(raw, matches)
    faults += twice
    for name in lost(contract, [*matches.values(), *given]):
        faults.append(Fault(file="", row=row, column=name, **_missing(name, contract, listed, listed_zh)._asdict()))
    return matches, faults


def _declared_column(raw: RawTable, header: str) -> str | None:
    """Return the column of a declared header: as written, else in any width and spacing, else by its lowest name."""
    columns = [str(column) for column in raw.frame.columns]
    exact = [column for column in columns if header in {column, raw.header(column).text}]
    alike = [column for column in columns if tidy(raw.header(column).text) == tidy(header)]
    lower = [column for column in columns if tidy(raw.header(column).parts[-1]) == tidy(header)]
    return next((found[0] for found in (exact, alike, lower) if len(found) == 1), None)


def _once(raw: RawTable, matches: Mapping[str, str]) -> tuple[dict[str, str], list[Fault]]:
    """Report names that several columns have; the first is read on, so that its cells are checked too."""
    kept: dict[str, str] = {}
    faults = []
    first: dict[str, str] = {}
    for column, name in matches.items():
        if name not in first:
            first[name] = column
            kept[column] = name
            continue
        one, other = raw.header(first[name]).text, raw.header(column).text
        if one == other:
            wording = Wording(
                "is there twice.",
                "Remove one of the two columns, or give it another name.",
                "该列重复出现。",
                "请删除其中一列,或改用其他列名。",
            )
        else:
            wording = Wording(
                f"means `{name}`, and so does column {one!r}.",
                f'Say which one: `columns = {{ {name} = "{one}" }}`.',
                f"与列“{one}”都表示 `{name}`。",
                f'请写明用哪一列:`columns = {{ {name} = "{one}" }}`。',
            )
        faults.append(Fault(file="", row=raw.header_row, column=column, **wording._asdict()))
    return kept, faults


def _missing(name: str, contract: Contract, listed: str, listed_zh: str) -> Wording:
    if name not in contract.columns:
        return Wording(
            "are missing, of which one must be there.",
            f"The file has: {listed}. Add one, or name it under `columns`.",
            "均缺少,应有其一。",
            f"文件现有:{listed_zh}。请补充一列,或在 `columns` 中写明。",
        )
    aliases = "、".join(ALIASES.get(name, ()))
    by_source = name == "stage"
    also = ' For a sheet of one stage, declare `stage = "…"` beside its file.' if by_source else ""
    also_zh = '整张表为同一学段的,可在其 `file` 旁写 `stage = "…"`。' if by_source else ""
    return Wording(
        f"is missing: {contract.columns[name].means}.",
        f'The file has: {listed}. Rename one, or write `columns = {{ {name} = "…" }}`.{also}',
        f"缺少这一列(可写作:{aliases})。" if aliases else "缺少这一列。",
        f'文件现有:{listed_zh}。请改列名,或写 `columns = {{ {name} = "…" }}`。{also_zh}',
    )


def lost(contract: Contract, found: Iterable[str]) -> list[str]:
    """Return the required columns that are not there, and the groups of which none is there, joined by commas."""
    known = set(found)
    absent = [name for name, spec in contract.columns.items() if spec.required and name not in known]
    return absent + [", ".join(group) for group in contract.one_of if not known & set(group)]
