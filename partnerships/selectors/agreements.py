"""Agreements as they stand on a day: the version in force, what is near, and what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from partnerships.models import (
    Agreement,
    AgreementState,
    AgreementVersion,
    NegotiationEntry,
    Partner,
    RenewalKind,
)

SOON_DAYS = 90


@dataclass(frozen=True, slots=True)
class Standing:
    """One agreement on one day: its version in force (else the newest), and its last word."""

    agreement: Agreement
    version: AgreementVersion | None
    last_entry: NegotiationEntry | None
    day: date

    @property
    def has_expired(self) -> bool:
        """Whether an active agreement's last day is over and it does not renew itself."""
        return (
            self.agreement.state == AgreementState.ACTIVE
            and self.version is not None
            and self.version.ends_on is not None
            and self.version.ends_on < self.day
            and self.version.renewal != RenewalKind.AUTO
        )

    @property
    def is_in_force(self) -> bool:
        return (
            self.agreement.state == AgreementState.ACTIVE
            and self.version is not None
            and self.version.effective_on <= self.day
            and not self.has_expired
        )

    @property
    def notice_in_days(self) -> int | None:
        """Days until the last one for notice; negative once it has passed, None where there is none."""
        if self.version is None or self.version.notice_on is None or self.agreement.state != AgreementState.ACTIVE:
            return None
        return (self.version.notice_on - self.day).days

    @property
    def overdue_step(self) -> NegotiationEntry | None:
        """The last entry, where what it says comes next is overdue."""
        entry = self.last_entry
        return entry if entry is not None and entry.next_due_on is not None and entry.next_due_on < self.day else None


def list_standings(partner: Partner, *, day: date) -> list[Standing]:
    """Every agreement with the partner as it stands on the day; a constant number of queries."""
    rows = (
        Agreement.objects.filter(partner=partner)
        .select_related("owner", "partner")
        .prefetch_related("versions", "entries")
    )
    return [standing_of(row, day) for row in rows.prefetch_related("versions", "entries")]


def standing_of(agreement: Agreement, day: date) -> Standing:
    """One agreement as it stands on the day."""
    versions: Sequence[AgreementVersion] = list(agreement.versions.all())
    begun = [one for one in versions if one.effective_on <= day]
    entries = list(agreement.entries.all())
    version = begun[0] if begun else versions[0] if versions else None
    return Standing(agreement, version, entries[0] if entries else None, day)


def promised_uptime(standings: Sequence[Standing]) -> Fraction | None:
    """The highest share of the time that an agreement in force promises; None without a promise."""
    promises = [
        Fraction(one.version.promised_uptime_ratio)
        for one in standings
        if one.is_in_force and one.version is not None and one.version.promised_uptime_ratio is not None
    ]
    return max(promises, default=None)
