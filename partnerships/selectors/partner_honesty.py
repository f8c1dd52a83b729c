"""Us or them, in numbers: what partners admitted, how much earlier we noticed, and the minutes that were theirs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from metrics.statistics.comparison import wilson
from partnerships.health.uptime import merge_ranges, to_us
from partnerships.models import AffectedIntegration, Fault, IncidentLink, LinkState, Partner

_THEIRS = (Fault.THEIRS, Fault.BOTH)


@dataclass(frozen=True, slots=True)
class PartnerHonesty:
    """Of the incidents of one partner that were theirs, by our judgement, in a stretch of time.

    `admitted` of `outages` were ever on their page; `vendor_us` is the time, counted once, in which one of their
    integrations was affected; `lead_us` is by how much we knew first in the median of those admitted, None without any.
    """

    outages: int
    admitted: int
    vendor_us: int
    lead_us: int | None

    @property
    def honesty_ratio(self) -> float | None:
        """The share that they ever admitted, 0 to 1; None without any outage."""
        return self.admitted / self.outages if self.outages else None

    @property
    def honesty_interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share; None without any outage."""
        return wilson(self.admitted, self.outages) if self.outages else None


NOTHING = PartnerHonesty(0, 0, 0, None)


def lead_of(link: IncidentLink) -> timedelta:
    """How much earlier we noticed than they first told of it; negative where they told first."""
    return link.vendor_incident.announced_at - link.incident.detected_at


def get_partner_honesty(partner: Partner, *, start: datetime, end: datetime, now: datetime) -> PartnerHonesty:
    """The partner's figures for incidents that were opened in [start, end); two queries."""
    return get_honesty([partner.pk], start=start, end=end, now=now).get(partner.pk, NOTHING)


def list_partner_honesty(*, start: datetime, end: datetime, now: datetime) -> list[tuple[Partner, PartnerHonesty]]:
    """Every partner that had an incident of theirs in [start, end), the most minutes first; three queries."""
    partners = {one.pk: one for one in Partner.objects.all()}
    found = get_honesty(partners, start=start, end=end, now=now)
    rows = [(partners[pk], honesty) for pk, honesty in found.items()]
    return sorted(rows, key=lambda row: (-row[1].vendor_us, row[0].name, row[0].pk))


def get_honesty(
    partner_ids: Collection[int], *, start: datetime, end: datetime, now: datetime
) -> Mapping[int, PartnerHonesty]:
    """By partner, of those that had any, for incidents that were opened in [start, end); two queries."""
    rows = AffectedIntegration.objects.filter(
        integration__partner__in=partner_ids,
        incident__fault__in=_THEIRS,
        incident__merged_into=None,
        incident__is_drill=False,
        incident__opened_at__gte=start,
        incident__opened_at__lt=end,
    )
    periods: dict[int, list[tuple[int, int]]] = defaultdict(list)
    incidents: dict[int, set[int]] = defaultdict(set)
    for pk, incident, began, ended in rows.values_list(
        "integration__partner", "incident", "started_at", "ended_at"
    ).order_by():
        periods[pk].append((to_us(began), to_us(ended or now)))
        incidents[pk].add(incident)
    leads = _leads(incidents)
    return {
        pk: PartnerHonesty(
            outages=len(incidents[pk]),
            admitted=len(leads[pk]),
            vendor_us=_length_us(periods[pk]),
            lead_us=_median(sorted(leads[pk].values())),
        )
        for pk in periods
    }


def _leads(incidents: Mapping[int, Collection[int]]) -> Mapping[int, Mapping[int, int]]:
    """By partner and incident of it that they admitted: our lead over the first that they told of it, in µs."""
    leads: dict[int, dict[int, int]] = defaultdict(dict)
    links = IncidentLink.objects.filter(
        incident__in=set().union(*incidents.values()), state=LinkState.CONFIRMED
    ).select_related("incident", "vendor_incident")
    for link in links.order_by():
        partner = link.vendor_incident.partner_id
        if link.incident_id in incidents.get(partner, ()):
            lead = lead_of(link) // timedelta(microseconds=1)
            leads[partner][link.incident_id] = min(lead, leads[partner].get(link.incident_id, lead))
    return leads


def _length_us(ranges: Sequence[tuple[int, int]]) -> int:
    """The time in any of the ranges, each instant once."""
    low, high = min(start for start, _ in ranges), max(end for _, end in ranges)
    return sum(end - start for start, end in merge_ranges(ranges, low, high))


def _median(values: Sequence[int]) -> int | None:
    """The middle value, rounded down between two."""
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) // 2
