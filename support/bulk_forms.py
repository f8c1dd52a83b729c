"""What is done to many tickets, as people choose it."""

from typing import Any

from django import forms

from foundation.form_fields import TextField
from operations.models import User
from support.forms import TagsField, list_people
from support.models import BulkAction, Priority, Team, TicketState

_STATES = (TicketState.OPEN, TicketState.PENDING_CUSTOMER, TicketState.SOLVED, TicketState.CLOSED, TicketState.SPAM)


class BulkForm(forms.Form):
    """One action with what it needs; the fields of the others are passed over."""

    action = forms.TypedChoiceField(choices=BulkAction.choices, coerce=BulkAction, label="Do")
    assignee = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="nobody")
    team = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, empty_label="as it is")
    priority = forms.ChoiceField(choices=Priority.choices, required=False)
    category = TextField(label="Area or cause", required=False, max_length=120)
    tags = TagsField(required=False, max_length=1300)
    body = TextField(label="Internal note", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))
    state = forms.ChoiceField(choices=[(state.value, state.label) for state in _STATES], required=False)
    reason = TextField(label="Reason or root cause", required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "bulk-%s", **kwargs})
        self.fields["assignee"].queryset = list_people()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the chosen action is done with."""
        given, action = self.cleaned_data, self.cleaned_data["action"]
        if action is BulkAction.ASSIGN:
            who = {"assignee": given["assignee"].pk if given["assignee"] else None}
            return {**who, "team": given["team"].pk} if given["team"] else who
        if action in {BulkAction.ADD_TAGS, BulkAction.REMOVE_TAGS}:
            return {"tags": given["tags"]}
        if action is BulkAction.NOTE:
            return {"body": given["body"]}
        if action is BulkAction.STATE:
            more = {name: given[name] for name in ("reason", "category") if given[name]}
            return {"state": given["state"], **more}
        return {action.value: given[action.value]}
