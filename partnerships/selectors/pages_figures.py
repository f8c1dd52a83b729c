"""What pages say of an integration's time: uptime with its coverage, outages, and their windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from foundation.words import local, organisation_zone
from metrics.selectors.targets import expected_at, get_current_targets
from metrics.selectors.values import get_current_versions
from partnerships.health.outages import OutageFigures, list_outages, outage_figures
from partnerships.health.uptime import QUOTABLE_COVERAGE, Accounting, Span, Tally, Window, sum_tallies, tally, to_us
from partnerships.models import Tier

ROLLING_DAYS = 30
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counted time of one window under one profile."""

    tally: Tally
    accounting: Accounting

    @property
    def uptime(self) -> Fraction | None:
        return self.tally.uptime(self.accounting)

    @property
    def coverage(self) -> Fraction | None:
        return self.tally.coverage

    @property
    def is_quotable(self) -> bool:
        """Whether enough was measured for the uptime to be told to anybody."""
        return self.coverage is not None and self.coverage >= QUOTABLE_COVERAGE

    @property
    def counted_us(self) -> int:
        """The time that the uptime is a share of, in microseconds."""
        counts_unknown = self.accounting.unknown in {"up", "down"}
        return self.tally.measured + (self.tally.unknown if counts_unknown else 0)

    @property
    def lost_us(self) -> Fraction:
        """Counted time that was not up, in microseconds."""
        uptime = self.uptime
        return Fraction(0) if uptime is None else (1 - uptime) * self.counted_us


@dataclass(frozen=True, slots=True)
class NamedWindow:
    """A stretch of time that people ask about; `name` is its heading."""

    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """One row of the uptime table."""

    window: NamedWindow
    figures: Figures
    outages: OutageFigures


def tier_key(tier: str) -> str:
    """The metric that holds the tier's uptime and its target."""
    return f"integration_uptime_{tier}"


def get_tier_targets(day: date) -> dict[str, Fraction]:
    """The uptime aimed at on a day as a share, by tier; tiers without a target are left out. Two queries."""
    versions = get_current_versions([tier_key(tier) for tier in Tier.values])
    targets = get_current_targets([version.metric for version in versions.values()])
    found = {}
    for tier in Tier.values:
        version = versions.get(tier_key(tier))
        target = targets.get(version.metric_id) if version else None
        if target is not None:
            promised = Fraction(str(expected_at(target, day)))
            found[tier] = promised if version and version.metric.unit == "ratio" else promised / 100
    return found


def figures_in(spans: Sequence[Span], window: Window, accounting: Accounting) -> Figures:
    """The figures of one timeline in one window."""
    return Figures(tally(spans, window, accounting=accounting), accounting)


def figures_in_tier(
    spans: Sequence[Span], tiers: Sequence[Span], tier: str, window: Window, accounting: Accounting
) -> Figures:
    """The figures of the part of the window that was spent in a tier: a promotion splits a month, it rewrites none."""
    parts = (
        Window(
            start=max(window.start, period.start),
            end=window.end if period.end is None else min(window.end, period.end),
            now=window.now,
            monitored_from=window.monitored_from,
        )
        for period in tiers
        if period.state == tier
    )
    counted = sum_tallies(tally(spans, part, accounting=accounting) for part in parts if part.start < part.end)
    return Figures(counted, accounting)


def list_windows(at: datetime) -> list[NamedWindow]:
    """24 hours, 7, 30 and 90 days until `at`, then this and the last calendar month in the organisation's zone."""
    rolling = [("24 hours", 1), ("7 days", 7), ("30 days", 30), ("90 days", 90)]
    windows = [NamedWindow(name, at - days * _ONE_DAY, at) for name, days in rolling]
    this_month = month_start(local(at).date())
    last_month = month_start(this_month - _ONE_DAY)
    begun, before = midnight(this_month), midnight(last_month)
    return [*windows, NamedWindow(f"{this_month:%B}", begun, at), NamedWindow(f"{last_month:%B}", before, begun)]


def window_figures(
    spans: Sequence[Span], named: NamedWindow, *, now: datetime, monitored_from: int | None, accounting: Accounting
) -> WindowFigures:
    """The figures of one row of the uptime table."""
    window = Window(to_us(named.start), to_us(named.end), to_us(now), monitored_from)
    figures = figures_in(spans, window, accounting)
    outages = list_outages(spans, window, accounting=accounting)
    return WindowFigures(named, figures, outage_figures(outages, figures.tally, window))


def month_start(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def midnight(day: date) -> datetime:
    """The instant at which a day of the organisation's calendar begins."""
    return datetime(day.year, day.month, day.day, tzinfo=organisation_zone())
