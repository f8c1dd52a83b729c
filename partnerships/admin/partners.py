"""Partners, integrations and tiers in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline
from partnerships.models import AccountingProfile, Integration, Partner, TierPeriod
from partnerships.services.tiers import start_integration_tier


@admin.register(Partner)
class PartnerAdmin(EditAdmin):
    list_display = ("name", "status", "owner", "website")
    list_select_related = ("owner",)
    list_filter = ("status",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("owner",)
    prepopulated_fields = {"slug": ("name",)}


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


@admin.register(AccountingProfile)
class AccountingProfileAdmin(EditAdmin):
    """A version is never edited, since figures were printed with it; a new rule is a new version."""

    list_display = ("name", "version", "maintenance", "unknown", "degraded_weight", "is_default")
    list_filter = ("is_default",)
    search_fields = ("name",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False
