"""A signal of a metric in words, for whoever is to answer for it."""

from datetime import date

from metrics.models import SignalEpisode
from metrics.statistics.rules import OUTSIDE
from metrics.units import unit_of

_TITLE = 200


def signal_title(episode: SignalEpisode) -> str:
    """Median time to resolution, priority urgent: above its limits."""
    version = episode.baseline.version
    segment = episode.baseline.segment.replace("=", " ")
    name = f"{version.metric.name}, {segment}" if segment else version.metric.name
    side = episode.get_side_display().lower()
    where = f"{side} its limits" if OUTSIDE in episode.rules.split() else f"{side} its centre week after week"
    return f"{name[: _TITLE - len(where) - 2]}: {where}"


def signal_reason(episode: SignalEpisode) -> str:
    """The weeks that broke the rules, with what is usual, and what contributed most."""
    unit, baseline = unit_of(episode.baseline.version), episode.baseline
    weeks = [
        f"- {date.fromisoformat(point['start']):%d %b %Y}: {unit.words(point['value'])}" for point in episode.points
    ]
    usual = (
        f"Usual: {unit.words(baseline.centre)}, limits {unit.words(baseline.lower)} to {unit.words(baseline.upper)}."
    )
    parts = [f"- {one['segment'].replace('=', ' ')}: {100 * one['share']:.0f} %" for one in episode.contributors]
    contributed = ["Contributed most:", *parts] if parts else []
    return "\n".join(["Weeks from:", *weeks[-8:], usual, *contributed])
