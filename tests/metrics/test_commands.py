import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from metrics.models import DayCell
from support.models import Ticket

MAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


def show(*args):
    out = StringIO()
    call_command("show_metric", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def tickets(db):
    for day in range(3):
        opened = MAY + timedelta(days=day)
        Ticket.objects.create(
            subject="s",
            state="solved",
            priority="high" if day else "low",
            opened_at=opened,
            resolved_at=opened + timedelta(hours=day + 1),
        )
    Ticket.objects.create(subject="o", opened_at=MAY)
    call_command("recompute_metrics", stdout=StringIO())


def test_show_metric_prints_the_stored_value(tickets):
    answer = show("ticket_resolution_hours_mean", "--grain", "month", "--start", "2026-05")

    assert list(answer) == [
        "metric",
        "value",
        "unit",
        "n",
        "version",
        "grain",
        "start",
        "complete",
        "restated",
        "computed_at",
    ]
    assert (answer["value"], answer["n"], answer["unit"], answer["start"]) == (2.0, 3, "h", "2026-05-01")
    assert answer["restated"] is False


def test_show_metric_of_a_segment(tickets):
    answer = show("ticket_resolution_hours_mean", "--grain", "all", "--segment", "priority=high")

    assert (answer["value"], answer["n"]) == (2.5, 2)


def test_show_metric_says_no_data_where_there_is_none(tickets):
    answer = show("ticket_resolution_hours_mean", "--grain", "month", "--start", "2020-01")

    assert (answer["value"], answer["n"]) == (None, 0)


@pytest.mark.parametrize(("hours", "level"), [(-1, 0), (0, 2), (1, 1), (24, 2), (25.5, 2), (26, 1), (1000, 1)])
def test_a_stock_at_any_instant(tickets, hours, level):
    moment = MAY + timedelta(hours=hours)

    assert show("ticket_backlog", "--at", moment.isoformat())["value"] == level


def test_as_of_before_anything_was_computed_is_no_data(tickets):
    answer = show(
        "ticket_resolution_hours_mean", "--grain", "month", "--start", "2026-05", "--as-of", "2020-01-01T00:00"
    )

    assert answer["value"] is None


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nonsense"], "Known: .*ticket_backlog"),
        (["ticket_backlog", "--start", "May"], "YYYY-MM-DD"),
        (["ticket_backlog", "--at", "noon"], "is no timestamp"),
        (["ticket_backlog", "--segment", "colour=red"], "kept dimensions"),
        (["tickets_opened", "--at", "2026-05-01T00:00"], "is no stock"),
    ],
)
@pytest.mark.django_db
def test_a_wrong_question_gets_a_sentence(args, message):
    with pytest.raises(CommandError, match=message):
        call_command("show_metric", *args)


def test_verify_finds_a_falsified_cell(tickets):
    call_command("recompute_metrics", "--verify", stdout=StringIO())
    DayCell.objects.filter(version__metric__key="tickets_opened").update(total=99)
    out = StringIO()

    with pytest.raises(CommandError, match="differences"):
        call_command("recompute_metrics", "--verify", stdout=out)

    assert "tickets_opened: day cell" in out.getvalue()
    call_command("recompute_metrics", "--all", stdout=StringIO())
    call_command("recompute_metrics", "--verify", stdout=StringIO())


def test_verify_leaves_out_days_that_wait_to_be_recomputed(tickets):
    Ticket.objects.create(subject="late", opened_at=MAY + timedelta(days=1))
    out = StringIO()

    call_command("recompute_metrics", "--verify", stdout=out)

    assert "Waiting marks: 7; their days were left out" in out.getvalue()
    DayCell.objects.filter(version__metric__key="tickets_opened", day=MAY.date()).update(total=99)
    with pytest.raises(CommandError, match="differences"):
        call_command("recompute_metrics", "--verify", stdout=StringIO())
