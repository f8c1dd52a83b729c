"""What people type about insights and the changes made because of them."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q

from foundation.form_fields import DayField, TextField
from foundation.words import local
from metrics.models import Hypothesis, Kind, Metric, MetricStatus
from metrics.models.hypothesis import Movement
from operations.models import User
from support.models import MOST_CHANGE, ChangeKind, ChangeVerdict, Insight, InsightKind, InsightState, Ticket
from support.selectors.causes import list_active_causes
from support.selectors.references import number_of
from support.services.insight_states import ALLOWED

_MAX_REFERENCES = 100


def _words(length: int, **more: Any) -> TextField:
    return TextField(max_length=length, **more)


def _people() -> Any:
    return User.objects.filter(is_active=True, is_service=False)


class ActionForm(forms.Form):
    """A form of the insight's page, named by what it does."""

    verb = ""
    action = TextField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["action"] = self.verb
        kwargs.setdefault("auto_id", f"{self.verb}-%s")
        super().__init__(*args, **kwargs)

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, without the name of the form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "action"}


class MoveForm(ActionForm):
    """Another state, of those that may follow."""

    verb = "move"
    state = forms.TypedChoiceField(coerce=InsightState, label="To")
    reason = _words(500, required=False, help_text="To dismiss it: why.")

    def __init__(self, *args: Any, insight: Insight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = list_moves(insight)  # type: ignore[attr-defined]


def list_moves(insight: Insight) -> list[tuple[str, str]]:
    """The states that a person may choose from; those after shipping follow from changes and verdicts."""
    chosen = (InsightState.VALIDATED, InsightState.DISMISSED)
    return [(state.value, str(state.label)) for state in ALLOWED[insight.state] if state in chosen]


class WordsForm(ActionForm):
    """What an insight says."""

    verb = "edit"
    statement = _words(300, label="What the tickets teach")
    kind = forms.ChoiceField(choices=InsightKind.choices, initial=InsightKind.UNSORTED)
    cause = _words(120, required=False, help_text="Code of the cause that its tickets have.")
    product = _words(120, required=False)
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="nobody yet")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = _people()  # type: ignore[attr-defined]
        if causes := list_active_causes():
            kept = self.initial.get("cause", "")
            choices = {"": "none", **({kept: kept} if kept else {}), **{cause.code: cause.name for cause in causes}}
            self.fields["cause"] = forms.ChoiceField(required=False, choices=list(choices.items()))


class TicketsField(TextField):
    """Numbers of tickets, as people call them."""

    def clean(self, value: Any) -> Any:
        """The tickets' keys; ValidationError naming the first that there is not."""
        words = [word for word in re.split(r"[\s,;]+", str(super().clean(value))) if word][:_MAX_REFERENCES]
        return [_find_ticket(word) for word in dict.fromkeys(words)]


def _find_ticket(word: str) -> int:
    number = number_of(word)
    by_number = Q(pk=number, external_id="") if number else Q(pk__in=[])
    found = Ticket.objects.filter(Q(external_id=word) | by_number).values_list("pk", flat=True)[:2]
    if len(found) != 1:
        raise forms.ValidationError(f"{'More than one' if found else 'No'} ticket is called “{word[:40]}”.")
    return int(found[0])


class NewInsightForm(WordsForm):
    """An insight that somebody writes down."""

    verb = "new"
    tickets = TicketsField(required=False, help_text="Numbers, such as T-12 T-40.")


class EvidenceForm(ActionForm):
    """Tickets that show it as well."""

    verb = "attach"
    tickets = TicketsField(help_text="Numbers, such as T-12 T-40.")


class ChangeForm(ActionForm):
    """What is done, and what is expected of it."""

    verb = "plan"
    kind = forms.ChoiceField(choices=ChangeKind.choices)
    title = _words(200)
    statement = _words(500, label="Why it should help", widget=forms.Textarea(attrs={"rows": 3}))
    reference = _words(300, required=False, help_text="Backlog item, document or address.")
    metric = forms.ModelChoiceField(
        queryset=Metric.objects.none(), required=False, empty_label="Tickets of the cause per 100 tickets"
    )
    hypothesis = forms.ModelChoiceField(queryset=Hypothesis.objects.none(), required=False, empty_label="none")
    direction = forms.ChoiceField(choices=Movement.choices, initial=Movement.DOWN, label="Expected to go")
    expected_change = forms.FloatField(
        min_value=0, max_value=MOST_CHANGE, label="By at least", help_text="In the unit of what is measured."
    )
    before_start_on = DayField(label="Before: first day")
    before_end_on = DayField(label="Before: last day", help_text="As many days are compared after.")
    check_on = DayField(label="Check on", help_text="Before and after are frozen then.")
    owner = forms.ModelChoiceField(queryset=User.objects.none())

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        today = local(at).date()
        days = {"before_start_on": today - timedelta(days=28), "before_end_on": today - timedelta(days=1)}
        kwargs["initial"] = {**days, "check_on": today + timedelta(days=42), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        counted = Metric.objects.filter(status=MetricStatus.APPROVED).exclude(versions__kind=Kind.DERIVED)
        self.fields["metric"].queryset = counted.order_by("name")  # type: ignore[attr-defined]
        self.fields["hypothesis"].queryset = Hypothesis.objects.all()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = _people()  # type: ignore[attr-defined]


class VerdictForm(ActionForm):
    """What a person concludes from before and after."""

    verb = "decide"
    verdict = forms.ChoiceField(choices=ChangeVerdict.choices)
    note = _words(500, label="What was learnt")


class InformForm(ActionForm):
    """What is told to everybody who asked and was not told yet."""

    verb = "inform"
    body = TextField(
        label="Reply to everybody not told yet",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
    )
