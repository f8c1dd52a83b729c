"""What people type into the page of cover."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from foundation.form_fields import DayField, InstantField, TextField
from foundation.words import organisation_zone, zone_name
from operations.business_time.rules import WEEKDAYS
from operations.models import User
from support.models import Absence, AbsenceKind, DutyShift, Handover, Team

_DAYS = (("mon", "Mon"), ("tue", "Tue"), ("wed", "Wed"), ("thu", "Thu"), ("fri", "Fri"), ("sat", "Sat"), ("sun", "Sun"))


def _people() -> Any:
    return User.objects.filter(is_active=True, is_service=False)


def _instant(label: str) -> InstantField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return InstantField(label=label, widget=widget)


class AbsenceForm(forms.Form):
    """Who is out, on the organisation's clock, and who stands in."""

    user = forms.ModelChoiceField(User.objects.none(), label="Who")
    starts_at = _instant("From")
    ends_at = _instant("Until")
    kind = forms.ChoiceField(choices=AbsenceKind.choices)
    substitute = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="nobody in particular")
    handover = forms.ChoiceField(
        label="Hand over", choices=Handover.choices, initial=Handover.NEW_ONLY, help_text="As it begins."
    )
    is_given_back = forms.BooleanField(label="Give back at the end what nobody worked on", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "absence-%s")
        super().__init__(*args, **kwargs)
        for name in ("user", "substitute"):
            self.fields[name].queryset = _people()  # type: ignore[attr-defined]
        self.fields["ends_at"].help_text = f"On the clock of {zone_name()}."

    def clean_starts_at(self) -> datetime:
        return _of_organisation(self.cleaned_data["starts_at"])

    def clean_ends_at(self) -> datetime:
        return _of_organisation(self.cleaned_data["ends_at"])

    def make(self) -> Absence:
        """The absence that was typed in, not stored yet."""
        return Absence(**self.cleaned_data)


def _of_organisation(typed: datetime) -> datetime:
    """The wall time that was typed, in the organisation's zone; Django has read it in the server's."""
    return timezone.make_naive(typed, timezone.get_default_timezone()).replace(tzinfo=organisation_zone())


class ShiftForm(forms.Form):
    """The hours of one person for one team, on some days of the week; more of a day are another shift."""

    person = forms.ModelChoiceField(User.objects.none(), label="Who")
    team = forms.ModelChoiceField(Team.objects.none())
    days = forms.MultipleChoiceField(choices=_DAYS, initial=WEEKDAYS[:5], widget=forms.CheckboxSelectMultiple)
    opens = forms.TimeField(label="From", initial=time(9), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    closes = forms.TimeField(
        label="Until",
        initial=time(17),
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
        help_text="No later than the begin: on the next day.",
    )
    time_zone = TextField(max_length=60, help_text="Such as America/Denver.")
    first = DayField(label="First day")
    last = DayField(label="Last day", required=False, help_text="Empty until further notice.")
    is_on_holidays = forms.BooleanField(label="Also on holidays", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("time_zone", str(organisation_zone()))
        kwargs.setdefault("auto_id", "shift-%s")
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = _people()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """All but the days, which are a group of boxes."""
        return [field for field in self if field.name != "days"]

    def make(self) -> DutyShift:
        """The shift that was typed in, not stored yet."""
        data = self.cleaned_data
        window = f"{data['opens']:%H:%M}-{data['closes']:%H:%M}"
        return DutyShift(
            user=data["person"],
            team=data["team"],
            timezone=data["time_zone"],
            windows={day: [window] for day in data["days"]},
            starts_on=data["first"],
            ends_on=data["last"],
            is_on_holidays=data["is_on_holidays"],
        )


SHIFT_FIELDS = {
    "user": "person",
    "timezone": "time_zone",
    "windows": "days",
    "starts_on": "first",
    "ends_on": "last",
}
"""Where the form says what the service calls by the column."""
