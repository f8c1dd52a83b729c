"""What headers say, by the examples of the RFCs and of GitHub, and what is no finding."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerships.ledger.findings import Finding, find_link, list_findings, parse_date, parse_deprecation
from partnerships.ledger.states import LEAD_DAYS, LedgerState, ledger_state, reached_lead

SEEN = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Sat, 31 Dec 2018 23:59:59 GMT", datetime(2018, 12, 31, 23, 59, 59, tzinfo=UTC)),  # RFC 8594, section 3
        ("Wed, 11 Nov 2026 11:11:11 GMT", datetime(2026, 11, 11, 11, 11, 11, tzinfo=UTC)),
        ("2026-06-30T10:00:00+02:00", datetime(2026, 6, 30, 8, tzinfo=UTC)),
        ("2026-06-30", datetime(2026, 6, 30, tzinfo=UTC)),
        ("2026-03-28 11:30:05 UTC", datetime(2026, 3, 28, 11, 30, 5, tzinfo=UTC)),
        ("2026-03-28 11:30:05 -0500", datetime(2026, 3, 28, 16, 30, 5, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("Fri, 99 Foo 2026 25:00:00 GMT", None),
        ("0001-01-01", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2026-06-30" + "0" * 300, None),
    ],
)
def test_dates(text, at):
    assert parse_date(text) == at


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@1688169599", (True, datetime(2023, 6, 30, 23, 59, 59, tzinfo=UTC))),  # RFC 9745, section 2.1
        ("true", (True, None)),
        ("Sun, 11 Nov 2018 23:59:59 GMT", (True, datetime(2018, 11, 11, 23, 59, 59, tzinfo=UTC))),
        ("", (False, None)),
        ("false", (False, None)),
        ("@", (False, None)),
        ("@-99999999999999999", (False, None)),
        ("@999999999999999", (False, None)),
    ],
)
def test_deprecations(text, said):
    assert parse_deprecation(text) == said


def test_link_is_found_by_its_relation():
    header = '<https://a.example/list?page=2>; rel="next", <https://a.example/why>; type="text/html"; rel="sunset"'

    assert find_link(header, "sunset", "deprecation") == "https://a.example/why"
    assert find_link(header, "license") == ""
    assert find_link('<javascript:alert(1)>; rel="sunset"', "sunset") == ""


def test_everything_one_answer_says():
    headers = {
        "deprecation": "@1767225600",
        "sunset": "Wed, 01 Jul 2026 00:00:00 GMT",
        "link": '<https://a.example/v2>; rel="deprecation"',
        "x-certificate-not-after": "2026-05-01T00:00:00+00:00",
        "github-authentication-token-expiration": "2026-04-01 00:00:00 UTC",
    }

    assert list_findings(headers, http_status=200, seen_at=SEEN) == [
        Finding("tls_certificate", datetime(2026, 5, 1, tzinfo=UTC)),
        Finding("personal_token", datetime(2026, 4, 1, tzinfo=UTC)),
        Finding(
            "api_sunset",
            datetime(2026, 7, 1, tzinfo=UTC),
            "Deprecated since 2026-01-01.",
            "https://a.example/v2",
            deprecated_at=datetime(2026, 1, 1, tzinfo=UTC),
            said="Sunset: Wed, 01 Jul 2026 00:00:00 GMT, Deprecation: @1767225600",
        ),
    ]


def test_deprecated_without_a_date_and_gone():
    undated = list_findings({"deprecation": "true"}, http_status=200, seen_at=SEEN)
    gone = list_findings({}, http_status=410, seen_at=SEEN)

    assert undated == [Finding("api_sunset", None, "Deprecated.", said="Deprecation: true")]
    assert gone == [Finding("api_sunset", SEEN, "It answers 410 Gone.")]
    assert list_findings({"sunset": "when we like"}, http_status=200, seen_at=SEEN) == []


@given(st.dictionaries(st.sampled_from(["sunset", "deprecation", "link"]), st.text(max_size=250)))
def test_strangers_text_never_fails(headers):
    for finding in list_findings(headers, http_status=200, seen_at=SEEN):
        assert finding.kind == "api_sunset"


@given(st.integers(-100 * 86_400, 100 * 86_400))
def test_reached_lead_is_the_shortest_window_that_the_end_lies_in(seconds):
    left = timedelta(seconds=seconds)

    lead = reached_lead(due_at=SEEN + left, at=SEEN)

    by_hand = None
    for days in LEAD_DAYS:  # Each shorter one that has come replaces the longer.
        if left <= days * DAY:
            by_hand = days
    assert lead == (0 if seconds <= 0 else by_hand)


@pytest.mark.parametrize(
    ("left", "renewed", "state"),
    [
        (31 * DAY, None, LedgerState.OK),
        (30 * DAY, None, LedgerState.DUE_SOON),
        (0 * DAY, None, LedgerState.OVERDUE),
        (None, None, LedgerState.UNDATED),
        (90 * DAY, 30 * DAY, LedgerState.RENEWED),
        (90 * DAY, 31 * DAY, LedgerState.OK),
        (5 * DAY, 1 * DAY, LedgerState.DUE_SOON),
    ],
)
def test_state(left, renewed, state):
    due_at = None if left is None else SEEN + left
    renewed_at = None if renewed is None else SEEN - renewed

    assert ledger_state(due_at=due_at, renewed_at=renewed_at, closed_at=None, at=SEEN) == state
    assert ledger_state(due_at=due_at, renewed_at=renewed_at, closed_at=SEEN, at=SEEN) == LedgerState.CLOSED
