"""The rules uptime is counted by, as rows."""

from __future__ import annotations

from partnerships.health.uptime import STANDARD, Accounting
from partnerships.models import AccountingProfile

SECOND_US = 1_000_000


def get_default_accounting() -> Accounting:
    """The rules of the default profile; the standard ones where none is marked default."""
    profile = AccountingProfile.objects.filter(is_default=True).first()
    return STANDARD if profile is None else as_accounting(profile)


def as_accounting(profile: AccountingProfile) -> Accounting:
    """The profile's rules in the form in which time is counted."""
    return Accounting(
        name=profile.name,
        version=profile.version,
        maintenance=profile.maintenance,
        unknown=profile.unknown,
        degraded_weight=profile.degraded_weight,
        min_outage_us=profile.min_outage_seconds * SECOND_US,
    )
