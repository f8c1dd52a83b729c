"""Rows for the pages of integrations: checks with a past, told from now backwards."""

from datetime import timedelta

from bs4 import BeautifulSoup
from django.utils import timezone

from partnerships.models import HealthCheck
from partnerships.services.slos import ensure_default_slos
from tests.factories import HealthCheckFactory, IntegrationFactory, StatusIntervalFactory

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def watched(past, *, integration=None, at=None, **fields):
    """A check whose states follow each other without gaps: [("up", 30 * DAY), ("down", HOUR)]; the last goes on.

    Its integration has the objective of its tier, unless it has another. Each state lasts as long as is given; the last one ends at `at` (now).
    """
    at = at or timezone.now()
    check = HealthCheckFactory(integration=integration or IntegrationFactory(), **fields)
    begun = started = at - sum((length for _, length in past), timedelta())
    for number, (state, length) in enumerate(past, start=1):
        is_last = number == len(past)
        StatusIntervalFactory(
            health_check=check,
            state=state,
            started_at=started,
            ended_at=None if is_last else started + length,
            confirmed_at=started + MINUTE,
        )
        started += length
    HealthCheck.objects.filter(pk=check.pk).update(
        state=past[-1][0],
        state_since=at - past[-1][1],
        monitored_from=begun,
        last_result_at=at - timedelta(seconds=12),
        last_good_at=at - timedelta(seconds=12),
        last_outcome="ok",
        last_latency_us=61_000,
        stale_at=at + 3 * MINUTE,
        next_due_at=at + timedelta(seconds=34),
    )
    check.refresh_from_db()
    ensure_default_slos(at=begun, ids=[check.integration_id])
    return check


def soup_of(client, url, **parameters):
    response = client.get(url, parameters)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def text_of(node):
    """The words of a node with single spaces."""
    return " ".join(node.get_text(" ").split())
