"""Promises and clocks in the admin: policies are written there, what follows from them is only read."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from operations.models import BusinessCalendar, User
from support.models import BreachExcuse, ClockCrossing, SlaPolicy, SlaPolicyVersion, TicketClock, Via
from support.services.sla import NewTerms, add_policy_version, check_terms, reapply_policies

_TERMS = ("conditions", "targets", "calendar", "counts_vendor_hold", "grace_seconds", "reason")


def _terms(cleaned: dict[str, Any]) -> NewTerms:
    return NewTerms(**{name: cleaned[name] for name in _TERMS if cleaned.get(name) is not None})


class TermsForm(VersionedForm):
    """Refuses what cannot be promised, before it is stored."""

    def check(self, cleaned: dict[str, Any]) -> None:
        """Name the field that is wrong."""
        try:
            terms = _terms({"targets": None, **cleaned}) if cleaned.get("targets") else NewTerms({})
            check_terms(terms, at=timezone.now())
        except InvalidInputError as error:
            self.add_error(error.field, error.message)


class PolicyForm(TermsForm):
    """A new policy comes with its first version; later ones are rows of their own."""

    targets = forms.JSONField(
        required=False, help_text='Such as {"first_reply": {"seconds": 3600, "hours": "business"}}.'
    )
    conditions = forms.JSONField(required=False, initial=dict, help_text='Such as {"priority": ["urgent"]}.')
    calendar = forms.ModelChoiceField(BusinessCalendar.objects.all(), required=False)
    counts_vendor_hold = forms.BooleanField(required=False)
    grace_seconds = forms.IntegerField(required=False, initial=3600, min_value=0)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is None:
            self.check(cleaned)
        return cleaned


class VersionInline(ReadOnlyInline):
    model = SlaPolicyVersion
    fields = ("number", "conditions", "targets", "calendar", "counts_vendor_hold", "grace_seconds", "created_at")


@admin.register(SlaPolicy)
class SlaPolicyAdmin(EditAdmin):
    """Other promises are added as a version."""

    form = PolicyForm
    list_display = ("position", "name", "is_active")
    list_display_links = ("name",)
    list_filter = ("is_active",)
    search_fields = ("name",)
    inlines = (VersionInline,)
    actions = ("reapply",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        """The first promises are given with a new policy only."""
        named = ("name", "position", "is_active")
        return named if obj else (*named, "targets", "conditions", "calendar", "counts_vendor_hold", "grace_seconds")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store the policy, a new one with its first version."""
        super().save_model(request, obj, form, change)
        if not change:
            terms, by = _terms(form.cleaned_data), cast("User", request.user)
            add_policy_version(policy=obj, terms=terms, at=timezone.now(), by=by)

    @admin.action(description="Apply all policies to the open tickets anew", permissions=["change"])
    def reapply(self, request: HttpRequest, queryset: QuerySet[SlaPolicy]) -> None:  # noqa: ARG002
        """Whichever are chosen, all are applied: the first that fits is taken."""
        if not request.user.has_perm("support.change_ticket"):
            self.message_user(request, "You may not change tickets.", messages.ERROR)
            return
        changed = reapply_policies(at=timezone.now(), actor=cast("User", request.user), via=Via.ADMIN)
        self.message_user(request, f"{changed} tickets got another version.", messages.SUCCESS)


class VersionForm(TermsForm):
    """Refuses what cannot be promised."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        self.check(cleaned)
        return cleaned


@admin.register(SlaPolicyVersion)
class SlaPolicyVersionAdmin(EditAdmin):
    """A version is never edited, since tickets were promised it."""

    form = VersionForm
    list_display = ("policy", "number", "calendar", "created_at", "created_by", "reason")
    list_select_related = ("policy", "calendar", "created_by")
    list_filter = ("policy",)
    search_fields = ("policy__name",)
    fields = ("policy", *_TERMS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Add the version as everybody does."""
        by = cast("User", request.user)
        terms = _terms(form.cleaned_data)
        obj.pk = add_policy_version(policy=obj.policy, terms=terms, at=timezone.now(), by=by).pk


@admin.register(TicketClock)
class TicketClockAdmin(ReadOnlyAdmin):
    list_display = ("ticket", "metric", "instance", "state", "due_at", "breached_at", "ended_at")
    list_select_related = ("ticket",)
    list_filter = ("metric", "state")


@admin.register(ClockCrossing)
class ClockCrossingAdmin(ReadOnlyAdmin):
    list_display = ("ticket", "metric", "share", "crossed_at", "noticed_at")
    list_select_related = ("ticket",)
    list_filter = ("metric", "share")
    date_hierarchy = "crossed_at"


@admin.register(BreachExcuse)
class BreachExcuseAdmin(ReadOnlyAdmin):
    list_display = ("crossing", "reason", "excused_at", "excused_by")
    list_select_related = ("crossing", "excused_by")
