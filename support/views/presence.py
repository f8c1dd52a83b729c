"""Who else is at a ticket, and what came since its page was opened: shown on the page, and refreshed by its script."""

from datetime import datetime
from typing import cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from foundation.access import requires
from foundation.words import joined
from operations.models import User
from support.models import Ticket
from support.selectors.presence import count_newer, list_present
from support.services.presence import forget_presence, note_presence


class PresenceForm(forms.Form):
    """What the script says: whether its person writes or leaves, and the newest event that the page shows."""

    writing = forms.BooleanField(required=False)
    leaving = forms.BooleanField(required=False)
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


@require_POST
@requires("support.change_ticket")
def ticket_presence(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the person is there or leaves; the answer is what the page says of others."""
    if not Ticket.objects.filter(pk=pk).exists():
        raise Http404(f"There is no ticket {pk}.")
    form, user, at = PresenceForm(request.POST), cast("User", request.user), timezone.now()
    told = form.cleaned_data if form.is_valid() else {}
    if told.get("leaving"):
        forget_presence(ticket_id=pk, user=user, at=at)
        return HttpResponse(status=204)
    is_writing = bool(told.get("writing"))
    note_presence(ticket_id=pk, user=user, is_writing=is_writing, at=at)
    seen = told.get("seen")
    newer = count_newer(pk, than=seen, by_others_than=user.pk) if seen is not None else 0
    context = {**show_presence(pk, user, at), "newer": newer, "is_writing": is_writing, "page": f"/tickets/{pk}/"}
    return render(request, "support/_ticket_presence.html", context)


def show_presence(ticket_id: int, user: User, at: datetime) -> dict[str, str]:
    """What the page says of others who have the ticket open."""
    present = list_present(ticket_id, but=user.pk, at=at)
    writing = [one.name for one in present if one.is_writing]
    reading = [one.name for one in present if not one.is_writing]
    said = [_sentence(writing, "is writing", "are writing"), _sentence(reading, "has it open", "have it open")]
    return {"others": " ".join(words for words in said if words)}


def _sentence(names: list[str], one: str, several: str) -> str:
    if not names:
        return ""
    return f"{joined(names)} {one if len(names) == 1 else several}."
