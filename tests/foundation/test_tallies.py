from datetime import timedelta

import pytest
from django.db.models import Count, Max, Min, Q

from foundation.tallies import Tallied, Tally, read_tallies
from metrics.models import DirtyMark
from partnerships.models import CheckState, HealthCheck
from support.models import Priority, Ticket
from tests.factories import NOW, DirtyMarkFactory, HealthCheckFactory, TicketFactory

pytestmark = pytest.mark.django_db
URGENT = Q(priority=Priority.URGENT)


def test_each_answer_is_what_aggregate_gives_for_it_alone(django_assert_num_queries):
    for number in range(5):
        TicketFactory(opened_at=NOW - timedelta(hours=number), priority="urgent" if number % 2 else "low")
    check = HealthCheckFactory(state=CheckState.DOWN)
    HealthCheckFactory(state=CheckState.DOWN, integration=check.integration)
    DirtyMarkFactory()
    tickets = Ticket.objects.order_by("subject")
    asked = {
        "checks": Tally(HealthCheck.objects.filter(integration__is_active=True), Count("integration", distinct=True)),
        "tickets": Tally(tickets, loud=Count("pk", filter=URGENT), at=Min("opened_at")),
        "marks": Tally(DirtyMark.objects.all(), at=Max("created_at")),
    }

    with django_assert_num_queries(1):
        found = read_tallies(asked)

    assert found["tickets"] == Tallied(
        **tickets.aggregate(all=Count("pk"), loud=Count("pk", filter=URGENT)), at=NOW - timedelta(hours=4)
    )
    assert found["checks"] == Tallied(1, 0, None)
    assert found["marks"] == Tallied(
        DirtyMark.objects.count(), 0, DirtyMark.objects.aggregate(at=Max("created_at"))["at"]
    )


def test_of_no_rows_nothing_is_counted_and_no_instant_known():
    none = Ticket.objects.filter(subject="nowhere")

    found = read_tallies({"one": Tally(none, at=Max("opened_at")), "two": Tally(none), "three": Tally(none)})

    assert set(found.values()) == {Tallied(0, 0, None)}
    assert list(found) == ["one", "two", "three"]


def test_nothing_asked_is_nothing_read(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert read_tallies({}) == {}
