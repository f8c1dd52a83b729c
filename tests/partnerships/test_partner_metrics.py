"""Metrics of what is between partners and us: exact numbers, kept exact whatever is written and in which order."""

import csv
import io
import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from scipy import stats

from metrics.models import PeriodValue
from metrics.selectors.population import get_level
from metrics.selectors.values import calendar_for, get_point, get_version
from metrics.services.follow_ups import follow_unsettled_rows
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import get_source
from partnerships.models import ObligationReview, Partner, PartnerStageChange
from partnerships.services.agreements import NewVersion, change_agreement_state, publish_agreement_version
from partnerships.services.obligations import Evidence, decide_obligation_review
from tests.api_client import BASE, superuser_client
from tests.factories import HypothesisFactory, IntegrationFactory, PartnerFactory, SuperuserFactory, UserFactory
from tests.factories_partners import (
    AgreementFactory,
    AgreementVersionFactory,
    NegotiationEntryFactory,
    ObligationReviewFactory,
    PartnershipSignoffFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCES = ("agreements_expiring", "obligation_reviews", "partners_activated", "partner_verdicts")


def settle(at=NOW):
    """What the night follows and the worker computes; what is stored is then what the rows say."""
    follow_unsettled_rows(at=at)
    recompute_pending(at=at, now_please=True, max_batches=1000)
    assert {key: verify_source(get_source(key)) for key in SOURCES} == {key: [] for key in SOURCES}


def value(key, grain, day, segment="", at=NOW):
    point = get_point(get_version(key), grain, day, at=at, segment=segment)
    return (point.value, point.n) if point else None


def level(day, at=NOW, segment=""):
    return value("agreements_expiring", "day", day, segment, at)[0]


def active(ends_on, *, published=datetime(2026, 1, 1, 9, tzinfo=UTC), **fields):
    version = {name: fields.pop(name) for name in ("renewal", "notice_days") if name in fields}
    agreement = AgreementFactory(**fields)
    AgreementVersionFactory(
        agreement=agreement, ends_on=ends_on, published_at=published, effective_on=date(2026, 1, 1), **version
    )
    NegotiationEntryFactory(agreement=agreement, said_at=published + DAY, new_state="active")
    agreement.state = "active"
    agreement.save()
    return agreement


def test_an_agreement_expires_from_ninety_days_before_its_last_day_until_that_is_over():
    active(date(2026, 5, 1))  # 31 January is 90 days before.
    active(date(2026, 5, 1), renewal="auto")
    active(None)
    AgreementVersionFactory(ends_on=date(2026, 5, 1))  # A draft.

    settle()

    shown = [level(date(2026, 1, 30)), level(date(2026, 1, 31)), level(date(2026, 5, 1)), level(date(2026, 5, 2))]
    assert shown in ([None, 1.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0])
    assert value("agreements_expiring", "month", date(2026, 4, 1)) == (1.0, 1)
    assert value("agreements_expiring", "month", date(2026, 5, 1)) == (0.0, 0)


def test_what_dates_bring_is_counted_when_the_day_has_come_and_not_before():
    active(date(2026, 9, 14))  # 16 June is 90 days before.
    settle()
    assert level(date(2026, 6, 15)) is None
    assert get_level(get_version("agreements_expiring"), NOW + 30 * DAY) == 0

    settle(NOW + DAY)

    assert level(date(2026, 6, 16), NOW + DAY) == 1.0
    assert level(date(2026, 6, 15), NOW + DAY) in (None, 0.0)


def test_renewing_and_terminating_take_an_agreement_out_on_the_day_it_was_done():
    renewed, terminated, kept = (active(date(2026, 7, 1), partner__slug=slug) for slug in ("acme", "bolt", "cargo"))
    settle()
    assert (level(date(2026, 6, 15)), level(date(2026, 6, 15), segment="partner=bolt")) == (3.0, 1.0)

    later = NOW + timedelta(hours=3)
    new = NewVersion(effective_on=date(2026, 7, 2), ends_on=date(2027, 7, 1))
    publish_agreement_version(agreement_id=renewed.pk, new=new, by=UserFactory(), at=later)
    change_agreement_state(agreement_id=terminated.pk, state="terminated", text="Done", by=UserFactory(), at=later)
    settle(NOW + DAY)

    days = [level(date(2026, 6, day), NOW + DAY) for day in (14, 15, 16)]
    assert days == [3.0, 1.0, 1.0]
    assert get_source("agreements_expiring").held_at(NOW + DAY).keys.tolist() == [kept.pk]
    assert get_source("agreements_expiring").held_at(NOW).keys.tolist() == [renewed.pk, terminated.pk, kept.pk]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_reviews_are_shared_out_by_what_became_of_them(zone, settings):
    settings.ORGANISATION_TIME_ZONE = zone
    by, partner = UserFactory(), PartnerFactory(slug="acme")
    integration = IntegrationFactory(partner=partner)

    def review(due, verdict="", done=None):
        done_at = datetime(2026, 5, done, 16, tzinfo=UTC) if done else None
        fields = {"done_at": done_at, "done_by": by, "done_on": date(2026, 5, done)} if done else {}
        return ObligationReviewFactory(
            obligation__integration=integration, due_on=date(2026, 5, due), verdict=verdict, **fields
        )

    for due, verdict, done in (
        *((10, "compliant", 8), (11, "compliant", 11), (12, "breach", 12), (13, "waived", 12)),
        *((14, "compliant", 20), (15, "waived", 21), (16, "", None), (28, "compliant", 1)),
    ):
        review(due, verdict, done)
    ObligationReviewFactory(due_on=date(2026, 6, 15))

    settle()

    # Met: the 8th, the 11th and the 1st. Against us: the breach, one decided too late, one never decided.
    assert value("obligations_compliant", "month", date(2026, 5, 1)) == (0.5, 6)
    assert value("obligations_compliant", "month", date(2026, 5, 1), "partner=acme") == (0.5, 6)
    assert value("obligations_compliant", "all", None) == (0.5, 6)


def test_a_review_that_is_decided_late_or_moved_keeps_its_number_right():
    review = ObligationReviewFactory(due_on=date(2026, 6, 1))
    settle()
    assert value("obligations_compliant", "all", None) == (0.0, 1)

    decide_obligation_review(
        review_id=review.pk, verdict="waived", evidence=Evidence("Agreed"), by=UserFactory(), at=NOW
    )
    settle()
    assert value("obligations_compliant", "all", None) == (None, 0)

    ObligationReview.objects.filter(pk=review.pk).update(
        due_on=date(2026, 5, 3), verdict="", done_at=None, done_by=None, done_on=None
    )
    settle()
    assert value("obligations_compliant", "month", date(2026, 5, 3)) == (0.0, 1)

    ObligationReview.objects.all().delete()
    settle()
    assert value("obligations_compliant", "all", None) == (None, 0)


def step(partner, old, new, at):
    return PartnerStageChange.objects.create(
        partner=partner, old_stage=old, new_stage=new, changed_at=at, changed_by=UserFactory(), reason="Why"
    )


def test_days_from_prospect_to_active_are_counted_from_where_it_was_first_one():
    may = datetime(2026, 5, 4, 8, tzinfo=UTC)
    quick, slow, paused, unknown, bought, again = (PartnerFactory(stage="active") for _ in range(6))
    for partner, days in ((quick, 10), (slow, 31), (paused, 100), (bought, 40), (again, 300)):
        Partner.objects.filter(pk=partner.pk).update(added_at=may - days * DAY)
    Partner.objects.filter(pk=unknown.pk).update(added_at=None)
    for partner in (quick, slow, unknown):
        step(partner, "prospect", "negotiating", may - 3 * DAY)
        step(partner, "negotiating", "active", may)
    step(bought, "negotiating", "active", may)  # Was never a prospect here.
    step(paused, "active", "paused", may - 2 * DAY)
    step(paused, "paused", "active", may)
    for old, new, days in (
        *(("prospect", "negotiating", 290), ("negotiating", "active", 280), ("active", "ended", 60)),
        *(("ended", "prospect", 24), ("prospect", "negotiating", 20), ("negotiating", "prospect", 18)),
        *(("prospect", "negotiating", 16), ("negotiating", "active", 0)),
    ):
        step(again, old, new, may - days * DAY)

    settle()

    # 10, 24 and 31 days.
    assert value("partner_activation_days", "month", date(2026, 5, 1)) == (24.0, 3)
    assert value("partner_activation_days", "all", None)[1] == 4


def test_a_beginning_that_becomes_known_later_moves_the_wait():
    partner = PartnerFactory(stage="active")
    step(partner, "negotiating", "active", NOW - 5 * DAY)
    settle()
    assert value("partner_activation_days", "all", None) is None

    Partner.objects.filter(pk=partner.pk).update(added_at=NOW - 30 * DAY)
    step(partner, "prospect", "negotiating", NOW - 20 * DAY)
    settle()

    assert value("partner_activation_days", "all", None) == (25.0, 1)


def last_week(version, at):
    """Wednesday of the last complete week."""
    calendar = calendar_for(version)
    return calendar.period_start(calendar.day_of(at), "week") - timedelta(days=5)


def test_card_table_csv_and_api_say_the_same(client):
    now, api = timezone.now(), superuser_client()
    client.force_login(SuperuserFactory())
    moment = datetime.combine(last_week(get_version("obligations_compliant"), now), time(12), UTC)
    active(moment.date() + 30 * DAY, published=moment - 3 * DAY)
    for number, verdict in enumerate(["compliant"] * 6 + ["breach"] * 2 + ["waived"]):
        ObligationReviewFactory(
            due_on=moment.date() + (number % 2) * DAY,
            verdict=verdict,
            done_at=moment,
            done_by=UserFactory(),
            done_on=moment.date(),
        )
    for days in (20, 41):
        partner = PartnerFactory(added_at=moment - days * DAY, stage="active")
        step(partner, "prospect", "negotiating", moment - DAY)
        step(partner, "negotiating", "active", moment)
    for verdict in ("validated", "validated", "validated", "refuted", "refuted", "invalid"):
        decided(verdict, moment)
    settle(now)
    wanted = {
        "agreements_expiring": (1.0, 1, "1agreements"),
        "obligations_compliant": (0.75, 8, "75.0%"),
        "partner_activation_days": (30.5, 2, "30.5days"),
        "partnership_learning_rate": (6.0, 6, "6verdicts"),
        "partnership_experiment_success": (0.6, 5, "60.0%"),
    }

    for key, (number, n, words) in wanted.items():
        version = get_version(key)
        question = {"grain": "week", "start": moment.date(), "end": moment.date()}
        (row,) = api.get(f"{BASE}/metrics/{key}/values/", question).json()["results"]
        span = {"first": moment.date(), "last": moment.date()}
        csv_body = b"".join(client.get(reverse("metrics:series_csv", args=[key]), span)).decode()
        (line,) = csv.DictReader(io.StringIO(csv_body))
        page = BeautifulSoup(client.get(version.metric.get_absolute_url()).content, "html.parser")
        box = page.select_one("dl.box div")

        assert (row["value"], row["n"]) == (float(line["value"]), int(line["n"])) == (number, n), key
        assert "".join(page.select_one("p.big").get_text().split()) == words
        assert "".join(box.select_one("dd").get_text().split()) == words
        if version.kind == "share":
            expected = stats.binomtest(round(number * n), n).proportion_ci(method="wilson")
            low, high = row["low"], row["high"]
            assert (low, high) == pytest.approx((expected.low, expected.high), rel=1e-9)
            assert (float(line["low"]), float(line["high"])) == (low, high)
            said = f"n = {n}, 95 % interval {low * 100:.1f} to {high * 100:.1f} %"
            assert said in box.get_text()
            assert said.replace(", 95", ", complete, 95") in page.select_one(".hero").get_text()
        else:
            assert (row["low"], row["high"], line["low"], line["high"]) == (None, None, "", "")
        rows = api.get(f"{BASE}/metrics/{key}/rows/", {"grain": "week", "start": moment.date()}).json()["results"]
        assert len(rows) == n and all(one["label"] for one in rows), key


def decided(verdict, at, **fields):
    people = dict.fromkeys(("locked_by", "decided_by"), UserFactory())
    return HypothesisFactory(
        kind=fields.pop("kind", "partnership"), state="decided", verdict=verdict, locked_at=at, decided_at=at, **people
    )


def test_verdicts_a_month_are_counted_by_verdict_and_partner():
    for verdict, at in (
        *(("validated", datetime(2026, 5, 2, tzinfo=UTC)), ("refuted", datetime(2026, 5, 30, tzinfo=UTC))),
        *(("inconclusive", datetime(2026, 5, 31, 23, tzinfo=UTC)), ("validated", datetime(2026, 6, 1, tzinfo=UTC))),
    ):
        one = decided(verdict, at)
    PartnershipSignoffFactory(
        hypothesis=one,
        partner__slug="acme",
        proposed_at=NOW - DAY,
        proposed_by=UserFactory(),
        proposed_verdict="invalid",
    )
    decided("validated", datetime(2026, 5, 3, tzinfo=UTC), kind="product")

    settle()

    rates = [value("partnership_learning_rate", "month", date(2026, month, 1))[0] for month in (5, 6)]
    assert rates == [3.0, 1.0]
    by_verdict = [
        value("partnership_learning_rate", "month", date(2026, 5, 1), f"verdict={word}")[0]
        for word in ("validated", "refuted", "inconclusive")
    ]
    assert by_verdict == [1.0, 1.0, 1.0]
    assert value("partnership_learning_rate", "all", None, "partner=acme") == (1.0, 1)
    assert value("partnership_learning_rate", "all", None, "partner=none") == (3.0, 3)


@pytest.mark.parametrize("seed", range(2))
def test_any_order_of_writing_leaves_no_wrong_number(seed):
    """Every write in any order, with nights and recomputes between; the levels are those that the dates give by hand."""
    rng, writes, ends = random.Random(seed), [], {}
    for number in range(12):
        agreement = AgreementFactory(state="active")
        ends[agreement.pk] = [date(2026, 1, 1) + timedelta(days=rng.randrange(0, 400)) for _ in range(2)]
        for place, end in enumerate(ends[agreement.pk]):
            fields = {"number": place + 1, "ends_on": end, "effective_on": date(2025, 1, 1)}
            published = datetime(2025, 11, 1, tzinfo=UTC) + place * 150 * DAY + number * DAY
            writes.append((AgreementVersionFactory, {"agreement": agreement, "published_at": published, **fields}))
    for _ in range(20):
        due = date(2026, 5, 1) + timedelta(days=rng.randrange(60))
        writes.append((ObligationReviewFactory, {"due_on": due}))
    rng.shuffle(writes)

    for place, (factory, fields) in enumerate(writes):
        factory(**fields)
        if place % 15 == 14:
            settle(NOW - (len(writes) - place) * timedelta(hours=7))
    settle()

    def expected(day):
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY - timedelta(microseconds=1)
        count = 0
        for _, fields in writes:
            if "number" not in fields or fields["published_at"] > moment:
                continue
            newer = [
                other
                for _, other in writes
                if other.get("agreement") == fields["agreement"]
                and other["number"] > fields["number"]
                and other["published_at"] <= moment
            ]
            count += not newer and day <= fields["ends_on"] <= day + 90 * DAY
        return count

    for days in range(0, 180, 7):
        day = date(2025, 12, 20) + timedelta(days=days)
        if day < NOW.date():
            assert (level(day) or 0.0) == expected(day), day
    missed = sum(fields["due_on"] < NOW.date() for factory, fields in writes if factory is ObligationReviewFactory)
    assert value("obligations_compliant", "all", None) == (0.0, missed)
    assert not PeriodValue.objects.filter(version__metric__key="agreements_expiring", value__lt=0).exists()
