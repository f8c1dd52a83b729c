"""Taking a ticket, and having it given to whoever is there."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from foundation.access import requires
from foundation.errors import ServiceError
from operations.models import User
from support.models import Ticket
from support.services.assignment import assign_automatically, take_ticket
from support.views.ticket import render_ticket

_CONFLICT = 409


@require_POST
@requires("support.change_ticket")
def ticket_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the ticket; a conflict says who was faster."""

    def take(actor: User) -> None:
        ticket = take_ticket(ticket_id=pk, actor=actor, at=timezone.now())
        messages.success(request, f"{ticket.reference} is yours.")

    return _answer(request, pk, take)


@require_POST
@requires("support.change_ticket")
def ticket_auto(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the ticket to the agent on duty who has the least to do."""

    def give(actor: User) -> None:
        done = assign_automatically(ticket_id=pk, actor=actor, at=timezone.now())
        if done.reason:
            messages.warning(request, f"It stays in the queue. {done.reason}")
        else:
            messages.success(request, f"{done.ticket.reference} is with {done.ticket.assignee}.")

    return _answer(request, pk, give)


def _answer(request: HttpRequest, pk: int, act: Callable[[User], None]) -> HttpResponse:
    try:
        act(cast("User", request.user))
    except Ticket.DoesNotExist:
        raise Http404(f"There is no ticket {pk}.") from None
    except ServiceError as refusal:
        messages.error(request, str(refusal))
        return render_ticket(request, pk, status=_CONFLICT)
    return redirect("support:ticket", pk=pk)
