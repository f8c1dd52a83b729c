"""Mail that was kept aside: what waits for a person, and what was made of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Left

from support.models import InboundMail, MailOutcome

ASIDE = (MailOutcome.IGNORED, MailOutcome.REFUSED)
PAGE = 25
PREVIEW = 300
COUNTED_UP_TO = 99


@dataclass(frozen=True)
class AsidePage:
    """Up to PAGE mails, newest first, each with `preview`; `older` is where the next page begins, None on the last."""

    rows: Sequence[InboundMail]
    older: int | None


def list_aside(*, is_handled: bool = False) -> "QuerySet[InboundMail]":
    """Mails that came to no ticket by themselves and wait, or that a person has seen to; newest first."""
    rows = InboundMail.objects.filter(outcome__in=ASIDE, handling__isnull=not is_handled)
    return rows.order_by("-pk")


def get_aside_page(*, words: str = "", is_handled: bool = False, before: int | None = None) -> AsidePage:
    """One page of them; words are looked for in senders, subjects and reasons. One query."""
    rows = list_aside(is_handled=is_handled).select_related("handling__event__ticket", "handling__handled_by", "ticket")
    if words:
        rows = rows.filter(Q(sender__icontains=words) | Q(subject__icontains=words) | Q(reason__icontains=words))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.annotate(preview=Left("text", PREVIEW)).defer("text", "recipients")[: PAGE + 1])
    return AsidePage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def count_waiting() -> int:
    """How many wait, up to COUNTED_UP_TO + 1; one query."""
    return list_aside().order_by()[: COUNTED_UP_TO + 1].count()
