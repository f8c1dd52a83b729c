"""The head of a metric's page: the figure, what it means, and the facts beside it."""

from dataclasses import dataclass
from datetime import date, datetime

from charts.primitives import Markup
from charts.state import state
from foundation.words import duration, moment
from metrics.models import Kind
from metrics.selectors.population import find_source
from metrics.selectors.standings import Standing
from metrics.statistics.forecast import Forecast
from metrics.statistics.xmr import MIN_BASELINE
from metrics.views.intervals import interval_words
from metrics.views.outlook import chance_words, outlook_words, since_words
from metrics.views.periods import period_name
from metrics.views.tiles import assurance_icon, signal_words, state_words, variation_icon
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


def sentence_for(standing: Standing, forecast: Forecast | None, unit: Unit, *, today: date) -> Sentence:
    """Whether the change is real and whether it gets there in time: a state, the finding, the rest."""
    tone, words = state_words(standing, unit)
    if standing.last is None and standing.waiting is not None:
        return Sentence(state("open", "Computing"), "Its values are being computed.", "Look again in a minute.")
    outlook = outlook_words(standing, forecast, unit, today=today)
    if standing.last is None:
        return Sentence(state("none", "No data"), "No complete week has a value yet.", "Values appear as rows arrive.")
    if tone == "bad":
        return Sentence(
            state("bad", "Signal"), words, _join("The change is real.", _path_words(standing, unit), outlook)
        )
    if tone == "watch":
        return Sentence(state("watch", "Behind"), words, _join(_change_words(standing), outlook))
    if tone == "none":
        return Sentence(state("none", "No data"), words, "The last known week is shown.")
    if standing.limits is None:
        missing = f"{standing.known} of {MIN_BASELINE} complete weeks{_since(standing)}: no limits and no signals yet."
        return Sentence(state("open", "Too few"), missing, _join(_path_words(standing, unit), outlook))
    signal = signal_words(standing)
    strong = f"Improving: {signal[0].lower()}{signal[1:]}" if signal else "Steady, within its limits."
    return Sentence(state("good", "Quiet"), strong, _join(_path_words(standing, unit), outlook))


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _since(standing: Standing) -> str:
    return f" {since_words(standing)}" if standing.phase and standing.phase.start else ""


def _change_words(standing: Standing) -> str:
    """Whether anything changed beyond the usual variation."""
    signal = signal_words(standing)
    if signal:
        return f"The improvement is real: {signal[0].lower()}{signal[1:]}"
    return "No change beyond its usual variation." if standing.limits else ""


def _path_words(standing: Standing, unit: Unit) -> str:
    judged = standing.judged
    if judged is None:
        return "It has no target." if standing.target is None else ""
    if standing.target is not None and standing.target.upper_value is not None and judged.is_good_side:
        return "Within its target band."
    distance = unit.distance(judged.gap)
    if judged.is_good_side:
        return f"{distance} ahead of the path."
    return f"{distance} behind the path{'' if judged.behind else ', within its tolerance'}."


@dataclass(frozen=True, slots=True)
class IconNote:
    """One icon with what it says."""

    icon: Markup
    words: str


def icon_notes(standing: Standing, forecast: Forecast | None, unit: Unit, *, today: date) -> list[IconNote]:
    """What the limits say, and what the path says where there is one."""
    notes = [IconNote(Markup(variation_icon(standing)), _limit_words(standing, unit))]
    judged = standing.judged
    if judged is None:
        return notes
    chance = chance_words(standing, forecast, today=today)
    if judged.behind:
        words = f"Behind the path by more than its tolerance of {unit.distance(judged.tolerance)}"
    elif judged.is_good_side:
        words = "On the good side of the path"
    else:
        words = f"Behind the path, within its tolerance of {unit.distance(judged.tolerance)}"
    return [*notes, IconNote(Markup(assurance_icon(standing)), "; ".join(filter(None, (words, chance))))]


def _limit_words(standing: Standing, unit: Unit) -> str:
    limits = standing.limits
    if limits is None:
        return "Limits need 12 complete weeks with a value"
    span = f"{unit.write(limits.lower)} to {unit.words(limits.upper)}"
    signal = standing.current_signal
    words = f"{signal_words(standing)[:-1]} ({signal.rule})." if signal else "No signal."
    return f"{words} Limits {span}, mean {unit.write(limits.centre)}"


def population_words(standing: Standing, unit: Unit) -> str:
    """Week 46, n = 412, complete; of a share with its interval."""
    last = standing.last
    if last is None:
        return "no complete week"
    words = f"{period_name(last.start, 'week', week_start=standing.version.week_start)}, n = {last.n:,}, complete"
    return ", ".join(filter(None, (words, interval_words(standing.version, last, unit))))


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
