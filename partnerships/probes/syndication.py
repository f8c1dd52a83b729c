"""RSS 2.0, RSS 1.0 and Atom: the last resort, read as text. Words alone tell no state, so it is always unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from foundation.fetching.transport import Response
from partnerships.probes.base import Config, Problem, Verdict, unknown_keys
from partnerships.probes.vendor_feed import FeedError, FeedProbe, text_only

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # nosec B405

ENTRIES = {"rss": "item", "RDF": "item", "feed": "entry"}
DATES = ("pubDate", "date", "updated", "published")


class SyndicationProbe(FeedProbe["Element"]):
    """The title of the newest entry, or of the first where they are not all dated."""

    kind = "syndication"
    label = "RSS or Atom, as text"
    accepts = "application/rss+xml, application/atom+xml, application/xml;q=0.9"

    def validate(self, config: Config) -> list[Problem]:
        return unknown_keys(config, frozenset())

    def parse(self, response: Response) -> Element:
        try:
            root: Element = fromstring(response.body, forbid_dtd=True)
        except DefusedXmlException:
            raise FeedError("It declares a document type or entities.") from None
        except (ParseError, ValueError, LookupError) as error:
            raise FeedError(f"Not XML: {error}") from None
        if _name(root) not in ENTRIES:
            raise FeedError(f"Neither RSS nor Atom: {_name(root)[:60]!r}.")
        return root

    def read(self, document: Element, config: Config) -> Verdict:
        del config
        wanted = ENTRIES[_name(document)]
        entries = [one for one in document.iter() if _name(one) == wanted]
        if not entries:
            return text_only("No entries.")
        title = _words(_child(_newest(entries), "title"))
        if not title:
            raise FeedError("An entry without a title.")
        return text_only(title)


def _newest(entries: list[Element]) -> Element:
    dated = [(found, one) for one in entries if (found := _date(one)) is not None]
    if len(dated) < len(entries):
        return entries[0]
    return max(dated, key=lambda pair: pair[0])[1]


def _date(entry: Element) -> datetime | None:
    """The first date of the entry that can be read; one without an offset counts as UTC."""
    for name in DATES:
        text = _words(_child(entry, name))
        for read in (datetime.fromisoformat, parsedate_to_datetime):
            try:
                found = read(text)
            except ValueError:
                continue
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _child(entry: Element, name: str) -> Element | None:
    return next((one for one in entry if _name(one) == name), None)


def _words(element: Element | None) -> str:
    """The text of an element and of all within it, with single spaces."""
    return "" if element is None else " ".join(" ".join(element.itertext()).split())


def _name(element: Element) -> str:
    """The local name: feeds differ in their namespaces and mean the same."""
    return str(element.tag).rpartition("}")[2]


PROBE = SyndicationProbe()
