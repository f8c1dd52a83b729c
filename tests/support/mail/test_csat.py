"""Asking customers how they were helped: once a solve, answered by people only, counted exactly."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from metrics.models import MetricVersion, PeriodValue
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import list_sources
from operations.models import OutboxMessage
from operations.services.sending import send_due_messages
from support.mail.feedback import read_question, sign_question
from support.models import CsatRequest, CsatResponse, Ticket, TicketState, Via
from support.services.csat import MOST_ANSWERS, ExpiredError, ask_customers, record_answer
from support.services.messages import add_customer_message
from support.services.ticket_states import StateChange
from support.services.tickets import change_ticket_state
from tests.api_client import BASE, client_of, role_client
from tests.factories import NOW, CustomerFactory, TicketFactory, UserFactory
from tests.factories_mail import CsatRequestFactory, CsatResponseFactory
from tests.operations.notifications.receivers import smtp_server

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def solve(ticket, at=NOW, actor=None, via=Via.UI):
    change = StateChange(TicketState.SOLVED, category="Login", reason="A wrong setting")
    return change_ticket_state(ticket_id=ticket.pk, change=change, actor=actor, at=at, via=via)


@pytest.fixture
def anns():
    return TicketFactory(subject="Holidays", customer=CustomerFactory(email="ann@example.org"))


def test_a_customer_is_asked_once_an_hour_after_the_solve(anns, settings):
    agent = UserFactory()
    solve(anns, actor=agent)

    assert [ask_customers(at=NOW + minutes * HOUR / 60) for minutes in (59, 60, 61)] == [0, 1, 0]
    request, row = CsatRequest.objects.get(), OutboxMessage.objects.get()
    assert (request.ticket, request.agent, request.score) == (anns, agent, None)
    assert (request.event.new_state, request.expires_at) == ("solved", NOW + HOUR + 14 * DAY)
    assert (row.address, row.event, row.title) == ("ann@example.org", f"csat:{request.pk}", "How did we do? Holidays")
    with smtp_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        send_due_messages(at=NOW + 2 * HOUR)
    (sent,) = box.mails
    assert (sent["Auto-Submitted"], sent["From"]) == ("auto-generated", "Example Support <support@example.com>")
    words = sent.get_payload(decode=True).decode()
    token = words.rpartition("/feedback/")[2].strip().rstrip("/")
    assert read_question(token) == request.pk
    OutboxMessage.objects.all().delete()  # As retention does.
    assert ask_customers(at=NOW + 3 * DAY) == 0


def test_what_is_reopened_in_time_is_asked_about_after_its_next_solve(anns):
    solve(anns)
    add_customer_message(ticket_id=anns.pk, body="No.", at=NOW + HOUR / 2)
    assert ask_customers(at=NOW + HOUR) == 0

    solve(anns, at=NOW + 2 * HOUR)
    assert ask_customers(at=NOW + 3 * HOUR) == 1
    add_customer_message(ticket_id=anns.pk, body="No.", at=NOW + 4 * HOUR)
    solve(anns, at=NOW + 5 * HOUR)
    assert ask_customers(at=NOW + 6 * HOUR) == 1
    assert CsatRequest.objects.filter(ticket=anns).count() == 2


def test_whoever_cannot_or_need_not_be_asked_is_not(anns, settings):
    solve(anns, via=Via.IMPORT)
    solve(TicketFactory())
    solve(TicketFactory(customer=CustomerFactory()))
    late = solve(TicketFactory(customer=anns.customer, opened_at=NOW - 9 * DAY), at=NOW - 8 * DAY)
    spam = TicketFactory(customer=anns.customer, state="new")
    change_ticket_state(ticket_id=spam.pk, change=StateChange(TicketState.SPAM), actor=None, at=NOW)

    assert ask_customers(at=NOW + HOUR) == 0
    solve(TicketFactory(customer=anns.customer))
    settings.CSAT = False
    assert ask_customers(at=NOW + HOUR) == 0
    settings.CSAT, settings.SUPPORT_EMAIL = True, ""
    assert ask_customers(at=NOW + HOUR) == 0
    assert late.resolved_at


@pytest.mark.parametrize("is_service", [True, None])
def test_what_no_person_solved_is_nobodys(anns, is_service):
    solve(anns, actor=UserFactory(is_service=True) if is_service else None)
    ask_customers(at=NOW + HOUR)

    assert CsatRequest.objects.get().agent is None


@pytest.fixture
def question():
    return CsatRequestFactory(asked_at=timezone.now() - HOUR, expires_at=timezone.now() + DAY)


def url(request):
    return f"/feedback/{sign_question(request.pk)}/"


def test_only_a_post_records_and_the_last_answer_counts(client, question):
    for method in (client.get, client.head):
        assert method(url(question), {"score": "5"}).status_code == 200
    assert not CsatResponse.objects.exists()

    first = client.post(url(question), {"score": "2", "comment": "Slow\x07."}, follow=False)
    thanks = client.get(url(question))
    client.post(url(question), {"score": "5", "comment": "<script>alert(1)</script>"})

    question.refresh_from_db()
    assert (first.status_code, first["Location"]) == (302, url(question))
    assert b"Your answer is kept" in thanks.content
    assert (question.score, list(question.responses.values_list("score", flat=True))) == (5, [5, 2])
    assert question.responses.last().comment == "Slow."
    page = client.get(url(question))
    assert b"<script>alert" not in page.content
    assert (page["X-Robots-Tag"], "no-store" in page["Cache-Control"]) == ("noindex", True)
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_the_form_needs_no_cookie(question):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(url(question), {"score": "4"}).status_code == 302


@pytest.mark.parametrize("score", ["", "0", "6", "-1", "4.5", "x", "９"])
def test_what_is_no_score_is_said(client, question, score):
    answer = client.post(url(question), {"score": score})

    assert (answer.status_code, CsatResponse.objects.count()) == (422, 0)


def test_a_link_that_we_did_not_make_or_that_expired_asks_nothing(client, question):
    token = sign_question(question.pk)
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", "1", token.replace(":", "", 1), "é" * 30):
        for method in (client.get, client.post):
            assert method(f"/feedback/{forged}/", {"score": "5"}).status_code == 404
    CsatRequest.objects.update(asked_at=timezone.now() - DAY, expires_at=timezone.now() - HOUR)

    late = [client.get(url(question)), client.post(url(question), {"score": "5"})]
    assert [answer.status_code for answer in late] == [410, 410]
    assert not CsatResponse.objects.exists()


def test_answers_are_kept_as_they_were_and_end_somewhere(question, client):
    for number in range(MOST_ANSWERS):
        record_answer(request_id=question.pk, score=1 + number % 2, comment="", at=timezone.now())
    with pytest.raises(ExpiredError):
        record_answer(request_id=question.pk, score=5, comment="", at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        CsatResponse.objects.update(score=5)
    shown, sent = client.get(url(question)), client.post(url(question), {"score": "5"})
    assert [answer.status_code for answer in (shown, sent)] == [410, 410]
    assert all("changed so often" in answer.content.decode() for answer in (shown, sent))


def test_tools_read_what_was_asked_and_said():
    response = CsatResponseFactory(score=2, comment="Slow")
    tool = role_client("tool_support")

    asked = tool.get(f"{BASE}/csat-requests/").json()["results"]
    said = tool.get(f"{BASE}/csat-responses/?request_id={response.request_id}").json()["results"]

    assert [row["ticket"] for row in asked] == [response.request.ticket_id]
    assert [(row["score"], row["comment"]) for row in said] == [(2, "Slow")]
    assert tool.post(f"{BASE}/csat-responses/", {"score": 5}).status_code == 405


@pytest.mark.parametrize("role", ["support_agent", "support_lead", "operations", "executive", "auditor"])
def test_agents_read_what_is_said_of_themselves_and_overseers_all(client, role):
    reader, peer = UserFactory(groups=[role], is_staff=True), UserFactory(groups=["support_agent"])
    mine, theirs = (CsatResponseFactory(request__agent=agent) for agent in (reader, peer))
    api, sees_all = client_of(reader), role != "support_agent"
    client.force_login(reader)

    asked = {row["id"] for row in api.get(f"{BASE}/csat-requests/").json()["results"]}
    said = {row["id"] for row in api.get(f"{BASE}/csat-responses/").json()["results"]}
    of_peer = api.get(f"{BASE}/csat-requests/?agent={peer.pk}").json()["results"]
    in_admin = [client.get(f"/admin/support/{name}/") for name in ("csatrequest", "csatresponse")]

    assert asked == ({mine.request_id, theirs.request_id} if sees_all else {mine.request_id})
    assert said == ({mine.pk, theirs.pk} if sees_all else {mine.pk})
    assert len(of_peer) == sees_all
    assert api.get(f"{BASE}/csat-responses/{theirs.pk}/").status_code == (200 if sees_all else 404)
    assert [len(page.context["cl"].result_list) for page in in_admin] == ([2, 2] if sees_all else [1, 1])


def value(key, grain="all", start=date(1970, 1, 1)):
    version = MetricVersion.objects.filter(metric__key=key).latest("number")
    row = PeriodValue.objects.filter(version=version, segment="", grain=grain, start=start).first()
    return (float(row.value), row.n) if row and row.value is not None else None


def settle():
    recompute_pending(at=datetime(2026, 6, 15, tzinfo=UTC), now_please=True, max_batches=1000)
    found = [d for source in list_sources() if source.key.startswith("csat") for d in verify_source(source)]
    assert found == []


def test_satisfaction_and_response_rate_by_hand():
    asked = CsatRequestFactory.create_batch(4, asked_at=NOW, expires_at=NOW + 14 * DAY)
    for row, score in zip(asked, (5, 4, 3), strict=False):
        record_answer(request_id=row.pk, score=score, comment="", at=NOW + DAY)
    settle()
    first = value("csat_ratio"), value("csat_response_ratio")
    record_answer(request_id=asked[1].pk, score=1, comment="", at=NOW + 3 * DAY)  # Changed their mind.
    Ticket.objects.filter(pk=asked[0].ticket_id).update(priority="high")
    settle()

    assert first == ((pytest.approx(2 / 3), 3), (pytest.approx(3 / 4), 4))
    assert value("csat_ratio") == (pytest.approx(1 / 3), 3)
    day = (NOW + DAY).date()
    assert value("csat_ratio", "day", day) == (pytest.approx(1 / 2), 2)
    assert value("csat_ratio", "day", day + 2 * DAY) == (0, 1)
    assert value("csat_response_ratio", "day", NOW.date()) == (pytest.approx(3 / 4), 4)


@pytest.mark.parametrize(("role", "status"), [("support_agent", 403), ("support_lead", 200)])
def test_what_was_said_of_whom_is_no_way_round_by_the_rows_of_a_metric(role, status):
    CsatResponseFactory()

    answer = role_client(role).get(f"{BASE}/metrics/csat_ratio/rows/?grain=month&start=2026-03-01")

    assert answer.status_code == status
