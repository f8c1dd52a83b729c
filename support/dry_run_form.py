"""What is typed to see which promise a ticket would get, and what other terms of a policy would change."""

import json
from typing import Any

from django import forms

from foundation.errors import InvalidInputError
from foundation.form_fields import InstantField, TextField
from operations.models import BusinessCalendar
from support.clocks.policy_terms import check_conditions, parse_targets
from support.models import Customer, Priority, SlaPolicy, SlaPolicyVersion, Team, Ticket

_BIGGEST = 2**63 - 1
_OF_CUSTOMER = ("segment", "tier", "city")
_LONGEST = 10_000


def _text(label: str) -> TextField:
    return TextField(label=label, max_length=120, required=False)


class TryForm(forms.Form):
    """A ticket by its number, or what a new one would have."""

    step = TextField(widget=forms.HiddenInput, initial="try", required=False)
    ticket = forms.IntegerField(
        min_value=1, max_value=_BIGGEST, required=False, help_text="Its number; else what a new one would have:"
    )
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.NORMAL, required=False)
    category = _text("Area")
    channel = _text("Channel")
    product = _text("Product")
    integration = _text("Integration")
    team = forms.ModelChoiceField(queryset=Team.objects.all(), required=False)
    segment = _text("Customer's segment")
    tier = _text("Customer's tier")
    city = _text("Customer's city")
    opened_at = InstantField(label="Opened at", required=False, help_text="Now, if it is empty.")

    def clean_ticket(self) -> Ticket | None:
        """The ticket of the number."""
        number = self.cleaned_data["ticket"]
        if number is None:
            return None
        found = Ticket.objects.select_related("team", "customer").filter(pk=number).first()
        if found is None:
            raise forms.ValidationError(f"There is no ticket {number}.")
        return found

    def made(self) -> Ticket:
        """The ticket that is stored, or a new one that is not."""
        given = dict(self.cleaned_data)
        stored: Ticket | None = given.pop("ticket")
        if stored is not None:
            return stored
        customer = Customer(**{name: given.pop(name) for name in _OF_CUSTOMER})
        names = ("category", "channel", "product", "integration", "team")
        priority = given["priority"] or Priority.NORMAL
        return Ticket(priority=priority, customer=customer, **{name: given[name] for name in names})


class DraftForm(forms.Form):
    """Other terms of one policy."""

    step = TextField(widget=forms.HiddenInput, initial="compare", required=False)
    policy = forms.ModelChoiceField(queryset=SlaPolicy.objects.filter(is_active=True))
    conditions = forms.JSONField(
        required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text='Such as {"priority": ["urgent"]}.'
    )
    targets = forms.JSONField(
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text='Such as {"first_reply": {"seconds": 3600, "hours": "business"}}.',
    )
    calendar = forms.ModelChoiceField(
        queryset=BusinessCalendar.objects.all(), required=False, empty_label="The organisation's"
    )
    counts_vendor_hold = forms.BooleanField(required=False, label="Time with a vendor counts")

    def clean(self) -> dict[str, Any]:
        """Refuses what cannot be promised."""
        cleaned = super().clean() or self.cleaned_data
        for name, check in (("conditions", check_conditions), ("targets", parse_targets)):
            if name in cleaned:
                self._check(name, check, cleaned[name] or {})
        return cleaned

    def _check(self, name: str, check: Any, given: object) -> None:
        try:
            if len(json.dumps(given)) > _LONGEST:
                raise InvalidInputError(name, f"Give at most {_LONGEST} characters.")
            check(given)
        except InvalidInputError as error:
            self.add_error(name, error.message)

    def made(self) -> SlaPolicyVersion:
        """The draft, not stored."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "step"}
        return SlaPolicyVersion(**{**given, "conditions": given["conditions"] or {}})
