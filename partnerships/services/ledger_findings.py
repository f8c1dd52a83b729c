"""Entries of the ledger that probes find: certificates, tokens, announced ends of an API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from foundation.secret_shapes import looks_like_secret
from partnerships.ledger.findings import Finding, list_findings
from partnerships.models import HealthCheck, LedgerEntry, LedgerKind, LedgerRenewal, LedgerSource
from partnerships.services.api_versions import Announcement, knows_sunset, note_api_sunset
from partnerships.services.ledger_escalations import end_date

if TYPE_CHECKING:
    from partnerships.services.result_headers import SeenHeaders

WORTH_A_RENEWAL = timedelta(days=1)
"""A smaller move is a clock's: some APIs announce a sunset that is always a year from now."""


@dataclass(frozen=True)
class Sighting:
    """The latest that one check's answers said about one kind of end."""

    check: HealthCheck
    finding: Finding
    seen_at: datetime

    @property
    def key(self) -> str:
        return f"{self.finding.kind}:{self.check.pk}"


def record_findings(*, seen: Iterable[SeenHeaders], checks: Mapping[int, HealthCheck]) -> None:
    """Put what the answers say into the ledger; the same again changes nothing."""
    latest: dict[str, Sighting] = {}
    for one in seen:
        check = checks.get(one.check_id)
        if check is None:
            continue
        for finding in list_findings(one.headers, http_status=one.http_status, seen_at=one.finished_at):
            sighting = Sighting(check, finding, one.finished_at)
            latest[sighting.key] = sighting
    stored = LedgerEntry.objects.select_for_update(of=("self",)).filter(found_key__in=list(latest))
    known = {entry.found_key: entry for entry in stored}
    for key, sighting in latest.items():
        is_news = _update(known[key], sighting) if key in known else _add(sighting)
        if sighting.finding.kind == LedgerKind.API_SUNSET:
            _note_version(sighting, is_news=is_news)


def _note_version(sighting: Sighting, *, is_news: bool) -> None:
    """Tell the version of the API that the integration calls, once for each date; a date nobody told it is told."""
    check, finding = sighting.check, sighting.finding
    if finding.due_at is None and finding.deprecated_at is None:
        return
    if is_news or (finding.due_at is not None and not knows_sunset(check.integration_id)):
        told = Announcement(
            sunset_at=finding.due_at,
            deprecated_at=finding.deprecated_at,
            link=_safe(finding.url),
            evidence=_safe(f"Seen by the check {check}. {finding.notes} {finding.said}".strip()),
        )
        note_api_sunset(integration_id=check.integration_id, told=told, at=sighting.seen_at)


def _add(sighting: Sighting) -> bool:
    """A new entry, which is news."""
    check, finding = sighting.check, sighting.finding
    LedgerEntry.objects.create(
        kind=finding.kind,
        title=_title(check, finding.kind),
        integration=check.integration,
        partner=check.integration.partner,
        owner_id=check.integration.owner_id,
        due_at=finding.due_at,
        url=_safe(finding.url),
        notes=finding.notes,
        source=LedgerSource.FOUND,
        found_key=sighting.key,
    )
    return True


def _update(entry: LedgerEntry, sighting: Sighting) -> bool:
    """A later end is a renewal, an earlier one or a first date a correction; whether it was either.

    What was closed stays closed.
    """
    due_at, finding = entry.due_at, sighting.finding
    if entry.closed_at is not None or finding.due_at is None or finding.due_at == due_at:
        return False
    if due_at is not None and finding.due_at > due_at:
        if finding.due_at - due_at < WORTH_A_RENEWAL or finding.notes.startswith("It answers 410"):
            return False
        LedgerRenewal.objects.create(
            entry=entry,
            renewed_at=sighting.seen_at,
            evidence=f"Seen by the check {sighting.check}."[:500],
            previous_due_at=due_at,
            next_due_at=finding.due_at,
        )
        entry.snoozed_until, entry.snoozed_by, entry.snooze_reason = None, None, ""
        end_date(entry=entry, note=f"Renewed: seen by the check {sighting.check}.", at=sighting.seen_at, by=None)
    entry.due_at = finding.due_at
    entry.notes = finding.notes or entry.notes
    entry.url = _safe(finding.url) or entry.url
    entry.version += 1
    entry.save()
    return True


def _title(check: HealthCheck, kind: str) -> str:
    if kind == LedgerKind.TLS_CERTIFICATE:
        return f"TLS certificate of {urlsplit(check.url).hostname or check}"[:200]
    if kind == LedgerKind.PERSONAL_TOKEN:
        return f"Token of {check}"[:200]
    return f"API of {check}"[:200]


def _safe(url: str) -> str:
    return "" if len(url) > 500 or looks_like_secret(url) else url  # noqa: PLR2004
