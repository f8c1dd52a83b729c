"""The partners of the demo company and what is integrated with each: invented use of real products."""

from collections.abc import Sequence
from dataclasses import dataclass

PRODUCTION, EXPERIMENTAL = "production", "experimental"


@dataclass(frozen=True)
class Planned:
    """One integration of the story.

    `tiers` are (days before the end, tier) in order; the first is when monitoring began. `outages` and `slow` are how
    many a month, `latency_ms` the usual answer time.
    """

    name: str
    tiers: Sequence[tuple[int, str]]
    latency_ms: int
    outages: float = 1.0
    slow: float = 1.0

    @property
    def tier(self) -> str:
        """The tier at the end of the story."""
        return self.tiers[-1][1]


def _production(name: str, days: int, latency_ms: int, outages: float = 0.7, slow: float = 0.8) -> Planned:
    return Planned(name, ((days, PRODUCTION),), latency_ms, outages, slow)


def _promoted(name: str, days: int, promoted: int, latency_ms: int, outages: float = 1.0) -> Planned:
    return Planned(name, ((days, EXPERIMENTAL), (promoted, PRODUCTION)), latency_ms, outages, 1.0)


def _experimental(name: str, days: int, latency_ms: int, outages: float = 4.0, slow: float = 3.0) -> Planned:
    return Planned(name, ((days, EXPERIMENTAL),), latency_ms, outages, slow)


@dataclass(frozen=True)
class PlannedPartner:
    """One partner; `feed` is the kind of its own status page, where it has one."""

    name: str
    website: str
    integrations: Sequence[Planned]
    feed: str = ""


PARTNERS = (
    PlannedPartner(
        "Asana",
        "https://asana.com",
        (
            _production("Asana tasks", 730, 180),
            _promoted("Asana projects", 600, 320, 210),
            _experimental("Asana goals", 240, 260),
        ),
        feed="statuspage",
    ),
    PlannedPartner(
        "Slack",
        "https://slack.com",
        (
            _production("Slack alerts", 730, 120),
            _production("Slack digests", 540, 140),
            _experimental("Slack huddles", 150, 220),
        ),
        feed="slack_status",
    ),
    PlannedPartner(
        "GitHub",
        "https://github.com",
        (
            _production("GitHub issues", 730, 160),
            _production("GitHub deployments", 650, 240, 1.2, 1.5),
            _experimental("GitHub code search", 200, 420, 3.0, 6.0),
        ),
        feed="statuspage",
    ),
    PlannedPartner(
        "Google Workspace",
        "https://workspace.google.com",
        (
            _production("Google Calendar", 730, 110, 0.3),
            _production("Google Drive", 730, 150, 0.4),
            _promoted("Google Sheets", 480, 290, 190),
        ),
    ),
    PlannedPartner(
        "Microsoft 365",
        "https://www.microsoft.com",
        (
            _production("Outlook calendar", 610, 230, 0.9),
            _production("Microsoft Teams", 560, 260, 1.1, 1.6),
            _experimental("SharePoint folders", 180, 380),
        ),
    ),
    PlannedPartner(
        "Stripe",
        "https://stripe.com",
        (_production("Stripe payouts", 730, 210, 0.5, 2.0), _production("Stripe invoices", 690, 190, 0.4)),
        feed="statuspage",
    ),
    PlannedPartner(
        "HubSpot",
        "https://www.hubspot.com",
        (
            _promoted("HubSpot contacts", 520, 370, 280),
            _promoted("HubSpot deals", 430, 150, 300, 1.4),
            Planned("HubSpot campaigns", ((400, EXPERIMENTAL), (260, PRODUCTION), (90, EXPERIMENTAL)), 390, 2.2, 2.0),
        ),
    ),
    PlannedPartner(
        "Dropbox",
        "https://www.dropbox.com",
        (_production("Dropbox assets", 700, 240, 0.6), _experimental("Dropbox sign", 120, 330, 2.5)),
        feed="statuspage",
    ),
    PlannedPartner(
        "Notion",
        "https://www.notion.so",
        (_promoted("Notion pages", 460, 210, 310, 1.3), _experimental("Notion forms", 100, 350, 3.5)),
        feed="statuspage",
    ),
    PlannedPartner(
        "Atlassian",
        "https://www.atlassian.com",
        (_production("Jira issues", 640, 270, 0.8, 1.2), _experimental("Confluence spaces", 220, 340)),
        feed="statuspage",
    ),
    PlannedPartner(
        "Zoom",
        "https://zoom.us",
        (_promoted("Zoom meetings", 380, 190, 170, 0.8), _experimental("Zoom recordings", 160, 450, 5.0)),
        feed="statuspage",
    ),
    PlannedPartner(
        "Figma",
        "https://www.figma.com",
        (_experimental("Figma frames", 140, 290), _experimental("Figma comments", 95, 310, 6.5, 4.0)),
        feed="statuspage",
    ),
)
TROUBLED = "Figma comments"
"""The integration whose last two weeks were bad: an exception for the overview to show."""
