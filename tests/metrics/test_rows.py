"""The rows behind a number recompute to it: on the page, in the CSV and over the API."""

import csv
import io
import json
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck as Check
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.models import Grain, Metric, MetricVersion
from metrics.periods import ALL_START
from metrics.selectors.population import Population, get_level, get_population, measure_names
from metrics.selectors.rows import Place, iter_rows, list_first_rows, list_rows_after
from metrics.selectors.values import calendar_for, get_current_versions, get_version
from metrics.services.entered import NewEntry, enter_value
from metrics.services.marks import mark_all_days
from metrics.services.recompute import recompute_pending
from metrics.sources import get_source
from support.models import Customer, Ticket, TicketState
from tests.api_client import BASE, superuser_client
from tests.factories import (
    HealthCheckFactory,
    LatencyHourFactory,
    MetricFactory,
    MetricVersionFactory,
    SolvedTicketFactory,
    SuperuserFactory,
    TicketFactory,
    UptimeHourFactory,
    UserFactory,
)
from tests.metrics.recompute_rows import recompute_from_rows

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 1, 6, tzinfo=UTC)
"""New York puts its clocks back on this day."""
HOUR = 3_600_000_000

pytestmark = pytest.mark.django_db


def make_tickets(count=80, seed=5):
    rng = random.Random(seed)
    customer = Customer.objects.create(name="Acme")
    tickets = []
    for number in range(count):
        opened = NIGHT + timedelta(seconds=rng.randrange(-6 * 86_400, 6 * 86_400))
        resolved = opened + timedelta(seconds=rng.choice([0, 60, 7200, 90_000])) if rng.random() < 0.8 else None
        tickets.append(
            Ticket(
                subject=f"Ticket {number}",
                customer=customer if number % 3 else None,
                state=TicketState.SOLVED if resolved else TicketState.OPEN,
                priority=rng.choice(["urgent", "high", "normal", "low"]),
                category=rng.choice(["Payments", "Bookings", ""]),
                channel=rng.choice(["mail", "chat"]),
                opened_at=opened,
                resolved_at=resolved,
                reopen_count=rng.choice([0, 0, 1]),
            )
        )
    return Ticket.objects.bulk_create(tickets)


def make_hours():
    rng = random.Random(3)
    checks = [HealthCheckFactory(integration__tier=tier) for tier in ("production", "experimental")]
    for check in checks:
        for hour in range(60):
            up = rng.randrange(0, HOUR)
            moment = (NIGHT + timedelta(hours=hour)).replace(minute=0)
            tier = check.integration.tier
            UptimeHourFactory(health_check=check, hour=moment, tier=tier, up_us=up, down_us=HOUR - up)
            buckets = {str(rng.randrange(500, 900)): rng.randrange(1, 9) for _ in range(3)}
            LatencyHourFactory(health_check=check, hour=moment, n=sum(buckets.values()), total_us=1, buckets=buckets)


def rows_of(population):
    return [
        {
            "key": row.key,
            "at": row.at,
            "measures": row.measures,
            "dimensions": row.dimensions,
            "histogram": row.histogram,
        }
        for row in iter_rows(population)
    ]


def rows_of_csv(client, version, question):
    url = reverse("metrics:rows_csv", kwargs={"key": version.metric.key})
    response = client.get(url, question)
    assert response.status_code == 200
    found = csv.DictReader(io.StringIO(b"".join(response).decode()))
    names = measure_names(version)
    units = get_source(version.source).measures
    return [
        {
            "measures": {name: int(row[f"{name}, {units[name]}"]) for name in names if row[f"{name}, {units[name]}"]},
            "dimensions": {name: row[name] for name in get_source(version.source).dimensions},
            "histogram": json.loads(row["histogram"] or "null"),
        }
        for row in found
    ]


def rows_of_api(api, version, question):
    answer = api.get(f"{BASE}/metrics/{version.metric.key}/rows/", question).json()
    rows = answer["results"]
    while answer["next"]:
        answer = api.get(answer["next"]).json()
        rows += answer["results"]
    return answer, rows


def same(value, expected):
    return value == expected or value == pytest.approx(expected, rel=1e-12)


def test_all_shipped_metrics_recompute_on_page_csv_and_api(client):
    make_tickets()
    make_hours()
    for source in {version.source for version in get_current_versions().values()}:
        mark_all_days(get_source(source))
    recompute_pending(at=timezone.now(), now_please=True)
    client.force_login(SuperuserFactory())
    api = superuser_client()
    checked = set()
    for key, version in get_current_versions().items():
        question = {"grain": "week", "start": "2026-10-30"}
        _, point = get_population(version, "week", date(2026, 10, 30), at=timezone.now())
        if point is None or point.value is None or version.kind == "derived":
            continue
        by_csv, (answer, by_api) = rows_of_csv(client, version, question), rows_of_api(api, version, question)
        soup = BeautifulSoup(client.get(version.metric.get_absolute_url(), question).content, "html.parser")

        assert same(recompute_from_rows(version, by_csv), point.value), key
        assert same(recompute_from_rows(version, by_api), answer["value"]), key
        assert answer["value"] == point.value
        assert len(by_csv) == len(by_api)
        assert f"All {len(by_api):,} rows" in " ".join(soup.select_one("#rows a.go").get_text().split())
        checked.add(version.kind)
    assert checked >= {"count", "mean", "percentile", "ratio", "stock", "interval_share", "histogram_percentile"}


KINDS = {
    "tickets_resolved": [
        ("count", {}),
        ("sum", {"measure": "resolution", "scale": HOUR}),
        ("mean", {"measure": "resolution", "scale": HOUR}),
        ("percentile", {"measure": "resolution", "scale": HOUR, "quantile": 0.9}),
        ("ratio", {"numerator": "reopened"}),
        ("ratio", {"numerator": "resolution", "denominator": "reopened", "scale": HOUR}),
        ("share", {"where": {"resolution": {"lte": 7200_000_000}}}),
        ("survival", {"duration": "resolution", "observed": "reopened", "statistic": "median", "scale": HOUR}),
    ],
    "tickets_opened": [("count", {}), ("share", {"where": {"priority": ["high", "urgent"]}})],
    "ticket_backlog": [("stock", {"measure": "change"})],
    "integration_uptime": [("interval_share", {"good": {"up": 1000, "degraded": 500}, "counted": ["up", "down"]})],
    "probe_latency": [("histogram_percentile", {"quantile": 0.95, "scale": 1000})],
}
WORDS = {
    "priority": ["urgent", "high", "normal", "low"],
    "category": ["Payments", "Bookings", ""],
    "channel": ["mail", "chat"],
    "tier": ["production", "experimental"],
    "integration": ["nothing"],
}


@st.composite
def questions(draw):
    """A definition and a question about it: kind, filter, segment, zone, grain and day."""
    source = draw(st.sampled_from(sorted(KINDS)))
    kind, formula = draw(st.sampled_from(KINDS[source]))
    dimensions = [name for name in get_source(source).dimensions if name in WORDS]
    conditions = {}
    for name in draw(st.lists(st.sampled_from(dimensions), max_size=2, unique=True)):
        words = draw(st.lists(st.sampled_from(WORDS[name]), min_size=1, max_size=2, unique=True))
        conditions[name] = draw(st.sampled_from([words[0], words, {"not": words}]))
    if source == "tickets_resolved" and draw(st.booleans()):
        sign = draw(st.sampled_from(["lt", "lte", "gt", "gte"]))
        conditions["resolution"] = {sign: draw(st.sampled_from([0, 60_000_000, 7_200_000_000]))}
    segment = draw(st.sampled_from(dimensions))
    return {
        "source": source,
        "kind": kind,
        "formula": {**formula, **({"filter": conditions} if conditions else {})},
        "dimensions": [segment],
        "segment": draw(st.sampled_from(["", *(f"{segment}={word}" for word in WORDS[segment])])),
        "time_zone": draw(st.sampled_from(["America/New_York", "Asia/Kolkata", "Australia/Adelaide", "UTC"])),
        "grain": draw(st.sampled_from(["day", "week", "month", "all"])),
        "day": NIGHT.date() + timedelta(days=draw(st.integers(-3, 3))),
    }


@pytest.fixture
def everything():
    make_tickets()
    make_hours()
    Metric.objects.update(status="retired")


def test_random_definitions_recompute(everything):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(Check), database=None)
    @given(questions())
    def check(asked):
        wanted = ("source", "kind", "formula", "dimensions", "time_zone")
        version = MetricVersionFactory(**{name: asked[name] for name in wanted})
        mark_all_days(get_source(version.source))
        recompute_pending(at=NOW, now_please=True)
        day = ALL_START if asked["grain"] == Grain.ALL else asked["day"]
        population, point = get_population(version, asked["grain"], day, at=NOW, segment=asked["segment"])

        rows = rows_of(population)

        value = point.value if point else None
        if not rows and value is None:
            assert (
                version.values.filter(grain=asked["grain"], segment=asked["segment"], start=day, n__gt=0).count() == 0
            )
        else:
            assert same(recompute_from_rows(version, rows), value)
        if version.kind not in {"histogram_percentile", "interval_share"} and point:
            assert point.n == (recompute_from_rows(version, rows) if version.kind == "stock" else len(rows))
        Metric.objects.filter(pk=version.metric_id).update(status="retired")

    check()


def resolved(**fields):
    return MetricVersionFactory(
        kind="mean",
        source="tickets_resolved",
        formula={"measure": "resolution", "scale": HOUR},
        metric=MetricFactory(unit="h"),
        **fields,
    )


def week_of(version, day=None):
    start = calendar_for(version).period_start(day or NIGHT.date(), Grain.WEEK)
    return Population(version, Grain.WEEK, start)


def test_pages_of_rows_part_nothing_and_repeat_nothing():
    make_tickets()
    population = week_of(resolved())
    everything = [(row.at, row.key) for row in iter_rows(population)]
    for size in (1, 3, 7, 1000):
        found, after = [], None
        while True:
            page, after = list_rows_after(population, after, size=size)
            found += [(row.at, row.key) for row in page]
            if after is None:
                break

        assert found == everything


def test_rows_of_one_place_stay_on_one_page():
    TicketFactory(state="closed", opened_at=NIGHT, resolved_at=NIGHT)
    version = MetricVersionFactory(kind="count", source="ticket_backlog")

    page, after = list_rows_after(week_of(version), None, size=1)

    assert [row.at for row in page] == [NIGHT, NIGHT]
    assert after is None
    assert list_rows_after(week_of(version), Place(page[0].at.timestamp() * 10**6, page[0].key), size=1) == ([], None)


def test_first_rows_by_order(django_assert_num_queries):
    for hours in (3, 1, 2):
        SolvedTicketFactory(opened_at=NIGHT - timedelta(hours=hours), resolved_at=NIGHT + timedelta(hours=hours))
    population = week_of(resolved())

    def shown(order):
        with django_assert_num_queries(2):
            rows, count = list_first_rows(population, order=order, limit=2)
        assert count == 3
        return [row.measures["resolution"] // HOUR for row in rows]

    assert shown("largest") == [6, 4]
    assert shown("smallest") == [2, 4]
    assert shown("newest") == [6, 4]


def test_rows_are_described_by_the_batch(django_assert_num_queries):
    for hours in range(3):
        SolvedTicketFactory(opened_at=NIGHT, resolved_at=NIGHT + timedelta(hours=hours))
    population = Population(resolved(), Grain.DAY, NIGHT.date())

    with django_assert_num_queries(2):
        assert len(list(iter_rows(population))) == 3


def test_a_stock_holds_what_came_before_its_instant_and_had_not_left():
    inside = TicketFactory(opened_at=NIGHT)
    SolvedTicketFactory(opened_at=NIGHT - timedelta(hours=1), resolved_at=NIGHT)
    late = TicketFactory(opened_at=NIGHT + timedelta(microseconds=1))
    version = get_version("ticket_backlog")

    assert get_level(version, NIGHT) == 1
    assert get_source("ticket_backlog").held_at(NIGHT).keys.tolist() == [inside.pk]
    assert get_level(version, late.opened_at) == 2
    assert get_level(get_version("tickets_opened"), NIGHT) is None


def test_period_end_is_no_part_of_a_stock():
    end = datetime(2026, 11, 2, tzinfo=UTC)
    held = TicketFactory(opened_at=end - timedelta(hours=2))
    leaving = SolvedTicketFactory(opened_at=end - timedelta(hours=1), resolved_at=end)
    TicketFactory(opened_at=end)

    rows = list(iter_rows(week_of(get_version("ticket_backlog"), date(2026, 10, 28))))

    assert {row.key for row in rows} == {held.pk, leaving.pk}


def test_a_row_deleted_meanwhile_says_so():
    ticket = SolvedTicketFactory(opened_at=NIGHT, resolved_at=NIGHT)
    stream = iter_rows(week_of(resolved()))
    source = get_source("tickets_resolved")
    frame = source.fetch(NIGHT, NIGHT + timedelta(hours=1))
    ticket.delete()

    from metrics.selectors.rows import describe_rows

    assert list(stream) == []
    (row,) = describe_rows(resolved(), frame)
    assert row.words.detail == "deleted meanwhile"


def test_a_derived_number_leads_to_its_inputs(client):
    make_tickets()
    derived = MetricVersionFactory(
        kind="derived", source="derived", formula={"expression": "tickets_resolved / tickets_opened"}
    )
    for source in ("tickets_opened", "tickets_resolved", "derived"):
        mark_all_days(get_source(source))
    recompute_pending(at=timezone.now(), now_please=True)
    client.force_login(SuperuserFactory())
    question = {"grain": "week", "start": "2026-10-30"}

    answer = superuser_client().get(f"{BASE}/metrics/{derived.metric.key}/rows/", question).json()
    body = b"".join(client.get(reverse("metrics:rows_csv", args=[derived.metric.key]), question)).decode()
    soup = BeautifulSoup(client.get(derived.metric.get_absolute_url(), question).content, "html.parser")

    values = {one["metric"]: one["value"] for one in answer["inputs"]}
    assert answer["value"] == values["tickets_resolved"] / values["tickets_opened"] > 0
    assert answer["results"] == []
    assert {row["label"]: float(row["value"]) for row in csv.DictReader(io.StringIO(body))} == values
    assert len(soup.select("#rows tbody tr")) == 2
    inner = superuser_client().get(answer["inputs"][0]["rows"]).json()
    assert inner["value"] == values["tickets_resolved"] == len(inner["results"])


@pytest.mark.parametrize("cursor", ["x", "bm8", "MS4t", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE", "é"])
def test_foreign_cursors_are_refused(cursor):
    api = superuser_client()

    assert api.get(f"{BASE}/metrics/tickets_opened/rows/", {"cursor": cursor}).status_code == 404


def test_segments_that_are_not_kept_are_refused():
    answer = superuser_client().get(f"{BASE}/metrics/tickets_opened/rows/", {"segment": "city=Rome"})

    assert answer.status_code == 400
    assert "segment" in str(answer.json()["errors"])


def test_a_version_before_a_break_shows_its_own_rows():
    make_tickets()
    old = resolved(effective_from=NIGHT - timedelta(days=90))
    MetricVersion.objects.create(
        metric=old.metric,
        number=2,
        kind="mean",
        source="tickets_resolved",
        formula={**old.formula, "filter": {"priority": "high"}},
        time_zone="UTC",
        effective_from=NOW,
    )
    mark_all_days(get_source("tickets_resolved"))
    recompute_pending(at=NOW, now_please=True)
    newest = get_version(old.metric.key)

    population, point = get_population(newest, Grain.WEEK, NIGHT.date(), at=NOW)

    assert population.version == old
    assert same(recompute_from_rows(old, rows_of(population)), point.value)


def test_an_entered_number_shows_its_entries_with_their_evidence():
    metric = MetricFactory(key="satisfaction", unit="points")
    version = MetricVersionFactory(
        metric=metric,
        kind="entered",
        source="entered_values",
        formula={"combine": "mean", "filter": {"metric": metric.key}},
    )
    for part, value in (("north", "7.5"), ("south", "9.25"), ("south", "8.25")):
        new = NewEntry(metric, NIGHT.date(), Decimal(value), f"Survey {part}", part)
        enter_value(new=new, by=UserFactory(name="Ada"), at=NOW)
    recompute_pending(at=NOW, now_please=True)

    population, point = get_population(version, Grain.MONTH, NIGHT.date(), at=NOW)

    assert point.value == recompute_from_rows(version, rows_of(population)) == 7.875
    assert [row.words.detail.split(",")[0] for row in iter_rows(population)] == ["Survey north", "Survey south"]
