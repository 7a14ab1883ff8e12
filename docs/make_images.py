"""
Take the pictures of the documentation from the real products.

Run `schoolmap plan data/berlin-mitte` and `schoolmap plan data/demo-county --lang zh`, then

    python docs/make_images.py [NAME ...]

and look at what it made. Those of the tutorial follow its pages first. Needs playwright, Chromium and Pillow; pictures
of paper also need `pdftoppm` and `pdftotext` (poppler), those of the report and of sheets LibreOffice.
`porto-alegre.png` is drawn by `benchmarks/porto_alegre.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from PIL import Image
from PIL import ImageChops
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
MAPS = ROOT / "maps"
IMAGES = ROOT / "docs" / "images"

BERLIN, DEMO = "berlin-mitte", "demo-county-synthetic"
TUTORIALS = {"planner.md": "willow", "planner.zh.md": "liuhe"}
"""Pages of the tutorial, and what the plans are called that they make."""
DESKTOP, PHONE = (1366, 768), (390, 844)
COLOURS = 256
"""Of a picture: a map has few, and the file is a third as large."""
DOTS_PER_INCH = 90
"""Of a sheet of A3."""

TOWN = "28.4600,110.9950,14.2"
"""The county town of the demonstration county: latitude, longitude and zoom."""

FOUR_CLASSES = """() => {
    document.querySelector("#card input[name=size]").value = 4;
    document.querySelector("#card button.add").click();
    document.querySelector("#card-close").click();
}"""
SCHOOL_TRIED = """() => {
    document.querySelector("#card input[name=size]").value = 4;
    document.querySelector("#card button.add").click();
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """
    One picture of a map.

    Attributes
    ----------
    name
        Of its file; a language stands at its end.
    plan
        Name of the products.
    view
        As the map writes it into its address, without the language.
    size
        Of the window, in pixels.
    act
        A function that does what a reader would do before the picture is taken.
    paper
        Whether it is the sheet that is printed.
    sheet
        Sheet and cells of the workbook that was filled in, instead of a map.
    """

    name: str
    plan: str
    view: str
    size: tuple[int, int] = DESKTOP
    act: str = ""
    paper: bool = False
    sheet: tuple[str, str] = ("", "")

    @property
    def address(self) -> str:
        """The page, with the view."""
        return f"{(MAPS / self.plan).as_uri()}.html#l={self.name[-2:]}&{self.view}"


def _both(name: str, plan: str, view: str, **others: Any) -> tuple[Picture, Picture]:  # noqa: ANN401 - of a picture
    """Return a picture in both languages."""
    first, second = (Picture(name=f"{name}-{language}", plan=plan, view=view, **others) for language in ("en", "zh"))
    return first, second


PICTURES = (
    *_both("map-desktop", BERLIN, "s=primary"),
    *_both("map-card", BERLIN, "s=primary&y=2025&k=0106"),
    *_both("map-school", BERLIN, "s=primary&y=2026&p=01G40", act=SCHOOL_TRIED),
    *_both("map-phone", BERLIN, "s=primary", size=PHONE),
    *_both("map-population", BERLIN, "s=primary&d=population"),
    *_both("map-whatif", BERLIN, "s=primary&y=2026&p=01G40", act=FOUR_CLASSES),
    Picture(name="map-difference-en", plan=BERLIN, view="s=primary&y=2030&v=diff&x=*"),
    Picture(name="map-reach-en", plan=BERLIN, view="s=primary&v=reach"),
    *_both("demo-desktop", DEMO, "s=primary&y=2027"),
    *_both("demo-facts", DEMO, "s=primary&d=facts"),
    *_both("demo-grid", DEMO, "s=primary&y=2027&d=grid"),
    *_both("demo-reach", DEMO, "s=primary&y=2027&v=reach&m=" + TOWN),
    *_both("demo-projector", DEMO, "s=primary&y=2027&v=gap&j=1"),
    *_both("demo-print", DEMO, "s=primary&y=2027", paper=True),
    Picture(name="tutorial-sheet-en", plan="willow", view="", sheet=("primary", "A1:I7")),
    Picture(name="tutorial-sheet-zh", plan="liuhe", view="", sheet=("小学", "A1:I7")),
    Picture(name="tutorial-map-en", plan="willow", view="s=primary&y=2028&k=0101"),
    Picture(name="tutorial-map-zh", plan="liuhe", view="s=primary&y=2028&k=0101"),
)
REPORT = "report-pages-zh"
PAGES = (
    "讨论稿",
    "主要结论",
    "学位供需平衡\n\n第一节",
    "小学各片区学位利用率分布",
    "布局措施分布",
    "近期建设项目与措施",
)
"""Words by which the pages of the report are found, from its last page on; the cover is the first."""


def main() -> None:
    """Write the pictures that are asked for, or all of them, to docs/images."""
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n")[0])
    parser.add_argument("names", nargs="*", help="of the pictures; all if left out")
    wanted = set(parser.parse_args().names) or {picture.name for picture in PICTURES} | {REPORT}
    IMAGES.mkdir(exist_ok=True)
    if any(name.startswith("tutorial-") for name in wanted):
        follow_tutorials()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for picture in PICTURES:
            if picture.name in wanted:
                save(sheet(picture) if picture.sheet[0] else taken(browser, picture), picture.name)
        browser.close()
    if REPORT in wanted:
        save(report_pages(MAPS / f"{DEMO}.docx"), REPORT)


def follow_tutorials() -> None:
    """Do what the tutorials say, and keep the maps and the workbooks beside the other products."""
    sys.path.insert(0, str(ROOT / "tests"))
    from guides import Reader  # noqa: PLC0415 - of the tests, which follow the same pages

    for name, plan in TUTORIALS.items():
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            reader = Reader(Path(folder))
            page = (ROOT / "docs" / "tutorials" / name).read_text(encoding="utf-8")
            checked = page.index("```sh\nschoolmap check")
            reader.follow(page[:checked])
            (book,) = reader.folder.glob("*.xlsx")
            shutil.copy(book, MAPS / f"{plan}-filled.xlsx")
            reader.follow(page[checked:])
            shutil.copy(Path("maps") / f"{plan}.html", MAPS)


def sheet(picture: Picture) -> Image.Image:
    """Return a part of a sheet with the letters of its columns and the numbers of its rows, as LibreOffice draws it."""
    title, cells = picture.sheet
    book = openpyxl.load_workbook(MAPS / f"{picture.plan}-filled.xlsx")
    for other in [found for found in book if found.title != title]:
        book.remove(other)
    page = book[title]
    page.print_area, page.print_options.headings, page.print_options.gridLines = cells, True, True
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    for part in (page.oddHeader, page.oddFooter):
        part.left.text = part.center.text = part.right.text = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        book.save(path)
        command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, str(path)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        drawn = sheets(path.with_suffix(".pdf").read_bytes(), dots=110)[0].convert("RGB")
    return drawn.crop(ImageChops.invert(drawn).getbbox())


def taken(browser: Any, picture: Picture) -> Image.Image:  # noqa: ANN401 - playwright's
    """Open the map without a network, and take its picture."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True, reduced_motion="reduce", accept_downloads=False
    )
    page = context.new_page()
    page.goto(picture.address)
    page.wait_for_function("window.schoolmap")
    page.wait_for_timeout(800)
    if picture.act:
        page.evaluate(picture.act)
        page.wait_for_timeout(400)
    if picture.paper:
        found = sheets(page.pdf(prefer_css_page_size=True, print_background=True), dots=DOTS_PER_INCH)[0]
    else:
        found = Image.open(io.BytesIO(page.screenshot()))
    context.close()
    return found


def sheets(pdf: bytes, *, dots: int, first: int = 1, last: int = 1) -> list[Image.Image]:
    """Return pages of a PDF as pictures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.pdf"
        path.write_bytes(pdf)
        command = ["pdftoppm", "-r", str(dots), "-png", "-f", str(first), "-l", str(last), str(path), f"{folder}/page"]
        subprocess.run(command, check=True)  # noqa: S603 - our own words
        return [Image.open(io.BytesIO(file.read_bytes())) for file in sorted(Path(folder).glob("page-*.png"))]


def report_pages(report: Path) -> Image.Image:
    """Return pages of the report beside each other, as LibreOffice lays them out."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, str(report)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        path = Path(folder) / f"{report.stem}.pdf"
        pdf = path.read_bytes()
        told = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True)  # noqa: S603, S607
    texts = ["".join(text.split()) for text in told.stdout.decode().split("\f")]
    numbers = [0] + [
        max(number for number, text in enumerate(texts) if "".join(words.split()) in text) for words in PAGES[1:]
    ]
    pages = [sheets(pdf, dots=54, first=number + 1, last=number + 1)[0] for number in numbers]
    width, height, gap = max(page.width for page in pages), max(page.height for page in pages), 8
    whole = Image.new("RGB", (3 * width + 2 * gap, 2 * height + gap), "#bfb3b8")
    for place, page in enumerate(pages):
        whole.paste(page, (place % 3 * (width + gap), place // 3 * (height + gap)))
    return whole


def save(picture: Image.Image, name: str) -> None:
    """Write a picture with few colours; those of small marks are kept."""
    few = picture.convert("RGB").quantize(
        COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
    )
    few.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
