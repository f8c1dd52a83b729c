"""When agreements came within 90 days of their end, and when they left: renewed, ended, terminated or over."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from foundation.words import local
from partnerships.models import Agreement, AgreementState, AgreementVersion, NegotiationEntry, RenewalKind
from partnerships.selectors.agreements import SOON_DAYS
from partnerships.selectors.pages_figures import midnight

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Move:
    """One agreement comes within the days before its end (`by` 1) or leaves them (−1)."""

    at: datetime
    by: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class _Past:
    """What is known of one agreement: its versions and its steps, oldest first."""

    agreement: Agreement
    versions: Sequence[AgreementVersion]
    steps: Sequence[NegotiationEntry]

    def state_at(self, moment: datetime) -> str:
        """By the log; what was never stepped is as it stands, and what was began as a draft."""
        if not self.steps:
            return self.agreement.state
        taken = [step.new_state for step in self.steps if step.said_at <= moment]
        return taken[-1] if taken else AgreementState.DRAFT

    def is_expiring(self, moment: datetime) -> bool:
        """Whether its newest version then ended within 90 days, and would not renew itself."""
        known = [one for one in self.versions if one.published_at <= moment]
        if not known or known[-1].ends_on is None or known[-1].renewal == RenewalKind.AUTO:
            return False
        left = (known[-1].ends_on - local(moment).date()).days
        return 0 <= left <= SOON_DAYS and self.state_at(moment) == AgreementState.ACTIVE


def list_moves(*, until: date | None) -> list[Move]:
    """Every move that has happened, in order; those that a date alone brings, up to the day `until`."""
    moves = [move for past in _list_pasts() for move in _moves_of(past, until)]
    return sorted(moves, key=lambda move: (move.at, move.agreement.pk))


def list_turning_points(agreement_ids: Iterable[int]) -> list[datetime]:
    """Every instant at which one of these agreements may come or leave, by any of its versions."""
    return [moment for past in _list_pasts(set(agreement_ids)) for moment in [*_happened(past), *_scheduled(past)]]


def list_scheduled(first: date, last: date) -> list[datetime]:
    """The instants that a date alone brings from one day to another, of all agreements."""
    scheduled = {moment for past in _list_pasts() for moment in _scheduled(past)}
    return sorted(moment for moment in scheduled if first <= local(moment).date() <= last)


def _moves_of(past: _Past, until: date | None) -> Iterator[Move]:
    scheduled = [one for one in _scheduled(past) if until is not None and local(one).date() <= until]
    was_expiring = False
    for moment in sorted({*_happened(past), *scheduled}):
        is_expiring = past.is_expiring(moment)
        if is_expiring != was_expiring:
            yield Move(moment, 1 if is_expiring else -1, past.agreement)
        was_expiring = is_expiring


def _happened(past: _Past) -> Iterator[datetime]:
    yield from (one.published_at for one in past.versions)
    yield from (one.said_at for one in past.steps)


def _scheduled(past: _Past) -> Iterator[datetime]:
    """The midnights 90 days before each version's last day and after it."""
    for one in past.versions:
        if one.ends_on is not None:
            yield midnight(one.ends_on - SOON_DAYS * _DAY)
            yield midnight(one.ends_on + _DAY)


def _list_pasts(agreement_ids: set[int] | None = None) -> Iterator[_Past]:
    """Agreements with what is known of them, in three queries."""
    steps = NegotiationEntry.objects.exclude(new_state="").order_by("said_at", "pk")
    rows = Agreement.objects.select_related("partner").prefetch_related(
        Prefetch("versions", AgreementVersion.objects.order_by("number"), to_attr="known_versions"),
        Prefetch("entries", steps, to_attr="known_steps"),
    )
    if agreement_ids is not None:
        rows = rows.filter(pk__in=agreement_ids)
    for row in rows.order_by("pk"):
        yield _Past(row, row.known_versions, row.known_steps)
