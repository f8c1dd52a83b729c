"""Closing the loop: who asked for what has shipped is told, once."""

from datetime import datetime

from django.db import transaction

from foundation.bulk_rows import insert_missing_rows
from foundation.errors import InvalidInputError
from operations.models import User
from support.models import Insight, InsightTicket, NoticeWay, RequesterNotice, Via
from support.selectors.continuations import follow_merges
from support.services.messages import add_reply

_COLUMNS = ("insight_id", "customer_id", "ticket_id", "way")


def list_up_requesters(insight: Insight) -> int:
    """One row for each customer of the evidence, with their latest ticket; how many are new."""
    evidence = InsightTicket.objects.filter(insight=insight, removed_at__isnull=True, ticket__customer__isnull=False)
    rows = evidence.order_by("ticket__opened_at", "ticket_id").values_list("ticket__customer_id", "ticket_id")
    latest = dict(rows)
    listed = [(insight.pk, customer, ticket, "") for customer, ticket in sorted(latest.items())]
    return insert_missing_rows(RequesterNotice, _COLUMNS, listed, unique=("insight_id", "customer_id"))


def inform_requester(*, notice_id: int, body: str, by: User, at: datetime, via: Via = Via.UI) -> RequesterNotice:
    """Reply to the customer on their ticket; InvalidInputError without words, or where they were told."""
    with transaction.atomic():
        notice = _untold(notice_id)
        add_reply(ticket_id=follow_merges(notice.ticket_id), body=body, actor=by, at=at, via=via)
        return _told(notice, NoticeWay.REPLY, by=by, at=at)


def inform_requesters(*, insight_id: int, body: str, by: User, at: datetime, via: Via = Via.UI) -> int:
    """Reply to everybody who was not told yet; how many. Killed half-way, the rest are told the next time."""
    if not body.strip():
        raise InvalidInputError("body", "write something first")
    waiting = RequesterNotice.objects.filter(insight=insight_id, sent_at__isnull=True).values_list("pk", flat=True)
    count = 0
    for notice_id in list(waiting):
        try:
            inform_requester(notice_id=notice_id, body=body, by=by, at=at, via=via)
        except InvalidInputError:  # Somebody else told them since.
            continue
        count += 1
    return count


def mark_requester_told(*, notice_id: int, by: User, at: datetime) -> RequesterNotice:
    """Note that somebody told them by other means; InvalidInputError where they were told."""
    with transaction.atomic():
        return _told(_untold(notice_id), NoticeWay.BY_HAND, by=by, at=at)


def _untold(notice_id: int) -> RequesterNotice:
    notice = RequesterNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if notice.sent_at is not None:
        raise InvalidInputError("notice", "They were told already.")
    return notice


def _told(notice: RequesterNotice, way: NoticeWay, *, by: User, at: datetime) -> RequesterNotice:
    notice.way, notice.sent_by, notice.sent_at = way, by, at
    notice.save(update_fields=["way", "sent_by", "sent_at"])
    return notice
