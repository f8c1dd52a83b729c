import itertools
from datetime import timedelta

import pytest

from operations.models import Escalation
from partnerships.models import AffectedIntegration, HealthCheck, Incident, IncidentEvent, StatusInterval
from partnerships.services.incidents import Said, change_incident_state, merge_incidents
from partnerships.services.incidents.watch import open_incidents, resolve_recovered, watch_outages
from tests.factories import (
    NOW,
    DependencyFactory,
    HealthCheckFactory,
    IntegrationFactory,
    MaintenanceFactory,
    StatusIntervalFactory,
)
from tests.factories_incidents import IncidentFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def down(*, check=None, tier="production", since=NOW - 5 * MINUTE, ended_at=None, **fields):
    """An outage of a check, which is down now unless it ended."""
    check = check or HealthCheckFactory(integration=IntegrationFactory(tier=tier, name=fields.pop("name", "Asana")))
    state, state_since = ("up", ended_at) if ended_at else ("down", since)
    HealthCheck.objects.filter(pk=check.pk).update(state=state, state_since=state_since)
    fields = {"confirmed_at": since + MINUTE, "reason": "timeout", **fields}
    return StatusIntervalFactory(health_check=check, state="down", started_at=since, ended_at=ended_at, **fields)


def back_up(outage, at):
    """The check is up since then."""
    type(outage).objects.filter(pk=outage.pk).update(ended_at=at)
    HealthCheck.objects.filter(pk=outage.health_check_id).update(state="up", state_since=at)


def test_an_outage_opens_one_incident_however_often_it_is_seen():
    outage = down()

    assert [watch_outages(at=NOW), watch_outages(at=NOW + MINUTE)] == [(1, 0), (0, 0)]

    incident = Incident.objects.get()
    assert (incident.title, incident.is_automatic, incident.opened_by) == ("Asana is down", True, None)
    assert (incident.started_at, incident.detected_at, incident.opened_at) == (NOW - 5 * MINUTE, NOW - 4 * MINUTE, NOW)
    assert (incident.severity, incident.tier, incident.acknowledged_at) == ("sev2", "production", None)
    period = AffectedIntegration.objects.get()
    assert (period.integration, period.started_at, period.ended_at) == (
        outage.health_check.integration, NOW - 5 * MINUTE, None,
    )  # fmt: skip
    assert IncidentEvent.objects.get().text == f"{outage.health_check.name} is down: timeout"


@pytest.mark.parametrize(
    "fields",
    [
        {"tier": "experimental"},
        {"confirmed_at": None},
        {"ended_at": NOW - 61 * MINUTE, "since": NOW - 99 * MINUTE},
    ],
)
def test_what_is_no_confirmed_outage_of_production_opens_nothing(fields):
    down(**fields)

    assert open_incidents(at=NOW) == 0
    assert not Incident.objects.exists()


def test_a_vendor_page_or_an_inactive_integration_opens_nothing():
    down(check=HealthCheckFactory(counts_for_uptime=False, integration__tier="production"))
    down(check=HealthCheckFactory(integration__tier="production", integration__is_active=False))

    assert open_incidents(at=NOW) == 0


def test_more_checks_join_the_open_incident():
    first = down()
    open_incidents(at=NOW)
    second = HealthCheckFactory(integration=first.health_check.integration, name="Second")
    down(check=second, since=NOW)

    assert open_incidents(at=NOW + MINUTE) == 1

    assert Incident.objects.count() == 1
    assert AffectedIntegration.objects.count() == 1
    assert list(IncidentEvent.objects.values_list("kind", "text").order_by("pk"))[1] == (
        "check", "Second is down: timeout",
    )  # fmt: skip


def test_an_outage_joins_the_incident_that_a_person_declared():
    integration = IntegrationFactory(tier="production")
    incident = IncidentFactory(integration=integration)
    drill = IncidentFactory(integration=integration, is_drill=True)
    down(check=HealthCheckFactory(integration=integration))

    assert open_incidents(at=NOW) == 1

    assert set(Incident.objects.all()) == {incident, drill}
    assert AffectedIntegration.objects.get().incident == incident
    assert resolve_recovered(at=NOW + 60 * MINUTE) == 0


def test_an_incident_resolves_itself_after_the_hold_and_is_never_closed():
    outage = down()
    watch_outages(at=NOW)
    back_up(outage, NOW + 2 * MINUTE)

    early = [watch_outages(at=NOW + minutes * MINUTE) for minutes in (3, 16)]
    incident = Incident.objects.get()
    assert (early, incident.state) == ([(0, 0), (0, 0)], "declared")
    assert AffectedIntegration.objects.get().ended_at == NOW + 2 * MINUTE

    assert watch_outages(at=NOW + 17 * MINUTE) == (0, 1)
    assert watch_outages(at=NOW + timedelta(days=99)) == (0, 0)
    incident.refresh_from_db()
    assert (incident.state, incident.restored_at) == ("resolved", NOW + 2 * MINUTE)
    assert (incident.resolved_at, incident.acknowledged_at) == (NOW + 17 * MINUTE, None)


def test_going_down_within_the_hold_goes_on_in_the_same_incident():
    outage = down()
    watch_outages(at=NOW)
    back_up(outage, NOW + 2 * MINUTE)
    watch_outages(at=NOW + 3 * MINUTE)
    StatusIntervalFactory(
        health_check=outage.health_check, state="up", started_at=NOW + 2 * MINUTE, ended_at=NOW + 10 * MINUTE
    )
    again = down(check=outage.health_check, since=NOW + 10 * MINUTE)

    assert watch_outages(at=NOW + 11 * MINUTE) == (1, 0)
    assert watch_outages(at=NOW + 40 * MINUTE) == (0, 0)
    back_up(again, NOW + 41 * MINUTE)
    assert watch_outages(at=NOW + 56 * MINUTE) == (0, 1)

    periods = AffectedIntegration.objects.order_by("started_at").values_list("started_at", "ended_at")
    assert list(periods) == [
        (NOW - 5 * MINUTE, NOW + 2 * MINUTE),
        (NOW + 10 * MINUTE, NOW + 41 * MINUTE),
    ]
    assert Incident.objects.get().restored_at == NOW + 41 * MINUTE


@pytest.mark.parametrize("state", ["down", "degraded", "unknown", "pending"])
def test_another_check_that_is_not_up_keeps_it_open(state):
    outage = down()
    HealthCheckFactory(integration=outage.health_check.integration, name="Second", state=state, state_since=NOW)
    watch_outages(at=NOW)
    back_up(outage, NOW)

    assert resolve_recovered(at=NOW + 60 * MINUTE) == 0


def test_what_a_person_resolved_or_merged_stays_so():
    outage = down()
    open_incidents(at=NOW)
    incident = Incident.objects.get()
    change_incident_state(incident_id=incident.pk, state="resolved", said=Said(NOW + MINUTE))
    other = down(name="Slack")
    open_incidents(at=NOW + MINUTE)
    second = Incident.objects.latest("pk")
    target = IncidentFactory()
    merge_incidents(incident_id=second.pk, into_id=target.pk, said=Said(NOW + 2 * MINUTE))

    assert open_incidents(at=NOW + 3 * MINUTE) == 0
    assert Incident.objects.count() == 3
    assert {outage.health_check.integration, other.health_check.integration} == {
        period.integration for period in AffectedIntegration.objects.all()
    }


def test_an_outage_that_is_over_already_is_entered_and_resolved():
    down(ended_at=NOW - 20 * MINUTE, since=NOW - 30 * MINUTE)

    assert watch_outages(at=NOW) == (1, 1)

    incident = Incident.objects.get()
    assert (incident.state, incident.restored_at) == ("resolved", NOW - 20 * MINUTE)


def test_what_lies_in_maintenance_opens_nothing_until_it_is_over():
    outage = down()
    MaintenanceFactory(checks=[outage.health_check], starts_at=NOW - 60 * MINUTE, duration_seconds=3600)

    assert open_incidents(at=NOW) == 0
    assert open_incidents(at=NOW + MINUTE) == 1
    assert Incident.objects.get().started_at == NOW


def depends(*outages):
    """Each depends on the check of the one before."""
    for upstream, one in itertools.pairwise(outages):
        DependencyFactory(integration=one.health_check.integration, upstream=upstream.health_check)


def effects():
    found = IncidentEvent.objects.filter(kind="effect").order_by("pk")
    return [(event.incident.title, event.text.partition(":")[0], event.suppressed_by) for event in found]


def test_an_outage_below_another_one_is_an_effect_in_its_incident():
    below, cause = down(name="Below", since=NOW - 6 * MINUTE), down(name="Cause")
    depends(cause, below)

    assert [open_incidents(at=NOW), open_incidents(at=NOW + MINUTE)] == [2, 0]

    incident = Incident.objects.get()
    assert (incident.title, effects()) == ("Cause is down", [("Cause is down", "Below", cause.health_check)])
    assert AffectedIntegration.objects.get().integration == cause.health_check.integration
    assert Escalation.objects.count() == 1
    event = IncidentEvent.objects.get(kind="effect")
    assert (event.occurred_at, event.recorded_at, event.actor) == (NOW - 6 * MINUTE, NOW, None)


def test_suppression_touches_no_measuring():
    below, cause = down(name="Below"), down(name="Cause")
    depends(cause, below)
    before = list(StatusInterval.objects.order_by("pk").values()), list(HealthCheck.objects.order_by("pk").values())

    watch_outages(at=NOW)

    after = list(StatusInterval.objects.order_by("pk").values()), list(HealthCheck.objects.order_by("pk").values())
    assert after == before


def test_a_chain_of_outages_is_one_incident_whatever_the_order():
    last, middle, first = down(name="Last", since=NOW - 9 * MINUTE), down(name="Middle"), down(name="First")
    depends(first, middle, last)

    assert open_incidents(at=NOW) == 3

    assert Incident.objects.get().title == "First is down"
    assert effects() == [
        ("First is down", "Middle", first.health_check),
        ("First is down", "Last", middle.health_check),
    ]


def test_what_is_still_down_a_while_after_its_cause_opens_its_own():
    below, cause = down(name="Below"), down(name="Cause")
    depends(cause, below)
    watch_outages(at=NOW)
    back_up(cause, NOW + MINUTE)
    StatusIntervalFactory(health_check=cause.health_check, state="up", started_at=NOW + MINUTE)

    assert [open_incidents(at=NOW + minutes * MINUTE) for minutes in (2, 15, 17)] == [0, 0, 1]

    own = Incident.objects.latest("pk")
    assert (own.title, own.started_at) == ("Below is down", NOW - 5 * MINUTE)
    assert "It was an effect in" in IncidentEvent.objects.get(incident=own).text


def test_resolving_is_never_suppressed():
    below = down(name="Below")
    watch_outages(at=NOW)
    cause = down(name="Cause", since=NOW + MINUTE)
    depends(cause, below)
    watch_outages(at=NOW + 2 * MINUTE)
    back_up(below, NOW + 3 * MINUTE)

    assert watch_outages(at=NOW + 18 * MINUTE) == (0, 1)
    assert dict(Incident.objects.values_list("title", "state")) == {
        "Below is down": "resolved",
        "Cause is down": "declared",
    }


@pytest.mark.parametrize("why", ["experimental", "another time"])
def test_a_cause_without_an_incident_hides_nothing(why):
    below = down(name="Below")
    tier = "experimental" if why == "experimental" else "production"
    over = {"since": NOW - 99 * MINUTE, "ended_at": NOW - 70 * MINUTE} if why == "another time" else {}
    depends(down(name="Cause", tier=tier, **over), below)

    assert open_incidents(at=NOW) == 1
    assert (Incident.objects.get().title, effects()) == ("Below is down", [])
    assert ("depends on, is down" in IncidentEvent.objects.get().text) == (why == "experimental")


def test_a_further_check_of_what_has_an_incident_joins_it():
    below = down(name="Below")
    watch_outages(at=NOW)
    cause = down(name="Cause", since=NOW)
    depends(cause, below)
    down(check=HealthCheckFactory(integration=below.health_check.integration), since=NOW)

    assert open_incidents(at=NOW + MINUTE) == 2
    assert effects() == []
