"""All figures of a plan, drawn once for the report and for a folder of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schoolmap.output.lookups import central
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

    from schoolmap.output.figures.fonts import Fonts
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Text

TITLES: dict[str, Text] = {
    "births": both("Births by school cohort and scenario", "各情景分批次出生人数"),
    "demand": both("{stage}: seats needed, seats there are, seats short", "{stage}学位供需与缺口变化"),
    "map": both("{stage}: utilisation of seats by catchment", "{stage}各片区学位利用率分布"),
    "heat": both("{stage}: utilisation by catchment and year", "{stage}各片区分年学位利用率"),
    "layout": both("Where the proposals are", "布局措施分布"),
    "spending": both("What the proposals cost to build, by year", "布局措施分年度建设投资"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """
    A figure as it is stored.

    Attributes
    ----------
    kind, stage
        One of `TITLES`, and the stage it shows; empty where it shows all.
    caption
        What it shows, without a number.
    width_cm, height_cm
        Its size on paper.
    language
        The language of its words: English where no font has Chinese.
    png, pdf
        Its bytes; `pdf` is empty unless it was asked for.
    """

    kind: str
    stage: str
    caption: Text
    width_cm: float
    height_cm: float
    language: str
    png: bytes
    pdf: bytes

    @property
    def name(self) -> str:
        """A name for its file, without an ending: letters, digits, `-` and `_`."""
        return f"{self.kind}-{self.stage}" if self.stage else self.kind


def draw_pictures(model: MapModel, *, language: str, pdf: bool = False) -> tuple[Picture, ...]:
    """
    Draw every figure for which the plan has data.

    Parameters
    ----------
    model
        The plan as plain data.
    language
        `en` or `zh`: the language of the words in the figures.
    pdf
        Whether to make each figure as PDF too.

    Returns
    -------
    pictures
        In a fixed order: births, then for each stage demand, map and heat
        grid, then layout and spending.

    Warns
    -----
    FontWarning
        If no font has the characters that are needed; see `fonts.find_fonts`.
    """
    from schoolmap.output.figures import canvas  # noqa: PLC0415
    from schoolmap.output.figures.fonts import find_fonts  # noqa: PLC0415

    fonts = find_fonts(model, language=language)
    pictures = []
    with canvas.drawing(fonts):
        for kind, stage, figure in _figures(model, fonts):
            width, height = figure.get_size_inches() * canvas.CM_PER_INCH
            labels = {item.id: item.label for item in model.stages}
            caption = {
                tongue: words.replace("{stage}", labels[stage][tongue] if stage else "")
                for tongue, words in TITLES[kind].items()
            }
            pictures.append(
                Picture(
                    kind=kind,
                    stage=stage,
                    caption=caption,
                    width_cm=float(width),
                    height_cm=float(height),
                    language=fonts.language,
                    png=canvas.as_png(figure),
                    pdf=canvas.as_pdf(figure) if pdf else b"",
                )
            )
    return tuple(pictures)


def _figures(model: MapModel, fonts: Fonts) -> Iterator[tuple[str, str, Figure]]:
    from schoolmap.output.figures import charts  # noqa: PLC0415
    from schoolmap.output.figures import maps  # noqa: PLC0415
    from schoolmap.output.figures import places  # noqa: PLC0415

    if model.population.births:
        yield "births", "", charts.draw_births(model, fonts)
    for stage in model.stages:
        panel = central(model, stage.id)
        yield "demand", stage.id, charts.draw_demand(model, panel, fonts)
        yield "map", stage.id, maps.draw_utilisation(model, panel, fonts)
        yield "heat", stage.id, charts.draw_heat(model, panel, fonts)
    if places.building_actions(model) or model.sites:
        yield "layout", "", maps.draw_layout(model, fonts)
    if any(model.decision.capital_by_year):
        yield "spending", "", charts.draw_spending(model, fonts)
