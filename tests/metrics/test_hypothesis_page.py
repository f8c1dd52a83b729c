"""A hypothesis is locked and decided on its page, by the same rules as over the API."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from metrics.models import HypothesisState
from metrics.selectors.values import get_version
from metrics.services.experiments import local_day
from tests.factories import HypothesisFactory, SolvedTicketFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return local_day(timezone.now())


@pytest.fixture
def draft(today):
    """A plan over tickets: three were resolved in the ten days before."""
    metric = get_version("tickets_resolved").metric
    for days in (3, 4, 5):
        resolved = timezone.now() - timedelta(days=days)
        SolvedTicketFactory(opened_at=resolved - timedelta(hours=4), resolved_at=resolved)
    return HypothesisFactory(
        key="rota",
        metric=metric,
        before_start_on=today - timedelta(days=10),
        before_end_on=today - timedelta(days=1),
        due_on=today + timedelta(days=30),
        minimum_n=2,
    )


@pytest.fixture
def coo(client):
    person = UserFactory(groups=["coo"], is_staff=True)
    client.force_login(person)
    client.person = person
    return client


def act(client, **fields):
    return client.post(reverse("experiments:hypothesis_action", args=["rota"]), fields)


def main(response):
    return BeautifulSoup(response.content, "html.parser").select_one("main")


def words(node):
    return " ".join(node.get_text(" ").split())


def test_a_draft_is_locked_by_a_person(coo, draft):
    answer = act(coo, action="lock")

    draft.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, draft.get_absolute_url())
    assert (draft.state, draft.before_value, draft.before_n) == (HypothesisState.TESTING, 3.0, 3)
    assert draft.locked_by == coo.person
    assert "3 tickets, n = 3" in words(main(coo.get(draft.get_absolute_url())))


def test_what_keeps_a_draft_from_being_locked_is_said_beside_the_form(coo, draft):
    draft.before_start_on = draft.before_end_on = None
    draft.save()

    page = main(act(coo, action="lock"))

    refusal = page.select_one("[role=alert]")
    assert "Before start on: Say which days are the window before." in words(refusal)
    assert refusal.a["href"] == reverse("admin:metrics_hypothesis_change", args=[draft.pk])
    assert refusal.find_next("form").select_one("[name=action]")["value"] == "lock"
    draft.refresh_from_db()
    assert draft.state == HypothesisState.DRAFT


def decidable(draft):
    """The hypothesis as if locked ten days ago."""
    before = draft.before_start_on - timedelta(days=30), draft.before_start_on - timedelta(days=21)
    draft.before_start_on, draft.before_end_on = before
    draft.state, draft.locked_by = HypothesisState.TESTING, UserFactory()
    draft.locked_at = timezone.now() - timedelta(days=10)
    draft.before_value, draft.before_n = 1.0, 1
    draft.save()


def test_a_verdict_is_given_with_a_note(coo, draft):
    decidable(draft)

    answer = act(coo, action="decide", verdict="validated", note="More were resolved.")

    draft.refresh_from_db()
    assert answer.status_code == 302
    assert (draft.state, draft.verdict, draft.after_value, draft.after_n) == ("decided", "validated", 3.0, 3)
    assert (draft.decided_by, draft.decision_note) == (coo.person, "More were resolved.")
    page = main(coo.get(draft.get_absolute_url()))
    assert "More were resolved." in words(page)
    assert page.select("form[action$='/act/']") == []


@pytest.mark.parametrize(
    ("fields", "field", "refusal"),
    [
        ({"verdict": "validated", "note": " "}, "note", "This field is required."),
        ({"verdict": "splendid", "note": "x"}, "verdict", "Select a valid choice."),
        ({"verdict": "refuted", "note": "Kept words"}, "verdict", "3 rows after, 9 needed: inconclusive, or invalid."),
        ({"verdict": "refuted", "note": "a\0b"}, "note", "Must not hold control characters."),
    ],
)
def test_a_refused_verdict_is_said_at_its_field(coo, draft, fields, field, refusal):
    draft.minimum_n = 9
    decidable(draft)

    page = main(act(coo, action="decide", **fields))

    wrong = page.select_one(f"#id_{field}_error")
    assert words(wrong).startswith(refusal)
    assert page.select_one("textarea").get_text().strip("\r\n") == fields["note"]
    draft.refresh_from_db()
    assert draft.state == HypothesisState.TESTING


def test_a_verdict_on_a_draft_is_refused(coo, draft):
    page = main(act(coo, action="decide", verdict="invalid", note="x"))

    assert "draft cannot become decided. Allowed: testing." in words(page.select_one("[role=alert]"))


def test_forms_and_the_plan_are_for_those_who_may(client, draft):
    def shown(**person):
        client.force_login(UserFactory(**person))
        page = main(client.get(draft.get_absolute_url()))
        return bool(page.select("form[action$='/act/']")), "Edit the plan" in words(page)

    assert shown(groups=["executive"]) == (False, False)
    assert shown(groups=["coo"]) == (True, False)
    assert shown(groups=["coo"], is_staff=True) == (True, True)
    decidable(draft)
    assert shown(groups=["coo"], is_staff=True) == (True, False)


def test_forms_carry_their_token(draft):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory(groups=["coo"]))
    url = reverse("experiments:hypothesis_action", args=["rota"])
    token = main(strict.get(draft.get_absolute_url())).select_one("form [name=csrfmiddlewaretoken]")["value"]

    assert strict.post(url, {"action": "lock"}).status_code == 403
    assert strict.post(url, {"action": "lock", "csrfmiddlewaretoken": token}).status_code == 302
    assert strict.get(url).status_code == 405
