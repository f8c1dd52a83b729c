"""Defining a metric in the admin alone: told in words, compared, approved by somebody else, followed to its rows."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from metrics.answers import Condition, conditions_of, lines_of, parse_amount, parse_weights, write_weights
from metrics.models import Metric, MetricDraft, Target
from metrics.services.recompute import recompute_pending
from metrics.sources import get_source
from tests.factories import (
    CustomerFactory,
    MetricDraftFactory,
    MetricFactory,
    MetricVersionFactory,
    SolvedTicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = 3_600_000_000, 86_400_000_000
ADD = "/admin/metrics/metricdraft/add/"


@pytest.fixture
def author():
    return UserFactory(name="Ann", groups=["operations"], is_staff=True)


@pytest.fixture
def approver():
    return UserFactory(name="Ben", groups=["coo"], is_staff=True)


@pytest.fixture
def metric(author):
    return MetricFactory(key="urgent_wait", name="Urgent wait", unit="h", status="draft", owner=author)


def soup(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def form_url(metric, measured="tickets_resolved|resolution", kind="percentile"):
    return f"{ADD}?{urlencode({'metric': metric.pk, 'measured': measured, 'kind': kind})}"


def filled(page):
    """What the page's form would send as it stands."""
    values = {}
    for field in page.select("#content-main input[name], #content-main select[name], #content-main textarea[name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            values[field["name"]] = chosen["value"] if chosen else ""
        elif field.get("type") == "checkbox":
            if field.has_attr("checked"):
                values.setdefault(field["name"], []).append(field.get("value", "on"))
        elif field.get("type") != "submit":
            values[field["name"]] = field.get("value", "") or field.text
    return values


def errors(page):
    """Field name to refusal, as the page shows them."""
    found = {}
    for row in page.select(".errors"):
        name = next((part.removeprefix("field-") for part in row["class"] if part.startswith("field-")), "")
        found[name] = " ".join(item.text for item in row.select(".errorlist li"))
    return found


ANSWERS = {
    "percentile": "50",
    "scale": str(HOUR),
    "filter_0_field": "priority",
    "filter_0_operator": "is",
    "filter_0_value": "urgent",
    "filter_1_field": "resolution",
    "filter_1_operator": "lt",
    "filter_1_value": "7 d",
    "reason": "The board asks.",
}
FORMULA = {
    "measure": "resolution",
    "quantile": 0.5,
    "scale": HOUR,
    "filter": {"priority": "urgent", "resolution": {"lt": 7 * DAY}},
}


STORY = {
    **ANSWERS,
    "filter_0_field": "customer_segment",
    "filter_0_value": "enterprise",
    "filter_1_field": "customer_age",
}
STORY_FORMULA = {**FORMULA, "filter": {"customer_segment": "enterprise", "customer_age": {"lt": 7 * DAY}}}


def test_new_user_defines_a_metric_and_follows_it_to_its_rows(client, author, approver):
    at = timezone.now()
    done = at - timedelta(days=8)
    newcomer, old = ({"segment": "enterprise", "joined_at": done - timedelta(days=days)} for days in (3, 300))
    for customer, hours in ((newcomer, 4), (newcomer, 6), (newcomer, 20), (old, 9), ({"segment": "free"}, 9)):
        SolvedTicketFactory(
            customer=CustomerFactory(**customer), opened_at=done - timedelta(hours=hours), resolved_at=done
        )
    client.force_login(author)

    new = {
        "name": "First-week resolution",
        "question": "How long do new urgent customers wait?",
        "owner": author.pk,
        "unit": "h",
        "decimals": 1,
        "direction": "down",
        "cadence": "week",
        "flow": "output",
        "position": 40,
        "freshness_seconds": 900,
        "versions-TOTAL_FORMS": 0,
        "versions-INITIAL_FORMS": 0,
    }
    begun = client.post("/admin/metrics/metric/add/", new)
    first_step = soup(client.get(begun["Location"]))
    metric = Metric.objects.get(key="first_week_resolution")
    second_step = soup(client.get(form_url(metric)))
    stored = client.post(form_url(metric), {**filled(second_step), **STORY, "segments": ["channel"]})
    comparison = soup(client.get(stored["Location"]))

    assert first_step.select_one("select[name=metric] option[selected]").text == "First-week resolution"
    assert second_step.select_one("option[selected][value='3600000000']").text == "hours"
    draft = MetricDraft.objects.get()
    assert (draft.kind, draft.formula, draft.dimensions) == ("percentile", STORY_FORMULA, ["channel"])
    words = (
        "median of time to resolution, over tickets, by when they were last resolved, "
        "where customer segment is enterprise and customer age at opening < 7 d; in h."
    )
    assert comparison.select_one(".draft-words-in-full p").text == words
    assert "6.0" in {cell.text for cell in comparison.select("table.figures td")}
    assert "somebody else approves" in comparison.text
    assert not comparison.select(f"a[href$='/{draft.pk}/approve/']")

    client.force_login(approver)
    page = soup(client.get(stored["Location"]))
    link = page.select_one(f"a[href$='/{draft.pk}/approve/']")["href"]
    confirm = soup(client.get(link))
    approved = client.post(link, filled_plain(confirm))
    recompute_pending(at=timezone.now(), now_please=True)
    target = client.post(
        reverse("admin:metrics_target_add"),
        {
            "metric": metric.pk,
            "shape": "linear",
            "baseline_value": "20",
            "target_value": "12",
            "start_on": f"{at:%Y-%m-%d}",
            "due_on": f"{at + timedelta(days=200):%Y-%m-%d}",
            "reason": "By June.",
            "milestones-TOTAL_FORMS": 0,
            "milestones-INITIAL_FORMS": 0,
        },
    )

    assert (approved.status_code, approved["Location"]) == (302, stored["Location"])
    assert target.status_code == 302
    assert Target.objects.get(metric=metric).target_value == 12
    page = soup(client.get("/metrics/first_week_resolution/"))
    assert page.select_one(".hero .big").text == "6.0h"
    assert words in page.text
    assert "Approved by Ben." in page.text
    assert "support/metric_sources/frames.py:" in page.text
    assert len(page.select("a[href^='/tickets/']")) >= 3


def filled_plain(page):
    return {field["name"]: field.get("value", "") for field in page.select("#content form input[name]")}


def test_unapproved_metric_that_is_being_computed_says_so(client, approver):
    SolvedTicketFactory(resolved_at=timezone.now() - timedelta(days=8), opened_at=timezone.now() - timedelta(days=9))
    draft = MetricDraftFactory(metric__status="draft", metric__owner=approver, source="tickets_resolved")
    client.force_login(approver)

    client.post(f"/admin/metrics/metricdraft/{draft.pk}/approve/", {"note": "", "read_version": 1})

    assert "Its values are being computed." in soup(client.get(draft.metric.get_absolute_url())).text


def test_editing_fills_the_form_again_and_keeps_what_was_said(client, author, metric):
    draft = MetricDraftFactory(
        metric=metric, kind="percentile", source="tickets_resolved", formula=FORMULA, dimensions=["channel"]
    )
    client.force_login(author)
    url = f"/admin/metrics/metricdraft/{draft.pk}/change/"

    values = filled(soup(client.get(url)))
    response = client.post(url, values)

    draft.refresh_from_db()
    assert {name: values[name] for name in ANSWERS if name != "reason"} == {
        name: value for name, value in ANSWERS.items() if name != "reason"
    }
    assert response.status_code == 302
    assert (draft.formula, draft.dimensions, draft.version, draft.edited_by) == (FORMULA, ["channel"], 2, author)


@pytest.mark.parametrize(
    ("kind", "measured", "formula"),
    [
        ("count", "tickets_opened|", {"filter": {"channel": ["email", "chat"], "priority": {"not": ["low"]}}}),
        ("share", "tickets_resolved|", {"where": {"resolution": {"lte": 8 * HOUR}}, "filter": {"priority": "urgent"}}),
        ("sum", "tickets_resolved|reopened", {"measure": "reopened"}),
        ("mean", "tickets_resolved|resolution", {"measure": "resolution", "scale": DAY}),
        ("percentile", "tickets_resolved|resolution", {"measure": "resolution", "quantile": 0.999, "scale": HOUR}),
        ("ratio", "tickets_resolved|reopened", {"numerator": "reopened"}),
        ("stock", "ticket_backlog|change", {"measure": "change"}),
        (
            "interval_share",
            "integration_uptime|",
            {"good": {"up": 1000, "degraded": 500}, "counted": ["up", "degraded", "down"]},
        ),
        (
            "survival",
            "tickets_resolved|resolution",
            {"duration": "resolution", "observed": "reopened", "statistic": "share_at", "at": 2 * DAY, "scale": HOUR},
        ),
        ("derived", "derived|", {"expression": "tickets_resolved / tickets_opened"}),
        ("entered", "entered_values|value", {"combine": "last"}),
        ("histogram_percentile", "probe_latency|", {"quantile": 0.95, "scale": HOUR}),
    ],
)
def test_every_kind_is_told_without_code_and_told_back(client, author, metric, kind, measured, formula):
    Metric.objects.filter(pk=metric.pk).update(unit="")
    source = measured.partition("|")[0]
    draft = MetricDraftFactory(metric=metric, kind=kind, source=source, formula=formula)
    client.force_login(author)
    url = f"/admin/metrics/metricdraft/{draft.pk}/change/"

    page = soup(client.get(url))
    response = client.post(url, filled(page))

    assert response.status_code == 302, errors(soup(response))
    draft.refresh_from_db()
    assert draft.formula == formula
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"percentile": ""}, "percentile"),
        ({"percentile": "0"}, "percentile"),
        ({"percentile": "100"}, "percentile"),
        ({"percentile": "much"}, "percentile"),
        ({"scale": str(DAY)}, "scale"),
        ({"filter_0_field": "colour"}, "filter_0_field"),
        ({"filter_0_operator": "lt"}, "filter_0_operator"),
        ({"filter_0_value": ""}, "filter_0_value"),
        ({"filter_0_field": ""}, "filter_0_field"),
        ({"filter_1_operator": "is"}, "filter_1_operator"),
        ({"filter_1_value": "7"}, "filter_1_value"),
        ({"filter_1_value": "soon"}, "filter_1_value"),
        ({"filter_1_value": "0.0000001 s"}, "filter_1_value"),
        ({"filter_1_value": "9" * 40 + " d"}, "filter_1_value"),
        ({"filter_1_field": "priority", "filter_1_operator": "is", "filter_1_value": "low"}, "filter_1_field"),
        ({"filter_2_field": "resolution", "filter_2_operator": "lt", "filter_2_value": "3 d"}, "filter_2_field"),
        ({"segments": ["colour"]}, "segments"),
        ({"rolling_days": "1"}, "rolling_days"),
        ({"rolling_days": "367"}, "rolling_days"),
        ({"reason": " "}, "reason"),
    ],
)
def test_every_wrong_answer_is_refused_on_its_field(client, author, metric, change, field):
    client.force_login(author)

    page = soup(client.post(form_url(metric), {**ANSWERS, **change}))

    assert page.select(f"#id_{field}_error, .field-{field} .errorlist, .field-{field}.errors"), errors(page)
    assert not MetricDraft.objects.exists()


def test_step_that_makes_no_sense_stays_on_the_first_page(client, author, metric):
    client.force_login(author)

    page = soup(client.get(form_url(metric, "tickets_opened|", "mean")))

    assert "Tickets, by when they were opened can make: Count, Share of rows." in page.text
    assert client.get(f"{ADD}?metric=x&measured=%00&kind=y").status_code == 200


def test_stale_edit_and_second_draft_are_refused(client, author, metric):
    draft = MetricDraftFactory(metric=metric, kind="percentile", source="tickets_resolved", formula=FORMULA)
    client.force_login(author)
    url = f"/admin/metrics/metricdraft/{draft.pk}/change/"
    values = filled(soup(client.get(url)))
    client.post(url, values)

    stale = client.post(url, values)
    second = client.post(form_url(metric), ANSWERS, follow=True)

    assert "changed by somebody else" in soup(stale).text
    assert "It has an open draft" in soup(second).text
    assert MetricDraft.objects.count() == 1


def test_decisions_are_confirmed_refused_to_the_author_and_final(client, author, approver, metric):
    draft = MetricDraftFactory(metric=metric, created_by=author)
    client.force_login(author)
    own = client.post(f"/admin/metrics/metricdraft/{draft.pk}/approve/", {"note": "", "read_version": 1})
    client.force_login(approver)
    noteless = client.post(f"/admin/metrics/metricdraft/{draft.pk}/reject/", {"note": "", "read_version": 1})
    stale = client.post(f"/admin/metrics/metricdraft/{draft.pk}/approve/", {"note": "", "read_version": 9})
    rejected = client.post(f"/admin/metrics/metricdraft/{draft.pk}/reject/", {"note": "Why?", "read_version": 1})
    again = client.post(f"/admin/metrics/metricdraft/{draft.pk}/withdraw/", {"note": "", "read_version": 2})
    shown = soup(client.get(f"/admin/metrics/metricdraft/{draft.pk}/change/"))

    assert "somebody else has to approve" in soup(own).text
    assert "Say what has to change." in soup(noteless).text
    assert "changed by somebody else" in soup(stale).text
    assert rejected.status_code == 302
    assert "no longer open: Ben rejected it" in soup(again).text
    assert not shown.select("input[name=reason]")
    assert client.get(f"/admin/metrics/metricdraft/{draft.pk}/explode/").status_code in {302, 404}


@pytest.mark.parametrize("role", ["executive", "finance"])
def test_those_who_only_read_decide_nothing(client, metric, role):
    draft = MetricDraftFactory(metric=metric)
    client.force_login(UserFactory(groups=[role], is_staff=True))

    answers = [
        client.post(f"/admin/metrics/metricdraft/{draft.pk}/{decision}/", {"note": "x", "read_version": 1}).status_code
        for decision in ("approve", "reject", "withdraw")
    ]

    assert answers == [403, 403, 403]
    assert "Approve" not in soup(client.get(f"/admin/metrics/metricdraft/{draft.pk}/compare/")).text
    assert client.get(ADD).status_code == 403


def test_comparison_shows_both_sides_and_what_differs(client, approver):
    at = timezone.now()
    done = at - timedelta(days=8)
    for hours, priority in ((2, "urgent"), (10, "low")):
        SolvedTicketFactory(priority=priority, opened_at=done - timedelta(hours=hours), resolved_at=done)
    metric = MetricFactory(unit="h", cadence="month")
    current = MetricVersionFactory(
        metric=metric, kind="mean", source="tickets_resolved", formula={"measure": "resolution", "scale": HOUR}
    )
    draft = MetricDraftFactory(
        metric=metric,
        kind="mean",
        source="tickets_resolved",
        formula={**current.formula, "filter": {"priority": "urgent"}},
    )
    recompute_pending(at=at, now_please=True)
    client.force_login(approver)

    page = soup(client.get(f"/admin/metrics/metricdraft/{draft.pk}/compare/"))

    weeks, months = page.select("table.figures")
    newest = [cell.text for cell in weeks.select("tbody tr")[0].select("td")]
    second = [cell.text for cell in weeks.select("tbody tr")[1].select("td")]
    assert ["6.0", "2", "2.0", "1", "−4.0", "−66.7%"] in (newest, second)
    assert len(weeks.select("tbody tr")) == len(months.select("tbody tr")) == 12
    assert "1 of the last 12 complete weeks differ, at most by 4.0 h." in page.text
    change = page.select_one("table:not(.figures) tbody tr")
    assert [cell.text for cell in change.select("th, td")] == ["Only rows: priority", "–", "priority is urgent"]


def test_draft_whose_source_is_gone_is_still_shown(client, approver):
    draft = MetricDraftFactory(source="gone", formula={"filter": {"a": "b"}})
    client.force_login(approver)

    page = soup(client.get(f"/admin/metrics/metricdraft/{draft.pk}/compare/"))

    assert "over gone, which is no longer offered" in page.text
    assert not page.select("table.figures")


def test_restating_is_asked_once_there_is_history(client, author, metric):
    client.force_login(author)
    first = soup(client.get(form_url(metric)))
    MetricVersionFactory(metric=metric)
    second = soup(client.get(form_url(metric)))

    assert not first.select("input[name=is_retroactive]")
    assert second.select("input[name=is_retroactive]")


def test_metric_in_the_admin_keeps_what_is_fixed(client, author, metric):
    client.force_login(author)
    url = f"/admin/metrics/metric/{metric.pk}/change/"
    Metric.objects.filter(pk=metric.pk).update(status="approved")

    page = soup(client.get(url))

    assert not page.select("input[name=unit], input[name=key]")
    assert page.select("input[name=decimals]")


def test_retiring_in_the_admin(client, author):
    approved, draft = MetricFactory(), MetricFactory(status="draft")
    client.force_login(author)

    page = client.post(
        "/admin/metrics/metric/", {"action": "retire", "_selected_action": [approved.pk, draft.pk]}, follow=True
    )

    approved.refresh_from_db()
    assert approved.status == "retired"
    assert "is draft: nothing to retire." in soup(page).text


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("7 d", 7 * DAY), ("168 h", 7 * DAY), ("1.5 hours", 90 * 60_000_000), ("1,000 ms", 1_000_000), ("0 s", 0)],
)
def test_times_are_read_in_any_unit(typed, amount):
    assert parse_amount(typed, "µs") == amount


def test_filters_survive_the_way_to_words_and_back():
    source = get_source("tickets_resolved")
    conditions = {
        "priority": ["low", "urgent"],
        "channel": {"not": ["chat"]},
        "resolution": {"gte": DAY, "lt": 7 * DAY},
        "reopened": {"gt": 0},
    }

    lines = lines_of(conditions, source)

    assert Condition("resolution", "lt", "7 d") in lines
    assert conditions_of(lines, source) == conditions
    weights = {"up": 1000, "degraded": 500}
    assert parse_weights(write_weights(weights), get_source("integration_uptime")) == weights
