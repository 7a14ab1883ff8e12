"""Find fonts that can draw what a figure has to say, and tell what to install where there are none."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schoolmap.errors import FontWarning
from schoolmap.output.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from schoolmap.output.model import MapModel

CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "SimHei",
    "DengXian",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
    "FangSong",
    "SimSun",
    "Arial Unicode MS",
)
"""Families with Chinese characters, best first: upright and even strokes read best when small."""
LATIN = "DejaVu Sans"
"""Comes with matplotlib, so it is on every machine."""
_HAN = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x32000))


@dataclass(frozen=True, slots=True)
class Fonts:
    """
    The fonts that figures are drawn with.

    Attributes
    ----------
    families
        Names in the order in which a character is looked for.
    language
        The language that figures speak: the one asked for, or English where no
        font has its characters.
    characters
        Those characters of the plan's names that some of the fonts have.
    """

    families: tuple[str, ...]
    language: str
    characters: frozenset[str]

    def has(self, text: str) -> bool:
        """Return whether every character of a text can be drawn."""
        return all(character in self.characters for character in text)


def find_fonts(model: MapModel, *, language: str, known: Iterable[str] = CHINESE) -> Fonts:
    """
    Choose the fonts for a plan's figures.

    Where Chinese characters must be drawn and no known font has them, the
    figures are in English, with codes in place of names that cannot be drawn:
    an empty box is never drawn for a character.

    Parameters
    ----------
    model
        The plan, for the names on its maps.
    language
        `en` or `zh`.
    known
        Families with Chinese characters, best first.

    Warns
    -----
    FontWarning
        If Chinese is to be drawn and no font for it is installed. It names
        what to install.
    """
    chinese = next((name for name in known if _installed(name)), None)
    texts = [visible(text) for text in _names(model)]
    characters = {character for text in texts for character in text}
    wanted = language == "zh" or any(_is_han(character) for character in characters)
    if chinese is None and wanted:
        _look_again()
        chinese = next((name for name in known if _installed(name)), None)
    if chinese is None and wanted:
        msg = (
            "No font with Chinese characters was found: figures are in English, with codes in place of Chinese names. "
            "Install one, e.g. `apt-get install fonts-noto-cjk`, or copy Noto Sans CJK SC (思源黑体) or SimHei (黑体) "
            "into the fonts of this machine. 未找到中文字体，图中文字改用英文；请安装思源黑体、黑体或微软雅黑。"
        )
        warnings.warn(msg, FontWarning, stacklevel=2)
    families: tuple[str, ...] = (LATIN,)
    if chinese is not None:
        families = (chinese, LATIN) if language == "zh" else (LATIN, chinese)
    spoken = "en" if chinese is None else language
    return Fonts(families=families, language=spoken, characters=frozenset(_drawable(characters, families)))


def _names(model: MapModel) -> Iterator[str]:
    """Yield the user's texts that figures show."""
    yield from (model.map_review_no, *(source.publisher for source in model.sources))
    yield from (part for source in model.sources for part in (source.title, source.licence))
    for text in (model.title, model.classification, model.currency):
        yield from text.values()
    for label in (*(item.label for item in model.stages), *(item.label for item in model.scenarios)):
        yield from label.values()
    for coverage in model.coverages:
        for catchment in coverage.catchments:
            yield from (catchment.name, catchment.id)


def _is_han(character: str) -> bool:
    return any(ord(character) in block for block in _HAN)


def _installed(family: str) -> bool:
    return _file_of(family) is not None


def _look_again() -> None:
    """Add fonts that were installed after matplotlib had made its list, which it keeps from run to run."""
    with _first_import():
        from matplotlib.font_manager import findSystemFonts  # noqa: PLC0415
        from matplotlib.font_manager import fontManager  # noqa: PLC0415

    listed = {font.fname for font in fontManager.ttflist}
    for path in sorted({*findSystemFonts()} - listed):
        # a font that cannot be read is none
        with suppress(OSError, RuntimeError):
            fontManager.addfont(path)


def _file_of(family: str) -> str | None:
    """Return the file of a family, `None` where it is not installed."""
    with _first_import():
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415
        from matplotlib.font_manager import fontManager  # noqa: PLC0415

    if family not in {font.name for font in fontManager.ttflist}:
        return None
    return fontManager.findfont(FontProperties(family=[family]), fallback_to_default=False)


@contextmanager
def _first_import() -> Iterator[None]:
    """Keep what matplotlib has to say when it lists a machine's fonts for the first time out of a pipe."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _drawable(characters: Iterable[str], families: Iterable[str]) -> Iterator[str]:
    """Yield those characters that one of the families has."""
    from matplotlib.font_manager import get_font  # noqa: PLC0415

    files = [file for family in families if (file := _file_of(family)) is not None]
    fonts = [get_font(file) for file in files]
    for character in characters:
        if any(font.get_char_index(ord(character)) for font in fonts):
            yield character
