"""Allowances of requests, from the headers of what our probes were answered; alerts once a level and window."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from foundation.words import instant
from operations.selectors.people import list_role_members
from operations.services.notifications import Notice, notify
from partnerships.ledger.quotas import QuotaReading, read_quota
from partnerships.models import HealthCheck, QuotaWindow
from partnerships.services.ledger_escalations import end_quota, escalate_quota

if TYPE_CHECKING:
    from partnerships.services.result_headers import SeenHeaders

logger = logging.getLogger(__name__)

LOW, CRITICAL = 0.2, 0.1
LONGEST_WINDOW = timedelta(days=1)
"""Where no reset is told, a window is counted anew after this."""
RISES_AFTER = timedelta(hours=1)
"""A remainder that rises before its reset begins a new window at most this often: some refill all the time."""
_USUAL_WINDOWS = (60, 3600, 86_400)
_LAST_RESORT = "coo"


def record_quotas(*, seen: Iterable[SeenHeaders], checks: Mapping[int, HealthCheck]) -> None:
    """Put what the answers told into the windows, in order of time, and tell who owns those that run out.

    Must run in a transaction; a reading that is no newer than the window changes nothing.
    """
    ordered = sorted((one for one in seen if one.check_id in checks), key=lambda one: one.finished_at)
    integrations = {checks[one.check_id].integration_id for one in ordered}
    rows = QuotaWindow.objects.select_for_update(of=("self",)).filter(
        integration__in=integrations, ended_at__isnull=True
    )
    present = {(row.integration_id, row.resource): row for row in rows}
    touched: dict[int, QuotaWindow] = {}
    for one in ordered:
        check = checks[one.check_id]
        quoted = read_quota(one.headers, http_status=one.http_status, seen_at=one.finished_at)
        for warning in quoted.warnings:
            logger.warning("check %s: %s", check.pk, warning)
        for reading in quoted.readings:
            key = (check.integration_id, reading.resource)
            window = _taken(present.get(key), reading, check, at=one.finished_at)
            present[key] = touched[window.pk] = window
    for window in touched.values():
        _tell(window)
        window.save()


def _taken(window: QuotaWindow | None, reading: QuotaReading, check: HealthCheck, *, at: datetime) -> QuotaWindow:
    """The window with the reading in it: the present one, or a new one."""
    if window is not None and at <= window.seen_at:
        return window
    if window is None or _is_over(window, reading, at=at):
        if window is not None:
            window.ended_at = at
            window.save()
            if window.told_critical_at is None and window.told_forecast_at is None:
                end_quota(window=window, at=at)
        return QuotaWindow.objects.create(
            integration=check.integration,
            resource=reading.resource,
            limit=reading.limit,
            remaining=reading.remaining,
            began_at=at,
            seen_at=at,
            resets_at=reading.resets_at,
            window_seconds=reading.window_seconds or _usual(reading.resets_at, at),
            rate_from_at=at,
            rate_from_remaining=reading.remaining,
        )
    if reading.remaining > window.remaining:
        window.rate_from_at, window.rate_from_remaining = at, reading.remaining
    window.limit = reading.limit if reading.limit is not None else window.limit
    window.remaining, window.seen_at = reading.remaining, at
    window.resets_at = reading.resets_at or window.resets_at
    window.probes += 1
    return window


def _is_over(window: QuotaWindow, reading: QuotaReading, *, at: datetime) -> bool:
    if window.resets_at is not None and at >= window.resets_at:
        return True
    has_risen = reading.remaining > window.remaining and at - window.began_at >= RISES_AFTER
    return has_risen or at - window.began_at >= LONGEST_WINDOW


def _usual(resets_at: datetime | None, at: datetime) -> int | None:
    """The shortest usual window that the time until the reset fits in: a minute, an hour, a day."""
    if resets_at is None:
        return None
    left = (resets_at - at).total_seconds()
    return next((seconds for seconds in _USUAL_WINDOWS if left <= seconds), None)


def _tell(window: QuotaWindow) -> None:
    """Tell the worst of what is new about the window; what was told in it is not told again."""
    left, exhausts_at, at = window.headroom_ratio, window.exhausts_at, window.seen_at
    if left is not None and left <= CRITICAL:
        if window.told_critical_at is None:
            window.told_critical_at = at
            window.told_low_at = window.told_low_at or at
            words = f"{left:.0%} of the allowance is left."
            _notify(window, words, level=10, severity="critical")
            escalate_quota(window=window, words=words)
    elif left is not None and left <= LOW and window.told_low_at is None:
        window.told_low_at = at
        _notify(window, f"{left:.0%} of the allowance is left.", level=20, severity="normal")
    if exhausts_at is not None and window.remaining and window.resets_at and window.told_forecast_at is None:
        window.told_forecast_at = at
        words = f"At the present rate nothing is left at {instant(exhausts_at)}, before the reset."
        _notify(window, words, level=1, severity="normal")
        escalate_quota(window=window, words=words)


def _notify(window: QuotaWindow, words: str, *, level: int, severity: str) -> None:
    integration = window.integration
    notice = Notice(
        event=f"quota:{window.pk}",
        title=f"{integration.name} runs short of requests",
        text=f"{window.resource}: {words}",
        url=integration.get_absolute_url(),
        severity=severity,
        level=level,
    )
    coos = [person.pk for person in list_role_members(_LAST_RESORT)]
    notify(notice=notice, to=[integration.owner_id] if integration.owner_id else coos, at=window.seen_at)
