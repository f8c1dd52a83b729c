from datetime import timedelta

import pytest

from metrics.models import Annotation, AnnotationKind
from partnerships.services.outages import annotate_outages
from tests.factories import NOW, HealthCheckFactory, StatusIntervalFactory, TierPeriodFactory

pytestmark = pytest.mark.django_db


def outage(*, minutes=380, ended_at=NOW, tier="production", **fields):
    check = fields.pop("check", None) or HealthCheckFactory(counts_for_uptime=fields.pop("counts", True))
    TierPeriodFactory(integration=check.integration, tier=tier)
    started_at = ended_at - timedelta(minutes=minutes)
    fields = {"state": "down", "confirmed_at": started_at, **fields}
    return StatusIntervalFactory(health_check=check, started_at=started_at, ended_at=ended_at, **fields)


def test_an_outage_is_noted_once(django_assert_num_queries):
    down = outage()

    first = annotate_outages(at=NOW)
    with django_assert_num_queries(3):
        second = annotate_outages(at=NOW + timedelta(minutes=5))

    (note,) = Annotation.objects.filter(kind=AnnotationKind.INCIDENT)
    assert (first, second) == (1, 0)
    assert note.metric.key == "integration_uptime_production"
    assert note.text == f"{down.health_check} down, 6 h 20 min"
    assert (note.happened_on, note.made_by) == (down.started_at.date(), None)
    assert note.url == down.health_check.integration.get_absolute_url()


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 4},
        {"tier": "experimental"},
        {"state": "degraded"},
        {"confirmed_at": None},
        {"counts": False},
        {"ended_at": NOW - timedelta(days=8)},
    ],
)
def test_what_is_no_outage_of_production_is_not_noted(fields):
    outage(**fields)

    assert annotate_outages(at=NOW) == 0


def test_an_outage_that_lasts_is_noted_when_it_ends():
    down = outage(ended_at=NOW + timedelta(hours=1))

    assert annotate_outages(at=NOW) == 0
    assert annotate_outages(at=down.ended_at) == 1
