"""Judging objectives once a minute: status, steps of the policy, and burn alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db import transaction
from django.db.models import Max, Q

from foundation.claims import claim_rows
from foundation.words import local
from partnerships.health.burn import Reading
from partnerships.health.slo import reached_step
from partnerships.health.uptime import from_us, to_us
from partnerships.models import SLO, BurnAlert, SLODay, SLOEventKind, SLOStatus
from partnerships.selectors.slo_pasts import Upstream, Watched, find_suppressor, get_upstreams, get_watched
from partnerships.selectors.slos import SLONow, judge_slo, read_burns
from partnerships.services.slo_alerts import add_event, end_alerts, fire_alert
from partnerships.services.slo_days import note_day

JUDGED_EVERY = timedelta(seconds=50)
"""A little less than the beat, so that a tick a moment early still finds its rows due."""
BATCH = 100
_UPSTREAM_REACH = timedelta(days=31)
_LastFired = Mapping[tuple[int, str, str], datetime]


def judge_slos(*, at: datetime, limit: int = BATCH) -> int:
    """Judges every objective that is due, in batches of a transaction each; returns how many.

    Each goes to one worker at a time, and judging it twice for one instant changes nothing.
    """
    judged = 0
    while True:
        with transaction.atomic():
            found = _judge_batch(at=at, limit=limit)
        judged += found
        if found < limit:
            return judged


def _judge_batch(*, at: datetime, limit: int) -> int:
    due = SLO.objects.filter(Q(judge_due_at__isnull=True) | Q(judge_due_at__lte=at), ended_at__isnull=True)
    slos = claim_rows(due.select_related("integration", "profile").order_by("judge_due_at", "pk"), limit=limit)
    if slos:
        batch = _read_batch(slos, at)
        for slo in slos:
            _judge(slo, batch, at)
        SLO.objects.filter(pk__in=[slo.pk for slo in slos]).update(judge_due_at=at + JUDGED_EVERY)
    return len(slos)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What several objectives are judged from; open alerts by objective and rule, the day's rows by objective."""

    watched: Mapping[int, Watched]
    upstreams: Mapping[int, list[Upstream]]
    last_fired: _LastFired
    open: Mapping[int, dict[str, BurnAlert]]
    days: Mapping[int, SLODay]


def _read_batch(slos: Sequence[SLO], at: datetime) -> _Batch:
    """With a constant number of queries."""
    ids = {slo.integration_id for slo in slos}
    open_alerts: dict[int, dict[str, BurnAlert]] = {slo.pk: {} for slo in slos}
    for alert in BurnAlert.objects.filter(slo__in=slos, ended_at__isnull=True):
        open_alerts[alert.slo_id][alert.rule] = alert
    return _Batch(
        watched=get_watched(slos, at=at),
        upstreams=get_upstreams(ids, start=at - _UPSTREAM_REACH, at=at),
        last_fired=_list_last_fired(ids),
        open=open_alerts,
        days={row.slo_id: row for row in SLODay.objects.filter(slo__in=slos, day_on=local(at).date())},
    )


def _list_last_fired(ids: Iterable[int]) -> _LastFired:
    """When each rule last told somebody, by integration, tier and rule: a new version does not forget."""
    rows = BurnAlert.objects.filter(slo__integration__in=ids, suppressed_by__isnull=True).order_by()
    return {
        (row["slo__integration"], row["slo__tier"], row["rule"]): row["last"]
        for row in rows.values("slo__integration", "slo__tier", "rule").annotate(last=Max("started_at"))
    }


def _judge(slo: SLO, batch: _Batch, at: datetime) -> None:
    watched, open_alerts = batch.watched[slo.pk], batch.open[slo.pk]
    if slo.tier != slo.integration.tier or not slo.integration.is_active:
        end_alerts(slo=slo, alerts=list(open_alerts.values()), reason="no longer in this tier or not active", at=at)
        return
    now = judge_slo(slo, watched.past, at=at, is_paused=watched.is_paused)
    note_day(slo=slo, today=batch.days.get(slo.pk), now=now, at=at)
    _note_status(slo, now, at)
    _note_policy(slo, now, at)
    readings = {one.rule.key: one for one in read_burns(slo, watched.past, interval_us=watched.interval_us, at=at)}
    gone = [alert for rule, alert in open_alerts.items() if rule not in readings]
    end_alerts(slo=slo, alerts=gone, reason="the rule is no longer in force", at=at)
    for rule, reading in readings.items():
        last = batch.last_fired.get((slo.integration_id, slo.tier, rule))
        _judge_rule(_Rule(slo, reading, open_alerts.get(rule), last), batch.upstreams.get(slo.integration_id, []), at)


@dataclass(frozen=True, slots=True)
class _Rule:
    slo: SLO
    reading: Reading
    alert: BurnAlert | None
    last_fired_at: datetime | None


def _judge_rule(rule: _Rule, upstreams: Sequence[Upstream], at: datetime) -> None:
    reading, alert = rule.reading, rule.alert
    if alert is not None and reading.is_past:
        end_alerts(slo=rule.slo, alerts=[alert], reason="the long window is quiet again", at=at)
        return
    last = to_us(rule.last_fired_at) if rule.last_fired_at else None
    is_hidden = alert is not None and alert.suppressed_by_id is not None
    if (alert is not None and not is_hidden) or not reading.may_fire(last, to_us(at)):
        return
    suppressor = find_suppressor(upstreams, start=from_us(to_us(at) - reading.short_us), end=at)
    if alert is not None:
        if suppressor is not None:
            return
        end_alerts(slo=rule.slo, alerts=[alert], reason="what it depends on is up, and it still burns", at=at)
    fire_alert(slo=rule.slo, reading=reading, suppressor=suppressor, at=at)


def _note_status(slo: SLO, now: SLONow, at: datetime) -> None:
    if now.status == slo.status and slo.status_since is not None:
        return
    if now.status != slo.status:
        words = f"{SLOStatus(slo.status).label} to {SLOStatus(now.status).label.lower()}"
        add_event(slo, SLOEventKind.STATUS, words, at=at, spent=now.budget.spent_share if now.budget else None)
    SLO.objects.filter(pk=slo.pk).update(status=now.status, status_since=at)


def _note_policy(slo: SLO, now: SLONow, at: datetime) -> None:
    """Logs each step of the policy once, when the spending reaches it."""
    spent = now.budget.spent_share if now.budget else Fraction(0)
    actions = {int(step["spent_percent"]): str(step["action"]) for step in slo.policy}
    reached = reached_step(sorted(actions), spent, before=slo.policy_percent)
    for step in sorted(actions):
        if slo.policy_percent < step <= reached:
            words = f"{step} % of the budget is spent: {actions[step]}"
            add_event(slo, SLOEventKind.POLICY, words, at=at, spent=spent)
    if reached != slo.policy_percent:
        SLO.objects.filter(pk=slo.pk).update(policy_percent=reached)
