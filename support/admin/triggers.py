"""Rules by which tickets escalate by themselves, in the admin."""

from typing import Any

from django.contrib import admin

from foundation.admin import EditAdmin, ReadOnlyAdmin, VersionedForm
from foundation.errors import InvalidInputError
from support.models import TicketTrigger, TriggerFiring
from support.services.triggers import check_words


class TriggerForm(VersionedForm):
    """Refuses words that are no list of texts."""

    def clean_words(self) -> list[str]:
        given: Any = self.cleaned_data["words"]
        try:
            return check_words(given or [])
        except InvalidInputError as error:
            self.add_error("words", error.message)
            return []


@admin.register(TicketTrigger)
class TicketTriggerAdmin(EditAdmin):
    """One that has fired stays; it is made inactive."""

    form = TriggerForm
    list_display = ("name", "kind", "severity", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name",)


@admin.register(TriggerFiring)
class TriggerFiringAdmin(ReadOnlyAdmin):
    list_display = ("at", "trigger", "ticket", "occasion")
    list_select_related = ("trigger", "ticket")
    list_filter = ("trigger",)
