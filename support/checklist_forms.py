"""Forms of the checklists on a ticket's page."""

from typing import Any

from django import forms

from foundation.form_fields import TextField
from operations.models import Playbook
from operations.playbooks.gates import Verdict
from support.selectors.checklists import list_playbooks_for_tickets


class ChecklistForm(forms.Form):
    """A playbook that is to be carried out."""

    playbook = forms.ModelChoiceField(queryset=Playbook.objects.none(), empty_label="choose")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "checklist-%s")
        super().__init__(*args, **kwargs)
        self.fields["playbook"].queryset = list_playbooks_for_tickets()  # type: ignore[attr-defined]


class DoneForm(forms.Form):
    """What shows that a step is done."""

    step_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    evidence = TextField(max_length=500, required=False)


class SkipForm(forms.Form):
    """Why a step is left out."""

    step_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    reason = TextField(max_length=300)


class DecideForm(forms.Form):
    """A decision at a gate."""

    step_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    decision = forms.ChoiceField(choices=Verdict.choices)
    note = TextField(max_length=500, required=False)


class EndForm(forms.Form):
    """Why a checklist is carried out no further."""

    checklist_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    reason = TextField(max_length=300)
