"""Partners, integrations, their tiers and their checks against the partner sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.text import slugify

from dashboards.demo.catalogue import PARTNERS, Planned, PlannedPartner
from dashboards.demo.people import People
from dashboards.demo.story import Story
from operations.models import User
from partnerships.models import HealthCheck, Integration, Partner, Tier, TierPeriod
from partnerships.sandbox.timetable import TRIALS

SANDBOX = "http://127.0.0.1:{port}"
FEED_PATHS = {"statuspage": "api/v2/summary.json", "slack_status": "api/v2.0.0/current"}


@dataclass(frozen=True)
class Watched:
    """One integration of the story with the check that measures it."""

    planned: Planned
    integration: Integration
    check: HealthCheck


def add_integrations(story: Story, people: People, *, sandbox_port: int) -> list[Watched]:
    """Save every partner with its integrations, tier histories and checks; returns what is measured."""
    base = SANDBOX.format(port=sandbox_port)
    owners = people.by_role["partner_manager"]
    watched: list[Watched] = []
    for number, planned in enumerate(PARTNERS):
        owner = owners[number % len(owners)]
        partner = Partner.objects.create(
            name=planned.name, slug=slugify(planned.name), website=planned.website, owner=owner, stage="active"
        )
        watched += _add_partner(planned, partner, owner, base)
    TierPeriod.objects.bulk_create(
        period for one in watched for period in _tier_periods(story, one.planned, one.integration, people.coo)
    )
    return watched


def _add_partner(planned: PlannedPartner, partner: Partner, owner: User, base: str) -> list[Watched]:
    watched = []
    for one in planned.integrations:
        integration = Integration.objects.create(
            partner=partner, name=one.name, slug=slugify(one.name), owner=owner, tier=one.tier
        )
        check = HealthCheck.objects.create(
            integration=integration,
            name="API",
            kind="http",
            url=f"{base}/{partner.slug}/{TRIALS if one.tier == Tier.EXPERIMENTAL else ''}{integration.slug}/health",
            config=_assertions(),
            interval_seconds=30,
            retry_interval_seconds=5,
            timeout_ms=3_000,
        )
        watched.append(Watched(one, integration, check))
    if planned.feed:
        _add_feed(watched[0].integration, planned.feed, f"{base}/{partner.slug}/{FEED_PATHS[planned.feed]}")
    return watched


def _assertions() -> dict[str, Any]:
    return {
        "assertions": [
            {"on": "status", "op": "in", "value": [200]},
            {"on": "latency_ms", "op": "less_than", "value": 1_000, "severity": "degraded"},
            {"on": "json", "path": "$.status", "op": "equals", "value": "ok"},
        ]
    }


def _add_feed(integration: Integration, kind: str, url: str) -> None:
    HealthCheck.objects.create(
        integration=integration,
        name="Status page",
        kind=kind,
        url=url,
        counts_for_uptime=False,
        interval_seconds=60,
        timeout_ms=5_000,
        fail_threshold=1,
        recover_threshold=1,
    )


def _tier_periods(story: Story, planned: Planned, integration: Integration, changed_by: User) -> Iterator[TierPeriod]:
    hour = story.now.replace(minute=0, second=0)
    starts = [hour - timedelta(days=days) for days, _ in planned.tiers]
    for number, (_, tier) in enumerate(planned.tiers):
        yield TierPeriod(
            integration=integration,
            tier=tier,
            started_at=starts[number],
            ended_at=starts[number + 1] if number + 1 < len(starts) else None,
            changed_by=changed_by,
            reason="First connected" if number == 0 else _reason(tier),
        )


def _reason(tier: str) -> str:
    return "Ninety days above target" if tier == "production" else "Too many outages since promotion"


def tier_at(story: Story, planned: Planned, at: datetime) -> str:
    """The tier the integration was in at an instant of the story."""
    hour = story.now.replace(minute=0, second=0)
    past = [tier for days, tier in planned.tiers if hour - timedelta(days=days) <= at]
    return past[-1] if past else planned.tiers[0][1]
