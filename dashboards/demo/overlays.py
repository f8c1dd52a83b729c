"""What the demo company says of its measured time: planned maintenance, and corrections with their reasons."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from dashboards.demo.integrations import Watched
from dashboards.demo.people import People
from dashboards.demo.story import Story
from partnerships.models import AdjustedTo, MaintenanceKind, MaintenanceSource, StatusInterval, Tier
from partnerships.services.adjustments import NewAdjustment, approve_adjustment, propose_adjustment
from partnerships.services.maintenance import approve_maintenance, count_again, plan_maintenance
from partnerships.services.maintenance_plans import NewMaintenance


def add_overlays(story: Story, people: People, watched: Sequence[Watched]) -> None:
    """Save maintenance of each origin and two corrections, one approved and one waiting; needs the measured past."""
    production = [one for one in watched if one.planned.tier == Tier.PRODUCTION]
    experimental = [one for one in watched if one.planned.tier == Tier.EXPERIMENTAL]
    planner = people.by_role["partner_manager"][0]
    weekly = plan_maintenance(
        new=NewMaintenance(
            title="Index rebuild on Sunday nights",
            time_zone="Europe/Berlin",
            kind=MaintenanceKind.WEEKLY,
            starts_at=story.now - timedelta(days=28),
            weekdays=["sun"],
            local_start=time(2, 30),
            duration_seconds=45 * 60,
            integrations=[production[-1].integration],
            reason="Agreed with the partner; customers are told on the status page.",
        ),
        by=planner,
        at=story.now - timedelta(days=28),
    )
    count_again([weekly], since=weekly.starts_at, at=story.now)  # Its time had been counted before it was told.
    past = story.now - timedelta(days=6, hours=9)
    moved = plan_maintenance(
        new=NewMaintenance(
            title="Move to the new webhook endpoint",
            time_zone="UTC",
            starts_at=past,
            duration_seconds=90 * 60,
            integrations=[production[0].integration],
        ),
        by=planner,
        at=past + timedelta(hours=3),
    )
    approve_maintenance(maintenance_id=moved.pk, by=people.coo, at=past + timedelta(hours=5))
    announced = production[1].integration
    plan_maintenance(
        new=NewMaintenance(
            title="Database upgrade announced by the partner",
            time_zone="UTC",
            source=MaintenanceSource.VENDOR,
            starts_at=(story.now + timedelta(days=3)).replace(hour=4, minute=0, second=0, microsecond=0),
            duration_seconds=2 * 3600,
            integrations=[announced],
        ),
        by=planner,
        at=story.now - timedelta(hours=20),
    )
    wrong = _correction(story, experimental[0], AdjustedTo.UP, "Our proxy refused the probes; calls went through.")
    if wrong is not None:
        made = propose_adjustment(new=wrong, by=planner, at=story.now - timedelta(days=2))
        approve_adjustment(adjustment_id=made.pk, by=people.coo, at=story.now - timedelta(days=1))
    doubted = _correction(story, experimental[-1], AdjustedTo.DEGRADED, "Calls were slow, but they went through.")
    if doubted is not None:
        propose_adjustment(new=doubted, by=planner, at=story.now - timedelta(hours=5))


def _correction(story: Story, one: Watched, to: str, reason: str) -> NewAdjustment | None:
    """Of its last outage that had ended two days ago; None where there is none."""
    outages = StatusInterval.objects.filter(health_check=one.check, state="down", ended_at__lt=_settled(story))
    last = outages.order_by("-started_at").first()
    if last is None or last.ended_at is None:
        return None
    return NewAdjustment(one.check, last.started_at, last.ended_at, to, reason)


def _settled(story: Story) -> datetime:
    return story.now - timedelta(days=2)
