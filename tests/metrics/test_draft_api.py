"""Definitions over the API: metrics begun, drafts proposed, compared and decided, sources listed."""

import pytest

from metrics.models import Metric, MetricDraft
from tests.api_client import BASE, client_of, problem, role_client
from tests.factories import MetricDraftFactory, MetricFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = {"key": "urgent_tickets", "name": "Urgent tickets", "question": "How many?", "direction": "down"}


@pytest.fixture
def author():
    return role_client("operations")


@pytest.fixture
def approver():
    return role_client("coo")


def draft_of(about, **change):
    return {
        "metric": about.pk,
        "kind": "count",
        "source": "tickets_opened",
        "reason": "The board asks.",
        "formula": {"filter": {"priority": "urgent"}},
        "dimensions": ["channel"],
        **change,
    }


def test_definition_from_nothing_to_effective(author, approver):
    metric = author.post(f"{BASE}/metrics/", {**NEW, "owner": author.user.pk, "unit": "tickets"})
    created = Metric.objects.get(key="urgent_tickets")
    draft = author.post(f"{BASE}/metric-drafts/", draft_of(created), HTTP_IDEMPOTENCY_KEY="one")
    repeated = author.post(f"{BASE}/metric-drafts/", draft_of(created), HTTP_IDEMPOTENCY_KEY="one")
    url = f"{BASE}/metric-drafts/{draft.json()['id']}/"
    difference = approver.get(f"{url}difference/")
    own = author.post(f"{url}approve/", {})
    approved = approver.post(f"{url}approve/", {"note": "Agreed."}, HTTP_IF_MATCH=draft["ETag"])
    again = approver.post(f"{url}approve/", {})

    assert (metric.status_code, metric.json()["status"]) == (201, "draft")
    assert (draft.status_code, repeated.json()["id"]) == (201, draft.json()["id"])
    assert draft.json()["words"] == (
        "number of rows, over tickets, by when they were opened, where priority is urgent; in tickets"
    )
    assert draft.json()["created_by"] == author.user.pk
    assert difference.status_code == 200
    assert (difference.json()["current"], len(difference.json()["weeks"])) == (None, 12)
    assert {"name": "Only rows: priority", "old": "", "new": "priority is urgent"} in difference.json()[
        "fields_changed"
    ]
    assert (own.status_code, problem(own)["code"]) == (409, "own_draft")
    assert (approved.status_code, approved.json()["state"]) == (201, "approved")
    assert (again.status_code, problem(again)["code"]) == (409, "already_decided")
    assert author.get(f"{BASE}/metrics/urgent_tickets/").json()["definition_number"] == 1
    version = author.get(f"{BASE}/metric-versions/{approved.json()['definition']}/").json()
    assert (version["formula"], version["approved_by"]) == ({"filter": {"priority": "urgent"}}, approver.user.pk)


def test_what_a_metric_waits_for_is_kept_until_it_is_approved(author, approver):
    body = {**NEW, "owner": author.user.pk, "waits_for": "payroll runs"}
    created = author.post(f"{BASE}/metrics/", body)
    draft = author.post(f"{BASE}/metric-drafts/", draft_of(Metric.objects.get(key="urgent_tickets")))
    approver.post(f"{BASE}/metric-drafts/{draft.json()['id']}/approve/", {})

    assert (created.status_code, created.json()["waits_for"]) == (201, "payroll runs")
    assert author.get(f"{BASE}/metrics/urgent_tickets/").json()["waits_for"] == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "guess"}, "kind"),
        ({"kind": "mean"}, "formula.measure"),
        ({"source": "nowhere"}, "source"),
        ({"formula": {"filter": {"colour": "red"}}}, "formula.filter.colour"),
        ({"formula": []}, "formula"),
        ({"dimensions": ["colour"]}, "dimensions"),
        ({"dimensions": "channel"}, "dimensions"),
        ({"rolling_days": 1}, "rolling_days"),
        ({"reason": ""}, "reason"),
        ({"metric": 0}, "metric"),
        ({"state": "approved"}, "state"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_draft_names_its_field(author, change, field):
    response = author.post(f"{BASE}/metric-drafts/", draft_of(MetricFactory(), **change))

    assert response.status_code == 400
    assert [error["field"].partition("[")[0] for error in problem(response)["errors"]] == [field]
    assert not MetricDraft.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Urgent-Tickets"}, "key"),
        ({"key": "1st"}, "key"),
        ({"key": "scorecard"}, "key"),
        ({"key": "tickets_opened"}, "key"),
        ({"name": ""}, "name"),
        ({"direction": "left"}, "direction"),
        ({"lower_spec": 2, "upper_spec": 1}, "lower_spec"),
        ({"status": "approved"}, "status"),
    ],
)
def test_wrong_metric_names_its_field(author, change, field):
    response = author.post(f"{BASE}/metrics/", {**NEW, **change})

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [field]


def test_draft_is_edited_rejected_and_withdrawn(author, approver):
    first, second = MetricDraftFactory(created_by=author.user), MetricDraftFactory(created_by=author.user)
    url = f"{BASE}/metric-drafts/{first.pk}/"
    read = author.get(url)
    changed = author.patch(url, {"rolling_days": 28, "is_retroactive": True}, HTTP_IF_MATCH=read["ETag"])
    stale = author.patch(url, {"reason": "x"}, HTTP_IF_MATCH=read["ETag"])
    moved = author.patch(url, {"metric": second.metric_id})
    silent = approver.post(f"{url}reject/", {})
    rejected = approver.post(f"{url}reject/", {"note": "Why?"})
    late = author.patch(url, {"reason": "x"})
    withdrawn = author.post(f"{BASE}/metric-drafts/{second.pk}/withdraw/", {})

    assert (changed.status_code, changed.json()["rolling_days"], changed.json()["version"]) == (200, 28, 2)
    assert changed.json()["is_retroactive"] is True
    assert (stale.status_code, late.status_code) == (412, 409)
    assert problem(moved)["errors"][0]["field"] == "metric"
    assert problem(silent)["errors"][0]["field"] == "note"
    assert (rejected.json()["state"], rejected.json()["decision_note"]) == ("rejected", "Why?")
    assert withdrawn.json()["state"] == "withdrawn"


def test_unit_key_and_parents_keep_their_rules(author):
    metric = MetricFactory(unit="h", status="draft")
    child = MetricFactory()
    child.parents.add(metric)
    url = f"{BASE}/metrics/{metric.key}/"

    changed = author.patch(url, {"unit": "d", "decimals": 2})
    key = author.patch(url, {"key": "other"})
    circle = author.patch(url, {"parents": [child.pk]})
    Metric.objects.filter(pk=metric.pk).update(status="approved")
    unit = author.patch(url, {"unit": "h"})
    retired = author.post(f"{url}retire/", {"reason": "Nobody looked."})
    again = author.post(f"{url}retire/", {})

    assert changed.json()["unit"] == "d"
    assert [problem(answer)["errors"][0]["field"] for answer in (key, circle, unit)] == ["key", "parents", "unit"]
    assert (retired.status_code, retired.json()["status"], again.status_code) == (201, "retired", 409)


def test_single_permission_to_approve_is_enough():
    draft = MetricDraftFactory(metric__owner=UserFactory())
    names = ("metrics.approve_metricdraft", "metrics.view_metricdraft")
    judge = client_of(UserFactory(permissions=names, is_service=True))

    edited = judge.patch(f"{BASE}/metric-drafts/{draft.pk}/", {"reason": "x"})
    approved = judge.post(f"{BASE}/metric-drafts/{draft.pk}/approve/", {})

    assert (edited.status_code, approved.status_code) == (403, 201)


def test_sources_say_what_can_be_made_of_them(author):
    found = {source["key"]: source for source in author.get(f"{BASE}/metric-sources/").json()["results"]}

    resolved = found["tickets_resolved"]
    assert {"name": "resolution", "label": "Time to resolution", "unit": "µs"} in resolved["measures"]
    assert {"name": "priority", "label": "Priority"} in resolved["dimensions"]
    assert {"count", "share", "mean", "percentile", "ratio"} <= set(resolved["kinds"])
    assert "stock" not in resolved["kinds"]
    assert "stock" in found["ticket_backlog"]["kinds"]
    assert found["entered_values"]["kinds"] == ["entered"]
    assert found["derived"]["kinds"] == ["derived"]
    assert "histogram_percentile" in found["probe_latency"]["kinds"]
    assert author.get(f"{BASE}/metric-sources/", {"q": "x"}).status_code == 400
