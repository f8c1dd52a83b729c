"""Incidents in the admin: written through the services of the pages, so that each change is an event."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from partnerships.models import AffectedIntegration, Incident, IncidentEvent, IncidentRole
from partnerships.services.incidents import NewIncident, Said, change_details, declare_incident, set_severity
from partnerships.services.incidents.details import check_beginning

_WORDS = ("title", "summary")
_JUDGED = ("impact", "urgency")
_FIRST = ("integration", "is_drill", "started_at")
_DERIVED = (
    "state",
    "severity",
    "tier",
    "is_automatic",
    "detected_at",
    "opened_at",
    "opened_by",
    "acknowledged_at",
    "acknowledged_by",
    "restored_at",
    "resolved_at",
    "closed_at",
    "update_due_at",
    "external_update_due_at",
    "merged_into",
)


class IncidentEventInline(ReadOnlyInline):
    model = IncidentEvent
    fields = ("occurred_at", "recorded_at", "kind", "actor", "old_state", "new_state", "text")
    verbose_name_plural = "timeline"


class IncidentForm(VersionedForm):
    """Refuses a beginning that the services refuse."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        started_at, at = (cleaned or {}).get("started_at"), timezone.now()
        if started_at is not None:
            try:
                check_beginning(started_at, detected_at=at, opened_at=at)
            except InvalidInputError as error:
                self.add_error("started_at", error.message)
        return cleaned


@admin.register(Incident)
class IncidentAdmin(EditAdmin):
    """The state is changed on the incident's page, which knows what each step needs."""

    form = IncidentForm
    list_display = ("reference", "title", "state", "severity", "integration", "opened_at", "is_drill")
    list_select_related = ("integration",)
    list_filter = ("state", "severity", "is_automatic", "is_drill")
    search_fields = ("title", "summary")
    autocomplete_fields = ("integration",)
    fields = (*_WORDS, *_JUDGED, *_FIRST, *_DERIVED)
    inlines = (IncidentEventInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """An incident's timeline is append-only, and so the incident stays."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        return _DERIVED if obj is None else (*_DERIVED, *_FIRST)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Declare the incident, or hand each kind of change to its service."""
        said, values = Said(timezone.now(), request.user), form.cleaned_data  # type: ignore[arg-type]
        if not change:
            first = {name: values[name] for name in (*_WORDS, *_JUDGED, "is_drill", "started_at")}
            integrations = [values["integration"]] if values["integration"] else []
            obj.pk = declare_incident(new=NewIncident(**first, integrations=integrations), said=said).pk
        else:
            words = {name: values[name] for name in _WORDS if name in form.changed_data}
            change_details(incident_id=obj.pk, said=said, **words)
            set_severity(incident_id=obj.pk, said=said, **{name: values[name] for name in _JUDGED})
        obj.refresh_from_db()


class _OfIncidentAdmin(ReadOnlyAdmin):
    search_fields = ("incident__title",)


@admin.register(IncidentEvent)
class IncidentEventAdmin(_OfIncidentAdmin):
    list_display = ("occurred_at", "recorded_at", "incident", "kind", "actor", "old_state", "new_state")
    list_select_related = ("incident", "actor")
    list_filter = ("kind",)
    ordering = ("-pk",)


@admin.register(IncidentRole)
class IncidentRoleAdmin(_OfIncidentAdmin):
    list_display = ("incident", "role", "user", "started_at", "ended_at")
    list_select_related = ("incident", "user")
    list_filter = ("role",)


@admin.register(AffectedIntegration)
class AffectedIntegrationAdmin(_OfIncidentAdmin):
    list_display = ("integration", "incident", "effect", "started_at", "ended_at")
    list_select_related = ("incident", "integration")
    list_filter = ("effect",)
