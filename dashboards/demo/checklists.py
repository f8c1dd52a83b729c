"""Playbooks of the demo company's support: two that are published, one of them under way on a ticket."""

from datetime import timedelta

from dashboards.demo.people import People
from dashboards.demo.story import Story
from operations.models import Playbook, PlaybookKind
from operations.services.playbooks import draft_playbook_version, publish_playbook_version
from support.models import Macro, Ticket, TicketState
from support.services.checklists import add_checklist, complete_step

_BOOKS = (
    (
        "refund",
        "Refund a payment",
        (
            ("find", "Check", "Find the payment and who made it", (), "r"),
            ("twice", "Check", "Rule out that it was refunded before", ("find",), "r"),
            ("refund", "Refund", "Refund it in the payment provider", ("twice",), "re"),
            ("tell", "Refund", "Tell the customer when it arrives", ("refund",), "r"),
            ("cause", "Afterwards", "Note what made them ask", (), ""),
        ),
    ),
    (
        "lost-access",
        "Give access back",
        (
            ("who", "Check", "Make sure that it is the account’s owner", (), "re"),
            ("open", "Open", "Open the account and end its sessions", ("who",), "r"),
            ("tell", "Open", "Send the way to a new password", ("open",), "r"),
        ),
    ),
)
"""Key, name and steps: key, phase, title, what it waits for, and r for required, e for evidence."""


def add_checklists(story: Story, people: People) -> None:
    """Save the playbooks, a macro that brings one, and a checklist on an open ticket that is begun."""
    lead = people.lead_of("support_lead")
    at = story.now - timedelta(hours=2)
    books = []
    for key, name, steps in _BOOKS:
        book = Playbook.objects.create(key=key, name=name, kind=PlaybookKind.SUPPORT, owner=lead)
        facts = [
            {"key": step, "phase": phase, "title": title, "waits_for": list(waits), "is_required": "r" in flags}
            | {"is_evidence_required": "e" in flags}
            for step, phase, title, waits, flags in steps
        ]
        draft = draft_playbook_version(playbook_id=book.pk, steps=facts, by=lead, at=at)
        publish_playbook_version(version_id=draft.pk, by=lead, at=at)
        books.append(book)
    Macro.objects.create(name="Refund a payment", is_note=True, body="A refund is asked for.", playbook=books[0])
    ticket = Ticket.objects.filter(state=TicketState.OPEN, assignee__isnull=False).order_by("-opened_at", "-pk").first()
    if ticket is not None and ticket.assignee is not None:
        said = {"ticket_id": ticket.pk, "actor": ticket.assignee, "at": story.now}
        made = add_checklist(playbook=books[0], **said)  # type: ignore[arg-type]
        first = made.run.steps.order_by("position")[0]
        complete_step(step_id=first.pk, **said)  # type: ignore[arg-type]
