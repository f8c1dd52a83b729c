"""Forms of the pages of integrations."""

from typing import Any

from django import forms

from partnerships.models import Integration, Tier


class TierForm(forms.Form):
    """A tier other than the present one, and why."""

    tier = forms.ChoiceField(choices=Tier.choices, label="New tier")
    reason = forms.CharField(
        max_length=300,
        help_text="What speaks for it: days above target, coverage, the decision it follows from.",
    )

    def __init__(self, *args: Any, integration: Integration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(value, label) for value, label in Tier.choices if value != integration.tier]
        self.fields["tier"].initial = others[0][0]
