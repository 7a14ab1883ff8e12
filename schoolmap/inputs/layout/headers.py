"""
What the headers of a file mean: one name, or several that stand above each other in merged cells.

`一年级` above `班数` and `人数` is two columns, `一年级班数` and `一年级人数`. The
names are joined from above; the lower ones alone are taken where no other
column has them too. A grade below a name that is neither of pupils nor of
classes (`寄宿生` above `一年级`) is left alone: it counts something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections import defaultdict
from typing import TYPE_CHECKING

from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.aliases import contract_names
from schoolmap.inputs.aliases import tidy
from schoolmap.tables import by_grade

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.inputs.files.raw import Header

WHOLE = frozenset({"合计", "小计", "总计", "共计", "计", "总数", "人数合计", "total"})
"""Names of the column that holds the whole of what stands above it (tidied)."""
_OTHERS = re.compile(
    "男|女|寄宿|住宿|随迁|留守|残疾|特殊|民族|流动|进城|教师|教职工|毕业|招生|新生|上年|去年|预计|计划|规划"
)
"""Say that a column by grade counts some of the pupils, or others."""
_BEFORE_WHAT = ("分年级", "各年级", "其中", ":")


class Names:
    """
    The names of a contract that texts at the head of columns can stand for.

    Every text is looked up once, however many rows are tried as the header.

    Examples
    --------
    >>> from schoolmap.inputs.files.raw import Header
    >>> columns = {"A": Header(parts=("学校标识码",)), "B": Header(parts=("一年级", "班数"))}
    >>> Names(columns.values(), wanted={"school", "classes_1", "pupils_1"}).of(columns)
    {'A': 'school', 'B': 'classes_1'}
    """

    def __init__(
        self,
        headers: Iterable[Header],
        *,
        wanted: Collection[str],
        own: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        texts = list(dict.fromkeys(text for header in headers for text in _texts(header)))
        self._wanted = set(wanted)
        self._names = contract_names(texts, wanted=self._wanted, own=own)
        counted = contract_names(texts, wanted={"enrolment", "pupils", "classes"})
        self._counts = {text: "classes" if name == "classes" else "pupils" for text, name in counted.items()}

    def of(self, headers: Mapping[str, Header]) -> dict[str, str]:
        """Return the contract's name of each column that has one."""
        found = {column: name for column, header in headers.items() if (name := self._whole(header)) is not None}
        taken = set(found.values())
        for column, name in self._by_lower_names(headers):
            if column not in found and name not in taken:
                found[column] = name
        return {column: found[column] for column in headers if column in found}

    def unclear(self, headers: Mapping[str, Header], found: Mapping[str, str]) -> dict[str, list[str]]:
        """
        Return columns that may be meant for a name of the contract which no column has.

        They are grades below a name that tells nothing of pupils or classes,
        and names that stand below several others.

        Returns
        -------
        columns
            By the contract's name.
        """
        lower: dict[str, list[str]] = defaultdict(list)
        for column, header in headers.items():
            for text in header.parts[1:]:
                name = self._names.get(text)
                if column not in found and name is not None:
                    lower[name].append(column)
        return {name: columns for name, columns in lower.items() if name not in set(found.values())}

    def _whole(self, header: Header) -> str | None:
        """Return what all names of a column say together."""
        parts = _without_whole(header.parts)
        joined = self._names.get("".join(parts))
        grades = [grade for part in parts if (grade := _grade(part)) is not None]
        if joined is not None or len(grades) != 1 or _OTHERS.search("".join(parts)):
            return joined
        counts = [self._count(part) for part in parts]
        known = [count is not None or _grade(part) is not None for part, count in zip(parts, counts, strict=True)]
        what = [count for count in counts if count is not None]
        # what stands above may gather only; what stands below is a part of it
        if not what or not all(known[known.index(True) :]):
            return None
        name = by_grade(what[-1], grades[0])
        return name if name in self._wanted else None

    def _count(self, part: str) -> str | None:
        """Say whether a name counts pupils or classes."""
        return next((self._counts[text] for text in _bare(part) if text in self._counts), None)

    def _by_lower_names(self, headers: Mapping[str, Header]) -> Iterator[tuple[str, str]]:
        """Give the columns that lower names tell, where no other column has these lower names."""
        ends = {column: _ends(_without_whole(header.parts)) for column, header in headers.items()}
        seen = Counter(tidy(text) for texts in ends.values() for text in texts)
        for column, texts in ends.items():
            for text in texts:
                name = self._names.get(text)
                if name is not None and seen[tidy(text)] == 1 and not _is_of_others(headers[column], text):
                    yield column, name
                    break


def _grade(part: str) -> str | None:
    return WORDS["grade"].get(tidy(part))


def _is_of_others(header: Header, text: str) -> bool:
    """Say whether a grade may be that of only some pupils, for all that stands above it."""
    by_grades = any(_grade(part) is not None for part in header.parts)
    return by_grades and (_grade(text) is not None or _OTHERS.search(header.text) is not None)


def _texts(header: Header) -> Iterator[str]:
    """Give every text that may be looked up for a column."""
    parts = _without_whole(header.parts)
    for known in (header.parts, parts):
        yield "".join(known)
        yield from _ends(known)
    for part in header.parts:
        yield from _bare(part)


def _ends(parts: tuple[str, ...]) -> list[str]:
    """Return the lower names of a column, joined from each of them down."""
    return ["".join(parts[first:]) for first in range(1, len(parts))]


def _without_whole(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out an upper or lower name that only says that the column is the whole of those beside it."""
    if len(parts) > 1 and tidy(parts[-1]) in WHOLE:
        return parts[:-1]
    return parts[1:] if len(parts) > 1 and tidy(parts[0]) in WHOLE else parts


def _bare(part: str) -> list[str]:
    """Return a name, and the name without words that say nothing of what is counted."""
    text = tidy(part)
    for before in _BEFORE_WHAT:
        text = text.removeprefix(before)
    return [part, text]
