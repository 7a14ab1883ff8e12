"""
Where and when children will need school seats, how sure that is, and what to do about it.

The four wings answer one question each, as functions of tables: `population`
(how many children live where), `space` (who belongs to which catchment),
`seats` (how many are needed, there, missing) and `optimize` (what to do).
`project.read_project` reads a folder, `plan.make_plan` runs the steps in order,
and `output` draws the result; `explore` shows it in a notebook, `save_map`
writes it as one page.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.explore import explore
    from schoolmap.output.explore import save_map

__all__ = ["__version__", "explore", "save_map"]
__version__ = "0.1.0"


if not TYPE_CHECKING:
    # a type checker would take any name for there

    def __getattr__(name: str) -> object:
        """Load what draws a plan when it is asked for: most uses of the package never draw."""
        if name in {"explore", "save_map"}:
            return getattr(import_module("schoolmap.output.explore"), name)
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
