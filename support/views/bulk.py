"""One thing done to many tickets: choose, see what it would do, do it, see what it did, and take it back."""

from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import requires
from foundation.errors import InvalidInputError
from foundation.url_keys import key_of
from foundation.words import figure, moment
from operations.models import User
from support.bulk_forms import BulkForm
from support.forms import QueueForm
from support.models import BulkChange, BulkOutcome, Ticket
from support.selectors.queue import COUNTED_UP_TO, count_found, list_matching
from support.services.bulk import MAX_TICKETS, UNDO_WITHIN, UNDOABLE, Result, preview_bulk, run_bulk, undo_bulk

UNPROCESSABLE = 422


@require_POST
@requires("support.change_ticket")
def ticket_bulk(request: HttpRequest) -> HttpResponse:
    """The chosen tickets: what to do with them, then what it would do, then it is done and leads to its results."""
    (chosen, found), person, at = _chosen(request), cast("User", request.user), timezone.now()
    step = request.POST.get("step", "")
    form = BulkForm(request.POST if step else None)
    context: dict[str, object] = {"form": form, "chosen": chosen, "count": figure(len(chosen), 0), "limit": MAX_TICKETS}
    context["found"] = _number(found) if found > len(chosen) else ""
    if not step:
        return render(request, "support/bulk.html", context)
    status = 200
    try:
        if form.is_valid():
            what = {"ticket_ids": chosen, "action": form.cleaned_data["action"], "values": form.values()}
            if step == "do":
                bulk = run_bulk(**what, actor=person, at=at)
                return redirect("support:bulk_result", pk=bulk.pk)
            context["results"] = _results(preview_bulk(**what, actor=person, at=at))
        else:
            status = UNPROCESSABLE
    except InvalidInputError as error:
        form.add_error(None, f"{error.message[:1].upper()}{error.message[1:]}.")
        status = UNPROCESSABLE
    return render(request, "support/bulk.html", context, status=status)


def _chosen(request: HttpRequest) -> tuple[list[int], int]:
    """The tickets that were ticked, or those that the list's question finds, the first of them up to the limit; and how
    many it finds, counted as the list does.
    """
    if request.POST.get("all"):
        found = list_matching(QueueForm(request.POST).query(cast("User", request.user).pk))
        return list(found.values_list("pk", flat=True)[:MAX_TICKETS]), count_found([found])[0]
    given = [key_of(word) for word in request.POST.getlist("ticket")]
    return list(dict.fromkeys(number for number in given if number is not None))[: MAX_TICKETS + 1], 0


def _number(found: int) -> str:
    return f"more than {COUNTED_UP_TO:,}" if found > COUNTED_UP_TO else figure(found, 0)


def _results(results: Sequence[Result]) -> list[dict[str, object]]:
    return [_row(result.ticket, result.outcome, result.reason) for result in results]


def _row(ticket: Ticket, outcome: str, reason: str) -> dict[str, object]:
    return {
        "url": ticket.get_absolute_url(),
        "words": str(ticket),
        "tone": BulkOutcome.tone_of(outcome),
        "outcome": BulkOutcome(outcome).label,
        "reason": reason,
    }


@require_safe
@requires("support.view_ticket")
def bulk_result(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of each ticket, and the way back while there is one."""
    bulk = BulkChange.objects.select_related("made_by").filter(pk=pk).first()
    if bulk is None:
        raise Http404(f"There is no bulk change {pk}.")
    at = timezone.now()
    items = list(bulk.items.select_related("ticket"))
    is_open = bulk.undone_at is None and at - bulk.made_at <= UNDO_WITHIN and bulk.action in UNDOABLE
    context = {
        "bulk": bulk,
        "made": moment(bulk.made_at, now=at),
        "done": figure(sum(item.outcome == BulkOutcome.DONE for item in items), 0),
        "count": figure(len(items), 0),
        "rows": [_row(item.ticket, item.outcome, item.reason) for item in items],
        "may_undo": is_open and bulk.made_by_id == request.user.pk,
        "queue": reverse("support:tickets"),
    }
    return render(request, "support/bulk_result.html", context)


@require_POST
@requires("support.change_ticket")
def bulk_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back."""
    try:
        back = undo_bulk(bulk_id=pk, actor=cast("User", request.user), at=timezone.now())
    except BulkChange.DoesNotExist:
        raise Http404(f"There is no bulk change {pk}.") from None
    except InvalidInputError as error:
        messages.error(request, f"Not undone: {error.message}.")
        return redirect("support:bulk_result", pk=pk)
    messages.success(request, "It is undone for every ticket that nobody has touched since.")
    return redirect("support:bulk_result", pk=back.pk)
