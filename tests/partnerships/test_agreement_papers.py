"""Papers between partners and us: documents, versions that stay as they were signed, days of notice."""

import hashlib
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from partnerships.models import AgreementVersion
from partnerships.services.agreements import NewVersion, publish_agreement_version
from partnerships.services.documents import Document, path_of
from tests.api_client import BASE, problem, role_client
from tests.factories import NOW, UserFactory
from tests.factories_partners import AgreementFactory, AgreementVersionFactory

pytestmark = pytest.mark.django_db
POLYGLOT = b"%PDF-1.7\n<html><script>alert(document.domain)</script></html>"


@pytest.fixture
def paper(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    version = publish_agreement_version(
        agreement_id=AgreementFactory(partner__slug="acme").pk,
        new=NewVersion(effective_on=date(2026, 1, 1)),
        by=UserFactory(),
        at=NOW,
        document=Document("<Terms> of\r\nX: 1.pdf", POLYGLOT),
    )
    return f"/partners/acme/agreements/{version.agreement_id}/1/", version


def test_a_document_is_a_download_whatever_is_in_it(client, paper):
    url, version = paper
    client.force_login(UserFactory(groups=["partner_manager"]))

    answer = client.get(url)

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == POLYGLOT
    answer.close()
    assert answer["Content-Disposition"] == 'attachment; filename="_Terms_ of_X_ 1.pdf"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "script-src" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert version.document_sha256 == hashlib.sha256(POLYGLOT).hexdigest()


@pytest.mark.parametrize(
    ("role", "status"),
    [("partner_manager", 200), ("coo", 200), ("auditor", 200), ("support_agent", 403), ("tool_metrics", 403)],
)
def test_a_document_is_given_to_those_who_may_see_agreements(client, paper, role, status):
    client.force_login(UserFactory(groups=[role]))

    answer = client.get(paper[0])
    answer.close()

    assert answer.status_code == status


def test_a_document_is_found_under_its_own_partner_and_sign_in_comes_first(client, paper):
    url, version = paper
    anonymous = client.get(url)
    client.force_login(UserFactory(groups=["partner_manager"]))
    other = client.get(url.replace("acme", "bolt"))
    unknown = client.get(url.replace("/1/", "/2/"))
    posted = client.post(url)
    path_of(version.document_sha256).unlink()
    missing = client.get(url)

    assert (anonymous.status_code, "login" in anonymous.url) == (302, True)
    assert (other.status_code, unknown.status_code, posted.status_code, missing.status_code) == (404, 404, 405, 404)


def test_a_published_version_stays_as_it_was():
    version = AgreementVersionFactory(notice_days=30, ends_on=date(2026, 12, 31))
    for change in (
        lambda: AgreementVersion.objects.filter(pk=version.pk).update(notice_days=1),
        lambda: AgreementVersion.objects.filter(pk=version.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    version.notice_days = 1
    with pytest.raises(DatabaseError), transaction.atomic():
        version.save()

    tool, url = role_client("tool_partnerships"), f"{BASE}/agreement-versions/{version.pk}/"
    answers = [tool.patch(url, {"notice_days": 1}), tool.put(url, {"notice_days": 1}), tool.delete(url)]

    assert {answer.status_code for answer in answers} == {405}
    assert AgreementVersion.objects.get().notice_days == 30


def day_number(day):
    """The Julian day number by Fliegel and Van Flandern (Communications of the ACM 11, 1968, p. 657)."""
    back = (14 - day.month) // 12
    year, month = day.year + 4800 - back, day.month + 12 * back - 3
    return day.day + (153 * month + 2) // 5 + 365 * year + year // 4 - year // 100 + year // 400 - 32045


@pytest.mark.parametrize(
    ("ends_on", "notice_days", "notice_on"),
    [
        (date(2026, 3, 31), 31, date(2026, 2, 28)),
        (date(2024, 3, 31), 31, date(2024, 2, 29)),  # A leap year.
        (date(2024, 3, 1), 1, date(2024, 2, 29)),
        (date(2100, 3, 1), 1, date(2100, 2, 28)),  # No leap year.
        (date(2000, 3, 1), 1, date(2000, 2, 29)),
        (date(2027, 1, 30), 30, date(2026, 12, 31)),
        (date(2026, 12, 31), 90, date(2026, 10, 2)),
        (date(2025, 2, 28), 365, date(2024, 2, 29)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
    ],
)
def test_the_last_day_for_notice(ends_on, notice_days, notice_on):
    version = AgreementVersion(ends_on=ends_on, notice_days=notice_days)

    assert version.notice_on == notice_on
    assert day_number(ends_on) - day_number(notice_on) == notice_days


def test_days_of_notice_are_counted_as_astronomers_count_days():
    assert day_number(date(2000, 1, 1)) == 2_451_545  # US Naval Observatory
    for days in range(0, 366 * 5, 7):
        for notice in (1, 28, 29, 30, 31, 60, 90, 365, 1095):
            version = AgreementVersion(ends_on=date(2023, 12, 28) + timedelta(days=days), notice_days=notice)
            assert day_number(version.notice_on) == day_number(version.ends_on) - notice


def test_renewing_over_the_api_says_what_is_wrong_and_where():
    tool = role_client("tool_partnerships")
    partner = AgreementFactory().partner_id
    made = tool.post(f"{BASE}/agreements/", {"partner": partner, "title": "Terms", "kind": "sla"}).json()
    steps, versions = f"{BASE}/agreements/{made['id']}/state-changes/", f"{BASE}/agreement-versions/"

    early = tool.post(steps, {"state": "active", "text": "Signed"})
    negotiating = tool.post(steps, {"state": "negotiating", "text": "Begun"})
    empty = tool.post(steps, {"state": "active", "text": "Signed"})
    backwards = tool.post(versions, {"agreement": made["id"], "effective_on": "2026-01-01", "ends_on": "2025-01-01"})
    penniless = tool.post(versions, {"agreement": made["id"], "effective_on": "2026-01-01", "fee_minor": 5})
    endless = tool.post(versions, {"agreement": made["id"], "effective_on": "2026-01-01", "renewal": "auto"})
    first = tool.post(
        versions,
        {"agreement": made["id"], "effective_on": "2026-01-01", "ends_on": "2026-12-31", "notice_days": 60},
    )
    signed = tool.post(steps, {"state": "active", "text": "Signed by both"})
    renewed = tool.post(versions, {"agreement": made["id"], "effective_on": "2027-01-01", "ends_on": "2027-12-31"})

    def wrong(answer):
        return answer.status_code, [error["field"] for error in problem(answer)["errors"]]

    assert (early.status_code, problem(early)["allowed"]) == (409, ["negotiating", "terminated"])
    assert [error["field"] for error in problem(early)["errors"]] == ["state"]
    assert (negotiating.status_code, wrong(empty)) == (201, (400, ["state"]))
    assert wrong(backwards) == (400, ["ends_on"])
    assert wrong(penniless) == (400, ["currency"])
    assert wrong(endless) == (400, ["ends_on"])
    assert (first.status_code, first.json()["number"], first.json()["notice_on"]) == (201, 1, "2026-11-01")
    assert (signed.status_code, signed.json()["state"]) == (201, "active")
    assert (renewed.status_code, renewed.json()["number"]) == (201, 2)
