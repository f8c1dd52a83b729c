"""Forms of the pages of launches."""

from typing import Any

from django import forms

from foundation.form_fields import DayField, TextField
from operations.models import PlaybookVersion, VersionState
from operations.playbooks.gates import Verdict
from partnerships.models import Integration, LaunchKind, Partner


class LaunchForm(forms.Form):
    """What a launch begins with; people come from the roles they have."""

    name = TextField(max_length=150)
    kind = forms.ChoiceField(choices=LaunchKind.choices)
    playbook_version = forms.ModelChoiceField(queryset=PlaybookVersion.objects.none(), label="Playbook")
    anchor_on = DayField(label="Launch day", help_text="T: what the offsets count from.")
    integration = forms.ModelChoiceField(queryset=Integration.objects.all(), required=False)
    partner = forms.ModelChoiceField(
        queryset=Partner.objects.all(), required=False, help_text="Where no integration is launched."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = PlaybookVersion.objects.filter(state=VersionState.PUBLISHED).select_related("playbook")
        self.fields["playbook_version"].queryset = published  # type: ignore[attr-defined]


class DoneForm(forms.Form):
    """What shows that a step is done."""

    evidence = TextField(max_length=500, required=False)


class SkipForm(forms.Form):
    """Why a step is not done."""

    reason = TextField(max_length=300)


class DecideForm(forms.Form):
    """A decision at a gate."""

    decision = forms.ChoiceField(choices=Verdict.choices)
    note = TextField(max_length=500, required=False)


class AnchorForm(forms.Form):
    """Another launch day."""

    anchor_on = DayField(label="Launch day")


class CancelForm(forms.Form):
    """Why a launch ends before its end."""

    reason = TextField(max_length=300)
