"""
Standards that come with the library, standards of a project, and those that build on others.

A file that says `extends = "china"` needs to hold only what differs: a figure replaces
the one of the same key as a whole, with its document, so that no number is ever
shown with the document of another.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path
from pathlib import PureWindowsPath
from typing import Any
from typing import NamedTuple

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording
from schoolmap.standards import rules
from schoolmap.standards.parsing import read
from schoolmap.standards.schema import Requirement
from schoolmap.standards.schema import ReviewItem
from schoolmap.standards.schema import SchoolSize
from schoolmap.standards.schema import SeatRule
from schoolmap.standards.schema import Standards

_LISTS: dict[str, type] = {
    "seat_rules": SeatRule,
    "inclusive": Requirement,
    "balanced": Requirement,
    "school_sizes": SchoolSize,
    "review": ReviewItem,
}
"""Lists whose entries replace those of the same key; the order of any other list has a meaning, so it is one whole."""
_OWN = ("name", "title", "extends")
"""Keys that are never taken from other standards."""
_FIGURE = {"value", "document"}
"""Keys by which a figure is told from a table of figures."""


def shipped() -> tuple[str, ...]:
    """
    Return the names of the standards that come with the library.

    Examples
    --------
    >>> shipped()
    ('berlin', 'china', 'furong')
    """
    folder = resources.files(__package__)
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def load(name_or_path: str | Path) -> Standards:
    """
    Load standards by their name, or from a file.

    Parameters
    ----------
    name_or_path
        A shipped name, or a TOML file. What the file extends is a shipped
        name, or a file beside it.

    Raises
    ------
    InputError
        If a file is no TOML, a key is not known or a figure is not complete; it lists every fault.
    FileNotFoundError
        If there is neither a shipped standard of that name nor such a file.

    Examples
    --------
    >>> load("china").stages["primary"].class_size.value
    45
    >>> load("furong").extends
    ('china',)
    """
    if isinstance(name_or_path, str) and name_or_path in shipped():
        return _resolve(_from_shipped(name_or_path))
    path = Path(name_or_path)
    if not path.is_file():
        msg = f"{str(path)!r} is neither a shipped standard nor a file."
        raise FileNotFoundError(msg)
    return _resolve(_from_path(path))


def parse(document: dict[str, Any], *, file: str = "standards.toml", folder: Path | None = None) -> Standards:
    """
    Turn a TOML document into standards.

    Parameters
    ----------
    document
        What `tomllib` returns. It is not modified.
    file
        What the document is called in faults.
    folder
        Where a file that it extends is looked for; without it, only shipped
        standards can be extended.

    Raises
    ------
    InputError
        If a key is not known or missing, or a figure is not complete; it lists every fault.

    Examples
    --------
    >>> figure = {"value": 40, "document": "a plan of the district", "confidence": "medium"}
    >>> ours = parse({"name": "ours", "extends": "china", "stages": {"primary": {"class_size": figure}}})
    >>> ours.stages["primary"].class_size.value, ours.stages["primary"].oversized_from.value
    (40, 56)
    """
    identity = file if folder is None else (folder / file).resolve()
    return _resolve(_Source(file, document, folder, identity))


def unknown(name: str) -> Fault:
    """
    Return the fault of a name that is neither a shipped standard nor a file.

    Examples
    --------
    >>> print(unknown("atlantis"))
    atlantis: is neither a shipped standard nor a file. Shipped are: berlin, china, furong; or give a TOML file.
    """
    listed = shipped()
    return Fault(
        file=name,
        problem="is neither a shipped standard nor a file.",
        remedy=f"Shipped are: {', '.join(listed)}; or give a TOML file.",
        problem_zh="既不是自带标准,也不是文件。",
        remedy_zh=f"自带标准:{'、'.join(listed)};或指定 TOML 文件。",
    )


class _Source(NamedTuple):
    """One document of a chain."""

    file: str
    """What it is called in faults."""
    document: dict[str, Any]
    folder: Path | None
    """Where its neighbours are; nowhere if `None`."""
    identity: object
    """By which a document that comes back to itself is known."""


def _resolve(source: _Source) -> Standards:
    """Read a document and those that it builds on; every fault of each is told under its own file."""
    chain, faults = _chain(source)
    standards = None
    for link in chain:
        own = {key: value for key, value in link.document.items() if key != "extends"}
        standards, found = read(own, partial="extends" in link.document)
        faults += [replace(fault, file=link.file) for fault in found]
    if not faults and len(chain) > 1:
        merged: dict[str, Any] = {}
        for link in reversed(chain):
            merged = _merge_documents(merged, link.document)
        # each is sound by itself: what is wrong now is wrong between them
        standards, found = read(merged | {"extends": [link.document["extends"] for link in chain[:-1]]})
        faults += [replace(fault, file=source.file) for fault in found]
    if standards is None or faults:
        raise InputError(faults)
    return standards


def _chain(source: _Source) -> tuple[list[_Source], list[Fault]]:
    """Return a document, what it extends, what that extends and so on, and the fault that ends it early."""
    chain = [source]
    while "extends" in chain[-1].document:
        base = _base(chain[-1])
        if isinstance(base, Fault):
            return chain, [base]
        if base.identity in {link.identity for link in chain}:
            return chain, [_at_extends(chain[-1], _circle([link.file for link in chain]))]
        chain.append(base)
    return chain, []


def _base(link: _Source) -> _Source | Fault:
    """Find and read the document that another one extends."""
    name = link.document["extends"]
    if isinstance(name, str) and name in shipped():
        return _from_shipped(name)
    # a plain file name cannot lead out of the folder, on any system
    plain = isinstance(name, str) and PureWindowsPath(name).name == name and "\0" not in name
    if not plain or link.folder is None or not (link.folder / name).is_file():
        return _at_extends(link, _no_base())
    try:
        return _from_path(link.folder / name)
    except InputError as error:
        return error.faults[0]


def _from_shipped(name: str) -> _Source:
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return _Source(f"{name}.toml", tomllib.loads(text), None, name)


_MOST_BYTES = 1 << 20
"""Standards are a few pages; what is larger is something else."""
_TOO_LARGE = Fault(
    file="",
    problem=f"is larger than {_MOST_BYTES >> 20} MB: no standards are.",
    remedy="Name a file of standards; `schoolmap standards` lists those that are shipped.",
    problem_zh=f"超过 {_MOST_BYTES >> 20} MB,不是标准文件。",
    remedy_zh="请指定标准文件;`schoolmap standards` 列出自带的标准。",
)


def _from_path(path: Path) -> _Source:
    if path.stat().st_size > _MOST_BYTES:
        raise InputError([replace(_TOO_LARGE, file=path.name)])
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        fault = Fault(
            file=path.name,
            problem=f"is no TOML in UTF-8: {error}.",
            remedy="Mend the named line, or save the file as UTF-8.",
            problem_zh=f"不是 UTF-8 编码的 TOML:{error}。",
            remedy_zh="请更正所指的行,或另存为 UTF-8。",
        )
        raise InputError([fault]) from error
    return _Source(path.name, document, path.parent, path.resolve())


def _merge_documents(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Lay a document over the one that it extends; neither is changed."""
    merged = {key: value for key, value in base.items() if key not in _OWN}
    for key, value in own.items():
        if key in _LISTS and key in merged:
            merged[key] = _merge_lists(merged[key], value, rules.KEYS[_LISTS[key]])
        elif key == "costs" and _other_currency(merged.get(key), value):
            # amounts of another currency are not ours
            merged[key] = value
        else:
            merged[key] = _merge(merged.get(key), value)
    return merged


def _other_currency(base: object, own: object) -> bool:
    """Say whether costs state a currency that is not that of the costs below them."""
    if not isinstance(base, dict) or not isinstance(own, dict) or "currency" not in own:
        return False
    return _in_both(own["currency"]) != _in_both(base.get("currency"))


def _in_both(text: object) -> object:
    return {"en": text, "zh": text} if isinstance(text, str) else text


def _merge(base: object, own: object) -> object:
    """Merge tables key by key; a figure, a list and a word are taken as a whole."""
    if not isinstance(base, dict) or not isinstance(own, dict) or own.keys() >= _FIGURE or base.keys() >= _FIGURE:
        return own
    return {**base, **{key: _merge(base.get(key), value) for key, value in own.items()}}


def _merge_lists(base: list[Any], own: list[Any], names: tuple[str, ...]) -> list[Any]:
    """Replace the entries that have the same key, in their place, and put new ones at the end."""
    keys = [tuple(item.get(name) or "" for name in names) for item in own]
    replacing = {key: item for key, item in zip(keys, own, strict=True) if any(key)}
    kept = [replacing.get(tuple(item.get(name) or "" for name in names), item) for item in base]
    known = {tuple(item.get(name) or "" for name in names) for item in base}
    return kept + [item for key, item in zip(keys, own, strict=True) if key not in known or not any(key)]


def _at_extends(link: _Source, wording: Wording) -> Fault:
    return replace(rules.fault("extends", link.document["extends"], wording), file=link.file)


def _no_base() -> Wording:
    return Wording(
        "is neither a shipped standard nor a file beside this one.",
        f"Shipped are: {', '.join(shipped())}; or give the name of a TOML file in the same folder.",
        "既不是自带标准,也不是同一文件夹中的文件。",
        f"自带标准:{'、'.join(shipped())};或写同一文件夹中 TOML 文件的名称。",
    )


def _circle(files: list[str]) -> Wording:
    listed = " -> ".join(files)
    return Wording(
        f"leads back to where it began: {listed}.",
        "Let the most general of them extend nothing.",
        f"循环引用:{listed}。",
        "其中最通用的一份不应再引用其他标准。",
    )
