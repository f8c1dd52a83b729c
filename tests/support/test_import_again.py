"""Running an import again: the same file, a newer file, a crash between, two at once."""

from datetime import UTC, datetime, timedelta

import pytest

from foundation.errors import InvalidInputError
from operations.models import User
from support.imports.loading import parse_mapping
from support.models import Customer, Priority, Team, Ticket, TicketEvent, TicketState
from support.services import imports
from support.services.imports import import_tickets
from support.services.ticket_states import StateChange
from support.services.tickets import change_ticket_state
from tests.support.import_files import EVENT_LOG, ONE_ROW, one_row_file, write

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
OPENED = "2025-03-01 10:00"


def run(path, mapping=ONE_ROW, at=NOW, **more):
    return import_tickets(file=path, mapping=parse_mapping(mapping), at=at, **more)


def counts(summary):
    return summary.created, summary.updated, summary.unchanged


def snapshot():
    return list(Ticket.objects.order_by("pk").values()), list(TicketEvent.objects.order_by("pk").values())


def told():
    return list(TicketEvent.objects.order_by("pk").values_list("kind", "old_state", "new_state", "changes"))


def test_second_run_touches_no_row(tmp_path, django_assert_num_queries):
    path = one_row_file(tmp_path, f"A1,x,Waiting,P1,c,,{OPENED},,", f"A2,y,Done,,,,{OPENED},2025-03-02 10:00,")
    run(path)
    before = snapshot()

    with django_assert_num_queries(6) as queries:
        summary = run(path, at=NOW + timedelta(days=9))

    assert counts(summary) == (0, 0, 2)
    assert snapshot() == before
    assert [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_newer_file_solves_a_ticket_at_the_file_s_time(tmp_path):
    run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,"))

    summary = run(one_row_file(tmp_path, f"A1,x,Done,P1,c,,{OPENED},2025-03-02 10:00,"))

    ticket = Ticket.objects.get()
    assert counts(summary) == (0, 1, 0)
    assert (ticket.state, ticket.resolved_at, ticket.version) == ("solved", datetime(2025, 3, 2, 10, tzinfo=UTC), 2)
    assert told() == [("opened", "", "new", {}), ("state", "new", "open", {}), ("state", "new", "solved", {})]


def test_newer_file_with_an_ended_ticket_open_again_counts_a_reopening(tmp_path):
    run(one_row_file(tmp_path, f"A1,x,Done,P1,c,,{OPENED},2025-03-02 10:00,"))

    run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,"))
    run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,"))

    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.resolved_at, ticket.reopen_count) == ("open", None, 1)
    assert told()[-1] == ("state", "solved", "open", {})
    assert TicketEvent.objects.latest("pk").at == NOW


def test_changed_fields_are_told_as_one_event_dated_now(tmp_path):
    run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,"))

    run(one_row_file(tmp_path, f"A1,better words,Doing,P3,d,,{OPENED},,"))

    event = TicketEvent.objects.latest("pk")
    assert (event.kind, event.at, event.via) == ("fields", NOW, "import")
    assert event.changes == {"subject": ["x", "better words"], "priority": ["urgent", "normal"], "category": ["c", "d"]}
    assert Ticket.objects.get().priority == Priority.NORMAL


def test_late_rows_of_a_log_are_added_once_and_end_where_the_log_ends(tmp_path):
    head = "Vorgang;Zeit;Aktion;Betreff;Prio;Gruppe;Kunde;Wer"
    first, late, last = (
        "#1;25.10.2025 10:00;eröffnet;E;-;;;",
        "#1;25.10.2025 10:30;in Arbeit;E;-;;;",
        "#1;25.10.2025 11:00;gelöst;E;-;;;",
    )
    run(write(tmp_path, f"{head}\n{first}\n{last}", encoding="latin-1"), EVENT_LOG)

    whole = write(tmp_path, f"{head}\n{first}\n{late}\n{last}", encoding="latin-1")
    added = run(whole, EVENT_LOG)
    again = run(whole, EVENT_LOG)

    assert (counts(added), counts(again)) == ((0, 1, 0), (0, 0, 1))
    assert [(kind, new) for kind, _, new, _ in told()] == [("opened", "new"), ("state", "solved"), ("state", "open")]
    assert Ticket.objects.get().state == "solved"


def test_ticket_changed_here_goes_back_to_what_the_file_says_and_tells_so(tmp_path):
    path = one_row_file(tmp_path, f"A1,x,Doing,P3,c,,{OPENED},,")
    run(path)
    change_ticket_state(ticket_id=Ticket.objects.get().pk, change=StateChange(TicketState.SOLVED), actor=None, at=NOW)

    summary = run(path, at=NOW + timedelta(hours=1))

    assert counts(summary) == (0, 1, 0)
    assert (Ticket.objects.get().state, Ticket.objects.get().resolved_at) == ("open", None)
    assert told()[-2:] == [("state", "open", "solved", {}), ("state", "solved", "open", {})]


def test_same_id_from_another_source_is_another_ticket(tmp_path):
    path = one_row_file(tmp_path, f"A1,x,Todo,,,,{OPENED},,")

    run(path)
    run(path, ONE_ROW.replace('source = "desk"', 'source = "other"'))

    assert list(Ticket.objects.values_list("external_source", flat=True).order_by("pk")) == ["desk", "other"]


def test_dry_run_counts_and_stores_nothing(tmp_path):
    run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,", f"A2,x,Doing,P1,c,,{OPENED},,"))
    before = snapshot()
    mapping = ONE_ROW.replace('category = "Category"', 'team = "Category"\ncustomer = "Owner"').replace(
        'assignee = "Owner"\n', ""
    )

    path = one_row_file(tmp_path, f"A1,y,Doing,P1,c,o,{OPENED},,", f"A3,x,Doing,P1,c,o,{OPENED},,", "A4")
    summary = run(path, mapping, dry_run=True)

    assert (counts(summary), summary.refused, summary.is_dry_run) == ((1, 1, 0), 1, True)
    assert snapshot() == before
    assert not Team.objects.exists()
    assert not Customer.objects.exists()


def test_customers_join_with_their_first_contact(tmp_path):
    mapping = ONE_ROW.replace('assignee = "Owner"', 'customer = "Owner"')
    early, late = OPENED.replace("10:00", "07:00"), OPENED

    run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,Acme,{late},,"), mapping)
    first = Customer.objects.get().joined_at
    run(one_row_file(tmp_path, f"A2,x,Doing,P1,c,Acme,{early},,", f"A3,x,Doing,P1,c,Acme,{late},,"), mapping)

    opened = dict(Ticket.objects.values_list("external_id", "opened_at"))
    assert (first, Customer.objects.get().joined_at) == (opened["A1"], opened["A2"])
    assert opened["A2"] < opened["A1"]


def test_crash_between_batches_is_made_good_by_the_next_run(tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "BATCH_TICKETS", 10)
    path = one_row_file(tmp_path, *(f"A{n:03},x,Doing,P1,c,,{OPENED},," for n in range(35)))
    stored = []

    def crash_on_third(batch, directory, *, at):
        if len(stored) == 2:
            raise KeyboardInterrupt
        stored.append(original(batch, directory, at=at))
        return stored[-1]

    original = imports.store_batch
    monkeypatch.setattr(imports, "store_batch", crash_on_third)
    with pytest.raises(KeyboardInterrupt):
        run(path)
    monkeypatch.setattr(imports, "store_batch", original)

    summary = run(path)

    assert counts(summary) == (15, 0, 20)
    assert (Ticket.objects.count(), TicketEvent.objects.count()) == (35, 70)


def test_assignee_is_found_by_address_or_by_a_name_that_one_person_has(tmp_path):
    ann = User.objects.create_user("ann@example.com", name="Ann Ode")
    User.objects.create_user("b1@example.com", name="Bo")
    User.objects.create_user("b2@example.com", name="bo")
    User.objects.create_user("gone@example.com", name="Gone", is_active=False)
    owners = ["ANN@example.com", "ann ode", "Bo", "Gone", "Nobody", ""]
    path = one_row_file(tmp_path, *(f"A{n},x,Doing,P1,c,{owner},{OPENED},," for n, owner in enumerate(owners)))

    summary = run(path)

    assert (
        list(Ticket.objects.order_by("external_id").values_list("assignee", flat=True)) == [ann.pk, ann.pk] + [None] * 4
    )
    assert summary.warnings["unknown_assignee"] == 3
    assert User.objects.count() == 4


def test_import_takes_a_hold_from_what_it_opens(tmp_path):
    path = one_row_file(tmp_path, f"A1,x,Doing,P3,c,,{OPENED},,")
    run(path)
    pk = Ticket.objects.get().pk
    with pytest.raises(InvalidInputError):
        change_ticket_state(ticket_id=pk, change=StateChange(TicketState.ON_HOLD_VENDOR), actor=None, at=NOW)
    hold = StateChange(TicketState.ON_HOLD_VENDOR, reason="parts", wake_at=NOW + timedelta(days=1))
    change_ticket_state(ticket_id=pk, change=hold, actor=None, at=NOW)

    run(path)

    assert (Ticket.objects.get().state, Ticket.objects.get().wake_at) == ("open", None)
