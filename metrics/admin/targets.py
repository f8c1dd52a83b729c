"""Targets in the admin: set, never edited; the newest holds."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, VersionedForm
from foundation.errors import InvalidInputError
from metrics.models import Target
from metrics.services.targets import NewTarget, check_target, set_target, take_last_month


class TargetForm(VersionedForm):
    """Besides the model's rules those of the service, each at its field."""

    take_last_month = forms.BooleanField(
        required=False,
        label="Baseline from the last complete month",
        help_text="Copies that month's stored value with its n and revision; leave the baseline value empty.",
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = dict(super().clean() or {})
        taken = cleaned.pop("take_last_month", False)
        if self.errors or cleaned.get("metric") is None:
            return cleaned
        try:
            if taken:
                frozen = take_last_month(cleaned["metric"], segment=cleaned.get("segment", ""), at=timezone.now())
                cleaned |= vars(frozen)
                self.instance.baseline_value = frozen.baseline_value
            cleaned["milestones"] = cleaned.get("milestones") or []
            check_target(NewTarget(**cleaned))
        except InvalidInputError as refusal:
            self.add_error(refusal.field, refusal.message)
        return cleaned


@admin.register(Target)
class TargetAdmin(EditAdmin):
    """Targets are set, never edited: the newest holds."""

    form = TargetForm
    list_display = ("metric", "segment", "shape", "baseline_value", "target_value", "due_on", "set_by", "set_at")
    list_select_related = ("metric", "set_by")
    list_filter = ("shape",)
    search_fields = ("metric__name", "metric__key", "reason")
    autocomplete_fields = ("metric",)
    exclude = ("set_by", "set_at", "supersedes")
    fieldsets = (
        (None, {"fields": ("metric", "segment", "reason")}),
        ("Where from", {"fields": ("take_last_month", "baseline_value", "baseline_note", "start_on")}),
        ("Where to", {"fields": ("shape", "target_value", "upper_value", "due_on", "milestones")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Set the target in the name of who asks."""
        stored = set_target(new=NewTarget(**form.cleaned_data), by=request.user, at=timezone.now())
        obj.pk = stored.pk
        obj.refresh_from_db()
