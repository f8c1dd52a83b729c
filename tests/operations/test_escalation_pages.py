"""The pages of escalations: the list, one of them, and what people do there."""

import csv
import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from operations.models import Escalation, Heartbeat
from operations.services.escalation_steps import advance_due_escalations
from tests.factories import UserFactory
from tests.factories_operations import EscalationRunFactory
from tests.operations.test_escalation_steps import policy_of, raise_it

pytestmark = pytest.mark.django_db
LIST = "/escalations/"


@pytest.fixture
def coo(client):
    person = UserFactory(name="Chief", groups=["coo"])
    client.force_login(person)
    return person


@pytest.fixture
def at_coo(coo):
    """A matter that climbed to the COO."""
    escalation = raise_it(policy_of(0)[0], at=timezone.now(), reason="No orders come in.")
    advance_due_escalations(at=timezone.now())
    return escalation


def read(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def titles(soup):
    return [link.get_text() for link in soup.select("a.subj")]


def act(client, escalation, action, **fields):
    version = Escalation.objects.get(pk=escalation.pk).version
    url = reverse("escalations:escalation_action", args=[escalation.pk, action])
    return client.post(url, {"version": version, **fields})


def test_those_of_ones_own_level_come_first_then_critical_then_old_ones(client, at_coo):
    now = timezone.now()
    for number, (severity, hours) in enumerate([("normal", 3), ("critical", 1), ("normal", 9)]):
        raise_it(
            policy_of()[0],
            subject=f"b:{number}",
            title=f"{severity} {hours} h",
            severity=severity,
            at=now - hours * timedelta(hours=1),
        )

    assert titles(read(client, LIST)) == ["Checkout is down", "critical 1 h", "normal 9 h", "normal 3 h"]
    assert titles(read(client, f"{LIST}?tab=mine")) == ["Checkout is down"]
    assert titles(read(client, f"{LIST}?severity=critical")) == ["critical 1 h"]
    assert titles(read(client, f"{LIST}?q=9")) == ["normal 9 h"]
    assert titles(read(client, f"{LIST}?kind=compliance&tab=nonsense")) == []


def test_csv_has_the_rows_of_the_page(client, at_coo):
    raise_it(subject="b:1", title="=1+1", at=timezone.now() - timedelta(hours=1))
    text = b"".join(client.get(f"{LIST}escalations.csv")).decode()

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["title"], row["for_me"], row["level"]) for row in rows] == [
        ("Checkout is down", "yes", "COO"),
        ("'=1+1", "no", ""),
    ]


def test_page_shows_levels_timeline_and_what_may_be_done(client, at_coo):
    soup = read(client, at_coo.get_absolute_url())

    words = soup.get_text(" ", strip=True)
    assert "It waits for you" in words
    assert "No orders come in." in words
    assert [form["action"].rstrip("/").rsplit("/", 1)[-1] for form in soup.select("form.form")] == [
        "acknowledge",
        "take",
        "decide",
        "resolve",
        "snooze",
    ]


def test_one_is_carried_to_its_end_on_its_page(client, coo, at_coo):
    decision = {"decision": "Roll back.", "owner": coo.pk, "due_on": "2100-01-04", "follow_up_on": "2100-02-01"}

    assert act(client, at_coo, "acknowledge").status_code == 302
    assert act(client, at_coo, "snooze", hours="4", reason="After lunch.").status_code == 302
    assert act(client, at_coo, "take").status_code == 302
    assert act(client, at_coo, "decide", **decision).status_code == 302
    assert act(client, at_coo, "resolve", note="Orders come in.").status_code == 302
    assert act(client, at_coo, "close", **decision).status_code == 302
    found = Escalation.objects.get()
    assert (found.state, found.decision, found.owner) == ("closed", "Roll back.", coo)
    assert read(client, at_coo.get_absolute_url()).select("form.form") == []


def test_what_is_refused_is_said_on_the_page(client, at_coo):
    incomplete = act(client, at_coo, "decide", decision="x")
    refused = act(client, at_coo, "decline", reason="Not mine.")
    stale = client.post(reverse("escalations:escalation_action", args=[at_coo.pk, "take"]), {"version": 999})
    unversioned = client.post(reverse("escalations:escalation_action", args=[at_coo.pk, "take"]))

    assert (incomplete.status_code, refused.status_code, stale.status_code, unversioned.status_code) == (
        422,
        422,
        409,
        422,
    )
    assert "This field is required" in incomplete.content.decode()
    assert "changed by somebody else" in stale.content.decode()
    assert Escalation.objects.get().state == "raised"
    assert client.post(f"{LIST}{at_coo.pk}/explode/").status_code == 404
    assert client.get(f"{LIST}999999/").status_code == 404


def test_matter_is_raised_by_hand(client, coo):
    fields = {"kind": "resource", "title": "Two launches, one team", "reason": "Both in May.", "subject": "team:1"}
    refused = client.post(f"{LIST}new/", fields)
    made = client.post(f"{LIST}new/", fields | {"severity": "normal"})

    raised = Escalation.objects.get()
    assert (refused.status_code, made["Location"]) == (422, raised.get_absolute_url())
    assert (raised.raised_by, raised.kind) == (coo, "resource")


def test_overview_lists_what_waits_for_the_person_and_nothing_else(client, at_coo):
    raise_it(policy_of()[0], subject="b:1", title="Somebody else's", at=timezone.now())
    soup = read(client, "/")

    section = next(one for one in soup.select("section.sec") if "Needs you" in one.get_text())
    assert [link.get_text() for link in section.select("li a")] == ["Checkout is down"]
    assert "escalation for you" in soup.select_one(".lede").get_text()


def test_overview_and_readiness_show_a_dead_worker(client, coo):
    Heartbeat.objects.update_or_create(name="beat", defaults={"seen_at": timezone.now()})
    run = EscalationRunFactory(next_due_at=timezone.now() - timedelta(seconds=100))
    assert "Escalations do not climb" not in read(client, "/").get_text()
    run.next_due_at = timezone.now() - timedelta(seconds=130)
    run.save()

    assert "Escalations do not climb" in read(client, "/").select_one(".note-bad").get_text()
    answer = client.get("/readyz")
    assert (answer.status_code, "escalations" in answer.json()["failing"]) == (503, True)
