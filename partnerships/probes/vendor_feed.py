"""What all vendors' status feeds have in common.

A feed that cannot be fetched or read makes the feed unknown, not the vendor down; a word we do not know is
never taken for good news, and a document of another shape than we know for neither.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from foundation.fetching.transport import WEB_SCHEMES, Request, Response, TransportError
from partnerships.models.result import Outcome
from partnerships.probes.announcements import Announcement
from partnerships.probes.base import Config, Verdict
from partnerships.probes.json_documents import JsonError, parse_json
from partnerships.probes.stories import Story

_WEIGHT = {Outcome.OK: 0, Outcome.ERROR: 1, Outcome.DEGRADED: 2, Outcome.FAIL: 3}
_TEXT_LENGTH = 300

Document = TypeVar("Document")


class FeedError(ValueError):
    """The feed is not of the shape we know; the message says in what."""


class FeedProbe(ABC, Generic[Document]):
    """Base of feed kinds: subclasses parse an answer and read the document. Both may raise FeedError."""

    is_vendor_feed = True
    schemes = WEB_SCHEMES
    accepts = "application/json"
    truncates_body = False  # True: what lies beyond the size limit is left out, and the answer says so

    def build_request(self, url: str, config: Config, *, timeout_seconds: float, is_fresh: bool) -> Request:
        del config
        return Request(
            url=url,
            headers={"Accept": self.accepts},
            timeout_seconds=timeout_seconds,
            max_redirects=3,
            truncates_body=self.truncates_body,
            is_fresh=is_fresh,
        )

    def evaluate(self, response: Response, config: Config) -> Verdict:
        if response.status != HTTPStatus.OK:
            return Verdict(Outcome.ERROR, reason="feed_unreachable", detail=f"HTTP {response.status}")
        try:
            document = self.parse(response)
            return replace(
                self.read(document, config),
                stories=self.list_stories(document),
                announcements=self.list_announcements(document, config),
            )
        except FeedError as error:
            return unreadable(str(error))

    def explain(self, error: TransportError) -> Verdict:
        return Verdict(Outcome.ERROR, reason="feed_unreachable", detail=str(error.reason))

    def list_stories(self, document: Document) -> tuple[Story, ...] | None:
        """The incidents that this document names; None where it names none."""
        del document
        return None

    def list_announcements(self, document: Document, config: Config) -> tuple[Announcement, ...] | None:
        """The maintenances that this document lists for what is mapped; None where it has no list of them."""
        del document, config
        return None

    @abstractmethod
    def parse(self, response: Response) -> Document:
        """The document of an answer."""

    @abstractmethod
    def read(self, document: Document, config: Config) -> Verdict:
        """What this document says."""


class JsonFeedProbe(FeedProbe[dict[str, Any]]):
    """Base of feeds whose document is one JSON object."""

    def parse(self, response: Response) -> dict[str, Any]:
        try:
            document = parse_json(response.body)
        except JsonError as error:
            raise FeedError(str(error)) from None
        if not isinstance(document, dict):
            raise FeedError("Not an object.")
        return document


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
    """The verdict for a document of another shape than the feed's."""
    text = what[:_TEXT_LENGTH]
    return Verdict(Outcome.ERROR, reason="feed_unreadable", detail=text, warnings=(text,))


def suspected(title: Any) -> Verdict:
    """The verdict for trouble that may or may not concern us."""
    return Verdict(Outcome.DEGRADED, reason="suspected", detail=str(title)[:_TEXT_LENGTH])


def text_only(title: str) -> Verdict:
    """The verdict of a feed that tells in words alone: its newest words, and no state."""
    return Verdict(Outcome.ERROR, reason="text_only", detail=title[:_TEXT_LENGTH])


def objects(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list within the document; FeedError when it is anything else."""
    value = document.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise FeedError(f"No list of objects: {name}.")
    return value


def folded(names: Iterable[Any]) -> set[str]:
    """Names as they are compared: without case and outer space."""
    return {str(name).strip().casefold() for name in names}
