"""One integration's uptime over any window, by named rules."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Q

from foundation.errors import InvalidInputError
from partnerships.health.overlays import as_rules_want
from partnerships.health.timelines import worst_timeline
from partnerships.health.uptime import STANDARD, Accounting, Span, Tally, Window, sum_tallies, tally, to_us
from partnerships.models import AccountingProfile, HealthCheck, Integration
from partnerships.selectors.accounting import as_accounting, get_default_accounting
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.spans import get_measured_spans_by_check, get_spans_by_check

_NAMED = 20


@dataclass(frozen=True)
class SiteUptime:
    """Time by class, pooled over the checks asked for, and the rules it was counted by."""

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


@dataclass(frozen=True)
class SiteHistory:
    """The timelines of one integration's checks, each with the start of its monitoring, as known `at`."""

    integration: Integration
    accounting: Accounting
    timelines: Sequence[tuple[Sequence[Span], int]]
    at: datetime

    def between(self, start: datetime, end: datetime) -> SiteUptime:
        """The uptime over [start, end) within the period that was loaded, pooled over the timelines."""
        tallies = [
            tally(
                _overlapping(spans, to_us(start), to_us(end)),
                Window(to_us(start), to_us(end), to_us(self.at), since),
                accounting=self.accounting,
            )
            for spans, since in self.timelines
        ]
        return SiteUptime(self.integration, self.accounting, sum_tallies(tallies))


@dataclass(frozen=True)
class Asked:
    """Which uptime: by the newest version of the profile of that name, of one check instead of all that count.

    `is_union`: as one timeline, down while any check is, rather than the seconds of all checks pooled. `is_raw`:
    without approved adjustments.
    """

    site: str
    profile: str = ""
    check: str = ""
    is_union: bool = False
    is_raw: bool = False


def get_site_uptime(
    site: str, *, start: datetime, end: datetime, profile: str = "", check: str = "", at: datetime
) -> SiteUptime:
    """The uptime over [start, end) of the integration with this slug or name; raises as `get_site_history`."""
    return get_site_history(Asked(site, profile, check), start=start, end=end, at=at).between(start, end)


def get_site_history(asked: Asked, *, start: datetime, end: datetime, at: datetime) -> SiteHistory:
    """What is known of [start, end).

    Raises InvalidInputError naming what is unknown: site, check, profile, or an end that is not after the start.
    """
    if start >= end:
        raise InvalidInputError("end", "Must be after the start.")
    integration = _get_integration(asked.site)
    accounting = _get_accounting(asked.profile)
    checks = [check for check in _list_checks(integration, asked.check) if check.monitored_from is not None]
    ids = [check.pk for check in checks]
    spans = _get_spans(ids, accounting, start=start, end=end, at=at, is_raw=asked.is_raw)
    timelines = [(spans[check.pk], to_us(check.monitored_from or at)) for check in checks]
    if asked.is_union and timelines:
        timelines = [(worst_timeline(spans for spans, _ in timelines), min(since for _, since in timelines))]
    return SiteHistory(integration, accounting, timelines, at)


def _get_spans(
    ids: Sequence[int], accounting: Accounting, *, start: datetime, end: datetime, at: datetime, is_raw: bool
) -> dict[int, list[Span]]:
    """The timeline of each check as the rules want it counted."""
    spans = (get_measured_spans_by_check if is_raw else get_spans_by_check)(ids, start=start, end=end)
    planned = get_maintenance_by_check(ids, start=start, end=end, is_raw=is_raw)
    return {
        pk: as_rules_want(spans.get(pk, []), planned.get(pk, []), now=to_us(at), accounting=accounting) for pk in ids
    }


def _overlapping(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    """Those of the spans, which are in order, that may overlap [start, end)."""
    first = max(bisect_right(spans, start, key=lambda span: span.start) - 1, 0)
    return spans[first : bisect_left(spans, end, key=lambda span: span.start)]


def _list_checks(integration: Integration, name: str) -> list[HealthCheck]:
    """The check of this name, whether it counts or not; without a name all that count."""
    checks = HealthCheck.objects.filter(integration=integration)
    if not name:
        return list(checks.filter(counts_for_uptime=True).order_by("pk"))
    found = list(checks.filter(name=name))
    if not found:
        known = list(checks.order_by("name").values_list("name", flat=True)[:_NAMED])
        raise InvalidInputError("check", f"There is no {name!r}. Known: {', '.join(known) or 'none'}.")
    return found


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
