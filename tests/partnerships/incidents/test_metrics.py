import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from metrics.sources import get_source
from partnerships.models import Incident
from tests.factories import NOW, IntegrationFactory, PartnerFactory, UserFactory
from tests.factories_incidents import IncidentFactory, ResolvedIncidentFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def incident(partner, *, detect, acknowledge, repair, **fields):
    """Opened at NOW; minutes to notice, to acknowledge and to repair."""
    began = NOW - detect * MINUTE
    acknowledged = {} if acknowledge is None else {
        "acknowledged_at": NOW + acknowledge * MINUTE, "acknowledged_by": UserFactory(),
    }  # fmt: skip
    return ResolvedIncidentFactory(
        integration=IntegrationFactory(partner=partner),
        started_at=began,
        restored_at=began + repair * MINUTE,
        **acknowledged,
        **fields,
    )


@pytest.fixture
def four():
    asana, slack = PartnerFactory(slug="asana"), PartnerFactory(slug="slack")
    incident(asana, detect=2, acknowledge=5, repair=30)
    incident(asana, detect=4, acknowledge=None, repair=60)
    incident(slack, detect=12, acknowledge=10, repair=240, tier="experimental")
    incident(slack, detect=99, acknowledge=99, repair=999, is_drill=True)
    IncidentFactory()  # Nobody knows when it began, and it is open.


def shown(key, capsys):
    call_command("recompute_metrics", "--all", verbosity=0)
    capsys.readouterr()
    call_command("show_metric", key, "--grain", "day", "--start", "2026-03-02", "--json")
    return json.loads(capsys.readouterr().out)["value"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("incidents_opened", 4),
        ("incident_detection_minutes_mean", 6.0),
        ("incident_detection_minutes_median", 4.0),
        ("incident_acknowledgement_minutes_mean", 7.5),
        ("incident_acknowledgement_minutes_median", 7.5),
        ("incident_repair_minutes_mean", 110.0),
        ("incident_repair_minutes_median", 60.0),
    ],
)
def test_numbers_by_hand(four, key, value, capsys):
    assert shown(key, capsys) == value


def test_frames_carry_tier_partner_and_severity(four):
    frame = get_source("incidents_opened").fetch(NOW - DAY, NOW + DAY)

    assert sorted(frame.dimensions["partner"]) == ["asana", "asana", "none", "slack"]
    assert sorted(frame.dimensions["tier"]) == ["experimental", "production", "production", "production"]


def test_a_merged_incident_is_counted_no_more(four):
    first, second = Incident.objects.filter(is_drill=False).order_by("pk")[:2]

    Incident.objects.filter(pk=first.pk).update(
        state="closed", closed_at=NOW + DAY, resolved_at=NOW + DAY, merged_into=second
    )

    assert len(get_source("incidents_opened").fetch(NOW - DAY, NOW + DAY)) == 3
    assert len(get_source("incidents_restored").fetch(NOW - DAY, NOW + DAY)) == 2
