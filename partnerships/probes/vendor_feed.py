"""What all vendors' status feeds have in common.

A feed that cannot be fetched or read makes the feed unknown, not the vendor down; a word we do not know is
never taken for good news.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from partnerships.fetching.transport import WEB_SCHEMES, Request, Response, TransportError
from partnerships.models.result import Outcome
from partnerships.probes.base import Config, Verdict
from partnerships.probes.json_documents import JsonError, parse_json

_WEIGHT = {Outcome.OK: 0, Outcome.ERROR: 1, Outcome.DEGRADED: 2, Outcome.FAIL: 3}


class FeedProbe(ABC):
    """Base of feed kinds: subclasses read a parsed document."""

    is_vendor_feed = True
    schemes = WEB_SCHEMES

    def build_request(self, url: str, config: Config, *, timeout_seconds: float, is_fresh: bool) -> Request:
        del config
        return Request(
            url=url,
            headers={"Accept": "application/json"},
            timeout_seconds=timeout_seconds,
            max_redirects=3,
            is_fresh=is_fresh,
        )

    def evaluate(self, response: Response, config: Config) -> Verdict:
        if response.status != HTTPStatus.OK:
            return Verdict(Outcome.ERROR, reason="feed_unreachable", detail=f"HTTP {response.status}")
        try:
            document = parse_json(response.body)
        except JsonError as error:
            return Verdict(Outcome.ERROR, reason="feed_unreadable", detail=str(error)[:300])
        if not isinstance(document, dict):
            return Verdict(Outcome.ERROR, reason="feed_unreadable", detail="Not an object.")
        return self.read(document, config)

    def explain(self, error: TransportError) -> Verdict:
        return Verdict(Outcome.ERROR, reason="feed_unreachable", detail=str(error.reason))

    @abstractmethod
    def read(self, document: dict[str, Any], config: Config) -> Verdict:
        """What this document says."""


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest verdict, with all warnings: known trouble outweighs an unknown word, that good news."""
    found = list(verdicts) or [Verdict(Outcome.OK)]
    worst = max(found, key=lambda verdict: _WEIGHT[verdict.outcome])
    warnings = tuple(warning for verdict in found for warning in verdict.warnings)
    return Verdict(worst.outcome, worst.reason, worst.detail, worst.failed_assertion, warnings)


def unknown_word(where: str, word: Any) -> Verdict:
    """The verdict for a word that the feed's format does not know."""
    text = f"{where}: {str(word)[:60]!r} is not a known word"
    return Verdict(Outcome.ERROR, reason="unknown_word", detail=text, warnings=(text,))


def unreadable(what: str) -> Verdict:
    return Verdict(Outcome.ERROR, reason="feed_unreadable", detail=what)


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else counts as none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def folded(names: Iterable[Any]) -> set[str]:
    """Names as they are compared: without case and outer space."""
    return {str(name).strip().casefold() for name in names}
