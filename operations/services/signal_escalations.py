"""Signals of metrics that ask for somebody become escalations, once each, and end with their signal.

Metrics write the signals and know nothing of this. What is to be raised is read from the rows, each time anew: a run
that is lost, doubled or killed is made up for by the next one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from foundation.claims import claim_rows
from metrics.models import EpisodeState, MetricStatus, SignalEpisode
from operations.models import EscalationKind, EscalationRule, SignalEscalation
from operations.selectors.signal_words import signal_reason, signal_title
from operations.services.escalations import NewEscalation, raise_escalation, resolve_subject

_log = structlog.get_logger("escalations")
_CALLS = {
    "state": EpisodeState.OPEN,
    "is_paging": True,
    "is_improving": False,
    "baseline__version__metric__status": MetricStatus.APPROVED,
}
"""What makes a signal ask for somebody."""


@dataclass(frozen=True)
class SignalReport:
    """How many escalations one run raised and ended."""

    raised: int
    ended: int


@dataclass(frozen=True)
class Rules:
    """The rules as they are now; what no rule names is escalated as an EscalationRule without anything would say."""

    stored: tuple[EscalationRule, ...]

    def of(self, episode: SignalEpisode) -> EscalationRule:
        """That of the metric, else of its owner, else of all others, else the product's own."""
        metric = episode.baseline.version.metric
        named = {(rule.metric_id, rule.owner_id): rule for rule in self.stored}
        owned = named.get((None, metric.owner_id)) if metric.owner_id else None
        return named.get((metric.pk, None)) or owned or named.get((None, None)) or EscalationRule()


def escalate_signals(*, at: datetime) -> SignalReport:
    """Raise every signal that asks for somebody and was not raised yet, and end those that are over.

    Any number of workers may run it at once. One that fails is logged, is tried again by the next run, and does not
    hold up the others.
    """
    rules = Rules(tuple(EscalationRule.objects.select_related("policy")))
    waiting = [one.pk for one in _list_waiting() if rules.of(one).is_raised]
    over = list(_list_over().values_list("pk", flat=True))
    return SignalReport(
        raised=_each(waiting, lambda pk: _raise_signal(pk, rules, at=at)),
        ended=_each(over, lambda pk: _end_signal(pk, at=at)),
    )


def _each(pks: Iterable[int], do: Callable[[int], bool]) -> int:
    done = 0
    for pk in pks:
        try:
            done += do(pk)
        except Exception:  # noqa: BLE001 - one that fails holds up no other
            _log.exception("signal_not_escalated", pk=pk)
    return done


def _list_waiting() -> "QuerySet[SignalEpisode]":
    raised = SignalEscalation.objects.filter(episode=OuterRef("pk"))
    waiting = SignalEpisode.objects.filter(~Exists(raised), **_CALLS)
    return waiting.select_related("baseline__version__metric").order_by("detected_at", "pk")


def _list_over() -> "QuerySet[SignalEscalation]":
    calling = SignalEpisode.objects.filter(pk=OuterRef("episode"), **_CALLS)
    return SignalEscalation.objects.filter(~Exists(calling), ended_at__isnull=True).order_by("pk")


def _raise_signal(pk: int, rules: Rules, *, at: datetime) -> bool:
    """Whether it was raised here; not if somebody else did, or if it is over by now."""
    try:
        with transaction.atomic():
            found = claim_rows(_list_waiting().filter(pk=pk), limit=1)
            if not found:
                return False
            episode, rule = found[0], rules.of(found[0])
            metric = episode.baseline.version.metric
            new = NewEscalation(
                kind=EscalationKind(rule.kind),
                subject=f"signal:{episode.pk}",
                title=signal_title(episode),
                reason=signal_reason(episode),
                url=metric.get_absolute_url(),
                severity=rule.severity,
                policy=rule.policy,
                owner_id=metric.owner_id,
            )
            escalation = raise_escalation(new=new, at=at)
            SignalEscalation.objects.create(episode=episode, escalation=escalation, started_at=at)
    except IntegrityError:
        if not SignalEscalation.objects.filter(episode=pk).exists():
            raise
        return False  # Another worker was first, and all that was done here is undone.
    return True


def _end_signal(pk: int, *, at: datetime) -> bool:
    """Whether it was ended here."""
    with transaction.atomic():
        found = claim_rows(_list_over().filter(pk=pk).select_related("episode", "escalation"), limit=1)
        if not found:
            return False
        row = found[0]
        kind, note = EscalationKind(row.escalation.kind), _why_over(row.episode)
        resolve_subject(subject=row.escalation.subject, kind=kind, at=at, note=note)
        row.ended_at = at
        row.save(update_fields=["ended_at"])
    return True


def _why_over(episode: SignalEpisode) -> str:
    if episode.state == EpisodeState.CLOSED:
        return "The signal is over: the weeks since are back to normal, or the limits were set anew."
    if episode.state == EpisodeState.WITHDRAWN:
        return "Restated values no longer show the signal."
    return "The signal no longer asks for anybody: its rules changed with restated values, or the metric was retired."
