"""Agents, shifts and absences in the admin: written through the services of the pages."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin, VersionedForm
from foundation.errors import ServiceError
from operations.models import User
from support.models import Absence, AbsenceHandover, AgentProfile, CoverageGap, DutyShift, TicketSkill
from support.services.absences import change_absence, create_absence
from support.services.shifts import save_shift


@admin.register(TicketSkill)
class TicketSkillAdmin(EditAdmin):
    list_display = ("category", "description")
    search_fields = ("category",)


@admin.register(AgentProfile)
class AgentProfileAdmin(EditAdmin):
    list_display = ("user", "cap", "is_accepting", "last_assigned_at")
    list_select_related = ("user",)
    list_filter = ("is_accepting",)
    search_fields = ("user__name",)
    autocomplete_fields = ("user", "skills")


class ServiceForm(VersionedForm):
    """Stores the row by its service while the form is checked, so that what the service refuses is said beside it."""

    def store(self) -> None:
        """Write the instance; a ServiceError refuses it."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            self.store()
        except ServiceError as error:
            field = getattr(error, "field", None)
            self.add_error(field if field in self.fields else None, getattr(error, "message", str(error)))


class ShiftForm(ServiceForm):
    def store(self) -> None:
        """Store the shift."""
        save_shift(shift=self.instance)


class ServiceAdmin(EditAdmin):
    """Rows that their form has stored already; without inlines, whose own errors would come after that."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Nothing is left to do."""


@admin.register(DutyShift)
class DutyShiftAdmin(ServiceAdmin):
    form = ShiftForm
    list_display = ("user", "team", "starts_on", "ends_on", "timezone")
    list_select_related = ("user", "team")
    list_filter = ("team",)
    search_fields = ("user__name",)
    autocomplete_fields = ("team", "user")


class AbsenceForm(ServiceForm):
    def store(self) -> None:
        """Write the absence down, or change it."""
        if self.instance.pk is None:
            create_absence(absence=self.instance, at=timezone.now(), by=cast("Any", self).by)
        else:
            values = {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
            change_absence(absence_id=self.instance.pk, values=values, at=timezone.now())
            self.instance.refresh_from_db()


@admin.register(Absence)
class AbsenceAdmin(ServiceAdmin):
    """One is called off on the page of cover, so that what was handed over goes back."""

    form = AbsenceForm
    list_display = ("user", "starts_at", "ends_at", "substitute", "handover", "begun_at", "over_at", "cancelled_at")
    list_select_related = ("user", "substitute")
    list_filter = ("handover", "kind")
    search_fields = ("user__name",)
    autocomplete_fields = ("user", "substitute")
    date_hierarchy = "starts_at"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("user",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What was handed over refers to it."""
        return False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form, which knows who fills it in."""
        form = super().get_form(request, *args, **kwargs)
        return type(form.__name__, (form,), {"by": cast("User", request.user)})


@admin.register(AbsenceHandover)
class AbsenceHandoverAdmin(ReadOnlyAdmin):
    list_display = ("ticket", "absence", "given_to", "given_at", "returned_at")
    list_select_related = ("ticket", "absence", "given_to")


@admin.register(CoverageGap)
class CoverageGapAdmin(ReadOnlyAdmin):
    list_display = ("day_on", "team", "hours", "lacking", "ending", "found_at")
    list_select_related = ("team",)
    list_filter = ("ending", "team")
