from datetime import UTC, datetime, timedelta

import pytest

from foundation.errors import InvalidInputError
from operations.models import Escalation, EscalationEvent, EscalationTrigger, OutboxMessage
from operations.services.escalation_steps import advance_due_escalations
from partnerships.models import LedgerEntry, LedgerNotice, LedgerRenewal, ResultCursor
from partnerships.services.ledger import (
    add_ledger_entry,
    close_ledger_entry,
    renew_ledger_entry,
    snooze_ledger_entry,
)
from partnerships.services.ledger_notices import notice_ledger_dates
from partnerships.services.result_headers import read_result_headers
from tests.factories import CheckResultFactory, HealthCheckFactory, UserFactory
from tests.factories_ledger import LedgerEntryFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TOKEN = "ghp_" + "a1B2" * 9


def test_secrets_are_refused_wherever_text_is_taken():
    for field in ("title", "notes", "fingerprint"):
        with pytest.raises(InvalidInputError) as refusal:
            add_ledger_entry(values={"kind": "personal_token", "title": "Token", field: TOKEN})
        assert refusal.value.field == field
    entry = LedgerEntryFactory()
    with pytest.raises(InvalidInputError):
        renew_ledger_entry(
            entry_id=entry.pk, next_due_at=NOW + 90 * DAY, evidence=f"new one: {TOKEN}", by=UserFactory(), at=NOW
        )

    assert LedgerEntry.objects.count() == 1
    assert LedgerRenewal.objects.count() == 0


def test_renewal_moves_the_end_and_is_told_of_again():
    person = UserFactory()
    entry = LedgerEntryFactory(due_at=NOW + DAY)
    snooze_ledger_entry(entry_id=entry.pk, until=NOW + DAY, reason="In hand", by=person, at=NOW)

    renewal = renew_ledger_entry(
        entry_id=entry.pk, next_due_at=NOW + 366 * DAY, evidence=" Invoice 7 ", by=person, at=NOW + DAY
    )

    entry.refresh_from_db()
    assert (renewal.previous_due_at, renewal.next_due_at, renewal.evidence) == (
        NOW + DAY,
        NOW + 366 * DAY,
        "Invoice 7",
    )
    assert (entry.due_at, entry.snoozed_until) == (NOW + 366 * DAY, None)


def test_a_closed_entry_is_not_renewed():
    person, entry = UserFactory(), LedgerEntryFactory(due_at=NOW + DAY)
    close_ledger_entry(entry_id=entry.pk, reason="Left", by=person, at=NOW)

    with pytest.raises(InvalidInputError, match="It is closed"):
        renew_ledger_entry(entry_id=entry.pk, next_due_at=NOW + 366 * DAY, evidence="x", by=person, at=NOW)

    assert not LedgerRenewal.objects.exists()


@pytest.mark.parametrize("due", [NOW - DAY, NOW + 45 * DAY], ids=["past", "not-later"])
def test_renewal_to_no_later_end_is_refused(due):
    entry = LedgerEntryFactory(due_at=NOW + 45 * DAY)

    with pytest.raises(InvalidInputError) as refusal:
        renew_ledger_entry(entry_id=entry.pk, next_due_at=due, evidence="x", by=None, at=NOW)

    assert refusal.value.field == "next_due_at"


def test_each_lead_time_is_told_once_over_ninety_days():
    """Asked every six hours, over the whole run."""
    entry = LedgerEntryFactory(due_at=NOW + 75 * DAY)

    told = [notice_ledger_dates(at=NOW + hours * timedelta(hours=6)) for hours in range(90 * 4)]

    notices = LedgerNotice.objects.order_by("noticed_at").values_list("lead_days", "noticed_at")
    assert sum(told) == 6
    assert list(notices) == [(lead, entry.due_at - timedelta(days=lead)) for lead in (60, 30, 14, 7, 1, 0)]


def test_owner_is_told_and_without_one_the_coo():
    owner, coo = UserFactory(), UserFactory(groups=["coo"])
    owned = LedgerEntryFactory(due_at=NOW + 5 * DAY, owner=owner, title="Owned")
    loose = LedgerEntryFactory(due_at=NOW - DAY, title="Loose")

    notice_ledger_dates(at=NOW)
    notice_ledger_dates(at=NOW)

    told = OutboxMessage.objects.filter(channel="in_app").order_by("pk")
    assert list(told.values_list("user", "title", "severity", "url")) == [
        (owner.pk, "Owned", "normal", owned.get_absolute_url()),
        (coo.pk, "Loose", "critical", loose.get_absolute_url()),
    ]


def test_late_entry_is_told_of_its_shortest_lead_only():
    LedgerEntryFactory(due_at=NOW + 5 * DAY)

    assert notice_ledger_dates(at=NOW) == 1
    assert list(LedgerNotice.objects.values_list("lead_days", flat=True)) == [7]


def test_snoozed_and_closed_entries_are_silent_and_a_renewed_one_begins_again():
    person = UserFactory()
    entry = LedgerEntryFactory(due_at=NOW + 5 * DAY)
    closed = LedgerEntryFactory(due_at=NOW + 5 * DAY)
    close_ledger_entry(entry_id=closed.pk, reason="Left", by=person, at=NOW)
    snooze_ledger_entry(entry_id=entry.pk, until=NOW + 2 * DAY, reason="In hand", by=person, at=NOW)

    silent = notice_ledger_dates(at=NOW + DAY)
    awake = notice_ledger_dates(at=NOW + 2 * DAY)
    renew_ledger_entry(entry_id=entry.pk, next_due_at=NOW + 65 * DAY, evidence="x", by=person, at=NOW + 2 * DAY)
    renewed = notice_ledger_dates(at=NOW + 6 * DAY)

    assert (silent, awake, renewed) == (0, 1, 1)
    assert list(LedgerNotice.objects.order_by("pk").values_list("entry", "lead_days")) == [
        (entry.pk, 7),
        (entry.pk, 60),
    ]


def result(check, at, **headers):
    return CheckResultFactory(
        health_check=check,
        scheduled_for=at,
        started_at=at,
        finished_at=at,
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )


def test_certificate_is_found_renewed_and_never_twice():
    check = HealthCheckFactory(kind="tls", url="tls://api.example")
    first, second = NOW + 20 * DAY, NOW + 110 * DAY
    result(check, NOW, x_certificate_not_after=first.isoformat())
    result(check, NOW + DAY, x_certificate_not_after=first.isoformat())

    assert read_result_headers(at=NOW + 2 * DAY) == 2
    assert read_result_headers(at=NOW + 2 * DAY) == 0
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.title, entry.due_at, entry.source) == (
        "tls_certificate",
        "TLS certificate of api.example",
        first,
        "found",
    )
    assert entry.integration == check.integration

    result(check, NOW + 3 * DAY, x_certificate_not_after=second.isoformat())
    read_result_headers(at=NOW + 4 * DAY)

    renewal = LedgerRenewal.objects.get()
    assert (renewal.previous_due_at, renewal.next_due_at, renewal.recorded_by) == (first, second, None)
    assert LedgerEntry.objects.get().due_at == second


def test_young_results_wait_and_the_cursor_stops_before_them():
    check = HealthCheckFactory()
    old = result(check, NOW - timedelta(minutes=5))
    result(check, NOW - timedelta(seconds=5))

    assert read_result_headers(at=NOW) == 1
    assert ResultCursor.objects.get().read_up_to == old.pk
    assert read_result_headers(at=NOW + timedelta(minutes=1)) == 1


def test_a_sunset_that_is_always_a_year_away_is_no_renewal():
    check = HealthCheckFactory()
    for hours in range(3):
        at = NOW + timedelta(hours=hours)
        result(check, at, sunset=(at + 365 * DAY).isoformat())
    read_result_headers(at=NOW + DAY)
    result(check, NOW + 2 * DAY, sunset=(NOW + 100 * DAY).isoformat())

    read_result_headers(at=NOW + 3 * DAY)

    assert LedgerRenewal.objects.count() == 0
    assert LedgerEntry.objects.get().due_at == NOW + 100 * DAY


def test_gone_is_overdue_from_when_it_was_seen_first():
    check = HealthCheckFactory()
    for days in (0, 1, 3):
        CheckResultFactory(
            health_check=check,
            scheduled_for=NOW + days * DAY,
            finished_at=NOW + days * DAY,
            http_status=410,
        )
        read_result_headers(at=NOW + days * DAY + timedelta(hours=1))

    entry = LedgerEntry.objects.get()
    assert (entry.due_at, entry.notes) == (NOW, "It answers 410 Gone.")
    assert LedgerRenewal.objects.count() == 0


def escalated():
    return list(Escalation.objects.order_by("pk").values_list("subject", "kind", "state", "owner"))


@pytest.mark.parametrize(("kind", "expected"), [("contract", "compliance"), ("tls_certificate", "disruption")])
def test_what_is_not_renewed_is_handed_up_once_a_threshold_and_a_renewal_ends_it(kind, expected):
    lead, coo = UserFactory(), UserFactory(groups=["coo"])
    owner = UserFactory(lead=lead)
    entry = LedgerEntryFactory(due_at=NOW + 10 * DAY, owner=owner, kind=kind)
    raised = []
    for hours in range(0, 12 * 24, 6):
        notice_ledger_dates(at=NOW + hours * timedelta(hours=1))
        raised.append(EscalationTrigger.objects.count())

    assert [raised.index(count) // 4 for count in (1, 2)] == [9, 10]  # A day before the end, and at the end.
    assert (raised[-1], escalated()) == (2, [(f"ledger:{entry.pk}", expected, "raised", owner.pk)])
    advance_due_escalations(at=NOW + 12 * DAY)
    advance_due_escalations(at=NOW + 13 * DAY)
    told = EscalationEvent.objects.filter(kind="notified").order_by("pk").values_list("details__people", flat=True)
    assert list(told) == [[lead.pk], [coo.pk]]

    renew_ledger_entry(
        entry_id=entry.pk, next_due_at=NOW + 366 * DAY, evidence="Invoice 7", by=owner, at=NOW + 13 * DAY
    )

    assert escalated() == [(f"ledger:{entry.pk}", expected, "resolved", owner.pk)]
    assert EscalationEvent.objects.get(kind="resolved").text == "Renewed: Invoice 7"


def test_closing_an_overdue_entry_ends_its_escalation():
    UserFactory(groups=["coo"])
    entry = LedgerEntryFactory(due_at=NOW - DAY)
    notice_ledger_dates(at=NOW)

    close_ledger_entry(entry_id=entry.pk, reason="Left", by=UserFactory(), at=NOW)

    assert [row[2] for row in escalated()] == ["resolved"]
