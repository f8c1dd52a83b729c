import re
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from operations.models import IdempotencyRecord, User
from operations.tasks import forget_served
from tests.api_client import BASE
from tests.factories import IdempotencyRecordFactory, UserFactory

pytestmark = pytest.mark.django_db


def run(*arguments, **options):
    out = StringIO()
    call_command("create_service_token", *arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue().strip()


def get(token, path):
    return APIClient().get(BASE + path, HTTP_AUTHORIZATION=f"Token {token}").status_code


def test_token_opens_what_its_role_may_and_is_stored_as_a_hash():
    token = run(name="Status board", group=["tool_partnerships"])

    assert (get(token, "/partners/"), get(token, "/tickets/")) == (200, 403)
    user = User.objects.get(email="status-board@service.invalid")
    assert (user.is_service, user.is_staff, user.has_usable_password()) == (True, False, False)
    assert token not in str(AuthToken.objects.values_list("digest", "token_key")[0])


def test_examples_of_the_documents_work_with_the_role_they_name():
    """Each token example is followed by a call that its role may make."""
    tried = []
    for name in ("README.md", "docs/api.md"):
        text = (settings.BASE_DIR / name).read_text()
        for example in re.findall(r"create_service_token .*\n.*(?:\n.*)?curl .*", text):
            groups = re.findall(r"--group (\w+)", example)
            path = re.search(r"https?://[^/]+/api/v1(/[^\s\"]*)", example)[1]
            tried.append((name, get(run("--name=Board", *(f"--group={group}" for group in groups)), path)))

    assert tried == [("README.md", 200), ("docs/api.md", 200)]


def test_a_tool_of_metrics_reads_values_and_feeds_but_sees_no_ticket():
    token = run(name="Board", group=["tool_metrics"])
    both = run("--name=Both", "--group=tool_metrics", "--group=tool_support")
    event = {"unit": "u1", "name": "signed_up", "at": "2026-01-01T00:00:00Z", "key": "k1"}
    rows = "/metrics/ticket_resolution_hours_mean/rows/"

    sent = APIClient().post(f"{BASE}/product-events/", {"events": [event]}, "json", HTTP_AUTHORIZATION=f"Token {token}")

    assert sent.json() == {"stored": 1, "known": 0}
    assert (get(token, rows), get(both, rows)) == (403, 200)


def test_second_token_of_a_tool_uses_its_user():
    first, second = run(name="Board", group=["tool_metrics"]), run(name="Board", group=["tool_support"])

    assert first != second
    assert User.objects.filter(is_service=True).count() == 1
    assert (get(first, "/tickets/"), get(second, "/metrics/")) == (200, 200)


def test_expired_token_is_refused_and_forgotten():
    token = run(name="Board", group=["tool_metrics"], days=1)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    IdempotencyRecordFactory(created_at=timezone.now() - timedelta(hours=25))
    kept = IdempotencyRecordFactory(created_at=timezone.now() - timedelta(hours=23))

    assert get(token, "/metrics/") == 401
    forget_served()
    assert not AuthToken.objects.exists()
    assert list(IdempotencyRecord.objects.all()) == [kept]


def test_inactive_tool_is_refused():
    token = run(name="Board", group=["tool_metrics"])
    User.objects.update(is_active=False)

    assert get(token, "/metrics/") == 401


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "Board", "group": ["nobody"]}, "Unknown: nobody"),
        ({"name": "!!!", "group": ["tool_metrics"]}, "name with letters"),
        ({"name": "Board", "group": ["tool_metrics"], "days": 0}, "1 to 366"),
        ({"name": "Board", "group": ["tool_metrics"], "days": 10**9}, "days"),
    ],
)
def test_command_refuses_with_a_sentence(options, message):
    with pytest.raises(CommandError, match=message):
        run(**options)
    assert not AuthToken.objects.exists()


def test_person_gets_no_service_token():
    UserFactory(email="board@service.invalid")

    with pytest.raises(CommandError, match="person's account"):
        run(name="Board", group=["tool_metrics"])
