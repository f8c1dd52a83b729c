"""Derived values: exactly the expression over the inputs' stored values, whatever is written in whatever order."""

import csv
import gzip
import json
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.models import DirtyMark, EnteredValue, Kind, MetricStatus, PeriodValue, ValueRevision
from metrics.selectors.as_of import get_point_as_of
from metrics.selectors.values import get_version
from metrics.services.cells import list_live_versions
from metrics.services.derived import evaluate, in_order
from metrics.services.entered import NewEntry, enter_value
from metrics.services.follow_ups import follow_unsettled_rows
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.services.versions import Definition, create_version
from metrics.sources import get_source
from support.models import Ticket
from tests.factories import EnteredValueFactory, MetricFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MAY = date(2026, 5, 1)


def define(key, kind, at=NOW, *, dimensions=(), metric=None, is_retroactive=False, **formula):
    metric = metric or MetricFactory(key=key)
    source = "derived" if kind == Kind.DERIVED else "entered_values"
    shape = Definition(kind, source, formula, dimensions, is_retroactive)
    create_version(metric=metric, definition=shape, reason="Test", at=at)
    return metric


def entered(key, **more):
    return define(key, Kind.ENTERED, combine=more.pop("combine", "sum"), **more)


def derived(key, expression, **more):
    return define(key, Kind.DERIVED, expression=expression, **more)


def enter(metric, value, on, *, at=NOW, part=""):
    new = NewEntry(metric=metric, happened_on=on, value=Decimal(str(value)), evidence="Books", part=part)
    enter_value(new=new, by=UserFactory(), at=at)


def settle(at=NOW):
    recompute_pending(at=at, now_please=True, max_batches=10_000, days_a_batch=2_000)
    assert not DirtyMark.objects.filter(source__in=("derived", "entered_values")).exists()
    assert verify_source(get_source("derived")) == []


def value(key, grain="month", start=MAY, segment=""):
    row = PeriodValue.objects.filter(version__metric__key=key, grain=grain, start=start, segment=segment).last()
    return None if row is None else row.value


@pytest.fixture
def margin():
    revenue, cost = entered("revenue", dimensions=["part"]), entered("cost", dimensions=["part"])
    derived("margin", "(revenue - cost) / revenue", dimensions=["part"])
    return revenue, cost


def test_margin_of_a_month_is_a_ratio_of_sums(margin):
    revenue, cost = margin
    for day, (earned, spent) in enumerate([(100, 90), (900, 100)]):
        enter(revenue, earned, MAY + timedelta(days=day))
        enter(cost, spent, MAY + timedelta(days=day))
    settle()

    assert value("margin") == (1000 - 190) / 1000
    assert (value("margin", "day"), value("margin", "day", date(2026, 5, 2))) == ((100 - 90) / 100, (900 - 100) / 900)
    mean_of_days = (value("margin", "day") + value("margin", "day", date(2026, 5, 2))) / 2
    assert mean_of_days == pytest.approx(0.4944, abs=1e-4)  # What an average of ratios would have shown.
    assert value("margin", "all", date(1970, 1, 1)) == 0.81


def test_margins_of_a_real_company_to_the_cent(shared_data, margin):
    """Every month of the Superstore data, and its regions, as published."""
    revenue, cost = margin
    rows, who = defaultdict(Decimal), UserFactory()
    with gzip.open(shared_data("margin/superstore_first3years.csv.gz"), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            month, day, year = map(int, row["Order Date"].split("/"))
            place = (date(year, month, day), row["Region"])
            rows[revenue, *place] += Decimal(row["Sales"])
            rows[cost, *place] += Decimal(row["Sales"]) - Decimal(row["Profit"])
    EnteredValue.objects.bulk_create(
        EnteredValueFactory.build(metric=metric, happened_on=day, part=part, value=amount, entered_by=who)
        for (metric, day, part), amount in rows.items()
    )
    settle()

    answers = json.loads(shared_data("margin/superstore_answers.json").read_text())
    assert len(answers["by_month"]) == 36
    for name, month in answers["by_month"].items():
        start = date.fromisoformat(f"{name}-01")
        sales, spent = value("revenue", start=start), value("cost", start=start)
        assert sales == pytest.approx(month["sales"], abs=0.0051)  # The published figures are rounded to the cent.
        assert sales - spent == pytest.approx(month["profit"], abs=0.0051)
        assert 100 * value("margin", start=start) == pytest.approx(month["margin_pct"], abs=5.1e-5)
    for name, region in answers["by_region"].items():
        found = value("margin", "all", date(1970, 1, 1), f"part={name}")
        assert 100 * found == pytest.approx(region["margin_pct"], abs=5.1e-5)
    whole = 100 * value("margin", "all", date(1970, 1, 1))
    assert whole == pytest.approx(answers["all"]["margin_pct"], abs=5.1e-5)


def test_no_value_where_an_input_has_none_or_the_divisor_is_zero(margin):
    revenue, cost = margin
    enter(revenue, 0, MAY)
    enter(cost, 5, MAY)
    enter(cost, 5, date(2026, 4, 1))
    settle()

    assert (value("margin"), value("margin", start=date(2026, 4, 1))) == (None, None)
    enter(revenue, 10, MAY)
    settle()
    assert value("margin") == 0.5
    enter(revenue, 0, MAY)
    settle()
    assert value("margin") is None


def test_n_is_the_smallest_of_the_inputs(margin):
    revenue, cost = margin
    for part in ("north", "south", "west"):
        enter(revenue, 10, MAY, part=part)
    enter(cost, 3, MAY)
    settle()

    assert PeriodValue.objects.get(version__metric__key="margin", grain="month", segment="").n == 1


def test_a_chain_is_evaluated_in_order_and_restated(margin):
    revenue, cost = margin
    derived("again", "margin * 100 + growth")
    derived("growth", "revenue / 1000")
    enter(revenue, 100, MAY)
    enter(cost, 40, MAY)
    settle()
    assert value("again") == 60.0 + 0.1

    later = NOW + timedelta(days=40)
    enter(cost, 50, MAY, at=later)
    settle(later)

    row = PeriodValue.objects.get(version__metric__key="again", grain="month", segment="")
    assert (row.value, row.restated_at) == (50.0 + 0.1, later)
    revisions = ValueRevision.objects.filter(version=row.version, grain="month", segment="").order_by("pk")
    assert list(revisions.values_list("value", flat=True)) == [60.1, 50.1]
    before = get_point_as_of(get_version("again"), "month", MAY, later - timedelta(days=1))
    assert before.value == 60.1


def test_marks_are_written_with_the_values_and_only_for_what_depends_on_them(margin):
    revenue, _ = margin
    enter(entered("unrelated"), 1, MAY)
    recompute_pending(at=NOW, now_please=True, max_batches=1)
    assert not DirtyMark.objects.filter(source="derived").exists()

    enter(revenue, 1, MAY)
    recompute_pending(at=NOW, now_please=True, max_batches=1)

    assert DirtyMark.objects.filter(source="derived").exists()


def test_an_input_that_is_redefined_is_followed(margin):
    revenue, cost = margin
    for day in (1, 2):
        enter(revenue, 100 * day, date(2026, 5, day))
        enter(cost, 50, date(2026, 5, day))
    settle()
    assert value("margin") == pytest.approx(2 / 3)

    define("revenue", Kind.ENTERED, metric=revenue, combine="last", dimensions=["part"], is_retroactive=True)
    from metrics.services.marks import mark_all_days

    mark_all_days(get_source("entered_values"))
    settle(NOW + timedelta(hours=1))

    assert value("margin") == (200 - 100) / 200


def test_an_input_that_did_not_restate_history_keeps_its_old_values_there(margin):
    revenue, cost = margin
    for on in (date(2026, 4, 1), date(2026, 4, 2), date(2026, 6, 20), date(2026, 6, 21)):
        enter(revenue, 100, on)
        enter(cost, 50, on)
    define("revenue", Kind.ENTERED, metric=revenue, combine="last", dimensions=["part"])
    settle()

    assert value("margin", start=date(2026, 4, 1)) == (200 - 100) / 200
    assert value("margin", start=date(2026, 6, 1)) == (100 - 100) / 100


def test_days_without_rows_count_as_zero_once_a_count_has_begun():
    derived("flow", "tickets_opened - tickets_resolved")
    day = datetime(2026, 5, 4, 9, tzinfo=UTC)
    Ticket.objects.create(subject="a", opened_at=day, resolved_at=day + timedelta(hours=1), state="solved")
    Ticket.objects.create(subject="b", opened_at=day + timedelta(days=2))
    Ticket.objects.create(subject="c", opened_at=day - timedelta(days=2))
    settle()

    days = {row.start.day: row.value for row in PeriodValue.objects.filter(version__metric__key="flow", grain="day")}
    assert days == {4: 0.0, 6: 1.0}  # On the 2nd nothing had been resolved yet, ever.
    assert value("flow") == 2.0


def test_a_draft_or_retired_input_gives_no_value(margin):
    revenue, cost = margin
    enter(revenue, 100, MAY)
    enter(cost, 40, MAY)
    cost.status = MetricStatus.RETIRED
    cost.save(update_fields=["status"])
    settle()

    assert value("margin") is None


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_entries_leaves_the_expression_of_the_sums(margin, seed):
    rng = random.Random(seed)
    metrics = dict(zip(("revenue", "cost"), margin, strict=True))
    derived("twice", "max(margin, 0) * 2 - abs(cost) / 4", dimensions=["part"])
    counted: dict[tuple, Decimal] = {}
    for step in range(25):
        key, part = rng.choice(["revenue", "cost"]), rng.choice(["", "north", "south"])
        on = MAY + timedelta(days=rng.randint(-40, 40))
        amount = Decimal(rng.randint(-2, 30)) / 4
        enter(metrics[key], amount, on, part=part)
        counted[key, on, part] = amount
        if rng.random() < 0.4:
            recompute_pending(at=NOW + timedelta(minutes=step), days_a_batch=rng.choice([1, 3, 62]))
    settle(NOW + timedelta(hours=1))

    for segment in ("", "part=north", "part=south"):
        for month in (4, 5, 6):
            sums = {
                key: [
                    amount
                    for (name, on, part), amount in counted.items()
                    if name == key and on.month == month and segment in ("", f"part={part}")
                ]
                for key in metrics
            }
            if not all(sums.values()):
                wanted = None
            else:
                earned, spent = (float(sum(sums[key])) for key in ("revenue", "cost"))
                wanted = max((earned - spent) / earned, 0) * 2 - abs(spent) / 4 if earned else None
            assert value("twice", start=date(2026, month, 1), segment=segment) == wanted


def test_a_level_that_is_stored_later_reaches_the_days_it_is_carried_on_to():
    """The old part of the backlog begins on a day before others on which only the whole backlog has a value."""
    opened = NOW - timedelta(days=40)
    Ticket.objects.create(subject="old", opened_at=opened)
    for days in (10, 20):
        Ticket.objects.create(subject="new", opened_at=opened + timedelta(days=days))
    recompute_pending(at=NOW, now_please=True)
    follow_unsettled_rows(at=NOW)
    recompute_pending(at=NOW, now_please=True)

    version = get_version("ticket_backlog_over_7_days_ratio")
    rows = PeriodValue.objects.filter(version=version, grain="day", value__isnull=False)
    begun = opened.date()
    assert dict(rows.values_list("start", "value")) == {
        begun + timedelta(days=7): 1.0,
        begun + timedelta(days=10): 0.5,
        begun + timedelta(days=17): 1.0,
        begun + timedelta(days=20): 2 / 3,
        begun + timedelta(days=27): 1.0,
        begun + timedelta(days=30): 1.0,
    }
    assert verify_source(get_source("derived")) == []


def test_inputs_of_metrics_that_do_not_build_on_one_another_are_read_together(margin, django_assert_num_queries):
    revenue, cost = margin
    for number in range(5):
        derived(f"gain_{number}", f"(revenue - cost) * {number + 1}")
    derived("gain_of_gains", "gain_0 + gain_4")
    enter(revenue, 100, MAY)
    enter(cost, 40, MAY)
    settle()
    enter(cost, 10, MAY)
    versions = [one for one in list_live_versions("derived") if one.metric.key.startswith(("gain", "margin"))]

    groups = in_order(versions)
    with CaptureQueriesContext(connection) as of_one:
        evaluate(groups[0][:1], {MAY})
    with django_assert_num_queries(len(of_one)):
        evaluate(groups[0], {MAY})
    settle()

    assert [sorted(one.metric.key for one in group) for group in groups] == [
        ["gain_0", "gain_1", "gain_2", "gain_3", "gain_4", "margin"],
        ["gain_of_gains"],
    ]
    assert [value(f"gain_{number}") for number in range(5)] == [90, 180, 270, 360, 450]
    assert value("gain_of_gains") == 540
