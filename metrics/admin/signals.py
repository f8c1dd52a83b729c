"""Frozen limits and signals in the admin: limits are rebased here with a reason, signals are only read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, VersionedForm
from foundation.errors import InvalidInputError
from metrics.models import Baseline, MetricVersion, SignalEpisode
from metrics.services.baselines import NewRebase, check_rebase, rebase_limits


class RebaseForm(VersionedForm):
    """What a person decides about limits: from when, by which method, and why."""

    class Meta:
        model = Baseline
        fields = ("version", "segment", "first_period", "wanted", "method", "reason")

    def clean(self) -> dict[str, Any] | None:
        cleaned = dict(super().clean() or {})
        if not self.errors:
            try:
                check_rebase(NewRebase(**cleaned), at=timezone.now())
            except InvalidInputError as refusal:
                self.add_error(refusal.field, refusal.message)
        return cleaned


@admin.register(Baseline)
class BaselineAdmin(EditAdmin):
    """Adding one rebases the limits of a definition; none is ever changed."""

    form = RebaseForm
    list_display = (
        "version",
        "segment",
        "grain",
        "first_period",
        "n",
        "centre",
        "lower",
        "upper",
        "frozen_by",
        "reason",
    )
    list_select_related = ("version__metric", "frozen_by")
    list_filter = ("method", "grain")
    search_fields = ("version__metric__name", "version__metric__key", "reason")
    ordering = ("-pk",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Versions with their metric, in one query."""
        if db_field.name == "version":
            kwargs["queryset"] = MetricVersion.objects.select_related("metric").order_by("metric__name", "-number")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Rebase in the name of who asks."""
        stored = rebase_limits(new=NewRebase(**form.cleaned_data), by=request.user, at=timezone.now())
        obj.pk = stored.pk
        obj.refresh_from_db()


@admin.register(SignalEpisode)
class SignalEpisodeAdmin(ReadOnlyAdmin):
    list_display = ("baseline", "rules", "side", "is_paging", "is_improving", "opened_on", "last_on", "state")
    list_select_related = ("baseline__version__metric",)
    list_filter = ("state", "is_paging", "is_improving")
    search_fields = ("baseline__version__metric__name", "baseline__version__metric__key")
    ordering = ("-pk",)
