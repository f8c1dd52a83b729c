"""Values as they were believed, closed months and reports."""

import csv
import hashlib
import io
import json
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from foundation.errors import InvalidInputError
from metrics.models import DirtyMark, Grain, Metric, PeriodClose, PeriodValue, Report, ValueRevision
from metrics.periods import PUBLISHED_AFTER
from metrics.selectors.as_of import Cut, get_version_at, list_series_as_of
from metrics.selectors.restatements import list_restatements
from metrics.selectors.values import calendar_for, get_version, list_series
from metrics.services.closing import close_month
from metrics.services.recompute import recompute_pending
from metrics.services.reports import create_report, report_as_csv, verify_report
from tests.api_client import BASE, superuser_client
from tests.factories import MetricFactory, MetricVersionFactory, SolvedTicketFactory, TargetFactory, UserFactory

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = date(2025, 12, 28), date(2026, 2, 10)

pytestmark = pytest.mark.django_db


def random_history(version, rng, grain):
    """Revisions at random instants, as a worker writes them: of a period in order of time, and the stored value."""
    calendar = calendar_for(version)
    starts = [start for start in calendar.starts_between(FIRST, LAST, grain) if rng.random() < 0.7]
    moments = sorted(BEGUN + timedelta(minutes=rng.randrange(60 * 24 * 60)) for _ in range(60))
    for moment in moments:
        start = rng.choice(starts)
        if calendar.midnight(start) > moment:
            continue
        value = rng.choice([None, *range(9)])
        stored = {"value": value, "n": 0 if value is None else rng.randrange(1, 9), "computed_at": moment}
        row = PeriodValue.objects.filter(version=version, segment="", grain=grain, start=start).first()
        restated = row.restated_at if row else None
        if row and calendar.is_complete(start, grain, row.computed_at) and row.computed_at + PUBLISHED_AFTER <= moment:
            restated = moment
        ValueRevision.objects.create(version=version, grain=grain, start=start, **stored)
        PeriodValue.objects.update_or_create(
            version=version, segment="", grain=grain, start=start, defaults={**stored, "restated_at": restated}
        )


def brute_force(version, grain, as_of):
    """The series by replaying every revision up to an instant, one after the other."""
    calendar, values = calendar_for(version), {}
    for row in ValueRevision.objects.filter(version=version, grain=grain).order_by("pk"):
        if row.computed_at > as_of:
            continue
        before = values.get(row.start)
        restated = before[3] if before else None
        if (
            before
            and calendar.is_complete(row.start, grain, before[2])
            and before[2] + PUBLISHED_AFTER <= row.computed_at
        ):
            restated = row.computed_at
        values[row.start] = (row.value, row.n, row.computed_at, restated)
    series, carried = [], None
    for start in calendar.starts_between(FIRST, min(LAST, as_of.date()), grain):
        if start in values:
            carried = values[start]
            shown = values[start]
        elif carried is None or version.kind == "mean":
            shown = (None, 0, None, None)
        else:
            shown = (0.0, 0, None, None) if version.kind == "count" else (*carried[:2], None, None)
        series.append((start, *shown, calendar.is_complete(start, grain, as_of)))
    return series


def told(series):
    return [(p.start, p.value, p.n, p.computed_at, p.restated_at, p.complete) for p in series.points]


@pytest.mark.parametrize("seed", range(6))
def test_series_as_of_any_instant_equals_a_replay(seed):
    rng = random.Random(seed)
    kind, grain = rng.choice(["mean", "count", "stock"]), rng.choice(["day", "week", "month"])
    version = MetricVersionFactory(kind=kind, effective_from=BEGUN)
    random_history(version, rng, grain)
    for _ in range(12):
        as_of = BEGUN + timedelta(minutes=rng.randrange(60 * 24 * 60))

        believed = list_series_as_of([version], grain, FIRST, LAST, cut=Cut(as_of))[version.metric.key]

        assert told(believed) == brute_force(version, grain, as_of)


@pytest.mark.parametrize("seed", range(3))
def test_as_of_now_is_what_is_stored(seed):
    version = MetricVersionFactory(kind="stock", effective_from=BEGUN)
    random_history(version, random.Random(seed), "week")
    at = BEGUN + timedelta(days=90)

    believed = list_series_as_of([version], "week", FIRST, LAST, cut=Cut(at))
    stored = list_series([version], "week", FIRST, LAST, at=at)

    assert told(believed[version.metric.key]) == told(stored[version.metric.key])


def test_series_as_of_costs_the_same_for_many(django_assert_num_queries):
    versions = [MetricVersionFactory(kind="count", effective_from=BEGUN) for _ in range(3)]
    for version in versions:
        random_history(version, random.Random(1), "week")
    late = Cut(BEGUN + timedelta(days=90))

    with django_assert_num_queries(4):
        list_series_as_of(versions[:1], "week", date(2026, 1, 12), LAST, cut=late)
    with django_assert_num_queries(4):
        list_series_as_of(versions, "week", date(2026, 1, 12), LAST, cut=late)


def test_the_definition_of_then_is_used():
    first = MetricVersionFactory(effective_from=BEGUN)
    second = MetricVersionFactory(metric=first.metric, number=2, effective_from=BEGUN + timedelta(days=30))

    assert get_version_at(first.metric.key, BEGUN + timedelta(days=29)) == first
    assert get_version_at(first.metric.key, BEGUN + timedelta(days=30)) == second
    assert get_version_at(first.metric.key, BEGUN - timedelta(days=1)) == first


def solved(at, hours=4.0, **fields):
    """A ticket resolved after so many hours at `at`."""
    return SolvedTicketFactory(opened_at=at - timedelta(hours=hours), resolved_at=at, **fields)


@pytest.fixture
def may(settings):
    """A month with one resolved ticket, computed when it had ended; the moment after."""
    Metric.objects.exclude(key="tickets_resolved").update(status="retired")
    version = get_version("tickets_resolved")
    month = (version.effective_from.date().replace(day=1) + timedelta(days=40)).replace(day=1)
    inside = datetime(month.year, month.month, 10, tzinfo=UTC)
    solved(inside)
    ended = datetime.combine((month + timedelta(days=32)).replace(day=1), datetime.min.time(), UTC)
    recompute_pending(at=ended + timedelta(minutes=5), now_please=True)
    return month, inside, ended + timedelta(hours=2)


def test_values_api_as_of(may):
    """The installation's versions are effective from now on, so that only now and later can be asked for."""
    version = MetricVersionFactory(kind="count", effective_from=BEGUN)
    for hours, value in ((1, 1.0), (50, 2.0)):
        moment = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=hours)
        ValueRevision.objects.create(
            version=version, grain="month", start=date(2026, 1, 1), value=value, n=1, computed_at=moment
        )
    api, url = superuser_client(), f"{BASE}/metrics/{version.metric.key}/values/"

    def asked(**question):
        return api.get(url, {"grain": "month", "start": "2026-01-01", "end": "2026-01-31", **question})

    (point,) = asked(as_of="2026-02-02T00:00:00Z").json()["results"]
    assert (point["value"], point["complete"], point["as_of"]) == (1.0, True, "2026-02-02T00:00:00Z")
    assert asked(as_of="2026-02-04T00:00:00Z").json()["results"][0]["value"] == 2.0
    assert asked(as_of="2026-01-20T00:00:00Z").json()["results"][0]["value"] is None
    assert asked(as_of="2999-01-01T00:00:00Z").status_code == 400
    assert asked(as_of="soon").status_code == 400
    assert asked(as_of="0001-01-01T00:00:00Z").status_code == 400


def test_series_csv_as_of(client):
    client.force_login(UserFactory(permissions=["metrics.view_metric"]))
    version = MetricVersionFactory(kind="count", effective_from=BEGUN)
    moment = datetime(2026, 2, 1, 1, tzinfo=UTC)
    ValueRevision.objects.create(
        version=version, grain="month", start=date(2026, 1, 1), value=7, n=7, computed_at=moment
    )
    url = reverse("metrics:series_csv", args=[version.metric.key])
    question = {"grain": "month", "first": "2026-01-01", "as_of": "2026-02-03T00:00:00+00:00"}

    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(url, question)).decode())))

    assert [(row["start"], row["value"]) for row in rows] == [("2026-01-01", "7.0"), ("2026-02-01", "0.0")]
    assert client.get(url, {"as_of": "tomorrow"}).status_code == 404
    for wrong in ("2999-01-01", "2999-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00"):
        assert client.get(url, {"as_of": wrong}).status_code == 404
    assert client.get(url, {"first": "0001-01-01"}).status_code == 404


def test_the_path_as_of_is_of_the_target_that_was_set_by_then(client):
    client.force_login(UserFactory(permissions=["metrics.view_metric"]))
    version = MetricVersionFactory(kind="count", effective_from=BEGUN)
    moment = datetime(2026, 2, 1, 1, tzinfo=UTC)
    values = {"value": 7, "n": 7, "computed_at": moment}
    ValueRevision.objects.create(version=version, grain="month", start=date(2026, 1, 1), **values)
    for target, day in ((5.0, 1), (9.0, 20)):
        set_at = datetime(2026, 2, day, tzinfo=UTC)
        TargetFactory(metric=version.metric, target_value=target, shape="level", set_at=set_at)
    url = reverse("metrics:series_csv", args=[version.metric.key])

    def path_at(day):
        question = {"grain": "month", "first": "2026-01-01", "as_of": f"2026-02-{day}T00:00:00+00:00"}
        return next(csv.DictReader(io.StringIO(b"".join(client.get(url, question)).decode())))["path"]

    assert (path_at("03"), path_at("25")) == ("5.0", "9.0")


def test_a_month_is_closed_once_complete_and_computed(may):
    month, inside, at = may
    person = UserFactory()
    with pytest.raises(InvalidInputError, match="first day"):
        close_month(month=month + timedelta(days=1), by=person, at=at)
    with pytest.raises(InvalidInputError, match="has not ended"):
        close_month(month=month, by=person, at=at - timedelta(hours=3))
    DirtyMark.objects.create(source="tickets_resolved", utc_hour=int(inside.timestamp()) // 3600)
    with pytest.raises(InvalidInputError, match="1 changes still wait"):
        close_month(month=month, by=person, at=at)
    DirtyMark.objects.all().delete()
    DirtyMark.objects.create(source="tickets_resolved", utc_hour=int(at.timestamp()) // 3600)

    closed = close_month(month=month, by=person, at=at, note="Board pack")

    assert (closed.month, closed.closed_by, closed.closed_at) == (month, person, at)
    assert closed.revisions_to == ValueRevision.objects.latest("pk").pk
    with pytest.raises(InvalidInputError, match="closed already"):
        close_month(month=month, by=person, at=at)


def test_closed_months_cannot_be_reopened(may):
    month, _, at = may
    closed = close_month(month=month, by=UserFactory(), at=at)
    for change in (lambda: PeriodClose.objects.update(note="x"), closed.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_an_earlier_change_of_a_stock_holds_up_the_month(may):
    month, inside, at = may
    Metric.objects.filter(key="ticket_backlog").update(status="approved")
    DirtyMark.objects.create(source="ticket_backlog", utc_hour=int(inside.timestamp()) // 3600 - 24 * 90)

    with pytest.raises(InvalidInputError, match="still wait"):
        close_month(month=month, by=UserFactory(), at=at)


def test_months_are_closed_over_the_api(may):
    api = superuser_client()
    month = timezone.now().date().replace(day=1)

    for wrong in (month, "0001-01-01", "9999-12-01", "2026-01-02"):
        assert api.post(f"{BASE}/period-closes/", {"month": str(wrong)}).status_code == 400
    before = (month - timedelta(days=1)).replace(day=1)
    DirtyMark.objects.all().delete()
    answer = api.post(f"{BASE}/period-closes/", {"month": str(before), "note": "Board"})
    assert (answer.status_code, answer.json()["month"]) == (201, str(before))
    assert api.post(f"{BASE}/period-closes/", {"month": str(before)}).status_code == 400


def test_a_closed_month_stays_frozen_beside_its_restatement(may):
    month, inside, at = may
    close_month(month=month, by=UserFactory(), at=at)
    solved(inside)
    recompute_pending(at=at + timedelta(days=3), now_please=True)
    later = at + timedelta(days=4)

    report = create_report(kind="metric", params={"metric": "tickets_resolved"}, as_of=later, at=later)

    (metric,) = json.loads(bytes(report.content))["metrics"]
    (point,) = [point for point in metric["months"] if point["start"] == str(month)]
    assert (point["value"], point["restated"]["value"]) == (1.0, 2.0)
    (restated,) = [one for one in list_restatements(get_version("tickets_resolved")) if one.grain == "month"]
    assert (restated.old, restated.new, restated.frozen.value) == (1.0, 2.0, 1.0)
    rows = csv.DictReader(io.StringIO(report_as_csv(report).decode()))
    (row,) = [row for row in rows if row["grain"] == "month" and row["start"] == str(month)]
    assert (row["value"], row["restated_value"], row["closed_at"]) == ("1.0", "2.0", at.isoformat())


def test_a_change_right_after_the_close_is_a_restatement(may):
    month, inside, at = may
    ended = at - timedelta(hours=2)
    close_month(month=month, by=UserFactory(), at=ended + timedelta(minutes=10))
    solved(inside)
    changed = ended + timedelta(minutes=12)
    recompute_pending(at=changed, now_please=True)

    rows = PeriodValue.objects.filter(version__metric__key="tickets_resolved", segment="")
    assert rows.get(grain="month", start=month).restated_at == changed
    assert rows.get(grain="day", start=inside.date()).restated_at is None  # Nobody has published it yet.
    (restated,) = [one for one in list_restatements(get_version("tickets_resolved")) if one.grain == "month"]
    assert (restated.old, restated.new, restated.frozen.value) == (1.0, 2.0, 1.0)


def test_late_writes_of_a_run_that_began_before_the_close_are_restatements(may):
    month, inside, at = may
    close_month(month=month, by=UserFactory(), at=at)
    solved(inside)
    recompute_pending(at=at - timedelta(minutes=1), now_please=True)  # Its run began before the month was closed.

    (restated,) = [one for one in list_restatements(get_version("tickets_resolved")) if one.grain == "month"]

    assert (restated.frozen.value, restated.new) == (1.0, 2.0)


def test_a_report_is_reproduced_after_later_edits(may):
    month, inside, at = may
    version = get_version("tickets_resolved")
    TargetFactory(metric=version.metric, set_at=at - timedelta(hours=1))
    report = create_report(kind="scorecard", params={}, as_of=at, at=at, by=UserFactory())
    stored = bytes(report.content)
    solved(inside)
    solved(inside - timedelta(days=1))
    recompute_pending(at=at, now_please=True)  # Even with the same clock.
    TargetFactory(metric=version.metric, set_at=at + timedelta(hours=1))
    Metric.objects.update(name="Renamed", unit="x", position=1)
    MetricVersionFactory(metric=version.metric, number=2, effective_from=at + timedelta(days=1))
    close_month(month=month, by=UserFactory(), at=at + timedelta(days=2))

    verified = verify_report(Report.objects.get(pk=report.pk))

    assert (verified.is_intact, verified.is_reproduced) == (True, True)
    assert hashlib.sha256(stored).hexdigest() == report.sha256
    assert json.loads(stored)["metrics"][0]["months"][-2]["value"] == 1.0
    again = create_report(kind="scorecard", params={}, as_of=at, at=at + timedelta(days=3))
    assert bytes(again.content) != stored  # The same instant asked later counts the late writes that carry it.


def test_a_changed_report_is_found_out(may):
    _, _, at = may
    report = create_report(kind="metric", params={"metric": "tickets_resolved"}, as_of=at, at=at)
    report.content = bytes(report.content).replace(b"1.0", b"9.0")

    assert verify_report(report).is_intact is False
    assert verify_report(report).is_reproduced is False


def test_a_report_is_given_back_byte_for_byte(may, client):
    _, _, at = may
    report = create_report(kind="metric", params={"metric": "tickets_resolved"}, as_of=at, at=at)
    client.force_login(UserFactory(permissions=["metrics.view_report"]))

    by_api = superuser_client().get(f"{BASE}/reports/{report.uuid}/")
    by_page = client.get(reverse("metrics:report_json", args=[report.uuid]))

    assert by_api.content == by_page.content == bytes(report.content)
    assert client.get(reverse("metrics:report_csv", args=[report.uuid])).content == report_as_csv(report)
    page = client.get(report.get_absolute_url()).content.decode()
    assert "the same bytes" in page
    assert report.sha256 in page


def test_reports_are_made_over_the_api_and_from_the_page(may, client):
    api = superuser_client()
    made = api.post(f"{BASE}/reports/", {"kind": "metric", "params": {"metric": "tickets_resolved"}}).json()
    assert api.get(f"{BASE}/reports/{made['uuid']}/verification/").json() == {"is_intact": True, "is_reproduced": True}
    assert api.get(f"{BASE}/reports/{made['uuid']}/csv/").content.startswith(b"metric,name,unit")
    for wrong in ({"metric": "none"}, {"metric": ["x"]}, {"weeks": -1}, {"metric": "tickets_resolved", "mood": 1}):
        assert api.post(f"{BASE}/reports/", {"kind": "metric", "params": wrong}).status_code == 400
    assert api.post(f"{BASE}/reports/", {"kind": "scorecard", "as_of": "2999-01-01T00:00:00Z"}).status_code == 400

    client.force_login(UserFactory(permissions=["metrics.add_report", "metrics.view_report"]))
    answer = client.post(reverse("metrics:report_new", args=["tickets_resolved"]))
    assert answer["Location"] == Report.objects.latest("pk").get_absolute_url()


def test_restatements_over_the_api(may):
    month, inside, at = may
    solved(inside)
    recompute_pending(at=at + timedelta(days=3), now_please=True)

    found = superuser_client().get(f"{BASE}/metrics/tickets_resolved/restatements/", {"grain": "month"}).json()

    assert [(one["start"], one["old"], one["new"], one["edits"]) for one in found] == [(str(month), 1.0, 2.0, 1)]


def test_restatements_as_of_are_those_until_then(may):
    month, inside, at = may
    solved(inside)
    recompute_pending(at=at + timedelta(days=1), now_please=True)
    close_month(month=month, by=UserFactory(), at=at + timedelta(days=2, hours=1))
    solved(inside)
    recompute_pending(at=at + timedelta(days=3), now_please=True)
    version = get_version("tickets_resolved")

    def known(days):
        found = list_restatements(version, grains=["month"], as_of=at + timedelta(days=days))
        return [(one.start, one.old, one.new, one.edits, one.frozen and one.frozen.value) for one in found]

    assert known(0.5) == []
    assert known(2) == [(month, 1.0, 2.0, 1, None)]
    assert known(2.5) == [(month, 1.0, 2.0, 1, 2.0)]
    assert known(4) == [(month, 1.0, 3.0, 2, 2.0)]
    assert list_restatements(version, as_of=at + timedelta(days=4)) == list_restatements(version)


@pytest.mark.parametrize("seed", range(4))
def test_restatements_as_of_now_are_all_of_them(seed):
    version = MetricVersionFactory(kind="count", effective_from=BEGUN)
    random_history(version, random.Random(seed), "week")

    found = list_restatements(version, as_of=BEGUN + timedelta(days=90), limit=99)

    assert found
    assert sorted(found, key=lambda one: one.start) == sorted(
        list_restatements(version, limit=99), key=lambda one: one.start
    )


def test_restatements_api_as_of():
    version = MetricVersionFactory(kind="count", effective_from=BEGUN)
    for day, value in ((2, 1.0), (10, 2.0)):
        stored = {"value": value, "n": 1, "computed_at": datetime(2026, 2, day, tzinfo=UTC)}
        ValueRevision.objects.create(version=version, grain="month", start=date(2026, 1, 1), **stored)
    restated = {"restated_at": stored["computed_at"], "start": date(2026, 1, 1)}
    PeriodValue.objects.create(version=version, grain="month", **stored, **restated)
    api, url = superuser_client(), f"{BASE}/metrics/{version.metric.key}/restatements/"

    assert api.get(url, {"as_of": "2026-02-09T00:00:00Z"}).json() == []
    (one,) = api.get(url, {"as_of": "2026-02-11T00:00:00Z"}).json()
    assert (one["old"], one["new"]) == (1.0, 2.0)
    assert api.get(url, {"as_of": "2999-01-01T00:00:00Z"}).status_code == 400


def test_a_value_that_comes_back_is_no_restatement(may):
    _, inside, at = may
    late = solved(inside)
    recompute_pending(at=at + timedelta(days=1), now_please=True)
    late.delete()
    recompute_pending(at=at + timedelta(days=2), now_please=True)

    assert list_restatements(get_version("tickets_resolved")) == []


def test_the_page_of_a_past_instant_shows_what_was_believed(client):
    client.force_login(UserFactory(permissions=["metrics.view_metric"]))
    version = MetricVersionFactory(kind="count", effective_from=BEGUN, metric=MetricFactory(unit="h"))
    for days, value in ((11.5, 5.0), (14, 8.0)):
        stored = {"value": value, "n": 5, "computed_at": BEGUN + timedelta(days=days)}
        ValueRevision.objects.create(version=version, grain=Grain.WEEK, start=date(2026, 1, 5), **stored)
    PeriodValue.objects.create(version=version, grain=Grain.WEEK, start=date(2026, 1, 5), **stored)

    def words(as_of):
        soup = BeautifulSoup(client.get(version.metric.get_absolute_url(), {"as_of": as_of}).content, "html.parser")
        return " ".join(soup.select_one("main").get_text(" ").split())

    assert "As believed on 13 Jan 2026" in words("2026-01-13T00:00")
    assert "5.0 h week 2" in words("2026-01-13T00:00")
    assert "8.0 h week 2" in words("2026-01-16T00:00+00:00")
    assert client.get(version.metric.get_absolute_url(), {"as_of": "then"}).status_code == 404
