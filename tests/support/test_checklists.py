"""Playbooks on tickets: ticked off by people, told and held to when the ticket is solved."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.errors import InvalidInputError
from operations.models import OutboxMessage, RunStep
from operations.services.playbook_notices import tell_run_steps
from operations.services.playbooks import draft_playbook_version, publish_playbook_version
from support.models import Ticket, TicketChecklist, TicketEvent, TicketState
from support.services.checklists import MAX_CHECKLISTS, add_checklist, complete_step, end_checklist, skip_step
from support.services.macros import apply_macro
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, change_ticket_state, open_ticket
from tests.api_client import BASE, client_of, problem, role_client
from tests.factories import NOW, UserFactory
from tests.factories_ledger import PlaybookFactory
from tests.factories_support import MacroFactory

pytestmark = pytest.mark.django_db

STEPS = [
    {"key": "check", "phase": "Check", "title": "Check the order"},
    {"key": "pay", "phase": "Pay", "title": "Pay it back", "waits_for": ["check"], "is_evidence_required": True},
    {"key": "tell", "phase": "Pay", "title": "Tell the bank", "is_required": False},
]


def book(steps=STEPS, kind="support", **fields):
    found = PlaybookFactory(kind=kind, **fields)
    draft = draft_playbook_version(playbook_id=found.pk, steps=steps, by=None, at=NOW)
    publish_playbook_version(version_id=draft.pk, by=None, at=NOW)
    return found


@pytest.fixture
def refund():
    return book(name="Refund")


@pytest.fixture
def ticket():
    return open_ticket(new=NewTicket("Money back", category="refund"), actor=None, at=NOW)


@pytest.fixture
def agent(client):
    person = UserFactory(groups=["support_agent"], name="Ann Ode")
    client.force_login(person)
    return person


def add(ticket, playbook, actor=None):
    return add_checklist(ticket_id=ticket.pk, playbook=playbook, actor=actor or UserFactory(), at=NOW)


def step(key):
    return RunStep.objects.get(key=key)


def tick(ticket, key, **fields):
    return complete_step(ticket_id=ticket.pk, step_id=step(key).pk, actor=UserFactory(name="Ben"), at=NOW, **fields)


def solve(ticket):
    return change_ticket_state(ticket_id=ticket.pk, change=StateChange(TicketState.SOLVED), actor=UserFactory(), at=NOW)


def told(ticket):
    return list(
        TicketEvent.objects.filter(ticket=ticket, kind="checklist").order_by("pk").values_list("reason", flat=True)
    )


def test_steps_are_ticked_off_with_who_and_an_event_each(ticket, refund):
    made = add(ticket, refund)
    tick(ticket, "check")
    done = tick(ticket, "pay", evidence="Transfer 77")
    skip_step(ticket_id=ticket.pk, step_id=step("tell").pk, reason="It knows.", actor=UserFactory(), at=NOW)

    assert (done.done_by.name, done.done_at, done.evidence) == ("Ben", NOW, "Transfer 77")
    made.run.refresh_from_db()
    assert (made.run.state, made.run.subject) == ("done", f"ticket:{ticket.pk}")
    assert told(ticket) == [
        "Refund: added.",
        "Refund: “Check the order” is done.",
        "Refund: “Pay it back” is done.",
        "Refund: “Tell the bank” is left out: It knows.",
    ]


def test_step_is_refused_before_its_time_twice_without_evidence_and_on_another_ticket(ticket, refund):
    add(ticket, refund)
    other = open_ticket(new=NewTicket("Other"), actor=None, at=NOW)

    with pytest.raises(InvalidInputError, match="come first: Check the order"):
        tick(ticket, "pay", evidence="x")
    with pytest.raises(InvalidInputError, match="no such step on this ticket"):
        tick(other, "check")
    tick(ticket, "check")
    with pytest.raises(InvalidInputError, match="done already"):
        tick(ticket, "check")
    with pytest.raises(InvalidInputError, match="shows that it is done"):
        tick(ticket, "pay")
    assert told(ticket) == ["Refund: added.", "Refund: “Check the order” is done."]


def test_ticket_is_not_solved_while_a_required_step_is_open(ticket, refund):
    add(ticket, refund)
    tick(ticket, "check")

    with pytest.raises(InvalidInputError) as refused:
        solve(ticket)
    assert (refused.value.field, "Pay it back" in refused.value.message, "Tell the bank" in refused.value.message) == (
        "state",
        True,
        False,
    )
    tick(ticket, "pay", evidence="Transfer 77")
    assert solve(ticket).state == "solved"


def test_ended_checklist_holds_nothing_back(ticket, refund):
    made = add(ticket, refund)

    with pytest.raises(InvalidInputError):
        end_checklist(checklist_id=made.pk, reason=" ", actor=UserFactory(), at=NOW)
    end_checklist(checklist_id=made.pk, reason="Not a refund.", actor=UserFactory(), at=NOW)

    assert solve(ticket).state == "solved"
    assert told(ticket)[-1] == "Refund: ended: Not a refund."


@pytest.mark.parametrize(("state", "words"), [("merged", "The ticket is merged."), ("spam", "The ticket is spam.")])
def test_nothing_is_left_to_do_on_a_ticket_that_goes_on_elsewhere_or_is_none(ticket, refund, state, words):
    made, other = add(ticket, refund), open_ticket(new=NewTicket("The same"), actor=None, at=NOW)
    change = StateChange(TicketState(state), into=other.pk if state == "merged" else None)

    change_ticket_state(ticket_id=ticket.pk, change=change, actor=UserFactory(), at=NOW)

    made.run.refresh_from_db()
    assert (made.run.state, made.run.end_reason) == ("cancelled", words)
    assert TicketEvent.objects.filter(ticket=ticket, reason=f"Refund: ended: {words}").count() == 1


def test_playbook_is_once_on_a_ticket_and_only_one_for_tickets_that_is_published(ticket, refund):
    add(ticket, refund)
    for wrong in (refund, book(kind="rollout"), PlaybookFactory(kind="support")):
        with pytest.raises(InvalidInputError):
            add(ticket, wrong)
    for number in range(MAX_CHECKLISTS - 1):
        add(ticket, book(name=f"Other {number}", kind="general"))
    with pytest.raises(InvalidInputError, match="at most"):
        add(ticket, book())
    assert TicketChecklist.objects.count() == MAX_CHECKLISTS


def test_ended_ticket_gets_no_checklist(ticket, refund):
    solve(ticket)

    with pytest.raises(InvalidInputError, match="is solved"):
        add(ticket, refund)


def test_macro_brings_its_checklist_once(ticket, refund):
    macro, actor = MacroFactory(name="Refund", body="", playbook=refund, tags="money"), UserFactory()

    apply_macro(ticket_id=ticket.pk, macro=macro, actor=actor, at=NOW)
    apply_macro(ticket_id=ticket.pk, macro=macro, actor=actor, at=NOW)

    assert TicketChecklist.objects.get().added_by == actor


def test_nobody_is_told_of_steps_that_the_tickets_promises_press_for(ticket, refund):
    add(ticket, refund)

    assert (tell_run_steps(at=NOW), OutboxMessage.objects.count()) == (0, 0)


def test_page_shows_the_steps_and_takes_what_is_done(client, agent, ticket, refund):
    url = reverse("support:ticket_checklist", args=[ticket.pk])

    client.post(url, {"action": "add", "playbook": refund.pk})
    client.post(url, {"action": "complete", "step_id": step("check").pk})
    early = client.post(url, {"action": "complete", "step_id": step("pay").pk}, follow=True)
    client.post(url, {"action": "skip", "step_id": step("tell").pk, "reason": "It knows."})
    soup = BeautifulSoup(client.get(ticket.get_absolute_url()).content, "html.parser")

    assert "Say what shows that it is done." in early.content.decode()
    heads = [head.text for head in soup.select("section header h2")]
    assert "Refund" in heads
    section = next(one for one in soup.select("section.sec") if one.h2 and one.h2.text == "Refund")
    assert section.header.p.text == "2 of 3 done, 1 required left"
    rows = [" ".join(row.get_text(" ", strip=True).split()) for row in section.select("ul.rows > li")]
    assert rows[0].startswith("Done Check the order") and "Ann Ode" in rows[0]
    assert "It knows." in rows[2]
    assert [one["aria-label"] for one in section.select("button[aria-label]")] == ["Done: Pay it back"]


def test_page_refuses_to_solve_and_says_what_was_left_undone(client, agent, ticket, refund):
    add(ticket, refund)
    form = {"state": "solved", "version": Ticket.objects.get().version, "category": "refund"}

    refused = client.post(reverse("support:ticket_state", args=[ticket.pk]), form)
    tick(ticket, "check")
    tick(ticket, "pay", evidence="Transfer 77")
    solved = client.post(reverse("support:ticket_state", args=[ticket.pk]), form, follow=True)

    assert refused.status_code == 422
    assert "These steps of its checklists come first: Check the order; Pay it back" in refused.content.decode()
    assert "is solved. Left undone: Tell the bank." in solved.content.decode()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"action": "dance"}, 404),
        ({"action": "add", "playbook": "999"}, 302),
        ({"action": "complete", "step_id": "x"}, 302),
        ({"action": "complete", "step_id": "9" * 30}, 302),
        ({"action": "skip", "step_id": "1", "reason": "a\x08b"}, 302),
        ({"action": "end", "checklist_id": "1", "reason": "b"}, 302),
    ],
)
def test_page_takes_nothing_else(client, agent, ticket, form, status):
    answer = client.post(reverse("support:ticket_checklist", args=[ticket.pk]), form)

    assert (answer.status_code, told(ticket)) == (status, [])


def test_gate_is_decided_on_the_page_by_those_it_is_for(client, agent, ticket):
    add(ticket, book([{"key": "go", "phase": "Go", "title": "Decide", "is_gate": True}]))
    url, decision = reverse("support:ticket_checklist", args=[ticket.pk]), {"action": "decide", "decision": "go"}

    client.post(url, {**decision, "step_id": step("go").pk})

    assert (step("go").state, step("go").done_by) == ("done", agent)
    assert told(ticket)[-1].endswith("“Decide” is decided: go.")


def test_api_puts_playbooks_on_tickets_and_ticks_steps_off(ticket, refund):
    api = client_of(UserFactory(groups=["support_agent"]))

    made = api.post(f"{BASE}/tickets/{ticket.pk}/checklists/", {"playbook": refund.pk}, format="json")
    again = api.post(f"{BASE}/tickets/{ticket.pk}/checklists/", {"playbook": refund.pk}, format="json")
    path = f"{BASE}/ticket-checklists/{made.json()['id']}"
    early = api.post(f"{path}/completions/", {"step_id": step("pay").pk, "evidence": "x"}, format="json")
    done = api.post(f"{path}/completions/", {"step_id": step("check").pk}, format="json")
    wrong = api.post(f"{path}/skips/", {"step_id": 10**6, "reason": "No"}, format="json")
    found = api.get(f"{BASE}/ticket-checklists/", {"ticket": ticket.pk, "state": "running"}).json()["results"]
    ended = api.post(f"{path}/cancellations/", {"reason": "Not needed"}, format="json")

    assert (made.status_code, made.json()["playbook"], made.json()["state"]) == (201, refund.pk, "running")
    assert (again.status_code, problem(again)["errors"][0]["field"]) == (400, "playbook")
    assert (early.status_code, done.status_code, wrong.status_code) == (400, 201, 400)
    assert [row["id"] for row in found] == [made.json()["id"]]
    assert (ended.status_code, ended.json()["state"]) == (201, "cancelled")
    assert TicketEvent.objects.filter(kind="checklist", via="api").count() == 3


def test_tool_without_playbooks_ticks_nothing(ticket, refund):
    made = add(ticket, refund)

    answer = role_client("tool_support").post(
        f"{BASE}/ticket-checklists/{made.pk}/completions/", {"step_id": step("check").pk}, format="json"
    )

    assert answer.status_code == 403


def test_page_costs_the_same_with_more_steps_and_checklists(client, agent, ticket, refund):
    add(ticket, refund)
    tick(ticket, "check")

    def count():
        with CaptureQueriesContext(connection) as captured:
            client.get(ticket.get_absolute_url())
        return len(captured)

    count()
    one = count()
    add(ticket, book(name="Second", kind="general"))
    second = RunStep.objects.get(key="check", state="open")
    complete_step(ticket_id=ticket.pk, step_id=second.pk, actor=UserFactory(), at=NOW)
    assert count() == one
