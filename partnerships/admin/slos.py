"""Objectives in the admin: added, never edited."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, VersionedForm
from foundation.errors import InvalidInputError
from partnerships.models import SLO, BurnAlert, Dependency, SLODay, SLOEvent
from partnerships.services.dependencies import add_dependency, check_dependency
from partnerships.services.slos import NewSLO, check_new_slo, define_slo


class SLOForm(VersionedForm):
    """What is promised; the version in force ends with it."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check_new_slo(tier=cleaned["tier"], new=new_slo(cleaned))
            except InvalidInputError as refusal:
                self.add_error(refusal.field, forms.ValidationError(refusal.message))
        return cleaned


def new_slo(values: dict[str, Any]) -> NewSLO:
    """The objective of a form; rules and policy that were left empty are the standard ones."""
    given = {name: value for name, value in values.items() if name not in {"integration", "tier"}}
    return NewSLO(**{name: value for name, value in given.items() if value is not None})


@admin.register(SLO)
class SLOAdmin(EditAdmin):
    """A version is never edited: adding another ends the one in force."""

    form = SLOForm
    list_display = ("integration", "tier", "number", "target_ratio", "window_kind", "window_days", "status", "ended_at")
    list_select_related = ("integration",)
    list_filter = ("tier", "status", "window_kind")
    search_fields = ("integration__name", "reason")
    autocomplete_fields = ("integration", "profile")
    fields = (
        "integration",
        "tier",
        "target_ratio",
        "window_kind",
        "window_days",
        "time_zone",
        "profile",
        "reason",
        "rules",
        "policy",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Define the objective in the name of who asks."""
        values = form.cleaned_data
        stored = define_slo(
            integration_id=values["integration"].pk,
            tier=values["tier"],
            new=new_slo(values),
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        obj.pk = stored.pk
        obj.refresh_from_db()


@admin.register(BurnAlert)
class BurnAlertAdmin(ReadOnlyAdmin):
    list_display = ("slo", "severity", "condition", "started_at", "ended_at", "suppressed_by")
    list_select_related = ("slo__integration", "suppressed_by__integration")
    list_filter = ("severity",)
    search_fields = ("slo__integration__name", "condition")


@admin.register(SLODay)
class SLODayAdmin(ReadOnlyAdmin):
    list_display = ("day_on", "slo", "left_millionths", "judged_at")
    list_select_related = ("slo__integration",)
    search_fields = ("slo__integration__name",)
    date_hierarchy = "day_on"


@admin.register(SLOEvent)
class SLOEventAdmin(ReadOnlyAdmin):
    list_display = ("happened_at", "slo", "kind", "text")
    list_select_related = ("slo__integration",)
    list_filter = ("kind",)
    search_fields = ("slo__integration__name", "text")


class DependencyForm(VersionedForm):
    """Refuses a dependency that the service would refuse."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check_dependency(integration=cleaned["integration"], upstream=cleaned["upstream"])
            except InvalidInputError as refusal:
                self.add_error(refusal.field, forms.ValidationError(refusal.message))
        return cleaned


@admin.register(Dependency)
class DependencyAdmin(EditAdmin):
    """Added and deleted, never edited."""

    form = DependencyForm
    list_display = ("integration", "upstream", "created_by", "created_at")
    list_select_related = ("integration", "upstream__integration", "created_by")
    search_fields = ("integration__name", "upstream__name", "upstream__integration__name")
    autocomplete_fields = ("integration", "upstream")
    fields = ("integration", "upstream", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Add the dependency in the name of who asks."""
        stored = add_dependency(**form.cleaned_data, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        obj.pk = stored.pk
        obj.refresh_from_db()
