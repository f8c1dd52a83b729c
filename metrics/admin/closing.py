"""Closed months and reports in the admin."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, VersionedForm
from foundation.errors import InvalidInputError
from metrics.models import PeriodClose, Report
from metrics.services.closing import check_closing, close_month
from metrics.services.reports import check_as_of, create_report, settle_params


class PeriodCloseForm(VersionedForm):
    """Refuses a month that cannot be closed."""

    def clean_month(self) -> date:
        """The month, once nothing is in the way of closing it."""
        month: date = self.cleaned_data["month"]
        try:
            check_closing(month, at=timezone.now())
        except InvalidInputError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return month


@admin.register(PeriodClose)
class PeriodCloseAdmin(EditAdmin):
    """Months are closed by hand, and stay closed."""

    form = PeriodCloseForm
    list_display = ("month", "closed_by", "closed_at", "note")
    list_select_related = ("closed_by",)
    fields = ("month", "note")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Close the month in the name of who asks."""
        stored = close_month(**form.cleaned_data, by=request.user, at=timezone.now())
        obj.pk = stored.pk
        obj.refresh_from_db()


class ReportForm(VersionedForm):
    """Refuses what no report can be made of."""

    params = forms.JSONField(required=False, initial=dict, help_text='{"metric": key, "segment": "", "weeks": 52 …}')

    def clean_params(self) -> dict[str, Any]:
        """The parameters, complete."""
        params = self.cleaned_data["params"] or {}
        if not isinstance(params, dict) or "kind" not in self.cleaned_data:
            raise forms.ValidationError("Must be an object, of a kind of report.")
        try:
            settle_params(self.cleaned_data["kind"], params)
        except InvalidInputError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return params

    def clean_as_of(self) -> datetime:
        """An instant that has been."""
        as_of: datetime = self.cleaned_data["as_of"]
        try:
            check_as_of(as_of, at=timezone.now())
        except InvalidInputError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return as_of


@admin.register(Report)
class ReportAdmin(EditAdmin):
    """Documents as they were made: never changed, never deleted."""

    form = ReportForm
    list_display = ("uuid", "kind", "as_of", "created_by", "created_at")
    list_select_related = ("created_by",)
    list_filter = ("kind",)
    search_fields = ("uuid", "sha256")
    fields = ("kind", "params", "as_of")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """Without the documents themselves."""
        return super().get_queryset(request).defer("content")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Make the report in the name of who asks."""
        stored = create_report(**form.cleaned_data, by=request.user, at=timezone.now())
        obj.pk = stored.pk
        obj.refresh_from_db()
