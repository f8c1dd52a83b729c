"""What people type into the pages of support."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone

from foundation.filters import MAX_ID
from foundation.form_fields import InstantField, TextField
from foundation.kept_files import KeptFile
from foundation.words import organisation_zone, zone_name
from operations.models import User
from support.models import Customer, Macro, Priority, Team, Ticket, TicketState
from support.selectors.causes import list_active_causes
from support.selectors.queue import COLUMNS, SORTS, QueueQuery, is_tab
from support.selectors.references import find_by_reference
from support.services.attachments import LONGEST_ATTACHMENT, MOST_ATTACHMENTS
from support.services.ticket_states import list_allowed_states

DUE_CHOICES = [("overdue", "overdue"), ("2h", "within 2 hours"), ("8h", "within 8 hours"), ("24h", "within 24 hours")]
_ORDERS = {sign + name for name in SORTS for sign in ("", "-")}


def list_people() -> Any:
    """Who can be given a ticket."""
    return User.objects.filter(is_active=True, is_service=False)


class QueueForm(forms.Form):
    """The filter bar, which is the URL; values that mean nothing are passed over."""

    tab = TextField(required=False)
    q = TextField(required=False, max_length=200)
    priority = forms.ChoiceField(required=False, choices=Priority.choices)
    category = TextField(required=False, max_length=120)
    team = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    state = forms.ChoiceField(required=False, choices=TicketState.choices)
    channel = TextField(required=False, max_length=60)
    product = TextField(required=False, max_length=120)
    integration = TextField(required=False, max_length=120)
    tier = TextField(required=False, max_length=60)
    city = TextField(required=False, max_length=120)
    tag = TextField(required=False, max_length=60)
    due = forms.ChoiceField(required=False, choices=DUE_CHOICES)
    holder = forms.RegexField(r"^(none|me|[1-9][0-9]{0,17})$", required=False)
    sort = TextField(required=False)

    def query(self, person: int) -> QueueQuery:
        """What is asked for, by whom."""
        self.is_valid()
        asked = {name: value or "" for name, value in self.cleaned_data.items()}
        return QueueQuery(
            person=person,
            tab=asked["tab"] if is_tab(asked.get("tab", "")) else "us",
            words=asked.get("q", ""),
            **{name: str(asked.get(name, "")) for name in COLUMNS},
            tag=asked.get("tag", ""),
            due=asked.get("due", ""),
            holder=asked.get("holder", ""),
            sort=asked["sort"] if asked.get("sort") in _ORDERS else "",
        )


class ViewForm(forms.Form):
    """A question to the queue that is kept."""

    name = TextField(max_length=60)
    is_shared = forms.BooleanField(label="For everybody", required=False)
    is_pinned = forms.BooleanField(label="Above the queue", required=False, initial=True)


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
    state = forms.TypedChoiceField(
        coerce=TicketState, label="New state", widget=forms.Select(attrs={"data-hotkey": "s"})
    )
    reason = TextField(
        required=False,
        max_length=300,
        help_text="On hold: what it waits for. Solved, if urgent, high or reopened: the root cause.",
    )
    category = TextField(required=False, max_length=120, help_text="The cause. A ticket is not solved without one.")
    wake_at = InstantField(
        required=False,
        label="Comes back",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["category"] = ticket.category
        super().__init__(*args, ticket=ticket, **kwargs)
        allowed = [state for state in list_allowed_states(ticket.state) if state is not TicketState.MERGED]
        choices = [("", "choose"), *((state.value, state.label) for state in allowed)]
        self.fields["state"].choices = choices  # type: ignore[attr-defined]
        self._offer_causes()
        self.fields["wake_at"].help_text = f"On hold: when, on the clock of {zone_name()}."

    def _offer_causes(self) -> None:
        """With a catalogue the cause is chosen, not typed."""
        if causes := list_active_causes():
            choices = [("", "choose"), *((cause.code, cause.name) for cause in causes)]
            words = self.fields["category"].help_text
            self.fields["category"] = forms.ChoiceField(required=False, choices=choices, label="Cause", help_text=words)

    def clean_wake_at(self) -> datetime | None:
        """The wall time that was typed, in the organisation's zone; Django has read it in the server's."""
        typed: datetime | None = self.cleaned_data["wake_at"]
        if typed is None:
            return None
        return timezone.make_naive(typed, timezone.get_default_timezone()).replace(tzinfo=organisation_zone())


class FilesInput(forms.ClearableFileInput):
    """Takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files as services take them; longer ones than are kept are not read."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=FilesInput(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[KeptFile]:
        """What was sent."""
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if len(sent) > MOST_ATTACHMENTS:
            raise forms.ValidationError(f"At most {MOST_ATTACHMENTS} files.")
        found = [super(FilesField, self).clean(one, initial) for one in sent]
        return [KeptFile(str(one.name), one.read(LONGEST_ATTACHMENT + 1)) for one in found]


class MessageForm(forms.Form):
    """Something to say on a ticket, with its files. `seen` is the newest event that the page shows."""

    body = TextField(label="Words", widget=forms.Textarea(attrs={"rows": 4, "data-hotkey": "r"}), max_length=20_000)
    kind = forms.ChoiceField(
        label="Who reads it",
        choices=[
            ("reply", "The customer: public reply"),
            ("note", "Only us: internal note"),
            ("customer", "The customer wrote it"),
        ],
    )
    attachments = FilesField(
        required=False, label="Files", help_text=f"At most {MOST_ATTACHMENTS}, 10 MB each: PDF, office, pictures, text."
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=MAX_ID)

    def show_newest(self, event_id: int) -> None:
        """Take it that all up to this event has been seen: the page shows it with the form."""
        data = cast("QueryDict", self.data).copy()
        data["seen"] = str(event_id)
        self.data = data


class AssignForm(_TicketForm):
    """Whom the ticket is given to."""

    prefix_name = "assign"
    assignee = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        empty_label="nobody",
        widget=forms.Select(attrs={"data-hotkey": "a"}),
    )
    team = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, empty_label="no team")

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(assignee=ticket.assignee_id, team=ticket.team_id)
        super().__init__(*args, ticket=ticket, **kwargs)
        self.fields["assignee"].queryset = list_people()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]


_SAME_ADDRESS = "More than one customer has this e-mail address: give the name."
_LOOKED_UP = {
    "email": _SAME_ADDRESS,
    "email__iexact": _SAME_ADDRESS,
    "name__iexact": "More than one customer is called that: give the e-mail address.",
}
"""How a customer is looked up, the first that finds anybody, and what is said where it finds several."""


class CustomerField(TextField):
    """One customer whom we know, by name or e-mail address; None where nothing is typed.

    `known` is found by their own words even where somebody else has the same name.
    """

    known: Customer | None = None

    def __init__(self, **kwargs: Any) -> None:
        help_text = "Name or e-mail address of one we know."
        super().__init__(required=False, max_length=254, help_text=help_text, **kwargs)

    def clean(self, value: Any) -> Any:
        """The one customer of that name or address."""
        words = super().clean(value).strip()
        if not words:
            return None
        if self.known and words in {self.known.email, self.known.name}:
            return self.known
        for column, problem in _LOOKED_UP.items():
            found = list(Customer.objects.filter(**{column: words})[:2])
            if len(found) == 1:
                return found[0]
            if found:
                raise forms.ValidationError(problem)
        raise forms.ValidationError("No such customer.")


class TagsField(TextField):
    """Tags, typed with spaces or commas between them."""

    def clean(self, value: Any) -> Any:
        """The names; what is wrong with one is for the service to say."""
        return super().clean(value).replace(",", " ").split()


class FieldsForm(_TicketForm):
    """What the ticket is about."""

    prefix_name = "about"
    subject = TextField(max_length=300)
    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=Priority)
    category = TextField(label="Area", required=False, max_length=120)
    product = TextField(required=False, max_length=120)
    integration = forms.SlugField(required=False, max_length=120)
    incident = forms.IntegerField(required=False, min_value=1, max_value=MAX_ID, label="Partner incident, by number")
    tags = TagsField(required=False, max_length=1300)
    customer = CustomerField()

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        names = ("subject", "priority", "category", "product", "integration", "incident")
        now = {name: getattr(ticket, name) for name in names}
        customer = ticket.customer
        now["customer"] = (customer.email or customer.name) if customer else ""
        now["tags"] = " ".join(tag.name for tag in ticket.tags.all())
        super().__init__(*args, ticket=ticket, initial=now, **kwargs)
        cast("CustomerField", self.fields["customer"]).known = customer

    def changed_fields(self) -> dict[str, Any]:
        """What was typed anew."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}


class MacroForm(_TicketForm):
    """What is often done."""

    prefix_name = "macro"
    macro = forms.ModelChoiceField(
        queryset=Macro.objects.none(), empty_label="choose", widget=forms.Select(attrs={"data-hotkey": "m"})
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, **kwargs)
        self.fields["macro"].queryset = Macro.objects.filter(is_active=True)  # type: ignore[attr-defined]


class HelpForm(forms.Form):
    """Why somebody else has to look at the ticket."""

    reason = TextField(label="Why", widget=forms.Textarea(attrs={"rows": 3, "data-hotkey": "e"}), max_length=2000)
    is_critical = forms.BooleanField(label="Critical: also outside opening hours", required=False)


class MergeForm(_TicketForm):
    """Where the ticket goes on."""

    prefix_name = "merge"
    into = TextField(label="Goes on in", max_length=120, help_text="The other ticket’s number, such as T-120.")
    reason = TextField(required=False, max_length=200)

    def clean_into(self) -> int:
        """The number of the one ticket that is called that."""
        found = find_by_reference(self.cleaned_data["into"])
        if found is None:
            raise forms.ValidationError("There is no such ticket.")
        return found


class NewTicketForm(forms.Form):
    """A ticket that starts now."""

    subject = TextField(max_length=300)
    body = TextField(label="What happened", required=False, widget=forms.Textarea(attrs={"rows": 6}), max_length=20_000)
    priority = forms.TypedChoiceField(choices=Priority.choices, initial=Priority.NORMAL, coerce=Priority)
    category = TextField(required=False, max_length=120)
    channel = TextField(required=False, max_length=60)
    product = TextField(required=False, max_length=120)
    customer = CustomerField()
    team = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, empty_label="no team")
    assignee = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="nobody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]
        self.fields["assignee"].queryset = list_people()  # type: ignore[attr-defined]
