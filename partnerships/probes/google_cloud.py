"""Google Cloud's incidents.json: an array of incidents, the newest first; one without an end is open."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from foundation.fetching.transport import Response
from partnerships.models.result import Outcome
from partnerships.probes.base import OK, Config, Problem, Verdict, name_list_problems, unknown_keys
from partnerships.probes.json_documents import JsonError, parse_json, parse_json_items
from partnerships.probes.vendor_feed import FeedError, FeedProbe, folded, suspected, unknown_word, worst_of

IMPACT_WORDS = {
    "SERVICE_INFORMATION": (Outcome.OK, ""),
    "SERVICE_DISRUPTION": (Outcome.DEGRADED, "vendor_incident"),
    "SERVICE_OUTAGE": (Outcome.FAIL, "vendor_outage"),
}
AVAILABLE = "AVAILABLE"

Incident = dict[str, Any]


class GoogleCloudProbe(FeedProbe[list[Incident]]):
    """With `products` (titles or ids) only incidents that name one count, and those that name none make them suspected.

    The feed reaches back for years and outgrows what we read of a body, so its newest part is read.
    """

    kind = "google_cloud"
    label = "Google Cloud incidents"
    truncates_body = True

    def validate(self, config: Config) -> list[Problem]:
        return unknown_keys(config, frozenset({"products"})) + name_list_problems(config, "products")

    def parse(self, response: Response) -> list[Incident]:
        parse = parse_json_items if response.is_truncated else parse_json
        try:
            document = parse(response.body)
        except JsonError as error:
            raise FeedError(str(error)) from None
        if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
            raise FeedError("Not an array of objects.")
        begins = [_moment(one, "begin") for one in document]
        if response.is_truncated and any(later < earlier for later, earlier in pairwise(begins)):
            raise FeedError("Too large, and not sorted by begin.")
        return document

    def read(self, document: list[Incident], config: Config) -> Verdict:
        wanted = folded(config.get("products", []))
        return worst_of([_impact(one, wanted) for one in document if _is_open(one)])


def _is_open(incident: Incident) -> bool:
    """FeedError where the end is missing though the last word was that all is well: it moved, and all would be open."""
    if incident.get("end") is not None:
        _moment(incident, "end")
        return False
    last = incident.get("most_recent_update")
    if not isinstance(last, dict):
        raise FeedError("An incident without its most recent update.")
    if _text(last, "status") == AVAILABLE:
        raise FeedError("An incident is over and has no end.")
    return True


def _impact(incident: Incident, wanted: set[str]) -> Verdict:
    products = incident.get("affected_products")
    if not isinstance(products, list) or not all(isinstance(one, dict) for one in products):
        raise FeedError("An incident has no list of products.")
    named = folded(_text(one, key) for one in products for key in ("title", "id"))
    if wanted and named and not wanted & named:
        return OK
    word = incident.get("status_impact")
    if not isinstance(word, str) or word not in IMPACT_WORDS:
        return unknown_word("status_impact", word)
    outcome, reason = IMPACT_WORDS[word]
    if outcome == Outcome.OK:
        return OK
    title = str(incident.get("external_desc", ""))[:300]
    return suspected(title) if wanted and not named else Verdict(outcome, reason=reason, detail=title)


def _moment(incident: Incident, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(_text(incident, name))
    except ValueError:
        raise FeedError(f"No time: {name}.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise FeedError(f"No text: {name}.")
    return value


PROBE = GoogleCloudProbe()
