"""
A page in a real browser with the network off, and what it asked for and complained about.

Needs playwright and Chromium (`CHROMIUM=/path`, or on the `PATH`). Without them
tests are skipped, unless `SCHOOLMAP_REQUIRE_BROWSER=1` says that they must run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.output.webmap import render_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schoolmap.output.model import MapModel

REQUIRED = os.environ.get("SCHOOLMAP_REQUIRE_BROWSER") == "1"
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
MISSING = CHROMIUM is None or importlib.util.find_spec("playwright") is None


@contextmanager
def start() -> Iterator[Any]:
    """Start Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - absent on many machines

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Opened:
    """A page, with everything it asked for and complained about."""

    def __init__(self, page: Any) -> None:  # noqa: ANN401 - playwright may be absent
        self.page = page
        self.requests: list[str] = []
        self.troubles: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("dialog", self._note_dialog)

    def _note_console(self, message: Any) -> None:  # noqa: ANN401
        if message.type in {"error", "warning"}:
            self.troubles.append(f"console: {message.text}")

    def _note_dialog(self, dialog: Any) -> None:  # noqa: ANN401
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def state(self, key: str) -> Any:  # noqa: ANN401
        """Return one entry of what is chosen."""
        return self.page.evaluate("key => window.schoolmap.state()[key]", key)

    def choose(self, name: str, value: str) -> None:
        """Choose a radio button by its name and value, as a reader does."""
        self.page.locator(f"input[name={name}][value={value}]").check(force=True)

    def goto(self, fragment: str) -> None:
        """Open the same page by another link."""
        address = self.page.url.split("#")[0]
        self.page.goto("about:blank")
        self.page.goto(address + fragment)
        self.page.wait_for_function("() => window.schoolmap !== undefined")


@contextmanager
def opened(
    browser: Any,  # noqa: ANN401
    folder: Path,
    model: MapModel,
    *,
    width: int = 1366,
    height: int = 768,
    fragment: str = "",
) -> Iterator[Opened]:
    """Write a plan, open it offline, and check at the end that nothing was asked or reported."""
    path = folder / "map.html"
    path.write_bytes(render_html(model).encode())
    with opened_file(browser, path, width=width, height=height, fragment=fragment) as view:
        yield view


@contextmanager
def opened_file(
    browser: Any,  # noqa: ANN401
    path: Path,
    *,
    width: int = 1366,
    height: int = 768,
    fragment: str = "",
) -> Iterator[Opened]:
    """Open a map offline, as by a double click, and check at the end that nothing was asked or reported."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        offline=True,
        reduced_motion="reduce",
    )
    try:
        view = Opened(context.new_page())
        view.page.goto(path.as_uri() + fragment)
        view.page.wait_for_function("() => window.schoolmap !== undefined")
        yield view
        asked = {url.split("#")[0] for url in view.requests if not url.startswith("blob:")}
        assert asked == {path.as_uri()}
        assert view.troubles == []
    finally:
        context.close()


def meet(a: dict[str, float], b: dict[str, float]) -> bool:
    """Tell whether two boxes overlap."""
    across = a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"]
    return across and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]
