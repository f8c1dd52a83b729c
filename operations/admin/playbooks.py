"""Playbooks in the admin. Versions and runs are shown: their steps change through the services only."""

from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin, ReadOnlyInline
from operations.models import GateCheck, Playbook, PlaybookRun, PlaybookStep, PlaybookVersion, RunStep


class PlaybookVersionInline(ReadOnlyInline):
    model = PlaybookVersion
    fields = ("number", "state", "created_at", "published_at", "notes")


@admin.register(Playbook)
class PlaybookAdmin(EditAdmin):
    list_display = ("name", "key", "kind", "owner")
    list_select_related = ("owner",)
    list_filter = ("kind",)
    search_fields = ("name", "key")
    autocomplete_fields = ("owner",)
    prepopulated_fields = {"key": ("name",)}
    inlines = (PlaybookVersionInline,)


class PlaybookStepInline(ReadOnlyInline):
    model = PlaybookStep
    fields = ("position", "phase", "title", "owner_role", "offset_days", "after_key", "is_required", "is_gate")


@admin.register(PlaybookVersion)
class PlaybookVersionAdmin(ReadOnlyAdmin):
    list_display = ("playbook", "number", "state", "published_at", "published_by")
    list_select_related = ("playbook", "published_by")
    list_filter = ("state",)
    inlines = (PlaybookStepInline,)


@admin.register(PlaybookStep)
class PlaybookStepAdmin(ReadOnlyAdmin):
    list_display = ("title", "playbook_version", "phase", "owner_role", "offset_days", "is_gate")
    list_select_related = ("playbook_version__playbook",)
    search_fields = ("title", "key")


class RunStepInline(ReadOnlyInline):
    model = RunStep
    fields = ("position", "phase", "title", "owner", "due_on", "state", "done_at")


@admin.register(PlaybookRun)
class PlaybookRunAdmin(ReadOnlyAdmin):
    list_display = ("name", "playbook_version", "anchor_on", "state", "started_by")
    list_select_related = ("playbook_version__playbook", "started_by")
    list_filter = ("state",)
    search_fields = ("name", "subject")
    inlines = (RunStepInline,)


@admin.register(RunStep)
class RunStepAdmin(ReadOnlyAdmin):
    list_display = ("title", "run", "owner", "due_on", "state", "is_gate")
    list_select_related = ("run", "owner")
    list_filter = ("state", "is_gate")
    search_fields = ("title", "run__name")


@admin.register(GateCheck)
class GateCheckAdmin(ReadOnlyAdmin):
    list_display = ("decided_at", "step", "decision", "verdict", "decided_by")
    list_select_related = ("step", "decided_by")
    list_filter = ("decision",)
