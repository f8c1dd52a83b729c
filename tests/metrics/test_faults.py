"""A worker that fails at any statement, or meets another worker or a writer at any statement, leaves no wrong number."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection, connections

from metrics.models import ColumnBlock, DayCell, DirtyMark, MonthCell, PeriodValue, SourceRun, ValueRevision
from metrics.services.marks import mark_all_days
from metrics.services.recompute import recompute_batch, recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import get_source
from support.models import Ticket
from tests.metrics.test_recompute import NOW, differences, make_tickets

SOURCES = ["tickets_opened", "tickets_resolved", "ticket_backlog"]
STORED = (DirtyMark, DayCell, MonthCell, ColumnBlock, PeriodValue, ValueRevision, SourceRun)
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")


class Killed(BaseException):
    """Nothing may catch it, as nothing survives a kill."""


@contextmanager
def killed_at(statement: int):
    """Raise before this statement of the connection is sent, counted from 1; gives the counter."""
    seen = [0]

    def count(execute, sql, params, many, context):
        seen[0] += 1
        if seen[0] == statement:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield seen


def everything_stored():
    return [list(model.objects.order_by("pk").values_list()) for model in STORED]


def change_much(seed: int) -> None:
    """Edits that touch several days, take cells away and bring new ones."""
    tickets = list(Ticket.objects.filter(resolved_at__isnull=False).order_by("pk")[seed : seed + 3])
    Ticket.objects.filter(pk=tickets[0].pk).update(opened_at=tickets[0].opened_at - timedelta(days=40))
    Ticket.objects.filter(pk=tickets[1].pk).update(priority="urgent", reopen_count=2)
    tickets[2].delete()
    make_tickets(2, seed=seed)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("backfill", [False, True], ids=["rows", "backfill"])
def test_a_kill_at_any_statement_changes_nothing(backfill):
    make_tickets(25)
    recompute_pending(at=NOW)
    for key in SOURCES if backfill else ():
        MonthCell.objects.filter(version__source=key).update(total=7)
        mark_all_days(get_source(key))
    if not backfill:
        change_much(4)

    for key in SOURCES:
        kill_at_every_statement(get_source(key))

    recompute_pending(at=NOW + timedelta(hours=3))
    assert differences() == []


def kill_at_every_statement(source):
    before = everything_stored()
    statement = 0
    while True:
        statement += 1
        try:
            with killed_at(statement):
                assert recompute_batch(source, at=NOW + timedelta(hours=2)) is not None
        except Killed:
            assert everything_stored() == before, f"killed at statement {statement}"
        else:
            break

    assert statement > 10
    assert verify_source(source) == []


class PausedWorker(threading.Thread):
    """A worker on a connection of its own that waits before its nth statement until it may go on."""

    def __init__(self, source, statement: int):
        super().__init__(daemon=True)
        self.source, self.statement, self.seen = source, statement, 0
        self.paused, self.go_on = threading.Event(), threading.Event()
        self.error = None

    def run(self):
        try:
            with connection.execute_wrapper(self._count):
                recompute_batch(self.source, at=NOW + timedelta(hours=2))
        except BaseException as error:  # noqa: BLE001 - the test shows it
            self.error = error
        finally:
            self.paused.set()
            connections.close_all()

    def _count(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.statement:
            self.paused.set()
            assert self.go_on.wait(20)
        return execute(sql, params, many, context)

    def pause(self):
        self.start()
        assert self.paused.wait(20)

    def finish(self):
        self.go_on.set()
        self.join(20)
        assert self.error is None, self.error


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_worker_and_a_writer_at_any_statement_of_another_leave_no_difference():
    source = get_source("tickets_resolved")
    make_tickets(25)
    recompute_pending(at=NOW)
    ticket = Ticket.objects.filter(resolved_at__isnull=False).order_by("pk")[3]
    statement, refused = 0, 0
    while True:
        statement += 1
        Ticket.objects.filter(pk=ticket.pk).update(reopen_count=statement % 2)
        worker = PausedWorker(source, statement)
        worker.pause()
        moved = ticket.resolved_at + timedelta(minutes=statement)
        Ticket.objects.filter(pk=ticket.pk).update(resolved_at=moved)
        refused += recompute_batch(source, at=NOW + timedelta(hours=2)) is None
        worker.finish()
        recompute_pending(at=NOW + timedelta(hours=3))
        assert verify_source(source) == [], f"paused at statement {statement}"
        if worker.seen < statement:
            break

    assert statement > 15
    assert refused > 10, "the other worker must have found the source locked"
    assert differences() == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_write_that_commits_late_is_not_lost():
    make_tickets(25)
    recompute_pending(at=NOW)
    ticket = Ticket.objects.filter(resolved_at__isnull=False).order_by("pk")[3]
    writer = psycopg2.connect(**{k: v for k, v in connection.get_connection_params().items() if k != "cursor_factory"})
    try:
        writer.cursor().execute(
            "UPDATE support_ticket SET opened_at = opened_at - interval '3 days' WHERE id = %s", [ticket.pk]
        )
        Ticket.objects.exclude(pk=ticket.pk).update(category="moved")
        recompute_pending(at=NOW + timedelta(hours=1))
        assert not DirtyMark.objects.exists()
        writer.commit()
    finally:
        writer.close()

    assert DirtyMark.objects.exists()
    recompute_pending(at=NOW + timedelta(hours=2))
    assert differences() == []
