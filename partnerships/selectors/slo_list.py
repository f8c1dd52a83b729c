"""The list of objectives in force, each with its budget, its fastest burn and its open alerts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import F

from partnerships.health.burn import Reading
from partnerships.models import SLO, BurnAlert, SLOStatus
from partnerships.selectors.slo_pasts import get_watched
from partnerships.selectors.slos import SLONow, judge_slo, read_burns

_GRAVEST = (SLOStatus.EXHAUSTED, SLOStatus.AT_RISK, SLOStatus.NO_DATA, SLOStatus.PAUSED, SLOStatus.HEALTHY)


@dataclass(frozen=True, slots=True)
class WantedSLOs:
    """What the list is filtered by; empty words ask for everything."""

    tier: str = ""
    status: str = ""
    query: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.tier or self.status or self.query)


@dataclass(frozen=True, slots=True)
class SLORow:
    """One objective; `reading` is the rule nearest to its threshold, None where none can be read."""

    now: SLONow
    reading: Reading | None
    alerts: Sequence[BurnAlert]

    @property
    def slo(self) -> SLO:
        return self.now.slo

    @property
    def told(self) -> int:
        """How many alerts are open that were not suppressed."""
        return sum(alert.suppressed_by_id is None for alert in self.alerts)


@dataclass(frozen=True, slots=True)
class SLOList:
    """All that the page shows; `statuses` counts all of them, whatever was asked."""

    rows: Sequence[SLORow]
    statuses: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.statuses.values())


def list_slos(wanted: WantedSLOs, *, at: datetime) -> SLOList:
    """Those of active integrations in their present tier, the gravest first. A constant number of queries."""
    slos = list(
        SLO.objects.filter(ended_at__isnull=True, tier=F("integration__tier"), integration__is_active=True)
        .select_related("integration__partner", "integration__owner", "profile")
        .order_by("integration__name", "pk")
    )
    watched, alerts = get_watched(slos, at=at), _open_alerts(slos)
    rows = []
    for slo in slos:
        one = watched[slo.pk]
        readings = read_burns(slo, one.past, interval_us=one.interval_us, at=at)
        now = judge_slo(slo, one.past, at=at, is_paused=one.is_paused)
        rows.append(SLORow(now, _nearest(readings), alerts[slo.pk]))
    return SLOList(
        rows=sorted((row for row in rows if _is_wanted(row, wanted)), key=_gravity),
        statuses=Counter(row.now.status for row in rows),
    )


def _open_alerts(slos: Collection[SLO]) -> Mapping[int, list[BurnAlert]]:
    found: dict[int, list[BurnAlert]] = defaultdict(list)
    for alert in BurnAlert.objects.filter(slo__in=slos, ended_at__isnull=True).order_by("pk"):
        found[alert.slo_id].append(alert)
    return found


def _nearest(readings: Sequence[Reading]) -> Reading | None:
    known = [one for one in readings if one.long is not None]
    return max(known, key=lambda one: (one.long or Fraction(0)) / one.threshold, default=None)


def _gravity(row: SLORow) -> tuple[int, int, Fraction]:
    left = row.now.budget.left_share if row.now.budget else Fraction(1)
    return -row.told, _GRAVEST.index(SLOStatus(row.now.status)), left


def _is_wanted(row: SLORow, wanted: WantedSLOs) -> bool:
    one = row.slo.integration
    words = f"{one.name}\n{one.partner.name}\n{one.owner.name if one.owner else ''}".casefold()
    return (
        (not wanted.tier or row.slo.tier == wanted.tier)
        and (not wanted.status or row.now.status == wanted.status)
        and wanted.query.casefold() in words
    )
