"""The health of a partner as a weighted mean of named parts, each from 0 to 100. Parts without data are left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

WORST_BURN = 3
"""So many times the granted downtime makes the first part 0."""
WORST_MINUTES = 1_440
WORST_OVERDUE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its weight, its score (None: no data), what it is made of, and where that is read."""

    key: str
    label: str
    weight: int
    score: int | None
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class PartnerScore:
    """The whole and its parts; `value` is None where no part has data."""

    value: int | None
    parts: Sequence[Part]

    @property
    def left_out(self) -> list[Part]:
        return [part for part in self.parts if part.score is None]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the parts are made of; None is no data.

    Uptimes are shares of 30 days, incident minutes those of 90 days over all integrations, `reviews` (met, counted),
    `overdue_days` of the oldest overdue next step, `experiments` (validated or refuted, decided) of a year.
    """

    measured: Fraction | None = None
    promised: Fraction | None = None
    incident_minutes: int | None = None
    reviews: tuple[int, int] | None = None
    overdue_days: int | None = None
    experiments: tuple[int, int] | None = None


def score_partner(inputs: Inputs, urls: dict[str, str]) -> PartnerScore:
    """The score with its parts; `urls` says by part where its evidence is."""
    parts = [
        Part("uptime", "Uptime against the promise", 35, *_uptime(inputs), urls.get("uptime", "")),
        Part("incidents", "Minutes of incidents", 20, *_incidents(inputs), urls.get("incidents", "")),
        Part("obligations", "Obligations met", 20, *_reviews(inputs), urls.get("obligations", "")),
        Part("negotiation", "Next steps on time", 10, *_negotiation(inputs), urls.get("negotiation", "")),
        Part("learning", "Learning together", 15, *_learning(inputs), urls.get("learning", "")),
    ]
    known = [(part.weight, part.score) for part in parts if part.score is not None]
    total = sum(weight for weight, _ in known)
    value = sum(weight * score for weight, score in known) // total if total else None
    return PartnerScore(value, parts)


def _bounded(share: Fraction) -> int:
    return int(max(Fraction(0), min(Fraction(1), share)) * 100)


def _percent(share: Fraction) -> str:
    """Cut after four decimals, so that 99.99996 % is never 100."""
    return f"{int(share * 1_000_000) / 10_000:g} %"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _uptime(inputs: Inputs) -> tuple[int | None, str]:
    """100 while the promise is kept, falling to 0 at thrice the downtime that it grants."""
    if inputs.promised is None:
        return None, "no agreement in force promises an uptime"
    if inputs.measured is None:
        return None, "nothing was measured"
    words = f"{_percent(inputs.measured)} measured in 30 days, {_percent(inputs.promised)} promised"
    if inputs.measured >= inputs.promised:
        return 100, words
    if inputs.promised == 1:
        return 0, words
    burn = (1 - inputs.measured) / (1 - inputs.promised)
    return _bounded((WORST_BURN - burn) / (WORST_BURN - 1)), words


def _incidents(inputs: Inputs) -> tuple[int | None, str]:
    if inputs.incident_minutes is None:
        return None, "no integration is active"
    return _bounded(1 - Fraction(inputs.incident_minutes, WORST_MINUTES)), f"{inputs.incident_minutes:,} min in 90 days"


def _reviews(inputs: Inputs) -> tuple[int | None, str]:
    if inputs.reviews is None or not inputs.reviews[1]:
        return None, "no review was due"
    met, counted = inputs.reviews
    return _bounded(Fraction(met, counted)), f"{met} of {counted} reviews compliant and in time"


def _negotiation(inputs: Inputs) -> tuple[int | None, str]:
    if inputs.overdue_days is None:
        return None, "no next step is agreed"
    words = f"the oldest is {_days(inputs.overdue_days)} overdue" if inputs.overdue_days else "none is overdue"
    return _bounded(1 - Fraction(inputs.overdue_days, WORST_OVERDUE_DAYS)), words


def _learning(inputs: Inputs) -> tuple[int | None, str]:
    if inputs.experiments is None or not inputs.experiments[1]:
        return None, "no experiment was decided in a year"
    learnt, decided = inputs.experiments
    words = f"{learnt} of {decided} experiments in a year told us something"
    return _bounded(Fraction(learnt, decided)), words
