"""What a ticket is about, what belongs to it, and how two become one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from foundation.errors import InvalidInputError, RefusedTransitionError
from support.forms import CustomerField
from support.models import Customer, Tag, Ticket, TicketClock, TicketEvent, TicketState
from support.services.messages import add_customer_message, add_reply
from support.services.sla import NewTerms, create_policy
from support.services.ticket_fields import change_ticket_fields
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, change_ticket_state, open_ticket
from tests.api_client import BASE, client_of, problem, superuser_client
from tests.factories import NOW, CustomerFactory, UserFactory
from tests.factories_support import SlaPolicyFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def opened(subject="Broken widget", **more):
    return open_ticket(new=NewTicket(subject, **more), actor=None, at=NOW)


def merge(ticket, into, **more):
    change = StateChange(TicketState.MERGED, into=into, **more)
    return change_ticket_state(ticket_id=ticket.pk, change=change, actor=None, at=NOW + HOUR)


def about(ticket, **fields):
    return change_ticket_fields(ticket_id=ticket.pk, fields=fields, actor=None, at=NOW + HOUR)


def test_ticket_begins_with_what_its_customer_uses():
    customer = CustomerFactory(product="Boards", integration="asana")

    ticket, other = opened(customer=customer), opened(customer=customer, product="Mail")

    assert (ticket.product, ticket.integration, other.product) == ("Boards", "asana", "Mail")


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({"tier": ["gold"]}, True),
        ({"tier": ["silver"]}, False),
        ({"city": ["Denver", "Austin"]}, True),
        ({"product": ["Boards"], "integration": ["asana"]}, True),
        ({"product": ["Boards"], "integration": ["slack"]}, False),
    ],
)
def test_promises_go_by_tier_city_product_and_integration(conditions, fits):
    terms = NewTerms({"first_reply": {"seconds": 60}}, conditions)
    create_policy(policy=SlaPolicyFactory.build(), terms=terms, at=NOW, by=None)
    customer = CustomerFactory(tier="gold", city="Denver", product="Boards", integration="asana")

    ticket = opened(customer=customer)

    assert TicketClock.objects.filter(ticket=ticket, target_seconds=60).exists() is fits


def test_tags_are_made_once_and_each_change_is_an_event():
    ticket = opened(tags=["late"])

    changed = about(ticket, tags=["late", " Double-Charge ", "late"])
    about(ticket, tags=["double-charge", "late"])
    about(ticket, tags=[])

    assert sorted(Tag.objects.values_list("name", flat=True)) == ["double-charge", "late"]
    events = TicketEvent.objects.filter(ticket=ticket, kind="fields").values_list("changes", flat=True)
    assert list(events) == [{"tags": ["late", "double-charge, late"]}, {"tags": ["double-charge, late", ""]}]
    assert changed.version == 2


@pytest.mark.parametrize("name", ["two words", "é", "-a", "a--b", "x" * 61, "a\x00"])
def test_tag_of_other_signs_is_refused(name):
    with pytest.raises(InvalidInputError) as caught:
        about(opened(), tags=[name])

    assert caught.value.field == "tags"
    assert not Tag.objects.exists()


def test_merged_ticket_goes_on_in_the_other():
    customer = CustomerFactory()
    twin, ticket = opened("Twin", customer=customer, tags=["late"]), opened("First")
    add_customer_message(ticket_id=twin.pk, body="It is still broken", at=NOW + HOUR / 2)

    merged = merge(twin, ticket.pk, reason="The same outage.")

    ticket.refresh_from_db()
    assert (merged.state, merged.merged_into, merged.closed_at) == ("merged", ticket, NOW + HOUR)
    assert (ticket.customer, [tag.name for tag in ticket.tags.all()]) == (customer, ["late"])
    assert TicketEvent.objects.get(ticket=ticket, kind="merged").changes == {"ticket": ["", twin.pk]}
    last = TicketEvent.objects.filter(ticket=twin).latest("pk")
    assert last.reason == f"It goes on in {ticket.reference}. The same outage."
    assert set(TicketClock.objects.filter(ticket=twin).values_list("state", flat=True)) == {"cancelled"}
    first_reply = TicketClock.objects.get(ticket=ticket, metric="first_reply")
    assert first_reply.state == "running"


def test_customer_who_writes_to_a_merged_ticket_is_heard_where_it_goes_on():
    first, second, third = opened("1"), opened("2"), opened("3")
    merge(first, second.pk)
    merge(second, third.pk)

    heard = add_customer_message(ticket_id=first.pk, body="Hello?", at=NOW + 2 * HOUR)

    assert heard == third
    assert TicketEvent.objects.get(kind="customer").ticket == third


def test_ticket_is_not_merged_into_itself_nor_into_one_that_has_ended_nor_into_a_strangers():
    ticket, spam = opened(customer=CustomerFactory()), opened("Spam")
    change_ticket_state(ticket_id=spam.pk, change=StateChange(TicketState.SPAM), actor=None, at=NOW)
    strangers = opened(customer=CustomerFactory())

    for into in (ticket.pk, spam.pk, strangers.pk, 10**9, None):
        with pytest.raises(InvalidInputError) as caught:
            merge(ticket, into)
        assert caught.value.field == "into"
    with pytest.raises(RefusedTransitionError):
        merge(spam, ticket.pk)
    with pytest.raises(InvalidInputError):
        change_ticket_state(ticket_id=ticket.pk, change=StateChange(TicketState.OPEN, into=spam.pk), actor=None, at=NOW)
    assert not Ticket.objects.filter(merged_into__isnull=False).exists()


def test_merging_is_done_over_the_api():
    ticket, twin = opened(), opened()
    api = superuser_client()

    missing = api.post(f"{BASE}/tickets/{twin.pk}/transitions/", {"state": "merged"}, format="json")
    done = api.post(f"{BASE}/tickets/{twin.pk}/transitions/", {"state": "merged", "into": ticket.pk}, format="json")

    assert (missing.status_code, problem(missing)["errors"][0]["field"]) == (400, "into")
    assert (done.status_code, done.json()["merged_into"]) == (201, ticket.pk)


def test_page_of_a_merged_ticket_leads_to_the_other_which_tells_of_both(client):
    client.force_login(UserFactory(permissions=["support.view_ticket", "support.change_ticket"]))
    ticket, twin = opened("First"), opened("Twin")
    add_reply(ticket_id=twin.pk, body="We look into it", actor=None, at=NOW)
    version = Ticket.objects.get(pk=twin.pk).version

    asked = {"version": version, "into": ticket.reference, "reason": ""}
    answer = client.post(reverse("support:ticket_merge", args=[twin.pk]), asked, follow=True)

    assert answer.redirect_chain[-1][0] == f"/tickets/{ticket.pk}/"
    assert "We look into it" in answer.content.decode()
    assert f"on {twin.reference}" in answer.content.decode()
    itself = client.get(f"/tickets/{twin.pk}/?itself")
    assert (itself.status_code, b"Goes on in" in itself.content) == (200, True)


def test_page_changes_what_a_ticket_is_about(client):
    client.force_login(UserFactory(permissions=["support.view_ticket", "support.change_ticket"]))
    ticket, customer = opened(), CustomerFactory(name="Ann", email="ann@example.com")
    CustomerFactory(name="Ann")
    asked = {"version": 1, "subject": "Slow widget", "priority": "high", "tags": "late, vip", "incident": "7"}

    ambiguous = client.post(reverse("support:ticket_fields", args=[ticket.pk]), {**asked, "customer": "Ann"})
    client.post(reverse("support:ticket_fields", args=[ticket.pk]), {**asked, "customer": "ann@example.com"})

    assert (ambiguous.status_code, b"More than one customer" in ambiguous.content) == (422, True)
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.priority, ticket.incident, ticket.customer) == ("Slow widget", "high", 7, customer)
    assert TicketEvent.objects.get(kind="fields").changes["tags"] == ["", "late, vip"]


def test_customer_is_told_apart_by_the_address_as_it_is_written_or_by_the_name():
    small, large = (CustomerFactory(name=name, email=f"{name}@example.com") for name in ("office", "OFFICE"))
    CustomerFactory(name="Branch", email="Office@example.com")
    field = CustomerField()

    assert [field.clean(one.email) for one in (small, large)] == [small, large]
    with pytest.raises(ValidationError, match="has this e-mail address: give the name"):
        field.clean("oFFice@example.com")
    with pytest.raises(ValidationError, match="is called that: give the e-mail address"):
        field.clean("Office")
    assert field.clean("branch").name == "Branch"


def test_guidance_is_the_coos_and_stands_on_each_ticket(client):
    customer = CustomerFactory()
    ticket = opened(customer=customer)
    url = f"{BASE}/customers/{customer.pk}/guidance/"

    refused = client_of(UserFactory(groups=["support_lead"])).post(url, {"guidance": "x"}, format="json")
    given = client_of(UserFactory(groups=["coo"])).post(url, {"guidance": " Call first. "}, format="json")
    client.force_login(UserFactory(groups=["support_agent"]))

    assert (refused.status_code, given.status_code) == (403, 200)
    assert Customer.objects.get().guidance == "Call first."
    assert b"Call first." in client.get(ticket.get_absolute_url()).content


def test_follow_up_says_what_it_follows():
    ticket = opened(product="Boards")
    change_ticket_state(
        ticket_id=ticket.pk, change=StateChange(TicketState.SOLVED, category="Bug"), actor=None, at=NOW + HOUR
    )
    change_ticket_state(ticket_id=ticket.pk, change=StateChange(TicketState.CLOSED), actor=None, at=NOW + HOUR)

    follow_up = add_customer_message(ticket_id=ticket.pk, body="Again!", at=NOW + timedelta(days=30))

    assert (follow_up.follow_up_of, follow_up.product) == (ticket, "Boards")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_two_opposite_merges_leave_one_ticket_that_goes_on():
    """Whichever comes first holds; the other is refused, and nobody waits for ever."""
    one, two = opened("1"), opened("2")

    def attempt(pair):
        try:
            return merge(*pair)
        except (InvalidInputError, RefusedTransitionError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(attempt, [(one, two.pk), (two, one.pk)]))

    assert sum(isinstance(result, Ticket) for result in done) == 1
    assert Ticket.objects.filter(state="merged").count() == 1
