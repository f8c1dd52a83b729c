"""Edits are counted, backfills wait for changed rows, and rolling and fiscal periods follow every change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Sum

from metrics.models import DirtyMark, Lane, MonthCell, PeriodValue, ValueRevision
from metrics.selectors.values import get_version
from metrics.services.marks import mark_all_days
from metrics.services.preview import preview_values
from metrics.services.recompute import list_due_sources, recompute_batch, recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import get_source
from support.models import Ticket
from tests.factories import MetricFactory, MetricVersionFactory
from tests.metrics.test_recompute import NOW, differences, make_tickets

HOUR = 3_600_000_000


def marks_of(source):
    return DirtyMark.objects.filter(source=source)


@pytest.mark.django_db
def test_a_mark_counts_the_rows_that_changed():
    first = datetime(2026, 3, 1, 10, tzinfo=UTC)
    Ticket.objects.bulk_create([Ticket(subject=str(i), opened_at=first) for i in range(3)])
    Ticket.objects.bulk_create([Ticket(subject="late", opened_at=first + timedelta(hours=1))])
    Ticket.objects.filter(subject="0").update(category="x")

    counted = dict(marks_of("tickets_opened").values_list("utc_hour").annotate(edits=Sum("edits")))

    hour = int(first.timestamp()) // 3600
    assert counted == {hour: 4, hour + 1: 1}


@pytest.mark.django_db
def test_a_revision_says_how_many_edits_stand_behind_it():
    rows = [
        Ticket(
            subject=str(i),
            state="solved",
            opened_at=datetime(2026, 3, 2, tzinfo=UTC),
            resolved_at=datetime(2026, 3, 3 + 20 * (i == 2), tzinfo=UTC),
        )
        for i in range(3)
    ]
    Ticket.objects.bulk_create(rows)
    recompute_pending(at=NOW)
    Ticket.objects.all().update(opened_at=datetime(2026, 3, 1, tzinfo=UTC))
    recompute_pending(at=NOW + timedelta(days=1))

    version = get_version("ticket_resolution_hours_mean")
    last = {
        (row.grain, row.start): row.edits
        for row in ValueRevision.objects.filter(version=version, segment="", computed_at__gt=NOW)
    }
    assert last["day", date(2026, 3, 3)] == 2
    assert last["day", date(2026, 3, 23)] == 1
    assert last["month", date(2026, 3, 1)] == 3


@pytest.mark.django_db
def test_a_backfill_waits_for_changed_rows_and_counts_no_edits():
    make_tickets(30)
    recompute_pending(at=NOW)
    source = get_source("tickets_opened")
    mark_all_days(source)
    newest = Ticket.objects.order_by("opened_at").last()
    Ticket.objects.filter(pk=newest.pk).update(state="spam")

    batch = recompute_batch(source, at=NOW + timedelta(hours=2))

    assert batch.days == 1
    left = marks_of(source.key)
    assert left and {(mark.lane, mark.edits) for mark in left} == {(Lane.BACKFILL, 0)}
    assert list_due_sources(at=NOW + timedelta(hours=2))["ticket_backlog"] == Lane.ROWS
    recompute_pending(at=NOW + timedelta(hours=3))
    assert differences() == []


@pytest.mark.django_db
def test_versions_that_fold_alike_share_their_cells():
    make_tickets(50)
    recompute_pending(at=NOW)

    median, p90 = (get_version(f"ticket_resolution_hours_{name}") for name in ("median", "p90"))

    owners = set(MonthCell.objects.values_list("version_id", flat=True))
    assert len(owners & {median.pk, p90.pk}) == 1
    assert PeriodValue.objects.filter(version=p90).count() == PeriodValue.objects.filter(version=median).count() > 0


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["mean", "percentile", "count", "stock"])
def test_rolling_and_fiscal_periods_follow_every_change(kind):
    stock = kind == "stock"
    source = get_source("ticket_backlog" if stock else "tickets_resolved")
    formula = {"measure": "change"} if stock else {"measure": "resolution", "scale": HOUR, "quantile": 0.5}
    version = MetricVersionFactory(
        metric=MetricFactory(),
        kind=kind,
        source=source.key,
        formula=formula,
        rolling_days=10,
        fiscal_year_start=4,
        week_start=6,
        dimensions=["priority"],
    )
    make_tickets(60)
    mark_all_days(source)
    recompute_pending(at=NOW)
    ticket = Ticket.objects.filter(resolved_at__isnull=False).order_by("opened_at")[7]
    Ticket.objects.filter(pk=ticket.pk).update(opened_at=ticket.opened_at - timedelta(days=45))
    Ticket.objects.order_by("-opened_at")[0].delete()
    recompute_pending(at=NOW + timedelta(hours=1))

    assert verify_source(source) == []
    rows = PeriodValue.objects.filter(version=version, segment="")
    assert {row.start.month for row in rows.filter(grain="year")} == {4}
    assert {row.start.month % 3 for row in rows.filter(grain="quarter")} == {1}
    assert {row.start.weekday() for row in rows.filter(grain="week")} == {6}
    rolling = {row.start: row for row in rows.filter(grain="rolling")}
    days = {row.start for row in rows.filter(grain="day")}
    assert set(rolling) == {day - timedelta(days=back) for day in days for back in range(10)}


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["ticket_resolution_hours_p90", "ticket_backlog", "tickets_opened"])
def test_a_preview_is_what_would_be_stored(key):
    make_tickets(80)
    recompute_pending(at=NOW)
    version = get_version(key)
    first, last = date(2026, 5, 4), date(2026, 5, 31)

    draft = type(version)(
        metric=version.metric,
        kind=version.kind,
        source=version.source,
        formula=version.formula,
        dimensions=version.dimensions,
        time_zone=version.time_zone,
    )
    previewed = preview_values(draft, "week", first, last)

    stored = PeriodValue.objects.filter(version=version, grain="week", start__range=(first, last))
    assert stored
    assert {(row.segment, row.start): (row.value, row.n) for row in stored} == {
        place: (value.value, value.n) for place, value in previewed.items()
    }
    assert not DirtyMark.objects.exists()
