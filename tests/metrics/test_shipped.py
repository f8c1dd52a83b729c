"""What a fresh installation comes with."""

from datetime import UTC, date, datetime, timedelta

import pytest

from metrics.models import Metric, MetricStatus, Target, Verdict
from metrics.selectors.values import get_point, get_version
from metrics.services.definitions import give_owners, install_shipped_metrics
from metrics.services.recompute import recompute_pending
from metrics.sources import list_shipped_metrics
from tests.factories import ExperimentFactory, HypothesisFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WANTED = {
    "contractor_retention_months": (3, 5),
    "gross_margin": (0.38, 0.58),
    "asset_delivery_hours": (24, 2),
    "application_to_field_days": (35, 7),
    "ticket_resolution_hours_mean": (32, 8),
    "photographer_application_launch": (0, 1),
}


def test_the_programmes_targets_are_there():
    targets = {row.metric.key: row for row in Target.objects.select_related("metric").filter(segment="")}

    assert {key: (targets[key].baseline_value, targets[key].target_value) for key in WANTED} == WANTED
    launch = targets["photographer_application_launch"]
    assert (launch.due_on.month, launch.due_on.day, launch.due_on > launch.start_on) == (1, 1, True)


def test_every_shipped_metric_has_its_question_purpose_and_target_or_is_a_part_of_one():
    for shipped in list_shipped_metrics():
        assert shipped.question.endswith("?"), shipped.key
        assert len(shipped.purpose) > 40, shipped.key


def test_metrics_without_a_source_are_drafts_that_say_what_they_wait_for():
    drafts = Metric.objects.filter(status=MetricStatus.DRAFT)
    waiting = {shipped.key for shipped in list_shipped_metrics() if shipped.waits_for}

    assert set(drafts.values_list("key", flat=True)) == waiting
    assert all(metric.waits_for and not metric.versions.exists() and metric.targets.exists() for metric in drafts)
    assert not Metric.objects.filter(status=MetricStatus.APPROVED).exclude(waits_for="").exists()


def test_the_first_active_coo_owns_what_nobody_owns():
    UserFactory(groups=["coo"], is_active=False)
    assert give_owners() == 0
    first, _ = UserFactory(groups=["coo"]), UserFactory(groups=["coo"])
    other = UserFactory()
    Metric.objects.filter(key="ticket_backlog").update(owner=other)

    assert install_shipped_metrics(at=NOW) == []

    owners = dict(Metric.objects.values_list("key", "owner"))
    assert owners.pop("ticket_backlog") == other.pk
    assert set(owners.values()) == {first.pk}
    assert give_owners() == 0


def test_success_of_partnership_experiments_is_validated_over_what_was_learnt():
    verdicts = [Verdict.VALIDATED, Verdict.VALIDATED, Verdict.REFUTED, Verdict.INCONCLUSIVE, Verdict.INVALID]
    fields = {"state": "decided", "locked_by": UserFactory(), "decided_by": UserFactory()}
    for i, verdict in enumerate(verdicts):
        at = NOW - timedelta(days=40 - i)
        HypothesisFactory(kind="partnership", verdict=verdict, locked_at=at, decided_at=at, **fields)
    HypothesisFactory(kind="product", verdict=Verdict.REFUTED, locked_at=NOW, decided_at=NOW, **fields)
    HypothesisFactory(kind="partnership")

    recompute_pending(at=NOW, now_please=True)

    point = get_point(get_version("partnership_experiment_success"), "month", date(2026, 5, 10), at=NOW)
    assert (point.value, point.n) == (2 / 3, 3)


def test_what_onboarding_experiments_brought_is_the_mean_lift_of_those_validated():
    def decided(value, effect, verdict=Verdict.VALIDATED, outcome="widget_shown", direction="up"):
        at = NOW - timedelta(days=40)
        people = dict.fromkeys(("started_by", "ended_by", "decided_by"), UserFactory())
        ExperimentFactory(
            state="decided",
            verdict=verdict,
            metric_name=outcome,
            direction=direction,
            started_at=at - timedelta(days=20),
            ended_at=at,
            decided_at=at,
            result={
                "arms": [{"is_control": True, "value": value}, {"is_control": False, "value": 0.1}],
                "comparisons": [{"effect": effect}, {"effect": 0.0}],
            },
            **people,
        )

    decided(0.5, 0.1)
    decided(0.4, 0.04)
    decided(0.4, 0.3, verdict=Verdict.REFUTED)
    decided(0.4, 0.3, outcome="clicked")
    decided(0.0, 0.3)

    recompute_pending(at=NOW, now_please=True, max_batches=1000)

    point = get_point(get_version("onboarding_improvement"), "month", date(2026, 5, 1), at=NOW)
    assert (point.value, point.n) == (pytest.approx(0.15, rel=1e-6), 2)
