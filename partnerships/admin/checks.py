"""Health checks and what they measured in the admin."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, VersionedForm
from operations.models import User
from partnerships.models import (
    RECORDED,
    CheckResult,
    HealthCheck,
    LatencyHour,
    StatusInterval,
    UptimeDay,
    UptimeHour,
    VantageResult,
)
from partnerships.probes.heartbeat import HEARTBEAT
from partnerships.probes.registry import list_kinds
from partnerships.probes.rules import VOUCHED, list_approver_problems, list_check_problems
from partnerships.services.events import pause_check, resume_check
from partnerships.services.heartbeats import issue_heartbeat_key


class HealthCheckForm(VersionedForm):
    """Refuses a URL that may not be fetched and settings that the kind does not take."""

    kind = forms.ChoiceField(choices=list_kinds, initial="http")
    person: User
    """Who fills it in."""

    class Meta:
        help_texts: ClassVar = {
            "url": "https://host/path; tcp://host:port to connect, tls://host for a certificate; none for a heartbeat."
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if {"kind", "url", "config"} <= set(cleaned):
            wanted = {name: cleaned[name] for name in ("kind", "url", "config", "counts_for_uptime")}
            for name, message in list_check_problems(**wanted):
                self.add_error(name, message)
        if set(VOUCHED) <= set(cleaned):
            before = HealthCheck.objects.filter(pk=self.instance.pk).first()
            stored = {name: getattr(before, name) for name in VOUCHED} if before else {}
            for name, message in list_approver_problems(stored=stored, wanted=cleaned, by=self.person):
                self.add_error(name, message)
        return cleaned


@admin.register(HealthCheck)
class HealthCheckAdmin(EditAdmin):
    form = HealthCheckForm
    list_display = ("name", "integration", "kind", "state", "state_since", "interval_seconds", "is_paused")
    list_select_related = ("integration",)
    list_filter = ("state", "kind", "is_paused")
    search_fields = ("name", "integration__name", "url")
    autocomplete_fields = ("integration", "maintenance_approver")
    readonly_fields = (
        "is_paused",
        "state",
        "state_since",
        "flapping_since",
        "last_result_at",
        "last_outcome",
        "last_reason",
        "last_detail",
        "last_beat_at",
        "next_due_at",
    )
    actions = ("pause", "resume", "issue_heartbeat_key")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """The form, which knows who fills it in."""
        form = super().get_form(request, obj, change, **kwargs)
        form.person = cast("User", request.user)  # type: ignore[attr-defined]
        return form

    def has_change_permission(self, request: HttpRequest, obj: HealthCheck | None = None) -> bool:
        """Imported history is shown: it has no settings."""
        return (obj is None or obj.kind != RECORDED) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store what the form changed and nothing else: the poller writes the derived columns meanwhile."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        obj.version += 1
        obj.save(update_fields=[*form.changed_data, "version"])

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[HealthCheck]) -> None:
        """Stop probing the chosen checks."""
        ids = list(queryset.filter(is_paused=False).values_list("pk", flat=True))
        for check_id in ids:
            pause_check(check_id=check_id, at=timezone.now())
        self.message_user(request, f"{len(ids)} paused.", messages.SUCCESS)

    @admin.action(description="Resume", permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[HealthCheck]) -> None:
        """Probe the chosen checks again."""
        ids = list(queryset.filter(is_paused=True).exclude(kind=RECORDED).values_list("pk", flat=True))
        for check_id in ids:
            resume_check(check_id=check_id, at=timezone.now())
        self.message_user(request, f"{len(ids)} resumed.", messages.SUCCESS)

    @admin.action(description="Issue a new heartbeat address", permissions=["change"])
    def issue_heartbeat_key(self, request: HttpRequest, queryset: QuerySet[HealthCheck]) -> None:
        """Tell, this once, where the partner of the one chosen heartbeat calls; the address before ends."""
        chosen = list(queryset[:2])
        if len(chosen) != 1 or chosen[0].kind != HEARTBEAT:
            self.message_user(request, "Choose one check of kind heartbeat.", messages.ERROR)
            return
        path = reverse("heartbeats:beat", args=[issue_heartbeat_key(check_id=chosen[0].pk)])
        words = f"{chosen[0]} is called at {request.build_absolute_uri(path)} from now on. This is not shown again."
        self.message_user(request, words, messages.SUCCESS)


class _OfCheckAdmin(ReadOnlyAdmin):
    list_select_related = ("health_check__integration",)
    search_fields = ("health_check__name", "health_check__integration__name")


@admin.register(CheckResult)
class CheckResultAdmin(_OfCheckAdmin):
    list_display = ("finished_at", "health_check", "outcome", "reason", "latency_us", "http_status")
    list_filter = ("outcome",)
    ordering = ("-pk",)


@admin.register(VantageResult)
class VantageResultAdmin(_OfCheckAdmin):
    list_display = ("observed_at", "health_check", "probe", "outcome", "reason")
    list_filter = ("outcome",)
    ordering = ("-pk",)


@admin.register(StatusInterval)
class StatusIntervalAdmin(_OfCheckAdmin):
    list_display = ("health_check", "state", "started_at", "ended_at", "reason")
    list_filter = ("state",)
    ordering = ("-pk",)


@admin.register(UptimeHour)
class UptimeHourAdmin(_OfCheckAdmin):
    list_display = (
        "hour",
        "health_check",
        "tier",
        "is_planned",
        "up_us",
        "degraded_us",
        "down_us",
        "unknown_us",
        "paused_us",
    )
    list_filter = ("tier", "is_planned")
    ordering = ("-pk",)


@admin.register(UptimeDay)
class UptimeDayAdmin(_OfCheckAdmin):
    list_display = ("day_on", "health_check", "tier", "is_planned", "up_us", "degraded_us", "down_us", "unknown_us")
    list_filter = ("tier", "is_planned")
    ordering = ("-pk",)


@admin.register(LatencyHour)
class LatencyHourAdmin(_OfCheckAdmin):
    list_display = ("hour", "health_check", "n", "total_us")
    ordering = ("-pk",)
