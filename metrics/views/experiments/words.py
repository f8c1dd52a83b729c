"""What an experiment says, in words and with its unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metrics.models import Experiment, ExperimentState, MeasureKind, Movement, Verdict
from metrics.statistics.comparison import wilson

FEW = 5


@dataclass(frozen=True)
class Share:
    """A share that always says its n: below five only as a fraction, from there with its Wilson interval."""

    words: str
    detail: str


def share_of(part: int, n: int) -> Share:
    """The share of `part` in `n`."""
    if n < FEW:
        return Share(f"{part} of {n}", "too few for a percentage")
    low, high = wilson(part, n)
    return Share(f"{part / n:.0%}", f"{part} of {n}, 95 % interval {low:.0%} to {high:.0%}")


def amount(value: float | None, kind: str, *, is_signed: bool = False) -> str:
    """A value of a measure: proportions as percent, differences of them as points."""
    if value is None:
        return "–"
    sign = "+" if is_signed else ""
    if kind == MeasureKind.PROPORTION:
        text = f"{value * 100:{sign}.1f} {'points' if is_signed else '%'}"
    else:
        text = f"{value:{sign},.3g}" if abs(value) < 1000 else f"{value:{sign},.0f}"  # noqa: PLR2004
    return text.replace("-", "−")


def bounds(one: Mapping[str, Any], kind: str) -> str:
    """The interval of a comparison."""
    return f"{amount(one['low'], kind, is_signed=True)} to {amount(one['high'], kind, is_signed=True)}"


def p_words(p: float | None) -> str:
    """A p-value as it is printed."""
    if p is None:
        return "–"
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1e}"  # noqa: PLR2004


def say(experiment: Experiment, analysis: Mapping[str, Any]) -> tuple[str, str]:
    """The tone and the sentence that the page begins with."""
    if experiment.state == ExperimentState.DRAFT:
        return "none", "Not started. The plan is locked when it starts."
    if analysis.get("has_alarm"):
        return "bad", (
            "The arms are not of the sizes that the split says, so they cannot be compared. "
            "Find out where units were lost before anything is concluded."
        )
    if experiment.state == ExperimentState.DECIDED:
        return Verdict.tone_of(experiment.verdict), experiment.decision_note
    found = [one for one in analysis["comparisons"] if one["low"] is not None]
    if not found:
        return "none", f"Too few {experiment.unit}s have been seen to say anything."
    return _say_comparison(experiment, found[0])


def _say_comparison(experiment: Experiment, one: Mapping[str, Any]) -> tuple[str, str]:
    kind, sign = experiment.metric_kind, 1 if experiment.direction == Movement.UP else -1
    bounds = f"from {amount(one['low'], kind, is_signed=True)} to {amount(one['high'], kind, is_signed=True)}"
    moved = (
        f"{one['name']} moves “{experiment.metric_name}” by {amount(one['effect'], kind, is_signed=True)}, {bounds}."
    )
    if one["low"] <= 0 <= one["high"]:
        when = "so far, and may still change" if experiment.state == ExperimentState.RUNNING else "at the end"
        return "none", f"No difference is shown {when}. {moved}"
    is_better = one["effect"] * sign > 0
    return ("good" if is_better else "bad"), f"{'Better' if is_better else 'Worse'} than control. {moved}"
