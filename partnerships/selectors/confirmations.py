"""Which outages somebody else saw too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from partnerships.health.confirmation import FEED_LAG_US, Confirmation, confirm
from partnerships.health.state_machine import MIN_STALE_AFTER
from partnerships.health.uptime import Span, to_us
from partnerships.models import HealthCheck, Outcome, StatusInterval, VantageResult
from partnerships.selectors.spans import get_spans_by_check

_FEED_LAG = timedelta(microseconds=FEED_LAG_US)


def get_confirmations(outages: Sequence[StatusInterval], *, at: datetime) -> Mapping[int, Confirmation]:
    """By the primary key of these intervals, whose checks are loaded. Three queries, whatever their number.

    A probe elsewhere confirms where it failed for the same check, from three intervals of the check before the outage;
    the partner, where a status page of the same integration told of trouble during it or within half an hour.
    """
    if not outages:
        return {}
    start = min(one.started_at - _slack(one.health_check) for one in outages)
    end = max(max(one.ended_at or at, one.started_at + _FEED_LAG) for one in outages)
    fails = _fails({one.health_check_id for one in outages}, start, end)
    feeds = _feeds({one.health_check.integration_id for one in outages}, start, end)
    return {
        one.pk: confirm(
            Span(to_us(one.started_at), None if one.ended_at is None else to_us(one.ended_at), one.state),
            fails=fails[one.health_check_id],
            feeds=feeds[one.health_check.integration_id],
            now=to_us(at),
            slack=_slack(one.health_check) // timedelta(microseconds=1),
        )
        for one in outages
    }


def _slack(check: HealthCheck) -> timedelta:
    return max(3 * timedelta(seconds=check.interval_seconds), MIN_STALE_AFTER)


def _fails(checks: set[int], start: datetime, end: datetime) -> Mapping[int, list[tuple[int, str]]]:
    rows = VantageResult.objects.filter(
        health_check__in=checks, outcome=Outcome.FAIL, observed_at__gte=start, observed_at__lt=end
    )
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for check_id, moment, probe in rows.values_list("health_check_id", "observed_at", "probe"):
        found[check_id].append((to_us(moment), probe))
    return found


def _feeds(integrations: set[int], start: datetime, end: datetime) -> Mapping[int, list[Sequence[Span]]]:
    """The timelines of what partners say, by integration."""
    owners = dict(
        HealthCheck.objects.filter(integration__in=integrations, counts_for_uptime=False).values_list(
            "pk", "integration_id"
        )
    )
    found: dict[int, list[Sequence[Span]]] = defaultdict(list)
    for check_id, spans in get_spans_by_check(owners, start=start, end=end).items():
        found[owners[check_id]].append(spans)
    return found
