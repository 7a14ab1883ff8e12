"""Packages of the extra `database`: asked for where a database is first opened, and never needed otherwise."""

from __future__ import annotations

from importlib.util import find_spec

from schoolmap.errors import Wording
from schoolmap.inputs.files.raw import UnreadableError


def require_package(*names: str) -> None:
    """
    Raise if a package is not installed.

    Raises
    ------
    UnreadableError
        It names the package and the command that installs it.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise UnreadableError.of(
            Wording(
                f"needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed.",
                'Run `pip install "schoolmap[database]"`.',
                f"需要 {'、'.join(missing)},尚未安装。",
                '请运行 `pip install "schoolmap[database]"`。',
            ),
        )
