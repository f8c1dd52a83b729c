"""Flapping and what others saw: both are told beside the intervals, and change no state and no uptime."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from foundation.errors import InvalidInputError
from partnerships.models import CheckResult, HealthCheck, StatusInterval, UptimeHour, VantageResult
from partnerships.selectors.confirmations import get_confirmations
from partnerships.selectors.site_uptime import get_site_uptime
from partnerships.services.events import pause_check
from partnerships.services.results import ProbeResult, record_results
from partnerships.services.retention import drop_old_results
from partnerships.services.vantage import Sighting, record_sighting
from tests.factories import (
    HealthCheckFactory,
    StatusIntervalFactory,
    SuperuserFactory,
    UserFactory,
    VantageResultFactory,
)

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)


def minute(number: float) -> datetime:
    return T0 + timedelta(minutes=number)


def record(check: HealthCheck, letters: str, *, start: int = 0) -> None:
    """One result a minute, `o` ok and `f` fail; each of them a transition where it differs from the one before."""
    for number, letter in enumerate(letters, start):
        at = minute(number)
        found = ProbeResult(check.pk, at, at, at, "ok" if letter == "o" else "fail")
        record_results(results=[found], at=at)
    check.refresh_from_db()


def quick(**fields) -> HealthCheck:
    return HealthCheckFactory(interval_seconds=60, fail_threshold=1, recover_threshold=1, **fields)


def outages_of(check: HealthCheck) -> list[StatusInterval]:
    return list(StatusInterval.objects.filter(health_check=check, state="down").select_related("health_check"))


def test_a_check_flaps_from_its_first_transition_of_too_many_and_the_intervals_stay_true():
    check = quick()

    record(check, "ofofof")
    assert check.flapping_since is None
    record(check, "o", start=6)

    assert check.flapping_since == minute(0)
    assert StatusInterval.objects.filter(health_check=check).count() == 7
    assert list(
        StatusInterval.objects.filter(health_check=check, state="down").values_list("started_at", flat=True)
    ) == [minute(1), minute(3), minute(5)]


def test_flapping_ends_an_hour_after_the_last_transition():
    check = quick()
    record(check, "ofofofo")

    record(check, "o" * 59, start=7)
    assert check.flapping_since == minute(0)
    record(check, "o", start=66)
    assert check.flapping_since is None


def test_a_paused_check_does_not_flap():
    check = quick()
    record(check, "ofofofo")

    assert pause_check(check_id=check.pk, at=minute(8)).flapping_since is None


def test_slow_changes_are_no_flapping():
    check = quick()
    for hour, letter in enumerate("ofofofofof"):
        record(check, letter * 13, start=hour * 13)

    assert check.flapping_since is None
    assert StatusInterval.objects.filter(health_check=check).count() == 10


def test_what_others_saw_moves_neither_state_nor_uptime():
    check = quick()
    record(check, "ooooo")
    before = [list(model.objects.order_by("pk").values()) for model in (HealthCheck, StatusInterval, UptimeHour)]

    seen = Sighting(check=check, probe="eu-west", observed_at=minute(2), outcome="fail", reason="timeout")
    row, is_new = record_sighting(seen=seen, by=UserFactory(), at=minute(5))

    assert (is_new, row.probe, row.recorded_at) == (True, "eu-west", minute(5))
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (HealthCheck, StatusInterval, UptimeHour)
    ]
    found = get_site_uptime(check.integration.slug, start=minute(0), end=minute(4), at=minute(5))
    assert (found.uptime, found.coverage) == (1, 1)
    assert CheckResult.objects.filter(probe="local").count() == 5


def test_a_sighting_is_kept_once_and_never_changed():
    check, by = quick(), UserFactory()
    seen = Sighting(check=check, probe="eu-west", observed_at=minute(2), outcome="fail")
    record_sighting(seen=seen, by=by, at=minute(3))

    again = record_sighting(seen=seen, by=by, at=minute(4))

    assert (again[1], VantageResult.objects.count()) == (False, 1)
    other = Sighting(check=check, probe="eu-west", observed_at=minute(2), outcome="ok")
    with pytest.raises(InvalidInputError, match="has said fail"):
        record_sighting(seen=other, by=by, at=minute(4))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"probe": "local"}, "probe"),
        ({"probe": "  "}, "probe"),
        ({"observed_at": minute(7)}, "observed_at"),
        ({"observed_at": minute(0) - timedelta(days=8)}, "observed_at"),
    ],
)
def test_a_wrong_sighting_is_refused(fields, named):
    known = {"check": quick(), "probe": "eu-west", "observed_at": minute(2), "outcome": "fail"}

    with pytest.raises(InvalidInputError) as refused:
        record_sighting(seen=Sighting(**known | fields), by=UserFactory(), at=minute(5))

    assert refused.value.field == named
    assert not VantageResult.objects.exists()


def test_an_outage_is_confirmed_by_a_probe_elsewhere_or_by_their_page(django_assert_num_queries):
    alone, probed, told = quick(), quick(), quick()
    for check in (alone, probed, told):
        record(check, "oofffoo")
    VantageResultFactory(health_check=probed, observed_at=minute(3))
    VantageResultFactory(health_check=probed, observed_at=minute(3), probe="us", outcome="ok")
    VantageResultFactory(health_check=alone, observed_at=minute(6), probe="late")
    feed = HealthCheckFactory(integration=told.integration, counts_for_uptime=False)
    StatusIntervalFactory(health_check=feed, state="degraded", started_at=minute(20))
    outages = [outages_of(check)[0] for check in (alone, probed, told)]

    with django_assert_num_queries(4):
        found = get_confirmations(outages, at=minute(40))

    assert [found[one.pk].is_confirmed for one in outages] == [False, True, True]
    assert (found[outages[1].pk].probes, found[outages[2].pk].by_partner) == (("eu-west",), True)
    assert get_confirmations([], at=minute(40)) == {}


def test_the_page_says_who_saw_an_outage_and_what_flaps(client):
    client.force_login(SuperuserFactory())
    check = quick()
    record(check, "ofofofo")
    VantageResultFactory(health_check=check, observed_at=minute(5))

    page = client.get(check.integration.get_absolute_url()).content.decode()

    assert "flapping since" in page
    assert page.count("confirmed by probe eu-west") == 1
    assert page.count("suspected: seen by our probe alone") == 2


def test_a_service_posts_what_its_probe_saw(client):
    client.force_login(SuperuserFactory())
    check, now = quick(), timezone.now()
    body = {
        "health_check": check.pk,
        "probe": "eu-west",
        "observed_at": now.isoformat(),
        "outcome": "fail",
        "reason": "timeout",
    }

    def post(**changed):
        return client.post("/api/v1/vantage-results/", body | changed, content_type="application/json")

    first, again = post(), post()

    assert (first.status_code, again.status_code, first.json()["probe"]) == (201, 200, "eu-west")
    assert first.json() == again.json()
    for changed, field in (
        ({"probe": "local"}, "probe"),
        ({"outcome": "ok"}, "outcome"),
        ({"outcome": "odd"}, "outcome"),
        ({"observed_at": "2020-01-01T00:00:00Z"}, "observed_at"),
        ({"health_check": 10**9}, "health_check"),
        ({"probe": ""}, "probe"),
        ({"probe": "x" * 61}, "probe"),
    ):
        refused = post(**changed)
        assert (refused.status_code, field in refused.content.decode()) == (400, True)
    assert VantageResult.objects.count() == 1


def test_sightings_are_dropped_with_the_results():
    VantageResultFactory(observed_at=minute(0))
    kept = VantageResultFactory(observed_at=minute(10))

    assert drop_old_results(at=minute(5), days=0) == 1
    assert VantageResult.objects.get() == kept
