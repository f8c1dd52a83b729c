"""Agreements, obligations, API versions and sign-offs in the admin; what a service guards is written through it."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline
from foundation.errors import ServiceError
from operations.models import User
from partnerships.models import (
    Agreement,
    AgreementVersion,
    ApiVersion,
    ApiVersionUse,
    NegotiationEntry,
    Obligation,
    ObligationReview,
    PartnershipSignoff,
    TermsVersion,
)
from partnerships.services.agreements import NewEntry, NewVersion, add_negotiation_entry, publish_agreement_version
from partnerships.services.obligations import NewTerms, publish_terms_version
from partnerships.services.signoffs import create_signoff


class _AppendAdmin(EditAdmin):
    """Rows that are added through their service and never changed."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; what the service refuses is said above it."""
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except ServiceError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.get_full_path())
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        obj.pk = self.write(cast("User", request.user), form.cleaned_data).pk
        obj.refresh_from_db()

    def write(self, by: User, values: dict[str, Any]) -> models.Model:
        """Store the row through its service."""
        raise NotImplementedError


class AgreementVersionInline(ReadOnlyInline):
    model = AgreementVersion
    fields = ("number", "effective_on", "ends_on", "renewal", "notice_days", "published_by")


class NegotiationEntryInline(ReadOnlyInline):
    model = NegotiationEntry
    fields = ("said_at", "said_by", "contact", "text", "next_step", "next_due_on", "new_state")
    verbose_name_plural = "log"


@admin.register(Agreement)
class AgreementAdmin(EditAdmin):
    """The state is changed on the agreement's page or through the API, which keep its log."""

    list_display = ("title", "partner", "kind", "state", "owner")
    list_select_related = ("partner", "owner")
    list_filter = ("state", "kind")
    search_fields = ("title", "partner__name")
    autocomplete_fields = ("partner", "owner")
    readonly_fields = ("state",)
    inlines = (AgreementVersionInline, NegotiationEntryInline)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj else ()


@admin.register(AgreementVersion)
class AgreementVersionAdmin(_AppendAdmin):
    """Documents are sent on the agreement's page; here they are linked."""

    list_display = ("agreement", "number", "effective_on", "ends_on", "renewal", "published_by")
    list_select_related = ("agreement", "published_by")
    list_filter = ("renewal",)
    search_fields = ("agreement__title", "agreement__partner__name")
    autocomplete_fields = ("agreement",)
    exclude = ("number", "document_name", "published_at", "published_by")

    def write(self, by: User, values: dict[str, Any]) -> AgreementVersion:
        agreement = values.pop("agreement")
        new = NewVersion(**values)
        return publish_agreement_version(agreement_id=agreement.pk, new=new, by=by, at=timezone.now())


@admin.register(NegotiationEntry)
class NegotiationEntryAdmin(_AppendAdmin):
    list_display = ("said_at", "agreement", "said_by", "contact", "next_step", "next_due_on", "new_state")
    list_select_related = ("agreement", "said_by", "contact__partner")
    search_fields = ("text", "agreement__title")
    autocomplete_fields = ("agreement", "contact")
    exclude = ("said_at", "said_by", "new_state")

    def write(self, by: User, values: dict[str, Any]) -> NegotiationEntry:
        agreement = values.pop("agreement")
        return add_negotiation_entry(agreement_id=agreement.pk, entry=NewEntry(**values), by=by, at=timezone.now())


@admin.register(Obligation)
class ObligationAdmin(EditAdmin):
    list_display = ("title", "integration", "source", "owner", "recurrence", "first_due_on", "ended_on")
    list_select_related = ("integration", "owner")
    list_filter = ("source", "recurrence")
    search_fields = ("title", "clause", "integration__name")
    autocomplete_fields = ("integration", "owner")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """An obligation ends; what was found about it stays."""
        return False


@admin.register(ObligationReview)
class ObligationReviewAdmin(ReadOnlyAdmin):
    """Decided on the partner's page or through the API."""

    list_display = ("integration", "obligation", "terms_version", "due_on", "verdict", "done_on", "done_by")
    list_select_related = ("integration", "obligation__integration", "terms_version__partner", "done_by")
    list_filter = ("verdict",)
    search_fields = ("integration__name", "obligation__title", "evidence_text")


@admin.register(TermsVersion)
class TermsVersionAdmin(_AppendAdmin):
    """A new text makes a review for each integration of the partner."""

    list_display = ("partner", "effective_on", "url", "recorded_at", "recorded_by")
    list_select_related = ("partner", "recorded_by")
    search_fields = ("partner__name", "summary", "sha256")
    autocomplete_fields = ("partner",)
    exclude = ("recorded_at", "recorded_by")

    def write(self, by: User, values: dict[str, Any]) -> TermsVersion:
        partner = values.pop("partner")
        new = NewTerms(partner_id=partner.pk, **values)
        return publish_terms_version(new=new, by=by, at=timezone.now())


@admin.register(ApiVersion)
class ApiVersionAdmin(EditAdmin):
    list_display = ("name", "partner", "released_on", "deprecated_on", "sunset_on", "source")
    list_select_related = ("partner",)
    list_filter = ("source",)
    search_fields = ("name", "partner__name")
    autocomplete_fields = ("partner",)


@admin.register(ApiVersionUse)
class ApiVersionUseAdmin(EditAdmin):
    list_display = ("integration", "api_version")
    list_select_related = ("integration", "api_version__partner")
    search_fields = ("integration__name", "api_version__name")
    autocomplete_fields = ("integration", "api_version")


@admin.register(PartnershipSignoff)
class PartnershipSignoffAdmin(_AppendAdmin):
    """Made here, signed on the page of partnership experiments."""

    list_display = ("hypothesis", "partner", "owner", "contact", "owner_signed_at", "contact_signed_at")
    list_select_related = ("hypothesis", "partner", "owner", "contact__partner")
    search_fields = ("hypothesis__key", "partner__name")
    autocomplete_fields = ("hypothesis", "partner", "owner", "contact")

    def write(self, by: User, values: dict[str, Any]) -> PartnershipSignoff:  # noqa: ARG002
        return create_signoff(
            hypothesis_id=values["hypothesis"].pk,
            partner_id=values["partner"].pk,
            owner=values["owner"],
            contact=values["contact"],
        )
