"""What tickets carry of their customer and team: fresh in every metric, whoever changes it."""

import random
from datetime import UTC, date, datetime, timedelta
from statistics import median

import numpy as np
import pytest
from django.db import connection

from metrics.models import DirtyMark, Kind, PeriodValue
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import list_sources
from support.models import Customer, Team, Ticket
from tests.factories import CustomerFactory, MetricFactory, MetricVersionFactory, TeamFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEK_US = 7 * 86_400_000_000
FIRST_WEEK = {
    "measure": "resolution",
    "scale": 3_600_000_000,
    "quantile": 0.5,
    "filter": {"customer_segment": "enterprise", "customer_age": {"lt": WEEK_US}},
}


def hour(moment):
    return int(moment.timestamp()) // 3600


def marks(source):
    return set(DirtyMark.objects.filter(source=source).values_list("utc_hour", flat=True))


def ticket(opened, hours=None, **fields):
    ended = {"state": "solved", "resolved_at": opened + hours * HOUR} if hours is not None else {}
    return Ticket.objects.create(subject="s", opened_at=opened, **ended, **fields)


def settle():
    recompute_pending(at=NOW, now_please=True, max_batches=1000)
    assert [d for source in list_sources() for d in verify_source(source)] == []


@pytest.fixture
def first_week():
    metric = MetricFactory(key="first_week_resolution", unit="h")
    return MetricVersionFactory(
        metric=metric,
        kind=Kind.PERCENTILE,
        source="tickets_resolved",
        formula=FIRST_WEEK,
        dimensions=["team", "customer_segment"],
    )


def value(version, segment="", grain="all", start=date(1970, 1, 1)):
    row = PeriodValue.objects.filter(version=version, segment=segment, grain=grain, start=start).first()
    return (row.value, row.n) if row else (None, 0)


def test_median_first_week_resolution_of_enterprise_customers(first_week):
    big = CustomerFactory(segment="enterprise", joined_at=NOW - 30 * DAY)
    small = CustomerFactory(segment="startup", joined_at=NOW - 30 * DAY)
    unknown = CustomerFactory(segment="enterprise", joined_at=None)
    for age, hours in [(0, 2), (3, 8), (6.9, 5), (7, 100), (20, 100)]:
        ticket(NOW - 30 * DAY + age * DAY, hours, customer=big)
    ticket(NOW - 31 * DAY, 11, customer=big)  # Before they are known to have joined: their first week.
    ticket(NOW - 29 * DAY, 50, customer=small)
    ticket(NOW - 29 * DAY, 60, customer=unknown)
    ticket(NOW - 29 * DAY, 70)

    settle()

    assert value(first_week) == (median([2, 8, 5, 11]), 4)
    assert value(first_week, "customer_segment=enterprise") == (6.5, 4)
    assert value(first_week, "team=none") == (6.5, 4)


def test_a_change_of_the_customer_marks_their_tickets(first_week):
    one, other = CustomerFactory(segment="startup", joined_at=NOW - 9 * DAY), CustomerFactory()
    mine = [ticket(NOW - 9 * DAY, 3, customer=one), ticket(NOW - 5 * DAY, customer=one)]
    ticket(NOW - 20 * DAY, 3, customer=other)
    settle()
    assert value(first_week) == (None, 0)

    Customer.objects.filter(pk=one.pk).update(segment="enterprise")

    assert marks("tickets_opened") == {hour(t.opened_at) for t in mine}
    assert marks("tickets_resolved") == {hour(mine[0].resolved_at)}
    assert marks("ticket_backlog") == {hour(t.opened_at) for t in mine} | {hour(mine[0].resolved_at)}
    settle()
    assert value(first_week) == (3.0, 1)


def test_what_no_value_is_made_of_leaves_no_mark():
    customer, team = CustomerFactory(segment="startup"), TeamFactory()
    ticket(NOW - DAY, 1, customer=customer, team=team)
    DirtyMark.objects.all().delete()

    Customer.objects.filter(pk=customer.pk).update(name="Renamed", segment="startup")
    Team.objects.filter(pk=team.pk).update(name="Renamed")

    assert not DirtyMark.objects.exists()


def test_a_team_that_is_renamed_moves_its_segment(first_week):
    customer = CustomerFactory(segment="enterprise", joined_at=NOW - 2 * DAY)
    team = TeamFactory(slug="first-line")
    ticket(NOW - DAY, 4, customer=customer, team=team)
    settle()
    assert value(first_week, "team=first-line") == (4.0, 1)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE support_team SET slug = 'front' WHERE id = %s", [team.pk])
    settle()

    assert (value(first_week, "team=first-line"), value(first_week, "team=front")) == ((None, 0), (4.0, 1))


@pytest.mark.parametrize("seed", range(3))
def test_any_writes_leave_the_median_of_the_rows(first_week, seed):
    rng = random.Random(seed)
    words = ["enterprise", "startup", ""]
    customers = [CustomerFactory(segment=rng.choice(words), joined_at=NOW - 60 * DAY) for _ in range(5)]
    teams = [TeamFactory() for _ in range(2)]
    for _ in range(40):
        ticket(
            NOW - rng.uniform(20, 70) * DAY,
            rng.choice([None, rng.uniform(0, 90)]),
            customer=rng.choice([*customers, None]),
            team=rng.choice([*teams, None]),
        )
    for _ in range(8):
        customer = Customer.objects.filter(pk=rng.choice(customers).pk)
        if rng.random() < 0.5:
            customer.update(joined_at=rng.choice([None, NOW - rng.uniform(20, 90) * DAY]))
        else:
            customer.update(segment=rng.choice(words))
        Ticket.objects.filter(pk=rng.choice(list(Ticket.objects.values_list("pk", flat=True)))).update(
            customer=rng.choice(customers), team=rng.choice(teams)
        )
        if rng.random() < 0.5:
            recompute_pending(at=NOW, now_please=True)
    settle()

    found = [
        (one.resolved_at - one.opened_at) / HOUR
        for one in Ticket.objects.select_related("customer").filter(resolved_at__isnull=False)
        if one.customer
        and one.customer.segment == "enterprise"
        and one.customer.joined_at
        and one.opened_at - one.customer.joined_at < 7 * DAY
    ]
    got, n = value(first_week)
    assert n == len(found)
    assert got is None if not found else got == pytest.approx(np.quantile(found, 0.5), rel=1e-12)
