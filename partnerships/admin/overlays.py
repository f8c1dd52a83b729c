"""Planned maintenance and adjustments in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, VersionedForm
from foundation.errors import InvalidInputError
from partnerships.health.maintenance import WEEKDAYS
from partnerships.models import Adjustment, Maintenance
from partnerships.services.adjustments import NewAdjustment, propose_adjustment, refuse_impossible_adjustment
from partnerships.services.maintenance import plan_maintenance
from partnerships.services.maintenance_plans import NewMaintenance, refuse_impossible


class MaintenanceForm(VersionedForm):
    """Refuses what the service would refuse."""

    weekdays = forms.MultipleChoiceField(
        choices=[(day, day) for day in WEEKDAYS], required=False, help_text="Of a weekly one."
    )

    class Meta:
        model = Maintenance
        fields = (
            "title",
            "kind",
            "source",
            "time_zone",
            "starts_at",
            "ends_at",
            "weekdays",
            "local_start",
            "cron",
            "duration_seconds",
            "partner",
            "integrations",
            "checks",
            "reason",
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                refuse_impossible(NewMaintenance(**cleaned), at=timezone.now())
            except InvalidInputError as refusal:
                self.add_error(refusal.field, refusal.message)
        return cleaned


@admin.register(Maintenance)
class MaintenanceAdmin(EditAdmin):
    """Planned here; changed, approved and cancelled on the integration's page or through the API."""

    form = MaintenanceForm
    list_display = (
        "title",
        "kind",
        "source",
        "starts_at",
        "ends_at",
        "duration_seconds",
        "approved_at",
        "cancelled_at",
    )
    list_filter = ("kind", "source")
    search_fields = ("title", "reason")
    autocomplete_fields = ("partner", "integrations", "checks")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Plan it through the service."""
        obj.pk = plan_maintenance(
            new=NewMaintenance(**form.cleaned_data),
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        ).pk
        obj.refresh_from_db()


class AdjustmentForm(VersionedForm):
    """Refuses what the service would refuse."""

    class Meta:
        model = Adjustment
        fields = ("health_check", "started_at", "ended_at", "adjusted_to", "reason")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                refuse_impossible_adjustment(NewAdjustment(**cleaned), at=timezone.now())
            except InvalidInputError as refusal:
                self.add_error(refusal.field, refusal.message)
        return cleaned


@admin.register(Adjustment)
class AdjustmentAdmin(EditAdmin):
    """Proposed here; approved and rejected on the integration's page or through the API."""

    form = AdjustmentForm
    list_display = (
        "health_check",
        "started_at",
        "ended_at",
        "adjusted_to",
        "requested_by",
        "approved_by",
        "rejected_by",
    )
    list_select_related = ("health_check__integration", "requested_by", "approved_by", "rejected_by")
    list_filter = ("adjusted_to",)
    search_fields = ("reason", "health_check__name", "health_check__integration__name")
    autocomplete_fields = ("health_check",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Propose it through the service."""
        new = NewAdjustment(**form.cleaned_data)
        obj.pk = propose_adjustment(new=new, by=request.user, at=timezone.now()).pk  # type: ignore[arg-type]
        obj.refresh_from_db()
