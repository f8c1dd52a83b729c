"""What people type into the pages of escalations."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q

from foundation.admin import VersionedForm
from foundation.form_fields import DayField, TextField
from metrics.models import Metric, MetricStatus
from operations.models import Escalation, EscalationKind, EscalationRule, Severity, User
from operations.selectors.escalations import TABS, EscalationQuery
from operations.services.escalation_actions import Decision
from operations.services.escalations import LENGTHS, NewEscalation

_WORDS = 5000
_SNOOZES = [("1", "1 hour"), ("4", "4 hours"), ("12", "12 hours"), ("24", "1 day"), ("72", "3 days"), ("168", "7 days")]


def _words(label: str, **kwargs: Any) -> TextField:
    return TextField(label=label, max_length=_WORDS, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


def _day(label: str, **kwargs: Any) -> DayField:
    return DayField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class EscalationQueryForm(forms.Form):
    """The filter bar, which is the URL; values that mean nothing are passed over."""

    tab = forms.ChoiceField(required=False, choices=list(TABS.items()))
    q = TextField(required=False, max_length=200)
    kind = forms.ChoiceField(required=False, choices=EscalationKind.choices)
    severity = forms.ChoiceField(required=False, choices=Severity.choices)

    def query(self) -> EscalationQuery:
        """What is asked for."""
        self.is_valid()
        asked = self.cleaned_data
        return EscalationQuery(
            tab=asked.get("tab") or "open",
            words=asked.get("q", ""),
            kind=asked.get("kind", ""),
            severity=asked.get("severity", ""),
        )


class NewEscalationForm(forms.Form):
    """A matter that somebody raises by hand."""

    kind = forms.TypedChoiceField(choices=EscalationKind.choices, coerce=EscalationKind)
    title = TextField(max_length=LENGTHS["title"])
    reason = _words("Why it needs somebody above")
    subject = TextField(
        max_length=LENGTHS["subject"], label="What it is about", help_text="A key such as partner:7 or team:1."
    )
    severity = forms.ChoiceField(choices=Severity.choices, help_text="Critical ones know no quiet hours.")

    def new(self) -> NewEscalation:
        """What is to be raised."""
        return NewEscalation(**self.cleaned_data)


class ActionForm(forms.Form):
    """A form of one escalation, which remembers the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, escalation: Escalation, name: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("version", escalation.version)
        kwargs["auto_id"] = f"{name}-%s"
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The values; a form that came without the version is refused where people can see it."""
        if "version" in self.errors:
            raise forms.ValidationError("The form was not complete. Load the page again and repeat.")
        return self.cleaned_data


class SnoozeForm(ActionForm):
    hours = forms.TypedChoiceField(label="For", choices=_SNOOZES, coerce=lambda hours: timedelta(hours=int(hours)))
    reason = _words("Why")


class DeclineForm(ActionForm):
    reason = _words("Why it is for the level below")


class ResolveForm(ActionForm):
    note = _words("How it ended")


class DecideForm(ActionForm):
    decision = _words("Decision")
    owner = forms.ModelChoiceField(queryset=User.objects.none(), label="Who carries it out", empty_label="choose")
    due_on = _day("Until")
    follow_up_on = _day("Checked on")

    def __init__(self, *args: Any, escalation: Escalation, **kwargs: Any) -> None:
        names = ("decision", "due_on", "follow_up_on")
        made = {name: getattr(escalation, name) for name in names} | {"owner": escalation.owner_id}
        kwargs["initial"] = {**made, **kwargs.get("initial", {})}
        super().__init__(*args, escalation=escalation, **kwargs)
        self.fields["owner"].queryset = User.objects.filter(is_active=True, is_service=False)  # type: ignore[attr-defined]

    def made(self) -> Decision:
        """The decision as it was typed."""
        data = self.cleaned_data
        return Decision(data["decision"], data["owner"].pk, data["due_on"], data["follow_up_on"])


class EscalationRuleForm(VersionedForm):
    """One rule for signals of metrics, which remembers the version that the person saw."""

    read_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1, required=False)

    class Meta:
        model = EscalationRule
        fields = ("metric", "owner", "is_raised", "kind", "severity", "policy")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["read_version"].initial = self.instance.version
        chosen: dict[str, Any] = {
            "metric": Metric.objects.filter(Q(status=MetricStatus.APPROVED) | Q(pk=self.instance.metric_id)),
            "owner": User.objects.filter(Q(is_active=True, is_service=False) | Q(pk=self.instance.owner_id)),
        }
        for name, rows in chosen.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
