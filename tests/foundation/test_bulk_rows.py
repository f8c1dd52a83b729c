from datetime import UTC, datetime, timedelta, timezone

import pytest

from foundation.bulk_rows import insert_rows, read_models, update_rows
from partnerships.models import CheckResult, HealthCheck, LatencyHour
from tests.factories import HealthCheckFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=UTC)
NAMES = ("health_check_id", "hour", "n", "total_us", "buckets")


def test_what_is_inserted_reads_back_as_django_wrote_it():
    check = HealthCheckFactory()
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    columns = ("health_check_id", "scheduled_for", "attempt", "started_at", "finished_at", "outcome", "headers")
    others = ("reason", "detail", "failed_assertion", "snippet", "probe")

    insert_rows(
        CheckResult,
        columns + others,
        [(check.pk, elsewhere, 1, AT, AT, "ok", {"sunset": "ü"}, "", "", "", "", "local")],
    )
    CheckResult.objects.create(
        health_check=check,
        scheduled_for=AT,
        attempt=2,
        started_at=AT,
        finished_at=AT,
        outcome="ok",
        headers={"sunset": "ü"},
    )

    ours, theirs = CheckResult.objects.order_by("attempt").values(*columns[1:2], *columns[3:], *others)
    assert ours == theirs
    assert CheckResult.objects.filter(scheduled_for=AT, health_check=check).count() == 2


def test_a_row_that_is_there_already_gets_the_new_values():
    check = HealthCheckFactory()

    insert_rows(LatencyHour, NAMES, [(check.pk, AT, 1, 10, {"3": 1})], unique=NAMES[:2])
    insert_rows(LatencyHour, NAMES, [(check.pk, AT, 2, 30, {"3": 2})], unique=NAMES[:2])

    assert list(LatencyHour.objects.values_list("n", "total_us", "buckets")) == [(2, 30, {"3": 2})]


def test_updating_counts_the_rows_that_matched_their_keys():
    checks = HealthCheckFactory.create_batch(600)
    rows = [(check.pk, check.state_version + (number == 7), AT, None) for number, check in enumerate(checks)]

    changed = update_rows(
        HealthCheck,
        ("id", "state_version", "next_due_at", "lease_until"),
        rows,
        keys=("id", "state_version"),
        also='"attempt" = "attempt" + 4',
    )

    assert changed == 599
    assert HealthCheck.objects.filter(next_due_at=AT, attempt=5, lease_until=None).count() == 599
    assert HealthCheck.objects.get(pk=checks[7].pk).attempt == 1


def test_rows_are_read_with_the_fields_asked_for_and_the_others_deferred():
    check = HealthCheckFactory(config={"assertions": []}, next_due_at=AT, is_paused=True)

    (read,) = read_models(HealthCheck.objects.all(), ("is_paused", "next_due_at", "id", "lease_until", "config"))

    assert (read.pk, read.is_paused, read.next_due_at, read.lease_until) == (check.pk, True, AT, None)
    assert read.config == {"assertions": []}
    assert "url" in read.get_deferred_fields()
    assert read.url == check.url
    assert read_models(HealthCheck.objects.filter(pk__in=[]), ("id",)) == []


def test_no_rows_need_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows(LatencyHour, NAMES, [])
        assert update_rows(HealthCheck, ("id", "attempt"), []) == 0
