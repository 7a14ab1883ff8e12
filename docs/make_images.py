"""
Take the pictures of the documentation from the real map.

Run it after `schoolmap plan data/berlin-mitte` and `schoolmap plan data/demo-county` with `python docs/make_images.py`, and
look at what it made.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
MAPS = ROOT / "maps"

BERLIN, DEMO = "berlin-mitte", "demo-county-synthetic"

# map, name, width, height, view as the map writes it into its address: stage, year, catchment, language
PICTURES = (
    (BERLIN, "map-desktop-en", 1366, 768, "s=primary&y=2025&l=en"),
    (BERLIN, "map-desktop-zh", 1366, 768, "s=primary&y=2025&l=zh"),
    (BERLIN, "map-kindergarten-en", 1366, 768, "s=kindergarten&y=2019&l=en"),
    (BERLIN, "map-card-en", 1366, 768, "s=primary&y=2025&k=0115&l=en"),
    (BERLIN, "map-card-zh", 1366, 768, "s=primary&y=2025&k=0115&l=zh"),
    (BERLIN, "map-population-en", 1366, 768, "s=primary&y=2025&l=en&d=population"),
    (BERLIN, "map-population-zh", 1366, 768, "s=primary&y=2025&l=zh&d=population"),
    (BERLIN, "map-phone-en", 390, 844, "s=primary&y=2025&l=en"),
    (BERLIN, "map-phone-zh", 390, 844, "s=primary&y=2025&k=0115&l=zh"),
    (DEMO, "demo-desktop-en", 1366, 768, "s=primary&y=2026&l=en"),
    (DEMO, "demo-desktop-zh", 1366, 768, "s=primary&y=2026&l=zh"),
    (DEMO, "demo-facts-en", 1366, 768, "s=primary&y=2026&l=en&d=facts"),
    (DEMO, "demo-facts-zh", 1366, 768, "s=primary&y=2026&l=zh&d=facts"),
    (BERLIN, "map-reach-en", 1366, 768, "s=primary&y=2025&v=reach&l=en"),
    (DEMO, "demo-reach-en", 1366, 768, "s=primary&y=2026&v=reach&l=en"),
    (DEMO, "demo-reach-zh", 1366, 768, "s=primary&y=2026&v=reach&l=zh"),
)
CLOSER = {"demo-reach-en": (640, 358, 2), "demo-reach-zh": (640, 358, 2)}
"""Where a picture is taken closer, in pixels of the window, and by how many turns of the wheel."""


def main() -> None:
    """Write every picture to docs/images."""
    folder = ROOT / "docs" / "images"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for plan, name, width, height, view in PICTURES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                offline=True,
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.goto(f"{(MAPS / plan).as_uri()}.html#{view}")
            page.wait_for_function("window.schoolmap")
            page.wait_for_timeout(800)
            across, down, turns = CLOSER.get(name, (0, 0, 0))
            page.mouse.move(across, down)
            for _ in range(turns):
                page.mouse.wheel(0, -300)
                page.wait_for_timeout(900)
            page.mouse.move(2, 2)
            page.screenshot(path=folder / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
