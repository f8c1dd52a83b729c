import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import connection

from metrics.models import DirtyMark, PeriodValue, ValueRevision
from metrics.periods import OrganisationCalendar
from metrics.selectors.values import get_point, get_series, get_version
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import list_sources
from support.models import Ticket, TicketState
from tests.factories import MetricVersionFactory

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
KEYS = {
    "mean": "ticket_resolution_hours_mean",
    "median": "ticket_resolution_hours_median",
    "p90": "ticket_resolution_hours_p90",
}


def make_tickets(count: int, seed: int = 1, *, start: datetime = NOW - timedelta(days=60)) -> list[Ticket]:
    rng = random.Random(seed)
    tickets = []
    for i in range(count):
        opened = start + timedelta(seconds=rng.uniform(0, 50 * 86400))
        resolved = opened + timedelta(seconds=rng.expovariate(1 / 100_000)) if rng.random() < 0.8 else None
        if resolved and resolved > NOW:
            resolved = None
        tickets.append(
            Ticket(
                subject=f"Ticket {i}",
                state=TicketState.SOLVED if resolved else TicketState.OPEN,
                priority=rng.choice(["urgent", "high", "normal", "low"]),
                opened_at=opened,
                resolved_at=resolved,
                reopen_count=rng.choice([0, 0, 0, 1]),
            )
        )
    return Ticket.objects.bulk_create(tickets)


def hours(tickets) -> list[float]:
    return [(t.resolved_at - t.opened_at) / timedelta(microseconds=1) / 3.6e9 for t in tickets]


def differences() -> list:
    return [d for source in list_sources() for d in verify_source(source)]


@pytest.mark.django_db
def test_period_values_equal_numpy_over_the_rows():
    make_tickets(400)

    recompute_pending(at=NOW)

    resolved = [t for t in Ticket.objects.all() if t.resolved_at]
    for grain, first, last in (
        ("all", date(1970, 1, 1), None),
        ("month", date(2026, 5, 1), date(2026, 6, 1)),
        ("week", date(2026, 5, 11), date(2026, 5, 18)),
        ("day", date(2026, 5, 20), date(2026, 5, 21)),
    ):
        inside = [
            t for t in resolved if first <= t.resolved_at.date() and (last is None or t.resolved_at.date() < last)
        ]
        values = hours(inside)
        points = {name: get_point(get_version(key), grain, first, at=NOW) for name, key in KEYS.items()}
        assert points["mean"].n == len(inside)
        assert points["mean"].value == pytest.approx(np.mean(values), rel=1e-13)
        assert points["median"].value == np.quantile(values, 0.5)
        assert points["p90"].value == np.quantile(values, 0.9)
    assert differences() == []


@pytest.mark.django_db
def test_backlog_equals_a_count_at_every_day_end():
    tickets = make_tickets(300, seed=3)

    recompute_pending(at=NOW)

    series = get_series("ticket_backlog", "day", date(2026, 4, 10), date(2026, 6, 14), at=NOW)
    for point in series.points:
        if point.value is None:
            continue
        moment = datetime.combine(point.end, datetime.min.time(), UTC)
        open_then = sum(t.opened_at < moment and (t.resolved_at is None or t.resolved_at >= moment) for t in tickets)
        assert point.value == open_then
    assert series.points[-1].value > 0


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_writes_leaves_no_difference(seed):
    rng = random.Random(seed)
    make_tickets(60, seed=seed)
    for step in range(8):
        ids = list(Ticket.objects.values_list("pk", flat=True))
        ticket = Ticket.objects.get(pk=rng.choice(ids))
        action = rng.choice(["delete", "move", "reopen", "bulk", "raw", "add", "spam"])
        if action == "delete":
            ticket.delete()
        elif action == "move":
            Ticket.objects.filter(pk=ticket.pk).update(opened_at=ticket.opened_at - timedelta(days=rng.randint(1, 20)))
        elif action == "reopen":
            Ticket.objects.filter(pk=ticket.pk).update(state="open", resolved_at=None)
        elif action == "bulk":
            some = list(Ticket.objects.filter(resolved_at__isnull=False)[:20])
            for row in some:
                row.resolved_at += timedelta(hours=rng.randint(0, 50))
            Ticket.objects.bulk_update(some, ["resolved_at"])
        elif action == "raw":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE support_ticket SET priority = 'low' WHERE id = %s", [ticket.pk])
        elif action == "add":
            make_tickets(10, seed=seed * 100 + step)
        else:
            Ticket.objects.filter(pk=ticket.pk).update(state="spam")
        if rng.random() < 0.6:
            recompute_pending(at=NOW + timedelta(minutes=step), days_a_batch=rng.choice([1, 3, 62]))
    recompute_pending(at=NOW + timedelta(hours=1))

    assert differences() == []
    assert not DirtyMark.objects.exists()


@pytest.mark.django_db
def test_nothing_changed_writes_no_revision():
    make_tickets(50)
    recompute_pending(at=NOW)
    before = ValueRevision.objects.count()

    from metrics.services.marks import mark_all_days

    for source in list_sources():
        mark_all_days(source)
    batches = recompute_pending(at=NOW + timedelta(minutes=5))

    assert batches and sum(batch.changed for batch in batches) == 0
    assert ValueRevision.objects.count() == before


@pytest.mark.django_db
def test_a_late_edit_of_a_published_period_is_a_restatement():
    ticket = Ticket.objects.create(
        subject="x",
        state="solved",
        opened_at=datetime(2026, 3, 2, tzinfo=UTC),
        resolved_at=datetime(2026, 3, 3, tzinfo=UTC),
    )
    recompute_pending(at=NOW)
    Ticket.objects.filter(pk=ticket.pk).update(opened_at=datetime(2026, 3, 1, tzinfo=UTC))

    recompute_pending(at=NOW + timedelta(days=1))

    row = PeriodValue.objects.get(
        version=get_version("ticket_resolution_hours_mean"), grain="month", start=date(2026, 3, 1), segment=""
    )
    assert (row.value, row.restated_at) == (48.0, NOW + timedelta(days=1))
    revisions = ValueRevision.objects.filter(version=row.version, grain="month", start=row.start, segment="")
    assert list(revisions.values_list("value", flat=True)) == [24.0, 48.0]


@pytest.mark.django_db
def test_a_poison_day_is_set_aside_and_holds_up_nothing(monkeypatch):
    make_tickets(40)
    poison = datetime(2026, 5, 10, tzinfo=UTC)
    from metrics.sources import get_source

    source = get_source("tickets_resolved")
    real = source.fetch

    def failing(start, end):
        if start <= poison < end:
            raise ValueError("this day cannot be read")
        return real(start, end)

    monkeypatch.setitem(source.__dict__, "fetch", failing)
    Ticket.objects.create(subject="p", state="solved", opened_at=poison, resolved_at=poison + timedelta(hours=1))

    recompute_pending(at=NOW, max_batches=500)

    left = DirtyMark.objects.filter(source="tickets_resolved")
    assert left and all(mark.attempts == 1 and mark.not_before > NOW for mark in left)
    assert {OrganisationCalendar().days_of_hour(mark.utc_hour).pop() for mark in left} == {date(2026, 5, 10)}
    monkeypatch.undo()
    recompute_pending(at=NOW + timedelta(minutes=1))
    assert differences() == []


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["sum", "mean"])
def test_kinds_that_fold_rows_alike_still_make_their_own_values(first):
    formula = {"measure": "resolution", "scale": 3_600_000_000}
    for kind in (first, *({"sum", "mean"} - {first})):
        MetricVersionFactory(
            metric__key=f"the_{kind}", kind=kind, source="tickets_resolved", formula=formula, dimensions=["priority"]
        )
    tickets = [ticket for ticket in make_tickets(60) if ticket.resolved_at]

    recompute_pending(at=NOW, now_please=True, max_batches=1000)

    stored = {
        row.version.metric.key: row.value
        for row in PeriodValue.objects.filter(version__metric__key__startswith="the_", grain="all", segment="")
    }
    assert stored == {
        "the_sum": pytest.approx(sum(hours(tickets)), rel=1e-12),
        "the_mean": pytest.approx(sum(hours(tickets)) / len(tickets), rel=1e-12),
    }
    assert differences() == []
