"""A drawing's surroundings: our settings and nobody else's, sizes in centimetres, files without dates."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.output import colours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from schoolmap.output.figures.fonts import Fonts

BAND = "#fbe6cf"
"""The band of the web map, #f1a340 at 28 % on white, so that it prints without transparency."""
DOTS_PER_INCH = 220
WIDTH_CM = 16.0
"""Width of a figure: the text of an A4 page."""
CM_PER_INCH = 2.54

_SETTINGS: dict[Any, Any] = {
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 8.0,
    "axes.edgecolor": colours.MUTED,
    "axes.labelcolor": colours.INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "text.color": colours.INK,
    # a name such as $x$ is a name, not a formula
    "text.parse_math": False,
    "text.usetex": False,
    "text.hinting": "none",
    "xtick.color": colours.MUTED,
    "ytick.color": colours.MUTED,
    "xtick.labelcolor": colours.INK,
    "ytick.labelcolor": colours.INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "hatch.linewidth": 0.4,
    "pdf.compression": 6,
    "pdf.fonttype": 3,
}


@contextmanager
def drawing(fonts: Fonts) -> Iterator[None]:
    """Draw with our settings, whoever ran before and whatever the user's own are; they are put back after."""
    import matplotlib as mpl  # noqa: PLC0415

    with mpl.rc_context(), warnings.catch_warnings():
        # names are drawn only where a font has them; a mark that is missing all the same is not worth a warning
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        mpl.rcParams["font.family"] = list(fonts.families)
        yield


def new_figure(*, height_cm: float, width_cm: float = WIDTH_CM) -> Figure:
    """Return an empty figure of a size in centimetres, known to no global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width_cm / CM_PER_INCH, height_cm / CM_PER_INCH), dpi=DOTS_PER_INCH)
    FigureCanvasAgg(figure)
    return figure


def bare(axes: Axes) -> None:
    """Take frame and ticks away."""
    axes.set_axis_off()


def as_png(figure: Figure) -> bytes:
    """Return the figure as PNG at 220 dots an inch, without a date or the name of a program."""
    buffer = io.BytesIO()
    figure.savefig(
        buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None}, pil_kwargs={"compress_level": 6}
    )
    return buffer.getvalue()


def as_pdf(figure: Figure) -> bytes:
    """Return the figure as PDF: lines and letters, no picture of them; without a date."""
    buffer = io.BytesIO()
    nameless = {"Creator": None, "Producer": None, "CreationDate": None}
    figure.savefig(buffer, format="pdf", metadata=nameless)
    return buffer.getvalue()
