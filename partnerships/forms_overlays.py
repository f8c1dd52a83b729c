"""Forms that plan maintenance and propose adjustments."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings

from foundation.form_fields import TextField
from foundation.words import local, organisation_zone
from partnerships.health.maintenance import WEEKDAYS, read_zone, resolve_local
from partnerships.models import (
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    AdjustedTo,
    HealthCheck,
    Integration,
    MaintenanceKind,
    MaintenanceSource,
)
from partnerships.services.adjustments import NewAdjustment
from partnerships.services.maintenance_plans import NewMaintenance

_MINUTE = 60
_DAYS = dict(zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


class ClockField(TextField):
    """A day and a time on some clock; which one, the form says."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> Any:
        """The naive time; None where none is given."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            raise forms.ValidationError("Give a day and a time such as 2026-05-01T22:00.", code="invalid")
        return found

    def validate(self, value: Any) -> None:
        """Only that there is one where it is needed."""
        if self.required and value is None:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """None: those of text do not fit."""


class OverlayForm(forms.Form):
    """Times on a clock become instants."""

    def instant(self, name: str, zone: ZoneInfo) -> datetime | None:
        """The field's time on the zone's clock as an instant; an error at the field where there is none."""
        given = self.cleaned_data.get(name)
        if given is None:
            return None
        try:
            return resolve_local(given, zone)
        except (OverflowError, ValueError):
            self.add_error(name, "No calendar reaches that far.")
            return None


class MaintenanceForm(OverlayForm):
    """A plan for an integration, for one of its checks, or for all of the partner's."""

    title = TextField(max_length=200, label="What is done")
    scope = forms.ChoiceField(label="For")
    kind = forms.ChoiceField(choices=MaintenanceKind.choices, label="How often")
    time_zone = TextField(max_length=60, label="Time zone", help_text="Whose clock the times are on.")
    starts_at = ClockField(label="Begins", help_text="Of one that recurs: from when on it is in force.")
    minutes = forms.IntegerField(
        label="Duration, minutes",
        min_value=SHORTEST_SECONDS // _MINUTE,
        max_value=LONGEST_SECONDS // _MINUTE,
        initial=60,
    )
    weekdays = forms.MultipleChoiceField(
        choices=list(_DAYS.items()), required=False, label="Weekdays", help_text="Of a weekly one."
    )
    local_start = forms.TimeField(
        required=False,
        label="At",
        help_text="Of a weekly one.",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    cron = TextField(
        max_length=60,
        required=False,
        label="Cron expression",
        help_text="Minute, hour, day of month, month, day of week: 30 2 * * SUN#1 is the first Sunday, 02:30.",
    )
    ends_at = ClockField(
        required=False, label="Ends for good", help_text="Of one that recurs: none begins from then on."
    )
    source = forms.ChoiceField(choices=MaintenanceSource.choices, label="Whose")
    reason = TextField(max_length=300, required=False)

    def __init__(self, *args: Any, integration: Integration, checks: Sequence[HealthCheck], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.integration, self.checks = integration, checks
        self.fields["time_zone"].initial = settings.ORGANISATION_TIME_ZONE
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            ("integration", f"{integration.name}, all checks"),
            *((f"check-{check.pk}", f"{integration.name}, {check.name} only") for check in checks),
            ("partner", f"{integration.partner.name}, all integrations"),
        ]

    def clean_time_zone(self) -> str:
        """The name of a zone that there is."""
        name: str = self.cleaned_data["time_zone"]
        if read_zone(name) is None:
            raise forms.ValidationError("There is no such time zone; Europe/Berlin is one.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not self.errors:
            zone = ZoneInfo(cleaned["time_zone"])
            cleaned["begins"], cleaned["ends"] = self.instant("starts_at", zone), self.instant("ends_at", zone)
        return cleaned

    @property
    def new(self) -> NewMaintenance:
        """The plan of a valid form."""
        cleaned, scope = self.cleaned_data, self.cleaned_data["scope"]
        return NewMaintenance(
            title=cleaned["title"],
            kind=cleaned["kind"],
            source=cleaned["source"],
            time_zone=cleaned["time_zone"],
            starts_at=cleaned["begins"],
            ends_at=cleaned["ends"],
            weekdays=cleaned["weekdays"],
            local_start=cleaned["local_start"],
            cron=cleaned["cron"],
            duration_seconds=cleaned["minutes"] * _MINUTE,
            partner=self.integration.partner if scope == "partner" else None,
            integrations=[self.integration] if scope == "integration" else [],
            checks=[check for check in self.checks if scope == f"check-{check.pk}"],
            reason=cleaned["reason"],
        )


class AdjustmentForm(OverlayForm):
    """What a stretch of a check's time is to count as, on the organisation's clock."""

    health_check = forms.ChoiceField(label="Check")
    started_at = ClockField(label="From")
    ended_at = ClockField(label="To")
    adjusted_to = forms.ChoiceField(choices=AdjustedTo.choices, label="Counts as")
    reason = TextField(max_length=300, help_text="Why it was measured otherwise; somebody else approves it by this.")

    def __init__(self, *args: Any, checks: Sequence[HealthCheck], at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checks = {str(check.pk): check for check in checks}
        self.fields["health_check"].choices = [(pk, check.name) for pk, check in self.checks.items()]  # type: ignore[attr-defined]
        hour = local(at).replace(minute=0, second=0, microsecond=0, tzinfo=None)
        self.fields["started_at"].initial, self.fields["ended_at"].initial = hour - timedelta(hours=1), hour

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not self.errors:
            zone = organisation_zone()
            cleaned["begins"], cleaned["ends"] = self.instant("started_at", zone), self.instant("ended_at", zone)
        return cleaned

    @property
    def new(self) -> NewAdjustment:
        """The proposal of a valid form."""
        cleaned = self.cleaned_data
        return NewAdjustment(
            health_check=self.checks[cleaned["health_check"]],
            started_at=cleaned["begins"],
            ended_at=cleaned["ends"],
            adjusted_to=cleaned["adjusted_to"],
            reason=cleaned["reason"],
        )
