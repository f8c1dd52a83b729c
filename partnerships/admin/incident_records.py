"""What belongs to incidents in the admin: templates are edited here, the rest on the incident's page."""

from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline
from partnerships.models import (
    Communication,
    CommunicationTemplate,
    ContributingCause,
    IncidentLink,
    PostMortem,
    PostMortemAction,
    VendorIncident,
    VendorIncidentUpdate,
)


@admin.register(CommunicationTemplate)
class CommunicationTemplateAdmin(EditAdmin):
    list_display = ("audience", "phase", "subject")
    list_filter = ("audience", "phase")
    search_fields = ("subject", "body")

    def has_delete_permission(self, request: object, obj: object = None) -> bool:  # noqa: ARG002
        """A template is changed, not taken away."""
        return False


@admin.register(Communication)
class CommunicationAdmin(ReadOnlyAdmin):
    list_display = ("subject", "incident", "audience", "phase", "state", "drafted_by", "approved_by", "sent_at")
    list_select_related = ("incident", "drafted_by", "approved_by")
    list_filter = ("state", "audience", "phase")
    search_fields = ("subject", "body", "recipients")


class VendorIncidentUpdateInline(ReadOnlyInline):
    model = VendorIncidentUpdate
    fields = ("said_at", "seen_at", "status", "body")


@admin.register(VendorIncident)
class VendorIncidentAdmin(ReadOnlyAdmin):
    list_display = ("title", "partner", "status", "impact", "started_at", "ended_at", "last_seen_at")
    list_select_related = ("partner",)
    list_filter = ("partner",)
    search_fields = ("title", "external_id")
    inlines = (VendorIncidentUpdateInline,)


@admin.register(VendorIncidentUpdate)
class VendorIncidentUpdateAdmin(ReadOnlyAdmin):
    list_display = ("said_at", "vendor_incident", "status", "seen_at")
    list_select_related = ("vendor_incident",)
    search_fields = ("body", "vendor_incident__title")


@admin.register(IncidentLink)
class IncidentLinkAdmin(ReadOnlyAdmin):
    list_display = ("incident", "vendor_incident", "state", "proposed_at", "decided_by")
    list_select_related = ("incident", "vendor_incident", "decided_by")
    list_filter = ("state",)


@admin.register(PostMortem)
class PostMortemAdmin(ReadOnlyAdmin):
    list_display = ("incident", "owner", "due_at", "finished_at")
    list_select_related = ("incident", "owner")


@admin.register(ContributingCause)
class ContributingCauseAdmin(ReadOnlyAdmin):
    list_display = ("name", "category", "post_mortem", "added_by")
    list_select_related = ("post_mortem", "added_by")
    list_filter = ("category",)
    search_fields = ("name", "text")


@admin.register(PostMortemAction)
class PostMortemActionAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "owner", "due_on", "state", "post_mortem")
    list_select_related = ("owner", "post_mortem")
    list_filter = ("state", "kind")
    search_fields = ("title",)
