"""What people type into the pages of incidents."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from foundation.form_fields import InstantField, TextField
from foundation.words import local, organisation_zone, zone_name
from operations.models import User
from partnerships.incidents.rules import list_allowed_states
from partnerships.models import (
    OPEN_INCIDENT_STATES,
    Effect,
    Incident,
    Integration,
    Level,
    RoleKind,
    Severity,
)
from partnerships.selectors.incidents import TABS, IncidentQuery

WORDS = 10_000


class WallTimeField(InstantField):
    """An instant typed on the clock of the organisation."""

    widget = forms.DateTimeInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs["widget"] = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> datetime | None:
        """The instant; Django has read it in the server's zone."""
        typed: datetime | None = super().clean(value)
        if typed is None:
            return None
        return timezone.make_naive(typed, timezone.get_default_timezone()).replace(tzinfo=organisation_zone())


def _when(label: str = "When it happened") -> WallTimeField:
    return WallTimeField(label=label, help_text=f"On the clock of {zone_name()}; empty: now.")


def people() -> Any:
    """Whoever can be given something to do."""
    return User.objects.filter(is_active=True, is_service=False)


class IncidentQueryForm(forms.Form):
    """The filter bar, which is the URL; values that mean nothing are passed over."""

    tab = TextField(required=False)
    q = TextField(required=False, max_length=200)
    severity = forms.ChoiceField(required=False, choices=Severity.choices)
    partner = forms.SlugField(required=False, max_length=120)
    integration = forms.SlugField(required=False, max_length=120)
    drills = forms.ChoiceField(required=False, choices=[("1", "with drills")])

    def query(self) -> IncidentQuery:
        """What is asked for."""
        self.is_valid()
        asked = {name: value or "" for name, value in self.cleaned_data.items()}
        tab = asked.get("tab", "")
        return IncidentQuery(
            tab=tab if tab in TABS else "all",
            words=asked.get("q", ""),
            **{name: asked.get(name, "") for name in ("severity", "partner", "integration", "drills")},
        )


class VersionedForm(forms.Form):
    """A form of one incident, which remembers the version that the person saw."""

    prefix_name = ""
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("version", incident.version)
        kwargs.setdefault("auto_id", f"{self.prefix_name}-%s")
        super().__init__(*args, **kwargs)
        self.incident = incident

    def clean(self) -> dict[str, Any]:
        """The values; a form that came without the version is refused where people can see it."""
        if "version" in self.errors:
            raise forms.ValidationError("The form was not complete. Load the page again and repeat.")
        return self.cleaned_data


class IncidentStateForm(VersionedForm):
    """A step to one of the states that may follow."""

    prefix_name = "state"
    state = forms.ChoiceField(label="New state")
    text = TextField(label="What is known", required=False, max_length=WORDS, widget=forms.Textarea)
    occurred_at = _when()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 2
        allowed = [(state.value, state.label) for state in list_allowed_states(self.incident.state)]
        self.fields["state"].choices = [("", "choose"), *allowed]  # type: ignore[attr-defined]


class IncidentNoteForm(VersionedForm):
    """A line of the timeline."""

    prefix_name = "note"
    text = TextField(label="Note", max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3}))
    occurred_at = _when()


class IncidentReopenForm(VersionedForm):
    """Why an incident that was over is worked on again."""

    prefix_name = "reopen"
    text = TextField(label="Why", max_length=WORDS)


class IncidentSeverityForm(VersionedForm):
    """Impact and urgency; the severity follows."""

    prefix_name = "severity"
    impact = forms.ChoiceField(choices=Level.choices)
    urgency = forms.ChoiceField(choices=Level.choices)
    text = TextField(label="Why", required=False, max_length=300)

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(impact=incident.impact, urgency=incident.urgency)
        super().__init__(*args, incident=incident, **kwargs)


class IncidentBeganForm(VersionedForm):
    """When it began, as it is known now."""

    prefix_name = "began"
    started_at = _when("Began")

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        if incident.started_at is not None:
            kwargs.setdefault("initial", {}).update(started_at=local(incident.started_at).replace(tzinfo=None))
        super().__init__(*args, incident=incident, **kwargs)
        self.fields["started_at"].help_text = f"On the clock of {zone_name()}; empty: not known."


class IncidentRoleForm(VersionedForm):
    """Who does what from now on."""

    prefix_name = "role"
    role = forms.ChoiceField(choices=RoleKind.choices)
    user = forms.ModelChoiceField(label="Person", queryset=User.objects.none(), required=False, empty_label="nobody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people()  # type: ignore[attr-defined]


class IncidentAffectedForm(VersionedForm):
    """An integration that is affected from an instant, or no longer is."""

    prefix_name = "affected"
    integration = forms.ModelChoiceField(queryset=Integration.objects.none())
    effect = forms.ChoiceField(label="Impact", choices=[*Effect.choices, ("over", "Over")])
    occurred_at = _when("Since, or until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["integration"].queryset = Integration.objects.all()  # type: ignore[attr-defined]


class IncidentMergeForm(VersionedForm):
    """The incident that goes on for this one."""

    prefix_name = "merge"
    into = forms.ModelChoiceField(label="Into", queryset=Incident.objects.none(), empty_label="choose")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Incident.objects.filter(state__in=OPEN_INCIDENT_STATES, is_drill=self.incident.is_drill)
        self.fields["into"].queryset = others.exclude(pk=self.incident.pk)  # type: ignore[attr-defined]


class NewIncidentForm(forms.Form):
    """An incident that somebody declares."""

    title = TextField(max_length=200)
    summary = TextField(
        label="What is known", required=False, max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )
    impact = forms.ChoiceField(choices=Level.choices, initial=Level.MEDIUM)
    urgency = forms.ChoiceField(choices=Level.choices, initial=Level.MEDIUM)
    integrations = forms.ModelMultipleChoiceField(
        queryset=Integration.objects.none(), required=False, help_text="Those affected; none: the product as a whole."
    )
    effect = forms.ChoiceField(label="How they are affected", choices=Effect.choices)
    started_at = _when("Began")
    detected_at = _when("Noticed")
    is_drill = forms.BooleanField(label="This is a drill", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["integrations"].queryset = Integration.objects.all()  # type: ignore[attr-defined]
        self.fields["started_at"].help_text = f"On the clock of {zone_name()}; empty: not known."
