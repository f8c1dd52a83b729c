import re
from calendar import monthrange
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from metrics.histogram import add_to_histogram
from partnerships.models import SLO, HealthCheck, Outcome
from partnerships.selectors.pages_latency import get_latency_days
from tests.factories import (
    HealthCheckFactory,
    IntegrationFactory,
    LatencyHourFactory,
    PartnerFactory,
    SLOFactory,
    TierPeriodFactory,
    UserFactory,
)
from tests.partnerships.page_data import DAY, HOUR, MINUTE, soup_of, text_of, watched

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")
QUERIES = 27


@pytest.fixture
def reader(client):
    person = UserFactory(permissions=["partnerships.view_integration"])
    client.force_login(person)
    return person


@pytest.fixture
def ledger():
    return IntegrationFactory(
        name="Ledger", slug="ledger", partner=PartnerFactory(name="Acme"), owner=UserFactory(name="Pay Lead")
    )


def page(client):
    return soup_of(client, "/integrations/ledger/")


def section(soup, heading):
    return next(part for part in soup.select("section.sec") if part.h2 and part.h2.text.strip() == heading)


def uptime_rows(soup):
    rows = section(soup, "Uptime").select("tbody tr")
    return {row.th.text: [text_of(cell) for cell in row.select("td")] for row in rows}


def test_the_hero_says_where_it_stands(client, reader, ledger):
    TierPeriodFactory(integration=ledger, started_at=timezone.now() - 400 * DAY)
    watched([("up", 15 * DAY), ("down", 37 * MINUTE), ("up", 15 * DAY)], integration=ledger)

    hero = page(client).select_one(".hero")

    assert text_of(hero.select_one(".big")) == "99.91 %"
    assert hero.select_one(".big a")["href"] == "/metrics/integration_uptime_production/"
    assert text_of(hero.select_one(".big + p")) == "30 days, coverage 100 %, target 99.9 %"
    assert "Up 15 d 0 h It answers in 61 ms. The budget bears 6 min more in these 30 days." in text_of(hero)
    assert re.search(r"OK in 61 ms\. Next probe in \d\d s\.", text_of(hero))
    assert "Owner Pay Lead Partner Acme Checks 1 of ours, every 1 min" in text_of(hero)


def test_the_table_has_every_window_rounded_down(client, reader, ledger):
    watched(
        [("up", 50 * DAY), ("down", 2 * HOUR), ("up", 20 * DAY), ("down", 30 * MINUTE), ("up", 3 * DAY)],
        integration=ledger,
    )

    rows = uptime_rows(page(client))

    assert list(rows)[:4] == ["24 hours", "7 days", "30 days", "90 days"]
    assert len(rows) == 6
    assert rows["24 hours"] == ["100", "100", "0 s", "0", "", ""]
    assert rows["7 days"] == ["99.70", "100", "30 min", "1", "30 min", "30 min"]
    assert rows["30 days"] == ["99.65", "100", "2 h 30 min", "2", "2 h 00 min", "1 h 15 min"]


def test_a_page_without_a_check_says_no_data(client, reader, ledger):
    soup = page(client)

    assert text_of(soup.select_one(".big")) == "no data"
    assert "No check No check of ours watches it." in text_of(soup.select_one("#now"))
    assert all(cells == ["no data", "no data", "", "", "", ""] for cells in uptime_rows(soup).values())
    assert "Nothing was measured yet" in soup.text
    assert "It has no objective yet." in soup.text
    assert "No good answer was timed in 90 days." in soup.text
    assert "Nothing watches this integration" in soup.text


def test_a_pending_check_is_neither_up_nor_down(client, reader, ledger):
    HealthCheckFactory(integration=ledger)

    soup = page(client)

    assert "Pending It has not been measured yet." in text_of(soup.select_one("#now"))
    assert text_of(soup.select_one(".big")) == "no data"


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        ("down", {"last_outcome": Outcome.FAIL, "last_reason": "timeout"}, "Down 5 min No complete answer in time."),
        ("down", {"last_outcome": Outcome.OK}, "It answers again; a further good result confirms it."),
        ("up", {"last_outcome": Outcome.FAIL, "last_reason": "auth", "last_detail": "HTTP 401"}, "Our credentials were refused (HTTP 401); not confirmed yet."),
        ("up", {"last_outcome": Outcome.ERROR, "last_reason": "network"}, "so it was not measured."),
        ("paused", {"is_paused": True}, "Paused 5 min Probing is paused."),
        ("degraded", {"last_outcome": Outcome.DEGRADED, "last_reason": "own_word"}, "Degraded 5 min Own word."),
    ],
)  # fmt: skip
def test_the_sentence_tells_the_state_and_why(client, reader, ledger, state, fields, words):
    check = watched([("up", DAY), (state, 5 * MINUTE)], integration=ledger)
    HealthCheck.objects.filter(pk=check.pk).update(**fields)

    assert words in text_of(page(client).select_one("#now"))


def test_a_silent_check_is_unknown_and_its_probe_late(client, reader, ledger):
    check = watched([("up", DAY)], integration=ledger)
    gone = timezone.now() - 30 * MINUTE
    HealthCheck.objects.filter(pk=check.pk).update(stale_at=gone, next_due_at=gone)

    words = text_of(page(client).select_one("#now"))

    assert "Unknown 32 min Nothing was measured since" in words
    assert "Next probe is 30 min late." in words


def test_an_overspent_budget_says_by_how_much(client, reader, ledger):
    watched([("up", 20 * DAY), ("down", 150 * MINUTE), ("up", 10 * DAY)], integration=ledger)

    soup = page(client)

    assert "The budget is overspent by 1 h 46 min." in text_of(soup.select_one("#now"))
    assert "Overspent: 150.0 min lost, 43.2 min granted by one outage" in text_of(section(soup, "Budget"))


def test_an_integration_without_an_objective_has_no_budget(client, reader, ledger):
    watched([("up", 20 * DAY)], integration=ledger)
    SLO.objects.all().delete()

    soup = page(client)

    assert "It has no objective yet." in soup.text
    assert "no target" in text_of(soup.select_one(".big + p"))


def test_an_objective_of_a_month_has_the_budget_of_the_whole_month(client, reader, ledger):
    SLOFactory(integration=ledger, target_ratio=Decimal("0.99"), window_kind="month", time_zone="Asia/Tokyo")
    watched([("up", 90 * DAY)], integration=ledger)

    soup = page(client)

    days = monthrange(*timezone.now().astimezone(TOKYO).timetuple()[:2])[1]
    whole = days * 24 * 60 // 100
    told = f"All of {whole / 60:.1f} h left" if whole >= 600 else f"All of {whole:.1f} min left"
    assert told in text_of(section(soup, "Budget"))
    assert "99 % over a calendar month" in text_of(section(soup, "Budget"))


def test_a_young_integration_says_that_its_window_is_not_full(client, reader, ledger):
    watched([("up", 12 * DAY)], integration=ledger)

    soup = page(client)

    assert "window not full: 17 d 23 h to come" in soup.text or "window not full: 18 d 0 h to come" in soup.text
    assert "Not down once in the 12 d 0 h of measuring" in soup.text


def test_the_hero_is_of_the_present_tier_and_says_so(client, reader, ledger):
    at = timezone.now()
    TierPeriodFactory(integration=ledger, tier="experimental", started_at=at - 90 * DAY, ended_at=at - 10 * DAY)
    TierPeriodFactory(integration=ledger, tier="production", started_at=at - 10 * DAY)
    watched([("up", 60 * DAY), ("down", 20 * DAY), ("up", 10 * DAY)], integration=ledger, at=at)

    soup = page(client)

    assert text_of(soup.select_one(".big")) == "100 %"
    assert "30 days as far as production" in text_of(soup.select_one(".big + p"))
    assert "experimental before" in text_of(soup.select_one("dl.facts"))
    assert uptime_rows(soup)["30 days"][0] == "33.33"


def test_two_checks_are_one_timeline_of_the_worst(client, reader, ledger):
    at = timezone.now()
    watched([("up", 5 * DAY), ("down", HOUR), ("up", DAY)], integration=ledger, at=at)
    watched([("up", 5 * DAY + 30 * MINUTE), ("down", HOUR), ("up", DAY - 30 * MINUTE)], integration=ledger, at=at)

    soup = page(client)

    assert uptime_rows(soup)["7 days"][2:] == ["1 h 30 min", "1", "1 h 30 min", "1 h 30 min"]
    assert "All 2 checks agree." in text_of(soup.select_one("#now"))


def test_their_page_stands_beside_ours_with_who_was_first(client, reader, ledger):
    at = timezone.now()
    watched([("up", 5 * DAY), ("down", HOUR), ("up", DAY)], integration=ledger, at=at)
    feed = [("up", 5 * DAY + 19 * MINUTE), ("degraded", HOUR), ("up", DAY - 19 * MINUTE)]
    watched(feed, integration=ledger, at=at, counts_for_uptime=False)

    beside = text_of(section(page(client), "Theirs beside ours"))

    assert "We saw it 19 min before they said so" in beside
    assert "they told of 1 of our 1 in 90 days" in beside
    assert "The last 24 hours" in beside


def test_without_a_page_of_theirs_nothing_is_compared(client, reader, ledger):
    watched([("up", DAY)], integration=ledger)

    soup = page(client)

    assert "Theirs beside ours" not in soup.text
    assert "no status page of theirs is read" in text_of(section(soup, "Latency"))


def test_what_happened_lists_the_newest_troubles(client, reader, ledger):
    watched([("up", DAY), *[("down", HOUR), ("up", HOUR)] * 22, ("unknown", HOUR)], integration=ledger)

    rows = section(page(client), "What happened").select("tbody tr")

    assert len(rows) == 20
    assert "goes on" in text_of(rows[0])
    assert text_of(rows[0]).startswith("Unknown")
    assert "1 min" in text_of(rows[1].select("td")[4])


def test_latency_prints_its_error_and_the_promise(client, reader, ledger):
    check = watched([("up", 3 * DAY)], integration=ledger)
    check.config = {"assertions": [{"on": "latency_ms", "op": "less_than", "value": 800}]}
    check.save(update_fields=["config"])
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    LatencyHourFactory(health_check=check, hour=hour, n=3, buckets=add_to_histogram({}, [100_000, 200_000, 300_000]))

    words = text_of(section(page(client), "Latency"))

    assert "error at most 1 %" in words
    assert "n = 3" in words
    assert "degraded from 800 ms" in words


def test_latency_days_pool_hours_and_compare_with_the_weeks_before():
    at = timezone.now()
    check, other = HealthCheckFactory(), HealthCheckFactory()
    for back, latency in ((20, 100_000), (1, 150_000)):
        for one in (check, other):
            buckets = add_to_histogram({}, [latency] * 50)
            LatencyHourFactory(health_check=one, hour=at - timedelta(days=back), n=50, buckets=buckets)

    found = get_latency_days([check.pk, other.pk], days=90, at=at)

    assert (len(found.days), found.n, found.p50[0]) == (90, 200, None)
    assert found.p95[-2] == pytest.approx(150, rel=0.01)
    assert found.rise == pytest.approx(0.5, abs=0.02)
    assert get_latency_days([], days=90, at=at).rise is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_is_constant(client, reader, ledger, django_assert_num_queries, rows):
    for _ in range(rows):
        watched([("up", DAY), ("down", HOUR)], integration=ledger)
        watched([("up", DAY)], integration=ledger, counts_for_uptime=False)
    at = timezone.now()
    for days in range(rows, 0, -1):
        ended_at = at - (days - 1) * DAY if days > 1 else None
        TierPeriodFactory(integration=ledger, started_at=at - days * DAY, ended_at=ended_at)

    with django_assert_num_queries(QUERIES):
        client.get("/integrations/ledger/")


def test_only_readers_of_integrations_may_look(client, ledger):
    assert client.get("/integrations/ledger/").status_code == 302

    client.force_login(UserFactory())

    assert [client.get(f"/integrations/ledger/{path}").status_code for path in ("", "now/")] == [403, 403]


def test_an_unknown_integration_is_not_found(client, reader):
    assert [client.get(f"/integrations/nobody/{path}").status_code for path in ("", "now/")] == [404, 404]


def test_readers_see_no_buttons(client, reader, ledger):
    watched([("up", DAY)], integration=ledger)

    assert page(client).select("main button, main .actions a") == []


def test_times_are_of_the_organisation_zone(client, reader, ledger, settings):
    settings.ORGANISATION_TIME_ZONE = "America/New_York"
    watched([("up", DAY)], integration=ledger)

    assert "New York time" in page(client).text


@pytest.mark.parametrize(
    ("outcome", "reason", "detail", "words"),
    [
        (
            "ok",
            "",
            "90 days left, valid until 2026-06-01 12:00 UTC.",
            "90 days left, valid until 2026-06-01 12:00 UTC.",
        ),
        ("degraded", "certificate_expires_soon", "9 days left.", "The certificate expires soon (9 days left)"),
        ("fail", "certificate_expired", "The certificate has expired.", "The certificate has expired"),
    ],
)
def test_a_certificate_says_how_long_it_lasts(client, reader, ledger, outcome, reason, detail, words):
    check = watched([("up", DAY)], integration=ledger, kind="tls", name="Certificate")
    HealthCheck.objects.filter(pk=check.pk).update(last_outcome=outcome, last_reason=reason, last_detail=detail)

    row = page(client).select_one(f"#check-{check.pk}")

    assert text_of(row.select("td")[0]) == "Certificate TLS certificate, counts for uptime"
    assert text_of(row.select("td")[3]) == words
