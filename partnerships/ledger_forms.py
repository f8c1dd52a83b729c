"""Forms of the ledger's pages."""

from typing import Any

from django import forms

from foundation.form_fields import InstantField, TextField
from partnerships.models import LedgerEntry


class _WebAddress(forms.URLField):
    """An address that is https unless it says otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", **kwargs)


class LedgerEntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new entry, or its plain facts changed."""

    class Meta:
        model = LedgerEntry
        fields = ("kind", "title", "due_at", "partner", "integration", "owner", "fingerprint", "url", "notes")
        field_classes = {
            **dict.fromkeys(("title", "fingerprint", "notes"), TextField),
            "url": _WebAddress,
            "due_at": InstantField,
        }
        widgets = {"due_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"].label = "Ends"


class RenewForm(forms.Form):
    """The new end and what shows it."""

    next_due_at = InstantField(label="New end", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    evidence = TextField(max_length=500, help_text="What shows it: a number, a link, who confirmed. No secrets.")


class SnoozeForm(forms.Form):
    """Until when nothing is told, and why."""

    until = InstantField(label="Until", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = TextField(max_length=300, label="Why it can wait")


class CloseForm(forms.Form):
    """Why the entry no longer matters."""

    reason = TextField(max_length=300, label="Why it no longer matters")
