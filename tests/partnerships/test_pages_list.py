import csv
import io
import re

import pytest
from django.utils import timezone

from charts.primitives import Caption
from partnerships.models import Tier
from partnerships.selectors.pages_list import Wanted, list_integrations
from partnerships.views.list_page import _caption
from tests.factories import IntegrationFactory, PartnerFactory, TierPeriodFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE, soup_of, text_of, watched

pytestmark = pytest.mark.django_db

LIST, CSV = "/integrations/", "/integrations/integrations.csv"
QUERIES = 20


@pytest.fixture
def reader(client):
    person = UserFactory(permissions=["partnerships.view_integration"])
    client.force_login(person)
    return person


def names(soup):
    return [link.text for link in soup.select("main table a.subj")]


def row_of(soup, name):
    return next(row for row in soup.select("main tbody tr") if row.select_one("a.subj") and row.a.text == name)


def downloaded(client, **parameters):
    content = b"".join(client.get(CSV, parameters).streaming_content).decode()
    return list(csv.DictReader(io.StringIO(content)))


def test_the_list_groups_by_tier_with_what_is_worst_first(client, reader):
    watched([("up", 40 * DAY)], integration=IntegrationFactory(name="Calm"))
    watched([("up", 40 * DAY), ("down", 3 * HOUR)], integration=IntegrationFactory(name="Broken"))
    watched([("up", 40 * DAY)], integration=IntegrationFactory(name="Trial", tier=Tier.EXPERIMENTAL))

    soup = soup_of(client, LIST)

    assert names(soup) == ["Broken", "Calm", "Trial"]
    assert [row.th.contents[0].strip() for row in soup.select("tr.group")] == ["Production", "Experimental"]
    assert "1 of 3 needs attention." in text_of(soup.select_one(".lede"))
    assert "Down 3 h 00 min" in text_of(row_of(soup, "Broken"))


def test_a_row_shows_uptime_rounded_down_with_coverage_and_budget(client, reader):
    integration = IntegrationFactory(
        name="Ledger", owner=UserFactory(name="Pay Lead"), partner=PartnerFactory(name="Acme")
    )
    watched([("up", 15 * DAY), ("down", 37 * MINUTE), ("up", 15 * DAY)], integration=integration)

    words = text_of(row_of(soup_of(client, LIST), "Ledger"))

    assert re.search(r"99\.91 100 14% Pay Lead 1\d s ago", words)
    assert "Acme" in words


def test_an_overspent_budget_is_negative(client, reader):
    watched([("up", 20 * DAY), ("down", 150 * MINUTE), ("up", 10 * DAY)], integration=IntegrationFactory(name="Ledger"))

    words = text_of(row_of(soup_of(client, LIST), "Ledger"))

    assert "−248%" in words


def test_thin_coverage_turns_the_figure_grey_and_marks_the_coverage(client, reader):
    watched([("up", 26 * DAY), ("unknown", 2 * DAY), ("up", 2 * DAY)], integration=IntegrationFactory(name="Quill"))

    row = row_of(soup_of(client, LIST), "Quill")

    assert row.select_one(".faint").text == "100"
    assert row.select_one("td.drop .st-watch").text == "93.3"


def test_what_was_never_measured_has_no_data_and_no_uptime(client, reader):
    IntegrationFactory(name="Unwatched")
    watched([("up", 40 * DAY)], integration=IntegrationFactory(name="Measured"))

    soup = soup_of(client, LIST)
    words = text_of(row_of(soup, "Unwatched"))

    assert "No check" in words
    assert words.count("no data") == 3
    assert "worst member Measured 100 %" in text_of(soup.select_one("tr.group"))


def test_a_dead_poller_makes_integrations_unknown(client, reader):
    check = watched([("up", 40 * DAY)], integration=IntegrationFactory(name="Calm"))
    check.stale_at = timezone.now() - 10 * MINUTE
    check.save(update_fields=["stale_at"])

    soup = soup_of(client, LIST)

    assert "Unknown 12 min" in text_of(row_of(soup, "Calm"))
    assert "1 of 1 is not known." in text_of(soup.select_one(".lede"))


def test_their_own_page_stands_beside_ours_and_counts_for_nothing(client, reader):
    integration = IntegrationFactory(name="Ledger")
    watched([("up", 40 * DAY)], integration=integration)
    watched([("up", 20 * DAY), ("down", 20 * DAY)], integration=integration, counts_for_uptime=False)

    words = text_of(row_of(soup_of(client, LIST), "Ledger"))

    assert "outage" in words
    assert "100 100 100%" in words


def test_the_pool_is_of_the_tier_whatever_is_asked_for(client, reader):
    watched([("up", 20 * DAY), ("down", 14 * DAY)], integration=IntegrationFactory(name="Half"))
    watched([("up", 40 * DAY)], integration=IntegrationFactory(name="Whole"))

    soup = soup_of(client, LIST, q="whole")

    assert names(soup) == ["Whole"]
    head = text_of(soup.select_one("tr.group"))
    assert head.startswith("Production 76.66 % pooled , worst member Half 53.33 %")
    assert head.endswith("30 days by standard v1 · 1 of 2 shown")


def test_time_before_a_promotion_counts_for_the_tier_it_was_spent_in():
    at = timezone.now()
    integration = IntegrationFactory(tier=Tier.PRODUCTION)
    TierPeriodFactory(integration=integration, tier="experimental", started_at=at - 90 * DAY, ended_at=at - 10 * DAY)
    TierPeriodFactory(integration=integration, tier="production", started_at=at - 10 * DAY)
    watched([("down", 30 * DAY), ("up", 10 * DAY)], integration=integration, at=at)

    production, experimental = list_integrations(Wanted(), at=at).groups

    assert (production.pooled.uptime, production.rows[0].figures.uptime) == (1, 1)
    assert (experimental.pooled.uptime, experimental.rows) == (0, [])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"tier": "experimental"}, ["Beta"]),
        ({"state": "down"}, ["Alpha"]),
        ({"partner": "acme"}, ["Alpha"]),
        ({"q": "BET"}, ["Beta"]),
        ({"q": "Ann"}, ["Beta"]),
        ({"state": "nonsense", "tier": "nonsense"}, ["Alpha", "Beta"]),
    ],
)
def test_filters_are_the_url(client, reader, asked, expected):
    alpha = IntegrationFactory(name="Alpha", partner=PartnerFactory(slug="acme"))
    watched([("up", DAY), ("down", HOUR)], integration=alpha)
    beta = IntegrationFactory(name="Beta", tier=Tier.EXPERIMENTAL, owner=UserFactory(name="Ann Ode"))
    watched([("up", DAY)], integration=beta)

    assert names(soup_of(client, LIST, **asked)) == expected


def test_nothing_found_offers_to_clear_the_filters(client, reader):
    watched([("up", DAY)])

    soup = soup_of(client, LIST, q="nowhere", sort="name")

    assert "No integration is like that" in soup.text
    assert soup.select_one(".blank a.btn")["href"] == f"{LIST}?sort=name"


def test_an_empty_installation_says_what_to_do(client, reader):
    assert "No integration is watched yet" in soup_of(client, LIST).text


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Apple", "Berry", "Cherry"]),
        ("-name", ["Cherry", "Berry", "Apple"]),
        ("uptime", ["Berry", "Apple", "Cherry"]),
        ("-uptime", ["Apple", "Berry", "Cherry"]),
        ("-budget", ["Apple", "Berry", "Cherry"]),
        ("owner", ["Apple", "Cherry", "Berry"]),
        ("unheard-of", ["Cherry", "Apple", "Berry"]),
    ],
)
def test_columns_sort_by_url_and_put_no_data_last(client, reader, sort, expected):
    watched([("up", 30 * DAY)], integration=IntegrationFactory(name="Apple"))
    berry = IntegrationFactory(name="Berry", owner=UserFactory(name="Zoe"))
    watched([("up", 10 * DAY), ("down", HOUR), ("up", 10 * DAY)], integration=berry)
    IntegrationFactory(name="Cherry")

    assert names(soup_of(client, LIST, sort=sort)) == expected


def test_a_sorted_column_says_so_and_leads_to_the_other_direction(client, reader):
    watched([("up", DAY)])

    head = soup_of(client, LIST, sort="uptime").select_one("th[aria-sort]")

    assert (head["aria-sort"], head.a["href"]) == ("ascending", f"{LIST}?sort=-uptime")


def test_the_csv_is_what_the_page_shows(client, reader):
    watched(
        [("up", 20 * DAY), ("down", 150 * MINUTE), ("up", 10 * DAY)],
        integration=IntegrationFactory(name="Account book"),
    )
    watched([("up", 40 * DAY)], integration=IntegrationFactory(name="Calm", owner=UserFactory(name="=Ann")))
    watched([("up", 40 * DAY)], integration=IntegrationFactory(name="Trial", tier=Tier.EXPERIMENTAL))
    asked = {"tier": "production", "sort": "-uptime"}

    soup, rows = soup_of(client, LIST, **asked), downloaded(client, **asked)

    assert [row["integration"] for row in rows] == names(soup) == ["Calm", "Account book"]
    ledger = rows[1]
    shown = text_of(row_of(soup, "Account book"))
    assert f"{ledger['uptime_percent']} {ledger['coverage_percent']} −{ledger['budget_left_percent'][1:]}%" in shown
    assert (ledger["uptime_percent"], ledger["budget_left_percent"]) == ("99.65", "-248")
    assert (ledger["accounting_profile"], rows[0]["owner"]) == ("standard v1", "'=Ann")
    assert soup.select_one(".end a[href*=csv]")["href"] == f"{CSV}?tier=production&sort=-uptime"


def test_the_budget_follows_the_objective(client, reader):
    watched([("up", 20 * DAY), ("down", 150 * MINUTE), ("up", 10 * DAY)], integration=IntegrationFactory(name="Strict"))
    watched(
        [("up", 20 * DAY), ("down", 150 * MINUTE), ("up", 10 * DAY)],
        integration=IntegrationFactory(name="Loose", tier=Tier.EXPERIMENTAL),
    )

    soup = soup_of(client, LIST)

    assert ["target 99.9 %" in text_of(row) for row in soup.select("tr.group")] == [True, False]
    assert "93%" in text_of(row_of(soup, "Loose"))


def test_inactive_integrations_are_not_listed(client, reader):
    watched([("up", DAY)], integration=IntegrationFactory(name="Retired", is_active=False))

    assert names(soup_of(client, LIST)) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_is_constant(client, reader, django_assert_num_queries, rows):
    for number in range(rows):
        integration = IntegrationFactory(owner=UserFactory(), tier=Tier.values[number % 2])
        TierPeriodFactory(integration=integration, tier=integration.tier)
        watched([("up", DAY), ("down", HOUR)], integration=integration)
        watched([("up", DAY)], integration=integration, counts_for_uptime=False)

    with django_assert_num_queries(QUERIES):
        client.get(LIST)


@pytest.mark.parametrize("url", [LIST, CSV])
def test_only_readers_of_integrations_may_look(client, url):
    assert client.get(url).status_code == 302

    client.force_login(UserFactory())

    assert client.get(url).status_code == 403


def test_the_strip_tells_its_days_in_words(client, reader):
    at = timezone.now().replace(hour=12)
    watched([("up", 35 * DAY), ("down", HOUR), ("up", 2 * DAY)], integration=IntegrationFactory(name="Ledger"), at=at)

    (row,) = list_integrations(Wanted(), at=at).groups[0].rows

    assert (row.days.count("up"), row.days.count("down")) == (29, 1)
    assert _caption(row) == Caption(f"strip-{row.pk}", "Ledger: 30 days, now up", "29 days up, 1 day down.")
