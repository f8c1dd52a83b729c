"""One integration's uptime over any window, by named rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Q

from foundation.errors import InvalidInputError
from partnerships.health.uptime import STANDARD, Accounting, Tally, Window, sum_tallies, tally, to_us
from partnerships.models import AccountingProfile, HealthCheck, Integration
from partnerships.selectors.accounting import as_accounting, get_default_accounting
from partnerships.selectors.spans import get_spans_by_check

_NAMED = 20


@dataclass(frozen=True)
class SiteUptime:
    """Time by class, pooled over the checks that count, and the rules it was counted by."""

    integration: Integration
    accounting: Accounting
    counted: Tally

    @property
    def uptime(self) -> Fraction | None:
        """Up time as a fraction of counted time; None when nothing counts."""
        return self.counted.uptime(self.accounting)

    @property
    def coverage(self) -> Fraction | None:
        """Measured time as a fraction of the window since monitoring began; None when that is empty."""
        return self.counted.coverage


def get_site_uptime(site: str, *, start: datetime, end: datetime, profile: str = "", at: datetime) -> SiteUptime:
    """The uptime over [start, end) of the integration with this slug or name, by the profile's newest version.

    Raises InvalidInputError naming what is unknown: site, profile, or an end that is not after the start.
    """
    if start >= end:
        raise InvalidInputError("end", "Must be after the start.")
    integration = _get_integration(site)
    accounting = _get_accounting(profile)
    checks = list(HealthCheck.objects.filter(integration=integration, counts_for_uptime=True))
    spans = get_spans_by_check([check.pk for check in checks], start=start, end=end)
    tallies = [
        tally(
            spans.get(check.pk, []),
            Window(to_us(start), to_us(end), to_us(at), to_us(check.monitored_from)),
            accounting=accounting,
        )
        for check in checks
        if check.monitored_from is not None
    ]
    return SiteUptime(integration, accounting, sum_tallies(tallies))


def _get_integration(site: str) -> Integration:
    found = list(Integration.objects.filter(Q(slug=site) | Q(name=site)).order_by("pk"))
    by_slug = [one for one in found if one.slug == site]
    if len(by_slug or found) == 1:
        return (by_slug or found)[0]
    if found:
        raise InvalidInputError("site", f"Several are called so; name one of: {', '.join(one.slug for one in found)}.")
    known = list(Integration.objects.order_by("slug").values_list("slug", flat=True)[: _NAMED + 1])
    more = " and more" if len(known) > _NAMED else ""
    raise InvalidInputError("site", f"There is no {site!r}. Known: {', '.join(known[:_NAMED]) or 'none'}{more}.")


def _get_accounting(profile: str) -> Accounting:
    if not profile:
        return get_default_accounting()
    found = AccountingProfile.objects.filter(name=profile).order_by("-version").first()
    if found is not None:
        return as_accounting(found)
    if profile == STANDARD.name:
        return STANDARD
    known = AccountingProfile.objects.order_by("name").values_list("name", flat=True).distinct()
    raise InvalidInputError("profile", f"There is no {profile!r}. Known: {', '.join({STANDARD.name, *known})}.")
