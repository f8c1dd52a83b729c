"""Escalations and their policies in the admin. Acting on an escalation is for its page and the API."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from operations.models import (
    Escalation,
    EscalationEvent,
    EscalationLevel,
    EscalationPolicy,
    EscalationRun,
    EscalationTrigger,
)
from operations.services.escalation_policies import check_final_level, check_targets

if TYPE_CHECKING:  # Django's class takes no parameters at run time.
    _Inline = admin.TabularInline[EscalationLevel, EscalationPolicy]
else:
    _Inline = admin.TabularInline


class LevelForm(VersionedForm):
    """Refuses a level that tells nobody."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if {"groups", "users"} <= set(cleaned):
            try:
                check_targets(cleaned["groups"], cleaned["users"])
            except InvalidInputError as error:
                self.add_error(error.field, error.message)
        return cleaned


class PolicyForm(VersionedForm):
    """Refuses a policy whose last level, the COO's, would reach nobody."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        try:
            check_final_level()
        except InvalidInputError as error:
            raise forms.ValidationError(error.message) from error
        return cleaned


class LevelInline(_Inline):
    model = EscalationLevel
    form = LevelForm
    extra = 0
    autocomplete_fields = ("users",)
    verbose_name = "level below the COO"
    verbose_name_plural = "levels below the COO"


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(EditAdmin):
    """The COO's level is always the last and stands in no row. What runs keeps the policy that it began with."""

    form = PolicyForm
    list_display = ("name", "kind", "is_default", "calendar", "repeat_count")
    list_select_related = ("calendar",)
    list_filter = ("kind", "is_default")
    search_fields = ("name",)
    autocomplete_fields = ("calendar",)
    inlines = (LevelInline,)


@admin.register(EscalationLevel)
class EscalationLevelAdmin(EditAdmin):
    form = LevelForm
    list_display = ("policy", "number", "name", "wait_seconds")
    list_select_related = ("policy",)
    list_filter = ("policy",)
    search_fields = ("name", "policy__name")
    autocomplete_fields = ("policy", "users")
    filter_horizontal = ("groups",)


class EventInline(ReadOnlyInline):
    model = EscalationEvent
    fields = ("at", "kind", "actor", "level", "loop", "text")


@admin.register(Escalation)
class EscalationAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "severity", "state", "owner", "raised_at")
    list_select_related = ("owner",)
    list_filter = ("state", "kind", "severity")
    search_fields = ("title", "subject")
    inlines = (EventInline,)


class _OfEscalationAdmin(ReadOnlyAdmin):
    search_fields = ("escalation__title", "escalation__subject")
    ordering = ("-pk",)


@admin.register(EscalationRun)
class EscalationRunAdmin(_OfEscalationAdmin):
    list_display = ("escalation", "policy", "status", "level", "loop", "next_due_at")
    list_select_related = ("escalation", "policy")
    list_filter = ("status",)


@admin.register(EscalationEvent)
class EscalationEventAdmin(_OfEscalationAdmin):
    list_display = ("at", "escalation", "kind", "level", "loop", "actor")
    list_select_related = ("escalation", "actor")
    list_filter = ("kind",)


@admin.register(EscalationTrigger)
class EscalationTriggerAdmin(_OfEscalationAdmin):
    list_display = ("at", "escalation", "title", "severity", "actor")
    list_select_related = ("escalation", "actor")
    list_filter = ("severity",)
