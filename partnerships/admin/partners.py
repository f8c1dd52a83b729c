"""Partners, integrations and tiers in the admin."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from operations.models import BusinessCalendar
from partnerships.models import (
    AccountingProfile,
    Integration,
    Partner,
    PartnerContact,
    PartnerStageChange,
    TierPeriod,
)
from partnerships.selectors.accounting import service_hours_problem
from partnerships.services.tiers import start_integration_tier


class PartnerStageChangeInline(ReadOnlyInline):
    model = PartnerStageChange
    fields = ("changed_at", "old_stage", "new_stage", "changed_by", "reason")


@admin.register(Partner)
class PartnerAdmin(EditAdmin):
    """The stage is chosen for a new partner; later it is changed on the partner's page, which keeps its log."""

    list_display = ("name", "kind", "stage", "owner", "website")
    list_select_related = ("owner",)
    list_filter = ("stage", "kind")
    search_fields = ("name", "slug")
    autocomplete_fields = ("owner",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (PartnerStageChangeInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("stage",) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store the partner; a new one is added now."""
        if not change:
            obj.added_at = timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(PartnerStageChange)
class PartnerStageChangeAdmin(ReadOnlyAdmin):
    list_display = ("partner", "old_stage", "new_stage", "changed_at", "changed_by")
    list_select_related = ("partner", "changed_by")
    list_filter = ("new_stage",)
    search_fields = ("partner__name", "reason")


@admin.register(PartnerContact)
class PartnerContactAdmin(EditAdmin):
    list_display = ("name", "partner", "role", "email", "is_primary", "left_on")
    list_select_related = ("partner",)
    list_filter = ("is_primary",)
    search_fields = ("name", "email", "partner__name")
    autocomplete_fields = ("partner",)


class TierPeriodInline(ReadOnlyInline):
    model = TierPeriod
    fields = ("tier", "started_at", "ended_at", "changed_by", "reason")


@admin.register(Integration)
class IntegrationAdmin(EditAdmin):
    """The tier is changed on the integration's page or through the API, which keep its history."""

    list_display = ("name", "partner", "tier", "owner", "is_active")
    list_select_related = ("partner", "owner")
    list_filter = ("tier", "is_active", "partner")
    search_fields = ("name", "slug", "partner__name")
    autocomplete_fields = ("partner", "owner")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("tier",)
    inlines = (TierPeriodInline,)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store the integration; a new one begins its tier history."""
        super().save_model(request, obj, form, change)
        if not change:
            start_integration_tier(integration=obj, at=timezone.now(), by=request.user)  # type: ignore[arg-type]


@admin.register(TierPeriod)
class TierPeriodAdmin(ReadOnlyAdmin):
    list_display = ("integration", "tier", "started_at", "ended_at", "changed_by")
    list_select_related = ("integration", "changed_by")
    list_filter = ("tier",)
    search_fields = ("integration__name", "reason")


class AccountingProfileForm(VersionedForm):
    """Refuses a calendar that never opens."""

    def clean_service_hours(self) -> BusinessCalendar | None:
        calendar: BusinessCalendar | None = self.cleaned_data["service_hours"]
        if problem := service_hours_problem(calendar, at=timezone.now()):
            raise ValidationError(problem)
        return calendar


@admin.register(AccountingProfile)
class AccountingProfileAdmin(EditAdmin):
    """A version is never edited, since figures were printed with it; a new rule is a new version."""

    form = AccountingProfileForm
    list_display = ("name", "version", "maintenance", "unknown", "degraded_weight", "service_hours", "is_default")
    list_select_related = ("service_hours",)
    list_filter = ("is_default",)
    search_fields = ("name",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False
