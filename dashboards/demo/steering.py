"""Who answers for which number in the demo company, and where the numbers are to go."""

from datetime import timedelta

from dashboards.demo.people import People
from dashboards.demo.story import Story
from metrics.models import Metric, Target, TargetShape

OWNERS = {
    "ticket_resolution_hours_mean": "support_lead",
    "ticket_resolution_hours_median": "support_lead",
    "ticket_resolution_hours_p90": "support_lead",
    "tickets_opened": "support_lead",
    "tickets_resolved": "support_lead",
    "ticket_backlog": "support_lead",
    "ticket_reopen_ratio": "support_lead",
    "integration_uptime_production": "partner_manager",
    "integration_uptime_experimental": "partner_manager",
    "probe_latency_seconds_p95": "operations",
    "slo_met_ratio": "partner_manager",
    "slo_budget_left_mean": "partner_manager",
    "partnership_experiment_success": "partner_manager",
    "hypothesis_validation": "operations",
}
RESOLUTION = "ticket_resolution_hours_mean"
BEGAN = timedelta(days=600)
LEFT = timedelta(days=300)


def add_steering(story: Story, people: People) -> None:
    """Give the shipped metrics their owners, and ticket resolution the path it has been on: 32 h to 8 h."""
    for metric in Metric.objects.all():
        metric.owner = people.lead_of(OWNERS[metric.key]) if metric.key in OWNERS else people.coo
        metric.save(update_fields=["owner"])
    shipped = Target.objects.filter(metric__key=RESOLUTION, segment="").first()
    if shipped is None:
        return
    Target.objects.create(
        metric=shipped.metric,
        shape=TargetShape.LINEAR,
        baseline_value=32,
        baseline_note="Mean of the first quarter of the history.",
        target_value=8,
        start_on=(story.now - BEGAN).date(),
        due_on=(story.now + LEFT).date(),
        set_by=people.coo,
        # The newest target holds, and the shipped one was set when the database was made.
        set_at=max(story.now, shipped.set_at),
        reason="Customers leave when a broken widget stays broken.",
        supersedes=shipped,
    )
