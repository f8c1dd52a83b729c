"""What people type into the pages of operations."""

from django import forms

from foundation.zones import list_zones
from operations.models import Digest


class PreferencesForm(forms.Form):
    """What one person wants to be told; e-mail is not offered where no mail is sent."""

    has_in_app_normal = forms.BooleanField(label="Inbox", required=False)
    has_in_app_critical = forms.BooleanField(label="Inbox", required=False)
    has_email_normal = forms.BooleanField(label="E-mail", required=False)
    has_email_critical = forms.BooleanField(label="E-mail", required=False)
    digest = forms.ChoiceField(
        label="Mails",
        choices=Digest.choices,
        help_text="Digests go out at 8:00. Critical ones are always sent at once.",
    )
    quiet_from = forms.TimeField(label="Quiet from", required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    quiet_to = forms.TimeField(label="Quiet to", required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    time_zone = forms.ChoiceField(label="Time zone", choices=[(name, name) for name in sorted(list_zones())])

    @property
    def fields_of_time(self) -> list[forms.BoundField]:
        """The fields below the switches."""
        return [self[name] for name in ("digest", "quiet_from", "quiet_to", "time_zone")]
