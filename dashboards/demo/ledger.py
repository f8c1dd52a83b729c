"""What ends on a date in the demo company: contracts, certificates, tokens, an announced sunset."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from dashboards.demo.integrations import Watched
from dashboards.demo.people import People
from dashboards.demo.story import Story
from partnerships.models import LedgerEntry, LedgerKind, LedgerNotice, QuotaWindow
from partnerships.services.ledger import renew_ledger_entry, snooze_ledger_entry

_CERTIFICATES = (5, 24, 41, 66, 80)
_CONTRACTS = ((-12, "contract"), (38, "dpa"), (120, "contract"), (200, "insurance"))
_NOTICED_AHEAD = (60, 30)
_ALLOWANCE = 5000
_LEFT = (0.93, 0.61, 0.17)
_LOW = 0.2


def add_ledger(story: Story, people: People, watched: Sequence[Watched]) -> None:
    """Save entries of every kind that an integration has, some renewed, one put off."""
    certificates, agreements = list(_certificates(story, watched)), list(_agreements(story, people, watched))
    for entry in (*certificates, *agreements, *_announced(story, watched)):
        entry.save()
    _renew(people, certificates[-1])
    for window in _allowances(story, watched):
        window.save()
    snooze_ledger_entry(
        entry_id=agreements[0].pk,
        until=story.now + timedelta(days=6),
        reason="The new order form is with their legal team.",
        by=people.coo,
        at=story.now - timedelta(days=2),
    )


def _certificates(story: Story, watched: Sequence[Watched]) -> Iterator[LedgerEntry]:
    for days, one in zip(_CERTIFICATES, watched, strict=False):
        yield LedgerEntry(
            kind=LedgerKind.TLS_CERTIFICATE,
            title=f"TLS certificate of hooks for {one.integration.name}",
            integration=one.integration,
            partner=one.integration.partner,
            owner=one.integration.owner,
            due_at=story.now + timedelta(days=days, hours=3),
        )


def _agreements(story: Story, people: People, watched: Sequence[Watched]) -> Iterator[LedgerEntry]:
    for (days, kind), one in zip(_CONTRACTS, watched[::3], strict=False):
        partner = one.integration.partner
        yield LedgerEntry(
            kind=kind,
            title=f"{LedgerKind(kind).label} with {partner.name}",
            partner=partner,
            owner=people.coo,
            due_at=story.now + timedelta(days=days),
        )


def _announced(story: Story, watched: Sequence[Watched]) -> Iterator[LedgerEntry]:
    first, second = watched[0].integration, watched[-1].integration
    yield LedgerEntry(
        kind=LedgerKind.API_SUNSET,
        title=f"API of {first.name}, version 1",
        integration=first,
        partner=first.partner,
        owner=first.owner,
        due_at=story.now + timedelta(days=75),
        notes="Version 2 keeps our scopes; the webhooks change their signature.",
    )
    yield LedgerEntry(
        kind=LedgerKind.PERSONAL_TOKEN,
        title=f"Token of the sandbox of {second.name}",
        integration=second,
        partner=second.partner,
        owner=second.owner,
        due_at=story.now + timedelta(days=13),
        fingerprint="sha256:9f86d081884c7d65",
    )
    yield LedgerEntry(
        kind=LedgerKind.API_SUNSET, title=f"Beta of {second.name}", integration=second, notes="Deprecated."
    )


def _renew(people: People, entry: LedgerEntry) -> None:
    """A year ago it was told about and renewed in time."""
    if entry.due_at is None:
        return
    before = entry.due_at - timedelta(days=365)
    LedgerEntry.objects.filter(pk=entry.pk).update(due_at=before)
    for days in _NOTICED_AHEAD:
        noticed_at = before - timedelta(days=days)
        LedgerNotice.objects.create(entry=entry, lead_days=days, due_at=before, noticed_at=noticed_at)
    renew_ledger_entry(
        entry_id=entry.pk,
        next_due_at=entry.due_at,
        evidence="New certificate rolled out; seen by the check of the hooks.",
        by=people.coo,
        at=before - timedelta(days=20),
    )


def _allowances(story: Story, watched: Sequence[Watched]) -> Iterator[QuotaWindow]:
    """An hour's requests of the first integrations: plenty, low, and used up before the reset at this rate."""
    began = story.now.replace(minute=0, second=0, microsecond=0)
    seen = max(story.now - timedelta(minutes=1), began + timedelta(seconds=1))
    for left, one in zip(_LEFT, watched, strict=False):
        yield QuotaWindow(
            integration=one.integration,
            resource="default",
            limit=_ALLOWANCE,
            remaining=round(_ALLOWANCE * left),
            began_at=began,
            seen_at=seen,
            resets_at=began + timedelta(hours=1),
            window_seconds=3600,
            rate_from_at=began,
            rate_from_remaining=_ALLOWANCE,
            probes=max(round((seen - began) / timedelta(minutes=1)), 1),
            told_low_at=seen if left <= _LOW else None,
        )
        before = began - timedelta(hours=1)
        yield QuotaWindow(
            integration=one.integration,
            resource="default",
            limit=_ALLOWANCE,
            remaining=round(_ALLOWANCE * (1 + left) / 2),
            began_at=before,
            seen_at=began - timedelta(minutes=1),
            resets_at=began,
            window_seconds=3600,
            rate_from_at=before,
            rate_from_remaining=_ALLOWANCE,
            probes=60,
            ended_at=began,
        )
