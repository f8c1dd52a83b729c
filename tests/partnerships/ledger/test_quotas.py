"""Allowances by worked examples, the examples of the IETF draft and of GitHub, and text that is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.models import Escalation, EscalationTrigger, OutboxMessage
from partnerships.ledger.quotas import (
    QuotaReading,
    Quoted,
    forecast_exhaustion,
    headroom,
    probing_share,
    read_quota,
)
from partnerships.models import Integration, QuotaWindow
from partnerships.services.result_headers import read_result_headers
from tests.factories import CheckResultFactory, HealthCheckFactory, UserFactory

SEEN = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def read(status=200, **headers):
    return read_quota(
        {name.replace("_", "-"): value for name, value in headers.items()}, http_status=status, seen_at=SEEN
    )


def github(remaining, at=SEEN + 30 * MINUTE, limit=5000):
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-used": str(limit - remaining),
        "x-ratelimit-reset": str(int(at.timestamp())),
        "x-ratelimit-resource": "core",
    }


@pytest.mark.parametrize(
    ("headers", "status", "reading"),
    [
        (github(4987), 200, QuotaReading("core", 5000, 4987, SEEN + 30 * MINUTE)),
        ({"ratelimit-limit": "100", "ratelimit-remaining": "50", "ratelimit-reset": "50"}, 200,
         QuotaReading("default", 100, 50, SEEN + timedelta(seconds=50))),
        ({"ratelimit": '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=60'}, 200,
         QuotaReading("default", 100, 50, SEEN + timedelta(seconds=30), 60)),
        ({"ratelimit": "limit=100, remaining=50, reset=5"}, 200,
         QuotaReading("default", 100, 50, SEEN + timedelta(seconds=5))),
        ({"retry-after": "30"}, 429, QuotaReading("default", None, 0, SEEN + timedelta(seconds=30))),
        ({"retry-after": "Mon, 02 Mar 2026 12:05:00 GMT"}, 429, QuotaReading("default", None, 0, SEEN + 5 * MINUTE)),
        ({}, 429, QuotaReading("default", None, 0)),
    ],
    ids=["github", "before-the-draft", "draft", "old-draft", "slack", "date", "bare-429"],
)  # fmt: skip
def test_what_answers_tell(headers, status, reading):
    assert read_quota(headers, http_status=status, seen_at=SEEN) == Quoted((reading,))


def test_two_resources_of_one_answer():
    told = read(
        ratelimit='"burst";r=9;t=1, "day";r=900;t=3600', ratelimit_policy='"burst";q=10;w=1, "day";q=1000;w=86400'
    )

    assert [(one.resource, one.limit, one.remaining, one.window_seconds) for one in told.readings] == [
        ("burst", 10, 9, 1),
        ("day", 1000, 900, 86_400),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"x_ratelimit_remaining": "-1", "x_ratelimit_limit": "10"},
        {"x_ratelimit_remaining": "many", "x_ratelimit_limit": "10"},
        {"x_ratelimit_remaining": "11", "x_ratelimit_limit": "10"},
        {"x_ratelimit_remaining": "0", "x_ratelimit_limit": "0"},
        {"x_ratelimit_remaining": "9" * 12, "x_ratelimit_limit": "9" * 12},
        {"x_ratelimit_remaining": "9" * 50},
        {"ratelimit": '"default";r=1;t=1', "ratelimit_policy": '"default";q=10;w=99999999'},
    ],
    ids=["negative", "words", "more-than-all", "nothing", "huge", "longer", "window"],
)
def test_what_cannot_be_is_passed_over_with_a_warning(headers):
    told = read(**headers)

    assert told.readings == ()
    assert told.warnings


def test_reset_that_is_not_to_be_believed_is_left_out():
    told = read(x_ratelimit_remaining="5", x_ratelimit_limit="10", x_ratelimit_reset="99999999999")

    assert told.readings == (QuotaReading("default", 10, 5),)
    assert told.warnings == ("A reset at 99999999999 is out of range.",)


NAMES = [
    "ratelimit",
    "ratelimit-policy",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "retry-after",
]


@given(
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60) | st.integers().map(str)), st.sampled_from([200, 429])
)
def test_strangers_text_never_fails_and_never_gives_an_impossible_allowance(headers, status):
    for one in read_quota(headers, http_status=status, seen_at=SEEN).readings:
        assert one.remaining >= 0
        assert one.limit is None or one.remaining <= one.limit


def test_worked_examples():
    """1,000 used in 10 minutes with 2,000 left: 20 minutes more. One probe a minute of 60 an hour is all of it."""
    used = {"seen_at": SEEN, "began_remaining": 3000, "began_at": SEEN - 10 * MINUTE}

    assert forecast_exhaustion(remaining=2000, **used) == SEEN + 20 * MINUTE
    assert forecast_exhaustion(remaining=3000, **used) is None
    assert forecast_exhaustion(remaining=0, **used) == SEEN
    assert (headroom(limit=5000, remaining=500), headroom(limit=None, remaining=0)) == (0.1, 0.0)
    assert headroom(limit=None, remaining=7) is None
    assert probing_share(probes=11, elapsed=10 * MINUTE, window_seconds=3600, limit=60) == 1.0
    assert probing_share(probes=1, elapsed=10 * MINUTE, window_seconds=3600, limit=60) is None


@pytest.fixture
def answers(db):
    """Stores answers of one check, each a minute after the one before, and reads them."""
    check = HealthCheckFactory(integration__owner=UserFactory())

    def store(*headers, start=SEEN, **more):
        for number, one in enumerate(headers):
            at = start + number * MINUTE
            CheckResultFactory(health_check=check, scheduled_for=at, finished_at=at, headers=one, **more)
        return read_result_headers(at=start + len(headers) * MINUTE + MINUTE)

    return store


def told():
    return list(OutboxMessage.objects.filter(channel="in_app").order_by("pk").values_list("level", flat=True))


def test_levels_are_told_once_a_window(answers):
    reset = SEEN + 60 * MINUTE
    answers(*(github(left, reset) for left in (5000, 1000, 990, 400, 390)))
    window = QuotaWindow.objects.get()

    answers(*(github(left, reset + 60 * MINUTE) for left in (900, 890)), start=reset)

    assert (window.remaining, window.probes, window.window_seconds) == (390, 5, 3600)
    assert told() == [10, 1, 20]
    assert [row.ended_at for row in QuotaWindow.objects.order_by("began_at")] == [reset, None]


def test_reading_twice_or_late_changes_nothing(answers):
    answers(github(5000), github(4990))
    before = QuotaWindow.objects.values().get()

    assert answers() == 0
    answers(github(1), start=SEEN - 5 * MINUTE)

    assert QuotaWindow.objects.values().get() == before


@pytest.mark.parametrize("tier", ["production", "experimental"])
def test_an_allowance_in_production_that_runs_out_is_handed_up_until_one_lasts(answers, tier):
    UserFactory(groups=["coo"])
    Integration.objects.update(tier=tier)
    reset = SEEN + 60 * MINUTE
    answers(*(github(left, reset) for left in (5000, 1000, 990, 400, 390)))
    raised = EscalationTrigger.objects.count(), Escalation.objects.count()
    answers(github(300, reset + 60 * MINUTE), start=reset)
    again = EscalationTrigger.objects.count(), Escalation.objects.filter(ended_at=None).count()
    answers(github(4000, reset + 120 * MINUTE), start=reset + 60 * MINUTE)
    open_after_bad = Escalation.objects.filter(ended_at=None).count()
    answers(github(4000, reset + 180 * MINUTE), start=reset + 120 * MINUTE)
    open_after_good = Escalation.objects.filter(ended_at=None).count()

    # The forecast of the first window, its tenth, then the tenth of the second window; the third one lasts.
    expected = [(2, 1), (3, 1), 1, 0] if tier == "production" else [(0, 0), (0, 0), 0, 0]
    assert [raised, again, open_after_bad, open_after_good] == expected
