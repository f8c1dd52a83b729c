"""Finding, and where an import brings new ones making, the teams, customers and people that its tickets name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.text import slugify

from support.models import Customer, Team
from support.services.customers import note_first_contacts

PRETENDED = -1
"""The key of what a dry run would have made."""


@dataclass
class Directory:
    """Names to keys, for one source. People are only found, never made: an import invites nobody."""

    source: str
    is_dry_run: bool = False
    teams: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    """Those of the current batch; a file may have more of them than memory should hold."""

    def load(self) -> None:
        """Read what the database has of teams and people."""
        self.teams = dict(Team.objects.values_list("name", "pk"))
        self.people = {}
        shared: set[str] = set()
        for pk, email, name in get_user_model().objects.filter(is_active=True).values_list("pk", "email", "name"):
            self.people[email.casefold()] = pk
            shared |= {name.casefold()} & self.people.keys()
            self.people.setdefault(name.casefold(), pk)
        for name in shared:
            self.people.pop(name)  # Two people of one name: neither is meant for certain.

    def person(self, text: str) -> int | None:
        """Whose e-mail address or, if only one has it, name the text is."""
        return self.people.get(text.casefold()) if text else None

    def customer_key(self, text: str) -> str:
        return f"{self.source}:{text}"

    def load_customers(self, texts: Collection[str]) -> None:
        keys = {self.customer_key(text): text for text in texts if text}
        found = Customer.objects.filter(external_id__in=keys).values_list("external_id", "pk")
        self.customers = {keys[external_id]: pk for external_id, pk in found}

    def make_customers(self, contacts: Mapping[str, datetime]) -> None:
        """Make the customers of the batch that are not there yet, named as the file has them, joined at their contact.

        Those that are there joined no later than that.
        """
        if not self.is_dry_run:
            note_first_contacts({pk: contacts[text] for text, pk in self.customers.items()})
        new = sorted({text for text in contacts if text} - self.customers.keys())
        rows = [Customer(name=text, external_id=self.customer_key(text), joined_at=contacts[text]) for text in new]
        made = rows if self.is_dry_run else Customer.objects.bulk_create(rows)
        self.customers |= {customer.name: customer.pk or PRETENDED for customer in made}

    def make_teams(self, names: Collection[str]) -> None:
        """Make the teams that are not there yet."""
        new = sorted({name for name in names if name} - self.teams.keys())
        if not new:
            return
        taken = set(Team.objects.values_list("slug", flat=True))
        rows = [Team(name=name, slug=_free_slug(name, taken)) for name in new]
        made = rows if self.is_dry_run else Team.objects.bulk_create(rows)
        self.teams |= {team.name: team.pk or PRETENDED for team in made}


def _free_slug(name: str, taken: set[str]) -> str:
    """A slug nobody has, remembered as taken."""
    base = slugify(name)[:100] or "team"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    return slug
