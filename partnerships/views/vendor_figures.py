"""The partner's own page beside our measurement, on one clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from charts.day_strip import state_key
from charts.lanes import Gap, Lane, Stay, lanes
from charts.primitives import Caption, Markup, figure
from foundation.words import local, moment
from partnerships.health.uptime import Span, from_us, to_us
from partnerships.selectors.pages_detail import CheckNow, Detail, Standing
from partnerships.selectors.pages_vendor import Admission, list_admissions
from partnerships.views.words import microseconds

_DAY = timedelta(days=1)
_HOUR_US = 3_600_000_000
_MINUTE_US = 60_000_000
_LEAST_ROOM = _HOUR_US // 2
_STEPS = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440)  # minutes between ticks
_TICKS = 6
_KEY = (
    ("up", "up"),
    ("degraded", "degraded"),
    ("down", "down"),
    ("maintenance", "maintenance"),
    ("unknown", "unknown"),
)


def today_figure(standing: Standing, *, at: datetime) -> Markup:
    """The last 24 hours."""
    start, end = to_us(at - _DAY), to_us(at)
    name = standing.current.integration.partner.name
    drawing = lanes(
        _lanes(standing, start, end),
        Caption("today", f"The last 24 hours as we measured them and as {name} told them", _told(standing)),
        ticks=_ticks(start, end),
    )
    return figure("The last 24 hours", "Our measurement above, their own page below", drawing, after=state_key(_KEY))


def outage_figure(detail: Detail, *, at: datetime) -> Markup | None:
    """The last outage during which a page of theirs could be read; None where there was none."""
    standing, now = detail.standing, to_us(at)
    admissions = _admissions(detail, now)
    if not admissions:
        return None
    last = admissions[-1]
    end = now if last.outage.end is None else last.outage.end
    room = max(_LEAST_ROOM, (end - last.outage.start) // 2)
    low, high = last.outage.start - room, min(max(end, last.said_at or end) + room, now)
    admitted = sum(one.said_at is not None for one in admissions)
    note = f"Outage of {moment(from_us(last.outage.start), now=at)} · they told of {admitted} of our {len(admissions)}"
    drawing = lanes(
        _lanes(standing, low, high),
        Caption("outage", "Our view and theirs of the last outage", f"{_heading(last)}. {note} outages in 90 days."),
        ticks=_ticks(low, high),
        gap=_gap(last, low, high),
    )
    return figure(_heading(last), f"{note} in 90 days", drawing)


def _admissions(detail: Detail, now: int) -> list[Admission]:
    feeds = detail.standing.current.feeds
    if not feeds:
        return []
    return list_admissions(detail.outages, detail.standing.timelines[feeds[0].check.pk], now=now)


def _heading(admission: Admission) -> str:
    if admission.lead_us is None:
        return "Their page said nothing of it" if admission.outage.end else "Their page says nothing of it yet"
    length = microseconds(abs(admission.lead_us))
    if abs(admission.lead_us) < _MINUTE_US:
        return "They told of it in the minute we saw it"
    return f"We saw it {length} before they said so" if admission.lead_us > 0 else f"They told of it {length} before us"


def _gap(admission: Admission, low: int, high: int) -> Gap | None:
    if admission.lead_us is None or admission.lead_us < _MINUTE_US:
        return None
    start, said = (
        (moment - low) / (high - low) for moment in (admission.outage.start, admission.outage.start + admission.lead_us)
    )
    return Gap(start, said, f"{microseconds(admission.lead_us)} lead")


def _lanes(standing: Standing, low: int, high: int) -> list[Lane]:
    """Ours together, each of our checks where there are several, and each page of theirs."""
    current = standing.current
    rows = [Lane("Our measurement", "Ours", _stays(standing.spans, low, high), is_strong=True)]
    if len(current.ours) > 1:
        rows += [_lane(one, standing, low, high) for one in current.ours]
    if len(current.feeds) == 1:
        spans = standing.timelines[current.feeds[0].check.pk]
        return [*rows, Lane("Their page", "Theirs", _stays(spans, low, high), is_strong=True)]
    return [*rows, *(_lane(one, standing, low, high) for one in current.feeds)]


def _lane(one: CheckNow, standing: Standing, low: int, high: int) -> Lane:
    return Lane(one.check.name, one.check.name, _stays(standing.timelines[one.check.pk], low, high))


def _stays(spans: Sequence[Span], low: int, high: int) -> list[Stay]:
    """The spans as shares of [low, high); trouble with its whole length."""
    stays = []
    for span in spans:
        end = high if span.end is None else span.end
        if span.start < high and end > low:
            words = microseconds(end - span.start) if span.state in {"down", "degraded"} else ""
            start, stop = ((edge - low) / (high - low) for edge in (max(span.start, low), min(end, high)))
            stays.append(Stay(start, stop, span.state, words))
    return stays


def _ticks(low: int, high: int) -> list[tuple[float, str]]:
    """Round times of the organisation's clock, about six of them."""
    length = (high - low) / _MINUTE_US
    step = next((minutes for minutes in _STEPS if length / minutes <= _TICKS), _STEPS[-1])
    first = local(from_us(low)).replace(hour=0, minute=0, second=0, microsecond=0)
    ticks = []
    for number in range(2 * 1440 // step + int(length // step) + 1):
        at = to_us(first) + number * step * _MINUTE_US
        if low <= at <= high:
            ticks.append(((at - low) / (high - low), f"{local(from_us(at)):%H:%M}"))
    return ticks


def _told(standing: Standing) -> str:
    current = standing.current
    return f"Now {current.now.label.lower()} by our measurement, {current.vendor.label.lower()} by their page."
