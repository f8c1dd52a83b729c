"""What a ticket is about: its subject, priority, area, product, tags and so on, each change with its event."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from foundation.plain_text import check_line, is_invisible
from operations.models import User
from support.models import EventKind, Priority, Tag, Ticket, Via
from support.services.sla import apply_policies
from support.services.ticket_events import Happening, lock_unmerged, record_event, save_ticket

MAX_TAGS, MAX_TAG_LENGTH = 20, 60
_TAG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COLUMNS = ("subject", "priority", "category", "channel", "product", "integration", "incident", "customer")


def change_ticket_fields(
    *,
    ticket_id: int,
    fields: Mapping[str, Any],
    actor: User | None,
    at: datetime,
    version: int | None = None,
    via: Via = Via.UI,
) -> Ticket:
    """Change what the ticket is about and return it; InvalidInputError for any other field, MergedError.

    Fields: subject, priority, category, channel, product, integration (slug), incident (number or None), customer (or
    None) and tags, which are all that it has then. Another priority gets the promise that it has.
    """
    with transaction.atomic():
        ticket = lock_unmerged(ticket_id, version=version)
        changes: dict[str, list[str]] = {}
        for name, value in fields.items():
            if name == "tags":
                changes |= _change_tags(ticket, value)
                continue
            _check_field(name, value)
            if getattr(ticket, name) != value:
                changes[name] = [_said(getattr(ticket, name)), _said(value)]
                setattr(ticket, name, value)
        if changes:
            save_ticket(ticket, *(name for name in changes if name != "tags"))
            record_event(ticket, Happening(EventKind.FIELDS, changes=changes), actor=actor, via=via, at=at)
        if "priority" in changes:
            apply_policies(ticket, actor=actor, via=via, at=at, reason="The priority was changed.")
    return ticket


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _check_field(name: str, value: Any) -> None:
    if name not in _COLUMNS:
        raise InvalidInputError(name, "cannot be changed this way")
    if name == "subject":
        check_subject(value)
    if name == "priority" and value not in Priority.values:
        raise InvalidInputError("priority", f"must be one of {', '.join(Priority.values)}")


def check_subject(subject: str) -> None:
    """InvalidInputError for one that nobody could see, of several lines, or with control characters."""
    if is_invisible(subject):
        raise InvalidInputError("subject", "say in a few words what is wrong")
    check_line("subject", subject)


def _change_tags(ticket: Ticket, names: Sequence[str]) -> dict[str, list[str]]:
    """Give the ticket exactly these tags; the change, if it is one."""
    old, wanted = list(ticket.tags.values_list("name", flat=True)), make_tags(names)
    new = sorted(tag.name for tag in wanted)
    if old == new:
        return {}
    ticket.tags.set(wanted)
    return {"tags": [", ".join(old), ", ".join(new)]}


def make_tags(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, made where they are new; InvalidInputError for what is no tag."""
    wanted = check_tags(names)
    Tag.objects.bulk_create([Tag(name=name) for name in wanted], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=wanted)) if wanted else []


def check_tags(names: Iterable[str]) -> list[str]:
    """The names as tags have them, in order; InvalidInputError for what is no tag."""
    wanted = sorted({name.strip().lower() for name in names} - {""})
    if len(wanted) > MAX_TAGS:
        raise InvalidInputError("tags", f"at most {MAX_TAGS}")
    wrong = [name for name in wanted if len(name) > MAX_TAG_LENGTH or not _TAG.fullmatch(name)]
    if wrong:
        raise InvalidInputError("tags", f"{wrong[0][:80]}: small letters, digits and single hyphens only")
    return wanted
