"""What a partner's own server says of its end reaches the version of its API that the integration calls."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.aiohttp_transport import AiohttpTransport
from partnerships.models import ApiVersion, LedgerEntry
from partnerships.services.poll import poll_due_checks
from partnerships.services.probe_engine import ProbeEngine
from partnerships.services.result_headers import read_result_headers
from tests.factories import CheckResultFactory, HealthCheckFactory
from tests.factories_partners import ApiVersionUseFactory
from tests.partnerships.servers import reply, server_in_thread

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DOCS = "https://partner.example/sunset"
SAID = {
    # RFC 8594, section 3, with the relation of section 6.
    "/rfc8594": {"Sunset": "Wed, 11 Nov 2037 11:11:11 GMT", "Link": f'<{DOCS}>; rel="sunset"; type="text/html"'},
    # RFC 9745, section 2.1; 1 January 2037, with the sunset that section 4 wants no earlier.
    "/rfc9745": {
        "Deprecation": "@2114380800",
        "Sunset": "Sun, 11 Nov 2040 23:59:59 GMT",
        "Link": f'<{DOCS}>; rel="deprecation"; type="text/html"',
    },
    "/only-deprecated": {"Deprecation": "@2114380800"},
    # Drafts before it.
    "/true": {"Deprecation": "true", "Sunset": "Wed, 11 Nov 2037 11:11:11 GMT"},
    "/date": {"Deprecation": "Thu, 01 Jan 2037 00:00:00 GMT", "Sunset": "2037-11-11T11:11:11Z"},
    "/bare-true": {"Deprecation": "true"},
    "/nonsense": {"Deprecation": "soon", "Sunset": "one day"},
    "/nothing": {},
}


async def partner(seen, writer):
    writer.write(reply(b"fine", headers=SAID[seen.path]))


@pytest.mark.parametrize(
    ("path", "sunset", "deprecated", "link"),
    [
        ("/rfc8594", date(2037, 11, 11), None, DOCS),
        ("/rfc9745", date(2040, 11, 11), date(2037, 1, 1), DOCS),
        ("/only-deprecated", None, date(2037, 1, 1), ""),
        ("/true", date(2037, 11, 11), None, ""),
        ("/date", date(2037, 11, 11), date(2037, 1, 1), ""),
        ("/bare-true", None, None, None),
        ("/nonsense", None, None, None),
        ("/nothing", None, None, None),
    ],
)
def test_a_server_that_announces_its_end_is_heard_once(path, sunset, deprecated, link):
    use = ApiVersionUseFactory(api_version__name="v3")
    make = lambda: AiohttpTransport(policy=AddressPolicy.from_setting("127.0.0.1/32"), user_agent="test/1")  # noqa: E731

    with server_in_thread(partner) as server, ProbeEngine(make, clock=timezone.now) as engine:
        check = HealthCheckFactory(
            integration=use.integration, url=server.url(path), next_due_at=timezone.now(), timeout_ms=5000
        )
        for _ in range(2):
            poll_due_checks(engine=engine)
            read_result_headers(at=timezone.now() + timedelta(minutes=2))
            check.__class__.objects.filter(pk=check.pk).update(next_due_at=timezone.now())

    version = ApiVersion.objects.get()
    assert (version.name, version.sunset_on, version.deprecated_on) == ("v3", sunset, deprecated)
    if link is None:
        assert (version.version, version.noticed_at, version.evidence) == (1, None, "")
    else:
        assert (version.version, version.link) == (2, link)
        assert version.noticed_at is not None
        assert version.evidence.startswith(f"Seen by the check {check}.")
        assert all(words in version.evidence for name, words in SAID[path].items() if name != "Link")


def seen(check, at, **headers):
    CheckResultFactory(health_check=check, scheduled_for=at, started_at=at, finished_at=at, headers=headers)
    read_result_headers(at=at + timedelta(minutes=1))


def test_each_new_date_is_told_once_and_a_rolling_one_only_the_first_time():
    use = ApiVersionUseFactory()
    check = HealthCheckFactory(integration=use.integration)

    for place, sunset in enumerate(["2027-01-01", "2027-01-01", "2027-03-01", "2027-03-01"]):
        seen(check, NOW + place * DAY, sunset=sunset)
    for hours in range(5):
        at = NOW + 5 * DAY + timedelta(hours=hours)
        seen(check, at, sunset=(datetime(2027, 3, 1, tzinfo=UTC) + timedelta(hours=hours)).isoformat())

    version = ApiVersion.objects.get()
    assert (version.version, version.sunset_on, version.noticed_at) == (3, date(2027, 3, 1), NOW + 2 * DAY)


def test_a_date_in_the_ledger_that_no_version_knows_is_told():
    check = HealthCheckFactory()
    seen(check, NOW, sunset="2027-01-01")
    ApiVersion.objects.update(sunset_on=None)

    seen(check, NOW + DAY, sunset="2027-01-01")

    assert (ApiVersion.objects.get().sunset_on, LedgerEntry.objects.count()) == (date(2027, 1, 1), 1)


def test_a_day_that_somebody_entered_stands_beside_what_was_seen():
    use = ApiVersionUseFactory(api_version__sunset_on=date(2027, 6, 1), api_version__deprecated_on=date(2026, 1, 1))
    check = HealthCheckFactory(integration=use.integration)

    seen(check, NOW, sunset="2027-01-01", deprecation="@1767225600")

    entered, noticed = ApiVersion.objects.order_by("pk")
    assert (entered.sunset_on, entered.version) == (date(2027, 6, 1), 1)
    assert (noticed.sunset_on, noticed.deprecated_on, noticed.source) == (
        date(2027, 1, 1),
        date(2026, 1, 1),
        "probe",
    )


def test_gone_ends_the_version_on_the_day_it_was_seen_first():
    check = HealthCheckFactory()
    for days in (0, 3):
        at = NOW + days * DAY
        CheckResultFactory(health_check=check, scheduled_for=at, finished_at=at, http_status=410)
        read_result_headers(at=at + timedelta(minutes=1))

    version = ApiVersion.objects.get()
    assert (version.sunset_on, version.noticed_at) == (NOW.date(), NOW)
    assert version.evidence == f"Seen by the check {check}. It answers 410 Gone."
