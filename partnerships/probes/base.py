"""What a kind of probe is, and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from partnerships.fetching.transport import Request, Response, TransportError
from partnerships.models.result import Outcome

Config = Mapping[str, Any]
Problem = tuple[str, str]  # (field, message)

# Response headers worth keeping: quota, back-off, and announced ends of an API.
_KEPT_HEADERS = frozenset({"retry-after", "deprecation", "sunset", "link", "ratelimit", "ratelimit-policy"})
_KEPT_PREFIXES = ("x-ratelimit-", "ratelimit-", "x-rate-limit-")
_HEADER_LENGTH = 200


@dataclass(frozen=True)
class Verdict:
    """What one response means. `error` is our own trouble and never the partner's downtime."""

    outcome: Outcome
    reason: str = ""
    detail: str = ""
    failed_assertion: str = ""
    warnings: tuple[str, ...] = ()


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
    """The headers stored with a result, cut to 200 characters each."""
    return {
        name: value[:_HEADER_LENGTH]
        for name, value in response.headers.items()
        if name in _KEPT_HEADERS or name.startswith(_KEPT_PREFIXES)
    }


def unknown_keys(config: Config, known: frozenset[str]) -> list[Problem]:
    """A problem for each key that the kind does not know: a misspelt assertion must not pass silently."""
    return [(str(key), "Unknown setting.") for key in config if key not in known]


def name_list_problems(config: Config, field: str) -> list[Problem]:
    """Problems of an optional list of non-empty names."""
    names = config.get(field, [])
    if isinstance(names, list) and all(isinstance(name, str) and name.strip() for name in names):
        return []
    return [(field, "Must be a list of names.")]
