"""Open a map in headless Chromium without a network; fail on any request, console error or empty map."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright


def main() -> int:
    """Open the map named on the command line and return the number of complaints."""
    path = Path(sys.argv[1]).resolve()
    complaints: list[str] = []
    requests: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_function("window.schoolmap && document.querySelectorAll('path.leaflet-interactive').length > 0")
        drawn = page.evaluate("document.querySelectorAll('path.leaflet-interactive').length")
        browser.close()
    outside = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    size = path.stat().st_size
    sys.stdout.write(
        f"{path.name}: {size:,} bytes, {drawn} shapes, {len(outside)} requests, {len(complaints)} console errors\n",
    )
    for line in (*outside, *complaints):
        sys.stdout.write(f"  {line}\n")
    limit = 3_000_000
    return 0 if not outside and not complaints and drawn and size < limit else 1


if __name__ == "__main__":
    sys.exit(main())
