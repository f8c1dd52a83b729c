"""The board, an insight's page and the list of needs, without scripts."""

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from support.models import Change, Insight, InsightTicket, RequesterNotice, TicketEvent
from tests.factories import CustomerFactory, SuperuserFactory, TicketFactory, UserFactory
from tests.factories_learning import CauseFactory, ChangeFactory, ChangeOutcomeFactory, InsightFactory
from tests.factories_learning import InsightTicketFactory as LinkFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def me(client):
    user = SuperuserFactory()
    client.force_login(user)
    return user


def act(client, insight, **fields):
    return client.post(f"/insights/{insight.pk}/act/", fields)


def test_the_board_shows_cards_by_state_and_moves_them_by_a_form(client, me):
    insight = LinkFactory(insight__statement="Payouts are shown twice").insight
    long_ago = timezone.now() - 99 * DAY
    InsightFactory(statement="Long over", state="confirmed", ended_at=long_ago, opened_at=long_ago)
    InsightFactory(statement="Just over", state="refuted", ended_at=timezone.now())

    page = client.get("/insights/").text
    moved = client.post(f"/insights/{insight.pk}/act/", {"action": "move", "state": "validated", "next": "/insights/"})

    assert "1 candidate to validate or dismiss, no result waits for a verdict." in page
    assert "1 ticket of 0 customers" in page
    assert "Just over" in page
    assert "Long over" not in page
    assert (moved.status_code, moved["Location"]) == (302, "/insights/")
    insight.refresh_from_db()
    assert (insight.state, insight.owner) == ("validated", me)


def test_what_is_refused_is_said_in_its_form(client, me):
    insight = InsightFactory()

    unreasoned = act(client, insight, action="move", state="dismissed")
    unknown = act(client, insight, action="attach", tickets="T-99999")
    odd = act(client, insight, action="nothing")
    told = act(client, insight, action="told", notice="x")

    assert {one.status_code for one in (unreasoned, unknown, odd, told)} == {422}
    assert "Say why it is dismissed." in unreasoned.text
    assert "No ticket is called “T-99999”." in unknown.text


def test_an_insight_is_written_down_with_tickets_by_their_numbers(client, me):
    CauseFactory(code="payout", name="Payout")
    ours, theirs = TicketFactory(), TicketFactory(external_source="old", external_id="INC7")

    made = client.post(
        "/insights/new/",
        {"action": "new", "statement": "Twice", "kind": "defect", "cause": "payout", "tickets": f"T-{ours.pk}, INC7"},
    )
    again = client.post("/insights/new/", {"action": "new", "statement": "Twice", "kind": "defect", "cause": "payout"})

    insight = Insight.objects.get()
    assert made["Location"] == insight.get_absolute_url()
    assert set(insight.evidence.values_list("ticket", flat=True)) == {ours.pk, theirs.pk}
    assert again.status_code == 422
    assert "open insight of this cause" in again.text
    act(client, insight, action="detach", ticket=ours.pk)
    act(client, insight, action="edit", statement="Shown twice", kind="defect", cause="payout")
    assert (InsightTicket.objects.filter(removed_at=None).count(), Insight.objects.get().statement) == (
        1,
        "Shown twice",
    )


def test_a_change_is_planned_shipped_and_told_of(client, me):
    insight = InsightFactory(state="validated", opened_at=timezone.now() - DAY)
    ticket = TicketFactory(customer=CustomerFactory(name="Acme"))
    LinkFactory(insight=insight, ticket=ticket)
    url, today = f"/insights/{insight.pk}/changes/new/", timezone.now().date()
    plan = {
        "action": "plan",
        "kind": "process",
        "title": "Say it earlier",
        "statement": "They learn of it first.",
        "direction": "down",
        "expected_change": "2",
        "before_start_on": today - 28 * DAY,
        "before_end_on": today - DAY,
        "check_on": today + 30 * DAY,
        "owner": me.pk,
    }

    assert client.get(url).status_code == 200
    wrong = client.post(url, {**plan, "check_on": today - DAY})
    client.post(url, plan)
    shipped = act(client, insight, action="ship", change=Change.objects.get().pk)
    page = client.get(insight.get_absolute_url()).text
    empty = act(client, insight, action="inform", body=" ")
    act(client, insight, action="inform", body="It is there.")

    assert wrong.status_code == 422
    assert "Must lie ahead" in wrong.text
    assert shipped.status_code == 302
    assert "1 not told" in page
    assert "Acme" in page
    assert empty.status_code == 422
    assert RequesterNotice.objects.get().way == "reply"
    assert TicketEvent.objects.get(kind="reply").ticket == ticket


def test_before_and_after_stand_on_the_page_until_somebody_concludes(client, me):
    outcome = ChangeOutcomeFactory()
    insight = outcome.change.insight
    Insight.objects.update(state="measured")

    page = client.get(insight.get_absolute_url()).text
    unsaid = act(client, insight, action="decide", change=outcome.change.pk, verdict="refuted", note="")
    act(client, insight, action="decide", change=outcome.change.pk, verdict="refuted", note="It did not hold.")
    after = client.get(insight.get_absolute_url()).text

    assert "−6.00 per 100 tickets, 95 % interval −13" in page
    assert "Give the verdict" in page
    assert unsaid.status_code == 422
    assert "It did not hold." in after
    assert Insight.objects.get().state == "refuted"


def test_a_change_cannot_ship_through_another_insight(client, me):
    change, other = ChangeFactory(), InsightFactory()

    assert act(client, other, action="ship", change=change.pk).status_code == 422


def test_needs_are_one_list_on_the_page_and_as_csv(client, me):
    insight = InsightFactory(statement="=Payouts", owner=UserFactory(name="Ann"))
    LinkFactory(insight=insight, ticket=TicketFactory(customer=CustomerFactory(yearly_revenue_minor=1_234_500)))

    page = client.get("/insights/needs/?sort=revenue").text
    rows = list(csv.reader(client.get("/insights/needs.csv?sort=odd").getvalue().decode().splitlines()))

    assert "12,345 USD" in page
    assert 'aria-sort="descending"' in page
    assert rows[1][:2] == ["1", "'=Payouts"]
    assert (rows[1][6], rows[1][10], rows[1][13]) == ("1", "1234500", "Ann")


def test_readers_see_the_board_without_forms(client):
    client.force_login(UserFactory(groups=["executive"]))
    insight = LinkFactory().insight

    assert "<form method" not in client.get("/insights/").text.split("<main")[1].split("</main")[0]
    assert "insights/" in client.get(insight.get_absolute_url()).text
    assert act(client, insight, action="move", state="validated").status_code == 403


def test_the_ticket_s_form_offers_the_causes(client, me):
    CauseFactory(code="sync", name="Sync is late")

    assert '<option value="sync">Sync is late</option>' in client.get(TicketFactory().get_absolute_url()).text
