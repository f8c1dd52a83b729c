"""What tickets teach, as metrics: computed by hand, and equal to their rows after any change."""

from datetime import timedelta

import pytest

from metrics import sources
from metrics.models import DirtyMark, PeriodValue
from metrics.services.definitions import install_shipped_metrics
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import ShippedMetric, get_source, register_metrics
from support.models import Change, Insight, Ticket
from tests.factories import NOW, MetricFactory, SolvedTicketFactory, TicketFactory
from tests.factories_learning import InsightFactory, ShippedChangeFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SOURCES = ("insights_validated", "insights_shipped", "changes_shipped", "changes_decided", "tickets_caused")


def value(key, grain="all"):
    recompute_pending(at=NOW + DAY, now_please=True, max_batches=10_000, days_a_batch=2_000)
    rows = PeriodValue.objects.filter(version__metric__key=key, grain=grain, segment="")
    return rows.values_list("value", "n").get()


def test_numbers_of_the_learning_loop_by_hand():
    TicketFactory.create_batch(2, opened_at=NOW - 3 * DAY)
    SolvedTicketFactory(category="sync", opened_at=NOW - 3 * DAY)
    SolvedTicketFactory(category="", opened_at=NOW - 3 * DAY)
    begun = NOW - 30 * DAY
    for days in (4, 10, 25):
        state = {"state": "shipped", "opened_at": begun, "validated_at": begun + DAY}
        insight = InsightFactory(**state, shipped_at=begun + days * DAY)
        ShippedChangeFactory(insight=insight, shipped_at=insight.shipped_at)
    InsightFactory()
    first, second, _ = Change.objects.order_by("shipped_at")
    Change.objects.filter(pk=first.pk).update(measured_at=NOW, decided_at=NOW, verdict="confirmed")
    Change.objects.filter(pk=second.pk).update(measured_at=NOW, decided_at=NOW, verdict="refuted")

    assert value("ticket_cause_ratio") == (0.5, 2)
    assert value("insights_validated") == (3, 3)
    assert value("insights_per_100_tickets", "month")[0] == 100 * 3 / 4
    assert value("insight_lead_days_median") == (10, 3)
    assert value("insights_with_outcome") == (pytest.approx(2 / 3), 3)
    assert value("change_confirmed_ratio") == (0.5, 2)


def test_any_change_of_a_row_leaves_a_mark():
    ticket, change = SolvedTicketFactory(category="sync"), ShippedChangeFactory()
    recompute_pending(at=NOW + DAY, now_please=True, max_batches=10_000, days_a_batch=2_000)

    Ticket.objects.filter(pk=ticket.pk).update(category="")
    Insight.objects.update(shipped_at=NOW - 9 * DAY, validated_at=NOW - 20 * DAY, kind="defect")
    Change.objects.filter(pk=change.pk).update(measured_at=NOW, decided_at=NOW, verdict="confirmed")

    assert set(SOURCES) <= set(DirtyMark.objects.values_list("source", flat=True))
    recompute_pending(at=NOW + DAY, now_please=True, max_batches=10_000, days_a_batch=2_000)
    assert [verify_source(get_source(source)) for source in SOURCES] == [[]] * len(SOURCES)


def test_rows_behind_the_numbers_have_words():
    insight, change = InsightFactory(statement="Late"), ShippedChangeFactory(title="Earlier")

    assert get_source("insights_shipped").describe([insight.pk])[insight.pk].label == "Late"
    assert get_source("changes_decided").describe([change.pk])[change.pk].url == change.insight.get_absolute_url()


def test_a_draft_that_waited_for_the_source_is_defined_once_it_has_come():
    metric = MetricFactory(key="insights_late", status="draft", waits_for="insights", name="Old name")
    shipped = ShippedMetric(
        key=metric.key,
        name="Insights, late",
        question="How many?",
        purpose="Insights by the day somebody validated them, for a draft that waited.",
        unit="insights",
        direction="up",
        kind="count",
        source="insights_validated",
    )
    register_metrics([shipped])
    try:
        assert install_shipped_metrics(at=NOW) == []
        assert install_shipped_metrics(at=NOW) == []
    finally:
        del sources._shipped[metric.key]

    metric.refresh_from_db()
    assert (metric.status, metric.waits_for, metric.name) == ("approved", "", "Insights, late")
    assert metric.versions.values_list("kind", "source").get() == ("count", "insights_validated")
