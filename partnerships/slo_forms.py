"""The form of an objective: its promise, the rules that tell of its budget, and what is done as that is spent."""

from decimal import Decimal
from typing import Any

from django import forms

from foundation.form_fields import TextField
from foundation.zones import list_zones
from partnerships.health.burn import BURN, DOWN, PAGE, TICKET
from partnerships.models import SLO, AccountingProfile, Tier, WindowKind
from partnerships.models.slo import MAX_WINDOW_DAYS, default_policy
from partnerships.services.slos import NewSLO

RULES, STEPS = 6, 4
_SEVERITIES = [("", "no rule"), (PAGE, "Page"), (TICKET, "Ticket")]
_KINDS = [(BURN, "share of the budget"), (DOWN, "down longer than")]
_RULE = ("severity", "kind", "budget_percent", "window_minutes")
_STEP = ("spent_percent", "action")


class SLOForm(forms.Form):
    """A new version, filled with the present one; a form that was opened before the last change is refused."""

    tier = forms.ChoiceField(choices=Tier.choices, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    target_percent = forms.DecimalField(
        label="Target, %", max_digits=7, decimal_places=4, help_text="Above 0 and below 100, such as 99.9."
    )
    window_kind = forms.ChoiceField(label="Window", choices=WindowKind.choices)
    window_days = forms.IntegerField(
        label="Days of a rolling window", min_value=1, max_value=MAX_WINDOW_DAYS, help_text="A calendar month has none."
    )
    time_zone = forms.ChoiceField(
        label="Time zone of a calendar month", choices=[(name, name) for name in sorted(list_zones())]
    )
    profile = forms.ModelChoiceField(
        label="What counts", queryset=AccountingProfile.objects.all(), required=False, empty_label="the default profile"
    )
    reason = TextField(label="Why", max_length=300)

    def __init__(self, *args: Any, present: SLO | None, tier: str, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(present, tier)
        super().__init__(*args, **kwargs)
        for number in range(RULES):
            self._add_rule(f"rule{number}", f"Rule {number + 1}")
        for number in range(STEPS):
            self._add_step(f"step{number}", f"Step {number + 1}")

    def _add_rule(self, name: str, label: str) -> None:
        self.fields[f"{name}_severity"] = forms.ChoiceField(
            label=f"{label}, severity", choices=_SEVERITIES, required=False
        )
        self.fields[f"{name}_kind"] = forms.ChoiceField(label=f"{label}, kind", choices=_KINDS, required=False)
        self.fields[f"{name}_budget_percent"] = forms.DecimalField(
            label=f"{label}, % of the budget", required=False, max_digits=7, decimal_places=4
        )
        self.fields[f"{name}_window_minutes"] = forms.IntegerField(
            label=f"{label}, minutes", required=False, max_value=2**31 - 1
        )

    def _add_step(self, name: str, label: str) -> None:
        self.fields[f"{name}_spent_percent"] = forms.IntegerField(
            label=f"{label}, % spent", required=False, max_value=2**31 - 1
        )
        self.fields[f"{name}_action"] = TextField(label=f"{label}, action", required=False, max_length=200)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """The fields above the tables."""
        return [field for field in self if not field.name.startswith(("rule", "step"))]

    @property
    def rule_rows(self) -> list[list[forms.BoundField]]:
        """The rules as rows of a table."""
        return [[self[f"rule{number}_{name}"] for name in _RULE] for number in range(RULES)]

    @property
    def step_rows(self) -> list[list[forms.BoundField]]:
        """The steps of the policy as rows of a table."""
        return [[self[f"step{number}_{name}"] for name in _STEP] for number in range(STEPS)]

    def new(self) -> NewSLO:
        """What is to be promised."""
        data = self.cleaned_data
        return NewSLO(
            target_ratio=data["target_percent"] / 100,
            window_kind=data["window_kind"],
            window_days=data["window_days"],
            time_zone=data["time_zone"],
            profile=data["profile"],
            reason=data["reason"],
            rules=[self._rule(n) for n in range(RULES) if data[f"rule{n}_severity"]],
            policy=[self._step(n) for n in range(STEPS) if data[f"step{n}_action"] or data[f"step{n}_spent_percent"]],
        )

    def _rule(self, number: int) -> dict[str, Any]:
        severity, kind, percent, minutes = (self.cleaned_data[f"rule{number}_{name}"] for name in _RULE)
        rule = {"severity": severity, "kind": kind or BURN, "window_minutes": minutes}
        return rule if percent is None else {**rule, "budget_percent": _number(percent)}

    def _step(self, number: int) -> dict[str, Any]:
        return {name: self.cleaned_data[f"step{number}_{name}"] for name in _STEP}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _initial(present: SLO | None, tier: str) -> dict[str, Any]:
    """The version in force as the form writes it; without one the defaults."""
    shown = present or SLO(policy=default_policy())
    found: dict[str, Any] = {
        "tier": tier,
        "seen": present.number if present else 0,
        "target_percent": None if present is None else (present.target_ratio * 100).normalize(),
        "window_kind": shown.window_kind,
        "window_days": shown.window_days,
        "time_zone": shown.time_zone,
        "profile": shown.profile_id,
    }
    for prefix, rows in (("rule", shown.rules), ("step", shown.policy)):
        for number, row in enumerate(rows):
            found |= {f"{prefix}{number}_{name}": value for name, value in row.items()}
    return found
