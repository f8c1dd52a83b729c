"""What people type into the pages of support."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from foundation.form_fields import InstantField
from foundation.words import organisation_zone, zone_name
from operations.models import User
from support.models import Customer, Priority, Team, Ticket, TicketState
from support.selectors.queue import SORTS, QueueQuery, is_tab
from support.services.ticket_states import list_allowed_states

_ORDERS = {sign + name for name in SORTS for sign in ("", "-")}


def _people() -> Any:
    return User.objects.filter(is_active=True, is_service=False)


class QueueForm(forms.Form):
    """The filter bar, which is the URL; values that mean nothing are passed over."""

    tab = forms.CharField(required=False)
    q = forms.CharField(required=False, max_length=200)
    priority = forms.ChoiceField(required=False, choices=Priority.choices)
    category = forms.CharField(required=False, max_length=120)
    team = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    holder = forms.RegexField(r"^(none|[1-9][0-9]{0,17})$", required=False)
    sort = forms.CharField(required=False)

    def query(self, person: int) -> QueueQuery:
        """What is asked for, by whom."""
        self.is_valid()
        asked = {name: value or "" for name, value in self.cleaned_data.items()}
        return QueueQuery(
            person=person,
            tab=asked["tab"] if is_tab(asked.get("tab", "")) else "us",
            words=asked.get("q", ""),
            priority=asked.get("priority", ""),
            category=asked.get("category", ""),
            team=str(asked.get("team", "")),
            holder=asked.get("holder", ""),
            sort=asked["sort"] if asked.get("sort") in _ORDERS else "",
        )


class _TicketForm(forms.Form):
    """A form of one ticket, which remembers the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    prefix_name = ""

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("version", ticket.version)
        kwargs.setdefault("auto_id", f"{self.prefix_name}-%s")
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The values; a form that came without the version is refused where people can see it."""
        if "version" in self.errors:
            raise forms.ValidationError("The form was not complete. Load the page again and repeat.")
        return self.cleaned_data


class StateForm(_TicketForm):
    """A change to one of the states that the ticket may be given."""

    prefix_name = "state"
    state = forms.TypedChoiceField(coerce=TicketState, label="New state")
    reason = forms.CharField(
        required=False,
        max_length=300,
        help_text="On hold: what it waits for. Solved, if urgent, high or reopened: the root cause.",
    )
    category = forms.CharField(
        required=False, max_length=120, help_text="The cause. A ticket is not solved without one."
    )
    wake_at = InstantField(
        required=False,
        label="Comes back",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["category"] = ticket.category
        super().__init__(*args, ticket=ticket, **kwargs)
        choices = [("", "choose"), *((state.value, state.label) for state in list_allowed_states(ticket.state))]
        self.fields["state"].choices = choices  # type: ignore[attr-defined]
        self.fields["wake_at"].help_text = f"On hold: when, on the clock of {zone_name()}."

    def clean_wake_at(self) -> datetime | None:
        """The wall time that was typed, in the organisation's zone; Django has read it in the server's."""
        typed: datetime | None = self.cleaned_data["wake_at"]
        if typed is None:
            return None
        return timezone.make_naive(typed, timezone.get_default_timezone()).replace(tzinfo=organisation_zone())


class MessageForm(forms.Form):
    """Something to say on a ticket."""

    body = forms.CharField(label="Words", widget=forms.Textarea(attrs={"rows": 4}), max_length=20_000)
    kind = forms.ChoiceField(
        label="Who reads it",
        choices=[
            ("reply", "The customer: public reply"),
            ("note", "Only us: internal note"),
            ("customer", "The customer wrote it"),
        ],
    )


class AssignForm(_TicketForm):
    """Whom the ticket is given to."""

    prefix_name = "assign"
    assignee = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="nobody")
    team = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, empty_label="no team")

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(assignee=ticket.assignee_id, team=ticket.team_id)
        super().__init__(*args, ticket=ticket, **kwargs)
        self.fields["assignee"].queryset = _people()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]


class NewTicketForm(forms.Form):
    """A ticket that starts now."""

    subject = forms.CharField(max_length=300)
    body = forms.CharField(
        label="What happened", required=False, widget=forms.Textarea(attrs={"rows": 6}), max_length=20_000
    )
    priority = forms.TypedChoiceField(choices=Priority.choices, initial=Priority.NORMAL, coerce=Priority)
    category = forms.CharField(required=False, max_length=120)
    channel = forms.CharField(required=False, max_length=60)
    customer = forms.CharField(required=False, max_length=254, help_text="Name or e-mail address of one we know.")
    team = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, empty_label="no team")
    assignee = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="nobody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]
        self.fields["assignee"].queryset = _people()  # type: ignore[attr-defined]

    def clean_customer(self) -> Customer | None:
        """The one customer of that name or address."""
        words = self.cleaned_data["customer"].strip()
        if not words:
            return None
        found = list(Customer.objects.filter(email__iexact=words)[:2]) or list(
            Customer.objects.filter(name__iexact=words)[:2]
        )
        if len(found) != 1:
            problem = (
                "More than one customer is called that: give the e-mail address." if found else "No such customer."
            )
            raise forms.ValidationError(problem)
        return found[0]
