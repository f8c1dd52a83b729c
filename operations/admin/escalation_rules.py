"""Rules for signals of metrics in the admin, and the signals that were escalated."""

from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin
from operations.models import EscalationRule, SignalEscalation


@admin.register(EscalationRule)
class EscalationRuleAdmin(EditAdmin):
    list_display = ("__str__", "is_raised", "kind", "severity", "policy")
    list_select_related = ("metric", "owner", "policy")
    list_filter = ("is_raised", "kind", "severity")
    search_fields = ("metric__name", "metric__key", "owner__name")
    autocomplete_fields = ("metric", "owner", "policy")


@admin.register(SignalEscalation)
class SignalEscalationAdmin(ReadOnlyAdmin):
    list_display = ("episode", "escalation", "started_at", "ended_at")
    list_select_related = ("episode__baseline__version__metric", "escalation")
    search_fields = ("escalation__title", "episode__baseline__version__metric__name")
