"""One thing done to many tickets: each by the service that does it to one, with a result for each, and undone once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError, ServiceError
from operations.models import User
from support.models import (
    BulkAction,
    BulkChange,
    BulkItem,
    BulkOutcome,
    EventKind,
    Priority,
    Team,
    Ticket,
    TicketEvent,
    TicketState,
    Via,
)
from support.services.messages import add_note
from support.services.ticket_fields import change_ticket_fields, check_tags
from support.services.ticket_states import StateChange
from support.services.tickets import assign_ticket, change_ticket_state

MAX_TICKETS = 500
UNDO_WITHIN = timedelta(minutes=10)
_NAMED = 10
UNDOABLE = (BulkAction.ASSIGN, BulkAction.PRIORITY, BulkAction.CATEGORY, BulkAction.ADD_TAGS, BulkAction.REMOVE_TAGS)
_VALUES: Mapping[str, frozenset[str]] = {
    BulkAction.ASSIGN: frozenset({"assignee", "team"}),
    BulkAction.PRIORITY: frozenset({"priority"}),
    BulkAction.CATEGORY: frozenset({"category"}),
    BulkAction.ADD_TAGS: frozenset({"tags"}),
    BulkAction.REMOVE_TAGS: frozenset({"tags"}),
    BulkAction.NOTE: frozenset({"body"}),
    BulkAction.STATE: frozenset({"state", "reason", "category"}),
}


_CHANGED = (EventKind.ASSIGNED, EventKind.FIELDS)
_SAID = (EventKind.REPLY, EventKind.NOTE, EventKind.CUSTOMER)


@dataclass(frozen=True)
class Result:
    """What became, or would become, of one ticket."""

    ticket: Ticket
    outcome: BulkOutcome
    reason: str = ""
    before: Mapping[str, Any] | None = None


class _PreviewedError(Exception):
    """Takes back what a preview did."""


def preview_bulk(
    *, ticket_ids: Sequence[int], action: BulkAction, values: Mapping[str, Any], actor: User, at: datetime
) -> list[Result]:
    """What `run_bulk` would do with each ticket now; nothing stays done."""
    wanted = check_bulk(action, values, ticket_ids)
    results: list[Result] = []
    try:
        with transaction.atomic():
            results = [_attempt(pk, action, wanted, actor=actor, at=at) for pk in _lock_chosen(ticket_ids)]
            raise _PreviewedError
    except _PreviewedError:
        return results


def run_bulk(
    *,
    ticket_ids: Sequence[int],
    action: BulkAction,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    via: Via = Via.UI,
) -> BulkChange:
    """Do it to each ticket and keep what became of it, all in one transaction: nothing is done without its result.

    A ticket for which it is refused stays as it is. InvalidInputError where nothing could be done to any.
    """
    wanted = check_bulk(action, values, ticket_ids)
    with transaction.atomic():
        bulk = BulkChange.objects.create(action=action, values=dict(values), made_by=actor, made_at=at)
        for pk in _lock_chosen(ticket_ids):
            result = _attempt(pk, action, wanted, actor=actor, at=at, via=via)
            BulkItem.objects.create(
                bulk=bulk,
                ticket=result.ticket,
                outcome=result.outcome,
                reason=result.reason[:300],
                before=dict(result.before or {}),
                version_after=result.ticket.version,
            )
    return bulk


def undo_bulk(*, bulk_id: int, actor: User, at: datetime, via: Via = Via.UI) -> BulkChange:
    """Put every ticket back that was changed and has not been touched since, once and soon; return the new change.

    InvalidInputError for one that cannot be undone, is too old, was undone, or is somebody else's.
    """
    with transaction.atomic():
        bulk = BulkChange.objects.select_for_update().get(pk=bulk_id)
        _check_undoable(bulk, actor, at)
        bulk.undone_at = at
        bulk.save(update_fields=["undone_at"])
        _lock_chosen(list(bulk.items.values_list("ticket_id", flat=True)))
        done = bulk.items.filter(outcome=BulkOutcome.DONE).select_related("ticket").order_by("ticket_id")
        back = BulkChange.objects.create(
            action=bulk.action, values={"undoes": bulk.pk}, made_by=actor, made_at=at, undone_at=at
        )
        for item in done:
            result = _put_back(item, actor=actor, at=at, via=via)
            BulkItem.objects.create(
                bulk=back,
                ticket=result.ticket,
                outcome=result.outcome,
                reason=result.reason[:300],
                version_after=result.ticket.version,
            )
    return back


def check_bulk(action: BulkAction, values: Mapping[str, Any], ticket_ids: Sequence[int]) -> dict[str, Any]:
    """The values ready for the services; InvalidInputError names what is wrong."""
    if not 1 <= len(set(ticket_ids)) <= MAX_TICKETS:
        raise InvalidInputError("tickets", f"choose 1 to {MAX_TICKETS} tickets")
    unknown = set(values) - _VALUES[action]
    if unknown or not values:
        raise InvalidInputError("values", f"give {' or '.join(sorted(_VALUES[action]))}")
    if action is BulkAction.STATE and "state" not in values:
        raise InvalidInputError("values", "state: say which")
    return {name: _READ[name](value) for name, value in values.items()}


def _person(value: Any) -> User | None:
    return None if value is None else _row(User.objects.filter(is_active=True, is_service=False), "assignee", value)


def _team(value: Any) -> Team | None:
    return None if value is None else _row(Team.objects.all(), "team", value)


def _row(rows: Any, name: str, value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
    found = rows.filter(pk=value).first() if is_number else None
    if found is None:
        raise InvalidInputError("values", f"{name}: there is no {value}"[:200])
    return found


def _text(name: str, longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            raise InvalidInputError("values", f"{name}: give a text of 1 to {longest} characters")
        return value.strip()

    return read


def _one_of(name: str, allowed: Sequence[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise InvalidInputError("values", f"{name}: must be one of {', '.join(allowed)}")
        return value

    return read


def _tags(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise InvalidInputError("values", "tags: give a list of texts")
    return check_tags(value)


_STATES = (TicketState.OPEN, TicketState.PENDING_CUSTOMER, TicketState.SOLVED, TicketState.CLOSED, TicketState.SPAM)
_READ: Mapping[str, Callable[[Any], Any]] = {
    "assignee": _person,
    "team": _team,
    "priority": _one_of("priority", Priority.values),
    "category": _text("category", 120),
    "tags": _tags,
    "body": _text("body", 20_000),
    "reason": _text("reason", 300),
    "state": _one_of("state", [state.value for state in _STATES]),
}


def _lock_chosen(ticket_ids: Sequence[int]) -> list[int]:
    """The chosen tickets, all locked before any is changed, in the order in which everybody locks them.

    InvalidInputError names those that do not exist.
    """
    chosen = Ticket.objects.select_for_update().filter(pk__in=set(ticket_ids)).order_by("pk")
    found = list(chosen.values_list("pk", flat=True))
    missing = sorted(set(ticket_ids) - set(found))
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise InvalidInputError("tickets", f"there is no ticket {', '.join(map(str, missing[:_NAMED]))}{more}")
    return found


def _attempt(
    pk: int, action: BulkAction, wanted: Mapping[str, Any], *, actor: User, at: datetime, via: Via = Via.UI
) -> Result:
    """Do it to one ticket; what is refused leaves it as it was."""
    ticket = Ticket.objects.get(pk=pk)
    before = _before(ticket, action)
    said: dict[str, Any] = {"ticket_id": pk, "actor": actor, "at": at, "via": via}
    try:
        with transaction.atomic():
            changed = _apply(ticket, action, wanted, said)
    except RefusedTransitionError as error:
        return Result(ticket, BulkOutcome.REFUSED, str(error))
    except InvalidInputError as error:
        return Result(ticket, BulkOutcome.REFUSED, error.message)
    except ServiceError as error:
        return Result(ticket, BulkOutcome.REFUSED, str(error))
    was_so = action is not BulkAction.NOTE and changed.version == ticket.version
    return Result(changed, BulkOutcome.UNCHANGED if was_so else BulkOutcome.DONE, before=before)


def _before(ticket: Ticket, action: BulkAction) -> dict[str, Any]:
    if action is BulkAction.ASSIGN:
        return {"assignee": ticket.assignee_id, "team": ticket.team_id}
    if action in {BulkAction.ADD_TAGS, BulkAction.REMOVE_TAGS}:
        return {"tags": list(ticket.tags.values_list("name", flat=True))}
    return {"priority": ticket.priority, "category": ticket.category}


def _apply(ticket: Ticket, action: BulkAction, wanted: Mapping[str, Any], said: dict[str, Any]) -> Ticket:
    if action is BulkAction.ASSIGN:
        return assign_ticket(**wanted, **said)
    if action is BulkAction.NOTE:
        return add_note(**wanted, **said).ticket
    if action is BulkAction.STATE:
        return change_ticket_state(change=StateChange(**{**wanted, "state": TicketState(wanted["state"])}), **said)
    fields = dict(wanted)
    if action in {BulkAction.ADD_TAGS, BulkAction.REMOVE_TAGS}:
        has, asked = set(ticket.tags.values_list("name", flat=True)), set(wanted["tags"])
        fields = {"tags": sorted(has | asked if action is BulkAction.ADD_TAGS else has - asked)}
    return change_ticket_fields(fields=fields, **said)


def _check_undoable(bulk: BulkChange, actor: User, at: datetime) -> None:
    if bulk.made_by_id != actor.pk:
        raise InvalidInputError("bulk", "only who did it can undo it")
    if bulk.action not in UNDOABLE:
        raise InvalidInputError("bulk", "what was said or moved cannot be taken back")
    if bulk.undone_at is not None:
        raise InvalidInputError("bulk", "it was undone already")
    if at - bulk.made_at > UNDO_WITHIN:
        raise InvalidInputError("bulk", "it is more than ten minutes old")


def _put_back(item: BulkItem, *, actor: User, at: datetime, via: Via) -> Result:
    said: dict[str, Any] = {"ticket_id": item.ticket_id, "actor": actor, "at": at, "via": via}
    action, before = BulkAction(item.bulk.action), item.before
    if _was_written_on(item):
        return Result(item.ticket, BulkOutcome.REFUSED, "Somebody wrote on it since.")
    try:
        with transaction.atomic():
            if action is BulkAction.ASSIGN:
                who = {"assignee": _found(User, before["assignee"]), "team": _found(Team, before["team"])}
                changed = assign_ticket(**who, version=item.version_after, **said)
            else:
                names = ("tags",) if "tags" in before else (action.value,)
                fields = {name: before[name] for name in names}
                changed = change_ticket_fields(fields=fields, version=item.version_after, **said)
    except ServiceError as error:
        return Result(item.ticket, BulkOutcome.REFUSED, str(error))
    return Result(changed, BulkOutcome.DONE)


def _was_written_on(item: BulkItem) -> bool:
    """Whether anything was said on the ticket after the change, which counts no version up."""
    events = TicketEvent.objects.filter(ticket=item.ticket_id).order_by("pk")
    changed = events.filter(at=item.bulk.made_at, kind__in=_CHANGED).values_list("pk", flat=True).last()
    return changed is not None and events.filter(pk__gt=changed, kind__in=_SAID).exists()


def _found(model: Any, pk: int | None) -> Any:
    return None if pk is None else model.objects.get(pk=pk)
