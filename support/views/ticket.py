"""One ticket: what is known, what happened, and what may be done next."""

from datetime import datetime
from typing import cast

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import duration, figure, moment
from operations.models import User
from support.checklist_forms import ChecklistForm
from support.forms import AssignForm, FieldsForm, HelpForm, MacroForm, MergeForm, MessageForm, StateForm
from support.models import Customer, EventKind, Priority, Ticket, TicketEvent, TicketState, Via
from support.selectors.absences import CAUSE, HOLDERS
from support.selectors.continuations import follow_merges
from support.selectors.deliveries import Delivery, get_deliveries
from support.selectors.escalations import find_open_escalation
from support.selectors.timeline import Timeline, get_timeline
from support.services.ticket_states import list_allowed_states
from support.views.checklists import show_checklists
from support.views.clocks import list_promises
from support.views.mail import list_aside, list_files
from support.views.presence import show_presence

_LINKS = 20


@require_safe
@requires("support.view_ticket")
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one ticket; a merged one leads to where it goes on, unless it is asked for `itself`."""
    into = Ticket.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
    if into is not None and "itself" not in request.GET:
        return redirect("support:ticket", pk=follow_merges(pk))
    return render_ticket(request, pk)


def render_ticket(request: HttpRequest, pk: int, *, status: int = 200, **shown: Form) -> HttpResponse:
    """The page with the given forms in place of fresh ones: how a refused form shows what was wrong with it."""
    try:
        timeline = get_timeline(pk)
    except Ticket.DoesNotExist:
        raise Http404(f"There is no ticket {pk}.") from None
    found, at = timeline.ticket, timezone.now()
    user = cast("User", request.user)
    may_change = user.has_perm("support.change_ticket")
    entries = _entries(timeline, at)
    context = {
        "ticket": found,
        "state_tone": TicketState.tone_of(found.state),
        "state_words": _state_words(found, at),
        "facts": _facts(found, at),
        "links": _links(found),
        "promises": list_promises(found, at),
        "may_see_clocks": user.has_perm("support.view_ticketclock"),
        "escalation": find_open_escalation(found.pk) if user.has_perm("operations.view_escalation") else None,
        "entries": entries,
        "lost": sum(bool(entry["mail"] and cast("Delivery", entry["mail"]).is_lost) for entry in entries),
        "aside": list_aside(found.pk, at),
        "count": _count(timeline),
        "hidden": timeline.hidden,
        "may_change": may_change,
        "may_take": may_change and found.is_open and found.assignee_id is None,
        "can_change_state": bool(list_allowed_states(found.state)),
    }
    if user.has_perm("support.view_ticketchecklist"):
        context["checklists"] = show_checklists(found, at)
        context["may_tick"] = may_change and user.has_perm("operations.view_playbook")
    if context.get("may_tick") and found.is_open:
        context["checklist_form"] = ChecklistForm()
    if may_change:
        context["state_form"] = shown.get("state_form") or StateForm(ticket=found)
        newest = max((event.pk for event in timeline.events if event.ticket_id == found.pk), default=0)
        context["message_form"] = shown.get("message_form") or MessageForm(
            auto_id="message-%s", initial={"seen": newest}
        )
        context |= {**show_presence(found.pk, user, at), "newest": newest}
        context["is_merged"] = found.state == TicketState.MERGED
        context["assign_form"] = shown.get("assign_form") or AssignForm(ticket=found)
        context["macro_form"] = shown.get("macro_form") or MacroForm(ticket=found)
        context["macro_open"] = "macro_form" in shown
        context["fields_form"] = shown.get("fields_form") or FieldsForm(ticket=found)
        if found.is_open and user.has_perm("operations.add_escalation"):
            context["help_form"] = shown.get("help_form") or HelpForm(auto_id="help-%s")
            context["help_open"] = "help_form" in shown
        context["fields_open"] = "fields_form" in shown
        if TicketState.MERGED in list_allowed_states(found.state):
            context["merge_form"] = shown.get("merge_form") or MergeForm(ticket=found)
            context["merge_open"] = "merge_form" in shown
    return render(request, "support/ticket_detail.html", context, status=status)


def _state_words(ticket: Ticket, at: datetime) -> str:
    """How long the ticket has been, or was, open."""
    ended_at = ticket.resolved_at or ticket.closed_at
    if ticket.is_open:
        return f"open for {duration(at - ticket.opened_at)}"
    return f"after {duration(ended_at - ticket.opened_at)}" if ended_at else ""


def _facts(ticket: Ticket, at: datetime) -> list[dict[str, object]]:
    """Terms and what is known about them; what is not known is left out."""
    moments = (("Opened", ticket.opened_at), ("Solved", ticket.resolved_at), ("Closed", ticket.closed_at))
    known = [
        ("Priority", ticket.get_priority_display(), Priority.tone_of(ticket.priority)),
        ("With", str(ticket.assignee or "nobody"), ""),
        ("Waits because", ticket.queue_reason, ""),
        ("Team", str(ticket.team or ""), ""),
        ("Customer", _customer_words(ticket.customer), ""),
        ("Area", ticket.category, ""),
        ("Product", ticket.product, ""),
        ("Integration", ticket.integration, ""),
        ("Tags", ", ".join(tag.name for tag in ticket.tags.all()), ""),
        ("Channel", ticket.channel, ""),
        *((term, moment(when, now=at) if when else "", "") for term, when in moments),
        ("Comes back", moment(ticket.wake_at, now=at) if ticket.wake_at else "", ""),
        ("Reopened", f"{ticket.reopen_count} times" if ticket.reopen_count > 1 else "once" * ticket.reopen_count, ""),
        ("Came from", f"{ticket.external_source} as {ticket.external_id}" if ticket.external_id else "", ""),
    ]
    return [{"term": term, "words": words, "tone": tone} for term, words, tone in known if words]


def _customer_words(customer: Customer | None) -> str:
    """Who it is, with what matters for how they are helped."""
    if customer is None:
        return ""
    known = ("very important" if customer.is_vip else "", customer.tier, customer.city)
    more = ", ".join(word for word in known if word)
    return f"{customer} ({more})" if more else str(customer)


def _links(ticket: Ticket) -> list[dict[str, str]]:
    """The tickets and the incident that belong to this one."""
    found = [
        ("Goes on in", ticket.merged_into),
        ("Follows", ticket.follow_up_of),
        *(("Followed by", one) for one in ticket.follow_ups.all()[:_LINKS]),
    ]
    links = [{"term": term, "url": one.get_absolute_url(), "words": str(one)} for term, one in found if one]
    merged = [
        {"term": "Took in", "url": f"{one.get_absolute_url()}?itself", "words": str(one)}
        for one in ticket.merged.all()[:_LINKS]
    ]
    if ticket.incident is None:
        return links + merged
    url = reverse("incidents:incident", kwargs={"pk": ticket.incident})
    return [*links, *merged, {"term": "Partner incident", "url": url, "words": f"INC-{ticket.incident}"}]


def _entries(timeline: Timeline, at: datetime) -> list[dict[str, object]]:
    """The timeline, replies with how far their mail is."""
    mailed = get_deliveries(event.pk for event in timeline.events if event.kind == EventKind.REPLY)
    return [
        {**_entry(event, at, timeline.ticket.pk), "files": list_files(event), "mail": mailed.get(event.pk)}
        for event in timeline.events
    ]


def _entry(event: TicketEvent, at: datetime, page: int) -> dict[str, object]:
    """One line of the timeline; `page` is the ticket that is shown, whose history holds that of merged ones too."""
    return {
        "of": event.ticket.reference if event.ticket_id != page else "",
        "at": event.at,
        "when": moment(event.at, now=at),
        "what": _what(event),
        "who": str(event.actor or event.actor_name),
        "via": "" if event.via == Via.UI else event.get_via_display(),
        "reason": event.reason,
        "body": event.body,
        "changes": _changes(event),
        "tone": _tone(event),
        "is_public": event.kind in {EventKind.REPLY, EventKind.CUSTOMER},
    }


def _tone(event: TicketEvent) -> str:
    kinds = TicketState if event.kind == EventKind.STATE else EventKind
    return kinds.tone_of(event.new_state if event.kind == EventKind.STATE else event.kind)


def _what(event: TicketEvent) -> str:
    if event.kind != EventKind.STATE:
        return str(event.get_kind_display())
    labels = dict(TicketState.choices)
    new = labels.get(event.new_state, event.new_state)
    return f"{labels[event.old_state]} → {new}" if event.old_state in labels else str(new)


def _changes(event: TicketEvent) -> list[str]:
    if event.kind in {
        EventKind.POLICY,
        EventKind.CUSTOMER,
        EventKind.MERGED,
    }:  # Numbers and marks for the clocks, not for people.
        return []
    return [_change(name, pair) for name, pair in sorted(event.changes.items()) if name not in {CAUSE, HOLDERS}]


def _change(name: str, pair: list[str | None]) -> str:
    """A change in words: what was, what is."""
    old, new = ("none" if value in {None, ""} else str(value) for value in pair)
    return f"{name.removesuffix('_id').replace('_', ' ')}: {old} → {new}"


def _count(timeline: Timeline) -> str:
    shown = len(timeline.events)
    return figure(shown, 0) if not timeline.hidden else f"latest {shown} of {figure(shown + timeline.hidden, 0)}"
