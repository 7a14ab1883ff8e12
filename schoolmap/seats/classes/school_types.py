"""
Types of school: what is a school, what a teaching point (教学点), and what classes attached to a host (附设班).

A section has no code of its own in the statistics: a nine-year school is one
school with two sections, and attached classes are a section of another school.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from dataclasses import field
from importlib import resources
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.standards.schema import Text

Role = Literal["school", "teaching_point", "attached"]
ROLES = ("school", "teaching_point", "attached")
SECTION = ["school", "stage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolCodes:
    """
    What the codes of a country's statistics mean for the count of schools.

    Attributes
    ----------
    roles
        Type of school to what it counts as.
    stages
        Type of school to the stages that it is for; empty where left open.
    names
        Type of school to what it is called.
    rural
        Values of `urban_rural` that mean the country.
    """

    roles: Mapping[str, Role]
    stages: Mapping[str, tuple[str, ...]]
    rural: frozenset[str]
    names: Mapping[str, Text] = field(default_factory=dict)


@functools.cache
def shipped_codes() -> SchoolCodes:
    """
    Return the codes that come with the library, from `school_types.toml`.

    Examples
    --------
    >>> codes = shipped_codes()
    >>> codes.roles["218"], codes.stages["312"]
    ('teaching_point', ('primary', 'junior'))
    """
    text = resources.files(__package__).joinpath("school_types.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    return SchoolCodes(
        roles={code: kind["counts_as"] for code, kind in document["types"].items()},
        stages={code: tuple(kind["stages"]) for code, kind in document["types"].items()},
        rural=frozenset([*document["rural"]["codes"], *document["rural"]["words"]]),
        names={code: {"en": kind["en"], "zh": kind["zh"]} for code, kind in document["types"].items()},
    )


def section_roles(sections: pd.DataFrame, schools: pd.DataFrame, *, codes: SchoolCodes | None = None) -> pd.Series:
    """
    Say of each section whether it is a school's own, a teaching point, or attached to a host.

    A section is attached if it uses the rooms of another stage (`rooms_of`), if
    its school is of a type of attached classes, or if the type of its school is
    for other stages, of which the school has one: a kindergarten in a primary
    school.

    Parameters
    ----------
    sections
        By (school, stage), perhaps with `rooms_of`.
    schools
        By school, perhaps with `type`.
    codes
        What types mean; those of `shipped_codes` if left out.

    Returns
    -------
    role
        On the index of `sections`: one of `ROLES`; missing where the type is
        not known or not listed.

    Raises
    ------
    LabelError
        If a section is of a school that is not there.

    Examples
    --------
    >>> school = pd.DataFrame({"type": ["211"]}, index=["a"])
    >>> both = pd.DataFrame(index=pd.MultiIndex.from_product([["a"], ["kindergarten", "primary"]], names=SECTION))
    >>> section_roles(both, school).tolist()
    ['attached', 'school']
    """
    known = shipped_codes() if codes is None else codes
    _require_sections(sections, schools)
    school, stage = (sections.index.get_level_values(name) for name in SECTION)
    types = text_of(schools, "type").reindex(school).to_numpy()
    role = pd.Series(types, dtype=object).map(dict(known.roles)).to_numpy(dtype=object)
    # a type that is left open, and one that is not listed, is for every stage
    closed = [kind for kind, own in known.stages.items() if own]
    pairs = [(kind, own) for kind in closed for own in known.stages[kind]]
    meant = ~pd.Index(types).isin(closed) | pd.MultiIndex.from_arrays([types, stage]).isin(pairs)
    hosts = pd.Series(meant).groupby(np.asarray(school)).transform("any").to_numpy(dtype=bool)
    guest = (text_of(sections, "rooms_of") != "").to_numpy() | (~meant & hosts)
    role[guest] = "attached"
    return pd.Series(role, index=sections.index, name="role", dtype=object)


def count_schools(
    sections: pd.DataFrame,
    schools: pd.DataFrame,
    *,
    by: Sequence[str] = ("stage",),
    codes: SchoolCodes | None = None,
) -> pd.DataFrame:
    """
    Count schools, without teaching points and attached classes, which stand apart.

    A school of several stages is counted once in each of them, and once where
    they are counted together.

    Parameters
    ----------
    sections
        By (school, stage).
    schools
        By school.
    by
        `stage`, or columns of `sections` or `schools` such as `township`.
    codes
        What types mean; those of `shipped_codes` if left out.

    Returns
    -------
    counts
        By group: `schools`, `teaching_points`, `attached` (places with attached
        classes) and `type_unknown` (neither of them: the type is not known).

    Examples
    --------
    >>> school = pd.DataFrame({"type": ["312", "218"], "township": "t"}, index=["a", "b"])
    >>> labels = [("a", "primary"), ("a", "junior"), ("b", "primary")]
    >>> section = pd.DataFrame(index=pd.MultiIndex.from_tuples(labels, names=SECTION))
    >>> count_schools(section, school, by=["township"]).loc["t"].to_dict()
    {'schools': 1, 'teaching_points': 1, 'attached': 0, 'type_unknown': 0}
    """
    role = section_roles(sections, schools, codes=codes).fillna("")
    school = sections.index.get_level_values("school")
    table = pd.DataFrame({"school": school, "role": role.to_numpy(), "stage": sections.index.get_level_values("stage")})
    for name in by:
        if name in sections:
            table[name] = sections[name].to_numpy()
        elif name in schools:
            table[name] = schools[name].reindex(school).to_numpy()
        elif name not in table:
            msg = f"Neither sections nor schools have a column {name!r} to count by."
            raise LabelError(msg)
    once = table.drop_duplicates([*by, "school", "role"])
    names = {"schools": "school", "teaching_points": "teaching_point", "attached": "attached", "type_unknown": ""}
    counted = once.assign(**{name: (once["role"] == role).astype(int) for name, role in names.items()})
    return counted.groupby(list(by), dropna=False)[list(names)].sum()


def text_of(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of words; empty where missing, or where the table does not have it."""
    words = table.reindex(columns=[name])[name].astype(object)
    return words.where(words.notna(), "")


def _require_sections(sections: pd.DataFrame, schools: pd.DataFrame) -> None:
    """Raise unless each section is there once and its school too."""
    checks.require_unique_labels(sections.index, what="The table of sections")
    checks.require_unique_labels(schools.index, what="The table of schools")
    missing = sections.index.get_level_values("school").difference(schools.index)
    if len(missing) > 0:
        msg = f"There is a section of school {missing[0]!r}, which the table of schools does not have."
        raise LabelError(msg)
