"""Layouts that no shipped mapping knows: what a stranger would bring."""

import csv
from datetime import UTC, datetime

import pytest

from foundation.imports.errors import UnreadableFileError
from support.imports.loading import parse_mapping
from support.models import Customer, EventKind, Team, Ticket, TicketEvent
from support.services.imports import import_tickets
from tests.support.import_files import EVENT_LOG, ONE_ROW, one_row_file, write

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LOG_HEAD = "Vorgang;Zeit;Aktion;Betreff;Prio;Gruppe;Kunde;Wer"


def run(path, mapping=ONE_ROW, **more):
    return import_tickets(file=path, mapping=parse_mapping(mapping), at=NOW, **more)


def log_file(folder, *lines):
    return write(folder, "\r\n".join([LOG_HEAD, *lines, ""]), encoding="latin-1")


def states(ticket):
    return list(ticket.events.filter(kind=EventKind.STATE).order_by("at", "pk").values_list("old_state", "new_state"))


def rejected(path):
    with path.open(newline="") as stream:
        return [tuple(row) for row in csv.reader(stream)][1:]


def test_rows_of_a_ticket_may_be_anywhere_and_in_any_order(tmp_path):
    path = log_file(
        tmp_path,
        "#2;26.10.2025 04:00;gelöst;Zweites;-;Lager;Müller;AB",
        "#1;25.10.2025 10:00;eröffnet;Erstes;hoch;Büro;Öz;CD",
        "#2;26.10.2025 02:30;eröffnet;Zweites;-;Lager;Müller;AB",
        "#1;27.10.2025 09:00;gelöst;Erstes;hoch;Büro;Öz;CD",
        "#1;26.10.2025 10:00;in Arbeit;Erstes;hoch;Büro;Öz;CD",
        "#1;28.10.2025 09:00;in Arbeit;Erstes;hoch;Büro;Öz;EF",
        "#1;29.10.2025 09:00;zu;Erstes;hoch;Büro;Öz;EF",
        "#1;28.10.2025 18:00;gelöst;Erstes;hoch;Büro;Öz;EF",
    )

    summary = run(path, EVENT_LOG)

    one, two = Ticket.objects.order_by("external_id")
    assert (summary.rows, summary.created, summary.refused, summary.reopened) == (8, 2, 0, 1)
    assert summary.warnings["out_of_order_events"] == 2
    assert (one.external_id, one.subject, one.priority, one.state) == ("SHOP-1", "Erstes", "high", "closed")
    assert one.opened_at == datetime(2025, 10, 25, 8, tzinfo=UTC)
    assert one.resolved_at == datetime(2025, 10, 28, 17, tzinfo=UTC)
    assert one.closed_at == datetime(2025, 10, 29, 8, tzinfo=UTC)
    assert states(one) == [
        ("new", "open"),
        ("open", "solved"),
        ("solved", "open"),
        ("open", "solved"),
        ("solved", "closed"),
    ]
    assert two.priority == "normal"
    # 02:30 happened twice that night; the mapping takes the second, which is an hour and a half before 04:00.
    assert (two.resolved_at - two.opened_at).total_seconds() == 1.5 * 3600
    assert list(Team.objects.values_list("name", "slug")) == [("Büro", "buro"), ("Lager", "lager")]
    assert list(Customer.objects.values_list("name", "external_id")) == [("Müller", "shop:Müller"), ("Öz", "shop:Öz")]
    assert set(one.events.values_list("actor_name", flat=True)) == {"", "CD", "EF"}


def test_solving_again_in_a_log_of_activities_is_a_reopening(tmp_path):
    lines = [
        "#1;25.10.2025 10:00;eröffnet;E;-;;;",
        "#1;25.10.2025 11:00;gelöst;E;-;;;",
        "#1;25.10.2025 12:00;Notiz;E;-;;;",
    ]
    path = log_file(tmp_path, *lines, "#1;25.10.2025 13:00;gelöst;E;-;;;")

    run(path, EVENT_LOG)
    as_activities = Ticket.objects.get().reopen_count
    run(path, EVENT_LOG.replace('rows = "activities"', 'rows = "snapshots"').replace("shop", "other"))

    assert (as_activities, Ticket.objects.get(external_source="other").reopen_count) == (1, 0)


def test_reopened_ticket_that_is_still_open_has_no_end(tmp_path):
    path = log_file(
        tmp_path,
        "#1;25.10.2025 10:00;eröffnet;E;-;;;",
        "#1;25.10.2025 11:00;gelöst;E;-;;;",
        "#1;25.10.2025 12:00;zu;E;-;;;",
        "#1;25.10.2025 13:00;in Arbeit;E;-;;;",
    )

    run(path, EVENT_LOG)

    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.resolved_at, ticket.closed_at, ticket.reopen_count) == ("open", None, None, 1)


def test_every_refused_row_is_listed_with_line_field_value_and_reason(tmp_path):
    rejects = tmp_path / "rejects.csv"
    path = one_row_file(
        tmp_path,
        "A1,fine,Done,P1,Login,,2025-03-01 10:00,2025-03-01 12:00,",
        ",no id,Done,P1,,,2025-03-01 10:00,2025-03-01 12:00,",
        "A3,odd word,Paused,P1,,,2025-03-01 10:00,,",
        "A4,no opening,Todo,P1,,,,,",
        "A5,bad time,Todo,P1,,,2025-03-32 10:00,,",
        "A6,odd priority,Todo,P9,,,2025-03-01 10:00,,",
        "A7,backwards,Done,P1,,,2025-03-02 10:00,2025-03-01 10:00,",
        "A8,ended without end,Done,P1,,,2025-03-02 10:00,,",
        "A9,open with end,Doing,P1,,,2025-03-02 10:00,2025-03-03 10:00,",
        "A1,again,Todo,P1,,,2025-03-01 10:00,,",
        ",".join(["B1", "x" * 301, "Todo,P1,,,2025-03-01 10:00,,"]),
        "B2,,Todo,P1,,,2025-03-01 10:00,,",
        "B3,too,few",
    )

    summary = run(path, rejects=rejects)

    assert (summary.rows, summary.created, summary.refused) == (13, 1, 12)
    assert Ticket.objects.get().external_id == "A1"
    assert rejected(rejects) == [
        ("3", "Key", "", "is missing: a row needs its ticket's id"),
        ("4", "Status", "Paused", "is a state that the mapping does not know"),
        ("5", "Created", "", "is missing"),
        ("6", "Created", "2025-03-32 10:00", "is not written as %Y-%m-%d %H:%M"),
        ("7", "Priority", "P9", "is a priority that the mapping does not know"),
        ("8", "Resolved", "2025-03-01T10:00:00+00:00", "resolved before it was opened (2025-03-02T10:00:00+00:00)"),
        ("9", "state", "solved", "is an ended state, but no time says when it ended"),
        ("10", "state", "open", "is an open state, but a resolution or closing time is given"),
        ("11", "id", "A1", "has the same id as line 2"),
        ("12", "Summary", "x" * 200, "is longer than 300 characters"),
        ("13", "Summary", "", "is missing and has no default"),
        ("14", "", "B3,too,few", "has 3 columns where the first line has 9"),
    ]


@pytest.mark.parametrize(
    ("rules", "state", "resolved", "warning"),
    [
        (
            'contradictory_times = "drop"\nopen_state_with_end = "trust_times"',
            "open",
            None,
            "contradictory_time_dropped",
        ),
        ('open_state_with_end = "trust_times"', "solved", "2025-03-03", "open_state_with_end"),
        ('open_state_with_end = "trust_state"', "open", None, "open_state_with_end"),
    ],
)
def test_rules_for_contradictions_are_the_mapping_s(tmp_path, rules, state, resolved, warning):
    day = "01" if "drop" in rules else "03"
    path = one_row_file(tmp_path, f"A1,odd,Doing,P1,,,2025-03-02 10:00,2025-03-{day} 10:00,")

    summary = run(path, f"{ONE_ROW}\n[rules]\n{rules}\n")

    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.resolved_at and f"{ticket.resolved_at:%Y-%m-%d}") == (state, resolved)
    assert summary.warnings[warning] == 1


def test_long_subject_is_cut_only_if_the_mapping_says_so(tmp_path):
    path = one_row_file(tmp_path, ",".join(["A1", "x" * 301, "Todo,P1,,,2025-03-01 10:00,,"]))

    summary = run(path, f'{ONE_ROW}\n[rules]\nlong_text = "cut"\n')

    assert (Ticket.objects.get().subject, summary.warnings["text_cut"]) == ("x" * 300, 1)


def test_day_and_month_the_other_way_round_refuse_the_whole_file(tmp_path):
    mapping = ONE_ROW.replace("%Y-%m-%d %H:%M", "%d/%m/%Y")
    good = [f"A{n},fine,Todo,P1,,,05/03/2025,," for n in range(600)]
    path = one_row_file(tmp_path, *good, "B1,american,Todo,P1,,,03/25/2025,,")

    with pytest.raises(
        UnreadableFileError, match=r"Line 602: '03/25/2025' contradicts the mapping, which states %d/%m/%Y"
    ):
        run(path, mapping)

    assert not Ticket.objects.exists()


def test_missing_column_is_named_with_those_there_are(tmp_path):
    path = write(tmp_path, "Key,Summary\nA1,x\n")

    with pytest.raises(
        UnreadableFileError, match=r"names 'Category', 'Owner', 'Created', .*: not once.*columns are: Key, Summary$"
    ):
        run(
            path,
            ONE_ROW.replace('state = "Status"', "").replace('priority = { column = "Priority", default = "P3" }', ""),
        )


def test_refused_event_leaves_a_warning_or_takes_its_ticket_along(tmp_path):
    path = log_file(
        tmp_path,
        "#1;25.10.2025 10:00;eröffnet;E;-;;;",
        "#1;25.10.2025 11:00;verschoben;E;-;;;",
        "#2;25.10.2025 10:00;eröffnet;Z;-;;;",
    )
    rejects = tmp_path / "rejects.csv"

    lenient = run(path, EVENT_LOG)
    strict_mapping = EVENT_LOG.replace("shop", "strict") + '\n[rules]\nbad_event = "refuse_ticket"\n'
    strict = run(path, strict_mapping, rejects=rejects)

    assert (lenient.created, lenient.refused, lenient.warnings["ticket_with_refused_rows"]) == (2, 1, 1)
    assert (strict.created, strict.refused) == (1, 2)
    assert rejected(rejects) == [
        ("2", "id", "SHOP-1", "belongs to a ticket of which line 3 was refused"),
        ("3", "Aktion", "verschoben", "is a state that the mapping does not know"),
    ]


def test_sequence_column_orders_what_times_cannot(tmp_path):
    mapping = EVENT_LOG.replace('order = "time"', 'order = "sequence"\nsequence = "Prio"').replace(
        'priority = { column = "Prio", default = "mittel" }', ""
    )
    path = log_file(
        tmp_path,
        "#1;25.10.2025 10:00;gelöst;E;2;;;",
        "#1;25.10.2025 10:00;eröffnet;E;1;;;",
        "#1;25.10.2025 10:00;zu;E;10;;;",
    )

    run(path, mapping)

    assert states(Ticket.objects.get()) == [("new", "solved"), ("solved", "closed")]


def test_subject_template_skips_what_is_missing(tmp_path):
    mapping = ONE_ROW.replace(
        'subject = "Summary"', 'subject = { template = "{Category}: {Summary} ({Owner})", default = "none" }'
    )
    mapping = mapping.replace('\nassignee = "Owner"', "")
    lines = ["A1,b,Todo,,a,c", "A2,b,Todo,,,", "A3,,Todo,,a,", "A4,,Todo,,,"]
    path = one_row_file(tmp_path, *(f"{line},2025-03-01 10:00,," for line in lines))

    run(path, mapping)

    assert list(Ticket.objects.order_by("external_id").values_list("subject", flat=True)) == [
        "a: b (c)",
        "b",
        "a",
        "none",
    ]


def test_ticket_without_a_state_column_is_what_its_times_say(tmp_path):
    mapping = ONE_ROW.replace('state = "Status"', "")
    day = "2025-03-01 10:00"
    path = one_row_file(tmp_path, f"A1,x,,,,,{day},,", f"A2,x,,,,,{day},{day},", f"A3,x,,,,,{day},{day},{day}")

    run(path, mapping)

    assert list(Ticket.objects.order_by("external_id").values_list("state", flat=True)) == ["open", "solved", "closed"]


def test_ticket_row_gets_the_events_that_its_times_imply(tmp_path):
    path = one_row_file(
        tmp_path,
        "A1,x,Archived,P1,,,2025-03-01 10:00,2025-03-01 12:00,2025-03-05 12:00",
        "A2,x,Waiting,,,,2025-03-01 10:00,,",
    )

    run(path)

    told = TicketEvent.objects.order_by("ticket__external_id", "at", "pk").values_list(
        "kind", "old_state", "new_state", "at"
    )
    assert [(kind, old, new, f"{at:%Y-%m-%d}") for kind, old, new, at in told] == [
        ("opened", "", "new", "2025-03-01"),
        ("state", "new", "solved", "2025-03-01"),
        ("state", "solved", "closed", "2025-03-05"),
        ("opened", "", "new", "2025-03-01"),
        ("state", "new", "pending_customer", "2026-01-05"),
    ]
