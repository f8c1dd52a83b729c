from datetime import timedelta

import pytest

from metrics.models import DirtyMark
from partnerships.models import CheckState
from support.models import Priority
from tests.dashboards.pages import EVERYTHING, read, words
from tests.factories import (
    PASSWORD,
    DirtyMarkFactory,
    HealthCheckFactory,
    IntegrationFactory,
    SourceRunFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def rail(soup):
    return {words(link).split(" ")[0]: link for link in soup.select("#nav a")}


def test_rail_shows_only_what_may_be_opened(sign_in):
    assert list(rail(read(sign_in("support.view_ticket"), "/search/"))) == ["Overview", "Support", "Tickets"]


def test_every_link_of_the_shell_opens(executive):
    soup = read(executive, "/search/")

    links = {link["href"] for link in soup.select("#nav a, .foot a, .menu-card a, .brand")}
    assert {"/", "/metrics/", "/integrations/", "/support/", "/tickets/", "/data-health/"} <= links
    for link in links:
        assert executive.get(link).status_code == 200, link


def test_current_section_is_marked(executive):
    assert [words(link) for link in read(executive, "/data-health/").select("#nav [aria-current]")] == ["Data health"]
    assert [words(link) for link in read(executive, "/").select("#nav [aria-current]")] == ["Overview"]


def test_counts_are_loud_only_for_what_is_wrong_now(executive):
    TicketFactory()
    HealthCheckFactory(state=CheckState.DEGRADED)
    calm = rail(read(executive, "/search/"))
    TicketFactory(priority=Priority.URGENT)
    HealthCheckFactory(state=CheckState.DOWN)
    HealthCheckFactory(state=CheckState.DOWN, counts_for_uptime=False)
    HealthCheckFactory(state=CheckState.DOWN, integration=IntegrationFactory(is_active=False))
    loud = rail(read(executive, "/search/"))

    assert [words(calm[name].b) for name in ("Tickets", "Integrations")] == ["1 open", "1 open"]
    assert not calm["Tickets"].select(".loud")
    assert [words(loud[name].select_one("b.loud")) for name in ("Tickets", "Integrations")] == [
        "1 need attention",
        "2 need attention",
    ]


def test_account_menu_names_the_person(executive):
    soup = read(executive, "/search/")

    assert words(soup.select_one("button.me")) == "CO"
    assert "clara@example.com" in words(soup.select_one("#account"))
    assert "/admin/" not in {link["href"] for link in soup.select("#account a")}


def test_admin_is_linked_for_staff(sign_in):
    assert "/admin/" in {
        link["href"] for link in read(sign_in(*EVERYTHING, is_staff=True), "/search/").select("#account a")
    }


def test_footer_tells_the_freshness(executive, at, alive):
    SourceRunFactory(finished_at=at)
    DirtyMarkFactory.create_batch(2)

    foot = words(read(executive, "/search/").select_one(".foot"))

    assert "Worker seen 0 s ago" in foot
    assert "2 marks waiting" in foot
    assert "Last recompute" in foot
    assert "failing" not in foot


def test_footer_tells_what_fails_and_waits(executive, at, alive):
    alive.seen_at = at - timedelta(hours=3)
    alive.save()
    DirtyMark.objects.create(source="x", utc_hour=1, attempts=3, created_at=at - timedelta(hours=1))

    soup = read(executive, "/search/")

    assert [words(entry) for entry in soup.select(".foot .st-bad")] == [
        "Worker silent for 3 h 00 min",
        "1 mark failing",
    ]
    assert [words(entry) for entry in soup.select(".foot .st-watch")] == ["1 mark waiting"]
    assert "worker silent for 3 h" in words(soup.select_one(".asof"))


@pytest.mark.parametrize("url", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_signed_out_pages_have_no_rail(client, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        soup = read(client, url)

    assert not soup.select("#nav, .foot, #q")
    assert soup.h1


def test_nobody_signs_up_by_themselves(client):
    soup = read(client, "/accounts/signup/")

    assert "Nobody signs up by themselves" in words(soup)
    assert not soup.select("form")


def test_sign_in_tells_what_was_wrong(client):
    response = client.post("/accounts/login/", {"login": "nobody@example.com", "password": "wrong"})

    assert response.status_code == 200
    assert 'class="wrong"' in response.content.decode()


def test_second_factor_is_set_up_without_leaving_the_policy(client):
    user = UserFactory(password=PASSWORD)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})

    asked = client.get("/accounts/2fa/totp/activate/")
    answered = client.post(asked["Location"], {"password": PASSWORD})
    soup = read(client, answered["Location"])

    assert soup.select_one(".qr svg")
    assert not soup.select("img[src^='data:'], [style]")


@pytest.mark.parametrize(
    ("url", "heading"), [("/nothing/here/", "There is no page here"), ("/data-health/", "This page is not open to you")]
)
def test_refusals_are_designed_pages(sign_in, url, heading):
    response = sign_in().get(url)

    assert response.status_code in {403, 404}
    assert heading in response.content.decode()
    assert 'id="nav"' in response.content.decode()


def test_a_fault_is_a_designed_page_that_needs_nothing(rf):
    from django.views.defaults import server_error

    response = server_error(rf.get("/"))

    assert response.status_code == 500
    assert "This page could not be drawn" in response.content.decode()


def test_an_expired_form_is_a_designed_page(sign_in):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)

    response = client.post("/accounts/login/", {})

    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_pages_keep_the_content_policy(executive):
    response = executive.get("/search/")

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
