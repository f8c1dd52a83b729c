"""What surrounds every page: the sections with their open counts, the account, the freshness of the figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.urls import reverse

from dashboards.selectors.health import DataHealth, get_health_tallies, make_data_health
from foundation.tallies import Tallied, Tally, read_tallies
from foundation.words import local, zone_name
from operations.models import User
from operations.selectors.escalations import tally_unanswered
from operations.selectors.inbox import list_unread
from partnerships.models import CheckState, HealthCheck
from partnerships.selectors.incidents import tally_open_incidents
from support.models import OPEN_STATES, Priority, Ticket


@dataclass(frozen=True, slots=True)
class NavItem:
    """One section of the rail; `count` of None or 0 shows nothing, a loud one needs attention now."""

    label: str
    url: str
    key: str
    is_current: bool
    count: int = 0
    is_loud: bool = False

    @property
    def counted(self) -> str:
        """What the count says, for screen readers."""
        return "need attention" if self.is_loud else "open"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the footer."""

    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page for one signed-in person."""

    name: str
    email: str
    initials: str
    as_of: str
    as_of_iso: str
    zone: str
    worker: str
    items: list[NavItem]
    health: list[Entry]
    health_url: str
    account_links: list[Link]
    inbox_url: str
    unread: int
    is_visible: bool = True


_SECTIONS: tuple[tuple[str, str, str, str, str], ...] = (
    ("Overview", "/", "o", "", ""),
    ("Metrics", "/metrics/", "m", "metrics.view_metric", ""),
    ("Scorecard", "/metrics/scorecard/", "s", "metrics.view_metric", ""),
    ("Experiments", "/experiments/", "e", "metrics.view_experiment", ""),
    ("Integrations", "/integrations/", "i", "partnerships.view_integration", "checks"),
    ("Incidents", "/incidents/", "n", "partnerships.view_incident", "incidents"),
    ("Partners", "/partners/", "p", "partnerships.view_partner", ""),
    ("Ledger", "/ledger/", "l", "partnerships.view_ledgerentry", ""),
    ("Launches", "/launches/", "u", "partnerships.view_launch", ""),
    ("Support", "/support/", "h", "support.view_ticket", ""),
    ("Tickets", "/tickets/", "t", "support.view_ticket", "tickets"),
    ("Insights", "/insights/", "w", "support.view_insight", ""),
    ("Team", "/team/", "z", "support.oversee_review", ""),
    ("My figures", "/team/me/", "y", "support.view_review", ""),
    ("Set-up cases", "/setup-cases/", "a", "support.view_setupcase", ""),
    ("Escalations", "/escalations/", "c", "operations.view_escalation", "escalations"),
    ("Data health", "/data-health/", "d", "metrics.view_metric", ""),
)


def get_shell(user: User | AnonymousUser | None, *, path: str, at: datetime) -> Shell | None:
    """The frame for one person at one path, None for somebody who is not signed in; one query beside permissions."""
    if not isinstance(user, User):
        return None
    sections = [section for section in _SECTIONS if not section[3] or user.has_perm(section[3])]
    counts = {counted: _COUNTED[counted]() for *_, counted in sections if counted}
    found = read_tallies({**get_health_tallies(), **counts, "unread": Tally(list_unread(user.pk))})
    health = make_data_health(found, at=at)
    return Shell(
        name=user.name,
        email=user.email,
        initials=user.initials,
        as_of=_written(health),
        as_of_iso=health.as_of.isoformat(timespec="minutes"),
        zone=zone_name(),
        worker=health.worker,
        items=[_item(section, found, current=_current(path)) for section in sections],
        health=[Entry(tone, label) for tone, label in health.lines],
        health_url=reverse("dashboards:data_health") if user.has_perm("metrics.view_metric") else "",
        account_links=_account_links(user),
        inbox_url=reverse("notifications:inbox"),
        unread=found["unread"].all,
    )


def _written(health: DataHealth) -> str:
    at = local(health.as_of)
    return f"{at:%a} {at.day} {at:%b, %H:%M}"


def _item(section: tuple[str, str, str, str, str], found: Mapping[str, Tallied], *, current: str) -> NavItem:
    label, url, key, _, counted = section
    count, is_loud = _count(counted, found[counted]) if counted else (0, False)
    return NavItem(label, url, key, url == current, count, is_loud)


def _count(counted: str, tallied: Tallied) -> tuple[int, bool]:
    """The number beside a section, and whether it is loud: of tickets only the loud ones count where there are any."""
    is_loud = bool(tallied.loud)
    return (tallied.loud if is_loud and counted == "tickets" else tallied.all), is_loud


def _current(path: str) -> str:
    """The section that a path lies in: the one whose address says most about it."""
    inside = [url for _, url, *_ in _SECTIONS if path == url or (url != "/" and path.startswith(url))]
    return max(inside, key=len, default="")


def _tally_checks() -> Tally:
    """Integrations that are down or degraded now; those that are down are loud."""
    ailing = HealthCheck.objects.filter(
        counts_for_uptime=True,
        is_paused=False,
        integration__is_active=True,
        state__in=[CheckState.DOWN, CheckState.DEGRADED],
    )
    return Tally(ailing, Count("integration", distinct=True), Count("pk", filter=Q(state=CheckState.DOWN)))


def _tally_tickets() -> Tally:
    """Open tickets; those that are urgent and nobody's are loud."""
    loud = Count("state", filter=Q(priority=Priority.URGENT, assignee=None))
    return Tally(Ticket.objects.filter(state__in=OPEN_STATES), Count("state"), loud)


_COUNTED: Mapping[str, Callable[[], Tally]] = {
    "checks": _tally_checks,
    "tickets": _tally_tickets,
    "incidents": tally_open_incidents,
    "escalations": tally_unanswered,
}


def _account_links(user: User) -> list[Link]:
    links = [
        Link("Notification settings", reverse("notifications:settings")),
        Link("Change password", reverse("account_change_password")),
        Link("Two-step sign-in", reverse("mfa_index")),
    ]
    return [*links, Link("Admin", reverse("admin:index"))] if user.is_staff else links
