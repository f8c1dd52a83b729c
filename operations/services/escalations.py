"""Raising a matter, and ending it when its cause is gone."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from foundation.errors import InvalidInputError
from operations.escalation.ladder import Ladder, dump_ladder
from operations.models import (
    Escalation,
    EscalationEvent,
    EscalationEventKind,
    EscalationKind,
    EscalationPolicy,
    EscalationRun,
    EscalationState,
    EscalationTrigger,
    RunStatus,
    Severity,
    User,
)
from operations.services.escalation_policies import find_policy, freeze_policy
from operations.services.escalation_rows import (
    TEXT_LENGTH,
    Happening,
    climb_again,
    end_run,
    event_name,
    first_due,
    lock_run,
    make_event,
    record_event,
    save_run,
)
from operations.services.notifications import Notice, notify

LENGTHS = {"subject": 120, "title": 200}
OF_THE_PLATFORM = frozenset({"action", "incident", "ledger", "post_mortem", "quota", "signal", "slo", "ticket"})
"""What the platform raises by itself: before the colon of a subject, and never typed by a person."""
_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f]*")


@dataclass(frozen=True)
class NewEscalation:
    """What is raised. `subject` is a key such as "incident:12".

    Without a ladder or policy the kind's default is taken.
    """

    kind: EscalationKind
    subject: str
    title: str
    reason: str = ""
    url: str = ""
    severity: str = "normal"
    policy: EscalationPolicy | None = None
    owner_id: int | None = None
    ladder: Ladder | None = None


def raise_by_hand(*, new: NewEscalation, at: datetime, by: User) -> Escalation:
    """As `raise_escalation`; InvalidInputError for a subject of the platform, whose own matter would join this one."""
    prefix = new.subject.partition(":")[0].strip().casefold()
    if prefix in OF_THE_PLATFORM:
        raise InvalidInputError("subject", f"The platform raises {prefix} itself; choose a key of your own.")
    return raise_escalation(new=new, at=at, by=by)


def raise_escalation(*, new: NewEscalation, at: datetime, by: User | None = None) -> Escalation:
    """The open escalation of this subject and kind: a new one whose first level is due, or the one there is.

    Raising it again appends a trigger; if that is critical and the escalation was not, it becomes critical and its
    next step is due at once, whoever answered it before. Runs in the caller's transaction. InvalidInputError names what
    is missing or too long.
    """
    _check(new)
    with transaction.atomic():
        for _ in range(3):  # Somebody else may open or end it between our looking and our writing.
            run = _lock_open(new)
            if run is not None:
                return _raise_again(run, new, at=at, by=by)
            try:
                with transaction.atomic():
                    return _open([new], at=at, by=by)[0]
            except IntegrityError:
                continue
    raise IntegrityError(f"{new.subject} was opened and ended by others all the time.")


def raise_escalations(news: Iterable[NewEscalation], *, at: datetime) -> None:
    """Raise each, by the system, as `raise_escalation` does; those that are not open yet in a few statements."""
    known = list(news)
    for new in known:
        _check(new)
    with transaction.atomic():
        subjects = Escalation.objects.filter(subject__in={new.subject for new in known}, ended_at__isnull=True)
        is_open = set(subjects.values_list("subject", "kind"))
        first = {(new.subject, new.kind): new for new in reversed(known) if (new.subject, new.kind) not in is_open}
        opened = list(first.values())
        try:
            with transaction.atomic():
                _open(opened, at=at, by=None)
        except IntegrityError:  # Somebody else opened one between our looking and our writing.
            opened = []
        done = {id(new) for new in opened}
        for new in known:
            if id(new) not in done:
                raise_escalation(new=new, at=at)


def resolve_subject(*, subject: str, kind: EscalationKind, at: datetime, note: str, by: User | None = None) -> int:
    """End the open escalations of the subject and kind, and tell those who were told; how many there were."""
    ended = 0
    for pk in Escalation.objects.filter(subject=subject, kind=kind, ended_at__isnull=True).values_list("pk", flat=True):
        with transaction.atomic():
            run = lock_run(pk)
            if run.status != RunStatus.ENDED:
                mark_resolved(run, note=note, at=at, by=by)
                ended += 1
    return ended


def mark_resolved(run: EscalationRun, *, note: str, at: datetime, by: User | None) -> None:
    """End the locked run as resolved, in the caller's transaction, and tell those who were told."""
    run.escalation.state = EscalationState.RESOLVED
    end_run(run, at=at)
    save_run(run)
    record_event(run, Happening(EscalationEventKind.RESOLVED, note), actor=by, at=at)
    tell_end(run.escalation, note, at=at)


def tell_end(escalation: Escalation, note: str, *, at: datetime) -> None:
    """Tell those who were told of the escalation that it is over."""
    name = event_name(escalation.pk)
    title = f"{escalation.get_state_display()}: {escalation.title}"
    url = escalation.get_absolute_url()
    notice = Notice(event=f"{name}:end", title=title, text=note, url=url, severity=escalation.severity, answers=name)
    notify(notice=notice, to=(), at=at)


def _check(new: NewEscalation) -> None:
    for name, limit in LENGTHS.items():
        value = getattr(new, name)
        if not value.strip() or len(value) > limit:
            raise InvalidInputError(name, f"Give 1 to {limit} characters.")
    if new.url and not _PATH.fullmatch(new.url):
        raise InvalidInputError("url", "Give a path on this site, such as /incidents/12/.")
    if len(new.reason) > TEXT_LENGTH:
        raise InvalidInputError("reason", f"Give at most {TEXT_LENGTH} characters.")
    if new.kind not in EscalationKind.values:
        raise InvalidInputError("kind", f"Give one of: {', '.join(EscalationKind.values)}.")
    if new.severity not in Severity.values:
        raise InvalidInputError("severity", f"Give one of: {', '.join(Severity.values)}.")


def _lock_open(new: NewEscalation) -> EscalationRun | None:
    """The locked run of the open escalation there is; None if there is none, or it ended meanwhile."""
    found = Escalation.objects.filter(subject=new.subject, kind=new.kind, ended_at__isnull=True).first()
    if found is None:
        return None
    run = lock_run(found.pk)
    return None if run.status == RunStatus.ENDED else run


def _open(news: Sequence[NewEscalation], *, at: datetime, by: User | None) -> list[Escalation]:
    """New escalations with their runs and first events, in four statements however many; IntegrityError where one of
    the subjects is open.
    """
    opened = Escalation.objects.bulk_create(_row(new, at=at, by=by) for new in news)
    pairs = list(zip(opened, news, strict=True))
    runs = EscalationRun.objects.bulk_create(_run_of(row, new, at=at) for row, new in pairs)
    EscalationEvent.objects.bulk_create(
        make_event(run, Happening(EscalationEventKind.RAISED, new.reason), actor=by, at=at)
        for run, new in zip(runs, news, strict=True)
    )
    EscalationTrigger.objects.bulk_create(_trigger_of(row, new, at=at, by=by) for row, new in pairs)
    return opened


def _row(new: NewEscalation, *, at: datetime, by: User | None) -> Escalation:
    return Escalation(
        kind=new.kind,
        subject=new.subject,
        title=new.title,
        reason=new.reason,
        url=new.url,
        severity=new.severity,
        owner_id=new.owner_id,
        raised_at=at,
        raised_by=by,
    )


def _run_of(escalation: Escalation, new: NewEscalation, *, at: datetime) -> EscalationRun:
    policy = None if new.ladder else new.policy or find_policy(new.kind)
    ladder = new.ladder or freeze_policy(policy)
    return EscalationRun(
        escalation=escalation,
        policy=policy,
        policy_snapshot=dump_ladder(ladder),
        next_due_at=first_due(ladder, severity=new.severity, at=at),
    )


def _raise_again(run: EscalationRun, new: NewEscalation, *, at: datetime, by: User | None) -> Escalation:
    escalation = run.escalation
    _trigger_of(escalation, new, at=at, by=by).save()
    record_event(run, Happening(EscalationEventKind.TRIGGERED, new.reason), actor=by, at=at)
    if new.severity == Severity.CRITICAL and escalation.severity != Severity.CRITICAL:
        escalation.severity = Severity.CRITICAL
        if run.status == RunStatus.HELD:
            climb_again(run)
        run.next_due_at = at
        record_event(run, Happening(EscalationEventKind.SEVERITY), actor=by, at=at)
        save_run(run)
    return escalation


def _trigger_of(escalation: Escalation, new: NewEscalation, *, at: datetime, by: User | None) -> EscalationTrigger:
    return EscalationTrigger(
        escalation=escalation,
        at=at,
        actor=by,
        title=new.title,
        reason=new.reason,
        url=new.url,
        severity=new.severity,
    )
