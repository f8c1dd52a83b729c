"""The life of an insight: its states, its evidence, its numbers and who is told."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation.errors import InvalidInputError, RefusedTransitionError, StaleWriteError
from metrics.models import PeriodValue
from support.models import InsightState, InsightTransition, RequesterNotice, TicketEvent, TicketState
from support.selectors.insights import get_numbers, list_needs
from support.services.causes import check_cause
from support.services.changes import ship_change
from support.services.insight_states import ALLOWED
from support.services.insights import NewInsight, add_evidence, change_insight, move_insight, open_insight
from support.services.requesters import inform_requester, inform_requesters, mark_requester_told
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, change_ticket_state, open_ticket
from tests.factories import NOW, CustomerFactory, MetricFactory, MetricVersionFactory, TicketFactory, UserFactory
from tests.factories_learning import CauseFactory, ChangeFactory, InsightFactory, InsightTicketFactory
from tests.factories_support import TicketClockFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ENDED = ("confirmed", "refuted", "inconclusive", "dismissed")


def test_with_a_catalogue_a_ticket_is_solved_with_an_active_cause():
    ticket = open_ticket(new=NewTicket("Odd", category="anything"), actor=None, at=NOW - DAY)
    check_cause("anything")
    CauseFactory(code="sync")
    CauseFactory(code="old", is_active=False)

    for wrong in ("", "anything", "old"):
        with pytest.raises(InvalidInputError) as refusal:
            change = StateChange(TicketState.SOLVED, category=wrong)
            change_ticket_state(ticket_id=ticket.pk, change=change, actor=None, at=NOW)
        assert refusal.value.field == "category"
        assert "sync" in refusal.value.message
        assert "old" not in refusal.value.message
    change = StateChange(TicketState.SOLVED, category="sync")
    assert change_ticket_state(ticket_id=ticket.pk, change=change, actor=None, at=NOW).category == "sync"


@pytest.mark.parametrize("state", list(InsightState))
def test_a_step_that_the_table_does_not_have_is_refused_with_those_it_has(state):
    insight = InsightFactory(state=state, ended_at=NOW if state.value in ENDED else None)
    wrong = [other for other in InsightState if other not in ALLOWED[state]]

    for other in wrong:
        with pytest.raises(RefusedTransitionError) as refusal:
            move_insight(insight_id=insight.pk, state=other, by=None, at=NOW, reason="x")
        assert refusal.value.allowed == [one.value for one in ALLOWED[state]]
    assert not InsightTransition.objects.exists()


def test_a_candidate_is_validated_with_evidence_and_dismissed_with_a_reason():
    insight, person = InsightFactory(), UserFactory()

    with pytest.raises(InvalidInputError, match="evidence"):
        move_insight(insight_id=insight.pk, state=InsightState.VALIDATED, by=person, at=NOW)
    with pytest.raises(InvalidInputError, match="why"):
        move_insight(insight_id=insight.pk, state=InsightState.DISMISSED, by=person, at=NOW, reason=" ")
    with pytest.raises(StaleWriteError):
        move_insight(insight_id=insight.pk, state=InsightState.DISMISSED, by=person, at=NOW, reason="x", version=9)
    InsightTicketFactory(insight=insight)
    moved = move_insight(insight_id=insight.pk, state=InsightState.VALIDATED, by=person, at=NOW)

    assert (moved.state, moved.owner, moved.validated_at, moved.version) == ("validated", person, NOW, 2)
    with pytest.raises(InvalidInputError, match="Plan a change"):
        move_insight(insight_id=insight.pk, state=InsightState.PLANNED, by=person, at=NOW)
    move_insight(insight_id=insight.pk, state=InsightState.DISMISSED, by=person, at=NOW, reason="Not ours")
    rows = InsightTransition.objects.values_list("old_state", "new_state", "actor", "reason")
    assert list(rows) == [
        ("candidate", "validated", person.pk, ""),
        ("validated", "dismissed", person.pk, "Not ours"),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        InsightTransition.objects.update(reason="Nobody said so")
    with pytest.raises(InvalidInputError):
        change_insight(insight_id=insight.pk, fields={"statement": "Another"})


def test_shipping_and_verdicts_follow_from_changes_alone():
    insight = InsightFactory(state="planned")
    with pytest.raises(InvalidInputError, match="Plan a change"):
        move_insight(insight_id=insight.pk, state=InsightState.SHIPPED, by=None, at=NOW)
    ChangeFactory(insight=insight)
    with pytest.raises(InvalidInputError, match="None of its changes"):
        move_insight(insight_id=insight.pk, state=InsightState.SHIPPED, by=None, at=NOW)


def test_evidence_is_added_once_and_comes_back_by_hand():
    insight, person, tickets = InsightFactory(), UserFactory(), TicketFactory.create_batch(2)
    ids = [ticket.pk for ticket in tickets]

    assert add_evidence(insight_id=insight.pk, tickets=[*ids, ids[0]], by=person, at=NOW) == 2
    assert add_evidence(insight_id=insight.pk, tickets=ids, by=person, at=NOW) == 0
    with pytest.raises(InvalidInputError, match="exist"):
        add_evidence(insight_id=insight.pk, tickets=[10**12], by=person, at=NOW)
    InsightTicketFactory(insight=insight, removed_at=NOW, removed_by=person, ticket=(other := TicketFactory()))
    assert add_evidence(insight_id=insight.pk, tickets=[other.pk], by=person, at=NOW) == 1
    assert insight.evidence.filter(removed_at=None).count() == 3


def test_numbers_count_customers_tickets_minutes_and_revenue_once(settings):
    insight = open_insight(new=NewInsight("Late", cause="late"), by=None, at=NOW)
    rich, poor = CustomerFactory(yearly_revenue_minor=120_000), CustomerFactory(yearly_revenue_minor=30_000)
    for customer, days in ((rich, 1), (rich, 20), (poor, 2), (None, 3)):
        ticket = TicketFactory(customer=customer, opened_at=NOW - days * DAY, category="late")
        InsightTicketFactory(insight=insight, ticket=ticket)
        TicketClockFactory(ticket=ticket, metric="agent_work", elapsed_business_us=90 * 60_000_000)
        TicketClockFactory(ticket=ticket, metric="first_reply", elapsed_business_us=10**12)
    gone = InsightTicketFactory(insight=insight, removed_at=NOW, removed_by=UserFactory())
    TicketClockFactory(ticket=gone.ticket, metric="agent_work", elapsed_business_us=10**12)
    TicketFactory.create_batch(11, opened_at=NOW - DAY)

    found = get_numbers([insight], at=NOW)[insight.pk]

    assert (found.tickets, found.recent, found.customers, found.minutes) == (4, 3, 2, 360)
    assert found.revenue_minor == 150_000
    assert (found.rate, found.rate_per) == (100 * 4 / 16, "per 100 tickets")


def test_rates_are_per_thousand_accounts_where_a_metric_says_how_many(settings):
    settings.INSIGHT_PER_METRIC = "active_accounts"
    insight = InsightFactory(cause="late")
    TicketFactory.create_batch(3, category="late", opened_at=NOW - DAY)
    assert get_numbers([insight], at=NOW)[insight.pk].rate_per == "per 100 tickets"
    version = MetricVersionFactory(metric=MetricFactory(key="active_accounts", name="Active accounts"))
    PeriodValue.objects.create(
        version=version, grain="month", start=NOW.date().replace(day=1), value=600, n=1, computed_at=NOW
    )

    found = get_numbers([insight], at=NOW)[insight.pk]

    assert (found.rate, found.rate_per) == (5.0, "per 1,000 active accounts")


def test_needs_are_ranked_by_what_is_asked_and_leave_out_what_has_shipped():
    many, rich = InsightFactory(), InsightFactory(state="validated")
    InsightFactory(state="shipped")
    for _ in range(3):
        InsightTicketFactory(insight=many, ticket=TicketFactory(customer=CustomerFactory()))
    payer = CustomerFactory(yearly_revenue_minor=5)
    InsightTicketFactory(insight=rich, ticket=TicketFactory(customer=payer))

    assert [insight for insight, _ in list_needs(at=NOW)] == [many, rich]
    assert [insight for insight, _ in list_needs(at=NOW, sort="revenue")] == [rich, many]


@pytest.fixture
def shipped():
    """An insight with two customers who asked, one of them twice."""
    insight, first, second = InsightFactory(state="planned"), CustomerFactory(), CustomerFactory()
    for customer, days in ((first, 9), (first, 2), (second, 5), (None, 1)):
        ticket = TicketFactory(customer=customer, opened_at=NOW - days * DAY, subject=f"{days} days")
        InsightTicketFactory(insight=insight, ticket=ticket)
    change = ChangeFactory(insight=insight, check_on=NOW.date() + 30 * DAY)
    ship_change(change_id=change.pk, by=UserFactory(), at=NOW)
    return insight


def test_with_shipping_each_customer_is_listed_once_with_their_latest_ticket(shipped):
    assert sorted(RequesterNotice.objects.values_list("ticket__subject", flat=True)) == ["2 days", "5 days"]


def test_requesters_are_told_once_by_a_public_reply_or_by_hand(shipped):
    person = UserFactory()
    by_hand, replied = RequesterNotice.objects.order_by("ticket__subject")

    mark_requester_told(notice_id=by_hand.pk, by=person, at=NOW)
    with pytest.raises(InvalidInputError, match="already"):
        inform_requester(notice_id=by_hand.pk, body="It is there.", by=person, at=NOW)
    assert inform_requesters(insight_id=shipped.pk, body="It is there.", by=person, at=NOW) == 1
    assert inform_requesters(insight_id=shipped.pk, body="It is there.", by=person, at=NOW) == 0

    events = TicketEvent.objects.filter(kind="reply").values_list("ticket", "body", "actor")
    assert list(events) == [(replied.ticket_id, "It is there.", person.pk)]
    assert list(RequesterNotice.objects.order_by("ticket__subject").values_list("way", "sent_by")) == [
        ("by_hand", person.pk),
        ("reply", person.pk),
    ]
