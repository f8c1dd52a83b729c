"""Mail that was kept aside: the list, one of them as text, and what a person makes of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError
from foundation.words import moment
from operations.models import User
from support.mail_forms import AsideForm, DiscardForm, DiscardSeveralForm, OpenForm, PutOnForm
from support.models import InboundMail, MailHandling, MailOutcome, MailVerdict, Ticket
from support.selectors.mail_aside import ASIDE, COUNTED_UP_TO, count_waiting, get_aside_page
from support.services.mail_aside import HandledError, discard_mail, open_from_mail, put_on_ticket

UNPROCESSABLE, CONFLICT = 422, 409
_SHOWN = 50_000
_Act = Callable[[dict[str, Any], dict[str, Any]], str]


@require_safe
@requires("support.view_inboundmail", "support.view_ticket")
def mail_aside(request: HttpRequest) -> HttpResponse:
    """What waits for a person, or what one has seen to; newest first."""
    form = AsideForm(request.GET)
    form.is_valid()
    asked, at = form.cleaned_data, timezone.now()
    is_seen, words = bool(asked.get("seen")), asked.get("q", "")
    page = get_aside_page(words=words, is_handled=is_seen, before=asked.get("before"))
    waiting = count_waiting()
    context = {
        "lede": _lede(waiting),
        "is_seen": is_seen,
        "words": words,
        "rows": [_row(mail, at) for mail in page.rows],
        "older": f"?{urlencode(_named(words, is_seen=is_seen, before=page.older))}" if page.older else "",
        "may_act": request.user.has_perm("support.change_ticket") and not is_seen,
    }
    return render(request, "support/mail_aside.html", context)


@require_safe
@requires("support.view_inboundmail", "support.view_ticket")
def mail_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail that was kept aside, as text."""
    return _render(request, pk)


@require_POST
@requires("support.view_inboundmail", "support.change_ticket")
def mail_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a ticket with the mail; leads to it."""

    def act(values: dict[str, Any], said: dict[str, Any]) -> str:
        return _leads_to(open_from_mail(**values, **said))

    return _handle(request, pk, OpenForm(request.POST), act, "open_form")


@require_POST
@requires("support.view_inboundmail", "support.change_ticket")
def mail_put_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the mail on a ticket; leads to it."""

    def act(values: dict[str, Any], said: dict[str, Any]) -> str:
        return _leads_to(put_on_ticket(ticket=Ticket.objects.get(pk=values["ticket"]), **said))

    return _handle(request, pk, PutOnForm(request.POST), act, "put_on_form")


@require_POST
@requires("support.view_inboundmail", "support.change_ticket")
def mail_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Do nothing with the mail, for a reason; leads to the others."""

    def act(values: dict[str, Any], said: dict[str, Any]) -> str:
        discard_mail(**values, **said)
        messages.success(request, "The mail is discarded.")
        return reverse("support:mail_aside")

    return _handle(request, pk, DiscardForm(request.POST), act, "discard_form")


@require_POST
@requires("support.view_inboundmail", "support.change_ticket")
def mails_discard(request: HttpRequest) -> HttpResponse:
    """Discard the ticked mails for one reason; those that somebody has seen to stay as they are."""
    form = DiscardSeveralForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Tick mails and say why they are discarded.")
        return redirect("support:mail_aside")
    said = {"reason": form.cleaned_data["reason"], "actor": cast("User", request.user), "at": timezone.now()}
    done = [_is_discarded(pk, said) for pk in form.cleaned_data["mail"]]
    missed = f" {done.count(False)} were seen to meanwhile." if False in done else ""
    messages.success(request, f"{done.count(True)} discarded.{missed}")
    return redirect("support:mail_aside")


def _is_discarded(pk: int, said: dict[str, Any]) -> bool:
    try:
        discard_mail(mail_id=pk, **said)
    except (HandledError, InboundMail.DoesNotExist):
        return False
    return True


def _handle(request: HttpRequest, pk: int, form: forms.Form, act: _Act, name: str) -> HttpResponse:
    """Do what the form asks; show the mail with what was wrong where it is refused."""
    if not form.is_valid():
        return _render(request, pk, status=UNPROCESSABLE, **{name: form})
    said = {"mail_id": pk, "actor": cast("User", request.user), "at": timezone.now()}
    try:
        return redirect(act(dict(form.cleaned_data), said))
    except InboundMail.DoesNotExist:
        raise Http404(f"There is no mail {pk}.") from None
    except InvalidInputError as error:
        form.add_error(error.field if error.field in form.fields else None, f"{error.message}.")
        return _render(request, pk, status=UNPROCESSABLE, **{name: form})
    except ServiceError as error:
        messages.error(request, str(error))
        return _render(request, pk, status=CONFLICT)


def _leads_to(done: MailHandling) -> str:
    assert done.event is not None
    return done.event.ticket.get_absolute_url()


def _render(request: HttpRequest, pk: int, *, status: int = 200, **shown: forms.Form) -> HttpResponse:
    rows = InboundMail.objects.select_related("ticket", "handling__event__ticket", "handling__handled_by")
    mail = rows.filter(pk=pk, outcome__in=ASIDE).first()
    if mail is None:
        raise Http404(f"There is no mail {pk} that was kept aside.")
    at, handling = timezone.now(), _handling(mail)
    context: dict[str, Any] = {
        **_row(mail, at),
        "mail": mail,
        "text": mail.text[:_SHOWN],
        "is_cut": len(mail.text) > _SHOWN,
        "size": filesizeformat(mail.size),
        "may_act": handling is None and request.user.has_perm("support.change_ticket"),
    }
    if context["may_act"]:
        context["open_form"] = shown.get("open_form") or OpenForm(initial={"subject": mail.subject}, auto_id="open-%s")
        about = {"ticket": mail.ticket.reference} if mail.ticket else {}
        context["put_on_form"] = shown.get("put_on_form") or PutOnForm(initial=about, auto_id="put-on-%s")
        context["discard_form"] = shown.get("discard_form") or DiscardForm(auto_id="discard-%s")
    return render(request, "support/mail_page.html", context, status=status)


def _row(mail: InboundMail, at: datetime) -> dict[str, Any]:
    handling = _handling(mail)
    return {
        "pk": mail.pk,
        "url": reverse("support:mail_page", args=[mail.pk]),
        "sender": mail.sender or mail.sender_name or "nobody",
        "subject": mail.subject or "(no subject)",
        "reason": mail.reason,
        "outcome": mail.get_outcome_display(),
        "tone": MailOutcome.tone_of(mail.outcome),
        "preview": " ".join(str(getattr(mail, "preview", "")).split()),
        "at": mail.received_at,
        "when": moment(mail.received_at, now=at),
        "about": mail.ticket,
        "handling": handling and _handled(handling, at),
    }


def _handling(mail: InboundMail) -> MailHandling | None:
    return getattr(mail, "handling", None)


def _handled(handling: MailHandling, at: datetime) -> dict[str, object]:
    return {
        "words": handling.get_verdict_display(),
        "tone": MailVerdict.tone_of(handling.verdict),
        "reason": handling.reason,
        "ticket": handling.event.ticket if handling.event else None,
        "who": str(handling.handled_by),
        "when": moment(handling.handled_at, now=at),
    }


def _lede(waiting: int) -> str:
    if waiting > COUNTED_UP_TO:
        return f"More than {COUNTED_UP_TO} mails wait for somebody."
    return f"{waiting} {'mail waits' if waiting == 1 else 'mails wait'} for somebody."


def _named(words: str, *, is_seen: bool, before: int | None) -> dict[str, object]:
    named = {"q": words, "seen": "1" if is_seen else "", "before": before}
    return {name: value for name, value in named.items() if value}
