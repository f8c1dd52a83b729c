"""Signals: what common cause does not explain, and where the limits come from."""

from typing import Any

from charts.primitives import Markup
from charts.state import state
from metrics.models import EpisodeState, SignalEpisode
from metrics.selectors.episodes import list_episodes, list_episodes_as_of
from metrics.selectors.standings import Standing
from metrics.statistics.capability import Capability, find_capability
from metrics.statistics.rules import FALSE_ALARM_EPISODE, FALSE_ALARM_OUTSIDE, FALSE_ALARM_WEEKS
from metrics.views.control_figure import limits_words
from metrics.views.hero import Fact
from metrics.views.periods import day_name, short_week
from metrics.views.sections.subject import Subject

_RULES = {
    "R1": "outside a limit",
    "R2": "eight in a row on one side",
    "R3": "three of four near a limit",
    "R4": "a jump beyond the range limit",
}


def signals_context(subject: Subject) -> dict[str, Any]:
    metric, as_of = subject.metric, subject.as_of
    episodes = list_episodes(metric) if as_of is None else list_episodes_as_of(metric, as_of)
    return {
        "episodes": [_entry(episode, subject) for episode in episodes],
        "open_signals": sum(episode.state == EpisodeState.OPEN for episode in episodes),
        "signal_facts": _facts(subject),
    }


def _entry(episode: SignalEpisode, subject: Subject) -> dict[str, Any]:
    unit, week_start = subject.unit, subject.version.week_start
    rules = episode.rules.split()
    values = [point["value"] for point in episode.points]
    furthest = max(values, default=None) if episode.side == "high" else min(values, default=None)
    return {
        "state": _state(episode),
        "rules": " ".join(rules),
        "why": ", ".join(_RULES[rule] for rule in rules),
        "side": episode.get_side_display(),
        "since": f"{short_week(episode.opened_on, week_start)}, {day_name(episode.opened_on, today=subject.today)}",
        "last": short_week(episode.last_on, week_start),
        "weeks": len(episode.points),
        "furthest": unit.words(furthest),
        "contributors": [_contributor(one, subject) for one in episode.contributors],
        "nobody": "not known then" if subject.is_believed else "no segments kept",
    }


def _state(episode: SignalEpisode) -> Markup:
    if episode.state == EpisodeState.WITHDRAWN:
        return state("none", "Withdrawn")
    tone = "good" if episode.is_improving else "bad" if episode.is_paging else "watch"
    words = "Improving" if episode.is_improving else "Worsening"
    return state(tone, words) if episode.state == EpisodeState.OPEN else state("none", f"{words}, over")


def _contributor(one: dict[str, Any], subject: Subject) -> str:
    effect = one.get("effect")
    moved = f", {subject.unit.change(effect)} {subject.unit.change_name}".rstrip() if effect is not None else ""
    return f"{one['segment'].replace('=', ' ')} {100 * one['share']:.0f} %{moved} (n = {one['n']:,})"


def _facts(subject: Subject) -> list[Fact]:
    standing = subject.standing
    facts = [Fact("Limits", _limits(standing, subject))]
    alarms = (
        f"A stable metric raises some signal within {FALSE_ALARM_WEEKS} weeks in {100 * FALSE_ALARM_EPISODE:.0f} % of "
        f"cases, R1 alone in {100 * FALSE_ALARM_OUTSIDE:.0f} %."
    )
    facts.append(Fact("False alarms", alarms))
    facts.append(Fact("Rules", "R1 and R2 page, R3 is listed, R4 is drawn among the moving ranges."))
    found = _capability(standing)
    return [*facts, Fact("Capability", _capability_words(found))] if found else facts


def _limits(standing: Standing, subject: Subject) -> str:
    phase, words = standing.phase, limits_words(standing)
    if phase is None or not words:
        return f"None yet: {standing.known} of 12 complete weeks with a value."
    words = f"{words[0].upper()}{words[1:]}"
    row = phase.baseline
    if row is None or not phase.is_frozen:
        return f"{words}. They are frozen once {phase.wanted} are complete; until then no signal is stored."
    who = row.frozen_by.name if row.frozen_by else "the system"
    return f"{words}, by {who} on {day_name(row.frozen_at.date(), today=subject.today)}. {row.reason}"


def _capability(standing: Standing) -> Capability | None:
    metric, limits = standing.metric, standing.limits
    if limits is None or not standing.is_current:
        return None
    return find_capability(standing.phase_values, limits, lower_spec=metric.lower_spec, upper_spec=metric.upper_spec)


def _capability_words(found: Capability) -> str:
    cp = f"Cp {found.cp:.2f}, " if found.cp is not None else ""
    share = f"{100 * found.within:.1f} % of {found.n} weeks within specification"
    band = f"95 % interval {100 * found.low:.1f} to {100 * found.high:.1f} %"
    return f"{cp}Cpk {found.cpk:.2f}; {share} ({band}), {found.dpmo:,.0f} defects a million."
