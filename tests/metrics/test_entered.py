"""Entered values: typed in, pushed, corrected; fresh in the metric's values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from foundation.errors import InvalidInputError
from metrics.models import DirtyMark, EnteredValue, Kind, PeriodValue, ValueRevision
from metrics.services.entered import NewEntry, UsedKeyError, enter_value
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import get_source
from tests.api_client import BASE, problem, role_client
from tests.factories import MetricFactory, MetricVersionFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MAY = date(2026, 5, 4)


@pytest.fixture
def metric():
    row = MetricFactory(key="revenue", unit="EUR")
    MetricVersionFactory(
        metric=row,
        kind=Kind.ENTERED,
        source="entered_values",
        formula={"combine": "sum", "measure": "value", "filter": {"metric": "revenue"}},
        dimensions=["part"],
    )
    return row


def enter(metric, value="1.5", on=MAY, *, at=NOW, **fields):
    new = NewEntry(
        metric=metric, happened_on=on, value=Decimal(value), evidence=fields.pop("evidence", "Books"), **fields
    )
    return enter_value(new=new, by=UserFactory(), at=at)


def month_value(metric, segment=""):
    recompute_pending(at=NOW, now_please=True)
    assert verify_source(get_source("entered_values")) == []
    row = PeriodValue.objects.get(version__metric=metric, grain="month", start=date(2026, 5, 1), segment=segment)
    return row.value, row.n


def test_values_of_a_month_add_up_to_the_last_digit(metric):
    for day in range(10):
        enter(metric, "0.1", MAY + timedelta(days=day), part="north" if day % 2 else "south")
    enter(MetricFactory(key="other"), "99")

    assert month_value(metric) == (1.0, 10)
    assert month_value(metric, "part=north") == (0.5, 5)


def test_entering_again_corrects_and_keeps_the_record(metric):
    first = enter(metric, "10").row
    month_value(metric)
    DirtyMark.objects.all().delete()
    second = enter(metric, "12.25", evidence="Credit note 7", at=NOW + timedelta(days=1)).row

    assert (second.supersedes, second.happened_at) == (first, first.happened_at)
    assert DirtyMark.objects.filter(source="entered_values").exists()
    assert month_value(metric) == (12.25, 1)
    history = ValueRevision.objects.filter(version__metric=metric, grain="month", segment="").order_by("pk")
    assert list(history.values_list("value", flat=True)) == [10.0, 12.25]


def test_the_same_key_stores_once(metric):
    first, again = enter(metric, "5", key="erp-1"), enter(metric, "5.000000", key="erp-1")

    assert (first.is_new, again.is_new, again.row) == (True, False, first.row)
    with pytest.raises(UsedKeyError, match="value differ"):
        enter(metric, "6", key="erp-1")
    assert EnteredValue.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"on": date(1960, 1, 1)}, "happened_on"), ({"part": "a=b"}, "part"), ({"evidence": " "}, "evidence")],
)
def test_what_cannot_be_is_refused(metric, change, field):
    with pytest.raises(InvalidInputError) as refusal:
        enter(metric, **change)

    assert refusal.value.field == field


def test_only_entered_metrics_take_values():
    computed = MetricVersionFactory(kind=Kind.MEAN, source="tickets_resolved").metric

    for metric in (computed, MetricFactory(status="retired")):
        with pytest.raises(InvalidInputError) as refusal:
            enter(metric)
        assert refusal.value.field == "metric"


def test_a_day_in_the_organisations_zone_keeps_its_date(metric, settings):
    settings.ORGANISATION_TIME_ZONE = "Pacific/Auckland"

    assert enter(metric).row.happened_at == datetime(2026, 5, 4, 0, tzinfo=UTC)


def test_push_by_a_tool_is_idempotent(metric):
    client = role_client("tool_metrics")
    body = {"metric": metric.pk, "happened_on": "2026-05-04", "value": "1234.5", "evidence": "ERP", "key": "a-1"}

    first, again = (client.post(f"{BASE}/entered-values/", body) for _ in range(2))
    other = client.post(f"{BASE}/entered-values/", {**body, "value": "9"})
    corrected = client.post(f"{BASE}/entered-values/", {**body, "value": "9", "key": "a-2"})

    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert (other.status_code, problem(other)["code"]) == (409, "key_reused")
    assert (corrected.status_code, corrected.json()["supersedes"]) == (201, first.json()["id"])
    assert corrected.json()["entered_by"] == client.user.pk


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "1.1234567"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "1e30"}, "value"),
        ({"evidence": ""}, "evidence"),
        ({"happened_on": "0001-01-01"}, "happened_on"),
        ({"supersedes": 1}, "supersedes"),
        ({"metric": 0}, "metric"),
    ],
)
def test_a_wrong_push_names_the_field(metric, change, field):
    body = {"metric": metric.pk, "happened_on": "2026-05-04", "value": "1", "evidence": "ERP"}

    response = role_client("operations").post(f"{BASE}/entered-values/", {**body, **change})

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [field]


def test_a_value_is_typed_in_in_the_admin(client, metric):
    client.force_login(SuperuserFactory())
    body = {"metric": metric.pk, "happened_on": "2026-05-04", "part": "", "value": "7.5", "evidence": "Invoice list"}

    for value in ("7.5", "8"):
        response = client.post(reverse("admin:metrics_enteredvalue_add"), {**body, "value": value})
        assert response.status_code == 302, response.context["errors"]
    refused = client.post(reverse("admin:metrics_enteredvalue_add"), {**body, "evidence": ""})

    assert (refused.status_code, EnteredValue.objects.count()) == (200, 2)
    assert month_value(metric) == (8.0, 1)
