"""Poll now, pause, resume and change of tier, against a real local server."""

import asyncio
import time

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from partnerships.models import CheckResult, HealthCheck, StatusInterval, TierPeriod
from partnerships.services.poll import close_engine
from tests.factories import HealthCheckFactory, IntegrationFactory, TierPeriodFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, text_of, watched
from tests.partnerships.servers import reply, server_in_thread

pytestmark = pytest.mark.django_db


async def partner(seen, writer):
    """/ok answers, /together once two have asked for it, /hang never does, everything else fails."""
    if seen.path == "/hang":
        await asyncio.sleep(30)
    if seen.path == "/together":
        await MEETING.join()
    writer.write(reply(b"fine") if seen.path in {"/ok", "/together"} else reply(b"broken", status="500 Oops"))


GATHERING = 2  # as many as one host is asked at once


class Meeting:
    """Lets nobody go before the second has come."""

    def __init__(self) -> None:
        self.come = 0
        self.all_there = asyncio.Event()

    async def join(self) -> None:
        self.come += 1
        if self.come == GATHERING:
            self.all_there.set()
        await self.all_there.wait()


MEETING = Meeting()


@pytest.fixture(scope="module")
def server():
    with server_in_thread(partner) as running:
        yield running
    close_engine()


@pytest.fixture
def ledger(server, settings):
    # the engine of this process is made with the first test's settings, so it starts anew
    close_engine()
    settings.PROBE_ALLOWED_TARGETS = [f"127.0.0.1:{server.port}"]
    return IntegrationFactory(name="Ledger", slug="ledger")


@pytest.fixture
def manager(client):
    rights = ["view_integration", "change_integration", "change_healthcheck"]
    person = UserFactory(permissions=[f"partnerships.{right}" for right in rights], name="Ann Ode")
    client.force_login(person)
    return person


def check_of(ledger, server, path="/ok", **fields):
    return HealthCheckFactory(integration=ledger, url=server.url(path), timeout_ms=2_000, **fields)


def poll(client, check, **headers):
    return client.post(f"/integrations/ledger/checks/{check.pk}/poll/", headers=headers)


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_poll_now_measures_and_leads_back_with_what_came_of_it(client, manager, ledger, server):
    check = check_of(ledger, server, name="API")

    response = poll(client, check)

    assert (response.status_code, response.url) == (302, "/integrations/ledger/")
    (result,) = CheckResult.objects.all()
    assert (result.health_check, result.outcome, result.http_status) == (check, "ok", 200)
    check.refresh_from_db()
    assert (check.state, check.last_outcome, check.lease_until) == ("up", "ok", None)
    (words,) = told(response)
    assert words.startswith("API: OK in ")


def test_poll_now_swaps_state_and_checks_where_scripts_run(client, manager, ledger, server):
    check = check_of(ledger, server, "/broken", name="API", fail_threshold=1)

    response = poll(client, check, HX_Request="true")

    soup = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 200
    assert soup.select_one("html") is None
    assert soup.select_one("#now")["hx-swap-oob"] == "true"
    assert "Down" in text_of(soup.select_one("#now"))
    assert "API: Failed in" in text_of(soup.select_one("#checks .note-watch"))
    assert "The status was not the one expected (HTTP 500)" in text_of(soup.select_one(f"#check-{check.pk}"))
    assert told(response) == []


def test_poll_now_is_bounded_by_the_timeout(client, manager, ledger, server):
    check = check_of(ledger, server, "/hang", name="API")
    HealthCheck.objects.filter(pk=check.pk).update(timeout_ms=300)

    began = time.monotonic()
    response = poll(client, check)

    assert time.monotonic() - began < 5
    assert "No complete answer in time" in told(response)[0]


def test_polling_an_integration_polls_its_checks_side_by_side(client, manager, ledger, server):
    for number in range(3):
        check_of(ledger, server, "/together", name=f"Check {number}")
    HealthCheck.objects.filter(integration=ledger).update(timeout_ms=30_000)
    paused = check_of(ledger, server, name="Paused", is_paused=True)

    response = client.post("/integrations/ledger/poll/")

    # One after the other, the first would have waited for the second until its time was up.
    assert list(CheckResult.objects.values_list("outcome", flat=True)) == ["ok"] * 3
    assert not paused.results.exists()
    assert "Check 2: OK" in told(response)[0]


def test_a_check_that_is_being_probed_is_left_alone(client, manager, ledger, server):
    check = check_of(ledger, server, name="API", lease_until=timezone.now() + HOUR, lease_token="theirs")

    response = poll(client, check)

    assert told(response) == ["API is being probed already."]
    assert not CheckResult.objects.exists()
    page = BeautifulSoup(client.get("/integrations/ledger/").content, "html.parser")
    assert page.select_one(f"#poll-{check.pk}").has_attr("disabled")


def test_a_paused_check_is_not_polled(client, manager, ledger, server):
    check = check_of(ledger, server, is_paused=True)

    assert told(poll(client, check)) == ["Nothing to poll: no check is active."]
    assert not CheckResult.objects.exists()


def test_a_blocked_target_is_told_as_such_and_not_as_their_fault(client, manager, ledger, settings, server):
    settings.PROBE_ALLOWED_TARGETS = []
    check = check_of(ledger, server, name="API")

    response = poll(client, check)

    assert "This target may not be probed" in told(response)[0]
    check.refresh_from_db()
    assert (check.state, check.last_outcome) == ("pending", "error")


def test_pause_and_resume_change_the_state_and_its_history(client, manager, ledger):
    check = watched([("up", DAY)], integration=ledger, name="API")

    response = client.post(f"/integrations/ledger/checks/{check.pk}/pause/", follow=True)

    assert "API is paused." in response.content.decode()
    check.refresh_from_db()
    assert (check.state, check.is_paused) == ("paused", True)
    client.post(f"/integrations/ledger/checks/{check.pk}/resume/")
    check.refresh_from_db()
    assert (check.state, check.is_paused) == ("pending", False)
    assert list(StatusInterval.objects.values_list("state", flat=True)) == ["up", "paused", "pending"]


def test_a_new_tier_begins_now_and_keeps_the_past(client, manager, ledger):
    TierPeriodFactory(integration=ledger, tier="production", started_at=timezone.now() - 30 * DAY)

    form = BeautifulSoup(client.get("/integrations/ledger/tier/").content, "html.parser").select_one("form.form")
    response = client.post("/integrations/ledger/tier/", {"tier": "experimental", "reason": "Too many outages"})

    assert form.select_one("option[selected]")["value"] == "experimental"
    assert response.url == "/integrations/ledger/"
    ledger.refresh_from_db()
    assert ledger.tier == "experimental"
    before, now = TierPeriod.objects.order_by("started_at")
    assert (before.tier, now.tier) == ("production", "experimental")
    assert before.ended_at == now.started_at
    assert (now.changed_by, now.reason) == (manager, "Too many outages")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"tier": "production", "reason": "Again"}, "The integration is production already."),
        ({"tier": "experimental"}, "This field is required."),
        ({"tier": "golden", "reason": "Why not"}, "golden is not one of the available choices"),
    ],
)
def test_a_refused_tier_shows_the_form_with_the_reason(client, manager, ledger, asked, words):
    response = client.post("/integrations/ledger/tier/", asked)

    assert response.status_code == 422
    assert words in response.content.decode()
    ledger.refresh_from_db()
    assert ledger.tier == "production"


def test_whoever_may_change_sees_the_buttons(client, manager, ledger):
    check = watched([("up", DAY)], integration=ledger)

    soup = BeautifulSoup(client.get("/integrations/ledger/").content, "html.parser")

    posted = {form["action"] for form in soup.select("main form[method=post]")}
    base = f"/integrations/ledger/checks/{check.pk}"
    assert posted == {"/integrations/ledger/poll/", f"{base}/poll/", f"{base}/pause/"}
    assert all(form.select_one("[name=csrfmiddlewaretoken]") for form in soup.select("main form[method=post]"))
    assert soup.select_one(".actions a")["href"] == "/integrations/ledger/tier/"


PATHS = ("poll/", "checks/{pk}/poll/", "checks/{pk}/pause/", "checks/{pk}/resume/", "tier/")


@pytest.mark.parametrize("path", PATHS)
def test_readers_may_change_nothing(client, ledger, server, path):
    check = check_of(ledger, server)
    client.force_login(UserFactory(permissions=["partnerships.view_integration"]))

    assert client.post(f"/integrations/ledger/{path.format(pk=check.pk)}").status_code == 403
    assert not CheckResult.objects.exists()


@pytest.mark.parametrize("path", PATHS)
def test_changes_need_the_token_against_forgery(manager, ledger, server, path):
    check, strict = check_of(ledger, server), Client(enforce_csrf_checks=True)
    strict.force_login(manager)

    assert strict.post(f"/integrations/ledger/{path.format(pk=check.pk)}").status_code == 403
    assert not CheckResult.objects.exists()


@pytest.mark.parametrize("path", PATHS[:-1])
def test_changes_are_posted(client, manager, ledger, server, path):
    check = check_of(ledger, server)

    assert client.get(f"/integrations/ledger/{path.format(pk=check.pk)}").status_code == 405


def test_a_check_of_another_integration_is_not_found(client, manager, ledger):
    stranger = HealthCheckFactory()

    for verb in ("poll", "pause", "resume"):
        assert client.post(f"/integrations/ledger/checks/{stranger.pk}/{verb}/").status_code == 404
    assert client.post("/integrations/nobody/poll/").status_code == 404
    assert client.get("/integrations/nobody/tier/").status_code == 404


def test_the_page_refreshes_its_state_by_itself(client, manager, ledger):
    watched([("up", DAY)], integration=ledger)

    page = BeautifulSoup(client.get("/integrations/ledger/").content, "html.parser")
    fragment = BeautifulSoup(client.get(page.select_one("#checks")["hx-get"]).content, "html.parser")

    assert [node["id"] for node in fragment.find_all(recursive=False)] == ["checks", "now"]
    assert not page.select_one("#now").has_attr("hx-swap-oob")
