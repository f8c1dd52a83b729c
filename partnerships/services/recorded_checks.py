"""Checks whose history was recorded elsewhere: they are paused for ever, and their history is only continued.

What a row says holds until the next row of its check, and nothing is known after the last. Rows that are known already
change nothing, and what contradicts them is refused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from django.utils.text import slugify

from foundation.imports.errors import Refusal
from partnerships.imports.mapping import RecordedState
from partnerships.imports.reading import CheckRow
from partnerships.models import RECORDED, CheckState, HealthCheck, Integration, Outcome, Partner, StatusInterval
from partnerships.services.latency_hours import add_latencies
from partnerships.services.tiers import start_integration_tier
from partnerships.services.uptime_hours import set_uptime_hours

PARTNER = "Imported history"
CHECK = "Imported history"
_MAX_SLUG = 110
_OUTCOMES = {
    RecordedState.UP: Outcome.OK,
    RecordedState.DEGRADED: Outcome.DEGRADED,
    RecordedState.DOWN: Outcome.FAIL,
    RecordedState.UNKNOWN: Outcome.ERROR,
}
_STATES = {str(outcome): state for state, outcome in _OUTCOMES.items()}


@dataclass
class Continued:
    """How many rows were new and known already, and those that were refused."""

    new: int
    known: int
    refused: list[Refusal]


def get_recorded_check(*, site: str, name: str = CHECK, counts_for_uptime: bool = True, at: datetime) -> HealthCheck:
    """The locked check of that name that holds the site's history, made where there is none."""
    named = Integration.objects.filter(name=site)
    integration = named.filter(checks__kind=RECORDED).first() or named.order_by("pk").first()
    if integration is None:
        partner, _ = Partner.objects.get_or_create(slug=slugify(PARTNER), defaults={"name": PARTNER})
        integration = Integration.objects.create(partner=partner, name=site, slug=_free_slug(site))
        start_integration_tier(integration=integration, at=at)
    check, _ = HealthCheck.objects.get_or_create(
        integration=integration,
        kind=RECORDED,
        name=name,
        defaults={
            "counts_for_uptime": counts_for_uptime,
            "is_paused": True,
            "fail_threshold": 1,
            "recover_threshold": 1,
            "state": CheckState.PAUSED,
        },
    )
    return HealthCheck.objects.select_for_update().get(pk=check.pk)


def is_measured(site: str) -> bool:
    """Whether checks of our own count for the uptime of an integration of this name."""
    ours = HealthCheck.objects.filter(integration__name=site, counts_for_uptime=True)
    return ours.exclude(kind=RECORDED).exists()


def continue_history(*, check: HealthCheck, rows: Sequence[CheckRow]) -> Continued:
    """Continue the check's history with rows in order of time; the caller holds its lock."""
    known = list(StatusInterval.objects.filter(health_check=check).order_by("started_at"))
    new: list[CheckRow] = []
    done = Continued(0, 0, [])
    for row in rows:
        if check.last_result_at is None or row.at > check.last_result_at:
            new.append(row)
        elif (reason := _contradiction(row, check, known)) is None:
            done.known += 1
        else:
            done.refused.append(Refusal(row.line, "", f"{row.at:%Y-%m-%dT%H:%M:%SZ} {row.state}", reason, row.site))
    if new:
        _append(check, new)
        done.new = len(new)
    return done


def _free_slug(site: str) -> str:
    stem = slugify(site)[:_MAX_SLUG] or "site"
    taken = set(Integration.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _contradiction(row: CheckRow, check: HealthCheck, known: Sequence[StatusInterval]) -> str | None:
    """Why a row that is no later than the history does not agree with it; None where it does.

    At an instant that rows of several states share, each of them agrees.
    """
    place = bisect_right(known, row.at, key=lambda interval: interval.started_at)
    if not place:
        return "lies before the history that is known, which can only be continued"
    states = {known[place - 1].state}
    if known[place - 1].started_at == row.at and place > 1:
        states.add(known[place - 2].state)
    if row.at == check.last_result_at:
        states.add(_STATES[check.last_outcome])
    return None if row.state in states else "contradicts the state that is known"


def _append(check: HealthCheck, rows: Sequence[CheckRow]) -> None:
    """Put the rows, all later than what is known, behind the history; the last leaves it open and paused."""
    told = [(row.at, row.state) for row in rows]
    if check.last_result_at is not None:
        told.insert(0, (check.last_result_at, _STATES[check.last_outcome]))
    history = StatusInterval.objects.filter(health_check=check)
    history.filter(ended_at__isnull=True).delete()
    runs = _runs(told)
    before = history.order_by("-started_at").first()
    if before is not None and runs and runs[0].state == before.state:
        before.delete()
        runs[0] = replace(runs[0], start=before.started_at)
    last = rows[-1]
    StatusInterval.objects.bulk_create(
        [
            *(_interval(check, run.state, run.start, run.end) for run in runs),
            _interval(check, CheckState.PAUSED, last.at, None),
        ]
    )
    add_latencies((check.pk, row.at, row.latency_us) for row in rows if row.latency_us is not None)
    check.monitored_from = check.monitored_from or rows[0].at
    check.state, check.state_since, check.last_result_at = CheckState.PAUSED, last.at, last.at
    check.last_outcome, check.last_latency_us = _OUTCOMES[last.state], last.latency_us
    check.state_version += 1
    if check.counts_for_uptime:  # the hours are read for our metrics, which have no use for what partners published
        set_uptime_hours([(check, told[0][0])], until=last.at)
    check.save()


@dataclass(frozen=True)
class _Run:
    start: datetime
    end: datetime
    state: str


def _runs(told: Sequence[tuple[datetime, str]]) -> list[_Run]:
    """Each state until the next row, equal neighbours as one; what lasted no time is left out."""
    runs: list[_Run] = []
    for (start, state), (end, _) in pairwise(told):
        if start == end:
            continue
        if runs and runs[-1].state == state:
            runs[-1] = replace(runs[-1], end=end)
        else:
            runs.append(_Run(start, end, state))
    return runs


def _interval(check: HealthCheck, state: str, start: datetime, end: datetime | None) -> StatusInterval:
    return StatusInterval(
        health_check=check, state=state, started_at=start, ended_at=end, confirmed_at=start, reason=RECORDED
    )
