"""Time to the first widget: exact in whatever order sign-ups and widgets become known, and when they are deleted."""

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from lifelines import KaplanMeierFitter

from metrics.models import DirtyMark, PeriodValue, ProductEvent, SourceRun
from metrics.services.follow_ups import follow_unsettled_rows
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import get_source
from tests.factories import ProductEventFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 15, tzinfo=UTC)
SOURCE = "first_widgets"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def event(unit, name, at):
    return ProductEventFactory(unit=unit, name=name, happened_at=at)


def settle(at=NOW):
    recompute_pending(at=at, now_please=True, max_batches=1000)
    assert verify_source(get_source(SOURCE)) == []


def stored():
    row = PeriodValue.objects.filter(version__metric__key="time_to_first_widget", grain="all", segment="").first()
    return (row.value, row.n) if row else (None, 0)


def expected(at=MIDNIGHT):
    """The median by lifelines, from the events alone."""
    durations, observed = [], []
    for unit in sorted(set(ProductEvent.objects.values_list("unit", flat=True))):
        events = list(ProductEvent.objects.filter(unit=unit).order_by("happened_at"))
        sign_ups = [e.happened_at for e in events if e.name == "signed_up"]
        if not sign_ups:
            continue
        shown = [e.happened_at for e in events if e.name == "widget_shown" and e.happened_at >= sign_ups[0]]
        if shown and shown[0] - sign_ups[0] <= 28 * DAY:
            durations.append((shown[0] - sign_ups[0]) / HOUR)
            observed.append(True)
        else:
            durations.append((28 * DAY if shown else min(at - sign_ups[0], 28 * DAY)) / HOUR)
            observed.append(False)
    kept = [i for i, length in enumerate(durations) if length >= 0]
    if not kept:
        return None
    return KaplanMeierFitter().fit([durations[i] for i in kept], [observed[i] for i in kept]).median_survival_time_


def test_a_widget_that_becomes_known_later_moves_the_day_of_the_sign_up():
    event("a", "signed_up", MIDNIGHT - 5 * DAY)
    settle()
    assert stored() == (None, 0)

    event("a", "widget_shown", MIDNIGHT - 3 * DAY)
    settle()

    assert stored() == (48.0, 1)


def test_a_sign_up_that_becomes_known_after_the_widget_counts_from_itself():
    event("a", "widget_shown", MIDNIGHT - 3 * DAY)
    settle()
    event("a", "signed_up", MIDNIGHT - 4 * DAY)
    settle()

    assert stored() == (24.0, 1)


def test_an_earlier_sign_up_replaces_the_later_one():
    event("a", "signed_up", MIDNIGHT - 4 * DAY)
    event("a", "widget_shown", MIDNIGHT - 3 * DAY)
    settle()
    event("a", "signed_up", MIDNIGHT - 6 * DAY)
    settle()

    assert stored() == (72.0, 1)


def test_deleting_an_event_moves_the_day_of_the_sign_up():
    event("a", "signed_up", MIDNIGHT - 4 * DAY)
    first = event("a", "widget_shown", MIDNIGHT - 3 * DAY)
    event("a", "widget_shown", MIDNIGHT - 2 * DAY)
    settle()
    assert stored() == (24.0, 1)

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM metrics_productevent WHERE id = %s", [first.pk])
    settle()

    assert stored() == (48.0, 1)


def test_nobody_is_followed_for_more_than_four_weeks():
    event("slow", "signed_up", MIDNIGHT - 40 * DAY)
    event("waiting", "signed_up", MIDNIGHT - 3 * DAY)
    event("quick", "signed_up", MIDNIGHT - 40 * DAY)
    event("quick", "widget_shown", MIDNIGHT - 39 * DAY)
    follow_unsettled_rows(at=NOW)
    settle()
    DirtyMark.objects.all().delete()

    follow_unsettled_rows(at=NOW + DAY)

    hours = set(DirtyMark.objects.filter(source=SOURCE).values_list("utc_hour", flat=True))
    assert hours == {int((MIDNIGHT - 3 * DAY).timestamp()) // 3600}
    assert SourceRun.objects.get(source=SOURCE).followed_at == MIDNIGHT + DAY


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_arrival_and_deletion_gives_the_median_of_lifelines(seed):
    rng = random.Random(seed)
    events = []
    for number in range(30):
        began = MIDNIGHT - rng.uniform(0, 50) * DAY
        events += [(f"u{number}", "signed_up", began)] * rng.choice([1, 1, 1, 2])
        if rng.random() < 0.3:
            events.append((f"u{number}", "signed_up", began - rng.uniform(0, 3) * DAY))
        for _ in range(rng.choice([0, 1, 1, 2])):
            events.append((f"u{number}", "widget_shown", began + rng.expovariate(1 / 60) * HOUR))
        if rng.random() < 0.2:
            events.append((f"u{number}", "widget_shown", began - HOUR))
    rng.shuffle(events)

    for place, one in enumerate(events):
        event(*one)
        if place == len(events) // 3:
            follow_unsettled_rows(at=NOW)
        if rng.random() < 0.15:
            settle()
        if rng.random() < 0.08:
            ProductEvent.objects.filter(pk=rng.choice(ProductEvent.objects.values_list("pk", flat=True))).delete()
    settle()

    value, n = stored()
    wanted = expected()
    assert n > 20
    assert value == (None if wanted == float("inf") else pytest.approx(wanted, rel=1e-9))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_two_transactions_that_do_not_see_each_other_leave_no_wrong_number():
    is_written, may_commit = threading.Event(), threading.Event()

    def show_widget():
        with transaction.atomic():
            event("a", "widget_shown", MIDNIGHT - 3 * DAY)
            is_written.set()
            may_commit.wait(20)
        connection.close()

    other = threading.Thread(target=show_widget)
    with transaction.atomic():
        event("a", "signed_up", MIDNIGHT - 5 * DAY)
        other.start()
        assert is_written.wait(20)
    settle()
    may_commit.set()
    other.join(20)
    settle()

    assert stored() == (48.0, 1)


def test_who_stands_behind_the_number_is_shown():
    event("a", "signed_up", MIDNIGHT - 5 * DAY)
    event("a", "widget_shown", MIDNIGHT - 3 * DAY)
    event("b", "signed_up", MIDNIGHT - 5 * DAY)
    rows = get_source(SOURCE).fetch(MIDNIGHT - 6 * DAY, MIDNIGHT)

    words = get_source(SOURCE).describe([int(key) for key in rows.keys])

    assert sorted((word.label, word.detail) for word in words.values()) == [
        ("a", "first widget 48.0 h after signing up"),
        ("b", "no widget yet"),
    ]
