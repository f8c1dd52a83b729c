"""What people type about messages, evidence and post-mortems of incidents."""

from typing import Any

from django import forms

from foundation.form_fields import DayField, TextField
from operations.models import User
from partnerships.incident_forms import WORDS, VersionedForm, people
from partnerships.models import ActionKind, Audience, CauseCategory, ContributingCause, Fault, Phase


class DraftForm(VersionedForm):
    """A message; empty words are taken from the template."""

    prefix_name = "draft"
    audience = forms.ChoiceField(choices=Audience.choices)
    phase = forms.ChoiceField(choices=Phase.choices)
    subject = TextField(required=False, max_length=200, help_text="Empty: by the template.")
    body = TextField(
        label="Words", required=False, max_length=WORDS, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Empty: by the template.",
    )  # fmt: skip
    recipients = TextField(
        required=False, max_length=WORDS, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line, for those outside; lines with an e-mail address are mailed. Our own people are found.",
    )  # fmt: skip


class FaultForm(VersionedForm):
    """Whose trouble it was."""

    prefix_name = "fault"
    fault = forms.ChoiceField(label="Whose trouble", choices=Fault.choices)
    text = TextField(label="Why", required=False, max_length=300)


class SectionsForm(VersionedForm):
    """The sections of a post-mortem that people write."""

    prefix_name = "post_mortem"
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="nobody yet")
    impact = TextField(required=False, max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3}))
    detection = TextField(required=False, max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3}))
    went_well = TextField(
        label="What went well", required=False, max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people()  # type: ignore[attr-defined]
        found = getattr(self.incident, "post_mortem", None)
        for name in ("impact", "detection", "went_well"):
            self.initial.setdefault(name, getattr(found, name, ""))
        self.initial.setdefault("owner", getattr(found, "owner_id", None))


class CauseForm(VersionedForm):
    """A contributing cause."""

    prefix_name = "cause"
    category = forms.ChoiceField(choices=CauseCategory.choices)
    name = TextField(max_length=120, help_text="The same words for the same cause.")
    text = TextField(label="Why, and why that", required=False, max_length=WORDS)


class ActionForm(VersionedForm):
    """Something that somebody will do."""

    prefix_name = "action"
    title = TextField(label="Action", max_length=200)
    kind = forms.ChoiceField(choices=ActionKind.choices)
    owner = forms.ModelChoiceField(queryset=User.objects.none())
    due_on = DayField(label="By")
    cause = forms.ModelChoiceField(
        label="Against", queryset=ContributingCause.objects.none(), required=False, empty_label="no one cause"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people()  # type: ignore[attr-defined]
        causes = ContributingCause.objects.filter(post_mortem__incident=self.incident)
        self.fields["cause"].queryset = causes  # type: ignore[attr-defined]


class ActionEndForm(VersionedForm):
    """How an action ended."""

    prefix_name = "action_end"
    how = forms.ChoiceField(
        label="It is", choices=[("done", "Done, with evidence"), ("waived", "Waived, with a reason")]
    )
    words = TextField(label="Evidence or reason", max_length=WORDS)
