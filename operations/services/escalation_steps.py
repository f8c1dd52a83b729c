"""The steps of escalations that are due: rows in the database, one transaction each, caught up after any stop."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from foundation.claims import claim_rows
from operations.escalation.ladder import Ladder, Position, Rung
from operations.models import (
    Escalation,
    EscalationEventKind,
    EscalationRun,
    RunStatus,
    User,
)
from operations.services.escalation_rows import (
    Happening,
    climb_again,
    due_after,
    event_name,
    get_ladder,
    record_event,
    save_run,
)
from operations.services.notifications import Notice, notify

LATE = timedelta(seconds=60)
"""From this lateness on a step is logged as a warning; every step's event holds it."""

_log = structlog.get_logger("escalations")


def advance_due_escalations(*, at: datetime, limit: int = 200) -> int:
    """Take every step that is due, the longest overdue first, at most `limit`; how many were taken.

    Any number of workers may run it at once. A step that fails is logged, stays due, and does not hold up the others.
    """
    taken, failed = 0, set[int]()
    while taken + len(failed) < limit:
        claimed: list[int] = []
        try:
            with transaction.atomic():
                run = _claim(at, failed)
                if run is None:
                    break
                claimed.append(run.pk)
                _take_step(run, at=at)
        except Exception:
            if not claimed:
                raise
            _log.exception("escalation_step_failed", run_id=claimed[0])
            failed.update(claimed)
        else:
            taken += 1
    return taken


def _claim(at: datetime, failed: set[int]) -> EscalationRun | None:
    """The run that is longest overdue and that nobody else holds, with its escalation."""
    due = EscalationRun.objects.filter(~Q(status=RunStatus.ENDED), next_due_at__lte=at).exclude(pk__in=failed)
    found = claim_rows(due.order_by("next_due_at", "pk"), limit=1)
    if not found:
        return None
    run = found[0]
    run.escalation = Escalation.objects.get(pk=run.escalation_id)
    return run


def _take_step(run: EscalationRun, *, at: datetime) -> None:
    """Tell the level that is due, passing over levels with nobody, and set when the next one is."""
    late = at - (run.next_due_at or at)
    if run.status == RunStatus.HELD:
        _let_expire(run, at=at)
    ladder = get_ladder(run)
    place = Position(run.next_level, run.next_loop)
    people = list_targets(ladder.rung(place.level))
    while not people and place.level < len(ladder.levels):
        _stand(run, ladder, place)
        record_event(run, Happening(EscalationEventKind.HOLE, ladder.rung(place.level).name), actor=None, at=at)
        place = ladder.after(place)
        people = list_targets(ladder.rung(place.level))
    _stand(run, ladder, place)
    _tell(run, ladder, people, late=late, at=at)
    wait = ladder.rung(place.level).wait_seconds
    run.next_due_at = due_after(ladder, wait, severity=run.escalation.severity, at=at)
    save_run(run)


def _stand(run: EscalationRun, ladder: Ladder, place: Position) -> None:
    """The run is at this place now, and goes on to the one after it."""
    run.level, run.loop = place.level, place.loop
    following = ladder.after(place)
    run.next_level, run.next_loop = following.level, following.loop
    run.reached_level = max(run.reached_level, place.level)
    run.step_count += 1


def _let_expire(run: EscalationRun, *, at: datetime) -> None:
    """Nobody did anything about what was acknowledged: it climbs again, from the level it stands at."""
    climb_again(run)
    record_event(run, Happening(EscalationEventKind.EXPIRED), actor=None, at=at)


def _tell(run: EscalationRun, ladder: Ladder, people: list[User], *, late: timedelta, at: datetime) -> None:
    rung, escalation = ladder.rung(run.level), run.escalation
    kind = EscalationEventKind.NOTIFIED if people else EscalationEventKind.HOLE
    ids = [person.pk for person in people]
    details = {"people": ids, "late_seconds": round(late.total_seconds(), 3)}
    record_event(run, Happening(kind, rung.name, details), actor=None, at=at)
    if late >= LATE:
        _log.warning("escalation_step_late", escalation_id=escalation.pk, late_seconds=late.total_seconds())
    if not people:
        _log.error("escalation_reaches_nobody", escalation_id=escalation.pk)
    notify(notice=_notice(escalation, rung, run), to=ids, at=at)


def _notice(escalation: Escalation, rung: Rung, run: EscalationRun) -> Notice:
    """What the level is told. A step is told apart by its number: a level may be told more than once in a pass."""
    return Notice(
        event=event_name(escalation.pk),
        title=escalation.title,
        text=f"{escalation.get_kind_display()}. {rung.name}, please answer.\n\n{escalation.reason}".strip(),
        url=escalation.get_absolute_url(),
        severity=escalation.severity,
        level=run.level,
        loop=run.step_count,
    )


def list_targets(rung: Rung) -> list[User]:
    """The active people of the level now: roles are frozen, but not who has them."""
    people: Iterable[User] = User.objects.filter(
        Q(groups__name__in=rung.roles) | Q(pk__in=rung.users), is_active=True, is_service=False
    )
    return sorted(set(people), key=lambda person: person.pk)
