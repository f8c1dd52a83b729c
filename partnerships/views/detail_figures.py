"""The drawings of an integration's page: ninety days by hour, the error budget, latency."""

from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from charts.budget import Remaining
from charts.budget import budget as draw_budget
from charts.day_strip import state_key
from charts.latency import Latency
from charts.latency import latency as draw_latency
from charts.primitives import Caption, Markup, figure
from charts.raster import Stretch
from charts.raster import raster as draw_raster
from charts.table import details
from foundation.words import figure as number
from foundation.words import local, organisation_zone, zone_name
from partnerships.health.outages import Outage
from partnerships.health.slo import ROLLING, Budget
from partnerships.health.uptime import from_us, to_us
from partnerships.selectors.pages_detail import RASTER_DAYS, CheckNow, Detail
from partnerships.selectors.pages_latency import RECENT_DAYS, LatencyDays
from partnerships.selectors.pages_timelines import list_days
from partnerships.selectors.slos import SLONow
from partnerships.views.words import microseconds, target_words, unit_of, window_words

_TABLE_ROWS = 60
_STEADY = 0.05  # a smaller change of p95 is not worth a word


def raster_figure(detail: Detail, *, at: datetime) -> Markup:
    """Ninety days by hour with the time spent in each state."""
    days = list_days(RASTER_DAYS, at)
    name = detail.standing.current.integration.name
    tally = detail.ninety.tally
    spent = (
        ("up", "up", tally.up),
        ("degraded", "degraded", tally.degraded),
        ("down", "down", tally.down),
        ("maintenance", "maintenance", tally.maintenance),
        ("paused", "outside service hours", tally.outside_hours),
        ("paused", "paused", tally.paused),
        ("unknown", "unknown", tally.unknown),
    )
    shown = [(state, f"{words} {microseconds(length)}") for state, words, length in spent if length or state == "up"]
    key = state_key(shown)
    told = ", ".join(f"{words} {microseconds(length)}" for _, words, length in spent if length)
    drawing = draw_raster(
        [Stretch(part.day, part.start, part.end, part.state) for part in detail.parts],
        Caption(
            "raster",
            f"State of {name} over 90 days by hour of day",
            f"Columns are days from {_day(days[0])} to {_day(days[-1])}, rows are hours. {told or 'Nothing measured'}.",
        ),
        days=RASTER_DAYS,
        labels=[(index, f"{day:%b}") for index, day in enumerate(days) if day.day == 1],
    )
    note = f"Each column is a day, each row an hour, {zone_name()} time; intervals are exact"
    return figure(_raster_heading(detail, at), note, drawing, size="x", after=key + _raster_table(detail, at))


def _raster_heading(detail: Detail, at: datetime) -> str:
    """How often and how long it was down, or that it was not."""
    standing, outages = detail.standing, detail.outages
    if standing.measured_from >= to_us(at):
        return "Nothing was measured yet"
    measured = min(to_us(at) - standing.measured_from, RASTER_DAYS * 86_400 * 1_000_000)
    days = "90 days" if measured >= RASTER_DAYS * 86_400 * 1_000_000 else f"the {microseconds(measured)} of measuring"
    if not outages:
        return f"Not down once in {days}"
    lost, longest = detail.ninety.tally.down, max(outages, key=lambda outage: outage.length(to_us(at)))
    length = microseconds(longest.length(to_us(at)))
    if len(outages) == 1:
        return f"Down once in {days}, for {length} on {_moment_day(longest)}"
    total = f"Down {len(outages)} times in {days}, {microseconds(lost)} in all"
    return f"{total}, the longest {length} on {_moment_day(longest)}"


def _raster_table(detail: Detail, at: datetime) -> str:
    """The same intervals as a table, newest first; days before the window are left out."""
    first = to_us(at - timedelta(days=RASTER_DAYS))
    rows = [
        (f"{_day(local(from_us(span.start)).date())} {local(from_us(span.start)):%H:%M}", _ended(span.end), span.state)
        for span in reversed(detail.standing.spans)
        if span.state != "up" and (span.end is None or span.end > first)
    ]
    if not rows:
        return ""
    count = f"the newest {_TABLE_ROWS} of {len(rows)}" if len(rows) > _TABLE_ROWS else "newest first"
    return details(f"Intervals that were not up, {count}", ["From", "To", "State"], rows[:_TABLE_ROWS])


def _ended(end: int | None) -> str:
    return "goes on" if end is None else f"{_day(local(from_us(end)).date())} {local(from_us(end)):%H:%M}"


def budget_figure(detail: Detail, *, at: datetime) -> Markup | None:
    """What is left of the error budget day by day; None where there is none to draw."""
    slo, budget = detail.standing.slo, detail.standing.budget
    if slo is None or budget is None or not detail.budget_left:
        return None
    unit = unit_of(budget)
    total = float(budget.total_us / unit.us)
    window = window_words(slo.objective)
    drawing = draw_budget(
        Remaining(
            left=[share * total for share in detail.budget_left],
            total=total,
            steps=detail.budget_days,
            labels=_budget_days(detail, slo),
            now_label=unit.words(budget.left_us),
        ),
        Caption(
            "budget",
            f"Error budget remaining over {window}",
            f"{unit.words(budget.total_us)} granted, {unit.words(budget.spent_us)} spent, "
            f"{unit.words(budget.left_us)} left.",
        ),
    )
    note = f"Error budget, {unit.plural} · {target_words(budget.target)} over {window}{_young(budget)}"
    return figure(_budget_heading(detail, at), f"{note} · dashed blue: even spend", drawing)


def _budget_days(detail: Detail, slo: SLONow) -> list[tuple[int, str]]:
    """The first day, the middle one, and the last: today where the window ends now."""
    first, days = from_us(slo.start).astimezone(_zone(slo)).date(), detail.budget_days
    last = "today" if slo.objective.kind == ROLLING else _day(first + timedelta(days=days))
    return [(0, _day(first)), (days // 2, _day(first + timedelta(days=days // 2))), (days, last)]


def _zone(slo: SLONow) -> ZoneInfo:
    return organisation_zone() if slo.objective.kind == ROLLING else ZoneInfo(slo.objective.zone)


def _budget_heading(detail: Detail, at: datetime) -> str:
    """What is left of the budget, and what took most of it."""
    budget, now = detail.standing.budget, to_us(at)
    if budget is None:
        return ""
    unit = unit_of(budget)
    granted = unit.words(budget.total_us)
    if budget.left_us < 0:
        head = f"Overspent: {unit.words(budget.spent_us)} lost, {granted} granted"
    elif not budget.spent_us:
        return f"All of {granted} left"
    else:
        head = f"{unit.write(budget.left_us)} of {granted} left"
    recent = detail.budget_outages
    if len(recent) == 1:
        return f"{head}; one outage took the rest" if budget.left_us >= 0 else f"{head} by one outage"
    longest = max((outage.length(now) for outage in recent), default=0)
    return f"{head}; the longest of {len(recent)} outages took {microseconds(longest)}" if recent else head


def _young(budget: Budget) -> str:
    """A word on a window that is not full yet: its budget still grows."""
    return f" · window not full: {microseconds(budget.missing_us)} to come" if budget.missing_us else ""


def latency_figure(found: LatencyDays, checks: list[CheckNow]) -> Markup:
    """Both percentiles by day, the bound of their error, and the latency from which a check is degraded."""
    promise = _promise(checks)
    drawing = draw_latency(
        Latency(
            p50=found.p50,
            p95=found.p95,
            labels=[(index, f"{day:%b}") for index, day in enumerate(found.days) if day.day == 1],
            promise=promise,
            promise_label=f"degraded from {promise:g} ms" if promise else "",
        ),
        Caption("latency", "Latency by day, 90 days", f"{_latency_heading(found)}. {found.n:,} measurements."),
    )
    error = f"error at most {ceil(found.error * 100):d} %"
    return figure(_latency_heading(found), f"Latency, ms, daily · n = {found.n:,} · log histogram, {error}", drawing)


def _latency_heading(found: LatencyDays) -> str:
    if found.recent is None:
        return "No latency was measured in the last 7 days"
    head = f"p95 of the last {RECENT_DAYS} days is {number(found.recent, 0)} ms"
    if found.rise is None:
        return head
    if abs(found.rise) < _STEADY:
        return f"{head}, as in the weeks before"
    return f"{head}, {abs(found.rise):.0%}".replace("%", " %") + (" above" if found.rise > 0 else " below") + " before"


def _promise(checks: list[CheckNow]) -> float | None:
    """The strictest latency, in ms, from which a check of ours is degraded."""
    bounds = [
        float(one["value"])
        for check in checks
        for one in check.check.config.get("assertions", [])
        if one.get("on") == "latency_ms" and one.get("severity", "degraded") == "degraded"
    ]
    return min(bounds, default=None)


def _moment_day(outage: Outage) -> str:
    return _day(local(from_us(outage.start)).date())


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
