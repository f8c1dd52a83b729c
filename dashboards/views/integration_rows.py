"""The overview's table of integrations and its list of outages, as words and drawings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from charts.day_strip import KEY, day_strip, state_key
from charts.primitives import Caption, Markup
from charts.state import state
from foundation.words import duration, moment
from partnerships.models import StatusInterval, Tier
from partnerships.selectors.pages_figures import ROLLING_DAYS, tier_key
from partnerships.selectors.pages_list import IntegrationList, IntegrationRow, TierGroup
from partnerships.views.words import (
    budget_bar,
    budget_words,
    percent,
    state_mark,
    target_words,
    vendor_mark,
    with_sign,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One integration, ready."""

    name: str
    url: str
    partner: str
    state: Markup
    strip: Markup
    uptime: str
    coverage: str
    is_hollow: bool
    bar: Markup | str
    budget: str
    vendor: Markup | str


@dataclass(frozen=True, slots=True)
class Group:
    """One tier, ready; `metric` is the page of its pooled uptime."""

    label: str
    pooled: str
    metric: str
    note: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class OutageRow:
    """One outage, ready."""

    name: str
    url: str
    note: str
    state: Markup


def groups_for(found: IntegrationList, *, at: datetime) -> list[Group]:
    """The tiers that have members."""
    return [_group(group, found.accounting.label, at) for group in found.groups if group.rows]


def key() -> Markup:
    """The key to the strips."""
    labels = [(name, "maintenance or paused" if name == "paused" else words) for name, words in KEY]
    return state_key(labels, note="grey figure: coverage below 95 %")


def _group(group: TierGroup, profile: str, at: datetime) -> Group:
    parts = []
    if group.worst:
        parts.append(f"worst member {group.worst.name} {with_sign(percent(group.worst.figures.uptime))}")
    parts.append(f"target {target_words(group.target)}" if group.target is not None else "no target")
    metric = reverse("metrics:metric", kwargs={"key": tier_key(group.tier)}) if group.target is not None else ""
    return Group(
        label=str(Tier(group.tier).label),
        pooled=f"{with_sign(percent(group.pooled.uptime))} pooled",
        metric=metric,
        note=f"{', '.join(parts)} · {ROLLING_DAYS} days by {profile}, rounded down",
        rows=[_row(row, at) for row in group.rows],
    )


def _row(row: IntegrationRow, at: datetime) -> Row:
    return Row(
        name=row.name,
        url=reverse("partnerships:integration", kwargs={"slug": row.slug}),
        partner=row.partner,
        state=state(row.now.tone, row.now.label) if row.now.tone == "good" else state_mark(row.now, at),
        strip=day_strip(row.days, Caption(f"strip-{row.pk}", f"{row.name}: 30 days, now {row.now.label.lower()}")),
        uptime=percent(row.figures.uptime),
        coverage=percent(row.figures.coverage, 1),
        is_hollow=not row.figures.is_quotable,
        bar=budget_bar(row.slo),
        budget=budget_words(row.budget),
        vendor=vendor_mark(row.vendor),
    )


def outage_rows(outages: Iterable[StatusInterval], *, at: datetime) -> list[OutageRow]:
    """Outages in the order given."""
    return [_outage(outage, at) for outage in outages]


def _outage(outage: StatusInterval, at: datetime) -> OutageRow:
    integration = outage.health_check.integration
    length = duration((outage.ended_at or at) - outage.started_at)
    tier, began = integration.get_tier_display().lower(), moment(outage.started_at, now=at)
    mark = state("bad", f"down {length}") if outage.ended_at is None else state("done", f"over, {length}")
    note = f"{integration.partner.name}, {tier}, from {began}"
    return OutageRow(integration.name, integration.get_absolute_url(), note, mark)
