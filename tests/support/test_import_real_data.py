"""The three real exports against figures computed elsewhere, from the rows that the database holds afterwards."""

import csv
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from django.db.models import Count, Q
from django.utils import timezone

from metrics.models import PeriodValue
from metrics.services.recompute import recompute_pending
from support.imports.loading import load_mapping
from support.models import EventKind, Ticket, TicketEvent, TicketState
from support.models.ticket import ENDED_AT
from support.services.imports import import_tickets
from tests.factories import MetricVersionFactory

pytestmark = pytest.mark.django_db


def run(path, mapping, **more):
    return import_tickets(file=path, mapping=load_mapping(mapping), at=timezone.now(), **more)


def hours(tickets, start="opened_at", end="resolved_at"):
    return np.array([(e - s).total_seconds() / 3600 for s, e in tickets.values_list(start, end)])


def figures(values):
    p90, p95 = np.percentile(values, [90, 95])
    named = {
        "mean": np.mean(values),
        "median": np.median(values),
        "p90": p90,
        "p95": p95,
        "min": min(values),
        "max": max(values),
    }
    return {"n": len(values)} | {name: round(float(value), 4) for name, value in named.items()}


def wanted(answers, *names):
    return {name: answers[name] for name in names or ("n", "mean", "median", "p90", "p95", "min", "max")}


def open_at(moment):
    begun = Ticket.objects.alias(ended=ENDED_AT).filter(opened_at__lte=moment)
    return begun.filter(Q(ended__isnull=True) | Q(ended__gt=moment)).count()


def utc(text):
    return datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=UTC)


def value(key, segment=""):
    """A metric's stored value over all time, and its n."""
    row = PeriodValue.objects.get(version__metric__key=key, segment=segment, grain="all")
    return round(row.value, 6), row.n


def check_servicenow_metrics(answers, by_priority):
    """The log's own word on its promise: of all incidents, and by priority of those that were resolved."""
    formula = {"numerator": "external_sla_met"}
    metric = {"metric__key": "resolved_sla", "kind": "ratio", "source": "tickets_resolved"}
    MetricVersionFactory(formula=formula, dimensions=["priority"], **metric)
    recompute_pending(at=timezone.now(), now_please=True, max_batches=2000)

    incidents = answers["incidents"]
    assert value("ticket_imported_sla_met_ratio") == (answers["made_sla_share_last_event"], incidents)
    assert value("tickets_reopened")[0] == answers["reopened_incidents"] == 133
    assert round(133 / value("tickets_opened")[0], 6) == answers["reopen_rate"]
    lasted = answers["resolution_hours_open_to_resolved"]
    assert value("ticket_resolution_hours_mean") == (pytest.approx(lasted["mean"], abs=5e-5), lasted["n"])
    assert value("ticket_resolution_hours_median")[0] == pytest.approx(lasted["median"], abs=5e-5)
    assert value("ticket_resolution_hours_p90")[0] == pytest.approx(lasted["p90"], abs=5e-5)
    for word, of_priority in by_priority.items():
        assert value("resolved_sla", f"priority={word}") == (of_priority["sla"], of_priority["n"]), word
    solved = (
        Ticket.objects.filter(events__new_state=TicketState.SOLVED).distinct().count()
    )  # Whatever `resolved_at` says.
    assert value("ticket_full_resolution_business_hours_mean")[1] == solved


def test_servicenow_gives_the_published_figures(shared_data):
    answers = json.loads(shared_data("tickets/servicenow_answers.json").read_text())["march"]
    hazards = json.loads(shared_data("tickets/servicenow_incidents_2016-03_hazards.json").read_text())

    summary = run(shared_data("tickets/servicenow_incidents_2016-03.csv.gz"), "servicenow")

    resolved = Ticket.objects.filter(resolved_at__isnull=False)
    all_hours = answers["resolution_hours_open_to_resolved"]
    assert (summary.rows, summary.created, summary.refused) == (answers["events"], answers["incidents"], 0)
    assert figures(hours(resolved)) == wanted(all_hours)
    assert figures(hours(Ticket.objects, end="closed_at")) == wanted(answers["open_to_closed_hours"])
    assert Ticket.objects.filter(resolved_at__isnull=True).count() == answers["resolved_missing"]
    for month, of_month in answers["by_resolved_month"].items():
        year, number = map(int, month.split("-"))
        rows = resolved.filter(resolved_at__year=year, resolved_at__month=number)
        assert figures(hours(rows)) == of_month, month
    for moment, count in answers["open_at"].items():
        assert open_at(utc(moment)) == count, moment
    priorities = {"1 - Critical": "urgent", "2 - High": "high", "3 - Moderate": "normal", "4 - Low": "low"}
    by_priority = {priorities[word]: dict(found) for word, found in answers["by_priority"].items()}
    for word, of_priority in answers["by_priority"].items():
        del of_priority["sla"]
        assert figures(hours(resolved.filter(priority=priorities[word]))) == of_priority, word
    assert Ticket.objects.filter(reopen_count__gt=0).count() == summary.reopened == answers["reopened_incidents"]
    assert {
        "incidents_reopened_by_state_log": summary.reopened,
        "incidents_with_reopen_count": hazards["incidents_with_reopen_count"]
        - summary.warnings["reopen_count_differs"],
        **{name: summary.warnings[name] for name in list(hazards)[2:]},
    } == hazards
    check_servicenow_metrics(answers, by_priority)


def test_helpdesk_gives_the_published_figures(shared_data):
    answers = json.loads(shared_data("tickets/helpdesk_it_answers.json").read_text())

    summary = run(shared_data("tickets/helpdesk_it_2010-2011.csv.gz"), "helpdesk_it")

    closed = Ticket.objects.filter(closed_at__isnull=False)
    again = TicketEvent.objects.filter(new_state=TicketState.SOLVED).values("ticket").annotate(n=Count("pk"))
    assert (summary.rows, summary.created, summary.refused) == (answers["events"], answers["cases"], 0)
    last_resolve = answers["hours_first_event_to_last_resolve"]
    assert figures(hours(Ticket.objects)) == wanted(last_resolve)
    assert figures(hours(closed, end="closed_at")) == wanted(answers["hours_first_to_closed"])
    assert Ticket.objects.filter(resolved_at__isnull=True).count() == answers["cases_without_resolve"]
    assert again.filter(n__gt=1).count() == answers["cases_resolved_more_than_once"]
    assert Ticket.objects.filter(reopen_count__gt=0).count() == answers["cases_resolved_more_than_once"]
    assert round(summary.reopened / summary.tickets, 6) == answers["reopen_rate_resolved_more_than_once"]
    for moment, count in answers["open_at"].items():
        assert open_at(utc(moment)) == count, moment
    for year, median in answers["by_started_year_median_hours"].items():
        assert round(float(np.median(hours(Ticket.objects.filter(opened_at__year=int(year))))), 4) == median


def test_helpdesk_keeps_the_first_solve_in_its_history(shared_data):
    answers = json.loads(shared_data("tickets/helpdesk_it_answers.json").read_text())

    run(shared_data("tickets/helpdesk_it_2010-2011.csv.gz"), "helpdesk_it")

    first = {}
    solves = TicketEvent.objects.filter(kind=EventKind.STATE, new_state=TicketState.SOLVED).order_by("at")
    for ticket, opened, at in solves.values_list("ticket", "ticket__opened_at", "at"):
        first.setdefault(ticket, (at - opened).total_seconds() / 3600)
    assert figures(list(first.values())) == wanted(answers["hours_first_event_to_first_resolve"])


def test_nyc311_refuses_what_cannot_be_true_and_gives_the_published_figures_with_it(shared_data, tmp_path):
    answers = json.loads(shared_data("tickets/nyc311_answers.json").read_text())
    rejects = tmp_path / "rejects.csv"

    summary = run(shared_data("tickets/nyc311_1000.csv"), "nyc311", rejects=rejects)

    stored = hours(Ticket.objects.filter(resolved_at__isnull=False))
    refused = refused_hours(shared_data("tickets/nyc311_1000.csv"), rejects)
    published = figures([*stored, *refused])
    assert (summary.rows, summary.created, summary.refused) == (answers["rows"], 990, answers["closed_before_created"])
    assert (len(stored), len(refused), max(refused) < 0) == (976, 10, True)
    assert {name: published[name] for name in answers["hours"]} == answers["hours_dst_aware_NewYork"]
    assert published["n"] == answers["closed"]
    assert figures(stored) | {"p95": 0} == {
        "n": 976, "mean": 221.2485, "median": 11.9728, "p90": 426.7119, "p95": 0, "min": 0.0, "max": 11643.9333,
    }  # fmt: skip


def refused_hours(path, rejects):
    """The calendar hours of the refused rows, from the file's own values."""
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with rejects.open(newline="") as stream:
        lines = [int(row["line"]) for row in csv.DictReader(stream)]
    assert lines == sorted(lines)

    def read(text):
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p")

    chosen = [rows[line - 2] for line in lines]  # None of the ten spans a change of the clocks.
    return [(read(row["Closed Date"]) - read(row["Created Date"])).total_seconds() / 3600 for row in chosen]


def test_nyc311_has_eighteen_rows_whose_hours_a_clock_change_alters(shared_data):
    answers = json.loads(shared_data("tickets/nyc311_answers.json").read_text())
    run(shared_data("tickets/nyc311_1000.csv"), "nyc311")
    with shared_data("tickets/nyc311_1000.csv").open(newline="") as stream:
        walls = {row["Unique Key"]: (row["Created Date"], row["Closed Date"]) for row in csv.DictReader(stream)}

    differing = 0
    for ticket in Ticket.objects.filter(resolved_at__isnull=False):
        created, closed = (datetime.strptime(wall, "%m/%d/%Y %I:%M:%S %p") for wall in walls[ticket.external_id])
        differing += ticket.resolved_at - ticket.opened_at != closed - created

    assert differing == answers["rows_where_dst_changes_result"]


@pytest.mark.parametrize(
    ("name", "mapping"),
    [
        ("servicenow_incidents_2016-03.csv.gz", "servicenow"),
        ("helpdesk_it_2010-2011.csv.gz", "helpdesk_it"),
        ("nyc311_1000.csv", "nyc311"),
    ],
)
def test_second_run_changes_nothing(shared_data, name, mapping):
    path = shared_data(f"tickets/{name}")
    first = run(path, mapping)
    tickets, events = list(Ticket.objects.order_by("pk").values()), TicketEvent.objects.count()

    second = run(path, mapping)

    assert (second.created, second.updated, second.unchanged) == (0, 0, first.created)
    assert list(Ticket.objects.order_by("pk").values()) == tickets
    assert TicketEvent.objects.count() == events


def test_first_300_incidents_agree_with_their_own_answers(shared_data):
    answers = json.loads(shared_data("tickets/servicenow_answers.json").read_text())["first300"]

    summary = run(shared_data("tickets/servicenow_incidents_first300.csv"), "servicenow")

    resolved = Ticket.objects.filter(resolved_at__isnull=False)
    assert figures(hours(resolved)) == answers["resolution_hours_open_to_resolved"]
    assert (summary.created, summary.reopened) == (answers["incidents"], answers["reopened_incidents"])
    assert {moment: open_at(utc(moment)) for moment in answers["open_at"]} == answers["open_at"]
