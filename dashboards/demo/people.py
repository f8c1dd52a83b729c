"""The 40 people of the demo company, their roles and the support teams."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from dashboards.demo.story import Story
from operations.models import User
from support.models import Team

DOMAIN = "fieldlight.example"
DEMO_PASSWORD = "fieldlight-demo"  # noqa: S105  # nosec B105

ROLES = {
    "coo": ["Clara Osei"],
    "executive": ["Victor Lindqvist", "Amara Nwosu", "Helen Marsh"],
    "operations": ["Priya Raman", "Tom Albrecht", "Grace Okafor"],
    "partner_manager": ["Jonas Weber", "Leila Haddad", "Mateo Cruz", "Ingrid Solberg"],
    "support_lead": ["Samir Khan", "Nora Byrne"],
    "support_agent": [
        "Ana Silva", "Marek Rybak", "Kofi Danso", "Julia Ortiz", "Ben Whitaker", "Yuki Mori", "Elif Demir",
        "Oskar Nyman", "Ruth Adler", "Dario Conti", "Mina Park", "Sean Doyle", "Farah Aziz", "Pavel Novak",
    ],
    "contractor_manager": ["Lucia Romero", "David Mensah", "Emma Karlsson", "Noah Fischer"],
    "finance": ["Hannah Cole", "Rajiv Menon", "Sofia Greco"],
    "auditor": ["Walter Brandt"],
    "platform": ["Iris Tan", "Felix Moreau", "Dana Petrov", "Leon Hartmann", "Zoe Carter"],
}  # fmt: skip
STAFF = {"coo", "operations", "partner_manager", "support_lead", "finance", "auditor", "platform"}
SIGN_IN_NAMES = {
    "Clara Osei": "coo",
    "Victor Lindqvist": "ceo",
    "Priya Raman": "operations",
    "Jonas Weber": "partners",
    "Samir Khan": "support.lead",
    "Ana Silva": "support",
    "Lucia Romero": "contractors",
    "Hannah Cole": "finance",
    "Walter Brandt": "auditor",
    "Iris Tan": "admin",
}
TEAMS = {
    "Frontline": ("Samir Khan", 0, 5),
    "Integrations": ("Nora Byrne", 5, 9),
    "Billing": ("Samir Khan", 9, 11),
    "Bookings and assets": ("Nora Byrne", 11, 14),
}


@dataclass(frozen=True)
class People:
    """Everybody by role, and the support teams with their agents by name."""

    by_role: dict[str, list[User]]
    teams: dict[str, Team]
    agents: dict[str, list[User]]

    @property
    def coo(self) -> User:
        return self.by_role["coo"][0]

    def lead_of(self, role: str) -> User:
        """The first person of a role: who answers for it."""
        return self.by_role[role][0]


def add_people(story: Story) -> People:
    """Save users, their groups and the teams, and return them."""
    # One hash for all: forty separate ones would take longer than the rest of the company.
    password = make_password(DEMO_PASSWORD if settings.DEMO else None)
    users = [
        User(
            email=f"{SIGN_IN_NAMES.get(name) or name.lower().replace(' ', '.')}@{DOMAIN}",
            name=name,
            password=password,
            is_staff=role in STAFF,
            is_superuser=name == "Iris Tan",
            joined_at=story.start,
        )
        for role, names in ROLES.items()
        for name in names
    ]
    User.objects.bulk_create(users)
    by_name = {user.name: user for user in users}
    by_role = {role: [by_name[name] for name in names] for role, names in ROLES.items()}
    for role, members in by_role.items():
        # The platform engineers have no role of their own; the first of them is the superuser.
        Group.objects.get_or_create(name="operations" if role == "platform" else role)[0].user_set.add(*members)
    _name_leads(by_role)
    return _with_teams(by_role, by_name)


def _name_leads(by_role: dict[str, list[User]]) -> None:
    """Whoever answers for a role leads its others, and the COO leads them."""
    coo = by_role["coo"][0]
    for members in by_role.values():
        for one in members:
            one.lead = None if one is coo else coo if one is members[0] else members[0]
    User.objects.bulk_update([one for members in by_role.values() for one in members], ["lead"])


def _with_teams(by_role: dict[str, list[User]], by_name: dict[str, User]) -> People:
    teams: dict[str, Team] = {}
    agents: dict[str, list[User]] = {}
    for name, (lead, first, last) in TEAMS.items():
        team = Team.objects.create(name=name, slug=name.lower().replace(" ", "-"), lead=by_name[lead])
        agents[name] = by_role["support_agent"][first:last]
        team.members.set([*agents[name], by_name[lead]])
        teams[name] = team
    return People(by_role=by_role, teams=teams, agents=agents)
