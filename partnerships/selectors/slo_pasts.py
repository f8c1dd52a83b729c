"""What objectives are judged from, for many integrations at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from partnerships.health.uptime import Span, to_us
from partnerships.models import SLO, CheckState, Dependency, HealthCheck
from partnerships.selectors.accounting import as_accounting
from partnerships.selectors.pages_timelines import (
    CheckTimelines,
    get_check_timelines,
    joined,
    load_check_timelines,
    monitored_from,
    state_of,
    worst_of,
)
from partnerships.selectors.slos import Past, rules_of, window_start
from partnerships.selectors.spans import get_tiers_by_integration

SECOND_US = 1_000_000
_DEFAULT_INTERVAL = 60


@dataclass(frozen=True, slots=True)
class Watched:
    """One integration: its time, whether nobody measures it on purpose, and how often its slowest check does."""

    past: Past
    is_paused: bool
    interval_us: int


def get_watched(slos: Collection[SLO], *, at: datetime) -> Mapping[int, Watched]:
    """By objective id; reaches back to the longest window of them and their rules. A few queries."""
    if not slos:
        return {}
    ids = {slo.integration_id for slo in slos}
    longest = max((rule.long_us for slo in slos for rule in rules_of(slo)), default=0) // SECOND_US
    start = min([at - timedelta(seconds=longest), *(window_start(slo, at) for slo in slos)])
    checks: dict[int, list[HealthCheck]] = defaultdict(list)
    rows = HealthCheck.objects.filter(integration__in=ids, counts_for_uptime=True)
    for check in rows.defer("config", "url").order_by("pk"):
        checks[check.integration_id].append(check)
    loaded = load_check_timelines([check for found in checks.values() for check in found], start=start, at=at)
    tiers = get_tiers_by_integration(ids)
    return {slo.pk: _watched(slo, checks[slo.integration_id], loaded, tiers[slo.integration_id], at) for slo in slos}


def _watched(
    slo: SLO, checks: Sequence[HealthCheck], loaded: CheckTimelines, tiers: Sequence[Span], at: datetime
) -> Watched:
    spans = joined(checks, loaded.by(as_accounting(slo.profile)))
    return Watched(
        past=Past(spans, tiers, monitored_from(checks, spans, at=at)),
        is_paused=worst_of(state_of(check, at) for check in checks).state == CheckState.PAUSED,
        interval_us=max((check.interval_seconds for check in checks), default=_DEFAULT_INTERVAL) * SECOND_US,
    )


@dataclass(frozen=True, slots=True)
class Upstream:
    """A check that an integration depends on, and its states."""

    check_id: int
    name: str
    spans: Sequence[Span]

    def was_down(self, start: int, end: int) -> bool:
        """Whether it was down at any instant of [start, end], in microseconds since 1970."""
        return any(
            span.state == CheckState.DOWN and span.start <= end and (span.end is None or span.end > start)
            for span in self.spans
        )


def get_upstreams(ids: Collection[int], *, start: datetime, at: datetime) -> Mapping[int, list[Upstream]]:
    """What these integrations depend on, by integration id; one hop, since a cause further up is down itself."""
    rows = list(
        Dependency.objects.filter(integration__in=ids).select_related("upstream__integration").order_by("upstream")
    )
    timelines = get_check_timelines({row.upstream_id: row.upstream for row in rows}.values(), start=start, at=at)
    found: dict[int, list[Upstream]] = defaultdict(list)
    for row in rows:
        found[row.integration_id].append(Upstream(row.upstream_id, str(row.upstream), timelines[row.upstream_id]))
    return found


def find_suppressor(upstreams: Sequence[Upstream], *, start: datetime, end: datetime) -> Upstream | None:
    """The first of them that was down between the two instants; None if the trouble is the integration's own."""
    return next((one for one in upstreams if one.was_down(to_us(start), to_us(end))), None)
