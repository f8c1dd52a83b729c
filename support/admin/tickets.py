"""Tickets in the admin: written through the services of the pages, so that each change is an event."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from operations.models import User
from support.models import Ticket, TicketEvent, TicketState, Via
from support.services.people import check_person
from support.services.ticket_fields import change_ticket_fields
from support.services.tickets import NewTicket, assign_ticket, open_ticket

_WORDS = ("subject", "priority", "category", "channel", "product", "integration", "incident")
_OWNERS = ("team", "assignee")
_DERIVED = (
    "state",
    "external_source",
    "external_id",
    "opened_at",
    "resolved_at",
    "closed_at",
    "wake_at",
    "reopen_count",
    "merged_into",
    "follow_up_of",
    "is_external_sla_met",
)


class TicketEventInline(ReadOnlyInline):
    model = TicketEvent
    fields = ("at", "kind", "actor", "old_state", "new_state", "reason", "body", "via")
    verbose_name_plural = "history"


class TicketForm(VersionedForm):
    """Refuses an assignee who can be given nothing."""

    def clean_assignee(self) -> User | None:
        assignee: User | None = self.cleaned_data["assignee"]
        if "assignee" in self.changed_data:
            try:
                check_person("assignee", assignee)
            except InvalidInputError as error:
                self.add_error("assignee", error.message)
        return assignee


@admin.register(Ticket)
class TicketAdmin(EditAdmin):
    """The state is changed on the ticket's page, which knows what each step needs."""

    form = TicketForm
    import_export_change_list_template = "admin/support/ticket/change_list.html"
    list_display = ("reference", "subject", "state", "priority", "team", "assignee", "opened_at")
    list_select_related = ("team", "assignee")
    list_filter = ("state", "priority", "team")
    search_fields = ("subject", "external_id")
    autocomplete_fields = ("customer", "team", "assignee", "tags")
    fields = (*_WORDS, "tags", "customer", *_OWNERS, *_DERIVED)
    inlines = (TicketEventInline,)
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A ticket's history is append-only, and so the ticket stays."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is done to a merged ticket any more."""
        is_merged = obj is not None and obj.state == TicketState.MERGED
        return not is_merged and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        return _DERIVED if obj is None else (*_DERIVED, "customer")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Open the ticket, or hand each kind of change to its service."""
        said_by: dict[str, Any] = {"actor": request.user, "at": timezone.now(), "via": Via.ADMIN}
        values = form.cleaned_data
        if not change:
            tags = [tag.name for tag in values["tags"]]
            new = NewTicket(**{name: values[name] for name in (*_WORDS, "customer", *_OWNERS)}, tags=tags)
            obj.pk = open_ticket(new=new, **said_by).pk
        else:
            words = {name: values[name] for name in _WORDS if name in form.changed_data}
            if "tags" in form.changed_data:
                words["tags"] = [tag.name for tag in values["tags"]]
            owners = {name: values[name] for name in _OWNERS if name in form.changed_data}
            change_ticket_fields(ticket_id=obj.pk, fields=words, **said_by)
            assign_ticket(ticket_id=obj.pk, **owners, **said_by)
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """What stands below; the ticket's tags were given to it by the services, with the event."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the way to the import where there is one."""
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "import_url": _import_url()})
        return answer


def _import_url() -> str:
    try:
        return reverse("support:import")
    except NoReverseMatch:
        return ""


@admin.register(TicketEvent)
class TicketEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "ticket", "kind", "actor", "old_state", "new_state", "via")
    list_select_related = ("ticket", "actor")
    list_filter = ("kind", "via")
    search_fields = ("ticket__subject", "ticket__external_id", "reason")
    ordering = ("-pk",)
