"""A metric as a tile: its figures as words and its sparkline."""

from dataclasses import dataclass
from datetime import date

from charts.primitives import Caption, Markup
from charts.spark import Mark, spark
from charts.state import assurance, state, variation
from foundation.words import duration
from metrics.selectors.standings import Standing, last_day
from metrics.views.intervals import interval_words
from metrics.views.outlook import need_words
from metrics.views.periods import day_name, period_name
from metrics.views.units import Unit, unit_of

SPARK_WEEKS = 26
LARGE, SMALL = (252.0, 58.0), (112.0, 34.0)


@dataclass(frozen=True, slots=True)
class Tile:
    """Everything a tile shows, ready."""

    name: str
    url: str
    question: str
    tone: str
    value: str
    unit: str
    side: tuple[str, ...]
    icons: Markup
    drawing: Markup
    state: Markup | str
    why: str
    by: str
    population: str
    stale: Markup | str


def tile_for(standing: Standing, *, today: date, large: bool = False) -> Tile:
    """The tile of one metric, its sparkline large or small; the drawing's id comes from its key."""
    metric, unit = standing.metric, unit_of(standing.version)
    last = standing.last
    told = unit.told(last.value, last.n) if last else (unit.write(None), "")
    tone, why = state_words(standing, unit)
    return Tile(
        name=metric.name,
        url=metric.get_absolute_url(),
        question=metric.question,
        tone=standing.tone,
        value=told[0],
        unit=told[1],
        side=_side(standing, unit, today),
        icons=Markup(f'<span class="mdc">{icons_for(standing)}</span>'),
        drawing=_spark(standing, unit, LARGE if large else SMALL),
        state=state(tone, why) if why else "",
        why=rate_words(standing, unit),
        by=metric.owner.name if metric.owner else "No owner",
        population=_population(standing, unit),
        stale=stale_mark(standing),
    )


def stale_mark(standing: Standing) -> Markup | str:
    """How late the figure is, where it is later than it may be."""
    if not standing.is_stale or standing.waiting is None:
        return ""
    return state("watch", f"stale, a change waits {duration(standing.waiting)}")


def icons_for(standing: Standing) -> str:
    """The variation icon, and the assurance icon where there is a path."""
    return variation_icon(standing) + assurance_icon(standing)


def variation_icon(standing: Standing) -> str:
    """What the limits say of the last week."""
    signal = standing.current_signal
    if standing.limits is None:
        return variation("none")
    if signal is None:
        return variation("common")
    return variation(f"{signal.side}-{'good' if standing.is_improving(signal.side) else 'bad'}")


def assurance_icon(standing: Standing) -> str:
    """Whether the last week keeps to its path; empty without one."""
    judged = standing.judged
    if judged is None:
        return ""
    return assurance("fail" if judged.behind else "pass" if judged.is_good_side else "mixed")


def state_words(standing: Standing, unit: Unit) -> tuple[str, str]:
    """The tone and the first sentence: the signal, else the gap to the path, else nothing."""
    signal, judged = standing.current_signal, standing.judged
    if signal and not standing.is_improving(signal.side):
        return "bad", signal_words(standing)
    if judged and judged.behind:
        band = standing.target is not None and standing.target.upper_value is not None
        return "watch", f"{unit.distance(judged.gap)} {'outside its target band' if band else 'behind the path'}."
    if not standing.is_current:
        return "none", "No data last week."
    return "", ""


def signal_words(standing: Standing) -> str:
    """What the last week's signal says; an empty string without one."""
    signal = standing.current_signal
    if signal is None:
        return ""
    where = "Above" if signal.side == "high" else "Below"
    if signal.rule == "R1":
        weeks = standing.outside
        return f"{where} its limit{f', {weeks} weeks' if weeks > 1 else ''}."
    return f"{where} its centre, {standing.run} weeks."


def rate_words(standing: Standing, unit: Unit) -> str:
    """The rate still needed beside the one achieved, where it is behind its path."""
    return need_words(standing, unit) if standing.judged and standing.judged.behind else ""


def target_words(standing: Standing, unit: Unit, today: date) -> str:
    """Target 8 h, 31 Jan; an empty string without a target."""
    target = standing.target
    if target is None:
        return ""
    due = f", {day_name(target.due_on, today=today)}" if target.due_on else ""
    if target.upper_value is not None:
        return f"target {unit.rounded(target.target_value)} to {unit.short(target.upper_value)}"
    return f"target {unit.short(target.target_value)}{due}"


def _side(standing: Standing, unit: Unit, today: date) -> tuple[str, ...]:
    target = standing.target
    if target is None:
        return ("no target",)
    path = standing.path_on(standing.last) if standing.last else None
    is_level = path is None or path == target.target_value
    return (
        (target_words(standing, unit, today),)
        if is_level
        else (
            f"path {unit.write(path)}",
            target_words(standing, unit, today),
        )
    )


def _population(standing: Standing, unit: Unit) -> str:
    last = standing.last
    if last is None:
        return "no complete week has a value yet"
    words = f"{period_name(last.start, 'week', week_start=standing.version.week_start)}, n = {last.n:,}"
    words = ", ".join(filter(None, (words, interval_words(standing.version, last, unit))))
    return f"{words}, {standing.known} of 12 weeks for limits" if standing.limits is None else words


def _spark(standing: Standing, unit: Unit, size: tuple[float, float]) -> Markup:
    weeks = standing.weeks[-SPARK_WEEKS:]
    skipped = len(standing.weeks) - len(weeks)
    marks = [
        Mark(signal.index - skipped, "good" if standing.is_improving(signal.side) else "bad", signal.side == "high")
        for signal in standing.marks
        if signal.index >= skipped and (signal.rule == "R1" or signal.index >= len(standing.weeks) - standing.run)
    ]
    limits = standing.limits
    words = f", limits {unit.write(limits.lower)} to {unit.write(limits.upper)}" if limits else ", too few for limits"
    last = standing.last
    title = f"{standing.metric.name}, {len(weeks)} weeks, now {unit.words(last.value if last else None)}"
    begun = standing.target.start_on if standing.target else None
    path = [standing.path_on(week) if _has_path(begun, last_day(week), standing) else None for week in weeks]
    caption = Caption(f"spark-{standing.metric.key}", title, title + words)
    return spark([week.value for week in weeks], caption, limits=limits, path=path, marks=marks, size=size)


def _has_path(begun: date | None, day: date, standing: Standing) -> bool:
    """A line begins on its first day; a level is drawn over all weeks."""
    target = standing.target
    return begun is not None and target is not None and (target.baseline_value is None or day >= begun)
