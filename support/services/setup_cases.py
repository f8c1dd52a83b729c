"""Set-up cases: their checklists and blockers, and when the first widget was shown."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Min

from foundation.errors import InvalidInputError
from metrics.models import ProductEvent
from operations.models import User
from operations.selectors.people import list_role_members
from operations.services.notifications import Notice, notify
from support.models import SETUP_OPEN, SetupCase, SetupItem, SetupItemKind, SetupState

WIDGET_SHOWN = "widget_shown"
MAX_ITEMS = 100
_LAST_RESORT = "support_lead"


def add_setup_item(*, case_id: int, kind: str, text: str, at: datetime) -> SetupItem:
    """A new step or blocker at the end; a blocker blocks the case and is told to its owner.

    Raises InvalidInputError for a case that is over.
    """
    if kind not in SetupItemKind.values or not text.strip():
        raise InvalidInputError("text", "Say what is to be done, or what blocks.")
    with transaction.atomic():
        case = _open_case(case_id)
        count = case.items.count()
        if count >= MAX_ITEMS:
            raise InvalidInputError("text", f"A case has at most {MAX_ITEMS} items.")
        item = SetupItem.objects.create(case=case, kind=kind, text=text.strip()[:200], position=count)
        if kind == SetupItemKind.BLOCKER:
            case.first_blocked_at = case.first_blocked_at or max(at, case.started_at)
            _tell_blocked(case, item, at=at)
        _judge(case)
    return item


def _tell_blocked(case: SetupCase, item: SetupItem, *, at: datetime) -> None:
    """Tell the owner, or the leads of support where there is none."""
    leads = [person.pk for person in list_role_members(_LAST_RESORT)]
    notice = Notice(
        event=f"setup_case:{case.pk}:blocker:{item.pk}",
        title=f"Blocked: {case.title}"[:200],
        text=item.text,
        url=case.get_absolute_url(),
    )
    notify(notice=notice, to=[case.owner_id] if case.owner_id else leads, at=at)


def finish_setup_item(*, item_id: int, by: User, at: datetime) -> SetupItem:
    """The item, done or cleared; the case goes on with its last blocker cleared. Raises InvalidInputError if it was."""
    with transaction.atomic():
        case = _open_case(SetupItem.objects.get(pk=item_id).case_id)
        item = SetupItem.objects.select_for_update(of=("self",)).get(pk=item_id)
        if item.done_at is not None:
            raise InvalidInputError("item", "It is done already.")
        item.done_at, item.done_by = at, by
        item.save()
        _judge(case)
    return item


def close_setup_case(*, case_id: int, state: str, at: datetime) -> SetupCase:
    """The case, done or cancelled. Raises InvalidInputError where a blocker is open but the case is to be done."""
    if state not in {SetupState.DONE.value, SetupState.CANCELLED.value}:
        raise InvalidInputError("state", "Choose done or cancelled.")
    with transaction.atomic():
        case = _open_case(case_id)
        if state == SetupState.DONE and case.items.filter(done_at__isnull=True).exists():
            raise InvalidInputError("state", "Some of its items are open.")
        case.state, case.ended_at = state, max(at, case.started_at)
        _save(case)
    return case


def find_first_widgets() -> int:
    """Take the first widget of each case that has none yet from the product events; how many were found."""
    waiting = list(SetupCase.objects.filter(first_widget_at__isnull=True).exclude(unit=""))
    found = 0
    for case in waiting:
        shown = ProductEvent.objects.filter(unit=case.unit, name=WIDGET_SHOWN, happened_at__gte=case.started_at)
        first = shown.aggregate(first=Min("happened_at"))["first"]
        if first is not None:
            found += SetupCase.objects.filter(pk=case.pk, first_widget_at=None).update(first_widget_at=first)
    return found


def _judge(case: SetupCase) -> None:
    is_blocked = case.items.filter(kind=SetupItemKind.BLOCKER, done_at__isnull=True).exists()
    case.state = SetupState.BLOCKED if is_blocked else SetupState.OPEN
    _save(case)


def _open_case(case_id: int) -> SetupCase:
    case = SetupCase.objects.select_for_update(of=("self",)).get(pk=case_id)
    if case.state not in SETUP_OPEN:
        raise InvalidInputError("case", "It is over.")
    return case


def _save(case: SetupCase) -> None:
    case.version += 1
    case.save()
