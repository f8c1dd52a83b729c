"""A reply that never arrived: told to those who have the ticket, and marked on it."""

from datetime import timedelta

import pytest

from operations.channels.base import TransportError
from operations.delivery import given_up
from operations.models import Notification, OutboxMessage
from operations.services.replay import replay_messages
from operations.services.sending import claim_due_messages, mark_failed, send_due_messages
from support.services.messages import add_reply
from tests.factories import NOW, CustomerFactory, TeamFactory, TicketFactory, UserFactory
from tests.factories_notifications import OutboxMessageFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def lose(at=NOW, *, is_final=True):
    """Every mail to the outside fails, for good or for now."""
    for row in claim_due_messages(at=at, limit=16):
        if row.address:
            mark_failed(row, TransportError("no such mailbox", permanent=is_final), at=at)


def told():
    rows = OutboxMessage.objects.filter(channel="in_app", event__startswith="reply-lost:").order_by("user")
    return list(rows.values_list("user", flat=True))


@pytest.fixture
def writer():
    return UserFactory()


def replied(writer, **fields):
    ticket = TicketFactory(customer=CustomerFactory(email="ann@example.org"), **fields)
    return add_reply(ticket_id=ticket.pk, body="It is\n26 days.", actor=writer, at=NOW)


def test_assignee_and_writer_are_told_once_a_loss(writer):
    assignee = UserFactory()
    event = replied(writer, assignee=assignee, team=TeamFactory(lead=UserFactory()))

    lose()
    lose(NOW + HOUR)

    assert told() == sorted([writer.pk, assignee.pk])
    row = OutboxMessage.objects.filter(event__startswith="reply-lost:").first()
    assert row.title == f"{event.ticket.reference}: a reply was not delivered"
    assert row.text == "To ann@example.org: no such mailbox. “It is 26 days.”"
    assert row.url == event.ticket.get_absolute_url()


def test_team_and_its_lead_are_told_where_nobody_has_the_ticket(writer):
    lead, member = UserFactory(), UserFactory()
    team = TeamFactory(lead=lead)
    team.members.add(member)
    replied(writer, team=team)

    lose()

    assert told() == sorted([writer.pk, lead.pk, member.pk])


def test_what_is_tried_again_is_told_nobody_and_a_second_loss_is_told_again(writer):
    replied(writer)

    lose(is_final=False)
    assert told() == []
    lose(NOW + 3 * HOUR)
    assert told() == [writer.pk]
    replay_messages(ids=None, at=NOW + 4 * HOUR)
    lose(NOW + 4 * HOUR)
    assert told() == [writer.pk, writer.pk]


def test_notice_reaches_the_inbox(writer):
    replied(writer)
    lose()

    send_due_messages(at=NOW + timedelta(minutes=1))

    assert Notification.objects.get(user=writer).message.title.endswith("a reply was not delivered")


def test_other_messages_and_replies_that_are_gone_are_told_nobody():
    OutboxMessageFactory(channel="email", event="digest:1", address="x@example.org", user=None, next_attempt_at=NOW)
    OutboxMessageFactory(
        channel="email", event="ticket-reply:999999", address="x@example.org", user=None, next_attempt_at=NOW
    )

    lose()

    assert OutboxMessage.objects.filter(state="dead").count() == 2
    assert told() == []


def test_fault_in_telling_keeps_no_message_from_being_given_up(writer):
    def fails(_message, _at):
        raise ZeroDivisionError

    given_up.register_given_up("ticket-reply:9", fails)
    try:
        OutboxMessageFactory(
            channel="email", event="ticket-reply:99", address="x@example.org", user=None, next_attempt_at=NOW
        )
        lose()
    finally:
        del given_up._TELLERS["ticket-reply:9"]

    assert OutboxMessage.objects.get(event="ticket-reply:99").state == "dead"


def test_page_of_the_ticket_says_it_on_top_and_below_the_reply(client, writer):
    event = replied(writer)
    lose()
    client.force_login(UserFactory(groups=["support_agent"]))

    page = client.get(event.ticket.get_absolute_url()).content.decode()

    assert "1 reply did not reach the customer" in page
    assert "to ann@example.org: no such mailbox" in page
