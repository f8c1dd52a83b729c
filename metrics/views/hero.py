"""The head of a metric's page: the figure, what it means, and the facts beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from charts.primitives import Markup
from charts.state import state
from foundation.words import duration, moment
from metrics.models import Kind, MetricVersion, Target
from metrics.selectors.detail import Periods, find_source
from metrics.selectors.standings import Standing
from metrics.selectors.values import Point
from metrics.views.periods import day_name, period_name
from metrics.views.tiles import icons_for, rate_words, signal_words, state_words
from metrics.views.units import Unit


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the page says about the metric: a state, a strong first part, the rest."""

    state: Markup | str
    strong: str
    rest: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One term with its words."""

    term: str
    words: str


@dataclass(frozen=True, slots=True)
class Box:
    """One figure of the periods box; an empty unit and `is_missing` where there is nothing to compare."""

    term: str
    value: str
    unit: str
    context: str
    is_missing: bool = False


def sentence_for(standing: Standing, unit: Unit) -> Sentence:
    """The finding in one line: a worsening signal, the gap to the path, or that nothing needs attention."""
    tone, words = state_words(standing, unit)
    if standing.last is None:
        return Sentence(state("none", "No data"), "No complete week has a value yet.", "Values appear as rows arrive.")
    if tone == "bad":
        return Sentence(state("bad", "Signal"), words, _path_words(standing, unit))
    if tone == "watch":
        signal = signal_words(standing)
        improving = f"Improving all the same: {signal[0].lower()}{signal[1:]} " if signal else ""
        return Sentence(state("watch", "Behind"), words, improving + rate_words(standing, unit))
    if tone == "none":
        return Sentence(state("none", "No data"), words, "The last known week is shown.")
    if standing.limits is None:
        missing = f"{standing.known} of 12 complete weeks: no limits and no signals yet."
        return Sentence(state("open", "Too few"), missing, _path_words(standing, unit))
    signal = signal_words(standing)
    strong = f"Improving: {signal[0].lower()}{signal[1:]}" if signal else "Steady, within its limits."
    return Sentence(state("good", "Quiet"), strong, _path_words(standing, unit))


def _path_words(standing: Standing, unit: Unit) -> str:
    if standing.judged is None:
        return "It has no target." if standing.target is None else ""
    distance = unit.distance(standing.judged.gap)
    if _is_good_side(standing):
        return f"{distance} ahead of the path."
    return f"{distance} behind the path{'' if standing.judged.behind else ', within its tolerance'}."


def _is_good_side(standing: Standing) -> bool:
    gap = standing.judged.gap if standing.judged else 0.0
    return gap <= 0 if standing.metric.direction == "down" else gap >= 0


def icon_notes(standing: Standing, unit: Unit) -> tuple[Markup, str]:
    """The icons with what they say."""
    limits = standing.limits
    if limits is None:
        words = "Limits need 12 complete weeks with a value"
    else:
        span = f"{unit.write(limits.lower)} to {unit.words(limits.upper)}"
        words = f"{signal_words(standing) or 'No signal.'} Limits {span}, mean {unit.write(limits.centre)}"
    return Markup(icons_for(standing)), words


def population_words(standing: Standing) -> str:
    """Week 46, n = 412, complete."""
    last = standing.last
    if last is None:
        return "no complete week"
    return f"{period_name(last.start, 'week', week_start=standing.version.week_start)}, n = {last.n:,}, complete"


def facts_for(standing: Standing, *, at: datetime) -> list[Fact]:
    """Owner, kind, population, version and freshness."""
    version, metric = standing.version, standing.metric
    computed = max((week.computed_at for week in standing.weeks if week.computed_at), default=None)
    source = find_source(version)
    fresh = f"computed {moment(computed, now=at)}" if computed else "never computed"
    return [
        Fact("Owner", metric.owner.name if metric.owner else "nobody yet"),
        Fact("Kind", f"{Kind(version.kind).label}, {metric.get_direction_display().lower()}"),
        Fact("Population", source.label if source else f"{version.source}, no longer offered"),
        Fact("Version", f"v{version.number} since {moment(version.effective_from, now=at)}"),
        Fact("Fresh", f"{fresh}, limit {duration(metric.freshness_seconds)}"),
    ]


def definition_facts(
    standing: Standing, unit: Unit, versions: list[MetricVersion], targets: list[Target], *, today: date
) -> list[Fact]:
    """The definition in words, the target and its history, the versions."""
    metric = standing.metric
    facts = [Fact("Question", metric.question)]
    if metric.purpose:
        facts.append(Fact("Formula", metric.purpose))
    facts += [Fact("Target" if i == 0 else "Before", _target(t, unit, today)) for i, t in enumerate(targets[:4])]
    facts += [Fact(f"v{v.number}, {day_name(v.effective_from.date(), today=today)}", _version(v)) for v in versions[:6]]
    return facts


def _target(target: Target, unit: Unit, today: date) -> str:
    start = f"{unit.rounded(target.baseline_value)} → " if target.baseline_value is not None else ""
    due = f" to {day_name(target.due_on, today=today)}" if target.due_on else ""
    by = f", set by {target.set_by.name}" if target.set_by else ""
    begun, shape = day_name(target.start_on, today=today), target.get_shape_display().lower()
    words = f"{start}{unit.short(target.target_value)}, {begun}{due}, {shape}{by}"
    return f"{words}. {target.reason}" if target.reason else words


def _version(version: MetricVersion) -> str:
    formula = ", ".join(_formula_words(version.formula))
    by = f" Approved by {version.approved_by.name}." if version.approved_by else ""
    details = f" ({formula})" if formula else ""
    return f"{version.reason or 'Definition.'} {Kind(version.kind).label} of {version.source}{details}.{by}"


def _formula_words(formula: Mapping[str, Any]) -> list[str]:
    """What a reader can use of a formula: the measure, the quantile, and what the rows are filtered by."""
    words = [
        f"{name} {formula[name]}" for name in ("measure", "numerator", "denominator", "quantile") if name in formula
    ]
    return words + [f"where {name} is {value}" for name, value in formula.get("filter", {}).items()]


def boxes_for(standing: Standing, periods: Periods, unit: Unit) -> list[Box]:
    """Last week, its two comparisons, and the running month, quarter and year; from stored values only."""
    last = periods.last
    return [
        Box("Last week", unit.write(last.value), unit.name, f"n = {last.n:,}")
        if last
        else Box("Last week", "no data", "", "", is_missing=True),
        _change_box("Week on week", last, periods.previous, unit, "week before"),
        _change_box("Year on year", last, periods.year_ago, unit, "year before"),
        _running_box("Month to date", periods.month, standing, unit),
        _running_box("Quarter to date", periods.quarter, standing, unit),
        _running_box("Year to date", periods.year, standing, unit),
    ]


def _change_box(term: str, last: Point | None, other: Point | None, unit: Unit, words: str) -> Box:
    if last is None or last.value is None or other is None or other.value is None:
        return Box(term, "no data", "", "nothing to compare with", is_missing=True)
    change = unit.change(last.value - other.value)
    return Box(term, change, unit.change_name, f"{words} {unit.write(other.value)}, n = {other.n:,}")


def _running_box(term: str, point: Point | None, standing: Standing, unit: Unit) -> Box:
    if point is None or point.value is None:
        return Box(term, "no data", "", "no rows yet", is_missing=True)
    path = standing.path_on(point)
    is_level = standing.target is None or standing.target.baseline_value is None
    context = f"n = {point.n:,}" + ("" if path is None or is_level else f", path {unit.write(path)} at its end")
    return Box(term, unit.write(point.value), unit.name, context)
