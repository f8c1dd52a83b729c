"""Days are the organisation's: cut at its midnights, 23 and 25 hours long when its clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from metrics.models import MetricStatus
from metrics.selectors.values import get_series, get_version
from metrics.services.marks import mark_all_days
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.services.versions import Definition, create_version
from metrics.sources import get_source
from support.models import Ticket

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_days_are_cut_in_the_organisations_zone(zone, settings):
    settings.ORGANISATION_TIME_ZONE = zone
    version = get_version("tickets_opened")
    metric = version.metric
    ours = Definition("count", "tickets_opened", {}, is_retroactive=True)
    create_version(metric=metric, definition=ours, reason="our own zone", at=NOW)
    start = datetime(2026, 3, 5, tzinfo=UTC)
    Ticket.objects.bulk_create(
        [Ticket(subject=str(i), opened_at=start + timedelta(minutes=17 * i)) for i in range(3 * 24 * 20)]
    )
    recompute_pending(at=NOW)

    series = get_series("tickets_opened", "day", date(2026, 3, 4), date(2026, 3, 18), at=NOW)

    expected: dict[date, int] = {}
    for ticket in Ticket.objects.all():
        day = ticket.opened_at.astimezone(ZoneInfo(zone)).date()
        expected[day] = expected.get(day, 0) + 1
    assert series.version.time_zone == zone
    assert {p.start: p.value for p in series.points if p.value} == {
        day: n for day, n in expected.items() if day <= date(2026, 3, 18)
    }
    assert verify_source(get_source("tickets_opened")) == []
    old = get_series(
        "tickets_opened", "day", date(2026, 3, 4), date(2026, 3, 18), at=NOW, version=metric.versions.get(number=1)
    )
    assert old.version.time_zone == "UTC"
    assert {p.start: p.value for p in old.points if p.value}[date(2026, 3, 6)] == len(
        [t for t in Ticket.objects.all() if t.opened_at.date() == date(2026, 3, 6)]
    )


@pytest.mark.django_db
def test_a_retired_metric_keeps_its_values_and_gets_no_new_ones():
    Ticket.objects.create(subject="a", opened_at=NOW - timedelta(days=3))
    recompute_pending(at=NOW)
    version = get_version("tickets_opened")
    type(version.metric).objects.filter(pk=version.metric.pk).update(status=MetricStatus.RETIRED)
    before = version.values.count()
    Ticket.objects.create(subject="b", opened_at=NOW - timedelta(days=30))

    recompute_pending(at=NOW)
    mark_all_days(get_source("tickets_opened"))

    assert version.values.count() == before > 0
