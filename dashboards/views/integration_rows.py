"""The overview's table of integrations, as words and drawings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from charts.day_strip import KEY, day_strip, state_key
from charts.primitives import Caption, Markup
from charts.state import state
from dashboards.selectors.integrations import DAYS, Fleet, IntegrationHealth, TierHealth
from foundation.words import duration, moment
from partnerships.health.uptime import Accounting, display_percent, from_us
from partnerships.models import CheckState

OUTAGES_SHOWN = 5
OUTAGE_DAYS = 7


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


@dataclass(frozen=True, slots=True)
class Group:
    """One tier, ready."""

    label: str
    note: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class OutageRow:
    """One outage of the last week, ready."""

    name: str
    url: str
    note: str
    state: Markup


def groups_for(fleet: Fleet, *, at: datetime) -> list[Group]:
    """The tiers that have members, worst states first within each."""
    return [_group(tier, fleet.accounting, at) for tier in fleet.tiers if tier.members]


def key() -> Markup:
    """The key to the strips."""
    labels = [(name, "paused" if name == "paused" else words) for name, words in KEY]
    return state_key(labels, note="grey figure: coverage below 95 %")


def _group(tier: TierHealth, accounting: Accounting, at: datetime) -> Group:
    worst = tier.worst(accounting)
    parts = [f"{_percent(tier.pooled.uptime(accounting))} pooled"]
    if worst:
        parts.append(f"worst member {_percent(worst.tally.uptime(accounting))}, {worst.integration.name}")
    rules = f"{DAYS} days, {accounting.label}, rounded down"
    members = sorted(tier.members, key=lambda m: (-_RANK.get(m.state, 0), m.integration.name))
    rows = [_row(member, accounting, at) for member in members]
    return Group(tier.tier.label, f"{', '.join(parts)} · {rules}", rows)


_RANK = {CheckState.DOWN.value: 3, CheckState.DEGRADED.value: 2, CheckState.UNKNOWN.value: 1}


def _percent(ratio: object) -> str:
    words = display_percent(ratio)  # type: ignore[arg-type]
    return words if ratio is None else f"{words} %"


def _row(member: IntegrationHealth, accounting: Accounting, at: datetime) -> Row:
    integration = member.integration
    now = state_words(member, at)
    return Row(
        name=integration.name,
        url=integration.get_absolute_url(),
        partner=integration.partner.name,
        state=state(CheckState.tone_of(member.state), now),
        strip=day_strip(member.days, Caption(f"strip-{integration.pk}", f"{integration.name}: {DAYS} days, now {now}")),
        uptime=display_percent(member.tally.uptime(accounting)),
        coverage=display_percent(member.tally.coverage, decimals=1),
        is_hollow=member.is_hollow,
    )


def state_words(member: IntegrationHealth, at: datetime) -> str:
    """Up, Down 3 h 06 min, No checks."""
    if not member.state:
        return "No checks"
    label = str(CheckState(member.state).label)
    quiet = member.state in {CheckState.UP, CheckState.PENDING, CheckState.PAUSED}
    return label if quiet or member.since is None else f"{label} {duration(at - member.since)}"


def outages_for(fleet: Fleet, *, at: datetime) -> list[OutageRow]:
    """The latest outages of the last seven days, newest first."""
    since = at - timedelta(days=OUTAGE_DAYS)
    found = []
    for member in fleet.members:
        for span in member.spans:
            ended = None if span.end is None else from_us(span.end)
            if span.state == CheckState.DOWN and (ended is None or ended > since):
                found.append((from_us(span.start), ended, member))
    found.sort(key=lambda outage: outage[0], reverse=True)
    return [_outage(*outage, at) for outage in found[:OUTAGES_SHOWN]]


def _outage(began: datetime, ended: datetime | None, member: IntegrationHealth, at: datetime) -> OutageRow:
    integration = member.integration
    length = duration((ended or at) - began)
    note = f"{integration.partner.name}, {integration.get_tier_display().lower()}, from {moment(began, now=at)}"
    mark = state("bad", f"down {length}") if ended is None else state("done", f"over, {length}")
    return OutageRow(integration.name, integration.get_absolute_url(), note, mark)
