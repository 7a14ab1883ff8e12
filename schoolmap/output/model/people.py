"""Where the children come from, and how wrong forecasts of the past would have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.model.kinds import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """
    Whether the number of children of a stage rises or falls, and when it peaks.

    `where` names the planning area as a whole, its county town, or the rest.
    `direction` is `rising`, `falling` or `level`, from the base year to five
    years later. `change` is in per cent, from the base to the last year.
    """

    where: Text
    stage: str
    scenario: str
    base: float
    peak_year: int
    peak: float
    last: float
    change: float | None
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """
    How wrong a method would have been in forecasts of the past.

    All but `forecasts` and `horizon` are per cent; `malpe` is above zero where
    too many children were forecast. `coverage` is the share of what came that
    lay within the 80 % interval; `None` where the method has none.
    """

    method: Text
    ours: bool
    stage: str
    horizon: int
    forecasts: int
    mape: float
    malpe: float
    median: float
    p90: float
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A better method, and what it would have needed."""

    method: str
    name: Text
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Births:
    """Births a year of one scenario, less those who did not stay, by school cohort (its cut-off day's year)."""

    scenario: str
    years: tuple[int, ...]
    births: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """
    Where the children come from: the page that a demographer reads first.

    Attributes
    ----------
    method
        Code of the rung of the data ladder.
    name, reason
        The method, and why it was chosen.
    passed_over
        Better methods, and what they lack.
    facts
        Figures that were estimated on the way, as sentences.
    births
        By scenario; empty where a projection is used as given.
    peaks
        By scenario, place and stage.
    accuracy
        Forecasts of the past by this method and by plain ones; empty without a history.
    accuracy_note
        What the intervals rest on.
    """

    method: str
    name: Text
    reason: Text
    passed_over: tuple[PassedOver, ...]
    facts: tuple[Text, ...]
    births: tuple[Births, ...]
    peaks: tuple[Peak, ...]
    accuracy: tuple[Accuracy, ...]
    accuracy_note: Text
