"""What a kind of probe is, and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from foundation.fetching.transport import Request, Response, TransportError
from partnerships.ledger.findings import CERTIFICATE_HEADER, find_link
from partnerships.models.result import Outcome
from partnerships.probes.announcements import Announcement
from partnerships.probes.stories import Story

Config = Mapping[str, Any]
Problem = tuple[str, str]  # (field, message)

# Response headers worth keeping: quota, back-off, and announced ends of an API or a token.
_KEPT_HEADERS = frozenset(
    {"retry-after", "deprecation", "sunset", "ratelimit", "ratelimit-policy", "github-authentication-token-expiration"}
)
_KEPT_PREFIXES = ("x-ratelimit-", "ratelimit-", "x-rate-limit-")
_HEADER_LENGTH = 200
_LINK = '<{}>; rel="deprecation"'


@dataclass(frozen=True)
class Verdict:
    """What one response means. `error` is our own trouble and never the partner's downtime.

    `stories` are the incidents that a feed lists as going on, with others perhaps; None where it tells of none by name.
    `announcements` are the maintenances that it lists for us; None where it has no list of them.
    """

    outcome: Outcome
    reason: str = ""
    detail: str = ""
    failed_assertion: str = ""
    warnings: tuple[str, ...] = ()
    stories: tuple[Story, ...] | None = None
    announcements: tuple[Announcement, ...] | None = None


OK = Verdict(Outcome.OK)


class Kind(Protocol):
    """What every kind of check has. All methods are pure."""

    kind: str
    label: str
    is_vendor_feed: bool  # tells what the partner says, not what we measured
    schemes: tuple[str, ...]  # of the URLs it takes; none where it takes no URL

    def validate(self, config: Config) -> list[Problem]:
        """What is wrong with this configuration, as (field, message); empty when it is usable."""
        ...


class Probe(Kind, Protocol):
    """A kind that asks the partner; fetching is the transport's work."""

    def build_request(self, url: str, config: Config, *, timeout_seconds: float, is_fresh: bool) -> Request:
        """The request to send; headers may still name secrets."""
        ...

    def evaluate(self, response: Response, config: Config) -> Verdict:
        """What this response means."""
        ...

    def explain(self, error: TransportError) -> Verdict:
        """What it means that nothing came back."""
        ...


class Listener(ABC):
    """A kind whose partner calls us: nothing is fetched, and the last call is judged."""

    kind: str
    label: str
    is_vendor_feed = False
    schemes: tuple[str, ...] = ()

    @abstractmethod
    def validate(self, config: Config) -> list[Problem]:
        """As of every kind."""

    @abstractmethod
    def judge(self, last_beat_at: datetime | None, config: Config, *, at: datetime) -> Verdict:
        """What the last call, or that there was none, means at an instant."""


def interesting_headers(response: Response) -> dict[str, str]:
    """The headers stored with a result, cut to 200 characters each, and the end of a certificate that was shown.

    Of links only the one that explains an end is kept: others page through lists and are long.
    """
    kept = {
        name: value[:_HEADER_LENGTH]
        for name, value in response.headers.items()
        if name in _KEPT_HEADERS or name.startswith(_KEPT_PREFIXES)
    }
    link = find_link(response.headers.get("link", ""), "sunset", "deprecation")
    if link and len(link) < _HEADER_LENGTH - len(_LINK.format("")):
        kept["link"] = _LINK.format(link)
    if response.certificate is not None:
        kept[CERTIFICATE_HEADER] = response.certificate.expires_at.isoformat()
    return kept


def unknown_keys(config: Config, known: frozenset[str]) -> list[Problem]:
    """A problem for each key that the kind does not know: a misspelt assertion must not pass silently."""
    return [(str(key), "Unknown setting.") for key in config if key not in known]


def name_list_problems(config: Config, field: str) -> list[Problem]:
    """Problems of an optional list of non-empty names."""
    names = config.get(field, [])
    if isinstance(names, list) and all(isinstance(name, str) and name.strip() for name in names):
        return []
    return [(field, "Must be a list of names.")]
