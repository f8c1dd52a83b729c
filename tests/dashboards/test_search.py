import pytest

from tests.dashboards.pages import read, words
from tests.factories import IntegrationFactory, PartnerFactory, TicketFactory
from tests.metrics.series import weekly_metric

pytestmark = pytest.mark.django_db


def found(soup):
    return {words(row.select_one(".tag")): words(row.a) for row in soup.select("main .rows li")}


def test_search_finds_each_kind(executive, at):
    weekly_metric([], at=at, name="Slack uptime")
    IntegrationFactory(name="Alerts", partner=PartnerFactory(name="Slack"))
    TicketFactory(subject="slack is slow")
    TicketFactory(subject="other")

    assert found(read(executive, "/search/?q=SLACK")) == {
        "Metric": "Slack uptime",
        "Integration": "Alerts",
        "Ticket": "slack is slow",
    }


def test_search_finds_tickets_by_number(executive):
    ticket, imported = TicketFactory(subject="One"), TicketFactory(subject="Two", external_id="INC0001")

    assert found(read(executive, f"/search/?q=t-{ticket.pk}")) == {"Ticket": "One"}
    assert found(read(executive, "/search/?q=inc0001")) == {"Ticket": "Two"}
    assert found(read(executive, f"/search/?q={2**70}")) == {}
    assert imported.reference == "INC0001"


def test_search_shows_only_what_may_be_seen(sign_in):
    IntegrationFactory(name="Slack alerts")
    TicketFactory(subject="Slack is slow")

    assert found(read(sign_in("support.view_ticket"), "/search/?q=slack")) == {"Ticket": "Slack is slow"}


def test_search_escapes_what_was_asked(executive):
    response = executive.get("/search/", {"q": "<script>alert(1)</script>"})

    assert "<script>alert" not in response.content.decode()
    assert "Nothing is called that" in response.content.decode()


def test_empty_search_says_what_to_do(executive):
    assert "Type what you look for" in words(read(executive, "/search/?q=%20"))


def test_search_queries_do_not_grow(executive, django_assert_num_queries):
    IntegrationFactory(name="Slack 1")
    TicketFactory(subject="Slack 1")
    with django_assert_num_queries(9):
        read(executive, "/search/?q=slack")
    for number in (2, 3):
        IntegrationFactory(name=f"Slack {number}")
        TicketFactory(subject=f"Slack {number}")
    with django_assert_num_queries(9):
        read(executive, "/search/?q=slack")
